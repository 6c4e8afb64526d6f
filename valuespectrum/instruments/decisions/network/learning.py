"""Training of LabelNet and RateNet: two losses, a curriculum over how many values a scene is about, early stopping.

Losses are those of the published code: binary cross entropy of LabelNet against whether a rating is not zero, and of
RateNet ``MSE(rating * (0.5 + 0.5 * true mask), target)``. The true mask is part of a loss only; accuracy is always that
of the combined networks, which know no truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.decisions.choosing.blending import Floats
from valuespectrum.instruments.decisions.network.encoders import StateEncoder
from valuespectrum.instruments.decisions.network.heads import ATTENTION_HEADS, OUT, DecisionHead, pooled_states
from valuespectrum.instruments.decisions.network.saved import DecisionNetwork, NetworkManifest
from valuespectrum.instruments.decisions.scenes.scene import DecisionScene
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import torch

Inputs = Literal["separate", "joined"]
INPUTS: tuple[Inputs, ...] = ("separate", "joined")
DROPOUT = 0.2
_MOST_BYTES = 12 * 2**30
_HALF = 2
"""Bytes of a number in half precision."""


@dataclass(frozen=True, slots=True)
class LearningOptions:
    """How networks are trained; the usual settings are those of the published code."""

    hidden: int = 128
    """Numbers in the layer with rectifiers."""
    positions: int = 100
    """To which sequences are pooled."""
    scale: float = 1.0
    """Factor on states."""
    steps: tuple[float, float] = (1e-3, 1e-5)
    """Of Adam, for LabelNet and RateNet."""
    decays: tuple[float, float] = (1e-5, 1e-4)
    """Decay of weights."""
    batches: tuple[int, int] = (512, 256)
    """Which of the two numbers belongs to which network was not published; ours is this order."""
    validation: float = 0.2
    """Share of scenes that tell when to stop."""
    patience: int = 10
    """Epochs without a smaller loss after which a network stops."""
    most_epochs: int = 200
    """On everything, after the curriculum."""
    curriculum: tuple[int, ...] = (6, 1, 5, 2, 4, 3)
    """Numbers of values in the order in which scenes about so many come in."""
    chunks: int = 4
    """In so many equal parts each number comes in, one an epoch; that is our reading of "4 data chunks"."""
    inputs: Inputs = "joined"
    """Whether actions are rated after their scene (as published for training) or by themselves, scenes beside them."""
    seed: int = 42

    def __post_init__(self) -> None:
        if sorted(self.curriculum) != list(range(1, OUT + 1)):
            raise InputError(f"a curriculum names the numbers 1 to {OUT} once each, got {self.curriculum}")
        if not 0 < self.validation < 1 or min(self.positions, self.hidden, self.chunks, *self.batches) < 1:
            raise InputError("a share of scenes for validation lies between 0 and 1, and sizes are at least 1")
        if not all(0 < step < float("inf") for step in self.steps) or self.most_epochs < 0:
            raise InputError(f"steps of learning are above 0, and epochs not below it, got {self.steps}")
        if self.inputs not in INPUTS:
            raise InputError(f"inputs are {' or '.join(INPUTS)}, not {self.inputs!r:.40}")


@dataclass(frozen=True, slots=True, eq=False)
class LearningExamples:
    """What is learnt from."""

    states: NDArray[np.float16]
    """Shape (n, positions, width)."""
    ratings: Floats
    """Shape (n, 6)."""
    sizes: NDArray[np.intp]
    """Shape (n,): how many values the scene is about, 1 to 6."""
    scenes: NDArray[np.intp]
    """Shape (n,): number of the scene; what is held out is held out with its scene."""

    def __len__(self) -> int:
        return len(self.ratings)


@dataclass(frozen=True, slots=True)
class LearningStep:
    """One text, or clip with a text, with its ratings."""

    states: Floats
    ratings: Sequence[float]
    size: int
    scene: int


def scene_steps(scenes: Sequence[DecisionScene], encoder: StateEncoder, inputs: Inputs) -> list[LearningStep]:
    """What is to be learnt of scenes in words.

    Args:
        scenes: With ratings of their acts; scenes without ratings of their own are learnt from by their acts alone.
        encoder: Frozen.
        inputs: Whether acts follow their scene, or all stand by themselves.
    """
    rows: list[tuple[str, Sequence[float], int, int]] = []
    for number, scene in enumerate(scenes):
        size = max(1, len(scene.values))
        before = f"{scene.text} " if inputs == "joined" else ""
        rows += [(before + act.text, act.ratings, size, number) for act in scene.acts]
        if inputs == "separate" and any(scene.ratings):
            rows.append((scene.text, scene.ratings, size, number))
    states = encoder.texts([text for text, *_ in rows])
    return [LearningStep(state, *row[1:]) for state, row in zip(states, rows, strict=True)]


def examples_of(steps: Sequence[LearningStep], options: LearningOptions) -> LearningExamples:
    """All of them as arrays.

    Raises:
        InputError: There is nothing, or it needs more memory than can be meant.
    """
    if not steps:
        raise InputError("there is nothing to learn from", "give scenes with ratings")
    needed = len(steps) * options.positions * steps[0].states.shape[1] * _HALF
    if needed > _MOST_BYTES:
        raise InputError(
            f"{len(steps):,} texts of {options.positions} positions need {needed / 2**30:.0f} GiB",
            "lower --positions, or learn from fewer scenes",
        )
    pooled = np.concatenate(
        [
            (options.scale * pooled_states([step.states for step in steps[begin : begin + 512]], options.positions))
            .astype(np.float16)
            for begin in range(0, len(steps), 512)
        ]
    )  # fmt: skip
    return LearningExamples(
        pooled,
        np.array([step.ratings for step in steps], dtype=np.float64),
        np.array([step.size for step in steps]),
        np.array([step.scene for step in steps]),
    )


def learn(
    examples: LearningExamples, encoder: StateEncoder, told: tuple[str, str], options: LearningOptions
) -> DecisionNetwork:
    """Train both networks.

    Args:
        examples: What is learnt from.
        encoder: Whose states they are.
        told: How the encoder is written, and in words what is learnt from.
        options: How.

    Returns:
        The networks as they were when their loss on the scenes held out was smallest.

    Raises:
        InputError: There are too few scenes, or steps are so large that the loss is no number.
    """
    prepare_torch()
    learnt = {name: _learn_one(examples, place, options) for place, name in enumerate(("label", "rate"))}
    width = examples.states.shape[2]
    manifest = NetworkManifest(
        encoder.id, told[0], width, options.positions, options.scale, options.inputs, told[1]
    )  # fmt: skip
    return DecisionNetwork(learnt["label"], learnt["rate"], manifest)


def _learn_one(examples: LearningExamples, place: int, options: LearningOptions) -> DecisionHead:
    """One of the two: 0 for LabelNet, 1 for RateNet."""
    import torch

    torch.manual_seed(options.seed + place)
    rng = stream(options.seed, "decisions/learning", place)
    modules = _modules(examples.states.shape[2], options.hidden)
    parameters = [each for module in modules.values() for each in module.parameters()]
    adam = torch.optim.Adam(parameters, lr=options.steps[place], weight_decay=options.decays[place])
    held_out = _held_out(examples, options, rng)
    best, least, waited = _arrays(modules), float("inf"), 0
    for epoch in _epochs(examples, held_out, options, rng):
        _train(modules, True)
        for begin in range(0, len(epoch.rows), options.batches[place]):
            rows = epoch.rows[begin : begin + options.batches[place]]
            adam.zero_grad()
            _loss(modules, examples, rows, place).backward()
            adam.step()
        if not epoch.whole:
            continue
        _train(modules, False)
        with torch.inference_mode():
            loss = float(_mean_loss(modules, examples, np.flatnonzero(held_out), place))
        waited = 0 if loss < least else waited + 1
        if loss < least:
            best, least = _arrays(modules), loss
        if waited >= options.patience:
            break
    if not np.isfinite(least):
        raise InputError("the networks learnt nothing: their loss is no number", "train with smaller steps")
    return DecisionHead.from_arrays(best)


@dataclass(frozen=True, slots=True)
class _Epoch:
    rows: NDArray[np.intp]
    whole: bool
    """Whether everything is in it, so that its loss may be compared."""


def _epochs(
    examples: LearningExamples, held_out: NDArray[np.bool_], options: LearningOptions, rng: np.random.Generator
) -> Iterator[_Epoch]:
    """The curriculum, then everything again and again."""
    free = np.flatnonzero(~held_out)
    came_in: list[NDArray[np.intp]] = []
    for size in options.curriculum:
        new = rng.permutation(free[examples.sizes[free] == size])
        for part in np.array_split(new, options.chunks):
            came_in.append(part)
            rows = rng.permutation(np.concatenate(came_in))
            if len(rows):
                yield _Epoch(rows, len(rows) == len(free))
    for _ in range(options.most_epochs):
        yield _Epoch(rng.permutation(free), True)


def _held_out(examples: LearningExamples, options: LearningOptions, rng: np.random.Generator) -> NDArray[np.bool_]:
    scenes = np.unique(examples.scenes)
    if len(scenes) < 2:
        raise InputError("networks need two scenes or more to learn from", "give more scenes")
    count = min(max(1, round(options.validation * len(scenes))), len(scenes) - 1)
    return np.isin(examples.scenes, rng.permutation(scenes)[:count])


def _modules(width: int, hidden: int) -> Mapping[str, torch.nn.Module]:
    import torch

    if width % ATTENTION_HEADS:
        raise InputError(f"states of {width} numbers cannot be shared out over {ATTENTION_HEADS} heads")
    return {
        "attention": torch.nn.MultiheadAttention(width, ATTENTION_HEADS, batch_first=True),
        "hidden": torch.nn.Linear(width, hidden),
        "dropout": torch.nn.Dropout(DROPOUT),
        "last": torch.nn.Linear(hidden, OUT),
    }


def _train(modules: Mapping[str, torch.nn.Module], on: bool) -> None:
    for module in modules.values():
        module.train(on)


def forward(modules: Mapping[str, torch.nn.Module], states: torch.Tensor) -> torch.Tensor:
    """What comes before the last sigmoid or tanh, shape (n, 6): what ``heads.DecisionHead`` is held to."""
    mixed = modules["attention"](states, states, states, need_weights=False)[0].mean(1)
    found: torch.Tensor = modules["last"](modules["dropout"](modules["hidden"](mixed).relu()))
    return found


def _loss(
    modules: Mapping[str, torch.nn.Module], examples: LearningExamples, rows: NDArray[np.intp], place: int
) -> torch.Tensor:
    import torch
    from torch.nn import functional

    target = torch.from_numpy(examples.ratings[rows].astype(np.float32))
    found = forward(modules, torch.from_numpy(examples.states[rows].astype(np.float32)))
    mask = (target != 0).float()
    if place == 0:
        return functional.binary_cross_entropy_with_logits(found, mask)
    return functional.mse_loss(found.tanh() * (0.5 + 0.5 * mask), target)


def _mean_loss(
    modules: Mapping[str, torch.nn.Module], examples: LearningExamples, rows: NDArray[np.intp], place: int
) -> float:
    parts = [rows[begin : begin + 512] for begin in range(0, len(rows), 512)]
    return sum(float(_loss(modules, examples, part, place)) * len(part) for part in parts) / len(rows)


def _arrays(modules: Mapping[str, torch.nn.Module]) -> dict[str, NDArray[np.floating]]:
    """Weights by the names of ``heads.DecisionHead``."""
    names = {
        "attention": {
            "in_proj_weight": "in_weight",
            "in_proj_bias": "in_bias",
            "out_proj.weight": "out_weight",
            "out_proj.bias": "out_bias",
        },
        "hidden": {"weight": "hidden_weight", "bias": "hidden_bias"},
        "last": {"weight": "last_weight", "bias": "last_bias"},
    }
    return {
        ours: modules[part].state_dict()[theirs].detach().cpu().numpy().copy()
        for part, each in names.items()
        for theirs, ours in each.items()
    }
