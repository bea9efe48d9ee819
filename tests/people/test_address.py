"""What an address is, when two are the same person's, and what is refused with a reason."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pscb_mail.people.address import (
    NAME_LIMIT,
    AddressError,
    address_key,
    clean_name,
    kept_address,
    parse_address,
    parse_person,
    pasted,
)

ACCEPTED = [
    ("jo@school.example", "jo@school.example"),
    ("A@Example.ORG", "A@example.org"),
    ("  <jo@school.example> ", "jo@school.example"),
    ("mailto:jo@school.example", "jo@school.example"),
    ("jo@school.test", "jo@school.test"),
    ("-oQ/tmp/x@example.org", "-oQ/tmp/x@example.org"),
    ("o'neil+news@school.example", "o'neil+news@school.example"),
    ("\u00fcser@example.org", "\u00fcser@example.org"),
    ("u\u0308ser@example.org", "\u00fcser@example.org"),
    ("jo@m\u00fcnchen.example", "jo@xn--mnchen-3ya.example"),
    ("jo@xn--mnchen-3ya.example", "jo@xn--mnchen-3ya.example"),
]

# The rows about addresses among the hostile inputs, and their like.
REFUSED = [
    ("", "nothing is there"),
    ("jo", "no @"),
    ("a@example.org>\r\nRCPT TO:<evil@example.com", "cannot be seen (U+000D)"),
    ("<a@example.org>,<b@example.org>", "one address is expected"),
    ("a@example.org,b@example.org", "one address is expected"),
    ("group:a@example.org,b@example.org;", "one address is expected"),
    ("<a@example.org>evil@example.com", "one address is expected"),
    ('"a@evil.example.com"@example.org', "quotation marks"),
    ('"quoted local"@example.org', "quotation marks"),
    ('"Frost, Dan" <dan@police.example>, sam@x.example', "one address is expected"),
    ("root@localhost", "after the @ is not valid. It should have a dot"),
    ("root@test", "no dot"),
    ("a@[127.0.0.1]", "bracketed IP address"),
    ("a@example.org\0", "U+0000"),
    ("\0a@example.org", "cannot be seen (U+0000)"),
    (f"a@{'x' * 63}.{'x' * 200}", "too long"),
    (f"a@{'x.' * 130}example", "too long"),
    (f"\u00fc{'x' * 300}@example.org", "longer than 254"),
    (f"{'x' * 65}@example.org", "longer than 64 octets"),
    ("\u00fc" * 33 + "@example.org", "longer than 64 octets"),
    (".a@example.org", "start with a dot"),
    ("a.@example.org", "dot immediately before the @"),
    ("a@example..org", "two dots"),
    ("a@example.org.", "end with a dot"),
    ("mailto:a@example.org?bcc=evil@example.com", "one address is expected"),
    ("\uff41@\uff45xample.org", 'looks like "a"'),
    ("a@\uff45xample.org", 'looks like "e"'),
    ("\u212aim@example.org", 'looks like "K"'),
    ("kim@\u212axample.org", 'looks like "K"'),
    ("\u202ea@example.org", "cannot be seen (U+202E)"),
    ("a\u200bb@example.org", "cannot be seen (U+200B)"),
    ("a\udce4@example.org", "cannot be seen (U+DCE4)"),
    ("a b@example.org", "SPACE"),
]


@pytest.mark.parametrize(("text", "envelope"), ACCEPTED)
def test_an_address_is_kept_as_it_stands_in_the_envelope(text: str, envelope: str) -> None:
    """The domain in lower case and as DNS has it, the local part as it was written."""
    assert parse_address(text).text == envelope


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_is_no_address_is_refused_with_a_reason(text: str, reason: str) -> None:
    """The sentence quotes the text on one harmless line and says what is wrong."""
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    assert reason in str(refused.value)
    assert str(refused.value).isprintable()
    assert address_key(text) == ""


@pytest.mark.parametrize(
    "other", ["JO@school.example", "jo@SCHOOL.example", "<Jo@School.Example>", "mailto:jo@school.example"]
)
def test_one_person_has_one_key_however_they_are_written(other: str) -> None:
    assert address_key(other) == parse_address("jo@school.example").key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u212aim@example.org", "kim@example.org"),
        ("\uff41@example.org", "a@example.org"),
        ("stra\u00dfe@example.org", "strasse@example.org"),
        ("\u0130a@example.org", "ia@example.org"),
        ("\u00dcser@example.org", "user@example.org"),
        ("\u0430@example.org", "a@example.org"),
    ],
)
def test_letters_beyond_ascii_never_make_two_people_one(one: str, other: str) -> None:
    """What casefold and NFKC would merge stays apart, or is refused."""
    assert address_key(one) != address_key(other)


def test_a_kept_address_reads_back_as_it_was() -> None:
    """Its key is SQLite's `lower` of it: by that the history's addresses are looked up."""
    beyond = ("STRA\u00dfE@B\u00dcCHER.example", "\u00dc\u1e9e\u0130I@x.example", "\u0391\u03a3@x.example")
    with closing(sqlite3.connect(":memory:")) as db:
        for text in (*(text for text, _ in ACCEPTED), *beyond):
            address = parse_address(text)
            assert kept_address(address.text) == address
            assert db.execute("SELECT lower(?)", [address.text]).fetchone() == (address.key,)


PEOPLE = [
    ("jo@school.example", "", "jo@school.example"),
    ("Jo Bloggs <jo@school.example>", "Jo Bloggs", "jo@school.example"),
    ("Bloggs, Jo <jo@school.example>", "Bloggs, Jo", "jo@school.example"),
    ('"Bloggs; \\"Joey\\"" <jo@school.example>', 'Bloggs; "Joey"', "jo@school.example"),
    ("jo@school.example <jo@school.example>", "", "jo@school.example"),
    ("'Jo@School.example' <jo@school.example>", "", "jo@school.example"),
    ("'Bloggs, Jo' <jo@school.example>", "Bloggs, Jo", "jo@school.example"),
    ("\"'Jo O'Brien'\" <jo@school.example>", "Jo O'Brien", "jo@school.example"),
    (
        '"a@evil.example.com, b@evil.example.com" <jo@school.example>',
        "a@evil.example.com, b@evil.example.com",
        "jo@school.example",
    ),
    ("Jo\r\nBcc: evil <jo@school.example>", "Jo Bcc: evil", "jo@school.example"),
    ("Jo Bloggs (jo@school.example)", "Jo Bloggs", "jo@school.example"),
    ("Bloggs, Jo (Health) (jo@school.example) ", "Bloggs, Jo (Health)", "jo@school.example"),
]


@pytest.mark.parametrize(("text", "name", "address"), PEOPLE)
def test_a_person_is_a_name_and_an_address(text: str, name: str, address: str) -> None:
    person = parse_person(text)
    assert (person.name, person.address.text) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "jo@old.example <jo@new.example>",
        "a@x.example, Jo <b@x.example>",
        "Jo <jo@x.example",
        "Jo",
        "a@x.example, Jo (b@x.example)",
        "Jo (a@x.example) (b@x.example)",
        "Jo (jo@x.example",
    ],
)
def test_two_people_in_one_are_refused(text: str) -> None:
    with pytest.raises(AddressError):
        parse_person(text)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Jo\r\nBcc: evil@example.com", "Jo Bcc: evil@example.com"),
        ("Jo\rX: y", "Jo X: y"),
        ("Jo\u0085X", "Jo X"),
        ("Jo\0X", "Jo X"),
        ("\x1b]0;pwned\x07\x1b[2J", "]0;pwned [2J"),
        ("News \u202egnp.exe", "News gnp.exe"),
        ("\udce4", ""),
        ("\ufeffJo", "Jo"),
        ("Ju\u0308rgen", "J\u00fcrgen"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        (" '' Jo' ' ", "Jo"),
        ("\u2018Jo\u2019", "Jo"),
        ("'t Hooft", "'t Hooft"),
        ("'", "'"),
    ],
)
def test_a_name_is_one_harmless_line(name: str, kept: str) -> None:
    assert clean_name(name) == kept


def test_a_name_of_five_thousand_letters_is_cut() -> None:
    assert len(clean_name("A" * 5002)) == NAME_LIMIT


def test_people_are_pasted_one_a_line_or_as_outlook_parts_them() -> None:
    """A semicolon in quotation marks parts nobody."""
    text = 'A <a@x.example>; "B; C" <b@x.example>;\n\n  d@x.example\r\n'
    assert list(pasted(text)) == [(1, "A <a@x.example>"), (1, '"B; C" <b@x.example>'), (3, "d@x.example")]


def test_cells_of_a_spreadsheet_are_pasted_with_tabs() -> None:
    """A name beside an address in either order; more than that is told to be too much, not left out in silence."""
    fine = ("Jo Bloggs\tjo@x.example", "a@x.example\tA; B\t", "\tb@x.example")
    found = [text for _, text in pasted("\n".join([*fine, "J\tHead\tj@x.example", "a@x.example\tb@x.example"]))]
    assert found[:3] == ["Jo Bloggs <jo@x.example>", "A; B <a@x.example>", "b@x.example"]
    for text in found[3:]:
        with pytest.raises(AddressError):
            parse_person(text)


@given(st.text(max_size=80))
def test_whatever_comes_is_an_address_or_a_sentence(text: str) -> None:
    """Nothing else is raised, and what is accepted is accepted again, unchanged."""
    key = address_key(text)
    assert key == "" or address_key(key) == key
    try:
        person = parse_person(text)
    except AddressError:
        return
    assert person.name == clean_name(person.name)
    assert parse_address(person.address.text) == person.address
    assert all(character not in person.address.text for character in '\r\n\0<> ,;"')


LOCAL = st.text(st.sampled_from("aZ0.!#$%&'*+/=?^_`{|}~-@ \"(),:;<>[]\\"), min_size=1, max_size=70)


@given(LOCAL)
def test_the_short_way_for_plain_addresses_says_what_email_validator_says(local: str) -> None:
    """The plain local parts that are not handed to it are exactly some of those it accepts, unchanged."""
    from email_validator import EmailNotValidError, validate_email

    try:
        ours = parse_address(f"<{local}@school.example>").text
    except AddressError:
        return
    try:
        theirs = validate_email(f"{local}@school.example".strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        theirs = "refused"
    assert ours == theirs
