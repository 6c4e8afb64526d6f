"""Value sets: facts of the theory, keys between them, and what is refused."""

from __future__ import annotations

from itertools import pairwise

import pytest

from valuespectrum.theory.value_sets import (
    FOUR,
    GROUPS,
    NINETEEN,
    TEN,
    VALUE_SETS,
    ValueSet,
    grouped,
    scalars,
)
from vectorstore.foundation.errors import InputError

OFFICIAL = {
    **{"SDT": "self_direction_thought", "SDA": "self_direction_action", "ST": "stimulation", "HE": "hedonism"},
    **{"AC": "achievement", "POD": "power_dominance", "POR": "power_resources", "FAC": "face"},
    **{"SEP": "security_personal", "SES": "security_societal", "TR": "tradition", "COR": "conformity_rules"},
    **{"COI": "conformity_interpersonal", "HUM": "humility", "BED": "benevolence_dependability"},
    **{"BEC": "benevolence_caring", "UNC": "universalism_concern", "UNN": "universalism_nature"},
    **{"UNT": "universalism_tolerance"},
}
"""Abbreviations of the published circle, in its order."""


@pytest.mark.parametrize("known", VALUE_SETS.values(), ids=list(VALUE_SETS))
def test_a_set_comes_back_from_its_json(known: ValueSet) -> None:
    assert ValueSet.from_json(known.to_json()) == known
    assert [known.position(dimension) for dimension in known.dimensions] == list(range(len(known)))
    assert all(known.label(dimension) for dimension in known.dimensions)


def test_the_sizes_are_what_the_names_say() -> None:
    sizes = {name: len(known) for name, known in VALUE_SETS.items()}
    assert {name: int(name.rpartition("_")[2]) for name in sizes if name[-1].isdigit()} == {
        name: size for name, size in sizes.items() if name[-1].isdigit()
    }


def test_the_nineteen_stand_in_the_published_order() -> None:
    assert NINETEEN.dimensions == tuple(OFFICIAL.values())
    assert NINETEEN.circular_distance("self_direction_thought", "universalism_tolerance") == 1


def test_every_value_of_the_ten_has_two_neighbours_and_one_opposite() -> None:
    for first in TEN.dimensions:
        steps = [TEN.circular_distance(first, second) for second in TEN.dimensions]
        assert sorted(steps) == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]
        assert steps == [TEN.circular_distance(second, first) for second in TEN.dimensions]
    assert TEN.circular_distance("self_direction", "universalism") == 1


@pytest.mark.parametrize(("finer", "coarser"), GROUPS)
def test_a_key_uses_every_member_once_and_leaves_out_what_it_says(finer: str, coarser: str) -> None:
    members = [member for group in GROUPS[finer, coarser].values() for member in group]
    assert set(GROUPS[finer, coarser]) == set(VALUE_SETS[coarser].dimensions)
    assert len(members) == len(set(members))
    left_out = {("schwartz_19", "schwartz_10"): {"face"}, ("schwartz_19", "schwartz_4"): {"face", "humility"}}
    assert set(VALUE_SETS[finer].dimensions) - set(members) == left_out.get((finer, coarser), set())


@pytest.mark.parametrize(("finer", "coarser"), GROUPS)
def test_neighbours_on_the_finer_circle_stay_neighbours(finer: str, coarser: str) -> None:
    owner = {member: name for name, group in GROUPS[finer, coarser].items() for member in group}
    found = [owner[member] for member in VALUE_SETS[finer].dimensions if member in owner]
    turns = [second for first, second in pairwise([found[-1], *found]) if first != second]
    expected = VALUE_SETS[coarser].dimensions
    # The ten list conformity before tradition, which share a wedge; among the nineteen tradition comes first.
    assert set(turns) == set(expected)
    if coarser == "schwartz_4":
        assert [name for name in turns if turns.count(name) == 1] == list(expected)


def test_a_coarser_score_is_the_mean_of_its_members_and_unknown_without_one() -> None:
    profile = {value: float(place) for place, value in enumerate(TEN.dimensions)}
    assert grouped(profile, TEN, FOUR) == {
        "openness_to_change": 1.0,
        "self_enhancement": 3.5,
        "conservation": 6.0,
        "self_transcendence": 8.5,
    }
    del profile["security"]
    assert list(grouped(profile, TEN, FOUR)) == ["openness_to_change", "self_enhancement", "self_transcendence"]
    with pytest.raises(InputError, match="no key leads"):
        grouped({}, FOUR, TEN)


def test_named_numbers_have_no_circle_and_no_common_scale() -> None:
    angle = scalars("svo", "Social Value Orientation", {"angle": "Angle, degrees"})
    assert not angle.one_scale and not angle.circular
    with pytest.raises(InputError, match="no circle"):
        angle.circular_distance("angle", "angle")
    with pytest.raises(InputError, match="no dimension 'power'"):
        angle.label("power")


@pytest.mark.parametrize(
    ("name", "dimensions", "labels", "circular", "one_scale"),
    [
        ("twice", ("a", "a"), ("A", "A"), False, True),
        ("short", ("a", "b"), ("A",), False, True),
        ("empty", (), (), False, True),
        ("", ("a",), ("A",), False, True),
        ("round", ("a", "b"), ("A", "B"), True, False),
    ],
)
def test_impossible_sets_are_refused_by_name(
    name: str, dimensions: tuple[str, ...], labels: tuple[str, ...], circular: bool, one_scale: bool
) -> None:
    with pytest.raises(InputError, match=f"value set '{name}'"):
        ValueSet(name, "t", dimensions, labels, circular, one_scale)


def test_a_strangers_set_under_our_name_is_refused() -> None:
    with pytest.raises(InputError, match="other dimensions"):
        ValueSet.from_json(TEN.to_json() | {"dimensions": ["a"], "labels": ["A"]})
