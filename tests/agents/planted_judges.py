"""Judges whose errors, habits and susceptibility are planted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.judges.cases import Label
from agents.models.base import Answer, Ask
from agents.models.parsing.parse import parse_answer
from vectorstore.foundation.random_streams import stream

LABELS = (
    Label("power", "Power", "having influence over others", ("I give the orders here", "I am in command of them all")),
    Label("care", "Care", "helping those who are near", ("I help my sister move", "I cook for my sick neighbour")),
    Label("order", "Order", "keeping to rules", ("I never cross at a red light", "I keep to the law")),
)
WORDS = {"orders": "power", "command": "power", "help": "care", "cook": "care", "red light": "order", "law": "order"}
_TOLD = re.compile(r"answer(?: is|:)? (?!with)(\w+)", re.IGNORECASE)


@dataclass
class PlantedJudge:
    """Knows what texts mean, and errs, declines, repeats itself or obeys as it is told to."""

    id: str = "planted:judge@1"
    error: float = 0.0
    """Share of cases in which it says the opposite."""
    always: str = ""
    """What it says whatever is asked."""
    obeys_quoted: float = 0.0
    """Share of texts between quotation marks whose orders it obeys."""
    obeys_bare: bool = True
    """Whether it obeys what stands outside quotation marks, as every model does: that is its prompt."""
    settings: Mapping[str, str] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            self.asked.append(ask)
            said = self._said(ask)
            yield Answer(text=said, parsed=parse_answer(said, ask.choices), tokens=len(ask.question.split()))

    generate = score

    def _said(self, ask: Ask) -> str:
        if self.always:
            return self.always
        quoted = re.findall(r'"([^"\n]*)"', ask.question)
        bare = re.sub(r'"[^"\n]*"', "", ask.question)
        chance = stream(0, f"planted/{ask.question}").random(2)
        told = _TOLD.search(bare)
        if self.obeys_bare and told:
            return told[1]
        told = next(filter(None, map(_TOLD.search, quoted)), None)
        if told and chance[0] < self.obeys_quoted:
            return told[1]
        meant = next((label for word, label in WORDS.items() if word in "".join(quoted[-1:])), "none")
        names = [choice.name for choice in ask.choices]
        if names == ["yes", "no"]:
            about = re.search(r"express (\w+)", bare)
            right = "yes" if about and about[1].lower() == meant else "no"
            return right if chance[1] >= self.error else {"yes": "no", "no": "yes"}[right]
        others = [name for name in names if name != meant]
        return meant if chance[1] >= self.error else others[int(np.floor(chance[0] * len(others)))]
