"""Forgetting somebody: out of every table, every backup that can be reached, and the free space of the files.

Promises: afterwards neither the database file, its journal nor a backup in the backups' folder holds an address or the
full name of theirs (unless a group of others is called just so), and no import brings them back; each mailing's counts
are what they were; no send is under way meanwhile. Whatever breaks on the way, running it again ends it: the backups go
first, and what is done is done again without harm. Raises UsageError where nobody and nothing is known by an address,
NotNowError where another program holds the database. What cannot be reached is returned as a list to work off.
Retention (`left`) keeps no hash: who was merely removed has no bar to coming back.
"""

import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from pscb_mail import backups
from pscb_mail.database import HeldError, files_of, open_database, transaction, trouble
from pscb_mail.errors import NotNowError, PscbMailError, UsageError
from pscb_mail.mailbox import journal
from pscb_mail.people import directory, forgotten
from pscb_mail.people.address import AddressError, parse_address
from pscb_mail.people.changes import Origin
from pscb_mail.people.forgotten import Trace
from pscb_mail.people.subscriber import Subscriber
from pscb_mail.sending import ledger
from pscb_mail.sending.lock import nobody_sends
from pscb_mail.workspace import Workspace

_SCANNED_BYTES = 20_000_000
_PACKED = {".xlsx", ".docx", ".zip"}
# What a backup, or the rewriting of one, leaves that the power cut off (`files.draft_of`, `backups.rewrite`).
_LEFT_BEHIND = re.compile(r"\.(.+\.zip\.[0-9a-f]{8}|backup-.+)")


@dataclass(frozen=True)
class Plan:
    """What is to be forgotten. `people`: those on the list; `copies`: how many stay counted; `barred`: for good."""

    people: tuple[Subscriber, ...]
    trace: Trace
    copies: int
    barred: bool


@dataclass(frozen=True)
class Forgot:
    """What was done, as change number `change`. `beyond`: what is left to a person, one place a line.

    `untouched`: those of them that stand in the backups' folder and may still hold them.
    """

    change: int
    backups: int
    beyond: tuple[str, ...]
    untouched: tuple[str, ...] = ()


# -- whom -----------------------------------------------------------------------------------------------------------


def one(db: Database, text: str) -> Plan:
    """Return the plan for one person, by address or by a name that fits only one; on the list or known otherwise."""
    try:
        person = directory.find(db, text)
    except UsageError:
        return _off_the_list(db, text)
    ids = forgotten.with_earlier(db, [person.id])
    return Plan((person,), forgotten.trace(db, ids), ledger.copies_of(db, ids), barred=True)


def left(db: Database, months: int, now: datetime) -> Plan:
    """Return the plan for all who were removed or bounced more than so many months ago."""
    ids = forgotten.left_before(db, forgotten.months_before(now, months))
    people = tuple(directory.by_ids(db, ids))
    ids = forgotten.with_earlier(db, ids)
    return Plan(people, forgotten.trace(db, ids), ledger.copies_of(db, ids), barred=False)


def _off_the_list(db: Database, text: str) -> Plan:
    """Return the plan for an address that only the history, the mailbox or an earlier forgetting knows."""
    try:
        address = parse_address(text)
    except AddressError:
        directory.find(db, text)  # raises, with what it knows better
        raise
    ids = forgotten.taken_off(db, address.key)
    traced = forgotten.trace(db, ids)
    known = replace(traced, addresses=tuple(sorted({*traced.addresses, address.text})))
    if not ids and not journal.mentions(db, address.text) and not forgotten.among(db, [address.key]):
        directory.find(db, text)
    return Plan((), known, ledger.copies_of(db, ids), barred=True)


# -- the act --------------------------------------------------------------------------------------------------------


def forget(db: Database, workspace: Workspace, plan: Plan, origin: Origin) -> Forgot:
    """Forget whom a plan names, everywhere it can be reached."""
    gone = plan.trace
    with nobody_sends(workspace.lock_path):
        kept = forgotten.hashes(db, gone.keys) if plan.barred else ()
        beyond = _beyond(db, workspace, gone)
        done, troubles = _out_of_backups(db, workspace, gone, kept, origin.at)
        with transaction(db):
            erase(db, gone, kept, origin.at)
            number = forgotten.note(db, origin)
        wipe(db)
        # One that another command wrote meanwhile still had them.
        later, more = _out_of_backups(db, workspace, gone, kept, origin.at, without=done)
    untouched = tuple(dict.fromkeys((*troubles, *more)))
    return Forgot(number, len(done) + len(later), (*beyond, *untouched), untouched)


def erase(db: Database, gone: Trace, kept: Sequence[str], now: datetime) -> None:
    """Erase people from every table; `kept`: the hashes that stay. Inside the transaction of whoever calls."""
    db.execute("PRAGMA secure_delete = ON")
    ledger.forget(db, gone, now)
    for number in gone.ids:
        journal.forget(db, number)
    journal.forget_words(db, gone)
    forgotten.erase(db, gone)
    forgotten.bar(db, kept, now)


