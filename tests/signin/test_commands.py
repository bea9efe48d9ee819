"""`login` and `logout` as a user types them."""

from pathlib import Path

import pytest
from keyring_file import NoKeyring
from program import Program, workspace

from pscb_mail.cli.signing_in import Terminal
from pscb_mail.signin.person import Code

assert NoKeyring  # its module is what the programs below use


def program_for(folder: Path, auth: str, more: str = "") -> Program:
    program = workspace(folder, relay=f'host = "127.0.0.1"\nport = 2525\nsecurity = "none"\nauth = "{auth}"', more=more)
    kit = str(Path(__file__).parents[1] / "kit")
    # No authority is asked: a proxy that nobody listens at stands in the way.
    program.env.update(
        PYTHON_KEYRING_BACKEND="keyring_file.NoKeyring", PYTHONPATH=kit, HTTPS_PROXY="http://127.0.0.1:1"
    )
    return program


SIGNIN = '\n[signin]\ntenant = "council.example"\napplication = "1234"\n'


def test_where_nothing_is_to_be_signed_in_to_that_is_said(tmp_path: Path) -> None:
    """A relay on this computer needs none."""
    program = program_for(tmp_path, "none")
    assert "Nothing to do" in program("login").out
    assert "Nothing to forget" in program("logout").out


def test_an_application_that_is_missing_is_told_with_who_makes_it(tmp_path: Path) -> None:
    """78: the settings lack it."""
    said = program_for(tmp_path, "microsoft")("login", expect=78).err
    assert "application and tenant" in said
    assert "IT department" in said


@pytest.mark.parametrize("auth", ["microsoft", "google"])
def test_an_authority_that_is_away_is_75(auth: str, tmp_path: Path) -> None:
    """No traceback, nothing kept, and the sign-out finds nothing."""
    program = program_for(tmp_path, auth, SIGNIN)
    if auth == "microsoft":
        assert "login.microsoftonline.com cannot be reached" in program("login", "relay", "--code", expect=75).err
    else:
        # An empty answer to the question for the client secret ends it before anything is asked.
        assert "nothing was stored" in program("login", "relay", "--code", given="\n", expect=2).err
    assert "There was no sign-in of newsletter@pscb.test (relay)" in program("logout", "relay").out


def test_a_door_has_one_of_two_names(tmp_path: Path) -> None:
    """2, with both."""
    said = program_for(tmp_path, "none")("login", "window", expect=2).err
    assert "relay" in said
    assert "mailbox" in said


def test_a_code_is_shown_with_its_address_and_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    """On the screen, foreign text made safe."""
    Terminal().show_code(Code("ABCD-EFGH", "https://microsoft.test/device\x1b[2J", 900))
    shown = capsys.readouterr().err
    assert "ABCD-EFGH" in shown
    assert "15 minutes" in shown
    assert "\x1b" not in shown
