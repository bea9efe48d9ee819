"""A relay looked at step by step: nothing is ever sent, no secret leaves where it must not, every fault says what to do."""

import base64
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import certificates
import pytest
from nameserver import NameServer, NoNames
from postfix import running_postfix
from scripted import ScriptedServer, hang_up

from pscb_mail.desk.doctor.check import Check, Result
from pscb_mail.desk.doctor.names import Names
from pscb_mail.desk.doctor.relay import STEPS, Heard, check_relay
from pscb_mail.errors import SettingsError
from pscb_mail.settings import Relay
from pscb_mail.signin import Access

NOW = datetime.now(UTC)
CANARY = "canary-p\u00e4ssword"
PASSWORD = Access("news@pscb.test", CANARY, "password")
TOKEN = Access("news@pscb.test", "canary-token", "xoauth2")
EHLO = "250-scripted.test\r\n250-SIZE 36000000\r\n250-PIPELINING\r\n{}250 8BITMIME\r\n"


def ehlo(*more: str) -> bytes:
    return EHLO.format("".join(f"250-{word}\r\n" for word in more)).encode()


def look(relay: Relay, access: Access | None = None) -> Heard:
    return check_relay(relay, "news@pscb.test", lambda _: access, Names(NoNames()), NOW, "relay")


def results(heard: Heard) -> dict[str, Result]:
    return {check.check.removeprefix("relay: "): check.result for check in heard.checks}


def the(heard: Heard, step: str) -> Check:
    return next(check for check in heard.checks if check.check == f"relay: {step}")


def nothing_left(server: ScriptedServer) -> bool:
    """Whether no secret was said, no recipient named and no message handed over."""
    said = "\n".join(server.said)
    secrets = [CANARY, TOKEN.secret, base64.b64encode(f"\0news@pscb.test\0{CANARY}".encode()).decode()]
    return not server.taken and "RCPT" not in said and not any(secret in said for secret in secrets)


def test_a_relay_in_order_is_told_so_and_nothing_is_sent() -> None:
    """MAIL FROM and RSET, and not one byte of a message."""
    with ScriptedServer({"EHLO": ehlo("DSN", "CHUNKING")}) as server:
        heard = look(Relay(host="127.0.0.1", port=server.port, security="none"))
    assert results(heard) == dict.fromkeys(STEPS, Result.OK)
    assert "36 MB" in the(heard, "offers").detail
    assert "takes several commands at once (PIPELINING)" in the(heard, "offers").detail
    assert "It lacks SMTPUTF8 (addresses with letters such as ü are refused)" in the(heard, "offers").detail
    assert [line.split(" ")[0].upper() for line in server.said] == ["EHLO", "MAIL", "RSET", "QUIT"]
    assert nothing_left(server)


@pytest.mark.real
def test_a_real_postfix_passes_every_step() -> None:
    """STARTTLS with a test authority's certificate, and nothing in its queue afterwards."""
    with running_postfix() as postfix:
        heard = look(Relay(host="127.0.0.1", port=postfix.port, security="starttls", ca_file=str(postfix.ca_file)))
        assert results(heard) == dict.fromkeys(STEPS, Result.OK)
        assert "CHUNKING" in the(heard, "offers").detail
        assert "TLSv1.3" in the(heard, "encryption").detail
        assert postfix.copies() == []


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (certificates.expired, "has expired"),
        (certificates.for_another_name, "is for another name"),
        (certificates.of_an_unknown_authority, "an authority that this computer does not know"),
        (certificates.self_signed, "is signed by itself alone"),
    ],
)
@pytest.mark.parametrize("implicit", [True, False])
def test_a_certificate_that_does_not_hold_stops_everything(
    tmp_path: Path, make: Callable[[Path], certificates.Certificate], told: str, *, implicit: bool
) -> None:
    """No password, no sender, no message; the sentence says what is wrong with it and what to do."""
    certificate = make(tmp_path)
    with ScriptedServer({"EHLO": ehlo("STARTTLS", "AUTH PLAIN")}, tls=certificate.server, implicit=implicit) as server:
        security = "tls" if implicit else "starttls"
        heard = look(
            Relay(
                host="127.0.0.1", port=server.port, security=security, auth="password", ca_file=str(certificate.ca_file)
            ),
            PASSWORD,
        )
    check = the(heard, "encryption")
    assert (check.result, told in check.detail, bool(check.hint)) == (Result.ERROR, True, True), check
    assert "Nothing was sent" in check.detail
    assert heard.unknown_authority == (make in {certificates.of_an_unknown_authority, certificates.self_signed})
    assert results(heard)["sign-in"] is Result.NOT_CHECKED
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.said)
    assert nothing_left(server)


