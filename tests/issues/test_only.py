"""Passages for some groups: who is in none of them gets no trace, and splicing is the same as rendering."""

import itertools
import re
from pathlib import Path

import pytest
from drafts import READER, TEMPLATES, built, draft, html_for, parsed, settings, text_for
from effort import amount
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree
from PIL import Image

from pscb_mail.errors import UsageError
from pscb_mail.issues.building import build_public
from pscb_mail.issues.document import Heading
from pscb_mail.issues.edition import (
    Edition,
    Field,
    File,
    Label,
    Only,
    conditions,
    fields,
    for_groups,
    from_json,
    laid_open,
    splice,
    to_json,
)  # fmt: skip
from pscb_mail.issues.marks import Marks

FRONT = 'title: "Newsletter 1"\ndate: 2010-10-31\ncontents: true'
BODY = """## News

All read [the news](https://news.example/a) here.

::: only Heads, Designated leads
## Lantern

Dear {{ first_name | default("lantern bearer") }}, see [the oil](https://lantern.example/oil).

![A lantern](lantern.png)

::: events
| date | event |
|------|-------|
| 2010-12-10 | Lantern evening |
:::
:::

| Period | Reviews |
|--------|--------:|
| To 2009 | 173 |

## More

::: only Police
The whistle [blows](https://whistle.example/b).
:::

All read [the rest](https://rest.example/a) too.

::: events
| date | event |
|------|-------|
| 2010-12-11 | Party |
:::
"""
LANTERN, WHISTLE = re.compile("lantern", re.IGNORECASE), re.compile("whistle", re.IGNORECASE)


def edition(folder: Path, body: str = BODY, front: str = FRONT) -> Edition:
    Image.new("RGB", (60, 40), "red").save(folder / "lantern.png")
    return built(draft(folder, body, front))


def everything(copy: Edition) -> str:
    """All that a reader can find out about in a copy."""
    files = [f"{file.name} {file.content.decode('latin-1')}" for file in (*copy.pictures, *copy.attachments)]
    return "\n".join([html_for(copy), text_for(copy), *files, to_json(copy)])


@pytest.mark.parametrize(
    ("groups", "lantern", "whistle"),
    [
        ((), False, False),
        (("Schools",), False, False),
        (("Heads",), True, False),
        (("HEADS",), True, False),
        (("designated Leads", "police"), True, True),
        (("police",), False, True),
        (("Head",), False, False),
    ],
)
def test_a_passage_reaches_its_readers_and_leaves_no_trace_elsewhere(tmp_path, groups, lantern, whistle):
    """Not in the HTML, the text, the contents, the pictures, the calendar, nor in what is frozen of the copy."""
    seen = everything(for_groups(edition(tmp_path), groups))
    assert (bool(LANTERN.search(seen)), bool(WHISTLE.search(seen))) == (lantern, whistle)


def test_a_group_is_the_same_however_its_accents_were_typed(tmp_path):
    """A Mac may write an accent after its letter, and two typings of one name are one group."""
    whole = edition(
        tmp_path, "Hi.\n\n::: only E\u0301coles, \u00e9coles\nLantern.\n:::\n\n::: only \u00c9COLES\nOil.\n:::\n"
    )
    assert conditions(whole) == (("E\u0301coles",),)
    assert LANTERN.search(everything(for_groups(whole, ["\u00c9coles"])))
    assert not LANTERN.search(everything(for_groups(whole, ["Ecoles"])))


def test_who_forgets_to_choose_shows_nothing(tmp_path):
    """The careless way is the safe one."""
    whole = edition(tmp_path)
    assert not LANTERN.search(html_for(whole) + text_for(whole))


def test_the_contents_list_what_the_reader_gets(tmp_path):
    whole = edition(tmp_path)
    heads, others = for_groups(whole, ["heads"]), for_groups(whole, [])
    assert re.findall(r'<a href="#([^"]+)"', html_for(heads)) == ["news", "lantern", "more"]
    assert re.findall(r'<a href="#([^"]+)"', html_for(others)) == ["news", "more"]
    assert re.findall(r"^- (.*)$", text_for(heads), re.MULTILINE) == ["News", "Lantern", "More"]
    assert re.findall(r"^- (.*)$", text_for(others), re.MULTILINE) == ["News", "More"]


