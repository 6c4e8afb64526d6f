"""What a sweep looks at beside the values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from agents.models.base import Answer, Ask, ModelOptions
from valuespectrum.operations.steering.looking import looked_beside


class Willing:
    """Would lead, and calls everything what it is asked whether it is."""

    def __init__(self, id: str) -> None:
        self.id, self.settings = id, dict[str, str]()

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            yield Answer(dict.fromkeys((each.name for each in ask.choices), -1.0) | {"yes": 0.0}, "yes", "yes")

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return (Answer(text="I would lead.") for _ in asks)


def test_a_judge_is_loaded_once_for_all_whom_it_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []

    def load(spec: str, options: ModelOptions) -> Willing:
        loaded.append(spec)
        return Willing("judge:kind@1")

    monkeypatch.setattr("agents.models.registry.load_model", load)
    monkeypatch.setattr("valuespectrum.steering.beside.surprise.perplexity", lambda *given: 2.0)
    models: list[Any] = [Willing(f"hf:plain{steered}@1") for steered in ("", "+power-towards~0123456789ab")]
    wanted: Any = SimpleNamespace(knowledge="", judge="judge:kind", loading=ModelOptions())
    found = looked_beside(models[0], "power", models, wanted)
    assert loaded == ["judge:kind"] and list(found) == [model.id for model in models]
    assert all(told["control"] == told["grammatical"] == 1.0 and told["perplexity"] == 2.0 for told in found.values())
