"""The plug pulled at any moment: what is on disk is the truth, and running it again finishes the job."""

import random
import shutil
import signal
import socket
import sqlite3
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from effort import amount
from forked import forked
from newsroom import ISSUE, START, Clock, counted, means, newsroom
from scripted import Late, ScriptedServer
from sender import send
from sqlite_utils import Database

from pscb_mail.database import open_database
from pscb_mail.errors import Exit, NotNowError
from pscb_mail.sending import attempts, ledger, mailing, running
from pscb_mail.sending.delivery import State
from pscb_mail.sending.lock import send_lock

MODES = ((), ("PIPELINING",), ("PIPELINING", "CHUNKING"))
KILLS, SEED = amount(20, 100), 18
PEOPLE, CONNECTIONS = amount(600, 3000), 3
SLOW = {"BODY": Late(b"250 2.0.0 taken\r\n", 0.002)}


def states(db: Database) -> dict[str, State]:
    return {line.address: line.state for line in attempts.log(db, ISSUE)}


def holds(found: dict[str, State], taken: Counter[str]) -> None:
    """What is sent was taken once, what may have been is in flight or unknown, and all the rest was not taken."""
    for address, state in found.items():
        if state is State.SENT:
            assert taken[address] == 1, address
        elif state in {State.IN_FLIGHT, State.UNKNOWN}:
            assert taken[address] <= 1, address
        else:
            assert taken[address] == 0, f"{address} is {state} and was taken"


def arrived(server: ScriptedServer) -> Counter[str]:
    return Counter(recipient for _, recipient, _ in tuple(server.taken))


def run_again(db: Database, path: Path, server: ScriptedServer) -> None:
    """Run as the program does, under the lock of its database."""
    with send_lock(db, path.with_suffix(".lock"), ISSUE, "tester", START):
        mailing.run(db, ISSUE, means(server, connections=CONNECTIONS))


def test_sigkill_at_random_moments_loses_nobody_and_doubles_nobody(tmp_path: Path) -> None:
    """Killed in the middle, again and again: at most two a session in doubt each time, everybody else exactly once."""
    chance = random.Random(SEED)
    path = tmp_path / "pscb-mail.db"
    db = newsroom(path, PEOPLE)
    with ScriptedServer(SLOW) as server:
        for kill in range(KILLS):
            server.offers = MODES[kill % len(MODES)]
            before = ledger.counts(db, ISSUE)[State.UNKNOWN]
            process = forked(send, path, server.port, CONNECTIONS)
            goal = len(server.taken) + chance.randrange(12)
            while len(server.taken) < goal and process.poll() is None:
                threading.Event().wait(chance.random() / 500)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL, f"kill {kill} of seed {SEED} came too late"
            while server.open_now:
                threading.Event().wait(0.002)
            counts = ledger.counts(db, ISSUE)
            assert counts[State.IN_FLIGHT] <= 2 * CONNECTIONS, f"kill {kill} of seed {SEED}"
            assert counts[State.UNKNOWN] - before <= 2 * CONNECTIONS
            holds(states(db), arrived(server))
        run_again(db, path, server)
        holds(states(db), arrived(server))
    counts = ledger.counts(db, ISSUE)
    assert counts[State.SENT] + counts[State.UNKNOWN] == PEOPLE
    assert counts[State.UNKNOWN] <= KILLS * 2 * CONNECTIONS
    db.close()


class Watching(ScriptedServer):
    """A server that looks into the database, as another process sees it, whenever it is told of a recipient."""

    def _for(self, step: str, recipient: str = "") -> object:
        if step in {"RCPT", "QUIT"} and self.path:
            other = sqlite3.connect(self.path)
            if step == "RCPT":
                query = "SELECT state, (SELECT count(*) FROM delivery WHERE state = 'in_flight') FROM delivery WHERE address = ?"
                self.seen.append(other.execute(query, [recipient]).fetchone())
            else:
                sent = {row[0] for row in other.execute("SELECT address FROM delivery WHERE state = 'sent'")}
                self.seen.append(("all", 0) if {taken[1] for taken in self.taken} <= sent else ("not all", 0))
            other.close()
        return super()._for(step, recipient)


@pytest.mark.parametrize("offers", MODES)
def test_claims_are_durable_before_and_verdicts_before_the_end(tmp_path: Path, offers: tuple[str, ...]) -> None:
    """When a server hears of a recipient the claim is committed, never more than two a session; at QUIT every verdict is."""
    path = tmp_path / "pscb-mail.db"
    db = newsroom(path, 60)
    server = Watching(offers=offers)
    server.path, server.seen = path, []
    with server:
        mailing.run(db, ISSUE, means(server, connections=CONNECTIONS))
    assert {state for state, _ in server.seen} == {"in_flight", "all"}
    assert max(count for _, count in server.seen) <= 2 * CONNECTIONS
    assert len(server.seen) == 60 + CONNECTIONS
    db.close()


