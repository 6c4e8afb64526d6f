"""Planted variance components are found, and designs that are foreseen keep their word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import t as student

from valuespectrum.scoring.facets import inference
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.inference import centring, errors
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.reliability.components import Components, Pilot, components, name_of
from valuespectrum.scoring.reliability.decisions import (
    Costs,
    Design,
    DesignWish,
    chance_range,
    cheapest,
    other_pilots,
    study,
)
from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]
FACETS = ("value", "clip", "wording", "draw")
NESTED = {"clip": "value"}
PLANTED: Mapping[tuple[str, ...], float] = {
    ("value",): 0.5,
    ("wording",): 0.16,
    ("value", "clip"): 0.36,
    ("value", "wording"): 0.09,
    ("value", "clip", "wording"): 0.04,
    ("value", "clip", "wording", "draw"): 0.3,
}


def drawn(rng: np.random.Generator, sizes: Mapping[str, int], value: Floats | None = None) -> Floats:
    """A table whose effects have the planted variances."""
    table = np.zeros([sizes[name] for name in FACETS])
    for effect, variance in PLANTED.items():
        if effect == ("value",) and value is not None:
            table += value[:, None, None, None]
            continue
        shape = [sizes[name] if name in effect else 1 for name in FACETS]
        table += np.sqrt(variance) * rng.normal(size=shape)
    return table


def planted(sizes: Mapping[str, int]) -> Components:
    variances = {frozenset(effect): each for effect, each in PLANTED.items()}
    return Components(variances, sizes, NESTED)


SIZES = {"value": 10, "clip": 8, "wording": 4, "draw": 3}


def anova(table: Floats) -> dict[str, float]:
    """Brennan's estimates of a whole table with clips in values, from mean squares and their expectations."""
    effects: dict[tuple[int, ...], Floats] = {}
    squares: dict[frozenset[str], tuple[float, float]] = {}
    for size in range(len(FACETS) + 1):
        for kept in combinations(range(len(FACETS)), size):
            gone = tuple(axis for axis in range(len(FACETS)) if axis not in kept)
            below = sum(each for other, each in effects.items() if set(other) < set(kept))
            effects[kept] = table.mean(axis=gone, keepdims=True) - below
    for kept, effect in effects.items():
        name = frozenset(FACETS[axis] for axis in kept)
        name |= {"value"} if "clip" in name else frozenset()
        outside = np.prod([size for axis, size in enumerate(table.shape) if axis not in kept])
        spare = np.prod([table.shape[axis] - 1 for axis in kept])
        square, freedom = squares.get(name, (0.0, 0.0))
        squares[name] = square + (effect**2).sum() * outside, freedom + spare
    variances: dict[frozenset[str], float] = {}
    for name in sorted(filter(None, squares), key=len, reverse=True):
        square, freedom = squares[name]

        def times(effect: frozenset[str]) -> float:
            return float(np.prod([size for each, size in zip(FACETS, table.shape, strict=True) if each not in effect]))

        above = sum(times(other) * each for other, each in variances.items() if other > name)
        variances[name] = (square / freedom - above) / times(name)
    return {name_of(name): each for name, each in variances.items()}


def test_planted_components_are_found_without_bias_though_a_third_of_the_answers_is_missing() -> None:
    rng = np.random.default_rng(1)
    seen = rng.random([SIZES[name] for name in FACETS]) > 0.33
    holes = np.where(seen, 0.0, np.nan)
    pilot = Pilot.of_table(holes, FACETS, NESTED)
    answers = np.array([drawn(rng, SIZES)[seen] for _ in range(400)])
    found = pilot.estimates(answers)
    assert len(found) == 11, "every set of facets that holds with a clip its value"
    for effect, estimates in found.items():
        truth = planted(SIZES).variance(*effect)
        assert estimates.mean() == pytest.approx(truth, abs=4.5 * estimates.std() / np.sqrt(400)), effect
    assert pilot.drawn(planted(SIZES).variances, 500, rng).var(axis=0).mean() == pytest.approx(1.45, rel=0.03)


def test_a_whole_table_is_taken_apart_as_by_analysis_of_variance() -> None:
    table = drawn(np.random.default_rng(2), {"value": 5, "clip": 4, "wording": 3, "draw": 2})
    found = {name: row["estimate"] for name, row in components(table, FACETS, NESTED).to_json().items()}
    assert found == pytest.approx(anova(table), abs=1e-12)


