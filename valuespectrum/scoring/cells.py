"""From single answers to one score per clip: which answers count, and how a balanced set is averaged.

The yes/no question is asked in four cells, both polarities in both orders of the options. With
the log-odds of the word yes written as ``polarity * liking + lean + first * order``, where ``first`` is
+1 when yes is listed first, the mean over the four cells of ``polarity * log-odds`` is the liking alone. A set
with a missing cell would let lean and order back in, so only complete sets are used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

Readout = Literal["auto", "log_probability", "text"]

CELLS = 4
"""Both polarities times both option orders."""

_LARGEST_LOG_ODDS = 20.0
_SET = ["value", "clip", "frame", "wording"]


@dataclass(frozen=True, slots=True)
class ScoringOptions:
    """How answers become scores."""

    seed: int = 0
    draws: int = 2000
    """Bootstrap draws."""
    level: float = 0.95
    """Coverage of all intervals."""
    minimum_mass: float = 0.1
    """Probability of yes and no together below which an answer is not in the form that was asked for."""
    minimum_clips: int = 3
    """Clips below which a value gets no interval, no rank and no place in the centring."""
    readout: Readout = "auto"
    """Log-probabilities of the choices, or the parsed text; ``auto`` takes the first where there are any."""


def judge(answers: pd.DataFrame, options: ScoringOptions) -> pd.DataFrame:
    """Decide for every ask of one respondent whether its answer counts, and read it.

    An answer counts as ``value`` unless the ask failed (``error``), the strict parser found a refusal (``refusal``),
    yes and no together hold less than the minimum mass (``low_mass``), or, when text is read, the text is neither
    (``unparsed``). Only ``value`` answers enter value scores; the others are counted.

    Args:
        answers: Asks of the like battery with columns ``value, clip, frame, wording, polarity, first, parsed, error``
            and, for models that give them, ``log_probability_yes`` and ``log_probability_no``.
        options: Scoring options.

    Returns:
        The same rows with ``mass`` (0..1), ``log_odds`` (of the word yes, clipped to +-20), ``yes`` (probability of
        the word yes between the two), ``verdict`` and ``readout``.
    """
    yes, no = (_column(answers, f"log_probability_{word}") for word in ("yes", "no"))
    readout = options.readout
    if readout == "auto":
        readout = "log_probability" if bool((yes.notna() & no.notna()).any()) else "text"
    judged = answers.assign(mass=np.exp(yes) + np.exp(no), readout=readout)
    parsed, failed = judged["parsed"].fillna(""), judged["error"].fillna("") != ""
    verdict = np.full(len(judged), "value", dtype=object)
    if readout == "log_probability":
        verdict[~(judged["mass"] >= options.minimum_mass).to_numpy()] = "low_mass"
        judged["log_odds"] = (yes - no).clip(-_LARGEST_LOG_ODDS, _LARGEST_LOG_ODDS)
        judged["yes"] = 1.0 / (1.0 + np.exp(-judged["log_odds"]))
    else:
        verdict[~parsed.isin(("yes", "no")).to_numpy()] = "unparsed"
        judged["log_odds"] = np.nan
        judged["yes"] = (parsed == "yes").astype(float)
    verdict[(parsed == "refusal").to_numpy()] = "refusal"
    verdict[failed.to_numpy()] = "error"
    return judged.assign(verdict=verdict)


def _column(table: pd.DataFrame, name: str) -> pd.Series[float]:
    import pandas as pd

    if name not in table:
        return pd.Series(np.nan, index=table.index, dtype=float)
    return pd.to_numeric(table[name], errors="coerce")


def clip_scores(judged: pd.DataFrame) -> pd.DataFrame:
    """Average the complete sets of every clip.

    Args:
        judged: Rows of one respondent as ``judge`` returns them.

    Returns:
        One row per value and clip that has a complete set: ``theta`` (log-odds of liking), ``like``
        (0 to 100), ``lean`` and ``order`` (log-odds towards the word yes and towards the option listed first),
        ``lean_points`` and ``order_points`` (the same as percentage points of probability), ``positive`` and
        ``negative`` (liking 0 to 100 by questions of that polarity), ``answers`` (number of asks used).
    """
    import pandas as pd

    counted = judged[judged["verdict"] == "value"]
    cells = counted.groupby([*_SET, "polarity", "first"], as_index=False).agg(
        log_odds=("log_odds", "mean"), yes=("yes", "mean"), answers=("yes", "size")
    )
    complete = cells[cells.groupby(_SET)["yes"].transform("size") == CELLS]
    polarity = complete["polarity"].astype(float)
    listed = pd.Series(np.where(complete["first"] == "yes", 1.0, -1.0), index=complete.index)
    liking = 0.5 + polarity * (complete["yes"] - 0.5)
    frame = complete.assign(
        theta=polarity * complete["log_odds"],
        liked=100.0 * liking,
        lean=complete["log_odds"],
        order=listed * complete["log_odds"],
        lean_points=100.0 * (complete["yes"] - 0.5),
        order_points=100.0 * listed * (complete["yes"] - 0.5),
        positive=(100.0 * liking).where(polarity > 0),
        negative=(100.0 * liking).where(polarity < 0),
    )
    means = ["theta", "liked", "lean", "order", "lean_points", "order_points", "positive", "negative"]
    grouped = frame.groupby(["value", "clip"], as_index=False).agg(
        **{name: (name, "mean") for name in means}, answers=("answers", "sum")
    )
    return _with_like(grouped)


def _with_like(clips: pd.DataFrame) -> pd.DataFrame:
    """Liking as the logistic of the mean log-odds; for text, the share of liking answers.

    The log-odds of text answers use the Haldane-Anscombe half, so that unanimous answers stay finite.
    """
    from scipy.special import expit

    text = clips["theta"].isna()
    likes = clips["liked"] / 100.0 * clips["answers"]
    smoothed = np.log((likes + 0.5) / (clips["answers"] - likes + 0.5))
    like = np.where(text, clips["liked"], 100.0 * expit(clips["theta"]))
    return clips.assign(like=like, theta=clips["theta"].where(~text, smoothed)).drop(columns="liked")
