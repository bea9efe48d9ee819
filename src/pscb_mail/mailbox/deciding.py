"""What is done about a finding: the contract's table, and nothing else decides it.

Pure and total. `acting` fills `Facts` from the ledgers and carries the decision out. The rule above all: taking off one
who did not ask and keeping on one who did are both failures, so whatever is not proven waits for a person.
"""

from dataclasses import replace

from pscb_mail.foreign import one_line
from pscb_mail.mailbox.aliases import is_alias, same_mailbox
from pscb_mail.mailbox.decision import QUESTIONS, WAYS_BACK, Action, Answer, Decision, Facts
from pscb_mail.mailbox.finding import Finding, Kind, Severity
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.mailbox.outdated import older_than_opt_out, older_than_return, untimely_yes
from pscb_mail.mailbox.proposing import asks_for_nothing_new, proposed
from pscb_mail.mailbox.words.yes import is_plain_yes, says_more
from pscb_mail.people.address import address_key
from pscb_mail.people.subscriber import Status, Subscriber


def decide(incoming: Incoming, finding: Finding, facts: Facts) -> Decision:
    """Return what is done about a finding."""
    decision = _decided(incoming, finding, facts)
    return _with_writer(decision, incoming, finding, facts) if decision.review else decision


def _decided(incoming: Incoming, finding: Finding, facts: Facts) -> Decision:
    if (confirmed := _yes(incoming, finding, facts)) is not None:
        return confirmed
    match finding.kind:
        case Kind.URGENT:
            # Nothing of it is kept: not even the words.
            decision = Decision(Kind.URGENT, Action.LEFT, evidence="words that a child may be at risk")
        case Kind.OPT_OUT:
            decision = _opt_out(incoming, finding, facts)
        case Kind.BOUNCE:
            decision = _bounce(incoming, finding, facts)
        case Kind.COMPLAINT:
            decision = _complaint(incoming, finding, facts)
        case Kind.SUBSCRIBE | Kind.ADDRESS_CHANGE | Kind.LEFT:
            decision = _proposal(incoming, finding, facts)
        case Kind.AWAY | Kind.AUTOMATIC:
            decision = _made(finding, Action.FILED, _anyone(facts)) if _tied(facts) else _unrelated(finding)
        case Kind.QUESTION | Kind.UNREADABLE:
            decision = _question(finding, facts) if _tied(facts) else _unrelated(finding)
        case Kind.UNRELATED:
            decision = _unrelated(finding)
    return decision


def _question(finding: Finding, facts: Facts) -> Decision:
    """Leave a question where it is; one beside a wish that is done, and filed, stands in review."""
    person = _anyone(facts)
    return _review(finding, person, finding.doubt) if finding.doubt else _made(finding, Action.LEFT, person)


def _with_writer(decision: Decision, incoming: Incoming, finding: Finding, facts: Facts) -> Decision:
    """Return what waits for a person with who wrote it, where that is somebody else than it is about."""
    about = {person.id: person for person in (facts.owner, facts.answered, facts.sender, facts.recipient) if person}
    person = about.get(decision.subscriber or 0)
    if finding.kind not in _WORDS or person is None or _is(facts.sender, person) or not incoming.sender:
        return decision
    return replace(decision, evidence=f"{one_line(incoming.sender, 254)}: {decision.evidence}")


_WORDS = frozenset({Kind.OPT_OUT, Kind.SUBSCRIBE, Kind.ADDRESS_CHANGE, Kind.LEFT})


def _yes(incoming: Incoming, finding: Finding, facts: Facts) -> Decision | None:
    """Decide on the yes of somebody whom we asked, from their own address; None where it is none, or changes nothing.

    Only a plain one counts, as the link in our mail words it: whatever else they write is read as from anybody.
    """
    letter = facts.letter
    if letter is None or letter.kind not in QUESTIONS or letter.at is None or not _is(facts.sender, letter.person):
        return None
    person = letter.person
    wishes = finding.kind in {Kind.SUBSCRIBE, Kind.QUESTION} and not (finding.address or finding.doubt)
    if not wishes or not is_plain_yes(incoming.new_words, incoming.sender):
        return None
    yes = replace(finding, kind=Kind.SUBSCRIBE)
    if person.status is Status.ACTIVE:
        return _made(yes, Action.FILED, person)
    if person.status is not Status.PENDING:
        return None
    if untimely := untimely_yes(incoming.date, person.since, letter.at):
        return _review(yes, person, untimely)
    return _made(yes, Action.RESUBSCRIBED, person, Answer.WELCOMED)


