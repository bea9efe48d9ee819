"""An edition: an issue as built, with named places where what is personal goes, and passages for some groups.

Pure. An edition is built once (`issues.building`), frozen by `sending.ledger` when sending starts, and spliced for each
person. Values are data: they are put in after every rendering, escaped for where they stand, and never evaluated.
`for_groups` chooses the passages: what it returns knows nothing of those that it left out, neither their words nor
their files. Who forgets to choose shows none of them.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal
from urllib.parse import quote

from pscb_mail.people.searching import folded

Escape = Literal["text", "html", "url"]

# What an editor may merge in.
MERGE_FIELDS = ("name", "first_name", "organisation", "role")


@dataclass(frozen=True)
class Field:
    """A place for one personal value.

    `name` is one of name, first_name, organisation, role (an editor's merge fields), address, reference (reply links).
    `default` stands there where the person has no such value. `escape`: `text` as it is, `html` for HTML text and
    attributes, `url` percent-encoded (RFC 3986 section 2.1), which is safe in an HTML attribute too.
    """

    name: str
    default: str = ""
    escape: Escape = "text"

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the value as it goes into the passage. Raises KeyError where `values` does not know the name."""
        value = values[self.name] or self.default
        match self.escape:
            case "text":
                return value
            case "html":
                return html.escape(value)
            case "url":
                return quote(value, safe="@")


@dataclass(frozen=True)
class Only:
    """A passage for readers in one of these groups."""

    groups: tuple[str, ...]
    passage: "Passage"


@dataclass(frozen=True)
class Label:
    """Words that say whom a passage is for: no reader gets them, `laid_open` alone shows them."""

    passage: "Passage"


# A passage in which nothing is left to choose.
Flat = tuple[str | Field, ...]
Part = str | Field | Only | Label
Passage = tuple[Part, ...]


@dataclass(frozen=True)
class File:
    """A picture (with the Content-ID under which the HTML names it) or an attachment (with none).

    `groups`: it goes to readers in one of these; without any, to everybody.
    """

    name: str
    media_type: str
    content: bytes
    content_id: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edition:
    """An issue as built. `html` and `text` use LF line ends; the text has no line over 72 columns but long words."""

    issue: str
    subject: str
    html: Passage
    text: Passage
    pictures: tuple[File, ...] = ()
    attachments: tuple[File, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of everything that readers get, in hexadecimal: two builds with one digest are the same edition."""
        return hashlib.sha256(to_json(self).encode()).hexdigest()


def conditions(edition: Edition) -> tuple[tuple[str, ...], ...]:
    """Return each different set of groups for which there is something in the edition, as it is written first."""
    written = [*_conditions(edition.html), *_conditions(edition.text)]
    written += [file.groups for file in (*edition.pictures, *edition.attachments) if file.groups]
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for groups in written:
        found.setdefault(group_key(groups), groups)
    return tuple(found.values())


def group_key(groups: Iterable[str]) -> tuple[str, ...]:
    """Return what two namings of the same groups have in common: neither order nor typing makes a difference."""
    return tuple(sorted({folded(name) for name in groups}))


def for_groups(edition: Edition, groups: Iterable[str]) -> Edition:
    """Return the edition as somebody in these groups gets it."""
    names = frozenset(group_key(groups))
    return _chosen(edition, lambda wanted: not names.isdisjoint(group_key(wanted)), labels=False)


def laid_open(edition: Edition) -> Edition:
    """Return the edition with every passage, each under a label that says whom it is for."""
    return _chosen(edition, lambda _: True, labels=True)


def splice(passage: Passage, values: Mapping[str, str]) -> str:
    """Return one person's text of a passage; passages for some groups are left out where none were chosen."""
    return "".join(
        part if isinstance(part, str) else part.filled(values) for part in passage if not isinstance(part, Only | Label)
    )


def fields(passage: Passage) -> frozenset[str]:
    """Return the names of the fields in a passage, and in the passages in it."""
    inner = (fields(part.passage) for part in passage if isinstance(part, Only | Label))
    return frozenset(part.name for part in passage if isinstance(part, Field)).union(*inner)


def joined(parts: Iterable[Part]) -> Passage:
    """Return a passage without empty literals, and with no two literals beside each other."""
    result: list[Part] = []
    for part in parts:
        if isinstance(part, str) and result and isinstance(result[-1], str):
            result[-1] += part
        elif part:
            result.append(part)
    return tuple(result)


def to_json(edition: Edition) -> str:
    """Return the edition as JSON, the same text for the same edition; `from_json` reads it."""
    return json.dumps(
        {
            "issue": edition.issue,
            "subject": edition.subject,
            "html": _passage_out(edition.html),
            "text": _passage_out(edition.text),
            "pictures": [_file_out(file) for file in edition.pictures],
            "attachments": [_file_out(file) for file in edition.attachments],
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def from_json(text: str) -> Edition:
    """Return the edition that `to_json` wrote."""
    data = json.loads(text)
    return Edition(
        issue=data["issue"],
        subject=data["subject"],
        html=_passage_in(data["html"]),
        text=_passage_in(data["text"]),
        pictures=tuple(_file_in(file) for file in data["pictures"]),
        attachments=tuple(_file_in(file) for file in data["attachments"]),
    )


_LOOSE = re.compile(r"<pre\b.*?</pre>|\n\s*\n", re.DOTALL)
# Which of several sets of groups are shown.
_Shown = Callable[[tuple[str, ...]], bool]


def _conditions(passage: Passage) -> Iterator[tuple[str, ...]]:
    for part in passage:
        if isinstance(part, Only):
            yield part.groups
            yield from _conditions(part.passage)


def _chosen(edition: Edition, shown: _Shown, *, labels: bool) -> Edition:
    if not conditions(edition):
        return edition
    return replace(
        edition,
        # As tidy where something was left out or put in as the builder left it everywhere else.
        html=_tidied(joined(_parts(edition.html, shown, labels=labels)), tidy_html),
        text=_tidied(joined(_parts(edition.text, shown, labels=labels)), tidy_text),
        pictures=_files(edition.pictures, shown),
        attachments=_files(edition.attachments, shown),
    )


def _parts(passage: Passage, shown: _Shown, *, labels: bool) -> Iterator[str | Field]:
    for part in passage:
        match part:
            case Only(groups, inner):
                yield from _parts(inner, shown, labels=labels) if shown(groups) else ()
            case Label(inner):
                yield from _parts(inner, shown, labels=labels) if labels else ()
            case _:
                yield part


def tidy_html(page: str) -> str:
    """Return HTML without empty lines, but where they say something: in `<pre>`."""
    return _LOOSE.sub(lambda found: found[0] if found[0].startswith("<") else "\n", page)


def tidy_text(text: str) -> str:
    """Return plain text with two empty lines at most."""
    return re.sub(r"\n{4,}", "\n\n\n", text)


def _tidied(passage: Passage, tidy: Callable[[str], str]) -> Passage:
    return tuple(tidy(part) if isinstance(part, str) else part for part in passage)


def _files(files: tuple[File, ...], shown: _Shown) -> tuple[File, ...]:
    return tuple(replace(file, groups=()) for file in files if not file.groups or shown(file.groups))


def _passage_out(passage: Passage) -> list[object]:
    return [_part_out(part) for part in passage]


def _part_out(part: Part) -> object:
    match part:
        case Field():
            return asdict(part)
        case Only(groups, passage):
            return {"only": list(groups), "passage": _passage_out(passage)}
        case Label(passage):
            # As the first editions with passages have it, frozen under their digest: for no group.
            return {"only": [], "passage": _passage_out(passage)}
        case _:
            return part


def _passage_in(parts: list[Any]) -> Passage:
    return tuple(_part_in(part) for part in parts)


def _part_in(part: Any) -> Part:
    match part:
        case {"only": [], "passage": passage}:
            return Label(_passage_in(passage))
        case {"only": groups, "passage": passage}:
            return Only(tuple(groups), _passage_in(passage))
        case {"name": name, "default": default, "escape": escape}:
            return Field(name, default, _escape(escape))
        case _:
            return str(part)


def _escape(name: str) -> Escape:
    match name:
        case "text" | "html" | "url":
            return name
        case _:
            raise ValueError(f"unknown escape {name!r} in a frozen edition")


def _file_out(file: File) -> dict[str, object]:
    written: dict[str, object] = {**asdict(file), "content": base64.b64encode(file.content).decode("ascii")}
    # Editions in which nothing is for some groups are written as they always were: so is their digest.
    return written if file.groups else {key: value for key, value in written.items() if key != "groups"}


def _file_in(data: Mapping[str, Any]) -> File:
    content = base64.b64decode(data["content"])
    return File(data["name"], data["media_type"], content, data["content_id"], tuple(data.get("groups", ())))
