"""The cache engine: pictures encoded once, common beginnings computed once, differing endings in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from agents.models.engines.adapter import ModelAdapter
from agents.models.engines.memory import MemoryBudget, in_pieces
from agents.models.engines.naive_engine import Reply, Work
from agents.models.engines.rows import PromptRow, Stimuli
from agents.models.hf_types import Cache
from agents.models.templates.prompting import Prompt

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows with the same pictures and the same words before them: one beginning, several endings."""

    rows: tuple[PromptRow, ...]
    cut: int
    """Tokens of the common beginning."""
    trunk: int = 0
    """Of these the tokens that further groups share; 0 for none."""
    opening: int = 0
    """The same for words before all pictures, about whatever pictures those groups are."""

    @property
    def beginning(self) -> Prompt:
        return self.rows[0].prompt

    @property
    def pictures(self) -> tuple[str, ...]:
        return self.rows[0].prompt.pictures

    @property
    def longest(self) -> int:
        return max(len(row.prompt.ids) for row in self.rows)


@dataclass(frozen=True, slots=True)
class RowEnding:
    """The tokens of one row after its beginning, and which beginning of the batch that is."""

    row: PromptRow
    tokens: tuple[int, ...]
    beginning: int


class SharedEngine:
    """Answers like the naive engine, paying once for what asks have in common.

    Args:
        adapter: The model.
        stimuli: Prompts and pictures.
        budget: What goes through at once; shrinks for good when memory runs out.
    """

    def __init__(self, adapter: ModelAdapter, stimuli: Stimuli, budget: MemoryBudget) -> None:
        self._adapter = adapter
        self._stimuli = stimuli
        self.budget = budget

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        import torch

        with torch.inference_mode():
            rows = [self._stimuli.row(single) for single in work]
            self._answer_rows([row for row in rows if not row.error])
        return [row.reply for row in rows]

    def _answer_rows(self, rows: Sequence[PromptRow]) -> None:
        groups = self._groups(rows)
        reuse = Counter(group.pictures for group in groups)
        self._stimuli.keep(sum(count > 1 for count in reuse.values()))
        groups.sort(key=_order)
        for _, alike in groupby(groups, key=_order):
            in_pieces(self._batches(list(alike)), self._answer_batch, self._halved)

    def _halved(self, batch: list[_Group]) -> Iterator[list[_Group]]:
        rows = sum(len(group.rows) for group in batch)
        if rows > 1:
            self.budget.shrink(rows, rows * max(group.longest for group in batch))
            yield from self._batches(batch)

    def _groups(self, rows: Sequence[PromptRow]) -> list[_Group]:
        together: dict[tuple[object, ...], list[PromptRow]] = {}
        for row in rows:
            shown = row.prompt.ids[: self._stimuli.end_of_pictures(row.prompt)]
            together.setdefault((row.prompt.pictures, shown or _before(row, turns=1)), []).append(row)
        groups = [group for members in together.values() for group in self._by_beginning(members)]
        return list(self._with_openings(groups))

    def _with_openings(self, groups: Sequence[_Group]) -> Iterator[_Group]:
        """The same groups; turns before different pictures are computed once for all that have them."""
        told: dict[Hashable, list[_Group]] = {}
        for group in groups:
            row = group.rows[0]
            opens = bool(row.work.ask.turns) and not group.trunk and self._stimuli.words_before_pictures(row.prompt)
            told.setdefault(_before(row) if opens else id(group), []).append(group)
        for alike in told.values():
            first = [group.rows[0] for group in alike]
            most = min(self._stimuli.words_before_pictures(row.prompt) for row in first) if len(alike) > 1 else 0
            opening = min(most, common_length(first)) if most else 0
            yield from (replace(group, opening=opening) for group in alike)

    def _by_beginning(self, rows: list[PromptRow]) -> Iterator[_Group]:
        """Groups of rows that begin alike: asks read after several words, personas and turns have a cache each."""
        words, rows = _read_after_words(rows)
        for members in words:
            end = self._stimuli.end_of_pictures(members[0].prompt)
            yield _Group(tuple(members), max(end, common_length(members)), end)
        if not rows:
            return
        beginnings: dict[Hashable, list[PromptRow]] = {}
        for row in rows:
            beginnings.setdefault(_before(row), []).append(row)
        end = self._common(rows)
        if not end or len(beginnings) == 1:
            yield _Group(tuple(rows), self._cut(rows))
            return
        few: list[PromptRow] = []
        for members in beginnings.values():
            if len(members) > 1:
                yield _Group(tuple(members), max(end, common_length(members)), end)
            else:
                few += members
        if few:
            yield _Group(tuple(few), end, end)

    def _common(self, rows: Sequence[PromptRow]) -> int:
        """Tokens that rows with different beginnings have in common: their pictures, and turns as far as they go."""
        end = self._stimuli.end_of_pictures(rows[0].prompt)
        return max(end, common_length(rows)) if _has_turns(rows) else end

    def _cut(self, rows: Sequence[PromptRow]) -> int:
        """Where the common beginning ends: after the pictures, or where texts part."""
        end = self._stimuli.end_of_pictures(rows[0].prompt)
        if len(rows) == 1 or (end and not _has_turns(rows)):
            return end or 1
        return max(end, common_length(rows))

    def _batches(self, groups: Sequence[_Group]) -> Iterator[list[_Group]]:
        """Batches that fit into the budget; a larger group is cut into several."""
        batch: list[_Group] = []
        most = room = self.budget.rows_of(max(group.longest for group in groups))
        for group in groups:
            for start in range(0, len(group.rows), most):
                piece = replace(group, rows=group.rows[start : start + most])
                if batch and (len(piece.rows) > room or not self._mixes(piece)):
                    yield batch
                    batch, room = [], most
                batch.append(piece)
                room -= len(piece.rows)
        if batch:
            yield batch

    def _mixes(self, group: _Group) -> bool:
        return not group.trunk and (self._adapter.takes_features or not group.pictures)

    def _answer_batch(self, batch: list[_Group]) -> None:
        groups = [group for group in batch if self._readable(group)]
        if not groups:
            return
        for row in (row for group in groups for row in group.rows):
            row.forget()
        cut = groups[0].cut
        cache, ahead = self._after_trunk(groups[0]) if groups[0].trunk else self._from_nothing(groups, cut)
        endings = [
            RowEnding(row, row.prompt.ids[cut:], index) for index, group in enumerate(groups) for row in group.rows
        ]
        padding = self._adapter.allows_padding(cache)
        for alike in _by_length([ending for ending in endings if ending.row.work.choice_tokens], mixed=padding):
            self._score(alike, cache, ahead, cut)
        for alike in _by_length([ending for ending in endings if ending.row.unsaid], mixed=False):
            self._continue(alike, cache, ahead, cut)

    def _from_nothing(self, groups: Sequence[_Group], cut: int) -> tuple[Cache, Tensor]:
        """The beginnings of several groups, computed together."""
        inputs = self._stimuli.inputs([group.rows[0].work.ask for group in groups])
        beginnings = [group.beginning for group in groups]
        kinds = {name: [prompt.kinds[name][:cut] for prompt in beginnings] for name in beginnings[0].kinds}
        ids = [prompt.ids[:cut] for prompt in beginnings]
        if not groups[0].opening:
            return self._adapter.prefill(ids, kinds, inputs)
        opening = self._stimuli.opening(groups[0].rows[0], groups[0].opening)
        positions = [self._stimuli.positions(group.rows[0], cut) for group in groups]
        return self._adapter.prefill_after(opening, ids, kinds, inputs, positions)

    def _after_trunk(self, group: _Group) -> tuple[Cache, Tensor]:
        """The beginning of a group, computed from where the pictures end."""
        import torch

        trunk = self._stimuli.trunk(group.rows[0], group.trunk)
        if group.cut == group.trunk:
            return trunk.cache, trunk.ahead
        own = self._adapter.select_rows(trunk.cache, [0])
        device = self._adapter.device
        tokens = torch.tensor([group.beginning.ids[group.trunk : group.cut]], device=device)
        mask = torch.ones(1, group.cut, dtype=torch.long, device=device)
        self._adapter.extend(tokens, mask, own, trunk.ahead, [tokens.shape[1] - 1])
        return own, trunk.ahead

    def _readable(self, group: _Group) -> bool:
        reason = self._stimuli.unreadable(group.rows[0].work.ask) if group.pictures else ""
        for row in group.rows:
            row.error = reason
        return not reason

    def _score(self, endings: Sequence[RowEnding], cache: Cache, ahead: Tensor, cut: int) -> None:
        """Read the choices at the last token of each ending, endings padded on the right."""
        import torch

        longest = max(len(ending.tokens) for ending in endings)
        padded = [ending.tokens + ending.tokens[-1:] * (longest - len(ending.tokens)) for ending in endings]
        device = self._adapter.device
        lengths = torch.tensor([len(ending.tokens) for ending in endings], device=device)
        mask = torch.arange(cut + longest, device=device)[None] < (cut + lengths)[:, None]
        columns = sorted({len(ending.tokens) - 1 for ending in endings})
        which = [ending.beginning for ending in endings]
        logits = self._adapter.extend(
            torch.tensor(padded, device=device),
            mask.long(),
            self._adapter.select_rows(cache, which),
            ahead[which],
            columns,
        )
        for place, ending in enumerate(endings):
            ending.row.read(logits[place, columns.index(len(ending.tokens) - 1)])

    def _continue(self, endings: Sequence[RowEnding], cache: Cache, ahead: Tensor, cut: int) -> None:
        """Write text, all rows in step; endings have equal length."""
        import torch

        which = [ending.beginning for ending in endings]
        own, ahead = self._adapter.select_rows(cache, which), ahead[which]
        tokens = torch.tensor([ending.tokens for ending in endings], device=self._adapter.device)
        seen = torch.ones(len(endings), cut, dtype=torch.bool, device=self._adapter.device)
        write_on(self._adapter, [ending.row for ending in endings], tokens, own, ahead, seen)


