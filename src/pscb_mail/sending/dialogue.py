"""One SMTP session as the client sees it, without a socket: bytes in, bytes out, and an outcome for each copy.

No I/O and no clock: `connection` moves the bytes and keeps the time. Promises:

- what never left (`NotSent`), what was answered (`Answered`) and what may have arrived (`InDoubt`) are told apart. A
  copy is in doubt exactly when its last byte was handed to the network and no intelligible reply came (RFC 1047 is why
  that cannot be avoided, only seen); one that was refused stays refused whatever becomes of the session;
- two copies at most are under way. With PIPELINING (RFC 2920) the envelope of the next one leaves in one write with the
  end of this one: a message costs one round trip, and no more than one copy can be in doubt. With CHUNKING too (RFC
  3030) envelope and message leave in one write, and the next one before this one is answered: half a round trip;
- replies are bounded, and a reply that nobody asked for, that comes too early, or that is none ends the session.

How to drive it: `connected`, then `receive` what arrives and hand over what `outgoing` holds; `offer` a copy while
there is `room`, and call `go_on` when there is none to offer. `ended` collects the outcomes: they are to be taken from
there and made durable before `go_on` is called. `encrypted` follows `ENCRYPTING`.

A session ends in one of three ways, which `connection` and `fleet` call by the same names: `finish`, `break_off`, and
`fail` where it is the relay's or our own fault.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from pscb_mail.errors import PscbMailError
from pscb_mail.sending.buffer import Buffer
from pscb_mail.sending.envelope import Copy, commands, turned_down
from pscb_mail.sending.opening import Ask, Begin, Credentials, Encrypt, Fail, Opening, Step, asks_to_come_later
from pscb_mail.sending.replies import Meaning, Reply, Stage, meaning, reply_of
from pscb_mail.sending.troubles import LATER, RelayAwayError
from pscb_mail.settings import Relay

LINE_LIMIT = 4096  # RFC 5321 section 4.5.3.1.5 asks for 512; servers write longer ones
LINES_LIMIT = 200
CLOSING = 421  # "I am closing the channel", at any step (RFC 5321 section 3.8)


@dataclass(frozen=True)
class Answered:
    """The relay answered at `stage`; with a positive reply at BODY it has taken the message."""

    stage: Stage
    reply: Reply


@dataclass(frozen=True)
class NotSent:
    """The session ended before the last byte left: the message has not arrived."""

    reason: str


@dataclass(frozen=True)
class InDoubt:
    """The last byte left and no intelligible reply came: the message may have arrived."""

    reason: str


Outcome = Answered | NotSent | InDoubt


class Phase(Enum):
    """Where a session stands."""

    CONNECTING = "connecting"
    OPENING = "opening"  # greeting, EHLO, STARTTLS, AUTH
    ENCRYPTING = "encrypting"  # the transport must start TLS now
    READY = "ready"
    DONE = "done"  # nothing is under way any more, nothing that is said counts, and `go_on` closes it
    CLOSED = "closed"


_OVER = (Phase.DONE, Phase.CLOSED)


class _Flight:
    """A copy under way. `end`: where its last byte stands in `outgoing`, once it is there."""

    __slots__ = ("chunked", "commands", "copy", "end", "poised", "refusal", "taken")

    def __init__(self, copy: Copy, lines: list[tuple[Stage, bytes]]) -> None:
        self.copy = copy
        self.commands = deque(lines)
        self.chunked = lines[-1][0] is Stage.BODY
        self.refusal: Answered | None = None
        self.taken = False  # the relay took the recipient
        self.poised = False  # the relay waits for the message
        self.end: int | None = None


# A reply that must come: to what, for which copy, and where its question ends in `outgoing`.
_Awaited = tuple[Stage, _Flight | None, int]


class Dialogue:
    """A session with one relay, from its greeting to its end."""

    def __init__(self, relay: Relay, credentials: Credentials | None = None, *, chunking: bool = True) -> None:
        self.phase = Phase.CONNECTING
        self.outgoing = Buffer()
        self.ended: list[tuple[Copy, Outcome]] = []
        self.problem: PscbMailError | None = None  # why it ended, where that was not our wish
        self.progress = 0  # changes with every step: the clock of a step starts again
        self._label = relay.label
        self._opening = Opening(relay, credentials)
        self._may_chunk = chunking
        self._unfinished = b""
        self._lines: list[bytes] = []
        self._awaited: deque[_Awaited] = deque()
        self._flights: deque[_Flight] = deque()
        self._taken = 0
        self._resetting = False
        self._finishing = False
        self._may_quit = True
        self._pipelining = False
        self._chunking = False

    # -- what the driver asks ---------------------------------------------------------------------------------------

    @property
    def room(self) -> bool:
        """Whether a copy may be offered now: none is under way, or one that does not have to be waited for."""
        if self.phase is not Phase.READY or self._finishing or self._resetting:
            return False
        if not self._flights:
            return True
        first = self._flights[0]
        return len(self._flights) == 1 and self._pipelining and (first.poised or (first.chunked and self._chunking))

    @property
    def poised(self) -> bool:
        """Whether the session waits for us: the relay for a message (`offer` the next copy, or `go_on`), or its end."""
        return self._flights[0].poised if self._flights else self.phase is Phase.DONE

    @property
    def busy(self) -> int:
        """How many copies are under way."""
        return len(self._flights)

    @property
    def waits_for(self) -> Stage | None:
        """The step whose reply must come next, or None where nothing is asked."""
        return self._awaited[0][0] if self._awaited else None

    # -- what the driver tells --------------------------------------------------------------------------------------

    def connected(self, own_name: str) -> None:
        """Begin: the relay speaks first. `own_name` is what EHLO says of us."""
        self._opening.connected(own_name)
        self.phase = Phase.OPENING
        self._awaited.append((Stage.GREETING, None, 0))
        self.progress += 1

    def encrypted(self) -> None:
        """Go on after STARTTLS."""
        self.phase = Phase.OPENING
        self._take(self._opening.encrypted())

    def receive(self, data: bytes) -> None:
        """Take in what the relay sent, wherever it was cut; once the session is over, nothing counts any more."""
        if self.phase in _OVER:
            return
        lines = (self._unfinished + data).split(b"\n")
        self._unfinished = lines.pop()
        for number, line in enumerate(lines, start=1):
            self._line(line)
            if self.phase is Phase.ENCRYPTING and (number < len(lines) or self._unfinished):
                # Whoever sits in between could say anything before encryption begins (RFC 3207 section 6).
                self.break_off("it said more than it should before encryption began")
            if self.phase in _OVER:
                return
        if len(self._unfinished) > LINE_LIMIT:
            self.break_off("a line of its reply has no end")

    def offer(self, copy: Copy) -> None:
        """Hand over a copy; there must be `room`."""
        reply = turned_down(copy, self._opening.extensions)
        if reply is not None:
            self.ended.append((copy, Answered(Stage.RCPT, reply)))
            return
        self.go_on()
        flight = _Flight(copy, commands(copy, self._opening.extensions, chunking=self._chunking))
        if self._flights and self._chunking:
            # Should the message before it fail, this must come first (RFC 3030 section 2), and it costs no round trip.
            flight.commands.appendleft((Stage.RSET, b"RSET\r\n"))
        self._flights.append(flight)
        self._say_next(flight)
        # BDAT may be pipelined only where PIPELINING is offered too (RFC 3030 section 4.2).
        while flight.commands and self._pipelining:
            self._say_next(flight)

    def go_on(self) -> None:
        """Send the message that the relay waits for, or close the session that is done, once all outcomes are taken."""
        if self._flights:
            flight = self._flights[0]
            if flight.poised:
                flight.poised = False
                self.outgoing.add(*flight.copy.pieces, b".\r\n")
                flight.end = self.outgoing.queued
                self._await(Stage.BODY, flight)
        elif self.phase is Phase.DONE and not self.ended:
            self._close()

    def stop_chunking(self) -> None:
        """Send what is offered from now on by DATA: copy by copy it is then known whether the next one has left."""
        self._may_chunk = self._chunking = False

    def finish(self) -> None:
        """Take no more: what has begun to leave is finished, what has not is not sent; then `go_on` says QUIT."""
        if self.phase is Phase.CLOSED or self._finishing:
            return
        self._finishing = True
        for flight in [each for each in self._flights if each.end is None and each.refusal is None]:
            self._flights.remove(flight)
            self.ended.append((flight.copy, NotSent("the run was stopping")))
            self._may_quit = False
        self._done_when_empty()

    def break_off(self, reason: str) -> None:
        """End the session at once: every copy under way gets the outcome that its last byte decides."""
        broke = "cannot be reached:" if self.phase is Phase.CONNECTING else "broke off:"
        self.fail(RelayAwayError(f"{self._label} {broke} {reason}.", LATER), reason)

    def fail(self, problem: PscbMailError, reason: str = "") -> None:
        """End the session at once for a `problem` that is to be told, such as its certificate."""
        if self.phase is Phase.CLOSED:
            return
        if self.phase is not Phase.DONE and self.waits_for is not Stage.QUIT:
            self.problem = problem
        self.phase = Phase.CLOSED
        for flight in self._flights:
            self.ended.append((flight.copy, self._fate(flight, reason or problem.message)))
        self._flights.clear()

    # -- replies ----------------------------------------------------------------------------------------------------

    def _line(self, line: bytes) -> None:
        if len(line) > LINE_LIMIT:
            self.break_off("a line of its reply is too long")
            return
        self._lines.append(line)
        if line[3:4] == b"-":
            if len(self._lines) == LINES_LIMIT:
                self.break_off("its reply has no end")
            return
        lines, self._lines = self._lines, []
        try:
            reply = reply_of(lines)
        except ValueError:
            self.break_off("what it said is no SMTP reply")
        else:
            self._reply(reply, lines)

    def _reply(self, reply: Reply, lines: list[bytes]) -> None:
        if not self._awaited:
            self.break_off(f'it said "{reply.code} {reply.text}" without being asked')
            return
        stage, flight, asked = self._awaited[0]
        if self.outgoing.handed < asked:
            self.break_off(f'it said "{reply.code} {reply.text}" before we had finished')
        elif 300 <= reply.code < 400 and stage is not Stage.AUTH and stage is not Stage.DATA:
            self.break_off(f'it said "{reply.code} {reply.text}" to {stage.value}')
        else:
            self._awaited.popleft()
            self.progress += 1
            if flight is None:
                self._own_reply(stage, reply, lines)
            elif stage is Stage.RSET and meaning(stage, reply) is not Meaning.ACCEPTED:
                # That is no word about the message behind it, which has left: only its own answer could be.
                self.break_off(f'it said "{reply.code} {reply.text}" to RSET')
            elif reply.code == CLOSING:
                flight.refusal = flight.refusal or Answered(stage, reply)
                self.break_off(f'it said "{reply.code} {reply.text}"')
            elif stage is Stage.DATA:
                self._data_reply(flight, reply)
            elif stage is Stage.BODY:
                self._body_reply(flight, reply)
            else:
                self._envelope_reply(stage, flight, reply)

    def _envelope_reply(self, stage: Stage, flight: _Flight, reply: Reply) -> None:
        what = meaning(stage, reply)
        if what is Meaning.SIGN_IN and stage is Stage.MAIL and self._opening.has_token and self._taken:
            # A token lasts an hour and a session may last longer: the next one signs in with the next token.
            self.break_off(f'it said "{reply.code} {reply.text}": the sign-in has run out')
            return
        if what is not Meaning.ACCEPTED:
            flight.refusal = flight.refusal or Answered(stage, reply)
        elif stage is Stage.RCPT:
            flight.taken = True
        if not flight.commands:
            return
        if flight.refusal:
            self._answered(flight, flight.refusal, reset=True)
        else:
            self._say_next(flight)

    def _data_reply(self, flight: _Flight, reply: Reply) -> None:
        if reply.code != 354:
            if meaning(Stage.DATA, reply) is Meaning.ACCEPTED and not flight.refusal:
                self.break_off(f'it said "{reply.code} {reply.text}" to DATA')
            else:
                self._answered(flight, flight.refusal or Answered(Stage.DATA, reply), reset=True)
        elif flight.refusal is None:
            flight.poised = True
        elif flight.taken:
            self.break_off("it asks for a message that it has refused")
        else:
            # It refused the only recipient and wants the message all the same: an empty one (RFC 2920 section 3.1).
            self.outgoing.add(b".\r\n")
            self._await(Stage.BODY, flight)

    def _body_reply(self, flight: _Flight, reply: Reply) -> None:
        accepted = meaning(Stage.BODY, reply) is Meaning.ACCEPTED
        self._taken += accepted
        outcome = flight.refusal if flight.refusal and not (accepted and flight.taken) else Answered(Stage.BODY, reply)
        # "The state resulting from this error is indeterminate. A RSET command MUST be sent" (RFC 3030 section 2).
        self._answered(flight, outcome, reset=flight.chunked and (not accepted or flight.refusal is not None))

    def _answered(self, flight: _Flight, outcome: Outcome, *, reset: bool) -> None:
        self._flights.remove(flight)
        self.ended.append((flight.copy, outcome))
        if self._finishing:
            self._done_when_empty()
        elif reset and not self._flights:
            self._resetting = True
            self._ask(Stage.RSET, "RSET")

    # -- replies that are about no copy -----------------------------------------------------------------------------

    def _own_reply(self, stage: Stage, reply: Reply, lines: list[bytes]) -> None:
        match stage:
            case Stage.QUIT:
                self.phase = Phase.CLOSED
            case Stage.RSET if meaning(stage, reply) is Meaning.ACCEPTED:
                self._resetting = False
            case Stage.RSET:
                self._take(asks_to_come_later(self._label, reply))
            case _:
                self._take(self._opening.answered(stage, reply, lines))

    def _take(self, step: Step) -> None:
        match step:
            case Ask(stage, command):
                self._ask(stage, command)
            case Encrypt():
                self.phase = Phase.ENCRYPTING
            case Begin():
                self.phase = Phase.READY
                self._pipelining = "PIPELINING" in self._opening.extensions
                self._chunking = self._may_chunk and "CHUNKING" in self._opening.extensions
            case Fail(problem, reason):
                self.fail(problem, reason)

    # -- how it goes on ---------------------------------------------------------------------------------------------

    def _say_next(self, flight: _Flight) -> None:
        stage, line = flight.commands.popleft()
        self.outgoing.add(line)
        if stage is Stage.BODY:  # BDAT: the message follows at once
            self.outgoing.add(*flight.copy.pieces)
            flight.end = self.outgoing.queued
        self._await(stage, flight)

    def _ask(self, stage: Stage, command: str) -> None:
        self.outgoing.add(command.encode() + b"\r\n")
        self._await(stage, None)

    def _await(self, stage: Stage, flight: _Flight | None) -> None:
        self._awaited.append((stage, flight, self.outgoing.queued))
        self.progress += 1

    def _done_when_empty(self) -> None:
        if not self._flights:
            # In the middle of an envelope QUIT could be taken for a message.
            self._may_quit = self._may_quit and self.phase is Phase.READY and not self._awaited
            self.phase = Phase.DONE

    def _close(self) -> None:
        """Say QUIT, or hang up where it must not be said."""
        if self._may_quit:
            self.phase = Phase.READY
            self._ask(Stage.QUIT, "QUIT")
        else:
            self.phase = Phase.CLOSED

    def _fate(self, flight: _Flight, reason: str) -> Outcome:
        if flight.refusal is not None:
            return flight.refusal
        left = flight.end is not None and (self.outgoing.handed >= flight.end or self.outgoing.going)
        return InDoubt(reason) if left else NotSent(reason)
