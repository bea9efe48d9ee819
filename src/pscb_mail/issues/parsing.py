"""Source → Document: the body parsed, every token looked at, every mistake told at once.

Pure. Raises UsageError with file, line and, for an unknown name, the nearest known one. Leaves to others: what is
promised of a Document (`document`), whether pictures exist (`pictures`), style (`preflight`).
"""

import html
import re
import unicodedata
from itertools import pairwise
from urllib.parse import unquote

from markdown_it.token import Token

from pscb_mail.foreign import is_unsafe, one_line
from pscb_mail.issues import blocks, markdown, notes
from pscb_mail.issues.document import Document, Heading, Link, Picture, slug
from pscb_mail.issues.edition import group_key
from pscb_mail.issues.mistakes import Mistakes, nearest
from pscb_mail.issues.source import Source
from pscb_mail.issues.tokens import line_of, plain, with_groups

# Ten times what the longest issue has: far beyond where mail clients cut a message off, and still quick to lay out.
_MAX_TOKENS = 20_000
# A tab, and the marks of Arabic and Hebrew text: beside them punctuation turns to its own side, and nothing else (TR9).
_HARMLESS = frozenset("\t\u061c\u200e\u200f")
# What readers would take for a fence, whatever markup, quotation marks, bullets or escapes stand before its colons, or
# between them: three colons, or two and a word; and "::: only" wherever it stands. A smiley, and a table's rule |:--|,
# are none.
_LIKE_A_FENCE = re.compile(
    r"(?:</?[A-Za-z][^<>]*>|\d{1,9}[.)]|[^\w:]|_)*+:[\s\\]*+:(?:[\s\\]*+:|(?:[^\w:]|_)*+[^\W\d_])"
    r"|.*:::(?:[^\w:]|_)*+(?i:only)(?![^\W_])"
)


def parse(source: Source) -> Document:
    """Return the document of a source. Raises UsageError with every mistake of the body."""
    mistakes = Mistakes(source.path)
    _refuse_controls(source, mistakes)
    reader = _Reader(source, mistakes)
    tokens = reader.tokens()
    mistakes.raise_any("Mend the file and run it again; the manual (Issues) shows how each is written.")
    return Document(source, tuple(tokens), reader.headings, tuple(reader.links), tuple(reader.pictures))


def _refuse_controls(source: Source, mistakes: Mistakes) -> None:
    for number, line in enumerate(source.body.split("\n"), start=source.first_line):
        # Nearly every line is plain, and that is told at once.
        if line.isascii() and line.isprintable():
            continue
        place = next((place for place, c in enumerate(line) if c not in _HARMLESS and is_unsafe(c)), None)
        if place is not None:
            before = one_line(line[:place][-30:])
            after = f'after "{before}"' if before else "at its beginning"
            sentence = f"There is an invisible character in this line (U+{ord(line[place]):04X}), {after}: take it out."
            mistakes.add(number, sentence)


def _as_seen(line: str) -> str:
    """Return a line as readers see it: a no-break space before its words is nothing, a full-width colon a colon."""
    seen = unicodedata.normalize("NFKC", html.unescape(line))
    return "".join(c for c in seen if unicodedata.category(c) != "Cf")


_SENTENCES = {
    "inline": "This line looks like a block and is none: type ::: anew, at its left, with no sign before or around it.",
    "code_block": "There are spaces before a ::: here, which make it code.",
    "fence": "This ::: stands within code, and begins or ends no block: end the code above it, with a line ```.",
}


