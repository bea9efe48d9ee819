"""Commands that send, or that change what is still to be sent."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli import sending_shown as shown
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.cli.options import Issue, Json, Yes, metavar, one_of
from pscb_mail.errors import Exit, NotNowError, PscbMailError, UsageError
from pscb_mail.sending.delivery import Event, MailingState, State

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlite_utils import Database

    from pscb_mail.cli.context import Stopping
    from pscb_mail.desk.dispatch import Order
    from pscb_mail.desk.planning import SendPlan
    from pscb_mail.sending.running import Ended

commands = typer.Typer()
_PANEL = "Sending"


class Unknown(StrEnum):
    """What happens to copies of which nobody knows whether they arrived."""

    ASK = "ask"
    SKIP = "skip"
    RESEND = "resend"


class Again(StrEnum):
    """Which copies `retry` queues again."""

    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"


NoWait = Annotated[bool, typer.Option("--no-wait", help="End instead of waiting for the pace or a retry.")]
To = Annotated[
    list[str] | None,
    typer.Option("--to", metavar="GROUP", help="Only this group or audience, or received:ISSUE; may be repeated."),
]
Without = Annotated[list[str] | None, typer.Option("--not", metavar="GROUP", help="Not this group; may be repeated.")]
WhatOfUnknown = Annotated[
    Unknown,
    typer.Option(
        "--unknown",
        parser=one_of(Unknown, "--unknown"),
        metavar=metavar(Unknown),
        help="What to do with copies that may have arrived.",
        show_default="ask; skip without a terminal",
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most N copies in this run.")]


@commands.command(rich_help_panel=_PANEL)
def test(
    ctx: typer.Context,
    issue: Issue,
    addresses: Annotated[
        list[str] | None, typer.Argument(metavar="ADDRESS", help="To whom; to oneself unless told.")
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
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help='Begin then: "2026-12-01 09:00", in the newsletter\'s zone.'),
    ] = None,
    no_wait: NoWait = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan; connect to nothing, change nothing.")
    ] = False,
    to_dir: Annotated[
        Path | None,
        typer.Option("--to-dir", metavar="DIR", help="Write one .eml a recipient there; send and record nothing."),
    ] = None,
    unknown: WhatOfUnknown = Unknown.ASK,
    joined: Annotated[bool, typer.Option("--joined", help="Also to those who joined since it was first sent.")] = False,
    only: Annotated[str | None, typer.Option("--only", metavar="ADDRESS", help="Just this person's copy.")] = None,
    again: Annotated[bool, typer.Option("--again", help="With --only: one more copy for somebody who has it.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Send an issue to its audience; run again, go on where it stopped."""
    from pscb_mail.desk import planning
    from pscb_mail.sending.audience import Audience
    from pscb_mail.sending.schedule import begins_at

    context: Context = ctx.obj
    zone = context.workspace.settings.newsletter.zone
    begins = begins_at(at, zone, now()) if at is not None else None
    if again and only is None:
        raise UsageError("--again needs --only ADDRESS.", "One more copy goes to one person.")
    if only is not None and any((to, without, limit, at, to_dir, joined)):
        raise UsageError("--only goes with --again, --dry-run, --yes and --json alone.", "It sends to one person, now.")
    with context.database() as db:
        if only is not None:
            _send_only(context, db, issue, only, again=again, dry_run=dry_run, yes=yes, json=json)
            return
        if not dry_run and to_dir is None:
            _look_into_sent(context, db, issue)
        choice = Audience(tuple(to or ()), tuple(without or ()))
        plan = planning.send_plan(db, context.workspace, issue, choice, joined=joined)
        shown.show_plan(plan, limit, context)
        if to_dir is not None:
            written = planning.write_copies(db, context.workspace, plan, to_dir, now())
            console.say(
                f"{console.count(written, 'file', 'files')} in {console.safe(to_dir)}. Nothing was sent or recorded."
            )
        if dry_run or to_dir is not None:
            if json:
                shown.print_status(plan.status, context, json=True)
            return
        plan, order = _agreed(context, db, plan, begins, unknown, limit=limit, no_wait=no_wait, yes=yes)
        _run(context, db, plan, order, begins, json=json)


