"""Cases as files: a message as it arrived, what it is, and why.

Each folder under tests/data/incoming holds `message.eml`, `expected.toml` (one [[finding]] a finding; only what stands
there is compared) and `why.md`.
"""

import tomllib
from pathlib import Path

import pytest

from pscb_mail.foreign import has_unsafe
from pscb_mail.mailbox import incoming
from pscb_mail.mailbox.finding import Finding
from pscb_mail.mailbox.understanding import Ours, understand

FOLDER = Path(__file__).parent.parent / "data" / "incoming"
CASES = sorted(path.parent for path in FOLDER.glob("*/message.eml"))
OURS = Ours("newsletter@pscb.example", "newsletter@pscb.example", "pscb.example", "newsletter.pscb.example")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_message_is_understood_as_its_case_says(case: Path):
    message = incoming.read((case / "message.eml").read_bytes())
    expected = tomllib.loads((case / "expected.toml").read_text(encoding="utf-8"))
    findings = understand(message, OURS)
    assert [_seen(finding, wanted) for finding, wanted in zip(findings, expected["finding"], strict=True)] == expected[
        "finding"
    ]
    assert message.new_words == expected.get("new_words", message.new_words)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_finding_has_one_harmless_line_of_evidence(case: Path):
    for finding in understand(incoming.read((case / "message.eml").read_bytes()), OURS):
        assert finding.evidence
        assert not has_unsafe(finding.evidence)


def test_every_case_says_why_it_is_there():
    assert len(CASES) >= 150
    assert [case.name for case in CASES if len((case / "why.md").read_text(encoding="utf-8").split()) < 2] == []


def _seen(finding: Finding, wanted: dict[str, object]) -> dict[str, object]:
    """Return what the finding has of what the case asks for."""
    return {name: _value(finding, name) for name in wanted}


def _value(finding: Finding, name: str) -> object:
    match name:
        case "doubt":
            return bool(finding.doubt)
        case "reference":
            return finding.references[0] if finding.references else ""
        case "kind":
            return str(finding.kind)
        case "severity":
            return str(finding.severity or "")
        case _:
            return getattr(finding, name)
