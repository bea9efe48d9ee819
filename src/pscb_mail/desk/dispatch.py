"""Carrying out a send: what the editor said yes to, from the backup before to the backup after.

Promises: one send at a time (`sending.lock`); a backup before the mailing begins and after it went on; copies in doubt
are looked for in the Sent folder before anybody is asked about them, and again after the run, when the server has had
time to file them. Raises what `sending.mailing.run` raises; before anything is done, BrakeError where a person must
look first and NotNowError while a restore is not settled. Leaves to others: the questions, and what is shown.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.desk import overview, planning, unsettled
from pscb_mail.desk.planning import SendPlan
from pscb_mail.errors import NotNowError, PscbMailError, UsageError
from pscb_mail.issues.edition import Edition, Field, Passage, laid_open, splice
from pscb_mail.mailbox.sent import copies_sent, has_sent_folder
from pscb_mail.people import directory
from pscb_mail.people.subscriber import Status, Subscriber
from pscb_mail.sending import afterwards, brakes, editions, ledger, mailing, pacing, singles
from pscb_mail.sending.delivery import Delivery, State, Verdict, retries
from pscb_mail.sending.ledger import Mailing
from pscb_mail.sending.lock import send_lock
from pscb_mail.sending.relays import relays_of
from pscb_mail.sending.running import Ended, Glance, Means
from pscb_mail.sending.schedule import not_long_past
from pscb_mail.workspace import Workspace

# Exchange Online files a copy some seconds after it has taken it.
FILING_SECONDS = 20.0


@dataclass(frozen=True)
class Order:
    """How a run is to go: at most `limit` copies, waiting or not, with one state's deliveries queued again first.

    `begins`: not before then. `let_go`: a person has seen what stopped the mailing, and said that it goes on.
    """

    limit: int | None = None
    patient: bool = True
    requeue: State | None = None
    let_go: bool = False
    begins: datetime | None = None


@dataclass(frozen=True)
class Searched:
    """What looking for copies in doubt brought: how many were found in Sent; `trouble`: why it was not read."""

    found: int
    trouble: PscbMailError | None = None


@dataclass(frozen=True)
class Amendment:
    """What `amend` is about to do. `before` and `after`: subject and paragraphs; `got`: copies per edition."""

    issue: str
    edition: Edition
    before: tuple[str, ...]
    after: tuple[str, ...]
    waiting: int
    got: dict[int, int]


def means_of(
    workspace: Workspace,
    clock: Callable[[], datetime],
    wait: Callable[[float], bool],
    watch: Callable[[Glance], None] = lambda _: None,
    at_once: Callable[[], bool] = lambda: False,
) -> Means:
    """Return what a run works with, from the workspace's settings. Raises SettingsError where a secret is missing."""
    settings = workspace.settings
    through = relays_of(settings)
    limits, again = pacing.limits(settings.pace), retries(settings.retry)
    return Means(settings.newsletter, limits, through, clock, wait, watch, again, at_once)


def dispatch(db: Database, workspace: Workspace, plan: SendPlan, order: Order, means: Means, author: str) -> Ended:
    """Send what the plan says, or go on with it; until its time has come nothing is recorded, and no lock is held."""
    if order.begins is not None and not _has_come(order.begins, means, patient=order.patient):
        return Ended(0, interrupted=True, next_due=None)
    with send_lock(db, workspace.lock_path, plan.issue, author, means.now()):
        unsettled.hold_off(db, plan.issue)
        if order.let_go:
            brakes.let_go(db, plan.issue, means.now())
        elif plan.to_send and (brake := overview.brake(db, plan.issue)) is not None:
            brakes.keep(db, plan.issue, brake)
            raise brake
        _prepare(db, workspace, plan, order, means)
        before = ledger.counts(db, plan.issue)
        try:
            ended = mailing.run(db, plan.issue, means, limit=order.limit, patient=order.patient)
        except BaseException:
            with suppress(PscbMailError):  # why the run ended must be told, and not this as well
                _back_up_if_it_went_on(db, workspace, plan.issue, before, means.now())
            raise
        _back_up_if_it_went_on(db, workspace, plan.issue, before, means.now())
        if _in_doubt(db, plan.issue) and has_sent_folder(workspace.settings) and not means.wait(FILING_SECONDS):
            settle_doubts(db, workspace, plan.issue, means.now())
        return ended


def _has_come(begins: datetime, means: Means, *, patient: bool) -> bool:
    """Wait for a moment, also where the clock is set back meanwhile; return False where the user asks to stop.

    Raises NotNowError where nobody waits for it, UsageError where it was slept through.
    """
    shown = f"{begins.astimezone(means.newsletter.zone):%H:%M on %d %B}"
    if begins > means.now():
        if not patient:
            raise NotNowError(f"It is not yet {shown}.", "Run it again then.")
        means.watch(Glance(0, None, "", "", until=begins))
    while (left := (begins - means.now()).total_seconds()) > 0:
        if means.wait(left):
            return False
    not_long_past(shown, begins, means.now())
    return True


def doubt_the_dead(db: Database, workspace: Workspace, issue: str, author: str, now: datetime) -> None:
    """Record as in doubt what a process had in flight that is dead. A send that is under way is left alone."""
    with suppress(NotNowError), send_lock(db, workspace.lock_path, issue, author, now):
        pass  # whoever takes the lock records it


