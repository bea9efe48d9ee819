"""Phrases as they are written in the lists of alarms: what each finds, and what not."""

import pytest

from pscb_mail.mailbox.words.phrases import Phrases

LIST = Phrases("""
    bruis*, hits|hit … him|her, no_one|nobody listens, left|
    locked in, # weeks, self-harm, i
""")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("covered in bruises", ["bruises"]),
        ("he hits and kicks him", ["hits and kicks him"]),
        ("he hit the very top of his stairs, him", []),  # more than three words between
        ("no one listens, nobody listens", ["no one listens", "nobody listens"]),
        ("locked in, left in", ["locked in", "left in"]),
        ("in 12 weeks", ["12 weeks"]),
        ("her self-harm", ["self-harm"]),
        ("rehits him", []),
        ("hits hers", []),
        ("if i", ["i"]),
    ],
)
def test_a_phrase_is_found_as_it_is_written(text: str, found: list[str]):
    assert [match[0] for match in LIST.finditer(text)] == found
    assert bool(LIST.search(text)) == bool(found)


def test_a_text_without_its_phrases_keeps_the_rest():
    assert LIST.without("old bruises, no one listens to me").split() == ["old", ",", "to", "me"]
