"""The directory: the SQL of questions about people. Their rows are written by `writing`, `undoing` and `forgotten`.

Questions return core types and stream where there may be many. Raises UsageError where somebody is asked for who is not
on the list.
"""

import json
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from sqlite_utils import Database

from pscb_mail.database import moment, stamp
from pscb_mail.errors import UsageError
from pscb_mail.people.address import Address, AddressError, address_key, parse_person
from pscb_mail.people.changes import former_addresses, subscriber_of
from pscb_mail.people.searching import condition, folded, one_slip, sought, whole_words
from pscb_mail.people.subscriber import Status, Subscriber


@dataclass(frozen=True)
class Group:
    """A group of people: how many are in it, and how many of those are written to."""

    name: str
    people: int
    active: int


@dataclass(frozen=True)
class Filters:
    """Which people are wanted; empty: all. `search`: words that all stand somewhere in address, name, place or role."""

    status: Status | None = None
    group: str = ""
    search: str = ""


# Plain columns: they are read several times as fast as the records of the history, which are JSON.
_NOW = """SELECT s.id, s.address, s.address_key, s.name, s.organisation, s.role, s.status, s.since, s.source, s.basis,
                 (SELECT group_concat(name, char(31)) FROM membership WHERE subscriber = s.id) FROM subscriber s"""
_IN_GROUP = "name IN (SELECT value FROM json_each(:group))"
# The groups' names, from one to the next in their index: a million memberships are not looked at.
_GROUP_NAMES = """
    WITH RECURSIVE each (name) AS (
        SELECT min(name) FROM membership
        UNION ALL SELECT (SELECT min(name) FROM membership WHERE name > each.name) FROM each WHERE name IS NOT NULL)
    SELECT name FROM each WHERE name IS NOT NULL
"""
# Who was on the list then: each person's last record up to that moment.
_THEN = """
    SELECT id, record FROM (
        SELECT subscriber AS id, after AS record, after ->> 'address' AS address FROM history
        WHERE after IS NOT NULL AND id IN (
            SELECT max(h.id) FROM history h JOIN change c ON c.number = h.change WHERE c.at <= :moment
            GROUP BY h.subscriber))
    WHERE (:status IS NULL OR record ->> 'status' = :status)
      AND (:group = '' OR EXISTS (SELECT 1 FROM json_each(record, '$.groups') WHERE folded(value) = folded(:group)))
      AND (:search = '' OR sought(:search, address || char(10) || (record ->> 'name') || char(10)
                                  || (record ->> 'organisation') || char(10) || (record ->> 'role')))
    ORDER BY address COLLATE NOCASE
"""
# What a file has of each person, in this order, all of it text.
COLUMNS = ("address", "name", "organisation", "role", "groups", "status", "since", "source", "basis")
_ROW_NOW = """SELECT s.address, s.name, s.organisation, s.role,
        coalesce((SELECT group_concat(name, ';') FROM membership WHERE subscriber = s.id), ''),
        s.status, substr(s.since, 1, 19) || 'Z', s.source, s.basis FROM subscriber s"""
_ROW_THEN = f"""SELECT record ->> 'address', record ->> 'name', record ->> 'organisation', record ->> 'role',
        coalesce((SELECT group_concat(value, ';') FROM json_each(record, '$.groups')), ''),
        record ->> 'status', substr(record ->> 'since', 1, 19) || 'Z', record ->> 'source', record ->> 'basis'
        FROM ({_THEN}) ORDER BY record ->> 'address' COLLATE NOCASE"""


def by_address(db: Database, text: str) -> Subscriber | None:
    """Return the person with an address, however it is written; None where nobody has it, or it is none."""
    return _one(db, "s.address_key = ?", address_key(text))


def by_id(db: Database, number: int) -> Subscriber | None:
    """Return the person with an id."""
    return _one(db, "s.id = ?", number)


def by_keys(db: Database, keys: Sequence[str]) -> dict[str, Subscriber]:
    """Return those of `keys` who are on the list."""
    rows = db.execute(f"{_NOW} WHERE s.address_key IN (SELECT value FROM json_each(?))", [json.dumps(keys)])
    return {person.address.key: person for person in map(_person, rows)}


