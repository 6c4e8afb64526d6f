"""Activations of a model, collected while it reads prompts or plain texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agents.models.base import Ask
from agents.models.capabilities import TorchModel
from agents.models.hf_types import HfModel, Tokenizer
from agents.models.steering.edits import Place
from agents.models.steering.hooks import HookedModel, watched
from agents.models.steering.passes import Pass
from agents.models.steering.positions import LAST, Positions, phrase_tokens, picture_tokens
from vectorstore.foundation.errors import InputError, ModelError

if TYPE_CHECKING:
    from torch import Tensor

LONGEST_TEXT = 256
"""Tokens of a text that are read, as ConVA's code has it."""
_TOKENS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Activations:
    """What was found at the wanted tokens of each prompt."""

    layers: tuple[int, ...]
    values: tuple[NDArray[np.float32], ...]
    """For each prompt, shape ``(layers, tokens, width)``."""
    tokens: tuple[tuple[int, ...], ...]
    """For each prompt, the indices of these tokens."""

    @property
    def single(self) -> NDArray[np.float32]:
        """Shape ``(prompts, layers, width)``, where each prompt has one wanted token.

        Raises:
            InputError: One has none or several.
        """
        if any(len(tokens) != 1 for tokens in self.tokens):
            raise InputError("prompts have several wanted tokens each, or none", "take the mean over them")
        return np.stack([value[:, 0] for value in self.values])

    @property
    def mean(self) -> NDArray[np.float32]:
        """Means over the wanted tokens of each prompt, shape ``(prompts, layers, width)``.

        Raises:
            InputError: A prompt has none.
        """
        if not all(self.tokens):
            raise InputError("a prompt has none of the wanted tokens", "is the phrase in each of them?")
        return np.stack([value.mean(axis=1) for value in self.values])


@dataclass(frozen=True, slots=True)
class WantedActivations:
    """What of a model is collected."""

    layers: tuple[int, ...]
    """Numbers of blocks, from 0."""
    positions: Positions = LAST
    place: Place = "block"
    """Outputs of blocks, or the activations inside their MLPs."""


def collect(model: TorchModel, asks: Sequence[Ask], wanted: WantedActivations) -> Activations:
    """Activations while a model reads the prompts of asks: those without pictures many at once, others one by one.

    Args:
        model: Asked through its own chat template.
        asks: Earlier turns, persona, pictures, caption and question count; options do not.
        wanted: Blocks and tokens.

    Raises:
        InputError: There is no such block.
        MediaError: A picture cannot be read.
        ModelError: A block gives numbers that are not finite.
    """
    plain = {place: {**model.prompt_inputs(ask)} for place, ask in enumerate(asks) if not ask.frames}
    lengths = {place: int(row["input_ids"].shape[1]) for place, row in plain.items()}
    shown = [place for place, ask in enumerate(asks) if ask.frames]
    batches = [*_batches(sorted(plain, key=lengths.__getitem__), lengths), *([place] for place in shown)]
    rows = ([plain.get(place) or {**model.prompt_inputs(asks[place])} for place in batch] for batch in batches)
    found = _collected(model, rows, wanted)
    return _in_order(found, [place for batch in batches for place in batch])


def collect_texts(
    model: HookedModel, texts: Sequence[str], wanted: WantedActivations, longest: int = LONGEST_TEXT
) -> Activations:
    """Activations while a model reads plain texts, without chat template, many at once.

    Args:
        model: The model.
        texts: Any; none may be empty.
        wanted: Blocks and tokens.
        longest: Tokens of a text that are read; what follows is cut off.

    Raises:
        InputError: A text is empty, or there is no such block.
        ModelError: A block gives numbers that are not finite.
    """
    encoded = [_encoded(model.tokenizer, text)[:longest] for text in texts]
    if not all(encoded):
        raise InputError("a text is empty", "leave it out")
    lengths = {index: len(ids) for index, ids in enumerate(encoded)}
    order = sorted(lengths, key=lengths.__getitem__)
    rows = ([_text_inputs(encoded[index], model.torch_model) for index in some] for some in _batches(order, lengths))
    return _in_order(_collected(model, rows, wanted), order)


