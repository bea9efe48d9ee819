"""An issue's body, understood: Markdown tokens in which merge fields and `:::` blocks are tokens of their own.

Pure. CommonMark with tables and footnotes; raw HTML is off, nothing in the text is evaluated. What `parsing` promises
of a Document:

- a merge field is an inline token `field`, its meta an `edition.Field`; nothing else of Jinja is there outside code;
- `contact`, `events`, `button` are single tokens, `callout`, `quote` and `only` pairs of `_open` and `_close`, their
  meta from `blocks`; `only` stands at the top alone, never in anything else;
- a mark of a note is an inline token `note_mark`, the notes of an article a list of their own at its end (`notes`);
- what is for some groups is known as such: headings, links and pictures carry the groups, and nothing that everybody
  reads leads to it;
- links lead to the web, a mail, a telephone or a heading of this issue; pictures are named by a file and have words for
  those who do not see them; headings begin at the second level, the first is the issue's title;
- a token's `map` counts lines of the file, from 1.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from pscb_mail.issues.blocks import Event, Events, Only
from pscb_mail.issues.edition import group_key
from pscb_mail.issues.source import Source
from pscb_mail.issues.tokens import carried, line_of, with_groups


@dataclass(frozen=True)
class Heading:
    """A heading of the body; `anchor` is its id in the HTML, `groups` whom it is for, empty: everybody.

    `underlined`: it is one for the line of --- below it.
    """

    level: int
    text: str
    anchor: str
    line: int
    groups: tuple[str, ...] = ()
    underlined: bool = False


@dataclass(frozen=True)
class Link:
    """A link in the running text, and on a picture where `text` is the picture's alternative text."""

    text: str
    target: str
    line: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture: its file, the words that stand for it, and `source`, its name as the tokens have it."""

    file: str
    source: str
    alt: str
    line: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """An issue's body, understood."""

    source: Source
    tokens: tuple[Token, ...]
    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    pictures: tuple[Picture, ...]

    @cached_property
    def tree(self) -> SyntaxTreeNode:
        """The tokens as a tree."""
        return SyntaxTreeNode(list(self.tokens))

    @property
    def articles(self) -> tuple[Heading, ...]:
        """The headings of the second level: what "Featured in this issue" lists."""
        return tuple(heading for heading in self.headings if heading.level == 2)

    @property
    def events(self) -> dict[tuple[str, ...], tuple[Event, ...]]:
        """The events of the issue in its order: those for everybody, and those for each set of groups apart."""
        found: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[Event, ...]]] = {}
        for token, groups in with_groups(self.tokens):
            if events := carried(token, Events):
                first, so_far = found.get(group_key(groups), (groups, ()))
                found[group_key(groups)] = first, so_far + events.events
        return dict(found.values())

    @property
    def passages(self) -> tuple[tuple[int, Only], ...]:
        """The passages for some groups, each with its line."""
        return tuple((line_of(token), only) for token in self.tokens if (only := carried(token, Only)))

    @property
    def public_body(self) -> str:
        """The lines of the body that everybody may read, but empty ones: no edit for some groups changes them."""
        hidden = {
            line
            for token in self.tokens
            if token.type == "only_open" and token.map
            for line in range(token.map[0], token.map[1])
        }
        lines = enumerate(self.source.body.split("\n"), start=self.source.first_line)
        return "\n".join(line for number, line in lines if number not in hidden and line.strip())

    @property
    def public(self) -> "Document":
        """The document without anything that is for some groups: nothing is left to say that there was more."""
        return Document(
            self.source,
            tuple(token for token, groups in with_groups(self.tokens) if not groups),
            tuple(heading for heading in self.headings if not heading.groups),
            tuple(link for link in self.links if not link.groups),
            tuple(picture for picture in self.pictures if not picture.groups),
        )


def slug(text: str) -> str:
    """Return a heading's words as an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("’", "")).strip("-")[:60].strip("-") or "section"
