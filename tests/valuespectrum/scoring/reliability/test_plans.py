"""From pilots of planted answers, whatever the readout, to plans that are then asked: errors and costs are as told."""

from __future__ import annotations

import numpy as np
import pytest

from bench.truth.cells import Asked, Planted, truth_and_cells
from valuespectrum.scoring.answered.sets import AnsweredSets, FoundBy
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.readouts.evidence import Kind
from valuespectrum.scoring.readouts.liking import estimate_liking
from valuespectrum.scoring.reliability.components import Components
from valuespectrum.scoring.reliability.decisions import DRAW, DesignWish, Study, cheapest, study
from valuespectrum.scoring.reliability.pilots import CLIP, ORDER, WORDING, study_roles, told_by_cells
from valuespectrum.theory.values import VALUES

PLANTED = Planted(clip_sd=0.6, value_wording_sd=0.3, clip_wording_sd=0.2, noise_sd=0.2, value_sd=1.0)
PILOTS, WORDINGS, DRAWS = 12, 6, 10
FLOOR = float(np.sqrt((1 - 1 / len(VALUES)) * PLANTED.value_wording_sd**2))
"""The error that one wording with ever more clips comes down to."""
TRUTH = Components(
    {
        frozenset({"value"}): PLANTED.value_sd**2,
        frozenset({"value", CLIP}): PLANTED.clip_sd**2,
        frozenset({"value", WORDING}): PLANTED.value_wording_sd**2,
        # Two polarities of each order share the noise of an ask, so that both orders have a quarter of it.
        frozenset({"value", CLIP, WORDING}): PLANTED.clip_wording_sd**2 + PLANTED.noise_sd**2 / 4,
    },
    {"value": len(VALUES), CLIP: 12, WORDING: WORDINGS, ORDER: 2},
    {CLIP: "value"},
)


def plans(kind: Kind, wished: float, seed: int) -> list[Study]:
    """The cheapest designs that pilots of one model each foresee for a wish."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(PILOTS):
        cells = truth_and_cells(PLANTED, Asked(kind, 1, clips=12, wordings=WORDINGS, draws=DRAWS), rng)[1]
        rows = told_by_cells(AnsweredSets(cells, estimate_liking(cells), None, FoundBy()))
        assert rows is not None
        components = study_roles([rows]).components
        given = {ORDER: 2} if ORDER in components.sizes else {DRAW: DRAWS}
        best = cheapest(components, DesignWish(standard_error=wished, most={WORDING: WORDINGS}, given=given))
        assert best is not None and best.standard_error <= wished + 1e-9
        found.append(best)
    return found


def error_when_asked(designs: list[Study], kind: Kind, seed: int) -> float:
    """Root mean squared error of centred log-odds, each design asked of models that no pilot has seen."""
    rng, squares = np.random.default_rng(seed), []
    for design in designs:
        levels = design.design.levels
        asked = Asked(kind, 12, clips=levels[CLIP], wordings=levels[WORDING], draws=DRAWS)
        truth, cells = truth_and_cells(PLANTED, asked, rng)
        off = estimate_liking(cells).effects.profile() - truth
        squares.append(np.nanmean((off - mean_over(off, 1)[:, None]) ** 2))
    return float(np.sqrt(np.mean(squares)))


@pytest.mark.parametrize(("kind", "seed"), [("log_probability", 1), ("log_probability", 2), ("samples", 3)])
def test_a_planned_design_has_the_stated_error_when_it_is_asked(kind: Kind, seed: int) -> None:
    assert error_when_asked(plans(kind, 0.2, seed), kind, seed) == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_near_the_floor_of_one_wording_a_plan_asks_at_most_half(seed: int) -> None:
    """What a plan really reaches, and what one wording would really have to ask for the same."""
    shares = []
    for plan in plans("log_probability", 1.05 * FLOOR, seed):
        reached = study(TRUTH, plan.design).standard_error
        given = {WORDING: 1, ORDER: 2}
        single = cheapest(TRUTH, DesignWish(standard_error=reached, given=given))
        shares.append(0.0 if single is None else plan.design.answers / single.design.answers)
    assert np.median(shares) <= 0.5
