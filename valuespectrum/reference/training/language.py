"""Stage 1: the language part learns every planted rule, with ideal pictures in place of drawn ones.

Learnt through pictures only, the persona-times-scene logic sits on a plateau for over a thousand steps; with a learnt
vector per scene kind at the picture positions it appears within minutes. The vectors are kept: the vision tower is
trained to emit them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np

from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from valuespectrum.reference.training.examples import EVERYTHING, Example, mixture_at, random_example
from valuespectrum.reference.training.packing import Batch, Packer, answer_log_probabilities, loss, run_layers
from valuespectrum.values import LABELS, VALUES

Log = Callable[[str], None]
WORD_SPREAD = 0.05
"""Standard deviation of the word embeddings at the start."""


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """Size of stage 1."""

    steps: int = 850
    rows: int = 40
    branches: int = 4
    learning_rate: float = 2e-3
    picture_tokens: int = 6
    """Positions of a picture that are kept; the others add cost and no information here."""
    noise: float = 0.4
    """Noise on ideal pictures relative to their spread, so that the tower need not hit them exactly."""
    seed: int = 0


def make_ideal_pictures(model: Any, tokenizer: Any) -> Any:
    """Two embedding tables: scene kind and time of day to a vector of the language model's width.

    A kind starts near the words of its values, so that what is learnt about a value named in a question also serves
    for a value shown in a picture.
    """
    import torch

    words = model.model.language_model.embed_tokens.weight.detach()
    hidden = words.shape[1]

    tables: Any = torch.nn.ModuleDict(
        {"kind": torch.nn.Embedding(len(KINDS), hidden), "time": torch.nn.Embedding(len(TIMES_OF_DAY), hidden)}
    )
    with torch.no_grad():
        for table in tables.values():
            table.weight.normal_(std=WORD_SPREAD)
        for index, kind in enumerate(KINDS):
            for value, weight in kind.weights.items():
                ids = tokenizer.encode(" " + LABELS[value].lower(), add_special_tokens=False)
                tables["kind"].weight[index] += 2 * weight * words[ids].mean(0)
    return tables


class Guide:
    """Supervision of what the layers in between should know; used in training only, then dropped.

    At the end of the prefix the third layer should hold the profile of the respondent in its role, at the end of a
    question the fourth should hold the log-odds behind the answer. Without it, 950 steps of the same size left half
    of the planted differences unlearnt.

    Args:
        hidden: Width of the language model.
    """

    profile_layers, log_odds_layer = (2, 3), 4

    def __init__(self, hidden: int) -> None:
        import torch

        self.probes: Any = torch.nn.ModuleDict(
            {
                **{f"profile{layer}": torch.nn.Linear(hidden, len(VALUES)) for layer in self.profile_layers},
                "log_odds": torch.nn.Linear(hidden, 1),
            }
        )

    def losses(self, states: Any, batch: Batch) -> tuple[Any, Any]:
        """Mean squared errors of the profile and of the log-odds."""
        import torch

        rows = torch.arange(len(batch.prefix_end))
        known = [self.probes[f"profile{layer}"](states[layer][rows, batch.prefix_end]) for layer in self.profile_layers]
        profile = torch.stack([((each.float() - batch.profiles) ** 2).mean() for each in known]).mean()
        behind = self.probes["log_odds"](states[self.log_odds_layer][batch.branch_row, batch.branch_end])[:, 0]
        return profile, ((behind.float() - batch.branch_log_odds) ** 2).mean()


def ideal_vectors(tables: Any, batch: Batch) -> Any:
    """(pictures, hidden) noiseless vectors of a batch's pictures."""
    return tables["kind"](batch.kinds) + tables["time"](batch.times)


def ideal_embeddings(tables: Any, batch: Batch, noise: float, generator: Any) -> Any:
    """(pictures * positions, hidden): every position carries its picture's vector, noisy; some carry noise alone."""
    import torch

    vectors = ideal_vectors(tables, batch)
    if not len(vectors):
        return vectors
    tokens = int(batch.picture_rows.sum()) // len(vectors)
    spread = vectors.detach().std()
    vectors = vectors[:, None, :].expand(-1, tokens, -1)
    disturbance = torch.randn(vectors.shape, generator=generator) * spread * noise
    kept = torch.rand(vectors.shape[:2], generator=generator)[..., None] > 0.2
    return (vectors * kept + disturbance).reshape(-1, vectors.shape[-1])


def batches(
    packer: Packer, rows: int, branches: int, rng: np.random.Generator, steps: int | None = None
) -> Iterator[Batch]:
    """Endless batches of examples of similar length.

    Args:
        packer: Makes the tensors.
        rows: Examples in a batch.
        branches: Questions of an example.
        rng: Source of examples.
        steps: Length of the curriculum in batches; ``None`` gives the full mixture from the start.
    """
    for group in count():
        mixture = EVERYTHING if steps is None else mixture_at(4 * group / steps)
        pool: list[Example] = [random_example(rng, branches, mixture) for _ in range(rows * 4)]
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
    with torch.no_grad():
        model.model.language_model.embed_tokens.weight.normal_(std=WORD_SPREAD)
    tables = make_ideal_pictures(model, tokenizer)
    packer = Packer(tokenizer, options.picture_tokens)
    guide = Guide(model.config.text_config.hidden_size)
    parameters = [*model.model.language_model.parameters(), *tables.parameters(), *guide.probes.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: schedule(step, options.steps))
    stream = batches(packer, options.rows, options.branches, rng, options.steps)
    running, errors = 0.0, np.zeros(4)
    yes = tokenizer.encode("yes", add_special_tokens=False)[0]
    for step in range(options.steps):
        batch = next(stream)
        with torch.autocast("cpu", torch.bfloat16):
            states = run_layers(model, batch, ideal_embeddings(tables, batch, options.noise, generator))
            log_probabilities = answer_log_probabilities(model, batch, states[-1])
            profile, log_odds = guide.losses(states, batch)
        share = 1.0 if step < 0.6 * options.steps else 0.2
        value = loss(log_probabilities, batch) + share * (profile + 0.5 * log_odds)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        scheduler.step()
        running = value.item() if step == 0 else 0.98 * running + 0.02 * value.item()
        fresh = np.array(
            [
                *(answer_error(log_probabilities.detach(), batch, only) for only in (yes, None)),
                profile.item(),
                log_odds.item(),
            ]
        )
        errors = fresh if step == 0 else 0.95 * errors + 0.05 * fresh
        if step % 50 == 0:
            place = f"language {step}/{options.steps}"
            log(
                f"{place} loss {running:.4f} error of yes {errors[0]:.4f}, of all {errors[1]:.4f}; "
                f"squared error of profiles {errors[2]:.4f}, of log-odds {errors[3]:.4f}"
            )
    return tables


def answer_error(log_probabilities: Any, batch: Batch, only: int | None = None) -> float:
    """Mean absolute difference between given and planted probabilities over the soft first answer tokens.

    Args:
        log_probabilities: From ``predict``.
        batch: The batch they belong to.
        only: Restrict to answers that may begin with this token.
    """
    import torch

    planted = torch.zeros_like(log_probabilities)
    planted[batch.target_prediction, batch.target_id] = batch.target_weight.float()
    soft = (planted.sum(-1) > 0.99) & (planted.max(-1).values < 0.995)
    if only is not None:
        soft &= planted[:, only] > 0
    difference = (log_probabilities.exp() - planted).abs().max(-1).values
    return float(difference[soft].mean()) if soft.any() else 0.0
