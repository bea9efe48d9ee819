"""The relays: opening a session to one of them, with the secrets that it needs and no others.

The first relay that can be reached is used; the next ones stand in for it. Raises SettingsError where none is configured.
"""

from collections.abc import Callable

from pscb_mail import signin
from pscb_mail.errors import SettingsError
from pscb_mail.sending.smtp import Credentials, RelayAwayError, Session
from pscb_mail.settings import Relay, Settings

OpenSession = Callable[[], Session]


def session_opener(settings: Settings) -> OpenSession:
    """Return a function that opens a session; passwords are read once, here, so that a run cannot fail on them later.

    Raises SettingsError when there is no relay, or a password is missing.
    """
    if not settings.relay:
        raise SettingsError(
            "There is no relay to send through.", "Add a [[relay]] to pscb-mail.toml: docs/settings.md."
        )
    doors = [(relay, _credentials(relay, settings.newsletter.address)) for relay in settings.relay]

    def open_session() -> Session:
        away: RelayAwayError | None = None
        for relay, credentials in doors:
            try:
                return Session(relay, credentials)
            except RelayAwayError as error:
                away = away or error
        raise away or AssertionError("there is at least one relay")

    return open_session


def _credentials(relay: Relay, address: str) -> Credentials | None:
    match relay.auth:
        case "none":
            return None
        case "password":
            username = relay.username or address
            return Credentials(username, signin.password("relay", username, relay.password_command))
        case "microsoft" | "google":
            raise SettingsError(
                f'auth = "{relay.auth}" for {relay.label} is not available in this version.',
                'Use auth = "password" with an application password, or a relay of your own.',
            )
