"""What is wrong with an issue's file, told at once, each with its line; the nearest name to an unknown one. Pure."""

from difflib import get_close_matches
from pathlib import Path

from pscb_mail.errors import UsageError

_MAX_MISTAKES = 40


class Mistakes:
    """Mistakes of one file, gathered so that they can be told at once: each a line and a sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[tuple[int, str]] = []

    def add(self, line: int, sentence: str) -> None:
        """Note a mistake on a line of the file."""
        self._found.append((line, sentence))

    def raise_any(self, hint: str) -> None:
        """Raise UsageError with a line a mistake, in the order of the file; do nothing where there is none."""
        if not self._found:
            return
        found = sorted(set(self._found))
        told = [f"{self._path}:{line}: {text}" for line, text in found[:_MAX_MISTAKES]]
        told += [f"and {len(found) - _MAX_MISTAKES} more."] if len(found) > _MAX_MISTAKES else []
        raise UsageError("\n".join(told), hint)


def nearest(name: str, known: tuple[str, ...]) -> str:
    """Return a sentence that helps with an unknown name: the nearest known one, or all of them."""
    match get_close_matches(name.lower(), known, n=1, cutoff=0.5):
        case [best]:
            return f"Did you mean {best}?"
        case _:
            return f"Known: {', '.join(known)}."
