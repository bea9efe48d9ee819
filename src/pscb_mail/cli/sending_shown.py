"""What the commands that send show: the plan before, the progress during, how a single copy went."""

from typing import TYPE_CHECKING

from pscb_mail.cli import console
from pscb_mail.cli.context import Context, now
from pscb_mail.cli.standing_shown import what_is_left
from pscb_mail.sending.delivery import Event, MailingState, State, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from pscb_mail.desk.differences import Words
    from pscb_mail.desk.dispatch import Amendment
    from pscb_mail.desk.overview import MailingStatus
    from pscb_mail.desk.planning import SendPlan
    from pscb_mail.sending.delivery import Verdict
    from pscb_mail.sending.running import Glance


class Watching:
    """Shows a run: for how many people it is settled, and what is waited for; a warning stays on the screen.

    `put_off()`: how many copies are put off, where nothing else waits.
    """

    def __init__(self, bar: console.Bar, zone: "ZoneInfo", put_off: "Callable[[], int]") -> None:
        self._bar, self._zone, self._put_off = bar, zone, put_off
        self._settled_nothing = 0  # tries of copies that were put off

    def __call__(self, glance: "Glance") -> None:
        """Show one glance."""
        if glance.warning:
            console.say(f"[yellow]{console.safe(glance.warning)}[/]")
        elif glance.until is not None:
            at, today = glance.until.astimezone(self._zone), now().astimezone(self._zone).date()
            when = f"{at:%H:%M:%S}" if at.date() == today else f"{at:%H:%M on %d %B}"
            count = self._put_off()
            self._bar.note(f"{count:,} put off, again at {when}" if count else f"waiting until {when}")
        else:
            self._settled_nothing += glance.state is State.DEFERRED
            trouble = glance.state not in {State.SENT, State.QUEUED}
            done = glance.tries - self._settled_nothing
            self._bar.advance(done, f"{glance.address}: {glance.reply}" if trouble else None)


def show_plan(plan: "SendPlan", limit: int | None, context: Context) -> None:
    """Tell what is about to happen, before anything does."""
    again = plan.status.state is not MailingState.NOT_SENT
    console.say(f"[bold]{console.safe(plan.status.subject)}[/] ({plan.issue}){', going on' if again else ''}")
    have_it = f", {plan.status.counts[State.SENT]:,} have it already" if again else ""
    rows = [("to", whom(plan.to_send, limit) + have_it)]
    if plan.joined:
        rows.append(("joined since", f"{plan.joined:,} of them"))
    rows += [("through", plan.relay), *_how_long(plan, limit, context), *_to_know_first(plan)]
    console.facts(rows)
    if plan.astray:
        console.say(f"[yellow]{console.safe(plan.astray)}[/] `pscb-mail doctor` says what can be done.")
    if plan.changed:
        console.say(
            "[yellow]The file has changed since sending began; the edition of then goes to everybody.[/] "
            f"`pscb-mail amend {plan.issue}` gives the new one to those still waiting."
        )


def _how_long(plan: "SendPlan", limit: int | None, context: Context) -> "Iterator[tuple[str, str]]":
    from pscb_mail.sending import pacing

    copies = plan.to_send if limit is None else min(plan.to_send, limit)
    lasts = pacing.lasts(plan.limits, copies, plan.spent, now())
    if lasts.total_seconds() >= 60:
        ends = (now() + lasts).astimezone(context.zone)
        yield "takes", f"{console.span(lasts)} at this pace, until about {ends:%H:%M on %A %d %B}"


def _to_know_first(plan: "SendPlan") -> "Iterator[tuple[str, str]]":
    """Yield what an editor may want to see to before a yes."""
    yield "last tested", console.ago(plan.tested_at, now()) or "never: `pscb-mail test` sends a copy to yourself"
    if plan.reads_mailbox:
        yield "mailbox last read", console.ago(plan.read_at, now()) or "never: `pscb-mail inbox` reads it"
    if plan.in_review:
        yield "waiting in review", f"{plan.in_review}: `pscb-mail review`"
    if refused := plan.status.counts[State.REFUSED]:
        yield "refused before", f"{refused:,}: `pscb-mail retry {plan.issue} --only refused`"
    if doubts := plan.status.counts[State.UNKNOWN]:
        yield "in doubt", f"{doubts:,}: `pscb-mail log {plan.issue} --state unknown`"


