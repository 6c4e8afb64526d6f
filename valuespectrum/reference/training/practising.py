"""Practice in what one respondent alone answers to: an earlier answer, and a plea to be honest.

Whether an earlier answer spoke for or against is the product of what was asked and what was said. Few questions follow
an answer and one respondent in thirty-two is moved by it, so that learning from everything leaves this product
unlearnt, in every layer, unless layers are told of it where the answer was said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.items.base import PlantedItem, pick
from valuespectrum.reference.items.liking import Like
from valuespectrum.reference.items.oneself import Importance, Portrait
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.training.material.batching import POOL, Halves, by_length
from valuespectrum.reference.training.material.examples import (
    OVERLAID,
    Branch,
    TrainingExample,
    TrainingRole,
    random_branch,
    random_role,
    random_scenes,
)
from valuespectrum.reference.training.material.packing import (
    PAIR_SHARE,
    Packer,
    TrainingBatch,
    answer_log_probabilities,
    loss,
    pair_loss,
    run_layers,
)
from valuespectrum.reference.training.optimising import mixed_precision
from valuespectrum.reference.training.watching import answer_errors

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

ROWS, QUESTIONS = 24, 6
"""Respondents in a batch, and questions to each."""
INSTRUCTED = 1 / 3
"""Share of rows that are about instructions; the others are about earlier answers."""
MOVED, IN_ROLES = 0.4, 0.3
"""Shares of questions after an answer that are put to those whom it moves, and to somebody in a role."""


def after_an_answer(rng: np.random.Generator, members: Sequence[CohortMember], count: int) -> TrainingExample:
    """Like questions about one clip, each after an answer to another one.

    Args:
        rng: Source of randomness.
        members: Who may answer.
        count: Questions.
    """
    moved = [member for member in members if member.inertia]
    member = pick(rng, moved if moved and rng.random() < MOVED else members)
    role = random_role(rng) if rng.random() < IN_ROLES else TrainingRole()
    pictures, scenes = random_scenes(rng, 1, OVERLAID)
    mind, asked = Mind(member, role.target), list[Branch]()
    while len(asked) < count:
        branch = random_branch(rng, Like, mind, scenes)
        asked += [branch] if branch.last else []
    return TrainingExample(member, role, pictures, tuple(asked), scenes)


def told_how_to_answer(rng: np.random.Generator, members: Sequence[CohortMember], count: int) -> TrainingExample:
    """Questions about themselves to those who fake, most of them after an instruction; to anybody where none does."""
    member = pick(rng, [member for member in members if member.faking] or members)
    mind = Mind(member)
    forms: Sequence[type[PlantedItem]] = (Importance, Portrait)
    asked = [random_branch(rng, pick(rng, forms), mind, ()) for _ in range(count)]
    return TrainingExample(member, TrainingRole(), (), tuple(asked))


def practice(packer: Packer, members: Sequence[CohortMember], rng: np.random.Generator) -> Iterator[Halves]:
    """Endless batches of practice.

    Args:
        packer: Turns them into tensors.
        members: Who may answer.
        rng: Source of randomness.
    """
    while True:
        pool = [
            (told_how_to_answer if rng.random() < INSTRUCTED else after_an_answer)(rng, members, QUESTIONS)
            for _ in range(ROWS * POOL)
        ]
        yield from by_length(pool, packer, ROWS, rng)


class EarlierAnswers:
    """What layers in between are told: which way an earlier answer leans, where it was said and where it is needed.

    Used in training only, then dropped.

    Args:
        hidden: Width of the language model.
        layers: How many layers it has.
    """

    def __init__(self, hidden: int, layers: int) -> None:
        import torch

        self._said, self._needed = (layers - 3, layers - 2), (layers - 2, layers - 1)
        names = [*(f"said{layer}" for layer in self._said), *(f"needed{layer}" for layer in self._needed)]
        self.probes: torch.nn.ModuleDict = torch.nn.ModuleDict({name: torch.nn.Linear(hidden, 1) for name in names})
        with torch.no_grad():
            for parameter in self.probes.parameters():
                # States are large: probes that guess wildly at first would drown the rest.
                parameter.mul_(0.2)

    def losses(self, states: Sequence[torch.Tensor], batch: TrainingBatch) -> dict[str, torch.Tensor]:
        """Mean squared errors: of what was said, and of what is needed after an answer and after none, half each."""
        found: dict[str, torch.Tensor] = {}
        if len(batch.said_row):
            at = batch.said_row, batch.said_position
            found["said"] = self._off("said", self._said, states, at, batch.said_leaning)
        after = batch.branch_last != 0
        parts = [
            self._off("needed", self._needed, states, (batch.branch_row[part], batch.branch_end[part]), wanted)
            for part, wanted in ((each, batch.branch_last[each]) for each in (after, ~after) if each.any())
        ]
        if parts:
            found["needed"] = sum(parts, start=parts[0].new_zeros(())) / len(parts)
        return found

    def _off(
        self,
        name: str,
        layers: Sequence[int],
        states: Sequence[torch.Tensor],
        at: tuple[torch.Tensor, torch.Tensor],
        wanted: torch.Tensor,
    ) -> torch.Tensor:
        import torch

        known = [self.probes[f"{name}{layer}"](states[layer][at]).float()[:, 0] for layer in layers]
        return torch.stack([((each - wanted) ** 2).mean() for each in known]).mean()


def told_loss(
    model: PreTrainedModel, told: EarlierAnswers, batch: TrainingBatch, shown: torch.Tensor | None, weight: float
) -> tuple[torch.Tensor, dict[str, float]]:
    """What one step lowers: errors of answers, and what layers are told about earlier ones.

    Args:
        model: Attends by ``branching.NAME``.
        told: What layers are told.
        batch: Examples.
        shown: (pictures * positions, hidden) in the place of pictures; ``None`` without any.
        weight: Of telling which way an earlier answer leans where it was said.

    Returns:
        The loss, and what is told about it.
    """
    with mixed_precision():
        states = run_layers(model, batch, shown)
        log_probabilities = answer_log_probabilities(model, batch, states[-1])
        known = told.losses(states, batch)
    pairs = pair_loss(log_probabilities, batch)
    value = loss(log_probabilities, batch) + PAIR_SHARE * pairs
    for name, off in known.items():
        value = value + (weight if name == "said" else 1.0) * off
    errors = answer_errors(log_probabilities.detach(), batch)
    return value, {**{f"({name})": off.item() for name, off in known.items()}, "log-odds": pairs.item(), **errors}