def _opt_out(incoming: Incoming, finding: Finding, facts: Facts) -> Decision:
    person = facts.owner if finding.link else None
    if person is None:
        return _opt_out_by_words(incoming, finding, facts)
    if finding.doubt or _names_another(finding, facts, person):
        return _review(finding, person, finding.doubt or f"the words beside the link name {finding.address}")
    if person.status is Status.OPTED_OUT:
        return _made(finding, Action.FILED, person)
    if stale := older_than_return(incoming.date, facts.came_back):
        return _review(finding, person, stale)
    return _opt_out_by_link(incoming, finding, facts, person)


def _names_another(finding: Finding, facts: Facts, person: Subscriber) -> bool:
    """Whether the words beside a link name another address than the one that its copy went to."""
    own = {person.address.key, address_key(facts.written_to)}
    return bool(finding.address) and address_key(finding.address) not in own


def _opt_out_by_link(incoming: Incoming, finding: Finding, facts: Facts, person: Subscriber) -> Decision:
    if facts.sender is not None:
        if facts.sender.id == person.id:
            return _made(finding, Action.OPTED_OUT, person, Answer.CONFIRMED)
        return _review(finding, person, f"the code of {person.address.text} came from {facts.sender.address.text}")
    if facts.authenticated and is_alias(incoming.sender, person.address.key):
        return _made(finding, Action.OPTED_OUT, person, Answer.TOLD)
    why = f"{one_line(incoming.sender, 254) or 'an unknown sender'} pressed the link in a copy of {person.address.text}"
    if facts.forwarded == "act":
        return _made(finding, Action.OPTED_OUT, person, Answer.TOLD, why=why)
    if person.status is not Status.ACTIVE:
        return _review(finding, person, why)
    return _made(finding, Action.ASKED, person, Answer.ASKED, why=why)


def _opt_out_by_words(incoming: Incoming, finding: Finding, facts: Facts) -> Decision:
    """Decide on plain words, and on a link whose code nobody has: it is refused, the words beside it may count."""
    if finding.other:
        known = facts.recipient is not None or _tied(facts)
        why = "; ".join(filter(None, (finding.doubt, _by_nobody_known(facts))))
        return _review(finding, facts.recipient, why) if known or finding.about_us else _unrelated(finding)
    person = facts.sender or facts.answered
    if finding.doubt and not _tied(facts):
        return _unrelated(finding)
    if person is not None and person.status is Status.OPTED_OUT and not finding.doubt:
        return _made(finding, Action.FILED, person)
    why_not = _why_not(incoming, finding, facts)
    return _review(finding, person, why_not) if why_not else _made(finding, Action.OPTED_OUT, person, Answer.CONFIRMED)


def _why_not(incoming: Incoming, finding: Finding, facts: Facts) -> str:
    """Return why plain words are not acted on; "" where the sender, an active subscriber, is proven."""
    person = facts.sender
    if facts.test_copy:
        return "the code is of a test copy, which takes nobody off"
    if facts.several_owners:
        return "the message bears the codes of several people"
    if finding.doubt or person is None:
        return finding.doubt or "the sender is not on the list"
    if person.status is not Status.ACTIVE:
        return f"they are {person.status.words}"
    if stale := older_than_return(incoming.date, facts.came_back):
        return stale
    return _unproven(facts, person)


def _by_nobody_known(facts: Facts) -> str:
    """Return that nothing proves who wrote what is about another, "" where something does."""
    theirs = (facts.answered, facts.owner, facts.written_to_by_us)
    proven = facts.authenticated or (facts.sender is not None and any(_is(each, facts.sender) for each in theirs))
    return "" if proven else "nothing proves who wrote"


