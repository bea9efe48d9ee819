"""The reference: the unguessable code by which a copy is known again.

Pure. 100 bits of HMAC-SHA-256 over purpose, issue and subject, in Crockford's base 32 (crockford.com/base32.html:
no I, L, O, U), in groups of five: `7K2QM-9XW4B-…`. Read without regard to case, hyphens and O/0, I/1/L. Nobody can make
one without the workspace's key, and it says nothing about the person.
"""

import hmac
import re
from enum import StrEnum

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]  # ten bits at once: a million are made
_READ_AS = str.maketrans("OIL", "011")
_BITS = 100
_LENGTH = _BITS // 5
# Groups of five, hyphens or spaces between them lost or kept by whatever carried it; never a part of a longer word.
_DIGIT = "[0-9A-HJKMNP-TV-ZOIL]"
_WRITTEN = re.compile(
    rf"(?<![0-9A-Za-z-])((?:{_DIGIT}{{5}}[- ]?){{{_LENGTH // 5 - 1}}}{_DIGIT}{{5}})(?![0-9A-Za-z-])",
    re.IGNORECASE | re.ASCII,
)


class Purpose(StrEnum):
    """What a copy is for: only a `mailing` copy's reference acts; the others are recognised and explained."""

    MAILING = "mailing"
    TEST = "test"
    QUESTION = "question"  # no copy: a mail that asks whether somebody wants to be on the list
    WAY_BACK = "way back"  # no copy: a mail that tells somebody that they are off the list


def reference(key: bytes, purpose: Purpose, issue: str, subject: str) -> str:
    """Return the reference of one copy. `subject` is the subscriber's id for a mailing, the address key otherwise."""
    message = f"reference\0{purpose}\0{issue}\0{subject}".encode()
    number = int.from_bytes(hmac.digest(key, message, "sha256")[:13], "big") >> 4
    d = [_PAIRS[number >> shift & 1023] for shift in range(_BITS - 10, -1, -10)]
    digits = f"{d[0]}{d[1]}{d[2]}{d[3]}{d[4]}{d[5]}{d[6]}{d[7]}{d[8]}{d[9]}"
    return f"{digits[:5]}-{digits[5:10]}-{digits[10:15]}-{digits[15:]}"


def references_in(text: str) -> tuple[str, ...]:
    """Return every reference written in `text`, in the form that `reference` gives, each once, in order."""
    found = (normalised(match[1]) for match in _WRITTEN.finditer(text))
    return tuple(dict.fromkeys(found))


def normalised(text: str) -> str:
    """Return a reference as it is stored, however it was typed."""
    digits = re.sub(r"[^0-9A-Z]", "", text.upper()).translate(_READ_AS)
    return "-".join(digits[start : start + 5] for start in range(0, len(digits), 5))


def masked(text: str) -> str:
    """Return `text` without its references: they act for their owner, and belong on no screen and in no journal."""
    return _WRITTEN.sub("…", text)
