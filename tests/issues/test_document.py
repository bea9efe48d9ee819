"""The body: merge fields, blocks, links and pictures understood; everything else of Jinja refused, with its line."""

import time
import tomllib
from pathlib import Path

import pytest
from drafts import ISSUE_18, built, draft, parsed

from pscb_mail.errors import UsageError
from pscb_mail.issues.blocks import Button, Callout, Contact, Quote
from pscb_mail.issues.document import Heading, Link, Picture
from pscb_mail.issues.edition import Field
from pscb_mail.issues.parsing import parse
from pscb_mail.issues.source import read_source
from pscb_mail.issues.tokens import carrying

HOSTILE = tomllib.loads((Path(__file__).parents[1] / "data" / "issues" / "hostile.toml").read_text("utf-8"))["case"]


def fields(document):
    return [child.meta for token in document.tokens for child in token.children or [] if child.type == "field"]


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case["why"][:50])
def test_a_hostile_body_is_built_or_refused_in_time(tmp_path, case):
    """No traceback, no hang, nothing read from elsewhere: an error with its line, or an edition."""
    begun = time.process_time()
    outcome = "built"
    try:
        built(draft(tmp_path, case["body"] * case.get("times", 1)))
    except UsageError as error:
        outcome = error.message
    assert case["outcome"] in outcome
    assert time.process_time() - begun < 5


def test_issue_18_is_understood():
    document = parse(read_source(ISSUE_18))
    kinds = [token.type for token in document.tokens]
    assert [kinds.count(kind) for kind in ("contact", "events", "button", "callout_open", "quote_open")] == [
        7,
        1,
        2,
        1,
        1,
    ]
    assert len(document.articles) == 25
    assert fields(document) == [Field("first_name", "colleague")]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{{ name }}", Field("name")),
        ("{{Organisation}}", Field("organisation")),
        ('{{ first_name | default("colleague") }}', Field("first_name", "colleague")),
        ("{{ role|default('head\"teacher') }}", Field("role", 'head"teacher')),
        ("{{ first_name | default(“colleague”) }}", Field("first_name", "colleague")),
    ],
)
def test_a_merge_field_is_a_name_and_perhaps_a_default(tmp_path, text, field):
    assert fields(parsed(tmp_path, f"Dear **{text}**, welcome")) == [field]


@pytest.mark.parametrize("text", ["`{{ nme }}`", "    {{ nme }}", "```\n{% x %}\n```", "\\{{ nme }}", "{ {x} }"])
def test_what_is_quoted_as_code_or_escaped_is_no_field(tmp_path, text):
    assert fields(parsed(tmp_path, text)) == []


WRONG = [
    ("Dear {{ frist_name }},", r":4: There is no field .frist_name.\. Did you mean first_name\?"),
    ("One\ntwo\nthree {{ nam }}", r":6: There is no field .nam."),
    ("| a | b |\n|---|---|\n| {{ x }} | c |", r":6: There is no field .x."),
    ("| a | b |\n|---|---|\n| c | d | lost |\n| e |", r":6: The row has 3 cells, the table 2 columns"),
    ("| a | b |\n|---|---|\n| c | d |\nWords", r":7: This would be a row of the table"),
    ("Words\n\n[Email]: jo@pscb.example", r":6: This line would not be shown"),
    ("[a]: https://a.example\n[A]: https://b.example\n\n[words][a]", r":5: This line would not be shown"),
    ("> a | b\n> --|--\n> c | d | |\n> e | `f | g`", r":7: The row has 3 cells, the table 2 columns"),
    ("{{ name | upper }}", r":4: .* is not a merge field such as"),
    ("{{ name.__class__ }}", r":4: .* is not a merge field"),
    ("a {{ name", r":4: .* is not a merge field"),
    ("{{ name }}\n{% if x %}", r":5: .* is not a merge field"),
    ("[x](<https://a.example/{{ name }}>)", r":4: A link cannot have a merge field"),
    ("::: contcat\nname: x\n:::", r":4: There is no block .contcat.\. Did you mean contact\?"),
    ("::: contact\nname: A\nemial: x\n:::", r":6: .emial. is not a key of this block\. Did you mean email\?"),
    ("x\n\n> ::: button\n> text: A\n> lnik: b\n> :::", r":8: .lnik. is not a key"),
    ("::: callout big\nx\n:::", r":4: The block callout takes nothing after its name"),
    ("::: callout\nnever closed", r":4: The block callout is not closed"),
    ("::: callout\n:::", r":4: The block callout is empty"),
    ("words\n:::\n", r":5: This ::: ends a block, and none is open"),
    ("::: events\n| date | event |\n|---|---|\n| soon | x |\n:::", r":7: .soon. is not a date"),
    ("# Another title", r":4: The title at the head of the file is the only heading"),
    ("##\n", r":4: The heading is empty"),
    ("## News of [x](https://a.example)", r":4: The heading of an article cannot have a link"),
    ("::: only Heads\n## <https://a.example>\n:::", r":5: The heading of an article cannot have a link"),
    ("[x](<tel:01632 960123>)", r":4: .tel:01632 960123. cannot be rung: write its digits together"),
    ("[x](/about)", r":4: ./about. is not a link that works in a mail"),
    ("[x](about.html)", r":4: .about.html. is not a link"),
    ("[](https://a.example)", r":4: The link has no words"),
    ("## News\n\n[up](#nesw)", r":6: No heading has the anchor .#nesw.\. Did you mean news\?"),
    ("![](a.png)", r":4: The picture .a.png. has no words"),
    ("![for {{ name }}](a.png)", r":4: The words of a picture cannot have a merge field"),
    ("::: quote\nWords\n\nsource: {{ name }}\n:::", r":7: The source of a quote cannot"),
]


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_a_mistake_names_file_line_and_nearest_name(tmp_path, body, message):
    with pytest.raises(UsageError, match=rf"issue-1\.md{message}"):
        parsed(tmp_path, body)


