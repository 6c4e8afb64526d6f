"""The fast engine: pictures encoded once, common beginnings computed once, differing endings in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from agents.models.adapter import ModelAdapter
from agents.models.engines import Reply, Work, length_error, needs_text, read_choices
from agents.models.pictures import RecentlyUsed
from agents.models.prompting import Prompt, PromptCache, PromptWriter
from vectorstore.errors import MediaError, ModelError

if TYPE_CHECKING:
    from torch import Tensor

_FEATURES_KEPT = 16


@dataclass(slots=True)
class _Row:
    """One prompt on its way through the engine."""

    index: int
    work: Work
    prompt: Prompt
    by_choice: tuple[float, ...] = ()
    said: tuple[int, ...] = ()
    error: str = ""

    @property
    def reply(self) -> Reply:
        return Reply(self.by_choice, self.said, len(self.prompt.ids), self.error)


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows with the same pictures and persona: one beginning, several endings."""

    rows: tuple[_Row, ...]
    cut: int
    """Tokens of the common beginning."""

    @property
    def beginning(self) -> Prompt:
        return self.rows[0].prompt

    @property
    def pictures(self) -> tuple[str, ...]:
        return self.rows[0].prompt.pictures


@dataclass(frozen=True, slots=True)
class _Ending:
    """The tokens of one row after its beginning, and which beginning of the batch that is."""

    row: _Row
    tokens: tuple[int, ...]
    beginning: int


