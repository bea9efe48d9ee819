"""Lines of plain text: folded at 72 columns, indented, headings underlined.

Pure. A stand-in (`marks`) counts as long as a name, or as its default: what will stand there decides where a line ends.
An address, of which nobody knows how long it is, takes a line of its own.
"""

import re
from collections.abc import Iterator

from pscb_mail.issues.edition import Field, Flat
from pscb_mail.issues.marks import Marks

COLUMNS = 72
# What a name takes, roughly, where a merge field stands.
_NAME = 16
_UNDERLINES = {1: "=", 2: "=", 3: "-"}


class Lines:
    """Lines of at most 72 columns, in which a stand-in counts as what will stand there. Templates use it too."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.columns = COLUMNS

    def width(self, text: str) -> int:
        """Return the columns that a text takes."""
        return self.marks.measure(text, _width_of)

    def wrap(self, text: str, first: str = "", later: str | None = None) -> str:
        """Return paragraphs folded at the columns there are, the first line after `first`, the others after `later`."""
        later = " " * len(first) if later is None else later
        lines: list[str] = []
        for line in text.split("\n"):
            lines += self._folded(line, later if lines else first, later)
        return "\n".join(lines)

    def _folded(self, line: str, first: str, later: str) -> Iterator[str]:
        row, width, room = first, self.width(first), False
        # A no-break space is part of a word.
        for word in re.findall(r"[^ \t\n]+", line):
            wide = self.width(word)
            if room and width + 1 + wide > self.columns:
                yield row
                row, width, room = later, self.width(later), False
            row += f" {word}" if room else word
            width += wide + room
            room = True
        yield row

    def heading(self, text: str, level: int = 2) -> str:
        """Return a heading, underlined as far as its longest line."""
        folded = self.wrap(text)
        underline = _UNDERLINES.get(level, "-")
        return f"{folded}\n{underline * min(self.columns, max(self.width(line) for line in folded.split(chr(10))))}"


def _width_of(passage: Flat) -> int:
    return sum(len(part) if isinstance(part, str) else _width_of_field(part) for part in passage)


def _width_of_field(field: Field) -> int:
    return COLUMNS if field.name == "address" else max(_NAME, len(field.default))
