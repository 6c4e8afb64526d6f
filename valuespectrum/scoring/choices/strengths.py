"""Strengths of values out of choices among things that stand for them, in one model for every readout.

The utility of the option in place ``i`` is ``sign * theta[value] + place[i]``, with sign -1 where the worst is named.
Choices follow it with the shares of the multinomial logit (Bradley and Terry 1952 for two, McFadden 1974 for more);
"neither" is an option of its own whose utility is the mean of the others plus a constant: Davidson (J. Am. Stat. Assoc.
65 (1970) 317). Log-probabilities tell the utilities themselves up to a constant, which is least squares; draws and
words are fitted by maximum likelihood. Where every option stands in every place equally often, places cancel.

Beside the strength of every value come *one-step values* of the units that stand for it (clips, statements): strength
plus a unit's share of the score over the information, as of the jackknife. Their mean is the strength, and their spread
over units its sandwich variance (Huber 1967), so that the facets take them like log-odds of any other set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.choices.reading import OptionAnswers

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_ROUNDS, _TOLERANCE, _LARGEST_STEP = 100, 1e-8, 1.0
LEAST_CHOICES = 3.0
"""Choices for a value, and against it, below which its strength is not told."""


@dataclass(frozen=True, slots=True)
class ChoiceSets:
    """What was on offer, one row an ask."""

    values: Integers
    """Shape (asks, places): which value stands in each place."""
    units: Integers
    """Shape (asks, places): which clip or statement."""
    sign: Floats
    """Shape (asks,): 1 where the best is taken, -1 where the worst is."""
    count: int
    """How many values there are."""
    covariate: Floats | None = None
    """Shape (asks, places): something else that may make an option likelier, such as desirability."""


@dataclass(frozen=True, slots=True)
class Strengths:
    """What one wording tells."""

    theta: Floats
    """Shape (values,): log-odds of being taken, with mean 0; NaN for what is not told."""
    units: Floats
    """Shape (units, 3): value, unit, one-step value."""
    places: Floats
    """Shape (places,): what standing in each place adds, with mean 0."""
    tie: float
    """Log-odds of "neither" against an option of mean strength; NaN without that option."""
    covariate: float = float("nan")
    """What one step of the covariate adds."""
    why: str = ""
    """Why nothing is told; empty when something is."""


def strengths(sets: ChoiceSets, read: OptionAnswers, unforced: bool = False) -> Strengths:
    """Fit one wording of one respondent.

    Args:
        sets: What was on offer.
        read: What was answered, row by row.
        unforced: Whether "neither" was on offer.
    """
    heard = read.counts
    if not heard.any():
        return _nothing(sets, "nothing that was said could be read")
    kept = ChoiceSets(
        sets.values[heard],
        sets.units[heard],
        sets.sign[heard],
        sets.count,
        None if sets.covariate is None else sets.covariate[heard],
    )
    said, neither = read.said[heard], read.neither[heard]
    if read.kind == "log_probability":
        return _by_least_squares(kept, said, neither, unforced)
    missing = _not_told(kept, said)
    if missing:
        return _nothing(sets, missing)
    return _by_likelihood(kept, said, neither, unforced)


def _nothing(sets: ChoiceSets, why: str) -> Strengths:
    empty = np.full(sets.count, np.nan)
    return Strengths(empty, np.empty((0, 3)), np.full(sets.values.shape[1], np.nan), float("nan"), why=why)


def _not_told(sets: ChoiceSets, said: Floats) -> str:
    """Why choices do not bound the strengths: a value that is always, or never, taken has none."""
    taken, left = np.zeros(sets.count), np.zeros(sets.count)
    better = np.eye(sets.count, dtype=bool)
    total = said.sum(axis=1)
    for place in range(sets.values.shape[1]):
        np.add.at(taken, sets.values[:, place], said[:, place])
        np.add.at(left, sets.values[:, place], total - said[:, place])
        for other in range(sets.values.shape[1]):
            hit = (said[:, place] > 0) & (place != other)
            over = np.where(sets.sign > 0, sets.values[:, place], sets.values[:, other])
            under = np.where(sets.sign > 0, sets.values[:, other], sets.values[:, place])
            better[over[hit], under[hit]] = True
    seen = np.unique(sets.values)
    for _ in range(sets.count):
        better = better | (better.astype(int) @ better.astype(int) > 0)
    if not better[np.ix_(seen, seen)].all():
        return "some values were always taken before others: how far they lie apart is not told"
    if (taken[seen] < LEAST_CHOICES).any() or (left[seen] < LEAST_CHOICES).any():
        return f"a value was taken, or left, fewer than {LEAST_CHOICES:g} times"
    return ""


def _design(sets: ChoiceSets) -> Floats:
    """What each place's utility is made of, shape (asks, places, values + places + covariate)."""
    asks, places = sets.values.shape
    own = sets.sign[:, None, None] * np.eye(sets.count)[sets.values]
    standing = np.broadcast_to(np.eye(places), (asks, places, places))
    further = [] if sets.covariate is None else [(sets.sign[:, None] * sets.covariate)[..., None]]
    return np.concatenate([own, standing, *further], axis=-1)


