"""Does somebody ask to come off the list? A table of small named patterns, and what makes their words doubtful.

Pure and linear. The rule: plain words act, everything else is read by a person. Plain is a wish of the sender's own, in the
present, about the list, without condition, contrast or another wish beside it. A negated wish ("please do not take me
off") is no wish. Sources: no library does this; the forms were collected from how people write to lists.
"""

import re
from dataclasses import dataclass

from pscb_mail.mailbox.languages import LANGUAGES
from pscb_mail.mailbox.sentences import ADDRESS, Sentence, bare_of


@dataclass(frozen=True)
class Wish:
    """A wish to come off: the sentence, why it is doubtful (or ""), and whom else it is about (address or name)."""

    sentence: str
    doubt: str = ""
    other: str = ""


_ME = (
    r"(?:me|us|myself|ourselves|my ?self|(?:my|our|this|the|these) (?:(?:own|work|school|old|full|business|personal|contact"
    r"|current|above|following|nhs|name|and|or|e-?mail|email|mail|details|address|addresses|account|mailbox|inbox|data"
    r"|information) ?){1,6}|this one)"
)
_LIST = (
    r"(?:list|lists|listing|mailings?|mailing-?list|distribution|dl|newsletters?|circulation|circulars?|database|bulletins?"
    r"|e-?mails?|mail|records?|contacts?|system|subscriptions?|updates?|mailshots?|everything|communications?|address book"
    r"|(?:this|it|these|here|those)$)"
)
_TO_BE = r"(?:be|get|come|have (?:my|our|this) (?:\w+ ){1,3})"
_WANT = r"(?:want|wants|like|wish|need|prefer|ask|asking|asked|request|requesting|love|happy|grateful|keen|good)"

