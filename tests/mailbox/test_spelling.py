"""Slips of a thumb in the words of a wish."""

import pytest

from pscb_mail.mailbox.words.spelling import mended


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


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("rmv me frm ur list", "remove me from your list"),
        ("can u take my email of the list", "can you take my email off the list"),
        ("take me off you're mailing list", "take me off your mailing list"),
        ("could i be token off", "could i be taken off"),
        ("i wood like to", "i would like to"),
        ("stop e mailing me, im not in the school", "stop e-mailing me, i'm not in the school"),
    ],
)
def test_what_a_thumb_or_an_ear_made_of_it_is_mended(written: str, meant: str):
    assert mended(written) == meant


@pytest.mark.parametrize(
    "words", ["dziecko u nas", "a token of thanks", "the wood at ferry meadows", "out of the list", "im verteiler"]
)
def test_the_same_letters_elsewhere_stay(words: str):
    assert mended(words) == words


def test_two_slips_are_not_guessed_at():
    assert mended("nwslettr") == "nwslettr"
