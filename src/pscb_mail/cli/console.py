"""What the user sees: tables, plans, questions, progress; the one place where foreign text is made safe to print.

Results go to stdout, everything else to stderr, so that `--json` and pipes stay clean. rich reads `[…]` as markup and
lets escape sequences through: every string that reaches a table passes `safe`.
"""

import csv as csv_module
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from pscb_mail.errors import DeclinedError, Exit, PscbMailError, UsageError
from pscb_mail.foreign import is_unsafe, one_line, row_for_spreadsheet

if TYPE_CHECKING:
    from rich.progress import Progress

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def safe(text: object) -> str:
    r"""Return foreign text as it may be printed: controls shown as `\x1b`, markup escaped."""
    shown = "".join(f"\\x{ord(c):02x}" if is_unsafe(c) else c for c in str(text))
    # A trailing backslash would escape the markup that follows.
    return escape(shown) + (" " if shown.endswith("\\") else "")


def say(line: str = "") -> None:
    """Print one line of what is going on (markup allowed; foreign parts through `safe`) to stderr."""
    _line(err, line)


def result(line: str = "") -> None:
    """Print one line of the result (markup allowed; foreign parts through `safe`) to stdout."""
    _line(out, line)


def _line(console: Console, line: str) -> None:
    """Print a line, broken between words on a terminal and whole into a file or pipe, where programs read lines."""
    console.print(line, soft_wrap=not console.is_terminal)


def document(value: object) -> None:
    """Print one JSON document to stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def documents(values: Iterable[object]) -> None:
    """Print one JSON document to stdout: a list, streamed item by item."""
    for line in document_lines(values):
        sys.stdout.write(line.decode())


def document_lines(values: Iterable[object]) -> Iterator[bytes]:
    """Yield a JSON document that is a list, item by item."""
    separator = "["
    for value in values:
        yield f"{separator}\n  {json.dumps(value, ensure_ascii=False)}".encode()
        separator = ","
    yield b"[]\n" if separator == "[" else b"\n]\n"


def csv(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Print rows as CSV to stdout; what a spreadsheet would take for a formula is made text."""
    writer = csv_module.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    texts = (["" if cell is None else str(cell) for cell in row] for row in rows)
    writer.writerows(map(row_for_spreadsheet, texts))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table on stdout; every cell is foreign and made safe."""
    from rich.table import Table

    grid = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(safe("" if cell is None else cell) for cell in row))
    out.print(grid)


def facts(rows: Iterable[tuple[str, str]], width: int = 18, console: Console = err) -> None:
    """Print labels and what stands for each; every value is made safe, and stays beside its label."""
    if not console.is_terminal:
        for label, value in rows:
            _line(console, f"  [dim]{label:<{width}}[/] {safe(value)}")
        return
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=width + 2)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(f"  [dim]{label}[/]", safe(value))
    console.print(grid)


def somebody_is_there() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def typed(question: str) -> str | None:
    """Ask for words to be typed; None where nobody is there to ask, nothing where the input ends."""
    if not somebody_is_there():
        return None
    try:
        return err.input(f"{safe(question)} ").strip()
    except EOFError:
        say()  # nobody has pressed Enter
        return ""


def ask(question: str) -> bool:
    """Ask a question whose safe answer is no; where nobody is at the terminal the answer is no."""
    return is_yes(typed(f"{question} [y/N]") or "")


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something changes, unless the user said `--yes`.

    Raises DeclinedError when the answer is no, UsageError when nobody is there.
    """
    if not yes and not is_yes(_demanded(f"{question} [y/N]")):
        raise DeclinedError("Nothing was changed.")


def confirm_word(question: str, word: str) -> None:
    """Have a word typed before something that cannot be taken back. Raises DeclinedError where it is another one."""
    if _demanded(f"{question} Type {word}:").lower() != word:
        raise DeclinedError("Nothing was changed.")


def is_yes(answer: str) -> bool:
    """Whether an answer is a yes; whatever else is typed is none."""
    return answer.lower() in {"y", "yes"}