# Each on a sentence without politeness ("please", "if possible", …).
_WISHES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "take me off": rf"\b(?:take|taking|get|cross|strike|scratch|leave|cut|knock) {_ME} ?(?:right )?(?:off|out|from)\b",
        "remove me": rf"\b(?:remove|removing|delete|deleting|drop|exclude|withdraw|erase|omit|purge|deregister|de-register) {_ME}",
        "remove from the list": r"\b(?:remove|delete|taken? off|take out|unsubscribe)(?: (?:from|off|of))? (?:your|the|this|all|any|these|our)"
        r" (?:\w+ ){0,3}?(?:list|lists|mailings?|newsletters?|distribution|circulation|e-?mails?|bulletins?|database)\b",
        "to be removed": rf"\b{_WANT}\b.{{0,30}}\b(?:to )?{_TO_BE} ?(?:removed|taken off|taken out|deleted|unsubscribed|left off|off|"
        r"dropped|out|excluded|opted out|erased)\b",
        "may I be removed": rf"\b(?:can|could|may|might|should)\b (?:i|we|my \w+(?: \w+)?) {_TO_BE} ?(?:\w+ )?"
        r"(?:removed|taken off|taken out|deleted|unsubscribed|off|dropped|out)\b",
        "is it possible": rf"\bpossible (?:for me )?to {_TO_BE} ?(?:removed|taken off|deleted|unsubscribed|off)\b",
        "off the list": r"^(?:me )?off (?:of )?(?:the|your|this) (?:\w+ ){0,2}?(?:list|newsletter|mailing)",
        "be removed": r"^(?:to )?be (?:removed|taken off|unsubscribed|deleted|dropped)\b",
        "want off": r"\b(?:want|like|wish|need) (?:to get )?off (?:of )?(?:the|this|your)\b",
        "should come off": r"\b(?:i|we) (?:should|ought to|need to|must|had better) (?:\w+ )?(?:come|be|get) (?:off|removed|taken off)\b",
        "come off": r"\b(?:i|we)(?:'d| would| want| wish|'ll)?(?: like| want| wish| prefer)?(?: to)? (?:come|get|be) off\b",
        "unsubscribe me": rf"\bun-? ?subscri(?:be|bing) {_ME}",
        "want to unsubscribe": rf"\b{_WANT} (?:(?:you|me|us) )?(?:to )?(?:be )?un-? ?subscri(?:be|bed|bing)\b",
        "unsubscribe": r"^(?:(?:can|could|would|will|may|do)? ?(?:you|i|we)? ?|i am writing to |can i )?(?!.{0,90}\b(?:click|https?|visit|link|reply)\b)"
        r"un-? ?subscri(?:be|bed|ption)(?: (?:request|me))?(?: (?:from|to|of) .{1,80})?$",
        "stop sending": r"\b(?:stop|cease|quit|discontinue|no longer)(?: to)? (?:sending|receiving|getting|e-?mailing|mailing|send|contacting|messaging|spamming|"
        r"including|writing|these|the e-?mails?|the mailings?|this newsletter|the newsletter|all e-?mails?|e-?mails?|email)\b",
        "do not send": r"\b(?:do not|don't|dont|do no longer|never|no need to|not to)(?: \w+)? (?:send|e-?mail|mail|contact|write to|include|keep sending"
        r"|continue (?:sending|to send))(?: it| this| these| them| the newsletter| newsletters?)?(?: to)? (?:me|us)\b",
        "do not send newsletters": r"\b(?:do not|don't|dont) send (?:any )?(?:more|further) (?:newsletters?|e-?mails?|mails?|copies|issues|bulletins?)\b",
        "no longer want": r"(?:\b(?:i|we)\b.{0,60}|^(?:as |since )?)\b(?:no longer|not|don't|dont|never|wouldn't|do not|rather not|not to) (?:\w+ ){0,2}?"
        r"(?:wish|want|like|need|require|care|interested|wanting|wishing|desire|receive (?:any )?(?:more|further))\b",
        "rather not": r"\b(?:rather not|prefer not to|sooner not) (?:\w+ ){0,2}?(?:receive|get|have|be (?:sent|on|included|contacted))\b",
        "no more": r"^no more (?:of )?(?:these |this |the |your )?(?:newsletters?|e-?mails?|mails?|mailings?|bulletins?|copies)\b",
        "cancel": r"\b(?:cancel|end|terminate|discontinue|stop) (?:my|our|this|the) (?:\w+ )?"
        r"(?:subscription|registration|newsletters?|e-?mails?|mailings?|copy)\b",
        "opt out": rf"\b(?:(?:{_WANT}|going|wishing) (?:to )?opt(?:ing)?[- ]?out|opt(?:ing)? {_ME} out|^(?:i )?opt(?:ing)?[- ]?out)\b",
        "consent": r"\b(?:withdraw|revoke)(?:ing)? (?:my|our) consent\b",
        "objection": r"\b(?:i|we) object to (?:\w+ ){0,3}?(?:receiving|the processing|processing|being sent)\b",
    }.items()
}
# "I do not want …" is a wish to come off only where what is not wanted is our mail.
_VOLITION = frozenset({"no longer want", "rather not", "do not send", "stop sending"})
_OUR_MAIL = re.compile(
    r"\b(?:newsletters?|news letters?|bulletins?|e-?mails?|emails?|mails?|mailings?|list|lists|updates?|messages?|it|this|this one|these|"
    r"them|those|you|me|us|circulars?|correspondence|communications?|information|anything|spam|subscri\w+|on here)\b"
)
# What organisations print below their own mail: an offer, not a wish.
_FOOTER = re.compile(
    r"^(?:to|you (?:can|may)|if you(?:'d| would| do not| no longer)?(?: wish| want| like)?(?: to)?) (?:\w+ ){0,4}?"
    r"(?:unsubscribe|opt[- ]?out|stop|be removed|receive|no longer)\b|\b(?:click|https?|www)\b"
)
_FIRST_PERSON = re.compile(r"\b(?:i|i'd|i'm|i've|me|my)\b")
_WHOLE = frozenset(
    "stop|stop it|stop this|stop all|unsubscribe|unsubscribe me|remove|remove me|delete|delete me|opt out|optout|opt-out|cancel|off|take me off|"
    "unsubscribed|un-subscribe|no more|end|quit|unsub|unsuscribe|unsubcribe|unsubsribe|remove from list|off list|take off|"
    "stop sending|not wanted|stop mail|stop email|stop emails|stop stop|stop now|unsubscribe unsubscribe|i unsubscribe|sign off|signoff".split(
        "|"
    )
)
_MENTIONS = re.compile(r"\b(?:un-? ?subs?cri(?:be|bed|bing|ption)|opt(?:ed|ing)?[- ]out|mailing list removal)\b")
_HINT = re.compile(
    r"\b(?:no longer (?:relevant|applicable|appropriate|of (?:use|interest|relevance)|required|needed)"
    r"|not (?:relevant|of interest|interested|applicable)\b|take (?:me|us) off|(?:remove|delete) (?:me|us)\b)"
)
# Right before the wish: "do not", "I did not mean to", "no need to". Not "why not", "if not".
_NEGATION = re.compile(
    r"\b(?:do not|don't|dont|did not|didn't|didnt|never|not|no need to|no wish to|without|rather than|instead of|nor|won't|wouldn't"
    r"|would not|will not|shouldn't|should not|cannot|can't|no intention (?:of|to)|isn't|aren't|haven't)\s(?:\w+\s){0,4}$"
)
_NOT_YET_SAID = re.compile(r"\b(?:was|were|been|got|had|have|has)(?: \w+)? $")
_PAST = re.compile(
    r"\b(?:(?:was|were|been|got|getting|had) (?:\w+ )?(?:unsubscribed|removed|taken off|dropped)"
    r"|(?:you|they|someone|somebody|it|he|she|who) (?:have |has |had )?(?:unsubscribed|removed|taken|took|dropped|deleted) (?:me|us)"
    r"|by (?:mistake|accident|error)|accidentally|in error|mistakenly)\b"
)
_ASKS_HOW = re.compile(r"\b(?:how|where|what|which|whom?|who)\b.{0,40}\b(?:do|can|could|should|would|to|must|is|are)\b")
_ASKS = re.compile(
    r"^(?:(?:hi|hello|dear|so|and|but)\W+)*(?:did|have|has|was|were|am|why|when|who|should|does|do|is (?!it possible|there))\b"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|until|till|once|when|whenever|provided|as long as|otherwise|in case|should (?:you|it|this|the)|whether"
    r"|(?:from|after|before|at the end of|by|as of|with effect from|starting) (?:the )?(?:(?:next|this (?:week|month|term|summer|autumn|winter|spring|year)|end|january|february|march|april|may|june|july"
    r"|august|september|october|november|december|monday|christmas|easter|summer|term|\d)))\b"
)
_CONTRAST = re.compile(
    r"\b(?:but|however|except|instead|only|still (?:want|like|wish|receive|get|be)|keep (?:me|sending|my|us)|apart from|other than"
    r"|although|though|rather than|and (?:add|replace|put|send|include)|replace|swap)\b"
)
_HARMLESS_CONTRAST = re.compile(
    r"\bbut (?:thank|i have (?:really )?(?:enjoyed|found|appreciated)|it (?:has been|was)|good luck|all the best|i wish you|keep up)"
)
# Things one may also be taken off, or not want: not the list.
_OTHER_THING = re.compile(
    r"\b(?:waiting list|waitlist|course|courses|training|event|workshop|rota|panel|meetings?|attendees?|attendance|invit\w*|group|sub-?group"
    r"|board|committee|working party|conference|delegates?|delegate list|case|minutes|agenda|attachments?|twice|duplicates?|two copies|2 copies"
    r"|(?:second|extra|double|other|duplicate) (?:copy|one|e-?mail|address|entry)|old (?:e-?mail|address|one|account)|paper|phone|directory|web ?site|webpage|calendar"
    r"|post|hard copy|pdf|html|log ?in|secure area|register of|photo\w*|picture)\b"
)
_KURS = re.compile(
    r"\b(?:kurs\w*|schulung\w*|workshop\w*|veranstaltung\w*|seminar\w*|termin\w*|formation|reunion|atelier|curso|taller|reunion"
    r"|formacao|reuniao|szkoleni\w*|warsztat\w*|spotkani\w*|mokym\w*|curs\w*|instruire\w*|apmacib\w*|kolege\w*|kollegin|kollege\w*|collegue"
    r"|companer\w*|colega\w*)\b"
)
_THIRD = re.compile(
    r"\b(?:take|remove|delete|drop|unsubscribe|unsubscribing|removing)\s+(?!me\b|us\b|my\b|myself\b|from\b|this\b|these\b|our\b|off\b|it\b)"
    r"(.{2,60}?)\s+(?:off|from|out of)\b.{0,40}\b(?:list|lists|newsletters?|mailings?|distribution|circulation|database|e-?mails?|records?)\b"
)
_THIRD_BARE = re.compile(
    r"\b(?:remove|delete|unsubscribe|take off)\s+(?:(?:him|her|them|the following|his|their)\b|(?=\S{1,64}@))"
)
_OTHERS_WISH = re.compile(
    r"\b(?:he|she|they|colleagues?|someone|somebody|people|parents|staff|readers|subscribers|manager|boss|head|team)\b.{0,40}"
    r"\b(?:asked|want|wants|wish|wishes|like|needs?|no longer|does not|doesn't|do not|don't)\b"
)
_RHETORIC = re.compile(
    r"\b(?:how many times|why (?:do|am|are|have|did) (?:i|we|you)|how did you get|who gave you|how often)\b"
)
_COURTESY = re.compile(
    r"\b(?:thank|thanks|thx|regards|sorry|apolog\w+|appreciat\w+|best wishes|wish you|keep up|good luck|great work|good work|all the best|it has been"
    r"|enjoyed|interesting|useful|hope you|hope this|take care|cheers|bye|merry|happy)\b"
)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|morning|afternoon|to whom|fao|team|all|sir|madam|greetings)\b"
)
_REASON = re.compile(
    r"\b(?:left|leav\w+|retir\w+|no longer|moved|moving|chang\w+|new (?:job|role|post)|relevan\w+|too many|inbox|busy|don't (?:work|read|use|have)|do not (?:work|read|use)"
    r"|not (?:work|read|relevant|my|in)|already|receiv\w+|get(?:ting)? (?:it|this|these|so|far|too)|asked|request\w*|before|again|several|third|second|times?|gdpr"
    r"|data protection|maternity|position|role|school|work\w*|service|name is|confirm\w*|let me know|address|e-?mail|link|subscribe\w*|sign(?:ed)? up|list)\b"
)


