"""One session: each step's replies, faults and doubts, against a server that can misbehave at any of them."""

import contextlib
import socket
import ssl
import threading
import time
from dataclasses import replace

import pytest
import trustme
from newsroom import interrupted_by
from scripted import ScriptedServer, hang_up, say_nothing, trickle

from pscb_mail.errors import Exit, PscbMailError, SettingsError
from pscb_mail.sending.dialogue import Answered, InDoubt, NotSent
from pscb_mail.sending.door import Door, Timing, door
from pscb_mail.sending.opening import Credentials
from pscb_mail.sending.replies import Reply, Stage
from pscb_mail.sending.smtp import Session, stuffed
from pscb_mail.sending.troubles import RelayAwayError, RelayRefusesError
from pscb_mail.settings import Relay

MESSAGE = [b"Subject: x\r\n\r\n", b"Hello\r\n"]
SENDER, RECIPIENT = "news@pscb.test", "jo@school.test"


def relay(server: ScriptedServer, who: Credentials | None = None, **more: object) -> Door:
    settings = Relay(host="127.0.0.1", port=server.port, **({"security": "none"} | more))
    return door(settings, (lambda: who) if who else None)


def deliver(server: ScriptedServer, seconds: float = 0.5) -> Answered | NotSent | InDoubt:
    with Session(relay(server), Timing(step=seconds, body=seconds)) as session:
        return session.deliver(SENDER, RECIPIENT, MESSAGE)


def test_a_message_arrives_byte_for_byte() -> None:
    """What is handed over is what the server takes, with the envelope we named."""
    with ScriptedServer() as server:
        assert deliver(server) == Answered(Stage.BODY, Reply(250, "2.0.0 taken"))
        [(sender, recipient, content)] = server.taken
    assert (sender.split(" SIZE")[0], recipient) == (f"MAIL FROM:<{SENDER}>", RECIPIENT)
    assert content == b"".join(MESSAGE)


def test_one_session_takes_many_messages() -> None:
    """A session is reused, after a refused recipient too."""
    with ScriptedServer({"RCPT gone@a.test": b"550 5.1.1 no such user\r\n"}) as server:
        with Session(relay(server)) as session:
            outcomes = [session.deliver(SENDER, to, MESSAGE) for to in ("a@a.test", "gone@a.test", "b@a.test")]
        assert [outcome.stage for outcome in outcomes] == [Stage.BODY, Stage.RCPT, Stage.BODY]
        assert (server.connections, [taken[1] for taken in server.taken]) == (1, ["a@a.test", "b@a.test"])


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    "fault", [hang_up, say_nothing, trickle, b"garbage\r\n", b"999 what\r\n", b"250-never\r\nmind\r\n"]
)
def test_a_fault_before_the_body_means_that_nothing_was_sent(step: str, fault: object) -> None:
    """Whatever breaks before the last byte leaves, the message has not arrived, and we know it."""
    with ScriptedServer({step: fault}) as server:
        assert isinstance(deliver(server), NotSent)
        assert server.taken == []


@pytest.mark.parametrize("fault", [hang_up, say_nothing, trickle, b"garbage\r\n", b"2" * 100_000])
def test_a_fault_after_the_last_byte_is_a_doubt(fault: object) -> None:
    """Once the last byte has left and no intelligible reply comes, the message may have arrived: never "not sent"."""
    with ScriptedServer({"BODY": fault}) as server:
        assert isinstance(deliver(server), InDoubt)


@pytest.mark.parametrize(
    ("step", "reply", "stage"),
    [
        ("MAIL", b"451 4.3.0 later\r\n", Stage.MAIL),
        ("RCPT", b"450 4.2.0 greylisted\r\n", Stage.RCPT),
        ("RCPT", b"550-5.1.1 no\r\n550 5.1.1 such user\r\n", Stage.RCPT),
        ("DATA", b"554 5.5.1 no\r\n", Stage.DATA),
        ("BODY", b"552 5.2.2 full\r\n", Stage.BODY),
        ("BODY", b"421 4.3.2 closing\r\n", Stage.BODY),
    ],
)
def test_a_refusal_is_reported_with_its_step(step: str, reply: bytes, stage: Stage) -> None:
    """A refusal keeps the step, the code and the server's words."""
    with ScriptedServer({step: reply}) as server:
        outcome = deliver(server)
    assert isinstance(outcome, Answered)
    assert (outcome.stage, outcome.reply.code) == (stage, int(reply[:3]))


