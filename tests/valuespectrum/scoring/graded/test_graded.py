"""The graded response model against other ways of reckoning the same, and on planted truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.stats import norm

from valuespectrum.reproduction.r_data import read_slots
from valuespectrum.scoring.graded.choosing import StopRule, most_informative
from valuespectrum.scoring.graded.fitting import FitOptions, fit
from valuespectrum.scoring.graded.items import GradedItems
from valuespectrum.scoring.graded.posterior import Posterior, Prior, posterior
from vectorstore.foundation.errors import InputError

Floats = NDArray[np.float64]
HUMAN = Path(__file__).parents[5] / "shared" / "data" / "human"
"""Where somebody who has the data of others puts them, beside the repository; they are never part of it."""
BANKS = ("open", "selftransc", "selfenhance", "conservation")
PRIORS = {"open": (-0.354, 1.2), "selftransc": (0.004, 1.2), "selfenhance": (-0.09, 1.2), "conservation": (0.479, 1.4)}


def made(count: int, categories: int, seed: int = 0) -> GradedItems:
    rng = np.random.default_rng(seed)
    cuts = np.sort(rng.normal(0, 1.5, (count, categories - 1)), axis=1) + 0.2 * np.arange(categories - 1)
    return GradedItems(rng.uniform(0.8, 2.5, count), cuts)


def answered(items: GradedItems, theta: Floats, rng: np.random.Generator) -> Floats:
    """Drawn answers as shares; shape (people, items, categories)."""
    below = items.probabilities(theta).cumsum(axis=2)[..., :-1]
    said = (rng.random((*below.shape[:2], 1)) > below).sum(axis=2)
    return np.asarray(np.eye(items.categories)[said])


def chance(slope: float, cuts: Floats, category: int, theta: float) -> float:
    """P(Y = k), written as catSurv documents it: the difference of two logistic curves in alpha - beta theta."""
    below = [0.0, *(1 / (1 + np.exp(-(cut - slope * theta))) for cut in cuts), 1.0]
    return float(below[category + 1] - below[category])


def integrated(items: GradedItems, said: dict[int, int], prior: Prior) -> tuple[float, float]:
    """EAP and its standard deviation by adaptive integration over the prior's ends."""
    low, high = prior.ends

    def density(theta: float) -> float:
        parts = [chance(float(items.slopes[i]), items.cuts[i], category, theta) for i, category in said.items()]
        return float(norm.pdf(theta, prior.mean, prior.sd)) * float(np.prod(parts))

    whole, first, second = (quad(lambda t, p=p: t**p * density(t), low, high, limit=200)[0] for p in (0, 1, 2))
    mean = first / whole
    return mean, float(np.sqrt(second / whole - mean**2))


def patterns(items: GradedItems, rng: np.random.Generator, count: int) -> list[dict[int, int]]:
    """Some answers to some items: the ends of the scale too, and none at all."""
    ends = [{}, dict.fromkeys(range(len(items)), 0), dict.fromkeys(range(len(items)), items.categories - 1)]
    drawn = [
        {int(item): int(rng.integers(items.categories)) for item in rng.permutation(len(items))[: 1 + number % 6]}
        for number in range(count)
    ]
    return [*ends, *drawn]


def shares_of(items: GradedItems, said: dict[int, int]) -> Floats:
    shares = np.zeros((len(items), items.categories))
    for item, category in said.items():
        shares[item, category] = 1.0
    return shares


def test_probabilities_are_those_of_the_written_formula_also_far_out() -> None:
    items = made(5, 6)
    theta = np.array([-3.0, 0.0, 1.7])
    found = items.probabilities(theta)
    wanted = [
        [
            [chance(float(a), cuts, k, float(t)) for k in range(6)]
            for a, cuts in zip(items.slopes, items.cuts, strict=True)
        ]
        for t in theta
    ]
    assert np.allclose(found, wanted) and np.allclose(found.sum(axis=2), 1)
    far = items.log_probabilities(np.array([-400.0, 400.0]))
    assert np.isfinite(far).all() and far.min() < -700, "no logarithm of a difference that is zero in floats"


def test_information_is_the_expected_curvature() -> None:
    items, theta, step = made(4, 7, 1), np.array([-1.2, 0.3, 2.0]), 1e-4
    before, here, after = (items.log_probabilities(theta + each) for each in (-step, 0.0, step))
    curvature = -(after - 2 * here + before) / step**2
    assert np.allclose(items.information(theta), (np.exp(here) * curvature).sum(axis=2), rtol=1e-4)


