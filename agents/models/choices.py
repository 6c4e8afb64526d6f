"""Which first tokens count as which answer option.

The probability of an option is the summed probability of the tokens its written forms can begin with. Most options
are one token long; a longer one is represented by its first token, which must then belong to it alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from agents.models.base import Choice
from vectorstore.errors import ModelError


class ChoiceTokens:
    """Looks up and remembers the first tokens of answer options under one tokenizer.

    Args:
        tokenizer: A tokenizer of ``transformers``.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._known: dict[tuple[Choice, ...], tuple[tuple[int, ...], ...]] = {}

    def __call__(self, choices: Sequence[Choice]) -> tuple[tuple[int, ...], ...]:
        """Token ids of each choice, in the order of the choices.

        A token that opens two options says nothing about which is meant and counts for neither.

        Raises:
            ModelError: If a choice has no token of its own.
        """
        key = tuple(choices)
        if key not in self._known:
            self._known[key] = self._distinct(key)
        return self._known[key]

    def _distinct(self, choices: tuple[Choice, ...]) -> tuple[tuple[int, ...], ...]:
        claimed = [self._first_tokens(choice) for choice in choices]
        claims = Counter(token for tokens in claimed for token in tokens)
        distinct = [tuple(sorted(token for token in tokens if claims[token] == 1)) for tokens in claimed]
        lost = [choice for choice, own in zip(choices, distinct, strict=True) if not own]
        if lost:
            raise ModelError(
                f"The options {', '.join(self._rivals(choices, claimed, lost))} begin with the same token for this "
                "model, so their first token cannot tell them apart",
                "use option words that begin differently",
            )
        return tuple(distinct)

    def _first_tokens(self, choice: Choice) -> set[int]:
        first = set()
        for surface in choice.surfaces:
            for written in (surface, f" {surface}"):
                tokens = self._tokenizer.encode(written, add_special_tokens=False)
                if tokens and self._tokenizer.decode(tokens[:1]).strip():
                    first.add(int(tokens[0]))
        return first

    @staticmethod
    def _rivals(choices: Sequence[Choice], claimed: Sequence[set[int]], lost: Sequence[Choice]) -> list[str]:
        contested = set().union(*(claimed[choices.index(choice)] for choice in lost))
        return [
            repr(choice.name)
            for choice, tokens in zip(choices, claimed, strict=True)
            if choice in lost or tokens & contested
        ]
