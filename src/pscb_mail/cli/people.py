"""Commands about people: the list, each change of it, and the way back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli import people_options as options
from pscb_mail.cli import people_shown as shown
from pscb_mail.cli.context import not_there_yet, now
from pscb_mail.cli.options import Json, Yes, one_of
from pscb_mail.cli.people_asking import ask_newcomers
from pscb_mail.cli.people_import import import_
from pscb_mail.cli.people_options import Basis, Groups, Organisation, Reason, Role, Source, Who, Whom
from pscb_mail.errors import PscbMailError, UsageError
from pscb_mail.people.subscriber import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from pscb_mail.cli.context import Context
    from pscb_mail.people.enrolling import Enrolled

commands = typer.Typer()
_PANEL = "People"
# A change of more people than this is not taken back without asking.
_MANY = 10
# How many of the columns of an exported file `list --csv` has: those of `list --json`.
_LISTED = 7


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
    welcome: Annotated[
        str, typer.Option("--welcome", metavar="ISSUE", help="Send those who join their copy of this issue at once.")
    ] = "",
) -> None:
    """Put people on the list; whoever is on it gets what is new about them."""
    from pscb_mail.desk import planning
    from pscb_mail.people import lookalikes, roster

    context: Context = ctx.obj
    persons = list(options.persons(people))
    with context.database() as db:
        issue = planning.still_open(planning.begun(db, welcome)).issue if welcome else ""
        asked = lookalikes.about(db, persons)
        done = roster.add(
            db, persons, options.origin(context, "add"), organisation=organisation or "", role=role or "",
            groups=options.groups(group), source=source, basis=basis,
            confirm=context.workspace.settings.groups.confirm,
        )  # fmt: skip
        shown.added(done)
        shown.to_look_at(asked)
        ask_newcomers(context, db, done.change)
        if issue:
            _welcome(context, db, issue, done, {each.address for each in asked})


def _welcome(context: "Context", db: "Database", issue: str, done: "Enrolled", doubtful: set[str]) -> None:
    """Send each of those who joined their copy; whoever had one already, or may be a slip, does not get one."""
    from pscb_mail.cli.context import stop_on_signal
    from pscb_mail.cli.sending_shown import told
    from pscb_mail.desk import dispatch
    from pscb_mail.people import directory
    from pscb_mail.people.joining import Kind
    from pscb_mail.sending.delivery import Event

    joined = [each.person.address.text for each in done.decisions if each.kind in {Kind.ADDED, Kind.BACK}]
    taken = True
    with stop_on_signal() as stopping:
        means = dispatch.means_of(context.workspace, now, stopping.wait)
        for address in joined:
            if address in doubtful:
                only = f"pscb-mail send {issue} --only {address}"
                console.say(f"Not sent to {console.safe(address)}: if it is right, `{console.safe(only)}` does.")
                taken = False
                continue
            person = directory.find(db, address)
            if person.status is not Status.ACTIVE:
                continue
            try:
                verdict = dispatch.send_only(db, context.workspace, issue, person, means, context.author, again=False)
            except UsageError as error:  # they had it when they were on the list before
                console.say(console.safe(error.message))
                continue
            except PscbMailError:
                console.say(f"All are on the list; `pscb-mail send {issue} --joined` sends it to who has none yet.")
                raise
            taken = told(address, verdict).event is Event.ACCEPTED and taken
    raise typer.Exit(console.exit_code(needs_a_person=not taken))


commands.command("import", rich_help_panel=_PANEL)(import_)


@commands.command("list", rich_help_panel=_PANEL)
def list_(
    ctx: typer.Context,
    status: Annotated[
        Status | None,
        typer.Option(
            "--status",
            parser=one_of(Status, "--status"),
            metavar="STATUS",
            help=f"Only {', '.join(Status)}; all unless told.",
        ),
    ] = None,
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
    moment = options.moment(as_of, context) if as_of else None
    with context.database() as db:
        if group and moment is None:
            options.hold_group(db, group)
        filters = directory.Filters(status, group, search)
        found = directory.people(db, filters, moment)
        if json:
            console.documents(shown.as_json(person) for person in found)
        elif csv:
            console.csv(directory.COLUMNS[:_LISTED], (row[:_LISTED] for row in directory.rows(db, filters, moment)))
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
    if out is not None:
        not_there_yet(out)
    with context.database() as db:
        told = story.story(db, directory.find(db, who, part=True), newsletter.domain)
    if out is not None:
        options.write(out, [story.page(told, newsletter.zone, newsletter.name).encode()])
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
            db, directory.find(db, who).id, options.origin(context, "edit", reason), name=name,
            organisation=organisation, role=role, address=options.address(address), groups=options.groups(group),
            without=options.groups(no_group), confirm=context.workspace.settings.groups.confirm,
        )  # fmt: skip
        ask_newcomers(context, db, done.change)
        untouched = list(options.not_left(db, done.before, options.groups(no_group)))
    changed = "; ".join(differences(done.before, done.after)) or "nothing is different"
    console.result(f"{console.safe(done.before.called)}: {console.safe(changed)}.{shown.way_back(done.change)}")
    shown.new_groups(done.new_groups)
    for words in untouched:
        console.say(f"[yellow]{console.safe(words)}[/]")
    if address and done.after.status is Status.BOUNCED:
        console.say(f"Still bounced: `pscb-mail resubscribe {console.safe(done.after.address.text)} --reason …`.")


@commands.command(rich_help_panel=_PANEL)
def unsubscribe(ctx: typer.Context, who: Whom, reason: Reason = "") -> None:
    """Take people off at their own wish (a call, a letter); nothing but a reason brings them back."""
    from pscb_mail.people import roster

    context: Context = ctx.obj
    with context.database() as db:
        people = options.found(db, who)
        done = roster.opt_out(db, [person.id for person in people], options.origin(context, "unsubscribe", reason))
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
        done = roster.resubscribe(db, person.id, options.origin(context, "resubscribe", reason))
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
    from pscb_mail.desk import coverage
    from pscb_mail.people import roster

    context: Context = ctx.obj
    heir = None if successor is None else next(options.persons([successor]))
    with context.database() as db:
        people = options.found(db, who)
        if heir is not None and len(people) > 1:
            raise UsageError("A successor follows one person.", "Remove them one by one.")
        ids = [person.id for person in people]
        confirm = context.workspace.settings.groups.confirm
        done = roster.remove(db, ids, options.origin(context, "remove", reason), successor=heir, confirm=confirm)
        shown.moved(people, done.ids, done.change, "removed", "stays {status}: there is nothing to remove")
        if heir is not None:
            heirs = console.safe(heir.address.text)
            console.result(f"{heirs}: successor, with the same organisation, role and groups.")
            ask_newcomers(context, db, done.change)
        empty = coverage.left_with_nobody(db, [person for person in people if person.id in done.ids])
    for organisation in empty:
        console.say(
            f"[yellow]Nobody of {console.safe(organisation)} is on the list now.[/] Who has come in their place?"
        )


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
    """Write the whole list to a file; a .csv or .xlsx is one that `import` reads back."""
    from itertools import chain

    from pscb_mail.people import directory, tables

    context: Context = ctx.obj
    kind = file.suffix.lower()
    if kind not in {".csv", ".xlsx", ".json"}:
        raise UsageError(f'"{kind}" is no kind of file that can be written.', "Name a .csv, .xlsx or .json file.")
    not_there_yet(file)
    with context.database() as db:
        rows = chain([directory.COLUMNS], directory.rows(db))
        match kind:
            case ".csv":
                data: Iterable[bytes] = tables.csv_lines(rows)
            case ".xlsx":
                data = [tables.xlsx_bytes(rows)]
            case _:
                data = console.document_lines(shown.exported_as_json(person) for person in directory.people(db))
        options.write(file, data)
        people_in_all = sum(directory.counts(db).values())
    console.result(f"{console.count(people_in_all, 'person', 'people')} in {console.safe(file)}.")


@commands.command(rich_help_panel=_PANEL)
def undo(
    ctx: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="CHANGE", help="Its number; the latest change unless told.")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="Only list the latest changes.")] = False,
    reason: Reason = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Take back a change of people, for everybody who still is as it left them; asks before it lifts an opt-out."""
    from pscb_mail.people import changes, undoing

    context: Context = ctx.obj
    zone = context.zone
    with context.database() as db:
        if show_list:
            some = [(each, changes.changed_by(db, each.number, shown.WHOM)) for each in changes.changes(db, 20)]
            shown.changes(some, changes.undone(db), now().astimezone(zone), json=json)
            return
        wanted = changes.latest(db) if number is None else changes.change(db, number)
        lifted = undoing.lifted(db, wanted.number)
        shown.about_to_undo(wanted, changes.changed_by(db, wanted.number, shown.EXAMPLES), lifted, zone)
        if lifted.count:
            opt_outs = console.count(lifted.count, "opt-out", "opt-outs")
            console.confirm(f"Take it back, and lift {opt_outs}?", yes=yes)
        elif wanted.people > _MANY:
            console.confirm(f"Take it back for {wanted.people:,} people?", yes=yes)
        origin = options.origin(context, f"undo {wanted.number}", reason)
        done = undoing.undo(db, wanted.number, origin, lifting=lifted.count)
    if json:
        console.document(shown.undone_as_json(done))
    else:
        shown.undone(done)
    raise typer.Exit(console.exit_code(needs_a_person=bool(done.stayed)))
