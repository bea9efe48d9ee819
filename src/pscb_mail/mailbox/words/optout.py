"""Does somebody ask to come off the list? By the patterns of `wishes`; `abroad` reads other languages.

Pure and linear. The rule: plain words act, everything else is read by a person. Plain is a wish of the sender's own,
in the present, about the list, without condition, contrast or another wish beside it. A negated wish ("please do not
take me off") is no wish. Sources: no library does this; the forms were collected from how people write to lists.
"""

import re

from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.parsing.quotes import plain
from pscb_mail.mailbox.words import doubts, harmless, net, wishes
from pscb_mail.mailbox.words.abroad import foreign_wish
from pscb_mail.mailbox.words.doubts import (
    BOTH,
    CONDITIONAL,
    ELSE,
    HOW,
    MENTIONED,
    MIXED,
    OTHER,
    SOMEBODY,
    TURNED,
    TURNS,
    UNDECIDED,
    Wish,
)
from pscb_mail.mailbox.words.sentences import Sentence

_POST = 5  # words


def opt_out_wish(said: tuple[Sentence, ...], sender: str) -> Wish | None:
    """Return the wish to come off in these sentences, if there is one; doubtful ones say why."""
    whole = _whole(said, sender)
    if whole is not None:
        return whole
    found = [(i, wish) for i, sentence in enumerate(said) if (wish := _in_sentence(sentence, sender)) is not None]
    clear = [wish for _, wish in found if not wish.doubt]
    if not clear:
        foreign = foreign_wish(said)
        return foreign if foreign and (not found or not foreign.doubt) else found[0][1] if found else None
    around = [sentence for i, sentence in enumerate(said) if i not in {n for n, _ in found}]
    doubt = doubt_beside(around) or (
        OTHER if any(_is_of_another_list(plain(clear[0].sentence), sentence.plain) for sentence in around) else ""
    )
    doubt = doubt or _doubt_of_coming_off([said[i] for i, wish in found if wish.doubt])
    doubt = doubt or next((wish.doubt for _, wish in found if wish.doubt in TURNS), "")
    if not doubt and any(is_negated(sentence) for sentence in said):
        doubt = TURNED
    return Wish(clear[0].sentence, doubt, clear[0].other)


def _doubt_of_coming_off(mentions: list[Sentence]) -> str:
    """Return why other sentences that touch on coming off make a plain wish doubtful: they take it back, or ask."""
    if any(doubts.TAKEN_BACK.search(sentence.plain) for sentence in mentions):
        return TURNED
    return ELSE if any(s.question and not doubts.HOW_I_COME_OFF.match(s.bare) for s in mentions) else ""


def is_negated(sentence: Sentence) -> bool:
    """Whether a sentence asks *not* to be taken off: a negation stands right before the wish, and belongs to it."""
    words = sentence.bare
    wished = [form.pattern.search(words) for form in wishes.WISHES.values() if not form.negative]
    if any(match and doubts.INNER_NOT.search(match[0]) for match in wished):
        return True  # "I prefer not to be removed"
    return any(
        match and doubts.NEGATION.search(f"{words[max(0, match.start() - 80) : match.start()].rstrip()} ")
        for match in (*wished, wishes.MENTIONS.search(words))
    )


def _whole(said: tuple[Sentence, ...], sender: str) -> Wish | None:
    """Return the wish of a mail that is one word (STOP), or one word and its reason ("I've retired. Remove.")."""
    said = _before_signature(said)
    rest = [s for s in said if s.bare and (_is_one_word(s) or not _is_chatter(s)) and not _is_signature(s, sender)]
    wish = next((s for s in rest if _once(s.bare) in (wishes.WHOLE if s is rest[0] else wishes.WHOLE_ANYWHERE)), None)
    if len(rest) == 1 and rest[0].bare in wishes.WHOLE_ALONE:
        wish = rest[0]
    if wish is None or sum(s.words for s in rest) >= 30:
        return None
    if wish.question:
        return Wish(wish.written, MENTIONED)  # "Unsubscribe? Never!"
    around = [s for s in rest if s is not wish]
    strange = any(harmless.unknown_words(s.bare) and not (_explains(wish, s) or _is_clear(s, sender)) for s in around)
    other = any(_is_of_another_list(wish.bare, s.plain) for s in around)
    doubt = SOMEBODY if any(doubts.OF_ANOTHER.search(s.bare) for s in around) else doubt_beside(around)
    doubt = doubt or (OTHER if other else MIXED if strange else "")
    return Wish(wish.written, doubt or (TURNED if any(is_negated(s) for s in around) else ""))


