"""Carrying opt-outs over from the list that is here to one that takes its place, there: each to the very person.

Promises: whoever is off here is off there, under the number by which both know them, else under the address that they
have now; who is new there is barred under it. Nobody is taken for somebody else because they had an address before
them: the list that is here knows whose it was. Whoever it knows to have passed such an address on gets the one that
they have now. An opt-out after which they came back there stays as it is there; what happened tells which was later,
no clock. Whoever cannot be told stays as they are there, and is named. `plan` only reads; `carry_out` is one change.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from pscb_mail.people import directory, forgotten, writing
from pscb_mail.people.address import Address
from pscb_mail.people.changes import Origin, recording
from pscb_mail.people.directory import Filters
from pscb_mail.people.joining import Decision, Kind
from pscb_mail.people.searching import folded
from pscb_mail.people.subscriber import Status, Subscriber


@dataclass(frozen=True)
class Doubt:
    """Somebody who stays active there, though whoever came off here may be the same, or have their mail now."""

    active: str
    off: str


@dataclass(frozen=True)
class Carrying:
    """What is done there. `changed`: people there, as they are then; `barred`: people here whom it does not know."""

    changed: tuple[Subscriber, ...] = ()
    barred: tuple[Subscriber, ...] = ()
    stay_off: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def plan(here: Database, there: Database) -> Carrying:
    """Return how the opt-outs here are carried over."""
    off = list(directory.people(here, Filters(Status.OPTED_OUT)))
    known = _same(here, there, [each.id for each in off])
    ahead = _knows_more(here, there, known)
    return _Planning(here, there, [each for each in off if each.id not in ahead], known).plan()


def carry_out(there: Database, what: Carrying, origin: Origin) -> None:
    """Do what was planned."""
    spelling = directory.spellings(there)
    barred = [
        replace(each, id=0, groups=tuple(spelling.get(folded(name), name) for name in each.groups))
        for each in what.barred
    ]
    with recording(there, origin, [each.id for each in what.changed]) as recorded:
        # Two may change places: each address is let go before anybody gets one.
        writing.update(there, [replace(each, address=Address(f"{each.id}", f"{each.id}")) for each in what.changed])
        writing.update(there, what.changed)
        writing.carry_out(there, [Decision(Kind.BARRED, each) for each in barred], recorded)


def _same(here: Database, there: Database, ids: Collection[int]) -> frozenset[int]:
    """Return the numbers of those who stand on both lists and are one person: they had an address in common.

    The number alone says little: another list numbers its people from 1 as well.
    """
    numbers = [each.id for each in directory.by_ids(there, list(ids))]
    return frozenset(who for who, _ in forgotten.theirs_as_well(here, forgotten.had_by(there, numbers)))


def _knows_more(here: Database, there: Database, ids: Collection[int]) -> frozenset[int]:
    """Return those of whom the other list knows all that this one does, the last that happened to them, too."""
    those = json.dumps(sorted(ids))
    last = set(here.execute(_HAPPENED, {"ids": those, "last": True}))
    return frozenset(who for who, *_ in last & set(there.execute(_HAPPENED, {"ids": those, "last": False})))


_HAPPENED = """
    SELECT h.subscriber, h.change, c.at, h.after ->> 'status', h.after ->> 'since'
    FROM history h JOIN change c ON c.number = h.change WHERE h.subscriber IN (SELECT value FROM json_each(:ids))
        AND (NOT :last OR h.id = (SELECT max(id) FROM history WHERE subscriber = h.subscriber))"""


class _Planning:
    """One plan. `people`: whom both lists know, as they are there, where it matters which address they have."""

    def __init__(self, here: Database, there: Database, off: list[Subscriber], known: frozenset[int]) -> None:
        self.here, self.there, self.off, self.known = here, there, off, known
        self.held = dict[str, Subscriber]()  # who has an address there that is somebody else's here
        self.target = {each.id: each.address for each in off if each.id in known}
        self._look_for_holders([each.address.key for each in off])
        self.people = {each.id: each for each in directory.by_ids(there, list(self.target))}
        self.moving = self._possible_moves()
        self.doubts = dict[int, Doubt]()

    def _look_for_holders(self, keys: list[str]) -> None:
        """Find out who has some addresses there, and, where they have passed them on, which ones they have now."""
        while found := {k: p for k, p in directory.by_keys(self.there, keys).items() if k not in self.held}:
            self.held |= found
            same = _same(self.here, self.there, [each.id for each in found.values()]) - self.target.keys()
            moved = directory.by_ids(self.here, list(same - _knows_more(self.here, self.there, same)))
            self.target |= {each.id: each.address for each in found.values() if each.id in same}
            self.target |= {each.id: each.address for each in moved}
            keys = [each.address.key for each in moved]

    def _possible_moves(self) -> dict[int, Address]:
        """Return who gets the address of here: it is free there, or whoever has it there moves as well."""
        moving = {who: to for who, to in self.target.items() if to.key != self.people[who].address.key}
        barred = forgotten.among(self.there, [each.key for each in moving.values()])
        while stuck := [who for who, to in moving.items() if to.key in barred or self._is_taken(to, who, moving)]:
            for who in stuck:
                del moving[who]
        return moving

    def _is_taken(self, address: Address, by_other_than: int, moving: Collection[int]) -> bool:
        holder = self.held.get(address.key)
        return holder is not None and holder.id != by_other_than and holder.id not in moving

    def plan(self) -> Carrying:
        """Return what is done: first whoever moves has moved, then whoever came off here is off."""
        changed, barred = dict[int, Subscriber](), list[Subscriber]()
        for who, to in self.moving.items():
            changed[who] = replace(self.people[who], address=to)
        for each in self.off:
            if each.id in self.known:
                self._take_off(changed, changed.get(each.id, self.people[each.id]), each)
            self._at_their_address(each, changed, barred)
        taken = [each for each in changed.values() if each.status is Status.OPTED_OUT]
        newly = [each for each in taken if self._then(each.id).status is not Status.OPTED_OUT]
        self._name_likely_ones(changed, barred)
        return Carrying(
            tuple(changed.values()), tuple(barred), tuple(sorted(each.address.text for each in (*newly, *barred))),
            tuple(self.doubts.values()),
        )  # fmt: skip

    def _then(self, who: int) -> Subscriber:
        return self.people.get(who) or next(each for each in self.held.values() if each.id == who)

    def _take_off(self, changed: dict[int, Subscriber], person: Subscriber, off: Subscriber) -> None:
        """Have somebody be off since they came off here, unless they are off already."""
        if person.status is not Status.OPTED_OUT:
            changed[person.id] = replace(person, status=Status.OPTED_OUT, since=off.since)

    def _at_their_address(self, off: Subscriber, changed: dict[int, Subscriber], barred: list[Subscriber]) -> None:
        """See to it that nothing goes to the address that somebody who is off has now."""
        holder = self.held.get(off.address.key)
        if holder is None or holder.id in self.moving:
            if off.id not in self.known and not forgotten.among(self.there, [off.address.key]):
                barred.append(off)
        elif holder.id in self.target or off.id in self.known:
            # Another person, by what the list here knows, and there is no address to give them.
            if holder.id != off.id:
                self._doubt(holder, off)
        else:
            self._take_off(changed, holder, off)

    def _name_likely_ones(self, changed: Iterable[int], barred: Iterable[Subscriber]) -> None:
        """Name those whom only the other list knows and who had an address of somebody new there: perhaps the same."""
        for each in barred:
            keys = [key for _, key in forgotten.had_by(self.here, [each.id])]
            ids = set(forgotten.holders(self.there, keys)).difference(changed)
            for person in directory.by_ids(self.there, sorted(ids - _same(self.here, self.there, ids))):
                self._doubt(person, each)

    def _doubt(self, person: Subscriber, off: Subscriber) -> None:
        if person.status in {Status.ACTIVE, Status.PENDING}:
            self.doubts[person.id] = Doubt(person.address.text, off.address.text)
