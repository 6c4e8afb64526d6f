"""Respondents with planted values whose answers follow a stated law; only arrays, thousands at a time.

log-odds of yes = polarity x (value + clip + search word + taste of the clip's setting + wording + value x wording
+ clip x wording) + lean + order x first + noise. What was answered in the four cells is read by the scoring's own
readouts, as stored answers are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.readouts.evidence import CELLS, Cells
from valuespectrum.scoring.readouts.liking import estimate_liking
from valuespectrum.theory import values as theory

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

VALUES = len(theory.VALUES)
SETTINGS = 4


@dataclass(frozen=True, slots=True)
class Law:
    """Standard deviations of everything that is drawn, in logits, and the size of a run."""

    clips: int = 15
    wordings: int = 3
    value: float = 0.5
    clip: float = 0.6
    taste: float = 0.5
    word: float = 0.0
    """Of search words, each with ``per_word`` clips."""
    per_word: int = 1
    """Clips a search word; 0 for a mixture of one to five."""
    wording: float = 0.4
    value_wording: float = 0.0
    clip_wording: float = 0.2
    uneven: float = 0.0
    """Of the logarithm of ``clip_wording`` over clips: about some clips wordings disagree more than about others."""
    noise: float = 0.2
    lean: float = 0.0
    order: float = 0.3
    draws: int = 0
    """Drawn answers a cell; 0 for log-probabilities."""
    together: int = 1
    """How many respondents are shown the same clips; respondents r, r + n / together ... see the same."""
    common: float = 1.0
    """Share of the variance of clips and search words that those who see the same have in common."""

    def clusters(self) -> Integers:
        """The search word of every clip, shape (values, clips)."""
        sizes = [1, 5, 2, 4, 3] if self.per_word == 0 else [self.per_word]
        codes = np.repeat(np.arange(self.clips), np.resize(sizes, self.clips))[: self.clips]
        return codes + self.clips * np.arange(VALUES)[:, None]


@dataclass(frozen=True, slots=True)
class Answered:
    """What respondents said, and what was planted."""

    truth: Floats
    """Values, shape (respondents, values)."""
    table: Floats
    """Log-odds of liking of sets as the readout tells them, shape (respondents, values, clips, wordings); NaN for
    values whose liking it does not tell."""


def answer(law: Law, respondents: int, generator: np.random.Generator, truth: Floats | None = None) -> Answered:
    """Draw respondents and their answers, and read these.

    Args:
        law: What is drawn.
        respondents: How many.
        generator: Source of all draws.
        truth: Planted values, shape (respondents, values); drawn when not given.
    """
    truth, log_odds = meant(law, respondents, generator, truth)
    return Answered(truth, estimate_liking(_said(log_odds, law, generator)).effects.theta)


def meant(
    law: Law, respondents: int, generator: np.random.Generator, truth: Floats | None = None
) -> tuple[Floats, Floats]:
    """Draw respondents, and what their answers go by.

    Args:
        law: What is drawn.
        respondents: How many.
        generator: Source of all draws.
        truth: Planted values, shape (respondents, values); drawn when not given.

    Returns:
        Values, and log-odds of the word yes, shape (respondents, values, clips, wordings, 4) in the order of ``CELLS``.
    """
    size = (respondents, VALUES, law.clips, law.wordings)

    def draw(sd: float, *axes: int) -> Floats:
        shape = [size[axis] if axis in axes else 1 for axis in range(4)]
        return sd * generator.standard_normal(shape)

    if truth is None:
        truth = draw(law.value, 0, 1)[:, :, 0, 0]
    codes = law.clusters()

    def shown(sd: float, *axes: int) -> Floats:
        """What belongs to clips: in part common to all who see them."""
        groups = generator.standard_normal((respondents // law.together, *axes))
        groups = np.concatenate([groups] * law.together)
        alone = generator.standard_normal((respondents, *axes))
        return np.asarray(sd * (np.sqrt(law.common) * groups + np.sqrt(1.0 - law.common) * alone))

    words = shown(law.word, codes.max() + 1)
    seen = generator.integers(SETTINGS, size=(respondents // law.together, VALUES, law.clips))
    setting = np.tile(seen, (law.together, 1, 1))
    taste = law.taste * generator.standard_normal((respondents, SETTINGS))
    liking = (
        truth[:, :, None, None]
        + shown(law.clip, VALUES, law.clips)[..., None]
        + words[:, codes][..., None]
        + taste[np.arange(respondents)[:, None, None], setting][..., None]
        + draw(law.wording, 0, 3)
        + draw(law.value_wording, 0, 1, 3)
    )
    met = draw(law.clip_wording, 0, 1, 2, 3)
    if law.uneven:
        uneven = np.exp(draw(law.uneven, 0, 1, 2))[: respondents // law.together]
        met = met * np.tile(uneven, (law.together, 1, 1, 1))
    liking = liking + met
    log_odds = np.stack(
        [polarity * liking + law.lean * always + law.order * first for polarity, always, first in CELLS], axis=-1
    )
    return truth, log_odds + law.noise * generator.standard_normal(log_odds.shape)


def _said(log_odds: Floats, law: Law, generator: np.random.Generator) -> Cells:
    if not law.draws:
        return Cells("log_probability", log_odds, np.ones(log_odds.shape), theory.VALUES)
    from scipy.special import expit

    yes = generator.binomial(law.draws, expit(log_odds)).astype(np.float64)
    return Cells("samples", yes, np.full(yes.shape, float(law.draws)), theory.VALUES)
