"""What every command starts with: the workspace it runs in, the clock, the author of its changes."""

import getpass
from contextlib import contextmanager
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from sqlite_utils import Database

from pscb_mail.workspace import Workspace, find_workspace


@dataclass
class Context:
    """The global options of one run; Typer hands it to each command as `ctx.obj`."""

    named: Path | None
    take_over: bool

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace, found and its settings read when it is first asked for."""
        return find_workspace(Path.cwd(), named=self.named)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Open the workspace's database for the length of a block."""
        db = self.workspace.open_database(take_over=self.take_over)
        try:
            yield db
        finally:
            db.close()

    @property
    def author(self) -> str:
        """Who is at the keyboard, for the history."""
        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):
            return "unknown"


def now() -> datetime:
    """Return the time: the one clock that commands hand down."""
    return datetime.now(UTC)
