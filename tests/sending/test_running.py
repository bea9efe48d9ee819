"""A run through servers that misbehave: the sum is right, nobody gets two, nobody is missed, each doubt is `unknown`."""

import contextlib
import errno
import socket
import sqlite3
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trustme
from newsroom import ISSUE, KEY, QUICK, START, UNLIMITED, Clock, counted, interrupted_by, means, newsroom
from scripted import Act, HangUpError, Late, Once, ScriptedServer, hang_up, reset, say_nothing
from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.errors import Exit, NotNowError, PscbMailError, SettingsError
from pscb_mail.people import directory, roster
from pscb_mail.people.changes import Origin
from pscb_mail.sending import attempts, ledger, mailing, running, singles
from pscb_mail.sending.brakes import BrakeError
from pscb_mail.sending.connection import Connection
from pscb_mail.sending.delivery import Retries, State, retries
from pscb_mail.sending.door import Timing
from pscb_mail.sending.opening import Credentials
from pscb_mail.sending.pacing import Limits
from pscb_mail.sending.troubles import RelayAwayError, RelayRefusesError
from pscb_mail.settings import Retry

MODES = {"step by step": (), "PIPELINING": ("PIPELINING",), "CHUNKING": ("PIPELINING", "CHUNKING")}
PEOPLE = 12


def the_truth_is_kept(db: Database, *servers: ScriptedServer, total: int = PEOPLE) -> Counter[str]:
    """Hold the ledger against what the servers took; return how many copies each person was sent."""
    taken = Counter(recipient for server in servers for _, recipient, _ in server.taken)
    states = {line.address: line.state for line in attempts.log(db, ISSUE)}
    assert len(states) == total
    assert sum(ledger.counts(db, ISSUE).values()) == total
    for address, state in states.items():
        match state:
            case State.SENT:
                assert taken[address] == 1, f"{address} is sent and was taken {taken[address]} times"
            case State.UNKNOWN:
                assert taken[address] <= 1, address
            case _:
                assert taken[address] == 0, f"{address} is {state} and was taken"
    return taken


def run_until_done(db: Database, *servers: ScriptedServer, clock: Clock | None = None, **more: object) -> int:
    """Run again and again as a user would, later each time; return how often it took."""
    clock = clock or Clock()
    for turn in range(1, 20):
        with contextlib.suppress(NotNowError, RelayRefusesError, SettingsError):
            mailing.run(db, ISSUE, means(*servers, clock=clock, **more))
        counts = ledger.counts(db, ISSUE)
        assert counts[State.IN_FLIGHT] == 0
        if not counts[State.QUEUED] and not counts[State.DEFERRED]:
            return turn
        clock.at += timedelta(hours=3)
    raise AssertionError(f"still not done: {counted(db)}")


@pytest.fixture
def db(tmp_path):
    database = newsroom(tmp_path / "pscb-mail.db", PEOPLE)
    yield database
    database.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("connections", [1, 4])
def test_everybody_gets_one_copy(db: Database, mode: str, connections: int) -> None:
    """Whatever the relay offers, however many sessions there are: each gets their own, once."""
    with ScriptedServer(offers=MODES[mode]) as server:
        ended = mailing.run(db, ISSUE, means(server, connections=connections))
    assert (ended.tries, ended.interrupted, ended.next_due) == (PEOPLE, False, None)
    assert counted(db) == {"sent": PEOPLE}
    the_truth_is_kept(db, server)
    assert server.open_most <= connections
    for _, recipient, content in server.taken:
        assert f"To: Reader {recipient[6:10]} <{recipient}>\r\n".encode() in content
    # A session that is still being opened when the work runs out hangs up: the first one never is.
    assert (1 if connections > 1 else server.connections) <= server.said.count("QUIT") <= server.connections


FAULTS = {
    "4yz": b"451 4.3.0 try later\r\n",
    "5yz": b"550 5.1.1 no such user\r\n",
    "421": b"421 4.3.2 closing\r\n",
    "hang up": hang_up,
    "reset": reset,
    "hang": say_nothing,
    "late": None,
    "garbage": b"what?\r\n",
    "endless": b"250-" + b"x" * 5000 + b"\r\n",
}
GOOD = {
    "greeting": b"220 2.0.0 hello\r\n",
    "EHLO": b"250 2.0.0 fine\r\n",
    "STARTTLS": b"220 2.0.0 go on\r\n",
    "AUTH": b"235 2.7.0 welcome\r\n",
    "MAIL": b"250 2.1.0 fine\r\n",
    "RCPT": b"250 2.1.5 fine\r\n",
    "DATA": b"354 go on\r\n",
    "BODY": b"250 2.0.0 taken\r\n",
    "RSET": b"250 2.0.0 fine\r\n",
    "QUIT": b"221 2.0.0 bye\r\n",
}


