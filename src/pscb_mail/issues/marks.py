"""Stand-ins for what is personal, while a passage travels through Markdown, templates and inlining as one text.

Pure. A stand-in is a word of letters and digits that nothing on the way escapes, breaks or rewrites. Nobody can write
one by hand: it is made from a digest of the very text that it is put into, so that a text which holds its own stand-in
would be a fixed point of SHA-256.
"""

import hashlib
import re
from collections.abc import Callable, Iterable

from pscb_mail.issues.edition import Field, Passage


class Marks:
    """The stand-ins of one rendering: `put` passages in, `cut` them out of the result."""

    def __init__(self, text: str) -> None:
        self._prefix = f"x{hashlib.sha256(text.encode()).hexdigest()[:24]}"
        self._pattern = re.compile(rf"{self._prefix}n(\d+)x")
        self._passages: list[Passage] = []

    def put(self, *passage: str | Field) -> str:
        """Return a word that stands for the passage; the passage comes back as it is, unescaped."""
        self._passages.append(passage)
        return f"{self._prefix}n{len(self._passages) - 1}x"

    def cut(self, text: str) -> Passage:
        """Return the text with every stand-in replaced by its passage, neighbouring literals joined."""
        return joined(
            part
            for position, piece in enumerate(self._pattern.split(text))
            for part in ((piece,) if position % 2 == 0 else self._passages[int(piece)])
        )

    def measure(self, text: str, width_of: Callable[[Passage], int]) -> int:
        """Return how long the text is, each stand-in counted as `width_of` its passage."""
        pieces = self._pattern.split(text)
        return sum(
            len(piece) if position % 2 == 0 else width_of(self._passages[int(piece)])
            for position, piece in enumerate(pieces)
        )


def joined(parts: Iterable[str | Field]) -> Passage:
    """Return a passage without empty literals, and with no two literals beside each other."""
    result: list[str | Field] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        elif part:
            result.append(part)
    return tuple(result)
