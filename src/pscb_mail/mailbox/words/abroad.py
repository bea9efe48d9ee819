"""Does somebody ask to come off the list in another language than English? By the patterns of `languages`.

Pure and linear, with the rule of `optout`: a wish acts where every word of its clause is known (`harmless`), where no
negation goes before it, no condition with it and nothing else is asked; the rest of what touches on it is doubtful.
"""

import re

from pscb_mail.mailbox.parsing.quotes import plain
from pscb_mail.mailbox.words import net
from pscb_mail.mailbox.words.doubts import CONDITIONAL, ELSE, MENTIONED, MIXED, OTHER, TURNED, Wish
from pscb_mail.mailbox.words.harmless import unknown_words
from pscb_mail.mailbox.words.languages import LANGUAGES, Language
from pscb_mail.mailbox.words.sentences import Sentence
from pscb_mail.mailbox.words.spelling import without_dots

# What names our mail; without it a wish may be about what was spoken of before.
_MAIL = re.compile(
    r"\b(?:newsletter\w*|verteiler\w*|rundbrief\w*|mailing\w*|mails?|e-?mails?|email\w*|courriels?"
    r"|lettre d'information|diffusion|correos?|boletin\w*|boletim|suscri\w+|subscri\w+|subskry\w+|biulety\w+"
    r"|wiadomosc\w*|mailow\w+|naujienlaisk\w*|laisk\w*|prenumer\w*|e-?past\w*|jaunum\w*|vestul\w*|bileten\w*"
    r"|buletin\w*|abon\w+|dezabon\w*|desabon\w*|desuscri\w*|distribu\w+|рассыл\w+|розсил\w+|письм\w+|лист\w*"
    r"|спис\w+|почт\w+|пошт\w+|подписк\w+|підписк\w+|rhestr\w*|g?cylchlyth\w+|gylchlyth\w+|e-?bost\w*|list)\b"
)
# What tells of a thing done, thanks for it or asks why: "gracias por darme de baja", "mane isbrauke", "warum".
_DONE = re.compile(
    r"\b(?:gracias por|obrigad[oa]s? por|merci (?:de m'avoir|de nous avoir|pour)|danke,? dass|dziekuje(?:my)? za"
    r"|multum(?:esc|im),? (?:ca|pentru)|aciu,? kad|paldies,? ka|warum|wieso|weshalb|pourquoi|por que|dlaczego|czemu"
    r"|kodel|kapec|de ce|porque\W*\?|(?:retiraram|removeram|eliminaram|apagaram|excluiram|tiraram|retirou|removeu"
    r"|eliminou|tirou|excluiu|apagou)|(?:mane|mus) (?:isbrauke|pasalino|istryne|iseme)|mani (?:iznema|izdzesa"
    r"|izsvitroja)|diolch (?:yn fawr )?am (?:dynnu|ddileu)|pam|nikal(?:a|ne|i)|(?:nikal|nikaal|hata) diya"
    r"|kyun|kyon|han (?:borrado|quitado|eliminado|sacado|dado)|(?:m'avez|m'a|m'ont|ai ete) \w+|haben (?:mich|uns)"
    r"|wurde|zostal\w+|m-ati|am fost|спасибо,? что|почему|зачем|дякую,? що"
    r"|чому|навіщо|(?:меня|нас) (?:удалили|отписали|исключили|убрали)|(?:мене|нас) (?:видалили|відписали|прибрали))\b"
)
# "No quiero dejar de recibir": a refusal to end it.
_ENDING = re.compile(
    r"\b(?:dejar|dejen|parar|paren|deixar|deixem|przesta\w+|zrezygn\w+|nustot\w*|liaut\w*|partrauk\w*|incet\w*"
    r"|opri\w*|aufhor\w*|arrete\w*|cess\w*|verpass\w*|perder\w*|manquer|rater|pierd\w*|praleist\w*|przegap\w*"
    r"|strac\w*|перестава\w*|пропуст\w*|потерят\w*|пропусти\w*|втрат\w*)\b"
)
# A comma before these begins no clause of its own.
_SUBORDINATE = re.compile(r",\s*(?=(?:kad|zeby|zebyscie|aby|abyscie|byscie|by|lai|ca|sa|dass|que|qu'\w+|чтобы|щоб)\b)")
# Where somebody begins to ask: what goes before is a reason.
_REQUEST = re.compile(
    r"\b(?:prosze|prosimy|prosil\w+|prasau|prasome|prasyciau|prasom|ludzu|ludzam|(?:va )?rog|rugam|bitte|merci de"
    r"|veuillez|je vous (?:prie|remercie)|agradec\w*|por favor|solicito|peco|pido|ruego|прошу|просим|просимо"
    r"|пожалуиста|будь ласка|прохання|просьба)\b"
)
# Where a reason goes before a wish, or follows it.
_REASON = re.compile(
    r"[,;:.()]|\b(?:da|weil|denn|car|parce que|puisque|comme|porque|pues|ya que|pois|bo|poniewaz|gdyz|nes|kadangi|jo"
    r"|deoarece|pentru ca|fiindca|так как|потому что|поскольку|тому що|оскільки|gan (?:fy|fod|ein|nad)"
    r"|oherwydd|achos|is liye|kyun\w+)\b"
)

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
    names_mail = _MAIL.search(" ".join(plain(wish.sentence) for wish in found))
    if not names_mail and sum(s.words for s in others) > _GREETINGS:
        return Wish(clear.sentence, OTHER)  # "Ich komme nicht zum Kurs. Bitte abmelden."
    if any(sentence.question for sentence in others):
        return Wish(clear.sentence, ELSE)
    return Wish(clear.sentence, MIXED if sum(sentence.words for sentence in others) > 40 else "")


