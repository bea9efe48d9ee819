"""Text from outside (mail, CSV, names, servers) made harmless before it is kept or shown.

Pure. Escaping for one output (HTML, a header, a terminal, a spreadsheet) belongs to whoever writes that output; what is
removed here has no business in any of them.
"""

import re
import unicodedata
from collections.abc import Sequence

# Bidirectional controls (Unicode TR9): they make a text read differently from what it is ("Trojan source").
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_unsafe(character: str) -> bool:
    """Whether a character is a control (C0, C1, line and paragraph separators), a surrogate or a bidi control."""
    return character in _BIDI or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}


def has_unsafe(text: str) -> bool:
    """Whether any character of `text` is unsafe in a line of text."""
    return any(is_unsafe(character) for character in text)


# What a spreadsheet takes for the start of a formula (OWASP "CSV Injection"), full-width forms included, and the
# apostrophe itself, so that taking one off again gives back exactly what was there.
_FORMULA = tuple("=+-@|\t\r\n'\uff1d\uff0b\uff0d\uff20")


def for_spreadsheet(text: str) -> str:
    """Return `text` as a CSV cell that no spreadsheet runs; `from_spreadsheet` undoes it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


# Whatever begins with anything but a letter, a digit or nothing is looked at closely.
_MAY_RUN = re.compile(r"\0[^\0A-Za-z0-9]")


def row_for_spreadsheet(row: Sequence[str]) -> Sequence[str]:
    """Return a row of which no spreadsheet runs a cell; one look at the whole row is enough for nearly all."""
    return [for_spreadsheet(cell) for cell in row] if _MAY_RUN.search("\0".join(("", *row))) else row


def from_spreadsheet(cell: str) -> str:
    """Return the text of a cell that `for_spreadsheet` wrote; other cells stay as they are."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def one_line(text: str, limit: int = 1000) -> str:
    r"""Return `text` as one harmless line of at most `limit` characters.

    Controls and runs of white space become one space each.

    >>> one_line("Jo\r\nBcc: evil")
    'Jo Bcc: evil'
    """
    head = text[: limit * 4]
    # Printable ASCII needs no look at each character: an import of 100,000 rows is seconds faster for it.
    harmless = head if head.isascii() and head.isprintable() else "".join(" " if is_unsafe(c) else c for c in head)
    line = " ".join(harmless.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
