"""Planted variance components are found, and designs that are foreseen keep their word."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from valuespectrum.scoring.reliability.components import Components, components
from valuespectrum.scoring.reliability.decisions import Design, WishedError, cheapest, fixed, study
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
    return Components(variances, dict.fromkeys(variances, 1), {}, sizes, NESTED)


SIZES = {"value": 10, "clip": 8, "wording": 4, "draw": 3}


def test_planted_components_are_found_without_bias() -> None:
    rng = np.random.default_rng(1)
    found = [components(drawn(rng, SIZES), FACETS, NESTED).variances for _ in range(250)]
    for effect in found[0]:
        estimates = np.array([each[effect] for each in found])
        truth = next((each for name, each in PLANTED.items() if frozenset(name) == effect), 0.0)
        assert estimates.mean() == pytest.approx(truth, abs=4.5 * estimates.std() / np.sqrt(250)), effect


def test_mean_squares_are_those_of_the_textbook() -> None:
    """Two facets, crossed: Brennan 2001, table 3.2; and nested: pooled over values."""
    table = np.random.default_rng(2).normal(size=(6, 5))
    rows = 5 * ((table.mean(axis=1) - table.mean()) ** 2).sum() / 5
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    crossed = components(table, ("value", "wording"))
    assert crossed.squares[frozenset({"value"})] == pytest.approx(rows)
    assert crossed.variances[frozenset({"value", "wording"})] == pytest.approx((rest**2).sum() / 20)
    assert crossed.variances[frozenset({"value"})] == pytest.approx((rows - (rest**2).sum() / 20) / 5)
    nested = components(table, ("value", "clip"), NESTED)
    assert nested.variances[frozenset({"value", "clip"})] == pytest.approx(table.var(axis=1, ddof=1).mean())
    assert nested.freedom == {frozenset({"value"}): 5, frozenset({"value", "clip"}): 24}
    assert nested.to_json()["value x clip"]["degrees_of_freedom"] == 24


def test_all_variance_is_accounted_for() -> None:
    table = np.random.default_rng(3).normal(size=(4, 3, 2, 3))
    found = components(table, FACETS, NESTED)
    total = sum(found.squares[effect] * found.freedom[effect] for effect in found.squares)
    assert total == pytest.approx(((table - table.mean()) ** 2).sum())
    assert sum(found.freedom.values()) == table.size - 1


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
    plan = cheapest(planted(SIZES), WishedError(standard_error=wished))
    assert plan is not None and plan.standard_error <= wished + 1e-9
    assert _error(rng, plan.design, 400) == pytest.approx(plan.standard_error, rel=0.06)
    assert plan.standard_error == pytest.approx(wished, rel=0.1), "and is not much better than what was wished"


def test_a_plan_from_a_pilot_meets_the_stated_error_within_a_tenth() -> None:
    rng = np.random.default_rng(5)
    reached = []
    for _ in range(40):
        pilot = components(drawn(rng, {"value": 10, "clip": 10, "wording": 8, "draw": 2}), FACETS, NESTED)
        plan = cheapest(pilot, WishedError(standard_error=0.15))
        assert plan is not None
        reached.append(study(planted(SIZES), plan.design).standard_error)
    assert np.mean(reached) == pytest.approx(0.15, rel=0.1)


def test_a_plan_needs_at_most_half_the_asks_of_one_wording_with_more_clips() -> None:
    found = planted(SIZES)
    # .285 is the error that one wording with ever more clips comes down to: sqrt(.9 x .09).
    wish = WishedError(standard_error=0.29)
    one = fixed(found, wish, {"wording": 1, "draw": 1}, "clip")
    best = cheapest(found, wish)
    assert one is not None and best is not None
    assert best.standard_error <= 0.29 and one.standard_error <= 0.29
    assert best.design.asks <= one.design.asks / 2, (best, one)
    easier = WishedError(standard_error=0.31)
    one, best = fixed(found, easier, {"wording": 1, "draw": 1}, "clip"), cheapest(found, easier)
    assert one is not None and best is not None and best.design.asks <= one.design.asks / 2
    assert fixed(found, WishedError(standard_error=0.2), {"wording": 1, "draw": 1}, "clip") is None, (
        "it never comes there"
    )


def test_where_wordings_do_not_matter_one_is_enough() -> None:
    alike = {effect: 0.0 if "wording" in effect else each for effect, each in planted(SIZES).variances.items()}
    plan = cheapest(Components(alike, dict.fromkeys(alike, 1), {}, SIZES, NESTED), WishedError(standard_error=0.2))
    assert plan is not None and plan.design.levels["wording"] == 1


def test_the_search_finds_what_trying_everything_finds() -> None:
    found = planted(SIZES)
    wish = WishedError(standard_error=0.2, most={"wording": 6, "draw": 3})
    plan = cheapest(found, wish)
    tried = [
        each.design.asks
        for clips in range(1, 60)
        for wordings in range(1, 7)
        for draws in range(1, 4)
        if (each := study(found, Design({"clip": clips, "wording": wordings, "draw": draws}))).standard_error <= 0.2
    ]
    assert plan is not None and plan.design.asks == min(tried)
    assert cheapest(found, WishedError(standard_error=0.05, most={"wording": 2})) is None


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


def test_a_difference_that_is_promised_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(7)
    plan = cheapest(planted(SIZES), WishedError(difference=0.5))
    assert plan is not None and plan.detectable <= 0.5
    error = np.sqrt(2) * plan.standard_error
    found = np.abs(plan.detectable + error * rng.normal(size=4000)) > 1.96 * error
    assert found.mean() == pytest.approx(0.8, abs=0.02)


def test_what_cannot_be_seen_is_refused_in_words() -> None:
    table = np.random.default_rng(8).normal(size=(4, 3, 2, 2))
    with pytest.raises(InputError, match="one wording cannot show how wordings differ"):
        components(table[:, :, :1], FACETS, NESTED)
    with pytest.raises(InputError, match="axes"):
        components(table, FACETS[:3])
    table[0, 0, 0, 0] = np.nan
    with pytest.raises(InputError, match="holes"):
        components(table, FACETS, NESTED)
    for wish in (
        WishedError(),
        WishedError(standard_error=0.0),
        WishedError(difference=-1.0),
        WishedError(standard_error=float("nan")),
    ):
        with pytest.raises(InputError, match="wished for"):
            cheapest(planted(SIZES), wish)
    nothing = study(components(np.ones((3, 2)), ("value", "clip"), NESTED), Design({"clip": 2}, 3))
    assert nothing.g is None and nothing.d is None and nothing.standard_error == 0
