"""Correlations of traits by methods: held to numpy, to planted populations, and to what cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from bench.truth.convergence import Planted, study
from valuespectrum.scoring.convergence.claims import claimed, value_verdicts
from valuespectrum.scoring.convergence.matrix import (
    Method,
    agreement,
    crossed,
    crossed_without_each,
    line_agreement,
)


def methods(respondents: int = 30, noise: float = 0.3, seed: int = 0) -> tuple[Method, Method]:
    generator = np.random.default_rng(seed)
    true = generator.standard_normal((respondents, 4))
    sides = (true + noise * generator.standard_normal(true.shape) for _ in range(2))
    one, other = (Method(name, side, np.full(side.shape, noise)) for name, side in zip("ab", sides, strict=True))
    return one, other


def test_correlations_are_those_of_numpy() -> None:
    one, other = methods()
    table = np.corrcoef(one.scores, other.scores, rowvar=False)[:4, 4:]
    assert crossed(one.scores, other.scores) == pytest.approx(table)
    found = agreement(one, other)
    assert [each.convergent.mean for each in found.values] == pytest.approx(np.diag(table).tolist())
    assert found.convergent.mean == pytest.approx(np.diag(table).mean())
    assert found.signed == pytest.approx(table[~np.eye(4, dtype=bool)].mean())


def test_what_hangs_on_one_respondent_is_said_to() -> None:
    """All others have one score of a value: without that respondent there is no correlation, but for rounding."""
    one, other = methods(respondents=8)
    one.scores[:, 0] = 0.1
    one.scores[3, 0] = 1.3
    assert np.isnan(crossed_without_each(one.scores, other.scores)[3, 0]).all()
    found = agreement(one, other)
    first = found.values[0]
    assert first.convergent.mean is not None and first.convergent.low is None and not first.agrees
    for each in (first.convergent, first.beyond, found.convergent, found.beyond):
        assert each.why == "it hangs on one respondent"
    assert all(each.beyond.low is not None for each in found.values[1:]), "which takes nothing from other values"


def test_correlations_without_each_are_those_of_the_others() -> None:
    one, other = methods(respondents=8)
    for at, table in enumerate(crossed_without_each(one.scores, other.scores)):
        left = [np.delete(each.scores, at, axis=0) for each in (one, other)]
        assert table == pytest.approx(crossed(*left))


def test_reliability_takes_the_error_out() -> None:
    one, other = methods(respondents=4000, noise=0.5)
    assert one.reliability == pytest.approx(1 / 1.25, abs=0.03)
    assert agreement(one, other).disattenuated == pytest.approx(1.0, abs=0.03)


@pytest.mark.parametrize("noise", [0.5, 1.0])
def test_reliability_of_posterior_means_is_the_share_of_the_trait_that_is_known(noise: float) -> None:
    """Held to the squared correlation with what is planted; as raw scores the second ones would have none at all."""
    generator = np.random.default_rng(7)
    true = generator.standard_normal((20_000, 4))
    kept = 1 / (1 + noise**2)
    means = kept * (true + noise * generator.standard_normal(true.shape))
    found = Method("a", means, np.full(means.shape, (1 - kept) ** 0.5), posterior=True).reliability
    right = [float(np.corrcoef(means[:, at], true[:, at])[0, 1]) ** 2 for at in range(4)]
    assert found == pytest.approx(right, abs=0.03) and found == pytest.approx(kept, abs=0.03)


def test_intervals_hold_what_is_planted() -> None:
    found = study(Planted(respondents=24, noise=0.3), samples=60, seed=5)
    assert found.convergent >= 0.88 and found.beyond >= 0.8 and found.value >= 0.88
    assert found.found == pytest.approx(found.true, abs=0.05) and found.agree > 0.7


def test_instruments_that_share_nothing_are_not_said_to_agree() -> None:
    assert study(Planted(respondents=24, shared=False), samples=60).agree <= 0.04


def test_agreement_is_adjusted_for_how_many_values_are_looked_at() -> None:
    """Of instruments that share nothing one value in forty goes against itself by its own interval."""
    generator = np.random.default_rng(2)
    alone, together = 0, 0
    for _ in range(60):
        one, other = (Method(name, generator.standard_normal((24, 10)), np.full((24, 10), np.nan)) for name in "ab")
        values = agreement(one, other).values
        alone += sum(each.convergent.side < 0 for each in values)
        together += sum(each.verdict < 0 for each in values)
    assert alone >= 5 and together <= alone / 2


def test_order_of_instruments_does_not_matter() -> None:
    one, other = methods()
    assert agreement(one, other).beyond.mean == pytest.approx(agreement(other, one).beyond.mean)


@pytest.mark.parametrize(
    ("change", "told"),
    [(np.s_[4:, 1], "4 respondents with every value in both, 5 are needed"), (np.s_[:, 0], "do not differ")],
)
def test_what_cannot_be_told_says_why(change: tuple[slice, int], told: str) -> None:
    one, other = methods()
    scores = one.scores.copy()
    scores[change] = np.nan if change[0].start else 1.0
    found = agreement(Method("a", scores, one.errors), other)
    assert told in found.why and found.convergent.mean is None and not found.values


def test_unknown_errors_leave_reliability_unknown() -> None:
    one, other = methods()
    silent = Method("a", one.scores, np.full(one.scores.shape, np.nan))
    assert np.isnan(silent.reliability).all()
    found = agreement(silent, other)
    assert found.disattenuated is None and found.convergent.mean is not None


def test_two_lines_over_who_has_both() -> None:
    generator = np.random.default_rng(1)
    one = generator.standard_normal(40)
    other = one + 0.5 * generator.standard_normal(40)
    other[:10] = np.nan
    count, found = line_agreement(one, other)
    assert count == 30 and found.mean == pytest.approx(np.corrcoef(one[10:], other[10:])[0, 1])
    assert found.low is not None and 0 < found.low < (found.mean or 0) < (found.high or 0) < 1
    assert line_agreement(one[:12], other[:12])[1].why == "fewer than 5 respondents"


def test_a_claim_needs_two_and_none_against() -> None:
    assert claimed([-1, -1, 0]) == "less" and claimed([]) == "nothing"
    assert claimed([-1, 1]) == "contradicted"


def test_values_that_no_pair_agrees_about_are_named() -> None:
    one, other = methods()
    told = value_verdicts({("a", "b"): agreement(one, other)}, ("W", "X", "Y", "Z"))
    assert all("agree (a and b)" in each for each in told)
    turned = Method("b", np.column_stack([-other.scores[:, 0], other.scores[:, 1:]]), other.errors)
    assert "contradict" in value_verdicts({("a", "b"): agreement(one, turned)}, ("W", "X", "Y", "Z"))[0]
    nothing = Method("b", np.random.default_rng(3).standard_normal(other.scores.shape), other.errors)
    assert "claim nothing" in value_verdicts({("a", "b"): agreement(one, nothing)}, ("W", "X", "Y", "Z"))[1]
