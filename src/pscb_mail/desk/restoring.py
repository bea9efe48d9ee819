"""Bringing a backup back, and finding out what happened after it was made, before anything may be sent again.

Promises: nobody gets a copy twice, and no opt-out that lies in the mailbox is lost. `bring_back` backs up what is
there and puts the database in place in one transaction, with all that waits to be sent in doubt and the bar on sending
up (`unsettled`): a crash anywhere leaves a list that sends nothing. `settle` reads the Sent folder and the folder for
handled mail, and may be run again and again: copies found were sent, also those of a mailing that began after the
backup; opt-outs found are applied, and not confirmed again. What was doubted is queued again only where Sent is shown
to keep our copies: every copy that the backup knows of is in it. Raises UsageError for what is no backup, NotNowError
where another program holds the database.
"""

import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from pscb_mail import backups
from pscb_mail.backups import Backup
from pscb_mail.database import moment, open_database, stamp, transaction
from pscb_mail.desk import forgetting, planning, unsettled
from pscb_mail.desk.unsettled import Restored
from pscb_mail.errors import DatabaseError, NotNowError, PscbMailError, UsageError
from pscb_mail.issues.source import all_issues
from pscb_mail.mailbox import journal, outbox, reading
from pscb_mail.mailbox.filed import open_filed
from pscb_mail.mailbox.sent import Copy, copies_sent, has_sent_folder
from pscb_mail.people import directory, forgotten
from pscb_mail.people.subscriber import Status
from pscb_mail.sending import ledger, mailing
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.delivery import State
from pscb_mail.sending.lock import nobody_sends
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.settings import FILE_NAME, read_settings
from pscb_mail.workspace import Workspace

# People who joined after the backup are unknown to it. Their numbers, and with these their references, must never be
# another's: whoever joins from now on gets a number beyond any that they can have had.
_GAP = 100_000
_STRANGERS_SOUGHT = 5_000


@dataclass(frozen=True)
class Sent:
    """How far a mailing had come."""

    issue: str
    sent: int
    total: int


@dataclass(frozen=True)
class Inside:
    """A backup and what is in it."""

    backup: Backup
    host: str
    people: int
    active: int
    mailings: tuple[Sent, ...]
    has_key: bool


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


# -- looking --------------------------------------------------------------------------------------------------------


def look_into(path: Path) -> Inside:
    """Return what a backup holds. Raises UsageError where it is none, or damaged, or of a newer version."""
    backup = backups.checked(path)
    with _unpacked(backup) as db:
        people = directory.counts(db)
        return Inside(
            backup=backup,
            host=_host(db),
            people=sum(people.values()),
            active=people[Status.ACTIVE],
            mailings=tuple(_standing(db, each.issue) for each in ledger.mailings(db)),
            has_key=backups.KEY in backups.names(backup),
        )


def _standing(db: Database, issue: str) -> Sent:
    counts = ledger.counts(db, issue)
    return Sent(issue, counts[State.SENT], sum(counts.values()))


def _host(db: Database) -> str:
    row = db.execute("SELECT value FROM fact WHERE name = 'host'").fetchone()
    return str(row[0]) if row else ""


@contextmanager
def _unpacked(backup: Backup, where: Path | None = None) -> Iterator[Database]:
    """Open a copy of the database in a backup, migrated, for the length of a block."""
    with tempfile.TemporaryDirectory(dir=where, prefix=".restore-") as name:
        copy = Path(name) / backups.DATABASE
        if not backups.extract(backup, backups.DATABASE, copy):
            raise UsageError(f"There is no database in the backup {backup.path}.", "Take another one.")
        try:
            db = open_database(copy)
        except DatabaseError as error:
            raise UsageError(f"{backup.path}: {error.message}", "Take another backup, or a newer pscb-mail.") from error
        with closing(db):
            yield db


# -- bringing back --------------------------------------------------------------------------------------------------


def workspace_for(folder: Path, backup: Backup) -> Workspace:
    """Return the workspace in a folder; where it has no settings, those of the backup come first."""
    settings = folder / FILE_NAME
    if not settings.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        if not backups.extract(backup, backups.SETTINGS, settings):
            raise UsageError(f"There are no settings in {folder}, nor in the backup.", f"`pscb-mail init {folder}`.")
    return Workspace(folder, read_settings(settings))


def bring_back(workspace: Workspace, inside: Inside, now: datetime) -> Backup | None:
    """Put a backup in place of what is there; returns the backup of that, None where there was nothing.

    Needs no database that can be opened: one that cannot be is laid aside.
    """
    try:
        with nobody_sends(workspace.lock_path):
            before = _saved(workspace, now)
            kept = _forgotten_here(workspace)
            with _unpacked(inside.backup, workspace.database_path.parent) as db:
                _made_safe(db, inside.backup, now)
                if inside.has_key:
                    backups.extract(inside.backup, backups.KEY, workspace.key_path)
                with closing(sqlite3.connect(workspace.database_path)) as live:
                    db.conn.backup(live)
            workspace.database_path.chmod(0o600)
            _forget_again(workspace, kept, now)
    except (OSError, sqlite3.Error) as error:
        raise NotNowError(f"The backup cannot be brought back: {error}.", "Free some space, run it again.") from error
    return before


def _saved(workspace: Workspace, now: datetime) -> Backup | None:
    """Back up the database that is there; one that cannot be read is laid aside."""
    path = workspace.database_path
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as there:
            there.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return workspace.back_up("before-restore", now)
    except (sqlite3.DatabaseError, NotNowError):
        for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            if part.exists():
                part.replace(part.with_name(f"{part.name}.damaged-{now:%Y%m%d-%H%M%S}"))
        return None


