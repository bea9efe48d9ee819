"""Where a subscriber stands, and what may happen to them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pscb_mail.people.address import kept_address
from pscb_mail.people.subscriber import Event, Status, Subscriber, after, before, differences, first_name

ALLOWED = {
    ("removed", "joined"): "active",
    ("active", "opted_out"): "opted_out",
    ("pending", "opted_out"): "opted_out",
    ("bounced", "opted_out"): "opted_out",
    ("removed", "opted_out"): "opted_out",
    ("active", "bounced"): "bounced",
    ("pending", "bounced"): "bounced",
    ("active", "removed"): "removed",
    ("pending", "removed"): "removed",
    ("bounced", "removed"): "removed",
    ("pending", "resubscribed"): "active",
    ("opted_out", "resubscribed"): "active",
    ("bounced", "resubscribed"): "active",
}
JO = Subscriber(
    1,
    kept_address("jo@school.example"),
    "Jo",
    "School",
    "",
    ("Heads",),
    Status.ACTIVE,
    datetime(2026, 12, 1, tzinfo=UTC),
    "",
    "",
)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("event", Event)
def test_the_table_allows_this_and_nothing_else(status: Status, event: Event) -> None:
    """Above all: nothing but a resubscription leads out of opted_out."""
    assert after(status, event) == ALLOWED.get((status, event))
    assert (status in before(event)) == ((status, event) in ALLOWED)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Jo Bloggs", "Jo"),
        ("Bloggs, Jo", "Jo"),
        ("Dr Jo Bloggs", "Jo"),
        ("DR. JO BLOGGS", "JO"),
        ("Jo", "Jo"),
        ("Anne-Marie O'Neil", "Anne-Marie"),
        ("D\u2019Arcy Smith", "D\u2019Arcy"),
        ("\u0141ucja Nowak", "\u0141ucja"),
        ("Mrs Bloggs", ""),
        ("J. Bloggs", ""),
        ("PC 1234 Bloggs", ""),
        ("{{ 7*7 }}", ""),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_people_are_greeted_by_a_first_name_or_by_none(name: str, first: str) -> None:
    """A title, an initial or a number greets nobody."""
    assert first_name(name) == first


def test_what_is_different_is_said_in_a_few_words() -> None:
    changed = replace(JO, status=Status.OPTED_OUT, name="Joan", groups=("DSLs",), role="Head")
    assert differences(JO, changed) == (
        "status: active \u2192 opted out",
        "name: Jo \u2192 Joan",
        "role: none \u2192 Head",
        "into the group DSLs",
        "out of the group Heads",
    )
    assert differences(JO, JO) == ()
    assert differences(None, JO) == ("joined the list", "name: Jo", "organisation: School", "into the group Heads")
    assert differences(JO, None) == ("taken off the list, as if never added",)
