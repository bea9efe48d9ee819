"""`import` as a user runs it: a group made equal to a file, the file given back, what it asks."""

import csv
import io

import pytest
from program import Program, workspace

BOARD = [f"p{number}@board.example" for number in range(20)]


@pytest.fixture
def program(tmp_path) -> Program:
    program = workspace(tmp_path)
    file(program, "board.csv", *BOARD)
    program("import", "board.csv", "--group", "Board", "--yes")
    return program


def file(program: Program, name: str, *rows: str) -> str:
    (program.folder / name).write_text("\n".join(("email", *rows)) + "\n", encoding="utf-8")
    return name


def members(program: Program) -> set[str]:
    return {person["address"] for person in program("list", "--group", "Board", "--json").json}


# -- a group made equal to a file -----------------------------------------------------------------------------------


def test_a_group_is_made_equal_to_a_file_in_one_change(program: Program) -> None:
    """Who leaves it stays on the list; one undo brings the group back."""
    name = file(program, "new.csv", *BOARD[1:], "new@board.example")
    done = program("import", name, "--sync", "--group", "board", "--yes", "--json")
    assert (done.json["added"], done.json["removed"]) == (1, 1)
    assert "1  to leave board, of its 20" in done.err
    assert BOARD[0] in done.err
    assert members(program) == {*BOARD[1:], "new@board.example"}
    assert program("show", BOARD[0], "--json").json["status"] == "active"
    program("undo", "--yes")
    assert members(program) == set(BOARD)


def test_more_than_a_tenth_leaving_wants_a_second_yes(program: Program) -> None:
    """--yes alone changes nothing; the plan says how many would leave."""
    name = file(program, "new.csv", *BOARD[3:])
    refused = program("import", name, "--sync", "--group", "Board", "--yes", "--json", expect=2)
    assert refused.json["removed"] == 3
    assert "--yes-leaving" in refused.err
    assert "That is another number" in program.at_terminal("y\n4\n", "import", name, "--sync", "--group", "Board")[1]
    assert members(program) == set(BOARD)
    program("import", name, "--sync", "--group", "Board", "--yes", "--yes-leaving")
    assert members(program) == set(BOARD[3:])


def test_a_tenth_leaving_wants_one_yes(program: Program) -> None:
    name = file(program, "new.csv", *BOARD[2:])
    program("import", name, "--sync", "--group", "Board", expect=2)
    assert members(program) == set(BOARD)
    program("import", name, "--sync", "--group", "Board", "--yes")
    assert members(program) == set(BOARD[2:])


def test_a_file_of_which_no_row_can_be_taken_empties_no_group(program: Program) -> None:
    """Nor is it said that anybody would leave; that there are no rows at all is said."""
    for rows, why in ((("nobody", "nothing"), "No row of the file could be taken"), ((), "no row beneath the heading")):
        name = file(program, "bad.csv", *rows)
        done = program("import", name, "--sync", "--group", "Board", "--yes", "--yes-leaving", expect=2)
        assert why in done.err
        assert "to leave Board" not in done.err
    assert members(program) == set(BOARD)


def test_who_opted_out_is_neither_brought_back_nor_put_out_of_the_group(program: Program) -> None:
    program("unsubscribe", BOARD[0])
    done = program("import", "board.csv", "--sync", "--group", "Board", "--yes", "--json").json
    assert (done["protected"], done["removed"], done["change"]) == (1, 0, None)
    assert program("show", BOARD[0], "--json").json["status"] == "opted_out"


@pytest.mark.parametrize("options", [(), ("--group", "A", "--group", "B"), ("--group", "A", "--as", "opted_out")])
def test_one_group_is_made_equal_and_nothing_else(program: Program, options: tuple[str, ...]) -> None:
    assert "--sync" in program("import", "board.csv", "--sync", "--yes", *options, expect=2).err


# -- the file given back --------------------------------------------------------------------------------------------

MIXED = """Name;Email;Note
Jo Bloggs;p1@board.example;=1+1
Sam;sam@nhs.nte;
Nobody;nobody;'quoted
Sam New;SAM@nhs.nte;
Gone;p0@board.example;
"""


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_given_back_with_what_became_of_each_row(program: Program, kind: str) -> None:
    """In the order and with the cells that it came with; no cell of it runs as a formula."""
    program("unsubscribe", "p0@board.example")
    (program.folder / "mixed.csv").write_text(MIXED, encoding="utf-8")
    program("import", "mixed.csv", "--marked", f"out.{kind}", "--yes", expect=1)
    heading, *rows = table(program, f"out.{kind}")
    assert heading == ["Name", "Email", "Note", "what happened"]
    assert [row[:3] for row in rows] == [
        ["Jo Bloggs", "p1@board.example", "'=1+1"],
        ["Sam", "sam@nhs.nte", ""],
        ["Nobody", "nobody", "''quoted"],
        ["Sam New", "SAM@nhs.nte", ""],
        ["Gone", "p0@board.example", ""],
    ]
    assert [row[3] for row in rows] == [
        "changed",
        'added; Is "nhs.nte" meant, or nhs.net?',
        'cannot be taken: "nobody" is not an address: there is no @ in it.',
        "repeats line 3",
        "left as they are: opted out",
    ]


