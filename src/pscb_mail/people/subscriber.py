"""A subscriber and where they stand: the statuses, and the table of what may happen to each.

Pure. Nothing else decides whether somebody may come off, bounce or come back: `after` does.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pscb_mail.people.address import Address


class Status(StrEnum):
    """Where a subscriber stands. Only the active ones are written to."""

    ACTIVE = "active"
    PENDING = "pending"
    OPTED_OUT = "opted_out"
    BOUNCED = "bounced"
    REMOVED = "removed"

    @property
    def words(self) -> str:
        """The status as a reader of the screen has it."""
        return self.value.replace("_", " ")


class Event(StrEnum):
    """What happens to a subscriber."""

    JOINED = "joined"  # by `add` or `import`
    OPTED_OUT = "opted_out"  # their own wish
    BOUNCED = "bounced"  # their server knows no such mailbox
    REMOVED = "removed"  # the editor's decision, no wish of theirs
    RESUBSCRIBED = "resubscribed"  # somebody said why they come back


# What is not here does not happen. An opt-out stands above everything: it is recorded whatever somebody was before, and
# only a reason lifts it. Who was merely removed may be added again.
_AFTER: dict[Event, dict[Status, Status]] = {
    Event.JOINED: {Status.REMOVED: Status.ACTIVE},
    Event.OPTED_OUT: dict.fromkeys((Status.ACTIVE, Status.PENDING, Status.BOUNCED, Status.REMOVED), Status.OPTED_OUT),
    Event.BOUNCED: dict.fromkeys((Status.ACTIVE, Status.PENDING), Status.BOUNCED),
    Event.REMOVED: dict.fromkeys((Status.ACTIVE, Status.PENDING, Status.BOUNCED), Status.REMOVED),
    Event.RESUBSCRIBED: dict.fromkeys((Status.PENDING, Status.OPTED_OUT, Status.BOUNCED), Status.ACTIVE),
}

# Neither `add` nor `import` brings these back.
PROTECTED = frozenset({Status.OPTED_OUT, Status.BOUNCED})


def after(status: Status, event: Event) -> Status | None:
    """Return the status that an event leads to, or None where it changes nothing."""
    return _AFTER[event].get(status)


def before(event: Event) -> tuple[Status, ...]:
    """Return the statuses in which an event changes something."""
    return tuple(_AFTER[event])


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person on the list. `since`: when the status became what it is; `basis`: why we may write to them."""

    id: int
    address: Address
    name: str
    organisation: str
    role: str
    groups: tuple[str, ...]
    status: Status
    since: datetime
    source: str
    basis: str

    @property
    def called(self) -> str:
        """Name and address, as one writes them."""
        return f"{self.name} <{self.address.text}>" if self.name else self.address.text


_TITLES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "revd", "reverend", "fr", "father", "sir",
    "dame", "lord", "lady", "cllr", "councillor", "hon", "pc", "dc", "ps", "ds", "pcso", "sgt", "sergeant",
    "insp", "inspector", "di", "dci", "ch", "supt", "sister",
})  # fmt: skip
_FIRST_NAME = re.compile(r"[^\W\d_][\w'’-]*[^\W_]")


def first_name(name: str) -> str:
    """Return the name to greet somebody with, `""` where only a title, an initial or a surname is known.

    >>> [first_name(name) for name in ("Jo Bloggs", "Bloggs, Jo", "Dr Jo Bloggs", "Mrs Bloggs", "J. Bloggs")]
    ['Jo', 'Jo', 'Jo', '', '']
    """
    surname, comma, given = name.partition(",")
    words = (given if comma and given.strip() else surname).split()
    titled = False
    while words and words[0].removesuffix(".").lower() in _TITLES:
        titled = True
        words.pop(0)
    if not words or (titled and len(words) == 1 and not comma):
        return ""
    return words[0] if _FIRST_NAME.fullmatch(words[0]) else ""


def differences(before: Subscriber | None, after: Subscriber | None) -> tuple[str, ...]:
    """Return what is different about somebody, each difference in a few words, the status first."""
    if after is None:
        return ("taken off the list, as if never added",) if before else ()
    if before is None:
        told = [("name", after.name), ("organisation", after.organisation), ("role", after.role)]
        joined = "joined the list" if after.status is Status.ACTIVE else f"put on the list as {after.status.words}"
        return (joined, *(f"{what}: {text}" for what, text in told if text), *_groups_changed((), after.groups))
    changed = [
        (before.status.words, after.status.words, "status"),
        (before.address.text, after.address.text, "address"),
    ]
    changed += [(getattr(before, f), getattr(after, f), f) for f in ("name", "organisation", "role", "source", "basis")]
    words = [f"{what}: {old or 'none'} → {new or 'none'}" for old, new, what in changed if old != new]
    return (*words, *_groups_changed(before.groups, after.groups))


def _groups_changed(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    joined = [f"into the group {name}" for name in after if name not in before]
    return (*joined, *(f"out of the group {name}" for name in before if name not in after))