def _read_after_words(rows: Sequence[PromptRow]) -> tuple[list[list[PromptRow]], list[PromptRow]]:
    """Rows of asks that are read after several beginnings of an answer, ask by ask, and the other rows."""
    asks: dict[int, list[PromptRow]] = {}
    for row in rows:
        asks.setdefault(id(row.work.ask), []).append(row)
    whole = [ask for ask, own in asks.items() if sum(bool(row.work.suffix) for row in own) > 1]
    return [asks.pop(ask) for ask in whole], [row for row in rows if id(row.work.ask) in asks]


def _has_turns(rows: Sequence[PromptRow]) -> bool:
    return any(row.work.ask.turns for row in rows)


def _before(row: PromptRow, turns: int | None = None) -> Hashable:
    """What stands before the question, beside pictures: the persona and the turns, or the first of them only."""
    ask = row.work.ask
    return ask.system, tuple((turn.role, turn.words, len(turn.frames)) for turn in ask.turns[:turns])


def _order(group: _Group) -> tuple[bool, tuple[str, ...], int, bool, tuple[int, ...]]:
    """Groups of equal order may go through together; those with one trunk, or one opening, follow each other."""
    opening = group.beginning.ids[: group.opening]
    return group.trunk > 0, group.pictures if group.trunk else (), group.cut, len(group.pictures) > 0, opening


