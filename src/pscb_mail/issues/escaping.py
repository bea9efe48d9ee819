"""Words → Markdown that says just these words: nothing in them becomes markup, a merge field or a block.

Pure. A backslash stands before whatever may be a sign (CommonMark 0.31 section 2.4); what nobody sees is left out.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest

from pscb_mail.foreign import is_unsafe

# What begins a block at the start of a line (CommonMark 0.31 section 4 and 5), and our own fences.
_STARTS = re.compile(r"#{1,6}(?:\s|$)|[-+=](?:\s|$|[-=])|:{2}|~{3}|>")
_NUMBERED = re.compile(r"\d{1,9}(?=[.)](?:\s|$))")
# Punctuation (the low line is some, to CommonMark), with the backslash before it, and white space.
_MARKS = r"(?:\\?(?:[^\w\s\\]|_)|\\\\|\s)+"
BREAK = "\\\n"


def paragraphs(text: str) -> Iterator[str]:
    """Yield escaped text as paragraphs, no line of which begins a block."""
    for paragraph in re.split(r"\n{2,}", text):
        lines = [" ".join(line.split()) for line in paragraph.split(BREAK)]
        if any(lines):
            yield BREAK.join(_harmless_start(line) for line in lines if line)


def _harmless_start(line: str) -> str:
    if _STARTS.match(line):
        return f"\\{line}"
    found = _NUMBERED.match(line)
    return f"{found[0]}\\{line[found.end() :]}" if found else line


def escaped(text: str) -> str:
    """Return words in which nothing is markup."""
    text = re.sub(r"\s+", " ", harmless(text))
    return re.sub(r"([\\`*\[\]<|{]|&(?=#?\w)|(?<!\w)_|_(?!\w))", r"\\\1", text)


def harmless(text: str) -> str:
    """Return text without what nobody sees: controls, direction marks, soft hyphens."""
    return "".join(" " if c in "\t\n\r" else c for c in text if c in "\t\n\r" or not (is_unsafe(c) or c == "\u00ad"))


def parted(text: str) -> tuple[str, str, str]:
    """Return the white space before, the words, the white space after."""
    words = text.strip()
    if not words:
        return text, "", ""
    begin = text.index(words)
    return text[:begin], words, text[begin + len(words) :]


def emphasised(text: str, sign: str, before: str, after: str) -> str:
    """Return text between signs that hold there: left and right of them as CommonMark section 6.2 asks."""
    lead, words, trail = parted(text)
    # Beside a letter or a sign, a mark of punctuation on the inner side would make the signs plain asterisks.
    if not trail and not after[:1].isspace() and (found := re.search(rf"{_MARKS}$", words)):
        words, trail = words[: found.start()], found[0]
    if not lead and before[-1:].strip() and (found := re.match(_MARKS, words)):
        words, lead = words[found.end() :], found[0]
    beside = words[:1] + words[-1:] + (before[-1:] if not lead else "")
    if not words or "![" in words or "*" in beside:
        return text
    return f"{lead}{sign}{words}{sign}{trail}"


def prefixed(text: str, prefix: str, first: str | None = None) -> str:
    """Return lines behind a prefix, the first one behind `first`."""
    lines = text.split("\n")
    begun = prefix if first is None else first
    return "\n".join(
        f"{begun if not place else prefix}{line}" if line.strip() or not place else prefix.rstrip()
        for place, line in enumerate(lines)
    )


def table(rows: list[list[str]]) -> str:
    """Return a table of escaped cells, its first row the head; rows that are too short are filled up."""
    width = max(map(len, rows))
    full = [[cell for cell, _ in zip_longest(row, range(width), fillvalue="")] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in full]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])
