"""The brakes hold for a mailing, however many runs it takes; only a person lets them go."""

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from newsroom import ISSUE, QUICK, START, Clock, means, newsroom
from scripted import ScriptedServer, hang_up
from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.errors import Exit
from pscb_mail.sending import afterwards, brakes, claims, ledger, mailing
from pscb_mail.sending.brakes import BrakeError
from pscb_mail.sending.delivery import Event, State, Verdict

TAKEN, LATER, NEVER, OURS, LOST = (
    Verdict(event, code, "", "relay:25")
    for event, code in (
        (Event.ACCEPTED, 250), (Event.PUT_OFF, 450), (Event.TURNED_DOWN, 550), (Event.NOT_TRIED, 421), (Event.DOUBTED, 0),
    )
)  # fmt: skip
DIED = "the process dies"
REFUSES = {"RCPT": b"550 5.7.1 policy\r\n"}
MINUTE = timedelta(minutes=1)
PEOPLE = 400


@pytest.fixture
def db(tmp_path):
    database = newsroom(tmp_path / "pscb-mail.db", PEOPLE)
    yield database
    database.close()


def come_to(db: Database, *verdicts: Verdict | str, apart: timedelta = MINUTE) -> None:
    """Have one copy after the other come to a verdict, so long apart."""
    for number, verdict in enumerate(verdicts):
        with transaction(db):
            [tried] = claims.claim(db, ISSUE, START, ["relay:25"])
            if verdict is DIED:
                ledger.doubt_in_flight(db, START + number * apart)
            else:
                claims.settle(db, [(tried, verdict)], START + number * apart)


@pytest.mark.parametrize("earlier", [0, 100])
def test_a_run_that_goes_wrong_is_stopped(db: Database, earlier: int) -> None:
    """Ten refusals that are more than a tenth: stop, before the rest is burnt, however well it went until then."""
    come_to(db, *[TAKEN] * earlier)
    with ScriptedServer(dict(REFUSES), offers=("PIPELINING",)) as server, pytest.raises(BrakeError) as caught:
        mailing.run(db, ISSUE, means(server, connections=2))
    assert caught.value.exit_code == Exit.NEEDS_A_PERSON
    counts = ledger.counts(db, ISSUE)
    assert 10 <= counts[State.REFUSED] <= 10 + 4
    assert counts[State.QUEUED] == PEOPLE - earlier - counts[State.REFUSED]


