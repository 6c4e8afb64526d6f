"""How far a model's answers lie from those of its twin, for each kind of item on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.models.base import Ask, Choice, FrameReference, Model, Stimulus, Turn
from valuespectrum.reference.items.base import Question
from valuespectrum.reference.items.catalogue import read_question
from valuespectrum.reference.twin.reading import Understood


@dataclass(frozen=True, slots=True)
class ItemAgreement:
    """How far two ways of answering lie apart over the asks of one kind."""

    asks: int
    error: float
    """Mean absolute difference of the probabilities, over all options of all asks."""
    largest: float
    """Mean over asks of the largest difference of an option's probability; for two options it is the error."""


def agreement(model: Model, twin: Model, asks: Sequence[Ask]) -> dict[str, ItemAgreement]:
    """Compare a model with its twin on the same asks.

    Args:
        model: Asked with pictures.
        twin: Asked with the same asks, whose tags tell it what the pictures show.
        asks: With options; those of several parts are begun by a prefill.

    Returns:
        Kind of item to how far the two lie apart, the worst first.
    """
    gaps: dict[str, list[np.ndarray]] = {}
    for ask, one, other in zip(asks, model.score(asks), twin.score(asks), strict=True):
        found = read_question(ask.question.strip())
        given, planted = (
            np.exp([answer.log_probabilities.get(choice.name, -np.inf) for choice in ask.choices])
            for answer in (one, other)
        )
        gaps.setdefault(found.item.kind if found else "unknown", []).append(np.abs(given - planted))
    compared = {
        kind: ItemAgreement(len(each), float(np.concatenate(each).mean()), float(np.mean([gap.max() for gap in each])))
        for kind, each in gaps.items()
    }
    return dict(sorted(compared.items(), key=lambda pair: -pair[1].largest))


def written_ask(
    understood: Understood,
    frames: Sequence[FrameReference] = (),
    tags: Mapping[str, str | int | float] | None = None,
    system: str = "",
) -> Ask:
    """An ask whose options are everything that may be said next.

    Args:
        understood: The question, who is asked, what is shown, and what was said already of the answer.
        frames: The pictures; they stand before everything that is said, earlier turns included, as in training.
        tags: What they show.
        system: Words of the persona whose target stands in the mind.

    Raises:
        ValueError: Everything is said.
    """
    shares = understood.question.shares(understood.mind, understood.scenes, understood.said)
    if shares is None:
        raise ValueError("everything is said")
    before = understood.question.before
    return Ask(
        Stimulus(() if before else tuple(frames)),
        understood.question.text,
        tuple(Choice(text.strip(), (text.strip(),)) for text in shares),
        system,
        "".join(understood.said),
        tags=dict(tags or {}),
        turns=_turns(understood.question, tuple(frames)),
    )


def _turns(question: Question, frames: tuple[FrameReference, ...]) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    for item, answer in question.before:
        turns += [Turn("user", item.text, () if turns else frames), Turn("assistant", answer)]
    return tuple(turns)
