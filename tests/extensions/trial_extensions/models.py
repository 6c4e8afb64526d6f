"""A model that likes a picture by the first digit of its hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log

from agents.models.base import Answer, Ask, ModelOptions


class HashReader:
    """Knows nothing, and says the same each time."""

    settings: Mapping[str, str] = {"engine": "none"}

    def __init__(self, reference: str) -> None:
        self.id = f"trial:{reference or 'plain'}@1"

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            yes = (1 + int(ask.stimulus.frames[0].picture_sha[0], 16) if ask.stimulus.frames else 8) / 20
            odds = {choice.name: log(yes if choice.name == "yes" else (1 - yes) / 2) for choice in ask.choices}
            said = max(odds, key=lambda name: odds[name])
            yield Answer(log_probabilities=odds, text=said, parsed=said)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        yield from (Answer(text="a picture") for _ in asks)


def load(reference: str, options: ModelOptions) -> HashReader:
    return HashReader(reference)
