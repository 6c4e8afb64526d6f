"""Options of the search, with the published settings as defaults where they were published."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from valuespectrum.scoring.telling.informativeness import TellingOptions
from vectorstore.foundation.errors import InputError

Objective = Literal["reasons", "liking"]


@dataclass(frozen=True, slots=True)
class TellingLoopOptions:
    """How telling questions are searched for."""

    pulls: int = 1500
    """B: how often an arm is chosen. Well above the number of arms, or the bandit never chooses: an arm that nobody
    tried comes first, and the published run had more arms than pulls."""
    each: int = 3
    """N2: questions sampled of an arm at each pull; each model of the search writes one to each."""
    most_alike: float = 0.85
    """epsilon: a question is dropped whose mean similarity to its three nearest stored ones is above."""
    gain: float = 0.5
    """tau: a rewritten question is rewritten again while S rose by more."""
    deepest: int = 3
    """Rewritings at most."""
    invent: int = 0
    """Further topics that the models of the search invent before it begins."""
    exemplars: int = 5
    """Best questions of the arm that a writer is shown."""
    keep: float = 1.0
    """Share of the questions, those that scored highest, that get final scores; all as published."""
    objective: Objective = "reasons"
    """``reasons``: S of what answers carry; ``liking``: divergence of the answers to the like question (clips)."""
    telling: TellingOptions = field(default_factory=TellingOptions)
    draw: int = 1
    """Number of the repeat in which answers are drawn; 0 takes the most probable ones."""
    at_once: int = 1
    """Arms that are chosen before any is scored; 1 as published, more share batches of models in this process."""
    seed: int = 0

    def __post_init__(self) -> None:
        counts = {"pulls": self.pulls, "each": self.each, "at-once": self.at_once, "exemplars": self.exemplars}
        for name, count in counts.items():
            if count < 1:
                raise InputError(f"{name} must be at least 1, not {count}")
        for name, share in {"most-alike": self.most_alike, "keep": self.keep}.items():
            if not 0 < share <= 1:
                raise InputError(f"{name} lies above 0 and is at most 1, not {share}")
        if not 0 <= self.gain < float("inf"):
            raise InputError(f"gain must be a number of at least 0, not {self.gain}")
        if min(self.deepest, self.draw, self.invent) < 0:
            raise InputError("deepest, draw and invent are counted from 0")