@pytest.mark.parametrize(
    ("acts", "most"),
    [({"RCPT": b"550 5.1.1 no such user\r\n"}, 10), ({"BODY": hang_up}, 3)],
    ids=["refused", "in doubt"],
)
def test_a_brake_holds_for_all_the_runs_of_a_timer(db: Database, acts: dict[str, object], most: int) -> None:
    """A few copies each minute, each run a new one: stopped like one long run, until a person says that it goes on."""
    clock = Clock()

    def queued() -> int:
        return ledger.counts(db, ISSUE)[State.QUEUED]

    def by_the_clock(server: ScriptedServer, limit: int) -> None:
        for _ in range(5):
            clock.at += MINUTE
            mailing.run(db, ISSUE, means(server, connections=1, clock=clock), limit=limit)

    with ScriptedServer(acts) as server:
        with pytest.raises(BrakeError):
            by_the_clock(server, most // 2)
        assert most <= PEOPLE - queued() <= most + 1
        server.acts.clear()
        server.taken.clear()
        before = queued()
        with pytest.raises(BrakeError):
            by_the_clock(server, most // 2)
        assert (queued(), server.taken) == (before, [])
        brakes.let_go(db, ISSUE, clock.at)
        mailing.run(db, ISSUE, means(server, clock=clock))
    assert (queued(), len(server.taken)) == (0, before)


def another_issue_goes_out(db: Database) -> None:
    """Record more tries than are looked back over, of an issue that is nobody's here."""
    with transaction(db):
        db.execute(
            """WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
               INSERT INTO attempt (issue, address, relay, started_at) SELECT 'issue-19', '', '', '' FROM n""",
            [brakes._LOOK],
        )


def nothing_happens(_: Database) -> None:
    pass


@pytest.mark.parametrize(
    ("acts", "earlier", "meanwhile"),
    [(REFUSES, 300, nothing_happens), ({"BODY": hang_up}, 0, nothing_happens), (REFUSES, 0, another_issue_goes_out)],
    ids=["after a good past", "two relays break together", "another issue goes out"],
)
def test_what_has_stopped_a_run_holds_until_a_person_lets_it_go(
    db: Database, acts: dict[str, object], earlier: int, meanwhile: Callable[[Database], None]
) -> None:
    """The next run says the same and sends nothing, whatever its own count would come to."""
    come_to(db, *[TAKEN] * earlier)
    with ScriptedServer(dict(acts)) as one, ScriptedServer(dict(acts)) as other:
        with pytest.raises(BrakeError) as tripped:
            mailing.run(db, ISSUE, means(one, other, connections=2))
        meanwhile(db)
        for relay in (one, other):
            relay.acts.clear()
            relay.taken.clear()
        left = ledger.counts(db, ISSUE)[State.QUEUED]
        for _ in range(2):
            with pytest.raises(BrakeError) as held:
                mailing.run(db, ISSUE, means(one, other))
            assert (held.value.message, held.value.hint) == (tripped.value.message, tripped.value.hint)
        assert str(brakes.stopped(db, ISSUE)) == str(tripped.value)
        assert (one.taken, other.taken) == ([], [])
        brakes.let_go(db, ISSUE, START)
        assert brakes.stopped(db, ISSUE) is None
        assert mailing.run(db, ISSUE, means(one, other)).tries == left


def test_a_brake_says_nothing_of_a_mailing_that_is_over(db: Database) -> None:
    """A schedule that is left on does no harm."""
    come_to(db, *[NEVER] * PEOPLE)
    assert mailing.run(db, ISSUE, means()).tries == 0


@pytest.mark.parametrize(("last", "stops"), [(b"250 2.0.0 taken\r\n", False), (b"450 4.2.0 later\r\n", True)])
def test_a_brake_stops_only_what_is_left(db: Database, last: bytes, stops: bool) -> None:
    """Ten that go wrong as the last ones: done, with ten refused, unless one that is leaving then has to wait."""
    come_to(db, *[TAKEN] * (PEOPLE - 11))
    ten = threading.Event()

    def after_the_others(connection: socket.socket) -> None:
        ten.wait(30)
        connection.sendall(last)

    whose = f"reader{PEOPLE - 11:04}@school.test"
    acts = REFUSES | {f"RCPT {whose}": b"250 2.1.5 fine\r\n", f"BODY {whose}": after_the_others}
    with ScriptedServer(acts) as server, pytest.raises(BrakeError) if stops else nullcontext():
        work = means(server, connections=2, timing=replace(QUICK, body=30.0))
        work = replace(work, watch=lambda glance: ten.set() if glance.tries == 10 else None)
        assert mailing.run(db, ISSUE, work, patient=False).tries == 11
    assert (brakes.stopped(db, ISSUE) is not None) == stops
    assert ledger.counts(db, ISSUE)[State.QUEUED] == 0


@pytest.mark.parametrize(
    ("verdicts", "stopped"),
    [
        ([NEVER] * 9, ""),
        ([NEVER] * 10, "10 of the last 10"),
        ([NEVER] * 10 + [TAKEN] * 89, "10 of the last 99"),
        ([NEVER] * 10 + [TAKEN] * 90, ""),
        ([NEVER] * 10 + [OURS] * 200, "10 of the last 10"),
        ([NEVER] * 10 + [LATER] * 90, ""),
        ([TAKEN] * 300 + [NEVER] * 21, "21 of the last 200"),
        ([NEVER] * 21 + [TAKEN] * 200, ""),
        ([LOST] * 2, ""),
        ([LOST] * 3, "3 times in a row"),
        ([LOST, LOST, OURS, LOST], "3 times in a row"),
        ([LOST, LOST, TAKEN, LOST], ""),
        ([LOST, LOST, LATER, LOST], ""),
        ([DIED] * 3, ""),
        ([LOST, TAKEN] * 9, ""),
        ([LOST, TAKEN] * 10, "10 of the last 20"),
        ([LOST, LATER] * 10 + [TAKEN] * 79, "10 of the last 99"),
        ([LOST, TAKEN] * 10 + [TAKEN] * 80, ""),
        ([DIED, TAKEN] * 10, ""),
    ],
)
def test_a_mailing_is_stopped_by_what_all_its_runs_came_to(
    db: Database, verdicts: Sequence[Verdict | str], stopped: str
) -> None:
    """Ten refused or in doubt, and more than a tenth of the latest 200; three doubts in a row; not our own end."""
    come_to(db, *verdicts)
    brake = brakes.so_far(db, ISSUE).brake(ISSUE)
    assert (brake.message if brake else "").count(stopped or "never") == bool(stopped)


def test_sessions_that_break_together_are_one_incident(db: Database) -> None:
    """Four sessions of one relay end with it at once: that is once, and not four times in a row."""
    come_to(db, *[LOST] * 8, apart=timedelta(milliseconds=90))
    assert brakes.so_far(db, ISSUE).doubts == 1


def test_a_copy_that_was_found_or_sent_again_is_no_doubt_any_more(db: Database) -> None:
    """The Sent folder, or a person, has settled it."""
    come_to(db, *[LOST] * 3)
    with transaction(db):
        afterwards.find(db, ISSUE, ledger.references(db, ISSUE), START)
    assert brakes.so_far(db, ISSUE).doubts == 0


def test_once_a_person_has_said_go_on_it_counts_anew(db: Database) -> None:
    """And stops again where it goes on as before."""
    come_to(db, *[NEVER] * 12)
    brakes.let_go(db, ISSUE, START)
    assert brakes.so_far(db, ISSUE) == brakes.Tally()
    assert brakes.counts_since(db, ISSUE) == START
    come_to(db, *[NEVER] * 10)
    assert brakes.so_far(db, ISSUE).brake(ISSUE)


def test_another_mailing_is_not_held(db: Database) -> None:
    """Each has its own list."""
    come_to(db, *[NEVER] * 10)
    assert brakes.so_far(db, "issue-17") == brakes.Tally()


def test_looking_back_costs_the_same_in_a_list_of_any_length(db: Database) -> None:
    """It reads the end of the attempts, and never all of them."""
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {brakes._LATEST}", brakes._values(ISSUE, 0)).fetchall()]
    assert any("attempt USING INTEGER PRIMARY KEY (rowid>?)" in step for step in plan)
    assert not any(step in {"SCAN attempt", "SCAN delivery", "SCAN d"} for step in plan), plan
