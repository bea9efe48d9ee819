"""The issue's file: named safely, its front matter read strictly, every mistake told with its line."""

from datetime import date
from pathlib import Path

import pytest
from drafts import draft

from pscb_mail.errors import UsageError
from pscb_mail.issues.source import MAX_CHARACTERS, all_issues, find_issue, read_source, slug_of


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "slug"),
    [("18", "issue-18"), ("issue-18", "issue-18"), ("spring", "spring"), ("2010-10", "2010-10"), ("a" * 64, "a" * 64)],
)
def test_an_issue_may_be_named_by_its_number(name, slug):
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "2026-03\0.md", "", "Issue-18", "-x", "a" * 65, "issue 18", "issue-18\n", "١٨", "a/b", ".."],
)
def test_a_name_never_leads_out_of_the_issues_folder(name):
    with pytest.raises(UsageError):
        slug_of(name)


def test_an_issue_is_a_file_or_a_folder_with_its_pictures(tmp_path):
    one = write(tmp_path / "issue-1.md", "")
    two = write(tmp_path / "issue-2" / "issue.md", "")
    assert find_issue(tmp_path, "1") == one
    assert find_issue(tmp_path, "issue-2") == two


def test_an_issue_that_is_not_there_names_the_nearest(tmp_path):
    write(tmp_path / "issue-18.md", "")
    with pytest.raises(UsageError, match="no issue issue-19") as error:
        find_issue(tmp_path, "19")
    assert "issue-18" in error.value.hint


@pytest.mark.parametrize("name", ["issue-19.md.txt", "Issue 19.md", "ISSUE_19.MD", "issue-19.txt"])
def test_a_file_that_is_misnamed_is_found_and_told(tmp_path, name):
    write(tmp_path / "issue-18.md", "")
    write(tmp_path / name, "")
    with pytest.raises(UsageError, match="no issue issue-19") as error:
        find_issue(tmp_path, "19")
    assert error.value.hint == f'Its file is called "{name}": rename it issue-19.md.'


def test_the_known_keys_are_told_once(tmp_path):
    path = write(tmp_path / "issue-1.md", "---\ntitle: x\nqqqqq: y\n---\n")
    with pytest.raises(UsageError) as error:
        read_source(path)
    assert f"{error.value.message} {error.value.hint}".count("preheader") == 1


def test_an_issue_that_is_there_twice_is_refused(tmp_path):
    write(tmp_path / "issue-1.md", "")
    write(tmp_path / "issue-1" / "issue.md", "")
    with pytest.raises(UsageError, match="twice"):
        find_issue(tmp_path, "1")


def test_issues_are_listed_oldest_first_and_a_broken_one_hides_no_other(tmp_path):
    write(tmp_path / "issue-10.md", "---\nDate: 2010-02-01\n---\n")
    write(tmp_path / "issue-9.md", "---\ndate: 2010-01-01\n---\n")
    write(tmp_path / "special" / "issue.md", '---\ndate: "2010-01-15"\n---\n')
    write(tmp_path / "issue-12.md", "no front matter")
    write(tmp_path / "issue-2.md", "neither")
    write(tmp_path / "Not an issue.md", "")
    assert all_issues(tmp_path) == ["issue-9", "special", "issue-10", "issue-2", "issue-12"]


def test_the_front_matter_is_read(tmp_path):
    front = (
        'Number: 18\ndate:\u00a02010-10-31\nTitle: "T: t"\nsubject: "S"\npreheader: P\nCONTENTS: true\n'
        'Attachments: [a.pdf, "b c.pdf"]\nignore: {long-issue: "once a year"}'
    )
    source = draft(tmp_path, "Body\n", front)
    assert (source.slug, source.number, source.date) == ("issue-1", 18, date(2010, 10, 31))
    assert (source.title, source.subject, source.preheader, source.contents) == ("T: t", "S", "P", True)
    assert source.attachments == ("a.pdf", "b c.pdf")
    assert source.ignore == {"long-issue": "once a year"}
    assert (source.body, source.first_line) == ("Body\n", 11)
    assert source.lines["attachments"] == 8


def test_a_key_stands_where_it_is_one_and_not_in_a_value_that_runs_on(tmp_path):
    source = draft(tmp_path, "", 'title: "T"\nsubject: "S\nnumber: 1"\n"pre\\u0068eader": P')
    assert (source.subject, source.number) == ("S number: 1", None)
    assert source.lines == {"title": 2, "subject": 3, "preheader": 5}


def test_the_subject_is_the_title_where_none_is_given(tmp_path):
    assert draft(tmp_path, "", 'title: "Newsletter 3"').subject == "Newsletter 3"


def test_a_file_saved_on_windows_reads_the_same(tmp_path):
    path = tmp_path / "issue-1.md"
    path.write_bytes(b"\xef\xbb\xbf---\r\ntitle: T\r\n---\r\none\r\ntwo\r\n")
    assert read_source(path).body == "one\ntwo\n"


