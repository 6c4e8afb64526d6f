"""The closed forms are what others compute: clustered errors, an incomplete block fit, a mixed model."""

from __future__ import annotations

import numpy as np
import pytest
from facet_tables import FOUR_VALUES, set_table, waves

from bench.truth.respondents import Floats, Integers
from valuespectrum.scoring.facets.additive import fit_additive
from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.facets.clusters import Clusters, Sizes
from valuespectrum.scoring.facets.moments import within_values
from valuespectrum.scoring.reliability.components import components

EVEN = np.arange(4)[:, None] * 5 + np.repeat(np.arange(5), 3)[None, :]
"""Fifteen clips of four values in five clusters of three."""
UNEVEN = np.arange(4)[:, None] * 5 + np.repeat(np.arange(5), (1, 5, 2, 4, 3))[None, :]
STATSMODELS = (0.26476585173583095, 0.26551039459110215, 0.26632480234098566, 0.26714305377953795)
"""Of the clip means of each value by ``OLS(means, 1).fit(cov_type="cluster")`` of statsmodels 0.15.0, with ``EVEN``."""


def clustered_error(numbers: Floats, clusters: Integers) -> float:
    """As Inspect writes it: every pair of one cluster, K / (K - 1)."""
    total = 0.0
    for name in np.unique(clusters):
        inside = numbers[clusters == name] - numbers.mean()
        total += np.outer(inside, inside).sum()
    count = len(np.unique(clusters))
    return float(np.sqrt(total * count / (count - 1)) / len(numbers))


def test_errors_over_clusters_are_the_usual_clustered_errors() -> None:
    table = waves(4, 15, 3)
    within = within_values(table, Clusters.of(EVEN))
    usual = [clustered_error(table[v].mean(axis=1), EVEN[v]) for v in range(4)]
    assert np.sqrt(within.over_clips.size) == pytest.approx(usual, rel=1e-9)
    assert within.over_clips.freedom == pytest.approx([4.0] * 4, rel=1e-9)
    assert usual == pytest.approx(STATSMODELS, rel=1e-9)


def test_errors_without_clusters_are_the_usual_errors_of_a_mean() -> None:
    table = waves(4, 15, 3)
    within = within_values(table, Clusters.of(np.arange(60).reshape(4, 15)))
    usual = table.mean(axis=2).std(axis=1, ddof=1) / np.sqrt(15)
    assert np.sqrt(within.over_clips.size) == pytest.approx(usual, rel=1e-9)
    assert within.over_clips.freedom == pytest.approx([14.0] * 4, rel=1e-9)


@pytest.mark.parametrize("rho", [0.0, 0.3, 1.0])
def test_uneven_clusters_are_corrected_as_the_covariance_of_their_sums_asks(rho: float) -> None:
    """Against Bell and McCaffrey's definitions with whole matrices."""
    codes = UNEVEN[0]
    same = (codes[:, None] == codes[None, :]).astype(float)
    law = (1.0 - rho) * np.eye(15) + rho * same
    residual = np.eye(15) - 1.0 / 15.0
    sums = (np.arange(5)[:, None] == codes[None, :]).astype(float) @ residual
    spread = sums @ law @ sums.T
    factor, freedom, size = (
        each[0] for each in Sizes.of(Clusters.of(codes[None, :]), np.ones((1, 15))).corrections(np.array([rho]))
    )
    assert factor == pytest.approx(law.sum() / np.trace(spread), rel=1e-9)
    assert freedom == pytest.approx(np.trace(spread) ** 2 / np.trace(spread @ spread), rel=1e-9)
    assert size == pytest.approx(law.sum() / 15**2, rel=1e-9)


