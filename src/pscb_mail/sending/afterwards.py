"""What is found out of copies afterwards: in the Sent folder, and when a database was brought back from a backup.

SQL for facts, as in `ledger`; transactions are the use case's. Each change of a state goes through `delivery.after`. A
copy that is found was sent; not finding it proves nothing.
"""

from collections.abc import Container, Iterable
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import stamp
from pscb_mail.sending.delivery import Event, State, after, states_before
from pscb_mail.sending.ledger import move_all


def find(db: Database, issue: str, references: Container[str], now: datetime) -> int:
    """Record that copies were found in the Sent folder that were in doubt, or refused once; returns how many."""
    return sum(_find(db, issue, state, references, now) for state in states_before(Event.FOUND))


def _find(db: Database, issue: str, state: State, references: Container[str], now: datetime) -> int:
    rows = db.execute("SELECT id, reference FROM delivery WHERE issue = ? AND state = ?", [issue, state])
    there = [number for number, reference in rows.fetchall() if reference in references]
    db.conn.executemany(
        "UPDATE delivery SET state = ?, at = ? WHERE id = ? AND state = ?",
        [(after(state, Event.FOUND), stamp(now), number, state) for number in there],
    )
    return len(there)


def also_known_as(db: Database, names: Iterable[tuple[str, str]]) -> None:
    """Keep the Message-IDs that a server gave to copies, each with the copy's reference: replies refer to them."""
    db.conn.executemany(
        """INSERT OR IGNORE INTO alias (message_id, delivery) SELECT ?2, id FROM delivery
           WHERE reference = ?1 AND ?2 <> ''""",
        names,
    )


def doubt_all_that_waits(db: Database, issue: str, at: datetime) -> int:
    """Record that the database was brought back from a backup: what was to be sent then may have been sent since."""
    return sum(move_all(db, issue, state, Event.RESTORED, at) for state in states_before(Event.RESTORED))


def trust_the_rest(db: Database, at: datetime, now: datetime) -> int:
    """Queue again what `doubt_all_that_waits` doubted at a moment and was not found; returns how many."""
    cursor = db.execute(
        "UPDATE delivery SET state = ?, at = ?, first_tried_at = NULL WHERE state = ? AND at = ?",
        [after(State.UNKNOWN, Event.REQUEUED), stamp(now), State.UNKNOWN, stamp(at)],
    )
    return int(cursor.rowcount)


def enter(db: Database, issue: str, edition: int, copies: Iterable[tuple[int, str, str]], now: datetime) -> None:
    """Enter copies that nobody recorded, each with person, address and reference: in doubt, for `find` to settle."""
    state = after(State.QUEUED, Event.RESTORED)
    db.conn.executemany(
        """INSERT OR IGNORE INTO delivery (issue, subscriber, edition, reference, state, address, at)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        ((issue, who, edition, code, state, address, stamp(now)) for who, address, code in copies),
    )
