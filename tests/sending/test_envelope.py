"""The envelope: its commands, and the parameters that a relay offers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pscb_mail.sending.buffer import Buffer
from pscb_mail.sending.envelope import Copy, commands, extensions, turned_down, xtext


@pytest.mark.parametrize(
    ("offered", "recipient", "mail", "rcpt"),
    [
        ([], "jo@a.test", b"MAIL FROM:<n@p.test>", b"RCPT TO:<jo@a.test>"),
        (["SIZE"], "jo@a.test", b"MAIL FROM:<n@p.test> SIZE=7", b"RCPT TO:<jo@a.test>"),
        (
            ["DSN"],
            "jo+x=y@a.test",
            b"MAIL FROM:<n@p.test> RET=HDRS ENVID=AB-1",
            b"RCPT TO:<jo+x=y@a.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;jo+2Bx+3Dy@a.test",
        ),
        (
            ["DSN", "SMTPUTF8"],
            "jö@a.test",
            b"MAIL FROM:<n@p.test> SMTPUTF8 RET=HDRS ENVID=AB-1",
            "RCPT TO:<jö@a.test> NOTIFY=FAILURE,DELAY".encode(),
        ),
    ],
)
def test_parameters_are_said_where_they_are_offered(
    offered: list[str], recipient: str, mail: bytes, rcpt: bytes
) -> None:
    """SIZE (RFC 1870), SMTPUTF8 (RFC 6531), DSN (RFC 3461): only these, only then."""
    copy = Copy("n@p.test", recipient, [b"x: y\r\n\r"], "AB-1")
    lines = [line for _, line in commands(copy, dict.fromkeys(offered, ""), chunking=False)]
    assert lines == [mail + b"\r\n", rcpt + b"\r\n", b"DATA\r\n"]


@pytest.mark.parametrize("recipient", ["a@a.test>\r\nRCPT TO:<b@a.test", "a\0@a.test", "a\n@a.test", "<a@a.test"])
def test_an_address_that_would_be_a_second_command_is_refused_here(recipient: str) -> None:
    """It is held against that recipient alone; the run goes on."""
    reply = turned_down(Copy("n@p.test", recipient, []), {})
    assert reply is not None
    assert (reply.code, reply.enhanced) == (501, "5.1.3")


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_xtext_is_one_word_that_comes_back(text: str) -> None:
    """RFC 3461 section 4: nothing but printable ASCII without + and =, each of the others as its number."""
    import re

    encoded = xtext(text)
    assert re.fullmatch(r"(?:[!-*,-<>-~]|\+[0-9A-F]{2})*", encoded)
    assert re.sub(r"\+([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), encoded) == text


def test_keywords_are_read_without_regard_to_case_and_with_their_parameters() -> None:
    """RFC 5321 section 4.1.1.1; `AUTH=LOGIN` is how very old servers wrote it."""
    lines = [b"250-relay.test hello\r\n", b"250-size 1000\r\n", b"250-AUTH=LOGIN PLAIN\r\n", b"250 8BITMIME\r\n"]
    assert extensions(lines) == {"SIZE": "1000", "AUTH": "LOGIN PLAIN", "8BITMIME": ""}


@given(st.lists(st.binary(max_size=20)), st.lists(st.integers(min_value=0, max_value=30)))
def test_a_buffer_gives_every_octet_once_in_order(pieces: list[bytes], bites: list[int]) -> None:
    """However much the network takes at a time, nothing is lost, doubled or miscounted."""
    buffer = Buffer()
    buffer.add(*pieces)
    given_out = b""
    for bite in bites:
        head = b"".join(buffer.pieces)[:bite]
        buffer.took(len(head))
        given_out += head
    assert given_out + b"".join(buffer.pieces) == b"".join(pieces)
    assert (buffer.handed, buffer.queued) == (len(given_out), len(b"".join(pieces)))
    if buffer.pieces:
        assert bytes(buffer.join()) == b"".join(pieces)[len(given_out) :]
