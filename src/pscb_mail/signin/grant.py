"""A sign-in as it is kept: what opens the doors now, what gets the next one, and how long both last. Pure.

No secret is in any representation of a grant. What was kept and cannot be read counts as no sign-in.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

# So much is left of a token when the next one is asked for: enough to connect and sign in with it.
MARGIN = timedelta(minutes=5)
NOTE = (
    "A sign-in of pscb-mail for sending and reading mail. It is not encrypted, because this computer has no keyring: "
    "whoever can read this file can use it. `pscb-mail logout` deletes it."
)


@dataclass(frozen=True)
class Grant:
    """What was granted. `account`: who signed in; `state`: what the provider's module renews it with.

    `ends_at`: when it can no longer be renewed, as far as that is known; used in time, it goes on.
    """

    account: str
    scopes: tuple[str, ...]
    expires_at: datetime
    renewed_at: datetime
    ends_at: datetime | None
    token: str = field(repr=False)
    state: str = field(repr=False)

    def good(self, now: datetime, rejected: str = "") -> bool:
        """Whether the token can be used from now on; one that a server has just rejected cannot."""
        return now < self.expires_at - MARGIN and self.token != rejected


def to_text(grant: Grant) -> str:
    """Return a grant as it is kept, with a word to whoever opens the file."""
    kept = {
        "note": NOTE,
        "account": grant.account,
        "scopes": list(grant.scopes),
        "expires_at": grant.expires_at.isoformat(),
        "renewed_at": grant.renewed_at.isoformat(),
        "ends_at": grant.ends_at.isoformat() if grant.ends_at else None,
        "token": grant.token,
        "state": grant.state,
    }
    return json.dumps(kept, indent=1)


def from_text(text: str) -> Grant | None:
    """Return the grant that was kept, None where it cannot be read."""
    try:
        kept = json.loads(text)
        return Grant(
            account=str(kept["account"]),
            scopes=tuple(map(str, kept["scopes"])),
            expires_at=_moment(kept["expires_at"]),
            renewed_at=_moment(kept["renewed_at"]),
            ends_at=_moment(kept["ends_at"]) if kept["ends_at"] else None,
            token=str(kept["token"]),
            state=str(kept["state"]),
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
