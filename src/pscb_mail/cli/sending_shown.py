"""What the commands that send show: the plan before, the progress during, the counts after."""

from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now
from pscb_mail.sending.delivery import Event, MailingState, State, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from sqlite_utils import Database

    from pscb_mail.desk.differences import Words
    from pscb_mail.desk.dispatch import Amendment
    from pscb_mail.desk.overview import MailingStatus
    from pscb_mail.desk.planning import SendPlan
    from pscb_mail.sending.delivery import Verdict
    from pscb_mail.sending.ledger import LogLine
    from pscb_mail.sending.running import Glance


def watch(bar: console.Bar, glance: "Glance", zone: "ZoneInfo") -> None:
    """Show one glance of a run; a warning stays on the screen."""
    if glance.warning:
        console.say(f"[yellow]{console.safe(glance.warning)}[/]")
        return
    if glance.until is not None:
        at, today = glance.until.astimezone(zone), now().astimezone(zone).date()
        bar.note(f"waiting until {at:%H:%M:%S}" if at.date() == today else f"waiting until {at:%H:%M on %d %B}")
        return
    trouble = glance.state not in {State.SENT, State.QUEUED}
    bar.advance(glance.tries, f"{glance.address}: {glance.reply}" if trouble else None)


def show_plan(plan: "SendPlan", limit: int | None, context: Context) -> None:
    """Tell what is about to happen, before anything does."""
    again = plan.status.state is not MailingState.NOT_SENT
    console.say(f"[bold]{console.safe(plan.status.subject)}[/] ({plan.issue}){', going on' if again else ''}")
    have_it = f", {plan.status.counts[State.SENT]:,} have it already" if again else ""
    rows = [("to", whom(plan.to_send, limit) + have_it)]
    if plan.joined:
        rows.append(("joined since", f"{plan.joined:,} of them"))
    rows += [("through", plan.relay), *_how_long(plan, limit, context), *_to_know_first(plan)]
    console.facts(rows)
    if plan.astray:
        console.say(f"[yellow]{console.safe(plan.astray)}[/] `pscb-mail doctor` says what can be done.")
    if plan.changed:
        console.say(
            "[yellow]The file has changed since sending began; the edition of then goes to everybody.[/] "
            f"`pscb-mail amend {plan.issue}` gives the new one to those still waiting."
        )


def _how_long(plan: "SendPlan", limit: int | None, context: Context) -> "Iterator[tuple[str, str]]":
    from pscb_mail.sending import pacing

    copies = plan.to_send if limit is None else min(plan.to_send, limit)
    lasts = pacing.lasts(plan.limits, copies, plan.spent, now())
    if lasts.total_seconds() >= 60:
        ends = (now() + lasts).astimezone(context.zone)
        yield "takes", f"{console.span(lasts)} at this pace, until about {ends:%H:%M on %A %d %B}"


def _to_know_first(plan: "SendPlan") -> "Iterator[tuple[str, str]]":
    """Yield what an editor may want to see to before a yes."""
    yield "last tested", console.ago(plan.tested_at, now()) or "never: `pscb-mail test` sends a copy to yourself"
    if plan.reads_mailbox:
        yield "mailbox last read", console.ago(plan.read_at, now()) or "never: `pscb-mail inbox` reads it"
    if plan.in_review:
        yield "waiting in review", f"{plan.in_review}: `pscb-mail review`"
    if refused := plan.status.counts[State.REFUSED]:
        yield "refused before", f"{refused:,}: `pscb-mail retry {plan.issue} --only refused`"
    if doubts := plan.status.counts[State.UNKNOWN]:
        yield "in doubt", f"{doubts:,}: `pscb-mail log {plan.issue} --state unknown`"


def show_retry(plan: "SendPlan", which: State) -> None:
    """Tell what a retry is about to do."""
    count = plan.status.counts[which]
    console.say(f"{count:,} {which} of {console.safe(plan.issue)}.")
    if plan.to_send != count:
        console.say("Those who wait anyway are sent to as well, those who have left the list are not.")
    if which is State.UNKNOWN:
        console.say("[yellow]They may have arrived: whoever got the first copy gets a second one.[/]")


def written(copies: int, folder: "Path") -> None:
    """Tell of copies written into a folder."""
    console.say(f"{console.count(copies, 'file', 'files')} in {console.safe(folder)}. Nothing was sent or recorded.")


def whom(count: int, limit: int | None) -> str:
    """Return how many people a run is for: `50 of 2,000 people` where it is limited."""
    people = console.count(count, "person", "people")
    return f"{limit:,} of {people}" if limit is not None and limit < count else people


def print_mailing(db: "Database", context: Context, issue: str, *, json: bool) -> None:
    """Print how a mailing stands now."""
    from pscb_mail.desk import overview

    print_status(overview.mailing_status(db, context.workspace, issue), context, json=json)


def print_status(status: "MailingStatus", context: Context, *, json: bool) -> None:
    """Print a mailing's counts, as JSON or in words."""
    if json:
        console.document(status_json(status))
        return
    console.result(f"[bold]{console.safe(status.subject)}[/] ({status.issue}): {_standing(status)}")
    for state, count in status.counts.items():
        if count:
            console.result(f"  {count:>9,}  {console.safe(_WORDS[state].format(relay=_relays(context)))}")
    if status.returned:
        console.result(f"  {status.returned:>9,}  returned by the recipient's server later")
    console.result(f"  {status.total:>9,}  in all")


