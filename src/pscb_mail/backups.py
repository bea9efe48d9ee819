"""Backups: the database, the key and the settings in one private file, and the last so many of them kept.

A backup is a ZIP file of mode 0600 with a manifest of SHA-256 sums, written beside its place and renamed, so that a
half one is never found. The database is copied by SQLite itself (https://www.sqlite.org/backup.html): another process
may write meanwhile. Raises UsageError for a file that is no whole backup, NotNowError where it cannot
be written. Leaves to others: when to make one, and what follows from bringing one back (`desk.restoring`).
"""

import hashlib
import json
import os
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pscb_mail.database import moment, stamp
from pscb_mail.errors import NotNowError, UsageError

DATABASE, KEY, SETTINGS, MANIFEST = "pscb-mail.db", "pscb-mail.key", "pscb-mail.toml", "manifest.json"
_FORMAT = 1
_NAME = "pscb-mail-{at:%Y%m%d-%H%M%S-%f}-{why}.zip"
_OURS = re.compile(r"pscb-mail-\d{8}-\d{6}-\d{6}-[a-z-]+\.zip")


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
    """Write a backup to `target`, which is replaced where it exists. Raises NotNowError where it cannot be written."""
    try:
        with _draft(target) as draft, tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / DATABASE
            _copy_database(contents.database, copy)
            _zip({DATABASE: copy, KEY: contents.key, SETTINGS: contents.settings}, draft, why, now)
    except (OSError, sqlite3.Error) as error:
        raise NotNowError(f"The backup {target} cannot be written: {error}.", "Free space, or name another.") from error
    return Backup(target, now, why)


def write_automatic(contents: Contents, folder: Path, why: str, now: datetime, keep: int) -> Backup:
    """Write a backup into the folder of automatic ones and remove all but the latest `keep` of these."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = write(contents, folder / _NAME.format(at=now, why=why), why, now)
    for old in automatic_ones(folder)[:-keep]:
        old.unlink(missing_ok=True)  # two commands at once may let the same one go
    return made


def automatic_ones(folder: Path) -> list[Path]:
    """Return the automatic backups in a folder, the oldest first; files of any other name are nobody's business."""
    return sorted(path for path in folder.glob("*.zip") if _OURS.fullmatch(path.name))


def checked(path: Path) -> Backup:
    """Return what a backup is. Raises UsageError where it is none, or not whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(MANIFEST))
            if manifest["format"] != _FORMAT:
                raise UsageError(
                    f"{path} was written by a newer pscb-mail.", "Install that version again, or a later one."
                )
            for name, digest in manifest["files"].items():
                if hashlib.sha256(archive.read(name)).hexdigest() != digest:
                    raise UsageError(f"{path} is damaged: {name} in it is not what was put in.", "Take another backup.")
            return Backup(path, moment(manifest["made_at"]), str(manifest["why"]))
    except FileNotFoundError as error:
        raise UsageError(f"There is no file {path}.", "`pscb-mail backup FILE` writes one.") from error
    except (OSError, zipfile.BadZipFile, zlib.error, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no backup of pscb-mail, or is damaged ({error}).", "Take another one.") from error


def names(backup: Backup) -> frozenset[str]:
    """Return what a checked backup holds."""
    with zipfile.ZipFile(backup.path) as archive:
        return frozenset(archive.namelist())


def extract(backup: Backup, name: str, target: Path) -> bool:
    """Bring one file of a checked backup back to `target`, mode 0600; return whether the backup holds it."""
    with zipfile.ZipFile(backup.path) as archive:
        if name not in archive.namelist():
            return False
        with _draft(target) as draft:
            draft.write_bytes(archive.read(name))
    return True


def rewrite(path: Path, change: Callable[[Path], None]) -> None:
    """Let `change` work on the database in a backup, and put the backup anew; when and why it was made stays.

    Raises UsageError where the file is no whole backup, NotNowError where it cannot be written, and what `change`
    raises; the backup is then as it was.
    """
    backup = checked(path)
    try:
        # Beside the backup, not where other people's temporary files are.
        with _draft(path) as draft, tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as name:
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
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()}
    manifest = {"format": _FORMAT, "made_at": stamp(now), "why": why, "files": sums}
    # Level 1: a database of names and addresses shrinks to a third at once, and hardly further however long one tries.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, indent=2))
        for name, path in there.items():
            archive.write(path, name)


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """Give a private file beside `target` that takes its place, synced to disk, when the block ends well."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(descriptor)
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
