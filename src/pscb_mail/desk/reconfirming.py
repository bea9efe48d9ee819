"""Asking people whether they want to be on the list: newcomers of some groups first, members of a group now and then.

Promises: a question is in the outbox before it leaves, and goes out at most once (`mailbox.answering`); between two the
pace of the settings is kept, and a run asks no more people than an hour or a day allows. Who was asked and who said
yes is derived from outbox and findings (`mailbox.questions`). Nobody is taken off for not answering: that is the
editor's decision, for which `standing` gives the list.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid

from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.desk import unsettled
from pscb_mail.errors import PscbMailError
from pscb_mail.mailbox import answering, outbox, questions, wording
from pscb_mail.mailbox.decision import Answer
from pscb_mail.mailbox.outbox import Letter
from pscb_mail.people import changes, directory
from pscb_mail.people.directory import Filters
from pscb_mail.people.subscriber import Status, Subscriber
from pscb_mail.sending import pacing
from pscb_mail.sending.pacing import Limits
from pscb_mail.sending.relays import relays_of
from pscb_mail.workspace import Workspace

# Nobody is asked again sooner.
NOT_AGAIN_WITHIN = timedelta(days=90)


@dataclass(frozen=True)
class Asked:
    """How many were asked in a run; `later`: how many are left for another one; `trouble`: why it ended early."""

    asked: int
    later: int
    trouble: PscbMailError | None = None


@dataclass(frozen=True)
class Standing:
    """Somebody who is asked now and then: when last, and when they last said yes; None: never.

    `away_from`: since when every issue has met with an out-of-office answer.
    """

    person: Subscriber
    asked_at: datetime | None
    yes_at: datetime | None
    away_from: datetime | None = None

    @property
    def silent(self) -> bool:
        """Whether they have been asked and have not said yes since."""
        return self.asked_at is not None and (self.yes_at is None or self.yes_at < self.asked_at)


def pending(db: Database, now: datetime) -> list[Subscriber]:
    """Return who joined a group that wants a yes first and has not been asked since.

    A day to come is a slip, or of a clock that was wrong: whoever was asked at all is not asked again for it.
    """
    asked = questions.last_asked(db, Answer.PLEASE_CONFIRM)
    waiting = directory.people(db, Filters(status=Status.PENDING))
    return [person for person in waiting if (at := asked.get(person.id)) is None or at < person.since <= now]


def newly_in(db: Database, change: int, groups: Sequence[str], now: datetime) -> list[Subscriber]:
    """Return who was active already when a change put them into a group that wants a yes; nobody who is not `due`."""
    people = directory.by_ids(db, changes.came_into(db, change, groups))
    asked, yes = questions.last_asked(db, Answer.STILL_WANTED), questions.last_yes(db)
    return due([Standing(person, asked.get(person.id), yes.get(person.id)) for person in people], now)


def standing(db: Database, group: str, *, bounced: bool = False) -> list[Standing]:
    """Return each active member of a group, and those who have bounced where they are wanted."""
    asked, yes = questions.last_asked(db, Answer.STILL_WANTED), questions.last_yes(db)
    away = questions.away_from(db)
    wanted = {Status.ACTIVE, Status.BOUNCED} if bounced else {Status.ACTIVE}
    return [
        Standing(person, asked.get(person.id), yes.get(person.id), away.get(person.id))
        for person in directory.people(db, Filters(group=group))
        if person.status in wanted
    ]


def due(members: Sequence[Standing], now: datetime) -> list[Subscriber]:
    """Return whom to ask: neither asked nor heard from for some months."""
    since = now - NOT_AGAIN_WITHIN
    return [each.person for each in members if not any(at and at > since for at in (each.asked_at, each.yes_at))]


def ask(
    db: Database,
    workspace: Workspace,
    people: Sequence[Subscriber],
    kind: Answer,
    clock: Callable[[], datetime],
    wait: Callable[[float], bool],
    watch: Callable[[int], None] = lambda _: None,
) -> Asked:
    """Ask people, one after the other, as far as the pace lets one run go. `wait`: whether the user wants to stop.

    Raises NotNowError where a restore is not settled: whoever has opted out since the backup would be written to.
    """
    unsettled.hold_off(db)
    settings = workspace.settings
    limits, key = pacing.limits(settings.pace), workspace.key()
    turn = people[: _most(limits) or len(people)]
    through = relays_of(settings)
    asked = 0
    for person in turn:
        if asked and wait(_pause(limits)):
            break
        with transaction(db):
            outbox.write(db, None, _letter(workspace, kind, person, questions.code(key, person.id)), clock())
        asked += 1
        watch(asked)
        if (trouble := answering.deliver(db, settings, through, clock).trouble) is not None:
            return Asked(asked, len(people) - asked, trouble)
    return Asked(asked, len(people) - asked)


def _letter(workspace: Workspace, kind: Answer, person: Subscriber, code: str) -> Letter:
    newsletter = workspace.settings.newsletter
    subject, body = wording.words(kind, newsletter, person, "", code)
    message_id = make_msgid(secrets.token_hex(4), newsletter.domain)
    return Letter(kind, person.id, message_id, person.address.text, subject, body)


def _most(limits: Limits) -> int:
    """Return how many questions one run may send, 0 where there is no limit."""
    return min((limit for limit in (limits.per_hour, limits.per_day) if limit), default=0)


def _pause(limits: Limits) -> float:
    return 60.0 / limits.per_minute if limits.per_minute else 0.0
