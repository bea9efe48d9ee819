"""The commands that send: what they ask, print and exit with."""

import contextlib
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from office import ISSUE, office
from program import Program, workspace
from scripted import ScriptedServer, hang_up

from pscb_mail.cli.context import Stopping
from pscb_mail.cli.sending_shown import Watching
from pscb_mail.database import open_database
from pscb_mail.desk import dispatch, planning, unsettled
from pscb_mail.sending import ledger
from pscb_mail.sending.audience import Audience

COUNTS = ["queued", "in_flight", "sent", "deferred", "refused", "unknown", "skipped"]


@pytest.fixture
def relay() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def program(tmp_path: Path, relay: ScriptedServer) -> Program:
    made = workspace(tmp_path, relay=f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"\nconnections = 1')
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
    assert program("send", "7", "--dry-run", "--json").json["state"] == "not_sent"
    assert program("send", "7", "--to-dir", str(tmp_path / "out"), "--json").json["state"] == "not_sent"
    assert len(list((tmp_path / "out").glob("*.eml"))) == 2
    assert relay.connections == 0


def test_one_persons_copy_is_asked_about_and_a_dry_run_of_it_connects_to_nothing(
    program: Program, relay: ScriptedServer
) -> None:
    """What says something about many does not go with it: 2."""
    program("send", "7", "--yes")
    before = relay.connections
    assert "jo@school.test" in program("send", "7", "--only", "jo@school.test", "--again", "--dry-run", "--yes").err
    for more in (("--limit", "1"), ("--at", "2030-01-01 09:00"), ("--joined",), ("--to", "Board"), ("--to-dir", "x")):
        assert "--only" in program("send", "7", "--only", "jo@school.test", "--yes", *more, expect=2).err
    assert relay.connections == before


def test_the_plan_is_about_as_many_as_the_limit_lets_through(program: Program) -> None:
    """Two are on the list; one is asked about."""
    assert "1 of 2 people" in program("send", "7", "--limit", "1", expect=2).err


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
    assert "They may stay so" in program("send", "7", "--unknown", "skip", "--yes", expect=1).err
    assert "in doubt" in program("send", "7", "--unknown", "resend", expect=2).err
    assert len(relay.taken) == 2
    assert program.at_terminal("y\n", "send", "7", "--no-wait", "--yes")[0] == 1, "a timer's terminal, seen by nobody"
    assert len(relay.taken) == 2
    assert program("send", "7", "--unknown", "resend", "--yes", "--json").json["counts"]["sent"] == 2
    relay.acts["RCPT"] = b"550 5.7.1 policy\r\n"
    program("add", "kit@police.test")
    program("send", "7", "--joined", "--yes", expect=1)
    program("unsubscribe", "kit@police.test")
    assert "nobody to send to" in program("retry", "7", "--only", "refused", "--yes", expect=1).err


def test_only_a_person_at_the_terminal_goes_past_a_brake(program: Program, relay: ScriptedServer) -> None:
    """A timer ends with 1 each time and sends nothing; a person is asked, --yes or not, and it goes on."""
    program("add", *(f"reader{n}@school.test" for n in range(12)))
    relay.acts["RCPT"] = b"550 5.7.1 policy\r\n"
    assert "10 of the last 10 copies were refused" in program("send", "7", "--no-wait", "--yes", expect=1).err
    relay.acts.clear()
    for command in (("send", "7"), ("retry", "7", "--only", "refused")):
        held = program(*command, "--no-wait", "--yes", "--json", expect=1)
        assert "`pscb-mail send issue-7` asks whether it goes on" in held.err
        assert (held.json["counts"]["queued"], held.json["counts"]["refused"]) == (4, 10)
    assert "asks whether it goes on" in program("status", "7").err
    assert program.at_terminal("y\n", "send", "7", "--no-wait", "--yes")[0] == 1, "a timer's terminal, seen by nobody"
    assert relay.taken == []
    code, screen = program.at_terminal("y\n", "send", "7", "--yes")
    assert (code, len(relay.taken)) == (1, 4), screen
    assert "10 of the last 10 copies were refused" in screen
    assert "asks whether it goes on" not in screen, "it is just being asked"
    assert program("retry", "7", "--only", "refused", "--yes", "--json").json["counts"]["sent"] == 14
    assert program("status", "7").err == ""


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
    told = [" ".join(line.split()) for line in done.err.splitlines() if line.startswith("  ")]
    words = "Dear {{ first_name }}, here%s is the news."
    assert told[:2] == [f"was {words % ''}", f"now {words % ', at last,'}"]
    assert done.json["counts"]["queued"] == 1
    waiting = next(line["address"] for line in program("log", "7", "--json").json if line["state"] == "queued")
    assert program("send", "7", "--only", waiting, "--yes", "--json").json["counts"]["sent"] == 2
    program("send", "7", "--only", waiting, "--yes", expect=2)
    program("send", "7", "--again", "--yes", expect=2)
    program("add", "kit@police.test")
    program("send", "7", "--joined", "--limit", "1", "--dry-run")
    assert "nothing to cancel" in program("cancel", "7", "--yes", expect=2).err
    assert program("status", "7", "--json").json["state"] == "complete"
    assert "issue-8" in program("cancel", "8", "--yes", expect=2).err


def test_progress_counts_people_and_says_what_is_waited_for(tmp_path: Path, relay: ScriptedServer) -> None:
    """One who is put off is not done until the second try; two tries are no two people."""
    desk = office(tmp_path, relay.port, "jo@school.test", "sam@health.test")
    relay.acts["RCPT jo@school.test"] = b"450 4.2.1 come back later\r\n"
    shown: list[int | str] = []

    class Bar:
        def advance(self, done: int, trouble: str | None = None) -> None:
            shown.append(done)

        def note(self, text: str) -> None:
            shown.append(text)
            relay.acts.clear()

    watching = Watching(Bar(), ZoneInfo("UTC"), lambda: ledger.put_off(desk.db, "issue-7"))
    means = dispatch.means_of(desk.workspace, desk.now, desk.wait, watching)
    plan = planning.send_plan(desk.db, desk.workspace, "7", Audience())
    dispatch.dispatch(desk.db, desk.workspace, plan, dispatch.Order(), means, "tester")
    desk.db.close()
    waited_for = next(each for each in shown if isinstance(each, str))
    assert re.fullmatch(r"1 put off, again at 09:\d\d on 05 January", waited_for)
    assert max(shown[: shown.index(waited_for)]) == 1
    assert shown[-1] == 2


def test_a_time_that_is_just_past_is_told_to_be(program: Program, relay: ScriptedServer) -> None:
    """It begins at once, and the question does not speak of a time to come."""
    just = datetime.now(ZoneInfo("Europe/London")) - timedelta(minutes=5)
    asked = program("send", "7", "--at", f"{just:%Y-%m-%d %H:%M}", expect=2).err
    assert f"{just:%H:%M} is past: it begins at once." in asked
    assert relay.connections == 0


def test_whoever_cannot_be_sent_to_is_not_asked_about(program: Program, relay: ScriptedServer) -> None:
    """What stands against it is said instead of the question."""
    program("send", "7", "--yes")
    done = program("send", "7", "--only", "jo@school.test", expect=2)
    assert "was handed over already" in done.err
    program("unsubscribe", "sam@health.test")
    gone = program("send", "7", "--only", "sam@health.test", "--again", expect=2)
    assert "is opted out" in gone.err
    assert not any("?" in each.err for each in (done, gone))


def test_a_wait_ends_by_whichever_clock_is_there_first() -> None:
    """One stands still while a laptop sleeps: nine o'clock is nine o'clock all the same."""
    awake = iter([0.0, *[28_800.0] * 9])
    assert not Stopping(clocks=(lambda: 0.0, lambda: next(awake))).wait(3600)


def test_an_unknown_or_hostile_issue_is_refused(program: Program, relay: ScriptedServer) -> None:
    """Nothing outside the workspace is ever opened."""
    for name in ("99", "../../etc/passwd", "issue-7/../../x", "", "issue 7", "ISSUE-7", "a" * 65):
        for command in ("send", "status", "log", "retry", "cancel", "amend", "test", "check"):
            done = program(
                command, name, *(("--yes",) if command in {"send", "retry", "cancel", "amend"} else ()), expect=2
            )
            assert "Error" in done.err
    assert relay.connections == 0


def test_a_test_copy_is_marked_and_leaves_the_mailing_alone(program: Program, relay: ScriptedServer) -> None:
    """To oneself unless told."""
    program("test", "7")
    program("test", "7", "Me <me@pscb.test>")
    assert [to for _, to, _ in relay.taken] == ["newsletter@pscb.test", "me@pscb.test"]
    assert all(b"[TEST]" in body for _, _, body in relay.taken)
    assert program("status", "7", "--json").json["state"] == "not_sent"
    program("test", "7", "not an address", expect=2)


def lines_of(program: Program, *args: str) -> list[str]:
    return program(*args).out.splitlines()


def test_a_cancelled_mailing_says_so_and_cannot_be_gone_on_with(program: Program, relay: ScriptedServer) -> None:
    """A cancel is final: send, retry and a second cancel say it, with what can be done instead."""
    program("send", "7", "--limit", "1", "--yes")
    assert program("cancel", "7", "--yes", "--json").json["state"] == "cancelled"
    for command in (("send", "7"), ("retry", "7"), ("retry", "7", "--only", "refused"), ("send", "7", "--joined")):
        done = program(*command, "--yes", expect=2)
        assert "issue-7 was cancelled" in done.err
        assert "as a new issue" in done.err
    assert "issue-7 is cancelled already" in program("cancel", "7", "--yes", expect=2).err
    checked = program("check", "7")
    assert "Its mailing is cancelled." in checked.out
    assert "would go" not in checked.out
    assert "pscb-mail status 7" in checked.err
    skipped = next(line["address"] for line in program("log", "7", "--json").json if line["state"] == "skipped")
    done = program("send", "7", "--only", skipped, "--yes", expect=2)
    assert "they were off the list then, or the mailing was cancelled" in done.err
    program("send", "7", "--only", skipped, "--again", "--yes")
    assert relay.taken[-1][1] == skipped


def test_what_was_refused_or_is_in_doubt_comes_with_the_command_for_it(program: Program, relay: ScriptedServer) -> None:
    """In the plan, after the run, and where there is nothing to retry."""
    relay.acts["RCPT sam@health.test"] = b"550 5.7.1 we do not like you\r\n"
    after = program("send", "7", "--yes", expect=1).err
    assert "1 refused: `pscb-mail log issue-7 --state refused` tells why" in after
    assert "refused before     1: `pscb-mail retry issue-7 --only refused`" in program("send", "7", "--dry-run").err
    assert "retry issue-7 --only refused` tries again" in program("status", "7").err
    assert "1 refused: `pscb-mail status issue-7` says what can be done" in program().out
    tried = len(relay.taken)
    done = program("retry", "7", "--yes", expect=1)
    assert "No copy of issue-7 is put off: nothing to retry." in done.err
    assert "`pscb-mail retry issue-7 --only refused` tries again" in done.err
    assert len(relay.taken) == tried


def test_a_retry_names_whom_it_leaves_out_and_says_who_else_is_sent_to(program: Program, relay: ScriptedServer) -> None:
    """An address that does not exist is refused and bounced at once: a retry has nobody to send to."""
    program("add", "kit@police.test", "ann@police.test")
    relay.acts["RCPT sam@health.test"] = b"550 5.1.1 no such user\r\n"
    program("send", "7", "--limit", "2", "--yes", expect=1)
    assert "nobody to send to" in program("retry", "7", "--only", "refused", "--yes", expect=1).err
    assert len(relay.taken) == 1
    relay.acts["RCPT kit@police.test"] = b"550 5.7.1 policy\r\n"
    program("send", "7", "--limit", "1", "--yes", expect=1)
    asked = program("retry", "7", "--only", "refused", expect=2).err
    assert "2 refused of issue-7: 1 tried again.\n  not sam@health.test: bounced\n1 person waits" in asked


def test_copies_in_files_are_those_that_the_plan_tells(program: Program, tmp_path: Path) -> None:
    """Those who would get one now: not who has it, those who joined where they are asked for, at most the limit."""

    def files(*more: str) -> int:
        folder = tmp_path / f"out{len(list(tmp_path.glob('out*')))}"
        done = program("send", "7", "--to-dir", str(folder), *more)
        count = len(list(folder.iterdir()))
        assert f"{count} file" in done.err
        return count

    assert (files(), files("--limit", "1")) == (2, 1)
    program("send", "7", "--limit", "1", "--yes")
    program("add", "kit@police.test")
    assert (files(), files("--joined"), files("--joined", "--limit", "1")) == (1, 2, 1)


def test_a_retry_of_nothing_sends_nothing_that_is_waiting(program: Program, relay: ScriptedServer) -> None:
    """Nobody was asked about these."""
    program("send", "7", "--limit", "1", "--yes")
    done = program("retry", "7", "--only", "unknown", "--yes")
    assert "stopped, to be continued with `pscb-mail send issue-7`" in done.out
    assert "No copy of issue-7 is in doubt" in done.err
    assert len(relay.taken) == 1


def in_auckland(folder: Path, more: str = "") -> None:
    path = folder / "pscb-mail.toml"
    text = path.read_text().replace("[newsletter]\n", '[newsletter]\ntime_zone = "Pacific/Auckland"\n')
    path.write_text(text + more)


def test_the_pace_names_the_newsletters_time(program: Program, tmp_path: Path) -> None:
    """A clock that the editor can read."""
    in_auckland(tmp_path, "\n[pace]\nper_hour = 1\n")
    soon = datetime.now(ZoneInfo("Pacific/Auckland")) + timedelta(hours=1)
    said = program("send", "7", "--yes", "--no-wait", expect=75).err
    assert "(Pacific/Auckland)" in said
    told = datetime.strptime(said.split("next copy at ")[1][:16], "%Y-%m-%d %H:%M").replace(tzinfo=soon.tzinfo)
    assert abs(told - soon) < timedelta(minutes=3)


def test_the_log_tells_editions_where_there_are_two_and_the_newsletters_time(program: Program, tmp_path: Path) -> None:
    """Times as everywhere on the screen; JSON keeps UTC."""
    in_auckland(tmp_path)
    program("send", "7", "--limit", "1", "--yes")
    assert "edition" not in lines_of(program, "log", "7")[0]
    (tmp_path / "issues" / "issue-7.md").write_text(ISSUE.replace("here is", "here, at last, is"))
    amended = program("amend", "7", "--yes")
    assert (amended.out + amended.err).count("pscb-mail send issue-7") == 1
    program("send", "7", "--yes")
    heading, *rows = lines_of(program, "log", "7")
    assert heading.split() == ["address", "state", "edition", "reply", "at"]
    times = [datetime.fromisoformat(line["at"]) for line in program("log", "7", "--json").json]
    local = [f"{at.astimezone(ZoneInfo('Pacific/Auckland')):%d %b %Y %H:%M}" for at in times]
    assert [row.rstrip().endswith(at) for row, at in zip(rows, local, strict=True)] == [True, True]
    assert [row.split()[2] for row in rows] == ["1", "2"]


def test_no_words_of_ours_are_put_into_the_servers_mouth(program: Program, relay: ScriptedServer) -> None:
    """Where no reply came the log says so, and why."""
    relay.acts["BODY"] = hang_up
    program("send", "7", "--limit", "1", "--yes", expect=1)
    (line,) = program("log", "7", "--state", "unknown", "--json").json
    assert line["code"] is None
    assert line["reply"].startswith("no reply: ")
    assert "no reply: " in program("log", "7").out
    waiting = next(each["address"] for each in program("log", "7", "--json").json if each["state"] == "queued")
    only = program("send", "7", "--only", waiting, "--yes", expect=1).out
    assert "says" not in only
    assert ": no reply: " in only


def test_an_issue_that_is_held_since_a_restore_is_nowhere_advised_to_be_sent(
    program: Program, relay: ScriptedServer, tmp_path: Path
) -> None:
    """2 with what to do: no later run helps by itself."""
    program("status")
    with contextlib.closing(open_database(tmp_path / "pscb-mail.db")) as db:
        made = "2026-01-05T09:00:00Z"
        unsettled.remember(db, unsettled.Restored(made, made, 1, settled=True, held={"issue-7": 0}))
    done = program("send", "7", "--yes", expect=2)
    assert "--not-sent issue-7" in done.err
    overview = program().out
    assert "pscb-mail send" not in overview
    assert "--not-sent issue-7" in overview
    assert "held since the restore" in program("status", "7").out
    assert relay.connections == 0
