"""Answers: the few short mails that follow an act, written with it, sent after it, never twice, never to a machine.

`answer` writes one into the outbox inside the transaction of the act it speaks of. `deliver` hands over what waits: the
claim is on disk before the first byte leaves, so that a crash leaves an answer in doubt, and one in doubt is never sent
again. A relay that is away leaves it for the next run. Sources: RFC 3834 (automatic responses), RFC 2076 (Precedence).
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, make_msgid

from sqlite_utils import Database

from pscb_mail.database import moment, transaction
from pscb_mail.errors import NotNowError, PscbMailError
from pscb_mail.foreign import one_line
from pscb_mail.mailbox import outbox, wording
from pscb_mail.mailbox.decision import QUESTIONS, Answer
from pscb_mail.mailbox.incoming import Incoming
from pscb_mail.mailbox.machines.automatic import is_machine
from pscb_mail.mailbox.outbox import Letter
from pscb_mail.people.address import address_key
from pscb_mail.people.subscriber import Subscriber
from pscb_mail.sending import claims
from pscb_mail.sending.delivery import Event, Verdict
from pscb_mail.sending.message import mailbox, quoted_printable, unstructured
from pscb_mail.sending.relays import Relays
from pscb_mail.sending.singles import send_one
from pscb_mail.settings import Newsletter, Settings

ONE_A = timedelta(days=1)
# An answer that comes later than this only puzzles its reader.
GIVE_UP_AFTER = timedelta(days=3)
# All steps of one hand-over together take less; another reading may be at work at the same time.
DEAD_AFTER = timedelta(hours=1)

# Who writes these is a machine (RFC 5321 section 4.5.5, RFC 3834 section 2, and what servers are called).
_MACHINES = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|owner-.*|.*-(request|owner))")


@dataclass(frozen=True)
class Answered:
    """What a run of the outbox did. `waiting`: how many are left so; `trouble`: why it ended early.

    `in_doubt`: how many may or may not have arrived, of this run or of one that is found dead by it.
    """

    sent: int
    refused: int
    waiting: int
    in_doubt: int
    trouble: PscbMailError | None = None


# -- writing --------------------------------------------------------------------------------------------------------


def answer(
    db: Database,
    finding: int,
    kind: Answer,
    person: Subscriber,
    incoming: Incoming,
    code: str,
    settings: Settings,
    now: datetime,
) -> bool:
    """Write an answer to a person's own address, unless none may go; returns whether one was written.

    `code`: what stands in its link, or empty.
    """
    newsletter = settings.newsletter
    if not may_answer(incoming, person, newsletter) or outbox.written_since(db, person.id, now - ONE_A):
        return False
    asker = one_line(incoming.sender, 254)
    subject, body = wording.words(kind, newsletter, person, asker, code)
    # Where the answer goes to somebody else than the one who wrote, it belongs to no thread of theirs.
    threaded = address_key(incoming.sender) == person.address.key and _is_message_id(incoming.message_id)
    trail = [each for each in incoming.answers[-10:] if _is_message_id(each)]
    letter = Letter(
        kind=kind,
        subscriber=person.id,
        message_id=make_msgid(secrets.token_hex(4), newsletter.domain),
        recipient=person.address.text,
        subject=subject,
        body=body,
        in_reply_to=incoming.message_id if threaded else "",
        trail=" ".join([*trail, incoming.message_id]) if threaded else "",
    )
    outbox.write(db, finding, letter, now)
    return True


def may_answer(incoming: Incoming, person: Subscriber, newsletter: Newsletter) -> bool:
    """Whether an automatic answer to a message is allowed (RFC 3834 section 2): no machine, no list, not ourselves."""
    own = {address_key(newsletter.address), address_key(newsletter.reply_to)}
    sender = address_key(incoming.sender)
    return not (
        not sender
        or sender in own
        or person.address.key in own
        or is_machine(incoming)
        or _MACHINES.fullmatch(sender.partition("@")[0])
        or incoming.header("Precedence").strip().lower() in {"bulk", "list", "junk"}
        or any(incoming.header(name) for name in ("List-Id", "List-Post", "X-Loop"))
    )


def _is_message_id(text: str) -> bool:
    """Whether a foreign Message-ID may stand in a header of ours."""
    return len(text) <= 250 and re.fullmatch(r"<[!-;=?-~]+>", text, re.ASCII) is not None


# -- sending --------------------------------------------------------------------------------------------------------


def deliver(db: Database, settings: Settings, relays: Relays, now: Callable[[], datetime]) -> Answered:
    """Hand over every answer that waits. Never raises what a relay causes: it is told in `trouble`."""
    with transaction(db):
        outbox.give_up(db, now() - GIVE_UP_AFTER, now())
        outbox.ask_nobody_who_left(db, now())
        doubted = outbox.doubt_the_dead(db, now() - DEAD_AFTER, now())
    sent = refused = last = 0
    trouble: PscbMailError | None = None
    while trouble is None:
        with transaction(db):
            waiting = outbox.claim(db, last, now())
        if waiting is None:
            break
        last = waiting.id
        tried = _tried(db, settings.newsletter, waiting, relays, now())
        trouble = tried.trouble
        with transaction(db):
            outbox.settle(db, waiting.id, tried.state, tried.reply, now())
            if tried.attempt and tried.verdict:
                claims.end_attempt(db, tried.attempt, tried.verdict, now())
        sent += tried.state == "sent"
        refused += tried.state == "refused"
        doubted += tried.state == "unknown"
    return Answered(sent, refused, outbox.count(db, "waiting"), doubted, trouble)


@dataclass(frozen=True)
class _Tried:
    """How a try ended: the answer's state, what the relay said, the trouble that ends the run, and the attempt."""

    state: str
    reply: str
    trouble: PscbMailError | None = None
    attempt: int = 0
    verdict: Verdict | None = None


