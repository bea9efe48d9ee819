"""Settling a restore: finding out from the mailbox what happened after the backup, before anything may be sent again.

Promises: nobody gets a copy twice, and no opt-out that lies in the mailbox is lost. It reads the Sent folder and the
folder for handled mail, and may be run again and again: copies found were sent, also those of a mailing that began
after the backup; opt-outs found are applied, and not confirmed again. What was doubted is queued again only where Sent
is shown to keep our copies: every copy that the backup knows of is in it. What cannot be read is returned, and keeps
the bar up. Raises UsageError where nothing was brought back, NotNowError where a send is under way.
"""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from pscb_mail.database import moment, transaction
from pscb_mail.desk import planning, unsettled
from pscb_mail.desk.unsettled import Restored
from pscb_mail.errors import PscbMailError, UsageError
from pscb_mail.issues.source import all_issues
from pscb_mail.mailbox import journal, outbox, reading, sources
from pscb_mail.mailbox.filed import open_filed
from pscb_mail.mailbox.sent import Copy, copies_sent, has_sent_folder
from pscb_mail.people import directory
from pscb_mail.sending import afterwards, ledger, mailing
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.delivery import State
from pscb_mail.sending.lock import nobody_sends
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.workspace import Workspace

# What a person takes out of Junk is read after mail that arrived later; this long it may have lain there.
_IN_JUNK = timedelta(days=30)
# How many people may have joined after the backup and be told from others.
_STRANGERS_SOUGHT = 5_000


@dataclass(frozen=True)
class Settled:
    """What settling found. `troubles`: what could not be read; `again`: copies that are queued after all.

    `begun`: mailings that the backup did not know; `strangers`: copies to people whom it does not know.
    """

    settled: bool
    sent: int = 0
    begun: tuple[str, ...] = ()
    again: int = 0
    strangers: int = 0
    opted_out: int = 0
    in_review: int = 0
    held: tuple[str, ...] = ()
    in_doubt: int = 0
    troubles: tuple[PscbMailError, ...] = ()
    unbuildable: tuple[str, ...] = ()


def not_sent(db: Database, issue: str) -> None:
    """Take a person's word that an issue did not go out after the backup. Raises UsageError where it did."""
    last = unsettled.restored(db)
    if last is None or issue not in last.held:
        raise UsageError(f"Nothing is open about {issue}.", "`pscb-mail status` shows what was sent.")
    if last.held[issue]:
        raise UsageError(
            f"{last.held[issue]:,} copies of {issue} are in the Sent folder: it did go out.",
            unsettled.held(db)[issue],
        )
    unsettled.remember(db, replace(last, held={slug: n for slug, n in last.held.items() if slug != issue}))


def settle(db: Database, workspace: Workspace, clock: Callable[[], datetime], *, unread: bool = False) -> Settled:
    """Find out what happened since the backup. `unread`: what cannot be read now is given up; it stays in doubt."""
    last = unsettled.restored(db)
    if last is None:
        raise UsageError("This list was not brought back from a backup.", "`pscb-mail restore FILE` does that.")
    with nobody_sends(workspace.lock_path):
        work = _Settling(db, workspace, clock, last)
        work.look_into_sent()
        work.read_filed()
        return work.conclude(unread=unread)


