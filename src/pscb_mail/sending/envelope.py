"""The words of the envelope: MAIL, RCPT and DATA or BDAT for one copy, with the parameters that a relay offers.

Pure. An address never becomes a second command: one that cannot stand in a line is refused here, as the relay would
refuse it, and held against that recipient alone.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pscb_mail.sending.replies import Reply, Stage

_ENDS_A_COMMAND = re.compile(r"[\0\r\n<>]")
# RFC 3461 section 4: what stands in xtext for itself is xchar.
_NO_XCHAR = re.compile(r"[^!-*,-<>-~]")


class Copy(NamedTuple):
    """One message to hand over.

    The pieces have CRLF line ends, no line of them begins with a dot, and the last piece ends a line. `reference` goes
    into ENVID where it is given; `ticket` is the caller's own, to know the copy again.
    """

    sender: str
    recipient: str
    pieces: Sequence[bytes]
    reference: str = ""
    ticket: int = 0


def extensions(lines: Sequence[bytes]) -> dict[str, str]:
    """Return the keywords and parameters of an EHLO reply (RFC 5321 section 4.1.1.1)."""
    words = [line[4:].decode("ascii", "replace").strip().replace("=", " ", 1).split(" ", 1) for line in lines[1:]]
    return {word[0].upper(): word[1] if len(word) > 1 else "" for word in words}


def turned_down(copy: Copy, offered: Mapping[str, str]) -> Reply | None:
    """Return the refusal of a recipient that this relay cannot be asked about, or None."""
    if _ENDS_A_COMMAND.search(copy.recipient):
        return Reply(501, "5.1.3 this address cannot stand in an envelope")  # RFC 3463 section 3.2, X.1.3
    if not copy.recipient.isascii() and "SMTPUTF8" not in offered:
        # RFC 6531 section 3.2; X.6.7 is registered for it.
        return Reply(553, "5.6.7 this relay cannot take an address with letters beyond ASCII")
    return None


def commands(copy: Copy, offered: Mapping[str, str], *, chunking: bool) -> list[tuple[Stage, bytes]]:
    """Return the copy's commands, each with the stage that its reply answers; after BDAT the message itself follows.

    `chunking`: BDAT instead of DATA (RFC 3030 section 2). Leaves to `turned_down` what cannot be asked.
    """
    size = sum(map(len, copy.pieces))
    mail = f"MAIL FROM:<{copy.sender}>"
    rcpt = f"RCPT TO:<{copy.recipient}>"
    if "SIZE" in offered:
        mail += f" SIZE={size}"  # RFC 1870 section 6
    if not copy.recipient.isascii():
        mail += " SMTPUTF8"
    if "DSN" in offered:
        mail, rcpt = mail + _mail_dsn(copy), rcpt + _rcpt_dsn(copy)
    last = (Stage.BODY, b"BDAT %d LAST\r\n" % size) if chunking else (Stage.DATA, b"DATA\r\n")
    return [(Stage.MAIL, mail.encode() + b"\r\n"), (Stage.RCPT, rcpt.encode() + b"\r\n"), last]


def xtext(text: str) -> str:
    """Return ASCII text as a parameter's value (RFC 3461 section 4)."""
    return _NO_XCHAR.sub(lambda match: f"+{ord(match[0]):02X}", text)


def _mail_dsn(copy: Copy) -> str:
    """Ask for the headers only, and for our reference back (RFC 3461 sections 4.3 and 4.4)."""
    return f" RET=HDRS ENVID={xtext(copy.reference)}" if copy.reference else " RET=HDRS"


def _rcpt_dsn(copy: Copy) -> str:
    """Ask for reports of failure and delay, never of success (RFC 3461 section 4.1).

    ORCPT is for ASCII addresses; others would need the address type of RFC 6533, and it may be left out (RFC 3461
    section 4.2).
    """
    original = f" ORCPT=rfc822;{xtext(copy.recipient)}" if copy.recipient.isascii() else ""
    return f" NOTIFY=FAILURE,DELAY{original}"
