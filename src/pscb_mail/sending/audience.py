"""Whom a mailing goes to: the SQL that chooses people and gives each of them a delivery.

What is known of people is their published view `recipient` (the active ones) and the groups they are in. Besides groups
an audience may name those who got a certain issue, or one edition of it: `received:issue-18`, `received:issue-18@1`.
Functions take a connection and leave transactions to the use case.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import stamp

_RECEIVED = re.compile(r"received:([a-z0-9][a-z0-9-]{0,63})(?:@([1-9]\d{0,5}))?")


@dataclass(frozen=True)
class Audience:
    """Whom a mailing goes to: members of any of `to` (everybody where it is empty) and of none of `without`."""

    to: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recipient:
    """An active person as the list publishes them."""

    address: str
    name: str
    organisation: str
    role: str
    groups: tuple[str, ...]


# A copy that may have arrived counts as received, and one that is on its way or was when the program died: an apology
# must reach everybody whom the mistake may have reached.
# Copies of people who were forgotten are nobody's; a NULL in a NOT IN would leave out everybody.
_GOT_IT = """
    SELECT d.subscriber FROM delivery d JOIN edition e ON e.id = d.edition JOIN json_each({names})
    WHERE d.subscriber IS NOT NULL AND d.state IN ('sent', 'unknown', 'in_flight')
      AND value IN ('received:' || d.issue, 'received:' || d.issue || '@' || e.number)
"""
_MEMBERS = "SELECT subscriber FROM membership JOIN json_each({names}) ON name = value COLLATE NOCASE"
_CHOSEN = f"""
    SELECT id, address, name, organisation, role FROM recipient
    WHERE (json_array_length(:to) = 0
           OR id IN ({_MEMBERS.format(names=":to")}) OR id IN ({_GOT_IT.format(names=":to")}))
      AND id NOT IN ({_MEMBERS.format(names=":without")}) AND id NOT IN ({_GOT_IT.format(names=":without")})
"""
_NEW = f"""
    SELECT id, address FROM ({_CHOSEN})
    WHERE id NOT IN (SELECT subscriber FROM delivery WHERE issue = :issue AND subscriber IS NOT NULL)
"""
_STILL = f"""
    SELECT id, address, name, organisation, role FROM recipient
    WHERE id IN (SELECT subscriber FROM delivery WHERE issue = :issue AND state IN ('queued', 'deferred'))
       OR (:joined AND id IN (SELECT id FROM ({_NEW})))
"""


def received(name: str) -> tuple[str, int | None] | None:
    """Return the issue, and the edition where one is named, of a `received:…`; None for every other name."""
    match = _RECEIVED.fullmatch(name)
    return (match[1], int(match[2]) if match[2] else None) if match else None


def size(db: Database, audience: Audience) -> int:
    """Return how many active people an audience has now."""
    return int(db.execute(f"SELECT count(*) FROM ({_CHOSEN})", _names(audience)).fetchone()[0])


def people_in(db: Database, audience: Audience) -> Iterator[Recipient]:
    """Yield the active people of an audience, streamed."""
    return _recipients(db, _CHOSEN, _names(audience))


def still_to_get(db: Database, issue: str, audience: Audience, *, joined: bool) -> Iterator[Recipient]:
    """Yield the active people whose copy of a mailing waits, streamed; `joined`: those who joined since as well."""
    return _recipients(db, _STILL, {"issue": issue, "joined": joined, **_names(audience)})


def _recipients(db: Database, chosen: str, values: dict[str, object]) -> Iterator[Recipient]:
    groups = "SELECT group_concat(name, char(10)) FROM membership WHERE subscriber = id"
    rows = db.execute(f"SELECT address, name, organisation, role, ({groups}) FROM ({chosen}) ORDER BY id", values)
    return (
        Recipient(address, name, organisation, role, tuple(names.split("\n")) if names else ())
        for address, name, organisation, role, names in rows
    )


def joined_since(db: Database, audience: Audience, issue: str) -> int:
    """Return how many people of a mailing's audience have no delivery of it, because they joined later."""
    row = db.execute(f"SELECT count(*) FROM ({_NEW})", {"issue": issue, **_names(audience)}).fetchone()
    return int(row[0])


def queue(
    db: Database, issue: str, edition: int, audience: Audience, reference_of: Callable[[int], str], now: datetime
) -> int:
    """Queue a delivery for everybody in the audience who has none of this issue yet; returns how many."""
    db.register_function(reference_of, name="reference_of", replace=True)
    cursor = db.execute(
        f"""INSERT INTO delivery (issue, subscriber, edition, reference, state, address, at)
            SELECT :issue, id, :edition, reference_of(id), 'queued', address, :at FROM ({_NEW}) ORDER BY id""",
        {"issue": issue, "edition": edition, "at": stamp(now), **_names(audience)},
    )
    return int(cursor.rowcount)


def queue_one(db: Database, issue: str, edition: int, subscriber: int, reference: str, now: datetime) -> None:
    """Queue a delivery for one active person, in the audience or not."""
    db.execute(
        """INSERT INTO delivery (issue, subscriber, edition, reference, state, address, at)
           SELECT ?, id, ?, ?, 'queued', address, ? FROM recipient WHERE id = ?""",
        [issue, edition, reference, stamp(now), subscriber],
    )


def _names(audience: Audience) -> dict[str, object]:
    return {"to": json.dumps(audience.to), "without": json.dumps(audience.without)}
