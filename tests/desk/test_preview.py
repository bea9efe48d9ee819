"""The preview shows what a reader gets, and escapes what it shows."""

import email
import email.policy
import html as html_module
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from pscb_mail.desk import preview, readers
from pscb_mail.desk.preview import SAMPLE, Reader, shown_in
from pscb_mail.errors import UsageError
from pscb_mail.people import roster
from pscb_mail.people.address import parse_person
from pscb_mail.people.changes import Origin
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.workspace import Workspace, find_workspace

NOW = datetime(2010, 10, 31, 9, 0, tzinfo=UTC)
SETTINGS = '[newsletter]\nname = "PSCB Newsletter"\nfrom = "PSCB Newsletter <newsletter@pscb.test>"\n'
SETTINGS += 'website = "https://www.pscb.test"\npostal_address = "Town Hall"\nurgent = "Ring 01632 960180."\n'
ISSUE = """\
---
number: 18
date: 2010-10-31
title: "Newsletter 18: <October> 2010"
preheader: "Front door workshop, the Munro review, training dates to Christmas"
---

Dear {{ first_name | default("colleague") }} of {{ organisation | default("your school") }},

Ask the MASH & see [the programme](https://board.example/programme).

![The new office, seen from the street](office.png)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "pscb-mail.toml").write_text(SETTINGS)
    folder = tmp_path / "issues" / "issue-18"
    folder.mkdir(parents=True)
    (folder / "issue.md").write_text(ISSUE, encoding="utf-8")
    Image.new("RGB", (600, 200), "navy").save(folder / "office.png")
    return find_workspace(tmp_path)


def test_the_files_are_one_readers_copy(workspace: Workspace, tmp_path: Path) -> None:
    """The .eml has the texts that stand beside it, and a reference that is recognised and never acted on."""
    reader = Reader("Jo Bloggs", "jo@school.test", "Hill School")
    preview.write(workspace, "18", tmp_path / "out", reader, NOW)
    message = email.message_from_bytes((tmp_path / "out" / "issue-18.eml").read_bytes(), policy=email.policy.default)
    text = (tmp_path / "out" / "issue-18.txt").read_text(encoding="utf-8")
    assert "Dear Jo of Hill School," in text
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip() == text.rstrip()
    assert message["To"] == "Jo Bloggs <jo@school.test>"
    assert message["Subject"] == "[TEST] Newsletter 18: <October> 2010"
    assert message["X-PSCB-Mail"] == reference(workspace.key(), Purpose.TEST, "issue-18", "jo@school.test")


def test_nothing_is_recorded(workspace: Workspace, tmp_path: Path) -> None:
    preview.write(workspace, "18", tmp_path / "out", SAMPLE, NOW)
    assert not workspace.database_path.exists()


def test_pictures_show_in_a_browser_and_the_mail_keeps_its_own(workspace: Workspace, tmp_path: Path) -> None:
    """Beside the HTML as a file; within the frames, which may open none. Those of `--watch` are served, and stay short."""
    beside, within = r"picture-[^:]*\.png", r"data:image/png;base64,.*"
    for live, framed in ((False, within), (True, beside)):
        preview.write(workspace, "18", tmp_path / "out", SAMPLE, NOW, live=live)
        for page, address in (("issue-18.html", beside), ("light.html", framed), ("dark.html", framed)):
            html = (tmp_path / "out" / page).read_text(encoding="utf-8")
            (source,) = re.findall(r'<img[^>]* src="([^"]+)"', html)
            assert re.fullmatch(address, source)
            assert "cid:" not in html
    (file,) = (tmp_path / "out").glob("picture-*.png")
    with Image.open(file) as picture:
        assert picture.size[0] >= 600
    assert b"cid:" in (tmp_path / "out" / "issue-18.eml").read_bytes().replace(b"=\r\n", b"")


def test_the_page_shows_frames_text_headers_sizes_and_findings(workspace: Workspace, tmp_path: Path) -> None:
    made = preview.write(workspace, "18", tmp_path / "out", SAMPLE, NOW)
    page = made.index.read_text(encoding="utf-8")
    assert page.count('<iframe src="light.html"') == page.count('<iframe src="dark.html"') == 2
    assert (
        page.count("<iframe ")
        == page.count("<iframe ")
        == page.count(" sandbox=")
        == len(re.findall(r'<iframe [^>]*title="[^"]+', page))
    )
    for shown in (
        "of 102.0 KB",
        "List-Unsubscribe",
        "Dear Jo of Sample Primary School,",
        "&#34;MASH&#34; is never explained",
    ):
        assert shown in page
    assert [remark.rule for remark in made.report.warnings] == ["acronym"]
    assert "<script" not in page


def test_what_is_foreign_is_escaped(workspace: Workspace, tmp_path: Path) -> None:
    """A name, a subject, a remark: none of them becomes markup on the page."""
    reader = Reader("<script>alert(1)</script>", "jo@school.test", '"><img src=x onerror=alert(1)>')
    made = preview.write(workspace, "18", tmp_path / "out", reader, NOW)
    for file in (made.index, tmp_path / "out" / "issue-18.html", tmp_path / "out" / "light.html"):
        page = file.read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    page = made.index.read_text(encoding="utf-8")
    assert "<October>" not in page
    assert "Newsletter 18: <October> 2010" in html_module.unescape(page)


def test_dark_rules_hold_in_the_dark_frame_alone() -> None:
    """Whatever the computer is set to."""
    html = (
        '<meta name="color-scheme" content="light dark"><style>:root{color-scheme:light dark}'
        "@media (prefers-color-scheme: dark){p{color:#fff !important}}</style>"
        '<a style="x" href="https://a.example/">A</a> <a href="#b">B</a>'
    )
    dark, light = shown_in(html, "dark"), shown_in(html, "light")
    assert "@media (min-width:0){p" in dark
    assert "@media (max-width:0){p" in light
    assert "color-scheme:dark}" in dark
    assert 'content="light"' in light
    assert dark.count('target="_blank"') == 1


def test_the_built_issue_has_dark_rules_for_the_frame_to_show(workspace: Workspace, tmp_path: Path) -> None:
    preview.write(workspace, "18", tmp_path / "out", SAMPLE, NOW)
    assert "@media (min-width:0)" in (tmp_path / "out" / "dark.html").read_text(encoding="utf-8")
    for page in ("dark.html", "light.html"):
        assert "prefers-color-scheme" not in (tmp_path / "out" / page).read_text(encoding="utf-8")


def test_an_issue_that_cannot_be_built_leaves_the_last_preview(workspace: Workspace, tmp_path: Path) -> None:
    made = preview.write(workspace, "18", tmp_path / "out", SAMPLE, NOW)
    before = made.index.read_bytes()
    (workspace.issues / "issue-18" / "issue.md").write_text(ISSUE + "\n::: contct\n:::\n", encoding="utf-8")
    with pytest.raises(UsageError, match="Did you mean contact"):
        preview.write(workspace, "18", tmp_path / "out", SAMPLE, NOW)
    assert made.index.read_bytes() == before


def test_trouble_is_shown_on_the_page_while_it_is_watched(tmp_path: Path) -> None:
    trouble = UsageError("/home/jo/issue-18.md:4: <b>wrong</b>\n/home/jo/issue-18.md:6: too", "Mend it.")
    preview.write_trouble("18", tmp_path, trouble)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;wrong&lt;/b&gt;<span>Line 4" in page
    assert "2 to mend" in page
    assert "Mend it." in page
    assert "location.reload()" in page


def test_a_subscriber_is_a_reader_and_the_audience_is_counted(workspace: Workspace) -> None:
    db = workspace.open_database()
    origin = Origin(NOW, "editor", "add")
    roster.add(db, [parse_person("Jo Bloggs <jo@school.test>")], origin, organisation="Hill School")
    gone = roster.add(db, [parse_person("gone@school.test")], origin)
    assert preview.reader_of(db, "jo@school.test") == Reader("Jo Bloggs", "jo@school.test", "Hill School", groups=())
    assert readers.recipients(db, "issue-18") == 2
    roster.opt_out(db, [gone.decisions[0].person.id or 2], origin)
    assert readers.recipients(db, "issue-18") == 1
    with pytest.raises(UsageError):
        preview.reader_of(db, "nobody@school.test")
    db.close()
