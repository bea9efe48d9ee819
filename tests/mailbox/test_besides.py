"""What stands beside a wish: the wish is done, and what somebody has to answer waits in review, with the reason."""

from pathlib import Path

import pytest
from mailroom import Mailroom

from pscb_mail.database import transaction
from pscb_mail.mailbox import acting, journal
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status

TOM = "tom.stone@council.test"
ELSE = "they ask for something else as well"
CASE = "they tell of something else"


@pytest.fixture
def room(tmp_path: Path) -> Mailroom:
    """Issue 18, sent to one."""
    return Mailroom(tmp_path).sent("issue-18", f"Tom Stone <{TOM}>")


def read(room: Mailroom, words: str) -> list[tuple[str, str, str]]:
    room.drop(room.reply(f"Tom Stone <{TOM}>", "Re: issue-18 is out", words, room.copy_id("issue-18", TOM)))
    return [(entry.kind, entry.done, entry.evidence) for entry in room.read().entries]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Please unsubscribe me, and please confirm what data you hold about me under the GDPR and delete it", ELSE),
        ("Please take me off the list. I will complain to the Information Commissioner.", ELSE),
        ("I have asked three times and will go to the ICO. Take me off.", ELSE),
        ("This is a subject access request. Please also take me off your mailing list.", ELSE),
        ("Unsubscribe me and delete all my data under GDPR.", ELSE),
        ("Take me off or I will go to my solicitor", ELSE),
        ("Remove me. I shall be writing to my MP about this.", ELSE),
        ("Please take me off the list. You will hear from my lawyer.", ELSE),
        ("Please remove me. I no longer work with children since I was accused of hitting one", CASE),
        ("Please unsubscribe me. I was suspended after an allegation.", CASE),
        ("Take me off the list please. I have been barred from schools.", CASE),
        ("Please remove me from the list. I was arrested last week and do not teach any more.", CASE),
    ],
)
def test_who_asked_comes_off_and_what_waits_for_an_answer_stands_in_review(
    room: Mailroom, words: str, why: str
) -> None:
    """Filed, so that a restore finds the wish; of an allegation no word is kept."""
    (off, rest) = read(room, words)
    assert off[:2] == ("opt_out", "opted_out")
    assert rest[:2] == ("question", "review")
    assert (rest[2] in words) is (why == ELSE)
    (entry,) = journal.reviews(room.db)
    assert entry.proposal == f"Read their mail, which is filed, and answer it: {why}"
    assert (room.status(TOM), room.waiting(), room.filed()) == (Status.OPTED_OUT, 0, 1)
    with transaction(room.db):
        acting.accept(room.db, entry, Origin(room.now, "editor", "review"))
    assert journal.reviews(room.db) == []


def test_the_link_with_such_words_is_no_other(room: Mailroom) -> None:
    code = room.reference("issue-18", TOM)
    body = f"Take {TOM} off the list, please.\n\nAnd tell me what data you hold about me."
    room.drop(room.reply(TOM, f"unsubscribe {code}", body))
    assert [entry.done for entry in room.read().entries] == ["opted_out", "review"]


@pytest.mark.parametrize(
    "words",
    [
        "Please remove me under GDPR.",
        "Please delete my details from your mailing list, I have retired.",
        "Please take me off the list. Please confirm when this has been done.",
        "Unsubscribe me please, I get far too many e-mails.",
    ],
)
def test_a_wish_and_its_reason_are_done_and_filed(room: Mailroom, words: str) -> None:
    assert [each[:2] for each in read(room, words)] == [("opt_out", "opted_out")]
    assert room.waiting() == 0


LONG = (
    "I hope that you are all well after the long summer, and that the move of the office went as smoothly as these "
    "things ever do. The team here has been put together anew two times since we last spoke, and my desk stands by a "
    "window now, which is a great improvement on the one that I had. Everybody here talks about it on Fridays with a "
    "cup of tea and a biscuit, and then we go home and think about what was in it and what was not in it."
)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "I used to be on this list, what happened? I have had nothing since May. Do not take me off!",
            "Do not take me off!",
        ),
        (
            "Can you stop sending this to Rob please? He was our deputy. He has gone to another authority",
            "to Rob please?",
        ),
        ("Please take me off the list. I want a copy of the last programme.", "I want a copy of the last programme."),
        ("I might come off the list. Not yet though, I still read it.", "Not yet though"),
        ("Please remove me from the list. Why do you never answer the phone?", "never answer the phone"),
        ("Take me off the list. Actually no, leave me on.", "leave me on"),
        ("If it gets any longer I want to come off. It is good though.", "It is good though"),
        ("My colleague has retired. Please keep sending me mine.", "keep sending me mine"),
        (
            f"I wonder whether I should come off the list. {LONG} So please do not take me off yet.",
            "do not take me off yet",
        ),
        (f"Please take me off the list. {LONG} Could you tell me when the next course is?", "when the next course is?"),
    ],
)
def test_where_a_person_decides_the_evidence_holds_what_may_turn_it(room: Mailroom, words: str, told: str) -> None:
    """The sentence that asks by itself would mislead."""
    ((_, done, evidence),) = read(room, words)
    assert done == "review"
    assert told in evidence
