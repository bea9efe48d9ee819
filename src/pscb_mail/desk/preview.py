"""A preview: an issue as one reader gets it, written to files, with a page that shows them side by side.

Promises: the `.eml` is a copy as it would be sent, byte for byte, but that its reference never acts; the HTML beside
it differs in the pictures' addresses alone, as a browser knows no `cid:`. The page shows the issue on a phone and on
a desktop, light and dark, the text part, the headers, the sizes and what `check` finds; everything foreign in it is
escaped, and the mails in its frames run no script and carry their pictures: a frame that is shut off may open no
file. Nothing is sent, nothing is recorded. Raises UsageError where the issue cannot be built. Leaves to others: serving
and reloading (`desk.watching`).
"""

import base64
import email
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Template
from sqlite_utils import Database

from pscb_mail.desk.pages import template
from pscb_mail.desk.readers import readership
from pscb_mail.errors import PscbMailError, UsageError
from pscb_mail.files import SHOWN, put
from pscb_mail.issues import preflight
from pscb_mail.issues.building import build
from pscb_mail.issues.edition import Edition, File, for_groups, laid_open, splice
from pscb_mail.issues.preflight.envelope import HTML_LIMIT, MESSAGE_LIMIT
from pscb_mail.issues.preflight.report import Remark, Report
from pscb_mail.issues.preflight.rules import FIXED, RULES
from pscb_mail.issues.source import find_issue, read_source, slug_of
from pscb_mail.people import directory
from pscb_mail.people.address import address_key
from pscb_mail.sending.message import compose, values_of
from pscb_mail.sending.references import Purpose, reference
from pscb_mail.settings import FILE_NAME
from pscb_mail.workspace import Workspace


@dataclass(frozen=True)
class Reader:
    """Whose copy is shown. `groups` None: nobody's in particular, with every passage that is for some groups."""

    name: str
    address: str
    organisation: str = ""
    role: str = ""
    groups: tuple[str, ...] | None = None


SAMPLE = Reader("Jo Sample", "jo.sample@school.example", "Sample Primary School", "Designated Safeguarding Lead")


@dataclass(frozen=True)
class Preview:
    """What was written: the page to open, and what the check found."""

    index: Path
    report: Report


def reader_of(db: Database, text: str) -> Reader:
    """Return a subscriber as a reader. Raises UsageError where `text` names none, or several."""
    found = directory.find(db, text, part=True)
    return Reader(found.name, found.address.text, found.organisation, found.role, found.groups)


def default_folder(workspace: Workspace, issue: str) -> Path:
    """Return where previews go unless told: out of the way, and ignored by git."""
    return workspace.folder / "build" / "preview" / slug_of(issue)


def made_of(workspace: Workspace, issue: str) -> tuple[Path, ...]:
    """Return the files and folders that a preview is made of. Raises UsageError where there is no such issue."""
    source = find_issue(workspace.issues, issue)
    return (source.parent, workspace.folder / FILE_NAME, workspace.folder / "templates")


def write(
    workspace: Workspace,
    issue: str,
    folder: Path,
    reader: Reader,
    now: datetime,
    db: Database | None = None,
    *,
    live: bool = False,
) -> Preview:
    """Build the issue and write its preview; `live`: the page reloads itself while `desk.watching` serves it.

    With the list at hand the check knows who reads. Raises UsageError where the issue cannot be built, or the folder
    cannot be written; then no file is changed.
    """
    known = readership(db, issue)
    report, edition = preflight.examine(workspace.issues, issue, workspace.settings, workspace.templates, known)
    if edition is None:  # built once more, for the builder's own words
        edition = build(read_source(find_issue(workspace.issues, issue)), workspace.settings, workspace.templates)
    edition = laid_open(edition) if reader.groups is None else for_groups(edition, reader.groups)
    values = _values(workspace, edition.issue, reader, now)
    message = b"".join(compose(edition, workspace.settings.newsletter, Purpose.TEST).spliced(values))
    mail = splice(edition.html, values)
    html = _with_pictures(mail, edition.pictures, _name)
    # `desk.watching` serves the files, and the page reads its frames anew at each save: the shorter, the sooner.
    framed = html if live else _with_pictures(mail, edition.pictures, _data)
    text = splice(edition.text, values)
    pages = {
        **{_name(file): file.content for file in edition.pictures},
        f"{edition.issue}.eml": message,
        f"{edition.issue}.html": html.encode(),
        f"{edition.issue}.txt": text.encode(),
        "light.html": shown_in(framed, "light").encode(),
        "dark.html": shown_in(framed, "dark").encode(),
        "index.html": _page(
            subject=edition.subject, issue=edition.issue, reader=reader, text=text, live=live,
            headers=list(_headers(message)), sizes=list(_sizes(edition, html, text, message)), **_findings(report),
        ).encode(),
    }  # fmt: skip
    _write_all(folder, pages)
    return Preview(folder / "index.html", report)


