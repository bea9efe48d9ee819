"""Where messages come from: a single file, standard input, an mbox, a Maildir, or a folder on an IMAP server.

A source yields `Arrived` messages, each capped at `CAP` bytes, and files one when told to. Nothing is ever deleted, and
single files and mboxes are only read. Raises UsageError for what cannot be a source, NotNowError where an mbox is
locked; what an IMAP folder raises is in `imap`.
"""

import email.utils
import itertools
import mailbox as mailboxes
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from pscb_mail.errors import NotNowError, UsageError
from pscb_mail.foreign import has_unsafe, one_line
from pscb_mail.imap import checked_folder, parse_place
from pscb_mail.mailbox.folder import ImapFolder
from pscb_mail.mailbox.messages import CAP, Arrived, Bookmark
from pscb_mail.settings import Settings

__all__ = ["CAP", "Arrived", "Bookmark", "Source", "open_source"]

_FORMS = "A source is -, FILE.eml, maildir:PATH, mbox:PATH or imaps://USER@HOST/FOLDER."


class Source(Protocol):
    """What `reading` works with. `lasting`: a mailbox that is read again and again, not a message handed over."""

    @property
    def name(self) -> str:
        """What the table of readings calls it."""

    @property
    def lasting(self) -> bool:
        """Whether its readings are remembered: a message handed over is none of the mailbox."""

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield what arrived since a moment; `bookmark` is where an earlier reading ended."""

    def file(self, arrived: Arrived) -> None:
        """File a message that has been handled, where this source can; one that is filed already is no fault."""

    def bookmark(self) -> Bookmark | None:
        """Return where this reading ended, for the next."""

    def wait(self, seconds: float) -> bool | None:
        """Wait for new mail and return whether there is some; None at once where the source cannot tell."""

    def close(self) -> None:
        """Let go of it."""


def open_source(
    text: str, settings: Settings, folder: Path, *, read_only: bool = False, stdin: BinaryIO | None = None
) -> Source:
    """Open the source that `text` names, or the one in the settings where it is empty.

    Paths in the settings are relative to `folder`, the workspace; others to where the user stands.
    `read_only`: whatever it is, it will not be changed.
    """
    if not text:
        if not settings.mailbox.source:
            raise UsageError("There is no mailbox in the settings.", f"Set source under [mailbox]. {_FORMS}")
        return _opened(settings.mailbox.source, settings, folder, read_only=read_only)
    if text == "-":
        return Single("-", stdin or sys.stdin.buffer)
    return _opened(text, settings, Path(), read_only=read_only)


def _opened(text: str, settings: Settings, base: Path, *, read_only: bool) -> Source:
    if has_unsafe(text):
        raise UsageError(f'"{one_line(text, 100)}" has a control character in it.', _FORMS)
    kind, _, path = text.partition(":")
    match kind.lower():
        case "maildir":
            return Maildir(base / path, checked_folder(settings.mailbox.filed), read_only=read_only)
        case "mbox":
            return Mbox(base / path)
        case "imap" | "imaps":
            return ImapFolder(parse_place(text), settings, read_only=read_only)
        case _:
            return _file(base / text)


def _file(path: Path) -> Source:
    if path.is_dir():
        raise UsageError(f"{path} is a folder.", f"Write maildir:{path} where it is a Maildir. {_FORMS}")
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", _FORMS)
    try:
        return Single(path.name, path.open("rb"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check its rights.") from error


class Single:
    """One message handed over: a file or standard input. It is read, whatever its age, and never filed."""

    lasting = False

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name = name
        self._stream = stream

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield the one message."""
        del since, bookmark
        if raw := self._stream.read(CAP):
            yield Arrived(self.name, raw)

    def file(self, arrived: Arrived) -> None:
        """Do nothing: it belongs to whoever handed it over."""

    def bookmark(self) -> Bookmark | None:
        """Nothing to come back to."""
        return None

    def wait(self, seconds: float) -> bool | None:
        """Nothing new ever comes."""
        del seconds
        return None

    def close(self) -> None:
        """Close the file; standard input stays open for questions."""
        if self.name != "-":
            self._stream.close()


