"""What the list costs at any length, beside the same work in plain sqlite3 and csv: `python bench/lists.py [--long]`.

At 1,000, 10,000 and 100,000 people (`--long`: a million as well): import a CSV, make a group equal to a file, list with
a filter, show one, export, prepare a mailing. Each piece of work has a process of its own; seconds are of the work
alone (start-up apart), megabytes are the process's peak. The plain way does the same: it checks addresses with
email-validator, keeps a history row a person, knows who is on the list, writes one transaction with synchronous=FULL.
"""

import csv
import hmac
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

SIZES = (1_000, 10_000, 100_000)
NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
STAMP = "2026-12-01T09:00:00.000000Z"
GROUPS = ("Board", "Heads", "DSLs", "Health", "Police")
GOAL_RATIO, GOAL_MEGABYTES = 2.0, 250
SHOWN = 200


def rows(count: int, first: int = 0) -> Iterator[tuple[str, ...]]:
    for n in range(first, first + count):
        yield (f"Reader {n}", f"reader{n}@school{n % 3000}.example", f"School {n % 3000}", "Head", GROUPS[n % 5])


def write_files(folder: Path, count: int) -> None:
    """Write the list, and the group of which a hundredth has gone and as many have come."""
    moved = max(count // 500, 1)
    board = [row for row in rows(count) if row[4] == "Board"][moved:] + list(rows(moved, count))
    for name, some in (("people.csv", rows(count)), ("board.csv", board)):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("Name", "Email", "Organisation", "Role", "Groups"))
            writer.writerows(row if name == "people.csv" else (*row[:4], "Board") for row in some)


# -- ours -----------------------------------------------------------------------------------------------------------


def ours(folder: Path) -> dict[str, Callable[[], object]]:
    from contestants import edition

    from pscb_mail.cli import console
    from pscb_mail.database import open_database
    from pscb_mail.desk.story import story
    from pscb_mail.people import directory, importing, lookalikes, roster, staging, tables
    from pscb_mail.people.changes import Origin
    from pscb_mail.sending import mailing
    from pscb_mail.sending.audience import Audience

    db = open_database(folder / "ours.db")

    def brought_in(name: str, sync: str = "") -> None:
        data = (folder / name).read_bytes()
        reading = importing.understand(tables.read_table(data))
        staged = staging.staged(db, reading)
        lookalikes.questions(db, staged)
        origin = Origin(NOW, "bench", f"import {name}")
        roster.enrol(db, staged, origin, name, sync)

    def listed() -> None:
        heads = directory.rows(db, directory.Filters(group="Heads", search="school 7"))
        with Path(os.devnull).open("w", encoding="utf-8") as file, redirect_stdout(file):
            console.csv(directory.COLUMNS, heads)

    def shown() -> None:
        for n in range(SHOWN):
            story(db, directory.find(db, f"reader{n}@school{n}.example"), "pscb.example")

    def exported() -> None:
        with (folder / "ours.csv").open("wb") as file:
            file.writelines(tables.csv_lines(directory.rows(db)))

    frozen = edition()

    def prepared() -> None:
        mailing.begin(db, frozen, Audience(), b"k" * 32, NOW)

    return {
        "import": lambda: brought_in("people.csv"),
        "sync": lambda: brought_in("board.csv", "Board"),
        "list": listed, "show": shown, "export": exported, "prepare": prepared,
    }  # fmt: skip


# -- the plain way --------------------------------------------------------------------------------------------------

_TABLES = """
    CREATE TABLE IF NOT EXISTS person (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, name TEXT,
        organisation TEXT, role TEXT, status TEXT, since TEXT);
    CREATE TABLE IF NOT EXISTS member (person INTEGER, grp TEXT, PRIMARY KEY (person, grp)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS member_by_group ON member(grp, person);
    CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY, person INTEGER, record TEXT);
    CREATE INDEX IF NOT EXISTS history_by_person ON history(person);
    CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, issue TEXT, person INTEGER, reference TEXT UNIQUE,
        state TEXT, address TEXT, at TEXT, UNIQUE (issue, person));
    CREATE INDEX IF NOT EXISTS delivery_by_state ON delivery(issue, state, id);
    CREATE INDEX IF NOT EXISTS delivery_by_person ON delivery(person);
"""


_QUERY = """SELECT address, name, organisation, role, (SELECT group_concat(grp) FROM member WHERE person = id), status,
                   since FROM person """
_HEADS_AT_7 = """WHERE id IN (SELECT person FROM member WHERE grp = 'Heads')
    AND (address || name || organisation || role) LIKE '%school%'
    AND (address || name || organisation || role) LIKE '%7%' ORDER BY address"""


def checked(address: str) -> str:
    from email_validator import validate_email

    return validate_email(address, check_deliverability=False, test_environment=True).normalized.lower()


