"""Asking people by mail whether they want to be on the list: newcomers of some groups, and `reconfirm`."""

from typing import TYPE_CHECKING, Annotated

import typer

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now, stop_on_signal
from pscb_mail.cli.options import Json, Yes
from pscb_mail.errors import NotNowError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from pscb_mail.desk.reconfirming import Asked, Standing
    from pscb_mail.mailbox.decision import Answer
    from pscb_mail.people.subscriber import Subscriber


def ask_newcomers(context: Context, db: "Database", change: int | None) -> None:
    """Ask those who are in a group that wants a yes; where the relay is away, `inbox` sends the mails later.

    Whoever joined is pending, and is asked first. Whom `change` put there who was active already is asked as well, and
    stays active.
    """
    from pscb_mail.people import directory
    from pscb_mail.people.subscriber import Status

    groups = context.workspace.settings.groups.confirm
    waiting = directory.counts(db)[Status.PENDING]
    if not waiting and (not groups or change is None):
        return
    from pscb_mail.desk import reconfirming
    from pscb_mail.mailbox.decision import Answer

    if waiting:
        words, later = "asked to confirm: they are written to once they have", "The next `add` or `import`"
        _ask(context, db, reconfirming.pending(db, now()), Answer.PLEASE_CONFIRM, words, later)
    if change is not None:
        words = "on the list already, and asked whether they want it: they stay on it meanwhile"
        people = reconfirming.newly_in(db, change, groups, now())
        _ask(context, db, people, Answer.STILL_WANTED, words, "`pscb-mail reconfirm GROUP`")


def _ask(
    context: Context, db: "Database", people: "Sequence[Subscriber]", kind: "Answer", words: str, later: str
) -> None:
    """Ask people; where nobody may be asked now, `later` is what does it another time."""
    if not people:
        return
    try:
        asked = _asked(context, db, people, kind)
    except NotNowError as problem:
        # They are on the list all the same.
        console.say(f"[yellow]Nobody was asked to confirm yet.[/] {console.safe(problem.message)}")
        console.say(f"[dim]What to do:[/] {console.safe(problem.hint)} {later} asks them.")
        return
    _told(asked, words)


def reconfirm(
    ctx: typer.Context,
    group: Annotated[str, typer.Argument(metavar="GROUP", help="Whom to ask.")],
    show_list: Annotated[
        bool,
        typer.Option(
            "--list", help="Ask nobody: list who said yes, and who has bounced, been away or silent for how long."
        ),
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Ask a group's members by mail whether they still want it; their reply says yes."""
    from pscb_mail.desk import reconfirming
    from pscb_mail.mailbox.decision import Answer

    context: Context = ctx.obj
    with context.database() as db:
        members = reconfirming.standing(db, group, bounced=show_list)
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
        members = reconfirming.standing(db, group, bounced=True)
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
        "status": each.person.status,
        "since": console.iso(each.person.since),
        "asked_at": console.iso(each.asked_at),
        "confirmed_at": console.iso(each.yes_at),
        "silent_days": (now() - each.asked_at).days if each.silent and each.asked_at else None,
        "away_from": console.iso(each.away_from),
    }


def _list(members: "Sequence[Standing]") -> None:
    """Print who wants looking after first: the bounced, then the silent; of each kind those who are so longest."""
    kinds = ("bounced", "asked without an answer", "said yes", "never asked")
    ordered = sorted(members, key=lambda each: (kinds.index(_kind(each)), _from(each)))
    rows = [(each.person.address.text, each.person.name, _how(each), _away(each)) for each in ordered]
    console.table(("address", "name", "answer", "away"), rows)
    counts = {kind: sum(_kind(each) == kind for each in members) for kind in kinds}
    told = ", ".join(f"{number:,} {kind}" for kind, number in counts.items() if number)
    console.say(f"[dim]{console.count(len(members), 'member', 'members')}: {told}[/]")


def _kind(each: "Standing") -> str:
    from pscb_mail.people.subscriber import Status

    if each.person.status is Status.BOUNCED:
        return "bounced"
    if each.silent:
        return "asked without an answer"
    return "said yes" if each.yes_at else "never asked"


def _from(each: "Standing") -> "datetime":
    """Return since when somebody has been as they are."""
    return (each.asked_at if each.silent else each.yes_at) or each.person.since


def _how(each: "Standing") -> str:
    match _kind(each):
        case "bounced":
            return f"bounced {console.ago(each.person.since, now())}"
        case "asked without an answer":
            return f"no answer for {console.span(now() - _from(each))}"
        case "said yes":
            return f"yes, {console.ago(each.yes_at, now())}"
        case never:
            return never


def _away(each: "Standing") -> str:
    return f"for {console.span(now() - each.away_from)}" if each.away_from else ""
