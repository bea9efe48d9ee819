"""The use cases of the list: one change each, nobody twice, nobody brought back who left."""

from datetime import timedelta

import pytest

from pscb_mail.errors import NotNowError, UsageError
from pscb_mail.people import changes, directory, roster, undoing
from pscb_mail.people.address import parse_address, parse_person
from pscb_mail.people.joining import Entry, Kind
from pscb_mail.people.recognising import Deciding
from pscb_mail.people.subscriber import Status

JO, SAM = "jo@school.example", "sam@police.example"


def entry(text: str, **about) -> Entry:
    return Entry(parse_person(text), **about)


# -- add ------------------------------------------------------------------------------------------------------------


def test_adding_several_is_one_change(people) -> None:
    number = people.add(
        f"Jo Bloggs <{JO}>", SAM, groups=("Heads",), organisation="School", role="Head", basis="public task"
    )
    assert number == 1
    assert changes.change(people.db, 1).people == 2
    jo = people.one(JO)
    assert (jo.name, jo.organisation, jo.role, jo.groups, jo.status) == (
        "Jo Bloggs",
        "School",
        "Head",
        ("Heads",),
        Status.ACTIVE,
    )
    assert (jo.basis, jo.since) == ("public task", people.now)


def test_adding_again_changes_nothing(people) -> None:
    """However the address is written, and however often."""
    people.add(f"Jo <{JO}>", groups=("Heads",))
    assert people.add(f"Jo <{JO.upper()}>", JO, groups=("heads",)) is None
    assert len(people.everybody()) == 1


def test_the_same_person_is_never_on_the_list_twice(people) -> None:
    """Not within one command either: what a later word knows is added to what an earlier one said."""
    people.add(JO, f"Jo <{JO.upper()}>", "mailto:" + JO)
    (jo,) = people.everybody()
    assert jo.name == "Jo"


def test_adding_somebody_with_more_about_them_fills_it_in(people) -> None:
    people.add(f"Jo <{JO}>", groups=("Heads",), role="Head")
    assert people.add(JO, groups=("DSLs",), organisation="School") == 2
    jo = people.one(JO)
    assert (jo.name, jo.organisation, jo.role, jo.groups) == ("Jo", "School", "Head", ("DSLs", "Heads"))


@pytest.mark.parametrize("left", ["opt_out", "bounce"])
def test_nobody_who_opted_out_or_bounced_is_added_and_nobody_with_them(people, left: str) -> None:
    """The refusal says how they come back."""
    people.add(JO)
    getattr(people, left)(JO)
    before = people.one(JO)
    with pytest.raises(UsageError) as refused:
        people.add(SAM, f"Jo <{JO}>")
    assert f"resubscribe {JO} --reason" in refused.value.hint
    assert people.everybody() == [before]


def test_adding_somebody_who_was_removed_brings_them_back(people) -> None:
    people.add(f"Jo <{JO}>", groups=("Heads",))
    people.remove(JO)
    assert people.add(JO) == 3
    jo = people.one(JO)
    assert (jo.status, jo.name, jo.groups, jo.since) == (Status.ACTIVE, "Jo", ("Heads",), people.now)


# -- events ---------------------------------------------------------------------------------------------------------


def test_an_event_that_changes_nothing_makes_no_change(people) -> None:
    people.add(JO, SAM)
    assert people.opt_out(JO) == 2
    since = people.one(JO).since
    assert people.opt_out(JO) is None
    assert people.one(JO).since == since
    assert len(changes.history_of(people.db, people.one(JO).id)) == 2


def test_an_opt_out_never_turns_into_something_weaker(people) -> None:
    """Neither a bounce nor a removal takes its bar away."""
    people.add(JO)
    people.opt_out(JO)
    assert people.bounce(JO) is None
    assert people.remove(JO) is None
    assert people.status(JO) is Status.OPTED_OUT


def test_the_wish_of_somebody_removed_is_kept(people) -> None:
    """They must not come back with the next import."""
    people.add(JO)
    people.remove(JO)
    people.opt_out(JO)
    assert people.status(JO) is Status.OPTED_OUT


def test_only_those_to_whom_it_can_happen_are_moved(people) -> None:
    people.add(JO, SAM)
    people.opt_out(JO)
    moved = roster.opt_out(people.db, people.ids(JO, SAM), people.origin())
    assert moved.ids == tuple(people.ids(SAM))
    assert changes.change(people.db, moved.change).people == 1


