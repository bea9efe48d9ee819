"""Every change is in the history, and is taken back where nothing newer stands on it."""

import sqlite3
from datetime import timedelta

import pytest

from pscb_mail.errors import NotNowError, UsageError
from pscb_mail.people import changes, directory, forgotten, roster, undoing
from pscb_mail.people.address import parse_address, parse_person
from pscb_mail.people.subscriber import Status

JO, SAM = "jo@school.example", "sam@police.example"


def undo(people, number=None):
    number = changes.latest(people.db).number if number is None else number
    return undoing.undo(people.db, number, people.origin("undo"))


def test_the_history_tells_who_what_when_and_why(people) -> None:
    people.add(f"Jo <{JO}>")
    origin = people.origin("unsubscribe", "rang up")
    roster.opt_out(people.db, people.ids(JO), origin)
    added, left = changes.history_of(people.db, people.one(JO).id)
    assert added.before is None
    assert added.after == left.before
    assert left.after == people.one(JO)
    assert left.change.origin == origin
    assert (left.change.number, left.change.undoes) == (2, None)
    assert changes.change(people.db, 2).people == 1


def test_the_history_cannot_be_rewritten(people) -> None:
    people.add(JO)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        people.db.execute("UPDATE history SET after = '{}'")


def test_a_change_that_fails_leaves_nothing(people) -> None:
    """Neither people nor a number."""
    with pytest.raises(ZeroDivisionError), changes.recording(people.db, people.origin(), []):
        roster.add(people.db, [parse_person(JO)], people.origin())
        raise ZeroDivisionError
    assert people.everybody() == []
    assert list(changes.changes(people.db)) == []


def test_undo_puts_everything_back_as_it_was(people) -> None:
    """Name, groups, status and since when."""
    people.add(f"Jo <{JO}>", groups=("Heads", "DSLs"), source="a sheet", basis="public task")
    before = people.one(JO)
    roster.edit(
        people.db, before.id, people.origin(), name="Joan", groups=("Board",), without=("Heads",),
        address=parse_address("joan@x.example"),
    )  # fmt: skip
    done = undo(people)
    assert people.one(JO) == before
    assert (done.people, done.undone.number, done.kept) == (1, 2, ())


def test_an_addition_that_is_undone_leaves_nobody(people) -> None:
    people.add(JO, SAM)
    undo(people)
    assert people.everybody() == []
    people.add(JO)
    assert people.status(JO) is Status.ACTIVE


def test_an_addition_that_is_undone_after_a_mailing_is_a_removal(people) -> None:
    """The ledger still names them; they are written to no more."""
    people.add(JO, SAM)
    people.db.execute("INSERT INTO mailing (issue, audience, started_at) VALUES ('issue-1', '{}', '')")
    people.db.execute(
        "INSERT INTO edition (id, issue, number, digest, subject, content, frozen_at) VALUES (1, 'issue-1', 1, '', '', '', '')"
    )
    people.db.execute(
        """INSERT INTO delivery (issue, subscriber, edition, reference, state, address, at)
           VALUES ('issue-1', ?, 1, 'R', 'sent', ?, '')""",
        [people.one(JO).id, JO],
    )
    people.db.conn.commit()
    before = people.one(JO)
    number = undo(people).change
    assert [(p.address.text, p.status) for p in people.everybody()] == [(JO, Status.REMOVED)]
    undo(people, number)
    assert people.one(JO) == before
    assert people.status(SAM) is Status.ACTIVE


def test_an_undo_is_a_change_and_can_be_undone(people) -> None:
    people.add(f"Jo <{JO}>", groups=("Heads",))
    before = people.one(JO)
    number = undo(people).change
    assert changes.change(people.db, number).undoes == 1
    assert undo(people, number).people == 1
    assert people.one(JO) == before


def test_undo_alone_goes_further_back_each_time(people) -> None:
    """It never takes back an undo, nor anything twice; what was brought back counts again."""
    people.add(JO)
    people.opt_out(JO)
    assert undo(people).undone.number == 2
    back = undo(people)
    assert back.undone.number == 1
    undo(people, back.change)
    assert undo(people).undone.number == 1
    with pytest.raises(UsageError, match="nothing to take back"):
        undo(people)


def test_undo_keeps_those_on_whom_something_newer_stands(people) -> None:
    """It says on whom, and what."""
    people.add(JO, SAM)
    people.opt_out(JO)
    done = undo(people, 1)
    (kept,) = done.kept
    assert (kept.person.address.text, kept.newer.number, done.people) == (JO, 2, 1)
    assert people.status(JO) is Status.OPTED_OUT
    assert directory.by_address(people.db, SAM) is None


def test_undo_that_could_take_back_nothing_is_refused(people) -> None:
    people.add(JO)
    people.opt_out(JO)
    with pytest.raises(UsageError, match=r"change 2 \(unsubscribe\) came after it") as refused:
        undo(people, 1)
    assert "pscb-mail undo 2" in refused.value.hint
    assert len(list(changes.changes(people.db))) == 2
    undo(people, 2)
    with pytest.raises(UsageError, match="taken back already, by change 3"):
        undo(people, 2)


def test_a_list_that_was_changed_beside_the_program_is_said_to_be(people) -> None:
    """No change is told to stand in its own way."""
    people.add(JO)
    people.db.execute("UPDATE subscriber SET name = 'Joan'")
    with pytest.raises(UsageError, match="no later change says why"):
        undo(people, 1)


def test_a_newer_change_that_was_taken_back_is_in_nobodys_way(people) -> None:
    people.add(JO)
    people.opt_out(JO)
    undo(people, 2)
    undo(people, 1)
    assert people.everybody() == []


