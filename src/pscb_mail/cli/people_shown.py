"""How people and their changes look: on a screen of 80 columns, in a pipe, and as the contract's JSON."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.foreign import one_line
from pscb_mail.people.joining import Kind
from pscb_mail.people.subscriber import Status, Subscriber, differences

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from pscb_mail.desk.story import Story
    from pscb_mail.people.changes import Change, Recorded
    from pscb_mail.people.enrolling import Enrolled
    from pscb_mail.people.lookalikes import Question
    from pscb_mail.people.newgroups import NewGroup
    from pscb_mail.people.undoing import Kept, Lifted, Undone

EXAMPLES = 3
FIRST = 10  # of a list, so many are shown and the others counted
WHOM = 2  # of each change in a list, so many are named
NAMED = 20  # of those who leave a group or are put back, so many
_ROWS_AT_ONCE = 500  # a table is laid out as a whole


# -- JSON and CSV ---------------------------------------------------------------------------------------------------


def as_json(person: Subscriber) -> dict[str, object]:
    """Return somebody as `list --json` has them."""
    return {
        "address": person.address.text,
        "name": person.name,
        "organisation": person.organisation,
        "role": person.role,
        "groups": list(person.groups),
        "status": person.status,
        "since": _iso(person.since),
    }


_iso = lru_cache(maxsize=10_000)(console.iso)  # thousands joined at the same moment


def exported_as_json(person: Subscriber) -> dict[str, object]:
    """Return somebody as an exported file has them: as `list --json`, and where from and why."""
    return {**as_json(person), "source": person.source, "basis": person.basis}


def story_as_json(told: "Story") -> dict[str, object]:
    """Return a story as `show --json` has it."""
    timeline = [{"at": console.iso(each.at), "what": each.what, "detail": each.detail} for each in told.timeline]
    about = {"source": told.person.source, "basis": told.person.basis}
    return {**as_json(told.person), **about, "timeline": timeline}


def undone_as_json(done: "Undone") -> dict[str, object]:
    """Return what an undo did."""
    kept = [
        {"address": each.person.address.text, "change": each.newer.number if each.newer else None} for each in done.kept
    ]
    whole = {"change": done.change, "undone": done.undone.number, "people": done.people}
    return {**whole, "stayed": done.stayed, "kept": kept}


# -- people ---------------------------------------------------------------------------------------------------------


def people(found: Iterator[Subscriber], *, narrowed: bool) -> None:
    """Print people as a table on a terminal, as lines with tabs elsewhere; how many they are goes to stderr."""
    counts = dict.fromkeys(Status, 0)
    while some := list(islice(found, _ROWS_AT_ONCE)):
        for person in some:
            counts[person.status] += 1
        if console.out.is_terminal:
            _table(some)
        else:
            sys.stdout.writelines(f"{_line(person)}\n" for person in some)
    parts = ", ".join(f"{count:,} {status.words}" for status, count in counts.items() if count)
    if parts:
        console.say(f"[dim]{_count(sum(counts.values()))}: {parts}[/]")
    else:
        console.say("Nobody fits that." if narrowed else "Nobody is on the list yet: `pscb-mail import FILE`.")


def _table(some: Sequence[Subscriber]) -> None:
    """Print the columns that have something in them; on a narrow terminal groups give way first."""
    rows = [(p.address.text, p.name, p.organisation, ", ".join(p.groups), p.status.words) for p in some]
    columns = ["address", "name", "organisation", "groups", "status"]
    wide = console.out.width >= 110
    kept = [i for i, name in enumerate(columns) if any(row[i] for row in rows) and (wide or name != "groups")]
    console.table([columns[i] for i in kept], [[row[i] for i in kept] for row in rows])


def _line(person: Subscriber) -> str:
    cells = (person.address.text, person.name, person.organisation, ", ".join(person.groups), person.status.words)
    return "\t".join(one_line(cell) for cell in cells)


def story(told: "Story", zone: "ZoneInfo") -> None:
    """Print who somebody is and what happened to them."""
    person = told.person
    console.result(f"[bold]{console.safe(person.called)}[/]")
    status = f"{person.status.words} since {person.since.astimezone(zone):%d %B %Y}"
    about = (
        ("organisation", person.organisation),
        ("role", person.role),
        ("groups", ", ".join(person.groups)),
        ("status", status),
        ("comes from", person.source or "not recorded"),
        ("basis", person.basis or "not recorded"),
    )
    console.facts(((label, value) for label, value in about if value), 13, console.out)
    console.result()
    rows = [(f"{each.at.astimezone(zone):%d %b %Y %H:%M}", each.what, each.detail) for each in told.timeline]
    console.table(("when", "what", "detail"), rows)


# -- changes --------------------------------------------------------------------------------------------------------


def way_back(change: int | None) -> str:
    """Return the words that name a change and the way back; nothing where there is none."""
    return "" if change is None else f" [dim]Change {change}: `pscb-mail undo {change}` takes it back.[/]"


def added(done: "Enrolled") -> None:
    """Print what an `add` did, person by person, or in numbers where they are many."""
    if sum(done.counts.values()) > FIRST:
        enrolled(done)
        new_groups(done.new_groups)
        return
    words = {Kind.ADDED: "added", Kind.BACK: "back on the list", Kind.UNCHANGED: "is on the list already"}
    for each in done.decisions:
        word = words.get(each.kind) or "; ".join(differences(each.before, each.person))
        console.result(f"{console.safe(each.person.called)}: {console.safe(word)}.")
    new_groups(done.new_groups)
    if done.change is not None:
        console.say(way_back(done.change).strip())


def to_look_at(asked: "Sequence[Question]") -> None:
    """Print who of those that were named may be a slip."""
    for each in asked:
        console.say(f"[yellow]To look at:[/] {console.safe(each.address)}: {console.safe(each.why)}")


def new_groups(made: "Sequence[NewGroup]") -> None:
    """Print the groups that a change made, and those that were probably meant: a slip makes a group as well."""
    for each in made:
        console.say(f"{'[yellow]New group:[/]' if each.near else 'New group:'} {console.safe(new_group(each))}")


def new_group(made: "NewGroup") -> str:
    """Return the name of a group that is new, with the one that may have been meant."""
    return f"{made.name} (did you mean {made.near}?)" if made.near else made.name


def enrolled(done: "Enrolled") -> None:
    """Print in numbers what became of many."""
    counted = (
        (Kind.ADDED, "added"),
        (Kind.BARRED, "barred"),
        (Kind.BACK, "back on the list"),
        (Kind.CHANGED, "changed"),
        (Kind.OPTED_OUT, "taken off"),
        (Kind.PROTECTED, "left off the list"),
        (Kind.UNCHANGED, "unchanged"),
    )
    told = [f"{done.count(kind):,} {word}" for kind, word in counted if done.count(kind)]
    told += [f"{done.leaving.count:,} out of the group"] if done.leaving.count else []
    console.result(f"{', '.join(told)}.{way_back(done.change)}")


def moved(some: list[Subscriber], ids: tuple[int, ...], change: int | None, did: str, otherwise: str) -> None:
    """Print to whom something happened, and who was left as they were."""
    for person in some:
        words = did if person.id in ids else otherwise.format(status=person.status.words)
        console.result(f"{console.safe(person.called)}: {words}.")
    if change is not None:
        console.say(way_back(change).strip())


def change(made: "Change", zone: "ZoneInfo") -> str:
    """Return a change in one line, ready to print."""
    reason = f": {made.origin.reason}" if made.origin.reason else ""
    return console.safe(
        f"Change {made.number}, {made.origin.at.astimezone(zone):%d %B %Y %H:%M} by {made.origin.author} "
        f"({made.origin.command}), {_count(made.people)}{reason}"
    )


def about_to_undo(made: "Change", some: "Sequence[Recorded]", lifted: "Lifted", zone: "ZoneInfo") -> None:
    """Print a change that is to be taken back, some of those whom it was about, and whose opt-out that would lift."""
    console.say(change(made, zone))
    if lifted.count:
        console.say("[yellow]They opted out by it, and would be barred no longer[/] (`--reason` keeps why):")
    whom = [each.called for each in lifted.people] or [_called(each) for each in some]
    first_of((f"[dim]{console.safe(name)}[/]" for name in whom), lifted.count or made.people, NAMED)


def _called(each: "Recorded") -> str:
    person = each.after or each.before
    return person.called if person else ""


def first_of(rows: Iterable[str], in_all: int, first: int, more: str = "more") -> None:
    """Print the first of so many rows (markup) and how many more there are; no rows: nothing."""
    shown = 0
    for row in islice(rows, first):
        beneath(row)
        shown += 1
    if 0 < shown < in_all:
        beneath(f"[dim]… and {in_all - shown:,} {more}[/]")


def beneath(markup: str) -> None:
    """Print an indented line, wrapped between words on a terminal."""
    if console.err.is_terminal:
        from rich.padding import Padding

        console.err.print(Padding(markup, (0, 0, 0, 9)))
    else:
        console.say(f"         {markup}")


def changes(
    some: "Sequence[tuple[Change, Sequence[Recorded]]]", undone_by: dict[int, int], now: "datetime", *, json: bool
) -> None:
    """Print changes, the latest first, each with the first of those whom it was about; `now` is in the zone to show."""
    if json:
        console.document([_change_as_json(each, undone_by.get(each.number)) for each, _ in some])
        return
    if not some:
        console.say("Nothing has been changed yet.")
        return
    rows = (row for each, whom in some for row in _change_rows(each, whom, undone_by.get(each.number), now))
    console.table(("change", "when", "command", "whom, and why"), rows)


def _change_rows(
    made: "Change", some: "Sequence[Recorded]", undone_by: int | None, now: "datetime"
) -> "Iterator[tuple[object, ...]]":
    """Yield a change in two rows: at 80 columns one has no room for all of it."""
    at = made.origin.at.astimezone(now.tzinfo)
    when = f"{at:%d %b %H:%M}" if at.year == now.year else f"{at:%d %b %Y}"
    people = [person for each in some if (person := each.after or each.before)]
    whom = ", ".join(person.name or person.address.text for person in people)
    more = made.people - len(people)
    yield made.number, when, made.origin.command, f"{whom} and {more:,} more" if more > 0 else whom or "(forgotten)"
    why = (f"taken back by {undone_by}" if undone_by else "", made.origin.reason)
    yield "", "", f"by {made.origin.author}", "; ".join(filter(None, why))


def _change_as_json(made: "Change", undone_by: int | None) -> dict[str, object]:
    origin = made.origin
    return {
        "change": made.number,
        "at": console.iso(origin.at),
        "author": origin.author,
        "command": origin.command,
        "reason": origin.reason,
        "people": made.people,
        "undoes": made.undoes,
        "undone_by": undone_by,
    }


def undone(done: "Undone") -> None:
    """Print what an undo did, and what it could not take back."""
    console.result(f"Taken back for {_count(done.people)}.{way_back(done.change)}")
    for each in done.kept[:FIRST]:
        console.result(f"  {console.safe(each.person.called)} stays: {console.safe(_why(each))}.")
    if done.stayed > FIRST:
        console.result(f"  … and {done.stayed - FIRST:,} more.")


def _why(kept: "Kept") -> str:
    if kept.bar or kept.newer is None:
        return kept.bar
    if kept.holder is not None:
        return f"their address of then is on the list already: {kept.holder.called} ({kept.holder.status.words})"
    return f"change {kept.newer.number} ({kept.newer.origin.command}) came later"


def _count(people: int) -> str:
    return console.count(people, "person", "people")
