"""The copies that an issue makes: where it has passages for some groups, one kind for each choice of passages.

Pure. Who is in which groups comes as an argument, a `Readership`; where it is not known, the smallest and the largest
copy stand for all.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pscb_mail.issues.edition import Edition, conditions, for_groups, group_key


@dataclass(frozen=True)
class Readership:
    """Who would get an issue. Names of groups are as `edition.group_key` has them.

    `in_groups`: given names of groups, each set of these that a reader is in, and how many readers are in just these.
    `without`: given a merge field, how many have no value for it, and of how many; of those in any of the groups, of
    all where none is named.
    """

    in_groups: Callable[[frozenset[str]], Iterable[tuple[frozenset[str], int]]]
    without: Callable[[str, frozenset[str]], tuple[int, int]]


@dataclass(frozen=True)
class Copies:
    """The copies that show the same passages: whose passages these are, for how many readers, and what they get.

    `readers` is None where it is not known; `passages` are groups as the issue names them: "Heads, DSLs".
    """

    edition: Edition
    passages: tuple[str, ...] = ()
    readers: int | None = None


def copies_of(edition: Edition, readership: Readership | None) -> tuple[Copies, ...]:
    """Return the different copies of an edition, those with the most readers first."""
    wanted = conditions(edition)
    if not wanted:
        return (Copies(edition),)
    everyone = frozenset(name for groups in wanted for name in group_key(groups))
    counts = Counter[tuple[tuple[str, ...], ...]]()
    for groups, readers in readership.in_groups(everyone) if readership else ():
        counts[_shown(wanted, groups)] += readers
    if not counts:
        return tuple(_copies(edition, shown, None) for shown in ((), wanted))
    return tuple(_copies(edition, shown, readers) for shown, readers in counts.most_common())


def _shown(wanted: tuple[tuple[str, ...], ...], groups: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(each for each in wanted if not groups.isdisjoint(group_key(each)))


def _copies(edition: Edition, shown: tuple[tuple[str, ...], ...], readers: int | None) -> Copies:
    names = [name for groups in shown for name in groups]
    return Copies(for_groups(edition, names), tuple(", ".join(groups) for groups in shown), readers)
