"""Understanding: a message → its findings, each with the sentence or the header that proves it.

Pure and total: every message gets a finding, none raises. The order is the point, and stands in one table: `_READINGS`.
A reference that is merely quoted, or that stands in In-Reply-To, ties a message to us and is no wish. Whether a
reference is real, and who may do what, is `deciding`'s.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from urllib.parse import unquote

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.aliases import ADDRESS
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.mailbox.machines import bounces
from pscb_mail.mailbox.machines.automatic import own_copy, says_away
from pscb_mail.mailbox.machines.portals import waits_elsewhere
from pscb_mail.mailbox.words import proposals
from pscb_mail.mailbox.words.besides import tells_of_a_case, wants_answer
from pscb_mail.mailbox.words.doubts import BESIDE, BOTH, ELSE, OTHER, SOMEBODY, WEAK, Wish
from pscb_mail.mailbox.words.harmless import GREETING
from pscb_mail.mailbox.words.optout import and_another, doubt_beside, is_negated, opt_out_wish
from pscb_mail.mailbox.words.pressed import by_link
from pscb_mail.mailbox.words.sentences import Sentence, sentences
from pscb_mail.mailbox.words.urgent import tells_of_harm, urgent
from pscb_mail.mailbox.words.worded import WORDS, Ours, Worded
from pscb_mail.sending.references import references_in

__all__ = ["Ours", "understand"]

# What comes through a list and is longer than this was written for all its readers, and not for us.
_A_LETTER = 300  # words
_A_SHORT_MAIL = 460  # characters
_PROPOSED = frozenset({Kind.SUBSCRIBE, Kind.ADDRESS_CHANGE, Kind.LEFT})
_FILED = frozenset({Kind.SUBSCRIBE, Kind.ADDRESS_CHANGE, Kind.LEFT, Kind.AWAY})


class _Mail(Worded):
    """A message of which more than one reading asks what it wishes."""

    @cached_property
    def wish(self) -> Finding | None:
        """What the words wish or propose, else what the subject or what stands below the signature does."""
        return (_wished(self) or _said_in_subject(self)) if self.said else _wish_without_words(self)


def understand(incoming: Incoming, ours: Ours) -> tuple[Finding, ...]:
    """Return the findings: one for each recipient reported, else one, and one for what stands beside a wish.

    That is a colleague's in "me and my colleague", or what waits for an answer. Never empty, never raises.
    """
    own = own_copy(incoming, ours.addresses, ours.list_id)
    if own:
        return (Finding(Kind.UNRELATED, one_line(f"our own mail: {own}", 300)),)
    complaint = bounces.complaint(incoming)
    if complaint is not None:
        return (complaint,)
    reports = bounces.bounces(incoming)
    if reports:
        return reports
    mail = _Mail(incoming, ours)
    finding = next((found for read in _READINGS if (found := read(mail)) is not None), None) or _question(mail)
    seen = _with_wish(mail, _in_sight(mail, finding))
    findings = (seen, *_for_others(mail, seen), *_to_answer(mail, seen))
    ids = tuple(i for i in incoming.answers if i.rstrip(">").casefold().endswith(f"@{ours.domain.casefold()}"))
    tied = tuple(dict.fromkeys((*finding.references, *(() if finding.link else _quoted_references(incoming)))))
    return tuple(
        replace(each, references=tied[:50], message_ids=ids[:50], evidence=_evidence(mail, each)) for each in findings
    )


def _evidence(mail: _Mail, finding: Finding) -> str:
    """Return the words that prove a finding; where a person decides, with all that may turn what they say.

    That is the whole of a short mail; of a long one the sentences that turn a wish, or want something else.
    """
    if finding.kind is Kind.QUESTION or not (finding.doubt or finding.kind in _PROPOSED):
        return one_line(finding.evidence, 300)
    said = [s for s in mail.said if not (s.words <= 6 and GREETING.search(s.plain))]
    if sum(len(s.written) for s in said) > _A_SHORT_MAIL:
        said = [s for s in said if s.written in finding.evidence or _turns(s)]
    before = () if any(s.written in finding.evidence for s in said) else (finding.evidence,)
    return one_line(" ".join((*before, *(s.written for s in said))), 480)


def _turns(sentence: Sentence) -> bool:
    """Whether a sentence may turn the wish beside it, or wants something else."""
    return is_negated(sentence) or bool(doubt_beside([sentence]) or wants_answer((sentence,)))


def _for_others(mail: _Mail, finding: Finding) -> tuple[Finding, ...]:
    """Return the wish of "me and my colleague" that is the colleague's: an entry of its own, or nobody thinks of it."""
    if finding.doubt != BOTH:
        return ()
    others = ((s.written, and_another(s, mail.incoming.sender)) for s in (*mail.said, *mail.subject_said))
    return tuple(_of_somebody_else(Wish(sentence, SOMEBODY, whom)) for sentence, whom in others if whom)


