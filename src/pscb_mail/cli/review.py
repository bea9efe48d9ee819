"""`review`: what needs a person, listed, settled by number, or asked about one by one."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now
from pscb_mail.cli.options import Json
from pscb_mail.cli.people_asking import ask_newcomers
from pscb_mail.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from pscb_mail.mailbox.journal import Review

commands = typer.Typer()


@commands.command(rich_help_panel="Mailbox")
def review(
    ctx: typer.Context,
    accept: Annotated[
        str, typer.Option("--accept", metavar="N,N-N", help="Do what these entries propose.", show_default=False)
    ] = "",
    dismiss: Annotated[
        str, typer.Option("--dismiss", metavar="N,N-N", help="Leave everything as it is.", show_default=False)
    ] = "",
    json: Json = False,
) -> None:
    """What needs a person: list it, or settle it."""
    from pscb_mail.mailbox import journal

    context: Context = ctx.obj
    with context.database() as db:
        if accept or dismiss:
            _settle(context, db, accept, dismiss)
        entries = journal.reviews(db)
        if json:
            console.document([_review_json(entry) for entry in entries])
        elif accept or dismiss:
            console.say(f"{len(entries)} still open." if entries else "Nothing is open any more.")
        elif not entries:
            console.say("Nothing needs you.")
        elif console.out.is_terminal and console.somebody_is_there():
            _walk(context, db, entries)
        else:
            _list(entries)


def _review_json(entry: "Review") -> dict[str, object]:
    return {
        "number": entry.number,
        "finding": entry.kind,
        "address": entry.address,
        "proposal": entry.proposal,
        "evidence": entry.evidence,
    }


def _list(entries: "Iterable[Review]") -> None:
    rows = (
        row
        for entry in entries
        for row in (
            (f"Entry {entry.number}", _about(entry)),
            ("", entry.proposal or entry.kind.replace("_", " ")),
            *([("", f"“{entry.evidence}”")] if entry.evidence else []),
        )
    )
    console.table(("", ""), rows)
    console.say("`pscb-mail review --accept 3,5-9` does what is proposed, `--dismiss N` leaves all as it is.")


def _about(entry: "Review") -> str:
    """Return whom an entry is about; of an alarm that is not kept."""
    return "READ NOW" if entry.kind == "urgent" else entry.address or "nobody known"


def _settle(context: Context, db: "Database", accept: str, dismiss: str) -> None:
    """Accept and dismiss what the user named: all of it, or nothing where one of them cannot be.

    A range settles no alarm: nobody has read what they only counted past.
    """
    from pscb_mail.database import transaction
    from pscb_mail.mailbox import journal

    open_now = {entry.number: entry for entry in journal.reviews(db)}
    (accepted, passed), (dismissed, also_passed) = _named(accept, open_now), _named(dismiss, open_now)
    if both := accepted & dismissed:
        raise UsageError(f"Entry {min(both)} is to be accepted and dismissed.", "Name it once; nothing was changed.")
    with transaction(db):
        lines = [_accepted(context, db, open_now[number]) for number in sorted(accepted)]
        for number in sorted(dismissed):
            journal.settle_review(db, number, "dismissed", None)
            lines.append(f"{number}  dismissed")
    unread = sorted((passed | also_passed) - accepted - dismissed)
    lines += [f"{number}  still open: a child may be at risk; {_BY_ITS_NUMBER}" for number in unread]
    for line in lines:
        console.say(line)
    if accepted:
        ask_newcomers(context, db, None)


def _accepted(context: Context, db: "Database", entry: "Review") -> str:
    from pscb_mail.mailbox import acting
    from pscb_mail.people.changes import Origin

    origin = Origin(now(), context.author, f"review --accept {entry.number}", entry.evidence, context.zone)
    change = acting.accept(db, entry, origin, context.workspace.settings.groups.confirm)
    if entry.kind == "urgent":
        return f"{entry.number}  settled: somebody has read it and acted"
    done = f"change {change}: `pscb-mail undo {change}` takes it back" if change else "nothing was left to change"
    return f"{entry.number}  accepted, {done}"


_BY_ITS_NUMBER = "an alarm is settled by its own number once somebody has read it, never by a range"


def _named(text: str, known: "dict[int, Review]") -> tuple[set[int], set[int]]:
    """Return the entries that `3,5-9` names, and the alarms that lie in its ranges, which name none.

    Raises UsageError for what is not open, or is nothing but alarms.
    """
    found, passed = set[int](), set[int]()
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part)
        if match is None:
            raise UsageError(f'"{part}" is not a number or a range.', "Write it like 3,5-9; nothing was changed.")
        first, last = int(match[1]), int(match[2] or match[1])
        named = {number for number in known if first <= number <= last}
        if not named:
            raise UsageError(f"Nothing is open at {part}.", "`pscb-mail review` lists what is; nothing was changed.")
        alarms = {number for number in named if match[2] and known[number].kind == "urgent"}
        if alarms == named:
            raise UsageError(
                f"Nothing but alarms is open at {part}: {_BY_ITS_NUMBER}.", "`pscb-mail review` shows them."
            )
        found |= named - alarms
        passed |= alarms
    return found, passed


def _walk(context: Context, db: "Database", entries: "list[Review]") -> None:
    """Ask about one entry after the other; whatever is not answered stays open."""
    from pscb_mail.database import transaction
    from pscb_mail.mailbox import acting, journal

    for place, entry in enumerate(entries, start=1):
        who = console.safe(_about(entry)) if entry.kind != "urgent" else f"[red bold]{_about(entry)}[/]"
        console.say(f"\n[bold]Entry {entry.number}[/] [dim]({place} of {len(entries)})[/]  {who}")
        _indented(f"[bold]{console.safe(entry.proposal or entry.kind.replace('_', ' '))}[/]")
        if entry.evidence:
            _indented(f"[dim]“{console.safe(entry.evidence)}”[/]")
        match _choice(_meaning(db, entry), "adlq" if acting.can_accept(db, entry) else "dlq"):
            case "a":
                try:
                    with transaction(db):
                        console.say("  " + _accepted(context, db, entry))
                except UsageError as problem:
                    console.error(problem)
            case "d":
                with transaction(db):
                    journal.settle_review(db, entry.number, "dismissed", None)
                console.say(f"  {entry.number}  dismissed")
            case "q":
                break
            case _:
                continue
    ask_newcomers(context, db, None)
    left = journal.open_reviews(db)
    console.say(f"\n{left:,} still open." if left else "\nNothing is open any more.")


def _indented(line: str) -> None:
    from rich.padding import Padding

    console.err.print(Padding(line, (0, 0, 0, 2)))


# What accepting and dismissing mean, by what was found.
_MEANS = {
    "urgent": ("read, acted on", "no alarm"),
    "opt_out": ("comes off", "stays on"),
    "complaint": ("comes off", "stays on"),
    "bounce": ("bounced", "stays on"),
    "left": ("removed", "stays on"),
    "address_change": ("changed", "stays as it is"),
    "subscribe": ("joins", "does not join"),
}
_SETTLED = ("settled", "nothing changes")
_BY_HAND = "done by hand, or not needed"
_KEYS = {
    "a": "accept: what is proposed is done; `pscb-mail undo` takes it back",
    "d": "dismiss: the entry is settled, and nobody on the list is changed",
    "l": "later: the entry stays open (Enter does the same)",
    "q": "quit: this one and all that follow stay open",
}


def _meaning(db: "Database", entry: "Review") -> tuple[str, str]:
    """Return all that accepting an entry does, and what dismissing it does."""
    from pscb_mail.mailbox import acting

    accepted, dismissed = _MEANS.get(entry.kind, _SETTLED)
    successor = acting.joins(db, entry)
    joins = f"; {console.safe(successor)} joins with their role and groups" if successor else ""
    return accepted + joins, dismissed


def _choice(meaning: tuple[str, str], offered: str) -> str:
    """Return one of the letters offered; the end of the input, or anything unclear three times, ends the walk."""
    unclear = 0
    while unclear < 3:
        try:
            answer = console.err.input(f"  {_question(meaning, offered)}: ").strip().lower()
        except (EOFError, KeyboardInterrupt):
            return "q"
        if answer and answer[0] in offered:
            return answer[0]
        if not answer:
            return "l"
        for each in offered:
            console.say(f"    {each}  {_KEYS[each]}")
        unclear += answer != "?"
    return "q"


def _question(meaning: tuple[str, str], offered: str) -> str:
    """Return the keys with what they do to an entry."""
    accepted, dismissed = meaning
    if "a" not in offered:
        dismissed = _BY_HAND
    keys = {"a": f"\\[a]ccept ({accepted})", "d": f"\\[d]ismiss ({dismissed})", "l": "\\[l]ater", "q": "\\[q]uit"}
    return ", ".join([*(keys[each] for each in offered), "\\[?] help"])
