"""Facts from the ledgers for a decision, and the decision carried out: the journal's row, the change, the answer.

Everything here runs inside one transaction that the reading opens: either a message has been handled with all its
consequences, or nothing of it has happened. What people are is changed through `people.roster` alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line
from pscb_mail.mailbox import answering, journal, questions
from pscb_mail.mailbox.decision import WAYS_BACK, Action, Answer, Decision, Facts, OurLetter
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.mailbox.journal import Record, Review
from pscb_mail.people import changes, directory, forgotten, roster
from pscb_mail.people.address import AddressError, Person, address_key, clean_name, parse_address
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status, Subscriber
from pscb_mail.sending import attempts, ledger
from pscb_mail.sending.delivery import Delivery
from pscb_mail.sending.references import Purpose, masked, normalised, reference, references_in
from pscb_mail.settings import Settings

AUTHOR = "pscb-mail inbox"


@dataclass(frozen=True)
class Known:
    """What the ledgers know about a finding: the facts to decide by, and the copy that it is about."""

    facts: Facts
    delivery: Delivery | None


# -- facts ----------------------------------------------------------------------------------------------------------


def known(db: Database, incoming: Incoming, finding: Finding, settings: Settings, key: bytes) -> Known:
    """Return the facts about a finding."""
    owned = _deliveries_by_reference(db, finding.references)
    answered = _delivery_by_message_id(db, (*finding.message_ids, *incoming.answers))
    owners = {delivery.subscriber for delivery in owned}
    owner = directory.by_id(db, owned[0].subscriber) if len(owners) == 1 else None
    about = owned[0] if len(owners) == 1 else answered if not owned else None
    theirs = directory.by_id(db, answered.subscriber) if answered else None
    sender = directory.by_address(db, incoming.sender)
    came_back = _came_back(db, finding, owner, sender, theirs)
    facts = Facts(
        owner=owner,
        answered=theirs,
        sender=sender,
        recipient=directory.by_address(db, finding.address),
        authenticated=incoming.authenticated(settings.mailbox.authenticated_by),
        test_copy=not owned and _is_test_copy(db, incoming, finding, key),
        several_owners=len(owners) > 1,
        earlier_bounces=_earlier_bounces(db, about, owner or theirs, came_back),
        forwarded=settings.mailbox.forwarded,
        written_to=about.address if about else "",
        proven=bool(owned) or answered is not None,
        letter=_letter(db, incoming, key),
        came_back=came_back,
    )
    return Known(facts, about)


def _deliveries_by_reference(db: Database, references: Sequence[str]) -> list[Delivery]:
    found = (ledger.delivery_by_reference(db, normalised(text)) for text in references)
    return [delivery for delivery in found if delivery is not None]


def _delivery_by_message_id(db: Database, message_ids: Sequence[str]) -> Delivery | None:
    found = (ledger.delivery_by_message_id(db, text) for text in message_ids)
    return next((delivery for delivery in found if delivery is not None), None)


def _letter(db: Database, incoming: Incoming, key: bytes) -> OurLetter | None:
    """Return the answer or question of ours that a message answers."""
    found = questions.answered(db, key, incoming.answers, references_in(incoming.subject[:1000]))
    person = directory.by_id(db, found[1]) if found else None
    return OurLetter(found[0], person, found[2]) if found and person else None


def _is_test_copy(db: Database, incoming: Incoming, finding: Finding, key: bytes) -> bool:
    """Whether a reference is that of a test, preview or file copy: recognised by making it again, never stored."""
    seen = {normalised(text) for text in finding.references}
    seen |= {each for text in (*finding.message_ids, *incoming.answers) for each in references_in(text)}
    if not seen:
        return False
    tests = attempts.tests(db)
    issues = {issue for issue, _ in tests} | {mailing.issue for mailing in ledger.mailings(db)}
    addresses = {address for _, address in tests} | {incoming.sender, finding.address, *incoming.recipients}
    made = (reference(key, Purpose.TEST, issue, address.lower()) for issue in issues for address in addresses)
    return any(each in seen for each in made)


def _came_back(
    db: Database,
    finding: Finding,
    owner: Subscriber | None,
    sender: Subscriber | None,
    answered: Subscriber | None,
) -> datetime | None:
    """Return when the person whom a message would take off last came back, as the history tells it, undo included.

    For a wish not to be here that is when they came back from one; a report of before is over wherever they came from.
    """
    reported = finding.kind in {Kind.BOUNCE, Kind.COMPLAINT}
    person = owner or answered if reported else (owner if finding.link else None) or sender or answered
    if person is None or not (reported or finding.kind is Kind.OPT_OUT):
        return None
    left = {*Status} - {Status.ACTIVE} if finding.kind is Kind.BOUNCE else {Status.OPTED_OUT}
    back = [
        each.change.origin.at
        for each in changes.history_of(db, person.id)
        if each.before is not None
        and each.after is not None
        and each.before.status in left
        and each.after.status is Status.ACTIVE
    ]
    return back[-1] if back else None


def _earlier_bounces(
    db: Database, about: Delivery | None, person: Subscriber | None, came_back: datetime | None
) -> int:
    """Return how many other issues came back from a person for good since they are on the list."""
    if about is None or person is None:
        return 0
    return journal.earlier_bounces(db, person.id, about.issue, came_back or person.since)


# -- acts -----------------------------------------------------------------------------------------------------------


def act(
    db: Database,
    incoming: Incoming,
    finding: Finding,
    about: Known,
    decision: Decision,
    settings: Settings,
    key: bytes,
    now: datetime,
) -> None:
    """Carry out a decision: the person's change, the journal's row, the answer."""
    origin = Origin(now, AUTHOR, "inbox", one_line(masked(decision.evidence), 300))
    change = _changed(db, decision, origin)
    number = journal.found(db, incoming.key, recorded(db, incoming, finding, about, decision, settings, change), now)
    if decision.answer is not None and decision.subscriber is not None:
        person = directory.by_id(db, decision.subscriber)
        if person is not None:
            code = _code(decision.answer, person, about.delivery, key)
            answering.answer(db, number, decision.answer, person, incoming, code, settings, now)


def _code(kind: Answer, person: Subscriber, delivery: Delivery | None, key: bytes) -> str:
    """Return the code for the link in an answer: that of a copy can take its person off, and nothing else."""
    if kind in WAYS_BACK:
        return questions.way_back(key, person.id)
    return delivery.reference if delivery else ""


def _changed(db: Database, decision: Decision, origin: Origin) -> int | None:
    if decision.subscriber is None:
        return None
    match decision.action:
        case Action.OPTED_OUT:
            return roster.opt_out(db, [decision.subscriber], origin).change
        case Action.BOUNCED:
            return roster.bounce(db, [decision.subscriber], origin).change
        case Action.RESUBSCRIBED:
            return roster.resubscribe(db, decision.subscriber, origin).change
        case _:
            return None


def recorded(
    db: Database,
    incoming: Incoming,
    finding: Finding,
    about: Known,
    decision: Decision,
    settings: Settings,
    change: int | None = None,
) -> Record:
    """Return a finding as the journal keeps it: of an urgent one nothing but which message it is.

    It stands in the review until a person says that it was read: shown once, it could be overlooked.
    """
    if decision.kind is Kind.URGENT:
        return Record(Kind.URGENT, decision.action, proposal=_alarm(db, incoming, finding.doubt, settings), review=True)
    return Record(
        kind=decision.kind,
        action=decision.action,
        address=whom(db, incoming, finding, decision),
        named=one_line(decision.named if decision.kind is Kind.ADDRESS_CHANGE else finding.address, 254),
        name=clean_name(decision.name or finding.name),
        severity=finding.severity,
        status=finding.status,
        evidence=one_line(masked(decision.evidence), 500),
        proposal=decision.proposal,
        subscriber=decision.subscriber,
        delivery=about.delivery.id if about.delivery else None,
        change=change,
        review=decision.action is Action.REVIEW or decision.review,
    )


def _alarm(db: Database, incoming: Incoming, beside: str, settings: Settings) -> str:
    """Return what an alarm says: where the message is, and what else it asks.

    Its subject may name the child, its sender those who know. Both stand in the mailbox, and nowhere else.
    """
    try:
        when = f"{incoming.date.astimezone(settings.newsletter.zone):%d %B %Y %H:%M}" if incoming.date else ""
    except OverflowError:  # in the newsletter's zone it may lie before the year 1
        when = ""
    source = journal.source_of(db, incoming.key)
    which = ", ".join(part for part in (when and f"written {when}", source and f"message {source}") if part)
    place = f"in the mailbox: {which}" if which else "in the mailbox"
    place = f"{place}; {beside}" if beside else place
    return f"A child may be at risk. Read it now, {place}. Accept once somebody has, and has acted"


def whom(db: Database, incoming: Incoming, finding: Finding, decision: Decision) -> str:
    """Return the address that a finding is about: a report's recipient, a colleague, else the person or the sender."""
    if finding.address and decision.kind in {Kind.BOUNCE, Kind.COMPLAINT, Kind.SUBSCRIBE}:
        return one_line(finding.address, 254)
    person = directory.by_id(db, decision.subscriber) if decision.subscriber is not None else None
    return person.address.text if person else one_line(incoming.sender, 254)