def test_contents_of_nothing_are_not_there(tmp_path):
    """Where all articles are for some groups, the others see no empty table of contents."""
    whole = edition(tmp_path, "Hello.\n\n::: only Heads\n## Lantern\n\nLight.\n:::\n")
    heads, others = for_groups(whole, ["heads"]), for_groups(whole, [])
    assert "Featured in this issue" in html_for(heads)
    assert "Featured in this issue" in text_for(heads)
    assert "Featured" not in html_for(others) + text_for(others)
    assert "<ul" not in html_for(others).partition('class="foot"')[0]


def test_the_links_of_the_text_are_numbered_without_a_gap(tmp_path):
    """A number that only some see would tell the others that there is more."""
    for groups in ([], ["heads", "police"]):
        text = text_for(for_groups(edition(tmp_path), groups))
        assert re.findall(r"^\[(\d+)\]", text, re.MULTILINE) == ["1", "2"]
    assert "the oil (https://lantern.example/oil)" in text


def test_a_table_after_a_passage_is_not_captioned_by_it(tmp_path):
    """The caption is the heading that everybody has read."""
    assert ">News</caption>" in html_for(for_groups(edition(tmp_path), []))


def test_events_for_some_have_a_calendar_of_their_own(tmp_path):
    whole = edition(tmp_path)
    for groups, dates in (([], {"issue-1.ics": "Party"}), (["heads"], None)):
        files = for_groups(whole, groups).attachments
        found = {file.name: str(Calendar.from_ical(file.content).events[0]["summary"]) for file in files}
        assert found == (dates or {"issue-1-designated-leads-heads.ics": "Lantern evening", "issue-1.ics": "Party"})
    heads = for_groups(whole, ["heads"])
    assert "open the attached file issue-1-designated-leads-heads.ics" in html_for(heads)
    assert "issue-1-designated-leads-heads.ics" in text_for(heads)


def test_a_picture_goes_to_the_readers_of_all_its_places(tmp_path):
    """Once for everybody, it is everybody's; in two passages, it is the readers' of either."""
    place = "\n\n::: only {}\n![A lantern](lantern.png)\n:::\n"
    two = edition(tmp_path, "Hi." + place.format("Heads") + place.format("Police"))
    assert [len(for_groups(two, groups).pictures) for groups in ([], ["heads"], ["police"], ["x"])] == [0, 1, 1, 0]
    once = edition(tmp_path, "![A lantern](lantern.png)" + place.format("Heads"))
    assert len(for_groups(once, []).pictures) == 1


def test_one_picture_under_two_names_is_not_lost_to_everybody(tmp_path):
    """The same bytes have the same Content-ID."""
    Image.new("RGB", (60, 40), "red").save(tmp_path / "other.png")
    body = "![A lantern](lantern.png)\n\n::: only Heads\n![Another](other.png)\n:::\n"
    others = for_groups(edition(tmp_path, body), [])
    assert len(others.pictures) == 1


def test_the_html_is_well_formed_with_and_without(tmp_path):
    """Every element that is opened is closed, in every copy."""
    whole = edition(tmp_path)
    for groups in ([], ["heads"], ["police"], ["heads", "police"]):
        page = html_for(for_groups(whole, groups))
        assert page.count("<div") == page.count("</div>")
        assert page.count("<p") - page.count("<pre") == page.count("</p>")
        assert "\n\n" not in page
        etree.HTML(page)
    assert html_for(laid_open(whole)).count("<div") == html_for(laid_open(whole)).count("</div>")


@pytest.mark.parametrize("groups", [(), ("heads",)])
def test_what_is_written_as_code_keeps_its_empty_lines_in_every_copy(tmp_path, groups):
    """Leaving a passage out leaves a gap, which is closed; no other is."""
    code = "```\none\n\n\n\ntwo\n```"
    page = html_for(for_groups(edition(tmp_path, f"{code}\n\n::: only Heads\n{code}\n:::\n\nx"), groups))
    assert re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL) == ["one\n\n\n\ntwo\n"] * (1 + len(groups))
    assert not re.search(r"\n\s*\n", re.sub(r"<pre.*?</pre>", "code", page, flags=re.DOTALL))


