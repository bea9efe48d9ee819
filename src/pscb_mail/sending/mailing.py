"""A mailing from start to end: freeze it, send what is due, go on after whatever stopped it; and single messages.

What a run promises is in `running`. Needs the send lock (`sending.lock`).
"""

import sqlite3
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.errors import NotNowError
from pscb_mail.issues.edition import Edition
from pscb_mail.people.address import Person
from pscb_mail.people.subscriber import first_name
from pscb_mail.sending import ledger
from pscb_mail.sending.delivery import Verdict
from pscb_mail.sending.ledger import Audience
from pscb_mail.sending.message import compose, values_of
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.sending.relays import OpenSession
from pscb_mail.sending.running import PATIENCE, BrakeError, Ended, Glance, Means, Run
from pscb_mail.sending.smtp import stuffed
from pscb_mail.sending.verdicts import fault_of_ours, judged

__all__ = ["PATIENCE", "BrakeError", "Ended", "Glance", "Means", "begin", "run", "send_one", "send_test"]


def begin(db: Database, edition: Edition, audience: Audience, key: bytes, now: datetime) -> None:
    """Start an issue's one mailing: freeze edition and audience, give everybody in it a reference."""

    def reference_of(subscriber: int) -> str:
        return reference(key, Purpose.MAILING, edition.issue, str(subscriber))

    with transaction(db):
        ledger.begin(db, edition, audience, reference_of, now)


def run(db: Database, issue: str, means: Means, *, limit: int | None = None, patient: bool = True) -> Ended:
    """Send what is due of an issue, at most `limit` copies; `patient`: wait for the pace and for near retries.

    Raises NotNowError (pace exhausted without patience, relay away, disk full), RelayRefusesError (a fault of ours),
    BrakeError. Whatever is raised, and whenever the process dies, running it again goes on.
    """
    with transaction(db):
        ledger.doubt_in_flight(db, issue, means.now())
        ledger.drop_those_who_left(db, issue, means.now())
    sending = Run(db, issue, means, limit, patient)
    at_once = True
    try:
        ended = sending.to_its_end()
        at_once = False
    except sqlite3.Error as error:
        # A verdict that cannot be recorded ends the run: the copy stays in flight, and in doubt, for the next.
        raise NotNowError(f"The database cannot be written: {error}.", "Free some space, then run it again.") from error
    else:
        return ended
    finally:
        sending.close(at_once=at_once)


def send_test(db: Database, edition: Edition, person: Person, key: bytes, means: Means) -> Verdict:
    """Send one copy marked [TEST], outside the mailing; it counts for the pace. Raises what `run` raises."""
    now, address = means.now(), person.address.text
    code = reference(key, Purpose.TEST, edition.issue, person.address.key)
    values = values_of(
        name=person.name, first_name=first_name(person.name), organisation="", role="", address=address,
        reference=code, dated=now.astimezone(means.newsletter.zone),
    )  # fmt: skip
    letter = compose(edition, means.newsletter, Purpose.TEST)
    with means.open_session() as session:
        with transaction(db):
            attempt = ledger.start_test(db, edition.issue, address, session.relay.label, now)
        outcome = session.deliver(means.newsletter.address, address, letter.spliced(values), code)
        verdict = judged(outcome, session.relay.label)
        with transaction(db):
            ledger.end_attempt(db, attempt, verdict, means.now())
    if (fault := fault_of_ours(outcome, verdict.relay)) is not None:
        raise fault
    return verdict


def send_one(open_session: OpenSession, sender: str, recipient: str, message: bytes) -> Verdict:
    """Hand over one message that belongs to no mailing, such as an answer. Raises what opening a session raises."""
    with open_session() as session:
        return judged(session.deliver(sender, recipient, [stuffed(message)]), session.relay.label)