def _before_signature(said: tuple[Sentence, ...]) -> tuple[Sentence, ...]:
    """Return what goes before a name with a title, where nothing but a post or a place stands below it ("Locum GP")."""
    name = next((i for i, s in enumerate(said) if i and harmless.TITLED.match(s.bare)), None)
    if name is None or any(s.words > _POST or s.question or harmless.SAYS.search(s.plain) for s in said[name + 1 :]):
        return said
    return said[:name]


def _is_one_word(sentence: Sentence) -> bool:
    """Whether a sentence is the one word, with thanks or without: "no more thx"."""
    return _once(sentence.bare) in wishes.WHOLE


def _once(words: str) -> str:
    """Return a word that is said again and again ("stop stop stop") once."""
    return re.sub(r"^(\w+)(?:\W+\1){1,9}$", r"\1", words)


def _explains(wish: Sentence, beside: Sentence) -> bool:
    """Whether a sentence beside one word is its reason: "I'm not a school", but not "we have a new number"."""
    if harmless.COURTESY.search(beside.plain):
        return True
    plain_wish = wishes.NAMES_ITSELF.search(wish.bare) or harmless.REASON.search(beside.bare)
    return bool(plain_wish and doubts.OWN_ACCOUNT.search(beside.bare))


def _is_clear(sentence: Sentence, sender: str) -> bool:
    """Whether a sentence is a plain wish by itself."""
    wish = _in_sentence(sentence, sender)
    return wish is not None and not wish.doubt


def _is_signature(sentence: Sentence, sender: str) -> bool:
    """Whether a line holds nothing but a name with a title or a number, or the sender's as their address has it."""
    names = set(re.findall(r"[a-z]{2,}", sender.partition("@")[0].casefold()))
    return bool(harmless.TITLED.match(sentence.bare) or (names and names.issuperset(sentence.bare.split())))


def _is_chatter(sentence: Sentence) -> bool:
    return sentence.words <= 6 and bool(
        harmless.GREETING.search(sentence.plain) or harmless.COURTESY.search(sentence.plain)
    )


def _in_sentence(sentence: Sentence, sender: str) -> Wish | None:
    words = _as_me(sentence.bare, sender)
    if is_negated(sentence) or (wishes.FOOTER.search(words) and not wishes.FIRST_PERSON.search(sentence.plain)):
        return None
    if and_another(sentence, sender):
        return Wish(sentence.written, BOTH)
    other = _somebody_else(words)
    if other:
        return Wish(sentence.written, SOMEBODY, other)
    for name, form in wishes.WISHES.items():
        match = form.pattern.search(words)
        if match is None or (form.ours and not wishes.OUR_MAIL.search(words[match.start() :])):
            continue
        if name == "no longer want" and wishes.ANOTHER_VERB.match(words[match.end() :]):
            continue  # "I do not want to miss the newsletter"
        wish = _judged(sentence, words, match, unwanted=form.unwanted)
        both = wish is not None and not wish.doubt and doubts.WE_BOTH.search(words)
        return Wish(sentence.written, BOTH) if both else wish
    return _caught(sentence, words)


