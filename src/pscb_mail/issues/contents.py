"""The table of contents, "Featured in this issue": for each reader the articles that they get, and no trace of others.

Pure. Templates put an article's `begin` and `end` around all that they say of it. One that forgets them shows an empty
point to some readers; words and anchor are safe by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup

from pscb_mail.issues.document import Heading
from pscb_mail.issues.frame import Frame
from pscb_mail.issues.marks import Marks


@dataclass(frozen=True)
class Article:
    """One article: its heading's words, and its anchor in the HTML."""

    words: str
    anchor: str
    begin: str = ""
    end: str = ""


@dataclass(frozen=True)
class Contents:
    """The articles; `begin` and `end` stand around the whole, which is not there for readers of none of them."""

    articles: tuple[Article, ...]
    begin: str = ""
    end: str = ""


def contents_of(frame: Frame, marks: Marks, words_of: Callable[[Heading, SyntaxTreeNode], str]) -> Contents:
    """Return the contents of an issue; `words_of` renders a heading's words."""
    found = frame.contents
    articles = tuple(_article(heading, words_of(heading, node), marks) for heading, node in found)
    if not found or any(not heading.groups for heading, _ in found):
        return Contents(articles)
    groups = tuple(dict.fromkeys(name for heading, _ in found for name in heading.groups))
    return Contents(articles, *marks.around(groups))


def _article(heading: Heading, words: str, marks: Marks) -> Article:
    if not heading.groups:
        return Article(words, heading.anchor)

    def within(text: str) -> str:
        begin, end = marks.around(heading.groups)
        return f"{begin}{text}{end}"

    safe = Markup(within(words)) if isinstance(words, Markup) else within(words)  # noqa: S704 words and nothing else
    return Article(safe, within(heading.anchor), *marks.around(heading.groups))
