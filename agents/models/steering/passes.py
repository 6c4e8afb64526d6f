"""What goes through a model at once, in the terms that edits need: which token is which, and which ones were said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

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
    """What edits found out about these prompts; the passes of one prompt and its answer share it."""
    owner: Tensor | None = None
    """The number of the prompt that a token is of, from 0; None where each row is one prompt."""
    _masks: dict[tuple[Positions, Phase], Tensor | None] = field(default_factory=dict)

    def owners(self) -> Tensor:
        """The number of the prompt that each token is of."""
        import torch

        if self.owner is not None:
            return self.owner
        return torch.arange(len(self.said), device=self.said.device)[:, None].expand_as(self.said)

    def where(self, positions: Positions, phase: Phase) -> Tensor | None:
        """Which tokens an edit is about, shape ``(rows, length, 1)``; None for all of them."""
        key = positions, phase
        if key not in self._masks:
            parts = [part for part in (self._of_kind(positions), self._of_phase(phase)) if part is not None]
            mask = None if not parts else parts[0] if len(parts) == 1 else parts[0] & parts[1]
            self._masks[key] = None if mask is None else mask[..., None]
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

    def spans(self, rows: Sequence[Sequence[int]]) -> dict[str, list[tuple[int, ...]]]:
        """By phrase, the tokens of it in each row.

        Raises:
            ModelError: There is no tokenizer to look for one.
        """
        found: dict[str, list[tuple[int, ...]]] = {}
        for phrase in self.phrases:
            if self.tokenizer is None:
                raise ModelError("a span cannot be found without a tokenizer", "hand the tokenizer over")
            found[phrase] = [phrase_tokens(row, phrase, self.tokenizer) for row in rows]
        return found


class _Cache(Protocol):
    """What a model keeps of the tokens that it has read."""

    def get_seq_length(self) -> int:
        """How many there are."""


class PassReader:
    """Makes out what goes through a model from what it is called with: a prompt first, then what is said.

    Args:
        kinds: What tells tokens apart.
    """

    def __init__(self, kinds: TokenKinds) -> None:
        self._kinds = kinds
        self._said = 0
        self._kept: dict[int, Tensor] = {}
        self.prompt_length: int | None = None
        """Tokens of the prompt, where what a model is called with goes on after it."""

    def read(self, inputs: Mapping[str, object]) -> Pass:
        """The pass that a call of a model makes.

        Args:
            inputs: The arguments by name: token ids are needed, the cache tells a prompt from what follows it, and the
                attention mask where padded rows end.

        Raises:
            ModelError: There are no token ids, or no phrase that an edit is about.
        """
        import torch

        ids = inputs.get("input_ids")
        if not isinstance(ids, torch.Tensor):
            raise ModelError("a model is steered by its token ids, and none were handed over")
        past = cast(_Cache | None, inputs.get("past_key_values"))
        text = self._kinds.text(ids)
        columns = torch.arange(ids.shape[1], device=ids.device)[None]
        if past is not None and past.get_seq_length():
            said = (self._said + 1 + columns).expand_as(ids)
            self._said += ids.shape[1]
            nothing = torch.zeros_like(ids, dtype=torch.bool)
            return Pass(said, nothing, text, dict.fromkeys(self._kinds.phrases, nothing), self._kept)
        ends = self._ends(inputs.get("attention_mask"), ids)
        self._said, self._kept = (ids.shape[1] - self.prompt_length if self.prompt_length else 0), {}
        said = (columns - ends[:, None]).clamp(min=0) if self.prompt_length else torch.zeros_like(ids)
        return Pass(said, columns == ends[:, None], text, self._spans(ids, ends), self._kept)

    def _spans(self, ids: Tensor, ends: Tensor) -> dict[str, Tensor]:
        import torch

        masks = {}
        rows = [row[: end + 1] for row, end in zip(ids.tolist(), ends.tolist(), strict=True)]
        for phrase, places in self._kinds.spans(rows).items():
            if not all(places):
                raise ModelError(f"the phrase {phrase!r:.60} is not in the prompt, but steering is about its tokens")
            masks[phrase] = torch.zeros_like(ids, dtype=torch.bool)
            for number, found in enumerate(places):
                masks[phrase][number, list(found)] = True
        return masks

    def _ends(self, mask: object, ids: Tensor) -> Tensor:
        """Where the prompts of the rows end, shape ``(rows,)``."""
        import torch

        if self.prompt_length:
            return torch.full((len(ids),), self.prompt_length - 1, device=ids.device)
        real = mask if isinstance(mask, torch.Tensor) and mask.shape == ids.shape else torch.ones_like(ids)
        return ids.shape[1] - 1 - real.flip(1).to(torch.int8).argmax(dim=1)  # truths have no largest one
