"""What AdAEM's own bookkeeping costs beside its asking, with many arms.

A search over 1,500 arms is conducted with models that answer at once; what it takes is the loop's own: choosing arms,
comparing texts, building asks, reading points, scoring. Beside it stands what as many asks take the smallest model we
have, the reference network, asked as a judge about short texts, in batches. ``python -m bench.telling ARMS PULLS``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from agents.judges.cases import Case
from agents.models.base import Answer, Ask, ModelOptions
from agents.models.registry import load_model
from agents.procedures.procedure import alone
from bench.common import Row, child
from valuespectrum.instruments.adaem.asking import Answerer, JudgedAsking
from valuespectrum.instruments.adaem.chain import ChainWriter
from valuespectrum.instruments.adaem.novelty import Texts
from valuespectrum.instruments.adaem.options import TellingLoopOptions
from valuespectrum.instruments.adaem.scorers import ReasonsScorer
from valuespectrum.instruments.adaem.search import Search, searched
from valuespectrum.instruments.adaem.stems import StanceAndPoints, Stem
from valuespectrum.instruments.judging.plain import PlainNames, judge_form
from valuespectrum.reference.speech import reason
from valuespectrum.theory.value_sets import NINETEEN, TEN

_COMMAND = "python -m bench.measure --only telling"
_TIMED = 256
_MOST = 0.05
_PEOPLE = 4


@dataclass
class Tabled:
    """Answers at once, in the asked form, and counts the time that it took itself."""

    id: str
    settings: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0
    seconds: float = 0.0

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order."""
        for ask in asks:
            began = time.perf_counter()
            self.asked += 1
            answer = self._answer(ask)
            self.seconds += time.perf_counter() - began
            yield answer

    generate = score

    def _answer(self, ask: Ask) -> Answer:
        number = hash((self.id, ask.question, ask.draw)) % 1_000_003
        if ask.choices:
            said = "yes" if number % 7 == 0 else "no"
            return Answer(text=said, parsed=said)
        if "begins with Fact:" in ask.question:
            return Answer(text=f"Fact: in region {number} people do otherwise")
        if "begins with Argument:" in ask.question:
            return Answer(text=f"Argument: place {number} differs.\nQuestion: Should place {number} keep it?")
        if "begins with Question:" in ask.question:
            return Answer(text=f"Question: Should place {number} have its own way?")
        points = "\n".join(f"{place}. reason {number % 89 + place}: it counts" for place in (1, 2, 3))
        return Answer(text=f"yes\n{points}")


def encoded(texts: Sequence[str]) -> np.ndarray:
    """Vectors out of the texts' hashes; encoding is part of the asking, so that it costs nothing here."""
    rows = np.array([[hash((text, place)) % 1000 for place in range(32)] for text in texts], np.float32) - 500
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def measure_telling(arms: int, pulls: int) -> list[Row]:
    """Share of a search's time that is its own bookkeeping.

    Args:
        arms: Topics.
        pulls: How often one is chosen.
    """
    found = child("bench.telling", [arms, pulls], timeout=3600)
    share = found["own_seconds"] / (found["asks"] * found["ask_seconds"])
    told = f"AdAEM's bookkeeping with {arms:,} arms, over the time of its asks with the reference network"
    return [Row(told, round(100 * share, 2), "%", f"<= {100 * _MOST:g}", share <= _MOST, found, _COMMAND)]


def _main() -> None:
    arms, pulls = map(int, sys.argv[1:])
    models = {f"r{place}": Tabled(f"table:{place}") for place in range(_PEOPLE)} | {"judge": Tabled("table:judge")}
    people = [Answerer(role, role, StanceAndPoints()) for role in list(models)[:_PEOPLE]]
    texts = Texts(encoded)
    scorer = ReasonsScorer(JudgedAsking({"judge": judge_form("table:judge", TEN, "carries")}, TEN, texts))
    seeds = [Stem(f"s{place}", f"Should matter {place} be allowed?", f"matter {place}") for place in range(arms)]
    options = TellingLoopOptions(pulls=pulls, each=1, deepest=1, at_once=20)
    began = time.perf_counter()
    found = alone(searched(Search(ChainWriter(seeds, people, TEN), scorer, texts, people, people, options)), models)
    whole = time.perf_counter() - began
    asks = sum(model.asked for model in models.values())
    own = whole - sum(model.seconds for model in models.values())
    told = {"own_seconds": own, "asks": asks, "questions": len(found.questions), "ask_seconds": _ask_seconds()}
    print(json.dumps(told))


def _ask_seconds() -> float:
    """What one ask to a judge takes the reference network."""
    model = load_model("reference", ModelOptions())
    texts = [
        reason(part, strength, place) for part in NINETEEN.dimensions for strength in range(1, 6) for place in (0, 1, 2)
    ]
    form = PlainNames()
    asks = [form.asks(Case(text, text))[0] for text in texts[:_TIMED]]
    list(model.score(asks[:32]))
    began = time.perf_counter()
    list(model.score(asks))
    return (time.perf_counter() - began) / len(asks)


if __name__ == "__main__":
    _main()
