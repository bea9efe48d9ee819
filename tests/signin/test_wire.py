"""Tokens on the wire: a run whose tokens expire, a relay that rejects them, and a real Dovecot that asks about them."""

import base64
import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from authority import Authority, User
from dovecot import Dovecot, running_dovecot
from newsroom import ISSUE, NEWSLETTER, QUICK, UNLIMITED, counted, newsroom
from scripted import HangUpError, ScriptedServer
from sqlite_utils import Database

from pscb_mail.errors import NotNowError, PscbMailError
from pscb_mail.imap import Imap, Place, parse_place
from pscb_mail.imap import SignInRefusedError as SignInRefused
from pscb_mail.mailbox.folder import ImapFolder
from pscb_mail.sending import mailing
from pscb_mail.sending.relays import Relays, relays_of
from pscb_mail.sending.running import Ended, Means
from pscb_mail.sending.troubles import SignInRefusedError
from pscb_mail.settings import Settings
from pscb_mail.signin import Outside, access
from pscb_mail.signin.consent import sign_in
from pscb_mail.signin.entrances import account, entrance
from pscb_mail.signin.refusals import SigninRefusedError

PEOPLE = 24
# Here servers wait for each other on purpose: no step may end before they have met, however slow the machine.
PATIENT = replace(QUICK, step=20.0, data=20.0, body=20.0)
CHALLENGE = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"https://outlook.office.com/"}')


@dataclass
class Guard:
    """What a relay does with tokens: it asks the authority at AUTH, and again at each message.

    `passes` is called at each message: time goes by. `never` refuses every token.
    """

    authority: Authority
    passes: Callable[[], None] = lambda: None
    never: bytes = b""
    seen: list[str] = field(default_factory=list)
    server: ScriptedServer | None = None

    def acts(self) -> dict[str, object]:
        offers = b"250-guard.test\r\n250-AUTH XOAUTH2 PLAIN\r\n250 SIZE 10000000\r\n"
        refuses = self.never or b"535 5.7.3 Authentication unsuccessful\r\n"
        return {"EHLO": offers, "AUTH": self._sign_in, "": refuses, "MAIL": self._mail}

    def good(self, token: str) -> bool:
        _, until = self.authority.rules.tokens.get(token, ("", self.authority.now()))
        return not self.never and self.authority.now() < until

    def _sign_in(self, connection: object) -> None:
        said = next(line for line in reversed(self.server.said) if line.startswith("AUTH XOAUTH2 "))
        user, bearer, _, _ = base64.b64decode(said.split()[2]).decode().split("\1")
        assert user == "user=newsletter@pscb.test"
        self.seen.append(bearer.removeprefix("auth=Bearer "))
        connection.sendall(b"235 2.7.0 welcome\r\n" if self.good(self.seen[-1]) else b"334 " + CHALLENGE + b"\r\n")

    def _mail(self, connection: object) -> None:
        self.passes()
        connection.sendall(
            b"250 2.1.0 fine\r\n" if self.good(self.seen[-1]) else b"530 5.7.57 Client not authenticated\r\n"
        )


@dataclass
class Post:
    """A mailing to two dozen people, a relay with its guard, and somebody signed in."""

    db: Database
    guard: Guard
    server: ScriptedServer
    relays: Relays
    outside: Outside

    def send(self, wait: Callable[[float], bool] = lambda _: False) -> Ended | None:
        means = Means(NEWSLETTER, UNLIMITED, self.relays, self.outside.now, wait)
        return mailing.run(self.db, ISSUE, means)


