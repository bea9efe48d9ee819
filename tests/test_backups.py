"""Backups: whole, private, checked, and not too many."""

import hashlib
import json
import sqlite3
import stat
import tracemalloc
import zipfile
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


def test_what_a_timer_makes_does_not_push_out_the_only_one_of_another_reason(
    tmp_path: Path, contents: Contents
) -> None:
    """The reason with the most gives way."""
    for minute, why in enumerate(["before-import", "before-send", *["after-send"] * 9]):
        backups.write_automatic(contents, tmp_path / "b", why, NOW + timedelta(minutes=minute), keep=4)
    kept = [backups.checked(path).why for path in backups.automatic_ones(tmp_path / "b")]
    assert kept == ["before-import", "before-send", "after-send", "after-send"]


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


def test_what_was_made_while_the_clock_was_wrong_does_not_push_out_what_is_made_now(
    tmp_path: Path, contents: Contents
) -> None:
    """By their dates it would be the oldest, and gone as soon as it is written."""
    for day in (400, 401, 402):
        backups.write_automatic(contents, tmp_path / "b", "by-hand", NOW + timedelta(days=day), keep=3)
    for day in (0, 1):
        backups.write_automatic(contents, tmp_path / "b", "by-hand", NOW + timedelta(days=day), keep=3)
    made = [backups.checked(path).made_at - NOW for path in backups.automatic_ones(tmp_path / "b")]
    assert made == [timedelta(days=day) for day in (0, 1, 402)]


def test_an_old_backup_that_cannot_be_let_go_stops_nothing(tmp_path: Path, contents: Contents) -> None:
    """On Windows somebody may have it open; here a folder stands for it."""
    held = tmp_path / "b" / "pscb-mail-20200101-000000-000000-by-hand.zip"
    held.mkdir(parents=True)
    made = backups.write_automatic(contents, tmp_path / "b", "by-hand", NOW, keep=1)
    assert backups.automatic_ones(tmp_path / "b") == [held, made.path]


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(UsageError, match="There is no file"):
        backups.checked(tmp_path / "none.zip")


def crafted(path: Path, *, manifest: bytes | None = None, method: int = zipfile.ZIP_DEFLATED, **members: bytes) -> None:
    """Write a ZIP file as somebody would who wants to do harm; the manifest is true unless given."""
    there = {"pscb-mail.db": b"x", **{f"pscb-mail.{name}": raw for name, raw in members.items()}}
    sums = {name: hashlib.sha256(raw).hexdigest() for name, raw in there.items()}
    told = {"format": 1, "made_at": "2026-12-01T09:30:00.000000Z", "why": "by-hand", "files": sums}
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("manifest.json", manifest if manifest is not None else json.dumps(told))
        for name, raw in there.items():
            archive.writestr(name, raw)


def told(made_at: str = "2026-12-01T09:30:00.000000Z", files: object = None) -> bytes:
    sums = {"pscb-mail.db": hashlib.sha256(b"x").hexdigest()}
    return json.dumps({"format": 1, "made_at": made_at, "why": "", "files": sums if files is None else files}).encode()


def test_a_crafted_backup_that_is_whole_is_one(tmp_path: Path) -> None:
    """So that the refusals below have each the one reason that they name."""
    crafted(tmp_path / "b.zip", key=b"k" * 32)
    assert backups.checked(tmp_path / "b.zip").made_at == NOW
    crafted(tmp_path / "b.zip", manifest=told())
    assert backups.checked(tmp_path / "b.zip").made_at == NOW


@pytest.mark.parametrize(
    "manifest",
    [
        told(files=[]),
        told(files={}),
        told(files="x"),
        told(files={"pscb-mail.db": "00", "../up": "00"}),
        told(made_at="0001-01-01T00:00:00+14:00"),
        told(made_at="9999-12-31T23:59:59-14:00"),
        told(made_at="1999-01-01T00:00:00Z"),
        told(made_at="2026-12-01T09:30:00"),
        b"[" * 200_000,
        b"[]",
        b"{}",
        b"\xff",
        b" " * (1 << 20) + told(),
    ],
)
@pytest.mark.deep
def test_a_crafted_manifest_is_refused(tmp_path: Path, manifest: bytes) -> None:
    """With a sentence, before anything is done, and every member must stand in it."""
    crafted(tmp_path / "b.zip", manifest=manifest)
    with pytest.raises(UsageError, match=r"b\.zip"):
        backups.checked(tmp_path / "b.zip")


@pytest.mark.parametrize("members", [{"key": b"123"}, {"toml": b" " * (1 << 20) + b" "}, {"db-wal": b"x"}])
def test_a_member_that_is_not_ours_or_of_the_wrong_size_is_refused(tmp_path: Path, members: dict[str, bytes]) -> None:
    """A key has 32 bytes, settings are small, and nothing else belongs into a backup."""
    crafted(tmp_path / "b.zip", **members)
    with pytest.raises(UsageError, match="in it"):
        backups.checked(tmp_path / "b.zip")


@pytest.mark.parametrize(("place", "value"), [(8, 0x01), (10, 99)])
def test_an_encrypted_member_and_an_unknown_compression_are_refused(tmp_path: Path, place: int, value: int) -> None:
    """Flags and method as the central directory has them."""
    path = tmp_path / "b.zip"
    crafted(path)
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x01\x02", place), (b"PK\x03\x04", place - 2)):
        raw[raw.index(signature) + offset] = value
    path.write_bytes(raw)
    with pytest.raises(UsageError, match="no backup"):
        backups.checked(path)


def test_a_backup_is_never_unpacked_in_memory(tmp_path: Path) -> None:
    """A file of some kilobytes may claim gigabytes."""
    path, size = tmp_path / "b.zip", 64 << 20
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        found = hashlib.sha256()
        with archive.open("pscb-mail.db", "w") as member:
            for _ in range(64):
                member.write(bytes(1 << 20))
                found.update(bytes(1 << 20))
        archive.writestr("manifest.json", told(files={"pscb-mail.db": found.hexdigest()}))
    tracemalloc.start()
    try:
        backups.extract(backups.checked(path), backups.DATABASE, tmp_path / "copy.db")
        assert tracemalloc.get_traced_memory()[1] < size / 4
    finally:
        tracemalloc.stop()
    assert (tmp_path / "copy.db").stat().st_size == size


def test_what_is_wrong_with_the_copy_is_not_told_of_the_list(tmp_path: Path, contents: Contents) -> None:
    """A folder for temporary files that takes none: the list is as good as before, and is not named."""
    contents.database.unlink()
    contents.database.mkdir()
    with pytest.raises(NotNowError, match=r"The backup .*b\.zip cannot be written") as caught:
        backups.write(contents, tmp_path / "b.zip", "by-hand", NOW)
    assert "temporary files" in caught.value.hint


def test_a_folder_for_backups_that_cannot_be_made_is_named(tmp_path: Path, contents: Contents) -> None:
    """A file is in its place, or above it: 75, nothing was begun."""
    (tmp_path / "backups").write_bytes(b"mine")
    for folder in (tmp_path / "backups", tmp_path / "backups" / "deep"):
        with pytest.raises(NotNowError, match="cannot be made"):
            backups.write_automatic(contents, folder, "by-hand", NOW, keep=3)
    assert (tmp_path / "backups").read_bytes() == b"mine"
