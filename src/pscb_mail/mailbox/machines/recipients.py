"""Whom a report in prose is about, and which of its words are about which of them.

Pure and total. What names a recipient, the surest first: X-Failed-Recipients; what `flufl.bounce` finds; an address
behind a label ("RCPT TO:", "Recipient:"); the one that the returned copy was for, where the text names it too; the
first that is neither the report's own, nor a sender's, nor part of a Message-ID. Those who stand on lines of the same
shape belong to it.
"""

import logging
import re
from collections.abc import Iterator
from email import message_from_bytes
from typing import TYPE_CHECKING

from flufl.bounce import all_failures

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.machines.returned import Returned, address_in
from pscb_mail.mailbox.machines.severity import explains
from pscb_mail.sending.references import references_in

if TYPE_CHECKING:
    from pscb_mail.mailbox.incoming import Incoming

_MOST = 100
_TEXT = 5000
# It logs what its detectors stumble over, which nobody can act on; without a handler that would reach the screen.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())

SERVER = re.compile(
    r"^(?:mailer-?daemon|post_?master|mail-?daemon|mdaemon|microsoftexchange\w*|mail-?delivery\w*|mail\.delivery"
    r"|mailsystem|postoffice|maildelivery|exchange|bounce\w*)(?:[+\-_.]\S*)?@|^mailer-daemon$",
    re.IGNORECASE,
)
# Who wrote the message, whom to ask about it, and what it is called: addresses, but nobody's who was to get it.
_ASIDE = re.compile(
    r"(?:\b(?:from|sender|reply[- ]to|return[- ]path|message[- ]?id(?:entifier)?|in-reply-to|references|contact)\b"
    rf"[ \t]{{0,20}}[:=]?[ \t]{{0,20}}(?:\(?(?:at|to|by)\b[ \t]*)?[^\n\w@]{{0,3}}){ADDRESS.pattern}",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"\b(?:recipients?(?:\(s\))?(?: address)?|rcpt to|addressed to|delivered to|delivery to|message to|mail to|sent to"
    r"|wrote to|destinat[aá]rio|destinataire|empf[aä]nger|odbiorc[ay]|ontvanger|destinatar|gavėjas|saņēmējs)"
    rf"[^\w@]{{0,12}}(?:rfc822;[ <]{{0,3}})?({ADDRESS.pattern})",
    re.IGNORECASE,
)
# In a list, or at the start of what a server replied.
_LISTED = re.compile(
    r"^(?P<before>[ \t]*(?:[*+•·-][ \t]+)?(?:[45]\d\d[ -])?[<\"'\[(]?)"
    rf"(?P<address>{ADDRESS.pattern})(?P<close>[>\"'\])]?)"
    r"(?P<after>[ \t]*(?:$|\.{3}|:[ \t]*$|:(?=[ \t]*\S)|;| on [\d/. :,-]{6,40}$| on \w{3},? "
    r"| ?[\[(](?=[^\])\n]*[\])][ \t]*$)))",
    re.IGNORECASE | re.MULTILINE,
)


def recipients(incoming: "Incoming", said: str, returned: Returned) -> list[str]:
    """Return whom a report is about, each once; [""] where nothing tells. `said`: its text above the returned copy."""
    own = _own(incoming, returned)
    failed = (address_in(item) for value in incoming.all("x-failed-recipients") for item in value.split(",")[:_MOST])
    named = [address for address in failed if address] or _named(incoming, said, own, returned)
    passed_on = {passed_on_from(said, address).casefold() for address in named}
    # Detectors find both whom it was passed on to and whom it was for: that is one recipient.
    reached = [address for address in _each_once(named) if address.casefold() not in passed_on]
    return reached[:_MOST] or [returned.to]


def names_somebody(incoming: "Incoming", said: str, returned: Returned) -> bool:
    """Whether a text names anybody whom a report could be about."""
    return bool(_candidates(said, _own(incoming, returned)))


def about(said: str, address: str, others: list[str]) -> str:
    """Return what a report says about one recipient.

    That is what the server replied, where the report quotes it beside the address (Sendmail: its own words below it may
    say less). Of several recipients it is what stands from one address to the next, or else above or below them all.
    """
    reply = _behind(said, address, _REASON)
    if reply and explains(reply[1]):
        return reply[1]
    folded = said.casefold()
    starts = sorted(start for each in others if (start := folded.find(each.casefold())) >= 0)
    start = folded.find(address.casefold())
    if len(others) < 2 or start < 0:
        return said
    # The next of them, also where a report tells all of it twice, in two languages.
    rest = (each.casefold() for each in others if each.casefold() != address.casefold())
    end = min((next_one for each in rest if (next_one := folded.find(each, start + 1)) >= 0), default=len(said))
    passage = said[said.rfind("\n", 0, start) + 1 : min(end, start + 1500)]
    around = f"{said[: starts[0]]}\n{passage}"
    below = f"{passage}\n{said[starts[-1] :]}"
    return next((text for text in (passage, around, below) if explains(text.replace(address, " "))), passage)


def without_subject(said: str, returned: Returned) -> str:
    """Return a report's words without the subject of our message, which may sound like a reason."""
    less = said.replace(returned.subject, " ") if len(returned.subject) > 3 else said
    return _OF_OURS.sub("", less)