def _to_answer(mail: _Mail, finding: Finding) -> tuple[Finding, ...]:
    """Return a question that a person answers, where words beside a plain wish wait for it."""
    if finding.kind is not Kind.OPT_OUT or finding.doubt or mail.machine is not None:
        return ()
    if tells_of_a_case(mail.said):
        return (Finding(Kind.QUESTION, "their words are kept in the mail alone", doubt="they tell of something else"),)
    sentence = wants_answer(mail.said)
    return (Finding(Kind.QUESTION, sentence, doubt=ELSE),) if sentence else ()


def _in_sight(mail: _Mail, finding: Finding) -> Finding:
    """Return what stays in the inbox in place of what would be filed, where it tells of grave harm as well.

    That is a question, and an alarm in place of a wish: who only asks to come off has no need of such words.
    """
    plain_wish = finding.kind is Kind.OPT_OUT and not finding.doubt and not finding.link
    if mail.machine is not None or not (plain_wish or finding.doubt or finding.kind in _FILED):
        return finding
    alarm = tells_of_harm(mail.said, of_whom=True) if finding.kind is Kind.OPT_OUT else ""
    if alarm:
        return Finding(Kind.URGENT, alarm)
    harm = "" if plain_wish else tells_of_harm(mail.said)
    return Finding(Kind.QUESTION, harm) if harm else finding


def _with_wish(mail: _Mail, finding: Finding) -> Finding:
    """Return an alarm that tells of the wish to come off beside it: nothing else of it is kept."""
    if finding.kind is not Kind.URGENT or mail.machine is not None:
        return finding
    wish = mail.wish
    asks = wish is not None and wish.kind is Kind.OPT_OUT and wish.doubt not in WEAK
    return replace(finding, doubt=BESIDE) if asks else finding


def _quoted_references(incoming: Incoming) -> tuple[str, ...]:
    """Return the references anywhere in text, links and threading headers: they tie the message to us."""
    text = f"{' '.join(incoming.answers[:50])} {incoming.subject} {unquote(incoming.whole_text[:200_000])}"
    return references_in(text)[:50]


# -- what no person wrote -------------------------------------------------------------------------------------------


def _other_report(mail: Worded) -> Finding | None:
    if not bounces.is_other_report(mail.incoming):
        return None
    return Finding(Kind.AUTOMATIC, "a report, but of no failure and no complaint")


def _portal(mail: Worded) -> Finding | None:
    elsewhere = waits_elsewhere(mail.incoming)
    if not elsewhere:
        return None
    alarm = urgent(mail.said)  # whoever sends it may have put a word on the portal's page
    return Finding(Kind.URGENT, alarm) if alarm else Finding(Kind.UNREADABLE, elsewhere)


def _program(mail: Worded) -> Finding | None:
    """Return the finding of what bears a program's mark: a departure is worth more than that it is automatic."""
    if mail.machine is None:
        return None
    return _departure(mail) or Finding(mail.machine.kind, mail.machine.sign)


def _proven_program(mail: Worded) -> Finding | None:
    return _program(mail) if mail.machine is not None and mail.machine.proven else None


