"""How `init` asks: one question at a time, again until the answer can be right; and how it shows what an answer brings.

Everything goes to stderr. Raises UsageError where nobody answers any more.
"""

import re
from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pscb_mail.desk.doctor.check import Check


def say(text: str, *, indent: int = 0) -> None:
    """Print text broken between words: `console.say` leaves that to the terminal, which breaks within them."""
    from rich.padding import Padding

    console.err.print(Padding(text, (0, 0, 0, indent)))


def show(checks: "Sequence[Check]") -> None:
    """Show what came of an answer; there is no settings file yet, so that hints name no table of it."""
    from pscb_mail.cli.doctor import MARKS

    for check in checks:
        hint = re.sub(r" (in source )?under \[{1,2}\w+\]{1,2}", "", check.hint)
        later = " [dim]`pscb-mail doctor` tries it again.[/]" if check.result == "not checked" else ""
        say(f"{MARKS[check.result]} {console.safe_lines(check.detail)}{later}", indent=2)
        if hint and not later:
            say(f"[cyan]→ {console.safe_lines(hint)}[/]", indent=4)


def text(question: str, default: str = "") -> str:
    """Ask for words; Enter takes the default."""
    shown = f" [dim]\\[{console.safe(default)}][/]" if default else ""
    try:
        return console.err.input(f"{console.safe(question)}{shown} ").strip() or default
    except EOFError:
        console.say()  # nobody has pressed Enter
        raise UsageError("Nobody answers any more; nothing was made.", "Run it again.") from None


def name(question: str, default: str) -> str:
    """Ask for a name."""
    from pscb_mail.foreign import has_unsafe

    while has_unsafe(answer := text(question, default)):
        _refuse("A name has no control characters in it.")
    return answer


def identifier(question: str) -> str:
    """Ask for a code that somebody has sent; nothing where it is typed in later."""
    while not re.fullmatch(r"[A-Za-z0-9._-]*", answer := text(f"  {question} (Enter: later)")):
        _refuse("It has letters, digits, dots and hyphens alone: copy it again.")
    return answer


def needed_identifier(question: str, where: str) -> str:
    """Ask for a code without which one cannot go on; `where` says where it stands."""
    while not (answer := identifier(question)):
        _refuse(where)
    return answer


def website(question: str) -> str:
    """Ask for a website; nothing where there is none."""
    while answer := text(question):
        address = answer if "://" in answer else f"https://{answer}"
        if re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", address):
            return address
        _refuse("It is an address such as www.anytown.gov.uk.")
    return ""


def host(question: str, default: str = "") -> tuple[str, int]:
    """Ask for a server and its port, 0 where the usual one is meant; nothing where the answer is none."""
    while answer := text(question, default):
        if match := re.fullmatch(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?", answer):
            port = int(match[2] or 0)
            if port <= 65535:
                return match[1].strip("[]"), port
        _refuse("It is a name such as smtp.anytown.gov.uk, with :PORT behind it where it is an unusual one.")
    return "", 0


def is_whole(host: str) -> bool:
    """Return whether a host's name could be looked up from anywhere; say so where it is a word alone."""
    whole = "." in host or ":" in host or host == "localhost"
    if not whole:
        _refuse(f"{host} is not a whole name, such as imap.anytown.gov.uk.")
    return whole


def choice(question: str, ways: "Sequence[str]", default: int = 0) -> int:
    """Have one of a few ways chosen; return its place."""
    say(f"\n{console.safe(question)}")
    for number, way in enumerate(ways, start=1):
        say(f"{number}  {console.safe(way)}", indent=2)
    numbers = [str(number + 1) for number in range(len(ways))]
    while (answer := text("Which?", numbers[default])) not in numbers:
        _refuse(f"A number from 1 to {len(ways)}.")
    return numbers.index(answer)


def yes(question: str) -> bool:
    """Ask what is mostly so."""
    return _yes_or_no(question, "y")


def keep() -> bool:
    """Ask whether an answer that did not hold is kept all the same; the safe answer is to give another."""
    return _yes_or_no("  Keep it all the same?", "n")


def _yes_or_no(question: str, default: str) -> bool:
    """Ask until it is one of both: another word may be an answer to the question before."""
    while not console.is_yes(answer := text(f"{question} y/n", default)):
        if answer.lower() in {"n", "no"}:
            return False
        _refuse("Type y or n.")
    return True


def _refuse(why: str) -> None:
    say(f"[yellow]{console.safe(why)}[/]", indent=2)
