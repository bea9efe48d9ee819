"""How a mailing stands, and who got it: in words and as the contract's JSON."""

from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.cli.context import Context
from pscb_mail.sending.delivery import MailingState, State, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from pscb_mail.desk.overview import MailingStatus
    from pscb_mail.sending.attempts import LogLine

LOG_COLUMNS = ("address", "state", "edition", "attempts", "relay", "code", "reply", "message_id", "at")
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
    returned = f", {status.returned:,} of them returned by the recipient's server later" if status.returned else ""
    console.result(f"  {status.total:>9,}  in all{returned}")


def _relays(context: Context) -> str:
    return ", ".join(relay.host for relay in context.workspace.settings.relay) or "the relay"


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
            f"  `pscb-mail retry {issue} --only unknown` sends again.\n"
            "  They may stay so: nothing is sent again by itself."
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
