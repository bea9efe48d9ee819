"""No secret leaves before the other end has proved who it is: relay, mailbox and authorisation server alike."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import certificates
import pytest
import trustme
from authority import Authority, User
from certificates import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from newsroom import QUICK
from scripted import ScriptedServer

from pscb_mail.errors import PscbMailError
from pscb_mail.imap import Imap, Place
from pscb_mail.sending.door import door
from pscb_mail.sending.opening import Credentials
from pscb_mail.sending.smtp import Session
from pscb_mail.settings import Relay, Settings
from pscb_mail.signin.consent import sign_in
from pscb_mail.signin.entrances import account, entrance
from pscb_mail.signin.outside import Outside

SECRET = "canary-8c1f-hunter2"
OFFERS = {"EHLO": b"250-scripted.test\r\n250-AUTH PLAIN LOGIN XOAUTH2\r\n250 STARTTLS\r\n"}
WHO = [Credentials("u", SECRET), Credentials("u", SECRET, is_token=True)]


def weak(folder: Path) -> Certificate:
    """A certificate of a trusted authority whose key is too short to be worth anything: RSA with 1,024 bits."""
    authority = trustme.CA()
    signer = serialization.load_pem_private_key(authority.private_key_pem.bytes(), None)
    issuer = x509.load_pem_x509_certificate(authority.cert_pem.bytes()).subject
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that it is weak is the point
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    pem = folder / "weak.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.set_ciphers("DEFAULT:@SECLEVEL=0")
    server.load_cert_chain(pem)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return Certificate(server, folder / "ca.pem")


def old(folder: Path) -> Certificate:
    """A good certificate on a server that speaks TLS 1.1 at best (RFC 8996)."""
    made = certificates.good(folder)
    made.server.set_ciphers("DEFAULT:@SECLEVEL=0")
    made.server.minimum_version = ssl.TLSVersion.TLSv1
    made.server.maximum_version = ssl.TLSVersion.TLSv1_1
    return made


BAD = {
    "expired": certificates.expired,
    "for another name": certificates.for_another_name,
    "of an unknown authority": certificates.of_an_unknown_authority,
    "self-signed": certificates.self_signed,
    "weak": weak,
    "old TLS": old,
}


@pytest.fixture(params=BAD)
def bad(request: pytest.FixtureRequest, tmp_path: Path) -> Certificate:
    return BAD[request.param](tmp_path)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("who", WHO, ids=["password", "token"])
@pytest.mark.parametrize("implicit", [False, True], ids=["STARTTLS", "implicit TLS"])
def test_a_relay_whose_certificate_does_not_hold_hears_no_secret(
    bad: Certificate, who: Credentials, implicit: bool
) -> None:
    """Neither AUTH nor MAIL, whatever the fault and however encryption begins."""
    with ScriptedServer(OFFERS, tls=bad.server, implicit=implicit) as server:
        security = "tls" if implicit else "starttls"
        relay = Relay(host="127.0.0.1", port=server.port, security=security, ca_file=str(bad.ca_file))
        with pytest.raises(PscbMailError) as caught:
            Session(door(relay, lambda: who), QUICK)
    assert caught.value.hint
    assert {line.split(" ")[0] for line in server.said} <= {"EHLO", "STARTTLS"}


@pytest.mark.parametrize("who", WHO, ids=["password", "token"])
@pytest.mark.parametrize(
    "acts",
    [
        {"EHLO": b"250-scripted.test\r\n250 AUTH PLAIN XOAUTH2\r\n"},
        {**OFFERS, "STARTTLS": b"454 4.7.0 TLS not available\r\n"},
        {**OFFERS, "STARTTLS": b"502 5.5.1 no\r\n"},
        {**OFFERS, "STARTTLS": b"220 go\r\n250-scripted.test\r\n250 AUTH PLAIN XOAUTH2\r\n"},
        OFFERS,
    ],
    ids=["stripped", "not now", "refused", "injected", "broken"],
)
def test_without_encryption_no_secret_leaves(acts: dict[str, bytes], who: Credentials) -> None:
    """Whoever sits in between takes STARTTLS away, refuses it, answers ahead, or begins no TLS after it."""
    with ScriptedServer(acts) as server, pytest.raises(PscbMailError) as caught:
        Session(door(Relay(host="127.0.0.1", port=server.port, security="starttls"), lambda: who), QUICK)
    assert caught.value.hint
    assert {line.split(" ")[0] for line in server.said if line.isascii() and line.isprintable()} <= {
        "EHLO",
        "STARTTLS",
        "",
    }
    assert not any(SECRET in line for line in server.said)


@contextlib.contextmanager
def listening(context: ssl.SSLContext) -> Iterator[tuple[int, list[bytes]]]:
    """An IMAP server that greets once TLS stands, and remembers what it was told."""
    heard: list[bytes] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            plain, _ = listener.accept()
            with plain, context.wrap_socket(plain, server_side=True) as connection:
                connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR] ready\r\n")
                while data := connection.recv(65536):
                    heard.append(data)
                    connection.sendall(data.split()[0] + b" BAD no\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(10)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("token", [False, True], ids=["password", "token"])
def test_a_mailbox_whose_certificate_does_not_hold_hears_nothing(bad: Certificate, token: bool) -> None:
    """Not even a greeting is answered."""
    with listening(bad.server) as (port, heard), pytest.raises(PscbMailError) as caught:
        Imap(Place("127.0.0.1", port, "u", "INBOX", tls=True), SECRET, str(bad.ca_file), token=token)
    assert caught.value.hint
    assert heard == []


def test_the_listener_hears_what_is_said_to_it(tmp_path: Path) -> None:
    """With a good certificate something arrives: the silence in the test above is the certificate's doing."""
    held = certificates.good(tmp_path)
    with listening(held.server) as (port, heard), pytest.raises(PscbMailError):
        Imap(Place("127.0.0.1", port, "u", "INBOX", tls=True), SECRET, str(held.ca_file), token=True)
    assert heard != []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("provider", ["microsoft", "google"])
def test_an_authority_whose_certificate_does_not_hold_gets_no_code(
    bad: Certificate, provider: str, user: User, outside: Outside, settings: Callable[..., Settings]
) -> None:
    """The page may have said yes: the code goes to nobody."""
    with listening(bad.server) as (port, heard):
        base = f"https://127.0.0.1:{port}"
        elsewhere = replace(
            outside.authorities, microsoft=base, google_tokens=f"{base}/token", ca_file=str(bad.ca_file)
        )
        told = settings(provider)
        with pytest.raises(PscbMailError) as caught:
            sign_in(account(entrance("relay", told), told), user, replace(outside, authorities=elsewhere))
    assert caught.value.hint
    assert heard == []


def test_a_redirect_is_not_followed(
    authority: Authority, user: User, outside: Outside, settings: Callable[..., Settings]
) -> None:
    """A code goes to the server that was meant: 307 would send it on, body and all."""
    told = settings("microsoft")
    authority.script("token", (307, {"location": f"{authority.base}/elsewhere"}))
    with pytest.raises(PscbMailError):
        sign_in(account(entrance("relay", told), told), user, outside)
    assert authority.asked.total() == 1
