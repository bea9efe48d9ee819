"""How an import looks: its plan before anything changes, and as the contract's JSON."""

from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.cli import people_shown as shown
from pscb_mail.people.joining import Decision, Kind
from pscb_mail.people.subscriber import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pscb_mail.people.importing import Reading
    from pscb_mail.people.lookalikes import Question
    from pscb_mail.people.roster import Enrolled, Leaving
    from pscb_mail.people.staging import Staged


def as_json(reading: "Reading", done: "Enrolled", questions: "Sequence[Question]") -> dict[str, object]:
    """Return an import or its plan as `import --json` has it."""
    return {
        "change": done.change,
        "added": done.count(Kind.ADDED, Kind.BACK),
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
    (Kind.BACK, "to come back: they had been removed"),
    (Kind.CHANGED, "to change"),
    (Kind.OPTED_OUT, "to come off: the file says that they opted out"),
    (Kind.PROTECTED, "to stay off: they opted out or bounced"),
    (Kind.UNCHANGED, "on the list already, as they are"),
)


def plan(
    name: str,
    reading: "Reading",
    staged: "Staged",
    planned: "Enrolled",
    questions: "Sequence[Question]",
    sync: str,
    *,
    barred: bool,
) -> None:
    """Print what an import is about to do: who leaves, what is read from where, counts, examples, faults, questions.

    `barred`: the file holds people who must not be written to.
    """
    console.say(f"[bold]{console.safe(name)}[/]: {console.count(reading.rows, 'row', 'rows')}, {reading.read_as}")
    for meaning, place in reading.columns.described:
        console.say(f"  [dim]{meaning:<13}[/] {console.safe(place)}")
    if reading.columns.unused:
        console.say(f"  [dim]{'not used':<13}[/] {console.safe(', '.join(reading.columns.unused[:10]))}")
    if above := reading.columns.above:
        console.say(f"  [dim]{'left out':<13}[/] {console.count(above, 'row', 'rows')} above the headings")
    console.say()
    _leaving(planned.leaving, sync, faults=len(reading.rejected))
    for kind, words in _PLANNED:
        told = "to be barred: nobody is to write to them" if barred and kind is Kind.ADDED else words
        _planned(told, planned.count(kind), [each for each in planned.decisions if each.kind is kind])
    _repeated(staged, staged.repeated + staged.people - sum(planned.counts.values()))
    _new_groups(planned)
    _rejected(reading)
    _asked(questions)


def _repeated(staged: "Staged", count: int) -> None:
    """Print which rows name somebody once more; where an address of now meets one of then, that is only counted."""
    if not count:
        return
    console.say(f"{count:>7,}  repeated: an earlier row names the same person")
    for each in staged.repeats[: shown.FIRST]:
        dropped = f"; not taken: {', '.join(each.dropped)}" if each.dropped else ""
        who = console.safe(f"{each.person.address.text}{dropped}")
        shown.beneath(f"[dim]line {each.line} repeats line {each.first}:[/] {who}")
    if (shown_of := min(len(staged.repeats), shown.FIRST)) and count > shown_of:
        shown.beneath(f"[dim]… and {count - shown_of:,} more: --marked tells of each row[/]")


def _new_groups(planned: "Enrolled") -> None:
    made = planned.new_groups
    if not made:
        return
    console.say(f"{len(made):>7,}  new {'group' if len(made) == 1 else 'groups'}:")
    for each in made[: shown.FIRST]:
        shown.beneath(f"[dim]{console.safe(shown.new_group(each))}[/]")
    _and_more(len(made))


def _and_more(count: int) -> None:
    """Say how many of a list are not shown, if any, and where they are."""
    if count > shown.FIRST:
        shown.beneath(f"[dim]… and {count - shown.FIRST:,} more: --json lists them all[/]")


def _leaving(leaving: "Leaving", group: str, *, faults: int) -> None:
    """Print who leaves a group that is made equal to the file."""
    if not leaving.count:
        return
    console.say(
        f"[yellow]{leaving.count:>7,}  to leave {console.safe(group)}[/], of its {leaving.members:,}: not in the file"
    )
    shown.names([person.called for person in leaving.people], leaving.count)
    if faults:
        shown.beneath("[dim]Whoever stands in a row that cannot be taken leaves as well: mend those first.[/]")


def _asked(questions: "Sequence[Question]") -> None:
    if not questions:
        return
    console.say(f"{len(questions):>7,}  to look at; they hold nothing up:")
    for each in questions[: shown.FIRST]:
        shown.beneath(f"[dim]line {each.line}:[/] {console.safe(each.address)}: [dim]{console.safe(each.why)}[/]")
    _and_more(len(questions))


def _planned(words: str, count: int, some: list[Decision]) -> None:
    if not count:
        return
    console.say(f"{count:>7,}  {words}")
    if some and some[0].kind is Kind.UNCHANGED:
        return
    for each in some[: shown.EXAMPLES]:
        shown.beneath(f"[dim]{console.safe(_example(each))}[/]")
    if count > shown.EXAMPLES:
        shown.beneath(f"[dim]… and {count - shown.EXAMPLES:,} more[/]")


def _example(each: Decision) -> str:
    if each.kind is Kind.CHANGED:
        return f"{each.person.called}: {'; '.join(differences(each.before, each.person))}"
    if each.kind is not Kind.PROTECTED:
        return each.person.called
    return f"{each.person.called}, {each.person.status.words if each.before else 'asked to be forgotten'}"


def _rejected(reading: "Reading") -> None:
    if not reading.rejected:
        return
    console.say(f"[yellow]{len(reading.rejected):>7,}  cannot be taken:[/]")
    for row in reading.rejected[: shown.FIRST]:
        shown.beneath(f"[dim]line {row.line}:[/] {console.safe(row.reason)}")
    _and_more(len(reading.rejected))
