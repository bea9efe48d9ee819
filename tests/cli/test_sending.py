"""The commands that send: what they ask, print and exit with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from office import ISSUE
from program import Program, workspace
from scripted import ScriptedServer, hang_up

COUNTS = ["queued", "in_flight", "sent", "deferred", "refused", "unknown", "skipped"]


@pytest.fixture
def relay() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def program(tmp_path: Path, relay: ScriptedServer) -> Program:
    made = workspace(tmp_path, relay=f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"')
    (tmp_path / "issues" / "issue-7.md").write_text(ISSUE)
    made("add", "Jo <jo@school.test>", "Sam <sam@health.test>")
    return made


def test_without_a_terminal_and_without_yes_nothing_is_sent(program: Program, relay: ScriptedServer) -> None:
    """The plan is shown, the question is not answered: 2."""
    done = program("send", "7", expect=2)
    assert "2 people" in done.err
    assert "--yes" in done.err
    assert relay.connections == 0
    assert program("status", "7", "--json").json["state"] == "not_sent"


def test_a_dry_run_and_files_connect_to_nothing(program: Program, relay: ScriptedServer, tmp_path: Path) -> None:
    """Not even to say hello."""
    program("send", "7", "--dry-run")
    program("send", "7", "--to-dir", str(tmp_path / "out"))
    assert len(list((tmp_path / "out").glob("*.eml"))) == 2
    assert relay.connections == 0


def test_the_status_is_the_contracts_json(program: Program) -> None:
    """Seven counts that sum to the total, times in UTC."""
    status = program("send", "7", "--yes", "--json").json
    assert list(status) == ["issue", "subject", "state", "total", "counts", "returned", "started_at", "finished_at"]
    assert list(status["counts"]) == COUNTS
    assert sum(status["counts"].values()) == status["total"] == 2
    assert status["finished_at"].endswith("Z")
    assert program("status", "--json").json == [status]
    log = program("log", "7", "--json").json
    assert [list(line) for line in log] == [
        ["address", "state", "edition", "attempts", "relay", "code", "reply", "message_id", "at"]
    ] * 2
    assert program("log", "7", "--csv").out.splitlines()[0].startswith("address,state,edition")


def test_a_time_to_come_without_waiting_is_not_now(program: Program, relay: ScriptedServer) -> None:
    """75, and a timer runs it again; nothing was frozen."""
    done = program("send", "7", "--at", "2099-12-01 09:00", "--no-wait", "--yes", expect=75)
    assert "It is not yet 09:00 on 01 December" in done.err
    assert relay.connections == 0
    assert program("status", "7", "--json").json["state"] == "not_sent"


def test_a_time_that_is_past_or_none_is_refused(program: Program, relay: ScriptedServer) -> None:
    """2, before anything else."""
    for text in ("2001-12-01 09:00", "soon", "2026-03-29 01:30"):
        done = program("send", "7", "--at", text, "--yes", expect=2)
        assert f"{text}" in done.err
    assert relay.connections == 0


def test_refused_and_put_off_copies_need_a_person(program: Program, relay: ScriptedServer) -> None:
    """1, with the server's words in the log; retry takes them up again."""
    relay.acts["RCPT jo@school.test"] = b"450 4.2.1 come back later\r\n"
    relay.acts["RCPT sam@health.test"] = b"550 5.7.1 we do not like you\r\n"
    counts = program("send", "7", "--yes", "--no-wait", "--json", expect=1).json["counts"]
    assert (counts["deferred"], counts["refused"]) == (1, 1)
    replies = {line["address"]: (line["code"], line["reply"]) for line in program("log", "7", "--json").json}
    assert replies["jo@school.test"] == (450, "4.2.1 come back later")
    relay.acts.clear()
    assert (
        program("retry", "7", "--only", "refused", "--yes", "--no-wait", "--json", expect=1).json["counts"]["sent"] == 1
    )
    assert program("retry", "7", "--yes", "--json").json["counts"]["sent"] == 2


def test_copies_in_doubt_are_left_alone_without_a_terminal(program: Program, relay: ScriptedServer) -> None:
    """Exit 1 and a sentence; --unknown resend is a person's word."""
    relay.acts["BODY"] = hang_up
    program("send", "7", "--limit", "1", "--yes", expect=1)
    del relay.acts["BODY"]
    assert program("send", "7", "--yes", "--json", expect=1).json["counts"]["unknown"] == 1
    assert len(relay.taken) == 2
    assert program("send", "7", "--unknown", "resend", "--yes", "--json").json["counts"]["sent"] == 2


def test_a_relay_that_is_away_is_not_now(program: Program, relay: ScriptedServer) -> None:
    """75 with the status on standard output, and the same command goes on later."""
    relay.acts["greeting"] = b"421 4.3.2 not now\r\n"
    done = program("send", "7", "--yes", "--json", expect=75)
    assert done.json["counts"]["queued"] == 2
    assert "What to do" in done.err
    relay.acts.clear()
    assert program("send", "7", "--yes", "--json").json["state"] == "complete"


def test_cancel_amend_and_only_tell_how_it_stands(program: Program, relay: ScriptedServer, tmp_path: Path) -> None:
    """Each as JSON; amend shows the difference first."""
    program("send", "7", "--limit", "1", "--yes")
    (tmp_path / "issues" / "issue-7.md").write_text(ISSUE.replace("here is", "here, at last, is"))
    assert "amend issue-7" in program("send", "7", "--dry-run").err
    done = program("amend", "7", "--yes", "--json")
    assert "here, at last, is the news" in done.err
    assert done.json["counts"]["queued"] == 1
    waiting = next(line["address"] for line in program("log", "7", "--json").json if line["state"] == "queued")
    assert program("send", "7", "--only", waiting, "--yes", "--json").json["counts"]["sent"] == 2
    program("send", "7", "--only", waiting, "--yes", expect=2)
    program("send", "7", "--again", "--yes", expect=2)
    program("add", "kit@police.test")
    program("send", "7", "--joined", "--limit", "1", "--dry-run")
    assert program("cancel", "7", "--yes", "--json").json["state"] in {"complete", "cancelled"}
    assert program("cancel", "8", "--yes", expect=2)


def test_an_unknown_or_hostile_issue_is_refused(program: Program, relay: ScriptedServer) -> None:
    """Nothing outside the workspace is ever opened."""
    for name in ("99", "../../etc/passwd", "issue-7/../../x", "", "issue 7", "ISSUE-7", "a" * 65):
        for command in ("send", "status", "log", "retry", "cancel", "amend", "test", "check"):
            done = program(
                command, name, *(("--yes",) if command in {"send", "retry", "cancel", "amend"} else ()), expect=2
            )
            assert "Error" in done.err
        if name == "99":
            continue
    assert relay.connections == 0


def test_a_test_copy_is_marked_and_leaves_the_mailing_alone(program: Program, relay: ScriptedServer) -> None:
    """To oneself unless told."""
    program("test", "7")
    program("test", "7", "Me <me@pscb.test>")
    assert [to for _, to, _ in relay.taken] == ["newsletter@pscb.test", "me@pscb.test"]
    assert all(b"[TEST]" in body for _, _, body in relay.taken)
    assert program("status", "7", "--json").json["state"] == "not_sent"
    program("test", "7", "not an address", expect=2)
