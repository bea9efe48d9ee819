"""What is still open after a database was brought back from a backup, and the bar on sending until it is settled.

Kept in the database itself, written with it into place: there is no moment at which a restored list may be sent to
before its past is known. Leaves to others: settling it (`desk.settling`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlite_utils import Database

from pscb_mail.database import fact, keep_fact, moment
from pscb_mail.errors import NotNowError, UsageError

_FACT = "restored"


@dataclass(frozen=True)
class Restored:
    """A restore. `made_at`: when the backup was; `at`: when it came back, and what waited is in doubt since.

    `first_unknown`: the first number that somebody who joined since can have had. `held`: issues of which it is not
    known whether they were sent since, with how many copies were found. `barred`: the numbers of those who joined since
    and came off again: they are not missed.
    """

    made_at: str
    at: str
    first_unknown: int
    settled: bool = False
    held: Mapping[str, int] = field(default_factory=dict)
    barred: Sequence[int] = ()

    @property
    def since(self) -> datetime:
        """When the backup was made."""
        return moment(self.made_at)


def restored(db: Database) -> Restored | None:
    """Return the last restore of this database, None where it was never one."""
    kept = fact(db, _FACT)
    return Restored(**json.loads(kept)) if kept else None


def remember(db: Database, what: Restored) -> None:
    """Keep what is open."""
    keep_fact(db, _FACT, json.dumps(asdict(what)))


def hold_off(db: Database, issue: str = "") -> None:
    """Raise NotNowError where nothing may be sent until `restore` went on, UsageError where this issue is held."""
    last = restored(db)
    if last is None:
        return
    if not last.settled:
        raise NotNowError(
            f"This list was brought back from a backup of {last.since:%d %B %Y}, and what was sent since is not "
            "settled yet: somebody could get a copy twice.",
            "`pscb-mail restore` goes on with that.",
        )
    if issue in last.held:
        # No retry helps: somebody has to look first.
        raise UsageError(_why(issue, last.held[issue]), _what_to_do(issue, last.held[issue]))


def held(db: Database) -> dict[str, str]:
    """Return the issues that are held since a restore, each with what to do about it."""
    last = restored(db)
    return {issue: _what_to_do(issue, found) for issue, found in last.held.items()} if last else {}


def _why(issue: str, found: int) -> str:
    if found:
        return f"{found:,} copies of {issue} are in the Sent folder, and its file cannot be built: who has it is open."
    return f"{issue} may have been sent after the backup that this list was brought back from: nothing tells."


def _what_to_do(issue: str, found: int) -> str:
    if found:
        return f"Bring issues/{issue} back as it was, then run `pscb-mail restore`."
    return f"Look into the mailbox's Sent folder. If it did not go out: `pscb-mail restore --not-sent {issue}`."