def _departure(mail: Worded) -> Finding | None:
    """Return what an automatic answer tells of who has left or moved; a list tells of anybody."""
    if mail.machine is None or mail.machine.listed:
        return None
    said, sender = sentences(mail.incoming.new_words[:WORDS]), mail.incoming.sender
    told = proposals.left(said, sender) or proposals.new_address(said, sender)
    told = told or proposals.left(sentences(mail.incoming.subject), sender)
    return Finding(told.kind, told.sentence, told.address) if told is not None else None


# -- what a person says ---------------------------------------------------------------------------------------------


def _alarm(mail: Worded) -> Finding | None:
    alarm = urgent(mail.said, mail.subject_said) or urgent(mail.subject_said)
    if not alarm:
        return None
    machine = mail.machine
    # Another board's newsletter is full of such words: nobody need run, and nothing with them is filed unread.
    long = sum(sentence.words for sentence in mail.said) > _A_LETTER
    for_many = machine is not None and (machine.for_many or (machine.listed and long))
    return Finding(Kind.QUESTION if for_many else Kind.URGENT, alarm)


def _plain_wish(mail: _Mail) -> Finding | None:
    """Return what the words wish or propose, unless it is one of the weakest wishes."""
    found = mail.wish
    if found is None or found.doubt in WEAK:
        return None
    if mail.machine is not None and mail.machine.listed:
        # Perhaps it is that list which they want to leave.
        clear = found.kind is Kind.OPT_OUT and not (found.doubt or mail.machine.for_many)
        return replace(found, link=False, doubt=OTHER) if clear else None
    if mail.machine is not None and (found.doubt or found.kind is not Kind.OPT_OUT):
        return _departure(mail) or found
    beside = mail.address_beside(mail.said)
    if beside and found.kind is Kind.OPT_OUT and not (found.doubt or found.other):
        return replace(found, link=False, doubt=f"they name {beside} as well")
    return found


def _away(mail: Worded) -> Finding | None:
    away = says_away(mail.said)
    return Finding(Kind.AWAY, away) if away else None


def _weak_wish(mail: _Mail) -> Finding | None:
    return mail.wish


def _named(mail: Worded) -> Finding | None:
    """Return what an address is named for in words that wish nothing else."""
    beside = mail.address_beside(mail.said)
    named = proposals.by_address(mail.said, beside) if beside else None
    return Finding(named.kind, named.sentence, named.address, named.name) if named is not None else None


# What no report is, is read in this order: the first that finds anything decides.
_READINGS: tuple[Callable[[_Mail], Finding | None], ...] = (
    by_link,  # first: mail programs press a link by themselves, and mark that mail as automatic
    _other_report,
    _portal,  # the words on its page are neither a person's nor an automatic answer's
    _proven_program,  # before any word: an out-of-office answer says whom to ring about a child
    _alarm,  # before every wish, and before all that only hints at a program ("Absent pupil")
    _plain_wish,
    _program,  # by a hint alone, so that it takes words that wish nothing
    _away,  # the same without any mark; it outweighs the weakest wish ("in my absence ask to be removed …")
    _weak_wish,
    _named,
)


def _question(mail: Worded) -> Finding:
    """Return the finding of words that wish nothing, and of a message that has none."""
    if mail.said:
        return Finding(Kind.QUESTION, " ".join(sentence.written for sentence in mail.said[:3]))
    subject, problems = mail.incoming.subject, [each for each in mail.incoming.problems if each != "no text"]
    if problems:
        return Finding(Kind.UNREADABLE, ", ".join(dict.fromkeys(problems)))
    if not subject and not mail.incoming.whole_text.strip():
        return Finding(Kind.UNREADABLE, "neither subject nor text")
    return Finding(Kind.QUESTION, f"no new words; Subject: {subject}")


# -- a wish -----------------------------------------------------------------------------------------------------------