def test_a_refusal_stands_even_if_the_session_then_breaks() -> None:
    """A server that refuses a recipient and hangs up has refused them all the same."""
    acts = {"RCPT": b"550 5.1.1 no\r\n", "RSET": hang_up}
    with ScriptedServer(acts) as server, Session(relay(server)) as session:
        assert isinstance(session.deliver(SENDER, RECIPIENT, MESSAGE), Answered)
        assert session.deliver(SENDER, RECIPIENT, MESSAGE) == NotSent("the session is over")


@pytest.mark.parametrize("step", ["greeting", "EHLO"])
@pytest.mark.parametrize(
    "fault", [hang_up, say_nothing, b"421 4.3.2 busy\r\n", b"garbage\r\n", b"220 " + b"a" * 1_000_000]
)
def test_a_relay_that_breaks_off_is_away(step: str, fault: object) -> None:
    """A greeting that is late, garbage or endless ends in one sentence, within the time for a step."""
    began = time.monotonic()
    with ScriptedServer({step: fault}) as server, pytest.raises(RelayAwayError) as caught:
        Session(relay(server), Timing(step=0.5))
    assert caught.value.exit_code == Exit.NOT_NOW
    assert str(server.port) in caught.value.message
    assert time.monotonic() - began < 10


def test_a_relay_that_is_not_there_is_away() -> None:
    """Nothing listening is exit 75, names the relay and says so, in words on every system."""
    with ScriptedServer() as server:
        closed = relay(server)
    with pytest.raises(RelayAwayError, match=r"127\.0\.0\.1:\d+ cannot be reached: .*refused"):
        Session(closed)


def test_a_name_that_no_server_can_have_is_a_mistake_of_the_settings() -> None:
    """A dot too many cannot even be looked up: 78, and the key to check."""
    with pytest.raises(SettingsError, match=r"smtp\.\.pscb\.test"):
        Session(door(Relay(host="smtp..pscb.test")))


def test_an_address_that_does_not_answer_is_left_for_the_next() -> None:
    """IPv6 that leads nowhere: the server's other address takes the message."""
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # nobody accepts: the queue is full, and whoever else comes hears nothing
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(silent.getsockname())
        server = stack.enter_context(ScriptedServer())
        both = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
            for port in (silent.getsockname()[1], server.port)
        ]
        way = replace(relay(server), look_up=lambda _: both.copy())
        with Session(way, Timing(connect=0.6, step=2)) as session:
            assert isinstance(session.deliver(SENDER, RECIPIENT, MESSAGE), Answered)


@pytest.mark.parametrize(("step", "known"), [("MAIL", NotSent), ("DATA", NotSent), ("BODY", InDoubt)])
def test_whoever_interrupts_is_not_kept_waiting_and_knows_what_is_known(step: str, known: type) -> None:
    """The relay says no more: the session hangs up at once, without QUIT, and tells whether the message had left."""
    stuck = threading.Event()

    def get_stuck(connection: socket.socket) -> None:
        stuck.set()
        connection.sendall(b"2")
        say_nothing(connection)

    with ScriptedServer({step: get_stuck}) as server:
        with pytest.raises(KeyboardInterrupt), Session(relay(server), clock=interrupted_by(stuck)) as session:
            session.deliver(SENDER, RECIPIENT, MESSAGE)
        assert isinstance(session.outcome, known)
    assert "QUIT" not in server.said