def _caught(sentence: Sentence, words: str) -> Wish | None:
    """Return a doubtful wish for what the patterns do not know and the net below them catches."""
    if doubts.PAST.search(sentence.plain) and not doubts.STILL.search(words):
        return None
    if wishes.MENTIONS.search(words):
        return Wish(sentence.written, HOW if doubts.ASKS_HOW.search(words) else MENTIONED)
    if doubts.DUPLICATE.search(words) and net.touches(words):
        return Wish(sentence.written, OTHER)
    if net.touches(words) and not doubts.OTHER_THING.search(doubts.NO_OTHER_LIST.sub(" ", words)):
        return Wish(sentence.written, MENTIONED)
    if doubts.OFF_OUR_LIST.search(words):
        return Wish(sentence.written, OTHER)
    return None


def _judged(sentence: Sentence, words: str, match: re.Match[str], *, unwanted: bool) -> Wish | None:
    """Return the wish with what speaks against acting on it; None where it is no wish at all."""
    start = match.start("wish") if "wish" in match.groupdict() else match.start()
    clause = f"{words[start : match.end()]}{harmless.REASON_CLAUSE.split(words[match.end() :], maxsplit=1)[0]}"
    if doubts.OTHER_THING.search(clause) and not re.search(rf"\b{wishes.LIST}", doubts.OTHER_THING.sub(" ", clause)):
        return Wish(sentence.written, OTHER) if doubts.DUPLICATE.search(words) else None
    if doubts.PAST.search(sentence.plain):
        return Wish(sentence.written, MENTIONED) if doubts.STILL.search(words) else None
    if unwanted and wishes.STAYING.search(clause[match.end() - start :]):
        return Wish(sentence.written, MENTIONED)
    before = words[: start + 1] if match[0][:1] in "-,:;" else words[:start]  # where a clause begins with the wish
    announced = doubts.ANNOUNCED.search(words[: match.end()]) or doubts.LATER.search(sentence.plain)
    undecided = UNDECIDED if announced or doubts.NOT_SURE.match(clause) else ""
    doubt = _question(sentence) or _voice(sentence, match, before) or undecided or _doubt_before(before)
    doubt = doubt or (OTHER if _is_of_another_list(clause, before) else "") or _doubt_in(clause, match.end() - start)
    rest = words[start + len(clause) :]
    if len(sentence.spoken) > len(sentence.written):
        return Wish(sentence.written, doubt or MIXED)  # nobody has read what follows
    doubt = doubt or (OTHER if _is_of_another_list(clause, rest) else "")
    return Wish(sentence.written, doubt or _doubt_after(rest))


def _voice(sentence: Sentence, match: re.Match[str], before: str) -> str:
    """Return a doubt where the words of a wish are quoted, or offered to somebody ("would you like to be removed")."""
    quoted = any(match.re.search(words) for words in doubts.IN_QUOTES.findall(sentence.plain))
    # "The line should read: please remove me": what goes before the colon is nothing of the sender's own.
    lead = harmless.GREETED.sub("", before).rstrip()
    introduced = lead.endswith(":") and len(lead.split()) >= 3 and not doubts.SAID_OF_ONESELF.search(lead)
    return SOMEBODY if quoted or introduced or doubts.OFFERED.search(sentence.plain) else ""


def _is_of_another_list(clause: str, before: str) -> bool:
    """Whether words beside a wish speak of what has a list of its own, and the wish does not name the newsletter."""
    return not doubts.NAMES_US.search(clause) and bool(
        doubts.OTHER_THING.search(doubts.NO_OTHER_LIST.sub(" ", before)) or doubts.ATTENDING.search(before)
    )


def _doubt_before(before: str) -> str:
    """Return what goes before a wish and makes it doubtful: a condition, no decision yet, somebody else's voice."""
    if doubts.CONDITION.search(doubts.UNSURE.sub(" ", before)):
        return CONDITIONAL
    start = harmless.GREETED.sub("", before)
    own = doubts.OF_ONESELF.sub("i am", _last_clause(doubts.SOMEONE.sub(r"\1", start)))
    if doubts.NOT_DECIDED.search(own):
        return UNDECIDED
    if doubts.YOU_WILL.search(before) and not doubts.HOPED.search(before):
        return UNDECIDED
    if doubts.ASKED_OTHERS.search(before):
        return SOMEBODY
    if doubts.REPORTED.search(own) or doubts.SPOKEN.search(before) or _with_another(start):
        return SOMEBODY
    # "Karen would like to be removed", "it would be a shame to stop", "I asked Tim to": none is plainly one's own wish.
    return SOMEBODY if harmless.unknown_words(doubts.LED_UP.sub(" ", own)) else ""


