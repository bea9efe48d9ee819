"""Rules for how an issue is built: its headings, its pictures, its passages for some groups.

Pure. That a picture is there and has words at all is seen to by `issues.parsing` and `issues.pictures`.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from pscb_mail.issues.edition import group_key
from pscb_mail.issues.preflight.manuscript import Manuscript
from pscb_mail.issues.preflight.report import Spot
from pscb_mail.people.searching import folded

_SILLY = re.compile(
    r"(?:an? |the )?(?:image|picture|photo|photograph|graphic|logo|icon|chart|graph|diagram|screenshot|img|pic|banner)"
    r"[ _\-]?\d{0,6}|(?:img|dsc|dscn|image|screenshot|untitled)[ _\-]?[\d_\- ]{0,30}|alt(?:ernative)? ?(?:text)?"
    r"|untitled|spacer|\W{1,40}",
    re.IGNORECASE,
)
_SAYS_SO = re.compile(r"(?:an? |the )?(?:image|picture|photo|photograph|graphic) (?:of|showing)\b", re.IGNORECASE)
_ALT_LONG = 150


def headings_out_of_order(issue: Manuscript) -> Iterator[Spot]:
    """Find a heading that skips a level: screen readers move from heading to heading. The title is the first level."""
    above = 1
    for heading in issue.headings:
        if heading.level > above + 1:
            yield heading.line, f'"{heading.text[:60]}" has {"#" * heading.level} where {"#" * (above + 1)} comes next.'
        above = heading.level


def same_heading_twice(issue: Manuscript) -> Iterator[Spot]:
    """Find two sections with one name: in the table of contents nobody can tell them apart."""
    seen: dict[str, int] = {}
    for heading in issue.headings:
        words = heading.text.casefold()
        if heading.level == 2 and (first := seen.setdefault(words, heading.line)) != heading.line:
            yield heading.line, f'"{heading.text[:60]}" is a heading on line {first} too.'


def silly_alternative_text(issue: Manuscript) -> Iterator[Spot]:
    """Find alternative text that says nothing: a file's name, "image", or far too much."""
    for picture in issue.pictures:
        alt = picture.alt
        path = PurePosixPath(picture.file)
        if _SILLY.fullmatch(alt) or alt.casefold() in {path.name.casefold(), path.stem.casefold()} or _is_file(alt):
            yield picture.line, f'The alternative text "{alt[:60]}" does not say what the picture shows.'
        elif _SAYS_SO.match(alt):
            yield picture.line, f'The alternative text "{alt[:60]}" need not say that it is a picture.'
        elif len(alt) > _ALT_LONG:
            yield (
                picture.line,
                f"The alternative text has {len(alt)} characters; over {_ALT_LONG} it belongs in the text.",
            )


def passages_for_nobody(issue: Manuscript) -> Iterator[Spot]:
    """Find a group that nobody is in: mistyped, most of the time. Where nobody reads yet, nobody is missed."""
    names = frozenset(group_key(name for _, only in issue.passages for name in only.groups))
    known = list(issue.readership.in_groups(names)) if issue.readership and names else []
    found = frozenset(name for groups, _ in known for name in groups)
    for line, only in issue.passages:
        for name in only.groups:
            if known and folded(name) not in found:
                yield line, f'Nobody who would get this issue is in the group "{name[:60]}".'


def _is_file(text: str) -> bool:
    return bool(re.fullmatch(r"[^\s/]{1,80}\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?|heic)", text, re.IGNORECASE))
