"""The message: an edition's headers, MIME and encodings, laid out once and spliced for each person.

Pure, and the same input gives the same bytes: boundary, date and ids are arguments. `compose` turns an edition into a
`Letter`: ready-encoded pieces with slots between them; `Letters` are those of an edition with passages for some groups,
one for each choice of passages. Everything is quoted-printable or base64, so that the bytes are
ASCII with CRLF line ends, no line is over 76 characters, and no body line begins with a dot or with "From ": nothing on
the way has a reason to change them. Only an address beyond ASCII puts UTF-8 into a header (RFC 6532).

A slot in a body is spliced between two soft line breaks (RFC 2045 section 6.7 rule 5), so that its length never moves
what stands around it.
"""

import base64
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Literal
from zoneinfo import ZoneInfo

from pscb_mail.foreign import one_line
from pscb_mail.issues.edition import Edition, Field, File, Flat, Passage, conditions, for_groups, group_key
from pscb_mail.issues.reply_links import UNSUBSCRIBE, mailto
from pscb_mail.people.subscriber import first_name
from pscb_mail.sending.delivery import Claim
from pscb_mail.sending.references import Purpose
from pscb_mail.settings import Newsletter

_CRLF = b"\r\n"
_LINE = 76
# More choices of passages than any issue has; each may weigh some megabytes with its pictures.
_MOST_LETTERS = 32
_LONG = 2048  # from so many octets on, a shared piece is not copied for each person

_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")

# Addresses, references, first names: the same in a header, a URL, HTML and quoted-printable.
_PLAIN_VALUE = re.compile(r"(?![.F])[A-Za-z0-9@_.~-]{1,75}", re.ASCII)
# A line that needs no encoding at all: what nearly every other personal value is.
_PLAIN_LINE = re.compile(rb"(?![.F])[\t !-<>-~]{0,74}[!-<>-~]")
# RFC 2045 section 6.7: what does not stand for itself; the space at a line's end and the dot at its start are seen to
# apart.
_SPECIAL = re.compile(rb"[^\t !-<>-~]")


@dataclass(frozen=True)
class Slot:
    """A place in the bytes for one personal value; `body`: quoted-printable between soft breaks, `header`: as it is."""

    field: Field
    place: Literal["body", "header"]

    def filled(self, values: Mapping[str, str]) -> bytes:
        """Return the bytes of this person's value."""
        value = values[self.field.name]
        if _PLAIN_VALUE.fullmatch(value):  # nothing in it that any escape or encoding would change
            return value.encode() if self.place == "header" else value.encode() + b"=\r\n"
        text = self.field.filled(values)
        if self.place == "header":
            return text.encode()
        return quoted_printable(text) + b"=\r\n" if text else b""


Piece = bytes | Slot
# Short pieces with a gap between any two, and the numbers of the slots that go into the gaps.
_Run = tuple[list[bytes], list[int]]


@dataclass(frozen=True)
class Letter:
    """An edition laid out for sending."""

    pieces: tuple[Piece, ...]

    @cached_property
    def _runs(self) -> tuple[tuple[Slot, ...], list[bytes | _Run]]:
        """The different slots, each filled once a copy; the letter as long shared pieces and runs of what is short.

        A few pieces are handed to the network faster than many; the long ones stay whole and are shared by all copies.
        """
        slots = tuple(dict.fromkeys(piece for piece in self.pieces if isinstance(piece, Slot)))
        number = {slot: n for n, slot in enumerate(slots)}
        runs: list[bytes | _Run] = []
        for long, group in groupby(self.pieces, lambda piece: isinstance(piece, bytes) and len(piece) >= _LONG):
            if long:
                runs += [piece for piece in group if isinstance(piece, bytes)]
            else:
                runs.append(_run(list(group), number))
        return slots, runs

    def spliced(self, values: Mapping[str, str]) -> list[bytes]:
        """Return one person's message as a list of byte strings. `values` is what `values_of` returns."""
        slots, runs = self._runs
        filled = [slot.filled(values) for slot in slots]
        return [run if isinstance(run, bytes) else _woven(run, filled) for run in runs]


def _run(pieces: Sequence[Piece], number: Mapping[Slot, int]) -> _Run:
    short, numbers = [b""], []
    for piece in pieces:
        if isinstance(piece, Slot):
            numbers.append(number[piece])
            short += [b"", b""]
        else:
            short[-1] += piece
    return short, numbers


def _woven(run: _Run, filled: Sequence[bytes]) -> bytes:
    woven = run[0].copy()
    woven[1::2] = [filled[n] for n in run[1]]
    return b"".join(woven)


def compose(edition: Edition, newsletter: Newsletter, purpose: Purpose) -> Letter:
    """Lay an edition out as a message (RFC 5322, 2045-2049): text first, pictures related, attachments mixed.

    Passages for some groups are left out where `for_groups` has not chosen them before.
    """
    edition = for_groups(edition, ())
    boundary = f"=_{edition.digest[:24]}"
    body = _alternative(
        boundary,
        _text_part("plain", edition.text),
        _related(boundary, _text_part("html", edition.html), edition.pictures),
    )
    return Letter(
        tuple(_merged([*_headers(edition, newsletter, purpose), *_mixed(boundary, body, edition.attachments)]))
    )


