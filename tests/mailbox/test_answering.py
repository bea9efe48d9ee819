"""Answers: what they say, whom they never go to, and that each leaves once."""

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from mailroom import KEY, OURS, URGENT, Mailroom
from scripted import ScriptedServer, hang_up

from pscb_mail.database import transaction
from pscb_mail.mailbox import answering, incoming, outbox, questions, wording
from pscb_mail.mailbox.answering import Answered
from pscb_mail.mailbox.decision import Answer
from pscb_mail.mailbox.outbox import Letter
from pscb_mail.sending import attempts, claims
from pscb_mail.sending.delivery import Event
from pscb_mail.sending.relays import relays_of
from pscb_mail.settings import Relay, Settings

JO, ANN = "jo@school.test", "ann@health.test"


@pytest.fixture
def room(tmp_path: Path) -> Mailroom:
    """Issue 18, sent to two people."""
    return Mailroom(tmp_path).sent("issue-18", f"Jo Bloggs <{JO}>", f"Ann Smith <{ANN}>")


def with_relay(room: Mailroom, port: int) -> Settings:
    relay = Relay(host="127.0.0.1", port=port, security="none")
    return room.all_settings.model_copy(update={"relay": (relay,)})


def delivered(room: Mailroom, server: ScriptedServer) -> Answered:
    settings = with_relay(room, server.port)
    return answering.deliver(room.db, settings, relays_of(settings), lambda: room.now)


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


# -- what is said ---------------------------------------------------------------------------------------------------


def test_a_confirmation_says_what_was_done_the_way_back_and_whom_to_ring(room: Mailroom) -> None:
    """To the person alone, in their thread, marked as automatic."""
    reply = room.pressed("issue-18", JO)
    room.done(reply)
    with ScriptedServer() as server:
        assert delivered(room, server) == Answered(sent=1, refused=0, waiting=0, in_doubt=0)
        [(sender, recipient, raw)] = server.taken
    assert (f"<{OURS}>" in sender, recipient) == (True, JO)
    answer, asked = parsed(raw), parsed(reply)
    assert (answer["To"], answer["From"], answer["Reply-To"]) == (JO, f"PSCB Newsletter <{OURS}>", OURS)
    assert (answer["Auto-Submitted"], answer["X-Auto-Response-Suppress"]) == ("auto-replied", "All")
    assert (answer["In-Reply-To"], answer["References"]) == (asked["Message-ID"], asked["Message-ID"])
    assert answer["Message-ID"].endswith("@pscb.test>")
    assert answer["Date"].datetime == room.now.replace(microsecond=0)
    text = answer.get_content()
    for words in (
        "Dear Jo,",
        f"{JO} is off the list",
        "word BACK",
        URGENT,
        questions.way_back(KEY, room.person(JO).id),
    ):
        assert words in text


def test_an_answer_counts_for_the_pace_of_mailings(room: Mailroom) -> None:
    """They share the relay. The attempt tells of no issue and of nobody, and is none of a test copy."""
    room.done(room.pressed("issue-18", JO))
    with ScriptedServer() as server:
        delivered(room, server)
    assert claims.latest_tries(room.db, 10)[-1][1] == room.now
    row = room.db.execute("SELECT issue, address, verdict, code FROM attempt ORDER BY id DESC LIMIT 1").fetchone()
    assert row == ("", "", Event.ACCEPTED, 250)
    assert attempts.tests(room.db) == frozenset()


@pytest.mark.parametrize("kind", list(Answer))
@pytest.mark.parametrize("reference", ["", "AAAAA-BBBBB-CCCCC-DDDDD"])
def test_every_answer_is_short_and_complete(room: Mailroom, kind: Answer, reference: str) -> None:
    """Newsletter, address, emergency number; no place left unfilled; one line each for what comes from outside."""
    newsletter = room.all_settings.newsletter
    subject, body = wording.words(kind, newsletter, room.person(JO), "x@y.test\r\nBcc: evil@z.test", reference)
    assert "PSCB Newsletter" in subject
    assert JO in body
    assert URGENT in body
    assert "{" not in subject + body
    linkless = {Answer.WELCOMED_BACK, Answer.WELCOMED, Answer.RETURNED}
    assert ("mailto:" in body) is (bool(reference) and kind not in linkless)
    assert len(body.split()) < 140
    assert wording.words(kind, newsletter, room.person(JO), "", reference)[1].count("Somebody") <= 1


def test_without_an_emergency_number_nothing_stands_there(tmp_path: Path) -> None:
    """`urgent` is empty until it is set."""
    room = Mailroom(tmp_path, urgent="").sent("issue-18", JO)
    body = wording.words(Answer.CONFIRMED, room.all_settings.newsletter, room.person(JO), JO, "")[1]
    assert "\n\n\n" not in body


