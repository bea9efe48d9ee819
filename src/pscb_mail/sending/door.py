"""A door to a relay: the relay with what opens it, and how long each step of a session may take.

It reads the authorities' file and looks up names where it is asked to; sessions are `connection`'s.
"""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pscb_mail.errors import NotNowError, PscbMailError, SettingsError
from pscb_mail.network import tls_context
from pscb_mail.sending.opening import Credentials
from pscb_mail.sending.replies import Stage
from pscb_mail.sending.troubles import RelayAwayError
from pscb_mail.settings import Relay

if TYPE_CHECKING:
    from pscb_mail.sending.signature import Signer


@dataclass(frozen=True)
class Timing:
    """Seconds for a whole step (RFC 5321 section 4.5.3.2), and the pauses after trouble.

    `pauses`: before a relay that failed is tried again, growing; after the last one it counts as lost.
    `idle`: a session with nothing to do for longer than this is closed, before the relay closes it under our hands.
    """

    connect: float = 60.0
    step: float = 300.0
    data: float = 120.0
    body: float = 600.0
    quit: float = 5.0
    idle: float = 10.0
    pauses: tuple[float, ...] = (1.0, 2.0, 5.0, 15.0, 30.0)

    def seconds_for(self, stage: Stage | None) -> float:
        """Return how long the reply to a step may take; None is the step before any reply."""
        match stage:
            case Stage.BODY:
                return self.body
            case Stage.DATA:
                return min(self.data, self.step)
            case Stage.QUIT:
                return self.quit
            case _:
                return self.step


USUAL = Timing()


def _addresses_of(relay: Relay) -> list[Any]:
    return socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)


@dataclass(frozen=True)
class Door:
    """A relay with what opens it.

    `sign_in` is asked for each session, because a token lasts an hour; None: nobody signs in. `ready` says whether it
    would answer at once, and fetches what it needs meanwhile. `turned_down` is told when the relay has refused what it
    gave, and returns whether it can give something else. `context` is made once: reading the system's certificates
    takes 20 ms. `signer` puts a DKIM header before a message, for a relay that does not. `look_up` finds the relay's
    addresses, as socket.getaddrinfo gives them.
    """

    relay: Relay
    sign_in: Callable[[], Credentials | None] | None = None
    context: ssl.SSLContext | None = None
    turned_down: Callable[[], bool] = lambda: False
    signer: "Signer | None" = None
    ready: Callable[[], bool] = lambda: True
    look_up: Callable[[Relay], list[Any]] = _addresses_of


def door(
    relay: Relay,
    sign_in: Callable[[], Credentials | None] | None = None,
    turned_down: Callable[[], bool] = lambda: False,
    signer: "Signer | None" = None,
    ready: Callable[[], bool] = lambda: True,
) -> Door:
    """Return a relay's door. Raises SettingsError where its `ca_file` cannot be used."""
    return Door(relay, sign_in, None if relay.security == "none" else context_for(relay), turned_down, signer, ready)


def signing_in(door: Door) -> tuple[Credentials | None, PscbMailError | None]:
    """Return what signs in, or why nothing can: a token that cannot be renewed now is like a relay that is away."""
    try:
        return (door.sign_in() if door.sign_in else None), None
    except NotNowError as error:
        return None, RelayAwayError(error.message, error.hint)
    except PscbMailError as error:
        return None, error


def context_for(relay: Relay) -> ssl.SSLContext:
    """Return what checks a relay's certificate. Raises SettingsError where its `ca_file` cannot be used."""
    try:
        return tls_context(relay.ca_file)
    except OSError as error:
        raise SettingsError(
            f"ca_file {relay.ca_file} cannot be used: {error}.",
            "Check ca_file under [[relay]]; it holds PEM certificates.",
        ) from error
