"""The commands about people as a user runs them: what they print, their JSON, their exit codes."""

import csv
import io
import re
import stat
from pathlib import Path

import pytest
from program import Program, workspace

JO, SAM = "jo@school.example", "sam@police.example"
LIST_KEYS = ["address", "name", "organisation", "role", "groups", "status", "since"]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return workspace(tmp_path)


def write(program: Program, text: str | bytes, name: str = "people.csv") -> str:
    (program.folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def statuses(program: Program) -> dict[str, str]:
    return {person["address"]: person["status"] for person in program("list", "--json").json}


# -- one person -----------------------------------------------------------------------------------------------------


def test_somebody_is_added_listed_and_told_about(program: Program) -> None:
    """The JSON has exactly the contract's keys."""
    program("add", f"Jo Bloggs <{JO}>", "--organisation", "School", "--role", "Head", "--group", "Heads",
            "--group", "DSLs", "--source", "a sheet", "--basis", "public task")  # fmt: skip
    (person,) = program("list", "--json").json
    assert list(person) == LIST_KEYS
    assert person["groups"] == ["DSLs", "Heads"]
    told = program("show", "jo bloggs", "--json").json
    assert list(told) == [*LIST_KEYS, "source", "basis", "timeline"]
    assert {key: told[key] for key in LIST_KEYS} == person
    assert (told["source"], told["basis"]) == ("a sheet", "public task")
    assert [list(event) for event in told["timeline"]] == [["at", "what", "detail"]]


def test_what_is_known_of_somebody_stays_beside_its_label_on_a_narrow_terminal(program: Program) -> None:
    program("add", f"Jo <{JO}>", "--basis", "public task " * 16)
    _, screen = program.at_terminal("", "show", JO)
    after = screen[screen.index("basis") :].splitlines()
    assert re.match(" {16}[a-z]", after[1])


def test_adding_again_changes_nothing_and_says_so(program: Program) -> None:
    program("add", f"Jo <{JO}>")
    done = program("add", f"Jo <{JO.upper()}>")
    assert "is on the list already" in done.out
    assert "undo" not in done.err


def test_pasted_people_are_added_as_one_change(program: Program) -> None:
    pasted = f"Jo Bloggs <{JO}>; Sam <{SAM}>;\r\n\r\nnew@x.example\n"
    program("add", "-", given=pasted, expect=0)
    assert len(program("list", "--json").json) == 3
    assert program("undo", "--list", "--json").json[0]["people"] == 3


def test_at_a_terminal_it_is_said_what_to_paste_and_how_to_end_it(program: Program) -> None:
    code, screen = program.at_terminal(f"Jo <{JO}>\n\x04", "add", "-")
    assert code == 0
    assert "Paste the people, one a line; then" in screen
    assert f"{JO}>: added" in screen
    assert "Paste" not in program("add", "-", given=f"{SAM}\n").err


def test_what_an_old_windows_program_pipes_in_is_read_and_what_cannot_be_is_told(program: Program) -> None:
    """\udcf6 is the byte F6: an o with two dots in Windows-1252, and nothing at all in a text in UTF-8."""
    assert f"J\u00f6 <{JO}>: added" in program("add", "-", given=f"J\udcf6 <{JO}>").out
    assert "Line 2: a character" in program("add", "-", given=f"Zo\u00eb <a@x.example>\nJ\udcf6 <{SAM}>", expect=2).err
    assert statuses(program) == {JO: "active"}


def test_pasted_faults_are_all_told_with_their_lines_and_nobody_is_added(program: Program) -> None:
    done = program("add", "-", given=f"{JO}\nnobody\n\nx@y\n", expect=2)
    assert "Line 2" in done.err
    assert "Line 4" in done.err
    assert "pscb-mail import" in done.err
    assert "What to do: One person is written" in done.err
    assert statuses(program) == {}
    assert "import" not in program("add", "nobody", expect=2).err


def test_an_opt_out_stands_until_a_reason_lifts_it(program: Program) -> None:
    program("add", f"Jo <{JO}>")
    program("unsubscribe", JO, "--reason", "rang up")
    assert "had opted out already" in program("unsubscribe", JO).out
    refused = program("add", JO, expect=2)
    assert f"pscb-mail resubscribe {JO} --reason" in refused.err
    program("remove", JO)
    program("import", write(program, f"email\n{JO}\n"), "--yes")
    program("resubscribe", JO, expect=2)
    assert statuses(program) == {JO: "opted_out"}
    program("resubscribe", JO, "--reason", "asked by telephone")
    assert statuses(program) == {JO: "active"}


def test_the_day_of_an_opt_out_is_told_in_the_newsletters_zone(program: Program) -> None:
    program("import", write(program, f"email,status,since\n{JO},opted_out,2026-06-30T23:30:00Z\n"), "--yes")
    assert "opted out on 01 July 2026" in program("add", JO, expect=2).err
    assert "opted out since 01 July 2026" in program("show", JO).out
    assert "opted out since 01 July 2026" in program("forget", JO, expect=2).err


def test_a_removal_names_a_successor_and_is_taken_back_with_them(program: Program) -> None:
    program("add", f"Jo <{JO}>", "--group", "Heads")
    program("remove", "Jo", "--reason", "has left", "--successor", f"Sam <{SAM}>")
    assert statuses(program) == {JO: "removed", SAM: "active"}
    program("undo")
    assert statuses(program) == {JO: "active"}


def test_a_successor_follows_one_person(program: Program) -> None:
    program("add", JO, SAM)
    program("remove", JO, SAM, "--successor", "new@x.example", expect=2)
    assert statuses(program) == {JO: "active", SAM: "active"}


def test_an_edit_says_what_is_different(program: Program) -> None:
    program("add", f"Jo <{JO}>", "--group", "Heads")
    done = program(
        "edit", "Jo", "--name", "Joan", "--address", "joan@x.example", "--group", "DSLs", "--no-group", "Heads"
    )
    assert "address: jo@school.example → joan@x.example; name: Jo → Joan; into the group DSLs" in done.out
    done = program("show", JO, expect=2)
    assert "it is joan@x.example now" in done.err
    assert "nothing is different" in program("edit", "Joan", "--name", "Joan").out
    program("edit", "Joan", "--address", "not an address", expect=2)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("add", SAM, "--group", "Headss"), "New group: Headss (did you mean Heads?)\n"),
        (("add", SAM, "--group", "Board"), "New group: Board\n"),
        (("add", JO, "--group", "heads"), ""),
        (
            ("edit", JO, "--group", "Hads", "--group", "DSLs"),
            "New group: DSLs\nNew group: Hads (did you mean Heads?)\n",
        ),
        (("edit", JO, "--no-group", "Hads"), 'Nobody is in a group "Hads". Did you mean Heads?\n'),
        (("edit", JO, "--no-group", "Governors"), 'Nobody is in a group "Governors".\n'),
        (("edit", "kim@x.example", "--no-group", "HEADS"), 'Not in the group "HEADS".\n'),
        (("edit", JO, "--no-group", "HEADS"), ""),
    ],
)
def test_a_group_that_is_new_or_nobodys_is_said(program: Program, command: tuple[str, ...], said: str) -> None:
    """A group is made by naming it, so that a slip makes one: the name that it nearly has is told."""
    program("add", JO, "--group", "Heads")
    program("add", "kim@x.example")
    told = [line for line in program(*command).err.splitlines(keepends=True) if "undo" not in line]
    assert "".join(told) == said


