"""The HTML part: a Document rendered through the templates, its CSS inlined once, cut into a passage.

What a mail client may do to it, and what it must bear, is set down in `templates/newsletter.css`. Prose is written
here, node by node, as bare as it can be: every look comes from the style sheets. Everything an editor wrote is escaped
on its way in; what is personal travels as stand-ins (`marks`) and is cut out of the one result. Leaves to others: what
the words mean (`parsing`), the pictures' bytes (`pictures`), the plain text (`text`).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup, escape

from pscb_mail.issues.blocks import Button, Contact, Events, Only, Quote
from pscb_mail.issues.calendars import calendar_name
from pscb_mail.issues.contents import contents_of
from pscb_mail.issues.edition import MERGE_FIELDS, Field, Flat, Passage, splice
from pscb_mail.issues.frame import Frame, direction_of_words
from pscb_mail.issues.inlining import inlined, squeezed
from pscb_mail.issues.look import Look, look_of
from pscb_mail.issues.marks import Marks
from pscb_mail.issues.notes import Note
from pscb_mail.issues.pictures import Embedded
from pscb_mail.issues.reply_links import LINKS, ReplyLink, mailto
from pscb_mail.issues.tables import captioned, label, table_of
from pscb_mail.issues.templating import Templates
from pscb_mail.issues.tokens import carrying, plain
from pscb_mail.settings import Settings

# Figure space, no-break space of no width, grapheme joiner: clients show no text from the body after the preheader.
_FILLER = "\u2007\ufeff\u034f"
_FILLER_REFERENCES = "&#8199;&#65279;&#847;"
_PREVIEW = 150


def render(frame: Frame, templates: Templates, pictures: Mapping[str, Embedded], logo: Embedded | None) -> Passage:
    """Return the HTML of an issue, with places for what is personal."""
    marks = Marks(frame.document.source.body)
    body = _Body(frame, templates, marks, pictures)
    html = templates.render(
        "newsletter.html.j2",
        frame=frame,
        links={link.subject: marks.put(*_href(link, frame.reply_to)) for link in LINKS},
        reader=marks.put(Field("address", "you", "html")),
        preheader=frame.document.source.preheader,
        filler=_FILLER * max(0, _PREVIEW - len(frame.document.source.preheader)),
        contents=contents_of(frame, marks, lambda _, node: body.inline(node)),
        body=_made(body.blocks(frame.document.tree)),
        logo=logo,
        styles=_styles(frame, templates),
    )
    return marks.cut(inlined(html).replace(_FILLER, _FILLER_REFERENCES))


def render_page(frame: Frame, templates: Templates, files: "PageFiles") -> str:
    """Return the issue as a public web page: the default words for what is personal, files beside instead of parts."""
    marks = Marks(frame.document.source.body)
    body = _Body(frame, templates, marks, files.pictures, beside=files.names)
    page = templates.render(
        "archive/issue.html.j2",
        frame=frame,
        contents=[(heading.anchor, body.inline(node)) for heading, node in frame.contents],
        body=_made(body.blocks(frame.document.tree)),
        logo=files.logo,
        files=files,
        style=style_of(frame.settings, templates),
    )
    return splice(marks.cut(page), dict.fromkeys(MERGE_FIELDS, ""))


def style_of(settings: Settings, templates: Templates) -> Markup:
    """Return the style sheet of a web page."""
    look = look_of(settings.design)
    style = "".join(_style(name, look, templates) for name in ("newsletter", "screens", "archive/archive"))
    # What is for Word alone is no CSS that a checker of web pages knows.
    return _made(re.sub(r"mso-[a-z-]+:[^;}]*;?", "", style))


def _styles(frame: Frame, templates: Templates) -> dict[str, Markup]:
    return {name: _style(name, frame.look, templates) for name in ("newsletter", "screens", "risky")}


def _style(name: str, look: Look, templates: Templates) -> Markup:
    """Return a style sheet; its only variables are colours that the settings have checked."""
    return _made(squeezed(templates.render(f"{name}.css", look=look)))


def _made(html: str) -> Markup:
    """Return HTML that was written here: what is foreign in it has been escaped where it came in."""
    return Markup(html)  # noqa: S704 the one place where text becomes HTML


def _href(link: ReplyLink, reply_to: str) -> Flat:
    return tuple(str(escape(part)) if isinstance(part, str) else part for part in mailto(link, reply_to))


@dataclass(frozen=True)
class PageFiles:
    """What lies beside a web page. `names`: a picture's name there, by its Content-ID."""

    pictures: Mapping[str, Embedded]
    logo: Embedded | None
    names: Mapping[str, str]
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column's heading as the templates see it; `share` is its width in per cent, 0 where the client decides."""

    head: Markup
    classes: str
    share: int

    @property
    def label(self) -> str:
        """The heading as it stands before a cell, on a telephone."""
        return label(self.head)


