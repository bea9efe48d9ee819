"""The public archive: nobody's own page, the same bytes each time, nothing left from before, and a feed that readers keep."""

import datetime as dt
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from drafts import ISSUE_18, TEMPLATES, draft, settings
from lxml import html as lxml_html
from PIL import Image

from pscb_mail.errors import UsageError
from pscb_mail.issues.archive import Done, archive

MORNING = dt.datetime(2010, 11, 1, 8, tzinfo=dt.UTC)
LATER = dt.datetime(2011, 2, 3, 4, 5, 6, 7, tzinfo=dt.UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
FRONT = """title: "Newsletter & more"
date: 2010-10-31
preheader: "Words about <everything> that is in this issue, and a few more"
attachments: [Programme 2010.pdf]"""
BODY = """Dear {{ first_name | default("colleague") }}, head of {{ organisation | default('a "school"') }},

## One

![A red square](<Our office.png>) ![A blue one](our-office.png)

::: events
| date | event |
|------|-------|
| 2010-11-25 | Meeting of the board |
:::
"""


@pytest.fixture
def issues(tmp_path):
    folder = tmp_path / "issues"
    folder.mkdir()
    Image.new("RGB", (30, 20), "red").save(folder / "Our office.png")
    Image.new("RGB", (30, 20), "blue").save(folder / "our-office.png")
    (folder / "Programme 2010.pdf").write_bytes(b"%PDF-1.4")
    draft(folder, BODY, FRONT)
    return folder


def archived(
    issues: Path, folder: Path, now: dt.datetime = MORNING, issue: str = "1", address: str | None = None
) -> Done:
    return archive(issues, issue, settings(), (TEMPLATES,), folder, now, address)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def feed(folder: Path) -> ET.Element:
    return ET.fromstring((folder / "feed.xml").read_bytes())  # noqa: S314 our own


def of_feed(folder: Path, *path: str) -> list[str | None]:
    return [element.text for element in feed(folder).findall("/".join(f"{ATOM}{name}" for name in path))]


def test_the_page_has_the_default_words_and_nothing_that_is_anybodys_own(issues, tmp_path):
    page = archived(issues, tmp_path / "out").page.read_text("utf-8")
    assert "Dear colleague, head of a &quot;school&quot;," in page
    for own in ("unsubscribe", "subject=", "Take me off", "cid:", "{{", "This copy"):
        assert own not in page, own
    assert {link.get("href") for link in lxml_html.fromstring(page).xpath("//footer//a")} == {
        "tel:01632960180",
        "mailto:newsletter@pscb.example",
        "../index.html",
        "https://www.pscb.example",
    }


def test_what_is_for_single_groups_is_nowhere_in_the_archive(issues, tmp_path):
    """Neither its words nor its pictures, its dates, its heading in the contents."""
    Image.new("RGB", (9, 9), "green").save(issues / "plan.png")
    only = "::: only Heads\n## Secret plan\n\n![Its plan](plan.png)\n\n::: events\n| date | event |\n|--|--|\n| 2010-12-24 | Secret meeting |\n:::\n:::\n"
    draft(issues, f"{only}\n{BODY}", f"{FRONT}\ncontents: true")
    done = archived(issues, tmp_path / "out")
    assert "plan.png" not in done.files
    for content in contents(tmp_path / "out").values():
        assert not re.search(rb"[Ss]ecret|[Pp]lan\b|Heads", content)


def test_every_file_that_the_page_names_lies_beside_it(issues, tmp_path):
    """Two pictures whose names are alike on a web server are still two; the calendar and the attachment come along."""
    done = archived(issues, tmp_path / "out")
    assert done.files == ("our-office.png", "our-office-2.png", "programme-2010.pdf", "issue-1.ics")
    for path in (done.page, tmp_path / "out" / "index.html"):
        tree = lxml_html.fromstring(path.read_text("utf-8"))
        links = [urlsplit(link) for link in tree.xpath("//@href | //@src")]
        assert all((path.parent / unquote(link.path)).is_file() for link in links if not link.scheme and link.path)
    assert set(done.files) <= {path.name for path in done.page.parent.iterdir()}


def test_archiving_again_changes_no_byte(issues, tmp_path):
    out = tmp_path / "out"
    assert archived(issues, out).changed
    before = contents(out)
    again = archived(issues, out, LATER)
    assert not again.changed
    assert contents(out) == before


def test_an_edit_for_single_groups_is_no_news_for_the_public(issues, tmp_path):
    """The feed's dates would tell that something was changed where nothing is to be seen."""
    for passage in (
        "",
        "::: only Heads\n## For heads\n\nOne.\n:::\n\n",
        "::: only Heads\n## For heads\n\nTwo.\n:::\n\n",
    ):
        draft(issues, f"{passage}{BODY}", FRONT)
        archived(issues, tmp_path / "out", LATER if passage else MORNING)
        assert of_feed(tmp_path / "out", "entry", "updated") == ["2010-10-31T12:00:00Z"]
    draft(issues, f"{BODY}\nMore for all.", FRONT)
    archived(issues, tmp_path / "out", LATER)
    assert of_feed(tmp_path / "out", "entry", "updated") == ["2011-02-03T04:05:06Z"]


def test_the_same_issues_give_the_same_bytes_in_another_folder(issues, tmp_path):
    archived(issues, tmp_path / "one")
    archived(issues, tmp_path / "two", LATER)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_picture_taken_out_of_an_issue_does_not_stay_on_the_web(issues, tmp_path):
    archived(issues, tmp_path / "out")
    draft(issues, BODY.replace(" ![A blue one](our-office.png)", ""), FRONT)
    done = archived(issues, tmp_path / "out", LATER)
    assert {path.name for path in done.page.parent.iterdir()} == {*done.files, "index.html"}
    assert "our-office-2.png" not in done.files


def test_a_corrected_issue_keeps_its_identity_and_is_dated_anew(issues, tmp_path):
    """RFC 4287 sections 4.2.6 and 4.2.15."""
    out = tmp_path / "out"
    archived(issues, out)
    assert of_feed(out, "entry", "id") == ["tag:pscb.example,2010-10-31:issue-1"]
    assert of_feed(out, "entry", "updated") == ["2010-10-31T12:00:00Z"]
    draft(issues, BODY, FRONT.replace("2010-10-31", "2010-11-30"))
    archived(issues, out, LATER)
    assert of_feed(out, "entry", "id") == ["tag:pscb.example,2010-10-31:issue-1"]
    assert of_feed(out, "entry", "published") == ["2010-11-30T12:00:00Z"]
    assert of_feed(out, "entry", "updated") == of_feed(out, "updated") == ["2011-02-03T04:05:06Z"]


def test_index_and_feed_have_every_issue_newest_first_however_they_came(issues, tmp_path):
    for slug, date in (("issue-2", "2010-12-31"), ("summer", "2010-07-01")):
        (issues / f"{slug}.md").write_text(f"---\ntitle: About {slug}\ndate: {date}\n---\nWords.", "utf-8")
    out = tmp_path / "out"
    for issue in ("1", "2", "summer"):
        done = archived(issues, out, issue=issue)
    assert done.issues == 3
    assert of_feed(out, "entry", "title") == ["About issue-2", "Newsletter & more", "About summer"]
    leads = lxml_html.fromstring((out / "index.html").read_text("utf-8")).xpath("//li//a/text()")
    assert leads[:3] == ["About issue-2", "Newsletter & more", "About summer"]
    assert of_feed(out, "id") == ["tag:pscb.example,2010-10-31:newsletter"]


def test_the_feed_has_what_the_standard_asks_for(issues, tmp_path):
    """RFC 4287 section 4.1.1: an id, a title and a time each, an author, links to the pages; relative until told."""
    archived(issues, tmp_path / "out")
    root = feed(tmp_path / "out")
    for element in (root, root.find(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "PSCB Newsletter"
    assert root.findtext(f"{ATOM}entry/{ATOM}summary").startswith("Words about <everything>")
    assert [link.attrib["href"] for link in root.iter(f"{ATOM}link")] == ["index.html", "issue-1/index.html"]


def test_the_address_of_the_archive_is_kept_and_its_links_are_whole(issues, tmp_path):
    archived(issues, tmp_path / "out", address="https://www.pscb.example/news")
    archived(issues, tmp_path / "out", LATER)
    links = {link.get("rel"): link.get("href") for link in feed(tmp_path / "out").findall(f"{ATOM}link")}
    assert links == {
        "alternate": "https://www.pscb.example/news/index.html",
        "self": "https://www.pscb.example/news/feed.xml",
    }


def test_an_issue_without_a_date_keeps_the_day_it_was_first_archived(issues, tmp_path):
    out = tmp_path / "out"
    draft(issues, "Words.")
    archived(issues, out)
    draft(issues, "Other words.")
    archived(issues, out, LATER)
    assert of_feed(out, "entry", "id") == ["tag:pscb.example,2010-11-01:issue-1"]
    assert of_feed(out, "entry", "published")[0].startswith("2010-11-01T")


def test_what_check_calls_an_error_is_never_made_public(issues, tmp_path):
    draft(issues, "NHS number 943 476 5919", FRONT)
    with pytest.raises(UsageError, match=r"issue-1 is not fit for the public: line 7: .*NHS"):
        archived(issues, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "state", ["", "[]", '{"identity": "", "address": "", "issues": [{"entry": {}, "files": [], "digest": ""}]}']
)
def test_a_damaged_record_of_the_archive_is_told_and_nothing_is_written(issues, tmp_path, state):
    (tmp_path / "archive.json").write_text(state)
    with pytest.raises(UsageError, match=r"archive\.json cannot be read"):
        archived(issues, tmp_path)
    assert not (tmp_path / "index.html").exists()


def test_a_record_never_leads_to_files_elsewhere(issues, tmp_path):
    out = tmp_path / "out"
    archived(issues, out)
    precious = tmp_path / "precious.txt"
    precious.write_text("x")
    record = out / "archive.json"
    record.write_text(record.read_text().replace('"our-office.png"', '"../../precious.txt"'))
    draft(issues, "Words.", FRONT)
    archived(issues, out, LATER)
    assert precious.exists()


def test_issue_18_is_printed_with_its_addresses_written_out(tmp_path):
    page = archive(ISSUE_18.parent, "18", settings(), (TEMPLATES,), tmp_path, MORNING).page.read_text("utf-8")
    assert re.search(r'@media print\{.*a\[href\^="http"\]::after\{content: " \(" attr\(href\) "\)"', page)
    assert "mso-" not in page
