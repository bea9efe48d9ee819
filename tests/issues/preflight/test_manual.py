"""The manual cannot drift: docs/issues.md explains every rule in the words of the program."""

import re
from pathlib import Path

import pytest

from pscb_mail.issues.blocks import NAMES
from pscb_mail.issues.preflight.rules import FIXED, RULES, Rule, Severity

MANUAL = (Path(__file__).parents[3] / "docs" / "issues.md").read_text(encoding="utf-8")


def table(heading: str) -> list[tuple[str, str, str]]:
    section = MANUAL.partition(f"### {heading}")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \| (.+) \|$", section, re.MULTILINE)
    return [(name, _plain(why), _plain(mend)) for name, why, mend in rows]


def _plain(cell: str) -> str:
    return re.sub(r"\\([|*_\[])", r"\1", cell).replace("&lt;", "<")


def told(rules: list[Rule]) -> list[tuple[str, str, str]]:
    return [(rule.name, rule.why, rule.mend) for rule in rules]


@pytest.mark.parametrize(
    ("heading", "rules"),
    [
        ("The guard", [rule for rule in RULES if rule.guard]),
        ("Other errors", [rule for rule in (*FIXED, *RULES) if rule.severity is Severity.ERROR and not rule.guard]),
        ("Warnings", [rule for rule in RULES if rule.severity is Severity.WARNING]),
    ],
)
def test_the_manual_explains_every_rule(heading: str, rules: list[Rule]) -> None:
    assert table(heading) == told(rules)


def test_the_manual_shows_every_block() -> None:
    assert [name for name in NAMES if not re.search(rf"\n::: {name}( .*)?\n", MANUAL)] == []


def test_names_of_rules_are_their_own() -> None:
    names = [rule.name for rule in (*RULES, *FIXED)]
    assert len(names) == len(set(names))
