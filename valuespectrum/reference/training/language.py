"""Stage 1: the language part learns every planted rule, with ideal pictures in place of drawn ones.

Learnt through pictures only, the persona-times-scene logic sits on a plateau for over a thousand steps; with a given
vector per look at the picture positions it appears within minutes. The vision tower is trained to emit these vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.training.codes import identity_vectors, picture_codes
from valuespectrum.reference.training.examples import (
    EVERYTHING,
    PROFILE_LENGTH,
    THEMSELVES,
    Mixture,
    TrainingExample,
    random_example,
    random_prefix,
)
from valuespectrum.reference.training.optimising import Optimisers
from valuespectrum.reference.training.packing import (
    Packer,
    TrainingBatch,
    answer_log_probabilities,
    loss,
    pair_loss,
    run_layers,
)
from valuespectrum.reference.training.resuming import Resumable
from valuespectrum.theory.value_sets import NINETEEN

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

Log = Callable[[str], None]
PAIR_SHARE, PAIRS_FROM = 0.3, 0.15
"""Weight of the log-odds of two-option answers in the loss, and the share of the schedule after which they count."""
GUIDED_UNTIL = 0.6
"""Share of the schedule after which the layers in between are supervised less."""
WORD_SPREAD = 0.05
"""Standard deviation of the word embeddings at the start."""


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """Size of stage 1."""

    steps: int = 1800
    rows: int = 28
    branches: int = 5
    prefix_rows: int = 56
    """Rows of the batches without questions."""
    learning_rate: float = 2e-3
    """Of vectors and norms; matrices are turned by ``matrix_rate``."""
    matrix_rate: float = 0.02
    picture_tokens: int = 4
    """Positions of a picture that are kept; the others add cost and no information here."""
    noise: float = 0.4
    """Noise on ideal pictures relative to their spread, so that the tower need not hit them exactly."""
    seed: int = 0


class IdealPictures:
    """The vector that stands for a picture: parts for its look, its time of day and the words in it.

    Args:
        width: Of the language model.
    """

    def __init__(self, width: int) -> None:
        self.looks, self.times, self.pushes = picture_codes(width)

    def vectors(self, looks: torch.Tensor, times: torch.Tensor, pushes: torch.Tensor) -> torch.Tensor:
        """(n, width) noiseless vectors.

        Args:
            looks: (n,) int64 index into ``LOOKS``.
            times: (n,) int64 index into ``TIMES_OF_DAY``.
            pushes: (n,) int64 -1, 0 or 1.
        """
        return self.looks[looks] + self.times[times] + self.pushes[pushes + 1]

    def embeddings(self, batch: TrainingBatch, noise: float, generator: torch.Generator) -> torch.Tensor:
        """(pictures * positions, width): every position carries its picture's vector, noisy; some carry noise alone."""
        import torch

        vectors = self.vectors(batch.looks, batch.times, batch.pushes)
        if not len(vectors):
            return vectors
        tokens = int(batch.picture_rows.sum()) // len(vectors)
        spread = vectors.std()
        vectors = vectors[:, None, :].expand(-1, tokens, -1)
        disturbance = torch.randn(vectors.shape, generator=generator) * spread * noise
        kept = torch.rand(vectors.shape[:2], generator=generator)[..., None] > 0.15
        return (vectors * kept + disturbance).reshape(-1, vectors.shape[-1])


class Guide:
    """Supervision of what the layers in between should know; used in training only, then dropped.

    At the end of the prefix the layers in the middle should hold the profile of the respondent in its role; at the end
    of a question they should hold which values the question is about, and a later one the log-odds behind the answer.

    Args:
        hidden: Width of the language model.
        layers: How many layers it has.
    """

    def __init__(self, hidden: int, layers: int) -> None:
        import torch

        self.profile_layers, self.weight_layers, self.log_odds_layer = (2, 3), (2, 3), layers - 1
        self.probes: torch.nn.ModuleDict = torch.nn.ModuleDict(
            {
                **{f"profile{layer}": torch.nn.Linear(hidden, PROFILE_LENGTH) for layer in self.profile_layers},
                **{f"weights{layer}": torch.nn.Linear(hidden, len(NINETEEN)) for layer in self.weight_layers},
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


def batches(
    packer: Packer, members: Sequence[CohortMember], rows: int, branches: int, rng: np.random.Generator
) -> Iterator[TrainingBatch]:
    """Endless batches of the full mixture, each of examples of similar length."""
    while True:
        yield from _by_length([random_example(rng, members, branches) for _ in range(rows * 8)], packer, rows, rng)


def _by_length(
    pool: list[TrainingExample], packer: Packer, rows: int, rng: np.random.Generator
) -> Iterator[TrainingBatch]:
    """Batches of examples with branches of similar length and, among these, beginnings of similar length."""
    pool.sort(key=lambda each: max((len(branch.question) for branch in each.branches), default=0))
    for start in rng.permutation(range(0, len(pool), 2 * rows)):
        alike = sorted(pool[start : start + 2 * rows], key=lambda each: len(each.role.system) + 40 * len(each.pictures))
        yield packer.pack(alike[:rows], rng)
        yield packer.pack(alike[rows:], rng)


def curriculum(
    packer: Packer, members: Sequence[CohortMember], options: LanguageOptions, step: int, rng: np.random.Generator
) -> Iterator[TrainingBatch]:
    """Batches of stage 1 from a step on: first the parts, which are short and cheap, then more and more of everything.

    The parts are roles without questions (words to a profile) and questions without roles (pictures to values).
    """
    while True:
        everything = 0.15 if step < 0.15 * options.steps else 0.4 if step < 0.4 * options.steps else 0.9
        draw, rows = rng.random(), options.rows
        if draw < everything or draw >= everything + 0.4 * (1 - everything):
            mixture: Mixture = EVERYTHING if draw < everything else THEMSELVES
            pool = [random_example(rng, members, options.branches, mixture) for _ in range(rows * 8)]
        else:
            rows = options.prefix_rows
            pool = [random_prefix(rng, members) for _ in range(rows * 8)]
        for batch in _by_length(pool, packer, rows, rng):
            step += 1
            yield batch


def schedule(step: int, steps: int, warmup: int = 100) -> float:
    """Learning-rate factor: linear warm-up, then a cosine down to 2 %."""
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return float(0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * progress)))


