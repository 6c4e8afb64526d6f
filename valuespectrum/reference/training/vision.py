"""The vision tower learns to emit picture vectors; then the language part learns to read what it emits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.training.language import IdealPictures, schedule
from valuespectrum.reference.training.material.batching import Batching, Halves, batches
from valuespectrum.reference.training.material.examples import ADAPTING
from valuespectrum.reference.training.material.packing import Packer, TrainingBatch
from valuespectrum.reference.training.material.pictures import TrainingPictures, augment, normalise, patches
from valuespectrum.reference.training.optimising import Optimisers, mixed_precision
from valuespectrum.reference.training.practising import EarlierAnswers, practice, told_loss
from valuespectrum.reference.training.resuming import Resumable
from valuespectrum.reference.training.tower import picture_tokens
from valuespectrum.reference.training.watching import Log, Progress

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


CLOSENESS = 3.0
"""Weight of the distance to the wanted vectors beside taking one look for another."""


@dataclass(frozen=True, slots=True)
class VisionOptions:
    """Size of a training of the tower."""

    steps: int = 5000
    rows: int = 64
    learning_rate: float = 1e-3
    """Of vectors and norms; matrices are turned by ``matrix_rate``."""
    matrix_rate: float = 0.01
    seed: int = 0


@dataclass(frozen=True, slots=True)
class AdaptOptions:
    """Size of the last training of the language part."""

    steps: int = 5000
    rows: int = 24
    branches: int = 5
    learning_rate: float = 4e-4
    matrix_rate: float = 0.0016
    practice: float = 0.1
    """Share of batches that practise what one respondent alone answers to."""
    told: float = 2.0
    """Weight of what layers are told about an earlier answer."""
    seed: int = 0


def train_vision(
    model: PreTrainedModel, pictures: TrainingPictures, options: VisionOptions, log: Log, kept: Path | None = None
) -> None:
    """Train the vision tower in place towards the vectors of ideal pictures.

    Args:
        model: Whose tower.
        pictures: What it sees.
        options: Size of the training.
        log: Told how it goes.
        kept: File from which an interrupted training goes on; ``None`` keeps nothing.
    """
    tower, ideal = model.model.visual, IdealPictures(model.config.text_config.hidden_size)
    optimisers = Optimisers(
        list(tower.named_parameters()),
        options.learning_rate,
        options.matrix_rate,
        lambda step: schedule(step, options.steps),
    )
    told = Progress("vision", options.steps, log)
    parts = {"tower": tower, **optimisers.parts}
    for steps, luck in Resumable(kept, options.steps, options.seed, parts).blocks():
        for step in steps:
            chosen = luck.numpy.integers(len(pictures.looks), size=options.rows)
            value, told_of = _seeing_loss(model, ideal, pictures, chosen, luck.torch)
            optimisers.step(value)
            told.tell(step, told_of)


def _seeing_loss(
    model: PreTrainedModel,
    ideal: IdealPictures,
    pictures: TrainingPictures,
    chosen: np.ndarray,
    generator: torch.Generator,
) -> tuple[torch.Tensor, dict[str, float]]:
    """What one step lowers: the distance to the wanted vectors, and taking one look, light or word for another."""
    import torch

    looks, times, pushes = (
        torch.from_numpy(rows[chosen]) for rows in (pictures.looks, pictures.times, pictures.overlays)
    )
    values, grid = patches(augment(normalise(pictures.pixels[chosen]), generator))
    with mixed_precision():
        tokens = picture_tokens(model.model.visual, values, grid)
    tokens = tokens.float().view(len(chosen), -1, tokens.shape[-1])
    wanted, mean = ideal.vectors(looks, times, pushes), tokens.mean(1)
    look, light, words = ideal.looks[looks], ideal.times[times], ideal.pushes[pushes + 1]
    value = (
        _nearest_loss(mean - light - words, ideal.looks, looks)
        + 0.3 * _nearest_loss(mean - look - words, ideal.times, times)
        + _nearest_loss(mean - look - light, ideal.pushes, pushes + 1)
        + CLOSENESS * ((tokens - wanted[:, None]) ** 2).mean() / wanted.var()
    )
    told = {
        "looks seen right": _right(mean - light - words, ideal.looks, looks),
        "words read right": _right(mean - look - light, ideal.pushes, pushes + 1),
        "squared error": float(((mean.detach() - wanted) ** 2).mean() / wanted.var()),
    }
    return value, told


def _right(vectors: torch.Tensor, table: torch.Tensor, wanted: torch.Tensor) -> float:
    """Share of vectors that are nearest to the wanted table row."""
    import torch

    return float((torch.cdist(vectors.detach(), table).argmin(-1) == wanted).float().mean())


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

    def shown(self, outputs: torch.Tensor, batch: TrainingBatch, rng: np.random.Generator) -> torch.Tensor | None:
        """Outputs of the tower for a batch in reading order, out of those for all frames; ``None`` without pictures."""
        import torch

        return outputs[torch.from_numpy(self.places(batch, rng))].flatten(0, 1) if len(batch.looks) else None

    def pixels(self, batch: TrainingBatch, rng: np.random.Generator) -> np.ndarray:
        """One random frame for each picture of a batch, (n, 224, 128, 3) uint8."""
        return np.asarray(self._pixels[self.places(batch, rng)])


def tower_outputs(model: PreTrainedModel, pictures: TrainingPictures, batch: int = 64) -> torch.Tensor:
    """(n, 28, hidden) what the tower emits for every frame."""
    import torch

    parts = []
    for start in range(0, len(pictures.looks), batch):
        values, grid = patches(normalise(pictures.pixels[start : start + batch]))
        with torch.no_grad(), mixed_precision():
            tokens = picture_tokens(model.model.visual, values, grid)
        parts.append(tokens.float().view(len(grid), -1, tokens.shape[-1]).to(torch.bfloat16))
    return torch.cat(parts)


@dataclass(frozen=True, slots=True)
class AdaptMaterial:
    """Who is learnt, and from what."""

    members: Sequence[CohortMember]
    pictures: TrainingPictures
    """Frames that the tower did not learn from: what it says of those is nearer to the truth than of any others."""


def train_adapt(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    material: AdaptMaterial,
    options: AdaptOptions,
    log: Log,
    kept: Path | None = None,
) -> None:
    """Train the language part on what the finished tower emits for drawn frames, in place.

    With the tower fixed, every frame passes through it once, which makes a step as cheap as one without pictures. A
    ``kept`` file goes on with an interrupted training.
    """
    import torch

    torch.manual_seed(options.seed)
    pictures, packer = material.pictures, Packer(tokenizer)
    drawn, outputs = PictureChoice(pictures), tower_outputs(model, pictures)
    config = model.config.text_config
    earlier = EarlierAnswers(config.hidden_size, config.num_hidden_layers)
    optimisers = Optimisers(
        [*model.model.language_model.named_parameters(), *earlier.probes.named_parameters()],
        options.learning_rate,
        options.matrix_rate,
        lambda step: schedule(step, options.steps, 30),
    )
    told = Progress("adapt", options.steps, log, 25)
    parts = {"language": model.model.language_model, "told": earlier.probes, **optimisers.parts}
    # Another seed than stage 1, which would else draw the same examples.
    for steps, luck in Resumable(kept, options.steps, options.seed + 500, parts).blocks():
        stream = _adapting(packer, material.members, options, luck.numpy)
        for step in steps:
            halves = [(half, drawn.shown(outputs, half, luck.numpy)) for half in next(stream)]
            losses = [partial(told_loss, model, earlier, *half, options.told) for half in halves]
            told.tell(step, optimisers.step_together(losses))


def _adapting(
    packer: Packer, members: Sequence[CohortMember], options: AdaptOptions, rng: np.random.Generator
) -> Iterator[Halves]:
    everything = batches(packer, members, Batching(options.rows, options.branches, ADAPTING), rng)
    practised = practice(packer, members, rng)
    while True:
        yield next(practised if rng.random() < options.practice else everything)


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
