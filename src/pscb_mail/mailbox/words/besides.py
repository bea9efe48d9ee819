"""What stands beside a plain wish and waits for an answer: a right that is claimed, a complaint, an allegation.

Pure and linear. The wish itself is done; but a mail that holds such words is nothing to be filed as done, and too much
of it costs no more than a glance.
"""

import re

from pscb_mail.mailbox.words.sentences import Sentence
from pscb_mail.mailbox.words.urgent import tells_of_harm

_OURS = r"(?:all |any |both |of |the |my |our |his |her |personal |other )"
_RIGHTS = re.compile(
    r"\b(?:subject access|access request|d?sar\b|freedom of information|foia?\b|right (?:to be forgotten|to erasure"
    r"|of access|of erasure)|what (?:personal )?(?:data|information|details)|(?:data|information|details|records?)"
    r"(?: \w+){0,3} (?:you|the board|the council) (?:still )?(?:hold|have|keep|store)|(?:hold|held|keep|kept"
    r"|store|stored) (?:about|on|of) (?:me|us)\b|copy of (?:all |any |the |my |our )+(?:personal )?(?:data"
    r"|information|records?)|where (?:did )?you (?:got|get|obtain\w*)|who gave you|how (?:did )?you (?:got"
    r"|get|came by|obtain\w*) (?:my|our|this)|privacy (?:notice|policy)|data protection officer|dpo\b"
    rf"|(?:delet\w+|eras\w+|destroy\w*|wip(?:e|ing)|remov\w+) (?:all|any|every\w*) {_OURS}*(?:data|information"
    r"|records?))\b|\b(?:delet\w+|eras\w+|destroy\w*) (?:my|our) (?:personal )?data\b"
    r"|\bconfirm (?:what|which|whether|how|who|where|in writing)\b"
    r"|\b(?:what|data|information)\b.{0,60}\band (?:then )?(?:delete|erase|destroy) it\b"
)
_COMPLAINT = re.compile(
    r"\b(?:ico|information commissioner\w*|commissioner|ombudsman|solicitors?|lawyers?|barristers?|legal (?:action"
    r"|advice|proceedings|steps)|court|tribunal|complain\w*|complaint\w*|my mp|my member of parliament"
    r"|trading standards"
    r"|report(?:ing|ed)? (?:you|this|it|the (?:board|council)) to|sue|suing|compensation|data breach|breach of"
    r"|chief executive|monitoring officer|go(?:ing)? to the (?:press|papers|police|media|ico)|harass\w*)\b"
)
_ALLEGATION = re.compile(
    r"\b(?:accus\w+|allegations?|alleged\w*|suspended|suspension|(?:under|being) investigat\w+|disciplinary|sacked"
    r"|dismissed|arrested|charged with|convicted|conviction|on bail|bailed|cautioned|barred|struck off|lado|dbs)\b"
)


def wants_answer(said: tuple[Sentence, ...]) -> str:
    """Return the sentence beside a wish for which a person has to read the mail, "" where there is none."""
    return next((s.written for s in said if _RIGHTS.search(s.plain) or _COMPLAINT.search(s.plain)), "")


def tells_of_a_case(said: tuple[Sentence, ...]) -> bool:
    """Whether words tell of an allegation, or of harm: they are kept nowhere, and a person reads the mail."""
    return any(_ALLEGATION.search(sentence.plain) for sentence in said) or bool(tells_of_harm(said))
