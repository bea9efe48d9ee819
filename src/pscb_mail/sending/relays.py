"""The relays: what opens each of them, with the secrets that it needs and no others.

`fleet` keeps them all busy; calling `Relays` opens one session, to the first that can be reached, for a single message.
Raises SettingsError where none is configured, a password is missing or a `ca_file` cannot be used.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pscb_mail import signin
from pscb_mail.errors import SettingsError
from pscb_mail.sending.connection import USUAL, Door, Timing, door
from pscb_mail.sending.dialogue import Credentials
from pscb_mail.sending.smtp import Session
from pscb_mail.sending.troubles import RelayAwayError
from pscb_mail.settings import Relay, Settings

OpenSession = Callable[[], Session]


@dataclass(frozen=True)
class Relays:
    """Every relay of the settings, in their order. `clock` is monotonic."""

    doors: tuple[Door, ...]
    timing: Timing = USUAL
    clock: Callable[[], float] = time.monotonic

    def __call__(self) -> Session:
        """Open a session to the first relay that can be reached. Raises what opening it raises."""
        away: RelayAwayError | None = None
        for each in self.doors:
            try:
                return Session(each, self.timing, clock=self.clock)
            except RelayAwayError as error:
                away = away or error
        raise away or AssertionError("there is at least one relay")


def session_opener(settings: Settings) -> Relays:
    """Return the relays of the settings, once it is sure that there is a secret for each that asks for one.

    Raises SettingsError when there is no relay or a secret is missing, NotNowError where a token cannot be renewed now.
    """
    if not settings.relay:
        raise SettingsError(
            "There is no relay to send through.", "Add a [[relay]] to pscb-mail.toml: docs/settings.md."
        )
    return Relays(tuple(_door(settings, relay) for relay in settings.relay))


def _door(settings: Settings, relay: Relay) -> Door:
    if relay.auth == "none":
        return door(relay)

    def sign_in() -> Credentials | None:
        access = signin.access("relay", settings, relay)
        if access is None:
            return None
        return Credentials(access.username, access.secret, is_token=access.mechanism == "xoauth2")

    sign_in()  # a secret that is missing is told before anything begins
    return door(relay, sign_in)
