"""How often each neuron of a model's MLPs fires under two opposing aspects, counted while the model reads or answers.

A neuron is one column of a gated MLP, its activation the output of ``act_fn``; it fires where that is above 0 (NPTI,
arXiv 2410.12327, whose code counts generated tokens alone). ``delta`` is the share of tokens at which it fires under
one aspect less that under the other. Counts and a histogram of activations are kept, never the activations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from agents.models.base import Ask
from agents.models.capabilities import TorchModel
from agents.models.steering.hooks import mlp_width, watched
from agents.models.steering.passes import Pass
from valuespectrum.steering.neurons.aspects import OpposedAsks
from vectorstore.foundation.errors import InputError, ModelError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Counted = Literal["answer", "decode", "asked"]
"""``"decode"``: generated tokens, as NPTI counts them. ``"answer"``: those, and the last token of the prompt, after
which the first word of the answer is read: the only one where options are. ``"asked"``: every token of words that both
prompts of a pair end with, which is the question without the persona: the same words, so what differs is the persona.
"""
Advance = Callable[[int, int], None]
HIGHEST, BINS = 3.0, 301
"""The histogram of NPTI's code: from 0 to 3 in steps of 0.01; what lies above counts as 3."""
_QUANTILE = 0.95
_BEYOND = 1.959964
"""Standard errors that one in twenty differences of nothing lies beyond."""


@dataclass(frozen=True, eq=False)
class Firing:
    """How often neurons fired under one aspect."""

    shares: NDArray[np.float64]
    """Shape ``(layers, width)``; neurons that a narrower block has not are not-a-number."""
    high: NDArray[np.float64]
    """The 95th percentile of their activations, not below 0, in the same shape."""
    tokens: int
    """Tokens that were counted."""


@dataclass(frozen=True, eq=False)
class OpposedFiring:
    """How often neurons fired under two opposing aspects of a value."""

    holds: Firing
    rejects: Firing

    @property
    def delta(self) -> NDArray[np.float64]:
        """Difference of the shares, shape ``(layers, width)``; positive for neurons of those who hold the value."""
        return self.holds.shares - self.rejects.shares

    @property
    def chance(self) -> float:
        """Difference that one in twenty neurons reaches by luck that fire at every other token under both aspects.

        Tokens are taken for independent draws; those of one answer are not, so that luck reaches farther.
        """
        return _BEYOND * sqrt(0.25 / self.holds.tokens + 0.25 / self.rejects.tokens)

    @property
    def turned(self) -> OpposedFiring:
        """The same with the aspects exchanged."""
        return OpposedFiring(self.rejects, self.holds)


@dataclass
class FiringCounter:
    """Counts as activations go by.

    Args:
        widths: Neurons of each block.
    """

    widths: tuple[int, ...]
    tokens: int = 0
    _fired: list[Tensor] = field(default_factory=list)
    _histograms: list[Tensor] = field(default_factory=list)

    def add(self, layer: int, values: Tensor) -> None:
        """Count activations of one block at some tokens, shape ``(tokens, width)``.

        Raises:
            InputError: The block has another width.
            ModelError: Numbers are not finite.
        """
        import torch

        if not self._fired:
            self._fired = [torch.zeros(width, dtype=torch.int64) for width in self.widths]
            self._histograms = [torch.zeros(width * BINS, dtype=torch.int64) for width in self.widths]
        if values.shape[-1] != self.widths[layer]:
            raise InputError(f"block {layer} has {values.shape[-1]} neurons, not {self.widths[layer]}")
        numbers = values.detach().float().cpu()
        if not bool(torch.isfinite(numbers).all()):
            raise ModelError(
                f"the MLP of block {layer} gives numbers that are not finite",
                "load the model in another format, --dtype float32",
            )
        self._fired[layer] += (numbers > 0).sum(0)
        bins = (numbers.clamp(0, HIGHEST) / HIGHEST * (BINS - 1)).round().long()
        places = torch.arange(self.widths[layer]) * BINS + bins
        self._histograms[layer] += torch.bincount(places.flatten(), minlength=self.widths[layer] * BINS)
        self.tokens += len(numbers) if layer == 0 else 0

    def found(self) -> Firing:
        """What was counted.

        Raises:
            InputError: Nothing was.
        """
        if not self.tokens:
            raise InputError("no token was counted", "let the model answer, or count what is asked")
        shape = len(self.widths), max(self.widths)
        shares, high = np.full(shape, np.nan), np.full(shape, np.nan)
        for layer, width in enumerate(self.widths):
            shares[layer, :width] = self._fired[layer].numpy() / self.tokens
            below = self._histograms[layer].numpy().reshape(width, BINS).cumsum(axis=1)
            reached = (below < np.ceil(_QUANTILE * self.tokens)).sum(axis=1)
            high[layer, :width] = reached * HIGHEST / (BINS - 1)
        return Firing(shares, high, self.tokens)


