"""What opens a door now: the password or a token that is still good, renewed where it is not; and where one stands.

Raises SettingsError where nobody is signed in or the sign-in has ended, NotNowError where it cannot be renewed now.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pscb_mail.errors import NotNowError, PscbMailError, SettingsError
from pscb_mail.settings import Relay, Settings
from pscb_mail.signin import passwords
from pscb_mail.signin.entrances import Account, Door, account, entrance, permissions
from pscb_mail.signin.grant import Grant
from pscb_mail.signin.keeping import Safe
from pscb_mail.signin.outside import Outside


@dataclass(frozen=True, repr=False)
class Access:
    """Who signs in, with what, by which means. It has no representation: no traceback or log shows the secret."""

    username: str
    secret: str
    mechanism: Literal["password", "xoauth2"]


# Returns what opens a door, anew where the server has just turned down what it is given.
Opens = Callable[[Access | None], Access | None]


@dataclass(frozen=True)
class Status:
    """Where one stands with Microsoft or Google. `account`: who signed in; at a shared mailbox that is not `username`.

    `signed_in`: a token is at hand; whether the server takes it, only signing in tells. `ends_at`: until when it can be
    renewed, as far as that is known: each use of it starts the time again. `problem`: why nothing can be said, or what
    is wrong.
    """

    door: Door
    username: str
    signed_in: bool
    account: str = ""
    ends_at: datetime | None = None
    problem: str = ""

    def days_left(self, now: datetime) -> int | None:
        """Return the whole days until the sign-in must be repeated if nobody uses it, None where nothing ends."""
        return None if self.ends_at is None else max(0, (self.ends_at - now).days)


def access(
    door: Door,
    settings: Settings,
    relay: Relay | None = None,
    *,
    username: str = "",
    rejected: Access | None = None,
    outside: Outside | None = None,
) -> Access | None:
    """Return what opens `door`, None where it stands open; ask again for each session, a token lasts an hour.

    `relay` is which of several, `username` who instead of the one in the settings. `rejected` is what the server has
    just turned down: a token is then renewed whatever its clock says, once for all sessions that had it. Raises
    SettingsError and NotNowError.
    """
    outside = outside or Outside()
    way = entrance(door, settings, relay=relay, username=username)
    match way.auth:
        case "none":
            return None
        case "password":
            return Access(way.username, passwords.password(way, outside), "password")
        case "microsoft" | "google":
            token = _token(account(way, settings), door, outside, rejected.secret if rejected else "")
            return Access(way.username, token, "xoauth2")


def status(door: Door, settings: Settings, relay: Relay | None = None, *, outside: Outside | None = None) -> Status:
    """Return where one stands at a door that Microsoft or Google opens.

    Asks no server, raises nothing for a user's fault.
    """
    try:
        return _standing(door, account(entrance(door, settings, relay=relay), settings), outside or Outside())
    except PscbMailError as error:
        return Status(door, "", signed_in=False, problem=error.message)


def _standing(door: Door, who: Account, outside: Outside) -> Status:
    grant = Safe(who.name, outside).load()
    if grant is None:
        return Status(door, who.username, signed_in=False)
    problem = "" if _covers(grant, who, door) else f"The sign-in was not made for the {door}."
    ended = grant.ends_at is not None and grant.ends_at <= outside.now()
    problem = "The sign-in has not been used for too long." if ended else problem
    return Status(door, who.username, not problem, grant.account, grant.ends_at, problem)


def _token(who: Account, door: Door, outside: Outside, rejected: str) -> str:
    safe = Safe(who.name, outside)
    grant = _found(safe, who, door)
    if grant.good(outside.now(), rejected):
        return grant.token
    with safe.locked():
        grant = _found(safe, who, door)  # another run may have renewed it while this one waited
        if grant.good(outside.now(), rejected):
            return grant.token
        try:
            fresh = _renewed(who, grant, outside)
        except NotNowError:
            if outside.now() < grant.expires_at and grant.token != rejected:
                return grant.token  # in its last minutes, and nothing better to be had
            raise
        safe.save(fresh)
    return fresh.token


def _renewed(who: Account, grant: Grant, outside: Outside) -> Grant:
    """Return a grant with a new token. Raises SigninRefusedError where somebody must sign in again, NotNowError."""
    match who.provider:  # their libraries are large: one is imported when it is needed
        case "microsoft":
            from pscb_mail.signin.microsoft import Microsoft  # noqa: PLC0415

            return Microsoft(who, outside, grant.state).renewed(grant)
        case "google":
            from pscb_mail.signin.google import Google, client_secret_of  # noqa: PLC0415

            return Google(who, outside, client_secret_of(grant)).renewed(grant)


def _found(safe: Safe, who: Account, door: Door) -> Grant:
    grant = safe.load()
    if grant is None:
        raise SettingsError(
            f"Nobody is signed in to {who.provider.title()} as {who.username} ({door}).",
            f"Run `pscb-mail login {door}`.",
        )
    if not _covers(grant, who, door):
        raise SettingsError(
            f"The sign-in as {who.username} was not made for the {door}.", f"Run `pscb-mail login {door}` once more."
        )
    return grant


def _covers(grant: Grant, who: Account, door: Door) -> bool:
    return set(permissions(who.provider, (door,))) <= set(grant.scopes)