def _in_order(found: Activations, order: Sequence[int]) -> Activations:
    """What was found in another order, in that of the numbers 0, 1, ... of which ``order`` tells the places."""
    back = np.argsort(order)
    values, tokens = tuple(found.values[place] for place in back), tuple(found.tokens[place] for place in back)
    return Activations(found.layers, values, tokens)


def _encoded(tokenizer: Tokenizer, text: str) -> list[int]:
    return list(tokenizer.encode(text, add_special_tokens=True)) if text.strip() else []


def _batches(order: Sequence[int], lengths: Mapping[int, int]) -> Iterator[list[int]]:
    """Texts of about equal length that go through together."""
    batch: list[int] = []
    for index in order:
        if batch and lengths[index] * (len(batch) + 1) > _TOKENS_AT_ONCE:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _text_inputs(ids: Sequence[int], model: HfModel) -> dict[str, Tensor]:
    import torch

    tokens = torch.tensor([list(ids)], device=model.device)
    return {"input_ids": tokens, "attention_mask": torch.ones_like(tokens)}


def _collected(
    model: HookedModel, batches: Iterator[Sequence[Mapping[str, Tensor]]], wanted: WantedActivations
) -> Activations:
    import torch

    seen: dict[int, Tensor] = {}

    def see(layer: int, values: Tensor, current: Pass) -> None:
        seen[layer] = values

    values, tokens = [], []
    pictures = picture_tokens(model.torch_model)
    with torch.inference_mode(), watched(model, wanted.layers, wanted.place, see):
        for batch in batches:
            model.torch_model(**_padded(batch), use_cache=False, logits_to_keep=1)
            for number, row in enumerate(batch):
                found = _wanted_tokens(row["input_ids"][0].tolist(), wanted.positions, pictures, model.tokenizer)
                at = torch.tensor(found, device=row["input_ids"].device, dtype=torch.long)
                stacked = torch.stack([seen[layer][number, at].float() for layer in wanted.layers]).cpu().numpy()
                _refuse_overflow(stacked, wanted.layers)
                values.append(stacked)
                tokens.append(found)
    return Activations(tuple(wanted.layers), tuple(values), tuple(tokens))


def _refuse_overflow(found: NDArray[np.float32], layers: Sequence[int]) -> None:
    """Numbers that a format is too small for say nothing of any text.

    Raises:
        ModelError: There are some.
    """
    broken = [layer for layer, values in zip(layers, found, strict=True) if not np.isfinite(values).all()]
    if broken:
        raise ModelError(
            f"block {broken[0]} gives numbers that are not finite", "load the model in another format, --dtype float32"
        )


def _padded(rows: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Rows of text in one batch, padded behind their ends, where no token looks; a single row as it is."""
    import torch

    if len(rows) == 1:
        return dict(rows[0])
    longest = max(row["input_ids"].shape[1] for row in rows)
    fill = {"input_ids": rows[0]["input_ids"][0, -1].item()}
    return {
        name: torch.cat(
            [
                torch.nn.functional.pad(row[name], (0, longest - row[name].shape[1]), value=fill.get(name, 0))
                for row in rows
            ]
        )
        for name in rows[0]
    }


def _wanted_tokens(
    ids: Sequence[int], positions: Positions, pictures: frozenset[int], tokenizer: Tokenizer
) -> tuple[int, ...]:
    match positions.kind:
        case "last":
            return (len(ids) - 1,)
        case "text":
            return tuple(index for index, token in enumerate(ids) if token not in pictures)
        case "span":
            return phrase_tokens(ids, positions.phrase, tokenizer)
    return tuple(range(len(ids)))
