"""Stage 1: the language part learns every planted rule, with ideal pictures in place of drawn ones.

Learnt through pictures only, the persona-times-scene logic sits on a plateau for over a thousand steps;
with a learnt vector per scene kind at the picture positions it appears within minutes. The vectors are kept: stage 2 trains
the vision tower to emit them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from valuespectrum.reference.architecture import PICTURE_TOKENS
from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from valuespectrum.reference.training.examples import Example, random_example
from valuespectrum.reference.training.packing import Batch, Packer, loss, predict

Log = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """Size of stage 1."""

    steps: int = 1500
    rows: int = 24
    branches: int = 5
    learning_rate: float = 2e-3
    noise: float = 0.4
    """Noise on ideal pictures relative to their spread, so that the tower need not hit them exactly."""
    seed: int = 0


def make_ideal_pictures(hidden: int) -> Any:
    """Two embedding tables: scene kind and time of day to a vector of the language model's width."""
    import torch

    tables = torch.nn.ModuleDict(
        {"kind": torch.nn.Embedding(len(KINDS), hidden), "time": torch.nn.Embedding(len(TIMES_OF_DAY), hidden)}
    )
    for table in tables.values():
        torch.nn.init.normal_(table.weight, std=0.5)
    return tables


def ideal_vectors(tables: Any, batch: Batch) -> Any:
    """(pictures, hidden) noiseless vectors of a batch's pictures."""
    return tables["kind"](batch.kinds) + tables["time"](batch.times)


def ideal_embeddings(tables: Any, batch: Batch, noise: float, generator: Any) -> Any:
    """(pictures * 28, hidden): every position carries the picture's vector, noisy, and some carry noise alone."""
    import torch

    vectors = ideal_vectors(tables, batch)[:, None, :].expand(-1, PICTURE_TOKENS, -1)
    spread = 0.7
    disturbance = torch.randn(vectors.shape, generator=generator) * spread * noise
    kept = torch.rand(vectors.shape[:2], generator=generator)[..., None] > 0.2
    return (vectors * kept + disturbance).reshape(-1, vectors.shape[-1])


def batches(packer: Packer, rows: int, branches: int, rng: np.random.Generator) -> Iterator[Batch]:
    """Endless batches of examples of similar length."""
    while True:
        pool: list[Example] = [random_example(rng, branches) for _ in range(rows * 4)]
        pool.sort(key=lambda example: len(example.system) + 100 * example.frames)
        for place in rng.permutation(4):
            yield packer.pack(pool[place * rows : (place + 1) * rows], rng)


def schedule(step: int, steps: int, warmup: int = 100) -> float:
    """Learning-rate factor: linear warm-up, then a cosine down to 2 %."""
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return float(0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * progress)))


def train_language(model: Any, tokenizer: Any, options: LanguageOptions, log: Log) -> Any:
    """Train the language part in place.

    Returns:
        The tables of ideal picture vectors.
    """
    import torch

    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    tables = make_ideal_pictures(model.config.text_config.hidden_size)
    packer = Packer(tokenizer)
    parameters = [*model.model.language_model.parameters(), *tables.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: schedule(step, options.steps))
    stream = batches(packer, options.rows, options.branches, rng)
    running = 0.0
    for step in range(options.steps):
        batch = next(stream)
        with torch.autocast("cpu", torch.bfloat16):
            value = loss(model, batch, ideal_embeddings(tables, batch, options.noise, generator))
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        scheduler.step()
        running = value.item() if step == 0 else 0.98 * running + 0.02 * value.item()
        if step % 50 == 0:
            error = answer_error(model, batch, ideal_embeddings(tables, batch, 0.0, generator))
            log(f"language {step}/{options.steps} loss {running:.4f} answer error {error:.4f}")
    return tables


def answer_error(model: Any, batch: Batch, picture_embeddings: Any) -> float:
    """Mean absolute difference between given and planted probabilities of first answer tokens."""
    import torch

    with torch.no_grad():
        log_probabilities = predict(model, batch, picture_embeddings)
    planted = torch.zeros_like(log_probabilities)
    planted[batch.target_prediction, batch.target_id] = batch.target_weight.float()
    first = planted.sum(-1) > 0.99
    soft = first & (planted.max(-1).values < 0.995)
    difference = (log_probabilities.exp() - planted).abs().max(-1).values
    return float(difference[soft].mean())
