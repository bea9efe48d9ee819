"""What an SMTP reply means: the one place that decides it.

Pure and total: every reply at every stage has one meaning. The basic code alone is not enough: providers use 5yz for
our own mailbox being barred, out of quota or not signed in, and that must never be held against a recipient. Sources:
RFC 5321 section 4.2, RFC 3463, RFC 4954 section 6, RFC 6531; Microsoft "NDR error codes in Exchange Online".
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from pscb_mail.foreign import one_line

REPLY_LIMIT = 1000


class Stage(Enum):
    """The step of the session that a reply answers."""

    GREETING = "greeting"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    BODY = "message"
    RSET = "RSET"
    QUIT = "QUIT"


@dataclass(frozen=True)
class Reply:
    """A reply as the server gave it: basic code, and its lines joined, harmless, at most 1,000 characters."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463) at the start of the text, or nothing."""
        match = re.match(r"([245]\.\d{1,3}\.\d{1,3})\b", self.text)
        return match[1] if match else ""


class Meaning(Enum):
    """What follows from a reply."""

    __hash__ = object.__hash__  # an enumeration's own is written in Python, and asked for several times a copy

    ACCEPTED = "accepted"
    PUT_OFF = "put off"  # temporary, about this recipient
    TURNED_DOWN = "turned down"  # permanent, about this recipient
    BACK_OFF = "back off"  # temporary, about us: a new connection, later
    SIGN_IN = "sign in"  # about us: signing in was refused
    BARRED = "barred"  # about us: the mailbox or tenant may not send
    QUOTA = "quota"  # about us: go on tomorrow
    TOO_LARGE = "too large"  # about us: every copy is
    OURS = "ours"  # about us otherwise: the relay does not take our mail


STOPS = frozenset({Meaning.SIGN_IN, Meaning.BARRED, Meaning.QUOTA, Meaning.TOO_LARGE, Meaning.OURS})

# No such mailbox or no such domain (RFC 3463 section 3.2; 5.1.10 and 5.4.1 as Exchange Online uses them).
_NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.10", "5.1.2", "5.4.1"})

_ABOUT_US: tuple[tuple[Meaning, re.Pattern[str]], ...] = tuple(
    (meaning, re.compile(pattern, re.IGNORECASE))
    for meaning, pattern in (
        (Meaning.SIGN_IN, r"^(530|534|535|538)\b|^550 5\.7\.30\b"),
        (Meaning.BARRED, r"^5\d\d (5\.1\.8|5\.7\.70[58])\b"),
        (Meaning.QUOTA, r"^5\d\d 5\.2\.25[1-5]\b|^554 5\.2\.0\b.*(submission|quota)"),
        (Meaning.QUOTA, r"^55[24] 5\.2\.2\b.*(storedrv\.submission|sender|your mailbox)"),
        (Meaning.TOO_LARGE, r"^5\d\d (5\.3\.4|5\.2\.3)\b"),
        # X.3.1 to X.3.5 are about the system that answers, which is the relay (RFC 3463 section 3.4): a full disk there
        # puts off nobody. Not X.3.0: Postfix says it of one recipient who cannot be looked up.
        (Meaning.BACK_OFF, r"^(421|432|454)\b|^451 4\.7\.500\b|^4\d\d 4\.3\.[1-5]\b"),
        (Meaning.OURS, r"^5\d\d .*relay(ing)? (access )?(denied|not permitted|prohibited)"),
    )
)


# Nearly every reply: one line of printable ASCII, which is harmless as it is.
_PLAIN = re.compile(rb"([2-5]\d\d) ([!-~](?:[ -~]{0,900}[!-~])?)\r?\n?")


def meaning(stage: Stage, reply: Reply) -> Meaning:
    """Return what `reply` means at `stage`."""
    if 200 <= reply.code < 300 or (stage is Stage.DATA and reply.code == 354):
        return Meaning.ACCEPTED
    written = f"{reply.code} {reply.text}"
    for about_us, pattern in _ABOUT_US:
        if pattern.search(written):
            return about_us
    if stage not in {Stage.RCPT, Stage.DATA, Stage.BODY}:
        return _before_the_recipient(stage, reply)
    # A full mailbox is temporary whatever the first digit says (RFC 3463 X.2.2; servers use 4yz and 5yz for it).
    if reply.code < 500 or reply.enhanced == "5.2.2":
        return Meaning.PUT_OFF
    return Meaning.TURNED_DOWN


@lru_cache(maxsize=256)
def _plain(line: bytes) -> Reply | None:
    """Return the reply of one plain line, None for every other; a relay says the same ones over and over."""
    match = _PLAIN.fullmatch(line)
    if match is None or b"  " in line:
        return None
    return Reply(int(match[1]), match[2].decode("ascii"))


def no_such_mailbox(stage: Stage, reply: Reply) -> bool:
    """Whether the reply says for certain that the recipient does not exist: it then counts like a bounce."""
    return stage is Stage.RCPT and reply.code >= 500 and reply.enhanced in _NO_SUCH_MAILBOX


def reply_of(lines: list[bytes]) -> Reply:
    """Return the reply of complete lines (RFC 5321 section 4.2.1). Raises ValueError for what is no reply.

    The enhanced code stands on every line (RFC 2034 section 4); it is kept once.
    """
    if len(lines) == 1 and (plain := _plain(lines[0])) is not None:
        return plain
    texts: list[str] = []
    code = enhanced = ""
    for line in lines:
        match = re.fullmatch(r"([2-5]\d\d)([ -](.*))?", line.decode("utf-8", "replace").rstrip("\r\n"), re.DOTALL)
        if match is None or (code and match[1] != code):
            raise ValueError("not an SMTP reply")
        code = match[1]
        text = match[3] or ""
        own = re.match(r"[245]\.\d{1,3}\.\d{1,3}(?= |$)", text)
        texts.append(text.removeprefix(enhanced).lstrip() if own and own[0] == enhanced else text)
        enhanced = enhanced or (own[0] if own else "")
    return Reply(int(code), one_line(" ".join(texts), REPLY_LIMIT))


def _before_the_recipient(stage: Stage, reply: Reply) -> Meaning:
    if stage is Stage.MAIL and reply.code == 552:
        return Meaning.TOO_LARGE
    if reply.code < 500:
        return Meaning.BACK_OFF
    return Meaning.SIGN_IN if stage is Stage.AUTH else Meaning.OURS
