"""`init` as a user has it: a conversation at a terminal, and what it leaves in the folder."""

import os
import pty
import subprocess
import tomllib
from pathlib import Path

import pytest
from nameserver import NameServer
from program import COMMAND, Program
from scripted import ScriptedServer

ME = ["Anytown News", "news@anytown.example"]
FOOTER = ["www.anytown.example", "Town Hall, Anytown", "Ring 01632 960180."]


def converse(folder: Path, answers: list[str], *options: str) -> tuple[int, str, Path]:
    """Answer the questions at a terminal of one's own; return exit code, what was shown, and the workspace."""
    keyboard, terminal = pty.openpty()
    os.write(keyboard, "".join(f"{answer}\n" for answer in answers).encode() + b"\x04")
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "HOME": str(folder)}
    done = subprocess.run(
        [*COMMAND, "init", "new", *options], cwd=folder, env=env, stdin=terminal, capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip
    os.close(keyboard)
    os.close(terminal)
    shown = done.stdout.decode() + done.stderr.decode()
    assert "Traceback" not in shown, shown
    return done.returncode, shown, folder / "new"


def settings_in(folder: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((folder / "pscb-mail.toml").read_text(encoding="utf-8"))


def test_microsoft_365_before_the_it_department_has_answered(tmp_path: Path) -> None:
    """Ten answers, most of them Enter: settings, the letter, and what to do meanwhile."""
    code, shown, folder = converse(tmp_path, [*ME, "1", "", *FOOTER], "--offline")
    assert code == 0, shown
    assert "Forward for-your-IT.md to your IT department" in shown
    settings = settings_in(folder)
    assert settings["newsletter"]["from"] == "Anytown News <news@anytown.example>"
    assert settings["newsletter"]["website"] == "https://www.anytown.example"
    assert settings["relay"][0]["auth"] == "microsoft"
    assert settings["pace"]["profile"] == "microsoft365-cis"
    assert "news@anytown.example" in (folder / "for-your-IT.md").read_text(encoding="utf-8")


def test_while_it_has_not_answered_one_can_look_round(tmp_path: Path) -> None:
    """No sign-in is needed for what does not send."""
    _, shown, folder = converse(tmp_path, [*ME, "1", "", *FOOTER], "--offline")
    program = Program(folder)
    assert "Anytown News" in program().out, shown
    (folder / "issues" / "issue-1.md").write_text(
        "---\nnumber: 1\ndate: 2026-11-25\ntitle: One\npreheader: The first issue of a newsletter for professionals\n---\n"
        "Dear colleague,\n\nnews.\n"
    )
    program("add", "Asha Demo <asha@school.example>")
    program("preview", "1", "--no-open", "--out", "look")
    assert list((folder / "look").rglob("*.html"))
    program("send", "1", "--to-dir", "copies", "--yes")
    assert list((folder / "copies").glob("*.eml"))


def test_each_answer_is_tested_at_once_and_may_be_given_again(tmp_path: Path) -> None:
    """A wrong address is refused, mail that comes nowhere is told, the provider is guessed, a relay is found."""
    world = "anytown.example MX 0 mx.anytown.example.\nanytwon.example TXT none"
    greeting = {"EHLO": b"250-x\r\n250-AUTH PLAIN\r\n250 SIZE 36000000\r\n"}
    with NameServer(world) as names, ScriptedServer(greeting) as relay:
        answers = [
            "Anytown News", "news", "news@anytwon.example", "n", "news@anytown.example", "7", "3",
            "not a host!", "127.0.0.1:1", "n", f"127.0.0.1:{relay.port}", "y", "", "127.0.0.1:1", "n", "", *FOOTER,
        ]  # fmt: skip
        code, shown, folder = converse(tmp_path, answers, "--name-server", f"127.0.0.1:{names.port}")
    assert code == 0, shown
    for told in ("is not an address", "anytwon.example has no mail server", "mx.anytown.example", "A number from 1 to 4",
                 "It is a name such as", "Nothing listens on 127.0.0.1:1", "127.0.0.1:1 cannot be reached"):  # fmt: skip
        assert told in shown
    assert "under [" not in shown  # there is no file yet whose tables one could look into
    [written] = settings_in(folder)["relay"]
    assert (written["port"], written["security"], written["auth"]) == (relay.port, "none", "password")
    assert relay.taken == []
    assert not any(line.startswith("AUTH") for line in relay.said)


def test_a_word_alone_is_taken_for_no_server_unless_one_insists(tmp_path: Path) -> None:
    """An answer to another question: neither a relay nor a mailbox is called "yes". Inside an organisation one may be.

    Nor is a port a no.
    """
    footer = ["ftp://files", *FOOTER]
    answers = [*ME, "3", "yes", "587", "n", "mail", "y", "n", "yes", "n", "imap.anytown.example", "", *footer]
    code, shown, folder = converse(tmp_path, answers, "--offline")
    assert code == 0, shown
    assert shown.count("yes is not a whole name") == 2
    assert shown.count("Type y or n.") == 1
    assert "such as www.anytown.gov.uk" in shown
    settings = settings_in(folder)
    assert (settings["relay"][0]["host"], settings["newsletter"]["website"]) == ("mail", "https://www.anytown.example")
    assert settings["mailbox"]["source"] == "imaps://news%40anytown.example@imap.anytown.example/INBOX"


def test_no_password_is_asked_for_or_written(tmp_path: Path) -> None:
    """Gmail with an application password: `login` keeps it, not the settings."""
    code, shown, folder = converse(tmp_path, [*ME, "2", "1", *FOOTER], "--offline")
    assert code == 0
    assert "pscb-mail login" in shown
    assert settings_in(folder)["relay"][0]["auth"] == "password"
    assert "password?" not in shown.lower()


@pytest.mark.parametrize("answers", [[], ["Anytown News"], [*ME, "1"]])
def test_a_conversation_that_is_left_makes_nothing(tmp_path: Path, answers: list[str]) -> None:
    """The end of the input (Ctrl-D) at any question."""
    code, shown, folder = converse(tmp_path, answers, "--offline")
    assert (code, folder.exists()) == (2, False), shown
    assert "nothing was made" in shown


def test_a_workspace_that_is_there_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    """Nobody answers ten questions for nothing."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "pscb-mail.toml").write_text("mine")
    code, shown, _ = converse(tmp_path, [], "--offline")
    assert code == 2
    assert "exists already" in shown
    assert "called" not in shown


def test_without_a_terminal_nothing_is_made_unless_defaults_are_taken(tmp_path: Path) -> None:
    """A script says --yes."""
    program = Program(tmp_path)
    assert "--yes" in program("init", "new", expect=2).err
    assert not (tmp_path / "new").exists()
    assert '`cd "new"`' in program("init", "new", "--yes").err
    assert settings_in(tmp_path / "new")["relay"][0]["host"] == "127.0.0.1"
    program.folder /= "here"
    program.folder.mkdir()
    assert "`cd" not in program("init", "--yes").err
