"""Does somebody ask to come off the list in another language than English? By the patterns of `languages`.

Pure and linear, with the rule of `optout`: a wish acts where every word of its clause is known (`harmless`), where no
negation goes before it, no condition with it and nothing else is asked; the rest of what touches on it is doubtful.
"""

import re

from pscb_mail.mailbox import net
from pscb_mail.mailbox.around_abroad import (
    DONE_ABROAD,
    ENDING_ABROAD,
    MAIL_ABROAD,
    REASON_ABROAD,
    REQUEST_ABROAD,
    SUBORDINATE,
)
from pscb_mail.mailbox.harmless import unknown_words
from pscb_mail.mailbox.languages import LANGUAGES, Language
from pscb_mail.mailbox.quotes import plain
from pscb_mail.mailbox.sentences import Sentence
from pscb_mail.mailbox.wish import CONDITIONAL, ELSE, MENTIONED, MIXED, OTHER, TURNED, Wish

_GREETINGS = 8  # words
_TURNS_ROUND = frozenset({TURNED, CONDITIONAL})


def foreign_wish(said: tuple[Sentence, ...]) -> Wish | None:
    """Return the wish in another language than English."""
    found = [wish for sentence in said for wish in [_in_another_language(sentence)] if wish is not None]
    turned = [wish for wish in found if wish.doubt in _TURNS_ROUND]
    clear = next((wish for wish in found if not wish.doubt), None)
    if clear is None or turned:
        return turned[0] if turned else found[0] if found else None
    others = [sentence for sentence in said if sentence.written not in {wish.sentence for wish in found}]
    names_mail = MAIL_ABROAD.search(" ".join(plain(wish.sentence) for wish in found))
    if not names_mail and sum(s.words for s in others) > _GREETINGS:
        return Wish(clear.sentence, OTHER)  # "Ich komme nicht zum Kurs. Bitte abmelden."
    if any(sentence.question for sentence in others):
        return Wish(clear.sentence, ELSE)
    return Wish(clear.sentence, MIXED if sum(sentence.words for sentence in others) > 40 else "")


def _in_another_language(sentence: Sentence) -> Wish | None:
    words = sentence.plain[:1000]
    read = [(language, language.wish.search(words)) for language in LANGUAGES]
    if all(match is None or _stays(language, words, match) for language, match in read) and any(m for _, m in read):
        return None
    found = [_doubt_abroad(language, words, match) for language, match in read if match is not None]
    if found:
        return Wish(sentence.written, "" if "" in found else found[0])
    return Wish(sentence.written, MENTIONED) if net.touches_abroad(words) else None


def _stays(language: Language, words: str, match: re.Match[str]) -> bool:
    """Whether the only wish in the words is to stay: "bitte nehmen Sie mich nicht aus dem Verteiler"."""
    negated = language.negated.search(words)
    if negated is None or not (negated.start() <= match.start() < negated.end() or match.start() == negated.start()):
        return False
    return language.wish.search(words, negated.end()) is None


def _doubt_abroad(language: Language, words: str, match: re.Match[str]) -> str:
    """Return a doubt where a negation belongs to another wish, or where a word is not known to be harmless."""
    if DONE_ABROAD.search(words) or (language.before.match(match[0]) and ENDING_ABROAD.search(match[0])):
        return TURNED
    own = REASON_ABROAD.split(SUBORDINATE.sub(" ", words[: match.start()]))[-1]
    here = f"{own}{words[match.start() :]}"
    if language.negated.search(words) or language.no.search(here) or language.before.search(own):
        return TURNED
    if language.turns.search(words):
        return CONDITIONAL
    return OTHER if unknown_words(_clause_around(words, match), language.name) else ""


def _clause_around(words: str, match: re.Match[str]) -> str:
    """Return the clause of a wish, without the reasons that go before it or follow."""
    before = REQUEST_ABROAD.split(REASON_ABROAD.split(words[: match.start()])[-1])[-1]
    return f"{before}{REASON_ABROAD.split(words[match.start() :], maxsplit=1)[0]}"
