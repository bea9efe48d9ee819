"""The roster: the use cases of the list. Each is one transaction and one numbered change, or nothing at all.

Promises: the same person is never on the list twice; an opt-out is lifted by `resubscribe` with a reason and by nothing
else here; an event that changes nothing for somebody leaves them, and a use case that changes nobody makes no change
(`change` is None). Raises UsageError with nothing changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.errors import UsageError
from pscb_mail.people import directory
from pscb_mail.people.address import Address, Person, clean_name
from pscb_mail.people.changes import Origin, former_addresses, recording
from pscb_mail.people.joining import Decision, Entry, Kind, decide, distinct, field
from pscb_mail.people.subscriber import Event, Status, Subscriber

_LOOKED_UP_AT_ONCE = 10_000
_REWRITTEN = frozenset({Kind.BACK, Kind.CHANGED, Kind.OPTED_OUT})


@dataclass(frozen=True)
class Enrolled:
    """What became of the entries of an `add` or an import, each person once."""

    change: int | None
    decisions: tuple[Decision, ...]

    def count(self, *kinds: Kind) -> int:
        """Return how many people some kinds of decision are about."""
        return sum(decision.kind in kinds for decision in self.decisions)

    @property
    def moving(self) -> int:
        """How many people are not afterwards what they were before."""
        return self.count(Kind.ADDED, *_REWRITTEN)


@dataclass(frozen=True)
class Edited:
    """A person before and after an edit."""

    change: int | None
    before: Subscriber
    after: Subscriber


@dataclass(frozen=True)
class Moved:
    """To whom an event happened; whoever is not in `ids` was left as they are."""

    change: int | None
    ids: tuple[int, ...]


# -- joining --------------------------------------------------------------------------------------------------------


def add(
    db: Database,
    persons: Sequence[Person],
    origin: Origin,
    *,
    organisation: str = "",
    role: str = "",
    groups: Sequence[str] = (),
    source: str = "",
    basis: str = "",
) -> Enrolled:
    """Put people on the list, or bring back those who were removed; who is on it gets what is newly said about them.

    Raises UsageError, and adds nobody, where one of them opted out or bounced.
    """
    about = (field(organisation), field(role), tuple(groups))
    entries = [Entry(person, *about, source=field(source), basis=field(basis)) for person in persons]
    with transaction(db):
        decisions = _decisions(db, distinct(entries), origin, "", {})
        if protected := [decision.person for decision in decisions if decision.kind is Kind.PROTECTED]:
            raise _needs_a_reason(protected)
        return _carry_out(db, decisions, origin)


def plan(db: Database, entries: Iterable[Entry], origin: Origin, source: str = "") -> Enrolled:
    """Return what `enrol` would do; nothing is written."""
    return Enrolled(None, tuple(_decisions(db, distinct(entries), origin, source, former_addresses(db))))


def enrol(db: Database, entries: Iterable[Entry], origin: Origin, source: str = "") -> Enrolled:
    """Put the people of a file on the list; nobody who opted out or bounced is touched.

    An address that somebody had before is theirs still: an old file makes no second person of them.
    """
    with transaction(db):
        decisions = _decisions(db, distinct(entries), origin, source, former_addresses(db))
        return _carry_out(db, decisions, origin)


def _decisions(
    db: Database, entries: list[Entry], origin: Origin, source: str, former: dict[str, int]
) -> list[Decision]:
    spelling = {group.name.casefold(): group.name for group in directory.groups(db)}
    decisions = list[Decision]()
    decided = set[int]()
    for start in range(0, len(entries), _LOOKED_UP_AT_ONCE):
        some = entries[start : start + _LOOKED_UP_AT_ONCE]
        known = _known(db, some, former)
        for entry in some:
            existing = known.get(entry.person.address.key)
            if existing and existing.id in decided:
                continue  # by their address of now and one of then
            decided.update([existing.id] if existing else ())
            spelt = tuple(spelling.setdefault(name.casefold(), name) for name in entry.groups)
            same = entry if spelt == entry.groups else replace(entry, groups=spelt)
            decisions.append(decide(same, existing, origin.at, source))
    return decisions


def _known(db: Database, entries: list[Entry], former: dict[str, int]) -> dict[str, Subscriber]:
    """Return who is on the list by the keys of entries, their own or one they had before."""
    keys = [entry.person.address.key for entry in entries]
    known = directory.by_keys(db, keys)
    moved = {key: former[key] for key in keys if key in former and key not in known}
    now = {person.id: person for person in directory.by_ids(db, list(moved.values()))}
    return known | {key: now[number] for key, number in moved.items() if number in now}


def _carry_out(db: Database, decisions: list[Decision], origin: Origin) -> Enrolled:
    with recording(db, origin, [d.person.id for d in decisions if d.kind in _REWRITTEN]) as recorded:
        _write(db, decisions)
    return Enrolled(recorded.change, tuple(decisions))


def _write(db: Database, decisions: list[Decision]) -> None:
    new = [d.person for d in decisions if d.kind is Kind.ADDED]
    old = [d.person for d in decisions if d.kind in _REWRITTEN]
    ids = directory.insert(db, new)
    directory.update(db, old)
    members = (*zip(ids, new, strict=True), *((person.id, person) for person in old))
    directory.join_groups(db, ((number, name) for number, person in members for name in person.groups))


def _needs_a_reason(protected: list[Subscriber]) -> UsageError:
    first = protected[0]
    did = "opted out" if first.status is Status.OPTED_OUT else "bounced"
    others = f" So it is with {len(protected) - 1} more. Nobody was added." if len(protected) > 1 else ""
    return UsageError(
        f"{first.address.text} {did} on {first.since:%d %B %Y} and stays off the list.{others}",
        f'If they ask for it again: `pscb-mail resubscribe {first.address.text} --reason "…"`.',
    )


# -- what happens to people -----------------------------------------------------------------------------------------


def opt_out(db: Database, ids: Sequence[int], origin: Origin) -> Moved:
    """Record people's own wish to come off, whatever they were before."""
    return _happen(db, ids, Event.OPTED_OUT, origin)


