"""Those who were forgotten: the SQL that erases people from the list, and the keyed hash that keeps them from it.

What is kept of them is the HMAC of their address with the workspace's key (`keyed_hash`, which the workspace gives to
the connections that it opens): enough to know the address again when somebody types it or imports it, and useless to
whoever has no key. `erase` also takes their address and full name out of what was written about others. Functions take
a connection and leave transactions to the use case, `desk.forgetting`.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from pscb_mail.database import stamp
from pscb_mail.people.address import kept_address
from pscb_mail.people.changes import Origin
from pscb_mail.people.searching import folded

_HASH = "keyed_hash('forgotten' || char(0) || value)"
_INSTEAD = "(forgotten)"


@dataclass(frozen=True)
class Trace:
    """What to look for: ids of one person or more, every address they ever had that is nobody else's, full names.

    `current`: the addresses that they have now, even where somebody else had them before.
    """

    ids: tuple[int, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]
    current: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the addresses by which they are known and barred."""
        return frozenset(kept_address(text).key for text in (*self.addresses, *self.current))

    @property
    def words(self) -> tuple[str, ...]:
        """What must not be found any more in any text."""
        return self.addresses + self.names

    @property
    def signs(self) -> tuple[str, ...]:
        """What names them where only a person can tell whether it means them: also what was once another's."""
        return tuple(dict.fromkeys(self.words + self.current))


# -- who must not come back -----------------------------------------------------------------------------------------


def hashes(db: Database, keys: Iterable[str]) -> tuple[str, ...]:
    """Return what is kept of addresses that are forgotten."""
    rows = db.execute(f"SELECT {_HASH} FROM json_each(?)", [json.dumps(sorted(keys))]).fetchall()
    return tuple(row[0] for row in rows)


def bar(db: Database, kept: Iterable[str], now: datetime) -> None:
    """Keep the hashes of addresses that must not come back."""
    db.conn.executemany("INSERT OR IGNORE INTO forgotten (hash, at) VALUES (?, ?)", ((h, stamp(now)) for h in kept))


def among(db: Database, keys: Sequence[str]) -> frozenset[str]:
    """Return those of `keys` whose owners were forgotten and must not come back."""
    if _nobody(db):
        return frozenset()
    query = f"SELECT value FROM json_each(?) WHERE {_HASH} IN (SELECT hash FROM forgotten)"
    return frozenset(row[0] for row in db.execute(query, [json.dumps(list(keys))]))


def _nobody(db: Database) -> bool:
    """Whether nobody has asked to be forgotten: then no address is hashed, and no key is needed."""
    return db.execute("SELECT 1 FROM forgotten LIMIT 1").fetchone() is None


def lift(db: Database, key: str) -> None:
    """Let somebody come back who has asked for it themselves."""
    if among(db, [key]):
        db.execute(f"DELETE FROM forgotten WHERE hash IN (SELECT {_HASH} FROM json_each(?))", [json.dumps([key])])


def all_hashes(db: Database) -> tuple[str, ...]:
    """Return every hash that is kept: what a database that is brought back must know as well."""
    return tuple(kept for (kept,) in db.execute("SELECT hash FROM forgotten").fetchall())


# -- who that is ----------------------------------------------------------------------------------------------------

# The key of an address that the history holds: SQLite's `lower` folds what a key folds, A-Z.
_ALL_ADDRESSES = """
    SELECT id AS who, address, address_key AS key, name FROM subscriber
    UNION ALL SELECT subscriber, before ->> 'address', lower(before ->> 'address'), before ->> 'name' FROM history
        WHERE before IS NOT NULL
    UNION ALL SELECT subscriber, after ->> 'address', lower(after ->> 'address'), after ->> 'name' FROM history
        WHERE after IS NOT NULL
"""


def trace(db: Database, ids: Sequence[int]) -> Trace:
    """Return what to look for of people: an address or a name that somebody else has or had is left to them."""
    those = [json.dumps(list(ids))]
    of_them = "IN (SELECT value FROM json_each(?))"
    theirs = db.execute(f"SELECT DISTINCT address, name FROM ({_ALL_ADDRESSES}) WHERE who {of_them}", those).fetchall()
    current = db.execute(f"SELECT address FROM subscriber WHERE id {of_them}", those).fetchall()
    addresses = {address for address, _ in theirs}
    # A single name ("Jo") is in too many words of others to be taken out of them.
    names = {name for _, name in theirs if len(name.split()) > 1}
    free = _nobody_elses(db, ids, address=addresses, name=names)
    return Trace(tuple(ids), free["address"], free["name"], tuple(address for (address,) in current))


