"""Signing in at Microsoft and Google, against an authorisation server on this computer."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
import requests
from authority import CLIENT_SECRET, Authority, User

from pscb_mail.errors import Exit, NotNowError, PscbMailError, SettingsError, UsageError
from pscb_mail.settings import Settings
from pscb_mail.signin import access, status
from pscb_mail.signin.consent import sign_in, sign_out
from pscb_mail.signin.entrances import Account, Door, account, entrance
from pscb_mail.signin.loopback import Loopback
from pscb_mail.signin.outside import Outside
from pscb_mail.signin.refusals import SigninRefusedError

MakeSettings = Callable[..., Settings]
PROVIDERS = ("microsoft", "google")
SEND, READ = "https://outlook.office.com/SMTP.Send", "https://outlook.office.com/IMAP.AccessAsUser.All"


def who(settings: Settings, door: Door = "relay") -> Account:
    return account(entrance(door, settings), settings)


def refused(
    server: Authority, user: User, outside: Outside, settings: Settings, *, by_code: bool = False
) -> PscbMailError:
    """Sign in where that must fail, see that nothing was kept, and return the error."""
    server.wants_secret = settings.relay[0].auth == "google"
    with pytest.raises(PscbMailError) as caught:
        sign_in(who(settings), user, outside, by_code=by_code)
    assert not status("relay", settings, outside=outside).signed_in
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("by_code", [False, True], ids=["browser", "code"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_one_sign_in_opens_relay_and_mailbox(
    provider: str, by_code: bool, authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """In the browser of this computer or of another one, at Microsoft or Google: one yes, and both doors are open."""
    authority.wants_secret = provider == "google"
    done = sign_in(who(settings(provider)), user, outside, by_code=by_code)
    assert (done.account, done.as_another) == ("newsletter@pscb.test", False)
    for door in ("relay", "mailbox"):
        opened = access(door, settings(provider), outside=outside)
        assert (opened.username, opened.mechanism) == ("newsletter@pscb.test", "xoauth2")
        assert opened.secret in authority.rules.tokens
        assert status(door, settings(provider), outside=outside).signed_in


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_browser_shows_that_all_is_well(
    provider: str, authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """The last page says where to go on, and holds no code."""
    authority.wants_secret = provider == "google"
    sign_in(who(settings(provider)), user, outside)
    user._browser.join(10)
    [(code, page)] = user.seen
    assert (code, "Go back to pscb-mail" in page) == (200, True)


def test_only_what_the_doors_need_is_asked_for(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """A relay alone asks for sending; when the mailbox joins it, the sign-in is to be repeated, and says so."""
    sign_in(who(settings("microsoft", mailbox=False)), user, outside)
    assert READ not in authority.pages[0]["scope"]
    assert SEND in authority.pages[0]["scope"]
    both = settings("microsoft")
    assert access("relay", both, outside=outside) is not None
    with pytest.raises(SettingsError, match="not made for the mailbox") as caught:
        access("mailbox", both, outside=outside)
    assert "pscb-mail login mailbox" in caught.value.hint
    sign_in(who(both, "mailbox"), user, outside)
    assert access("mailbox", both, outside=outside) is not None


def test_the_page_is_asked_with_pkce_and_for_the_right_person(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """S256, a state, the mailbox's address filled in; and no client secret in an address."""
    for provider in PROVIDERS:
        authority.wants_secret = provider == "google"
        sign_in(who(settings(provider)), user, outside)
        asked = authority.pages[-1]
        assert asked["code_challenge_method"] == "S256"
        assert asked["login_hint"] == "newsletter@pscb.test"
        assert len(asked["state"]) >= 16
        assert CLIENT_SECRET not in str(asked)


