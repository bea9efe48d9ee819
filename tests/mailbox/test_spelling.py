"""Slips of a thumb in the words of a wish."""

import pytest

from pscb_mail.mailbox.spelling import mended


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("plesae", "please"),  # two letters exchanged
        ("remvoe", "remove"),
        ("adress", "address"),  # one left out
        ("recieve", "receive"),
        ("newletter", "newsletter"),
        ("distrubution", "distribution"),  # one wrong
        ("mailling", "mailing"),  # one too many
    ],
)
def test_one_slip_is_mended(written: str, meant: str):
    assert mended(f"a {written} b") == f"a {meant} b"


@pytest.mark.parametrize(
    "word", ["remote", "removes", "received", "pleased", "linger", "sailing", "failing", "deceive", "addressee", "list"]
)
def test_a_word_of_its_own_stays(word: str):
    assert mended(word) == word


def test_two_slips_are_not_guessed_at():
    assert mended("nwslettr") == "nwslettr"
