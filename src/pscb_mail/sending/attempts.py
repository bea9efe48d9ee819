"""The log of tries: those that no claim begins (test copies, answers, one copy more), and what is read of them all.

SQL for facts, as in `ledger`; transactions are the use case's. A try of a mailing's copy is begun by `claims`, and each
is ended there.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import moment, stamp
from pscb_mail.sending.delivery import Delivery, Event, State


@dataclass(frozen=True)
class LogLine:
    """One recipient's line of the log; `code` is None and `reply` empty where the relay said nothing yet."""

    address: str
    state: State
    edition: int
    attempts: int
    relay: str
    code: int | None
    reply: str
    reference: str
    at: datetime


@dataclass(frozen=True)
class Attempt:
    """One try to hand a copy to a relay; `verdict` is None while it is under way, or where its process died."""

    issue: str
    address: str
    reference: str
    relay: str
    verdict: Event | None
    code: int | None
    reply: str
    at: datetime


def start_test(db: Database, issue: str, address: str, relay: str, now: datetime) -> int:
    """Record that a test copy is tried: it counts for the pace; returns its id for `claims.end_attempt`."""
    return _start(db, None, issue, address, relay, now)


def start_answer(db: Database, relay: str, now: datetime) -> int:
    """Record that an answer is tried, of no issue and of nobody: it counts for the pace; returns its id."""
    return _start(db, None, "", "", relay, now)


def start_again(db: Database, delivery: Delivery, relay: str, now: datetime) -> int:
    """Record that one more copy is tried for somebody who has it; returns its id for `claims.end_attempt`."""
    return _start(db, delivery.id, delivery.issue, delivery.address, relay, now)


def _start(db: Database, delivery: int | None, issue: str, address: str, relay: str, now: datetime) -> int:
    cursor = db.execute(
        "INSERT INTO attempt (delivery, issue, address, relay, started_at) VALUES (?, ?, ?, ?, ?)",
        [delivery, issue, address, relay, stamp(now)],
    )
    return int(cursor.lastrowid or 0)


def last_tested(db: Database, issue: str) -> datetime | None:
    """Return when a test copy of an issue was last taken by a relay."""
    (at,) = db.execute(
        "SELECT max(started_at) FROM attempt WHERE issue = ? AND delivery IS NULL AND verdict = ?",
        [issue, Event.ACCEPTED],
    ).fetchone()
    return moment(at) if at else None


def tests(db: Database) -> frozenset[tuple[str, str]]:
    """Return every issue of which a test copy was tried, with the address it went to."""
    rows = db.execute("SELECT DISTINCT issue, address FROM attempt WHERE delivery IS NULL AND issue != ''").fetchall()
    return frozenset((issue, address) for issue, address in rows)


def log(db: Database, issue: str, state: State | None = None, *, unattended: bool = False) -> Iterator[LogLine]:
    """Yield one line a recipient, in the order of sending, streamed; of one state where that is given.

    `unattended`: no process is sending the issue, so that what stands there as in flight is in doubt.
    """
    rows = db.execute(
        """SELECT d.address, d.now, e.number, d.tries, d.reference, d.at, a.relay, a.code, a.reply
           FROM (SELECT *, iif(:unattended AND state = 'in_flight', 'unknown', state) AS now FROM delivery) d
           JOIN edition e ON e.id = d.edition
           LEFT JOIN attempt a ON a.id = (SELECT max(id) FROM attempt WHERE delivery = d.id)
           WHERE d.issue = :issue AND (:state IS NULL OR d.now = :state) ORDER BY d.id""",
        {"issue": issue, "state": state, "unattended": unattended},
    )
    for address, current, number, tries, reference, at, relay, code, reply in rows:
        yield LogLine(address, State(current), number, tries, relay or "", code, reply or "", reference, moment(at))


def of_person(db: Database, subscriber: int) -> list[Attempt]:
    """Return every try for one person, the oldest first."""
    return _attempts(db, "JOIN delivery d ON d.id = a.delivery WHERE d.subscriber = ?", "d.reference", subscriber)


def tests_to(db: Database, addresses: Iterable[str]) -> list[Attempt]:
    """Return every try of a test copy to some addresses, the oldest first; its reference is not kept."""
    whom = "lower(a.address) IN (SELECT lower(value) FROM json_each(?))"
    return _attempts(db, f"WHERE a.delivery IS NULL AND a.issue != '' AND {whom}", "''", json.dumps(list(addresses)))


def _attempts(db: Database, which: str, code: str, value: object) -> list[Attempt]:
    rows = db.execute(
        f"""SELECT a.issue, a.address, {code}, a.relay, a.verdict, a.code, a.reply, a.started_at
           FROM attempt a {which} ORDER BY a.id""",
        [value],
    )
    return [
        Attempt(issue, address, reference, relay, Event(verdict) if verdict else None, code, reply, moment(at))
        for issue, address, reference, relay, verdict, code, reply, at in rows
    ]
