"""From a list of asks to answers on disk: what is stored is not asked again, what is asked comes in a good order.

The order is frame, then persona, then item: neighbours share the picture and the persona, so that a local model
computes both once and a server finds them in its cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from agents.answers import AnswerStore
from agents.models.base import Answer, Ask, Model
from agents.models.pictures import picture_key
from vectorstore.errors import ModelError

Progress = Callable[[int, int], None]
"""Called with the asks done, stored ones included, and all asks; asks with equal keys count once."""

_STREAM = 2048
"""Asks handed to a model at once."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a work list comes to; asks with equal keys count once."""

    stored: int
    """Asks that have an answer already."""
    to_ask: int
    """Asks that remain."""
    asks: tuple[Ask, ...] = field(repr=False)
    """The remaining asks, frame by frame, persona by persona."""
    keys: tuple[str, ...] = field(repr=False)
    """Their keys."""


def plan(asks: Iterable[Ask], model: Model, store: AnswerStore) -> Plan:
    """Write a work list down and find what of it remains to be asked.

    Args:
        asks: What to ask, in any order; the store keeps this order.
        model: Who is asked.
        store: Where answers are.

    Raises:
        StorageError: If the store cannot be written.
    """
    wanted = list(asks)
    keys = store.plan(wanted, model)
    known = store.answered(keys)
    fresh: dict[str, Ask] = {}
    for key, ask in zip(keys, wanted, strict=True):
        if key not in known:
            fresh.setdefault(key, ask)
    ordered = in_order([(ask, key) for key, ask in fresh.items()])
    return Plan(len(known), len(ordered), tuple(ask for ask, _ in ordered), tuple(key for _, key in ordered))


def in_order(asks: Sequence[tuple[Ask, str]]) -> list[tuple[Ask, str]]:
    """Bring asks into the order frame, persona, item; frames, personas and items each as they first appear."""
    frames: dict[tuple[str, ...], int] = {}
    personas: dict[str, int] = {}
    for ask, _ in asks:
        frames.setdefault(picture_key(ask.stimulus.frames), len(frames))
        personas.setdefault(ask.system, len(personas))
    return sorted(asks, key=lambda item: (frames[picture_key(item[0].stimulus.frames)], personas[item[0].system]))


def answer_all(model: Model, asks: Iterable[Ask], store: AnswerStore, progress: Progress | None = None) -> Plan:
    """Ask what is not stored yet and store every answer as it comes.

    Killed at any moment, the same call goes on where it stopped. Asks that failed are stored with their reason and are
    asked again by the next call.

    Args:
        model: Who is asked.
        asks: The whole work list, also on a second call.
        store: Where answers go.
        progress: Told after each answer.

    Returns:
        The plan as it was before asking.

    Raises:
        StorageError: If the store cannot be written.
        ModelError: If the model fails as a whole, or gives another number of answers than it was asked for.
    """
    work = plan(asks, model, store)
    total = work.stored + work.to_ask
    done = work.stored
    try:
        for start in range(0, work.to_ask, _STREAM):
            window = slice(start, start + _STREAM)
            for key, answer in _answers(model, list(zip(work.asks[window], work.keys[window], strict=True))):
                store.add(key, answer)
                done += 1
                if progress is not None:
                    progress(done, total)
    finally:
        store.flush()
    return work


def _answers(model: Model, asks: Sequence[tuple[Ask, str]]) -> Iterator[tuple[str, Answer]]:
    """Keys with answers: asks with choices are scored, the others answered in free text."""
    scored = [item for item in asks if item[0].choices]
    free = [item for item in asks if not item[0].choices]
    for put, part in ((model.score, scored), (model.generate, free)):
        answers = iter(put([ask for ask, _ in part])) if part else iter(())
        for _, key in part:
            try:
                yield key, next(answers)
            except StopIteration:
                raise ModelError(f"{model.id}: gave fewer answers than it was asked for") from None
