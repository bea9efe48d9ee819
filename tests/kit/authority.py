"""An authorisation server on loopback HTTPS that speaks as Microsoft and as Google do: code with PKCE, device code, refresh.

The rules of RFC 6749 and RFC 7636 are oauthlib's, which knows nothing of the program under test; what each provider adds
to them (discovery, form_post, id_token, client_info, a client secret) is here. `scripted` puts wrong answers in the way.
The person at its page is `User`, who says yes at once.
"""

import base64
import json
import re
import secrets
import ssl
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape, unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
import trustme
from oauthlib.common import Request
from oauthlib.oauth2 import RequestValidator, WebApplicationServer

from pscb_mail.signin.outside import Authorities
from pscb_mail.signin.person import Code

TENANT, APPLICATION = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"
CLIENT_SECRET = "not-really-a-secret"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

Answer = tuple[int, dict[str, object]]


@dataclass
class Consent:
    """What a person has said yes to."""

    user: str
    scopes: list[str]
    client: str
    redirect: str = ""
    challenge: str | None = None
    method: str | None = None
    nonce: str | None = None


class Rules(RequestValidator):
    """The memory behind oauthlib's endpoints. Clients are public, or have the secret that Google's desktop clients have."""

    def __init__(self, authority: "Authority") -> None:
        super().__init__()
        self.authority = authority
        self.codes: dict[str, Consent] = {}
        self.refreshers: dict[str, Consent] = {}
        self.tokens: dict[str, tuple[str, datetime]] = {}

    def validate_client_id(self, client_id: str, request: Request, *_: object, **__: object) -> bool:
        return client_id == APPLICATION

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, *_: object, **__: object) -> bool:
        return re.fullmatch(r"http://(localhost|127\.0\.0\.1)(:\d+)?", redirect_uri) is not None

    def validate_response_type(self, client_id: str, response_type: str, *_: object, **__: object) -> bool:
        return response_type == "code"

    def validate_scopes(self, client_id: str, scopes: list[str], *_: object, **__: object) -> bool:
        return bool(scopes)

    def get_default_scopes(self, *_: object, **__: object) -> list[str]:
        return []

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        return True

    def save_authorization_code(self, client_id: str, code: dict, request: Request, *_: object, **__: object) -> None:
        self.codes[code["code"]] = Consent(
            self.authority.user, self.authority.granted(request.scopes), client_id, request.redirect_uri,
            request.code_challenge, request.code_challenge_method, request.nonce,
        )  # fmt: skip

    def client_authentication_required(self, request: Request, *_: object, **__: object) -> bool:
        return bool(request.client_secret)

    def authenticate_client(self, request: Request, *_: object, **__: object) -> bool:
        return request.client_secret == CLIENT_SECRET and self._known(request)

    def authenticate_client_id(self, client_id: str, request: Request, *_: object, **__: object) -> bool:
        return not self.authority.wants_secret and self._known(request)

    def _known(self, request: Request) -> bool:
        request.client = type("Client", (), {"client_id": request.client_id})
        return request.client_id == APPLICATION

    def validate_grant_type(self, *_: object, **__: object) -> bool:
        return True

    def validate_code(
        self, client_id: str, code: str, client: object, request: Request, *_: object, **__: object
    ) -> bool:
        if (consent := self.codes.get(code)) is None:
            return False
        request.user, request.scopes, request.consent = consent.user, consent.scopes, consent
        return True

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        return self.codes[code].challenge

    def get_code_challenge_method(self, code: str, request: Request) -> str | None:
        return self.codes[code].method

    def confirm_redirect_uri(self, client_id: str, code: str, redirect_uri: str, *_: object, **__: object) -> bool:
        return self.codes[code].redirect == redirect_uri

    def invalidate_authorization_code(self, client_id: str, code: str, *_: object, **__: object) -> None:
        del self.codes[code]

    def validate_refresh_token(
        self, refresh_token: str, client: object, request: Request, *_: object, **__: object
    ) -> bool:
        if (consent := self.refreshers.get(refresh_token)) is None:
            return False
        request.user, request.consent = consent.user, consent
        return True

    def get_original_scopes(self, refresh_token: str, request: Request, *_: object, **__: object) -> list[str]:
        return self.refreshers[refresh_token].scopes

    def is_within_original_scope(self, scopes: list[str], refresh_token: str, *_: object, **__: object) -> bool:
        # Microsoft's own are asked for each time and belong to every sign-in.
        own = {"openid", "profile", "offline_access"}
        return set(scopes) - own <= set(self.refreshers[refresh_token].scopes)

    def save_bearer_token(self, token: dict, request: Request, *_: object, **__: object) -> None:
        self.issue(token, request.consent)

    def issue(self, token: dict, consent: Consent) -> None:
        lasts = timedelta(seconds=self.authority.seconds)
        self.tokens[token["access_token"]] = (consent.user, self.authority.now() + lasts)
        if token.get("refresh_token"):
            self.refreshers[token["refresh_token"]] = consent
        claims = {
            "aud": APPLICATION, "iss": "https://authority.test", "sub": "1", "exp": 4102444800, "iat": 0,
            "email": consent.user, "preferred_username": consent.user, "nonce": consent.nonce,
        }  # fmt: skip
        if "openid" in consent.scopes:
            token["id_token"] = f"{_base64({'alg': 'none'})}.{_base64(claims)}."
        if not self.authority.wants_secret:
            token["client_info"] = _base64({"uid": "u", "utid": TENANT})
        token.update(self.authority.adds)


