"""Which tokens count as which answer option.

The probability of an option is the summed probability of its written forms. Where the first token tells the options
apart, it stands for the form; where it does not ("watch again", "watch less"), forms are read to their end.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.models.base import Choice
from agents.models.hf_types import Tokenizer
from vectorstore.foundation.errors import ModelError

DRESS = " \t\r\n▁ĠĊ\u200b*_`#>\"'“”‘’«»„「」『』(["
"""What may stand before the first word of an answer without changing it; a minus does."""

Form = tuple[int, ...]
"""A written form as token ids."""


@dataclass(frozen=True, slots=True)
class ChoiceReading:
    """How answer options are read off a model."""

    first_tokens: tuple[tuple[int, ...], ...]
    """Token ids that open each option and no other one; empty when forms must be read whole."""
    forms: tuple[tuple[Form, ...], ...] = ()
    """The written forms of each option, where they must be read whole."""

    @property
    def reading_points(self) -> dict[Form, tuple[int, ...]]:
        """After which beginnings of an answer the probabilities of which tokens are wanted."""
        wanted: dict[Form, set[int]] = {}
        for form in (form for forms in self.forms for form in forms):
            for length, token in enumerate(form):
                wanted.setdefault(form[:length], set()).add(token)
        return {beginning: tuple(sorted(tokens)) for beginning, tokens in wanted.items()}

    def log_probabilities(self, read: Mapping[Form, Mapping[int, float]]) -> tuple[float, ...]:
        """Log-probability of each option from those of single tokens.

        A form that goes on to another form counts without it: "watch" is then "watch" and not "watch again".

        Args:
            read: For each reading point the log-probability of each wanted token.
        """
        whole = {
            form: math.exp(sum(read[form[:length]][token] for length, token in enumerate(form)))
            for forms in self.forms
            for form in forms
        }
        alone = dict(whole)
        for form, probability in whole.items():
            shorter = (form[:length] for length in range(len(form) - 1, 0, -1))
            if (parent := next((each for each in shorter if each in whole), None)) is not None:
                alone[parent] -= probability
        sums = (math.fsum(alone[form] for form in forms) for forms in self.forms)
        return tuple(math.log(max(total, _LEAST)) for total in sums)


_LEAST = 1e-300


class ChoiceTokens:
    """Looks up and remembers how answer options are read under one tokenizer.

    Args:
        tokenizer: A tokenizer of ``transformers``.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._known: dict[tuple[Choice, ...], ChoiceReading] = {}

    def __call__(self, choices: Sequence[Choice]) -> ChoiceReading:
        """How to read these options, in their order.

        A first token that opens two options says nothing about which is meant and counts for neither.

        Raises:
            ModelError: If two options are written alike, or one has no form in this tokenizer.
        """
        key = tuple(choices)
        if key not in self._known:
            self._known[key] = self._reading(key)
        return self._known[key]

    def _reading(self, choices: tuple[Choice, ...]) -> ChoiceReading:
        forms = [self._forms(choice) for choice in choices]
        claimed = [{form[0] for form in own} for own in forms]
        claims = Counter(token for tokens in claimed for token in tokens)
        distinct = tuple(tuple(sorted(token for token in tokens if claims[token] == 1)) for tokens in claimed)
        if all(distinct):
            return ChoiceReading(distinct)
        self._check(choices, forms)
        return ChoiceReading((), tuple(tuple(sorted(own)) for own in forms))

    def _forms(self, choice: Choice) -> set[Form]:
        """Token ids of the forms of an option, each with and without a blank before it, from the first word on.

        Tokenizers of the SentencePiece kind put a blank before whatever they are given, and before a digit that is a
        token of its own. Behind a line break they put none.
        """
        forms = set()
        for surface in choice.surfaces:
            for written in (surface, f" {surface}", f"\n{surface}"):
                tokens = [int(token) for token in self._tokenizer.encode(written, add_special_tokens=False)]
                words = [place for place, token in enumerate(tokens) if self._tokenizer.decode([token]).strip()]
                # A line break that is no blank here, but part of a word or unknown, leads to no form.
                if words and (words[0] or not written.startswith("\n")):
                    forms.add(tuple(tokens[words[0] :]))
        return forms

    @staticmethod
    def _check(choices: Sequence[Choice], forms: Sequence[set[Form]]) -> None:
        owners = Counter(form for own in forms for form in own)
        rivals = [
            repr(choice.name)
            for choice, own in zip(choices, forms, strict=True)
            if not own or any(owners[form] > 1 for form in own)
        ]
        if rivals:
            raise ModelError(
                f"The options {', '.join(rivals)} cannot be told apart by this model: no written form, or the same one",
                "use option words that differ",
            )