def _in_another_language(sentence: Sentence) -> Wish | None:
    words = sentence.plain[:1000]
    read = [(language, match) for language in LANGUAGES if (match := _wish(language, words)) is not None]
    if read and all(_stays(language, match.string, match) for language, match in read):
        return None
    found = [_doubt_abroad(language, match.string, match) for language, match in read]
    if found:
        return Wish(sentence.written, "" if "" in found else found[0])
    return Wish(sentence.written, MENTIONED) if net.touches_abroad(words) else None


def _wish(language: Language, words: str) -> re.Match[str] | None:
    return language.wish.search(without_dots(words) if language.name == "German" else words)


def _stays(language: Language, words: str, match: re.Match[str]) -> bool:
    """Whether the only wish in the words is to stay: "bitte nehmen Sie mich nicht aus dem Verteiler"."""
    negated = language.stays.search(words)
    if negated is None or not (negated.start() <= match.start() < negated.end() or match.start() == negated.start()):
        return False
    return language.wish.search(words, negated.end()) is None


def _doubt_abroad(language: Language, words: str, match: re.Match[str]) -> str:
    """Return a doubt where a negation belongs to another wish, or where a word is not known to be harmless."""
    if _DONE.search(words) or (language.before.match(match[0]) and _ENDING.search(match[0])):
        return TURNED
    own = _REASON.split(_SUBORDINATE.sub(" ", words[: match.start()]))[-1]
    here = f"{own}{words[match.start() :]}"
    if language.stays.search(words) or language.no.search(here) or language.before.search(own):
        return TURNED
    if language.turns.search(words):
        return CONDITIONAL
    return OTHER if unknown_words(_clause_around(words, match), language.name) else ""


def _clause_around(words: str, match: re.Match[str]) -> str:
    """Return the clause of a wish, without the reasons that go before it or follow."""
    before = _REQUEST.split(_REASON.split(words[: match.start()])[-1])[-1]
    return f"{before}{_REASON.split(words[match.start() :], maxsplit=1)[0]}"
