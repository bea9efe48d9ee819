"""Issue 18 and an issue with every block, held against checkers that others wrote.

As a mail, as a web page, with and without `<style>`, light and dark, on screens from a telephone's to a desktop's.
"""

import datetime as dt
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import caniemail
import checkers
import pytest
from checkers import Fault, View
from drafts import ISSUE_18, TEMPLATES, built, html_for, settings
from PIL import Image

from pscb_mail.desk import preview as previewing
from pscb_mail.errors import UsageError
from pscb_mail.issues import blocks
from pscb_mail.issues.archive import archive
from pscb_mail.issues.edition import laid_open
from pscb_mail.issues.source import read_source
from pscb_mail.workspace import find_workspace

HERE = Path(__file__).parent
WIDTHS = (320, 600, 1024)
# Where pictures of all that was seen are kept: `build` is ignored by git.
SCREENS = Path(os.environ.get("PSCB_MAIL_SCREENS", HERE.parents[2] / "build" / "screens"))
# A mail is an article within a program's own page: landmarks would be the program's (rule 5 of the craft).
NOT_FOR_MAIL = ("landmark-one-main", "region")
# Words of Outlook, in a style sheet and in an attribute of <html>; no checker of web pages knows them.
OUTLOOK = re.compile(r"“mso-[a-z-]+”|“xmlns:o”")


# A checker that says nothing of this page says nothing at all.
BROKEN = "<!DOCTYPE html><html lang=en><head><title>x</title><body><p style='color:#aaa;width:900px'>pale<img src=x><h3>x</h4>"


@dataclass(frozen=True)
class Pages:
    """What is held against the checkers: files of a folder, by what they are."""

    mails: tuple[Path, ...]
    bare: tuple[Path, ...]
    web: tuple[Path, ...]
    preview: tuple[Path, ...]


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Pages:
    folder = tmp_path_factory.mktemp("pages")
    issues = folder / "issues"
    (issues / "issue-19").mkdir(parents=True)
    sink = issues / "issue-19" / "issue.md"
    shutil.copyfile(HERE / "kitchen-sink.md", sink)
    shutil.copyfile(ISSUE_18, issues / "issue-18.md")
    Image.new("RGB", (1400, 120), "grey").save(sink.parent / "wide.png")
    Image.new("RGB", (60, 60), "grey").save(sink.parent / "small.jpg")
    (sink.parent / "programme.pdf").write_bytes(b"%PDF-1.4")
    mails = tuple(_mail(path, folder) for path in (issues / "issue-18.md", sink))
    bare = tuple(_bare(path) for path in mails)
    noon = dt.datetime(2010, 12, 1, 12, tzinfo=dt.UTC)
    web = [archive(issues, name, settings(), (TEMPLATES,), folder / "archive", noon).page for name in ("18", "19")]
    named = [shutil.copyfile(page, page.with_name(f"web-{page.parent.name}.html")) for page in web]
    return Pages(mails, bare, (*named, folder / "archive" / "index.html"), _previews(folder, noon))


def _previews(folder: Path, now: dt.datetime) -> tuple[Path, ...]:
    """The page of `preview`, and the one that it shows where there is nothing to show."""
    (folder / "pscb-mail.toml").write_text('[newsletter]\nname = "News"\nfrom = "News <news@pscb.example>"\n')
    made = previewing.write(find_workspace(folder), "19", folder / "preview", previewing.SAMPLE, now).index
    previewing.write_trouble("18", folder / "trouble", UsageError("issue-18.md:4: It is broken.", "Mend it."))
    return made.rename(made.with_name("preview.html")), (folder / "trouble" / "index.html").rename(
        folder / "trouble.html"
    )


@pytest.fixture(scope="module")
def broken(pages) -> Path:
    page = pages.mails[0].with_name("broken.html")
    page.write_text(BROKEN, encoding="utf-8")
    return page


def _mail(path: Path, folder: Path) -> Path:
    edition = laid_open(built(read_source(path)))
    page = html_for(edition)
    for file in edition.pictures:
        name = re.sub(r"[^\w.]", "-", file.content_id)
        (folder / name).write_bytes(file.content)
        page = page.replace(f"cid:{file.content_id}", name)
    target = folder / f"mail-{edition.issue}.html"
    target.write_text(page, encoding="utf-8")
    return target


def _bare(mail: Path) -> Path:
    """The same mail as programs show it that take style sheets away."""
    target = mail.with_name(f"bare-{mail.name}")
    target.write_text(re.sub(r"<style.*?</style>", "", mail.read_text("utf-8"), flags=re.DOTALL), encoding="utf-8")
    return target


def test_the_issue_with_everything_has_every_block():
    """Whoever adds a block adds it to the page that the checkers see."""
    text = (HERE / "kitchen-sink.md").read_text("utf-8")
    assert [name for name in blocks.NAMES if f"::: {name}" not in text] == []


