"""Coverage: how many of each organisation are on the list, and which partner bodies have nobody who is written to.

A partner body is a row of somebody's file, known by its name, its mail domain, or both. It is covered where at least
one active person has that organisation (case, spaces and signs count for nothing) or an address in that domain.
Nothing is written. Raises UsageError for a file in which no column names bodies.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice
from urllib.parse import urlsplit

from sqlite_utils import Database

from pscb_mail.errors import UsageError
from pscb_mail.foreign import from_spreadsheet, one_line
from pscb_mail.people import directory
from pscb_mail.people.searching import folded
from pscb_mail.people.subscriber import Status, Subscriber
from pscb_mail.people.tables import Row, Table

# Anybody may have an address there: such a domain says nothing about an organisation.
_ANYBODYS = frozenset({"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "yahoo.co.uk",
                       "yahoo.com", "icloud.com", "btinternet.com", "nhs.net"})  # fmt: skip
# Headings are made of these words, in any order ("Name of agency", "Partner body", "Web site"); a later word counts
# where no earlier one is found.
_NAMES = "organisation organization body agency school company partner setting service institution name"
_DOMAINS = "domain website web url homepage email mail"
_BESIDE = frozenset(
    ["of", "the", "or", "and", "partners", "bodies", "agencies", "schools", "e", "site", "page", "address"]
)
_HEADING_WITHIN = 10  # a sheet may have a title above its heading


@dataclass(frozen=True)
class Organisation:
    """People who say that they work at one place, or, where they say nothing, whose addresses share a domain."""

    name: str
    domains: tuple[str, ...]
    counts: dict[Status, int]


@dataclass(frozen=True)
class Body:
    """A partner body as a file names it."""

    line: int
    name: str
    domain: str


@dataclass(frozen=True)
class Coverage:
    """The organisations, those with nobody active first; how many bodies the file names, and which have nobody."""

    organisations: tuple[Organisation, ...]
    bodies: int = 0
    uncovered: tuple[Body, ...] = ()


@dataclass(frozen=True)
class Partners:
    """The partner bodies of a file, and how it was read; `unused`: columns, `left_out`: lines that name no body."""

    bodies: tuple[Body, ...]
    columns: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]
    left_out: tuple[int, ...]
    read_as: str


def coverage(db: Database, partners: Iterable[Body] = ()) -> Coverage:
    """Return who is covered, and which of `partners` are not."""
    found = list(partners)
    names, domains = set[str](), set[str]()
    groups = defaultdict[str, _Gathered](_Gathered)
    for person in directory.people(db):
        groups[_plain(person.organisation) or _domain(person)].take(person)
        if person.status is Status.ACTIVE:
            names.add(_plain(person.organisation))
            domains.add(_domain(person))
    organisations = sorted((each.organisation for each in groups.values()), key=_least_covered_first)
    uncovered = (body for body in found if not _covered(body, names, domains))
    return Coverage(tuple(organisations), len(found), tuple(uncovered))


def partners(table: Table) -> Partners:
    """Return the partner bodies of a table with a heading, which is the row with most columns that we know."""
    first = list(islice(table.rows, _HEADING_WITHIN))
    headings = [_columns(row) for row in first]
    known = max(headings, key=len, default={})
    if not known:
        raise UsageError(
            "No column of the file names partner bodies.",
            'Call one "Organisation" or "Domain" in its first line.',
        )
    place = headings.index(known)
    found, left_out = list[Body](), [row.line for row in first[:place]]
    for row in chain(first[place + 1 :], table.rows):
        body = _body(row, known)
        if body.name or body.domain:
            found.append(body)
        else:
            left_out.append(row.line)
    titles = [one_line(cell, 60) for cell in first[place].cells]
    unused = tuple(title for column, title in enumerate(titles) if title and column not in known.values())
    columns = tuple((meaning, titles[column]) for meaning, column in known.items())
    return Partners(tuple(found), columns, unused, tuple(left_out), table.read_as)


def _columns(row: Row) -> dict[str, int]:
    """Return which of its columns a row is the heading of."""
    apart = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cell) for cell in row.cells)  # OrganisationName
    titles = [re.findall(r"[^\W_]+", cell.casefold()) for cell in apart]
    places = {"name": _titled(titles, _NAMES), "domain": _titled(titles, _DOMAINS)}
    return {meaning: place for meaning, place in places.items() if place is not None}


def _titled(titles: list[list[str]], words: str) -> int | None:
    """Return the column whose title is made of some words, the first of them before the others."""
    known = words.split()
    fitting = (
        (known.index(word), len(title), column)
        for column, title in enumerate(titles)
        for word in title
        if word in known and {*title} <= {*known, *_BESIDE}
    )
    return min(fitting, default=(0, 0, None))[2]


def _body(row: Row, known: dict[str, int]) -> Body:
    cells = {meaning: row.cells[place] for meaning, place in known.items() if place < len(row.cells)}
    name, domain = (from_spreadsheet(cells.get(meaning, "").strip()) for meaning in ("name", "domain"))
    return Body(row.line, one_line(name, 200), _host(domain))


def left_with_nobody(db: Database, gone: Iterable[Subscriber]) -> tuple[str, ...]:
    """Return the organisations of people who were taken off in which nobody is active any more."""
    organisations = {_plain(person.organisation): person.organisation for person in gone if person.organisation}
    if not organisations:
        return ()
    active = {_plain(name) for name in directory.organisations(db, Status.ACTIVE)}
    return tuple(sorted(name for key, name in organisations.items() if key not in active))


class _Gathered:
    """An organisation while its people are gone through; its name is the spelling that most of them have."""

    def __init__(self) -> None:
        self.names, self.domains, self.counts = Counter[str](), Counter[str](), Counter[Status]()

    def take(self, person: Subscriber) -> None:
        self.names[person.organisation] += 1
        self.domains[_domain(person)] += 1
        self.counts[person.status] += 1

    @property
    def organisation(self) -> Organisation:
        domains = tuple(domain for domain, _ in self.domains.most_common(5))
        name = self.names.most_common(1)[0][0] or domains[0]
        return Organisation(name, domains, {status: self.counts[status] for status in Status})


def _least_covered_first(each: Organisation) -> tuple[int, str]:
    return each.counts[Status.ACTIVE], each.name.casefold()


def _covered(body: Body, names: set[str], domains: set[str]) -> bool:
    if _plain(body.name) and _plain(body.name) in names:
        return True
    telling = body.domain and body.domain not in _ANYBODYS
    return bool(telling) and any(each == body.domain or each.endswith(f".{body.domain}") for each in domains)


def _plain(name: str) -> str:
    """Return a name by which an organisation is known however it is written: `St. Peter's` is `st peters`."""
    return " ".join(re.sub(r"[^\w\s]", "", folded(name)).split())


def _domain(person: Subscriber) -> str:
    return person.address.key.rpartition("@")[2]


def _host(text: str) -> str:
    """Return the mail domain that a cell means: a domain, an address, or a website without its `www`."""
    try:
        host = text.rpartition("@")[2] if "@" in text else urlsplit(text if "//" in text else f"//{text}").hostname
    except ValueError:  # brackets around what is no IPv6 address
        return ""
    return (host or "").casefold().removeprefix("www.").strip(". ")
