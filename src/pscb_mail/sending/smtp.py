"""One SMTP session, driven to the end of each step: for a single message, such as a test copy or an answer.

A blocking front of `connection`, with the same promises; always by DATA, so that a message may be given dot-stuffed
(`stuffed`). `deliver` returns an outcome and raises nothing; where it is interrupted it hangs up at once, and `outcome`
tells what is known of the message all the same. Opening raises RelayAwayError, RelayRefusesError or SettingsError, and
nothing has been sent then. smtplib is not used: its `sendmail` raises the same exception before and after the body, and
its timeout is for each read.
"""

import selectors
import time
from collections.abc import Callable, Sequence
from typing import Self

from pscb_mail.sending.connection import Connection
from pscb_mail.sending.dialogue import NotSent, Outcome, Phase
from pscb_mail.sending.door import USUAL, Door, Timing
from pscb_mail.sending.envelope import Copy


class Session:
    """A connection to one relay, greeted, encrypted and signed in; use as a context manager."""

    def __init__(self, door: Door, timing: Timing = USUAL, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Open the session. Raises RelayAwayError, RelayRefusesError or SettingsError; nothing has been sent then."""
        self.relay = door.relay
        self.outcome: Outcome = NotSent("nothing was handed over")
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        try:
            self._connection = Connection(door, self._selector, clock, timing, chunking=False)
            self._dialogue = self._connection.dialogue
            self._open()
        except BaseException:
            self._selector.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def deliver(self, sender: str, recipient: str, message: Sequence[bytes], reference: str = "") -> Outcome:
        """Hand over one message; its pieces have CRLF line ends and no line that begins with a dot (`stuffed`)."""
        self.outcome = NotSent("the session is over")
        try:
            self._until(lambda: self._dialogue.room)
            if not self._connection.closed:
                self._connection.offer(Copy(sender, recipient, message, reference))
                self._connection.flush()
                self._until(lambda: bool(self._dialogue.ended))
                # A refused envelope is taken back before the next one is offered.
                self._until(lambda: self._dialogue.room)
        except BaseException:
            self._connection.break_off()
            raise
        finally:
            if self._dialogue.ended:
                self.outcome = self._dialogue.ended.pop()[1]
        return self.outcome

    def close(self) -> None:
        """Say QUIT where the session still works, and close; no answer to that changes anything any more."""
        if not self._connection.closed:
            self._connection.finish()
            self._connection.flush()
            self._until(lambda: self._connection.closed)
        self._selector.close()

    def _open(self) -> None:
        self._until(lambda: self._dialogue.phase is Phase.READY)
        if self._dialogue.problem is not None:
            raise self._dialogue.problem

    def _until(self, done: Callable[[], bool]) -> None:
        """Go on until something is done or the session is over."""
        while not done() and not self._connection.closed:
            left = (self._connection.deadline or 0) - self._clock()
            for key, mask in self._selector.select(max(0.0, left)):
                key.data.ready(mask)
            self._connection.tick(self._clock())
            if not self._connection.closed:
                self._connection.flush()


def stuffed(message: bytes) -> bytes:
    """Return a whole message as `deliver` wants it: CRLF line ends, dots doubled (RFC 5321 section 4.5.2).

    Bare CR and bare LF become line ends: a server that reads them differently from us would see other commands.
    """
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").removesuffix(b"\n").split(b"\n")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
