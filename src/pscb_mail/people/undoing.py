"""Taking back: a change reversed for those people who still are as it left them; of the others, what stands in the way.

So an undo can lift an opt-out only where it undoes that very opt-out. It is a change like any other, and can be taken
back itself. Raises UsageError with nothing changed.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import stamp, transaction
from pscb_mail.errors import UsageError
from pscb_mail.people.address import kept_address
from pscb_mail.people.changes import (
    Change,
    Origin,
    change,
    person_of,
    recording,
    records,
    subscriber_of,
    undone,
)
from pscb_mail.people.subscriber import Status, Subscriber


@dataclass(frozen=True)
class Kept:
    """A person for whom a change was not taken back, and the later change that stands on it."""

    person: Subscriber
    newer: Change


@dataclass(frozen=True)
class Undone:
    """What an undo did: its own number, the change it took back, for how many, and for whom not."""

    change: int
    undone: Change
    people: int
    kept: tuple[Kept, ...]


@dataclass(frozen=True)
class _Step:
    subscriber: int
    before: str | None
    after: str | None


def lifted(db: Database, number: int) -> list[Subscriber]:
    """Return who opted out by a change and would not be barred any more if it were undone now."""
    rows = db.execute(
        """SELECT subscriber, before, after FROM history
           WHERE change = ? AND after ->> 'status' = 'opted_out' AND before ->> 'status' IS NOT 'opted_out'
           ORDER BY id""",
        [number],
    )
    steps = [_Step(*row) for row in rows.fetchall()]
    blocked = _blocked(db, steps, number)
    return [
        subscriber_of(step.subscriber, step.after)
        for step in steps
        if step.after is not None and step.subscriber not in blocked
    ]


def undo(db: Database, number: int, origin: Origin) -> Undone:
    """Take back a change for everybody who still is as it left them.

    Raises UsageError, naming the change that stands in the way, where that is nobody.
    """
    with transaction(db):
        wanted = change(db, number)
        rows = db.execute("SELECT subscriber, before, after FROM history WHERE change = ?", [wanted.number])
        steps = [_Step(*row) for row in rows.fetchall()]
        blocked = _blocked(db, steps, wanted.number)
        free = [step for step in steps if step.subscriber not in blocked]
        if not steps:
            raise UsageError(
                f"Change {wanted.number} cannot be taken back: whoever it was about has been forgotten.",
                "Forgetting is for good. `pscb-mail undo --list` shows the other changes.",
            )
        if not free:
            raise _nothing_to_undo(db, wanted, blocked)
        with recording(db, origin, [step.subscriber for step in free], undoes=wanted.number) as recorded:
            _restore(db, free, origin.at)
        kept = tuple(
            Kept(who, newer)
            for step in steps
            if (newer := blocked.get(step.subscriber))
            and (who := person_of(step.subscriber, step.after or step.before))
        )
        return Undone(recorded.change or 0, wanted, len(free), kept)


def _blocked(db: Database, steps: list[_Step], number: int) -> dict[int, Change]:
    """Return those who are not as a change left them, or whose address of then is another's now; and what did that."""
    now = records(db, [step.subscriber for step in steps])
    keys = json.dumps([_key(step.before) for step in steps if step.before])
    holders = dict(
        db.execute(
            "SELECT address_key, id FROM subscriber WHERE address_key IN (SELECT value FROM json_each(?))", [keys]
        ).fetchall()
    )
    blocked = dict[int, Change]()
    taken_back = undone(db)
    for step in steps:
        holder = holders.get(_key(step.before), step.subscriber) if step.before else step.subscriber
        if now.get(step.subscriber) != step.after:
            blocked[step.subscriber] = _standing(db, step.subscriber, number, taken_back)
        elif holder != step.subscriber:
            blocked[step.subscriber] = _standing(db, holder, number, taken_back)
    return blocked


def _key(record: str | None) -> str:
    return kept_address(json.loads(record)["address"]).key if record else ""


def _standing(db: Database, subscriber: int, number: int, taken_back: dict[int, int]) -> Change:
    """Return the latest change of somebody that came after another one, one that is in force if there is any."""
    rows = db.execute("SELECT change FROM history WHERE subscriber = ? ORDER BY id DESC", [subscriber]).fetchall()
    made = [change(db, row[0]) for row in rows]
    in_force = (c for c in made if c.number > number and c.undoes is None and c.number not in taken_back)
    return next(in_force, made[0])


def _nothing_to_undo(db: Database, wanted: Change, blocked: dict[int, Change]) -> UsageError:
    if taker := undone(db).get(wanted.number):
        return UsageError(
            f"Change {wanted.number} was taken back already, by change {taker}.",
            f"`pscb-mail undo {taker}` brings it back.",
        )
    newer = max(blocked.values(), key=lambda each: each.number)
    return UsageError(
        f"Change {wanted.number} cannot be taken back: change {newer.number} ({newer.origin.command}) came after it.",
        f"Take that one back first: `pscb-mail undo {newer.number}`.",
    )


def _restore(db: Database, steps: list[_Step], at: datetime) -> None:
    _take_off(db, [step.subscriber for step in steps if step.before is None], at)
    put_back = [
        {"id": step.subscriber, "record": step.before, "key": _key(step.before)} for step in steps if step.before
    ]
    db.conn.executemany(_PUT_BACK, put_back)
    db.conn.executemany("DELETE FROM membership WHERE subscriber = :id", put_back)
    db.conn.executemany(
        "INSERT INTO membership (subscriber, name) SELECT :id, value FROM json_each(:record, '$.groups')", put_back
    )


_PUT_BACK = """
    INSERT INTO subscriber (id, address, address_key, name, organisation, role, status, since, source, basis)
    VALUES (:id, :record ->> 'address', :key, :record ->> 'name', :record ->> 'organisation', :record ->> 'role',
            :record ->> 'status', :record ->> 'since', :record ->> 'source', :record ->> 'basis')
    ON CONFLICT (id) DO UPDATE SET
        address = excluded.address, address_key = excluded.address_key, name = excluded.name,
        organisation = excluded.organisation, role = excluded.role, status = excluded.status,
        since = excluded.since, source = excluded.source, basis = excluded.basis
"""


def _take_off(db: Database, ids: list[int], at: datetime) -> None:
    """Delete people whose addition is undone; whoever was written to meanwhile is kept as removed."""
    for number in ids:
        try:
            db.execute("DELETE FROM subscriber WHERE id = ?", [number])
        except sqlite3.IntegrityError:  # a delivery or a finding speaks of them
            db.execute("UPDATE subscriber SET status = ?, since = ? WHERE id = ?", [Status.REMOVED, stamp(at), number])