def _with_another(start: str) -> bool:
    """Whether a sentence begins with somebody and the sender; "new job and I …" begins with a reason."""
    together = doubts.TOGETHER.match(start)
    if together is None or harmless.REASON.search(together[1]) or harmless.COURTESY.search(together[1]):
        return False
    return bool(harmless.unknown_words(together[1]))


def _last_clause(before: str) -> str:
    """Return the words before a wish, from where a clause of the sender's own begins ("Jane has left, so please …")."""
    last = re.split(r"[,;:.(]\s*|\s-\s*|\b(?:so|and|but|therefore)\b", before)[-1].strip()
    last = doubts.REASON_LEAD.sub("", last)
    if doubts.REASON_OF_OWN.match(last):
        return ""
    if not last:
        return ""
    if re.fullmatch(r"(?:please |would |do |to |therefore |be )+", f"{last} "):
        return "" if re.search(r"\b(?:i|i'm|i've|we|we're|we've)\b", before) else before
    return last if re.search(r"\b(?:i|i'm|i'd|we|we'd|can|could|would|will|may|you|there)\b", last) else before


def _doubt_in(clause: str, wish: int) -> str:
    """Return what in the clause of a wish makes it doubtful: any word that is not known to be harmless."""
    tail = clause[wish:]
    contrast = doubts.CONTRAST.search(tail) and not doubts.HARMLESS_CONTRAST.search(tail)
    if contrast or re.search(r"\bonly\b", tail):
        return ELSE
    if doubts.CONDITION.search(clause):
        return CONDITIONAL
    if doubts.NOT_DECIDED.search(clause):
        return UNDECIDED
    if doubts.VAGUE.search(clause) and not doubts.NAMES_US.search(clause) and "list" not in clause:
        return OTHER
    strange = (
        harmless.unknown_words(doubts.HARMLESS_CONTRAST.sub(" ", clause))
        or doubts.NO_NEED.match(clause)
        or doubts.AS_A_ROLE.match(tail)
        or doubts.THE_MESSAGE.match(clause)
    )
    return OTHER if strange else ""


def _doubt_after(rest: str) -> str:
    """Return what stands behind the clause and narrows the wish; a reason of one's own does not."""
    if doubts.AS_A_ROLE.match(rest) or doubts.SINCE_WHEN.match(rest) or doubts.NARROWED.search(rest):
        return OTHER
    if doubts.THREAT.match(rest):
        return TURNED
    if doubts.FOR_NOW.search(rest):
        return UNDECIDED
    contrast = doubts.CONTRAST.search(rest) and not doubts.HARMLESS_CONTRAST.search(rest)
    if contrast or doubts.WANTS_BESIDE.search(rest):
        return ELSE
    if doubts.CONDITION.search(rest) and not doubts.GIVES_A_REASON.match(rest):
        return CONDITIONAL
    beside = doubts.HARMLESS_CONTRAST.sub(" ", rest)
    return "" if doubts.OWN_REASON.search(rest) or not harmless.unknown_words(beside) else OTHER


def _question(sentence: Sentence) -> str:
    """Return the doubt where a sentence asks something; a request in the form of a question asks for nothing else."""
    bare = doubts.UNSURE.sub(" ", sentence.bare).strip()
    asks_how = doubts.ASKS_HOW.search(bare)
    if asks_how and (sentence.question or bare.startswith(("how", "where", "what"))):
        return HOW
    if (doubts.ASKS.search(bare) and not bare.startswith("do not")) or (
        sentence.question and not doubts.REQUEST.search(sentence.plain)
    ):
        return MENTIONED
    return ""


