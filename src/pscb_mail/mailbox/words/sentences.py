"""New words → sentences, each as it was written and as patterns see it.

Pure and linear. A sentence ends at a full stop, a question or exclamation mark, a blank line, or at the end of a short
line (people write one thought a line); long lines were wrapped by a program and go on.
"""

import re
from dataclasses import dataclass

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.parsing.quotes import plain
from pscb_mail.mailbox.words.spelling import mended

_WRAPPED = 58
_MOST = 400
_WRITTEN = 300
# No thought ends with a title ("Dr. Hale"), nor with the initial behind it ("Dr S. Hale").
_END = re.compile(
    r"(?<!\d\.)(?<!\bel\.)(?<!\bDr\.)(?<!\bMrs\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bRev\.)(?<!\b[DM][rs] [A-Z]\.)"
    r"(?<!\bMrs [A-Z]\.)(?<!\b[DM][rs]\. [A-Z]\.)(?<!\bMrs\. [A-Z]\.)(?<=[.!?;…])[\"')\]]{0,3}\s+"
)

# What is said for politeness only. It would look like a condition, or stand between words that belong together.
_POLITE = re.compile(
    r"\b(?:(?:in advance|in anticipation)|please|pls|plz|kindly|just|also|now(?! that\b)|then|asap|thank you|thanks"
    r"|many thanks|thx|ta|sorry|hereby|immediately|at your (?:earliest )?convenience|going forward|moving forward"
    r"|from now on(?:wards)?|from here on(?: in)?|henceforth|as soon as (?:possible|you can|you are able)"
    r"|if (?:at all )?possible|if (?:you|i) (?:(?:could|would|can|may|might)(?!')|don't mind)|if (?:that|this"
    r"|it)(?:'s| is| would be|'d be)? (?:ok|okay|all right|alright|fine|possible|not too much trouble|convenient)"
    r"|when(?:ever)? you (?:have|get|can|are able)(?: to)?(?: an?| the)?(?: spare)? ?(?:moment|chance|minute|time"
    r"|second|opportunity)?|i(?:'m| am| was| do)? ?(?:just )?wonder(?:ed|ing)? (?:if|whether)|i(?:'d| would"
    r"| should) be (?:so |very |most )?(?:glad|grateful|pleased|happy|obliged|thankful) if(?: you(?:'d| would"
    r"| could)?)?|i(?:'d| would) appreciate (?:it )?(?:if you(?: would| could)?)?|it (?:might |may |would |is "
    r"|'s )?(?:be )?best (?:if you|to)|(?:it|that)(?:'d| would| will|'ll) be (?:so |really |very )?(?:great|lovely"
    r"|good|nice|helpful|appreciated|wonderful|fantastic|brilliant|super|ideal|perfect)(?: if(?: you(?: would| could"
    r"| can|'d)?)?)?|would it be (?:a (?:bother|nuisance|problem|pain|trouble)|too much (?:trouble|bother"
    r"|to ask)) (?:to|if you(?: could)?)|i think|would you (?:\w+ )?mind(?: awfully| terribly| very much)?|(?:would"
    r"|should) be (?:so |very |most )?grateful if"
    r"|i would be grateful|i'd be grateful|be so kind(?: as)?(?: to)?)\b[,]?"
)


# Punctuation, smileys and kisses at the ends of a sentence; an address may begin or end it.
_ENDS = re.compile(r"^[^\w@]+|(?:[^\w@]|\b(?:x+|xox+)$)+$")
_ENDS_A_THOUGHT = (
    "please", "pls", "plz", "now", "then", "thank", "asap", "immediately", "ta", "as soon", "at your",
    "from", "going", "moving", "hence",
)  # fmt: skip
# The word is misspelt more often than not: unsubscibe, unsuscribe, un-subscribe.
_MISSPELT = re.compile(r"\bu[nb]-? ?s[ubscri]{4,9}[ebd]{0,2}(d|s|ing|r)?\b")


@dataclass(frozen=True)
class Sentence:
    """A sentence as it was written (one harmless line), as patterns see it, and without politeness.

    `spoken` is all of it, with no word mended: a child may write a page without a full stop.
    """

    written: str
    plain: str
    bare: str
    question: bool
    spoken: str

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.plain.split())


def sentences(text: str) -> tuple[Sentence, ...]:
    """Return the sentences of a text, at most a few hundred."""
    return tuple(_sentence(piece) for piece in _pieces(text)[:_MOST] if piece.strip())


def bare_of(words: str) -> str:
    """Return plain words without politeness and without punctuation at the ends."""
    return _ENDS.sub("", " ".join(_POLITE.sub(_pause, words).split()))


def _pause(match: re.Match[str]) -> str:
    """Return what is left of politeness: the comma where a new thought begins ("the list now, I have left")."""
    return ", " if match[0].endswith(",") and match[0].startswith(_ENDS_A_THOUGHT) else " "


def _sentence(piece: str) -> Sentence:
    written = one_line(piece, _WRITTEN)
    spoken = plain(written)
    words = mended(_MISSPELT.sub(_unsubscribe, spoken))
    whole = plain(one_line(piece, 5_000)) if len(piece) > _WRITTEN else spoken
    return Sentence(written, words, bare_of(words), words.rstrip("\"') ").endswith("?"), whole)


def _unsubscribe(match: re.Match[str]) -> str:
    return {"ing": "unsubscribing", "d": "unsubscribed"}.get(
        match[1] or ("d" if match[0].endswith("ed") else ""), "unsubscribe"
    )


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    paragraph = ""
    for line in text.splitlines()[: _MOST * 2]:
        stripped = line.strip()
        paragraph = f"{paragraph} {stripped}".strip()
        if len(stripped) < _WRAPPED or len(paragraph) > 5_000:
            pieces += _END.split(paragraph)
            paragraph = ""
    return [*pieces, *_END.split(paragraph)]