@commands.command(rich_help_panel=_PANEL)
def retry(
    ctx: typer.Context,
    issue: Issue,
    only: Annotated[
        Again,
        typer.Option("--only", parser=one_of(Again, "--only"), metavar=metavar(Again), help="Which ones."),
    ] = Again.DEFERRED,
    limit: Limit = None,
    no_wait: NoWait = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Queue again what was put off, refused or in doubt, and send it."""
    from pscb_mail.desk import dispatch, planning

    context: Context = ctx.obj
    with context.database() as db:
        if only is Again.UNKNOWN:
            _look_into_sent(context, db, issue)
        plan = planning.retry_plan(db, context.workspace, issue, State(only))
        count = plan.status.counts[State(only)]
        if not (count and plan.to_send) and plan.status.state is not MailingState.SENDING:
            shown.print_status(plan.status, context, json=json)
            shown.nothing_to_retry(plan.status, only)
            raise typer.Exit(console.exit_code(needs_a_person=plan.status.needs_a_person))
        console.say(f"{count:,} {only} of {console.safe(plan.issue)}.")
        if plan.to_send != count:
            console.say("Those who wait anyway are sent to as well, those who have left the list are not.")
        if only is Again.UNKNOWN:
            console.say("[yellow]They may have arrived: whoever got the first copy gets a second one.[/]")
        braked = _is_braked(db, plan, by_the_clock=no_wait and yes)
        console.confirm(f"Send to {shown.whom(plan.to_send, limit)}?", yes=yes and not braked)
        order = dispatch.Order(limit, not no_wait, State(only), let_go=braked)
        _run(context, db, plan, order, None, json=json)


@commands.command(rich_help_panel=_PANEL)
def amend(ctx: typer.Context, issue: Issue, yes: Yes = False, json: Json = False) -> None:
    """Give a corrected edition to all who are still queued; nothing is sent yet."""
    from pscb_mail.desk import dispatch, overview

    context: Context = ctx.obj
    with context.database() as db:
        change = dispatch.amendment(db, context.workspace, issue)
        shown.show_amendment(change)
        console.confirm(f"Give this edition to the {change.waiting:,} who are waiting?", yes=yes)
        dispatch.amend(db, context.workspace, change, context.author, now())
        shown.print_status(overview.mailing_status(db, context.workspace, change.issue), context, json=json)


@commands.command(rich_help_panel=_PANEL)
def cancel(ctx: typer.Context, issue: Issue, yes: Yes = False, json: Json = False) -> None:
    """Skip what is queued; copies that are sent stay sent."""
    from pscb_mail.desk import dispatch, overview, planning

    context: Context = ctx.obj
    with context.database() as db:
        status = planning.to_cancel(db, context.workspace, issue)
        slug = status.issue
        waiting = status.counts[State.QUEUED] + status.counts[State.DEFERRED]
        console.say(f"{waiting:,} of {status.total:,} copies of {console.safe(slug)} have not been sent.")
        console.confirm("Skip them for good?", yes=yes)
        dispatch.cancel(db, context.workspace, slug, context.author, now())
        shown.print_status(overview.mailing_status(db, context.workspace, slug), context, json=json)


# -- what the commands share ----------------------------------------------------------------------------------------


def _run(
    context: Context, db: "Database", plan: "SendPlan", order: "Order", begins: "datetime | None", *, json: bool
) -> None:
    """Send, show how it goes, print where it ends, and exit as the contract says."""
    from pscb_mail.desk import overview

    workspace = context.workspace
    try:
        with stop_on_signal(heeded=2) as stopping:
            ended = _sent(context, db, plan, order, begins, stopping)
    except PscbMailError:
        shown.print_status(overview.mailing_status(db, workspace, plan.issue), context, json=json)
        raise
    status = overview.mailing_status(db, workspace, plan.issue)
    shown.print_status(status, context, json=json)
    shown.what_is_left(status)
    if ended is not None and ended.next_due is not None:
        when = ended.next_due.astimezone(workspace.settings.newsletter.zone)
        console.say(f"Some were put off by their servers: run it again from {when:%H:%M on %d %B}.")
    interrupted = ended is None or ended.interrupted
    raise typer.Exit(Exit.INTERRUPTED if interrupted else console.exit_code(needs_a_person=status.needs_a_person))


def _sent(
    context: Context,
    db: "Database",
    plan: "SendPlan",
    order: "Order",
    begins: "datetime | None",
    stopping: "Stopping",
) -> "Ended | None":
    """Wait for the time, then send; None where the user stopped it while it waited."""
    from pscb_mail.desk import dispatch
    from pscb_mail.sending.schedule import not_long_past

    workspace = context.workspace
    zone = workspace.settings.newsletter.zone
    with console.progress(f"Sending {plan.issue}", min(plan.to_send, order.limit or plan.to_send)) as bar:
        means = replace(
            dispatch.means_of(workspace, now, stopping.wait, lambda glance: shown.watch(bar, glance, zone)),
            at_once=stopping.at_once,
        )
        if begins is not None and begins > now():
            if not order.patient:
                raise NotNowError(f"It is not yet {begins.astimezone(zone):%H:%M on %d %B}.", "Run it again then.")
            bar.note(f"begins at {begins.astimezone(zone):%H:%M on %A %d %B}; leave this open")
            if _waited_until(begins, stopping):
                return None
            not_long_past(f"{begins.astimezone(zone):%H:%M on %d %B}", begins, now())
            bar.note("sending")
        return dispatch.dispatch(db, workspace, plan, order, means, context.author)


def _waited_until(moment: "datetime", stopping: "Stopping") -> bool:
    """Wait for a moment, also where the clock is set back meanwhile; return whether the user has asked to stop."""
    while (left := (moment - now()).total_seconds()) > 0:
        if stopping.wait(left):
            return True
    return False


def _send_only(
    context: Context, db: "Database", issue: str, whom: str, *, again: bool, dry_run: bool, yes: bool, json: bool
) -> None:
    """Send one person's copy and exit; of a dry run only say whose."""
    from pscb_mail.desk import dispatch, overview, planning
    from pscb_mail.people import directory

    person = directory.find(db, whom)
    slug = planning.begun(db, issue).issue
    wish = f"Send {slug} to {person.address.text}{' once more' if again else ''}?"
    if dry_run:
        console.say(f"{console.safe(wish)} That would be asked; nothing was sent.")
        if json:
            shown.print_status(overview.mailing_status(db, context.workspace, slug), context, json=True)
        return
    console.confirm(wish, yes=yes)
    with stop_on_signal() as stopping:
        means = dispatch.means_of(context.workspace, now, stopping.wait)
        verdict = dispatch.send_only(db, context.workspace, slug, person, means, context.author, again=again)
    if json:
        shown.print_status(overview.mailing_status(db, context.workspace, slug), context, json=True)
    else:
        shown.told(person.address.text, verdict)
    raise typer.Exit(console.exit_code(needs_a_person=verdict.event is not Event.ACCEPTED))


def _question(plan: "SendPlan", limit: int | None, begins: "datetime | None", zone: "ZoneInfo") -> str:
    when = f" at {begins.astimezone(zone):%H:%M on %A %d %B}" if begins is not None else ""
    return f"Send {plan.issue} to {shown.whom(plan.to_send, limit)}{when}?"


def _agreed(
    context: Context,
    db: "Database",
    plan: "SendPlan",
    begins: "datetime | None",
    unknown: Unknown,
    *,
    limit: int | None,
    no_wait: bool,
    yes: bool,
) -> "tuple[SendPlan, Order]":
    """Ask what there is to ask; return the plan with those in doubt that are sent to again, and how to carry it out."""
    from pscb_mail.desk import dispatch

    # A timer may have a terminal that nobody sees (Windows' `conhost --headless`): it is asked nothing.
    by_the_clock = no_wait and yes
    resend = _resend_unknown(plan, Unknown.SKIP if by_the_clock and unknown is Unknown.ASK else unknown)
    # Whoever was asked about those in doubt has said yes, where nobody else is left.
    asked = resend and unknown is Unknown.ASK and not plan.to_send
    if resend:
        plan = replace(plan, to_send=plan.to_send + plan.in_doubt)
    braked = _is_braked(db, plan, by_the_clock=by_the_clock)
    if plan.to_send and (braked or not asked):
        zone = context.workspace.settings.newsletter.zone
        console.confirm(_question(plan, limit, begins, zone), yes=yes and not braked)
    return plan, dispatch.Order(limit, not no_wait, State.UNKNOWN if resend else None, let_go=braked)


def _is_braked(db: "Database", plan: "SendPlan", *, by_the_clock: bool) -> bool:
    """Show a person what has stopped the mailing, if anything: only they go past it, and --yes alone does not."""
    from pscb_mail.desk import overview

    asked = plan.to_send and console.somebody_is_there() and not by_the_clock
    brake = overview.brake(db, plan.issue) if asked else None
    if brake is not None:
        console.error(brake)
    return brake is not None


def _look_into_sent(context: Context, db: "Database", issue: str) -> None:
    """Settle what the Sent folder can settle before anybody is asked about it."""
    from pscb_mail.desk import dispatch
    from pscb_mail.issues.source import slug_of

    slug = slug_of(issue)
    dispatch.doubt_the_dead(db, context.workspace, slug, context.author, now())
    settled = dispatch.settle_doubts(db, context.workspace, slug, now())
    if settled.found:
        console.say(f"{console.count(settled.found, 'copy', 'copies')} in doubt found in the Sent folder: sent, then.")
    if settled.trouble is not None:
        console.say(f"[yellow]The Sent folder could not be read:[/] {console.safe(settled.trouble.message)}")


def _resend_unknown(plan: "SendPlan", unknown: Unknown) -> bool:
    """Decide, or let the user decide, whether it is sent again."""
    count = plan.in_doubt
    if not count:
        return False
    match unknown:
        case Unknown.RESEND:
            return True
        case Unknown.SKIP:
            return False
        case Unknown.ASK:
            return console.ask(f"Send the {count:,} in doubt again? Whoever got the first copy gets a second one.")