@pytest.fixture(scope="module")
def faults(pages, broken) -> list[Fault]:
    """What the Nu checker says of all the pages: Java starts once."""
    return checkers.nu([*pages.mails, *pages.bare, *pages.web, *pages.preview, broken])


def test_the_nu_checker_finds_nothing(pages, faults, broken):
    assert [fault for fault in faults if fault.file != broken.name and not OUTLOOK.search(fault.text)] == []
    assert [fault for fault in faults if fault.file in {page.name for page in pages.web}] == []
    assert len([fault for fault in faults if fault.file == broken.name]) > 2


def test_html_validate_finds_nothing(pages, broken):
    faults = checkers.html_validate([*pages.mails, *pages.web, broken], HERE / "html-validate.json")
    assert [fault for fault in faults if fault.file != broken.name] == []
    assert len([fault for fault in faults if fault.file == broken.name]) > 3


def views(pages: Pages, broken: Path) -> list[View]:
    """Both issues as mails, with and without their style sheets, and as web pages; each width, light and dark."""
    off = [(page, NOT_FOR_MAIL) for page in (*pages.mails, *pages.bare)] + [
        (page, ()) for page in (*pages.web, *pages.preview)
    ]
    seen = [View(page, width, scheme, rules) for page, rules in off for width in WIDTHS for scheme in ("light", "dark")]
    return [View(broken, 320, "light"), View(broken, 320, "dark"), *seen]


def test_axe_core_finds_nothing_nothing_scrolls_sideways_and_every_picture_shows(pages, broken):
    """In light and dark, at each width; mails without their style sheets, too; in the frames of `preview` as well.

    What was seen is kept, to be looked at.
    """
    wanted = views(pages, broken)
    seen = checkers.axe(wanted, SCREENS)
    assert len(seen) == len(wanted)
    bad = {each.view: (each.wide, each.violations) for each in seen if each.violations or each.wide > 0}
    wide, violations = bad.pop("broken.html 320 light")
    assert bad.pop("broken.html 320 dark")[1]
    assert {each.view.split()[0]: each.unseen for each in seen if each.unseen} == {"broken.html": ("x",)}
    assert bad == {}
    assert wide > 0
    assert len(violations) > 2
    assert len(list(SCREENS.glob("*.jpg"))) == len(wanted)


# What some client does not know, and why a reader there has the same newsletter. What is not in this table may not be
# used; what is no longer used, or known everywhere, leaves it.
BEARABLE = {
    "css-border-radius": "a button with square corners",
    "css-border-spacing": "Word has border-collapse:collapse, in a style sheet of its own",
    "css-height": "Yahoo makes min-height:auto of height:auto, which changes nothing where no height is set",
    "css-hyphens": "words in wide tables break without a hyphen",
    "css-max-height": "one of five ways in which the preheader is hidden",
    "css-overflow": "one of five ways in which the preheader is hidden",
    "css-overflow-wrap": "word-wrap and word-break say the same to those who do not know it",
    "css-word-break": "word-wrap says the same",
    "css-word-wrap": "overflow-wrap or word-break say the same; Word breaks nowhere, but has a column of 600 pixels",
    "css-white-space": "Word breaks a day in a table of events",
    "html-anchor-links": "the contents and the notes read well where nothing happens when they are pressed",
    "html-aria-label": "the title says the same",
    "html-body": "all that matters stands on a <div> within, language and ground too",
    "html-meta-color-scheme": "for those who know it",
}
BEARABLE_IN_SHEETS = {
    "css-at-media": "Word has no telephone and no dark mode of that kind",
    "css-at-media-prefers-color-scheme": "light colours stay, or the client makes its own of them",
    "css-color-scheme": "for those who know it",
    "css-column-layout-properties": "the contents stand in one column",
    "css-pseudo-element-after": "a print without the addresses of links",
    "css-selector-attribute": "for Outlook.com's dark mode and for print",
}


def test_the_data_of_caniemail_knows_of_nothing_else(pages):
    """Elements and their own styles hold in every client; style sheets are for comfort."""
    shown = [page.read_text("utf-8") for page in pages.mails]
    base = set().union(*map(caniemail.base, shown))
    sheets = set().union(*map(caniemail.sheets, shown))
    assert set(caniemail.wanting(base)) == set(BEARABLE)
    assert set(caniemail.wanting(sheets - base)) == set(BEARABLE_IN_SHEETS)


def test_the_data_of_caniemail_says_what_may_not_be_used():
    page = '<html><body><style>a:hover{gap:1px}</style><form><svg></svg></form><p style="display:flex;width:calc(1px)">x</p>'
    assert {"css-display-flex", "css-unit-calc", "html-form", "html-svg"} <= set(
        caniemail.wanting(caniemail.base(page))
    )
    assert "css-gap" in caniemail.wanting(caniemail.sheets(page))
