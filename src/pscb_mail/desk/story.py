"""One person's whole story: who they are, and everything that happened to them, in one order of time.

Three rooms are asked: people for each change, sending for each try of each issue with the relay's own words, and of
each test copy, the mailbox for what came from them or about them and what we answered or asked. Nothing is written. The
page is for a person who asks what is kept about them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from pscb_mail.mailbox import journal, outbox
from pscb_mail.mailbox.journal import About
from pscb_mail.mailbox.outbox import Written
from pscb_mail.people import changes
from pscb_mail.people.address import kept_address
from pscb_mail.people.changes import Recorded
from pscb_mail.people.subscriber import Status, Subscriber, differences
from pscb_mail.sending import attempts
from pscb_mail.sending.attempts import Attempt
from pscb_mail.sending.delivery import Event, words
from pscb_mail.sending.message import message_id


@dataclass(frozen=True)
class Happening:
    """One line of a story."""

    at: datetime
    what: str
    detail: str


@dataclass(frozen=True)
class Story:
    """A person and what happened to them, the oldest first."""

    person: Subscriber
    timeline: tuple[Happening, ...]


def story(db: Database, person: Subscriber, domain: str) -> Story:
    """Return somebody's story. `domain` is that of our Message-IDs."""
    changed = changes.history_of(db, person.id)
    # What made a change bears the change's own time, and is told before it: a refusal, then what they wrote. What we
    # wrote of it is told after it.
    events = [_tried(attempt, domain) for attempt in attempts.of_person(db, person.id)]
    events += [_tested(attempt) for attempt in _tests_to_them(db, person, changed)]
    events += [_found(about) for about in journal.findings_about(db, person.id)]
    events += [_changed(recorded) for recorded in changed]
    events += [_wrote(written) for written in outbox.written_to(db, person.id)]
    return Story(person, tuple(sorted(events, key=lambda event: event.at)))


def _tests_to_them(db: Database, person: Subscriber, changed: Sequence[Recorded]) -> Iterator[Attempt]:
    """Yield the test copies that went to an address of theirs, but for those of when it was somebody else's."""
    theirs = {each.address for recorded in changed for each in (recorded.before, recorded.after) if each}
    copies = attempts.tests_to(db, (address.text for address in theirs))
    others = changes.others_had(db, person.id, (address.key for address in theirs)) if copies else []
    for copy in copies:
        key = kept_address(copy.address).key
        if not any(had == key and since <= copy.at and (not until or copy.at < until) for had, since, until in others):
            yield copy


def page(told: Story, zone: ZoneInfo, newsletter: str) -> str:
    """Return a story as one HTML page that needs nothing else; every value in it is escaped."""
    from pscb_mail.desk.pages import template  # noqa: PLC0415 - Jinja takes time to import, and `show` needs none

    return template("story.html.j2").render(
        person=told.person,
        newsletter=newsletter,
        since=_local(told.person.since, zone),
        timeline=[(_local(each.at, zone), each.what, each.detail) for each in told.timeline],
    )


def _changed(recorded: Recorded) -> Happening:
    made, origin = recorded.change, recorded.change.origin
    undoing = f"takes back change {made.undoes}; " if made.undoes else ""
    reason = f" Reason: {origin.reason}" if origin.reason else ""
    what = "; ".join(differences(recorded.before, recorded.after))
    return Happening(
        origin.at,
        _verb(recorded),
        f"Change {made.number} by {origin.author} ({origin.command}): {undoing}{what}.{reason}",
    )


_VERBS = {
    Status.ACTIVE: "back on the list",
    Status.PENDING: "asked to confirm",
    Status.OPTED_OUT: "opted out",
    Status.BOUNCED: "bounced",
    Status.REMOVED: "removed",
}


def _verb(recorded: Recorded) -> str:
    before, after = recorded.before, recorded.after
    if after is None:
        return "taken off"
    if before is None and after.status in {Status.ACTIVE, Status.PENDING}:
        return "added"
    if before is None or before.status is not after.status:
        return _VERBS[after.status]
    return "changed"


_VERDICTS = {
    None: "not known to have ended",
    Event.ACCEPTED: "handed over",
    Event.PUT_OFF: "put off",
    Event.TURNED_DOWN: "refused",
    Event.NOT_TRIED: "not handed over",
    Event.DOUBTED: "may or may not have arrived",
}


def _tried(attempt: Attempt, domain: str) -> Happening:
    """Return how a try ended: its verdict, which no code tells (a 451 may be our own fault), and the relay's words."""
    to = f" to {attempt.address}" if attempt.address else ""
    mail = message_id(attempt.issue, attempt.reference, domain)
    ended = _VERDICTS.get(attempt.verdict, str(attempt.verdict))
    return Happening(attempt.at, f"{attempt.issue}: {ended}", f"{mail}{to}. {_answer(attempt)}")


def _tested(attempt: Attempt) -> Happening:
    ended = _VERDICTS.get(attempt.verdict, str(attempt.verdict))
    return Happening(attempt.at, f"{attempt.issue}: test copy {ended}", f"To {attempt.address}. {_answer(attempt)}")


def _answer(attempt: Attempt) -> str:
    """Return what the relay said; where no reply came, the reason is the program's own and not put into its mouth."""
    relay = attempt.relay or "nobody"
    if attempt.code:
        return f'{relay} said: "{words(attempt.code, attempt.reply)}"'
    return f"No reply from {relay}" + (f": {attempt.reply}" if attempt.reply else "")


_FINDINGS = {
    "urgent": "wrote: urgent",
    "opt_out": "asked to come off",
    "subscribe": "asked to be added",
    "address_change": "told a new address",
    "left": "said to have left",
    "away": "away",
    "bounce": "mail returned",
    "complaint": "complained of spam",
    "automatic": "automatic answer",
    "question": "wrote",
    "unreadable": "wrote (unreadable)",
    "unrelated": "wrote",
}
_ACTIONS = {
    "opted_out": "Taken off.",
    "bounced": "Marked as bounced.",
    "counted": "Counted.",
    "review": "Put into review.",
    "asked": "Asked to confirm.",
    "filed": "Filed.",
    "left": "Left in the inbox.",
    "resubscribed": "Brought back.",
}


def _found(about: About) -> Happening:
    action = _ACTIONS.get(about.action, f"{about.action}.")
    return Happening(about.at, _FINDINGS.get(about.finding, about.finding), f"{action} {about.evidence}".strip())


_STATES = {
    "waiting": "waits to be sent",
    "in_flight": "on its way",
    "sent": "handed over",
    "refused": "not taken",
    "unknown": "may or may not have arrived",
}


def _wrote(written: Written) -> Happening:
    ended = _STATES.get(written.state, written.state) + (f': "{written.reply}"' if written.reply else "")
    mail = f'"{written.subject}", {written.message_id} to {written.recipient}'
    return Happening(written.at, "we wrote", f"{mail}. {ended[0].upper()}{ended[1:]}.")


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d %B %Y, %H:%M}"
