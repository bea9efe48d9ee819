"""The database: opening it safely, its numbered migrations, its transactions, its times.

Promises: mode 0600; WAL with synchronous=FULL, so that a commit that returned survives a power cut; foreign keys on;
a database of a newer version, a damaged one, or something that is no database is refused with a sentence and left as
it was. Raises `DatabaseError`, `NotNowError` where another process holds it for longer than `BUSY_SECONDS`.

The SQL of a subject lives with its subject (`people.directory`, `sending.ledger`, `mailbox.journal`); here is only
what all of them stand on. Tables are STRICT and say in CHECKs what may be in them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database, Migrations

from pscb_mail.errors import DatabaseError, NotNowError

BUSY_SECONDS = 15
_MODE = 0o600
# https://www.sqlite.org/fileformat2.html#the_database_header
_MAGIC = b"SQLite format 3\0"

# What reading a damaged database raises: SQLite's own words about it may quote bytes of it that are no text.
UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)

migrations = Migrations("pscb-mail")


def stamp(moment: datetime) -> str:
    """Return an aware time as it is stored: ISO 8601 in UTC, of fixed width, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
            "It was not touched. Put a backup in its place, or check `database`.",
        )


def _is_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database of another program; make one that is ours private. Raises DatabaseError."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and "_sqlite_migrations" not in tables:
        raise DatabaseError(f"{path} is the database of another program.", "Check `database` in the settings.")
    if path.stat().st_mode & 0o777 != _MODE:
        for part in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            if part.exists():
                part.chmod(_MODE)


def needs_its_key(path: Path) -> bool:
    """Whether a database at `path`, opened for reading alone, has sent an issue or forgotten somebody with its key."""
    if not path.is_file():
        return False
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            found = connection.execute("SELECT 1 FROM mailing UNION ALL SELECT 1 FROM forgotten LIMIT 1").fetchone()
        except UNREADABLE:
            return False
    return found is not None


