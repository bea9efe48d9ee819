"""Reading a message: total, bounded, and the same message is the same message."""

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from effort import amount
from hypothesis import given, settings
from hypothesis import strategies as st

from pscb_mail.foreign import has_unsafe
from pscb_mail.mailbox.incoming import read
from pscb_mail.mailbox.understanding import Ours, understand

OURS = Ours("newsletter@pscb.example", "newsletter@pscb.example", "pscb.example", "newsletter.pscb.example")
FROM = b"From: jo@school.example\nTo: newsletter@pscb.example\nSubject: hello\n"

HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "NULs": lambda: b"\0" * 100_000,
    "30 MB attachment": lambda: (
        FROM + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/pdf\n"
        b"Content-Transfer-Encoding: base64\n\n" + (b"QUJD" * 19 + b"\n") * 400_000 + b"--b--\n"
    ),
    "10,000 nested multiparts": lambda: (
        FROM + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(10_000))
    ),
    "10,000 nested messages": lambda: FROM + b"Content-Type: message/rfc822\n\n" * 10_000,
    "20,000 parts": lambda: (
        FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhi\n" * 20_000 + b"--b--"
    ),
    "5 MB line": lambda: FROM + b"\n" + b"a" * 5_000_000,
    "200,000 headers": lambda: b"X: y\n" * 200_000 + FROM + b"\nhi",
    "5 MB header": lambda: b"Subject: " + b"a b " * 1_250_000 + b"\n\nhi",
    "50,000 encoded words": lambda: b"Subject: " + b"=?utf-8?q?A=0AB?= " * 50_000 + b"\n\nhi",
    "encoded words in every header": lambda: b"X-A: =?utf-8?b?QUJD?= =?utf-8?q?=?=\n" * 20_000 + b"\nhi",
    "1 MB of References": lambda: b"References: " + b"<abc.def@x.example> " * 52_000 + b"\n\nhi",
    "20,000 recipients": lambda: b"To: " + b"<abc.def@x.example>, " * 20_000 + b"\n\nhi",
    "unfinished quotes": lambda: b"From: " + b'"' * 100_000 + b"(" * 100_000 + b"\n\nhi",
    "angle brackets": lambda: FROM + b"Content-Type: text/html\n\n" + b"<" * 200_000,
    "open tags": lambda: FROM + b"Content-Type: text/html\n\n" + b"<a " * 100_000,
    "open comments": lambda: FROM + b"Content-Type: text/html\n\n" + b"<!--" * 100_000,
    "deep markup": lambda: FROM + b"Content-Type: text/html\n\n" + b"<div><blockquote>a" * 20_000,
    "100,000 On": lambda: FROM + b"\n" + b"On " * 130_000 + b"wrote:",
    "On wrote, line by line": lambda: FROM + b"\n" + b"On 1 x wrote\n" * 40_000,
    "From, line by line": lambda: FROM + b"\n" + b"From: a\nSent:\n" * 40_000,
    "one endless sentence": lambda: FROM + b"\n" + b"please do not take me off the list and " * 20_000,
    "a child, again and again": lambda: FROM + b"\n" + b"a child told me that a child is being " * 20_000,
    "no longer, again and again": lambda: FROM + b"\n" + b"i no longer i am not to i do not i have left \n" * 20_000,
    "sentences": lambda: FROM + b"\n" + b"Do not. Take me off. " * 50_000,
    "addresses": lambda: FROM + b"\n" + b"a" * 200_000 + b"@" + b"a." * 100_000,
    "a report about 20,000": lambda: (
        FROM + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        b"Content-Type: message/delivery-status\n\n"
        + b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n" * 20_000
        + b"--b--"
    ),
    "a bounce in prose": lambda: (
        b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n" + b"<a@b.example>: 550 user mailbox " * 20_000
    ),
    "boundaries that nearly match": lambda: (
        FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bb\n--b-\n" * 200_000
    ),
    "parameters": lambda: FROM + b"Content-Type: text/plain" + b"; a*0*=x'y'%41" * 100_000 + b"\n\nhi",
    "Message-ID trap": lambda: b"Message-ID: <[abc>\nFrom: a@[1.2\nDate: 99 Foo 99999999 99:99\n\nhi",
    "surrogates in UTF-7": lambda: FROM + b"Content-Type: text/plain; charset=utf-7\n\n+2AA- please stop",
    "a codec that is no charset": lambda: FROM + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_bytes_hang_or_raise(name: str):
    """Reading and understanding together take seconds at the very worst, and leave text that any output takes."""
    raw = HOSTILE[name]()
    started = time.process_time()
    message = read(raw)
    findings = understand(message, OURS)
    assert time.process_time() - started < 5
    assert findings
    assert all(not has_unsafe(finding.evidence) for finding in findings)
    (message.new_words + message.whole_text + message.subject + message.sender_name).encode()


