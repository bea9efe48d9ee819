"""Acting: which facts are found, what a decision does to people, and what accepting an entry of the review does."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from mailroom import KEY, OURS, Mailroom

from pscb_mail.database import transaction
from pscb_mail.errors import UsageError
from pscb_mail.mailbox import acting, incoming, journal, questions
from pscb_mail.mailbox.decision import Facts
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.people import changes, directory, roster, undoing
from pscb_mail.people.address import parse_address
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status
from pscb_mail.sending import attempts
from pscb_mail.sending.references import Purpose, reference

JO, ANN, SAM = "jo.bloggs@school.test", "ann@health.test", "sam@police.test"


@pytest.fixture
def room(tmp_path: Path) -> Mailroom:
    """Issue 18, sent to three people."""
    return Mailroom(tmp_path).sent("issue-18", f"Jo Bloggs <{JO}>", ANN, SAM)


def facts(room: Mailroom, raw: bytes, finding: Finding) -> Facts:
    return acting.known(room.db, incoming.read(raw), finding, room.all_settings, KEY).facts


def reviewed(room: Mailroom, *messages: bytes) -> list[journal.Review]:
    room.drop(*messages)
    room.read()
    return journal.reviews(room.db)


def accepted(room: Mailroom, number: int, confirm: tuple[str, ...] = ()) -> int | None:
    entry = next(each for each in journal.reviews(room.db) if each.number == number)
    with transaction(room.db):
        return acting.accept(room.db, entry, Origin(room.now, "editor", f"review --accept {number}"), confirm)


# -- facts ----------------------------------------------------------------------------------------------------------


def test_a_reference_leads_to_its_owner_however_it_is_typed(room: Mailroom) -> None:
    """Without regard to case and hyphens."""
    code = room.reference("issue-18", JO)
    for typed in (code, code.lower(), code.replace("-", "")):
        found = facts(room, room.reply(ANN, "x", "y"), Finding(Kind.OPT_OUT, "", references=(typed,)))
        assert found.owner == room.person(JO)
        assert found.sender == room.person(ANN)
        assert (found.proven, found.several_owners, found.test_copy) == (True, False, False)


def test_codes_of_two_people_have_no_owner(room: Mailroom) -> None:
    """Nobody can say whom it is about."""
    codes = (room.reference("issue-18", JO), room.reference("issue-18", ANN))
    found = facts(room, room.reply(JO, "x", "y"), Finding(Kind.OPT_OUT, "", references=codes))
    assert (found.owner, found.several_owners) == (None, True)


def test_a_reply_to_our_copy_leads_to_whose_copy_it_was(room: Mailroom) -> None:
    """By its Message-ID, or the one that the relay gave it."""
    row = room.db.execute("SELECT id FROM delivery WHERE address = ?", [ANN]).fetchone()
    with transaction(room.db):
        room.db.execute("INSERT INTO alias (message_id, delivery) VALUES ('<x.1@prod.outlook.test>', ?)", [row[0]])
    for answers, person in ((room.copy_id("issue-18", JO), JO), ("<x.1@prod.outlook.test>", ANN)):
        found = facts(room, room.reply("x@y.test", "Re: x", "y", answers), Finding(Kind.QUESTION, ""))
        assert found.answered == room.person(person)


@pytest.mark.parametrize("issue", ["issue-18", "issue-99"])
def test_a_code_of_a_test_copy_is_recognised_by_making_it_again(room: Mailroom, issue: str) -> None:
    """It went to whoever it was tested with; nothing of it is stored, and it acts on nobody."""
    with transaction(room.db):
        attempts.start_test(room.db, issue, "Editor@pscb.test", "relay.test:25", room.now)
    code = reference(KEY, Purpose.TEST, issue, "editor@pscb.test")
    found = facts(room, room.reply(JO, "x", "y"), Finding(Kind.OPT_OUT, "", references=(code,)))
    assert (found.test_copy, found.owner, found.proven) == (True, None, False)
    other = reference(bytes(32), Purpose.TEST, issue, "editor@pscb.test")
    assert not facts(room, room.reply(JO, "x", "y"), Finding(Kind.OPT_OUT, "", references=(other,))).test_copy


def test_a_mailing_code_of_a_test_copy_takes_nobody_off(room: Mailroom) -> None:
    """Pressing the link in a test copy is no opt-out, not even by somebody on the list."""
    with transaction(room.db):
        attempts.start_test(room.db, "issue-18", JO, "relay.test:25", room.now)
    code = reference(KEY, Purpose.TEST, "issue-18", JO)
    room.drop(room.reply(JO, f"unsubscribe {code}", f"Take {JO} off the list, please."))
    room.read()
    assert room.status(JO) is Status.ACTIVE


def test_when_somebody_came_back_is_known(room: Mailroom) -> None:
    """An old opt-out that arrives late must not undo their return."""
    room.done(room.pressed("issue-18", JO))
    room.done(room.reply(JO, "Re: You are off the list", "BACK", answer_id(room)))
    assert room.status(JO) is Status.ACTIVE
    code = room.reference("issue-18", JO)
    found = facts(room, room.pressed("issue-18", JO), Finding(Kind.OPT_OUT, "", references=(code,), link=True))
    assert found.came_back == room.now


def test_old_words_that_turn_up_again_do_not_undo_a_return(room: Mailroom) -> None:
    """The same message with one header more is another one by its bytes."""
    words = room.reply(JO, "Re: Newsletter", "Please take me off the list.", room.copy_id("issue-18", JO))
    assert room.done(words) == [("opt_out", "opted_out")]
    room.now += timedelta(days=1)
    roster.resubscribe(room.db, room.person(JO).id, Origin(room.now, "editor", "resubscribe", "asked by telephone"))
    again = b"X-Moved: yes\nMessage-ID: <moved@mail.test>\n" + re.sub(rb"(?m)^Message-ID:.*\n", b"", words)
    assert room.done(again) == [("opt_out", "review")]
    assert room.status(JO) is Status.ACTIVE


def test_a_second_report_of_before_does_not_undo_the_undo_of_a_bounce(room: Mailroom) -> None:
    """Undo gives them back the day since which they were active, so that only the history tells of their return."""
    second = room.bounce("issue-18", JO, reply="550 5.1.1 unknown user")
    assert room.done(room.bounce("issue-18", JO)) == [("bounce", "bounced")]
    room.now += timedelta(days=2)
    undoing.undo(room.db, changes.latest(room.db).number, Origin(room.now, "editor", "undo"))
    assert room.done(second) == [("bounce", "review")]
    assert room.status(JO) is Status.ACTIVE
    room.now += timedelta(days=1)
    assert room.done(room.bounce("issue-18", JO)) == [("bounce", "bounced")]


def test_a_wish_of_before_counts_where_it_was_no_wish_that_they_came_back_from(room: Mailroom) -> None:
    """Marked as bounced and brought back by the editor, they have not said since that they want to stay."""
    link = room.pressed("issue-18", JO)
    room.done(room.bounce("issue-18", JO))
    room.now += timedelta(days=2)
    roster.resubscribe(room.db, room.person(JO).id, Origin(room.now, "editor", "resubscribe", "a mistake of theirs"))
    assert room.done(link) == [("opt_out", "opted_out")]


def answer_id(room: Mailroom) -> str:
    """Return the Message-ID of the last answer that was written."""
    return str(room.db.execute("SELECT message_id FROM outbox ORDER BY id DESC LIMIT 1").fetchone()[0])


# -- opting out -----------------------------------------------------------------------------------------------------


def test_their_own_link_takes_them_off_with_the_evidence_in_the_history(room: Mailroom) -> None:
    """Who, by which program, and why: `show` and `undo` can tell."""
    assert room.done(room.pressed("issue-18", JO)) == [("opt_out", "opted_out")]
    [change] = [each.change for each in changes.history_of(room.db, room.person(JO).id)][1:]
    assert (change.origin.author, change.origin.command) == ("pscb-mail inbox", "inbox")
    assert "unsubscribe" in change.origin.reason
    assert room.outbox() == [("confirmed", JO, "waiting")]
    undoing.undo(room.db, change.number, Origin(room.now, "editor", "undo"))
    assert room.status(JO) is Status.ACTIVE


def test_the_link_of_somebody_else_on_the_list_goes_to_review(room: Mailroom) -> None:
    """Ann forwarded her copy, Jo pressed the link in it: nobody can say whom he meant."""
    [entry] = reviewed(room, room.pressed("issue-18", ANN, sender=JO))
    assert {room.status(JO), room.status(ANN)} == {Status.ACTIVE}
    assert (entry.address, room.outbox()) == (ANN, [])


def test_a_forwarded_copy_asks_its_owner(room: Mailroom) -> None:
    """A stranger pressed it: the owner is asked at their own address, and it stands in review."""
    [entry] = reviewed(room, room.pressed("issue-18", JO, sender="friend@elsewhere.test"))
    assert room.status(JO) is Status.ACTIVE
    assert room.outbox() == [("asked", JO, "waiting")]
    assert room.done(room.reply(JO, "Re: Was this you?", "STOP", answer_id(room))) == [("opt_out", "opted_out")]
    assert room.status(JO) is Status.OPTED_OUT
    assert entry.number == journal.reviews(room.db)[0].number


def test_with_act_a_forwarded_copy_takes_its_owner_off_and_tells_them(room: Mailroom) -> None:
    """The setting `forwarded` says so."""
    room.settings["forwarded"] = "act"
    [entry] = reviewed(room, room.pressed("issue-18", JO, sender="friend@elsewhere.test"))
    assert (room.status(JO), room.outbox()) == (Status.OPTED_OUT, [("told", JO, "waiting")])
    assert entry.kind is Kind.OPT_OUT


def test_a_code_with_one_bit_changed_or_cut_does_nothing(room: Mailroom) -> None:
    """It can be neither guessed nor bent."""
    code = room.reference("issue-18", JO)
    for bad in (("0" if code[0] != "0" else "1") + code[1:], code[:-1]):
        room.drop(room.reply("friend@elsewhere.test", f"unsubscribe {bad}", f"Take {JO} off the list, please."))
    room.read()
    assert room.status(JO) is Status.ACTIVE
    assert room.outbox() == []


def test_an_opt_out_is_lifted_by_their_own_reply_to_the_confirmation(room: Mailroom) -> None:
    """BACK, in reply to it; nobody else's does."""
    room.done(room.pressed("issue-18", JO))
    confirmation = answer_id(room)
    room.done(room.reply(ANN, "Re: You are off the list", "BACK", confirmation))
    assert room.status(JO) is Status.OPTED_OUT
    assert room.done(room.reply(JO, "Re: You are off the list", "BACK", confirmation)) == [
        ("subscribe", "resubscribed")
    ]
    assert room.status(JO) is Status.ACTIVE


