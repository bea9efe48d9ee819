"""Backups: the database, the key and the settings in one private file, and the last so many of them kept.

A backup is a ZIP file of mode 0600 with a manifest of SHA-256 sums, written beside its place and renamed, so that a
half one is never found. The database is copied by SQLite itself (https://www.sqlite.org/backup.html): another process
may write meanwhile. Raises UsageError for a file that is no whole backup, NotNowError where it cannot
be written. Leaves to others: when to make one, and what follows from bringing one back (`desk.restoring`).
"""

import hashlib
import json
import lzma
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pscb_mail.database import copied_over, moment, stamp, trouble
from pscb_mail.errors import NotNowError, UsageError
from pscb_mail.files import draft_of
from pscb_mail.foreign import one_line

DATABASE, KEY, SETTINGS, MANIFEST = "pscb-mail.db", "pscb-mail.key", "pscb-mail.toml", "manifest.json"
_FORMAT = 1
KEY_BYTES = 32
# The most that each may hold unpacked: whoever sends a crafted backup must not fill memory or disk with it.
_CAPS = {DATABASE: 4 << 30, KEY: KEY_BYTES, SETTINGS: 1 << 20, MANIFEST: 1 << 20}
_BLOCK = 1 << 20
_FIRST_YEAR = 2000
_NAME = "pscb-mail-{at:%Y%m%d-%H%M%S-%f}-{why}.zip"
_OURS = re.compile(r"pscb-mail-\d{8}-\d{6}-\d{6}-([a-z-]+)\.zip")


@dataclass(frozen=True)
class Contents:
    """Where the three files are that a backup holds; the key may be missing where nothing was sent yet."""

    database: Path
    key: Path
    settings: Path


@dataclass(frozen=True)
class Backup:
    """A backup that was found whole: where it is, when it was made, and why."""

    path: Path
    made_at: datetime
    why: str


def write(contents: Contents, target: Path, why: str, now: datetime) -> Backup:
    """Write a backup to `target`, which is replaced where it exists.

    Raises NotNowError where it cannot be written, DatabaseError where the database is damaged.
    """
    try:
        with draft_of(target) as draft, tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / DATABASE
            _copy_database(contents.database, copy)
            _zip({DATABASE: copy, KEY: contents.key, SETTINGS: contents.settings}, draft, why, now)
    except OSError as error:
        raise _unwritable(target, error) from error
    except sqlite3.Error as error:
        known = trouble(error, contents.database)
        if known is None:
            raise
        # A list that is held or damaged is told as such; what else is wrong may be so with the copy.
        raise (_unwritable(target, error) if type(known) is NotNowError else known) from error
    return Backup(target, now, why)


def _unwritable(target: Path, error: Exception) -> NotNowError:
    return NotNowError(
        f"The backup {target} cannot be written: {error}.",
        "Check the rights and the space on the disk, and in the folder for temporary files.",
    )


def write_automatic(contents: Contents, folder: Path, why: str, now: datetime, keep: int) -> Backup:
    """Write a backup into the folder of automatic ones and let old ones go until `keep` are left.

    The reason that has the most of them loses its oldest: what a timer makes every minute must not push out the only
    one from before an import.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotNowError(
            f"The folder for backups, {folder}, cannot be made: {error.strerror}.",
            "Take away what is in its place, or set folder under [backup].",
        ) from error
    made = write(contents, folder / _NAME.format(at=now, why=why), why, now)
    # Those that a wrong clock has dated after this one go first: by their names this one would be the oldest.
    kept = sorted(automatic_ones(folder), key=lambda path: (path.name <= made.path.name, path.name))
    while len(kept) > keep:
        reasons = Counter(_reason(path) for path in kept)
        old = max(kept, key=lambda path: reasons[_reason(path)])  # the first of these, and so the oldest
        with suppress(OSError):  # two commands at once may let the same one go; one that is in use is let go next time
            old.unlink()
        kept.remove(old)
    return made


def automatic_ones(folder: Path) -> list[Path]:
    """Return the automatic backups in a folder, the oldest first; files of any other name are nobody's business."""
    return sorted(path for path in folder.glob("*.zip") if _OURS.fullmatch(path.name))


def _reason(path: Path) -> str:
    return _OURS.sub(r"\1", path.name)