def test_a_copy_laid_open_says_whom_each_passage_is_for(tmp_path):
    opened = laid_open(edition(tmp_path, BODY + "\n::: only A & <B>\nX\n:::\n"))
    assert re.findall(r"<strong>Only for (.*?):</strong>", html_for(opened)) == [
        "Heads, Designated leads", "Police", "A &amp; &lt;B&gt;",
    ]  # fmt: skip
    assert re.findall(r"^\[Only for (.*)\]$", text_for(opened), re.MULTILINE) == [
        "Heads, Designated leads", "Police", "A & <B>",
    ]  # fmt: skip
    assert "Only for" not in html_for(for_groups(edition(tmp_path), ["heads", "police"]))


def test_the_public_document_has_none_of_it(tmp_path):
    """What the archive is made from."""
    public = parsed(tmp_path, BODY, FRONT).public
    assert [heading.text for heading in public.headings] == ["News", "More"]
    assert [link.target for link in public.links] == ["https://news.example/a", "https://rest.example/a"]
    assert (public.pictures, public.passages, list(public.events)) == ((), (), [()])
    assert not [token for token in public.tokens if "antern" in str(token) or "histle" in str(token)]


def test_the_archive_shows_none_of_it(tmp_path):
    """Neither on the page nor in what lies beside it."""
    Image.new("RGB", (60, 40), "red").save(tmp_path / "lantern.png")
    public = build_public(draft(tmp_path, BODY, FRONT), settings(), (TEMPLATES,))
    beside = [f"{file.name} {file.content.decode('latin-1')}" for file in public.files]
    assert "All read" in public.html
    assert not LANTERN.search("\n".join([public.html, *beside]))
    assert not WHISTLE.search(public.html)


def test_headings_for_everybody_take_their_anchors_first(tmp_path):
    """news-2 would tell that there is another one."""
    document = parsed(tmp_path, "::: only Heads\n## News\n:::\n\n## News\n")
    assert document.headings == (Heading(2, "News", "news-2", 5, ("Heads",)), Heading(2, "News", "news", 8))


WRONG = [
    ("::: only\nx\n:::", r":4: The block only says not for whom"),
    ("::: only , ;\nx\n:::", r":4: The block only says not for whom"),
    ("::: only {{ role }}\nx\n:::", r":4: The block only cannot have a merge field"),
    ("::: only Heads\n:::", r":4: The block only is empty"),
    ("::: only Heads\nx", r":4: The block only is not closed"),
    ("::: only Heads\n::: only Police\nx\n:::\n:::", r":5: A passage for some groups cannot stand in another one"),
    ("::: only A\n::: callout\n::: only B\nx\n:::\n:::\n:::", r":6: .* cannot stand in another one"),
    ("::: callout\n::: only Heads\nx\n:::\n:::", r":5: A passage for some groups stands by itself"),
    ("- a\n\n  ::: only Heads\n  x\n  :::", r":6: A passage for some groups stands by itself"),
    ("> ::: only Heads\n> x\n> :::", r":4: A passage for some groups stands by itself"),
    ("::: only Heads: all\nx\n:::", r":4: This line begins like a block and is none"),
    ("words\n::: only: Heads\nx", r":5: This line begins like a block and is none"),
    ("words\n\n    ::: only Heads\n    x\n    :::", r":6: There are spaces before a :::"),
    ("    ::: only Heads\n    x\n    :::", r":4: There are spaces before a :::"),
    ("words\n\u00a0::: only Heads\nx\n\u00a0:::", r":5: This line looks like a block and is none"),
    ("&nbsp;\u200b::: only Heads\nx\n&nbsp;:::", r":4: This line looks like a block and is none"),
    ("- :: only Heads\n  x\n  ::", r":4: This line looks like a block and is none"),
    ("\uff1a\uff1a\uff1a only Heads\nx\n\uff1a\uff1a\uff1a", r":4: This line looks like a block and is none"),
    ("::: only Heads\n## Lantern\n:::\n\n[up](#lantern)", r":8: The heading .#lantern. is for some groups only"),
    (
        "::: only Heads\n## Lantern\n:::\n\n::: only Police, Heads\n[up](#lantern)\n:::",
        r":9: The heading .#lantern. is for some groups only",
    ),
    ("::: only Heads\n{{ nam }}\n:::", r":5: There is no field .nam."),
    ("```\nx\n\n::: only Heads\ny\n:::", r":7: This ::: stands within code"),
    ("| ::: only Heads |\n|---|\n| x |", r":4: This line looks like a block and is none"),
    *[
        (f"Hi.\n\n{before}::: only Heads{after}\n\nx{end}", r":6: This line looks like a block and is none")
        for before, after in (
            ("**", "**"), ("*", "*"), ("_", "_"), ("`", "`"), ("\\", ""), ('"', '"'), ("“", "”"), ("## ", ""), ("### **", "**"),
            ("[", "]"), ("<p>", "</p>"), ("• ", ""), ("1.", ""), ("\\*", ""),
        )
        for end in ("", f"\n\n{before}:::{after}\n")
    ],
    *[
        (f"Hi.\n\n{colons} only Heads\n\nx", r":6: This line looks like a block and is none")
        for colons in (": : :", r"\:\:\:", ": :", "**::**", "&#58;\u200b:&nbsp;:")
    ],
    ("Hi.\n\nDear {{ name }}, ::: only Heads\nx", r":6: This line looks like a block and is none"),
    ("Hi.\n\n**:::**", r":6: This line looks like a block and is none"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "message"), WRONG)
