"""Understanding: a message → its findings."""

import re
from dataclasses import dataclass

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.sending.references import references_in


@dataclass(frozen=True)
class Ours:
    """What we call ourselves, to know our own copies and footer: from, reply_to, the domain of from, list_id."""

    address: str
    reply_to: str
    domain: str
    list_id: str


def understand(incoming: Incoming, ours: Ours) -> tuple[Finding, ...]:
    """Return the findings: one for each recipient reported, else one. Never empty, never raises."""
    references = references_in(incoming.subject[:2000])
    if references and re.search(r"\bunsubscribe\b", incoming.subject, re.IGNORECASE):
        return (Finding(Kind.OPT_OUT, one_line(f"Subject: {incoming.subject}"), references=references, link=True),)
    return (Finding(Kind.QUESTION, one_line(incoming.new_words or incoming.subject, 300), references=references),)
