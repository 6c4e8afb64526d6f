"""Between language and tower: high rates at which the language part learns what an earlier answer meant.

At the rates of ``adapt`` this is not learnt; at these it is within a hundred steps, which shake everything else.
``adapt`` learns the rest again, and practises this beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.training.language import Batching, IdealPictures, Log, Progress, batches
from valuespectrum.reference.training.material.examples import FINISHING
from valuespectrum.reference.training.material.packing import Packer, TrainingBatch
from valuespectrum.reference.training.optimising import Optimisers
from valuespectrum.reference.training.practising import EarlierAnswers, practice, told_loss
from valuespectrum.reference.training.resuming import Resumable

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast


@dataclass(frozen=True, slots=True)
class ExceptionsOptions:
    """Size of this training."""

    steps: int = 100
    rows: int = 24
    branches: int = 5
    learning_rate: float = 1.2e-3
    matrix_rate: float = 0.005
    warmup: int = 20
    practice: float = 2 / 3
    """Share of batches that practise earlier answers; the others are about everything."""
    told: float = 10.0
    """Weight of what layers are told about an earlier answer."""
    picture_tokens: int = 4
    """Positions of a picture that are kept, as in ``language``."""
    noise: float = 0.4
    seed: int = 0


def train_exceptions(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    members: Sequence[CohortMember],
    options: ExceptionsOptions,
    log: Log,
    kept: Path | None = None,
) -> None:
    """Train the language part in place, on ideal pictures.

    Args:
        model: Attends by ``branching.NAME``.
        tokenizer: Of the model.
        members: Who shall be learnt.
        options: Size of the training.
        log: Told how it goes.
        kept: File from which an interrupted training goes on; ``None`` keeps nothing.
    """
    import torch

    torch.manual_seed(options.seed)
    language, config = model.model.language_model, model.config.text_config
    pictures, packer = IdealPictures(config.hidden_size), Packer(tokenizer, options.picture_tokens)
    told = EarlierAnswers(config.hidden_size, config.num_hidden_layers)
    optimisers = Optimisers(
        [*language.named_parameters(), *told.probes.named_parameters()],
        options.learning_rate,
        options.matrix_rate,
        lambda step: min(1.0, (step + 1) / options.warmup),
    )
    progress = Progress("exceptions", options.steps, log, 25)
    parts = {"language": language, "told": told.probes, **optimisers.parts}
    # Another seed than stage 1, which would else draw the same examples.
    for steps, luck in Resumable(kept, options.steps, options.seed + 900, parts).blocks():
        stream = _stream(packer, members, options, luck.numpy)
        for step in steps:
            batch = next(stream)
            shown = pictures.embeddings(batch, options.noise, luck.torch)
            value, told_of = told_loss(model, told, batch, shown, options.told)
            optimisers.step(value)
            progress.tell(step, told_of)


def _stream(
    packer: Packer, members: Sequence[CohortMember], options: ExceptionsOptions, rng: np.random.Generator
) -> Iterator[TrainingBatch]:
    everything = batches(packer, members, Batching(options.rows, options.branches, FINISHING), rng)
    practised = practice(packer, members, 0.0, rng)
    while True:
        yield next(practised if rng.random() < options.practice else everything)
