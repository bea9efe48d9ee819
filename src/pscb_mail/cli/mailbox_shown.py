"""How a reading of the mailbox looks on screen and in JSON: what a person must see, and the rest as counts."""

from typing import TYPE_CHECKING

from pscb_mail.cli import console

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from pscb_mail.mailbox.answering import Answered
    from pscb_mail.mailbox.reading import Entry, Reading


def show(reading: "Reading", db: "Database", *, dry_run: bool) -> None:
    """Print what a person should see: what must be read now, what was done to people, what waits for them."""
    from pscb_mail.mailbox import journal

    for entry in reading.urgent:
        console.result(f"[red bold]READ NOW[/]  from {console.safe(entry.address or 'an unknown sender')}")
        console.result(f"          A child may be at risk. Message {console.safe(entry.source)}, left in the inbox.")
    if not dry_run and (earlier := journal.open_urgent(db) - len(reading.urgent)) > 0:
        messages = console.count(earlier, "earlier message", "earlier messages")
        console.result(f"[red bold]READ NOW[/]  {messages} may be about a child at risk.")
        console.result("          `pscb-mail review` takes this away once somebody has read it.")
    shown = sorted((entry for entry in reading.entries if _order(entry) < len(_SHOWN)), key=_order)
    if shown:
        console.table(("", ""), (row for entry in shown for row in _rows(entry)))
    for line in _summary(reading, db):
        console.result(line)
    if dry_run:
        console.say("This was a dry run: nothing was changed, filed or answered.")
    elif any(entry.action in _CHANGES for entry in reading.entries):
        console.say("`pscb-mail show ADDRESS` tells why somebody was changed; `pscb-mail undo CHANGE` takes it back.")


_CHANGES = {"opted_out", "resubscribed", "bounced"}
# Whatever is not here is counted in the last line and no more.
_DONE = {
    "review": "needs you",
    "opted_out": "opted out",
    "resubscribed": "came back",
    "said_yes": "said yes",
    "bounced": "bounced",
    "asked": "asked",
    "left": "left for you",
}
_SHOWN = tuple(_DONE)


def _order(entry: "Entry") -> int:
    if entry.kind in {"urgent", "unrelated"} or _done(entry) not in _SHOWN:
        return len(_SHOWN)
    return _SHOWN.index(_done(entry))


def _done(entry: "Entry") -> str:
    """Return what was done; whoever answers a question of ours says yes, and does not come back."""
    return "said_yes" if entry.said_yes else entry.done


def _rows(entry: "Entry") -> "Iterable[tuple[str, str]]":
    """Return who, and below it why: addresses are long and screens are narrow."""
    from pscb_mail.foreign import one_line

    return (_DONE[_done(entry)], entry.address or "nobody known"), ("", one_line(entry.proposal or entry.evidence, 200))


def _summary(reading: "Reading", db: "Database") -> list[str]:
    """Return the closing lines: this reading, and what came of the latest mailing so far."""
    parts = [f"{count:,} {_KINDS[kind]}" for kind, count in reading.counts.items() if count]
    again = sum(entry.action is None for entry in reading.entries)
    parts += [f"{again:,} handled before"] if again else []
    read = f"{console.count(reading.read, 'message', 'messages')} read"
    return [_with(read, parts), *_of_the_mailing(db), *_needs_you(reading)]


def _needs_you(reading: "Reading") -> list[str]:
    if not reading.review:
        return []
    need = console.count(reading.review, "reply needs", "replies need")
    return [f"[yellow]{need} you:[/] `pscb-mail review`"]


def _of_the_mailing(db: "Database") -> list[str]:
    from pscb_mail.mailbox import journal
    from pscb_mail.sending import ledger
    from pscb_mail.sending.delivery import State

    mailings = ledger.mailings(db)
    if not mailings:
        return []
    latest = mailings[0]
    came = (
        (journal.returned(db, latest.issue), "bounced"),
        (journal.away_since(db, latest.started_at), "away"),
        (journal.opted_out(db, latest.issue), "opted out"),
    )
    sent = f"{latest.issue}, {ledger.counts(db, latest.issue)[State.SENT]:,} sent"
    return [_with(sent, [f"{number:,} {words}" for number, words in came if number])]


def _with(line: str, parts: "Sequence[str]") -> str:
    return f"{line}: {', '.join(parts)}" if parts else line


_KINDS = {
    "urgent": "urgent",
    "opt_out": "about coming off",
    "subscribe": "about joining",
    "address_change": "about a new address",
    "left": "about leaving",
    "away": "away",
    "bounce": "bounced",
    "complaint": "complained",
    "automatic": "automatic",
    "question": "for you to answer",
    "unreadable": "that cannot be read",
    "unrelated": "not about the newsletter",
}


def as_json(reading: "Reading") -> dict[str, object]:
    """Return a reading as the contract's JSON."""
    return {
        "read": reading.read,
        "counts": dict(reading.counts),
        "review": reading.review,
        "messages": [
            {
                "id": entry.id,
                "source": entry.source,
                "finding": entry.kind,
                "action": entry.done,
                "address": entry.address,
                "severity": entry.severity,
                "status": entry.status or None,
                "evidence": entry.evidence,
            }
            for entry in reading.entries
        ],
    }


def show_answers(answered: "Answered") -> None:
    """Print what became of the answers that waited."""
    if answered.sent:
        console.say(f"{_answers(answered.sent)} sent.")
    if answered.refused:
        console.say(f"[yellow]{_answers(answered.refused)} refused or too old, and given up.[/]")
    if answered.in_doubt:
        console.say(f"[yellow]{_answers(answered.in_doubt)} may or may not have arrived: not sent again.[/]")
    if answered.waiting:
        why = f": {console.safe(answered.trouble.message)}" if answered.trouble else "."
        console.say(f"[yellow]{_answers(answered.waiting)} left for the next `pscb-mail inbox`{why}[/]")


def _answers(number: int) -> str:
    return console.count(number, "answer", "answers")
