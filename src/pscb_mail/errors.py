"""The one error tree: every error that a user can cause, with its hint and its exit code.

Each error is one sentence that says what is wrong and where, and a hint that says what to do. `cli.console.error`
words them; only `cli` prints or exits. Exit codes follow sysexits.h where it has one (75 EX_TEMPFAIL, 78 EX_CONFIG).
"""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of the program, as its manual lists them."""

    DONE = 0
    NEEDS_A_PERSON = 1
    USAGE = 2
    NOT_NOW = 75
    SETTINGS = 78
    INTERRUPTED = 130
    # What a shell shows of a program that SIGPIPE has ended: neither done nor in need of a person.
    UNREAD = 128 + 13


class PscbMailError(Exception):
    """An error that a user can cause and mend: a sentence, a hint, an exit code."""

    exit_code = Exit.USAGE

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(PscbMailError):
    """Wrong usage, an unknown person or issue, or input that cannot be accepted; nothing was changed."""


class DeclinedError(UsageError):
    """The user was asked, and said no: what they wanted is what happened, which is nothing."""


class SettingsError(PscbMailError):
    """The settings are wrong: file, key and the nearest known name are in the message."""

    exit_code = Exit.SETTINGS


class NotNowError(PscbMailError):
    """Nothing is lost and nothing is wrong with the input: run it again later."""

    exit_code = Exit.NOT_NOW


class DatabaseError(PscbMailError):
    """The database is missing, damaged, or from another version."""
