"""What the commands about issues show: the list of all, what was begun, what a check found."""

from pathlib import Path
from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.sending.delivery import MailingState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pscb_mail.desk.overview import Listed, MailingStatus
    from pscb_mail.issues.preflight.report import Remark, Report, Variant
    from pscb_mail.issues.skeleton import Draft


def begun(path: Path) -> None:
    """Tell of an issue begun from the skeleton, and what comes next."""
    name = console.safe(_short(path.stem))
    console.result(f"Begun: {console.nearby(path)}")
    console.say(
        f"Next: open it in an editor and write over the sentences that are there.\n"
        f"  `pscb-mail preview {name} --watch` shows it while you write,\n"
        f"  `pscb-mail check {name}` finds what you have left over."
    )


def begun_from(path: Path, draft: "Draft") -> None:
    """Tell of an issue begun from a document: what of that did not come along, and what comes next."""
    pictures = console.count(len(draft.pictures), "picture", "pictures")
    beside = f", with {pictures} beside it" if draft.pictures else ""
    console.result(f"Begun: {console.nearby(path)}{beside}")
    if draft.left:
        console.say("Left behind, or taken otherwise:")
        for sentence in draft.left:
            console.say(f"  {console.safe(sentence)}")
    console.say("Its date is today: put the day on which it goes out.")
    name = console.safe(_short(path.parent.name))
    console.say(f"Next: `pscb-mail check {name}` lists what to fill in, `pscb-mail preview {name}` shows it.")


def print_issues(listed: "Sequence[Listed]") -> None:
    """Print the list of issues as a table."""
    if not listed:
        console.say("There is no issue yet: `pscb-mail new` begins one.")
        return
    rows = ((each.issue, each.date, each.state.replace("_", " "), _subject(each)) for each in listed)
    console.table(("issue", "date", "state", "subject"), rows)


def _subject(each: "Listed") -> str:
    return f"cannot be read: `pscb-mail check {each.issue}` says why" if each.error else each.subject


def issue_json(each: "Listed") -> dict[str, str | None]:
    """Return a line of the list as the contract's JSON; of a file that cannot be read, with an `error`."""
    date = each.date.isoformat() if each.date else None
    error = {"error": each.error} if each.error else {}
    return {"issue": each.issue, "subject": each.subject, "date": date, "state": each.state, **error}


def report_json(report: "Report", recipients: int) -> dict[str, object]:
    """Return what a check found as the contract's JSON."""
    return {
        "issue": report.issue,
        "errors": [_remark_json(remark) for remark in report.errors],
        "warnings": [_remark_json(remark) for remark in report.warnings],
        "html_bytes": report.html_bytes,
        "recipients": recipients,
        "variants": [
            {"passages": list(each.passages), "readers": each.readers, "html_bytes": each.html_bytes}
            for each in report.variants
        ],
    }


def _remark_json(remark: "Remark") -> dict[str, object]:
    return {"rule": remark.rule, "line": remark.line, "message": remark.message}


def print_report(report: "Report", recipients: int, begun: "MailingStatus | None") -> None:
    """Print what a check found, how each of it is mended, and what comes next. `begun`: its mailing, if it has one."""
    for remarks, title in (
        (report.errors, "[red bold]To mend before it can go out[/]"),
        (report.warnings, "[yellow bold]To look at[/]"),
    ):
        if remarks:
            console.result(title)
            console.table(("line", "what", "rule"), ((remark.line, remark.message, remark.rule) for remark in remarks))
            console.result()
    if report.variants:
        console.table(("readers", "shows what is only for", "HTML"), map(_variant, report.variants))
        console.result()
    if mends := _mends(report):
        console.result("How to mend it")
        console.table(("rule", "do", "why"), mends)
        console.result()
    for rule in report.silenced:
        console.result(f"[dim]Set aside: {rule.rule}, {rule.remarks} found ({console.safe(rule.reason)})[/]")
    console.result(f"{_verdict(report)} {_measures(report, recipients, begun)}".strip())
    console.say(_next(report, begun))


def found(report: "Report") -> str:
    """Return in one line what a check found, for whoever sees it on the preview's page."""
    if not (report.errors or report.warnings):
        return "Nothing found to mend."
    errors = console.count(len(report.errors), "error", "errors") if report.errors else "No error"
    return f"{errors}, {_warnings(report)}: on the page, or `pscb-mail check {_short(report.issue)}`."


def _mends(report: "Report") -> "list[tuple[str, str, str]]":
    """Return each rule that found something, with how to mend it and why it matters."""
    from pscb_mail.issues.preflight.rules import FIXED, RULES

    found = {remark.rule for remark in (*report.errors, *report.warnings)}
    return [(rule.name, rule.mend, rule.why) for rule in (*FIXED, *RULES) if rule.name in found]


def _variant(variant: "Variant") -> tuple[str, str, str]:
    readers = "not known" if variant.readers is None else f"{variant.readers:,}"
    return readers, " and ".join(variant.passages) or "nothing", f"{variant.html_bytes / 1024:.0f} KB"


def _verdict(report: "Report") -> str:
    if report.errors:
        return f"[red]{console.count(len(report.errors), 'error', 'errors')}[/], {_warnings(report)}."
    if report.warnings:
        return f"[green]No error[/], {_warnings(report)}."
    return "[green]Nothing found.[/]"


def _next(report: "Report", begun: "MailingStatus | None") -> str:
    name = _short(report.issue)
    if begun is not None and begun.state in {MailingState.COMPLETE, MailingState.CANCELLED}:
        return f"`pscb-mail status {name}` shows how it ended."
    if any(remark.rule == "build" for remark in report.errors):
        return f"There is nothing to show yet: mend what stops it, then `pscb-mail check {name}` once more."
    if report.errors or report.warnings:
        return f"`pscb-mail preview {name}` shows the issue."
    return f"Next: `pscb-mail preview {name}`, then `pscb-mail test {name}`."


def _warnings(report: "Report") -> str:
    return console.count(len(report.warnings), "warning", "warnings") if report.warnings else "no warning"


def _measures(report: "Report", recipients: int, begun: "MailingStatus | None") -> str:
    size = f"{report.html_bytes / 1024:.0f} KB of HTML of the 102 that Gmail shows." if report.html_bytes else ""
    readers = f"It would go to {console.count(recipients, 'person', 'people')}." if recipients else ""
    if begun is not None:
        readers = f"Its mailing is {'under way' if begun.state is MailingState.SENDING else begun.state}."
    return f"{size} {readers}".strip()


def _short(slug: str) -> str:
    """Return an issue's name as it may be typed: 18 for issue-18."""
    return slug.removeprefix("issue-") if slug.removeprefix("issue-").isdigit() else slug
