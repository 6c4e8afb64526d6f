"""Response biases and answer quality: everything in the answers that is not liking."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from agents.models.base import NO_CHOICE, REFUSAL
from valuespectrum.scoring.cells import ScoringOptions, class_shares, clip_scores
from valuespectrum.scoring.profile import number
from valuespectrum.scoring.recovery import spearman
from valuespectrum.scoring.resampling import Basis, Floats, Resamples, estimate_row
from valuespectrum.scoring.shares import share_row
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd


def bias_terms(clips: pd.DataFrame, resamples: Resamples, options: ScoringOptions) -> dict[str, Json]:
    """Mean bias over distinct clips, with cluster bootstrap intervals.

    Args:
        clips: One row per value and clip (``clip_scores``).
        resamples: Shared bootstrap draws.
        options: Scoring options.

    Returns:
        Term to ``mean, low, high``; ``None`` where there is nothing to average, as for log-odds of text answers.
    """
    distinct = clips.drop_duplicates("clip")
    columns: dict[str, pd.Series[float]] = {
        "yes_lean": distinct["lean"],
        "order_gap": distinct["order"],
        "yes_lean_points": distinct["lean_points"],
        "order_gap_points": distinct["order_points"],
        "polarity_gap": distinct["positive"] - distinct["negative"],
    }
    return {
        term: _ratio(
            distinct["clip"], np.asarray(column, dtype=np.float64), np.full(len(column), 1.0), resamples, options
        )
        for term, column in columns.items()
    }


def answer_rates(judged: pd.DataFrame, options: ScoringOptions) -> dict[str, Json]:
    """Shares of answers that were refused, about no picture, not in form, unparsed, failed or contradictory.

    Args:
        judged: Asks of one respondent as ``judge`` returns them.
        options: Scoring options.

    Returns:
        Rate name to ``mean, low, high, n`` (n is the number of asks the share is taken of): ``refusal``, ``no_picture``
        and ``unparsed`` by the words, of drawn answers by the share of the draws; ``low_mass`` by the probability left
        for yes and no; ``error`` for failed asks; ``mismatch`` for texts that say the word which the log-probabilities
        make the less likely one.
    """
    asks = judged.drop_duplicates(["clip", "frame", "wording", "polarity", "first"])
    parsed = asks["parsed"].fillna("")
    failed = asks["error"].fillna("") != ""
    read = parsed.isin(("yes", "no")) & asks["log_odds"].notna() & ~failed
    rates: dict[str, tuple[pd.Series[float] | pd.Series[bool], pd.Series[bool]]] = {
        **{name: (class_shares(asks, name), ~failed) for name in NO_CHOICE},
        "low_mass": (~(asks["mass"] >= options.minimum_mass), ~failed & (asks["readout"] != "text")),
        "error": (failed, failed | True),
        "mismatch": ((parsed == "yes") != (asks["log_odds"] > 0), read),
    }
    return {name: _share(asks["clip"], hit, base, options) for name, (hit, base) in rates.items()}


def refusals_by_value(judged: pd.DataFrame) -> dict[str, float]:
    """Share of refused answers per value: unequal refusal would make value scores incomparable."""
    refused = class_shares(judged, REFUSAL).groupby(judged["value"]).mean()
    return {str(value): float(share) for value, share in refused.items()}


def wording_stability(judged: pd.DataFrame) -> Json:
    """Whether another wording of the question would have given the same profile.

    Returns:
        ``liking`` (wording to mean liking over values, 0 to 100) and ``spearman`` (mean rank correlation between
        the profiles of two wordings, as ipsative stability in Kovac et al. 2024; ``None`` below two wordings or
        three shared values).
    """
    profiles = {
        str(wording): clip_scores(rows).groupby("value")["like"].mean() for wording, rows in judged.groupby("wording")
    }
    agreement = []
    for first, second in combinations(profiles.values(), 2):
        shared = first.index.intersection(second.index)
        agreement.append(spearman(first[shared].to_dict(), second[shared].to_dict()))
    known = [each for each in agreement if each is not None]
    return {
        "liking": {wording: number(profile.mean()) for wording, profile in profiles.items()},
        "spearman": float(np.mean(known)) if known else None,
    }


def _share(
    clip: pd.Series[str], hit: pd.Series[float] | pd.Series[bool], base: pd.Series[bool], options: ScoringOptions
) -> Json:
    import pandas as pd

    counts = pd.DataFrame({"clip": clip, "hit": hit.astype(float).where(base, 0.0), "base": base.astype(float)})
    sums = counts.groupby("clip", as_index=False).sum()
    return share_row(sums["hit"].to_numpy(float), sums["base"].to_numpy(float), options.level)


def _ratio(
    clips: pd.Series[str], numerators: Floats, denominators: Floats, resamples: Resamples, options: ScoringOptions
) -> Json:
    """Ratio of sums over clips with its interval; rows whose numerator is missing do not count."""
    present = ~np.isnan(numerators) & (denominators > 0)
    positions = {clip: position for position, clip in enumerate(resamples.units)}
    above, below = np.zeros(len(positions)), np.zeros(len(positions))
    places = [positions[clip] for clip in clips]
    above[places] = np.where(present, numerators, 0.0)
    below[places] = np.where(present, denominators, 0.0)
    mean = above.sum() / below.sum() if present.any() else math.nan
    return estimate_row("", mean, resamples.ratios(above, below), options.level, Basis(int(present.sum())))
