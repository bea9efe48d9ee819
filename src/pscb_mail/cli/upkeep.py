"""Commands that keep the workspace for a bad day, and bring it back: `backup` and `restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, not_there_yet, now
from pscb_mail.cli.options import Yes
from pscb_mail.cli.people_shown import first_of
from pscb_mail.errors import UsageError

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pscb_mail.desk.restoring import Inside
    from pscb_mail.desk.settling import Settled
    from pscb_mail.people.carrying import Carrying
    from pscb_mail.workspace import Workspace

commands = typer.Typer()
_PANEL = "Upkeep"
_NAMED = 20


@commands.command(rich_help_panel=_PANEL)
def backup(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; the backups folder unless told.")
    ] = None,
) -> None:
    """Write database, key and settings into one private file. It takes the place of a backup, and of no other file."""
    from pscb_mail import backups

    context: Context = ctx.obj
    workspace = context.workspace
    if file is not None:
        not_there_yet(file, _is_backup)
    with context.database():
        if file is None:
            made = workspace.back_up("by-hand", now())
        else:
            made = backups.write(workspace.backup_contents, file.absolute(), "by-hand", now())
    console.result(f"Backed up to {console.safe(made.path)}.")
    console.say("It holds people's data and the key to their replies: keep it as safe as the list itself.")


def _is_backup(file: Path) -> bool:
    from pscb_mail import backups

    try:
        return bool(backups.checked(file))
    except UsageError:
        return False


@commands.command(rich_help_panel=_PANEL)
def restore(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The backup; without it, go on settling the last restore.")
    ] = None,
    unread: Annotated[
        bool, typer.Option("--unread", help="Go on though the mailbox cannot be read: what waited stays in doubt.")
    ] = False,
    issue: Annotated[
        str,
        typer.Option(
            "--not-sent", metavar="ISSUE", help="Let it be sent: you know that it did not go out after the backup."
        ),
    ] = "",
    yes: Yes = False,
) -> None:
    """Bring a backup back, and find out from the mailbox what happened since, before anything may be sent."""
    from contextlib import closing

    from pscb_mail.desk import settling
    from pscb_mail.issues.source import slug_of

    context: Context = ctx.obj
    workspace = context.workspace if file is None else _brought_back(context, file.absolute(), yes=yes)
    with closing(workspace.open_database(take_over=context.take_over)) as db:
        if issue:
            settling.not_sent(db, slug_of(issue))
            console.result(f"{slug_of(issue)} may be sent.")
            return
        done = _settled(db, workspace, unread=unread)
    _tell(done)
    raise typer.Exit(console.exit_code(needs_a_person=not done.settled or bool(done.in_doubt or done.held)))


def _brought_back(context: Context, file: Path, *, yes: bool) -> "Workspace":
    """Show what a backup is, ask, and put it in place; returns the workspace that it is in."""
    from pscb_mail.desk import restoring

    there = _list_there(context)
    inside = restoring.look_into(file, there)
    folder = _folder(context)
    _show(inside, folder, replaces=there is not None)
    console.confirm("Bring it back?", yes=yes)
    workspace = restoring.workspace_for(folder, inside.backup)
    before = restoring.bring_back(workspace, inside, now())
    console.say(f"Brought back into {console.safe(folder)}.")
    if before is not None:
        console.say(f"What was there is in {console.safe(before.path)}.")
    if not workspace.issues.is_dir():
        console.say("[yellow]A backup holds no issues and no templates:[/] bring these folders from your own copy.")
    return workspace


def _folder(context: Context) -> Path:
    """Return where to: the workspace, or the folder that is named, or this one."""
    try:
        return context.workspace.folder
    except UsageError:
        return (context.named or Path.cwd()).absolute()


def _list_there(context: Context) -> "Workspace | None":
    """Return the workspace whose list would be replaced, None where there is none, or none any more."""
    from pscb_mail.database import is_there

    try:
        return context.workspace if is_there(context.workspace.database_path) else None
    except UsageError:
        return None


def _show(inside: "Inside", folder: Path, *, replaces: bool) -> None:
    made = inside.backup.made_at
    console.say(f"A backup of {made:%d %B %Y, %H:%M} UTC ({inside.backup.why}), from {console.safe(inside.host)}")
    console.say(f"  {console.count(inside.people, 'person', 'people')}, {inside.active:,} of them active")
    for each in inside.mailings[:5]:
        console.say(f"  {each.issue}: {each.sent:,} of {each.total:,} sent")
    if not inside.has_key:
        console.say("  [yellow]without a key:[/] nothing had been sent yet")
    if not replaces:
        console.say(f"It comes into {console.safe(folder)}, where there is no list yet. This computer keeps it then.")
        console.say("What was done by hand since then is not in it: additions, changes, opt-outs by telephone.")
        return
    console.say(
        f"It replaces the list in {console.safe(folder)}, which is backed up first. This computer keeps it then."
    )
    if inside.opt_outs is None:
        console.say("[yellow]The list that is there cannot be read:[/] who came off it since the backup is not known;")
        console.say("opt-outs by telephone must be entered again.")
    else:
        _show_opt_outs(inside.opt_outs)
    console.say("What else was done by hand since then is not in it: additions, changes.")


def _show_opt_outs(found: "Carrying") -> None:
    if off := found.stay_off:
        console.say(f"{console.count(len(off), 'person has', 'people have')} come off since, and will stay off:")
        first_of(map(console.safe, off), len(off), _NAMED, "more: `pscb-mail list --status opted_out` has them all")
    if found.doubts:
        console.say("[yellow]Nobody but you can tell, so they stay on the list:[/] take them off yourself if need be.")
    for each in found.doubts:
        same = each.active == each.off
        why = "whoever has this address now" if same else f"perhaps the same as {console.safe(each.off)}, who"
        console.say(f"  {console.safe(each.active)}: {why} came off")


def _settled(db: "Database", workspace: "Workspace", *, unread: bool) -> "Settled":
    from pscb_mail.desk import settling

    with console.err.status("Reading the Sent folder and the filed mail …"):
        return settling.settle(db, workspace, now, unread=unread)


def _tell(done: "Settled") -> None:
    """Print what was found, what is open, and what to do about it."""
    begun = f"began since: {', '.join(done.begun)}; to whom else is not known"
    found = (
        (done.sent, "copy was", "copies were", "sent since the backup: the Sent folder says so"),
        (len(done.begun), "mailing", "mailings", begun),
        (done.opted_out, "person", "people", "came off by reply since: off again, and not told twice"),
        (done.in_review, "reply needs", "replies need", "you: `pscb-mail review`"),
        (done.again, "copy", "copies", "had not been sent: `pscb-mail send` goes on"),
        (done.strangers, "copy", "copies", "went to whoever joined since: look into the Sent folder, add them again"),
        (done.in_doubt, "copy", "copies", "may or may not have arrived: `pscb-mail send` asks"),
    )
    for count, one, many, words in found:
        if count:
            console.result(f"{count:>7,}  {one if count == 1 else many} {console.safe(words)}")
    for each in done.unbuildable:
        console.result(f"[yellow]Sent since, but its file cannot be built:[/] {console.safe(each)}")
    for issue in done.held:
        console.result(f"[yellow]{issue} is held:[/] it may have been sent since. `pscb-mail send {issue}` says more.")
    for trouble in done.troubles:
        console.error(trouble)
    if done.settled:
        console.result("Settled. `pscb-mail inbox` reads what has come meanwhile.")
    else:
        console.result("[red bold]Not settled: nothing is sent until it is.[/] Run `pscb-mail restore` again;")
        console.result("`pscb-mail restore --unread` gives up what cannot be read, and leaves it in doubt.")
