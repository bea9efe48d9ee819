"""A reading of the mailbox from start to end: understand each message, decide, act, file it.

Promises: one transaction a message holds the journal's row, the findings, the people's change and the answer; only
when it has committed is the message filed. So a reading that is killed anywhere and run again, or two at once, do
everything exactly once: the key in the journal decides. `unrelated` mail is left untouched and nothing but its key is
kept; `urgent`, `question` and `unreadable` mail is never filed, but for a question that stands in review.

Reports of lasting failure wait for the end of the reading: only then can be seen whether a whole domain is down, and
where that is so nobody is removed. That a mailbox was read, and how far, is recorded only when all is done, the filing
included, and nothing was left out: whatever lies before a bookmark has been looked at.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import transaction, unwritable
from pscb_mail.errors import PscbMailError
from pscb_mail.foreign import one_line
from pscb_mail.mailbox import acting, incoming, journal
from pscb_mail.mailbox.acting import Known
from pscb_mail.mailbox.deciding import decide
from pscb_mail.mailbox.decision import Action, Decision
from pscb_mail.mailbox.finding import Finding, Kind, Severity
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.mailbox.messages import Arrived, Source
from pscb_mail.mailbox.understanding import Ours, understand
from pscb_mail.sending import ledger
from pscb_mail.settings import Settings

AGAIN = "again"
# Both must be exceeded for a domain to look as if it were down.
_OUTAGE_BOUNCES, _OUTAGE_SHARE = 5, 0.1
# For these the message stays where it is, for a person.
_STAYS = frozenset({Kind.URGENT, Kind.QUESTION, Kind.UNREADABLE, Kind.UNRELATED})


@dataclass(frozen=True)
class Entry:
    """One line of what a reading found, one for each finding. `id`: the Message-ID, else the key."""

    id: str
    source: str
    kind: Kind
    action: Action | None
    address: str
    severity: Severity | None
    status: str
    evidence: str
    proposal: str = ""
    in_review: bool = False
    said_yes: bool = False  # to a question of ours

    @property
    def done(self) -> str:
        """The action's word; `again` for what was handled before."""
        return self.action or AGAIN


@dataclass(frozen=True)
class Reading:
    """What a reading did. `counts`: of what was not handled before; `trouble`: why it ended early, to be raised."""

    read: int
    counts: dict[Kind, int]
    review: int
    entries: tuple[Entry, ...]
    trouble: PscbMailError | None = None

    @property
    def urgent(self) -> tuple[Entry, ...]:
        """What must be read now."""
        return tuple(entry for entry in self.entries if entry.kind is Kind.URGENT and entry.action)

    @property
    def put_into_review(self) -> int:
        """How many entries this reading put into review."""
        return sum(entry.in_review for entry in self.entries)


@dataclass(frozen=True)
class Means:
    """What a reading works with. `stop`: the user has asked to; `watch`: told how many are read."""

    settings: Settings
    key: bytes
    now: Callable[[], datetime]
    stop: Callable[[], bool] = lambda: False
    watch: Callable[[int], None] = lambda _: None


def read(
    db: Database, source: Source, means: Means, *, since: datetime | None = None, dry_run: bool = False
) -> Reading:
    """Read a source and do what follows from it; `since`: from that day on, whatever was read before.

    Where that day is later than the first about which mail is read, the reading leaves its place as it was.
    Never raises what breaks on the way: what was done until then is returned, with the error in `trouble`.
    """
    reading = _Reading(db, source, means, dry_run)
    trouble: PscbMailError | None = None
    try:
        reading.to_its_end(since)
    except PscbMailError as error:
        trouble = error
    except sqlite3.Error as error:
        trouble = unwritable(error)
    return reading.outcome(trouble)


def starts_at(db: Database) -> datetime | None:
    """Return the day from which mail may be about us: that of the database, or of a mailing that is older."""
    known = [moment for moment in (journal.founded_at(db), ledger.first_started_at(db)) if moment is not None]
    return min(known).replace(hour=0, minute=0, second=0, microsecond=0) if known else None


@dataclass(frozen=True)
class _Message:
    """A message whose findings are known, without the bytes."""

    arrived: Arrived
    incoming: Incoming
    findings: tuple[Finding, ...]


