"""Sources by their names: a single file, standard input, an mbox, a Maildir, or a folder on an IMAP server.

A source yields `Arrived` messages, each capped at `CAP` bytes, and files one when told to. Nothing is ever deleted, and
single files and mboxes are only read. Raises UsageError for what cannot be a source, NotNowError where an mbox is
locked; what an IMAP folder raises is in `imap`.
"""

import email.utils
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
from pscb_mail.mailbox.mime import has_header
from pscb_mail.settings import Settings

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
        with path.open("rb") as stream:
            return Single(path.name, stream)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check its rights.") from error


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
            # The zone of the date in a From_ line is anybody's guess: a day of grace.
            when = _from_line_date(self._box.get_message(key).get_from()) if since else None
            if since is None or when is None or when >= since - timedelta(days=1):
                with self._box.get_file(key) as stream:
                    yield Arrived(str(number), stream.read(CAP))

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
