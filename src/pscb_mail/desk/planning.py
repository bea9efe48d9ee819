"""What a send is about to do, worked out before anything is done: the plan that the editor says yes to."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from pscb_mail.desk import overview, unsettled
from pscb_mail.desk.doctor.check import Result
from pscb_mail.desk.doctor.mailbox import bounces_arrive
from pscb_mail.desk.overview import MailingStatus
from pscb_mail.desk.readers import readership
from pscb_mail.errors import PscbMailError, SettingsError, UsageError
from pscb_mail.issues import preflight
from pscb_mail.issues.building import build
from pscb_mail.issues.edition import Edition
from pscb_mail.issues.source import find_issue, read_source, slug_of
from pscb_mail.mailbox import journal, sources
from pscb_mail.people import directory
from pscb_mail.people.address import address_key
from pscb_mail.people.searching import folded
from pscb_mail.people.subscriber import Subscriber
from pscb_mail.sending import attempts, audience, claims, editions, ledger, pacing
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.delivery import MailingState, State
from pscb_mail.sending.ledger import Mailing
from pscb_mail.sending.message import Letters, values_of
from pscb_mail.sending.pacing import Limits
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.settings import Settings
from pscb_mail.workspace import Workspace

AFTER_A_CANCEL = "A cancel is final: send what is left to say as a new issue, or one copy by --only ADDRESS --again."


@dataclass(frozen=True)
class SendPlan:
    """What a send is about to do. `edition` is the one to freeze, None where one is frozen already.

    `to_send`: copies to hand over; `joined`: how many of them are for people who joined since the mailing began;
    `in_doubt`: copies that may have arrived, of people who would be sent to again;
    `spent`: the latest tries of any issue, the oldest first, as many as the pace counts. `astray`: a sentence where
    bounces would come to a mailbox that nobody reads. Of a retry, `retried`: how many of `to_send` are tried once more;
    `left_out`: whose copy is in the state that is retried, and who have left the list since.
    """

    issue: str
    status: MailingStatus
    edition: Edition | None
    audience: Audience
    to_send: int
    joined: int
    in_doubt: int
    limits: Limits
    spent: tuple[datetime, ...]
    relay: str
    changed: bool
    tested_at: datetime | None
    reads_mailbox: bool
    astray: str
    read_at: datetime | None
    in_review: int
    retried: int = 0
    left_out: tuple[Subscriber, ...] = ()


def send_plan(db: Database, workspace: Workspace, issue: str, choice: Audience, *, joined: bool = False) -> SendPlan:
    """Return the plan of `send`: a mailing's first run, or going on with one, with those who `joined` since or not.

    Raises UsageError where the issue cannot be sent, or groups are chosen for a mailing whose audience is frozen.
    """
    slug = slug_of(issue)
    unsettled.hold_off(db, slug)
    mailing = ledger.mailing(db, slug)
    if mailing is None:
        edition = buildable(workspace, issue, db)
        whom = chosen(workspace.settings, choice, db)
        if not (count := audience.size(db, whom)):
            raise UsageError(
                "Nobody would get it: no one active is in this audience.",
                "`pscb-mail list` shows who is on the list; `pscb-mail import` and `pscb-mail add` put people there.",
            )
        return _plan(db, workspace, edition.issue, edition, whom, count)
    if choice != Audience() and _told(chosen(workspace.settings, choice, db)) != _told(mailing.audience):
        if mailing.cancelled_at is not None:
            raise UsageError(f"{slug} was cancelled: it goes to nobody else.", AFTER_A_CANCEL)
        raise UsageError(
            f"{slug} is being sent already, to the audience chosen then.", "Leave --to and --not out to go on with it."
        )
    more = audience.joined_since(db, still_open(mailing).audience, slug) if joined else 0
    plan = _plan(db, workspace, slug, None, mailing.audience, _waiting(db, slug) + more, more)
    _not_over(mailing, plan, plan.to_send + plan.status.counts[State.UNKNOWN])
    return plan


def retry_plan(db: Database, workspace: Workspace, issue: str, state: State) -> SendPlan:
    """Return the plan of `retry`: those who wait anyway are part of it, those who have left the list are not.

    Raises UsageError where the issue was never sent, or cancelled with nothing left.
    """
    mailing = begun(db, issue)
    unsettled.hold_off(db, mailing.issue)
    count = ledger.count_to_active(db, mailing.issue, *{state, State.QUEUED, State.DEFERRED})
    plan = _plan(db, workspace, mailing.issue, None, mailing.audience, count)
    _not_over(mailing, plan, plan.status.counts[state])
    left = directory.by_ids(db, ledger.left_the_list(db, mailing.issue, state))
    return replace(plan, retried=ledger.count_to_active(db, mailing.issue, state), left_out=tuple(left))


def to_cancel(db: Database, workspace: Workspace, issue: str) -> MailingStatus:
    """Return what `cancel` would end. Raises UsageError where nothing of the issue waits to be sent."""
    mailing = begun(db, issue)
    status = overview.mailing_status(db, workspace, mailing.issue)
    if status.state is MailingState.CANCELLED:
        raise UsageError(f"{mailing.issue} is cancelled already: nothing of it waits.", AFTER_A_CANCEL)
    if not status.waiting and status.state is not MailingState.SENDING:
        raise UsageError(
            f"{mailing.issue} is complete: nothing of it waits, so there is nothing to cancel.",
            f"`pscb-mail status {mailing.issue}` shows how it ended.",
        )
    return status


def _not_over(mailing: Mailing, plan: SendPlan, left: int) -> None:
    if not left and plan.status.state is MailingState.CANCELLED:
        raise UsageError(f"{mailing.issue} was cancelled, and nothing of it is left to send.", AFTER_A_CANCEL)


def begun(db: Database, issue: str) -> Mailing:
    """Return an issue's mailing. Raises UsageError where it was never sent."""
    slug = slug_of(issue)
    mailing = ledger.mailing(db, slug)
    if mailing is None:
        raise UsageError(f"{slug} was never sent.", f"`pscb-mail send {slug}` sends it.")
    return mailing


