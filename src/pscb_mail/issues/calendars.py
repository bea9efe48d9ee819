"""The dates of an issue as a calendar file, for readers to take into their own calendar (RFC 5545).

Pure, and the same issue gives the same bytes: identities and stamps come from the issue, not from the clock, so that a
reader who opens the file twice has each date once.
"""

import datetime as dt
import hashlib
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone
from icalendar import Event as Entry

from pscb_mail.issues.blocks import Event
from pscb_mail.issues.document import Document, slug
from pscb_mail.issues.edition import File, group_key
from pscb_mail.settings import Newsletter


def calendar(document: Document, newsletter: Newsletter, groups: tuple[str, ...] = ()) -> File | None:
    """Return the calendar file of an issue, or None where it announces no events.

    Events for some groups have a file of their own, which `groups` asks for as `Document.events` names them.
    """
    events = document.events.get(groups)
    if not events:
        return None
    source = document.source
    result = Calendar()
    # RFC 5545 section 3.7: PRODID and VERSION are required; PUBLISH asks nobody for an answer (RFC 5546 section 3.2.1).
    for name, value in (("prodid", "-//pscb-mail//newsletter//EN"), ("version", "2.0"), ("method", "PUBLISH")):
        result.add(name, value)
    if any(event.start for event in events):
        result.add_component(_zone(newsletter.zone, events))
    stamp = dt.datetime.combine(source.date or min(event.day for event in events), dt.time(), dt.UTC)
    for event in events:
        result.add_component(_entry(event, source.slug, newsletter, stamp))
    name = calendar_name(source.slug, groups)
    return File(name, "text/calendar; charset=utf-8", result.to_ical(sorted=False), groups=groups)


def calendar_name(issue: str, groups: tuple[str, ...] = ()) -> str:
    """Return the name of a calendar file; one for some groups is named for them."""
    return f"{'-'.join([issue, *map(slug, group_key(groups))])}.ics"


def _zone(zone: ZoneInfo, events: tuple[Event, ...]) -> Timezone:
    """Return the rules of the zone for the years of the events (section 3.6.5)."""
    years = [event.day.year for event in events]
    return Timezone.from_tzid(
        zone.key, first_date=dt.date(max(min(years) - 1, 1), 1, 1), last_date=dt.date(min(max(years) + 1, 9999), 12, 31)
    )


def _entry(event: Event, slug: str, newsletter: Newsletter, stamp: dt.datetime) -> Entry:
    entry = Entry()
    # Section 3.8.4.7: a global identity; the same event in a corrected edition keeps it.
    identity = hashlib.sha256(f"{slug}\n{event.day}\n{event.start}\n{event.title}".encode()).hexdigest()[:24]
    entry.add("uid", f"{identity}@{newsletter.domain}")
    entry.add("dtstamp", stamp)
    entry.add("summary", event.title)
    if event.place:
        entry.add("location", event.place)
    if event.link:
        entry.add("url", event.link)
    if event.start is None:
        # Section 3.6.1: a whole day ends before the next; it leaves the reader's day free.
        entry.add("dtstart", event.day)
        entry.add("dtend", event.day + dt.timedelta(days=1))
        entry.add("transp", "TRANSPARENT")
    else:
        entry.add("dtstart", dt.datetime.combine(event.day, event.start, newsletter.zone))
        if event.end:
            entry.add("dtend", dt.datetime.combine(event.day, event.end, newsletter.zone))
    return entry
