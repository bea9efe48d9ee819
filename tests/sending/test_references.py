"""References: unguessable, stable, and read however they were typed."""

import pytest

from pscb_mail.sending.references import Purpose, normalised, reference, references_in

KEY = bytes(range(32))


def test_a_reference_is_the_same_at_every_try_and_another_for_everything_else() -> None:
    """Key, purpose, issue and person each change it; nothing else does."""
    one = reference(KEY, Purpose.MAILING, "issue-18", "1")
    assert one == reference(KEY, Purpose.MAILING, "issue-18", "1")
    others = {
        reference(bytes(32), Purpose.MAILING, "issue-18", "1"),
        reference(KEY, Purpose.TEST, "issue-18", "1"),
        reference(KEY, Purpose.MAILING, "issue-19", "1"),
        reference(KEY, Purpose.MAILING, "issue-18", "2"),
    }
    assert len(others | {one}) == 5


def test_a_reference_has_a_hundred_bits_in_groups_of_five() -> None:
    """Twenty characters of Crockford's alphabet: no I, L, O or U to confuse."""
    one = reference(KEY, Purpose.MAILING, "issue-18", "1")
    assert [len(group) for group in one.split("-")] == [5, 5, 5, 5]
    assert not set(one) & set("ILOU")


@pytest.mark.parametrize(
    "written",
    [
        "unsubscribe {r}",
        "Re: unsubscribe {lower}",
        "unsubscribe {bare}",
        "unsubscribe {spaced}!",
        "<issue-18.{r}@pscb.test>",
        "AW: unsubscribe%20 ({r})",
    ],
)
def test_a_reference_is_read_however_it_was_typed(written: str) -> None:
    """Case, hyphens and what stands around it do not matter."""
    one = reference(KEY, Purpose.MAILING, "issue-18", "1")
    text = written.format(r=one, lower=one.lower(), bare=one.replace("-", ""), spaced=one.replace("-", " "))
    assert references_in(text) == (one,)


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    """O is 0, I and L are 1."""
    assert normalised("oiLab-cdefg") == "011AB-CDEFG"


@pytest.mark.parametrize("text", ["", "hello", "ABCDE-FGHJK", "X" * 21, "0" * 100_000, "ABCDE-FGHJK-MNPQR-STVWX-YZ012"])
def test_what_is_no_reference_is_not_read_as_one(text: str) -> None:
    """Too short, too long, or part of a longer word."""
    assert references_in(text) == ()
