"""Understanding: a message → its findings, each with the sentence or the header that proves it.

Pure and total: every message gets a finding, none raises. The order is the point: what we wrote ourselves, then
reports, then the machine-made mail of a reply link (which no other automatic mail may hide), then other automatic
mail, and only then words of a person, of which a child at risk comes first. A reference that is merely quoted, or
that stands in In-Reply-To, ties a message to us and is no wish. Whether a reference is real, and who may do what, is
`deciding`'s.
"""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import unquote

from pscb_mail.foreign import one_line
from pscb_mail.issues.reply_links import ADD_COLLEAGUE, CHANGE_ADDRESS, LINKS, UNSUBSCRIBE
from pscb_mail.mailbox import bounces, words
from pscb_mail.mailbox.automatic import automatic, own_copy, says_away
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.mailbox.optout import doubt_beside, is_negated, opt_out_wish
from pscb_mail.mailbox.portals import waits_elsewhere
from pscb_mail.mailbox.quotes import plain
from pscb_mail.mailbox.sentences import ADDRESS, Sentence, sentences
from pscb_mail.mailbox.urgent import urgent
from pscb_mail.mailbox.wish import WEAK, Wish
from pscb_mail.sending.references import references_in

# "Re:" and its like, which a client puts before the subject of a reply link that was answered or passed on.
_PREFIX = r"^(?:\s*(?:re|aw|fw|fwd|wg|tr|sv|odp|pd|res|enc|rv|ats|atb|vs|antw)\s*(?:\[\d+\])?\s*:)*\s*"
_LINK = {link: re.compile(rf"{_PREFIX}{re.escape(link.subject)}\b") for link in LINKS}
_ABOUT_NOBODY = re.compile(r"^(?:please add this colleague|please send my copy to this address)\b")
_CODE = re.compile(r"\b[0-9A-Za-z]{5}(?:-[0-9A-Za-z]{5}){3}\b")  # a reference is no word
_WORDS = 20_000


@dataclass(frozen=True)
class Ours:
    """What we call ourselves, to know our own copies and footer: from, reply_to, the domain of from, list_id."""

    address: str
    reply_to: str
    domain: str
    list_id: str

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Our addresses, for looking up foreign ones."""
        return frozenset({self.address.casefold(), self.reply_to.casefold()})


def understand(incoming: Incoming, ours: Ours) -> tuple[Finding, ...]:
    """Return the findings: one for each recipient reported, else one. Never empty, never raises."""
    own = own_copy(incoming, ours.addresses, ours.list_id)
    if own:
        return (Finding(Kind.UNRELATED, one_line(f"our own mail: {own}", 300)),)
    complaint = bounces.complaint(incoming)
    if complaint is not None:
        return (complaint,)
    reports = bounces.bounces(incoming)
    if reports:
        return reports
    finding = _of_one(incoming, ours)
    ids = tuple(i for i in incoming.answers if i.rstrip(">").casefold().endswith(f"@{ours.domain.casefold()}"))
    tied = tuple(dict.fromkeys((*finding.references, *(() if finding.link else _quoted_references(incoming)))))
    return (replace(finding, references=tied[:50], message_ids=ids[:50], evidence=one_line(finding.evidence, 300)),)


def _of_one(incoming: Incoming, ours: Ours) -> Finding:
    """Return the finding of what is no report."""
    said = _said(incoming, ours)
    beside = _address_beside(said, incoming.sender, ours)
    link = _by_link(incoming, said, ours)
    if link is not None:
        return link
    nobody = _of_nobody(incoming, said)
    if nobody is not None:
        return nobody
    found = _of_person(incoming, said)
    if (found.kind is Kind.QUESTION or found.doubt in WEAK) and (away := says_away(said)):
        return Finding(Kind.AWAY, away)
    named = words.by_address(said, beside) if beside and found.kind is Kind.QUESTION else None
    if named is not None:
        return replace(found, kind=named.kind, evidence=named.sentence, address=named.address, name=named.name)
    if beside and found.kind is Kind.OPT_OUT and not (found.doubt or found.other):
        return replace(found, link=False, doubt=f"they name {beside} as well")
    return found


def _of_nobody(incoming: Incoming, said: tuple[Sentence, ...]) -> Finding | None:
    """Return the finding of what holds no words of a person that could be read; None where there may be some."""
    if bounces.is_other_report(incoming):
        return Finding(Kind.AUTOMATIC, "a report, but of no failure and no complaint")
    elsewhere = waits_elsewhere(incoming)
    if elsewhere:
        # Whoever sends it may have put a word on its page.
        alarm = urgent(said)
        return Finding(Kind.URGENT, alarm) if alarm else Finding(Kind.UNREADABLE, elsewhere)
    machine = automatic(incoming)
    return _of_machine(incoming, *machine) if machine is not None else None


def _address_beside(said: tuple[Sentence, ...], sender: str, ours: Ours) -> str:
    """Return the first address in the words that is neither the sender's nor ours: of somebody to add, perhaps."""
    known = {sender.casefold(), *ours.addresses}
    named = (address.rstrip(".") for sentence in said for address in ADDRESS.findall(sentence.written))
    return next((address for address in named if address.casefold() not in known), "")


