"""Plain words other than opting out: wanting back, a colleague to add, leaving, a new address.

Pure and linear: small named patterns on single sentences. All become proposals that a person decides; so a
sentence that only may mean it is enough, and the sentence itself is the evidence.
"""

import re
from dataclasses import dataclass, replace

from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.finding import Kind
from pscb_mail.mailbox.parsing.quotes import plain
from pscb_mail.mailbox.words import departures, net
from pscb_mail.mailbox.words import proposal_forms as forms
from pscb_mail.mailbox.words.sentences import Sentence, sentences

_SHORT = 5  # sentences
_NO_NAMES = frozenset({
    "please", "add", "put", "include", "subscribe", "also", "kindly", "hi", "dear", "can", "could", "would", "may",
    "hello", "thanks", "my", "our", "email", "e-mail",
})  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What the words say: the kind, the sentence that says it, whom it names, and whether it is of somebody else."""

    kind: Kind
    sentence: str
    address: str = ""
    name: str = ""
    other: bool = False


def proposal(said: tuple[Sentence, ...], sender: str) -> Said | None:
    """Return what the words propose: a new address, a departure, somebody to add; None where they propose nothing."""
    change = _first(Kind.ADDRESS_CHANGE, forms.ADDRESS_CHANGE, forms.NOT_CHANGE, said, sender)
    told = next((sentence for sentence in said if departures.tells(sentence.plain)), None)
    departure = _said(Kind.LEFT, told, said, sender) if told else None
    if change and departure and not _is_own(change, sender):
        return departure  # "I have left; please write to pat@… instead": the address is the successor's
    joining = _first(Kind.SUBSCRIBE, forms.SUBSCRIBE, forms.NOT_SUBSCRIBE, said, sender)
    if change and not departure and not _is_own(change, sender):
        beside = f"{joining.sentence if joining else ''} {change.sentence}"
        if forms.THEIRS.search(plain(beside)):
            return joining or replace(change, kind=Kind.SUBSCRIBE)  # "our nurse should have it as well, she's on …"
    return change or departure or joining or _abroad(said, sender)


def by_address(said: tuple[Sentence, ...], address: str) -> Said | None:
    """Return what an address is named for that is not the sender's: a new one of theirs, or somebody to add."""
    for i, sentence in enumerate(said):
        if address.casefold() not in sentence.plain:
            continue
        beside = " ".join(s.plain for s in said[max(0, i - 1) : i + 1])
        if forms.NAMED_FOR_OTHERS.search(beside):
            return None
        if forms.NAMED_AS_NEW.search(beside):
            return Said(Kind.ADDRESS_CHANGE, sentence.written, address)
        joins = forms.NAMED_TO_JOIN.search(beside) and not forms.NOT_SUBSCRIBE.search(beside)
        return Said(Kind.SUBSCRIBE, sentence.written, address, _name_before(said, address)) if joins else None
    return None


def _abroad(said: tuple[Sentence, ...], sender: str) -> Said | None:
    """Return what words in another language propose; a new address counts only where one is named."""
    said = tuple(sentence for sentence in said if not net.is_english(sentence.plain))
    change = _first(Kind.ADDRESS_CHANGE, forms.ADDRESS_CHANGE_ABROAD, forms.NO_ABROAD, said, sender)
    joining = _first(Kind.SUBSCRIBE, forms.SUBSCRIBE_ABROAD, forms.NO_ABROAD, said, sender)
    joining = joining or _first(Kind.SUBSCRIBE, forms.SUBSCRIBE_ABROAD, forms.NO_ABROAD, _as_one(said), sender)
    return joining or (change if change and change.address else None)