def write_trouble(issue: str, folder: Path, trouble: PscbMailError) -> None:
    """Write a page that says why there is nothing to show: for the moments in which a file is half written."""
    report = Report(issue, tuple(_trouble(line) for line in trouble.message.split("\n")))
    page = _page(subject="", issue=issue, live=True, hint=trouble.hint, **_findings(report))
    _write_all(folder, {"index.html": page.encode()})


def _trouble(line: str) -> Remark:
    """Return a line of an error as a remark; one about the issue's file names the line there."""
    found = re.fullmatch(r".{0,4000}\.md:([0-9]+): (.*)", line)
    return Remark("build", int(found[1]), found[2]) if found else Remark("build", None, line)


def shown_in(html: str, scheme: str) -> str:
    """Return a mail's HTML as a client in `light` or `dark` shows it, whatever the computer is set to.

    A browser follows the system: here the condition of the media query is replaced by one that always, or never, holds.
    Links open outside of the frame.
    """
    for other in ("light", "dark"):
        condition = "min-width:0" if other == scheme else "max-width:0"
        html = re.sub(rf"prefers-color-scheme\s{{0,4}}:\s{{0,4}}{other}\b", condition, html)
    html = re.sub(r"(color-scheme\s{0,4}:\s{0,4})light dark", rf"\g<1>{scheme}", html)
    html = html.replace('content="light dark"', f'content="{scheme}"')
    return re.sub(r'<a (?=[^>]{0,2000}href="(?:https?|mailto|tel):)', '<a target="_blank" rel="noopener" ', html)


def _values(workspace: Workspace, issue: str, reader: Reader, now: datetime) -> dict[str, str]:
    return values_of(
        name=reader.name, organisation=reader.organisation, role=reader.role, address=reader.address,
        dated=now, zone=workspace.settings.newsletter.zone,
        reference=reference(workspace.key(), Purpose.TEST, issue, address_key(reader.address)),
    )  # fmt: skip


def _with_pictures(html: str, pictures: tuple[File, ...], address: Callable[[File], str]) -> str:
    """Return HTML that takes its pictures from where a browser finds them."""
    # The longest first: one Content-ID may begin another.
    for file in sorted(pictures, key=lambda file: -len(file.content_id)):
        html = html.replace(f"cid:{file.content_id}", address(file))
    return html


def _data(file: File) -> str:
    """Return a picture as an address that holds it whole (RFC 2397): a sandboxed frame of file:// may open no file."""
    return f"data:{file.media_type};base64,{base64.b64encode(file.content).decode()}"


def _name(file: File) -> str:
    """Return a name for a picture's file that is harmless, and its own: two folders may have a logo.png."""
    kind = re.sub(r"[^a-z0-9]", "", file.media_type.rpartition("/")[2].lower())
    return f"picture-{re.sub(r'[^A-Za-z0-9-]', '-', file.content_id)}.{kind}"


def _headers(message: bytes) -> Iterator[tuple[str, str]]:
    """Yield the headers as a reader's program shows them: unfolded and decoded."""
    head = message.partition(b"\r\n\r\n")[0]
    yield from (
        (name, str(value)) for name, value in email.message_from_bytes(head, policy=email.policy.default).items()
    )


@dataclass(frozen=True)
class _Size:
    label: str
    size: int
    limit: int = 0

    @property
    def share(self) -> int:
        """How much of the limit is used, in per cent."""
        return round(100 * self.size / self.limit) if self.limit else 0


def _sizes(edition: Edition, html: str, text: str, message: bytes) -> Iterator[_Size]:
    yield _Size("HTML; Gmail cuts off what is longer", len(html.encode()), HTML_LIMIT)
    yield _Size("The whole message; many servers refuse what is larger", len(message), MESSAGE_LIMIT)
    yield _Size("Plain text", len(text.encode()))
    yield from (_Size(f"Picture {file.name}", len(file.content)) for file in edition.pictures)
    yield from (_Size(f"Attachment {file.name}", len(file.content)) for file in edition.attachments)


def _findings(report: Report) -> dict[str, object]:
    mend = {rule.name: rule.mend for rule in (*RULES, *FIXED)}
    return {"errors": report.errors, "warnings": report.warnings, "silenced": report.silenced, "mend": mend}


def _page(**values: object) -> str:
    return _template().render({"text": None, "hint": "", **values})


@lru_cache(maxsize=1)
def _template() -> Template:
    return template("preview.html.j2", size=_size)


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB" if count >= 1024 * 1024 else f"{count / 1024:.1f} KB"


def _write_all(folder: Path, pages: dict[str, bytes]) -> None:
    """Write the files, each whole or not at all: a browser may be reading the ones before."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in pages.items():
            put(folder / name, [content], SHOWN)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}.", "Name another folder with --out DIR."
        ) from error
