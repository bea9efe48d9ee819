"""Issue 18 and the issue with everything, as they reach a reader's server, held against SpamAssassin's own rules.

A long test: to install the program takes longer than the quick run has.
"""

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest
from checkers import program
from drafts import ISSUE_18, READER, built, settings
from effort import LONG
from PIL import Image

from pscb_mail.issues.edition import laid_open
from pscb_mail.issues.source import read_source
from pscb_mail.sending.message import compose, values_of
from pscb_mail.sending.references import Purpose

HERE = Path(__file__).parent
RECEIVED = "Received: from mail.pscb.example (mail.pscb.example [81.2.69.142])\r\n by mx.school.example with ESMTPS id 4F1;\r\n {}\r\n"


def sink(folder: Path) -> Path:
    shutil.copyfile(HERE / "kitchen-sink.md", folder / "issue-19.md")
    Image.new("RGB", (1400, 120), "grey").save(folder / "wide.png")
    Image.new("RGB", (60, 60), "grey").save(folder / "small.jpg")
    (folder / "programme.pdf").write_bytes(b"%PDF-1.4")
    return folder / "issue-19.md"


def message(path: Path) -> bytes:
    person = {name: value for name, value in READER.items() if name != "first_name"}
    now, newsletter = dt.datetime.now(dt.UTC), settings().newsletter
    letter = compose(laid_open(built(read_source(path))), newsletter, Purpose.MAILING)
    copy = b"".join(letter.spliced(values_of(**person, dated=now, zone=newsletter.zone)))
    return RECEIVED.format(f"{now:%a, %d %b %Y %H:%M:%S} +0000").encode() + copy


def fired(raw: bytes) -> dict[str, float]:
    """The rules that SpamAssassin finds in a message, each with its points: nothing is asked of the network."""
    command = [program("spamassassin"), "--local", "--test-mode", "--cf=add_header all Found _TESTSSCORES_"]
    done = subprocess.run(command, input=raw, capture_output=True, check=True, timeout=300)
    head = done.stdout.partition(b"\n\n")[0].replace(b"\n\t", b"").decode()
    found = next(line for line in head.split("\n") if line.startswith("X-Spam-Found: ")).partition(": ")[2]
    return {
        name: float(points) for name, _, points in (each.strip().partition("=") for each in found.split(",")) if points
    }


if LONG:

    @pytest.mark.parametrize("issue", ["18", "with everything"])
    def test_no_rule_costs_a_point(issue, tmp_path):
        """Five points make spam; half a point for anything is worth being mended."""
        found = fired(message(ISSUE_18 if issue == "18" else sink(tmp_path)))
        assert "HTML_MESSAGE" in found
        assert {name: points for name, points in found.items() if points > 0.1} == {}

    def test_a_message_that_is_spam_is_found():
        raw = message(ISSUE_18)
        spam = b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"  # gtube.net
        head = b"quoted-printable\r\n\r\n"
        assert fired(raw.replace(head, head + spam + b"\r\n", 1))["GTUBE"] > 5
