"""What an editor did where the head of an issue's file cannot be read, in words for an editor.

Pure. A parser of YAML says what it expected next; whoever writes a newsletter wants to know which of a handful of slips
it was: a word processor's dashes and quotation marks, a tab, a missing space.
"""

import re
from collections.abc import Callable

import yaml

# Hyphens that AutoCorrect has put together, and more or fewer of them than three.
_DASHES = re.compile(r"[ \t]*(?!---[ \t]*$)[-\u2010-\u2015\u2212\u2500\u2e3a\u2e3b]{1,12}[ \t]*")
THREE_HYPHENS = "Type three hyphens, ---; a word processor may have made a dash of them."
_QUOTED = "A value with a colon, a # or quotation marks in it stands in quotation marks."


def is_dashes(line: str) -> bool:
    """Whether a line was meant to be three hyphens and is not."""
    return bool(_DASHES.fullmatch(line))


def misread(error: yaml.YAMLError, head: str) -> tuple[int, str, str]:
    """Return the line of the head, counted from 0, at which it cannot be read, what is wrong there and what to do."""
    lines = head.split("\n")
    dashes = next((number for number, line in enumerate(lines) if is_dashes(line)), None)
    if dashes is not None:
        return dashes, f'this line is "{lines[dashes].strip()}", not three hyphens', THREE_HYPHENS
    number = _place(error)
    if number is None:
        return 0, "it has a character that no text may have", "Take it out."
    problem = str(getattr(error, "problem", ""))
    for place in (number, number - 1):  # without its space a key may run on into the next line, and be missed there
        if place >= 0 and re.match(r"[A-Za-z_]+:[^ \t]", lines[place]):
            return place, "there is no space after the colon", 'Write key: "value".'
    return number, *_slip(problem, lines[min(number, len(lines) - 1)])


def _place(error: yaml.YAMLError) -> int | None:
    """Return the line at which the slip is: where something was begun that is not ended, not where that was noticed."""
    begun = getattr(error, "context", None) in {"while scanning a simple key", "while scanning a quoted scalar"}
    mark = getattr(error, "context_mark" if begun else "problem_mark", None)
    return mark.line if mark else None


_SLIPS: tuple[tuple[Callable[[str, str], object], str, str], ...] = (
    (lambda problem, _: "'\\t'" in problem, "there is a tab in this line", "Use spaces, not tabs."),
    (
        lambda _, line: re.match(r"[A-Za-z_]+[ ]*:[ ]*[“”„‟‘’]", line),
        "the value stands in curly quotation marks",
        'Type straight ones: "…".',
    ),
    (lambda problem, _: "unexpected end" in problem, "the quotation mark that begins here is not closed", _QUOTED),
    (
        lambda problem, _: "expected ','" in problem,
        "the bracket that begins here is not closed",
        "A list is written [one.pdf, two.pdf].",
    ),
    (lambda _, line: line.startswith(" "), "the line begins with spaces", "Begin each key at the left."),
    (lambda _, line: ":" not in line, "the line has no colon", 'Write key: "value", one a line.'),
    (lambda _, __: True, "the value of this line is not written plainly", _QUOTED),
)


def _slip(problem: str, line: str) -> tuple[str, str]:
    """Return what is wrong with a line, and what to do; the first row that holds."""
    return next((what, hint) for holds, what, hint in _SLIPS if holds(problem, line))
