"""The relays: what opens each of them, with the secrets that it needs and no others.

`fleet` keeps them all busy; `Relays.open` opens one, to the first that can be reached, for a single message.
Raises SettingsError where none is configured, a password is missing or a `ca_file` cannot be used.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING

from pscb_mail import signin
from pscb_mail.errors import SettingsError
from pscb_mail.sending.door import USUAL, Door, Timing, door
from pscb_mail.sending.opening import Credentials
from pscb_mail.sending.smtp import Session
from pscb_mail.sending.troubles import RelayAwayError, SignInRefusedError
from pscb_mail.settings import Dkim, Relay, Settings

if TYPE_CHECKING:
    from pscb_mail.sending.signature import Signer

# A token that is good, or a keyring, answers within this time; sessions that are open wait no longer for a new one.
_AT_ONCE = 0.05
# What was fetched and not used for so long is fetched anew.
_FRESH = timedelta(minutes=1)


@dataclass(frozen=True)
class Relays:
    """Every relay of the settings, in their order. `clock` is monotonic."""

    doors: tuple[Door, ...]
    timing: Timing = USUAL
    clock: Callable[[], float] = time.monotonic

    def open(self) -> Session:
        """Open a session to the first relay that can be reached. Raises what opening it raises."""
        away: RelayAwayError | None = None
        for each in self.doors:
            try:
                return self._session(each)
            except RelayAwayError as error:
                away = away or error
        raise away or AssertionError("there is at least one relay")

    def hold_signatures(self, message: Sequence[bytes]) -> None:
        """Sign a sample for each relay that we sign for, and hold it against the key that its domain publishes.

        Raises SettingsError where the signature would not hold, NotNowError where the DNS does not answer.
        """
        for each in self.doors:
            if each.signer is not None:
                each.signer.verified(each.signer.sign(message) + b"".join(message))

    def _session(self, each: Door) -> Session:
        try:
            return Session(each, self.timing, clock=self.clock)
        except SignInRefusedError:
            if not each.turned_down():
                raise
            return Session(each, self.timing, clock=self.clock)


def relays_of(settings: Settings, outside: signin.Outside | None = None, timing: Timing = USUAL) -> Relays:
    """Return the relays of the settings, once it is sure that there is a secret for each that asks for one.

    Raises SettingsError when there is no relay or a secret is missing, NotNowError where a token cannot be renewed now.
    """
    if not settings.relay:
        raise SettingsError(
            "There is no relay to send through.", "Add a [[relay]] with host and port to pscb-mail.toml."
        )
    outside = outside or signin.Outside()
    return Relays(tuple(_door(settings, relay, outside) for relay in settings.relay), timing)


def _door(settings: Settings, relay: Relay, outside: signin.Outside) -> Door:
    signing = _signer(relay)
    if relay.auth == "none":
        return door(relay, signer=signing)
    secret = _Secret(settings, relay, outside)
    secret()  # one that is missing is told before anything begins
    return door(relay, secret, secret.turned_down, signing, secret.ready)


def _signer(relay: Relay) -> "Signer | None":
    """Return what signs for a relay that does not; the library is large and only a few need it."""
    if relay.dkim == Dkim():
        return None
    from pscb_mail.sending.signature import signer  # noqa: PLC0415

    return signer(relay.dkim)


class _Secret:
    """What signs in to one relay, asked for each session; a token that the relay turns down is renewed once.

    A renewal asks a server that may be slow, and a password's command its user: sessions that are open must not wait
    for that. So `ready` has it fetched in a thread of its own, and the session is opened when it is there. Whoever asks
    without that waits.
    """

    def __init__(self, settings: Settings, relay: Relay, outside: signin.Outside) -> None:
        self._settings = settings
        self._relay = relay
        self._outside = outside
        self._fetched: _Fetched | None = None
        self._given: signin.Access | None = None
        self._rejected: signin.Access | None = None
        self._last_hope = ""

    def ready(self) -> bool:
        """Return whether the next session can sign in at once, or fail at once; have it fetched where it cannot."""
        fetched, now = self._fetched, self._outside.now()
        if fetched is None or (fetched.done() and abs(now - fetched.asked_at) > _FRESH):
            fetched = self._fetched = _Fetched(partial(self._access, self._rejected), now)
            fetched.wait(_AT_ONCE)
        return fetched.done()

    def __call__(self) -> Credentials | None:
        fetched, self._fetched = self._fetched, None
        self._given = given = fetched.result() if fetched else self._access(self._rejected)
        if given is None:
            return None
        if self._rejected is not None:
            self._rejected, self._last_hope = None, given.secret
        return Credentials(given.username, given.secret, is_token=given.mechanism == "xoauth2")

    def turned_down(self) -> bool:
        """Have the next token renewed whatever its clock says; return False where that has just been tried."""
        given = self._given
        if given is None or given.mechanism != "xoauth2" or given.secret == self._last_hope:
            return False
        self._rejected, self._fetched = given, None
        return True

    def _access(self, rejected: signin.Access | None) -> signin.Access | None:
        return signin.access("relay", self._settings, self._relay, rejected=rejected, outside=self._outside)


class _Fetched:
    """A secret that is being fetched, or why there is none. A daemon's work: it keeps no program from ending."""

    def __init__(self, fetch: Callable[[], signin.Access | None], now: datetime) -> None:
        self.asked_at = now
        self._future: Future[signin.Access | None] = Future()
        Thread(target=self._run, args=(fetch,), daemon=True).start()

    def _run(self, fetch: Callable[[], signin.Access | None]) -> None:
        try:
            self._future.set_result(fetch())
        except BaseException as problem:  # noqa: BLE001  # raised where the secret is asked for
            self._future.set_exception(problem)

    def wait(self, seconds: float) -> None:
        """Wait for at most so long."""
        wait([self._future], seconds)

    def done(self) -> bool:
        """Whether `result` returns, or raises, at once."""
        return self._future.done()

    def result(self) -> signin.Access | None:
        """Wait, and return the secret. Raises what fetching it raised."""
        return self._future.result()