def test_whatever_could_show_a_passage_to_the_wrong_reader_is_refused_with_its_line(tmp_path, body, message):
    with pytest.raises(UsageError, match=rf"issue-1\.md{message}"):
        parsed(tmp_path, body)


@pytest.mark.parametrize(
    "body",
    [
        "10:30 to 11:00", "Note: the day", "**Note:** the day", "*Time*: 10:30", "`::1` is this computer", ":) :) Well done",
        "Heads\n: only those of primary schools", "| a | b\n|:---:|---:|---|", "| a | b |\n|:---:|--:|\n| :: | x |",
        '"::"', "a ::: b", "https://a.example", "`x` ::: y", ":-) only Heads", "> **Said:** : no", "```\n::before {}\n```",
    ],
)  # fmt: skip
def test_ordinary_colons_are_taken_for_no_block(tmp_path, body):
    assert parsed(tmp_path, body).passages == ()


def test_a_link_may_lead_to_a_heading_that_all_its_readers_have(tmp_path):
    body = "::: only Heads, police\n## Lantern\n:::\n\n::: Only POLICE\n[up](#lantern) [out](#more)\n:::\n\n## More"
    assert [link.groups for link in parsed(tmp_path, body).links] == [("POLICE",), ("POLICE",)]


def test_groups_are_named_once_in_any_case_parted_by_commas(tmp_path):
    ((_, only),) = parsed(tmp_path, "::: only  Heads ,heads;  Primary   schools :::\nx\n:::\n").passages
    assert only.groups == ("Heads", "Primary schools")


def test_a_passage_survives_json_and_its_digest_is_its_own(tmp_path):
    whole = edition(tmp_path)
    assert from_json(to_json(whole)) == whole
    assert whole == edition(tmp_path)
    assert whole.digest != edition(tmp_path, BODY.replace("::: only Police", "::: only Council")).digest
    assert fields(whole.html) == {"first_name", "address", "reference"}
    assert set(map(len, map(set, conditions(whole)))) == {1, 2}


def test_an_edition_without_passages_is_frozen_as_it_always_was():
    """The digest of a mailing under way must not change with a new version of the program."""
    plain = Edition("i", "S", ("<p>", Field("name"), "</p>"), ("t",), (File("a", "b/c", b"x", "d"),))
    assert "groups" not in to_json(plain)
    assert plain.digest == "eb413eb6e88e64aa1c3c41a225e4a3e0e3c170ad38fb82052f965b373e230352"


def test_a_label_is_frozen_as_it_always_was():
    """When a label was a passage for no group at all."""
    labelled = Edition("i", "S", (Only(("Heads",), (Label(("l",)), "p")),), ("t",))
    assert labelled.digest == "64163ee9f156d96e7c28beef9b1892dbc7b1d4baa9cf09a4ec1a59fb3863ba1e"
    assert from_json(to_json(labelled)) == labelled


