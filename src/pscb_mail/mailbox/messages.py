"""What a source of messages is, what it yields, and where a reading of it ended."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

# More of a message than this is never looked at: words stand at its beginning, attachments after them.
CAP = 4 * 1024 * 1024


@dataclass(frozen=True)
class Arrived:
    """A message as it lies there. `source`: its file's name, its number in an mbox, or its UID; safe to keep and show.

    `path`: where a Maildir has it. `trouble`: why it could not be read; `raw` is empty then.
    """

    source: str
    raw: bytes
    path: Path | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Bookmark:
    """Where a reading of an IMAP folder ended: it holds as long as UIDVALIDITY stays (RFC 3501 section 2.3.1.1)."""

    uidvalidity: int
    last_uid: int


class Source(ABC):
    """Where messages come from. As it stands here a source is only read, keeps no place and announces nothing.

    `name`: what the table of readings calls it. `lasting`: a mailbox that is read again and again, whose readings are
    remembered, not a message handed over.
    """

    name: str
    lasting = True

    @abstractmethod
    def messages(self, since: datetime | None, bookmark: Bookmark | None) -> Iterator[Arrived]:
        """Yield what arrived since a moment; `bookmark` is where an earlier reading ended."""

    def file(self, arrived: Arrived) -> None:  # noqa: B027 - a source may file, and most need not
        """File a message that has been handled, where this source can; one that is filed already is no fault."""

    def bookmark(self) -> Bookmark | None:
        """Return where this reading ended, for the next; None where messages are known by their keys alone."""
        return None

    def wait(self, seconds: float, stop: Callable[[], bool] = lambda: False) -> bool | None:
        """Wait for new mail, or until `stop`; return whether there is some, None at once where it cannot tell."""
        del seconds, stop
        return None

    def close(self) -> None:  # noqa: B027 - not every source holds something
        """Let go of it."""
