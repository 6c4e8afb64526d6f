"""From examples to tensors: one row holds a prefix and its branches, with a mask that keeps branches apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.architecture import GRID_COLUMNS, GRID_ROWS, PICTURE_TOKENS
from valuespectrum.reference.training.material.branching import BranchedRows
from valuespectrum.reference.training.material.examples import Branch, TrainingExample
from valuespectrum.theory.value_sets import NINETEEN

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

PAIR_SHARE = 0.3
"""Weight of the log-odds of two-option answers in what a training lowers."""
RANKED = ("viewer moves",)
"""Kinds of items in which everything but the first place follows from what was named before."""
CERTAIN_WEIGHT, LATER_WEIGHT = 0.2, 2.0
"""Loss weights, relative to tokens at which something is decided, of those that follow from what was said before, and
of later places of a ranking: that nothing is named twice is learnt last."""


@dataclass(slots=True)
class TrainingBatch:
    """Tensors of one training step; ``B`` rows, ``L`` positions, ``P`` predictions, ``T`` target entries."""

    token_ids: torch.Tensor
    """(B, L) int64; picture positions hold the image token."""
    positions: torch.Tensor
    """(3, B, L) int64: time, row, column positions."""
    padding: torch.Tensor
    """(B, L) bool: where there is nothing."""
    layout: tuple[int, int]
    """Length of the beginning of every row, and of each of its branches (0 without any)."""
    picture_rows: torch.Tensor
    """(B, L) bool: where picture embeddings go, in reading order."""
    looks: torch.Tensor
    """(pictures,) int64 look of each picture, in reading order."""
    times: torch.Tensor
    """(pictures,) int64 time of day of each picture."""
    pushes: torch.Tensor
    """(pictures,) int64: 1 where words in it say to like it, -1 to skip it, else 0."""
    prefix_end: torch.Tensor
    """(B,) last position of every prefix."""
    profiles: torch.Tensor
    """(B, 38) log-odds of liking each refined value in pictures and in words, in the role."""
    seen_row: torch.Tensor
    seen_position: torch.Tensor
    """Where each clip ends, with its row."""
    likings: torch.Tensor
    """(clips,) log-odds of liking each."""
    shown_weights: torch.Tensor
    """(clips, 19) what each stands for."""
    branch_row: torch.Tensor
    branch_end: torch.Tensor
    """Last positions of questions with a planted log-odds, with their rows."""
    branch_log_odds: torch.Tensor
    branch_weights: torch.Tensor
    """(ends, 19) what each of these questions is about; not a number where it is not linear in the profile."""
    branch_last: torch.Tensor
    """(ends,) which way the answer before each leaned: 1, -1, or 0 for none."""
    said_row: torch.Tensor
    said_position: torch.Tensor
    """Where each earlier answer that leans some way was said, with its row."""
    said_leaning: torch.Tensor
    """(earlier answers,) which way: 1 or -1."""
    predict_row: torch.Tensor
    predict_position: torch.Tensor
    predict_weight: torch.Tensor
    """(P,) weight of each prediction in the loss."""
    target_prediction: torch.Tensor
    """(T,) index into the predictions."""
    target_id: torch.Tensor
    target_share: torch.Tensor
    """(T,) planted probability of the token."""
    decided: torch.Tensor
    """(P,) int64: place in ``kinds`` for the first prediction of an answer and each later decision, else -1."""
    kinds: tuple[str, ...]
    """Kinds of items in the batch, and what their later decisions are told of as."""


def later_decisions(kind: str) -> str:
    """What is told of as the decisions of an answer after its first.

    Example:
        >>> later_decisions("viewer moves")
        'viewer moves, later decisions'
    """
    return f"{kind}, later decisions"


class Packer:
    """Turns examples into batches.

    Args:
        tokenizer: The reference tokenizer.
        picture_tokens: Positions of each picture that are kept, drawn anew for each; fewer make stage 1 cheaper.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast, picture_tokens: int = PICTURE_TOKENS) -> None:
        self._tokenizer = tokenizer
        self._picture_tokens = picture_tokens
        self._encode = lru_cache(maxsize=50_000)(self._tokens)
        self._partings = lru_cache(maxsize=8)(self._partings_of)
        self._image = tokenizer.convert_tokens_to_ids("<|image_pad|>")
        self._end = tokenizer.convert_tokens_to_ids("<|im_end|>")
        self._pad = tokenizer.convert_tokens_to_ids("<|endoftext|>")

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, special tokens recognised."""
        return list(self._encode(text))

    def _tokens(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False))

    def _prefix(self, example: TrainingExample, rng: np.random.Generator) -> tuple[list[int], np.ndarray, list[int]]:
        """Token ids, positions, and the places of the last token of every picture."""
        head = self.encode(f"<|im_start|>system\n{example.member.token}")
        for line in example.role.system.splitlines(keepends=True):
            head += self.encode(line)
        ids = head + self.encode("<|im_end|>\n<|im_start|>user\n")
        positions = [np.tile(np.arange(len(ids)), (3, 1))]
        following, ends = len(ids), list[int]()
        for _ in example.pictures:
            kept = np.sort(rng.permutation(PICTURE_TOKENS)[: self._picture_tokens])
            row, column = np.divmod(kept, GRID_COLUMNS)
            ids = [*ids, *self.encode("<|vision_start|>"), *[self._image] * len(kept), *self.encode("<|vision_end|>")]
            ends.append(len(ids) - 1)
            start = following + 1
            grid = np.stack([np.full(len(kept), start), start + row, start + column])
            following = start + max(GRID_ROWS, GRID_COLUMNS)
            positions += [np.full((3, 1), start - 1), grid, np.full((3, 1), following)]
            following += 1
        return ids, np.concatenate(positions, axis=1), ends

    def pack(self, examples: Sequence[TrainingExample], rng: np.random.Generator) -> TrainingBatch:
        """Pack examples into one batch."""
        rows = [self._row(example, rng) for example in examples]
        start = _round_up(max(len(row.ids) for row in rows))
        length = _round_up(max((len(branch.ids) for row in rows for branch in row.branches), default=0))
        most = max(len(row.branches) for row in rows)
        ids = np.full((len(rows), start + most * length), self._pad, np.int64)
        positions = np.zeros((3, *ids.shape), np.int64)
        seen: list[tuple[int, int]] = []
        ends: list[tuple[int, int, Branch]] = []
        said: list[tuple[int, int, int]] = []
        decisions: list[tuple[int, _Decision]] = []
        for index, row in enumerate(rows):
            ids[index, : len(row.ids)] = row.ids
            seen += [(index, place) for place in row.seen]
            positions[:, index, : len(row.ids)] = row.positions
            for number, branch in enumerate(row.branches):
                place = start + number * length
                ids[index, place : place + len(branch.ids)] = branch.ids
                positions[:, index, place : place + len(branch.ids)] = row.following + np.arange(len(branch.ids))
                decisions += [(index, replace(each, position=place + each.position)) for each in branch.decisions]
                if branch.source.last:
                    said.append((index, place + branch.said, branch.source.last))
                if branch.source.log_odds is not None:
                    ends.append((index, place + branch.end, branch.source))
        kinds = tuple(dict.fromkeys(decision.kind for _, decision in decisions if decision.kind))
        pictures = [picture for example in examples for picture in example.pictures]
        shares = [
            (place, token, share) for place, (_, each) in enumerate(decisions) for token, share in each.shares.items()
        ]
        import torch

        def whole(numbers: Sequence[int]) -> torch.Tensor:
            return torch.tensor(numbers, dtype=torch.long)

        def real(numbers: Sequence[float] | Sequence[Sequence[float]]) -> torch.Tensor:
            return torch.tensor(numbers, dtype=torch.float32)

        return TrainingBatch(
            token_ids=torch.from_numpy(ids),
            positions=torch.from_numpy(positions),
            padding=torch.from_numpy(ids == self._pad),
            layout=(start, length),
            picture_rows=torch.from_numpy(ids == self._image),
            looks=whole([picture.look for picture in pictures]),
            times=whole([picture.time for picture in pictures]),
            pushes=whole([picture.push for picture in pictures]),
            prefix_end=whole([len(row.ids) - 1 for row in rows]),
            profiles=torch.tensor([example.profile() for example in examples]),
            seen_row=whole([row for row, _ in seen]),
            seen_position=whole([place for _, place in seen]),
            likings=real([liking for example in examples for liking in example.likings()]),
            shown_weights=real([row for example in examples for row in example.shown_weights()]).view(
                -1, len(NINETEEN)
            ),
            branch_row=whole([row for row, _, _ in ends]),
            branch_end=whole([place for _, place, _ in ends]),
            branch_log_odds=real([branch.log_odds or 0.0 for _, _, branch in ends]),
            branch_weights=torch.tensor([_weights(branch) for _, _, branch in ends]).view(-1, len(NINETEEN)),
            branch_last=real([branch.last for _, _, branch in ends]),
            said_row=whole([row for row, _, _ in said]),
            said_position=whole([place for _, place, _ in said]),
            said_leaning=real([leaning for _, _, leaning in said]),
            predict_row=whole([row for row, _ in decisions]),
            predict_position=whole([decision.position for _, decision in decisions]),
            predict_weight=real([each.weight for _, each in decisions]),
            target_prediction=whole([place for place, _, _ in shares]),
            target_id=whole([token for _, token, _ in shares]),
            target_share=real([share for _, _, share in shares]),
            decided=whole([kinds.index(each.kind) if each.kind else -1 for _, each in decisions]),
            kinds=kinds,
        )

    def _row(self, example: TrainingExample, rng: np.random.Generator) -> _Row:
        ids, positions, ends = self._prefix(example, rng)
        seen = [ends[picture] for picture in example.scene_ends()]
        branches = [self._branch(branch) for branch in example.branches]
        return _Row(ids, positions, int(positions.max()) + 1, seen, branches)

    def _branch(self, branch: Branch) -> _BranchRow:
        turns = self.encode(branch.question)
        earlier = max((place for place, token in enumerate(turns) if token == self._end), default=0) - 1
        question = turns + self.encode("<|im_end|>\n<|im_start|>assistant\n")
        end, said = len(question) - 1, list[int]()
        decisions = []
        partings = self._partings(branch.among)
        for token, shares in self._decisions(branch):
            decided = len(shares) > 1 or tuple(said) in partings
            weight, kind = 1.0 if decided else CERTAIN_WEIGHT, "" if said else branch.kind
            if said and decided:
                kind = later_decisions(branch.kind)
                weight = LATER_WEIGHT if branch.kind in RANKED else weight
            decisions.append(_Decision(end + len(said), shares, kind, weight))
            said.append(token)
        return _BranchRow(question + said[:-1], earlier, end, decisions, branch)

    def _partings_of(self, texts: tuple[str, ...]) -> frozenset[tuple[int, ...]]:
        """Beginnings, in tokens, after which some of the texts go on in different ways."""
        following: dict[tuple[int, ...], set[int]] = {}
        for text in texts:
            ids = self.encode(text)
            for place, token in enumerate(ids):
                following.setdefault(tuple(ids[:place]), set()).add(token)
        return frozenset(beginning for beginning, tokens in following.items() if len(tokens) > 1)

    def _decisions(self, branch: Branch) -> Iterator[tuple[int, dict[int, float]]]:
        """Every token of an answer, the end of the turn included, with the planted shares at its place."""
        for number, (shares, said) in enumerate(branch.parts):
            last = number + 1 == len(branch.parts)
            ending = [self._end] if last else []
            left = [(self.encode(text) + ending, share) for text, share in shares.items()]
            for depth, token in enumerate(self.encode(said) + ending):
                following: dict[int, float] = {}
                for each, share in left:
                    following[each[depth]] = following.get(each[depth], 0.0) + share
                total = sum(following.values())
                yield token, {each: share / total for each, share in following.items()}
                left = [(each, share) for each, share in left if each[depth] == token]


@dataclass(frozen=True, slots=True)
class _Decision:
    position: int
    shares: dict[int, float]
    kind: str
    """Kind of the item where an answer begins, ``later_decisions`` of it where it is decided further; else empty."""
    weight: float
    """In the loss."""


@dataclass(frozen=True, slots=True)
class _BranchRow:
    ids: list[int]
    said: int
    """Place of the last token of the last earlier answer; -1 without any."""
    end: int
    """Place of the last token of the question."""
    decisions: list[_Decision]
    source: Branch


@dataclass(frozen=True, slots=True)
class _Row:
    ids: list[int]
    positions: np.ndarray
    following: int
    """Position of the first token of a branch."""
    seen: list[int]
    """Places of the last token of each clip."""
    branches: list[_BranchRow]


def _round_up(length: int) -> int:
    """Few different lengths, so that memory of one step fits the next."""
    return -(-length // 16) * 16


def _weights(branch: Branch) -> list[float]:
    if branch.weights is None:
        return [float("nan")] * len(NINETEEN)
    return [branch.weights.get(value, 0.0) for value in NINETEEN.dimensions]


def loss(log_probabilities: torch.Tensor, batch: TrainingBatch) -> torch.Tensor:
    """Cross-entropy against the planted answer distributions, from the log-probabilities of :func:`predict`."""
    chosen = log_probabilities[batch.target_prediction, batch.target_id]
    weight = batch.predict_weight[batch.target_prediction] * batch.target_share
    return -(chosen * weight).sum() / batch.predict_weight.sum()


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
    planted = batch.target_share[paired].view(-1, 2).log()
    # A share near 0 or 1 has a log-odds without end; what matters of it is that it is near.
    return ((given[:, 0] - given[:, 1] - planted[:, 0] + planted[:, 1]).clamp(-3, 3) ** 2).mean()


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
    """Hidden states (B, L, hidden) before the first and after each layer; the last is normalised. Zero in padding.

    The model must attend by ``branching.NAME``.
    """
    import torch

    kept = (~batch.padding).flatten().nonzero()[:, 0]
    dtype = torch.bfloat16 if torch.is_autocast_enabled("cpu") else torch.float32
    mask = torch.zeros(batch.padding.shape, dtype=dtype).masked_fill(batch.padding, torch.finfo(dtype).min)
    start, length = batch.layout
    rows, width = batch.padding.shape
    branches = (width - start) // length if length else 0
    layout = BranchedRows(rows, start, branches, length, kept, mask[:, None, None, :])
    embeddings = model.model.language_model.embed_tokens(batch.token_ids.flatten()[kept])[None]
    if picture_embeddings is not None and len(picture_embeddings):
        places = batch.picture_rows.flatten()[kept][None, :, None].expand_as(embeddings)
        embeddings = embeddings.masked_scatter(places, picture_embeddings.to(embeddings.dtype))
    states: Sequence[torch.Tensor] = model.model.language_model(
        inputs_embeds=embeddings,
        attention_mask=layout.mask,
        position_ids=batch.positions.flatten(1)[:, None, kept],
        use_cache=False,
        output_hidden_states=True,
        layout=layout,
    ).hidden_states
    return [layout.in_rows(state[0]) for state in states]


def answer_log_probabilities(model: PreTrainedModel, batch: TrainingBatch, hidden: torch.Tensor) -> torch.Tensor:
    """Log-probabilities at every prediction from the last hidden states."""
    import torch

    logits = model.lm_head(hidden[batch.predict_row, batch.predict_position])
    return torch.log_softmax(logits.float(), dim=-1)
