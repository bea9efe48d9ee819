"""New groups: what is refused beside a group that is asked first, what is only asked about, and what that costs."""

import pytest

from pscb_mail.errors import UsageError
from pscb_mail.people.newgroups import NewGroup, new_groups


@pytest.mark.parametrize(
    ("name", "asked_first"),
    [
        ("Parent", "Parents"),
        ("PARANTS", "Parents"),
        ("Praents", "Parents"),
        ("Parens", "Parents"),
        ("Parentts", "Parents"),
        ("Headteachers", "Head teachers"),
        ("head-teacher", "Head teachers"),
        ("Foster family", "Foster families"),
        ("Ecole", "École"),
        ("Parent 7", "Parents 7"),
    ],
)
def test_a_slip_for_a_group_that_is_asked_first_is_refused(name: str, asked_first: str) -> None:
    """One letter, one or many, how it is parted: whoever stood there would be written to unasked."""
    with pytest.raises(UsageError, match=f'no group "{name}"') as refused:
        new_groups([name], [], ["Board", asked_first])
    assert refused.value.hint.startswith(f'Write "{asked_first}"')


@pytest.mark.parametrize(
    ("name", "asked_first", "near"),
    [
        ("Teachers", "Head teachers", "Head teachers"),
        ("Patients", "Parents", "Parents"),
        ("Foster parents", "Foster carers", "Foster carers"),
        ("Heads", "Leads", "Leads"),
        ("DSO", "DSL", ""),
        ("Parents 9", "Parents 7", ""),
        ("🎓", "🏫", ""),
    ],
)
def test_another_group_is_taken_though_its_name_is_like_one_that_is_asked_first(
    name: str, asked_first: str, near: str
) -> None:
    """A partner's list can be imported as it is; whoever meant the other one is told."""
    assert new_groups([name], [], [asked_first]) == (NewGroup(name, near),)


def test_a_column_full_of_new_groups_costs_no_more_than_a_few() -> None:
    """Schools in the column of groups: what was meant is sought for the first twenty."""
    names = [f"School of {chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(600)]
    made = new_groups(names, ["Board"], ["Parents"])
    assert len(made) == len(names)
    assert [bool(each.near) for each in made] == [True] * 20 + [False] * (len(names) - 20)
