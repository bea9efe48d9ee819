"""Joining the list: what one entry of a file or a command means for somebody who may be on it already.

Pure. `decide` is the one place that says who is added, who changes and who is left alone, so that a plan and what is
then done cannot differ. Nobody who opted out or bounced is brought back; an empty field of an entry never empties one.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line
from pscb_mail.people.address import Person
from pscb_mail.people.searching import composed, folded
from pscb_mail.people.subscriber import PROTECTED, Event, Status, Subscriber, after

FIELD_LIMIT = 200
GROUP_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who is to be on the list. `status` and `since` are for lists that come from elsewhere."""

    person: Person
    organisation: str = ""
    role: str = ""
    groups: tuple[str, ...] = ()
    status: Status = Status.ACTIVE
    since: datetime | None = None
    source: str = ""
    basis: str = ""


class Kind(StrEnum):
    """What an entry does."""

    ADDED = "added"
    BARRED = "barred"  # is new, and must not be written to
    BACK = "back"  # was removed once, and is active again
    CHANGED = "changed"
    OPTED_OUT = "opted_out"  # the file says that they do not want it
    UNCHANGED = "unchanged"
    PROTECTED = "protected"  # opted out, bounced (left as they are) or forgotten (nobody stood there before)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an entry does, the person as they are then (the id is 0 where they are new) and as they were."""

    kind: Kind
    person: Subscriber
    before: Subscriber | None = None

    @property
    def written(self) -> bool:
        """Whether there is something to write: they are not left as they were."""
        return self.kind is not Kind.UNCHANGED and self.kind is not Kind.PROTECTED


def decide(entry: Entry, existing: Subscriber | None, at: datetime, source: str) -> Decision:
    """Return what an entry does. `source` is where people come from who join and whose entry does not say so."""
    if existing is None:
        kind = Kind.BARRED if entry.status is Status.OPTED_OUT else Kind.ADDED
        return Decision(kind, _new(entry, at, source))
    if entry.status is not Status.ACTIVE:
        return _told_otherwise(entry, existing, at)
    if existing.status in PROTECTED:
        return Decision(Kind.PROTECTED, existing, existing)
    merged = _merged(entry, existing)
    if back := after(existing.status, Event.JOINED):
        return Decision(Kind.BACK, replace(merged, status=back, since=at, source=entry.source or source), existing)
    return Decision(Kind.UNCHANGED if merged == existing else Kind.CHANGED, merged, existing)


def left_off(entry: Entry, at: datetime) -> Decision:
    """Return the decision on an entry about somebody who was forgotten: nothing of it is kept."""
    return Decision(Kind.PROTECTED, _new(entry, at, ""))


def asked_first(decision: Decision, entry: Entry, confirm: Container[str]) -> Decision:
    """Return a decision for groups that want a yes first: whoever joins is pending. `confirm`: their names, folded.

    Whom a file calls active since some day (a list of ours that comes back) has said yes already.
    """
    person = decision.person
    joins = decision.kind in {Kind.ADDED, Kind.BACK} and person.status is Status.ACTIVE and entry.since is None
    if not joins or not any(folded(name) in confirm for name in person.groups):
        return decision
    return replace(decision, person=replace(person, status=Status.PENDING))


def groups_named(decisions: Iterable[Decision]) -> set[str]:
    """Return the groups of all who are not left as they are."""
    several = {each.person.groups for each in decisions if each.written}
    return {name for names in several for name in names}


def outcome(decision: Decision) -> str:
    """Return in a few words what became of an entry, for the column of a file that is given back."""
    if decision.kind is Kind.PROTECTED and decision.before is None:
        return "left off the list: asked to be forgotten"
    if decision.kind is Kind.PROTECTED:
        return f"left as they are: {decision.person.status.words}"
    if decision.kind is Kind.ADDED and decision.person.status is not Status.ACTIVE:
        return f"added as {decision.person.status.words}"
    return {Kind.BACK: "back on the list", Kind.OPTED_OUT: "opted out"}.get(decision.kind, str(decision.kind))


