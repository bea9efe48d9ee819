"""A reply link that was pressed: the mail that it made, by a person or by a mail program for one.

Pure and total. A reference counts where the link put it, in the subject. Whether it is real, and who may do what, is
`deciding`'s.
"""

import re

from pscb_mail.issues.reply_links import ADD_COLLEAGUE, CHANGE_ADDRESS, LINKS, UNSUBSCRIBE
from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.parsing.quotes import plain
from pscb_mail.mailbox.words import proposals
from pscb_mail.mailbox.words.optout import is_negated, opt_out_wish
from pscb_mail.mailbox.words.sentences import Sentence
from pscb_mail.mailbox.words.urgent import tells_of_harm, urgent
from pscb_mail.mailbox.words.worded import PREFIX, Worded
from pscb_mail.sending.references import references_in

_LINK = {link: re.compile(rf"{PREFIX}{re.escape(link.subject)}\b") for link in LINKS}
_ABOUT_NOBODY = re.compile(r"^(?:please add this colleague|please send my copy to this address)\b")


def by_link(mail: Worded) -> Finding | None:
    """Return the finding of a mail that one of our reply links made, None where none did."""
    subject = plain(mail.incoming.subject)
    references = references_in(mail.incoming.subject)
    link = next((link for link, pattern in _LINK.items() if pattern.match(subject)), None)
    if link is UNSUBSCRIBE and references:
        return _unsubscribe(mail, references)
    if (
        link is UNSUBSCRIBE
        and re.fullmatch(rf"{PREFIX}unsubscribe[\s.!]*", subject)
        and not mail.incoming.new_words.strip()
    ):
        return Finding(Kind.OPT_OUT, f"Subject: {mail.incoming.subject}")
    if link not in {ADD_COLLEAGUE, CHANGE_ADDRESS} or not references:
        return None
    return _typed(Kind.SUBSCRIBE if link is ADD_COLLEAGUE else Kind.ADDRESS_CHANGE, mail, references)


def _unsubscribe(mail: Worded, references: tuple[str, ...]) -> Finding:
    """Return the opt-out by link. Words typed beside it may take it back, or say more than it does.

    `address` is one that they name: the owner's own in the body that the link filled in, or somebody else's.
    """
    doubt = ""
    said, sender = mail.said, mail.incoming.sender
    alarm = urgent(said) or tells_of_harm(said)
    if alarm:
        return Finding(Kind.URGENT, alarm, references=references)
    typed = tuple(s for s in said if not _is_link_body(s))
    wished = tuple(s for s in said if _is_link_body(s) or _ASKS.search(ADDRESS.sub(" ", s.plain)))
    if any(is_negated(s) for s in typed) or proposals.wants_back(typed):
        doubt = "the words beside the link say that they want to stay"
    elif len(references) > 1:
        doubt = "the subject bears several codes"
    else:
        wish = opt_out_wish(typed, sender)
        doubt = wish.doubt if wish and wish.other else ""
    return Finding(
        Kind.OPT_OUT,
        f"Subject: {mail.incoming.subject}",
        mail.address_beside(wished),
        references=references,
        link=True,
        doubt=doubt,
    )


# A signature names addresses too: one counts where its sentence asks for something.
_ASKS = re.compile(
    r"\b(?:remov\w*|tak(?:e|ing)|unsub\w*|delet\w*|eras\w*|add\w*|instead|replac\w*|stop|send|put|keep|off|not"
    r"|mean\w*|rather|behalf|wants?|list)\b"
)


def _is_link_body(sentence: Sentence) -> bool:
    return bool(re.match(r"take \S{1,254} off the list", sentence.plain))


def _typed(kind: Kind, mail: Worded, references: tuple[str, ...]) -> Finding:
    """Return what was typed into the mail of a link: the address that is not the sender's own."""
    sender = mail.incoming.sender.casefold()
    typed = " ".join(s.written for s in mail.said if not _ABOUT_NOBODY.match(s.plain))
    text = typed or " ".join(s.written for s in mail.said)
    addresses = [a.rstrip(".") for a in ADDRESS.findall(text) if a.casefold() != sender]
    return Finding(
        kind,
        f"Subject: {mail.incoming.subject}. {text}",
        addresses[0] if addresses else "",
        proposals.named(kind, text, addresses[0]) if addresses else "",
        references=references,
        link=True,
        doubt="" if addresses else "no address was typed",
    )
