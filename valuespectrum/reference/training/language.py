"""Stage 1: the language part learns every planted rule, with ideal pictures in place of drawn ones.

Learnt through pictures only, the persona-times-scene logic sits on a plateau for over a thousand steps; with a learnt
vector per scene kind at the picture positions it appears within minutes. The vectors are kept: the vision tower is
trained to emit them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from valuespectrum.reference.training.examples import THEMSELVES, TrainingExample, random_example, random_prefix
from valuespectrum.reference.training.packing import (
    Packer,
    TrainingBatch,
    answer_log_probabilities,
    loss,
    pair_loss,
    run_layers,
)
from valuespectrum.theory.values import LABELS, VALUES

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

Log = Callable[[str], None]
PAIR_SHARE, PAIRS_FROM = 0.3, 0.3
"""Weight of the log-odds of two-option answers in the loss, and the share of the schedule after which they count."""
WORD_SPREAD = 0.05
"""Standard deviation of the word embeddings at the start."""


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """Size of stage 1."""

    steps: int = 1400
    rows: int = 40
    branches: int = 4
    prefix_rows: int = 72
    """Rows of the batches without questions."""
    learning_rate: float = 2e-3
    picture_tokens: int = 6
    """Positions of a picture that are kept; the others add cost and no information here."""
    noise: float = 0.4
    """Noise on ideal pictures relative to their spread, so that the tower need not hit them exactly."""
    seed: int = 0


class IdealPictures(Protocol):
    """A ``torch.nn.ModuleDict`` of two embedding tables, ``kind`` and ``time``."""

    def __getitem__(self, name: str) -> torch.nn.Embedding:
        """One of them."""

    def parameters(self) -> Iterator[torch.nn.Parameter]:
        """Both."""

    def state_dict(self) -> Mapping[str, torch.Tensor]:
        """Both, by name."""

    def load_state_dict(self, state_dict: Mapping[str, torch.Tensor]) -> object:
        """Take over what ``state_dict`` gave."""


def make_ideal_pictures(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> IdealPictures:
    """Two embedding tables: scene kind and time of day to a vector of the language model's width.

    A kind starts near the words of its values, so that what is learnt about a value named in a question also serves
    for a value shown in a picture.
    """
    import torch

    words = model.model.language_model.embed_tokens.weight.detach()
    hidden = words.shape[1]

    named = {"kind": torch.nn.Embedding(len(KINDS), hidden), "time": torch.nn.Embedding(len(TIMES_OF_DAY), hidden)}
    tables = cast(IdealPictures, torch.nn.ModuleDict(named))
    with torch.no_grad():
        for table in named.values():
            table.weight.normal_(std=WORD_SPREAD)
        for index, kind in enumerate(KINDS):
            for value, weight in kind.weights.items():
                ids = tokenizer.encode(" " + LABELS[value].lower(), add_special_tokens=False)
                tables["kind"].weight[index] += 2 * weight * words[ids].mean(0)
    return tables


class Guide:
    """Supervision of what the layers in between should know; used in training only, then dropped.

    At the end of the prefix the third layer should hold the profile of the respondent in its role; at the end of a
    question it should hold which values the question is about, and the fourth the log-odds behind the answer.
    What it gains over training without it has not been measured.

    Args:
        hidden: Width of the language model.
    """

    profile_layers, weight_layers, log_odds_layer = (2, 3), (2, 3), 4

    def __init__(self, hidden: int) -> None:
        import torch

        self.probes: torch.nn.ModuleDict = torch.nn.ModuleDict(
            {
                **{f"profile{layer}": torch.nn.Linear(hidden, len(VALUES)) for layer in self.profile_layers},
                **{f"weights{layer}": torch.nn.Linear(hidden, len(VALUES)) for layer in self.weight_layers},
                "log_odds": torch.nn.Linear(hidden, 1),
            }
        )

    def losses(
        self, states: Sequence[torch.Tensor], batch: TrainingBatch
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Mean squared errors of the profile, of the weights (summed over values) and of the log-odds."""
        import torch

        rows = torch.arange(len(batch.prefix_end))
        known = [self.probes[f"profile{layer}"](states[layer][rows, batch.prefix_end]) for layer in self.profile_layers]
        profile = torch.stack([((each.float() - batch.profiles) ** 2).mean() for each in known]).mean()
        if not len(batch.branch_row):
            return profile, torch.zeros(()), torch.zeros(())
        ends = [states[layer][batch.branch_row, batch.branch_end] for layer in range(len(states))]
        linear = ~batch.branch_weights[:, 0].isnan()
        about = [self.probes[f"weights{layer}"](ends[layer][linear]) for layer in self.weight_layers]
        weights = torch.stack([((each.float() - batch.branch_weights[linear]) ** 2).sum(-1).mean() for each in about])
        behind = self.probes["log_odds"](ends[self.log_odds_layer])[:, 0]
        return profile, weights.mean(), ((behind.float() - batch.branch_log_odds) ** 2).mean()


