"""Commands that write an issue, check it and show it before anybody else sees it."""

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.cli.options import Issue, Json
from pscb_mail.errors import PscbMailError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

    from pscb_mail.desk.preview import Reader
    from pscb_mail.issues.preflight.report import Remark, Report, Variant
    from pscb_mail.issues.skeleton import Draft

commands = typer.Typer()
_PANEL = "Issues"


@commands.command(rich_help_panel=_PANEL)
def new(
    ctx: typer.Context,
    slug: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Its name; issue- and the next number unless told.")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE.docx", help="Make it of this Word document, with its pictures."),
    ] = None,
) -> None:
    """Begin the next issue from a skeleton, or from a Word document."""
    from pscb_mail.issues import skeleton

    context: Context = ctx.obj
    newsletter = context.workspace.settings.newsletter
    today = now().astimezone(newsletter.zone).date()
    if source is not None:
        from pscb_mail.issues import word

        draft = word.read(source)
        _tell_draft(skeleton.begin_from(context.workspace.issues, slug, newsletter.name, today, draft), draft)
        return
    path = skeleton.begin(context.workspace.issues, slug, newsletter.name, today)
    name = console.safe(_short(path.stem))
    console.result(f"Begun: {console.safe(_nearby(path))}")
    console.say(
        f"Next: open it in an editor and write over the sentences that are there.\n"
        f"  `pscb-mail preview {name} --watch` shows it while you write,\n"
        f"  `pscb-mail check {name}` finds what you have left over."
    )


@commands.command(rich_help_panel=_PANEL)
def issues(ctx: typer.Context, json: Json = False) -> None:
    """List all issues and where they stand."""
    from pscb_mail.issues.source import all_issues

    context: Context = ctx.obj
    states = _states(context)
    rows = [_issue(context, slug, states.get(slug, "not_sent")) for slug in all_issues(context.workspace.issues)]
    if json:
        console.document(rows)
    elif not rows:
        console.say("There is no issue yet: `pscb-mail new` begins one.")
    else:
        columns = ("issue", "date", "state", "subject")
        console.table(columns, ([_cell(row, column) for column in columns] for row in rows))


@commands.command(rich_help_panel=_PANEL)
def check(
    ctx: typer.Context,
    issue: Issue,
    links: Annotated[bool, typer.Option("--links", help="Ask the web, too, whether each link leads anywhere.")] = False,
    json: Json = False,
) -> None:
    """Look for mistakes: errors stop a send, warnings do not."""
    from pscb_mail.desk import preview as previewing
    from pscb_mail.issues import preflight
    from pscb_mail.issues.source import slug_of

    context: Context = ctx.obj
    workspace = context.workspace
    with _list(context) as db:
        readership = previewing.readership(db, slug_of(issue)) if db else None
        report = preflight.check(workspace.issues, issue, workspace.settings, workspace.templates, readership)
        recipients = previewing.recipients(db, report.issue) if db else 0
    if links:
        report = _with_links(context, report)
    if json:
        console.document(_report_json(report, recipients))
    else:
        _print_report(report, recipients)
    raise typer.Exit(console.exit_code(needs_a_person=bool(report.errors)))


@commands.command(rich_help_panel=_PANEL)
def preview(
    ctx: typer.Context,
    issue: Issue,
    as_: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="ADDRESS", help="This subscriber's copy; a sample with every passage unless told."
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: show each change as the file is saved. Ctrl-C ends it.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where; build/preview/ISSUE unless told.")
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Write the files, open no browser.")] = False,
) -> None:
    """Build an issue to files and open it in the browser."""
    from pscb_mail.desk import preview as previewing

    context: Context = ctx.obj
    folder = (out or previewing.default_folder(context.workspace, issue)).absolute()
    reader = _reader(context, as_)
    if watch:
        _watch(context, issue, folder, reader, show=not no_open)
        return
    with _list(context) as db:
        made = previewing.write(context.workspace, issue, folder, reader, now(), db)
    console.result(f"Written: {console.safe(_nearby(made.index))}")
    console.say(_summary(made.report))
    if not no_open:
        _open(made.index.as_uri())


