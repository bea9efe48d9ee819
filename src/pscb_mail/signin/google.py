"""Gmail and Google Workspace: signing in with an application of the type "Desktop app", by google-auth-oauthlib.

Authorisation code with PKCE and a loopback redirect; Google's device codes do not cover mail. Such an application has
a "client secret" that is no secret (developers.google.com/identity/protocols/oauth2/native-app), but Google wants it:
it is asked once and kept with the sign-in, never in the settings. Raises SigninRefusedError and NotNowError.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from pscb_mail.errors import NotNowError
from pscb_mail.signin.entrances import Account
from pscb_mail.signin.grant import Grant
from pscb_mail.signin.outside import Outside
from pscb_mail.signin.refusals import SigninRefusedError, refusal
from pscb_mail.signin.web import mounted, reaching

MAIL = "https://mail.google.com/"
# As Google spells them in its answer: oauthlib compares the two.
_ASKED = (MAIL, "https://www.googleapis.com/auth/userinfo.email", "openid")
# Six months unused, or as the answer says (developers.google.com/identity/protocols/oauth2, "expiration").
IDLE = timedelta(days=180)
# "missing_token": oauthlib's word for an answer that is none, such as the page of a wireless network.
_PASSING = {"temporarily_unavailable", "server_error", "missing_token"}
SECRET_VARIABLE = "PSCB_MAIL_GOOGLE_CLIENT_SECRET"  # noqa: S105


class Google:
    """One conversation with the authorisation server, for one account."""

    def __init__(self, who: Account, outside: Outside, client_secret: str = "") -> None:
        self._who = who
        self._outside = outside
        self._client_secret = client_secret
        authorities = outside.authorities
        self._tokens = authorities.google_tokens
        self._server = self._tokens.partition("://")[2].partition("/")[0]
        client = {
            "client_id": who.application.application,
            "client_secret": client_secret,
            "auth_uri": authorities.google_page,
            "token_uri": self._tokens,
            "redirect_uris": ["http://127.0.0.1"],
        }
        self._flow = Flow.from_client_config({"installed": client}, scopes=list(_ASKED))
        mounted(self._flow.oauth2session, authorities)

    def page(self, port: int | None) -> tuple[str, str, Callable[[Mapping[str, str]], Grant]]:
        """Return the page to open, its state, and what makes a grant of the answer."""
        self._flow.redirect_uri = f"http://127.0.0.1:{port}" if port else "http://127.0.0.1"
        # access_type and prompt: without them Google gives a refresh token only at the very first consent.
        address, state = self._flow.authorization_url(
            access_type="offline", prompt="consent", login_hint=self._who.username
        )

        def finish(answer: Mapping[str, str]) -> Grant:
            if "code" not in answer:
                raise refusal("google", answer.get("error", ""), answer.get("error_description", ""))
            # In the body, not by HTTP Basic, which has no way to say that there is no secret (RFC 6749 section 2.3.1).
            how = {"include_client_id": True, "client_secret": self._client_secret or None}
            return self._grant(self._asked(lambda: self._flow.fetch_token(code=answer["code"], **how)))

        return str(address), str(state), finish

    def renewed(self, grant: Grant) -> Grant:
        """Return the grant with a new token. Raises SigninRefusedError where somebody must sign in again."""
        kept = json.loads(grant.state)
        token = self._asked(
            lambda: self._flow.oauth2session.refresh_token(
                self._tokens, refresh_token=kept["refresh_token"], client_id=self._who.application.application,
                **({"client_secret": self._client_secret} if self._client_secret else {}),
            )
        )  # fmt: skip
        fresh = self._grant({"scope": list(grant.scopes), **token}, grant.account)
        # An end that Google set at the sign-in is not put off by renewing; six months without use are.
        fixed = grant.ends_at if grant.ends_at and grant.ends_at < grant.renewed_at + IDLE else None
        return replace(fresh, ends_at=min(fixed, fresh.ends_at)) if fixed and fresh.ends_at else fresh

    def _asked(self, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        try:
            with reaching(self._server):
                return ask()
        except OAuth2Error as error:
            if error.error in _PASSING:
                raise NotNowError(
                    f"{self._server} cannot sign anybody in now ({error.error}).", "Run it again."
                ) from None
            raise refusal("google", str(error.error), str(error.description or "")) from None
        except Warning as changed:
            # oauthlib says so by raising a warning when fewer or other permissions were granted than asked for.
            return dict(getattr(changed, "token", {}))

    def _grant(self, token: Mapping[str, Any], account: str = "") -> Grant:
        granted = token.get("scope") or ""
        scopes = tuple(granted.split() if isinstance(granted, str) else granted)
        if MAIL not in scopes:
            raise SigninRefusedError(
                "Google was not allowed to let this program send and read mail.",
                "Run `pscb-mail login` again, and on Google's page leave the tick at reading and sending mail.",
            )
        if not token.get("refresh_token"):
            raise SigninRefusedError(
                "Google gave a sign-in that ends in an hour.",
                "Remove this application at myaccount.google.com, Security, Your connections, then `pscb-mail login`.",
            )
        now = self._outside.now()
        lasts = token.get("refresh_token_expires_in")
        return Grant(
            account=_address(str(token.get("id_token", ""))) or account or self._who.username,
            scopes=scopes,
            expires_at=now + timedelta(seconds=int(token.get("expires_in", 0))),
            renewed_at=now,
            ends_at=now + (timedelta(seconds=int(lasts)) if lasts else IDLE),
            token=str(token["access_token"]),
            state=json.dumps({"refresh_token": token["refresh_token"], "client_secret": self._client_secret}),
        )


def client_secret_of(grant: Grant) -> str:
    """Return the client secret that an earlier sign-in was made with."""
    return str(json.loads(grant.state).get("client_secret", ""))


def _address(id_token: str) -> str:
    """Return whom an ID token names. It came from Google over TLS and needs no signature (OpenID Connect 3.1.3.7)."""
    try:
        part = id_token.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))).get("email", ""))
    except (IndexError, ValueError, AttributeError):
        return ""
