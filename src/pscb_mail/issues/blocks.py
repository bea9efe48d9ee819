"""The `:::` blocks of an issue: what each may hold, read from its lines.

Pure. `READERS` knows the blocks by name; a reader takes the lines between the fences and returns the block, or raises
`BlockErrors` with every mistake and the line it stands in, counted from the block's first line. Values are words, not
Markdown: no merge field, no markup. Leaves to others: the Markdown inside `callout`, `quote` and `only`, how blocks
look (`html`, `text`), the calendar file (`calendars`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time

from pscb_mail.foreign import has_unsafe, one_line
from pscb_mail.issues.mistakes import nearest
from pscb_mail.people.searching import folded


@dataclass(frozen=True)
class Contact:
    """Whom to ask: shown as a card. `name` is the person's or their post's."""

    name: str
    role: str = ""
    division: str = ""
    organisation: str = ""
    address: str = ""
    telephone: str = ""
    extension: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True)
class Event:
    """One date: a whole day where `start` is None; `end` is None where only the start is known. Times are local."""

    day: date
    title: str
    place: str = ""
    link: str = ""
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True)
class Events:
    """Dates to keep, in the order in which they were written."""

    events: tuple[Event, ...]


@dataclass(frozen=True)
class Button:
    """The one thing to do: a link that stands out."""

    text: str
    link: str


@dataclass(frozen=True)
class Callout:
    """A passage set apart; what it says is Markdown."""


@dataclass(frozen=True)
class Quote:
    """Words of somebody else; what they say is Markdown, `source` who says it and where."""

    source: str = ""


@dataclass(frozen=True)
class Only:
    """A passage for readers in one of these groups, and for nobody else; what it says is Markdown."""

    groups: tuple[str, ...]


Leaf = Contact | Events | Button
Frame = Callout | Quote | Only


class BlockErrors(Exception):  # noqa: N818 it carries several
    """What is wrong with a block: pairs of a line, counted from the block's first, and a sentence."""

    def __init__(self, mistakes: Sequence[tuple[int, str]]) -> None:
        super().__init__(mistakes)
        self.mistakes = tuple(mistakes)


NAMES = ("contact", "events", "callout", "button", "quote", "only")

# A telephone's keyboard begins them with a capital; RFC 3986 section 3.1: that makes no difference.
_LINK = re.compile(r"((?i:https?)://[^\s<>\"]+|(?i:mailto):[^\s<>\"]+@[^\s<>\"]+|(?i:tel):\+?[0-9(). -]+)")
_WEBSITE = re.compile(r"(?i:https?)://[^\s<>\"]+")
# In a mailto link a question mark would begin header fields, a per cent sign a character (RFC 6068 section 2).
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]?%#]+@[^\s@<>\"(),:;\\\[\]?%#]+\.[A-Za-z0-9-]+")
# Digits in groups; one digit behind a hyphen is the end of another number ("960123-4").
_NUMBER = re.compile(r"\+?[0-9(](?:[\s().-]*[0-9])+(?<![-.][0-9])")
# E.164 has 15, and 00 or a relay service's 18001 may lead.
_MAX_DIGITS = 17
_MAX_EVENTS = 500
_COLUMNS = ("date", "event", "place", "link")


def is_link(text: str) -> bool:
    """Whether a link may lead there: the web, a mail, a telephone; whole, so that it works from inside a mail."""
    return bool(_LINK.fullmatch(text))


def contact(lines: Sequence[str]) -> Contact:
    """Read `key: value` lines of a contact card."""
    values, mistakes = _values(lines, tuple(field.name for field in fields(Contact)))
    if "name" not in values:
        mistakes.append((0, "The contact has no name."))
    elif len(values) == 1 and not mistakes:  # a way that was misspelt is one
        mistakes.append((0, "The contact has only a name: add a telephone, an email or another way to reach it."))
    for key, check, example in (
        ("email", _EMAIL, "an address such as support@pscb.example"),
        ("website", _WEBSITE, "a link such as https://www.pscb.example"),
    ):
        if key in values and not check.fullmatch(values[key][1]):
            mistakes.append((values[key][0], f'"{one_line(values[key][1], 80)}" is not {example}.'))
    if "telephone" in values and (problem := _bad_number(values["telephone"][1])):
        mistakes.append((values["telephone"][0], problem))
    _raise_any(mistakes)
    return Contact(**{key: value for key, (_, value) in values.items()})


