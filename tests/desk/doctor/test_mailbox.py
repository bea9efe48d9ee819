"""The mailbox looked at: a real Dovecot passes, what is wrong is told, and nothing in it is changed."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import certificates
import dovecot
import pytest
from nameserver import NameServer, NoNames
from scripted import ScriptedServer

from pscb_mail.desk.doctor.check import Check, Result
from pscb_mail.desk.doctor.mailbox import STEPS, check_mailbox
from pscb_mail.desk.doctor.names import Names
from pscb_mail.settings import Mailbox, Newsletter, Settings
from pscb_mail.signin import Access

NOW = datetime.now(UTC)
RIGHT = Access(dovecot.USER, dovecot.PASSWORD, "password")


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    with dovecot.running_dovecot() as running:
        yield running


def look(
    mailbox: Mailbox,
    base: Path = Path(),
    access: Access | None = RIGHT,
    *,
    sender: str = dovecot.USER,
    reply_to: str = "",
) -> dict[str, Check]:
    newsletter = {"name": "News", "from": sender} | ({"reply_to": reply_to} if reply_to else {})
    settings = Settings(newsletter=Newsletter.model_validate(newsletter), mailbox=mailbox)
    checks = check_mailbox(settings, base, lambda _: access, Names(NoNames()), NOW)
    return {check.check.removeprefix("mailbox: "): check for check in checks}


@pytest.mark.real
def test_a_mailbox_in_order_is_told_so_and_stays_as_it_was(server: dovecot.Dovecot) -> None:
    """TLS, sign-in, folder, MOVE, IDLE: and no folder is made, no message marked as read."""
    server.append(b"Subject: one\r\n\r\nunread\r\n")
    with server.client() as client:
        before = {name for _, _, name in client.list_folders()}
    checks = look(Mailbox(source=server.url(tls=True), ca_file=str(server.ca_file)))
    assert {step: checks[step].result for step in (*STEPS[:-1], "bounces arrive here")} == dict.fromkeys(
        (*STEPS[:-1], "bounces arrive here"), Result.OK
    )
    assert checks["Sent folder"].result is Result.WARNING
    with server.client() as client:
        assert {name for _, _, name in client.list_folders()} == before
    assert b"\\Seen" not in server.flags()[-1]


@pytest.mark.real
def test_the_sent_folder_is_found_or_named(server: dovecot.Dovecot) -> None:
    """By its usual name, by the settings, and missed where it is not there."""
    with server.client() as client:
        client.create_folder("Sent Items")
    try:
        assert look(Mailbox(source=server.url()))["Sent folder"].detail == "Sent Items."
        assert look(Mailbox(source=server.url(), sent="Sent Items"))["Sent folder"].result is Result.OK
        assert look(Mailbox(source=server.url(), sent="Gesendet"))["Sent folder"].result is Result.ERROR
    finally:
        with server.client() as client:
            client.delete_folder("Sent Items")


@pytest.mark.real
def test_a_server_without_move_and_idle_is_good_enough(server: dovecot.Dovecot) -> None:
    """It is told how filing works there."""
    del server
    with dovecot.running_dovecot("IMAP4rev1 UIDPLUS") as old:
        checks = look(Mailbox(source=old.url()))
    assert checks["filing"].result is Result.WARNING
    assert "asks now and then" in checks["new mail"].detail


@pytest.mark.real
def test_a_wrong_password_or_folder_stands_at_its_step(server: dovecot.Dovecot) -> None:
    """What comes after is not called good."""
    wrong = look(Mailbox(source=server.url()), access=Access(dovecot.USER, "canary-wrong", "password"))
    assert (wrong["sign-in"].result, wrong["folder"].result) == (Result.ERROR, Result.NOT_CHECKED)
    assert "canary" not in repr(wrong)
    missing = look(Mailbox(source=server.url("Nowhere")))
    assert "does not open the folder Nowhere" in missing["folder"].detail
    assert missing["filing"].result is Result.NOT_CHECKED


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (certificates.expired, "has expired"),
        (certificates.for_another_name, "is for another name"),
        (certificates.of_an_unknown_authority, "does not know"),
        (certificates.self_signed, "signed by itself"),
    ],
)
def test_no_password_goes_to_a_server_whose_certificate_does_not_hold(
    tmp_path: Path, make: Callable[[Path], certificates.Certificate], told: str
) -> None:
    """Nothing at all is said to it: the greeting is not even read."""
    certificate = make(tmp_path)
    with ScriptedServer({"greeting": b"* OK ready\r\n"}, tls=certificate.server, implicit=True) as server:
        source = f"imaps://newsletter%40pscb.test@127.0.0.1:{server.port}/INBOX"
        checks = look(Mailbox(source=source, ca_file=str(certificate.ca_file)))
    assert told in checks["encryption"].detail
    assert checks["encryption"].hint
    assert {checks[step].result for step in STEPS[1:]} == {Result.NOT_CHECKED}
    assert server.said == []


def test_without_a_network_the_mailbox_is_not_checked() -> None:
    """Unless it is on this computer: then nothing listens."""
    far = look(Mailbox(source="imaps://u%40pscb.test@imap.pscb.test/INBOX"))
    assert {far[step].result for step in STEPS} == {Result.NOT_CHECKED}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert look(Mailbox(source=f"imap://u@127.0.0.1:{port}/INBOX"))["sign-in"].result is Result.ERROR
    settings = Settings(
        newsletter=Newsletter.model_validate({"name": "N", "from": "a@pscb.test"}),
        mailbox=Mailbox(source="imaps://u%40pscb.test@imap.pscb.test/INBOX"),
    )
    with NameServer("") as names:
        checks = {c.check: c for c in check_mailbox(settings, Path(), lambda _: RIGHT, names.names(), NOW)}
    assert checks["mailbox: sign-in"].result is Result.ERROR


@pytest.mark.parametrize(
    ("user", "sender", "reply_to", "result", "told"),
    [
        ("news%40pscb.test", "news@pscb.test", "", Result.OK, "which is read"),
        ("News%40PSCB.test", "news@pscb.test", "", Result.OK, "which is read"),
        ("jo%40pscb.test", "news@pscb.test", "", Result.WARNING, "Bounces come to news@pscb.test"),
        ("news%40pscb.test", "news@pscb.test", "jo@pscb.test", Result.WARNING, "Replies come to jo@pscb.test"),
        ("vmail", "news@pscb.test", "", Result.NOT_CHECKED, "cannot be seen"),
    ],
)
def test_bounces_that_come_elsewhere_are_told(user: str, sender: str, reply_to: str, result: Result, told: str) -> None:
    """The envelope sender's mailbox must be the one that is read."""
    source = f"imaps://{user}@imap.pscb.test/INBOX"
    check = look(Mailbox(source=source), sender=sender, reply_to=reply_to)["bounces arrive here"]
    assert (check.result, told in check.detail) == (result, True)


def test_no_mailbox_at_all_is_a_warning() -> None:
    """A newsletter can go out; its opt-outs would be missed."""
    checks = look(Mailbox())
    assert checks["source"].result is Result.WARNING
    assert checks["bounces arrive here"].result is Result.NOT_CHECKED


def test_a_maildir_or_an_mbox_must_be_there(tmp_path: Path) -> None:
    """Paths start at the workspace."""
    (tmp_path / "Maildir" / "new").mkdir(parents=True)
    (tmp_path / "mail.mbox").write_text("")
    for source in ("maildir:Maildir", "mbox:Maildir/../mail.mbox"):
        found = look(Mailbox(source=source), tmp_path)["source"]
        assert (found.result, ".." in found.detail) == (Result.OK, False)
    for source in ("maildir:Elsewhere", "mbox:none.mbox"):
        assert look(Mailbox(source=source), tmp_path)["source"].result is Result.ERROR
