"""A reading of a mailroom in a process of its own, which kills itself (SIGKILL) at a chosen moment.

WHERE is `never`, `before filing`, `after filing`, or a number: the time is asked so often before the process dies, which
happens inside transactions, between them, and before and after an answer is sent. PORT is a relay's, 0 for none.
"""

import os
import signal
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mailroom import Mailroom

from pscb_mail.mailbox import answering, reading
from pscb_mail.mailbox.messages import Arrived, Source
from pscb_mail.mailbox.sources import open_source
from pscb_mail.sending.relays import relays_of
from pscb_mail.settings import Relay


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class DeadlyClock:
    """The time, asked so often and no oftener."""

    moment: datetime
    left: int

    def __call__(self) -> datetime:
        self.left -= 1
        if self.left == 0:
            die()
        return self.moment


class DeadlySource:
    """A source whose reader dies as it files."""

    def __init__(self, source: Source, where: str) -> None:
        self._source = source
        self._where = where

    def __getattr__(self, name: str) -> object:
        return getattr(self._source, name)

    def file(self, arrived: Arrived) -> None:
        if self._where == "before filing":
            die()
        self._source.file(arrived)
        if self._where == "after filing":
            die()


def read_and_die(folder: Path, where: str, port: int) -> None:
    """Read the mailroom, die where it is told; deliver the answers where there is a relay for them."""
    room = Mailroom(folder)
    clock = DeadlyClock(room.now, int(where) if where.isdigit() else 0)
    source = DeadlySource(open_source("", room.all_settings, folder), where)
    found = reading.read(room.db, source, replace(room.means(), now=clock))
    if found.trouble:
        raise found.trouble
    if port:
        relay = Relay(host="127.0.0.1", port=port, security="none")
        settings = room.all_settings.model_copy(update={"relay": (relay,)})
        answering.deliver(room.db, settings, relays_of(settings), clock)
