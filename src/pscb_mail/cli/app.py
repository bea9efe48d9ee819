"""The application: its commands in panels, its global options, and where whatever went wrong ends the program.

Each command is read from its module when it is wanted: `--version` or `list` do not wait for what sending needs.
"""

import errno
import re
import sqlite3
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from pscb_mail import __version__
from pscb_mail.cli.context import Context
from pscb_mail.cli.streams import end_unread, have_streams, hold_read
from pscb_mail.errors import Exit, NotNowError, PscbMailError, UsageError
from pscb_mail.foreign import one_line

_GLOBAL_WITH_VALUE = ("--workspace", "-w")

# Which module has which commands, in the order of the help.
ROOMS = {
    "start": ("demo",),
    "founding": ("init",),
    "signing_in": ("login", "logout"),
    "doctor": ("doctor",),
    "people": (
        "add", "import", "list", "show", "edit", "unsubscribe", "resubscribe", "remove", "groups", "export", "undo",
    ),
    "forgetting": ("forget",),
    "issues": ("new", "issues", "check"),
    "previewing": ("preview", "archive"),
    "sending": ("test", "send", "retry", "amend", "cancel"),
    "standing": ("status", "log"),
    "mailbox": ("inbox",),
    "review": ("review",),
    "upkeep": ("backup", "restore"),
    "people_care": ("coverage", "reconfirm", "report"),
}  # fmt: skip
_ROOM_OF = {name: room for room, names in ROOMS.items() for name in names}


