"""Whether wordings agree about the profile, and whether clips come from enough search words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.guards.finding import Finding, told

Floats = NDArray[np.float64]

LEAST_AGREEMENT = 0.7
FEWEST_WORDS = 5.0
_NOTHING = 1e-12
"""Variance below which nothing but rounding differs."""


def wording_agreement(theta: Floats) -> Finding:
    """Expected correlation of the true profiles of two wordings.

    ``s2_v / (s2_v + s2_vw)`` by the mean squares of clips within values, crossed with wordings (Brennan 2001, ch. 3),
    so that noise of few clips does not look like disagreement: ``s2_vw = (MS_vw - MS_res) / C``,
    ``s2_v = (MS_v - MS_vw - MS_c + MS_res) / (C W)``.

    Args:
        theta: Shape (values, clips, wordings), NaN for missing; clips without all wordings are left out.
    """
    kept = np.where(np.isnan(theta).any(axis=2, keepdims=True), np.nan, theta)
    count = (~np.isnan(kept[..., 0])).sum(axis=1)
    kept, count = kept[count > 1], count[count > 1].astype(np.float64)
    values, wordings = len(kept), theta.shape[2]
    if wordings < 2 or values < 3:
        why = "one wording was asked" if wordings < 2 else "fewer than three values were asked in all wordings"
        return Finding("wordings", "unknown", None, LEAST_AGREEMENT, f"whether wordings agree is not known: {why}")
    by_wording = np.nansum(kept, axis=1) / count[:, None]
    of_value, of_clip = by_wording.mean(axis=1), kept.mean(axis=2)
    clips = values / (1 / count).sum()
    between = by_wording - of_value[:, None] - by_wording.mean(axis=0) + by_wording.mean()
    ms_vw = clips * (between**2).sum() / ((values - 1) * (wordings - 1))
    residual = kept - of_clip[..., None] - by_wording[:, None] + of_value[:, None, None]
    freedom = float((count - 1).sum())
    ms_res = np.nansum(residual**2) / (freedom * (wordings - 1))
    ms_clip = wordings * np.nansum((of_clip - of_value[:, None]) ** 2) / freedom
    ms_value = clips * wordings * of_value.var(ddof=1)
    shared = max((ms_value - ms_vw - ms_clip + ms_res) / (clips * wordings), 0.0)
    apart = max((ms_vw - ms_res) / clips, 0.0)
    if shared + apart <= _NOTHING:
        return Finding("wordings", "unknown", None, LEAST_AGREEMENT, "no wording tells values apart, so none disagrees")
    agreement = shared / (shared + apart)
    statements = (
        f"profiles of two wordings agree (expected r = {agreement:.2f})",
        f"profiles hang on the wording (expected r of two wordings {agreement:.2f}, at least {LEAST_AGREEMENT} is "
        "needed): ask in more wordings, or say which one is meant",
    )
    return told("wordings", agreement < LEAST_AGREEMENT, agreement, LEAST_AGREEMENT, statements)


def clips_per_word(words: Sequence[Sequence[str]], names: Sequence[str], facet: str = "search_word") -> Finding:
    """Whether the clips of every value come from enough search words (or sources).

    The effective number of words is ``(sum n)^2 / sum n^2`` over the clips n of each (Kish 1965); an interval over
    words has one degree of freedom less.

    Args:
        words: For every value, the word that found each of its clips, or who published it.
        names: Of the values.
        facet: Which of the two, ``search_word`` or ``source``.
    """
    came_by = f"{facet.replace('_', ' ')}s"
    known = [(_effective(found), name) for found, name in zip(words, names, strict=True) if found]
    if not known:
        return Finding("words", "unknown", None, FEWEST_WORDS, "which word found a clip is not known")
    fewest, name = min(known)
    statements = (
        f"clips come from {fewest:.1f} {came_by} a value or more",
        f"clips of {name} come from only {fewest:.1f} {came_by} (in effect): its score is about those, and its "
        "interval hangs on few of them",
    )
    return told("words", fewest < FEWEST_WORDS, fewest, FEWEST_WORDS, statements)


def _effective(found: Sequence[str]) -> float:
    counts = np.array([found.count(word) for word in set(found)], dtype=np.float64)
    return float(counts.sum() ** 2 / (counts**2).sum())