def test_search_words_lie_between_values_and_clips_in_any_numbers() -> None:
    rng = np.random.default_rng(3)
    value = np.repeat(np.arange(10), 24)
    word = np.tile(np.repeat(np.arange(6), (1, 7, 2, 6, 3, 5)), 10)
    clip = np.tile(np.concatenate([np.arange(size) for size in (1, 7, 2, 6, 3, 5)]), 10)
    levels = {name: np.tile(each, 2) for name, each in (("value", value), ("word", word), ("clip", clip))}
    levels["wording"] = np.repeat([0, 1], len(value))
    pilot = Pilot.of(levels, {"word": "value", "clip": "word"})
    truth = {("value",): 0.5, ("value", "word"): 0.2, ("value", "word", "clip"): 0.4, ("value", "wording"): 0.1}
    answers = pilot.drawn({frozenset(name): each for name, each in truth.items()}, 600, rng)
    found = pilot.estimates(answers)
    assert pilot.sizes == {"value": 10, "word": 6, "clip": 4, "wording": 2}
    for effect, estimates in found.items():
        planted_there = next((each for name, each in truth.items() if frozenset(name) == effect), 0.0)
        assert estimates.mean() == pytest.approx(planted_there, abs=4.5 * estimates.std() / np.sqrt(600) + 1e-9)


def _error(rng: np.random.Generator, design: Design, times: int) -> float:
    """Root mean squared error of centred scores of a design, by asking."""
    truth = np.sqrt(0.5) * rng.normal(size=10)
    sizes = {"value": 10, **design.levels}
    scores = np.array([drawn(rng, sizes, truth).mean(axis=(1, 2, 3)) for _ in range(times)])
    wrong = scores - scores.mean(axis=1, keepdims=True) - (truth - truth.mean())
    return float(np.sqrt((wrong**2).mean()))


@pytest.mark.parametrize("wished", [0.2, 0.12])
def test_a_plan_from_known_components_keeps_its_word(wished: float) -> None:
    rng = np.random.default_rng(4)
    plan = cheapest(planted(SIZES), DesignWish(standard_error=wished))
    assert plan is not None and plan.standard_error <= wished + 1e-9
    assert _error(rng, plan.design, 400) == pytest.approx(plan.standard_error, rel=0.06)
    assert plan.standard_error == pytest.approx(wished, rel=0.1), "and is not much better than what was wished"


def test_a_plan_from_a_pilot_meets_the_stated_error_within_a_tenth() -> None:
    rng = np.random.default_rng(5)
    reached = []
    for _ in range(40):
        pilot = components(drawn(rng, {"value": 10, "clip": 10, "wording": 8, "draw": 2}), FACETS, NESTED)
        plan = cheapest(pilot, DesignWish(standard_error=0.15))
        assert plan is not None
        reached.append(study(planted(SIZES), plan.design).standard_error)
    assert np.mean(reached) == pytest.approx(0.15, rel=0.1)


def test_a_plan_needs_at_most_half_the_asks_of_one_wording_with_more_clips() -> None:
    found = planted(SIZES)
    # .285 is the error that one wording with ever more clips comes down to: sqrt(.9 x .09).
    wish = DesignWish(standard_error=0.29)
    one = cheapest(found, replace(wish, given={"wording": 1}))
    best = cheapest(found, wish)
    assert one is not None and best is not None
    assert best.standard_error <= 0.29 and one.standard_error <= 0.29
    assert best.design.answers <= one.design.answers / 2, (best, one)
    easier = DesignWish(standard_error=0.31)
    one, best = cheapest(found, replace(easier, given={"wording": 1})), cheapest(found, easier)
    assert one is not None and best is not None and best.design.answers <= one.design.answers / 2
    assert cheapest(found, DesignWish(standard_error=0.2, given={"wording": 1})) is None, "it never comes there"


def test_where_wordings_do_not_matter_one_is_enough() -> None:
    alike = {effect: 0.0 if "wording" in effect else each for effect, each in planted(SIZES).variances.items()}
    plan = cheapest(Components(alike, SIZES, NESTED), DesignWish(standard_error=0.2))
    assert plan is not None and plan.design.levels["wording"] == 1


def test_dear_prompts_are_saved_by_more_draws_and_what_is_given_is_kept() -> None:
    found, wish = planted(SIZES), DesignWish(standard_error=0.2, most={"draw": 10})
    by_answers, by_money = cheapest(found, wish), cheapest(found, wish, costs=Costs(prompt=20.0, reply=0.1))
    assert by_answers is not None and by_money is not None
    assert by_money.design.levels["draw"] > by_answers.design.levels["draw"]
    assert by_money.design.sets < by_answers.design.sets
    given = cheapest(found, DesignWish(standard_error=0.2, given={"wording": 7, "draw": 2}))
    assert given is not None and (given.design.levels["wording"], given.design.levels["draw"]) == (7, 2)
    assert cheapest(found, DesignWish(standard_error=0.2, given={"clip": 2, "draw": 1}, most={"wording": 3})) is None


