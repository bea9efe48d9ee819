"""Asking whether people want to be on the list: a yes by reply, by link, late, from somebody else; and who is asked again."""

from datetime import datetime, timedelta

import pytest
from mailroom import KEY, Mailroom

from pscb_mail.desk import reconfirming
from pscb_mail.mailbox import answering, journal, outbox, questions, wording
from pscb_mail.mailbox.answering import Answered
from pscb_mail.mailbox.decision import Action, Answer
from pscb_mail.mailbox.finding import Kind
from pscb_mail.mailbox.journal import Record
from pscb_mail.mailbox.outbox import Letter
from pscb_mail.people import roster, undoing
from pscb_mail.people.address import parse_person
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status
from pscb_mail.sending.pacing import Limits
from pscb_mail.sending.relays import relays_of
from pscb_mail.settings import Relay

JO, SAM = "jo@school.test", "sam@health.test"
YES = "Yes, put me on the list, please."


@pytest.fixture
def room(tmp_path):
    room = Mailroom(tmp_path)
    add(room, JO)
    yield room
    room.db.close()


def add(room: Mailroom, *people: str, groups=("Parents",), confirm=("parents",)):
    origin = Origin(room.now, "editor", "add")
    return roster.add(room.db, [parse_person(text) for text in people], origin, groups=groups, confirm=confirm)


def asked(room: Mailroom, address: str = JO, kind: Answer = Answer.PLEASE_CONFIRM) -> str:
    """Write the question as `ask` does, and return its Message-ID."""
    person = room.person(address)
    newsletter = room.all_settings.newsletter
    subject, body = wording.words(kind, newsletter, person, "", questions.code(KEY, person.id))
    message_id = f"<{kind}.{person.id}.{room.now:%s}@pscb.test>"
    outbox.write(room.db, None, Letter(kind, person.id, message_id, address, subject, body), room.now)
    room.now += timedelta(hours=1)
    return message_id


def code(room: Mailroom, address: str = JO) -> str:
    return questions.code(KEY, room.person(address).id)


# -- a yes before the first issue -----------------------------------------------------------------------------------


def test_who_joins_such_a_group_is_pending_until_they_have_said_yes(room) -> None:
    """Who joins another group, or was on the list already, is not asked."""
    add(room, SAM, groups=("Heads",))
    assert (room.status(JO), room.status(SAM)) == (Status.PENDING, Status.ACTIVE)
    add(room, SAM, groups=("Parents",))
    assert room.status(SAM) is Status.ACTIVE
    assert [person.address.text for person in reconfirming.pending(room.db, room.now)] == [JO]
    asked(room)
    assert reconfirming.pending(room.db, room.now) == []


def test_a_question_that_waits_never_reaches_who_is_off_the_list_meanwhile(room) -> None:
    """The relay was away; then their addition was taken back, or they rang up."""
    added = add(room, SAM).change
    for address in (JO, SAM):
        asked(room, address)
    roster.opt_out(room.db, [room.person(JO).id], Origin(room.now, "editor", "unsubscribe"))
    undoing.undo(room.db, added, Origin(room.now, "editor", "undo"))
    nowhere = Relay(host="127.0.0.1", port=1, security="none")
    settings = room.all_settings.model_copy(update={"relay": (nowhere,)})
    done = answering.deliver(room.db, settings, relays_of(settings), lambda: room.now)
    assert done == Answered(sent=0, refused=0, waiting=0, in_doubt=0)


def test_nobody_is_asked_again_and_again_for_a_clock_that_was_wrong(room) -> None:
    """They joined on a day that is still to come; each `add` looks whom to ask."""
    room.now -= timedelta(days=400)
    asked(room)
    assert reconfirming.pending(room.db, room.now) == []