def fault_at(step: str, fault: str, times: int = 2) -> Once:
    """Return what a server does at a step that goes wrong so often and then works."""
    return Once(FAULTS[fault] or Late(GOOD[step]), times=times)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "BODY", "RSET"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_step_costs_nobody_their_copy(db: Database, mode: str, step: str, fault: str) -> None:
    """One server, three sessions, a fault that happens twice: at the end every copy is accounted for."""
    with ScriptedServer({step: fault_at(step, fault)}, offers=MODES[mode]) as server:
        run_until_done(db, server, connections=3)
        the_truth_is_kept(db, server)
    counts = ledger.counts(db, ISSUE)
    assert counts[State.SENT] + counts[State.REFUSED] + counts[State.UNKNOWN] + counts[State.SKIPPED] == PEOPLE
    # With CHUNKING a message has left behind each of these: only its own answer clears it of doubt.
    doubtful = mode == "CHUNKING" and (fault == "421" or step == "RSET")
    if (fault in {"late", "4yz", "421"} and not doubtful) or (step in {"MAIL", "RSET"} and mode != "CHUNKING"):
        assert counts[State.SENT] == PEOPLE, counted(db)
    most = 4 if mode == "CHUNKING" else 2
    assert counts[State.UNKNOWN] <= most, "no more than were under way at the fault's own"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def encrypted(authority: trustme.CA) -> ssl.SSLContext:
    """Return what a server presents that this authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def signing_in(authority: trustme.CA, folder: Path) -> dict[str, object]:
    """Return what makes a relay one that is spoken to encrypted and signed in to."""
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return {"security": "starttls", "ca_file": str(folder / "ca.pem"), "who": Credentials("u", "secret")}


@pytest.mark.parametrize("step", ["greeting", "EHLO", "STARTTLS", "AUTH", "QUIT"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_where_no_copy_is_under_way_costs_nothing(db, authority, tmp_path, step: str, fault: str) -> None:
    """As a session begins or ends: everybody gets theirs, at the latest when it is run again, and nothing is in doubt."""
    acts, offers = {step: fault_at(step, fault)}, ("PIPELINING", "STARTTLS", "AUTH PLAIN")
    with ScriptedServer(acts, offers=offers, tls=encrypted(authority)) as server:
        run_until_done(db, server, connections=3, **signing_in(authority, tmp_path))
        the_truth_is_kept(db, server)
    assert acts[step].times < 2, "it never came to that"
    assert counted(db) == {"sent": PEOPLE}


NOT_TO_BE_TRUSTED = {
    "no encryption": ("AUTH PLAIN",),
    "a certificate of somebody we do not know": ("STARTTLS", "AUTH PLAIN"),
    "no sign-in": ("STARTTLS",),
}


@pytest.mark.parametrize("fault", NOT_TO_BE_TRUSTED)
def test_a_relay_that_is_not_to_be_trusted_gets_nothing(db, authority, tmp_path, fault: str) -> None:
    """No word of ours: alone it ends the run with 78; beside another it is left out, which is told, and that one sends."""
    whose = trustme.CA() if "certificate" in fault else authority
    good = ScriptedServer(offers=("STARTTLS", "AUTH PLAIN"), tls=encrypted(authority))
    bad = ScriptedServer(offers=NOT_TO_BE_TRUSTED[fault], tls=encrypted(whose))
    told: list[running.Glance] = []
    with good, bad:
        with pytest.raises(PscbMailError) as caught:
            mailing.run(db, ISSUE, means(bad, **signing_in(authority, tmp_path)))
        assert (caught.value.exit_code, str(bad.port) in caught.value.message) == (Exit.SETTINGS, True)
        assert counted(db) == {"queued": PEOPLE}
        work = means(bad, good, connections=2, **signing_in(authority, tmp_path))
        mailing.run(db, ISSUE, replace(work, watch=told.append))
        the_truth_is_kept(db, good, bad)
    assert counted(db) == {"sent": PEOPLE}
    assert not any(line.startswith(("AUTH", "MAIL")) for line in bad.said)
    [warning] = [glance.warning for glance in told if glance.warning]
    assert caught.value.message in warning


class Reset:
    """A TLS context on a connection that is reset between "go on" and the first of its encrypted bytes."""

    def wrap_socket(self, *_: object, **__: object) -> None:
        raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")


def test_a_relay_that_breaks_as_encryption_begins_is_left_to_the_others(db, authority, tmp_path) -> None:
    """It is away, as one that breaks at any other step: the other relay sends."""
    offers, tls = ("STARTTLS", "AUTH PLAIN"), encrypted(authority)
    with ScriptedServer(offers=offers) as bad, ScriptedServer(offers=offers, tls=tls) as good:
        work = means(bad, good, **signing_in(authority, tmp_path))
        first, second = work.relays.doors
        doors = (replace(first, context=Reset()), second)
        mailing.run(db, ISSUE, replace(work, relays=replace(work.relays, doors=doors)))
        the_truth_is_kept(db, good)
    assert counted(db) == {"sent": PEOPLE}


ALL_OF_THEM = (
    ("greeting", "garbage", "CHUNKING"), ("EHLO", "endless", "PIPELINING"), ("MAIL", "reset", "PIPELINING"),
    ("RCPT", "4yz", "CHUNKING"), ("RCPT", "5yz", "PIPELINING"), ("DATA", "421", "PIPELINING"),
    ("DATA", "hang", "step by step"), ("BODY", "late", "CHUNKING"), ("BODY", "hang up", "PIPELINING"),
)  # fmt: skip


def test_a_run_through_all_of_them_at_once(tmp_path: Path) -> None:
    """A relay for each way to fail, none that is always well: the sum is right, and the one doubt is the one there is."""
    db = newsroom(tmp_path / "d.db", 90)
    acts = [{step: fault_at(step, fault, times=1)} for step, fault, _ in ALL_OF_THEM]
    servers = [ScriptedServer(each, offers=MODES[mode]) for each, (_, _, mode) in zip(acts, ALL_OF_THEM, strict=True)]
    servers += [ScriptedServer(close_after=2, offers=MODES["PIPELINING"]), ScriptedServer(most=1, most_at="MAIL")]
    with contextlib.ExitStack() as stack:
        for server in servers:
            stack.enter_context(server)
        run_until_done(db, *servers, connections=2)
        the_truth_is_kept(db, *servers, total=90)
    assert [once.times for each in acts for once in each.values() if once.times > 0] == [], "each of them has failed"
    counts = ledger.counts(db, ISSUE)
    assert (counts[State.SENT], counts[State.REFUSED], counts[State.UNKNOWN]) == (88, 1, 1)
    db.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("act", [hang_up, reset, say_nothing, b"garbage\r\n"])
def test_a_relay_that_takes_a_copy_and_does_not_say_so_leaves_it_unknown(db: Database, mode: str, act: object) -> None:
    """The one case that nobody can know: it is shown, and never sent again by itself."""
    with ScriptedServer({"BODY reader0005@school.test": act}, offers=MODES[mode]) as server:
        run_until_done(db, server, connections=2)
        unknown = [line.address for line in attempts.log(db, ISSUE, State.UNKNOWN)]
        assert "reader0005@school.test" in unknown
        assert len(unknown) <= (2 if mode == "CHUNKING" else 1), "with the one that had left behind it, at most"
        assert ledger.counts(db, ISSUE)[State.SENT] == PEOPLE - len(unknown)
        mailing.run(db, ISSUE, means(server))
        the_truth_is_kept(db, server)


def test_a_relay_that_never_says_so_is_not_given_the_whole_list(tmp_path) -> None:
    """Doubts in a row stop the run early: at most the sessions' first copies and one for each further attempt."""
    db = newsroom(tmp_path / "d.db", 200)
    with ScriptedServer({"BODY": hang_up}, offers=("PIPELINING",)) as server, pytest.raises(BrakeError):
        mailing.run(db, ISSUE, means(server, connections=4))
    assert ledger.counts(db, ISSUE)[State.UNKNOWN] <= 4 + 2
    the_truth_is_kept(db, server, total=200)


