"""The message: its headers, its MIME, its bytes, whatever the names and texts are."""

import email
import email.policy
import re
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pscb_mail.issues.edition import Edition, Field, File, Only, for_groups, splice
from pscb_mail.sending.message import Letters, compose, mailbox, message_id, quoted_printable, values_of
from pscb_mail.sending.references import Purpose
from pscb_mail.settings import Newsletter

REFERENCE = "7K2QM-9XW4B-00000-ZZZZZ"
DATED = datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Europe/London"))
NEWSLETTER = Newsletter(**{"name": "PSCB Newsletter", "from": "PSCB Newsletter <newsletter@pscb.test>"})
EDITION = Edition(
    issue="issue-18",
    subject="PSCB Newsletter 18: October 2010",
    html=("<p>Dear ", Field("first_name", "colleague", "html"), ",</p>\n<p>Für £5 &amp; more</p>\n"),
    text=("Dear ", Field("first_name", "colleague"), ",\n\nFür £5 & more\n"),
)


def person(name: str = "Jo Smith", first_name: str = "Jo", address: str = "jo@school.test") -> dict[str, str]:
    """What slots are filled with; a hostile first name goes in as it is, though none would be made of a name."""
    values = values_of(
        name=name, organisation="", role="", address=address, reference=REFERENCE, dated=DATED, zone=NEWSLETTER.zone
    )
    return {**values, "first_name": first_name}


def test_one_instant_is_told_in_the_zone_of_each_newsletter() -> None:
    """Two times that are equal may stand for different dates: what is kept of one is not given for the other."""
    dates = [
        values_of(
            name="", organisation="", role="", address="jo@school.test", reference=REFERENCE, dated=DATED, zone=zone
        )["date"]
        for zone in (ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo"))
    ]
    assert dates == ["Tue, 01 Dec 2026 09:30:00 +0000", "Tue, 01 Dec 2026 18:30:00 +0900"]


def raw(
    edition: Edition = EDITION, newsletter: Newsletter = NEWSLETTER, purpose: Purpose = Purpose.MAILING, **who: str
) -> bytes:
    return b"".join(compose(edition, newsletter, purpose).spliced(person(**who)))


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


def test_every_header_of_the_contract_is_there_once() -> None:
    """The headers as readers' servers see them."""
    message = parsed(raw())
    assert {
        name: message.get_all(name)
        for name in ("From", "To", "Subject", "Date", "Message-ID", "X-PSCB-Mail", "Reply-To")
    } == {
        "From": ["PSCB Newsletter <newsletter@pscb.test>"],
        "To": ["Jo Smith <jo@school.test>"],
        "Subject": ["PSCB Newsletter 18: October 2010"],
        "Date": ["Tue, 01 Dec 2026 09:30:00 +0000"],
        "Message-ID": [f"<issue-18.{REFERENCE}@pscb.test>"],
        "X-PSCB-Mail": [REFERENCE],
        "Reply-To": ["newsletter@pscb.test"],
    }
    assert message["List-Id"] == "PSCB Newsletter <newsletter.pscb.test>"
    assert message["List-Unsubscribe"] == f"<mailto:newsletter@pscb.test?subject=unsubscribe%20{REFERENCE}>"
    assert message["X-Auto-Response-Suppress"] == "DR, RN, NRN"
    assert message["MIME-Version"] == "1.0"
    assert "List-Unsubscribe-Post" not in message
    assert message_id("issue-18", REFERENCE, "pscb.test") == message["Message-ID"]


def test_away_replies_can_be_silenced_but_bounces_never() -> None:
    """NDR is asked for by nobody: bounces must come back."""
    quiet = Newsletter(**{"name": "N", "from": "n@pscb.test", "away_replies": False})
    message = parsed(raw(newsletter=quiet))
    assert message["X-Auto-Response-Suppress"] == "DR, RN, NRN, OOF, AutoReply"
    assert message["Precedence"] == "bulk"


def test_text_comes_first_and_both_say_the_same_to_this_person() -> None:
    """multipart/alternative, text before HTML, each with the person's own value."""
    message = parsed(raw())
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert text.get_content() == "Dear Jo,\r\n\r\nFür £5 & more\r\n"
    assert html.get_content() == "<p>Dear Jo,</p>\r\n<p>Für £5 &amp; more</p>\r\n"


def test_a_missing_name_takes_the_default() -> None:
    """Somebody without a name is a colleague."""
    text, _ = parsed(raw(name="", first_name="")).iter_parts()
    assert text.get_content().startswith("Dear colleague,")


def test_pictures_and_attachments_wrap_only_where_there_are_any() -> None:
    """Mixed > alternative > related, and each file comes out as it went in."""
    picture = File("logo.png", "image/png", b"\x89PNG" + bytes(range(256)), "logo@pscb.test")
    attachment = File('evil\r\nX: "y".pdf', "application/pdf", b"%PDF-1.7" * 100)
    edition = Edition("issue-1", "S", ("<img src='cid:logo@pscb.test'>",), ("S\n",), (picture,), (attachment,))
    message = parsed(raw(edition))
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "application/pdf",
    ]  # fmt: skip
    image, pdf = [part for part in message.walk() if part.get_content_type() in {"image/png", "application/pdf"}]
    assert (image.get_content(), image["Content-ID"]) == (picture.content, "<logo@pscb.test>")
    assert (pdf.get_content(), "X" in pdf) == (attachment.content, False)


