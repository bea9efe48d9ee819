"""MIME, read from foreign bytes: total, linear, and bounded whatever arrives.

`email.parser` is not used for the structure: it recurses once a level, tests each line against every open boundary, and
turns a 30 MB attachment into a list of lines. Here a part is a slice of the bytes; only text is ever decoded, and only
its first `TEXT_BYTES`; S/MIME that is signed and not encrypted is opened. Depth, parts, headers and their lengths have
caps; beyond a cap a message is read as far as it goes. Line ends are LF: `normalised` sees to it. Sources: RFC 2045,
2046, 2047, 2231, 5322, 8551.
"""

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pscb_mail.mailbox.parsing import cms

TEXT_BYTES = 400_000
_HEADER_BYTES = 1_000_000
_HEADERS = 1_000
_VALUE = 20_000
_DEPTH = 12
_PARTS = 300
OPAQUE = "application/pkcs7-mime"  # S/MIME, signed or encrypted, in one piece (RFC 8551 section 3.2)

Headers = tuple[tuple[str, str], ...]

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\n]{0,2000})\?=")
_PARAMETER = re.compile(
    r';\s*([\w.-]{1,60})(\*\d{0,2}\*?)?\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|([^;\s]{0,2000}))', re.DOTALL
)
# Codecs that are charsets. Others that Python knows (punycode, idna, unicode_escape) are slow or mean something else.
_CHARSET = re.compile(
    r"utf|ascii|iso8859|latin|cp\d|koi8|mac|gb|big5|hz|shift_jis|euc|iso2022|tis|viscii|kz|ptcp|johab"
)


@dataclass(frozen=True)
class Entity:
    """A part and the parts in it. `body` is undecoded; a container's is empty."""

    headers: Headers
    media_type: str
    parameters: Headers = ()
    body: bytes = b""
    children: tuple["Entity", ...] = ()

    def header(self, name: str) -> str:
        """Return the topmost header of this name (in lower case), "" where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def parameter(self, name: str) -> str:
        """Return a parameter of Content-Type."""
        return next((value for key, value in self.parameters if key == name), "")

    @property
    def attached(self) -> bool:
        """Whether it is a file beside the text rather than text to read."""
        disposition = self.header("content-disposition").lower()
        return disposition.startswith("attachment") or (bool(self.file_name) and self.media_type != "text/plain")

    @property
    def file_name(self) -> str:
        """The name of the file, where there is one."""
        found = dict(parameters_of(self.header("content-disposition")))
        return decoded_words(found.get("filename", "") or self.parameter("name"))[:200]

    @property
    def text(self) -> str:
        """The decoded text, as far as `TEXT_BYTES`."""
        return charset_decoded(transfer_decoded(self.body, self.header("content-transfer-encoding")), self.charset)

    @property
    def charset(self) -> str:
        """The charset as declared."""
        return self.parameter("charset")

    def walk(self) -> Iterator["Entity"]:
        """Yield this entity and all within, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class _Budget:
    """How many more parts may be opened, over the whole message."""

    parts: int = field(default=_PARTS)


def normalised(raw: bytes) -> bytes:
    """Return the bytes with LF line ends and without an mbox "From " line, or the mark that Notepad writes."""
    raw = raw.removeprefix(codecs.BOM_UTF8)
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw[raw.find(b"\n") + 1 :] if b"\n" in raw else b""
    return raw


def parsed(data: bytes) -> Entity:
    """Return the structure of a message (with LF line ends)."""
    return _entity(data, 0, _Budget(), "text/plain")


def has_header(raw: bytes) -> bool:
    """Whether there is any header field: what has none is no message, but a picture, a letter, an archive."""
    data = normalised(raw)
    return bool(headers_of(data[: header_end(data)]))


def header_end(data: bytes) -> int:
    """Return where the header block ends: after its blank line, or before the first line that cannot be a header."""
    position = 0
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end
        if end == position:
            return end + 1
        if data[position] not in b" \t" and not _FIELD.match(data, position, min(end, position + 300)):
            return position
        position = end + 1
    return len(data)