def test_holes_are_filled_as_least_squares_does() -> None:
    table = waves(1, 9, 4)[0]
    table[0, 1] = table[3, 0] = table[3, 2] = table[7, 3] = table[8, 0] = np.nan
    row, column = np.nonzero(~np.isnan(table))
    design = np.zeros((len(row), 9 + 4))
    design[np.arange(len(row)), row] = design[np.arange(len(row)), 9 + column] = 1.0
    found, *_ = np.linalg.lstsq(design, table[row, column], rcond=None)
    centred = found[9:] - found[9:].mean()
    fit = fit_additive(table)
    assert fit.columns == pytest.approx(centred, abs=1e-10)
    assert fit.rows == pytest.approx(found[:9] + found[9:].mean(), abs=1e-10)
    assert fit.freedom == len(row) - 9 - 4 + 1


def test_errors_with_holes_are_near_those_of_leaving_clips_out() -> None:
    """Wordings that were estimated from few clips make the mean less sure, which the clip means alone do not show."""
    table = waves(1, 12, 3)
    table[0, :5, 0] = table[0, 3:8, 2] = np.nan
    whole = within_values(table, Clusters.of(np.arange(12)[None, :]))
    without = [
        within_values(np.delete(table, clip, axis=1), Clusters.of(np.arange(11)[None, :])).means[0]
        for clip in range(12)
    ]
    left_out = 11 / 12 * ((np.array(without) - np.mean(without)) ** 2).sum()
    naive = whole.clips.rows[0].var(ddof=1) / 12
    assert abs(whole.over_clips.size[0] - left_out) < abs(naive - left_out)
    assert whole.over_clips.size[0] == pytest.approx(left_out, rel=0.15)


def random_effects(values: int, clips: int, wordings: int) -> list[Floats]:
    """What the random effects add to the covariance of all sets: clip, wording, value x wording, clip x wording."""
    v, c, w = (axis.ravel() for axis in np.meshgrid(*map(np.arange, (values, clips, wordings)), indexing="ij"))
    codes = (v * clips + c, w, v * wordings + w, np.arange(len(v)))
    return [(code[:, None] == code[None, :]).astype(float) for code in codes]


def restricted_likelihood(variances: Floats, parts: list[Floats], design: Floats, numbers: Floats) -> float:
    """Minus twice the restricted log-likelihood of a mixed model, from its definition."""
    covariance = sum(variance * part for variance, part in zip(variances, parts, strict=True))
    inverse = np.linalg.inv(covariance)
    information = design.T @ inverse @ design
    means = np.linalg.solve(information, design.T @ inverse @ numbers)
    left = numbers - design @ means
    return float(np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1] + left @ inverse @ left)


def test_components_and_errors_are_those_of_a_mixed_model() -> None:
    """In a complete table the components are where the restricted likelihood is largest, and the errors follow."""
    values, clips, wordings = 4, 6, 3
    table = waves(values, clips, wordings)
    reckoned = reckon(set_table(table, value_set=FOUR_VALUES))
    found = components(table, ("value", "clip", "wording"), {"clip": "value"})
    names = (("value", "clip"), ("wording",), ("value", "wording"), ("value", "clip", "wording"))
    variances = np.array([found.variances[frozenset(name)] for name in names], dtype=np.float64)
    assert (variances > 0).all()
    parts = random_effects(values, clips, wordings)
    design = np.asarray(np.kron(np.eye(values), np.ones((clips * wordings, 1))), dtype=np.float64)
    best = restricted_likelihood(variances, parts, design, table.ravel())
    for position in range(len(names)):
        for step in (0.98, 1.02):
            moved = variances * np.where(np.arange(len(names)) == position, step, 1.0)
            assert restricted_likelihood(moved, parts, design, table.ravel()) > best
    covariance = sum(variance * part for variance, part in zip(variances, parts, strict=True))
    of_means = np.linalg.inv(design.T @ np.linalg.inv(covariance) @ design)
    centre = np.eye(values) - 1.0 / values
    squares = np.diagonal(centre @ of_means @ centre.T)
    assert float((reckoned.centred.se**2).mean()) == pytest.approx(float(squares.mean()), rel=1e-9)
