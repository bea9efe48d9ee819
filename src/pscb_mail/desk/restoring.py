"""Bringing a backup back: looked into, put in place of what is there, and made safe before it is.

Promises: what is there is backed up first, or laid aside where it cannot be read; the database is put in place in one
transaction with its key, with all that waits to be sent in doubt, the bar on sending up (`unsettled`), whoever was
forgotten here forgotten again and whoever came off here off again, so that a crash anywhere leaves a list that sends
nothing and knows nobody whom it must not. Raises UsageError for no backup, NotNowError where another program holds the
database, or has changed it meanwhile. Leaves to others: finding out what happened since (`settling`).
"""

import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
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
    is_there,
    keep_fact,
    must_be_a_file,
    needs_making,
    open_database,
    stamp,
    transaction,
    trouble,
    watched,
)
from pscb_mail.desk import forgetting, unsettled
from pscb_mail.desk.unsettled import Restored
from pscb_mail.errors import DatabaseError, NotNowError, UsageError
from pscb_mail.mailbox import outbox
from pscb_mail.people import carrying, directory, forgotten, roster
from pscb_mail.people.carrying import Carrying
from pscb_mail.people.changes import Origin, changed_meanwhile
from pscb_mail.people.subscriber import Status, Subscriber
from pscb_mail.sending import afterwards, ledger
from pscb_mail.sending.delivery import State
from pscb_mail.sending.lock import nobody_sends
from pscb_mail.settings import FILE_NAME
from pscb_mail.settings_file import read_settings
from pscb_mail.workspace import Workspace, bring_key

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
    """A backup and what is in it.

    `opt_outs`: those that are carried over from the list that it would replace, None where that one cannot be read, or
    was not looked at.
    """

    backup: Backup
    host: str
    people: int
    active: int
    mailings: tuple[Sent, ...]
    has_key: bool
    opt_outs: Carrying | None = None


# -- looking --------------------------------------------------------------------------------------------------------


def look_into(path: Path, there: Workspace | None = None) -> Inside:
    """Return what a backup holds. Raises UsageError where it is none, or damaged, or of a newer version.

    `there`: the workspace whose list it would replace.
    """
    backup = backups.checked(path)
    with _unpacked(backup) as db:
        inside = _seen(db, backup)
        if there is None:
            return inside
        return replace(inside, opt_outs=_carried_over(there, db, backups.key_in(path), backup.made_at))


def _seen(db: Database, backup: Backup) -> Inside:
    try:
        people = directory.counts(db)
        return Inside(
            backup=backup,
            host=fact(db, "host") or "",
            people=sum(people.values()),
            active=people[Status.ACTIVE],
            mailings=tuple(_standing(db, each.issue) for each in ledger.mailings(db)),
            has_key=backups.KEY in backups.names(backup),
        )
    except UNREADABLE as error:
        raise UsageError(f"The database in the backup {backup.path} is not whole.", "Take another one.") from error


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


def bring_back(
    workspace: Workspace,
    inside: Inside,
    now: datetime,
    patience: float = BUSY_SECONDS,
    copy: Callable[..., None] = copied_over,
) -> Backup | None:
    """Put a backup in place of what is there; returns the backup of that, None where there was nothing.

    Needs no database that can be opened: a damaged one is laid aside. `patience`: how many seconds another program that
    writes it is waited for. `copy` lays the database over the one that is there.
    """
    path = workspace.database_path
    must_be_a_file(path)
    try:
        with nobody_sends(workspace.lock_path):
            before = _saved(workspace, now, patience)
            with _unpacked(inside.backup, path.parent) as db, _unchanged_here(path) as check:
                last = _made_safe(db, inside.backup, now)
                if key := backups.key_in(inside.backup.path):
                    bring_key(db, key)
                opt_outs = _carried_over(workspace, db, key, now)
                if before and inside.opt_outs is not None and inside.opt_outs != opt_outs:
                    raise changed_meanwhile()
                # Whoever joined since and is barred is not missed: their copies are nobody's whom to add again.
                unsettled.remember(db, replace(last, barred=[each.id for each in (opt_outs or Carrying()).barred]))
                if forgotten.all_hashes(db):
                    forgetting.wipe(db)
                with closing(sqlite3.connect(path, timeout=0)) as live:
                    copy(db.conn, live, patience, check)
            path.chmod(0o600)
            workspace.open_database().close()  # puts the key in its place
    except OSError as error:
        raise NotNowError(f"The backup cannot be brought back: {error}.", "Free some space, run it again.") from error
    except sqlite3.Error as error:
        if known := trouble(error, f"The list {path}, or what is in the backup,"):
            raise known from error
        raise
    return before


