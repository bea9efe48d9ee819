"""The ledger: the SQL of mailings and deliveries.

Functions are named for the facts they record, take a connection and leave transactions to the use case. Each change of
a state goes through `delivery.after`, and its WHERE names the state it starts from: a row is never moved twice. What it
knows of people is their published view `recipient` (the active ones). Claims and verdicts, which come in groups while a
run is under way, are in `claims`; the log of tries is in `attempts`, what is found out of copies later in `afterwards`,
who is chosen in `audience`, what is frozen in `editions`.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import moment, stamp
from pscb_mail.people.forgotten import Trace, strike
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.delivery import Delivery, Event, State, after, states_before

# What stands in the log for the address of somebody who was forgotten.
FORGOTTEN = "forgotten"
# What stands there for the answer to a try whose process died.
DIED = "the program ended before the relay answered"


@dataclass(frozen=True)
class Mailing:
    """An issue going to its audience, frozen at the first send."""

    issue: str
    audience: Audience
    started_at: datetime
    cancelled_at: datetime | None
    subject: str
    edition: int
    edition_number: int
    digest: str


# -- mailings -------------------------------------------------------------------------------------------------------


def mailing(db: Database, issue: str) -> Mailing | None:
    """Return an issue's mailing with its latest edition, or None where it was never sent."""
    return next(_mailings(db, "WHERE m.issue = ?", [issue]), None)


def mailings(db: Database) -> list[Mailing]:
    """Return every mailing, the latest first."""
    return list(_mailings(db, "ORDER BY m.started_at DESC", []))


def _mailings(db: Database, clause: str, values: list[str]) -> Iterator[Mailing]:
    rows = db.execute(
        f"""SELECT m.issue, m.audience, m.started_at, m.cancelled_at, e.subject, e.id, e.number, e.digest
            FROM mailing m JOIN edition e ON e.issue = m.issue
                AND e.number = (SELECT max(number) FROM edition WHERE issue = m.issue)
            {clause}""",
        values,
    )
    for issue, audience, started, cancelled, subject, edition, number, digest in rows:
        choice = json.loads(audience)
        yield Mailing(
            issue=issue,
            audience=Audience(tuple(choice["to"]), tuple(choice["without"])),
            started_at=moment(started),
            cancelled_at=moment(cancelled) if cancelled else None,
            subject=subject,
            edition=edition,
            edition_number=number,
            digest=digest,
        )


# -- deliveries that a person or a new run moves --------------------------------------------------------------------


def doubt_in_flight(db: Database, now: datetime) -> None:
    """Record that the process that had copies in flight is dead: they are in doubt. For who holds the send lock."""
    for (issue,) in db.execute("SELECT issue FROM mailing").fetchall():
        db.execute(
            """UPDATE attempt SET ended_at = ?, verdict = ?, reply = ? WHERE ended_at IS NULL
               AND delivery IN (SELECT id FROM delivery WHERE issue = ? AND state = 'in_flight')""",
            [stamp(now), Event.DOUBTED, DIED, issue],
        )
        move_all(db, issue, State.IN_FLIGHT, Event.DOUBTED, now)


def drop_those_who_left(db: Database, issue: str, now: datetime) -> int:
    """Skip what is queued or put off for people who are no longer active; returns how many."""
    return sum(
        db.execute(
            """UPDATE delivery SET state = ?, at = ?
               WHERE issue = ? AND state = ? AND subscriber NOT IN (SELECT id FROM recipient)""",
            [after(state, Event.DROPPED), stamp(now), issue, state],
        ).rowcount
        for state in states_before(Event.DROPPED)
    )


def requeue(db: Database, issue: str, states: tuple[State, ...], now: datetime) -> int:
    """Queue again what was put off, refused or is in doubt, because a person said so; returns how many.

    What is of people who have left the list stays what it is.
    """
    active = "subscriber IN (SELECT id FROM recipient) AND issue = ?"
    return sum(_requeue(db, state, now, active, issue) for state in states)


def cancel(db: Database, issue: str, now: datetime) -> int:
    """Skip all that is queued or put off, and mark the mailing cancelled; returns how many were skipped."""
    db.execute("UPDATE mailing SET cancelled_at = ? WHERE issue = ?", [stamp(now), issue])
    return sum(move_all(db, issue, state, Event.DROPPED, now) for state in states_before(Event.DROPPED))


def requeue_one(db: Database, delivery: Delivery, now: datetime) -> None:
    """Queue one person's copy again, because an editor said so."""
    _requeue(db, delivery.state, now, "id = ?", delivery.id)


