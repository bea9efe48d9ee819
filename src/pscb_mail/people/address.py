"""Addresses and the people who have them: what is one, and when two are the same.

Pure. email-validator decides what an address is (RFC 5321, 5322, 6531; no DNS is asked). On top of it stands what a
list needs: one address at a time, nothing that reads differently from what it is, and a key to know a person by.

The key: the local part with A-Z in lower case, and the domain as DNS has it. RFC 5321 section 2.4 leaves case in a
local part to its server, but no school has `Jo@` and `jo@` for two people, and a list with both writes to one person
twice. Letters beyond ASCII are never folded, and a sign that stands for another one (the Kelvin sign, full-width
letters) is refused: folding those is how one person's mail reaches another (CVE-2019-19844).

Raises AddressError, whose text is a sentence for the user; `address_key` never raises.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pscb_mail.foreign import is_unsafe, one_line
from pscb_mail.people.searching import composed

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

NAME_LIMIT = 200
# RFC 5321 section 4.5.3.1.3: a path has at most 256 octets, its angle brackets included.
ADDRESS_LIMIT = 254

# A local part that needs no closer look (RFC 5322 section 3.2.3, dot-atom): nearly all of them, and checking these here
# halves the time of an import of 100,000 rows.
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)

# RFC 5321 section 4.5.3.1.1.
LOCAL_LIMIT = 64

_TOO_LONG = f"it is longer than {ADDRESS_LIMIT} characters."
_IN_BRACKETS = re.compile(r"(?P<name>[^<>@\"]+)\((?P<address>[^()<>@\s]+@[^()<>@\s]+)\)")
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class AddressError(ValueError):
    """No address, or more than one; its text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address. `text`: as it stands in the envelope; `key`: by which its owner is known."""

    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address; `name` is one harmless line, empty where it is not known."""

    name: str
    address: Address


def parse_address(text: str) -> Address:
    """Return the one address that `text` is, with or without angle brackets or `mailto:`. Raises AddressError."""
    bare = text.strip(" \t\r\n\u00a0")
    if bare[:7].lower() == "mailto:":
        bare = bare[7:]
    if bare.startswith("<") and bare.endswith(">"):
        bare = bare[1:-1].strip()
    local, _, domain = bare.rpartition("@")
    try:
        if not _PLAIN_LOCAL.fullmatch(local) or len(local) > LOCAL_LIMIT or not domain.isascii():
            local = _closely(bare)
        normal = f"{local}@{_domain(domain)}"
    except AddressError as error:
        raise AddressError(f'"{_quoted(text)}" is not an address: {error}') from error
    if len(normal.encode()) > ADDRESS_LIMIT:
        raise AddressError(f'"{_quoted(text)}" is not an address: {_TOO_LONG}')
    return Address(normal, _folded(normal))


def parse_person(text: str) -> Person:
    """Return who `text` names: `jo@x.example`, `Jo Bloggs <jo@x.example>`, or with `(…)` as Outlook shows people.

    Raises AddressError.
    """
    if shown := _IN_BRACKETS.fullmatch(text.strip()):
        text = f"{shown['name']}<{shown['address']}>"
    head, bracket, rest = text.strip().rpartition("<")
    if not bracket or not rest.endswith(">"):
        return Person("", parse_address(text))
    address = parse_address(rest[:-1])
    name = clean_name(_unquoted(head))
    if _folded(name) == address.key:
        return Person("", address)  # Outlook writes `jo@school.example <jo@school.example>` for want of a name
    if "@" in name and not head.lstrip().startswith('"'):
        raise AddressError(f'"{_quoted(text)}" holds more than one address: write one person a line.')
    return Person(name, address)


