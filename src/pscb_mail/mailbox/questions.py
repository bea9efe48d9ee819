"""Questions: the SQL of the mails that ask people whether they want to be on the list, and of what answers them.

A question lies in the outbox like an answer; a yes is a finding. Nothing of its own is kept: who was asked and has not
answered is derived from the two. The code in the link of a question, or of a way back, is made from the workspace's key
again to know it. It stands in that one letter alone: whoever has a copy that was passed on does not have it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import moment
from pscb_mail.mailbox import outbox
from pscb_mail.mailbox.decision import QUESTIONS, WAYS_BACK, Answer
from pscb_mail.sending import ledger
from pscb_mail.sending.references import Purpose, reference


def code(key: bytes, subscriber: int) -> str:
    """Return the reference in the link of a question to somebody."""
    return reference(key, Purpose.QUESTION, "", str(subscriber))


def way_back(key: bytes, subscriber: int) -> str:
    """Return the reference in the link by which somebody who was taken off comes back."""
    return reference(key, Purpose.WAY_BACK, "", str(subscriber))


def last_asked(db: Database, kind: Answer) -> dict[int, datetime]:
    """Return to whom we have written such a letter, with the last time; one that was refused was not written."""
    rows = db.execute(
        """SELECT subscriber, max(written_at) FROM outbox
           WHERE kind = ? AND state <> 'refused' AND subscriber IS NOT NULL GROUP BY subscriber""",
        [kind],
    )
    return {subscriber: moment(at) for subscriber, at in rows}


def last_yes(db: Database) -> dict[int, datetime]:
    """Return who has said yes by a mail, with the last time."""
    rows = db.execute(
        """SELECT subscriber, max(at) FROM finding
           WHERE finding = 'subscribe' AND action IN ('filed', 'resubscribed') AND subscriber IS NOT NULL
           GROUP BY subscriber"""
    )
    return {subscriber: moment(at) for subscriber, at in rows}


def away_from(db: Database) -> dict[int, datetime]:
    """Return who has been away at every issue of late, with the first answer that said so."""
    rows = db.execute(
        """SELECT f.subscriber, min(f.at) FROM finding f
           WHERE f.finding = 'away' AND f.subscriber IS NOT NULL AND f.at > coalesce((
               SELECT max(d.at) FROM delivery d WHERE d.subscriber = f.subscriber AND d.state = 'sent'
                   AND NOT EXISTS (SELECT 1 FROM finding x WHERE x.delivery = d.id AND x.finding = 'away')), '')
           GROUP BY f.subscriber"""
    )
    return {subscriber: moment(at) for subscriber, at in rows}


def answered(
    db: Database, key: bytes, message_ids: tuple[str, ...], references: Iterable[str]
) -> tuple[Answer, int, datetime | None] | None:
    """Return which letter of ours a mail answers: its kind, to whom it went, and when.

    A reply names it by its Message-ID. The links in it start a new message: the code in its subject says whose letter
    it is; of a way back not when we wrote it. A copy's code, as nearly all are, is no letter's and is told at once.
    """
    named = outbox.answered_by(db, message_ids)
    if named is not None:
        return named
    written = {each for each in references if ledger.delivery_by_reference(db, each) is None}
    if not written:
        return None
    asked = [(at, kind, who) for kind in QUESTIONS for who, at in last_asked(db, kind).items()]
    for at, kind, who in sorted(asked, reverse=True):
        if code(key, who) in written:
            return kind, who, at
    told = {who for kind in WAYS_BACK for who in last_asked(db, kind)}
    return next(((Answer.CONFIRMED, who, None) for who in told if way_back(key, who) in written), None)
