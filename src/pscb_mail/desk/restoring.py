"""Bringing a backup back: looked into, put in place of what is there, and made safe before it is.

Promises: what is there is backed up first, or laid aside where it cannot be read; the database is put in place in one
transaction, with all that waits to be sent in doubt, the bar on sending up (`unsettled`), whoever was forgotten here
forgotten again and whoever came off here off again, so that a crash anywhere leaves a list that sends nothing and knows
nobody whom it must not. Raises UsageError for no backup, NotNowError where another program holds the database. Leaves
to others: finding out what happened since (`settling`).
"""

import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from pscb_mail import backups
from pscb_mail.backups import Backup
from pscb_mail.database import (
    BUSY_SECONDS,
    UNREADABLE,
    asked,
    copied_over,
    fact,
    files_of,
    keep_fact,
    must_be_a_file,
    needs_making,
    open_database,
    stamp,
    transaction,
    trouble,
)
from pscb_mail.desk import forgetting, unsettled
from pscb_mail.desk.unsettled import Restored
from pscb_mail.errors import DatabaseError, NotNowError, UsageError
from pscb_mail.mailbox import outbox
from pscb_mail.people import directory, forgotten, roster
from pscb_mail.people.address import Person
from pscb_mail.people.changes import Origin
from pscb_mail.people.directory import Filters
from pscb_mail.people.joining import Entry, decide
from pscb_mail.people.subscriber import Status, Subscriber
from pscb_mail.sending import afterwards, ledger
from pscb_mail.sending.delivery import State
from pscb_mail.sending.lock import nobody_sends
from pscb_mail.settings import FILE_NAME
from pscb_mail.settings_file import read_settings
from pscb_mail.workspace import Workspace

# People who joined after the backup are unknown to it. Their numbers, and with these their references, must never be
# another's: whoever joins from now on gets a number beyond any that they can have had.
_GAP = 100_000
T = TypeVar("T")


@dataclass(frozen=True)
class Sent:
    """How far a mailing had come."""

    issue: str
    sent: int
    total: int


@dataclass(frozen=True)
class Inside:
    """A backup and what is in it. `stay_off`: who came off the list that it would replace, and would be on it again."""

    backup: Backup
    host: str
    people: int
    active: int
    mailings: tuple[Sent, ...]
    has_key: bool
    stay_off: tuple[str, ...] = ()


# -- looking --------------------------------------------------------------------------------------------------------


def look_into(path: Path, there: Workspace | None = None) -> Inside:
    """Return what a backup holds. Raises UsageError where it is none, or damaged, or of a newer version.

    `there`: the workspace whose list it would replace.
    """
    backup = backups.checked(path)
    off = _off_here(there) if there else []
    try:
        with _unpacked(backup) as db:
            people = directory.counts(db)
            return Inside(
                backup=backup,
                host=fact(db, "host") or "",
                people=sum(people.values()),
                active=people[Status.ACTIVE],
                mailings=tuple(_standing(db, each.issue) for each in ledger.mailings(db)),
                has_key=backups.KEY in backups.names(backup),
                stay_off=tuple(each.address.text for each in _on_again(db, off, backup.made_at)),
            )
    except UNREADABLE as error:
        raise UsageError(f"The database in the backup {path} is not whole.", "Take another one.") from error


def _standing(db: Database, issue: str) -> Sent:
    counts = ledger.counts(db, issue)
    return Sent(issue, counts[State.SENT], sum(counts.values()))


@contextmanager
def _unpacked(backup: Backup, where: Path | None = None) -> Iterator[Database]:
    """Open a copy of the database in a backup, migrated, for the length of a block."""
    with tempfile.TemporaryDirectory(dir=where, prefix=".restore-") as name:
        copy = Path(name) / backups.DATABASE
        if not backups.extract(backup, backups.DATABASE, copy):
            raise UsageError(f"There is no database in the backup {backup.path}.", "Take another one.")
        try:
            if needs_making(copy):
                raise UsageError(f"The database in the backup {backup.path} is empty.", "Take another one.")
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


def bring_back(workspace: Workspace, inside: Inside, now: datetime, patience: float = BUSY_SECONDS) -> Backup | None:
    """Put a backup in place of what is there; returns the backup of that, None where there was nothing.

    Needs no database that can be opened: a damaged one is laid aside. `patience`: how many seconds another program that
    writes it is waited for.
    """
    must_be_a_file(workspace.database_path)
    try:
        with nobody_sends(workspace.lock_path):
            before = _saved(workspace, now, patience)
            hashes = _read_here(workspace, forgotten.all_hashes) or ()
            off = _off_here(workspace)
            with _unpacked(inside.backup, workspace.database_path.parent) as db:
                _made_safe(db, inside.backup, now)
                if inside.has_key:
                    backups.extract(inside.backup, backups.KEY, workspace.key_path)
                workspace.lend_key(db)
                _forget_again(workspace, db, hashes, now)
                _take_off_again(workspace, db, off, now)
                with closing(sqlite3.connect(workspace.database_path)) as live:
                    copied_over(db.conn, live, patience)
            workspace.database_path.chmod(0o600)
    except (OSError, sqlite3.Error) as error:
        raise NotNowError(f"The backup cannot be brought back: {error}.", "Free some space, run it again.") from error
    return before


