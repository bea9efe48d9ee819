"""The commands of the editor: new, issues, check, preview; their JSON, their exit codes, what they leave alone."""

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copyfile
from urllib.parse import urlsplit

import pytest
from program import COMMAND, Program, workspace

SAMPLE = Path(__file__).parents[2] / "issues" / "issue-18.md"
SOUND = """\
---
number: 18
date: 2010-10-31
title: "Newsletter 18: October 2010"
preheader: "Front door workshop, the Munro review, training dates to Christmas"
---

## News

"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    made = workspace(tmp_path, more='\n[check]\nacronyms = ["PSCB"]\n')
    said = {"URGENT": "Ring 01632 960180.", "WEBSITE": "https://www.pscb.example", "POSTAL_ADDRESS": "Town Hall"}
    made.env.update({f"PSCB_MAIL__NEWSLETTER__{key}": value for key, value in said.items()})
    return made


def write(program: Program, body: str, name: str = "issue-18.md") -> Path:
    path = program.folder / "issues" / name
    path.write_text(SOUND + body, encoding="utf-8")
    return path


def test_new_begins_the_next_issue_and_says_what_to_do(program: Program) -> None:
    write(program, "Words.")
    done = program("new")
    assert (program.folder / "issues" / "issue-19.md").is_file()
    assert "issue-19.md" in done.out
    assert "pscb-mail preview 19 --watch" in done.err
    program("new", "19", expect=2)
    program("new", "../x", expect=2)


def test_issues_are_listed_with_their_state_and_a_broken_one_does_not_stop_the_list(program: Program) -> None:
    write(program, "Words.")
    (program.folder / "issues" / "issue-19.md").write_text("---\ntitel: x\n---\n")
    rows = program("issues", "--json").json
    subject = "Newsletter 18: October 2010"
    assert rows[0] == {"issue": "issue-18", "subject": subject, "date": "2010-10-31", "state": "not_sent"}
    assert (rows[1]["issue"], rows[1]["subject"], rows[1]["date"], rows[1]["state"]) == (
        "issue-19",
        "",
        None,
        "not_sent",
    )
    assert "Did you mean title?" in rows[1]["error"]
    assert "pscb-mail check issue-19" in program("issues").out
    assert not (program.folder / "pscb-mail.db").exists()


def test_no_issues_is_an_empty_list(program: Program) -> None:
    assert program("issues", "--json").json == []
    assert "pscb-mail new" in program("issues").err


def test_an_issue_that_cannot_be_read_hides_no_other(program: Program) -> None:
    """A bad sector, or somebody else's file: the list and the overview go on."""
    write(program, "Text.\n")
    # Opens, and cannot be read: also for root, whom no file mode keeps out.
    (program.folder / "issues" / "issue-19.md").symlink_to("/proc/self/mem")
    assert {row["issue"] for row in program("issues", "--json").json} == {"issue-18", "issue-19"}
    shown = program().out
    assert "issue-18 has not been sent" in shown
    assert "issue-19 cannot be read: `pscb-mail check issue-19`" in shown
    assert "cannot be read" in program("check", "19", "--json", expect=1).json["errors"][0]["message"]


def test_a_folder_of_issues_that_cannot_be_read_is_not_taken_for_an_empty_one(program: Program) -> None:
    """Nobody begins again with issue 1; and the overview tells all the rest."""
    (program.folder / "issues").rmdir()
    (program.folder / "issues").write_text("no folder")
    assert "The issues cannot be read" in program("issues", expect=2).err
    assert "The issues cannot be read" in program("new", expect=2).err
    done = program()
    assert "PSCB Newsletter" in done.out
    assert "The issues cannot be read" in done.out
    assert "There is no issue" not in done.out


def test_check_prints_exactly_what_is_agreed(program: Program) -> None:
    write(program, "His number is 943 476 5919.\n\nAsk the MASH.")
    program("add", "Jo Bloggs <jo@school.test>", "Al Gone <gone@school.test>")
    program("unsubscribe", "gone@school.test")
    report = program("check", "18", "--json", expect=1).json
    assert set(report) == {"issue", "errors", "warnings", "html_bytes", "recipients", "variants"}
    assert (report["issue"], report["recipients"]) == ("issue-18", 1)
    (error,) = report["errors"]
    assert (error["rule"], error["line"], set(error)) == ("nhs-number", 10, {"rule", "line", "message"})
    assert [(remark["rule"], remark["line"]) for remark in report["warnings"]] == [("acronym", 12)]
    assert report["html_bytes"] > 1000


def test_check_lists_the_copies_that_passages_for_some_groups_make(program: Program) -> None:
    write(program, "Words.\n\n::: only Heads\nThe lantern.\n:::")
    program("add", "Jo Bloggs <jo@school.test>", "--group", "Heads")
    program("add", "Al Hill <al@school.test>", "Sam Dale <sam@school.test>")
    variants = program("check", "18", "--json").json["variants"]
    assert [(each["passages"], each["readers"]) for each in variants] == [([], 2), (["Heads"], 1)]
    assert variants[0]["html_bytes"] < variants[1]["html_bytes"]
    assert "shows what is only for" in program("check", "18").out
    for address, shown in (("jo@school.test", True), ("al@school.test", False)):
        program("preview", "18", "--as", address, "--out", "out", "--no-open")
        assert ("lantern" in (program.folder / "out" / "issue-18.html").read_text("utf-8")) == shown


