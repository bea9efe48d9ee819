"""The command that forgets people for good."""

from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now
from pscb_mail.cli.options import Json, Yes
from pscb_mail.errors import Exit, UsageError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from pscb_mail.desk.forgetting import Forgot, Plan

commands = typer.Typer()
_EXAMPLES = 5


@commands.command(rich_help_panel="People")
def forget(
    ctx: typer.Context,
    who: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Whom: an address, or a name that fits one.", show_default=False)
    ] = "",
    older_than: Annotated[
        int | None,
        typer.Option(
            "--older-than", min=0, metavar="MONTHS", help="All who were removed or bounced longer ago than that."
        ),
    ] = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Erase somebody everywhere, backups included, so that no import brings them back. It cannot be taken back."""
    from pscb_mail.desk import forgetting
    from pscb_mail.people.changes import Origin

    context: Context = ctx.obj
    if bool(who) == (older_than is not None):
        raise UsageError("Say whom: an ADDRESS, or --older-than MONTHS.", "One of the two.")
    with context.database() as db:
        plan = forgetting.one(db, who) if older_than is None else forgetting.left(db, older_than, now())
        if older_than is not None and not plan.people:
            if json:
                console.document({"change": None, "people": 0, "backups": 0, "beyond": []})
            console.say(f"Nobody left more than {older_than} months ago.")
            return
        _show(plan, context.zone)
        _confirm(plan, yes=yes)
        done = forgetting.forget(db, context.workspace, plan, Origin(now(), context.author, "forget"))
    if json:
        people = len(plan.people) or len(plan.trace.ids)
        console.document({"change": done.change, "people": people, "backups": done.backups, "beyond": done.beyond})
    else:
        _tell(done)
    if done.untouched:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _show(plan: "Plan", zone: "ZoneInfo") -> None:
    for person in plan.people[:_EXAMPLES]:
        since = f"{person.since.astimezone(zone):%d %B %Y}"
        console.say(f"  {console.safe(person.called)}, {person.status.words} since {since}")
    if len(plan.people) > _EXAMPLES:
        console.say(f"  … and {len(plan.people) - _EXAMPLES:,} more")
    if not plan.people:
        console.say(f"  {console.safe(', '.join(plan.trace.addresses))}, not on the list; traces of them will go.")
    # One line each, for the terminal to break where it is full.
    console.say(
        "Will be erased: address, name, groups, history, what they wrote, what servers said of them; from backups too, "
        "as far as these can be reached: what cannot is listed at the end."
    )
    if plan.copies:
        copies = console.count(plan.copies, "copy went out or was to go", "copies went out or were to go")
        console.say(f"Will be kept: that {copies}, without a name.")
    if plan.barred:
        console.say("Will be kept: a keyed hash of the address, so that no import brings them back.")
    console.say("[yellow]This cannot be taken back, by `undo` or from a backup.[/]")


def _confirm(plan: "Plan", *, yes: bool) -> None:
    if yes:
        return
    called = [person.called for person in plan.people] or list(plan.trace.addresses)
    whom = called[0] if len(called) == 1 else f"{max(len(plan.people), 1):,}"
    console.confirm_word(f"Forget {whom} for good?", "forget")


def _tell(done: "Forgot") -> None:
    console.result(f"Forgotten, also in {console.count(done.backups, 'backup', 'backups')} (change {done.change}).")
    if done.untouched:
        console.result("[red bold]Not erased everywhere:[/] backups that could not be reached may still hold them.")
    console.result("What could not be reached, and is left for you to look at:")
    for number, line in enumerate(done.beyond, start=1):
        console.result(f"  {number}. {console.safe(line)}")
