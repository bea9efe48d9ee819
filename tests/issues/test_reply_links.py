"""The reply links: a mail that is complete when it opens, and whose words are known again."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from drafts import READER

from pscb_mail.issues.edition import fields, splice
from pscb_mail.issues.reply_links import ADD_COLLEAGUE, CHANGE_ADDRESS, LINKS, UNSUBSCRIBE, mailto

REPLY_TO = "newsletter@pscb.example"


def opened(link, **values):
    """What a mail program makes of a link."""
    url = urlsplit(splice(mailto(link, REPLY_TO), {**READER, **values}))
    query = parse_qs(url.query, strict_parsing=True)
    return unquote(url.path), query["subject"][0], query["body"][0]


@pytest.mark.parametrize("link", LINKS, ids=lambda link: link.subject)
def test_a_link_opens_a_mail_to_us_with_the_readers_reference(link):
    address, subject, body = opened(link)
    assert (address, subject) == (REPLY_TO, f"{link.subject} ABCDE-FGHJK-MNPQR-STVWX")
    assert body


def test_the_body_names_the_person_so_that_pressing_send_is_all():
    assert opened(UNSUBSCRIBE)[2] == "Take jo@school.example off the list, please."
    assert "jo@school.example" in opened(CHANGE_ADDRESS)[2]
    assert "name, e-mail address, organisation" in opened(ADD_COLLEAGUE)[2]


@pytest.mark.parametrize(
    "address", ["a&bcc=evil@x.example", "a?b#c%41@x.example", "ünï@x.example", 'a" onclick=@x.example']
)
def test_no_address_adds_a_header_to_the_mail(address):
    url = splice(mailto(UNSUBSCRIBE, REPLY_TO), {**READER, "address": address})
    assert set(parse_qs(urlsplit(url).query)) == {"subject", "body"}
    assert opened(UNSUBSCRIBE, address=address)[2] == f"Take {address} off the list, please."
    assert '"' not in url


def test_a_public_copy_reads_without_anybodys_address():
    assert opened(UNSUBSCRIBE, address="")[2] == "Take my address off the list, please."


def test_the_header_carries_the_subject_alone():
    passage = mailto(UNSUBSCRIBE, REPLY_TO, with_body=False)
    assert fields(passage) == {"reference"}
    assert splice(passage, READER) == f"mailto:{REPLY_TO}?subject=unsubscribe%20ABCDE-FGHJK-MNPQR-STVWX"
