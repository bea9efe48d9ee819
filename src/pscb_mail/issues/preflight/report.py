"""What a check of an issue found. Pure."""

from dataclasses import dataclass

Spot = tuple[int | None, str]
"""What a rule yields: a line of the issue's file (None where it has no place), and a sentence."""


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
class Variant:
    """Copies that show the same passages: "Heads, DSLs" for each; how many readers (None: not known), how long."""

    passages: tuple[str, ...]
    readers: int | None
    html_bytes: int


@dataclass(frozen=True)
class Report:
    """A whole check. `errors` stop a send, `warnings` do not.

    `html_bytes` is of the longest copy, 0 where the issue cannot be built; `variants` are empty where all get the same.
    """

    issue: str
    errors: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    html_bytes: int = 0
    silenced: tuple[Silenced, ...] = ()
    variants: tuple[Variant, ...] = ()
