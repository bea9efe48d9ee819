"""The program's edges: options anywhere, errors as sentences, exit codes, closed pipes."""

import ast
import os
import re
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from program import COMMAND, Program, workspace

import pscb_mail
from pscb_mail.cli.app import _database_trouble, hoisted


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        (["list", "-w", "DIR"], ["-w", "DIR", "list"]),
        (["send", "18", "--take-over", "--yes"], ["--take-over", "send", "18", "--yes"]),
        (["list", "--workspace=DIR"], ["--workspace=DIR", "list"]),
        (["add", "--", "-w", "DIR"], ["add", "--", "-w", "DIR"]),
    ],
)
def test_global_options_are_understood_after_the_command_too(given: list[str], understood: list[str]) -> None:
    """Nobody remembers which option belongs where."""
    assert hoisted(given) == understood


def test_without_a_workspace_it_says_how_to_begin(tmp_path: Path) -> None:
    """The very first run helps, and is no error."""
    empty = tmp_path / "empty"
    empty.mkdir()
    program = workspace(tmp_path)
    program.folder = empty
    (tmp_path / "pscb-mail.toml").unlink()
    done = program()
    for command in ("demo", "init", "--help"):
        assert command in done.err


def test_what_the_demo_opens_is_still_there_when_the_browser_comes_to_it(tmp_path: Path) -> None:
    """A browser is begun, and reads when it is ready: the demo has long ended."""
    program = Program(tmp_path, {"TMPDIR": str(tmp_path), "BROWSER": "echo the browser shows %s"})
    shown = program.apart("demo", "--open").out
    assert "Peterborough" in Path(shown.partition("the browser shows file://")[2].strip()).read_text(encoding="utf-8")


def test_a_mistake_in_the_settings_ends_with_78_and_names_it(tmp_path: Path) -> None:
    """Whatever the command."""
    program = workspace(tmp_path, more="[newsletr]\n")
    done = program("list", expect=78)
    assert "newsletr is not a setting. Did you mean newsletter?" in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("args", "wrong", "help_"),
    [
        (("sned", "18"), "There is no command sned. Did you mean 'send'?", "pscb-mail --help"),
        (("list", "--jsn"), "There is no option --jsn. Did you mean --csv, --json?", "pscb-mail list --help"),
        (("list", "--zzz"), "There is no option --zzz.", "pscb-mail list --help"),
        (("show", "Jo", "Bloggs"), "One word too many: Bloggs.", "pscb-mail show --help"),
        (("send",), "ISSUE is missing.", "pscb-mail send --help"),
        (("send", "7", "--limit", "[/]\x1b"), "--limit must be a whole number, such as 12.", "pscb-mail send --help"),
        (("send", "7", "--limit", "0"), "--limit must be 1 or more.", "pscb-mail send --help"),
        (("send", "7", "--limit"), "--limit wants a value behind it.", "--help"),
        (("list", "--json=1"), "--json takes no value.", "--help"),
        (("undo", "abc"), "CHANGE must be a whole number, such as 12.", "pscb-mail undo --help"),
        (("list", "-w", "pscb-mail.toml"), "pscb-mail.toml is a file, not a folder.", "pscb-mail --help"),
        (("list", "-w"), "no folder", "-w DIR"),
    ],
)
def test_wrong_usage_ends_with_2_and_is_told_as_every_other_mistake(
    tmp_path: Path, args: tuple[str, ...], wrong: str, help_: str
) -> None:
    """An unknown command or option changes nothing; what to do stands below."""
    error, _, hint = workspace(tmp_path)(*args, expect=2).err.partition("What to do: ")
    assert error.startswith("Error")
    assert wrong in error
    assert help_.removeprefix("pscb-mail") in hint


def test_words_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """Bytes of another encoding come as lone surrogates."""
    program = workspace(tmp_path)
    assert "no text" in program("list", "--search", "\udcff", expect=2).err


def test_a_number_beyond_all_changes_is_a_sentence(tmp_path: Path) -> None:
    """However large."""
    program = workspace(tmp_path)
    assert "There is no change 9" in program("undo", "9" * 23, "--yes", expect=2).err


def test_a_damaged_database_is_a_sentence(tmp_path: Path) -> None:
    """Found while reading, not only while opening."""
    program = workspace(tmp_path)
    program("add", *(f"Reader {n} <reader{n}@school.test>" for n in range(200)))
    path = tmp_path / "pscb-mail.db"
    raw = bytearray(path.read_bytes())
    for page in range(2, len(raw) // 4096):
        raw[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(raw)
    for extra in ("-wal", "-shm"):
        Path(f"{path}{extra}").unlink(missing_ok=True)
    done = program("list", expect=2)
    assert "damaged" in done.err


def test_a_key_that_is_damaged_is_told_where_sql_hashes_with_it(tmp_path: Path) -> None:
    """SQLite says no more than that a function has failed."""
    program = workspace(tmp_path)
    program("add", "Jo <jo@school.test>")
    (tmp_path / "pscb-mail.key").write_bytes(b"short")
    assert "pscb-mail.key is damaged" in program("forget", "jo@school.test", "--yes", expect=2).err


def test_a_mistake_in_our_own_sql_is_not_called_a_damaged_list() -> None:
    """Nobody should bring a backup back because of it."""
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.IntegrityError) as mistake:
        db.execute("CREATE TABLE t (a NOT NULL)")
        db.execute("INSERT INTO t VALUES (NULL)")
    with pytest.raises(sqlite3.IntegrityError):
        _database_trouble(mistake.value)


def test_ctrl_c_at_a_question_ends_with_130_and_a_sentence(tmp_path: Path) -> None:
    """On a line of its own, and with nothing changed."""
    program = workspace(tmp_path)
    program("add", "Jo <jo@school.test>")
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*COMMAND, "forget", "jo@school.test"],
        cwd=tmp_path,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        shown = b""
        while not shown.endswith(b"Type forget: "):
            shown += process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        assert process.stdout.read().endswith(b"\nInterrupted: run it again to go on.\n")
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 130
    assert len(program("list", "--json").json) == 1


