"""Passwords: where they come from, in which order, and that they are never in an error."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from keyring_file import NoKeyring

from pscb_mail.errors import SettingsError
from pscb_mail.settings import Settings
from pscb_mail.signin import access, passwords
from pscb_mail.signin.entrances import entrance
from pscb_mail.signin.outside import Keyring, Outside

COMMAND = f"'{sys.executable}' -c 'print(\"from the command\")'"


def opened(settings: Settings, outside: Outside) -> str:
    return access("relay", settings, outside=outside).secret


def test_the_environment_comes_first_then_the_command_then_the_keyring(
    outside: Outside, settings: Callable[..., Settings]
) -> None:
    """The contract's order."""
    commanded, plain = settings("password", password_command=COMMAND), settings("password")
    passwords.keep(entrance("relay", plain), "from the keyring", outside)
    told = replace(outside, environment={"PSCB_MAIL_RELAY_PASSWORD": "from the environment"})
    found = [opened(commanded, told), opened(commanded, outside), opened(plain, outside)]
    assert found == ["from the environment", "from the command", "from the keyring"]


def test_relay_and_mailbox_have_passwords_of_their_own(outside: Outside, settings: Callable[..., Settings]) -> None:
    """The one's opens not the other."""
    told = settings("password")
    passwords.keep(entrance("relay", told), "one", outside)
    with pytest.raises(SettingsError, match=r"no password for newsletter@pscb\.test \(mailbox\)"):
        access("mailbox", told, outside=outside)


def test_none_is_told_with_the_ways_to_give_one(outside: Outside, settings: Callable[..., Settings]) -> None:
    """All three, and no sign-in."""
    with pytest.raises(SettingsError) as caught:
        opened(settings("password"), outside)
    for way in ("pscb-mail login relay", "PSCB_MAIL_RELAY_PASSWORD", "password_command"):
        assert way in caught.value.hint


def test_without_a_keyring_a_password_is_kept_nowhere(
    outside: Outside, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    """A token can be taken back, a password opens more: no file."""
    told, headless = settings("password"), replace(outside, keyring=Keyring(NoKeyring()))
    with pytest.raises(SettingsError, match="never written to a file") as caught:
        passwords.keep(entrance("relay", told), "hunter2-canary", headless)
    assert "PSCB_MAIL_RELAY_PASSWORD" in caught.value.hint
    assert not any(
        "hunter2-canary" in path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    "command",
    [
        f"'{sys.executable}' -c 'import sys; print(\"hunter2-canary\"); sys.exit(3)'",
        f"'{sys.executable}' -c ''",
        "no-such-program hunter2-canary",
        "'unclosed hunter2-canary",
    ],
    ids=["fails", "prints nothing", "is not there", "is not one"],
)
def test_a_command_that_fails_shows_nothing_of_what_it_printed(
    command: str, outside: Outside, settings: Callable[..., Settings]
) -> None:
    """Its kind of failure, and what to do."""
    with pytest.raises(SettingsError, match="password_command for the relay") as caught:
        opened(settings("password", password_command=command), outside)
    assert "hunter2" not in caught.value.message + caught.value.hint
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_path_of_windows_keeps_its_backslashes() -> None:
    """Split as a shell of Unix does it, the path would lose them."""
    command = r'"C:\Program Files\pass.exe" show newsletter'
    assert passwords.words(command, windows=True) == command
    assert passwords.words("pass show 'my newsletter'", windows=False) == ["pass", "show", "my newsletter"]


def test_a_password_keeps_its_spaces(outside: Outside, settings: Callable[..., Settings]) -> None:
    """Only the line end of a command's output goes."""
    command = f"'{sys.executable}' -c 'print(\" two  spaces \")'"
    assert opened(settings("password", password_command=command), outside) == " two  spaces "


def test_forgetting_tells_whether_there_was_one(outside: Outside, settings: Callable[..., Settings]) -> None:
    """`logout` must not claim what it did not do."""
    way = entrance("relay", settings("password"))
    passwords.keep(way, "x", outside)
    assert (passwords.forget(way, outside), passwords.forget(way, outside)) == (True, False)


def test_access_shows_no_secret(outside: Outside, settings: Callable[..., Settings]) -> None:
    """In no representation, so in no traceback or log."""
    told = replace(outside, environment={"PSCB_MAIL_RELAY_PASSWORD": "hunter2-canary"})
    found = access("relay", settings("password"), outside=told)
    assert "hunter2" not in f"{found!r} {found} {[found]} {told!r}"
