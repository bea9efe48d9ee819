"""Whoever signs in, as the flows see them: what they are shown and asked. The command line is one, a test another."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Code:
    """A device code: what to type, where, and for how long it holds."""

    code: str
    address: str
    seconds: int


class Person(Protocol):
    """The one at the keyboard."""

    def open_page(self, address: str) -> None:
        """Show a page in the browser of this computer, and its address in case none opens."""

    def show_code(self, code: Code) -> None:
        """Show a code to type in elsewhere."""

    def fetch_answer(self, address: str) -> str:
        """Have a page opened on another device, and return the address at which it ended."""

    def ask_client_secret(self) -> str:
        """Return the client secret of a Google application, typed without an echo."""

    def wait(self, seconds: float) -> bool:
        """Wait, and return whether to give up."""