PLAIN = [
    "YES",
    "Yes please\n\nJo",
    "ok",
    YES,
    "Yes, keep me on the list, please.",
    "Hi Sarah,\n\nYes please, still very useful.\n\nKind regards\n\nJo Bloggs\nHeadteacher, Elm School\n01632 960001",
    "I would like to stay on the list. Many thanks, Jo",
    "Please keep me on",
    "Could you keep me on the list please?",
    "Yes, I still want to receive it. Keep up the good work!",
    "I confirm",
    "Yes thanks, keep them coming",
    "yes i do want it thank you",
    "Please continue sending it to me.",
    "OK thanks Sarah",
    "Yes please.\n\nBest wishes,\nJo Bloggs\nDeputy Head | Elm School\nTel: 01632 960001\nwww.elm.example\nSent from my iPhone",
    "Yes.\nJo Bates\nHeadteacher, St Mary's",
    "Please leave me on the list",
]
BESIDE = [
    "This is a Freedom of Information request: how many people get this newsletter?",
    f"Sam ({SAM}) has left us. Please remove her. Please keep me on.",
    "Yes. And please tell me what data you hold about me.",
    "Yes, but not to this address.",
    "OK, I read it and I have a question about the training",
    "Yes please. Also could you tell me when the next course is?",
    "Please keep me on the list. I want to complain about the last issue.",
    "I would like to get the newsletter less often.",
    "Yes, though my colleague Dan has retired.",
    "ok but who asked for this",
    "OK thanks, add Dan",
    "Yes thanks. Dan Left",
    "Yes keep Dan on",
    "Yes? Well, I never signed up for the newsletter.",
    "Please add my colleague to the list as well.",
    "I want to stay on the list until Christmas",
    "Yes\n\nPlease ring me about a pupil.",
    "I'd like to leave please",
    "I wish to leave",
    "It was a mistake to add me. Thanks",
    "Okay, this was a mistake",
    "Please leave us",
    "Yes, continue to leave us",
    "Do as you like",
    "Yes please\n\nHELP ME",
    "YES. ADD MY DEPUTY AS WELL",
    "Yes please. Add Jane Doe Too",
    "Yes please\nAdd Jane Doe Too",
    "Jane Doe\nYes please",
]


@pytest.mark.parametrize("words", PLAIN)
def test_a_reply_that_says_yes_confirms(room, words: str) -> None:
    done = room.done(room.reply(JO, "Re: Please confirm", words, asked(room)))
    assert done == [("subscribe", "resubscribed")]
    assert room.status(JO) is Status.ACTIVE
    assert [kind for kind, _, _ in room.outbox()] == ["please_confirm", "welcomed"]


def test_the_link_confirms_without_the_thread(room) -> None:
    asked(room)
    assert room.done(room.reply(JO, f"subscribe {code(room)}", YES)) == [("subscribe", "resubscribed")]
    assert room.status(JO) is Status.ACTIVE


@pytest.mark.parametrize("words", PLAIN)
def test_a_yes_to_whether_it_is_still_wanted_is_filed_and_shown(room, words: str) -> None:
    """Who is on the list already stays there, and the screen says so."""
    add(room, SAM, groups=("Heads",))
    room.drop(room.reply(SAM, "Re: Do you still want it?", words, asked(room, SAM, Answer.STILL_WANTED)))
    (entry,) = room.read().entries
    assert (entry.done, entry.said_yes, room.waiting()) == ("filed", True, 0)


@pytest.mark.parametrize("words", BESIDE)
def test_only_a_plain_yes_is_one(room, words: str) -> None:
    """Everything else is read as from anybody, and waits for a person: in the inbox or in review."""
    add(room, SAM, groups=("Heads",))
    room.drop(room.reply(SAM, "Re: Do you still want it?", words, asked(room, SAM, Answer.STILL_WANTED)))
    (entry,) = room.read().entries
    assert not entry.said_yes
    assert entry.in_review or room.waiting() == 1
    room.done(room.reply(JO, "Re: Please confirm", words, asked(room)))
    assert room.status(JO) is Status.PENDING


@pytest.mark.parametrize("words", ["Yes? Who are you?", "Who are you?", "No thanks", "Not yes"])
def test_what_is_no_yes_confirms_nothing(room, words: str) -> None:
    room.done(room.reply(JO, "Re: Please confirm", words, asked(room)))
    assert room.status(JO) is Status.PENDING


def test_somebody_elses_yes_confirms_nothing(room) -> None:
    """Whoever has the mail passed on to them is not the one who was asked; nor is a code that nobody has."""
    message_id = asked(room)
    add(room, SAM, groups=())
    room.done(room.reply(SAM, "Re: Please confirm", "Yes", message_id))
    room.done(room.reply("stranger@else.test", f"subscribe {code(room)}", YES))
    room.done(room.reply(JO, "subscribe 7K2QM-9XW4B-ABCDE-FGHJK", YES))
    assert room.status(JO) is Status.PENDING


