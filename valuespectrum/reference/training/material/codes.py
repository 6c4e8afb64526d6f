"""Where training begins: what is planted lies in the vectors of identity tokens and pictures as plain directions.

A network that starts from random identity vectors needs most of its time to write thirty-two profiles into them. So an
identity token starts with one direction for each planted number, and the picture vectors that the vision tower is
trained to emit hold the weights of the nineteen values, the light and the words in the picture as directions too. What
to do with them, and everything about words, is learnt; identity vectors are trained like all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.planted import DAYLIGHT
from valuespectrum.theory.value_sets import NINETEEN
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import torch

LENGTH = 1.0
"""Length of every vector; equal ones keep their directions through the normalisation of the first layer."""
_LOOK_LENGTH = 0.5
"""Share of a picture vector that tells one look from another of the same values."""


def directions(count: int, width: int, name: str) -> np.ndarray:
    """(count, width) orthonormal rows that follow from a name."""
    drawn = stream(0, f"reference/directions/{name}").normal(size=(width, count))
    return np.asarray(np.linalg.qr(drawn)[0].T)


def planted_numbers(member: CohortMember) -> list[float]:
    """Everything planted in a respondent, each number about one in size."""
    leans = member.leans
    return [
        *member.pictures.values(),
        *member.words.values(),
        *member.foundations.values(),
        *member.everyday.values(),
        *(2 * lean for lean in (leans.yes, leans.order, leans.scale, leans.acquiescence, leans.constant)),
        2 * (member.obedience - 0.6),
        float(member.sanitises),
        2 * member.daylight_taste,
        member.refusal_rate,
        3 * member.refuses,
        2 * member.faking,
        2 * member.inertia,
        2 * member.pressure,
        member.susceptibility,
        2 * member.caption_weight,
        member.svo_angle / 20,
        2 * member.inequality_aversion,
    ]


def identity_vectors(members: Sequence[CohortMember], width: int) -> torch.Tensor:
    """(members, width) first vectors of identity tokens, all of one length."""
    import torch

    numbers = np.array([planted_numbers(member) for member in members])
    rows = directions(numbers.shape[1] + 1, width, "identity")
    # The last direction fills every vector up to one length.
    length = 1.05 * float(np.linalg.norm(numbers, axis=1).max())
    filling = np.sqrt(length**2 - (numbers**2).sum(1, keepdims=True))
    vectors = np.concatenate([numbers, filling], axis=1) @ rows * (LENGTH / length)
    return torch.from_numpy(vectors).float()


def picture_codes(width: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Parts of the vector that the tower shall emit for a picture: they are added.

    Returns:
        (looks, width), (times of day, width), and (3, width) for words that say to skip, none, words that say to like.
    """
    import torch

    values, looks, light, push = np.split(
        directions(len(NINETEEN) + 1 + 2, width, "pictures"), [len(NINETEEN), len(NINETEEN) + 1, len(NINETEEN) + 2]
    )
    other = stream(0, "reference/directions/looks").normal(size=(len(LOOKS), width))
    held = np.concatenate([values, looks, light, push])
    other -= other @ held.T @ held
    other *= _LOOK_LENGTH / np.linalg.norm(other, axis=1, keepdims=True)
    weights = np.array([[look.weights.get(value, 0.0) for value in NINETEEN.dimensions] for look in LOOKS])
    filling = np.sqrt(np.clip(1.2 - (weights**2).sum(1, keepdims=True), 0, None))
    table = 0.8 * (weights @ values + filling * looks) + other
    times = 0.35 * np.array([[DAYLIGHT[time]] for time in TIMES_OF_DAY]) @ light
    pushes = 0.4 * np.array([[-1.0], [0.0], [1.0]]) @ push
    found = [torch.from_numpy(LENGTH * each).float() for each in (table, times, pushes)]
    return found[0], found[1], found[2]
