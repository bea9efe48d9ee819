"""The guard finds what must never leave a safeguarding board, however it is written, and cries wolf seldom."""

import time
from collections.abc import Iterator

import pytest

from pscb_mail.issues.preflight import guard
from pscb_mail.issues.preflight.guard import Bare, Spot, is_nhs_number


def found(text: str) -> list[str]:
    """Return the guard's rules that find something in a text."""
    return [name for name, find in FINDERS.items() if list(find(Bare(text)))]


def homes(file: Bare) -> Iterator[Spot]:
    return guard.home_addresses(file, "The Board, 7 Broad Way, Peterborough PE1 1AA")


FINDERS = {
    "nhs": guard.nhs_numbers,
    "ni": guard.national_insurance_numbers,
    "birth": guard.dates_of_birth,
    "case": guard.case_references,
    "marking": guard.markings,
    "home": homes,
}

# 943 476 5919 and 401 023 2137 are specimens of the NHS with a right check digit; nobody has them.
FOUND = [
    ("nhs", "His number is 943 476 5919."),
    ("nhs", "943-476-5919"),
    ("nhs", "9434765919"),
    ("nhs", "943.476.5919"),
    ("nhs", "94347 65919"),
    ("nhs", "943\u00a0476\u00a05919"),
    ("nhs", "943&nbsp;476&#160;5919"),
    ("nhs", "943**476**5919"),
    ("nhs", "943\\-476\\-5919"),
    ("nhs", "９４３ ４７６ ５９１９"),
    ("nhs", "943\u200b476\u200b5919"),
    ("nhs", "943 476\n5919 at the end of a line"),
    ("nhs", "[the file](https://record.example/?n=943%20476%205919)"),
    ("nhs", "[the file](https://record.example/?n=943%2520476%25205919)"),
    ("nhs", "![Chart of 943 476 5919](chart.png)"),
    ("nhs", "attachments: [child_943_476_5919.pdf]"),
    ("nhs", "aged 7 4010232137"),
    ("nhs", "NHS number: 123 456 7890 has a wrong check digit, and a child behind it all the same"),
    ("nhs", "NHS no. 94 34 76 59 19"),
    ("ni", "AB 12 34 56 C"),
    ("ni", "AB123456C"),
    ("ni", "ab-12-34-56-c"),
    ("ni", "QQ 12 34 56 C, the specimen"),
    ("ni", "NI number AB 12 34 56"),
    ("birth", "Jo Bloggs (DOB 12/03/2001)"),
    ("birth", "D.O.B. 12.3.01"),
    ("birth", "Date of birth: 12 March 2001"),
    ("birth", "date of birth is 2001-03-12"),
    ("birth", "Jo Bloggs, born 12 March 2001"),
    ("birth", "The boy was born on 12th March 2001."),
    ("birth", "Jo (b. 12/03/2001)"),
    ("birth", "12/03/2001 (DOB)"),
    ("birth", "\u201cChild F\u201d (born 3/4/2014)"),
    ("birth", "'Child F' b. 3/4/2014"),
    ("birth", "Child F (NHS 943 476 5919; b. 3/4/2014)"),
    ("birth", "Child F (NHS 943 476 5919, born 3/4/2014)"),
    ("birth", "Child F, aged 7, born: 3 April\n2014"),
    ("birth", "the youngest (4) was born in Leeds on Thursday, 3rd of April 2014"),
    ("birth", "The children, born 3/4/2014 and 5/6/2016,"),
    ("birth", "Twins born on 3 April 2014"),
    ("birth", "| Child F | born | 3/4/2014 |"),
    ("birth", "- Child F, born\n  3 April\n  2014"),
    ("birth", "> Child F was born in\n> Peterborough, 3/4/2014"),
    ("birth", "- Child F, date of birth:\n  3/4/2014"),
    ("birth", "| **DOB** | 3/4/2014 |"),
    ("birth", "Child F (DOB) 3/4/2014"),
    ("birth", "**DOB**: March 12, 2001"),
    ("case", "Case ref: CH/2010/0417"),
    ("case", "case reference number 10417"),
    ("case", "case no. 12345"),
    ("case", "Crime reference 35/4417/10"),
    ("case", "Mosaic ID 1234567"),
    ("case", "UPN: A123456789012"),
    ("marking", "OFFICIAL-SENSITIVE"),
    ("marking", "Official – Sensitive"),
    ("marking", "OFFICIAL SENSITIVE: PERSONAL"),
    ("marking", "RESTRICTED"),
    ("marking", "# CONFIDENTIAL - STAFF"),
    ("home", "She lives at 12 Acacia Avenue, Peterborough PE1 1AA."),
    ("home", "Flat 3, 12a St. John's Road\nPeterborough\nPE1 1AA"),
    ("home", "[map](https://map.example/?q=12%20Acacia%20Avenue,%20PE1%201AA)"),
    ("home", "12 ACACIA AVE PE11AA"),
    ("home", "The family of 12 Acacia Avenue, Peterborough."),
    ("home", "Neighbours of the child from 12a Acacia Avenue"),
    ("home", "The tenant at Flat 3, 12 St. John's Road"),
    ("home", "A boy who lives with his mother\nat 12 Acacia Avenue"),
    ("home", "They moved to 12 **Acacia Avenue** in June"),
    ("home", "Her home address is 12 Acacia Avenue"),
    ("home", "At 12 Acacia Avenue, where the children live, nobody was in"),
    ("home", "12 Acacia Avenue, the home of two children"),
]

