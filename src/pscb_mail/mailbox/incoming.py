"""An incoming message: bytes → who writes, to whom, in answer to what, and in which new words.

Pure and total: whatever the bytes, `read` returns within a bounded time and memory and never raises. Sizes are capped
before anything is parsed: of text the first 400 KB, of a header 20 KB, 300 parts, 12 levels; attachments are never
decoded. What could not be read stands in `problems`. What the message *means* is `understanding`'s business.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.parsing import authentication, markup, mime, quotes
from pscb_mail.mailbox.parsing.mime import Entity, Headers

_TEXT = 200_000
_ADDRESSES = 200
# Written anew by every server that delivers and every client that keeps it, so no part of a message's identity.
_PASSING = re.compile(
    rb"(?:received|return-path|delivered-to|(?:x-)?envelope-to|x-original-to|delivery-date|authentication-results"
    rb"|arc-[\w-]*|received-spf|status|x-status|x-uid|x-keywords|x-imap(?:base)?|x-mozilla-[\w-]*|x-gm-[\w-]*|x-gmail-labels"
    rb"|content-length|lines)[ \t]*:",
    re.IGNORECASE,
)
_ANGLE = re.compile(r"<([^<>]{0,320})>")
_BARE = re.compile(r"[^\s<>,;:\"()\[\]\\]{1,200}@[^\s<>,;:\"()\\]{1,255}")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\([^()]*\)')


@dataclass(frozen=True)
class Part:
    """A part of the message as `understanding` needs it.

    Leaves have `text` where they are text (a report's fields too); a returned message has its `headers`, decoded, names
    in lower case, and `depth` counts how many returned messages stand around a part.
    """

    media_type: str
    text: str = ""
    file_name: str = ""
    headers: Headers = ()
    attached: bool = False
    depth: int = 0


@dataclass(frozen=True)
class Incoming:
    """A message as read. All text is decoded and capped; `headers` are in order, names in lower case.

    `key`: by which a message handled once is known. `message_id`, `answers` (In-Reply-To and References): with their
    angle brackets. `sender`: the bare address in From, "" where there is none. `return_path`: the envelope sender where
    the last server wrote it ("" for the null sender), else None. `date` is aware: by when it was written, as far as
    Date and Received tell; None where neither does.
    `new_words`: what the sender wrote now; `signature`: what stands below it; `whole_text`: all of the text, for
    knowing again what is quoted, with the targets of links at its end.
    """

    key: str
    message_id: str = ""
    sender: str = ""
    sender_name: str = ""
    return_path: str | None = None
    subject: str = ""
    date: datetime | None = None
    recipients: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    new_words: str = ""
    signature: str = ""
    whole_text: str = ""
    media_type: str = "text/plain"
    report_type: str = ""
    headers: Headers = ()
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
        return authentication.authenticated(self.headers, self.sender, by)


def read(raw: bytes) -> Incoming:
    """Return what the bytes say. Total: never raises, never hangs."""
    data = mime.normalised(raw)
    message = mime.parsed(data)
    headers = decoded(message.headers)
    first = dict(reversed(headers))  # the topmost of each name
    # Encoded words may stand in a name only (RFC 2047 section 5): an address out of one would be somebody's trick.
    name, sender = mailbox_of(next((value for name, value in message.headers if name == "from"), ""))
    words, whole = _words(message)
    return Incoming(
        key=key_of(data),
        message_id=next(iter(ids_in(first.get("message-id", ""))), ""),
        sender=sender,
        sender_name=one_line(mime.decoded_words(name), 200),
        return_path=mailbox_of(first["return-path"])[1] if "return-path" in first else None,
        subject=one_line(first.get("subject", ""), 500),
        date=_written(headers),
        recipients=tuple(_recipients(headers)),
        answers=ids_in(f"{first.get('in-reply-to', '')} {first.get('references', '')}"),
        new_words=words.new[:_TEXT],
        signature=words.signature[:_TEXT],
        whole_text=whole[:_TEXT],
        media_type=message.media_type,
        report_type=message.parameter("report-type").lower(),
        headers=headers,
        parts=tuple(_parts(message)),
        problems=tuple(_problems(message, whole)),
    )


def key_of(data: bytes) -> str:
    """Return the key: SHA-256 of the headers less those written in passing, and the body, line ends normalised."""
    end = mime.header_end(data)
    digest = hashlib.sha256()
    kept = False
    for line in data[:end].split(b"\n"):
        if not line.startswith((b" ", b"\t")):
            kept = bool(line) and not _PASSING.match(line)
        if kept:
            digest.update(line + b"\n")
    digest.update(b"\n")
    digest.update(data[end:].rstrip(b"\n"))
    return digest.hexdigest()


def decoded(headers: Headers) -> Headers:
    """Return headers with their encoded words decoded; at most a few long ones cost anything."""
    budget = 200_000
    out: list[tuple[str, str]] = []
    for name, value in headers:
        budget -= len(value) if "=?" in value else 0
        out.append((name, mime.decoded_words(value) if budget > 0 else value))
    return tuple(out)


def mailbox_of(value: str) -> tuple[str, str]:
    """Return name and bare address of the first mailbox in a header's value; ("", "") where there is none."""
    value = value[:2000]
    bare = _QUOTED.sub(" ", value)
    found = _ANGLE.search(bare)
    if found is not None:
        address = _BARE.fullmatch(found[1].strip())
        name = value.partition("<")[0] if "<" not in value.partition("<" + found[1])[0] else value.rpartition("<")[0]
        return one_line(name.strip().strip('"').replace('\\"', '"'), 200), address[0] if address else ""
    match = _BARE.search(bare)
    return "", match[0].rstrip(".>") if match else ""


def ids_in(value: str) -> tuple[str, ...]:
    """Return the Message-IDs in a header's value, each once."""
    return tuple(dict.fromkeys(_ID.findall(value)))[:200]


def _recipients(headers: Headers) -> Iterator[str]:
    seen: dict[str, None] = {}
    for name, value in headers:
        if name in {"to", "cc", "delivered-to", "x-original-to", "envelope-to"}:
            seen.update(dict.fromkeys(_BARE.findall(_QUOTED.sub(" ", value))[:_ADDRESSES]))
    yield from list(seen)[:_ADDRESSES]


def _written(headers: Headers) -> datetime | None:
    """Return the earliest time that Date or a server's trace tells: by then it was written, whatever came later.

    A message that is delivered once more gets new Received fields above the old ones (RFC 5321 section 4.4).
    """
    told = [value for name, value in headers if name == "date"][:1]
    told += [value.rpartition(";")[2] for name, value in headers if name == "received"][:50]
    return min((moment for value in told if (moment := _date(value)) is not None), default=None)


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value[:100])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def _words(message: Entity) -> tuple[quotes.Words, str]:
    """Return the new words and the whole text, out of the parts that are meant to be read."""
    new: list[quotes.Words] = []
    whole: list[str] = []
    for part in list(_readable(message))[:20]:
        text = part.text
        if part.media_type == "text/html":
            whole.append(_targets(text))
            text = markup.text_of(text)
        flowed = part.parameter("format").lower() == "flowed"
        new.append(quotes.new_words(text, flowed=flowed, delsp=part.parameter("delsp").lower() == "yes"))
        whole.insert(0, text)
    return (
        quotes.Words(
            "\n".join(part.new for part in new if part.new),
            "\n".join(part.signature for part in new if part.signature),
        ),
        "\n".join(whole),
    )


