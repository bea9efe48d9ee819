"""What somebody writes about a colleague: it is the colleague's business, and the writer stays where they are."""

from dataclasses import replace
from pathlib import Path

import pytest
from mailroom import Mailroom

from pscb_mail.database import transaction
from pscb_mail.errors import UsageError
from pscb_mail.mailbox import acting, journal
from pscb_mail.people import directory
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status

TOM, VI, PAT = "tom.stone@council.test", "vi.underwood@council.test", "pat.green@council.test"


@pytest.fixture
def room(tmp_path: Path) -> Mailroom:
    """Issue 18, sent to two of one office."""
    return Mailroom(tmp_path).sent("issue-18", f"Tom Stone <{TOM}>", f"Vi Underwood <{VI}>")


def reviews_after(room: Mailroom, words: str, **headers: str) -> list[journal.Review]:
    """Deliver Tom's reply to his copy, read it, and return what waits for a person."""
    room.drop(room.reply(f"Tom Stone <{TOM}>", "Re: issue-18 is out", words, room.copy_id("issue-18", TOM), **headers))
    room.read()
    return journal.reviews(room.db)


def accept(room: Mailroom, entry: journal.Review) -> int | None:
    with transaction(room.db):
        return acting.accept(room.db, entry, Origin(room.now, "editor", f"review --accept {entry.number}"))


@pytest.mark.parametrize(
    "words",
    [
        f"Please take my colleague Vi Underwood ({VI}) off too, she retired. I'm happy to stay on.",
        f"My colleague Vi Underwood ({VI}) has retired, please take her off",
        f"I'd like to stay on, but please delete Vi Underwood ({VI})",
        f"Could you also take {VI} off, she retired",
        f"Our deputy Vi Underwood, {VI}, passed away last week. Please stop sending her the newsletter.",
        f"I have taken over from Vi ({VI}), who has left. I get it already.",
        f"I think Vi Underwood ({VI}) retired in July. My own copy still comes, thank you.",
        f"Please unsubscribe my colleague Vi Underwood too ({VI}).",
        f"Please strike off {VI}, she has gone to Leeds; keep mine coming.",
        f"Vi ({VI}) doesn't work here any more. Please carry on sending me mine.",
        f"{VI} left us at Easter. Keep me on, please.",
        f"Vi Underwood ({VI}) has retired and Pat Green ({PAT}) has taken over from her. I stay.",
        f"Please remove our old address {VI}",
        f"As Vi Underwood ({VI}) has left, I shall be your contact now. I get it already.",
        f"We have said goodbye to Vi ({VI}), who has moved on to a new job. I am still here.",
    ],
)
def test_whoever_is_named_as_gone_goes_and_the_writer_stays(room: Mailroom, words: str) -> None:
    """Accepting takes off her of whom it tells, and puts nobody on."""
    (entry,) = reviews_after(room, words)
    assert VI in entry.proposal
    assert TOM not in entry.proposal.partition(": ")[0]
    assert accept(room, entry) is not None
    assert (room.status(TOM), room.status(VI) is Status.ACTIVE) == (Status.ACTIVE, False)


@pytest.mark.parametrize(
    "words",
    [
        f"Please take {VI} off your newsletter list.",
        f"Vi Underwood ({VI}) has retired. Please stop sending her the newsletter.",
        f"My colleague {VI} has left the council and needs no newsletter.",
        f"Please remove Vi Underwood, {VI}, from the mailing list",
    ],
)
@pytest.mark.parametrize("sender", ["sam8home@gmail.test", TOM])
def test_who_wrote_about_another_stands_with_it(room: Mailroom, words: str, sender: str) -> None:
    """Whoever it was; nothing proves it where they answer no copy of theirs."""
    room.drop(room.reply(sender, "Newsletter", words))
    room.read()
    (entry,) = journal.reviews(room.db)
    assert entry.evidence.startswith(f"{sender}: ")
    assert entry.proposal.endswith("nothing proves who wrote")


@pytest.mark.parametrize(
    "words",
    [
        "Dan Frost has retired, please remove him. I want to stay.",
        "Please take my colleague Dan Frost off too, he retired.",
        f"Our manager has left, please use {VI} in her place.",
        f"Dan and Sue ({VI}, {PAT}) have retired. I have not.",
        "She has left us. Please remove her. Please keep me on.",
    ],
)
def test_who_cannot_be_told_is_for_a_person_to_find_out(room: Mailroom, words: str) -> None:
    """Neither the writer nor whoever else is named is proposed for it."""
    entries = reviews_after(room, words)
    assert entries
    for entry in entries:
        assert entry.proposal.startswith("Find out who")
        assert not entry.proposal.startswith("Find out whom")


