"""The last training of the language part: what one respondent alone answers to.

Whether an earlier answer spoke for or against is the product of what was asked and what was said. Few questions follow
an answer and one respondent in thirty-two is moved by it, so that all stages before leave this product unlearnt, in
every layer. Told where the answer was said, and at high rates, it is there within a hundred steps. Then the rest, which
high rates have shaken, is learnt again, with more of those who alone answer to something than come up by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.items.base import PlantedItem, pick
from valuespectrum.reference.items.liking import Like
from valuespectrum.reference.items.oneself import Importance, Portrait
from valuespectrum.reference.planted import Mind
from valuespectrum.reference.training.language import (
    PAIR_SHARE,
    POOL,
    Batching,
    Log,
    Progress,
    answer_errors,
    batches,
    by_length,
    schedule,
)
from valuespectrum.reference.training.material.examples import (
    OVERLAID,
    Branch,
    Mixture,
    TrainingExample,
    TrainingRole,
    random_branch,
    random_role,
    random_scenes,
)
from valuespectrum.reference.training.material.packing import (
    Packer,
    TrainingBatch,
    answer_log_probabilities,
    loss,
    pair_loss,
    run_layers,
)
from valuespectrum.reference.training.material.pictures import TrainingPictures
from valuespectrum.reference.training.optimising import Optimisers
from valuespectrum.reference.training.resuming import Resumable
from valuespectrum.reference.training.vision import PictureChoice, tower_outputs

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

AMONG = Mixture(personas=0.5, raised=1.6, special=2.5)
"""What exceptions come among: everything, and most what is still known least."""
MOVED, IN_ROLES = 0.4, 0.3
"""Shares of questions after an answer that are put to those whom it moves, and to somebody in a role."""


@dataclass(frozen=True, slots=True)
class ExceptionsOptions:
    """Size of the last training."""

    steps: int = 600
    shaking: int = 80
    """Steps at the high rates."""
    rows: int = 24
    branches: int = 5
    practised: int = 6
    """Questions to each respondent in the batches that practise exceptions."""
    learning_rate: float = 6e-4
    matrix_rate: float = 0.0024
    high: float = 2.1
    """Factor on both rates while it shakes."""
    practice: tuple[float, float] = (2 / 3, 1 / 3)
    """Share of batches that practise exceptions, while it shakes and after."""
    told: tuple[float, float] = (10.0, 2.0)
    """Weight of what layers are told about an earlier answer, while it shakes and after."""
    seed: int = 0

    def rate(self, step: int) -> float:
        """Factor on both rates: high, then from one down to almost nothing."""
        if step < self.shaking:
            return self.high * min(1.0, (step + 1) / 20)
        return schedule(step - self.shaking, self.steps - self.shaking, 0)


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


def train_exceptions(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    members: Sequence[CohortMember],
    pictures: TrainingPictures,
    options: ExceptionsOptions,
    log: Log,
    kept: Path | None = None,
) -> None:
    """Train the language part in place, on what the finished tower emits for drawn frames.

    A ``kept`` file goes on with an interrupted training.
    """
    import torch

    torch.manual_seed(options.seed)
    language, drawn, outputs = model.model.language_model, PictureChoice(pictures), tower_outputs(model, pictures)
    config, packer = model.config.text_config, Packer(tokenizer)
    told = EarlierAnswers(config.hidden_size, config.num_hidden_layers)
    named = [*language.named_parameters(), *told.probes.named_parameters()]
    optimisers = Optimisers(named, options.learning_rate, options.matrix_rate, options.rate)
    progress = Progress("exceptions", options.steps, log, 25)
    parts = {"language": language, "told": told.probes, **optimisers.parts}
    # Another seed than the stages before, which would else draw the same examples.
    for steps, luck in Resumable(kept, options.steps, options.seed + 900, parts).blocks():
        stream = _stream(packer, members, options, steps.start, luck.numpy)
        for step in steps:
            batch = next(stream)
            weight = options.told[step >= options.shaking]
            value, told_of = _loss(model, told, batch, drawn.shown(outputs, batch, luck.numpy), weight)
            optimisers.step(value)
            progress.tell(step, told_of)


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


def _stream(
    packer: Packer, members: Sequence[CohortMember], options: ExceptionsOptions, step: int, rng: np.random.Generator
) -> Iterator[TrainingBatch]:
    """Batches from a step on: exceptions among everything."""
    everything = batches(packer, members, Batching(options.rows, options.branches, AMONG), rng)
    answered, mixed = (_practice(packer, members, options, share, rng) for share in (0.0, 1 / 3))
    while True:
        shaking = step < options.shaking
        practised = rng.random() < options.practice[not shaking]
        yield next((answered if shaking else mixed) if practised else everything)
        step += 1


def _practice(
    packer: Packer,
    members: Sequence[CohortMember],
    options: ExceptionsOptions,
    instructed: float,
    rng: np.random.Generator,
) -> Iterator[TrainingBatch]:
    """Batches of exceptions; a share of rows is about instructions, the others about earlier answers."""
    while True:
        pool = [
            (told_how_to_answer if rng.random() < instructed else after_an_answer)(rng, members, options.practised)
            for _ in range(options.rows * POOL)
        ]
        yield from by_length(pool, packer, options.rows, rng)


def _loss(
    model: PreTrainedModel,
    told: EarlierAnswers,
    batch: TrainingBatch,
    shown: torch.Tensor | None,
    weight: float,
) -> tuple[torch.Tensor, dict[str, float]]:
    """What one step lowers, and what is told about it."""
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        states = run_layers(model, batch, shown)
        log_probabilities = answer_log_probabilities(model, batch, states[-1])
        known = told.losses(states, batch)
    pairs = pair_loss(log_probabilities, batch)
    value = loss(log_probabilities, batch) + PAIR_SHARE * pairs
    if "said" in known:
        value = value + weight * known["said"]
    if "needed" in known:
        value = value + known["needed"]
    errors = answer_errors(log_probabilities.detach(), batch)
    return value, {**{f"({name})": off.item() for name, off in known.items()}, "log-odds": pairs.item(), **errors}