MISTAKES = [
    ("titel: T", r"issue-1\.md:2: .titel. is not a key .* Did you mean title\?"),
    ("number: many\ntitle: T", r":2: number must be a whole number"),
    ("title: T\ndate: 31.10.2010", r":3: date must be a date such as 2010-10-31"),
    ("title: T\ndate: 2010-02-30", r":3: date must be a date"),
    ('title: "News 12\\nBcc: evil@example.test"', r":2: title has a line break"),
    ('title: "News"\nsubject: "A \\u202egnp.exe"', r":3: subject has .* invisible direction mark"),
    ('title: T\nsubject: "For {{ name }}"', r":3: subject cannot have a merge field"),
    ("title: T\npreheader: '{% x %}'", r":3: preheader cannot have a merge field"),
    ("title: ''", r":2: title is empty"),
    ("title: T\nsubject: News #19", r':3: subject ends before "#19": with a # in it, .* quotation marks'),
    ("title: T\npreheader: #19 is here", r':3: preheader ends before "#19 is here": '),
    ("title: [a]", r":2: title must be one line"),
    ("title: T\ncontents: maybe", r":3: contents must be true or false"),
    ("title: T\nattachments: a.pdf", r":3: attachments must be a list"),
    ("title: T\nignore: {rule: ''}", r":3: ignore gives no reason"),
    ("title: T\ntitle: U", r":3: title is there twice"),
    ("number: 1", r":1: The head of the file has no title"),
    ('subject: "abc\ntitle: foo"', r":1: The head of the file has no title"),
    ("--\ntitle: x", r":2: The head .*: this line is \"--\", not three hyphens\."),
    ("title: a: b", r":2: The head of the file cannot be read: the value of this line"),
    ("Subject: “PSCB: x”", r":2: The head .*: the value stands in curly quotation marks\."),
    ("title: T\n\tsubject: x", r":3: The head .*: there is a tab in this line\."),
    ('title:"T"\nsubject: x', r":2: The head .*: there is no space after the colon\."),
    ('number: 1\nTitle:"T"\nsubject: x', r":3: The head .*: there is no space after the colon\."),
    ('title: "T\nsubject: x', r":2: The head .*: the quotation mark that begins here is not closed\."),
    ("title: T\nattachments: [a", r":3: The head .*: the bracket that begins here is not closed\."),
    ("title: T\n subject: x", r":3: The head .*: the line begins with spaces\."),
    ("title: T\nmore words\nnumber: 2", r":3: The head .*: the line has no colon\."),
    ("title: T\n———\n\nHello: you", r":3: The head .*: this line is \"———\", not three hyphens\."),
    ("\x07title: T", r":2: The head .*: it has a character that no text may have\."),
    ("- a\n- b", r":2: The head of the file is not a list of keys"),
    ("a: &x [1]\nb: [*x, *x]", r":2: The head of the file is more than keys"),
    ("title: !!python/object/apply:os.system [ls]", r":2: The head of the file is more than keys"),
    ("title: " + "[" * 5000, r":2: The head of the file is more than keys"),
]


@pytest.mark.parametrize(("front", "message"), MISTAKES)
def test_a_mistake_in_the_front_matter_names_file_line_and_nearest_key(tmp_path, front, message):
    with pytest.raises(UsageError, match=message):
        draft(tmp_path, "", front)


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(UsageError) as error:
        draft(tmp_path, "", "number: x\ndate: y\ntitel: z")
    assert [line.split(":")[1] for line in error.value.message.splitlines()] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1: The file does not begin with a line ---"),
        ("# Only Markdown\n----\n", ":1: The file does not begin with a line ---"),
        ("---\ntitle: T\n", ":1: The head of the file has no end"),
        ("—\ntitle: T\n---\n", ':1: This line is "—", not three hyphens'),
        ("----\ntitle: T\n---\n", ':1: This line is "----", not three hyphens'),
        ("---\ntitle: T\n–––\nWords.\n", ':3: This line is "–––", not three hyphens'),
    ],
)
def test_a_file_without_a_head_is_refused(tmp_path, text, message):
    with pytest.raises(UsageError, match=message):
        read_source(write(tmp_path / "x.md", text))


def test_a_file_that_is_not_text_names_the_line(tmp_path):
    path = tmp_path / "x.md"
    path.write_bytes(b"---\ntitle: T\n---\nCaf\xe9\n")
    with pytest.raises(UsageError, match=":4: The file is not UTF-8"):
        read_source(path)


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path):
    with pytest.raises(UsageError, match="not a file"):
        read_source(Path("/dev/zero"))
    with pytest.raises(UsageError, match="not a file"):
        read_source(tmp_path)


def test_a_file_of_any_length_is_refused_before_it_is_parsed(tmp_path):
    with pytest.raises(UsageError, match="too long"):
        draft(tmp_path, "x" * MAX_CHARACTERS)