@pytest.mark.parametrize(
    "words",
    [
        f"I have left. Please write to {VI} instead.",
        f"I retired last week. My successor is Vi Underwood ({VI}).",
        f"I'm leaving on Friday; please send it to {VI} from now on",
        f"I'm Tom Stone, who has left the council. My successor is Vi Underwood, {VI}",
        f"She left in July and so did I. My successor is Vi Underwood, {VI}",
    ],
)
def test_who_writes_of_their_own_departure_names_a_successor(room: Mailroom, words: str) -> None:
    (entry,) = reviews_after(room, words)
    assert entry.proposal.startswith(f"Remove {TOM}, who has left")
    assert VI in entry.proposal


@pytest.mark.parametrize(
    ("words", "whom"),
    [
        ("Take me and my colleague teacher14 off", "my colleague teacher14"),
        (f"Please remove me and {VI} from the list", VI),
        (f"Please take Vi ({VI}) and me off the list.", VI),
        ("Please unsubscribe both me and my deputy from the newsletter.", "my deputy"),
    ],
)
def test_a_wish_for_two_is_two_entries(room: Mailroom, words: str, whom: str) -> None:
    """Settling the writer's leaves the other's open."""
    mine, theirs = reviews_after(room, words)
    assert mine.proposal.startswith(f"Take {TOM} off the list")
    assert whom in theirs.proposal
    accept(room, mine)
    assert room.status(TOM) is Status.OPTED_OUT
    assert [each.number for each in journal.reviews(room.db)] == [theirs.number]


@pytest.mark.parametrize(
    "words",
    [
        "Tom has left the council. Contact office@council.test for all enquiries.",
        "I no longer work here. For enquiries e-mail info@council.test or ring 01632 960001.",
        "Tom Stone has retired. Please use safeguarding.team@council.test instead.",
        "Tom Stone no longer works for the trust. Please redirect your e-mail to reception@council.test",
        "I have retired. The school office is office@council.test.",
    ],
)
def test_a_shared_mailbox_that_is_a_mere_contact_is_no_successor(room: Mailroom, words: str) -> None:
    """Accepting puts nobody on."""
    (entry,) = reviews_after(room, words, Auto_Submitted="auto-replied")
    assert "place" not in entry.proposal
    accept(room, entry)
    assert [each.address.text for each in directory.people(room.db) if each.status is Status.ACTIVE] == [VI]


def test_a_colleague_of_old_is_no_successor(room: Mailroom) -> None:
    (entry,) = reviews_after(room, f"I no longer work with Vi Underwood ({VI}).")
    assert "place" not in entry.proposal


@pytest.mark.parametrize(
    "words",
    ["Take Jo and me off the rota please", "Take Beth and me off the rota please, and keep sending the newsletter"],
)
def test_a_rota_for_two_is_no_list(room: Mailroom, words: str) -> None:
    assert reviews_after(room, words) == []


@pytest.mark.parametrize("words", ["Please remove me and Best wishes, Sue", "We both want to come off the list."])
def test_a_farewell_is_nobody_and_two_who_ask_are_read_by_a_person(room: Mailroom, words: str) -> None:
    """Nobody else is made up, and nobody who is not named is forgotten."""
    (entry,) = reviews_after(room, words)
    assert entry.proposal.startswith(f"Take {TOM} off the list: ")


@pytest.mark.parametrize(
    ("words", "successor"),
    [
        (f"I have now left. Please contact my successor Pat Green at {PAT}", PAT),
        (f"I leave on Friday and Pat Green ({PAT}) takes over from me", PAT),
        ("I have left. The newsletter should go to office@council.test in future.", "office@council.test"),
        ("I have left the school, please send it to admin@council.test", "admin@council.test"),
        ("I have left. The new head is Mrs Other, head@council.test.", "head@council.test"),
    ],
)
def test_whom_accepting_puts_on_is_said_before(room: Mailroom, words: str, successor: str) -> None:
    (entry,) = reviews_after(room, words)
    assert f"{successor} on the list in their place" in entry.proposal
    assert acting.joins(room.db, entry) == successor
    accept(room, entry)
    assert room.status(successor) is Status.ACTIVE


