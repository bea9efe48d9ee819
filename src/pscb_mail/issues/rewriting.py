"""HTML, as a converter of word processor files makes it, → the Markdown of an issue.

Pure. What comes out says what the HTML said, whatever characters are in it: nothing in the words becomes markup, a
merge field or a block. Headings begin at the second level and none is skipped. What an issue has no way to say (a link
to a file of the author's own computer) is left out of it, its words kept, and told in `left`. Leaves to others: the
pictures themselves; `image` is asked for the file and the words of each.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from lxml import html as lxml_html
from lxml.html import HtmlElement

from pscb_mail.foreign import is_unsafe
from pscb_mail.issues.blocks import is_link

_LISTS = ("ul", "ol")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset({"p", "table", "blockquote", "div", *_LISTS, *_HEADINGS})
# What begins a block at the start of a line (CommonMark 0.31 section 4 and 5), and our own fences.
_STARTS = re.compile(r"#{1,6}(?:\s|$)|[-+=](?:\s|$|[-=])|:{2}|~{3}|>")
_NUMBERED = re.compile(r"\d{1,9}(?=[.)](?:\s|$))")
# Punctuation (the low line is some, to CommonMark), with the backslash before it, and white space.
_MARKS = r"(?:\\?(?:[^\w\s\\]|_)|\\\\|\s)+"
_MAX_DEPTH = 6
_NOTE = re.compile(r"(?:foot|end)note-\d{1,6}")
_MARK = "note-mark"  # no element of HTML
_BREAK = "\\\n"


@dataclass(frozen=True)
class Rewritten:
    """The Markdown, the words of its title ("" where it has none), and what was left out, counted."""

    body: str
    title: str
    left: Counter[str]


Image = Callable[[str], tuple[str, str] | None]
"""From a picture's `src` to its file and its words; None where it cannot be had."""


def rewritten(page: str, image: Image) -> Rewritten:
    """Return the Markdown of the elements of an HTML body."""
    body = lxml_html.document_fromstring(f"<html><body><div>{page}</div></body></html>").body
    writer = _Writer(image)
    title = _title(body)
    notes = _notes(body)
    writer.levels = _levels(body)
    blocks = [block for block in writer.blocks(body) if block.strip()]
    blocks += [writer.note(label, item) for label, item in notes.items()]
    return Rewritten("\n\n".join(blocks) + "\n", title, writer.left)


def _title(body: HtmlElement) -> str:
    """Take the title out: the heading at the top, where it is called one or stands alone above all the others."""
    top = next((node for node in body[0] if _words(node)), None)
    if top is None or top.tag != "h1":
        return ""
    alone = len([node for node in body.iter("h1") if _words(node)]) == 1
    if top.get("class") != "title" and not alone:
        return ""
    title = _words(top)
    top.drop_tree()
    return title


def _notes(body: HtmlElement) -> dict[str, HtmlElement]:
    """Take the notes out, by their label, and leave a mark of ours where a sign led to one."""
    notes = {_label(item.get("id", "")): item for item in body.iter("li") if _NOTE.fullmatch(item.get("id", ""))}
    for link in list(body.iter("a")):
        target = link.get("href", "")
        if re.match(r"#(?:foot|end)note-ref-", target):
            link.drop_tree()
        elif _NOTE.fullmatch(target[1:]) and _label(target[1:]) in notes:
            for child in list(link):
                child.drop_tree()
            link.tag, link.text = _MARK, ""
            link.set("label", _label(target[1:]))
    for item in notes.values():
        for mark in list(item.iter(_MARK)):  # a note has no notes
            mark.drop_tree()
        item.drop_tree()
    used = {mark.get("label") for mark in body.iter(_MARK) if not any(True for _ in mark.iterancestors(*_HEADINGS))}
    return {label: item for label, item in notes.items() if label in used}


def _label(identity: str) -> str:
    """Return "3" of footnote-3, "e3" of endnote-3: Word counts the two apart."""
    kind, _, number = identity.partition("note-")
    return number if kind == "foot" else f"e{number}"


def _words(node: HtmlElement) -> str:
    return " ".join(_harmless(str(node.text_content())).split())


def _levels(body: HtmlElement) -> dict[str, int]:
    """Return the level of each heading's tag: those there are, from the second level on without a gap."""
    return {
        tag: min(level, 6) for level, tag in enumerate(sorted({str(node.tag) for node in body.iter(*_HEADINGS)}), 2)
    }


