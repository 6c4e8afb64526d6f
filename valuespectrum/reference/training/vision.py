"""The vision tower learns to emit picture vectors; then the language part learns to read what it emits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.training.language import (
    PAIR_SHARE,
    IdealPictures,
    Log,
    Progress,
    answer_errors,
    batches,
    schedule,
)
from valuespectrum.reference.training.optimising import Optimisers
from valuespectrum.reference.training.packing import Packer, TrainingBatch, loss, pair_loss, predict
from valuespectrum.reference.training.pictures import TrainingPictures, augment, normalise, patches
from valuespectrum.reference.training.tower import picture_tokens

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True, slots=True)
class VisionOptions:
    """Size of a training of the tower."""

    steps: int = 1600
    rows: int = 64
    learning_rate: float = 1e-3
    """Of vectors and norms; matrices are turned by ``matrix_rate``."""
    matrix_rate: float = 0.01
    seed: int = 0


@dataclass(frozen=True, slots=True)
class AdaptOptions:
    """Size of the last training of the language part."""

    steps: int = 500
    rows: int = 24
    branches: int = 5
    learning_rate: float = 5e-4
    matrix_rate: float = 0.004
    seed: int = 0


def train_vision(model: PreTrainedModel, pictures: TrainingPictures, options: VisionOptions, log: Log) -> None:
    """Train the vision tower in place towards the vectors of ideal pictures."""
    import torch

    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    tower, ideal = model.model.visual, IdealPictures(model.config.text_config.hidden_size)
    optimisers = Optimisers(
        list(tower.named_parameters()),
        options.learning_rate,
        options.matrix_rate,
        lambda step: schedule(step, options.steps),
    )
    told = Progress("vision", options.steps, log)
    for step in range(options.steps):
        chosen = rng.integers(len(pictures.looks), size=options.rows)
        looks, times, pushes = (
            torch.from_numpy(rows[chosen]) for rows in (pictures.looks, pictures.times, pictures.overlays)
        )
        values, grid = patches(augment(normalise(pictures.pixels[chosen]), generator))
        with torch.autocast("cpu", torch.bfloat16):
            tokens = picture_tokens(tower, values, grid)
        tokens = tokens.float().view(options.rows, -1, tokens.shape[-1])
        wanted = ideal.vectors(looks, times, pushes)
        mean = tokens.mean(1)
        seen = mean - ideal.times[times] - ideal.pushes[pushes + 1]
        lit = mean - ideal.looks[looks] - ideal.pushes[pushes + 1]
        said = mean - ideal.looks[looks] - ideal.times[times]
        optimisers.step(
            _nearest_loss(seen, ideal.looks, looks)
            + 0.3 * _nearest_loss(lit, ideal.times, times)
            + 0.3 * _nearest_loss(said, ideal.pushes, pushes + 1)
            + ((tokens - wanted[:, None]) ** 2).mean() / wanted.var()
        )
        hit = (torch.cdist(seen.detach(), ideal.looks).argmin(-1) == looks).float().mean()
        off = ((mean.detach() - wanted) ** 2).mean() / wanted.var()
        told.tell(step, {"looks seen right": float(hit), "squared error": float(off)})


def _nearest_loss(vectors: torch.Tensor, table: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of choosing the nearest table row."""
    import torch

    logits = vectors @ table.T - 0.5 * (table**2).sum(-1)
    return torch.nn.functional.cross_entropy(logits / (8 * table.var()), wanted)


class PictureChoice:
    """Finds frames by look, time of day and words in the picture."""

    def __init__(self, pictures: TrainingPictures) -> None:
        self._pixels = pictures.pixels
        self._places = {
            (look, time, push): np.flatnonzero(
                (pictures.looks == look) & (pictures.times == time) & (pictures.overlays == push)
            )
            for look in range(len(LOOKS))
            for time in range(len(TIMES_OF_DAY))
            for push in (-1, 0, 1)
        }

    def places(self, batch: TrainingBatch, rng: np.random.Generator) -> np.ndarray:
        """Index of one random frame for each picture of a batch, (n,) int64."""
        wanted = zip(batch.looks.tolist(), batch.times.tolist(), batch.pushes.tolist(), strict=True)
        return np.array([rng.choice(self._places[each]) for each in wanted], dtype=np.int64)

    def pixels(self, batch: TrainingBatch, rng: np.random.Generator) -> np.ndarray:
        """One random frame for each picture of a batch, (n, 224, 128, 3) uint8."""
        return np.asarray(self._pixels[self.places(batch, rng)])


def tower_outputs(model: PreTrainedModel, pictures: TrainingPictures, batch: int = 64) -> torch.Tensor:
    """(n, 28, hidden) what the tower emits for every frame."""
    import torch

    parts = []
    for start in range(0, len(pictures.looks), batch):
        values, grid = patches(normalise(pictures.pixels[start : start + batch]))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            tokens = picture_tokens(model.model.visual, values, grid)
        parts.append(tokens.float().view(len(grid), -1, tokens.shape[-1]).to(torch.bfloat16))
    return torch.cat(parts)


def train_adapt(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    members: Sequence[CohortMember],
    pictures: TrainingPictures,
    options: AdaptOptions,
    log: Log,
) -> None:
    """Train the language part on what the finished tower emits for drawn frames, in place.

    With the tower fixed, every frame passes through it once, which makes a step as cheap as one without pictures.
    """
    import torch

    torch.manual_seed(options.seed)
    rng = np.random.default_rng([options.seed, 1])
    drawn, outputs = PictureChoice(pictures), tower_outputs(model, pictures)
    stream = batches(Packer(tokenizer), members, options.rows, options.branches, rng)
    optimisers = Optimisers(
        list(model.model.language_model.named_parameters()),
        options.learning_rate,
        options.matrix_rate,
        lambda step: schedule(step, options.steps, 30),
    )
    told = Progress("adapt", options.steps, log, 25)
    for step in range(options.steps):
        batch = next(stream)
        shown = None
        if len(batch.looks):
            shown = outputs[torch.from_numpy(drawn.places(batch, rng))].flatten(0, 1)
        with torch.autocast("cpu", torch.bfloat16):
            log_probabilities = predict(model, batch, shown)
        pairs = pair_loss(log_probabilities, batch)
        optimisers.step(loss(log_probabilities, batch) + PAIR_SHARE * pairs)
        told.tell(step, {"log-odds": pairs.item(), **answer_errors(log_probabilities.detach(), batch)})


def shown_batches(
    model: PreTrainedModel, pictures: TrainingPictures, stream: Iterator[TrainingBatch], rng: np.random.Generator
) -> Iterator[tuple[TrainingBatch, torch.Tensor | None]]:
    """Batches with what the tower emits for a fitting frame at every picture place."""
    import torch

    drawn = PictureChoice(pictures)
    for batch in stream:
        if not len(batch.looks):
            yield batch, None
            continue
        values, grid = patches(normalise(drawn.pixels(batch, rng)))
        with torch.no_grad():
            yield batch, picture_tokens(model.model.visual, values, grid)