def test_a_test_copy_says_so_in_its_subject() -> None:
    """Nobody takes a test for the real thing."""
    assert parsed(raw(purpose=Purpose.TEST))["Subject"] == "[TEST] PSCB Newsletter 18: October 2010"


HOSTILE_NAMES = [
    "Jo\r\nBcc: evil@example.com",
    "Jo\rX: y",
    "Jo\u0085X",
    "Jo\u0000X",
    "A" * 10_000,
    "a@evil.example, b@evil.example",
    'Jo "the boss" \\ Smith',
    "<script>alert(1)</script>",
    "\u001b]0;pwned\u0007",
    "Żółć Ünïcode 名前" * 30,
    '=HYPERLINK("x")',
    "{{ 7*7 }}",
    "Jo, Smith; (x) <y@z.test>",
    "\u202egnp.exe",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_is_never_more_than_a_name(name: str) -> None:
    """One To header, one recipient, no further header, no line over 998 octets, the body unharmed."""
    data = raw(name=name, first_name=name)
    message = parsed(data)
    assert [address.addr_spec for address in message["To"].addresses] == ["jo@school.test"]
    assert "Bcc" not in message
    assert "X" not in message
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\0" not in data.partition(b"\r\n\r\n")[0]
    assert message.get_body(("html",)).get_content().count("<p>") == 2
    assert "<script>" not in message.get_body(("html",)).get_content()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_quoted_printable_gives_the_text_back(text: str) -> None:
    """Any text: decoded it is what it was; encoded it is short ASCII lines that nothing on the way may change."""
    import quopri

    encoded = quoted_printable(text)
    assert quopri.decodestring(encoded) == text.encode().replace(b"\n", b"\r\n")
    lines = encoded.split(b"\r\n")
    assert all(
        len(line) <= 76 and not line.startswith((b".", b"From ")) and not line.endswith((b" ", b"\t")) for line in lines
    )
    assert encoded.isascii()


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=90), max_size=8))
def test_splicing_never_moves_what_stands_around_it(values: list[str]) -> None:
    """A body of literals and values in turn decodes to just their concatenation."""
    html = tuple(part for value in values for part in ("literal =. ", Field("name"), value))
    edition = Edition("i", "S", html, ("t\n",))
    data = b"".join(compose(edition, NEWSLETTER, Purpose.MAILING).spliced(person(name="Ünä. Smith")))
    body = parsed(data).get_body(("html",)).get_payload(decode=True).decode()
    assert body.rstrip("\r\n") == "".join(f"literal =. Ünä. Smith{value}" for value in values).rstrip("\r\n")