def test_a_certificate_that_ends_soon_is_warned_about(tmp_path: Path) -> None:
    """Eight days before, not on the morning of the mailing."""
    certificate = certificates.good(tmp_path, days=8)
    with ScriptedServer(tls=certificate.server, implicit=True) as server:
        heard = look(Relay(host="127.0.0.1", port=server.port, security="tls", ca_file=str(certificate.ca_file)))
    check = the(heard, "encryption")
    assert check.result is Result.WARNING
    assert "another 7 days" in check.detail or "another 8 days" in check.detail
    assert results(heard)["sender"] is Result.OK


def test_starttls_taken_out_on_the_way_stops_everything() -> None:
    """The password waits for encryption, whatever the server says it does without."""
    with ScriptedServer({"EHLO": ehlo("AUTH PLAIN")}) as server:
        heard = look(Relay(host="127.0.0.1", port=server.port, security="starttls", auth="password"), PASSWORD)
    assert "does not offer encryption" in the(heard, "encryption").detail
    assert "on the way" in the(heard, "encryption").hint
    assert results(heard)["sign-in"] is Result.NOT_CHECKED
    assert nothing_left(server)


def test_starttls_that_is_refused_or_broken_stops_everything() -> None:
    """454, or a yes that is followed by no TLS."""
    for act in (b"454 4.7.0 not now\r\n", b"220 go on\r\n250 and more, in clear\r\n"):
        with ScriptedServer({"EHLO": ehlo("STARTTLS", "AUTH PLAIN"), "STARTTLS": act}) as server:
            heard = look(Relay(host="127.0.0.1", port=server.port, security="starttls", auth="password"), PASSWORD)
        assert results(heard)["encryption"] is Result.ERROR
        assert nothing_left(server)


def signed_in(folder: Path, acts: dict[str, bytes], relay_auth: str, access: Access) -> tuple[Heard, ScriptedServer]:
    certificate = certificates.good(folder)
    with ScriptedServer(acts, tls=certificate.server, implicit=True) as server:
        relay = Relay(
            host="127.0.0.1", port=server.port, security="tls", ca_file=str(certificate.ca_file), auth=relay_auth
        )
        return look(relay, access), server


def test_signing_in_with_any_password_is_tried_as_sending_does_it(tmp_path: Path) -> None:
    """Letters beyond ASCII included (RFC 4616 section 2)."""
    heard, server = signed_in(tmp_path, {"EHLO": ehlo("AUTH LOGIN PLAIN")}, "password", PASSWORD)
    assert the(heard, "sign-in").detail == "news@pscb.test is let in (PLAIN)."
    [line] = [line for line in server.said if line.startswith("AUTH")]
    assert base64.b64decode(line.split(" ")[2]).decode() == f"\0news@pscb.test\0{CANARY}"


def test_a_token_is_said_in_xoauth2(tmp_path: Path) -> None:
    """And the challenge that tells why it is refused is answered with an empty line."""
    heard, server = signed_in(tmp_path, {"EHLO": ehlo("AUTH XOAUTH2")}, "microsoft", TOKEN)
    assert the(heard, "sign-in").result is Result.OK
    assert b"auth=Bearer canary-token" in base64.b64decode(server.said[-4].split(" ")[2])
    refused = {
        "EHLO": ehlo("AUTH XOAUTH2"),
        "AUTH": b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n",
        "": b"535 5.7.3 unsuccessful\r\n",
    }
    heard, server = signed_in(tmp_path, refused, "microsoft", TOKEN)
    assert "does not let us sign in" in the(heard, "sign-in").detail
    assert "" in server.said


def test_a_refused_sign_in_says_what_to_do_and_shows_no_secret(tmp_path: Path) -> None:
    """The relay's own words, a hint, and no password anywhere in the checks."""
    acts = {
        "EHLO": ehlo("AUTH PLAIN"),
        "AUTH": b"535 5.7.139 SmtpClientAuthentication is disabled for the Mailbox.\r\n",
    }
    heard, server = signed_in(tmp_path, acts, "password", PASSWORD)
    check = the(heard, "sign-in")
    assert "5.7.139" in check.detail
    assert "Set-CASMailbox" in check.hint
    assert results(heard)["sender"] is Result.NOT_CHECKED
    assert CANARY not in repr(heard)
    assert not server.taken


