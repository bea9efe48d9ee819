"""A mailing ready to be run: a database with people, a small edition, and relays that are scripted servers."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from sqlite_utils import Database

from pscb_mail.database import open_database, transaction
from pscb_mail.issues.edition import Edition, Field
from pscb_mail.sending import ledger, mailing
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.door import Timing, door
from pscb_mail.sending.opening import Credentials
from pscb_mail.sending.pacing import Limits
from pscb_mail.sending.relays import Relays
from pscb_mail.sending.running import Means
from pscb_mail.settings import Newsletter, Relay

KEY = b"k" * 32
ISSUE = "issue-18"
NEWSLETTER = Newsletter(**{"name": "PSCB Newsletter", "from": "PSCB Newsletter <newsletter@pscb.test>"})
EDITION = Edition(
    issue=ISSUE,
    subject="PSCB Newsletter 18",
    html=("<p>Dear ", Field("first_name", "colleague", "html"), "</p>\n"),
    text=("Dear ", Field("first_name", "colleague"), "\n"),
)
START = datetime(2026, 12, 1, 9, tzinfo=UTC)
# Impatient: what takes minutes in life takes tenths of a second here.
UNLIMITED = Limits()
QUICK = Timing(connect=2.0, step=0.5, data=0.5, body=0.5, quit=0.5, pauses=(0.01, 0.02, 0.05))


@dataclass
class Clock:
    """A wall clock that stands still but for `wait`, which never waits; `stop_after` waits it asks to stop."""

    at: datetime = START
    stop_when: Callable[[], bool] = lambda: False
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> bool:
        if seconds:
            self.waits.append(seconds)
            self.at += timedelta(seconds=seconds)
        return self.stop_when()


def interrupted_by(event: Event) -> Callable[[], float]:
    """Return a monotonic clock at which whoever looks is interrupted, as by Ctrl-C, once something has happened."""

    def clock() -> float:
        if event.is_set():
            raise KeyboardInterrupt
        return time.monotonic()

    return clock


def people(db: Database, count: int, domain: str = "school.test") -> None:
    """Put `count` active people on the list: reader0000@…, in order."""
    with transaction(db):
        db.conn.executemany(
            "INSERT INTO subscriber (address, address_key, name, status, since) VALUES (?1, ?1, ?2, 'active', ?3)",
            (
                (f"reader{n:04}@{domain}", f"Reader {n:04}", "2026-01-01T00:00:00.000000Z")
                for n in range(count)
            ),
        )  # fmt: skip


def newsroom(path: Path, count: int, edition: Edition = EDITION) -> Database:
    """Return a database in which an issue is ready to be sent to `count` people."""
    db = open_database(path)
    people(db, count)
    mailing.begin(db, edition, Audience(), KEY, START)
    return db


def relays(*servers: object, timing: Timing = QUICK, who: Credentials | None = None, **more: object) -> Relays:
    """Return relays that are servers of this machine, by their `port`; `who` signs in."""
    settings = (Relay(host="127.0.0.1", port=each.port, **({"security": "none"} | more)) for each in servers)
    return Relays(tuple(door(each, (lambda: who) if who else None) for each in settings), timing)


def means(
    *servers: object, clock: Clock | None = None, limits: Limits = UNLIMITED, timing: Timing = QUICK, **more: object
) -> Means:
    """Return what a run works with."""
    clock = clock or Clock()
    return Means(NEWSLETTER, limits, relays(*servers, timing=timing, **more), clock.now, clock.wait)


def counted(db: Database, issue: str = ISSUE) -> dict[str, int]:
    """Return the counts that are not zero, by the state's name."""
    return {str(state): count for state, count in ledger.counts(db, issue).items() if count}
