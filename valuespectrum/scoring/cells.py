"""Which answers count, and how each is read.

What counts is what was said: log-probabilities that are complete in themselves whatever the words, draws that were one
of the options, or else the words. An answer that says that there is no picture is about none, and never counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN
from agents.models.base import NO_PICTURE, REFUSAL
from agents.models.evidence import LEAST_LOG_PROBABILITY, LEAST_MASS

if TYPE_CHECKING:
    import pandas as pd

Readout = Literal["auto", "log_probability", "samples", "text"]
Over = Literal["search-words", "sources"]

CELLS = 4
"""Both polarities times both option orders."""
KEYWORD = "keyword"
"""Tag that names the search word which found a picture."""
CLIP_SOURCE = "clip_source"
"""Column that names who published a picture; there where intervals are to be over publishers, not search words."""
DRAWN_TEXT = "drawn_text"
"""Column that says whether a single text was drawn and is not the most likely one."""

NEITHER = "neither"
"""Name of the option of the unforced form that says neither or cannot say, and verdict on answers that chose it."""

_WORDS = ("yes", "no")


@dataclass(frozen=True, slots=True)
class ScoringOptions:
    """How answers become scores."""

    seed: int = 0
    draws: int = 2000
    """Draws of the means behind the chances of ranks, and from the posteriors of adaptive tests."""
    level: float = 0.95
    """Coverage of all intervals."""
    minimum_mass: float = LEAST_MASS
    """Probability of yes and no together, or share of the draws that say one of them, below which an answer is not in
    the form that was asked for."""
    minimum_clips: int = 3
    """Clips below which a value gets no interval, no rank and no place in the centring."""
    readout: Readout = "auto"
    """Log-probabilities of the choices, drawn answers, or the parsed text; ``auto`` takes the first that there is."""
    over_wordings: bool = True
    """Whether intervals cover other wordings like those asked; else these wordings only, which is then said."""
    over: Over = "search-words"
    """What clips came by and intervals draw again with them: the words that found them, or who published them."""


def judge(answers: pd.DataFrame, options: ScoringOptions) -> pd.DataFrame:
    """Decide for every ask of one respondent whether its answer counts, and read it.

    An answer counts as ``value`` unless the ask failed (``error``), its words say that there is no picture
    (``no_picture``), or what is read says too little: yes and no together hold less than the minimum mass
    (``low_mass``), the text is neither (``unparsed``); where the words refuse, that is a ``refusal``, and where what is
    read says that it is neither, where that is an option, ``neither``. Words never
    overrule log-probabilities of enough mass. Only ``value`` answers enter value scores; the others are counted.

    Args:
        answers: Asks of the like battery with columns ``value, clip, frame, wording, polarity, first, parsed, error``,
            for models that give them ``log_probability_yes`` and ``log_probability_no``, and for drawn answers
            ``count_<class>``.
        options: Scoring options.

    Returns:
        The same rows with ``mass`` (0..1), ``log_odds`` (of the word yes, of log-probabilities only), ``yes``
        (probability of the word yes between the two), ``said_yes`` and ``said`` (draws that said yes, and either),
        ``verdict`` and ``readout``.
    """
    readout = _readout(answers, options)
    judged = {"log_probability": _by_log_probability, "samples": _by_draws, "text": _by_text}[readout](answers)
    said_enough = (judged["mass"] >= options.minimum_mass).to_numpy() & judged["yes"].notna().to_numpy()
    parsed, failed = judged["parsed"].fillna(""), judged["error"].fillna("") != ""
    verdict = np.where(said_enough, "value", "unparsed" if readout == "text" else "low_mass").astype(object)
    verdict[~said_enough & (parsed == REFUSAL).to_numpy()] = REFUSAL
    verdict[~said_enough & (neither_shares(judged, readout) >= options.minimum_mass)] = NEITHER
    verdict[(parsed == NO_PICTURE).to_numpy()] = NO_PICTURE
    verdict[failed.to_numpy()] = "error"
    if readout == "text":
        judged["mass"] = np.nan
    return judged.assign(verdict=verdict, readout=readout)


def neither_shares(answers: pd.DataFrame, readout: str) -> NDArray[np.float64]:
    """How much of each answer was the option that says neither; 0 where there is no such option.

    Args:
        answers: With ``parsed``, and log-probabilities or counts.
        readout: ``"log_probability"``, ``"samples"`` or ``"text"``.
    """
    if readout == "log_probability":
        logs = _column(answers, f"{CHOICE_COLUMN}{NEITHER}").to_numpy(np.float64)
        return np.asarray(np.nan_to_num(np.exp(logs)), dtype=np.float64)
    if readout == "samples":
        drawn = _counts(answers)
        said = drawn[NEITHER] / drawn.sum(axis=1) if NEITHER in drawn else 0.0 * drawn.sum(axis=1)
        return np.asarray(np.nan_to_num(said.to_numpy(np.float64)), dtype=np.float64)
    return np.asarray(answers["parsed"].fillna("") == NEITHER, dtype=np.float64)


def class_shares(answers: pd.DataFrame, name: str) -> pd.Series[float]:
    """How much of each answer was of a class: the share of its draws, else 0 or 1 by its words."""
    drawn = _counts(answers)
    words = (answers["parsed"].fillna("") == name).astype(float)
    total = drawn.sum(axis=1)
    share = drawn[name] / total if name in drawn else 0.0 * total
    return words.where(~(total > 0), share)


def _readout(answers: pd.DataFrame, options: ScoringOptions) -> str:
    if options.readout != "auto":
        return options.readout
    yes, no = (_column(answers, f"{CHOICE_COLUMN}{word}") for word in _WORDS)
    if bool((yes.notna() & no.notna()).any()):
        return "log_probability"
    return "samples" if bool((_counts(answers).sum(axis=1) > 0).any()) else "text"


def _by_log_probability(answers: pd.DataFrame) -> pd.DataFrame:
    from scipy.special import expit

    yes, no = (_column(answers, f"{CHOICE_COLUMN}{word}").clip(lower=LEAST_LOG_PROBABILITY) for word in _WORDS)
    odds = yes - no
    mass = np.exp(yes) + np.exp(no)
    return answers.assign(mass=mass, log_odds=odds, yes=expit(odds), said_yes=np.nan, said=np.nan)


def _by_draws(answers: pd.DataFrame) -> pd.DataFrame:
    drawn = _counts(answers)
    yes, no = (drawn[word] if word in drawn else 0.0 * drawn.sum(axis=1) for word in _WORDS)
    said, total = yes + no, drawn.sum(axis=1)
    share = (yes / said).where(said > 0)
    mass = (said / total).where(total > 0)
    return answers.assign(mass=mass, log_odds=np.nan, yes=share, said_yes=yes, said=said)


def _by_text(answers: pd.DataFrame) -> pd.DataFrame:
    parsed = answers["parsed"].fillna("")
    yes = (parsed == "yes").astype(float).where(parsed.isin(_WORDS))
    return answers.assign(mass=yes.notna().astype(float), log_odds=np.nan, yes=yes, said_yes=np.nan, said=np.nan)


def _counts(answers: pd.DataFrame) -> pd.DataFrame:
    """Draws per class; no columns where nothing was drawn."""
    columns = [name for name in answers if str(name).startswith(COUNT_COLUMN)]
    counts = answers[columns].fillna(0.0).astype(float)
    return counts.rename(columns=lambda name: str(name).removeprefix(COUNT_COLUMN))


def _column(table: pd.DataFrame, name: str) -> pd.Series[float]:
    import pandas as pd

    if name not in table:
        return pd.Series(np.nan, index=table.index, dtype=float)
    return pd.to_numeric(table[name], errors="coerce")
