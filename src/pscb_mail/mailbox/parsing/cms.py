"""What stands inside opaque S/MIME: the content of CMS signed-data (RFC 5652 section 5), which is read without a key.

Pure, total and linear, as `mime` is. A walk of our own over the few elements that lead to the content, and not an ASN.1
library, because those want the whole structure: a message is read as far as it was kept, and a signature that stands
behind a large attachment is no longer there. Nobody is proven by it: the signature is not checked.
"""

from typing import NamedTuple

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
_SEQUENCE, _OBJECT_ID, _OCTETS, _PIECES, _CONTEXT_0 = 0x30, 0x06, 0x04, 0x24, 0xA0


class _Element(NamedTuple):
    """An element of BER (X.690): its tag, where its content starts, and how long that is (None: until it is ended)."""

    tag: int
    start: int
    length: int | None


def signed_content(data: bytes) -> bytes:
    """Return what was signed, as far as it is there; b"" for what is encrypted, signed elsewhere, or not CMS."""
    info = _inside(data, 0, _SEQUENCE)
    kind = _element(data, info)
    if kind is None or kind.tag != _OBJECT_ID or data[kind.start : kind.start + (kind.length or 0)] != _SIGNED_DATA:
        return b""
    signed = _inside(data, _inside(data, _after(data, info), _CONTEXT_0), _SEQUENCE)
    # Behind the version and the digest algorithms: the type of the content, then the content itself.
    encapsulated = _inside(data, _after(data, _after(data, signed)), _SEQUENCE)
    return _octets(data, _inside(data, _after(data, encapsulated), _CONTEXT_0))


def _octets(data: bytes, at: int) -> bytes:
    """Return an octet string, in one piece or in many (X.690 section 8.7.3)."""
    pieces: list[bytes] = []
    first = _element(data, at)
    end = len(data) if first is None or first.length is None else first.start + first.length
    while at < end:
        element = _element(data, at)
        if element is None or element.tag not in {_OCTETS, _PIECES}:
            break
        at = element.start
        if element.tag == _OCTETS:
            at += element.length or 0
            pieces.append(data[element.start : at])
    return b"".join(pieces)


def _inside(data: bytes, at: int, tag: int) -> int:
    """Return where the content of the element at `at` starts; the end of the data where it is another one."""
    element = _element(data, at)
    return element.start if element is not None and element.tag == tag else len(data)


def _after(data: bytes, at: int) -> int:
    """Return where the element at `at` ends."""
    still_open = 0
    while True:
        element = _element(data, at)
        if element is None:
            return len(data)
        still_open += (element.length is None) - (element.tag == 0)
        at = element.start + (element.length or 0)
        if still_open <= 0:
            return at


def _element(data: bytes, at: int) -> _Element | None:
    """Return the element at `at`, None where there is none that can be read."""
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
        return None
    size = data[at + 1] & 0x7F
    if data[at + 1] < 0x80:
        return _Element(data[at], at + 2, size)
    if size == 0:
        return _Element(data[at], at + 2, None)
    if size > 4 or at + 2 + size > len(data):
        return None
    return _Element(data[at], at + 2 + size, int.from_bytes(data[at + 2 : at + 2 + size]))
