"""Stand-ins for what is personal, while a passage travels through Markdown, templates and inlining as one text.

Pure. A stand-in is a word of letters and digits that nothing on the way escapes, breaks or rewrites. Nobody can write
one by hand: it is made from a digest of the very text that it is put into, so that a text which holds its own stand-in
would be a fixed point of SHA-256.
"""

import hashlib
import re
from collections.abc import Callable
from functools import partial

from pscb_mail.errors import UsageError
from pscb_mail.issues.edition import Field, Flat, Label, Only, Part, Passage, joined


class Marks:
    """The stand-ins of one rendering: `put` passages in, `cut` them out of the result."""

    def __init__(self, text: str) -> None:
        self._prefix = f"x{hashlib.sha256(text.encode()).hexdigest()[:24]}"
        self._pattern = re.compile(rf"{self._prefix}([nbe])(\d+)x")
        self._passages: list[Flat] = []
        self._enclosing: list[Callable[[Passage], Only | Label]] = []

    def put(self, *passage: str | Field) -> str:
        """Return a word that stands for the passage; the passage comes back as it is, unescaped."""
        self._passages.append(passage)
        return f"{self._prefix}n{len(self._passages) - 1}x"

    def around(self, groups: tuple[str, ...]) -> tuple[str, str]:
        """Return two words; what stands between them comes back as an `Only` for these groups."""
        return self._around(partial(Only, groups))

    def label(self, text: str) -> str:
        """Return the text between two such words; it comes back as a `Label`."""
        begin, end = self._around(Label)
        return f"{begin}{text}{end}"

    def _around(self, enclosing: Callable[[Passage], Only | Label]) -> tuple[str, str]:
        self._enclosing.append(enclosing)
        number = len(self._enclosing) - 1
        return f"{self._prefix}b{number}x", f"{self._prefix}e{number}x"

    def cut(self, text: str) -> Passage:
        """Return the text with every stand-in replaced by its passage, neighbouring literals joined.

        Raises UsageError where a template has parted a beginning from its end: then nobody can say for whom that is.
        """
        first, *rest = self._pattern.split(text)
        open_: list[tuple[str, list[Part]]] = [("", [first])]
        for kind, number, following in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            if kind == "n":
                open_[-1][1].extend(self._passages[int(number)])
            elif kind == "b":
                open_.append((number, []))
            elif open_[-1][0] == number:
                inner = open_.pop()[1]
                open_[-1][1].append(self._enclosing[int(number)](joined(inner)))
            else:
                raise _parted()
            open_[-1][1].append(following)
        if len(open_) > 1:
            raise _parted()
        return joined(open_[0][1])

    def measure(self, text: str, width_of: Callable[[Flat], int]) -> int:
        """Return how long the text is, each stand-in counted as `width_of` its passage."""
        if self._prefix not in text:
            return len(text)
        pieces = self._pattern.split(text)
        passages = [self._passages[int(n)] for kind, n in zip(pieces[1::3], pieces[2::3], strict=True) if kind == "n"]
        return sum(map(len, pieces[::3])) + sum(map(width_of, passages))


def _parted() -> UsageError:
    return UsageError(
        "A template has taken a passage for some groups apart.",
        "In the contents, begin and end belong around all that is said of one article, in this order.",
    )
