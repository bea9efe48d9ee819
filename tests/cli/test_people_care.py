"""The commands that look after the list, as a user runs them; a newcomer's first copy."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from office import ISSUE
from program import Program, workspace
from scripted import ScriptedServer, hang_up

from pscb_mail.database import open_database
from pscb_mail.desk import unsettled
from pscb_mail.people import directory, roster
from pscb_mail.people.changes import Origin

JO, SAM = "jo@school.test", "sam@health.test"


@pytest.fixture
def relay() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def program(tmp_path, relay: ScriptedServer) -> Program:
    made = workspace(tmp_path, relay=f'host = "127.0.0.1"\nport = {relay.port}\nsecurity = "none"')
    (tmp_path / "issues" / "issue-7.md").write_text(ISSUE)
    made("add", f"Jo <{JO}>", "--organisation", "School")
    return made


# -- a newcomer's first copy ----------------------------------------------------------------------------------------


def asks_first(program: Program, *groups: str) -> None:
    """Have whoever comes into one of these groups asked first."""
    with (program.folder / "pscb-mail.toml").open("a") as settings:
        settings.write(f"\n[groups]\nconfirm = {list(groups)}\n")


def sent_to(program: Program) -> dict[str, str]:
    return {line["address"]: line["state"] for line in program("log", "7", "--json").json}


def test_a_newcomer_gets_the_issue_at_once_and_once(program: Program, relay: ScriptedServer) -> None:
    """Whoever was on the list gets no second copy of it, however often they are added."""
    program("send", "7", "--yes")
    done = program("add", f"Sam <{SAM}>", f"Jo <{JO}>", "--welcome", "7")
    assert f"{SAM}: sent. " in done.out
    assert sent_to(program) == {JO: "sent", SAM: "sent"}
    program("add", f"Sam <{SAM}>", "--welcome", "7")
    assert len(relay.taken) == 2


def test_newcomers_are_not_missed_for_one_who_had_it_before_or_for_a_relay_that_is_away(
    program: Program, relay: ScriptedServer
) -> None:
    """The one who comes back has it; who has none because the relay was away is told of; a cancelled issue adds nobody."""
    kit = "kit@police.test"
    program("send", "7", "--yes")
    program("remove", JO)
    program("add", f"Jo <{JO}>", f"Sam <{SAM}>", "--welcome", "7")
    assert sent_to(program) == {JO: "sent", SAM: "sent"}
    relay.acts["greeting"] = b"421 4.3.2 not now\r\n"
    assert "send issue-7 --joined" in program("add", kit, "--welcome", "7", expect=75).err
    del relay.acts["greeting"]
    program("send", "7", "--joined", "--yes")
    assert sent_to(program)[kit] == "sent"
    program("add", "lee@health.test")
    relay.acts["greeting"] = b"421 4.3.2 not now\r\n"
    program("send", "7", "--joined", "--yes", expect=75)
    program("cancel", "7", "--yes")
    program("add", "late@health.test", "--welcome", "7", expect=2)
    assert len(program("list", "--json").json) == 4


def test_who_may_be_a_slip_is_asked_about_by_add_too_and_gets_no_copy_at_once(program: Program) -> None:
    """The same question as `import`'s: a copy to a wrong address is a stranger's."""
    program("send", "7", "--yes")
    program("add", "a@health.test", "b@health.test", "c@health.test")
    done = program("add", "Ann <ann@helth.test>", "Kit <kit@other.test>", "--welcome", "7", expect=1)
    assert 'ann@helth.test: Is "helth.test" meant, or health.test?' in done.err
    assert "send issue-7 --only ann@helth.test" in done.err
    assert sent_to(program) == {JO: "sent", "kit@other.test": "sent"}


def test_a_relay_that_hangs_up_on_a_newcomers_copy_has_no_words_put_into_its_mouth(
    program: Program, relay: ScriptedServer
) -> None:
    """1: somebody has to look whether it arrived. What the program says of it is not what the relay said."""
    program("send", "7", "--yes")
    relay.acts["BODY"] = hang_up
    said = program("add", f"Sam <{SAM}>", "--welcome", "7", expect=1).out
    assert f"{SAM}: may or may not have arrived. " in said
    assert "says" not in said


def test_an_issue_that_was_never_sent_welcomes_nobody_and_nobody_is_added(program: Program) -> None:
    assert "was never sent" in program("add", SAM, "--welcome", "7", expect=2).err
    assert len(program("list", "--json").json) == 1


def test_what_forgetting_erases_and_keeps_is_told_in_whole_sentences(program: Program) -> None:
    """The terminal breaks them where it is full, and nothing else does."""
    program("send", "7", "--yes")
    lines = program("forget", JO, expect=2).err.splitlines()
    assert any(line.startswith("Will be erased: ") and line.endswith("listed at the end.") for line in lines)
    assert "Will be kept: that 1 copy went out or was to go, without a name." in lines
    program("add", SAM)
    program("undo")
    assert f"Forget {SAM} for good?" in program.at_terminal("no\n", "forget", SAM)[1]


# -- who is covered -------------------------------------------------------------------------------------------------


def test_partner_bodies_with_nobody_are_told(program: Program) -> None:
    """Exit 1 where there are any: somebody has to find a name there."""
    (program.folder / "partners.csv").write_text("Partner agency,Domain,Note\nSchool,\nPolice,police.test\n,,gone\n")
    done = program("coverage", "partners.csv", "--json", expect=1).json
    assert done["uncovered"] == [{"line": 3, "organisation": "Police", "domain": "police.test"}]
    assert done["left_out"] == [4]
    assert (done["bodies"], [each["active"] for each in done["organisations"]]) == (2, [1])
    said = program("coverage", "partners.csv", expect=1)
    assert "left out      1 row names no body: line 4" in said.err
    assert "not used      Note" in said.err
    shown = said.out
    assert "line 3: Police (police.test)" in shown
    assert "1 of 2 partner bodies has nobody:" in shown
    program("coverage")
    program("add", "x@police.test")
    assert "All 2 partner bodies have somebody." in program("coverage", "partners.csv").out


def test_removing_the_last_of_an_organisation_warns(program: Program) -> None:
    assert "Nobody of School" in program("remove", JO).err
    program("add", JO)
    assert "Nobody of" not in program("remove", JO, "--successor", f"Sam <{SAM}>").err


# -- a period in numbers --------------------------------------------------------------------------------------------


def test_a_report_tells_people_and_issues(program: Program) -> None:
    program("send", "7", "--yes")
    program("unsubscribe", JO)
    told = program("report", "--json").json
    assert (told["total"]["joined"], told["total"]["opted_out"], told["total"]["sent"]) == (1, 1, 1)
    assert [(each["issue"], each["sent"]) for each in told["issues"]] == [("issue-7", 1)]
    assert told["people"]["opted_out"] == 1
    assert "issue-7" in program("report").out
    assert "Nothing happened" in program("report", "--since", "2001-01-01", "--until", "2001-12-31").err
    program("report", "--since", "2026-12-31", "--until", "2026-01-01", expect=2)


# -- who still wants it ---------------------------------------------------------------------------------------------


def test_newcomers_of_a_group_are_asked_and_members_reconfirm(program: Program, relay: ScriptedServer) -> None:
    """Each gets one mail with a link; who was asked lately is not asked again."""
    asks_first(program, "Parents")
    assert "1 asked to confirm" in program("add", SAM, "--group", "Parents").err
    program("edit", JO, "--group", "Heads")
    program("reconfirm", "Heads", expect=2)
    program("reconfirm", "Heads", "--yes")
    assert [recipient for _, recipient, _ in relay.taken] == [SAM, JO]
    assert all(b"subject=3Dsubscribe%20" in raw.replace(b"=\r\n", b"") for _, _, raw in relay.taken)
    assert all(b"Auto-Submitted: auto-generated" in raw for _, _, raw in relay.taken)
    assert "not again" in program("reconfirm", "Heads", "--yes").err
    (jo,) = program("reconfirm", "Heads", "--list", "--json").json
    assert (jo["address"], jo["silent_days"], jo["confirmed_at"]) == (JO, 0, None)
    told = program("reconfirm", "Heads", "--list")
    assert "no answer for" in told.out
    assert "1 member: 1 asked without an answer" in told.err
    with contextlib.closing(open_database(program.folder / "pscb-mail.db")) as db:
        roster.bounce(db, [directory.find(db, JO).id], Origin(datetime.now(UTC), "test", "inbox"))
    assert "bounced less than a minute ago" in program("reconfirm", "Heads", "--list").out
    program("reconfirm", "Heads", "--yes", expect=2)
    assert len(relay.taken) == 2
    program("reconfirm", "Nobody", expect=2)
    assert "1 asked to confirm" in program("remove", SAM, "--successor", "kit@school.test").err
    assert [recipient for _, recipient, _ in relay.taken[2:]] == ["kit@school.test"]


@pytest.mark.parametrize("how", ["add", "edit", "import"])
def test_who_is_active_already_is_asked_when_they_come_into_such_a_group(
    program: Program, relay: ScriptedServer, how: str
) -> None:
    """Once, and they stay active: what they had before does not lapse for want of an answer."""
    asks_first(program, "Parents")
    (program.folder / "people.csv").write_text(f"Email\n{JO}\n")
    command = ("import", "people.csv", "--yes") if how == "import" else (how, JO)
    assert "1 on the list already, and asked" in program(*command, "--group", "parents").err
    assert "asked" not in program(*command, "--group", "Parents", "--group", "Heads").err
    assert [recipient for _, recipient, _ in relay.taken] == [JO]
    (listed,) = program("list", "--group", "Parents", "--json").json
    assert (listed["address"], listed["status"]) == (JO, "active")


@pytest.mark.parametrize("how", ["add", "edit", "import"])
def test_a_slip_in_the_name_of_such_a_group_puts_nobody_on_the_list_unasked(
    program: Program, relay: ScriptedServer, how: str
) -> None:
    """A group that differs in its figures is another one, and one that is named in the settings itself is none."""
    asks_first(program, "Parents 7", "Parents 8")
    (program.folder / "people.csv").write_text(f"Email\n{SAM}\n")
    command = {"add": ("add", SAM), "edit": ("edit", JO), "import": ("import", "people.csv", "--yes")}[how]
    assert 'Write "Parents 7"' in program(*command, "--group", "parent 7", expect=2).err
    assert [each["groups"] for each in program("list", "--json").json] == [[]]
    program(*command, "--group", "Parent 9")
    program(*command, "--group", "Parents 8")
    assert relay.taken


def test_nobody_is_asked_while_a_restore_is_unsettled(program: Program, relay: ScriptedServer) -> None:
    """Who has opted out since the backup may be on the list again; whoever is added is asked after it is settled."""
    asks_first(program, "Parents")
    program("edit", JO, "--group", "Heads")
    made = "2026-01-05T09:00:00Z"
    with contextlib.closing(open_database(program.folder / "pscb-mail.db")) as db:
        unsettled.remember(db, unsettled.Restored(made, made, 1))
        assert "brought back from a backup" in program("reconfirm", "Heads", "--yes", expect=75).err
        assert "Nobody was asked to confirm yet." in program("add", SAM, "--group", "Parents").err
        assert relay.connections == 0
        unsettled.remember(db, unsettled.Restored(made, made, 1, settled=True))
    program("add", SAM)
    assert [recipient for _, recipient, _ in relay.taken] == [SAM]
