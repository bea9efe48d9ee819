"""What a check of an issue found. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Remark:
    """One thing to mend: the rule's name, the line of the issue's file (None where it has no place), a sentence."""

    rule: str
    line: int | None
    message: str


@dataclass(frozen=True)
class Silenced:
    """A rule that the editor has set aside for this issue, why, and how many remarks that hides."""

    rule: str
    reason: str
    remarks: int


@dataclass(frozen=True)
class Report:
    """A whole check. `errors` stop a send, `warnings` do not; `html_bytes` is 0 where the issue cannot be built."""

    issue: str
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    html_bytes: int = 0
    silenced: tuple[Silenced, ...] = ()
