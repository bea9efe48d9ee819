"""How fast we may send: rolling windows of a minute, an hour and a day, by profile or by the settings' own numbers.

Pure: the times of past tries come in as a function. Counters belong to the mailbox and are shared with its ordinary
mail: the profiles leave headroom. Sources: Microsoft "Exchange Online limits" and "Outbound spam protection" (30 a
minute, 10,000 recipients a day; hardened tenants 500 an hour and 1,000 a day); Google Workspace "Gmail sending limits".
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pscb_mail.settings import Pace

# So many are reckoned in a tenth of a second.
_EXACT = 20_000
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Limits:
    """At most so many tries in any minute, hour and day; 0: no limit."""

    per_minute: int = 0
    per_hour: int = 0
    per_day: int = 0

    def windows(self) -> tuple[tuple[int, timedelta], ...]:
        """Return the limits that there are, each with its window."""
        pairs = ((self.per_minute, MINUTE), (self.per_hour, HOUR), (self.per_day, DAY))
        return tuple((limit, window) for limit, window in pairs if limit)

    @property
    def most(self) -> int:
        """How many of the latest tries count: as many as the widest limit allows; 0 where there is none."""
        return max((limit for limit, _ in self.windows()), default=0)


PROFILES = {
    "none": Limits(),
    "microsoft365": Limits(per_minute=28, per_day=9_500),
    "microsoft365-cis": Limits(per_minute=8, per_hour=450, per_day=900),
    "gmail": Limits(per_day=450),
}


def limits(pace: Pace) -> Limits:
    """Return the limits in force: the profile's, each overridden by the settings' own number where there is one."""
    profile = PROFILES[pace.profile]
    return Limits(
        pace.per_minute or profile.per_minute, pace.per_hour or profile.per_hour, pace.per_day or profile.per_day
    )


def allowed_at(limits: Limits, nth_latest: Callable[[int], datetime | None], now: datetime) -> datetime:
    """Return when the next try may start: `now`, or later.

    `nth_latest(n)` is the time of the n-th latest try, 1 being the last and none later than `now`; None where there are
    fewer.
    """
    due = [now]
    for limit, window in limits.windows():
        oldest = nth_latest(limit)
        if oldest is not None:
            due.append(oldest + window)
    return max(due)


def lasts(limits: Limits, messages: int, spent: Sequence[datetime], now: datetime) -> timedelta:
    """Return in what time the last of `messages` may start; what the relay itself needs comes on top.

    `spent`: the tries until now, the oldest first, as far back as the widest limit counts. Exact, by doing as a run
    would; of very many messages the rest is reckoned by the slowest window.
    """
    recent, at = Recent(limits), now
    if messages <= 0 or not recent.most:
        return timedelta()
    recent.learn(enumerate(spent))
    exact = min(messages, _EXACT)
    for number in range(exact):
        at = recent.allowed_at(at)
        recent.learn([(number, at)])
    return at - now + max(window / limit for limit, window in limits.windows()) * (messages - exact)


class Recent:
    """The times of the latest tries, in memory, as many as the widest limit asks for; none where there is no limit.

    Tries dated later than now, because the clock was set back, count as made when that is noticed: they hold us up for
    one window, and not until the time that the clock once said.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.most = limits.most
        self.latest = 0  # the id of the last attempt that was learnt of
        self._times: deque[datetime] = deque(maxlen=self.most)
        self._newest: datetime | None = None

    def learn(self, tries: Iterable[tuple[int, datetime]]) -> None:
        """Take in tries, the oldest first."""
        for number, at in tries:
            self.latest = number
            self._times.append(at)
            self._newest = max(at, self._newest or at)

    def allows(self, most: int, now: datetime) -> int:
        """Return how many tries may start now, `most` at most."""
        if not self.most:
            return most
        count = 0
        while count < most and self.allowed_at(now, already=count) <= now:
            count += 1
        return count

    def allowed_at(self, now: datetime, already: int = 0) -> datetime:
        """Return when the next try may start, after `already` more that start now."""
        if self._newest is not None and self._newest > now:
            self._newest, self._times = now, deque((min(at, now) for at in self._times), maxlen=self.most)

        def nth_latest(n: int) -> datetime | None:
            if n <= already:
                return now
            return self._times[already - n] if n - already <= len(self._times) else None

        return allowed_at(self.limits, nth_latest, now)
