"""Commands about people: the list, each change of it, and the way back."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pscb_mail.cli import console
from pscb_mail.cli import people_shown as shown
from pscb_mail.cli.context import Context, now
from pscb_mail.errors import UsageError
from pscb_mail.people.subscriber import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from pscb_mail.people.address import Address, Person
    from pscb_mail.people.changes import Origin
    from pscb_mail.people.importing import Reading
    from pscb_mail.people.roster import Enrolled
    from pscb_mail.people.subscriber import Subscriber

commands = typer.Typer()
_PANEL = "People"


class As(StrEnum):
    """As what an import takes its people, other than as readers."""

    OPTED_OUT = "opted_out"


Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
Who = Annotated[str, typer.Argument(metavar="ADDRESS", help="An address, or a name that fits only one person.")]
Whom = Annotated[list[str], typer.Argument(metavar="ADDRESS…", help="Addresses, or names that fit one person each.")]
Groups = Annotated[list[str] | None, typer.Option("--group", metavar="GROUP", help="A group; may be repeated.")]
Organisation = Annotated[str | None, typer.Option("--organisation", metavar="TEXT", help="Where they work.")]
Role = Annotated[str | None, typer.Option("--role", metavar="TEXT", help="What they are there.")]
Source = Annotated[str, typer.Option("--source", metavar="TEXT", help="Where the address comes from.")]
Basis = Annotated[str, typer.Option("--basis", metavar="TEXT", help="Why we may write to them.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the history.")]


@commands.command(rich_help_panel=_PANEL)
def add(
    ctx: typer.Context,
    people: Annotated[
        list[str],
        typer.Argument(metavar='"NAME <ADDRESS>"…', help="Whom; `-` reads them from standard input, one a line."),
    ],
    organisation: Organisation = None,
    role: Role = None,
    group: Groups = None,
    source: Source = "",
    basis: Basis = "",
) -> None:
    """Put people on the list; whoever is on it gets what is new about them."""
    from pscb_mail.people import roster

    context: Context = ctx.obj
    persons = list(_persons(people))
    with context.database() as db:
        done = roster.add(
            db, persons, _origin(context, "add"), organisation=organisation or "", role=role or "",
            groups=_groups(group), source=source, basis=basis,
        )  # fmt: skip
    shown.added(done)


@commands.command("import", rich_help_panel=_PANEL)
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file, one person a row.")],
    group: Groups = None,
    as_: Annotated[
        As | None, typer.Option("--as", help="Whom the file holds: people who must not be written to.")
    ] = None,
    source: Source = "",
    basis: Basis = "",
    encoding: Annotated[str, typer.Option("--encoding", metavar="NAME", help="Of a CSV; found out unless told.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; change nothing.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Bring people in from a CSV or XLSX file: plan first, then apply."""
    import gc

    from pscb_mail.people import importing, joining, roster, tables

    # Rows make no cycles; looking for them among a million objects takes a third of the time of a large import.
    gc.disable()
    context: Context = ctx.obj
    reading = importing.understand(
        tables.read_table(_bytes(file), encoding), groups=_groups(group), status=Status(as_) if as_ else None,
        source=joining.field(source), basis=joining.field(basis),
    )  # fmt: skip
    origin = _origin(context, f"import {file.name}")
    came_from = "" if "source" in reading.columns.places else f"import {file.name}"
    with context.database() as db:
        if yes and not dry_run:
            done = roster.enrol(db, reading.entries, origin, came_from)
            shown.plan(file.name, reading, done)
            _end_import(reading, done, json=json, dry_run=False)
        planned = roster.plan(db, reading.entries, origin, came_from)
        shown.plan(file.name, reading, planned)
        if dry_run or not planned.moving:
            _end_import(reading, planned, json=json, dry_run=dry_run)
        _ask(reading, planned, json=json)
        done = roster.enrol(db, reading.entries, origin, came_from)
    _end_import(reading, done, json=json, dry_run=False)