def opposed_firing(
    model: TorchModel,
    pairs: Sequence[OpposedAsks],
    counted: Counted = "answer",
    advance: Advance = lambda done, total: None,
) -> OpposedFiring:
    """Count how often neurons fire while a model is asked the same under opposing aspects.

    Args:
        model: Asked through its own chat template; blocks of its language model alone are looked at.
        pairs: What is asked; up to ``max_tokens`` of an answer are generated, greedily.
        counted: Which tokens count.
        advance: Told how many pairs are done, of how many.

    Raises:
        InputError: There is no pair, or the MLP of a block cannot be reached.
        MediaError: A picture cannot be read.
    """
    if counted not in get_args(Counted):
        raise InputError(f"no tokens are called {counted!r:.40}", f"choose {', '.join(get_args(Counted))}")
    if not pairs:
        raise InputError("no pair of asks was given")
    widths = neuron_widths(model)
    counters = FiringCounter(widths), FiringCounter(widths)
    for number, pair in enumerate(pairs, start=1):
        inputs = [dict(model.prompt_inputs(ask)) for ask in (pair.holds, pair.rejects)]
        shared = _common_end(*(each["input_ids"][0].tolist() for each in inputs))
        for ask, given, counter in zip((pair.holds, pair.rejects), inputs, counters, strict=True):
            _count(model, ask, given, _Counting(counter, counted, shared))
        advance(number, len(pairs))
    return OpposedFiring(counters[0].found(), counters[1].found())


def neuron_widths(model: TorchModel) -> tuple[int, ...]:
    """Neurons of the MLP of each block.

    Raises:
        InputError: That of one cannot be reached.
    """
    widths = tuple(mlp_width(layer) for layer in model.decoder_layers())
    if not all(widths):
        raise InputError(
            f"the MLP of block {widths.index(0)} has no activation function that can be reached",
            "value neurons are found in models whose blocks have one; use value vectors",
        )
    return widths


@dataclass(frozen=True, slots=True)
class _Counting:
    counter: FiringCounter
    counted: Counted
    shared: int
    """Tokens that both prompts of the pair end with."""

    def mask(self, current: Pass) -> Tensor:
        """Which tokens of a pass count, shape ``(rows, length)``."""
        if self.counted == "asked":
            ends = current.said == 0
            ends[:, : ends.shape[1] - self.shared] = False
            return ends & current.text if bool(current.last.any()) else ends & False
        said = current.said > 0
        return said | current.last if self.counted == "answer" else said


def _count(model: TorchModel, ask: Ask, inputs: Mapping[str, Tensor], counting: _Counting) -> None:
    import torch

    def see(layer: int, values: torch.Tensor, current: Pass) -> None:
        counting.counter.add(layer, values[counting.mask(current)])

    with torch.inference_mode(), watched(model, range(len(counting.counter.widths)), "mlp", see):
        if counting.counted == "asked" or (counting.counted == "answer" and ask.max_tokens <= 1):
            model.torch_model(**inputs, use_cache=False, logits_to_keep=1)
        else:
            model.torch_model.generate(**inputs, max_new_tokens=ask.max_tokens, do_sample=False)


def _common_end(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two prompts end with in common.

    Example:
        >>> _common_end([1, 2, 3, 4], [9, 3, 4])
        2
    """
    return next((number for number, (a, b) in enumerate(_backwards(one, other)) if a != b), min(len(one), len(other)))


def _backwards(one: Sequence[int], other: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(reversed(one), reversed(other), strict=False)
