"""Signing in and out: a person says yes at Microsoft or Google, and the sign-in is kept; or it is forgotten.

Nothing is kept unless all went well. Raises SigninRefusedError with what to do, NotNowError where nobody answered.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pscb_mail.errors import UsageError
from pscb_mail.signin.entrances import Account
from pscb_mail.signin.grant import Grant
from pscb_mail.signin.keeping import Safe
from pscb_mail.signin.loopback import Loopback, one_each, same_state
from pscb_mail.signin.outside import Outside
from pscb_mail.signin.person import Person

if TYPE_CHECKING:
    from pscb_mail.signin.google import Google
    from pscb_mail.signin.microsoft import Microsoft


@dataclass(frozen=True)
class SignedIn:
    """Who has signed in for whom, and where that is kept. `as_another`: the account is not the mailbox's own."""

    account: str
    username: str
    kept_in: str

    @property
    def as_another(self) -> bool:
        """Whether it works only where the mailbox is shared with the account."""
        return self.account.lower() != self.username.lower()


def sign_in(who: Account, person: Person, outside: Outside | None = None, *, by_code: bool = False) -> SignedIn:
    """Sign in for an account and keep it. `by_code`: with the browser of another device."""
    outside = outside or Outside()
    safe = Safe(who.name, outside)
    match who.provider:
        case "microsoft":
            grant = _microsoft(who, person, outside, by_code=by_code)
        case "google":
            grant = _google(who, person, safe, by_code=by_code)
    with safe.locked():
        return SignedIn(grant.account, who.username, safe.save(grant))


def sign_out(who: Account, outside: Outside | None = None) -> bool:
    """Forget a sign-in; returns whether there was one."""
    safe = Safe(who.name, outside or Outside())
    with safe.locked():
        return safe.delete()


def _microsoft(who: Account, person: Person, outside: Outside, *, by_code: bool) -> Grant:
    from pscb_mail.signin.microsoft import Microsoft  # noqa: PLC0415

    server = Microsoft(who, outside)
    return server.by_code(person) if by_code else _in_the_browser(server, person)


def _google(who: Account, person: Person, safe: Safe, *, by_code: bool) -> Grant:
    from pscb_mail.signin.google import SECRET_VARIABLE, Google, client_secret_of  # noqa: PLC0415

    earlier = safe.load()
    secret = safe.outside.environment.get(SECRET_VARIABLE) or (client_secret_of(earlier) if earlier else "")
    server = Google(who, safe.outside, secret or person.ask_client_secret())
    return _elsewhere(server, person) if by_code else _in_the_browser(server, person)


def _in_the_browser(server: "Microsoft | Google", person: Person) -> Grant:
    with Loopback() as listening:
        page, state, finish = server.page(listening.port)
        person.open_page(page)
        return finish(listening.answer(state))


def _elsewhere(server: "Google", person: Person) -> Grant:
    """Sign in with another device's browser, which ends at an address that leads nowhere and has the answer in it."""
    page, state, finish = server.page(None)
    fields = one_each(urlsplit(person.fetch_answer(page).strip()).query)
    if not same_state(fields, state):
        raise UsageError(
            "That is not the address at which this sign-in ended.",
            "Run it again, and copy the whole address, http://127.0.0.1 and all, from the browser's address line.",
        )
    return finish(fields)