def test_no_password_is_said_where_only_tokens_are_taken(tmp_path: Path) -> None:
    """Microsoft 365 without passwords: the mechanism is looked for before the secret is read."""
    heard, server = signed_in(tmp_path, {"EHLO": ehlo("AUTH XOAUTH2")}, "password", PASSWORD)
    assert "takes no PLAIN or LOGIN (it offers XOAUTH2)" in the(heard, "sign-in").detail
    assert nothing_left(server)


def test_a_token_that_is_turned_down_is_renewed_once(tmp_path: Path) -> None:
    """Revoked before its hour is over: the next one is tried on the same line."""
    answers = iter([b"535 5.7.3 no\r\n", b"235 2.7.0 welcome\r\n"])
    certificate = certificates.good(tmp_path)
    acts = {"EHLO": ehlo("AUTH XOAUTH2"), "AUTH": lambda connection: connection.sendall(next(answers))}
    with ScriptedServer(acts, tls=certificate.server, implicit=True) as server:
        relay = Relay(
            host="127.0.0.1", port=server.port, security="tls", ca_file=str(certificate.ca_file), auth="microsoft"
        )
        fresh = Access("news@pscb.test", "fresh-token", "xoauth2")
        heard = check_relay(relay, "news@pscb.test", lambda old: fresh if old else TOKEN, Names(None), NOW, "relay")
    assert the(heard, "sign-in").result is Result.OK
    said = [base64.b64decode(line.split(" ")[2]) for line in server.said if line.startswith("AUTH")]
    assert [b"canary-token" in line for line in said] == [True, False]


def test_a_relay_that_says_the_secret_back_does_not_make_it_seen(tmp_path: Path) -> None:
    """Some quote the command that they refuse."""
    coded = base64.b64encode(f"\0news@pscb.test\0{CANARY}".encode())
    acts = {"EHLO": ehlo("AUTH PLAIN"), "AUTH": b"535 5.7.8 bad: AUTH PLAIN " + coded + b"\r\n"}
    heard, _ = signed_in(tmp_path, acts, "password", PASSWORD)
    assert "bad: AUTH PLAIN ***" in the(heard, "sign-in").detail
    assert heard.talk[-2:] == ["> AUTH PLAIN ***", "< 535 5.7.8 bad: AUTH PLAIN ***"]
    assert coded.decode() not in repr(heard)


@pytest.mark.parametrize(
    ("offered", "auth", "access", "said"),
    [
        ("AUTH PLAIN", "password", PASSWORD, ["> AUTH PLAIN ***", "< 334 go on"]),
        ("AUTH LOGIN", "password", PASSWORD, ["> AUTH LOGIN ***", "< 334 go on", "> ***", "< 502 5.5.1 no"]),
        ("AUTH XOAUTH2", "microsoft", TOKEN, ["> AUTH XOAUTH2 ***", "< 334 go on", "> (an empty line)"]),
    ],
)
def test_what_was_said_can_be_shown_to_anybody(
    tmp_path: Path, offered: str, auth: str, access: Access, said: list[str]
) -> None:
    """All of it but the sign-in: of that the means alone, whatever the relay asks for."""
    heard, server = signed_in(tmp_path, {"EHLO": ehlo(offered), "AUTH": b"334 go on\r\n"}, auth, access)
    begun = next(number for number, line in enumerate(heard.talk) if line.startswith("> AUTH"))
    assert heard.talk[begun : begun + len(said)] == said
    assert heard.talk[0] == "< 220 scripted.test ESMTP"
    assert "> EHLO [127.0.0.1]" in heard.talk
    told = [line for line in server.said if line.startswith("AUTH") or " " not in line]
    secrets = [word for line in told for word in line.split() if word not in {"AUTH", "QUIT", *offered.split()}]
    assert secrets
    assert not any(secret in line for secret in secrets for line in heard.talk)