def still_open(mailing: Mailing) -> Mailing:
    """Return a mailing to which somebody may be added. Raises UsageError where it is cancelled."""
    if mailing.cancelled_at is not None:
        raise UsageError(f"{mailing.issue} was cancelled: nobody can be added to it.", AFTER_A_CANCEL)
    return mailing


def buildable(workspace: Workspace, issue: str, db: Database | None = None) -> Edition:
    """Build an issue. Raises UsageError with the first thing that `check` calls an error.

    With the list at hand only copies that somebody gets are held against the limits.
    """
    known = readership(db, issue)
    report, edition = preflight.examine(workspace.issues, issue, workspace.settings, workspace.templates, known)
    if report.errors or edition is None:
        more = f" (and {len(report.errors) - 1} more)" if len(report.errors) > 1 else ""
        raise UsageError(
            f"{report.errors[0].message}{more}", f"`pscb-mail check {issue}` lists what must be mended first."
        )
    return edition


def chosen(settings: Settings, choice: Audience, db: Database) -> Audience:
    """Return the groups of a choice, saved audiences replaced by theirs.

    Raises UsageError for an unknown name, and for a saved audience that cannot be put together with other groups: what
    it leaves out would be left out of them too.
    """
    wanted = [_groups_behind(settings, name, alone=len(choice.to) == 1) for name in choice.to]
    barred = [_groups_behind(settings, name, alone=False) for name in choice.without]
    to = [group for each in wanted for group in each.to]
    without = [group for each in barred for group in each.to] + [group for each in wanted for group in each.without]
    for name in (*to, *without):
        if not directory.spelt(db, name) and not _was_sent(db, name):
            raise UsageError(f'There is no group or audience "{name}".', "`pscb-mail groups` lists the groups.")
    return Audience(_as_the_list_has_them(db, to), _as_the_list_has_them(db, without))


