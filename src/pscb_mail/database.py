"""The database: opening it safely, its transactions, its times. What is in it stands in `schema`.

Promises: mode 0600; WAL with synchronous=FULL, so that a commit that returned survives a power cut; foreign keys on;
a database of a newer version, a damaged one, or something that is no database is refused with a sentence and left as
it was. Raises `DatabaseError`, `NotNowError` where another process holds it for longer than `BUSY_SECONDS`.

The SQL of a subject lives with its subject (`people.directory`, `sending.ledger`, `mailbox.journal`); here is only
what all of them stand on.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from pscb_mail.errors import DatabaseError, NotNowError
from pscb_mail.schema import migrations

BUSY_SECONDS = 15
_MODE = 0o600
# https://www.sqlite.org/fileformat2.html#the_database_header
_MAGIC = b"SQLite format 3\0"


class HeldError(NotNowError):
    """Another program has been writing for longer than `BUSY_SECONDS`."""


# What reading a damaged database raises: SQLite's own words about it may quote bytes of it that are no text.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)


def stamp(moment: datetime) -> str:
    """Return an aware time as it is stored: ISO 8601 in UTC, of fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def moment(text: str) -> datetime:
    """Return the aware UTC time of a stored stamp."""
    return datetime.fromisoformat(text)


def open_database(path: Path) -> Database:
    """Open the database at `path`, making and migrating it as needed.

    Raises DatabaseError when the file is damaged, newer than this program or no database; NotNowError when another
    program holds it.
    """
    try:
        _look_at(path)
        path.touch(mode=_MODE, exist_ok=True)
        # Transactions are begun explicitly (`transaction`), and worker threads hand a connection over, never share it.
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    except (OSError, sqlite3.OperationalError) as error:
        raise DatabaseError(
            f"{path} cannot be opened: {error}", "Check that the folder exists and is yours."
        ) from error
    try:
        return _prepared(connection, path)
    except BaseException:
        connection.close()
        raise


def must_be_a_file(path: Path) -> None:
    """Refuse a folder, a pipe or a device in the database's place. Raises DatabaseError."""
    if path.exists() and not path.is_file():
        raise DatabaseError(f"{path} is no file, so it cannot be the database.", "Check `database` in the settings.")


def _look_at(path: Path) -> None:
    """Refuse what cannot be a database, before anything is done to it. Raises DatabaseError."""
    must_be_a_file(path)
    if not path.exists():
        return
    with path.open("rb") as file:
        beginning = file.read(len(_MAGIC))
    if beginning not in {b"", _MAGIC}:
        raise DatabaseError(
            f"{path} is damaged or is no database.",
            "It was not touched. `pscb-mail restore FILE` brings a backup back; or check `database`.",
        )


def _is_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database of another program; make one that is ours private. Raises DatabaseError."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "_sqlite_migrations" not in tables:
        raise DatabaseError(f"{path} is the database of another program.", "Check `database` in the settings.")
    if path.stat().st_mode & 0o777 != _MODE:
        for part in files_of(path):
            part.chmod(_MODE)


def files_of(path: Path) -> list[Path]:
    """Return the files that there are of a database: its own, its journal and that one's index."""
    return [part for part in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))) if part.exists()]


