"""An edition: values are data, and the same edition has the same digest wherever it is read back."""

import pytest
from drafts import ISSUE_18, READER, built, draft

from pscb_mail.issues.edition import Edition, Field, File, fields, from_json, splice, to_json
from pscb_mail.issues.source import read_source

EDITION = Edition(
    issue="issue-1",
    subject="Newsletter “1”",
    html=("<p>", Field("name", "reader", "html"), "</p>"),
    text=("Dear ", Field("name", "reader")),
    pictures=(File("a.png", "image/png", b"\x89PNG\x00", "abc@pscb.example"),),
    attachments=(File("a.pdf", "application/pdf", b"%PDF"),),
)

VALUES = [
    ("text", '<script>alert("1")</script>', '<script>alert("1")</script>'),
    ("html", '<script>alert("1")</script>', "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"),
    ("html", "{{ 7*7 }}", "{{ 7*7 }}"),
    ("html", "[click](https://evil.example)", "[click](https://evil.example)"),
    ("url", 'a&b=c"> <x@y.example', "a%26b%3Dc%22%3E%20%3Cx@y.example"),
    ("text", "", "the default"),
]


@pytest.mark.parametrize(("escape", "value", "shown"), VALUES)
def test_a_value_is_data_escaped_for_where_it_stands(escape, value, shown):
    assert splice(("", Field("name", "the default", escape)), {"name": value}) == shown


def test_a_name_that_is_not_known_is_never_left_out_in_silence():
    with pytest.raises(KeyError):
        splice((Field("nickname"),), READER)


def test_an_edition_survives_json_with_its_digest():
    assert from_json(to_json(EDITION)) == EDITION
    assert from_json(to_json(EDITION)).digest == EDITION.digest


def test_whatever_readers_get_is_in_the_digest():
    others = [
        Edition("issue-1", "Other", EDITION.html, EDITION.text),
        Edition("issue-1", "Newsletter “1”", EDITION.html, EDITION.text),
        Edition("issue-1", "Newsletter “1”", EDITION.html, EDITION.text, EDITION.pictures),
        Edition("issue-1", "Newsletter “1”", ("<p>",), EDITION.text, EDITION.pictures, EDITION.attachments),
    ]
    assert len({EDITION.digest, *(other.digest for other in others)}) == 5


def test_an_unknown_escape_in_a_frozen_edition_is_refused():
    with pytest.raises(ValueError, match="unknown escape"):
        from_json(to_json(EDITION).replace('"escape": "html"', '"escape": "none"'))


def test_the_fields_of_a_passage_are_known(tmp_path):
    edition = built(draft(tmp_path, "Dear {{ role }} of {{ organisation }}"))
    assert fields(edition.html) == fields(edition.text) == {"role", "organisation", "address", "reference"}


def test_issue_18_survives_json():
    edition = built(read_source(ISSUE_18))
    assert from_json(to_json(edition)) == edition
