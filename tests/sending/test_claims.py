"""Claims and verdicts in groups: each row moves once, and a claim costs the same in a list of any length."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from newsroom import EDITION, ISSUE, START, newsroom
from sqlite_utils import Database

from pscb_mail.database import transaction
from pscb_mail.sending import claims, editions, ledger
from pscb_mail.sending.delivery import USUAL_RETRIES, Event, State, Verdict, states_before

TAKEN = Verdict(Event.ACCEPTED, 250, "2.0.0 taken", "relay:25")
LATER = Verdict(Event.PUT_OFF, 450, "4.2.0 greylisted", "relay:25")
NEVER = Verdict(Event.TURNED_DOWN, 550, "5.7.9 no", "relay:25")
BARRED = Verdict(Event.NOT_TRIED, 535, "5.7.139 sign in", "relay:25")
LOST = Verdict(Event.DOUBTED, 0, "the connection broke", "relay:25")


@pytest.fixture
def db(tmp_path):
    database = newsroom(tmp_path / "pscb-mail.db", 20)
    yield database
    database.close()


def claimed(db: Database, count: int, after: timedelta = timedelta()) -> list[claims.Try]:
    with transaction(db):
        return claims.claim(db, ISSUE, START + after, ["relay:25"] * count)


def settled(db: Database, *verdicts: tuple[claims.Try, Verdict], after: timedelta = timedelta()) -> list[State]:
    with transaction(db):
        return claims.settle(db, verdicts, START + after)


def test_claims_go_in_order_and_nobody_is_claimed_twice(db: Database) -> None:
    """Groups of any size, one after the other, are the whole list once."""
    found = [tried.claim.address for count in (1, 7, 50) for tried in claimed(db, count)]
    assert found == [f"reader{n:04}@school.test" for n in range(20)]
    assert claimed(db, 1) == []


def test_a_claim_knows_the_groups_as_they_are_now(db: Database) -> None:
    """What somebody may read is decided when their copy is claimed."""
    db.execute("INSERT INTO membership SELECT id, 'Heads' FROM subscriber WHERE id <= 2")
    db.execute("INSERT INTO membership VALUES (2, 'A, B; C')")
    db.conn.commit()
    assert [set(tried.claim.groups) for tried in claimed(db, 3)] == [{"Heads"}, {"Heads", "A, B; C"}, set()]


def test_each_attempt_is_recorded_with_its_relay_and_its_end(db: Database) -> None:
    """Start, end, code and words of every try."""
    first, second = claimed(db, 2)
    assert settled(db, (first, TAKEN), (second, LATER)) == [State.SENT, State.DEFERRED]
    rows = [(row["relay"], row["verdict"], row["code"], row["reply"]) for row in db["attempt"].rows]
    assert rows == [("relay:25", "accepted", 250, "2.0.0 taken"), ("relay:25", "put_off", 450, "4.2.0 greylisted")]


def test_what_was_put_off_comes_back_when_it_is_due_the_earliest_first(db: Database) -> None:
    """Not before; and its date and first try stay those of the first try."""
    tries = claimed(db, 20)
    settled(db, *((tried, LATER) for tried in reversed(tries)))
    assert claimed(db, 20, timedelta(minutes=1)) == []
    again = claimed(db, 20, timedelta(minutes=3))
    assert [tried.claim.tries for tried in again] == [2] * 20
    assert {tried.claim.dated for tried in again} == {START}
    assert claims.due(db, ISSUE, START + timedelta(days=1), 50) == 0


def test_a_verdict_for_a_delivery_that_is_not_in_flight_is_a_bug_and_changes_nothing(db: Database) -> None:
    """A row is never moved twice: the whole group is taken back."""
    first, second = claimed(db, 2)
    settled(db, (first, TAKEN))
    with pytest.raises(ValueError, match="moved by somebody else"):
        settled(db, (second, TAKEN), (first, TAKEN))
    assert ledger.counts(db, ISSUE)[State.IN_FLIGHT] == 1


def test_after_two_days_of_putting_off_it_is_refused(db: Database) -> None:
    """48 hours from the first try."""
    [tried] = claimed(db, 1)
    settled(db, (tried, LATER))
    [tried] = [each for each in claimed(db, 20, timedelta(hours=49)) if each.claim.tries == 2]
    assert settled(db, (tried, LATER), after=timedelta(hours=49)) == [State.REFUSED]


def test_a_copy_that_was_not_tried_comes_back_behind_the_others(db: Database) -> None:
    """One recipient to whom the relay answers "421" each time keeps nobody waiting: nor who was put off and is due."""
    first, second = claimed(db, 2)
    settled(db, (first, BARRED), (second, LATER))
    order = [*range(3, 21), second.claim.delivery, first.claim.delivery]
    assert [tried.claim.delivery for tried in claimed(db, 20, timedelta(hours=1))] == order


@pytest.mark.parametrize(("hours", "last", "stuck"), [(47, BARRED, 0), (48, BARRED, 1), (99, LATER, 0), (99, LOST, 0)])
def test_a_copy_that_gets_no_word_for_as_long_as_one_is_waited_for_is_stuck(
    db: Database, hours: int, last: Verdict, stuck: int
) -> None:
    """It counts how long it was tried, and not how long it lay: a pace of days is nobody's fault."""
    for after, verdict in ((timedelta(), BARRED), (timedelta(hours=hours), last)):
        for tried in claimed(db, 20, after):
            settled(db, (tried, verdict if tried.claim.delivery == 1 else TAKEN), after=after)
    assert claims.stuck(db, ISSUE, USUAL_RETRIES) == stuck


