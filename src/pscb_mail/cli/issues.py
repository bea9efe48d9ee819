"""Commands that begin an issue, list all of them, and check one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli import issues_shown as shown
from pscb_mail.cli.context import Context, now
from pscb_mail.cli.options import Issue, Json

if TYPE_CHECKING:
    from pscb_mail.issues.preflight.report import Report

commands = typer.Typer()
_PANEL = "Issues"


@commands.command(rich_help_panel=_PANEL)
def new(
    ctx: typer.Context,
    slug: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Its name; the next number, such as issue-19, unless told.")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE.docx", help="Make it of this Word document, with its pictures."),
    ] = None,
) -> None:
    """Begin the next issue from a skeleton, or from a Word document."""
    from pscb_mail.issues import skeleton

    context: Context = ctx.obj
    folder, newsletter = context.workspace.issues, context.workspace.settings.newsletter.name
    today = now().astimezone(context.zone).date()
    if source is None:
        shown.begun(skeleton.begin(folder, slug, newsletter, today))
        return
    from pscb_mail.issues import word

    draft = word.read(source)
    shown.begun_from(skeleton.begin_from(folder, slug, newsletter, today, draft), draft)


@commands.command(rich_help_panel=_PANEL)
def issues(ctx: typer.Context, json: Json = False) -> None:
    """List all issues and where they stand."""
    from pscb_mail.desk import overview

    context: Context = ctx.obj
    with context.database_if_any() as db:
        listed = overview.issues(db, context.workspace)
    if json:
        console.document([shown.issue_json(each) for each in listed])
    else:
        shown.print_issues(listed)


@commands.command(rich_help_panel=_PANEL)
def check(
    ctx: typer.Context,
    issue: Issue,
    links: Annotated[bool, typer.Option("--links", help="Ask the web, too, whether each link leads anywhere.")] = False,
    json: Json = False,
) -> None:
    """Look for mistakes: errors stop a send, warnings do not."""
    from pscb_mail.desk import overview, readers
    from pscb_mail.issues import preflight

    context: Context = ctx.obj
    workspace = context.workspace
    with context.database_if_readable() as db:
        readership = readers.readership(db, issue)
        report = preflight.check(workspace.issues, issue, workspace.settings, workspace.templates, readership)
        recipients = readers.recipients(db, report.issue) if db else 0
        begun = overview.status_if_begun(db, workspace, report.issue) if db else None
    if links:
        report = _with_links(context, report)
    if json:
        console.document(shown.report_json(report, recipients))
    else:
        shown.print_report(report, recipients, begun)
    raise typer.Exit(console.exit_code(needs_a_person=bool(report.errors)))


def _with_links(context: Context, report: "Report") -> "Report":
    """Ask the web for each link. Only a person who looks at the issue wants this: nothing else goes out with it."""
    import time

    from pscb_mail.issues import web

    workspace = context.workspace
    links = web.links_of(workspace.issues, report.issue, workspace.settings)
    console.say("Asking the web for each link…")
    manners = web.Manners("pscb-mail (asks once whether a link of a newsletter still works)", time.sleep)
    answers = web.ask((link.url for link in links), workspace.folder / "build" / "links.json", now(), manners)
    return web.told(report, links, answers)
