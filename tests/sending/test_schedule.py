"""The time of a send: one moment to come, or a sentence."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pscb_mail.errors import UsageError
from pscb_mail.sending.schedule import begins_at

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-12-01 09:00", datetime(2026, 12, 1, 9, 0, tzinfo=UTC)),
        ("2026-07-01 09:00", datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
        ("2026-07-01T09:00", datetime(2026, 7, 1, 8, 0, tzinfo=UTC)),
        ("2026-03-01 11:50", datetime(2026, 3, 1, 11, 50, tzinfo=UTC)),
        ("2026-10-25 00:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25 02:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_time_on_the_wall_becomes_a_moment(text: str, moment: datetime) -> None:
    """Winter and summer time, a timer that is a little late, the hours beside the change."""
    assert begins_at(text, LONDON, NOW) == moment


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-03-29 01:30", "does not exist"),
        ("2026-10-25 01:30", "comes twice"),
        ("2026-03-01 11:44", "is past"),
        ("tomorrow", "is not a time"),
        ("2026-02-30 09:00", "is not a time"),
        ("", "is not a time"),
    ],
)
def test_what_is_not_one_moment_to_come_is_refused(text: str, told: str) -> None:
    """No guess: it could be an hour, or a day, wrong."""
    with pytest.raises(UsageError, match=told):
        begins_at(text, LONDON, NOW)