class Mbox:
    """An mbox file (RFC 4155), locked while it is read and never changed."""

    lasting = True

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise UsageError(f"There is no mbox file {path}.", _FORMS)
        self.name = f"mbox:{path.absolute()}"
        try:
            self._box = mailboxes.mbox(path, create=False)
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check its rights.") from error
        try:
            self._box.lock()
        except mailboxes.ExternalClashError as error:
            self._box.close()
            raise NotNowError(f"{path} is locked by another program.", "Run it again when that has ended.") from error
        except OSError as error:
            # A folder without the right to write has no place for a lock file; the file is only read.
            if not os.access(path, os.R_OK):
                self._box.close()
                raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check its rights.") from error

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield the messages in the order of the file; the source of each is its number in it."""
        del bookmark
        for number, key in enumerate(self._box.iterkeys(), start=1):
            # The zone of the date in a From_ line is anybody's guess: a day of grace.
            when = _from_line_date(self._box.get_message(key).get_from()) if since else None
            if since is None or when is None or when >= since - timedelta(days=1):
                with self._box.get_file(key) as stream:
                    yield Arrived(str(number), stream.read(CAP))

    def file(self, arrived: Arrived) -> None:
        """Do nothing: an mbox is only read."""

    def bookmark(self) -> Bookmark | None:
        """Nothing: an mbox has no lasting numbers."""
        return None

    def wait(self, seconds: float) -> bool | None:
        """An mbox does not say when something comes."""
        del seconds
        return None

    def close(self) -> None:
        """Unlock and close it."""
        self._box.close()


def _from_line_date(line: str) -> datetime | None:
    """Return the date at the end of a From_ line, None where it has none that can be read."""
    try:
        return datetime.strptime(" ".join(line.split()[1:6]), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        parsed = email.utils.parsedate_tz(line.partition(" ")[2])
        with suppress(ValueError, TypeError, OverflowError):
            return datetime.fromtimestamp(email.utils.mktime_tz(parsed), UTC) if parsed else None
        return None


def filed_maildir(path: Path, filed: str) -> Path:
    """Return a Maildir's folder for handled mail (Maildir++: beside `new`, dots before and between the parts)."""
    return path / f".{'.'.join(re.split(r'[/.]', filed))}"


class Maildir:
    """A Maildir (cr.yp.to/proto/maildir.html): `new` and `cur` are read, handled mail moves to a Maildir++ folder."""

    lasting = True

    def __init__(self, path: Path, filed: str, *, read_only: bool) -> None:
        if not (path / "new").is_dir() or not (path / "cur").is_dir():
            raise UsageError(f"{path} is no Maildir: it has no new and cur in it.", _FORMS)
        parts = re.split(r"[/.]", filed)
        if not all(parts) or "\\" in filed:
            raise UsageError(f'filed = "{filed}" cannot be a folder of a Maildir.', "Write it like Newsletter/Done.")
        if not read_only and not os.access(path, os.W_OK):
            raise UsageError(f"{path} can only be read, so nothing can be filed.", "`--dry-run` reads it as it is.")
        self.name = f"maildir:{path.absolute()}"
        self._path = path
        self._filed = filed_maildir(path, filed)

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield the messages, the oldest first, seen or not; those marked as trash are left out."""
        del bookmark
        for path in self._paths():
            # A file's name may be any bytes; what is kept and shown of it is text.
            name = one_line(os.fsencode(path.name).decode("utf-8", "replace"), 255)
            with suppress(FileNotFoundError):
                try:
                    if since is None or datetime.fromtimestamp(path.stat().st_mtime, UTC) >= since:
                        yield Arrived(name, _beginning(path), path)
                except FileNotFoundError:
                    raise
                except OSError as error:
                    yield Arrived(name, b"", path, trouble=error.strerror or "the disk says no")

    def _paths(self) -> list[Path]:
        try:
            found = [path for name in ("new", "cur") for path in (self._path / name).iterdir()]
            wanted = [path for path in found if path.is_file() and not path.name.startswith(".") and not _trash(path)]
            return sorted(wanted, key=_age)
        except OSError as error:
            raise UsageError(f"{self._path} cannot be read: {error.strerror}.", "Check its rights.") from error

    def file(self, arrived: Arrived) -> None:
        """Move the file, its flags with it; one that has been moved already is no fault."""
        if arrived.path is None:
            return
        try:
            for name in ("new", "cur", "tmp"):
                (self._filed / name).mkdir(parents=True, exist_ok=True, mode=0o700)
            (self._filed / "maildirfolder").touch(mode=0o600)
            # A mail program moves what it has seen from new to cur.
            for path in (arrived.path, self._path / "cur" / arrived.path.name):
                with suppress(FileNotFoundError):
                    _move(path, self._filed / "cur")
                    return
        except OSError as error:
            raise NotNowError(f"{arrived.source} cannot be filed: {error.strerror}.", "Check the rights.") from error

    def bookmark(self) -> Bookmark | None:
        """Nothing: what is filed is gone from here, and what stays is known by its key."""
        return None

    def wait(self, seconds: float) -> bool | None:
        """A Maildir does not say when something comes."""
        del seconds
        return None

    def close(self) -> None:
        """Nothing is open."""


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(CAP)


# The flags stand after ":2," (";2," and "!2," where a colon cannot be in a file's name).
_FLAGS = re.compile(r"[:;!]2,[^:;!]*\Z")


def _trash(path: Path) -> bool:
    """Whether its owner has thrown it away: flag T."""
    flags = _FLAGS.search(path.name)
    return flags is not None and "T" in flags[0]


def _move(path: Path, folder: Path) -> None:
    """Move a file into a folder, under another name where that one is taken: what lies there is never replaced."""
    flags = _FLAGS.search(path.name)
    stem, rest = (path.name[: flags.start()], flags[0]) if flags else (path.name, "")
    for number in itertools.count():
        target = folder / (f"{stem}.{number}{rest}" if number else path.name)
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            # One that was linked by a reading that was killed before it could unlink.
            if not target.samefile(path):
                continue
        except FileNotFoundError:
            raise
        except OSError:  # a file system without hard links
            if target.exists():
                continue
            path.rename(target)
            return
        path.unlink()
        return


def _age(path: Path) -> tuple[float, str]:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime, path.name
    return 0.0, path.name
