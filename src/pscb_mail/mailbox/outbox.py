"""The outbox: the SQL of answers. A row commits with the act that it speaks of, and leaves afterwards.

`waiting` → `in_flight` (committed before its first byte leaves) → `sent`, `refused`, or `unknown`; or back to
`waiting` where the relay put it off or nothing left. A row that a dead process left in flight is in doubt, and a later
run settles it so: it is never sent again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import moment, stamp
from pscb_mail.mailbox.decision import Answer


@dataclass(frozen=True)
class Letter:
    """An answer as it will be sent. `in_reply_to` and `trail` (References) are Message-IDs, or empty."""

    kind: Answer
    subscriber: int
    message_id: str
    recipient: str
    subject: str
    body: str
    in_reply_to: str = ""
    trail: str = ""


@dataclass(frozen=True)
class Waiting:
    """An answer that waits, with the time of its writing."""

    id: int
    letter: Letter
    written_at: str


@dataclass(frozen=True)
class Written:
    """An answer or a question as it stands: how it ended, if it has, and what the relay said."""

    at: datetime
    recipient: str
    subject: str
    message_id: str
    state: str
    reply: str


def write(db: Database, finding: int | None, letter: Letter, now: datetime) -> None:
    """Put an answer into the outbox."""
    db.execute(
        """INSERT INTO outbox (finding, subscriber, kind, message_id, recipient, subject, body, in_reply_to, trail,
               written_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            finding, letter.subscriber, letter.kind, letter.message_id, letter.recipient, letter.subject, letter.body,
            letter.in_reply_to, letter.trail, stamp(now),
        ],
    )  # fmt: skip


def written_since(db: Database, subscriber: int, since: datetime) -> int:
    """Return how many answers were written to a person since a moment; a question of ours is none."""
    row = db.execute(
        """SELECT count(*) FROM outbox WHERE subscriber = ? AND written_at > ?
               AND kind NOT IN ('please_confirm', 'still_wanted')""",
        [subscriber, stamp(since)],
    ).fetchone()
    return int(row[0])


def written_to(db: Database, subscriber: int) -> list[Written]:
    """Return every mail of ours to a person, the oldest first."""
    rows = db.execute(
        """SELECT written_at, recipient, subject, message_id, state, reply FROM outbox
           WHERE subscriber = ? ORDER BY id""",
        [subscriber],
    )
    return [Written(moment(at), *rest) for at, *rest in rows]


def claim(db: Database, after: int, now: datetime) -> Waiting | None:
    """Take the next answer that waits, or return None; `after` is the id of the one before in this run."""
    row = db.execute(
        """SELECT id, written_at, kind, subscriber, message_id, recipient, subject, body, in_reply_to, trail
           FROM outbox WHERE state = 'waiting' AND id > ? ORDER BY id LIMIT 1""",
        [after],
    ).fetchone()
    if row is None:
        return None
    db.execute("UPDATE outbox SET state = 'in_flight', claimed_at = ? WHERE id = ?", [stamp(now), row[0]])
    return Waiting(row[0], Letter(Answer(row[2]), *row[3:]), row[1])


def settle(db: Database, row: int, state: str, reply: str, now: datetime) -> None:
    """Record how a try ended: `sent`, `refused`, `unknown`, or `waiting` for the next run."""
    db.execute("UPDATE outbox SET state = ?, settled_at = ?, reply = ? WHERE id = ?", [state, stamp(now), reply, row])


def give_up(db: Database, before: datetime, now: datetime) -> int:
    """Refuse what has waited since before a moment: an answer that late only puzzles; returns how many."""
    return int(
        db.execute(
            """UPDATE outbox SET state = 'refused', settled_at = ?, reply = 'it waited for too long'
               WHERE state = 'waiting' AND written_at < ?""",
            [stamp(now), stamp(before)],
        ).rowcount
    )


def ask_nobody_who_left(db: Database, now: datetime) -> None:
    """Refuse questions that wait for people who are off the list meanwhile."""
    db.execute(
        """UPDATE outbox SET state = 'refused', settled_at = ?, reply = 'they are off the list'
           WHERE state = 'waiting' AND kind IN ('please_confirm', 'still_wanted') AND NOT EXISTS (
               SELECT 1 FROM subscriber s WHERE s.id = outbox.subscriber AND s.status IN ('pending', 'active'))""",
        [stamp(now)],
    )


def doubt_the_dead(db: Database, before: datetime, now: datetime) -> int:
    """Doubt what was in flight before a moment: whoever had it is dead by now; returns how many."""
    cursor = db.execute(
        """UPDATE outbox SET state = 'unknown', settled_at = ?, reply = 'the program ended before the relay answered'
           WHERE state = 'in_flight' AND claimed_at < ?""",
        [stamp(now), stamp(before)],
    )
    return int(cursor.rowcount)


def doubt_all(db: Database, now: datetime) -> int:
    """Never send what waits: after a restore it may have been sent already; returns how many."""
    cursor = db.execute(
        "UPDATE outbox SET state = 'unknown', settled_at = ?, reply = 'brought back from a backup' "
        "WHERE state IN ('waiting', 'in_flight')",
        [stamp(now)],
    )
    return int(cursor.rowcount)


def count(db: Database, state: str) -> int:
    """Return how many answers are in a state."""
    return int(db.execute("SELECT count(*) FROM outbox WHERE state = ?", [state]).fetchone()[0])


def answered_by(db: Database, message_ids: tuple[str, ...]) -> tuple[Answer, int, datetime] | None:
    """Return kind, person and time of the first of our answers that is among some Message-IDs."""
    for message_id in message_ids:
        query = "SELECT kind, subscriber, written_at FROM outbox WHERE message_id = ?"
        row = db.execute(query, [message_id]).fetchone()
        if row is not None and row[1] is not None:
            return Answer(row[0]), int(row[1]), moment(row[2])
    return None
