"""An edition: an issue as built, with named places where what is personal goes.

Pure. An edition is built once (`issues.building`), frozen by `sending.ledger` when sending starts, and spliced for each
person. Values are data: they are put in after every rendering, escaped for where they stand, and never evaluated.
"""

import base64
import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal
from urllib.parse import quote

Escape = Literal["text", "html", "url"]


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


Passage = tuple[str | Field, ...]


@dataclass(frozen=True)
class File:
    """A picture (with the Content-ID under which the HTML names it) or an attachment (with none)."""

    name: str
    media_type: str
    content: bytes
    content_id: str = ""


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


def splice(passage: Passage, values: Mapping[str, str]) -> str:
    """Return one person's text of a passage."""
    return "".join(part if isinstance(part, str) else part.filled(values) for part in passage)


def fields(passage: Passage) -> frozenset[str]:
    """Return the names of the fields in a passage."""
    return frozenset(part.name for part in passage if isinstance(part, Field))


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


def _passage_out(passage: Passage) -> list[object]:
    return [part if isinstance(part, str) else asdict(part) for part in passage]


def _passage_in(parts: list[str | dict[str, str]]) -> Passage:
    return tuple(
        part if isinstance(part, str) else Field(part["name"], part["default"], _escape(part["escape"]))
        for part in parts
    )


def _escape(name: str) -> Escape:
    match name:
        case "text" | "html" | "url":
            return name
        case _:
            raise ValueError(f"unknown escape {name!r} in a frozen edition")


def _file_out(file: File) -> dict[str, str]:
    return {**asdict(file), "content": base64.b64encode(file.content).decode("ascii")}


def _file_in(data: dict[str, str]) -> File:
    return File(data["name"], data["media_type"], base64.b64decode(data["content"]), data["content_id"])
