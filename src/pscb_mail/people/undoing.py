"""Taking back: a change reversed for those people who still are as it left them; of the others, what stands in the way.

So an undo can lift an opt-out only where it undoes that very opt-out, and gives nobody an address back whose later
owner opted out or was forgotten. It is a change like any other, and can be taken back itself. One of a million people
takes no more memory than one of some thousands: SQLite finds who has changed since, and people are put back some
thousands at once. Raises UsageError with nothing changed.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import stamp, transaction
from pscb_mail.errors import UsageError
from pscb_mail.people import directory, forgotten
from pscb_mail.people.changes import (
    RECORD,
    Change,
    Made,
    Origin,
    change,
    changed_meanwhile,
    history_of,
    recording,
    subscriber_of,
    undone,
)
from pscb_mail.people.recognising import once_theirs
from pscb_mail.people.subscriber import Status, Subscriber

_AT_ONCE = 5_000
_TOLD = 1_000  # so many are kept to be shown; the others are counted


@dataclass(frozen=True)
class Kept:
    """A person for whom a change was not taken back, and the later change that stands on it.

    `holder`: who else has their address of then; None where they themselves are not as the change left them.
    `bar`: why that address cannot come back to the list, in words; of a forgetting no change tells.
    """

    person: Subscriber
    newer: Made | None
    holder: Subscriber | None
    bar: str = ""


@dataclass(frozen=True)
class Undone:
    """What an undo did: its own number, the change it took back, for how many, and for how many not.

    `kept`: the first thousand of those who stayed as they were.
    """

    change: int
    undone: Change
    people: int
    stayed: int
    kept: tuple[Kept, ...]


@dataclass(frozen=True)
class Lifted:
    """Opt-outs that an undo would lift: how many, and the first thousand of those whose they are."""

    count: int
    people: tuple[Subscriber, ...]


@dataclass(frozen=True)
class _Step:
    subscriber: int
    before: str | None


# Who stands in the way of each step: the person themselves, who is not as the change left them, or whoever has their
# address of then. SQLite's `lower` folds what the key of an address folds, A-Z.
_STEPS = f"""
    SELECT h.id AS step, h.subscriber AS subscriber, h.before AS before, h.after AS after,
           CASE WHEN CASE WHEN s.id IS NOT NULL THEN {RECORD} END IS NOT h.after THEN h.subscriber
                ELSE o.id END AS holder
    FROM history h
        LEFT JOIN subscriber s ON s.id = h.subscriber
        LEFT JOIN subscriber o ON o.address_key = lower(h.before ->> 'address') AND o.id <> h.subscriber
    WHERE h.change = :number"""


def lifted(db: Database, number: int) -> Lifted:
    """Return who opted out by a change and would not be barred any more if it were undone now."""
    rows = db.execute(
        f"""SELECT subscriber, after FROM ({_STEPS}) WHERE holder IS NULL
            AND after ->> 'status' = 'opted_out' AND before ->> 'status' IS NOT 'opted_out' ORDER BY step""",
        {"number": number},
    )
    first = rows.fetchmany(_TOLD)
    return Lifted(len(first) + sum(1 for _ in rows), tuple(subscriber_of(*row) for row in first))


def undo(db: Database, number: int, origin: Origin, *, lifting: int | None = None, at_once: int = _AT_ONCE) -> Undone:
    """Take back a change for everybody who still is as it left them, so many `at_once`.

    Raises UsageError, naming the change that stands in the way, where that is nobody; NotNowError where it would lift
    more opt-outs than the user agreed to (`lifting`).
    """
    with transaction(db):
        wanted = change(db, number)
        if lifting is not None and lifted(db, number).count > lifting:
            raise changed_meanwhile()
        steps, stayed = _weighed(db, number)
        kept = _kept(db, number)
        if steps == stayed:
            raise _nothing_to_undo(db, wanted, kept)
        with recording(db, origin, [], undoes=number) as recorded:
            for some in _free(db, at_once):
                recorded.touch(step.subscriber for step in some)
                _restore(db, some, origin.at)
        db.execute("DROP TABLE temp.weighed")
        return Undone(recorded.change or 0, wanted, steps - stayed, stayed, kept)


def _weighed(db: Database, number: int) -> tuple[int, int]:
    """Keep what stands in the way of each step of a change; returns how many there are, and how many stay for it.

    Raises UsageError where nobody is left to take it back for.
    """
    db.execute("CREATE TEMP TABLE weighed (step INTEGER PRIMARY KEY, holder INTEGER, bar TEXT NOT NULL DEFAULT '')")
    db.execute(f"INSERT INTO weighed (step, holder) SELECT step, holder FROM ({_STEPS})", {"number": number})
    _keep_off_the_barred(db)
    steps, stayed = db.execute("SELECT count(*), count(holder) FROM weighed").fetchone()
    if not steps:
        raise UsageError(
            f"Change {number} cannot be taken back: whoever it was about has been forgotten.",
            "Forgetting is for good. `pscb-mail undo --list` shows the other changes.",
        )
    return steps, stayed


def _keep_off_the_barred(db: Database) -> None:
    """Let those stay as they are who would have an address again that holds a bar which is not theirs."""
    some = db.execute(_HAD_AGAIN, [0, _AT_ONCE]).fetchall()
    gone = once_theirs(db) if some else {}
    while some:
        barred = forgotten.among(db, [key for *_, key in some])
        for step, subscriber, address, key in some:
            if key in barred or gone.get(key, subscriber) != subscriber:
                did = "asked to be forgotten" if key in barred else "since has opted out"
                holder = subscriber if key in barred else gone[key]
                bar = f"whoever had {address} {did}"
                db.execute("UPDATE temp.weighed SET holder = ?, bar = ? WHERE step = ?", [holder, bar, step])
        some = db.execute(_HAD_AGAIN, [some[-1][0], _AT_ONCE]).fetchall()


_HAD_AGAIN = """SELECT w.step, h.subscriber, h.before ->> 'address', lower(h.before ->> 'address') AS key
                FROM weighed w JOIN history h ON h.id = w.step
                WHERE w.holder IS NULL AND h.before IS NOT NULL AND key IS NOT lower(h.after ->> 'address')
                    AND w.step > ? ORDER BY w.step LIMIT ?"""


def _free(db: Database, at_once: int) -> Iterator[list[_Step]]:
    """Yield the steps that nothing stands in the way of, so many at once."""
    last = 0
    while rows := db.execute(_NEXT, [last, at_once]).fetchall():
        yield [_Step(subscriber, before) for _, subscriber, before in rows]
        last = rows[-1][0]


_NEXT = """SELECT w.step, h.subscriber, h.before FROM weighed w JOIN history h ON h.id = w.step
           WHERE w.holder IS NULL AND w.step > ? ORDER BY w.step LIMIT ?"""


def _kept(db: Database, number: int) -> tuple[Kept, ...]:
    """Return the first of those who are not as a change left them, or whose address of then is another's or barred."""
    rows = db.execute(
        """SELECT h.subscriber, coalesce(h.after, h.before), w.holder, w.bar
           FROM weighed w JOIN history h ON h.id = w.step WHERE w.holder IS NOT NULL ORDER BY w.step LIMIT ?""",
        [_TOLD],
    ).fetchall()
    taken_back = undone(db) if rows else {}
    return tuple(
        Kept(
            subscriber_of(subscriber, record),
            None if bar and holder == subscriber else _in_the_way(db, holder, number, taken_back),
            directory.by_id(db, holder) if holder != subscriber else None,
            bar,
        )
        for subscriber, record, holder, bar in rows
    )


