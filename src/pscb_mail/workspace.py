"""The workspace: the folder with `pscb-mail.toml`, and the opening of what one command needs of it.

Promises: a database written on one machine is not written by another unless the user says so (two copies of one list
would both send); files that hold people or keys have mode 0600; a name from outside never leads out of the folder.
Leaves to others: what is in the files.
"""

import hmac
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from sqlite_utils import Database

from pscb_mail.backups import KEY_BYTES, Backup, Contents, automatic_ones, key_in, write_automatic
from pscb_mail.database import (
    fact,
    is_of_an_older_version,
    is_there,
    keep_fact,
    needs_its_key,
    open_database,
    transaction,
)
from pscb_mail.errors import DatabaseError, UsageError
from pscb_mail.files import put
from pscb_mail.settings import FILE_NAME, Settings
from pscb_mail.settings_file import read_settings

_BROUGHT = "brought_key"


@dataclass(frozen=True)
class Workspace:
    """A folder and its settings; everything else is opened when it is asked for."""

    folder: Path
    settings: Settings

    @property
    def issues(self) -> Path:
        """The folder of the issue files."""
        return self.folder / "issues"

    @property
    def templates(self) -> tuple[Path, ...]:
        """Where templates are looked for, in this order: the workspace's own, then the package's."""
        return (self.folder / "templates", packaged("templates"))

    @property
    def database_path(self) -> Path:
        """Where the database is, or will be."""
        return self.folder / self.settings.newsletter.database

    @property
    def lock_path(self) -> Path:
        """The lock that a send holds, beside the database: whoever shares the database shares the lock."""
        return self.database_path.with_suffix(".lock")

    @property
    def backup_contents(self) -> Contents:
        """What a backup of this workspace holds."""
        return Contents(self.database_path, self.key_path, self.folder / FILE_NAME)

    @property
    def key_path(self) -> Path:
        """Where the key is, or will be."""
        return self.folder / "pscb-mail.key"

    @property
    def backups(self) -> Path:
        """The folder of the automatic backups."""
        return self.folder / (self.settings.backup.folder or "backups")

    def lost(self) -> DatabaseError | None:
        """Return what to do where the database is gone, or empty, and there are backups of it; None where all is well.

        A new list in its place would know nobody who opted out.
        """
        path = self.database_path
        if is_there(path) or not (kept := self._own_backups()):
            return None
        return DatabaseError(
            f"{path} is empty or not there, but {self.backups} holds backups of a list.",
            f'`pscb-mail restore "{kept[-1]}"` brings the latest back. For a new list, move those backups elsewhere.',
        )

    def _own_backups(self) -> list[Path]:
        """Return the automatic backups of this workspace, the oldest first.

        A folder outside it may be another newsletter's as well: there it is the key that tells.
        """
        there = automatic_ones(self.backups)
        if self.backups.resolve().is_relative_to(self.folder.resolve()):
            return there
        try:
            key = self.key_path.read_bytes()
        except OSError:
            return []
        return [path for path in there if key_in(path) == key]

    def back_up(self, why: str, now: datetime) -> Backup:
        """Write an automatic backup and let the oldest go. Raises NotNowError where it cannot be written."""
        return write_automatic(self.backup_contents, self.backups, why, now, self.settings.backup.keep)

    def open_database(self, *, take_over: bool = False) -> Database:
        """Open the database, made on first use; one of an older version is backed up before it is migrated.

        Its SQL knows `keyed_hash(text)`: the HMAC-SHA-256 of a text with the workspace's key, in hexadecimal. Raises
        DatabaseError where it belongs to another machine, or is gone and there are backups of it.
        """
        if (lost := self.lost()) is not None:
            raise lost
        if is_of_an_older_version(self.database_path):
            self.back_up("before-migration", datetime.now(UTC))
        db = open_database(self.database_path)
        try:
            _own(db, take_over=take_over)
            self._take_brought_key(db)
            self.lend_key(db)
        except BaseException:
            db.close()
            raise
        return db

    def _take_brought_key(self, db: Database) -> None:
        """Put the key in its place that a restore brought in the database itself, and forget it there."""
        if (brought := fact(db, _BROUGHT)) is None:
            return
        _write_key(self.key_path, bytes.fromhex(brought))
        with transaction(db):
            db.execute("PRAGMA secure_delete = ON")
            db.execute("DELETE FROM fact WHERE name = ?", [_BROUGHT])

    def lend_key(self, db: Database, brought: bytes | None = None) -> None:
        """Have a database's SQL know `keyed_hash`; the key is read once, when it is first asked for.

        `brought`: the key of a backup, which is not in its place yet.
        """
        key = cache(lambda: brought or self.key())

        def keyed_hash(text: str) -> str:
            return hmac.digest(key(), text.encode(), "sha256").hex()

        db.register_function(keyed_hash, deterministic=True)

    def key(self) -> bytes:
        """Return the workspace's key: 32 random bytes from which references are made; made on first use.

        Raises DatabaseError when the file is damaged, or lost while the database knows mailings made with it.
        """
        path = self.key_path
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            if needs_its_key(self.database_path):
                raise DatabaseError(
                    f"{path} is missing: replies to the issues already sent cannot be understood without it.",
                    "Put it back from a backup: every backup holds it.",
                ) from None
            return _new_key(path)
        except OSError as error:
            raise DatabaseError(f"{path} cannot be read: {error.strerror}.", "Check its rights.") from error
        if len(key) != KEY_BYTES:
            raise DatabaseError(
                f"{path} is damaged: it has {len(key)} bytes instead of {KEY_BYTES}.", "Put it back from a backup."
            )
        return key


