"""Where things stand, looked at across the rooms: each mailing's counts, the workspace at a glance."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
from pathlib import Path

from sqlite_utils import Database

from pscb_mail.desk import unsettled
from pscb_mail.errors import UsageError
from pscb_mail.issues.source import all_issues, find_issue, read_source
from pscb_mail.mailbox import journal
from pscb_mail.people import directory, forgotten
from pscb_mail.people.subscriber import Status
from pscb_mail.sending import attempts, brakes, claims, ledger
from pscb_mail.sending.attempts import LogLine
from pscb_mail.sending.brakes import BrakeError
from pscb_mail.sending.delivery import MailingState, State, mailing_state, retries
from pscb_mail.sending.ledger import Mailing
from pscb_mail.sending.lock import issue_being_sent
from pscb_mail.workspace import Workspace


@dataclass(frozen=True)
class MailingStatus:
    """An issue's counts; `total` is their sum. `returned`: bounced later. `finished_at`: only when nothing is left.

    `held`: what to do before it may go on, where it is held since a restore. `stuck`: how many of those queued were
    tried for as long as put-off ones are, without a word from any relay.
    """

    issue: str
    subject: str
    state: MailingState
    total: int
    counts: dict[State, int]
    returned: int
    started_at: datetime | None
    finished_at: datetime | None
    held: str = ""
    stuck: int = 0

    @property
    def waiting(self) -> int:
        """How many copies are still to be sent: queued, or put off."""
        return self.counts[State.QUEUED] + self.counts[State.DEFERRED]

    @property
    def needs_a_person(self) -> bool:
        """Whether deliveries were refused, put off, are in doubt, or stuck."""
        return bool(self.stuck or any(self.counts[each] for each in (State.REFUSED, State.UNKNOWN, State.DEFERRED)))


@dataclass(frozen=True)
class Listed:
    """An issue in the list of all; `error`: why its file cannot be read, which keeps the others from nobody."""

    issue: str
    state: MailingState
    subject: str
    date: date | None
    error: str = ""


@dataclass(frozen=True)
class Standing:
    """The whole workspace at a glance. `held`: issues held since a restore, each with what to do about it.

    `to_forget`: how many left longer ago than the settings keep them. `next_issue` can be read;
    `broken` are later ones that cannot, `no_issues` says why none can.
    """

    people: dict[Status, int]
    mailings: list[MailingStatus]
    next_issue: str | None
    in_review: int
    to_forget: int = 0
    unsettled: bool = False
    held: Mapping[str, str] = field(default_factory=dict)
    urgent: int = 0
    broken: tuple[str, ...] = ()
    no_issues: str = ""


def mailing_status(db: Database, workspace: Workspace, issue: str) -> MailingStatus:
    """Return how an issue stands, sent or not. Raises UsageError where there is no such issue."""
    if (status := status_if_begun(db, workspace, issue)) is not None:
        return status
    source = read_source(find_issue(workspace.issues, issue))
    held = unsettled.held(db).get(issue, "")
    return MailingStatus(issue, source.subject, MailingState.NOT_SENT, 0, dict.fromkeys(State, 0), 0, None, None, held)


def status_if_begun(db: Database, workspace: Workspace, issue: str) -> MailingStatus | None:
    """Return how an issue stands whose mailing has begun, None where it was never sent."""
    mailing = ledger.mailing(db, issue)
    return _status(db, workspace, mailing, issue_being_sent(db, workspace.lock_path)) if mailing is not None else None


def mailing_statuses(db: Database, workspace: Workspace) -> list[MailingStatus]:
    """Return how every mailing stands, the latest first."""
    being_sent = issue_being_sent(db, workspace.lock_path)
    return [_status(db, workspace, mailing, being_sent) for mailing in ledger.mailings(db)]


def brake(db: Database, issue: str) -> BrakeError | None:
    """Return what has stopped a mailing until a person says that it goes on, None where nothing has.

    What its runs came to, and bounces that were read between the days of a paced one.
    """
    if (stopped := brakes.stopped(db, issue)) is not None:
        return stopped
    came_back = journal.bounced_since(db, issue, brakes.counts_since(db, issue))
    handed_over = ledger.counts(db, issue)[State.SENT]
    return brakes.bounced(issue, came_back, handed_over)


def log(db: Database, workspace: Workspace, issue: str, state: State | None = None) -> Iterator[LogLine]:
    """Yield an issue's log, one line a recipient, with the states that its status counts."""
    unattended = issue_being_sent(db, workspace.lock_path) != issue
    return attempts.log(db, issue, state, unattended=unattended)