def test_starttls_that_is_not_offered_stops_before_anything_is_said() -> None:
    """Neither MAIL nor AUTH goes out in clear text; the hint names the option that allows it."""
    with ScriptedServer() as server, pytest.raises(SettingsError) as caught:
        Session(relay(server, Credentials("u", "secret"), security="starttls"))
    assert "allow_plain_text" in caught.value.hint
    assert [line.split(" ")[0] for line in server.said] == ["EHLO"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def server_context(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


STARTTLS = {"EHLO": b"250-scripted.test\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n"}


@pytest.mark.parametrize("implicit", [False, True])
def test_a_certificate_that_holds_lets_the_message_through(authority: trustme.CA, tmp_path, implicit: bool) -> None:
    """STARTTLS and implicit TLS work with a private authority named in ca_file."""
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    security = "tls" if implicit else "starttls"
    with ScriptedServer(STARTTLS, tls=server_context(authority, "127.0.0.1"), implicit=implicit) as server:
        with Session(relay(server, Credentials("u", "secret"), security=security, ca_file=str(ca_file))) as session:
            assert isinstance(session.deliver(SENDER, RECIPIENT, MESSAGE), Answered)
        assert len(server.taken) == 1
        assert any(line.startswith("AUTH PLAIN ") for line in server.said)


@pytest.mark.parametrize(("name", "trusted"), [("127.0.0.1", False), ("other.test", True)])
def test_a_certificate_that_does_not_hold_stops_everything(authority, tmp_path, name: str, trusted: bool) -> None:
    """Self-made or for another name: nothing is sent, nobody signs in."""
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    with (
        ScriptedServer(STARTTLS, tls=server_context(authority, name)) as server,
        pytest.raises(SettingsError) as caught,
    ):
        Session(relay(server, Credentials("u", "secret"), security="starttls", ca_file=str(ca_file) if trusted else ""))
    assert "certificate" in caught.value.message
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.said)


def test_what_is_said_before_encryption_breaks_the_session(authority, tmp_path) -> None:
    """A reply injected before TLS begins must not be read as one from inside it."""
    acts = {**STARTTLS, "STARTTLS": b"220 go\r\n250 injected\r\n"}
    with ScriptedServer(acts, tls=server_context(authority, "127.0.0.1")) as server, pytest.raises(RelayAwayError):
        Session(relay(server, security="starttls"))


def test_a_refused_password_is_a_mistake_of_the_settings() -> None:
    """A refused sign-in exits with 78, quotes the server, and shows nothing of the password."""
    acts = {"EHLO": b"250-x\r\n250 AUTH LOGIN PLAIN\r\n", "AUTH": b"535 5.7.8 bad credentials\r\n"}
    with ScriptedServer(acts) as server, pytest.raises(RelayRefusesError) as caught:
        Session(relay(server, Credentials("user", "very-secret")))
    assert caught.value.exit_code == Exit.SETTINGS
    assert "535 5.7.8" in caught.value.message
    assert "very-secret" not in str(caught.value) + repr(caught.value) + repr(Credentials("user", "very-secret"))


def test_an_address_beyond_ascii_needs_smtputf8() -> None:
    """Where the relay does not offer SMTPUTF8 that one recipient is refused; where it does, the parameter is sent."""
    with ScriptedServer() as server, Session(relay(server)) as session:
        outcome = session.deliver(SENDER, "üser@school.test", MESSAGE)
        assert isinstance(outcome, Answered)
        assert outcome.reply.enhanced == "5.6.7"
    with ScriptedServer({"EHLO": b"250-x\r\n250 SMTPUTF8\r\n"}) as server:
        with Session(relay(server)) as session:
            session.deliver(SENDER, "üser@school.test", MESSAGE)
        assert any(line.endswith(" SMTPUTF8") for line in server.said)


@pytest.mark.parametrize("recipient", ["a@a.test>\r\nRCPT TO:<evil@a.test", "a@a.test\nDATA", "a\0@a.test"])
def test_an_address_never_becomes_a_second_command(recipient: str) -> None:
    """Even an address that came past every check cannot break out of its line."""
    with ScriptedServer() as server, Session(relay(server)) as session:
        assert session.deliver(SENDER, recipient, MESSAGE) == Answered(
            Stage.RCPT, Reply(501, "5.1.3 this address cannot stand in an envelope")
        )
    assert not any("evil" in line or line == "DATA" for line in server.said)


@pytest.mark.parametrize(
    "body",
    [
        b"line\n.\nMAIL FROM:<evil@a.test>\nRCPT TO:<x@a.test>\nDATA",
        b"a\r.\rb",
        b".\r\n.\r\n",
        b"..",
        b"\r\n.\r\n",
        b"",
    ],
)
def test_a_message_cannot_end_itself(body: bytes) -> None:
    """Dots and bare line ends in a message stay inside it: one message arrives, with its text."""
    with ScriptedServer() as server:
        with Session(relay(server)) as session:
            session.deliver(SENDER, RECIPIENT, [stuffed(body)])
            session.deliver(SENDER, "next@a.test", MESSAGE)
        assert [taken[1] for taken in server.taken] == [RECIPIENT, "next@a.test"]
        expected = (
            body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").replace(b"\n", b"\r\n") + b"\r\n"
        )
        assert server.taken[0][2] == expected


def test_a_missing_ca_file_is_named(tmp_path) -> None:
    """A ca_file that is not there is a mistake of the settings, found before anything is sent."""
    with pytest.raises(PscbMailError, match=r"nothing\.pem"):
        door(Relay(host="127.0.0.1", port=9, ca_file=str(tmp_path / "nothing.pem")))
