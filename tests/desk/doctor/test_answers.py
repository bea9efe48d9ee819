"""Answers of `init`, tested as they are given: nobody signs in, and what is wrong is told before it is written."""

from datetime import UTC, datetime
from pathlib import Path

import certificates
import pytest
from dovecot import running_dovecot
from nameserver import NameServer, NoNames
from scripted import ScriptedServer

from pscb_mail.desk.doctor.answers import check_address, find_relay, provider_of
from pscb_mail.desk.doctor.check import Result
from pscb_mail.desk.doctor.mailbox import check_way_to_mailbox
from pscb_mail.desk.doctor.names import Names
from pscb_mail.imap import Place
from pscb_mail.providers import GOOGLE, MICROSOFT

NOW = datetime.now(UTC)
NOBODY = Names(NoNames())
WORLD = """
council.example MX 0 council-example.mail.protection.outlook.com.
school.example MX 1 ASPMX.L.GOOGLE.COM.
charity.example MX 10 mx.charity.example.
silent.example TXT "no mail here"
"""
WITH_AUTH = b"250-x\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 SIZE 36000000\r\n"


def test_the_provider_is_guessed_from_where_the_mail_goes() -> None:
    """So that the likely answer is the one that Enter takes."""
    with NameServer(WORLD) as server:
        names = server.names()
        assert provider_of("a@council.example", names) is MICROSOFT
        assert provider_of("a@School.example", names) is GOOGLE
        assert provider_of("a@charity.example", names) is None
    assert provider_of("a@council.example", NOBODY) is None


@pytest.mark.parametrize(
    ("address", "check", "result"),
    [
        ("news@council.example", "DNS: MX", Result.OK),
        ("news@silent.example", "DNS: MX", Result.ERROR),
        ("news", "address", Result.ERROR),
        ("", "address", Result.ERROR),
        ("a b@council.example", "address", Result.ERROR),
        ("news@council.example>\r\nBcc: x@y.example", "address", Result.ERROR),
    ],
)
def test_an_address_must_be_one_and_take_mail(address: str, check: str, result: Result) -> None:
    """Form first, then whether anything can come back to it."""
    with NameServer(WORLD) as server:
        found = check_address(address, server.names())
    assert (found.check, found.result, bool(found.hint)) == (check, result, result is Result.ERROR)


def test_the_best_encryption_that_a_port_has_is_found(tmp_path: Path) -> None:
    """TLS from the first byte, else STARTTLS; and whether one can sign in there."""
    certificate = certificates.good(tmp_path)
    ca_file = str(certificate.ca_file)
    for implicit, security in ((True, "tls"), (False, "starttls")):
        with ScriptedServer({"EHLO": WITH_AUTH}, tls=certificate.server, implicit=implicit) as server:
            found = find_relay("127.0.0.1", "news@council.example", NOBODY, NOW, port=server.port, ca_file=ca_file)
        assert found.relay is not None
        assert (found.relay.security, found.relay.port, found.asks_for_sign_in) == (security, server.port, True)
        assert not any(line.startswith("AUTH") for line in server.said)


def test_no_encryption_is_taken_on_this_computer_alone() -> None:
    """A relay on loopback may do without."""
    with ScriptedServer() as server:
        found = find_relay("127.0.0.1", "news@council.example", NOBODY, NOW, port=server.port)
    assert found.relay is not None
    assert (found.relay.security, found.asks_for_sign_in) == ("none", False)


def test_a_certificate_that_does_not_hold_is_what_is_told(tmp_path: Path) -> None:
    """Not the other port that was closed."""
    certificate = certificates.of_an_unknown_authority(tmp_path)
    with ScriptedServer({"EHLO": WITH_AUTH}, tls=certificate.server, implicit=True) as server:
        found = find_relay("127.0.0.1", "news@council.example", NOBODY, NOW, port=server.port)
    assert found.relay is None
    assert [check.detail.partition(" comes")[2] for check in found.checks] == [
        " from an authority that this computer does not know. Nothing was sent to it."
    ]
    assert found.unknown_authority


def test_a_host_that_is_not_there_is_told() -> None:
    """Where names can be looked up; without a network it is not checked. Its name says nothing of its certificate."""
    with NameServer("") as server:
        found = find_relay("relay.authority.test", "news@council.example", server.names(), NOW)
    assert (found.relay, found.unknown_authority) == (None, False)
    assert found.checks[0].detail == "There is no server called relay.authority.test."
    assert find_relay("relay.nowhere.test", "n@council.example", NOBODY, NOW).checks[0].result is Result.NOT_CHECKED


@pytest.mark.real
def test_the_way_to_a_mailbox_is_tried_without_signing_in() -> None:
    """Its certificate is what counts."""
    with running_dovecot() as server:
        place = Place("127.0.0.1", server.tls, "nobody@council.example", "INBOX", tls=True)
        good = check_way_to_mailbox(place, str(server.ca_file), NOBODY, NOW)
        bad = check_way_to_mailbox(place, "", NOBODY, NOW)
    assert (good.check, good.result, "can be reached: TLSv1" in good.detail) == ("mailbox", Result.OK, True)
    assert (bad.check, bad.result, "does not know" in bad.detail) == ("mailbox", Result.ERROR, True)
