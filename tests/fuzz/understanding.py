"""Fuzzing the mailbox with atheris: no bytes make reading, understanding or deciding raise, hang or say something unsafe.

    python -m pip install atheris                                          (CPython 3.11 to 3.13 on Linux)
    python tests/fuzz/understanding.py -max_total_time=60 -timeout=5 FOLDER

FOLDER keeps what was found interesting; the cases under tests/data/incoming are read as well. An input that breaks a
promise is written to `crash-…` in the current folder. The options are libFuzzer's. Without atheris the promises are
still held by hypothesis, in tests/mailbox/test_incoming.py.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pscb_mail"]):
    from pscb_mail.foreign import has_unsafe
    from pscb_mail.mailbox.deciding import decide
    from pscb_mail.mailbox.decision import Facts
    from pscb_mail.mailbox.incoming import read
    from pscb_mail.mailbox.understanding import Ours, understand

OURS = Ours("newsletter@pscb.example", "newsletter@pscb.example", "pscb.example", "newsletter.pscb.example")
CASES = Path(__file__).parent.parent / "data" / "incoming"
HEAD = b"From: jo@school.example\nTo: newsletter@pscb.example\nSubject: Re: news\n\n"


def one(data: bytes) -> None:
    """Read, understand and decide on the bytes: as a message, and as the words of a person."""
    for raw in (data, HEAD + data):
        incoming = read(raw)
        findings = understand(incoming, OURS)
        if not findings:
            raise AssertionError("a message without a finding")
        for finding in findings:
            decision = decide(incoming, finding, Facts())
            for text in (finding.evidence, decision.evidence, decision.proposal):
                if has_unsafe(text):
                    raise AssertionError(f"unsafe text: {text!r}")


def seeds(folder: Path) -> None:
    """Lay the cases beside what the fuzzer has found so far."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in CASES.glob("*/message.eml"):
        (folder / f"case-{case.parent.name}").write_bytes(case.read_bytes())


if __name__ == "__main__":
    folders = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")]
    if folders:
        seeds(folders[0])
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