class Letters:
    """The letters of one edition, each composed when its first reader comes; a few are kept at a time."""

    def __init__(self, edition: Edition, newsletter: Newsletter, purpose: Purpose) -> None:
        self._edition = edition
        self._newsletter = newsletter
        self._purpose = purpose
        self._conditions = [frozenset(group_key(groups)) for groups in conditions(edition)]
        self._kept: dict[tuple[bool, ...], Letter] = {}
        self._shown = lru_cache(maxsize=1024)(self._shown_to)  # most readers are in the same groups as many others

    def for_groups(self, groups: Collection[str]) -> Letter:
        """Return the letter for somebody in these groups."""
        shown = self._shown(tuple(groups)) if self._conditions else ()
        letter = self._kept.get(shown)
        if letter is None:
            if len(self._kept) == _MOST_LETTERS:
                del self._kept[next(iter(self._kept))]
            letter = compose(for_groups(self._edition, groups), self._newsletter, self._purpose)
            self._kept[shown] = letter
        return letter

    def _shown_to(self, groups: tuple[str, ...]) -> tuple[bool, ...]:
        names = group_key(groups)
        return tuple([not wanted.isdisjoint(names) for wanted in self._conditions])


def values_of(
    *, name: str, organisation: str, role: str, address: str, reference: str, dated: datetime, zone: ZoneInfo
) -> dict[str, str]:
    """Return what one person's slots are filled with; `dated` is aware, `zone` the newsletter's."""
    return {
        "name": name,
        "first_name": first_name(name),
        "organisation": organisation,
        "role": role,
        "address": address,
        "reference": reference,
        "to": mailbox(name, address),
        "date": _date(int(dated.timestamp()), zone),
    }


@lru_cache(maxsize=64)
def _date(second: int, zone: ZoneInfo) -> str:
    """Return a Date header's value (RFC 5322 section 3.3) for a second of Unix time; all its copies share it."""
    return format_datetime(datetime.fromtimestamp(second, zone))


def values_for(claimed: Claim, zone: ZoneInfo) -> dict[str, str]:
    """Return what the slots of a claimed copy are filled with."""
    return values_of(
        name=claimed.name,
        organisation=claimed.organisation,
        role=claimed.role,
        address=claimed.address,
        reference=claimed.reference,
        dated=claimed.dated,
        zone=zone,
    )


def message_id(issue: str, reference: str, domain: str) -> str:
    """Return a copy's Message-ID: the same at every try."""
    return f"<{issue}.{reference}@{domain}>"


def mailbox(name: str, address: str) -> str:
    """Return `name <address>` as a header's value, folded where it is long; the address alone without a name."""
    if not name:
        return address
    if _PLAIN_NAME.fullmatch(name) and len(name) + len(address) < _LINE - 10:
        return f"{name} <{address}>"
    words = phrase(one_line(name, 200))
    return f"{words} <{address}>" if len(words) + len(address) < _LINE - 10 else f"{words}\r\n <{address}>"


def phrase(text: str) -> str:
    """Return a phrase (RFC 5322 section 3.2.5): bare words where it may be, else quoted, or as RFC 2047 words."""
    if re.fullmatch(r"[A-Za-z0-9 ]+", text) and len(text) < _LINE - 10:
        return text
    if text.isascii() and len(text) < _LINE - 10:
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return Header(text, "utf-8", maxlinelen=_LINE - 1, header_name="Reply-To").encode(linesep=_CRLF.decode())


def quoted_printable(text: str) -> bytes:
    """Return text with LF line ends in quoted-printable with CRLF line ends; no line break at its end is added."""
    return _CRLF.join(_qp_line(line) for line in text.encode().split(b"\n"))


def _qp_line(line: bytes) -> bytes:
    if _PLAIN_LINE.fullmatch(line):
        return line
    encoded = _SPECIAL.sub(lambda found: b"=%02X" % ord(found[0]), line)
    # White space at the end of a line may be lost on the way (rule 3).
    if encoded[-1:] in {b" ", b"\t"}:
        encoded = encoded[:-1] + b"=%02X" % encoded[-1]
    rows, start = [], 0
    while start < len(encoded):
        # A dot alone could end the message; "From " at a line's start is changed by whoever writes an mbox.
        first = b"=%02X" % encoded[start] if encoded[start] in b".F" else b""
        begin = start + bool(first)
        end = begin + _LINE - 1 - len(first)
        cut = encoded.find(b"=", end - 2, end)
        if cut > 0 and end < len(encoded):  # what stands for one octet stays together
            end = cut
        rows.append(first + encoded[begin:end])
        start = end
    return b"=\r\n".join(rows)


