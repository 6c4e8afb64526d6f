"""How reliable the profile of one respondent is: G and D, halves of clips and wordings, repeats, omega of every value.

G and D follow from the analysis that intervals come from, so they generalize over the same facets. With ``F`` the
omnibus ratio, ``G = 1 - 1 / F``: the share of the variance between measured values that other clips and wordings would
give again. ``F (1 - G)`` has the F distribution where values are drawn from a normal one, which gives the interval.
``D`` also counts what moves all values alike: ``var(value) / (var(value) + mean squared error of a log-odds)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Floats, fit_additive
from valuespectrum.scoring.facets.analysis import Analysis
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.readouts.evidence import Cells
from valuespectrum.scoring.readouts.liking import estimate_liking
from valuespectrum.scoring.reliability.classical import (
    Coefficient,
    alpha,
    omega,
    retest,
    split_half,
    wording_split_half,
)

NOTHING_DRAWN = "probabilities were read, and would be the same again"
ASKED_ONCE = "every question was answered once"
NO_ERROR = "values show no error to compare their differences with"


def reliability(
    table: SetTable, analysis: Analysis, generator: np.random.Generator, again: Sequence[Floats | str] = (ASKED_ONCE,)
) -> dict[str, Estimate]:
    """Every coefficient of one respondent.

    Args:
        table: What it answered, as log-odds of sets.
        analysis: Of that table.
        generator: Draws halves.
        again: Two profiles, each out of half of the drawn answers (:func:`repeated`), or why there are none.

    Returns:
        ``g``, ``d``, ``halves_clips``, ``halves_wordings``, ``repeats``, and for every value ``alpha_<value>`` and
        ``omega_<value>``: how far wordings agree on which of its clips are liked. ``why`` says what is missing.
    """
    g, d = generalizability(analysis)
    within = fit_additive(table.log_odds)
    asked = np.isfinite(within.rows).any(axis=1)
    columns = mean_over(within.rows, 1)[:, None] + within.columns
    found = {
        "halves_clips": split_half(_halvable(table, within.rows)[asked], generator),
        "halves_wordings": wording_split_half(columns[asked], generator),
        "repeats": _repeats(again),
    }
    for place, value in enumerate(table.values):
        clips = table.log_odds[place]
        found[f"alpha_{value}"], found[f"omega_{value}"] = alpha(clips), omega(clips)
    return {"g": g, "d": d, **{name: _estimate(each) for name, each in found.items()}}


def generalizability(analysis: Analysis) -> tuple[Estimate, Estimate]:
    """G and D of a profile, 0 to 1; an estimate below 0 is 0.

    Args:
        analysis: Of a table of sets; what its intervals cover, the coefficients cover.
    """
    from scipy.special import fdtri

    differ, rows = analysis.differ, analysis.values.values()
    if differ.ratio is None or not differ.ratio > 0.0 or differ.below is None:
        return Estimate(None, why=differ.why or NO_ERROR), Estimate(None, why=differ.why or NO_ERROR)
    tail = (1.0 - analysis.facets.level) / 2.0
    # Of values that differ, the squares have all V - 1 degrees of freedom; Box's are those of values that do not.
    above, below = differ.values - 1.0, differ.below
    g, low, high = (
        max(0.0, 1.0 - quantile / differ.ratio)
        for quantile in (1.0, float(fdtri(above, below, 1.0 - tail)), float(fdtri(above, below, tail)))
    )
    compared = [row for row in rows if row.status == "ok" and row.centred.estimate.mean is not None]
    centred = np.array([row.centred.estimate.mean for row in compared], dtype=np.float64)
    errors = [row.log_odds.estimate.se for row in compared]
    value = g * float(centred.var(ddof=1))
    known = np.array([error for error in errors if error is not None], dtype=np.float64)
    if len(known) < len(errors):
        return Estimate(g, low, high), Estimate(None, why="the error of a log-odds is not known")
    total = value + float((known**2).mean())
    return Estimate(g, low, high), Estimate(value / total if total > 0.0 else None, why="for D none is worked out")


def halved(cells: Cells, generator: np.random.Generator) -> tuple[Cells, Cells] | str:
    """Counted draws dealt into two halves at random, as if half as many had been drawn twice; or why that cannot be.

    Args:
        cells: Of any kind.
        generator: Deals.
    """
    if cells.kind == "log_probability":
        return NOTHING_DRAWN
    if cells.kind != "samples" or cells.said.max(initial=0.0) < 2.0:
        return ASKED_ONCE
    yes, said = (each.round().astype(np.int64) for each in (cells.yes, cells.said))
    kept = said // 2
    first = np.zeros_like(yes)
    dealt = kept > 0
    first[dealt] = generator.hypergeometric(yes[dealt], (said - yes)[dealt], kept[dealt])
    halves = ((first, kept), (yes - first, said - kept))
    one, other = (replace(cells, yes=hits.astype(np.float64), said=drawn.astype(np.float64)) for hits, drawn in halves)
    return one, other


def repeated(cells: Cells, generator: np.random.Generator) -> Sequence[Floats | str]:
    """Centred profiles of two halves of the draws, as :func:`reliability` takes them; or why there are none.

    Args:
        cells: Of one respondent.
        generator: Deals.
    """
    halves = halved(cells, generator)
    if isinstance(halves, str):
        return (halves,)
    profiles = [estimate_liking(each).effects.profile()[0] for each in halves]
    return [np.asarray(each - mean_over(each, 0)) for each in profiles]


def _repeats(again: Sequence[Floats | str]) -> Coefficient:
    """Correlation of two halves of the draws, at full length."""
    profiles = [each for each in again if not isinstance(each, str)]
    if len(profiles) < 2:
        return Coefficient(None, why=next((each for each in again if isinstance(each, str)), ASKED_ONCE))
    half = retest(profiles[0], profiles[1])
    ends = [_longer(end) for end in (half.value, half.low, half.high)]
    return replace(half, value=ends[0], low=ends[1], high=ends[2])


def _longer(r: float | None) -> float | None:
    """Spearman and Brown; below 0 there is nothing to step up."""
    return None if r is None else (2.0 * r / (1.0 + r) if r > 0.0 else r)


def _halvable(table: SetTable, rows: Floats) -> Floats:
    """Numbers of each value that may be dealt into halves: search words where each value has two, else clips.

    A value without clips says nothing about which of the two it is.
    """
    words = [len(set(codes[codes >= 0])) for codes in table.clusters]
    if not table.layout.cluster or min((found for found in words if found), default=0) < 2:
        return rows
    most = max(words)
    means = np.full((len(rows), most), np.nan)
    for value, codes in enumerate(table.clusters):
        for place, code in enumerate(sorted(set(codes[codes >= 0].tolist()))):
            inside = rows[value][codes == code]
            known = inside[~np.isnan(inside)]
            means[value, place] = known.mean() if len(known) else np.nan
    return means


def _estimate(found: Coefficient) -> Estimate:
    return Estimate(found.value, found.low, found.high, found.why)
