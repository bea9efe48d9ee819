"""What every connection has in common: which host is this computer, and how certificates are checked."""

import ipaddress
import ssl
from pathlib import Path


def is_this_computer(host: str) -> bool:
    """Whether a host is this computer: nothing leaves it, so no network is needed and plain text is nobody else's."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def tls_context(ca_file: str = "") -> ssl.SSLContext:
    """Return a context that checks chain and name, from TLS 1.2 on (RFC 8996, RFC 8314 section 4.1).

    Nothing can turn that off. `ca_file`: PEM certificates to trust instead of the system's. Raises OSError where it
    cannot be used.
    """
    if ca_file and not Path(ca_file).is_file():
        raise FileNotFoundError(f"{ca_file} does not exist")
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