QUIET = [
    "943 476 5918 has a wrong check digit",
    "111 111 1111",
    "ISBN 0-306-40615-2 and ISBN 0306406152",
    "Ring 01632 960123, 020 7946 0958 or +44 1632 960 123",
    "It may be ordered by its ISBN, 978-1-84775-788-3.",
    "| 2010-11-11 09:30-16:30 | Working Together | Bayard Place |",
    "DFE-RR040, S.I. 2009/1182, section 47",
    "Children born on 1 September 2009 start school.",
    "Pupils who were born on or after 1 September 2009",
    "All children who are born on 1 September 2009 start school; a. 11/11/2010 b. 12/11/2010",
    "before they are born, 12 March 2011 is the day",
    "Babies born in 2010",
    "The case numbers rose by 12%.",
    "Case numbers 2007-09 are in the table.",
    "the serious case review of 12 March 2010",
    "an official, sensitive matter, and restricted access; the report is confidential",
    "Town Hall, 12 Bridge Street, Peterborough PE1 1HB",
    "Write to us: 7 Broad Way, Peterborough, PE1 1AA.",
    "Peterborough Safeguarding Children Board, Bayard Place, Broadway, Peterborough PE1 1FB",
    "In 2010, 12 children were on their way home.",
    "The forum meets at Bayard Place, Broadway, and at 12 Bridge Street, Peterborough.",
    "Family Centre, 5 Cambridge Avenue: a drop-in for parents at 14 High Street, fun for the whole family at 16 High Street",
    "The Children's Society, 12 Bridge Street; Young Lives, 14 Bridge Street; the office moved, to a new home at 16 Bridge Street",
    "A family of 12 who walk to the park; children of 10 to 12 In Our Park; a boy of 15, and a girl from Year 12.",
    "Residents who live in Bridge Street, in 12 streets and on Park Road",
]


@pytest.mark.parametrize(("rule", "text"), FOUND)
def test_what_names_a_person_is_found_however_it_is_written(rule: str, text: str) -> None:
    assert rule in found(text)


@pytest.mark.parametrize("text", QUIET)
def test_ordinary_sentences_raise_no_alarm(text: str) -> None:
    assert found(text) == []


def test_the_line_of_the_file_is_told() -> None:
    """Resolving %0A or an entity for a line break must not move the lines after it."""
    text = "one\n%0A two &#10; three\n\nDOB 12/03/2001\n"
    assert [line for line, _ in guard.dates_of_birth(Bare(text))] == [4]


def test_an_alarm_does_not_repeat_the_whole_number() -> None:
    """What `check` prints is pasted into mails too."""
    (message,) = [message for _, message in guard.nhs_numbers(Bare("943 476 5919"))]
    assert "476" not in message


@pytest.mark.parametrize(
    ("digits", "valid"), [("9434765919", True), ("4010232137", True), ("9434765918", False), ("0000000000", False), ("943476591", False)]
)  # fmt: skip
def test_check_digit_of_an_nhs_number(digits: str, valid: bool) -> None:
    assert is_nhs_number(digits) is valid


@pytest.mark.parametrize(
    "knot",
    ["1 ", "9", "12 a a a ", "NHS number ", "born ", "AB 12 ", "%25", "OFFICIAL ", "1 Aaaa Street ", "\n", "> ", "case ref ", "jan 1 ",
     "1-", "((", "DOB: 1/1/", "PE1 1 Street ", "family of 1 ", "lives ", "lives at 12 A ", "12 A Street where ", "born in a on "],
)  # fmt: skip
def test_no_text_keeps_the_guard_busy(knot: str) -> None:
    """Doubling the text about doubles the time: 200,000 characters, the most that an issue may have, take a moment."""
    text = (knot * 200_000)[:200_000]
    started = time.perf_counter()
    found(text)
    assert time.perf_counter() - started < 5