def _requeue(db: Database, state: State, now: datetime, which: str, value: object) -> int:
    """Queue again as if never tried, but for the number of tries: the patience with a server begins anew.

    What was refused never went out, so it becomes a copy of the latest edition; what may have arrived stays what it is.
    """
    cursor = db.execute(
        f"""UPDATE delivery SET state = ?, at = ?, due_at = NULL, first_tried_at = NULL, edition = iif(
                state = 'refused', (SELECT max(e.id) FROM edition e WHERE e.issue = delivery.issue), edition)
            WHERE {which} AND state = ?""",
        [after(state, Event.REQUEUED), stamp(now), value, state],
    )
    return int(cursor.rowcount)


def move_all(db: Database, issue: str, state: State, event: Event, now: datetime) -> int:
    """Let one event happen to all of an issue's deliveries in one state; returns how many."""
    return int(
        db.execute(
            "UPDATE delivery SET state = ?, at = ?, due_at = NULL WHERE issue = ? AND state = ?",
            [after(state, event), stamp(now), issue, state],
        ).rowcount
    )


def forget(db: Database, gone: Trace, now: datetime) -> None:
    """Let go of people who are forgotten: that a copy went out, when and with which code stays; to whom does not.

    What was still to be sent is skipped. Their codes act for nobody any more.
    """
    theirs = "SELECT id FROM delivery WHERE subscriber IN (SELECT value FROM json_each(?))"
    ids = [json.dumps(gone.ids)]
    for state in states_before(Event.DROPPED):
        db.execute(
            f"UPDATE delivery SET state = ?, at = ?, due_at = NULL WHERE state = ? AND id IN ({theirs})",
            [after(state, Event.DROPPED), stamp(now), state, *ids],
        )
    db.execute(f"UPDATE attempt SET address = '', reply = '' WHERE delivery IN ({theirs})", ids)
    db.execute(f"DELETE FROM alias WHERE delivery IN ({theirs})", ids)
    db.execute(
        f"""UPDATE delivery SET subscriber = NULL, address = '{FORGOTTEN}', reference = '{FORGOTTEN}-' || id
            WHERE id IN ({theirs})""",
        ids,
    )
    # Test copies that went to one of their addresses, and what servers said about it elsewhere.
    keys = [json.dumps(gone.addresses)]
    of_theirs = "lower(address) IN (SELECT lower(value) FROM json_each(?))"
    db.execute(f"UPDATE attempt SET address = '', reply = '' WHERE delivery IS NULL AND {of_theirs}", keys)
    strike(db, gone, "attempt", "reply")


# -- questions ------------------------------------------------------------------------------------------------------


def copies_of(db: Database, subscribers: Sequence[int]) -> int:
    """Return how many deliveries there are for some people."""
    row = db.execute(
        "SELECT count(*) FROM delivery WHERE subscriber IN (SELECT value FROM json_each(?))", [json.dumps(subscribers)]
    ).fetchone()
    return int(row[0])


def issues_of(db: Database, subscribers: Sequence[int]) -> list[str]:
    """Return the issues of which some people have, or may have, a copy."""
    rows = db.execute(
        """SELECT DISTINCT issue FROM delivery WHERE subscriber IN (SELECT value FROM json_each(?))
           AND state IN ('sent', 'unknown', 'in_flight') ORDER BY issue""",
        [json.dumps(subscribers)],
    )
    return [row[0] for row in rows.fetchall()]


def references(db: Database, issue: str, state: State | None = None) -> frozenset[str]:
    """Return the references of an issue's copies, of one state where that is given; those of the forgotten are gone."""
    rows = db.execute(
        """SELECT reference FROM delivery
           WHERE issue = :issue AND subscriber IS NOT NULL AND (:state IS NULL OR state = :state)""",
        {"issue": issue, "state": state},
    )
    return frozenset(row[0] for row in rows)


def editions_with(db: Database, words: Sequence[str]) -> list[str]:
    """Return the issues whose frozen text has one of some words in it."""
    rows = db.execute(
        """SELECT DISTINCT issue FROM edition, json_each(?)
           WHERE instr(lower(content), lower(value)) > 0 ORDER BY issue""",
        [json.dumps(words)],
    )
    return [row[0] for row in rows.fetchall()]


