"""Lists of phrases, written as they sound → one pattern that finds any of them.

Pure. In a phrase `bruis*` is any ending, `hits|hit` either word (a line may end at the stroke), `no_one` two words in
one place, `#` a number, and `…` up to three words between. Nothing in it can look twice at the same words, so that no
text keeps it long.
"""

import re

_GAP = r"(?:[\w-]+\W{1,3}){0,3}?"
_PART = r"\W{1,3}"
_HEAD = 2  # letters by which the phrases are sorted, so that most are passed over at a glance


def phrases(text: str) -> re.Pattern[str]:
    """Return the pattern of phrases, which commas part.

    >>> [found[0] for found in phrases("hits|hit … him, bruis*").finditer("she hit and kicked him: bruises")]
    ['hit and kicked him', 'bruises']
    """
    by_head: dict[str, list[str]] = {}
    for part in re.sub(r"\|\s+", "|", text).split(","):
        for head, rest in _phrase(part.split()):
            by_head.setdefault(head, []).append(rest)
    found = (f"{re.escape(head)}(?:{'|'.join(rests)})" for head, rests in sorted(by_head.items()))
    return re.compile(rf"\b(?:{'|'.join(found)})\b")


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
