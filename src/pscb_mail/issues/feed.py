"""The archived issues as an Atom feed (RFC 4287).

Pure: the same entries give the same bytes. Identities are tag URIs (RFC 4151): they stay whatever the archive's address
becomes, as they should (RFC 4287 section 4.2.6).
"""

import datetime as dt
import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from pscb_mail.settings import Newsletter

_ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 (section 2.2) has no way to write.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """An issue in the feed and on the index page. `updated`: when its words last changed; both moments are UTC."""

    identity: str
    slug: str
    title: str
    summary: str
    date: dt.date | None
    published: dt.datetime
    updated: dt.datetime


def tag(domain: str, day: dt.date, name: str) -> str:
    """Return a tag URI: whose domain it was on that day, and the name given there (RFC 4151 section 2.1)."""
    return f"tag:{domain.lower()},{day.isoformat()}:{name}"


def render(identity: str, entries: tuple[Entry, ...], newsletter: Newsletter, address: str = "") -> bytes:
    """Return the feed, of one entry at least. `address`: where the archive is on the web; else links are relative."""
    base = f"{address.rstrip('/')}/" if address else ""
    ET.register_namespace("", _ATOM)
    root = ET.Element(_name("feed"), {"xml:lang": newsletter.language})
    # RFC 4287 section 4.1.1: id, title and updated must be there, an author where entries name none.
    _put(root, "id", identity)
    _put(root, "title", newsletter.name)
    _put(root, "updated", _moment(max(entry.updated for entry in entries)))
    author = _put(root, "author")
    _put(author, "name", newsletter.name)
    _put(author, "email", newsletter.reply_to)
    _put(root, "link", rel="alternate", type="text/html", href=f"{base}index.html")
    if base:
        # "SHOULD", and only where we know it: a relative one would say nothing.
        _put(root, "link", rel="self", type="application/atom+xml", href=f"{base}feed.xml")
    for entry in entries:
        _entry(root, entry, base)
    ET.indent(root, " ")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _entry(root: ET.Element, entry: Entry, base: str) -> None:
    element = _put(root, "entry")
    _put(element, "id", entry.identity)
    _put(element, "title", entry.title)
    _put(element, "published", _moment(entry.published))
    _put(element, "updated", _moment(entry.updated))
    _put(element, "link", rel="alternate", type="text/html", href=f"{base}{entry.slug}/index.html")
    if entry.summary:
        _put(element, "summary", entry.summary)


def _put(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, _name(name), attributes)
    if text:
        element.text = _NO_XML.sub("\ufffd", text)
    return element


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _moment(moment: dt.datetime) -> str:
    """Section 3.3: RFC 3339, with an upper-case T and Z."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
