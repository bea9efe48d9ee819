"""The application: its commands in panels, its global options, and the one place where errors become text."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from pscb_mail.cli import console, issues, mailbox, people, sending, start
from pscb_mail.cli.context import Context
from pscb_mail.errors import Exit, PscbMailError

_GLOBAL_WITH_VALUE = ("--workspace", "-w")


class _Commands(TyperGroup):
    """A group whose global options are also understood after the command: `pscb-mail list -w DIR`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _hoisted(args))


def _hoisted(args: list[str]) -> list[str]:
    """Return `args` with the global options moved to the front; what follows `--` stays where it is."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for word in waiting:
        if word == "--":
            return [*front, *rest, word, *waiting]
        if word in _GLOBAL_WITH_VALUE:
            front += [word, *([value] if (value := next(waiting, None)) is not None else [])]
        elif word == "--take-over" or word.startswith("--workspace="):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


app = typer.Typer(
    cls=_Commands,
    name="pscb-mail",
    help="A newsletter from a folder: Markdown in, e-mail out, replies understood.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(invoke_without_command=True)
def overview(
    ctx: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option("--workspace", "-w", envvar="PSCB_MAIL_WORKSPACE", help="The newsletter's folder."),
    ] = None,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="This computer keeps the list from now on; the one before no longer does."),
    ] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Where things stand, and what to do next."""
    ctx.obj = Context(workspace, take_over)
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"pscb-mail {installed('pscb-mail')}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        from pscb_mail.cli.start import show_overview

        show_overview(ctx.obj)


for room in (start, people, issues, sending, mailbox):
    app.add_typer(room.commands)


def main() -> None:
    """Run the program: the entry point of the `pscb-mail` script."""
    try:
        app()
    except PscbMailError as problem:
        console.error(problem)
        sys.exit(problem.exit_code)