@pytest.mark.parametrize("command", ["list --json", "list", "--help"])
def test_a_reader_that_hangs_up_is_no_crash(tmp_path: Path, command: str) -> None:
    """`pscb-mail list | head -1` ends as other programs do (141), and not with the 1 that calls for a person."""
    program = workspace(tmp_path)
    program("add", "Jo <jo@school.test>")
    shell = f"{{ {' '.join(COMMAND)} {command}; echo $? >code; }} | true"
    done = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, check=True, text=True)
    assert done.stderr == ""
    assert (tmp_path / "code").read_text() == "141\n"


def test_what_goes_into_a_file_is_utf_8_whatever_the_system_s_code_page(tmp_path: Path) -> None:
    """On Windows a pipe has cp1252, which knows neither a tick nor every name."""
    program = workspace(tmp_path)
    program.env["PYTHONIOENCODING"] = "cp1252"
    assert "Łukasz" in program.apart("add", "Łukasz <l@school.test>").out
    assert program.apart("list", "--json").json[0]["name"] == "Łukasz"


def test_no_sentence_sends_anybody_to_a_page_that_is_not_installed() -> None:
    """The manual is not in the wheel: what to do stands in the sentence itself, or in a file that the program writes."""
    package = Path(pscb_mail.__file__).parent
    pages = [f"{path}: docs/" for path in package.rglob("*.j2") if "docs/" in path.read_text(encoding="utf-8")]
    for path in package.rglob("*.py"):
        if "docs/" not in (source := path.read_text(encoding="utf-8")):
            continue
        tree = ast.parse(source)
        # A docstring is for whoever reads the source, where the manual is.
        inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        said = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
        pages += [f"{path}: {node.value}" for node in said if "docs/" in node.value and id(node) not in inner]
    assert pages == []


def test_standard_output_stays_clean_for_json(tmp_path: Path) -> None:
    """Everything else goes to standard error."""
    program = workspace(tmp_path)
    assert program("list", "--json").json == []
    assert program("status", "--json").json == []


def test_a_workspace_can_be_named_by_the_environment(tmp_path: Path) -> None:
    """For timers, which have no current folder."""
    program = workspace(tmp_path / "list")
    program("add", "Jo <jo@school.test>")
    program.env["PSCB_MAIL_WORKSPACE"] = str(program.folder)
    program.folder = tmp_path
    assert [person["address"] for person in program("list", "--json").json] == ["jo@school.test"]


def test_lines_break_between_words_on_a_terminal_and_stay_whole_in_a_file(tmp_path: Path) -> None:
    """A command to be copied is never cut in two in mid-word; programs read whole lines."""
    args = ("cancel", "an-issue-of-a-long-name")
    whole = workspace(tmp_path).apart(*args, expect=2).err
    program = Program(tmp_path, {"FORCE_COLOR": "1", "COLUMNS": "40"})
    lines = re.sub(r"\x1b\[\d*m", "", program.apart(*args, expect=2).err)
    assert max(map(len, lines.splitlines())) <= 40 < max(map(len, whole.splitlines()))
    assert lines.split() == whole.split()


@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_are_no_crash(tmp_path: Path, streams: str) -> None:
    """A timer may give none: what would ask does nothing (2), what would print prints nowhere."""
    program = workspace(tmp_path)
    program("add", "Jo <jo@school.test>")
    for command, code in (("list --json", 0), ("forget jo@school.test", 2)):
        line = " ".join([*COMMAND, command, streams])
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, check=False, text=True)
        assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr


def test_a_full_disk_behind_standard_output_is_not_now(tmp_path: Path) -> None:
    """75, in a sentence."""
    program = workspace(tmp_path)
    program("add", "Jo <jo@school.test>")
    line = " ".join([*COMMAND, "list", "--json", ">/dev/full"])
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, check=False, text=True)
    assert "Traceback" not in done.stderr
    assert (done.returncode, "disk is full" in done.stderr) == (75, True)


@pytest.mark.parametrize(
    "command", [("demo", "--keep", "/dev/null/x"), ("init", "/dev/null/x", "--yes"), ("check", "7"), ("new",)]
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    """Whatever the system says, it comes as a sentence with the file's name: 2."""
    program = workspace(tmp_path)
    (tmp_path / "issues").rmdir()
    (tmp_path / "issues").write_text("not a folder")
    done = program(*command, expect=2)
    assert "Error" in done.err