def test_the_link_in_the_confirmation_leads_back_too(room: Mailroom) -> None:
    """It starts a new message: its code says whose it is, and who sends it must be that person."""
    room.done(room.pressed("issue-18", JO))
    body = str(room.db.execute("SELECT body FROM outbox").fetchone()[0])
    subject, words = link_in(body)
    room.drop(room.reply(ANN, subject, words))
    room.read()
    assert room.status(JO) is Status.OPTED_OUT
    assert room.done(room.reply(JO, subject, words)) == [("subscribe", "resubscribed")]
    assert room.status(JO) is Status.ACTIVE


@pytest.mark.parametrize("words", ["BACK", "Put me back on the list, please."])
def test_who_has_a_copy_that_was_passed_on_cannot_lift_its_owner_s_opt_out(room: Mailroom, words: str) -> None:
    """From is easily forged: neither the copy's code nor an answer to the copy is their own reply to the confirmation."""
    room.done(room.pressed("issue-18", JO))
    code, copy = room.reference("issue-18", JO), room.copy_id("issue-18", JO)
    room.now += timedelta(days=40)
    forged = (room.reply(JO, f"subscribe {code}", words), room.reply(JO, "Re: issue-18 is out", words, copy))
    assert room.done(*forged) == [("subscribe", "review")] * 2
    assert room.status(JO) is Status.OPTED_OUT