def _nobody_elses(db: Database, ids: Sequence[int], **texts: set[str]) -> dict[str, tuple[str, ...]]:
    """Return those of people's texts, column by column, that nobody else has or had, in whatever case."""
    _register_folded(db)
    query = " UNION ALL ".join(_FREE.format(column=column) for column in texts)
    rows = db.execute(
        f"WITH others AS MATERIALIZED (SELECT address, name FROM ({_ALL_ADDRESSES}) "
        f"WHERE who NOT IN (SELECT value FROM json_each(:ids))) {query}",
        {"ids": json.dumps(list(ids)), **{column: json.dumps(sorted(some)) for column, some in texts.items()}},
    ).fetchall()
    return {column: tuple(text for which, text in rows if which == column) for column in texts}


# SQLite knows upper and lower case of A-Z alone, and is many times as fast.
_FREE = """
    SELECT '{column}', value FROM json_each(:{column}) WHERE folded(value) NOT IN (SELECT text FROM (
        SELECT CASE length(CAST({column} AS BLOB)) WHEN length({column}) THEN lower({column}) ELSE folded({column}) END
            AS text FROM others) WHERE text IN (SELECT folded(value) FROM json_each(:{column})))
"""


def with_earlier(db: Database, ids: Sequence[int]) -> list[int]:
    """Return ids of people, and those under which they stood before: added once, taken off by an undo, added again."""
    theirs = "SELECT address_key FROM subscriber WHERE id IN (SELECT value FROM json_each(?))"
    return [*ids, *taken_off(db, *(key for (key,) in db.execute(theirs, [json.dumps(list(ids))])))]


def taken_off(db: Database, *keys: str) -> list[int]:
    """Return the ids of those who had one of some addresses and whom only the history still knows."""
    rows = db.execute(
        f"""SELECT DISTINCT who FROM ({_ALL_ADDRESSES}) WHERE who NOT IN (SELECT id FROM subscriber)
            AND key IN (SELECT value FROM json_each(?)) ORDER BY who""",
        [json.dumps(keys)],
    )
    return [who for (who,) in rows]


def holders(db: Database, keys: Iterable[str]) -> list[int]:
    """Return the ids of whoever has or had one of some addresses."""
    query = f"SELECT DISTINCT who FROM ({_ALL_ADDRESSES}) WHERE key IN (SELECT value FROM json_each(?)) ORDER BY who"
    return [who for (who,) in db.execute(query, [json.dumps(list(keys))])]


def barred_of(db: Database, kept: Iterable[str]) -> list[tuple[int, str]]:
    """Return the id of whoever has or had an address whose hash is among `kept`, each with the key of that address."""
    query = f"""SELECT who, value FROM (SELECT DISTINCT who, key AS value FROM ({_ALL_ADDRESSES}))
                WHERE {_HASH} IN (SELECT value FROM json_each(?)) ORDER BY who"""
    return list(db.execute(query, [json.dumps(list(kept))]))


def theirs_as_well(db: Database, had: Iterable[tuple[int, str]]) -> frozenset[tuple[int, str]]:
    """Return those of `had`, ids with a key of an address each, that hold for the same person on this list as well.

    The id alone says little: another list numbers its people from 1 as well.
    """
    pairs = frozenset(had)
    there = {who for (who,) in db.execute("SELECT id FROM subscriber WHERE id IN (SELECT value FROM json_each(?))",
                                          [json.dumps([who for who, _ in pairs])])}  # fmt: skip
    return pairs & had_by(db, there)


def had_by(db: Database, ids: Iterable[int]) -> frozenset[tuple[int, str]]:
    """Return the addresses that people have or had: an id each, with the key of one of them."""
    query = f"SELECT DISTINCT who, key FROM ({_ALL_ADDRESSES}) WHERE who IN (SELECT value FROM json_each(?))"
    return frozenset(db.execute(query, [json.dumps(sorted(ids))]))


def left_before(db: Database, moment: datetime) -> list[int]:
    """Return the ids of those who were removed or bounced before a moment and have been neither since."""
    rows = db.execute(
        "SELECT id FROM subscriber WHERE status IN ('removed', 'bounced') AND since < ? ORDER BY id", [stamp(moment)]
    )
    return [row[0] for row in rows.fetchall()]


def due(db: Database, months: int, now: datetime) -> int:
    """Return how many are kept longer than so many months after they left; 0 months: for ever."""
    return len(left_before(db, months_before(now, months))) if months else 0


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same day and hour some months earlier, the last day of that month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    if year < 1:
        return datetime.min.replace(tzinfo=UTC)
    for day in (moment.day, 30, 29, 28):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError(moment)


# -- erasing --------------------------------------------------------------------------------------------------------

_ABOUT_THEM = "SELECT subscriber FROM forgetting"


