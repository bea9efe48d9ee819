"""Changes of people: each numbered, with its time, author, reason and history.

`recording` is the only way in which people change: it compares them before and after, so that whatever a command did to
them is in the history, a command that did nothing leaves no change, and no command can forget to say what it did. The
history is append-only (a trigger holds it) and outlives people whose addition was undone. `undoing` takes one back.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import count

from sqlite_utils import Database

from pscb_mail.database import moment, stamp, transaction
from pscb_mail.errors import NotNowError, UsageError
from pscb_mail.people.address import kept_address
from pscb_mail.people.searching import folded
from pscb_mail.people.subscriber import Status, Subscriber


@dataclass(frozen=True)
class Origin:
    """Where a change comes from: when, by whom, through which command, and why. `zone`: of the dates that it tells."""

    at: datetime
    author: str
    command: str
    reason: str = ""
    zone: tzinfo = field(default=UTC, compare=False)


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


def _person_of(number: int, record: str | None) -> Subscriber | None:
    """Return the person that a record tells of; None: not on the list."""
    return None if record is None else subscriber_of(number, record)


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


def changed_meanwhile() -> NotNowError:
    """Return what it means that the list is not any more as the user saw it before they said yes."""
    return NotNowError(
        "Another command has changed the list since you were asked; nothing was changed.",
        "Run it again, and look at what it says now.",
    )


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
    row = db.execute(f"{_CHANGE} WHERE c.number = ?", [number]).fetchone() if abs(number) < 2**63 else None
    if row is None:
        raise UsageError(f"There is no change {number}.", "`pscb-mail undo --list` shows the changes.")
    return _change(row)


def changes(db: Database, limit: int = -1) -> Iterator[Change]:
    """Yield changes, the latest first."""
    for row in db.execute(f"{_CHANGE} ORDER BY c.number DESC LIMIT ?", [limit]):
        yield _change(row)


def latest(db: Database) -> Change:
    """Return what `undo` alone takes back: the latest change that is no undo and was not undone.

    Raises UsageError where there is none, and where it was a forgetting: whoever wants back what came before says so.
    """
    standing = _standing(db)
    found = next(standing, None)
    if found is None:
        raise UsageError("There is nothing to take back.", "`pscb-mail undo --list` shows the changes.")
    if found.people:
        return found
    before = next((each for each in standing if each.people), None)
    way = (
        f"The change before it can be taken back: `pscb-mail undo {before.number}` ({before.origin.command})."
        if before
        else "There is no change before it that could be taken back."
    )
    raise UsageError(
        f"The latest change ({found.number}, {found.origin.command}) cannot be taken back: whoever it was about has "
        "been forgotten, for good.",
        way,
    )


def _standing(db: Database) -> Iterator[Change]:
    """Yield the changes that are no undo and were not undone, the latest first."""
    undone = set[int]()
    for each in changes(db):
        if each.number in undone:
            continue
        if each.undoes is None:
            yield each
        else:
            undone.add(each.undoes)


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
    return [Recorded(made, _person_of(who, before), _person_of(who, after)) for who, before, after in rows]


def history_of(db: Database, subscriber: int) -> list[Recorded]:
    """Return what happened to one person, the oldest first."""
    rows = db.execute(
        """SELECT c.number, c.at, c.author, c.command, c.reason, c.undoes, h.before, h.after
           FROM history h JOIN change c ON c.number = h.change WHERE h.subscriber = ? ORDER BY h.id""",
        [subscriber],
    )
    return [
        Recorded(
            Made(number, Origin(moment(at), *whence), undoes), _person_of(subscriber, old), _person_of(subscriber, new)
        )
        for number, at, *whence, undoes, old, new in rows
    ]


def others_had(db: Database, subscriber: int, keys: Iterable[str]) -> list[tuple[str, datetime, datetime | None]]:
    """Return when each of some addresses was somebody else's: its key, since when, and until when if not still."""
    rows = db.execute(
        """SELECT h.after ->> 'address', c.at,
                  (SELECT min(l.at) FROM history n JOIN change l ON l.number = n.change
                   WHERE n.subscriber = h.subscriber AND n.id > h.id
                     AND lower(n.after ->> 'address') IS NOT lower(h.after ->> 'address'))
           FROM history h JOIN change c ON c.number = h.change
           WHERE h.subscriber <> ? AND lower(h.after ->> 'address') IN (SELECT value FROM json_each(?))""",
        [subscriber, json.dumps(list(keys))],
    )
    return [(kept_address(text).key, moment(since), moment(until) if until else None) for text, since, until in rows]


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


def came_into(db: Database, number: int, groups: Sequence[str]) -> list[int]:
    """Return who was active before a change and after it, and was put into one of some groups by it."""
    db.register_function(folded, name="folded", deterministic=True)
    rows = db.execute(
        """SELECT subscriber FROM history
           WHERE change = :number AND before ->> 'status' = 'active' AND after ->> 'status' = 'active' AND EXISTS (
               SELECT 1 FROM json_each(after, '$.groups') now JOIN json_each(:groups) wanted
                   ON folded(now.value) = folded(wanted.value)
               WHERE NOT EXISTS (SELECT 1 FROM json_each(before, '$.groups') was
                   WHERE folded(was.value) = folded(now.value)))
           ORDER BY id""",
        {"number": number, "groups": json.dumps(list(groups))},
    )
    return [subscriber for (subscriber,) in rows]


def former_addresses(db: Database) -> dict[str, int]:
    """Return the keys of addresses that were changed for another, with whose they were last.

    One that an edit gave them and an undo took back was a slip, and may well be somebody else's.
    """
    rows = db.execute(
        """SELECT before ->> 'address', subscriber, change FROM history
           WHERE before ->> 'address' <> after ->> 'address'
             AND change NOT IN (SELECT number FROM change WHERE undoes IS NOT NULL) ORDER BY id"""
    ).fetchall()
    slips = undone(db) if rows else {}
    return {kept_address(address).key: subscriber for address, subscriber, number in rows if number not in slips}


def _change(row: tuple[int, str, str, str, str, int | None, int]) -> Change:
    number, at, author, command, reason, undoes, people = row
    return Change(number, Origin(moment(at), author, command, reason), undoes, people)