def button(lines: Sequence[str]) -> Button:
    """Read the `text` and the `link` of a button."""
    values, mistakes = _values(lines, ("text", "link"))
    mistakes += [(0, f"The button has no {key}.") for key in ("text", "link") if key not in values]
    if "link" in values and not is_link(values["link"][1]):
        mistakes.append((values["link"][0], bad_link(values["link"][1])))
    _raise_any(mistakes)
    return Button(values["text"][1], values["link"][1])


def events(lines: Sequence[str]) -> Events:
    """Read a table with the columns date and event, and place and link where they are wanted."""
    rows = [(number, cells_of(line)) for number, line in enumerate(lines, start=1) if line.strip()]
    if len(rows) < 3 or not all(re.fullmatch(r":?-+:?", cell) for cell in rows[1][1]):
        raise BlockErrors(
            [(0, "The events are not a table: | date | event | place |, then |---|---|---|, then a row each.")]
        )
    columns = _columns(*rows[0])
    if len(rows) > _MAX_EVENTS + 2:
        raise BlockErrors([(0, f"There are more than {_MAX_EVENTS} events.")])
    found: list[Event] = []
    mistakes: list[tuple[int, str]] = []
    for number, cells in rows[2:]:
        try:
            found.append(_event(columns, cells))
        except ValueError as error:
            mistakes.append((number, str(error)))
    _raise_any(mistakes)
    return Events(tuple(found))


def quote_source(line: str) -> str | None:
    """Return who is quoted where `line` says so ("source: …"), else None."""
    found = re.fullmatch(r"\s*source:\s*(\S.*)", line, re.IGNORECASE)
    return found[1].strip() if found else None


def only(text: str) -> Only:
    """Read the groups that stand after the word only, parted by commas, each once."""
    groups: dict[str, str] = {}
    for name in filter(None, (" ".join(name.split()) for name in re.split("[,;]", text))):
        groups.setdefault(folded(name), name)
    if not groups:
        raise BlockErrors([(0, "The block only says not for whom: name the groups after it, ::: only Heads, DSLs.")])
    if "{{" in text or "{%" in text:
        raise BlockErrors([(0, "The block only cannot have a merge field in its first line: name groups.")])
    return Only(tuple(groups.values()))


READERS: dict[str, Callable[[Sequence[str]], Leaf]] = {"contact": contact, "events": events, "button": button}


def _values(lines: Sequence[str], keys: tuple[str, ...]) -> tuple[dict[str, tuple[int, str]], list[tuple[int, str]]]:
    """Return each key with its line and value, and the mistakes in their writing."""
    values: dict[str, tuple[int, str]] = {}
    mistakes = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        key, colon, value = (part.strip() for part in line.partition(":"))
        key = key.lower()
        if not colon or not re.fullmatch(r"\w[\w -]*", key):
            mistakes.append((number, f'"{one_line(line, 60)}" is not "key: value". Keys: {", ".join(keys)}.'))
        elif key not in keys:
            mistakes.append((number, f'"{one_line(key, 60)}" is not a key of this block. {nearest(key, keys)}'))
        elif key in values:
            mistakes.append((number, f"{key} is there twice."))
        elif problem := _not_plain(value):
            mistakes.append((number, f"{key} {problem}."))
        elif value:
            values[key] = (number, value)
    return values, mistakes


