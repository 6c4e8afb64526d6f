"""A procedure: everything that asks, decides by the answers, and asks again.

It is a plain generator: it yields asks, each addressed to a role, receives their answers in the same order, and returns
what it found. It must follow from its answers and from named random streams
(``vectorstore.foundation.random_streams``) alone, so that going on after a kill, replaying without a model and scoring
again are the same thing: driving it with the answers that are stored.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from agents.models.base import Answer, Ask, Model
from vectorstore.foundation.errors import InputError, ModelError

T = TypeVar("T")
Who = TypeVar("Who")

SUBJECT = "subject"
"""The role of whoever is measured."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """An ask and who is to answer it."""

    ask: Ask
    to: str = SUBJECT
    """A role of the cast, e.g. ``"subject"`` or ``"judge"``."""


Procedure = Generator[Sequence[Addressed], Sequence[Answer], T]
"""Yields asks, is sent their answers, returns what it found."""

Cast = Mapping[str, Model]
"""Who plays which role."""


@dataclass(frozen=True, slots=True, eq=False)
class Named(Generic[T]):
    """A procedure with the name under which its steps are remembered and its errors told."""

    name: str
    """Says which procedure this is and what it was made of: the same name means the same asks after the same answers.
    """
    procedure: Procedure[T]


def alone(procedure: Procedure[T], cast: Cast) -> T:
    """Drive one procedure to its end: every batch of asks is put as it comes, nothing is stored or shared.

    This is what :func:`agents.procedures.conductor.conduct` is held to.

    Args:
        procedure: Not begun yet.
        cast: Who answers.

    Raises:
        InputError: A role is not in the cast.
        ModelError: A model fails as a whole, or gives another number of answers than it was asked for.

    Example:
        >>> def nothing_to_ask() -> Procedure[int]:
        ...     answers = yield []
        ...     return len(answers)
        >>> alone(nothing_to_ask(), {})
        0
    """
    with closing(procedure):
        try:
            wanted = next(procedure)
            while True:
                wanted = procedure.send(_answered(wanted, cast))
        except StopIteration as ended:
            found: T = ended.value
            return found


def played_by(cast: Mapping[str, Who], role: str) -> Who:
    """Who plays a role.

    Raises:
        InputError: Nobody does.
    """
    if role not in cast:
        raise InputError(f"a procedure asks {role!r}, who is not in the cast", f"cast: {', '.join(sorted(cast))}")
    return cast[role]


def _answered(wanted: Sequence[Addressed], cast: Cast) -> list[Answer]:
    answers: dict[int, Answer] = {}
    groups: dict[tuple[str, bool], list[int]] = {}
    for place, each in enumerate(wanted):
        groups.setdefault((each.to, bool(each.ask.choices)), []).append(place)
    for (role, scored), places in groups.items():
        model, asks = played_by(cast, role), [wanted[place].ask for place in places]
        said = list(islice(model.score(asks) if scored else model.generate(asks), len(asks) + 1))
        if len(said) > len(asks):
            raise ModelError(f"model {model.id} gave more answers than the {len(asks)} that it was asked for")
        if len(said) < len(asks):
            raise ModelError(f"model {model.id} gave {len(said)} answers to {len(asks)} questions")
        answers.update(zip(places, said, strict=True))
    return [answers[place] for place in range(len(wanted))]
