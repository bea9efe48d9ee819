"""Where things stand, looked at across the rooms: mailings, the plan of a send, and what to do next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from pscb_mail.errors import PscbMailError, SettingsError, UsageError
from pscb_mail.issues import preflight
from pscb_mail.issues.building import build
from pscb_mail.issues.edition import Edition
from pscb_mail.issues.source import all_issues, find_issue, read_source, slug_of
from pscb_mail.mailbox import journal
from pscb_mail.people import directory
from pscb_mail.people.subscriber import Status, first_name
from pscb_mail.sending import ledger, pacing
from pscb_mail.sending.delivery import MailingState, State, mailing_state
from pscb_mail.sending.ledger import Audience, Mailing
from pscb_mail.sending.lock import issue_being_sent
from pscb_mail.sending.message import compose, values_of
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.settings import Settings
from pscb_mail.workspace import Workspace


@dataclass(frozen=True)
class MailingStatus:
    """An issue's counts; `total` is their sum. `returned`: bounced later. `finished_at`: only when nothing is left."""

    issue: str
    subject: str
    state: MailingState
    total: int
    counts: dict[State, int]
    returned: int
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def needs_a_person(self) -> bool:
        """Whether deliveries were refused, put off, or are in doubt."""
        return bool(self.counts[State.REFUSED] or self.counts[State.UNKNOWN] or self.counts[State.DEFERRED])


@dataclass(frozen=True)
class SendPlan:
    """What a send is about to do. `edition` is the one to freeze, None where one is frozen already."""

    issue: str
    status: MailingStatus
    edition: Edition | None
    audience: Audience
    to_send: int
    lasts: timedelta
    relay: str
    changed: bool
    tested_at: datetime | None
    reads_mailbox: bool
    read_at: datetime | None
    in_review: int


@dataclass(frozen=True)
class Standing:
    """The whole workspace at a glance."""

    people: dict[Status, int]
    mailings: list[MailingStatus]
    next_issue: str | None
    in_review: int


def mailing_status(db: Database, workspace: Workspace, issue: str) -> MailingStatus:
    """Return how an issue stands, sent or not. Raises UsageError where there is no such issue."""
    mailing = ledger.mailing(db, issue)
    if mailing is not None:
        return _status(db, mailing, issue_being_sent(db, workspace.lock_path))
    source = read_source(find_issue(workspace.issues, issue))
    return MailingStatus(issue, source.subject, MailingState.NOT_SENT, 0, dict.fromkeys(State, 0), 0, None, None)


def mailing_statuses(db: Database, workspace: Workspace) -> list[MailingStatus]:
    """Return how every mailing stands, the latest first."""
    being_sent = issue_being_sent(db, workspace.lock_path)
    return [_status(db, mailing, being_sent) for mailing in ledger.mailings(db)]


def issue_states(db: Database, workspace: Workspace) -> dict[str, MailingState]:
    """Return the state of every issue that was ever sent."""
    return {status.issue: status.state for status in mailing_statuses(db, workspace)}


def standing(db: Database, workspace: Workspace) -> Standing:
    """Return the whole workspace at a glance; `next_issue` is the latest file that was never sent."""
    mailings = mailing_statuses(db, workspace)
    unsent = [slug for slug in all_issues(workspace.issues) if slug not in {status.issue for status in mailings}]
    return Standing(directory.counts(db), mailings, unsent[-1] if unsent else None, journal.open_reviews(db))


def send_plan(db: Database, workspace: Workspace, issue: str, choice: Audience) -> SendPlan:
    """Return the plan of `send`: a mailing's first run, or going on with one.

    Raises UsageError where the issue cannot be sent, or a choice of groups is given for a mailing whose audience is frozen.
    """
    slug = slug_of(issue)
    mailing = ledger.mailing(db, slug)
    if mailing is None:
        edition = buildable(workspace, issue)
        audience = chosen(workspace.settings, choice, db)
        return _plan(db, workspace, edition.issue, edition, audience, ledger.audience_size(db, audience))
    if choice != Audience() and chosen(workspace.settings, choice, db) != mailing.audience:
        raise UsageError(
            f"{slug} is being sent already, to the audience chosen then.", "Leave --to and --not out to go on with it."
        )
    return _plan(db, workspace, slug, None, mailing.audience, _waiting(db, slug))


