"""`import`: a file understood, its plan shown and asked about, then carried out as one change."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pscb_mail.cli import console
from pscb_mail.cli import people_import_shown as import_shown
from pscb_mail.cli import people_options as options
from pscb_mail.cli import people_shown as shown
from pscb_mail.cli.context import Context, not_there_yet, now
from pscb_mail.cli.options import Json, Yes, metavar, one_of
from pscb_mail.cli.people_asking import ask_newcomers
from pscb_mail.cli.people_options import Basis, Groups, Source
from pscb_mail.errors import DeclinedError, UsageError
from pscb_mail.people.subscriber import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database

    from pscb_mail.people.changes import Origin
    from pscb_mail.people.enrolling import Enrolled
    from pscb_mail.people.importing import Reading
    from pscb_mail.people.lookalikes import Question
    from pscb_mail.people.staging import Staged
    from pscb_mail.people.tables import Table


class As(StrEnum):
    """As what an import takes its people, other than as readers."""

    OPTED_OUT = "opted_out"


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file, one person a row.")],
    group: Groups = None,
    as_: Annotated[
        As | None,
        typer.Option(
            "--as",
            parser=one_of(As, "--as"),
            metavar=metavar(As),
            help="Whom the file holds: people who must not be written to.",
        ),
    ] = None,
    sync: Annotated[
        bool, typer.Option("--sync", help="Make the group equal to the file: who is not in it leaves the group.")
    ] = False,
    marked: Annotated[
        Path | None,
        typer.Option(
            "--marked", metavar="FILE", help="Give the file back with a column that says what became of each row."
        ),
    ] = None,
    source: Source = "",
    basis: Basis = "",
    encoding: Annotated[str, typer.Option("--encoding", metavar="NAME", help="Of a CSV; found out unless told.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; change nothing.")] = False,
    yes: Yes = False,
    yes_leaving: Annotated[
        bool, typer.Option("--yes-leaving", help="With --sync: do it although more than a tenth of the group leaves.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring people in from a CSV or XLSX file: plan first, then apply."""
    import gc

    from pscb_mail.people import importing, joining, tables

    # Rows make no cycles; looking for them among a million objects takes a third of the time of a large import.
    gc.disable()
    context: Context = ctx.obj
    groups = options.groups(group)
    _hold_possible(groups, as_, marked, sync=sync)
    data = options.content(file)
    reading = importing.understand(
        tables.read_table(data, encoding), groups=groups, status=Status(as_) if as_ else None,
        source=joining.field(source), basis=joining.field(basis), zone=context.zone,
    )  # fmt: skip
    origin = options.origin(context, f"import {file.name}")
    order = _Order(
        name=file.name, origin=origin, source="" if "source" in reading.columns.places else origin.command,
        sync=groups[0] if sync else "", confirm=context.workspace.settings.groups.confirm,
        dry_run=dry_run, yes=yes, yes_leaving=yes_leaving, json=json,
    )  # fmt: skip
    with context.database() as db:
        understood = _understood(db, reading, marking=marked is not None)
        done = _planned_and_done(db, order, understood, context)
        if marked is not None:
            _give_back(marked, tables.read_table(data, encoding), understood, dry_run=dry_run)
        if done.change is not None:
            ask_newcomers(context, db, done.change)
    _end(order, understood, done)


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What the user wants of an import; `sync`: the group made equal to the file; `confirm`: groups to ask first."""

    name: str
    origin: "Origin"
    source: str
    sync: str
    confirm: tuple[str, ...]
    dry_run: bool
    yes: bool
    yes_leaving: bool
    json: bool


@dataclass(frozen=True)
class _Understood:
    """A file gone through: its rows, its people, and what is to be asked about them."""

    reading: "Reading"
    staged: "Staged"
    questions: "tuple[Question, ...]"


def _hold_possible(groups: tuple[str, ...], as_: As | None, marked: Path | None, *, sync: bool) -> None:
    if sync and (len(groups) != 1 or as_ is not None):
        raise UsageError(
            "--sync makes one group equal to the file.",
            'Name that group: --sync --group "Board". --as goes without it.',
        )
    if marked is not None and marked.suffix.lower() not in {".csv", ".xlsx"}:
        raise UsageError(f'"{marked.name}" is no kind of file that can be written.', "Name a .csv or .xlsx file.")
    if marked is not None:
        not_there_yet(marked)


def _understood(db: "Database", reading: "Reading", *, marking: bool) -> _Understood:
    from pscb_mail.people import lookalikes, staging

    staged = staging.staged(db, reading, marking=marking)
    return _Understood(reading, staged, lookalikes.questions(db, staged))


def _planned_and_done(db: "Database", order: _Order, understood: _Understood, context: Context) -> "Enrolled":
    """Show what would change, ask, and do it; where nothing is to be asked, show what was done."""
    from pscb_mail.people import roster

    anybody = bool(understood.staged.people)
    if anybody and order.yes and not order.dry_run and not order.sync:
        done = _carried_out(db, order, understood, context)
        _show(order, understood, done)
        return done
    # A file with nobody in it empties no group.
    sync = order.sync if anybody else ""
    planned = roster.plan(db, understood.staged, order.origin, order.source, sync, order.confirm)
    _show(order, understood, planned)
    if order.dry_run or not planned.moving or not anybody:
        return planned
    _ask(planned, order, understood)
    return _carried_out(db, order, understood, context, planned)


def _show(order: _Order, understood: _Understood, planned: "Enrolled") -> None:
    reading, staged, questions = understood.reading, understood.staged, understood.questions
    import_shown.plan(order.name, reading, staged, planned, questions, order.sync)


def _carried_out(
    db: "Database", order: _Order, understood: _Understood, context: Context, agreed: "Enrolled | None" = None
) -> "Enrolled":
    from pscb_mail.people import roster

    context.workspace.back_up("before-import", now())
    return roster.enrol(db, understood.staged, order.origin, order.source, order.sync, order.confirm, agreed)


def _ask(planned: "Enrolled", order: _Order, understood: _Understood) -> None:
    """Ask before anything changes, and once more where so many leave that it may be the wrong file."""
    try:
        console.confirm(f"Change {console.count(planned.moving, 'person', 'people')}?", yes=order.yes)
        if planned.leaving.many and not order.yes_leaving:
            _ask_for_the_number(planned.leaving.count, order.sync)
    except UsageError:
        if order.json:
            console.document(import_shown.as_json(understood.reading, planned, understood.questions))
        raise


def _ask_for_the_number(leaving: int, group: str) -> None:
    typed = console.typed(f"More than a tenth of {group} leaves. Type how many leave it, to go on:")
    if typed is None:
        people = console.count(leaving, "person", "people")
        raise UsageError(
            f"{people} would leave {group}, more than a tenth of it; nothing was changed.",
            "If that is meant, add --yes-leaving.",
        )
    if typed.replace(",", "") != str(leaving):
        raise DeclinedError("That is another number; nothing was changed.")


def _give_back(file: Path, table: "Table", understood: _Understood, *, dry_run: bool) -> None:
    """Write the file that was read once more, as `table`, with what became of each row."""
    from pscb_mail.people import importing

    reading, staged, questions = understood.reading, understood.staged, understood.questions
    options.write(file, _in_format_of(file, importing.marked(table, reading, staged, questions, planned=dry_run)))
    console.say(f"Written: {console.safe(file)}, with what {'would become' if dry_run else 'became'} of each row.")


def _in_format_of(file: Path, rows: "Iterator[tuple[str, ...]]") -> "Iterable[bytes]":
    from pscb_mail.people import tables

    return tables.csv_lines(rows) if file.suffix.lower() == ".csv" else [tables.xlsx_bytes(rows)]


def _end(order: _Order, understood: _Understood, done: "Enrolled") -> NoReturn:
    """Tell how an import ended, and exit: 1 where rows were rejected, 2 where no row could be taken."""
    if order.json:
        console.document(import_shown.as_json(understood.reading, done, understood.questions))
    elif done.change is not None:
        shown.enrolled(done)
    elif understood.staged.people and not done.moving:
        console.result("Nothing to change.")
    if not order.dry_run and not understood.staged.people:
        if not understood.reading.rows:
            raise UsageError("There is no row beneath the heading; nothing was changed.", "One line is one person.")
        raise UsageError("No row of the file could be taken; nothing was changed.", "The reasons stand above.")
    raise typer.Exit(console.exit_code(needs_a_person=bool(understood.reading.rejected) and not order.dry_run))