class Plain:
    """The same work as one writes it by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = sqlite3.connect(folder / "plain.db", isolation_level=None)
        self.db.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {_TABLES}")

    def bring_in(self, name: str, sync: str = "") -> None:
        db = self.db
        db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TEMP TABLE seen (person INTEGER PRIMARY KEY)")
        with (self.folder / name).open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                self._take(row)
        if sync:
            db.execute("DELETE FROM member WHERE grp = ? AND person NOT IN (SELECT person FROM seen)", [sync])
        db.execute("COMMIT")

    def _take(self, row: dict[str, str]) -> None:
        db = self.db
        address = checked(row["Email"])
        found = db.execute("SELECT id, name, organisation, role FROM person WHERE address = ?", [address]).fetchone()
        values = (row["Name"], row["Organisation"], row["Role"])
        if found is None:
            number = db.execute(
                """INSERT INTO person (address, name, organisation, role, status, since)
                   VALUES (?, ?, ?, ?, 'active', ?)""",
                [address, *values, STAMP],
            ).lastrowid
        else:
            number = found[0]
            if found[1:] != values:
                db.execute("UPDATE person SET name = ?, organisation = ?, role = ? WHERE id = ?", [*values, number])
        if found is None or found[1:] != values:
            db.execute("INSERT INTO history (person, record) VALUES (?, ?)", [number, json.dumps([address, *values])])
        db.execute("INSERT OR IGNORE INTO member VALUES (?, ?)", [number, row["Groups"]])
        db.execute("INSERT OR IGNORE INTO seen VALUES (?)", [number])

    def write(self, target: Path, clause: str) -> None:
        with target.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(self.db.execute(_QUERY + clause))

    def show(self) -> list[str]:
        return [line for n in range(SHOWN) for line in self._story(f"reader{n}@school{n}.example")]

    def _story(self, address: str) -> Iterator[str]:
        db, key = self.db, checked(address)
        name, *about = db.execute(_QUERY + "WHERE address = ?", [key]).fetchone()
        yield f"{name}: {about}"
        (number,) = db.execute("SELECT id FROM person WHERE address = ?", [key]).fetchone()
        for (record,) in db.execute("SELECT record FROM history WHERE person = ? ORDER BY id", [number]):
            yield f"{STAMP}: {json.loads(record)}"
        for issue, state, at in db.execute("SELECT issue, state, at FROM delivery WHERE person = ?", [number]):
            yield f"{at}: {issue} {state}"

    def prepare(self) -> None:
        def reference(person: int) -> str:
            return hmac.digest(b"k" * 32, f"issue-18 {person}".encode(), "sha256").hex()[:25]

        self.db.create_function("reference", 1, reference)
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute(
            """INSERT INTO delivery (issue, person, reference, state, address, at)
               SELECT 'issue-18', id, reference(id), 'queued', address, ? FROM person WHERE status = 'active'""",
            [STAMP],
        )
        self.db.execute("COMMIT")


def plain(folder: Path) -> dict[str, Callable[[], object]]:
    way = Plain(folder)
    return {
        "import": lambda: way.bring_in("people.csv"),
        "sync": lambda: way.bring_in("board.csv", "Board"),
        "list": lambda: way.write(Path(os.devnull), _HEADS_AT_7),
        "show": way.show,
        "export": lambda: way.write(folder / "plain.csv", "ORDER BY address"),
        "prepare": way.prepare,
    }


# -- the run --------------------------------------------------------------------------------------------------------

WAYS = {"ours": ours, "plain": plain}
WORK = ("import", "sync", "list", "show", "export", "prepare")
READS = frozenset({"list", "show", "export"})


def one(way: str, work: str, folder: Path) -> None:
    """Do one piece of work and print what it took."""
    import gc

    gc.disable()  # as `import` does
    task = WAYS[way](folder)[work]
    checked("reader@pscb.example")  # loads what checks an address: start-up, and a fifth of a second
    start, cpu = time.perf_counter(), time.process_time()
    task()
    taken = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    print(json.dumps({**taken, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def measured(way: str, work: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", way, work, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def paired(work: str, folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Measure both ways in turn; of what changes nothing three rounds, and the one whose ratio is in the middle."""
    rounds = [
        (measured("ours", work, folder), measured("plain", work, folder)) for _ in range(3 if work in READS else 1)
    ]
    return sorted(rounds, key=lambda both: both[0]["seconds"] / both[1]["seconds"])[len(rounds) // 2]


def main() -> None:
    sizes = [int(word) for word in sys.argv[1:] if word.isdigit()] or [
        *SIZES,
        *((1_000_000,) if "--long" in sys.argv else ()),
    ]
    print(
        f"{'people':>9}  {'work':<8} {'ours':>9} {'plain':>9} {'ratio':>6} {'CPU':>6} {'ours':>7} {'plain':>7}",
        flush=True,
    )
    missed = 0
    for size in sizes:
        folder = Path(tempfile.mkdtemp(prefix="bench-lists-", dir=os.environ.get("BENCH_FOLDER")))
        # In a process of its own: a child's peak of memory begins with its parent's.
        subprocess.run([sys.executable, __file__, "--write", str(folder), str(size)], check=True)
        for work in WORK:
            mine, theirs = paired(work, folder)
            ratio, of_cpu = mine["seconds"] / theirs["seconds"], mine["cpu"] / theirs["cpu"]
            over = size >= max(SIZES) and (min(ratio, of_cpu) > GOAL_RATIO or mine["megabytes"] > GOAL_MEGABYTES)
            missed += over
            times = f"{mine['seconds']:>8.2f}s{theirs['seconds']:>8.2f}s{ratio:>9.2f}{of_cpu:>9.2f}"
            memory = f"{mine['megabytes']:>7.0f}MB{theirs['megabytes']:>7.0f}MB"
            print(f"{size:>9,}  {work:<8}{times}{memory}{'  over the goal' if over else ''}", flush=True)
        shutil.rmtree(folder)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--one", way, work, folder]:
            one(way, work, Path(folder))
        case ["--write", folder, count]:
            write_files(Path(folder), int(count))
        case _:
            main()
