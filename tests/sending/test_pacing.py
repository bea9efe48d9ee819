"""The pace: no window is ever overrun, and the estimate is what the windows give."""

from datetime import UTC, datetime, timedelta

import pytest

from pscb_mail.sending.pacing import PROFILES, Limits, Recent, allowed_at, lasts, limits
from pscb_mail.settings import Pace

START = datetime(2026, 12, 1, 9, tzinfo=UTC)


def simulate(bounds: Limits, messages: int) -> list[datetime]:
    """Send as early as the pace allows; return each message's time."""
    sent: list[datetime] = []
    now = START
    for _ in range(messages):
        now = allowed_at(bounds, lambda n: sent[-n] if len(sent) >= n else None, now)
        sent.append(now)
    return sent


@pytest.mark.parametrize("bounds", [Limits(3), Limits(0, 5), Limits(2, 5, 11), Limits(8, 450, 900)])
def test_no_window_is_overrun(bounds: Limits) -> None:
    """Any minute, hour or day, wherever it begins, holds at most its limit."""
    sent = simulate(bounds, 1000)
    for limit, window in bounds.windows():
        assert all(later - earlier >= window for earlier, later in zip(sent, sent[limit:], strict=False))


@pytest.mark.parametrize("bounds", [Limits(), Limits(3), Limits(0, 5), Limits(0, 0, 7), Limits(2, 5, 11)])
def test_the_estimate_is_what_happens(bounds: Limits) -> None:
    """From a standing start, and going on in the middle: what was sent before takes its place in the windows."""
    sent = simulate(bounds, 100)
    assert lasts(bounds, 100, (), START) == sent[-1] - sent[0]
    assert lasts(bounds, 40, sent[:60], sent[59]) == sent[-1] - sent[59]


def test_two_thousand_readers_take_days_at_the_hardened_pace() -> None:
    """The figures that the manual gives; on a day whose 900 are spent the first of them waits for the next."""
    hardened = PROFILES["microsoft365-cis"]
    assert lasts(hardened, 2000, (), START) == timedelta(days=2, minutes=24)
    assert lasts(hardened, 1, simulate(hardened, 900), START + timedelta(hours=5)) == timedelta(hours=19)
    assert timedelta(minutes=60) < lasts(PROFILES["microsoft365"], 2000, (), START) < timedelta(minutes=75)
    assert lasts(PROFILES["none"], 1_000_000, (), START) == timedelta()


def test_an_estimate_for_a_million_is_given_at_once() -> None:
    """Three years of it, to the day."""
    assert lasts(PROFILES["microsoft365-cis"], 1_000_000, (), START) / timedelta(days=1) == pytest.approx(1111, abs=1)


def test_own_numbers_override_the_profile_one_by_one() -> None:
    """A council that knows its limit says so; the rest of the profile stays."""
    assert limits(Pace(profile="microsoft365-cis", per_hour=400)) == Limits(8, 400, 900)
    assert limits(Pace(per_minute=5)) == Limits(5)


@pytest.mark.parametrize("before", [0, 1])
def test_a_clock_that_was_set_back_waits_for_one_window_at_most(before: int) -> None:
    """Tries that seem to lie in the future count as made when that was first noticed, and not as made just now for ever."""
    recent = Recent(Limits(per_minute=8))
    ahead = START + timedelta(days=200)
    recent.learn((n, ahead) for n in range(8))
    recent.learn((8, START) for _ in range(before))
    first = recent.allowed_at(START)
    assert first == START + timedelta(minutes=1)
    assert recent.allowed_at(first) == first
