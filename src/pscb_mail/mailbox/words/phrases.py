"""Lists of phrases, written as they sound, and where a text has one of them.

Pure. In a phrase `bruis*` is any ending, `hits|hit` either word (a line may end at the stroke), `no_one` two words in
one place, `#` a number, and `…` up to three words between. Nothing in it can look twice at the same words, so that no
text keeps it long. The lists are long, so only what begins as a word of the text does is ever made into a pattern.
"""

import re
from collections.abc import Iterator
from functools import cached_property

_PART = r"\W{1,3}"
_GAP = r"(?:[\w-]+\W{1,3}){0,3}?"
_HEAD = 2  # letters by which the phrases are sorted
_WORD = re.compile(r"\w+")


class Phrases:
    """A list of phrases, parted by commas.

    >>> [found[0] for found in Phrases("hits|hit … him, bruis*").finditer("she hit and kicked him: bruises")]
    ['hit and kicked him', 'bruises']
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._patterns: dict[str, re.Pattern[str]] = {}

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first phrase of a text, None where it has none."""
        return next(self.finditer(text), None)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the phrases of a text, none inside another."""
        end = 0
        for word in _WORD.finditer(text):
            if word.start() < end:
                continue
            match = self._begins(text, word.start())
            if match is not None:
                end = match.end()
                yield match

    def without(self, text: str) -> str:
        """Return a text with a space for each phrase."""
        kept, end = [], 0
        for match in self.finditer(text):
            kept.append(text[end : match.start()])
            end = match.end()
        return " ".join([*kept, text[end:]])

    def _begins(self, text: str, at: int) -> re.Match[str] | None:
        """Return the phrase that begins at a word."""
        for letters in range(_HEAD, -1, -1):
            head = text[at : at + letters]
            if len(head) == letters and head in self._by_head:
                match = self._pattern(head).match(text, at)
                if match is not None:
                    return match
        return None

    def _pattern(self, head: str) -> re.Pattern[str]:
        if head not in self._patterns:
            self._patterns[head] = re.compile(rf"{re.escape(head)}(?:{'|'.join(self._by_head[head])})\b")
        return self._patterns[head]

    @cached_property
    def _by_head(self) -> dict[str, list[str]]:
        """What follows the first letters, by these."""
        by_head: dict[str, list[str]] = {}
        for part in re.sub(r"\|\s+", "|", self._text).split(","):
            for head, rest in _phrase(part.split()):
                by_head.setdefault(head, []).append(rest)
        return by_head


def _phrase(words: list[str]) -> list[tuple[str, str]]:
    """Return a phrase as the first letters it may have, each with the pattern of what follows."""
    heads: dict[str, list[str]] = {}
    for word in words[0].split("|") if words else ():
        head = re.match(rf"[^\W_]{{0,{_HEAD}}}", word)
        start = head[0] if head else ""
        heads.setdefault(start, []).append(_word(word[len(start) :]))
    tail = "".join(_GAP if word == "…" else f"(?:{'|'.join(map(_word, word.split('|')))}){_PART}" for word in words[1:])
    tail = f"{_PART}{tail}".removesuffix(_PART) if tail else ""
    return [(head, f"(?:{'|'.join(ends)}){tail}") for head, ends in heads.items()]


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"[\w-]*").replace(r"\#", r"\d+").replace("_", _PART)
