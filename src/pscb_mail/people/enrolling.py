"""Enrolling: the people of a file gone through, some thousands at once: what each row does, and in the end who leaves.

A plan and what is then done go through the same steps, so that they cannot differ: something is written only where a
change is being recorded. `roster` calls it, and holds the transaction.
"""

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from pscb_mail.people import directory, writing
from pscb_mail.people.changes import Recording
from pscb_mail.people.joining import Decision, Kind, groups_named, outcome
from pscb_mail.people.newgroups import NewGroup, new_groups
from pscb_mail.people.recognising import Deciding
from pscb_mail.people.staging import Staged
from pscb_mail.people.subscriber import Subscriber

_TOLD = 1000  # decisions of each kind that are kept to be shown; the others are counted


@dataclass(frozen=True)
class Leaving:
    """Who leaves a group that is made equal to a file: the first of them, how many, and of how many members."""

    people: tuple[Subscriber, ...] = ()
    count: int = 0
    members: int = 0

    @property
    def many(self) -> bool:
        """Whether so many leave that it may be the wrong file: more than a tenth."""
        return self.count * 10 > self.members


@dataclass(frozen=True)
class Enrolled:
    """What became of the entries of an `add` or an import, each person once.

    `decisions`: of each kind the first thousand. `new_groups`: those that it makes.
    """

    change: int | None
    decisions: tuple[Decision, ...]
    counts: Mapping[Kind, int]
    leaving: Leaving = Leaving()
    new_groups: tuple[NewGroup, ...] = ()

    def count(self, *kinds: Kind) -> int:
        """Return how many people some kinds of decision are about."""
        return sum(self.counts.get(kind, 0) for kind in kinds)

    @property
    def moving(self) -> int:
        """How many people are not afterwards what they were before."""
        return self.count(Kind.ADDED, Kind.BARRED, Kind.BACK, Kind.CHANGED, Kind.OPTED_OUT) + self.leaving.count


def gone_through(db: Database, staged: Staged, deciding: Deciding, sync: str, recorded: Recording | None) -> Enrolled:
    """Decide on everybody, and carry it out where a change is being recorded; `sync`: the group made equal to them."""
    members = directory.members(db, sync) if sync else array("q")
    known, named = directory.spellings(db).values(), set[str]()
    counts, told = Counter[Kind](), list[Decision]()
    for chunk in staged.chunks():
        decided = list(deciding.about(chunk))
        decisions = [decision for _, decision in decided]
        for decision in decisions:
            counts[decision.kind] += 1
            if counts[decision.kind] <= _TOLD:
                told.append(decision)
        named |= groups_named(decisions)
        staged.mark((outcome(decision), line) for line, decision in decided)
        if recorded is not None:
            writing.carry_out(db, decisions, recorded)
    leaving = [number for number in members if not deciding.met(number)]
    first = tuple(directory.by_ids(db, leaving[:_TOLD]))
    if recorded is not None and leaving:
        recorded.touch(leaving)
        writing.leave_group(db, leaving, sync)
    made = new_groups(named, known, deciding.confirm)
    return Enrolled(None, tuple(told), counts, Leaving(first, len(leaving), len(members)), made)