GITA = "gita.hall@council.test"


@pytest.mark.parametrize(
    "words",
    [
        f"Please change my address from {VI} to {GITA}",
        f"Please send it to me at {GITA} and not to {VI} any more. Gita",
        f"We now use {GITA} in place of {VI}",
        f"Please replace {VI} with my address",
        f"My new address is {GITA}, please stop using {VI}",
        f"please update {VI} to my own address {GITA}",
    ],
)
def test_whoever_moves_a_copy_to_their_own_address_is_not_read_backwards(room: Mailroom, words: str) -> None:
    """Where both are on the list, nobody but a person can say which of them is to stay."""
    room.drop(room.reply(f"Gita Hall <{GITA}>", "Re: issue-18 is out", words, room.copy_id("issue-18", VI)))
    room.read()
    (entry,) = journal.reviews(room.db)
    assert entry.proposal.startswith(f"Write to {GITA} in place of {VI}")
    assert accept(room, entry) is not None
    assert room.status(GITA) is Status.ACTIVE


def test_a_move_between_two_on_the_list_is_for_a_person(room: Mailroom) -> None:
    (entry,) = reviews_after(room, f"Please send it to me at {TOM} and not to {VI} any more.")
    assert entry.proposal.startswith("Find out")
    assert not acting.can_accept(room.db, entry)


def test_an_entry_that_changes_nothing_stays_open(room: Mailroom) -> None:
    """Closed, it would look as if what they asked for had been done."""
    (entry,) = reviews_after(room, f"My new address is {PAT}")
    unmade = replace(entry, named=TOM)
    with pytest.raises(UsageError, match="would change nothing"):
        accept(room, unmade)
    assert [each.number for each in journal.reviews(room.db)] == [entry.number]
    accept(room, entry)
    assert room.person(PAT).name == "Tom Stone"
    assert journal.reviews(room.db) == []


@pytest.mark.parametrize(
    ("sender", "words"),
    [
        (TOM, "Put Unknown Person u.person@council.test on the list"),
        (TOM, "Please include Unknown Person (u.person@council.test) in your mailing list"),
        (TOM, "Also add Unknown Person <u.person@council.test> to the newsletter list"),
        ("u.person@council.test", "Please put Unknown Person u.person@council.test on the newsletter list"),
        ("Unknown Person <u.person@council.test>", "Please put me on the newsletter list"),
        ("Unknown Person <u.person@council.test>", "Can I get the newsletter too?"),
        ("Unknown Person <u.person@council.test>", "subscribe me to the newsletter"),
    ],
)
def test_whoever_is_put_on_has_the_name_that_was_shown(room: Mailroom, sender: str, words: str) -> None:
    room.drop(room.reply(sender, "Newsletter", words))
    room.read()
    (entry,) = journal.reviews(room.db)
    assert entry.proposal.startswith("Put Unknown Person u.person@council.test on the list")
    accept(room, entry)
    assert room.person("u.person@council.test").name == "Unknown Person"


@pytest.mark.parametrize(
    "words",
    [
        "Please keep me on. Also, could you tell me when the next training is?",
        "Can you sign me up for the course",
        "Please put me on the waiting list for the workshop",
        "This is a Freedom of Information request: how many people get this newsletter?",
        "Can you put me down for the conference on 12 May",
        "Please add me to the delegate list",
        "I want to stay on the list. How do I book a place?",
        "Could I be added to the waiting list for the course on 12 May please?",
        "Please keep me informed about the new policy",
        "Can I have a copy of the newsletter from June",
    ],
)
def test_who_is_on_the_list_and_wants_nobody_on_it_has_a_question(room: Mailroom, words: str) -> None:
    """It stays in the inbox; there is nobody to find out about."""
    assert reviews_after(room, words) == []
    assert (room.waiting(), room.filed()) == (1, 0)


@pytest.mark.parametrize(
    "words",
    [
        "Can my colleague get this too?",
        "Can you add our new nurse to the list?",
        "I came off by mistake, put me back.",
        "Please could Priya Patel be added to the list?",
        "Can Sam get this from now on?",
    ],
)
def test_who_wants_somebody_on_it_or_fears_to_be_off_waits_in_review(room: Mailroom, words: str) -> None:
    (entry,) = reviews_after(room, words)
    assert entry.kind == "subscribe"