def test_a_missing_secret_is_told_in_its_own_words(tmp_path: Path) -> None:
    """What `signin` says is wrong, and its hint."""

    def nobody(_: Access | None) -> Access | None:
        raise SettingsError("Nobody is signed in.", "Run `pscb-mail login relay`.")

    certificate = certificates.good(tmp_path)
    with ScriptedServer({"EHLO": ehlo("AUTH PLAIN")}, tls=certificate.server, implicit=True) as server:
        relay = Relay(
            host="127.0.0.1", port=server.port, security="tls", ca_file=str(certificate.ca_file), auth="password"
        )
        heard = check_relay(relay, "news@pscb.test", nobody, Names(None), NOW, "relay")
    assert (the(heard, "sign-in").detail, the(heard, "sign-in").hint) == (
        "Nobody is signed in.", "Run `pscb-mail login relay`.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("acts", "step", "told"),
    [
        ({"MAIL": b"550 5.7.60 not permitted to send as this sender\r\n"}, "sender", "does not take our mail"),
        ({"MAIL": b"530 5.7.57 not authenticated\r\n"}, "sender", "does not let us sign in"),
        ({"MAIL": b"550 5.1.8 access denied, bad outbound sender\r\n"}, "sender", "has barred this mailbox"),
        ({"MAIL": b"421 4.3.2 closing\r\n"}, "sender", "asks to come later"),
        ({"MAIL": hang_up}, "sender", "broke off"),
        ({"greeting": b"554 5.7.1 go away\r\n"}, "connection", "does not take our mail"),
        ({"greeting": b"421 4.3.2 too busy\r\n"}, "connection", "asks to come later"),
        ({"greeting": hang_up}, "connection", "broke off"),
        ({"greeting": b"SSH-2.0-OpenSSH_9.6\r\n"}, "connection", "does not answer as a mail server does"),
        ({"EHLO": b"503 no\r\n"}, "offers", "does not take our mail"),
        ({"EHLO": hang_up}, "offers", "broke off"),
        ({"EHLO": b"250-x\r\n250 SIZE 1000000\r\n"}, "offers", "1.0 MB only"),
    ],
)
def test_a_fault_stands_at_its_step(acts: dict[str, object], step: str, told: str) -> None:
    """What comes before stays good, what comes after is `not checked`, and never `ok`."""
    with ScriptedServer(acts) as server:
        heard = look(Relay(host="127.0.0.1", port=server.port, security="none"))
    check = the(heard, step)
    assert told in check.detail
    assert check.hint
    assert [each.check for each in heard.checks] == [f"relay: {name}" for name in STEPS]
    if check.result is Result.ERROR:
        after = list(results(heard).values())[STEPS.index(step) + 1 :]
        assert set(after) <= {Result.NOT_CHECKED}
    assert nothing_left(server)


def test_a_closed_port_is_told_with_the_ports_to_try() -> None:
    """Nobody has to know what ECONNREFUSED is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    check = the(look(Relay(host="127.0.0.1", port=port, security="none")), "connection")
    assert (check.result, check.detail) == (Result.ERROR, f"Nothing listens on 127.0.0.1:{port}.")
    assert "587 with starttls" in check.hint


def test_a_server_that_waits_to_be_spoken_to_is_told_with_the_ways_to_encrypt() -> None:
    """Port 465 with security = "starttls": what most people get wrong, and waiting would not help."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        relay = Relay(host="127.0.0.1", port=silent.getsockname()[1])
        heard = check_relay(relay, "news@pscb.test", None, Names(NoNames()), NOW, "relay", seconds=0.05)
    check = the(heard, "connection")
    assert (check.result, check.detail) == (Result.ERROR, f"{relay.label} takes the call, and says nothing.")
    assert "465 with tls" in check.hint


def test_without_a_network_the_relay_is_not_checked() -> None:
    """A name that cannot be looked up is the relay's fault only where other names can."""
    relay = Relay(host="relay.pscb.test", port=587)
    assert results(look(relay)) == dict.fromkeys(STEPS, Result.NOT_CHECKED)
    with NameServer("") as server:
        heard = check_relay(relay, "news@pscb.test", lambda _: None, server.names(), NOW, "relay")
    assert "There is no server called relay.pscb.test" in the(heard, "connection").detail
    assert the(heard, "connection").result is Result.ERROR


def test_the_greetings_time_is_heard() -> None:
    """Exchange tells it; it is what the clock is held against."""
    greeting = b"220 x.prod.outlook.com Microsoft ESMTP MAIL Service ready at Wed, 25 Nov 2026 22:41:09 +0100\r\n"
    with ScriptedServer({"greeting": greeting}) as server:
        heard = look(Relay(host="127.0.0.1", port=server.port, security="none"))
    assert heard.server_time == datetime(2026, 11, 25, 21, 41, 9, tzinfo=UTC)


def test_a_ca_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """Missing, or no certificate: nothing is said to anybody."""
    (tmp_path / "empty.pem").write_text("none")
    for name in ("missing.pem", "empty.pem"):
        with ScriptedServer() as server:
            heard = look(
                Relay(host="127.0.0.1", port=server.port, security="tls", ca_file=str(tmp_path / name)), PASSWORD
            )
        assert name in the(heard, "encryption").detail
        assert server.said == []
