"""What a corrected edition changes, paragraph by paragraph and in words: for an editor who has to say yes to it.

Pure and bounded: paragraphs that are too long to be compared word by word are shown by their beginning, all as changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

# Words that stand on either side of a change, to tell where it is.
_AROUND = 6
# Comparing takes the product of both lengths.
_MOST_COMPARED = 4_000_000
_MOST_SHOWN = 60
_GAP = "…"


@dataclass(frozen=True)
class Words:
    """A run of words of a paragraph, changed or around a change."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Difference:
    """A paragraph before and after; one of them is empty where it is new or gone."""

    before: tuple[Words, ...]
    after: tuple[Words, ...]


def differences(before: Sequence[str], after: Sequence[str]) -> tuple[Difference, ...]:
    """Return what is different between two texts that are given by their paragraphs, in their order."""
    found: list[Difference] = []
    for same, old, new in _runs(before, after):
        if not same:
            found += [_difference(one.split(), other.split()) for one, other in zip_longest(old, new, fillvalue="")]
    return tuple(found)


def _difference(old: list[str], new: list[str]) -> Difference:
    if not old or not new or len(old) * len(new) > _MOST_COMPARED:
        return Difference(_whole(old), _whole(new))
    runs = list(_runs(old, new))
    return Difference(
        _excerpt([(same, list(words)) for same, words, _ in runs]),
        _excerpt([(same, list(words)) for same, _, words in runs]),
    )


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    """Return both sequences in runs, whether a run is the same in both, and what it is in each."""
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield kind == "equal", old[a:b], new[c:d]


def _whole(words: list[str]) -> tuple[Words, ...]:
    shown = [*words[:_MOST_SHOWN], *([_GAP] if len(words) > _MOST_SHOWN else [])]
    return (Words(" ".join(shown), changed=True),) if words else ()


def _excerpt(runs: list[tuple[bool, list[str]]]) -> tuple[Words, ...]:
    """Return one side's runs, those that are the same cut down to what stands beside a change."""
    last = len(runs) - 1
    shown = (
        Words(" ".join(_beside(words, first=at == 0, last=at == last) if same else words), changed=not same)
        for at, (same, words) in enumerate(runs)
    )
    return tuple(words for words in shown if words.text)


def _beside(words: list[str], *, first: bool, last: bool) -> list[str]:
    head = [] if first else words[:_AROUND]
    tail = [] if last else words[-_AROUND:]
    return words if len(words) <= len(head) + len(tail) + 1 else [*head, _GAP, *tail]
