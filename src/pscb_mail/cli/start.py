"""Commands to begin with, and where things stand."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.errors import Exit, UsageError

if TYPE_CHECKING:
    from pscb_mail.desk.overview import MailingStatus, Standing

commands = typer.Typer()
_PANEL = "Start"


@commands.command(rich_help_panel=_PANEL)
def demo(
    keep: Annotated[
        Path | None, typer.Option("--keep", metavar="DIR", help="Keep the workspace and its mails there.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--open", help="Open one of the mails in the browser; the folder stays then.")
    ] = False,
) -> None:
    """Show the whole job in a temporary workspace, with a mail server of its own: nothing leaves this computer."""
    import tempfile

    from pscb_mail.desk.demo import as_it_arrived

    if keep is None and not show:
        with tempfile.TemporaryDirectory(prefix="pscb-mail-demo-", ignore_cleanup_errors=True) as name:
            _demonstrate(Path(name))
        console.result(
            "\nNothing is left of it. With `--keep DIR` you can look at the mails, with `--open` see one as it arrives."
        )
        return
    # A browser opens the mail after this program has ended: so the folder stays, named or not.
    folder = Path(tempfile.mkdtemp(prefix="pscb-mail-demo-")) if keep is None else _made(keep)
    _demonstrate(folder)
    console.result(
        f"\nThe mails are in {console.safe(folder / 'mails')}; "
        f'look around with `pscb-mail -w "{console.safe(folder)}" status`.'
    )
    if show:
        console.open_page(as_it_arrived(folder).as_uri())


def _made(folder: Path) -> Path:
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty.", "Name a folder that is empty or not there yet.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.absolute()


def _demonstrate(folder: Path) -> None:
    from pscb_mail.desk.demo import run

    with stop_on_signal() as stopping:
        for number, step in enumerate(run(folder, now, stopping.wait), start=1):
            mark = "[green]✓[/]" if step.ok else "[red]✗[/]"
            console.result(
                f"{mark} {number}. {console.safe(step.said)}.\n      [dim]for real:[/] {console.safe(step.command)}"
            )
            if not step.ok:
                raise typer.Exit(Exit.NEEDS_A_PERSON)


def show_overview(context: Context) -> None:
    """Print where things stand and what to do next."""
    from pscb_mail.desk import overview

    try:
        workspace = context.workspace
    except UsageError as missing:
        if context.named is not None:
            raise
        console.say(
            f"{console.safe(missing.message)}\n\n`pscb-mail demo` shows the whole job in ten seconds, "
            "`pscb-mail init DIR` makes a workspace, `pscb-mail --help` lists the commands."
        )
        return
    with context.database() as db:
        _print_standing(
            workspace.settings.newsletter.name,
            overview.standing(db, workspace, now()),
            workspace.settings.retention.left_after_months,
        )


def _print_standing(name: str, standing: "Standing", months: int) -> None:
    people = ", ".join(f"{count:,} {status.words}" for status, count in standing.people.items() if count)
    console.result(f"[bold]{console.safe(name)}[/]  {people or 'nobody on the list yet: `pscb-mail import FILE`'}")
    if standing.urgent:
        console.result(
            "[red bold]READ NOW:[/] a child may be at risk. Look into the mailbox; "
            "`pscb-mail review` takes this line away once somebody has."
        )
    for status in standing.mailings[:3]:
        console.result(_in_a_line(status))
    if standing.unsettled:
        console.result("[red bold]Brought back from a backup and not settled:[/] `pscb-mail restore` goes on with it.")
    if standing.to_forget:
        console.result(
            f"{standing.to_forget:,} left over {months} months ago: `pscb-mail forget --older-than {months}`"
        )
    if standing.in_review:
        console.result(
            f"[yellow]{console.count(standing.in_review, 'reply needs', 'replies need')} you:[/] `pscb-mail review`"
        )
    for slug, what_to_do in standing.held.items():
        console.result(f"[red bold]{slug} is held since the restore:[/] {console.safe(what_to_do)}")
    _print_next(standing)


def _print_next(standing: "Standing") -> None:
    if standing.no_issues:
        console.result(f"[yellow]{console.safe(standing.no_issues)}[/]")
        return
    for slug in standing.broken:
        console.result(f"[yellow]{slug} cannot be read:[/] `pscb-mail check {slug}` says why.")
    if standing.next_issue in standing.held:
        return
    if standing.next_issue:
        slug = standing.next_issue
        console.result(
            f"{slug} has not been sent: `pscb-mail preview {slug}`, `pscb-mail test {slug}`, `pscb-mail send {slug}`"
        )
    elif not standing.mailings and not standing.broken:
        console.result("There is no issue yet: `pscb-mail new` writes one from a skeleton.")


def _in_a_line(status: "MailingStatus") -> str:
    from pscb_mail.sending.delivery import State

    open_ends = {
        State.QUEUED: "waiting",
        State.DEFERRED: "put off",
        State.REFUSED: "refused",
        State.UNKNOWN: "in doubt",
    }
    returned = f" ({status.returned:,} returned)" if status.returned else ""
    parts = [f"{status.counts[State.SENT]:,} of {status.total:,} handed over{returned}"]
    parts += [f"{status.counts[state]:,} {word}" for state, word in open_ends.items() if status.counts[state]]
    return f"{status.issue} {status.state.replace('_', ' ')}: {', '.join(parts)}{_way_on(status)}"


def _way_on(status: "MailingStatus") -> str:
    if status.held:
        return ""
    if status.state == "stopped":
        return f": `pscb-mail send {status.issue}` goes on"
    return f": `pscb-mail status {status.issue}` says what can be done" if status.needs_a_person else ""
