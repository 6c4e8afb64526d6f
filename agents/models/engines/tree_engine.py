"""The one-pass engine: all asks about a picture as one row, each token seeing only the tokens of its own prompt.

Exact for models whose every layer attends to everything before it; others are refused (see ``engine_choice``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.models.base import Ask
from agents.models.engines.adapter import ModelAdapter, PackedBatch
from agents.models.engines.memory import MemoryBudget, in_pieces
from agents.models.engines.naive_engine import Reply, Work
from agents.models.engines.prompt_tree import PackedRow, Packing, pack
from agents.models.engines.rows import PromptRow, Stimuli
from agents.models.engines.shared_engine import common_length, write_on
from agents.models.hf_types import Cache
from agents.models.pictures import RecentlyUsed

if TYPE_CHECKING:
    from torch import Tensor

_LONGEST_ROW = 4096
"""Tokens: the mask of a row grows with the square."""
_ATTENTION_SCALE = 3.0
"""Tokens a row may have per unit of the model's width before attending costs as much as all the rest; twice that in
multiplications, but the masked part of attention runs at half their speed."""
_A_PASS = 100
"""What one more pass costs, in tokens."""
_MOST_PROMPTS = 256
_MOST_LOGITS = 1 << 26


@dataclass(frozen=True, slots=True)
class _Packed:
    """One packed row with the prompts in it."""

    row: PackedRow
    members: tuple[PromptRow, ...]
    """In the order of the row's paths."""
    trunk: int = 0
    """Tokens before the row, computed once for several rows about the same pictures."""

    @property
    def length(self) -> int:
        return len(self.row.tokens)

    @property
    def company(self) -> tuple[int, tuple[str, ...]]:
        """What rows must have in common to go through together: their trunk, if any."""
        return self.trunk, self.members[0].prompt.pictures if self.trunk else ()

    @property
    def stimulus(self) -> Ask:
        return self.members[0].work.ask

    @property
    def reading_places(self) -> set[int]:
        """Where answers are read, as distances from the end."""
        return {self.length - int(path[-1]) for path in self.row.paths}

    def showings(self, picture_token: int | None) -> int:
        """How many times the pictures stand in the row."""
        once = self.members[0].prompt.ids.count(picture_token) if picture_token is not None else 0
        return int((self.row.tokens == picture_token).sum()) // once if once else 0


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One prompt of a batch of packed rows."""

    row: PromptRow
    number: int
    """Its packed row in the batch."""
    path: Tensor
    """Places of its tokens in the cache, in order."""
    column: int
    """Where in the row its last token stands."""
    next_position: int
    """Where the first token of the answer stands."""


class TreeEngine:
    """Answers like the naive engine, in one pass over what asks do not have in common.

    Args:
        adapter: The model.
        stimuli: Prompts and pictures.
        budget: What goes through at once; shrinks for good when memory runs out.
    """

    def __init__(self, adapter: ModelAdapter, stimuli: Stimuli, budget: MemoryBudget) -> None:
        config = adapter.model.config.get_text_config()
        self._adapter = adapter
        self._stimuli = stimuli
        self._placed: RecentlyUsed[tuple[object, ...], Tensor] = RecentlyUsed(512)
        self._attention_scale = _ATTENTION_SCALE * config.hidden_size
        self._most_readings = max(1, _MOST_LOGITS // config.vocab_size)
        self.budget = budget

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        import torch

        with torch.inference_mode():
            rows = [self._stimuli.row(single) for single in work]
            fitting = [row for row in rows if not row.error]
            for shows in (False, True):
                alike = [row for row in fitting if bool(row.prompt.pictures) == shows]
                in_pieces(self._batches(alike), self._answer_batch, self._halved)
        return [row.reply for row in rows]

    def _halved(self, batch: list[_Packed]) -> Iterator[list[_Packed]]:
        members = [row for packed in batch for row in packed.members]
        if len(members) > 1:
            self.budget.shrink(self.budget.rows, len(batch) * max(packed.length for packed in batch))
            middle = len(members) // 2
            yield from self._batches(members[:middle])
            yield from self._batches(members[middle:])

    def _batches(self, rows: Sequence[PromptRow]) -> Iterator[list[_Packed]]:
        """Packed rows that go through the model together."""
        batch: list[_Packed] = []
        read: set[int] = set()
        for packed in self._packed(rows):
            length = max(each.length for each in [packed, *batch])
            together = read | packed.reading_places
            tokens, logits = length * (len(batch) + 1), len(together) * (len(batch) + 1)
            full = tokens > self.budget.tokens or logits > self._most_readings
            if batch and (full or packed.company != batch[0].company):
                yield batch
                batch, together = [], packed.reading_places
            batch.append(packed)
            read = together
        if batch:
            yield batch

    def _packed(self, rows: Sequence[PromptRow]) -> Iterator[_Packed]:
        stimuli: dict[tuple[str, ...], list[PromptRow]] = {}
        for row in rows:
            stimuli.setdefault(row.prompt.pictures, []).append(row)
        for members in stimuli.values():
            members.sort(key=lambda row: row.prompt.ids)
            for start in range(0, len(members), _MOST_PROMPTS):
                some = members[start : start + _MOST_PROMPTS]
                yield from self._cheapest(some)

    def _cheapest(self, rows: Sequence[PromptRow]) -> Iterator[_Packed]:
        """Rows about the same pictures, packed whole, or after a trunk where what all share is worth a pass."""
        longest = min(_LONGEST_ROW, self.budget.tokens)
        whole = Packing(longest, self._attention_scale)
        packed, trunk = pack([row.prompt.ids for row in rows], self._adapter.picture_token, whole), 0
        shared = common_length(rows)
        if len(rows) > 1 and rows[0].prompt.pictures and shared >= self._stimuli.end_of_pictures(rows[0].prompt):
            after = Packing(longest, self._attention_scale, shared)
            parts = pack([row.prompt.ids[shared:] for row in rows], self._adapter.picture_token, after)
            price = whole.cost(shared) + _A_PASS + sum(after.cost(len(part.tokens)) for part in parts)
            if price < sum(whole.cost(len(part.tokens)) for part in packed):
                packed, trunk = parts, shared
        for part in packed:
            yield _Packed(part, tuple(rows[member] for member in part.members), trunk)

    def _answer_batch(self, batch: list[_Packed]) -> None:
        batch = [packed for packed in batch if self._readable(packed)]
        if not batch:
            return
        for row in (row for packed in batch for row in packed.members):
            row.forget()
        leaves, tensors = self._laid_out(batch)
        columns = sorted({leaf.column for leaf in leaves})
        writes = any(leaf.row.work.text and leaf.row.work.ask.max_tokens > 1 for leaf in leaves)
        logits, cache = self._adapter.run_packed(tensors, columns, keep_cache=writes)
        unfinished: list[_Leaf] = []
        for leaf in leaves:
            at_end = logits[leaf.number, columns.index(leaf.column)]
            leaf.row.read(at_end)
            if leaf.row.unsaid:
                leaf.row.say(at_end)
                if leaf.row.goes_on(self._adapter.stop_tokens):
                    unfinished.append(leaf)
        if not unfinished:
            return
        assert cache is not None, "it is kept where words may follow"
        unfinished.sort(key=lambda leaf: len(leaf.path))
        most = self.budget.rows_of(len(unfinished[-1].path))
        for start in range(0, len(unfinished), most):
            self._write(unfinished[start : start + most], cache)

    def _readable(self, packed: _Packed) -> bool:
        reason = self._stimuli.unreadable(packed.stimulus)
        for row in packed.members:
            row.error = reason
        return not reason

    def _laid_out(self, batch: Sequence[_Packed]) -> tuple[list[_Leaf], PackedBatch]:
        """Rows as tensors, aligned at their ends: questions asked in all of them are then read at the same places."""
        import torch

        length = max(packed.length for packed in batch)
        axes = 3 if self._adapter.positions_follow_pictures else 1
        ids = torch.empty(len(batch), length, dtype=torch.long)
        trunk = batch[0].trunk
        visible = torch.eye(length, dtype=torch.bool).repeat(len(batch), 1, 1)
        positions = torch.zeros(axes, len(batch), length, dtype=torch.long)
        kinds = {name: torch.zeros_like(ids) for name in batch[0].members[0].prompt.kinds}
        leaves = []
        for number, packed in enumerate(batch):
            start = length - packed.length
            ids[number, :start] = self._adapter.unmarked(
                int(packed.row.tokens[-1])
            )  # padding must not be taken for a picture
            ids[number, start:] = torch.from_numpy(packed.row.tokens)
            visible[number, start:, start:] = torch.from_numpy(packed.row.visible)
            for row, own in zip(packed.members, packed.row.paths, strict=True):
                path = torch.from_numpy(own + start)
                placed = self._positions(row)
                positions[:, number, path] = placed[:, trunk:]
                for name, values in row.prompt.kinds.items():
                    kinds[name][number, path] = torch.tensor(values[trunk:])
                whole = torch.cat([torch.arange(trunk), path + trunk])
                leaves.append(_Leaf(row, number, whole, int(path[-1]), int(placed[0, -1]) + 1))
        if trunk:
            known = self._stimuli.trunk(batch[0].members[0], trunk)
            seen = torch.ones(len(batch), length, trunk, dtype=torch.bool)
            cache = self._adapter.select_rows(known.cache, [0] * len(batch))
            return leaves, PackedBatch(ids, torch.cat([seen, visible], dim=2), positions, kinds, {}, cache)
        shown = [packed.stimulus for packed in batch for _ in range(packed.showings(self._adapter.picture_token))]
        return leaves, PackedBatch(ids, visible, positions, kinds, self._stimuli.inputs(shown))

    def _positions(self, row: PromptRow) -> Tensor:
        """Positions of the tokens of one prompt, shape ``(axes, length)``: after the last picture they count on."""
        import torch

        prompt = row.prompt
        cut = self._stimuli.end_of_pictures(prompt) or 1
        beginning = prompt.ids[:cut]
        kinds = {name: values[:cut] for name, values in prompt.kinds.items()}
        geometry = self._stimuli.geometry(row.work.ask)
        placed = self._placed.get(
            (prompt.pictures, beginning), lambda: self._adapter.positions(beginning, kinds, geometry)
        )
        after = torch.arange(len(prompt.ids) - cut) + placed.max() + 1
        return torch.cat([placed, after[None].expand(len(placed), -1)], dim=1)

    def _write(self, leaves: Sequence[_Leaf], cache: Cache) -> None:
        """Write the texts on whose first words are there; what stands before shorter prompts is masked."""
        import torch

        past = max(len(leaf.path) for leaf in leaves)
        filled = [torch.cat([leaf.path[:1].expand(past - len(leaf.path)), leaf.path]) for leaf in leaves]
        own = self._adapter.gather(cache, [leaf.number for leaf in leaves], filled)
        device = self._adapter.device
        said = torch.tensor([[leaf.row.last_said(self._adapter)] for leaf in leaves], device=device)
        ahead = torch.tensor([[leaf.next_position - past] for leaf in leaves], device=device)
        lengths = torch.tensor([[len(leaf.path)] for leaf in leaves], device=device)
        seen = torch.arange(past, device=device)[None] >= past - lengths
        write_on(self._adapter, [leaf.row for leaf in leaves], said, own, ahead, seen)
