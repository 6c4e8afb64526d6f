"""Answers that say little by themselves: always one word, beyond the reach of the readout, or about neither word."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.guards.finding import Finding, told

Floats = NDArray[np.float64]

MOST_ALIKE = 0.95
CLIP = 20.0
"""Log-odds at which engines and servers used to cut."""
MOST_CLIPPED = 0.01
LEAST_MEAN_MASS = 0.8


def constant_answers(yes: Floats) -> Finding:
    """Whether one word is nearly always the answer.

    The share of the more frequent word over all asks, both polarities together: who likes and dislikes says yes about
    half of the time, whatever its values, since every question is asked both ways.

    Args:
        yes: Share of yes per ask, any shape; NaN for asks without an answer.
    """
    known = yes[~np.isnan(yes)]
    if not known.size:
        return Finding("constant", "unknown", None, MOST_ALIKE, "there are no answers")
    share = float(known.mean())
    word, most = ("yes", share) if share >= 0.5 else ("no", 1 - share)
    statements = (
        f"{most:.0%} of the answers are {word}",
        f"{most:.0%} of the answers are {word}, whatever is asked: the words say next to nothing about liking",
    )
    return told("constant", most >= MOST_ALIKE, most, MOST_ALIKE, statements)


def strong_leans(log_odds: Floats) -> Finding:
    """Whether log-odds reach +-20, where they were cut: a lean that is cut on one side only does not cancel.

    Args:
        log_odds: Of the word yes, any shape; NaN for asks without.
    """
    known = log_odds[~np.isnan(log_odds)]
    if not known.size:
        return Finding("strong_leans", "unknown", None, MOST_CLIPPED, "there are no log-probabilities")
    share = float((np.abs(known) >= CLIP - 1e-9).mean())
    largest = float(np.abs(known).max())
    statements = (
        f"log-odds reach {largest:.1f}, within +-{CLIP:g}",
        f"{share:.1%} of the log-odds lie at or beyond +-{CLIP:g}: if the engine cut them, leans do not cancel, and "
        "liking is drawn towards 0",
    )
    return told("strong_leans", share >= MOST_CLIPPED, share, MOST_CLIPPED, statements)


def readout_mass(mass: Floats) -> Finding:
    """Whether yes and no together hold enough of the probability, or of the draws.

    Args:
        mass: Per ask, 0 to 1, any shape; NaN for asks without.
    """
    known = mass[~np.isnan(mass)]
    if not known.size:
        return Finding("mass", "unknown", None, LEAST_MEAN_MASS, "single texts have no mass")
    mean = float(known.mean())
    statements = (
        f"yes and no hold {mean:.0%} of what could be said",
        f"yes and no hold only {mean:.0%} of what could be said: scores are about the rest of the answers as little as "
        "about silence",
    )
    return told("mass", mean < LEAST_MEAN_MASS, mean, LEAST_MEAN_MASS, statements)