def test_check_ends_with_0_where_there_is_no_error(program: Program) -> None:
    write(program, "Ask the MASH.")
    done = program("check", "18")
    assert '"MASH" is never explained' in done.out
    report = program("check", "issue-18", "--json").json
    assert (len(report["warnings"]), report["recipients"]) == (1, 0)
    assert not (program.folder / "pscb-mail.db").exists()


def test_check_leads_on_to_what_can_be_done_next(program: Program) -> None:
    """Where nothing can be built, `preview` has nothing to show."""
    for body, said in (
        ("Ask the MASH.", "`pscb-mail preview 18`"),
        ("::: contct\n:::", "`pscb-mail check 18` once more"),
    ):
        write(program, body)
        assert said in program("check", "18", expect=None).err


def test_check_of_an_issue_that_is_not_there_ends_with_2(program: Program) -> None:
    write(program, "Words.")
    assert "issue-18" in program("check", "81", expect=2).err
    assert program("check", "81", "--json", expect=2).out == ""


def test_check_shows_hostile_text_escaped(program: Program) -> None:
    write(
        program,
        "Ask the MASH [/red] [link=https://evil.example]now[/link] \\.\n\n[here][x]\n\n[x]: https://a.example/[/bold]",
    )
    assert "\x1b" not in program("check", "18", expect=None).out


def test_what_is_set_aside_is_told(program: Program) -> None:
    path = write(program, "Ask the MASH.")
    path.write_text(path.read_text().replace("\n---\n\n##", '\nignore: {acronym: "all [/] know it"}\n---\n\n##'))
    assert "Set aside: acronym, 1 found (all [/] know it)" in program("check", "18").out


def test_preview_writes_files_and_sends_nothing(program: Program) -> None:
    copyfile(SAMPLE, program.folder / "issues" / "issue-18.md")
    done = program("preview", "18", "--no-open")
    folder = program.folder / "build" / "preview" / "issue-18"
    names = {path.name for path in folder.iterdir()}
    assert {"index.html", "issue-18.html", "issue-18.txt", "issue-18.eml", "light.html", "dark.html"} <= names
    assert "index.html" in done.out
    assert not (program.folder / "pscb-mail.db").exists()


def test_preview_as_a_subscriber_elsewhere(program: Program) -> None:
    write(program, "Dear {{ name }},")
    program("preview", "18", "--no-open", "--as", "jo@school.test", expect=2)
    program("add", "Jo Bloggs <jo@school.test>")
    program("preview", "18", "--no-open", "--as", "jo@school.test", "--out", "there")
    assert "Dear Jo Bloggs," in (program.folder / "there" / "issue-18.txt").read_text(encoding="utf-8")
    assert "every reader has one today" in (program.folder / "there" / "index.html").read_text(encoding="utf-8")
    program("preview", "18", "--no-open", "--as", "nobody@school.test", expect=2)


def test_preview_of_a_broken_issue_ends_with_2_and_says_where(program: Program) -> None:
    write(program, "::: contct\n:::")
    done = program("preview", "18", "--no-open", expect=2)
    assert "issue-18.md:10" in done.err
    assert "Did you mean contact?" in done.err


def test_the_browser_is_given_the_page(program: Program) -> None:
    """BROWSER is how Python's webbrowser is told what to run (docs.python.org/3/library/webbrowser.html)."""
    write(program, "Words.")
    program.env["BROWSER"] = f'{sys.executable} -c \'import sys; open("opened", "w").write(sys.argv[1])\' %s'
    program("preview", "18")
    index = program.folder / "build" / "preview" / "issue-18" / "index.html"
    assert (program.folder / "opened").read_text() == index.as_uri()


def fetch(root: str, path: str) -> str:
    parts = urlsplit(root)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", f"/{path}")
    answer = connection.getresponse()
    assert answer.status == 200
    body = answer.read().decode()
    connection.close()
    return body


def test_watch_shows_a_save_and_ends_on_ctrl_c(program: Program) -> None:
    path = write(program, "First words.")
    watching = subprocess.Popen(
        [*COMMAND, "preview", "18", "--watch", "--no-open"], cwd=program.folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120", "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert watching.stdout is not None
    root = watching.stdout.readline().decode().strip().removesuffix("index.html")
    try:
        version = fetch(root, "version")
        path.write_text(SOUND + "Second words, and more.", encoding="utf-8")
        newer = fetch(root, f"version?after={version}")
        assert newer != version
        assert "Second words, and more." in fetch(root, "light.html")
        path.write_text(SOUND + "::: contct\n:::", encoding="utf-8")
        fetch(root, f"version?after={newer}")
        assert "Did you mean contact?" in fetch(root, "index.html")
    finally:
        watching.send_signal(signal.SIGINT)
        _, trouble = watching.communicate(timeout=15)
    assert watching.returncode == 0
    assert b"Traceback" not in trouble
