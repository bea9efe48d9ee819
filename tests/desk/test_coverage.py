"""Coverage: partner bodies by name or mail domain, and what leaves one with nobody."""

import pytest

from pscb_mail.desk import coverage
from pscb_mail.errors import UsageError
from pscb_mail.people.subscriber import Status
from pscb_mail.people.tables import read_table


@pytest.fixture
def people(tmp_path):
    from the_list import TheList

    from pscb_mail.database import open_database

    db = open_database(tmp_path / "pscb-mail.db")
    the_list = TheList(db)
    the_list.add("jo@st-peters.example", organisation="St Peter's")
    the_list.add("sam@st-peters.example", organisation="ST. PETERS")
    the_list.add("cara@council.example", "dan@council.example", organisation="Council")
    the_list.add("ewa@sub.police.example", "x@gmail.com", "late@hospital.example")
    the_list.bounce("dan@council.example", "late@hospital.example")
    yield the_list
    db.close()


def uncovered(people, data: bytes) -> list[str]:
    found = coverage.coverage(people.db, coverage.partners(read_table(data)).bodies)
    return [body.name or body.domain for body in found.uncovered]


def test_organisations_are_counted_by_status_the_emptiest_first(people) -> None:
    """However they are written; where none is said, the domain stands for it."""
    found = coverage.coverage(people.db).organisations
    active = {each.name: each.counts[Status.ACTIVE] for each in found}
    assert active == {"hospital.example": 0, "Council": 1, "gmail.com": 1, "sub.police.example": 1, "St Peter's": 2}
    assert next(iter(active)) == "hospital.example"
    assert next(each for each in found if each.name == "Council").counts[Status.BOUNCED] == 1


@pytest.mark.parametrize(
    ("row", "covered"),
    [
        ("St Peter’s,", True),
        ("st  peters,", True),
        ("E\u0301cole Marie,", True),
        ("Police,police.example", True),
        ("Police,https://www.police.example/contact", True),
        ("Police,desk@police.example", True),
        ("Other police,lice.example", False),
        ("Hospital,hospital.example", False),
        ("Anybody,gmail.com", False),
        ("Nonsense,http://[police.example", False),
        ("St Peter,", False),
    ],
)
def test_a_body_is_covered_by_its_name_or_its_domain(people, row: str, covered: bool) -> None:
    """Only active people cover one, and a domain that anybody may have covers none."""
    people.add("m@ecole.example", organisation="\u00c9cole Marie")
    assert uncovered(people, f"Organisation,Domain\n{row}\n".encode()) == (
        [] if covered else [row.split(",", maxsplit=1)[0]]
    )


def test_a_file_may_have_one_column_alone(people) -> None:
    assert uncovered(people, b"School\nCouncil\nNowhere\n") == ["Nowhere"]
    assert uncovered(people, b"Website\npolice.example\nnowhere.example\n") == ["nowhere.example"]
    with pytest.raises(UsageError, match="No column"):
        uncovered(people, b"Telephone\n1\n")


@pytest.mark.parametrize(
    ("heading", "columns", "unused"),
    [
        ("Partner agency,Web site,Phone", [("name", "Partner agency"), ("domain", "Web site")], ["Phone"]),
        ("No.,Name of agency,E-mail address", [("name", "Name of agency"), ("domain", "E-mail address")], ["No."]),
        ("Name,Organisation,Address,URL", [("name", "Organisation"), ("domain", "URL")], ["Name", "Address"]),
        ("OrganisationName,EmailAddress", [("name", "OrganisationName"), ("domain", "EmailAddress")], []),
        ("Contact name,School / setting", [("name", "School / setting")], ["Contact name"]),
        ("Partner agencies\n\nAgency,Domain", [("name", "Agency"), ("domain", "Domain")], []),
    ],
)
def test_the_usual_headings_are_known_and_what_is_not_used_is_told(heading: str, columns, unused) -> None:
    """A title above them is none; what has a name alone is a body, and who has neither is named by the line."""
    cells = ["Police" if title in dict(columns).values() else "1" for title in heading.splitlines()[-1].split(",")]
    nobody = ["" if cell == "Police" else "1" for cell in cells]
    rows = "\n".join([heading, ",".join(cells), ",".join([*nobody, "x"])])
    found = coverage.partners(read_table(rows.encode()))
    assert (list(found.columns), list(found.unused)) == (columns, unused)
    assert [body.name for body in found.bodies] == ["Police"]
    assert list(found.left_out) == [*([1] if "\n" in heading else []), len(rows.splitlines())]


def test_who_leaves_last_is_noticed(people) -> None:
    people.remove("jo@st-peters.example", "cara@council.example")
    gone = [people.one("jo@st-peters.example"), people.one("cara@council.example")]
    assert coverage.left_with_nobody(people.db, gone) == ("Council",)
