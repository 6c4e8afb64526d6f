"""A model under a prompt that asks for a value: the rival that steering is held against."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from agents.models.base import Answer, Ask, Model
from agents.models.model_names import ModelId
from agents.personas.persona import load_trait_bank
from agents.personas.prompts import anchor_prompt, simple_prompt

_DIGITS = 12
_STATEMENTS = 2


class PromptedModel:
    """A model whose system prompt begins with words of ours, under an id of its own.

    Args:
        model: Who answers.
        words: What stands before any other system prompt.
        name: Of the prompt, for the id.
    """

    def __init__(self, model: Model, words: str, name: str) -> None:
        self._model, self._words = model, words
        base = ModelId.parse(model.id)
        digest = hashlib.sha256(words.encode()).hexdigest()[:_DIGITS]
        self.id = str(replace(base, name=f"{base.name}+{name}~{digest}"))
        """The model's own with the prompt behind its name."""

    @property
    def settings(self) -> Mapping[str, str]:
        """Those of the model, and the prompt."""
        return {**self._model.settings, "prompt": self._words}

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer under the prompt."""
        return self._model.score([self._under(ask) for ask in asks])

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer under the prompt."""
        return self._model.generate([self._under(ask) for ask in asks])

    def _under(self, ask: Ask) -> Ask:
        return replace(ask, system="\n".join(filter(None, [self._words, ask.system])))


def value_prompts(value: str, away: bool = False) -> dict[str, str]:
    """Prompts that ask for a value, by name: one names it, one is a person with traits of it.

    Args:
        value: One of the ten.
        away: Ask for its opposite; then nothing is named, since an anchor needs a value that is held.
    """
    bank = load_trait_bank()[value]["negative" if away else "positive"]
    persona = {"prompt-persona": simple_prompt(bank[:_STATEMENTS])}
    return persona if away else {"prompt-named": anchor_prompt({value: 1.0}), **persona}
