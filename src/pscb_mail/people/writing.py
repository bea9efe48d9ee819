"""Writing: the few ways in which `roster` writes the rows of people, from what it knows of them.

Called inside a `changes.recording`, which keeps what it did; questions are the `directory`'s. Two others write the same
rows, each from what the rows hold already: `undoing` puts back the history's records, `forgotten` erases.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from sqlite_utils import Database

from pscb_mail.database import stamp
from pscb_mail.people.changes import Recording
from pscb_mail.people.directory import spelt
from pscb_mail.people.joining import Decision
from pscb_mail.people.subscriber import Event, Subscriber, after, before


def carry_out(db: Database, decisions: Sequence[Decision], recorded: Recording) -> None:
    """Write what was decided about people."""
    joining = [each.person for each in decisions if each.written and each.before is None]
    there = [each.person for each in decisions if each.written and each.before is not None]
    recorded.touch(person.id for person in there)
    ids = _insert(db, joining)
    update(db, there)
    members = (*zip(ids, joining, strict=True), *((person.id, person) for person in there))
    join_groups(db, ((number, name) for number, person in members for name in person.groups))


def _insert(db: Database, joining: Sequence[Subscriber]) -> range:
    """Put people on the list; returns their ids in the same order. An id is never used twice (AUTOINCREMENT)."""
    (last,) = db.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'subscriber'").fetchone()
    ids = range(last + 1, last + 1 + len(joining))
    db.conn.executemany(
        """INSERT INTO subscriber (id, address, address_key, name, organisation, role, status, since, source, basis)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        ((number, p.address.text, p.address.key, *_details(p)) for number, p in zip(ids, joining, strict=True)),
    )
    return ids


def update(db: Database, changed: Iterable[Subscriber]) -> None:
    """Write everything about people who are on the list, but for their groups."""
    db.conn.executemany(
        """UPDATE subscriber SET address = ?, address_key = ?, name = ?, organisation = ?, role = ?, status = ?,
           since = ?, source = ?, basis = ? WHERE id = ?""",
        ((p.address.text, p.address.key, *_details(p), p.id) for p in changed),
    )


def _details(person: Subscriber) -> tuple[str, ...]:
    p = person
    return (p.name, p.organisation, p.role, p.status, _stamped(p.since), p.source, p.basis)


_stamped = lru_cache(maxsize=64)(stamp)  # thousands join at the same moment


def join_groups(db: Database, members: Iterable[tuple[int, str]]) -> None:
    """Put people into groups; who is in one already stays in it."""
    db.conn.executemany("INSERT OR IGNORE INTO membership (subscriber, name) VALUES (?, ?)", members)


def leave_group(db: Database, ids: Sequence[int], name: str) -> None:
    """Take people out of a group, however it is written."""
    group = json.dumps(spelt(db, name))
    db.conn.executemany(
        "DELETE FROM membership WHERE subscriber = :each AND name IN (SELECT value FROM json_each(:group))",
        ({"each": each, "group": group} for each in ids),
    )


def move(db: Database, ids: Sequence[int], event: Event, at: datetime) -> tuple[int, ...]:
    """Let an event happen to those people to whom it can happen; returns their ids."""
    moved = list[int]()
    for status in before(event):
        rows = db.execute(
            """UPDATE subscriber SET status = ?, since = ?
               WHERE status = ? AND id IN (SELECT value FROM json_each(?)) RETURNING id""",
            [after(status, event), stamp(at), status, json.dumps(list(ids))],
        )
        moved += [number for (number,) in rows.fetchall()]
    return tuple(sorted(moved))
