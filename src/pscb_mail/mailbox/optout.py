"""Does somebody ask to come off the list? By the patterns of `wishes`, and of `languages`.

Pure and linear. The rule: plain words act, everything else is read by a person. Plain is a wish of the sender's own,
in the present, about the list, without condition, contrast or another wish beside it. A negated wish ("please do not
take me off") is no wish. Sources: no library does this; the forms were collected from how people write to lists.
"""

import re
from dataclasses import dataclass

from pscb_mail.mailbox import wishes
from pscb_mail.mailbox.languages import LANGUAGES
from pscb_mail.mailbox.sentences import ADDRESS, Sentence, bare_of


@dataclass(frozen=True)
class Wish:
    """A wish to come off: the sentence, why it is doubtful (or ""), and whom else it is about (address or name)."""

    sentence: str
    doubt: str = ""
    other: str = ""


def opt_out_wish(said: tuple[Sentence, ...], sender: str) -> Wish | None:
    """Return the wish to come off in these sentences, if there is one; doubtful ones say why."""
    whole = _whole(said)
    if whole is not None:
        return whole
    found = [(i, wish) for i, sentence in enumerate(said) if (wish := _in_sentence(sentence, sender)) is not None]
    if not found:
        return _foreign(said)
    plain = [wish for _, wish in found if not wish.doubt]
    best = plain[0] if plain else found[0][1]
    if best.doubt:
        return best
    around = [sentence for i, sentence in enumerate(said) if i not in {n for n, _ in found}]
    doubt = _doubt_beside(around) or next((wish.doubt for _, wish in found if wish.doubt in _TURNS), "")
    if not doubt and any(is_negated(sentence) for sentence in said):
        doubt = _TURNED
    return Wish(best.sentence, doubt, best.other)


_TURNED = "they also say that they do not want to come off"
_SOMEBODY = "it is about somebody else"
_CONDITIONAL = "a condition goes with it"
_MIXED = "they say more than that"
_ELSE = "they ask for something else as well"
_MENTIONED = "they write about coming off, but do not plainly ask for it"
_HOW = "they ask how to come off"
_OTHER = "it may be something other than the newsletter that they want to come off"
WEAK = frozenset({_MENTIONED, _SOMEBODY, _OTHER})  # any other proposal in the same words outweighs these
_TURNS = frozenset({_SOMEBODY, _CONDITIONAL, _OTHER})


def is_negated(sentence: Sentence) -> bool:
    """Whether a sentence asks *not* to be taken off."""
    words = sentence.bare
    wished = (pattern.search(words) for name, pattern in wishes.WISHES.items() if name not in wishes.NEGATIVE)
    return any(
        match and wishes.NEGATION.search(f"{words[max(0, match.start() - 80) : match.start()].rstrip()} ")
        for match in (*wished, wishes.MENTIONS.search(words))
    )


def _whole(said: tuple[Sentence, ...]) -> Wish | None:
    """Return the wish of a mail that is one word: STOP."""
    rest = [s for s in said if s.bare and not _is_chatter(s)]
    if len(rest) == 1 and rest[0].bare in wishes.WHOLE:
        return Wish(rest[0].written)
    if len(rest) > 1 and rest[0].bare in wishes.WHOLE and sum(s.words for s in rest) < 30:
        return Wish(rest[0].written, _doubt_beside(rest[1:]))
    return None


def _is_chatter(sentence: Sentence) -> bool:
    return sentence.words <= 6 and bool(
        wishes.GREETING.search(sentence.plain) or wishes.COURTESY.search(sentence.plain)
    )


def _in_sentence(sentence: Sentence, sender: str) -> Wish | None:
    words = sentence.bare
    if is_negated(sentence) or (wishes.FOOTER.search(words) and not wishes.FIRST_PERSON.search(sentence.plain)):
        return None
    other = _somebody_else(words, sentence.plain, sender)
    if other is not None:
        return Wish(sentence.written, _SOMEBODY, other) if other else Wish(sentence.written, _question(sentence))
    for name, pattern in wishes.WISHES.items():
        match = pattern.search(words)
        if match is None or (name in wishes.VOLITION and not wishes.OUR_MAIL.search(words[match.start() :])):
            continue
        if name == "no longer want" and wishes.ANOTHER_VERB.match(words[match.end() :]):
            continue  # "I do not want to miss the newsletter"
        return _judged(sentence, words, match)
    return _caught(sentence, words)


