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

from pscb_mail.backups import KEY_BYTES, Backup, Contents, automatic_ones, write_automatic
from pscb_mail.database import fact, is_of_an_older_version, keep_fact, needs_its_key, open_database
from pscb_mail.errors import DatabaseError, UsageError
from pscb_mail.files import put
from pscb_mail.settings import FILE_NAME, Settings
from pscb_mail.settings_file import read_settings


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
        if (path.exists() and (not path.is_file() or path.stat().st_size)) or not (
            kept := automatic_ones(self.backups)
        ):
            return None
        return DatabaseError(
            f"{path} is empty or not there, but {self.backups} holds backups of a list.",
            f'`pscb-mail restore "{kept[-1]}"` brings the latest back. For a new list, move those backups elsewhere.',
        )

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
            self.lend_key(db)
            _own(db, take_over=take_over)
        except BaseException:
            db.close()
            raise
        return db

    def lend_key(self, db: Database) -> None:
        """Have a database's SQL know `keyed_hash`; the key is read once, when it is first asked for."""
        key = cache(self.key)

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
    """Write a new key so that no half-written one is ever found, and nobody else can read it at any moment."""
    key = secrets.token_bytes(KEY_BYTES)
    try:
        put(path, [key])
    except OSError as error:
        raise DatabaseError(
            f"{path} cannot be made: {error.strerror}.", "Check the folder's rights and the space on the disk."
        ) from error
    return key
