"""Commands that send, or that change what is still to be sent."""

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pscb_mail.cli import console
from pscb_mail.cli import sending_asking as asking
from pscb_mail.cli import sending_shown as shown
from pscb_mail.cli import standing_shown as standing
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.cli.options import Issue, Json, Yes
from pscb_mail.cli.sending_options import (
    Again,
    At,
    DryRun,
    Joined,
    Limit,
    NoWait,
    OnlyOne,
    OnlyThose,
    To,
    ToDir,
    Unknown,
    WhatOfUnknown,
    Which,
    Without,
)
from pscb_mail.errors import Exit, PscbMailError, UsageError
from pscb_mail.sending.delivery import Event, MailingState, State

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pscb_mail.desk.dispatch import Order
    from pscb_mail.desk.planning import SendPlan

commands = typer.Typer()
_PANEL = "Sending"


@commands.command(rich_help_panel=_PANEL)
def test(
    ctx: typer.Context,
    issue: Issue,
    addresses: Annotated[
        list[str] | None,
        typer.Argument(metavar="ADDRESS", help="To whom; to the newsletter's own mailbox unless told."),
    ] = None,
) -> None:
    """Send a copy marked [TEST], outside the mailing."""
    from pscb_mail.desk import dispatch, planning
    from pscb_mail.people.address import AddressError, parse_person
    from pscb_mail.sending import singles

    context: Context = ctx.obj
    workspace = context.workspace
    edition = planning.buildable(workspace, issue)
    try:
        people = [parse_person(text) for text in addresses or [workspace.settings.newsletter.reply_to]]
    except AddressError as error:
        raise UsageError(str(error), "Nothing was sent.") from error
    with context.database() as db, stop_on_signal() as stopping:
        means = dispatch.means_of(workspace, now, stopping.wait)
        verdicts = [
            shown.told(person.address.text, singles.send_test(db, edition, person, workspace.key(), means))
            for person in people
        ]
    raise typer.Exit(console.exit_code(needs_a_person=any(each.event is not Event.ACCEPTED for each in verdicts)))


