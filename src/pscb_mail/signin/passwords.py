"""Passwords: from the environment, a command, or the system's keyring, in that order, and never from the settings.

A password goes into the keyring or nowhere: unlike a token it opens more than a mailbox and cannot be taken back one by
one, so it is never written to a file. Raises SettingsError (78) when there is none or the command fails; its text never
holds the password.
"""

import os
import shlex
import subprocess

from pscb_mail.errors import SettingsError
from pscb_mail.signin.entrances import Door, Entrance
from pscb_mail.signin.outside import Outside

COMMAND_SECONDS = 60


def variable(door: Door) -> str:
    """Return the name of the environment variable that may hold a door's password."""
    return f"PSCB_MAIL_{door.upper()}_PASSWORD"


def password(way: Entrance, outside: Outside) -> str:
    """Return the password for a door. Raises SettingsError when there is none, or the command fails."""
    if value := outside.environment.get(variable(way.door)):
        return value
    if way.command:
        return _from_command(way.door, way.command)
    if value := outside.keyring.read(_service(way.door), way.username):
        return value
    raise SettingsError(
        f"There is no password for {way.username} ({way.door}).",
        f"`pscb-mail login {way.door}` stores it in this computer's keyring. Or set {variable(way.door)}, "
        f"or password_command under [{way.door}].",
    )


def keep(way: Entrance, value: str, outside: Outside) -> None:
    """Store a password in the keyring. Raises SettingsError where there is no keyring."""
    if not outside.keyring.write(_service(way.door), way.username, value):
        raise SettingsError(
            "This computer has no keyring, and a password is never written to a file.",
            f"Set {variable(way.door)} where the program runs, or password_command under [{way.door}].",
        )


def forget(way: Entrance, outside: Outside) -> bool:
    """Take a password out of the keyring; returns whether there was one."""
    return outside.keyring.delete(_service(way.door), way.username)


def _service(door: Door) -> str:
    return f"pscb-mail {door}"


def words(command: str, *, windows: bool = os.name == "nt") -> str | list[str]:
    r"""Return a command as the system wants it: Windows splits it itself, and a backslash is part of a path there."""
    return command if windows else shlex.split(command)


def _from_command(door: Door, command: str) -> str:
    try:
        # The command is the user's own, from their settings file; it never meets a shell.
        done = subprocess.run(  # noqa: S603
            words(command), capture_output=True, text=True, timeout=COMMAND_SECONDS, check=True
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
