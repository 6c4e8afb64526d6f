"""The vision tower learns to emit picture vectors; then the language part learns to read what it emits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from valuespectrum.reference.training.language import PAIR_SHARE, IdealPictures, Log, answer_error, batches, schedule
from valuespectrum.reference.training.packing import Packer, TrainingBatch, loss, pair_loss, predict
from valuespectrum.reference.training.pictures import TrainingPictures, augment, normalise, patches
from valuespectrum.reference.training.tower import picture_tokens

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True, slots=True)
class VisionOptions:
    """Size of a training of the tower."""

    steps: int = 1200
    rows: int = 64
    learning_rate: float = 1e-3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class AdaptOptions:
    """Size of the last training of the language part."""

    steps: int = 450
    rows: int = 28
    branches: int = 5
    learning_rate: float = 6e-4
    seed: int = 0


def train_vision(
    model: PreTrainedModel, tables: IdealPictures, pictures: TrainingPictures, options: VisionOptions, log: Log
) -> None:
    """Train the vision tower in place towards fixed tables of vectors."""
    import torch

    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    kind_table, time_table = tables["kind"].weight.detach(), tables["time"].weight.detach()
    tower = model.model.visual
    optimiser = torch.optim.AdamW(tower.parameters(), lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: schedule(step, options.steps))
    running, right = 0.0, 0.0
    for step in range(options.steps):
        chosen = rng.integers(len(pictures.kinds), size=options.rows)
        kinds, times = (torch.from_numpy(rows[chosen]) for rows in (pictures.kinds, pictures.times))
        values, grid = patches(augment(normalise(pictures.pixels[chosen]), generator))
        with torch.autocast("cpu", torch.bfloat16):
            tokens = picture_tokens(tower, values, grid)
        tokens = tokens.float().view(options.rows, -1, tokens.shape[-1])
        wanted = kind_table[kinds] + time_table[times]
        mean = tokens.mean(1)
        value = (
            _nearest_loss(mean - time_table[times], kind_table, kinds)
            + 0.3 * _nearest_loss(mean - kind_table[kinds], time_table, times)
            + ((tokens - wanted[:, None]) ** 2).mean() / wanted.var()
        )
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(tower.parameters(), 1.0)
        optimiser.step()
        scheduler.step()
        hit = float((torch.cdist(mean.detach() - time_table[times], kind_table).argmin(-1) == kinds).float().mean())
        running = value.item() if step == 0 else 0.97 * running + 0.03 * value.item()
        right = hit if step == 0 else 0.97 * right + 0.03 * hit
        if step % 50 == 0:
            log(f"vision {step}/{options.steps} loss {running:.4f} kind accuracy {right:.3f}")


def _nearest_loss(vectors: torch.Tensor, table: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of choosing the nearest table row."""
    import torch

    logits = vectors @ table.T - 0.5 * (table**2).sum(-1)
    return torch.nn.functional.cross_entropy(logits / (8 * table.var()), wanted)


def picture_embeddings(
    model: PreTrainedModel, batch: TrainingBatch, drawn: PictureChoice, rng: np.random.Generator
) -> torch.Tensor | None:
    """Tower output for fitting drawn frames at every picture place of a batch."""
    if not len(batch.kinds):
        return None
    values, grid = patches(normalise(drawn.pick(batch.kinds.numpy(), batch.times.numpy(), rng)))
    return picture_tokens(model.model.visual, values, grid)


class PictureChoice:
    """Finds frames by scene kind and time of day."""

    def __init__(self, pictures: TrainingPictures) -> None:
        self._pictures = pictures
        self._places = {
            (kind, time): np.flatnonzero((pictures.kinds == kind) & (pictures.times == time))
            for kind in range(len(KINDS))
            for time in range(len(TIMES_OF_DAY))
        }

    def places(self, kinds: np.ndarray, times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Index of one random frame for each pair, (n,) int64."""
        chosen = [rng.choice(self._places[int(kind), int(time)]) for kind, time in zip(kinds, times, strict=True)]
        return np.asarray(chosen)

    def pick(self, kinds: np.ndarray, times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One random frame for each pair, (n, 224, 128, 3) uint8."""
        return np.asarray(self._pictures.pixels[self.places(kinds, times, rng)])


def tower_outputs(model: PreTrainedModel, pictures: TrainingPictures, batch: int = 64) -> torch.Tensor:
    """(n, 28, hidden) what the tower emits for every frame."""
    import torch

    parts = []
    for start in range(0, len(pictures.kinds), batch):
        values, grid = patches(normalise(pictures.pixels[start : start + batch]))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            tokens = picture_tokens(model.model.visual, values, grid)
        parts.append(tokens.float().view(len(grid), -1, tokens.shape[-1]))
    return torch.cat(parts)


def train_adapt(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
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
    stream = batches(Packer(tokenizer), options.rows, options.branches, rng)
    parameters = list(model.model.language_model.parameters())
    optimiser = torch.optim.AdamW(parameters, lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: schedule(step, options.steps, 30))
    running = np.zeros(3)
    for step in range(options.steps):
        batch = next(stream)
        shown = None
        if len(batch.kinds):
            chosen = drawn.places(batch.kinds.numpy(), batch.times.numpy(), rng)
            shown = outputs[torch.from_numpy(chosen)].flatten(0, 1)
        with torch.autocast("cpu", torch.bfloat16):
            log_probabilities = predict(model, batch, shown)
        pairs = pair_loss(log_probabilities, batch)
        value = loss(log_probabilities, batch) + PAIR_SHARE * pairs
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        scheduler.step()
        fresh = np.array([value.item(), pairs.item(), answer_error(log_probabilities.detach(), batch)])
        running = fresh if step == 0 else 0.95 * running + 0.05 * fresh
        if step % 25 == 0:
            log(
                f"adapt {step}/{options.steps} loss {running[0]:.4f} squared error of log-odds {running[1]:.4f} "
                f"answer error {running[2]:.4f}"
            )


def measure_answers(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    pictures: TrainingPictures,
    count: int = 20,
    seed: int = 99,
) -> float:
    """Mean absolute error of answer probabilities on held-out frames and fresh prompts."""
    import torch

    rng = np.random.default_rng(seed)
    drawn = PictureChoice(pictures)
    stream = batches(Packer(tokenizer), 24, 5, rng)
    errors = []
    with torch.no_grad():
        for _ in range(count):
            batch = next(stream)
            log_probabilities = predict(model, batch, picture_embeddings(model, batch, drawn, rng))
            errors.append(answer_error(log_probabilities, batch))
    return float(np.mean(errors))
