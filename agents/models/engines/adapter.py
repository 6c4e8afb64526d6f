"""What differs between architectures of ``transformers``, behind one face.

Nothing here knows a family by name: abilities are read off signatures and attributes, so that new families work.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agents.models.hf_types import Cache, Features, HfModel, Output
from agents.models.steering.hooks import Steering

if TYPE_CHECKING:
    import torch
    from torch import Tensor

_MERGED_FIELDS = ("pooler_output", "deepstack_features")
_MASKED_ATTENTION = ("sdpa", "eager")


@dataclass(frozen=True, slots=True)
class PackedBatch:
    """Rows of packed prompts as tensors."""

    ids: Tensor
    """Token ids, shape ``(rows, length)``."""
    visible: Tensor
    """What each token may attend to, at least itself. Boolean, shape ``(rows, length, past + length)``."""
    positions: Tensor
    """Shape ``(axes, rows, length)``."""
    kinds: Mapping[str, Tensor]
    """Further inputs with one entry per token."""
    pictures: Mapping[str, object]
    """What the model takes for the pictures, in the order in which they stand in the rows."""
    cache: Cache | None = None
    """The cache of the past of all rows, which grows; None without a past."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A beginning that several prompts have in common, computed once."""

    cache: Cache
    """Of one row; copied before it grows."""
    ahead: Tensor
    """How far positions run ahead of token counts, shape ``(1, 1)``."""
    length: int
    """Tokens."""