def opt_out_wish(said: tuple[Sentence, ...], sender: str) -> Wish | None:
    """Return the wish to come off in these sentences, if there is one; doubtful ones say why."""
    found = [(i, wish) for i, sentence in enumerate(said) if (wish := _in_sentence(sentence, sender)) is not None]
    if not found:
        return _whole(said) or _foreign(said)
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
    for name, pattern in _WISHES.items():
        match = pattern.search(sentence.bare)
        if match and name not in {"no longer want", "rather not", "do not send", "do not send newsletters", "no more"}:
            before = (
                sentence.bare[: match.start()] + " "
                if match.start() and sentence.bare[match.start() - 1] != " "
                else sentence.bare[: match.start()]
            )
            if _NEGATION.search(before[-80:]):
                return True
    mention = _MENTIONS.search(sentence.bare)
    return bool(mention and _NEGATION.search(sentence.bare[max(0, mention.start() - 80) : mention.start()]))


def _whole(said: tuple[Sentence, ...]) -> Wish | None:
    """Return the wish of a mail that is one word: STOP."""
    rest = [s for s in said if s.bare and not _is_chatter(s)]
    if len(rest) == 1 and rest[0].bare in _WHOLE:
        return Wish(rest[0].written)
    if len(rest) > 1 and rest[0].bare in _WHOLE and sum(s.words for s in rest) < 30:
        return Wish(rest[0].written, _doubt_beside(rest[1:]))
    return None


