"""`doctor`: is everything in place; what each check finds, and what to do first."""

from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.cli.options import Json
from pscb_mail.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pscb_mail.desk.doctor.check import Check
    from pscb_mail.desk.doctor.names import Names
    from pscb_mail.workspace import Workspace

commands = typer.Typer()


@commands.command(rich_help_panel="Start")
def doctor(
    ctx: typer.Context,
    name_server: Annotated[
        str,
        typer.Option(
            "--name-server",
            metavar="ADDRESS",
            help="Ask this name server: to see the domain as the world sees it, from inside an organisation's network.",
        ),
    ] = "",
    loop: Annotated[
        bool, typer.Option("--loop", help="Send one mail to the newsletter's own mailbox, and read how it arrives.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="With --loop: send it without asking.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show what was said to each relay and what it answered, sign-ins masked.")
    ] = False,
    json: Json = False,
) -> None:
    """Is everything in place: settings, database, relay, mailbox, DNS. Changes and sends nothing, but with --loop."""
    from pscb_mail.desk.doctor.check import Result
    from pscb_mail.desk.doctor.names import system_names

    talks: dict[str, Sequence[str]] = {}
    checks = _examined(ctx.obj, system_names(name_server), talks, loop=loop, yes=yes)
    if json:
        console.document([vars(check) for check in checks])
    else:
        _print_checks(checks)
    if verbose:
        _print_talks(talks)
    raise typer.Exit(console.exit_code(needs_a_person=any(check.result is Result.ERROR for check in checks)))


def _examined(
    context: Context, names: "Names", talks: "dict[str, Sequence[str]]", *, loop: bool, yes: bool
) -> "list[Check]":
    """Return what was looked at; `talks` takes what was said to each relay, and what it answered."""
    from pscb_mail.desk.doctor.examination import Examination, examine, unreadable_settings

    try:
        workspace = context.workspace
    except SettingsError as problem:
        return unreadable_settings(problem)
    if loop:
        console.confirm(f"Send one mail to {workspace.settings.newsletter.reply_to}?", yes=yes)
    with console.err.status("Looking …"):
        checks = examine(Examination(workspace, names, now, listen=talks.__setitem__))
    return checks + (_there_and_back(workspace, names) if loop else [])


def _there_and_back(workspace: "Workspace", names: "Names") -> "list[Check]":
    from pscb_mail.desk.doctor.loop import Loop, check_loop

    with stop_on_signal() as stopping, console.err.status("Waiting for the mail …"):
        return check_loop(Loop(workspace.settings, names, now, stopping.wait))


MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "error": "[red]✗[/]", "not checked": "[dim]–[/]"}


def _print_checks(checks: "list[Check]") -> None:
    """Print a table of all checks by subject, the hint under each that is not good, and what to do first."""
    from rich.table import Table

    from pscb_mail.desk.doctor.examination import first_to_do

    grid = Table(box=None, show_header=False, pad_edge=False)
    grid.add_column(width=1)
    grid.add_column(max_width=20)
    grid.add_column(overflow="fold")
    for row in _rows(checks):
        grid.add_row(*row)
    console.out.print(grid)
    counts = {result: sum(check.result == result for check in checks) for result in MARKS}
    console.out.print(f"\n{_verdict(counts)}")
    if (first := first_to_do(checks)) is not None:
        where = console.safe(first.check.replace(": ", ", "))
        console.out.print(f"[bold]First: {where}.[/] {console.safe_lines(first.hint)}")


def _rows(checks: "list[Check]") -> "Iterator[tuple[str, str, str]]":
    """Yield mark, subject or steps, and detail. What has one cause is one row, such as steps that were not reached."""
    from itertools import groupby

    for subject, of_it in groupby(checks, key=lambda check: check.check.partition(":")[0]):
        causes = groupby(of_it, lambda check: (check.result, check.detail, check.hint))
        for number, ((result, detail, hint), alike) in enumerate(causes):
            steps = ", ".join(step.strip() for check in alike if (step := check.check.partition(":")[2]))
            heading = f"[bold]{console.safe(subject)}[/]"
            if steps and number == 0:
                yield "", heading, ""
            yield MARKS[result], steps or heading, _seen(result, detail, hint)


def _print_talks(talks: "Mapping[str, Sequence[str]]") -> None:
    for label, talk in talks.items():
        console.say(f"\n[bold]{console.safe(label)}[/]")
        for said in talk:
            console.say(f"  [dim]{console.safe(said)}[/]")


def _seen(result: str, detail: str, hint: str) -> str:
    shown = console.safe_lines(detail)
    return (f"[dim]{shown}[/]" if result == "not checked" else shown) + (
        f"\n[cyan]→ {console.safe_lines(hint)}[/]" if hint else ""
    )


def _verdict(counts: dict[str, int]) -> str:
    words = {"error": ("error", "errors"), "warning": ("warning", "warnings")}
    parts = [f"{counts[kind]} {forms[counts[kind] != 1]}" for kind, forms in words.items() if counts[kind]]
    parts += [f"{counts['not checked']} not checked"] if counts["not checked"] else []
    return f"{counts['ok']} in place, {', '.join(parts)}." if parts else "Everything is in place."