def pasted(text: str) -> Iterator[tuple[int, str]]:
    """Yield each person of a pasted text with the line number: one a line, or several with `;` as Outlook has them.

    A name and an address with a tab between them are what a spreadsheet copies.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line.strip():
            yield number, _from_cells([cell.strip(' "') for cell in line.split("\t") if cell.strip(' "')])
            continue
        # A name in quotation marks may hold a semicolon.
        for part in re.findall(r'(?:"[^"]*"|[^;"]|")+', line):
            if part.strip():
                yield number, part.strip()


def _from_cells(cells: list[str]) -> str:
    """Return the person of a row of cells; more than a name and an address is told to be too much."""
    names, addresses = [c for c in cells if "@" not in c], [c for c in cells if "@" in c]
    if len(names) == len(addresses) == 1 and "<" not in addresses[0]:
        return f"{names[0]} <{addresses[0]}>"
    return ", ".join(cells)


def clean_name(name: str) -> str:
    """Return a name as it is kept: one line, no controls, at most 200 characters, composed (NFC).

    Nor the single quotes in which Outlook shows a name that it got from somebody else.
    """
    cleaned = one_line(composed(name.replace("\ufeff", "")), NAME_LIMIT)
    while len(cleaned) > 1 and cleaned[0] in "'\u2018" and cleaned[-1] in "'\u2019":
        cleaned = one_line(cleaned[1:-1], NAME_LIMIT)
    return cleaned


def kept_address(text: str) -> Address:
    """Return the address that was parsed once and kept as its `text`."""
    return Address(text, _folded(text))


def address_key(text: str) -> str:
    """Return the key of an address from anywhere, `""` for what is none. Total."""
    try:
        return parse_address(text).key
    except AddressError:
        return ""


def _quoted(text: str) -> str:
    return "".join(c for c in one_line(text, 80) if c.isprintable())


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _fault(bare: str) -> str:
    """Return what is wrong with an address, where it can be said better than email-validator does; else nothing."""
    unseen = next((c for c in bare if is_unsafe(c) or unicodedata.category(c) == "Cf"), "\0")
    faults = (
        (not bare, "nothing is there."),
        (len(bare) > ADDRESS_LIMIT, _TOO_LONG),
        (unseen in bare, f"it holds a character that cannot be seen (U+{ord(unseen):04X})."),
        ('"@' in bare, "quotation marks before the @ are not supported. Ask for another address."),
        (bare.count("@") > 1 or any(c in bare for c in ",;<>"), "one address is expected, and nothing else."),
        ("@" not in bare, "there is no @ in it."),
    )
    return next((reason for wrong, reason in faults if wrong), "") or _lookalike(bare)


def _lookalike(bare: str) -> str:
    """Return the complaint about a sign that Unicode reads as another one: the Kelvin sign, full-width letters."""
    if bare.isascii():
        return ""
    for character in bare:
        if (meant := unicodedata.normalize("NFKC", character)) != character:
            sign = unicodedata.name(character, f"U+{ord(character):04X}").lower()
            return f'it holds a sign that only looks like "{meant}" ({sign}). Type it anew.'
    return ""


def _closely(bare: str) -> str:
    """Return the local part of an address that needs a closer look. Raises AddressError with the reason alone."""
    if reason := _fault(bare):
        raise AddressError(reason)
    local = _validated(bare).local_part
    if len(local.encode()) > LOCAL_LIMIT:
        raise AddressError(f"what stands before the @ is longer than {LOCAL_LIMIT} octets.")
    return local


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    """Return a domain as DNS has it (RFC 5890 A-labels, lower case), which every relay understands.

    Raises AddressError with the reason alone. Domains in .test (RFC 6761) are allowed, those without a dot are not.
    """
    checked = _validated(f"a@{domain}").ascii_domain
    if "." not in checked:
        raise AddressError("there is no dot after the @.")
    return checked.lower()


def _validated(bare: str) -> "ValidatedEmail":
    # Imported here: it takes longer to load than all the rest of `people`, and most commands check no address.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    try:
        return validate_email(bare, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise AddressError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    words = str(error).replace("period", "dot").replace("@-sign", "@")  # in British English
    return words[:1].lower() + words[1:]


def _unquoted(name: str) -> str:
    """Return a display name without its quotation marks (RFC 5322 section 3.2.4)."""
    name = name.strip()
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name