@commands.command(rich_help_panel=_PANEL)
def send(
    ctx: typer.Context,
    issue: Issue,
    to: To = None,
    without: Without = None,
    limit: Limit = None,
    at: At = None,
    no_wait: NoWait = False,
    dry_run: DryRun = False,
    to_dir: ToDir = None,
    unknown: WhatOfUnknown = Unknown.ASK,
    joined: Joined = False,
    only: OnlyOne = None,
    again: Again = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Send an issue to its audience; run again, go on where it stopped."""
    from pscb_mail.desk import dispatch, planning
    from pscb_mail.sending.audience import Audience
    from pscb_mail.sending.schedule import begins_at

    context: Context = ctx.obj
    if only is not None:
        _hold_alone(to, without, limit, at, to_dir, joined)
        _send_only(context, issue, only, again=again, dry_run=dry_run, yes=yes, json=json)
        return
    if again:
        raise UsageError("--again needs --only ADDRESS.", "One more copy goes to one person.")
    begins = begins_at(at, context.zone, now()) if at is not None else None
    only_looks = dry_run or to_dir is not None
    with context.database() as db:
        if not only_looks:
            asking.look_into_sent(context, db, issue)
        choice = Audience(tuple(to or ()), tuple(without or ()))
        plan = planning.send_plan(db, context.workspace, issue, choice, joined=joined)
        shown.show_plan(plan, limit, context)
        if to_dir is not None:
            shown.written(planning.write_copies(db, context.workspace, plan, to_dir, now(), limit), to_dir)
        if only_looks:
            if json:
                standing.print_status(plan.status, context, json=True)
            return
        order = dispatch.Order(limit, patient=not no_wait, begins=begins)
        plan, order = asking.agreed(context, db, plan, order, unknown, yes=yes)
        _run(context, db, plan, order, json=json)


@commands.command(rich_help_panel=_PANEL)
def retry(
    ctx: typer.Context,
    issue: Issue,
    only: OnlyThose = Which.DEFERRED,
    limit: Limit = None,
    no_wait: NoWait = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Queue again what was put off, refused or in doubt, and send it."""
    from pscb_mail.desk import dispatch, planning

    context: Context = ctx.obj
    with context.database() as db:
        if only is Which.UNKNOWN:
            asking.look_into_sent(context, db, issue)
        plan = planning.retry_plan(db, context.workspace, issue, State(only))
        status = plan.status
        if not plan.retried and status.state is not MailingState.SENDING:
            standing.print_status(status, context, json=json)
            shown.nothing_to_retry(status, State(only))
            raise typer.Exit(console.exit_code(needs_a_person=status.needs_a_person))
        shown.show_retry(plan, State(only))
        order = dispatch.Order(limit, patient=not no_wait, requeue=State(only))
        order = asking.agreed_to_retry(db, plan, order, yes=yes)
        _run(context, db, plan, order, json=json)


@commands.command(rich_help_panel=_PANEL)
def amend(ctx: typer.Context, issue: Issue, yes: Yes = False, json: Json = False) -> None:
    """Give a corrected edition to all who are still queued; nothing is sent yet."""
    from pscb_mail.desk import dispatch

    context: Context = ctx.obj
    with context.database() as db:
        change = dispatch.amendment(db, context.workspace, issue)
        shown.show_amendment(change)
        console.confirm(f"Give this edition to the {change.waiting:,} who are waiting?", yes=yes)
        dispatch.amend(db, context.workspace, change, context.author, now())
        standing.print_mailing(db, context, change.issue, json=json)


@commands.command(rich_help_panel=_PANEL)
def cancel(ctx: typer.Context, issue: Issue, yes: Yes = False, json: Json = False) -> None:
    """Skip what is queued; copies that are sent stay sent."""
    from pscb_mail.desk import dispatch, planning

    context: Context = ctx.obj
    with context.database() as db:
        status = planning.to_cancel(db, context.workspace, issue)
        console.say(f"{status.waiting:,} of {status.total:,} copies of {status.issue} have not been sent.")
        console.confirm("Skip them for good?", yes=yes)
        dispatch.cancel(db, context.workspace, status.issue, context.author, now())
        standing.print_mailing(db, context, status.issue, json=json)


def _run(context: Context, db: "Database", plan: "SendPlan", order: "Order", *, json: bool) -> NoReturn:
    """Send, show how it goes, print where it ends, and exit as the contract says."""
    from pscb_mail.desk import dispatch, overview
    from pscb_mail.sending import ledger

    workspace = context.workspace
    copies = min(plan.to_send, order.limit or plan.to_send)
    if console.err.is_terminal:
        console.say("[dim]Ctrl-C stops it; the same command goes on later.[/]")
    try:
        with stop_on_signal(heeded=2) as stopping, console.progress(f"Sending {plan.issue}", copies) as bar:
            watching = shown.Watching(bar, context.zone, lambda: ledger.put_off(db, plan.issue))
            means = dispatch.means_of(workspace, now, stopping.wait, watching, stopping.at_once)
            ended = dispatch.dispatch(db, workspace, plan, order, means, context.author)
    except PscbMailError:
        standing.print_mailing(db, context, plan.issue, json=json)
        raise
    status = overview.mailing_status(db, workspace, plan.issue)
    standing.print_status(status, context, json=json)
    standing.what_is_left(status)
    if ended.next_due is not None:
        when = ended.next_due.astimezone(context.zone)
        console.say(f"Some were put off by their servers: run it again from {when:%H:%M on %d %B}.")
    raise typer.Exit(Exit.INTERRUPTED if ended.interrupted else console.exit_code(needs_a_person=status.needs_a_person))


def _hold_alone(*others: object) -> None:
    """Refuse what says something about many beside what says it about one."""
    if any(others):
        raise UsageError("--only goes with --again, --dry-run, --yes and --json alone.", "It sends to one person, now.")


def _send_only(context: Context, issue: str, whom: str, *, again: bool, dry_run: bool, yes: bool, json: bool) -> None:
    """Send one person's copy and exit; of a dry run only say whose."""
    from pscb_mail.desk import dispatch, planning
    from pscb_mail.people import directory

    with context.database() as db:
        person = directory.find(db, whom)
        mailing = planning.begun(db, issue)
        slug = mailing.issue
        if not dry_run:
            dispatch.doubt_the_dead(db, context.workspace, slug, context.author, now())
        dispatch.may_get(db, mailing, person, again=again)
        wish = f"Send {slug} to {person.address.text}{' once more' if again else ''}?"
        if dry_run:
            console.say(f"{console.safe(wish)} That would be asked; nothing was sent.")
            if json:
                standing.print_mailing(db, context, slug, json=True)
            return
        console.confirm(wish, yes=yes)
        with stop_on_signal() as stopping:
            means = dispatch.means_of(context.workspace, now, stopping.wait)
            verdict = dispatch.send_only(db, context.workspace, slug, person, means, context.author, again=again)
        if json:
            standing.print_mailing(db, context, slug, json=True)
        else:
            shown.told(person.address.text, verdict)
    raise typer.Exit(console.exit_code(needs_a_person=verdict.event is not Event.ACCEPTED))
