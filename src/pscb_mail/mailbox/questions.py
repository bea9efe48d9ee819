"""Questions: the SQL of the mails that ask people whether they want to be on the list, and of their yes.

A question lies in the outbox like an answer; a yes is a finding. Nothing of its own is kept: who was asked and has not
answered is derived from the two. The reference in a question's link is made from the workspace's key again to know it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import moment
from pscb_mail.mailbox.deciding import Answer
from pscb_mail.sending.references import Purpose, reference


def code(key: bytes, subscriber: int) -> str:
    """Return the reference in the link of a question to somebody."""
    return reference(key, Purpose.QUESTION, "", str(subscriber))


def last_asked(db: Database, kind: Answer) -> dict[int, datetime]:
    """Return whom we have asked, with the last time; a question that was refused was not asked."""
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
    db: Database, key: bytes, message_ids: Iterable[str], references: Iterable[str]
) -> tuple[int, datetime] | None:
    """Return whom we asked what a mail answers, and when: known by its Message-ID, or by the code in its subject."""
    for message_id in message_ids:
        row = db.execute(
            """SELECT subscriber, written_at FROM outbox
               WHERE message_id = ? AND kind IN ('please_confirm', 'still_wanted') AND subscriber IS NOT NULL""",
            [message_id],
        ).fetchone()
        if row is not None:
            return row[0], moment(row[1])
    written = frozenset(references)
    if not written:
        return None
    asked = last_asked(db, Answer.PLEASE_CONFIRM) | last_asked(db, Answer.STILL_WANTED)
    return next(((number, at) for number, at in asked.items() if code(key, number) in written), None)
