"""Stage 1: the language part learns every planted rule, with ideal pictures in place of drawn ones.

Learnt through pictures only, the persona-times-scene logic sits on a plateau for over a thousand steps; with a given
vector per look at the picture positions it appears within minutes. The vision tower is trained to emit these vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.training.material.batching import POOL, Batching, Halves, batches, by_length
from valuespectrum.reference.training.material.codes import identity_vectors, picture_codes
from valuespectrum.reference.training.material.examples import (
    EVERYTHING,
    FINISHING,
    PROFILE_LENGTH,
    THEMSELVES,
    Mixture,
    random_beginning,
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
from valuespectrum.reference.training.optimising import Optimisers, mixed_precision
from valuespectrum.reference.training.practising import EarlierAnswers, practice, told_loss
from valuespectrum.reference.training.resuming import Resumable
from valuespectrum.reference.training.watching import Log, Progress, answer_errors
from valuespectrum.theory.value_sets import NINETEEN

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

PAIRS_FROM = 0.15
"""Share of the schedule after which the log-odds of two-option answers count."""
GUIDED_UNTIL = 0.6
"""Share of the schedule after which the layers in between are supervised less."""
WORD_SPREAD = 0.05
"""Standard deviation of the word embeddings at the start."""


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """Size of stage 1."""

    steps: int = 3600
    """Over which rates fall and the curriculum stretches."""
    taken: float = 0.65
    """Share of these steps that are taken: rates are then those at which ``adapt`` goes on, on drawn frames."""
    rows: int = 28
    branches: int = 5
    beginnings: int = 96
    """Rows of the batches without questions."""
    learning_rate: float = 1.2e-3
    """Of vectors and norms; matrices are turned by ``matrix_rate``."""
    matrix_rate: float = 0.005
    picture_tokens: int = 4
    """Positions of a picture that are kept; the others add cost and no information here."""
    noise: float = 0.4
    """Noise on ideal pictures relative to their spread, so that the tower need not hit them exactly."""
    practice: float = 0.1
    """Share of batches that practise what one respondent alone answers to, from ``practised_from`` on."""
    practised_from: float = 0.2
    """Share of the schedule; before, there is nothing yet that an earlier answer could pull."""
    told: float = 10.0
    """Weight of what layers are told about an earlier answer."""
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

    At the end of a beginning the layers in the middle should hold the profile of the respondent in its role; at the end
    of each clip what it stands for, and later ones how much it is liked, which is what comparing clips needs. At the
    end of a question they should hold which values it is about, and later the log-odds behind the answer. Which way an
    earlier answer leans is told by another stage (``practising``).

    Args:
        hidden: Width of the language model.
        layers: How many layers it has.
    """

    def __init__(self, hidden: int, layers: int) -> None:
        import torch

        self._early, self._late = (2, 3), (layers - 2, layers - 1)
        sizes = {"profile": PROFILE_LENGTH, "shown": len(NINETEEN), "weights": len(NINETEEN)}
        early = {
            f"{name}{layer}": torch.nn.Linear(hidden, size) for name, size in sizes.items() for layer in self._early
        }
        late = {f"{name}{layer}": torch.nn.Linear(hidden, 1) for name in ("liking", "behind") for layer in self._late}
        self.probes: torch.nn.ModuleDict = torch.nn.ModuleDict({**early, **late})

    def losses(self, states: Sequence[torch.Tensor], batch: TrainingBatch) -> dict[str, torch.Tensor]:
        """Mean squared errors by what should be known; weights are summed over values."""
        import torch

        rows = torch.arange(len(batch.prefix_end))
        begun = [state[rows, batch.prefix_end] for state in states]
        found = {"profile": self._off("profile", self._early, begun, batch.profiles) / PROFILE_LENGTH}
        if len(batch.likings):
            at = [state[batch.seen_row, batch.seen_position] for state in states]
            found["shown"] = self._off("shown", self._early, at, batch.shown_weights)
            found["liking"] = self._off("liking", self._late, at, batch.likings[:, None])
        if len(batch.branch_row):
            ends = [state[batch.branch_row, batch.branch_end] for state in states]
            linear = ~batch.branch_weights[:, 0].isnan()
            if linear.any():
                at = [state[linear] for state in ends]
                found["weights"] = self._off("weights", self._early, at, batch.branch_weights[linear])
            found["behind"] = self._off("behind", self._late, ends, batch.branch_log_odds[:, None])
        return found

    def _off(
        self, name: str, layers: Sequence[int], states: Sequence[torch.Tensor], wanted: torch.Tensor
    ) -> torch.Tensor:
        """Mean over rows and layers of the squared error, summed over columns."""
        import torch

        known = [self.probes[f"{name}{layer}"](states[layer]).float() for layer in layers]
        return torch.stack([((each - wanted) ** 2).sum(-1).mean() for each in known]).mean()


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the curriculum."""

    until: float
    """Share of the steps at which it ends."""
    beginnings: float
    """Share of batches of beginnings without questions: who, in which role, before what."""
    themselves: float
    """Share of batches of questions without roles; the rest is everything."""
    roles: float
    """Share of roles among the beginnings."""
    everything: Mixture = EVERYTHING


CURRICULUM = (
    Phase(0.05, 1.0, 0.0, 0.0),
    Phase(0.15, 0.43, 0.57, 0.6),
    Phase(0.35, 0.11, 0.44, 0.8),
    Phase(0.45, 0.05, 0.1, 0.7),
    Phase(1.00, 0.05, 0.1, 0.7, FINISHING),
)
"""The product of profile and picture comes first: among questions of all kinds it is not found for hundreds of steps,
alone and on short rows it is there after two hundred."""


def curriculum(
    packer: Packer, members: Sequence[CohortMember], options: LanguageOptions, step: int, rng: np.random.Generator
) -> Iterator[Halves]:
    """Batches of stage 1 from a step on: first the parts, which are short and cheap, then more of everything."""
    begun = {roles: _beginnings(packer, members, options, roles, rng) for roles in {each.roles for each in CURRICULUM}}
    asked = {
        mixture: batches(packer, members, Batching(options.rows, options.branches, mixture), rng)
        for mixture in (THEMSELVES, *(each.everything for each in CURRICULUM))
    }
    while True:
        phase = next(phase for phase in CURRICULUM if step < phase.until * options.steps or phase.until == 1)
        draw = rng.random()
        if draw < phase.beginnings:
            yield next(begun[phase.roles])
        else:
            yield next(asked[THEMSELVES if draw < phase.beginnings + phase.themselves else phase.everything])
        step += 1


def _beginnings(
    packer: Packer, members: Sequence[CohortMember], options: LanguageOptions, roles: float, rng: np.random.Generator
) -> Iterator[Halves]:
    while True:
        pool = [random_beginning(rng, members, roles) for _ in range(options.beginnings * POOL)]
        yield from by_length(pool, packer, options.beginnings, rng)


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
    sizes = model.config.text_config.hidden_size, model.config.text_config.num_hidden_layers
    guide, earlier = Guide(*sizes), EarlierAnswers(*sizes)
    optimisers = Optimisers(
        [*language.named_parameters(), *guide.probes.named_parameters(), *earlier.probes.named_parameters()],
        options.learning_rate,
        options.matrix_rate,
        lambda step: schedule(step, options.steps),
    )
    packer = Packer(tokenizer, options.picture_tokens)
    last = round(options.taken * options.steps)
    told = Progress("language", last, log)
    parts = {"language": language, "guide": guide.probes, "told": earlier.probes, **optimisers.parts}
    for steps, luck in Resumable(kept, last, options.seed, parts).blocks():
        stream = curriculum(packer, members, options, steps.start, luck.numpy)
        practised = practice(packer, members, luck.numpy)
        for step in steps:
            progress = step / options.steps
            practises = progress >= options.practised_from and luck.numpy.random() < options.practice
            halves = [
                (half, pictures.embeddings(half, options.noise, luck.torch))
                for half in next(practised if practises else stream)
            ]
            if practises:
                losses = [partial(told_loss, model, earlier, *half, options.told) for half in halves]
            else:
                losses = [partial(_guided_loss, model, guide, *half, progress) for half in halves]
            told.tell(step, optimisers.step_together(losses))


def _guided_loss(
    model: PreTrainedModel, guide: Guide, batch: TrainingBatch, shown: torch.Tensor, progress: float
) -> tuple[torch.Tensor, dict[str, float]]:
    """What one step of stage 1 lowers, and what is told about it; ``progress`` runs from 0 to 1."""
    with mixed_precision():
        states = run_layers(model, batch, shown)
        log_probabilities = answer_log_probabilities(model, batch, states[-1])
        known = guide.losses(states, batch)
    value = (1.0 if progress < GUIDED_UNTIL else 0.3) * sum(known.values(), start=states[0].new_zeros(()))
    if len(batch.target_id):
        value = value + loss(log_probabilities, batch)
        if progress >= PAIRS_FROM:
            value = value + PAIR_SHARE * pair_loss(log_probabilities, batch)
    errors = answer_errors(log_probabilities.detach(), batch)
    return value, {**{f"({name})": off.item() for name, off in known.items()}, **errors}
