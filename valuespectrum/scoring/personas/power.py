"""How often a persona that is obeyed so far would be called moved: for plans, before anything is asked.

Studies are drawn as verdicts take them to be, and judged by the two conditions of a verdict (``placebos``): a text
moves every value by something of its own (``text_sd``), sessions leave noise (``noise_sd``), and the bare model is
measured with that noise, too. What clips and sessions make of a persona beyond what they make of a text is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.personas.placebos import FEWEST_PLACEBOS, over_texts
from valuespectrum.scoring.personas.pull import FEWEST_VALUES, Floats
from vectorstore.foundation.random_streams import stream

WORTH = 2.0
"""Log-odds that a step of the target is taken to be worth where a persona is wholly obeyed."""
_BARE_SD = 1.0
"""Of the bare profile, in log-odds."""
_STUDIES = 2000
_STREAM = "personas/power"


@dataclass(frozen=True, slots=True)
class PersonaStudy:
    """What is held against what."""

    texts: int
    """Placebo texts."""
    wordings: int = 1
    """Of the persona."""
    noise_sd: float = 0.0
    """Of the log-odds of one value of one role, by which sessions or clips were drawn."""
    level: float = 0.95


def chance_of_moved(obedience: float, text_sd: float, targets: Sequence[Floats], design: PersonaStudy) -> float | None:
    """Share of personas that would be called moved.

    Args:
        obedience: How far they are obeyed, 0 to 1.
        text_sd: What any text moves a value by, standard deviation in log-odds.
        targets: Of the personas, shape (values,) each.
        design: Texts, wordings, noise.

    Returns:
        Mean over drawn studies, in each of which one of the personas is played; ``None`` with too few texts, or no
        target that says something.

    Example:
        >>> target = np.array([1.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0])
        >>> one, three = (chance_of_moved(0.5, 0.5, [target], PersonaStudy(8, wordings)) for wordings in (1, 3))
        >>> 0.5 < one < 0.8 < three
        True
    """
    from scipy.special import stdtrit

    telling = [each for each in targets if len(each) >= FEWEST_VALUES and np.ptp(each)]
    if design.texts < FEWEST_PLACEBOS or not telling:
        return None
    luck, values = stream(0, _STREAM), len(telling[0])
    aims = np.array(telling)[luck.integers(len(telling), size=_STUDIES)]
    bare = luck.normal(0, _BARE_SD, aims.shape)
    played = (1 - obedience) * bare + obedience * WORTH * aims
    moved = luck.normal(0, 1, (design.wordings + design.texts, *aims.shape)) * np.hypot(text_sd, design.noise_sd)
    roles = moved + np.concatenate([np.tile(played, (design.wordings, 1, 1)), np.tile(bare, (design.texts, 1, 1))])
    measured = bare + luck.normal(0, 1, bare.shape) * design.noise_sd
    slopes, errors = _regressed(roles, roles[: design.wordings].mean(axis=0), measured, aims)
    own = slopes[: design.wordings].mean(axis=0) > stdtrit(values - 3, (1 + design.level) / 2) * errors
    variance, freedom = over_texts(slopes[: design.wordings], slopes[design.wordings :], design.level)
    apart = slopes[: design.wordings].mean(axis=0) - slopes[design.wordings :].mean(axis=0)
    return float((own & (apart > stdtrit(freedom, (1 + design.level) / 2) * np.sqrt(variance))).mean())


def _regressed(roles: Floats, mean: Floats, bare: Floats, aims: Floats) -> tuple[Floats, Floats]:
    """Pull of every role of every study, shape (roles, studies), and the error of that of the mean over wordings."""
    design = np.stack([np.ones_like(bare), bare, aims], axis=2)
    inverse = np.linalg.inv(np.swapaxes(design, 1, 2) @ design)
    weights = inverse @ np.swapaxes(design, 1, 2)
    rest = mean - (design @ (weights @ mean[..., None]))[..., 0]
    variance = (rest**2).sum(axis=1) / (bare.shape[1] - 3)
    return np.einsum("sv,rsv->rs", weights[:, 2], roles), np.sqrt(variance * inverse[:, 2, 2])


def sessions_noise(sessions: int, steps: int, values: int) -> float:
    """Standard deviation of the log-odds of one value of one walker, from how many decisions tell it.

    Args:
        sessions: Of the walker.
        steps: Of each.
        values: That steps are spread over.

    Returns:
        Of a walker that watches half of what it meets, says of each of these whether it likes it, and whose log-odds
        have a spread of about 1, so that a decision has an information of .2.

    Example:
        >>> round(sessions_noise(10, 50, 10), 2)
        0.26
    """
    decisions = 1.5 * sessions * steps / values
    return float((1.0 / (0.2 * decisions)) ** 0.5)
