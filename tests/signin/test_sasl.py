"""XOAUTH2 on the wire, and the sentences that a refusal becomes."""

import base64
import json

import pytest

from pscb_mail.signin.refusals import cases, refusal
from pscb_mail.signin.sasl import challenge, hint, masked, xoauth2


def test_the_initial_response_is_the_documented_one() -> None:
    """Google's own example, byte for byte."""
    encoded = base64.b64encode(xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"))
    assert encoded == (
        b"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1s"
        b"emRHRXVZMjl0Q2cBAQ=="
    )


@pytest.mark.parametrize(("user", "token"), [("a\1auth=Bearer x", "t"), ("a", "t\r\nQUIT"), ("a", "t\1\1"), ("a", "")])
def test_no_field_can_be_forged(user: str, token: str) -> None:
    """A control character in a name or a token would become another field, or another command."""
    with pytest.raises(ValueError, match="control character"):
        xoauth2(user, token)


def encoded(document: object) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (encoded({"status": "401", "schemes": "bearer", "scope": "https://mail.google.com/"}),
         "the token was not accepted (401); it must be for https://mail.google.com/"),
        (encoded({"status": "400", "schemes": "Bearer"}), "the token was not accepted (400)"),
        (encoded({"status": "500"}), "the server had a fault of its own (500)"),
        (encoded({"status": 401}), "the token was not accepted (401)"),
        (encoded(["x"]), "the token was not accepted"),
        (encoded({"status": "4\x1b[2J", "scope": "\r\n"}), "the token was not accepted (4 [2J)"),
        ("", "the token was not accepted"),
        ("not base64 at all", "the token was not accepted"),
        ("ÿÿ", "the token was not accepted"),
        (base64.b64encode(b"[" * 100_000).decode(), "the token was not accepted"),
    ],
)  # fmt: skip
def test_a_challenge_becomes_a_sentence_whatever_it_is(text: str, sentence: str) -> None:
    """JSON in base64, or anything else that a server sends."""
    assert challenge(text) == sentence


@pytest.mark.parametrize(
    ("protocol", "reply", "mechanism", "todo"),
    [
        ("smtp", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
         "xoauth2", "Turn off SMTP AUTH protocol"),
        ("smtp", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
         "xoauth2", "SmtpClientAuthenticationDisabled $false"),
        ("smtp", "550 5.7.30 Basic authentication is not supported for Client Submission.", "password", 'auth = "microsoft"'),
        ("smtp", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "password", 'auth = "microsoft"'),
        ("smtp", "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated.", "xoauth2", "Sign-in logs"),
        ("smtp", "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.",
         "password", "security policy"),
        ("smtp", "535 5.7.3 Authentication unsuccessful", "xoauth2", "Full Access"),
        ("smtp", "535 5.7.3 Authentication unsuccessful", "password", "password"),
        ("smtp", "534 5.7.9 Application-specific password required.", "password", "application password"),
        ("smtp", "535 5.7.8 Username and Password not accepted.", "password", "is wrong"),
        ("imap", "User is authenticated but not connected.", "xoauth2", "ImapEnabled $true"),
        ("imap", "[AUTHENTICATIONFAILED] AUTHENTICATE failed.", "xoauth2", "Full Access"),
        ("imap", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "password", "pscb-mail login"),
    ],
)  # fmt: skip
def test_what_to_ask_for_stands_beside_a_server_s_refusal(protocol: str, reply: str, mechanism: str, todo: str) -> None:
    """The switch, the command, or the setting: whoever forwards it gets an answer."""
    assert todo in hint(protocol, reply, mechanism)


def test_every_known_case_is_a_sentence_and_something_to_do() -> None:
    """The file of cases has no gaps; sentences end without a stop, for the server's words follow in brackets."""
    for provider in ("microsoft", "google", "plain"):
        for name, case in cases()[provider].items():
            assert set(case) == {"means", "do"}, name
            assert not case["means"].endswith("."), name
            assert case["do"].endswith("."), name
    for name in cases()["microsoft"]:
        error = refusal("microsoft", "whatever", f"AADSTS{name}: The words.\r\nTrace ID: 1")
        assert f"(AADSTS{name}: The words.)" in error.message


def test_a_server_that_quotes_the_secret_is_not_quoted() -> None:
    """Plain, in base64, or as the whole line that was sent."""
    for said in (
        b"hunter2",
        base64.b64encode(b"hunter2"),
        base64.b64encode(b"\0u@x.test\0hunter2"),
        base64.b64encode(xoauth2("u@x.test", "hunter2")),
    ):
        assert masked(f"5.7.8 you said {said.decode()}!", "u@x.test", "hunter2") == "5.7.8 you said ***!"
    assert masked("nothing", "u", "") == "nothing"
