"""The database: opening it safely, its transactions, its times. What is in it stands in `schema`.

Promises: mode 0600; WAL with synchronous=FULL, so that a commit that returned survives a power cut; foreign keys on;
a database of a newer version, a damaged one, or something that is no database is refused with a sentence and left as
it was. Raises `DatabaseError`, `NotNowError` where another process holds it for longer than `BUSY_SECONDS`.

The SQL of a subject lives with its subject (`people.directory`, `sending.ledger`, `mailbox.journal`); here is only
what all of them stand on.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from pscb_mail.errors import DatabaseError, NotNowError, PscbMailError
from pscb_mail.schema import migrations

BUSY_SECONDS = 15
_MODE = 0o600
# https://www.sqlite.org/fileformat2.html#the_database_header
_MAGIC = b"SQLite format 3\0"
T = TypeVar("T")


class HeldError(NotNowError):
    """Another program has been writing for longer than `BUSY_SECONDS`."""


# What reading a damaged database raises: SQLite's own words about it may quote bytes of it that are no text.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)

# Result codes of SQLite (https://www.sqlite.org/rescode.html), besides SQLITE_BUSY (somebody else is at work; our own
# two statements in each other's way are SQLITE_LOCKED): the file or the disk cannot be used now, which says nothing
# against what it holds; what it holds is no whole database.
_OUT_OF_REACH = frozenset(
    (
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL,
    )
)  # fmt: skip
_DAMAGE = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))


def _code(error: Exception) -> int:
    """Return SQLite's result code, without what extended ones add."""
    # Bytes that are no text are found by the driver, which gives no code.
    no_text = isinstance(error, (sqlite3.OperationalError, UnicodeDecodeError))
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT if no_text else sqlite3.SQLITE_ERROR) & 0xFF


def trouble(error: Exception, what: str | Path = "The database") -> PscbMailError | None:
    """Return what SQLite's own error means to the user, None where it may be a mistake of this program."""
    code = _code(error)
    if code == sqlite3.SQLITE_BUSY:
        return HeldError(f"{what} is held by another program.", "Run it again when that one has finished.")
    if code == sqlite3.SQLITE_FULL:
        return NotNowError("The disk is full: nothing was changed.", "Free some space and run it again.")
    if code in _OUT_OF_REACH:
        return NotNowError(f"{what} cannot be used now: {error}.", "Check the disk and the rights, then run it again.")
    if code in _DAMAGE:
        return DatabaseError(f"{what} is damaged: {error}.", "`pscb-mail restore FILE` brings a backup back.")
    return None


def stamp(moment: datetime) -> str:
    """Return an aware time as it is stored: ISO 8601 in UTC, of fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def moment(text: str) -> datetime:
    """Return the aware UTC time of a stored stamp."""
    return datetime.fromisoformat(text)


def open_database(path: Path) -> Database:
    """Open the database at `path`, making and migrating it as needed.

    Raises DatabaseError when the file is damaged, newer than this program or no database; NotNowError when it cannot
    be used now, or another program holds it.
    """
    try:
        _look_at(path)
        path.touch(mode=_MODE, exist_ok=True)
        # Transactions are begun explicitly (`transaction`), and worker threads hand a connection over, never share it.
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
        try:
            return _prepared(connection, path)
        except BaseException:
            connection.close()
            raise
    except OSError as error:
        raise DatabaseError(
            f"{path} cannot be opened: {error.strerror}.", "Check that the folder exists and is yours."
        ) from error
    except UNREADABLE as error:
        raise trouble(error, path) or DatabaseError(
            f"{path} cannot be used as this program's list ({error}).",
            "Check `database` in the settings. If it is the list, `pscb-mail restore FILE` brings a backup back.",
        ) from error


def must_be_a_file(path: Path) -> None:
    """Refuse a folder, a pipe or a device in the database's place. Raises DatabaseError."""
    if path.exists() and not path.is_file():
        raise DatabaseError(f"{path} is no file, so it cannot be the database.", "Check `database` in the settings.")


