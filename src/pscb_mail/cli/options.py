"""Arguments and options that many commands have, worded once, and options that take one word of a few."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from pscb_mail.errors import UsageError

Issue = Annotated[str, typer.Argument(metavar="ISSUE", help="The issue: issue-18, or just 18.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for other programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]

Word = TypeVar("Word", bound=StrEnum)


def one_of(kind: type[Word], option: str) -> Callable[[str], Word]:
    """Return the parser of an option, in any case and with either dash; it raises UsageError."""

    def chosen(text: str) -> Word:
        try:
            return kind(text.casefold().replace("-", "_"))
        except ValueError:
            raise UsageError(f'{option} does not know "{text}".', f"Choose from: {', '.join(kind)}.") from None

    return chosen


def metavar(kind: Iterable[str]) -> str:
    """Return the words as the help shows them: `ask|skip|resend`."""
    return "|".join(kind)
