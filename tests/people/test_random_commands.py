"""Random sequences of commands: what always holds, whatever was done to the list, and undo leads back to nothing."""

import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from effort import amount
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlite_utils import Database
from the_list import TheList

from pscb_mail.database import open_database, transaction
from pscb_mail.desk import forgetting
from pscb_mail.errors import UsageError
from pscb_mail.people import changes, directory, forgotten, roster, undoing
from pscb_mail.people.address import parse_address, parse_person
from pscb_mail.people.joining import Entry
from pscb_mail.people.subscriber import Status

# Few people, so that commands meet; written in ways that are one address, and in ways that look like one and are two.
ADDRESSES = (
    "jo@school.example", "JO@School.EXAMPLE", "jo+news@school.example", "j.o@school.example", "sam@h\u00f6f.example",
    "sam@xn--hf-fka.example", "\u00fc@x.example", "a@x.example",
)  # fmt: skip
TEXTS = st.sampled_from(ADDRESSES)
GROUP_NAMES = st.sampled_from(["Heads", "heads", "Board", "Stra\u00dfe", "STRASSE", "Sam New"])
GROUPS = st.lists(GROUP_NAMES, max_size=2).map(tuple)
NAMES = st.sampled_from(["", "Jo", "Sam New", "Sam New Smith"])
STATUSES = st.sampled_from([Status.ACTIVE, Status.ACTIVE, Status.OPTED_OUT, Status.REMOVED, Status.BOUNCED])
SOME = st.lists(TEXTS, min_size=1, max_size=3)


