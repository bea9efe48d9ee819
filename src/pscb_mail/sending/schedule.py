"""When a send begins: `--at "2026-12-01 09:00"`, in the newsletter's zone.

Pure. A time on the clock is not always one moment: in spring an hour does not exist, in autumn one exists twice (PEP
495).
Both are refused, because a guess could be an hour wrong. A time that is long past is refused too: a run that was meant
for Tuesday at nine must not go out by surprise on Wednesday.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pscb_mail.errors import UsageError

# A timer that starts the program a little late still means it.
_GRACE = timedelta(minutes=15)
_FORM = "%Y-%m-%d %H:%M"


def begins_at(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the moment that `text` names, in UTC. Raises UsageError where there is no one such moment to come."""
    try:
        local = datetime.strptime(text.strip().replace("T", " "), _FORM).replace(tzinfo=zone)
    except ValueError:
        raise UsageError(f'"{text}" is not a time.', 'Write it as "2026-12-01 09:00".') from None
    moments = _moments(local)
    match moments:
        case []:
            raise UsageError(
                f"{text} does not exist in {zone.key}: the clocks go forward over it.", "Choose a time an hour later."
            )
        case [moment]:
            return not_long_past(text, moment, now)
        case _:
            raise UsageError(
                f"{text} comes twice in {zone.key}: the clocks go back over it.", "Choose a time outside that hour."
            )


def _moments(local: datetime) -> list[datetime]:
    """Return the moments at which clocks in the zone show `local`: none, one or two."""
    candidates = {local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    shown = local.replace(fold=0, tzinfo=None)
    return sorted(each for each in candidates if each.astimezone(local.tzinfo).replace(tzinfo=None, fold=0) == shown)


def not_long_past(text: str, moment: datetime, now: datetime) -> datetime:
    """Return `moment` where a run may still begin for it. Raises UsageError where it is long past."""
    if moment < now - _GRACE:
        raise UsageError(f"{text} is past.", "Leave --at out to send now, or choose a time to come.")
    return moment