@pytest.mark.parametrize("spare", [0, 2, 8])
def test_a_full_disk_stops_with_75_and_nothing_is_lost(tmp_path: Path, spare: int) -> None:
    """However little is left: the run ends with 75, what was taken is known, and with space again it goes on."""
    path = tmp_path / "pscb-mail.db"
    db = newsroom(path, 600)
    (pages,) = db.execute("PRAGMA page_count").fetchone()
    (free,) = db.execute("PRAGMA freelist_count").fetchone()
    db.execute(f"PRAGMA max_page_count = {pages - free + spare}")
    with ScriptedServer(offers=("PIPELINING",)) as server:
        with pytest.raises(NotNowError) as caught:
            mailing.run(db, ISSUE, means(server, connections=CONNECTIONS))
        assert caught.value.exit_code == Exit.NOT_NOW
        assert ledger.counts(db, ISSUE)[State.IN_FLIGHT] <= 2 * CONNECTIONS
        holds(states(db), arrived(server))
        db.execute("PRAGMA max_page_count = 1000000")
        run_again(db, path, server)
        holds(states(db), arrived(server))
    counts = ledger.counts(db, ISSUE)
    assert counts[State.SENT] + counts[State.UNKNOWN] == 600
    assert counts[State.UNKNOWN] <= 2 * CONNECTIONS
    db.close()


def test_claims_that_cannot_be_written_cost_no_verdict(tmp_path: Path) -> None:
    """Where the last space takes the verdicts and no more, they are written alone: 75, and nobody is in doubt."""
    db = newsroom(tmp_path / "pscb-mail.db", 60)
    db.execute("""CREATE TRIGGER full_at_30 BEFORE INSERT ON attempt WHEN (SELECT count(*) FROM attempt) >= 30
                  BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END""")
    with ScriptedServer(offers=("PIPELINING",)) as server, pytest.raises(NotNowError) as caught:
        mailing.run(db, ISSUE, means(server, connections=CONNECTIONS))
    assert caught.value.exit_code == Exit.NOT_NOW
    counts = ledger.counts(db, ISSUE)
    assert (counts[State.IN_FLIGHT], counts[State.UNKNOWN]) == (0, 0)
    assert counts[State.SENT] == len(server.taken) > 0
    db.close()


def test_somebody_else_who_writes_for_long_costs_no_verdict(tmp_path: Path) -> None:
    """An import holds the database while a relay answers, longer than we wait for a lock: the answer is not lost."""
    path = tmp_path / "pscb-mail.db"
    db = newsroom(path, 6)
    db.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    asked: list[bool] = []

    def write(connection: socket.socket) -> None:
        if not other.in_transaction and not asked:
            other.execute("BEGIN IMMEDIATE")
        connection.sendall(b"250 2.0.0 taken\r\n")

    def at_once() -> bool:
        asked.extend([True] * other.in_transaction)
        if len(asked) > 5 and other.in_transaction:
            other.execute("ROLLBACK")
        return False

    with ScriptedServer({"BODY": write}) as server, pytest.raises(NotNowError):
        mailing.run(db, ISSUE, replace(means(server, connections=1), at_once=at_once))
    assert counted(db) == {"sent": 1, "queued": 5}
    other.close()
    db.close()


def test_a_database_copied_with_its_wal_in_the_middle_of_a_run_tells_the_truth(tmp_path: Path) -> None:
    """A backup taken at any moment opens, and says of nobody that they were sent to who were not."""
    path = tmp_path / "pscb-mail.db"
    db = newsroom(path, 60)
    copies: list[tuple[Path, Counter[str], Counter[str]]] = []
    with ScriptedServer(offers=("PIPELINING",)) as server:

        def watch(glance: running.Glance) -> None:
            folder = tmp_path / f"copy-{glance.tries}-{len(copies)}"
            folder.mkdir()
            before = arrived(server)
            for name in (path.name, f"{path.name}-wal"):
                shutil.copyfile(path.with_name(name), folder / name)
            copies.append((folder / path.name, before, arrived(server)))

        work, clock = means(server, connections=CONNECTIONS), Clock()
        mailing.run(db, ISSUE, running.Means(work.newsletter, work.limits, work.relays, clock.now, clock.wait, watch))
    assert len(copies) > 10
    for file, before, after in copies:
        copied = open_database(file)
        assert copied.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = states(copied)
        assert all(after[address] for address, state in found.items() if state is State.SENT)
        assert all(found[address] in {State.SENT, State.IN_FLIGHT} for address in before)
        copied.close()
    db.close()


def test_a_run_after_a_crash_counts_what_was_in_flight_as_unknown(tmp_path: Path) -> None:
    """Without its process a row in flight may have arrived; it is never sent again by itself, by no mailing's send."""
    path = tmp_path / "pscb-mail.db"
    db = newsroom(path, 5)
    db.execute("UPDATE delivery SET state = 'in_flight' WHERE id = 2")
    db.conn.commit()
    with send_lock(db, path.with_suffix(".lock"), "issue-19", "tester", START):
        assert counted(db) == {"queued": 4, "unknown": 1}
    with ScriptedServer() as server:
        run_again(db, path, server)
    assert counted(db) == {"sent": 4, "unknown": 1}
    assert len(server.taken) == 4
    db.close()
