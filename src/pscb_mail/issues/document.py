"""Source → Document: the body as Markdown tokens, in which merge fields and `:::` blocks are tokens of their own.

Pure. CommonMark with tables; raw HTML is off, nothing in the text is ever evaluated. What is promised of a Document:

- a merge field is an inline token `field`, its meta an `edition.Field`; nothing else of Jinja is there outside code;
- `contact`, `events`, `button` are single tokens, `callout` and `quote` pairs of `_open` and `_close`, their meta from
  `blocks`;
- links lead to the web, a mail, a telephone or a heading of this issue; pictures are named by a file and have words for
  those who do not see them; headings begin at the second level, the first is the issue's title;
- a token's `map` counts lines of the file, from 1.

Raises UsageError with every mistake at once, each with file, line and, for an unknown name, the nearest known one.
Leaves to others: whether pictures exist (`pictures`), style (`preflight`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, cast
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from pscb_mail.foreign import is_unsafe, one_line
from pscb_mail.issues import blocks
from pscb_mail.issues.blocks import BlockErrors, Callout, Events, Frame, Quote
from pscb_mail.issues.edition import Field
from pscb_mail.issues.source import Mistakes, Source, nearest

FIELDS = ("name", "first_name", "organisation", "role")

# Deeper than any text that a person reads; the parser drops what lies below its own limit without a word.
_MAX_NESTING = 24
_MAX_BLOCKS_DEEP = 8
# Ten times what the longest issue has: far beyond where mail clients cut a message off, and still quick to lay out.
_MAX_TOKENS = 20_000

_FIELD = re.compile(
    r"""\{\{\s*(?P<name>\w{1,60})\s*
        (?:\|\s*default\(\s*(?:"(?P<a>[^"{}\n]{0,200})"|'(?P<b>[^'{}\n]{0,200})'|“(?P<c>[^“”{}\n]{0,200})”)\s*\)\s*)?\}\}""",
    re.VERBOSE,
)
_FENCE = re.compile(r":{3,}[ \t]*(?P<words>[^:\n]*?)[ \t]*:*[ \t]*")


@dataclass(frozen=True)
class Heading:
    """A heading of the body; `anchor` is its id in the HTML."""

    level: int
    text: str
    anchor: str
    line: int


@dataclass(frozen=True)
class Link:
    """A link in the running text, and on a picture where `text` is the picture's alternative text."""

    text: str
    target: str
    line: int


@dataclass(frozen=True)
class Picture:
    """A picture: its file, the words that stand for it, and `source`, its name as the tokens have it."""

    file: str
    source: str
    alt: str
    line: int


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
    def events(self) -> tuple[blocks.Event, ...]:
        """All events of the issue, in its order."""
        found = (cast("object", token.meta) for token in self.tokens)
        return tuple(event for meta in found if isinstance(meta, Events) for event in meta.events)


def parse(source: Source) -> Document:
    """Return the document of a source. Raises UsageError with every mistake of the body."""
    mistakes = Mistakes(source.path)
    _refuse_controls(source, mistakes)
    reader = _Reader(source, mistakes)
    tokens = reader.tokens()
    mistakes.raise_any("Mend the file and run it again; docs/issues.md shows how each thing is written.")
    return Document(source, tuple(tokens), reader.headings, tuple(reader.links), tuple(reader.pictures))


def plain(node_or_tokens: SyntaxTreeNode | list[Token]) -> str:
    """Return the words of an inline node or of inline tokens, a merge field as its default."""
    tokens = node_or_tokens.to_tokens() if isinstance(node_or_tokens, SyntaxTreeNode) else node_or_tokens
    return "".join(_words(token) for token in tokens)


def meta_of(node: SyntaxTreeNode) -> object:
    """Return what a `field` or a block carries. markdown-it types meta as a dict; ours are frozen dataclasses."""
    return cast("object", node.meta)


def slug(text: str) -> str:
    """Return a heading's words as an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace("’", "")).strip("-")[:60].strip("-") or "section"


def _words(token: Token) -> str:
    match token.type:
        case "text" | "code_inline":
            return token.content
        case "softbreak" | "hardbreak":
            return " "
        case "field":
            return cast("Field", token.meta).default
        case "inline" | "image":
            return plain(token.children or [])
        case _:
            return ""


def _refuse_controls(source: Source, mistakes: Mistakes) -> None:
    for number, line in enumerate(source.body.split("\n"), start=source.first_line):
        if bad := next((c for c in line if c != "\t" and is_unsafe(c)), None):
            mistakes.add(number, f"There is an invisible character in this line (U+{ord(bad):04X}): take it out.")


class _Reader:
    """One pass over a body: parses, then walks the tokens and notes what is wrong with them."""

    def __init__(self, source: Source, mistakes: Mistakes) -> None:
        self.source = source
        self.mistakes = mistakes
        self.links: list[Link] = []
        self.pictures: list[Picture] = []
        self.headings: tuple[Heading, ...] = ()

    def tokens(self) -> list[Token]:
        env: dict[str, Any] = {"problems": []}
        tokens = _markdown().parse(self.source.body, env)
        for line, sentence in env["problems"]:
            self.mistakes.add(self.source.first_line + line, sentence)
        for token in tokens:
            if token.map:
                token.map = [line + self.source.first_line for line in token.map]
        self._refuse_depth(tokens)
        if sum(1 + len(token.children or []) for token in tokens) > _MAX_TOKENS:
            self.mistakes.add(self.source.first_line, "The issue is too long for a mail: make two of it.")
        self.headings = tuple(self._headings(tokens))
        for token in tokens:
            if token.type == "inline":
                self._inline(token)
        return tokens

    def _refuse_depth(self, tokens: list[Token]) -> None:
        line = 0
        for token in tokens:
            line = token.map[0] if token.map else line
            if token.level >= _MAX_NESTING - 1:
                self.mistakes.add(line, "Quotes or lists lie too deep in one another here.")
                return

    def _headings(self, tokens: list[Token]) -> Iterator[Heading]:
        taken: dict[str, int] = {}
        for opening, inline in pairwise(tokens):
            if opening.type != "heading_open":
                continue
            level, line, text = int(opening.tag[1]), opening.map[0] if opening.map else 1, plain([inline]).strip()
            if level == 1:
                self.mistakes.add(
                    line, "The title in the front matter is the only heading with one #: begin articles with ##."
                )
            if not text:
                self.mistakes.add(line, "The heading is empty.")
            anchor = slug(text)
            taken[anchor] = taken.get(anchor, 0) + 1
            anchor = anchor if taken[anchor] == 1 else f"{anchor}-{taken[anchor]}"
            opening.attrSet("id", anchor)
            yield Heading(level, text, anchor, line)

    def _inline(self, inline: Token) -> None:
        line = inline.map[0] if inline.map else 1
        self._children(inline.children or [], line)

    def _children(self, tokens: list[Token], line: int) -> None:
        for position, token in enumerate(tokens):
            match token.type:
                case "softbreak" | "hardbreak":
                    line += 1
                case "field":
                    line = self._field(token, line)
                case "link_open":
                    self._link(tokens[position + 1 :], str(token.attrs.get("href", "")), line)
                case "image":
                    self._picture(token, line)
                case _:
                    pass

    def _field(self, token: Token, line: int) -> int:
        if token.info:
            self.mistakes.add(line, token.info)
        return line + token.content.count("\n")

    def _link(self, following: list[Token], target: str, line: int) -> None:
        inside = following[: next((n for n, token in enumerate(following) if token.type == "link_close"), 0)]
        text = plain(inside).strip()
        if not text:
            self.mistakes.add(line, "The link has no words.")
        if problem := self._bad_target(target):
            self.mistakes.add(line, problem)
        self.links.append(Link(text, target, line))

    def _bad_target(self, target: str) -> str:
        if "{{" in unquote(target) or "{%" in unquote(target):
            return "A link cannot have a merge field in it."
        if target.startswith("#"):
            anchors = tuple(heading.anchor for heading in self.headings)
            return (
                ""
                if target[1:] in anchors
                else f'No heading has the anchor "{one_line(target, 80)}". {nearest(target[1:], anchors)}'
            )
        return "" if blocks.is_link(target) else blocks.bad_link(unquote(target))

    def _picture(self, token: Token, line: int) -> None:
        source, alt = str(token.attrs.get("src", "")), plain(token.children or []).strip()
        file = unquote(source)
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", file):
            self.mistakes.add(
                line,
                f'The picture "{one_line(file, 60)}" is not a file beside the issue: save it there and name the file.',
            )
        if not alt:
            self.mistakes.add(
                line,
                f'The picture "{one_line(file, 60)}" has no words for those who cannot see it: write ![words](…).',
            )
        if any(child.type == "field" for child in token.children or []):
            self.mistakes.add(line, "The words of a picture cannot have a merge field.")
        self.pictures.append(Picture(file, source, alt, line))


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING}).enable("table")
    # Every link becomes a token, so that a bad one is refused with its line instead of turning into odd text.
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005 the parser's own name for it
    markdown.inline.ruler.before("escape", "field", _field_rule)
    endings = ["paragraph", "reference", "blockquote", "list"]
    markdown.block.ruler.before("fence", "block", _block_rule, {"alt": endings})
    return markdown


def _field_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 markdown-it calls it so
    opening = state.src[state.pos : state.pos + 2]
    if opening not in {"{{", "{%", "{#"}:
        return False
    found = _FIELD.match(state.src, state.pos, state.posMax)
    end = found.end() if found else state.pos + 2
    if not silent:
        token = state.push("field", "", 0)
        token.content = state.src[state.pos : end]
        token.meta, token.info = _field(found, state.src[state.pos : state.pos + 60])
    state.pos = end
    return True


def _field(found: re.Match[str] | None, text: str) -> tuple[Any, str]:
    """Return the field, and a sentence where it is none."""
    if not found:
        return Field(
            "name"
        ), f'"{one_line(text, 60)}" is not a merge field such as {{{{ first_name | default("colleague") }}}}.'
    name = found["name"]
    problem = "" if name in FIELDS else f'There is no field "{name}". {nearest(name, FIELDS)}'
    return Field(name, found["a"] or found["b"] or found["c"] or ""), problem


def _block_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 markdown-it calls it so
    if state.is_code_block(start):
        return False
    fence = _FENCE.fullmatch(_line(state, start))
    if not fence:
        return False
    if silent:
        return True
    words = fence["words"].split()
    close = _closing(state, start, end) if words else None
    problem = _fence_problem(words, close)
    if problem or close is None:
        state.env["problems"].append((start, problem))
        state.line = (start if close is None else close) + 1
        return True
    if words[0] in blocks.READERS:
        _leaf(state, words[0], start, close)
    else:
        _frame(state, words[0], start, close)
    state.line = close + 1
    return True


def _fence_problem(words: list[str], close: int | None) -> str:
    if not words:
        return "This ::: ends a block, and none is open."
    if words[0] not in blocks.NAMES:
        return f'There is no block "{one_line(words[0], 60)}". {nearest(words[0], blocks.NAMES)}'
    if words[1:]:
        return f'The block {words[0]} takes nothing after its name: "{one_line(" ".join(words[1:]), 60)}".'
    return f"The block {words[0]} is not closed: end it with a line :::." if close is None else ""


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _closing(state: StateBlock, start: int, end: int) -> int | None:
    """Return the line of the fence that ends the block, blocks within it counted."""
    depth = 0
    for line in range(start, end):
        if fence := _FENCE.fullmatch(_line(state, line)):
            depth += 1 if fence["words"] else -1
            if depth == 0:
                return line
            if depth > _MAX_BLOCKS_DEEP:
                return None
    return None


def _leaf(state: StateBlock, name: str, start: int, close: int) -> None:
    try:
        meta = blocks.READERS[name]([_line(state, line) for line in range(start + 1, close)])
    except BlockErrors as error:
        state.env["problems"] += [(start + line, sentence) for line, sentence in error.mistakes]
        return
    token = state.push(name, "div", 0)
    token.block, token.map, token.meta = True, [start, close + 1], cast("Any", meta)


def _frame(state: StateBlock, name: str, start: int, close: int) -> None:
    meta, last = _frame_meta(state, name, start, close)
    if all(state.isEmpty(line) for line in range(start + 1, last)):
        state.env["problems"].append((start, f"The block {name} is empty."))
    opening = state.push(f"{name}_open", "div", 1)
    opening.block, opening.map, opening.meta = True, [start, close + 1], cast("Any", meta)
    before = state.parentType, state.lineMax
    # A paragraph inside ends where the block does.
    state.parentType, state.lineMax = "container", last
    state.md.block.tokenize(state, start + 1, last)
    state.parentType, state.lineMax = before
    state.push(f"{name}_close", "div", -1).block = True


def _frame_meta(state: StateBlock, name: str, start: int, close: int) -> tuple[Frame, int]:
    """Return what a frame carries, and the line at which its Markdown ends: a quote's last line may name its source."""
    if name != "quote":
        return Callout(), close
    last = close - 1
    while last > start and state.isEmpty(last):
        last -= 1
    source = blocks.quote_source(_line(state, last)) if last > start else None
    if source is None:
        return Quote(), close
    if "{{" in source or "{%" in source:
        state.env["problems"].append((last, "The source of a quote cannot have a merge field."))
    return Quote(source), last