def _standing(status: "MailingStatus") -> str:
    if status.held:
        return f"[red bold]held since the restore.[/] {console.safe(status.held)}"
    return _STATES[status.state].format(issue=status.issue)


def what_is_left(status: "MailingStatus") -> None:
    """Say which commands take up the copies that did not go out, where there are any."""
    issue, counts = status.issue, status.counts
    if status.stuck:
        console.say(
            f"{status.stuck:,} got nowhere, however often tried: `pscb-mail log {issue} --state queued` tells more."
        )
    if counts[State.REFUSED]:
        console.say(
            f"{counts[State.REFUSED]:,} refused: `pscb-mail log {issue} --state refused` tells why,\n"
            f"  `pscb-mail retry {issue} --only refused` tries again."
        )
    if counts[State.UNKNOWN]:
        console.say(
            f"{counts[State.UNKNOWN]:,} in doubt: `pscb-mail log {issue} --state unknown` lists them,\n"
            f"  `pscb-mail retry {issue} --only unknown` sends again."
        )


def nothing_to_retry(status: "MailingStatus", which: State) -> None:
    """Say that there is nothing of the kind to retry, and what there is."""
    word = {State.DEFERRED: "put off", State.REFUSED: "refused", State.UNKNOWN: "in doubt"}[which]
    if status.counts[which]:
        console.say(f"Whose copy of {status.issue} is {word} has left the list since: nobody to send to.")
        return
    console.say(f"No copy of {status.issue} is {word}: nothing to retry.")
    if status.counts[State.DEFERRED]:
        console.say(f"{status.counts[State.DEFERRED]:,} put off: `pscb-mail retry {status.issue}` tries again.")
    what_is_left(status)


def told(address: str, verdict: "Verdict") -> "Verdict":
    """Print how one copy went, in the relay's own words where it said any."""
    answer = console.safe(words(verdict.code, verdict.reply))
    says = (
        f'{console.safe(verdict.relay)} says "{answer}"' if verdict.code else f"{console.safe(verdict.relay)}: {answer}"
    )
    console.result(f"{console.safe(address)}: {_VERDICTS.get(verdict.event, 'not sent')}. {says}")
    return verdict


def print_log(lines: "Iterable[LogLine]", context: Context, *, editions: bool) -> None:
    """Print the log as a table; with `editions` it tells who has which."""
    console.table(
        ("address", "state", *(("edition",) if editions else ()), "reply", "at"),
        (
            (
                line.address,
                line.state,
                *((line.edition,) if editions else ()),
                words(line.code, line.reply),
                console.local(line.at, context.zone),
            )
            for line in lines
        ),
    )


def _relays(context: Context) -> str:
    return ", ".join(relay.host for relay in context.workspace.settings.relay) or "the relay"


LOG_COLUMNS = ("address", "state", "edition", "attempts", "relay", "code", "reply", "message_id", "at")
_VERDICTS = {Event.ACCEPTED: "sent", Event.DOUBTED: "may or may not have arrived", Event.PUT_OFF: "put off"}
_STATES = {
    MailingState.NOT_SENT: "not sent yet",
    MailingState.SENDING: "being sent now",
    MailingState.STOPPED: "stopped, to be continued with `pscb-mail send {issue}`",
    MailingState.COMPLETE: "[green]complete[/]",
    MailingState.CANCELLED: "cancelled",
}
_WORDS = {
    State.QUEUED: "waiting",
    State.IN_FLIGHT: "being handed over",
    State.SENT: "handed to {relay}",
    State.DEFERRED: "put off by the recipient's server, to be tried again",
    State.REFUSED: "refused",
    State.UNKNOWN: "may or may not have arrived",
    State.SKIPPED: "skipped: they left the list, or the mailing was cancelled",
}


def show_amendment(change: "Amendment") -> None:
    """Show what a corrected edition changes, and who has which already."""
    from pscb_mail.desk.differences import differences

    found = differences(change.before, change.after)
    if not found:
        console.say("The words are the same: the preheader, pictures, attachments, links or the look have changed.")
    for each in found:
        for label, side, colour in (("was", each.before, "red"), ("now", each.after, "green")):
            if side:
                console.say(f"  [dim]{label}[/]  {_marked(side, colour)}")
    for number, count in change.got.items():
        console.say(f"  [dim]edition {number}[/]  {count:,} have it, or may have it")
    console.say(f"  [dim]edition {max(change.got) + 1}[/]  {change.waiting:,} would get it")


def _marked(side: "tuple[Words, ...]", colour: str) -> str:
    """Return a paragraph with its changed words in a colour."""
    return " ".join(
        f"[{colour}]{console.safe(each.text)}[/]" if each.changed else console.safe(each.text) for each in side
    )


def status_json(status: "MailingStatus") -> dict[str, object]:
    """Return a mailing's counts as the contract's JSON."""
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


def log_json(line: "LogLine", issue: str, domain: str) -> dict[str, object]:
    """Return a line of the log as the contract's JSON."""
    from pscb_mail.sending.message import message_id

    return {
        "address": line.address,
        "state": line.state,
        "edition": line.edition,
        "attempts": line.attempts,
        "relay": line.relay,
        "code": line.code,
        "reply": line.reply if line.code else words(None, line.reply),
        "message_id": message_id(issue, line.reference, domain),
        "at": console.iso(line.at),
    }