class _Writer:
    """One page being written: what it has left out, and the level of the last heading."""

    def __init__(self, image: Image) -> None:
        self._image = image
        self._level = 1
        self._emphatic = False
        self.levels: dict[str, int] = {}
        self.left: Counter[str] = Counter()

    def blocks(self, parent: HtmlElement, depth: int = 0) -> Iterator[str]:
        """Yield the blocks in an element; text that stands between blocks is a paragraph."""
        loose = _escaped(parent.text or "")
        for node in parent:
            if node.tag not in _BLOCKS:
                loose += self._element(node, loose) + _escaped(node.tail or "")
                continue
            yield from _paragraphs(loose)
            yield from self._block(node, depth)
            loose = _escaped(node.tail or "")
        yield from _paragraphs(loose)

    def _block(self, node: HtmlElement, depth: int) -> Iterator[str]:
        match str(node.tag):
            case "p" | "div":
                yield from self.blocks(node, depth)
            case "ul" | "ol" if depth < _MAX_DEPTH:
                yield self._list(node, depth)
            case "blockquote":
                yield _prefixed("\n\n".join(self.blocks(node, depth)), "> ")
            case "table":
                yield from self._table(node, depth)
            case tag if tag in _HEADINGS:
                yield from self._heading(node)
            case _:
                self.left["a list in a list, deeper than an issue has them; its words are kept"] += 1
                yield from self.blocks(node, depth)

    def _heading(self, node: HtmlElement) -> Iterator[str]:
        for picture in list(node.iter("img")):
            yield self._picture(picture).strip()
        if words := _words(node):
            self._level = min(self.levels[str(node.tag)], self._level + 1)
            # A # at the end would be taken for the heading's own.
            yield "#" * self._level + " " + re.sub(r"#$", r"\\#", _escaped(words))

    def _list(self, node: HtmlElement, depth: int) -> str:
        items = []
        number = int(node.get("start", "1")) if re.fullmatch(r"\d{1,6}", node.get("start", "1")) else 1
        for place, item in enumerate(node.findall("li")):
            marker = f"{number + place}. " if node.tag == "ol" else "- "
            inside = list(self.blocks(item, depth + 1))
            joined = "".join(_gap(block) + block if at else block for at, block in enumerate(inside))
            items.append(_prefixed(joined, " " * len(marker), marker))
        return "\n".join(items)

    def _table(self, node: HtmlElement, depth: int) -> Iterator[str]:
        rows = [list(row) for row in node.iter("tr") if next(row.iterancestors("table")) is node]
        if len(rows) == 1 and len(rows[0]) == 1:
            # A box around some text is drawn as a table of one cell.
            inside = "\n\n".join(self.blocks(rows[0][0], depth))
            if inside.strip():
                yield f"::: callout\n{inside}\n:::"
            return
        for picture in list(node.iter("img")):
            yield self._picture(picture).strip()
            picture.drop_tree()
        cells = [[self._cell(cell) for cell in row for _ in range(_span(cell))] for row in rows]
        cells = [row for row in cells if any(row)]
        if cells:
            yield _table(cells)

    def _cell(self, cell: HtmlElement) -> str:
        if next(cell.iter("table"), None) is not None:
            self.left["a table in a table; its words are kept"] += 1
        parts = [self.inline(block) for block in cell.iter("p", "li", *_HEADINGS) if _is_leaf(block)]
        text = " ".join(parts) if parts else self.inline(cell)
        return " ".join(text.replace(_BREAK, " ").split())

    def note(self, label: str, item: HtmlElement) -> str:
        """Return a note, to stand anywhere in the text."""
        return _prefixed("\n\n".join(self.blocks(item)), "    ", f"[^{label}]: ")

    def inline(self, node: HtmlElement) -> str:
        """Return the running text in an element."""
        text = _escaped(node.text or "")
        for child in node:
            text += self._element(child, text) + _escaped(child.tail or "")
        return text

    def _element(self, node: HtmlElement, before: str) -> str:
        match node.tag:
            case "strong" | "b" | "em" | "i" if not self._emphatic:
                # Signs within signs hold in few places only: what is emphasised twice is emphasised once.
                self._emphatic = True
                text = self.inline(node)
                self._emphatic = False
                return _emphasised(text, "**" if node.tag in {"strong", "b"} else "*", before, node.tail or "")
            case "a":
                return self._link(node)
            case "img":
                return self._picture(node)
            case "br":
                return _BREAK
            case tag if tag == _MARK:
                # A bracket or a colon right after it would make something else of it.
                return f"[^{node.get('label')}]{' ' if (node.tail or '')[:1] in {'(', ':'} else ''}"
            case _:
                return self.inline(node)

    def _link(self, node: HtmlElement) -> str:
        words, target = self.inline(node), (node.get("href") or "").strip()
        if not target or not words.strip() or "![" in words:
            return words
        target = target.replace(" ", "%20").replace("\\", "%5C")
        if not is_link(target) or "{" in target or any(map(is_unsafe, target)):
            self.left["a link within the document, or to a file; its words are kept"] += 1
            return words
        lead, words, trail = _parted(words)
        return (
            f"{lead}[{words}](<{target}>){trail}" if re.search(r"[()]", target) else f"{lead}[{words}]({target}){trail}"
        )

    def _picture(self, node: HtmlElement) -> str:
        found = self._image(node.get("src") or "")
        if found is None:
            return ""
        file, words = found
        return f"\n\n![{_escaped(' '.join(words.split()))}]({file})\n\n"


