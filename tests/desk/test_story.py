"""One person's story: changes, issues and mail in one order of time, each with its evidence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from the_list import TheList

from pscb_mail.database import open_database, stamp, transaction
from pscb_mail.desk.story import page, story
from pscb_mail.mailbox import outbox
from pscb_mail.mailbox.decision import Answer
from pscb_mail.people import roster, undoing
from pscb_mail.people.address import parse_address
from pscb_mail.people.changes import Origin
from pscb_mail.sending import attempts

JO, SAM = "jo@school.example", "sam@police.example"
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def people(tmp_path: Path) -> Iterator[TheList]:
    db = open_database(tmp_path / "pscb-mail.db")
    yield TheList(db, datetime(2026, 7, 1, 9, 0, tzinfo=UTC))
    db.close()


def sent(people: TheList, verdict: str | None, code: int | None, reply: str) -> None:
    """Record a copy of issue-18 to Jo and one try of it, as sending does."""
    people.now += timedelta(hours=1)
    at, jo = stamp(people.now), people.one(JO).id
    run = people.db.conn.execute
    run("INSERT OR IGNORE INTO mailing (issue, audience, started_at) VALUES ('issue-18', '{}', ?)", [at])
    run(
        """INSERT OR IGNORE INTO edition (id, issue, number, digest, subject, content, frozen_at)
           VALUES (1, 'issue-18', 1, '', '', '', ?)""",
        [at],
    )
    run(
        """INSERT OR IGNORE INTO delivery (id, issue, subscriber, edition, reference, state, address, at)
           VALUES (1, 'issue-18', ?, 1, 'ABCDE-FGHJK-MNPQR-STVWX', 'sent', ?, ?)""",
        [jo, JO, at],
    )
    run(
        """INSERT INTO attempt (delivery, issue, address, relay, started_at, verdict, code, reply)
           VALUES (1, 'issue-18', ?, 'smtp.pscb.example:587', ?, ?, ?, ?)""",
        [JO, at, verdict, code, reply],
    )
    people.db.conn.commit()


def wrote(people: TheList, finding: str, action: str, evidence: str) -> None:
    """Record what the mailbox found in a message of Jo's."""
    people.now += timedelta(hours=1)
    at, jo = stamp(people.now), people.one(JO).id
    run = people.db.conn.execute
    run("INSERT INTO incoming (key, source, read_at) VALUES (?, 'inbox', ?)", [evidence, at])
    run(
        "INSERT INTO finding (incoming, finding, action, evidence, subscriber, at) VALUES (?, ?, ?, ?, ?, ?)",
        [evidence, finding, action, evidence, jo, at],
    )
    people.db.conn.commit()


def test_a_story_tells_changes_issues_and_mail_in_order(people: TheList) -> None:
    """Who did what and why, the relay's own words, the reader's own words; of one moment, the cause first."""
    people.add(f"Jo <{JO}>", groups=("Heads",))
    sent(people, "put_off", 451, "4.7.1 greylisted")
    sent(people, "accepted", 250, "2.0.0 queued as 4F1")
    wrote(people, "opt_out", "opted_out", '"please take me off"')
    at_once = Origin(people.now, "editor", "inbox", "please take me off")
    roster.opt_out(people.db, people.ids(JO), at_once)
    undoing.undo(people.db, 2, people.origin("undo 2"))
    told = story(people.db, people.one(JO), "pscb.example")
    assert [event.what for event in told.timeline] == [
        "added",
        "issue-18: put off",
        "issue-18: handed over",
        "asked to come off",
        "opted out",
        "back on the list",
    ]
    assert list(told.timeline) == sorted(told.timeline, key=lambda event: event.at)
    details = [event.detail for event in told.timeline]
    assert details[0] == "Change 1 by editor (add): joined the list; name: Jo; into the group Heads."
    assert details[2] == (
        f"<issue-18.ABCDE-FGHJK-MNPQR-STVWX@pscb.example> to {JO}. "
        'smtp.pscb.example:587 said: "250 2.0.0 queued as 4F1"'
    )
    assert details[3] == 'Taken off. "please take me off"'
    assert details[4].endswith("status: active → opted out. Reason: please take me off")
    assert "takes back change 2" in details[5]


