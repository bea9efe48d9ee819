"""Searching: whether words stand in what is known of somebody, and whether two words are the same.

Pure. However a word was typed, it is one word: in either case, and with its accents composed (as Windows types them) or
not (as file names of a Mac have them); a search finds it without them too. SQLite knows that of A-Z alone and is
several times as fast, so it looks first: what it finds is found, and where all is ASCII it has the last word.
"""

import re
import unicodedata
from collections.abc import Sequence

# Beyond these SQLite refuses a pattern or a condition; nothing that is kept of somebody is as long.
_WORDS, _LENGTH = 20, 1000
_WORD = re.compile(r"[^\s,;:.()\[\]/\\&|\"“”]+")
_ENCLOSING = "'‘’-–"  # within a word they are part of it: O'Brien, Mary-Ann
_COLUMNS = ("s.address", "s.name", "s.organisation", "s.role")


def folded(text: str) -> str:
    """Return a text as it is compared with others: equal words are equal texts."""
    return text.casefold() if text.isascii() else composed(composed(text).casefold())


def composed(text: str) -> str:
    """Return a text with its accents composed (Unicode's NFC), as it is kept."""
    return unicodedata.normalize("NFC", text)


def one_slip(one: str, other: str) -> bool:
    """Whether at most one letter was lost, added, mistaken or changed places with its neighbour.

    >>> one_slip("parents", "praents"), one_slip("parents", "patients")
    (True, False)
    """
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    swapped = left[1:2] + left[:1] + left[2:]
    return right in (left[1:], swapped) or left == right[1:] or left[1:] == right[1:]


def plain(text: str) -> str:
    """Return a text as it is searched: folded, and without its accents."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFD", folded(text))
    return composed("".join(letter for letter in apart if not unicodedata.combining(letter)))


def sought(search: str, text: str) -> bool:
    """Whether every word of a search stands in a text, accents aside."""
    there = plain(text)
    words = plain(search).split() or folded(search).split()  # an accent alone is no letter of anybody's
    return all(word in there for word in words)


def whole_words(search: str, name: str) -> bool:
    """Whether every word of a search is a whole word of a name, accents aside.

    >>> whole_words("zoe", "King, Zoë"), whole_words("Pat", "Priya Patel"), whole_words("Ann", "Mary-Ann Lee")
    (True, False, False)
    """
    words = _words(search)
    return bool(words) and words <= _words(name)


def _words(text: str) -> set[str]:
    return {bare for word in _WORD.findall(plain(text)) if (bare := word.strip(_ENCLOSING))}


def condition(search: str, columns: Sequence[str] = _COLUMNS) -> tuple[str, dict[str, str]]:
    """Return the SQL that finds in `subscriber s` whom `sought` finds, and its values; no words: no condition."""
    words = list(dict.fromkeys(folded(search).split()))
    if not words:
        return "", {}
    exactly = f"sought(:search, {' || char(10) || '.join(columns)})"  # no word goes from one to the next
    if not search.isascii() or len(words) > _WORDS or len(search) > _LENGTH:
        return exactly, {"search": search}
    patterns = {f"word{number}": _pattern(word) for number, word in enumerate(words)}
    found = " AND ".join(
        "(" + " OR ".join(f"{column} LIKE :{name} ESCAPE '\\'" for column in columns) + ")" for name in patterns
    )
    # A letter beyond ASCII may be one of A-Z in another guise (the long s, the ligature fi).
    beyond = " OR ".join(f"length(CAST({column} AS BLOB)) <> length({column})" for column in columns)
    return f"(({found}) OR ({beyond}) AND {exactly})", {"search": search, **patterns}


def _pattern(word: str) -> str:
    """Return the LIKE pattern of texts with a word in them."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"
