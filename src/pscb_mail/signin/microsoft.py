"""Microsoft 365: signing in with the organisation's own application, by msal.

A public client (no secret): authorisation code with PKCE and a loopback redirect, or a device code. Raises
SigninRefusedError with what an administrator has to do, NotNowError where the server is away.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msal
import requests

from pscb_mail.errors import NotNowError, SettingsError
from pscb_mail.signin.entrances import Account, permissions
from pscb_mail.signin.grant import Grant
from pscb_mail.signin.outside import Outside
from pscb_mail.signin.person import Code, Person
from pscb_mail.signin.refusals import refusal
from pscb_mail.signin.web import mounted, reaching

# A refresh token that nobody uses for so long is dead (learn.microsoft.com/entra/identity-platform/refresh-tokens).
IDLE = timedelta(days=90)
_PENDING = {"authorization_pending", "slow_down"}

# msal's debug output has requests in it.
logging.getLogger("msal").setLevel(logging.WARNING)


class Microsoft:
    """One conversation with the authorisation server, for one account."""

    def __init__(self, who: Account, outside: Outside, state: str = "") -> None:
        self._who = who
        self._outside = outside
        self._cache = msal.SerializableTokenCache()
        self._scopes = permissions("microsoft", who.doors)
        base = outside.authorities.microsoft
        self._server = base.partition("://")[2]
        if state:
            self._cache.deserialize(state)
        with reaching(self._server):
            session = mounted(requests.Session(), outside.authorities)
            try:
                self._app = msal.PublicClientApplication(
                    who.application.application,
                    authority=f"{base}/{who.application.tenant}",
                    token_cache=self._cache,
                    http_client=session,
                    instance_discovery=False,  # whether the authority is one: it is a constant
                )
            except ValueError as error:
                raise _no_such_tenant(who.application.tenant, error) from None

    def page(self, port: int) -> tuple[str, str, Callable[[Mapping[str, str]], Grant]]:
        """Return the page to open, its state, and what makes a grant of the answer."""
        with reaching(self._server):
            # "localhost": any port is allowed with it, with 127.0.0.1 only what the manifest lists.
            flow = self._app.initiate_auth_code_flow(
                list(self._scopes), redirect_uri=f"http://localhost:{port}", login_hint=self._who.username,
                response_mode="form_post", prompt="select_account",
            )  # fmt: skip

        def finish(answer: Mapping[str, str]) -> Grant:
            with reaching(self._server):
                return self._grant(self._app.acquire_token_by_auth_code_flow(flow, dict(answer)))

        return str(flow["auth_uri"]), str(flow["state"]), finish

    def by_code(self, person: Person) -> Grant:
        """Sign in by a code that is typed in on another device (RFC 8628)."""
        with reaching(self._server):
            flow = self._app.initiate_device_flow(list(self._scopes))
        if "user_code" not in flow:
            raise refusal("microsoft", str(flow.get("error", "")), str(flow.get("error_description", "")))
        person.show_code(Code(str(flow["user_code"]), str(flow["verification_uri"]), int(flow.get("expires_in", 900))))
        ends = self._outside.now() + timedelta(seconds=int(flow.get("expires_in", 900)))
        while self._outside.now() < ends:
            # RFC 8628 section 3.5: the interval grows by five seconds at each slow_down; msal adds them.
            if person.wait(float(flow.get("interval", 5))):
                raise NotNowError("Signing in was given up.", "Run it again for a new code.")
            flow["latest_attempt_at"] = 0
            with reaching(self._server):
                result = self._app.acquire_token_by_device_flow(flow, exit_condition=lambda _: True)
            if result.get("error") not in _PENDING:
                return self._grant(result)
        raise refusal("microsoft", "expired_token")

    def renewed(self, grant: Grant) -> Grant:
        """Return the grant with a new token. Raises SigninRefusedError where somebody must sign in again."""
        with reaching(self._server):
            accounts = self._app.get_accounts()
            result = (
                self._app.acquire_token_silent_with_error(list(grant.scopes), account=accounts[0], force_refresh=True)
                if accounts
                else None
            )
        return replace(self._grant(result or {"error": "invalid_grant"}, grant.account), scopes=grant.scopes)

    def _grant(self, result: Mapping[str, Any], account: str = "") -> Grant:
        if "access_token" not in result:
            error, said = str(result.get("error", "")), str(result.get("error_description", ""))
            if error in {"temporarily_unavailable", "server_error"}:
                raise NotNowError(f"{self._server} cannot sign anybody in now ({error}).", "Run it again in a while.")
            raise refusal("microsoft", error, said)
        now = self._outside.now()
        claims = result.get("id_token_claims") or {}
        return Grant(
            account=str(claims.get("preferred_username") or account or self._who.username),
            scopes=self._scopes,
            expires_at=now + timedelta(seconds=int(result.get("expires_in", 0))),
            renewed_at=now,
            ends_at=now + IDLE,
            token=str(result["access_token"]),
            state=str(self._cache.serialize()),
        )


def _no_such_tenant(tenant: str, error: ValueError) -> SettingsError | ValueError:
    if "authority configuration" not in str(error):
        return error
    return SettingsError(
        f'Microsoft knows no tenant "{tenant}".',
        "Compare tenant under [signin] with what your IT department sent. Some wireless networks want a log-in first.",
    )
