"""The fit by maximum likelihood: against other ways to the same numbers, and on planted ratings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit
from scipy.stats import norm, t

from valuespectrum.calibration.planted_ratings import PlantedRatings, planted_table, recover_ratings
from valuespectrum.scoring.ordinal.analysis import OrdinalOptions, analyse, covers
from valuespectrum.scoring.ordinal.contrasts import centred_effects, likelihood_draws, own_contrasts
from valuespectrum.scoring.ordinal.design import design_of
from valuespectrum.scoring.ordinal.likelihood import slopes, step_chances
from valuespectrum.scoring.ordinal.maximum import find_top, maximum_likelihood, spread_out
from valuespectrum.scoring.ordinal.posterior import SamplerOptions
from valuespectrum.scoring.ordinal.table import RatingTable, rating_table
from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]

SMALL = PlantedRatings(respondents=2, values=3, items=2, repeats=6)


def naive(table: RatingTable, parameters: Floats) -> float:
    """Minus the log-likelihood without drawn effects, straight from the definition."""
    steps, shape = table.counts.shape[1], (len(table.respondents), len(table.values))
    cuts, gamma = parameters[: steps - 1], np.append(0.0, parameters[steps - 1 :]).reshape(shape)
    eta = gamma[table.codes["respondent"], table.codes["value"]]
    below = np.hstack([np.zeros((len(eta), 1)), expit(cuts - eta[:, None]), np.ones((len(eta), 1))])
    return -float(np.sum(table.counts * np.log(np.maximum(np.diff(below, axis=1), 1e-300))))


def test_without_drawn_effects_it_is_the_maximum_of_the_definition() -> None:
    table = planted_table(replace(SMALL, items=1, repeats=40), 3)
    design = design_of(table)
    assert not design.terms
    fit = maximum_likelihood(design)
    start = np.append(np.linspace(-2, 2, table.counts.shape[1] - 1), np.zeros(5))

    def lost(at: Floats) -> float:
        return naive(table, at)

    found = minimize(lost, start, method="BFGS", options={"gtol": 1e-5})
    assert np.allclose(fit.top.thresholds[0], found.x[:5], atol=2e-3)
    assert np.allclose(fit.gamma().reshape(-1)[1:], found.x[5:], atol=2e-3)
    assert -fit.top.value == pytest.approx(found.fun, abs=1e-4)
    information = np.stack([_bend(table, found.x, way) for way in np.eye(10)])
    assert np.allclose(fit.covariance, np.linalg.inv(information)[5:, 5:], rtol=0.01)


def _bend(table: RatingTable, at: Floats, way: Floats, width: float = 1e-3) -> Floats:
    """A row of the second derivatives."""

    def slope(place: Floats) -> Floats:
        steps = width * np.eye(len(at))
        return np.array([naive(table, place + step) - naive(table, place - step) for step in steps]) / (2 * width)

    return (slope(at + width * way) - slope(at - width * way)) / (2 * width)


def test_slopes_are_those_of_finite_differences() -> None:
    design = design_of(planted_table(SMALL, 1))
    thresholds, predictors = np.array([[-2.0, -1.1, 0.2, 0.9, 2.5]]), np.linspace(-1, 1, len(design.group))
    found = slopes(design, thresholds, predictors)
    whole = np.append(thresholds, predictors)

    def value(at: Floats) -> float:
        return slopes(design, at[None, :5], at[5:]).value

    expected = approx_fprime(whole, value, 1e-6)
    assert np.allclose(np.append(found.thresholds, found.predictors), expected, atol=1e-3)
    assert slopes(design, thresholds[:, ::-1], predictors).value == -np.inf
    assert np.allclose(step_chances(design, thresholds, predictors).sum(axis=1), 1)


def test_drawn_effects_are_integrated_out() -> None:
    """Laplace's approximation against quadrature, where each level of the one drawn effect can be integrated alone."""
    frame = pd.DataFrame([(who, what, f"{what}{item}") for who in "ab" for what in "xy" for item in range(3)])
    frame.columns = pd.Index(["respondent", "value", "item"])
    rng = np.random.default_rng(5)
    table = rating_table(frame, rng.multinomial(9, [0.2, 0.3, 0.3, 0.2], size=len(frame)).astype(float))
    design = replace(design_of(table), terms=(design_of(table).terms[0],))
    spread = np.array([0.7])
    top = find_top(design, spread)
    fixed = design.effects @ top.effects

    def item(level: int) -> float:
        own = design.terms[0].codes == level
        part = replace(design, group=design.group[own], upper=design.upper[own], lower=design.lower[own])

        def density(z: float) -> float:
            chances = step_chances(part, top.thresholds, fixed[own] + spread[0] * z)
            return float(np.exp(np.sum(table.counts[own] * np.log(chances))) * norm.pdf(z))

        return quad(density, -6, 6)[0]

    exact = sum(np.log(item(level)) for level in range(6))
    inner = np.eye(6) + np.diag([spread[0] ** 2 * _curvature(design, top, level) for level in range(6)])
    joint = slopes(design, top.thresholds, top.predictors).value - 0.5 * top.drawn @ top.drawn
    assert joint - 0.5 * np.linalg.slogdet(inner)[1] == pytest.approx(exact, abs=0.02)


def _curvature(design: object, top: object, level: int) -> float:
    from valuespectrum.scoring.ordinal.design import OrdinalDesign
    from valuespectrum.scoring.ordinal.maximum import Top

    assert isinstance(design, OrdinalDesign) and isinstance(top, Top)
    found = slopes(design, top.thresholds, top.predictors)
    return float(found.curvature[design.terms[0].codes == level].sum())


