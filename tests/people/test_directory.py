"""Questions about people: who is meant, who fits, how many."""

import pytest

from pscb_mail.errors import UsageError
from pscb_mail.people import directory, roster
from pscb_mail.people.directory import Filters, Group
from pscb_mail.people.subscriber import Status

JO = "jo@school.example"


@pytest.fixture
def some(people):
    people.add(f"Jo Bloggs <{JO}>", organisation="St Peter's School", groups=("Heads",))
    people.add("Joan Bloggs <joan@school.example>", role="Head", groups=("Heads", "Board"))
    people.add("\u00dcmit \u00d6zil <umit@police.example>", organisation="Polizei M\u00fcnchen")
    people.opt_out("joan@school.example")
    return people


@pytest.mark.parametrize(
    "text", [JO, "JO@School.example", f"<{JO}>", f"Jo Bloggs <{JO}>", "Jo Bloggs", "jo bloggs", "  JO BLOGGS "]
)
def test_a_person_is_found_by_address_or_by_a_name_that_fits_one(some, text: str) -> None:
    assert directory.find(some.db, text).address.text == JO


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("Bloggs", "fits 2 people: Jo Bloggs <jo@school.example>, Joan Bloggs", "address"),
        ("Nobody", 'called "Nobody"', "--search"),
        ("", 'called ""', "--search"),
        ("Head", 'called "Head"', "--search"),
        ("jo@schol.example", "not on the list", "Did you mean jo@school.example"),
        ("jp@school.example", "not on the list", "Did you mean jo@school.example"),
        ("Jo Bloggs <jp@school.example>", "jp@school.example is not on the list", "Did you mean jo@school.example"),
        ("x'; DROP TABLE subscriber; --", "called", "--search"),
        ("nobody@else.example", "not on the list", "--search"),
        ("desk@school.example", "not on the list", "--search"),  # all that is alike is the domain
        ("umut@police.example", "not on the list", "Did you mean umit@police.example"),
    ],
)
def test_who_is_not_found_is_told_with_a_way_on(some, text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        directory.find(some.db, text)
    assert message in refused.value.message
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), ["jo", "joan", "umit"]),
        (Filters(status=Status.OPTED_OUT), ["joan"]),
        (Filters(group="heads"), ["jo", "joan"]),
        (Filters(group="nothing"), []),
        (Filters(search="SCHOOL"), ["jo", "joan"]),
        (Filters(search="peter's bloggs"), ["jo"]),
        (Filters(search="\u00d6ZIL m\u00fcnchen"), ["umit"]),
        (Filters(search="%"), []),
        (Filters(search="x'; DROP TABLE subscriber; --"), []),
        (Filters(group="' OR 1=1 --"), []),
        (Filters(Status.ACTIVE, "Heads", "jo"), ["jo"]),
        (Filters(search="exampleJo"), []),  # the end of an address and the beginning of a name
    ],
)
def test_filters_narrow_the_list(some, filters: Filters, found: list[str]) -> None:
    """Without regard to case, and with every value bound; now and at a moment, as people and as rows of a file."""
    now, then = (list(directory.people(some.db, filters, moment)) for moment in (None, some.now))
    assert [p.address.text.partition("@")[0] for p in now] == found
    assert then == now
    rows = [
        (p.address.text, p.name, p.organisation, p.role, ";".join(p.groups), p.status, f"{p.since:%Y-%m-%dT%H:%M:%SZ}",
         p.source, p.basis) for p in now
    ]  # fmt: skip
    assert [list(directory.rows(some.db, filters, moment)) for moment in (None, some.now)] == [rows, rows]


def test_two_readings_of_the_list_do_not_disturb_each_other(some) -> None:
    """Somebody is looked for while the list is streamed."""
    for person in directory.people(some.db, Filters(search="bloggs")):
        assert directory.find(some.db, person.name) == person


def test_counts_and_groups(some) -> None:
    assert directory.counts(some.db) == {**dict.fromkeys(Status, 0), Status.ACTIVE: 2, Status.OPTED_OUT: 1}
    assert directory.groups(some.db) == [Group("Board", 1, 0), Group("Heads", 2, 1)]


