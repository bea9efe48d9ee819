"""Certificates for a server on loopback, good and bad, each as a context for the server and a CA file for the client."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Certificate:
    """`server` is what the server presents; `ca_file` is what a client with the right settings trusts."""

    server: ssl.SSLContext
    ca_file: Path


def good(folder: Path, *, days: int = 365) -> Certificate:
    """Return one for this computer that is good for so many days more."""
    authority = trustme.CA()
    return _written(folder, authority, _issued(authority, HOST, datetime.now(UTC) + timedelta(days=days)))


def expired(folder: Path) -> Certificate:
    """Return one that was good until yesterday."""
    authority = trustme.CA()
    return _written(folder, authority, _issued(authority, HOST, datetime.now(UTC) - timedelta(days=1)))


def for_another_name(folder: Path) -> Certificate:
    """Return a good one for somebody else."""
    authority = trustme.CA()
    return _written(folder, authority, authority.issue_cert("mail.elsewhere.example"))


def of_an_unknown_authority(folder: Path) -> Certificate:
    """Return a good one of an authority that the client was not told of."""
    return _written(folder, trustme.CA(), trustme.CA().issue_cert(HOST))


def self_signed(folder: Path) -> Certificate:
    """Return one that nobody but itself signed, to a client that trusts a real authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "self-signed.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    ca_file = folder / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ca_file))
    return Certificate(server, ca_file)


def _issued(authority: trustme.CA, host: str, until: datetime) -> trustme.LeafCert:
    return authority.issue_cert(host, not_before=datetime.now(UTC) - timedelta(days=400), not_after=until)


def _written(folder: Path, authority: trustme.CA, certificate: trustme.LeafCert) -> Certificate:
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(server)
    return Certificate(server, ca_file)