def _unproven(facts: Facts, sender: Subscriber) -> str:
    """Return that nothing proves a sender on the list, "" where something does.

    The code and Message-ID of a copy, or of our letter, are unguessable: whoever quotes or answers it has it.
    """
    theirs = (facts.answered, facts.owner, facts.written_to_by_us)
    proven = facts.authenticated or any(_is(each, sender) for each in theirs)
    return "" if proven else "nothing proves that the sender is who From says"


def _bounce(incoming: Incoming, finding: Finding, facts: Facts) -> Decision:
    person = facts.owner or facts.answered
    if finding.severity is not Severity.PERMANENT and (facts.proven or facts.recipient is not None):
        return _made(finding, Action.COUNTED, person or facts.recipient)  # proven or not, nobody is marked for it
    return _lasting_bounce(incoming, finding, facts, person)


def _lasting_bounce(incoming: Incoming, finding: Finding, facts: Facts, person: Subscriber | None) -> Decision:
    if not facts.proven or person is None:
        about = facts.recipient
        tied = about is not None or facts.proven or facts.test_copy
        return _review(finding, about, "nothing proves that the report is genuine") if tied else _unrelated(finding)
    if facts.several_owners or (facts.recipient is not None and facts.recipient.id != person.id):
        return _review(finding, person, "the report names one subscriber and returns the copy of another")
    if person.status is not Status.ACTIVE:
        return _made(finding, Action.COUNTED, person)
    # The third issue; at once only where the mailbox that is missing is the one we wrote to, not one it forwards to.
    # What comes back from an address that they have left says nothing about the one that they have now.
    theirs = not finding.address or same_mailbox(finding.address, person.address.key)
    at_once = finding.no_such_mailbox and theirs
    left = person.address.key != address_key(facts.written_to)
    if left or (not at_once and facts.earlier_bounces < 2):
        return _made(finding, Action.COUNTED, person)
    down = "so much of this domain came back that the domain itself may be down" if facts.outage else ""
    doubt = older_than_return(incoming.date, facts.came_back) or down
    # No server reports from an address of its own (RFC 5321 section 4.5.5): whoever has a copy can write such a report.
    told = Answer.RETURNED if incoming.return_path else None
    if doubt:
        return _review(finding, person, doubt)
    count = "" if at_once else f", of {facts.earlier_bounces + 1} issues by now"
    return _made(_with_proof(finding, facts, count), Action.BOUNCED, person, told)


def _with_proof(finding: Finding, facts: Facts, count: str = "") -> Finding:
    """Return a report with what it proves itself by, as evidence: of a copy, which none but its owner is sent."""
    what = "code" if facts.owner else "Message-ID"
    return replace(finding, evidence=f"report with the {what} of their copy{count}: {finding.evidence}")


def _complaint(incoming: Incoming, finding: Finding, facts: Facts) -> Decision:
    """Decide on a spam report. Its owner is told once: anybody who has a copy can write one."""
    person = facts.owner or facts.answered
    if not facts.proven or person is None:
        about = facts.recipient
        return _review(finding, about, "nothing proves the report") if about or facts.proven else _unrelated(finding)
    if facts.several_owners:
        return _review(finding, None, "the report bears the codes of several people")
    if person.status is Status.OPTED_OUT:
        return _made(finding, Action.FILED, person)
    if stale := older_than_return(incoming.date, facts.came_back):
        return _review(finding, person, stale)
    return _made(_with_proof(finding, facts), Action.OPTED_OUT, person, Answer.REPORTED)


def _proposal(incoming: Incoming, finding: Finding, facts: Facts) -> Decision:
    back = _way_back(incoming, finding, facts)
    if back is not None:
        return back
    if _only_stays(incoming, finding, facts):
        return _made(replace(finding, kind=Kind.QUESTION), Action.LEFT, facts.sender)
    finding, person = _moved(incoming, finding, facts)
    if person is None and not _tied(facts) and not finding.about_us:
        return _unrelated(finding)
    if finding.kind is Kind.SUBSCRIBE and person is None and not finding.address:
        # They ask for themselves.
        finding = replace(finding, address=incoming.sender, name=finding.name or incoming.sender_name)
    by_whom = _by_nobody_known(facts) if finding.other else _by_whom(incoming, finding, facts, person)
    return _review(finding, person, finding.doubt or by_whom)