def _is_chatter(sentence: Sentence) -> bool:
    return sentence.words <= 6 and bool(_GREETING.search(sentence.plain) or _COURTESY.search(sentence.plain))


def _in_sentence(sentence: Sentence, sender: str) -> Wish | None:
    words = sentence.bare
    if is_negated(sentence) or (_FOOTER.search(words) and not _FIRST_PERSON.search(sentence.plain)):
        return None
    other = _somebody_else(words, sentence.plain, sender)
    if other is not None:
        return Wish(sentence.written, _SOMEBODY, other) if other else Wish(sentence.written, _question(sentence))
    for name, pattern in _WISHES.items():
        match = pattern.search(words)
        if match is None or (name in _VOLITION and not _OUR_MAIL.search(words[match.start() :])):
            continue
        if (
            name == "no longer want"
            and re.search(r"\b(?:need|want|wish|like|care) (?:for )?(?:you |me |anyone )?to\b", words[match.start() :])
            and not re.search(
                r"\bto (?:\w+ )?(?:receive|get|be|have|see|hear|continue|subscribe|stay|remain|keep)\b",
                words[match.start() :],
            )
        ):
            continue
        return _judged(sentence, words, match)
    if _MENTIONS.search(words):
        if sentence.question and _ASKS.search(words):
            return None
        return Wish(sentence.written, _HOW if _ASKS_HOW.search(words) else _MENTIONED)
    return Wish(sentence.written, _MENTIONED) if _HINT.search(words) and sentence.words <= 25 else None


