"""How far raters of pictures agree beyond chance: Krippendorff's alpha, with an interval over clips.

``alpha = 1 - observed disagreement / disagreement by chance``, for any number of raters, with ratings missing
(Krippendorff, Content Analysis, 2019, chapter 12; Hayes and Krippendorff 2007). For two raters and many pictures with
names it is Cohen's kappa but for the margins, which are pooled. Pictures of one clip are drawn again together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.pictures.bootstrap import NO_SPREAD, Floats, interval

Metric = Literal["nominal", "ordinal"]

_DRAWS = 2000
_FEWEST = 5
"""Clips rated twice below which an interval says nothing."""


@dataclass(frozen=True, slots=True)
class RaterAgreement:
    """Agreement of several raters about one thing."""

    alpha: Estimate
    """1 for perfect agreement, 0 for chance, below 0 for less than chance."""
    share: float | None
    """Of pairs of ratings of one picture, those that are equal."""
    pictures: int
    """Pictures with two ratings or more."""
    clips: int

    def to_json(self) -> dict[str, object]:
        """``alpha`` with its interval, share of equal ratings, counts."""
        return {**self.alpha.to_json("alpha"), "share": self.share, "n_pictures": self.pictures, "n_clips": self.clips}


def agreement(
    ratings: Floats,
    clips: NDArray[np.int64],
    metric: Metric,
    generator: np.random.Generator,
    level: float = 0.95,
    named: str = "clips",
) -> RaterAgreement:
    """Krippendorff's alpha.

    Args:
        ratings: Shape (pictures, raters); codes of names, or steps of a scale; NaN for none.
        clips: Shape (pictures,): which clip each is from.
        metric: ``nominal`` for names, ``ordinal`` for steps.
        generator: Draws clips again.
        level: Coverage aimed at.
        named: What is drawn again, in words, where it is no clips.

    Returns:
        Without a number where nothing was rated twice, or where all ratings are one: chance has no meaning then.

    Example:
        >>> two = np.array([[1.0, 1.0], [2.0, 2.0], [1.0, 2.0]])
        >>> round(agreement(two, np.arange(3), "nominal", np.random.default_rng(0)).alpha.mean, 3)
        0.444
    """
    known = np.isfinite(ratings)
    twice = known.sum(axis=1) > 1
    ratings, known, units = ratings[twice], known[twice], np.unique(clips[twice], return_inverse=True)[1]
    pictures, members = len(ratings), int(units.max(initial=-1)) + 1
    steps, code = np.unique(ratings[known], return_inverse=True)
    if len(steps) < 2:
        why = "every rating is the same: agreement by chance cannot be told" if pictures else "nothing was rated twice"
        return RaterAgreement(Estimate(None, why=why), 1.0 if pictures else None, pictures, members)
    counts = np.zeros((pictures, len(steps)))
    np.add.at(counts, (np.nonzero(known)[0], code.ravel()), 1.0)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(steps))
    pairs = pairs / (counts.sum(axis=1) - 1.0)[:, None, None]
    summed = np.zeros((members, *pairs.shape[1:]))
    np.add.at(summed, units, pairs)
    whole = summed.sum(axis=0)
    mean = float(alphas(whole[None], metric)[0])
    share = float(np.trace(whole) / whole.sum())
    if members < _FEWEST:
        return RaterAgreement(Estimate(mean, why=f"too few {named} were rated twice"), share, pictures, members)
    drawn = generator.multinomial(members, np.full(members, 1.0 / members), size=_DRAWS).astype(np.float64)
    replicates = alphas(np.tensordot(drawn, summed, axes=1), metric)
    low, high = interval(replicates, level, members, (-1.0, 1.0))
    found = Estimate(mean, low, high) if np.isfinite(low) else Estimate(mean, why=NO_SPREAD)
    return RaterAgreement(found, share, pictures, members)


def alphas(coincidences: Floats, metric: Metric) -> Floats:
    """Alpha of tables of coincidences; NaN where all ratings are one.

    Args:
        coincidences: Shape (tables, steps, steps), in order of the steps.
        metric: What counts as a disagreement, and how much.
    """
    totals = coincidences.sum(axis=2)
    count = totals.sum(axis=1)
    apart = 1.0 - np.eye(totals.shape[1])[None]
    if metric == "ordinal":
        # Ratings between two steps, both steps counted half.
        place = totals.cumsum(axis=1) - totals / 2.0
        apart = (place[:, :, None] - place[:, None, :]) ** 2
    observed = (coincidences * apart).sum(axis=(1, 2))
    chance = (totals[:, :, None] * totals[:, None, :] * apart).sum(axis=(1, 2))
    ratio = np.divide(observed * (count - 1.0), chance, out=np.full(len(count), np.nan), where=chance > 0)
    return np.asarray(1.0 - ratio)
