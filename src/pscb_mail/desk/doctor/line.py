"""A connection to a relay for looking at it: smtplib's, with its greeting and what was said kept.

`sending` drives its own sessions; what makes smtplib unfit there (it cannot tell a body that left from one that did
not) cannot happen where no body is ever sent.
"""

import base64
import re
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pscb_mail.settings import Relay
from pscb_mail.signin import Access
from pscb_mail.signin.sasl import xoauth2

CHALLENGE = 334  # a server that wants to hear more of a sign-in (RFC 4954 section 4)
# Laptops have no name that a relay could look up (RFC 5321 section 4.1.3).
_OWN_NAME = "[127.0.0.1]"
_GREETED_AT = re.compile(r"[A-Z][a-z]{2}, +\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


class _Kept(smtplib.SMTP):
    """Keeps the greeting, and what was said and answered: `talk`, in which no sign-in is ever seen."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self.greeting = b""
        self.talk: list[str] = []
        self._challenged = False
        super().__init__(*args, **named)

    def connect(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        """Connect and keep the greeting."""
        code, self.greeting = super().connect(*args, **named)
        return code, self.greeting

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Say something: of a sign-in only by which means, of what answers its challenges nothing."""
        verb, _, rest = f"{cmd} {args}".rstrip().partition(" ")
        said = f"{verb.upper()} {rest}".rstrip()
        if self._challenged:
            said = "***" if said else "(an empty line)"
        elif said.startswith("AUTH "):
            said = " ".join([*said.split()[:2], "***"])
        self.talk.append(f"> {said}")
        super().putcmd(cmd, args)

    def getreply(self) -> tuple[int, bytes]:
        """Hear the answer."""
        code, answer = super().getreply()
        self._challenged = code == CHALLENGE
        self.talk += [f"< {code} {line.decode('utf-8', 'replace')}" for line in answer.split(b"\n")]
        return code, answer


class Line(_Kept):
    """A connection that is not encrypted, or not yet."""


class EncryptedLine(_Kept, smtplib.SMTP_SSL):
    """A connection that is encrypted from the first byte (RFC 8314 section 3)."""


def open_line(relay: Relay, context: ssl.SSLContext | None, seconds: float) -> Line | EncryptedLine:
    """Connect to a relay; with security = "tls" `context` encrypts at once. Raises OSError or SMTPConnectError."""
    if relay.security == "tls":
        return EncryptedLine(relay.host, relay.port, _OWN_NAME, timeout=seconds, context=context)
    return Line(relay.host, relay.port, _OWN_NAME, timeout=seconds)


def greeted_at(line: Line | EncryptedLine) -> datetime | None:
    """Return the time in the greeting, where there is one: Exchange and sendmail give it."""
    match = _GREETED_AT.search(line.greeting.decode("ascii", "replace"))
    with suppress(ValueError):
        return parsedate_to_datetime(match[0]).astimezone(UTC) if match else None
    return None


def auth_commands(access: Access, mechanism: str) -> list[str]:
    """Return what is said in a SASL mechanism, line by line (RFC 4954 section 4); it holds the secret."""
    match mechanism:
        case "PLAIN":
            return ["AUTH PLAIN " + _coded(f"\0{access.username}\0{access.secret}".encode())]
        case "XOAUTH2":
            # On failure the server sends its reasons as a challenge, to be answered with an empty line.
            return ["AUTH XOAUTH2 " + _coded(xoauth2(access.username, access.secret)), ""]
        case _:
            return ["AUTH LOGIN", _coded(access.username.encode()), _coded(access.secret.encode())]


def _coded(said: bytes) -> str:
    return base64.b64encode(said).decode("ascii")
