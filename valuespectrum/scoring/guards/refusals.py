"""Refusals that are unequal over values, and what the refused clips could have been.

Whether shares of refusal differ is tested by exchanging whole clips between values (Pitman 1937; the statistic is the
largest studentised deviation of a value), so answers about one clip count once. Counts of few clips take few values,
and what is as extreme as what was seen counts half (mid-p; Lancaster 1961), else the test would speak half as often as
it may. A model that refuses what it dislikes
looks as if it liked what is left; no method knows what was refused, so bounds are given (Manski 1989): all refused
clips worst, all refused clips best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.guards.finding import Finding, told
from valuespectrum.scoring.guards.known import mean_over
from vectorstore.foundation.text import percent

Floats = NDArray[np.float64]

NAME = "refusals"
LARGEST_P = 0.05
EXCHANGES = 999
MOST_REFUSED = 0.2
"""Share of refused clips of a value from which bounds are named even when all values are alike."""


def unequal_refusals(
    refused: Floats, value: NDArray[np.int64], names: Sequence[str], generator: np.random.Generator
) -> Finding:
    """Test whether values differ in how often their clips are refused.

    Args:
        refused: Share of refused asks of every clip, 0 to 1.
        value: Place of every clip's value in ``names``.
        names: Of the values.
        generator: For the exchanges.
    """
    overall = float(refused.mean()) if refused.size else 0.0
    all_in_all = percent(overall, "")
    present = np.unique(value)
    if len(present) < 2:
        alone = f"{all_in_all} of the asks were refused; one value was asked about, so there is none to differ from"
        return Finding(NAME, "unknown", None, LARGEST_P, alone if refused.size else "no answer came back")
    if float(np.ptp(refused)) == 0.0:
        statement = f"{all_in_all} of the asks were refused, of every clip the same"
        return Finding(NAME, "holds", None, LARGEST_P, statement)
    belongs = (value[:, None] == present).astype(np.float64)
    count = belongs.sum(axis=0)
    scale = refused.std() * np.sqrt(1 / count - 1 / len(refused))
    orders = generator.permuted(np.tile(refused, (EXCHANGES, 1)), axis=1)
    observed = (refused @ belongs / count - overall) / scale
    exchanged = np.abs((orders @ belongs / count - overall) / scale).max(axis=1)
    further = exchanged - np.abs(observed).max()
    p = float((0.5 + (further > 1e-9).sum() + (np.abs(further) <= 1e-9).sum() / 2) / (EXCHANGES + 1))
    extreme = int(np.abs(observed).argmax())
    part = percent(float((refused @ belongs / count)[extreme]), "")
    statements = (
        f"refusals do not differ between values beyond chance ({all_in_all} of the asks; p = {p:.3f})",
        f"{part} of the asks about {names[present[extreme]]} were refused, {all_in_all} over all (p = {p:.3f}): "
        "values are compared on what was not refused; read the bounds",
    )
    return told(NAME, p < LARGEST_P, p, LARGEST_P, statements)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What values could be, had the refused clips been answered."""

    low: Floats
    """Shape (values,): all refused clips of the value at the lower end."""
    high: Floats
    centred_low: Floats
    """The same minus the mean over the compared values, whose refused clips are at the other end; NaN for others."""
    centred_high: Floats
    refused: Floats
    """Share of clips of every value that were refused."""
    ends: tuple[float, float]

    def statement(self, place: int, name: str) -> str:
        """One value in words; empty where few of its clips were refused."""
        if not self.refused[place] >= MOST_REFUSED:
            return ""
        part = percent(float(self.refused[place]), "")
        return (
            f"{part} of the clips of {name} were refused: its score lies between "
            f"{self.low[place]:.2f} (all of them at {self.ends[0]:.2f}) and {self.high[place]:.2f} "
            f"(all at {self.ends[1]:.2f})"
        )


def refusal_bounds(
    scores: Floats, asked: NDArray[np.bool_], ends: tuple[float, float] | None = None, least: int = 1
) -> Bounds:
    """Worst and best case of every value.

    Args:
        scores: Shape (values, clips): score of every clip; NaN for those that were refused or not asked about.
        asked: The same shape: which clips were asked about.
        ends: The least and the most that a clip can score, as 0 and 100; ``None`` for a scale without ends: the least
            and most that this respondent's clips did score, which is an assumption and is said.
        least: Fewest clips of a value that is compared with others: centred scores are about such values alone.
    """
    known = scores[~np.isnan(scores)]
    if ends is None:
        ends = (float(known.min()), float(known.max())) if known.size else (float("nan"), float("nan"))
    missing = asked & np.isnan(scores)
    low, high = (mean_over(np.where(missing, end, scores), 1) for end in ends)
    count = asked.sum(axis=1)
    share = np.divide(missing.sum(axis=1), count, out=np.full(len(count), np.nan), where=count > 0)
    values = int((count >= least).sum())
    compared_low, compared_high = (np.where(count >= least, each, np.nan) for each in (low, high))
    others_high, others_low = np.nansum(compared_high) - compared_high, np.nansum(compared_low) - compared_low
    centred_low = compared_low - (compared_low + others_high) / max(values, 1)
    centred_high = compared_high - (compared_high + others_low) / max(values, 1)
    return Bounds(low, high, centred_low, centred_high, share, ends)