def test_the_owner_of_a_forwarded_copy_is_asked_and_the_stranger_learns_nothing(room: Mailroom) -> None:
    """It goes to the subscriber's own address, outside the stranger's thread."""
    room.done(room.pressed("issue-18", JO, sender="friend@elsewhere.test"))
    with ScriptedServer() as server:
        delivered(room, server)
        [(_, recipient, raw)] = server.taken
    answer = parsed(raw)
    assert recipient == answer["To"] == JO
    assert (answer["In-Reply-To"], answer["References"]) == (None, None)
    assert "friend@elsewhere.test" in answer.get_content()
    assert "do nothing" in answer.get_content()


@pytest.mark.parametrize(
    "foreign",
    [
        "<a\r\nBcc: evil@z.test>",
        "<" + "a" * 900 + "@b.test>",
        "no brackets",
        "<a b@c.test>",
        "<\udce4@b.test>",
        "<é@b.test>",
    ],
)
def test_a_strange_message_id_never_reaches_a_header(room: Mailroom, foreign: str) -> None:
    """No header is added, broken or over-long; the answer goes all the same."""
    parsed_mail = incoming.Incoming(key="k", message_id=foreign, sender=JO, answers=(foreign,))
    with transaction(room.db):
        assert answering.answer(
            room.db, None, Answer.CONFIRMED, room.person(JO), parsed_mail, "", room.all_settings, room.now
        )
        waiting = outbox.claim(room.db, 0, room.now)
    assert waiting is not None
    raw = answering.composed(waiting.letter, room.all_settings.newsletter, room.now)
    message = parsed(raw)
    assert (message["In-Reply-To"], message["References"], message["Bcc"]) == (None, None, None)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    raw.decode("ascii")


def test_only_sound_message_ids_of_a_thread_are_carried_on(room: Mailroom) -> None:
    """At most ten of them, and then the message's own."""
    thread = (*(f"<{n}@b.test>" for n in range(20)), "<a\r\nBcc: evil@z.test>")
    mail = incoming.Incoming(key="k", message_id="<own@b.test>", sender=JO, answers=thread)
    with transaction(room.db):
        answering.answer(room.db, None, Answer.CONFIRMED, room.person(JO), mail, "", room.all_settings, room.now)
        waiting = outbox.claim(room.db, 0, room.now)
    assert waiting is not None
    message = parsed(answering.composed(waiting.letter, room.all_settings.newsletter, room.now))
    assert message["References"].split() == [*(f"<{n}@b.test>" for n in range(11, 20)), "<own@b.test>"]
    assert (message["In-Reply-To"], message["Bcc"]) == ("<own@b.test>", None)


def test_a_newsletter_with_a_name_beyond_ascii_is_encoded(room: Mailroom) -> None:
    """RFC 2047 in the subject, quoted-printable in the text."""
    letter = Letter(
        Answer.CONFIRMED, 1, "<1@pscb.test>", JO, "Abgemeldet: Zürcher Nachrichten " * 4, "Grüße\n.\nFrom here\n"
    )
    raw = answering.composed(letter, room.all_settings.newsletter, room.now)
    raw.decode("ascii")
    assert parsed(raw)["Subject"] == letter.subject.strip()
    assert parsed(raw).get_content().splitlines() == ["Grüße", ".", "From here", ""]


# -- to whom it never goes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "Auto-Generated; owner-email=x@y.test"},
        {"Precedence": "bulk"},
        {"Precedence": " List "},
        {"List_Id": "<list.other.test>"},
        {"Return_Path": "<>"},
        {"X_Autoreply": "yes"},
        {"X_Autoresponder": "cPanel"},
    ],
)
def test_no_answer_goes_to_a_machine_or_a_list(room: Mailroom, headers: dict[str, str]) -> None:
    """RFC 3834 section 2. The act stands; only the mail is not written."""
    raw = room.reply(JO, f"unsubscribe {room.reference('issue-18', JO)}", "", **headers)
    assert not answering.may_answer(incoming.read(raw), room.person(JO), room.all_settings.newsletter)


@pytest.mark.parametrize(
    "sender", ["", OURS, "MAILER-DAEMON@school.test", "no-reply@school.test", "staff-request@school.test"]
)
def test_no_answer_goes_to_nobody_or_ourselves(room: Mailroom, sender: str) -> None:
    """A message without a sender, our own, and what only servers are called."""
    raw = room.reply(sender or "x@y.test", "unsubscribe", "off")
    mail = incoming.Incoming(key="k", sender=sender) if not sender else incoming.read(raw)
    assert not answering.may_answer(mail, room.person(JO), room.all_settings.newsletter)


