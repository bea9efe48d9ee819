"""Carrying out a send: to whom, which edition, what is looked up, what is left alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from office import ISSUE, Office, office
from scripted import ScriptedServer, hang_up

from pscb_mail import backups
from pscb_mail.desk import dispatch, overview, planning
from pscb_mail.desk.dispatch import Order
from pscb_mail.errors import Exit, NotNowError, PscbMailError, UsageError
from pscb_mail.people import directory, roster
from pscb_mail.people.changes import Origin
from pscb_mail.sending import attempts, audience, editions, ledger
from pscb_mail.sending.audience import Audience
from pscb_mail.sending.brakes import BrakeError
from pscb_mail.sending.delivery import Event, MailingState, State
from pscb_mail.sending.lock import issue_being_sent, nobody_sends, send_lock

JO, SAM, KIT = "jo@school.test", "sam@health.test", "kit@police.test"


@pytest.fixture
def relay() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path, relay: ScriptedServer) -> Iterator[Office]:
    made = office(tmp_path, relay.port, f"Jo <{JO}>", f"Sam <{SAM}>")
    yield made
    made.db.close()


def taken(relay: ScriptedServer) -> list[str]:
    return sorted(recipient for _, recipient, _ in relay.taken)


def person(desk: Office, address: str):
    found = directory.by_address(desk.db, address)
    assert found is not None
    return found


def state_of(desk: Office, address: str) -> State:
    delivery = ledger.delivery_of(desk.db, "issue-7", person(desk, address).id)
    assert delivery is not None
    return delivery.state


def test_a_backup_is_made_before_a_mailing_begins_and_after_it_went_on(desk: Office, relay: ScriptedServer) -> None:
    """A lost laptop loses nothing that was sent."""
    desk.send()
    made = backups.automatic_ones(desk.workspace.folder / "backups")
    assert [backups.checked(path).why for path in made] == ["before-send", "after-send"]
    assert taken(relay) == [JO, SAM]


def test_a_run_that_found_nothing_to_do_pushes_no_backup_out(desk: Office, relay: ScriptedServer) -> None:
    """A timer runs every minute, also where every copy that is left waits for its pause."""
    relay.acts["RCPT"] = b"451 4.7.1 greylisted\r\n"
    desk.send()
    made = backups.automatic_ones(desk.workspace.folder / "backups")
    plan = planning.send_plan(desk.db, desk.workspace, "7", Audience())
    dispatch.dispatch(desk.db, desk.workspace, plan, dispatch.Order(patient=False), desk.means, "tester")
    assert backups.automatic_ones(desk.workspace.folder / "backups") == made


def test_a_copy_that_was_in_flight_at_a_crash_is_in_doubt_for_a_single_send_too(
    desk: Office, relay: ScriptedServer
) -> None:
    """Nobody else is sending: it is not on its way."""
    desk.send()
    desk.db.execute("UPDATE delivery SET state = 'in_flight'")
    desk.db.conn.commit()
    with pytest.raises(UsageError, match="may have arrived"):
        dispatch.send_only(desk.db, desk.workspace, "7", person(desk, JO), desk.means, "tester", again=False)
    assert taken(relay) == [JO, SAM]


@pytest.mark.parametrize("state", [None, State.UNKNOWN, State.IN_FLIGHT])
def test_the_log_counts_as_the_status_does(desk: Office, state: State | None) -> None:
    """What a dead process had in flight is in doubt there too; what a send has in hand now is not."""
    desk.send()

    def jos_is_in_flight() -> None:
        desk.db.execute("UPDATE delivery SET state = 'in_flight' WHERE address = ?", [JO])
        desk.db.conn.commit()

    def log() -> list[tuple[str, State]]:
        return [(line.address, line.state) for line in overview.log(desk.db, desk.workspace, "issue-7", state)]

    def expected(of_jo: State) -> list[tuple[str, State]]:
        return [each for each in ((JO, of_jo), (SAM, State.SENT)) if state in {None, each[1]}]

    jos_is_in_flight()
    assert log() == expected(State.UNKNOWN)
    with send_lock(desk.db, desk.workspace.lock_path, "issue-7", "editor", desk.now()):
        jos_is_in_flight()
        assert log() == expected(State.IN_FLIGHT)


def test_an_apology_reaches_those_whose_copy_was_in_flight_at_a_crash(desk: Office) -> None:
    """The mistake may have reached them."""
    desk.send()
    desk.db.execute("UPDATE delivery SET state = 'in_flight'")
    desk.db.conn.commit()
    found = audience.people_in(desk.db, Audience(("received:issue-7@1",)))
    assert [each.address for each in found] == [JO, SAM]
    assert editions.got(desk.db, "issue-7") == {1: 2}


def test_a_time_to_come_is_waited_for_before_anything_is_frozen(desk: Office, relay: ScriptedServer) -> None:
    """Also where the clock is set back meanwhile; whoever stops it while it waits has sent nothing."""
    begins = desk.now() + timedelta(hours=8)
    plan = planning.send_plan(desk.db, desk.workspace, "7", Audience())
    clocks = [timedelta(hours=7), timedelta(hours=-2), timedelta(hours=3, seconds=10)]

    def wait(_: float) -> bool:
        if clocks:
            assert ledger.mailing(desk.db, "issue-7") is None
            desk.at += clocks.pop(0)
        return False

    def sent(wait: Callable[[float], bool]) -> list[str]:
        means = dispatch.means_of(desk.workspace, desk.now, wait)
        ended = dispatch.dispatch(desk.db, desk.workspace, plan, Order(begins=begins), means, "tester")
        assert ended.interrupted == (not relay.taken)
        return taken(relay)

    assert sent(lambda _: True) == []
    assert sent(wait) == [JO, SAM]
    assert clocks == []


def test_a_time_that_was_slept_through_is_not_made_up_for(desk: Office, relay: ScriptedServer) -> None:
    """What was meant for Tuesday at nine does not go out by surprise on Wednesday."""
    begins = desk.now() + timedelta(hours=8)
    plan = planning.send_plan(desk.db, desk.workspace, "7", Audience())

    def wait(_: float) -> bool:
        desk.at += timedelta(days=1)
        return False

    means = dispatch.means_of(desk.workspace, desk.now, wait)
    with pytest.raises(UsageError, match="is past"):
        dispatch.dispatch(desk.db, desk.workspace, plan, Order(begins=begins), means, "tester")
    assert (taken(relay), ledger.mailing(desk.db, "issue-7")) == ([], None)


def test_who_joined_later_gets_it_only_when_told_so(desk: Office, relay: ScriptedServer) -> None:
    """Running it again never widens a mailing by itself."""
    desk.send()
    desk.add(KIT)
    desk.send()
    assert taken(relay) == [JO, SAM]
    plan = planning.send_plan(desk.db, desk.workspace, "7", planning.Audience(), joined=True)
    assert (plan.to_send, plan.joined) == (1, 1)
    desk.send(joined=True)
    assert taken(relay) == [JO, KIT, SAM]


def test_who_joined_another_group_is_not_in_the_audience(tmp_path: Path, relay: ScriptedServer) -> None:
    """The audience is frozen as a choice: those who joined are held against it."""
    desk = office(tmp_path, relay.port)
    desk.add(JO, groups=["Heads"])
    desk.send(to=["heads"])
    desk.add(SAM, groups=["Board"])
    desk.add(KIT, groups=["Heads"])
    desk.send(joined=True)
    assert taken(relay) == [JO, KIT]
    desk.db.close()


def test_one_persons_copy_goes_out_alone(desk: Office, relay: ScriptedServer) -> None:
    """`--only`: somebody new, or somebody still queued, and nobody else."""
    desk.send(limit=1)
    desk.add(KIT)
    waiting = next(address for address in (JO, SAM) if state_of(desk, address) is State.QUEUED)
    for address in (KIT, waiting):
        verdict = dispatch.send_only(
            desk.db, desk.workspace, "7", person(desk, address), desk.means, "tester", again=False
        )
        assert verdict.event is Event.ACCEPTED
        assert state_of(desk, address) is State.SENT
    assert taken(relay) == [JO, KIT, SAM]


def test_nobody_gets_a_second_copy_but_by_again(desk: Office, relay: ScriptedServer) -> None:
    """The second one is asked for by name, bears the same Message-ID, and stands in the log."""
    desk.send()
    with pytest.raises(UsageError, match="handed over already") as caught:
        dispatch.send_only(desk.db, desk.workspace, "7", person(desk, JO), desk.means, "tester", again=False)
    assert "--again" in caught.value.hint
    dispatch.send_only(desk.db, desk.workspace, "7", person(desk, JO), desk.means, "tester", again=True)
    assert taken(relay) == [JO, JO, SAM]
    ids = {
        line
        for _, to, body in relay.taken
        if to == JO
        for line in body.split(b"\r\n")
        if line.startswith(b"Message-ID")
    }
    assert len(ids) == 1
    assert len(attempts.of_person(desk.db, person(desk, JO).id)) == 2
    assert overview.mailing_status(desk.db, desk.workspace, "issue-7").total == 2


@pytest.mark.parametrize("state", [State.QUEUED, State.DEFERRED, State.REFUSED, State.UNKNOWN])
def test_one_more_copy_for_somebody_who_has_none_is_their_only_one(
    desk: Office, relay: ScriptedServer, state: State
) -> None:
    """By `--only --again`: their own copy goes out and is settled, so that no later run sends another."""
    desk.send(limit=1)
    waiting = next(address for address in (JO, SAM) if state_of(desk, address) is State.QUEUED)
    desk.db.execute("UPDATE delivery SET state = ?, due_at = at WHERE address = ?", [state, waiting])
    desk.db.conn.commit()
    dispatch.send_only(desk.db, desk.workspace, "7", person(desk, waiting), desk.means, "tester", again=True)
    assert state_of(desk, waiting) is State.SENT
    desk.send()
    assert taken(relay) == [JO, SAM]


def test_a_copy_in_doubt_stays_so_while_no_relay_is_there(desk: Office, relay: ScriptedServer) -> None:
    """Asked for once more and not handed over: no later run sends it unasked."""
    desk.send()
    desk.db.execute("UPDATE delivery SET state = 'unknown'")
    desk.db.conn.commit()
    relay.acts["greeting"] = b"554 5.3.2 not today\r\n"
    with pytest.raises(PscbMailError):
        dispatch.send_only(desk.db, desk.workspace, "7", person(desk, JO), desk.means, "tester", again=True)
    assert state_of(desk, JO) is State.UNKNOWN


def test_somebody_off_the_list_gets_nothing_by_only(desk: Office, relay: ScriptedServer) -> None:
    """Not even when asked for by name, nor where they left while the question waited for its yes."""
    desk.send(limit=1)
    stale = person(desk, SAM)
    roster.opt_out(desk.db, [person(desk, SAM).id], Origin(desk.now(), "tester", "unsubscribe"))
    with pytest.raises(UsageError, match="opted out"):
        dispatch.send_only(desk.db, desk.workspace, "7", person(desk, SAM), desk.means, "tester", again=True)
    with pytest.raises(UsageError, match="opted out"):
        dispatch.send_only(desk.db, desk.workspace, "7", stale, desk.means, "tester", again=True)
    assert SAM not in taken(relay)[1:]


@pytest.mark.parametrize(
    ("bounces", "severity", "stops"), [(9, "permanent", False), (10, "permanent", True), (10, "temporary", False)]
)
def test_as_many_bounces_read_between_two_days_stop_a_mailing(
    desk: Office, relay: ScriptedServer, bounces: int, severity: str, stops: bool
) -> None:
    """Ten for good that are over a tenth: the next day sends nothing, until a person has seen it and says go on."""
    desk.add(*(f"reader{n}@school.test" for n in range(10)))
    desk.send(limit=11)
    desk.db.execute("INSERT INTO incoming (key, read_at) VALUES ('k', '2026')")
    desk.db.execute(
        """INSERT INTO finding (incoming, finding, action, severity, delivery, at)
           SELECT 'k', 'bounce', 'bounced', ?, id, '2026-01-05T09:30:00Z' FROM delivery WHERE state = 'sent' LIMIT ?""",
        [severity, bounces],
    )
    desk.db.conn.commit()
    desk.at += timedelta(days=1)
    if stops:
        for _ in range(2):
            with pytest.raises(BrakeError, match="10 of 11 copies came back") as caught:
                desk.send()
            desk.db.execute("DELETE FROM finding")  # they were forgotten: what has stopped it holds all the same
            desk.db.conn.commit()
        assert (caught.value.exit_code, len(relay.taken)) == (Exit.NEEDS_A_PERSON, 11)
        plan = planning.send_plan(desk.db, desk.workspace, "7", Audience())
        dispatch.dispatch(desk.db, desk.workspace, plan, Order(limit=0, let_go=True), desk.means, "tester")
    desk.send()
    assert len(relay.taken) == 12


def test_an_amended_edition_reaches_those_who_wait_and_the_log_tells_who_had_which(
    desk: Office, relay: ScriptedServer
) -> None:
    """The others can be written to: `--to received:issue-7@1`."""
    desk.send(limit=1)
    desk.write(f"{ISSUE.replace('here is the news', 'here is the corrected news')}\n::: callout\nMind this.\n:::\n")
    change = dispatch.amendment(desk.db, desk.workspace, "7")
    assert (change.waiting, change.got) == (1, {1: 1})
    assert set(change.after) - set(change.before) == {
        "Dear {{ first_name }}, here is the corrected news.",
        "Mind this.",  # and no line of the callout's frame
    }
    dispatch.amend(desk.db, desk.workspace, change, "tester", desk.now())
    desk.send()
    bodies = [body for _, _, body in relay.taken]
    assert [b"corrected" in body for body in bodies] == [False, True]
    assert sorted(line.edition for line in attempts.log(desk.db, "issue-7")) == [1, 2]

    desk.write(ISSUE.replace("number: 7", "number: 8"), "issue-8")
    first = relay.taken[0][1]
    desk.send("8", to=["received:issue-7@1"])
    assert [to for _, to, _ in relay.taken[2:]] == [first]


def test_there_is_nothing_to_amend_where_nothing_changed_or_nobody_waits(desk: Office) -> None:
    """A sentence, and what to do instead."""
    with pytest.raises(UsageError, match="was never sent"):
        dispatch.amendment(desk.db, desk.workspace, "7")
    desk.send(limit=1)
    with pytest.raises(UsageError, match="nothing to amend"):
        dispatch.amendment(desk.db, desk.workspace, "7")
    desk.send()
    desk.write(ISSUE.replace("here is", "there is"))
    with pytest.raises(UsageError, match="Nobody is waiting") as caught:
        dispatch.amendment(desk.db, desk.workspace, "7")
    assert "received:issue-7@1" in caught.value.hint


def test_cancel_skips_what_waits_and_nobody_can_join_afterwards(desk: Office, relay: ScriptedServer) -> None:
    """What is sent stays sent."""
    desk.send(limit=1)
    assert dispatch.cancel(desk.db, desk.workspace, "7", "tester", desk.now()) == 1
    status = overview.mailing_status(desk.db, desk.workspace, "issue-7")
    assert (status.state, status.counts[State.SKIPPED]) == (MailingState.CANCELLED, 1)
    with pytest.raises(UsageError, match="was cancelled"):
        desk.send()
    assert len(relay.taken) == 1
    with pytest.raises(UsageError, match="was cancelled"):
        desk.send(joined=True)
    desk.add(KIT)
    with pytest.raises(UsageError, match="nobody can be added"):
        dispatch.send_only(desk.db, desk.workspace, "7", person(desk, KIT), desk.means, "tester", again=False)


@pytest.mark.parametrize(("last_try", "stuck"), [(None, 0), ("2026-01-07T08:59:59Z", 0), ("2026-01-07T09:00:00Z", 1)])
def test_a_copy_that_no_try_brings_a_word_on_needs_a_person_after_two_days(
    desk: Office, last_try: str | None, stuck: int
) -> None:
    """Before that, and while it only waits for its turn, a timer need not make a fuss of it."""
    desk.send(limit=1)
    desk.db.execute(
        """INSERT INTO attempt (delivery, issue, address, relay, started_at, verdict)
           SELECT id, issue, '', '', '2026-01-05T09:00:00Z', 'not_tried' FROM delivery WHERE state = 'queued'"""
    )
    desk.db.execute("UPDATE delivery SET due_at = ? WHERE state = 'queued'", [last_try])
    desk.db.conn.commit()
    status = overview.mailing_status(desk.db, desk.workspace, "issue-7")
    assert (status.stuck, status.needs_a_person) == (stuck, bool(stuck))


def test_a_copy_in_doubt_is_never_sent_again_by_itself(tmp_path: Path) -> None:
    """The relay took it and hung up: run again, it stays in doubt; requeued by a person, it goes out."""
    with ScriptedServer({"BODY": hang_up}) as relay:
        desk = office(tmp_path, relay.port, JO)
        desk.send()
        assert state_of(desk, JO) is State.UNKNOWN
        desk.send()
        assert taken(relay) == [JO]
        del relay.acts["BODY"]
        plan = planning.retry_plan(desk.db, desk.workspace, "7", State.UNKNOWN)
        order = dispatch.Order(requeue=State.UNKNOWN)
        dispatch.dispatch(desk.db, desk.workspace, plan, order, desk.means, "tester")
        assert (taken(relay), state_of(desk, JO)) == ([JO, JO], State.SENT)
        desk.db.close()


def test_two_sends_at_once_one_waits_outside(desk: Office, relay: ScriptedServer) -> None:
    """75, naming who sends; nothing was changed."""
    with (
        send_lock(desk.db, desk.workspace.lock_path, "issue-6", "editor", desk.now()),
        pytest.raises(NotNowError, match=r"editor on .* is sending issue-6"),
    ):
        desk.send()
    assert relay.taken == []
    assert ledger.mailing(desk.db, "issue-7") is None
    with nobody_sends(desk.workspace.lock_path):  # a restore, say: whoever sent last is not sending now
        assert issue_being_sent(desk.db, desk.workspace.lock_path) is None


def test_a_mailing_that_was_begun_meanwhile_is_not_begun_twice(desk: Office, relay: ScriptedServer) -> None:
    """Two windows, a yes in both: the second one says so, and nobody gets two."""
    plan = planning.send_plan(desk.db, desk.workspace, "7", Audience())
    desk.send()
    with pytest.raises(NotNowError, match="begun meanwhile"):
        dispatch.dispatch(desk.db, desk.workspace, plan, Order(), desk.means, "tester")
    assert taken(relay) == [JO, SAM]


def test_a_mailing_to_nobody_is_not_begun(tmp_path: Path, relay: ScriptedServer) -> None:
    """Before the list is imported: its audience would be frozen, empty, for good."""
    desk = office(tmp_path, relay.port)
    with pytest.raises(UsageError, match="Nobody would get it"):
        desk.send()
    desk.add(JO)
    desk.send()
    assert taken(relay) == [JO]
    desk.db.close()


def test_a_retry_counts_those_who_are_sent_to_with_it(desk: Office) -> None:
    """One was refused, one waits: the yes is for both. Whoever has left the list is skipped, and not counted."""
    desk.send(limit=1)
    desk.db.execute("UPDATE delivery SET state = 'refused' WHERE state = 'sent'")
    desk.db.conn.commit()
    assert planning.retry_plan(desk.db, desk.workspace, "7", State.REFUSED).to_send == 2
    roster.opt_out(desk.db, [person(desk, SAM).id], Origin(desk.now(), "tester", "unsubscribe"))
    assert planning.retry_plan(desk.db, desk.workspace, "7", State.REFUSED).to_send == 1


def test_a_retry_leaves_what_is_of_people_who_have_left(desk: Office, relay: ScriptedServer) -> None:
    """Their refusals are told for as long as they are true, and nobody is asked about them."""
    relay.acts["RCPT"] = b"550 5.7.1 policy\r\n"
    desk.send()
    relay.acts.clear()
    roster.opt_out(desk.db, [person(desk, SAM).id], Origin(desk.now(), "tester", "unsubscribe"))
    plan = planning.retry_plan(desk.db, desk.workspace, "7", State.REFUSED)
    dispatch.dispatch(desk.db, desk.workspace, plan, Order(requeue=State.REFUSED), desk.means, "tester")
    assert (plan.to_send, state_of(desk, JO), state_of(desk, SAM)) == (1, State.SENT, State.REFUSED)


def test_a_saved_audience_is_left_out_and_never_narrows_other_groups(tmp_path: Path, relay: ScriptedServer) -> None:
    """What it leaves out would be left out of them too: that is refused."""
    more = '[audiences]\nschools = { to = ["Heads"] }\nothers = { to = ["Heads"], not = ["Board"] }\n'
    desk = office(tmp_path, relay.port, JO, more=more)
    desk.add(SAM, groups=["Heads"])
    desk.add(KIT, groups=["Board"])

    def whom(*to: str, without: tuple[str, ...] = ()) -> list[str]:
        chosen = planning.chosen(desk.workspace.settings, Audience(to, without), desk.db)
        return [each.address for each in audience.people_in(desk.db, chosen)]

    assert whom(without=("schools",)) == [JO, KIT]
    assert whom("schools", "Board") == [SAM, KIT]
    assert whom("others") == [SAM]
    for to, without in ((("others", "Board"), ()), (("Board",), ("others",))):
        with pytest.raises(UsageError, match="leaves people out"):
            whom(*to, without=without)
    desk.db.close()


def test_groups_that_are_not_there_are_named(desk: Office) -> None:
    """A misspelt group would otherwise send to nobody."""
    for name in ("Haeds", "received:issue-6", "received:issue-7@2", "received:"):
        with pytest.raises(UsageError, match="There is no group"):
            desk.send(to=[name])


def test_a_group_is_written_to_and_left_out_however_it_is_typed(desk: Office) -> None:
    """Who is to be left out must not get it for a letter in another case."""
    desk.add("Zo\u00eb <zoe@x.test>", groups=["\u00c9l\u00e8ves"])
    typed = ("\u00e9l\u00e8ves",)
    everybody, members, others = (
        planning.send_plan(desk.db, desk.workspace, "7", audience).to_send
        for audience in (Audience(), Audience(typed), Audience((), typed))
    )
    assert (members, others) == (1, everybody - 1)


def test_a_mailing_keeps_the_audience_that_it_began_with(desk: Office) -> None:
    """Choosing again is a mistake that is told."""
    desk.add(KIT, groups=["Heads"])
    desk.send(limit=1)
    with pytest.raises(UsageError, match="audience chosen then"):
        desk.send(to=["Heads"])


def test_the_same_audience_typed_otherwise_is_the_same(desk: Office, relay: ScriptedServer) -> None:
    """Also where a mailing froze it as it was typed then."""
    desk.add(KIT, SAM, groups=["Heads"])
    desk.send(to=["Heads"], limit=1)
    desk.db.execute("UPDATE mailing SET audience = replace(audience, 'Heads', 'heads')")
    desk.db.conn.commit()
    desk.send(to=["HEADS"])
    assert taken(relay) == [KIT, SAM]


def test_copies_written_to_files_touch_no_ledger_and_can_never_act(
    desk: Office, tmp_path: Path, relay: ScriptedServer
) -> None:
    """One .eml a recipient; their references are of another purpose."""
    plan = planning.send_plan(desk.db, desk.workspace, "7", planning.Audience())
    assert planning.write_copies(desk.db, desk.workspace, plan, tmp_path / "out", desk.now()) == 2
    files = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in files] == ["issue-7-000001.eml", "issue-7-000002.eml"]
    assert (relay.connections, ledger.mailing(desk.db, "issue-7")) == (0, None)
    with pytest.raises(UsageError, match="already"):  # who has left since would stay among them
        planning.write_copies(desk.db, desk.workspace, plan, tmp_path / "out", desk.now())
    desk.send()
    sent = b"".join(body for _, _, body in relay.taken)
    for path in files:
        line = next(line for line in path.read_bytes().split(b"\r\n") if line.startswith(b"X-PSCB-Mail"))
        assert line not in sent