@commands.command("list", rich_help_panel=_PANEL)
def list_(
    ctx: typer.Context,
    status: Annotated[Status | None, typer.Option("--status", help="Only these; all of them unless told.")] = None,
    group: Annotated[str, typer.Option("--group", metavar="GROUP", help="Only those in this group.")] = "",
    search: Annotated[str, typer.Option("--search", metavar="WORDS", help="In address, name, place or role.")] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="As the list was then: 2026-12-31, or with a time.")
    ] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values.")] = False,
    json: Json = False,
) -> None:
    """Who is on the list, and where they stand."""
    from pscb_mail.people import directory

    context: Context = ctx.obj
    moment = _moment(as_of, context) if as_of else None
    with context.database() as db:
        found = directory.people(db, directory.Filters(status, group, search), moment)
        if json:
            console.documents(shown.as_json(person) for person in found)
        elif csv:
            console.csv(shown.COLUMNS, (shown.as_row(person) for person in found))
        else:
            shown.people(found, narrowed=bool(status or group or search or as_of))


@commands.command(rich_help_panel=_PANEL)
def show(
    ctx: typer.Context,
    who: Who,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.html", help="Write the story as a page for the person.")
    ] = None,
    json: Json = False,
) -> None:
    """One person's whole story: where from, every change, every issue, every reply."""
    from pscb_mail.desk import story
    from pscb_mail.people import directory

    context: Context = ctx.obj
    newsletter = context.workspace.settings.newsletter
    with context.database() as db:
        told = story.story(db, directory.find(db, who), newsletter.domain)
    if out is not None:
        _write(out, story.page(told, newsletter.zone, newsletter.name).encode())
        console.say(f"{console.safe(told.person.called)}: {console.safe(out)}")
    if json:
        console.document(shown.story_as_json(told))
    elif out is None:
        shown.story(told, newsletter.zone)


@commands.command(rich_help_panel=_PANEL)
def edit(
    ctx: typer.Context,
    who: Who,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What they are called.")] = None,
    organisation: Organisation = None,
    role: Role = None,
    group: Groups = None,
    no_group: Annotated[
        list[str] | None, typer.Option("--no-group", metavar="GROUP", help="Out of this group; may be repeated.")
    ] = None,
    address: Annotated[str | None, typer.Option("--address", metavar="NEW", help="Their new address.")] = None,
    reason: Reason = "",
) -> None:
    """Change what is known about somebody; an empty text empties a field."""
    from pscb_mail.people import directory, roster
    from pscb_mail.people.subscriber import differences

    context: Context = ctx.obj
    with context.database() as db:
        done = roster.edit(
            db, directory.find(db, who).id, _origin(context, "edit", reason), name=name, organisation=organisation,
            role=role, address=_address(address), groups=_groups(group), without=_groups(no_group),
        )  # fmt: skip
    changed = "; ".join(differences(done.before, done.after)) or "nothing is different"
    console.result(f"{console.safe(done.before.called)}: {console.safe(changed)}.{shown.number(done.change)}")
    if address and done.after.status is Status.BOUNCED:
        console.say(f"Still bounced: `pscb-mail resubscribe {console.safe(done.after.address.text)} --reason …`.")


@commands.command(rich_help_panel=_PANEL)
def unsubscribe(ctx: typer.Context, who: Whom, reason: Reason = "") -> None:
    """Take people off at their own wish (a call, a letter); nothing but a reason brings them back."""
    from pscb_mail.people import roster

    context: Context = ctx.obj
    with context.database() as db:
        people = _found(db, who)
        done = roster.opt_out(db, [person.id for person in people], _origin(context, "unsubscribe", reason))
    shown.moved(people, done.ids, done.change, "opted out", "had opted out already")


