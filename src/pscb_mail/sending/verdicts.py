"""From an outcome to a verdict: what a try means for its delivery, and whether the fault is ours.

Pure. The relay's words are read in `replies` alone.
"""

from pscb_mail.sending.delivery import Event, Verdict
from pscb_mail.sending.dialogue import Answered, InDoubt, NotSent, Outcome
from pscb_mail.sending.replies import STOPS, Meaning, meaning, no_such_mailbox
from pscb_mail.sending.troubles import RelayRefusesError, refusal


def judged(outcome: Outcome, relay: str) -> Verdict:
    """Return the verdict on a try through `relay`."""
    match outcome:
        case Answered(stage, reply):
            return Verdict(_event(meaning(stage, reply)), reply.code, reply.text, relay, no_such_mailbox(stage, reply))
        case InDoubt(reason):
            return Verdict(Event.DOUBTED, 0, reason, relay)
        case NotSent(reason):
            return Verdict(Event.NOT_TRIED, 0, reason, relay)


def fault_of_ours(outcome: Outcome, relay: str) -> RelayRefusesError | None:
    """Return the error for an answer that is about us, for which a run must stop; None for every other outcome."""
    if isinstance(outcome, Answered) and (why := meaning(outcome.stage, outcome.reply)) in STOPS:
        return refusal(relay, why, outcome.stage, outcome.reply)
    return None


def _event(what: Meaning) -> Event:
    if what is Meaning.ACCEPTED:
        return Event.ACCEPTED
    if what is Meaning.PUT_OFF:
        return Event.PUT_OFF
    return Event.TURNED_DOWN if what is Meaning.TURNED_DOWN else Event.NOT_TRIED
