"""What is asked before a mailing goes on, and what is looked up first, so that as little as can be is asked.

Nobody is asked by the clock: `--no-wait --yes` is a timer's, which may have a terminal that nobody sees (Windows'
`conhost --headless`).
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.cli import sending_shown as shown
from pscb_mail.cli.context import Context, now
from pscb_mail.cli.sending_options import Unknown
from pscb_mail.sending.delivery import State

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlite_utils import Database

    from pscb_mail.desk.dispatch import Order
    from pscb_mail.desk.planning import SendPlan


def look_into_sent(context: Context, db: "Database", issue: str) -> None:
    """Settle what the Sent folder can settle before anybody is asked about it."""
    from pscb_mail.desk import dispatch
    from pscb_mail.issues.source import slug_of

    slug = slug_of(issue)
    dispatch.doubt_the_dead(db, context.workspace, slug, context.author, now())
    settled = dispatch.settle_doubts(db, context.workspace, slug, now())
    if settled.found:
        console.say(f"{console.count(settled.found, 'copy', 'copies')} in doubt found in the Sent folder: sent, then.")
    if settled.trouble is not None:
        console.say(f"[yellow]The Sent folder could not be read:[/] {console.safe(settled.trouble.message)}")


def agreed(
    context: Context, db: "Database", plan: "SendPlan", order: "Order", unknown: Unknown, *, yes: bool
) -> "tuple[SendPlan, Order]":
    """Ask what `send` must ask; return the plan and the order with what was answered.

    Raises DeclinedError where the answer is no, UsageError where nobody is there.
    """
    resend = _resends(plan, Unknown.SKIP if unknown is Unknown.ASK and _by_the_clock(order, yes=yes) else unknown)
    # Whoever was asked about those in doubt has said yes, where nobody else is left.
    asked = resend and unknown is Unknown.ASK and not plan.to_send
    if resend:
        plan = replace(plan, to_send=plan.to_send + plan.in_doubt)
        order = replace(order, requeue=State.UNKNOWN)
    if not plan.to_send:
        return plan, order
    order = replace(order, let_go=_sees_the_brake(db, plan, order, yes=yes))
    if order.begins is not None and order.begins <= now():
        console.say(f"[yellow]{order.begins.astimezone(context.zone):%H:%M} is past: it begins at once.[/]")
    if order.let_go or not asked:
        console.confirm(_question(plan, order, context.zone), yes=yes and not order.let_go)
    return plan, order


def agreed_to_retry(db: "Database", plan: "SendPlan", order: "Order", *, yes: bool) -> "Order":
    """Ask what `retry` must ask, and return the order with what was answered. Raises as `agreed` does."""
    if plan.to_send:
        order = replace(order, let_go=_sees_the_brake(db, plan, order, yes=yes))
    console.confirm(f"Send to {shown.whom(plan.to_send, order.limit)}?", yes=yes and not order.let_go)
    return order


def _by_the_clock(order: "Order", *, yes: bool) -> bool:
    return yes and not order.patient


def _sees_the_brake(db: "Database", plan: "SendPlan", order: "Order", *, yes: bool) -> bool:
    """Show a person what has stopped the mailing, if anything: only they go past it, and --yes alone does not."""
    from pscb_mail.desk import overview

    if _by_the_clock(order, yes=yes) or not console.somebody_is_there():
        return False
    brake = overview.brake(db, plan.issue)
    if brake is not None:
        look, _, _ = brake.hint.partition(f"`pscb-mail send {plan.issue}`")  # which is what asks them now
        console.say(f"[yellow]{console.safe(brake.message)}[/] {console.safe(look.strip())}")
    return brake is not None


def _resends(plan: "SendPlan", unknown: Unknown) -> bool:
    """Decide, or let the user decide, whether copies in doubt are sent again."""
    if not plan.in_doubt:
        return False
    match unknown:
        case Unknown.RESEND:
            return True
        case Unknown.SKIP:
            return False
        case Unknown.ASK:
            return console.ask(
                f"Send the {plan.in_doubt:,} in doubt again? Whoever got the first copy gets a second one."
            )


def _question(plan: "SendPlan", order: "Order", zone: "ZoneInfo") -> str:
    to_come = order.begins is not None and order.begins > now()
    when = f" at {order.begins.astimezone(zone):%H:%M on %A %d %B %Y}" if order.begins and to_come else ""
    return f"Send {plan.issue} to {shown.whom(plan.to_send, order.limit)}{when}?"
