"""The standard streams, whatever gave them to us: closed, of an old code page, or read by nobody any more."""

import contextlib
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from pscb_mail.errors import Exit


def have_streams() -> None:
    """Put nothing in the place of a standard stream that is closed: a timer may give us none. What we say is UTF-8.

    Windows gives a file or a pipe its old code page, in which neither a name nor a tick may be written. A terminal
    keeps its own, and shows a question mark for what it lacks.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  (open for as long as the program runs)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def hold_read(end: SystemExit) -> None:
    """Raise BrokenPipeError where the program ends because nobody reads any more, or where its last words go unread.

    Typer ends with 1 then, and here 1 means that something needs a person.
    """
    if isinstance(end.__context__, BrokenPipeError):
        raise end.__context__ from None
    sys.stdout.flush()


def end_unread() -> NoReturn:
    """End as `yes | head` ends, without a word: whoever read us has hung up."""
    for stream in (sys.stdout, sys.stderr):
        # What is left in its buffer has nowhere to go (docs.python.org/3/library/signal.html, note on SIGPIPE).
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(Exit.UNREAD)