def headers_of(block: bytes) -> Headers:
    """Return the fields of a header block: names in lower case, values unfolded, still encoded, capped."""
    found: list[tuple[str, str]] = []
    for match in re.finditer(rb"([!-9;-~]{1,200})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)", block[:_HEADER_BYTES]):
        if len(found) >= _HEADERS:
            break
        value = match[2]
        if len(value) > _VALUE:
            # Both ends: what matters of a long To is at its start, of long References at its end.
            value = value[: _VALUE // 2] + b" " + value[-_VALUE // 2 :]
        found.append((match[1].decode("ascii").lower(), _unfolded(value)))
    return tuple(found)


def parameters_of(value: str) -> Headers:
    """Return the parameters of a structured header; RFC 2231 pieces are joined, their percent-encoding undone."""
    joined: dict[str, str] = {}
    for match in _PARAMETER.finditer(value[:_VALUE]):
        text = re.sub(r"\\(.)", r"\1", match[3]) if match[3] is not None else match[4]
        if match[2] and match[2].endswith("*"):
            text = _percent_decoded(text, first=match[2] in {"*", "*0*"})
        name = match[1].lower()
        joined[name] = joined.get(name, "") + text if match[2] else joined.get(name) or text
    return tuple(joined.items())


def decoded_words(value: str) -> str:
    """Return a header's value with its encoded words decoded (RFC 2047); what cannot be decoded stays."""
    value = value[:_VALUE]
    if "=?" not in value:
        return value
    out: list[str] = []
    pending: list[tuple[str, bytes]] = []
    position = 0
    for match in _WORD.finditer(value):
        between = value[position : match.start()]
        # White space between two encoded words is no part of the text (section 6.2).
        if not pending or between.strip():
            out += [_joined(pending), between]
            pending = []
        pending.append((match[1].lower(), _word_bytes(match[2], match[3])))
        position = match.end()
    return "".join([*out, _joined(pending), value[position:]])


def transfer_decoded(body: bytes, encoding: str) -> bytes:
    """Return at most `TEXT_BYTES` of a body, decoded; broken encodings as far as they go."""
    match encoding.strip().lower():
        case "base64":
            return _base64(body[: TEXT_BYTES * 3 // 2])[:TEXT_BYTES]
        case "quoted-printable":
            return binascii.a2b_qp(body[: TEXT_BYTES * 2])[:TEXT_BYTES]
        case _:
            return body[:TEXT_BYTES]


def charset_decoded(data: bytes, charset: str) -> str:
    """Return text whatever the charset: as declared, else UTF-8, else Windows-1252, which takes every byte."""
    name = _codec(charset)
    # Declared Latin-1 means Windows-1252 in practice (WHATWG Encoding).
    candidates = [{"iso8859-1": "cp1252", "ascii": "utf-8"}.get(name, name)] if name else []
    for candidate in (*candidates, "utf-8"):
        try:
            return _clean(data.decode(candidate))
        except (UnicodeError, ValueError):
            continue
    return _clean(data.decode("utf-8" if _mostly_utf8(data) else "cp1252", "replace"))


def _clean(text: str) -> str:
    """Drop NULs; lone surrogates, which UTF-7 can spell and no database takes, become the replacement character."""
    return re.sub(r"[\ud800-\udfff]", "\ufffd", text.replace("\0", ""))


def _mostly_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 but for a few: a text that was cut, or one broken character among good ones."""
    text = data[:10_000].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(not character.isascii() for character in text) > 2 * broken


def _entity(data: bytes, depth: int, budget: _Budget, default: str) -> Entity:
    end = header_end(data)
    headers = headers_of(data[:end])
    content_type = next((value for key, value in headers if key == "content-type"), default)
    media_type = _media_type(content_type, headers) or default
    parameters = parameters_of(content_type)
    body = data[end:]
    boundary = dict(parameters).get("boundary", "").encode("utf-8", "replace")
    children: tuple[Entity, ...] = ()
    if media_type.startswith("multipart/") and boundary and depth < _DEPTH:
        children = tuple(_children(body, boundary, depth, budget, media_type))
    elif media_type in {"message/rfc822", "message/global"} and depth < _DEPTH and budget.parts > 0:
        budget.parts -= 1
        inner = transfer_decoded(body, "base64") if _is_base64(headers) else body
        children = (_entity(inner.lstrip(b"\n"), depth + 1, budget, "text/plain"),)
    elif media_type == OPAQUE and depth < _DEPTH and budget.parts > 0:
        children = tuple(_signed(headers, body, depth, budget))
    return Entity(headers, media_type, parameters, b"" if children else body, children)


def _media_type(content_type: str, headers: Headers) -> str:
    """Return the media type; S/MIME has an older name, and gateways that do not know it call it a mere file."""
    kind = re.split(r"[;\s]", content_type.strip(), maxsplit=1)[0].lower()  # some leave the semicolon out
    if kind == "application/x-pkcs7-mime":
        return OPAQUE
    if kind != "application/octet-stream":
        return kind
    disposition = next((value for key, value in headers if key == "content-disposition"), "")
    return OPAQUE if "smime.p7m" in f"{content_type} {disposition}".lower() else kind


def _signed(headers: Headers, body: bytes, depth: int, budget: _Budget) -> Iterator[Entity]:
    """Yield what stands in its own signature (RFC 8551 section 3.5.2); nothing of what is encrypted."""
    encoding = next((value for key, value in headers if key == "content-transfer-encoding"), "")
    content = cms.signed_content(transfer_decoded(body, encoding))
    if content:
        budget.parts -= 1
        yield _entity(normalised(content), depth + 1, budget, "text/plain")


def _children(body: bytes, boundary: bytes, depth: int, budget: _Budget, kind: str) -> Iterator[Entity]:
    default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
    for part in _parts(b"\n" + body, b"\n--" + boundary):
        if budget.parts <= 0:
            return
        budget.parts -= 1
        yield _entity(part, depth + 1, budget, default)


def _parts(body: bytes, delimiter: bytes) -> Iterator[bytes]:
    """Yield what stands between delimiter lines (RFC 2046 section 5.1.1); a missing last one is forgiven."""
    start = -1
    position = body.find(delimiter)
    while position >= 0:
        line_end = body.find(b"\n", position + len(delimiter))
        line_end = len(body) if line_end < 0 else line_end
        rest = body[position + len(delimiter) : min(line_end, position + len(delimiter) + 100)].strip()
        if rest in {b"", b"--"}:
            if start >= 0:
                yield body[start:position]
            start = -1 if rest else line_end + 1
            if rest:
                return
        position = body.find(delimiter, position + len(delimiter))
    if start >= 0:
        yield body[start:]


def _is_base64(headers: Headers) -> bool:
    return any(key == "content-transfer-encoding" and "base64" in value.lower() for key, value in headers)


def _unfolded(value: bytes) -> str:
    text = re.sub(rb"\n[ \t]+", b" ", value).strip()
    try:
        return text.decode("utf-8").replace("\0", "")
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace").replace("\0", "")


def _percent_decoded(text: str, *, first: bool) -> str:
    charset, rest = "", text
    if first and text.count("'") >= 2:
        charset, _, rest = text.split("'", 2)
    data = re.sub(rb"%([0-9A-Fa-f]{2})", lambda m: bytes([int(m[1], 16)]), rest.encode("utf-8", "replace"))
    return charset_decoded(data, charset)


def _joined(words: list[tuple[str, bytes]]) -> str:
    """Decode neighbouring encoded words; one charset's bytes together, as some writers split within a character."""
    out: list[str] = []
    run: tuple[str, bytes] = ("", b"")
    for charset, data in words:
        if charset == run[0]:
            run = (charset, run[1] + data)
            continue
        out.append(charset_decoded(run[1], run[0]))
        run = (charset, data)
    return "".join([*out, charset_decoded(run[1], run[0])])


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "bB":
        return _base64(text.encode("ascii", "ignore"))
    return binascii.a2b_qp(text.replace(" ", "_").encode("utf-8", "replace"), header=True)


def _base64(data: bytes) -> bytes:
    """Decode what is base64 in `data`; characters outside the alphabet are passed over (RFC 2045 section 6.8)."""
    digits = re.sub(rb"[^A-Za-z0-9+/]+", b"", data)
    digits = digits[: len(digits) - 1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _codec(charset: str) -> str:
    try:
        name = codecs.lookup(charset.strip("\"' ")[:60]).name
    except (LookupError, ValueError, UnicodeError, TypeError):
        return ""
    return name if _CHARSET.match(name.replace("-", "").replace("_", "") if name.startswith("iso") else name) else ""
