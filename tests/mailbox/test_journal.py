"""The journal: what is kept, what is derived, and where a reading ended."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from mailroom import Mailroom

from pscb_mail.database import transaction
from pscb_mail.mailbox import journal
from pscb_mail.mailbox.decision import Action
from pscb_mail.mailbox.finding import Kind, Severity
from pscb_mail.mailbox.journal import Record
from pscb_mail.mailbox.messages import Bookmark
from pscb_mail.people import roster, undoing
from pscb_mail.people.address import parse_address
from pscb_mail.people.changes import Origin

JO, ANN = "jo@school.test", "ann@health.test"


@pytest.fixture
def room(tmp_path: Path) -> Mailroom:
    """Issues 18 and 19, sent to two people."""
    return Mailroom(tmp_path).sent("issue-18", JO, ANN).sent("issue-19")


def noted(room: Mailroom, key: str, **what: object) -> int:
    """Record a message with one finding; returns the finding's number."""
    with transaction(room.db):
        journal.record(room.db, key, "1", room.now, to_file=True)
        return journal.found(room.db, key, Record(**({"kind": Kind.LEFT, "action": Action.REVIEW} | what)), room.now)


def bounced(room: Mailroom, key: str, issue: str, severity: Severity = Severity.PERMANENT) -> None:
    row = room.db.execute("SELECT id, subscriber FROM delivery WHERE issue = ? AND address = ?", [issue, JO]).fetchone()
    noted(room, key, kind=Kind.BOUNCE, action=Action.COUNTED, severity=severity, delivery=row[0], subscriber=row[1])


def test_a_message_is_recorded_once(room: Mailroom) -> None:
    """The second attempt fails in the database, whoever makes it."""
    noted(room, "k")
    with pytest.raises(sqlite3.IntegrityError):
        journal.record(room.db, "k", "2", room.now, to_file=False)
    assert journal.handled(room.db, "k") == journal.Handled((Kind.LEFT,), to_file=True)
    assert journal.handled(room.db, "another") is None


def test_numbers_in_review_never_shift(room: Mailroom) -> None:
    """Settling one leaves the others their numbers, and no number is given twice."""
    numbers = [noted(room, f"k{n}", review=True) for n in range(3)]
    journal.settle_review(room.db, numbers[1], "dismissed", None)
    assert [entry.number for entry in journal.reviews(room.db)] == [numbers[0], numbers[2]]
    assert noted(room, "k9", review=True) > numbers[2]
    assert journal.open_reviews(room.db) == 3


def test_an_accepted_entry_is_open_again_when_its_change_is_undone(room: Mailroom) -> None:
    """Derived from the changes: undoing the undo settles it again."""
    number = noted(room, "k", review=True)
    change = roster.opt_out(room.db, [room.person(JO).id], Origin(room.now, "test", "review")).change
    journal.settle_review(room.db, number, "accepted", change)
    assert journal.open_reviews(room.db) == 0
    undo = undoing.undo(room.db, change, Origin(room.now, "test", "undo")).change
    assert [entry.number for entry in journal.reviews(room.db)] == [number]
    undoing.undo(room.db, undo, Origin(room.now, "test", "undo"))
    assert journal.open_reviews(room.db) == 0


def test_returned_counts_copies_that_came_back(room: Mailroom) -> None:
    """Each copy once, whatever was reported how often; what is delayed may still arrive."""
    for key, issue, severity in (
        ("a", "issue-18", Severity.PERMANENT),
        ("b", "issue-18", Severity.TEMPORARY),
        ("c", "issue-19", Severity.DELAYED),
    ):
        bounced(room, key, issue, severity)
    assert [journal.returned(room.db, issue) for issue in ("issue-18", "issue-19", "issue-20")] == [1, 0, 0]


def test_earlier_bounces_are_of_other_issues_and_since_their_last_change(room: Mailroom) -> None:
    """Who came back begins anew."""
    jo = room.person(JO).id
    bounced(room, "a", "issue-18")
    bounced(room, "b", "issue-18")
    bounced(room, "c", "issue-19", Severity.TEMPORARY)
    long_ago = room.now - timedelta(days=1)
    assert journal.earlier_bounces(room.db, jo, "issue-19", long_ago) == 1
    assert journal.earlier_bounces(room.db, jo, "issue-18", long_ago) == 0
    assert journal.earlier_bounces(room.db, jo, "issue-19", room.now + timedelta(seconds=1)) == 0
    roster.edit(room.db, jo, Origin(room.now, "test", "edit"), address=parse_address("jo@academy.test"))
    assert journal.earlier_bounces(room.db, jo, "issue-19", long_ago) == 0  # nothing came back from there


def test_a_bookmark_never_goes_back_while_uidvalidity_stays(room: Mailroom) -> None:
    """Of two readings at once the further one counts; a folder made anew begins anew."""
    journal.read_to(room.db, "imaps://a", Bookmark(1, 50), room.now)
    journal.read_to(room.db, "imaps://a", Bookmark(1, 40), room.now)
    assert journal.bookmark(room.db, "imaps://a") == Bookmark(1, 50)
    journal.read_to(room.db, "imaps://a", Bookmark(2, 3), room.now)
    assert journal.bookmark(room.db, "imaps://a") == Bookmark(2, 3)
    journal.read_to(room.db, "maildir:b", None, room.now + timedelta(hours=1))
    assert journal.bookmark(room.db, "maildir:b") is None
    assert [journal.last_reading(room.db, name) for name in ("maildir:b", "imaps://a", "")] == [
        room.now + timedelta(hours=1), room.now, None,
    ]  # fmt: skip


def test_only_the_whole_domain_counts(room: Mailroom) -> None:
    """`t.test` is not `school.test`, and who is off the list does not count."""
    assert [journal.active_in(room.db, domain) for domain in ("school.test", "t.test", "ol.test")] == [1, 0, 0]
    roster.opt_out(room.db, [room.person(JO).id], Origin(room.now, "test", "unsubscribe"))
    assert journal.active_in(room.db, "school.test") == 0


def test_the_database_knows_when_it_was_made(room: Mailroom) -> None:
    """Mail older than that is not read."""
    made = journal.founded_at(room.db)
    assert made is not None
    assert made.tzinfo is not None
    assert abs(made - room.now) < timedelta(minutes=1)


def test_a_persons_findings_are_told_in_order(room: Mailroom) -> None:
    """`show` tells them with their evidence."""
    jo = room.person(JO).id
    noted(room, "a", kind=Kind.AWAY, action=Action.FILED, subscriber=jo, evidence="back on Monday")
    noted(room, "b", kind=Kind.LEFT, subscriber=jo, evidence="I retire in May")
    noted(room, "c", subscriber=room.person(ANN).id)
    assert [(each.finding, each.action, each.evidence) for each in journal.findings_about(room.db, jo)] == [
        (Kind.AWAY, Action.FILED, "back on Monday"),
        (Kind.LEFT, Action.REVIEW, "I retire in May"),
    ]


def test_who_is_forgotten_leaves_no_words_behind(room: Mailroom) -> None:
    """The key stays, so that the message is not handled again; the address, the name and the evidence go."""
    jo = room.person(JO).id
    noted(room, "a", subscriber=jo, address=JO, named="new@school.test", name="Jo", evidence="words", review=True)
    journal.forget(room.db, jo)
    kept = "\n".join(str(row) for row in room.db.execute("SELECT * FROM finding"))
    assert not any(word in kept for word in (JO, "new@school.test", "words"))
    assert journal.open_reviews(room.db) == 0
    assert journal.handled(room.db, "a") is not None
