"""Strengths out of choices: what was planted comes back, places cancel, silence is no number, noise no values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from valuespectrum.instruments.further.designs import best_worst_sets, blocks, matched_pairs, turned
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_alike, read_options, verdict_rates
from valuespectrum.scoring.choices.strengths import ChoiceSets, strengths
from valuespectrum.scoring.facets.analysis import Analysis, analyse
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import collect
from valuespectrum.scoring.readouts.evidence import Kind
from valuespectrum.theory.values import VALUES

COUNT, CLIPS = len(VALUES), 15


def _sets(design: str, generator: np.random.Generator) -> ChoiceSets:
    groups = {value: [(place, clip) for clip in range(CLIPS)] for place, value in enumerate(VALUES)}
    if design == "pairs":
        pairs = matched_pairs(groups, 2, generator, lambda one, other: 0.0)
        sets, signs = [list(order) for pair in pairs for order in (pair, pair[::-1])], [1.0]
    else:
        sets = [turn for each in best_worst_sets(groups, 2, generator) for turn in turned(each)]
        signs = [1.0, -1.0]
    values = np.array([[value for value, _ in each] for each in sets] * len(signs))
    units = np.array([[value * CLIPS + clip for value, clip in each] for each in sets] * len(signs))
    return ChoiceSets(values, units, np.repeat(signs, len(sets)), COUNT)


def _answers(
    sets: ChoiceSets, theta: np.ndarray, kind: Kind, generator: np.random.Generator, order: float = 0.4
) -> OptionAnswers:
    clip = generator.normal(0, 0.6, COUNT * CLIPS)
    utility = sets.sign[:, None] * (theta[sets.values] + clip[sets.units])
    utility = utility + generator.normal(0, 0.2, utility.shape)
    utility[:, 0] += 2 * order
    shares = np.exp(utility)
    shares /= shares.sum(axis=1, keepdims=True)
    said = np.log(shares) if kind == "log_probability" else np.array([generator.multinomial(10, p) for p in shares])
    options = tuple(map(str, range(shares.shape[1])))
    asks = len(said)
    return OptionAnswers(kind, options, said.astype(float), np.zeros(asks), np.full(asks, "value", dtype=object))


def _analysed(sets: ChoiceSets, read: OptionAnswers) -> Analysis:
    found = strengths(sets, read)
    rows = pd.DataFrame(found.units, columns=["value", "clip", "theta"])
    named = rows.assign(
        value=[VALUES[int(place)] for place in rows["value"]], clip=rows["clip"].astype(int).astype(str), wording="one"
    )
    return analyse(collect([named]), Facets(wordings=False))


@pytest.mark.parametrize("design", ["pairs", "best-worst"])
@pytest.mark.parametrize("kind", ["log_probability", "samples"])
def test_planted_strengths_are_covered_and_noise_is_not_taken_for_values(design: str, kind: Kind) -> None:
    covered, false, rounds = [], 0, 10
    for seed in range(rounds):
        generator = np.random.default_rng(seed)
        theta = generator.normal(0, 0.9, COUNT)
        sets = _sets(design, generator)
        found = _analysed(sets, _answers(sets, theta, kind, generator))
        ends = [found.values[value].centred.estimate for value in VALUES]
        truth = theta - theta.mean()
        covered += [one.low <= true <= one.high for one, true in zip(ends, truth, strict=True)]
        flat = _analysed(sets, _answers(sets, np.zeros(COUNT), kind, generator))
        false += flat.differ.p is not None and flat.differ.p < 0.05
    # 100 intervals: 88 % would be three standard errors of shares below 95 %.
    assert np.mean(covered) > 0.88
    # Under a rate of .05 more than 2 of 10 have a chance of .012, and seeds are fixed; one-step values that leave out
    # that opponents differ, too, say so in half of all respondents.
    assert false <= 2


def test_draws_tell_strengths_as_far_apart_as_they_are() -> None:
    """Shares that are averaged over clips before the logit shrink them by a tenth: slopes of .90 and .91."""
    for design in ("pairs", "best-worst"):
        above = below = 0.0
        for seed in range(12):
            generator = np.random.default_rng(seed)
            theta = generator.normal(0, 0.9, COUNT)
            sets = _sets(design, generator)
            found = strengths(sets, _answers(sets, theta, "samples", generator)).theta
            truth = theta - theta.mean()
            above, below = above + found @ truth, below + truth @ truth
        assert above / below == pytest.approx(1.0, abs=0.06), design


IMPRESSION = np.linspace(2.5, 7.5, COUNT)
"""How good an impression a value makes on average."""


def _statements(generator: np.random.Generator, slope: float) -> tuple[ChoiceSets, OptionAnswers, np.ndarray]:
    """Forced choice of four statements a value that are taken for what they stand for, and for their impression."""
    rated = IMPRESSION[:, None] + np.array([-0.6, -0.1, 0.2, 0.5])
    groups = {value: [(row, item) for item in range(4)] for row, value in enumerate(VALUES)}
    pairs = matched_pairs(groups, 2, generator, lambda one, other: abs(rated[one] - rated[other]))
    sets = [list(order) for pair in pairs for order in (pair, pair[::-1])]
    values = np.array([[value for value, _ in each] for each in sets])
    units = np.array([[4 * value + item for value, item in each] for each in sets])
    impression = rated.ravel()[units]
    theta = generator.normal(0, 0.7, COUNT)
    utility = theta[values] + slope * impression + generator.normal(0, 0.6, 4 * COUNT)[units]
    logs = utility - np.log(np.exp(utility).sum(axis=1, keepdims=True))
    counts = np.full(len(logs), "value", dtype=object)
    read = OptionAnswers("log_probability", ("A", "B"), logs, np.zeros(len(logs)), counts)
    return ChoiceSets(values, units, np.ones(len(logs)), COUNT, impression), read, theta - theta.mean()


def test_what_taking_desirability_out_costs_is_in_the_spread() -> None:
    """An interval has 3.7 degrees of freedom here, so that it reaches 2.87 standard errors."""
    ratios, slopes = [], []
    for seed in range(25):
        sets, read, truth = _statements(np.random.default_rng(seed), slope=0.3)
        found = strengths(sets, read)
        own = np.array([found.units[found.units[:, 0] == value, 2].var(ddof=1) / 4 for value in range(COUNT)])
        variance = (1 - 1 / COUNT) ** 2 * own + (own.sum() - own) / COUNT**2
        ratios.append((found.theta - truth) / np.sqrt(variance))
        slopes.append(found.covariate)
    assert np.mean(slopes) == pytest.approx(0.3, abs=0.12)
    assert np.mean(np.abs(ratios) < 2.87) > 0.93
    ends = np.array(ratios)[:, [0, -1]]
    assert np.sqrt(np.mean(ends**2)) < 1.5


def test_desirability_that_is_one_with_the_values_is_not_told() -> None:
    sets, read, _ = _statements(np.random.default_rng(0), slope=0.3)
    alike = ChoiceSets(sets.values, sets.units, sets.sign, COUNT, IMPRESSION[sets.values])
    found = strengths(alike, read)
    assert np.isnan(found.covariate) and not found.why and not np.isnan(found.theta).any()
    plain = strengths(ChoiceSets(sets.values, sets.units, sets.sign, COUNT), read)
    assert found.theta == pytest.approx(plain.theta)


@pytest.mark.parametrize("kind", ["log_probability", "samples"])
def test_values_that_never_met_have_no_strengths(kind: Kind) -> None:
    sets = _sets("pairs", np.random.default_rng(6))
    low = sets.values < COUNT // 2
    within = low.all(axis=1) | ~low.any(axis=1)
    parts = ChoiceSets(sets.values[within], sets.units[within], sets.sign[within], COUNT)
    read = _answers(parts, np.linspace(-1, 1, COUNT), kind, np.random.default_rng(7))
    found = strengths(parts, read)
    assert np.isnan(found.theta).all() and not len(found.units) and found.why


@pytest.mark.parametrize("kind", ["log_probability", "samples"])
def test_a_lean_to_the_first_place_cancels_and_is_told(kind: Kind) -> None:
    generator = np.random.default_rng(1)
    theta = np.linspace(-1, 1, COUNT)
    sets = _sets("pairs", generator)
    fits = [strengths(sets, _answers(sets, theta, kind, np.random.default_rng(2), order)) for order in (0.0, 0.4, 1.2)]
    exact = kind == "log_probability"
    for fit, order in zip(fits, (0.0, 0.4, 1.2), strict=True):
        assert np.abs(fit.theta - fits[0].theta).max() < (1e-9 if exact else 0.6)
        assert fit.places[0] - fit.places[1] == pytest.approx(2 * order, abs=0.1 if exact else 0.5)


def test_one_step_values_average_to_the_strength() -> None:
    generator = np.random.default_rng(3)
    sets = _sets("best-worst", generator)
    for kind in ("log_probability", "samples"):
        fit = strengths(sets, _answers(sets, np.linspace(-1, 1, COUNT), kind, generator))
        for value in range(COUNT):
            own = fit.units[fit.units[:, 0] == value, 2]
            assert own.mean() == pytest.approx(fit.theta[value], abs=1e-6)


def test_ties_follow_davidson() -> None:
    """Shares that the model itself makes come back, the constant of "neither" among them."""
    sets = _sets("pairs", np.random.default_rng(4))
    theta, tie = np.linspace(-0.8, 0.8, COUNT), -0.5
    utility = theta[sets.values]
    raised = np.exp(np.column_stack([utility, utility.mean(axis=1) + tie]))
    shares = raised / raised.sum(axis=1, keepdims=True)
    verdict = np.full(len(shares), "value", dtype=object)
    for kind, said in (("samples", 1000 * shares), ("log_probability", np.log(shares))):
        neither = said[:, 2] if kind == "samples" else shares[:, 2]
        fit = strengths(sets, OptionAnswers(kind, ("a", "b"), said[:, :2], neither, verdict), unforced=True)  # type: ignore[arg-type]
        assert fit.theta == pytest.approx(theta, abs=1e-4)
        assert fit.tie == pytest.approx(tie, abs=1e-4)


def test_what_is_always_taken_has_no_strength() -> None:
    sets = _sets("pairs", np.random.default_rng(5))
    said = np.where(sets.values == sets.values.max(axis=1, keepdims=True), 1.0, 0.0)
    verdict = np.full(len(said), "value", dtype=object)
    fit = strengths(sets, OptionAnswers("greedy_text", ("a", "b"), said, np.zeros(len(said)), verdict))
    assert np.isnan(fit.theta).all() and "always taken" in fit.why and not len(fit.units)
    silent = OptionAnswers("samples", ("a", "b"), 0 * said, np.zeros(len(said)), np.full(len(said), "error", object))
    assert "nothing that was said" in strengths(sets, silent).why


@pytest.mark.parametrize("count", range(4, 11))
def test_every_two_values_meet_equally_often(count: int) -> None:
    listed = blocks(count)
    meetings = np.zeros((count, count), dtype=int)
    for block in listed:
        assert len(set(block)) == 4
        for one in block:
            meetings[one, list(block)] += 1
    assert len(set(meetings[~np.eye(count, dtype=bool)])) == 1
    assert len(set(np.diag(meetings))) == 1


def test_pairs_are_alike_in_what_is_not_measured_and_use_all() -> None:
    groups = {value: [float(n) for n in range(6)] for value in ("a", "b", "c")}
    pairs = matched_pairs(groups, 2, np.random.default_rng(0), lambda one, other: abs(one - other))
    plain = matched_pairs(groups, 2, np.random.default_rng(0), lambda one, other: 0.0)
    assert len(pairs) == len(plain) == 6
    assert sum(abs(one - other) for one, other in pairs) < sum(abs(one - other) for one, other in plain)


def test_what_does_not_count_stays_out() -> None:
    table = pd.DataFrame(
        {
            "parsed": ["first", "refusal", "no_picture", "unparsed", "", "neither"],
            "error": ["", "", "", "", "lost", ""],
            "clip": list("aabbcc"),
        }
    )
    read = read_options(table, ("first", "second"), ScoringOptions(), "neither")
    assert read.kind == "greedy_text"
    assert read.verdict.tolist() == ["value", "refusal", "no_picture", "unparsed", "error", "value"]
    rates = verdict_rates(read, table["clip"], 0.95)
    assert {name: row["mean"] for name, row in rates.items()} == {
        **{"refusal": 0.2, "no_picture": 0.2, "unparsed": 0.2},
        **{"neither": 0.5, "error": pytest.approx(1 / 6)},
    }
    sure = table.assign(parsed="neither", error="", log_probability_neither=np.log(0.98))
    sure = sure.assign(log_probability_first=np.log(0.015), log_probability_second=np.log(0.005))
    declined = read_options(sure, ("first", "second"), ScoringOptions(), "neither")
    assert set(declined.verdict) == {"neither"} and np.isnan(declined.said).all()
    assert verdict_rates(declined, sure["clip"], 0.95)["neither"]["mean"] == pytest.approx(0.98)
    logs = table.assign(log_probability_first=np.log(0.04), log_probability_second=np.log(0.04), parsed="first")
    told = read_options(logs.assign(error=""), ("first", "second"), ScoringOptions())
    assert set(told.verdict) == {"low_mass"} and np.isnan(told.said).all()


def test_questions_with_other_options_are_read_in_one_way() -> None:
    words = pd.DataFrame({"parsed": ["a", "b"], "error": ["", ""]})
    logs = words.assign(log_probability_a=np.log([0.9, 0.2]), log_probability_b=np.log([0.1, 0.8]))
    failed = pd.DataFrame({"parsed": ["", ""], "error": ["gone", "gone"]})
    drawn = words.assign(count_a=[4, 1], count_b=[0, 3])
    for beside, verdict in ((failed, "error"), (words, "low_mass"), (drawn, "low_mass")):
        other, told = read_alike([(beside, ("a", "b")), (logs, ("a", "b"))], ScoringOptions())
        assert other.kind == told.kind == "log_probability" and set(other.verdict) == {verdict}
        assert not other.counts.any() and told.shares == pytest.approx(np.array([[0.9, 0.1], [0.2, 0.8]]))
    few, many = read_alike([(failed, ("a", "b")), (drawn, ("a", "b"))], ScoringOptions())
    assert few.kind == many.kind == "samples" and many.shares[0].tolist() == [1.0, 0.0]
    assert [read.kind for read in read_alike([(words, ("a", "b"))], ScoringOptions())] == ["greedy_text"]
