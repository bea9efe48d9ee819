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

from lxml import html as lxml_html
from lxml.html import HtmlElement

from pscb_mail.foreign import is_unsafe
from pscb_mail.issues.blocks import is_link
from pscb_mail.issues.escaping import BREAK, emphasised, escaped, harmless, paragraphs, parted, prefixed, table

_LISTS = ("ul", "ol")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset({"p", "table", "blockquote", "div", *_LISTS, *_HEADINGS})
_MAX_DEPTH = 6
_NOTE = re.compile(r"(?:foot|end)note-\d{1,6}")
_MARK = "note-mark"  # no element of HTML


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
    return " ".join(harmless(str(node.text_content())).split())


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
        loose = escaped(parent.text or "")
        for node in parent:
            if node.tag not in _BLOCKS:
                loose += self._element(node, loose) + escaped(node.tail or "")
                continue
            yield from paragraphs(loose)
            yield from self._block(node, depth)
            loose = escaped(node.tail or "")
        yield from paragraphs(loose)

    def _block(self, node: HtmlElement, depth: int) -> Iterator[str]:
        match str(node.tag):
            case "p" | "div":
                yield from self.blocks(node, depth)
            case "ul" | "ol" if depth < _MAX_DEPTH:
                yield self._list(node, depth)
            case "blockquote":
                yield prefixed("\n\n".join(self.blocks(node, depth)), "> ")
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
            yield "#" * self._level + " " + re.sub(r"#$", r"\\#", escaped(words))

    def _list(self, node: HtmlElement, depth: int) -> str:
        items = []
        number = int(node.get("start", "1")) if re.fullmatch(r"\d{1,6}", node.get("start", "1")) else 1
        for place, item in enumerate(node.findall("li")):
            marker = f"{number + place}. " if node.tag == "ol" else "- "
            inside = list(self.blocks(item, depth + 1))
            joined = "".join(_gap(block) + block if at else block for at, block in enumerate(inside))
            items.append(prefixed(joined, " " * len(marker), marker))
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
            yield table(cells)

    def _cell(self, cell: HtmlElement) -> str:
        if next(cell.iter("table"), None) is not None:
            self.left["a table in a table; its words are kept"] += 1
        parts = [self.inline(block) for block in cell.iter("p", "li", *_HEADINGS) if _is_leaf(block)]
        text = " ".join(parts) if parts else self.inline(cell)
        return " ".join(text.replace(BREAK, " ").split())

    def note(self, label: str, item: HtmlElement) -> str:
        """Return a note, to stand anywhere in the text."""
        return prefixed("\n\n".join(self.blocks(item)), "    ", f"[^{label}]: ")

    def inline(self, node: HtmlElement, before: str = "") -> str:
        """Return the running text in an element; `before` stands before it on its line."""
        text = escaped(node.text or "")
        for child in node:
            text += self._element(child, before + text) + escaped(child.tail or "")
        return text

    def _element(self, node: HtmlElement, before: str) -> str:
        match node.tag:
            case "strong" | "b" | "em" | "i" if not self._emphatic:
                # Signs within signs hold in few places only: what is emphasised twice is emphasised once.
                self._emphatic = True
                text = self.inline(node)
                self._emphatic = False
                return emphasised(text, "**" if node.tag in {"strong", "b"} else "*", before, node.tail or "")
            case "a":
                return self._link(node, before)
            case "img":
                return self._picture(node)
            case "br":
                return BREAK
            case tag if tag == _MARK:
                # A bracket or a colon right after it would make something else of it.
                return f"[^{node.get('label')}]{' ' if (node.tail or '')[:1] in {'(', ':'} else ''}"
            case _:
                return self.inline(node, before)

    def _link(self, node: HtmlElement, before: str) -> str:
        words, target = self.inline(node, before), (node.get("href") or "").strip()
        if not target or not words.strip() or "![" in words:
            return words
        target = target.replace(" ", "%20").replace("\\", "%5C")
        if not is_link(target) or "{" in target or any(map(is_unsafe, target)):
            self.left["a link within the document, or to a file; its words are kept"] += 1
            return words
        lead, words, trail = parted(words)
        return (
            f"{lead}[{words}](<{target}>){trail}" if re.search(r"[()]", target) else f"{lead}[{words}]({target}){trail}"
        )

    def _picture(self, node: HtmlElement) -> str:
        found = self._image(node.get("src") or "")
        if found is None:
            return ""
        file, words = found
        return f"\n\n![{escaped(' '.join(words.split()))}]({file})\n\n"


def _gap(block: str) -> str:
    """Return what stands between a list's words and a block under them: a list needs no empty line."""
    return "\n" if re.match(r"- |1\. ", block) else "\n\n"


def _is_leaf(node: HtmlElement) -> bool:
    return not any(child.tag in _BLOCKS for child in node)


def _span(cell: HtmlElement) -> int:
    text = cell.get("colspan", "1")
    return min(int(text), 50) if re.fullmatch(r"[1-9]\d{0,3}", text) else 1
