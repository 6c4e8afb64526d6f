"""Models that follow the prompts of the loop by rule: their attribution inverts their prediction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.models.base import Answer, Ask
from valuespectrum.steering.counterfactual.value_system import ValueSystem

NAMES = ("care", "power", "rest")
SYSTEM = ValueSystem(
    NAMES,
    {name: name.capitalize() for name in NAMES},
    {"care": "helping others", "power": "having a say", "rest": "doing nothing"},
    {("care", "power"): -1, ("care", "rest"): 1},
    np.array([[4.0, -1.0, 1.0], [-1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]),
    "a test",
)
FIRST = "Care=2; Power=5; Rest=1. The picture shows a bridge."
_SHOWN = re.compile(r"(\w+)=(\d+(?:\.\d+)?)")
_WANTED = re.compile(r"^- (\w+) \([^)]*\): (\d+(?:\.\d+)?)$", re.MULTILINE)
_LOOKED_AT = re.compile(r'^Answer: "(.*)"$', re.MULTILINE)


@dataclass
class StubWriter:
    """Answers every prompt of ``PromptedVoice``."""

    id: str = "stub:writer@1"
    first: str = FIRST
    silent: str = ""
    """The step in which it refuses: ``answer``, ``rate``, ``concept`` or ``predict``."""
    forgets: str = ""
    """A value that it does not rate."""
    error: float = 0.0
    """Added to every score that it writes into an answer."""
    settings: Mapping[str, str] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            self.asked.append(ask)
            step, words = self._said(ask.question)
            yield Answer(text="I cannot help with that." if step == self.silent else words)

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return self.generate(asks)

    def _said(self, question: str) -> tuple[str, str]:
        if "Rate all of these values" in question:
            given = dict(_SHOWN.findall(_LOOKED_AT.findall(question)[-1]))
            lines = [f"{name}: {given.get(name, 1)} | {name}={given.get(name, 1)}" for name in SYSTEM.labels.values()]
            return "rate", "\n".join(line for line in lines if not line.startswith(self.forgets or "?"))
        if "says nothing of values" in question and "Repeat" in question:
            return "rest", "The picture shows a bridge."
        if "Which one concept" in question:
            return "concept", "a concept"
        wanted = _WANTED.findall(question)
        if wanted:
            told = "; ".join(f"{name}={float(score) + self.error:g}" for name, score in wanted)
            return "predict", f"{told}. The picture shows a bridge."
        return "answer", self.first
