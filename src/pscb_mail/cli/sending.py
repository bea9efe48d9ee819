"""Commands that send, and that tell how a mailing stands."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.errors import Exit, PscbMailError, UsageError
from pscb_mail.sending.delivery import Event, MailingState, State

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlite_utils import Database

    from pscb_mail.cli.context import Stopping
    from pscb_mail.desk.overview import MailingStatus, SendPlan
    from pscb_mail.sending.ledger import LogLine
    from pscb_mail.sending.mailing import Ended, Glance
    from pscb_mail.workspace import Workspace

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


Issue = Annotated[str, typer.Argument(metavar="ISSUE", help="The issue: issue-18, or just 18.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="End instead of waiting for the pace or a retry.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most N copies in this run.")]


@commands.command(rich_help_panel=_PANEL)
def test(
    ctx: typer.Context,
    issue: Issue,
    addresses: Annotated[
        list[str] | None, typer.Argument(metavar="[ADDRESS]…", help="To whom; to oneself unless told.")
    ] = None,
) -> None:
    """Send a copy marked [TEST], outside the mailing."""
    from pscb_mail.desk import overview
    from pscb_mail.people.address import AddressError, parse_person
    from pscb_mail.sending import mailing, pacing, relays

    context: Context = ctx.obj
    workspace = context.workspace
    settings = workspace.settings
    edition = overview.buildable(workspace, issue)
    try:
        people = [parse_person(text) for text in addresses or [settings.newsletter.reply_to]]
    except AddressError as error:
        raise UsageError(str(error), "Nothing was sent.") from error
    refused = 0
    with context.database() as db, stop_on_signal() as stopping:
        means = mailing.Means(
            settings.newsletter, pacing.limits(settings.pace), relays.session_opener(settings), now, stopping.wait
        )
        for person in people:
            verdict = mailing.send_test(db, edition, person.address.text, workspace.key(), means, person.name)
            refused += verdict.event is not Event.ACCEPTED
            console.result(
                f"{console.safe(person.address.text)}: {_TEST_WORDS.get(verdict.event, 'not sent')}. "
                f'{console.safe(verdict.relay)} says "{console.safe(f"{verdict.code} {verdict.reply}")}"'
            )
    raise typer.Exit(console.exit_code(needs_a_person=refused > 0))


@commands.command(rich_help_panel=_PANEL)
def send(
    ctx: typer.Context,
    issue: Issue,
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="GROUP", help="Only this group or audience; may be repeated.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--not", metavar="GROUP", help="Not this group; may be repeated.")
    ] = None,
    limit: Limit = None,
    no_wait: NoWait = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan; connect to nothing, change nothing.")
    ] = False,
    to_dir: Annotated[
        Path | None,
        typer.Option("--to-dir", metavar="DIR", help="Write one .eml a recipient there; send and record nothing."),
    ] = None,
    unknown: Annotated[
        Unknown,
        typer.Option(
            "--unknown",
            help="What to do with copies that may have arrived.",
            show_default="ask; skip without a terminal",
        ),
    ] = Unknown.ASK,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Send an issue to its audience; run again, go on where it stopped."""
    from pscb_mail.desk import overview
    from pscb_mail.sending.ledger import Audience

    context: Context = ctx.obj
    with context.database() as db:
        choice = Audience(tuple(to or ()), tuple(without or ()))
        plan = overview.send_plan(db, context.workspace, issue, choice)
        _show_plan(plan, context)
        if to_dir is not None:
            written = overview.write_copies(db, context.workspace, plan, to_dir, now())
            console.say(f"{written} files in {console.safe(to_dir)}. Nothing was sent or recorded.")
        elif not dry_run:
            resend = _resend_unknown(plan.status, unknown)
            if plan.to_send:
                console.confirm(f"Send {plan.issue} to {plan.to_send:,} people?", yes=yes)
            _run(context, db, plan, Run(limit, not no_wait, State.UNKNOWN if resend else None), json=json)