def test_all_mistakes_are_told_at_once_in_order(tmp_path):
    with pytest.raises(UsageError) as error:
        parsed(tmp_path, "{{ a }}\n\n[x](y)\n\n::: foo\n:::\n\n![](z.png)")
    assert [line.split(":")[1] for line in error.value.message.splitlines()] == ["4", "6", "8", "11"]


def test_a_thousand_mistakes_are_told_as_some_and_a_number(tmp_path):
    with pytest.raises(UsageError, match="and 960 more"):
        parsed(tmp_path, "{{ a }}\n" * 1000)


def test_blocks_stand_in_one_another(tmp_path):
    document = parsed(
        tmp_path, "::: callout\n### H\n\n::: contact\nname: A\nemail: a@pscb.example\n:::\n\nafter\n:::\n\nend\n"
    )
    (callout, end) = document.tree.children
    assert carrying(callout, Callout) == Callout()
    assert [node.type for node in callout.children] == ["heading", "contact", "paragraph"]
    assert carrying(callout.children[1], Contact) == Contact(name="A", email="a@pscb.example")
    assert end.type == "paragraph"


def test_a_block_ends_a_paragraph_and_stands_in_a_list(tmp_path):
    document = parsed(
        tmp_path,
        "words\n::: button\ntext: Go\nlink: https://a.example\n:::\n- item\n\n  ::: quote\n  Said\n\n  source: me\n  :::\n",
    )
    paragraph, button, items = document.tree.children
    assert (paragraph.type, carrying(button, Button)) == ("paragraph", Button("Go", "https://a.example"))
    quote = items.children[0].children[1]
    assert carrying(quote, Quote) == Quote("me")
    assert [node.type for node in quote.children] == ["paragraph"]


def test_headings_have_anchors_that_differ(tmp_path):
    document = parsed(tmp_path, "## The board’s news\n\n### Café\n\n## The board’s news\n\n## ???")
    assert document.headings == (
        Heading(2, "The board’s news", "the-boards-news", 4),
        Heading(3, "Café", "caf", 6),
        Heading(2, "The board’s news", "the-boards-news-2", 8),
        Heading(2, "???", "section", 10),
    )


def test_the_heading_of_a_part_may_have_a_link(tmp_path):
    """It stands in no table of contents."""
    assert [link.target for link in parsed(tmp_path, "### [x](https://a.example)").links] == ["https://a.example"]


def test_links_and_pictures_are_known_with_their_lines(tmp_path):
    document = parsed(tmp_path, "a\n[b *c*](https://a.example)\n\n[![alt](p.png)](https://b.example)\n\n<x@y.example>")
    assert document.links == (
        Link("b c", "https://a.example", 5),
        Link("alt", "https://b.example", 7),
        Link("x@y.example", "mailto:x@y.example", 9),
    )
    assert document.pictures == (Picture("p.png", "p.png", "alt", 7),)


def test_raw_html_is_words(tmp_path):
    document = parsed(tmp_path, '<img src="http://127.0.0.1:9/x.png">\n\n<script>x</script>')
    assert {token.type for token in document.tokens} == {"paragraph_open", "inline", "paragraph_close"}


def test_tokens_count_the_lines_of_the_file(tmp_path):
    document = parsed(tmp_path, "one\n\n::: button\ntext: Go\nlink: https://a.example\n:::\n")
    assert [token.map for token in document.tokens if token.map] == [[4, 5], [4, 5], [6, 10]]