@pytest.mark.parametrize("prior", [Prior(), Prior(-0.354, 1.2, (-5.0, 5.0)), Prior(1.0, 3.0, (-5.0, 5.0))])
def test_the_mean_of_the_posterior_is_that_of_adaptive_integration(prior: Prior) -> None:
    items = made(13, 9, 2)
    for said in patterns(items, np.random.default_rng(3), 6):
        found = posterior(items, shares_of(items, said), prior)
        assert (found.mean, found.sd) == pytest.approx(integrated(items, said, prior), abs=1e-6)


def bank(name: str) -> tuple[GradedItems, Prior]:
    path = HUMAN / f"catsurv_sv_{name}_cat.rda"
    if not path.exists():
        pytest.skip(f"{path.name} is not there: it belongs to others")
    slots = read_slots(path)
    assert slots["model"] == ["grm"] and slots["estimation"] == ["EAP"]
    slopes, cuts = np.asarray(slots["discrimination"]), np.stack(slots["difficulty"])  # type: ignore[call-overload]
    mean, sd = np.asarray(slots["priorParams"])
    ends = float(np.asarray(slots["lowerBound"])[0]), float(np.asarray(slots["upperBound"])[0])
    return GradedItems(slopes, cuts), Prior(float(mean), float(sd), ends)


@pytest.mark.parametrize("name", BANKS)
def test_the_eap_is_that_of_a_second_implementation_on_banks_of_people(name: str) -> None:
    items, prior = bank(name)
    assert (prior.mean, prior.sd) == PRIORS[name] and items.categories == 9
    assert len(items) == {"open": 11, "selftransc": 13, "selfenhance": 11, "conservation": 14}[name]
    for said in patterns(items, np.random.default_rng(4), 6):
        found = posterior(items, shares_of(items, said), prior)
        assert (found.mean, found.sd) == pytest.approx(integrated(items, said, prior), abs=1e-3)


def asked_until(items: GradedItems, prior: Prior, said: Floats, count: int, informative: bool) -> float:
    """EAP of one person after so many items."""
    free, rng = np.ones(len(items), dtype=bool), np.random.default_rng(5)
    shares = np.zeros_like(said)
    for _ in range(count):
        known = posterior(items, shares, prior).mean
        information = items.information(np.array([known]))[0] if informative else rng.random(len(items))
        place = most_informative(information, free, 1, 0.0)
        free[place], shares[place] = False, said[place]
    return posterior(items, shares, prior).mean


def test_banks_of_people_need_five_items_of_eleven_to_say_what_all_say() -> None:
    items, prior = bank("open")
    rng = np.random.default_rng(6)
    said = answered(items, rng.normal(prior.mean, prior.sd, 80), rng)
    full = [posterior(items, each, prior).mean for each in said]
    chosen, random = ([asked_until(items, prior, each, 5, way) for each in said] for way in (True, False))
    assert np.corrcoef(full, chosen)[0, 1] >= 0.95 > np.corrcoef(full, random)[0, 1] - 0.02
    assert np.corrcoef(full, chosen)[0, 1] > np.corrcoef(full, random)[0, 1]


def test_intervals_cover_as_often_as_they_say() -> None:
    items, rng = made(6, 6, 7), np.random.default_rng(8)
    theta = rng.normal(size=700)
    found = [posterior(items, each) for each in answered(items, theta, rng)]
    ends = np.array([each.interval(0.9) for each in found])
    inside = np.mean((ends[:, 0] <= theta) & (theta <= ends[:, 1]))
    assert 0.87 <= inside <= 0.93
    errors = np.array([(each.mean - one) / each.sd for each, one in zip(found, theta, strict=True)])
    assert errors.std() == pytest.approx(1.0, abs=0.08) and abs(errors.mean()) < 0.1


def test_item_parameters_are_found_again() -> None:
    items, rng = made(8, 5, 9), np.random.default_rng(10)
    theta = rng.normal(size=1200)
    said = answered(items, (theta - theta.mean()) / theta.std(), rng)
    said[rng.random(said.shape[:2]) < 0.2] = 0.0  # some did not answer some
    found = fit(said)
    assert found.converged
    assert np.sqrt(np.mean((found.items.slopes - items.slopes) ** 2)) < 0.15
    assert np.sqrt(np.mean((found.items.cuts - items.cuts) ** 2)) < 0.2


