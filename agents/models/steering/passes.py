"""What goes through a model at once, in the terms that edits need: which token is which, and which ones were said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.models.steering.positions import Phase, Positions, phrase_tokens
from vectorstore.foundation.errors import ModelError

if TYPE_CHECKING:
    from torch import Tensor

    from agents.models.hf_types import Tokenizer


@dataclass(slots=True)
class Pass:
    """The tokens of one forward pass; every tensor has the shape ``(rows, length)``."""

    said: Tensor
    """0 for tokens of the prompt, else the how-manieth token of the answer it is, from 1."""
    last: Tensor
    """Whether it is the last token of a prompt."""
    text: Tensor
    """Whether it stands for no piece of a picture."""
    spans: Mapping[str, Tensor] = field(default_factory=dict)
    """By phrase, whether it is of it."""
    kept: dict[int, Tensor] = field(default_factory=dict)
    """What edits found out about these rows; the passes of one prompt and its answer share it."""
    _masks: dict[tuple[Positions, Phase], Tensor | None] = field(default_factory=dict)

    def where(self, positions: Positions, phase: Phase) -> Tensor | None:
        """Which tokens an edit is about, shape ``(rows, length, 1)``; None for all of them."""
        key = positions, phase
        if key not in self._masks:
            parts = [part for part in (self._of_kind(positions), self._of_phase(phase)) if part is not None]
            mask = None if not parts else parts[0] if len(parts) == 1 else parts[0] & parts[1]
            self._masks[key] = None if mask is None or bool(mask.all()) else mask[..., None]
        return self._masks[key]

    def _of_kind(self, positions: Positions) -> Tensor | None:
        match positions.kind:
            case "last":
                return self.last
            case "text":
                return self.text
            case "span":
                return self.spans[positions.phrase]
        return None

    def _of_phase(self, phase: Phase) -> Tensor | None:
        match phase:
            case "prefill":
                return self.said == 0
            case "decode":
                return self.said > 0
            case "answering":
                return (self.said > 0) | self.last
        return None


@dataclass(frozen=True, slots=True)
class TokenKinds:
    """What tells tokens apart."""

    pictures: frozenset[int]
    """Token ids that stand for a piece of a picture."""
    phrases: tuple[str, ...]
    """Phrases that edits are about."""
    tokenizer: Tokenizer | None

    def text(self, ids: Tensor) -> Tensor:
        """Which tokens stand for no piece of a picture."""
        import torch

        if not self.pictures:
            return torch.ones_like(ids, dtype=torch.bool)
        return ~torch.isin(ids, torch.tensor(sorted(self.pictures), device=ids.device))

    def spans(self, rows: Sequence[Sequence[int]], *, needed: bool) -> dict[str, list[tuple[int, ...]]]:
        """By phrase, the tokens of it in each row.

        Raises:
            ModelError: A phrase is in none of a row, where it is needed, or there is no tokenizer to look for it.
        """
        found: dict[str, list[tuple[int, ...]]] = {}
        for phrase in self.phrases:
            if self.tokenizer is None:
                raise ModelError("a span cannot be found without a tokenizer", "hand the tokenizer over")
            found[phrase] = [phrase_tokens(row, phrase, self.tokenizer) for row in rows]
            if needed and not all(found[phrase]):
                raise ModelError(f"the phrase {phrase!r:.60} is not in the prompt, but steering is about its tokens")
        return found


class PassReader:
    """Makes out what goes through a model from what it is called with: a prompt first, then what is said.

    Args:
        kinds: What tells tokens apart.
    """

    def __init__(self, kinds: TokenKinds) -> None:
        self._kinds = kinds
        self._said = 0
        self._kept: dict[int, Tensor] = {}

    def read(self, inputs: Mapping[str, object]) -> Pass:
        """The pass that a call of a model makes.

        Args:
            inputs: The arguments by name: token ids are needed, the cache tells a prompt from what follows it, and the
                attention mask where padded rows end.

        Raises:
            ModelError: There are no token ids.
        """
        import torch

        ids = inputs.get("input_ids")
        if not isinstance(ids, torch.Tensor):
            raise ModelError("a model is steered by its token ids, and none were handed over")
        past = inputs.get("past_key_values")
        length = ids.shape[1]
        text = self._kinds.text(ids)
        if past is not None and int(past.get_seq_length()):  # type: ignore[attr-defined]
            said = self._said + 1 + torch.arange(length, device=ids.device).expand_as(ids)
            self._said += length
            nothing = torch.zeros_like(ids, dtype=torch.bool)
            return Pass(said, nothing, text, dict.fromkeys(self._kinds.phrases, nothing), self._kept)
        self._said, self._kept = 0, {}
        real = self._real(inputs.get("attention_mask"), ids)
        last = torch.zeros_like(ids, dtype=torch.bool)
        ends = length - 1 - real.flip(1).long().argmax(dim=1)
        last[torch.arange(len(ids), device=ids.device), ends] = True
        return Pass(torch.zeros_like(ids), last, text, self._spans(ids), self._kept)

    def _spans(self, ids: Tensor) -> dict[str, Tensor]:
        import torch

        masks = {}
        for phrase, rows in self._kinds.spans(ids.tolist(), needed=True).items():
            masks[phrase] = torch.zeros_like(ids, dtype=torch.bool)
            for number, found in enumerate(rows):
                masks[phrase][number, list(found)] = True
        return masks

    @staticmethod
    def _real(mask: object, ids: Tensor) -> Tensor:
        import torch

        if isinstance(mask, torch.Tensor) and mask.shape == ids.shape:
            return mask.bool()
        return torch.ones_like(ids, dtype=torch.bool)
