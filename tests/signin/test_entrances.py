"""Which doors need a sign-in, as whom, and what the settings must say for it."""

import pytest

from pscb_mail.errors import SettingsError
from pscb_mail.settings import Settings
from pscb_mail.signin import status
from pscb_mail.signin.entrances import account, entrance, entrances, permissions


def settings(relay: dict[str, object] | None = None, mailbox: dict[str, str] | None = None, **more: object) -> Settings:
    return Settings(
        newsletter={"name": "News", "from": "News <news@pscb.test>"},
        relay=[relay] if relay else [], mailbox=mailbox or {}, **more,
    )  # fmt: skip


OFFICE = {"host": "smtp.office365.com", "port": 587, "auth": "microsoft"}
PACED = {"pace": {"profile": "microsoft365"}}
APPLICATION = {"tenant": "council.example", "application": "1234"}


def test_who_signs_in_is_the_sender_unless_told() -> None:
    """`username`, else the address in `from`; at the mailbox whoever its address names, decoded."""
    assert entrance("relay", settings({"host": "relay.test", "auth": "password"})).username == "news@pscb.test"
    assert entrance("relay", settings({"host": "relay.test", "auth": "password", "username": "u"})).username == "u"
    read = settings(mailbox={"source": "imaps://inbox%40pscb.test@imap.test/INBOX"})
    assert entrance("mailbox", read).username == "inbox@pscb.test"
    assert entrance("mailbox", read, username="other@pscb.test").username == "other@pscb.test"


@pytest.mark.parametrize("auth", ["password", "microsoft", "google"])
def test_no_secret_goes_over_a_network_in_clear(auth: str) -> None:
    """Mail may, where the settings insist; a password or token never does. On this computer there is no network."""
    relay = {"host": "relay.test", "security": "none", "allow_plain_text": True, "auth": auth}
    with pytest.raises(SettingsError, match="without encryption"):
        entrance("relay", settings(relay))
    assert "without encryption" in status("relay", settings(relay)).problem
    assert entrance("relay", settings({**relay, "auth": "none"})).auth == "none"
    assert entrance("relay", settings({**relay, "host": "127.0.0.1"})).auth == auth


@pytest.mark.parametrize(
    ("auth", "signin", "missing"),
    [
        ("microsoft", {}, "application and tenant"),
        ("microsoft", {"application": "1234"}, "application and tenant"),
        ("google", {}, "application"),
        ("microsoft", {"application": "1234", "tenant": "../evil"}, "signin.tenant"),
        ("google", {"application": "a b"}, "signin.application"),
    ],
)
def test_the_application_must_be_named_and_be_one(auth: str, signin: dict[str, str], missing: str) -> None:
    """They become part of an address: nothing but names and numbers."""
    told = settings({**OFFICE, "auth": auth}, signin=signin, **PACED)
    with pytest.raises(SettingsError) as caught:
        account(entrance("relay", told), told)
    assert missing in caught.value.message
    assert caught.value.hint


def test_doors_of_the_same_user_share_one_sign_in() -> None:
    """Whatever the case of the address; another user's is another."""
    shared = settings(OFFICE, {"source": "imaps://News%40PSCB.test@outlook.office365.com/INBOX", "auth": "microsoft"},
                      signin=APPLICATION, **PACED)  # fmt: skip
    ways = [account(way, shared) for way in entrances(shared)]
    assert [way.doors for way in ways] == [("relay", "mailbox")] * 2
    assert ways[0].name == ways[1].name
    apart = settings(OFFICE, {"source": "imaps://inbox%40pscb.test@outlook.office365.com/INBOX", "auth": "microsoft"},
                     signin=APPLICATION, **PACED)  # fmt: skip
    assert [account(way, apart).doors for way in entrances(apart)] == [("relay",), ("mailbox",)]


def test_a_door_that_stands_open_needs_no_entrance() -> None:
    """No relay, a relay without a sign-in, a Maildir."""
    assert entrances(settings({"host": "127.0.0.1", "security": "none"}, {"source": "maildir:Mail"})) == []
    assert entrances(settings()) == []


def test_a_mailbox_that_names_nobody_is_told() -> None:
    """With the form to write."""
    with pytest.raises(SettingsError, match="names no user"):
        entrances(settings(mailbox={"source": "imaps://imap.test/INBOX"}))


def test_both_doors_of_google_need_one_permission() -> None:
    """Microsoft has one for each."""
    assert permissions("google", ("relay", "mailbox")) == ("https://mail.google.com/",)
    assert len(permissions("microsoft", ("relay", "mailbox"))) == 2