def test_a_shared_mailbox_is_opened_by_another_account(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Who signed in is told; the mailbox's own name is what the server is given."""
    authority.user = "officer@pscb.test"
    done = sign_in(who(settings("microsoft")), user, outside)
    assert (done.account, done.username, done.as_another) == ("officer@pscb.test", "newsletter@pscb.test", True)
    assert access("relay", settings("microsoft"), outside=outside).username == "newsletter@pscb.test"
    assert status("relay", settings("microsoft"), outside=outside).account == "officer@pscb.test"


def test_google_s_client_secret_is_asked_for_once(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """It is kept with the sign-in; the environment may hold it instead."""
    authority.wants_secret = True
    sign_in(who(settings("google")), user, outside)
    sign_in(who(settings("google")), user, outside)
    assert user.asked_for_secret == 1
    sign_out(who(settings("google")), outside)
    told = replace(outside, environment={"PSCB_MAIL_GOOGLE_CLIENT_SECRET": CLIENT_SECRET})
    sign_in(who(settings("google")), user, told)
    assert user.asked_for_secret == 1


def test_signing_out_forgets(authority: Authority, user: User, outside: Outside, settings: MakeSettings) -> None:
    """Nothing is left to open a door with, and the error says how to come back."""
    sign_in(who(settings("microsoft")), user, outside)
    assert sign_out(who(settings("microsoft")), outside) is True
    assert sign_out(who(settings("microsoft")), outside) is False
    with pytest.raises(SettingsError, match="Nobody is signed in") as caught:
        access("relay", settings("microsoft"), outside=outside)
    assert caught.value.exit_code is Exit.SETTINGS
    assert "pscb-mail login relay" in caught.value.hint


# -- the way back from the browser ----------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_to_another_sign_in_changes_nothing(
    provider: str, authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """A page that sends its own code to the loopback is turned away; the right answer is still taken."""
    turned_away = []

    def forge(address: str) -> None:
        for state in ("state=wrong&", ""):
            turned_away.append(requests.get(f"{address}/?{state}code=forged", timeout=10).status_code)
            turned_away.append(requests.post(address, f"{state}code=forged", timeout=10).status_code)
        turned_away.append(requests.get(f"{address}/favicon.ico", timeout=10).status_code)

    authority.wants_secret = provider == "google"
    user.first = forge
    sign_in(who(settings(provider)), user, outside)
    assert turned_away == [400, 400, 400, 400, 404]
    assert access("relay", settings(provider), outside=outside).secret in authority.rules.tokens


def test_a_pasted_address_of_another_sign_in_is_refused(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Google's --code: the state must be the one that was sent."""
    user.tampers = lambda fields: {**fields, "state": "wrong"}
    error = refused(authority, user, outside, settings("google"), by_code=True)
    assert isinstance(error, UsageError)
    assert authority.asked["authorization_code"] == 0


def test_the_loopback_listens_to_this_computer_alone_and_ends() -> None:
    """127.0.0.1, and after its time it says what to look for."""
    hours = iter([0.0, 1.0, 700.0])
    with Loopback() as listening:
        assert listening.server_address[0] == "127.0.0.1"
        with pytest.raises(NotNowError, match="within 10 minutes") as caught:
            listening.answer("state", clock=lambda: next(hours))
    assert "AADSTS" in caught.value.hint


def test_what_a_page_is_told_is_not_shown_back() -> None:
    """The loopback's own pages repeat nothing of an address."""
    with Loopback() as listening:
        listening.state = "right"
        user = User(__file__)
        import threading

        asking = threading.Thread(target=lambda: user.seen.append(
            (0, requests.get(f"http://127.0.0.1:{listening.port}/?state=right&error=<script>x</script>", timeout=10).text)
        ))  # fmt: skip
        asking.start()
        answer = listening.answer("right")
        asking.join(10)
    assert answer["error"] == "<script>x</script>"
    assert "script" not in user.seen[0][1]


# -- refusals -------------------------------------------------------------------------------------------------------

CONSENT = "AADSTS65001: The user or administrator has not consented to use the application with ID '6666' named 'News'.\r\nTrace ID: 1"


@pytest.mark.parametrize(
    ("provider", "said", "sentence", "todo"),
    [
        ("microsoft", {"error": "access_denied"}, "answered with no", "pscb-mail login"),
        ("google", {"error": "access_denied"}, "answered with no", "test users"),
        ("microsoft", {"error": "consent_required", "error_description": CONSENT}, "Nobody has allowed", "Grant admin consent"),
        ("microsoft", {"error": "access_denied", "error_description": "AADSTS90094: admin"}, "Only an administrator",
         "Grant admin consent"),
        ("microsoft", {"error": "access_denied", "error_description": "AADSTS50105: not assigned"}, "not been assigned",
         "Users and groups"),
        ("google", {"error": "admin_policy_enforced"}, "does not allow", "App access control"),
        ("microsoft", {"error": "something_new", "error_description": "AADSTS999999: new\x1b[2J"}, "Microsoft refuses",
         "IT department"),
    ],
)  # fmt: skip
def test_a_refusal_at_the_page_says_who_must_do_what(
    provider: str, said: dict[str, str], sentence: str, todo: str,
    authority: Authority, user: User, outside: Outside, settings: MakeSettings,
) -> None:  # fmt: skip
    """In words, with the server's own, without its trace numbers and without its escape sequences."""
    authority.says = said
    error = refused(authority, user, outside, settings(provider))
    assert isinstance(error, SigninRefusedError)
    assert sentence in error.message
    assert todo in error.hint
    assert "Trace" not in error.message
    assert "\x1b" not in error.message


@pytest.mark.parametrize(
    ("provider", "answer", "sentence", "todo"),
    [
        ("microsoft", {"error": "invalid_client", "error_description": "AADSTS7000218: body must contain client_secret"},
         "keeps a secret", "Allow public client flows"),
        ("microsoft", {"error": "invalid_grant", "error_description": "AADSTS53003: blocked by Conditional Access"},
         "conditional access", "sign-in log"),
        ("google", {"error": "invalid_client", "error_description": "Unauthorized"}, "client id", "Cloud console"),
    ],
)  # fmt: skip
def test_a_refusal_of_the_code_says_who_must_do_what(
    provider: str, answer: dict[str, object], sentence: str, todo: str,
    authority: Authority, user: User, outside: Outside, settings: MakeSettings,
) -> None:  # fmt: skip
    """The page said yes, and the token was refused all the same."""
    authority.script("token", (400, answer))
    error = refused(authority, user, outside, settings(provider))
    assert sentence in error.message
    assert todo in error.hint


def test_google_may_be_allowed_less_than_was_asked_for(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Whoever takes the tick off at mail is told so, and nothing is kept."""
    authority.refuses_scopes = ("https://mail.google.com/",)
    error = refused(authority, user, outside, settings("google"))
    assert "send and read mail" in error.message
    assert "tick" in error.hint


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "answer",
    [
        (200, {"not json": "<html>Free Wi-Fi: log in</html>"}),
        (400, {"error": "temporarily_unavailable"}),
        (503, {"not json": "upstream"}),
        (429, {"error": "slow down"}),
    ],
    ids=["a page of the wireless network", "a server that is busy", "a server that is broken", "too many requests"],
)
def test_what_passes_by_itself_is_no_refusal(
    provider: str, answer: tuple[int, dict[str, object]],
    authority: Authority, user: User, outside: Outside, settings: MakeSettings,
) -> None:  # fmt: skip
    """Nonsense and outages are "not now": 75, run it again."""
    authority.script("token", answer)
    assert isinstance(refused(authority, user, outside, settings(provider)), NotNowError)


def test_an_unknown_tenant_is_told_before_any_page_opens(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Microsoft answers 400 for a tenant that it does not know."""
    authority.script("discovery", (400, {"error": "invalid_tenant"}))
    error = refused(authority, user, outside, settings("microsoft"))
    assert "knows no tenant" in error.message
    assert authority.pages == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_is_sent_to_a_server_whose_certificate_is_unknown(
    provider: str, authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """A proxy that reads along is told from a server that is away, and gets no code."""
    authority.wants_secret = provider == "google"
    stranger = replace(outside, authorities=replace(authority.authorities, ca_file=""))
    with pytest.raises(SettingsError, match="cannot be trusted"):
        sign_in(who(settings(provider)), user, stranger)
    assert authority.asked.total() == 0


def test_a_server_that_is_away_is_no_fault_of_the_settings(
    user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Port 1 answers nobody."""
    away = replace(outside, authorities=replace(outside.authorities, microsoft="https://127.0.0.1:1"))
    with pytest.raises(NotNowError, match="cannot be reached") as caught:
        sign_in(who(settings("microsoft")), user, away)
    assert caught.value.exit_code is Exit.NOT_NOW


# -- the device code ------------------------------------------------------------------------------------------------


def by_code(
    steps: Iterable[str], authority: Authority, user: User, outside: Outside, settings: Settings
) -> PscbMailError | None:
    authority.device = deque(steps)
    try:
        sign_in(who(settings), user, outside, by_code=True)
    except PscbMailError as error:
        return error
    return None


def test_a_code_is_waited_for_as_slowly_as_the_server_asks(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Each slow_down adds five seconds (RFC 8628 section 3.5)."""
    steps = ["authorization_pending", "slow_down", "authorization_pending", "slow_down"]
    assert by_code(steps, authority, user, outside, settings("microsoft")) is None
    assert user.waited == [5, 5, 10, 10, 15]
    assert (user.codes[0].code, user.codes[0].seconds) == ("ABCD-EFGH", 900)


def test_a_code_that_nobody_types_in_expires(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Whether the server says so or its time is up by our clock: a new code is to be asked for."""
    said = by_code(["expired_token"], authority, user, outside, settings("microsoft"))
    authority.device_seconds = 12
    ours = by_code(["authorization_pending"] * 99, authority, user, outside, settings("microsoft"))
    for error in (said, ours):
        assert "not entered in time" in error.message
        assert "--code" in error.hint
    assert user.waited == [5, 5, 5, 5]


@pytest.mark.parametrize("said", ["access_denied", "authorization_declined"])
def test_a_code_may_be_answered_with_no(
    said: str, authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """RFC 8628 has one word for it, Microsoft another."""
    error = by_code(["authorization_pending", said], authority, user, outside, settings("microsoft"))
    assert "answered with no" in error.message


def test_an_organisation_may_block_codes(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Most do: the hint leads to the browser."""
    blocked = {
        "error": "invalid_grant",
        "error_description": "AADSTS530035: Access has been blocked by security defaults.",
    }
    authority.script("device", (400, blocked))
    error = refused(authority, user, outside, settings("microsoft"), by_code=True)
    assert "without --code" in error.hint


def test_waiting_for_a_code_can_be_given_up(
    authority: Authority, user: User, outside: Outside, settings: MakeSettings
) -> None:
    """Nothing is kept, and no more is asked."""
    user.gives_up = True
    assert isinstance(refused(authority, user, outside, settings("microsoft"), by_code=True), NotNowError)
    assert authority.asked.total() == 0
