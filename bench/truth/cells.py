"""Answers with a known truth, drawn without a model: the generator that readouts and guards are held to.

``log-odds(yes) = polarity * understood * (value + clip + wording + value x wording + clip x wording) + lean + order +
noise``, for a respondent of its own in every case; what is read of it is the log-odds, counted draws, or single texts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY, Cells, Floats, Kind
from valuespectrum.theory.values import VALUES

CIRCLE: Floats = 1.8 * np.cos(2 * np.pi * np.arange(len(VALUES)) / len(VALUES) - 1.0)
"""Liking of ten values round the circle, in log-odds."""


@dataclass(frozen=True, slots=True)
class Planted:
    """What is planted; standard deviations in log-odds."""

    lean: float = 0.0
    order: float = 0.3
    level: float = 0.0
    """General liking."""
    liking: Floats | None = None
    """Of the ten values; none for normal ones drawn for every respondent, with ``value_sd``."""
    value_sd: float = 1.2
    clip_sd: float = 0.6
    wording_sd: float = 0.0
    value_wording_sd: float = 0.0
    clip_wording_sd: float = 0.2
    lean_sd: float = 0.0
    """Of leans over clips and wordings."""
    noise_sd: float = 0.2
    understood: float = 1.0
    """What liking is multiplied with in negative questions: 1 when negation is understood, -1 when it is not heard."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How it is asked."""

    kind: Kind = "log_probability"
    respondents: int = 100
    clips: int = 15
    wordings: int = 2
    draws: int = 10
    missing: float = 0.0
    """Share of asks without an answer, at random."""


def truth_and_cells(planted: Planted, asked: Asked, generator: np.random.Generator) -> tuple[Floats, Cells]:
    """Planted liking of values, and the answers.

    Returns:
        Shape (respondents, values), in log-odds over clips and wordings, and the cells.
    """
    size = (asked.respondents, len(VALUES), asked.clips, asked.wordings)

    def normal(spread: float, *axes: int) -> Floats:
        return generator.normal(0.0, spread, [length if axis in axes else 1 for axis, length in enumerate(size)])

    drawn = generator.normal(0.0, planted.value_sd, size[:2])
    truth = planted.level + (drawn if planted.liking is None else np.broadcast_to(planted.liking, size[:2]))
    theta = truth[:, :, None, None] + normal(planted.clip_sd, 0, 1, 2) + normal(planted.wording_sd, 0, 3)
    theta = theta + normal(planted.value_wording_sd, 0, 1, 3) + normal(planted.clip_wording_sd, 0, 1, 2, 3)
    lean = planted.lean + normal(planted.lean_sd, 0, 1, 2, 3)
    heard = np.where(POLARITY > 0, 1.0, planted.understood) * POLARITY
    log_odds = theta[..., None] * heard + lean[..., None] + planted.order * FIRST
    log_odds = log_odds + generator.normal(0.0, planted.noise_sd, log_odds.shape)
    return truth, _read(log_odds, asked, generator)


def _read(log_odds: Floats, asked: Asked, generator: np.random.Generator) -> Cells:
    from scipy.special import expit

    there = generator.random(log_odds.shape) >= asked.missing
    match asked.kind:
        case "log_probability":
            yes, said = log_odds, np.ones(log_odds.shape)
        case "samples":
            said = np.full(log_odds.shape, float(asked.draws))
            yes = generator.binomial(asked.draws, expit(log_odds)).astype(np.float64)
        case "sampled_text":
            yes, said = (generator.random(log_odds.shape) < expit(log_odds)).astype(np.float64), np.ones(log_odds.shape)
        case "greedy_text":
            yes, said = (log_odds > 0).astype(np.float64), np.ones(log_odds.shape)
    names = tuple(tuple(f"{value}-{at}" for at in range(asked.clips)) for value in VALUES)
    wordings = tuple(f"w{at}" for at in range(asked.wordings))
    return Cells(asked.kind, np.where(there, yes, 0.0), said * there, VALUES, names, wordings)