def test_resubscribing_takes_a_reason(people) -> None:
    people.add(JO)
    people.opt_out(JO)
    (jo,) = people.ids(JO)
    with pytest.raises(UsageError, match="A reason is needed"):
        roster.resubscribe(people.db, jo, people.origin(reason="  "))
    assert people.status(JO) is Status.OPTED_OUT
    roster.resubscribe(people.db, jo, people.origin(reason="asked by telephone"))
    assert people.status(JO) is Status.ACTIVE
    assert changes.history_of(people.db, jo)[-1].change.origin.reason == "asked by telephone"


def test_resubscribing_somebody_who_was_removed_names_add(people) -> None:
    people.add(JO)
    people.remove(JO)
    with pytest.raises(UsageError) as refused:
        roster.resubscribe(people.db, people.ids(JO)[0], people.origin(reason="asked"))
    assert "pscb-mail add" in refused.value.hint


def test_a_successor_takes_over_in_the_same_change(people) -> None:
    people.add(f"Jo <{JO}>", organisation="School", role="Head", groups=("Heads",))
    done = roster.remove(people.db, people.ids(JO), people.origin(), successor=parse_person(f"Sam <{SAM}>"))
    sam = people.one(SAM)
    assert (sam.organisation, sam.role, sam.groups, sam.status) == ("School", "Head", ("Heads",), Status.ACTIVE)
    assert people.status(JO) is Status.REMOVED
    assert {each.change.number for each in changes.changed_by(people.db, done.change)} == {done.change} == {2}
    assert changes.change(people.db, done.change).people == 2


def test_a_successor_who_opted_out_stops_the_removal(people) -> None:
    people.add(JO, SAM)
    people.opt_out(SAM)
    with pytest.raises(UsageError, match="stays off the list"):
        roster.remove(people.db, people.ids(JO), people.origin(), successor=parse_person(SAM))
    assert (people.status(JO), people.status(SAM)) == (Status.ACTIVE, Status.OPTED_OUT)


def moved_and_opted_out(people) -> None:
    """Sam, who had another address before, opts out at the one of now."""
    people.add(JO, SAM)
    roster.edit(people.db, people.ids(SAM)[0], people.origin(), address=parse_address("sam@college.example"))
    people.opt_out("sam@college.example")


def test_nobody_who_opted_out_is_added_by_an_address_that_they_had_before(people) -> None:
    moved_and_opted_out(people)
    with pytest.raises(UsageError, match=r"sam@college\.example opted out"):
        people.add(f"Sam <{SAM}>")
    assert len(people.everybody()) == 2


def test_an_address_of_before_may_be_given_to_the_next(people) -> None:
    """`head@school.example` is whoever is head; the one before keeps their own."""
    people.add(SAM)
    roster.edit(people.db, people.ids(SAM)[0], people.origin(), address=parse_address("sam@college.example"))
    people.add(f"Ann <{SAM}>")
    assert {(each.address.text, each.name) for each in people.everybody()} == {
        ("sam@college.example", ""),
        (SAM, "Ann"),
    }


def test_nobody_who_opted_out_succeeds_by_an_address_that_they_had_before(people) -> None:
    moved_and_opted_out(people)
    with pytest.raises(UsageError, match="stays off the list"):
        roster.remove(people.db, people.ids(JO), people.origin(), successor=parse_person(SAM))
    assert people.status(JO) is Status.ACTIVE
    assert len(people.everybody()) == 2


# -- edit -----------------------------------------------------------------------------------------------------------


def test_an_edit_changes_what_it_names_and_empties_what_it_is_told_to(people) -> None:
    people.add(f"Jo <{JO}>", organisation="School", role="Head", groups=("Heads", "Board"))
    (jo,) = people.ids(JO)
    done = roster.edit(
        people.db, jo, people.origin(), role="", name="Joan\x1b[31m", groups=("DSLs",), without=("board",)
    )
    assert done.after == people.one(JO)
    assert (done.after.name, done.after.organisation, done.after.role) == ("Joan [31m", "School", "")
    assert done.after.groups == ("DSLs", "Heads")


def test_a_new_address_keeps_the_person(people) -> None:
    people.add(JO)
    (jo,) = people.ids(JO)
    roster.edit(people.db, jo, people.origin(), address=parse_address("Jo@College.example"))
    assert people.one("jo@college.example").id == jo
    assert directory.by_address(people.db, JO) is None
    with pytest.raises(UsageError, match=r"it is Jo@college\.example now"):
        directory.find(people.db, JO)


def test_an_address_that_is_anothers_is_refused(people) -> None:
    people.add(JO, f"Sam <{SAM}>")
    with pytest.raises(UsageError, match="on the list already: Sam"):
        roster.edit(people.db, people.ids(JO)[0], people.origin(), address=parse_address(SAM.upper()))
    for leave, way in ((people.remove, f"add {SAM}"), (people.opt_out, f'resubscribe {SAM} --reason "…"')):
        leave(SAM)
        with pytest.raises(UsageError, match=people.status(SAM).words) as refused:
            roster.edit(people.db, people.ids(JO)[0], people.origin(), address=parse_address(SAM))
        assert f"`pscb-mail {way}` brings that one back. Then remove this one." in refused.value.hint
    assert people.one(JO)