def issues(db: Database | None, workspace: Workspace) -> list[Listed]:
    """Return all issues and where they stand, the oldest first; without a database none was ever sent."""
    states = {status.issue: status.state for status in mailing_statuses(db, workspace)} if db else {}
    return [
        _listed(workspace.issues, slug, states.get(slug, MailingState.NOT_SENT))
        for slug in all_issues(workspace.issues)
    ]


def _listed(folder: Path, slug: str, state: MailingState) -> Listed:
    try:
        source = read_source(find_issue(folder, slug))
    except UsageError as problem:
        return Listed(slug, state, "", None, problem.message)
    return Listed(slug, state, source.subject, source.date)


def standing(db: Database, workspace: Workspace, now: datetime) -> Standing:
    """Return the whole workspace at a glance; `next_issue` is the latest file that was never sent."""
    mailings = mailing_statuses(db, workspace)
    next_issue, broken, no_issues = _next(workspace.issues, {status.issue for status in mailings})
    last = unsettled.restored(db)
    return Standing(
        people=directory.counts(db),
        mailings=mailings,
        next_issue=next_issue,
        in_review=journal.open_reviews(db),
        urgent=journal.open_urgent(db),
        to_forget=forgotten.due(db, workspace.settings.retention.left_after_months, now),
        unsettled=last is not None and not last.settled,
        held=unsettled.held(db),
        broken=broken,
        no_issues=no_issues,
    )


def _next(folder: Path, sent: Collection[str]) -> tuple[str | None, tuple[str, ...], str]:
    """Return the latest issue that was not sent and can be read, later ones that cannot, and why none can."""
    try:
        unsent = [slug for slug in reversed(all_issues(folder)) if slug not in sent]
    except UsageError as problem:
        return None, (), f"{problem.message} {problem.hint}"
    broken = tuple(takewhile(lambda slug: not _reads(folder, slug), unsent))
    return (unsent[len(broken)] if len(broken) < len(unsent) else None), broken, ""


def _reads(folder: Path, slug: str) -> bool:
    try:
        read_source(find_issue(folder, slug))
    except UsageError:
        return False
    return True


def _status(db: Database, workspace: Workspace, mailing: Mailing, being_sent: str | None) -> MailingStatus:
    counts = ledger.counts(db, mailing.issue)
    if being_sent != mailing.issue:
        # Whoever had copies in flight is dead: without the lock they count as unknown.
        counts[State.UNKNOWN] += counts[State.IN_FLIGHT]
        counts[State.IN_FLIGHT] = 0
    state = mailing_state(counts, cancelled=mailing.cancelled_at is not None, being_sent=being_sent == mailing.issue)
    over = state in {MailingState.COMPLETE, MailingState.CANCELLED}
    return MailingStatus(
        issue=mailing.issue,
        subject=mailing.subject,
        state=state,
        total=sum(counts.values()),
        counts=counts,
        returned=journal.returned(db, mailing.issue),
        started_at=mailing.started_at,
        finished_at=ledger.finished_at(db, mailing.issue) if over else None,
        held=unsettled.held(db).get(mailing.issue, ""),
        stuck=claims.stuck(db, mailing.issue, retries(workspace.settings.retry)),
    )
