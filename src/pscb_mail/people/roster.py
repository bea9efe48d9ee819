"""The roster: the use cases of the list. Each is one transaction and one numbered change, or nothing at all.

Promises: the same person is never on the list twice; an opt-out is lifted by `resubscribe` with a reason and by nothing
else here; an event that changes nothing for somebody leaves them, and a use case that changes nobody makes no change
(`change` is None). Raises UsageError with nothing changed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlite_utils import Database

from pscb_mail.errors import UsageError
from pscb_mail.people import directory, forgotten, staging, writing
from pscb_mail.people.address import Address, Person, clean_name
from pscb_mail.people.changes import Origin, changed_meanwhile, former_addresses, recording
from pscb_mail.people.enrolling import Enrolled, gone_through
from pscb_mail.people.joining import Decision, Entry, Kind, distinct, field, groups_named
from pscb_mail.people.newgroups import NewGroup, new_groups
from pscb_mail.people.recognising import Deciding, once_theirs
from pscb_mail.people.searching import folded
from pscb_mail.people.staging import Staged
from pscb_mail.people.subscriber import Event, Status, Subscriber


@dataclass(frozen=True)
class Edited:
    """A person before and after an edit; `new_groups`: those that it made."""

    change: int | None
    before: Subscriber
    after: Subscriber
    new_groups: tuple[NewGroup, ...] = ()


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
    confirm: Sequence[str] = (),
) -> Enrolled:
    """Put people on the list, or bring back those who were removed; who is on it gets what is newly said about them.

    `confirm` names groups in which whoever joins is pending until they have said yes.

    Raises UsageError, and adds nobody, where one of them opted out (under this address or a later one) or bounced, or
    where a group may be a slip for one of `confirm`.
    """
    about = (field(organisation), field(role), tuple(groups))
    entries = [Entry(person, *about, source=field(source), basis=field(basis)) for person in persons]
    with recording(db, origin, []) as recorded:
        decisions = _all_welcome(db, distinct(entries), origin, confirm)
        made = new_groups(groups_named(decisions), directory.spellings(db).values(), confirm)
        writing.carry_out(db, decisions, recorded)
    counts = Counter(decision.kind for decision in decisions)
    return Enrolled(recorded.change, tuple(decisions), counts, new_groups=made)


def plan(
    db: Database,
    entries: Staged | Iterable[Entry],
    origin: Origin,
    source: str = "",
    sync: str = "",
    confirm: Sequence[str] = (),
) -> Enrolled:
    """Return what `enrol` would do; nothing is written."""
    deciding = Deciding(db, origin, source, former_addresses(db), confirm)
    return gone_through(db, _staged(db, entries), deciding, sync, None)


def enrol(
    db: Database,
    entries: Staged | Iterable[Entry],
    origin: Origin,
    source: str = "",
    sync: str = "",
    confirm: Sequence[str] = (),
    agreed: Enrolled | None = None,
) -> Enrolled:
    """Put the people of a file on the list; nobody who opted out or bounced is touched.

    An address that somebody had before is theirs still: an old file makes no second person of them. `sync` names a
    group that holds nobody afterwards who is not in the file. Raises NotNowError, and changes nothing, where another
    thing would happen now than what was `agreed` to, and UsageError where a group may be a slip for one of `confirm`.
    """
    staged = _staged(db, entries)
    with recording(db, origin, []) as recorded:
        deciding = Deciding(db, origin, source, former_addresses(db), confirm)
        done = gone_through(db, staged, deciding, sync, recorded)
        if agreed is not None and (done.counts, done.leaving) != (agreed.counts, agreed.leaving):
            raise changed_meanwhile()
    return replace(done, change=recorded.change)


def _staged(db: Database, entries: Staged | Iterable[Entry]) -> Staged:
    return entries if isinstance(entries, Staged) else staging.staged(db, enumerate(entries, start=1))


def _all_welcome(db: Database, entries: Sequence[Entry], origin: Origin, confirm: Sequence[str]) -> list[Decision]:
    """Return what each entry does, each about somebody else. Raises UsageError where one of them must stay off."""
    deciding = Deciding(db, origin, "", once_theirs(db), confirm)
    decisions = [decision for _, decision in deciding.about([(0, entry) for entry in entries])]
    if protected := [decision for decision in decisions if decision.kind is Kind.PROTECTED]:
        raise _needs_a_reason(protected, origin)
    return decisions


_BY_THEIR_OWN_MAIL = (
    "Only they themselves can come back: when they write from this address and ask for the newsletter, "
    "`pscb-mail review --accept` adds them."
)


def _needs_a_reason(protected: list[Decision], origin: Origin) -> UsageError:
    first = protected[0].person
    others = f" So it is with {len(protected) - 1} more. Nobody was added." if len(protected) > 1 else ""
    if protected[0].before is None:
        return UsageError(
            f"{first.address.text} asked to be forgotten, and stays off the list.{others}",
            _BY_THEIR_OWN_MAIL,
        )
    since = first.since.astimezone(origin.zone)
    did = "opted out" if first.status is Status.OPTED_OUT else "bounced"
    return UsageError(
        f"{first.address.text} {did} on {since:%d %B %Y} and stays off the list.{others}",
        f'If they ask for it again: `pscb-mail resubscribe {first.address.text} --reason "…"`.',
    )


# -- what happens to people -----------------------------------------------------------------------------------------


def opt_out(db: Database, ids: Sequence[int], origin: Origin) -> Moved:
    """Record people's own wish to come off, whatever they were before."""
    return _happen(db, ids, Event.OPTED_OUT, origin)