def needs_making(path: Path) -> bool:
    """Whether the database at `path` has no table of ours yet; it is only looked at. A damaged one is not new."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
        except UNREADABLE:
            return False
    return found is None


def is_of_an_older_version(path: Path) -> bool:
    """Whether opening the database at `path` will migrate one that somebody has used; it is only looked at."""
    if not path.is_file():
        return False
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
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
        db = Database(connection)
        if _mode(connection) != "wal" or _pending(db, path):
            _make_ready(db, path)
        mode = _mode(connection)
        (level,) = connection.execute("PRAGMA synchronous").fetchone()
    except Timeout as error:
        raise NotNowError(
            f"{path} is being opened by another program.", "Run it again when that one has finished."
        ) from error
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
            f"{path} is damaged or is no database ({error}).", "It was not touched. Put a backup in its place."
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
    with FileLock(path.with_name(f"{path.name}.opening"), timeout=BUSY_SECONDS, mode=0o600):
        db.conn.execute("PRAGMA journal_mode = WAL")
        if _pending(db, path):
            migrations.apply(db)


def _pending(db: Database, path: Path) -> bool:
    applied = {migration.name for migration in migrations.applied(db)}
    known = {migration.name for migration in migrations._migrations}  # noqa: SLF001
    if applied - known:
        raise DatabaseError(f"{path} was written by a newer pscb-mail.", "Install that version again, or a later one.")
    return bool(known - applied)


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
        raise NotNowError(
            "The database is held by another program.", "Run it again when that one has finished."
        ) from error
    try:
        with db.atomic():
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


@migrations()
def m0001_people(db: Database) -> None:
    """The list, its changes and its history; `recipient` is what other rooms may read of it."""
    db.executescript("""
        CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

        CREATE TABLE change (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at TEXT NOT NULL,
            author TEXT NOT NULL,
            command TEXT NOT NULL,
            reason TEXT NOT NULL DEFAULT '',
            undoes INTEGER REFERENCES change(number)
        ) STRICT;

        CREATE TABLE subscriber (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            address TEXT NOT NULL,
            address_key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL DEFAULT '',
            organisation TEXT NOT NULL DEFAULT '',
            role TEXT NOT NULL DEFAULT '',
            status TEXT NOT NULL CHECK (status IN ('active', 'pending', 'opted_out', 'bounced', 'removed')),
            since TEXT NOT NULL,
            source TEXT NOT NULL DEFAULT '',
            basis TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX subscriber_by_status ON subscriber(status, id);

        CREATE TABLE membership (
            subscriber INTEGER NOT NULL REFERENCES subscriber(id) ON DELETE CASCADE,
            name TEXT NOT NULL COLLATE NOCASE,
            PRIMARY KEY (subscriber, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX membership_by_name ON membership(name, subscriber);

        -- One row a person and change: the person before and after, as JSON. No foreign key to the person: the
        -- history outlives an addition that was undone.
        CREATE TABLE history (
            id INTEGER PRIMARY KEY,
            change INTEGER NOT NULL REFERENCES change(number),
            subscriber INTEGER NOT NULL,
            before TEXT,
            after TEXT,
            CHECK (before IS NOT NULL OR after IS NOT NULL)
        ) STRICT;
        CREATE INDEX history_by_subscriber ON history(subscriber, id);
        CREATE INDEX history_by_change ON history(change);
        -- Whoever is being forgotten stands here for the length of one transaction: only their rows may be deleted,
        -- and only meanwhile may words about them be taken out of others'.
        CREATE TABLE forgetting (subscriber INTEGER PRIMARY KEY) STRICT;
        CREATE TRIGGER history_is_append_only BEFORE UPDATE ON history WHEN NOT EXISTS (SELECT 1 FROM forgetting)
            BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
        CREATE TRIGGER history_is_kept BEFORE DELETE ON history
            WHEN NOT EXISTS (SELECT 1 FROM forgetting WHERE subscriber = OLD.subscriber)
            BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;

        -- Keyed hashes of addresses that must not come back; nothing else is kept of their owners.
        CREATE TABLE forgotten (hash TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE VIEW recipient AS
            SELECT id, address, name, organisation, role FROM subscriber WHERE status = 'active';
    """)


@migrations()
def m0002_sending(db: Database) -> None:
    """Mailings, frozen editions, one delivery a person, every attempt."""
    db.executescript("""
        CREATE TABLE mailing (
            issue TEXT PRIMARY KEY,
            audience TEXT NOT NULL,
            started_at TEXT NOT NULL,
            cancelled_at TEXT
        ) STRICT;

        CREATE TABLE edition (
            id INTEGER PRIMARY KEY,
            issue TEXT NOT NULL REFERENCES mailing(issue),
            number INTEGER NOT NULL,
            digest TEXT NOT NULL,
            subject TEXT NOT NULL,
            content TEXT NOT NULL,
            frozen_at TEXT NOT NULL,
            UNIQUE (issue, number)
        ) STRICT;

        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            issue TEXT NOT NULL REFERENCES mailing(issue),
            -- NULL: the person was forgotten; that a copy went out stays true.
            subscriber INTEGER REFERENCES subscriber(id),
            edition INTEGER NOT NULL REFERENCES edition(id),
            reference TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL CHECK
                (state IN ('queued', 'in_flight', 'sent', 'deferred', 'refused', 'unknown', 'skipped')),
            address TEXT NOT NULL,
            dated TEXT,
            due_at TEXT,
            tries INTEGER NOT NULL DEFAULT 0,
            first_tried_at TEXT,
            at TEXT NOT NULL,
            UNIQUE (issue, subscriber)
        ) STRICT;
        CREATE INDEX delivery_by_state ON delivery(issue, state, due_at, id);
        CREATE INDEX delivery_by_subscriber ON delivery(subscriber);

        -- Every try to hand a copy to a relay. No delivery: a test copy, which counts for the pace all the same.
        CREATE TABLE attempt (
            id INTEGER PRIMARY KEY,
            delivery INTEGER REFERENCES delivery(id),
            issue TEXT NOT NULL,
            address TEXT NOT NULL,
            relay TEXT NOT NULL,
            started_at TEXT NOT NULL,
            ended_at TEXT,
            verdict TEXT,
            code INTEGER,
            reply TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX attempt_by_delivery ON attempt(delivery, id);

        -- Other Message-IDs under which a copy is known: servers rewrite them.
        CREATE TABLE alias (
            message_id TEXT PRIMARY KEY,
            delivery INTEGER NOT NULL REFERENCES delivery(id)
        ) STRICT;
    """)


@migrations()
def m0003_mailbox(db: Database) -> None:
    """What was read, what it was found to be, and the answers still to be sent."""
    db.executescript("""
        -- `key`: SHA-256 of the message as `incoming` normalises it; a message handled once is never handled again.
        -- `source` is kept only where something was found. `to_file`: it belongs into the folder for handled mail.
        CREATE TABLE incoming (
            key TEXT PRIMARY KEY,
            source TEXT NOT NULL DEFAULT '',
            read_at TEXT NOT NULL,
            to_file INTEGER NOT NULL DEFAULT 0 CHECK (to_file IN (0, 1)),
            filed_at TEXT
        ) STRICT;

        CREATE TABLE finding (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            incoming TEXT NOT NULL REFERENCES incoming(key),
            finding TEXT NOT NULL CHECK (finding IN ('urgent', 'opt_out', 'subscribe', 'address_change', 'left', 'away',
                'bounce', 'complaint', 'automatic', 'question', 'unreadable', 'unrelated')),
            action TEXT NOT NULL CHECK (action IN
                ('opted_out', 'bounced', 'counted', 'review', 'asked', 'filed', 'left', 'resubscribed')),
            -- `address`: whom it is about; `named`, `name`: whom it names (a colleague, a new address, a successor).
            address TEXT NOT NULL DEFAULT '',
            named TEXT NOT NULL DEFAULT '',
            name TEXT NOT NULL DEFAULT '',
            severity TEXT CHECK (severity IN ('permanent', 'temporary', 'delayed', 'ours')),
            status TEXT,
            evidence TEXT NOT NULL DEFAULT '',
            proposal TEXT NOT NULL DEFAULT '',
            -- No foreign key to the person: like the history, a finding outlives an addition that was undone.
            subscriber INTEGER,
            delivery INTEGER REFERENCES delivery(id),
            change INTEGER REFERENCES change(number),
            review TEXT CHECK (review IN ('open', 'accepted', 'dismissed')),
            accepted_by INTEGER REFERENCES change(number),
            at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX finding_by_incoming ON finding(incoming);
        CREATE INDEX finding_by_subscriber ON finding(subscriber);
        CREATE INDEX finding_by_delivery ON finding(delivery);
        CREATE INDEX finding_in_review ON finding(number) WHERE review IS NOT NULL;

        -- Answers commit with the act they speak of and leave afterwards. `in_flight` commits before the first byte:
        -- one that a dead process left there is in doubt and never sent again.
        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            finding INTEGER REFERENCES finding(number),
            subscriber INTEGER,
            kind TEXT NOT NULL,
            message_id TEXT NOT NULL UNIQUE,
            recipient TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            in_reply_to TEXT NOT NULL DEFAULT '',
            trail TEXT NOT NULL DEFAULT '',
            written_at TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'in_flight', 'sent', 'refused', 'unknown')),
            claimed_at TEXT,
            settled_at TEXT,
            reply TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX outbox_by_state ON outbox(state, id);
        CREATE INDEX outbox_by_subscriber ON outbox(subscriber, written_at);

        CREATE TABLE reading (
            source TEXT PRIMARY KEY,
            uidvalidity INTEGER,
            last_uid INTEGER,
            at TEXT NOT NULL
        ) STRICT;
    """)