def by_ids(db: Database, ids: Sequence[int]) -> list[Subscriber]:
    """Return the people with these ids."""
    rows = db.execute(f"{_NOW} WHERE s.id IN (SELECT value FROM json_each(?)) ORDER BY s.id", [json.dumps(ids)])
    return list(map(_person, rows))


def _person(row: tuple[int, str, str, str, str, str, str, str, str, str, str | None]) -> Subscriber:
    number, address, key, name, organisation, role, status, since, source, basis, groups = row
    return Subscriber(
        number, Address(address, key), name, organisation, role, _parted(groups), _STATUS[status], _moment(since),
        source, basis,
    )  # fmt: skip


_NAMED = 5  # of those whom a name fits so many are named; the others are counted
_STATUS = {str(status): status for status in Status}
_moment = lru_cache(maxsize=10_000)(moment)  # thousands joined at the same moment


@lru_cache(maxsize=1000)
def _parted(groups: str | None) -> tuple[str, ...]:
    return tuple(groups.split("\x1f")) if groups else ()


def all_ids(db: Database) -> Iterator[int]:
    """Yield the id of everybody on the list, whatever their status."""
    return (number for (number,) in db.execute("SELECT id FROM subscriber"))


def last_id(db: Database) -> int:
    """Return the highest id on the list, 0 where nobody is."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM subscriber").fetchone()[0])


def members(db: Database, group: str) -> "array[int]":
    """Return the ids of everybody in a group, whatever their status."""
    rows = db.execute(f"SELECT subscriber FROM membership WHERE {_IN_GROUP}", {"group": json.dumps(spelt(db, group))})
    return array("q", (number for (number,) in rows))


def people(db: Database, filters: Filters | None = None, as_of: datetime | None = None) -> Iterator[Subscriber]:
    """Yield people by address, streamed: those on the list now, or at a moment as the history knows them."""
    if as_of is not None:
        return (subscriber_of(*row) for row in _then(db, _THEN, filters or Filters(), as_of))
    return map(_person, _now(db, _NOW, filters or Filters()))


def rows(db: Database, filters: Filters | None = None, as_of: datetime | None = None) -> Iterator[tuple[str, ...]]:
    """Yield the same people as a file has them, column by column: a million of them without an object each."""
    if as_of is not None:
        return _then(db, _ROW_THEN, filters or Filters(), as_of)
    return _now(db, _ROW_NOW, filters or Filters())


def _then(db: Database, query: str, wanted: Filters, moment: datetime) -> Iterator[Any]:
    db.register_function(sought, name="sought", deterministic=True)
    db.register_function(folded, name="folded", deterministic=True)
    return db.execute(query, {**vars(wanted), "moment": stamp(moment)})


def _now(db: Database, query: str, wanted: Filters) -> Iterator[Any]:
    db.register_function(sought, name="sought", deterministic=True)
    searching, values = condition(wanted.search)
    conditions = (
        (wanted.status is not None, "s.status = :status"),
        (wanted.group, f"s.id IN (SELECT subscriber FROM membership WHERE {_IN_GROUP})"),
        (searching, searching),
    )
    chosen = " AND ".join(sql for wants, sql in conditions if wants) or "true"
    values |= {"status": wanted.status or "", "group": json.dumps(spelt(db, wanted.group))}
    return db.execute(f"{query} WHERE {chosen} ORDER BY s.address_key", values)


def counts(db: Database) -> dict[Status, int]:
    """Return how many people are in each status."""
    found = dict(db.execute("SELECT status, count(*) FROM subscriber GROUP BY status").fetchall())
    return {status: found.get(status, 0) for status in Status}


def organisations(db: Database, status: Status) -> list[str]:
    """Return the organisations of everybody in a status."""
    rows = db.execute("SELECT DISTINCT organisation FROM subscriber WHERE status = ? AND organisation <> ''", [status])
    return [name for (name,) in rows]


def groups(db: Database) -> list[Group]:
    """Return the groups by name."""
    rows = db.execute(
        """SELECT m.name, count(*), count(r.id) FROM membership m LEFT JOIN recipient r ON r.id = m.subscriber
           GROUP BY m.name ORDER BY m.name"""
    )
    return [Group(*row) for row in rows]


def spellings(db: Database) -> dict[str, str]:
    """Return how each group is written, by its `folded` name: however it is typed, it is the same group."""
    found = dict[str, str]()
    for (name,) in db.execute(_GROUP_NAMES):
        found.setdefault(folded(name), name)
    return found


def spelt(db: Database, group: str) -> list[str]:
    """Return how a group is written, nothing for one that there is not.

    Seldom in two ways: an undo brings back how it was written before.
    """
    wanted = folded(group)
    return [name for (name,) in db.execute(_GROUP_NAMES) if folded(name) == wanted]


def find(db: Database, text: str, *, part: bool = False) -> Subscriber:
    """Return the person whose address stands in `text`, or whose name it fits and nobody else's. Raises UsageError.

    Whole words of a name: whoever types "Pat" does not mean Priya Patel. With `part`, to look at them, a part will do.
    """
    address = _address_in(text)
    if person := by_address(db, address):
        return person
    if "@" in text:
        raise _unknown_address(db, address)
    named, count, whole = _named(db, text.strip())
    if count == 1 and (whole or part):
        return named[0]
    if not named:
        raise UsageError(
            f'Nobody on the list is called "{text}".', f'`pscb-mail list --search "{text}"` looks further.'
        )
    some = ", ".join(person.called for person in named) + (", …" if count > _NAMED else "")
    if count == 1:
        raise UsageError(f'"{text}" is only a part of a name: {some}.', "Give the address, or whole words of the name.")
    raise UsageError(f'"{text}" fits {count:,} people: {some}.', "Give the address.")


def _address_in(text: str) -> str:
    """Return the address of `Jo Bloggs <jo@school.example>`, as we print people; any other text as it is."""
    try:
        return parse_person(text).address.text
    except AddressError:
        return text


def _named(db: Database, name: str) -> tuple[list[Subscriber], int, bool]:
    """Return the first of those whom a name fits, how many they are, and whether by whole words.

    Only those called just so, if there are any; else only those whom whole words fit.
    """
    db.register_function(sought, name="sought", deterministic=True)
    fits, values = condition(name, ("s.name",))
    wanted, just_so, whole, parts = folded(name), array("q"), array("q"), array("q")
    for number, called in db.execute(f"SELECT id, name FROM subscriber s WHERE {fits or 'false'} ORDER BY id", values):
        (just_so if folded(called) == wanted else whole if whole_words(name, called) else parts).append(number)
    chosen = just_so or whole or parts
    return by_ids(db, chosen[:_NAMED].tolist()), len(chosen), chosen is not parts


def _unknown_address(db: Database, text: str) -> UsageError:
    key = address_key(text)
    if (number := former_addresses(db).get(key)) and (person := by_id(db, number)):
        return UsageError(f"{text} is not on the list any more: it is {person.address.text} now.", "Give that address.")
    local, _, domain = key.partition("@")
    # Near misses only: the same mailbox name elsewhere, or the same domain. The whole list would take a second.
    near = db.execute(
        """SELECT address_key FROM subscriber WHERE (address_key >= :local || '@' AND address_key < :local || 'A')
           OR instr(address_key, '@' || :domain) > 0 LIMIT 5000""",
        {"local": local, "domain": domain or "\0"},
    ).fetchall()
    alike = [other for (other,) in near if _alike(local, other.partition("@")[0])]
    match = get_close_matches(key, alike, n=1, cutoff=0.8)
    hint = f"Did you mean {match[0]}?" if match else "`pscb-mail list --search WORD` looks for people."
    return UsageError(f"{text} is not on the list.", hint)


def _alike(one: str, other: str) -> bool:
    """Whether one mailbox's name may be another's: a domain in common makes two addresses look alike."""
    return one_slip(one, other) or bool(get_close_matches(one, [other], cutoff=0.7))


def _one(db: Database, condition: str, value: str | int) -> Subscriber | None:
    row = db.execute(f"{_NOW} WHERE {condition}", [value]).fetchone()
    return row and _person(row)