def distinct(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries with each person once: a later row about somebody fills in what the first left open."""
    found = dict[str, Entry]()
    for entry in entries:
        key = entry.person.address.key
        found[key] = filled(found[key], entry) if key in found else entry
    return list(found.values())


def filled(first: Entry, second: Entry) -> Entry:
    """Return the first entry about somebody with what a second one adds; an opt-out in either counts, with its day."""
    said = max(first, second, key=_weight)
    return replace(
        first,
        person=first.person if first.person.name else replace(first.person, name=second.person.name),
        organisation=first.organisation or second.organisation,
        role=first.role or second.role,
        groups=united(first.groups, second.groups),
        status=said.status,
        since=said.since,
        source=first.source or second.source,
        basis=first.basis or second.basis,
    )


def not_taken(kept: Entry, later: Entry) -> tuple[str, ...]:
    """Return what a later entry says otherwise about somebody than what is kept, in a few words each."""
    said = (
        ("name", kept.person.name, later.person.name),
        ("organisation", kept.organisation, later.organisation),
        ("role", kept.role, later.role),
    )
    return tuple(f'{what} "{text}"' for what, there, text in said if text not in {"", there})


def _weight(entry: Entry) -> datetime:
    """Return how far the status of an entry stands above another's: the latest opt-out does, undated ones above all."""
    if entry.status is not Status.OPTED_OUT:
        return datetime.min.replace(tzinfo=UTC)
    return entry.since or datetime.max.replace(tzinfo=UTC)


@lru_cache(maxsize=1000)
def group_names(text: str) -> tuple[str, ...]:
    """Return the groups that a text names, parted by commas or semicolons. Raises UsageError for an impossible name."""
    names = [composed(one_line(part).strip('" ')) for part in text.replace(";", ",").split(",")]
    for name in names:
        if len(name) > GROUP_LIMIT:
            raise UsageError(f'"{name[:40]}…" is too long for a group.', f"At most {GROUP_LIMIT} characters.")
    return united((), tuple(name for name in names if name))


@lru_cache(maxsize=1000)
def united(groups: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups of both, each once, in the order of their names; the first spelling stays.

    Where nothing is new they stay as they are: the list has an order of its own.
    """
    found = dict[str, str]()
    for name in (*groups, *more):
        found.setdefault(folded(name), name)
    return groups if tuple(found.values()) == groups else tuple(found[key] for key in sorted(found))


@lru_cache(maxsize=10_000)  # a file says the same of many
def field(text: str) -> str:
    """Return an organisation, a role, a source or a basis as it is kept: one harmless line."""
    return one_line(composed(text), FIELD_LIMIT)


def _new(entry: Entry, at: datetime, source: str) -> Subscriber:
    return Subscriber(
        id=0,
        address=entry.person.address,
        name=entry.person.name,
        organisation=entry.organisation,
        role=entry.role,
        groups=united((), entry.groups),
        status=entry.status,
        since=entry.since or at,
        source=entry.source or source,
        basis=entry.basis,
    )


def _merged(entry: Entry, existing: Subscriber) -> Subscriber:
    return replace(
        existing,
        name=entry.person.name or existing.name,
        organisation=entry.organisation or existing.organisation,
        role=entry.role or existing.role,
        groups=united(existing.groups, entry.groups),
        source=entry.source or existing.source,
        basis=entry.basis or existing.basis,
    )


def _told_otherwise(entry: Entry, existing: Subscriber, at: datetime) -> Decision:
    """Take over an opt-out, unless they came to the list after it; other statuses are of no weight for who is here."""
    # Since a day to come nobody has been anything: beside a slip like that no opt-out is old.
    came_later = entry.since is not None and entry.since < existing.since <= at
    stale = existing.status is Status.ACTIVE and came_later
    status = after(existing.status, Event.OPTED_OUT)
    if entry.status is not Status.OPTED_OUT or status is None or stale:
        return Decision(Kind.UNCHANGED, existing, existing)
    return Decision(Kind.OPTED_OUT, replace(existing, status=status, since=at), existing)
