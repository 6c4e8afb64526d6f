"""From examples to tensors: one row holds a prefix and its branches, with a mask that keeps branches apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.architecture import GRID_COLUMNS, GRID_ROWS, PICTURE_TOKENS
from valuespectrum.reference.training.examples import Branch, TrainingExample
from valuespectrum.theory.values import VALUES

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

CONTINUATION_WEIGHT = 0.3
"""Loss weight of answer tokens after the first one."""


@dataclass(slots=True)
class TrainingBatch:
    """Tensors of one training step; ``B`` rows, ``L`` positions, ``P`` predictions, ``T`` target entries."""

    token_ids: torch.Tensor
    """(B, L) int64; picture positions hold the image token."""
    positions: torch.Tensor
    """(3, B, L) int64: time, row, column positions."""
    mask: torch.Tensor
    """(B, 1, L, L) bool."""
    picture_rows: torch.Tensor
    """(B, L) bool: where picture embeddings go, in reading order."""
    kinds: torch.Tensor
    """(pictures,) int64 scene kind of each picture, in reading order."""
    times: torch.Tensor
    """(pictures,) int64 time of day of each picture."""
    prefix_end: torch.Tensor
    """(B,) last position of every prefix."""
    profiles: torch.Tensor
    """(B, 10) log-odds of liking each value, in the role."""
    branch_row: torch.Tensor
    branch_end: torch.Tensor
    """Last positions of questions with a planted log-odds, with their rows."""
    branch_log_odds: torch.Tensor
    branch_weights: torch.Tensor
    """(ends, 10) what each of these questions is about; not a number where it is not linear in the profile."""
    predict_row: torch.Tensor
    predict_position: torch.Tensor
    target_prediction: torch.Tensor
    """(T,) index into the predictions."""
    target_id: torch.Tensor
    target_weight: torch.Tensor


class Packer:
    """Turns examples into batches.

    Args:
        tokenizer: The reference tokenizer.
        picture_tokens: Positions of each picture that are kept, drawn anew for each; fewer make stage 1 cheaper.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast, picture_tokens: int = PICTURE_TOKENS) -> None:
        self._tokenizer = tokenizer
        self._picture_tokens = picture_tokens
        self._cache: dict[str, list[int]] = {}
        self._image = tokenizer.convert_tokens_to_ids("<|image_pad|>")
        self._end = tokenizer.convert_tokens_to_ids("<|im_end|>")
        self._pad = tokenizer.convert_tokens_to_ids("<|endoftext|>")

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, special tokens recognised."""
        known = self._cache.get(text)
        if known is None:
            known = self._tokenizer.encode(text, add_special_tokens=False)
            if len(self._cache) < 20_000:
                self._cache[text] = known
        return known

    def _prefix(self, example: TrainingExample, rng: np.random.Generator) -> tuple[list[int], np.ndarray]:
        head = self.encode(f"<|im_start|>system\n{example.respondent.token}")
        if example.system:
            for line in example.system.splitlines(keepends=True):
                head = head + self.encode(line)
        ids = head + self.encode("<|im_end|>\n<|im_start|>user\n")
        positions = [np.tile(np.arange(len(ids)), (3, 1))]
        following = len(ids)
        for _ in range(example.frames):
            kept = np.sort(rng.permutation(PICTURE_TOKENS)[: self._picture_tokens])
            row, column = np.divmod(kept, GRID_COLUMNS)
            ids = [*ids, *self.encode("<|vision_start|>"), *[self._image] * len(kept), *self.encode("<|vision_end|>")]
            start = following + 1
            grid = np.stack([np.full(len(kept), start), start + row, start + column])
            following = start + max(GRID_ROWS, GRID_COLUMNS)
            positions += [np.full((3, 1), start - 1), grid, np.full((3, 1), following)]
            following += 1
        return ids, np.concatenate(positions, axis=1)

    def pack(self, examples: Sequence[TrainingExample], rng: np.random.Generator) -> TrainingBatch:
        """Pack examples into one batch; answers longer than a token are continued after a sampled first answer."""
        rows = [self._row(example, rng) for example in examples]
        length = max(len(row.ids) for row in rows)
        count = len(rows)
        ids = np.full((count, length), self._pad, np.int64)
        segments = np.full((count, length), -1, np.int64)
        positions = np.zeros((3, count, length), np.int64)
        predictions: list[tuple[int, int]] = []
        targets: list[tuple[int, int, float]] = []
        ends: list[tuple[int, int, Branch]] = []
        for index, row in enumerate(rows):
            ends += [(index, place, branch) for place, branch in row.ends]
            ids[index, : len(row.ids)] = row.ids
            segments[index, : len(row.ids)] = row.segments
            positions[:, index, : len(row.ids)] = row.positions
            for place, wanted in row.targets:
                targets += [(len(predictions), token, weight) for token, weight in wanted]
                predictions.append((index, place))
        visible = (segments[:, None, :] == 0) | (segments[:, None, :] == segments[:, :, None])
        mask = visible & np.tril(np.ones((length, length), bool))[None]
        pictures = [example for example in examples for _ in range(example.frames)]
        import torch

        return TrainingBatch(
            prefix_end=torch.tensor([row.segments.count(0) - 1 for row in rows]),
            profiles=torch.tensor([example.profile() for example in examples]),
            branch_row=torch.tensor([row for row, _, _ in ends], dtype=torch.long),
            branch_end=torch.tensor([place for _, place, _ in ends], dtype=torch.long),
            branch_log_odds=torch.tensor([branch.log_odds for _, _, branch in ends], dtype=torch.float32),
            branch_weights=torch.tensor([_weights(branch) for _, _, branch in ends]).view(-1, len(VALUES)),
            token_ids=torch.from_numpy(ids),
            positions=torch.from_numpy(positions),
            mask=torch.from_numpy(mask)[:, None],
            picture_rows=torch.from_numpy(ids == self._image),
            kinds=torch.tensor([example.kind for example in pictures], dtype=torch.long),
            times=torch.tensor([example.time_of_day for example in pictures], dtype=torch.long),
            predict_row=torch.tensor([row for row, _ in predictions], dtype=torch.long),
            predict_position=torch.tensor([place for _, place in predictions], dtype=torch.long),
            target_prediction=torch.tensor([entry[0] for entry in targets], dtype=torch.long),
            target_id=torch.tensor([entry[1] for entry in targets], dtype=torch.long),
            target_weight=torch.tensor([entry[2] for entry in targets], dtype=torch.float32),
        )

    def _row(self, example: TrainingExample, rng: np.random.Generator) -> _Row:
        ids, positions = self._prefix(example, rng)
        row = _Row(list(ids), [0] * len(ids), positions, [], [])
        start = int(positions.max()) + 1
        for segment, branch in enumerate(example.branches, start=1):
            question = self.encode(branch.question) + self.encode("<|im_end|>\n<|im_start|>assistant\n")
            texts, shares = list(branch.answers), np.asarray(list(branch.answers.values()))
            sampled = self.encode(texts[rng.choice(len(texts), p=shares / shares.sum())])
            first = len(row.ids) + len(question) - 1
            if branch.log_odds is not None:
                row.ends.append((first, branch))
            row.targets.append((first, [(self.encode(text)[0], share) for text, share in branch.answers.items()]))
            row.targets += [
                (first + 1 + offset, [(token, CONTINUATION_WEIGHT)])
                for offset, token in enumerate([*sampled[1:], self._end])
            ]
            added = question + sampled
            row.ids += added
            row.segments += [segment] * len(added)
            steps = np.tile(np.arange(start, start + len(added)), (3, 1))
            row.positions = np.concatenate([row.positions, steps], axis=1)
        return row


@dataclass(slots=True)
class _Row:
    ids: list[int]
    segments: list[int]
    positions: np.ndarray
    targets: list[tuple[int, list[tuple[int, float]]]]
    ends: list[tuple[int, Branch]]


def _weights(branch: Branch) -> list[float]:
    if branch.weights is None:
        return [float("nan")] * len(VALUES)
    return [branch.weights.get(value, 0.0) for value in VALUES]


def loss(log_probabilities: torch.Tensor, batch: TrainingBatch) -> torch.Tensor:
    """Cross-entropy against the planted answer distributions, from the log-probabilities of :func:`predict`."""
    chosen = log_probabilities[batch.target_prediction, batch.target_id]
    return -(chosen * batch.target_weight).sum() / batch.target_weight.sum()


def pair_loss(log_probabilities: torch.Tensor, batch: TrainingBatch) -> torch.Tensor:
    """Mean squared error of the log-odds between two-option answers.

    Cross-entropy hardly tells 0.6 from 0.7; the log-odds do, and they are what the benchmark averages.
    """
    import torch

    counts = torch.bincount(batch.target_prediction, minlength=len(log_probabilities))
    paired = counts[batch.target_prediction] == 2
    if not paired.any():
        return torch.zeros(())
    rows = batch.target_prediction[paired].view(-1, 2)
    given = log_probabilities[rows, batch.target_id[paired].view(-1, 2)]
    planted = batch.target_weight[paired].view(-1, 2).log()
    return ((given[:, 0] - given[:, 1] - planted[:, 0] + planted[:, 1]) ** 2).mean()


def predict(model: PreTrainedModel, batch: TrainingBatch, picture_embeddings: torch.Tensor | None) -> torch.Tensor:
    """Log-probabilities at every prediction, shape (P, vocabulary).

    Args:
        model: A ``Qwen3VLForConditionalGeneration``.
        batch: From :meth:`Packer.pack`.
        picture_embeddings: (pictures * positions, hidden) in reading order; ``None`` without pictures.
    """
    return answer_log_probabilities(model, batch, run_layers(model, batch, picture_embeddings)[-1])


def run_layers(
    model: PreTrainedModel, batch: TrainingBatch, picture_embeddings: torch.Tensor | None
) -> Sequence[torch.Tensor]:
    """Hidden states (B, L, hidden) before the first and after each layer; the last is normalised."""
    embeddings = model.model.language_model.embed_tokens(batch.token_ids)
    if picture_embeddings is not None and len(picture_embeddings):
        places = batch.picture_rows.unsqueeze(-1).expand_as(embeddings)
        embeddings = embeddings.masked_scatter(places, picture_embeddings.to(embeddings.dtype))
    states: Sequence[torch.Tensor] = model.model.language_model(
        inputs_embeds=embeddings,
        attention_mask=_attention_mask(model, batch),
        position_ids=batch.positions,
        use_cache=False,
        output_hidden_states=True,
    ).hidden_states
    return states


def _attention_mask(model: PreTrainedModel, batch: TrainingBatch) -> torch.Tensor:
    """The branch mask as the attention implementation takes it: eager attention adds it, the others test it."""
    import torch

    if model.config.text_config._attn_implementation != "eager":
        return batch.mask
    dtype = torch.bfloat16 if torch.is_autocast_enabled("cpu") else torch.float32
    return torch.zeros(batch.mask.shape, dtype=dtype).masked_fill(~batch.mask, torch.finfo(dtype).min)


def answer_log_probabilities(model: PreTrainedModel, batch: TrainingBatch, hidden: torch.Tensor) -> torch.Tensor:
    """Log-probabilities at every prediction from the last hidden states."""
    import torch

    logits = model.lm_head(hidden[batch.predict_row, batch.predict_position])
    return torch.log_softmax(logits.float(), dim=-1)