def test_errors_are_those_of_the_fit_however_few_items_there_are() -> None:
    """Six items of three values: three degrees of freedom, with which draws of Student's have no steady spread."""
    fit = maximum_likelihood(design_of(planted_table(replace(SMALL, versions=2), 1)))
    weights = centred_effects(spread_out(fit.design, np.eye(len(fit.covariance))))
    found = own_contrasts(likelihood_draws(fit, 0), 0.95)
    assert np.allclose(found.se, np.sqrt(np.einsum("arv,ab,brv->rv", weights, fit.covariance, weights)), rtol=0.06)
    assert np.allclose(found.high - found.low, 2 * t.ppf(0.975, 3) * found.se)
    assert (found.low_all <= found.low).all() and (found.high <= found.high_all).all()


def test_what_nothing_tells_of_items_and_people_is_not_drawn() -> None:
    """One person and one item of a value for each respondent: how these differ is all in what is estimated."""
    rows = [(who, what, f"{what}{who}", f"person {who}") for who in "ab" for what in "xy"]
    table = rating_table(pd.DataFrame(rows, columns=["respondent", "value", "item", "person"]), np.full((4, 3), 5.0))
    assert design_of(table).terms == () and "intervals cover other answers; they" in covers(design_of(table))
    found = analyse(table, OrdinalOptions())
    assert found["notes"][0] == "nobody rated two items of a value: nothing is said of other items"


def test_planted_effects_are_found_and_nothing_is_called_something() -> None:
    found = recover_ratings(PlantedRatings(respondents=2, values=4, items=3, repeats=20), 3, size=2.0)
    assert found.own > 0.8 and found.pair > 0.7 and found.alarms < 0.5, (
        "far from it, or three tables would tell nothing"
    )
    assert 0.8 < found.slope < 1.25 and found.told > 0.5 and found.foretold > 0.9


def test_scale_use_of_its_own_is_seen_and_can_be_fitted() -> None:
    """One who never leaves the middle is not described by thresholds that all share."""
    table = planted_table(PlantedRatings(respondents=2, values=3, items=4, repeats=60), 2)
    own = table.codes["respondent"] == 1
    counts = table.counts.copy()
    counts[own] = 0
    eta = np.random.default_rng(1).multinomial(60, [0.02, 0.06, 0.42, 0.42, 0.06, 0.02], size=int(own.sum()))
    counts[own] = eta
    odd = replace(table, counts=counts)
    shared = analyse(odd, OrdinalOptions())
    assert not shared["concluded"] and shared["effects"] == [] == shared["differences"] and not shared["spreads"]
    assert "use the scale, model 1" in shared["why"][0] or "use the scale, model 0" in shared["why"][0]
    assert analyse(odd, OrdinalOptions(thresholds="own"))["concluded"]


def test_what_has_no_finite_estimate_is_refused_by_name() -> None:
    table = planted_table(replace(SMALL, repeats=20), 1)
    counts = table.counts.copy()
    own = (table.codes["respondent"] == 1) & (table.codes["value"] == 2)
    counts[own] = 0
    counts[own, -1] = 20
    with pytest.raises(InputError) as caught:
        analyse(replace(table, counts=counts), OrdinalOptions())
    assert "every answer of 'model 1' on 'value 2' is the highest step" in caught.value.message
    assert "--bayes" in caught.value.hint


def test_a_document_says_what_its_intervals_are_about() -> None:
    found = analyse(planted_table(replace(SMALL, versions=2, people=0), 1), OrdinalOptions())
    assert found["covers"].startswith("intervals cover other answers and other items like these 6; they are about")
    assert "these 2 ways of asking alone" in found["covers"] and "not published" in found["published"]
    assert len(found["effects"]) == 6 and len(found["differences"]) == 3
    by_model = [row["estimate"] for row in found["effects"] if row["respondent"] == "model 0"]
    assert sum(by_model) == pytest.approx(0, abs=1e-9)
    for row in found["differences"]:
        assert row["low_all"] <= row["low"] <= row["estimate"] <= row["high"] <= row["high_all"]


def test_what_cannot_be_a_fit_is_refused_before_one_is_begun() -> None:
    """From Python, too, where nobody looks at what is typed: one chain agrees with itself, one draw has no variance."""
    for chains, draws in ((1, 1000), (4, 1), (0, 0)):
        with pytest.raises(InputError, match="agree cannot be told"):
            SamplerOptions(chains, draws=draws)
    with pytest.raises(InputError, match="thresholds are shared or own, not 'separate'"):
        OrdinalOptions(thresholds="separate")  # type: ignore[arg-type]


def test_ways_of_asking_that_do_not_overlap_are_refused_in_a_line() -> None:
    """Each effect has answers on both sides; only together do they run away, until the curvature is flat."""
    lower: dict[str, dict[str, tuple[int | None, int]]] = {
        "one": {"power": (3, 1), "tradition": (4, 2), "hedonism": (3, 2)},
        "two": {"power": (3, 1), "tradition": (None, 2), "hedonism": (3, 2)},
    }
    answers = [
        (who, value, f"about {value}", way, step - 1)
        for who, told in lower.items()
        for value, starts in told.items()
        for way, start in zip(("up", "down"), starts, strict=True)
        if start
        for step in (start, start + 1)
    ]
    rows = pd.DataFrame(answers, columns=["respondent", "value", "item", "version", "step"])
    table = rating_table(rows, np.eye(6)[rows["step"]])
    with pytest.raises(InputError, match=r"do not overlap with others \(separation\)"):
        analyse(table, OrdinalOptions(thresholds="own"))