def settle_doubts(db: Database, workspace: Workspace, issue: str, now: datetime) -> Searched:
    """Look for copies in doubt in the Sent folder; a folder that cannot be read leaves them as they are."""
    since = ledger.earliest_doubt(db, issue)
    if since is None or not has_sent_folder(workspace.settings):
        return Searched(0)
    try:
        there = copies_sent(workspace.settings, since)
    except PscbMailError as problem:
        return Searched(0, problem)
    with transaction(db):
        found = afterwards.find(db, issue, there, now)
        afterwards.also_known_as(db, ((code, copy.alias) for code, copy in there.items()))
    return Searched(found)


def send_only(
    db: Database, workspace: Workspace, issue: str, person: Subscriber, means: Means, author: str, *, again: bool
) -> Verdict:
    """Send one person's copy, or with `again` one more copy. Raises UsageError where that cannot be."""
    sent = planning.begun(db, issue)
    with send_lock(db, workspace.lock_path, sent.issue, author, means.now()):
        person, beside = may_get(db, sent, person, again=again)
        if beside is not None:
            return singles.send_again(db, sent, beside, person, means)
        return singles.send_only(db, sent, person, workspace.key(), means, again=again)


def may_get(db: Database, sent: Mailing, person: Subscriber, *, again: bool) -> tuple[Subscriber, Delivery | None]:
    """Return somebody as they are now, and the delivery beside which one more copy goes, None where it is its first.

    Raises UsageError where they can be sent none.
    """
    unsettled.hold_off(db, sent.issue)
    person = _still_active(db, person)
    delivery = ledger.delivery_of(db, sent.issue, person.id)
    if delivery is None and not again:
        planning.still_open(sent)
    if again and delivery is not None and delivery.state in {State.SENT, State.SKIPPED}:
        return person, delivery
    singles.hold_unsettled(delivery, person, again=again)
    return person, None


def _still_active(db: Database, person: Subscriber) -> Subscriber:
    """Return somebody as they are now: an opt-out may have been read while a question waited for its answer."""
    found = directory.by_id(db, person.id)
    if found is None or found.status is not Status.ACTIVE:
        words = found.status.words if found else "not on the list"
        raise UsageError(f"{person.address.text} is {words}.", "Only somebody active can be sent to.")
    return found


def amendment(db: Database, workspace: Workspace, issue: str) -> Amendment:
    """Return what `amend` would do. Raises UsageError where nothing was sent, nothing changed, or nobody is waiting."""
    sent = planning.begun(db, issue)
    edition = planning.buildable(workspace, sent.issue, db)
    if edition.digest == sent.digest:
        raise UsageError(
            f"{sent.issue} is as it was frozen: there is nothing to amend.", "Save the corrected file first."
        )
    waiting = ledger.counts(db, sent.issue)
    count = waiting[State.QUEUED] + waiting[State.DEFERRED]
    if not count:
        raise UsageError(
            f"Nobody is waiting for {sent.issue} any more.",
            f"Send a new issue to those who got it: --to received:{sent.issue}@{sent.edition_number}.",
        )
    frozen = editions.edition(db, sent.edition)
    before, after = _paragraphs(frozen), _paragraphs(edition)
    return Amendment(sent.issue, edition, before, after, count, editions.got(db, sent.issue))


def amend(db: Database, workspace: Workspace, change: Amendment, author: str, now: datetime) -> None:
    """Give the corrected edition to all who are still queued."""
    with send_lock(db, workspace.lock_path, change.issue, author, now):
        workspace.back_up("before-amend", now)
        mailing.amend(db, change.edition, now)


def cancel(db: Database, workspace: Workspace, issue: str, author: str, now: datetime) -> int:
    """Skip all that is queued or put off; returns how many that is. Raises UsageError where nothing was ever sent."""
    sent = planning.begun(db, issue)
    with send_lock(db, workspace.lock_path, sent.issue, author, now), transaction(db):
        return ledger.cancel(db, sent.issue, now)


def _prepare(db: Database, workspace: Workspace, plan: SendPlan, order: Order, means: Means) -> None:
    now = means.now()
    if plan.edition is not None:
        if ledger.mailing(db, plan.issue) is not None:
            raise NotNowError(f"{plan.issue} was begun meanwhile by somebody else.", "Run it again to go on with it.")
        workspace.back_up("before-send", now)
        mailing.begin(db, plan.edition, plan.audience, workspace.key(), now)
    sent = planning.begun(db, plan.issue)
    if plan.joined:
        mailing.join(db, sent, workspace.key(), now)
    if order.requeue is not None:
        with transaction(db):
            ledger.requeue(db, plan.issue, (order.requeue,), now)


def _back_up_if_it_went_on(
    db: Database, workspace: Workspace, issue: str, before: Mapping[State, int], now: datetime
) -> None:
    """Keep what a run did. One that found nothing to do, as a timer's mostly does, keeps nothing."""
    if ledger.counts(db, issue) != before:
        workspace.back_up("after-send", now)


def _in_doubt(db: Database, issue: str) -> int:
    return ledger.counts(db, issue)[State.UNKNOWN]


# A line that is drawn, under a heading or around a callout.
_RULES = re.compile(r"^ *[-=][-= ]{2,}(?:\n|$)", re.MULTILINE)


def _paragraphs(edition: Edition) -> tuple[str, ...]:
    """Return subject and text by their paragraphs, personal places shown as the editor wrote them."""
    text = splice(_shown(laid_open(edition).text), {})
    text = _RULES.sub("", text)
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text))
    return (f"Subject: {edition.subject}", *(paragraph for paragraph in paragraphs if paragraph))


def _shown(passage: Passage) -> Passage:
    return tuple(f"{{{{ {part.name} }}}}" if isinstance(part, Field) else part for part in passage)