def _wished(mail: Worded) -> Finding | None:
    """Return what the words wish: to come off, to come back, or what they propose."""
    said, sender = mail.said, mail.incoming.sender
    about_us = proposals.about_us(said)
    wish = opt_out_wish(said, sender)
    proposed = proposals.proposal(said, sender)
    back = proposals.wants_back(said)
    typed = references_in(mail.incoming.new_words[:WORDS])
    if wish is not None and not (wish.doubt in WEAK and (proposed or back) and not _names_who_left(wish, proposed)):
        return replace(_off(wish, proposed, typed), about_us=about_us)
    others_departure = proposed is not None and proposed.kind is Kind.LEFT and proposed.other
    if back and not others_departure:
        return Finding(Kind.SUBSCRIBE, back, about_us=True, references=typed)
    if proposed is None:
        return None
    return Finding(
        proposed.kind, proposed.sentence, proposed.address, proposed.name, other=proposed.other, about_us=about_us
    )


def _names_who_left(wish: Wish, proposed: proposals.Said | None) -> bool:
    """Whether a wish for somebody else names them, which their departure ("she left in July") does not."""
    pronoun = re.fullmatch(r"(?:him|her|them|it|somebody)", wish.other)
    return bool(wish.other) and not pronoun and proposed is not None and proposed.kind is Kind.LEFT


def _said_in_subject(mail: Worded) -> Finding | None:
    """Return the wish that stands in the subject, or below the signature, and not in the words."""
    by_subject = opt_out_wish(mail.subject_said, mail.incoming.sender)
    if by_subject is not None and not any(is_negated(s) for s in mail.said):
        return _by_subject(by_subject, mail.said)
    return _aside(mail.incoming)


def _off(wish: Wish, proposed: proposals.Said | None, typed: tuple[str, ...]) -> Finding:
    doubt = wish.doubt
    if not doubt and proposed is not None and proposed.kind is not Kind.LEFT:
        doubt = ELSE
    if not doubt and proposed is not None and proposed.address:
        doubt = "they name somebody in their place"
    if wish.other:
        return replace(_of_somebody_else(wish), references=typed, doubt=doubt)
    return Finding(Kind.OPT_OUT, wish.sentence, references=typed, link=bool(typed) and not doubt, doubt=doubt)


def _of_somebody_else(wish: Wish) -> Finding:
    """Return a wish for another than its writer, named by an address or a name."""
    address = ADDRESS.search(wish.other)
    named = address[0].rstrip(".") if address else ""
    name = "" if named else wish.other[:100]
    return Finding(Kind.OPT_OUT, wish.sentence, named, name, doubt=wish.doubt, other=True)


def _by_subject(wish: Wish, said: tuple[Sentence, ...]) -> Finding:
    """Return the wish that only the subject says; more than a few words below it may say something else."""
    short = sum(s.words for s in said) <= 15 and not any(s.question for s in said)
    doubt = wish.doubt or doubt_beside(list(said)) or ("" if short else "only the subject asks for it")
    return Finding(Kind.OPT_OUT, f"Subject: {wish.sentence}", doubt=doubt, about_us=not doubt)


def _wish_without_words(mail: Worded) -> Finding | None:
    """Return what the subject wishes where there are no words below it, or what was put behind that of a reply."""
    subject = f"Subject: {mail.incoming.subject}"
    wish = opt_out_wish(mail.subject_said, mail.incoming.sender)
    if wish is not None:
        return Finding(Kind.OPT_OUT, subject, doubt=wish.doubt, about_us=True)
    added = opt_out_wish(mail.added_to_subject, mail.incoming.sender)
    if added is not None:
        return Finding(Kind.OPT_OUT, subject, doubt=added.doubt or "only the subject asks for it")
    return _aside(mail.incoming)


def _aside(incoming: Incoming) -> Finding | None:
    """Return a doubtful wish that stands where words do not count for sure: below the signature."""
    wish = opt_out_wish(sentences(incoming.signature[:3000]), incoming.sender) if incoming.signature else None
    if wish is None or wish.doubt:
        return None
    return Finding(Kind.OPT_OUT, wish.sentence, doubt="it stands below the signature")