@commands.command(rich_help_panel=_PANEL)
def archive(
    ctx: typer.Context,
    issue: Issue,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The archive's folder; build/archive unless told.")
    ] = None,
    address: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help="Where the archive stands on the web, for its feed; kept."),
    ] = None,
) -> None:
    """Write an issue as a public web page: no reference, no name, nothing for single groups."""
    from pscb_mail.issues import archive as archiving

    context: Context = ctx.obj
    workspace = context.workspace
    folder = (out or workspace.folder / "build" / "archive").absolute()
    done = archiving.archive(
        workspace.issues, issue, workspace.settings, workspace.templates, folder, now(), _web_address(address)
    )
    console.result(f"{'Written' if done.changed else 'As before'}: {console.safe(_nearby(done.page))}")
    if done.files:
        console.say(f"Beside it, for everybody to read: {console.safe(', '.join(done.files))}.")
    console.say(
        f"{console.count(done.issues, 'issue', 'issues')} in the archive, listed in index.html and feed.xml. "
        "Copy the folder to the website."
    )


# -- what the commands share ----------------------------------------------------------------------------------------


def _with_links(context: Context, report: "Report") -> "Report":
    """Ask the web for each link. Only a person who looks at the issue wants this: nothing else goes out with it."""
    import time

    from pscb_mail.issues import web

    workspace = context.workspace
    links = web.links_of(workspace.issues, report.issue, workspace.settings)
    console.say("Asking the web for each link…")
    manners = web.Manners("pscb-mail (asks once whether a link of a newsletter still works)", time.sleep)
    answers = web.ask((link.url for link in links), workspace.folder / "build" / "links.json", now(), manners)
    return web.told(report, links, answers)


def _tell_draft(path: Path, draft: "Draft") -> None:
    pictures = console.count(len(draft.pictures), "picture", "pictures")
    beside = f", with {pictures} beside it" if draft.pictures else ""
    console.result(f"Begun: {console.safe(_nearby(path))}{beside}")
    if draft.left:
        console.say("Left behind, or taken otherwise:")
        for sentence in draft.left:
            console.say(f"  {console.safe(sentence)}")
    name = console.safe(_short(path.parent.name))
    console.say(f"Next: `pscb-mail check {name}` lists what to fill in, `pscb-mail preview {name}` shows it.")


def _states(context: Context) -> dict[str, str]:
    """Return the states of the issues that were ever sent; where there is no database yet, none was."""
    if not context.workspace.database_path.is_file():
        return {}
    from pscb_mail.desk import overview

    with context.database() as db:
        return {slug: state.value for slug, state in overview.issue_states(db, context.workspace).items()}


def _issue(context: Context, slug: str, state: str) -> dict[str, str | None]:
    """Return a line of the list; a broken file has an `error` in it and does not stop the list."""
    from pscb_mail.issues.source import find_issue, read_source

    try:
        source = read_source(find_issue(context.workspace.issues, slug))
    except PscbMailError as error:
        return {"issue": slug, "subject": "", "date": None, "state": state, "error": error.message}
    date = source.date.isoformat() if source.date else None
    return {"issue": slug, "subject": source.subject, "date": date, "state": state}


def _cell(row: dict[str, str | None], column: str) -> str | None:
    match column:
        case "state":
            return (row["state"] or "").replace("_", " ")
        case "subject" if "error" in row:
            return f"cannot be read: `pscb-mail check {row['issue']}` says why"
        case _:
            return row[column]


@contextmanager
def _list(context: Context) -> "Iterator[Database | None]":
    """Open the list; None where there is none yet, or where it cannot be read now: that keeps nobody from checking."""
    if not context.workspace.database_path.is_file():
        yield None
        return
    with ExitStack() as stack:
        try:
            db = stack.enter_context(context.database())
        except PscbMailError as error:
            console.say(f"[yellow]The list was not counted:[/] {console.safe(error.message)}")
            db = None
        yield db


def _report_json(report: "Report", recipients: int) -> dict[str, object]:
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


