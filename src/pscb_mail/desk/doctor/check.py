"""One check of the doctor: its name, how it went, what was seen, and what to do where that is not good."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How a check went, as `doctor --json` says it."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Check:
    """`check` is its name, the same at every run: `subject` or `subject: step`; `hint` is what to do, if anything."""

    check: str
    result: Result
    detail: str
    hint: str = ""


def complete(checks: list[Check], subject: str, steps: tuple[str, ...]) -> list[Check]:
    """Return a subject's checks in the order of its steps, those that were never reached among them as not checked."""
    made = {check.check: check for check in checks}
    names = [f"{subject}: {step}" for step in steps]
    return [made.get(name) or not_checked(name, "Not reached: another step failed.") for name in names]


MEND_FIRST = "Mend that one first."
ASK_DNS = "Ask whoever runs the DNS of {domain}: {what}"


def ok(check: str, detail: str) -> Check:
    """Return a check that found everything in place."""
    return Check(check, Result.OK, detail)


def warning(check: str, detail: str, hint: str) -> Check:
    """Return a check that found what works but will hurt some day."""
    return Check(check, Result.WARNING, detail, hint)


def error(check: str, detail: str, hint: str) -> Check:
    """Return a check that found what stops mail from going out, coming in, or being kept."""
    return Check(check, Result.ERROR, detail, hint)


def not_checked(check: str, detail: str, hint: str = "") -> Check:
    """Return a check that could not be made: never to be read as a yes."""
    return Check(check, Result.NOT_CHECKED, detail, hint)
