"""How an import looks: its plan before anything changes, and as the contract's JSON."""

from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.cli import people_shown as shown
from pscb_mail.people.importing import KNOWN_HEADINGS
from pscb_mail.people.joining import Decision, Kind
from pscb_mail.people.subscriber import Status, differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pscb_mail.people.enrolling import Enrolled, Leaving
    from pscb_mail.people.importing import Reading, Rejected
    from pscb_mail.people.lookalikes import Question
    from pscb_mail.people.newgroups import NewGroup
    from pscb_mail.people.staging import Repeat, Staged


def as_json(reading: "Reading", done: "Enrolled", questions: "Sequence[Question]") -> dict[str, object]:
    """Return an import or its plan as `import --json` has it."""
    return {
        "change": done.change,
        "added": done.count(Kind.ADDED, Kind.BARRED, Kind.BACK),
        "changed": done.count(Kind.CHANGED, Kind.OPTED_OUT),
        "unchanged": done.count(Kind.UNCHANGED),
        "protected": done.count(Kind.PROTECTED),
        "removed": done.leaving.count,
        "rejected": [{"line": row.line, "text": row.text, "reason": row.reason} for row in reading.rejected],
        "questions": [vars(each) for each in questions],
        "new_groups": [{"group": each.name, "near": each.near} for each in done.new_groups],
    }


_PLANNED = (
    (Kind.ADDED, "to join the list"),
    (Kind.BARRED, "to be barred: nobody is to write to them"),
    (Kind.BACK, "to come back: they had been removed"),
    (Kind.CHANGED, "to change"),
    (Kind.OPTED_OUT, "to come off: the file says that they opted out"),
    (Kind.PROTECTED, "to stay off: they opted out, bounced or were forgotten"),
    (Kind.UNCHANGED, "on the list already, as they are"),
)


def plan(
    name: str,
    reading: "Reading",
    staged: "Staged",
    planned: "Enrolled",
    questions: "Sequence[Question]",
    sync: str,
) -> None:
    """Print what an import is about to do: who leaves, what is read from where, counts, examples, faults, questions."""
    _file(name, reading)
    _leaving(planned.leaving, sync, faults=len(reading.rejected))
    for kind, words in _PLANNED:
        some = [] if kind is Kind.UNCHANGED else [each for each in planned.decisions if each.kind is kind]
        _listed(words, planned.count(kind), map(_example, some), shown.EXAMPLES, "more")
    # Where an address of now meets one of then, that is only counted.
    repeated = staged.repeated + staged.people - sum(planned.counts.values())
    marked = "more: --marked tells of each row"
    _listed("repeated: an earlier row names the same person", repeated, map(_repeat, staged.repeats), more=marked)
    groups, rejected = planned.new_groups, reading.rejected
    _listed("new group:" if len(groups) == 1 else "new groups:", len(groups), map(_group, groups))
    _listed("[yellow]cannot be taken:[/]", len(rejected), map(_rejected, rejected))
    _listed("to look at; they hold nothing up:", len(questions), map(_question, questions))


def _file(name: str, reading: "Reading") -> None:
    """Print what a file is, and which of its columns is read as what."""
    rows = console.count(reading.rows, "row", "rows")
    console.say(f"[bold]{console.safe(name)}[/]: {rows}, {console.safe(reading.read_as)}")
    for meaning, place in reading.columns.described:
        console.say(f"  [dim]{meaning:<13}[/] {console.safe(place)}")
    if reading.columns.unused:
        console.say(f"  [dim]{'not used':<13}[/] {console.safe(', '.join(reading.columns.unused[:10]))}")
        console.say(f"  [dim]{'':<13} Rename one to have it read: {', '.join(KNOWN_HEADINGS)}[/]")
    if above := reading.columns.above:
        console.say(f"  [dim]{'left out':<13}[/] {console.count(above, 'row', 'rows')} above the headings")
    console.say()


def _leaving(leaving: "Leaving", group: str, *, faults: int) -> None:
    """Print who leaves a group that is made equal to the file."""
    of = f"[yellow]to leave {console.safe(group)}[/], of its {leaving.members:,}: not in the file"
    whom = (f"[dim]{console.safe(person.called)}[/]" for person in leaving.people)
    _listed(of, leaving.count, whom, shown.NAMED, "more")
    if leaving.count and faults:
        shown.beneath("[dim]Whoever stands in a row that cannot be taken leaves as well: mend those first.[/]")


def _listed(
    heading: str,
    count: int,
    rows: "Iterable[str]",
    first: int = shown.FIRST,
    more: str = "more: --json lists them all",
) -> None:
    """Print a heading with its number, where that is not 0, and beneath it the first of its rows."""
    if count:
        console.say(f"{count:>7,}  {heading}")
        shown.first_of(rows, count, first, more)


def _example(each: Decision) -> str:
    about = each.person.called
    if each.kind is Kind.CHANGED:
        about += f": {'; '.join(differences(each.before, each.person))}"
    elif each.kind is Kind.PROTECTED and each.before is None:
        about += ", asked to be forgotten"
    elif each.kind in {Kind.ADDED, Kind.PROTECTED} and each.person.status is not Status.ACTIVE:
        about += f", {each.person.status.words}"
    return f"[dim]{console.safe(about)}[/]"


def _repeat(each: "Repeat") -> str:
    dropped = f"; not taken: {', '.join(each.dropped)}" if each.dropped else ""
    who = console.safe(f"{each.person.address.text}{dropped}")
    return f"[dim]line {each.line} repeats line {each.first}:[/] {who}"


def _group(each: "NewGroup") -> str:
    return f"[dim]{console.safe(shown.new_group(each))}[/]"


def _rejected(each: "Rejected") -> str:
    return f"[dim]line {each.line}:[/] {console.safe(each.reason)}"


def _question(each: "Question") -> str:
    return f"[dim]line {each.line}:[/] {console.safe(each.address)}: [dim]{console.safe(each.why)}[/]"