@dataclass
class Authority:
    """Use as a context manager. Data about it may be changed while it runs.

    `user` is who signs in at the page, `seconds` how long a token lasts, `says` what the page answers instead of a code,
    `device` the answers to polls of a device code before its yes, `scripted` answers that come before the real ones, by
    what they answer: `token`, `device`, `discovery`. `asked` counts what was asked for, `adds` joins each token.
    """

    folder: Path
    wants_secret: bool = False
    user: str = "newsletter@pscb.test"
    seconds: int = 3600
    says: dict[str, str] | None = None
    refuses_scopes: tuple[str, ...] = ()
    device: deque[str] = field(default_factory=deque)
    device_seconds: int = 900
    adds: dict[str, object] = field(default_factory=dict)
    scripted: dict[str, deque[Answer]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    pages: list[dict[str, str]] = field(default_factory=list)
    before_token: Callable[[], None] = lambda: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __enter__(self) -> Self:
        certifier = trustme.CA()
        self.ca_file = self.folder / "authority-ca.pem"
        certifier.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certifier.issue_cert("127.0.0.1").configure_cert(context)
        self.rules = Rules(self)
        self.endpoint = WebApplicationServer(self.rules, token_expires_in=lambda _: self.seconds)
        self._devices: dict[str, Consent] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
        self._server.authority = self  # type: ignore[attr-defined]
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.base = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def authorities(self) -> Authorities:
        """Where the program is to find Microsoft and Google."""
        return Authorities(self.base, f"{self.base}/o/oauth2/v2/auth", f"{self.base}/token", str(self.ca_file))

    def script(self, what: str, *answers: Answer) -> None:
        """Have the next requests for something answered so."""
        self.scripted.setdefault(what, deque()).extend(answers)

    def revoke(self) -> None:
        """Forget every refresh token, as when a password was changed."""
        self.rules.refreshers.clear()

    def granted(self, scopes: list[str]) -> list[str]:
        return [scope for scope in scopes if scope not in self.refuses_scopes]

    # -- endpoints --------------------------------------------------------------------------------------------------

    def discovery(self) -> Answer:
        return self._scripted("discovery") or (200, {
            "issuer": f"{self.base}/{TENANT}/v2.0",
            "authorization_endpoint": f"{self.base}/{TENANT}/oauth2/v2.0/authorize",
            "token_endpoint": f"{self.base}/{TENANT}/oauth2/v2.0/token",
            "device_authorization_endpoint": f"{self.base}/{TENANT}/oauth2/v2.0/devicecode",
        })  # fmt: skip

    def page(self, query: str) -> tuple[str, dict[str, str], bool]:
        """Return where the browser goes from the page, with which fields, and whether by a form."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        self.pages.append(asked)
        by_form = asked.get("response_mode") == "form_post"
        if self.says is not None:
            return asked["redirect_uri"], {"state": asked["state"], **self.says}, by_form
        headers, _, status = self.endpoint.create_authorization_response(
            f"{self.base}/authorize?{query}", "GET", scopes=asked["scope"].split()
        )
        assert status == 302, headers
        gone_to = urlsplit(headers["Location"])
        fields = {name: values[0] for name, values in parse_qs(gone_to.query).items()}
        return f"{gone_to.scheme}://{gone_to.netloc}", fields, by_form

    def token(self, body: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        self.asked[asked.get("grant_type", "")] += 1
        self.before_token()
        if answer := self._scripted("token"):
            return answer
        if asked.get("grant_type") in {DEVICE_GRANT, "device_code"}:
            return self._device_token(asked)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, text, status = self.endpoint.create_token_response(f"{self.base}/token", "POST", body, headers)
        document = json.loads(text)
        if self.wants_secret and asked.get("grant_type") == "refresh_token":
            document.pop("refresh_token", None)  # Google gives it once
        return status, document

    def device_code(self, body: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        if answer := self._scripted("device"):
            return answer
        code = secrets.token_urlsafe(8)
        self._devices[code] = Consent(self.user, asked["scope"].split(), asked["client_id"])
        return 200, {
            "device_code": code, "user_code": "ABCD-EFGH", "verification_uri": "https://microsoft.test/devicelogin",
            "expires_in": self.device_seconds, "interval": 5, "message": "",
        }  # fmt: skip

    def _device_token(self, asked: dict[str, str]) -> Answer:
        if self.device and (said := self.device.popleft()):
            return 400, {"error": said, "error_description": f"AADSTS70016: {said}"}
        consent = self._devices[asked["device_code"]]
        token = {
            "access_token": secrets.token_urlsafe(24), "refresh_token": secrets.token_urlsafe(24),
            "expires_in": self.seconds, "token_type": "Bearer", "scope": " ".join(consent.scopes),
        }  # fmt: skip
        self.rules.issue(token, consent)
        return 200, token

    def introspection(self, body: str) -> Answer:
        """RFC 7662: whose a token is, for a mail server that asks."""
        token = parse_qs(body).get("token", [""])[0]
        user, until = self.rules.tokens.get(token, ("", self.now()))
        return 200, {"active": self.now() < until, "username": user, "scope": "mail"}

    def _scripted(self, what: str) -> Answer | None:
        waiting = self.scripted.get(what)
        return waiting.popleft() if waiting else None


class _Desk(BaseHTTPRequestHandler):
    """One connection."""

    timeout = 10

    @property
    def authority(self) -> Authority:
        return self.server.authority  # type: ignore[attr-defined, no-any-return]

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if path.endswith("/.well-known/openid-configuration"):
            self._json(*self.authority.discovery())
        elif path.endswith(("/authorize", "/auth")):
            self._page(*self.authority.page(query))
        else:
            self._json(404, {"error": "not_found"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path.endswith("/devicecode"):
            self._json(*self.authority.device_code(body))
        elif self.path.endswith("/introspect"):
            self._json(*self.authority.introspection(body))
        else:
            self._json(*self.authority.token(body))

    def _page(self, address: str, fields: dict[str, str], by_form: bool) -> None:
        if not by_form:
            self.send_response(302)
            self.send_header("Location", f"{address}/?{urlencode(fields)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        inputs = "".join(f'<input name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items())
        self._send(200, f'<form method="post" action="{escape(address)}/">{inputs}</form>'.encode(), "text/html")

    def _json(self, status: int, document: dict[str, object]) -> None:
        raw = document.get("not json")
        self._send(status, str(raw).encode() if raw else json.dumps(document).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status == 307:
            self.send_header("Location", f"{self.authority.base}/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@dataclass
class User:
    """The person at the keyboard: opens pages at once, in a browser that follows where it is sent.

    `tampers` may change the fields that the browser brings back; `first` is done before it goes there.
    """

    ca_file: Path
    tampers: Callable[[dict[str, str]], dict[str, str]] = lambda fields: fields
    first: Callable[[str], None] = lambda address: None
    passes: Callable[[float], None] = lambda seconds: None
    gives_up: bool = False
    client_secret: str = CLIENT_SECRET
    codes: list[Code] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    seen: list[tuple[int, str]] = field(default_factory=list)
    asked_for_secret: int = 0

    def open_page(self, address: str) -> None:
        self._browser = threading.Thread(target=self._browse, args=(address,), daemon=True)
        self._browser.start()

    def show_code(self, code: Code) -> None:
        self.codes.append(code)

    def fetch_answer(self, address: str) -> str:
        where, fields, _ = self._leave(address)
        return f"{where}/?{urlencode(self.tampers(fields))}"

    def ask_client_secret(self) -> str:
        self.asked_for_secret += 1
        return self.client_secret

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        self.passes(seconds)
        return self.gives_up

    def _browse(self, address: str) -> None:
        where, fields, by_form = self._leave(address)
        where = where.replace("localhost", "127.0.0.1")
        self.first(where)
        fields = self.tampers(fields)
        back = requests.post(where, data=fields, timeout=10) if by_form else requests.get(where, fields, timeout=10)
        self.seen.append((back.status_code, back.text))

    def _leave(self, address: str) -> tuple[str, dict[str, str], bool]:
        """Open the page, say yes, and return where the browser is sent."""
        page = requests.get(address, verify=str(self.ca_file), allow_redirects=False, timeout=10)
        if page.status_code == 302:
            gone_to = urlsplit(page.headers["Location"])
            return f"{gone_to.scheme}://{gone_to.netloc}", {k: v[0] for k, v in parse_qs(gone_to.query).items()}, False
        action = re.search(r'action="([^"]*)"', page.text)
        fields = {unescape(k): unescape(v) for k, v in re.findall(r'name="([^"]*)" value="([^"]*)"', page.text)}
        return action[1].rstrip("/"), fields, True


def _base64(document: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")