class _Body:
    """The body of one issue as HTML."""

    def __init__(
        self,
        frame: Frame,
        templates: Templates,
        marks: Marks,
        pictures: Mapping[str, Embedded],
        beside: Mapping[str, str] | None = None,
    ) -> None:
        """`beside`: the pictures' names on a web page, by Content-ID; None for a mail, which carries its pictures."""
        document = frame.document
        self._beside = beside
        self._templates = templates
        self._marks = marks
        self._pictures = pictures
        self._slug = document.source.slug
        self._calendar = calendar_name(self._slug)
        self._direction = frame.direction
        self._section = escape(document.source.title)
        self._begun = document.source.contents
        self._led_to = {heading.anchor for heading, _ in frame.contents}
        self._led_to |= {link.target[1:] for link in document.links if link.target.startswith("#")}
        self._writers: dict[str, Callable[[SyntaxTreeNode], str]] = {
            "paragraph": self._paragraph,
            "heading": self._heading,
            "bullet_list": lambda node: f"<ul{self._turned(node)}>{self.blocks(node)}</ul>\n",
            "ordered_list": self._ordered_list,
            "list_item": lambda node: f"<li>{self.blocks(node).strip()}</li>\n",
            "blockquote": lambda node: self._template("quote", body=_made(self.blocks(node)), source=""),
            "hr": lambda _: "<hr>\n",
            "fence": self._code,
            "code_block": self._code,
            "contact": self._contact,
            "button": self._button,
            "callout": lambda node: self._template("callout", body=_made(self.blocks(node))),
            "quote": self._quote,
            "only": self._only,
            "notes": self._notes,
            "note": self._note,
            "note_mark": self._note_mark,
            "inline": self.inline,
            "text": lambda node: escape(node.content),
            "softbreak": lambda _: "\n",
            "hardbreak": lambda _: "<br>\n",
            "strong": lambda node: f"<strong>{self.inline(node)}</strong>",
            "em": lambda node: f"<em>{self.inline(node)}</em>",
            "code_inline": lambda node: f"<code>{escape(node.content)}</code>",
            "link": self._link,
            "image": self._image,
            "field": self._field,
        }

    def blocks(self, node: SyntaxTreeNode) -> str:
        """Return what stands inside a block."""
        written = []
        for child, caption in captioned(node.children):
            written.append(self._block(child, caption))
            self._begun = self._begun or child.type != "only"
        return "".join(written)

    def _block(self, node: SyntaxTreeNode, caption: SyntaxTreeNode | None) -> str:
        if node.type in {"table", "events"}:
            words = self._caption(caption) if caption else self._section
            return self._table(node, words) if node.type == "table" else self._events(node, words)
        return self._writers[node.type](node)

    def inline(self, node: SyntaxTreeNode) -> Markup:
        """Return running text."""
        return _made("".join(self._writers[child.type](child) for child in node.children))

    def _template(self, block: str, **values: object) -> str:
        return self._templates.render(f"blocks/{block}.html.j2", **values) + "\n"

    def _paragraph(self, node: SyntaxTreeNode) -> str:
        text = self.inline(node.children[0]) if node.children else ""
        if node.hidden:
            return f"{text}\n"
        return f"<p{self._turned(node)}>{text}</p>\n"

    def _turned(self, node: SyntaxTreeNode) -> str:
        """Return an attribute where a block is read from the other side: Arabic in an English issue."""
        direction = direction_of_words(plain(node), self._direction)
        return f' dir="{direction}"' if direction != self._direction else ""

    def _link(self, node: SyntaxTreeNode) -> str:
        alone = ' class="alone"' if not node.siblings[1:] else ""
        return f'<a{alone} href="{escape(node.attrs["href"])}">{self.inline(node)}</a>'

    def _heading(self, node: SyntaxTreeNode) -> str:
        opening = f'<{node.tag} id="{escape(node.attrs["id"])}"{self._turned(node)}'
        # Where nothing is above it, no line is needed between.
        opening += "" if self._begun else ' class="first"'
        self._section = self.inline(node.children[0])
        target = self._target(str(node.attrs["id"])) if node.attrs["id"] in self._led_to else ""
        return f"{opening}>{target}{self._section}</{node.tag}>\n"

    def _ordered_list(self, node: SyntaxTreeNode) -> str:
        start = node.attrs.get("start", 1)
        begin = "" if start == 1 else f' start="{start}"'
        return f"<ol{begin}{self._turned(node)}>{self.blocks(node)}</ol>\n"

    def _code(self, node: SyntaxTreeNode) -> str:
        return f"<pre>{escape(node.content)}</pre>\n"

    def _field(self, node: SyntaxTreeNode) -> str:
        field = carrying(node, Field)
        return self._marks.put(Field(field.name, field.default, "html"))

    def _image(self, node: SyntaxTreeNode) -> str:
        picture = self._pictures[str(node.attrs["src"])]
        # Yahoo takes height:auto away (caniemail.com), and an attribute would stretch the picture on a telephone.
        height = f' height="{picture.height}"' if self._beside is not None else ""
        source, words = self._source(picture.file.content_id), escape(plain(node))
        image = f'<img src="{source}" alt="{words}" width="{picture.width}"{height}>'
        title = str(node.attrs.get("title", ""))
        return f'{image}<br><span class="small">{escape(title)}</span>' if title else image

    def _source(self, content_id: str) -> str:
        if self._beside is None:
            return f"cid:{quote(content_id, safe='@')}"
        return quote(self._beside[content_id])

    def _table(self, node: SyntaxTreeNode, caption: Markup) -> str:
        table = table_of(node)
        columns = [
            Column(self.inline(cell), " ".join(filter(None, (align, "short" if short and table.wide else ""))), share)
            for cell, align, short, share in zip(table.head, table.aligns, table.short, table.shares, strict=True)
        ]
        rows = [[self.inline(cell) for cell in row] for row in table.rows]
        repeated = caption == self._section
        return self._template("table", caption=caption, repeated=repeated, columns=columns, rows=rows, wide=table.wide)

    def _caption(self, node: SyntaxTreeNode) -> Markup:
        return _made(re.sub(r"^Table:\s*", "", self.inline(node.children[0])))

    def _contact(self, node: SyntaxTreeNode) -> str:
        contact = carrying(node, Contact)
        return self._template("contact", contact=contact)

    def _events(self, node: SyntaxTreeNode, caption: Markup) -> str:
        events = carrying(node, Events)
        repeated, beside = caption == self._section, self._beside is not None
        return self._template(
            "events", events=events.events, calendar=self._calendar, caption=caption, repeated=repeated, beside=beside
        )

    def _button(self, node: SyntaxTreeNode) -> str:
        button = carrying(node, Button)
        return self._template("button", button=button)

    def _quote(self, node: SyntaxTreeNode) -> str:
        quoted = carrying(node, Quote)
        return self._template("quote", body=_made(self.blocks(node)), source=quoted.source)

    def _notes(self, node: SyntaxTreeNode) -> str:
        return self._template("notes", first=carrying(node, Note).mark, body=_made(self.blocks(node)))

    def _note(self, node: SyntaxTreeNode) -> str:
        note = carrying(node, Note)
        match node.children:
            case [only] if only.type == "paragraph" and only.children:
                words: str = self.inline(only.children[0])
            case _:
                words = self.blocks(node).strip()
        return f'<li id="{note.anchor}">{self._target(note.anchor)}{words}</li>\n'

    def _note_mark(self, node: SyntaxTreeNode) -> str:
        note = carrying(node, Note)
        return f'<sup><a href="#{note.anchor}" aria-label="Note {note.mark}">{note.mark}</a></sup>'

    def _target(self, anchor: str) -> str:
        """Return what a link within the mail leads to in Outlook, which knows no id (caniemail.com, local anchors)."""
        return f'<!--[if mso]><a name="{escape(anchor)}"></a><![endif]-->' if self._beside is None else ""

    def _only(self, node: SyntaxTreeNode) -> str:
        """Return a passage for some groups; nothing of it reaches what comes after, which others read too."""
        only = carrying(node, Only)
        before = self._begun, self._section, self._calendar
        self._calendar = calendar_name(self._slug, only.groups)
        passage = self.blocks(node)
        self._begun, self._section, self._calendar = before
        if not self._begun and _heading_follows(node):
            # For others that heading is the first thing they see, and has no line above it: the passage brings its own.
            passage += "<hr>\n"
        begin, end = self._marks.around(only.groups)
        label = self._marks.label(self._template("only", groups=only.groups))
        return f"{begin}{label}{passage}{end}"


def _heading_follows(node: SyntaxTreeNode) -> bool:
    following = node.next_sibling
    while following is not None and following.type == "only":
        following = following.next_sibling
    return following is not None and following.type == "heading"
