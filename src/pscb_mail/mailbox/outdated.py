"""Whether a message is of before: an old one that turns up again must undo nothing that came after it.

Pure: moments in, a reason to ask a person out, "" where there is none. `written` is `Incoming.date`, None where nothing
tells it; the other moments are the ledgers'.
"""

from datetime import datetime, timedelta

# Whoever confirms later than this may have been asked by somebody else than they remember: a person looks at it.
CONFIRM_WITHIN = timedelta(days=30)
_CLOCKS_DIFFER = timedelta(minutes=10)


def older_than_return(written: datetime | None, came_back: datetime | None) -> str:
    """Return why what would take somebody off may be of before they last came back to the list."""
    if came_back is None:
        return ""
    if written is None:
        return "nothing in the message says when it was written, and they have come back to the list since"
    return "the message is older than their return to the list" if written < came_back else ""


def untimely_yes(written: datetime | None, asked_since: datetime, last_asked: datetime) -> str:
    """Return why a yes may be none to what was asked: of before, or too late."""
    if written is None or written < asked_since - _CLOCKS_DIFFER:
        return "nothing shows that they confirmed after they were asked"
    late = written > last_asked + CONFIRM_WITHIN
    return f"they confirmed later than {CONFIRM_WITHIN.days} days after they were asked" if late else ""


def older_than_opt_out(written: datetime | None, answers: datetime | None, opted_out: datetime) -> str:
    """Return why a way back may be of before they opted out; `answers`: when we wrote the letter that it answers."""
    answers_it = answers is not None and answers >= opted_out
    after = written is not None and written >= opted_out - _CLOCKS_DIFFER
    return "" if answers_it or after else "nothing shows that they wrote it after they opted out"