def _by_least_squares(sets: ChoiceSets, logs: Floats, neither: Floats, unforced: bool) -> Strengths:
    design = _design(sets)
    centred = design - design.mean(axis=1, keepdims=True)
    wanted = logs - logs.mean(axis=1, keepdims=True)
    flat = centred.reshape(-1, design.shape[-1])
    found = np.linalg.lstsq(flat, wanted.ravel(), rcond=1e-10)[0]
    off = wanted - centred @ found
    weight = np.full(len(logs), 1.0)
    tie = float("nan")
    if unforced:
        mean = np.exp(logs).mean(axis=1)
        tie = float(np.mean(np.log(np.maximum(neither, 1e-300)) - np.log(mean)))
    return _told(sets, found, off, weight * (1.0 - 1.0 / logs.shape[1]), tie)


def _by_likelihood(sets: ChoiceSets, said: Floats, neither: Floats, unforced: bool) -> Strengths:
    """Newton's method; the directions that shares do not show (a constant on all values or places) stay 0."""
    design = _design(sets)
    if unforced:
        beside = design.mean(axis=1, keepdims=True)
        design = np.concatenate([design, beside], axis=1)
        constant = np.zeros((*design.shape[:2], 1))
        constant[:, -1] = 1.0
        design = np.concatenate([design, constant], axis=-1)
        said = np.column_stack([said, neither])
    total = said.sum(axis=1)
    found = np.zeros(design.shape[-1])
    for _ in range(_ROUNDS):
        shares = _shares(design @ found)
        mean = (shares[..., None] * design).sum(axis=1, keepdims=True)
        centred = design - mean
        score = np.einsum("ap,apk->k", said - total[:, None] * shares, design)
        information = np.einsum("ap,apk,apl->kl", total[:, None] * shares, centred, centred, optimize=True)
        step = np.clip(np.linalg.pinv(information, rcond=1e-9, hermitian=True) @ score, -_LARGEST_STEP, _LARGEST_STEP)
        found = found + step
        if np.abs(step).max() < _TOLERANCE:
            break
    shares = _shares(design @ found)
    off = said - total[:, None] * shares
    places = sets.values.shape[1]
    if unforced:  # what is said of "neither" is said of all its options alike
        off = off[:, :places] + off[:, places:] / places
    own = total[:, None] * shares[:, :places] * (1.0 - shares[:, :places])
    tie = float(found[-1]) if unforced else float("nan")
    return _told(sets, found, off, own, tie)


def _shares(utilities: Floats) -> Floats:
    raised = np.exp(utilities - utilities.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _told(sets: ChoiceSets, found: Floats, off: Floats, weight: Floats, tie: float) -> Strengths:
    """Strengths with the one-step values of their units.

    Args:
        sets: What was on offer.
        found: Coefficients of the design.
        off: What each place was taken more than expected, shape (asks, places).
        weight: Information of each place, or of each ask, on its value.
        tie: Constant of "neither".
    """
    places = sets.values.shape[1]
    theta = found[: sets.count].copy()
    seen = np.zeros(sets.count, dtype=bool)
    seen[np.unique(sets.values)] = True
    theta = np.where(seen, theta - theta[seen].mean(), np.nan)
    pairs = np.stack([sets.values.ravel(), sets.units.ravel()])
    named, place = np.unique(pairs, axis=1, return_inverse=True)
    place = place.ravel()
    score = np.bincount(place, weights=(sets.sign[:, None] * off).ravel())
    spread = np.broadcast_to(weight[:, None] if weight.ndim == 1 else weight, off.shape)
    information = np.bincount(sets.values.ravel(), weights=spread.ravel(), minlength=sets.count)
    units = np.bincount(named[0], minlength=sets.count)
    step = units[named[0]] * score / information[named[0]]
    rows = np.column_stack([named[0], named[1], theta[named[0]] + step])
    standing = found[sets.count : sets.count + places]
    further = float(found[sets.count + places]) if sets.covariate is not None else float("nan")
    return Strengths(theta, rows, standing - standing.mean(), tie, further)
