"""An issue's file → `Source`: its front matter read and checked, its body as text with the lines it stands in.

Promises: a name from outside never leads out of the issues folder; the front matter is plain YAML (no tags, no anchors,
no depth), its keys are known, its lines are harmless; every mistake in it is told at once, with file, line and the
nearest known name. Raises UsageError. Leaves to others: what the body says (`document`), whether the pictures and
attachments are there (`pictures`).
"""

import datetime as dt
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from pscb_mail.errors import UsageError
from pscb_mail.foreign import has_unsafe, one_line
from pscb_mail.issues.misread import THREE_HYPHENS, is_dashes, misread

# Over twice what mail clients show of a message (issue 18, near that limit, has 36,000 characters), and small enough
# that no text, however knotted, takes a parser more than a few seconds.
MAX_CHARACTERS = 80_000
# Phones show 35 to 45 characters of a subject, Outlook and Gmail on a desktop about 70 (facts of the clients, November
# 2026); so many of a preheader fill the place beside it.
SUBJECT_LONG = 65
PREHEADER = (40, 130)
_MAX_FRONT_MATTER = 20_000
_MAX_DEPTH = 3
_MAX_MISTAKES = 40

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_FENCE = re.compile(r"---[ \t]*")


@dataclass(frozen=True)
class Source:
    """An issue as its editor wrote it. `body` is Markdown with LF line ends, from line `first_line` of the file on."""

    slug: str
    path: Path
    title: str
    subject: str
    body: str
    number: int | None = None
    date: dt.date | None = None
    preheader: str = ""
    contents: bool = False
    attachments: tuple[str, ...] = ()
    ignore: Mapping[str, str] = field(default_factory=dict)
    first_line: int = 1
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each key of the front matter, for whoever finds fault with one later."""

    @property
    def folder(self) -> Path:
        """The folder that pictures and attachments must lie in: the issue's own, or the one of all the issues."""
        return self.path.parent


class Mistakes:
    """Mistakes of one file, gathered so that they can be told at once: each a line and a sentence."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._found: list[tuple[int, str]] = []

    def add(self, line: int, sentence: str) -> None:
        """Note a mistake on a line of the file."""
        self._found.append((line, sentence))

    def raise_any(self, hint: str) -> None:
        """Raise UsageError with a line a mistake, in the order of the file; do nothing where there is none."""
        if not self._found:
            return
        found = sorted(set(self._found))
        told = [f"{self._path}:{line}: {text}" for line, text in found[:_MAX_MISTAKES]]
        told += [f"and {len(found) - _MAX_MISTAKES} more."] if len(found) > _MAX_MISTAKES else []
        raise UsageError("\n".join(told), hint)


def nearest(name: str, known: tuple[str, ...]) -> str:
    """Return a sentence that helps with an unknown name: the nearest known one, or all of them."""
    match get_close_matches(name.lower(), known, n=1, cutoff=0.5):
        case [best]:
            return f"Did you mean {best}?"
        case _:
            return f"Known: {', '.join(known)}."


def slug_of(name: str) -> str:
    """Return the slug of an issue as it is named on the command line: "18" is issue-18."""
    slug = f"issue-{name}" if re.fullmatch(r"[0-9]{1,9}", name) else name
    if not _SLUG.fullmatch(slug):
        raise UsageError(
            f'"{one_line(name, 80)}" is not the name of an issue.',
            "Use its number, or its name in small letters, digits and hyphens, such as issue-18.",
        )
    return slug


def all_issues(folder: Path) -> list[str]:
    """Return the slugs of all issues in the folder, oldest first by the date in the file, those without a date last.

    Raises UsageError where the folder is there and cannot be read: that is not the same as no issue.
    """
    found = {path.stem if path.name != "issue.md" else path.parent.name: path for path in _files(folder)}
    return sorted((slug for slug in found if _SLUG.fullmatch(slug)), key=lambda slug: _age(slug, found[slug]))


def find_issue(folder: Path, name: str) -> Path:
    """Return an issue's file: SLUG.md, or issue.md in a folder SLUG with its pictures beside it."""
    slug = slug_of(name)
    there = [path for path in (folder / f"{slug}.md", folder / slug / "issue.md") if path.is_file()]
    match there:
        case [path]:
            return path
        case []:
            known = tuple(all_issues(folder))
            raise UsageError(
                f"There is no issue {slug} in {folder}.",
                nearest(slug, known) if known else "`pscb-mail new` begins one.",
            )
        case _:
            raise UsageError(f"{slug} is there twice: {there[0]} and {there[1]}.", "Move one of them away.")


