"""The plain text part: every word and address of the HTML, in 72 columns, without markup."""

import re

import pytest
from drafts import ISSUE_18, built, draft, html_for, text_for
from lxml import html as lxml_html

from pscb_mail.issues.source import read_source


@pytest.fixture(scope="module")
def issue_18():
    return built(read_source(ISSUE_18))


def body(folder, markdown, front='title: "T"'):
    """The text between masthead and footer."""
    text = text_for(built(draft(folder, markdown, front)))
    return text.partition("=\n")[2].partition("\n" + "-" * 72 + "\n\nWorried")[0].strip("\n")


def bag(text):
    return re.findall(r"[\w@’]+(?:[-.:/][\w@’]+)*", text)


def test_every_word_of_the_html_is_in_the_text_in_the_same_order(issue_18):
    page = lxml_html.document_fromstring(html_for(issue_18))
    for hidden in page.xpath("//*[contains(@style, 'display:none')] | //caption | //thead | //style | //title"):
        hidden.drop_tree()
    for element in page.iter("p", "li", "td", "th", "h1", "h2", "h3", "br", "div"):
        element.tail = f" {element.tail or ''}"
        element.text = f" {element.text or ''}"
    rest = iter(bag(text_for(issue_18)))
    missing = [
        word
        for word in bag(page.xpath("//body")[0].text_content())
        if word not in {"When", "What"} and word not in rest
    ]
    assert missing == []


def test_every_address_of_the_html_is_in_the_text(issue_18):
    text = text_for(issue_18)
    for target in lxml_html.document_fromstring(html_for(issue_18)).xpath("//a/@href"):
        if target.startswith("tel:"):
            assert target.removeprefix("tel:") in re.sub(r"(?<=\d) (?=\d)", "", text)
        elif not target.startswith("#"):
            assert target.removeprefix("mailto:") in text


def test_no_line_is_longer_than_72_columns_but_for_addresses(issue_18):
    text = text_for(issue_18, address="a.rather.long.name@long-school.example")
    long = [line for line in text.splitlines() if len(line) > 72]
    assert len(long) == 3
    assert all(line.startswith("mailto:newsletter@pscb.example?subject=") for line in long)


def test_no_markup_entity_or_filler_is_left(issue_18):
    text = text_for(issue_18)
    assert not re.search(r"\*\*|</?[a-z]+>|&[a-z]+;|&#\d+|\u2007|\ufeff|\u034f|\]\(|:::|\{\{", text)
    assert not re.search(r"[ \t]\n", text)
    assert "\n\n\n\n" not in text


def test_headings_are_underlined_as_far_as_they_are_long(tmp_path):
    assert body(tmp_path, "## Café\n\n### A *b*") == "Café\n====\n\nA b\n---"


CALENDAR = "For your own calendar: open the attached file issue-1.ics."