@contextmanager
def _unchanged_here(path: Path) -> Iterator[Callable[[], None]]:
    """Yield what raises NotNowError where another program has written the list since: what it wrote would be lost."""
    if not is_there(path):
        yield lambda: None
        return
    with watched(path) as changed:

        def check() -> None:
            if changed():
                raise changed_meanwhile()

        yield check


def _saved(workspace: Workspace, now: datetime, patience: float) -> Backup | None:
    """Back up the database that is there; one that is damaged is laid aside.

    Raises NotNowError where it cannot be backed up, or another program writes it: then it stays where it is.
    """
    path = workspace.database_path
    if not is_there(path):
        return None
    try:
        with closing(sqlite3.connect(path, timeout=patience)) as there:
            there.execute("BEGIN IMMEDIATE")
            there.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return workspace.back_up("before-restore", now)
    except DatabaseError:
        pass
    except UNREADABLE as error:
        if (known := trouble(error, path)) is None:
            raise
        if not isinstance(known, DatabaseError):
            raise known from error
    for part in files_of(path):
        part.replace(part.with_name(f"{part.name}.damaged-{now:%Y%m%d-%H%M%S}"))
    return None


def _made_safe(db: Database, backup: Backup, now: datetime) -> Restored:
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
        made = Restored(stamp(backup.made_at), stamp(now), last - _GAP + 1)
        unsettled.remember(db, made)
    return made


def _read_here(workspace: Workspace, question: Callable[[Database], T], otherwise: T) -> T | None:
    """Return what the list that is replaced answers: `otherwise` where there is none, None where it is damaged."""
    path = workspace.database_path
    if not is_there(path) or needs_making(path):
        return otherwise
    try:
        return asked(path, lambda there: question(Database(there)))
    except DatabaseError:
        return None


def _carried_over(workspace: Workspace, db: Database, key: bytes | None, now: datetime) -> Carrying | None:
    """Forget again, and take off again, whom the list that is replaced knows to want it; None where it is damaged.

    `key`: the backup's, where it has one.
    """
    hashes = _read_here(workspace, forgotten.all_hashes, tuple[str, ...]())
    workspace.lend_key(db, key or (workspace.key() if hashes else None))
    _forget_again(workspace, db, hashes or (), now)
    opt_outs = _read_here(workspace, lambda here: carrying.plan(here, db), Carrying())
    why = "they had come off the list that this backup took the place of"
    carrying.carry_out(db, opt_outs or Carrying(), _origin(now, why))
    return None if hashes is None else opt_outs


def _forget_again(workspace: Workspace, db: Database, hashes: Sequence[str], now: datetime) -> None:
    """Forget those once more whom the backup still knew, on the list or in its history.

    Whoever is on the list that is replaced and had the address, too, passed it on or got it from them: they stay, and
    those who still had it at the backup get the one that they have now.
    """
    if not hashes:
        return
    with transaction(db):
        had = forgotten.barred_of(db, hashes)
        others = _read_here(workspace, lambda here: forgotten.theirs_as_well(here, had), frozenset[tuple[int, str]]())
        others = others or frozenset()
        ids = sorted({who for who, _ in set(had).difference(others)})
        forgetting.erase(db, forgotten.trace(db, ids), hashes, now)
        keys = {key for _, key in others}
        stay = [who for who, _ in others if (each := directory.by_id(db, who)) and each.address.key in keys]
        why = "whoever had their address of the backup since was forgotten"
        _move_on(db, _read_here(workspace, lambda here: directory.by_ids(here, stay), []) or [], _origin(now, why))


def _origin(now: datetime, why: str) -> Origin:
    return Origin(now, "pscb-mail", "restore", why)


def _move_on(db: Database, people: Sequence[Subscriber], origin: Origin) -> None:
    """Give people the addresses that they have now; where one is still another's, nothing goes to the one of then."""
    for person in people:
        try:
            roster.edit(db, person.id, origin, address=person.address)
        except UsageError:
            roster.remove(db, [person.id], origin)