def is_there(path: Path) -> bool:
    """Whether there may be a list at `path`: an emptied file is none, and has nothing to be backed up."""
    return path.exists() and (not path.is_file() or path.stat().st_size > 0)


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
def looked_at(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for reading alone: nothing is made or migrated. What reading raises is `UNREADABLE`."""
    place = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(place, uri=True, timeout=BUSY_SECONDS)) as connection:
        yield connection


def asked(path: Path, question: Callable[[sqlite3.Connection], T]) -> T | None:
    """Return what a database answers that is opened for reading alone, None where it lacks the tables.

    Raises NotNowError where it cannot be read now, DatabaseError where it is damaged: neither is an answer.
    """
    try:
        with looked_at(path) as connection:
            return question(connection)
    except UNREADABLE as error:
        if known := trouble(error, path):
            raise known from error
        if str(error).startswith("no such table"):
            return None
        raise  # a mistake of this program


def _number(path: Path, sql: str) -> int | None:
    """Return a number from a database, None where it lacks the tables or is damaged: whoever opens it says so."""
    try:
        return asked(path, lambda connection: int(connection.execute(sql).fetchone()[0]))
    except DatabaseError:
        return None


@contextmanager
def watched(path: Path) -> Iterator[Callable[[], bool]]:
    """Yield what tells whether another connection has written a database since (PRAGMA data_version)."""
    with looked_at(path) as connection:
        version = connection.execute("PRAGMA data_version").fetchone()
        yield lambda: connection.execute("PRAGMA data_version").fetchone() != version


def copied_over(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    patience: float = BUSY_SECONDS,
    locked: Callable[[], object] = lambda: None,
) -> None:
    """Copy a whole database over another, by SQLite itself: other programs may use both meanwhile.

    `locked` is called once nobody else can write the target any more; what it raises leaves the target as it was.
    Raises HeldError where one of them is held for longer: left alone, Python waits for ever, and Ctrl-C is not heard.
    """
    ends = time.monotonic() + patience
    ask = iter([locked])

    def stepped(code: int, _remaining: int, _total: int) -> None:
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            if time.monotonic() >= ends:
                raise HeldError("The database is held by another program.", "Run it again when that one has finished.")
        elif first := next(ask, None):
            first()

    # In two steps: the first takes the lock, the last commits.
    (pages,) = source.execute("PRAGMA page_count").fetchone()
    source.backup(target, pages=(pages + 1) // 2 or -1, progress=stepped)


def fact(db: Database | sqlite3.Connection, name: str) -> str | None:
    """Return what the database remembers under a name, None where nothing."""
    row = db.execute("SELECT value FROM fact WHERE name = ?", [name]).fetchone()
    return str(row[0]) if row else None


def keep_fact(db: Database, name: str, value: str) -> None:
    """Have the database remember something under a name; what stood there before is forgotten."""
    with transaction(db):
        db.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", [name, value])


def needs_its_key(path: Path) -> bool:
    """Whether a database at `path`, which is only looked at, has sent an issue or forgotten somebody with its key."""
    there = "SELECT EXISTS (SELECT 1 FROM mailing) OR EXISTS (SELECT 1 FROM forgotten)"
    return path.is_file() and _number(path, there) == 1


def needs_making(path: Path) -> bool:
    """Whether the database at `path` has no table of ours yet; it is only looked at. A damaged one is not new."""
    return _number(path, "SELECT count(*) FROM sqlite_master WHERE name = '_sqlite_migrations'") == 0


def is_of_an_older_version(path: Path) -> bool:
    """Whether opening the database at `path` will migrate one that somebody has used; it is only looked at."""
    applied = _number(path, "SELECT count(*) FROM _sqlite_migrations") if path.is_file() else None
    return 0 < (applied or 0) < len(_known())


def _prepared(connection: sqlite3.Connection, path: Path) -> Database:
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    _is_ours(connection, path)
    # No plug-in of somebody else's sqlite-utils has any business in the list, and looking for them takes time.
    db = Database(connection, execute_plugins=False)
    if _mode(connection) != "wal" or _pending(db, path):
        _make_ready(db, path)
    mode = _mode(connection)
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
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
    known = _known()
    if applied - known:
        raise DatabaseError(f"{path} was written by a newer pscb-mail.", "Install that version again, or a later one.")
    return bool(known - applied)


def _known() -> frozenset[str]:
    """Return the names of our migrations, for which the library has no question."""
    return frozenset(migration.name for migration in migrations._migrations)  # noqa: SLF001


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
        known = trouble(error)
        raise (known if isinstance(known, NotNowError) else unwritable(error)) from error
    try:
        yield db
        db.conn.execute("COMMIT")
    except sqlite3.OperationalError as error:
        db.rollback()
        if _code(error) == sqlite3.SQLITE_FULL and (full := trouble(error)):
            raise full from error
        raise
    except BaseException:
        db.rollback()
        raise