def _as_me(words: str, sender: str) -> str:
    """Return the words with "me" where they name the sender: their address, or a name that their address holds."""
    named = words.replace(sender.casefold(), "me") if sender else words
    names = re.findall(r"[a-z]{2,}", sender.partition("@")[0].casefold())
    if len(names) > 1:
        named = re.sub(rf"\b(?:(?:mrs?|ms|miss|dr) )?(?:{'|'.join(names)}) (?:{'|'.join(names)})\b", "me", named)
    named = re.sub(r"\bthe following (?:e-?mail )?(?:address|name|details|person)((?: \w+){0,6}): me$", r"me\1", named)
    return re.sub(r"\b(remove|delete|unsubscribe):? me\b", r"\1 me", named)


def and_another(sentence: Sentence, sender: str) -> str:
    """Return whom else a sentence wants off the list beside the sender ("me and my colleague"), "" where nobody."""
    words = _as_me(sentence.bare, sender)
    match = doubts.AND_ANOTHER.search(words)
    if match is None:
        return ""
    off = re.split(r"[,;.]|\band\b", words[match.end() :], maxsplit=1)[0]
    others, rest = doubts.OTHER_THING.search(off), doubts.OTHER_THING.sub(" ", off)
    if others and not re.search(rf"\b{wishes.LIST}", rest):
        return ""
    whom = str(match["after"] or match["before"]).strip()
    name = re.search(rf"(?<!\w){re.escape(whom.partition(' ')[0])}(?!\w)", sentence.written, re.IGNORECASE)
    named = name is not None and name[0].istitle() and not sentence.written.isupper()
    somebody = named or "@" in whom or re.match(r"(?:my|our|his|her|the) (?!data\b|information\b|details\b)", whom)
    courtesy = harmless.COURTESY.search(whom) or re.match(r"(?:kind|best|many|warm)\b", whom)
    return whom if somebody and not courtesy and not re.fullmatch(wishes.ME, whom) else ""


def _somebody_else(words: str) -> str:
    """Return whom else a sentence wants off the list, an address or a name, or ""."""
    match = doubts.THIRD.search(words) or doubts.THIRD_BARE.search(words) or doubts.THIRD_ADDRESSED.search(words)
    if match is None:
        colleague = None if doubts.OTHER_THING.search(words) else doubts.THIRD_COLLEAGUE.search(words)
        return str(colleague[1]) if colleague and not ADDRESS.search(words) else ""
    address = ADDRESS.search(words)
    if address:
        return address[0].rstrip(".")
    name = match[1].strip() if match.re is doubts.THIRD else "somebody"
    return "" if re.match(r"(?:my|our|me|us|the above|name)\b", name) or re.fullmatch(wishes.ME, name) else str(name)


def doubt_beside(around: list[Sentence]) -> str:
    """Return why what stands around a plain wish makes it doubtful."""
    if any(doubts.TAKEN_BACK.search(s.plain) or doubts.FOR_NOW.search(s.plain) for s in around):
        return TURNED
    if any(doubts.PASSED_ON.search(s.plain) or doubts.told_by_others(s.plain) for s in around):
        return SOMEBODY
    serious = [s for s in around if s.bare and not _is_chatter(s)]
    for sentence in serious:
        if sentence.question and not harmless.RHETORIC.search(sentence.bare):
            return ELSE
        if doubts.COMPLAINT.search(sentence.bare):
            continue
        if doubts.WANTS_BESIDE.search(sentence.bare) and not harmless.COURTESY.search(sentence.plain):
            return ELSE
        if doubts.CONDITION.match(sentence.bare) and not wishes.FOOTER.search(sentence.bare):
            return CONDITIONAL
    weight = sum(
        s.words if not (harmless.COURTESY.search(s.plain) or harmless.REASON.search(s.plain)) else s.words // 3
        for s in serious
    )
    return MIXED if weight > 30 else ""