class SharedEngine:
    """Answers like the naive engine, paying once for what asks have in common.

    Args:
        adapter: The model.
        writer: Renders prompts.
        batch_size: Most rows in one forward pass; halved for good when memory runs out.
    """

    def __init__(self, adapter: ModelAdapter, writer: PromptWriter, batch_size: int) -> None:
        self._adapter = adapter
        self._prompts = PromptCache(writer)
        self._features: RecentlyUsed[tuple[str, ...], tuple[Any, dict[str, Tensor]]] = RecentlyUsed(_FEATURES_KEPT)
        self.batch_size = max(1, batch_size)

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        import torch

        rows = [self._row(index, single) for index, single in enumerate(work)]
        with torch.inference_mode():
            self._answer_rows([row for row in rows if not row.error])
        return [row.reply for row in rows]

    def _row(self, index: int, work: Work) -> _Row:
        try:
            prompt = self._prompts.prompt(work.ask)
        except MediaError as error:
            return _Row(index, work, Prompt((), {}, ()), error=error.message)
        return _Row(index, work, prompt, error=length_error(self._adapter, len(prompt.ids), work.ask))

    def _answer_rows(self, rows: list[_Row]) -> None:
        groups = self._groups(rows)
        reuse = Counter(group.pictures for group in groups)
        self._features.capacity = max(_FEATURES_KEPT, sum(count > 1 for count in reuse.values()))
        groups.sort(key=lambda group: (group.cut, len(group.pictures) > 0))
        for _, alike in groupby(groups, key=lambda group: (group.cut, len(group.pictures) > 0)):
            self._answer_groups(list(alike))

    def _answer_groups(self, groups: list[_Group]) -> None:
        """Answer groups whose beginnings have equal length, in batches that fit into memory."""
        waiting = list(self._batches(groups))
        while waiting:
            batch = waiting.pop(0)
            try:
                self._answer_batch(batch)
            except (RuntimeError, MemoryError) as error:
                rows = sum(len(group.rows) for group in batch)
                if not out_of_memory(error):
                    raise
                if rows == 1:
                    raise ModelError("Memory runs out on one ask", "use a smaller model") from error
                self._shrink(rows // 2)
                waiting[:0] = self._batches(batch)

    def _shrink(self, batch_size: int) -> None:
        import torch

        self.batch_size = max(1, min(self.batch_size, batch_size))
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _groups(self, rows: Sequence[_Row]) -> list[_Group]:
        together: dict[tuple[tuple[str, ...], str], list[_Row]] = {}
        for row in rows:
            together.setdefault((row.prompt.pictures, row.work.ask.system), []).append(row)
        return [_Group(tuple(members), self._cut(members)) for members in together.values()]

    def _cut(self, rows: Sequence[_Row]) -> int:
        """Where the common beginning ends: after the pictures, or where texts part."""
        ids = rows[0].prompt.ids
        if rows[0].prompt.pictures:
            return len(ids) - ids[::-1].index(self._adapter.picture_token)
        if len(rows) == 1:
            return 1
        shortest = min(len(row.prompt.ids) for row in rows)
        parted = (index for index in range(shortest - 1) if len({row.prompt.ids[index] for row in rows}) > 1)
        return next(parted, shortest - 1)

    def _batches(self, groups: Sequence[_Group]) -> Iterator[list[_Group]]:
        """Batches of at most ``batch_size`` rows; a larger group is cut into several."""
        batch: list[_Group] = []
        room = self.batch_size
        for group in groups:
            for start in range(0, len(group.rows), self.batch_size):
                piece = _Group(group.rows[start : start + self.batch_size], group.cut)
                if batch and (len(piece.rows) > room or not self._mixes(piece)):
                    yield batch
                    batch, room = [], self.batch_size
                batch.append(piece)
                room -= len(piece.rows)
        if batch:
            yield batch

    def _mixes(self, group: _Group) -> bool:
        return self._adapter.takes_features or not group.pictures

    def _answer_batch(self, batch: list[_Group]) -> None:
        groups, inputs = self._inputs(batch)
        if not groups:
            return
        for row in (row for group in groups for row in group.rows):
            row.by_choice, row.said = (), ()  # an earlier try may have run out of memory halfway
        beginnings = [group.beginning for group in groups]
        cut = groups[0].cut
        kinds = {name: [prompt.kinds[name][:cut] for prompt in beginnings] for name in beginnings[0].kinds}
        cache, ahead = self._adapter.prefill([prompt.ids[:cut] for prompt in beginnings], kinds, inputs)
        endings = [
            _Ending(row, row.prompt.ids[cut:], index) for index, group in enumerate(groups) for row in group.rows
        ]
        padding = self._adapter.allows_padding(cache)
        for alike in _by_length([ending for ending in endings if ending.row.work.choice_tokens], mixed=padding):
            self._score(alike, cache, ahead, cut)
        for alike in _by_length([ending for ending in endings if not ending.row.said], mixed=False):
            self._continue(alike, cache, ahead, cut)

    def _inputs(self, batch: list[_Group]) -> tuple[list[_Group], dict[str, Any]]:
        """The groups whose pictures can be read, with what the model takes for the pictures."""
        readable, shown = [], []
        for group in batch:
            try:
                shown.append(self._shown(group) if group.pictures else None)
                readable.append(group)
            except MediaError as error:
                for row in group.rows:
                    row.error = error.message
        seen = [single for single in shown if single is not None]
        if not seen:
            return readable, {}
        if not self._adapter.takes_features:
            return readable, self._adapter.to_device(seen[0][1])
        return readable, self._adapter.feature_inputs([one[0] for one in seen], [one[1] for one in seen])

    def _shown(self, group: _Group) -> tuple[Any, dict[str, Tensor]]:
        """Features (where the model takes them) and processed pictures of a group."""
        ask = group.rows[0].work.ask
        if not self._adapter.takes_features:
            return None, self._prompts.picture_tensors(ask)
        return self._features.get(group.pictures, lambda: self._encode(ask))

    def _encode(self, ask: Any) -> tuple[Any, dict[str, Tensor]]:
        tensors = self._prompts.picture_tensors(ask)
        return self._adapter.encode(tensors), {
            name: tensor for name, tensor in tensors.items() if not name.startswith("pixel")
        }

    def _score(self, endings: Sequence[_Ending], cache: Any, ahead: Tensor, cut: int) -> None:
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
            at_end = logits[place, columns.index(len(ending.tokens) - 1)]
            ending.row.by_choice, first = read_choices(at_end, ending.row.work)
            if not needs_text(ending.row.work, first):
                ending.row.said = (first,)

    def _continue(self, endings: Sequence[_Ending], cache: Any, ahead: Tensor, cut: int) -> None:
        """Write text greedily, all rows in step; endings have equal length."""
        import torch

        which = [ending.beginning for ending in endings]
        own, ahead = self._adapter.select_rows(cache, which), ahead[which]
        device = self._adapter.device
        tokens = torch.tensor([ending.tokens for ending in endings], device=device)
        length = cut + tokens.shape[1]
        going = {place: ending.row for place, ending in enumerate(endings)}
        for _ in range(max(ending.row.work.ask.max_tokens for ending in endings)):
            mask = torch.ones(len(endings), length, dtype=torch.long, device=device)
            logits = self._adapter.extend(tokens, mask, own, ahead, [tokens.shape[1] - 1])
            tokens = logits[:, -1].argmax(dim=-1, keepdim=True)
            length += 1
            for place, row in list(going.items()):
                row.said += (int(tokens[place, 0]),)
                if row.said[-1] in self._adapter.stop_tokens or len(row.said) >= row.work.ask.max_tokens:
                    del going[place]
            if not going:
                return


def _by_length(endings: Sequence[_Ending], *, mixed: bool) -> list[list[_Ending]]:
    """Endings that go through the model together: all of them where padding is exact, else those of equal length."""
    if not endings or mixed:
        return [list(endings)] if endings else []
    ordered = sorted(endings, key=lambda ending: len(ending.tokens))
    return [list(alike) for _, alike in groupby(ordered, key=lambda ending: len(ending.tokens))]


def out_of_memory(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on any device."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in words or "can't allocate memory" in words