def _gap(block: str) -> str:
    """Return what stands between a list's words and a block under them: a list needs no empty line."""
    return "\n" if re.match(r"- |1\. ", block) else "\n\n"


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n{2,}", text):
        lines = [" ".join(line.split()) for line in paragraph.split(_BREAK)]
        if any(lines):
            yield _BREAK.join(_harmless_start(line) for line in lines if line)


def _harmless_start(line: str) -> str:
    if _STARTS.match(line):
        return f"\\{line}"
    found = _NUMBERED.match(line)
    return f"{found[0]}\\{line[found.end() :]}" if found else line


def _escaped(text: str) -> str:
    """Return words in which nothing is markup: a backslash before what may be (CommonMark 0.31 section 2.4)."""
    text = re.sub(r"\s+", " ", _harmless(text))
    return re.sub(r"([\\`*\[\]<|{]|&(?=#?\w)|(?<!\w)_|_(?!\w))", r"\\\1", text)


def _harmless(text: str) -> str:
    """Return text without what nobody sees: controls, direction marks, soft hyphens."""
    return "".join(" " if c in "\t\n\r" else c for c in text if c in "\t\n\r" or not (is_unsafe(c) or c == "\u00ad"))


def _parted(text: str) -> tuple[str, str, str]:
    """Return the white space before, the words, the white space after."""
    words = text.strip()
    if not words:
        return text, "", ""
    begin = text.index(words)
    return text[:begin], words, text[begin + len(words) :]


def _emphasised(text: str, sign: str, before: str, after: str) -> str:
    """Return text between signs that hold there: left and right of them as CommonMark section 6.2 asks."""
    lead, words, trail = _parted(text)
    # Beside a letter or a sign, a mark of punctuation on the inner side would make the signs plain asterisks.
    if not trail and not after[:1].isspace() and (found := re.search(rf"{_MARKS}$", words)):
        words, trail = words[: found.start()], found[0]
    if not lead and before[-1:].strip() and (found := re.match(_MARKS, words)):
        words, lead = words[found.end() :], found[0]
    beside = words[:1] + words[-1:] + (before[-1:] if not lead else "")
    if not words or "![" in words or "*" in beside:
        return text
    return f"{lead}{sign}{words}{sign}{trail}"


def _prefixed(text: str, prefix: str, first: str | None = None) -> str:
    lines = text.split("\n")
    begun = prefix if first is None else first
    return "\n".join(
        f"{begun if not place else prefix}{line}" if line.strip() or not place else prefix.rstrip()
        for place, line in enumerate(lines)
    )


def _is_leaf(node: HtmlElement) -> bool:
    return not any(child.tag in _BLOCKS for child in node)


def _span(cell: HtmlElement) -> int:
    text = cell.get("colspan", "1")
    return min(int(text), 50) if re.fullmatch(r"[1-9]\d{0,3}", text) else 1


def _table(rows: list[list[str]]) -> str:
    width = max(map(len, rows))
    full = [[cell for cell, _ in zip_longest(row, range(width), fillvalue="")] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in full]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])
