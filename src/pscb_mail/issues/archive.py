"""The public archive: each issue as a web page in a folder of its own, an index page, and an Atom feed over them all.

Promises: nothing in it is anybody's own, and nothing goes in while `check` finds an error; the same issues give the
same bytes, however often they are archived; what an earlier version of an issue left behind, a
picture say, does not stay. The day something changed is the only thing taken from the clock, an argument. The folder
is ready to be copied to any web server: every link in it is relative. Raises UsageError. Leaves to others: the pages'
content (`building`), the feed's form (`feed`).

    DIR/index.html  feed.xml  archive.json   ISSUE/index.html and its files
"""

import datetime as dt
import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pscb_mail.errors import UsageError
from pscb_mail.files import SHOWN, put
from pscb_mail.issues import feed, preflight
from pscb_mail.issues.building import Public, build_public
from pscb_mail.issues.feed import Entry
from pscb_mail.issues.frame import direction_of
from pscb_mail.issues.html import style_of
from pscb_mail.issues.source import Source, find_issue, read_source
from pscb_mail.issues.templating import Templates
from pscb_mail.settings import Settings

_STATE = "archive.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,90}")


@dataclass(frozen=True)
class Archived:
    """An issue in the archive; `files` are the names beside its page, `digest` is of what its readers see."""

    entry: Entry
    files: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Archive:
    """What a folder holds. `identity` is the feed's, `address` where it stands on the web, "" where nobody has said."""

    identity: str = ""
    issues: tuple[Archived, ...] = ()
    address: str = ""


@dataclass(frozen=True)
class Done:
    """What archiving one issue did. `changed`: the issue is new there, or another than before."""

    page: Path
    files: tuple[str, ...]
    changed: bool
    issues: int


def archive(
    issues: Path,
    issue: str,
    settings: Settings,
    templates: tuple[Path, ...],
    folder: Path,
    now: dt.datetime,
    address: str | None = None,
) -> Done:
    """Put an issue into the archive in `folder`, made where it is missing. `address`: where that stands on the web."""
    source = read_source(find_issue(issues, issue))
    _refuse_errors(preflight.check(issues, issue, settings, templates))
    public = build_public(source, settings, templates)
    before = _read(folder)
    known = next((each for each in before.issues if each.entry.slug == source.slug), None)
    added = _archived(source, settings, public, known, now)
    rest = tuple(each for each in before.issues if each.entry.slug != source.slug)
    after = Archive(
        before.identity or feed.tag(settings.newsletter.domain, added.entry.published.date(), "newsletter"),
        _in_order((*rest, added)),
        before.address if address is None else address,
    )
    _write(folder, source.slug, public, after, settings, templates)
    _clear(folder / source.slug, set(known.files) - set(added.files) if known else set())
    return Done(folder / source.slug / "index.html", added.files, known != added, len(after.issues))


def _refuse_errors(report: preflight.Report) -> None:
    if report.errors:
        first = report.errors[0]
        place = f"line {first.line}: " if first.line else ""
        raise UsageError(
            f"{report.issue} is not fit for the public: {place}{first.message}",
            f"`pscb-mail check {report.issue}` lists what to mend ({len(report.errors)} in all); nothing was written.",
        )


def _archived(source: Source, settings: Settings, public: Public, known: Archived | None, now: dt.datetime) -> Archived:
    digest = _digest(source, public)
    date = source.date or (known.entry.published.astimezone(settings.newsletter.zone).date() if known else None)
    # Noon, so that it is the same day for whoever reads it.
    published = dt.datetime.combine(date, dt.time(12), settings.newsletter.zone) if date else now
    published = published.astimezone(dt.UTC).replace(microsecond=0)
    entry = Entry(
        identity=known.entry.identity if known else feed.tag(settings.newsletter.domain, published.date(), source.slug),
        slug=source.slug,
        title=source.title,
        summary=source.preheader,
        date=source.date,
        published=published,
        updated=published,
    )
    if known:
        updated = known.entry.updated if known.digest == digest else now.astimezone(dt.UTC).replace(microsecond=0)
        entry = replace(entry, updated=max(updated, published))
    return Archived(entry, tuple(file.name for file in public.files), digest)


def _digest(source: Source, public: Public) -> str:
    """Return a digest of what readers see; a new look of the page is no news (RFC 4287 section 4.2.15)."""
    seen = hashlib.sha256(f"{source.title}\0{source.date}\0{source.preheader}\0{public.body}".encode())
    for file in public.files:
        seen.update(hashlib.sha256(file.content).digest())
    return seen.hexdigest()


def _in_order(issues: tuple[Archived, ...]) -> tuple[Archived, ...]:
    """Return the newest first."""
    return tuple(sorted(issues, key=lambda each: (each.entry.published, each.entry.slug), reverse=True))


def _write(
    folder: Path, slug: str, public: Public, after: Archive, settings: Settings, templates: tuple[Path, ...]
) -> None:
    entries = tuple(each.entry for each in after.issues)
    looked_up = Templates(templates)
    index = looked_up.render(
        "archive/index.html.j2",
        newsletter=settings.newsletter,
        direction=direction_of(settings.newsletter.language),
        entries=entries,
        style=style_of(settings, looked_up),
    )
    pages = {
        **{f"{slug}/{file.name}": file.content for file in public.files},
        f"{slug}/index.html": public.html.encode(),
        "index.html": index.encode(),
        "feed.xml": feed.render(after.identity, entries, settings.newsletter, after.address),
        _STATE: _to_json(after).encode(),
    }
    try:
        for name, content in pages.items():
            _put(folder / name, content)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}.", "Name another one with --out DIR."
        ) from error


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and leave one alone that has this content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_bytes() == content:
        return
    put(path, [content], SHOWN)


def _clear(folder: Path, names: set[str]) -> None:
    """Remove what an earlier version left: a picture taken out of an issue must not stay on the web."""
    for name in sorted(names):
        if _NAME.fullmatch(name) and name != "index.html":
            (folder / name).unlink(missing_ok=True)


def _read(folder: Path) -> Archive:
    path = folder / _STATE
    if not path.exists():
        return Archive()
    try:
        return _from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path} cannot be read, so the issues archived before are not known.",
            "Put it back, or archive into an empty folder, one issue after the other.",
        ) from error


def _to_json(archive: Archive) -> str:
    return json.dumps(asdict(archive), ensure_ascii=False, indent=1, default=lambda moment: moment.isoformat()) + "\n"


def _from_json(text: str) -> Archive:
    data = json.loads(text)
    issues = tuple(_archived_from(each) for each in data["issues"])
    return Archive(str(data["identity"]), issues, str(data["address"]))


def _archived_from(data: dict[str, dict[str, str]]) -> Archived:
    entry = data["entry"]
    identity, slug, title, summary = (str(entry[name]) for name in ("identity", "slug", "title", "summary"))
    published, updated = (
        dt.datetime.fromisoformat(entry[name]).astimezone(dt.UTC) for name in ("published", "updated")
    )
    if not _NAME.fullmatch(slug):
        raise ValueError(slug)
    date = dt.date.fromisoformat(entry["date"]) if entry["date"] else None
    found = Entry(identity, slug, title, summary, date, published, updated)
    return Archived(found, tuple(str(name) for name in data["files"]), str(data["digest"]))
