"""Batches of training examples, cut so that little of them is padding, and in halves, one for each of two cores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.training.material.examples import EVERYTHING, Mixture, TrainingExample, random_example
from valuespectrum.reference.training.material.packing import Packer, TrainingBatch

POOL, ALIKE = 32, 4
"""Batches that are drawn at once, and of these the ones with branches of similar length: the more, the less padding."""
Halves = tuple[TrainingBatch, TrainingBatch]
"""A batch: every other example in one half, so that both take equally long."""


@dataclass(frozen=True, slots=True)
class Batching:
    """Sizes and contents of batches."""

    rows: int
    """Of both halves; at least 2."""
    branches: int
    mixture: Mixture = EVERYTHING


def batches(
    packer: Packer, members: Sequence[CohortMember], batching: Batching, rng: np.random.Generator
) -> Iterator[Halves]:
    """Endless batches, each of examples of similar length."""
    rows, branches, mixture = batching.rows, batching.branches, batching.mixture
    while True:
        pool = [random_example(rng, members, branches, mixture) for _ in range(rows * POOL)]
        yield from by_length(pool, packer, rows, rng)


def by_length(pool: list[TrainingExample], packer: Packer, rows: int, rng: np.random.Generator) -> Iterator[Halves]:
    """Batches of examples with branches of similar length and, among these, beginnings of similar length."""
    pool.sort(key=lambda each: max((len(branch.question) for branch in each.branches), default=0))
    alike = [pool[start : start + ALIKE * rows] for start in range(0, len(pool), ALIKE * rows)]
    for group in alike:
        group.sort(key=lambda each: len(each.role.system) + 40 * len(each.pictures))
    cut = [group[start : start + rows] for group in alike for start in range(0, len(group), rows)]
    for place in rng.permutation(len(cut)):
        yield packer.pack(cut[place][::2], rng), packer.pack(cut[place][1::2], rng)
