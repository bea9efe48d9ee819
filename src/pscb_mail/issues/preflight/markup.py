"""Rules for what was typed or pasted otherwise than it was meant: readers see signs, or lines run together.

Pure; every pattern is bounded.
"""

import re
from collections.abc import Iterator

from pscb_mail.foreign import one_line
from pscb_mail.issues.preflight.manuscript import Manuscript
from pscb_mail.issues.preflight.report import Spot

_HEADING_LONG = 80
# U+F0B7 is Word's own, of the font Symbol, o of Courier; a dash before a tab is one that AutoFormat made of a hyphen.
_BULLET = re.compile(
    r"[ ]{0,3}(?:[-*+>][ ]{1,3})?"
    r"([•◦▪▫●○■‣∙·\uf0b7\uf0a7](?=[ \t])|[–—o](?=\t)|(?:[-+]|\d{1,2}[.)])(?=[^\W\d_]{2}))"
)
_LEFT = (
    (
        re.compile(r"\]\([^)\s]{1,60} [^)]{0,200}\)"),
        '"{}" has a space in it, and is no link: take that out, or put a file\'s name between < and >.',
    ),
    (
        re.compile(r"\]\((?![^)\s]{1,60} [^)]{0,200}\))[^)\s]{0,60}|\*\*|^#{1,6}(?=\w)"),
        '"{}" stands in the text as it is: something is missing before or after it.',
    ),
    (
        re.compile(
            r"<!--|</?(?:a|b|i|u|p|br|hr|em|strong|span|div|font|center|img|table|t[rdh]|[uo]l|li|h[1-6]|su[bp])\b[^<>]{0,200}>",
            re.IGNORECASE,
        ),
        '"{}" is shown as it stands: HTML means nothing here. Write **important** or [words](https://…).',
    ),
    (
        re.compile(r"\|[ ]?:?-{3}|^\|(?=.)|\| \|"),
        '"{}" stands in the text as it is: a table has a line |---|---| under its head, with as many columns.',
    ),
    (
        re.compile(r"\b\w{2,40}[^\w\s]?(?=\t+\S)"),
        'After "{}" stands a tab, and readers see one space: write a table, | one | two |.',
    ),
)


def left_over(issue: Manuscript) -> Iterator[Spot]:
    """Find what readers would see as it is, or as what it was not meant to be, out of a word processor above all."""
    for text in issue.texts:
        found = ((pattern.search(text.text), sentence) for pattern, sentence in _LEFT)
        yield from ((text.line, sentence.format(one_line(sign[0], 60))) for sign, sentence in found if sign)
    for number, line in enumerate(issue.source.text.split("\n"), start=1):
        written = number >= issue.source.first_line and number not in issue.code
        if written and (bullet := _BULLET.match(line)):
            yield number, f'"{bullet[1]}" begins no list here, and runs on from the line above: write - and a space.'
    for number in issue.indented:
        yield number, "A tab or four spaces before this line make code of it: begin it at the left."
    for number in issue.run_on:
        yield number, "This line runs on from the one above it, in one paragraph: leave an empty line between."
    for heading in issue.headings:
        if heading.underlined and (len(heading.text) > _HEADING_LONG or heading.text.endswith((".", "!", ":"))):
            yield heading.line, "The line of --- below makes a heading of this paragraph: leave an empty line between."


def curly_quotes(issue: Manuscript) -> Iterator[Spot]:
    """Find values of the file's head in quotation marks that a word processor has turned: readers see them."""
    lines = issue.source.text.split("\n")
    for key in ("title", "subject", "preheader"):
        number = issue.line_of(key)
        if number and re.match(rf"{key}[ \t]*:[ \t]*[“”„‟‘’]", lines[number - 1], re.IGNORECASE):
            yield number, f"The {key} stands in curly quotation marks, which readers will see."
