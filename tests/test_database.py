"""The database: safe to open, refused when it is not ours, whole or nothing in every transaction."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pscb_mail import database
from pscb_mail.database import HeldError, moment, open_database, stamp, transaction
from pscb_mail.errors import DatabaseError, NotNowError


def test_it_is_private_and_survives_a_power_cut(tmp_path: Path) -> None:
    """Mode 0600, WAL, synchronous=FULL, foreign keys: as the contract says."""
    path = tmp_path / "list.db"
    db = open_database(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")] == [
        "wal", 2, 1,
    ]  # fmt: skip
    db.close()


def test_every_table_is_strict(tmp_path: Path) -> None:
    """A column never holds what it was not made for."""
    db = open_database(tmp_path / "list.db")
    loose = [name for (name, strict) in db.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND "
             "schema = 'main' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_sqlite%'") if not strict]  # fmt: skip
    db.close()
    assert loose == []


def test_opening_again_migrates_nothing_twice(tmp_path: Path) -> None:
    """The second opening finds what the first one made."""
    for _ in range(2):
        db = open_database(tmp_path / "list.db")
        with transaction(db):
            db.execute("INSERT INTO fact (name, value) VALUES (?, 'x')", [datetime.now(UTC).isoformat()])
        db.close()
    db = open_database(tmp_path / "list.db")
    assert db.execute("SELECT count(*) FROM fact").fetchone() == (2,)
    db.close()


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be one" * 40, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    """One sentence, and not a byte changed."""
    path = tmp_path / "list.db"
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match=r"list\.db"):
        open_database(path)
    assert path.read_bytes() == content


def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """An older program would lose what a newer one keeps."""
    path = tmp_path / "list.db"
    db = open_database(path)
    with transaction(db):
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pscb-mail', 'm9999', 'x')"
        )
    db.close()
    with pytest.raises(DatabaseError, match="newer"):
        open_database(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Where, and what to do."""
    with pytest.raises(DatabaseError, match="cannot be opened") as caught:
        open_database(tmp_path / "nowhere" / "list.db")
    assert caught.value.hint


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    """What fails in the middle leaves nothing behind, nested ones included."""
    db = open_database(tmp_path / "list.db")
    with pytest.raises(ZeroDivisionError), transaction(db):
        with transaction(db):
            db.execute("INSERT INTO fact (name, value) VALUES ('a', 'b')")
        raise ZeroDivisionError
    assert db.execute("SELECT count(*) FROM fact").fetchone() == (0,)
    assert not db.conn.in_transaction
    db.close()


def test_a_full_disk_changes_nothing_and_says_so(tmp_path: Path) -> None:
    """75, not a traceback."""
    db = open_database(tmp_path / "list.db")
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NotNowError, match="disk is full"), transaction(db):
        db.execute("INSERT INTO fact (name, value) VALUES ('big', ?)", ["x" * 1_000_000])
    assert db.execute("SELECT count(*) FROM fact").fetchone() == (0,)
    db.close()


def test_a_database_held_by_another_program_is_waited_for_then_named(tmp_path: Path) -> None:
    """A bounded wait, then a sentence."""
    path = tmp_path / "list.db"
    db = open_database(path)
    db.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotNowError, match="held by another program"), transaction(db):
        pass
    other.close()
    db.close()


_WRITER = """
import sys
from pathlib import Path
from pscb_mail.database import open_database, transaction
print("ready", flush=True)
sys.stdin.readline()
db = open_database(Path(sys.argv[1]))
for _ in range(20):
    with transaction(db):
        (count,) = db.execute("SELECT count(*) FROM fact").fetchone()
        db.execute("INSERT INTO fact (name, value) VALUES (?, '')", [str(count)])
db.close()
"""


def test_processes_that_open_and_write_at_the_same_instant_wait_for_each_other(tmp_path: Path) -> None:
    """A new database is made once, each reads what the one before wrote, and none is told "database is locked"."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path / "list.db")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(6)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    ended = [(writer.communicate(timeout=120)[1], writer.returncode) for writer in writers]
    assert ended == [("", 0)] * 6
    db = open_database(tmp_path / "list.db")
    assert db.execute("SELECT count(*) FROM fact").fetchone() == (120,)
    db.close()


def test_a_copy_over_a_database_that_another_program_writes_ends_in_a_sentence(tmp_path: Path) -> None:
    """Python's own waits for ever; afterwards nothing of the copy is in there, and the next one succeeds."""
    paths = [tmp_path / "from.db", tmp_path / "to.db"]
    for path in paths:
        open_database(path).close()
    with closing(sqlite3.connect(paths[0])) as source, closing(sqlite3.connect(paths[1], timeout=0)) as target:
        source.execute("INSERT INTO fact VALUES ('from', '')")
        source.commit()
        with closing(sqlite3.connect(paths[1])) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(HeldError):
                database.copied_over(source, target, patience=0)
        assert target.execute("SELECT count(*) FROM fact").fetchone() == (0,)
        database.copied_over(source, target, patience=0)
        assert target.execute("SELECT name FROM fact").fetchall() == [("from",)]


