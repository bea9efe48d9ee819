"""Staging: the people of a file, each once, in a table beside the list, so that a plan and what is done read the same.

A file of a million rows is understood once and takes no memory: what is kept of it lies in SQLite's temporary files,
private to this connection and gone with it. A later row about somebody fills in what the first left open
(`joining.filled`). Needs no lock on the list: a temporary table is nobody else's.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice

from sqlite_utils import Database

from pscb_mail.people.address import Person, kept_address
from pscb_mail.people.joining import Entry, filled, not_taken
from pscb_mail.people.subscriber import Status

AT_ONCE = 5_000
_TOLD = 1_000  # repeated rows that are kept to be shown; the others are counted

_TABLE = """
    CREATE TEMP TABLE staged (
        line INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, address TEXT NOT NULL, name TEXT NOT NULL,
        organisation TEXT NOT NULL, role TEXT NOT NULL, groups TEXT NOT NULL, status TEXT NOT NULL, since TEXT,
        source TEXT NOT NULL, basis TEXT NOT NULL, outcome TEXT)
"""
_COLUMNS = "line, key, address, name, organisation, role, groups, status, since, source, basis"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row about somebody whom line `first` names already; `dropped`: what it says otherwise, which is not taken."""

    line: int
    first: int
    person: Person
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Staged:
    """The people of a file, in its order. `repeated`: how many rows named somebody who was named before.

    `repeats`: the first thousand of those rows.
    """

    db: Database
    people: int
    repeated: int
    repeats: tuple[Repeat, ...]
    marking: bool = False

    def chunks(self) -> Iterator[list[tuple[int, Entry]]]:
        """Yield everybody with the line that names them first, some thousands at once."""
        line = -1
        while rows := self.db.execute(_NEXT, [line, AT_ONCE]).fetchall():
            yield [(row[0], _entry(row)) for row in rows]
            line = rows[-1][0]

    def mark(self, outcomes: Iterable[tuple[str, int]]) -> None:
        """Keep what happened to people, by line, where somebody is to be told."""
        if not self.marking:
            return
        with _aside(self.db):
            self.db.conn.executemany("UPDATE staged SET outcome = ? WHERE line = ?", outcomes)

    def marked(self, key: str) -> tuple[int, str]:
        """Return the line that names somebody first, and what happened to them."""
        row = self.db.execute("SELECT line, coalesce(outcome, '') FROM staged WHERE key = ?", [key]).fetchone()
        return row or (0, "")


_NEXT = f"SELECT {_COLUMNS} FROM staged WHERE line > ? ORDER BY line LIMIT ?"


def staged(db: Database, entries: Iterable[tuple[int, Entry]], *, marking: bool = False) -> Staged:
    """Stage entries, each with its line; they are there until others are staged. Raises what reading them raises."""
    rows = iter(entries)
    with _aside(db):
        db.conn.execute("DROP TABLE IF EXISTS temp.staged")
        db.conn.execute(_TABLE)
    people = total = 0
    repeats = list[Repeat]()
    while some := list(islice(rows, AT_ONCE)):
        with _aside(db):
            people += _stage(db, some, repeats, fresh=not people)
        total += len(some)
    return Staged(db, people, total - people, tuple(repeats), marking)


@contextmanager
def _aside(db: Database) -> Iterator[None]:
    """Write to the temporary file alone: in the transaction that is open, else in one that locks nobody out."""
    if db.conn.in_transaction:
        yield
        return
    db.conn.execute("BEGIN")
    try:
        yield
    finally:
        db.conn.execute("COMMIT")


def _stage(db: Database, some: list[tuple[int, Entry]], repeats: list[Repeat], *, fresh: bool) -> int:
    """Stage some entries, and tell of those that repeat; returns how many people are new among them."""
    keys = json.dumps([entry.person.address.key for _, entry in some])
    there = {} if fresh else {row[1]: (row[0], _entry(row)) for row in db.execute(_KNOWN, [keys])}
    known = dict(there)
    for line, entry in some:
        key = entry.person.address.key
        first = known.get(key)
        known[key] = (first[0], filled(first[1], entry)) if first else (line, entry)
        if first and len(repeats) < _TOLD:
            place, kept = known[key]
            repeats.append(Repeat(line, place, kept.person, not_taken(kept, entry)))
    changed = [(line, entry) for key, (line, entry) in known.items() if there.get(key) != (line, entry)]
    db.conn.executemany(_PUT, (_row(line, entry) for line, entry in changed))
    return len(known) - len(there)


_KNOWN = f"SELECT {_COLUMNS} FROM staged WHERE key IN (SELECT value FROM json_each(?))"
_PUT = f"INSERT OR REPLACE INTO staged ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _row(line: int, entry: Entry) -> tuple[object, ...]:
    person, since = entry.person, entry.since
    return (
        line, person.address.key, person.address.text, person.name, entry.organisation, entry.role,
        _written(entry.groups), entry.status, since.isoformat() if since else None, entry.source, entry.basis,
    )  # fmt: skip


def _entry(row: tuple[int, str, str, str, str, str, str, str, str | None, str, str]) -> Entry:
    _, _, address, name, organisation, role, groups, status, since, source, basis = row
    return Entry(
        Person(name, kept_address(address)), organisation, role, _read(groups), Status(status),
        datetime.fromisoformat(since) if since else None, source, basis,
    )  # fmt: skip


@lru_cache(maxsize=1000)
def _written(groups: tuple[str, ...]) -> str:
    return json.dumps(groups)


@lru_cache(maxsize=1000)
def _read(groups: str) -> tuple[str, ...]:
    return tuple(json.loads(groups))
