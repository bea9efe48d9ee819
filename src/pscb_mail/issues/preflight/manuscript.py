"""What the rules read: an issue taken apart into its texts, headings, links, pictures and events, each with its line.

Pure. `texts` are what readers read, without markup, a merge field standing for its default words. An issue that
cannot be parsed has none of them, and then only the guard and the front matter are checked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import cast

from pscb_mail.issues import blocks
from pscb_mail.issues.document import Document, Heading, Link, Picture, plain
from pscb_mail.issues.edition import Edition
from pscb_mail.issues.frame import site
from pscb_mail.issues.preflight.copies import Copies, Readership, copies_of
from pscb_mail.issues.preflight.enclosed import Enclosed
from pscb_mail.issues.preflight.guard import Bare
from pscb_mail.issues.source import Source
from pscb_mail.settings import Settings

Spot = tuple[int | None, str]


@dataclass(frozen=True)
class Text:
    """A paragraph, heading, item, cell or value of a block, on one line of words."""

    line: int
    text: str


@dataclass(frozen=True)
class Row:
    """A row of an events block."""

    line: int
    event: blocks.Event


@dataclass(frozen=True)
class Manuscript:
    """An issue under check. `raw` is the whole file; `edition` is None where it cannot be built.

    `files` are its attachments and pictures, as far as they were read. `passages` are those for some groups;
    `readership` tells who is in them, None where nobody knows.
    """

    source: Source
    settings: Settings
    raw: str
    texts: tuple[Text, ...] = ()
    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    pictures: tuple[Picture, ...] = ()
    events: tuple[Row, ...] = ()
    edition: Edition | None = None
    passages: tuple[tuple[int, blocks.Only], ...] = ()
    readership: Readership | None = None
    files: tuple[Enclosed, ...] = ()

    @cached_property
    def bare(self) -> Bare:
        """The whole file laid bare, for the guard."""
        return Bare(self.raw)

    @cached_property
    def copies(self) -> tuple[Copies, ...]:
        """The different copies that the edition makes; none where there is no edition."""
        return copies_of(self.edition, self.readership) if self.edition else ()

    def line_of(self, key: str) -> int | None:
        """Return the line of a key of the front matter."""
        return self.source.lines.get(key)

    def wording(self) -> Iterator[Text]:
        """Yield everything that is read: the front matter's words, then the texts, then the alternative texts."""
        for key, text in (
            ("title", self.source.title),
            ("subject", self.source.subject),
            ("preheader", self.source.preheader),
        ):
            if text and (key != "subject" or text != self.source.title):
                yield Text(self.line_of(key) or 1, text)
        yield from self.texts
        yield from (Text(picture.line, picture.alt) for picture in self.pictures if picture.alt)


def manuscript(
    source: Source,
    settings: Settings,
    raw: str,
    document: Document | None,
    edition: Edition | None,
    readership: Readership | None = None,
    files: tuple[Enclosed, ...] = (),
) -> Manuscript:
    """Return an issue taken apart. `files`: its attachments and pictures, read."""
    if document is None:
        return Manuscript(source, settings, raw)
    lines = raw.split("\n")
    parts = [*_running(document), *_blocks(document, lines)]
    return Manuscript(
        source=source, settings=settings, raw=raw, edition=edition, readership=readership, files=files,
        passages=document.passages,
        headings=document.headings, pictures=document.pictures,
        texts=tuple(sorted((part for part in parts if isinstance(part, Text)), key=lambda text: text.line)),
        links=(*document.links, *(part for part in parts if isinstance(part, Link))),
        events=tuple(part for part in parts if isinstance(part, Row)),
    )  # fmt: skip


def _running(document: Document) -> Iterator[Text]:
    """Yield the paragraphs, headings, items and cells."""
    line = 1
    for token in document.tokens:
        line = token.map[0] if token.map else line
        if token.type == "inline" and (text := plain([token]).strip()):
            yield Text(line, text)


def _blocks(document: Document, lines: list[str]) -> Iterator[Text | Link | Row]:
    """Yield what stands in the blocks; their tokens know the lines of the whole block only."""
    for token in document.tokens:
        start, end = token.map or (1, 1)
        match cast("object", token.meta):
            case blocks.Contact() | blocks.Quote() as block:
                values = [str(getattr(block, field.name)) for field in fields(block)]
                yield from (Text(_line(lines, start, end, value), value) for value in values if value)
                if isinstance(block, blocks.Contact):
                    yield from _reached(block, lines, start, end)
            case blocks.Button(text, link):
                yield Text(_line(lines, start, end, text), text)
                yield Link(text, link, _line(lines, start, end, link))
            case blocks.Events(events):
                yield from _rows(events, lines, start, end)
            case _:
                pass


def _reached(contact: blocks.Contact, lines: list[str], start: int, end: int) -> Iterator[Link]:
    """Yield the links of a contact, with the words that its card has for them."""
    if contact.email:
        yield Link(contact.email, f"mailto:{contact.email}", _line(lines, start, end, contact.email))
    if contact.website:
        line = _line(lines, start, end, contact.website)
        yield Link(f"Website: {site(contact.website)}", contact.website, line)


def _rows(events: Iterable[blocks.Event], lines: list[str], start: int, end: int) -> Iterator[Text | Link | Row]:
    # The head and the rule of the table come first; a row takes one line.
    numbers = [number for number in range(start + 1, end) if lines[number - 1].strip()][2:]
    for event, number in zip(events, numbers, strict=False):
        yield Row(number, event)
        yield from (Text(number, words) for words in (event.title, event.place) if words)
        if event.link:
            yield Link(event.title, event.link, number)


def _line(lines: list[str], start: int, end: int, value: str) -> int:
    return next((number for number in range(start, end) if value in lines[number - 1]), start)
