"""The journal: the SQL of what was read, what it was found to be, what waits in review, and where a reading ended.

Functions are named for the facts they record, take a connection and leave transactions to the use case. A message is
known by its key; of one that is unrelated nothing but the key is kept, of an urgent one nothing but which it is.
A review that was accepted is open again once the change that it made is undone: that is derived, never stored.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlite_utils import Database

from pscb_mail.database import moment, stamp
from pscb_mail.mailbox.decision import Action
from pscb_mail.mailbox.finding import Kind, Severity
from pscb_mail.mailbox.messages import Bookmark
from pscb_mail.people.forgotten import Trace, strike


@dataclass(frozen=True)
class Handled:
    """What is known of a message that was handled before."""

    kinds: tuple[Kind, ...]
    to_file: bool


@dataclass(frozen=True)
class Record:
    """A finding as it is kept. `address`: whom it is about; `named`, `name`: whom it names; `review`: it is open."""

    kind: Kind
    action: Action
    address: str = ""
    named: str = ""
    name: str = ""
    severity: Severity | None = None
    status: str = ""
    evidence: str = ""
    proposal: str = ""
    subscriber: int | None = None
    delivery: int | None = None
    change: int | None = None
    review: bool = False


@dataclass(frozen=True)
class Review:
    """A finding that a person decides; `number` never shifts."""

    number: int
    kind: Kind
    subscriber: int | None
    address: str
    named: str
    name: str
    proposal: str
    evidence: str
    at: datetime


@dataclass(frozen=True)
class About:
    """One line of a person's story: what came from them or about them."""

    at: datetime
    finding: Kind
    action: Action
    evidence: str


# -- messages -------------------------------------------------------------------------------------------------------


def handled(db: Database, key: str) -> Handled | None:
    """Return what is known of a message, None where it was never handled."""
    row = db.execute("SELECT to_file FROM incoming WHERE key = ?", [key]).fetchone()
    if row is None:
        return None
    kinds = db.execute("SELECT finding FROM finding WHERE incoming = ? ORDER BY number", [key]).fetchall()
    return Handled(tuple(Kind(kind) for (kind,) in kinds) or (Kind.UNRELATED,), bool(row[0]))


def record(db: Database, key: str, source: str, now: datetime, *, to_file: bool) -> None:
    """Record that a message is handled. Raises IntegrityError where it was before."""
    db.execute(
        "INSERT INTO incoming (key, source, read_at, to_file) VALUES (?, ?, ?, ?)", [key, source, stamp(now), to_file]
    )


def source_of(db: Database, key: str) -> str:
    """Return where a message that is handled lies: its file's name, its number or its UID; "" for any other."""
    row = db.execute("SELECT source FROM incoming WHERE key = ?", [key]).fetchone()
    return str(row[0]) if row else ""


