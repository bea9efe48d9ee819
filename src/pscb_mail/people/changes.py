"""Changes of people: each numbered, with its time, author, reason and history; and how one is taken back.

`recording` is the only way in which people change: it compares them before and after, so that whatever a command did to
them is in the history, a command that did nothing leaves no change, and no command can forget to say what it did. The
history is append-only (a trigger holds it) and outlives people whose addition was undone.

`undo` reverses a change for those people who still are as it left them; for the others it says what stands in the way.
So it can lift an opt-out only where it undoes that very opt-out. An undo is a change like any other.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlite_utils import Database

from pscb_mail.database import moment, stamp, transaction
from pscb_mail.errors import UsageError
from pscb_mail.people.address import kept_address
from pscb_mail.people.subscriber import Status, Subscriber


@dataclass(frozen=True)
class Origin:
    """Where a change comes from: when, by whom, through which command, and why."""

    at: datetime
    author: str
    command: str
    reason: str = ""


@dataclass(frozen=True)
class Made:
    """A change by its number and where it comes from. `undoes`: the change that it takes back."""

    number: int
    origin: Origin
    undoes: int | None


@dataclass(frozen=True)
class Change(Made):
    """One command's effect on `people` people, which takes counting them."""

    people: int


@dataclass(frozen=True)
class Recorded:
    """What one change did to one person; None: not on the list."""

    change: Made
    before: Subscriber | None
    after: Subscriber | None


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


class Recording:
    """A change that is being made; `change` is its number afterwards, None where nobody was changed."""

    def __init__(self, db: Database, table: str) -> None:
        self.change: int | None = None
        self._db = db
        self._touch = _TOUCH.format(table=table, record=RECORD)

    def touch(self, ids: Iterable[int]) -> None:
        """Say who may be changed from now on."""
        self._db.execute(self._touch, [json.dumps(list(ids))])


# A person as the history keeps them, and as every question about people reads them. Written by SQLite alone, so that
# equal people are equal texts.
RECORD = """json_object('address', s.address, 'name', s.name, 'organisation', s.organisation, 'role', s.role,
    'groups', json((SELECT json_group_array(name)
                    FROM (SELECT name FROM membership WHERE subscriber = s.id ORDER BY name))),
    'status', s.status, 'since', s.since, 'source', s.source, 'basis', s.basis)"""


def subscriber_of(number: int, record: str) -> Subscriber:
    """Return the person that a record tells of."""
    kept = json.loads(record)
    return Subscriber(
        number,
        kept_address(kept["address"]),
        kept["name"],
        kept["organisation"],
        kept["role"],
        tuple(kept["groups"]),
        Status(kept["status"]),
        moment(kept["since"]),
        kept["source"],
        kept["basis"],
    )


# Whoever a change may touch, as they were before, in a table of its own; SQLite alone compares them with what they are
# afterwards, so that a change of a million people takes no more memory than that of one.
_TOUCH = """INSERT OR IGNORE INTO {table} (id, before)
            SELECT value, CASE WHEN s.id IS NOT NULL THEN {record} END
            FROM json_each(?) LEFT JOIN subscriber s ON s.id = value"""
_MOVED = """
    SELECT id, before, after FROM (
        SELECT t.id, t.before, CASE WHEN s.id IS NOT NULL THEN {record} END AS after
        FROM {table} t LEFT JOIN subscriber s ON s.id = t.id)
    WHERE before IS NOT after
    UNION ALL SELECT s.id, NULL, {record} FROM subscriber s
    WHERE s.id > :last AND s.id NOT IN (SELECT id FROM {table})"""
_tables = count(1)  # a recording inside another one has its own


@contextmanager
def recording(db: Database, origin: Origin, ids: Iterable[int], undoes: int | None = None) -> Iterator[Recording]:
    """Make what happens to people inside the block one change, durable when the block ends, or nothing of it.

    `ids` are those who may be changed, and whoever is told to `touch`; people who join need not be known beforehand.
    """
    table = f"temp.touched_{next(_tables)}"
    recorded = Recording(db, table)
    with transaction(db):
        (last,) = db.execute("SELECT coalesce(max(id), 0) FROM subscriber").fetchone()
        db.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, before TEXT)")
        recorded.touch(ids)
        yield recorded
        moved = _MOVED.format(table=table, record=RECORD)
        if db.execute(f"SELECT EXISTS ({moved})", {"last": last}).fetchone()[0]:
            recorded.change = _new_change(db, origin, undoes)
            db.execute(
                f"INSERT INTO history (change, subscriber, before, after) SELECT :change, * FROM ({moved}) ORDER BY id",
                {"change": recorded.change, "last": last},
            )
        db.execute(f"DROP TABLE {table}")


def _records(db: Database, ids: list[int]) -> dict[int, str]:
    chosen = f"SELECT s.id, {RECORD} FROM subscriber s WHERE s.id IN (SELECT value FROM json_each(?))"
    return dict(db.execute(chosen, [json.dumps(ids)]).fetchall())


def _new_change(db: Database, origin: Origin, undoes: int | None) -> int:
    cursor = db.execute(
        "INSERT INTO change (at, author, command, reason, undoes) VALUES (?, ?, ?, ?, ?)",
        [stamp(origin.at), origin.author, origin.command, origin.reason, undoes],
    )
    return int(cursor.lastrowid or 0)


