"""Recognising: who on the list an entry is about, by their address of now or one they had before; then what it does.

Nobody is decided on twice, and nobody who was forgotten is recognised: their entry is left off. Only reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlite_utils import Database

from pscb_mail.people import directory, forgotten
from pscb_mail.people.changes import Origin, former_addresses
from pscb_mail.people.joining import Decision, Entry, asked_first, decide, left_off
from pscb_mail.people.searching import folded
from pscb_mail.people.subscriber import Status, Subscriber


class Deciding:
    """Decisions on entries, of which each may be about one who had another address once: nobody is decided twice."""

    def __init__(
        self, db: Database, origin: Origin, source: str, former: dict[str, int], confirm: Sequence[str] = ()
    ) -> None:
        self._db, self._origin, self._source, self._former = db, origin, source, former
        self.confirm = confirm
        self._asked_first = frozenset(map(folded, confirm))
        self._spelling = directory.spellings(db)
        self._met = bytearray(directory.last_id(db) + 1)  # a byte a person: of a million people, one megabyte

    def met(self, number: int) -> bool:
        """Whether somebody on the list was among the entries."""
        return number < len(self._met) and bool(self._met[number])

    def _meet(self, number: int) -> None:
        if number >= len(self._met):  # a plan holds no lock: they joined since
            self._met.extend(bytes(number + 1 - len(self._met)))
        self._met[number] = 1

    def about(self, chosen: Sequence[tuple[int, Entry]]) -> Iterator[tuple[int, Decision]]:
        """Yield what each entry does, with its line."""
        keys = [entry.person.address.key for _, entry in chosen]
        known = _on_the_list(self._db, keys, self._former)
        barred = forgotten.among(self._db, keys)
        for line, entry in chosen:
            key = entry.person.address.key
            existing = known.get(key)
            if existing and self.met(existing.id):
                continue  # by their address of now and one of then
            if existing:
                self._meet(existing.id)
            elif key in barred:
                yield line, left_off(entry, self._origin.at)
                continue
            decision = decide(self._spelt(entry), existing, self._origin.at, self._source)
            yield line, asked_first(decision, entry, self._asked_first)

    def _spelt(self, entry: Entry) -> Entry:
        """Return an entry with its groups written as the first who named them wrote them."""
        spelt = tuple(self._spelling.setdefault(folded(name), name) for name in entry.groups)
        return entry if spelt == entry.groups else replace(entry, groups=spelt)


def _on_the_list(db: Database, keys: list[str], former: dict[str, int]) -> dict[str, Subscriber]:
    """Return who is on the list by the keys of addresses, of now or of before."""
    known = directory.by_keys(db, keys)
    moved = {key: former[key] for key in keys if key in former and key not in known}
    now = {person.id: person for person in directory.by_ids(db, list(moved.values()))}
    return known | {key: now[number] for key, number in moved.items() if number in now}


def once_theirs(db: Database) -> dict[str, int]:
    """Return the former addresses of those who opted out. One of anybody else may be given to the next head by hand."""
    former = former_addresses(db)
    people = directory.by_ids(db, sorted(set(former.values())))
    gone = {person.id for person in people if person.status is Status.OPTED_OUT}
    return {key: number for key, number in former.items() if number in gone}