def _made_safe(db: Database, backup: Backup, now: datetime) -> None:
    """Make a copy ready to be put in place: this computer's own, nothing in it that would be sent."""
    with transaction(db):
        for each in ledger.mailings(db):
            ledger.doubt_in_flight(db, each.issue, backup.made_at)
            ledger.doubt_all_that_waits(db, each.issue, now)
        outbox.doubt_all(db, now)
        db.execute("INSERT OR REPLACE INTO fact (name, value) VALUES ('host', ?)", [socket.gethostname()])
        db.execute("INSERT INTO sqlite_sequence (name, seq) SELECT 'subscriber', 0 WHERE NOT EXISTS "
                   "(SELECT 1 FROM sqlite_sequence WHERE name = 'subscriber')")  # fmt: skip
        db.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'subscriber'", [_GAP])
        (last,) = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'subscriber'").fetchone()
        unsettled.remember(db, Restored(stamp(backup.made_at), stamp(now), last - _GAP + 1))


def _forgotten_here(workspace: Workspace) -> tuple[tuple[str, str], ...]:
    """Return the hashes of those who were forgotten here, none where the database cannot tell."""
    path = workspace.database_path
    if not path.exists():
        return ()
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as there:
        try:
            return forgotten.all_hashes(Database(there))
        except sqlite3.DatabaseError:
            return ()


def _forget_again(workspace: Workspace, kept: tuple[tuple[str, str], ...], now: datetime) -> None:
    """Forget those once more whom the backup still knew."""
    if not kept:
        return
    with closing(workspace.open_database()) as db:
        ids = forgotten.barred_of(db, (each for each, _ in kept))
        with transaction(db):
            forgetting.erase(db, forgotten.trace(db, ids), [each for each, _ in kept], now)
        forgetting.wipe(db)


# -- settling -------------------------------------------------------------------------------------------------------


def not_sent(db: Database, issue: str) -> None:
    """Take a person's word that an issue did not go out after the backup. Raises UsageError where it did."""
    last = unsettled.restored(db)
    if last is None or issue not in last.held:
        raise UsageError(f"Nothing is open about {issue}.", "`pscb-mail status` shows what was sent.")
    if last.held[issue]:
        raise UsageError(f"{last.held[issue]:,} copies of {issue} are in the Sent folder: it did go out.")
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
            ledger.also_known_as(self.db, ((code, copy.alias) for code, copy in found.items()))
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
            self.sent += ledger.find(self.db, sent.issue, unexplained, self.clock())
        for code in ledger.references(self.db, sent.issue):
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
                self.strangers += len(strangers)
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
            ledger.doubt_all_that_waits(self.db, issue, self.clock())
            self._enter(issue, begun.edition, copies)
            self.sent += ledger.find(self.db, issue, copies, self.clock())
        self.begun.append(issue)

    def _enter(self, issue: str, edition: int, copies: dict[str, int]) -> None:
        """Enter the copies of people who have no row yet, as in doubt."""
        people = {each.id: each.address.text for each in directory.by_ids(self.db, list(copies.values()))}
        rows = ((who, people[who], code) for code, who in copies.items())
        ledger.enter(self.db, issue, edition, rows, self.clock())

    def _whose(self, issue: str, codes: Iterable[str]) -> dict[str, int]:
        """Return those of some references that are an issue's copies to people of the list, and whose."""
        wanted = frozenset(codes)
        return self._made(issue, directory.all_ids(self.db), wanted) if wanted else {}

    def _strangers(self, issue: str, codes: Iterable[str]) -> dict[str, int]:
        """Return those that are an issue's copies to people who joined after the backup."""
        wanted = frozenset(codes)
        unknown = range(self.last.first_unknown, self.last.first_unknown + _STRANGERS_SOUGHT)
        return self._made(issue, unknown, wanted) if wanted else {}

    def _made(self, issue: str, ids: Iterable[int], wanted: frozenset[str]) -> dict[str, int]:
        key = self.workspace.key()
        found = ((reference(key, Purpose.MAILING, issue, str(who)), who) for who in ids)
        return {code: who for code, who in found if code in wanted}

    # -- filed mail

    def read_filed(self) -> None:
        """Do once more what the filed mail since the last reading before the backup asks for."""
        settings = self.workspace.settings
        if not settings.mailbox.source:
            return
        since = journal.last_reading(self.db) or reading.starts_at(self.db)
        try:
            source = open_filed(settings, self.workspace.folder)
        except PscbMailError as problem:
            self.troubles.append(problem)
            return
        if source is None:
            return
        with closing(source):
            done = reading.read(self.db, source, reading.Means(settings, self.workspace.key(), self.clock), since=since)
        self.opted_out = sum(entry.action == "opted_out" for entry in done.entries)
        self.in_review = done.put_into_review
        if done.trouble is not None:
            self.troubles.append(done.trouble)

    # -- the end

    def conclude(self, *, unread: bool) -> Settled:
        """Queue again what may be, hold what nobody can tell, and lift the bar where all was read or given up."""
        certain = self.sent_is_kept and not self.troubles
        settled = unread or not self.troubles
        with transaction(self.db):
            # Whatever is written there was answered before the laptop was lost, or that is in doubt.
            outbox.doubt_all(self.db, self.clock())
            again = ledger.trust_the_rest(self.db, moment(self.last.at), self.clock()) if certain else 0
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
