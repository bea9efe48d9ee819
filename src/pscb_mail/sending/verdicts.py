"""From an outcome to a verdict: what a try means for its delivery, and whether the fault is ours.

Pure. The relay's words are read in `replies` alone.
"""

from pscb_mail.sending.delivery import Event, Verdict
from pscb_mail.sending.dialogue import Answered, InDoubt, Outcome
from pscb_mail.sending.replies import STOPS, Meaning, meaning, no_such_mailbox
from pscb_mail.sending.troubles import RelayRefusesError, refusal

_EVENTS = {
    Meaning.ACCEPTED: Event.ACCEPTED,
    Meaning.PUT_OFF: Event.PUT_OFF,
    Meaning.TURNED_DOWN: Event.TURNED_DOWN,
}


def judged(outcome: Outcome, relay: str) -> Verdict:
    """Return the verdict on a try through `relay`."""
    if isinstance(outcome, Answered):
        stage, reply = outcome.stage, outcome.reply
        event = _EVENTS.get(meaning(stage, reply), Event.NOT_TRIED)
        return Verdict(event, reply.code, reply.text, relay, no_such_mailbox(stage, reply))
    return Verdict(Event.DOUBTED if isinstance(outcome, InDoubt) else Event.NOT_TRIED, 0, outcome.reason, relay)


def fault_of_ours(outcome: Outcome, relay: str) -> RelayRefusesError | None:
    """Return the error for an answer that is about us, for which a run must stop; None for every other outcome."""
    if isinstance(outcome, Answered) and (why := meaning(outcome.stage, outcome.reply)) in STOPS:
        return refusal(relay, why, outcome.stage, outcome.reply)
    return None