class Rooms(TyperGroup):
    """The commands of all rooms; a room's module is imported when one of its commands is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands' names, in the order of the help."""
        del ctx
        return list(_ROOM_OF)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; a word that is none is looked for everywhere, for the nearest one to be told."""
        for room in [_ROOM_OF[cmd_name]] if cmd_name in _ROOM_OF else ROOMS:
            if ROOMS[room][0] not in self.commands:
                commands = import_module(f"pscb_mail.cli.{room}").commands
                found = typer.main.get_group(commands).commands
                for command in found.values():
                    _bare_flags(command.get_params(ctx))
                self.commands.update(found)
        return self.commands.get(cmd_name)

    def get_params(self, ctx: Any) -> Any:
        """Return the global options."""
        return _bare_flags(super().get_params(ctx))


def _bare_flags(params: list[Any]) -> list[Any]:
    """Have the help show a flag as it is typed: Typer writes `<bool>` behind each."""
    for param in params:
        if getattr(param, "is_flag", False):
            param.metavar = ""
    return params


app = typer.Typer(
    name="pscb-mail",
    cls=Rooms,
    help="A newsletter from a folder: Markdown in, e-mail out, replies understood.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(invoke_without_command=True)
def overview(
    ctx: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            "-w",
            envvar="PSCB_MAIL_WORKSPACE",
            file_okay=False,
            metavar="DIR",
            help="The newsletter's folder.",
        ),
    ] = None,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="This computer keeps the list from now on; the one before no longer does."),
    ] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Where things stand, and what to do next."""
    ctx.obj = Context(workspace, take_over)
    if version:
        typer.echo(f"pscb-mail {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        from pscb_mail.cli.start import show_overview

        show_overview(ctx.obj)


def main(args: Sequence[str] | None = None) -> None:
    """Run the program with `args`, the command line's unless told: the entry point of the `pscb-mail` script."""
    have_streams()
    try:
        _run(sys.argv[1:] if args is None else args)
    except PscbMailError as problem:
        _give_up(problem)
    except BrokenPipeError:
        end_unread()
    except sqlite3.Error as problem:
        _give_up(_database_trouble(problem))
    except OSError as problem:
        _give_up(_file_trouble(problem))
    except KeyboardInterrupt:
        _interrupted()


def _run(args: Sequence[str]) -> NoReturn:
    try:
        # What a command ends with by typer.Exit; else it ends with nothing.
        code = app(args=hoisted(_readable(args)), standalone_mode=False)
    except TyperException as problem:
        raise _misuse(problem) from problem
    except SystemExit as end:
        hold_read(end)
        raise
    sys.stdout.flush()
    if code == Exit.INTERRUPTED:
        _interrupted()
    sys.exit(code or Exit.DONE)


def hoisted(args: Sequence[str]) -> list[str]:
    """Return `args` with the global options moved to the front, so that they are understood after the command too.

    What follows `--` stays where it is. Raises UsageError where the folder's name is missing.
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for word in waiting:
        if word == "--":
            return [*front, *rest, word, *waiting]
        if word in _GLOBAL_WITH_VALUE:
            if (folder := next(waiting, None)) is None:
                raise UsageError(f"{word} has no folder behind it.", f"Write {word} DIR: the newsletter's folder.")
            front += [word, folder]
        elif word == "--take-over" or word.startswith("--workspace="):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def _readable(args: Sequence[str]) -> Sequence[str]:
    """Return `args`. Raises UsageError where a word is not text: Python hands such bytes on as lone surrogates."""
    for word in args:
        if any("\ud800" <= character <= "\udfff" for character in word):
            raise UsageError(
                f'"{one_line(word, 80)}" holds bytes that are no text in this terminal.',
                "Type it anew; rename a file of such a name.",
            )
    return args


def _misuse(problem: TyperException) -> UsageError:
    """Return what is wrong with a command line as every other error is told."""
    context = getattr(problem, "ctx", None)
    if context is None or context.parent is None:
        hint = "`pscb-mail --help` lists the commands, `pscb-mail COMMAND --help` what one takes."
    else:
        hint = f"`{context.command_path} --help` tells how it is used; a name with spaces goes in quotation marks."
    return UsageError(_in_plain_words(one_line(problem.format_message(), 200)), hint)


# What the library says of a command line, and how we do.
_PLAIN = tuple(
    (re.compile(said), ours)
    for said, ours in (
        (r"No such command '(.*)'\.", r"There is no command \1."),
        (r"No such option: (\S+) \(Possible options: (.*)\)", r"There is no option \1. Did you mean \2?"),
        (r"No such option: (\S+)", r"There is no option \1."),
        (r"Missing argument '(.*)'\.", r"\1 is missing."),
        (r"Got unexpected extra argument(?:\(s\)|s)? \((\S*)\)", r"One word too many: \1."),
        (r"Got unexpected extra argument(?:\(s\)|s)? \((.*)\)", r"Some words too many: \1."),
        (r"Option '(.*)' requires an argument\.", r"\1 wants a value behind it."),
        (r"Option '(.*)' does not take a value\.", r"\1 takes no value."),
        (r"Invalid value for .*: dir '(.*)' is a file\.", r"\1 is a file, not a folder."),
        (r"Invalid value for '(.*)': .* valid integer.*", r"\1 must be a whole number, such as 12."),
        (r"Invalid value for '(.*)': .* greater than or equal to (\d+).*", r"\1 must be \2 or more."),
    )
)


def _in_plain_words(said: str) -> str:
    """Return what the library says of a command line as an editor would; what is not known stays as it is."""
    return next(
        (found.expand(ours) + said[found.end() :] for each, ours in _PLAIN if (found := each.match(said))), said
    )


def _interrupted() -> NoReturn:
    from pscb_mail.cli import console

    # The terminal has written ^C where the cursor was.
    console.say("\nInterrupted: run it again to go on.")
    sys.exit(Exit.INTERRUPTED)


def _give_up(problem: PscbMailError) -> None:
    from pscb_mail.cli import console

    console.error(problem)
    sys.exit(problem.exit_code)


def _file_trouble(error: OSError) -> PscbMailError:
    """Return what the system's own error means to the user, wherever it came from."""
    where = f"{error.filename} cannot be used" if error.filename else "A file or a connection cannot be used"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return NotNowError("The disk is full.", "Free some space and run it again; nothing was lost.")
    return UsageError(f"{where}: {error.strerror or error}.", "Check that it is what you meant, and its rights.")


def _database_trouble(error: sqlite3.Error) -> PscbMailError:
    """Return what SQLite's own error means to the user, wherever it came from."""
    from pscb_mail.database import trouble

    if (known := trouble(error)) is None:
        raise error  # a mistake of this program, which nobody should take for one of theirs
    return known
