"""Items that work differently: what is planted in twins is found, and next to nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.truth.functioning import Planted, draw_cases, steps_study, study
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.functioning.cases import Cases, matching, ordered_levels
from valuespectrum.scoring.functioning.cumulative import CumulativeFit, fit_cumulative
from valuespectrum.scoring.functioning.invariance import LEVELS_REFUSED, value_invariance
from valuespectrum.scoring.functioning.items import (
    ALIKE,
    FEW,
    LONELY,
    UNMATCHED,
    UNSETTLED,
    ItemFunction,
    item_functions,
)


def cases(planted: Planted, seed: int = 3) -> tuple[Cases, np.ndarray]:
    return draw_cases(planted, np.random.default_rng(seed), seed)


def test_planted_items_are_found_and_hardly_another() -> None:
    shifted = study(Planted(apart=0.3, strange=3, values=10), samples=2)
    assert shifted.found >= 0.9 and shifted.wrong <= 0.05


def test_where_nothing_is_planted_hardly_an_item_is_found() -> None:
    assert study(Planted(strange=0, apart=0.3, values=8), samples=2).wrong <= 0.02


def test_an_item_that_tells_less_of_its_value_is_called_nonuniform() -> None:
    drawn, strange = cases(Planted(off=0.8, kind="nonuniform", values=6))
    found = [each for each, odd in zip(item_functions(drawn), strange, strict=True) if odd]
    assert sum("nonuniform" in each.flags for each in found) >= 5
    assert all((each.bends[0].mean or 0.0) < 0 for each in found)


def test_the_shift_has_its_sign_and_a_size() -> None:
    drawn, strange = cases(Planted(off=0.8, strange=4, values=6))
    found = [each for each, odd in zip(item_functions(drawn), strange, strict=True) if odd]
    assert all(each.shift > 0.64 and each.size == "large" for each in found)
    assert all(0 < each.mcfadden < 1 and 0 < each.r2 < 1 for each in found)


def test_names_of_groups_turned_round_turn_the_shift_round() -> None:
    drawn, _ = cases(Planted(strange=2, respondents=120, values=3))
    turned = replace(drawn, group=1 - drawn.group)
    for one, other in zip(item_functions(drawn), item_functions(turned), strict=True):
        assert one.uniform and other.uniform and one.uniform.p == pytest.approx(other.uniform.p, abs=1e-5)
        assert one.shift == pytest.approx(-other.shift, abs=1e-3)


def test_a_stretched_scale_changes_nothing_that_is_ordinal() -> None:
    drawn, _ = cases(Planted(strange=2, respondents=120, versions=1, values=3))
    item = 0
    stretched = np.exp(drawn.scores[:, item])
    assert ordered_levels(stretched).tolist() == ordered_levels(drawn.scores[:, item]).tolist()


def test_what_cannot_be_tested_says_why() -> None:
    drawn, _ = cases(Planted(strange=0, respondents=60, values=4))
    scores = drawn.scores.copy()
    scores[:, 0] = 3.0
    scores[drawn.group == 1, 5] = np.nan
    kept = [at for at in range(len(drawn.items)) if at not in (8, 9)]
    found = item_functions(
        replace(
            drawn,
            scores=scores[:, kept],
            items=tuple(drawn.items[at] for at in kept),
            values=tuple(drawn.values[at] for at in kept),
        )
    )
    by_name = {each.item: each for each in found}
    assert by_name["item 0"].why == ALIKE and by_name["item 5"].why == FEW and by_name["item 10"].why == LONELY
    assert by_name["item 0"].to_json()["uniform"] is None


def test_items_that_cancel_in_the_mean_match_nobody() -> None:
    """Respondents do differ on the other item, which goes exactly against the first: what they share is their mean."""
    first = np.tile([1.0, 2.0, 3.0, 4.0], 10)
    scores = np.column_stack([first, 5.0 - first, np.full(40, 3.0)])
    drawn = Cases(("a", "b"), np.repeat([0, 1], 20), np.arange(40), ("up", "down", "flat"), ("power",) * 3, scores)
    assert [each.why for each in item_functions(drawn)] == [UNMATCHED, UNMATCHED, ALIKE]
    assert "in the mean of the items" in UNMATCHED


def test_a_fit_that_does_not_settle_gives_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsettled(levels: np.ndarray, columns: np.ndarray) -> CumulativeFit:
        return replace(fit_cumulative(levels, columns), converged=False)

    monkeypatch.setattr("valuespectrum.scoring.functioning.items.fit_cumulative", unsettled)
    drawn, _ = cases(Planted(strange=0, respondents=60, values=1))
    assert {each.why for each in item_functions(drawn)} == {UNSETTLED}


def test_levels_are_never_rare_and_keep_the_order() -> None:
    generator = np.random.default_rng(0)
    scores = np.round(generator.normal(3.0, 1.0, 200), 1)
    levels = ordered_levels(scores)
    assert np.bincount(levels).min() >= 8 and set(levels) == set(range(levels.max() + 1))
    assert (np.diff(levels[np.argsort(scores, kind="stable")]) >= 0).all()


def test_who_answered_nothing_matches_nobody() -> None:
    scores = np.array([[1.0, 2.0], [np.nan, np.nan], [3.0, np.nan], [5.0, 4.0]])
    by = matching(scores, np.array([0, 1]))
    assert np.isnan(by[1]) and by[0] < by[2] < by[3]


def test_an_item_that_no_case_answered_is_left_out_without_a_warning() -> None:
    """Who answers one booklet of a form answers nothing of the other."""
    scores = np.array([[1.0, 2.0, np.nan], [2.0, 1.0, np.nan], [3.0, 5.0, np.nan]])
    assert matching(scores, np.array([0, 1, 2])) == pytest.approx(matching(scores, np.array([0, 1])))
    assert np.isnan(matching(scores, np.array([2]))).all()


def test_an_item_that_differs_by_rounding_alone_sets_nobody_apart() -> None:
    generator = np.random.default_rng(8)
    both = np.stack([generator.normal(size=40), np.where(generator.random(40) < 0.5, 0.1 + 0.2, 0.3)], axis=1)
    assert matching(both, np.array([0, 1])) == pytest.approx(matching(both, np.array([0])))
    assert matching(both, np.array([1])) == pytest.approx(np.zeros(40), abs=1e-9)


def test_levels_are_refused_where_an_item_is_strange_and_told_where_none_can_be() -> None:
    drawn, strange = cases(Planted(off=0.8, apart=0.5, respondents=1000, values=7, strange=3))
    items = item_functions(drawn)
    odd = {each.value for each, is_strange in zip(items, strange, strict=True) if is_strange}
    decided = {value: value_invariance(drawn, items, value) for value in dict.fromkeys(drawn.values)}
    assert all(decided[value].scalar.status == "fails" for value in odd)
    for value in odd:
        (refused,) = decided[value].differences
        assert refused.mean is None and refused.why.startswith(LEVELS_REFUSED)
        assert "compared" in decided[value].told
    clean = [each for value, each in decided.items() if value not in odd and each.scalar.status != "fails"]
    assert len(clean) >= 3 and all(each.configural.status == "holds" for each in clean)
    assert any(each.scalar.status == "holds" for each in clean)
    assert all((each.differences[0].low or 0.0) > 0 for each in clean)


def test_a_large_shift_with_a_slight_bend_leaves_changes_comparable() -> None:
    """Each step goes by the size of its own kind: an item that is easier to say yes to tells as much of its value."""
    drawn, _ = cases(Planted(strange=0, respondents=200, values=1))
    nothing, slight, much = (Estimate(mean, mean - 0.1, mean + 0.1) for mean in (0.0, 0.15, 0.9))
    items = [ItemFunction(item, drawn.values[0], shifts=(nothing,), bends=(nothing,)) for item in drawn.items]
    both = replace(items[0], shifts=(much,), bends=(slight,), r2=0.05, flags=("uniform", "nonuniform"))
    assert both.size == both.sized("uniform") == "large" and both.sized("nonuniform") == "small"
    decided = value_invariance(drawn, [both, *items[1:]], drawn.values[0])
    assert (decided.configural.status, decided.metric.status, decided.scalar.status) == ("holds", "holds", "fails")
    assert "correlations and changes" not in decided.told
    bent = replace(both, shifts=(slight,), bends=(much,), flags=("nonuniform",))
    plain = value_invariance(drawn, [bent, *items[1:]], drawn.values[0])
    assert plain.metric.status == "fails" and "looks bent" not in plain.told
    moved = value_invariance(drawn, [replace(bent, flags=both.flags), *items[1:]], drawn.values[0])
    assert moved.metric.status == "fails" and "looks bent" in moved.metric.why and "looks bent" in moved.told


def test_few_respondents_show_no_invariance() -> None:
    drawn, _ = cases(Planted(strange=0, respondents=40, values=2))
    items = item_functions(drawn)
    decided = value_invariance(drawn, items, drawn.values[0])
    assert decided.scalar.status == "not shown" and "could have been missed" in decided.scalar.why


def test_an_item_turned_round_in_one_group_fails_the_first_step() -> None:
    drawn, _ = cases(Planted(strange=0, respondents=200, values=2))
    scores = drawn.scores.copy()
    second = drawn.group == 1
    scores[second, 0] = 7.0 - scores[second, 0]
    turned = replace(drawn, scores=scores)
    decided = value_invariance(turned, item_functions(turned), drawn.values[0])
    assert decided.configural.status == decided.metric.status == decided.scalar.status == "fails"
    assert "goes against" in decided.configural.why and decided.differences[0].mean is None


def test_steps_of_invariance_fail_where_something_is_planted() -> None:
    few = Planted(strange=2, values=5)
    nothing, shifted, bent = (
        steps_study(planted, 2, seed=3)
        for planted in (replace(few, strange=0), few, replace(few, off=0.7, kind="nonuniform"))
    )
    assert nothing.metric is None and nothing.scalar is None and nothing.metric_elsewhere == 0.0
    assert nothing.scalar_elsewhere is not None and nothing.scalar_elsewhere <= 0.1, "one of ten values"
    assert shifted.scalar == 1.0 and shifted.metric == 0.0 == shifted.metric_elsewhere
    assert bent.metric is not None and bent.metric >= 0.75 and bent.metric_elsewhere == 0.0
