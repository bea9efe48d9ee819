"""A plain yes to a question of ours: "yes please", "keep me on", and nothing beside it that somebody has to read.

Pure and linear. As with coming off, the words that may stand in one are listed: whatever else is said makes it none, so
that it is read as any other mail is.
"""

import re

from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.words import harmless
from pscb_mail.mailbox.words.besides import wants_answer
from pscb_mail.mailbox.words.proposal_forms import BACK
from pscb_mail.mailbox.words.sentences import Sentence, sentences

_MOST = 2_000  # characters; a plain yes is shorter
_SAYS = re.compile(
    r"^(?:yes|yep|yeah|yup|ok|okay|aye|sure|confirm(?:ed|ing)?|absolutely|definitely|certainly|of course|back)\b"
    r"|^do(?: continue)?$"
    r"|\b(?:i|we)(?: do| can| hereby| am happy to)? confirm\b|\bstill wanted\b"
    r"|\b(?:keep|put|add|have|include|sign|count|resubscribe|subscribe) (?:me|us)\b"
    r"|\b(?:stay|remain|continue|carry on|keep (?:on )?(?:getting|receiving|sending|it|them|this))\b"
    r"|\b(?:i|we)(?:'d|'m| do| would| will| am| are)?(?: still| really| very much| be)* (?:want|like|love|wish|happy"
    r"|glad)\b"
)
# Of "leave" only this says yes; "I'd like to leave" and "leave us" do not.
_LEFT_ON = re.compile(r"\bleave (?:me|us|my name|our name|it) (?:on|in)\b")
_KNOWN = """
    yes yep yeah yup ok okay aye sure confirm confirmed confirming confirmation absolutely definitely certainly
    of course indeed i we me us my our i'd i'm we'd we're it's you your a an the this that it them these to on
    in at for from with by and so as do am are is be been being have has can could would will may shall hereby
    want wants wanted wish like love happy glad pleased keen please thanks thank very much many really still
    always also too well keep keeping kept put add adding include included sign signed up count in
    stay staying remain remaining continue continuing carry get getting receive receiving send sending sent read
    reading coming back again list lists newsletter newsletters mailing bulletin bulletins copy copies issue
    issues email emails e-mail e-mails mail address future subscribe subscribed subscription resubscribe
    re-subscribe useful helpful interesting great good lovely fine informed updated everything all every each
    month time pscb safeguarding
    asking ta cheers x xx xxx before
"""
_WORDS = frozenset(_KNOWN.split())
# What makes a line that is no part of the yes one that counts: it may turn it, or ask for something.
_TELLS = re.compile(
    r"[?@]|n't\b|\b(?:no|not|never|nobody|stop|off|remov\w*|delet\w*|unsub\w*|cancel\w*|left|leav\w*|retir\w*|gone|moved"
    r"|died|but|instead|if|when|until|unless|change\w*|can|could|would|how|what|who|why|where|which|need|tell|send|add"
    r"|put|include|ring|urgent\w*|wrong|mistake)\b"
)
# What is said, and is no name and no post: "Help Me", "Add Jane Doe Too".
_SPOKEN = re.compile(
    r"\b(?:me|my|mine|us|our|you|your|i|we|he|she|they|him|her|it|add|put|include|subscribe|sign|help|ring|call"
    r"|phone [a-z]|text|write|ask|see|note|give|take|get|want|too|also|well|urgent\w*|now|today|tonight|soon|please"
    r"|hurt\w*|wait|forget|ignore|mistake|is|are|was|were|has|have|had|did|does|will|comes?|goes|says?|said|asks?|wants?)\b"
)
_SIGNED = re.compile(r"(?:(?:Mrs?|Ms|Miss|Dr|Rev|Prof|Cllr|PC|DC|DS)\.? )?[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*){0,3}\W*")
# The words of a signature, and whom a thank-you is for.
_NAME = re.compile(
    r"[A-Z(&\d+][\w'’.,()&/+:-]*|of|and|the|for|to|in|at|&|-|–|\||x{1,3}|(?:tel|phone|mobile|ext|fax|direct|office|m|t|e)[:.]*"
    r"|(?:https?://|www\.)\S+"
)
_THANKED = re.compile(r"\b(?:thanks|thank you|cheers|ta),? (?P<name>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?)\W*$", re.IGNORECASE)


def is_plain_yes(words: str, sender: str = "") -> bool:
    """Whether new words say yes, or that they want to stay or be back, and nothing else."""
    if len(words) > _MOST:
        return False
    words = words.replace(sender, "") if sender else words
    said = [sentence for sentence in sentences(words) if sentence.bare]
    says = [i for i, sentence in enumerate(said) if _says(sentence)]
    beside = [(i, each) for i, each in enumerate(said) if i not in says and not _is_courtesy(each, sender)]
    signed = all(i > max(says, default=0) for i, _ in beside)
    return bool(says) and signed and _is_signature([each for _, each in beside], words)


def says_more(words: str) -> bool:
    """Whether words beside a wish to be back ask something, or claim what a person has to answer."""
    said = sentences(words[:_MOST])
    asked = [sentence for sentence in said if sentence.question and not _says(sentence)]
    asks = any(not harmless.RHETORIC.search(sentence.bare) for sentence in asked)
    return asks or bool(wants_answer(said))


def _says(sentence: Sentence) -> bool:
    if BACK.fullmatch(sentence.bare) or BACK.fullmatch(sentence.plain.strip(" .!")):
        return not sentence.question
    asks = sentence.question and not re.match(r"(?:can|could|would|will|may) (?:you|i|we)\b", sentence.bare)
    thanked = _THANKED.search(sentence.written)
    name = thanked["name"].casefold() if thanked and thanked["name"].istitle() else ""
    words = sentence.plain.removesuffix(".").removesuffix("!").removesuffix(name) if name else sentence.plain
    known = _WORDS.issuperset(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", _LEFT_ON.sub(" ", words)))
    spoken = any(form.search(text) for form in (_SAYS, _LEFT_ON) for text in (sentence.bare, sentence.plain))
    return spoken and known and not asks


def _is_courtesy(sentence: Sentence, sender: str) -> bool:
    """Whether a sentence beside a yes is a greeting, a thank-you, or the sender's name as their address has it."""
    if _turns(sentence) or sentence.words > 8:
        return False
    names = set(re.findall(r"[a-z]{2,}", sender.partition("@")[0].casefold()))
    named = names.issuperset(sentence.plain.split())
    return named or bool(harmless.GREETING.search(sentence.plain) or harmless.COURTESY.search(sentence.plain))


def _is_signature(beside: list[Sentence], words: str) -> bool:
    """Whether what stands below a yes is a name, and of posts, places and numbers what may stand below one."""
    lines = {line.strip() for line in words.splitlines()}
    return all(
        each.written in lines
        and (i > 0 or _SIGNED.fullmatch(each.written))
        and not (each.words > 1 and each.written.isupper())  # "HELP ME" is shouted, and no name
        and all(map(_NAME.fullmatch, each.written.split()))
        and not (_turns(each) or _SPOKEN.search(each.plain))
        for i, each in enumerate(beside)
    )


def _turns(sentence: Sentence) -> bool:
    """Whether a sentence may turn the yes, or asks for something."""
    return sentence.question or bool(_TELLS.search(sentence.plain) or ADDRESS.search(sentence.plain))