def test_a_former_address_of_somebody_who_opted_out_is_given_to_nobody_else(people) -> None:
    """They would be written to at it again."""
    moved_and_opted_out(people)
    with pytest.raises(UsageError, match="has opted out"):
        roster.edit(people.db, people.ids(JO)[0], people.origin(), address=parse_address(SAM))
    (sam,) = people.ids("sam@college.example")
    assert roster.edit(people.db, sam, people.origin(), address=parse_address(SAM)).change is not None


def test_an_edit_that_changes_nothing_makes_no_change(people) -> None:
    people.add(f"Jo <{JO}>", groups=("Heads",))
    done = roster.edit(people.db, people.ids(JO)[0], people.origin(), name="Jo", groups=("HEADS",), without=("nobody",))
    assert done.change is None


# -- import ---------------------------------------------------------------------------------------------------------


def test_an_import_never_brings_back_somebody_who_opted_out_or_bounced(people) -> None:
    """Nothing about them changes, and the rest goes in."""
    people.add(JO, SAM)
    people.opt_out(JO)
    people.bounce(SAM)
    before = people.everybody()
    done = roster.enrol(
        people.db, [entry(f"Jo <{JO}>", role="Head"), entry(SAM), entry("new@x.example")], people.origin()
    )
    assert [decision.kind for decision in done.decisions] == [Kind.PROTECTED, Kind.PROTECTED, Kind.ADDED]
    assert [person for person in people.everybody() if person.address.text != "new@x.example"] == before


def test_an_old_address_in_an_import_makes_no_second_person(people) -> None:
    """An opt-out given at the new address is not undone by a file with the old one."""
    people.add(JO)
    roster.edit(people.db, people.ids(JO)[0], people.origin(), address=parse_address("jo@college.example"))
    people.opt_out("jo@college.example")
    done = roster.enrol(people.db, [entry(f"Jo <{JO}>")], people.origin())
    assert (done.change, done.count(Kind.PROTECTED)) == (None, 1)
    assert len(people.everybody()) == 1


def test_an_address_given_by_mistake_and_taken_back_is_nobodys(people) -> None:
    """Whoever has it really joins by a file as somebody new; once the mistake is none, it is theirs again."""
    people.add(f"Jo <{JO}>")
    slip = roster.edit(people.db, people.ids(JO)[0], people.origin("edit"), address=parse_address(SAM)).change
    back = undoing.undo(people.db, slip, people.origin("undo")).change
    done = roster.enrol(people.db, [entry(f"Sam <{SAM}>")], people.origin())
    assert (done.count(Kind.ADDED), people.one(JO).name) == (1, "Jo")
    undoing.undo(people.db, done.change, people.origin("undo"))
    undoing.undo(people.db, back, people.origin("undo"))
    assert roster.enrol(people.db, [entry(JO)], people.origin()).change is None


def test_both_addresses_of_one_person_in_a_file_are_one_person(people) -> None:
    people.add(JO)
    roster.edit(people.db, people.ids(JO)[0], people.origin(), address=parse_address("jo@college.example"))
    done = roster.enrol(people.db, [entry("jo@college.example"), entry(JO)], people.origin())
    assert len(done.decisions) == len(people.everybody()) == 1


def test_a_plan_that_was_agreed_to_is_carried_out_as_it_was_or_not_at_all(people) -> None:
    """Another command puts somebody into the group while the editor looks: they do not leave it unseen."""
    people.add(JO, groups=("Board",))
    entries, origin = [entry("new@x.example", groups=("Board",))], people.origin()
    agreed = roster.plan(people.db, entries, origin, sync="Board")
    people.add(SAM, groups=("Board",))
    before = people.everybody()
    with pytest.raises(NotNowError, match="Another command has changed the list"):
        roster.enrol(people.db, entries, origin, sync="Board", agreed=agreed)
    assert people.everybody() == before
    agreed = roster.plan(people.db, entries, origin, sync="Board")
    assert roster.enrol(people.db, entries, origin, sync="Board", agreed=agreed).leaving.count == 2


def test_whoever_joins_while_a_plan_is_made_is_in_it(people) -> None:
    """A plan holds no lock: another command adds somebody after it began."""
    deciding = Deciding(people.db, people.origin(), "", {})
    people.add(JO)
    ((_, decision),) = deciding.about([(1, entry(JO))])
    assert decision.kind is Kind.UNCHANGED
    assert deciding.met(people.one(JO).id)


