"""Importing: the rows of somebody's table understood as people: which column is what, and which row is not acceptable.

Pure. A row is accepted whole or rejected with its line and a reason; a rejected row stops no other. Columns are known
by their usual names in any order, shown to the user, and those that mean nothing to us are named too. The heading may
stand some rows down, under a title; a table without one is understood where its first row has an address.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as field_
from datetime import UTC, datetime, tzinfo
from itertools import chain, islice

from pscb_mail.errors import UsageError
from pscb_mail.foreign import from_spreadsheet, one_line
from pscb_mail.people.address import Address, AddressError, Person, address_key, clean_name, parse_person
from pscb_mail.people.joining import Entry, field, group_names
from pscb_mail.people.lookalikes import Question
from pscb_mail.people.staging import Staged
from pscb_mail.people.subscriber import Status
from pscb_mail.people.tables import Row, Table, lost

_SHOWN = 120
_HEADING_WITHIN = 10  # rows: a sheet may have a title and a date above its heading
_NOBODY = Person("", Address("", ""))


@dataclass(frozen=True)
class Rejected:
    """A row that is not taken, as it will be shown: its line, its text on one line, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Columns:
    """What each column is, by its place; `unused` are the headings that mean nothing to us; `above`: rows over them."""

    places: dict[str, int]
    heading: tuple[str, ...]
    unused: tuple[str, ...]
    above: int = 0

    @property
    def described(self) -> tuple[tuple[str, str], ...]:
        """What is read from where, for the user to see."""
        return tuple(
            (meaning, f'"{self.heading[place]}"' if self.heading else f"column {place + 1}")
            for meaning, place in sorted(self.places.items(), key=lambda item: item[1])
        )


@dataclass
class Reading:
    """A table as understood. Going through it, once, yields each person with their line, and collects the rest.

    `rows` and `rejected` are complete when it has been gone through.
    """

    columns: Columns
    read_as: str
    _rows: Iterator[Row]
    _given: Entry
    _status: Status | None
    _zone: tzinfo = UTC
    rows: int = 0
    rejected: list[Rejected] = field_(default_factory=list)

    def __iter__(self) -> Iterator[tuple[int, Entry]]:
        """Yield each person with the line of their row."""
        for row in self._rows:
            self.rows += 1
            entry = self.taken(row)
            if isinstance(entry, Rejected):
                self.rejected.append(entry)
            else:
                yield row.line, entry

    def taken(self, row: Row) -> Entry | Rejected:
        """Return whom a row names, or why it cannot be taken."""
        try:
            return _completed(_entry(row, self.columns, self._zone), self._given, self._status)
        except (AddressError, UsageError) as error:
            return Rejected(row.line, _shown(row), str(error))


# Headings as they are met, without case, spaces and signs: ours, Outlook's, Google's, Mailchimp's, school systems'.
_HEADINGS = {
    "address": "email mail emailaddress mailaddress address workemail primaryemail email1 emailaddress1 email1value "
    "smtpaddress primarysmtpaddress contactemail schoolemail emailid userprincipalname",
    "name": "name fullname displayname contact contactname person subscriber recipient subscribername",
    "first name": "firstname forename givenname first forenames firstnames knownas",
    "surname": "surname lastname familyname last",
    "organisation": "organisation organization org company companyname school schoolname employer agency setting "
    "organisationname organizationname establishment service",
    "role": "role jobtitle position job post organizationtitle organisationtitle designation",
    "groups": "group groups category categories tag tags label labels list lists audience audiences",
    "status": "status",
    "since": "since",
    "source": "source",
    "basis": "basis lawfulbasis legalbasis",
}
_MEANING = {name: meaning for meaning, names in _HEADINGS.items() for name in names.split()}
# As one would write them.
KNOWN_HEADINGS = (
    "Email", "Name", "First name", "Surname", "Organisation", "Role", "Groups", "Status", "Since", "Source", "Basis",
)  # fmt: skip