def find_workspace(start: Path, *, named: Path | None = None) -> Workspace:
    """Return the workspace `named`, or the nearest one from `start` upwards. Raises UsageError where there is none."""
    if named is not None:
        return _workspace(named.absolute())
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return _workspace(folder)
    raise UsageError(
        f"No {FILE_NAME} in {start} or above it.",
        "Go to the newsletter's folder, name it with --workspace DIR, or make one with `pscb-mail init DIR`.",
    )


def packaged(name: str) -> Path:
    """Return a folder that comes with the program: `templates` or `issues`.

    In an installed package they stand under `sample/`; in a checkout at the top level, where editors look for them.
    """
    installed = Path(str(files("pscb_mail"))) / "sample" / name
    return installed if installed.is_dir() else Path(__file__).parents[2] / name


def _workspace(folder: Path) -> Workspace:
    if not (folder / FILE_NAME).is_file():
        raise UsageError(f"No {FILE_NAME} in {folder}.", f"`pscb-mail init {folder}` makes one.")
    return Workspace(folder, read_settings(folder / FILE_NAME))


def _own(db: Database, *, take_over: bool) -> None:
    """Record this host as the database's, or refuse a database that another host writes."""
    here = socket.gethostname()
    host = fact(db, "host")
    if host == here:
        return
    if host is not None and not take_over:
        raise DatabaseError(
            f"This list is kept on the computer {host}, and this is {here}.",
            "Two computers must not send from one list. If that one is no longer used, add --take-over once.",
        )
    keep_fact(db, "host", here)


def _new_key(path: Path) -> bytes:
    """Make a key, and return it."""
    key = secrets.token_bytes(KEY_BYTES)
    _write_key(path, key)
    return key


def bring_key(db: Database, key: bytes) -> None:
    """Have a database that is to be put in place bring its key along: list and key change in one transaction."""
    keep_fact(db, _BROUGHT, key.hex())


def _write_key(path: Path, key: bytes) -> None:
    """Write a key so that no half-written one is ever found, and nobody else can read it at any moment."""
    try:
        put(path, [key])
    except OSError as error:
        raise DatabaseError(
            f"{path} cannot be made: {error.strerror}.", "Check the folder's rights and the space on the disk."
        ) from error
