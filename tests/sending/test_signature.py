"""DKIM: a signature that holds, over all that matters, with a key that nobody else can read."""

import base64
from dataclasses import replace
from pathlib import Path

import dkim
import nacl.signing
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dns.exception import Timeout
from newsroom import ISSUE, QUICK, means, newsroom
from scripted import ScriptedServer

from pscb_mail.errors import NotNowError, SettingsError
from pscb_mail.sending import ledger, mailing
from pscb_mail.sending.delivery import State
from pscb_mail.sending.door import door
from pscb_mail.sending.relays import Relays
from pscb_mail.sending.signature import Signer, signer
from pscb_mail.settings import Dkim, Relay

SETTINGS = Dkim(domain="pscb.test", selector="s1", key_file="dkim.key")
MESSAGE = [
    b"From: News <news@pscb.test>\r\nTo: jo@school.test\r\nSubject: News\r\nDate: Tue, 01 Dec 2026 09:30:00 +0000\r\n",
    b"Message-ID: <a.b@pscb.test>\r\nReply-To: news@pscb.test\r\nList-Id: News <n.pscb.test>\r\n",
    b"List-Unsubscribe: <mailto:news@pscb.test?subject=unsubscribe>\r\nList-Help: <mailto:news@pscb.test>\r\n",
    b"List-Owner: <mailto:news@pscb.test>\r\n\r\nHello\r\n",
]


@pytest.fixture(scope="module")
def rsa_key() -> tuple[bytes, bytes]:
    """A private key as PEM, and the TXT record that publishes it."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


@pytest.fixture(scope="module")
def ed25519_key() -> tuple[bytes, bytes]:
    key = nacl.signing.SigningKey.generate()
    seed = base64.b64encode(bytes(key))
    return seed, b"v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(key.verify_key))


def signer_with(folder: Path, key: bytes, mode: int = 0o600) -> Signer:
    path = folder / "dkim.key"
    path.write_bytes(key)
    path.chmod(mode)
    return signer(SETTINGS.model_copy(update={"key_file": str(path)}))


def passes(message: bytes, record: bytes) -> bool:
    try:
        return dkim.DKIM(message).verify(dnsfunc=lambda *_, **__: record)
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("kind", ["rsa_key", "ed25519_key"])
def test_a_signed_copy_passes_against_the_published_key(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """RSA and Ed25519, verified before the first copy leaves."""
    private, record = request.getfixturevalue(kind)
    signing = signer_with(tmp_path, private)
    asked = []

    def lookup(name: bytes, timeout: float = 5) -> bytes:
        asked.append((name, timeout))
        return record

    replace(signing, lookup=lookup).verified(signing.sign(MESSAGE) + b"".join(MESSAGE))
    assert asked[0][0] == b"s1._domainkey.pscb.test."


def test_every_list_header_is_covered_and_no_second_one_can_be_added(
    tmp_path: Path, rsa_key: tuple[bytes, bytes]
) -> None:
    """Changing or adding one breaks the signature."""
    private, record = rsa_key
    signing = signer_with(tmp_path, private)
    whole = signing.sign(MESSAGE) + b"".join(MESSAGE)
    assert passes(whole, record)
    for changed in (
        whole.replace(b"List-Owner: <mailto:news", b"List-Owner: <mailto:evil"),
        whole.replace(b"List-Id: News", b"List-Id: Evil"),
        whole.replace(b"subject=unsubscribe", b"subject=subscribe"),
        whole.replace(b"Subject: News", b"Subject: News\r\nSubject: Evil"),
        whole.replace(b"Hello", b"Hullo"),
    ):
        assert changed != whole
        assert not passes(changed, record)


def test_a_key_that_is_not_the_published_one_stops_before_anything_leaves(tmp_path: Path, rsa_key, ed25519_key) -> None:
    """A broken signature is worse than none."""
    signing = signer_with(tmp_path, rsa_key[0])
    other = base64.b64encode(b"x" * 270)
    signed = signing.sign(MESSAGE) + b"".join(MESSAGE)
    for record in (ed25519_key[1], b"v=DKIM1; k=rsa; p=" + other, b"", None):
        with pytest.raises(SettingsError, match="publishes"):
            replace(signing, lookup=lambda *_, record=record, **__: record).verified(signed)


def test_a_dns_that_does_not_answer_means_later(tmp_path: Path, rsa_key: tuple[bytes, bytes]) -> None:
    """Not a fault of the settings: 75."""
    signing = signer_with(tmp_path, rsa_key[0])

    def lookup(*_: object, **__: object) -> bytes:
        raise Timeout

    with pytest.raises(NotNowError, match="DNS"):
        replace(signing, lookup=lookup).verified(signing.sign(MESSAGE) + b"".join(MESSAGE))


def test_a_key_that_others_can_read_is_refused(tmp_path: Path, rsa_key: tuple[bytes, bytes]) -> None:
    """Mode 0600 or nothing."""
    with pytest.raises(SettingsError, match="0644") as caught:
        signer_with(tmp_path, rsa_key[0], 0o644)
    assert "chmod 600" in caught.value.hint


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"]
)
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """Before the run, with the file's name."""
    with pytest.raises(SettingsError, match=r"dkim\.key"):
        signer_with(tmp_path, content)


def test_half_a_setting_is_a_mistake() -> None:
    """Domain, selector and key belong together."""
    with pytest.raises(SettingsError, match="lacks selector, key_file"):
        signer(Dkim(domain="pscb.test"))


def test_a_signer_never_shows_its_key(tmp_path: Path, rsa_key: tuple[bytes, bytes]) -> None:
    """Not in a traceback, not in a log."""
    assert b"PRIVATE" in rsa_key[0]
    assert "PRIVATE" not in repr(signer_with(tmp_path, rsa_key[0]))


def test_every_copy_of_a_mailing_is_signed_and_holds(tmp_path: Path, rsa_key: tuple[bytes, bytes]) -> None:
    """Through the engine, with CHUNKING as without: what the server took verifies, each copy with its own signature."""
    private, record = rsa_key
    signing = replace(signer_with(tmp_path, private), lookup=lambda *_, **__: record)
    for offers in ((), ("PIPELINING", "CHUNKING")):
        with ScriptedServer(offers=offers) as server:
            db = newsroom(tmp_path / f"{len(offers)}.db", 3)
            lone = door(Relay(host="127.0.0.1", port=server.port, security="none"), signer=signing)
            mailing.run(db, ISSUE, replace(means(), relays=Relays((lone,), QUICK)))
            db.close()
        assert len(server.taken) == 3
        assert all(passes(message, record) for _, _, message in server.taken)


def test_a_signature_that_would_not_hold_stops_the_run_before_a_single_claim(
    tmp_path: Path, rsa_key, ed25519_key
) -> None:
    """Nobody gets a mail that says it was forged, and nobody is in doubt."""
    signing = replace(signer_with(tmp_path, rsa_key[0]), lookup=lambda *_, **__: ed25519_key[1])
    with ScriptedServer() as server:
        db = newsroom(tmp_path / "x.db", 3)
        lone = door(Relay(host="127.0.0.1", port=server.port, security="none"), signer=signing)
        with pytest.raises(SettingsError, match="publishes"):
            mailing.run(db, ISSUE, replace(means(), relays=Relays((lone,), QUICK)))
        assert ledger.counts(db, ISSUE)[State.QUEUED] == 3
        db.close()
    assert server.connections == 0
