"""Rules for days: weekdays that are wrong, days that do not exist or are past, words that grow stale.

Pure: what is past is past by the issue's own date, as no rule reads a clock.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from pscb_mail.issues import frame
from pscb_mail.issues.preflight.guard import MONTH
from pscb_mail.issues.preflight.manuscript import Manuscript
from pscb_mail.issues.preflight.report import Spot

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDS = ("mar", "march", "may")  # which are no months where nothing says so
_MONTH = rf"(?P<month>{MONTH})\b\.?"
_YEAR = r"(?:,? (?P<year>(?:19|20)\d\d)\b)?"
_WEEKDAY = r"(?:\b(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,? (?:the )?)?"
_DATE = re.compile(rf"{_WEEKDAY}(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}{_YEAR}", re.IGNORECASE)
_NUMERIC = re.compile(
    rf"{_WEEKDAY}(?<![\d/])(?P<day>\d{{1,2}})/(?P<month>0?[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)(?![\d/])", re.IGNORECASE
)
_STALE = re.compile(
    r"\b(?:(?:later |earlier )?this (?:week|month)|(?:next|last) (?:week|month)|tomorrow|yesterday|in a fortnight)\b",
    re.IGNORECASE,
)
# Half a year to either side: a day without a year is meant to be near the issue's.
_NEAR_DAYS = 200


def wrong_weekdays(issue: Manuscript) -> Iterator[Spot]:
    """Find a day of the month that falls on another day of the week; without a year, near the issue's own date."""
    for text in issue.wording():
        for found in _dates(text.text):
            named = _weekday(found)
            days = _days(found, issue.source.date) if named else []
            right = [_WEEKDAYS[day.weekday()] for day in days]
            if right and named not in right:
                when = "" if found["year"] else f" in {days[0].year}"
                yield text.line, f'"{found[0]}" is a {right[0].capitalize()}{when}.'


def impossible_days(issue: Manuscript) -> Iterator[Spot]:
    """Find a day that is in no calendar."""
    for text in issue.wording():
        for found in _dates(text.text):
            # 2000 was a leap year: 29 February without a year may be meant. "32 may come" is no date.
            likely = (found["year"] or found["month"] not in _WORDS) and int(found["day"]) <= 35
            if likely and not _day(int(found["year"] or 2000), found):
                yield text.line, f'There is no "{found[0].strip(" .")}".'


def past_events(issue: Manuscript) -> Iterator[Spot]:
    """Find events that are over before the issue goes out."""
    day = issue.source.date
    for row in issue.events:
        if day and row.event.day < day:
            when = f"{frame.day(row.event.day)} is over by {frame.day(day)}, the date of the issue"
            yield row.line, f'"{row.event.title[:60]}" on {when}.'


def stale_words(issue: Manuscript) -> Iterator[Spot]:
    """Find words that mean another day for whoever opens the mail a week later."""
    for text in issue.wording():
        for found in _STALE.finditer(text.text):
            yield text.line, f'"{found[0]}" is another day for whoever reads this later: name the date.'


@lru_cache(maxsize=2000)  # two rules ask, and `preview --watch` at each save, when most texts are as they were
def _dates(text: str) -> tuple[re.Match[str], ...]:
    return (*_DATE.finditer(text), *_NUMERIC.finditer(text))


def _weekday(found: re.Match[str]) -> str:
    """Return the day of the week that stands before a date, or nothing: "they sat 4 March exams" names none."""
    written = found["weekday"] or ""
    full = next((day for day in _WEEKDAYS if written and day.startswith(written.lower())), "")
    return full if written[:1].isupper() or found[0].startswith(full) else ""


def _days(found: re.Match[str], near: date | None) -> list[date]:
    """Return the day that is meant; without a year those near the issue's date, none where that is not known."""
    if found["year"]:
        return [day] if (day := _day(int(found["year"]), found)) else []
    if near is None:
        return []
    days = (_day(year, found) for year in (near.year, near.year + 1, near.year - 1) if 0 < year < 10_000)
    return [day for day in days if day and abs((day - near).days) <= _NEAR_DAYS]


def _day(year: int, found: re.Match[str]) -> date | None:
    try:
        month = found["month"]
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
        return date(year, number, int(found["day"]))
    except ValueError:
        return None