def _moved(incoming: Incoming, finding: Finding, facts: Facts) -> tuple[Finding, Subscriber | None]:
    """Return whom a proposal is about; the address that a change names is the old one where it is on the list."""
    person = facts.recipient if finding.other else _anyone(facts)
    old = facts.recipient
    if finding.kind is not Kind.ADDRESS_CHANGE or old is None or _is(facts.sender, old):
        return finding, person
    if facts.sender is None:
        return replace(finding, address=incoming.sender, name=""), old
    both = f"{old.address.text} is on the list as well"
    return replace(finding, address="", doubt=finding.doubt or both), person


def _only_stays(incoming: Incoming, finding: Finding, facts: Facts) -> bool:
    """Whether somebody on the list names nobody to add, and asks to stay on it or for what is none of the list's."""
    if finding.kind is not Kind.SUBSCRIBE or finding.other or finding.address or facts.sender is None:
        return False
    theirs = {incoming.sender_name.casefold(), facts.sender.name.casefold(), ""}
    if finding.name.casefold() not in theirs or facts.sender.status is not Status.ACTIVE:
        return False
    return asks_for_nothing_new(f"{finding.evidence} {incoming.new_words}")


def _way_back(incoming: Incoming, finding: Finding, facts: Facts) -> Decision | None:
    """Decide on their own answer to the mail that told somebody that they are off the list; None where it is none."""
    letter = facts.letter
    if finding.kind is not Kind.SUBSCRIBE or letter is None or letter.kind not in WAYS_BACK:
        return None
    person = letter.person
    if not _is(facts.sender, person) or person.status is not Status.OPTED_OUT:
        return None
    if finding.doubt or finding.address:
        return _review(finding, person, finding.doubt)
    if says_more(incoming.new_words):
        return _review(finding, person, "they ask for something else as well")
    if stale := older_than_opt_out(incoming.date, letter.at, person.since):
        return _review(finding, person, stale)
    return _made(finding, Action.RESUBSCRIBED, person, Answer.WELCOMED_BACK)


def _by_whom(incoming: Incoming, finding: Finding, facts: Facts, person: Subscriber | None) -> str:
    """Return who else may have written what somebody says of themselves, "" where it is proven that they did."""
    if person is None:
        return ""
    if finding.kind is Kind.SUBSCRIBE:
        wants_back = not finding.address and person.status is Status.OPTED_OUT
        return "they opted out, and it is no answer to our mail that says so" if wants_back else ""
    if _is(facts.sender, person):
        return _unproven(facts, person)
    return f"{one_line(incoming.sender, 254) or 'an unknown sender'} wrote it, who has a copy of theirs"


def _tied(facts: Facts) -> bool:
    """Whether anything ties the message to us; a mailbox may be somebody's own, with years in it."""
    return facts.test_copy or facts.several_owners or facts.proven or _anyone(facts) is not None


def _anyone(facts: Facts) -> Subscriber | None:
    """Return the person the message is best tied to: who wrote, else whose copy it answers."""
    return facts.sender or facts.owner or facts.answered or facts.written_to_by_us


def _is(one: Subscriber | None, other: Subscriber) -> bool:
    return one is not None and one.id == other.id


def _unrelated(finding: Finding) -> Decision:
    return Decision(Kind.UNRELATED, Action.LEFT, evidence=finding.evidence)


def _review(finding: Finding, person: Subscriber | None, why: str) -> Decision:
    return _made(finding, Action.REVIEW, person, why=why)


def _made(
    finding: Finding, action: Action, person: Subscriber | None, answer: Answer | None = None, *, why: str = ""
) -> Decision:
    """Return the decision; `why`, where a person has to look, is told with the proposal."""
    in_review = action is Action.REVIEW or bool(why)
    return Decision(
        kind=finding.kind,
        action=action,
        subscriber=person.id if person else None,
        proposal=proposed(finding, person, why) if in_review else "",
        answer=answer,
        evidence=finding.evidence,
        review=in_review,
        named=finding.address,
        name=finding.name,
    )
