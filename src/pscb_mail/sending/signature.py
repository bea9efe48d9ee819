"""DKIM (RFC 6376, RFC 8463): signing copies for a relay that does not sign them itself.

The key is read once and must be private to its owner. Every List- header is covered, and the headers that are there
once are signed once more than that, so that nobody can add a second one (RFC 6376 section 8.15). Before the first copy
leaves, `verified` holds it against the key that the domain publishes: a signature that does not hold is worse than
none. Raises SettingsError for a key or a record that does not fit, NotNowError where the DNS does not answer.
"""

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import dkim
from dns.exception import DNSException

from pscb_mail.errors import NotNowError, SettingsError
from pscb_mail.settings import Dkim

_SIGNED = (
    "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type", "X-PSCB-Mail",
    "List-Id", "List-Unsubscribe", "List-Help", "List-Owner",
)  # fmt: skip
_ONCE = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Unsubscribe")

# A TXT look-up: takes the name with its final dot and the time-out, returns the record (as dkimpy calls it).
Lookup = Callable[..., bytes | None]


@dataclass(frozen=True, repr=False)
class Signer:
    """A key and what it signs for. It has no representation, so that no traceback shows the key."""

    domain: str
    selector: str
    key: bytes
    algorithm: bytes
    lookup: Lookup = dkim.dnsplug.get_txt

    def sign(self, message: Sequence[bytes]) -> bytes:
        """Return the DKIM-Signature header, with its line end, for a message given in pieces."""
        signing = dkim.DKIM(b"".join(message), signature_algorithm=self.algorithm)
        signature: bytes = signing.sign(
            self.selector.encode(),
            self.domain.encode(),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name.encode() for name in (*_SIGNED, *_ONCE)],
        )
        return signature if signature.endswith(b"\r\n") else signature + b"\r\n"

    def verified(self, message: bytes) -> None:
        """Hold a signed message against the published key. Raises SettingsError or NotNowError where it fails."""
        where = f"{self.selector}._domainkey.{self.domain}"
        try:
            passes = dkim.DKIM(message).verify(dnsfunc=self.lookup)
        except (DNSException, dkim.DnsTimeoutError, OSError) as error:
            raise NotNowError(
                f"The DNS does not answer for {where}.", "Nothing was sent: run it again later."
            ) from error
        except Exception as error:  # dkimpy raises whatever its decoders raise for a record that does not fit the key
            raise SettingsError(
                f"{where} publishes no DKIM key that fits: {str(error) or type(error).__name__}.",
                "Ask who runs your DNS to publish the key first.",
            ) from error
        if not passes:
            raise SettingsError(
                f"The DKIM key in use is not the one that {where} publishes.",
                "Check dkim under [[relay]] with your DNS.",
            )


def signer(settings: Dkim) -> Signer:
    """Return the signer that a relay's `dkim` asks for.

    Raises SettingsError where a value is missing, or the key file is not there, not private or no key.
    """
    if missing := [name for name in ("domain", "selector", "key_file") if not getattr(settings, name)]:
        raise SettingsError(
            f"dkim under [[relay]] lacks {', '.join(missing)}.",
            'It is dkim = { domain = "…", selector = "…", key_file = "…" }.',
        )
    path = Path(settings.key_file)
    key = _private(path)
    algorithm = b"rsa-sha256" if b"PRIVATE KEY" in key else b"ed25519-sha256"
    made = Signer(settings.domain, settings.selector, key.strip(), algorithm)
    try:
        made.sign([b"From: a@b.test\r\n\r\n\r\n"])
    except Exception as error:  # dkimpy raises whatever its decoders raise for bytes that are no key
        raise SettingsError(
            f"{path} holds no key that DKIM can use.",
            "It is an RSA key as PEM, or an Ed25519 seed as base64 (RFC 8463).",
        ) from error
    return made


def _private(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        key = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"key_file {path} cannot be read: {error.strerror}.", "Check dkim under [[relay]]."
        ) from error
    if os.name != "nt" and mode & 0o077:
        raise SettingsError(f"{path} can be read by others (mode {mode:04o}).", f"chmod 600 {path}")
    return key