def test_undo_never_lifts_an_opt_out_but_its_own(people) -> None:
    """Whatever else is taken back around it."""
    people.add(f"Jo <{JO}>")
    roster.edit(people.db, people.one(JO).id, people.origin(), role="Head")
    people.opt_out(JO)
    for number in (1, 2):
        with pytest.raises(UsageError):
            undo(people, number)
        assert people.status(JO) is Status.OPTED_OUT
    undo(people, 3)
    assert people.status(JO) is Status.ACTIVE


def test_undo_lifts_no_more_opt_outs_than_were_agreed_to(people) -> None:
    """What stood in the way of one may have gone while the editor looked."""
    people.add(JO, SAM)
    number = people.opt_out(JO, SAM)
    with pytest.raises(NotNowError, match="Another command has changed the list"):
        undoing.undo(people.db, number, people.origin("undo"), lifting=1)
    assert people.status(JO) is people.status(SAM) is Status.OPTED_OUT
    assert undoing.undo(people.db, number, people.origin("undo"), lifting=2).people == 2


def test_an_address_that_another_person_has_meanwhile_is_not_taken_back(people) -> None:
    people.add(JO)
    roster.edit(people.db, people.one(JO).id, people.origin("edit"), address=parse_address("new@x.example"))
    people.add(f"Other <{JO}>")
    with pytest.raises(UsageError, match=rf"change 3 \(add\) .* now that of Other <{JO}> \(active\)") as refused:
        undo(people, 2)
    assert "pscb-mail undo 3" in refused.value.hint
    people.opt_out(JO)
    with pytest.raises(UsageError, match=rf"Other <{JO}> \(opted out\)") as refused:
        undo(people, 2)
    assert "undo" not in refused.value.hint  # nobody is led to lift somebody else's opt-out
    assert people.one(JO).name == "Other"


def test_undo_gives_nobody_an_address_whose_later_owner_opted_out(people) -> None:
    """They would be written to at it again; neither by taking back an edit nor by bringing back who was added."""
    people.add(f"Jo <{JO}>", SAM)
    jo, sam = people.ids(JO, SAM)
    edited = roster.edit(people.db, jo, people.origin("edit"), address=parse_address("new@x.example")).change
    taken_off = undo(people, people.add("ann@x.example")).change
    for address in (JO, "ann@x.example", SAM):
        roster.edit(people.db, sam, people.origin("edit"), address=parse_address(address))
    number = people.opt_out(SAM)
    for change, address in ((edited, JO), (taken_off, "ann@x.example")):
        with pytest.raises(UsageError, match=f"whoever had {address} since has opted out"):
            undo(people, change)
    assert [person.address.text for person in people.everybody()] == ["new@x.example", SAM]
    undo(people, number)
    assert (undo(people, edited).people, undo(people, taken_off).people) == (1, 1)


def test_an_undo_keeps_back_those_alone_whose_address_is_barred(people) -> None:
    """Of an import of many, one address may be barred by now: by an opt-out of another's, or by a forgetting."""
    number = people.add("a@x.example", "b@x.example", "c@x.example")
    taken_off = undo(people, number)
    people.add(SAM)
    sam = people.one(SAM).id
    for address in ("b@x.example", SAM):
        roster.edit(people.db, sam, people.origin("edit"), address=parse_address(address))
    opted_out = people.opt_out(SAM)
    people.db.register_function(lambda text: f"hash of {text}", name="keyed_hash", deterministic=True)
    forgotten.bar(people.db, forgotten.hashes(people.db, ["c@x.example"]), people.now)
    done = undo(people, taken_off.change)
    assert [person.address.text for person in people.everybody()] == ["a@x.example", SAM]
    assert (done.people, done.stayed) == (1, 2)
    assert [(each.person.address.text, each.newer and each.newer.number, each.bar) for each in done.kept] == [
        ("b@x.example", opted_out, "whoever had b@x.example since has opted out"),
        ("c@x.example", None, "whoever had c@x.example asked to be forgotten"),
    ]


def test_an_unknown_change_is_a_sentence(people) -> None:
    for number in (7, 0, -1, 2**63, -(2**63) - 1):
        with pytest.raises(UsageError, match=f"no change {number}"):
            undo(people, number)


def test_the_list_of_any_moment_can_be_told(people) -> None:
    """Those who joined later are not in it, those who left are."""
    people.add(JO, SAM, groups=("Heads",))
    then = people.now
    people.opt_out(JO)
    people.add("new@x.example")
    undo(people, 1)
    assert [p.address.text for p in directory.people(people.db, as_of=then - timedelta(seconds=1))] == []
    told = list(directory.people(people.db, directory.Filters(group="HEADS"), then))
    assert [(p.address.text, p.status) for p in told] == [(JO, Status.ACTIVE), (SAM, Status.ACTIVE)]
    now = list(directory.people(people.db, as_of=people.now))
    assert now == people.everybody()


def test_a_change_of_more_people_than_are_held_at_once_is_taken_back_whole(people) -> None:
    """Those who have changed since stay, wherever they stand in it; it comes back by its own undo."""
    everybody = [f"reader{n}@x.example" for n in range(7)]
    people.add(*everybody, groups=("Heads",))
    before = {person.id: person for person in people.everybody()}
    people.opt_out(everybody[1], everybody[6])
    done = undoing.undo(people.db, 1, people.origin("undo"), at_once=2)
    assert (done.people, done.stayed) == (5, 2)
    assert [(each.person.address.text, each.newer.number) for each in done.kept] == [(everybody[n], 2) for n in (1, 6)]
    assert [person.address.text for person in people.everybody()] == [everybody[n] for n in (1, 6)]
    assert undoing.undo(people.db, done.change, people.origin("undo"), at_once=2).people == 5
    undo(people, 2)
    assert {person.id: person for person in people.everybody()} == before
