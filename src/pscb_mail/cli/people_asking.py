"""Asking people by mail whether they want to be on the list: newcomers of some groups, and `reconfirm`."""

from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.cli.people_options import Json, Yes
from pscb_mail.errors import NotNowError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from pscb_mail.desk.reconfirming import Asked, Standing
    from pscb_mail.mailbox.deciding import Answer
    from pscb_mail.people.subscriber import Subscriber


def ask_pending(context: Context, db: "Database") -> None:
    """Ask those who joined a group that wants a yes first; where the relay is away, `inbox` sends the mails later."""
    from pscb_mail.people import directory
    from pscb_mail.people.subscriber import Status

    if not directory.counts(db)[Status.PENDING]:
        return
    from pscb_mail.desk import reconfirming
    from pscb_mail.mailbox.deciding import Answer

    people = reconfirming.pending(db)
    if not people:
        return
    try:
        asked = _asked(context, db, people, Answer.PLEASE_CONFIRM)
    except NotNowError as problem:
        # They are on the list all the same; the next `add` or `import` finds them waiting.
        console.say(f"[yellow]Nobody was asked to confirm yet.[/] {console.safe(problem.message)}")
        console.say(f"[dim]What to do:[/] {console.safe(problem.hint)} The next `add` or `import` asks them.")
        return
    _told(asked, "asked to confirm: they are written to once they have")


def reconfirm(
    ctx: typer.Context,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="Whom to ask.")],
    show_list: Annotated[
        bool, typer.Option("--list", help="Ask nobody: list who has said yes, and who has not for how long.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Ask a group's members by mail whether they still want it; their reply says yes."""
    from pscb_mail.desk import reconfirming
    from pscb_mail.mailbox.deciding import Answer

    context: Context = ctx.obj
    with context.database() as db:
        members = reconfirming.standing(db, group)
        if not members:
            raise UsageError(f'Nobody active is in a group "{group}".', "`pscb-mail groups` lists the groups.")
        if not show_list:
            people = reconfirming.due(members, now())
            recent = len(members) - len(people)
            if recent:
                days = reconfirming.NOT_AGAIN_WITHIN.days
                console.say(
                    f"{console.count(recent, 'was', 'were')} asked, or asked for it, within {days} days: not again."
                )
            if people:
                console.confirm(
                    f"Ask {console.count(len(people), 'person', 'people')} of {group} whether they still want it?",
                    yes=yes,
                )
                _told(_asked(context, db, people, Answer.STILL_WANTED), "asked; `pscb-mail inbox` reads their answers")
            members = reconfirming.standing(db, group)
        if json:
            console.document([_as_json(each) for each in members])
        elif show_list:
            _list(members)


def _asked(context: Context, db: "Database", people: "Sequence[Subscriber]", kind: "Answer") -> "Asked":
    from pscb_mail.desk import reconfirming

    with stop_on_signal() as stopping, console.progress("Asking", len(people)) as bar:
        return reconfirming.ask(db, context.workspace, people, kind, now, stopping.wait, bar.advance)


def _told(asked: "Asked", words: str) -> None:
    console.say(f"{asked.asked:,} {words}.")
    if asked.trouble is not None:
        console.say(
            f"[yellow]The last mail waits:[/] {console.safe(asked.trouble.message)} `pscb-mail inbox` sends it."
        )
    if asked.later:
        console.say(f"{console.count(asked.later, 'is', 'are')} still to be asked: run it again later.")


def _as_json(each: "Standing") -> dict[str, object]:
    return {
        "address": each.person.address.text,
        "name": each.person.name,
        "asked_at": console.iso(each.asked_at),
        "confirmed_at": console.iso(each.yes_at),
        "silent_days": (now() - each.asked_at).days if each.silent and each.asked_at else None,
    }


def _list(members: "Sequence[Standing]") -> None:
    """Print the silent first, those who have been so for longest at the top."""
    silent = sorted((each for each in members if each.silent), key=lambda each: str(each.asked_at))
    others = [each for each in members if not each.silent]
    rows = [(each.person.address.text, each.person.name, _how(each)) for each in (*silent, *others)]
    console.table(("address", "name", "answer"), rows)
    has = "has" if len(silent) == 1 else "have"
    console.say(f"{len(silent):,} of {len(members):,} {has} been asked and {has} not answered.")


def _how(each: "Standing") -> str:
    if each.silent:
        return f"none for {console.span(now() - each.asked_at)}" if each.asked_at else ""
    return f"yes, {console.ago(each.yes_at, now())}" if each.yes_at else "never asked"
