"""What the rules read: an issue taken apart into its texts, headings, links, pictures and events, each with its line.

Pure. `texts` are what readers read, without markup, a merge field standing for its default words. An issue that
cannot be parsed has none of them, and then only the guard and the front matter are checked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import cast

from markdown_it.token import Token

from pscb_mail.issues import blocks
from pscb_mail.issues.document import Document, Heading, Link, Picture
from pscb_mail.issues.edition import Edition, Field
from pscb_mail.issues.frame import site
from pscb_mail.issues.preflight.copies import Copies, Readership, copies_of
from pscb_mail.issues.preflight.enclosed import Enclosed
from pscb_mail.issues.preflight.guard import Bare
from pscb_mail.issues.source import Source
from pscb_mail.issues.tokens import carrying, line_of, plain, with_groups
from pscb_mail.settings import Settings

# A web address among words: with its scheme, with www, or a server's name and a path. Mail programs make links of all
# three, whatever the sender meant.
_ADDRESS = re.compile(
    r"(?<![\w@./:\-])(?:https?://|www\.|(?:[a-z0-9][a-z0-9\-]{0,62}\.){1,6}[a-z]{2,24}/)[^\s<>\"“”|]{1,2000}",
    re.IGNORECASE,
)
_TARGET = re.compile(r"\]\([^)]{0,2000}\)")
# Whoever breaks lines does so before; a paragraph of a word processor is one line.
_BROKEN = 120
_AFTER_AN_ADDRESS = ".,;:!?'’)]}*_…"


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
class Gap:
    """A merge field without words for whoever has no such value; `groups` whom its passage is for, empty: everybody."""

    line: int
    field: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Manuscript:
    """An issue under check; `edition` is None where it cannot be built.

    `addresses` are web addresses that stand among the words and are no links of ours; `files` are its attachments and
    pictures, as far as they were read. `passages` are those for some groups; `readership` tells who is in them, None
    where nobody knows. `code` are the lines of code between its signs; `indented` those at which code begins for the
    spaces before it; `run_on` those that go on in the paragraph of a line too long to have been broken on purpose.
    """

    source: Source
    settings: Settings
    texts: tuple[Text, ...] = ()
    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    addresses: tuple[Link, ...] = ()
    gaps: tuple[Gap, ...] = ()
    code: frozenset[int] = frozenset()
    indented: tuple[int, ...] = ()
    run_on: tuple[int, ...] = ()
    pictures: tuple[Picture, ...] = ()
    events: tuple[Row, ...] = ()
    edition: Edition | None = None
    passages: tuple[tuple[int, blocks.Only], ...] = ()
    readership: Readership | None = None
    files: tuple[Enclosed, ...] = ()

    @cached_property
    def bare(self) -> Bare:
        """The whole file laid bare, for the guard."""
        return Bare(self.source.text)

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
    document: Document | None,
    edition: Edition | None,
    readership: Readership | None = None,
    files: tuple[Enclosed, ...] = (),
) -> Manuscript:
    """Return an issue taken apart. `files`: its attachments and pictures, read."""
    if document is None:
        return Manuscript(source, settings)
    lines = source.text.split("\n")
    in_blocks = list(_blocks(document, lines))
    links = (*document.links, *(part for part in in_blocks if isinstance(part, Link)))
    parts = [*_running(document), *in_blocks]
    return Manuscript(
        source=source, settings=settings, edition=edition, readership=readership, files=files,
        passages=document.passages,
        headings=document.headings, pictures=document.pictures,
        texts=tuple(sorted((part for part in parts if isinstance(part, Text)), key=lambda text: text.line)),
        links=links,
        addresses=(*_bare(_words(document)), *_bare(_not_linked(in_blocks, links))),
        gaps=tuple(_gaps(document)),
        code=frozenset(
            line for token in document.tokens if token.type == "fence" and token.map for line in range(*token.map)
        ),
        indented=tuple(line_of(token) for token in document.tokens if token.type == "code_block"),
        run_on=tuple(_run_on(document)),
        events=tuple(part for part in parts if isinstance(part, Row)),
    )  # fmt: skip


def _running(document: Document) -> Iterator[Text]:
    """Yield the paragraphs, headings, items and cells."""
    line = 1
    for token in document.tokens:
        line = token.map[0] if token.map else line
        if token.type == "inline" and (text := plain([token]).strip()):
            yield Text(line, text)


def _inline(document: Document) -> Iterator[tuple[int, Token, tuple[str, ...]]]:
    """Yield what stands in running text, each token with its line of the file and the groups whom it is for."""
    for token, groups in with_groups(document.tokens):
        line = line_of(token)
        for child in token.children or [] if token.type == "inline" else []:
            yield line, child, groups
            line += child.type in {"softbreak", "hardbreak"} or child.content.count("\n")


def _words(document: Document) -> Iterator[Text]:
    """Yield the words that stand in no link; code is shown as it is written, and is left out."""
    within = 0
    for line, token, _ in _inline(document):
        within += token.nesting if token.type.startswith("link_") else 0
        if token.type == "text" and not within:
            yield Text(line, token.content)


def _not_linked(parts: Iterable[Text | Link | Row], links: Iterable[Link]) -> Iterator[Text]:
    """Yield the words of blocks, but those that are links by themselves."""
    targets = {link.target for link in links}
    yield from (part for part in parts if isinstance(part, Text) and part.text not in targets)


def _bare(texts: Iterable[Text]) -> Iterator[Link]:
    """Yield the web addresses among words, each as the link that a mail program makes of it."""
    for text in texts:
        for found in _ADDRESS.finditer(text.text):
            address = found[0].rstrip(_AFTER_AN_ADDRESS)
            yield Link(address, address if "://" in address else f"https://{address}", text.line)


def _run_on(document: Document) -> Iterator[int]:
    for token in document.tokens:
        lines = token.content.split("\n") if token.type == "inline" else []
        for number, line in enumerate(lines[:-1], start=line_of(token)):
            if len(_TARGET.sub("", line)) > _BROKEN and not line.endswith(("\\", "  ")):
                yield number + 1


def _gaps(document: Document) -> Iterator[Gap]:
    for line, token, groups in _inline(document):
        # default("") is somebody's decision.
        if token.type == "field" and "|" not in token.content:
            yield Gap(line, carrying(token, Field).name, groups)


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
