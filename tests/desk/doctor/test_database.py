"""The database looked at: whole, of this version, this computer's; and exactly as it was afterwards."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pscb_mail.database import open_database, transaction
from pscb_mail.desk.doctor.check import Check, Result
from pscb_mail.desk.doctor.database import check_database, latest, room
from pscb_mail.errors import DatabaseError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "pscb-mail.db"
    db = open_database(made)
    with transaction(db):
        db.execute("INSERT INTO fact (name, value) VALUES ('host', 'this-laptop')")
    db.close()
    return made


def look(path: Path, host: str = "this-laptop") -> dict[str, Check]:
    return {check.check.removeprefix("database: "): check for check in check_database(path, host=host)}


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_whole_database_is_told_so_and_stays_as_it_was(path: Path) -> None:
    """Five checks, all good, not a byte changed."""
    before = path.read_bytes()
    assert {check.result for check in look(path).values()} == {Result.OK}
    assert path.read_bytes() == before


def test_what_a_crash_has_left_is_read_and_left_for_the_next_command(path: Path, tmp_path: Path) -> None:
    """What stands in the log alone counts, and is not written back: whoever may write opens a database, and only then."""
    crashed = tmp_path / "crashed" / "pscb-mail.db"
    crashed.parent.mkdir()
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("UPDATE fact SET value = 'after-the-crash' WHERE name = 'host'")
        writer.commit()
        for ending in ("", "-wal"):
            shutil.copy(f"{path}{ending}", f"{crashed}{ending}")
    before = [Path(f"{crashed}{ending}").read_bytes() for ending in ("", "-wal")]
    assert b"after-the-crash" in before[1]
    assert look(crashed, "after-the-crash")["host"].result is Result.OK
    assert [Path(f"{crashed}{ending}").read_bytes() for ending in ("", "-wal")] == before


def test_none_yet_is_no_fault_and_none_is_made(tmp_path: Path) -> None:
    """A new workspace has none."""
    checks = look(tmp_path / "pscb-mail.db")
    assert {check.result for check in checks.values()} == {Result.OK}
    assert list(tmp_path.iterdir()) == []


def test_another_computers_list_is_an_error(path: Path) -> None:
    """With the way to take it over."""
    check = look(path, "another")["host"]
    assert (check.result, "this-laptop" in check.detail, "--take-over" in check.hint) == (Result.ERROR, True, True)


@pytest.mark.parametrize("damage", ["text", "pages"])
def test_a_damaged_one_is_an_error_and_nothing_more_is_said_of_it(path: Path, damage: str) -> None:
    """No database at all, or pages written over."""
    if damage == "text":
        path.write_text("this is no database, " * 100)
    else:
        raw = bytearray(path.read_bytes())
        raw[8192 : 8192 + 4096 * 10] = b"\xff" * 4096 * 10
        path.write_bytes(raw)
    checks = look(path)
    assert (checks["integrity"].result, "restore" in checks["integrity"].hint) == (Result.ERROR, True)
    assert {checks[name].result for name in ("version", "journal", "host")} == {Result.NOT_CHECKED}


def test_a_row_that_belongs_to_nothing_is_found(path: Path) -> None:
    """Foreign keys are only held by those who switch them on."""
    change(path, "INSERT INTO membership (subscriber, name) VALUES (99, 'Heads')")
    assert "membership" in look(path)["integrity"].detail


def test_a_newer_one_is_an_error_and_an_older_one_a_word(path: Path) -> None:
    """Nothing is migrated by looking."""
    change(path, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('pscb-mail', 'm9999_x', '')")
    assert (look(path)["version"].result, "m9999_x" in look(path)["version"].detail) == (Result.ERROR, True)
    change(path, "DELETE FROM _sqlite_migrations WHERE name IN ('m9999_x', 'm0004_filing')")
    assert look(path)["version"].result is Result.WARNING
    assert look(path)["version"].result is Result.WARNING


def test_one_that_cannot_be_opened_now_is_not_called_damaged(path: Path) -> None:
    """Nobody should put a backup in its place for that: its folder's rights, or a disk, are to be mended."""
    Path(f"{path}-wal").mkdir()
    told = look(path)["integrity"]
    assert (told.result, "cannot be used now" in told.detail, "restore" in told.hint) == (Result.ERROR, True, False)


def test_one_that_no_command_can_make_is_not_called_good(tmp_path: Path) -> None:
    """A slip in `database`, or a drive that is not there."""
    told = look(tmp_path / "nowhere" / "pscb-mail.db")["integrity"]
    assert (told.result, told.detail) == (Result.ERROR, f"There is no folder {tmp_path / 'nowhere'}.")


def test_a_list_that_was_lost_is_no_new_one(path: Path) -> None:
    """There are backups of it: what the first command would say."""
    path.unlink()
    told = check_database(path, DatabaseError("It is gone.", "Bring it back."))[0]
    assert (told.result, told.detail, told.hint) == (Result.ERROR, "It is gone.", "Bring it back.")


def test_another_journal_is_told(path: Path) -> None:
    """DELETE is not wrong, but it is not ours."""
    change(path, "PRAGMA journal_mode = DELETE")
    assert look(path)["journal"].result is Result.WARNING


@pytest.mark.parametrize(
    ("free", "result"), [(10**12, Result.OK), (200_000_000, Result.WARNING), (10_000_000, Result.ERROR)]
)
def test_room_is_told_before_it_runs_out(free: int, result: Result) -> None:
    """A backup comes first to grief, then a commit."""
    assert room(free).result is result


def test_the_newest_entry_is_found_for_the_clock(path: Path, tmp_path: Path) -> None:
    """Of changes, attempts and readings; nothing where there is nothing."""
    assert latest(path) is None
    assert latest(tmp_path / "none.db") is None
    change(path, "INSERT INTO change (at, author, command) VALUES ('2026-11-25T10:00:00.000000Z', 'jo', 'add')")
    change(path, "INSERT INTO reading (source, at) VALUES ('x', '2026-11-25T12:00:00.000000Z')")
    assert latest(path) == datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_what_is_no_file_is_told_and_never_waited_for(tmp_path: Path) -> None:
    """A folder, or a pipe that nobody writes to."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        check = look(tmp_path / name)["integrity"]
        assert (check.result, check.detail) == (Result.ERROR, f"{tmp_path / name} is no file.")
        assert latest(tmp_path / name) is None