def checked(path: Path) -> Backup:
    """Return what a backup is. Raises UsageError where it is none, or not whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            _only_ours(archive)
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != _FORMAT:
                raise UsageError(
                    f"{path} was written by a newer pscb-mail.", "Install that version again, or a later one."
                )
            sums = dict(manifest["files"])
            if {MANIFEST, *sums} != set(archive.namelist()):
                raise ValueError("the list of what is in it is not true")
            for name, digest in sums.items():
                if _digest(archive, name) != digest:
                    raise UsageError(f"{path} is damaged: {name} in it is not what was put in.", "Take another backup.")
            return Backup(path, _made_at(manifest["made_at"]), one_line(str(manifest["why"]), 100))
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path}.", "`pscb-mail backup FILE` writes one.") from error
    except _CRAFTED as error:
        why = one_line(str(error), 200)
        raise UsageError(f"{path} is no backup of pscb-mail, or is damaged ({why}).", "Take another one.") from error


# What reading a ZIP file or a manifest that somebody has crafted or damaged raises. RuntimeError: encrypted, or nested
# too deep (RecursionError); NotImplementedError: an unknown compression.
_CRAFTED = (OSError, EOFError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, ValueError, LookupError,
            TypeError, OverflowError)  # fmt: skip


def _only_ours(archive: zipfile.ZipFile) -> None:
    """Refuse a ZIP file with anything but our files, each once and none too large. Raises ValueError."""
    there = [each.filename for each in archive.infolist()]
    if DATABASE not in there or len(set(there)) != len(there):
        raise ValueError("there is no database in it, or two of something")
    for each in archive.infolist():
        if each.file_size > _CAPS.get(each.filename, -1):
            raise ValueError(f"{each.filename} in it is none of ours, or too large")
        if each.filename == KEY and each.file_size != KEY_BYTES:
            raise ValueError(f"the key in it has {each.file_size} bytes instead of {KEY_BYTES}")


def _blocks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield a member's bytes; `zipfile` gives no more of them than the member's size says."""
    with archive.open(name) as member:
        while block := member.read(_BLOCK):
            yield block


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    found = hashlib.sha256()
    for block in _blocks(archive, name):
        found.update(block)
    return found.hexdigest()


def _made_at(text: str) -> datetime:
    """Return when a backup was made. Raises ValueError or OverflowError for what no backup of ours can say."""
    at = moment(text)
    if at.tzinfo is None or at.astimezone(UTC).year < _FIRST_YEAR:
        raise ValueError("it says no time at which it can have been made")
    return at


def names(backup: Backup) -> frozenset[str]:
    """Return what a checked backup holds."""
    with zipfile.ZipFile(backup.path) as archive:
        return frozenset(archive.namelist())


def extract(backup: Backup, name: str, target: Path) -> bool:
    """Bring one file of a checked backup back to `target`, mode 0600; return whether the backup holds it."""
    with zipfile.ZipFile(backup.path) as archive:
        if name not in archive.namelist():
            return False
        with draft_of(target) as draft, draft.open("wb") as file:
            file.writelines(_blocks(archive, name))
    return True


def key_in(path: Path) -> bytes | None:
    """Return the key in a backup; None where it has none, or the file is no backup."""
    try:
        with zipfile.ZipFile(path) as archive:
            _only_ours(archive)
            return archive.read(KEY) if KEY in archive.namelist() else None
    except _CRAFTED:
        return None


def rewrite(path: Path, change: Callable[[Path], None]) -> None:
    """Let `change` work on the database in a backup, and put the backup anew; when and why it was made stays.

    Raises UsageError where the file is no whole backup, NotNowError where it cannot be written, and what `change`
    raises; the backup is then as it was.
    """
    backup = checked(path)
    try:
        # Beside the backup, not where other people's temporary files are.
        with draft_of(path) as draft, tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as name:
            folder = Path(name)
            there = {each: folder / each for each in (DATABASE, KEY, SETTINGS) if extract(backup, each, folder / each)}
            change(there[DATABASE])
            _zip(there, draft, backup.why, backup.made_at)
    except KeyError as error:
        raise UsageError(f"There is no database in the backup {path}.", "Take another one.") from error
    except (OSError, sqlite3.Error) as error:
        raise NotNowError(f"The backup {path} cannot be written: {error}.", "Free some space, run it again.") from error


def _zip(files: dict[str, Path], target: Path, why: str, now: datetime) -> None:
    there = {name: path for name, path in files.items() if path.is_file()}
    sums = {name: _sum_of(path) for name, path in there.items()}
    manifest = {"format": _FORMAT, "made_at": stamp(now), "why": why, "files": sums}
    # Level 1: a database of names and addresses shrinks to a third at once, and hardly further however long one tries.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=2))
        for name, path in there.items():
            archive.write(path, name)


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        copied_over(live, copy)