class _Reader:
    """One pass over a body: parses, then walks the tokens and notes what is wrong with them."""

    def __init__(self, source: Source, mistakes: Mistakes) -> None:
        self.source = source
        self.mistakes = mistakes
        self.links: list[Link] = []
        self.pictures: list[Picture] = []
        self.headings: tuple[Heading, ...] = ()

    def tokens(self) -> list[Token]:
        tokens, problems = markdown.tokens(self.source.body)
        for line, sentence in problems:
            self.mistakes.add(self.source.first_line + line, sentence)
        for token in tokens:
            if token.map:
                token.map = [line + self.source.first_line for line in token.map]
        self._refuse_depth(tokens)
        if sum(1 + len(token.children or []) for token in tokens) > _MAX_TOKENS:
            self.mistakes.add(self.source.first_line, "The issue is too long for a mail: make two of it.")
        self._refuse_hidden_fences(tokens)
        self._refuse_odd_rows(tokens)
        tokens, problems = notes.arranged(tokens)
        for line, sentence in problems:
            self.mistakes.add(line, sentence)
        self.headings = tuple(self._headings(tokens))
        for token, groups in with_groups(tokens):
            if token.type == "inline":
                self._children(token.children or [], line_of(token), groups)
        return tokens

    def _refuse_hidden_fences(self, tokens: list[Token]) -> None:
        """What looks like a fence and is none would make a passage for some one for all."""
        for token in tokens:
            lines = token.content.split("\n") if token.type in _SENTENCES else []
            for number, line in enumerate(lines, start=line_of(token) + (token.type == "fence")):
                seen = _as_seen(line)
                if _LIKE_A_FENCE.match(seen) if token.type == "inline" else seen.lstrip().startswith(":::"):
                    self.mistakes.add(number, _SENTENCES[token.type])

    def _refuse_odd_rows(self, tokens: list[Token]) -> None:
        """The parser drops cells beyond the columns of a table's head, and takes the line below a table for a row."""
        lines = self.source.body.split("\n")
        columns = 0
        for token in tokens:
            columns = 0 if token.type == "table_open" else columns + (token.type == "th_open")
            if token.type == "tr_open" and columns and token.map:
                line = lines[token.map[0] - self.source.first_line].lstrip("> \t")
                cells = blocks.cells_of(line)
                if any(cells[columns:]):
                    self.mistakes.add(token.map[0], blocks.too_many(cells, columns))
                elif "|" not in line and columns > 1:
                    self.mistakes.add(token.map[0], "This would be a row of the table: leave an empty line above it.")

    def _refuse_depth(self, tokens: list[Token]) -> None:
        line = 0
        for token in tokens:
            line = token.map[0] if token.map else line
            if token.level >= markdown.MAX_NESTING - 1:
                self.mistakes.add(line, "Quotes or lists lie too deep in one another here.")
                return

    def _headings(self, tokens: list[Token]) -> list[Heading]:
        pairs = [
            (opening, inline, groups)
            for (opening, groups), (inline, _) in pairwise(with_groups(tokens))
            if opening.type == "heading_open"
        ]
        taken: dict[str, int] = {}
        # What everybody reads is numbered first: a gap would tell of a heading that is for others.
        found = [self._heading(*pair, taken) for pair in sorted(pairs, key=lambda pair: bool(pair[2]))]
        return sorted(found, key=lambda heading: heading.line)

    def _heading(self, opening: Token, inline: Token, groups: tuple[str, ...], taken: dict[str, int]) -> Heading:
        level, line, text = int(opening.tag[1]), line_of(opening), plain([inline]).strip()
        if level == 1:
            self.mistakes.add(
                line, "The title at the head of the file is the only heading with one #: begin articles with ##."
            )
        if not text:
            self.mistakes.add(line, "The heading is empty.")
        if level == 2 and any(child.type == "link_open" for child in inline.children or []):
            self.mistakes.add(
                line,
                "The heading of an article cannot have a link: it stands in the contents too. Put the link below it.",
            )
        anchor = slug(text)
        taken[anchor] = taken.get(anchor, 0) + 1
        anchor = anchor if taken[anchor] == 1 else f"{anchor}-{taken[anchor]}"
        opening.attrSet("id", anchor)
        return Heading(level, text, anchor, line, groups, underlined=opening.markup == "-")

    def _children(self, tokens: list[Token], line: int, groups: tuple[str, ...]) -> None:
        for position, token in enumerate(tokens):
            match token.type:
                case "softbreak" | "hardbreak":
                    line += 1
                case "field":
                    line = self._field(token, line)
                case "link_open":
                    self._link(tokens[position + 1 :], str(token.attrs.get("href", "")), line, groups)
                case "image":
                    self._picture(token, line, groups)
                case _:
                    pass

    def _field(self, token: Token, line: int) -> int:
        if token.info:
            self.mistakes.add(line, token.info)
        return line + token.content.count("\n")

    def _link(self, following: list[Token], target: str, line: int, groups: tuple[str, ...]) -> None:
        inside = following[: next((n for n, token in enumerate(following) if token.type == "link_close"), 0)]
        text = plain(inside).strip()
        if not text:
            self.mistakes.add(line, "The link has no words.")
        if problem := self._bad_target(target, groups):
            self.mistakes.add(line, problem)
        self.links.append(Link(text, target, line, groups))

    def _bad_target(self, target: str, groups: tuple[str, ...]) -> str:
        if "{{" in unquote(target) or "{%" in unquote(target):
            return "A link cannot have a merge field in it."
        if target.startswith("#"):
            return self._bad_anchor(target, groups)
        return "" if blocks.is_link(target) else blocks.bad_link(unquote(target))

    def _bad_anchor(self, target: str, groups: tuple[str, ...]) -> str:
        anchors = {heading.anchor: heading.groups for heading in self.headings}
        if target[1:] not in anchors:
            return f'No heading has the anchor "{one_line(target, 80)}". {nearest(target[1:], tuple(anchors))}'
        wanted = group_key(anchors[target[1:]])
        if wanted and not (groups and set(group_key(groups)) <= set(wanted)):
            return f'The heading "{one_line(target, 80)}" is for some groups only: others would be led nowhere.'
        return ""

    def _picture(self, token: Token, line: int, groups: tuple[str, ...]) -> None:
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
        self.pictures.append(Picture(file, source, alt, line, groups))
