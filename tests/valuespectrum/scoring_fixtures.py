"""Answers of respondents whose liking, lean, order lean and refusals are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from valuespectrum.theory.values import VALUES

LIKING: Mapping[str, float] = {value: 1.8 * np.cos(2 * np.pi * place / 10 - 1.0) for place, value in enumerate(VALUES)}


@dataclass(frozen=True)
class Truth:
    liking: Mapping[str, float] = field(default_factory=lambda: dict(LIKING))
    lean: float = 0.0
    order: float = 0.0
    clip_spread: float = 0.0
    noise: float = 0.0
    mass: float = 1.0


def answers(
    truth: Truth, clips: int = 8, seed: int = 0, effects: Mapping[str, float] | None = None, **tags: object
) -> pd.DataFrame:
    """Like battery answers: ``liking + clip effect + noise`` is the log-odds of liking."""
    generator = np.random.default_rng(seed)
    rows = []
    for value in VALUES:
        for number in range(clips):
            clip = f"{value}-{number}"
            effect = effects[clip] if effects else generator.normal(0, truth.clip_spread)
            for wording in ("like", "watch"):
                for polarity in (1, -1):
                    for first in ("yes", "no"):
                        theta = truth.liking[value] + effect + generator.normal(0, truth.noise)
                        log_odds = polarity * theta + truth.lean + (truth.order if first == "yes" else -truth.order)
                        yes = truth.mass / (1 + np.exp(-log_odds))
                        rows.append(
                            {
                                **{"value": value, "clip": clip, "frame": f"{clip}/0", "item": "like"},
                                **{"wording": wording, "polarity": polarity, "first": first},
                                "log_probability_yes": np.log(yes),
                                "log_probability_no": np.log(truth.mass - yes),
                                "parsed": "yes" if log_odds > 0 else "no",
                                "text": "Yes." if log_odds > 0 else "No.",
                                "error": "",
                            }
                        )
    identity: dict[str, Any] = {"model": "m", "persona": "none", "strategy": "none", "placebo": 0} | tags
    return pd.DataFrame(rows).assign(**identity)
