"""The life of a delivery: only what the table allows happens."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pscb_mail.sending.delivery import (
    USUAL_RETRIES,
    Event,
    MailingState,
    State,
    Verdict,
    after,
    mailing_state,
    message_id_in,
    states_before,
)

ALLOWED = {
    ("queued", "claimed"): "in_flight",
    ("deferred", "claimed"): "in_flight",
    ("in_flight", "accepted"): "sent",
    ("in_flight", "put_off"): "deferred",
    ("in_flight", "turned_down"): "refused",
    ("in_flight", "not_tried"): "queued",
    ("in_flight", "doubted"): "unknown",
    ("queued", "dropped"): "skipped",
    ("deferred", "dropped"): "skipped",
    ("deferred", "requeued"): "queued",
    ("refused", "requeued"): "queued",
    ("unknown", "requeued"): "queued",
    ("unknown", "found"): "sent",
    ("refused", "found"): "sent",
    ("queued", "restored"): "unknown",
    ("deferred", "restored"): "unknown",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_the_table_allows_this_and_nothing_else(state: State, event: Event) -> None:
    """Above all: nothing leads from sent or skipped back to where it could be sent again."""
    if (state, event) in ALLOWED:
        assert after(state, event) == ALLOWED[state, event]
    else:
        with pytest.raises(ValueError, match=state):
            after(state, event)


def test_states_before_is_the_table_read_backwards() -> None:
    """Sweeps start from exactly the states that the table allows."""
    assert states_before(Event.DROPPED) == (State.QUEUED, State.DEFERRED)


def test_the_manual_lists_every_state_with_its_instant_and_what_a_crash_there_leaves() -> None:
    """docs/internals.md, row by row: none missing, none that there is not."""
    lines = (Path(__file__).parents[2] / "docs" / "internals.md").read_text(encoding="utf-8").splitlines()
    table = itertools.dropwhile(lambda line: not line.startswith("| state | true from the instant"), lines)
    rows = [line.strip("| ").split(" | ") for line in itertools.takewhile(lambda line: line.startswith("|"), table)][2:]
    assert {re.findall(r"`(\w+)`", row[0])[0] for row in rows} == set(State)
    assert [row for row in rows if len(row) != 3 or not all(row)] == []


def test_pauses_grow() -> None:
    """Greylisting is tried within minutes, a mailbox that stays full every few hours."""
    now = datetime(2026, 12, 1, tzinfo=UTC)
    pauses = [USUAL_RETRIES.due_after(n, now) - now for n in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= timedelta(minutes=5)
    assert pauses[-1] == timedelta(hours=4)


@pytest.mark.parametrize(
    ("counts", "cancelled", "being_sent", "expected"),
    [
        ({"sent": 3}, False, False, MailingState.COMPLETE),
        ({"sent": 3, "unknown": 1, "refused": 1}, False, False, MailingState.COMPLETE),
        ({"sent": 3, "queued": 1}, False, False, MailingState.STOPPED),
        ({"deferred": 1}, False, False, MailingState.STOPPED),
        ({"queued": 1}, False, True, MailingState.SENDING),
        ({"sent": 1, "skipped": 2}, True, False, MailingState.CANCELLED),
        ({}, False, False, MailingState.COMPLETE),
    ],
)
def test_a_mailings_state_is_derived_from_its_rows(counts, cancelled: bool, being_sent: bool, expected) -> None:
    """Complete means: nothing queued, in flight or deferred."""
    whole = {state: counts.get(state, 0) for state in State}
    assert mailing_state(whole, cancelled=cancelled, being_sent=being_sent) is expected


def test_the_message_id_that_a_server_gives_is_found() -> None:
    """Exchange Online names the one it wrote; other replies name none."""
    taken = Verdict(Event.ACCEPTED, 250, "2.0.0 OK <AB12@EX01.prod.test> [Hostname=EX01]", "r")
    assert message_id_in(taken) == "<AB12@EX01.prod.test>"
    assert message_id_in(Verdict(Event.ACCEPTED, 250, "2.0.0 Ok: queued as 4F", "r")) is None
    assert message_id_in(Verdict(Event.TURNED_DOWN, 550, "no <a@b.test>", "r")) is None