def test_our_own_address_on_the_list_is_not_answered(room: Mailroom) -> None:
    """Editors put themselves on the list: an answer to ourselves would be read, and answered, for ever."""
    room.sent("issue-19", OURS)
    assert not answering.may_answer(
        incoming.read(room.reply(JO, "x", "y")), room.person(OURS), room.all_settings.newsletter
    )


def test_ordinary_mail_may_be_answered(room: Mailroom) -> None:
    """X-Auto-Response-Suppress stands in ordinary Exchange mail, and `no` is what RFC 3834 has people say."""
    raw = room.reply(JO, "Hello", "words", Auto_Submitted="no", X_Auto_Response_Suppress="All", Return_Path=f"<{JO}>")
    assert answering.may_answer(incoming.read(raw), room.person(JO), room.all_settings.newsletter)


def test_one_person_gets_one_answer_a_day(room: Mailroom) -> None:
    """Off and on again five times over: one mail; the next day another."""
    for _ in range(5):
        assert room.done(room.pressed("issue-18", JO)) == [("opt_out", "opted_out")]
        room.now += timedelta(minutes=1)
        back = room.reply(JO, "Re: You are off the list", "BACK", answered_with(room))
        assert room.done(back) == [("subscribe", "resubscribed")]
        room.now += timedelta(minutes=1)
    assert len(room.outbox()) == 1
    room.now += timedelta(days=1, seconds=1)
    assert room.done(room.pressed("issue-18", JO)) == [("opt_out", "opted_out")]
    assert len(room.outbox()) == 2


def answered_with(room: Mailroom) -> str:
    return str(room.db.execute("SELECT message_id FROM outbox ORDER BY id DESC LIMIT 1").fetchone()[0])


# -- once -----------------------------------------------------------------------------------------------------------


def opted_out(room: Mailroom) -> None:
    room.done(room.pressed("issue-18", JO), room.pressed("issue-18", ANN))


def test_a_relay_that_is_away_leaves_answers_for_the_next_run(room: Mailroom) -> None:
    """What was done to people stands; nothing is lost."""
    opted_out(room)
    with ScriptedServer({"greeting": hang_up}) as server:
        answered = delivered(room, server)
    assert (answered.sent, answered.waiting) == (0, 2)
    assert answered.trouble is not None
    with ScriptedServer() as server:
        assert delivered(room, server) == Answered(sent=2, refused=0, waiting=0, in_doubt=0)
    with ScriptedServer() as server:
        assert delivered(room, server).sent == 0
        assert server.taken == []


def test_an_answer_in_doubt_is_never_sent_again(room: Mailroom) -> None:
    """Its last byte left and no reply came: it may have arrived."""
    opted_out(room)
    with ScriptedServer({"BODY": hang_up}) as server:
        answered = delivered(room, server)
    assert (answered.sent, answered.waiting, answered.in_doubt) == (0, 0, 2)
    with ScriptedServer() as server:
        assert delivered(room, server).sent == 0
        assert server.taken == []


def test_what_a_dead_process_had_in_flight_is_in_doubt(room: Mailroom) -> None:
    """Its claim was on disk before the first byte. Another run that is alive looks the same for an hour."""
    opted_out(room)
    with transaction(room.db):
        outbox.claim(room.db, 0, room.now)
    with ScriptedServer() as server:
        answered = delivered(room, server)
        assert (answered.sent, answered.in_doubt, [to for _, to, _ in server.taken]) == (1, 0, [ANN])
        room.now += answering.DEAD_AFTER + timedelta(seconds=1)
        assert delivered(room, server) == Answered(sent=0, refused=0, waiting=0, in_doubt=1)
        assert delivered(room, server).in_doubt == 0, "told once"
        assert len(server.taken) == 1


def test_a_refused_answer_is_given_up_and_one_put_off_is_kept(room: Mailroom) -> None:
    """Each by itself: the other answers go out all the same."""
    opted_out(room)
    with ScriptedServer({f"RCPT {JO}": b"550 5.1.1 no\r\n", f"RCPT {ANN}": b"450 4.2.1 later\r\n"}) as server:
        answered = delivered(room, server)
    assert (answered.sent, answered.refused, answered.waiting) == (0, 1, 1)
    with ScriptedServer() as server:
        assert [delivered(room, server).sent, *(to for _, to, _ in server.taken)] == [1, ANN]


def test_an_answer_that_is_days_late_is_not_sent(room: Mailroom) -> None:
    """It would only puzzle its reader."""
    opted_out(room)
    room.now += answering.GIVE_UP_AFTER + timedelta(seconds=1)
    with ScriptedServer() as server:
        delivered(room, server)
        assert server.taken == []
    assert {state for _, _, state in room.outbox()} == {"refused"}