@contextmanager
def looked_at(path: Path, patience: float = 5.0) -> Iterator[sqlite3.Connection]:
    """Open a database for reading alone: nothing is made or migrated. What reading raises is `UNREADABLE`."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=patience)) as connection:
        yield connection


def fact(db: Database | sqlite3.Connection, name: str) -> str | None:
    """Return what the database remembers under a name, None where nothing."""
    row = db.execute("SELECT value FROM fact WHERE name = ?", [name]).fetchone()
    return str(row[0]) if row else None


def keep_fact(db: Database, name: str, value: str) -> None:
    """Have the database remember something under a name; what stood there before is forgotten."""
    with transaction(db):
        db.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", [name, value])


def needs_its_key(path: Path) -> bool:
    """Whether a database at `path`, opened for reading alone, has sent an issue or forgotten somebody with its key."""
    if not path.is_file():
        return False
    with looked_at(path) as connection:
        try:
            found = connection.execute("SELECT 1 FROM mailing UNION ALL SELECT 1 FROM forgotten LIMIT 1").fetchone()
        except UNREADABLE:
            return False
    return found is not None


def needs_making(path: Path) -> bool:
    """Whether the database at `path` has no table of ours yet; it is only looked at. A damaged one is not new."""
    with looked_at(path) as connection:
        try:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
        except UNREADABLE:
            return False
    return found is None


def is_of_an_older_version(path: Path) -> bool:
    """Whether opening the database at `path` will migrate one that somebody has used; it is only looked at."""
    if not path.is_file():
        return False
    with looked_at(path) as connection:
        try:
            applied = connection.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0]
        except UNREADABLE:
            return False
    return bool(0 < applied < len(migrations._migrations))  # noqa: SLF001


def _prepared(connection: sqlite3.Connection, path: Path) -> Database:
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        _is_ours(connection, path)
        # No plug-in of somebody else's sqlite-utils has any business in the list, and looking for them takes time.
        db = Database(connection, execute_plugins=False)
        if _mode(connection) != "wal" or _pending(db, path):
            _make_ready(db, path)
        mode = _mode(connection)
        (level,) = connection.execute("PRAGMA synchronous").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise NotNowError(
                f"{path} is held by another program.", "Run it again when that one has finished."
            ) from error
        raise DatabaseError(f"{path} cannot be used: {error}", "Check the disk and the folder's rights.") from error
    except OSError as error:
        raise DatabaseError(
            f"{path} cannot be used: {error.strerror}.", "Check the disk and the folder's rights."
        ) from error
    except UNREADABLE as error:
        raise DatabaseError(
            f"{path} is damaged or is no database ({error}).",
            "It was not touched. `pscb-mail restore FILE` brings a backup back.",
        ) from error
    if (mode, level) != ("wal", 2):
        raise DatabaseError(
            f"{path}: this folder cannot keep a journal safely (mode {mode}).", "Use a folder on a local disk."
        )
    return db


def _mode(connection: sqlite3.Connection) -> str:
    return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def _make_ready(db: Database, path: Path) -> None:
    """Set the journal and migrate, one process at a time.

    Neither waits for a lock: two first commands at once would find a table half made, or "database is locked".
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - it brings asyncio, and only a new database needs it

    try:
        with FileLock(path.with_name(f"{path.name}.opening"), timeout=BUSY_SECONDS, mode=0o600):
            db.conn.execute("PRAGMA journal_mode = WAL")
            if _pending(db, path):
                migrations.apply(db)
    except Timeout as error:
        raise NotNowError(
            f"{path} is being opened by another program.", "Run it again when that one has finished."
        ) from error


def _pending(db: Database, path: Path) -> bool:
    applied = {migration.name for migration in migrations.applied(db)}
    known = {migration.name for migration in migrations._migrations}  # noqa: SLF001
    if applied - known:
        raise DatabaseError(f"{path} was written by a newer pscb-mail.", "Install that version again, or a later one.")
    return bool(known - applied)


def unwritable(error: sqlite3.Error) -> NotNowError:
    """Return what it means where what was done cannot be recorded any more."""
    return NotNowError(f"The database cannot be written: {error}.", "Free some space, then run it again.")


@contextmanager
def transaction(db: Database) -> Iterator[Database]:
    """Make what happens inside one unit: all of it durable when the block ends, or nothing of it.

    Takes the write lock at once (BEGIN IMMEDIATE): a deferred transaction that reads first fails with "database is
    locked" when it comes to write, without waiting (https://www.sqlite.org/lang_transaction.html).
    """
    if db.conn.in_transaction:
        with db.atomic():
            yield db
        return
    try:
        db.conn.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise unwritable(error) from error
        raise HeldError(
            "The database is held by another program.", "Run it again when that one has finished."
        ) from error
    try:
        yield db
        db.conn.execute("COMMIT")
    except sqlite3.OperationalError as error:
        db.rollback()
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise NotNowError("The disk is full: nothing was changed.", "Free some space and run it again.") from error
        raise
    except BaseException:
        db.rollback()
        raise