@commands.command(rich_help_panel=_PANEL)
def retry(
    ctx: typer.Context,
    issue: Issue,
    only: Annotated[Again, typer.Option("--only", help="Which ones.")] = Again.DEFERRED,
    limit: Limit = None,
    no_wait: NoWait = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Queue again what was put off, refused or in doubt, and send it."""
    from pscb_mail.desk import overview

    context: Context = ctx.obj
    with context.database() as db:
        plan = overview.retry_plan(db, context.workspace, issue, State(only))
        console.say(f"{plan.to_send:,} {only} of {console.safe(plan.issue)}.")
        if only is Again.UNKNOWN and plan.to_send:
            console.say("[yellow]They may have arrived: whoever got the first copy gets a second one.[/]")
        if plan.to_send:
            console.confirm(f"Send to these {plan.to_send:,} again?", yes=yes)
        _run(context, db, plan, Run(limit, not no_wait, State(only)), json=json)


@commands.command(rich_help_panel=_PANEL)
def cancel(ctx: typer.Context, issue: Issue, yes: Yes = False, json: Json = False) -> None:
    """Skip what is queued; copies that are sent stay sent."""
    from pscb_mail.database import transaction
    from pscb_mail.desk import overview
    from pscb_mail.sending import ledger
    from pscb_mail.sending.delivery import State
    from pscb_mail.sending.lock import send_lock

    context: Context = ctx.obj
    with context.database() as db:
        status = overview.mailing_status(db, context.workspace, _slug(issue))
        waiting = status.counts[State.QUEUED] + status.counts[State.DEFERRED]
        console.say(f"{waiting} of {status.total} copies of {console.safe(status.issue)} have not been sent.")
        console.confirm("Skip them for good?", yes=yes)
        with send_lock(db, context.workspace.lock_path, status.issue, context.author, now()), transaction(db):
            ledger.doubt_in_flight(db, status.issue, now())
            ledger.cancel(db, status.issue, now())
        _print_status(overview.mailing_status(db, context.workspace, status.issue), json=json)


@commands.command(rich_help_panel=_PANEL)
def status(
    ctx: typer.Context,
    issue: Annotated[str | None, typer.Argument(metavar="[ISSUE]", help="One issue; all of them unless told.")] = None,
    json: Json = False,
) -> None:
    """How a mailing stands: seven counts that sum to its total."""
    from pscb_mail.desk import overview

    context: Context = ctx.obj
    with context.database() as db:
        if issue is not None:
            _print_status(overview.mailing_status(db, context.workspace, _slug(issue)), json=json)
            return
        statuses = overview.mailing_statuses(db, context.workspace)
    if json:
        console.document([_status_json(each) for each in statuses])
    elif not statuses:
        console.say("Nothing has been sent yet.")
    for each in statuses if not json else ():
        _print_status(each, json=False)


@commands.command(rich_help_panel=_PANEL)
def log(
    ctx: typer.Context,
    issue: Issue,
    state: Annotated[State | None, typer.Option("--state", help="Only those in this state.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values.")] = False,
    json: Json = False,
) -> None:
    """One line a recipient, with the relay's own words."""
    from pscb_mail.desk import overview
    from pscb_mail.sending import ledger

    context: Context = ctx.obj
    domain = context.workspace.settings.newsletter.domain
    with context.database() as db:
        slug = overview.mailing_status(db, context.workspace, _slug(issue)).issue
        lines = (_log_json(line, slug, domain) for line in ledger.log(db, slug, state))
        if json:
            console.documents(lines)
        elif csv:
            console.csv(_LOG_COLUMNS, (line.values() for line in lines))
        else:
            shown = ("address", "state", "code", "reply", "at")
            console.table(shown, ([line[key] for key in shown] for line in lines))


# -- what the commands share ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """How a run goes: at most `limit` copies, waiting or not, with one state's deliveries queued again first."""

    limit: int | None
    patient: bool
    requeue: State | None


def _slug(issue: str) -> str:
    from pscb_mail.issues.source import slug_of

    return slug_of(issue)


def _run(context: Context, db: "Database", plan: "SendPlan", run: Run, *, json: bool) -> None:
    """Send, show how it goes, print where it ends, and exit as the contract says."""
    from pscb_mail.desk import overview
    from pscb_mail.sending.lock import send_lock

    workspace = context.workspace
    try:
        with send_lock(db, workspace.lock_path, plan.issue, context.author, now()), stop_on_signal() as stopping:
            ended = _send(workspace, db, plan, run, stopping)
    except PscbMailError:
        _print_status(overview.mailing_status(db, workspace, plan.issue), json=json)
        raise
    status = overview.mailing_status(db, workspace, plan.issue)
    _print_status(status, json=json)
    if ended.next_due is not None:
        when = ended.next_due.astimezone(workspace.settings.newsletter.zone)
        console.say(f"Some were put off by their servers: run it again from {when:%H:%M on %d %B}.")
    raise typer.Exit(Exit.INTERRUPTED if ended.interrupted else console.exit_code(needs_a_person=status.needs_a_person))


def _send(workspace: "Workspace", db: "Database", plan: "SendPlan", run: Run, stopping: "Stopping") -> "Ended":
    from pscb_mail.database import transaction
    from pscb_mail.sending import ledger, mailing, pacing, relays

    settings = workspace.settings
    with console.progress(f"Sending {plan.issue}", min(plan.to_send, run.limit or plan.to_send)) as bar:
        means = mailing.Means(
            settings.newsletter, pacing.limits(settings.pace), relays.session_opener(settings), now, stopping.wait,
            lambda glance: _watch(bar, glance, settings.newsletter.zone),
        )  # fmt: skip
        if plan.edition is not None:
            mailing.begin(db, plan.edition, plan.audience, workspace.key(), now())
        if run.requeue is not None:
            with transaction(db):
                ledger.requeue(db, plan.issue, (run.requeue,), now())
        return mailing.run(db, plan.issue, means, limit=run.limit, patient=run.patient)


def _watch(bar: console.Bar, glance: "Glance", zone: "ZoneInfo") -> None:
    if glance.until is not None:
        bar.note(f"waiting until {glance.until.astimezone(zone):%H:%M:%S on %d %B}")
        return
    trouble = glance.state not in {State.SENT, State.QUEUED}
    bar.advance(glance.tries, f"{glance.address}: {glance.reply}" if trouble else None)


def _resend_unknown(status: "MailingStatus", unknown: Unknown) -> bool:
    """Say what may have arrived and decide, or let the user decide, whether it is sent again."""
    count = status.counts[State.UNKNOWN]
    if not count:
        return False
    console.say(
        f"[yellow]{count} copies may or may not have arrived:[/] `pscb-mail log {status.issue} --state unknown`."
    )
    match unknown:
        case Unknown.RESEND:
            return True
        case Unknown.SKIP:
            return False
        case Unknown.ASK:
            return console.ask(f"Send these {count} again? Whoever got the first copy gets a second one.")


def _show_plan(plan: "SendPlan", context: Context) -> None:
    """Tell what is about to happen, before anything does."""
    zone = context.workspace.settings.newsletter.zone
    again = plan.status.state is not MailingState.NOT_SENT
    console.say(f"[bold]{console.safe(plan.status.subject)}[/] ({plan.issue}){', going on' if again else ''}")
    rows = [
        ("to", f"{plan.to_send:,} people" + (f", {plan.status.counts[State.SENT]:,} have it already" if again else ""))
    ]
    rows.append(("through", plan.relay))
    if plan.lasts.total_seconds() >= 60:
        ends = (now() + plan.lasts).astimezone(zone)
        rows.append(("takes", f"{console.span(plan.lasts)} at this pace, until about {ends:%H:%M on %A %d %B}"))
    rows.append(
        ("last tested", console.ago(plan.tested_at, now()) or "never: `pscb-mail test` sends a copy to yourself")
    )
    if plan.reads_mailbox:
        rows.append(("mailbox last read", console.ago(plan.read_at, now()) or "never: `pscb-mail inbox` reads it"))
    if plan.in_review:
        rows.append(("waiting in review", f"{plan.in_review}: `pscb-mail review`"))
    for label, value in rows:
        console.say(f"  [dim]{label:<18}[/] {console.safe(value)}")
    if plan.changed:
        console.say("[yellow]The file has changed since sending began; the edition of then goes to everybody.[/]")


def _print_status(status: "MailingStatus", *, json: bool) -> None:
    if json:
        console.document(_status_json(status))
        return
    console.result(f"[bold]{console.safe(status.subject)}[/] ({status.issue}): {_STATES[status.state]}")
    for state, count in status.counts.items():
        if count:
            console.result(f"  {count:>9,}  {_WORDS[state]}")
    if status.returned:
        console.result(f"  {status.returned:>9,}  returned by the recipient's server later")
    console.result(f"  {status.total:>9,}  in all")


_LOG_COLUMNS = ("address", "state", "edition", "attempts", "relay", "code", "reply", "message_id", "at")
_TEST_WORDS = {Event.ACCEPTED: "sent", Event.DOUBTED: "may or may not have arrived", Event.PUT_OFF: "put off"}
_STATES = {
    MailingState.NOT_SENT: "not sent yet",
    MailingState.SENDING: "being sent now",
    MailingState.STOPPED: "stopped, to be continued with `pscb-mail send`",
    MailingState.COMPLETE: "[green]complete[/]",
    MailingState.CANCELLED: "cancelled",
}
_WORDS = {
    State.QUEUED: "waiting",
    State.IN_FLIGHT: "being handed over",
    State.SENT: "handed to the relay",
    State.DEFERRED: "put off by the recipient's server, to be tried again",
    State.REFUSED: "refused",
    State.UNKNOWN: "may or may not have arrived",
    State.SKIPPED: "skipped: they left the list, or the mailing was cancelled",
}


def _status_json(status: "MailingStatus") -> dict[str, object]:
    return {
        "issue": status.issue,
        "subject": status.subject,
        "state": status.state,
        "total": status.total,
        "counts": dict(status.counts),
        "returned": status.returned,
        "started_at": console.iso(status.started_at),
        "finished_at": console.iso(status.finished_at),
    }


def _log_json(line: "LogLine", issue: str, domain: str) -> dict[str, object]:
    from pscb_mail.sending.message import message_id

    return {
        "address": line.address,
        "state": line.state,
        "edition": line.edition,
        "attempts": line.attempts,
        "relay": line.relay,
        "code": line.code,
        "reply": line.reply,
        "message_id": message_id(issue, line.reference, domain),
        "at": console.iso(line.at),
    }