@pytest.fixture
def post(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    authority: Authority,
    user: User,
    outside: Outside,
    settings: Callable[..., Settings],
    clock: Callable,
) -> Iterator[Post]:
    """One session at a time, or as many as the test's parameter says."""
    guard = Guard(authority)
    database = newsroom(tmp_path / "pscb-mail.db", PEOPLE)
    with ScriptedServer(acts=guard.acts()) as server:
        guard.server = server
        told = settings("microsoft", mailbox=False, port=server.port, connections=getattr(request, "param", 1))
        sign_in(account(entrance("relay", told), told), user, outside)
        yield Post(database, guard, server, relays_of(told, outside, PATIENT), outside)
    database.close()


def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something that another thread does."""
    pause = threading.Event()
    for _ in range(int(seconds * 100)):
        if happened():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen")


def once_each(server: ScriptedServer) -> bool:
    taken = [recipient for _, recipient, _ in server.taken]
    return len(taken) == len(set(taken)) == PEOPLE


def test_tokens_that_expire_in_the_middle_of_a_run_are_renewed(post: Post, clock: Callable) -> None:
    """Ten minutes a copy, four hours in all: the relay ends the sign-in each hour, and everybody gets one copy."""
    post.guard.passes = lambda: clock.pass_by(600)
    post.send()
    assert counted(post.db) == {"sent": PEOPLE}
    assert once_each(post.server)
    assert len(set(post.guard.seen)) >= 4
    assert post.guard.authority.asked["refresh_token"] == len(set(post.guard.seen)) - 1


def test_a_token_that_is_rejected_before_its_time_is_renewed_once(post: Post) -> None:
    """An administrator ends all sessions after the eighth copy; refresh tokens still hold."""

    def end_sessions() -> None:
        if len(post.server.taken) == 8 and len(set(post.guard.seen)) == 1:
            post.guard.authority.rules.tokens.clear()

    post.guard.passes = end_sessions
    post.send()
    assert counted(post.db) == {"sent": PEOPLE}
    assert once_each(post.server)
    assert post.guard.authority.asked["refresh_token"] == 1


@pytest.mark.parametrize(
    ("reply", "todo"),
    [
        (b"535 5.7.3 Authentication unsuccessful\r\n", "Full Access"),
        (b"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit x\r\n",
         "Turn off SMTP AUTH protocol"),
    ],
)  # fmt: skip
def test_a_relay_that_takes_no_token_stops_the_run(post: Post, reply: bytes, todo: str) -> None:
    """One token, one renewal, no third try; nothing is held against anybody; and the challenge has become words."""
    post.guard.never = reply
    post.server.acts[""] = reply
    with pytest.raises(SignInRefusedError) as caught:
        post.send()
    assert counted(post.db) == {"queued": PEOPLE}
    assert len(post.guard.seen) == 2
    assert len(set(post.guard.seen)) == 2
    assert "the token was not accepted (401); it must be for https://outlook.office.com/" in caught.value.message
    assert reply.decode().split(" ", 1)[1].strip() in caught.value.message
    assert todo in caught.value.hint
    assert not any(token in caught.value.message + caught.value.hint for token in post.guard.seen)


def test_a_sign_in_that_ends_in_the_middle_stops_the_run_in_order(post: Post, clock: Callable) -> None:
    """A password changed meanwhile: what was sent is sent, the rest is queued, nothing is in doubt."""
    post.guard.passes = lambda: clock.pass_by(600)
    post.guard.authority.revoke()
    with pytest.raises(SigninRefusedError, match="run out or was revoked"):
        post.send()
    counts = counted(post.db)
    assert set(counts) == {"sent", "queued"}
    assert 3 <= counts["sent"] == len(post.server.taken) < PEOPLE


def test_an_authority_that_is_away_in_the_middle_is_waited_for(post: Post, clock: Callable) -> None:
    """Like a relay that is away: tried again after a pause, then 75; run again, it goes on."""
    authority = post.guard.authority
    post.guard.passes = lambda: clock.pass_by(600)
    authority.script("token", (503, {}))
    post.send()
    assert counted(post.db) == {"sent": PEOPLE}
    assert once_each(post.server)


def test_an_authority_that_stays_away_ends_the_run_for_now(post: Post, clock: Callable) -> None:
    """75, and the rest is queued."""
    post.guard.passes = lambda: clock.pass_by(600)
    post.guard.authority.script("token", *[(503, {})] * 20)
    with pytest.raises(NotNowError, match="cannot sign anybody in now"):
        post.send()
    assert set(counted(post.db)) == {"sent", "queued"}


@pytest.mark.parametrize("post", [2], indirect=True)
def test_a_sign_in_server_that_is_slow_holds_up_no_open_session(post: Post, clock: Callable) -> None:
    """One of two sessions ends when the token has run out; the other carries copies until the new one is there."""
    asked, went_on, once = threading.Event(), threading.Event(), threading.Lock()
    waited: list[bool] = []
    carried: Counter[int] = Counter()  # by session: the server has a thread for each

    def renewal() -> None:
        asked.set()
        waited.append(went_on.wait(10))

    def one_session_ends() -> None:
        session = threading.get_ident()
        carried[session] += 1
        if carried[session] == 4 and not once.locked():
            until(lambda: len(carried) == 2 and min(carried.values()) >= 2)
            if once.acquire(blocking=False):
                clock.pass_by(56 * 60)  # the token is good for four minutes more, and no longer given out
                raise HangUpError
        if len(post.server.taken) == 16:
            until(asked.is_set)
            went_on.set()
        if len(post.server.taken) == 20:
            until(lambda: len(set(post.guard.seen)) == 2)

    post.guard.authority.before_token = renewal
    post.guard.passes = one_session_ends
    post.send()
    assert waited == [True]
    assert counted(post.db) == {"sent": PEOPLE}
    assert once_each(post.server)
    assert len(set(post.guard.seen)) == 2


def test_a_wish_to_stop_is_heeded_while_a_sign_in_server_is_silent(post: Post, clock: Callable) -> None:
    """With nothing under way the run waits in moments, not for half a minute; and it does not spin."""
    silent, pauses, hung_up = threading.Event(), [], []
    post.guard.authority.before_token = lambda: silent.wait(10)

    def the_session_ends() -> None:
        if len(post.server.taken) == 6 and not hung_up:
            hung_up.append(True)
            clock.pass_by(61 * 60)
            raise HangUpError

    def wait(seconds: float) -> bool:
        pauses.extend([seconds] if seconds else [])
        return len(pauses) > 3

    post.guard.passes = the_session_ends
    try:
        ended = post.send(wait)
    finally:
        silent.set()
        post.relays.doors[0].sign_in()  # what was being fetched is there now
    assert ended.interrupted
    assert all(0 < pause < 1 for pause in pauses)
    assert counted(post.db) == {"sent": 6, "queued": PEOPLE - 6}


def test_a_single_message_renews_a_rejected_token_too(post: Post) -> None:
    """Test copies and answers open one session."""
    post.guard.authority.rules.tokens.clear()
    post.relays.open().close()
    assert len(post.guard.seen) == 2
    post.guard.never = b"535 5.7.3 no\r\n"
    with pytest.raises(SignInRefusedError):
        post.relays.open()
    assert len(post.guard.seen) == 3  # it had just been renewed


# -- the mailbox, on a server that plays a part -----------------------------------------------------------------------


@contextlib.contextmanager
def refusing_imap(challenge: bytes, refusal: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """An IMAP server that turns a token down as Microsoft and Google do; what it is told in the exchange is kept."""
    told: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as line:
            line.write(b"* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n")
            while said := line.readline():
                tag, verb, *_ = said.split()
                if verb == b"AUTHENTICATE":
                    line.write(b"+ \r\n")
                    told.append(line.readline())
                    line.write(b"+ " + challenge + b"\r\n")
                    told.append(line.readline())  # whoever answers nothing waits here for ever
                    line.write(tag + refusal)
                elif verb == b"LOGOUT":
                    line.write(b"* BYE\r\n" + tag + b" OK bye\r\n")
                    return
                else:
                    line.write(b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n" + tag + b" OK done\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], told
        thread.join(10)


@pytest.mark.parametrize(
    ("challenge", "refusal", "todo"),
    [
        (CHALLENGE, b" NO AUTHENTICATE failed.\r\n", "Full Access"),
        (CHALLENGE, b" NO User is authenticated but not connected.\r\n", "ImapEnabled $true"),
    ],
)
def test_a_mailbox_s_challenge_is_answered_with_an_empty_line_and_told_in_words(
    challenge: bytes, refusal: bytes, todo: str
) -> None:
    """Its reasons come as JSON first; only an empty line brings the refusal. Both are told, as of a relay."""
    with refusing_imap(challenge, refusal) as (port, told), pytest.raises(SignInRefused) as caught:
        Imap(Place("127.0.0.1", port, "newsletter@pscb.test", "INBOX", tls=False), "the-token", token=True)
    assert base64.b64decode(told[0]) == b"user=newsletter@pscb.test\1auth=Bearer the-token\1\1"
    assert told[1] == b"\r\n"
    assert "the token was not accepted (401); it must be for https://outlook.office.com/" in caught.value.message
    assert refusal.decode().split("NO ")[1].strip() in caught.value.message
    assert todo in caught.value.hint
    assert "the-token" not in caught.value.message + caught.value.hint


# -- the mailbox, on a real Dovecot ---------------------------------------------------------------------------------


@pytest.fixture
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    with running_dovecot(tokens_from=(authority.base, authority.ca_file)) as server:
        yield server


@pytest.mark.real
def test_dovecot_lets_a_token_in_and_a_dead_one_is_renewed(
    dovecot: Dovecot,
    authority: Authority,
    user: User,
    outside: Outside,
    clock: Callable,
    settings: Callable[..., Settings],
) -> None:
    """It asks the authority whose token it is; one that was ended before its time is renewed once; a refusal is words."""
    dovecot.append(b"From: jo@school.test\r\nSubject: hello\r\n\r\nhello\r\n")
    base = settings("microsoft")
    told = base.model_copy(update={"mailbox": base.mailbox.model_copy(update={"ca_file": str(dovecot.ca_file)})})
    sign_in(account(entrance("relay", told), told), user, outside)
    place = parse_place(dovecot.url(tls=True))

    def subjects() -> list[bytes]:
        folder = ImapFolder(place, told, read_only=True, outside=outside)
        try:
            return [arrived.raw for arrived in folder.messages(None, None)]
        finally:
            folder.close()

    assert b"Subject: hello" in subjects()[0]
    authority.rules.tokens.clear()
    assert len(subjects()) == 1
    assert authority.asked["refresh_token"] == 1
    clock.pass_by(3600)
    assert len(subjects()) == 1
    assert authority.asked["refresh_token"] == 2

    authority.introspection = lambda body: (200, {"active": False})
    token = access("mailbox", told, outside=outside).secret
    with pytest.raises(PscbMailError) as caught:
        subjects()
    assert "the token was not accepted" in caught.value.message
    assert "Full Access" in caught.value.hint
    assert token not in caught.value.message


@pytest.mark.real
def test_no_token_goes_to_a_mailbox_whose_certificate_is_unknown(
    dovecot: Dovecot, authority: Authority, user: User, outside: Outside, settings: Callable[..., Settings]
) -> None:
    """Without its certificate authority nothing is said at all."""
    told = settings("microsoft")
    sign_in(account(entrance("relay", told), told), user, outside)
    asked = []
    authority.introspection = lambda body: (asked.append(body), (200, {"active": False}))[1]
    with pytest.raises(PscbMailError, match="certificate"):
        ImapFolder(parse_place(dovecot.url(tls=True)), told, read_only=True, outside=outside)
    assert asked == []
