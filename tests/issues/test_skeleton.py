"""The next issue, begun: it builds as it stands, and nothing in it can be forgotten."""

from datetime import date
from pathlib import Path

import pytest

from pscb_mail.errors import UsageError
from pscb_mail.issues import blocks
from pscb_mail.issues.preflight import check
from pscb_mail.issues.skeleton import HINTS, begin, next_number
from pscb_mail.issues.source import read_source
from pscb_mail.settings import Newsletter, Settings
from pscb_mail.workspace import packaged

TODAY = date(2010, 10, 31)
NAME = "PSCB Newsletter"


def test_the_next_issue_has_the_next_number_and_the_day(tmp_path: Path) -> None:
    (tmp_path / "issue-9.md").write_text('---\nnumber: 9\ntitle: "Nine"\n---\n')
    (tmp_path / "issue-10.md").write_text('---\nnumber: 10\ntitle: "Ten"\n---\n')
    path = begin(tmp_path, None, NAME, TODAY)
    source = read_source(path)
    assert path == tmp_path / "issue-11.md"
    assert (source.number, source.date, source.contents) == (11, TODAY, True)
    assert source.subject == "PSCB Newsletter 11: October 2010"


def test_the_first_issue_is_number_one(tmp_path: Path) -> None:
    """In a workspace that has no folder of issues yet."""
    assert begin(tmp_path / "issues", None, NAME, TODAY) == tmp_path / "issues" / "issue-1.md"


def test_a_broken_issue_counts_by_its_name(tmp_path: Path) -> None:
    """Its number must not be given away a second time."""
    (tmp_path / "issue-12.md").write_text("no front matter")
    (tmp_path / "summer").mkdir()
    (tmp_path / "summer" / "issue.md").write_text('---\nnumber: 14\ntitle: "Summer"\n---\n')
    assert next_number(tmp_path) == 15


@pytest.mark.parametrize(
    ("name", "file", "number"), [("20", "issue-20.md", 20), ("issue-20", "issue-20.md", 20), ("summer", "summer.md", 1)]
)
def test_an_issue_may_be_named(name: str, file: str, number: int, tmp_path: Path) -> None:
    path = begin(tmp_path, name, NAME, TODAY)
    assert (path.name, read_source(path).number) == (file, number)


@pytest.mark.parametrize("there", ["issue-3.md", "issue-3/issue.md"])
def test_an_issue_that_is_there_is_never_written_over(there: str, tmp_path: Path) -> None:
    file = tmp_path / there
    file.parent.mkdir(exist_ok=True)
    file.write_text("a week's work")
    with pytest.raises(UsageError, match="there already"):
        begin(tmp_path, "3", NAME, TODAY)
    assert file.read_text() == "a week's work"
    assert list(tmp_path.rglob("*.md")) == [file]


@pytest.mark.parametrize("name", ["../issue-3", "Issue 3", "issue-3\0", "", "-x", "a" * 65])
def test_a_name_never_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "issues"
    if name:
        with pytest.raises(UsageError):
            begin(folder, name, NAME, TODAY)
    assert list(tmp_path.rglob("*.md")) == []


@pytest.mark.parametrize("newsletter", [NAME, 'The "Board" \\ Letter: #1', "{x}"])
def test_it_builds_and_check_finds_every_hint_and_nothing_else(newsletter: str, tmp_path: Path) -> None:
    """An editor who writes over one hint after the other comes to an issue without remarks."""
    begin(tmp_path, "1", newsletter, TODAY)
    footer = {"urgent": "Ring 01632 960123.", "postal_address": "1 Broad Way", "website": "https://board.example"}
    settings = Settings(newsletter=Newsletter(name=newsletter, **footer, **{"from": "letter@board.example"}))
    report = check(tmp_path, "1", settings, (packaged("templates"),))
    assert report.html_bytes > 0
    assert report.warnings == ()
    assert {remark.rule for remark in report.errors} == {"placeholder"}
    text = (tmp_path / "issue-1.md").read_text(encoding="utf-8")
    assert len(report.errors) == sum(hint in line for line in text.split("\n") for hint in HINTS)
    assert [hint for hint in HINTS if hint not in text] == []


def test_it_shows_every_block_but_the_one_that_needs_groups(tmp_path: Path) -> None:
    """A list that has just begun has no groups."""
    text = begin(tmp_path, None, NAME, TODAY).read_text(encoding="utf-8")
    assert [name for name in blocks.NAMES if name != "only" and f"\n::: {name}\n" not in text] == []
