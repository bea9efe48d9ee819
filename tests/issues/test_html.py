"""The HTML part: the craft rules of an e-mail, held on issue 18 and on everything Markdown can say."""

import re
from itertools import pairwise

import pytest
from drafts import ISSUE_18, TEMPLATES, built, draft, html_for, settings
from lxml import html as lxml_html
from PIL import Image

from pscb_mail.issues.edition import laid_open
from pscb_mail.issues.frame import numbers
from pscb_mail.issues.inlining import inlined
from pscb_mail.issues.look import INK, NIGHT_TINT, PAPER, TINT, contrast, look_of, readable
from pscb_mail.issues.source import read_source
from pscb_mail.settings import Design

EVERYTHING = """## One *article* & more

Words <script>alert(1)</script> with **strong**, *em*, `code <b>`, a [link & more](https://www.pscb.example/?a=1&b=2) and {{ name }}.

1. one
2. two
   - nested

> quoted

---

Table: Who came

| Who | How many |
|:----|---------:|
| Schools & nurseries | 12 |

::: events
| date | event | place |
|------|-------|-------|
| 2010-11-11 09:30-16:30 | Working <Together> | Bayard Place |
| 2010-11-25 | Board | |
:::

::: contact
name: Help <Desk>
telephone: +44 (0)1632 960123
extension: 0141
email: desk@pscb.example
website: https://www.pscb.example/desk/
:::

::: callout
### Mind
the step
:::

::: quote
Said

source: A & B
:::

::: button
text: Go & see
link: https://www.pscb.example/?a=1&b=2
:::

    code & block
"""


@pytest.fixture(scope="module")
def issue_18():
    return html_for(built(read_source(ISSUE_18)))


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    front = 'title: "Title & <more>"\npreheader: "Words of the preheader"\ncontents: true'
    return html_for(built(draft(tmp_path_factory.mktemp("issue"), EVERYTHING, front)))


@pytest.fixture(params=["issue_18", "everything"])
def page(request):
    return request.getfixturevalue(request.param)


def elements(page, path):
    return lxml_html.document_fromstring(page).xpath(path)


def words(node):
    return " ".join(node.text_content().split())


def test_the_document_begins_as_clients_want_it(page):
    """Doctype, language and direction, charset first, a viewport that zooms, both metas for dark mode, a title."""
    assert page.startswith('<!DOCTYPE html>\n<html lang="en-GB" dir="ltr"')
    metas = elements(page, "//head/*")
    assert metas[0].attrib == {"charset": "utf-8"}
    named = {meta.get("name"): meta.get("content") for meta in metas}
    assert named["viewport"] == "width=device-width, initial-scale=1"
    assert named["color-scheme"] == named["supported-color-schemes"] == "light dark"
    assert "telephone=no" in named["format-detection"]
    assert "x-apple-disable-message-reformatting" in named
    assert elements(page, "//head/title")[0].text


def test_webmail_that_throws_html_and_body_away_keeps_language_and_name(page):
    (article,) = elements(page, "//body/*")
    assert article.get("role") == "article"
    assert article.get("aria-roledescription") == "email"
    assert article.get("aria-label") == elements(page, "//title")[0].text
    assert (article.get("lang"), article.get("dir")) == ("en-GB", "ltr")


def test_a_language_written_from_right_to_left_says_so(tmp_path):
    page = html_for(built(draft(tmp_path, "x"), settings(newsletter={"language": "ur"})))
    assert 'lang="ur" dir="rtl"' in page


@pytest.mark.parametrize(("language", "turned"), [("en-GB", ["rtl", "rtl", None]), ("ur", [None, None, "ltr"])])
def test_words_that_are_read_from_the_other_side_say_so(tmp_path, language, turned):
    """Else a sentence of both would show its parts in the wrong order."""
    body = "22\u200f \u0645\u0631\u062d\u0628\u0627 (PSCB).\n\n1. \u0646\u0642\u0637\u0629\n\n**22** words"
    page = html_for(built(draft(tmp_path, body), settings(newsletter={"language": language})))
    blocks = elements(page, "//div[@class='body']/*")
    assert [block.get("dir") for block in blocks] == turned


