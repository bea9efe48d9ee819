"""A mailing from start to end: freeze it, send what is due, go on after whatever stopped it; add to it, amend it.

What a run promises is in `running`. Needs the send lock (`sending.lock`).
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import transaction, unwritable
from pscb_mail.issues.edition import Edition
from pscb_mail.sending import audience, editions, ledger
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.ledger import Mailing
from pscb_mail.sending.message import compose, values_of
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.sending.running import Ended, Means, Run


def begin(db: Database, edition: Edition, chosen: Audience, key: bytes, now: datetime) -> None:
    """Start an issue's one mailing: freeze edition and audience, give everybody in it a reference."""
    with transaction(db):
        frozen = editions.begin(db, edition, chosen, now)
        audience.queue(db, edition.issue, frozen, chosen, _references(key, edition.issue), now)


def run(db: Database, issue: str, means: Means, *, limit: int | None = None, patient: bool = True) -> Ended:
    """Send what is due of an issue, at most `limit` copies; `patient`: wait for the pace and for near retries.

    Raises NotNowError (pace exhausted without patience, relay away, disk full), RelayRefusesError (a fault of ours),
    BrakeError. Whatever is raised, and whenever the process dies, running it again goes on.
    """
    means.relays.hold_signatures(_sample(db, issue, means))
    with transaction(db):
        ledger.drop_those_who_left(db, issue, means.now())
    try:
        with Run(db, issue, means, limit, patient) as sending:
            return sending.to_its_end()
    except sqlite3.Error as error:
        # A verdict that cannot be recorded ends the run: the copy stays in flight, and in doubt, for the next.
        raise unwritable(error) from error


def _sample(db: Database, issue: str, means: Means) -> list[bytes]:
    """Return a copy of the latest edition for nobody, with every header that the others will have."""
    mailing = ledger.mailing(db, issue)
    if mailing is None:
        raise ValueError(f"{issue} was never begun")
    values = values_of(
        name="", organisation="", role="", address=means.newsletter.address, reference="-", dated=means.now(),
        zone=means.newsletter.zone,
    )  # fmt: skip
    edition = editions.edition(db, mailing.edition)
    return compose(edition, means.newsletter, Purpose.MAILING).spliced(values)


def join(db: Database, mailing: Mailing, key: bytes, now: datetime) -> int:
    """Add those to a mailing who joined its audience since it began; returns how many."""
    with transaction(db):
        return audience.queue(
            db, mailing.issue, mailing.edition, mailing.audience, _references(key, mailing.issue), now
        )


def amend(db: Database, edition: Edition, now: datetime) -> None:
    """Give a corrected edition to all who are still queued."""
    with transaction(db):
        editions.amend(db, edition, now)


def _references(key: bytes, issue: str) -> Callable[[int], str]:
    return lambda subscriber: reference(key, Purpose.MAILING, issue, str(subscriber))
