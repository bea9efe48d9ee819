"""Backups by themselves, restore and forget as a user runs them, and commands that run side by side."""

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from mailroom import KEY, Mailroom
from program import COMMAND, Program, workspace

from pscb_mail import backups

JO, SAM = "jo@school.test", "sam@police.test"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return workspace(tmp_path / "office")


def reasons(program: Program) -> list[str]:
    """Return why each automatic backup was made, the oldest first."""
    return [backups.checked(path).why for path in backups.automatic_ones(program.folder / "backups")]


def people(program: Program) -> list[str]:
    return sorted(each["address"] for each in program("list", "--json").json)


def older(program: Program) -> None:
    """Make the database one of an older version: its last step is still to be made."""
    with closing(sqlite3.connect(program.folder / "pscb-mail.db")) as db, db:
        (last,) = db.execute("SELECT name FROM _sqlite_migrations ORDER BY id DESC LIMIT 1").fetchone()
        assert last == "m0004_filing"
        db.execute("ALTER TABLE incoming ADD COLUMN filed_at TEXT")
        db.execute("INSERT INTO incoming (key, read_at, filed_at) VALUES ('handled', '', '')")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [last])


# -- backups --------------------------------------------------------------------------------------------------------


def test_an_import_is_preceded_by_a_backup_and_a_dry_run_is_not(program: Program) -> None:
    """Whatever the file does, the list of before is there."""
    (program.folder / "people.csv").write_text(f"Email\n{JO}\n")
    program("import", "people.csv", "--dry-run")
    assert reasons(program) == []
    program("import", "people.csv", "--yes")
    assert reasons(program) == ["before-import"]
    assert people(program) == [JO]


def test_a_reading_that_did_something_is_followed_by_a_backup(tmp_path: Path) -> None:
    """An opt-out is never lost with the laptop; a reading that found nothing pushes no older backup out."""
    program = workspace(tmp_path, mailbox='source = "maildir:inbox"')
    (tmp_path / "pscb-mail.key").write_bytes(KEY)
    room = Mailroom(tmp_path).sent("issue-18", JO)
    program("inbox")
    assert reasons(program) == []
    room.drop(room.pressed("issue-18", JO))
    program("inbox")
    assert reasons(program) == ["after-inbox"]
    program("inbox")
    assert reasons(program) == ["after-inbox"]


def test_a_database_of_an_older_version_is_backed_up_and_migrated(program: Program) -> None:
    """The next command does it, and keeps the list, and what was read, as they were."""
    program("add", JO)
    older(program)
    assert people(program) == [JO]
    with closing(sqlite3.connect(program.folder / "pscb-mail.db")) as db:
        assert db.execute("SELECT key FROM incoming").fetchall() == [("handled",)]
    assert reasons(program) == ["before-migration"]
    assert program("inbox", "--dry-run", "-", given="").code == 0
    assert reasons(program) == ["before-migration"]


# -- restore --------------------------------------------------------------------------------------------------------


def test_a_backup_comes_back_in_an_empty_folder(program: Program, tmp_path: Path) -> None:
    """A new laptop: settings, key and list, and nothing to answer but yes."""
    program("add", JO, SAM)
    program("backup", str(tmp_path / "stick.zip"))
    new = Program(tmp_path / "new")
    new.folder.mkdir()
    asked = new("restore", str(tmp_path / "stick.zip"), expect=2)
    assert "2 people" in asked.err
    assert "there is no list yet" in asked.err
    assert not list(new.folder.iterdir())
    done = new("restore", str(tmp_path / "stick.zip"), "--yes")
    assert "Settled" in done.out
    assert people(new) == [JO, SAM]
    assert (new.folder / "pscb-mail.toml").read_text() == (program.folder / "pscb-mail.toml").read_text()


def test_a_restore_replaces_the_list_and_keeps_a_backup_of_it(program: Program) -> None:
    """What it replaced can come back the same way."""
    program("add", JO)
    program("backup", "one.zip")
    program("add", SAM)
    program("restore", "one.zip", "--yes")
    assert people(program) == [JO]
    (before,) = (path for path in (program.folder / "backups").iterdir() if "before-restore" in path.name)
    program("restore", str(before), "--yes")
    assert people(program) == [JO, SAM]


def test_whoever_came_off_since_the_backup_stays_off(program: Program) -> None:
    """By telephone, which no mailbox tells: how many and who is said before anything is done."""
    program("add", JO, SAM)
    program("backup", "one.zip")
    assert "come off" not in program("restore", "one.zip", expect=2).err
    program("unsubscribe", SAM, "--reason", "rang")
    asked = program("restore", "one.zip", expect=2).err
    assert "1 person has come off since, and will stay off:\n         sam@police.test\n" in asked
    assert "additions, changes.\n" in asked
    program("restore", "one.zip", "--yes")
    assert {each["address"]: each["status"] for each in program("list", "--json").json} == {
        JO: "active",
        SAM: "opted_out",
    }


@pytest.mark.parametrize("emptied", [True, False])
def test_where_the_list_was_lost_every_command_that_reads_it_says_which_backup(program: Program, emptied: bool) -> None:
    """`issues` would say that nothing was sent; `check` needs no list, and says that nobody was counted."""
    program("add", JO)
    program("backup")
    program("new", "18")
    (program.folder / "pscb-mail.db").unlink()
    if emptied:
        (program.folder / "pscb-mail.db").touch()
    (backup,) = (program.folder / "backups").iterdir()
    for command in (["issues", "--json"], ["list"]):
        assert str(backup) in program(*command, expect=2).err.replace("\n", "")
    assert "not counted" in program("check", "18", expect=None).err
    assert "no list yet" in program("restore", str(backup), expect=2).err
    program("restore", str(backup), "--yes", expect=1)  # the issue is held: nothing tells whether it was sent
    assert people(program) == [JO]


