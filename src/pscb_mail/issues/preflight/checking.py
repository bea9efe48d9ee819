"""`check`: every rule over one issue, and what the editor has set aside.

Promises: never raises for what is wrong with an issue, only (UsageError) where there is none of that name; reads the
issue's file and what building it reads, writes nothing. What the builder refuses is a remark like any other, each
mistake with its line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pscb_mail.errors import UsageError
from pscb_mail.issues.building import built
from pscb_mail.issues.document import Document
from pscb_mail.issues.edition import Edition
from pscb_mail.issues.mistakes import nearest
from pscb_mail.issues.parsing import parse
from pscb_mail.issues.preflight.copies import Readership
from pscb_mail.issues.preflight.enclosed import enclosed
from pscb_mail.issues.preflight.envelope import html_bytes
from pscb_mail.issues.preflight.manuscript import Manuscript, manuscript
from pscb_mail.issues.preflight.report import Remark, Report, Silenced, Variant
from pscb_mail.issues.preflight.rules import FIXED, GUARD_WORDS, RULES, Rule, Severity
from pscb_mail.issues.source import Source, find_issue, read_source, slug_of
from pscb_mail.settings import Settings


def check(
    folder: Path, issue: str, settings: Settings, templates: tuple[Path, ...], readership: Readership | None = None
) -> Report:
    """Check the issue of that name. Raises UsageError where there is none.

    `readership` tells who is in which groups, and is asked only where the issue has passages for some.
    """
    return examine(folder, issue, settings, templates, readership)[0]


def examine(
    folder: Path, issue: str, settings: Settings, templates: tuple[Path, ...], readership: Readership | None = None
) -> tuple[Report, Edition | None]:
    """Check an issue, and return the edition that was built for it too; None where it cannot be built."""
    path, slug = find_issue(folder, issue), slug_of(issue)
    try:
        source = read_source(path)
    except UsageError as error:
        return Report(slug, errors=tuple(_refused(error, path))), None
    document, edition, refused = _built(source, settings, templates)
    files = enclosed(document, edition) if document and edition else ()
    under_check = manuscript(source, settings, document, edition, readership, files)
    spots = ((rule, spot) for rule in RULES for spot in dict.fromkeys(rule.find(under_check)))
    return _report(slug, [(rule, Remark(rule.name, *spot)) for rule, spot in spots], refused, under_check), edition


def _report(slug: str, found: list[tuple[Rule, Remark]], refused: list[Remark], issue: Manuscript) -> Report:
    aside = set_aside(issue.source, issue.settings)
    variants = tuple(Variant(each.passages, each.readers, html_bytes(each.edition)) for each in issue.copies)
    return Report(
        issue=slug,
        errors=_in_order([*refused, *aside.mistakes, *_open(found, Severity.ERROR, aside)]),
        warnings=_in_order([*_open(found, Severity.WARNING, aside), *_let_through(found, aside)]),
        html_bytes=max((variant.html_bytes for variant in variants), default=0),
        silenced=tuple(_silenced(found, aside)),
        variants=variants if issue.passages else (),
    )


@dataclass(frozen=True)
class Aside:
    """The rules set aside with their reasons, and the mistakes made in that."""

    reasons: Mapping[str, str]
    mistakes: tuple[Remark, ...]


def set_aside(source: Source, settings: Settings) -> Aside:
    """Return what the front matter and the settings set aside; the front matter's reason counts where both do."""
    mistakes = [
        *_mistakes(source.ignore, source.lines.get("ignore"), "", guard=True),
        *_mistakes(settings.check.ignore, None, " (in the settings, under [check])", guard=False),
    ]
    wrong = {name for name, _ in mistakes}
    reasons = {name: text for name, text in {**settings.check.ignore, **source.ignore}.items() if name not in wrong}
    return Aside(reasons, tuple(remark for _, remark in mistakes))


def _mistakes(reasons: Mapping[str, str], line: int | None, where: str, *, guard: bool) -> Iterator[tuple[str, Remark]]:
    """Yield the names that are not set aside by this, and why not. `guard`: the guard's rules may be set aside here."""
    rules = {rule.name: rule for rule in RULES}
    for name, reason in reasons.items():
        rule = rules.get(name)
        if name in {fixed.name for fixed in FIXED}:
            problem = f'"{name}" cannot be ignored.'
        elif rule is None:
            problem = f'There is no rule "{name[:60]}" to ignore. {nearest(name, tuple(rules))}'
        elif rule.guard and not guard:
            problem = f'"{name}" protects people: it is ignored in the issue itself, never in the settings.'
        elif not reason.strip():
            problem = f'"{name}" is ignored without a reason.'
        elif rule.guard and len(re.findall(r"\w+", reason)) < GUARD_WORDS:
            problem = f'"{name}" protects people: the reason to ignore it needs a few words more than "{reason[:40]}".'
        else:
            continue
        yield name, Remark("ignore", line, problem + where)


def _built(
    source: Source, settings: Settings, templates: tuple[Path, ...]
) -> tuple[Document | None, Edition | None, list[Remark]]:
    """Return the document and the edition as far as they can be made, and what stood in the way."""
    document = None
    try:
        document = parse(source)
        return document, built(document, settings, templates), []
    except UsageError as error:
        return document, None, list(_refused(error, source.path))


def _refused(error: UsageError, path: Path) -> Iterator[Remark]:
    """Yield a remark for each line of an error; a single one is told with what to do."""
    lines = error.message.split("\n")
    for line in lines:
        found = re.fullmatch(rf"{re.escape(str(path))}:([0-9]+): (.*)", line)
        message = found[2] if found else line
        yield Remark(
            "build", int(found[1]) if found else None, f"{message} {error.hint}".strip() if len(lines) == 1 else message
        )


def _open(found: list[tuple[Rule, Remark]], severity: Severity, aside: Aside) -> Iterator[Remark]:
    yield from (remark for rule, remark in found if rule.severity is severity and rule.name not in aside.reasons)


def _let_through(found: list[tuple[Rule, Remark]], aside: Aside) -> Iterator[Remark]:
    """Yield what the guard found and the editor let through: it goes on being shown, with the reason."""
    for rule, remark in found:
        if rule.guard and rule.name in aside.reasons:
            yield Remark(rule.name, remark.line, f'{remark.message} Let through: "{aside.reasons[rule.name]}".')


def _silenced(found: list[tuple[Rule, Remark]], aside: Aside) -> Iterator[Silenced]:
    """Yield what is set aside and not shown otherwise."""
    for rule in RULES:
        if rule.name in aside.reasons and not rule.guard:
            yield Silenced(rule.name, aside.reasons[rule.name], sum(each is rule for each, _ in found))


def _in_order(remarks: list[Remark]) -> tuple[Remark, ...]:
    """Return remarks in the order of the file; those of the whole issue come last."""
    return tuple(sorted(remarks, key=lambda remark: (remark.line is None, remark.line or 0)))