def _said(incoming: Incoming, ours: Ours) -> tuple[Sentence, ...]:
    """Return the sentences of the new words, without what our own templates put there."""
    lines = [line for line in incoming.new_words[:_WORDS].splitlines() if not _is_ours(line, ours)]
    return sentences(_CODE.sub(" ", "\n".join(lines)))


def _is_ours(line: str, ours: Ours) -> bool:
    """Whether a line is of our own footer: it holds one of our reply links."""
    folded = line.casefold()
    return (
        "mailto:" in folded and any(address in unquote(folded) for address in ours.addresses) and "subject=" in folded
    )


def _by_link(incoming: Incoming, said: tuple[Sentence, ...], ours: Ours) -> Finding | None:
    """Return the finding of a mail that one of our reply links made, by a person or by a program for one."""
    subject = plain(incoming.subject)
    references = references_in(incoming.subject)
    link = next((link for link, pattern in _LINK.items() if pattern.match(subject)), None)
    if link is UNSUBSCRIBE and references:
        return _unsubscribe_link(incoming, said, references, ours)
    if (
        link is UNSUBSCRIBE
        and re.fullmatch(rf"{_PREFIX}unsubscribe[\s.!]*", subject)
        and not incoming.new_words.strip()
    ):
        return Finding(Kind.OPT_OUT, f"Subject: {incoming.subject}")
    if link not in {ADD_COLLEAGUE, CHANGE_ADDRESS} or not references:
        return None
    kind = Kind.SUBSCRIBE if link is ADD_COLLEAGUE else Kind.ADDRESS_CHANGE
    return _typed(kind, incoming, said, references)