def found(db: Database, key: str, what: Record, now: datetime) -> int:
    """Record a finding about a message; returns its number."""
    cursor = db.execute(
        """INSERT INTO finding (incoming, finding, action, address, named, name, severity, status, evidence, proposal,
               subscriber, delivery, change, review, at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            key, what.kind, what.action, what.address, what.named, what.name, what.severity, what.status or None,
            what.evidence, what.proposal, what.subscriber, what.delivery, what.change,
            "open" if what.review else None, stamp(now),
        ],
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


# -- review ---------------------------------------------------------------------------------------------------------

# An undo that was itself undone counts for nothing.
_OPEN = """(review = 'open' OR (review = 'accepted' AND EXISTS (
    SELECT 1 FROM change u WHERE u.undoes = accepted_by
        AND NOT EXISTS (SELECT 1 FROM change uu WHERE uu.undoes = u.number))))"""


def open_reviews(db: Database) -> int:
    """Return how many entries wait for a person."""
    return int(db.execute(f"SELECT count(*) FROM finding WHERE review IS NOT NULL AND {_OPEN}").fetchone()[0])


def open_urgent(db: Database) -> int:
    """Return how many messages may be about a child at risk and have not been marked as read in the review."""
    row = db.execute("SELECT count(*) FROM finding WHERE review = 'open' AND finding = 'urgent'").fetchone()
    return int(row[0])


def reviews(db: Database) -> list[Review]:
    """Return the entries that wait for a person, what must be read now before all, then the oldest first."""
    rows = db.execute(
        f"""SELECT number, finding, subscriber, address, named, name, proposal, evidence, at
            FROM finding WHERE review IS NOT NULL AND {_OPEN} ORDER BY finding <> 'urgent', number"""
    )
    return [_review(row) for row in rows]


def settle_review(db: Database, number: int, verdict: Literal["accepted", "dismissed"], change: int | None) -> None:
    """Record what a person decided, and the change that it made."""
    db.execute("UPDATE finding SET review = ?, accepted_by = ? WHERE number = ?", [verdict, change, number])


def _review(row: tuple[object, ...]) -> Review:
    number, kind, subscriber, address, named, name, proposal, evidence, at = row
    return Review(
        number=int(str(number)),
        kind=Kind(str(kind)),
        subscriber=None if subscriber is None else int(str(subscriber)),
        address=str(address),
        named=str(named),
        name=str(name),
        proposal=str(proposal),
        evidence=str(evidence),
        at=moment(str(at)),
    )


# -- readings -------------------------------------------------------------------------------------------------------


def bookmark(db: Database, source: str) -> Bookmark | None:
    """Return where the last reading of an IMAP folder ended."""
    row = db.execute("SELECT uidvalidity, last_uid FROM reading WHERE source = ?", [source]).fetchone()
    return Bookmark(row[0], row[1]) if row and row[0] is not None else None


def read_to(db: Database, source: str, place: Bookmark | None, now: datetime) -> None:
    """Record that a source was read to its end, and where that was; of two readings at once the further one counts."""
    db.execute(
        """INSERT INTO reading (source, uidvalidity, last_uid, at) VALUES (?, ?, ?, ?)
           ON CONFLICT (source) DO UPDATE SET at = excluded.at, uidvalidity = excluded.uidvalidity,
               last_uid = CASE WHEN uidvalidity = excluded.uidvalidity
                               THEN max(last_uid, excluded.last_uid) ELSE excluded.last_uid END""",
        [source, place and place.uidvalidity, place and place.last_uid, stamp(now)],
    )


def last_reading(db: Database, source: str) -> datetime | None:
    """Return when a mailbox was last read to its end; `source`: its name."""
    row = db.execute("SELECT at FROM reading WHERE source = ?", [source]).fetchone()
    return moment(row[0]) if row else None


def founded_at(db: Database) -> datetime | None:
    """Return when this database was made: mail older than that cannot be about it."""
    (at,) = db.execute("SELECT min(applied_at) FROM _sqlite_migrations").fetchone()
    made = datetime.fromisoformat(at) if at else None
    return made.replace(tzinfo=UTC) if made and made.tzinfo is None else made


# -- questions ------------------------------------------------------------------------------------------------------


def returned(db: Database, issue: str) -> int:
    """Return how many copies of an issue came back: what is only delayed may still arrive."""
    return int(
        db.execute(
            """SELECT count(DISTINCT f.delivery) FROM finding f JOIN delivery d ON d.id = f.delivery
               WHERE d.issue = ? AND f.finding = 'bounce' AND f.severity != 'delayed'""",
            [issue],
        ).fetchone()[0]
    )


def bounced_since(db: Database, issue: str, since: datetime) -> int:
    """Return how many copies of an issue came back for good, as reports read since a moment say."""
    return int(
        db.execute(
            """SELECT count(DISTINCT f.delivery) FROM finding f JOIN delivery d ON d.id = f.delivery
               WHERE d.issue = ? AND f.finding = 'bounce' AND f.severity = 'permanent' AND f.at >= ?""",
            [issue, stamp(since)],
        ).fetchone()[0]
    )


def opted_out(db: Database, issue: str) -> int:
    """Return how many came off by an answer to their copy of an issue, but for whom that was taken back."""
    return int(
        db.execute(
            """SELECT count(DISTINCT f.delivery) FROM finding f JOIN delivery d ON d.id = f.delivery
               WHERE d.issue = ? AND f.finding IN ('opt_out', 'complaint')
                   AND (f.action = 'opted_out' OR f.review = 'accepted')
                   AND NOT EXISTS (SELECT 1 FROM change u WHERE u.undoes = coalesce(f.accepted_by, f.change)
                       AND NOT EXISTS (SELECT 1 FROM change uu WHERE uu.undoes = u.number))""",
            [issue],
        ).fetchone()[0]
    )


def earlier_bounces(db: Database, subscriber: int, issue: str, since: datetime) -> int:
    """Return how many other issues came back for good since a moment from the address that a person has now."""
    return int(
        db.execute(
            """SELECT count(DISTINCT d.issue) FROM finding f JOIN delivery d ON d.id = f.delivery
               WHERE f.subscriber = ? AND f.finding = 'bounce' AND f.severity = 'permanent'
                   AND d.issue != ? AND f.at >= ?
                   AND lower(d.address) = (SELECT lower(address) FROM subscriber WHERE id = f.subscriber)""",
            [subscriber, issue, stamp(since)],
        ).fetchone()[0]
    )


def active_in(db: Database, domain: str) -> int:
    """Return how many active people have an address in a domain."""
    row = db.execute(
        "SELECT count(*) FROM recipient WHERE substr(address, -length(:end)) = :end", {"end": f"@{domain}"}
    ).fetchone()
    return int(row[0])


def findings_about(db: Database, subscriber: int) -> Iterator[About]:
    """Yield what came from a person or about them, the oldest first."""
    rows = db.execute(
        "SELECT at, finding, action, evidence FROM finding WHERE subscriber = ? ORDER BY number", [subscriber]
    )
    for at, kind, action, evidence in rows:
        yield About(moment(at), Kind(kind), Action(action), evidence)


def mentions(db: Database, address: str) -> bool:
    """Whether a finding is about an address, or names it."""
    query = "SELECT 1 FROM finding WHERE lower(address) = lower(:it) OR lower(named) = lower(:it) LIMIT 1"
    return db.execute(query, {"it": address}).fetchone() is not None


def forget(db: Database, subscriber: int) -> None:
    """Erase what the journal and the outbox hold of a person; that a message was handled stays, by its key alone."""
    keys = "(SELECT incoming FROM finding WHERE subscriber = :id)"
    db.execute(f"UPDATE incoming SET source = '' WHERE key IN {keys}", {"id": subscriber})
    db.execute("DELETE FROM outbox WHERE subscriber = :id", {"id": subscriber})
    db.execute(
        """UPDATE finding SET address = '', named = '', name = '', evidence = '', proposal = '', subscriber = NULL,
               review = CASE review WHEN 'open' THEN 'dismissed' ELSE review END WHERE subscriber = :id""",
        {"id": subscriber},
    )


def forget_words(db: Database, gone: Trace) -> None:
    """Take people's addresses and names out of what was found about others, or about nobody on the list."""
    keys = json.dumps(gone.addresses)
    of_theirs = "lower({}) IN (SELECT lower(value) FROM json_each(:keys))"
    db.execute(f"DELETE FROM outbox WHERE {of_theirs.format('recipient')}", {"keys": keys})
    # What a person wrote who was never on the list, or what others proposed to do with them, has nothing left to say.
    db.execute(
        f"""UPDATE finding SET address = CASE WHEN {of_theirs.format("address")} THEN '' ELSE address END,
               named = '', name = '', evidence = '', proposal = '',
               review = CASE review WHEN 'open' THEN 'dismissed' ELSE review END
            WHERE {of_theirs.format("named")} OR (subscriber IS NULL AND {of_theirs.format("address")})""",
        {"keys": keys},
    )
    strike(db, gone, "finding", "address", "named", "name", "evidence", "proposal", "status")
    strike(db, gone, "outbox", "recipient", "subject", "body", "reply", "in_reply_to", "trail")
    strike(db, gone, "incoming", "source")


def away_since(db: Database, since: datetime) -> int:
    """Return how many out-of-office answers came since a moment."""
    row = db.execute("SELECT count(*) FROM finding WHERE finding = 'away' AND at >= ?", [stamp(since)]).fetchone()
    return int(row[0])
