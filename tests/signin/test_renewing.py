"""A token is renewed before it expires: in time, once, and without losing what was there."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from asker import Asked, ask
from authority import Authority, User
from forked import forked

from pscb_mail.errors import NotNowError, SettingsError
from pscb_mail.settings import Settings
from pscb_mail.signin import Access, access, status
from pscb_mail.signin.consent import sign_in
from pscb_mail.signin.entrances import account, entrance
from pscb_mail.signin.outside import Outside
from pscb_mail.signin.refusals import SigninRefusedError

PROVIDERS = ("microsoft", "google")
HOUR = 3600


@pytest.fixture(params=PROVIDERS)
def signed_in(request: pytest.FixtureRequest, authority: Authority, user: User, outside: Outside, settings: Callable[..., Settings]) -> Settings:  # fmt: skip
    """Settings of a newsletter where somebody has signed in."""
    authority.wants_secret = request.param == "google"
    return signing_in(settings(request.param), user, outside)


def signing_in(settings: Settings, user: User, outside: Outside) -> Settings:
    sign_in(account(entrance("relay", settings), settings), user, outside)
    return settings


def opened(settings: Settings, outside: Outside, rejected: Access | None = None) -> Access:
    found = access("relay", settings, outside=outside, rejected=rejected)
    assert found is not None
    return found


def test_a_token_is_used_until_shortly_before_it_expires(
    signed_in: Settings, authority: Authority, outside: Outside, clock: Callable
) -> None:
    """Fifty minutes: the same, no server is asked. Fifty-six: the next one, in the middle of a send."""
    first = opened(signed_in, outside).secret
    clock.pass_by(50 * 60)
    assert opened(signed_in, outside).secret == first
    assert authority.asked["refresh_token"] == 0
    clock.pass_by(6 * 60)
    second = opened(signed_in, outside).secret
    assert second != first
    assert second in authority.rules.tokens
    assert authority.asked["refresh_token"] == 1


def test_a_long_send_is_signed_in_to_its_end(
    signed_in: Settings, authority: Authority, outside: Outside, clock: Callable
) -> None:
    """Five hours, a session every twenty minutes: each token is good when it is handed out."""
    for _ in range(5 * 3):
        token = opened(signed_in, outside).secret
        assert authority.rules.tokens[token][1] > clock.now
        clock.pass_by(20 * 60)
    assert status("relay", signed_in, outside=outside).account == "newsletter@pscb.test"


def test_a_token_that_the_server_rejects_is_renewed_once_for_all_sessions(
    signed_in: Settings, authority: Authority, outside: Outside
) -> None:
    """Revoked early, or a clock that was wrong: whoever comes second takes what the first one got."""
    rejected = opened(signed_in, outside)
    fresh = [opened(signed_in, outside, rejected).secret for _ in range(3)]
    assert len(set(fresh)) == 1
    assert fresh[0] != rejected.secret
    assert authority.asked["refresh_token"] == 1


@pytest.mark.parametrize("shift", [-86400, 10 * 365 * 86400], ids=["a day back", "ten years on"])
def test_a_clock_that_jumps_costs_a_renewal_and_nothing_else(
    shift: float, signed_in: Settings, authority: Authority, outside: Outside, clock: Callable
) -> None:
    """Set back, a dead token looks good until the server rejects it; set forward, a good one looks dead."""
    before = opened(signed_in, outside)
    clock.pass_by(shift)
    after = opened(signed_in, outside, before if shift < 0 else None)
    assert after.secret != before.secret
    assert authority.asked["refresh_token"] == 1


def test_a_sign_in_that_was_revoked_is_told_and_can_be_repeated(
    signed_in: Settings, authority: Authority, user: User, outside: Outside, clock: Callable
) -> None:
    """A changed password ends it: 78, sign in again; then all is well."""
    authority.revoke()
    clock.pass_by(HOUR)
    with pytest.raises(SigninRefusedError, match="run out or was revoked") as caught:
        opened(signed_in, outside)
    assert "pscb-mail login" in caught.value.hint
    signing_in(signed_in, user, outside)
    assert opened(signed_in, outside).secret in authority.rules.tokens


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ("AADSTS700082: The refresh token has expired due to inactivity.\r\nTrace ID: 1", "not been used for too long"),
        ("AADSTS50173: The provided grant has expired due to it being revoked", "password was changed"),
        ("AADSTS50076: Due to a configuration change made by your administrator", "second proof"),
    ],
)
def test_why_a_renewal_is_refused_is_told(
    description: str, sentence: str, authority: Authority, user: User, outside: Outside, clock: Callable,
    settings: Callable[..., Settings],
) -> None:  # fmt: skip
    """Microsoft's number tells one end from another."""
    told = signing_in(settings("microsoft"), user, outside)
    clock.pass_by(HOUR)
    authority.script("token", (400, {"error": "invalid_grant", "error_description": description}))
    with pytest.raises(SigninRefusedError, match=sentence):
        opened(told, outside)


def test_without_a_network_the_last_minutes_are_used_up(
    signed_in: Settings, authority: Authority, outside: Outside, clock: Callable
) -> None:
    """A token that is good for two minutes more is better than none; a dead one is none: 75."""
    first = opened(signed_in, outside).secret
    clock.pass_by(58 * 60)
    authority.script("token", *[(503, {"error": "busy"})] * 2)
    assert opened(signed_in, outside).secret == first
    clock.pass_by(3 * 60)
    with pytest.raises(NotNowError):
        opened(signed_in, outside)
    assert opened(signed_in, outside).secret != first


