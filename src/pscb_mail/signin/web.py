"""Requests to an authorisation server: certificates checked against what this computer trusts, every wait bounded.

Councils look into TLS with a certificate authority of their own, which stands in the system's store and not in the one
that `requests` brings along: both count. Raises NotNowError for a server that is away or answers nonsense,
SettingsError for a certificate that cannot be trusted.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from pscb_mail.errors import NotNowError, SettingsError
from pscb_mail.network import tls_context
from pscb_mail.signin.outside import Authorities

SECONDS = 30.0


class _BusyError(requests.exceptions.RequestException):
    """The server is there and cannot answer now; the text is the HTTP status."""


class _Trusting(HTTPAdapter):
    """Verifies with the system's certificates, and waits no longer than `SECONDS`."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> Any:
        """Give every connection our context."""
        return super().init_poolmanager(*args, **more, ssl_context=self._context)

    def proxy_manager_for(self, *args: Any, **more: Any) -> Any:
        """The same through a proxy."""
        return super().proxy_manager_for(*args, **more, ssl_context=self._context)

    def send(self, request: Any, *args: Any, **more: Any) -> requests.Response:
        """Send with a time-out where the caller names none."""
        more["timeout"] = more.get("timeout") or SECONDS
        answer = super().send(request, *args, **more)
        # Not now, whatever it says; the libraries above differ in what they make of it.
        if answer.status_code == 429 or answer.status_code >= 500:
            answer.close()
            raise _BusyError(str(answer.status_code))
        return answer


def mounted(session: requests.Session, authorities: Authorities) -> requests.Session:
    """Return a session that speaks HTTPS to the authorities and nothing else."""
    context = tls_context()
    if authorities.ca_file:
        context.load_verify_locations(authorities.ca_file)
    session.adapters.clear()
    session.mount("https://", _Trusting(context))
    session.headers["Connection"] = "close"  # one or two requests: nothing is left open
    session.max_redirects = 0  # a code or a token goes to the server that was meant, and nowhere else
    return session


@contextmanager
def reaching(server: str) -> Iterator[None]:
    """Turn what goes wrong on the way into our errors; their texts hold no request, so no secret."""
    try:
        yield
    except requests.exceptions.SSLError:
        raise SettingsError(
            f"The certificate of {server} cannot be trusted. Nothing was sent to it.",
            "Something on the way reads along, or the computer's clock is wrong. Ask your IT department.",
        ) from None
    except _BusyError as error:
        raise NotNowError(f"{server} cannot sign anybody in now (HTTP {error}).", "Run it again in a while.") from None
    except requests.exceptions.RequestException as error:
        raise NotNowError(
            f"{server} cannot be reached ({type(error).__name__}).",
            "Check your connection, then run it again. Nothing was lost.",
        ) from None
    except ValueError:
        raise NotNowError(
            f"{server} answered something that is no answer of a sign-in server.",
            "A page of a wireless network or a proxy may stand in between: open any web page, then run it again.",
        ) from None
