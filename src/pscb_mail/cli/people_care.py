"""Commands that look after the list: who is covered, who still wants it, what happened in a period."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli import people_options as options
from pscb_mail.cli.context import Context, now
from pscb_mail.cli.options import Json
from pscb_mail.cli.people_asking import reconfirm
from pscb_mail.errors import UsageError
from pscb_mail.people.subscriber import Status

if TYPE_CHECKING:
    from pscb_mail.desk.coverage import Coverage, Partners
    from pscb_mail.desk.reporting import Report

commands = typer.Typer()
_PANEL = "Upkeep"


@commands.command(rich_help_panel=_PANEL)
def coverage(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="A CSV or XLSX file of partner bodies, with their names, mail domains, or both."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """How many of each organisation are on the list, and which partner bodies have nobody."""
    from pscb_mail.desk import coverage as covering
    from pscb_mail.people.tables import read_table

    context: Context = ctx.obj
    partners = covering.partners(read_table(options.content(file))) if file is not None else None
    with context.database() as db:
        found = covering.coverage(db, partners.bodies if partners else ())
    if partners is not None and file is not None:
        _show_partners(partners, file.name)
    if json:
        console.document({**_coverage_json(found), "left_out": list(partners.left_out) if partners else []})
    else:
        _show_coverage(found, file)
    raise typer.Exit(console.exit_code(needs_a_person=bool(found.uncovered)))


def _coverage_json(found: "Coverage") -> dict[str, object]:
    return {
        "organisations": [
            {"organisation": each.name, "domains": list(each.domains), **{str(s): n for s, n in each.counts.items()}}
            for each in found.organisations
        ],
        "bodies": found.bodies,
        "uncovered": [
            {"line": body.line, "organisation": body.name, "domain": body.domain} for body in found.uncovered
        ],
    }


def _show_partners(partners: "Partners", name: str) -> None:
    """Print what is read from where, and what is left out: a figure that leaves bodies out in silence is wrong."""
    bodies = console.count(len(partners.bodies), "partner body", "partner bodies")
    console.say(f"[bold]{console.safe(name)}[/]: {bodies}, {console.safe(partners.read_as)}")
    for meaning, title in partners.columns:
        console.say(f'  [dim]{meaning:<13}[/] "{console.safe(title)}"')
    if partners.unused:
        console.say(f"  [dim]{'not used':<13}[/] {console.safe(', '.join(partners.unused[:10]))}")
    if left := partners.left_out:
        lines = ", ".join(str(line) for line in left[:10]) + (", …" if len(left) > 10 else "")
        rows = console.count(len(left), "row names", "rows name")
        console.say(f"  [yellow]{'left out':<13}[/] {rows} no body: {'lines' if len(left) > 1 else 'line'} {lines}")
    console.say()


def _show_coverage(found: "Coverage", file: Path | None) -> None:
    rows = [
        (each.name, f"{each.counts[Status.ACTIVE]:,}", *(f"{each.counts[s]:,}" if each.counts[s] else "" for s in _OFF),
         ", ".join(each.domains[:2]))
        for each in found.organisations
    ]  # fmt: skip
    console.table(("organisation", "active", *(status.words for status in _OFF), "domains"), rows)
    if file is None:
        return
    console.result()
    if not found.uncovered:
        bodies = console.count(found.bodies, "partner body has", "partner bodies have")
        console.result(f"{'All ' if found.bodies != 1 else ''}{bodies} somebody.")
        return
    bodies = console.count(found.bodies, "partner body", "partner bodies")
    have = "has" if len(found.uncovered) == 1 else "have"
    console.result(f"[yellow]{len(found.uncovered):,} of {bodies} {have} nobody:[/]")
    for body in found.uncovered:
        told = " ".join(part for part in (body.name, f"({body.domain})" if body.domain else "") if part)
        console.result(f"  line {body.line}: {console.safe(told)}")


_OFF = (Status.PENDING, Status.BOUNCED, Status.OPTED_OUT, Status.REMOVED)


commands.command(rich_help_panel=_PANEL)(reconfirm)


@commands.command(rich_help_panel=_PANEL)
def report(
    ctx: typer.Context,
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="From that day on; from 1 January unless told.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="Up to and with that day; today unless told.")
    ] = "",
    json: Json = False,
) -> None:
    """What happened in a period: sent, joined, opted out, bounced, by month and by issue."""
    from pscb_mail.desk import reporting

    context: Context = ctx.obj
    zone = context.zone
    this_year = now().astimezone(zone).replace(month=1, day=1, hour=0, minute=0, second=0)
    start = context.day(since) if since else this_year
    end = options.moment(until, context) if until else now()
    if end <= start:
        raise UsageError("The period ends before it begins.", "--since is the first day, --until the last.")
    with context.database() as db:
        told = reporting.report(db, start, end, zone)
    if json:
        console.document({"since": console.iso(start), "until": console.iso(end), **_report_json(told)})
    else:
        _show_report(told, f"{start:%d %B %Y} to {end.astimezone(zone):%d %B %Y}")


def _report_json(told: "Report") -> dict[str, object]:
    return {
        "total": told.total,
        "months": [{"month": month.month, **month.counts} for month in told.months],
        "issues": [{**vars(each), "started_at": console.iso(each.started_at)} for each in told.issues],
        "people": {str(status): count for status, count in told.people.items()},
    }


def _show_report(told: "Report", period: str) -> None:
    console.result(f"[bold]{period}[/]")
    if not told.months and not told.issues:
        console.say("Nothing happened.")
        return
    names = list(told.total)
    rows = [(month.month, *(f"{month.counts[name]:,}" for name in names)) for month in told.months]
    rows.append(("in all", *(f"{count:,}" for count in told.total.values())))
    console.table(("month", *(name.replace("_", " ") for name in names)), rows)
    if told.issues:
        console.result()
        lines = [
            (e.issue, e.subject, *(f"{number:,}" for number in (e.sent, e.refused, e.returned, e.opted_out)))
            for e in told.issues
        ]
        console.table(("issue", "subject", "sent", "refused", "returned", "opted out"), lines)
    people = ", ".join(f"{count:,} {status.words}" for status, count in told.people.items() if count)
    console.result(f"\nOn the list now: {people or 'nobody'}.")