@pytest.mark.parametrize(
    "command", [("show",), ("edit",), ("unsubscribe",), ("remove",), ("resubscribe", "--reason", "x")]
)
def test_an_unknown_person_ends_with_2_and_changes_nothing(program: Program, command: tuple[str, ...]) -> None:
    program("add", JO)
    known = [JO] if command[0] in {"unsubscribe", "remove"} else []
    done = program(*command, *known, "nobody@x.example", expect=2)
    assert "nobody@x.example is not on the list" in done.err
    assert statuses(program) == {JO: "active"}


# -- the list -------------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_and_told_of_any_day(program: Program) -> None:
    program("add", f"Jo <{JO}>", "--group", "Heads")
    program("add", f"Sam <{SAM}>")
    program("unsubscribe", SAM)

    def found(*options: str) -> list[str]:
        return [person["address"] for person in program("list", "--json", *options).json]

    assert found() == [JO, SAM]
    assert found("--status", "opted_out") == [SAM]
    assert found("--group", "heads") == [JO]
    assert found("--search", "police") == [SAM]
    assert found("--as-of", "2001-01-01") == []
    assert found("--as-of", "2999-01-01T12:00") == [JO, SAM]
    for no_date in ("yesterday", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"):
        program("list", "--as-of", no_date, expect=2)


def test_a_pipe_gets_one_line_a_person(program: Program) -> None:
    """Nothing is folded or cut, and the sum goes elsewhere."""
    program("add", f"{'Long ' * 30}<{JO}>", SAM)
    done = program("list")
    assert [line.split("\t")[0] for line in done.out.splitlines()] == [JO, SAM]
    assert "2 people: 2 active" in done.err


def test_an_empty_list_is_empty_in_every_form(program: Program) -> None:
    assert program("list", "--json").json == []
    assert program("list", "--csv").out == ",".join(LIST_KEYS) + "\n"
    assert program("groups", "--json").json == []
    assert "import FILE" in program("list").err


def test_foreign_text_reaches_neither_the_terminal_nor_a_spreadsheet(program: Program) -> None:
    name = '=HYPERLINK("x") [link=https://evil.example]Jo[/link] \x1b]8;;file:///etc/passwd\x07[/]'
    program("add", f"{name} <{JO}>")
    for done in (program("list"), program("show", JO), program("list", "--csv"), program("undo", "--list")):
        assert "\x1b" not in done.out + done.err
        assert "\x07" not in done.out + done.err
    assert "[link=https://evil.example]Jo[/link]" in program("show", JO).out
    (_, row) = csv.reader(io.StringIO(program("list", "--csv").out))
    assert row[1].startswith("'=")


def test_a_files_name_is_foreign_text_too(program: Program) -> None:
    """It is where people come from, in every file that is written of them."""
    program("import", write(program, f"{JO}\n", "a \x1b[31mlist.csv"), "--yes")
    assert program("show", JO, "--json").json["source"] == "import a [31mlist.csv"


def test_groups_are_counted(program: Program) -> None:
    program("add", JO, SAM, "--group", "Heads")
    program("unsubscribe", SAM)
    assert program("groups", "--json").json == [{"group": "Heads", "active": 1, "people": 2}]
    assert "Heads" in program("groups").out


# -- files ----------------------------------------------------------------------------------------------------------


def test_an_import_shows_its_plan_and_without_a_terminal_does_nothing(program: Program) -> None:
    file = write(program, f"Name;E-mail;Fax\nJo;{JO};1\n")
    done = program("import", file, expect=2)
    assert "to join the list" in done.err
    assert "not used      Fax" in done.err
    assert "--yes" in done.err
    assert statuses(program) == {}
    assert program("import", file, "--json", expect=2).json["change"] is None
    program("import", file, "--yes")
    assert statuses(program) == {JO: "active"}


def test_a_dry_run_tells_the_plan_and_ends_with_0(program: Program) -> None:
    plan = program("import", write(program, f"email\n{JO}\nbad\n"), "--dry-run", "--json").json
    assert plan == {
        "change": None,
        "added": 1,
        "changed": 0,
        "unchanged": 0,
        "protected": 0,
        "removed": 0,
        "rejected": [{"line": 3, "text": "bad", "reason": '"bad" is not an address: there is no @ in it.'}],
        "questions": [],
        "new_groups": [],
    }
    assert statuses(program) == {}


def test_rejected_rows_are_told_and_the_rest_goes_in(program: Program) -> None:
    """It ends with 1: somebody has to look at them."""
    program("add", f"Jo <{JO}>", "gone@x.example", "out@x.example")
    program("remove", "gone@x.example")
    program("unsubscribe", "out@x.example")
    file = write(
        program, f"email,name\n{JO},Joan\ngone@x.example,\nout@x.example,Out\n{SAM},Sam\n{SAM.upper()},Sam\nbad,\n"
    )
    done = program("import", file, "--yes", "--json", expect=1).json
    assert (done["added"], done["changed"], done["unchanged"], done["protected"]) == (2, 1, 0, 1)
    assert [row["line"] for row in done["rejected"]] == [7]
    assert statuses(program) == {"gone@x.example": "active", JO: "active", "out@x.example": "opted_out", SAM: "active"}
    assert program("undo", "--list", "--json").json[0]["change"] == done["change"]


def test_a_file_with_nothing_in_it_that_can_be_taken_ends_with_2(program: Program) -> None:
    done = program("import", write(program, "email\nbad\nworse\n"), "--yes", "--json", expect=2)
    assert len(done.json["rejected"]) == 2
    program("import", write(program, 'email;name\n"a@example.org;x\n'), "--yes", expect=2)
    program("import", "nowhere.csv", "--yes", expect=2)
    program("import", "/dev/zero", "--yes", expect=2)
    assert statuses(program) == {}


def test_importing_the_same_again_changes_nothing(program: Program) -> None:
    file = write(program, f"email,name\n{JO},Jo\n")
    program("import", file, "--yes", "--group", "Heads")
    again = program("import", file, "--json", "--group", "heads").json
    assert (again["change"], again["unchanged"]) == (None, 1)


def test_a_list_of_people_who_opted_out_elsewhere_takes_them_off_and_bars_them(program: Program) -> None:
    program("add", JO)
    done = program("import", write(program, f"{JO}\n{SAM}\n"), "--as", "opted_out", "--yes", "--json").json
    assert (done["added"], done["changed"]) == (1, 1)
    assert statuses(program) == {JO: "opted_out", SAM: "opted_out"}


@pytest.mark.parametrize("name", ["people.csv", "people.xlsx"])
def test_an_exported_list_comes_back_as_it_was(program: Program, tmp_path: Path, name: str) -> None:
    """It is for the editor alone to read, and whole or not there."""
    program("add", f'"=cmd, Jo" <{JO}>', "--group", "Heads", "--group", "DSLs", "--organisation", "+1")
    program("add", "Zo\u00eb <zoe@x.example>", "out@x.example")
    program("unsubscribe", "out@x.example")
    program("export", name)
    assert stat.S_IMODE((program.folder / name).stat().st_mode) == 0o600
    other = workspace(tmp_path / "other")
    other("import", str(program.folder / name), "--yes")
    assert other("list", "--json").json == program("list", "--json").json
    program("export", "people.doc", expect=2)
    program("export", "no/such/folder.csv", expect=2)


def test_a_story_is_written_as_a_page(program: Program) -> None:
    program("add", f"<b>Jo</b> <{JO}>")
    program("show", JO, "--out", "jo.html")
    page = (program.folder / "jo.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Jo&lt;/b&gt;" in page


# -- undo -----------------------------------------------------------------------------------------------------------


def test_undo_takes_back_the_latest_change_and_can_be_undone(program: Program) -> None:
    program("add", JO, "--reason-is-no-option", expect=2)
    program("add", JO)
    done = program("undo", "--json").json
    assert (done["undone"], done["people"], done["kept"]) == (1, 1, [])
    assert statuses(program) == {}
    program("undo", str(done["change"]))
    assert statuses(program) == {JO: "active"}
    program("undo", "99", expect=2)


def test_undo_says_what_stands_in_the_way(program: Program) -> None:
    """For some it ends with 1, for all with 2."""
    program("add", JO, SAM)
    program("unsubscribe", JO)
    done = program("undo", "1", expect=1)
    assert f"{JO} stays: change 2 (unsubscribe) came later" in done.out
    assert statuses(program) == {JO: "opted_out"}
    assert "taken back already, by change 3" in program("undo", "1", expect=2).err


def test_a_change_of_many_people_is_not_taken_back_unasked(program: Program) -> None:
    program("import", write(program, "".join(f"p{n}@x.example\n" for n in range(11))), "--yes")
    assert "--yes" in program("undo", expect=2).err
    assert len(statuses(program)) == 11
    program("undo", "--yes")
    assert statuses(program) == {}


def test_the_changes_are_listed_with_what_was_taken_back(program: Program) -> None:
    program("add", JO)
    program("undo")
    told = program("undo", "--list", "--json").json
    assert [(each["change"], each["undoes"], each["undone_by"]) for each in told] == [(2, 1, None), (1, None, 2)]
    assert "taken back by 2" in program("undo", "--list").out


def test_a_change_is_found_in_the_list_by_whom_it_was_about(program: Program) -> None:
    """Three adds in a row are alike but for that; a whole day and a whole address fit into 80 columns."""
    program("add", f"Una Ho <{JO}>")
    program("add", "a@x.example", "Bo <b@x.example>", "c@x.example", "d@x.example")
    program("unsubscribe", JO, "--reason", "rang up, and said that deputy.head@primary-school.example reads it for her")
    program.env["COLUMNS"] = "80"
    lines = program.apart("undo", "--list").out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[1:] if line[0] != " "] == ["3", "2", "1"]
    assert re.fullmatch(r"1 +\d\d \w+ \d\d:\d\d +add +Una Ho *", lines[-2])
    for words in ("a@x.example, Bo and 2 more", "deputy.head@primary-school.example"):
        assert any(words in line for line in lines)


@pytest.mark.parametrize(
    ("command", "beside", "kind"),
    [
        (("import", "people.csv", "--dry-run"), "to join the list", dict),
        (("show", JO, "--out", "jo.html"), "jo.html", dict),
        (("undo", "--yes"), "Change 1", dict),
        (("list", "--status", "removed"), "", list),
        (("groups",), "", list),
    ],
)
def test_every_json_is_one_document_whatever_is_said_beside(
    program: Program, command: tuple[str, ...], beside: str, kind: type
) -> None:
    """The plan, or what was written, goes to the other stream; of nobody there is an empty list, and no remark."""
    program("add", JO)
    write(program, f"Email\n{SAM}\n")
    done = program(*command, "--json")
    assert isinstance(done.json, kind)
    assert beside in done.err
    assert bool(done.err) == bool(beside)


# -- opt-outs and undo ----------------------------------------------------------------------------------------------


def test_undo_lifts_an_opt_out_only_after_a_yes_and_keeps_the_reason(program: Program) -> None:
    """Without a terminal nothing changes, and who would be lifted is shown."""
    program("add", f"Jo <{JO}>")
    program("unsubscribe", JO)
    asked = program("undo", expect=2)
    assert f"Jo <{JO}>" in asked.err
    assert "barred no longer" in asked.err
    assert statuses(program) == {JO: "opted_out"}
    program("undo", "--yes", "--reason", "the wrong Jo")
    assert statuses(program) == {JO: "active"}
    assert program("undo", "--list", "--json").json[0]["reason"] == "the wrong Jo"
    done = program("undo", "3")
    assert "barred" not in done.err
    assert statuses(program) == {JO: "opted_out"}


def test_undo_of_an_import_of_opt_outs_unbars_nobody_unasked(program: Program) -> None:
    """Whoever was not on the list before would simply be gone from it, and could be imported again."""
    program("import", write(program, f"{JO}\n"), "--as", "opted_out", "--yes")
    program("undo", expect=2)
    assert statuses(program) == {JO: "opted_out"}
    program("undo", "--yes")
    assert statuses(program) == {}


def test_undo_names_whom_it_is_about(program: Program) -> None:
    program("add", f"Jo <{JO}>", SAM, "a@x.example", "b@x.example")
    told = program("undo").err
    assert f"Jo <{JO}>" in told
    assert "… and 1 more" in told
    assert re.search(r" by \S+ \(add\), 4 people", told), "as `show` has it"


# -- files that are there -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        ("export", "there.csv"),
        ("show", JO, "--out", "there.csv"),
        ("import", "people.csv", "--yes", "--marked", "there.csv"),
        ("import", "there.csv", "--yes", "--marked", "there.csv"),
        ("backup", "there.csv"),
    ],
)
def test_a_file_that_is_there_is_never_written_over(program: Program, command: tuple[str, ...]) -> None:
    """It is refused before anything else happens."""
    program("add", JO)
    write(program, f"email\n{SAM}\n")
    write(program, f"email\n{SAM}\n", "there.csv")
    assert "there.csv exists already." in program(*command, expect=2).err
    assert (program.folder / "there.csv").read_text() == f"email\n{SAM}\n"
    assert statuses(program) == {JO: "active"}


