"""Commands that build an issue into files: a preview for the editor, a page for the public archive."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli import issues_shown as shown
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.cli.options import Issue
from pscb_mail.errors import PscbMailError, UsageError

if TYPE_CHECKING:
    from pscb_mail.desk.preview import Reader

commands = typer.Typer()
_PANEL = "Issues"


@commands.command(rich_help_panel=_PANEL)
def preview(
    ctx: typer.Context,
    issue: Issue,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="ADDRESS", help="This subscriber's copy; a sample with every passage unless told."
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: show each change as the file is saved. Ctrl-C ends it.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where the files go; build/preview/ISSUE unless told.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Write the files, open no browser.")] = False,
) -> None:
    """Show an issue in the browser as a reader gets it, and write its files."""
    from pscb_mail.desk import preview as previewing

    context: Context = ctx.obj
    folder = (out or previewing.default_folder(context.workspace, issue)).absolute()
    reader = _reader(context, as_)
    if watch:
        _watch(context, issue, folder, reader, show=not no_open)
        return
    with context.database_if_readable() as db:
        made = previewing.write(context.workspace, issue, folder, reader, now(), db)
    console.result(f"Written: {console.nearby(made.index)}")
    console.say(shown.found(made.report))
    if not no_open:
        console.open_page(made.index.as_uri())


@commands.command(rich_help_panel=_PANEL)
def archive(
    ctx: typer.Context,
    issue: Issue,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The archive's folder; build/archive unless told.")
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Where the archive stands on the web, for its feed; remembered."),
    ] = None,
) -> None:
    """Write an issue as a public web page: no reference, no name, nothing for single groups."""
    from pscb_mail.issues import archive as archiving

    context: Context = ctx.obj
    workspace = context.workspace
    folder = (out or workspace.folder / "build" / "archive").absolute()
    done = archiving.archive(
        workspace.issues, issue, workspace.settings, workspace.templates, folder, now(), _web_address(address)
    )
    console.result(f"{'Written' if done.changed else 'As before'}: {console.nearby(done.page)}")
    if done.files:
        console.say(f"Beside it, for everybody to read: {console.safe(', '.join(done.files))}.")
    console.say(
        f"{console.count(done.issues, 'issue', 'issues')} in the archive, listed in index.html and feed.xml. "
        "Copy the folder to the website."
    )


def _reader(context: Context, named: str | None) -> "Reader":
    from pscb_mail.desk import preview as previewing

    if named is None:
        return previewing.SAMPLE
    with context.database_if_any() as db:
        if db is None:
            raise UsageError(
                f'There is nobody on the list yet, and so no "{named}".', "Leave --as out for a sample person."
            )
        return previewing.reader_of(db, named)


def _watch(context: Context, issue: str, folder: Path, reader: "Reader", *, show: bool) -> None:
    """Serve the preview and build it again at each save, until Ctrl-C."""
    from pscb_mail.desk import preview as previewing
    from pscb_mail.desk import watching

    paths = previewing.made_of(context.workspace, issue)
    before = watching.stamps(paths)
    _build(context, issue, folder, reader)
    with stop_on_signal() as stopping, watching.served(folder) as (address, version):
        console.result(f"{address}\n[dim]Shown again at each save. Ctrl-C ends it.[/]")
        if show:
            console.open_page(address)

        def rebuild() -> None:
            _build(context, issue, folder, reader)
            version.grow()

        watching.follow(paths, before, rebuild, stopping.wait)


def _build(context: Context, issue: str, folder: Path, reader: "Reader") -> None:
    """Write the preview that a watching page shows; what is broken for a moment is shown as such."""
    from pscb_mail.desk import preview as previewing
    from pscb_mail.workspace import find_workspace

    try:
        # The settings may be what was changed.
        workspace = find_workspace(context.workspace.folder, named=context.workspace.folder)
        with context.database_if_readable() as db:
            made = previewing.write(workspace, issue, folder, reader, now(), db, live=True)
    except PscbMailError as trouble:
        previewing.write_trouble(issue, folder, trouble)
        console.say(f"[red]{console.safe_lines(trouble.message)}[/]")
    else:
        console.say(f"{now().astimezone(context.zone):%H:%M:%S}  {shown.found(made.report)}")


def _web_address(text: str | None) -> str | None:
    from pscb_mail.issues.blocks import is_link

    if text and not (text.startswith(("https://", "http://")) and is_link(text)):
        raise UsageError(
            f'"{text}" is not the address of a website.', "Write it whole: https://www.pscb.example/newsletter/"
        )
    return text
