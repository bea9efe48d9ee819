"""One run: many sessions, one ledger. Each turn of its loop is bytes, then one transaction, then bytes.

Promises (docs/internals.md has each instant and what a crash there leaves): a copy's claim is on disk before its first
byte leaves; the verdicts of a turn and the claims that take their places commit together, and before any session goes
on; no session has more than two claims; a fault of ours stops the run and is held against nobody; whoever asks it to
stop gets what has begun to leave finished, and nothing more claimed; whoever wants it at once gets every session hung
up, and only what had left whole is in doubt then.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from sqlite_utils import Database

from pscb_mail.database import HeldError, transaction, unwritable
from pscb_mail.errors import NotNowError, PscbMailError
from pscb_mail.people import roster
from pscb_mail.people.changes import Origin
from pscb_mail.sending import brakes, claims, editions, ledger
from pscb_mail.sending.brakes import BrakeError, Tally
from pscb_mail.sending.claims import Try
from pscb_mail.sending.connection import Connection
from pscb_mail.sending.delivery import USUAL_RETRIES, Claim, Event, Retries, State, Verdict
from pscb_mail.sending.envelope import Copy
from pscb_mail.sending.fleet import Fleet, Landed
from pscb_mail.sending.message import Letters, values_for
from pscb_mail.sending.pacing import Limits, Recent
from pscb_mail.sending.references import Purpose
from pscb_mail.sending.relays import Relays
from pscb_mail.sending.troubles import StuckError
from pscb_mail.sending.verdicts import fault_of_ours, judged
from pscb_mail.settings import Newsletter

# A run waits for retries that fall due within this time, then ends and says when to run it again.
PATIENCE = timedelta(minutes=15)
# A wish to stop is noticed within this many seconds, whatever the relays do.
_LOOK_UP = 0.5
# Seconds for which somebody else may write to the database before a relay's answer counts as lost.
_PATIENCE_WITH_A_WRITER = 600.0
_ANOTHER_WRITES = (
    "Another program is writing to the database. The run waits up to"
    f" {_PATIENCE_WITH_A_WRITER / 60:.0f} minutes to record what the relay has answered, and then stops."
    " Ctrl-C twice: do not wait, and leave those copies in doubt."
)


@dataclass(frozen=True)
class Glance:
    """What a run tells whoever watches it: after each turn (every trouble apart), and before each wait (`until`).

    `warning`: a relay is left out for the rest of the run, and why; or the run waits for another program that writes.
    """

    tries: int
    state: State | None
    address: str
    reply: str
    until: datetime | None = None
    warning: str = ""


@dataclass(frozen=True)
class Means:
    """What a run works with.

    `wait(seconds)` returns True when the user has asked to stop, at once or while waiting; `at_once()` where they have
    asked again and what is in flight shall not be waited for.
    """

    newsletter: Newsletter
    limits: Limits
    relays: Relays
    now: Callable[[], datetime]
    wait: Callable[[float], bool]
    watch: Callable[[Glance], None] = lambda _: None
    retries: Retries = USUAL_RETRIES
    at_once: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Ended:
    """How a run ended: how many tries, whether the user stopped it, when the next retry is due if one is left."""

    tries: int
    interrupted: bool
    next_due: datetime | None


@dataclass
class Run:
    """One run's progress: the sessions, what is under way, and what its brakes count."""

    db: Database
    issue: str
    means: Means
    limit: int | None
    patient: bool
    tries: int = 0
    stopping: bool = False
    interrupted: bool = False
    error: PscbMailError | None = None
    tripped: BrakeError | None = None
    under_way: dict[int, Try] = field(default_factory=dict)
    letters: dict[int, Letters] = field(default_factory=dict)

    def __post_init__(self) -> None:
        relays = self.means.relays
        self.fleet = Fleet(relays.doors, relays.timing, relays.clock)
        self.idle_seconds = relays.timing.idle
        self.sender = self.means.newsletter.address
        # The mailing's brakes count what earlier runs came to; those of this run are not held off by a good past.
        self.tallies = (Tally(), brakes.so_far(self.db, self.issue))
        self.recent = Recent(self.means.limits)
        if self.recent.most:
            tries = claims.latest_tries(self.db, self.recent.most)
            claims.note_the_clock(self.db, tries, self.means.now())
            self.recent.learn(tries)

    def to_its_end(self) -> Ended:
        """Send until nothing is left to wait for. Raises what stopped it, once what was under way is settled."""
        brake = brakes.stopped(self.db, self.issue)
        if brake is not None and claims.left(self.db, self.issue):
            self._trip(brake)
        try:
            while self._turn():
                pass
        except HeldError:
            if not self.means.at_once():
                raise
        if self.means.at_once() and isinstance(self.error, HeldError):
            self.interrupted, self.error = True, None  # nobody waits for the other program: that was their wish
        if not self._held() and self.error is self.tripped:
            self.error = None  # the brake has nothing left to stop
        if self.error is not None:
            raise self.error
        return Ended(self.tries, self.interrupted, ledger.next_due_at(self.db, self.issue))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the sessions with QUIT; where copies are under way something broke: hang up, and record what is known."""
        try:
            if self.under_way:
                # What has gone wrong is to be told, and not that this could not be recorded either.
                with suppress(NotNowError, sqlite3.Error):
                    self._break_off()
        finally:
            self.fleet.close()

    # -- one turn ---------------------------------------------------------------------------------------------------

    def _turn(self) -> bool:
        """Do one turn; return whether there is another."""
        if self.means.at_once():
            self.interrupted = True
            self._break_off()
            return False
        if not self.stopping and self.means.wait(0):
            self.interrupted = True
            self._stop(None)
        landed = self.fleet.turn(_LOOK_UP if self.fleet.alive else 0.0)
        if self.fleet.fatal is not None:
            self._stop(self.fleet.fatal)
        while self.fleet.left_out:
            problem = self.fleet.left_out.pop()
            warning = f"{problem.message} The other relays do its work. {problem.hint}"
            self.means.watch(Glance(self.tries, None, "", "", warning=warning))
        self._heed(landed)
        self._record(landed)
        self.fleet.go_on()
        return bool(self.under_way) or (not self.stopping and self._rest())

    def _heed(self, landed: list[Landed]) -> None:
        """Stop for a fault of ours before anything else is claimed."""
        for each in landed:
            if (fault := fault_of_ours(each.outcome, each.relay)) is not None:
                self._stop(fault)

    def _record(self, landed: list[Landed]) -> None:
        """Make the verdicts durable and, with them, the claims that take their places; then hand those copies over."""
        verdicts = self._verdicts(landed)
        rooms = self._rooms(verdicts)
        if not verdicts and not rooms:
            return
        try:
            states, taken = self._commit(verdicts, rooms)
        except (NotNowError, sqlite3.Error) as error:
            # A full disk may still have room for the verdicts alone: the fewer in doubt the better.
            self._stop(error if isinstance(error, NotNowError) else unwritable(error))
            if verdicts and isinstance(error, HeldError):
                self.means.watch(Glance(self.tries, None, "", "", warning=_ANOTHER_WRITES))
            states, taken = (self._settled(verdicts) if verdicts else []), []
        for connection, tried in zip(rooms, taken, strict=False):
            self.under_way[tried.claim.delivery] = tried
            self.fleet.offer(connection, self._copy(tried.claim))
        self._tell(verdicts, states)
        self._brake([verdict for _, verdict in verdicts], sum(each.incident for each in landed))

    def _verdicts(self, landed: list[Landed]) -> list[tuple[Try, Verdict]]:
        return [(self.under_way.pop(each.copy.ticket), judged(each.outcome, each.relay)) for each in landed]

    def _settled(self, verdicts: list[tuple[Try, Verdict]]) -> list[State]:
        """Make verdicts durable and nothing else, however long somebody else writes, within reason."""
        clock = self.means.relays.clock
        give_up_at = clock() + _PATIENCE_WITH_A_WRITER
        while True:
            try:
                return self._commit(verdicts, [])[0]
            except HeldError:
                if self.means.at_once() or clock() >= give_up_at:
                    raise

    def _commit(self, verdicts: list[tuple[Try, Verdict]], rooms: list[Connection]) -> tuple[list[State], list[Try]]:
        now = self.means.now()
        with transaction(self.db):
            states = claims.settle(self.db, verdicts, now, self.means.retries)
            for tried, verdict in verdicts:
                if verdict.no_such_mailbox:
                    origin = Origin(now, "pscb-mail", f"send {self.issue}", f"{verdict.code} {verdict.reply}")
                    roster.bounce(self.db, [tried.claim.subscriber], origin)
            taken = claims.claim(self.db, self.issue, now, [each.relay.label for each in rooms]) if rooms else []
        return states, taken

    def _rooms(self, verdicts: list[tuple[Try, Verdict]]) -> list[Connection]:
        """Return the sessions for which copies may be claimed now; open more where the work asks for it."""
        if self.stopping:
            return []
        rooms = self.fleet.rooms()
        if not rooms and not self.fleet.can_open:
            return []
        settled = sum(verdict.event is not Event.NOT_TRIED for _, verdict in verdicts)
        most = self._allowance(settled)
        if self.fleet.can_open and most > len(rooms):
            waiting = claims.due(self.db, self.issue, self.means.now(), most)
            self.fleet.open(len(self.under_way) + min(waiting, most))
        return rooms[:most]

    def _allowance(self, settled: int) -> int:
        """Return how many copies --limit and pace allow now: no more than there can be sessions."""
        most = self.fleet.slots
        if self.limit is not None:
            most = min(most, self.limit - self.tries - settled - len(self.under_way))
        if most > 0 and self.recent.most:
            self.recent.learn(claims.tries_since(self.db, self.recent.latest))
            most = self.recent.allows(most, self.means.now())
        return max(0, most)

    # -- between turns ----------------------------------------------------------------------------------------------

    def _rest(self) -> bool:
        """With nothing under way, wait for what comes next; return whether anything does."""
        if self.limit is not None and self.tries >= self.limit:
            return False
        if (problem := self.fleet.hopeless(begun=self.tries > 0)) is not None:
            if copies := claims.stuck(self.db, self.issue, self.means.retries):
                raise StuckError(self.issue, copies, problem)
            raise problem
        pause = self._pause()
        if pause is None:
            return False
        if pause == 0.0 and not self.fleet.opening and not self.fleet.rooms():
            pause = self.fleet.rests()
        if pause > self.idle_seconds:
            self.fleet.quit()
        if pause and self.means.wait(pause):
            self.interrupted = True
            self._stop(None)
        return True

    def _pause(self) -> float | None:
        """Return the seconds until something may be sent, 0 for now, None where nothing is left to wait for."""
        now = self.means.now()
        due = now if claims.due(self.db, self.issue, now, 1) else ledger.next_due_at(self.db, self.issue)
        if due is None or due > now + (PATIENCE if self.patient else timedelta()):
            return None
        self.recent.learn(claims.tries_since(self.db, self.recent.latest) if self.recent.most else ())
        at = max(due, self.recent.allowed_at(now))
        if at <= now:
            return 0.0
        if not self.patient:
            zone = self.means.newsletter.zone
            raise NotNowError(
                f"The pace allows the next copy at {at.astimezone(zone):%Y-%m-%d %H:%M} ({zone.key}).",
                "Run it again then.",
            )
        self.means.watch(Glance(self.tries, None, "", "", until=at))
        return (at - now).total_seconds()

    def _stop(self, error: PscbMailError | None) -> None:
        """Claim nothing more, and finish what has begun to leave; `error` is raised then."""
        self.error = self.error or error
        if not self.stopping:
            self.stopping = True
            self.fleet.finish()

    def _break_off(self) -> None:
        """Hang up everywhere, and record what is known: what had not left whole is queued again."""
        self._commit(self._verdicts(self.fleet.break_off()), [])

    # -- what is sent, and how it went ------------------------------------------------------------------------------

    def _copy(self, claimed: Claim) -> Copy:
        if claimed.edition not in self.letters:
            edition = editions.edition(self.db, claimed.edition)
            self.letters[claimed.edition] = Letters(edition, self.means.newsletter, Purpose.MAILING)
        letter = self.letters[claimed.edition].for_groups(claimed.groups)
        pieces = letter.spliced(values_for(claimed, self.means.newsletter.zone))
        return Copy(self.sender, claimed.address, pieces, claimed.reference, claimed.delivery)

    def _tell(self, verdicts: list[tuple[Try, Verdict]], states: list[State]) -> None:
        """Count the tries, and show each trouble and the last success of this turn."""
        last: tuple[Try, Verdict] | None = None
        for (tried, verdict), state in zip(verdicts, states, strict=True):
            self.tries += verdict.event is not Event.NOT_TRIED
            if state is not State.SENT:
                self.means.watch(_glance(self.tries, state, tried, verdict))
            else:
                last = tried, verdict
        if last is not None:
            self.means.watch(_glance(self.tries, State.SENT, *last))

    def _brake(self, verdicts: list[Verdict], incidents: int) -> None:
        events = [verdict.event for verdict in verdicts]
        for tally in self.tallies:
            tally.take(events, incidents)
            if self.tripped is None and (brake := tally.brake(self.issue)) is not None:
                self._trip(brake)

    def _trip(self, brake: BrakeError) -> None:
        """Stop for what a person must look at, and keep it at once: this process may not see its end."""
        self.tripped = brake
        self._stop(brake)
        self._held()

    def _held(self) -> bool:
        """Keep the brake that has tripped for all runs to come, where anything is left for them; return whether so."""
        if self.tripped is None or not claims.left(self.db, self.issue):
            return False
        # Where it cannot be written, this run is stopped all the same, and says why.
        with suppress(NotNowError, sqlite3.Error):
            brakes.keep(self.db, self.issue, self.tripped)
        return True


def _glance(tries: int, state: State, tried: Try, verdict: Verdict) -> Glance:
    return Glance(tries, state, tried.claim.address, f"{verdict.code or ''} {verdict.reply}".strip())
