"""Commands that keep the workspace well."""

from pathlib import Path
from typing import Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now

commands = typer.Typer()
_PANEL = "Upkeep"


@commands.command(rich_help_panel=_PANEL)
def backup(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; the backups folder unless told.")
    ] = None,
) -> None:
    """Write database, key and settings into one private file."""
    from pscb_mail import backups

    context: Context = ctx.obj
    workspace = context.workspace
    with context.database():
        if file is None:
            made = workspace.back_up("by-hand", now())
        else:
            made = backups.write(workspace.backup_contents, file.absolute(), "by-hand", now())
    console.result(f"Backed up to {console.safe(made.path)}.")
    console.say("It holds people's data and the key to their replies: keep it as safe as the list itself.")
