"""Each rule finds what it is for, on its line, and leaves alone what is nearly the same and right."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from pscb_mail.issues.edition import Edition, File, Only
from pscb_mail.issues.preflight.copies import Readership
from pscb_mail.issues.preflight.manuscript import Manuscript
from pscb_mail.issues.preflight.rules import RULES
from pscb_mail.issues.skeleton import HINTS
from pscb_mail.settings import Check

BODY_AT = 8  # the front matter of conftest.py, and an empty line


def run(name: str, issue: Manuscript) -> list[tuple[int | None, str]]:
    (rule,) = [rule for rule in RULES if rule.name == name]
    return list(rule.find(issue))


def event(day: str) -> str:
    return f"::: events\n| date | event | place |\n|---|---|---|\n| {day} | Working Together | Town Hall |\n:::"


def in_groups(count: Callable[[frozenset[str]], Iterable[tuple[frozenset[str], int]]]) -> Readership:
    """Readers of whom nothing is known but their groups."""
    return Readership(count, lambda _field, _groups: (0, 0))


FOUND = [
    ("nhs-number", "943 476 5919"),
    ("national-insurance-number", "AB 12 34 56 C"),
    ("date-of-birth", "Jo Bloggs, born 12 March 2001"),
    ("case-reference", "Case ref CH/0417"),
    ("protective-marking", "OFFICIAL-SENSITIVE"),
    ("home-address", "12 Acacia Avenue, Peterborough PE1 1AA"),
    ("placeholder", "Lorem ipsum, lorem ipsum dolor"),
    ("placeholder", "TODO: ask the chair"),
    ("placeholder", "It costs £XX a head."),
    ("placeholder", "Dear [insert name]"),
    ("placeholder", "Dear «First_Name»,"),
    ("placeholder", "Dear {first_name},"),
    ("placeholder", "How many came ???"),
    ("placeholder", "[Programme (website)](https://board.example/TODO)"),
    *[("placeholder", hint) for hint in HINTS if not hint.startswith("https")],
    ("local-link", "[Programme](https://localhost:8080/x)"),
    ("local-link", "[Programme](https://intranet/x)"),
    ("local-link", "[Programme](http://192.168.1.4/x)"),
    ("local-link", "[Programme](https://files.board.local/x)"),
    ("mail-link", "[The office](mailto:office@a@board.example)"),
    ("mail-link", "[The office](mailto:a@board.example,b@board.example)"),
    ("mail-link", "[The office](<mailto: office@board.example>)"),
    ("tracking-link", "[Programme](https://board.example/?utm_source=letter&id=4)"),
    ("local-link", "::: contact\nname: The office\nwebsite: http://localhost:8000/x\n:::"),
    ("tracking-link", "::: contact\nname: The office\nwebsite: https://board.example/?utm_source=mail\n:::"),
    ("short-link", "::: contact\nname: The office\nwebsite: https://bit.ly/abc\n:::"),
    ("insecure-link", "::: contact\nname: The office\nwebsite: http://board.example/\n:::"),
    ("mail-link", "::: contact\nname: The office\nemail: a/b@board.example\n:::"),
    ("tracking-link", "::: button\ntext: Programme\nlink: https://board.example/?x=1&fbclid=2\n:::"),
    ("short-link", "[Programme](https://bit.ly/xyz)"),
    ("short-link", "[Programme](https://www.tinyurl.com/xyz)"),
    ("weekday", "Come on Monday 10 November 2010."),
    ("weekday", "Come on Tuesday, the 11th of November 2010."),
    ("weekday", "Come on Fri 12 Oct 2010"),
    ("weekday", "Come on Monday 11 November."),
    ("weekday", "Come on monday 11/11/2010."),
    ("impossible-date", "Come on 31 November."),
    ("impossible-date", "Come on 29 February 2010."),
    ("impossible-date", "Come on 31/11/2010."),
    ("impossible-date", "Come on 31 june 2010."),
    ("impossible-date", "Come on 31 june."),
    ("impossible-date", "Come on 32 may 2010."),
    ("heading-order", "#### A part of nothing"),
    ("heading-order", "## An article\n\n#### A part"),
    ("heading-twice", "## News\n\nOne.\n\n## News\n\nTwo."),
    ("picture-words", "![image](a.png)"),
    ("picture-words", "![IMG_2044](a.png)"),
    ("picture-words", "![chart-2.png](b.png)"),
    ("picture-words", "![team photo](<team photo.png>)"),
    ("picture-words", "![Picture of the new office](a.png)"),
    ("picture-words", f"![{'The new office, seen from the street. ' * 5}](a.png)"),
    ("link-words", "[Click here](https://board.example/) for it."),
    ("link-words", "[here](https://board.example/)"),
    ("link-words", "[Read more…](https://board.example/)"),
    ("link-words", "<https://board.example/programme>"),
    ("link-words", "[www.board.example](https://www.board.example/)"),
    ("link-twice", "[Programme](https://a.example/) and [programme](https://b.example/)"),
    ("insecure-link", "[Programme](http://board.example/)"),
    ("bare-address", "Book at https://board.example/book."),
    ("bare-address", "- See www.board.example"),
    ("bare-address", "## News of www.board.example"),
    ("bare-address", "| where |\n|---|\n| board.example/book |"),
    (
        "bare-address",
        "::: events\n| date | event | place |\n|---|---|---|\n| 2010-11-11 | Forum | https://board.example/x |\n:::",
    ),
    ("bare-address", "::: quote\nWords.\n\nsource: www.board.example\n:::"),
    ("tracking-link", "Book at https://board.example/book?utm_source=news, please."),
    ("short-link", "Book at http://bit.ly/abc"),
    ("short-link", "Book at bit.ly/abc"),
    ("local-link", "Book at http://localhost/x"),
    ("insecure-link", "Book at http://board.example/"),
    ("field-default", "Dear {{ first_name }},"),
    ("field-default", "## News for {{ role }} and {{ first_name | default('you') }}"),
    ("markup-left", "* One\n• Two"),
    ("markup-left", "•\tOne"),
    ("markup-left", "\uf0b7 One"),
    ("markup-left", "Read **this now."),
    ("markup-left", "o\tOne"),
    ("markup-left", "-One\n-Two"),
    ("markup-left", "1.One\n2.Two"),
    ("markup-left", "\tDear colleague,"),
    ("markup-left", f"{'word ' * 30}\nThe next paragraph, as Word gives it."),
    ("markup-left", f"- {'word ' * 30}\nThe end of the list."),
    ("markup-left", "The news is good, and there is more of it.\n---\nMore"),
    ("markup-left", f"{'word ' * 20}\n---"),
    ("markup-left", "Read <b>this</b> now."),
    ("markup-left", 'Read <A HREF="https://board.example/">this</A> now.'),
    ("markup-left", "One<br/>Two"),
    ("markup-left", "Two <!-- or three? --> came."),
    ("markup-left", "| Name | Telephone | Area\n|---|---|\n| A | B | C |"),
    ("markup-left", "The team:\n| A | B |\n| C | D |"),
    ("markup-left", "Day\tCourse\n12 January\tLevel 3"),
    ("markup-left", "![The new office](new office.png)"),
    ("markup-left", "Read [the programme] (https://board.example/) or [it](https://board.example/ oh no)"),
    ("capitals", "PLEASE READ THIS NOW"),
    ("capitals", "It is IMPORTANT to come."),
    ("acronym", "Ask the MASH first."),
    ("acronym", "Ask the DSLs first."),
    ("acronym", "The operation MASH; co-Operation MASH; Operation, MASH; Operations MASH."),
    ("telephone", "Ring (01632) 960123"),
    ("telephone", "Ring 01632960123"),
    ("telephone", "Ring 01632-960-123"),
    ("telephone", "Ring 01632 96012345"),
    ("telephone", "Ring +44 (0)1632 960123"),
    ("telephone", "Ring 01632/960123 or 01632.960123"),
    ("telephone", "::: contact\nname: The office\ntelephone: 01632.960123\n:::"),
    ("unconfirmed", "The place is TBC."),
    ("unconfirmed", "The place is to be confirmed."),
    ("past-event", event("2010-10-30")),
    ("stale-words", "Booking closes tomorrow."),
    ("stale-words", "We meet later this month."),
]

QUIET = [
    ("placeholder", "Places are left. Chapter XXI, 2 x 2, and what do you think?"),
    ("local-link", "[Programme](https://www.board.example/localhost) [Mail](mailto:office@board.example)"),
    ("mail-link", "[The office](mailto:office@board.example?subject=Booking) [Ring](tel:+441632960123)"),
    ("tracking-link", "[Programme](https://board.example/?page=2#utm)"),
    ("short-link", "[Programme](https://rabbit.ly.example/bit.ly)"),
    ("weekday", "Come on Thursday 11 November 2010, on Sunday 27 March 2011, on Thursday 11 November."),
    ("weekday", "On Tuesday 4 May 1999 it began, and on 12 November it ended. Come on Thursday 11/11/2010."),
    ("weekday", "They sat 5 November exams; the sun 11 November set late."),
    ("impossible-date", "Come on 29 February, or on 30 November 2010. No more than 32 may come."),
    ("past-event", event("2010-10-31")),
    ("heading-order", "## An article\n\n### A part\n\n## Another"),
    ("heading-twice", "## News\n\n### Who\n\n## Dates\n\n### Who"),
    ("picture-words", "![The new office, seen from the street](office.png)"),
    ("link-words", "[Programme of the board (website)](https://board.example/)"),
    ("link-words", "[office@board.example](mailto:office@board.example)"),
    ("link-words", "::: contact\nname: The office\nwebsite: https://www.board.example/\nemail: a@board.example\n:::"),
    (
        "link-twice",
        "::: contact\nname: A\nwebsite: https://a.example/\n:::\n\n::: contact\nname: B\nwebsite: https://b.example/\n:::",
    ),
    ("link-twice", "[Programme](https://a.example/x) and [Programme](https://a.example/x/)"),
    ("insecure-link", "[Programme](https://board.example/?from=http://b.example)"),
    (
        "bare-address",
        "[www.board.example](https://www.board.example/) and <https://board.example/>, `www.board.example`",
    ),
    ("bare-address", "::: contact\nname: A\nwebsite: https://board.example\nemail: a@www.board.example\n:::"),
    ("bare-address", "On 11/11/2010, S.I. 2009/1182, and/or, e.g. yes/no, DFE-RR040, board.example, a@board.example/x"),
    ("field-default", 'Dear {{ first_name | default("colleague") }} of {{ organisation | default("") }},'),
    ("markup-left", "Home • News · Dates\n\n- One\n* Two"),
    (
        "markup-left",
        "Good news\n---------\n\n1.5 million, -5 degrees and +44.\n\n---\n\n```\n  code\n```\n\n- One\n\n  Two",
    ),
    (
        "markup-left",
        f"{'word ' * 20}\nand more\n\n{'word ' * 30}\\\nanew\n\n[words](https://board.example/{'x' * 150})\nand",
    ),
    ("markup-left", "```\n-One\n1.Two\n```\n\n> ~~~\n> -One\n> ~~~"),
    ("markup-left", "2 * 3 * 4 is 24, and [so] (it) is, for A < B > C and <more>, either|or, a | b."),
    ("markup-left", "| a | b |\n|---|:-:|\n| - | \\| |\n|\tc\t| d |\n\n-\tOne\n\n1.\tTwo"),
    ("capitals", "The MASH, the LADO, MARAC, LSCB and DSL; ask the MASH LADO."),
    ("capitals", "The NHS and the UK. A GP. DFE-RR040. www.BOARD.example"),
    ("acronym", "The Common Assessment Framework (CAF) helps. The CAF is new."),
    (
        "acronym",
        "Operation GOLF has ended. What GOLF has taught is in Operation\nLAMP\u2019s report; so it was of **Operation FERN**.",
    ),
    ("acronym", "The CAF (a shared assessment) helps. Section IV, PE1, DFE2010, S.I. 4, the NHS, GPs and A&E."),
    (
        "telephone",
        "01632 960123, 020 7946 0958, 0800 1111, 0306 999 0123, 07700 900123, +44 1632 960123, +353 1 496 0123",
    ),
    ("telephone", "+353 123456789, +1 555 1234567890, +353 1 496 01 24 1 2"),
    (
        "telephone",
        "On 2010-11-11 09:30-16:30, S.I. 2009/1182, extension 0123, ISBN 0-306-40615-2, 01.02.2010, 01-02-10",
    ),
    ("unconfirmed", "It was confirmed."),
    ("stale-words", "In the past month, on 4 November, this year, monthly."),
]


@pytest.mark.parametrize(("name", "body"), FOUND)
def test_a_rule_finds_what_it_is_for(name: str, body: str, manuscript_of: Callable[..., Manuscript]) -> None:
    spots = run(name, manuscript_of(body))
    assert spots
    assert all(line is not None and line >= BODY_AT for line, _ in spots)


@pytest.mark.parametrize(("name", "body"), QUIET)
def test_a_rule_leaves_alone_what_is_right(name: str, body: str, manuscript_of: Callable[..., Manuscript]) -> None:
    assert run(name, manuscript_of(body)) == []


@pytest.mark.parametrize(
    ("empty", "said"),
    [
        ((), []),
        (("urgent",), ["urgent is empty"]),
        (("website",), ["from where: website is empty"]),
        (("urgent", "website", "postal_address"), ["urgent is empty", "postal_address and website are empty"]),
    ],
)
def test_a_footer_that_leaves_out_what_it_should_say_is_told(
    empty: tuple[str, ...], said: list[str], manuscript_of: Callable[..., Manuscript]
) -> None:
    """Above all what to do for a child who may be at risk."""
    issue = manuscript_of("Text.")
    newsletter = issue.settings.newsletter.model_copy(update=dict.fromkeys(empty, ""))
    found = run("footer", replace(issue, settings=issue.settings.model_copy(update={"newsletter": newsletter})))
    assert [line for line, _ in found] == [None] * len(said)
    assert all(words in sentence for words, (_, sentence) in zip(said, found, strict=True))


def test_every_rule_is_tried() -> None:
    """A rule that is added without a case here has never been seen to find anything."""
    elsewhere = {
        "html-cut",
        "html-size",
        "message-refused",
        "message-size",
        "subject-length",
        "preheader",
        "preheader-repeats",
        "only-nobody",
        "footer",
        "attachment-unread",
        "attachment-place",
        "quotation-marks",
    }
    assert {rule.name for rule in RULES} == {name for name, _ in FOUND} | elsewhere


@pytest.mark.parametrize(
    ("name", "subject", "preheader"),
    [
        ("subject-length", "Newsletter 18, with everything that there is to say about October 2010", "A line of fifty characters or so, which is right."),
        ("preheader", "Newsletter 18", ""),
        ("preheader", "Newsletter 18", "Too short"),
        ("preheader", "Newsletter 18", "Too long " * 20),
        ("preheader-repeats", "Newsletter 18: October 2010, all the news there is", "newsletter 18: october 2010, all the news there is."),
    ],
)  # fmt: skip
def test_what_the_inbox_shows(
    name: str, subject: str, preheader: str, manuscript_of: Callable[..., Manuscript]
) -> None:
    front = f'---\ntitle: "Newsletter 18"\nsubject: "{subject}"\npreheader: "{preheader}"\n---\n'
    issue = manuscript_of("Words.", front)
    assert [line for line, _ in run(name, issue)] == [3 if name == "subject-length" else 4]
    others = {"subject-length", "preheader", "preheader-repeats"} - {name}
    assert [other for other in others if run(other, issue)] == []


@pytest.mark.parametrize(
    ("key", "line", "found"),
    [("title", 2, True), ("subject", 3, True), ("preheader", 4, True), ("other", 5, False)],
)
def test_curly_quotation_marks_around_a_value_are_told(
    key: str, line: int, found: bool, manuscript_of: Callable[..., Manuscript]
) -> None:
    """Marks within a value, or within straight ones, are words."""
    values = {"title": "On “Working Together”", "subject": '"“Working Together”"', "preheader": "'Words'"}
    values |= {key: "“Newsletter 18”"} if key in values else {}
    front = "---\n" + "".join(f"{name}: {value}\n" for name, value in values.items()) + "---\n"
    assert [spot for spot, _ in run("quotation-marks", manuscript_of("Words.", front))] == ([line] if found else [])


KB = 1024


@pytest.mark.parametrize(
    ("html_kb", "file_kb", "found"),
    [
        (80, 0, []),
        (91, 0, ["html-size"]),
        (102, 0, ["html-size"]),
        (103, 0, ["html-cut"]),
        (10, 1400, []),
        (10, 1600, ["message-size"]),
        (10, 8000, ["message-refused"]),
    ],
)  # fmt: skip
def test_sizes_against_their_limits(
    html_kb: int, file_kb: int, found: list[str], manuscript_of: Callable[..., Manuscript]
) -> None:
    """A file takes a third more on the way: 1,400 KB stay under 2 MB, 8,000 KB do not under 10."""
    files = (File("a.pdf", "application/pdf", b"x" * file_kb * KB),)
    edition = Edition("issue-18", "Subject", ("x" * html_kb * KB,), ("text",), attachments=files)
    issue = replace(manuscript_of("Words."), edition=edition)
    sizes = ("html-size", "html-cut", "message-size", "message-refused")
    assert [name for name in sizes if run(name, issue)] == found


GROUPS = [("::: only heads\nWords.\n:::", []), ("::: only Heads, Haeds\nWords.\n:::", ["Haeds"]), ("Words.", [])]
GROUPS += [("::: only E\u0301coles\nWords.\n:::", [])]  # an accent after its letter, as a Mac may write it


@pytest.mark.parametrize(("body", "found"), GROUPS)
def test_a_passage_for_a_group_that_nobody_is_in(
    body: str, found: list[str], manuscript_of: Callable[..., Manuscript]
) -> None:
    """In any case of letters; and where nobody knows who is in which group, or reads at all, nothing is said."""
    issue = manuscript_of(body)
    known = replace(
        issue, readership=in_groups(lambda names: [(names & {"heads", "\u00e9coles"}, 2), (frozenset(), 5)])
    )
    assert [message.split('"')[1] for _, message in run("only-nobody", known)] == found
    for nobody in (issue, replace(issue, readership=in_groups(lambda _: []))):
        assert run("only-nobody", nobody) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Dear {{ first_name }},", "3 of 9 readers have none"),
        ("Dear {{ role }},", "every reader has one today"),
        ("::: only Heads\nDear {{ first_name }},\n:::", "1 of 2 readers has none"),
        ("Dear {{ name }},", "none: they would see nothing there"),
        ("::: only E\u0301coles\nDear {{ role }},\n:::", "every reader has one today"),
    ],
)
def test_a_field_without_a_default_tells_how_many_readers_would_see_nothing(
    body: str, said: str, manuscript_of: Callable[..., Manuscript]
) -> None:
    """Of a passage for some groups, among its readers; of nobody where the list is empty."""
    lacking = {("first_name", frozenset()): (3, 9), ("role", frozenset()): (0, 9), ("name", frozenset()): (0, 0)}
    heads = {("first_name", frozenset({"heads"})): (1, 2), ("role", frozenset({"\u00e9coles"})): (0, 4)}
    readership = Readership(lambda names: [(names, 2)], lambda field, groups: {**lacking, **heads}[field, groups])
    ((_, message),) = run("field-default", replace(manuscript_of(body), readership=readership))
    assert said in message


def test_the_largest_copy_that_somebody_gets_counts(manuscript_of: Callable[..., Manuscript]) -> None:
    """Two long passages that nobody gets together are no trouble; one that somebody gets is, and is named."""
    long = "x" * 60 * KB
    edition = Edition("issue-18", "S", (Only(("Heads",), (long,)), Only(("Police",), (long,))), ("text",))
    apart = [(frozenset({"heads"}), 3), (frozenset({"police"}), 4), (frozenset(), 9)]
    issue = replace(manuscript_of("Words."), edition=edition, readership=in_groups(lambda _: apart))
    assert run("html-cut", issue) == []
    both = replace(issue, readership=in_groups(lambda _: [*apart, (frozenset({"heads", "police"}), 1)]))
    ((line, message),) = run("html-cut", both)
    assert (line, "only for Heads and only for Police" in message) == (None, True)
    assert [(copies.passages, copies.readers) for copies in both.copies] == [
        ((), 9), (("Police",), 4), (("Heads",), 3), (("Heads", "Police"), 1),
    ]  # fmt: skip


def test_an_acronym_of_the_settings_needs_no_explanation(manuscript_of: Callable[..., Manuscript]) -> None:
    issue = manuscript_of("Ask the MASH first, and all MASHes. Then the LADO.")
    known = issue.settings.model_copy(update={"check": Check(acronyms=("MASH",))})
    assert [message.split('"')[1] for _, message in run("acronym", replace(issue, settings=known))] == ["LADO"]


def test_an_acronym_is_named_once_where_it_first_stands(manuscript_of: Callable[..., Manuscript]) -> None:
    assert [line for line, _ in run("acronym", manuscript_of("One.\n\nThe MASH.\n\nThe MASH again."))] == [BODY_AT + 2]


@pytest.mark.parametrize(
    ("number", "grouped"),
    [
        ("01632960001", "01632 960001"), ("(01632) 96-0001", "01632 960001"), ("02079460958", "020 7946 0958"),
        ("01614960001", "0161 496 0001"), ("0306-999-0123", "0306 999 0123"), ("0161 496 00-01", "0161 496 0001"),
        ("0163296000", "01632 96000"), ("+441632960001", "+44 1632 960001"), ("+44 (0)20 79460958", "+44 20 7946 0958"),
        ("+353-1-496-0124", "+353 1 496 0124"), ("0800-1111", "0800 1111"),
    ],
)  # fmt: skip
def test_a_number_grouped_oddly_is_shown_as_it_should_be(
    number: str, grouped: str, manuscript_of: Callable[..., Manuscript]
) -> None:
    """That very number: an example of another one is copied, and rings somebody else."""
    ((_, message),) = run("telephone", manuscript_of(f"Ring {number}."))
    assert f"write it as {grouped}, with" in message
    assert run("telephone", manuscript_of(f"Ring {grouped}.")) == []


def test_words_in_blocks_are_on_their_own_lines(manuscript_of: Callable[..., Manuscript]) -> None:
    body = "::: contact\nname: The office\ntelephone: (01632) 960123\nemail: office@board.example\n:::"
    assert [line for line, _ in run("telephone", manuscript_of(body))] == [BODY_AT + 2]


def test_an_event_is_on_its_own_line_blank_lines_counted(manuscript_of: Callable[..., Manuscript]) -> None:
    body = "::: events\n\n| date | event |\n|---|---|\n| 2010-11-01 | One |\n\n| 2010-10-01 | Two |\n:::"
    assert [line for line, _ in run("past-event", manuscript_of(body))] == [BODY_AT + 6]