def test_an_outage_does_not_cost_the_sign_in(
    signed_in: Settings, authority: Authority, outside: Outside, clock: Callable
) -> None:
    """What was kept stays as it was until there is something better."""
    clock.pass_by(2 * HOUR)
    authority.script("token", (200, {"not json": "<html>log in to the hotel</html>"}))
    with pytest.raises(NotNowError):
        opened(signed_in, outside)
    assert opened(signed_in, outside).secret in authority.rules.tokens


def test_a_refresh_token_that_is_not_sent_again_is_kept(
    signed_in: Settings, authority: Authority, outside: Outside, clock: Callable
) -> None:
    """Google sends it once; Microsoft a new one each time: renewing goes on either way."""
    for _ in range(3):
        clock.pass_by(HOUR)
        assert opened(signed_in, outside).secret in authority.rules.tokens


def test_days_left_start_again_with_each_renewal(
    authority: Authority, user: User, outside: Outside, clock: Callable, settings: Callable[..., Settings]
) -> None:
    """Microsoft forgets what nobody uses for 90 days."""
    told = signing_in(settings("microsoft"), user, outside)
    clock.pass_by(30 * 86400)
    assert status("relay", told, outside=outside).days_left(clock.now) == 60
    opened(told, outside)
    assert status("relay", told, outside=outside).days_left(clock.now) == 90
    clock.pass_by(91 * 86400)
    ended = status("relay", told, outside=outside)
    assert (ended.signed_in, ended.days_left(clock.now)) == (False, 0)


def test_google_says_itself_when_a_sign_in_ends(
    authority: Authority, user: User, outside: Outside, clock: Callable, settings: Callable[..., Settings]
) -> None:
    """A week, while the application's publishing status is Testing."""
    authority.wants_secret = True
    authority.adds = {"refresh_token_expires_in": 604799}
    told = signing_in(settings("google"), user, outside)
    assert status("relay", told, outside=outside).days_left(clock.now) == 6
    authority.adds = {}
    for day in (5, 4, 3):
        clock.pass_by(86400)
        opened(told, outside)
        assert status("relay", told, outside=outside).days_left(clock.now) == day


def test_processes_that_renew_at_once_ask_the_server_once(
    signed_in: Settings, authority: Authority, outside: Outside, clock: Callable, tmp_path: Path
) -> None:
    """Four at the same moment: one asks, the others wait for it and take what it got."""
    clock.pass_by(HOUR)
    all_ask = threading.Event()
    authority.before_token = lambda: all_ask.wait(60)
    asked = Asked(
        signed_in.model_dump_json(by_alias=True), clock.now, outside.folder, tmp_path / "keyring.json", authority.authorities
    )  # fmt: skip
    answers = [tmp_path / f"answer-{number}" for number in range(4)]
    runs = [forked(ask, asked, answer) for answer in answers]
    while not all(answer.exists() for answer in answers):
        assert [run.poll() for run in runs] == [None] * 4
        threading.Event().wait(0.01)
    all_ask.set()
    assert [run.wait(120) for run in runs] == [0] * 4
    tokens = {answer.read_text() for answer in answers}
    assert len(tokens) == 1
    assert tokens <= set(authority.rules.tokens)
    assert authority.asked["refresh_token"] == 1


def test_threads_that_renew_at_once_ask_the_server_once(
    signed_in: Settings, authority: Authority, outside: Outside, clock: Callable
) -> None:
    """The sessions of one send are threads of one process."""
    clock.pass_by(HOUR)
    tokens = []
    gate = threading.Barrier(4, timeout=30)

    def ask() -> None:
        gate.wait()
        tokens.append(opened(signed_in, outside).secret)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(tokens), len(set(tokens))) == (4, 1)
    assert authority.asked["refresh_token"] == 1


def test_a_sign_in_of_another_application_is_none(
    authority: Authority, user: User, outside: Outside, settings: Callable[..., Settings]
) -> None:
    """Whoever changes the application in the settings signs in again; nothing is mixed up."""
    told = signing_in(settings("microsoft"), user, outside)
    other = told.model_copy(update={"signin": told.signin.model_copy(update={"application": "another"})})
    with pytest.raises(SettingsError, match="Nobody is signed in"):
        opened(other, outside)


def test_a_damaged_sign_in_counts_as_none(
    authority: Authority, user: User, outside: Outside, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    """Half a file, another program's, nonsense: sign in again, no traceback."""
    told = signing_in(settings("microsoft"), user, outside)
    keyring = outside.keyring.backend
    name = account(entrance("relay", told), told).name
    for nonsense in ("", "{", "[]", "null", '{"account": 1}', "[" * 100_000):
        keyring.set_password("pscb-mail sign-in", name, nonsense)
        with pytest.raises(SettingsError, match="Nobody is signed in"):
            opened(told, outside)


def test_no_door_no_question(outside: Outside, settings: Callable[..., Settings]) -> None:
    """A relay without a sign-in asks nobody."""
    away = replace(outside, authorities=replace(outside.authorities, microsoft="https://127.0.0.1:1"))
    assert access("relay", settings("none"), outside=away) is None
