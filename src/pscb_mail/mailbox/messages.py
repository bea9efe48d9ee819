"""What every source yields, and where a reading of it ended. Pure data."""

from dataclasses import dataclass
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