def test_greylisting_is_waited_out_in_the_same_run(db: Database) -> None:
    """Put off at the first try, due within minutes: the run waits and delivers."""
    acts = {f"RCPT reader{n:04}@school.test": Once(b"450 4.2.0 greylisted\r\n") for n in range(PEOPLE)}
    clock = Clock()
    with ScriptedServer(acts, offers=("PIPELINING",)) as server:
        ended = mailing.run(db, ISSUE, means(server, clock=clock))
    assert (counted(db), ended.tries) == ({"sent": PEOPLE}, 2 * PEOPLE)
    assert sum(clock.waits) == pytest.approx(120, abs=5)


def test_a_copy_at_which_every_session_breaks_keeps_nobody_waiting_and_is_told_in_the_end(db: Database) -> None:
    """By one session, with others put off: they go out; a timer hears of the one once it has gone on for two days."""
    clock, later = Clock(), Once(b"450 4.2.0 greylisted\r\n")
    acts = {"RCPT reader0001@school.test": b"421 4.7.0 closing\r\n", "RCPT reader0003@school.test": later}
    ends = []
    with ScriptedServer(acts) as server:
        for _ in range(3):
            with pytest.raises(PscbMailError, match=r"421 4\.7\.0 closing") as caught:
                mailing.run(db, ISSUE, means(server, clock=clock, connections=1), patient=False)
            ends.append((caught.value.exit_code, ledger.counts(db, ISSUE)[State.SENT]))
            clock.at += timedelta(hours=25)
    assert ends == [(Exit.NOT_NOW, 10), (Exit.NOT_NOW, 11), (Exit.NEEDS_A_PERSON, 11)]
    assert "1 copy of issue-18" in caught.value.message


def test_the_settings_say_when_a_copy_is_tried_again_and_when_it_is_given_up(db: Database) -> None:
    """Put off at once, after 5 minutes and after 35; after 65 an hour is over, and it is refused."""
    clock = Clock()
    again = retries(Retry(after_minutes=(5, 30), give_up_after_hours=1))
    with ScriptedServer({"RCPT reader0003@school.test": b"450 4.2.2 mailbox full\r\n"}) as server:
        while (due := mailing.run(db, ISSUE, replace(means(server, clock=clock), retries=again)).next_due) is not None:
            clock.at = due
    assert counted(db) == {"sent": PEOPLE - 1, "refused": 1}
    tries = [each.at - START for each in attempts.of_person(db, 4)]
    assert tries == [timedelta(minutes=minutes) for minutes in (0, 5, 35, 65)]