@commands.command(rich_help_panel=_PANEL)
def resubscribe(
    ctx: typer.Context,
    who: Who,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why: required, and kept.")] = "",
) -> None:
    """Bring somebody back who opted out or bounced; a reason is required."""
    from pscb_mail.people import directory, roster

    context: Context = ctx.obj
    with context.database() as db:
        person = directory.find(db, who)
        done = roster.resubscribe(db, person.id, _origin(context, "resubscribe", reason))
    shown.moved([person], done.ids, done.change, "back on the list", "is on the list")


@commands.command(rich_help_panel=_PANEL)
def remove(
    ctx: typer.Context,
    who: Whom,
    reason: Reason = "",
    successor: Annotated[
        str | None, typer.Option("--successor", metavar='"NAME <ADDRESS>"', help="Who takes over place and groups.")
    ] = None,
) -> None:
    """Take people off who have left; no wish of theirs, and no bar to coming back."""
    from pscb_mail.people import roster

    context: Context = ctx.obj
    heir = None if successor is None else next(_persons([successor]))
    with context.database() as db:
        people = _found(db, who)
        if heir is not None and len(people) > 1:
            raise UsageError("A successor follows one person.", "Remove them one by one.")
        ids = [person.id for person in people]
        done = roster.remove(db, ids, _origin(context, "remove", reason), successor=heir)
    stays = "stays {status}: there is nothing to remove"
    shown.moved(people, done.ids, done.change, "removed", stays)
    if heir is not None:
        console.result(f"{console.safe(heir.address.text)}: successor, with the same organisation, role and groups.")


@commands.command(rich_help_panel=_PANEL)
def groups(ctx: typer.Context, json: Json = False) -> None:
    """The groups, and how many are in each."""
    from pscb_mail.people import directory

    context: Context = ctx.obj
    with context.database() as db:
        found = directory.groups(db)
    if json:
        console.document([{"group": each.name, "active": each.active, "people": each.people} for each in found])
    elif found:
        console.table(("group", "active", "in all"), [(g.name, f"{g.active:,}", f"{g.people:,}") for g in found])
    else:
        console.say('There are no groups yet: `pscb-mail add "Name <address>" --group Heads` makes one.')


@commands.command(rich_help_panel=_PANEL)
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .xlsx or .json file to write.")],
) -> None:
    """Write the whole list to a file that `import` reads back."""
    from pscb_mail.people import directory, importing, tables

    context: Context = ctx.obj
    with context.database() as db:
        people = list(directory.people(db))
    match file.suffix.lower():
        case ".csv":
            # With the mark without which Excel takes UTF-8 for something else.
            data = "".join(tables.csv_text(importing.exported(people))).encode("utf-8-sig")
        case ".xlsx":
            data = tables.xlsx_bytes(importing.exported(people))
        case other:
            raise UsageError(f'"{other}" is no kind of file that can be written.', "Name a .csv or .xlsx file.")
    _write(file, data)
    console.result(f"{len(people):,} people in {console.safe(file)}.")