def _told(choice: Audience) -> tuple[frozenset[str], frozenset[str]]:
    """Return a choice as it is compared with another: in whatever case and order its groups were typed."""
    return frozenset(map(folded, choice.to)), frozenset(map(folded, choice.without))


def _groups_behind(settings: Settings, name: str, *, alone: bool) -> Audience:
    saved = settings.audiences.get(name)
    if saved is None:
        return Audience((name,))
    if not alone and (saved.not_ or not saved.to):
        raise UsageError(
            f'The audience "{name}" leaves people out, so it cannot be put together with other groups.',
            "Name its groups with --to and --not themselves.",
        )
    return Audience(saved.to, saved.not_)


def _as_the_list_has_them(db: Database, names: list[str]) -> tuple[str, ...]:
    """Return groups as they are written in the list: SQLite knows no case beyond A-Z, and would leave nobody out."""
    return tuple(way for name in names for way in directory.spelt(db, name) or [name])


def _was_sent(db: Database, name: str) -> bool:
    """Whether a name is `received:ISSUE` or `received:ISSUE@EDITION` of what was sent."""
    match audience.received(name):
        case None:
            return False
        case issue, edition:
            return (edition or 1) in editions.got(db, issue)


def write_copies(
    db: Database, workspace: Workspace, plan: SendPlan, folder: Path, now: datetime, limit: int | None = None
) -> int:
    """Write one .eml for each of those to whom the plan would send, at most `limit`, into `folder`; return how many.

    Their references never act, and nothing is recorded.

    Raises UsageError where copies of the issue are there already: who has left since would stay among the new ones.
    """
    newsletter = workspace.settings.newsletter
    edition = plan.edition or editions.edition(db, begun(db, plan.issue).edition)
    letters = Letters(edition, newsletter, Purpose.MAILING)
    folder.mkdir(parents=True, exist_ok=True)
    if next(folder.glob(f"{edition.issue}-{'[0-9]' * 6}.eml"), None) is not None:
        raise UsageError(f"{folder} has copies of {edition.issue} already.", "Name a new folder, or empty this one.")
    count = 0
    people = (
        audience.people_in(db, plan.audience)
        if plan.edition
        else audience.still_to_get(db, plan.issue, plan.audience, joined=bool(plan.joined))
    )
    for count, person in enumerate(islice(people, limit), start=1):
        values = values_of(
            name=person.name, organisation=person.organisation, role=person.role, address=person.address,
            dated=now, zone=newsletter.zone,
            reference=reference(workspace.key(), Purpose.TEST, edition.issue, address_key(person.address)),
        )  # fmt: skip
        (folder / f"{edition.issue}-{count:06}.eml").write_bytes(
            b"".join(letters.for_groups(person.groups).spliced(values))
        )
    return count


def _plan(
    db: Database,
    workspace: Workspace,
    issue: str,
    edition: Edition | None,
    whom: Audience,
    to_send: int,
    joined: int = 0,
) -> SendPlan:
    settings = workspace.settings
    if not settings.relay:
        raise SettingsError(
            "There is no relay to send through.", "Add a [[relay]] with host and port to pscb-mail.toml."
        )
    limits = pacing.limits(settings.pace)
    return SendPlan(
        issue=issue,
        status=overview.mailing_status(db, workspace, issue),
        edition=edition,
        audience=whom,
        to_send=to_send,
        joined=joined,
        in_doubt=ledger.count_to_active(db, issue, State.UNKNOWN),
        limits=limits,
        spent=tuple(at for _, at in claims.latest_tries(db, limits.most)),
        relay=", ".join(relay.label for relay in settings.relay),
        changed=edition is None and _has_changed(db, workspace, issue),
        tested_at=attempts.last_tested(db, issue),
        reads_mailbox=bool(settings.mailbox.source),
        astray=arriving.detail if (arriving := bounces_arrive(settings)).result is Result.WARNING else "",
        read_at=journal.last_reading(db, sources.name_of(settings.mailbox.source, workspace.folder)),
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
    return ledger.count_to_active(db, issue, State.QUEUED, State.DEFERRED)