def test_a_relay_that_closes_after_every_few_messages_is_simply_opened_again(db: Database) -> None:
    """A limit of messages a session is no fault: no pause, nothing in doubt."""
    clock = Clock()
    with ScriptedServer(close_after=3, offers=("PIPELINING",)) as server:
        mailing.run(db, ISSUE, means(server, clock=clock, connections=2))
        the_truth_is_kept(db, server)
    assert (counted(db), clock.waits) == ({"sent": PEOPLE}, [])
    assert server.connections >= 4


@pytest.mark.parametrize("mode", MODES)
def test_a_relay_that_breaks_off_after_every_few_messages_does_it_twice(tmp_path: Path, mode: str) -> None:
    """It takes three copies a session and the next one without a word: from the third session on QUIT comes before.

    In doubt is what had left at those two times; at the first, with CHUNKING, two copies.
    """
    db = newsroom(tmp_path / "d.db", 24)
    carried: Counter[int] = Counter()

    def tire(connection: socket.socket) -> None:
        session = connection.getpeername()[1]
        carried[session] += 1
        if carried[session] > 3:
            raise HangUpError
        connection.sendall(GOOD["BODY"])

    with ScriptedServer({"BODY": tire}, offers=MODES[mode]) as server:
        mailing.run(db, ISSUE, means(server, connections=1))
        the_truth_is_kept(db, server, total=24)
        assert server.said.count("QUIT") == server.connections - 2 == (5 if mode == "CHUNKING" else 6)
    doubts = 3 if mode == "CHUNKING" else 2
    assert counted(db) == {"sent": 24 - doubts, "unknown": doubts}
    db.close()


class InTurn:
    """What a server says to the messages of its first session, of its second and so on; all is well with the rest."""

    def __init__(self, *sessions: Sequence[Act]) -> None:
        self._sessions = iter(sessions)
        self._acts: dict[int, Iterator[Act]] = {}

    def greet(self, connection: socket.socket) -> None:
        self._acts[connection.getpeername()[1]] = iter(next(self._sessions, ()))
        connection.sendall(GOOD["greeting"])

    def __call__(self, connection: socket.socket) -> None:
        act = next(self._acts[connection.getpeername()[1]], GOOD["BODY"])
        if callable(act):
            act(connection)
        else:
            connection.sendall(act)

    def server(self, mode: str = "PIPELINING") -> ScriptedServer:
        return ScriptedServer({"greeting": self.greet, "BODY": self}, offers=MODES[mode])


def close(connection: socket.socket) -> None:
    """Take a message, say so, and hang up."""
    connection.sendall(GOOD["BODY"])
    raise HangUpError


YES = GOOD["BODY"]


@pytest.mark.parametrize(
    ("sessions", "at_once", "mode"),
    [
        ([(YES, hang_up)], 1, "step by step"),
        ([(YES, hang_up)], 1, "CHUNKING"),
        ([(YES, hang_up)] * 4, 4, "PIPELINING"),
        ([(YES, hang_up), (YES, YES, close), (YES, hang_up)], 1, "PIPELINING"),
        ([(YES, YES, hang_up), (YES, hang_up), (YES, YES, hang_up)], 1, "PIPELINING"),
    ],
    ids=["once", "once, two in doubt", "all at once", "one carried more since", "after another number"],
)
def test_a_line_that_breaks_costs_each_session_on_it_a_new_one(tmp_path, sessions, at_once: int, mode: str) -> None:
    """A wireless network that was away for a moment is no limit of the relay's."""
    db = newsroom(tmp_path / "d.db", 40)
    with InTurn(*sessions).server(mode) as server:
        mailing.run(db, ISSUE, means(server, connections=at_once, timing=replace(QUICK, pauses=(0.3,))))
        the_truth_is_kept(db, server, total=40)
    assert server.connections <= len(sessions) + at_once
    db.close()


def test_a_limit_that_a_session_passes_is_none(tmp_path: Path) -> None:
    """Two sessions after two others broke off at their second copy; the fourth is given it, and goes on with the rest."""
    db = newsroom(tmp_path / "d.db", 40)
    there = threading.Event()

    def break_off(_: socket.socket) -> None:
        there.wait(1)
        raise HangUpError

    def pass_it(connection: socket.socket) -> None:
        there.set()
        threading.Event().wait(0.2)
        connection.sendall(YES)

    with InTurn((YES, hang_up), (YES, hang_up), (YES, break_off), (YES, pass_it)).server("step by step") as server:
        timing = replace(QUICK, body=2, pauses=(0.3,))
        mailing.run(db, ISSUE, means(server, connections=2, timing=timing))
        the_truth_is_kept(db, server, total=40)
    assert (counted(db), server.connections) == ({"sent": 37, "unknown": 3}, 5)
    db.close()