def test_a_30_mb_attachment_costs_little_memory():
    """Twice its size and a little: it is copied once for its line ends, and never decoded."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    read(HOSTILE["30 MB attachment"]())
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 250


@settings(max_examples=amount(150, 5000))
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_and_understood(raw: bytes):
    assert understand(read(raw), OURS)


_PIECES = st.sampled_from(
    [
        b"From: ", b"jo@school.example", b"Subject: ", b"unsubscribe ", b"7K2QM-9XW4B-3HTRN-E5VCJ", b"\n", b"\r\n", b"\n\n",
        b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--", b"Content-Type: message/delivery-status",
        b"Final-Recipient: rfc822;", b"Action: failed", b"Status: 5.1.1", b"=?utf-8?b?", b"?=", b"<html>", b"<div",
        b"Content-Type: text/html", b"On 1 May wrote:", b"> ", b"-- ", b"\xff\xfe", b"\0", b"please take me off", b"<", b"@",
        b"Content-Transfer-Encoding: base64", b"multipart/report", b"Return-Path: <>", b"Auto-Submitted: auto-replied",
    ]
)  # fmt: skip


@settings(max_examples=amount(300, 20_000))
@given(st.lists(_PIECES, max_size=40).map(b"".join))
def test_pieces_of_mail_in_any_order_are_read_and_understood(raw: bytes):
    assert all(not has_unsafe(finding.evidence) for finding in understand(read(raw), OURS))


# -- the key --------------------------------------------------------------------------------------------------------

MESSAGE = b"Received: from a\n by b\nFrom: jo@school.example\nSubject: hi\nMessage-ID: <1@x.example>\n\nHello\n"


@pytest.mark.parametrize(
    "other",
    [
        MESSAGE.replace(b"\n", b"\r\n"),
        b"Received: from c\n" + MESSAGE,
        MESSAGE.replace(b"Received: from a\n by b\n", b""),
        MESSAGE.replace(b"Subject", b"Status: RO\nX-UID: 7\nSubject"),
        MESSAGE.replace(b"Subject", b"X-Mozilla-Keys:   \nContent-Length: 6\nLines: 1\nSubject"),
        b"Return-Path: <jo@school.example>\nDelivered-To: newsletter@pscb.example\nX-Original-To: n@pscb.example\n"
        + MESSAGE,
        b"ARC-Seal: i=1; b=x\n y\nAuthentication-Results: mx; spf=pass\nReceived-SPF: pass\n" + MESSAGE,
        b"From jo@school.example Mon Nov  1 09:00:00 2010\n" + MESSAGE + b"\n",
    ],
)
def test_the_same_message_has_the_same_key_wherever_it_was_kept(other: bytes):
    assert read(other).key == read(MESSAGE).key


@pytest.mark.parametrize(
    ("old", "new"), [(b"Hello", b"Hello!"), (b"hi", b"ho"), (b"<1@", b"<2@"), (b"Hello\n", b"\nHello\n")]
)
def test_another_message_has_another_key(old: bytes, new: bytes):
    assert read(MESSAGE.replace(old, new)).key != read(MESSAGE).key


# -- headers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("jo@school.example", "", "jo@school.example"),
        ("Jo Bloggs <jo@school.example>", "Jo Bloggs", "jo@school.example"),
        ('"Bloggs, Jo" <jo@school.example>', "Bloggs, Jo", "jo@school.example"),
        ('"ann@other.example" <jo@school.example>', "ann@other.example", "jo@school.example"),
        ('"<ann@other.example>" <jo@school.example>', "<ann@other.example>", "jo@school.example"),
        ("=?utf-8?q?J=C3=B6?= <jo@school.example>", "Jö", "jo@school.example"),
        ("=?utf-8?q?=22a=40b.example=22_=3Cx=40y.example=3E?= <jo@school.example>", None, "jo@school.example"),
        ("(ann@other.example) jo@school.example", "", "jo@school.example"),
        ("<>", "", ""),
        ("undisclosed", "", ""),
        ("", "", ""),
    ],
)
def test_the_sender_is_the_address_and_never_the_name(value: str, name: str | None, address: str):
    """A display name that looks like an address, also one hidden in an encoded word, is not the sender."""
    message = read(f"From: {value}\n\nhi".encode())
    assert message.sender == address
    assert name is None or message.sender_name == name


def test_headers_that_thread_a_message():
    message = read(
        b"From: jo@school.example\nIn-Reply-To: <1@x.example>\nReferences: <0@x.example>\n <1@x.example>\n"
        b"Message-ID: <2@x.example>\nDate: Mon, 1 Nov 2010 10:00:00 +0100\nReturn-Path: <>\n\nhi"
    )
    assert message.answers == ("<1@x.example>", "<0@x.example>")
    assert (message.message_id, message.return_path) == ("<2@x.example>", "")
    assert message.date == datetime(2010, 11, 1, 9, tzinfo=UTC)


OLD, NEW = "Mon, 01 Nov 2010 09:00:00 +0000", "Fri, 01 Apr 2011 09:00:00 +0100"


@pytest.mark.parametrize(
    ("headers", "month"),
    [
        (f"Date: {OLD}", 11),
        (f"Received: from a by b; {NEW}\nReceived: from c by a with ESMTP id 1; {OLD}", 11),
        (f"Date: {NEW}\nReceived: from c by a\n with ESMTP id 1;\n {OLD}", 11),
        (f"Date: {NEW}\nReceived: from c by a", 4),
        ("Date: yesterday\nReceived: from c by a; who knows", None),
        ("", None),
    ],
)
def test_a_message_is_as_old_as_its_oldest_trace(headers: str, month: int | None):
    """Delivered a second time it is no newer, and without a Date no ageless one."""
    date = read(f"{headers}\nSubject: x\n\nhi".encode()).date
    assert (date.month if date else None) == month


def test_no_header_keeps_a_control_character():
    message = read(
        b"From: =?utf-8?q?Jo=0D=0ABcc=3A_x=40y.example?= <jo@school.example>\nSubject: =?utf-8?q?a=1B=5B2J?=\n\nhi"
    )
    assert not has_unsafe(message.sender_name)
    assert not has_unsafe(message.subject)


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-2", "windows-1250", "utf-16"])
def test_text_is_read_in_its_charset(charset: str):
    body = "Zażółć gęślą jaźń".encode(charset)
    assert "gęślą" in read(FROM + f"Content-Type: text/plain; charset={charset}\n\n".encode() + body).new_words


@pytest.mark.parametrize("encoding", [b"base64", b"BASE64 "])
def test_broken_base64_is_read_as_far_as_it_goes(encoding: bytes):
    raw = FROM + b"Content-Transfer-Encoding: " + encoding + b"\n\nVGFr!!ZSBtZSBvZmY\n"
    assert read(raw).new_words == "Take me off"