def _demanded(question: str) -> str:
    answer = typed(question)
    if answer is None:
        raise UsageError(
            "Nobody is at the terminal to say yes; nothing was changed.", "Look at the plan, then add --yes."
        )
    return answer


def error(problem: PscbMailError) -> None:
    """Print an error and its hint on stderr; a no of the user's is none."""
    if isinstance(problem, DeclinedError):
        say(safe_lines(problem.message))
        return
    say(f"[red bold]Error[/]  {safe_lines(problem.message)}")
    if problem.hint:
        say(f"[dim]What to do:[/] {safe_lines(problem.hint)}")


def count(number: int, one: str, many: str) -> str:
    """Return a number with the word for it: `1 person`, `2,000 people`."""
    return f"{number:,} {one if number == 1 else many}"


def nearby(path: Path) -> str:
    """Return a path as one would type it from here, safe to print."""
    here = Path.cwd()
    return safe(path.relative_to(here) if path.is_relative_to(here) else path)


def open_page(address: str) -> None:
    """Open a page in the browser, or say that the user must."""
    import webbrowser

    if not webbrowser.open(address):
        say(f"No browser could be opened: open {safe(address)} yourself.")


def safe_lines(text: str) -> str:
    """Return text of several lines made safe line by line."""
    return "\n".join(safe(line) for line in text.split("\n"))


def exit_code(*, needs_a_person: bool) -> Exit:
    """Return 1 where something needs a person, else 0."""
    return Exit.NEEDS_A_PERSON if needs_a_person else Exit.DONE


def iso(moment: datetime | None) -> str | None:
    """Return a time as JSON has it: ISO 8601 in UTC."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(moment: datetime, zone: tzinfo) -> str:
    """Return a time as people read it, in the newsletter's zone."""
    return f"{moment.astimezone(zone):%d %b %Y %H:%M}"


def span(length: timedelta) -> str:
    """Return a length of time in words, rounded to what matters: `3 days`, `5 hours 20 minutes`."""
    minutes = round(length.total_seconds() / 60)
    days, hours = divmod(minutes // 60, 24)
    parts = [(days, "day"), (hours, "hour"), (0 if days else minutes % 60, "minute")]
    return " ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in parts if n) or "less than a minute"


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago something was, in words; nothing where it never was."""
    return "" if moment is None else f"{span(now - moment)} ago"


class Bar:
    """A progress bar with an estimate of its end on a terminal; a plain line now and then elsewhere."""

    PLAIN_EVERY_SECONDS = 30.0

    def __init__(self, progress: "Progress", label: str, total: int) -> None:
        self._progress = progress
        self._label = label
        self._total = total
        self._task = progress.add_task(safe(label), total=total, note="")
        self._said = time.monotonic()
        self._trouble = ""

    def advance(self, done: int, trouble: str | None = None) -> None:
        """Show how many are done, and the last trouble where there was one."""
        if trouble is not None:
            self._trouble = safe(one_line(trouble, 60))
        self._progress.update(self._task, completed=done, note=self._trouble)
        if time.monotonic() - self._said > self.PLAIN_EVERY_SECONDS:
            self._plain(f"{done:,} of {self._total:,}")

    def note(self, text: str) -> None:
        """Show why nothing moves."""
        self._progress.update(self._task, note=safe(text))
        self._plain(text)

    def _plain(self, text: str) -> None:
        if not err.is_terminal:
            say(f"{safe(self._label)}: {safe(text)}")
            self._said = time.monotonic()


@contextmanager
def progress(label: str, total: int) -> Iterator[Bar]:
    """Show progress for the length of a block."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    # On a narrow terminal the note is cut off before the numbers are.
    columns = (
        TextColumn("{task.description}"),
        BarColumn(None, table_column=Column(ratio=1)),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", table_column=Column(ratio=2, no_wrap=True, overflow="ellipsis")),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal or not total, expand=True) as bars:
        yield Bar(bars, label, total)