def test_a_session_that_has_carried_as_much_as_a_relay_takes_in_one_makes_room_for_another(tmp_path: Path) -> None:
    """It is idle when that becomes known, and the only session then: the copy that is still due gets a new one."""
    db = newsroom(tmp_path / "d.db", 8)
    first, second = threading.Event(), threading.Event()

    def answer(after: threading.Event, seconds: float) -> Callable[[socket.socket], None]:
        return lambda connection: Late(YES, seconds)(connection) if after.wait(2) else None

    def break_off(event: threading.Event, seconds: float) -> Callable[[socket.socket], None]:
        def act(_: socket.socket) -> None:
            event.set()
            threading.Event().wait(seconds)
            raise HangUpError

        return act

    acts = {
        # One session has 0, 2 and 3, the other 1 and 4, the third 5, 6 and 7: each breaks off at its third copy.
        "RCPT reader0000@school.test": Once(Late(b"450 4.2.0 greylisted\r\n")),
        "BODY reader0001@school.test": answer(first, 0.2),
        "BODY reader0003@school.test": break_off(first, 0.0),
        "BODY reader0004@school.test": answer(second, 0.0),
        "BODY reader0007@school.test": break_off(second, 0.2),
    }
    enough = time.monotonic() + 10
    clock = Clock(stop_when=lambda: time.monotonic() > enough)
    with ScriptedServer(acts) as server:
        again = Retries((timedelta(seconds=5),), timedelta(days=2))
        work = means(server, clock=clock, connections=2, timing=replace(QUICK, body=2))
        mailing.run(db, ISSUE, replace(work, retries=again))
    assert (counted(db), server.connections) == ({"sent": 6, "unknown": 2}, 4)
    db.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("step", ["greeting", "MAIL"])
def test_fewer_connections_where_the_relay_allows_no_more(db: Database, mode: str, step: str) -> None:
    """The reply 421 or 432 "too many connections" is heeded once for each, and everybody is served over the others."""
    clock = Clock()
    with ScriptedServer(most=2, most_at=step, offers=MODES[mode]) as server:
        mailing.run(db, ISSUE, means(server, connections=8, clock=clock))
        the_truth_is_kept(db, server)
    assert (counted(db), clock.waits) == ({"sent": PEOPLE}, [])
    assert server.connections <= 8, "nobody knocks again where there was no room"


def test_throttling_backs_off_and_goes_on(db: Database) -> None:
    """451 4.7.500 and 432 are about us: a pause, and no recipient pays for it."""
    clock = Clock()
    acts = {
        "MAIL": Once(b"451 4.7.500 server busy\r\n"),
        "RCPT reader0004@school.test": Once(b"432 4.3.2 concurrent\r\n"),
    }
    with ScriptedServer(acts) as server:
        run_until_done(db, server, connections=1)
        the_truth_is_kept(db, server)
    assert counted(db) == {"sent": PEOPLE}
    del clock


# -- several relays -------------------------------------------------------------------------------------------------


def test_all_relays_work_at_once(tmp_path) -> None:
    """The pool is the engine: each relay gets a share."""
    db = newsroom(tmp_path / "d.db", 60)
    with (
        ScriptedServer({"BODY": Late(b"250 2.0.0 taken\r\n", 0.005)}) as one,
        ScriptedServer({"BODY": Late(b"250 2.0.0 taken\r\n", 0.005)}) as two,
    ):
        mailing.run(db, ISSUE, means(one, two, connections=2))
        the_truth_is_kept(db, one, two, total=60)
    assert min(len(one.taken), len(two.taken)) >= 15


@pytest.mark.parametrize("act", [hang_up, b"421 4.3.2 away\r\n", say_nothing, b"garbage\r\n"])
@pytest.mark.parametrize("step", ["greeting", "MAIL", "DATA"])
def test_the_others_do_the_work_of_one_that_fails(db: Database, step: str, act: object) -> None:
    """A relay that never works is set aside; nobody waits for it, nobody is missed."""
    with ScriptedServer({step: act}) as broken, ScriptedServer() as good:
        mailing.run(db, ISSUE, means(broken, good, connections=2))
        the_truth_is_kept(db, broken, good)
    assert counted(db) == {"sent": PEOPLE}
    assert len(good.taken) == PEOPLE


def test_a_relay_that_is_not_there_is_no_reason_to_stop_while_another_works(db: Database) -> None:
    """Nothing listens at the first: the second sends all."""
    with ScriptedServer() as gone:
        pass
    with ScriptedServer() as good:
        mailing.run(db, ISSUE, means(gone, good))
    assert counted(db) == {"sent": PEOPLE}


def test_no_relay_at_all_ends_at_once_with_nothing_claimed(db: Database) -> None:
    """Nothing listens anywhere: 75, no attempt, no waiting."""
    clock = Clock()
    with ScriptedServer() as gone:
        pass
    with pytest.raises(RelayAwayError, match=str(gone.port)):
        mailing.run(db, ISSUE, means(gone, clock=clock))
    assert (counted(db), clock.waits) == ({"queued": PEOPLE}, [])
    assert db["attempt"].count == 0


