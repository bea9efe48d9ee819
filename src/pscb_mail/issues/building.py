"""Source → Edition: one build of an issue, with everything that goes into its mails.

The same source, settings, templates and files give the same edition, byte for byte. Raises UsageError naming file and
line of everything that is wrong with the issue's files. Reads only templates, pictures and attachments; the network
never.
"""

import re
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path, PurePosixPath

from pscb_mail.errors import SettingsError, UsageError
from pscb_mail.issues import html, text
from pscb_mail.issues.calendars import calendar
from pscb_mail.issues.document import Document
from pscb_mail.issues.edition import Edition, File
from pscb_mail.issues.frame import Frame
from pscb_mail.issues.mistakes import Mistakes
from pscb_mail.issues.parsing import parse
from pscb_mail.issues.pictures import Embedded, FileProblem, attach, embed
from pscb_mail.issues.source import Source
from pscb_mail.issues.templating import Templates
from pscb_mail.settings import Settings

# Microsoft 365 takes 35 MB a message (facts of the providers); base64 adds a third, and readers' own limits are lower.
_MAX_FILES = 15_000_000
_LOGO_WIDTH = 200


def build(source: Source, settings: Settings, templates: tuple[Path, ...]) -> Edition:
    """Build an issue."""
    return built(parse(source), settings, templates)


def built(document: Document, settings: Settings, templates: tuple[Path, ...]) -> Edition:
    """Build an issue whose body has been parsed."""
    source = document.source
    pictures, attachments = _files(document, settings.newsletter.domain)
    logo = _logo(settings, templates)
    frame = Frame(document, settings)
    looked_up = Templates(templates)
    dates = (calendar(document, settings.newsletter, groups) for groups in document.events)
    shown = [(pictures[picture.source].file, picture.groups) for picture in document.pictures]
    return Edition(
        issue=source.slug,
        subject=source.subject,
        html=html.render(frame, looked_up, pictures, logo),
        text=text.render(frame, looked_up, attachments),
        pictures=_for_readers([*([(logo.file, ())] if logo else []), *shown]),
        attachments=(*attachments, *(file for file in dates if file)),
    )


@dataclass(frozen=True)
class Public:
    """An issue as the public may have it: a web page, and the files that lie beside it.

    `body` is what of the source it was made of.
    """

    html: str
    files: tuple[File, ...]
    body: str


def build_public(source: Source, settings: Settings, templates: tuple[Path, ...]) -> Public:
    """Build an issue as a web page for everybody: nothing in it is anybody's own."""
    whole = parse(source)
    document = whole.public
    pictures, attachments = _files(document, settings.newsletter.domain)
    logo = _logo(settings, templates)
    dates = calendar(document, settings.newsletter)
    others = (*attachments, *([dates] if dates else []))
    shown = {each.file.content_id: each.file for each in (*([logo] if logo else []), *pictures.values())}
    beside = _beside((*shown.values(), *others))
    names = {file.content_id: name for name, file in beside.items() if file.content_id}
    attached = tuple(name for name, file in beside.items() if file in attachments)
    page = html.render_page(
        Frame(document, settings), Templates(templates), html.PageFiles(pictures, logo, names, attached)
    )
    return Public(page, tuple(replace(file, name=name) for name, file in beside.items()), whole.public_body)


def _beside(files: tuple[File, ...]) -> dict[str, File]:
    """Return files by names that every web server and file system takes, no two alike."""
    named: dict[str, File] = {}
    for file in files:
        path = PurePosixPath(file.name.lower())
        ending = re.sub(r"[^a-z0-9.]", "", path.suffix)
        stem = re.sub(r"[^a-z0-9]+", "-", path.stem).strip("-")[:60] or "file"
        names = (f"{stem}{f'-{number}' if number > 1 else ''}{ending}" for number in count(1))
        named[next(name for name in names if name not in {*named, "index.html"})] = file
    return named


def _for_readers(shown: list[tuple[File, tuple[str, ...]]]) -> tuple[File, ...]:
    """Return pictures once each, for the readers of all the places where they stand."""
    places: dict[str, list[tuple[str, ...]]] = {}
    for file, groups in shown:
        places.setdefault(file.content_id, []).append(groups)
    files = {file.content_id: file for file, _ in shown}
    return tuple(replace(file, groups=_united(places[name])) for name, file in files.items())


def _united(places: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for groups in places for name in groups)) if all(places) else ()


def _files(document: Document, domain: str) -> tuple[dict[str, Embedded], tuple[File, ...]]:
    """Return the pictures by the name in the text, and the attachments. Raises UsageError with all that is wrong."""
    source = document.source
    mistakes = Mistakes(source.path)
    pictures: dict[str, Embedded] = {}
    for picture in document.pictures:
        try:
            if picture.source not in pictures:
                pictures[picture.source] = embed(source.folder, picture.file, domain)
        except FileProblem as problem:
            mistakes.add(picture.line, f"The picture {problem}")
    attachments = []
    for name in source.attachments:
        try:
            attachments.append(attach(source.folder, name))
        except FileProblem as problem:
            mistakes.add(source.lines.get("attachments", 1), f"The attachment {problem}")
    mistakes.raise_any("Mend them and run it again; the manual (Issues) says which files an issue may have.")
    _refuse_weight(source, [*(picture.file for picture in pictures.values()), *attachments])
    return pictures, tuple(attachments)


def _refuse_weight(source: Source, files: list[File]) -> None:
    weight = sum(len(file.content) for file in files)
    if weight > _MAX_FILES:
        raise UsageError(
            f"{source.path}:1: Pictures and attachments are {weight / 1_000_000:.1f} MB together, too much for a mail.",
            f"The limit is {_MAX_FILES // 1_000_000} MB. Put large files on the website and link to them.",
        )


def _logo(settings: Settings, templates: tuple[Path, ...]) -> Embedded | None:
    """Return the logo of the settings, a file in the workspace's templates."""
    name = settings.design.logo
    if not name:
        return None
    folder = next((folder for folder in templates if (folder / name).exists()), templates[0])
    try:
        return embed(folder, name, settings.newsletter.domain, _LOGO_WIDTH)
    except FileProblem as problem:
        raise SettingsError(
            f"design.logo: {problem}", "The logo is a PNG or JPEG in the folder templates."
        ) from problem
