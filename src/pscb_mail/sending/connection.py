"""A connection to a relay: the socket, its encryption and its clock under one `dialogue`.

Never blocks but for the look-up of the host's name: a selector says when to call `ready`. Promises: every step has one
deadline for the whole of it, however slowly bytes trickle in; a host's further addresses are tried where one does not
answer; no certificate goes unchecked; octets count as handed over when the kernel has taken them, and what the relay
still said is read before a broken connection is judged.
"""

import os
import selectors
import socket
import ssl
from collections.abc import Callable
from typing import Any

from pscb_mail.errors import SettingsError
from pscb_mail.sending.dialogue import Dialogue, Phase
from pscb_mail.sending.door import Door, Timing, context_for, signing_in
from pscb_mail.sending.envelope import Copy

_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_CHUNK = 65536
_MOST_PIECES = 512  # IOV_MAX is 1024 on Linux and macOS
# A whole copy fits: one system call for each, also where the network is slower than we are.
_SEND_BUFFER = 1 << 20
_LISTS = hasattr(socket.socket, "sendmsg")  # not on Windows
# An address that does not answer is left for the host's next one after this time, or its share of the whole.
_SECONDS_FOR_AN_ADDRESS = 15.0


class Connection:
    """One session's way to the relay; registers itself with `selector`, with itself as the key's data."""

    def __init__(
        self,
        door: Door,
        selector: selectors.BaseSelector,
        clock: Callable[[], float],
        timing: Timing,
        *,
        chunking: bool = True,
    ) -> None:
        self.relay = door.relay
        credentials, problem = signing_in(door)
        self.dialogue = Dialogue(door.relay, credentials, chunking=chunking)
        self.used = clock()
        self.deadline: float | None = None
        self._context = door.context
        self._signer = door.signer
        self._selector = selector
        self._clock = clock
        self._timing = timing
        self._socket: socket.socket | None = None
        self._interest = 0
        self._seen: tuple[int, bool] = (0, True)
        self._on_ready: Callable[[int], None] = self._connecting
        self._addresses: list[Any] = []
        self._give_up_at = 0.0
        if problem is not None:
            self.dialogue.fail(problem)
        else:
            self._look_up(door)

    @property
    def closed(self) -> bool:
        """Whether the session is over; `dialogue.problem` tells why."""
        return self.dialogue.phase is Phase.CLOSED

    @property
    def has_more(self) -> bool:
        """Whether `flush` would do something now, as far as one can tell without asking the network."""
        return self.dialogue.poised or (bool(self.dialogue.outgoing.pieces) and self._interest == _READ)

    def ready(self, mask: int) -> None:
        """Do what the socket is ready for."""
        try:
            self._on_ready(mask)
        except OSError as error:
            self.dialogue.break_off(_reason(error))
        self._after()

    def offer(self, copy: Copy) -> None:
        """Hand over a copy; `flush` writes it."""
        self.used = self._clock()
        if self._signer is not None:
            copy = copy._replace(pieces=[self._signer.sign(copy.pieces), *copy.pieces])
        self.dialogue.offer(copy)

    def flush(self) -> None:
        """Go on, and write what there is to write."""
        self.dialogue.go_on()
        self._write()
        self._after()

    def finish(self) -> None:
        """Take no more copies and finish what has begun; then, with all outcomes taken, `flush` says QUIT."""
        self.dialogue.finish()

    def tick(self, now: float) -> None:
        """End the session if its step has taken too long."""
        if self.deadline is None or now < self.deadline or self.closed:
            return
        if self.dialogue.phase is Phase.CONNECTING:
            self._connect_to_next("it did not answer in time")
        else:
            self.dialogue.break_off("it did not answer in time")
        self._after()

    def break_off(self) -> None:
        """Close at once, without a word."""
        self.dialogue.break_off("we hung up")
        self._after()

    # -- connecting -------------------------------------------------------------------------------------------------

    def _look_up(self, door: Door) -> None:
        try:
            self._addresses = door.look_up(self.relay)
        except OSError as error:
            self.dialogue.break_off(_reason(error))
        except UnicodeError:
            self.dialogue.fail(
                SettingsError(f"There is no server called {self.relay.host}.", "Check host under [[relay]].")
            )
        else:
            self._give_up_at = self._clock() + self._timing.connect
            self._connect_to_next("no address")

    def _connect_to_next(self, reason: str) -> None:
        """Try the host's addresses in turn, each for its share of the time; the session ends with the last's reason."""
        while self._addresses:
            now = self._clock()
            share = (self._give_up_at - now) / len(self._addresses)
            family, kind, protocol, _, address = self._addresses.pop(0)
            self.deadline = now + (min(share, _SECONDS_FOR_AN_ADDRESS) if self._addresses else share)
            self._release()
            try:
                self._socket = socket.socket(family, kind, protocol)
                self._socket.settimeout(0)
                self._socket.connect(address)
            except BlockingIOError:
                pass
            except OSError as error:
                reason = _reason(error)
                continue
            self._want(_WRITE)
            return
        self.dialogue.break_off(reason)

    def _connecting(self, _mask: int) -> None:
        connection = self._plain_socket()
        code = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._connect_to_next(_words_for(code))
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self.dialogue.connected(_own_name(connection))
        if self.relay.security == "tls":
            self._encrypt()
        else:
            self._talk()

    def _encrypt(self) -> None:
        context = self._context or context_for(self.relay)
        connection = self._plain_socket()
        self._release(close=False)
        self._socket = context.wrap_socket(
            connection, server_hostname=self.relay.host, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        self._on_ready = self._shaking_hands
        self._shaking_hands(0)

    def _shaking_hands(self, _mask: int) -> None:
        try:
            if isinstance(self._socket, ssl.SSLSocket):
                self._socket.do_handshake()
        except ssl.SSLWantReadError:
            self._want(_READ)
        except ssl.SSLWantWriteError:
            self._want(_WRITE)
        except ssl.SSLCertVerificationError as error:
            self.dialogue.fail(
                SettingsError(
                    f"The certificate of {self.relay.label} does not hold: {error.verify_message}. Nothing was sent.",
                    "Check host under [[relay]]; for a private certificate authority set ca_file.",
                )
            )
        else:
            if self.dialogue.phase is Phase.ENCRYPTING:
                self.dialogue.encrypted()
            self._talk()

    def _talk(self) -> None:
        self._on_ready = self._talking
        self._want(_READ)
        self._write()

    # -- talking ----------------------------------------------------------------------------------------------------

    def _talking(self, mask: int) -> None:
        if mask & _READ:
            self._read()
        if self.dialogue.phase is Phase.ENCRYPTING:
            self._encrypt()
        elif self.dialogue.outgoing.pieces:
            self._write()

    def _read(self) -> None:
        """Take in what has arrived: of an encrypted socket all of it, of a plain one what one call gives."""
        while not self.closed and self._socket is not None:
            try:
                data = self._socket.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            if not data:
                self.dialogue.break_off("it hung up")
                return
            self.dialogue.receive(data)
            if not isinstance(self._socket, ssl.SSLSocket):
                return

    def _write(self) -> None:
        outgoing = self.dialogue.outgoing
        while outgoing.pieces and not self.closed:
            outgoing.going = True
            try:
                outgoing.took(self._send())
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                outgoing.going = False
                self._want(_READ | _WRITE)
                return
            except OSError as error:
                outgoing.going = False
                self._hear_it_out()
                self.dialogue.break_off(_reason(error))
                return
        if self._on_ready == self._talking and not self.closed:
            self._want(_READ)

    def _send(self) -> int:
        connection, outgoing = self._plain_socket(), self.dialogue.outgoing
        if _LISTS and not isinstance(connection, ssl.SSLSocket):
            return connection.sendmsg(outgoing.pieces[:_MOST_PIECES])
        return connection.send(outgoing.join())

    def _hear_it_out(self) -> None:
        """Read what the relay said before it closed: "421 too many messages" tells more than a broken pipe."""
        while not self.closed and self._socket is not None:
            try:
                data = self._socket.recv(_CHUNK)
            except OSError:
                return
            if not data:
                return
            self.dialogue.receive(data)

    # -- the clock and the end --------------------------------------------------------------------------------------

    def _after(self) -> None:
        """Start the clock again where a step was made; let go of the socket where the session is over."""
        if self.closed:
            self._release()
            self.deadline = None
            return
        seen = (self.dialogue.progress, not self.dialogue.outgoing.pieces)
        if seen != self._seen:
            self._seen = seen
            stage = self.dialogue.waits_for
            idle = stage is None and self.dialogue.phase is Phase.READY and not self.dialogue.busy
            self.deadline = None if idle else self._clock() + self._timing.seconds_for(stage)

    def _want(self, interest: int) -> None:
        if interest == self._interest:
            return
        if self._interest:
            self._selector.modify(self._plain_socket(), interest, self)
        else:
            self._selector.register(self._plain_socket(), interest, self)
        self._interest = interest

    def _release(self, *, close: bool = True) -> None:
        if self._socket is None:
            return
        if self._interest:
            self._selector.unregister(self._socket)
            self._interest = 0
        if close:
            self._socket.close()
            self._socket = None

    def _plain_socket(self) -> socket.socket:
        if self._socket is None:
            raise ValueError("the connection is closed")
        return self._socket


def _own_name(connection: socket.socket) -> str:
    """Return the address literal of our end: laptops have no name that a relay could look up (RFC 5321 4.1.3)."""
    host = connection.getsockname()[0]
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _words_for(code: int) -> str:
    """Return what the network's code for a fault means; Windows has some of its own, which `strerror` does not know."""
    of_windows: dict[int, str] = getattr(socket, "errorTab", {})
    return of_windows.get(code, "").rstrip(".") or os.strerror(code)