def wipe(db: Database) -> None:
    """Leave nothing of what was deleted in file or journal. Raises NotNowError where another program uses them."""
    try:
        db.execute("VACUUM")
        (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if not isinstance(trouble(error), HeldError):
            raise
        busy = True
    if busy:
        raise NotNowError(
            "They are forgotten, but another program still uses the database, and its files have traces of them.",
            "End that program, then run the same command again.",
        )


def _out_of_backups(
    db: Database,
    workspace: Workspace,
    gone: Trace,
    kept: Sequence[str],
    now: datetime,
    without: frozenset[Path] = frozenset(),
) -> tuple[frozenset[Path], tuple[str, ...]]:
    """Erase people from every backup in the backups' folder; returns which, and what stood in the way of others."""
    done, troubles = set[Path](), list[str]()
    try:
        there = sorted(p for p in workspace.backups.iterdir() if p.suffix == ".zip" or _LEFT_BEHIND.fullmatch(p.name))
    except FileNotFoundError:
        there = []
    except OSError as error:
        why = f"{workspace.backups}: could not be looked into ({error.strerror}). Its backups still hold them."
        return frozenset(), (f"{why} Mend its rights, then forget them again.",)
    for path in there:
        if path in without:
            continue
        if path.suffix != ".zip":
            troubles.append(f"{path}: was left there half written, and may hold them. Delete it.")
            continue
        try:
            backups.rewrite(path, lambda copy: _out_of_copy(db, copy, gone, kept, now))
            done.add(path)
        except PscbMailError as problem:
            troubles.append(f"{path}: {problem.message} If it is a backup, delete it.")
    return frozenset(done), tuple(troubles)


def _out_of_copy(db: Database, path: Path, gone: Trace, kept: Sequence[str], now: datetime) -> None:
    """Erase people from the database of a backup; whoever is another person in the live one stays another person."""
    copy = open_database(path)
    try:
        there = [
            number
            for number in forgotten.holders(copy, gone.keys)
            if number in gone.ids or directory.by_id(db, number) is None
        ]
        with transaction(copy):
            erase(copy, replace(gone, ids=tuple(there)), kept, now)
        wipe(copy)
    finally:
        copy.close()


# -- what it does not reach -----------------------------------------------------------------------------------------


def _beyond(db: Database, workspace: Workspace, gone: Trace) -> tuple[str, ...]:
    settings = workspace.settings
    issues = ledger.issues_of(db, gone.ids)
    lines = list[str]()
    if issues:
        lines.append(f"The Sent folder of {settings.newsletter.address}: their copies of {', '.join(issues)}.")
    if settings.mailbox.source:
        lines.append(f"The mailbox, its folder {settings.mailbox.filed} and its bin: what they wrote, what came back.")
    alike = forgotten.groups_called_like(db, gone)
    lines += [f"The group {name} is called like them: it keeps its name, in the backups too." for name in alike]
    lines += [f"{path.relative_to(workspace.folder)}: names them." for path in _files_with(workspace, gone.signs)]
    lines += [f"{issue}: its text as it was sent names them." for issue in ledger.editions_with(db, gone.signs)]
    return (
        *lines,
        "Lists that they came from, exports, pages written by `show --out`, wherever these lie now.",
        "Backups written elsewhere (`backup FILE`), copies of this folder, the computer's own backups, git.",
    )


def _files_with(workspace: Workspace, words: Sequence[str]) -> Iterator[Path]:
    """Yield the workspace's other files in which one of some words stands."""
    needles = [word.casefold() for word in words]
    # By their true paths: the settings may name the database or the backups' folder by a way round.
    own = {path.resolve() for path in (*files_of(workspace.database_path), workspace.key_path, workspace.lock_path)}
    kept = workspace.backups.resolve()
    for path in sorted(workspace.folder.rglob("*")):
        true = path.resolve()
        if (
            true in own
            or kept in true.parents
            or ".git" in path.parts
            or not path.is_file()
            or path.stat().st_size > _SCANNED_BYTES
        ):
            continue
        if any(needle in text for text in _texts(path) for needle in needles):
            yield path


def _texts(path: Path) -> Iterator[str]:
    """Yield what stands in a file, and in each part of one that is packed."""
    read: Callable[[bytes], str] = lambda raw: raw.decode("utf-8", "replace").casefold()  # noqa: E731
    try:
        if path.suffix.lower() in _PACKED and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                small = [each for each in packed.infolist() if each.file_size <= _SCANNED_BYTES]
                yield from (read(packed.read(each)) for each in small)
        else:
            yield read(path.read_bytes())
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return