@pytest.mark.parametrize("word", [LATER, NEVER, LOST])
@pytest.mark.parametrize(("hours", "stuck"), [((60,), 0), ((60, 107), 0), ((60, 108), 1)])
def test_a_copy_is_stuck_only_as_long_as_no_word_came_on_it(
    db: Database, word: Verdict, hours: Sequence[int], stuck: int
) -> None:
    """Put off, then a laptop that is off; or refused, and days later "try again": it counts from the word on."""
    settled(db, *((tried, word if tried.claim.delivery == 1 else TAKEN) for tried in claimed(db, 20)))
    with transaction(db):
        ledger.requeue(db, ISSUE, (State.REFUSED, State.UNKNOWN), START + timedelta(hours=60))
    for after in hours:
        [tried] = claimed(db, 20, timedelta(hours=after))
        settled(db, (tried, BARRED), after=timedelta(hours=after))
    assert claims.stuck(db, ISSUE, USUAL_RETRIES) == stuck


@pytest.mark.parametrize("before", [BARRED, NEVER, LOST, LATER])
def test_greylisting_is_waited_out_however_long_ago_the_copy_was_first_claimed(db: Database, before: Verdict) -> None:
    """The 48 hours begin with the first real try, and anew where a person says "try again"."""
    [tried] = claimed(db, 1)
    settled(db, (tried, before))
    monday = timedelta(days=3)
    with transaction(db):
        assert ledger.requeue(db, ISSUE, states_before(Event.REQUEUED), START + monday) == (before is not BARRED)
    [tried] = [each for each in claimed(db, 20, monday) if each.claim.delivery == tried.claim.delivery]
    assert settled(db, (tried, LATER), after=monday) == [State.DEFERRED]


@pytest.mark.parametrize(("before", "edition"), [(NEVER, 2), (LOST, 1)])
@pytest.mark.parametrize("alone", [True, False])
def test_a_refused_copy_that_is_retried_is_of_the_latest_edition(
    db: Database, before: Verdict, edition: int, alone: bool
) -> None:
    """It never went out, so it is corrected like what waits; one that may have arrived stays what it was."""
    [tried] = claimed(db, 1)
    settled(db, (tried, before))
    with transaction(db):
        editions.amend(db, replace(EDITION, subject="Corrected"), START)
        if alone:
            delivery = ledger.delivery_of(db, ISSUE, tried.claim.subscriber)
            ledger.requeue_one(db, delivery, START)
        else:
            ledger.requeue(db, ISSUE, (State.REFUSED, State.UNKNOWN), START)
    assert claimed(db, 1)[0].claim.edition == edition


@pytest.mark.parametrize("query", [claims._QUEUED, claims._PUT_OFF, claims._AGAIN])
def test_a_claim_reads_the_head_of_an_index(db: Database, query: str) -> None:
    """No scan and no sort: the cost does not grow with the list."""
    values = (ISSUE, "deferred", "2026", 5) if query == claims._PUT_OFF else (ISSUE, "queued", 5)
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()]
    assert "delivery_by_state" in plan[0]
    assert not any("SCAN" in step or "TEMP B-TREE" in step for step in plan)


def test_due_is_counted_no_further_than_asked(db: Database) -> None:
    """A million that are due are not counted to open four sessions."""
    assert claims.due(db, ISSUE, START, 4) == 4
    assert claims.due(db, ISSUE, START, 400) == 20


def test_no_statement_of_a_turn_builds_a_table_of_its_own(db: Database) -> None:
    """A CHECK with an IN list, or a sorter, would cost a table for each row that is written or read."""
    executed: list[str] = []
    db.conn.set_trace_callback(executed.append)
    settled(db, *zip(claimed(db, 2), (TAKEN, LATER), strict=True))
    db.conn.set_trace_callback(None)
    steps = {step[1] for each in executed for step in db.conn.execute(f"EXPLAIN {each}")}
    assert "Insert" in steps
    assert not {"OpenEphemeral", "SorterOpen"} & steps