# -- questions ------------------------------------------------------------------------------------------------------

_CHANGE = """SELECT c.number, c.at, c.author, c.command, c.reason, c.undoes,
                    (SELECT count(*) FROM history WHERE change = c.number) FROM change c"""


def change(db: Database, number: int) -> Change:
    """Return a change. Raises UsageError where there is none with that number."""
    # A number that SQLite cannot hold is no change's either.
    row = db.execute(f"{_CHANGE} WHERE c.number = ?", [number]).fetchone() if number < 2**63 else None
    if row is None:
        raise UsageError(f"There is no change {number}.", "`pscb-mail undo --list` shows the changes.")
    return _change(row)


def changes(db: Database, limit: int = -1) -> Iterator[Change]:
    """Yield changes, the latest first."""
    for row in db.execute(f"{_CHANGE} ORDER BY c.number DESC LIMIT ?", [limit]):
        yield _change(row)


def latest(db: Database) -> Change:
    """Return what `undo` alone takes back: the latest change that is no undo and was not undone. Raises UsageError."""
    undone = set[int]()
    for each in changes(db):
        if each.number in undone:
            continue
        if each.undoes is None:
            return each
        undone.add(each.undoes)
    raise UsageError("There is nothing to take back.", "`pscb-mail undo --list` shows the changes.")


def undone(db: Database) -> dict[int, int]:
    """Return each change that is taken back now, with the change that did it."""
    found = dict[int, int]()
    undoing = db.execute("SELECT number, undoes FROM change WHERE undoes IS NOT NULL ORDER BY number DESC")
    for number, undoes in undoing:
        if number not in found:
            found.setdefault(undoes, number)
    return found


def changed_by(db: Database, number: int, limit: int = -1) -> list[Recorded]:
    """Return what a change did, person by person, the first `limit` of them where one is given."""
    made = change(db, number)
    rows = db.execute(
        "SELECT subscriber, before, after FROM history WHERE change = ? ORDER BY id LIMIT ?", [number, limit]
    )
    return [Recorded(made, _person(who, before), _person(who, after)) for who, before, after in rows]


def history_of(db: Database, subscriber: int) -> list[Recorded]:
    """Return what happened to one person, the oldest first."""
    rows = db.execute(
        """SELECT c.number, c.at, c.author, c.command, c.reason, c.undoes, h.before, h.after
           FROM history h JOIN change c ON c.number = h.change WHERE h.subscriber = ? ORDER BY h.id""",
        [subscriber],
    )
    return [
        Recorded(Made(number, Origin(moment(at), *whence), undoes), _person(subscriber, old), _person(subscriber, new))
        for number, at, *whence, undoes, old, new in rows
    ]


def movements(
    db: Database, since: datetime, until: datetime
) -> Iterator[tuple[datetime, Status | None, Status | None, int]]:
    """Yield how many people went from one status to another, hour by hour; what was taken back is left out.

    None: not on the list. The hour is given by its beginning.
    """
    rows = db.execute(
        """SELECT substr(c.at, 1, 13) || ':00:00Z', h.before ->> 'status' AS was, h.after ->> 'status' AS is_now,
                  count(*)
           FROM change c JOIN history h ON h.change = c.number
           WHERE c.at >= :since AND c.at < :until AND c.undoes IS NULL AND was IS NOT is_now
               AND NOT EXISTS (SELECT 1 FROM change u WHERE u.undoes = c.number
                   AND NOT EXISTS (SELECT 1 FROM change uu WHERE uu.undoes = u.number))
           GROUP BY 1, 2, 3 ORDER BY 1""",
        {"since": stamp(since), "until": stamp(until)},
    )
    for hour, was, now, count_ in rows:
        yield moment(hour), Status(was) if was else None, Status(now) if now else None, count_


def former_addresses(db: Database) -> dict[str, int]:
    """Return the keys of addresses that were changed for another, with whose they were last."""
    rows = db.execute(
        """SELECT before ->> 'address', subscriber FROM history
           WHERE before ->> 'address' <> after ->> 'address' ORDER BY id"""
    )
    return {kept_address(address).key: subscriber for address, subscriber in rows}


def _change(row: tuple[int, str, str, str, str, int | None, int]) -> Change:
    number, at, author, command, reason, undoes, people = row
    return Change(number, Origin(moment(at), author, command, reason), undoes, people)


def _person(number: int, record: str | None) -> Subscriber | None:
    return None if record is None else subscriber_of(number, record)


# -- taking back ----------------------------------------------------------------------------------------------------


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


def undo(db: Database, number: int | None, origin: Origin) -> Undone:
    """Take back a change, the latest one where `number` is None, for everybody who still is as it left them.

    Raises UsageError, naming the change that stands in the way, where that is nobody.
    """
    with transaction(db):
        wanted = latest(db) if number is None else change(db, number)
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
            if (newer := blocked.get(step.subscriber)) and (who := _person(step.subscriber, step.after or step.before))
        )
        return Undone(recorded.change or 0, wanted, len(free), kept)


def _blocked(db: Database, steps: list[_Step], number: int) -> dict[int, Change]:
    """Return those who are not as a change left them, or whose address of then is another's now; and what did that."""
    now = _records(db, [step.subscriber for step in steps])
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
