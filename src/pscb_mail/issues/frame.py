"""What stands around the body of an issue, in HTML and in plain text alike: masthead, contents, footer.

Pure. Both renderers and their templates take the words from here, so that they cannot say different things.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from markdown_it.tree import SyntaxTreeNode

from pscb_mail.issues.blocks import Event
from pscb_mail.issues.document import Document, Heading
from pscb_mail.issues.look import Look, look_of
from pscb_mail.settings import Settings

# strftime would follow the computer's language, and the same issue would be another edition elsewhere.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# From the area code or the country on, seven digits or more, and not cut out of something longer.
_NUMBER = re.compile(
    r"(?<![\w+/.-])((?=(?:[ \u00a0()+]*[0-9]){7})"
    r"(?:\+[0-9]{1,3}[ \u00a0]?(?:\(0\)[ \u00a0]?)?|\(0[0-9]{2,5}\)[ \u00a0]?|0)[0-9]+(?:[ \u00a0][0-9]+)*)"
    r"(?![\w/-]|[ \u00a0][0-9])"
)
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "ur", "yi"})
_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}


@dataclass(frozen=True)
class Frame:
    """An issue with everything around its body."""

    document: Document
    settings: Settings

    @property
    def look(self) -> Look:
        """The colours."""
        return look_of(self.settings.design)

    @property
    def name(self) -> str:
        """The newsletter's name."""
        return self.settings.newsletter.name

    @property
    def title(self) -> str:
        """The issue's title: its only heading of the first level."""
        return self.document.source.title

    @property
    def subject(self) -> str:
        """The subject of the mail."""
        return self.document.source.subject

    @property
    def language(self) -> str:
        """The language, as HTML names it (BCP 47)."""
        return self.settings.newsletter.language

    @property
    def direction(self) -> str:
        """The direction in which the language is written."""
        return direction_of(self.language)

    @property
    def dateline(self) -> str:
        """Number and date, as far as the issue has them: "Number 18, 31 October 2010"."""
        source = self.document.source
        number = f"Number {source.number}" if source.number is not None else ""
        return ", ".join(part for part in (number, day(source.date) if source.date else "") if part)

    @cached_property
    def contents(self) -> tuple[tuple[Heading, SyntaxTreeNode], ...]:
        """The articles for "Featured in this issue", with their headings' words; empty where none are wanted."""
        if not self.document.source.contents:
            return ()
        nodes = [node for node in self.document.tree.walk() if node.type == "heading" and node.tag == "h2"]
        return tuple((heading, node.children[0]) for heading, node in zip(self.document.articles, nodes, strict=True))

    @property
    def reply_to(self) -> str:
        """The address that readers write to."""
        return self.settings.newsletter.reply_to

    @property
    def forwarded(self) -> str:
        """What the first reply link of a forwarded copy does."""
        if self.settings.mailbox.forwarded == "act":
            return (
                "Has somebody forwarded this to you? The links above belong to that person’s copy: "
                "the first one takes that person off the list, and tells them."
            )
        return (
            "Has somebody forwarded this to you? The links above belong to that person’s copy: "
            "if you use the first one, we ask that person before anything is changed."
        )


def direction_of(language: str) -> str:
    """Return the direction in which a language is written, as HTML names it."""
    return "rtl" if language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def direction_of_words(words: str, otherwise: str) -> str:
    """Return the direction in which words are written: that of their first letter (TR9, rules P2 and P3)."""
    found = (unicodedata.bidirectional(letter) for letter in words)
    return next((_DIRECTIONS[each] for each in found if each in _DIRECTIONS), otherwise)


def day(date: dt.date) -> str:
    """Return "31 October 2010"."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def weekday(date: dt.date) -> str:
    """Return "Sunday"."""
    return _DAYS[date.weekday()]


def times(event: Event) -> str:
    """Return "09:30 to 16:30", "09:30", or nothing for a whole day."""
    if event.start is None:
        return ""
    start = f"{event.start:%H:%M}"
    return f"{start} to {event.end:%H:%M}" if event.end else start


def tel(number: str) -> str:
    """Return a telephone number as it stands in a tel link (RFC 3966): digits, and a plus where it begins with one."""
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    return f"+{digits}" if number.strip().startswith("+") else digits


def numbers(text: str) -> tuple[tuple[str, bool], ...]:
    """Return a text in parts, each with whether it is a telephone number that can be rung as it stands."""
    parts = _NUMBER.split(text)
    return tuple((part, bool(place % 2)) for place, part in enumerate(parts) if part)


def site(link: str) -> str:
    """Return a website's address as people write it: without https:// and the last slash."""
    return re.sub(r"^https?://", "", link, flags=re.IGNORECASE).rstrip("/")
