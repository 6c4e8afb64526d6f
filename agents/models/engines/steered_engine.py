"""Engines of steered models: hooks are set while they answer, and asks whose gates are shut go past them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agents.models.engines.naive_engine import Engine, Reply, Work
from agents.models.steering.hooks import Steering
from agents.models.steering.intervention import Intervention


class SteeredEngine:
    """An engine whose model's blocks are edited while it answers, at no other time.

    Args:
        engine: Answers.
        steering: What is done to the blocks.
    """

    def __init__(self, engine: Engine, steering: Steering) -> None:
        self._engine = engine
        self._steering = steering

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        self._steering.marks.begin()
        with self._steering.on():
            return self._engine.answer(work)


class GatedEngine:
    """Sends each ask to the engine for those interventions whose gates its question opens.

    Every combination has an engine of its own, so that nothing computed under one is ever used under another.

    Args:
        interventions: In their order.
        engine_of: Makes the engine for some of them.
    """

    def __init__(
        self, interventions: Sequence[Intervention], engine_of: Callable[[tuple[Intervention, ...]], Engine]
    ) -> None:
        self._interventions = tuple(interventions)
        self._engine_of = engine_of
        self._engines: dict[tuple[bool, ...], Engine] = {}

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        places: dict[tuple[bool, ...], list[int]] = {}
        for place, single in enumerate(work):
            places.setdefault(self._open(single.ask.question), []).append(place)
        replies: dict[int, Reply] = {}
        for state, some in places.items():
            replies |= zip(some, self._engine(state).answer([work[place] for place in some]), strict=True)
        return [replies[place] for place in range(len(work))]

    def _open(self, question: str) -> tuple[bool, ...]:
        return tuple(each.gate is None or each.gate.opens(question) for each in self._interventions)

    def _engine(self, state: tuple[bool, ...]) -> Engine:
        if state not in self._engines:
            chosen = tuple(each for each, opens in zip(self._interventions, state, strict=True) if opens)
            self._engines[state] = self._engine_of(chosen)
        return self._engines[state]