def ideal_vectors(tables: IdealPictures, batch: TrainingBatch) -> torch.Tensor:
    """(pictures, hidden) noiseless vectors of a batch's pictures."""
    vectors: torch.Tensor = tables["kind"](batch.kinds) + tables["time"](batch.times)
    return vectors


def ideal_embeddings(
    tables: IdealPictures, batch: TrainingBatch, noise: float, generator: torch.Generator
) -> torch.Tensor:
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


def batches(packer: Packer, rows: int, branches: int, rng: np.random.Generator) -> Iterator[TrainingBatch]:
    """Endless batches of the full mixture, each of examples of similar length."""
    while True:
        pool = [random_example(rng, branches) for _ in range(rows * 4)]
        yield from _by_length(pool, packer, rows, rng)


def _by_length(
    pool: list[TrainingExample], packer: Packer, rows: int, rng: np.random.Generator
) -> Iterator[TrainingBatch]:
    pool.sort(key=lambda example: len(example.system) + 100 * example.frames)
    for start in rng.permutation(range(0, len(pool), rows)):
        yield packer.pack(pool[start : start + rows], rng)


def curriculum(packer: Packer, options: LanguageOptions, rng: np.random.Generator) -> Iterator[TrainingBatch]:
    """Batches of stage 1: first the parts, which are short and therefore cheap, then more and more of everything.

    The parts are roles without questions (words to a profile) and questions without roles (pictures to values).
    """
    step = 0
    while True:
        everything = 0.1 if step < 0.2 * options.steps else 0.25 if step < 0.6 * options.steps else 0.7
        draw = rng.random()
        if draw < everything:
            rows, pool = options.rows, [random_example(rng, options.branches) for _ in range(options.rows * 4)]
        elif draw < everything + 0.5 * (1 - everything):
            rows, pool = options.prefix_rows, [random_prefix(rng) for _ in range(options.prefix_rows * 4)]
        else:
            rows = options.rows
            pool = [random_example(rng, options.branches, THEMSELVES) for _ in range(options.rows * 4)]
        for batch in _by_length(pool, packer, rows, rng):
            step += 1
            yield batch


def schedule(step: int, steps: int, warmup: int = 100) -> float:
    """Learning-rate factor: linear warm-up, then a cosine down to 2 %."""
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return float(0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * progress)))


def train_language(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, options: LanguageOptions, log: Log
) -> IdealPictures:
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
    stream = curriculum(packer, options, rng)
    running = np.full(4, np.nan)
    yes = tokenizer.encode("yes", add_special_tokens=False)[0]
    for step in range(options.steps):
        batch = next(stream)
        with torch.autocast("cpu", torch.bfloat16):
            states = run_layers(model, batch, ideal_embeddings(tables, batch, options.noise, generator))
            log_probabilities = answer_log_probabilities(model, batch, states[-1])
            profile, weights, log_odds = guide.losses(states, batch)
        share = 1.0 if step < 0.75 * options.steps else 0.3
        value = share * (profile + weights + log_odds)
        if len(batch.target_id):
            value = value + loss(log_probabilities, batch)
            if step >= PAIRS_FROM * options.steps:
                value = value + PAIR_SHARE * pair_loss(log_probabilities, batch)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        scheduler.step()
        fresh = np.array(
            [answer_error(log_probabilities.detach(), batch, yes), profile.item(), weights.item(), log_odds.item()]
        )
        seen = np.array([len(batch.branch_row) > 0, True, len(batch.branch_row) > 0, len(batch.branch_row) > 0])
        running = np.where(seen, np.where(np.isnan(running), fresh, 0.96 * running + 0.04 * fresh), running)
        if step % 50 == 0:
            log(
                f"language {step}/{options.steps} error of yes {running[0]:.4f}; squared errors of "
                f"profiles {running[1]:.4f}, weights {running[2]:.4f}, log-odds {running[3]:.4f}"
            )
    return tables


def answer_error(log_probabilities: torch.Tensor, batch: TrainingBatch, only: int | None = None) -> float:
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