def retry_plan(db: Database, workspace: Workspace, issue: str, state: State) -> SendPlan:
    """Return the plan of `retry`. Raises UsageError where the issue was never sent."""
    slug = slug_of(issue)
    mailing = ledger.mailing(db, slug)
    if mailing is None:
        raise UsageError(f"{slug} was never sent.", f"`pscb-mail send {slug}` sends it.")
    return _plan(db, workspace, slug, None, mailing.audience, ledger.counts(db, slug)[state])


def buildable(workspace: Workspace, issue: str) -> Edition:
    """Build an issue. Raises UsageError with the first thing that `check` calls an error."""
    report = preflight.check(workspace.issues, issue, workspace.settings, workspace.templates)
    if report.errors:
        more = f" (and {len(report.errors) - 1} more)" if len(report.errors) > 1 else ""
        raise UsageError(
            f"{report.errors[0].message}{more}", f"`pscb-mail check {issue}` lists what must be mended first."
        )
    return build(read_source(find_issue(workspace.issues, issue)), workspace.settings, workspace.templates)


def chosen(settings: Settings, choice: Audience, db: Database) -> Audience:
    """Return the groups of a choice, saved audiences replaced by theirs. Raises UsageError for an unknown name."""
    known = {group.name.casefold() for group in directory.groups(db)}
    to, without = list[str](), list(choice.without)
    for name in choice.to:
        if saved := settings.audiences.get(name):
            to += saved.to
            without += saved.not_
        else:
            to.append(name)
    for name in (*to, *without):
        if name.casefold() not in known:
            raise UsageError(f'There is no group or audience "{name}".', "`pscb-mail groups` lists the groups.")
    return Audience(tuple(to), tuple(without))


def write_copies(db: Database, workspace: Workspace, plan: SendPlan, folder: Path, now: datetime) -> int:
    """Write one .eml a recipient into `folder`; nothing is recorded, and their references never act. Returns how many."""
    newsletter = workspace.settings.newsletter
    mailing = ledger.mailing(db, plan.issue)
    edition = plan.edition or (ledger.edition(db, mailing.edition) if mailing else buildable(workspace, plan.issue))
    letter = compose(edition, newsletter, Purpose.MAILING)
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for count, person in enumerate(ledger.people_in(db, plan.audience), start=1):
        values = values_of(
            name=person.name, first_name=first_name(person.name), organisation=person.organisation, role=person.role,
            address=person.address, dated=now.astimezone(newsletter.zone),
            reference=reference(workspace.key(), Purpose.TEST, edition.issue, person.address.lower()),
        )  # fmt: skip
        (folder / f"{edition.issue}-{count:06}.eml").write_bytes(b"".join(letter.spliced(values)))
    return count


def _plan(
    db: Database, workspace: Workspace, issue: str, edition: Edition | None, audience: Audience, to_send: int
) -> SendPlan:
    settings = workspace.settings
    if not settings.relay:
        raise SettingsError(
            "There is no relay to send through.", "Add a [[relay]] to pscb-mail.toml: docs/settings.md."
        )
    return SendPlan(
        issue=issue,
        status=mailing_status(db, workspace, issue),
        edition=edition,
        audience=audience,
        to_send=to_send,
        lasts=pacing.duration(pacing.limits(settings.pace), to_send),
        relay=", ".join(relay.label for relay in settings.relay),
        changed=edition is None and _has_changed(db, workspace, issue),
        tested_at=ledger.last_tested(db, issue),
        reads_mailbox=bool(settings.mailbox.source),
        read_at=journal.last_reading(db),
        in_review=journal.open_reviews(db),
    )


def _has_changed(db: Database, workspace: Workspace, issue: str) -> bool:
    """Whether the file would build into another edition than the frozen one; a broken file is a changed one."""
    mailing = ledger.mailing(db, issue)
    try:
        edition = build(read_source(find_issue(workspace.issues, issue)), workspace.settings, workspace.templates)
    except PscbMailError:
        return True
    return mailing is not None and edition.digest != mailing.digest


def _waiting(db: Database, issue: str) -> int:
    counts = ledger.counts(db, issue)
    return counts[State.QUEUED] + counts[State.DEFERRED]


def _status(db: Database, mailing: Mailing, being_sent: str | None) -> MailingStatus:
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
    )
