"""A mailing from start to end: freeze it, send what is due, settle each verdict, go on after whatever stopped it.

Promises (docs/internals.md has each instant and what a crash there leaves): a copy's claim is on disk before its first
byte leaves; its verdict is on disk before the next is claimed and before the session closes; nothing whose last byte has left
is sent again by itself; a fault of ours stops the run and is held against nobody. Needs the send lock (`sending.lock`).
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.errors import Exit, NotNowError, PscbMailError
from pscb_mail.issues.edition import Edition
from pscb_mail.people import roster
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import first_name
from pscb_mail.sending import ledger
from pscb_mail.sending.delivery import Claim, Event, State, Verdict
from pscb_mail.sending.ledger import Audience
from pscb_mail.sending.message import Letter, compose, values_of
from pscb_mail.sending.pacing import Limits, allowed_at
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.sending.relays import OpenSession
from pscb_mail.sending.replies import STOPS, Meaning, meaning, no_such_mailbox
from pscb_mail.sending.smtp import Answered, InDoubt, NotSent, Outcome, RelayAwayError, Session, refusal, stuffed
from pscb_mail.settings import Newsletter

# A run waits for retries that fall due within this time, then ends and says when to run it again.
PATIENCE = timedelta(minutes=15)
# Pauses, in seconds, before a session is opened again after trouble; after the last one the run stops.
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
# A relay that takes messages and never says so puts every reader in doubt: stop early.
_MOST_DOUBTS_IN_A_ROW = 3
_LATER = "Nothing was lost: run it again later."
# Both must be exceeded: a list gone stale has more than a few dead addresses, and more than a tenth.
_BRAKE_REFUSALS, _BRAKE_SHARE = 10, 0.1


class BrakeError(PscbMailError):
    """So many permanent refusals that something is wrong with the list or with us."""

    exit_code = Exit.NEEDS_A_PERSON


@dataclass(frozen=True)
class Glance:
    """What a run tells whoever watches it: after each try, and before each wait (then with `until`)."""

    tries: int
    state: State | None
    address: str
    reply: str
    until: datetime | None = None


@dataclass(frozen=True)
class Means:
    """What a run works with. `wait(seconds)` returns True when the user has asked to stop, at once or while waiting."""

    newsletter: Newsletter
    limits: Limits
    open_session: OpenSession
    now: Callable[[], datetime]
    wait: Callable[[float], bool]
    watch: Callable[[Glance], None] = lambda _: None


@dataclass(frozen=True)
class Ended:
    """How a run ended: how many tries, whether the user stopped it, when the next retry is due if one is left."""

    tries: int
    interrupted: bool
    next_due: datetime | None


def begin(db: Database, edition: Edition, audience: Audience, key: bytes, now: datetime) -> None:
    """Start an issue's one mailing: freeze edition and audience, give everybody in it a reference."""

    def reference_of(subscriber: int) -> str:
        return reference(key, Purpose.MAILING, edition.issue, str(subscriber))

    with transaction(db):
        ledger.begin(db, edition, audience, reference_of, now)


def run(db: Database, issue: str, means: Means, *, limit: int | None = None, patient: bool = True) -> Ended:
    """Send what is due of an issue, at most `limit` copies; `patient`: wait for the pace and for near retries.

    Raises NotNowError (pace exhausted without patience, relay away, disk full), RelayRefusesError (a fault of ours),
    BrakeError. Whatever is raised, and whenever the process dies, running it again goes on.
    """
    with transaction(db):
        ledger.doubt_in_flight(db, issue, means.now())
        ledger.drop_those_who_left(db, issue, means.now())
    sending = _Run(db, issue, means, limit, patient)
    try:
        return sending.to_its_end()
    except sqlite3.Error as error:
        # A verdict that cannot be recorded ends the run: the copy stays in flight, and in doubt, for the next.
        raise NotNowError(f"The database cannot be written: {error}.", "Free some space, then run it again.") from error
    finally:
        sending.close()


def send_test(db: Database, edition: Edition, address: str, key: bytes, means: Means, name: str = "") -> Verdict:
    """Send one copy marked [TEST], outside the mailing; it counts for the pace. Raises what `run` raises."""
    now = means.now()
    values = values_of(
        name=name, first_name=first_name(name), organisation="", role="", address=address,
        reference=reference(key, Purpose.TEST, edition.issue, address.lower()), dated=now.astimezone(means.newsletter.zone),
    )  # fmt: skip
    letter = compose(edition, means.newsletter, Purpose.TEST)
    with means.open_session() as session:
        with transaction(db):
            attempt = ledger.start_test(db, edition.issue, address, session.relay.label, now)
        outcome = session.deliver(means.newsletter.address, address, letter.spliced(values))
        verdict = judged(outcome, session)
        with transaction(db):
            ledger.end_attempt(db, attempt, verdict, means.now())
    _raise_if_ours(outcome, session)
    return verdict


def send_one(open_session: OpenSession, sender: str, recipient: str, message: bytes) -> Verdict:
    """Hand over one message that belongs to no mailing, such as an answer. Raises what opening a session raises."""
    with open_session() as session:
        return judged(session.deliver(sender, recipient, [stuffed(message)]), session)


def judged(outcome: Outcome, session: Session) -> Verdict:
    """Return the verdict on a try."""
    relay = session.relay.label
    match outcome:
        case NotSent(reason):
            return Verdict(Event.NOT_TRIED, 0, reason, relay)
        case InDoubt(reason):
            return Verdict(Event.DOUBTED, 0, reason, relay)
        case Answered(stage, reply):
            event = {
                Meaning.ACCEPTED: Event.ACCEPTED,
                Meaning.PUT_OFF: Event.PUT_OFF,
                Meaning.TURNED_DOWN: Event.TURNED_DOWN,
            }.get(meaning(stage, reply), Event.NOT_TRIED)
            return Verdict(event, reply.code, reply.text, relay, no_such_mailbox(stage, reply))