def _print_report(report: "Report", recipients: int) -> None:
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
    console.result(f"{_verdict(report)} {_measures(report, recipients)}".strip())
    console.say(_next(report))


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
        return f"[red]{_errors(report)}[/], {_warnings(report)}."
    if report.warnings:
        return f"[green]No error[/], {_warnings(report)}."
    return "[green]Nothing found.[/]"


def _next(report: "Report") -> str:
    name = _short(report.issue)
    if any(remark.rule == "build" for remark in report.errors):
        return f"There is nothing to show yet: mend what stops it, then `pscb-mail check {name}` once more."
    if report.errors or report.warnings:
        return f"`pscb-mail preview {name}` shows the issue."
    return f"Next: `pscb-mail preview {name}`, then `pscb-mail test {name}`."


def _errors(report: "Report") -> str:
    return console.count(len(report.errors), "error", "errors") if report.errors else "no error"


def _warnings(report: "Report") -> str:
    return console.count(len(report.warnings), "warning", "warnings") if report.warnings else "no warning"


def _measures(report: "Report", recipients: int) -> str:
    size = f"{report.html_bytes / 1024:.0f} KB of HTML of the 102 that Gmail shows." if report.html_bytes else ""
    readers = f"It would go to {console.count(recipients, 'person', 'people')}." if recipients else ""
    return f"{size} {readers}".strip()


def _summary(report: "Report") -> str:
    if not (report.errors or report.warnings):
        return "Nothing found to mend."
    found = f"{_errors(report).capitalize()}, {_warnings(report)}"
    return f"{found}: on the page, or `pscb-mail check {_short(report.issue)}`."


def _reader(context: Context, named: str | None) -> "Reader":
    from pscb_mail.desk import preview as previewing

    if named is None:
        return previewing.SAMPLE
    if not context.workspace.database_path.is_file():
        raise UsageError(
            f'There is nobody on the list yet, and so no "{named}".', "Leave --as out for a sample person."
        )
    with context.database() as db:
        return previewing.reader_of(db, named)


def _watch(context: Context, issue: str, folder: Path, reader: "Reader", *, show: bool) -> None:
    """Serve the preview and build it again at each save, until Ctrl-C; what is broken for a moment is shown as such."""
    from pscb_mail.desk import preview as previewing
    from pscb_mail.desk import watching
    from pscb_mail.issues.source import find_issue
    from pscb_mail.workspace import find_workspace

    source = find_issue(context.workspace.issues, issue)

    def build() -> None:
        try:
            # The settings may be what was changed.
            workspace = find_workspace(context.workspace.folder, named=context.workspace.folder)
            with _list(context) as db:
                made = previewing.write(workspace, issue, folder, reader, now(), db, live=True)
        except PscbMailError as trouble:
            previewing.write_trouble(issue, folder, trouble)
            console.say(f"[red]{console.safe_lines(trouble.message)}[/]")
        else:
            console.say(f"{now().astimezone(workspace.settings.newsletter.zone):%H:%M:%S}  {_summary(made.report)}")

    workspace = context.workspace
    paths = (source.parent, workspace.folder / "pscb-mail.toml", workspace.folder / "templates")
    before = watching.stamps(paths)
    build()
    with stop_on_signal() as stopping, watching.served(folder) as (address, version):
        console.result(f"{address}\n[dim]Shown again at each save. Ctrl-C ends it.[/]")
        if show:
            _open(address)

        def rebuild() -> None:
            build()
            version.grow()

        watching.follow(paths, before, rebuild, stopping.wait)


def _web_address(text: str | None) -> str | None:
    from pscb_mail.issues.blocks import is_link

    if text and not (text.startswith(("https://", "http://")) and is_link(text)):
        raise UsageError(
            f'"{text}" is not the address of a website.', "Write it whole: https://www.pscb.example/newsletter/"
        )
    return text


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        console.say(f"No browser could be opened: open {console.safe(address)} yourself.")


def _nearby(path: Path) -> str:
    """Return a path as one would type it from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _short(slug: str) -> str:
    return slug.removeprefix("issue-") if slug.removeprefix("issue-").isdigit() else slug