@pytest.mark.parametrize(("away_for", "sent"), [(range(3, PEOPLE), 3), ((3,), PEOPLE - 1)], ids=["all", "one"])
def test_a_relay_that_goes_away_in_the_middle_is_waited_for_a_while(
    db: Database, away_for: Sequence[int], sent: int
) -> None:
    """Growing pauses, then 75; what was not sent is still queued. One at whom it breaks off keeps nobody waiting."""
    clock = Clock()
    acts = {f"RCPT reader{n:04}@school.test": hang_up for n in away_for}
    with ScriptedServer(acts) as server, pytest.raises(RelayAwayError):
        mailing.run(db, ISSUE, means(server, clock=clock, connections=1))
    assert counted(db) == {"sent": sent, "queued": PEOPLE - sent}
    assert len(clock.waits) >= len(QUICK.pauses)


# -- faults of ours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("step", "reply", "ends"),
    [
        ("MAIL", b"550 5.7.708 service unavailable\r\n", Exit.NEEDS_A_PERSON),
        ("RCPT", b"554 5.7.1 Relay access denied\r\n", Exit.SETTINGS),
        ("BODY", b"550 5.2.252 submission quota exceeded\r\n", Exit.NOT_NOW),
        ("BODY", b"550 5.1.8 bad outbound sender\r\n", Exit.NEEDS_A_PERSON),
        ("MAIL", b"552 5.3.4 too large\r\n", Exit.NEEDS_A_PERSON),
    ],
)
def test_a_fault_of_ours_stops_the_run_and_hurts_nobody(
    db: Database, mode: str, step: str, reply: bytes, ends: Exit
) -> None:
    """All that were under way are queued again, none is refused, no try is counted; a timer hears what no time mends."""
    with ScriptedServer({step: reply}, offers=MODES[mode]) as server, pytest.raises(RelayRefusesError) as caught:
        mailing.run(db, ISSUE, means(server, connections=3))
    assert caught.value.exit_code == ends
    assert counted(db) == {"queued": PEOPLE}
    assert {line.attempts for line in attempts.log(db, ISSUE)} == {0}
    assert server.taken == []


def test_no_encryption_where_it_is_asked_for_sends_nothing(db: Database) -> None:
    """STARTTLS not offered, by the only relay: 78, nothing claimed."""
    with ScriptedServer() as server, pytest.raises(PscbMailError, match="STARTTLS"):
        mailing.run(db, ISSUE, means(server, security="starttls"))
    assert counted(db) == {"queued": PEOPLE}
    assert not any(line.startswith("MAIL") for line in server.said)


# -- limits, pace, stopping -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_a_limit_is_kept_to_the_copy(db: Database, mode: str) -> None:
    """--limit 5 with four sessions sends five; run again, it goes on."""
    with ScriptedServer(offers=MODES[mode]) as server:
        assert mailing.run(db, ISSUE, means(server, connections=4), limit=5).tries == 5
        assert counted(db) == {"sent": 5, "queued": PEOPLE - 5}
        mailing.run(db, ISSUE, means(server), limit=100)
        the_truth_is_kept(db, server)
    assert counted(db) == {"sent": PEOPLE}


@pytest.mark.parametrize("mode", MODES)
def test_the_pace_holds_over_all_sessions(db: Database, mode: str) -> None:
    """Three a minute are three a minute, however many sessions there are; the run waits for the windows."""
    clock = Clock()
    with ScriptedServer(offers=MODES[mode]) as server:
        mailing.run(db, ISSUE, means(server, clock=clock, limits=Limits(per_minute=3), connections=4))
    starts = sorted(row["started_at"] for row in db["attempt"].rows)
    assert len(starts) == PEOPLE
    assert all(later[:16] != earlier[:16] for earlier, later in zip(starts, starts[3:], strict=False))
    assert sum(clock.waits) == pytest.approx(180, abs=1)
    assert server.connections <= PEOPLE, "no more sessions than copies that may leave"


def test_without_patience_a_used_up_pace_is_told(db: Database) -> None:
    """--no-wait: 75, and the time from which to run it again; run before, it sends nothing: windows survive a restart."""
    with ScriptedServer() as server:
        for _ in range(2):
            with pytest.raises(NotNowError, match="09:01"):
                mailing.run(db, ISSUE, means(server, limits=Limits(per_minute=5)), patient=False)
            assert counted(db) == {"sent": 5, "queued": PEOPLE - 5}


def test_a_clock_that_ran_ahead_once_holds_a_timer_up_for_one_window(db: Database) -> None:
    """Each run is a process of its own: what the first one noticed is kept for the next."""
    with transaction(db):
        for _ in range(5):
            attempts.start_test(db, ISSUE, "me@pscb.test", "r", START + timedelta(days=200))
    clock = Clock()
    with ScriptedServer() as server:
        for _ in range(2):
            with pytest.raises(NotNowError, match="09:01"):
                mailing.run(db, ISSUE, means(server, limits=Limits(per_minute=5), clock=clock), patient=False)
            clock.at += timedelta(seconds=20)
        clock.at = START + timedelta(minutes=1)
        with pytest.raises(NotNowError, match="09:02"):
            mailing.run(db, ISSUE, means(server, limits=Limits(per_minute=5), clock=clock), patient=False)
    assert counted(db)["sent"] == 5