def link_in(body: str) -> tuple[str, str]:
    """Return subject and body that the mailto link in an answer fills in."""
    from urllib.parse import parse_qs, urlsplit

    link = next(line for line in body.splitlines() if line.startswith("mailto:"))
    fields = parse_qs(urlsplit(link).query)
    assert urlsplit(link).path == OURS
    return fields["subject"][0], fields["body"][0]


def test_the_link_in_the_question_takes_them_off(room: Mailroom) -> None:
    """Pressed at their own address, it is their own opt-out."""
    reviewed(room, room.pressed("issue-18", JO, sender="friend@elsewhere.test"))
    subject, words = link_in(str(room.db.execute("SELECT body FROM outbox").fetchone()[0]))
    assert room.done(room.reply(JO, subject, words)) == [("opt_out", "opted_out")]
    assert room.status(JO) is Status.OPTED_OUT


@pytest.mark.parametrize("path", ["", "Return-Path: <>\n"])
def test_who_is_taken_off_by_a_spam_report_is_told_and_comes_back(room: Mailroom, path: str) -> None:
    """Whoever has a copy that was passed on can write one; a machine's report is never answered (RFC 3834)."""
    report = (
        f"{path}From: friend@elsewhere.test\nSubject: x\nDate: {room.now:%a, %d %b %Y %T} +0000\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n"
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n--b\n"
        f"Content-Type: text/rfc822-headers\n\nX-PSCB-Mail: {room.reference('issue-18', JO)}\nTo: {JO}\n\n--b--\n"
    )
    assert room.done(report.encode()) == [("complaint", "opted_out")]
    if path:
        assert room.outbox() == []
        return
    assert room.outbox() == [("reported", JO, "waiting")]
    subject, words = link_in(str(room.db.execute("SELECT body FROM outbox").fetchone()[0]))
    assert room.done(room.reply(JO, subject, words)) == [("subscribe", "resubscribed")]


