"""What an editor is shown of a correction: the words that changed and where they stand, and nothing else."""

import time

import pytest

from pscb_mail.desk.differences import Difference, Words, differences

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"


def shown(words: tuple[Words, ...]) -> str:
    """Return a paragraph with its changed words in brackets."""
    return " ".join(f"[{each.text}]" if each.changed else each.text for each in words)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (["On Monday at ten."], ["On Tuesday at ten."], [("On [Monday] at ten.", "On [Tuesday] at ten.")]),
        (["The same."], ["The same.", "And more."], [("", "[And more.]")]),
        (["Gone.", "The same."], ["The same."], [("[Gone.]", "")]),
        (["The same."], ["The same."], []),
        (["A", "x", "B"], ["A2", "x", "B2"], [("[A]", "[A2]"), ("[B]", "[B2]")]),
        (["Come."], ["Come in."], [("[Come.]", "[Come in.]")]),
        (["Come in."], ["Do come in."], [("[Come] in.", "[Do come] in.")]),
        ([f"{LONG} a"], [f"{LONG} b"], [("… ten eleven twelve thirteen fourteen fifteen [a]", "… ten eleven twelve thirteen fourteen fifteen [b]")]),
        ([f"a {LONG} a"], [f"b {LONG} b"], [(f"[{x}] one two three four five six … ten eleven twelve thirteen fourteen fifteen [{x}]") for x in "ab"]),
    ],
)  # fmt: skip
def test_the_words_that_changed_are_told_with_what_stands_beside_them(
    before: list[str], after: list[str], told
) -> None:
    """One row a kind of correction."""
    found = [(shown(each.before), shown(each.after)) for each in differences(before, after)]
    assert found == ([tuple(told)] if told and isinstance(told[0], str) else told)


def test_a_paragraph_without_end_is_told_by_its_beginning_and_in_time() -> None:
    """Comparing every word with every other would take minutes."""
    began = time.monotonic()
    [found] = differences(["a b " * 50_000], ["b a " * 50_000])
    assert found == Difference((Words("a b " * 30 + "…", changed=True),), (Words("b a " * 30 + "…", changed=True),))
    assert time.monotonic() - began < 5
