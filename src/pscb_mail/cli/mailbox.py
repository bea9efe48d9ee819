"""`inbox`: reads what comes back, acts, files, answers. What it prints is `mailbox_shown`'s."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.cli.mailbox_shown import as_json, show, show_answers
from pscb_mail.cli.options import Json
from pscb_mail.errors import Exit, PscbMailError, UsageError

if TYPE_CHECKING:
    from contextlib import closing

    from sqlite_utils import Database

    from pscb_mail.cli.context import Stopping
    from pscb_mail.mailbox.messages import Source
    from pscb_mail.mailbox.reading import Reading

commands = typer.Typer()
_PANEL = "Mailbox"
_WATCH_SECONDS = 60


@commands.command(rich_help_panel=_PANEL)
def inbox(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
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
    day = context.day(since) if since else None
    if watch and (json or dry_run):
        raise UsageError("--watch goes without --json and --dry-run: it never ends.", "Leave one of them out.")
    with context.database() as db, stop_on_signal() as stopping:
        if watch:
            _watch(context, db, source, day, stopping)
            return
        with _opened(context, source, read_only=dry_run) as opened:
            reading = _read(context, db, opened, day, stopping, dry_run=dry_run)
        if json:
            console.document(as_json(reading))
        else:
            show(reading, db, dry_run=dry_run)
        if not dry_run:
            _answer(context, db)
            _back_up(context, reading)
    if reading.trouble is not None:
        raise reading.trouble
    if stopping.wait(0):
        raise typer.Exit(Exit.INTERRUPTED)
    raise typer.Exit(console.exit_code(needs_a_person=bool(reading.put_into_review or reading.urgent)))


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
        show(reading, db, dry_run=False)
    _answer(context, db)
    _back_up(context, reading)
    if reading.trouble is not None:
        raise reading.trouble


def _wait(opened: "Source", stopping: "Stopping") -> None:
    """Wait until the mailbox announces something (IDLE), or a minute; Ctrl-C is heard at once."""
    if opened.wait(_WATCH_SECONDS, lambda: stopping.wait(0)) is None:
        stopping.wait(_WATCH_SECONDS)


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
    from pscb_mail.sending.relays import relays_of

    if not outbox.count(db, "waiting"):
        return
    settings = context.workspace.settings
    try:
        unsettled.hold_off(db)
        answered = answering.deliver(db, settings, relays_of(settings), now)
    except PscbMailError as problem:
        console.say(f"[yellow]Answers wait, the next `pscb-mail inbox` tries again:[/] {console.safe(problem.message)}")
        return
    show_answers(answered)
