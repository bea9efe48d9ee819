"""Commands that read what comes back, and that settle what needs a person."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.errors import Exit, PscbMailError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import closing

    from sqlite_utils import Database

    from pscb_mail.cli.context import Stopping
    from pscb_mail.mailbox.answering import Answered
    from pscb_mail.mailbox.journal import Review
    from pscb_mail.mailbox.messages import Source
    from pscb_mail.mailbox.reading import Entry, Reading

commands = typer.Typer()
_PANEL = "Mailbox"
_WATCH_SECONDS = 60
_SLICE_SECONDS = 10

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


@commands.command(rich_help_panel=_PANEL)
def inbox(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="[SOURCE]",
            help="-, FILE.eml, maildir:PATH, mbox:PATH, imaps://USER@HOST/FOLDER; the settings' own unless told.",
            show_default=False,
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; change, file and answer nothing.")
    ] = False,
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="From that day on (2026-11-30), read before or not.")
    ] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on until stopped, reading what comes as it comes.")
    ] = False,
    json: Json = False,
) -> None:
    """Read replies and bounces, act on them, file them."""
    context: Context = ctx.obj
    day = _day(since, context) if since else None
    if watch and (json or dry_run):
        raise UsageError("--watch goes without --json and --dry-run: it never ends.", "Leave one of them out.")
    with context.database() as db, stop_on_signal() as stopping:
        if watch:
            _watch(context, db, source, day, stopping)
            return
        with _opened(context, source, read_only=dry_run) as opened:
            reading = _read(context, db, opened, day, stopping, dry_run=dry_run)
        if json:
            console.document(_reading_json(reading))
        else:
            _show(reading, db, dry_run=dry_run)
        if not dry_run:
            _answer(context, db)
            _back_up(context, reading)
    if reading.trouble is not None:
        raise reading.trouble
    if stopping.wait(0):
        raise typer.Exit(Exit.INTERRUPTED)
    raise typer.Exit(console.exit_code(needs_a_person=bool(reading.put_into_review or reading.urgent)))


@commands.command(rich_help_panel=_PANEL)
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
        elif console.out.is_terminal and _at_terminal():
            _walk(context, db, entries)
        else:
            _list(entries)


# -- inbox ----------------------------------------------------------------------------------------------------------


def _day(text: str, context: Context) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=context.workspace.settings.newsletter.zone)
    except ValueError as error:
        raise UsageError(f'"{text}" is not a day.', "Write it like 2026-11-30.") from error


def _opened(context: Context, source: str, *, read_only: bool = False) -> "closing[Source]":
    from contextlib import closing

    from pscb_mail.mailbox.sources import open_source

    return closing(open_source(source, context.workspace.settings, context.workspace.folder, read_only=read_only))


def _read(
    context: Context, db: "Database", opened: "Source", day: datetime | None, stopping: "Stopping", *, dry_run: bool
) -> "Reading":
    from pscb_mail.mailbox import reading

    workspace = context.workspace
    with console.err.status("Reading the mailbox …") as spinner:
        means = reading.Means(
            workspace.settings, workspace.key(), now, lambda: stopping.wait(0),
            lambda count: spinner.update(f"Reading the mailbox … {count:,}"),
        )  # fmt: skip
        return reading.read(db, opened, means, since=day, dry_run=dry_run)


def _watch(context: Context, db: "Database", source: str, day: datetime | None, stopping: "Stopping") -> None:
    """Read again and again until stopped; a mailbox that is away is tried again later."""
    console.say("Watching the mailbox. Ctrl-C ends it.")
    while not stopping.wait(0):
        try:
            with _opened(context, source) as opened:
                if not opened.lasting:
                    raise UsageError("--watch goes with a mailbox, not with one message.", "Leave it out.")
                while not stopping.wait(0):
                    _round(context, db, opened, day, stopping)
                    day = None
                    _wait(opened, stopping)
        except PscbMailError as problem:
            if problem.exit_code is not Exit.NOT_NOW:
                raise
            console.error(problem)
            stopping.wait(_WATCH_SECONDS)


def _round(context: Context, db: "Database", opened: "Source", day: datetime | None, stopping: "Stopping") -> None:
    reading = _read(context, db, opened, day, stopping, dry_run=False)
    if any(entry.action for entry in reading.entries):
        _show(reading, db, dry_run=False)
    _answer(context, db)
    _back_up(context, reading)
    if reading.trouble is not None:
        raise reading.trouble


def _wait(opened: "Source", stopping: "Stopping") -> None:
    """Wait until the mailbox announces something (IDLE), or a minute; in slices, so that Ctrl-C is heard."""
    for _ in range(_WATCH_SECONDS // _SLICE_SECONDS):
        heard = opened.wait(_SLICE_SECONDS)
        if heard or stopping.wait(_SLICE_SECONDS if heard is None else 0):
            return


def _back_up(context: Context, reading: "Reading") -> None:
    """Keep what a reading did, where it did something; a backup that fails is told and holds nothing up."""
    if all(entry.action in {None, "left"} for entry in reading.entries):
        return
    try:
        context.workspace.back_up("after-inbox", now())
    except PscbMailError as problem:
        console.say(f"[yellow]{console.safe(problem.message)}[/]")


def _answer(context: Context, db: "Database") -> None:
    """Send the answers that wait; what goes wrong with them is told, and left for the next run."""
    from pscb_mail.desk import unsettled
    from pscb_mail.mailbox import answering, outbox
    from pscb_mail.sending import relays

    if not outbox.count(db, "waiting"):
        return
    settings = context.workspace.settings
    try:
        unsettled.hold_off(db)
        answered = answering.deliver(db, settings, relays.session_opener(settings), now)
    except PscbMailError as problem:
        console.say(f"[yellow]Answers wait, the next `pscb-mail inbox` tries again:[/] {console.safe(problem.message)}")
        return
    _show_answers(answered)


def _show_answers(answered: "Answered") -> None:
    if answered.sent:
        console.say(f"{_some(answered.sent, 'answer')} sent.")
    if answered.refused:
        console.say(f"[yellow]{_some(answered.refused, 'answer')} refused or too old, and given up.[/]")
    if answered.waiting:
        why = f": {console.safe(answered.trouble.message)}" if answered.trouble else "."
        console.say(f"[yellow]{_some(answered.waiting, 'answer')} left for the next `pscb-mail inbox`{why}[/]")


def _some(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _show(reading: "Reading", db: "Database", *, dry_run: bool) -> None:
    """Print what a person should see: what must be read now, what was done to people, what waits for them."""
    from pscb_mail.mailbox import journal

    for entry in reading.urgent:
        console.result(f"[red bold]READ NOW[/]  from {console.safe(entry.address or 'an unknown sender')}")
        console.result(f"          A child may be at risk. Message {console.safe(entry.source)}, left in the inbox.")
    if not dry_run and (earlier := journal.open_urgent(db) - len(reading.urgent)) > 0:
        console.result(f"[red bold]READ NOW[/]  {_some(earlier, 'earlier message')} may be about a child at risk.")
        console.result("          `pscb-mail review` takes this away once somebody has read it.")
    shown = sorted((entry for entry in reading.entries if _order(entry) < len(_SHOWN)), key=_order)
    if shown:
        console.table(("", ""), (row for entry in shown for row in _rows(entry)))
    for line in _summary(reading, db):
        console.result(line)
    if dry_run:
        console.say("This was a dry run: nothing was changed, filed or answered.")


# Whatever is not here is counted in the last line and no more.
_SHOWN = ("review", "opted_out", "resubscribed", "bounced", "asked", "left")
_DONE = {
    "review": "needs you",
    "opted_out": "opted out",
    "resubscribed": "came back",
    "bounced": "bounced",
    "asked": "asked",
    "left": "left for you",
}


def _order(entry: "Entry") -> int:
    if entry.kind in {"urgent", "unrelated"} or entry.done not in _SHOWN:
        return len(_SHOWN)
    return _SHOWN.index(entry.done)


def _rows(entry: "Entry") -> "Iterable[tuple[str, str]]":
    """Return who, and below it why: addresses are long and screens are narrow."""
    from pscb_mail.foreign import one_line

    return (_DONE[entry.done], entry.address or "nobody known"), ("", one_line(entry.proposal or entry.evidence, 200))


def _summary(reading: "Reading", db: "Database") -> list[str]:
    """Return the closing lines: this reading, and what came of the latest mailing so far."""
    parts = [f"{count:,} {_KINDS[kind]}" for kind, count in reading.counts.items() if count]
    again = sum(entry.action is None for entry in reading.entries)
    parts += [f"{again:,} handled before"] if again else []
    line = f"{_some(reading.read, 'message')} read" + (f": {', '.join(parts)}" if parts else "")
    return [line, *_of_the_mailing(db), *_needs_you(reading)]


def _needs_you(reading: "Reading") -> list[str]:
    if not reading.review:
        return []
    need = "1 reply needs" if reading.review == 1 else f"{reading.review:,} replies need"
    return [f"[yellow]{need} you:[/] `pscb-mail review`"]


def _of_the_mailing(db: "Database") -> list[str]:
    from pscb_mail.mailbox import journal
    from pscb_mail.sending import ledger
    from pscb_mail.sending.delivery import State

    mailings = ledger.mailings(db)
    if not mailings:
        return []
    latest = mailings[0]
    done = journal.acted_since(db, latest.started_at)
    parts = [f"{journal.returned(db, latest.issue):,} bounced", f"{journal.away_since(db, latest.started_at):,} away"]
    parts += [f"{count:,} opted out" for action, count in done.items() if action == "opted_out"]
    sent = ledger.counts(db, latest.issue)[State.SENT]
    return [
        f"{latest.issue}, {sent:,} sent: {', '.join(part for part in parts if not part.startswith('0 '))}".rstrip(": ")
    ]


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


def _reading_json(reading: "Reading") -> dict[str, object]:
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


# -- review ---------------------------------------------------------------------------------------------------------


def _at_terminal() -> bool:
    import sys

    return sys.stdin.isatty()


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
            (entry.number, entry.address or "nobody known"),
            ("", entry.proposal or entry.kind.replace("_", " ")),
            ("", f"“{entry.evidence}”"),
        )
    )
    console.table(("", ""), rows)
    console.say("`review --accept 3,5-9` does what is proposed, `--dismiss N` leaves all as it is.")


def _settle(context: Context, db: "Database", accept: str, dismiss: str) -> None:
    """Accept and dismiss what the user named: all of it, or nothing where one of them cannot be."""
    from pscb_mail.database import transaction
    from pscb_mail.mailbox import journal

    open_now = {entry.number: entry for entry in journal.reviews(db)}
    accepted, dismissed = _numbers(accept, open_now), _numbers(dismiss, open_now)
    if both := set(accepted) & set(dismissed):
        raise UsageError(f"Entry {min(both)} is to be accepted and dismissed.", "Name it once; nothing was changed.")
    with transaction(db):
        lines = [_accepted(context, db, open_now[number]) for number in accepted]
        for number in dismissed:
            journal.settle_review(db, number, "dismissed", None)
            lines.append(f"{number}  dismissed")
    for line in lines:
        console.say(line)


def _accepted(context: Context, db: "Database", entry: "Review") -> str:
    from pscb_mail.mailbox import acting
    from pscb_mail.people.changes import Origin

    change = acting.accept(db, entry, Origin(now(), context.author, f"review --accept {entry.number}", entry.evidence))
    done = f"change {change}: `pscb-mail undo {change}` takes it back" if change else "nothing was left to change"
    return f"{entry.number}  accepted, {done}"


def _numbers(text: str, known: "dict[int, Review]") -> list[int]:
    """Return the entries that `3,5-9` names, each once. Raises UsageError for what is not open."""
    found: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(\d{1,9})(?:-(\d{1,9}))?", part)
        if match is None:
            raise UsageError(f'"{part}" is not a number or a range.', "Write it like 3,5-9; nothing was changed.")
        first, last = int(match[1]), int(match[2] or match[1])
        named = [number for number in sorted(known) if first <= number <= last]
        if not named:
            raise UsageError(f"Nothing is open at {part}.", "`pscb-mail review` lists what is; nothing was changed.")
        found += [number for number in named if number not in found]
    return found


def _walk(context: Context, db: "Database", entries: "list[Review]") -> None:
    """Ask about one entry after the other; whatever is not answered stays open."""
    from pscb_mail.database import transaction
    from pscb_mail.mailbox import journal

    for place, entry in enumerate(entries, start=1):
        console.say(f"\n[dim]{place} of {len(entries)}[/]  [bold]{entry.number}[/]  {console.safe(entry.address)}")
        _indented(f"[bold]{console.safe(entry.proposal or entry.kind.replace('_', ' '))}[/]")
        _indented(f"[dim]“{console.safe(entry.evidence)}”[/]")
        match _choice():
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
    left = journal.open_reviews(db)
    console.say(f"\n{left:,} still open." if left else "\nNothing is open any more.")


def _indented(line: str) -> None:
    from rich.padding import Padding

    console.err.print(Padding(line, (0, 0, 0, 2)))


def _choice() -> str:
    """Return a, d, l or q; the end of the input, or anything unclear three times, ends the walk."""
    for _ in range(3):
        try:
            answer = console.err.input("  \\[a]ccept, \\[d]ismiss, \\[l]ater, \\[q]uit? ").strip().lower()
        except (EOFError, KeyboardInterrupt):
            return "q"
        if answer[:1] in {"a", "d", "l", "q"}:
            return answer[:1]
        if not answer:
            return "l"
    return "q"