def common_length(rows: Sequence[PromptRow]) -> int:
    """Tokens that the prompts of rows begin with in common; each has one more at least."""
    shortest = min(len(row.prompt.ids) for row in rows)
    parted = (index for index in range(shortest - 1) if len({row.prompt.ids[index] for row in rows}) > 1)
    return next(parted, shortest - 1)


def write_on(
    adapter: ModelAdapter, rows: Sequence[PromptRow], tokens: Tensor, cache: Cache, ahead: Tensor, seen: Tensor
) -> None:
    """Write the texts of rows on, all in step, until each is at its end.

    Args:
        adapter: The model.
        rows: What is written; takes the tokens.
        tokens: Token ids to be run first, shape ``(rows, length)``.
        cache: The cache of the rows before these tokens; grows.
        ahead: How far positions run ahead of token counts, shape ``(rows, 1)``.
        seen: Which columns of the cache are tokens of each row's own, shape ``(rows, past)``.
    """
    import torch

    length = tokens.shape[1]
    going = dict(enumerate(rows))
    while going:
        mask = torch.cat([seen, seen.new_ones(len(rows), length)], dim=1).long()
        logits = adapter.extend(tokens, mask, cache, ahead, [tokens.shape[1] - 1])
        tokens = logits[:, -1].argmax(dim=-1, keepdim=True)
        length += 1
        for place, row in list(going.items()):
            row.say(logits[place, -1])
            tokens[place, 0] = row.last_said(adapter)
            if not row.goes_on(adapter.stop_tokens):
                del going[place]


def _by_length(endings: Sequence[RowEnding], *, mixed: bool) -> list[list[RowEnding]]:
    """Endings that go through the model together: all of them where padding is exact, else those of equal length."""
    if not endings or mixed:
        return [list(endings)] if endings else []
    ordered = sorted(endings, key=lambda ending: len(ending.tokens))
    return [list(alike) for _, alike in groupby(ordered, key=lambda ending: len(ending.tokens))]
