"""The way back from the browser: a server on this computer's loopback for one answer (RFC 8252 section 7.3).

Promises: it listens on 127.0.0.1 only, takes one answer with the right state, by GET or by POST (Microsoft's
form_post), shows a plain page, logs nothing, and ends by its deadline. An answer with another state changes nothing.
msal's own receiver listens to the whole network inside a container, and google-auth-oauthlib's does not look at the
state before it answers; hence this one. Raises NotNowError where no answer comes.
"""

import hmac
import html
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from pscb_mail.errors import NotNowError

SECONDS = 600.0
_LONGEST = 65536
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>pscb-mail</title>
<body style="font: 1.1rem/1.5 sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem">
<h1 style="font-size: 1.4rem">{heading}</h1><p>{text}</p></body></html>"""


class Loopback(HTTPServer):
    """Use as a context manager: `port` is where it listens, `answer` waits."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.timeout = 0.5  # in slices: Windows does not deliver Ctrl-C into a long wait
        self.state = ""
        self.answered: dict[str, str] | None = None

    @property
    def port(self) -> int:
        """The port that the system gave."""
        return int(self.server_address[1])

    def answer(
        self, state: str, clock: Callable[[], float] = time.monotonic, seconds: float = SECONDS
    ) -> dict[str, str]:
        """Wait for the answer with this `state` and return its fields, `code` or `error` among them.

        Raises NotNowError after `seconds`.
        """
        self.state = state
        deadline = clock() + seconds
        while self.answered is None:
            if clock() >= deadline:
                raise NotNowError(
                    f"No answer came from the browser within {seconds / 60:.0f} minutes.",
                    "Run it again. If the page showed an error, such as AADSTS50011, give its words to IT.",
                )
            self.handle_request()
        return self.answered

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing about a browser that hangs up."""


class _Page(BaseHTTPRequestHandler):
    """One request of a browser."""

    server: Loopback
    timeout = 3  # browsers open connections in advance and say nothing on them: they must not hold the answer up

    def do_GET(self) -> None:
        """Google's answer, in the address; browsers ask for an icon too."""
        self._take(urlsplit(self.path).query)

    def do_POST(self) -> None:
        """Microsoft's answer, in a form."""
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isascii() and length.isdigit() else 0
        self._take(self.rfile.read(min(size, _LONGEST)).decode("utf-8", "replace"))

    def _take(self, query: str) -> None:
        fields = one_each(query)
        if "code" not in fields and "error" not in fields:
            self._show(404, "Nothing here", "Go back to the window in which you started to sign in.")
        elif not same_state(fields, self.server.state):
            self._show(400, "This answer belongs to another sign-in", "Nothing was done with it. Start again.")
        elif "error" in fields:
            self.server.answered = fields
            self._show(200, "You are not signed in", "pscb-mail says why. You can close this page.")
        else:
            self.server.answered = fields
            self._show(200, "Thank you", "Go back to pscb-mail; it says whether all is well. You can close this page.")

    def _show(self, status: int, heading: str, text: str) -> None:
        body = _PAGE.format(heading=html.escape(heading), text=html.escape(text)).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Log nothing: the address has the code in it."""


def one_each(query: str) -> dict[str, str]:
    """Return the fields of a query or form, the first of each name."""
    try:
        return {name: values[0] for name, values in parse_qs(query, max_num_fields=50).items()}
    except ValueError:
        return {}


def same_state(fields: Mapping[str, str], state: str) -> bool:
    """Whether an answer belongs to the sign-in that was begun (RFC 6749 section 10.12)."""
    return bool(state) and hmac.compare_digest(fields.get("state", "").encode(), state.encode())
