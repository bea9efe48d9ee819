"""An issue's file → `Source`: its front matter read and checked, its body as text with the lines it stands in.

Promises: a name from outside never leads out of the issues folder; every mistake of the front matter is told at once,
with file and line. Raises UsageError. Leaves to others: what the keys may hold (`front_matter`), what the body says
(`parsing`), whether the pictures and attachments are there (`pictures`).
"""

import datetime as dt
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pscb_mail.errors import UsageError
from pscb_mail.foreign import one_line
from pscb_mail.issues.front_matter import values_of
from pscb_mail.issues.misread import THREE_HYPHENS, is_dashes
from pscb_mail.issues.mistakes import Mistakes, nearest

# Over twice what mail clients show of a message (issue 18, near that limit, has 36,000 characters), and small enough
# that no text, however knotted, takes a parser more than a few seconds.
MAX_CHARACTERS = 80_000
# Phones show 35 to 45 characters of a subject, Outlook and Gmail on a desktop about 70 (facts of the clients, November
# 2026); so many of a preheader fill the place beside it.
SUBJECT_LONG = 65
PREHEADER = (40, 130)

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_FENCE = re.compile(r"---[ \t]*")


@dataclass(frozen=True)
class Source:
    """An issue as its editor wrote it. `body` is Markdown, from line `first_line` of the file on.

    `text` is the whole file, with LF line ends; `lines` tell where each key of the front matter stands.
    """

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
    text: str = ""

    @property
    def folder(self) -> Path:
        """The folder that pictures and attachments must lie in: the issue's own, or the one of all the issues."""
        return self.path.parent


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
    found = {_slug_at(path): path for path in _files(folder)}
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
            otherwise = nearest(slug, known) if known else "`pscb-mail new` begins one."
            raise UsageError(f"There is no issue {slug} in {folder}.", _misnamed(folder, slug) or otherwise)
        case _:
            raise UsageError(f"{slug} is there twice: {there[0]} and {there[1]}.", "Move one of them away.")


def read_source(path: Path) -> Source:
    """Read an issue's file. Raises UsageError with every mistake of its front matter."""
    text = _text(path)
    head, body, first_line = _parted(path, text)
    mistakes = Mistakes(path)
    values, lines = values_of(path, head, mistakes)
    mistakes.raise_any('Between two lines of --- stands one "key: value" a line.')
    known: dict[str, Any] = {"subject": values.get("title"), **values}
    return Source(slug=_slug_at(path), path=path, body=body, first_line=first_line, lines=lines, text=text, **known)


def _misnamed(folder: Path, slug: str) -> str:
    """Return what to do where the file is there by a name that is nearly right: Windows hides a .txt at its end."""
    for path in folder.iterdir() if folder.is_dir() else ():
        name = re.sub(r"[^a-z0-9]+", "-", path.name.lower())
        if path.is_file() and name in {f"{slug}-md", f"{slug}-txt", f"{slug}-md-txt", f"{slug}-markdown"}:
            return f'Its file is called "{one_line(path.name, 80)}": rename it {slug}.md.'
    return ""


def _slug_at(path: Path) -> str:
    return path.parent.name if path.name == "issue.md" else path.stem


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
    dated = re.search(r"^date:[ \t\u00a0]*[\"']?(\d{4}-\d\d-\d\d)", head, re.MULTILINE | re.IGNORECASE)
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