def understand(
    table: Table,
    *,
    groups: tuple[str, ...] = (),
    status: Status | None = None,
    source: str = "",
    basis: str = "",
    zone: tzinfo = UTC,
) -> Reading:
    """Return the people of a table, each also in `groups`, with `source` and `basis` where the table has none.

    `status` overrides what the table says; `zone` is where its days begin. Raises UsageError where no column
    has addresses.
    """
    first = next(table.rows, None)
    if first is None:
        raise UsageError("The file is empty.", "It needs one line for each person.")
    columns = _columns(first, table.rows)
    rows = table.rows if columns.heading else chain([first], table.rows)
    given = Entry(_NOBODY, groups=groups, source=source, basis=basis)
    return Reading(columns, table.read_as, rows, given, status, zone)


def marked(
    table: Table, reading: Reading, staged: Staged, questions: Iterable[Question], *, planned: bool
) -> Iterator[tuple[str, ...]]:
    """Yield a file's rows as they were, each with what became of it, or would; `table` is the file read once more."""
    asked = defaultdict[int, list[str]](list)
    for each in questions:
        asked[each.line].append(each.why)
    width = len(reading.columns.heading) or max(reading.columns.places.values()) + 1
    for row in islice(table.rows, reading.columns.above):
        yield (*map(from_spreadsheet, row.cells), *("" for _ in range(width + 1 - len(row.cells))))
    if reading.columns.heading:
        next(table.rows)
        yield (*reading.columns.heading, "what would happen" if planned else "what happened")
    for row in table.rows:
        cells = [from_spreadsheet(cell) for cell in row.cells]
        yield (
            *cells,
            *("" for _ in range(width - len(cells))),
            "; ".join([_became(row, reading, staged), *asked[row.line]]),
        )


def _became(row: Row, reading: Reading, staged: Staged) -> str:
    entry = reading.taken(row)
    if isinstance(entry, Rejected):
        return f"cannot be taken: {entry.reason}"
    line, outcome = staged.marked(entry.person.address.key)
    if line != row.line:
        return f"repeats line {line}"
    return outcome or "another row names the same person by another address"


# -- columns --------------------------------------------------------------------------------------------------------


def _columns(first: Row, others: Iterator[Row]) -> Columns:
    """Return what the columns are; of `others` those are taken that stand above the heading, and it."""
    if any(_has_address(cell) for cell in first.cells):
        return _without_heading(first)
    for above, row in enumerate(chain([first], islice(others, _HEADING_WITHIN - 1))):
        if any(_has_address(cell) for cell in row.cells):
            break
        columns = _headed(row, above)
        if "address" in columns.places:
            return columns
    seen = ", ".join(title for title in _headed(first, 0).heading[:8] if title) or "nothing that can be read"
    raise UsageError(
        f"Line {first.line} has neither an address nor the heading of a column of addresses. It has: {seen}.",
        'Write "Email" above the column of addresses, and import the file again. Is it the right file?',
    )


def _headed(row: Row, above: int) -> Columns:
    """Return what the columns are where a row is their heading."""
    heading = tuple(one_line(cell, 60) for cell in row.cells)
    places = dict[str, int]()
    for means in (_meaning, _meaning_of_each):  # whoever is called by one name goes first
        for place, title in enumerate(heading):
            if (meaning := means(title)) and place not in places.values():
                places.setdefault(meaning, place)
    _prefer_email(places, heading)
    unused = tuple(title for place, title in enumerate(heading) if title and place not in places.values())
    return Columns(places, heading, unused, above)


def _meaning(title: str) -> str:
    return _MEANING.get(re.sub(r"[\W_]+", "", title.casefold()), "")


def _meaning_of_each(title: str) -> str:
    """Return what "School / Organisation" means: what each of its names does."""
    meanings = {_meaning(name) for name in re.split(r"[/|,;()&+]+| (?:or|and) ", title.casefold()) if name.strip()}
    return meanings.pop() if len(meanings) == 1 else ""


