"""Look-alikes among a file's newcomers: slips in a domain, a known name elsewhere, two ways to write one mailbox."""

import sys

import pytest

from pscb_mail.people import lookalikes, staging
from pscb_mail.people.address import parse_person
from pscb_mail.people.joining import Entry


def asked(people, *texts: str) -> list[tuple[int, str, str]]:
    entries = ((line, Entry(parse_person(text))) for line, text in enumerate(texts, start=2))
    found = lookalikes.questions(people.db, staging.staged(people.db, entries))
    return [(each.line, each.address, each.like) for each in found]


@pytest.mark.parametrize(
    ("domain", "known", "near"),
    [
        ("nhs.nte", "nhs.net", True),
        ("nhs.ne", "nhs.net", True),
        ("nhss.net", "nhs.net", True),
        ("nhx.net", "nhs.net", True),
        ("snh.net", "nhs.net", False),
        ("nhs.uk", "nhs.net", False),
        ("school2.example", "school1.example", False),
        ("school12.example", "school1.example", False),
        ("b.uk", "a.uk", False),
        ("nhs.net", "nhs.net", False),
    ],
)
def test_one_slip_is_a_letter_lost_added_mistaken_or_swapped(domain: str, known: str, near: bool) -> None:
    """Numbers make other schools, and very short domains are all alike."""
    assert lookalikes.nearest(domain, lookalikes.slips({known: 5})) == (known if near else "")


def test_a_slip_in_a_domain_is_asked_about(people) -> None:
    """Against what everybody knows, what the list has, and what the file itself has most of."""
    people.add("a@council.example", "b@council.example", "c@council.example")
    texts = ("jo@nhs.nte", "sam@concil.example", "d@other.example")
    assert asked(people, *texts) == [(2, "jo@nhs.nte", "nhs.net"), (3, "sam@concil.example", "council.example")]
    many = [f"{name}@primary.example" for name in ("a", "b", "c")]
    assert asked(people, *many, "d@primray.example") == [(5, "d@primray.example", "primary.example")]


def test_a_domain_that_is_on_the_list_is_no_slip(people) -> None:
    people.add("a@council.example", "b@council.example", "c@council.example", "x@councils.example")
    assert asked(people, "y@councils.example") == []


def test_a_known_name_at_another_domain_is_asked_about(people) -> None:
    """Not where both stand in the file, not for one at the same domain, not for a first name alone."""
    people.add("Jo Bloggs <jo@school.example>", "Sam <sam@school.example>", "Cara Diaz <cara@school.example>")
    texts = ("JO BLOGGS <jo.b@college.example>", "Sam <sam@college.example>", "Cara Diaz <c@school.example>")
    assert asked(people, *texts) == [(2, "jo.b@college.example", "jo@school.example")]
    assert asked(people, *texts, "jo@school.example") == []


def test_two_ways_to_write_one_mailbox_are_asked_about(people) -> None:
    """A tag, dots; on the list or in the same file."""
    people.add("jo.bloggs@school.example")
    texts = ("jobloggs@school.example", "sam+news@school.example", "sam@school.example", "jobloggs@other.example")
    assert asked(people, *texts) == [
        (2, "jobloggs@school.example", "jo.bloggs@school.example"),
        (4, "sam@school.example", "sam+news@school.example"),
    ]


def test_one_newcomer_is_looked_for_by_sqlite_alone(people) -> None:
    """Python looking at each address on a list of 200,000 would make `add` wait: it looks at those of one school."""
    people.add(*(f"p{number}@school{number % 100}.example" for number in range(500)))
    called = list[str]()
    sys.setprofile(lambda frame, event, _: called.append(frame.f_code.co_name) if event == "call" else None)
    try:
        asked = lookalikes.about(people.db, [parse_person("Jo Bloggs <p.7@school7.example>")])
    finally:
        sys.setprofile(None)
    assert [each.like for each in asked] == ["p7@school7.example"]
    assert 5 <= called.count("mailbox") <= 15


def test_who_is_on_the_list_already_is_not_asked_about(people) -> None:
    people.add("Jo Bloggs <jo@school.example>", "jo+news@school.example", "jo@nhs.nte")
    assert asked(people, "Jo Bloggs <jo@school.example>", "jo+news@school.example", "jo@nhs.nte") == []