def table(program: Program, name: str) -> list[list[str]]:
    data = (program.folder / name).read_bytes()
    if name.endswith(".csv"):
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    return [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_a_plan_is_given_back_too_and_says_that_it_is_one(program: Program) -> None:
    file(program, "new.csv", "new@board.example")
    program("import", "new.csv", "--dry-run", "--marked", "out.csv")
    assert table(program, "out.csv") == [["email", "what would happen"], ["new@board.example", "added"]]
    assert len(program("list", "--json").json) == 20


def test_rows_that_repeat_are_named_with_what_is_not_taken(program: Program) -> None:
    """What the first row left open is filled in by a later one; what it says otherwise is told."""
    rows = (
        "Jo,j@x.example,Head,",
        "Sam,s@x.example,,",
        "Jo B,J@x.example,Head teacher,School",
        "Sam,s@x.example,,School",
    )
    (program.folder / "new.csv").write_text("\n".join(("name,email,role,school", *rows)))
    told = program("import", "new.csv", "--dry-run").err
    assert "2  repeated: an earlier row names the same person\n" in told
    assert 'line 4 repeats line 2: j@x.example; not taken: name "Jo B", role "Head teacher"\n' in told
    assert "line 5 repeats line 3: s@x.example\n" in told


def test_a_title_above_the_heading_is_left_out_told_and_given_back(program: Program) -> None:
    (program.folder / "new.csv").write_text("Contacts,\n,,\nName,Email\nJo,jo@board.example\n")
    done = program("import", "new.csv", "--dry-run", "--marked", "out.csv")
    assert "left out      1 row above the headings" in done.err
    assert "new.csv: 1 row," in done.err
    assert table(program, "out.csv") == [
        ["Contacts", "", ""], ["Name", "Email", "what would happen"], ["Jo", "jo@board.example", "added"]
    ]  # fmt: skip


def test_of_columns_that_are_not_used_it_is_said_what_they_would_have_to_be_called(program: Program) -> None:
    (program.folder / "new.csv").write_text("Email,School / Organisation,Shoe size\njo@board.example,St Peter's,9\n")
    told = program("import", "new.csv", "--dry-run").err
    assert 'organisation  "School / Organisation"' in told
    assert "not used      Shoe size" in told
    assert "Rename one to have it read: Email, Name, First name, Surname, Organisation, Role, Groups, " in told
    (program.folder / "new.csv").write_text("Email\njo@board.example\n")
    assert "Rename" not in program("import", "new.csv", "--dry-run").err


def test_questions_are_told_and_hold_nothing_up(program: Program) -> None:
    file(program, "new.csv", "p1+news@board.example")
    done = program("import", "new.csv", "--yes", "--json")
    assert done.json["added"] == 1
    assert done.json["questions"] == [
        {
            "line": 2,
            "address": "p1+news@board.example",
            "like": "p1@board.example",
            "why": "Is this the same mailbox as p1@board.example?",
        }
    ]
    assert "to look at" in done.err


def test_a_plan_says_which_groups_are_new_and_what_was_probably_meant(program: Program) -> None:
    """Two spellings in one file as well; what only people have who are left as they are makes no group."""
    program("unsubscribe", "p0@board.example")
    rows = (
        "a@x.example,Boards",
        "b@x.example,Visitor",
        "c@x.example,Visitors",
        "p0@board.example,Other",
        "d@x.example,BOARD",
    )
    (program.folder / "new.csv").write_text("\n".join(("email,group", *rows)))
    done = program("import", "new.csv", "--dry-run", "--json")
    near = {"Boards": "Board", "Visitor": "Visitors", "Visitors": "Visitor"}
    assert done.json["new_groups"] == [{"group": name, "near": meant} for name, meant in near.items()]
    assert "3  new groups:\n         Boards (did you mean Board?)" in done.err


def test_a_file_given_back_says_what_happened_although_nothing_did(program: Program) -> None:
    """Only a dry run tells what would; the file is named, and that nothing changes."""
    done = program("import", "board.csv", "--group", "Board", "--marked", "out.csv")
    assert "Written: out.csv" in done.err
    assert "Nothing to change." in done.out
    assert table(program, "out.csv")[0] == ["email", "what happened"]
    program("import", "board.csv", "--group", "Board", "--marked", "plan.csv", "--dry-run")
    assert table(program, "plan.csv")[0] == ["email", "what would happen"]


def test_who_is_not_to_be_written_to_is_barred_and_does_not_join(program: Program) -> None:
    """In the plan, in the closing line, and in the file given back."""
    name = file(program, "off.csv", "new@board.example")
    done = program("import", name, "--as", "opted_out", "--yes", "--marked", "out.csv")
    assert "1  to be barred" in done.err
    assert "off.csv: 1 row," in done.err
    assert "join the list" not in done.err
    assert done.out.startswith("1 barred.")
    assert table(program, "out.csv")[1] == ["new@board.example", "barred"]


def test_of_people_with_statuses_a_plan_says_who_joins_as_what_and_who_is_barred(program: Program) -> None:
    rows = ("email,status", "a@x.example,active", "b@x.example,unsubscribed", "c@x.example,removed")
    (program.folder / "mixed.csv").write_text("\n".join(rows))
    done = program("import", "mixed.csv", "--marked", "out.csv", "--yes")
    joining, barred = done.err.index("2  to join the list"), done.err.index("1  to be barred")
    assert joining < done.err.index("a@x.example\n") < done.err.index("c@x.example, removed\n") < barred
    assert done.out.startswith("2 added, 1 barred.")
    became = [row[-1] for row in table(program, "out.csv")]
    assert became == ["what happened", "added", "barred", "added as removed"]


def test_a_row_without_an_address_is_told_by_its_name(program: Program) -> None:
    (program.folder / "gaps.csv").write_text("Name,Email\nNobody,\n,nobody\nNew,p1+news@board.example\n")
    done = program("import", "gaps.csv", "--dry-run")
    assert "line 2: no address (Nobody)" in done.err
    assert "line 4: p1+news@board.example: Is this" in done.err