def bounce(db: Database, ids: Sequence[int], origin: Origin) -> Moved:
    """Record that people's mailboxes do not exist; who opted out or was removed stays so."""
    return _happen(db, ids, Event.BOUNCED, origin)


def remove(
    db: Database, ids: Sequence[int], origin: Origin, *, successor: Person | None = None, confirm: Sequence[str] = ()
) -> Moved:
    """Take people off by the editor's decision; a successor gets the first one's organisation, role and groups.

    An opt-out stays an opt-out: it is the stronger bar. `confirm`: as for `add`. Raises UsageError where the successor
    may not be added.
    """
    with recording(db, origin, ids) as recorded:
        moved = writing.move(db, ids, Event.REMOVED, origin.at)
        if successor is not None and (left := directory.by_id(db, ids[0])):
            _hold_another(db, ids, successor)
            entry = Entry(successor, left.organisation, left.role, left.groups, source="as a successor")
            writing.carry_out(db, _all_welcome(db, [entry], origin, confirm), recorded)
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
    confirm: Sequence[str] = (),
) -> Edited:
    """Change what is known about somebody; None leaves a field, an empty text empties it. `confirm`: as for `add`.

    Raises UsageError where the new address is another's, there is no such subscriber, or a group may be a slip for one
    of `confirm`.
    """
    with recording(db, origin, [subscriber]) as recorded:
        person = directory.by_id(db, subscriber)
        if person is None:
            raise UsageError(f"There is no subscriber {subscriber}.", "`pscb-mail list` shows who is on the list.")
        if address is not None:
            _hold_free(db, address, subscriber)
        changed = replace(
            person,
            name=person.name if name is None else clean_name(name),
            organisation=person.organisation if organisation is None else field(organisation),
            role=person.role if role is None else field(role),
            address=address or person.address,
        )
        writing.update(db, [changed])
        made = new_groups(groups, directory.spellings(db).values(), confirm)
        for group in without:
            writing.leave_group(db, [subscriber], group)
        spelling = directory.spellings(db)
        writing.join_groups(db, ((subscriber, spelling.get(folded(name), name)) for name in groups))
    return Edited(recorded.change, person, directory.by_id(db, subscriber) or changed, made)


def _happen(db: Database, ids: Sequence[int], event: Event, origin: Origin) -> Moved:
    with recording(db, origin, ids) as recorded:
        moved = writing.move(db, ids, event, origin.at)
    return Moved(recorded.change, moved)


def _hold_free(db: Database, address: Address, subscriber: int) -> None:
    holder = directory.by_keys(db, [address.key]).get(address.key)
    if holder and holder.id != subscriber:
        again = f'If they ask for it again, `pscb-mail resubscribe {address.text} --reason "…"` brings that one back.'
        back = {
            Status.REMOVED: f"`pscb-mail add {address.text}` brings that one back. Then remove this one.",
            Status.OPTED_OUT: f"{again} Then remove this one.",
            Status.BOUNCED: f"{again} Then remove this one.",
        }
        raise UsageError(
            f"{address.text} is on the list already: {holder.called} ({holder.status.words}).",
            back.get(holder.status, "If both are the same person, remove this one: one person has one address."),
        )
    if once_theirs(db).get(address.key, subscriber) != subscriber:
        raise UsageError(
            f"Whoever had {address.text} before has opted out: it cannot be given to somebody else.",
            "They alone may come back: `pscb-mail resubscribe` with the address that they have now.",
        )
    if forgotten.among(db, [address.key]):
        raise UsageError(
            f"Whoever had {address.text} asked to be forgotten: it cannot come back to the list.", _BY_THEIR_OWN_MAIL
        )


def _hold_another(db: Database, ids: Sequence[int], successor: Person) -> None:
    existing = directory.by_keys(db, [successor.address.key]).get(successor.address.key)
    if existing and existing.id in ids:
        raise UsageError(
            f"{successor.address.text} cannot be their own successor.",
            "Name somebody else, or give them a new address: `pscb-mail edit --address`.",
        )