def test_a_story_has_our_own_mails_to_them_and_the_test_copies(people: TheList) -> None:
    """Whoever asks what is kept is told of these, too; what went to others, and answers' tries, are not theirs."""
    people.add(f"Jo <{JO}>", SAM)
    people.now += timedelta(hours=1)
    with transaction(people.db):
        for who, subject in ((JO, "You are off the list"), (SAM, "Please confirm")):
            letter = outbox.Letter(Answer.CONFIRMED, people.one(who).id, f"<{who}>", who, subject, "Goodbye.")
            outbox.write(people.db, None, letter, people.now)
        outbox.settle(people.db, 1, "sent", "250 2.0.0 ok", people.now)
        for address in (JO.upper(), SAM):
            attempts.start_test(people.db, "issue-18", address, "smtp.pscb.example:587", people.now)
        attempts.start_answer(people.db, "smtp.pscb.example:587", people.now)
    told = story(people.db, people.one(JO), "pscb.example").timeline[1:]
    assert [(event.what, event.detail) for event in told] == [
        (
            "issue-18: test copy not known to have ended",
            f"To {JO.upper()}. No reply from smtp.pscb.example:587",
        ),
        ("we wrote", f'"You are off the list", <{JO}> to {JO}. Handed over: "250 2.0.0 ok".'),
    ]


def test_a_story_has_no_test_copy_of_when_the_address_was_anothers(people: TheList) -> None:
    """An address moves on from one head to the next and comes back: each is told of the copies of their own time."""

    def copy_to_head(relay: str) -> None:
        people.now += timedelta(hours=1)
        with transaction(people.db):
            attempts.start_test(people.db, "issue-18", "HEAD@school.example", relay, people.now)
        people.now += timedelta(hours=1)

    def move(who: str, new: str) -> None:
        roster.edit(people.db, people.one(who).id, people.origin("edit"), address=parse_address(new))

    copy_to_head("before")
    people.add("Old <head@school.example>")
    copy_to_head("first")
    move("head@school.example", "old@home.example")
    copy_to_head("between")
    people.add("New <head@school.example>")
    copy_to_head("second")
    move("head@school.example", "new@home.example")
    move("old@home.example", "head@school.example")
    copy_to_head("third")
    for who, copies in (
        ("head@school.example", ["before", "first", "between", "third"]),
        ("new@home.example", ["before", "between", "second"]),
    ):
        told = story(people.db, people.one(who), "pscb.example").timeline
        assert [event.detail.rpartition(" ")[2] for event in told if "test copy" in event.what] == copies


@pytest.mark.parametrize(
    ("verdict", "code", "what"),
    [
        ("accepted", 250, "handed over"),
        ("put_off", 451, "put off"),
        ("turned_down", 550, "refused"),
        ("turned_down", 451, "refused"),
        ("not_tried", 451, "not handed over"),
        ("not_tried", None, "not handed over"),
        ("doubted", None, "may or may not have arrived"),
        (None, None, "not known to have ended"),
    ],
)
def test_each_try_tells_its_verdict_and_not_what_a_code_suggests(
    people: TheList, verdict: str | None, code: int | None, what: str
) -> None:
    """A 451 that came for too long is a refusal; one about ourselves says nothing about the person."""
    people.add(JO)
    sent(people, verdict, code, "words")
    assert story(people.db, people.one(JO), "x.example").timeline[-1].what == f"issue-18: {what}"


@pytest.mark.parametrize("verdict", ["not_tried", "doubted"])
def test_where_no_reply_came_our_own_reason_is_not_what_the_server_said(people: TheList, verdict: str) -> None:
    """The relay is quoted only where it spoke."""
    people.add(JO)
    sent(people, verdict, None, "the run was stopping")
    detail = story(people.db, people.one(JO), "x.example").timeline[-1].detail
    assert detail.endswith("No reply from smtp.pscb.example:587: the run was stopping")
    assert "said" not in detail


def test_the_page_shows_everything_and_runs_nothing(people: TheList) -> None:
    """Names, replies and evidence are text; times are the newsletter's."""
    people.add(f"<script>alert(1)</script> {{{{ 7*7 }}}} <{JO}>", organisation='"><img src=x onerror=alert(1)>')
    wrote(people, "question", "left", "<b>&amp;")
    html = page(story(people.db, people.one(JO), "x.example"), LONDON, "PSCB & friends")
    for raw in ("<script>", "<img", "<b>", "49"):
        assert raw not in html
    for shown in ("&lt;script&gt;", "{{ 7*7 }}", "&lt;b&gt;&amp;amp;", "PSCB &amp; friends", "01 July 2026, 10:01"):
        assert shown in html


def test_the_page_is_read_by_those_who_do_not_see_it(people: TheList) -> None:
    """A language, a title, one first heading, no picture and nothing from elsewhere."""
    people.add(f"Jo <{JO}>")
    html = page(story(people.db, people.one(JO), "x.example"), LONDON, "PSCB")
    assert '<html lang="en-GB">' in html
    assert html.count("<h1>") == 1
    assert "<title>Jo · PSCB</title>" in html
    assert "http" not in html