def read_source(path: Path) -> Source:
    """Read an issue's file. Raises UsageError with every mistake of its front matter."""
    text = _text(path)
    head, body, first_line = _parted(path, text)
    mistakes = Mistakes(path)
    values = _front_matter(path, head, mistakes)
    written = {key: line for key, line in _written(head).items() if key in _KEYS}
    if "title" not in written:
        mistakes.add(1, "The head of the file has no title.")
    mistakes.raise_any(f'Between two lines of --- stands one "key: value" a line; the keys are {", ".join(_KEYS)}.')
    slug = path.parent.name if path.name == "issue.md" else path.stem
    known: dict[str, Any] = {"subject": values.get("title"), **values}
    return Source(slug=slug, path=path, body=body, first_line=first_line, lines=written, **known)


def _files(folder: Path) -> list[Path]:
    try:
        next(folder.iterdir(), None)  # `glob` takes a folder that may not be read for an empty one
    except FileNotFoundError:
        return []
    except OSError as error:
        raise UsageError(
            f"The issues cannot be read: {folder}: {error.strerror}.", "It is a folder that must be yours to read."
        ) from error
    return [path for path in (*folder.glob("*.md"), *folder.glob("*/issue.md")) if path.is_file()]


def _age(slug: str, path: Path) -> tuple[bool, str, list[tuple[int, str]]]:
    """Order by date, then by name with its numbers read as numbers. A broken file must not hide the others."""
    head = ""
    with suppress(OSError), path.open("rb") as file:
        head = file.read(4096).decode("utf-8", "replace")
    dated = re.search(r"^date:[ \t]*[\"']?(\d{4}-\d\d-\d\d)", head, re.MULTILINE | re.IGNORECASE)
    parts = [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", slug)]
    return (dated is None, dated[1] if dated else "", parts)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise UsageError(f"{path} is not a file.", "`pscb-mail issues` lists the issues there are.")
        if path.stat().st_size > 4 * MAX_CHARACTERS:
            raise UsageError(f"{path} is too long for an issue.", f"The limit is {MAX_CHARACTERS:,} characters.")
        # utf-8-sig: Windows editors write a byte order mark.
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}:{line}: The file is not UTF-8 text.", "Save it as UTF-8 in your editor.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Check that it is there and is yours.") from error
    if len(text) > MAX_CHARACTERS:
        raise UsageError(f"{path} is too long for an issue.", f"The limit is {MAX_CHARACTERS:,} characters.")
    return text


def _parted(path: Path, text: str) -> tuple[str, str, int]:
    """Return front matter, body, and the line of the file at which the body begins."""
    lines = text.split("\n")
    begun = bool(_FENCE.fullmatch(lines[0]))
    for number, line in enumerate(lines[1:] if begun else (), start=1):
        if _FENCE.fullmatch(line):
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    dashes = next((number for number, line in enumerate(lines if begun else lines[:1]) if is_dashes(line)), None)
    if dashes is not None:
        problem = f'This line is "{one_line(lines[dashes], 40)}", not three hyphens.'
        raise UsageError(f"{path}:{dashes + 1}: {problem}", THREE_HYPHENS)
    if begun:
        raise UsageError(f"{path}:1: The head of the file has no end.", "After its last key stands a line ---.")
    raise UsageError(
        f"{path}:1: The file does not begin with a line ---, as its head does.",
        'Begin it with a line ---, then at least title: "…", then another line ---.',
    )


def _front_matter(path: Path, head: str, mistakes: Mistakes) -> dict[str, object]:
    """Return the values of the keys that are right, and note what is wrong with the others."""
    values: dict[str, object] = {}
    for key, node in _nodes(path, head):
        line = node.start_mark.line + 2
        if key not in _KEYS:
            near = nearest(key, tuple(_KEYS))
            mistakes.add(line, f'"{one_line(key, 60)}" is not a key of the head of the file. {near}')
        elif key in values:
            mistakes.add(line, f"{key} is there twice.")
        else:
            try:
                values[key] = _KEYS[key](node)
            except ValueError as error:
                mistakes.add(line, f"{key} {error}.")
    return values


def _nodes(path: Path, head: str) -> list[tuple[str, yaml.Node]]:
    if len(head) > _MAX_FRONT_MATTER:
        raise UsageError(f"{path}:1: The head of the file is too long.", "Its second line of --- may be missing.")
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
    return [(str(key.value).lower(), value) for key, value in tree.value]


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


def _written(head: str) -> dict[str, int]:
    """Return the line of each key as it stands in the text: enough to point at one."""
    return {
        found[1].lower(): number
        for number, line in enumerate(head.split("\n"), start=2)
        if (found := re.match(r"[\"']?([A-Za-z_]+)[\"']?[ \t]*:", line))
    }


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


_KEYS = {
    "number": _number,
    "date": _date,
    "title": _words,
    "subject": _words,
    "preheader": _line,
    "contents": _truth,
    "attachments": _names,
    "ignore": _reasons,
}