def _judged(sentence: Sentence, words: str, match: re.Match[str]) -> Wish | None:
    """Return the wish with what speaks against acting on it; None where it is no wish at all."""
    tail = re.split(
        r"\b(?:as|because|since|due to|so that|and i|now that)\b|[,;(]", words[match.start() :], maxsplit=1
    )[0]
    if _OTHER_THING.search(tail):
        on_the_list = re.search(rf"\b{_LIST}", _OTHER_THING.sub(" ", tail))
        return Wish(sentence.written, _OTHER) if on_the_list else None
    past = _PAST.search(words)
    if past:
        mine = re.search(r"\b(?:i|we|me|us|my)\b", words)
        return Wish(sentence.written, _MENTIONED) if mine else None
    after = words[match.end() :]
    if _CONTRAST.search(after) and not _HARMLESS_CONTRAST.search(after):
        return Wish(sentence.written, _ELSE)
    if _CONDITION.search(words):
        return Wish(sentence.written, _CONDITIONAL)
    if _OTHERS_WISH.search(words[: match.end()]) and not re.search(r"\b(?:i|we|me|us|my|our)\b", words[: match.end()]):
        return Wish(sentence.written, _SOMEBODY)
    return Wish(sentence.written, _question(sentence))


def _question(sentence: Sentence) -> str:
    if _ASKS_HOW.search(sentence.bare) and (sentence.question or sentence.bare.startswith(("how", "where", "what"))):
        return _HOW
    return _MENTIONED if sentence.question and _ASKS.search(sentence.bare) else ""


def _somebody_else(words: str, plain: str, sender: str) -> str | None:
    """Return whom else a sentence wants off the list: an address or a name; "" for the sender by their own address."""
    match = _THIRD.search(words) or _THIRD_BARE.search(words)
    if match is None:
        return None
    addresses = ADDRESS.findall(plain)
    if addresses:
        others = [address for address in addresses if address.casefold() != sender.casefold()]
        return others[0] if others else ""
    name = match[1].strip() if match.re is _THIRD else "somebody"
    if re.match(r"(?:my|our|me|us|the above|name)\b", name) or re.fullmatch(_ME, name):
        return None
    return name


def _doubt_beside(around: list[Sentence]) -> str:
    """Return why what stands around a plain wish makes it doubtful."""
    serious = [s for s in around if s.bare and not _is_chatter(s)]
    for sentence in serious:
        if sentence.question and not _RHETORIC.search(sentence.bare):
            return _ELSE
        if (
            _CONTRAST.search(sentence.bare)
            and not _COURTESY.search(sentence.bare)
            and not _HARMLESS_CONTRAST.search(sentence.bare)
        ):
            return _ELSE
        if _CONDITION.match(sentence.bare):
            return _CONDITIONAL
    weight = sum(
        s.words if not (_COURTESY.search(s.plain) or _REASON.search(s.plain)) else s.words // 3 for s in serious
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
        doubt = _OTHER if _KURS.search(whole) else _MIXED if len(whole.split()) > 60 else ""
        return Wish(_sentence_of(said, match[0]), doubt)
    return None


def _sentence_of(said: tuple[Sentence, ...], words: str) -> str:
    return next((s.written for s in said if words[:12] in s.plain), said[0].written if said else "")
