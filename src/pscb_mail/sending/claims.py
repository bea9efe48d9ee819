"""Claims and verdicts in groups: the part of the ledger that keeps up with many sessions.

SQL for facts, as in `ledger`, and like there transactions are the use case's: `settle` and `claim` of one turn commit
together. Each change of state goes through `delivery.after`, and its WHERE names the state it starts from. A group
costs a handful of prepared statements; claims are read off the head of one index, `delivery_by_state`, so that their
cost does not grow with the list.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlite_utils import Database

from pscb_mail.database import fact, keep_fact, moment, stamp
from pscb_mail.sending.delivery import (
    USUAL_RETRIES,
    Claim,
    Event,
    Retries,
    State,
    Verdict,
    after,
    events_after,
    message_id_in,
    states_before,
)

_NEXT = """
    SELECT d.id, d.state, d.edition, d.reference, d.dated, d.tries, d.first_tried_at, d.subscriber,
           r.address, r.name, r.organisation, r.role,
           (SELECT group_concat(name, char(10)) FROM membership m WHERE m.subscriber = d.subscriber)
    FROM delivery d LEFT JOIN recipient r ON r.id = d.subscriber
    WHERE d.issue = ? AND d.state = ?
"""
_ONE = _NEXT + " AND d.id = ?"
_QUEUED = _NEXT + " AND d.due_at IS NULL ORDER BY d.id LIMIT ?"
_AGAIN = _NEXT + " AND d.due_at IS NOT NULL ORDER BY d.due_at, d.id LIMIT ?"
_PUT_OFF = _NEXT + " AND d.due_at <= ? ORDER BY d.due_at, d.id LIMIT ?"
_DUE = """
    SELECT (SELECT count(*) FROM (SELECT 1 FROM delivery WHERE issue = ?1 AND state = 'queued' LIMIT ?3))
         + (SELECT count(*) FROM (
                SELECT 1 FROM delivery WHERE issue = ?1 AND state = 'deferred' AND due_at <= ?2 LIMIT ?3))
"""
_LEFT = "SELECT EXISTS (SELECT 1 FROM delivery WHERE issue = ? AND state IN ('queued', 'deferred'))"
# From the first try after the last word of a relay, or of nobody: what was put off or retried by a person begins anew.
_STUCK = """
    SELECT count(*) FROM delivery d WHERE issue = ? AND state = 'queued' AND due_at IS NOT NULL
        AND julianday(due_at) - julianday((
            SELECT started_at FROM attempt WHERE delivery = d.id AND id > coalesce(
                (SELECT max(id) FROM attempt WHERE delivery = d.id AND verdict != 'not_tried'), 0)
            ORDER BY id LIMIT 1)) >= ?
"""
_CLAIM = """
    UPDATE delivery SET state = ?, at = ?, address = ?, tries = tries + 1, due_at = NULL,
        dated = coalesce(dated, ?), first_tried_at = coalesce(first_tried_at, ?)
    WHERE id = ? AND state = ?
"""
_ATTEMPT = "INSERT INTO attempt (id, delivery, issue, address, relay, started_at) VALUES (?, ?, ?, ?, ?, ?)"
_LAST_ATTEMPT = "SELECT coalesce(max(id), 0) FROM attempt"
_END_ATTEMPT = "UPDATE attempt SET ended_at = ?, verdict = ?, code = ?, reply = ?, relay = ? WHERE id = ?"
# A claim that came to no try leaves no trace of one: the patience with a server begins with the first real try.
_SETTLE = """
    UPDATE delivery SET state = ?1, at = ?2, due_at = ?3, tries = tries - ?4,
        first_tried_at = iif(?4 AND first_tried_at = at, NULL, first_tried_at)
    WHERE id = ?5 AND state = 'in_flight'
