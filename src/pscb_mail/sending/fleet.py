"""Many sessions over one or more relays, in one thread: all of them kept busy, the ones in trouble left alone.

Promises: never more sessions to a relay than its `connections`; fewer where it says that they are too many; one that
fails is set aside with growing pauses while its work goes to the others, and is tried with one session first. It moves
bytes and copies; the ledger, the pace and the brakes are `running`'s.

A session that ends after it has carried copies is no failure: relays close after so many messages. One that breaks
without a word after a whole message was sent makes its relay be treated without CHUNKING (RFC 3030), so that it can be
told copy by copy whether the next one has left. A line that breaks looks like a relay that closes after so many copies:
such a limit is believed when a session that was opened since breaks after exactly as many, and only while none carries
more. Sessions are finished at it then.

A relay that is not to be trusted, such as one with a bad certificate, is left out for the rest of the run, and
`left_out` tells why. It is `fatal` where there is no other; so is, at any relay, a sign-in that is refused.
"""

import selectors
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pscb_mail.errors import PscbMailError, SettingsError
from pscb_mail.sending.connection import Connection
from pscb_mail.sending.dialogue import CLOSING, Answered, InDoubt, NotSent, Outcome, Phase
from pscb_mail.sending.door import Door, Timing
from pscb_mail.sending.envelope import Copy
from pscb_mail.sending.replies import Meaning, meaning
from pscb_mail.sending.troubles import LATER, RelayAwayError, SignInRefusedError

# 432 4.3.2 and 421 4.3.2 "too many connections" (Exchange Online), 421 4.7.0 (Postfix and others).
_TOO_MANY = frozenset({CLOSING, 432})
_ABOUT_A_COPY = frozenset({Meaning.ACCEPTED, Meaning.PUT_OFF, Meaning.TURNED_DOWN})
# Between two looks whether a sign-in is there that is being fetched.
_MOMENT = 0.1


class Landed(NamedTuple):
    """What became of a copy. `incident`: its relay was in order until now, and this says that it is not."""

    copy: Copy
    outcome: Outcome
    relay: str
    incident: bool = False


@dataclass
class _Session:
    connection: Connection
    suspected: int  # of its relay as it was opened
    opened: bool = False
    served: int = 0
    backed_off: bool = False


@dataclass
class _Lane:
    """One relay: its sessions, how many it may have, and how it has behaved."""

    door: Door
    most: int
    proven: bool
    sessions: list[_Session] = field(default_factory=list)
    failures: int = 0
    aside_until: float = 0.0
    chunking: bool = True
    suspected: int = 0  # how many copies the latest session carried that broke off without a word; 0: one carried more
    carries: int = 0  # how many it takes in a session; 0: nothing says that there is a limit
    problem: PscbMailError | None = None

    @property
    def slots(self) -> int:
        """How many sessions it may have now: one until it has shown that it works."""
        return self.most if self.proven else 1

    def set_aside(self, now: float, pauses: tuple[float, ...], problem: PscbMailError) -> bool:
        """Leave it alone for a while, longer each time; return whether it was in order until now."""
        self.problem = problem
        if now < self.aside_until:
            return False
        self.aside_until = now + pauses[min(self.failures, len(pauses) - 1)]
        self.failures += 1
        self.proven = False
        self.most = self.door.relay.connections
        return True

    def has_room(self, session: _Session) -> bool:
        """Whether a session can take a copy now, and would carry no more than the relay takes in one."""
        dialogue = session.connection.dialogue
        return dialogue.room and (not self.carries or session.served + dialogue.busy < self.carries)

    def finish_what_is_full(self, session: _Session) -> None:
        """Finish a session that has carried as much as the relay takes in one, before it breaks off."""
        if 0 < self.carries <= session.served:
            session.connection.finish()

    def broke_off(self, broken: _Session) -> None:
        """Note a doubt: from now on one message at a time, and where this was foreseen, no more in a session."""
        if 0 < broken.served == broken.suspected:
            self.carries = broken.served
        self.suspected = broken.served or self.suspected
        self.chunking = False
        for session in self.sessions:
            session.connection.dialogue.stop_chunking()
            if not session.connection.dialogue.busy:
                self.finish_what_is_full(session)

    def answered(self, session: _Session) -> None:
        """Note that a copy got an answer: whatever was, is over, and a limit that is passed is none."""
        session.served += 1
        if session.served > self.suspected:
            self.suspected = 0
        if session.served > self.carries:
            self.carries = 0
        self.finish_what_is_full(session)
        if self.failures or not self.proven:
            self.failures, self.proven, self.problem = 0, True, None