def test_tries_of_another_process_count_for_the_pace(db: Database) -> None:
    """A test copy sent meanwhile, by whatever process, takes its place in the window."""
    with transaction(db):
        attempts.start_test(db, ISSUE, "me@pscb.test", "r", START)
    with ScriptedServer() as server, pytest.raises(NotNowError):
        mailing.run(db, ISSUE, means(server, limits=Limits(per_day=5)), patient=False)
    assert counted(db)["sent"] == 4


@pytest.mark.parametrize("mode", MODES)
def test_whoever_asks_to_stop_gets_what_has_begun_finished(tmp_path, mode: str) -> None:
    """After the wish nothing more is claimed; nothing is left in flight or in doubt."""
    db = newsroom(tmp_path / "d.db", 100)
    with ScriptedServer(offers=MODES[mode]) as server:
        clock = Clock(stop_when=lambda: len(server.taken) >= 10)
        ended = mailing.run(db, ISSUE, means(server, clock=clock, connections=3))
        the_truth_is_kept(db, server, total=100)
    assert ended.interrupted
    counts = ledger.counts(db, ISSUE)
    assert 10 <= counts[State.SENT] <= 10 + 2 * 3
    assert counts[State.SENT] + counts[State.QUEUED] == 100


@pytest.mark.parametrize(
    ("step", "state"),
    [("RCPT", State.QUEUED), ("DATA", State.QUEUED), ("BODY", State.UNKNOWN)],
)
def test_whoever_wants_to_stop_at_once_leaves_in_doubt_only_what_had_left_whole(
    db: Database, step: str, state: State
) -> None:
    """The relay says no more: nobody waits for it, and what never left needs no question the next time."""
    stuck = threading.Event()

    def get_stuck(connection: socket.socket) -> None:
        stuck.set()
        say_nothing(connection)

    with ScriptedServer({f"{step} reader0003@school.test": get_stuck}) as server:
        work = means(server, connections=1, timing=Timing(step=60, data=60, body=60))
        ended = mailing.run(db, ISSUE, replace(work, at_once=stuck.is_set))
        the_truth_is_kept(db, server)
    assert ended.interrupted
    assert counted(db) == {"sent": 3, "queued": PEOPLE - 3 - (state is State.UNKNOWN)} | (
        {"unknown": 1} if state is State.UNKNOWN else {}
    )


@pytest.mark.parametrize(("step", "state"), [("DATA", State.QUEUED), ("BODY", State.UNKNOWN)])
def test_whoever_interrupts_a_single_copy_finds_it_settled(db: Database, step: str, state: State) -> None:
    """The relay says no more: what never left is queued again, and only what had left whole is in doubt."""
    stuck = threading.Event()

    def get_stuck(connection: socket.socket) -> None:
        stuck.set()
        connection.sendall(b"2")
        say_nothing(connection)

    begun, person = ledger.mailing(db, ISSUE), directory.by_id(db, 4)
    with ScriptedServer({step: get_stuck}) as server:
        work = means(server)
        work = replace(work, relays=replace(work.relays, clock=interrupted_by(stuck)))
        with pytest.raises(KeyboardInterrupt):
            singles.send_only(db, begun, person, KEY, work)
        the_truth_is_kept(db, server)
    assert ledger.delivery_of(db, ISSUE, 4).state is state


def test_whatever_goes_wrong_in_a_run_what_is_known_by_then_is_recorded(db: Database) -> None:
    """An error of our own in the middle: who has not got theirs is queued again, and nobody stays in flight."""

    def watch(glance: running.Glance) -> None:
        if glance.tries >= 4:
            raise ArithmeticError

    with ScriptedServer({"DATA": Late(GOOD["DATA"])}) as server:
        with pytest.raises(ArithmeticError):
            mailing.run(db, ISSUE, replace(means(server, connections=3), watch=watch))
        the_truth_is_kept(db, server)
    counts = ledger.counts(db, ISSUE)
    assert (counts[State.IN_FLIGHT], counts[State.SENT] >= 4) == (0, True)


@pytest.mark.parametrize("step", ["greeting", "BODY"])
def test_a_run_waits_for_another_writer_only_where_it_has_something_to_record(tmp_path: Path, step: str) -> None:
    """It says so, once; with nothing to record it ends."""
    db = newsroom(tmp_path / "d.db", PEOPLE)
    db.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(tmp_path / "d.db", isolation_level=None, check_same_thread=False)
    told: list[str] = []
    asked: list[bool] = []

    def write(connection: socket.socket) -> None:
        other.execute("BEGIN IMMEDIATE")
        connection.sendall(GOOD[step])

    def enough() -> bool:
        asked.extend([True] * len(told))
        if len(asked) == 3:
            other.execute("ROLLBACK")
        return False

    with ScriptedServer({step: Once(write)}) as server, pytest.raises(NotNowError, match="another program"):
        work = means(server, connections=1)
        mailing.run(db, ISSUE, replace(work, watch=lambda glance: told.append(glance.warning), at_once=enough))
    assert [warning[:26] for warning in told if warning] == ["Another program is writing"] * (step == "BODY")
    assert counted(db) == ({"queued": PEOPLE} if step == "greeting" else {"sent": 1, "queued": PEOPLE - 1})
    other.close()
    db.close()


