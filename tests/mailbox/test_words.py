"""Plain words: what people write, and what it must be taken for; the rows are in tests/data/words/plain-words.txt."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pscb_mail.mailbox import incoming
from pscb_mail.mailbox.finding import Finding, Kind
from pscb_mail.mailbox.understanding import Ours, understand

OURS = Ours("newsletter@pscb.example", "newsletter@pscb.example", "pscb.example", "newsletter.pscb.example")
ROWS = Path(__file__).parent.parent / "data" / "words" / "plain-words.txt"


def rows() -> Iterator[tuple[str, frozenset[str]]]:
    allowed: frozenset[str] = frozenset()
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            allowed = frozenset(line.strip("[]").split(" | "))
        elif line and not line.startswith("#"):
            yield line.replace("\\n", "\n"), allowed


def read(body: str, subject: str = "Re: PSCB Newsletter 18") -> Finding:
    raw = f"From: jo@school.example\nTo: newsletter@pscb.example\nSubject: {subject}\n\n{body}"
    return understand(incoming.read(raw.encode()), OURS)[0]


@pytest.mark.parametrize(("body", "allowed"), list(rows()))
def test_plain_words_are_taken_for_what_they_mean(body: str, allowed: frozenset[str]):
    finding = read(body)
    doubtful = finding.doubt and finding.kind is not Kind.URGENT
    assert str(finding.kind) + ("?" if doubtful else "") in allowed


@pytest.mark.parametrize("body", [body for body, allowed in rows() if not any("opt_out" in kind for kind in allowed)])
def test_nobody_is_taken_off_who_did_not_ask(body: str):
    """The worst mistake: also not when the words stand between a greeting and thanks."""
    for text in (body, f"Hello,\n\n{body}\n\nMany thanks\nJo"):
        finding = read(text)
        assert not (finding.kind is Kind.OPT_OUT and not finding.doubt)


@pytest.mark.parametrize("body", [body for body, allowed in rows() if allowed == {"opt_out"}])
def test_a_plain_wish_survives_greeting_thanks_signature_and_capitals(body: str):
    for text in (
        f"Hello,\n\n{body}\n\nMany thanks\nJo Bloggs\n01632 960001",
        body.upper(),
        f"Good morning\n{body}\n--\nJo",
    ):
        assert read(text).kind is Kind.OPT_OUT


def test_doubt_is_the_exception_among_human_opt_outs():
    """Review counts as neither kept nor lost, but may not swallow more than a quarter of the wishes."""
    wishes = [body for body, allowed in rows() if "opt_out" in allowed]
    doubtful = [body for body in wishes if read(body).doubt]
    assert len(doubtful) <= len(wishes) / 4


def test_a_wish_with_a_reference_typed_beside_it_is_tied_to_that_reference():
    finding = read("Please unsubscribe me: 7k2qm-9xw4b-3htrn-e5vcj")
    assert (finding.kind, finding.link, finding.references) == (Kind.OPT_OUT, True, ("7K2QM-9XW4B-3HTRN-E5VCJ",))


def test_a_truncated_reference_is_no_reference():
    assert read("Please unsubscribe me: 7k2qm-9xw4b-3htrn").references == ()


def test_the_evidence_is_the_sentence_that_says_it():
    assert (
        read("Hello there.\n\nPlease take me off the list.\n\nThanks for all").evidence
        == "Please take me off the list."
    )


@pytest.mark.parametrize(
    "body",
    [
        "I think you may still be sending to Jo Bates who left us in June.",
        "My husband Alan died in March, he used to get this.",
        "My mother passed away and I am clearing her mailbox.",
    ],
)
def test_the_departure_of_somebody_else_is_not_the_sender_s(body: str):
    finding = read(body)
    assert (finding.kind, finding.other) == (Kind.LEFT, True)


def test_somebody_else_s_wish_names_them_and_never_the_sender():
    finding = read("Please unsubscribe jane@school.example")
    assert (finding.other, finding.address, bool(finding.doubt)) == (True, "jane@school.example", True)
    assert read("Please unsubscribe jo@school.example").other is False


def test_an_alarm_is_heard_at_the_end_of_a_page_without_a_full_stop():
    page = "and then we had our tea and then we watched telly and then i did my homework " * 20
    assert read(page).kind is Kind.QUESTION
    assert read(f"{page}and my stepdad hits me wen mum is at work").kind is Kind.URGENT


def test_thanks_for_an_article_hide_no_alarm_beside_them():
    thanks = "Thank you for the article on the neglect toolkit, our team discussed it at the training day."
    assert read(f"{thanks} While I'm writing, a boy in my class came in with a bruise on his neck.").kind is Kind.URGENT


@pytest.mark.parametrize(
    "unit",
    [
        "remove ",
        "i ",
        "take me off ",
        "meld sie mich ",
        ", so ",
        "could someone ",
        ":",
        '"',
        "nie ",
        "hits ",
        "a child ",
        "my mums ",
    ],
)
@pytest.mark.parametrize("between", ["", "\n", ". "])
def test_no_words_however_often_repeated_keep_us_long(unit: str, between: str):
    """20,000 characters are read; a pattern that looks twice at each pair of them would take minutes."""
    started = time.process_time()
    read((unit + between) * (20_000 // len(unit + between)))
    assert time.process_time() - started < 3