class ModelAdapter:
    """A loaded image-text-to-text model, asked in the terms of the engines.

    Args:
        model: A model of ``transformers`` in evaluation mode.
        tokenizer: Its tokenizer.
        steering: What is done to its blocks. Token ids then come with marks (``steering/marks.py``), which are taken
            off here.
    """

    def __init__(self, model: HfModel, tokenizer: object, steering: Steering | None = None) -> None:
        self.model = model
        self.steering = steering
        self._forward_parameters = set(inspect.signature(model.forward).parameters)
        self._core: Any = getattr(model, "model", model)  # Open: asked for what only some families have
        found = {kind: getattr(model, f"get_{kind}_features", None) for kind in ("image", "video")}
        self._encoders: dict[str, Callable[..., Features]] = {kind: each for kind, each in found.items() if each}
        self._taken = {kind: set(inspect.signature(each).parameters) for kind, each in self._encoders.items()}
        self.takes_features = "image" in self._encoders and "mm_encoder_outputs" in self._forward_parameters
        self.positions_follow_pictures = hasattr(self._core, "get_rope_index")
        self.stop_tokens = self._stop_tokens(tokenizer)

    @property
    def device(self) -> torch.device:
        """Where inputs go."""
        device: torch.device = self.model.device
        return device

    @property
    def context_length(self) -> int | None:
        """Longest prompt in tokens, where the configuration states it."""
        length = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)
        return int(length) if length else None

    @property
    def picture_token(self) -> int | None:
        """The token that stands for a piece of a picture."""
        return self._token("image")

    @property
    def video_token(self) -> int | None:
        """The token that stands for a piece of a video, where that is another one."""
        return self._token("video")

    def shown_tokens(self, *, video: bool) -> frozenset[int]:
        """The tokens that stand for pieces of what is shown: pictures, or a video."""
        tokens = (self.picture_token, self.video_token if video else None)
        return frozenset(token for token in tokens if token is not None)

    def _token(self, kind: str) -> int | None:
        for name in (f"{kind}_token_id", f"{kind}_token_index"):
            if getattr(self.model.config, name, None) is not None:
                return int(getattr(self.model.config, name))
        return None

    @property
    def sharing_refusal(self) -> str:
        """Why prefixes cannot be shared in this architecture; empty when they can."""
        if "past_key_values" not in self._forward_parameters:
            return "the model takes no cache"
        if getattr(self.model.config, "is_encoder_decoder", False):
            return "the model has an encoder of its own for text"
        if self.picture_token is None:
            return "the model does not say which token stands for a picture"
        if "cross_attention_mask" in self._forward_parameters:
            return "the model attends to pictures outside the prompt"
        return ""

    @property
    def steering_refusal(self) -> str:
        """Why beginnings of prompts cannot be shared with what is done to the blocks; empty when they can."""
        if self.steering is None or not self.steering.looks_ahead:
            return ""
        kinds = sorted({type(edit).__name__ for edit in self.steering.edits if edit.looks_ahead})
        return f"{', '.join(kinds)} changes the beginning of a prompt by what its end says"

    @property
    def packing_refusal(self) -> str:
        """Why prompts cannot be packed into one row as a tree; empty when they can, as far as attributes tell."""
        if self.sharing_refusal:
            return self.sharing_refusal
        if not self.takes_features:
            return "the model takes no encoded pictures"
        implementation = getattr(self.model.config.get_text_config(), "_attn_implementation", "")
        if implementation not in _MASKED_ATTENTION:
            return f"attention of kind {implementation!r} takes no mask of its own"
        if "position_ids" not in self._forward_parameters:
            return "the model takes no positions"
        return ""

    def marked(self, ids: tuple[int, ...], suffix: tuple[int, ...]) -> tuple[int, ...]:
        """Token ids of a prompt and of the beginning of an answer after it, with marks where blocks are edited."""
        return self.steering.marks.prompt(ids, suffix) if self.steering else ids + suffix

    def marked_said(self, token: int, number: int, first: int) -> int:
        """The id of the ``number``-th token of an answer, from 1, with its mark; ``first`` is that of its prompt."""
        return self.steering.marks.said(token, number, first) if self.steering else token

    def unmarked(self, token: int) -> int:
        """A token that nothing is done to, to fill rows with."""
        return self.steering.marks.unmarked(token) if self.steering else token

    def steering_objection(self, ids: Sequence[int]) -> str:
        """Why a prompt cannot be steered; empty when it can, or nothing is done to it."""
        return self.steering.marks.objection(ids) if self.steering else ""

    @contextmanager
    def prompt_of(self, length: int) -> Iterator[None]:
        """Run the model as it is, its prompt being so long; what comes after it in the same pass is of the answer."""
        with self.steering.prompt(length) if self.steering else nullcontext():
            yield

    def _run(self, ids: Tensor, **inputs: object) -> Output:
        """One forward pass of token ids with marks."""
        if self.steering is None:
            return self.model(input_ids=ids, **inputs)
        plain, current = self.steering.marks.taken_off(ids)
        with self.steering.announced(current):
            return self.model(input_ids=plain, **inputs)

    def encode(self, pictures: Mapping[str, Tensor]) -> Mapping[str, Features]:
        """Features of the pictures, and of the video, of one stimulus, as the vision tower and projector make them."""
        features = {}
        for kind, encoder in self._encoders.items():
            taken = {name: tensor for name, tensor in pictures.items() if name in self._taken[kind]}
            if any(name.startswith("pixel") for name in taken):
                features[kind] = encoder(**self.to_device(taken), return_dict=True)
        return features

    def prefill(
        self, ids: Sequence[Sequence[int]], kinds: Mapping[str, Sequence[Sequence[int]]], inputs: Mapping[str, object]
    ) -> tuple[Cache, Tensor]:
        """Run rows of equal length from nothing.

        Args:
            ids: Token ids, one row per prefix.
            kinds: Further inputs with one entry per token.
            inputs: Pictures: features, or the tensors of the processor.

        Returns:
            The cache, and per row how far positions run ahead of token counts (shape ``(rows, 1)``).
        """
        import torch

        tokens = torch.tensor(ids, device=self.device)
        extra = {name: torch.tensor(rows, device=self.device) for name, rows in kinds.items()}
        output = self._run(
            tokens,
            attention_mask=torch.ones_like(tokens),
            use_cache=True,
            logits_to_keep=1,
            **{name: tensor for name, tensor in extra.items() if name in self._forward_parameters},
            **inputs,
        )
        ahead = torch.zeros(len(ids), 1, dtype=torch.long, device=self.device)
        if self.positions_follow_pictures and inputs:
            ahead = self._core.rope_deltas.clone().to(self.device)
        return output.past_key_values, ahead

    def trunk(self, ids: Sequence[int], kinds: Mapping[str, Sequence[int]], inputs: Mapping[str, object]) -> Trunk:
        """Compute a beginning that several prompts have in common; arguments as for one row of :meth:`prefill`."""
        return Trunk(*self.prefill([ids], {name: [values] for name, values in kinds.items()}, inputs), len(ids))

    def prefill_after(
        self,
        past: Trunk,
        ids: Sequence[Sequence[int]],
        kinds: Mapping[str, Sequence[Sequence[int]]],
        inputs: Mapping[str, object],
        positions: Sequence[Tensor],
    ) -> tuple[Cache, Tensor]:
        """Run rows of equal length whose first words, before any picture, are computed.

        Args:
            past: Those words.
            ids: Token ids of the whole rows.
            kinds: Further inputs with one entry per token of them.
            inputs: Pictures, as for :meth:`prefill`.
            positions: Of the tokens of each row, from :meth:`positions`.

        Returns:
            As :meth:`prefill`.
        """
        import torch

        tokens = torch.tensor(ids, device=self.device)
        cache = self.select_rows(past.cache, [0] * len(ids))
        placed = torch.stack(list(positions), dim=1).to(self.device)
        extra = {name: torch.tensor(rows, device=self.device)[:, past.length :] for name, rows in kinds.items()}
        self._run(
            tokens[:, past.length :],
            attention_mask=torch.ones_like(tokens),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
            **({"position_ids": placed[:, :, past.length :]} if self.positions_follow_pictures else {}),
            **{name: tensor for name, tensor in extra.items() if name in self._forward_parameters},
            **inputs,
        )
        return cache, placed.amax(dim=(0, 2))[:, None] + 1 - tokens.shape[1]

    def extend(self, ids: Tensor, mask: Tensor, cache: Cache, ahead: Tensor, positions: Sequence[int]) -> Tensor:
        """Run further tokens on a cache, which grows.

        Args:
            ids: Token ids, shape ``(rows, length)``.
            mask: Which of all tokens so far are real, shape ``(rows, past + length)``.
            cache: The cache of the same rows.
            ahead: From :meth:`prefill`, per row.
            positions: Columns of ``ids`` whose logits are wanted.

        Returns:
            Logits, shape ``(rows, len(positions), vocabulary)``.
        """
        import torch

        explicit = {}
        if self.positions_follow_pictures or bool((ahead < 0).any()):  # behind: something masked stands before a row
            past = mask.shape[1] - ids.shape[1]
            counted = torch.arange(past, mask.shape[1], device=self.device)[None] + ahead
            explicit["position_ids"] = counted[None].expand(3, -1, -1) if self.positions_follow_pictures else counted
        output = self._run(
            ids,
            attention_mask=mask,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=torch.tensor(list(positions), device=self.device),
            **explicit,
        )
        logits: Tensor = output.logits
        return logits

    def positions(
        self, ids: Sequence[int], kinds: Mapping[str, Sequence[int]], geometry: Mapping[str, Tensor]
    ) -> Tensor:
        """Positions of the tokens of one prompt that ends with its last picture or later.

        Args:
            ids: Token ids.
            kinds: Further inputs with one entry per token.
            geometry: Grids and sizes of its pictures.

        Returns:
            Shape ``(axes, len(ids))``: three axes where positions follow the extent of pictures, else one.
        """
        import torch

        if not self.positions_follow_pictures:
            return torch.arange(len(ids))[None]
        if not geometry:
            return torch.arange(len(ids))[None].expand(3, -1)
        tokens = torch.tensor([ids], device=self.device)
        tokens = self.steering.marks.taken_off(tokens)[0] if self.steering else tokens
        known = {"input_ids": tokens, "attention_mask": torch.ones_like(tokens), **self.to_device(geometry)}
        known |= {name: torch.tensor([values], device=self.device) for name, values in kinds.items()}
        wanted = inspect.signature(self._core.get_rope_index).parameters
        found, _ = self._core.get_rope_index(**{name: tensor for name, tensor in known.items() if name in wanted})
        positions: Tensor = found[:, 0].cpu()
        return positions

    def run_packed(
        self, batch: PackedBatch, columns: Sequence[int], *, keep_cache: bool
    ) -> tuple[Tensor, Cache | None]:
        """Run rows in which each token sees the tokens it is told to see.

        Args:
            batch: The rows.
            columns: Columns whose logits are wanted.
            keep_cache: Whether the cache is wanted.

        Returns:
            Logits, shape ``(rows, len(columns), vocabulary)``, and the cache or None.
        """
        import torch

        # Added to the scores: a mask of booleans would be obeyed by one kind of attention and added as ones by another.
        mask = torch.zeros(batch.visible.shape, dtype=self.model.dtype, device=self.device)
        mask.masked_fill_(~batch.visible.to(self.device), torch.finfo(self.model.dtype).min)
        positions = batch.positions if self.positions_follow_pictures else batch.positions[0]
        kinds = {name: kind for name, kind in batch.kinds.items() if name in self._forward_parameters}
        output = self._run(
            batch.ids.to(self.device),
            attention_mask=mask[:, None],
            position_ids=positions.to(self.device),
            past_key_values=batch.cache,
            use_cache=keep_cache or batch.cache is not None,
            logits_to_keep=torch.tensor(list(columns), device=self.device),
            **self.to_device(kinds),
            **batch.pictures,
        )
        return output.logits, output.past_key_values if keep_cache else None

    @staticmethod
    def gather(cache: Cache, rows: Sequence[int], columns: Sequence[Tensor]) -> Cache:
        """A new cache made of the given columns of the given rows, as many of each row.

        Args:
            cache: A cache of plain layers.
            rows: The old row of each new one.
            columns: The columns of each new row.
        """
        chosen = copy.copy(cache)
        chosen.layers = [copy.copy(layer) for layer in cache.layers]
        for layer in chosen.layers:
            layer.keys = _picked(layer.keys, rows, columns)
            layer.values = _picked(layer.values, rows, columns)
        return chosen

    def feature_inputs(
        self, features: Sequence[Mapping[str, Features]], pictures: Sequence[Mapping[str, Tensor]]
    ) -> dict[str, object]:
        """Forward inputs of a batch whose rows show the given stimuli, from features made before.

        Grids and sizes of pictures come along, since positions depend on them; pixels do not.
        """
        import torch

        told = dict.fromkeys(name for tensors in pictures for name in tensors if not name.startswith("pixel"))
        geometry = {
            name: torch.cat([tensors[name] for tensors in pictures if name in tensors])
            for name in told
            if name in self._forward_parameters
        }
        encoded = {kind: [each[kind] for each in features if kind in each] for kind in self._encoders}
        merged = {kind: each[0] if len(each) == 1 else self._merge(each) for kind, each in encoded.items() if each}
        return {"mm_encoder_outputs": merged, **self.to_device(geometry)}

    def to_device(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Tensors on the model's device, those of pixels in its number format; single rows, as of seconds, are none."""
        kind = self.model.dtype
        return {
            name: tensor.to(self.device, kind if tensor.is_floating_point() and tensor.ndim > 1 else tensor.dtype)
            for name, tensor in tensors.items()
        }

    @staticmethod
    def select_rows(cache: Cache, rows: Sequence[int]) -> Cache:
        """A new cache with the given rows, repeated as named; the old one stays as it is."""
        import torch
        from transformers.cache_utils import DynamicLayer

        chosen = copy.copy(cache)
        plain = all(isinstance(layer, DynamicLayer) for layer in cache.layers)
        chosen.layers = [copy.copy(layer) for layer in cache.layers] if plain else copy.deepcopy(cache.layers)
        chosen.reorder_cache(torch.tensor(list(rows)))
        return chosen

    def layers_that_forget(self) -> tuple[str, ...]:
        """Kinds of layers that do not attend to everything before them, as the cache of a few words shows."""
        import torch

        with torch.inference_mode():
            cache, _ = self.prefill([[0, 1, 2]], {}, {})
        from transformers.cache_utils import DynamicLayer

        kinds = {type(layer) for layer in getattr(cache, "layers", [cache])}
        return tuple(sorted(kind.__name__ for kind in kinds if kind is not DynamicLayer))

    @staticmethod
    def allows_padding(cache: Cache) -> bool:
        """Whether padded rows stay exact: not with sliding windows or recurrent states, which padding would enter."""
        from transformers.cache_utils import DynamicLayer

        return all(type(layer) is DynamicLayer for layer in cache.layers)

    @staticmethod
    def _merge(features: Sequence[Features]) -> Features:
        from transformers.modeling_outputs import ModelOutput

        merged = ModelOutput()
        for name in _MERGED_FIELDS:
            parts = [getattr(single, name, None) for single in features]
            if all(part is not None for part in parts):
                merged[name] = _joined(parts)
        return merged

    def _stop_tokens(self, tokenizer: object) -> frozenset[int]:
        generation = getattr(self.model, "generation_config", None)
        named = getattr(generation, "eos_token_id", None)
        stops = set(named if isinstance(named, list) else [named]) | {getattr(tokenizer, "eos_token_id", None)}
        return frozenset(int(stop) for stop in stops if stop is not None)


def _picked(states: Tensor, rows: Sequence[int], columns: Sequence[Tensor]) -> Tensor:
    """Of states of shape ``(rows, heads, length, width)``, for each row named the columns named."""
    import torch

    return torch.stack([states[row, :, where.to(states.device)] for row, where in zip(rows, columns, strict=True)])


def _joined(parts: Sequence[Any]) -> Features:  # Open: tensors, or lists of them
    """Features of several stimuli in one structure: tensors and lists run over pictures, lists of lists over layers."""
    import torch

    first = parts[0]
    if isinstance(first, torch.Tensor):
        return torch.cat(list(parts))
    if first and not isinstance(first[0], torch.Tensor):
        return [_joined([part[layer] for part in parts]) for layer in range(len(first))]
    return [picture for part in parts for picture in part]