def counts(db: Database, issue: str) -> dict[State, int]:
    """Return how many deliveries of an issue are in each of the seven states; they sum to the total."""
    found = dict(db.execute("SELECT state, count(*) FROM delivery WHERE issue = ? GROUP BY state", [issue]).fetchall())
    return {state: found.get(state, 0) for state in State}


def count_to_active(db: Database, issue: str, *states: State) -> int:
    """Return how many deliveries in these states are to people who are still active: a run skips the others."""
    row = db.execute(
        """SELECT count(*) FROM delivery d JOIN recipient r ON r.id = d.subscriber
           WHERE d.issue = ? AND d.state IN (SELECT value FROM json_each(?))""",
        [issue, json.dumps(states)],
    ).fetchone()
    return int(row[0])


def left_the_list(db: Database, issue: str, state: State) -> list[int]:
    """Return who is active no more of those whose delivery of an issue is in a state."""
    rows = db.execute(
        """SELECT subscriber FROM delivery WHERE issue = ? AND state = ? AND subscriber IS NOT NULL
           AND subscriber NOT IN (SELECT id FROM recipient) ORDER BY id""",
        [issue, state],
    )
    return [subscriber for (subscriber,) in rows]


def next_due_at(db: Database, issue: str) -> datetime | None:
    """Return when the first delivery that was put off is due, or None where none is."""
    (due,) = db.execute("SELECT min(due_at) FROM delivery WHERE issue = ? AND state = 'deferred'", [issue]).fetchone()
    return moment(due) if due else None


def put_off(db: Database, issue: str) -> int:
    """Return how many deliveries are put off, where nothing else waits; 0 where any is queued."""
    row = db.execute(
        """SELECT count(*) FROM delivery WHERE issue = :issue AND state = 'deferred'
           AND NOT EXISTS (SELECT 1 FROM delivery WHERE issue = :issue AND state = 'queued')""",
        {"issue": issue},
    ).fetchone()
    return int(row[0])


def earliest_doubt(db: Database, issue: str) -> datetime | None:
    """Return when the first of the copies that are in doubt was first claimed, or None where none is."""
    (at,) = db.execute("SELECT min(dated) FROM delivery WHERE issue = ? AND state = 'unknown'", [issue]).fetchone()
    return moment(at) if at else None


def finished_at(db: Database, issue: str) -> datetime | None:
    """Return when the last delivery of an issue changed."""
    (at,) = db.execute("SELECT max(at) FROM delivery WHERE issue = ?", [issue]).fetchone()
    return moment(at) if at else None


def handed_over(db: Database, since: datetime, until: datetime) -> list[tuple[datetime, int]]:
    """Return how many copies relays took in each hour of a period, the hour given by its beginning."""
    rows = db.execute(
        """SELECT substr(at, 1, 13) || ':00:00Z', count(*) FROM delivery
           WHERE state = 'sent' AND at >= ? AND at < ? GROUP BY 1 ORDER BY 1""",
        [stamp(since), stamp(until)],
    )
    return [(moment(hour), count) for hour, count in rows]


_DELIVERY = "SELECT id, issue, subscriber, address, reference, state FROM delivery"


def delivery_by_reference(db: Database, reference: str) -> Delivery | None:
    """Return the delivery with a reference as `references.normalised` writes it."""
    return _delivery(db, f"{_DELIVERY} WHERE reference = ?", reference)


def delivery_by_message_id(db: Database, message_id: str) -> Delivery | None:
    """Return the delivery whose copy bore a Message-ID, or was given it by a server."""
    found = _delivery(db, f"{_DELIVERY} WHERE id = (SELECT delivery FROM alias WHERE message_id = ?)", message_id)
    slug, _, reference = message_id.strip("<> ").partition("@")[0].rpartition(".")
    return found or _delivery(db, f"{_DELIVERY} WHERE reference = ? AND issue = ?", reference.upper(), slug)


def delivery_of(db: Database, issue: str, subscriber: int) -> Delivery | None:
    """Return one person's delivery of an issue, or None where there is none."""
    return _delivery(db, f"{_DELIVERY} WHERE issue = ? AND subscriber = ?", issue, subscriber)


def _delivery(db: Database, query: str, *values: object) -> Delivery | None:
    row = db.execute(query, list(values)).fetchone()
    return row and Delivery(row[0], row[1], row[2], row[3], row[4], State(row[5]))


def first_started_at(db: Database) -> datetime | None:
    """Return when the first mailing began: mail older than that cannot be about one."""
    (at,) = db.execute("SELECT min(started_at) FROM mailing").fetchone()
    return moment(at) if at else None