def _raise_if_ours(outcome: Outcome, session: Session) -> None:
    """Raise the error for an answer that is about us: the run must stop."""
    if isinstance(outcome, Answered) and (why := meaning(outcome.stage, outcome.reply)) in STOPS:
        raise refusal(session.relay, why, outcome.stage, outcome.reply)


@dataclass
class _Run:
    """One run's progress: the open session, and the counts that its brakes need."""

    db: Database
    issue: str
    means: Means
    limit: int | None
    patient: bool
    tries: int = 0
    refusals: int = 0
    troubles: int = 0
    doubts: int = 0
    session: Session | None = None
    letters: dict[int, Letter] = field(default_factory=dict)

    def to_its_end(self) -> Ended:
        interrupted = self.means.wait(0)
        while not interrupted and self.limit != self.tries:
            pause = self._pause()
            if pause is None:
                break
            interrupted = self.means.wait(pause) or self._one()
        return Ended(self.tries, interrupted, ledger.next_due_at(self.db, self.issue))

    def close(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None

    def _pause(self) -> float | None:
        """Return the seconds until something may be sent, 0 for now, None where nothing is left to wait for."""
        now = self.means.now()
        due = now if ledger.is_due(self.db, self.issue, now) else ledger.next_due_at(self.db, self.issue)
        if due is None or due > now + (PATIENCE if self.patient else timedelta()):
            return None
        at = max(due, allowed_at(self.means.limits, lambda n: ledger.nth_latest_try(self.db, n), now))
        if at <= now:
            return 0.0
        if not self.patient:
            raise NotNowError(f"The pace allows the next copy at {at:%Y-%m-%d %H:%M} UTC.", "Run it again then.")
        self.means.watch(Glance(self.tries, None, "", "", until=at))
        return (at - now).total_seconds()

    def _one(self) -> bool:
        """Send one copy and settle it; return whether the user asked to stop meanwhile."""
        try:
            session = self._open()
        except RelayAwayError as problem:
            return self._trouble(problem)
        claimed, attempt = self._claim(session)
        if claimed is None:
            return False
        outcome = session.deliver(self.means.newsletter.address, claimed.address, self._message(claimed))
        verdict = judged(outcome, session)
        state = self._settle(claimed, attempt, verdict)
        self.means.watch(Glance(self.tries, state, claimed.address, f"{verdict.code or ''} {verdict.reply}".strip()))
        if not session.usable:
            self.close()
        _raise_if_ours(outcome, session)
        self._brake()
        if verdict.event is not Event.NOT_TRIED:
            return False
        return self._trouble(RelayAwayError(f"{verdict.relay} does not take mail now: {verdict.reply}.", _LATER))

    def _open(self) -> Session:
        if self.session is None:
            self.session = self.means.open_session()
        return self.session

    def _claim(self, session: Session) -> tuple[Claim | None, int]:
        now = self.means.now()
        with transaction(self.db):
            claimed = ledger.claim(self.db, self.issue, now)
            attempt = ledger.start_attempt(self.db, claimed, self.issue, session.relay.label, now) if claimed else 0
        return claimed, attempt

    def _settle(self, claimed: Claim, attempt: int, verdict: Verdict) -> State:
        now = self.means.now()
        with transaction(self.db):
            state = ledger.settle(self.db, claimed, attempt, verdict, now)
            if verdict.no_such_mailbox:
                origin = Origin(now, "pscb-mail", f"send {self.issue}", f"{verdict.code} {verdict.reply}")
                roster.bounce(self.db, [claimed.subscriber], origin)
        self._count(verdict)
        return state

    def _count(self, verdict: Verdict) -> None:
        self.tries += verdict.event is not Event.NOT_TRIED
        self.refusals += verdict.event is Event.TURNED_DOWN
        self.doubts = self.doubts + 1 if verdict.event is Event.DOUBTED else 0
        if verdict.event in {Event.ACCEPTED, Event.PUT_OFF, Event.TURNED_DOWN}:
            self.troubles = 0

    def _message(self, claimed: Claim) -> list[bytes]:
        if claimed.edition not in self.letters:
            edition = ledger.edition(self.db, claimed.edition)
            self.letters[claimed.edition] = compose(edition, self.means.newsletter, Purpose.MAILING)
        return self.letters[claimed.edition].spliced(
            values_of(
                name=claimed.name,
                first_name=first_name(claimed.name),
                organisation=claimed.organisation,
                role=claimed.role,
                address=claimed.address,
                reference=claimed.reference,
                dated=claimed.dated.astimezone(self.means.newsletter.zone),
            )
        )

    def _trouble(self, problem: RelayAwayError) -> bool:
        """Pause before the next session, longer each time; return whether the user asked to stop meanwhile.

        Raises `problem` after the last pause, and at once where this run has not sent anything yet.
        """
        self.close()
        if self.troubles == len(_PAUSES) or not self.tries:
            raise problem
        self.troubles += 1
        return self.means.wait(_PAUSES[self.troubles - 1])

    def _brake(self) -> None:
        if self.doubts >= _MOST_DOUBTS_IN_A_ROW:
            raise RelayAwayError(
                f"The relay took {self.doubts} copies in a row without saying so: they may or may not have arrived.",
                "Ask who runs the relay; `pscb-mail log --state unknown` lists them.",
            )
        if self.refusals >= _BRAKE_REFUSALS and self.refusals > self.tries * _BRAKE_SHARE:
            raise BrakeError(
                f"Stopped: {self.refusals} of {self.tries} copies were refused for good.",
                "Look at `pscb-mail log --state refused` first; running send again goes on with the others.",
            )