"""
_DROP = "UPDATE delivery SET state = ?, at = ?, due_at = NULL WHERE id = ? AND state = ?"

# The fact under which it stands until which try the clock ran ahead, and when that was noticed.
_RAN_AHEAD = "clock_ran_ahead"


class _Row(NamedTuple):
    """A delivery that can be claimed, with its person as the list publishes them; `address` None: they left."""

    delivery: int
    state: str
    edition: int
    reference: str
    dated: str | None
    tries: int
    first_tried_at: str | None
    subscriber: int
    address: str | None
    name: str
    organisation: str
    role: str
    groups: str | None


# The table of transitions, looked up once: `after` decides, here and everywhere.
_LANDED = {event: after(State.IN_FLIGHT, event) for event in events_after(State.IN_FLIGHT)}
# Plain strings: the driver takes twice as long over members of an enumeration.
_CLAIMED = {state.value: after(state, Event.CLAIMED).value for state in states_before(Event.CLAIMED)}


class Try(NamedTuple):
    """A claim whose attempt is recorded: what `settle` needs to end it."""

    claim: Claim
    attempt: int


def due(db: Database, issue: str, now: datetime, most: int) -> int:
    """Return how many copies of an issue can be claimed now, counted up to about `most`."""
    return int(db.conn.execute(_DUE, (issue, stamp(now), most)).fetchone()[0])


def left(db: Database, issue: str) -> bool:
    """Whether anything of an issue is still to be sent, now or later."""
    return bool(db.conn.execute(_LEFT, (issue,)).fetchone()[0])


def stuck(db: Database, issue: str, retries: Retries) -> int:
    """Return how many copies were tried for as long as one that is put off is, and no relay has said a word on them.

    Counted from the first try without a word to the last: how long a copy waits for its turn at a slow pace, or for
    what it was put off to, says nothing.
    """
    return int(db.conn.execute(_STUCK, (issue, retries.give_up_after / timedelta(days=1))).fetchone()[0])


def claim(db: Database, issue: str, now: datetime, relays: Sequence[str]) -> list[Try]:
    """Take the next due copies of people who are still active, one for each of `relays`, or as many as there are.

    Opt-outs and groups are read here, right before the copy: those who left meanwhile are skipped on the way.
    """
    taken: list[Try] = []
    at = stamp(now)
    while len(taken) < len(relays) and (rows := _next(db, issue, at, len(relays) - len(taken))):
        here = [row for row in rows if row.address is not None]
        _all_of(db, _DROP, [_moved(row, Event.DROPPED, at) for row in rows if row.address is None])
        taken += _take(db, issue, now, here, relays[len(taken) :])
    return taken


def claim_one(db: Database, delivery: int, issue: str, now: datetime, relay: str) -> Try:
    """Take one queued copy of somebody who is active. Raises ValueError where it is not queued, or they left."""
    rows = [_Row(*row) for row in db.conn.execute(_ONE, (issue, State.QUEUED, delivery)) if row[8] is not None]
    if not rows:
        raise ValueError(f"delivery {delivery} cannot be claimed")
    return _take(db, issue, now, rows, [relay])[0]


def _take(db: Database, issue: str, now: datetime, rows: list[_Row], relays: Sequence[str]) -> list[Try]:
    at = stamp(now)
    _all_of(db, _CLAIM, [_taken(row, at) for row in rows])
    # Numbered here, so that one statement records them all: the transaction keeps everybody else out.
    (last,) = db.conn.execute(_LAST_ATTEMPT).fetchone()
    attempts = [
        (last + n, row.delivery, issue, row.address, relay, at)
        for n, (row, relay) in enumerate(zip(rows, relays, strict=False), start=1)
    ]
    db.conn.executemany(_ATTEMPT, attempts)
    return [Try(_claimed(row, now), attempt[0]) for row, attempt in zip(rows, attempts, strict=True)]


def settle(
    db: Database, verdicts: Iterable[tuple[Try, Verdict]], now: datetime, retries: Retries = USUAL_RETRIES
) -> list[State]:
    """Record verdicts on claimed deliveries and their attempts; returns the state that each has now."""
    at = stamp(now)
    attempts, deliveries, states = [], [], []
    for tried, verdict in verdicts:
        event = _event(tried, verdict, now - retries.give_up_after)
        state = _LANDED[event]
        due_at = stamp(retries.due_after(tried.claim.tries, now)) if state is State.DEFERRED else None
        if state is State.QUEUED:
            due_at = at  # behind all others (`_next`): one copy at which every session breaks keeps nobody waiting
        attempts.append(_ended(tried.attempt, verdict, at))
        deliveries.append((state.value, at, due_at, event is Event.NOT_TRIED, tried.claim.delivery))
        states.append(state)
        if alias := message_id_in(verdict):
            db.conn.execute(
                "INSERT OR IGNORE INTO alias (message_id, delivery) VALUES (?, ?)", (alias, tried.claim.delivery)
            )
    _all_of(db, _END_ATTEMPT, attempts)
    _all_of(db, _SETTLE, deliveries)
    return states


def end_attempt(db: Database, attempt: int, verdict: Verdict, now: datetime) -> None:
    """Record how a try ended that moves no delivery: a test copy, one more copy, an answer."""
    _all_of(db, _END_ATTEMPT, [_ended(attempt, verdict, stamp(now))])


def _ended(attempt: int, verdict: Verdict, at: str) -> tuple[object, ...]:
    return at, verdict.event.value, verdict.code or None, verdict.reply, verdict.relay, attempt


def latest_tries(db: Database, most: int) -> list[tuple[int, datetime]]:
    """Return the ids and times of the latest tries of any issue, test copies included, the oldest of them first."""
    rows = db.conn.execute("SELECT id, started_at FROM attempt ORDER BY id DESC LIMIT ?", (most,)).fetchall()
    last, latest = json.loads(fact(db, _RAN_AHEAD) or '[0, ""]')
    return [(number, moment(min(at, latest) if number <= last else at)) for number, at in reversed(rows)]


def note_the_clock(db: Database, tries: Sequence[tuple[int, datetime]], now: datetime) -> None:
    """Where tries are dated later than now, keep that all until the last of them count as made by now: it was set back.

    Each run of a timer is a process of its own, and none of them would else ever see that a window has passed.
    """
    if any(at > now for _, at in tries):
        keep_fact(db, _RAN_AHEAD, json.dumps([tries[-1][0], stamp(now)]))


def tries_since(db: Database, number: int) -> list[tuple[int, datetime]]:
    """Return the tries recorded after attempt `number`, by whatever process."""
    rows = db.conn.execute("SELECT id, started_at FROM attempt WHERE id > ? ORDER BY id", (number,)).fetchall()
    return [(number, moment(at)) for number, at in rows]


def _next(db: Database, issue: str, at: str, most: int) -> list[_Row]:
    """Return the first deliveries never claimed, then those put off that are due, then those that came back untried."""
    rows = db.conn.execute(_QUEUED, (issue, State.QUEUED.value, most)).fetchall()
    if len(rows) < most:
        rows += db.conn.execute(_PUT_OFF, (issue, State.DEFERRED.value, at, most - len(rows))).fetchall()
    if len(rows) < most:
        rows += db.conn.execute(_AGAIN, (issue, State.QUEUED.value, most - len(rows))).fetchall()
    return [_Row(*row) for row in rows]


def _moved(row: _Row, event: Event, at: str) -> tuple[object, ...]:
    return (after(State(row.state), event), at, row.delivery, row.state)


def _taken(row: _Row, at: str) -> tuple[object, ...]:
    return (_CLAIMED[row.state], at, row.address, at, at, row.delivery, row.state)


def _claimed(row: _Row, now: datetime) -> Claim:
    return Claim(
        row.delivery,
        row.subscriber,
        row.edition,
        row.reference,
        row.address or "",
        row.name,
        row.organisation,
        row.role,
        tuple(row.groups.split("\n")) if row.groups else (),
        dated=moment(row.dated) if row.dated else now,
        tries=row.tries + 1,
        first_tried_at=moment(row.first_tried_at) if row.first_tried_at else now,
    )


def _all_of(db: Database, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Run one statement for each row; each must change exactly one. Raises ValueError where a row is not as it was."""
    if rows and db.conn.executemany(statement, rows).rowcount != len(rows):
        raise ValueError("a delivery was moved by somebody else")


def _event(tried: Try, verdict: Verdict, patient_since: datetime) -> Event:
    if verdict.event is Event.PUT_OFF and tried.claim.first_tried_at <= patient_since:
        return Event.TURNED_DOWN
    return verdict.event