def test_one_first_heading_and_no_level_is_skipped(page):
    levels = [int(heading.tag[1]) for heading in elements(page, "//*[self::h1 or self::h2 or self::h3 or self::h4]")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_layout_tables_stand_in_outlooks_comments_and_data_tables_have_heads(page):
    for table in elements(page, "//table"):
        if table.get("role") == "presentation":
            assert not table.xpath(".//th | .//caption")
        else:
            assert words(table.xpath("./caption")[0])
            assert table.xpath(".//th[@scope='col']")
            assert table.xpath(".//th[@scope='row']")
    assert '<table role="presentation" width="600"' in page


def test_outlooks_comments_are_balanced_and_without_versions(page):
    assert page.count("<!--[if mso]>") == page.count("<![endif]-->") > 3
    assert page.count("<!--[if") == page.count("<!--[if mso]>")
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in page
    ghost = "".join(re.findall(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", page.partition("<body")[2], re.DOTALL))
    for tag in ("table", "tr", "td"):
        assert ghost.count(f"<{tag} ") + ghost.count(f"<{tag}>") == ghost.count(f"</{tag}>")


def test_every_look_is_inline_and_style_is_in_the_head_only_and_small(page):
    """Nothing but media queries and marks of dark mode may be lost with <style>."""
    styles = elements(page, "//style")
    assert all(style.getparent().tag == "head" for style in styles)
    assert sum(len(style.text_content().encode()) for style in styles) < 16_384
    css = "".join(style.text_content() for style in styles)
    outside = re.sub(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*\}", "", css)
    selectors = re.findall(r"([^{}]+)\{", outside)
    assert all(selector.startswith((":root", "[data-ogs")) for selector in selectors)
    assert "@import" not in css
    assert not elements(page, "//link")


def test_nothing_clever_is_in_the_base_layer(page):
    inline = " ".join(elements(page, "//@style"))
    assert not re.search(r"flex|grid|position:|calc\(|var\(|gap:|margin[^;]*-\d|url\(|gradient", inline)


def test_dark_mode_outweighs_what_is_inline(page):
    """Inliners strip !important from what it keeps: dark mode then has a contrast of 1.09."""
    (dark,) = re.findall(r"@media \(prefers-color-scheme: dark\)\{((?:[^{}]*\{[^{}]*\})*)\}", page)
    declarations = re.findall(r"[{;]([^{};]+:[^{};]+)", dark)
    assert len(declarations) > 12
    assert all("!important" in declaration for declaration in declarations)


def test_what_a_template_holds_to_be_important_stays_so():
    """Inliners strip it from what they keep, where they are not told."""
    page = inlined("<html><head><style>@media print { p { color: red !important } }</style></head><p>x</p></html>")
    assert "!important" in page


@pytest.mark.parametrize("colour", ["#17375e", "#ffffff", "#000000", "#ffcc00", "#777777", "#00ff00", "#0b5d8a"])
def test_any_colour_of_the_settings_can_be_read_everywhere(colour):
    look = look_of(Design(colour=colour, accent=colour))
    pairs = [
        (look.on_band, look.band), (look.on_button, look.button), (look.heading, PAPER), (look.heading, TINT),
        (look.link, PAPER), (look.link, TINT), (look.night_heading, NIGHT_TINT), (look.night_heading, look.night_paper),
        (look.night_link, NIGHT_TINT), (look.night_link, look.night_paper), (look.soft, PAPER), (INK, TINT),
        (look.night_soft, look.night_paper), (look.night_ink, NIGHT_TINT), (look.soft, TINT),
    ]  # fmt: skip
    assert min(contrast(one, other) for one, other in pairs) >= 4.5


def test_a_colour_that_can_be_read_is_not_changed():
    assert readable("#17375e", PAPER) == "#17375e"


def test_no_text_is_small_and_every_text_has_a_colour_from_its_container(page):
    sizes = [
        float(size)
        for size in re.findall(r"font(?:-size)?:[^;\"']*?(\d+(?:\.\d+)?)px", " ".join(elements(page, "//@style")))
    ]
    assert min(sizes) >= 15


def test_the_preheader_comes_first_hidden_with_filler_that_no_client_shows(everything):
    first = elements(everything, "//body/div/*")[0]
    assert first.get("style") == "display:none;max-height:0;overflow:hidden;mso-hide:all"
    text = first.text_content()
    assert text.startswith("Words of the preheader\u2007\ufeff\u034f")
    assert text.replace("Words of the preheader", "").replace("\u2007\ufeff\u034f", "") == ""
    assert "&#8199;&#65279;&#847;" in everything


def test_without_a_preheader_there_is_no_empty_one(tmp_path):
    assert "max-height:0" not in html_for(built(draft(tmp_path, "x")))


def test_links_are_whole_and_secure(page):
    for target in elements(page, "//a/@href"):
        assert re.match(r"https://|mailto:|tel:\+?\d+$|#", target)
    anchors = [target[1:] for target in elements(page, "//a/@href") if target.startswith("#")]
    assert set(anchors) <= set(elements(page, "//@id"))
    assert all(words(link) for link in elements(page, "//a"))


def test_no_template_marker_or_stand_in_is_left_over(page):
    visible = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    assert not re.search(r"\{\{|\{%|x[0-9a-f]{24}n\d+x", visible)


def test_text_is_escaped_wherever_it_stands(everything):
    assert "Title &amp; &lt;more&gt;</h1>" in everything
    assert "<script" not in everything
    for text in (
        "Words &lt;script&gt;alert(1)&lt;/script&gt;",
        "Help &lt;Desk&gt;",
        "Working &lt;Together&gt;",
        "A &amp; B",
        "Go &amp; see",
        "code &lt;b&gt;",
        "code &amp; block",
    ):
        assert text in everything
    assert 'href="https://www.pscb.example/?a=1&amp;b=2"' in everything


def test_a_readers_name_is_data(everything, tmp_path):
    page = html_for(
        built(draft(tmp_path, "Dear {{ name }}")), name="{{ 7*7 }} <script>x</script> [a](https://b.example)"
    )
    assert "Dear {{ 7*7 }} &lt;script&gt;x&lt;/script&gt; [a](https://b.example)" in page


def test_the_contents_are_made_from_the_headings(everything):
    (contents,) = elements(everything, "//div[@class='contents']")
    assert [words(item) for item in contents.xpath(".//li")] == ["One article & more"]
    assert contents.xpath(".//a/@href") == ["#one-article-more"]


def test_no_contents_unless_they_are_asked_for(tmp_path):
    assert "Featured in this issue" not in html_for(built(draft(tmp_path, "## A")))


def test_a_contact_can_be_rung_and_written_to(everything):
    (card,) = elements(everything, "//div[@class='card']")
    assert card.xpath(".//a/@href") == [
        "tel:+441632960123",
        "mailto:desk@pscb.example",
        "https://www.pscb.example/desk/",
    ]
    assert "Telephone: +44 (0)1632 960123, extension 0141" in words(card)


def test_the_number_for_whoever_is_worried_can_be_pressed_and_stands_on_one_line(everything):
    (urgent,) = elements(everything, "//p[@class='urgent']")
    (number,) = urgent.xpath(".//a")
    assert (words(urgent), number.get("href")) == ("Worried about a child? Ring 01632 960180.", "tel:01632960180")
    assert "white-space:nowrap" in number.get("style")


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Ring 01632 960180, at night 0800 1111.", ["01632 960180", "0800 1111"]),
        ("In danger: 999. Else +44 (0)1632 960180 or (01632) 960181.", ["+44 (0)1632 960180", "(01632) 960181"]),
        ("Ring 01632\u00a0960180", ["01632\u00a0960180"]),
        ("Ring 01632960180 <now>", ["01632960180"]),
        ("From 09 30 on 01/02/2010, room 12 34 56 78, 01632 960123-8, ref. X01632960180", []),
    ],
)
def test_numbers_are_found_among_words_and_nothing_is_lost(sentence, found):
    parts = numbers(sentence)
    assert "".join(words for words, _ in parts) == sentence
    assert [words for words, number in parts if number] == found


def test_events_say_the_day_of_the_week(everything):
    (table,) = elements(everything, "//table[contains(., 'What and where')]")
    assert [words(row) for row in table.xpath(".//tbody/tr")] == [
        "Thursday11 November 201009:30 to 16:30 Working <Together>Bayard Place",
        "Thursday25 November 2010 Board",
    ]


def test_a_table_has_the_caption_that_was_written_else_its_sections_heading(everything, issue_18):
    assert words(elements(everything, "//caption")[0]) == "Who came"
    assert "Table: Who came" not in everything
    assert (
        words(elements(issue_18, "//caption")[0])
        == "Learning lessons from serious case reviews: interim report 2009–10"
    )


def test_a_caption_that_only_repeats_the_heading_is_heard_and_not_shown(tmp_path):
    """Whoever moves from table to table hears what it is; whoever sees the page has read it right above."""
    dates = "::: events\n| date | event |\n|---|---|\n| 2010-11-11 | Forum |\n:::\n"
    edition = built(draft(tmp_path, f"## Dates\n\n{dates}\nTable: For heads\n\n{dates}\nTable: Dates\n\n{dates}"))
    hidden = ["font-size:0" in caption.get("style") for caption in elements(html_for(edition), "//caption")]
    assert hidden == [True, False, True]


def test_a_table_too_wide_for_a_telephone_can_be_stacked_with_its_labels(issue_18):
    wide = elements(issue_18, "//table[contains(@class, 'wide')]")
    assert len(wide) == 2
    for table in wide:
        shares = [int(share) for share in re.findall(r"width:(\d+)%", " ".join(table.xpath(".//thead//@style")))]
        assert sum(shares) - 100 in {0, 100}
        assert "overflow-wrap:anywhere" in table.get("style")
        labels = table.xpath(".//td/span")
        assert len(labels) == len(table.xpath(".//td"))
        assert all("display:none" in label.get("style") and label.text.endswith(": ") for label in labels)


def test_a_button_is_a_link_on_a_coloured_cell_of_44_pixels(everything):
    (link,) = elements(everything, "//table[@role='presentation']//a")
    cell = link.getparent()
    assert cell.tag == "td"
    assert "background:#0b5d8a" in cell.get("style")
    assert "padding:10px 0" in link.get("style")
    assert "line-height:24px" in link.get("style")


def test_the_footer_lets_a_reader_go_and_says_what_a_forwarded_copy_does(page):
    (foot,) = elements(page, "//div[@class='foot']")
    text = words(foot)
    assert "Worried about a child? Ring 01632 960180." in text
    assert "sent to jo@school.example" in text
    assert "we ask that person before anything is changed" in text
    assert "Bayard Place, Broadway" in text
    targets = dict(zip((words(link) for link in foot.xpath(".//a")), foot.xpath(".//a/@href"), strict=True))
    assert targets["Take me off the list"].startswith(
        "mailto:newsletter@pscb.example?subject=unsubscribe%20ABCDE-FGHJK-MNPQR-STVWX&body=Take%20jo@school.example"
    )
    assert set(targets) >= {"Add a colleague", "Change my address", "newsletter@pscb.example", "www.pscb.example"}
    assert "STVWX&amp;body=" in page


def test_a_forwarded_copy_acts_where_the_settings_say_so(tmp_path):
    page = html_for(built(draft(tmp_path, "x"), settings(mailbox={"forwarded": "act"})))
    assert "takes that person off the list, and tells them" in page


def test_pictures_are_embedded_with_their_size_and_words(tmp_path):
    Image.new("RGB", (2400, 1200)).save(tmp_path / "a b.jpg")
    edition = built(draft(tmp_path, '![A <street>](<a b.jpg> "Rebuilt & open")'))
    page = html_for(edition)
    (image,) = elements(page, "//img")
    (picture,) = edition.pictures
    assert image.get("src") == f"cid:{picture.content_id}"
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("540", None, "A <street>")
    assert "max-width:100%;height:auto" in image.get("style")
    assert "Rebuilt &amp; open" in page


def test_empty_lines_and_spaces_in_code_stay(tmp_path):
    """They are a part of what is shown."""
    code = 'if x:\n    y = "a : b"\n\n\n    style="z : q"'
    page = html_for(built(draft(tmp_path, f'```\n{code}\n```\n\nWords about style="a : b" too')))
    assert elements(page, "//pre")[0].text_content().rstrip() == code
    assert 'about style="a : b" too' in page


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("## One\n\n## Two", {"One": False, "Two": True}),
        ("Words\n\n## One", {"One": True}),
        ("::: only Heads\n## Theirs\n:::\n\n## One", {"Theirs": False, "One": False}),
    ],
)
def test_a_heading_has_a_line_above_it_but_where_nothing_else_is(body, lines, tmp_path):
    """Whoever gets a passage that stands before the first heading has a line after the passage."""
    edition = built(draft(tmp_path, body))
    page = html_for(laid_open(edition))
    found = {each.text_content(): "border-top:1px" in each.get("style") for each in elements(page, "//h2")}
    assert found == lines
    assert page.count("<hr") == body.count(":::") // 2
    assert "<hr" not in html_for(edition)


def test_a_logo_stands_on_a_plate_with_its_words(tmp_path):
    folder = tmp_path / "templates"
    folder.mkdir()
    Image.new("RGB", (600, 200)).save(folder / "logo.png")
    chosen = settings(design={"logo": "logo.png", "logo_alt": "The board"})
    edition = built(draft(tmp_path, "x"), chosen, (folder, TEMPLATES))
    (image,) = elements(html_for(edition), "//img")
    assert (image.get("alt"), image.get("width")) == ("The board", "200")
    assert "background:#fff" in image.getparent().get("style")
    assert len(edition.pictures) == 1


def test_issue_18_stays_under_what_gmail_shows(issue_18):
    """Gmail cuts a message off at 102 kB; long names and references come on top."""
    assert len(issue_18.encode()) < 82_000


def test_print_writes_out_where_links_lead(page):
    assert "@media print{" in page
    assert 'content: " (" attr(href) ")"' in page
