"""Backups: whole, private, checked, and not too many."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pscb_mail import backups
from pscb_mail.backups import Contents
from pscb_mail.database import open_database, transaction
from pscb_mail.errors import NotNowError, UsageError

NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    """A small workspace's three files."""
    made = Contents(tmp_path / "pscb-mail.db", tmp_path / "pscb-mail.key", tmp_path / "pscb-mail.toml")
    db = open_database(made.database)
    with transaction(db):
        db.execute("INSERT INTO fact (name, value) VALUES ('a', 'b')")
    db.close()
    made.key.write_bytes(b"k" * 32)
    made.settings.write_text("[newsletter]\n")
    return made


def fact_in(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT name, value FROM fact").fetchall()


def test_what_was_backed_up_comes_back(tmp_path: Path, contents: Contents) -> None:
    """Database, key and settings, byte for byte or row for row, and for nobody else's eyes."""
    backups.write(contents, tmp_path / "b.zip", "by-hand", NOW)
    found = backups.checked(tmp_path / "b.zip")
    assert (found.made_at, found.why) == (NOW, "by-hand")
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    target = tmp_path / "back"
    target.mkdir()
    for name in (backups.DATABASE, backups.KEY, backups.SETTINGS):
        assert backups.extract(found, name, target / name)
        assert stat.S_IMODE((target / name).stat().st_mode) == 0o600
    assert fact_in(target / backups.DATABASE) == [("a", "b")]
    assert (target / backups.KEY).read_bytes() == b"k" * 32


def test_what_is_still_in_the_write_ahead_log_is_backed_up_too(tmp_path: Path, contents: Contents) -> None:
    """A copy of the file alone would miss it."""
    db = open_database(contents.database)
    with transaction(db):
        db.execute("INSERT INTO fact (name, value) VALUES ('late', 'x')")
    backups.write(contents, tmp_path / "b.zip", "by-hand", NOW)
    db.close()
    backups.extract(backups.checked(tmp_path / "b.zip"), backups.DATABASE, tmp_path / "copy.db")
    assert ("late", "x") in fact_in(tmp_path / "copy.db")


def test_only_the_latest_automatic_ones_are_kept_and_other_files_never_touched(
    tmp_path: Path, contents: Contents
) -> None:
    """Ten unless told; the user's own stay."""
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "mine.zip").write_bytes(b"mine")
    for day in range(5):
        backups.write_automatic(contents, folder, "before-send", NOW + timedelta(days=day), keep=3)
    kept = backups.automatic_ones(folder)
    assert [backups.checked(path).made_at for path in kept] == [NOW + timedelta(days=day) for day in (2, 3, 4)]
    assert (folder / "mine.zip").read_bytes() == b"mine"


@pytest.mark.parametrize("damage", [lambda raw: b"", lambda raw: b"x" * 100, lambda raw: raw[:-30], None])
def test_a_file_that_is_no_whole_backup_is_refused(tmp_path: Path, contents: Contents, damage) -> None:
    """Before anything is replaced by it."""
    path = tmp_path / "b.zip"
    backups.write(contents, path, "by-hand", NOW)
    path.write_bytes((damage or flipped)(path.read_bytes()))
    with pytest.raises(UsageError, match=r"b\.zip"):
        backups.checked(path)


def flipped(raw: bytes) -> bytes:
    """Return the bytes with some of the packed database turned over: a single bit may stand for the same zeros."""
    place = raw.index(b"pscb-mail.db") + 200
    return raw[:place] + bytes(byte ^ 0xFF for byte in raw[place : place + 200]) + raw[place + 200 :]


def test_a_place_that_cannot_be_written_is_named_and_nothing_half_is_left(tmp_path: Path, contents: Contents) -> None:
    """75: nothing is lost, name another place."""
    with pytest.raises(NotNowError, match="cannot be written"):
        backups.write(contents, tmp_path / "nowhere" / "b.zip", "by-hand", NOW)
    contents.database.unlink()
    contents.database.mkdir()
    with pytest.raises(NotNowError):
        backups.write(contents, tmp_path / "b.zip", "by-hand", NOW)
    assert not list(tmp_path.glob("*.zip*"))
    assert not list(tmp_path.glob(".b.zip*"))


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(UsageError, match="There is no file"):
        backups.checked(tmp_path / "none.zip")