@pytest.mark.parametrize("step", ["BODY", "DATA"])
def test_whoever_wants_to_stop_at_once_while_another_writes_has_interrupted_the_run(tmp_path: Path, step: str) -> None:
    """Waiting to record an answer, or hanging up in the middle of a copy: it is their wish, and no "not now"."""
    db = newsroom(tmp_path / "d.db", PEOPLE)
    db.execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(tmp_path / "d.db", isolation_level=None, check_same_thread=False)
    writes = threading.Event()
    told: list[str] = []

    def write(connection: socket.socket) -> None:
        other.execute("BEGIN IMMEDIATE")
        writes.set()
        connection.sendall(GOOD["BODY"]) if step == "BODY" else say_nothing(connection)

    with ScriptedServer({step: Once(write)}) as server:
        work = means(server, connections=1, timing=Timing(step=60, data=60, body=60))
        work = replace(work, watch=lambda glance: told.append(glance.warning))
        ended = mailing.run(db, ISSUE, replace(work, at_once=lambda: bool(told) if step == "BODY" else writes.is_set()))
    assert (ended.interrupted, bool(told), counted(db)) == (
        True,
        step == "BODY",
        {"in_flight": 1, "queued": PEOPLE - 1},
    )
    other.close()
    db.close()


def test_an_interruption_right_after_a_last_byte_left_never_makes_a_second_copy(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network has the copy and we have not counted that yet: it is in doubt, and no later run sends it again."""
    write = Connection._send

    def interrupted(connection: Connection) -> int:
        ends = bytes(connection.dialogue.outgoing.pieces[-1]) == b".\r\n"
        count = write(connection)
        if ends and len(server.taken) == 2:
            raise KeyboardInterrupt
        return count

    with ScriptedServer() as server:
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(Connection, "_send", interrupted)  # no argument reaches between these two instants
            mailing.run(db, ISSUE, means(server, connections=1))
        mailing.run(db, ISSUE, means(server))
        the_truth_is_kept(db, server)
    assert counted(db) == {"sent": PEOPLE - 1, "unknown": 1}


def test_who_left_is_not_written_to(db: Database) -> None:
    """An opt-out in the middle of a run is read when that copy would be claimed."""
    origin = Origin(START, "test", "unsubscribe")

    def watch(glance: running.Glance) -> None:
        if glance.tries == 2:
            roster.opt_out(db, [10], origin)

    with ScriptedServer() as server:
        work = means(server, connections=1)
        mailing.run(db, ISSUE, running.Means(work.newsletter, UNLIMITED, work.relays, work.now, work.wait, watch))
    assert counted(db) == {"sent": PEOPLE - 1, "skipped": 1}
    assert "reader0009@school.test" not in {recipient for _, recipient, _ in server.taken}


def test_no_such_mailbox_counts_like_a_bounce(db: Database) -> None:
    """The person is marked in the same transaction as the verdict."""
    with ScriptedServer(
        {"RCPT reader0001@school.test": b"550 5.1.1 no such user\r\n"}, offers=("PIPELINING",)
    ) as server:
        mailing.run(db, ISSUE, means(server))
    assert counted(db) == {"sent": PEOPLE - 1, "refused": 1}
    [status] = db.execute("SELECT status FROM subscriber WHERE address = 'reader0001@school.test'").fetchone()
    assert status == "bounced"


def test_an_address_that_cannot_be_asked_for_is_refused_and_the_run_goes_on(db: Database) -> None:
    """Beyond ASCII where the relay has no SMTPUTF8: that one alone."""
    db.execute("UPDATE subscriber SET address = 'jö@school.test' WHERE id = 3")
    db.conn.commit()
    with ScriptedServer(offers=("PIPELINING",)) as server:
        mailing.run(db, ISSUE, means(server))
    assert counted(db) == {"sent": PEOPLE - 1, "refused": 1}


def test_a_hang_ends_with_the_step_and_not_with_the_run(db: Database) -> None:
    """A session that hangs is given up after its step's time, while the others go on."""
    timing = Timing(step=0.3, data=0.3, body=0.3, pauses=(0.01, 0.01))
    began = time.monotonic()
    with ScriptedServer({"DATA reader0002@school.test": Once(say_nothing)}) as server:
        mailing.run(db, ISSUE, means(server, connections=2, timing=timing))
        the_truth_is_kept(db, server)
    assert counted(db) == {"sent": PEOPLE}
    assert time.monotonic() - began < 15, "the server would have hung for 30 seconds"
