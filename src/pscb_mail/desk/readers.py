"""Who would read an issue, for `check`: how many, in which groups, and of whom something is not known."""

from collections import Counter
from collections.abc import Iterable, Iterator

from sqlite_utils import Database

from pscb_mail.issues.edition import group_key
from pscb_mail.issues.preflight.copies import Readership
from pscb_mail.issues.source import slug_of
from pscb_mail.people.subscriber import first_name
from pscb_mail.sending import audience, ledger
from pscb_mail.sending.audience import Audience, Recipient


def recipients(db: Database, issue: str) -> int:
    """Return how many active people the issue would go to: those of its audience, where it has one."""
    return audience.size(db, _audience(db, issue))


def readership(db: Database | None, issue: str) -> Readership | None:
    """Return which of these people are in which groups, and of whom what is not known; read when it is asked.

    None where the list is not at hand. Raises UsageError where the issue's name is none.
    """
    if db is None:
        return None
    whom = _audience(db, slug_of(issue))

    def people() -> Iterator[tuple[Recipient, set[str]]]:
        return ((person, set(group_key(person.groups))) for person in audience.people_in(db, whom))

    def in_groups(names: frozenset[str]) -> Iterable[tuple[frozenset[str], int]]:
        return Counter(names.intersection(groups) for _, groups in people()).items()

    def without(field: str, names: frozenset[str]) -> tuple[int, int]:
        readers = [person for person, groups in people() if not names or not names.isdisjoint(groups)]
        return sum(not _value(person, field) for person in readers), len(readers)

    return Readership(in_groups, without)


def _value(person: Recipient, field: str) -> str:
    return first_name(person.name) if field == "first_name" else str(getattr(person, field))


def _audience(db: Database, issue: str) -> Audience:
    mailing = ledger.mailing(db, issue)
    return mailing.audience if mailing else Audience()
