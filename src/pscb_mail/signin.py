"""Passwords: from the environment, a command, or the system's keyring, in that order, and never from the settings.

Raises SettingsError (78) when there is none or the command fails; its text never holds the password.
"""

import os
import shlex
import subprocess
from typing import Literal

import keyring
import keyring.errors

from pscb_mail.errors import SettingsError

Door = Literal["relay", "mailbox"]

COMMAND_SECONDS = 60


def password(door: Door, username: str, command: str = "") -> str:
    """Return the password for the relay or the mailbox, where `username` signs in.

    Raises SettingsError when none is found, or the command fails or takes longer than a minute.
    """
    variable = f"PSCB_MAIL_{door.upper()}_PASSWORD"
    if value := os.environ.get(variable):
        return value
    if command:
        return _from_command(door, command)
    if value := _from_keyring(door, username):
        return value
    raise SettingsError(
        f"There is no password for {username} ({door}).",
        f"Set {variable}, or password_command under [{door}], or store it in the keyring: "
        f'python -m keyring set "{_service(door)}" "{username}".',
    )


def _service(door: Door) -> str:
    return f"pscb-mail {door}"


def _from_command(door: Door, command: str) -> str:
    try:
        # The command is the user's own, from their settings file; it is split here and never meets a shell.
        done = subprocess.run(  # noqa: S603
            shlex.split(command), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # The exception's own text may quote output; its kind is enough to mend the command.
        raise SettingsError(
            f"password_command for the {door} failed ({type(error).__name__}).",
            "Run it in a terminal: it must print the password and nothing else.",
        ) from None
    if not (value := done.stdout.rstrip("\r\n")):
        raise SettingsError(f"password_command for the {door} printed nothing.", "It must print the password.")
    return value


def _from_keyring(door: Door, username: str) -> str | None:
    try:
        return keyring.get_password(_service(door), username)
    except keyring.errors.KeyringError:
        return None
