"""The life of a delivery: its states, and the one table of what may follow what.

Pure. Nothing else decides a transition: `sending.ledger` asks `after` before it writes, and an event that a state does
not know is a bug that stops the run instead of a row that is wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from pscb_mail.settings import Retry


class State(StrEnum):
    """Where a delivery stands; docs/internals.md says when each becomes true and what a crash there leaves."""

    QUEUED = "queued"
    IN_FLIGHT = "in_flight"
    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Event(StrEnum):
    """What happens to a delivery."""

    __hash__ = str.__hash__  # an enumeration's own is written in Python, and asked for once a copy

    CLAIMED = "claimed"  # a session takes it; durable before its first byte leaves
    ACCEPTED = "accepted"  # the relay took the message: 250 after the last byte
    PUT_OFF = "put_off"  # 4yz about this recipient
    TURNED_DOWN = "turned_down"  # 5yz about this recipient, or 4yz for too long
    NOT_TRIED = "not_tried"  # our own fault, or the last byte never left
    DOUBTED = "doubted"  # the last byte left and no intelligible reply came, or the process died
    DROPPED = "dropped"  # the person left the list, or the mailing was cancelled
    REQUEUED = "requeued"  # a person said: try again
    FOUND = "found"  # the copy is in the Sent folder
    RESTORED = "restored"  # the database was brought back from a backup: what happened since is not known


_AFTER: dict[tuple[State, Event], State] = {
    (State.QUEUED, Event.CLAIMED): State.IN_FLIGHT,
    (State.DEFERRED, Event.CLAIMED): State.IN_FLIGHT,
    (State.IN_FLIGHT, Event.ACCEPTED): State.SENT,
    (State.IN_FLIGHT, Event.PUT_OFF): State.DEFERRED,
    (State.IN_FLIGHT, Event.TURNED_DOWN): State.REFUSED,
    (State.IN_FLIGHT, Event.NOT_TRIED): State.QUEUED,
    (State.IN_FLIGHT, Event.DOUBTED): State.UNKNOWN,
    (State.QUEUED, Event.DROPPED): State.SKIPPED,
    (State.DEFERRED, Event.DROPPED): State.SKIPPED,
    (State.DEFERRED, Event.REQUEUED): State.QUEUED,
    (State.REFUSED, Event.REQUEUED): State.QUEUED,
    (State.UNKNOWN, Event.REQUEUED): State.QUEUED,
    (State.UNKNOWN, Event.FOUND): State.SENT,
    (State.REFUSED, Event.FOUND): State.SENT,
    (State.QUEUED, Event.RESTORED): State.UNKNOWN,
    (State.DEFERRED, Event.RESTORED): State.UNKNOWN,
}


def after(state: State, event: Event) -> State:
    """Return the state that follows. Raises ValueError where the event cannot happen in that state."""
    try:
        return _AFTER[state, event]
    except KeyError:
        raise ValueError(f"a delivery that is {state} cannot be {event}") from None


def states_before(event: Event) -> tuple[State, ...]:
    """Return the states in which `event` can happen."""
    return tuple(state for state, known in _AFTER if known is event)


def events_after(state: State) -> tuple[Event, ...]:
    """Return the events that can happen in `state`."""
    return tuple(event for known, event in _AFTER if known is state)


@dataclass(frozen=True)
class Retries:
    """When a copy that was put off is tried again, and when it no longer is; the last pause goes on repeating."""

    pauses: tuple[timedelta, ...]
    give_up_after: timedelta

    def due_after(self, tries: int, now: datetime) -> datetime:
        """Return when a delivery put off for the `tries`-th time (1, 2, …) is due again."""
        return now + self.pauses[min(tries, len(self.pauses)) - 1]


def retries(settings: Retry) -> Retries:
    """Return what the settings say of copies that are put off."""
    pauses = tuple(timedelta(minutes=minutes) for minutes in settings.after_minutes)
    return Retries(pauses, timedelta(hours=settings.give_up_after_hours))


USUAL_RETRIES = retries(Retry())


@dataclass(frozen=True)
class Delivery:
    """One subscriber's copy as the ledger holds it. `address` is where it went, or would go."""

    id: int
    issue: str
    subscriber: int
    address: str
    reference: str
    state: State


class Claim(NamedTuple):
    """A delivery taken for sending, with all that its message needs."""

    delivery: int
    subscriber: int
    edition: int
    reference: str
    address: str
    name: str
    organisation: str
    role: str
    groups: tuple[str, ...]
    dated: datetime
    tries: int
    first_tried_at: datetime


class Verdict(NamedTuple):
    """How one try ended. `code` and `reply` are the relay's own; code 0 where it said nothing intelligible."""

    event: Event
    code: int
    reply: str
    relay: str
    no_such_mailbox: bool = False


def words(code: int | None, reply: str) -> str:
    """Return how a try was answered: the relay's own reply, or that none came and what we know of why."""
    if code:
        return f"{code} {reply}".strip()
    return f"no reply: {reply}" if reply else ""


def message_id_in(verdict: Verdict) -> str | None:
    """Return the Message-ID that the relay names as it takes a copy, which is then the one that replies refer to.

    Exchange Online rewrites it and says so: `250 2.0.0 OK <…@….prod.outlook.com> [Hostname=…]`.
    """
    if verdict.event is not Event.ACCEPTED or "<" not in verdict.reply:
        return None
    match = re.search(r"<[^<>@\s]+@[^<>@\s]+>", verdict.reply)
    return match[0] if match else None


class MailingState(StrEnum):
    """Where a mailing stands: derived from its rows whenever it is asked for, never stored."""

    NOT_SENT = "not_sent"
    SENDING = "sending"
    STOPPED = "stopped"
    COMPLETE = "complete"
    CANCELLED = "cancelled"


def mailing_state(counts: Mapping[State, int], *, cancelled: bool, being_sent: bool) -> MailingState:
    """Return where a mailing stands; `being_sent`: a send holds the lock for it."""
    if being_sent:
        return MailingState.SENDING
    if counts[State.QUEUED] or counts[State.IN_FLIGHT] or counts[State.DEFERRED]:
        return MailingState.STOPPED
    return MailingState.CANCELLED if cancelled else MailingState.COMPLETE
