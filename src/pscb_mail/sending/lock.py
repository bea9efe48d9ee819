"""One send at a time in a workspace: a lock that names its owner and dies with its process.

The lock is the operating system's (fcntl, or LockFileEx on Windows), through `filelock`: a process that is killed
leaves nothing behind that somebody would have to clean up. Who holds it is written into the database for the message
alone.
"""

import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from pscb_mail.database import fact, keep_fact, stamp, transaction
from pscb_mail.errors import NotNowError
from pscb_mail.sending import ledger

# Whoever only looks whether the lock is held takes it for an instant: wait that instant out.
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True)
class Owner:
    """Who holds the send lock, and for which issue."""

    issue: str
    author: str
    host: str
    pid: int
    since: str


@contextmanager
def send_lock(db: Database, path: Path, issue: str, author: str, now: datetime) -> Iterator[None]:
    """Hold the send lock for the length of a block. Raises NotNowError, naming its owner, where another send has it.

    Whoever had copies in flight is dead then, because the lock would still be theirs: here those copies, of whatever
    issue, become `unknown`.
    """
    lock = FileLock(path, timeout=_PATIENCE_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise NotNowError(_held_by(_owner(db)), "Wait until it has ended, then run this again.") from error
    try:
        _sign(db, Owner(issue, author, socket.gethostname(), os.getpid(), stamp(now)))
        with transaction(db):
            ledger.doubt_in_flight(db, now)
        yield
    finally:
        try:
            # A full disk, or a writer who is long about it: then whoever looks is told who had the lock last.
            with suppress(sqlite3.Error, NotNowError):
                keep_fact(db, "sender", "")
        finally:
            lock.release()


@contextmanager
def nobody_sends(path: Path) -> Iterator[None]:
    """Keep every send away for the length of a block. Raises NotNowError where one is under way."""
    lock = FileLock(path, timeout=_PATIENCE_SECONDS, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise NotNowError("A send is under way.", "Wait until it has ended, then run this again.") from error
    try:
        yield
    finally:
        lock.release()


def issue_being_sent(db: Database, path: Path) -> str | None:
    """Return the issue that another process is sending now, or None."""
    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        owner = _owner(db)
        return owner.issue if owner else None
    lock.release()
    return None


def _sign(db: Database, owner: Owner) -> None:
    keep_fact(db, "sender", json.dumps(asdict(owner)))


def _owner(db: Database) -> Owner | None:
    kept = fact(db, "sender")
    return Owner(**json.loads(kept)) if kept else None


def _held_by(owner: Owner | None) -> str:
    if owner is None:
        return "Another send is running."
    return f"{owner.author} on {owner.host} is sending {owner.issue} (since {owner.since}, process {owner.pid})."
