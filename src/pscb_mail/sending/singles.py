"""Single messages: a test copy, one person's copy of a mailing, one more for somebody who has it, an answer.

Each goes through a session of its own, and every one counts for the pace. `send_only` keeps the promises of a run: the
claim is durable before the first byte leaves, the verdict before the session closes. Whoever interrupts a delivery gets
its session hung up, and what is known of the copy recorded. Raises what opening a session raises, and RelayRefusesError
for a fault of ours.
"""

from collections.abc import Callable
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.errors import UsageError
from pscb_mail.issues.edition import Edition, for_groups, laid_open
from pscb_mail.people import directory, roster
from pscb_mail.people.address import Person
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status, Subscriber
from pscb_mail.sending import attempts, audience, claims, editions, ledger
from pscb_mail.sending.delivery import Delivery, State, Verdict
from pscb_mail.sending.envelope import Copy
from pscb_mail.sending.ledger import Mailing
from pscb_mail.sending.message import Letter, compose, values_for, values_of
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.sending.relays import Relays
from pscb_mail.sending.running import Means
from pscb_mail.sending.smtp import Session, stuffed
from pscb_mail.sending.verdicts import fault_of_ours, judged

# From these no delivery comes back: one more copy goes beside it.
_SETTLED = {
    State.SENT: "was handed over already",
    State.IN_FLIGHT: "is on its way",
    State.UNKNOWN: "may have arrived",
    State.SKIPPED: "was skipped: they were off the list then, or the mailing was cancelled",
}


def send_test(db: Database, edition: Edition, person: Person, key: bytes, means: Means) -> Verdict:
    """Send one copy marked [TEST], outside the mailing.

    Somebody active on the list gets the passages of their groups, anybody else all of them, each under its label.
    """
    now, address = means.now(), person.address.text
    code = reference(key, Purpose.TEST, edition.issue, person.address.key)
    values = values_of(
        name=person.name, organisation="", role="", address=address, reference=code, dated=now,
        zone=means.newsletter.zone,
    )  # fmt: skip
    reader = directory.by_address(db, address)
    shown = for_groups(edition, reader.groups) if reader and reader.status is Status.ACTIVE else laid_open(edition)
    letter = compose(shown, means.newsletter, Purpose.TEST)
    with means.relays.open() as session:
        with transaction(db):
            attempt = attempts.start_test(db, edition.issue, address, session.relay.label, now)
        copy = Copy(means.newsletter.address, address, letter.spliced(values), code)
        return _beside(db, session, copy, attempt, means)


def send_only(
    db: Database, mailing: Mailing, person: Subscriber, key: bytes, means: Means, *, again: bool = False
) -> Verdict:
    """Send one active person's copy of a mailing, whatever kept it back; they need not be in its audience.

    `again`: also a copy that is in doubt, which is then settled. It stays in doubt where no relay is reached.
    """
    now = means.now()
    with means.relays.open() as session:
        with transaction(db):
            delivery = _queued(db, mailing, person, key, now, again=again)
            tried = claims.claim_one(db, delivery, mailing.issue, now, session.relay.label)
        claimed = tried.claim
        letter = _letter(editions.edition(db, claimed.edition), claimed.groups, means)
        pieces = letter.spliced(values_for(claimed, means.newsletter.zone))

        def settle(verdict: Verdict) -> None:
            claims.settle(db, [(tried, verdict)], means.now(), means.retries)
            if verdict.no_such_mailbox:
                origin = Origin(means.now(), "pscb-mail", f"send {mailing.issue}", f"{verdict.code} {verdict.reply}")
                roster.bounce(db, [person.id], origin)

        copy = Copy(means.newsletter.address, claimed.address, pieces, claimed.reference)
        return _handed_over(db, session, copy, settle)


def send_again(db: Database, mailing: Mailing, delivery: Delivery, person: Subscriber, means: Means) -> Verdict:
    """Send one more copy beside a delivery that is settled; it stays as it is, the log gets one more attempt."""
    letter, address = _letter(editions.edition(db, mailing.edition), person.groups, means), person.address.text
    values = values_of(
        name=person.name, organisation=person.organisation, role=person.role, address=address,
        reference=delivery.reference, dated=means.now(), zone=means.newsletter.zone,
    )  # fmt: skip
    with means.relays.open() as session:
        with transaction(db):
            attempt = attempts.start_again(db, delivery, session.relay.label, means.now())
        copy = Copy(means.newsletter.address, address, letter.spliced(values), delivery.reference)
        return _beside(db, session, copy, attempt, means)


def send_one(
    db: Database, relays: Relays, sender: str, recipient: str, message: bytes, now: datetime
) -> tuple[int, Verdict]:
    """Hand over one message that belongs to no mailing, such as an answer; returns the attempt's id and the verdict.

    The caller ends the attempt where it makes the verdict durable.
    """
    with relays.open() as session:
        with transaction(db):
            attempt = attempts.start_answer(db, session.relay.label, now)
        return attempt, judged(session.deliver(sender, recipient, [stuffed(message)]), session.relay.label)


def _letter(edition: Edition, groups: tuple[str, ...], means: Means) -> Letter:
    return compose(for_groups(edition, groups), means.newsletter, Purpose.MAILING)


def hold_unsettled(found: Delivery | None, person: Subscriber, *, again: bool) -> None:
    """Raise UsageError where a person has their copy already, or may have it and no other one is wanted.

    To be asked before anybody is asked or a relay reached for nothing; where the copy is claimed it is asked again.
    """
    if found is not None and found.state in _SETTLED and not (again and found.state is State.UNKNOWN):
        raise UsageError(
            f"{person.address.text}'s copy of {found.issue} {_SETTLED[found.state]}.", "--again sends one all the same."
        )


def _queued(db: Database, mailing: Mailing, person: Subscriber, key: bytes, now: datetime, *, again: bool) -> int:
    """Return the id of the person's delivery, queued. Raises UsageError where they have their copy already."""
    found = ledger.delivery_of(db, mailing.issue, person.id)
    hold_unsettled(found, person, again=again)
    if found is None:
        code = reference(key, Purpose.MAILING, mailing.issue, str(person.id))
        audience.queue_one(db, mailing.issue, mailing.edition, person.id, code, now)
    elif found.state is not State.QUEUED:
        ledger.requeue_one(db, found, now)
    delivery = ledger.delivery_of(db, mailing.issue, person.id)
    if delivery is None:
        raise UsageError(f"{person.address.text} is not active on the list.", "Nothing was sent.")
    return delivery.id


def _beside(db: Database, session: Session, copy: Copy, attempt: int, means: Means) -> Verdict:
    """Hand over a copy beside the mailing: its attempt is all that there is to settle."""
    return _handed_over(db, session, copy, lambda verdict: claims.end_attempt(db, attempt, verdict, means.now()))


def _handed_over(db: Database, session: Session, copy: Copy, settle: Callable[[Verdict], None]) -> Verdict:
    """Hand over a copy, and make the verdict durable before its session closes, also where we are interrupted."""
    try:
        session.deliver(copy.sender, copy.recipient, copy.pieces, copy.reference)
    finally:
        verdict = judged(session.outcome, session.relay.label)
        with transaction(db):
            settle(verdict)
    if (fault := fault_of_ours(session.outcome, session.relay.label)) is not None:
        raise fault
    return verdict
