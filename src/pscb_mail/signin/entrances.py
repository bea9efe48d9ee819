"""Where a sign-in is needed, and as whom: the doors of the settings. Pure.

A door is the relay or the mailbox. Doors that are opened with the same means by the same user share one sign-in.
Raises SettingsError where the settings ask for a sign-in and do not say whose, or would show a secret on the network.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from pscb_mail.errors import SettingsError
from pscb_mail.settings import Auth, Relay, Settings
from pscb_mail.settings import Signin as Application

Door = Literal["relay", "mailbox"]
Provider = Literal["microsoft", "google"]
DOORS: tuple[Door, ...] = ("relay", "mailbox")
PROVIDERS: tuple[Provider, ...] = ("microsoft", "google")


@dataclass(frozen=True)
class Entrance:
    """One door with its lock: by what means, and as whom. `command` is the door's password_command."""

    door: Door
    auth: Auth
    username: str
    command: str = ""


@dataclass(frozen=True)
class Account:
    """One sign-in at Microsoft or Google: an organisation's application, a user, and the doors that it is to open."""

    provider: Provider
    application: Application
    username: str
    doors: tuple[Door, ...]

    @property
    def name(self) -> str:
        """What the sign-in is kept under; the same in every workspace of this user."""
        return f"{self.provider} {self.application.tenant} {self.application.application} {self.username.lower()}"


# learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-
# smtp-application-by-using-oauth;
# developers.google.com/workspace/gmail/imap/xoauth2-protocol: one permission for sending and reading.
_PERMISSIONS: dict[Provider, dict[Door, str]] = {
    "microsoft": {
        "relay": "https://outlook.office.com/SMTP.Send",
        "mailbox": "https://outlook.office.com/IMAP.AccessAsUser.All",
    },
    "google": {"relay": "https://mail.google.com/", "mailbox": "https://mail.google.com/"},
}


def permissions(provider: Provider, doors: Sequence[Door]) -> tuple[str, ...]:
    """Return the permissions (OAuth2 scopes) that open these doors."""
    return tuple(dict.fromkeys(_PERMISSIONS[provider][door] for door in doors))


def entrance(door: Door, settings: Settings, *, relay: Relay | None = None, username: str = "") -> Entrance:
    """Return how `door` is opened: `relay`'s, else the first relay's; as `username`, else as the settings say.

    Raises SettingsError.
    """
    if door == "mailbox":
        return _mailbox(settings, username)
    if relay is None:
        if not settings.relay:
            raise SettingsError("There is no relay.", "Add a [[relay]] with host and port to pscb-mail.toml.")
        relay = settings.relay[0]
    if relay.auth != "none" and relay.security == "none" and not relay.is_loopback:
        # RFC 8314 section 3, RFC 6750 section 5.3: mail may go in clear where the settings insist, a secret never does.
        raise SettingsError(
            f"Signing in to {relay.label} without encryption would show everybody on the way the password or token.",
            'Under [[relay]] set security = "tls" or "starttls", or auth = "none".',
        )
    return Entrance("relay", relay.auth, username or relay.username or settings.newsletter.address,
                    relay.password_command)  # fmt: skip


def _mailbox(settings: Settings, username: str) -> Entrance:
    mailbox = settings.mailbox
    if not username and mailbox.source.lower().startswith(("imap:", "imaps:")):
        username = unquote(urlsplit(mailbox.source).username or "")
    if mailbox.auth != "none" and not username:
        raise SettingsError(
            "The mailbox's address names no user, so nobody can sign in.",
            "Write source = imaps://USER@HOST/FOLDER under [mailbox], with %40 for the @ in USER.",
        )
    return Entrance("mailbox", mailbox.auth, username, mailbox.password_command)


def entrances(settings: Settings, door: Door | None = None) -> list[Entrance]:
    """Return every door of the settings that needs a sign-in, or `door`'s alone; each once."""
    found: list[Entrance] = []
    if door != "mailbox":
        found += [entrance("relay", settings, relay=relay) for relay in settings.relay if relay.auth != "none"]
    if door != "relay" and settings.mailbox.source.lower().startswith("imap") and settings.mailbox.auth != "none":
        found.append(entrance("mailbox", settings))
    return list(dict.fromkeys(found))


def account(way: Entrance, settings: Settings) -> Account:
    """Return the sign-in that opens a door. Raises SettingsError where the application is missing."""
    provider = next(name for name in PROVIDERS if name == way.auth)
    sharing = [
        other for other in _all(settings) if (other.auth, other.username.lower()) == (way.auth, way.username.lower())
    ]
    doors = tuple(door for door in DOORS if door == way.door or any(other.door == door for other in sharing))
    return Account(provider, hold_application(provider, settings.signin), way.username, doors)


def _all(settings: Settings) -> Sequence[Entrance]:
    try:
        return entrances(settings)
    except SettingsError:
        return ()  # of another door, which says so itself when it is opened


_WHO_MAKES_IT: dict[Provider, str] = {
    "microsoft": "Your IT department makes it and tells you both: for-your-IT.md asks them for it "
    "(`pscb-mail init` writes that letter for Microsoft 365).",
    "google": "It is the client id of an OAuth client of the type Desktop app, from the Google Cloud console.",
}


def hold_application(provider: Provider, told: Application) -> Application:
    """Return the application, once it is there and cannot lead anywhere else. Raises SettingsError."""
    if not told.application or (provider == "microsoft" and not told.tenant):
        raise SettingsError(
            f'auth = "{provider}" needs application{" and tenant" if provider == "microsoft" else ""} under [signin].',
            _WHO_MAKES_IT[provider],
        )
    for key, value in (("tenant", told.tenant), ("application", told.application)):
        if not re.fullmatch(r"[A-Za-z0-9._-]*", value):
            raise SettingsError(
                f'signin.{key} = "{value}" cannot be right: letters, digits, dots and hyphens are all it can have.',
                "Copy it again from what your IT department sent.",
            )
    return told
