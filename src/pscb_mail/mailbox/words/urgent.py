"""A child may be at risk: words that are shown before anything else.

Pure and linear. No list of forms can foresee how somebody tells of a child, so signs are weighed: whom it is about (one
child weighs more than children), what is done, and how it is told (a time, a witness, a plea, "he" or "she", a
family), against what only sounds so: courses, papers and figures, our own mail, a reason to be away. What children
write of themselves has signs of its own (`urgent_own`), other languages have theirs (`urgent_abroad`). What the
newsletter itself writes about ("children at risk", "disclosure scheme") is not enough. A false alarm costs a look; a
missed one may cost a child.
"""

import re
from dataclasses import dataclass

from pscb_mail.mailbox.words import urgent_harm as harms
from pscb_mail.mailbox.words import urgent_own as own
from pscb_mail.mailbox.words import urgent_words as words
from pscb_mail.mailbox.words.sentences import Sentence
from pscb_mail.mailbox.words.urgent_abroad import tells_abroad

_ENOUGH = 3
_AGAINST = 4  # what is only talked about takes away more than the gravest harm gives
_AWAY = 5
_BREATH, _OVERLAP = 60, 12
_HEADING = 4  # words: fewer tell of nobody
_BACK = 3  # breaths: "It's about a girl in my form. Very bright. …"
_TELLING = (words.TIMES, words.TOLD, words.HELP, words.PRONOUN, words.FAMILY)
# Of whom somebody tells, where no "he" or "she" stands: of their own.
_KIN = re.compile(
    r"\b(?:my|our) (?:[\w-]+ ){0,2}?(?:niece|nephew|son|daughter|sister|brother|grandson|granddaughter|grandchild"
    r"|grandchildren|kids|children|mum|mam|mother|dad|father|nan|friend|neighbour|cousin|partner|husband|wife|baby"
    r"|boyfriend|girlfriend|ex|stepdad|stepmum|uncle|aunt|grandad|grandma)s?\b"
)
# The harm is the teller's own: "marry me off", "I have taken all my tablets", "I am going to end my life".
# "Stop hitting me with e-mails" and "I have been barred from schools" are none of it.
_OWN = re.compile(r"\b(?:me|myself|my)\b")
_I = re.compile(r"\b(?:i|im|ive|ill|id)(?: (?!work|teach|deal)\w+){0,3}\W*$")
_BARRED = re.compile(r"barred|banned")
_MAIL = r"\b(?:e-?mails?|mail|mails|newsletters?|bulletins?|subscription|inbox|spam|junk)\b"
_BY_MAIL, _OF_MAIL = re.compile(rf"(?:{_MAIL}|\b(?:this|these))\W*$"), re.compile(_MAIL)
_SHORT = re.compile(rf"(?<![\w'-])(?:{'|'.join(own.SHORT)})(?![\w'-])")


@dataclass(frozen=True)
class _Breath:
    """A sentence, or a part of a long one: as the lists spell it, as it is spoken, and as thumbs put it."""

    spelled: str
    spoken: str
    sentence: Sentence


@dataclass(frozen=True)
class _Told:
    """A breath, and with it those on either side; `written` as thumbs put it."""

    sentence: str
    around: str
    written: str
    before: str = ""  # what "she" may stand for


def urgent(said: tuple[Sentence, ...], subject: tuple[Sentence, ...] = ()) -> str:
    """Return the sentence that says a child may be at risk, "" where none does; the subject may say who "she" is."""
    if len(said) == 1 and own.CRY.fullmatch(said[0].spoken):
        return said[0].written
    breaths = [b for sentence in said for b in _breaths(sentence) if not words.IN_GENERAL.search(b.spelled)]
    for i, breath in enumerate(breaths):
        beside = breaths[max(0, i - 1) : i + 2]
        before = [*(b for sentence in subject[:_BACK] for b in _breaths(sentence)), *breaths[max(0, i - _BACK) : i]]
        if tells_abroad(breath.spoken, " ".join(b.spoken for b in beside)) or _is_alarm(breath, beside, before):
            return breath.sentence.written
    return ""


def tells_of_harm(said: tuple[Sentence, ...], *, of_whom: bool = False) -> str:
    """Return the sentence with words of grave harm and none of mere talk: a mail that has one is not filed unread.

    `of_whom`: only one that speaks of him or her, of somebody of their own, or of the teller, as well.
    """
    for sentence in said:
        for breath in _breaths(sentence):
            spelled = harms.SPEECH.without(breath.spelled)
            talk = (words.IN_GENERAL, words.TALK, words.FICTION, words.HARMLESS)
            harm = harms.GRAVE.search(spelled)
            told = harm and (not of_whom or _is_of_somebody(spelled, harm))
            if told and not any(pattern.search(spelled) for pattern in talk):
                return sentence.written
    return ""


