"""Sources by their names: a single file, standard input, an mbox, a Maildir, or a folder on an IMAP server.

A source yields `Arrived` messages, each capped at `CAP` bytes, and files one when told to. Nothing is ever deleted, and
single files and mboxes are only read. Raises UsageError for what cannot be a source, NotNowError where an mbox is
locked; what an IMAP folder raises is in `imap`.
"""

import email.utils
import io
import itertools
import mailbox as mailboxes
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from pscb_mail.errors import NotNowError, UsageError
from pscb_mail.foreign import has_unsafe, one_line
from pscb_mail.imap import checked_folder, parse_place
from pscb_mail.mailbox.folder import ImapFolder
from pscb_mail.mailbox.maildir import Maildir
from pscb_mail.mailbox.messages import CAP, Arrived, Bookmark, Source
from pscb_mail.mailbox.parsing.mime import has_header
from pscb_mail.settings import Settings

_FROM = b"From "
_FORMS = "A source is -, FILE.eml, maildir:PATH, mbox:PATH or imaps://USER@HOST/FOLDER."


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
        return _standard_input(stdin or sys.stdin.buffer)
    return _opened(text, settings, Path(), read_only=read_only)


def name_of(text: str, base: Path) -> str:
    """Return what the table of readings calls the mailbox that `text` names, unopened; "" where it is none."""
    kind, _, path = text.partition(":")
    match kind.lower():
        case ("maildir" | "mbox") as local:
            return f"{local}:{(base / path).absolute()}"
        case "imap" | "imaps":
            with suppress(UsageError):
                return parse_place(text).label
        case _:
            pass
    return ""


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


def _standard_input(stream: BinaryIO) -> Source:
    raw = io.BytesIO(stream.read(CAP))
    if _holds_several(raw):
        raise UsageError("Standard input holds several messages.", "Save it to a file, and read that as mbox:PATH.")
    return Single("-", raw)


def _file(path: Path) -> Source:
    if path.is_dir():
        raise UsageError(f"{path} is a folder.", f"Write maildir:{path} where it is a Maildir. {_FORMS}")
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", _FORMS)
    try:
        with path.open("rb") as stream:
            if not _holds_several(stream):
                return Single(path.name, stream)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check its rights.") from error
    return Mbox(path)


class Single(Source):
    """One message handed over: a file or standard input. It is read, whatever its age, and never filed.

    Raises UsageError where it is no message at all.
    """

    lasting = False

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name = name
        self._raw = stream.read(CAP)
        if self._raw and not has_header(self._raw):
            what = "Standard input" if name == "-" else name
            raise UsageError(
                f"{one_line(what, 200)} is no mail: it has no header field in it (From, Subject …).",
                "Save the message as .eml, and write mbox:PATH for a file of many messages. Nothing was changed.",
            )

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield the one message."""
        del since, bookmark
        if self._raw:
            yield Arrived(self.name, self._raw)


class Mbox(Source):
    """An mbox file (RFC 4155), locked while it is read and never changed."""

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
            with self._box.get_file(key, from_=True) as stream:
                when = _date_of(stream.readline())
                # The zone of the date in a From_ line is anybody's guess: a day of grace.
                if since is None or when is None or when >= since - timedelta(days=1):
                    yield Arrived(str(number), stream.read(CAP))

    def close(self) -> None:
        """Unlock and close it."""
        self._box.close()


def _holds_several(stream: BinaryIO) -> bool:
    """Whether a file is an mbox of more than one message; leaves the stream at its beginning.

    In a body such a line has a ">" before it, or no date: "From Monday on …".
    """
    several = stream.readline().startswith(_FROM) and any(
        not before.strip() and line.startswith(_FROM) and _date_of(line) for before, line in itertools.pairwise(stream)
    )
    stream.seek(0)
    return several


def _date_of(from_line: bytes) -> datetime | None:
    """Return the date at the end of a From_ line, None where it has none that can be read."""
    line = from_line[:1000].decode("utf-8", "replace").removeprefix("From ")
    try:
        return datetime.strptime(" ".join(line.split()[1:6]), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        parsed = email.utils.parsedate_tz(line.partition(" ")[2])
        with suppress(ValueError, TypeError, OverflowError):
            return datetime.fromtimestamp(email.utils.mktime_tz(parsed), UTC) if parsed else None
        return None
