"""The proposal of a review, as a sentence: what accepting it would do, and why it was not just done.

Pure. Where nobody could do it because the message does not say to whom, it says what to find out instead: such an entry
is settled by hand and then dismissed. `acting.accept` does what stands here; `acting.can_accept` tells where it can.
"""

import re

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.people.subscriber import Status, Subscriber

_FIND_OUT = {
    Kind.OPT_OUT: "who is to come off the list",
    Kind.COMPLAINT: "who complained",
    Kind.BOUNCE: "whose copy came back",
    Kind.LEFT: "who has left",
    Kind.ADDRESS_CHANGE: "whose address has changed",
}
# Who fears that they have come off by mistake may be off by the time this is read; or somebody else is to get it too.
_CAME_OFF = re.compile(r"\b(?:mistake|accident\w*|error|un-?subscri\w*|remov\w*|taken|took|back)\b", re.IGNORECASE)
_ANOTHER = re.compile(
    r"\b(?:colleagues?|deput(?:y|ies)|nurses?|teachers?|head ?teacher|heads?|staff|team|managers?|secretar(?:y|ies)"
    r"|clerks?|governors?|officers?|assistants?|partners?|dsl|leads?|he|she|him|her|his|they|their|someone|somebody"
    r"|others?|everyone|both of us|too|as well|also (?:get|receive|have|be)|(?:add|put|include) (?!me\b|us\b|my\b))\b",
    re.IGNORECASE,
)
# "Can Sam get this?", "I'd like Priya to get it", "start sending it to Priya": somebody is named.
_NAMED = re.compile(
    r"\b(?:[Cc]ould|[Cc]an|[Ww]ould|[Ww]ill|may|might|should|to|want|like|need|does|do) (?:please )?"
    r"(?!PSCB|You\b|Dear\b|The\b|This\b|It\b|We\b|Be\b|January|February|March|April|May\b|June|July|August|September|October"
    r"|November|December|\w+day\b)[A-Z][a-z'’-]+\b"
)


def asks_for_nothing_new(words: str) -> bool:
    """Whether words of somebody on the list, who names nobody to add, ask for nothing that the list could give them."""
    return not (_CAME_OFF.search(words) or _ANOTHER.search(words) or _NAMED.search(words))


def proposed(finding: Finding, person: Subscriber | None, why: str = "") -> str:
    """Return the proposal about a person on the list, or about nobody who is known."""
    named = " ".join(part for part in (finding.name, finding.address) if part)
    if person is not None:
        what = _about(finding, person, named)
    elif finding.kind is Kind.SUBSCRIBE and named:
        what = f"Put {named} on the list"
    elif finding.kind in _FIND_OUT:
        what = _by_hand(f"{_FIND_OUT[finding.kind]}{f' ({named})' if named else ''}")
    else:
        what = "Read it"
    return one_line(f"{what}: {why}" if why else what, 400)


def _about(finding: Finding, person: Subscriber, named: str) -> str:
    who = person.address.text
    match finding.kind:
        case Kind.OPT_OUT | Kind.COMPLAINT:
            what = f"Take {who} off the list"
        case Kind.BOUNCE:
            what = f"Mark {who} as bounced"
        case Kind.SUBSCRIBE if finding.address or person.status is not Status.ACTIVE:
            what = f"Put {named if finding.address else who} on the list"
        case Kind.SUBSCRIBE:
            what = _by_hand(f"whom {who} wants on the list")
        case Kind.ADDRESS_CHANGE:
            new = f"Write to {named} in place of {who}"
            what = new if finding.address else _by_hand(f"the new address of {who}")
        case Kind.LEFT:
            what = f"Remove {who}, who has left"
            what += f", and put {named} on the list in their place" if finding.address and not finding.other else ""
        case Kind.QUESTION:
            what = "Read their mail, which is filed, and answer it"
        case _:
            what = "Read it"
    return what


def _by_hand(what: str) -> str:
    return f"Find out {what}, do it by hand, then dismiss this"