# -- review ---------------------------------------------------------------------------------------------------------


def can_accept(db: Database, entry: Review) -> bool:
    """Whether accepting an entry can do what it is about; where it cannot, its proposal says what to find out."""
    match entry.kind:
        case Kind.OPT_OUT | Kind.COMPLAINT | Kind.BOUNCE | Kind.LEFT:
            return entry.subscriber is not None
        case Kind.ADDRESS_CHANGE:
            person = directory.by_id(db, entry.subscriber) if entry.subscriber is not None else None
            return person is not None and address_key(entry.named) not in {"", person.address.key}
        case Kind.SUBSCRIBE if entry.subscriber is not None and not entry.named:
            person = directory.by_id(db, entry.subscriber)
            return person is not None and person.status is not Status.ACTIVE
        case Kind.SUBSCRIBE:
            return bool(address_key(entry.named or entry.address))
        case _:
            return True


def accept(db: Database, entry: Review, origin: Origin, confirm: Sequence[str] = ()) -> int | None:
    """Do what an entry of the review proposes, as one change; returns its number, None where nothing was to change.

    `confirm` names groups in which a successor is pending until they have said yes. Raises UsageError where the entry
    does not hold what it takes.
    """
    change = _accepted(db, entry, replace(origin, reason=origin.reason or entry.evidence), confirm)
    if change is None and not _is_done(db, entry):
        raise UsageError(
            f"Entry {entry.number} would change nothing, and stays open.",
            f"Do by hand what they ask for, then `pscb-mail review --dismiss {entry.number}`.",
        )
    journal.settle_review(db, entry.number, "accepted", change)
    return change


