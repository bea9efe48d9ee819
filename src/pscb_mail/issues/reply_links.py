"""The reply links: mails that a reader sends by pressing a link and Send, and the words by which they are known again.

Pure. The templates, the List-Unsubscribe header and the mailbox all take the words from here, so that what is asked for
is what is understood. Source: RFC 6068 (mailto).
"""

from dataclasses import dataclass
from urllib.parse import quote

from pscb_mail.issues.edition import Escape, Field, Flat


@dataclass(frozen=True)
class ReplyLink:
    """One link: `subject` is followed by the reference; `body` holds the person's address where `{address}` stands."""

    subject: str
    body: str


UNSUBSCRIBE = ReplyLink("unsubscribe", "Take {address} off the list, please.")
ADD_COLLEAGUE = ReplyLink("add a colleague", "Please add this colleague (name, e-mail address, organisation):\r\n\r\n")
CHANGE_ADDRESS = ReplyLink("change my address", "Please send my copy to this address in place of {address}:\r\n\r\n")

LINKS = (UNSUBSCRIBE, ADD_COLLEAGUE, CHANGE_ADDRESS)


def mailto(link: ReplyLink, reply_to: str, *, with_body: bool = True) -> Flat:
    """Return the link's URL with places for the reference and the address; every place is percent-encoded.

    The separators are bare `&`: a template that puts the URL into HTML escapes the literal parts as it does any text.
    """
    url: Escape = "url"
    start = f"mailto:{quote(reply_to, safe='@')}?subject={quote(link.subject)}%20"
    if not with_body:
        return (start, Field("reference", escape=url))
    before, address, after = link.body.partition("{address}")
    body: Flat = (quote(before), Field("address", "my address", url), quote(after)) if address else (quote(before),)
    return (start, Field("reference", escape=url), "&body=", *body)
