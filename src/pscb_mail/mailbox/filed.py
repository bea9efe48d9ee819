"""Handled mail, read again: the folder into which readings file, as a source that nothing is filed from.

For a database that was brought back from a backup: what was read and filed after it must be understood once more. Where
nothing is ever filed (an mbox) it is the mailbox itself. Raises what `sources` and `imap` raise.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pscb_mail.imap import parse_place
from pscb_mail.mailbox.folder import ImapFolder, connected
from pscb_mail.mailbox.maildir import filed_maildir
from pscb_mail.mailbox.messages import Arrived, Bookmark, Source
from pscb_mail.mailbox.sources import open_source
from pscb_mail.settings import Settings
from pscb_mail.signin import Outside


class Filed(Source):
    """A source that was read before: it leaves no bookmark, and its messages stay where they are."""

    lasting = False

    def __init__(self, inner: Source) -> None:
        self.name = inner.name
        self._inner = inner

    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield what arrived since a moment."""
        del bookmark
        return self._inner.messages(since, None)

    def close(self) -> None:
        """Let go of it."""
        self._inner.close()


def open_filed(settings: Settings, base: Path, outside: Outside | None = None) -> Filed | None:
    """Open the folder for handled mail; None where nothing was ever filed. `base` is the workspace's folder."""
    kind, _, rest = settings.mailbox.source.partition(":")
    if kind in {"imap", "imaps"}:
        return _filed_on_a_server(settings, outside or Outside())
    if kind == "maildir":
        folder = filed_maildir(base / rest, settings.mailbox.filed)
        source = f"maildir:{folder}" if folder.is_dir() else ""
    else:
        source = settings.mailbox.source
    return Filed(open_source(source, settings, base, read_only=True)) if source else None


def _filed_on_a_server(settings: Settings, outside: Outside) -> Filed | None:
    place = parse_place(settings.mailbox.source)
    with closing(connected(place, settings, outside)) as imap:
        folder = imap.existing(settings.mailbox.filed)
    if folder is None:
        return None
    return Filed(ImapFolder(replace(place, folder=folder), settings, read_only=True, outside=outside))