def bounce(db: Database, ids: Sequence[int], origin: Origin) -> Moved:
    """Record that people's mailboxes do not exist; who opted out or was removed stays so."""
    return _happen(db, ids, Event.BOUNCED, origin)


def remove(db: Database, ids: Sequence[int], origin: Origin, *, successor: Person | None = None) -> Moved:
    """Take people off by the editor's decision; a successor gets the first one's organisation, role and groups.

    An opt-out stays an opt-out: it is the stronger bar. Raises UsageError where the successor may not be added.
    """
    with recording(db, origin, _with_successor(db, ids, successor)) as recorded:
        moved = directory.move(db, ids, Event.REMOVED, origin.at)
        if successor is not None and (left := directory.by_id(db, ids[0])):
            entry = Entry(successor, left.organisation, left.role, left.groups, source="as a successor")
            _succeed(db, entry, origin)
    return Moved(recorded.change, moved)


def resubscribe(db: Database, subscriber: int, origin: Origin) -> Moved:
    """Bring somebody back who opted out or bounced. Raises UsageError without a reason, or where they were removed."""
    if not origin.reason.strip():
        raise UsageError("A reason is needed to bring somebody back.", 'For instance --reason "asked by telephone".')
    person = directory.by_id(db, subscriber)
    if person and person.status is Status.REMOVED:
        raise UsageError(
            f"{person.address.text} did not opt out: they were removed.",
            f'`pscb-mail add "{person.called}"` adds them.',
        )
    return _happen(db, [subscriber], Event.RESUBSCRIBED, origin)


def edit(
    db: Database,
    subscriber: int,
    origin: Origin,
    *,
    name: str | None = None,
    organisation: str | None = None,
    role: str | None = None,
    address: Address | None = None,
    groups: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Edited:
    """Change what is known about somebody; None leaves a field, an empty text empties it.

    Raises UsageError where the new address is another's, or there is no such subscriber.
    """
    with recording(db, origin, [subscriber]) as recorded:
        person = directory.by_id(db, subscriber)
        if person is None:
            raise UsageError(f"There is no subscriber {subscriber}.")
        if address is not None:
            _hold_free(db, address, subscriber)
        changed = replace(
            person,
            name=person.name if name is None else clean_name(name),
            organisation=person.organisation if organisation is None else field(organisation),
            role=person.role if role is None else field(role),
            address=address or person.address,
        )
        directory.update(db, [changed])
        directory.leave_groups(db, subscriber, without)
        spelling = {group.name.casefold(): group.name for group in directory.groups(db)}
        directory.join_groups(db, ((subscriber, spelling.get(name.casefold(), name)) for name in groups))
    return Edited(recorded.change, person, directory.by_id(db, subscriber) or changed)


def _happen(db: Database, ids: Sequence[int], event: Event, origin: Origin) -> Moved:
    with recording(db, origin, ids) as recorded:
        moved = directory.move(db, ids, event, origin.at)
    return Moved(recorded.change, moved)


def _hold_free(db: Database, address: Address, subscriber: int) -> None:
    holder = directory.by_keys(db, [address.key]).get(address.key)
    if holder and holder.id != subscriber:
        raise UsageError(
            f"{address.text} is on the list already: {holder.called} ({holder.status.words}).",
            "Remove the one that is no longer needed; one person has one address.",
        )


def _with_successor(db: Database, ids: Sequence[int], successor: Person | None) -> list[int]:
    if successor is None:
        return list(ids)
    key = successor.address.key
    existing = directory.by_keys(db, [key]).get(key)
    if existing and existing.id in ids:
        raise UsageError(f"{successor.address.text} cannot be their own successor.")
    return [*ids, *([existing.id] if existing else ())]


def _succeed(db: Database, entry: Entry, origin: Origin) -> None:
    (decision,) = _decisions(db, [entry], origin, "", {})
    if decision.kind is Kind.PROTECTED:
        raise _needs_a_reason([decision.person])
    _write(db, [decision])