_OF_OURS = re.compile(
    r"^[ \t>*-]{0,20}(?:(?:message )?subject|subj|betreff|objet|asunto|assunto|temat)\b[ \t]*(?:was)?[ \t]*:.*$",
    re.IGNORECASE | re.MULTILINE,
)


def passed_on_from(text: str, address: str) -> str:
    """Return whom the mail was for where a server (Exim, Postfix, Sendmail) passed it on to this address."""
    found = _behind(text, address, _PASSED_ON)
    return address_in(found[1]) if found else ""


_REASON = re.compile(r">?\s{1,20}\(reason: ([^\n]{3,300})\)")
_PASSED_ON = re.compile(
    r">?,?(?:\s{0,20}\(reason: [^\n]{0,300}\))?\s{0,20}\((?:ultimately )?(?:generated|expanded|redirected|forwarded)"
    r" from:?\s{1,5}([^()\s]{3,330})\)",
    re.IGNORECASE,
)


def _behind(text: str, address: str, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Return what stands right behind an address, at the first place where that fits the pattern."""
    start = text.find(address) if address else -1
    while start >= 0:
        found = pattern.match(text, start + len(address))
        if found:
            return found
        start = text.find(address, start + 1)
    return None


def _named(incoming: "Incoming", said: str, own: frozenset[str], returned: Returned) -> list[str]:
    """Return the recipients that the text names, with those who are listed as they are."""
    found = _candidates(said, own)
    labelled = [address for address in _LABELLED.findall(said[:_TEXT]) if address in found]
    to = [address for address in found if address.casefold() == returned.to.casefold()]
    known = _flufl(incoming, own) or labelled or to or found[:1]
    return [*known, *_listed_like(said, known, own)]


def _candidates(said: str, own: frozenset[str]) -> list[str]:
    """Return the addresses in a text that may be a recipient's; of senders and helpers only where there is no other."""
    for text in (_ASIDE.sub(" ", said[:_TEXT]), said[:_TEXT]):
        found = (address.rstrip(".") for address in ADDRESS.findall(text))
        if meant := [address for address in found if _may_be_meant(address, own)]:
            return _each_once(meant)
    return []


def _listed_like(said: str, known: list[str], own: frozenset[str]) -> Iterator[str]:
    """Yield the addresses that stand on lines of the same shape as one that is known."""
    lines = [(_shape(match), match["address"].rstrip(".")) for match in _LISTED.finditer(said[:_TEXT])]
    folded = {address.casefold() for address in known}
    shapes = {shape for shape, address in lines if address.casefold() in folded}
    yield from (address for shape, address in lines if shape in shapes and _may_be_meant(address, own))


def _shape(match: re.Match[str]) -> tuple[str, str, str]:
    return re.sub(r"\d{3}.", "", match["before"].strip()), match["close"], match["after"].strip()[:2]


def _flufl(incoming: "Incoming", own: frozenset[str]) -> list[str]:
    """Return the recipients that flufl.bounce finds, on a small copy of the message; it raises on odd ones."""
    given = [(name, one_line(value, 900)) for name, value in incoming.headers[:100] if name in _FOR_FLUFL]
    # Some of its detectors stumble over a From without an address, and over letters beyond ASCII.
    head = f"from: {incoming.sender or 'nobody@invalid'}\n" + "".join(f"{name}: {value}\n" for name, value in given)
    try:
        text = incoming.whole_text[:20_000].encode("utf-8", "replace")
        copy = message_from_bytes(head.encode("ascii", "replace") + b"\n" + text + b"\n")
        temporary, permanent = all_failures(copy)
    except Exception:  # noqa: BLE001 - a detector of theirs failed on foreign bytes: then it found nobody
        return []
    found = (address_in(item.decode("utf-8", "replace")) for item in {*temporary, *permanent})
    folded = incoming.whole_text.casefold()
    return sorted((each for each in found if _may_be_meant(each, own)), key=lambda each: folded.find(each.casefold()))


_FOR_FLUFL = frozenset({"to", "subject", "date", "message-id", "x-failed-recipients", "x-mailer"})


def _own(incoming: "Incoming", returned: Returned) -> frozenset[str]:
    """Return what no recipient is called: the report's sender and receivers, and the Message-IDs that it names."""
    to = " ".join(value for name in ("to", "cc", "delivered-to", "envelope-to") for value in incoming.all(name))
    # Some servers put there whom *our* message was for.
    original = address_in(incoming.header("x-original-to")).casefold()
    receivers = {address.casefold() for address in incoming.recipients}
    receivers -= {original} if original not in to.casefold() else set()
    ids = (item.strip("<>").casefold() for item in (*returned.message_ids, *incoming.answers))
    return frozenset({incoming.sender.casefold(), *receivers, *ids})


def _may_be_meant(address: str, own: frozenset[str]) -> bool:
    """Whether an address in a report may be the recipient's: not the report's own, no daemon, no Message-ID of ours."""
    strange = not address or address.casefold() in own or bool(SERVER.search(address))
    return not strange and not references_in(address)


def _each_once(addresses: list[str]) -> list[str]:
    return list({address.casefold(): address for address in reversed(addresses)}.values())[::-1]
