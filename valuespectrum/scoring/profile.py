"""The value profile of one respondent, with intervals that respect clustering by clip."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.ranks import levelled
from valuespectrum.scoring.resampling import Floats, Resamples, estimate_row
from valuespectrum.theory.values import VALUES

if TYPE_CHECKING:
    import pandas as pd

Json = dict[str, Any]

LIKING_RANGE = (0.0, 100.0)
"""Scale of liking."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Mean liking of ten values, 0 to 100, and its bootstrap replicates."""

    mean: Floats
    """Shape (10,), in the order of ``VALUES``; NaN for a value without clips."""
    replicates: Floats
    """Shape (draws, 10)."""
    clips: NDArray[np.int64]
    """Scored clips per value."""
    measured: NDArray[np.bool_]
    """Which values have enough clips for an interval."""

    @property
    def centred(self) -> Floats:
        """Mean minus the mean over the measured values; NaN for values that are not measured."""
        return np.asarray(_centre(self.mean[None, :], self.measured)[0])

    @property
    def centred_replicates(self) -> Floats:
        """The same for every draw: clips of all values are drawn together before centring."""
        return _centre(self.replicates, self.measured)


def _centre(rows: Floats, measured: NDArray[np.bool_]) -> Floats:
    if not measured.any():
        return np.full_like(rows, np.nan)
    centred = rows - rows[:, measured].mean(axis=1, keepdims=True)
    return np.where(measured[None, :], centred, np.nan)


def matrix(clips: pd.DataFrame, column: str, resamples: Resamples) -> Floats:
    """Spread one column of a clip table over clips and values: shape (clips, 10), NaN where there is none."""
    rows = {clip: position for position, clip in enumerate(resamples.clips)}
    scores = np.full((len(rows), len(VALUES)), np.nan)
    for value, clip, score in zip(clips["value"], clips["clip"], clips[column], strict=True):
        scores[rows[clip], VALUES.index(value)] = score
    return scores


def profile(clips: pd.DataFrame, column: str, resamples: Resamples, options: ScoringOptions) -> Profile:
    """Mean of one column per value over clips.

    Args:
        clips: One row per value and clip (``clip_scores``).
        column: What is averaged, e.g. ``"like"`` or ``"theta"``.
        resamples: Shared bootstrap draws.
        options: Scoring options.
    """
    scores = matrix(clips, column, resamples)
    count = (~np.isnan(scores)).sum(axis=0)
    mean = np.divide(np.nansum(scores, axis=0), count, out=np.full(len(VALUES), np.nan), where=count > 0)
    return Profile(mean, resamples.means(scores), count, count >= options.minimum_clips)


def describe(clips: pd.DataFrame, like: Profile, theta: Profile, options: ScoringOptions) -> dict[str, Json]:
    """Write a profile as plain numbers.

    Args:
        clips: One row per value and clip with a column ``answers``.
        like: Profile of the liking, 0 to 100.
        theta: Profile of the log-odds.
        options: Scoring options.

    Returns:
        Value to ``mean, low, high, centred, centred_low, centred_high, rank, rank_low, rank_high, log_odds,
        log_odds_low, log_odds_high, n_clips, n_answers, status``. Numbers that cannot be known are ``None``; rank 1 is
        the most liked. ``status`` is ``ok``, ``too few clips`` (a mean without interval) or ``no clips``. ``why``,
        ``centred_why`` and ``log_odds_why`` say why a number has no interval.
    """
    answers = clips.groupby("value")["answers"].sum()
    ranks = _ranks(like, options)
    return {
        value: {
            **_interval_row("", like.mean, like.replicates, like, position, options),
            **_interval_row("centred", like.centred, like.centred_replicates, like, position, options),
            **_interval_row("log_odds", theta.mean, theta.replicates, theta, position, options),
            **ranks[value],
            "n_clips": int(like.clips[position]),
            "n_answers": int(answers.get(value, 0)),
            "status": _status(like, position),
        }
        for position, value in enumerate(VALUES)
    }


def _interval_row(
    name: str, means: Floats, replicates: Floats, source: Profile, position: int, options: ScoringOptions
) -> Json:
    bounds = (-math.inf, math.inf) if name else LIKING_RANGE
    clips = int(source.clips[position]) if source.measured[position] else 0
    return estimate_row(name, means[position], replicates[:, position], options.level, clips, bounds)


def _status(like: Profile, position: int) -> str:
    if like.measured[position]:
        return "ok"
    return "too few clips" if like.clips[position] else "no clips"


def _ranks(like: Profile, options: ScoringOptions) -> dict[str, Json]:
    """Ranks among the measured values, with the range that holds ``level`` of the draws.

    Equal scores share the best rank of theirs, and the range holds all ranks that they could have.
    """
    from scipy.stats import rankdata

    rows: dict[str, Json] = {value: {"rank": None, "rank_low": None, "rank_high": None} for value in VALUES}
    places = np.flatnonzero(like.measured)
    if places.size == 0:
        return rows
    rank = rankdata(-levelled(like.mean[places]), method="min")
    draws = -levelled(like.replicates[:, places])
    best, worst = (rankdata(draws, axis=1, method=which, nan_policy="omit") for which in ("min", "max"))
    tail = (1.0 - options.level) / 2.0
    low = np.nanquantile(best, tail, axis=0, method="inverted_cdf")
    high = np.nanquantile(worst, 1.0 - tail, axis=0, method="inverted_cdf")
    for column, place in enumerate(places):
        rows[VALUES[place]] = {
            "rank": int(rank[column]),
            "rank_low": int(low[column]),
            "rank_high": int(high[column]),
        }
    return rows


def differences(clips: pd.DataFrame) -> Json:
    """Test whether the values differ at all in liking (Kruskal-Wallis over clips).

    A profile whose values do not differ is noise around one yes-rate, whatever its ranks look like.

    Returns:
        ``statistic``, ``p`` and ``values`` (how many entered); numbers are ``None`` when there is nothing to compare.
    """
    from scipy.stats import kruskal

    equal = clips.assign(like=levelled(clips["like"].to_numpy(dtype=np.float64)))
    groups = [group.to_numpy() for _, group in equal.groupby("value")["like"] if len(group) > 1]
    distinct = {score for group in groups for score in group}
    if len(groups) < 2 or len(distinct) < 2:
        return {"statistic": None, "p": None, "values": len(groups)}
    outcome = kruskal(*groups)
    return {"statistic": number(outcome.statistic), "p": number(outcome.pvalue), "values": len(groups)}


def means_of(described: Mapping[str, Json], key: str = "mean") -> dict[str, float]:
    """One number per value out of a described profile, values without it left out."""
    return {value: row[key] for value, row in described.items() if row[key] is not None}


def number(value: float) -> float | None:
    """A float for JSON: not-a-number becomes ``None``."""
    return None if math.isnan(value) else float(value)
