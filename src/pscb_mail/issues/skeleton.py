"""The next issue, begun: a file with every key explained and one example of each block, to be written over.

Promises: what is written builds as it stands; every sentence that must be replaced is in `HINTS`, and `check` finds
each that is still there; a file that exists is never touched. The day is an argument.
"""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pscb_mail.errors import PscbMailError, UsageError
from pscb_mail.issues.source import PREHEADER, SUBJECT_LONG, all_issues, find_issue, read_source, slug_of

_PREHEADER = "Say in one line what is in this issue, so that people open it"
_GREETING = "Say in two or three sentences what this issue is about and what readers should do."
_CALLOUT_TITLE = "The one thing nobody should miss"
_CALLOUT = "Say here what it is, and by when it must be done."
_EVENTS = "Say for whom these are, and how to book."
_EVENT = "The name of the event goes here"
_PLACE = "The place goes here"
_ARTICLE_TITLE = "The heading of an article"
_ARTICLE = "Tell the news first, then why it matters to the readers, then what to do."
_POINT = "A point in a few words, and another below it"
_LINK = "What the page is called (website)"
_QUOTE = "A sentence worth repeating, in somebody's own words."
_QUOTE_SOURCE = "Who said it, and where"
_BUTTON = "What the button does"
_ADDRESS = "https://www.page-to-visit.example/"
_NAME = "The post to ask for"
_EMAIL = "post-to-ask-for@organisation.example"

_DATE_NOTE = "    # today: put the day on which it goes out"

HINTS = (
    _PREHEADER, _GREETING, _CALLOUT_TITLE, _CALLOUT, _EVENTS, _EVENT, _PLACE, _ARTICLE_TITLE, _ARTICLE, _POINT, _LINK,
    _QUOTE, _QUOTE_SOURCE, _BUTTON, _ADDRESS, _NAME, _EMAIL,
)  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A document from elsewhere as it goes into an issue. `left`: what was left behind, a sentence each."""

    title: str
    body: str
    pictures: Mapping[str, bytes]
    left: tuple[str, ...] = ()


def begin(folder: Path, name: str | None, newsletter: str, today: date) -> Path:
    """Write the next issue into `folder` and return its file; `name` is the slug where it is not the next number.

    Raises UsageError where there is such an issue already.
    """
    slug, number = _named(folder, name)
    path = folder / f"{slug}.md"
    if (folder / slug / "issue.md").is_file():
        raise _exists(folder / slug / "issue.md")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(skeleton(number, newsletter, today))
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Check that the folder is yours.") from error
    return path


def begin_from(folder: Path, name: str | None, newsletter: str, today: date, draft: Draft) -> Path:
    """Write an issue of a draft, in a folder of its own with its pictures, whole or not at all; return its file.

    Raises UsageError where there is such an issue already.
    """
    slug, number = _named(folder, name)
    path = folder / slug / "issue.md"
    for taken in (folder / f"{slug}.md", folder / slug):
        if taken.exists():
            raise _exists(taken)
    begun = folder / f".{slug}.new"
    try:
        begun.mkdir(parents=True)
        head = _head(number, today, *_named_by(draft.title, number, newsletter, today), _DATE_NOTE)
        (begun / path.name).write_text(f"{head}\n{draft.body}", encoding="utf-8", newline="\n")
        for picture, content in draft.pictures.items():
            (begun / picture).write_bytes(content)
        begun.rename(folder / slug)
    except OSError as error:
        shutil.rmtree(begun, ignore_errors=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}.", "Check that the folder is yours.") from error
    return path


def next_number(folder: Path) -> int:
    """Return the number after the highest; a broken file counts by its name."""
    return 1 + max((_number(folder, slug) for slug in all_issues(folder)), default=0)


def skeleton(number: int, newsletter: str, today: date) -> str:
    """Return the text of a new issue."""
    day = today + timedelta(weeks=4)
    return f"""\
{_head(number, today, *_named_by("", number, newsletter, today))}
## Message from the editor

Dear {{{{ first_name | default("colleague") }}}},

{_GREETING}

::: callout
### {_CALLOUT_TITLE}

{_CALLOUT}
:::

## {_ARTICLE_TITLE}

{_ARTICLE}

- {_POINT}

[{_LINK}]({_ADDRESS})

::: quote
{_QUOTE}

source: {_QUOTE_SOURCE}
:::

::: button
text: {_BUTTON}
link: {_ADDRESS}
:::

## Events

{_EVENTS}

::: events
| date | event | place |
|------|-------|-------|
| {day.isoformat()} 09:30-16:30 | {_EVENT} | {_PLACE} |
:::

## Whom to ask

::: contact
name: {_NAME}
telephone: 01632 960000
email: {_EMAIL}
:::
"""


def _named(folder: Path, name: str | None) -> tuple[str, int]:
    """Return the slug and the number of an issue to begin."""
    number = next_number(folder)
    slug = slug_of(name or str(number))
    numbered = re.fullmatch(r"issue-([0-9]{1,6})", slug)
    return slug, int(numbered[1]) if numbered else number


def _named_by(title: str, number: int, newsletter: str, today: date) -> tuple[str, str]:
    """Return title and subject. A document's own title goes before the month of today."""
    if not title:
        return f"Newsletter {number}: {today:%B %Y}", f"{newsletter} {number}: {today:%B %Y}"
    own = re.search(rf"(?<!\d){number}(?!\d)", title) or newsletter.casefold() in title.casefold()
    return title, title if own else f"{newsletter} {number}: {title}"


def _head(number: int, today: date, title: str, subject: str, date_note: str = "") -> str:
    return f"""\
---
number: {number}
date: {today.isoformat()}{date_note}
title: {_quoted(title)}
subject: {_quoted(subject)}    # what the inbox shows: {SUBJECT_LONG} characters at most
preheader: "{_PREHEADER}"    # shown after the subject: {PREHEADER[0]} to {PREHEADER[1]} characters
contents: true    # a table of contents, made of the headings
# attachments: [programme.pdf]    # files that lie beside this one
# ignore: {{acronym: "why that does not matter in this issue"}}    # a rule of `pscb-mail check` set aside
---
"""


def _exists(path: Path) -> UsageError:
    return UsageError(f"{path} is there already; it was not touched.", "Name another one: `pscb-mail new NAME`.")


def _number(folder: Path, slug: str) -> int:
    named = re.fullmatch(r"issue-([0-9]{1,6})", slug)
    try:
        number = read_source(find_issue(folder, slug)).number
    except PscbMailError:
        number = None
    return max(number or 0, int(named[1]) if named else 0)


def _quoted(text: str) -> str:
    """Return text as a double-quoted scalar (YAML 1.2 section 7.3.1)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