@dataclass
class _Settling:
    """One settling from start to end; each step commits what it found."""

    db: Database
    workspace: Workspace
    clock: Callable[[], datetime]
    last: Restored
    sent: int = 0
    begun: list[str] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    strangers: int = 0
    opted_out: int = 0
    in_review: int = 0
    sent_is_kept: bool = False
    troubles: list[PscbMailError] = field(default_factory=list)
    unbuildable: list[str] = field(default_factory=list)

    # -- Sent

    def look_into_sent(self) -> None:
        """Record what lies in the Sent folder."""
        if not has_sent_folder(self.workspace.settings):
            return
        control = self._control()
        try:
            found = copies_sent(self.workspace.settings, min(self.last.since, control.since))
        except PscbMailError as problem:
            self.troubles.append(problem)
            return
        unexplained = dict(found)
        for each in ledger.mailings(self.db):
            self._of_a_mailing(each, unexplained)
        of_new_ones = self._of_new_mailings(unexplained)
        with transaction(self.db):
            afterwards.also_known_as(self.db, ((code, copy.alias) for code, copy in found.items()))
        # A server that files copies has filed those that the backup knows of; one that filed others files them too.
        self.sent_is_kept = control.references <= found.keys() if control.references else of_new_ones

    def _control(self) -> "_Control":
        """Return the copies of the latest mailing that the backup knows to have been sent."""
        for each in ledger.mailings(self.db):
            if each.started_at <= self.last.since and (known := ledger.references(self.db, each.issue, State.SENT)):
                return _Control(known, each.started_at)
        return _Control(frozenset(), self.last.since)

    def _of_a_mailing(self, sent: ledger.Mailing, unexplained: dict[str, Copy]) -> None:
        """Settle the copies of a mailing that the backup knows, those among them that were added later, too."""
        added = self._whose(sent.issue, unexplained.keys() - ledger.references(self.db, sent.issue))
        with transaction(self.db):
            self._enter(sent.issue, sent.edition, added)
            self.sent += afterwards.find(self.db, sent.issue, unexplained, self.clock())
        strangers = self._strangers(sent.issue, unexplained.keys() - ledger.references(self.db, sent.issue))
        self._count(strangers)
        for code in (*ledger.references(self.db, sent.issue), *strangers):
            unexplained.pop(code, None)

    def _of_new_mailings(self, unexplained: dict[str, Copy]) -> bool:
        """Begin the mailings that the backup does not know, from their files; returns whether there were any."""
        known = {each.issue for each in ledger.mailings(self.db)}
        named = {copy.issue for copy in unexplained.values() if copy.issue}
        some = False
        for issue in sorted({*all_issues(self.workspace.issues), *named} - known):
            copies = self._whose(issue, unexplained.keys())
            strangers = self._strangers(issue, unexplained.keys() - copies.keys())
            if copies or strangers:
                some = True
                self._count(strangers)
                self._begin(issue, copies, len(copies) + len(strangers))
        return some

    def _begin(self, issue: str, copies: dict[str, int], found: int) -> None:
        """Begin one; to whom else it was to go is not known, so everybody else's copy is in doubt."""
        try:
            edition = planning.buildable(self.workspace, issue)
        except PscbMailError as problem:
            self.held[issue] = found
            self.unbuildable.append(f"{issue}: {problem.message}")
            return
        with transaction(self.db):
            mailing.begin(self.db, edition, Audience(), self.workspace.key(), self.clock())
            begun = planning.begun(self.db, issue)
            afterwards.doubt_all_that_waits(self.db, issue, self.clock())
            self._enter(issue, begun.edition, copies)
            self.sent += afterwards.find(self.db, issue, copies, self.clock())
        self.begun.append(issue)

    def _enter(self, issue: str, edition: int, copies: dict[str, int]) -> None:
        """Enter the copies of people who have no row yet, as in doubt."""
        people = {each.id: each.address.text for each in directory.by_ids(self.db, list(copies.values()))}
        rows = ((who, people[who], code) for code, who in copies.items())
        afterwards.enter(self.db, issue, edition, rows, self.clock())

    def _whose(self, issue: str, codes: Iterable[str]) -> dict[str, int]:
        """Return those of some references that are an issue's copies to people of the list, and whose."""
        wanted = frozenset(codes)
        return self._made(issue, directory.all_ids(self.db), wanted) if wanted else {}

    def _strangers(self, issue: str, codes: Iterable[str]) -> dict[str, int]:
        """Return those that are an issue's copies to people who joined after the backup."""
        wanted = frozenset(codes)
        unknown = range(self.last.first_unknown, self.last.first_unknown + _STRANGERS_SOUGHT)
        return self._made(issue, unknown, wanted) if wanted else {}

    def _count(self, strangers: dict[str, int]) -> None:
        """Count the copies to people whom somebody has to add again; whoever came off since is none of them."""
        self.strangers += sum(who not in self.last.barred for who in strangers.values())

    def _made(self, issue: str, ids: Iterable[int], wanted: frozenset[str]) -> dict[str, int]:
        key = self.workspace.key()
        found = ((reference(key, Purpose.MAILING, issue, str(who)), who) for who in ids)
        return {code: who for code, who in found if code in wanted}

    # -- filed mail

    def read_filed(self) -> None:
        """Do once more what the filed mail asks for that may not have been read before the backup."""
        settings = self.workspace.settings
        if not settings.mailbox.source:
            return
        try:
            source = open_filed(settings, self.workspace.folder)
        except PscbMailError as problem:
            self.troubles.append(problem)
            return
        if source is None:
            return
        with closing(source):
            means = reading.Means(settings, self.workspace.key(), self.clock)
            done = reading.read(self.db, source, means, since=self._unread_since())
        self.opted_out = sum(entry.action == "opted_out" for entry in done.entries)
        self.in_review = done.put_into_review
        if done.trouble is not None:
            self.troubles.append(done.trouble)

    def _unread_since(self) -> datetime | None:
        """Return from when on mail may have been filed that the backup does not know; None: nobody can tell."""
        mailbox = sources.name_of(self.workspace.settings.mailbox.source, self.workspace.folder)
        last = journal.last_reading(self.db, mailbox)
        start = reading.starts_at(self.db)
        return max(last - _IN_JUNK, start) if last and start else start

    # -- the end

    def conclude(self, *, unread: bool) -> Settled:
        """Queue again what may be, hold what nobody can tell, and lift the bar where all was read or given up."""
        certain = self.sent_is_kept and not self.troubles
        settled = unread or not self.troubles
        with transaction(self.db):
            # Whatever is written there was answered before the laptop was lost, or that is in doubt.
            outbox.doubt_all(self.db, self.clock())
            again = afterwards.trust_the_rest(self.db, moment(self.last.at), self.clock()) if certain else 0
            if not certain:
                self.held = dict.fromkeys(self._untold(), 0) | self.held
            unsettled.remember(self.db, replace(self.last, settled=settled, held=self.held))
        return Settled(
            settled=settled, sent=self.sent, begun=tuple(self.begun), again=again, strangers=self.strangers,
            opted_out=self.opted_out, in_review=self.in_review, held=tuple(sorted(self.held)),
            in_doubt=sum(ledger.counts(self.db, each.issue)[State.UNKNOWN] for each in ledger.mailings(self.db)),
            troubles=tuple(self.troubles), unbuildable=tuple(self.unbuildable),
        )  # fmt: skip

    def _untold(self) -> set[str]:
        """Return the issues that may have been sent after the backup; what was written since is none of them."""
        begun = {each.issue for each in ledger.mailings(self.db)}
        written = set(self.last.held) if self.last.settled else set(all_issues(self.workspace.issues))
        return written - begun


@dataclass(frozen=True)
class _Control:
    """Copies that must be in a Sent folder which keeps ours, and since when."""

    references: frozenset[str]
    since: datetime