def _in_the_way(db: Database, subscriber: int, number: int, taken_back: dict[int, int]) -> Made:
    """Return the latest change of somebody that came after another one, one that is in force if there is any."""
    made = [each.change for each in reversed(history_of(db, subscriber))]
    in_force = (c for c in made if c.number > number and c.undoes is None and c.number not in taken_back)
    return next(in_force, made[0])


def _nothing_to_undo(db: Database, wanted: Change, kept: Sequence[Kept]) -> UsageError:
    if taker := undone(db).get(wanted.number):
        return UsageError(
            f"Change {wanted.number} was taken back already, by change {taker}.",
            f"`pscb-mail undo {taker}` brings it back.",
        )
    newer, holder = max(
        ((each.newer, each.holder) for each in kept if each.newer and not each.bar),
        key=lambda each: each[0].number,
        default=(None, None),
    )
    if newer is None:
        return UsageError(
            f"Change {wanted.number} cannot be taken back: {kept[0].bar}.", "That address cannot come back to the list."
        )
    if newer.number <= wanted.number:
        return UsageError(
            f"Change {wanted.number} cannot be taken back: the list is not as it left it; no later change says why.",
            "`pscb-mail show ADDRESS` tells what is known; `pscb-mail edit` puts it right by hand.",
        )
    barred = holder is not None and holder.status is Status.OPTED_OUT
    return UsageError(
        f"Change {wanted.number} cannot be taken back: change {newer.number} ({newer.origin.command}) came after it"
        + (f", and the address is now that of {holder.called} ({holder.status.words})." if holder else "."),
        "One person has one address, and theirs stays off the list."
        if barred
        else f"Take that one back first: `pscb-mail undo {newer.number}`.",
    )


def _restore(db: Database, steps: Sequence[_Step], at: datetime) -> None:
    _take_off(db, [step.subscriber for step in steps if step.before is None], at)
    put_back = [{"id": step.subscriber, "record": step.before} for step in steps if step.before]
    db.conn.executemany(_PUT_BACK, put_back)
    db.conn.executemany("DELETE FROM membership WHERE subscriber = :id", put_back)
    db.conn.executemany(
        "INSERT INTO membership (subscriber, name) SELECT :id, value FROM json_each(:record, '$.groups')", put_back
    )


_PUT_BACK = """
    INSERT INTO subscriber (id, address, address_key, name, organisation, role, status, since, source, basis)
    VALUES (:id, :record ->> 'address', lower(:record ->> 'address'), :record ->> 'name',
            :record ->> 'organisation', :record ->> 'role', :record ->> 'status', :record ->> 'since',
            :record ->> 'source', :record ->> 'basis')
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