def test_a_database_that_cannot_be_read_now_is_neither_new_nor_old_nor_without_a_key(tmp_path: Path) -> None:
    """Taken for an answer, that would make a new key, and no reply to what was sent be understood any more."""
    path = tmp_path / "list.db"
    open_database(path).close()
    Path(f"{path}-wal").mkdir()
    for question in (database.needs_its_key, database.needs_making, database.is_of_an_older_version):
        with pytest.raises(NotNowError, match=r"list\.db cannot be used now"):
            question(path)


def test_text_that_is_none_is_damage_too() -> None:
    """SQLite hands such bytes on, and Python's driver finds them: no code of SQLite's says so."""
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.OperationalError) as damage:
        db.execute("SELECT CAST(x'ff' AS TEXT)").fetchone()
    assert isinstance(database.trouble(damage.value), DatabaseError)


def test_a_mistake_in_our_own_sql_is_not_called_a_damaged_list() -> None:
    """Nobody should bring a backup back because of it."""
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.IntegrityError) as mistake:
        db.execute("CREATE TABLE t (a NOT NULL)")
        db.execute("INSERT INTO t VALUES (NULL)")
    assert database.trouble(mistake.value) is None


def test_a_mistake_in_our_own_sql_is_no_answer_of_a_list_and_nobody_elses_doing(tmp_path: Path) -> None:
    """`None` would pass for "nobody": only a table that is not there yet is so told. Nor is our own lock another's."""
    path = tmp_path / "list.db"
    open_database(path).close()
    assert database.asked(path, lambda there: there.execute("SELECT 1 FROM not_yet").fetchone()) is None
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        database.asked(path, lambda there: there.execute("SELECT no_such FROM fact").fetchone())
    with closing(sqlite3.connect(path)) as db, pytest.raises(sqlite3.OperationalError) as locked:
        db.execute("INSERT INTO fact VALUES ('a', ''), ('b', '')")
        db.commit()
        reading = db.execute("SELECT * FROM fact")
        reading.fetchone()
        db.execute("DROP TABLE fact")
    assert locked.value.sqlite_errorcode == sqlite3.SQLITE_LOCKED
    assert database.trouble(locked.value) is None


def test_whoever_looks_waits_for_another_program_as_long_as_whoever_opens(tmp_path: Path) -> None:
    """It is looked at before it is opened: the shorter wait of the two would be the one that holds."""
    path = tmp_path / "list.db"
    open_database(path).close()
    with database.looked_at(path) as there:
        assert there.execute("PRAGMA busy_timeout").fetchone() == (database.BUSY_SECONDS * 1000,)


def test_bytes_that_are_no_text_within_a_transaction_take_it_back(tmp_path: Path) -> None:
    """The driver's error has no code of SQLite's."""
    db = open_database(tmp_path / "list.db")
    with pytest.raises(sqlite3.OperationalError, match="UTF-8"), transaction(db):
        db.execute("INSERT INTO fact (name, value) VALUES ('a', 'b')")
        db.execute("SELECT CAST(x'ff' AS TEXT)").fetchone()
    assert (db.conn.in_transaction, db.execute("SELECT count(*) FROM fact").fetchone()) == (False, (0,))
    db.close()


def test_times_are_kept_in_utc_and_sort_as_text() -> None:
    """What was written is what is read, and earlier is smaller."""
    earlier = datetime(2010, 10, 31, 0, 59, 59, 999_999, tzinfo=UTC)
    later = datetime(2010, 10, 31, 1, 0, tzinfo=UTC)
    assert moment(stamp(earlier)) == earlier
    assert stamp(earlier) < stamp(later)
    assert database.BUSY_SECONDS > 0


@pytest.mark.parametrize("content", [b"my diary", b"SQLite", None])
def test_the_rights_of_a_file_that_is_not_ours_stay_as_they_were(tmp_path: Path, content: bytes | None) -> None:
    """A wrong line in the settings must not lock others out of their file, or take another program's database."""
    path = tmp_path / "list.db"
    if content is None:
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.close()
    else:
        path.write_bytes(content)
    path.chmod(0o644)
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match=r"list\.db"):
        open_database(path)
    assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes()) == (0o644, before)


def test_what_is_no_file_is_never_the_database(tmp_path: Path) -> None:
    """A folder, a pipe (which would be waited for); a device is no file either."""
    (tmp_path / "folder").mkdir(mode=0o755)
    os.mkfifo(tmp_path / "pipe", 0o644)
    for path in (tmp_path / "folder", tmp_path / "pipe"):
        before = path.stat().st_mode
        with pytest.raises(DatabaseError, match="no file"):
            open_database(path)
        assert path.stat().st_mode == before


def test_a_database_of_ours_is_made_private_again(tmp_path: Path) -> None:
    """It may have been copied."""
    path = tmp_path / "list.db"
    open_database(path).close()
    path.chmod(0o644)
    open_database(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_database_that_is_damaged_where_its_tables_are_named_is_told(tmp_path: Path) -> None:
    """SQLite quotes bytes that are no text, and Python cannot make them one."""
    path = tmp_path / "list.db"
    open_database(path).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA writable_schema = ON")
    other.execute("UPDATE sqlite_master SET name = CAST(x'ff41' AS TEXT), sql = 'CREATE NOTHING' WHERE name = 'fact'")
    other.commit()
    other.close()
    with pytest.raises(DatabaseError, match="is damaged"):
        open_database(path)
    assert not database.needs_its_key(path)
    assert not database.is_of_an_older_version(path)
