"""The plain text part: a full twin of the HTML, from the same Document by its own rules.

Every word and every address, in 72 columns (longer only where a word or an address is): headings underlined, a link
that stands alone as "label:" with its address, a link within a sentence with a number that the end of its article
explains, tables side by side where they fit and as records where they do not. No markup, no entity, no filler. What is
personal travels as stand-ins (`marks`) and counts as long as a name, or as its default.
"""

from collections.abc import Callable, Iterator

from markdown_it.tree import SyntaxTreeNode

from pscb_mail.issues.blocks import Button, Contact, Event, Events, Only, Quote
from pscb_mail.issues.calendars import calendar_name
from pscb_mail.issues.contents import contents_of
from pscb_mail.issues.document import Heading
from pscb_mail.issues.edition import Field, File, Passage, tidy_text
from pscb_mail.issues.frame import Frame, day, times, weekday
from pscb_mail.issues.lines import Lines
from pscb_mail.issues.marks import Marks
from pscb_mail.issues.notes import Note
from pscb_mail.issues.reply_links import LINKS, mailto
from pscb_mail.issues.tables import Table, captioned, label, table_of
from pscb_mail.issues.templating import Templates
from pscb_mail.issues.tokens import carrying, plain

_GAP = "\n\n"


def render(frame: Frame, templates: Templates, attachments: tuple[File, ...]) -> Passage:
    """Return the plain text of an issue, with places for what is personal."""
    marks = Marks(frame.document.source.body)
    lines = Lines(marks)
    body = _Body(frame, lines)
    text = templates.render(
        "newsletter.txt.j2",
        frame=frame,
        lines=lines,
        links={link.subject: marks.put(*mailto(link, frame.reply_to)) for link in LINKS},
        reader=marks.put(Field("address", "you")),
        contents=contents_of(frame, marks, body.title),
        body=body.all(),
        attachments=[file.name for file in attachments],
    )
    text = "\n".join(line.rstrip(" \t") for line in text.strip().split("\n"))
    return marks.cut(tidy_text(text) + "\n")