def _headers(edition: Edition, newsletter: Newsletter, purpose: Purpose) -> Iterator[Piece]:
    subject = edition.subject if purpose is Purpose.MAILING else f"[TEST] {edition.subject}"
    to, date, reference = (Slot(Field(name), "header") for name in ("to", "date", "reference"))
    yield from (_header("From", mailbox(newsletter.display_name, newsletter.address)), b"To: ", to, _CRLF)
    yield _header("Subject", unstructured("Subject", subject))
    yield from (b"Date: ", date, _CRLF)
    yield from (f"Message-ID: <{edition.issue}.".encode(), reference, f"@{newsletter.domain}>\r\n".encode())
    yield from (b"X-PSCB-Mail: ", reference, _CRLF)
    yield _header("Reply-To", newsletter.reply_to)
    yield _header("List-Id", _list_id(newsletter))
    # Never folded or encoded: receivers look for the bare URL (RFC 2369 section 2).
    unsubscribe = mailto(UNSUBSCRIBE, newsletter.reply_to, with_body=False)
    yield from (b"List-Unsubscribe: <", *_header_pieces(unsubscribe), b">\r\n")
    yield _header("List-Help", f"<mailto:{newsletter.reply_to}?subject=help>")
    yield _header("List-Owner", f"<mailto:{newsletter.reply_to}>")
    yield from _response_headers(away_replies=newsletter.away_replies)
    yield b"MIME-Version: 1.0\r\n"


def _response_headers(*, away_replies: bool) -> Iterator[bytes]:
    """Ask for no receipts, and for no out-of-office answers where they are not wanted; bounces must come back."""
    if away_replies:
        yield b"X-Auto-Response-Suppress: DR, RN, NRN\r\n"
    else:
        yield b"X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\r\nPrecedence: bulk\r\n"


def _list_id(newsletter: Newsletter) -> str:
    return (
        f"{phrase(one_line(newsletter.name, 200))} <{newsletter.list_id}>"
        if newsletter.name
        else f"<{newsletter.list_id}>"
    )


def unstructured(name: str, text: str) -> str:
    """Return unstructured text, as RFC 2047 words where it is not ASCII, folded at 78."""
    text = one_line(text, 400)
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, maxlinelen=_LINE, header_name=name).encode(linesep=_CRLF.decode())


def _header(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode()


def _header_pieces(passage: Flat) -> Iterator[Piece]:
    for part in passage:
        yield part.encode() if isinstance(part, str) else Slot(part, "header")


def _text_part(subtype: str, passage: Passage) -> list[Piece]:
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    pieces: list[Piece] = [head.encode()]
    for part in passage:
        if isinstance(part, Field):
            pieces.append(Slot(part, "body"))
        elif isinstance(part, str) and part:
            pieces.append(_literal(part))
    return [*pieces, _CRLF]


def _literal(text: str) -> bytes:
    """Encode a shared stretch of a body so that what comes next begins on a line of its own."""
    encoded = quoted_printable(text)
    return encoded if encoded.endswith(_CRLF) else encoded + b"=\r\n"


def _alternative(boundary: str, text: list[Piece], html: list[Piece]) -> list[Piece]:
    return _multipart("alternative", f"{boundary}_a", [text, html])


def _related(boundary: str, html: list[Piece], pictures: tuple[File, ...]) -> list[Piece]:
    if not pictures:
        return html
    return _multipart('related; type="text/html"', f"{boundary}_r", [html, *(_file_part(file) for file in pictures)])


def _mixed(boundary: str, body: list[Piece], attachments: tuple[File, ...]) -> list[Piece]:
    if not attachments:
        return body
    return _multipart("mixed", f"{boundary}_m", [body, *(_file_part(file) for file in attachments)])


def _multipart(subtype: str, boundary: str, parts: list[list[Piece]]) -> list[Piece]:
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'
    pieces: list[Piece] = [head.encode()]
    for part in parts:
        pieces += [f"--{boundary}\r\n".encode(), *part]
    return [*pieces, f"--{boundary}--\r\n".encode()]


def _file_part(file: File) -> list[Piece]:
    """Return a picture or an attachment; the name is cleaned here, whatever it was."""
    disposition = "inline" if file.content_id else "attachment"
    name = re.sub(r"[^A-Za-z0-9._ -]", "_", one_line(file.name, 100)) or "file"
    head = f'Content-Type: {file.media_type}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
    head += f'Content-Disposition: {disposition}; filename="{name}"\r\n'
    head += f"Content-ID: <{file.content_id}>\r\n" if file.content_id else ""
    return [head.encode() + _CRLF + base64.encodebytes(file.content).replace(b"\n", _CRLF)]


def _merged(pieces: list[Piece]) -> Iterator[Piece]:
    """Join neighbouring byte strings: a letter is a few long pieces, not many short ones."""
    run: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            run.append(piece)
            continue
        if run:
            yield b"".join(run)
            run = []
        yield piece
    if run:
        yield b"".join(run)
