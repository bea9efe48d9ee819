"""`check` as a whole: nothing that is wrong with an issue stops it, and what is set aside needs a reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pscb_mail.errors import UsageError
from pscb_mail.issues.preflight import Remark, Report, check
from pscb_mail.settings import Check, Settings
from pscb_mail.settings_file import read_settings
from pscb_mail.workspace import packaged

FRONT = """\
---
number: 18
date: 2010-10-31
title: "Newsletter 18: October 2010"
preheader: "Front door workshop, the Munro review, training dates to Christmas"
{more}---

{body}
"""
TEMPLATES = (packaged("templates"),)
NUMBER = "His number is 943 476 5919."


@pytest.fixture
def checked(tmp_path: Path, settings: Settings) -> Callable[..., Report]:
    def run(body: str, more: str = "", rules: Check | None = None) -> Report:
        (tmp_path / "issue-18.md").write_text(FRONT.format(body=body, more=more), encoding="utf-8")
        changed = settings.model_copy(update={"check": rules or Check()})
        return check(tmp_path, "18", changed, TEMPLATES)

    return run


def named(remarks: tuple[Remark, ...]) -> list[tuple[str, int | None]]:
    return [(remark.rule, remark.line) for remark in remarks]


def test_the_sample_issue_has_neither_error_nor_warning() -> None:
    """Issue 18 is what a good issue looks like; a rule that finds something there is wrong, or the issue is."""
    root = Path(__file__).parents[3]
    report = check(root / "issues", "18", read_settings(root / "pscb-mail.toml"), TEMPLATES)
    assert (report.errors, report.warnings) == ((), ())
    assert 40_000 < report.html_bytes < 102 * 1024


def test_a_sound_issue_has_no_remark(checked: Callable[..., Report]) -> None:
    report = checked("## News\n\nAll is well.")
    assert (report.issue, report.errors, report.warnings, report.silenced) == ("issue-18", (), (), ())
    assert report.html_bytes > 1000


def test_an_issue_that_is_not_there_is_refused(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UsageError, match="no issue issue-19"):
        check(tmp_path, "19", settings, TEMPLATES)


def test_what_the_builder_refuses_is_a_remark_each_with_its_line(checked: Callable[..., Report]) -> None:
    report = checked(
        'Dear {{ frst_name }},\n\n[x](javascript:alert(1))\n\n::: contct\nname: Jo\n:::\n\n{{ "".__class__ }}'
    )
    assert named(report.errors) == [("build", 8), ("build", 10), ("build", 12), ("build", 16)]
    assert "first_name" in report.errors[0].message
    assert "contact" in report.errors[2].message
    assert report.html_bytes == 0


def test_a_broken_front_matter_is_a_remark_with_its_line(checked: Callable[..., Report]) -> None:
    report = checked("Words.", more="prehaeder: x\n")
    assert named(report.errors) == [("build", 6)]
    assert "Did you mean preheader?" in report.errors[0].message


def test_a_missing_picture_is_a_remark_with_its_line(checked: Callable[..., Report]) -> None:
    report = checked("Words.\n\n![The new office](office.png)")
    assert named(report.errors) == [("build", 10)]


def test_the_guard_looks_into_an_issue_that_cannot_be_built(checked: Callable[..., Report]) -> None:
    """An editor who mends the block and sends must not meet the number for the first time then."""
    report = checked(f"::: contct\n:::\n\n{NUMBER}")
    assert named(report.errors) == [("build", 8), ("nhs-number", 11)]


def test_a_rule_is_set_aside_with_a_reason(checked: Callable[..., Report]) -> None:
    report = checked("Ask the MASH.", more='ignore: {acronym: "all our readers know it"}\n')
    assert report.warnings == ()
    assert [(rule.rule, rule.reason, rule.remarks) for rule in report.silenced] == [
        ("acronym", "all our readers know it", 1)
    ]


def test_a_rule_is_set_aside_in_the_settings(checked: Callable[..., Report]) -> None:
    report = checked("Ask the MASH.", rules=Check(ignore={"acronym": "we teach them"}))
    assert (report.errors, report.warnings) == ((), ())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('ignore: {acronim: "known"}\n', "Did you mean acronym?"),
        ('ignore: {acronym: ""}\n', "no reason"),
        ('ignore: {build: "it will do"}\n', "cannot be ignored"),
        ('ignore: {nhs-number: "it is fine"}\n', None),
        ('ignore: {nhs-number: "fine"}\n', "a few words more"),
    ],
)
def test_what_may_not_be_set_aside(more: str, words: str | None, checked: Callable[..., Report]) -> None:
    errors = checked("Words.", more=more).errors
    if words is None:
        assert errors == ()
    else:
        (remark,) = errors
        assert words in remark.message
        assert remark.line == 6


def test_an_ignore_that_is_a_mistake_ignores_nothing(checked: Callable[..., Report]) -> None:
    report = checked(NUMBER, more='ignore: {nhs-number: "fine"}\n')
    assert {remark.rule for remark in report.errors} == {"ignore", "nhs-number"}


def test_the_settings_cannot_set_the_guard_aside(checked: Callable[..., Report]) -> None:
    """One line in the settings must not blind the guard for every issue to come."""
    report = checked(NUMBER, rules=Check(ignore={"nhs-number": "we only use specimens here"}))
    assert named(report.errors) == [("nhs-number", 8), ("ignore", None)]
    assert "never in the settings" in report.errors[1].message


def test_what_the_guard_let_through_is_shown_for_ever(checked: Callable[..., Report]) -> None:
    report = checked(NUMBER, more='ignore: {nhs-number: "a specimen of the NHS itself"}\n')
    assert report.errors == ()
    assert named(report.warnings) == [("nhs-number", 9)]
    assert 'Let through: "a specimen of the NHS itself"' in report.warnings[0].message


def test_remarks_stand_in_the_order_of_the_file(checked: Callable[..., Report]) -> None:
    report = checked("Come tomorrow.\n\nAsk the MASH.\n\nRing 01632960123.\n\nIt is TBC.")
    assert [remark.line for remark in report.warnings] == [8, 10, 12, 14]


@pytest.mark.parametrize(
    "body", ["[" * 20_000, ">" * 5_000, "{% for i in range(10**9) %}x{% endfor %}", "*" * 50_000, "|a" * 20_000]
)
def test_hostile_text_is_checked_and_no_more(body: str, checked: Callable[..., Report]) -> None:
    """No traceback and no hang; whether it is sound is for the builder to say."""
    assert checked(body).issue == "issue-18"