class Fleet:
    """The sessions of a run. Drive it by `turn`; `close` when all is settled."""

    def __init__(self, doors: tuple[Door, ...], timing: Timing, clock: Callable[[], float]) -> None:
        self.fatal: PscbMailError | None = None
        self.left_out: list[PscbMailError] = []
        self._timing = timing
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        # A password that is refused four times at once may lock the account: the first session signs in alone.
        self._lanes = [_Lane(each, each.relay.connections, proven=each.sign_in is None) for each in doors]
        self._hurry = False
        self._awaits_a_sign_in = False
        self._landed: list[Landed] = []

    def turn(self, seconds: float) -> list[Landed]:
        """Wait for at most so long for something to happen; return the copies whose outcome is known now."""
        if self._busy():
            self._hear(0.0 if self._hurry else self._until(seconds))
        self._hurry = False
        return self._seen_to()

    def rooms(self) -> list[Connection]:
        """Return the sessions that can take a copy now: those with nothing under way first, the longest idle first."""
        now = self._clock()
        found = [
            session.connection
            for lane in self._lanes
            if now >= lane.aside_until
            for session in lane.sessions
            if lane.has_room(session)
        ]
        if len(found) > 1:
            found.sort(key=lambda each: (each.dialogue.busy, each.used))
        return found

    def offer(self, connection: Connection, copy: Copy) -> None:
        """Give a copy to a session that has room; it leaves with `go_on`."""
        connection.offer(copy)
        self._hurry = self._hurry or bool(connection.dialogue.ended) or connection.dialogue.room

    def go_on(self) -> None:
        """Write what there is to write."""
        for session in self._sessions():
            if session.connection.has_more:
                session.connection.flush()

    def open(self, wanted: int) -> None:
        """Open sessions side by side until `wanted` are there or opening, relays with the fewest first."""
        self._awaits_a_sign_in = False
        while self._count() < wanted:
            free = [lane for lane in self._free() if lane.door.ready()]
            if not free:
                self._awaits_a_sign_in = self.can_open
                return
            lane = min(free, key=lambda each: len(each.sessions) / each.most)
            connection = Connection(lane.door, self._selector, self._clock, self._timing, chunking=lane.chunking)
            lane.sessions.append(_Session(connection, lane.suspected))

    @property
    def can_open(self) -> bool:
        """Whether a further session may be opened now."""
        return next(self._free(), None) is not None

    @property
    def opening(self) -> bool:
        """Whether a session is being opened."""
        return any(not session.opened for session in self._sessions())

    @property
    def slots(self) -> int:
        """How many sessions there may be now."""
        now = self._clock()
        return sum(lane.slots for lane in self._lanes if now >= lane.aside_until)

    @property
    def alive(self) -> bool:
        """Whether there is any session, open or opening."""
        return self._count() > 0

    def rests(self) -> float:
        """Return the seconds until a relay that was set aside may be tried again, 0 where one may be tried now."""
        now = self._clock()
        least = _MOMENT if self._awaits_a_sign_in else 0.0
        return max(least, min(lane.aside_until for lane in self._lanes) - now)

    def hopeless(self, *, begun: bool) -> PscbMailError | None:
        """Return why no relay takes anything: all failed after the last pause, or at once where nothing has `begun`."""
        most = len(self._timing.pauses) if begun else 0
        if all(lane.failures > most for lane in self._lanes):
            return next((lane.problem for lane in self._lanes if lane.problem), None)
        return None

    def finish(self) -> None:
        """Let every session finish what has begun to leave, and take no more; `go_on` then says QUIT."""
        for session in self._sessions():
            session.connection.finish()
        self._hurry = True

    def break_off(self) -> list[Landed]:
        """Break every session off; return what became of the copies under way."""
        for session in self._sessions():
            session.connection.break_off()
        return self._seen_to()

    def quit(self) -> None:
        """Say QUIT everywhere and hang up; nothing may be under way. New sessions may be opened afterwards."""
        self.finish()
        self.go_on()
        end = self._clock() + self._timing.quit
        while (now := self._clock()) < end and self._busy():
            self._hear(end - now)
        self.break_off()

    def close(self) -> None:
        """Say QUIT to whoever is still there, and close for good."""
        self.quit()
        self._selector.close()

    def _hear(self, seconds: float) -> None:
        """Wait for at most so long, and let each session do what its socket is ready for."""
        for key, mask in self._selector.select(seconds):
            key.data.ready(mask)

    # -- looking after the relays -----------------------------------------------------------------------------------

    def _seen_to(self) -> list[Landed]:
        """Look after every relay; return the copies whose outcome is known now."""
        now = self._clock()
        for lane in tuple(self._lanes):
            self._look_after(lane, now)
        landed, self._landed = self._landed, []
        return landed

    def _look_after(self, lane: _Lane, now: float) -> None:
        for session in tuple(lane.sessions):
            connection = session.connection
            connection.tick(now)
            dialogue = connection.dialogue
            for copy, outcome in dialogue.ended:
                self._landed.append(Landed(copy, outcome, lane.door.relay.label, self._note(lane, session, outcome)))
            dialogue.ended.clear()
            if not session.opened and dialogue.phase is Phase.READY:
                session.opened = True
                lane.proven = lane.proven or not lane.failures
            if connection.closed:
                lane.sessions.remove(session)
                self._lost(lane, session, now)

    def _note(self, lane: _Lane, session: _Session, outcome: Outcome) -> bool:
        """Learn from an outcome how the relay is; return whether it is in trouble since now."""
        match outcome:
            case Answered(stage, reply):
                what = meaning(stage, reply)
                if what is Meaning.BACK_OFF:
                    return self._backs_off(lane, session, reply.code, f'says "{reply.code} {reply.text}"')
                if what in _ABOUT_A_COPY:
                    lane.answered(session)
            case InDoubt(reason):
                lane.broke_off(session)
                return self._aside(lane, f"broke off: {reason}")
            case NotSent():
                pass  # the end of its session says what is to be thought of the relay
        return False

    def _backs_off(self, lane: _Lane, session: _Session, code: int, says: str) -> bool:
        """Do what a relay asks that does not take mail on this session now."""
        session.connection.finish()
        if session.backed_off:  # said of its second copy what it had said of the first
            return False
        session.backed_off = True
        others = sum(not each.backed_off for each in lane.sessions)
        if code in _TOO_MANY and others:
            lane.most = min(lane.most, others)
            return False
        if code == CLOSING and session.served:
            return False
        return self._aside(lane, says)

    def _lost(self, lane: _Lane, session: _Session, now: float) -> None:
        """Judge a session that has ended."""
        problem = session.connection.dialogue.problem
        if problem is None or session.served:
            return
        others = len(lane.sessions)
        if isinstance(problem, SignInRefusedError) and not session.opened and lane.door.turned_down():
            return
        if not session.opened and others:
            # It lets in the others: this one was too many.
            lane.most = min(lane.most, others)
        elif isinstance(problem, RelayAwayError):
            lane.set_aside(now, self._timing.pauses, problem)
        elif isinstance(problem, SettingsError) and len(self._lanes) > 1:
            self._lanes.remove(lane)
            self.left_out.append(problem)
        else:
            self.fatal = self.fatal or problem

    def _aside(self, lane: _Lane, what: str) -> bool:
        problem = RelayAwayError(f"{lane.door.relay.label} {what}.", LATER)
        return lane.set_aside(self._clock(), self._timing.pauses, problem)

    # -- all sessions -----------------------------------------------------------------------------------------------

    def _sessions(self) -> Iterator[_Session]:
        for lane in self._lanes:
            yield from lane.sessions

    def _free(self) -> Iterator[_Lane]:
        now = self._clock()
        return (lane for lane in self._lanes if now >= lane.aside_until and len(lane.sessions) < lane.slots)

    def _count(self) -> int:
        return sum(len(lane.sessions) for lane in self._lanes)

    def _busy(self) -> bool:
        return any(not session.connection.closed for session in self._sessions())

    def _until(self, seconds: float) -> float:
        """Return how long to wait: at most `seconds`, no longer than a step may take, and not where nobody answers."""
        deadlines = [d for session in self._sessions() if (d := session.connection.deadline) is not None]
        return max(0.0, min(seconds, min(deadlines) - self._clock())) if deadlines else 0.0
