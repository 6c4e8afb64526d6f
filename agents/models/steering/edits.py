"""What can be done to the activations of a model: each edit is data, and what it changes follows from it alone.

Every edit is about the output of one decoder block, before whatever the model does between blocks, or about the
activations inside its MLP. Its ``strength`` multiplies the change it makes: 0 is no edit, and then no hook is set.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from agents.models.steering.autoencoder import Autoencoder
from agents.models.steering.passes import Pass
from agents.models.steering.positions import ALL, Phase, Positions, check_phase
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Floats = NDArray[np.float32]
Change = Callable[["Tensor", Pass], "Tensor"]
"""From activations, shape ``(rows, length, width)``, float32, to what is added to them at strength 1."""
Place = Literal["block", "mlp"]
"""The output of a decoder block; the output of the activation function inside its MLP."""


class Edit(Protocol):
    """One change of the activations of one block."""

    @property
    def layer(self) -> int:
        """Number of the block, from 0."""

    @property
    def place(self) -> Place:
        """What of the block is changed."""

    @property
    def positions(self) -> Positions:
        """At which tokens."""

    @property
    def phase(self) -> Phase:
        """In the prompt, in the answer, or in both."""

    @property
    def strength(self) -> float:
        """Multiplies the change."""

    @property
    def size(self) -> float:
        """One number that says how much it does at strength 1, for people: what it is differs by kind."""

    @property
    def looks_ahead(self) -> bool:
        """Whether what it does at a token depends on tokens that follow."""

    @property
    def counts_said(self) -> bool:
        """Whether what it does at a token depends on the how-manieth of the answer it is."""

    def scaled(self, factor: float) -> Self:
        """The same, so many times as strong."""

    def check(self, width: int, neurons: int) -> None:
        """Refuse a model of another shape.

        Args:
            width: Of the outputs of its blocks.
            neurons: Of the MLP of this block; 0 where there is none that can be reached.

        Raises:
            InputError: The edit does not fit.
        """

    def change(self, device: torch.device) -> Change:
        """What it does, with its numbers on a device."""


def vector(values: object, name: str) -> Floats:
    """Finite numbers in one row, as float32.

    Raises:
        InputError: They are something else.
    """
    array = np.asarray(values, dtype=np.float32)
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
        raise InputError(f"{name} is no vector of finite numbers (shape {array.shape})")
    return array


def _check_width(found: int, width: int, layer: int) -> None:
    if found != width:
        raise InputError(
            f"an edit of block {layer} has width {found}, but the model's is {width}", "it was made for another model"
        )


def _check_how(edit: Edit) -> None:
    check_phase(edit.phase)
    if not math.isfinite(edit.strength):
        raise InputError(f"an edit of block {edit.layer} cannot have a strength of {edit.strength}")


def finest_numbers(device: torch.device) -> torch.dtype:
    """The finest numbers that a device reckons with: Apple's have 32 bits, all others 64.

    Args:
        device: Of a model.
    """
    import torch

    return torch.float32 if torch.device(device).type == "mps" else torch.float64


class _ByToken:
    """What most edits are: what they do at a token follows from what is there, from nothing before or behind it."""

    @property
    def looks_ahead(self) -> bool:
        """It does not."""
        return False

    @property
    def counts_said(self) -> bool:
        """It does not."""
        return False


@dataclass(frozen=True, eq=False)
class Add(_ByToken):
    """Add a vector to the output of a block.

    Raises:
        InputError: The vector is none.
    """

    layer: int
    vector: Floats
    """Shape ``(width,)``."""
    positions: Positions = ALL
    phase: Phase = "both"
    strength: float = 1.0
    place: Literal["block"] = "block"

    def __post_init__(self) -> None:
        object.__setattr__(self, "vector", vector(self.vector, "a steering vector"))
        _check_how(self)

    @property
    def size(self) -> float:
        """The length of the vector."""
        return float(np.linalg.norm(self.vector))

    def scaled(self, factor: float) -> Add:
        """The same, so many times as strong."""
        return replace(self, strength=self.strength * factor)

    def check(self, width: int, neurons: int) -> None:
        """Refuse a model of another width."""
        _check_width(len(self.vector), width, self.layer)

    def change(self, device: torch.device) -> Change:
        """The vector, at every token."""
        import torch

        added = torch.from_numpy(self.vector).to(device)
        return lambda values, current: added


@dataclass(frozen=True, eq=False)
class ConditionalAdd(_ByToken):
    """Move the output of a block along a probe's direction, by the least that makes the probe sure enough.

    The probe says ``P(e) = sigmoid(w.e + b)`` of the output ``e`` at the last token of a prompt. Once for each prompt
    ``shift = max(0, (logit(target) - b - w.e) / |w|)`` is found there, with earlier blocks already steered; then
    ``shift * w / |w|`` is added at every position, in the prompt and in what is said. Steering away takes
    ``min(0, ...)``. (ConVA, Jin et al., ACL 2025, arXiv 2507.11316, and its code: the shift is found once a prompt.)

    Raises:
        InputError: The direction is none, or the target is no probability between 0 and 1.
    """

    layer: int
    weights: Floats
    """``w``, shape ``(width,)``."""
    bias: float
    """``b``."""
    target: float
    """The probability wanted, between 0 and 1."""
    away: bool = False
    """Lower the probability to the target in place of raising it."""
    positions: Positions = ALL
    phase: Phase = "both"
    strength: float = 1.0
    place: Literal["block"] = "block"

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", vector(self.weights, "a probe's direction"))
        _check_how(self)
        if not np.linalg.norm(self.weights) > 0 or not math.isfinite(self.bias):
            raise InputError(f"the probe of block {self.layer} tells nothing apart: its weights are zero")
        if not 0 < self.target < 1:
            raise InputError(f"a probability of {self.target} cannot be reached", "choose one between 0 and 1")

    @property
    def size(self) -> float:
        """The probability that is reached."""
        return self.target

    @property
    def looks_ahead(self) -> bool:
        """It does: the last token of a prompt decides for all of them."""
        return True

    def scaled(self, factor: float) -> ConditionalAdd:
        """The same, so many times as strong."""
        return replace(self, strength=self.strength * factor)

    def check(self, width: int, neurons: int) -> None:
        """Refuse a model of another width."""
        _check_width(len(self.weights), width, self.layer)

    def change(self, device: torch.device) -> Change:
        """The shift of each prompt, along the direction."""
        import torch

        finest = finest_numbers(device)
        weights = torch.from_numpy(self.weights).to(finest).to(device)
        norm = weights.norm()
        logit = math.log(self.target / (1 - self.target))

        def change(values: Tensor, current: Pass) -> Tensor:
            owners = current.owners()
            if bool(current.last.any()):
                ends = values[current.last].to(finest)
                shift = (logit - self.bias - ends @ weights) / norm
                bounded = shift.clamp(max=0) if self.away else shift.clamp(min=0)
                known = current.kept.get(id(self), shift[:0])
                grown = known.new_zeros(max(len(known), int(owners.max()) + 1))
                grown[: len(known)] = known
                grown[owners[current.last]] = bounded
                current.kept[id(self)] = grown
            moved: Tensor = current.kept[id(self)][owners][..., None] * (weights / norm)
            return moved.float()

        return change


@dataclass(frozen=True, eq=False)
class Clamp(_ByToken):
    """Set one feature of a sparse autoencoder, at the output of a block, to a value.

    With ``replace`` the output becomes what the autoencoder makes of its features; without, what the autoencoder does
    not explain stays as it is and only the feature's own part moves.

    Raises:
        InputError: There is no such feature, or the value is no number.
    """

    layer: int
    autoencoder: Autoencoder
    feature: int
    value: float
    replace: bool = False
    positions: Positions = ALL
    phase: Phase = "both"
    strength: float = 1.0
    place: Literal["block"] = "block"

    def __post_init__(self) -> None:
        _check_how(self)
        if not 0 <= self.feature < self.autoencoder.features:
            raise InputError(f"the autoencoder has {self.autoencoder.features} features, none is {self.feature}")
        if not math.isfinite(self.value):
            raise InputError(f"feature {self.feature} cannot be set to {self.value}")

    @property
    def size(self) -> float:
        """The value of the feature."""
        return self.value

    def scaled(self, factor: float) -> Clamp:
        """The same, so many times as strong."""
        return replace(self, strength=self.strength * factor)

    def check(self, width: int, neurons: int) -> None:
        """Refuse a model of another width."""
        _check_width(self.autoencoder.width, width, self.layer)

    def change(self, device: torch.device) -> Change:
        """The difference that the feature's new value makes."""
        coder = self.autoencoder.on(device)

        def change(values: Tensor, current: Pass) -> Tensor:
            features = coder.encode(values)
            if self.replace:
                features[..., self.feature] = self.value
                return coder.decode(features) - values
            return (self.value - features[..., self.feature, None]) * coder.decoder[self.feature]

        return change