def test_who_is_marked_as_bounced_by_a_stranger_is_told(room: Mailroom) -> None:
    report = room.bounce("issue-18", JO).replace(b"Return-Path: <>", b"Return-Path: <friend@elsewhere.test>")
    assert room.done(report.replace(b"MAILER-DAEMON@school.test", b"friend@elsewhere.test")) == [("bounce", "bounced")]
    assert room.outbox() == [("returned", JO, "waiting")]
    assert room.done(room.reply(JO, "Re: Are you still there?", "BACK", answer_id(room))) == [("subscribe", "review")]
    [entry] = journal.reviews(room.db)
    accepted(room, entry.number)
    assert room.status(JO) is Status.ACTIVE


# -- review ---------------------------------------------------------------------------------------------------------


def test_accepting_a_leaver_removes_them_and_undo_brings_them_back(room: Mailroom) -> None:
    """Proposed with the sentence as evidence; one change; the entry is open again afterwards."""
    [entry] = reviewed(
        room,
        room.reply(
            JO, "Re: issue-18 is out", "I have left the school and no longer work here.", room.copy_id("issue-18", JO)
        ),
    )
    assert (entry.kind, entry.address) == (Kind.LEFT, JO)
    assert "left the school" in entry.evidence
    change = accepted(room, entry.number)
    assert (room.status(JO), journal.open_reviews(room.db)) == (Status.REMOVED, 0)
    undoing.undo(room.db, change, Origin(room.now, "editor", "undo"))
    assert (room.status(JO), journal.open_reviews(room.db)) == (Status.ACTIVE, 1)


def test_accepting_a_leaver_with_a_successor_puts_them_in_their_place(room: Mailroom) -> None:
    """As the proposal says, in one change."""
    words = "I have left the school. Kit Young (kit.young@school.test) has taken over from me."
    [entry] = reviewed(room, room.reply(JO, "Re: issue-18 is out", words, room.copy_id("issue-18", JO)))
    assert "kit.young@school.test" in entry.proposal
    change = accepted(room, entry.number)
    assert (room.status(JO), room.status("kit.young@school.test")) == (Status.REMOVED, Status.ACTIVE)
    assert len(changes.changed_by(room.db, change)) == 2
    undoing.undo(room.db, change, Origin(room.now, "editor", "undo"))
    roster.edit(room.db, room.person(JO).id, Origin(room.now, "editor", "edit"), groups=("Parents",))
    accepted(room, entry.number, confirm=("parents",))
    assert room.status("kit.young@school.test") is Status.PENDING


def test_a_leaver_whom_a_colleague_reports_is_the_one_who_is_removed(room: Mailroom) -> None:
    """The address in the message is the leaver's, not a successor's; who wrote stays."""
    words = f"Ann Smith ({ANN}) has left the organisation and no longer works here."
    [entry] = reviewed(room, room.reply(JO, "Re: issue-18 is out", words, room.copy_id("issue-18", JO)))
    accepted(room, entry.number)
    assert (room.status(ANN), room.status(JO)) == (Status.REMOVED, Status.ACTIVE)