def test_of_a_list_that_cannot_be_read_it_is_said_that_its_opt_outs_are_lost(program: Program) -> None:
    """Before anything is done, and what to do about it; no names, where there are none to be had."""
    program("add", JO, SAM)
    program("backup", "one.zip")
    with closing(sqlite3.connect(program.folder / "pscb-mail.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'subscriber'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with (program.folder / "pscb-mail.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    asked = " ".join(program("restore", "one.zip", expect=2).err.split())
    assert (
        "cannot be read: who came off it since the backup is not known; opt-outs by telephone must be entered" in asked
    )
    program("restore", "one.zip", "--yes")
    assert people(program) == [JO, SAM]


def test_a_file_that_is_no_backup_changes_nothing(program: Program) -> None:
    """2, and the list is what it was."""
    program("add", JO)
    (program.folder / "x.zip").write_bytes(b"no")
    assert "x.zip" in program("restore", "x.zip", "--yes", expect=2).err
    assert "not brought back" in program("restore", expect=2).err
    assert people(program) == [JO]


# -- forget ---------------------------------------------------------------------------------------------------------


def test_forget_shows_its_plan_and_changes_nothing_without_a_yes(program: Program) -> None:
    """It cannot be taken back, and says so before."""
    program("add", f"Jo Bloggs <{JO}>")
    asked = program("forget", JO, expect=2)
    assert "cannot be taken back" in asked.err
    assert people(program) == [JO]


def test_forget_erases_bars_and_lists_what_it_cannot_reach(program: Program) -> None:
    """The whole way as an editor goes it."""
    program("add", f"Jo Bloggs <{JO}>", SAM)
    (program.folder / "people.csv").write_text(f"Email\n{JO}\nnew@school.test\n")
    program("import", "people.csv", "--yes", expect=None)
    done = program("forget", "Jo Bloggs", "--yes", "--json").json
    assert (done["people"], done["backups"]) == (1, 1)
    assert any("people.csv" in line for line in done["beyond"])
    again = program("import", "people.csv", "--yes", "--json").json
    assert (again["protected"], again["added"]) == (1, 0)
    assert "asked to be forgotten" in program("import", "people.csv", "--dry-run").err
    assert "asked to be forgotten" in program("add", JO, expect=2).err
    assert "not on the list" in program("resubscribe", JO, "--reason", "x", expect=2).err
    assert "forgotten" in program("undo", "--yes", expect=2).err
    assert people(program) == ["new@school.test", SAM]


def test_forget_says_where_it_could_not_erase_and_ends_with_1(program: Program) -> None:
    """What stands in the place of the backups cannot be looked into: nobody is told that all is gone."""
    program("add", JO, SAM)
    (program.folder / "backups").write_bytes(b"")
    done = program("forget", JO, "--yes", expect=1)
    assert "Not erased everywhere" in done.out
    assert "could not be looked into" in " ".join(done.out.split())
    assert any("looked into" in line for line in program("forget", SAM, "--yes", "--json", expect=1).json["beyond"])
    assert "cannot be made" in program("backup", expect=75).err


def test_one_backup_and_one_person_are_told_as_one(program: Program, tmp_path: Path) -> None:
    """What is forgotten, what is brought back."""
    program("add", JO, SAM)
    program("backup")
    assert "also in 1 backup (" in program("forget", JO, "--yes").out
    program("backup", str(tmp_path / "stick.zip"))
    assert "1 person, 1 of them active" in program("restore", str(tmp_path / "stick.zip"), expect=2).err


def test_the_overview_tells_who_is_kept_for_too_long(program: Program) -> None:
    """By the settings; the command that it names does it."""
    program("add", JO, SAM)
    program("remove", JO)
    with closing(sqlite3.connect(program.folder / "pscb-mail.db")) as db, db:
        db.execute("UPDATE subscriber SET since = '2010-01-01T00:00:00.000000Z' WHERE status = 'removed'")
    assert "forget --older-than 24" in program().out
    program("forget", "--older-than", "24", "--yes")
    assert "older-than" not in program().out
    assert people(program) == [SAM]


# -- side by side ---------------------------------------------------------------------------------------------------


def test_commands_at_once_wait_for_each_other(program: Program) -> None:
    """On a new workspace the very first commands, too: every one of them succeeds, and nobody is lost."""
    running = [
        subprocess.Popen(
            [*COMMAND, "add", f"reader{n}@school.test"], cwd=program.folder, env=program._env(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for n in range(3)
    ]  # fmt: skip
    ended = [(process.communicate(timeout=120)[1].decode(), process.returncode) for process in running]
    assert [end for end in ended if end[1] != 0] == []
    assert len(people(program)) == 3


def test_a_synced_folder_is_warned_about_when_something_is_written(tmp_path: Path) -> None:
    """Two copies of one database come of it; looking alone is no matter."""
    program = workspace(tmp_path / "OneDrive - Anytown Council" / "news")
    assert "OneDrive" in program("add", JO).err
    assert "OneDrive" not in program("list").err
