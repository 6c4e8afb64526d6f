"""Engines of one small model side by side, a thread each.

Products of small matrices keep one core busy however many there are, and what stands between them is done by one core
as well. Several windows of asks at once use them all; the weights are there once.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import groupby
from queue import SimpleQueue
from typing import TYPE_CHECKING, cast

from agents.models.engines.naive_engine import Engine, Reply, Work
from agents.models.hf_types import HfModel
from agents.models.pictures import shown_key

if TYPE_CHECKING:
    from torch.nn import Module

_MOST_LANES = 4
"""Engines at most: each holds the activations of its own passes."""
_PARTS_OF_A_LANE = 2
"""So many parts for each, so that none waits long for the last one."""
_FEWEST_ASKS = 8
"""Fewer a part are not worth the threads."""


class Lanes:
    """Answers as one engine does; many asks by several at once.

    Args:
        model: Whose engines they are, on a processor.
        first: Answers what is too little to be shared out.
        further: Makes another engine of the same weights, which shares nothing else with the first.
    """

    def __init__(self, model: HfModel, first: Engine, further: Callable[[], Engine]) -> None:
        self._model = model
        self._first = first
        self._further = further
        self._made = [first]

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        lanes = _lanes()
        parts = parted(work, lanes)
        if len(parts) < 2 or _has_hooks(self._model):
            return self._first.answer(work)
        free = self._engines(lanes)
        replies: dict[int, Reply] = {}
        with _threads_shared_out(lanes), ThreadPoolExecutor(lanes, "lane") as pool:
            answers = [pool.submit(_answer_by, free, [work[place] for place in places]) for places in parts]
            try:
                for places, answer in zip(parts, answers, strict=True):
                    replies |= zip(places, answer.result(), strict=True)
            finally:
                pool.shutdown(cancel_futures=True)
        return [replies[place] for place in range(len(work))]

    def _engines(self, lanes: int) -> SimpleQueue[Engine]:
        self._made += (self._further() for _ in range(lanes - len(self._made)))
        free: SimpleQueue[Engine] = SimpleQueue()
        for engine in self._made[:lanes]:
            free.put(engine)
        return free


def _answer_by(free: SimpleQueue[Engine], work: Sequence[Work]) -> list[Reply]:
    engine = free.get()
    try:
        return engine.answer(work)
    finally:
        free.put(engine)


def parted(work: Sequence[Work], lanes: int) -> list[list[int]]:
    """Places of the work that goes to an engine together: asks about one stimulus in one part, as far as that is even.

    Args:
        work: In any order; what belongs to one ask follows each other and stays together.
        lanes: Engines there are.
    """
    asks = [list(places) for _, places in groupby(range(len(work)), key=lambda place: id(work[place].ask))]
    if lanes < 2 or len(asks) < lanes * _FEWEST_ASKS:
        return [list(range(len(work)))]
    alike: dict[tuple[object, ...], list[list[int]]] = {}
    for places in asks:
        ask = work[places[0]].ask
        alike.setdefault(shown_key(ask) or (ask.system, ask.turns), []).append(places)
    share = max(_FEWEST_ASKS, -(-len(asks) // (lanes * _PARTS_OF_A_LANE)))
    ordered = [places for group in alike.values() for places in group]
    pieces = (ordered[start : start + share] for start in range(0, len(ordered), share))
    return [[place for places in piece for place in places] for piece in pieces]


def twin(model: HfModel) -> HfModel:
    """Another object with the very same weights, for another thread: passes leave notes on modules.

    Args:
        model: No hooks but those of ``transformers`` are on it.
    """
    return copy.deepcopy(model, {id(weights): weights for weights in model.parameters()})


def _lanes() -> int:
    import torch

    return min(_MOST_LANES, torch.get_num_threads())


def _has_hooks(model: HfModel) -> bool:
    """Whether somebody looks on or changes what goes through: that is done to this very object, and to no twin."""
    modules = cast("Module", model).modules()
    hooks = (
        hook for each in modules for held in (each._forward_hooks, each._forward_pre_hooks) for hook in held.values()
    )
    return not all(str(getattr(hook, "__module__", "")).startswith("transformers.") for hook in hooks)


@contextmanager
def _threads_shared_out(lanes: int) -> Iterator[None]:
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads // lanes))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
