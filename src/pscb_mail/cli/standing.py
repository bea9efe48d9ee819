"""Commands that tell how mailings stand: the counts of one or all, and a line for each recipient."""

from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli import standing_shown as shown
from pscb_mail.cli.options import Issue, Json, one_of
from pscb_mail.sending.delivery import MailingState, State

if TYPE_CHECKING:
    from pscb_mail.cli.context import Context

commands = typer.Typer()
_PANEL = "Sending"


@commands.command(rich_help_panel=_PANEL)
def status(
    ctx: typer.Context,
    issue: Annotated[str | None, typer.Argument(metavar="ISSUE", help="One issue; all of them unless told.")] = None,
    json: Json = False,
) -> None:
    """How many copies of an issue were sent, wait, were refused, may have arrived."""
    from pscb_mail.desk import overview
    from pscb_mail.issues.source import slug_of

    context: Context = ctx.obj
    with context.database() as db:
        if issue is not None:
            standing = overview.mailing_status(db, context.workspace, slug_of(issue))
            shown.print_status(standing, context, json=json)
            if not standing.held:
                shown.what_is_left(standing)
            if standing.state is MailingState.STOPPED and (brake := overview.brake(db, standing.issue)) is not None:
                console.error(brake)
            return
        statuses = overview.mailing_statuses(db, context.workspace)
    if json:
        console.document([shown.status_json(each) for each in statuses])
        return
    if not statuses:
        console.say("Nothing has been sent yet.")
    for each in statuses:
        shown.print_status(each, context, json=False)


@commands.command(rich_help_panel=_PANEL)
def log(
    ctx: typer.Context,
    issue: Issue,
    state: Annotated[
        State | None,
        typer.Option(
            "--state",
            parser=one_of(State, "--state"),
            metavar="STATE",
            help=f"Only those in this state: {', '.join(State)}.",
        ),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values.")] = False,
    json: Json = False,
) -> None:
    """Who got an issue and who did not: a line each, with the mail server's own words."""
    from pscb_mail.desk import overview
    from pscb_mail.issues.source import slug_of
    from pscb_mail.sending import ledger

    context: Context = ctx.obj
    domain = context.workspace.settings.newsletter.domain
    with context.database() as db:
        slug = overview.mailing_status(db, context.workspace, slug_of(issue)).issue
        lines = overview.log(db, context.workspace, slug, state)
        if json:
            console.documents(shown.log_json(line, slug, domain) for line in lines)
        elif csv:
            console.csv(shown.LOG_COLUMNS, (shown.log_json(line, slug, domain).values() for line in lines))
        else:
            mailing = ledger.mailing(db, slug)
            if mailing is None:
                console.say(f"{slug} was never sent.")
                return
            shown.print_log(lines, context, editions=mailing.edition_number > 1)
