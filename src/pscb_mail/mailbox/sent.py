"""What the Sent folder knows of our copies: the references of those that a server kept as it took them.

Microsoft 365 and Gmail keep what is sent through them. A copy that is found there was sent; one that is not found
proves nothing, for it may be filed late. Message-ID and X-PSCB-Mail are fetched and compared here, because searching
headers on the server is unreliable. Raises what `imap` raises, and SettingsError where no folder is announced as Sent.
"""

import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pscb_mail.errors import SettingsError
from pscb_mail.imap import Imap, checked_folder, parse_place
from pscb_mail.mailbox.folder import connected
from pscb_mail.sending.references import references_in
from pscb_mail.settings import Settings
from pscb_mail.signin import Outside

_FIELDS = ("MESSAGE-ID", "X-PSCB-MAIL")
_BATCH = 500
# <issue-18.REFERENCE@pscb.example>
_OURS = re.compile(r"<([a-z0-9][a-z0-9-]{0,63})\.([0-9A-Za-z-]{23})@")
_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)


def has_sent_folder(settings: Settings) -> bool:
    """Whether the mailbox in the settings is one that may have a Sent folder."""
    return settings.mailbox.source.startswith(("imap:", "imaps:"))


@dataclass(frozen=True)
class Copy:
    """A copy in Sent. `issue`: what its Message-ID names; empty where a server gave it one of its own, `alias`."""

    issue: str = ""
    alias: str = ""


def copies_sent(settings: Settings, since: datetime, outside: Outside | None = None) -> dict[str, Copy]:
    """Return the references of our copies in the Sent folder, from a moment's day on, each with its copy."""
    with closing(connected(parse_place(settings.mailbox.source), settings, outside or Outside())) as imap:
        imap.place = replace(imap.place, folder=_sent_folder(imap, settings))
        imap.select(read_only=True)
        # SEARCH SINCE compares days without their zone (RFC 3501 section 6.4.4): ask for a day more.
        uids = imap.uids(0, (since - timedelta(days=1)).date())
        batches = (uids[start : start + _BATCH] for start in range(0, len(uids), _BATCH))
        return dict(each for batch in batches for each in _copies(imap.headers(batch, _FIELDS)))


def _sent_folder(imap: Imap, settings: Settings) -> str:
    folder = settings.mailbox.sent or imap.sent_folder()
    if folder is None:
        raise SettingsError(
            f"{imap.place.host} does not say which folder holds sent mail.", "Name it as sent under [mailbox]."
        )
    return checked_folder(folder)


def _copies(blocks: Iterable[bytes]) -> Iterable[tuple[str, Copy]]:
    """Yield each reference in a block of header fields."""
    for block in blocks:
        text = block.decode("ascii", "replace")
        named, given = _OURS.search(text), _MESSAGE_ID.search(text)
        for code in references_in(text):
            if named and code in named[0].upper():
                yield code, Copy(issue=named[1])
            else:
                yield code, Copy(alias=given[1] if given else "")