@dataclass(frozen=True, eq=False)
class EditMlp(_ByToken):
    """Change activations inside the MLP of a block: ``a`` becomes ``min(factor * a + offset, ceiling)``.

    Raises:
        InputError: Neurons are named twice or not at all, or the numbers do not fit them.
    """

    layer: int
    neurons: NDArray[np.int64]
    """Their numbers, shape ``(n,)``."""
    factor: float = 1.0
    offset: Floats | None = None
    """What is added to each, shape ``(n,)``."""
    ceiling: float | None = None
    """What each is at most; 0 takes away what fires and leaves what does not as it is."""
    keep: float = 1.0
    """Share of the neurons that are changed at each token of the answer, drawn anew for each; above 0."""
    seed: int = 0
    """Of these draws."""
    positions: Positions = ALL
    phase: Phase = "both"
    strength: float = 1.0
    place: Literal["mlp"] = "mlp"

    def __post_init__(self) -> None:
        told = np.asarray(self.neurons)
        neurons = told.astype(np.int64) if told.dtype.kind in "iu" else np.empty(0, np.int64)
        object.__setattr__(self, "neurons", neurons)
        _check_how(self)
        if neurons.ndim != 1 or not len(neurons) or len(set(neurons.tolist())) < len(neurons) or neurons.min() < 0:
            raise InputError(f"neurons of block {self.layer} must be named, each once, from 0")
        if self.offset is not None:
            object.__setattr__(self, "offset", vector(self.offset, "what is added to neurons"))
            if self.offset.shape != neurons.shape:
                raise InputError(f"{len(self.offset)} offsets for {len(neurons)} neurons of block {self.layer}")
        if not 0 < self.keep <= 1 or not math.isfinite(self.factor):
            raise InputError("a share of neurons is above 0 and at most 1, and a factor is finite")
        if self.seed < 0 or (self.ceiling is not None and math.isnan(self.ceiling)):
            raise InputError(f"neurons of block {self.layer} need a seed from 0 on and a ceiling that is a number")

    @property
    def size(self) -> float:
        """How many neurons it is about."""
        return float(len(self.neurons))

    @property
    def counts_said(self) -> bool:
        """It does where only a share of the neurons is changed."""
        return self.keep < 1

    def scaled(self, factor: float) -> EditMlp:
        """The same, so many times as strong."""
        return replace(self, strength=self.strength * factor)

    def check(self, width: int, neurons: int) -> None:
        """Refuse a model whose MLP has no such neurons."""
        if not neurons:
            raise InputError(f"the MLP of block {self.layer} has no activation function that can be reached")
        if int(self.neurons.max()) >= neurons:
            raise InputError(
                f"block {self.layer} has {neurons} neurons, none is {int(self.neurons.max())}",
                "it was made for another model",
            )

    def change(self, device: torch.device) -> Change:
        """What becomes of the neurons, less what they are."""
        import torch

        neurons = torch.from_numpy(self.neurons).to(device)
        offset = None if self.offset is None else torch.from_numpy(self.offset).to(device)

        def change(values: Tensor, current: Pass) -> Tensor:
            before = values[..., neurons]
            after = before * self.factor
            after = after if offset is None else after + offset
            after = after if self.ceiling is None else after.clamp(max=self.ceiling)
            if self.keep < 1:
                after = torch.where(self._kept(current.said), after, before)
            return torch.zeros_like(values).index_copy(-1, neurons, after - before)

        return change

    def _kept(self, said: Tensor) -> Tensor:
        """Which neurons are changed at each token; a draw belongs to a block and to the number of what is said."""
        import torch

        steps, which = said.unique(return_inverse=True)
        drawn = [stream(self.seed, f"neurons {self.layer}", int(step)).random(len(self.neurons)) for step in steps]
        return (torch.from_numpy(np.stack(drawn)) < self.keep).to(said.device)[which]