def _not_plain(value: str) -> str:
    if has_unsafe(value):
        return "has a control or an invisible direction mark in it"
    if "{{" in value or "{%" in value or "{#" in value:
        return "cannot have a merge field: blocks are the same for everybody"
    return ""


def _bad_number(text: str) -> str:
    """Return what keeps a telephone from ringing this number: pressed, it dials every digit there is."""
    digits = len(re.findall("[0-9]", text))
    if digits < 3:
        return "The telephone has no number."
    if _NUMBER.fullmatch(text) and digits <= _MAX_DIGITS:
        return ""
    return (
        f'"{one_line(text, 60)}" is not one number such as 01632 960123: an extension goes under extension, '
        "a second number into a contact of its own."
    )


def bad_link(link: str) -> str:
    """Return what is wrong with a link that leads nowhere from inside a mail."""
    if link.lower().startswith("tel:"):
        return f'"{one_line(link, 80)}" cannot be rung: write its digits together, tel:01632960123.'
    return f'"{one_line(link, 80)}" is not a link that works in a mail: it must begin with https://, mailto: or tel:.'


def _raise_any(mistakes: list[tuple[int, str]]) -> None:
    if mistakes:
        raise BlockErrors(mistakes)


def cells_of(line: str) -> list[str]:
    r"""Return the cells of a table's row; `\|` is a bar in a cell."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", inner)]


def too_many(cells: Sequence[str], columns: int) -> str:
    """Return what is wrong with a row that has more cells than its table has columns."""
    return f"The row has {len(cells)} cells, the table {columns} columns; a bar within a cell is written \\|."


def _columns(number: int, cells: list[str]) -> list[str]:
    columns = [cell.lower() for cell in cells]
    mistakes = [
        (number, f'"{one_line(column, 60)}" is not a column of events. {nearest(column, _COLUMNS)}')
        for column in columns
        if column not in _COLUMNS
    ]
    mistakes += [(number, f"The events have no column {name}.") for name in ("date", "event") if name not in columns]
    mistakes += [(number, f"The column {name} is there twice.") for name in _COLUMNS if columns.count(name) > 1]
    _raise_any(mistakes)
    return columns


def _event(columns: list[str], cells: list[str]) -> Event:
    """Return one row's event. Raises ValueError with a sentence."""
    if len(cells) > len(columns):
        raise ValueError(too_many(cells, len(columns)))
    row = dict(zip(columns, cells, strict=False))
    for column, value in row.items():
        if problem := _not_plain(value):
            raise ValueError(f"The {column} {problem}.")
        if "](" in value:
            raise ValueError(f"The {column} has a link in it: put the address into a column link.")
    if not row.get("event"):
        raise ValueError("The event has no name.")
    link = row.get("link", "")
    if link and not is_link(link):
        raise ValueError(bad_link(link))
    day, start, end = when(row.get("date", ""))
    return Event(day, row["event"], row.get("place", ""), link, start, end)


def when(text: str) -> tuple[date, time | None, time | None]:
    """Read "2010-11-25", "2010-11-25 9:30" or "2010-11-25 09:30-16:30". Raises ValueError with a sentence."""
    found = re.fullmatch(
        r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?: +([0-9]{1,2}:[0-9]{2})(?: ?[-–] ?([0-9]{1,2}:[0-9]{2}))?)?", text
    )
    if not found:
        raise ValueError(f'"{one_line(text, 40)}" is not a date such as 2010-11-25 or 2010-11-11 09:30-16:30.')
    try:
        day = datetime.fromisoformat(found[1]).date()
        start, end = (time.fromisoformat(part.zfill(5)) if part else None for part in (found[2], found[3]))
    except ValueError as error:
        raise ValueError(f'"{one_line(text, 40)}" is not a date that exists.') from error
    if not 1970 <= day.year <= 2100:
        raise ValueError(f'"{one_line(text, 40)}" is not in this century or the end of the last.')
    if start and end and end <= start:
        raise ValueError(f'"{one_line(text, 40)}" ends before it begins.')
    return day, start, end
