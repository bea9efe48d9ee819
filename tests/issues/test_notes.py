"""Footnotes: numbered for everybody alike, at the end of their article, and nobody sees another's."""

import contextlib
import re
from pathlib import Path

import pytest
from drafts import TEMPLATES, built, draft, html_for, parsed, settings, text_for
from effort import amount
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from lxml import html as lxml_html

from pscb_mail.errors import UsageError
from pscb_mail.issues.building import build_public
from pscb_mail.issues.edition import for_groups, laid_open
from pscb_mail.issues.source import Source

FRONT = 'title: "Newsletter 1"\ncontents: true'
BODY = """## One

First[^a] and second,[^b] and first again.[^a]

[^b]: The second note, with [a page](https://page.example/b), and words upon words upon words.

    Its second paragraph.

[^a]: The first note.

::: only Heads
### Theirs

For heads.[^h] And more.[^i]

[^h]: Hush, heads.

[^i]: Hush again.
:::

::: only Police
For the police.[^p]

[^p]: The whistle.
:::

## Two

| Period | Reviews |
|--------|--------:|
| To 2009 | 173[^c] |

[^c]: The third note.
"""


def test_marks_lead_to_the_notes_at_the_end_of_their_article(tmp_path):
    """In the order of their marks, whatever the order in which they were written; a note that is meant twice stands once."""
    page = html_for(for_groups(built(draft(tmp_path, BODY, FRONT)), ()))
    tree = lxml_html.fromstring(page)
    marks = [(mark.text_content(), mark.get("href")) for mark in tree.xpath("//sup/a")]
    assert marks == [("1", "#note-1"), ("2", "#note-2"), ("1", "#note-1"), ("3", "#note-3")]
    lists = tree.xpath("//div[@class='notes']/ol")
    assert [(each.get("start"), [item.get("id") for item in each]) for each in lists] == [
        (None, ["note-1", "note-2"]),
        ("3", ["note-3"]),
    ]
    assert "The first note." in lists[0][0].text_content()
    assert page.index("Its second paragraph.") < page.index('id="two"') < page.index("The third note.")


def test_outlook_has_a_place_to_go_to(tmp_path):
    """Word knows no id: what a link leads to has a name in its own comment, headings in the contents too."""
    page = html_for(laid_open(built(draft(tmp_path, BODY, FRONT))))
    targets = {link[1:] for link in lxml_html.fromstring(page).xpath("//a/@href") if link.startswith("#")}
    assert targets == set(re.findall(r'<!--\[if mso\]><a name="([^"]+)"></a><!\[endif\]-->', page))


def test_the_text_says_the_same(tmp_path):
    text = text_for(for_groups(built(draft(tmp_path, BODY, FRONT)), ()))
    assert "First (note 1) and second, (note 2) and first again. (note 1)" in text
    assert (
        "\n\nNotes\n-----\n\nNote 1: The first note.\n\nNote 2: The second note, with a page [1], and words upon words upon\n        words.\n\n        Its second paragraph."
        in text
    )
    assert text.index("Note 2:") < text.index("[1] https://page.example/b") < text.index("Two\n===")
    assert "173 (note 3)" in text
    assert max(map(len, text.partition("Take me off")[0].splitlines())) <= 72
    assert "Note 3: The third note." in text


@pytest.mark.parametrize(
    ("groups", "seen"), [((), ()), (("Heads",), ("Hush, heads.", "Hush again.")), (("Police",), ("The whistle.",))]
)
def test_notes_of_a_passage_are_for_its_readers_and_change_no_number_of_the_others(groups, seen, tmp_path):
    edition = for_groups(built(draft(tmp_path, BODY, FRONT)), groups)
    for shown in (html_for(edition), text_for(edition)):
        hidden = {"Hush, heads.", "Hush again.", "The whistle."} - set(seen)
        assert all(words in shown for words in seen)
        assert not any(words in shown for words in hidden)
    marks = re.findall(r'aria-label="Note (\w+)"', html_for(edition))
    assert marks == ["1", "2", "1", *"ab"[: len(seen)], "3"]


def test_the_website_has_the_notes_for_everybody(tmp_path):
    page = build_public(draft(tmp_path, BODY, FRONT), settings(), (TEMPLATES,)).html
    assert page.count('<li id="note-') == 3
    assert "Hush" not in page
    assert "[if mso]" not in page


FAULTS = [
    ("Words[^x].", r":4: There is no note \[\^x\]: write it on a line of its own"),
    ("Words.\n\n[^x]: A note.", r":6: Nothing leads to the note \[\^x\]\."),
    ("Words[^x].\n\n[^x]: One.\n\n[^x]: Two.", r":8: The note \[\^x\] is there twice\."),
    ("## Heading[^x]\n\nWords[^x].\n\n[^x]: One.", r":4: A heading cannot have a note"),
    ("Words[^x], and[^y].\n\n[^x]: One.[^y]\n\n[^y]: Two.", r":6: A note cannot have a note\."),
    ("- Words[^x].\n\n    [^x]: One.", r":6: The note \[\^x\] stands in a list, a quotation or a block"),
    (
        "Words[^x].\n\n::: only Heads\nTheirs.\n\n[^x]: Secret.\n:::",
        r":4: The note \[\^x\] and its mark must both be for everybody",
    ),
    ("::: only Heads\nTheirs[^x].\n:::\n\n[^x]: Open.", r":5: The note \[\^x\] and its mark must both be"),
    ("Words[^x].\n\n[^x]: [^y]: One.", r":6: A note begins within another one"),
    ("::: only A\nx[^x]\n:::\n\n::: only B\ny\n\n[^x]: z\n:::", r":5: The note \[\^x\] and its mark must both be"),
]


@pytest.mark.parametrize(("body", "sentence"), FAULTS, ids=[body[:20] for body, _ in FAULTS])
def test_a_mistake_is_told_with_its_line(body, sentence, tmp_path):
    with pytest.raises(UsageError, match=sentence):
        parsed(tmp_path, body)


PIECES = [
    "[^a]", "[^b]", "[^a]: ", "[^b]: ", "[^", "    ", "> ", "- ", "1. ", "\n", "\n\n", "::: only Heads\n", "::: callout\n", ":::\n",
    "## H\n", "words ", "| a[^a] | b |\n|---|---|\n| x[^b] | y |\n", "```\n", "**", "[x](https://a.example)", "{{ name }}", "---\n",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings_of_hypothesis(max_examples=amount(40, 3000), deadline=None)
def test_whatever_is_written_is_built_or_is_a_mistake(body):
    source = Source(slug="issue-1", path=Path("issue-1.md"), title="T", subject="T", body=body)
    with contextlib.suppress(UsageError):
        assert html_for(for_groups(built(source), ("Heads",)))


def test_a_thousand_notes_are_no_trouble(tmp_path):
    marks = "".join(f"w[^{number}] " for number in range(1000))
    notes = "\n\n".join(f"[^{number}]: n" for number in range(1000))
    assert text_for(built(draft(tmp_path, f"{marks}\n\n{notes}"))).count("\nNote ") == 1000
