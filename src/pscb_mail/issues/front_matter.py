"""The head of an issue's file → its values, by key.

Promises: it is plain YAML (no tags, no anchors, no depth), its keys are known, its lines are harmless and whole. Pure.
Raises UsageError where nothing can be read; what is wrong with a single value goes to the mistakes of the file, with
its line and the nearest known name.
"""

import datetime as dt
import re
from pathlib import Path

import yaml

from pscb_mail.errors import UsageError
from pscb_mail.foreign import has_unsafe, one_line
from pscb_mail.issues.misread import misread
from pscb_mail.issues.mistakes import Mistakes, nearest

_MAX_FRONT_MATTER = 20_000
_MAX_DEPTH = 3


def values_of(path: Path, head: str, mistakes: Mistakes) -> tuple[dict[str, object], dict[str, int]]:
    """Return the values of the keys that are right, and the line of each; note what is wrong with the others."""
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    for key, line, node in _nodes(path, head):
        if key not in KEYS:
            near = nearest(key, tuple(KEYS))
            mistakes.add(line, f'"{one_line(key, 60)}" is not a key of the head of the file. {near}')
        elif key in lines:
            mistakes.add(line, f"{key} is there twice.")
        else:
            lines[key] = line
            try:
                values[key] = KEYS[key](node)
            except ValueError as error:
                mistakes.add(line, f"{key} {error}.")
    if "title" not in lines:
        mistakes.add(1, "The head of the file has no title.")
    return values, lines


def _nodes(path: Path, head: str) -> list[tuple[str, int, yaml.Node]]:
    """Return each key with its line in the file and its value."""
    if len(head) > _MAX_FRONT_MATTER:
        raise UsageError(f"{path}:1: The head of the file is too long.", "Its second line of --- may be missing.")
    # A no-break space, as word processors write it, looks like the space that YAML wants there.
    head = re.sub(r"^([A-Za-z_]+[ \t]*:)\u00a0", r"\1 ", head, flags=re.MULTILINE)
    try:
        _refuse_knots(path, head)
        tree = yaml.compose(head, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        line, what, hint = misread(error, head)
        raise UsageError(f"{path}:{line + 2}: The head of the file cannot be read: {what}.", hint) from error
    if tree is None:
        return []
    if not isinstance(tree, yaml.MappingNode):
        raise UsageError(f"{path}:2: The head of the file is not a list of keys.", 'Write key: "value", one a line.')
    return [(str(key.value).lower(), key.start_mark.line + 2, value) for key, value in tree.value]


def _refuse_knots(path: Path, head: str) -> None:
    """Refuse anchors and depth before a tree is made of them: an alias may repeat a value without end."""
    depth = 0
    for event in yaml.parse(head, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        tag = getattr(event, "tag", None)
        if depth > _MAX_DEPTH or isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or tag:
            line = event.start_mark.line + 2 if event.start_mark else 1
            raise UsageError(
                f"{path}:{line}: The head of the file is more than keys with values and short lists.",
                "Write each value out.",
            )


def _plain(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise ValueError("must be one line of text")  # noqa: TRY004 what the editor wrote, not a type of ours
    text = str(node.value).strip()
    if has_unsafe(text):
        raise ValueError("has a line break, a control or an invisible direction mark in it")
    return text


def _words(node: yaml.Node) -> str:
    text = _line(node)
    if not text:
        raise ValueError("is empty")
    return text


def _line(node: yaml.Node) -> str:
    """Return a line that readers see, whole: to YAML what follows a space and a # is a remark (1.2, section 6.6)."""
    text = _plain(node)
    after = re.match(r"[ \t]+(#.*)", str(node.end_mark.buffer)[node.end_mark.pointer :])
    if after and isinstance(node, yaml.ScalarNode) and node.style is None:
        raise ValueError(f'ends before "{one_line(after[1], 40)}": with a # in it, write it in quotation marks, "…"')
    if "{{" in text or "{%" in text or "{#" in text:
        raise ValueError("cannot have a merge field: it is the same for everybody")
    return text


def _number(node: yaml.Node) -> int:
    text = _plain(node)
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise ValueError(f'must be a whole number, not "{one_line(text, 40)}"')
    return int(text)


def _date(node: yaml.Node) -> dt.date:
    text = _plain(node)
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else _no_date(text)
    except ValueError:
        return _no_date(text)


def _no_date(text: str) -> dt.date:
    raise ValueError(f'must be a date such as 2010-10-31, not "{one_line(text, 40)}"')


def _truth(node: yaml.Node) -> bool:
    match _plain(node).lower():
        case "true" | "yes" | "on":
            return True
        case "false" | "no" | "off":
            return False
        case other:
            raise ValueError(f'must be true or false, not "{one_line(other, 40)}"')


def _names(node: yaml.Node) -> tuple[str, ...]:
    if not isinstance(node, yaml.SequenceNode):
        raise ValueError("must be a list: [one.pdf, two.pdf]")  # noqa: TRY004 what the editor wrote, not a type of ours
    return tuple(str(item.value) if isinstance(item, yaml.ScalarNode) else _plain(item) for item in node.value)


def _reasons(node: yaml.Node) -> dict[str, str]:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError('must be rules with reasons: {rule-name: "why it does not matter here"}')  # noqa: TRY004 what the editor wrote, not a type of ours
    reasons = {_plain(rule): _plain(reason) for rule, reason in node.value}
    for rule, reason in reasons.items():
        if not reason:
            raise ValueError(f'gives no reason for "{one_line(rule, 60)}"')
    return reasons


KEYS = {
    "number": _number,
    "date": _date,
    "title": _words,
    "subject": _words,
    "preheader": _line,
    "contents": _truth,
    "attachments": _names,
    "ignore": _reasons,
}
