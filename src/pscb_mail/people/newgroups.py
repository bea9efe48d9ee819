"""Groups that would be new: a group is made by naming it, so that a slip makes one. Which they are, and what was meant.

Pure. Names are the same however they are written (`folded`). What differs in its figures differs on purpose: Year 7
is no slip for Year 8.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pscb_mail.errors import UsageError
from pscb_mail.people.searching import folded, one_slip

_SOUGHT = 20
_LONG = 5  # in a shorter name one letter makes another word


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group that nobody is in yet; `near`: the one whose name it nearly has, "" where there is none."""

    name: str
    near: str = ""


def new_groups(names: Iterable[str], known: Iterable[str], confirm: Sequence[str] = ()) -> tuple[NewGroup, ...]:
    """Return those of `names` that are neither `known` nor among `confirm`, the groups that want a yes first.

    What was meant is sought for the first twenty: more are no slips but another column, schools perhaps. Raises
    UsageError for one that is a slip for one of `confirm`: its people would be written to without being asked.
    """
    there = {folded(name): name for name in (*known, *confirm)}
    new = sorted({folded(name): name for name in names if folded(name) not in there}.values())
    asked_first = [(_figures(name), _plain(name), name) for name in confirm]
    for name in new:
        _hold_no_slip(name, asked_first)
    some = new[:_SOUGHT]
    candidates = _by_figures({**there, **{folded(name): name for name in some}})
    near = {name: _nearest(name, candidates) for name in some}
    return tuple(NewGroup(name, near.get(name, "")) for name in new)


def _hold_no_slip(name: str, asked_first: Sequence[tuple[tuple[str, ...], str, str]]) -> None:
    figures, plain = _figures(name), _plain(name)
    for others, other, meant in asked_first:
        long = min(len(plain), len(other)) >= _LONG
        if figures == others and (plain == other or (long and one_slip(plain, other))):
            raise UsageError(
                f'There is no group "{name}". If it is a slip for {meant}, whoever joins must be asked first; nothing '
                "was changed.",
                f'Write "{meant}". For another group, take a name that is less like it, or name it under [groups] '
                "confirm as well.",
            )


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the group that a name may be a slip for, "" where there is none."""
    return _nearest(name, _by_figures({folded(each): each for each in known}))


def _nearest(name: str, candidates: Mapping[tuple[str, ...], Mapping[str, str]]) -> str:
    wanted, there = folded(name), candidates.get(_figures(name), {})
    match = get_close_matches(wanted, (each for each in there if each != wanted), n=1, cutoff=0.75)
    return there[match[0]] if match else ""


def _by_figures(names: Mapping[str, str]) -> dict[tuple[str, ...], dict[str, str]]:
    """Return names by the figures in them, each by how it is compared."""
    found = dict[tuple[str, ...], dict[str, str]]()
    for key, name in names.items():
        found.setdefault(_figures(name), {})[key] = name
    return found


def _figures(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\d+", name))


def _plain(name: str) -> str:
    """Return a name as it is however it is parted, and of one as of many."""
    words = re.findall(r"\w+", folded(name).replace("_", " "))
    return "".join(re.sub(r"ies$", "y", word).removesuffix("s") for word in words) or folded(name)