def test_accepting_a_new_address_changes_it(room: Mailroom) -> None:
    """The same person, with their history."""
    jo = room.person(JO).id
    words = "Please use my new address jo.bloggs@academy.test from now on."
    [entry] = reviewed(room, room.reply(JO, "Re: issue-18 is out", words, room.copy_id("issue-18", JO)))
    assert entry.kind is Kind.ADDRESS_CHANGE
    accepted(room, entry.number)
    assert room.person("jo.bloggs@academy.test").id == jo
    assert directory.by_address(room.db, JO) is None


def test_accepting_a_colleague_adds_them(room: Mailroom) -> None:
    """With the sentence as the basis on which they are written to."""
    code = room.reference("issue-18", JO)
    [entry] = reviewed(room, room.reply(JO, f"add a colleague {code}", "Kit Young, kit@school.test, Northside School"))
    assert (entry.kind, entry.address) == (Kind.SUBSCRIBE, "kit@school.test")
    accepted(room, entry.number)
    kit = room.person("kit@school.test")
    assert (kit.status, kit.source) == (Status.ACTIVE, "a reply")
    assert kit.basis


def test_accepting_never_brings_back_by_an_address_of_before(room: Mailroom) -> None:
    roster.edit(room.db, room.person(SAM).id, Origin(room.now, "e", "edit"), address=parse_address("sam@college.test"))
    roster.opt_out(room.db, [room.person("sam@college.test").id], Origin(room.now, "e", "unsubscribe"))
    code = room.reference("issue-18", JO)
    [entry] = reviewed(room, room.reply(JO, f"add a colleague {code}", f"Sam Hill, {SAM}"))
    with pytest.raises(UsageError, match=r"sam@college\.test opted out"):
        accepted(room, entry.number)
    assert directory.by_address(room.db, SAM) is None


def test_accepting_an_opt_out_in_doubt_takes_the_owner_off(room: Mailroom) -> None:
    """The person of the proposal, not who wrote."""
    [entry] = reviewed(room, room.pressed("issue-18", ANN, sender=JO))
    accepted(room, entry.number)
    assert (room.status(ANN), room.status(JO)) == (Status.OPTED_OUT, Status.ACTIVE)


def test_accepting_a_forged_report_is_the_editors_decision(room: Mailroom) -> None:
    """It names a person: accepting it marks them as bounced."""
    raw = room.bounce("issue-18", ANN).replace(room.reference("issue-18", ANN).encode(), b"AAAAA-AAAAA-AAAAA-AAAAA")
    [entry] = reviewed(room, raw)
    accepted(room, entry.number)
    assert room.status(ANN) is Status.BOUNCED


@pytest.mark.parametrize(("named", "done"), [(JO, "opted_out"), ("new@school.test", "opted_out"), (SAM, "review")])
def test_a_link_takes_off_whom_its_copy_went_to_and_nobody_whom_its_words_name(
    room: Mailroom, named: str, done: str
) -> None:
    """The body of an older copy names the address of then; a body that somebody edited names somebody else."""
    code = room.reference("issue-18", JO)
    roster.edit(room.db, room.person(JO).id, Origin(room.now, "e", "edit"), address=parse_address("new@school.test"))
    message = room.reply("new@school.test", f"unsubscribe {code}", f"Take {named} off the list, please.")
    assert room.done(message) == [("opt_out", done)]
    assert (room.status("new@school.test") is Status.OPTED_OUT) is (done == "opted_out")
    assert room.status(SAM) is Status.ACTIVE


def test_a_link_of_a_copy_is_looked_for_in_no_letter_of_ours(room: Mailroom) -> None:
    """Whom such letters went to is everybody, in time. The code of one is found beside a copy's."""
    room.done(room.pressed("issue-18", JO))
    seen: list[str] = []
    with room.db.tracer(lambda sql, _: seen.append(sql)):
        facts(room, room.pressed("issue-18", JO), Finding(Kind.OPT_OUT, ""))
    assert [sql for sql in seen if "FROM outbox" in sql] == []
    both = f"subscribe {room.reference('issue-18', ANN)} {questions.way_back(KEY, room.person(JO).id)}"
    letter = facts(room, room.reply(JO, both, ""), Finding(Kind.SUBSCRIBE, "")).letter
    assert letter is not None
    assert letter.person == room.person(JO)


