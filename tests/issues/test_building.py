"""One build: the same edition each time, from the workspace's templates before the package's, no network, no traceback."""

import re
import socket
import time

import pytest
from drafts import ISSUE_18, TEMPLATES, built, draft, html_for, settings, text_for
from icalendar import Calendar
from PIL import Image

from pscb_mail.errors import SettingsError, UsageError
from pscb_mail.issues.edition import Field
from pscb_mail.issues.marks import Marks
from pscb_mail.issues.source import read_source

EVENTS = """::: events
| date | event | place | link |
|------|-------|-------|------|
| 2010-07-11 09:30-16:30 | Working, Together; a very long name for a course that has to be folded somewhere | Bayard Place | |
| 2010-12-10 09:30 | Introduction | | https://www.pscb.example/x |
| 2010-11-25 | Board | Room 1 | |
:::
"""


def test_the_same_input_gives_the_same_bytes(tmp_path):
    Image.new("RGB", (1500, 900), "red").save(tmp_path / "a.jpg")
    source = draft(tmp_path, f"Dear {{{{ name }}}}\n\n![red](a.jpg)\n\n{EVENTS}", "title: T\ndate: 2010-10-31")
    assert built(source) == built(source)
    assert built(source).digest == built(source).digest


def test_issue_18_is_built_quickly():
    source = read_source(ISSUE_18)
    begun = time.process_time()
    edition = built(source)
    assert time.process_time() - begun < 1.5
    assert (edition.issue, edition.subject) == ("issue-18", "PSCB Newsletter 18: October 2010")


