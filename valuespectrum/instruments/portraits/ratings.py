"""From stored answers about portraits to a rating of every item in every wording, with what leans took out of it.

A number on the scale is ``middle + direction * (keyed * m + a) + d``: ``m`` how much the portrait is like the
respondent, ``a`` acquiescence (to agree with whatever is said), ``d`` the lean towards high numbers, or towards what is
named last. Both directions of the scale cancel ``d``; straight and reversed wordings tell ``a`` from ``m``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.portraits.asking import DIGITS, WORDS, option_names
from valuespectrum.instruments.portraits.keys import UNSCORED, AnswerScale
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_alike, read_options
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.ratings import ScaleLean, expected_steps, liking_steps

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
_SET = ["value", "clip", "wording"]
_ROUNDING = 1e-12
"""Standard error below which nothing but arithmetic differs."""


@dataclass(frozen=True, slots=True)
class PortraitRatings:
    """What one respondent said."""

    rows: pd.DataFrame
    """``value`` (of the finest set), ``clip`` (the item), ``wording`` and ``theta``: the rating on the scale of the
    form, turned round where the wording is, acquiescence taken off."""
    numbers: Floats
    """Expected number of every ask as it stands on its scale, NaN for what does not count."""
    read: OptionAnswers
    leans: ScaleLean
    bias: dict[str, Estimate]
    """``acquiescence``, ``scale_lean`` and ``label_order``, in steps."""


def portrait_ratings(answers: pd.DataFrame, scale: AnswerScale, options: ScoringOptions) -> PortraitRatings:
    """Rate every item in every wording.

    Args:
        answers: Of one respondent in one frame of mind, with the tags of ``asking.portrait_asks``.
        scale: Of the form.
        options: Readout and least mass.
    """
    read = _read(answers, scale, options)
    numbers = expected_steps(read.shares, scale.lowest)
    rated = answers[["value", "item", "wording", "polarity"]].rename(columns={"item": "clip"})
    rated = rated.assign(value=rated["value"].fillna(UNSCORED), number=numbers)
    agreed, leans = _in_both_directions(rated, scale.middle)
    keyed = is_reversed(agreed["wording"])
    acquiescence = _acquiescence(agreed, keyed, scale.middle)
    agreed["theta"] = np.where(keyed, 2 * scale.middle - agreed["theta"], agreed["theta"])
    agreeing = mean_over_items(acquiescence, options.level)
    taken = agreeing.mean if agreeing.mean is not None else 0.0
    agreed["theta"] += np.where(keyed, taken, -taken)
    bias = {"acquiescence": agreeing}
    for name, labels in (("scale_lean", DIGITS), ("label_order", WORDS)):
        numbered = rated[(answers["labels"] == labels).to_numpy()]
        bias[name] = mean_over_items(_lean(numbered, scale.middle), options.level)
    return PortraitRatings(agreed, numbers, read, leans, bias)


def _read(answers: pd.DataFrame, scale: AnswerScale, options: ScoringOptions) -> OptionAnswers:
    """Answers in digits and in words, each by the options that were on offer."""
    labelled = [(labels, (answers["labels"] == labels).to_numpy()) for labels in (DIGITS, WORDS)]
    there = [(labels, rows) for labels, rows in labelled if rows.any()]
    reads = read_alike([(answers[rows], option_names(scale, labels)) for labels, rows in there], options)
    parts = [(rows, read) for (_, rows), read in zip(there, reads, strict=True)]
    if len(parts) < 2:
        return parts[0][1] if parts else read_options(answers, option_names(scale, DIGITS), options)
    first = parts[0][1]
    said = np.zeros((len(answers), first.said.shape[1]))
    neither, verdict = np.zeros(len(answers)), np.empty(len(answers), dtype=object)
    for rows, read in parts:
        said[rows], neither[rows], verdict[rows] = read.said, read.neither, read.verdict
    return OptionAnswers(first.kind, first.options, said, neither, verdict)


def is_reversed(wordings: pd.Series[str]) -> NDArray[np.bool_]:
    """Which wordings say the contrary of their portrait."""
    return np.asarray(wordings.astype(str).str.startswith("r"), dtype=np.bool_)


def _in_both_directions(rated: pd.DataFrame, middle: float) -> tuple[pd.DataFrame, ScaleLean]:
    """Agreement with every wording; where one direction was put, leans stay in it."""
    if rated["polarity"].nunique() > 1:
        return liking_steps(rated, middle)
    turned = middle + rated["polarity"].astype(float) * (rated["number"] - middle)
    cells = rated.assign(theta=turned).dropna(subset=["theta"])
    return cells.groupby(_SET)["theta"].mean().reset_index(), ScaleLean(None, None)


def _acquiescence(agreed: pd.DataFrame, keyed: NDArray[np.bool_], middle: float) -> pd.Series[float]:
    """How much more than the middle each item is agreed with, straight and reversed wordings together."""
    sides = agreed.assign(keyed=keyed).groupby(["value", "clip", "keyed"])["theta"].mean().unstack("keyed")
    both = sides.reindex(columns=[False, True]).dropna()
    return both.mean(axis=1) - middle


def _lean(rated: pd.DataFrame, middle: float) -> pd.Series[float]:
    """Steps towards high numbers, or towards what is named last, over items that were put in both directions."""
    cells = rated.dropna(subset=["number"]).groupby([*_SET, "polarity"])["number"].mean().unstack("polarity")
    both = cells.reindex(columns=[1, -1]).dropna()
    return (both.mean(axis=1) - middle).groupby(level=["value", "clip"]).mean()


def mean_over_items(numbers: pd.Series[float], level: float) -> Estimate:
    """Mean over items with Student's interval over items.

    Args:
        numbers: One of each item.
        level: Coverage aimed at.
    """
    from scipy.special import stdtrit

    count = len(numbers)
    if not count:
        return Estimate(None)
    mean = float(numbers.mean())
    error = float(numbers.std(ddof=1)) / np.sqrt(count) if count > 1 else 0.0
    if not error > _ROUNDING:
        return Estimate(mean, why="every item gave the same" if count > 1 else "one item")
    half = float(stdtrit(count - 1, (1 + level) / 2)) * error
    return Estimate(mean, mean - half, mean + half, se=error)
