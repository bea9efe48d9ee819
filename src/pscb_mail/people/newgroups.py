"""Groups that would be new: a group is made by naming it, so that a slip makes one. Which they are, and what was meant.

Pure. Names are the same however they are written (`folded`). What differs in its figures differs on purpose: Year 7
is no slip for Year 8.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pscb_mail.errors import UsageError
from pscb_mail.people.searching import folded


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group that nobody is in yet; `near`: the one whose name it nearly has, "" where there is none."""

    name: str
    near: str = ""


def new_groups(names: Iterable[str], known: Iterable[str], confirm: Sequence[str] = ()) -> tuple[NewGroup, ...]:
    """Return those of `names` that are neither `known` nor among `confirm`, the groups that want a yes first.

    Raises UsageError for one that nearly is one of `confirm`: its people would be written to without being asked.
    """
    there = {folded(name) for name in (*known, *confirm)}
    new = sorted({folded(name): name for name in names if folded(name) not in there}.values())
    for name in new:
        if meant := nearest(name, confirm):
            raise UsageError(
                f'There is no group "{name}". If it is a slip for {meant}, whoever joins must be asked first; nothing '
                "was changed.",
                f'Write "{meant}". For another group, take a name that is less like it, or name it under [groups] '
                "confirm as well.",
            )
    return tuple(NewGroup(name, nearest(name, [*known, *(other for other in new if other != name)])) for name in new)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the group that a name may be a slip for, "" where there is none."""
    figures = re.findall(r"\d+", name)
    candidates = {folded(each): each for each in known if re.findall(r"\d+", each) == figures}
    match = get_close_matches(folded(name), candidates, n=1, cutoff=0.75)
    return candidates[match[0]] if match else ""