class Commands(RuleBasedStateMachine):
    """The list under random commands. What it remembers by itself is who opted out or was forgotten."""

    @initialize()
    def begin(self) -> None:
        self.db = _fresh()
        self.people = TheList(self.db)
        self.barred: dict[int, datetime] = {}  # who opted out, and when: by that an opt-out is known
        self.gone: set[str] = set()  # the addresses of those who were forgotten

    def ids(self, texts: list[str]) -> list[int]:
        found = (directory.by_address(self.db, text) for text in texts)
        return [person.id for person in found if person]

    # -- commands -----------------------------------------------------------------------------------------------------

    @rule(texts=SOME, groups=GROUPS, name=NAMES, confirm=st.booleans())
    def add(self, texts: list[str], groups: tuple[str, ...], name: str, confirm: bool) -> None:
        persons = [parse_person(f"{name} <{text}>") for text in texts]
        asks = ("board",) if confirm else ()
        self._try(lambda: roster.add(self.db, persons, self.people.origin("add"), groups=groups, confirm=asks))

    @rule(
        rows=st.lists(st.tuples(TEXTS, STATUSES, GROUPS), min_size=1, max_size=4), sync=st.sampled_from(["", "Board"])
    )
    def import_(self, rows: list[tuple[str, Status, tuple[str, ...]]], sync: str) -> None:
        entries = [
            Entry(parse_person(text), status=status, groups=(*groups, *([sync] if sync else [])))
            for text, status, groups in rows
        ]
        origin = self.people.origin("import")
        planned = roster.plan(self.db, entries, origin, "a file", sync)
        done = roster.enrol(self.db, entries, origin, "a file", sync)
        assert (done.decisions, done.counts, done.leaving) == (planned.decisions, planned.counts, planned.leaving)
        assert (done.change is None) == (planned.moving == 0)
        self._note_opt_outs(done.change)
        if sync:
            keys = {entry.person.address.key for entry in entries}
            former = changes.former_addresses(self.db)
            allowed = keys | {p.address.key for key in keys if (p := directory.by_id(self.db, former.get(key, 0)))}
            members = directory.people(self.db, directory.Filters(group=sync))
            assert {person.address.key for person in members} <= allowed

    @rule(texts=SOME)
    def opt_out(self, texts: list[str]) -> None:
        self._note_opt_outs(roster.opt_out(self.db, self.ids(texts), self.people.origin("unsubscribe")).change)

    @rule(texts=SOME)
    def bounce(self, texts: list[str]) -> None:
        roster.bounce(self.db, self.ids(texts), self.people.origin("inbox"))

    @rule(text=TEXTS, successor=st.none() | TEXTS)
    def remove(self, text: str, successor: str | None) -> None:
        if ids := self.ids([text]):
            heir = parse_person(successor) if successor else None
            self._try(lambda: roster.remove(self.db, ids, self.people.origin("remove"), successor=heir))

    @rule(text=TEXTS, reason=st.sampled_from(["", "rang up"]))
    def resubscribe(self, text: str, reason: str) -> None:
        for number in self.ids([text]):
            done = self._try(lambda n=number: roster.resubscribe(self.db, n, self.people.origin("resubscribe", reason)))
            if done is not None:
                assert reason
                self.barred.pop(number, None)

    @rule(text=TEXTS, address=st.none() | TEXTS, groups=GROUPS, without=GROUPS)
    def edit(self, text: str, address: str | None, groups: tuple[str, ...], without: tuple[str, ...]) -> None:
        for number in self.ids([text]):
            new = parse_address(address) if address else None
            origin = self.people.origin("edit")
            self._try(
                lambda n=number, a=new, o=origin: roster.edit(self.db, n, o, address=a, groups=groups, without=without)
            )

    @rule(text=TEXTS)
    def forget(self, text: str) -> None:
        for number in self.ids([text]):
            origin = self.people.origin("forget")
            trace = forgotten.trace(self.db, [number])
            with transaction(self.db):
                forgetting.erase(self.db, trace, forgotten.hashes(self.db, trace.keys), origin.at)
                forgotten.note(self.db, origin)
            self.gone |= set(trace.addresses)
            self.barred.pop(number, None)

    @precondition(lambda self: self.db.execute("SELECT 1 FROM change").fetchone())
    @rule(which=st.none() | st.integers(1, 12))
    def undo(self, which: int | None) -> None:
        origin = self.people.origin("undo")
        done = self._try(lambda: undoing.undo(self.db, which or changes.latest(self.db).number, origin))
        if done is None:
            return
        kept = {each.person.id for each in done.kept}
        for number, since in self._opt_outs(done.undone.number):
            if self.barred.get(number) == since and number not in kept:
                del self.barred[number]
        self._note_opt_outs(done.change)

    def _try(self, command):
        before = _table(self.db)
        try:
            return command()
        except UsageError:
            assert _table(self.db) == before
            return None

    def _note_opt_outs(self, change: int | None) -> None:
        """Remember whom a change made one who opted out, by what it left behind."""
        self.barred.update(self._opt_outs(change))

    def _opt_outs(self, change: int | None) -> Iterator[tuple[int, datetime]]:
        """Yield whom a change made one who opted out, and the moment of the opt-out: an undo brings back an old one."""
        for each in changes.changed_by(self.db, change) if change else ():
            was = each.before.status if each.before else None
            if each.after is not None and each.after.status is Status.OPTED_OUT is not was:
                yield each.after.id, each.after.since

    # -- what always holds ----------------------------------------------------------------------------------------------

    @invariant()
    def nobody_is_on_the_list_twice(self) -> None:
        keys = [person.address.key for person in directory.people(self.db)]
        assert len(keys) == len(set(keys))

    @invariant()
    def no_opt_out_is_lost(self) -> None:
        """Nothing lifts one but a reason, or the undo of that very opt-out."""
        for number in self.barred:
            person = directory.by_id(self.db, number)
            assert person is not None
            assert person.status is Status.OPTED_OUT

    @invariant()
    def nobody_who_was_forgotten_is_known(self) -> None:
        """Neither on the list nor in its history, whatever was imported or taken back since."""
        texts = """SELECT address FROM subscriber UNION ALL SELECT before FROM history UNION ALL SELECT after FROM history"""
        known = "\n".join(text for (text,) in self.db.execute(texts) if text)
        assert not [address for address in self.gone if address in known]

    @invariant()
    def the_history_folds_into_the_table(self) -> None:
        """Going through it from the beginning, each record starts where the one before it ended."""
        folded: dict[int, str | None] = {}
        rows = self.db.execute("SELECT subscriber, before, after FROM history ORDER BY id").fetchall()
        for number, before, after in rows:
            assert folded.get(number) == before
            folded[number] = after
        assert {number: json.loads(after) for number, after in folded.items() if after} == _table(self.db)

    @invariant()
    def the_list_as_of_now_is_the_list(self) -> None:
        now = [(p.address.key, p.status, p.groups) for p in directory.people(self.db)]
        then = [(p.address.key, p.status, p.groups) for p in directory.people(self.db, as_of=self.people.now)]
        assert sorted(now) == sorted(then)

    def teardown(self) -> None:
        """At the end of every run, undo of everything, the latest first, gives the beginning.

        By number: a change that was taken back only for some people is not the latest that is still to be taken back.
        More than once: an older change may have given somebody the address that a later one took from another.
        """
        if not hasattr(self, "db"):
            return
        made = [each.number for each in changes.changes(self.db) if each.undoes is None]
        for number in made * len(made):
            if not _table(self.db):
                break
            with contextlib.suppress(UsageError):
                undoing.undo(self.db, number, self.people.origin("undo"))
        assert _table(self.db) == {}
        self.db.close()


def _table(db: Database) -> dict[int, object]:
    rows = db.execute("SELECT s.id, " + changes.RECORD + " FROM subscriber s").fetchall()  # noqa: S608 - RECORD is the program's own
    return {number: json.loads(record) for number, record in rows}


@cache
def _schema() -> str:
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(Path(folder) / "pscb-mail.db")
        rows = db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'").fetchall()
        db.close()
    return ";\n".join(sql for (sql,) in rows)


def _fresh() -> Database:
    """Return an empty list in memory: hundreds of them are needed, and none has to survive."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(_schema())
    connection.execute("PRAGMA foreign_keys = ON")
    connection.create_function("keyed_hash", 1, lambda text: f"hash of {text}"[::-1], deterministic=True)
    return Database(connection)


TestRandomCommands = Commands.TestCase
TestRandomCommands.settings = settings(
    max_examples=amount(15, 1000),
    stateful_step_count=amount(15, 50),
    suppress_health_check=[HealthCheck.too_slow],
)