def show_retry(plan: "SendPlan", which: State) -> None:
    """Tell whom a retry is about to send to, and who is left out and why."""
    console.say(f"{plan.status.counts[which]:,} {which} of {console.safe(plan.issue)}: {plan.retried:,} tried again.")
    for person in plan.left_out[:_NAMED]:
        console.say(f"  not {console.safe(person.address.text)}: {person.status.words}")
    if len(plan.left_out) > _NAMED:
        console.say(f"  … nor {len(plan.left_out) - _NAMED:,} more who have left the list")
    if waiting := plan.to_send - plan.retried:
        console.say(f"{console.count(waiting, 'person waits', 'people wait')} for theirs anyway: sent to as well.")
    if which is State.UNKNOWN:
        console.say("[yellow]They may have arrived: whoever got the first copy gets a second one.[/]")


def nothing_to_retry(status: "MailingStatus", which: State) -> None:
    """Say that there is nothing of the kind to retry, and what there is."""
    word = {State.DEFERRED: "put off", State.REFUSED: "refused", State.UNKNOWN: "in doubt"}[which]
    if status.counts[which]:
        console.say(f"Whose copy of {status.issue} is {word} has left the list since: nobody to send to.")
        return
    console.say(f"No copy of {status.issue} is {word}: nothing to retry.")
    if status.counts[State.DEFERRED]:
        console.say(f"{status.counts[State.DEFERRED]:,} put off: `pscb-mail retry {status.issue}` tries again.")
    what_is_left(status)


def written(copies: int, folder: "Path") -> None:
    """Tell of copies written into a folder."""
    console.say(f"{console.count(copies, 'file', 'files')} in {console.safe(folder)}. Nothing was sent or recorded.")


def whom(count: int, limit: int | None) -> str:
    """Return how many people a run is for: `50 of 2,000 people` where it is limited."""
    people = console.count(count, "person", "people")
    return f"{limit:,} of {people}" if limit is not None and limit < count else people


_NAMED = 10
_VERDICTS = {Event.ACCEPTED: "sent", Event.DOUBTED: "may or may not have arrived", Event.PUT_OFF: "put off"}


def told(address: str, verdict: "Verdict") -> "Verdict":
    """Print how one copy went, in the relay's own words where it said any."""
    answer = console.safe(words(verdict.code, verdict.reply))
    says = (
        f'{console.safe(verdict.relay)} says "{answer}"' if verdict.code else f"{console.safe(verdict.relay)}: {answer}"
    )
    console.result(f"{console.safe(address)}: {_VERDICTS.get(verdict.event, 'not sent')}. {says}")
    return verdict


def show_amendment(change: "Amendment") -> None:
    """Show what a corrected edition changes, and who has which already."""
    from pscb_mail.desk.differences import differences

    found = differences(change.before, change.after)
    if not found:
        console.say("The words are the same: the preheader, pictures, attachments, links or the look have changed.")
    for each in found:
        for label, side, colour in (("was", each.before, "red"), ("now", each.after, "green")):
            if side:
                console.say(f"  [dim]{label}[/]  {_marked(side, colour)}")
    for number, count in change.got.items():
        console.say(f"  [dim]edition {number}[/]  {count:,} have it, or may have it")
    console.say(f"  [dim]edition {max(change.got) + 1}[/]  {change.waiting:,} would get it")


def _marked(side: "tuple[Words, ...]", colour: str) -> str:
    """Return a paragraph with its changed words in a colour."""
    return " ".join(
        f"[{colour}]{console.safe(each.text)}[/]" if each.changed else console.safe(each.text) for each in side
    )
