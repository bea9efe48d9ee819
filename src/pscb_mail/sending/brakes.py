"""The brakes: what stops a mailing because something is wrong with the list, with the relay or with us.

They hold for the mailing and not for a run, because a timer begins a run every minute: what earlier runs came to is
read off the end of the attempts, once, as a run begins, and counted on in memory. What has stopped a run is kept
(`keep`) and stops the next ones with the same words, whatever they would count, until a person says that the mailing
goes on (`let_go`); it counts anew from there. Leaves to others: to ask that person, and to count what the mailbox
knows of copies that came back.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from pscb_mail.database import fact, keep_fact, moment, stamp, transaction
from pscb_mail.errors import Exit, PscbMailError
from pscb_mail.sending.delivery import Event, State
from pscb_mail.sending.ledger import DIED

# Both must be exceeded: a list gone stale has more than a few dead addresses, and more than a tenth.
_MOST_REFUSALS, _SHARE = 10, 0.1
# A relay that takes messages and never says so puts every reader in doubt.
_MOST_DOUBTS_IN_A_ROW = 3
# So many tries of earlier runs count, found among so many latest ones of any kind: a run of a timer must not read more.
_TRIES, _LOOK = 200, 2_000
# A relay that breaks ends its sessions together; none is tried again so soon (`connection.Timing`).
_TOGETHER = timedelta(seconds=1)
# What stands for the decision that nobody has had to take yet.
_NEVER = '[0, "0001-01-01T00:00:00.000000Z"]'

# Not what is no doubt any more, and not what is our own process's doing.
_LATEST = """
    SELECT a.verdict, a.ended_at
    FROM (SELECT id, delivery, issue, verdict, ended_at, reply FROM attempt
          WHERE id > :after ORDER BY id DESC LIMIT :look) a
    JOIN delivery d ON d.id = a.delivery
    WHERE a.issue = :issue AND a.verdict IN ('accepted', 'put_off', 'turned_down', 'doubted')
        AND (a.verdict != 'doubted' OR (d.state = :unknown AND a.reply != :died))
    ORDER BY a.id DESC LIMIT :tries
"""


class BrakeError(PscbMailError):
    """So much went wrong that a person must look before the mailing goes on."""

    exit_code = Exit.NEEDS_A_PERSON


@dataclass
class Tally:
    """What tries came to: how many, how many were refused for good or left in doubt, how often in a row none answered.

    A line that is cut by time or bytes leaves doubts with answers between them: they are never many in a row.
    """

    tries: int = 0
    refusals: int = 0
    in_doubt: int = 0
    doubts: int = 0

    def take(self, events: Sequence[Event], incidents: int) -> None:
        """Count what was learnt together; `incidents`: how many relays were in order until now."""
        tries = len(events) - events.count(Event.NOT_TRIED)
        in_doubt = events.count(Event.DOUBTED)
        self.tries += tries
        self.refusals += events.count(Event.TURNED_DOWN)
        self.in_doubt += in_doubt
        if tries > in_doubt:  # there were answers
            self.doubts = 0
        if in_doubt:
            self.doubts += incidents

    def brake(self, issue: str) -> BrakeError | None:
        """Return what stops the mailing, None where nothing does."""
        taken = ""
        if self.doubts >= _MOST_DOUBTS_IN_A_ROW:
            taken = f"{self.doubts} times in a row the relay took copies"
        elif too_many(self.in_doubt, self.tries):
            taken = f"the relay took {self.in_doubt:,} of the last {self.tries:,} copies"
        if taken:
            return _stopped(
                issue,
                f"{taken} and did not say so: they may have arrived",
                f"Ask who runs the relay; `pscb-mail log {issue} --state unknown` lists them.",
            )
        if too_many(self.refusals, self.tries):
            return _stopped(
                issue,
                f"{self.refusals:,} of the last {self.tries:,} copies were refused for good",
                f"`pscb-mail log {issue} --state refused` tells why.",
            )
        return None


def too_many(bad: int, of: int) -> bool:
    """Whether so many are a brake's: ten or more that are also over a tenth."""
    return bad >= _MOST_REFUSALS and bad > of * _SHARE


def bounced(issue: str, came_back: int, handed_over: int) -> BrakeError | None:
    """Return what stops a mailing of which so many copies came back for good, None where nothing does."""
    if not too_many(came_back, handed_over):
        return None
    return _stopped(
        issue,
        f"{came_back:,} of {handed_over:,} copies came back for good",
        "`pscb-mail list --status bounced` shows whose addresses are dead.",
    )


def stopped(db: Database, issue: str) -> BrakeError | None:
    """Return what has stopped a mailing, or would as its next run begins; None where nothing does."""
    kept = fact(db, _stopped_by(issue))
    return BrakeError(*json.loads(kept)) if kept else so_far(db, issue).brake(issue)


def keep(db: Database, issue: str, brake: BrakeError) -> None:
    """Record what has stopped a mailing: it holds until a person lets it go. Its words are about nobody."""
    keep_fact(db, _stopped_by(issue), json.dumps([brake.message, brake.hint]))


def so_far(db: Database, issue: str) -> Tally:
    """Return what a mailing's runs came to since a person let its brake go, as far back as counts."""
    rows = db.execute(_LATEST, _values(issue, _let_go(db, issue)[0])).fetchall()
    tally, broke_at = Tally(), None
    for verdict, ended_at in reversed(rows):
        at, event = moment(ended_at), Event(verdict)
        together = broke_at is not None and at - broke_at < _TOGETHER
        broke_at = at if event is Event.DOUBTED else None
        tally.take([event], 0 if together else 1)
    return tally


def counts_since(db: Database, issue: str) -> datetime:
    """Return from when on a mailing's brakes count: since a person let one go, or all the time."""
    return moment(_let_go(db, issue)[1])


def let_go(db: Database, issue: str, now: datetime) -> None:
    """Record that a person has seen what stopped a mailing, and said that it goes on."""
    with transaction(db):
        (last,) = db.execute("SELECT coalesce(max(id), 0) FROM attempt").fetchone()
        keep_fact(db, _goes_on(issue), json.dumps([last, stamp(now)]))
        keep_fact(db, _stopped_by(issue), "")


def _let_go(db: Database, issue: str) -> tuple[int, str]:
    """Return the last attempt that no longer counts, and when a person said so."""
    last, at = json.loads(fact(db, _goes_on(issue)) or _NEVER)
    return last, at


def _goes_on(issue: str) -> str:
    return f"goes_on:{issue}"


def _stopped_by(issue: str) -> str:
    return f"stopped:{issue}"


def _values(issue: str, after: int) -> dict[str, object]:
    return {"issue": issue, "after": after, "look": _LOOK, "tries": _TRIES, "unknown": State.UNKNOWN, "died": DIED}


def _stopped(issue: str, why: str, look: str) -> BrakeError:
    return BrakeError(f"{issue} is stopped: {why}.", f"{look} `pscb-mail send {issue}` asks whether it goes on.")