@dataclass
class _Reading:
    db: Database
    source: Source
    means: Means
    dry_run: bool
    count: int = 0
    entries: list[Entry] = field(default_factory=list)
    postponed: list[_Message] = field(default_factory=list)

    def to_its_end(self, since: datetime | None) -> None:
        start = starts_at(self.db)
        bookmark = journal.bookmark(self.db, self.source.name) if since is None else None
        stopped = False
        for arrived in self.source.messages(since or start, bookmark):
            self.count += 1
            self._take(arrived)
            self.means.watch(self.count)
            if stopped := self.means.stop():
                break
        down = self._domains_down()
        for message in self.postponed:
            self._handle(message, down)
        # Mail from before a later day may still be unread: a bookmark beyond it would lose it.
        whole = since is None or (start is not None and since <= start)
        if whole and self.source.lasting and not self.dry_run and not stopped:
            with transaction(self.db):
                journal.read_to(self.db, self.source.name, self.source.bookmark(), self.means.now())

    def _take(self, arrived: Arrived) -> None:
        """Understand a message, and handle it unless it was before or must wait for the others."""
        if arrived.trouble:
            # Nothing of it is kept: the next reading tries again.
            why = one_line(f"{arrived.source} cannot be read: {arrived.trouble}. Check its rights.", 300)
            self.entries.append(_unread(arrived, why))
            return
        parsed = incoming.read(arrived.raw)
        if self._again(arrived, parsed):
            return
        message = _Message(replace(arrived, raw=b""), parsed, understand(parsed, _ours(self.means.settings)))
        if any(f.kind is Kind.BOUNCE and f.severity is Severity.PERMANENT for f in message.findings):
            # Nothing but the headers is looked at again.
            light = replace(parsed, new_words="", whole_text="", parts=())
            self.postponed.append(replace(message, incoming=light))
        else:
            self._handle(message, frozenset())

    def _again(self, arrived: Arrived, parsed: Incoming) -> bool:
        """Whether a message was handled before; one that was not filed yet is filed now."""
        before = journal.handled(self.db, parsed.key)
        if before is None:
            return False
        self.entries += [_entry(arrived, parsed, kind) for kind in before.kinds]
        if before.to_file:
            self._file(arrived)
        return True

    def _handle(self, message: _Message, down: frozenset[str]) -> None:
        """Decide and act in one transaction, then file."""
        if self.dry_run:
            decided = list(self._decided(message, down))
        else:
            with transaction(self.db):
                decided = self._acted(message, down)
        if not decided:
            self._again(message.arrived, message.incoming)
            return
        self.entries += [self._told(message, *each) for each in decided]
        if _to_file(decided):
            self._file(message.arrived)

    def _acted(self, message: _Message, down: frozenset[str]) -> list[tuple[Finding, Known, Decision]]:
        """Decide, act and record; nothing where a second copy, or another reading at the same time, was first."""
        if journal.handled(self.db, message.incoming.key) is not None:
            return []
        decided = list(self._decided(message, down))
        self._record(message, decided)
        return decided

    def _decided(self, message: _Message, down: frozenset[str]) -> Iterator[tuple[Finding, Known, Decision]]:
        for finding in message.findings:
            about = self._known(message.incoming, finding, down)
            yield finding, about, decide(message.incoming, finding, about.facts)

    def _known(self, parsed: Incoming, finding: Finding, down: frozenset[str] = frozenset()) -> Known:
        about = acting.known(self.db, parsed, finding, self.means.settings, self.means.key)
        return replace(about, facts=replace(about.facts, outage=_domain_of(about) in down))

    def _record(self, message: _Message, decided: list[tuple[Finding, Known, Decision]]) -> None:
        now = self.means.now()
        related = [each for each in decided if each[2].kind is not Kind.UNRELATED]
        source = message.arrived.source if related else ""
        journal.record(self.db, message.incoming.key, source, now, to_file=_to_file(decided))
        for finding, about, decision in related:
            acting.act(self.db, message.incoming, finding, about, decision, self.means.settings, self.means.key, now)

    def _told(self, message: _Message, finding: Finding, about: Known, decision: Decision) -> Entry:
        parsed = message.incoming
        what = acting.recorded(self.db, parsed, finding, about, decision, self.means.settings)
        address = what.address or acting.whom(self.db, parsed, finding, decision)
        entry = _entry(
            message.arrived, parsed, what.kind, decision.action, address=address, severity=what.severity,
            status=what.status, evidence=what.evidence, proposal=what.proposal, in_review=what.review,
        )  # fmt: skip
        return replace(entry, said_yes=decision.said_yes)

    def _file(self, arrived: Arrived) -> None:
        if not self.dry_run:
            self.source.file(arrived)

    def _domains_down(self) -> frozenset[str]:
        """Return the domains of which so much came back in this reading that they look as if they were down."""
        people = defaultdict[str, set[int]](set)
        for message in self.postponed:
            for finding in message.findings:
                about = self._known(message.incoming, finding)
                if finding.severity is Severity.PERMANENT and about.facts.proven and about.delivery is not None:
                    people[_domain_of(about)].add(about.delivery.subscriber)
        return frozenset(
            domain
            for domain, bounced in people.items()
            if len(bounced) > _OUTAGE_BOUNCES and len(bounced) > _OUTAGE_SHARE * journal.active_in(self.db, domain)
        )

    def outcome(self, trouble: PscbMailError | None) -> Reading:
        counts = Counter(entry.kind for entry in self.entries if entry.action)
        return Reading(
            self.count,
            {kind: counts[kind] for kind in Kind},
            journal.open_reviews(self.db),
            tuple(self.entries),
            trouble,
        )


def _to_file(decided: list[tuple[Finding, Known, Decision]]) -> bool:
    """Whether nothing of a message waits in the inbox for a person; what stands in review waits there."""
    return all(decision.kind not in _STAYS or decision.action is Action.REVIEW for _, _, decision in decided)


def _domain_of(about: Known) -> str:
    return about.delivery.address.rpartition("@")[2] if about.delivery else ""


def _unread(arrived: Arrived, why: str) -> Entry:
    return Entry(arrived.source, arrived.source, Kind.UNREADABLE, Action.LEFT, "", None, "", why)


def _ours(settings: Settings) -> Ours:
    newsletter = settings.newsletter
    return Ours(newsletter.address, newsletter.reply_to, newsletter.domain, newsletter.list_id)


def _entry(
    arrived: Arrived,
    parsed: Incoming,
    kind: Kind,
    action: Action | None = None,
    *,
    address: str = "",
    severity: Severity | None = None,
    status: str = "",
    evidence: str = "",
    proposal: str = "",
    in_review: bool = False,
) -> Entry:
    return Entry(
        parsed.message_id or parsed.key, arrived.source, kind, action, address, severity, status, evidence, proposal,
        in_review,
    )  # fmt: skip