def _saved(workspace: Workspace, now: datetime, patience: float) -> Backup | None:
    """Back up the database that is there; one that is damaged is laid aside.

    Raises NotNowError where it cannot be backed up, or another program writes it: then it stays where it is.
    """
    path = workspace.database_path
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=patience)) as there:
            there.execute("BEGIN IMMEDIATE")
            there.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return workspace.back_up("before-restore", now)
    except (*UNREADABLE, DatabaseError) as error:
        if isinstance(known := trouble(error, path), NotNowError):
            raise known from error
        for part in files_of(path):
            part.replace(part.with_name(f"{part.name}.damaged-{now:%Y%m%d-%H%M%S}"))
        return None


def _made_safe(db: Database, backup: Backup, now: datetime) -> None:
    """Make a copy ready to be put in place: this computer's own, nothing in it that would be sent."""
    with transaction(db):
        ledger.doubt_in_flight(db, backup.made_at)
        for each in ledger.mailings(db):
            afterwards.doubt_all_that_waits(db, each.issue, now)
        outbox.doubt_all(db, now)
        keep_fact(db, "host", socket.gethostname())
        db.execute("INSERT INTO sqlite_sequence (name, seq) SELECT 'subscriber', 0 WHERE NOT EXISTS "
                   "(SELECT 1 FROM sqlite_sequence WHERE name = 'subscriber')")  # fmt: skip
        db.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'subscriber'", [_GAP])
        (last,) = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'subscriber'").fetchone()
        unsettled.remember(db, Restored(stamp(backup.made_at), stamp(now), last - _GAP + 1))


def _read_here(workspace: Workspace, question: Callable[[Database], T]) -> T | None:
    """Return what the list that is replaced answers, None where there is none, or it was made by an older version."""
    path = workspace.database_path
    return asked(path, lambda there: question(Database(there))) if path.exists() else None


def _forget_again(workspace: Workspace, db: Database, hashes: Sequence[str], now: datetime) -> None:
    """Forget those once more whom the backup still knew, on the list or in its history.

    Whoever is on the list that is replaced and had the address, too, passed it on or got it from them: they stay, and
    those who still had it at the backup get the one that they have now.
    """
    if not hashes:
        return
    with transaction(db):
        had = forgotten.barred_of(db, hashes)
        others = _read_here(workspace, lambda here: forgotten.theirs_as_well(here, had)) or ()
        ids = sorted({who for who, _ in set(had).difference(others)})
        forgetting.erase(db, forgotten.trace(db, ids), hashes, now)
        keys = {key for _, key in others}
        stay = [who for who, _ in others if (each := directory.by_id(db, who)) and each.address.key in keys]
        why = "whoever had their address of the backup since was forgotten"
        _move_on(db, _read_here(workspace, lambda here: directory.by_ids(here, stay)) or [], _origin(now, why))
    forgetting.wipe(db)


def _off_here(workspace: Workspace) -> list[Subscriber]:
    """Return who has opted out on the list that is replaced."""
    return _read_here(workspace, lambda here: list(directory.people(here, Filters(Status.OPTED_OUT)))) or []


def _entry(off: Subscriber) -> Entry:
    return Entry(
        Person(off.name, off.address), off.organisation, off.role, off.groups, off.status, off.since, off.source,
        off.basis,
    )  # fmt: skip


def _on_again(db: Database, off: Sequence[Subscriber], made_at: datetime) -> list[Subscriber]:
    """Return those of some who are off whom a backup knows otherwise, or not at all: nothing bars them there."""
    known = directory.by_keys(db, [each.address.key for each in off])
    return [each for each in off if decide(_entry(each), known.get(each.address.key), made_at, "").written]


def _take_off_again(workspace: Workspace, db: Database, off: Sequence[Subscriber], now: datetime) -> None:
    """Take off those who have come off since; who is not in the backup is barred, lest they be added again.

    Whoever has had another address since gets it first: it is theirs that must not be written to.
    """
    if not off:
        return
    why = "they had come off the list that this backup took the place of"
    with transaction(db):
        then = [(each.id, each.address.key) for each in directory.by_ids(db, [each.id for each in off])]
        moved = set(then) - {(each.id, each.address.key) for each in off}
        same = {who for who, _ in _read_here(workspace, lambda here: forgotten.theirs_as_well(here, moved)) or ()}
        _move_on(db, [each for each in off if each.id in same], _origin(now, why))
        roster.enrol(db, map(_entry, off), _origin(now, why))


def _origin(now: datetime, why: str) -> Origin:
    return Origin(now, "pscb-mail", "restore", why)


def _move_on(db: Database, people: Sequence[Subscriber], origin: Origin) -> None:
    """Give people the addresses that they have now; where one is still another's, nothing goes to the one of then."""
    for person in people:
        try:
            roster.edit(db, person.id, origin, address=person.address)
        except UsageError:
            roster.remove(db, [person.id], origin)
