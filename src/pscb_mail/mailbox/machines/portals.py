"""Secure mail whose words wait on somebody's web site: Egress, Zix, Proofpoint, Cisco, Microsoft and their like.

Pure and linear. What arrives is a page of the portal's own around a link; that page may even speak of unsubscribing.
Nobody but a person can open it, so it is neither read as words nor taken for an automatic mail, whoever sends it.
"""

import re
from typing import TYPE_CHECKING

from pscb_mail.mailbox.parsing.quotes import plain

if TYPE_CHECKING:
    from pscb_mail.mailbox.incoming import Incoming

_BEGINNING = 1_500
_FILE = re.compile(
    r"\.(?:switch|rpmsg|pfile)$|^(?:securemessageatt|securedoc|secure[-_ ]?message|encrypted[-_ ]?message)\w*\.html?$",
    re.IGNORECASE,
)
_KIND = r"(?:secured?|encrypted|protected)"
_PAGE = re.compile(
    rf"\b(?:read|open|view|access|retrieve|decrypt|click)\b.{{0,40}}\b{_KIND} (?:message|e-?mail|mail)\b"
    rf"|\b(?:received|sent you|have|new)\b.{{0,30}}\b{_KIND} (?:message|e-?mail|mail)\b"
)


def waits_elsewhere(incoming: "Incoming") -> str:
    """Return what shows that the words of a message wait in a portal, "" where nothing does."""
    named = next((part.file_name for part in incoming.parts if not part.depth and _FILE.search(part.file_name)), "")
    if named:
        return f"encrypted: open it in its own portal ({named})"
    page = _PAGE.search(plain(incoming.new_words[:_BEGINNING]))
    linked = any("https://" in part.text[:100_000] for part in incoming.parts if not (part.depth or part.attached))
    return f"encrypted: open it in its own portal ({page[0]})" if page and linked else ""