def test_other_pilots_of_the_size_foresee_errors_in_the_range_that_is_told() -> None:
    rng = np.random.default_rng(9)
    sizes, design = {"value": 10, "clip": 8, "wording": 4, "draw": 2}, Design({"clip": 15, "wording": 4, "draw": 1})
    pilot = Pilot.of_table(np.zeros([sizes[name] for name in FACETS]), FACETS, NESTED)
    truth = study(planted(SIZES), design).standard_error
    inside = []
    for _ in range(40):
        found = pilot.components(drawn(rng, sizes).ravel())
        low, high = chance_range(other_pilots(pilot, found, rng), found, design)
        inside.append(low <= truth <= high)
        assert low <= high
    assert np.mean(inside) >= 0.8


def test_other_pilots_draw_their_answers_anew() -> None:
    """What draws leave in an answer is known and taken out; that it is another each time is not."""
    pilot = Pilot.of_table(np.zeros((10, 8, 4)), FACETS[:3], NESTED)
    whole = frozenset(FACETS[:3])
    quiet = dict.fromkeys(filter(None, pilot.groups), 0.0)
    found = Components({**quiet, whole | {"draw"}: 4.0}, {**pilot.sizes, "draw": 4}, NESTED)
    others = other_pilots(pilot, found, np.random.default_rng(0))
    assert abs(float(others[whole].mean())) < 0.03 and float(others[whole].std()) > 0.05
    low, high = chance_range(others, found, Design({"clip": 8, "wording": 4, "draw": 4}))
    assert low < high


def test_the_search_finds_what_trying_everything_finds() -> None:
    found = planted(SIZES)
    wish = DesignWish(standard_error=0.2, most={"wording": 6, "draw": 3})
    plan = cheapest(found, wish)
    tried = [
        each.design.answers
        for clips in range(1, 60)
        for wordings in range(1, 7)
        for draws in range(1, 4)
        if (each := study(found, Design({"clip": clips, "wording": wordings, "draw": draws}))).standard_error <= 0.2
    ]
    assert plan is not None and plan.design.answers == min(tried)
    assert cheapest(found, DesignWish(standard_error=0.05, most={"wording": 2})) is None


def test_coefficients_are_those_of_the_formula_and_of_a_second_study() -> None:
    rng = np.random.default_rng(6)
    found = study(planted(SIZES), Design({"clip": 8, "wording": 4, "draw": 3}))
    relative = 0.36 / 8 + 0.09 / 4 + 0.04 / 32 + 0.3 / 96
    assert found.g == pytest.approx(0.5 / (0.5 + relative))
    assert found.d == pytest.approx(0.5 / (0.5 + relative + 0.16 / 4))
    twice = []
    for _ in range(300):
        truth = np.sqrt(0.5) * rng.normal(size=10)
        scores = [drawn(rng, SIZES, truth).mean(axis=(1, 2, 3)) for _ in range(2)]
        twice.append([one - one.mean() for one in scores])
    first, second = np.array(twice).transpose(1, 0, 2).reshape(2, -1)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(found.g, abs=0.02)


@pytest.mark.parametrize(
    "wish", [DesignWish(difference=0.5), DesignWish(difference=1.4, given={"wording": 2, "draw": 1})]
)
def test_a_difference_that_is_promised_is_found_four_times_in_five(wish: DesignWish) -> None:
    """By the intervals that comparisons have, also where few wordings and clips leave these few degrees of freedom."""
    rng = np.random.default_rng(7)
    plan = cheapest(planted(SIZES), wish)
    assert plan is not None and plan.detectable is not None and wish.difference is not None
    assert 0.8 * wish.difference < plan.detectable <= wish.difference * (1 + 1e-6)
    sizes = {"value": 10, **plan.design.levels}
    answers = [[drawn(rng, sizes, np.zeros(10)).mean(axis=3) for _ in range(200)] for _ in range(2)]
    gaps = np.array(answers[0]) - np.array(answers[1])
    # Centring takes a tenth of what one of ten values has more.
    gaps[:, 0] += plan.detectable / 0.9
    within = within_values(gaps, Clusters.of(np.tile(np.arange(sizes["clip"]), (10, 1))))
    every = np.full((200, 10), True)
    across = across_values(within, every)
    found = inference.tested(across.means, centring(every), errors(within, across, every)).p[:, 0] < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.1)


