"""SASL XOAUTH2: what to say, and what the server's answer means. Pure.

There is no RFC; https://developers.google.com/workspace/gmail/imap/xoauth2-protocol describes it, Microsoft speaks the
same. On failure the server sends a challenge, JSON in base64; an empty line ends it and brings the real refusal.
"""

import base64
import binascii
import json
import re
from typing import Literal

from pscb_mail.foreign import has_unsafe, one_line
from pscb_mail.signin.refusals import cases

Mechanism = Literal["password", "xoauth2"]


def xoauth2(username: str, token: str) -> bytes:
    """Return the initial response, not yet in base64. Raises ValueError where a name or token would forge a field."""
    if has_unsafe(username) or has_unsafe(token) or not token:
        raise ValueError("a control character in a user name or token")
    return f"user={username}\1auth=Bearer {token}\1\1".encode()


def masked(text: str, username: str, secret: str) -> str:
    """Return a server's words without the secret that it was just told, however it says it back."""
    raw = secret.encode()
    forms = (raw, f"\0{username}\0{secret}".encode(), f"user={username}\1auth=Bearer {secret}\1\1".encode())
    for said in (secret, *(base64.b64encode(form).decode("ascii") for form in forms)):
        text = text.replace(said, "***") if said else text
    return text


def challenge(text: str) -> str:
    """Return a server's challenge as words; what cannot be read is left out. Total.

    >>> challenge("eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==")
    'the token was not accepted (401); it must be for https://mail.google.com/'
    """
    try:
        said = json.loads(base64.b64decode(text[:8192], validate=False))
    except (ValueError, binascii.Error, RecursionError):
        return "the token was not accepted"
    if not isinstance(said, dict):
        return "the token was not accepted"
    status = one_line(str(said.get("status", "")), 20)
    scope = one_line(str(said.get("scope", "")), 200)
    sentence = "the server had a fault of its own" if status.startswith("5") else "the token was not accepted"
    return sentence + (f" ({status})" if status else "") + (f"; it must be for {scope}" if scope else "")


_FOR_OAUTH = (
    "The sign-in itself works, but it does not open this mailbox. The account must be the mailbox's own, or have Full "
    "Access to it (a shared mailbox), and the application needs the permission. `pscb-mail login` signs in again."
)
_OTHERWISE = (
    "Check user name and password (`pscb-mail login` stores another one). "
    "Your IT department may have to allow signing in by program."
)


def hint(protocol: Literal["smtp", "imap"], reply: str, mechanism: Mechanism) -> str:
    """Return what to do about a server's refusal to let us in; `reply` is its code and words."""
    for case in cases()[protocol]:
        if re.search(case["says"], reply, re.IGNORECASE):
            return str(case["do"])
    return _FOR_OAUTH if mechanism == "xoauth2" else _OTHERWISE