def _targets(html: str) -> str:
    """Return the mailto links in HTML: a reply's quotation bears our reply links there."""
    return "\n".join(re.findall(r"mailto:[^\s\"'<>]{1,300}", html)[:100])


def _readable(entity: Entity) -> Iterator[Entity]:
    """Yield the text parts that a reader sees as the message; not attached files, not returned or attached messages."""
    match entity.media_type:
        case "multipart/alternative" if entity.children:
            yield from _alternative(entity)
        case "multipart/signed" | "multipart/report" | "multipart/related" if entity.children:
            yield from (part for child in entity.children[:1] for part in _readable(child))
        case kind if (kind.startswith("multipart/") or kind == mime.OPAQUE) and entity.children:
            yield from (part for child in entity.children for part in _readable(child))
        case "text/plain" | "text/html" | "text/enriched" | "text" | "":
            if not entity.attached:
                yield entity
        case kind if kind.startswith("multipart/"):
            yield entity  # a boundary that is missing or was never written: read it as text
        case _:
            return


def _alternative(entity: Entity) -> Iterator[Entity]:
    """Yield the plain text where it says anything, else the HTML (RFC 2046 section 5.1.4)."""
    choices = [list(_readable(child)) for child in entity.children]
    plain = [parts for parts in choices if any(p.media_type != "text/html" and p.text.strip() for p in parts)]
    html = [parts for parts in choices if any(p.media_type == "text/html" for p in parts)]
    yield from (plain or html or [[]])[0]


def _parts(message: Entity) -> Iterator[Part]:
    budget = 2 * mime.TEXT_BYTES
    for entity, depth in _with_depth(message, 0):
        text = ""
        if entity.media_type in _FIELDS or entity.media_type.startswith("text/"):
            text = entity.text[: max(0, min(budget, _TEXT))]
            budget -= len(text)
        headers: Headers = ()
        if depth and entity.headers and entity.header("from") + entity.header("message-id") + entity.header("to"):
            headers = decoded(entity.headers)
        elif entity.media_type in {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}:
            headers = decoded(mime.headers_of(mime.normalised(text.encode()).lstrip(b"\n")))
        yield Part(entity.media_type, text, entity.file_name, headers, entity.attached, depth)


_FIELDS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/feedback-report",
        "message/disposition-notification",
        "message/rfc822-headers",
        "message/global-headers",
    }
)


def _with_depth(entity: Entity, depth: int) -> Iterator[tuple[Entity, int]]:
    yield entity, depth
    inner = depth + (entity.media_type in {"message/rfc822", "message/global"})
    for child in entity.children:
        yield from _with_depth(child, inner)


def _problems(message: Entity, whole: str) -> Iterator[str]:
    for part in message.walk():
        match part.media_type:
            case "application/ms-tnef":
                yield "winmail.dat"
            case mime.OPAQUE if not part.children:
                opaque = part.parameter("smime-type").lower() == "signed-data"
                yield "signed with S/MIME in a way that cannot be read" if opaque else "encrypted with S/MIME"
            case "multipart/encrypted":
                yield "encrypted"
            case _:
                continue
    if not whole.strip():
        yield "no text"
