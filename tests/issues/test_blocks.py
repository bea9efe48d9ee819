"""The `:::` blocks: what each may hold, and which line is wrong."""

from datetime import date, time

import pytest

from pscb_mail.issues.blocks import BlockErrors, Button, Contact, Event, button, contact, events, is_link, when

HEAD = ["| date | event | place |", "|---|---|---|"]


def test_a_contact_is_read_in_any_order_and_in_capitals_too():
    lines = ["Email: desk@pscb.example", "", "NAME: Help Desk", "telephone: 01632 960123", "extension: 0141"]
    assert contact(lines) == Contact(
        name="Help Desk", telephone="01632 960123", extension="0141", email="desk@pscb.example"
    )


CONTACTS = [
    (["email: a@pscb.example"], (0, "no name")),
    (["name: A"], (0, "only a name")),
    (["name: A", "emial: a@pscb.example"], (2, "Did you mean email?")),
    (["name: A", "email: nobody"], (2, "is not an address")),
    (["name: A", "email: a@pscb.example?bcc=evil@pscb.example>"], (2, "is not an address")),
    (["name: A", "telephone: ring us"], (2, "no number")),
    (["name: A", "telephone: 01632 960123 or 01632 960124"], (2, "is not one number")),
    (["name: A", "telephone: 01632 960123, 960124"], (2, "is not one number")),
    (["name: A", "telephone: 01632 960123/4"], (2, "is not one number")),
    (["name: A", "telephone: 01632 960123-4"], (2, "is not one number")),
    (["name: A", "telephone: 01632 960123 01632 960124"], (2, "is not one number")),
    (["name: A", "telephone: 01632 960123 ext 12"], (2, "under extension")),
    (["name: A", "telephone: 01632 96O123"], (2, "is not one number")),
    (["name: A", "email: a?bcc=b@pscb.example"], (2, "is not an address")),
    (["name: A", "email: a%0ab@pscb.example"], (2, "is not an address")),
    (["name: A", "website: javascript:alert(1)"], (2, "is not a link")),
    (["name: A", "website: mailto:a@pscb.example"], (2, "is not a link")),
    (["name: A", "just words"], (2, "is not “key: value”")),
    (["name: A", "name: B", "email: a@pscb.example"], (2, "twice")),
    (["name: {{ name }}", "email: a@pscb.example"], (1, "merge field")),
    (["name: A\u202e", "email: a@pscb.example"], (1, "invisible")),
]


@pytest.mark.parametrize(("lines", "mistake"), CONTACTS)
def test_a_wrong_contact_names_the_line(lines, mistake):
    with pytest.raises(BlockErrors) as error:
        contact(lines)
    line, words = mistake
    assert any(
        number == line and words.replace("“", '"').replace("”", '"') in sentence
        for number, sentence in error.value.mistakes
    )


def test_a_contact_whose_keys_are_misspelt_is_not_told_that_it_has_none():
    with pytest.raises(BlockErrors) as error:
        contact(["name: A", "phone: 01632 960123", "e-mail: a@pscb.example"])
    assert [line for line, _ in error.value.mistakes] == [2, 3]


@pytest.mark.parametrize(
    "number",
    ["01632 960123", "(01632) 960123", "+44 (0)1632 960123", "01632-960-123", "01632.960123", "01632\u00a0960123", "101",
     "0800 1111", "18001 01632 960123", "0044 1632 960123"],
)  # fmt: skip
def test_one_number_is_taken_however_it_is_grouped(number):
    assert contact(["name: A", f"telephone: {number}"]).telephone == number


def test_a_button_needs_words_and_a_link():
    assert button(["text: Go", "link: https://www.pscb.example/a"]) == Button("Go", "https://www.pscb.example/a")
    with pytest.raises(BlockErrors) as error:
        button(["link: file:///etc/passwd"])
    assert [line for line, _ in error.value.mistakes] == [0, 1]


def test_events_are_read_with_whole_days_and_times():
    lines = [*HEAD, "| 2010-11-11 9:30 – 16:30 | Working Together | Bayard Place |", "| 2010-11-25 | Board | |"]
    assert events(lines).events == (
        Event(date(2010, 11, 11), "Working Together", "Bayard Place", "", time(9, 30), time(16, 30)),
        Event(date(2010, 11, 25), "Board"),
    )


def test_events_may_have_links_and_bars_in_their_cells():
    lines = ["|date|link|event|", "|---|---|---|", r"|2010-11-25|https://www.pscb.example/x|A \| B|"]
    assert events(lines).events == (Event(date(2010, 11, 25), "A | B", link="https://www.pscb.example/x"),)


EVENTS = [
    ([], 0, "not a table"),
    (["2010-11-11 Something"], 0, "not a table"),
    (["| date | evnt |", "|---|---|", "| 2010-11-11 | x |"], 1, "Did you mean event?"),
    (["| event |", "|---|", "| x |"], 1, "no column date"),
    ([*HEAD, "| 11/11/2010 | x | y |"], 3, "is not a date such as"),
    ([*HEAD, "", "| 2010-02-30 | x | y |"], 4, "is not a date that exists"),
    ([*HEAD, "| 2010-11-11 16:30-09:30 | x | y |"], 3, "ends before it begins"),
    ([*HEAD, "| 9999-12-31 | x | y |"], 3, "century"),
    ([*HEAD, "| 2010-11-11 |  | y |"], 3, "no name"),
    ([*HEAD, "| 2010-11-11 | x | y | z |"], 3, "4 cells"),
    ([*HEAD, "| 2010-11-11 | [x](https://a.example) | y |"], 3, "column link"),
    ([*HEAD, "| 2010-11-11 | {{ name }} | y |"], 3, "merge field"),
]


@pytest.mark.parametrize(("lines", "line", "words"), EVENTS)
def test_a_wrong_event_names_the_line(lines, line, words):
    with pytest.raises(BlockErrors) as error:
        events(lines)
    assert any(number == line and words in sentence for number, sentence in error.value.mistakes)


def test_every_wrong_event_is_told_at_once():
    with pytest.raises(BlockErrors) as error:
        events([*HEAD, "| soon | x | y |", "| 2010-11-11 | x | y |", "| later | x | y |"])
    assert [line for line, _ in error.value.mistakes] == [3, 5]


@pytest.mark.parametrize("text", ["2010-11-11T09:30", "20101111", "2010-11-11 9", "2010-11-11 24:30", "٢٠١٠-11-11", ""])
def test_only_iso_dates_are_dates(text):
    with pytest.raises(ValueError, match="is not a date"):
        when(text)


@pytest.mark.parametrize(
    "link",
    ["https://a.example/x?y=1&z=2", "http://a.example", "Https://a.example", "mailto:a@b.example", "tel:+441632960123"],
)
def test_the_web_a_mail_and_a_telephone_are_links(link):
    assert is_link(link)


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JavaScript:x", "vbscript:x", "data:text/html,x", "file:///etc/passwd", "/x", "x.html",
     "//a.example", "https://", "https://a b", "mailto:", 'https://a.example/"onclick=', "ftp://a.example"],
)  # fmt: skip
def test_nothing_else_is_a_link(link):
    assert not is_link(link)