@commands.command(rich_help_panel=_PANEL)
def undo(
    ctx: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="[CHANGE]", help="Its number; the latest change unless told.")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="Only list the latest changes.")] = False,
    reason: Reason = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Take back a change of people, for everybody who still is as it left them."""
    from pscb_mail.people import changes

    context: Context = ctx.obj
    zone = context.workspace.settings.newsletter.zone
    with context.database() as db:
        if show_list:
            shown.changes(list(changes.changes(db, 20)), changes.undone(db), zone, json=json)
            return
        wanted = changes.latest(db) if number is None else changes.change(db, number)
        console.say(shown.change(wanted, zone))
        if wanted.people > _MANY:
            console.confirm(f"Take it back for {wanted.people:,} people?", yes=yes)
        done = changes.undo(db, wanted.number, _origin(context, f"undo {wanted.number}", reason))
    if json:
        console.document(shown.undone_as_json(done))
    else:
        shown.undone(done)
    raise typer.Exit(console.exit_code(needs_a_person=bool(done.kept)))


# -- what the commands share ----------------------------------------------------------------------------------------

# A change of more people than this is not taken back without asking.
_MANY = 10


def _origin(context: Context, command: str, reason: str = "") -> "Origin":
    from pscb_mail.foreign import one_line
    from pscb_mail.people.changes import Origin

    return Origin(now(), context.author, one_line(command, 200), one_line(reason))


def _persons(words: "Sequence[str]") -> "Iterator[Person]":
    """Yield whom the words of a command mean, with `-` for what is pasted. Raises UsageError with all that is wrong."""
    import sys

    from pscb_mail.people.address import AddressError, parse_person, pasted

    wrong = list[str]()
    for word in words:
        lines = pasted(sys.stdin.read()) if word == "-" else [(0, word)]
        for line, text in lines:
            try:
                yield parse_person(text)
            except AddressError as error:
                wrong.append(f"Line {line}: {error}" if line else str(error))
    if wrong:
        more = [f"… and {len(wrong) - 10} more."] if len(wrong) > 10 else []
        raise UsageError(
            "\n       ".join(wrong[:10] + more),
            'Nothing was changed. One person is written "Jo Bloggs <jo@school.example>", in quotation marks.',
        )


def _groups(names: "Sequence[str] | None") -> tuple[str, ...]:
    from pscb_mail.people.joining import group_names

    return group_names(",".join(names or ()))


def _address(text: str | None) -> "Address | None":
    from pscb_mail.people.address import AddressError, parse_address

    try:
        return None if text is None else parse_address(text)
    except AddressError as error:
        raise UsageError(str(error), "Nothing was changed.") from error


def _found(db: "Database", words: "Sequence[str]") -> list["Subscriber"]:
    """Return whom the words mean, each once. Raises UsageError at the first who is not on the list."""
    from pscb_mail.people import directory

    people = [directory.find(db, word) for word in words]
    return list({person.id: person for person in people}.values())


def _moment(text: str, context: Context) -> "datetime":
    """Return the moment that a date means in the newsletter's zone: the end of a day where there is no time."""
    from datetime import datetime, timedelta

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'"{text}" is not a date.', "Write it as 2026-12-31, or 2026-12-31T18:00.") from error
    if len(text) == len("2026-12-31"):
        moment += timedelta(days=1, microseconds=-1)
    return moment if moment.tzinfo else moment.replace(tzinfo=context.workspace.settings.newsletter.zone)


def _bytes(file: Path) -> bytes:
    from pscb_mail.people.tables import FILE_LIMIT

    try:
        if not file.is_file():
            raise UsageError(f"{file} is not a file.", "Give the path of a CSV or XLSX file.")
        with file.open("rb") as opened:
            return opened.read(FILE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.", "Nothing was changed.") from error


def _write(file: Path, data: bytes) -> None:
    """Write a file about people whole or not at all, for nobody else to read."""
    import os
    import tempfile

    try:
        handle, draft = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")  # mode 0600
        with os.fdopen(handle, "wb") as opened:
            opened.write(data)
        Path(draft).replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", "Name a file in a folder of yours.") from error


def _ask(reading: "Reading", planned: "Enrolled", *, json: bool) -> None:
    try:
        console.confirm(f"Change {planned.moving:,} people?", yes=False)
    except UsageError:
        if json:
            console.document(shown.import_as_json(reading, planned))
        raise


def _end_import(reading: "Reading", done: "Enrolled", *, json: bool, dry_run: bool) -> NoReturn:
    """Tell how an import ended, and exit: 1 where rows were rejected, 2 where no row could be taken."""
    if json:
        console.document(shown.import_as_json(reading, done))
    elif done.change is not None:
        shown.enrolled(done)
    if not dry_run and not reading.entries:
        raise UsageError("No row of the file could be taken; nothing was changed.", "The reasons stand above.")
    raise typer.Exit(console.exit_code(needs_a_person=bool(reading.rejected) and not dry_run))