def _is_done(db: Database, entry: Review) -> bool:
    """Whether what an entry proposes is so already: done by hand, or by another message, since it was put there."""
    named = directory.by_address(db, entry.named or entry.address)
    person = directory.by_id(db, entry.subscriber) if entry.subscriber is not None else None
    match entry.kind:
        case Kind.SUBSCRIBE:
            return named is not None and named.status in {Status.ACTIVE, Status.PENDING}
        case Kind.ADDRESS_CHANGE:
            moved = address_key(entry.address) != address_key(entry.named)
            return moved and person is not None and person.address.key == address_key(entry.named)
        case Kind.OPT_OUT | Kind.COMPLAINT | Kind.BOUNCE | Kind.LEFT:
            return person is not None and person.status is not Status.ACTIVE
        case _:
            return True


def _accepted(db: Database, entry: Review, origin: Origin, confirm: Sequence[str]) -> int | None:
    match entry.kind:
        case Kind.OPT_OUT | Kind.COMPLAINT:
            return roster.opt_out(db, [_person(entry)], origin).change
        case Kind.BOUNCE:
            return roster.bounce(db, [_person(entry)], origin).change
        case Kind.LEFT:
            successor = _successor(db, entry)
            return roster.remove(db, [_person(entry)], origin, successor=successor, confirm=confirm).change
        case Kind.ADDRESS_CHANGE:
            return roster.edit(db, _person(entry), origin, address=_named(entry).address).change
        case Kind.SUBSCRIBE:
            return _subscribed(db, entry, origin)
        case _:
            return None


def _subscribed(db: Database, entry: Review, origin: Origin) -> int | None:
    """Add a colleague; where nobody else is named, it is the person who wrote that wants to be back."""
    back = directory.by_id(db, entry.subscriber) if entry.subscriber is not None and not entry.named else None
    if back is not None and back.status is Status.ACTIVE:
        raise UsageError(
            f"Entry {entry.number} does not say whom to add.",
            f"Do it by hand (`pscb-mail add`), then `pscb-mail review --dismiss {entry.number}`.",
        )
    if back is not None and back.status is not Status.REMOVED:
        return roster.resubscribe(db, back.id, origin).change
    person = Person(back.name, back.address) if back is not None else _named(entry)
    if address_key(entry.address) == person.address.key:
        # Whoever was forgotten comes back by their own wish, and by nobody else's.
        forgotten.lift(db, person.address.key)
    return roster.add(db, [person], origin, source="a reply", basis=one_line(entry.evidence, 200)).change


def joins(db: Database, entry: Review) -> str:
    """Return the address that accepting a departure puts on the list, "" where it puts nobody on."""
    successor = _successor(db, entry) if entry.kind is Kind.LEFT and entry.subscriber is not None else None
    return successor.address.text if successor else ""


def _successor(db: Database, entry: Review) -> Person | None:
    """Return who has come in a leaver's place; the address may be that of a leaver whom a colleague reported."""
    key, leaver = address_key(entry.named), directory.by_id(db, _person(entry))
    return _named(entry) if key and leaver is not None and leaver.address.key != key else None


def _person(entry: Review) -> int:
    if entry.subscriber is None:
        raise UsageError(
            f"Entry {entry.number} does not say who on the list it is about.",
            f"Do it by hand (`pscb-mail unsubscribe ADDRESS`, `pscb-mail edit ADDRESS`), then "
            f"`pscb-mail review --dismiss {entry.number}`.",
        )
    return entry.subscriber


def _named(entry: Review) -> Person:
    """Return whom an entry names; somebody who asks for themselves is named by their own address."""
    address = entry.named or (entry.address if entry.kind is Kind.SUBSCRIBE else "")
    try:
        return Person(clean_name(entry.name), parse_address(address))
    except AddressError as error:
        raise UsageError(
            f"Entry {entry.number} names no address that can be used: {error}",
            f"Do it by hand (`pscb-mail add`, `pscb-mail edit`), then `pscb-mail review --dismiss {entry.number}`.",
        ) from error
