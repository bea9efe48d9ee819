"""Joining: what an entry means for somebody who may be on the list already; no opt-out is lost between two rows."""

from datetime import UTC, datetime
from itertools import permutations

import pytest

from pscb_mail.people.address import parse_person
from pscb_mail.people.joining import Entry, Kind, decide, distinct, united
from pscb_mail.people.subscriber import Status, Subscriber

JO = parse_person("Jo <jo@school.test>")
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


def row(status: Status, since: int | None) -> Entry:
    return Entry(JO, status=status, since=year(since) if since else None)


@pytest.mark.parametrize(
    ("rows", "status", "since"),
    [
        ([(Status.ACTIVE, 2020), (Status.OPTED_OUT, 2026)], Status.OPTED_OUT, 2026),
        ([(Status.ACTIVE, 2026), (Status.OPTED_OUT, 2020)], Status.OPTED_OUT, 2020),
        ([(Status.OPTED_OUT, 2020), (Status.OPTED_OUT, 2026)], Status.OPTED_OUT, 2026),
        ([(Status.OPTED_OUT, 2026), (Status.OPTED_OUT, None)], Status.OPTED_OUT, None),
        ([(Status.ACTIVE, 2020), (Status.OPTED_OUT, 2024), (Status.OPTED_OUT, 2022)], Status.OPTED_OUT, 2024),
    ],
)
def test_of_rows_about_one_person_the_latest_opt_out_counts_with_its_own_day(
    rows: list[tuple[Status, int | None]], status: Status, since: int | None
) -> None:
    """In whatever order they stand; an opt-out without a day is one of today."""
    for order in permutations(rows):
        [entry] = distinct(row(*each) for each in order)
        assert (entry.status, entry.since) == (status, year(since) if since else None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.ACTIVE, Kind.UNCHANGED),
        (Status.OPTED_OUT, Kind.UNCHANGED),
        (Status.PENDING, Kind.OPTED_OUT),
        (Status.REMOVED, Kind.OPTED_OUT),
        (Status.BOUNCED, Kind.OPTED_OUT),
    ],
)
def test_an_opt_out_is_old_only_for_who_came_to_the_list_after_it(status: Status, kind: Kind) -> None:
    """Who was removed, or bounced, after they had asked to come off never asked to come back: they stay barred."""
    there = Subscriber(1, JO.address, JO.name, "", "", (), status, year(2025), "", "")
    assert decide(row(Status.OPTED_OUT, 2024), there, NOW, "").kind is kind
    assert decide(row(Status.OPTED_OUT, 2026), there, NOW, "").kind is (
        Kind.UNCHANGED if status is Status.OPTED_OUT else Kind.OPTED_OUT
    )


def test_whoever_is_in_all_the_groups_of_a_row_is_unchanged() -> None:
    """In whatever order the list has them: SQLite sorts letters beyond A-Z in another way."""
    groups = ("Strassen", "Stra\u00dfe")
    there = Subscriber(1, JO.address, JO.name, "", "", groups, Status.ACTIVE, year(2025), "", "")
    assert decide(Entry(JO, groups=("STRASSE", "strassen")), there, NOW, "").kind is Kind.UNCHANGED
    more = decide(Entry(JO, groups=("Board",)), there, NOW, "")
    assert (more.kind, set(more.person.groups)) == (Kind.CHANGED, {"Board", *groups})
    assert united(("Heads", "heads"), ("Board",)) == ("Board", "Heads")
