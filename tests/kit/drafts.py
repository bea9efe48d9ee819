"""Issues for tests: a draft in a folder, the settings of a newsletter, one build, one reader."""

from pathlib import Path

from pscb_mail.issues.building import build
from pscb_mail.issues.document import Document
from pscb_mail.issues.edition import Edition, splice
from pscb_mail.issues.parsing import parse
from pscb_mail.issues.source import Source, read_source
from pscb_mail.settings import Settings

TEMPLATES = Path(__file__).parents[2] / "templates"
ISSUE_18 = Path(__file__).parents[2] / "issues" / "issue-18.md"

READER = {
    "name": "Jo Shaw",
    "first_name": "Jo",
    "organisation": "Hill School",
    "role": "Head",
    "address": "jo@school.example",
    "reference": "ABCDE-FGHJK-MNPQR-STVWX",
}


def draft(folder: Path, body: str, front: str = 'title: "Newsletter 1"') -> Source:
    """Write an issue and read it."""
    path = folder / "issue-1.md"
    path.write_text(f"---\n{front}\n---\n{body}", encoding="utf-8", newline="")
    return read_source(path)


def parsed(folder: Path, body: str, front: str = 'title: "Newsletter 1"') -> Document:
    """Write an issue and parse it."""
    return parse(draft(folder, body, front))


def settings(**sections: dict[str, object]) -> Settings:
    """Settings of a newsletter; a section named is changed where it says so."""
    newsletter = {
        "name": "PSCB Newsletter",
        "from": "PSCB Newsletter <newsletter@pscb.example>",
        "website": "https://www.pscb.example",
        "postal_address": "Bayard Place, Broadway",
        "urgent": "Worried about a child? Ring 01632 960180.",
        **sections.pop("newsletter", {}),
    }
    return Settings(newsletter=newsletter, **sections)  # type: ignore[arg-type]


def built(source: Source, chosen: Settings | None = None, templates: tuple[Path, ...] = (TEMPLATES,)) -> Edition:
    """Build an issue with the package's own templates."""
    return build(source, chosen or settings(), templates)


def html_for(edition: Edition, **values: str) -> str:
    """One reader's HTML."""
    return splice(edition.html, {**READER, **values})


def text_for(edition: Edition, **values: str) -> str:
    """One reader's plain text."""
    return splice(edition.text, {**READER, **values})