_PARTS = st.recursive(
    st.one_of(st.sampled_from(["", "Für =. ", "\n.From here\n", "a" * 80]), st.just(Field("name", "nobody"))),
    lambda inner: st.builds(Only, st.sampled_from([("A",), ("b", "C"), ()]), st.lists(inner, max_size=3).map(tuple)),
    max_leaves=8,
)


@given(st.lists(_PARTS, max_size=6), st.sets(st.sampled_from(["a", "B", "c", "d"])))
def test_a_letter_for_some_groups_says_what_its_edition_says_to_them(parts: list[object], groups: set[str]) -> None:
    """Whatever is left out, the quoted-printable around it decodes to just what is left."""
    edition = Edition("i", "S", ("html",), (*parts, "end\n"))  # type: ignore[arg-type]
    letter = Letters(edition, NEWSLETTER, Purpose.MAILING).for_groups(groups)
    data = b"".join(letter.spliced(person(name="Ünä. Smith")))
    body = parsed(data).get_body(("plain",)).get_payload(decode=True).decode()
    expected = splice(for_groups(edition, groups).text, {"name": "Ünä. Smith"})
    assert body.replace("\r\n", "\n").rstrip("\n") == expected.rstrip("\n")
    assert max(map(len, data.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


def test_copies_with_the_same_passages_share_one_letter() -> None:
    """Composed once for each choice of passages, whatever other groups the readers are in; a few are kept."""
    edition = Edition("i", "S", (Only(("Heads", "DSLs"), ("h",)),), (Only(("Police",), ("p",)),))
    letters = Letters(edition, NEWSLETTER, Purpose.MAILING)
    assert letters.for_groups(["HEADS"]) is letters.for_groups(["dsls", "Schools"])
    assert letters.for_groups(["police"]) is not letters.for_groups([])
    accented = Letters(Edition("i", "S", (Only(("E\u0301coles",), ("h",)),), ("t",)), NEWSLETTER, Purpose.MAILING)
    assert accented.for_groups(["\u00e9coles"]) is accented.for_groups(["e\u0301coles"]) is not accented.for_groups([])
    many = Edition("i", "S", tuple(Only((f"G{n}",), (str(n),)) for n in range(7)), ("t",))
    letters = Letters(many, NEWSLETTER, Purpose.MAILING)
    first = letters.for_groups(["g0"])
    for n in range(1, 100):
        letters.for_groups([f"g{bit}" for bit in range(7) if n & 1 << bit])
    assert len(letters._kept) <= 32
    assert letters.for_groups(["g0"]) == first


def test_the_same_input_gives_the_same_bytes() -> None:
    """Boundary, date and ids are arguments: two runs differ in nothing."""
    assert raw() == raw()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "jo@a.test"),
        ("Jo Smith", "Jo Smith <jo@a.test>"),
        ("Smith, Jo", '"Smith, Jo" <jo@a.test>'),
        ('J "x" \\', '"J \\"x\\" \\\\" <jo@a.test>'),
    ],
)
def test_a_mailbox_is_quoted_as_it_must_be(name: str, expected: str) -> None:
    """RFC 5322 section 3.4."""
    assert mailbox(name, "jo@a.test") == expected


def test_a_long_reply_address_leaves_list_unsubscribe_bare() -> None:
    """Receivers look for the URL itself: it is neither folded nor made an encoded word."""
    address = f"{'n' * 60}@{'long-' * 20}pscb.test"
    newsletter = Newsletter(**{"name": "N", "from": f"N <{address}>"})
    line = re.search(rb"^List-Unsubscribe: .*$", raw(newsletter=newsletter), re.MULTILINE)
    assert line
    assert line[0].strip().endswith(f"subject=unsubscribe%20{REFERENCE}>".encode())
    assert b"=?" not in line[0]


def test_a_subject_beyond_ascii_is_encoded_and_comes_back() -> None:
    """RFC 2047, folded at 78."""
    subject = "Safeguarding – „Kinder“ schützen: październik " * 3
    data = raw(Edition("i", subject.strip(), ("x",), ("x",)))
    assert parsed(data)["Subject"] == subject.strip()
    assert all(len(line) <= 78 for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n") if b"List-Un" not in line)