def test_a_late_yes_is_for_a_person_to_decide(room) -> None:
    message_id = asked(room)
    room.now += timedelta(days=31)
    assert room.done(room.reply(JO, "Re: Please confirm", "Yes", message_id)) == [("subscribe", "review")]
    assert room.status(JO) is Status.PENDING


@pytest.mark.parametrize("by_link", [False, True])
def test_an_old_yes_that_turns_up_again_confirms_nothing_new(room, *, by_link: bool) -> None:
    """Whoever was taken off since, and is asked again, has not answered that."""
    message_id = asked(room)
    yes = (
        room.reply(JO, f"subscribe {code(room)}", YES) if by_link else room.reply(JO, "Re: Confirm", "YES", message_id)
    )
    room.done(yes)
    assert room.status(JO) is Status.ACTIVE
    room.now += timedelta(days=1)
    roster.remove(room.db, [room.person(JO).id], Origin(room.now, "editor", "remove"))
    add(room, JO)
    asked(room)
    assert room.status(JO) is Status.PENDING
    assert room.done(b"X-Redelivered: yes\r\n" + yes) == [("subscribe", "review")]
    assert room.status(JO) is Status.PENDING


def test_a_no_to_the_question_is_an_opt_out_and_is_confirmed(room) -> None:
    """The question of the same day does not stop the confirmation: it answered nothing."""
    add(room, SAM, groups=("Heads",))
    message_id = asked(room, SAM, Answer.STILL_WANTED)
    assert room.done(room.reply(SAM, "Re: Do you still want it?", "STOP", message_id)) == [("opt_out", "opted_out")]
    assert [kind for kind, _, _ in room.outbox()] == ["still_wanted", "confirmed"]


# -- now and then ---------------------------------------------------------------------------------------------------


def test_a_yes_is_noted_and_silence_is_listed(room) -> None:
    """Nobody is asked again who was asked, or said yes, within three months."""
    add(room, SAM, "new@x.test", groups=("Heads",))
    for address in (SAM, "new@x.test"):
        asked(room, address, Answer.STILL_WANTED)
    room.now += timedelta(days=5)
    room.done(room.reply(SAM, f"subscribe {code(room, SAM)}", "Yes, keep me on the list, please."))
    members = reconfirming.standing(room.db, "heads")
    assert {each.person.address.text: each.silent for each in members} == {SAM: False, "new@x.test": True}
    assert reconfirming.due(members, room.now) == []
    later = reconfirming.due(members, room.now + timedelta(days=86))
    assert [person.address.text for person in later] == ["new@x.test"]


def test_who_has_been_away_at_every_issue_of_late_is_known_and_since_when(room) -> None:
    """One issue that met with no such answer ends it."""
    add(room, SAM, groups=("Heads",))

    def issue(name: str, *, away: bool) -> datetime | None:
        room.now += timedelta(days=30)
        room.sent(name)
        room.now += timedelta(hours=1)
        if away:
            (copy,) = room.db.execute("SELECT id FROM delivery WHERE issue = ?", [name]).fetchone()
            journal.record(room.db, name, "", room.now, to_file=True)
            found = Record(Kind.AWAY, Action.COUNTED, SAM, subscriber=room.person(SAM).id, delivery=copy)
            journal.found(room.db, name, found, room.now)
        (sam,) = reconfirming.standing(room.db, "Heads")
        return sam.away_from

    first = issue("issue-18", away=True)
    assert first == room.now
    assert issue("issue-19", away=True) == first
    assert issue("issue-20", away=False) is None
    assert issue("issue-21", away=True) == room.now


def test_who_bounced_is_looked_after_and_not_asked(room) -> None:
    """They stand in the list, and get no question."""
    add(room, SAM, groups=("Heads",))
    roster.bounce(room.db, [room.person(SAM).id], Origin(room.now, "test", "inbox"))
    assert reconfirming.standing(room.db, "Heads") == []
    (sam,) = reconfirming.standing(room.db, "Heads", bounced=True)
    assert sam.person.status is Status.BOUNCED


def test_a_run_asks_no_more_than_the_pace_allows() -> None:
    """As many as the narrower of an hour and a day, and so many a minute."""
    assert reconfirming._most(Limits(per_minute=8, per_hour=450, per_day=900)) == 450
    assert reconfirming._most(Limits(per_minute=28)) == 0
    assert reconfirming._pause(Limits(per_minute=30)) == 2
