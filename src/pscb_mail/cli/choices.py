"""Options that take one word of a few: every other word is refused with a sentence that lists them."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from pscb_mail.errors import UsageError

Word = TypeVar("Word", bound=StrEnum)


def one_of(kind: type[Word], option: str) -> Callable[[str], Word]:
    """Return the parser of an option, in any case and with either dash; it raises UsageError."""

    def chosen(text: str) -> Word:
        try:
            return kind(text.casefold().replace("-", "_"))
        except ValueError:
            raise UsageError(f'{option} does not know "{text}".', f"Choose from: {', '.join(kind)}.") from None

    return chosen


def words(kind: Iterable[str]) -> str:
    """Return the words as the help shows them: `ask|skip|resend`."""
    return "|".join(kind)