def test_the_fit_is_the_top_of_the_marginal_likelihood() -> None:
    items, rng = made(5, 3, 11), np.random.default_rng(12)
    said = answered(items, rng.normal(size=500), rng)
    found = fit(said, FitOptions(tolerance=1e-6, beside=0.0))
    theta = np.linspace(-6, 6, 121)
    density = norm.pdf(theta) * (theta[1] - theta[0])

    def against(parameters: Floats) -> float:
        slopes, cuts = parameters[:5], np.cumsum(parameters[5:].reshape(5, 2) ** [1, 2], axis=1)
        likelihoods = GradedItems(slopes, cuts).probabilities(theta)
        each = np.prod([likelihoods[:, i] @ said[:, i].T for i in range(5)], axis=0)
        return -float(np.log(density @ each).sum())

    begin = np.concatenate([items.slopes, np.stack([items.cuts[:, 0], np.sqrt(np.diff(items.cuts)[:, 0])], 1).ravel()])
    best = minimize(against, begin, method="L-BFGS-B")
    assert -found.log_likelihood == pytest.approx(best.fun, abs=1e-3)
    assert np.allclose(found.items.slopes, best.x[:5], atol=0.01)


def test_shares_are_one_answer_and_zeros_are_none() -> None:
    items = made(4, 6, 13)
    nothing = posterior(items, np.zeros((4, 6)))
    assert (nothing.mean, nothing.sd) == pytest.approx((0.0, 1.0), abs=1e-6)
    said, spread = shares_of(items, {1: 4}), np.zeros((4, 6))
    spread[1, 4] = 1.0
    assert posterior(items, said).mean == posterior(items, spread).mean
    spread[1] = [0, 0, 0, 0.25, 0.5, 0.25]
    assert posterior(items, spread).sd > 0.3, "a distribution over answers is not many answers"


@pytest.mark.parametrize(
    "shares", [np.zeros((3, 6)), np.full((4, 6), 0.5), np.full((4, 6), np.nan), -np.eye(6)[:4]], ids=str
)
def test_what_is_no_answer_is_refused(shares: Floats) -> None:
    with pytest.raises(InputError):
        posterior(made(4, 6), shares)


@pytest.mark.parametrize(
    ("slopes", "cuts", "complaint"),
    [
        ([1.0], [[0.0, 0.0]], "do not increase"),
        ([1.0], [[1.0, np.nan]], "no number"),
        ([1.0, 2.0], [[0.0, 1.0]], "do not fit"),
        ([1e6], [[0.0, 1.0]], "outside"),
    ],
)
def test_items_that_are_none_are_refused(slopes: list[float], cuts: list[list[float]], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        GradedItems(np.array(slopes), np.array(cuts))


def test_an_item_without_answers_and_a_handful_of_people_are_refused() -> None:
    items, rng = made(3, 3), np.random.default_rng(0)
    said = answered(items, rng.normal(size=40), rng)
    with pytest.raises(InputError, match="fewer than 10"):
        fit(said[:5])
    said[:, 1] = 0.0
    with pytest.raises(InputError, match="item 2 of 3"):
        fit(said)


def test_one_of_the_best_is_asked_and_every_best_one_now_and_then() -> None:
    information, free = np.array([0.1, 0.9, 0.5, 0.8, 0.7]), np.array([True, True, True, False, True])
    assert most_informative(information, free, 1, 0.999) == 1
    asked = [most_informative(information, free, 3, draw) for draw in np.linspace(0, 0.999, 300)]
    assert {place: asked.count(place) for place in set(asked)} == {1: 100, 4: 100, 2: 100}
    assert most_informative(information, free, 9, 0.999) == 0, "there are no more than are free"


def test_a_test_ends_for_the_reason_that_it_says() -> None:
    rule = StopRule(0.3, 2, 5)
    assert rule.reason(0.2, 1, 1, 9) == "", "one answer is not enough however sure it looks"
    assert rule.reason(0.3, 2, 2, 9) == "precise"
    assert rule.reason(0.4, 0, 5, 9) == "most asks", "refusals are asks too"
    assert rule.reason(0.4, 3, 4, 0) == "end of the bank"
    for wrong in ({"error": 0.0}, {"error": 1.0}, {"least": 0}, {"least": 4, "most": 3}):
        with pytest.raises(InputError):
            StopRule(**wrong)


def test_quantiles_and_interval_are_those_of_the_distribution() -> None:
    theta, logs = Prior(0.5, 2.0).quadrature(401)
    weights = np.exp(logs)
    flat = Posterior(theta, weights / weights.sum())
    assert flat.interval(0.95) == pytest.approx((norm.ppf(0.025, 0.5, 2.0), norm.ppf(0.975, 0.5, 2.0)), abs=0.01)
    with pytest.raises(InputError, match="prior"):
        Prior(0.0, 0.0)