def test_nothing_is_fetched_while_building(tmp_path):
    """A server on loopback hears nothing, whatever the issue and a careless template name."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        careless = tmp_path / "templates"
        careless.mkdir()
        page = (TEMPLATES / "newsletter.html.j2").read_text("utf-8")
        page = page.replace(
            "</head>", f'<link rel="stylesheet" href="{url}.css"><style>@import url({url}.css);</style></head>'
        )
        (careless / "newsletter.html.j2").write_text(page, "utf-8")
        source = draft(tmp_path, f'<img src="{url}.png">\n\n<link rel="stylesheet" href="{url}.css">\n\n[x]({url})')
        built(source, None, (careless, TEMPLATES))
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_template_of_the_workspace_comes_first_and_alone(tmp_path):
    (tmp_path / "blocks").mkdir()
    (tmp_path / "blocks" / "button.html.j2").write_text(
        '<p><a href="{{ button.link }}">&rarr; {{ button.text }}</a></p>', "utf-8"
    )
    source = draft(tmp_path, "::: button\ntext: Go\nlink: https://a.example\n:::\n\n::: callout\nx\n:::")
    page = html_for(built(source, None, (tmp_path, TEMPLATES)))
    assert "→ Go" in page
    assert 'class="callout"' in page


def test_a_template_that_is_changed_or_added_while_the_program_runs_is_used_at_once(tmp_path):
    """`preview --watch` builds in one process, and nothing old may be shown."""
    source = draft(tmp_path, "::: button\ntext: Go\nlink: https://a.example\n:::")
    own = tmp_path / "templates" / "blocks"
    own.mkdir(parents=True)
    assert "a.example" in html_for(built(source, None, (own.parent, TEMPLATES)))
    for words in ("a first time", "a second one"):
        (own / "button.html.j2").write_text(f"<p>{words}</p>", "utf-8")
        assert words in html_for(built(source, None, (own.parent, TEMPLATES)))


FAULTS = [
    ("{{ nobody }}", r"newsletter\.html\.j2 fails: 'nobody' is undefined"),
    ("{% if %}", r"newsletter\.html\.j2:1: "),
    ("{% for i in range(10**9) %}x{% endfor %}", r"newsletter\.html\.j2 fails: Range too big"),
    ("{{ frame.__class__.__mro__ }}", r"newsletter\.html\.j2 fails: access to attribute"),
    ("{{ 1 // 0 }}", r"newsletter\.html\.j2 fails: "),
    ("{% include 'nothing.j2' %}", r"There is no template nothing\.j2"),
]


@pytest.mark.parametrize(("template", "message"), FAULTS)
def test_a_faulty_template_is_named_and_never_gets_out_of_its_sandbox(tmp_path, template, message):
    (tmp_path / "newsletter.html.j2").write_text(template, "utf-8")
    with pytest.raises(UsageError, match=message):
        built(draft(tmp_path, "x"), None, (tmp_path, TEMPLATES))


def test_a_template_is_looked_for_in_its_folders_only(tmp_path):
    with pytest.raises(UsageError, match=r"There is no template"):
        built(draft(tmp_path, "x"), None, (tmp_path,))


def test_nothing_that_an_editor_writes_is_a_template(tmp_path):
    front = 'title: "T"\npreheader: "P"'
    edition = built(draft(tmp_path, "`{{ 7*7 }}` `{% raw %}`", front))
    assert "{{ 7*7 }}" in html_for(edition)
    assert "{{ 7*7 }}" in text_for(edition)


def test_pictures_and_attachments_that_are_wrong_are_told_at_once_with_their_lines(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    front = 'title: T\nattachments: [../x.pdf, none.pdf, /dev/zero, "\\ud800"]'
    with pytest.raises(UsageError) as error:
        built(draft(tmp_path, "\n![a](a.png)\n\n![b](b.png)", front))
    lines = error.value.message.splitlines()
    assert [int(line.split(":")[1]) for line in lines] == [3, 3, 3, 3, 6, 8]
    assert "beside" not in error.value.hint  # the first does lie there


def test_a_picture_used_twice_is_embedded_once(tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png")
    edition = built(draft(tmp_path, "![a](a.png) ![b](a.png)"))
    assert len(edition.pictures) == 1
    assert html_for(edition).count(f"cid:{edition.pictures[0].content_id}") == 2


def test_files_too_heavy_together_are_refused(tmp_path):
    for name in ("a.pdf", "b.pdf"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(9_000_000)
    with pytest.raises(UsageError, match=r"18\.0 MB together"):
        built(draft(tmp_path, "x", "title: T\nattachments: [a.pdf, b.pdf]"))


def test_a_logo_that_is_wrong_is_a_mistake_of_the_settings(tmp_path):
    with pytest.raises(SettingsError, match=r"design\.logo"):
        built(draft(tmp_path, "x"), settings(design={"logo": "../logo.png"}))


def test_attachments_come_before_the_calendar(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    edition = built(draft(tmp_path, EVENTS, "title: T\nattachments: [a.pdf]"))
    assert [file.name for file in edition.attachments] == ["a.pdf", "issue-1.ics"]
    assert "attached file issue-1.ics" in html_for(edition)


def test_an_issue_without_events_has_no_calendar(tmp_path):
    assert built(draft(tmp_path, "x")).attachments == ()


def test_the_calendar_has_every_event_in_the_newsletters_zone(tmp_path):
    (file,) = built(draft(tmp_path, EVENTS, "title: T\ndate: 2010-06-30")).attachments
    assert file.media_type == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(file.content)
    course, introduction, board = calendar.walk("VEVENT")
    assert course["SUMMARY"].startswith("Working, Together; a very long name")
    assert course["DTSTART"].dt.isoformat() == "2010-07-11T09:30:00+01:00"
    assert course["DTEND"].dt.isoformat() == "2010-07-11T16:30:00+01:00"
    assert introduction["DTSTART"].dt.isoformat() == "2010-12-10T09:30:00+00:00"
    assert "DTEND" not in introduction
    assert str(introduction["URL"]) == "https://www.pscb.example/x"
    assert (board["DTSTART"].dt.isoformat(), board["DTEND"].dt.isoformat()) == ("2010-11-25", "2010-11-26")
    (zone,) = calendar.walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Europe/London"
    assert b"DTSTART;TZID=Europe/London:20100711T093000" in file.content
    assert b"DTSTAMP:20100630T000000Z" in file.content


def test_the_calendar_is_folded_and_its_identities_are_its_own(tmp_path):
    (file,) = built(draft(tmp_path, EVENTS)).attachments
    assert all(len(line) <= 75 for line in file.content.split(b"\r\n"))
    identities = re.findall(rb"UID:(\S+)", file.content)
    assert len(set(identities)) == 3
    assert all(identity.endswith(b"@pscb.example") for identity in identities)


def test_a_stand_in_cannot_be_written_by_hand(tmp_path):
    """The stand-ins of another text are words in this one."""
    other = Marks("another text").put(Field("address"))
    edition = built(draft(tmp_path, f"Words {other} and {{{{ name }}}}"))
    assert other in html_for(edition)
    assert other in text_for(edition)


def test_stand_ins_come_back_in_their_places():
    marks = Marks("text")
    first, second = marks.put("a", Field("name")), marks.put(Field("role"))
    assert marks.cut(f"1 {first} 2 {second}{second}") == ("1 a", Field("name"), " 2 ", Field("role"), Field("role"))
    assert marks.cut("") == ()


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "calls itself without end"),
        ("{{ 'a' * 10**9 }}", r"the result of \* is too large"),
        ("{{ 10**9 * [1] }}", r"the result of \* is too large"),
        ("{{ 10**(10**8) }}", r"the result of \*\* is too large"),
        ("{{ 'a'.index('b') }}", "fails"),
        (
            "{% for i in range(100000) %}{% for j in range(100000) %}" + "x" * 99 + "{% endfor %}{% endfor %}",
            "too long",
        ),
        ("", "empty page"),
        ("<!doctype html><!-- nothing -->", "empty page"),
    ],
)
@pytest.mark.deep
def test_a_template_of_the_workspace_is_bounded(tmp_path, template, told):
    own = tmp_path / "templates"
    own.mkdir()
    (own / "newsletter.html.j2").write_text(template, encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        built(draft(tmp_path, "x"), templates=(own, TEMPLATES))


def test_a_template_may_still_multiply(tmp_path):
    own = tmp_path / "templates"
    own.mkdir()
    (own / "newsletter.html.j2").write_text("<p>{{ 'ab' * 3 }} {{ 2**10 * 1.5 }}</p>", encoding="utf-8")
    assert "ababab 1536.0" in html_for(built(draft(tmp_path, "x"), templates=(own, TEMPLATES)))
