"""Pace, clock and token: numbers against limits."""

from datetime import UTC, datetime, timedelta

import pytest

from pscb_mail.desk.doctor.check import Result
from pscb_mail.desk.doctor.pace import check_clock, check_pace, check_token
from pscb_mail.settings import Newsletter, Pace, Relay, Settings
from pscb_mail.signin import Status

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("host", "pace", "result", "told"),
    [
        ("smtp.office365.com", {"profile": "microsoft365-cis"}, Result.OK, "8 a minute, 450 an hour, 900 a day"),
        ("smtp.office365.com", {"profile": "microsoft365"}, Result.WARNING, "hardened tenants"),
        ("smtp.office365.com", {"profile": "microsoft365", "per_minute": 60}, Result.ERROR, "takes 30 a minute"),
        ("smtp.office365.com", {"per_hour": 100}, Result.ERROR, "allows more"),
        ("smtp.office365.com", {"profile": "microsoft365-cis", "per_day": 20_000}, Result.ERROR, "takes 10,000 a day"),
        ("smtp.gmail.com", {"profile": "gmail"}, Result.OK, "450 a day"),
        ("smtp.gmail.com", {"profile": "gmail", "per_day": 3_000}, Result.ERROR, "takes 2,000 a day"),
        ("relay.pscb.test", {"per_hour": 100}, Result.OK, "100 an hour"),
        ("relay.pscb.test", {}, Result.OK, "none is known"),
    ],
)
def test_the_pace_is_held_against_what_the_provider_allows(
    host: str, pace: dict[str, object], result: Result, told: str
) -> None:
    """One row a provider and a pace; a fault always names the profile to use."""
    settings = Settings(
        newsletter=Newsletter.model_validate({"name": "N", "from": "a@pscb.test"}),
        relay=(Relay(host=host, connections=1),),
        pace=Pace.model_validate(pace),
    )
    check = check_pace(settings)
    assert (check.result, told in check.detail) == (result, True), check
    assert ("profile" in check.hint) is (result is not Result.OK)


@pytest.mark.parametrize(
    ("latest", "server", "result"),
    [
        (None, timedelta(seconds=3), Result.OK),
        (None, timedelta(minutes=-20), Result.WARNING),
        (None, timedelta(hours=26), Result.ERROR),
        (None, None, Result.NOT_CHECKED),
        (timedelta(days=-9), None, Result.NOT_CHECKED),
        (timedelta(hours=3), timedelta(seconds=3), Result.ERROR),
    ],
)
def test_a_clock_that_is_wrong_is_told(latest: timedelta | None, server: timedelta | None, result: Result) -> None:
    """By a server's greeting, or by entries of the database that lie in the future."""
    assert check_clock(NOW, latest and NOW + latest, server and NOW + server, "smtp.pscb.test").result is result


def test_a_sign_in_that_ends_soon_is_told_in_time() -> None:
    """Two weeks before; not signed in is told where signing in is tried, and never good here."""
    signed = {"door": "relay", "username": "news@pscb.test", "signed_in": True}
    assert check_token(Status(**signed, ends_at=NOW + timedelta(days=60)), NOW).result is Result.OK
    soon = check_token(Status(**signed, ends_at=NOW + timedelta(days=5), account="jo@pscb.test"), NOW)
    assert (soon.result, "jo@pscb.test for news@pscb.test" in soon.detail) == (Result.WARNING, True)
    assert "login relay" in soon.hint
    assert check_token(Status(**signed), NOW).result is Result.OK
    assert check_token(Status(**{**signed, "signed_in": False}), NOW).result is Result.NOT_CHECKED
