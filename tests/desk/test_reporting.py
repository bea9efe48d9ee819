"""The report: a period in numbers, by month and issue, as the newsletter's own calendar has it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from the_list import TheList

from pscb_mail.database import open_database, stamp
from pscb_mail.desk.reporting import report
from pscb_mail.people import changes, roster, undoing

LONDON = ZoneInfo("Europe/London")
START, END = datetime(2026, 1, 1, tzinfo=LONDON), datetime(2027, 1, 1, tzinfo=LONDON)


@pytest.fixture
def people(tmp_path):
    db = open_database(tmp_path / "pscb-mail.db")
    yield TheList(db, datetime(2026, 5, 31, 22, 0, tzinfo=UTC))
    db.close()


def months(people, start=START, end=END) -> dict[str, dict[str, int]]:
    told = report(people.db, start, end, LONDON)
    return {month.month: {what: n for what, n in month.counts.items() if n} for month in told.months}


def test_who_came_and_went_is_told_by_month(people) -> None:
    """22:01 UTC in May is still May in London, 23:01 is June."""
    people.add("a@x.example", "b@x.example", "c@x.example", "d@x.example")
    people.now = datetime(2026, 5, 31, 23, 0, tzinfo=UTC)
    people.opt_out("a@x.example")
    people.bounce("b@x.example")
    people.remove("c@x.example")
    roster.resubscribe(people.db, people.ids("a@x.example")[0], people.origin("resubscribe", "rang"))
    people.add("c@x.example")
    assert months(people) == {
        "2026-05": {"joined": 4},
        "2026-06": {"opted_out": 1, "bounced": 1, "removed": 1, "came_back": 1, "joined": 1},
    }


def test_what_was_taken_back_counts_for_nothing(people) -> None:
    people.add("a@x.example")
    people.opt_out("a@x.example")
    undone = undoing.undo(people.db, changes.latest(people.db).number, people.origin("undo"))
    assert months(people) == {"2026-05": {"joined": 1}}
    undoing.undo(people.db, undone.change, people.origin("undo"))
    assert months(people) == {"2026-05": {"joined": 1, "opted_out": 1}}


def test_a_period_has_a_beginning_and_an_end(people) -> None:
    people.add("a@x.example")
    assert months(people, end=datetime(2026, 5, 1, tzinfo=LONDON)) == {}
    assert months(people, start=datetime(2026, 6, 1, tzinfo=LONDON)) == {}


def test_issues_are_told_with_what_became_of_their_copies(people) -> None:
    people.add("a@x.example", "b@x.example")
    mailed(people)
    told = report(people.db, START, END, LONDON)
    (issue,) = told.issues
    assert (issue.issue, issue.subject, issue.total, issue.sent, issue.refused) == ("issue-18", "October", 2, 1, 1)
    assert told.total["sent"] == 1
    assert issue.opted_out == 0
    assert report(people.db, END, datetime(2028, 1, 1, tzinfo=LONDON), LONDON).issues == ()


@pytest.mark.parametrize(
    ("finding", "action", "review", "undone", "opted_out"),
    [
        ("opt_out", "opted_out", None, False, 1),
        ("complaint", "opted_out", None, False, 1),
        ("opt_out", "review", "accepted", False, 1),
        ("opt_out", "review", "open", False, 0),
        ("opt_out", "review", "dismissed", False, 0),
        ("opt_out", "opted_out", None, True, 0),
        ("opt_out", "review", "accepted", True, 0),
        ("bounce", "bounced", None, False, 0),
    ],
)
def test_an_issue_is_told_with_who_came_off_because_of_it(
    people, finding: str, action: str, review: str | None, undone: bool, opted_out: int
) -> None:
    """By an answer to their copy, at once or accepted in review; not where that was taken back."""
    people.add("a@x.example", "b@x.example")
    mailed(people)
    change = people.opt_out("a@x.example")
    run = people.db.conn.execute
    run("INSERT INTO incoming (key, read_at) VALUES ('k', '')")
    run(
        """INSERT INTO finding (incoming, finding, action, subscriber, delivery, change, review, accepted_by, at)
           VALUES ('k', ?, ?, 1, 1, ?, ?, ?, '')""",
        [finding, action, None if review else change, review, change if review == "accepted" else None],
    )
    people.db.conn.commit()
    if undone:
        undoing.undo(people.db, change, people.origin("undo"))
    assert [issue.opted_out for issue in report(people.db, START, END, LONDON).issues] == [opted_out]


def mailed(people: TheList) -> None:
    """Record a mailing of issue-18: one copy sent, one refused."""
    run, at = people.db.conn.execute, stamp(people.now)
    run(
        "INSERT INTO mailing (issue, audience, started_at) VALUES ('issue-18', '{\"to\": [], \"without\": []}', ?)",
        [at],
    )
    run(
        """INSERT INTO edition (id, issue, number, digest, subject, content, frozen_at)
           VALUES (1, 'issue-18', 1, '', 'October', '', ?)""",
        [at],
    )
    for number, state in ((1, "sent"), (2, "refused")):
        run(
            """INSERT INTO delivery (issue, subscriber, edition, reference, state, address, at)
               VALUES ('issue-18', ?, 1, ?, ?, 'a', ?)""",
            [number, str(number), state, at],
        )
    people.db.conn.commit()