@pytest.mark.parametrize(("target", "said"), [("..", ".. is a folder."), ("/nope/x.zip", "There is no folder /nope.")])
def test_a_backup_goes_to_a_file_in_a_folder_that_is_there(program: Program, target: str, said: str) -> None:
    assert said in program("backup", target, expect=2).err


def test_a_backup_replaces_a_backup(program: Program) -> None:
    program("backup", "stick.zip")
    before = (program.folder / "stick.zip").read_bytes()
    program("add", JO)
    program("backup", "stick.zip")
    assert (program.folder / "stick.zip").read_bytes() != before


# -- words ----------------------------------------------------------------------------------------------------------


def test_a_group_that_there_is_not_is_said(program: Program) -> None:
    program("add", JO, "--group", "Heads")
    assert 'There is no group "Nope".' in program("list", "--group", "Nope", expect=2).err
    assert program("list", "--group", "Nope", "--as-of", "2001-01-01", "--json").json == []


@pytest.mark.parametrize(
    "command",
    [
        ("list", "--status"), ("import", "people.csv", "--as"), ("log", "18", "--state"), ("retry", "18", "--only"),
        ("send", "18", "--unknown"), ("login",),
    ],
)  # fmt: skip
def test_a_word_that_an_option_does_not_know_is_answered_with_those_that_it_knows(
    program: Program, command: tuple[str, ...]
) -> None:
    """In our own words, and the same everywhere; no library's "Value error"."""
    told = program(*command, "foo", expect=2).err
    assert 'does not know "foo"' in told
    assert "Choose from: " in told
    assert "value" not in told.lower()


def test_the_help_names_no_types_that_nobody_types(program: Program) -> None:
    """A flag stands as it is typed, and an option with a few words shows them."""
    for command in ((), ("send",), ("log",), ("import",)):
        assert "<bool>" not in program(*command, "--help").out
    assert "ask|skip|resend" in program("send", "--help").out


def test_one_person_is_one_person(program: Program) -> None:
    program("add", JO)
    assert "1 person: 1 active" in program("list").err
    assert "1 person in" in program("export", "one.csv").out


def test_a_no_at_the_terminal_is_no_error(program: Program) -> None:
    """It ends with 2, and nothing was changed."""
    program("add", JO)
    program("unsubscribe", JO)
    code, shown = program.at_terminal("n\n", "undo")
    assert code == 2
    assert "Nothing was changed." in shown
    assert "Error" not in shown
    assert statuses(program) == {JO: "opted_out"}