def test_what_is_found_goes_by_how_well_a_design_tells_its_error() -> None:
    """Clips alone, three degrees of freedom a value: Satterthwaite's of .9 of a mean and .1 of each of nine others."""
    variances = {frozenset({"value"}): 1.0, frozenset({"value", "clip"}): 0.36}
    found = Components(variances, {"value": 10, "clip": 4}, NESTED)
    freedom = 3 * 0.81 / (0.9**4 + 9 / 10**4)
    error = np.sqrt(0.9 * 0.36 / 4)
    expected = (student.ppf(0.975, freedom) + student.ppf(0.8, freedom)) * np.sqrt(2) * error
    assert study(found, Design({"clip": 4})).detectable == pytest.approx(expected, rel=1e-6)
    assert expected > 1.2 * 2.8 * np.sqrt(2) * error, "the normal law promised what four clips do not hold"
    assert study(found, Design({"clip": 1})).detectable is None, "one clip does not tell how clips differ"
    words = Components(
        {frozenset({"value", "word"}): 0.36, frozenset({"value", "word", "clip"}): 0.0},
        {"value": 10, "word": 4, "clip": 9},
        {"word": "value", "clip": "word"},
    )
    assert study(words, Design({"word": 4, "clip": 9})).detectable == pytest.approx(expected, rel=1e-6)


def test_the_search_for_a_difference_finds_what_trying_everything_finds() -> None:
    found, wish = planted(SIZES), DesignWish(difference=1.0, most={"wording": 4, "draw": 2})
    designs = [
        Design({"clip": clips, "wording": wordings, "draw": draws})
        for clips in range(1, 60)
        for wordings in range(1, 5)
        for draws in range(1, 3)
    ]
    tried = [each.answers for each in designs if (study(found, each).detectable or 9.0) <= 1.0]
    plan = cheapest(found, wish)
    assert plan is not None and plan.design.answers == min(tried)
    both = cheapest(found, replace(wish, standard_error=0.15))
    assert both is not None and both.standard_error <= 0.15 + 1e-9 and both.detectable is not None
    assert both.detectable <= 1.0 + 1e-6
    assert cheapest(found, replace(wish, difference=0.01)) is None, "wordings leave more open"
    at_last = study(found, Design({"clip": 10**17, "wording": 4, "draw": 1})).standard_error
    endless = DesignWish(difference=1.0, standard_error=at_last, given={"wording": 4, "draw": 1})
    assert cheapest(found, endless) is None, "with more clips than there can be"


def test_a_plan_has_as_many_clips_of_a_value_as_an_interval_needs() -> None:
    easy = DesignWish(standard_error=9.0, least={"clip": 3})
    plan = cheapest(planted(SIZES), easy)
    assert plan is not None and plan.design.levels["clip"] == 3
    words = Components(
        {frozenset({"value", "word"}): 0.1, frozenset({"value", "word", "clip"}): 0.1},
        {"value": 10, "word": 2, "clip": 2},
        {"word": "value", "clip": "word"},
    )
    plan = cheapest(words, replace(easy, least={"clip": 3, "word": 2}))
    assert plan is not None
    assert plan.design.levels["word"] * plan.design.levels["clip"] == 3, "over all search words of a value"


def test_what_cannot_be_seen_is_refused_in_words() -> None:
    table = np.random.default_rng(8).normal(size=(4, 3, 2, 2))
    with pytest.raises(InputError, match="one wording cannot show how wordings differ"):
        components(table[:, :, :1], FACETS, NESTED)
    with pytest.raises(InputError, match="axes"):
        components(table, FACETS[:3])
    with pytest.raises(InputError, match="one clip cannot show how clips differ") as refused:
        components(table[:, :1], FACETS, NESTED)
    assert refused.value.hint == "ask about two clips or more for a value"
    apart = {"value": [0, 0, 0, 1, 1, 1], "clip": [0, 1, 2, 0, 1, 2], "wording": [0, 1, 1, 0, 1, 1]}
    with pytest.raises(InputError, match="no two answers share value x clip and nothing else"):
        Pilot.of({name: np.array(each) for name, each in apart.items()}, NESTED).components(np.arange(6.0))
    same = {"value": np.array([0, 0, 1]), "clip": np.array([0, 0, 1])}
    with pytest.raises(InputError, match="two answers have the same value, clip"):
        Pilot.of(same)
    for wish in (
        DesignWish(),
        DesignWish(standard_error=0.0),
        DesignWish(difference=-1.0),
        DesignWish(standard_error=float("nan")),
    ):
        with pytest.raises(InputError, match="wished for"):
            cheapest(planted(SIZES), wish)
    nothing = study(components(np.ones((3, 2)), ("value", "clip"), NESTED), Design({"clip": 2}, 3))
    assert nothing.g is None and nothing.d is None and nothing.standard_error == 0