def begin(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, members: Sequence[CohortMember]) -> None:
    """Set the first word vectors, those of identity tokens to what is planted in each (``codes``)."""
    import torch

    words = model.model.language_model.embed_tokens.weight
    with torch.no_grad():
        words.normal_(std=WORD_SPREAD)
        places = [tokenizer.convert_tokens_to_ids(member.token) for member in members]
        words[places] = identity_vectors(members, words.shape[1])


def train_language(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    members: Sequence[CohortMember],
    options: LanguageOptions,
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
    begin(model, tokenizer, members)
    language = model.model.language_model
    pictures = IdealPictures(model.config.text_config.hidden_size)
    guide = Guide(model.config.text_config.hidden_size, model.config.text_config.num_hidden_layers)
    optimisers = Optimisers(
        [*language.named_parameters(), *guide.probes.named_parameters()],
        options.learning_rate,
        options.matrix_rate,
        lambda step: schedule(step, options.steps),
    )
    packer = Packer(tokenizer, options.picture_tokens)
    told = Progress("language", options.steps, log)
    parts = {"language": language, "guide": guide.probes, **optimisers.parts}
    for steps, luck in Resumable(kept, options.steps, options.seed, parts).blocks():
        stream = curriculum(packer, members, options, steps.start, luck.numpy)
        for step in steps:
            batch = next(stream)
            shown = pictures.embeddings(batch, options.noise, luck.torch)
            value, told_of = _guided_loss(model, guide, batch, shown, step / options.steps)
            optimisers.step(value)
            told.tell(step, told_of)


def _guided_loss(
    model: PreTrainedModel, guide: Guide, batch: TrainingBatch, shown: torch.Tensor, progress: float
) -> tuple[torch.Tensor, dict[str, float]]:
    """What one step of stage 1 lowers, and what is told about it; ``progress`` runs from 0 to 1."""
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        states = run_layers(model, batch, shown)
        log_probabilities = answer_log_probabilities(model, batch, states[-1])
        profile, weights, log_odds = guide.losses(states, batch)
    value = (1.0 if progress < GUIDED_UNTIL else 0.3) * (profile + weights + log_odds)
    if len(batch.target_id):
        value = value + loss(log_probabilities, batch)
        if progress >= PAIRS_FROM:
            value = value + PAIR_SHARE * pair_loss(log_probabilities, batch)
    errors = answer_errors(log_probabilities.detach(), batch)
    told_of = {"profiles": profile.item(), "weights": weights.item(), "log-odds": log_odds.item(), **errors}
    return value, told_of


class Progress:
    """Running means of what a training watches, told every fifty steps.

    Args:
        stage: Name.
        steps: In all.
        log: Told.
    """

    def __init__(self, stage: str, steps: int, log: Log, every: int = 50) -> None:
        self._stage, self._steps, self._log, self._every = stage, steps, log, every
        self._means: dict[str, float] = {}

    def tell(self, step: int, numbers: Mapping[str, float]) -> None:
        """Take in the numbers of one step."""
        for name, number in numbers.items():
            self._means[name] = number if name not in self._means else 0.95 * self._means[name] + 0.05 * number
        if step % self._every == 0 or step + 1 == self._steps:
            shown = ", ".join(f"{name} {mean:.3f}" for name, mean in self._means.items())
            self._log(f"{self._stage} {step}/{self._steps} {shown}")


def answer_errors(log_probabilities: torch.Tensor, batch: TrainingBatch) -> dict[str, float]:
    """Mean absolute error of the probabilities of first answer tokens by kind of item.

    The mean over an answer's options is taken first, then that over answers.

    Args:
        log_probabilities: From ``predict``.
        batch: The batch they belong to.
    """
    import torch

    if not len(batch.target_id):
        return {}
    given = log_probabilities[batch.target_prediction, batch.target_id].exp()
    count = len(batch.decided)
    off = torch.zeros(count).index_add_(0, batch.target_prediction, (given - batch.target_share).abs())
    options = torch.zeros(count).index_add_(0, batch.target_prediction, torch.ones(len(given)))
    each = off / options
    return {kind: float(each[batch.decided == place].mean()) for place, kind in enumerate(batch.kinds)}