def test_what_is_planned_is_what_is_done(people) -> None:
    """The plan writes nothing and says the same, person by person."""
    people.add(f"Jo <{JO}>", SAM, "gone@x.example")
    people.remove("gone@x.example")
    people.opt_out(SAM)
    entries = [
        entry(f"Joan <{JO}>"),
        entry(SAM),
        entry("gone@x.example"),
        entry("new@x.example"),
        entry("NEW@x.example"),
    ]
    origin = people.origin("import people.csv")
    before = people.everybody()
    planned = roster.plan(people.db, entries, origin, "a file")
    assert people.everybody() == before
    assert planned.change is None
    done = roster.enrol(people.db, entries, origin, "a file")
    assert done.decisions == planned.decisions
    kinds = [decision.kind for decision in done.decisions]
    assert kinds == [Kind.CHANGED, Kind.PROTECTED, Kind.BACK, Kind.ADDED]
    assert changes.change(people.db, done.change).people == planned.moving == 3
    assert people.one("new@x.example").source == people.one("gone@x.example").source == "a file"
    assert people.one(JO).source == ""


def test_a_few_who_change_are_named_though_they_stand_beneath_many_who_do_not(people) -> None:
    """A plan that only counts those who come off cannot be agreed to."""
    many = [f"reader{number}@x.example" for number in range(1_001)]
    people.add(*many, JO)
    entries = [*map(entry, many), entry(JO, status=Status.OPTED_OUT)]
    planned = roster.plan(people.db, entries, people.origin())
    assert planned.counts == {Kind.UNCHANGED: 1_001, Kind.OPTED_OUT: 1}
    assert [each.person.address.text for each in planned.decisions if each.kind is Kind.OPTED_OUT] == [JO]


def test_a_file_may_say_who_must_not_be_written_to(people) -> None:
    """Those on the list come off, those who are not stay barred from coming on."""
    people.add(JO)
    done = roster.enrol(
        people.db, [entry(JO, status=Status.OPTED_OUT), entry(SAM, status=Status.OPTED_OUT)], people.origin()
    )
    assert done.counts == {Kind.OPTED_OUT: 1, Kind.BARRED: 1}
    assert people.status(JO) is people.status(SAM) is Status.OPTED_OUT
    with pytest.raises(UsageError):
        people.add(SAM)


def test_an_old_file_does_not_opt_out_somebody_who_came_back_since(people) -> None:
    people.add(JO)
    people.opt_out(JO)
    then = people.one(JO).since
    roster.resubscribe(people.db, people.ids(JO)[0], people.origin(reason="asked"))
    roster.enrol(people.db, [entry(JO, status=Status.OPTED_OUT, since=then)], people.origin())
    assert people.status(JO) is Status.ACTIVE
    roster.enrol(people.db, [entry(JO, status=Status.OPTED_OUT, since=people.now + timedelta(1))], people.origin())
    assert people.status(JO) is Status.OPTED_OUT


def test_a_day_to_come_in_a_file_makes_no_later_opt_out_look_old(people) -> None:
    """A slip of the pen in a date, or a computer whose clock was wrong."""
    roster.enrol(people.db, [entry(JO, since=people.now + timedelta(days=9_000))], people.origin())
    roster.enrol(people.db, [entry(JO, status=Status.OPTED_OUT, since=people.now)], people.origin())
    assert people.status(JO) is Status.OPTED_OUT


@pytest.mark.parametrize("status", [Status.REMOVED, Status.BOUNCED, Status.PENDING])
def test_other_statuses_of_a_file_take_nobody_off(people, status: Status) -> None:
    people.add(JO)
    roster.enrol(people.db, [entry(JO, status=status)], people.origin())
    assert people.status(JO) is Status.ACTIVE


def test_a_group_in_another_spelling_is_made_equal_to_a_file_all_the_same(people) -> None:
    people.add(JO, SAM, groups=("Élèves",))
    done = roster.enrol(people.db, [entry(JO, groups=("élèves",))], people.origin(), sync="élèves")
    assert done.leaving.count == 1
    assert [(group.name, group.people) for group in directory.groups(people.db)] == [("Élèves", 1)]


def test_a_group_has_one_spelling(people) -> None:
    people.add(JO, groups=("Heads",))
    roster.enrol(
        people.db, [entry(SAM, groups=("HEADS", "dsls")), entry("a@x.example", groups=("DSLs",))], people.origin()
    )
    assert [(group.name, group.people) for group in directory.groups(people.db)] == [("dsls", 2), ("Heads", 2)]
