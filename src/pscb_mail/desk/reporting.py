"""The report: what happened to list and mailings in a period, by month and by issue; for a board or a yearly account.

What was taken back counts for nothing, and neither does its undo. Months are the newsletter's own; nothing is written.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from pscb_mail.mailbox import journal
from pscb_mail.people import changes, directory
from pscb_mail.people.subscriber import Status
from pscb_mail.sending import ledger
from pscb_mail.sending.delivery import State

WHAT = ("sent", "joined", "opted_out", "bounced", "removed", "came_back")


@dataclass(frozen=True)
class Month:
    """One month (`2026-12`) in numbers."""

    month: str
    counts: dict[str, int]


@dataclass(frozen=True)
class IssueSent:
    """One mailing that began in the period. `returned`: came back later; `opted_out`: came off by an answer to it."""

    issue: str
    subject: str
    started_at: datetime
    total: int
    sent: int
    refused: int
    returned: int
    opted_out: int


@dataclass(frozen=True)
class Report:
    """A period: its months, their sum, its issues, and how many people are in each status now."""

    months: tuple[Month, ...]
    total: dict[str, int]
    issues: tuple[IssueSent, ...]
    people: dict[Status, int]


def report(db: Database, since: datetime, until: datetime, zone: ZoneInfo) -> Report:
    """Return what happened from `since` up to `until`."""
    months = defaultdict[str, Counter[str]](Counter)
    for hour, before, after, count in changes.movements(db, since, until):
        if what := _moved(before, after):
            months[_month(hour, zone)][what] += count
    for hour, count in ledger.handed_over(db, since, until):
        months[_month(hour, zone)]["sent"] += count
    told = tuple(Month(name, {what: months[name][what] for what in WHAT}) for name in sorted(months))
    total = {what: sum(month.counts[what] for month in told) for what in WHAT}
    issues = (each for each in reversed(ledger.mailings(db)) if since <= each.started_at < until)
    return Report(told, total, tuple(_sent(db, each) for each in issues), directory.counts(db))


def _moved(before: Status | None, after: Status | None) -> str:
    """Return what a change of status is called in a report, `""` for what is not told there."""
    if before is None or (before is Status.REMOVED and after is Status.ACTIVE):
        return "joined" if after is Status.ACTIVE else ""
    if before is Status.PENDING and after is Status.ACTIVE:
        return "joined"
    if after is Status.ACTIVE:
        return "came_back"
    return str(after) if after in {Status.OPTED_OUT, Status.BOUNCED, Status.REMOVED} else ""


def _month(hour: datetime, zone: ZoneInfo) -> str:
    return f"{hour.astimezone(zone):%Y-%m}"


def _sent(db: Database, mailing: ledger.Mailing) -> IssueSent:
    counts = ledger.counts(db, mailing.issue)
    return IssueSent(
        mailing.issue, mailing.subject, mailing.started_at, sum(counts.values()), counts[State.SENT],
        counts[State.REFUSED], journal.returned(db, mailing.issue),
        journal.opted_out(db, mailing.issue),
    )  # fmt: skip
