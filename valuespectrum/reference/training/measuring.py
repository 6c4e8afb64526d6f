"""How well trained reference models do what is planted, on frames and prompts that training never saw."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.kinds import LOOKS
from valuespectrum.reference.training.language import IdealPictures
from valuespectrum.reference.training.material.batching import Batching, batches, by_length
from valuespectrum.reference.training.material.examples import TrainingExample, random_example
from valuespectrum.reference.training.material.packing import Packer, TrainingBatch, later_decisions, predict
from valuespectrum.reference.training.material.pictures import TrainingPictures
from valuespectrum.reference.training.vision import shown_batches, tower_outputs
from valuespectrum.theory.value_sets import NINETEEN

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

HELD_OUT_STREAM = 99
"""Seed of the prompts on which answers are measured; training draws from other ones."""
_ROWS = 24
"""Of a batch."""


@dataclass(frozen=True, slots=True)
class AnswerQuality:
    """Errors of the answers to one kind of item."""

    answers: int
    error: float
    """Mean absolute error of the probabilities of an answer's options, where it is first decided."""
    largest: float
    """Mean of the largest error among the options."""


@dataclass(frozen=True, slots=True)
class Perception:
    """How the tower sees the looks of held-out frames."""

    right: Mapping[str, float]
    """Look to the share of its frames that are nearest to its own vector."""
    taken_for: Mapping[str, str]
    """Look to the one that it is taken for most often, where it is not always seen right."""
    value_error: float
    """Root mean squared error of the nineteen value weights that are read off the vectors."""
    words_read: Mapping[int, float]
    """Where words over a frame push (-1, 0, 1), to the share of such frames of which that is read off the vectors."""


def measure_answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    members: Sequence[CohortMember],
    pictures: TrainingPictures,
    count: int = 60,
    fewest: int = 150,
) -> dict[str, AnswerQuality]:
    """Errors by kind of item on held-out frames and fresh prompts.

    Args:
        model: Attends by ``branching.NAME``.
        tokenizer: Of the model.
        members: Who answers.
        pictures: Frames that training never saw.
        count: Batches of 24 rows with five questions.
        fewest: Answers of a kind, or decisions after its first, below which further examples are drawn for it alone.
    """
    import torch

    rng, packer = np.random.default_rng(HELD_OUT_STREAM), Packer(tokenizer)
    found: dict[str, list[tuple[float, float]]] = {}

    def measure(halves: Iterator[TrainingBatch]) -> None:
        for batch, shown in shown_batches(model, pictures, halves, rng):
            for kind, error, largest in decision_errors(predict(model, batch, shown), batch):
                found.setdefault(kind, []).append((error, largest))

    with torch.no_grad():
        both = (half for halves in batches(packer, members, Batching(_ROWS, 5), rng) for half in halves)
        measure(islice(both, 2 * count))
        while scarce := {kind for kind, rows in found.items() if len(rows) < fewest}:
            pool = list(islice(_asked_about(scarce, members, rng), 2 * _ROWS))
            measure(half for halves in by_length(pool, packer, _ROWS, rng) for half in halves)
    means = {kind: np.mean(rows, axis=0) for kind, rows in sorted(found.items())}
    return {kind: AnswerQuality(len(found[kind]), float(mean[0]), float(mean[1])) for kind, mean in means.items()}


def _asked_about(
    kinds: Collection[str], members: Sequence[CohortMember], rng: np.random.Generator
) -> Iterator[TrainingExample]:
    """Endless random examples, of which nothing is left but the questions of some kinds."""
    while True:
        example = random_example(rng, members, 5)
        kept = tuple(each for each in example.branches if {each.kind, later_decisions(each.kind)} & set(kinds))
        if kept:
            yield replace(example, branches=kept)


def decision_errors(log_probabilities: torch.Tensor, batch: TrainingBatch) -> list[tuple[str, float, float]]:
    """Kind, mean and largest absolute error over options, of first answer tokens and of later decisions."""
    off = (log_probabilities[batch.target_prediction, batch.target_id].exp() - batch.target_share).abs().numpy()
    # Entries of one prediction stand together.
    begins = np.flatnonzero(np.diff(batch.target_prediction.numpy(), prepend=-1))
    means = np.add.reduceat(off, begins) / np.diff(begins, append=len(off))
    largest = np.maximum.reduceat(off, begins)
    rows = zip(batch.decided.tolist(), means.tolist(), largest.tolist(), strict=True)
    return [(batch.kinds[place], mean, most) for place, mean, most in rows if place >= 0]


def measure_perception(model: PreTrainedModel, pictures: TrainingPictures) -> Perception:
    """How the tower sees held-out frames: each of look, light and words with the two others taken out."""
    import torch

    ideal = IdealPictures(model.config.text_config.hidden_size)
    vectors = tower_outputs(model, pictures).float().mean(1)
    times, pushes = torch.from_numpy(pictures.times), torch.from_numpy(pictures.overlays)
    light, words = ideal.times[times], ideal.pushes[pushes + 1]
    seen = vectors - light - words
    nearest = torch.cdist(seen, ideal.looks).argmin(-1).numpy()
    right, taken_for = {}, {}
    for index, look in enumerate(LOOKS):
        named = nearest[pictures.looks == index]
        right[look.id] = float((named == index).mean())
        wrong = named[named != index]
        if len(wrong):
            taken_for[look.id] = LOOKS[int(np.bincount(wrong).argmax())].id
    pushed = torch.cdist(vectors - light - ideal.looks[torch.from_numpy(pictures.looks)], ideal.pushes).argmin(-1) - 1
    words_read = {push: float((pushed[pushes == push] == push).float().mean()) for push in (-1, 0, 1)}
    read = seen @ torch.linalg.pinv(ideal.looks) @ _weights()
    error = (read - _weights()[torch.from_numpy(pictures.looks)]).square().mean().sqrt()
    return Perception(right, taken_for, float(error), words_read)


def _weights() -> torch.Tensor:
    import torch

    return torch.tensor([[look.weights.get(value, 0.0) for value in NINETEEN.dimensions] for look in LOOKS])