class _Body:
    """The body of one issue as plain text."""

    def __init__(self, frame: Frame, lines: Lines) -> None:
        self._frame = frame
        self._lines = lines
        self._numbered: dict[str, int] = {}
        self._pending: list[str] = []
        # Whom the passage is for that is being written.
        self._groups: tuple[str, ...] = ()
        self._writers: dict[str, Callable[[SyntaxTreeNode], str]] = {
            "paragraph": self._paragraph,
            "heading": self._heading,
            "bullet_list": lambda node: self._list(node, [f"{_bullet(node)} "] * len(node.children)),
            "ordered_list": self._ordered_list,
            "blockquote": self._quoted,
            "hr": lambda _: "* * *".center(self._lines.columns).rstrip(),
            "fence": self._code,
            "code_block": self._code,
            "table": self._table,
            "contact": self._contact,
            "events": self._events,
            "button": self._button,
            "callout": self._callout,
            "quote": self._quote,
            "notes": lambda node: f"{self._lines.heading('Notes', 3)}\n\n{self._blocks(node)}",
            "note": self._note,
            "note_mark": lambda node: f" (note {carrying(node, Note).mark})",
            "text": lambda node: node.content,
            "softbreak": lambda _: " ",
            "hardbreak": lambda _: "\n",
            "strong": self.words,
            "em": self.words,
            "code_inline": lambda node: node.content,
            "link": self._link,
            "image": self._image,
            "field": self._field,
        }

    def all(self) -> str:
        """Return the blocks of the body in turn, each article with the addresses of its links at its end."""
        blocks = [*self._parts(self._frame.document.tree.children), *self._addresses()]
        return "".join(blocks).removesuffix(_GAP)

    def _parts(self, nodes: list[SyntaxTreeNode]) -> Iterator[str]:
        """Yield what stands at the top, each part with the gap after it: one that is left out takes its gap along."""
        for node, caption in captioned(nodes):
            if _begins_article(node):
                yield from self._addresses()
            if node.type == "only":
                yield self._only(node)
                continue
            if _begins_article(node):
                yield _GAP
            yield self._block(node, caption) + _GAP

    def title(self, heading: Heading, node: SyntaxTreeNode) -> str:
        """Return the words of a heading for the contents."""
        self._groups = heading.groups
        words = self.words(node)
        self._groups = ()
        return words

    def words(self, node: SyntaxTreeNode) -> str:
        """Return running text, unfolded; only a break that the editor wrote ends a line."""
        return "".join(self._writers[child.type](child) for child in node.children)

    def _addresses(self) -> Iterator[str]:
        if self._pending:
            yield "\n".join(f"[{self._numbered[target]}] {target}" for target in self._pending) + _GAP
        self._pending = []

    def _blocks(self, node: SyntaxTreeNode) -> str:
        return "\n\n".join(self._block(child, caption) for child, caption in captioned(node.children))

    def _block(self, node: SyntaxTreeNode, caption: SyntaxTreeNode | None) -> str:
        text = self._writers[node.type](node)
        if caption is None:
            return text
        return f"{self._lines.wrap(self.words(caption.children[0]))}\n\n{text}"

    def _paragraph(self, node: SyntaxTreeNode) -> str:
        if not node.children:
            return ""
        inline = node.children[0]
        match inline.children:
            case [only] if only.type == "link":
                return self._alone(self.words(only), str(only.attrs["href"]))
            case _:
                return self._lines.wrap(self.words(inline))

    def _alone(self, label: str, target: str) -> str:
        """Return a link that stands by itself."""
        if _says(label, target) or target.startswith("#"):
            return self._lines.wrap(label)
        return f"{self._lines.wrap(f'{label}:')}\n{_address(target)}"

    def _link(self, node: SyntaxTreeNode) -> str:
        label, target = self.words(node), str(node.attrs["href"])
        if _says(label, target) or target.startswith("#"):
            return label
        target = _address(target)
        if self._groups:  # a number that others do not have would leave a gap in theirs
            return f"{label} ({target})"
        number = self._numbered.setdefault(target, len(self._numbered) + 1)
        if target not in self._pending:
            self._pending.append(target)
        return f"{label} [{number}]"

    def _heading(self, node: SyntaxTreeNode) -> str:
        return self._lines.heading(self.words(node.children[0]), int(node.tag[1]))

    def _ordered_list(self, node: SyntaxTreeNode) -> str:
        start = int(node.attrs.get("start", 1))
        last = len(str(start + len(node.children) - 1))
        return self._list(node, [f"{start + place:>{last}}. " for place in range(len(node.children))])

    def _list(self, node: SyntaxTreeNode, markers: list[str]) -> str:
        tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
        between = "\n" if tight else "\n\n"
        return between.join(
            self._set_in(marker, " " * len(marker), item, between)
            for item, marker in zip(node.children, markers, strict=True)
        )

    def _set_in(self, first: str, later: str, node: SyntaxTreeNode, between: str = "\n\n") -> str:
        """Return what stands inside a block behind a margin, folded to the room that the margin leaves."""
        self._lines.columns -= len(later)
        text = between.join(self._block(child, caption) for child, caption in captioned(node.children))
        self._lines.columns += len(later)
        return first + text.replace("\n", f"\n{later}")

    def _quoted(self, node: SyntaxTreeNode) -> str:
        return self._set_in("    ", "    ", node)

    def _quote(self, node: SyntaxTreeNode) -> str:
        quoted = carrying(node, Quote)
        text = self._quoted(node)
        return f"{text}\n\n{self._lines.wrap(quoted.source, '    ')}" if quoted.source else text

    def _callout(self, node: SyntaxTreeNode) -> str:
        rule = "-" * self._lines.columns
        return f"{rule}\n{self._blocks(node)}\n{rule}"

    def _note(self, node: SyntaxTreeNode) -> str:
        first = f"Note {carrying(node, Note).mark}: "
        return self._set_in(first, " " * len(first), node)

    def _only(self, node: SyntaxTreeNode) -> str:
        only = carrying(node, Only)
        begin, end = self._lines.marks.around(only.groups)
        label = self._lines.marks.label(self._lines.wrap(f"[Only for {', '.join(only.groups)}]") + _GAP)
        self._groups = only.groups
        passage = "".join(self._parts(node.children))
        self._groups = ()
        return f"{begin}{label}{passage}{end}"

    def _code(self, node: SyntaxTreeNode) -> str:
        return "\n".join(f"    {line}" for line in node.content.rstrip("\n").split("\n"))

    def _field(self, node: SyntaxTreeNode) -> str:
        field = carrying(node, Field)
        return self._lines.marks.put(field)

    def _image(self, node: SyntaxTreeNode) -> str:
        title = str(node.attrs.get("title", ""))
        return f"[Picture: {plain(node)}]" + (f"\n{title}" if title else "")

    def _button(self, node: SyntaxTreeNode) -> str:
        button = carrying(node, Button)
        return self._alone(button.text, button.link)

    def _contact(self, node: SyntaxTreeNode) -> str:
        contact = carrying(node, Contact)
        telephone = contact.telephone and f"Telephone: {contact.telephone}"
        extension = contact.extension and f"extension {contact.extension}"
        called = ", ".join(part for part in (telephone, extension) if part)
        rows = (
            contact.name, contact.role, contact.division, contact.organisation, contact.address,
            called[:1].upper() + called[1:],
            contact.email and f"E-mail: {contact.email}",
            contact.website and f"Website: {contact.website}",
        )  # fmt: skip
        return "\n".join(self._lines.wrap(row, "    ") for row in rows if row)

    def _events(self, node: SyntaxTreeNode) -> str:
        events = carrying(node, Events)
        dates = [self._event(event) for event in events.events]
        name = calendar_name(self._frame.document.source.slug, self._groups)
        note = f"For your own calendar: open the attached file {name}."
        return "\n\n".join([*dates, self._lines.wrap(note)])

    def _event(self, event: Event) -> str:
        when = ", ".join(part for part in (f"{weekday(event.day)} {day(event.day)}", times(event)) if part)
        rows = (when, event.title, event.place, event.link)
        return "\n".join(self._lines.wrap(row, "    " if place else "") for place, row in enumerate(rows) if row)

    def _table(self, node: SyntaxTreeNode) -> str:
        table = table_of(node)
        head = [self.words(cell) for cell in table.head]
        rows = [[self.words(cell) for cell in row] for row in table.rows]
        widths = [max(self._lines.width(row[place]) for row in [head, *rows]) for place in range(len(head))]
        if sum(widths) + 2 * (len(widths) - 1) > self._lines.columns:
            return "\n\n".join(self._record(head, row) for row in rows)
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self._row(head, widths, table), rule, *(self._row(row, widths, table) for row in rows)])

    def _row(self, cells: list[str], widths: list[int], table: Table) -> str:
        padded = []
        for cell, width, align in zip(cells, widths, table.aligns, strict=True):
            space = " " * (width - self._lines.width(cell))
            padded.append(space + cell if align == "right" else cell + space)
        return "  ".join(padded).rstrip()

    def _record(self, head: list[str], row: list[str]) -> str:
        """Return one row of a table that is too wide: a line for each of its cells."""
        cells = [f"{label(name)} {cell}".strip() for name, cell in zip(head, row, strict=True) if cell.strip()]
        return "\n".join(
            self._lines.wrap(cell, "" if not place else "    ", "    ") for place, cell in enumerate(cells)
        )


def _begins_article(node: SyntaxTreeNode) -> bool:
    """Whether an article begins here, or in the passage for some groups that begins here."""
    if node.type == "only":
        return any(_begins_article(child) for child in node.children)
    return node.type == "heading" and node.tag == "h2"


def _bullet(node: SyntaxTreeNode) -> str:
    """Return the sign of a list's items: another one for a list within a list."""
    parent = node.parent
    return "-" if parent is None or parent.type != "list_item" else "*"


def _address(target: str) -> str:
    """Return where a link leads, as people write it: a mail's address and a number without their scheme."""
    scheme, _, rest = target.partition(":")
    return rest if scheme.lower() in {"mailto", "tel"} and "?" not in rest else target


def _says(label: str, target: str) -> bool:
    """Whether the words of a link are its address already."""
    bare = _address(target)
    digits = "".join(c for c in label if c.isdigit())
    return label in {target, bare, target.rstrip("/")} or (target.startswith("tel:") and digits == bare.lstrip("+"))