def _caught(sentence: Sentence, words: str) -> Wish | None:
    """Return a doubtful wish for what the patterns do not know and the net below them catches."""
    if wishes.MENTIONS.search(words):
        if sentence.question and wishes.ASKS.search(words):
            return None
        return Wish(sentence.written, _HOW if wishes.ASKS_HOW.search(words) else _MENTIONED)
    if wishes.HINT.search(words) and sentence.words <= 25:
        return Wish(sentence.written, _MENTIONED)
    if not wishes.NET.search(words) or wishes.PAST.search(words) or wishes.OTHER_THING.search(words):
        return None
    return Wish(sentence.written, _MENTIONED)


def _judged(sentence: Sentence, words: str, match: re.Match[str]) -> Wish | None:
    """Return the wish with what speaks against acting on it; None where it is no wish at all."""
    clause = wishes.REASON_CLAUSE.split(words[match.start() :], maxsplit=1)[0]
    if wishes.OTHER_THING.search(clause) and not re.search(rf"\b{wishes.LIST}", wishes.OTHER_THING.sub(" ", clause)):
        return None
    if wishes.PAST.search(words):
        return Wish(sentence.written, _MENTIONED) if re.search(r"\b(?:i|we|me|us|my)\b", words) else None
    return Wish(sentence.written, _doubt_within(sentence, words, match, clause))


def _doubt_within(sentence: Sentence, words: str, match: re.Match[str], clause: str) -> str:
    """Return what in the sentence itself makes its wish doubtful: a contrast, a condition, another thing or person."""
    after, before = words[match.end() :], words[: match.end()]
    tail = clause[match.end() - match.start() :]
    if wishes.OTHER_THING.search(clause):
        return _OTHER
    contrast = wishes.CONTRAST.search(after) and not wishes.HARMLESS_CONTRAST.search(after)
    if contrast or re.search(r"\bonly\b", tail):
        return _ELSE
    if wishes.CONDITION.search(words):
        return _CONDITIONAL
    if wishes.OTHERS_WISH.search(before) and not re.search(r"\b(?:i|we|me|us|my|our)\b", before):
        return _SOMEBODY
    plain = wishes.NEUTRAL_TAIL.match(tail) or re.search(rf"\b{wishes.LIST}\b", tail)
    return _question(sentence) if plain else _OTHER


def _question(sentence: Sentence) -> str:
    if wishes.ASKS_HOW.search(sentence.bare) and (
        sentence.question or sentence.bare.startswith(("how", "where", "what"))
    ):
        return _HOW
    return _MENTIONED if sentence.question and wishes.ASKS.search(sentence.bare) else ""


def _somebody_else(words: str, plain: str, sender: str) -> str | None:
    """Return whom else a sentence wants off the list: an address or a name; "" for the sender by their own address."""
    match = wishes.THIRD.search(words) or wishes.THIRD_BARE.search(words)
    if match is None:
        return None
    addresses = ADDRESS.findall(plain)
    if addresses:
        others = [address for address in addresses if address.casefold() != sender.casefold()]
        return others[0] if others else ""
    name = match[1].strip() if match.re is wishes.THIRD else "somebody"
    if re.match(r"(?:my|our|me|us|the above|name)\b", name) or re.fullmatch(wishes.ME, name):
        return None
    return name


def _doubt_beside(around: list[Sentence]) -> str:
    """Return why what stands around a plain wish makes it doubtful."""
    serious = [s for s in around if s.bare and not _is_chatter(s)]
    for sentence in serious:
        if sentence.question and not wishes.RHETORIC.search(sentence.bare):
            return _ELSE
        if (
            wishes.CONTRAST.search(sentence.bare)
            and not wishes.COURTESY.search(sentence.plain)
            and not wishes.HARMLESS_CONTRAST.search(sentence.bare)
        ):
            return _ELSE
        if wishes.CONDITION.match(sentence.bare):
            return _CONDITIONAL
    weight = sum(
        s.words if not (wishes.COURTESY.search(s.plain) or wishes.REASON.search(s.plain)) else s.words // 3
        for s in serious
    )
    return _MIXED if weight > 30 else ""


def _foreign(said: tuple[Sentence, ...]) -> Wish | None:
    """Return the wish in another language than English."""
    whole = bare_of(" ".join(s.plain for s in said))[:2000]
    for language in LANGUAGES:
        match = language.wish.search(whole)
        if match is None:
            continue
        if language.negated.search(whole):
            return Wish(_sentence_of(said, match[0]), _TURNED)
        doubt = _OTHER if wishes.KURS.search(whole) else _MIXED if len(whole.split()) > 60 else ""
        return Wish(_sentence_of(said, match[0]), doubt)
    return None


def _sentence_of(said: tuple[Sentence, ...], words: str) -> str:
    return next((s.written for s in said if words[:12] in s.plain), said[0].written if said else "")
