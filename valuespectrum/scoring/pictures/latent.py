"""What clips show, out of several blind raters who err: each rater's error is estimated, not taken for wrong clips.

A clip found for value v shows u with probability C[v, u]; rater r names what it shows with probability 1 - e_r, and
anything else with e_r / (names - 1). What the clip was found for is one more witness. Fitted by expectation and
maximization (Dawid and Skene, Applied Statistics 28 (1979) 20, with one error a rater in place of a table). One rater
cannot be told from wrong clips: it is taken at its word, its own errors count as wrong clips, and scores that are set
right by it are set right too much; so no error is told, and whoever corrects has to look at that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.facets.additive import Floats

_ROUNDS = 500
_CLOSE = 1e-8
_FIRST_ERROR = 0.1
LEAST_SHARED = 20
"""Clips that two raters or more must have named: with fewer, errors of raters and wrong clips are not told apart."""
_PRIOR = 0.5
"""Clips that each row of C has beforehand, spread over all names: a name that was never seen stays possible."""


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What raters together say."""

    shown: Floats
    """Probability of each name, shape (clips, names); rows sum to 1."""
    errors: Floats
    """Share of each rater's names that are wrong, shape (raters,); NaN where it is not estimated."""


def witnessed(found_for: NDArray[np.int64], named: NDArray[np.int64], names: int) -> Witnessed:
    """Weigh raters.

    Args:
        found_for: Shape (clips,): code of the value that each clip was found for.
        named: Shape (clips, raters): code of what each rater names; -1 where it was not asked. Every clip has one or
            more; take those that :func:`named_twice` gives.
        names: How many names there are, ``none`` among them.

    Returns:
        Where a clip was named by one rater alone, or there are too few, what was named and no errors: clips with one
        name would hold as much of the errors of their rater as the prior lets them, which is too much.
    """
    raters = named.shape[1]
    said = (named[:, :, None] == np.arange(names)).astype(np.float64)
    votes = said.sum(axis=1)
    shown = votes / votes.sum(axis=1, keepdims=True)
    if not _twice(named).all() or len(named) < LEAST_SHARED:
        return Witnessed(shown, np.full(raters, np.nan))
    asked = (named >= 0).astype(np.float64)
    wrong = np.full(raters, _FIRST_ERROR)
    for _ in range(_ROUNDS):
        mixture = _mixture(found_for, shown, names)
        right, other = np.log1p(-wrong), np.log(wrong / (names - 1))
        log = np.log(mixture[found_for]) + np.einsum("irk,r->ik", said, right - other) + (asked @ other)[:, None]
        weight = np.exp(log - log.max(axis=1, keepdims=True))
        before, shown = shown, weight / weight.sum(axis=1, keepdims=True)
        hits = np.einsum("irk,ik->r", said, shown)
        total = np.maximum(asked.sum(axis=0), 1.0)
        wrong = np.clip(1.0 - hits / total, 1e-4, (names - 1) / names)
        if np.abs(shown - before).max() < _CLOSE:
            break
    return Witnessed(shown, wrong)


def named_twice(named: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which clips to go by: those that two raters or more named, where there are enough, else all.

    Args:
        named: As for :func:`witnessed`.
    """
    twice = _twice(named)
    return twice if twice.sum() >= LEAST_SHARED else np.ones_like(twice)


def _twice(named: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray((named >= 0).sum(axis=1) > 1)


def _mixture(found_for: NDArray[np.int64], shown: Floats, names: int) -> Floats:
    total = np.full((names, names), _PRIOR / names)
    np.add.at(total, found_for, shown)
    return np.asarray(total / total.sum(axis=1, keepdims=True))