def _prefer_email(places: dict[str, int], heading: tuple[str, ...]) -> None:
    """Take "Address" for a postal one where another column says e-mail."""
    for place, title in enumerate(heading):
        if (
            re.fullmatch(r"e-?mail.*", title.casefold())
            and heading[places.get("address", place)].casefold() == "address"
        ):
            places["address"] = place


def _without_heading(first: Row) -> Columns:
    place = next(place for place, cell in enumerate(first.cells) if _has_address(cell))
    others = [other for other, cell in enumerate(first.cells) if other != place and cell.strip()]
    places = {"address": place} | ({"name": others[0]} if others else {})
    unused = tuple(f"column {other + 1}" for other in others[1:])
    return Columns(places, (), unused)


def _has_address(cell: str) -> bool:
    if "@" not in cell or len(cell) > 1000:
        return False
    return bool(address_key(cell) or re.search(r"<[^<>]+@[^<>]+>\s*$", cell))


# -- rows -----------------------------------------------------------------------------------------------------------


def _entry(row: Row, columns: Columns, zone: tzinfo) -> Entry:
    """Return the person of a row. Raises AddressError or UsageError with the reason alone."""
    if row.fault:
        raise UsageError(row.fault)
    if any(map(lost, row.cells)):
        raise UsageError("a character of it cannot be read. Save the file as UTF-8, or name its --encoding.")
    if columns.heading and any(cell.strip() for cell in row.cells[len(columns.heading) :]):
        raise UsageError(
            "it has more columns than the heading: a value with the separator in it needs quotation marks."
        )

    def cell(meaning: str) -> str:
        place = columns.places.get(meaning, len(row.cells))
        return from_spreadsheet(row.cells[place].strip(" \t\r\n\u00a0")) if place < len(row.cells) else ""

    return Entry(
        person=_person(cell("address"), cell("name") or f"{cell('first name')} {cell('surname')}"),
        organisation=field(cell("organisation")),
        role=field(cell("role")),
        groups=group_names(cell("groups")) if "groups" in columns.places else (),
        status=_status(cell("status")),
        since=_since(cell("since"), zone),
        source=field(cell("source")),
        basis=field(cell("basis")),
    )


def _person(address: str, name: str) -> Person:
    if not address:
        raise AddressError(f"no address ({one_line(name, 80)})" if name.strip() else "no address")
    person = parse_person(address)
    cleaned = clean_name(name)
    other = address_key(cleaned) if "@" in cleaned else ""
    if other and other != person.address.key:
        raise AddressError(f"it holds two addresses, {person.address.text} and {cleaned}. One row is one person.")
    return Person(cleaned, person.address) if cleaned and not other else person


def _status(text: str) -> Status:
    if not text:
        return Status.ACTIVE
    word = re.sub(r"[\W_]+", "_", text.casefold())
    if word in {"subscribed", "yes"}:
        return Status.ACTIVE
    if word in {"unsubscribed", "opt_out", "optedout"}:
        return Status.OPTED_OUT
    try:
        return Status(word)
    except ValueError:
        known = ", ".join(Status)
        raise UsageError(f'its status "{one_line(text, 40)}" is none of {known}.') from None


def _since(text: str, zone: tzinfo) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):  # in UTC it may lie before the year 1
        raise UsageError(f'its date "{one_line(text, 40)}" is not written like 2026-12-31.') from None


def _completed(entry: Entry, given: Entry, status: Status | None) -> Entry:
    """Return an entry with what the user says of everybody in the file."""
    if not (given.groups or status or given.source or given.basis):
        return entry
    return replace(
        entry,
        groups=entry.groups + given.groups,
        source=entry.source or given.source,
        basis=entry.basis or given.basis,
        status=status or entry.status,
        since=entry.since if status is None else None,
    )


def _shown(row: Row) -> str:
    return one_line(" | ".join(cell[:_SHOWN] for cell in row.cells[:20]), _SHOWN)
