"""The database: whole, of this version, durable, this computer's own, with room to grow. Opened for reading alone.

It is never made, migrated or mended here: a look changes nothing.
"""

import shutil
import socket
import sqlite3
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from pscb_mail.database import UNREADABLE, asked, fact, looked_at, moment, trouble
from pscb_mail.desk.doctor.check import Check, error, not_checked, ok, warning
from pscb_mail.errors import DatabaseError, NotNowError
from pscb_mail.schema import migrations

# A send of a million writes some 400 MB; below the first a backup may fail, below the second a commit.
ROOM_TO_WARN, ROOM_NEEDED = 500_000_000, 50_000_000
_CHECKS = ("integrity", "version", "journal", "host")


def check_database(path: Path, lost: DatabaseError | None = None, host: str = "") -> list[Check]:
    """Return the checks of the database at `path`; `host` is this computer's name unless told.

    `lost`: what to do, where the list was lost that backups were made of.
    """
    if lost is not None:
        checks = _unread(lost.message, lost.hint)
    elif not path.parent.is_dir():
        checks = _unread(f"There is no folder {path.parent}.", "Make it, or check `database` under [newsletter].")
    elif not path.exists():
        checks = [ok(f"database: {name}", "None yet; the first command makes it.") for name in _CHECKS]
    elif not path.is_file():
        checks = _unread(f"{path} is no file.", "Check `database` under [newsletter].")
    else:
        checks = _read(path, host or socket.gethostname())
    return [*checks, _room(path)]


def _read(path: Path, host: str) -> list[Check]:
    try:
        with looked_at(path) as connection:
            if problem := _integrity(connection):
                return _damaged(path, problem)
            return [
                ok("database: integrity", f"{path.name} is whole ({path.stat().st_size / 1_000_000:.1f} MB)."),
                _version(connection),
                _journal(connection),
                _host(connection, host),
            ]
    except (*UNREADABLE, OSError) as problem:
        if isinstance(known := trouble(problem, path), NotNowError):
            return _unread(known.message, known.hint)
        return _damaged(path, str(problem))


_NEWEST = """SELECT max(at) FROM
    (SELECT at FROM change UNION ALL SELECT started_at FROM attempt UNION ALL SELECT at FROM reading)"""


def latest(path: Path) -> datetime | None:
    """Return the time of the newest entry, None where there is none or it cannot be read."""
    with suppress(NotNowError, OSError, ValueError):
        at = asked(path, lambda there: there.execute(_NEWEST).fetchone()[0]) if path.is_file() else None
        return moment(at) if at else None
    return None


def _integrity(connection: sqlite3.Connection) -> str:
    """Return what SQLite and the foreign keys find wrong, or nothing."""
    rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    if rows != ["ok"]:
        return "; ".join(rows)
    stray = connection.execute("PRAGMA foreign_key_check").fetchone()
    return f"a row of the table {stray[0]} belongs to nothing" if stray else ""


def _damaged(path: Path, problem: str) -> list[Check]:
    return _unread(
        f"{path} is damaged or cannot be read: {problem}.",
        "Change nothing, keep the file, and put a backup in its place: `pscb-mail restore FILE`.",
    )


def _unread(why: str, hint: str) -> list[Check]:
    """Return the checks of a database of which nothing can be told but that it cannot be read."""
    first, *others = (f"database: {name}" for name in _CHECKS)
    rest = (not_checked(name, "The database cannot be read.", "Mend that first.") for name in others)
    return [error(first, why, hint), *rest]


def _version(connection: sqlite3.Connection) -> Check:
    db = Database(connection)
    pending = {migration.name for migration in migrations.pending(db)}
    applied = [migration.name for migration in migrations.applied(db)]
    known = pending | {name for name in applied if name in {m.name for m in migrations._migrations}}  # noqa: SLF001
    if newer := sorted(set(applied) - known):
        return error(
            "database: version",
            f"It was written by a newer pscb-mail ({newer[-1]}).",
            "Install that version again, or a later one.",
        )
    if pending:
        return warning(
            "database: version",
            f"It is from an older version; {len(pending)} steps are to be made.",
            "The next command makes them, after a backup: nothing is to be done.",
        )
    return ok("database: version", f"It is of this version (step {len(applied)}).")


def _journal(connection: sqlite3.Connection) -> Check:
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        return warning(
            "database: journal",
            f"Its journal is in mode {mode}, not WAL.",
            "The next command sets it, unless the folder is on a network drive: then move it to a local disk.",
        )
    return ok("database: journal", "WAL; every command writes through to the disk at each commit.")


def _host(connection: sqlite3.Connection, here: str) -> Check:
    host = fact(connection, "host")
    if host in {None, here}:
        return ok("database: host", f"It is kept by this computer, {here}.")
    return error(
        "database: host",
        f"It is kept by the computer {host}, and this is {here}.",
        "Two computers must not send from one list. If that one is no longer used, add --take-over once.",
    )


def _room(path: Path) -> Check:
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError as problem:
        return not_checked("database: free space", f"{path.parent}: {problem.strerror}.", "Check the folder.")
    return room(free)


def room(free: int) -> Check:
    """Return what so many free bytes mean."""
    detail = f"{free / 1_000_000_000:.1f} GB are free."
    if free < ROOM_NEEDED:
        return error("database: free space", detail, "Free some space before anything is sent.")
    if free < ROOM_TO_WARN:
        return warning("database: free space", detail, "Free some space: a backup may not fit.")
    return ok("database: free space", detail)