def erase(db: Database, gone: Trace) -> None:
    """Erase people from the list and its history, and their words from the changes that were about nobody else.

    The changes keep their numbers, times and authors. Whatever refers to the people must have been let go before.
    """
    db.conn.executemany("INSERT OR IGNORE INTO forgetting (subscriber) VALUES (?)", ((number,) for number in gone.ids))
    db.execute(
        f"""UPDATE change SET reason = ''
            WHERE number IN (SELECT change FROM history WHERE subscriber IN ({_ABOUT_THEM}))
            AND number NOT IN (SELECT change FROM history WHERE subscriber NOT IN ({_ABOUT_THEM}))"""
    )
    db.execute(f"DELETE FROM history WHERE subscriber IN ({_ABOUT_THEM})")
    db.execute(f"DELETE FROM subscriber WHERE id IN ({_ABOUT_THEM})")
    # Somebody must stand in `forgetting` while words are taken out of others' history: nobody has the number 0.
    db.execute("INSERT OR IGNORE INTO forgetting (subscriber) VALUES (0)")
    strike(db, gone, "change", "command", "reason")
    strike(db, gone, "subscriber", "organisation", "role", "source", "basis")
    _strike_groups(db, gone)
    strike(db, gone, "history", "before", "after", instead=_RECORD_STRUCK)
    db.execute("DELETE FROM forgetting")


# Others' records stay what `changes.RECORD` writes of them, or no change of theirs could be taken back any more: their
# own address and name are theirs ("Jo Bloggs Smith"), and their groups stand in order.
_RECORD_STRUCK = """json_set(struck({column}), '$.address', {column} ->> 'address', '$.name', {column} ->> 'name',
    '$.groups', json((SELECT json_group_array(value) FROM (SELECT DISTINCT struck_group(value) COLLATE NOCASE AS value
        FROM json_each({column}, '$.groups') ORDER BY value COLLATE NOCASE))))"""


def _strike_groups(db: Database, gone: Trace) -> None:
    """Take people's names out of those of groups; two that are one then become one."""
    struck = _striking_groups(gone.words)
    db.register_function(struck, name="struck_group", replace=True)
    for (name,) in db.execute("SELECT DISTINCT name FROM membership").fetchall() if gone.words else ():
        if (left := struck(name)) != name:
            db.execute("UPDATE OR REPLACE membership SET name = ? WHERE name = ?", [left, name])


def _striking_groups(words: Sequence[str]) -> Callable[[str], str]:
    """Return what takes `words` out of a group's name, but for one that is nothing else.

    The settings name it, passages of issues and audiences do: it would be another group for everybody in it.
    """
    struck = _striking(words)
    return lambda name: name if (left := struck(name)) == _INSTEAD else left


def groups_called_like(db: Database, gone: Trace) -> list[str]:
    """Return the groups, of others now or before, that are called just as people are: they keep their name."""
    rows = db.execute(
        """SELECT DISTINCT value FROM history, json_each(after, '$.groups')
           WHERE subscriber NOT IN (SELECT value FROM json_each(?)) ORDER BY value""",
        [json.dumps(gone.ids)],
    )
    struck = _striking(gone.words)
    return [name for (name,) in rows if gone.words and struck(name) == _INSTEAD]


def strike(db: Database, gone: Trace, table: str, *columns: str, instead: str = "struck({column})") -> None:
    """Take people's addresses and names out of texts about others. What is not bound here is the program's own."""
    _register_folded(db)
    db.register_function(_striking(gone.words), name="struck", replace=True)
    for column in columns:
        for word in gone.words:
            case = "lower" if word.isascii() else "folded"
            found = f"instr({case}(coalesce({column}, '')), {case}(?)) > 0"
            db.execute(f"UPDATE {table} SET {column} = {instead.format(column=column)} WHERE {found}", [word])


def _register_folded(db: Database) -> None:
    db.register_function(folded, name="folded", deterministic=True)


def _striking(words: Sequence[str]) -> Callable[[str], str]:
    """Return the function that takes `words` out of a text, where they are not a part of longer ones."""
    typed = [form for word in words for form in (word, unicodedata.normalize("NFD", word))]
    # In JSON a name's quotation marks have a backslash before them.
    forms = {form for word in typed for form in (word, json.dumps(word, ensure_ascii=False)[1:-1])}
    longest_first = "|".join(map(_pattern, sorted(forms, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w.+%-])(?:{longest_first})(?![\w-]|\.\w)", re.IGNORECASE)
    return lambda text: pattern.sub(_INSTEAD, text)


def _pattern(form: str) -> str:
    # An apostrophe between letters is a part of an address (atext, RFC 5322 section 3.2.3), not of a name (d'Anne).
    return (r"(?<!\w')" if "@" in form else "") + re.escape(form)


def note(db: Database, origin: Origin) -> int:
    """Record that people were forgotten, as a change that names nobody and cannot be taken back; returns its number."""
    cursor = db.execute(
        "INSERT INTO change (at, author, command, reason) VALUES (?, ?, ?, ?)",
        [stamp(origin.at), origin.author, origin.command, origin.reason],
    )
    return int(cursor.lastrowid or 0)
