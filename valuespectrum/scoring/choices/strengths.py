"""Strengths of values out of choices among things that stand for them, in one model for every readout.

The utility of the option in place ``i`` is ``sign * theta[value] + place[i]``, with sign -1 where the worst is named.
Choices follow it with the shares of the multinomial logit (Bradley and Terry 1952 for two, McFadden 1974 for more);
"neither" is an option of its own whose utility is the mean of the others plus a constant: Davidson (J. Am. Stat. Assoc.
65 (1970) 317). Log-probabilities tell the utilities themselves up to a constant, which is least squares; draws and
words are fitted by maximum likelihood (``likelihood``). Where every option stands in every place equally often, places
cancel.

Beside the strength of every value come *one-step values* of the units that stand for it (clips, statements): strength
plus a unit's share of the score over the information, as of the jackknife. Their mean is the strength, and their spread
over units its sandwich variance (Huber 1967), so that the facets take them like log-odds of any other set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.choices.covariate import is_told, widened
from valuespectrum.scoring.choices.likelihood import Fitted, fit
from valuespectrum.scoring.choices.reading import OptionAnswers

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
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

    def only(self, which: NDArray[np.bool_]) -> ChoiceSets:
        """Some of the asks."""
        further = None if self.covariate is None else self.covariate[which]
        return ChoiceSets(self.values[which], self.units[which], self.sign[which], self.count, further)


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
    """What one step of the covariate adds; NaN where there is none, or where it is one with the values."""
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
    kept = sets.only(heard)
    counted, apart = read.only(heard), _apart(kept)
    if apart:
        return _nothing(sets, apart)
    if kept.covariate is not None and not is_told(_centred(_design(kept))):
        kept = replace(kept, covariate=None)
    if read.kind == "log_probability":
        return _by_least_squares(kept, counted.said, counted.neither, unforced)
    missing = _not_told(kept, counted.said)
    return _nothing(sets, missing) if missing else _by_likelihood(kept, counted, unforced)


def _nothing(sets: ChoiceSets, why: str) -> Strengths:
    empty = np.full(sets.count, np.nan)
    return Strengths(empty, np.empty((0, 3)), np.full(sets.values.shape[1], np.nan), float("nan"), why=why)


def _apart(sets: ChoiceSets) -> str:
    """Why what was set beside each other does not tell strengths, whatever was answered."""
    design = _centred(_design(replace(sets, covariate=None)))
    free = len(np.unique(sets.values)) + sets.values.shape[1] - 2
    if free and np.linalg.matrix_rank(design) < free:
        return "too few things that were answered about met each other, or stood in several places"
    return ""


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


def _centred(design: Floats) -> Floats:
    """A design less its mean over the places of each ask, shape (places of all asks, effects)."""
    return np.asarray((design - design.mean(axis=1, keepdims=True)).reshape(-1, design.shape[-1]))


def _things(sets: ChoiceSets) -> Floats:
    """Which clip or statement stands in each place, shape (asks, places, things); those of two values are two."""
    named, place = np.unique(np.stack([sets.values.ravel(), sets.units.ravel()]), axis=1, return_inverse=True)
    codes = place.reshape(sets.values.shape)
    return np.asarray(sets.sign[:, None, None] * np.eye(named.shape[1])[codes])


def _by_least_squares(sets: ChoiceSets, logs: Floats, neither: Floats, unforced: bool) -> Strengths:
    centred, wanted = _centred(_design(sets)), logs - logs.mean(axis=1, keepdims=True)
    found = np.linalg.lstsq(centred, wanted.ravel(), rcond=1e-10)[0]
    off = wanted - (centred @ found).reshape(wanted.shape)
    tie = float("nan")
    if unforced:
        tie = float(np.mean(np.log(np.maximum(neither, 1e-300)) - logs.mean(axis=1)))
    return _told(sets, Fitted(found, off, (centred**2).sum(axis=0)), tie)


def _by_likelihood(sets: ChoiceSets, read: OptionAnswers, unforced: bool) -> Strengths:
    design, things, said = _design(sets), _things(sets), read.said
    if unforced:  # "neither" is as good as the others are on average, but for a constant
        design, things = (np.concatenate([each, each.mean(axis=1, keepdims=True)], axis=1) for each in (design, things))
        constant = np.zeros((*design.shape[:2], 1))
        constant[:, -1] = 1.0
        design = np.concatenate([design, constant], axis=-1)
        said = np.column_stack([said, read.neither])
    found = fit(design, said, None if read.kind == "greedy_text" else things)
    places, off = sets.values.shape[1], found.off
    if unforced:  # what is said of "neither" is said of all its options alike
        off = off[:, :places] + off[:, places:] / places
    tie = float(found.effects[-1]) if unforced else float("nan")
    return _told(sets, replace(found, off=off), tie)


def _told(sets: ChoiceSets, fitted: Fitted, tie: float) -> Strengths:
    """Strengths with the one-step values of their units: what each adds to the score, over the information."""
    places, found = sets.values.shape[1], fitted.effects
    theta = found[: sets.count].copy()
    seen = np.zeros(sets.count, dtype=bool)
    seen[np.unique(sets.values)] = True
    theta = np.where(seen, theta - theta[seen].mean(), np.nan)
    pairs = np.stack([sets.values.ravel(), sets.units.ravel()])
    named, place = np.unique(pairs, axis=1, return_inverse=True)
    place = place.ravel()
    score = np.bincount(place, weights=(sets.sign[:, None] * fitted.off).ravel())
    units = np.bincount(named[0], minlength=sets.count)
    steps = units[named[0]] * score / fitted.information[named[0]]
    rows = np.column_stack([named[0], named[1], theta[named[0]] + steps])
    if sets.covariate is not None:
        sign = np.repeat(sets.sign, places)
        rows = widened(rows, theta, _centred(_design(sets)), place, sign)
    standing = found[sets.count : sets.count + places]
    further = float(found[sets.count + places]) if sets.covariate is not None else float("nan")
    return Strengths(theta, rows, standing - standing.mean(), tie, further)