def _as_one(said: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Return a short mail as one sentence: the address may stand in a line of its own."""
    if not 1 < len(said) <= _SHORT:
        return ()
    return sentences(" - ".join(sentence.written.rstrip(".?!") for sentence in said))


def _first(
    kind: Kind,
    patterns: tuple[re.Pattern[str], ...],
    what_not: re.Pattern[str] | None,
    said: tuple[Sentence, ...],
    sender: str,
) -> Said | None:
    for sentence in said:
        if what_not is not None and what_not.search(sentence.plain):
            continue
        if any(pattern.search(sentence.plain) for pattern in patterns):
            if kind is Kind.ADDRESS_CHANGE and not _names_a_change(sentence, said, sender):
                continue
            return _said(kind, sentence, said, sender)
    return None


def _is_own(change: Said, sender: str) -> bool:
    """Whether a new address is the sender's own: they say so, or its name is like theirs."""
    if forms.OWN_ADDRESS.search(plain(change.sentence)) or not change.address:
        return True
    mine, theirs = (set(re.findall(r"[a-z]{3,}", a.partition("@")[0].casefold())) for a in (sender, change.address))
    return bool(mine & theirs)


def _names_a_change(sentence: Sentence, said: tuple[Sentence, ...], sender: str) -> bool:
    """Whether a new address is named, or at least spoken of; "my e-mail is …" with the old one is no change."""
    if _new_address(said, sender):
        return True
    return not ADDRESS.search(sentence.plain) and bool(re.search(r"\b(?:address|e-?mail)", sentence.plain))


def wants_back(said: tuple[Sentence, ...]) -> str:
    """Return the sentence of a short mail that takes an opt-out back ("put me back"), "" where it does not."""
    short = [s for s in said if s.bare]
    if not short or sum(s.words for s in short) > 40:
        return ""
    return next((sentence.written for sentence in short if forms.BACK.search(sentence.bare)), "")


def left(said: tuple[Sentence, ...], sender: str) -> Said | None:
    """Return a departure told by an automatic reply: whom it names then is the successor."""
    told = next((sentence for sentence in said if departures.tells(sentence.plain)), None)
    return Said(Kind.LEFT, told.written, _successor(said, sender)) if told else None


def new_address(said: tuple[Sentence, ...], sender: str) -> Said | None:
    """Return a change of address told by an automatic reply."""
    for sentence in said:
        if any(pattern.search(sentence.plain) for pattern in forms.ADDRESS_TOLD):
            address = _new_address(said, sender)
            if address:
                return Said(Kind.ADDRESS_CHANGE, sentence.written, address)
    return None


def about_us(said: tuple[Sentence, ...]) -> bool:
    """Whether the words name the newsletter or the list."""
    return any(forms.ABOUT_US.search(sentence.plain) for sentence in said)


def _said(kind: Kind, sentence: Sentence, said: tuple[Sentence, ...], sender: str) -> Said:
    if kind is Kind.LEFT and departures.is_of_another(sentence.written, sentence.plain):
        return Said(kind, sentence.written, _leaver(sentence, sender), other=True)
    find = _successor if kind is Kind.LEFT else _new_address
    address = find((sentence,), sender) or find(said, sender)
    own = re.search(re.escape(sender), sentence.written, re.IGNORECASE) if sender and not address else None
    return Said(kind, sentence.written, address, _name_before(said, own[0] if own else address))


def _leaver(sentence: Sentence, sender: str) -> str:
    """Return the address of the one who has left; "" where a sentence names none, a successor's, or several."""
    named = {
        match[0].rstrip(".")
        for match in ADDRESS.finditer(sentence.plain)
        if match[0].rstrip(".") != sender.casefold()
        and not forms.SUCCEEDS_AFTER.match(sentence.plain[match.end() :])
        and not forms.SUCCEEDS_BEFORE.search(sentence.plain[: match.start()])
    }
    return named.pop() if len(named) == 1 else ""


def _successor(said: tuple[Sentence, ...], sender: str) -> str:
    """Return the address of whoever comes in a leaver's place; a shared mailbox that is a mere contact does not."""
    address = _new_address(said, sender)
    beside = " ".join(s.plain for s in said if address.casefold() in s.plain)
    if not address or forms.WORKED_WITH.search(beside[: beside.find(address.casefold())]):
        return ""
    shared = not forms.SHARED.isdisjoint(re.split(r"[._+-]", address.partition("@")[0].casefold()))
    return "" if shared and not forms.HANDS_OVER.search(beside) else address


def _new_address(said: tuple[Sentence, ...], sender: str) -> str:
    """Return the first address in the words that is not the sender's and does not stand for the old one."""
    for sentence in said:
        for match in ADDRESS.finditer(sentence.written):
            before = sentence.plain[max(0, match.start() - 30) : match.start()]
            if match[0].casefold() == sender.casefold() or re.search(
                r"\b(?:from|old|instead of|in place of|rather than|not|was|previous\w*)\W+(?:\w+ )?$", before
            ):
                continue
            return match[0].rstrip(".")
    return ""


def named(kind: Kind, text: str, address: str) -> str:
    """Return the name of a colleague that stands before their address."""
    return _name_before(sentences(text), address) if kind is Kind.SUBSCRIBE else ""


def _name_before(said: tuple[Sentence, ...], address: str) -> str:
    """Return the name in front of an address: "Jane Doe <jane@…>", "Jane Doe, jane@…", "add Jane Doe (jane@…)"."""
    if not address:
        return ""
    text = " ".join(sentence.written for sentence in said)
    before = text[: text.find(address)][-80:]
    match = re.search(r"((?:[A-Z][\w'’-]{1,30}\s?){1,4})[\s,:;<(\-–]*(?:mailto:)?$", before)
    words = match[1].split() if match else []
    while words and words[0].casefold() in _NO_NAMES:
        words = words[1:]
    return " ".join(words)[:100]