@pytest.mark.parametrize("text", ["", "nobody", "a@b@c", "\udce4@x.example", "x@" + "y" * 5000])
def test_by_address_answers_anything(some, text: str) -> None:
    """It is asked with what stands in foreign From headers."""
    assert directory.by_address(some.db, text) is None


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("100%", ["a"]), ("1_0", ["b"]), ("back\\slash", ["c"]), ("%", ["a"]), ("müller", ["d"]), ("MÜLLER x.example", ["d"]),
        ("100 x.example", ["a", "b"]), ("hundred", []), ("mu\u0308ller", ["d"]), ("strasse", ["e"]), ("fisk", ["f"]),
        ("100 " * 2000, ["a", "b"]), (" ".join(map(str, range(2000))), []), ("0" * 60_000, []),
        ("\u0301", []), ("\u0301 100", ["a", "b"]),
    ],
)  # fmt: skip
def test_a_search_takes_every_sign_for_itself(people, search: str, found: list[str]) -> None:
    """No sign of a search stands for another, letters beyond A-Z are found however they are typed, and of any length."""
    roles = ("100% sure", "1_00 and 100", "back\\slash", "Müller", "Straße", "\ufb01s\u212a")
    for name, role in zip("abcdef", roles, strict=True):
        people.add(f"{name}@x.example", role=role)
    for moment in (None, people.now):
        some = directory.people(people.db, directory.Filters(search=search), moment)
        assert [person.address.text[0] for person in some] == found


def test_a_group_is_the_same_however_it_is_typed(people) -> None:
    """In either case, with its accents composed or not: whoever asks for it, joins it, leaves it."""
    people.add(JO, groups=("Élèves",))
    people.add("sam@x.example", groups=("E\u0301LE\u0300VES",))
    assert directory.groups(people.db) == [Group("Élèves", 2, 2)]
    for moment in (None, people.now):
        assert len(list(directory.people(people.db, Filters(group="élèves"), moment))) == 2
    assert len(directory.members(people.db, "ÉLÈVES")) == 2
    roster.edit(people.db, people.one(JO).id, people.origin(), without=("élèves",))
    assert people.one(JO).groups == ()


@pytest.mark.parametrize("text", ["U\u0308mit O\u0308zil", "umit ozil", "OZIL", "\u00dcm\u00eet"])
def test_a_name_fits_however_its_accents_are_typed(some, text: str) -> None:
    assert directory.find(some.db, text).address.text == "umit@police.example"


@pytest.mark.parametrize("text", ["mit", "Um", "ozi umit", "."])
def test_a_part_of_a_name_is_asked_about_and_will_do_to_look(people, text: str) -> None:
    """Whoever types "Pat" does not mean Priya Patel: what is done to somebody is done to whom whole words name."""
    people.add("Dr. \u00dcmit \u00d6zil <umit@police.example>")
    with pytest.raises(UsageError, match=r"only a part of a name: Dr\. .* <umit@police\.example>") as refused:
        directory.find(people.db, text)
    assert "address" in refused.value.hint
    assert directory.find(people.db, text, part=True).address.text == "umit@police.example"


@pytest.mark.parametrize("name", ["Patel/Priya", "Dr 'Priya' Patel", "Patel: Priya & Jo", "Lee \u2013 Priya-"])
def test_a_word_of_a_name_ends_where_it_is_read_to_end(people, name: str) -> None:
    """However a name came in, whoever types what is read in it can act on the person."""
    people.add(f"{name} <priya@school.example>")
    assert directory.find(people.db, "priya").name == name


def test_whole_words_of_a_name_go_before_parts_of_another(people) -> None:
    for name in ("Priya Patel", "Jones, Pat", "Mary-Pat Lee"):
        people.add(f"{name} <{name[:2]}@school.example>")
    assert directory.find(people.db, "pat").address.text == "Jo@school.example"
