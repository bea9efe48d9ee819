"""Frozen editions: the SQL of what a mailing's copies are made from.

The first edition begins a mailing. `amend` adds the next one for those who are still queued; whoever has a copy keeps
the one they got, and the ledger tells who had which. Functions take a connection and leave transactions to others.
"""

import json
from dataclasses import asdict
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import stamp
from pscb_mail.issues.edition import Edition, from_json, to_json
from pscb_mail.sending.audience import Audience


def begin(db: Database, edition: Edition, audience: Audience, now: datetime) -> int:
    """Begin an issue's one mailing with its first edition; returns the edition's id."""
    db.execute(
        "INSERT INTO mailing (issue, audience, started_at) VALUES (?, ?, ?)",
        [edition.issue, json.dumps(asdict(audience)), stamp(now)],
    )
    return _freeze(db, edition, 1, now)


def amend(db: Database, edition: Edition, now: datetime) -> None:
    """Freeze the next edition and give it to all that is queued or put off."""
    (last,) = db.execute("SELECT max(number) FROM edition WHERE issue = ?", [edition.issue]).fetchone()
    frozen = _freeze(db, edition, last + 1, now)
    db.execute(
        "UPDATE delivery SET edition = ? WHERE issue = ? AND state IN ('queued', 'deferred')", [frozen, edition.issue]
    )


def edition(db: Database, number: int) -> Edition:
    """Return a frozen edition by its id."""
    (content,) = db.execute("SELECT content FROM edition WHERE id = ?", [number]).fetchone()
    return from_json(content)


def got(db: Database, issue: str) -> dict[int, int]:
    """Return how many copies of each edition, by its number, a relay took or may have taken."""
    rows = db.execute(
        """SELECT e.number, count(d.id) FROM edition e
           LEFT JOIN delivery d ON d.edition = e.id AND d.state IN ('sent', 'unknown', 'in_flight')
           WHERE e.issue = ? GROUP BY e.number ORDER BY e.number""",
        [issue],
    )
    return dict(rows.fetchall())


def _freeze(db: Database, made: Edition, number: int, now: datetime) -> int:
    cursor = db.execute(
        "INSERT INTO edition (issue, number, digest, subject, content, frozen_at) VALUES (?, ?, ?, ?, ?, ?)",
        [made.issue, number, made.digest, made.subject, to_json(made), stamp(now)],
    )
    return int(cursor.lastrowid or 0)
