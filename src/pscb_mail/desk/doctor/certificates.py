"""What a TLS connection shows: how long its certificate is good for, and what is wrong with one that does not hold."""

import ssl
from datetime import UTC, datetime

from pscb_mail.desk.doctor.check import Check, error, ok, warning

DAYS_TO_WARN = 14

# OpenSSL's reasons (x509_vfy.h), as a sentence and what to do.
_SENTENCES = {
    9: ("is not valid yet", "Check this computer's date first; else ask whoever runs {host}."),
    10: ("has expired", "Check this computer's date; else ask whoever runs {host} to renew it."),
    18: ("is signed by itself alone", "Ask whoever runs {host} for its certificate and set ca_file under {section}."),
    19: (
        "comes from an authority that this computer does not know",
        "Ask whoever runs {host} for the authority's certificate and set ca_file under {section}.",
    ),
    20: (
        "comes from an authority that this computer does not know",
        "Ask whoever runs {host} for the authority's certificate and set ca_file under {section}.",
    ),
    62: ("is for another name", "Use the name that is in the certificate as host under {section}."),
    64: ("is for another name", "Use the name that is in the certificate as host under {section}."),
}  # fmt: skip
# Those of them that the certificate of the right authority mends.
_UNKNOWN_AUTHORITY = frozenset({18, 19, 20})


def untrusted(check: str, host: str, section: str, problem: ssl.SSLCertVerificationError) -> Check:
    """Return the check of a connection whose certificate does not hold."""
    sentence, hint = _SENTENCES.get(
        problem.verify_code, (f"does not hold: {problem.verify_message}", "Ask whoever runs {host}.")
    )
    return error(
        check,
        f"The certificate of {host} {sentence}. Nothing was sent to it.",
        hint.format(host=host, section=section),
    )


def of_unknown_authority(problem: ssl.SSLCertVerificationError) -> bool:
    """Whether a certificate would hold if its authority's were known."""
    return problem.verify_code in _UNKNOWN_AUTHORITY


def trusted(check: str, host: str, connection: ssl.SSLSocket, now: datetime) -> Check:
    """Return the check of a connection that holds: its protocol, and for how long its certificate does."""
    expires = datetime.fromtimestamp(
        ssl.cert_time_to_seconds(str((connection.getpeercert() or {}).get("notAfter"))), UTC
    )
    days = (expires - now).days
    detail = f"{connection.version()}; the certificate of {host} is good for another {days} days."
    if days < DAYS_TO_WARN:
        return warning(check, detail, f"Ask whoever runs {host} to renew it before {expires:%d %B %Y}.")
    return ok(check, detail)
