"""What a reply means: the providers' own, case by case."""

import re
from itertools import dropwhile, takewhile
from pathlib import Path

import pytest

from pscb_mail.sending.delivery import State, after
from pscb_mail.sending.dialogue import Answered, InDoubt, NotSent
from pscb_mail.sending.replies import Meaning, Reply, Stage, meaning, no_such_mailbox, reply_of
from pscb_mail.sending.verdicts import fault_of_ours, judged


@pytest.mark.parametrize(
    ("stage", "code", "text", "expected"),
    [
        (Stage.BODY, 250, "2.0.0 Ok: queued as 1", Meaning.ACCEPTED),
        (Stage.RCPT, 251, "user not local; will forward", Meaning.ACCEPTED),
        (Stage.DATA, 354, "go", Meaning.ACCEPTED),
        (Stage.RCPT, 450, "4.2.0 greylisted", Meaning.PUT_OFF),
        (Stage.BODY, 452, "4.2.2 mailbox full", Meaning.PUT_OFF),
        (Stage.RCPT, 552, "5.2.2 mailbox full", Meaning.PUT_OFF),
        (Stage.RCPT, 550, "5.1.1 no such user", Meaning.TURNED_DOWN),
        (Stage.RCPT, 550, "no such user", Meaning.TURNED_DOWN),
        (Stage.BODY, 550, "5.7.1 message refused by policy", Meaning.TURNED_DOWN),
        (Stage.BODY, 550, "5.7.26 unauthenticated", Meaning.TURNED_DOWN),
        (Stage.MAIL, 421, "4.3.2 closing", Meaning.BACK_OFF),
        (Stage.BODY, 421, "4.3.2 closing", Meaning.BACK_OFF),
        (Stage.RCPT, 432, "4.3.2 concurrent connections limit exceeded", Meaning.BACK_OFF),
        (Stage.BODY, 451, "4.7.500 server busy", Meaning.BACK_OFF),
        (Stage.MAIL, 451, "4.3.0 temporary", Meaning.BACK_OFF),
        (Stage.RCPT, 452, "4.3.1 insufficient system storage", Meaning.BACK_OFF),
        (Stage.RCPT, 450, "4.3.2 service currently unavailable", Meaning.BACK_OFF),
        (Stage.BODY, 451, "4.3.5 server configuration problem", Meaning.BACK_OFF),
        (Stage.RCPT, 451, "4.3.0 temporary lookup failure", Meaning.PUT_OFF),
        (Stage.AUTH, 454, "4.7.0 temporary authentication failure", Meaning.BACK_OFF),
        (Stage.AUTH, 535, "5.7.139 authentication unsuccessful", Meaning.SIGN_IN),
        (Stage.AUTH, 535, "5.7.3 authentication unsuccessful", Meaning.SIGN_IN),
        (Stage.AUTH, 550, "5.7.30 basic authentication is not supported", Meaning.SIGN_IN),
        (Stage.MAIL, 530, "5.7.57 client not authenticated", Meaning.SIGN_IN),
        (Stage.RCPT, 530, "5.7.0 must issue STARTTLS first", Meaning.SIGN_IN),
        (Stage.BODY, 550, "5.1.8 access denied, bad outbound sender", Meaning.BARRED),
        (Stage.MAIL, 550, "5.7.708 service unavailable", Meaning.BARRED),
        (Stage.BODY, 550, "5.7.705 tenant has exceeded threshold", Meaning.BARRED),
        (Stage.BODY, 550, "5.2.252 submission quota exceeded", Meaning.QUOTA),
        (Stage.BODY, 554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", Meaning.QUOTA),
        (Stage.BODY, 554, "5.2.2 mailbox full; STOREDRV.Submission", Meaning.QUOTA),
        (Stage.MAIL, 552, "message size exceeds fixed limit", Meaning.TOO_LARGE),
        (Stage.BODY, 552, "5.3.4 message too big", Meaning.TOO_LARGE),
        (Stage.BODY, 550, "5.2.3 message larger than allowed", Meaning.TOO_LARGE),
        (Stage.RCPT, 554, "5.7.1 <a@b.test>: Relay access denied", Meaning.OURS),
        (Stage.MAIL, 550, "sender refused", Meaning.OURS),
        (Stage.GREETING, 554, "no SMTP service here", Meaning.OURS),
    ],
)
def test_a_reply_has_one_meaning(stage: Stage, code: int, text: str, expected: Meaning) -> None:
    """What is about us is never held against a recipient, and the other way round."""
    assert meaning(stage, Reply(code, text)) is expected


@pytest.mark.parametrize(
    ("stage", "text", "expected"),
    [
        (Stage.RCPT, "5.1.1 unknown", True),
        (Stage.RCPT, "5.1.10 recipient not found", True),
        (Stage.RCPT, "5.4.1 recipient address rejected", True),
        (Stage.RCPT, "5.7.1 policy", False),
        (Stage.RCPT, "mailbox unavailable", False),
        (Stage.BODY, "5.1.1 unknown", False),
    ],
)
def test_only_a_certain_reply_counts_as_a_bounce(stage: Stage, text: str, expected: bool) -> None:
    """A policy refusal is no dead mailbox."""
    assert no_such_mailbox(stage, Reply(550, text)) is expected


def test_the_enhanced_code_of_every_line_is_kept_once() -> None:
    """Servers repeat it on each line (RFC 2034); the log shows it once."""
    reply = reply_of([b"550-5.1.1 no such\r\n", b"550 5.1.1 user here\r\n"])
    assert (reply.code, reply.text, reply.enhanced) == (550, "5.1.1 no such user here", "5.1.1")


def test_a_reply_is_harmless_and_bounded() -> None:
    """Escape sequences and endless text in a reply reach neither the log nor the screen."""
    reply = reply_of([b"550 5.1.1 \x1b[2J[/red] \xff no such user " + b"x" * 5000 + b"\r\n"])
    assert "\x1b" not in reply.text
    assert len(reply.text) <= 1000


@pytest.mark.parametrize(
    "lines", [[b"hello\r\n"], [b"25\r\n"], [b"999 x\r\n"], [b"250-a\r\n", b"550 b\r\n"], [b"250x\r\n"], [b""]]
)
def test_what_is_no_reply_is_not_read_as_one(lines: list[bytes]) -> None:
    """Garbage has no code."""
    with pytest.raises(ValueError, match="not an SMTP reply"):
        reply_of(lines)


def test_the_manual_follows_each_kind_of_answer_to_its_state() -> None:
    """docs/internals.md, row by row: what it says of an answer is what the code makes of it."""
    lines = (Path(__file__).parents[2] / "docs" / "internals.md").read_text(encoding="utf-8").splitlines()
    table = dropwhile(lambda line: not line.startswith("| the relay says | `dialogue`"), lines)
    rows = [line.strip("| ").split(" | ") for line in takewhile(lambda line: line.startswith("|"), table)][2:]
    meanings = set()
    for says, outcome, means, event, state, besides in rows:
        told = re.fullmatch(r"`Answered\((\w+)\)`", outcome)
        if told:
            code, _, text = re.search(r"`([^`]+)`", says)[1].partition(" ")
            happened = Answered(Stage[told[1]], Reply(int(code), text))
            assert means == f"`{meaning(happened.stage, happened.reply).name}`", says
        else:
            happened = {"`InDoubt`": InDoubt, "`NotSent`": NotSent}[outcome]("")
            assert means == "-", says
        meanings.add(means)
        if event != "-":
            verdict = judged(happened, "relay:25")
            assert (event, state) == (f"`{verdict.event}`", f"`{after(State.IN_FLIGHT, verdict.event)}`"), says
            assert ("bounced" in besides) == verdict.no_such_mailbox, says
        fault = fault_of_ours(happened, "relay:25")
        assert (f"ends with {fault.exit_code.value}" if fault else "") in besides, says
        assert ("the run ends with" in besides) == bool(fault), says
    assert meanings == {"-", *(f"`{each.name}`" for each in Meaning)}