def _tried(db: Database, newsletter: Newsletter, waiting: outbox.Waiting, relays: Relays, now: datetime) -> _Tried:
    """Send one answer. It counts for the pace of mailings, which share the relay with it; it never waits for it."""
    letter = waiting.letter
    message = composed(letter, newsletter, moment(waiting.written_at))
    try:
        attempt, verdict = send_one(db, relays, newsletter.address, letter.recipient, message, now)
    except PscbMailError as error:
        # Raised while a session is opened: nothing has left.
        return _Tried("waiting", error.message, error)
    reply = one_line(f"{verdict.code or ''} {verdict.reply}")
    if verdict.event is Event.NOT_TRIED:
        trouble = NotNowError(f"{verdict.relay} does not take mail now: {reply}.", "Run it again later.")
        return _Tried("waiting", reply, trouble, attempt, verdict)
    return _Tried(_STATES.get(verdict.event, "waiting"), reply, None, attempt, verdict)


_STATES = {Event.ACCEPTED: "sent", Event.TURNED_DOWN: "refused", Event.DOUBTED: "unknown"}


def composed(letter: Letter, newsletter: Newsletter, dated: datetime) -> bytes:
    """Return an answer's bytes: one text part, and the headers that keep machines from answering it."""
    headers = {
        "From": mailbox(newsletter.display_name, newsletter.address),
        "To": letter.recipient,
        "Subject": unstructured("Subject", letter.subject),
        "Date": format_datetime(dated.astimezone(newsletter.zone)),
        "Message-ID": letter.message_id,
        "In-Reply-To": letter.in_reply_to,
        "References": letter.trail.replace(" ", "\r\n "),
        "Reply-To": newsletter.reply_to,
        # RFC 3834 section 5
        "Auto-Submitted": "auto-generated" if letter.kind in QUESTIONS else "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "quoted-printable",
    }
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value]
    return "".join(lines).encode() + b"\r\n" + quoted_printable(letter.body) + b"\r\n"