def test_a_template_that_knows_nothing_of_passages_tells_nobody_of_them(tmp_path):
    """A workspace's own template may be older: it shows an empty point, and no word."""
    own = tmp_path / "own"
    own.mkdir()
    for name in ("newsletter.html.j2", "newsletter.txt.j2"):
        page = (TEMPLATES / name).read_text("utf-8")
        page = re.sub(r"\{\{ (article|contents)\.(begin|end) \}\}", "", page)
        (own / name).write_text(page, "utf-8")
    Image.new("RGB", (60, 40), "red").save(tmp_path / "lantern.png")
    copy = for_groups(built(draft(tmp_path, BODY, FRONT), settings(), (own, TEMPLATES)), [])
    assert not LANTERN.search(everything(copy))


def test_a_template_that_parts_a_passage_is_refused():
    marks = Marks("text")
    begin, end = marks.around(("Heads",))
    begin_too, end_too = marks.around(("Police",))
    for text in (f"a {begin} b", f"a {end} b", f"{begin}{begin_too}{end}{end_too}", f"{end}{begin}"):
        with pytest.raises(UsageError, match="taken a passage for some groups apart"):
            marks.cut(text)
    assert marks.cut(f"a{begin}b{begin_too}c{end_too}{end}d") == (
        "a", Only(("Heads",), ("b", Only(("Police",), ("c",)))), "d",
    )  # fmt: skip


# Whole blocks that stand beside each other without growing together. A table has a caption of its own: without one it
# takes the heading above, and after a passage for some that is another than it would be after the same for all.
_BLOCKS = st.sampled_from(
    [
        "Some words with {{ first_name }} in them.",
        "### A part",
        "## An article",
        "Table: Numbers\n\n| A | B |\n|---|---|\n| 1 | {{ role }} |",
        "::: callout\nSet **apart**.\n:::",
        "::: quote\nSaid.\n\nsource: me\n:::",
        "::: button\ntext: Go\nlink: https://go.example/x\n:::",
        "::: contact\nname: Desk\nemail: desk@pscb.example\n:::",
        "```\ncode  = 1\n\n\nmore\n```",
        "![A lantern](lantern.png)",
    ]
)  # fmt: skip
_PASSAGES = st.lists(
    st.tuples(st.sampled_from(["", "Heads", "Police", "heads, POLICE"]), st.lists(_BLOCKS, min_size=1, max_size=3)),
    min_size=1,
    max_size=4,
)


def _anchors_aside(html: str) -> str:
    return re.sub(r'(id="|href="#)an?-(article|part)(-\d+)?"', r"\1x", html)


@hypothesis_settings(
    max_examples=amount(12, 400),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],  # each example is two builds: shrinking one takes minutes
)
@given(passages=_PASSAGES, groups=st.sampled_from([(), ("heads",), ("Police",), ("HEADS", "police"), ("x",)]))
def test_splicing_equals_rendering(tmp_path, passages, groups):
    """A copy chosen from the one edition is what the issue gives in which just these passages were written, for all."""
    names = {name.casefold() for name in groups}
    start = "## Beginning\n\nFor all."

    def shown(wanted: str) -> bool:
        return not wanted or bool(names & {name.strip().casefold() for name in wanted.split(",")})

    fenced = (f"::: only {wanted}\n{_body(blocks)}\n:::" if wanted else _body(blocks) for wanted, blocks in passages)
    resolved = (_body(blocks) for wanted, blocks in passages if shown(wanted))
    spliced = for_groups(edition(tmp_path, "\n\n".join([start, *fenced])), groups)
    rendered = edition(tmp_path, "\n\n".join([start, *resolved]))
    assert _anchors_aside(splice(spliced.html, READER)) == _anchors_aside(splice(rendered.html, READER))
    assert (spliced.text, spliced.pictures) == (rendered.text, rendered.pictures)
    assert not any(isinstance(part, Only) for part in itertools.chain(spliced.html, spliced.text))


def _body(blocks: list[str]) -> str:
    return "\n\n".join(blocks)
