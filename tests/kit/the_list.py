"""A list of people in a database of its own, and a clock that the test moves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from pscb_mail.people import directory, roster
from pscb_mail.people.address import parse_person
from pscb_mail.people.changes import Origin
from pscb_mail.people.subscriber import Status, Subscriber


@dataclass
class TheList:
    """What a test does with a list; every command comes a minute after the one before."""

    db: Database
    now: datetime = field(default=datetime(2026, 12, 1, 9, 0, tzinfo=UTC))

    def origin(self, command: str = "test", reason: str = "") -> Origin:
        self.now += timedelta(minutes=1)
        return Origin(self.now, "editor", command, reason)

    def add(self, *people: str, **about: object) -> int | None:
        return roster.add(self.db, [parse_person(text) for text in people], self.origin("add"), **about).change

    def one(self, address: str) -> Subscriber:
        found = directory.by_address(self.db, address)
        assert found is not None, address
        return found

    def status(self, address: str) -> Status:
        return self.one(address).status

    def opt_out(self, *addresses: str) -> int | None:
        return roster.opt_out(self.db, self.ids(*addresses), self.origin("unsubscribe")).change

    def bounce(self, *addresses: str) -> int | None:
        return roster.bounce(self.db, self.ids(*addresses), self.origin("inbox")).change

    def remove(self, *addresses: str) -> int | None:
        return roster.remove(self.db, self.ids(*addresses), self.origin("remove")).change

    def ids(self, *addresses: str) -> list[int]:
        return [self.one(address).id for address in addresses]

    def everybody(self) -> list[Subscriber]:
        return list(directory.people(self.db))
