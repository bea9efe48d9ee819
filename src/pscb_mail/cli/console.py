"""What the user sees: tables, plans, questions, progress; the one place where foreign text is made safe to print.

Results go to stdout, everything else to stderr, so that `--json` and pipes stay clean. rich reads `[…]` as markup and
lets escape sequences through: every string that reaches a table passes `safe`.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from pscb_mail.errors import Exit, PscbMailError, UsageError
from pscb_mail.foreign import is_unsafe

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def safe(text: object) -> str:
    """Return foreign text as it may be printed: controls shown as `\\x1b`, markup escaped."""
    shown = "".join(f"\\x{ord(c):02x}" if is_unsafe(c) else c for c in str(text))
    # A trailing backslash would escape the markup that follows.
    return escape(shown) + (" " if shown.endswith("\\") else "")


def say(line: str = "") -> None:
    """Print one line of what is going on (markup allowed; foreign parts through `safe`) to stderr."""
    err.print(line, soft_wrap=True)


def result(line: str = "") -> None:
    """Print one line of the result (markup allowed; foreign parts through `safe`) to stdout."""
    out.print(line, soft_wrap=True)


def document(value: object) -> None:
    """Print one JSON document to stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print rows as a table on stdout; every cell is foreign and made safe."""
    grid = Table(title=title or None, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(safe("" if cell is None else cell) for cell in row))
    out.print(grid)


def confirm(question: str, *, yes: bool, otherwise: str = "--yes") -> None:
    """Ask before something changes. Raises UsageError when the answer is no, or when nobody is there to ask.

    `yes` is the user's `--yes`; `otherwise` names the option that answers without a terminal.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("Nobody is at the terminal to say yes; nothing was changed.", f"Look at the plan, then add {otherwise}.")
    try:
        answer = err.input(f"{safe(question)} \\[y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in {"y", "yes"}:
        raise UsageError("Nothing was changed.")


def error(problem: PscbMailError) -> None:
    """Print an error and its hint on stderr."""
    err.print(f"[red bold]Error[/]  {safe_lines(problem.message)}", soft_wrap=True)
    if problem.hint:
        err.print(f"[dim]What to do:[/] {safe_lines(problem.hint)}", soft_wrap=True)


def safe_lines(text: str) -> str:
    """Return text of several lines made safe line by line."""
    return "\n".join(safe(line) for line in text.split("\n"))


def exit_code(*, needs_a_person: bool) -> Exit:
    """Return 1 where something needs a person, else 0."""
    return Exit.NEEDS_A_PERSON if needs_a_person else Exit.DONE


@contextmanager
def progress(label: str, total: int) -> Iterator[Progress]:
    """Show a progress bar with an estimate of its end while on a terminal; callers update task 0."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=err,
        disable=not err.is_terminal,
    )
    with bar:
        bar.add_task(safe(label), total=total, note="")
        yield bar