CASES = [
    ("a [b](https://a.example) c", "a b [1] c\n\n[1] https://a.example"),
    ("[b](https://a.example)", "b:\nhttps://a.example"),
    ("- [b](https://a.example)", "- b:\n  https://a.example"),
    ("<https://a.example>", "https://a.example"),
    ("write to [a@b.example](mailto:a@b.example) now", "write to a@b.example now"),
    ("write [to us](mailto:a@b.example) now", "write to us [1] now\n\n[1] a@b.example"),
    ("ring [01632 960 123](tel:01632960123) now", "ring 01632 960 123 now"),
    ("a [b](https://a.example), [c](https://a.example)", "a b [1], c [1]\n\n[1] https://a.example"),
    ("## H\n\nsee [H](#h)", "H\n=\n\nsee H"),
    ("1. a\n2. b\n   - c\n     - d\n", "1. a\n2. b\n   * c\n     * d"),
    ("9. a\n10. b", " 9. a\n10. b"),
    ("- a\n\n  b\n- c", "- a\n\n  b\n\n- c"),
    ("> a\n>\n> - b", "    a\n\n    - b"),
    ("a\\\nb", "a\nb"),
    ("a\nb", "a b"),
    ("```\ncode  &  more\n```", "    code  &  more"),
    ("`a*b` *c* **d** &amp; &lt;", "a*b c d & <"),
    ("| a | b |\n|---|--:|\n| c c | 1 |", "a    b\n---  -\nc c  1"),
    ("Table: Who *came*\n\n| a |\n|---|\n| c |", "Table: Who came\n\na\n-\nc"),
    ("::: button\ntext: Go\nlink: https://a.example\n:::", "Go:\nhttps://a.example"),
    ("::: Quote\nSaid\n\nSource: Me\n:::", "    Said\n\n    Me"),
    ("::: callout\n### A\nb\n:::", f"{'-' * 72}\nA\n-\n\nb\n{'-' * 72}"),
    (
        "::: contact\nname: A\ntelephone: 01632 960123\nextension: 0141\nemail: a@b.example\n:::",
        "    A\n    Telephone: 01632 960123, extension 0141\n    E-mail: a@b.example",
    ),
    (
        "::: events\n| date | event | link |\n|---|---|---|\n| 2010-11-11 09:30-16:30 | W | https://a.example |\n:::",
        f"Thursday 11 November 2010, 09:30 to 16:30\n    W\n    https://a.example\n\n{CALENDAR}",
    ),
]


@pytest.mark.parametrize(("markdown", "text"), CASES)
def test_each_thing_reads_as_people_write_it(tmp_path, markdown, text):
    assert body(tmp_path, markdown) == text


def test_links_are_explained_at_the_end_of_their_article_and_keep_their_numbers(tmp_path):
    markdown = "## A\n\nx [b](https://b.example) y\n\n## C\n\nx [d](https://d.example) [b](https://b.example)"
    assert body(tmp_path, markdown) == (
        "A\n=\n\nx b [1] y\n\n[1] https://b.example\n\n\nC\n=\n\nx d [2] b [1]\n\n[2] https://d.example\n[1] https://b.example"
    )


def test_a_table_too_wide_becomes_records(tmp_path):
    long = "word " * 20
    assert body(tmp_path, f"| No. | What |\n|---|---|\n| 1 | {long} |") == (
        "No. 1\n    What: " + " ".join(["word"] * 12) + "\n    " + " ".join(["word"] * 8)
    )


def test_a_long_list_is_folded_under_itself(tmp_path):
    assert body(tmp_path, "- " + "word " * 20) == "- " + " ".join(["word"] * 14) + "\n  " + " ".join(["word"] * 6)


def test_a_no_break_space_holds_its_words_together(tmp_path):
    assert "1\u00a0October" in body(tmp_path, "word " * 13 + "on 1\u00a0October")


def test_a_readers_name_takes_its_place(tmp_path):
    edition = built(draft(tmp_path, 'Dear {{ first_name | default("colleague") }},'))
    assert "Dear Jo," in text_for(edition)
    assert "Dear colleague," in text_for(edition, first_name="")
    assert "Dear <b>{{ 7*7 }}," in text_for(edition, first_name="<b>{{ 7*7 }}")


def test_the_footer_has_the_words_and_addresses_of_the_links(tmp_path):
    text = text_for(built(draft(tmp_path, "x")))
    assert (
        "Take me off the list:\nmailto:newsletter@pscb.example?subject=unsubscribe%20ABCDE-FGHJK-MNPQR-STVWX&body="
        "Take%20jo@school.example%20off%20the%20list%2C%20please.\n"
    ) in text
    assert "Add a colleague:\nmailto:" in text
    assert "Change my address:\nmailto:" in text
    assert text.endswith("\nhttps://www.pscb.example\n")


def test_a_smtp_dialogue_in_the_text_stays_words(tmp_path):
    assert body(tmp_path, "line\\\n.\\\nFrom here on") == "line\n.\nFrom here on"