def _unsubscribe_link(
    incoming: Incoming, said: tuple[Sentence, ...], references: tuple[str, ...], ours: Ours
) -> Finding:
    """Return the opt-out by link. Words typed beside it may take it back, or say more than it does.

    `address` is one that they name: the owner's own in the body that the link filled in, or somebody else's.
    """
    doubt = ""
    alarm = urgent(said)
    if alarm:
        return Finding(Kind.URGENT, alarm, references=references)
    typed = tuple(s for s in said if not _is_link_body(s))
    wished = tuple(s for s in said if _is_link_body(s) or _ASKS.search(ADDRESS.sub(" ", s.plain)))
    if any(is_negated(s) for s in typed) or words.wants_back(typed):
        doubt = "the words beside the link say that they want to stay"
    elif len(references) > 1:
        doubt = "the subject bears several codes"
    else:
        wish = opt_out_wish(typed, incoming.sender)
        doubt = wish.doubt if wish and wish.other else ""
    return Finding(
        Kind.OPT_OUT,
        f"Subject: {incoming.subject}",
        _address_beside(wished, incoming.sender, ours),
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


def _typed(kind: Kind, incoming: Incoming, said: tuple[Sentence, ...], references: tuple[str, ...]) -> Finding:
    """Return what was typed into the mail of a link: the address that is not the sender's own."""
    typed = " ".join(s.written for s in said if not _ABOUT_NOBODY.match(s.plain))
    text = typed or " ".join(s.written for s in said)
    addresses = [a.rstrip(".") for a in ADDRESS.findall(text) if a.casefold() != incoming.sender.casefold()]
    return Finding(
        kind,
        f"Subject: {incoming.subject}. {text}",
        addresses[0] if addresses else "",
        words.named(kind, text, addresses[0]) if addresses else "",
        references=references,
        link=True,
        doubt="" if addresses else "no address was typed",
    )


def _of_machine(incoming: Incoming, kind: Kind, sign: str) -> Finding:
    """Return the finding of an automatic mail: that somebody has left is worth more than that it is automatic."""
    said = sentences(incoming.new_words[:_WORDS])
    is_bulk = sign.startswith(("list-id", "list-unsubscribe", "precedence", "feedback-id"))
    told = None if is_bulk else words.left(said, incoming.sender) or words.new_address(said, incoming.sender)
    if told is None and not is_bulk and incoming.subject:
        told = words.left(sentences(incoming.subject), incoming.sender)
    if told is None:
        return Finding(kind, sign)
    return Finding(told.kind, told.sentence, told.address)


def _of_person(incoming: Incoming, said: tuple[Sentence, ...]) -> Finding:
    alarm = urgent(said) or urgent(sentences(_own_subject(incoming)))
    if alarm:
        return Finding(Kind.URGENT, alarm)
    if not said:
        return _wordless(incoming)
    return _wished(incoming, said) or _said_in_subject(incoming, said) or _question(said)


def _wished(incoming: Incoming, said: tuple[Sentence, ...]) -> Finding | None:
    """Return what the words wish: to come off, to come back, or what they propose."""
    about_us = words.about_us(said)
    wish = opt_out_wish(said, incoming.sender)
    proposed = words.proposal(said, incoming.sender)
    back = words.wants_back(said)
    typed = references_in(incoming.new_words[:_WORDS])
    if wish is not None and not (wish.doubt in WEAK and (proposed or back) and not _names_who_left(wish, proposed)):
        return replace(_off(wish, proposed, typed), about_us=about_us)
    if back:
        return Finding(Kind.SUBSCRIBE, back, about_us=True, references=typed)
    if proposed is None:
        return None
    return Finding(
        proposed.kind, proposed.sentence, proposed.address, proposed.name, other=proposed.other, about_us=about_us
    )


def _names_who_left(wish: Wish, proposed: words.Said | None) -> bool:
    """Whether a wish for somebody else names them, which their departure ("she left in July") does not."""
    pronoun = re.fullmatch(r"(?:him|her|them|it|somebody)", wish.other)
    return bool(wish.other) and not pronoun and proposed is not None and proposed.kind is Kind.LEFT


def _said_in_subject(incoming: Incoming, said: tuple[Sentence, ...]) -> Finding | None:
    """Return the wish that stands in the subject, or below the signature, and not in the words."""
    by_subject = opt_out_wish(sentences(_own_subject(incoming)), incoming.sender)
    if by_subject is not None and not any(is_negated(s) for s in said):
        return _by_subject(by_subject, said)
    return _aside(incoming)


def _question(said: tuple[Sentence, ...]) -> Finding:
    return Finding(Kind.QUESTION, " ".join(s.written for s in said[:3]))


def _off(wish: Wish, proposed: words.Said | None, typed: tuple[str, ...]) -> Finding:
    doubt = wish.doubt
    if not doubt and proposed is not None and proposed.kind is not Kind.LEFT:
        doubt = "they ask for something else as well"
    if not doubt and proposed is not None and proposed.address:
        doubt = "they name somebody in their place"
    other = ADDRESS.fullmatch(wish.other)
    return Finding(
        Kind.OPT_OUT,
        wish.sentence,
        wish.other if other else "",
        "" if other else wish.other[:100],
        references=typed,
        link=bool(typed) and not doubt,
        doubt=doubt,
        other=bool(wish.other),
    )


def _by_subject(wish: Wish, said: tuple[Sentence, ...]) -> Finding:
    """Return the wish that only the subject says; more than a few words below it may say something else."""
    short = sum(s.words for s in said) <= 15 and not any(s.question for s in said)
    doubt = wish.doubt or doubt_beside(list(said)) or ("" if short else "only the subject asks for it")
    return Finding(Kind.OPT_OUT, f"Subject: {wish.sentence}", doubt=doubt, about_us=not doubt)


def _wordless(incoming: Incoming) -> Finding:
    """Return the finding of a message without new words: its own subject may speak, or what could not be read."""
    subject = _own_subject(incoming)
    wish = opt_out_wish(sentences(subject), incoming.sender) if subject else None
    if wish is not None:
        return Finding(Kind.OPT_OUT, f"Subject: {incoming.subject}", doubt=wish.doubt, about_us=True)
    added = opt_out_wish(sentences(_added_to_subject(incoming)), incoming.sender)
    if added is not None:
        return Finding(
            Kind.OPT_OUT, f"Subject: {incoming.subject}", doubt=added.doubt or "only the subject asks for it"
        )
    if any(problem != "no text" for problem in incoming.problems):
        return Finding(Kind.UNREADABLE, ", ".join(dict.fromkeys(p for p in incoming.problems if p != "no text")))
    aside = _aside(incoming)
    if aside is not None:
        return aside
    if not incoming.subject and not incoming.whole_text.strip():
        return Finding(Kind.UNREADABLE, "neither subject nor text")
    return Finding(Kind.QUESTION, f"no new words; Subject: {incoming.subject}")


def _aside(incoming: Incoming) -> Finding | None:
    """Return a doubtful wish that stands where words do not count for sure: below the signature."""
    wish = opt_out_wish(sentences(incoming.signature[:3000]), incoming.sender) if incoming.signature else None
    if wish is None or wish.doubt:
        return None
    return Finding(Kind.OPT_OUT, wish.sentence, doubt="it stands below the signature")


def _own_subject(incoming: Incoming) -> str:
    """Return the subject where the sender wrote it: not that of a reply or of a forwarded mail."""
    if re.match(_PREFIX + r"$", plain(incoming.subject)) or not incoming.subject:
        return ""
    prefix = re.match(_PREFIX, plain(incoming.subject))
    return "" if prefix and prefix[0].strip() else incoming.subject


def _added_to_subject(incoming: Incoming) -> str:
    """Return what was written behind the subject of a reply ("Re: Newsletter 18 - please unsubscribe")."""
    return re.split(r"\s[-:|/]\s|[:(]", incoming.subject)[-1] if not _own_subject(incoming) else ""


def _quoted_references(incoming: Incoming) -> tuple[str, ...]:
    """Return the references anywhere in text, links and threading headers: they tie the message to us."""
    text = f"{' '.join(incoming.answers[:50])} {incoming.subject} {unquote(incoming.whole_text[:200_000])}"
    return references_in(text)[:50]