@pytest.mark.parametrize("by_link", [False, True])
def test_a_reply_that_turns_up_again_lifts_no_later_opt_out(room: Mailroom, *, by_link: bool) -> None:
    """BACK was said of the first one. Said again, it brings them back again."""
    room.done(room.pressed("issue-18", JO))
    confirmation, code = answer_id(room), questions.way_back(KEY, room.person(JO).id)

    def back() -> bytes:
        if by_link:
            return room.reply(JO, f"subscribe {code}", "Put me back on the list, please.")
        return room.reply(JO, "Re: You are off the list", "BACK", confirmation)

    first = back()
    assert room.done(first) == [("subscribe", "resubscribed")]
    room.now += timedelta(hours=5)
    room.done(room.pressed("issue-18", JO))
    assert room.status(JO) is Status.OPTED_OUT
    assert room.done(b"X-Redelivered: yes\r\n" + first) == [("subscribe", "review")]
    assert room.status(JO) is Status.OPTED_OUT
    room.now += timedelta(hours=1)
    assert room.done(back()) == [("subscribe", "resubscribed")]


STRANGER = "friend@elsewhere.test"


def _entries(room: Mailroom) -> dict[str, bytes]:
    code, copy = room.reference("issue-18", JO), room.copy_id("issue-18", JO)
    return {
        "a stranger's wish": room.reply(STRANGER, "Newsletter", "Please take me off your newsletter list."),
        "a wish about somebody unknown": room.reply(JO, "Re: 18", "Please remove Kim Hill from the list.", copy),
        "a stranger who wants to be added": room.reply(
            STRANGER, "Newsletter", "Please add me to your newsletter list."
        ),
        "a colleague without an address": room.reply(JO, f"add a colleague {code}", "My colleague Kit."),
        "a colleague": room.reply(JO, f"add a colleague {code}", "Kit, kit@school.test"),
        "a new address without one": room.reply(JO, f"change my address {code}", "I have moved."),
        "a new address": room.reply(JO, f"change my address {code}", "jo@academy.test"),
        "somebody unknown who has left": room.reply(JO, "Re: 18", "Kim Hill has left and no longer works here.", copy),
        "a leaver": room.reply(JO, "Re: 18", "I have left the school and no longer work here.", copy),
        "one who was removed and wants back": room.reply(ANN, "Re: 18", "Please put me back on the list."),
    }


@pytest.mark.parametrize("name", [
    "a stranger's wish", "a wish about somebody unknown", "a stranger who wants to be added",
    "a colleague without an address", "a colleague", "a new address without one", "a new address",
    "somebody unknown who has left", "a leaver", "one who was removed and wants back",
])  # fmt: skip
def test_a_proposal_offers_what_accepting_does_and_nothing_else(room: Mailroom, name: str) -> None:
    """Where nothing can be done it says what to find out; where it names an address, that is whom accepting changes."""
    roster.remove(room.db, [room.person(ANN).id], Origin(room.now, "e", "remove"))
    [entry] = reviewed(room, _entries(room)[name])
    by_hand = entry.proposal.startswith("Find out ")
    assert acting.can_accept(room.db, entry) is not by_hand, entry.proposal
    if by_hand:
        with pytest.raises(UsageError, match=f"Entry {entry.number} ") as caught:
            accepted(room, entry.number)
        assert f"--dismiss {entry.number}" in caught.value.hint
        assert journal.open_reviews(room.db) == 1
    else:
        change = accepted(room, entry.number)
        assert change is not None
        people = [each.after for each in changes.changed_by(room.db, change) if each.after is not None]
        assert any(person.address.text in entry.proposal for person in people), entry.proposal


def test_what_names_nobody_cannot_be_accepted(room: Mailroom) -> None:
    """It says what to do instead, and stays open."""
    raw = room.reply("friend@elsewhere.test", "Newsletter", "Please take me off your newsletter list.")
    [entry] = reviewed(room, raw)
    with pytest.raises(UsageError, match=f"Entry {entry.number} does not say who") as caught:
        accepted(room, entry.number)
    assert f"--dismiss {entry.number}" in caught.value.hint
    assert journal.open_reviews(room.db) == 1