def _is_of_somebody(spelled: str, harm: re.Match[str]) -> bool:
    """Whether words with grave harm in them speak of him or her, of somebody of their own, or of the teller."""
    told = _OWN.search(harm[0]) or _I.search(spelled[: harm.start()])
    mail = _BY_MAIL.search(spelled[: harm.start()]) or _OF_MAIL.search(spelled[harm.start() :])
    own = told and not mail and not _BARRED.match(harm[0])
    return bool(own or words.PRONOUN.search(spelled) or _KIN.search(spelled))


def _breaths(sentence: Sentence) -> list[_Breath]:
    """Return a sentence in parts that speak of one thing: a child may write a page without a full stop."""
    found = sentence.spoken.split()
    starts = range(0, max(1, len(found) - _OVERLAP), _BREATH - _OVERLAP)
    parts = [" ".join(found[start : start + _BREATH]) for start in starts]
    return [_Breath(_spelled(part), part, sentence) for part in parts]


def _is_alarm(breath: _Breath, beside: list[_Breath], before: list[_Breath]) -> bool:
    written = " ".join(dict.fromkeys(b.sentence.written for b in beside))
    told = _Told(breath.spelled, _joined(beside), written, _joined(before))
    form = 5 if harms.FORMS.search(told.sentence) else 0
    weight = max(form, _of_a_child(told), _of_oneself(told))
    return weight >= _ENOUGH and weight - _against(told) >= _ENOUGH


def _joined(breaths: list[_Breath]) -> str:
    return " ".join(breath.spelled for breath in breaths)


def _spelled(spoken: str) -> str:
    """Return words without apostrophes and with short forms written out, so that "wen mums bf" is "when mum's …"."""
    return _SHORT.sub(lambda match: own.SHORT[match[0]], spoken.replace("'", "").replace("dont no ", "dont know "))


def _against(told: _Told) -> int:
    """Return the weight of what only sounds like an alarm."""
    sentence, around = (words.CASE_WORK.without(text) for text in (told.sentence, told.around))
    beside = 1 if words.ASIDE.search(around) else 2
    talk = _AGAINST if words.TALK.search(sentence) else beside if words.TALK.search(around) else 0
    fiction = _AGAINST * bool(words.FICTION.search(sentence)) or beside * bool(words.FICTION.search(around))
    ours = _AGAINST if words.MAIL.search(sentence) else 2 * bool(words.MAIL.search(around))
    harmless = _AWAY * bool(words.HARMLESS.search(around)) or 2 * bool(words.PLEASANT.search(told.around))
    return talk + fiction + ours + harmless


def _harm(sentence: str) -> int:
    """Return how grave what is done is: 3 for what stands for itself, else 1 or 2 for what worries."""
    if harms.GRAVE.search(sentence):
        return 3
    return min(2, len({match[0] for match in harms.SERIOUS.finditer(sentence)}))


def _of_a_child(told: _Told) -> int:
    """Return the weight of what is told of a child: 2 for whom, 3 for what, 5 for how, at most."""
    harm = _harm(told.sentence)
    telling = sum(bool(pattern.search(told.around)) for pattern in _TELLING)
    one = words.ONE_CHILD.search(told.around) or (harm and _speaks_of_one_before(told))
    if not harm and not (one and words.PRONOUN.search(told.sentence)):
        return 0  # what nobody foresaw must at least be told of one child, as of somebody known
    if harm < 3 and len(told.around.split()) < _HEADING:
        return 0  # "Absent pupil"
    if one:
        return 2 + harm + telling - (not harm)
    some = words.SOME_CHILDREN.search(told.around) or (harm > 2 and words.PRONOUN.search(told.around))
    return 1 + harm + telling if some else 0


def _speaks_of_one_before(told: _Told) -> bool:
    """Whether "he" or "she" stands for one child of whom was spoken before."""
    return bool(words.PRONOUN.search(told.sentence) and words.ONE_CHILD.search(told.before))


def _of_oneself(told: _Told) -> int:
    """Return the weight of what somebody says of themselves, in the voice of a child or not."""
    voice = own.VOICE.search(told.written.lower().replace("'", "").replace("’", ""))
    if not (voice or own.ME.search(told.sentence)):
        return 0
    said = len({match[0] for match in own.SAID.finditer(told.sentence)})
    lower = told.written.islower() or own.LOWER.search(told.written)
    family = bool(own.FAMILY.search(told.around))
    young = family + bool(voice) + bool(lower)
    harm = _harm(told.sentence)
    if not (said or harm or family):
        return 0  # "can u send it to that instead"
    if not (said and (young or said > 1 or harm > 2)) and young < 2 and not (young and harm):
        return 0
    telling = bool(words.PRONOUN.search(told.sentence)) + (young > 1 and bool(words.TIMES.search(told.sentence)))
    return min(2, young) + max(min(4, 3 * said), young > 1) + harm + telling - (not said and not harm)
