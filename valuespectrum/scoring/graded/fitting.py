"""Item parameters by marginal maximum likelihood (Bock & Aitkin 1981), the trait standard normal among respondents."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valuespectrum.scoring.graded.items import Floats, GradedItems
from valuespectrum.scoring.graded.posterior import Prior
from vectorstore.foundation.errors import InputError

_SMALLEST_GAP = 1e-3
_HALVINGS = 12
_LEAST_RESPONDENTS = 10
_LEAST_SPREAD = 0.05
"""Standard deviation of the trait in a group, that of the first being 1."""


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How item parameters are estimated."""

    nodes: int = 61
    most: int = 500
    """Most rounds."""
    tolerance: float = 1e-4
    """Largest change of a parameter at which it is done."""
    beside: float = 0.5
    """Answers that are added to every item, spread evenly over the categories and over the trait as it is distributed,
    so that a category that nobody chose has a place; 0 for plain maximum likelihood."""


@dataclass(frozen=True, slots=True)
class FittedItems:
    """What was estimated."""

    items: GradedItems
    log_likelihood: float
    """Of the answers, the trait integrated out."""
    rounds: int
    converged: bool
    populations: tuple[Prior, ...] = (Prior(),)
    """How the trait is distributed in each group of respondents; standard normal in the first."""


def fit(answers: Floats, options: FitOptions | None = None, groups: NDArray[np.intp] | None = None) -> FittedItems:
    """Estimate slopes and cuts of items that measure one trait.

    Every round sets the expected numbers of answers at each level of the trait (E), and takes a step of Fisher scoring
    for each item (M), halved until the item's likelihood does not fall.

    Args:
        answers: Shape (respondents, items, categories): shares of the categories, zeros where there is no answer.
        options: Quadrature and when to end.
        groups: Shape (respondents,), from 0 on: the trait may have another mean and spread in each further group (Bock
            & Zimowski 1997); one group where it is left out.

    Returns:
        The direction of the trait is that in which the mean slope is positive.

    Raises:
        InputError: There are too few respondents, or an item without an answer.
    """
    chosen = options or FitOptions()
    people, count, categories = _checked(answers)
    whose = np.zeros(people, dtype=np.intp) if groups is None else groups
    populations = (Prior(),) * (int(whose.max()) + 1)
    theta, standard = Prior().quadrature(chosen.nodes)
    said = answers.reshape(people, count * categories)
    beside = chosen.beside / categories * np.exp(standard)
    items, done, moved = _start(answers), 0, np.inf
    while done < chosen.most and moved >= chosen.tolerance:
        _, held = _expectation(items, said, theta, _weights(populations, chosen.nodes)[whose])
        expected = (said.T @ held).reshape(count, categories, len(theta)) + beside
        better, further = _improved(items, expected, theta), _populations(held, theta, whose, populations)
        moved = max(np.abs(better.slopes - items.slopes).max(), np.abs(better.cuts - items.cuts).max())
        moved = max(moved, *(abs(one.mean - other.mean) for one, other in zip(further, populations, strict=True)))
        items, populations, done = better, further, done + 1
    likelihood, _ = _expectation(items, said, theta, _weights(populations, chosen.nodes)[whose])
    if items.slopes.mean() < 0:
        items = GradedItems(-items.slopes, items.cuts)
        populations = tuple(Prior(-each.mean, each.sd) for each in populations)
    return FittedItems(items, likelihood, done, bool(moved < chosen.tolerance), populations)


def _weights(populations: tuple[Prior, ...], nodes: int) -> Floats:
    """Logarithms of the weights of one quadrature in every group, shape (groups, nodes)."""
    ends = Prior().ends
    return np.stack([Prior(each.mean, each.sd, ends).quadrature(nodes)[1] for each in populations])


def _populations(held: Floats, theta: Floats, whose: NDArray[np.intp], before: tuple[Prior, ...]) -> tuple[Prior, ...]:
    """Mean and spread of the trait in every group but the first, which sets the scale."""
    found = [before[0]]
    for group in range(1, len(before)):
        share = held[whose == group].mean(axis=0)
        mean = float(share @ theta)
        found.append(Prior(mean, max(float(np.sqrt(share @ (theta - mean) ** 2)), _LEAST_SPREAD)))
    return tuple(found)


def _checked(answers: Floats) -> tuple[int, int, int]:
    if answers.ndim != 3 or len(answers) < _LEAST_RESPONDENTS:
        raise InputError(f"fewer than {_LEAST_RESPONDENTS} respondents tell nothing about items", "ask more of them")
    silent = np.flatnonzero(answers.sum(axis=(0, 2)) == 0)
    if len(silent):
        raise InputError(f"item {silent[0] + 1} of {answers.shape[1]} has no answer", "leave it out")
    people, count, categories = answers.shape
    return people, count, categories


def _start(answers: Floats) -> GradedItems:
    """Slopes of one, and the cuts that the shares of answers ask for."""
    shares = answers.sum(axis=0) + 0.5
    above = 1 - np.cumsum(shares, axis=1)[:, :-1] / shares.sum(axis=1, keepdims=True)
    cuts = -np.log(above / (1 - above)) * 1.2
    return GradedItems(np.ones(len(cuts)), _apart(cuts))


def _apart(cuts: Floats) -> Floats:
    """Cuts that increase by something."""
    steps = np.arange(cuts.shape[1]) * _SMALLEST_GAP
    return np.asarray(np.maximum.accumulate(cuts - steps, axis=1) + steps)


def _expectation(items: GradedItems, said: Floats, theta: Floats, log_weights: Floats) -> tuple[float, Floats]:
    """Log-likelihood, and where on the quadrature each respondent is; shape (respondents, nodes)."""
    logs = said @ items.log_probabilities(theta).reshape(len(theta), -1).T + log_weights
    most = logs.max(axis=1, keepdims=True)
    raised = np.exp(logs - most)
    total = raised.sum(axis=1, keepdims=True)
    return float((np.log(total) + most).sum()), np.asarray(raised / total)


def _likelihoods(items: GradedItems, expected: Floats, theta: Floats) -> Floats:
    """Expected log-likelihood of each item."""
    return np.asarray((items.log_probabilities(theta).transpose(1, 2, 0) * expected).sum(axis=(1, 2)))


def _improved(items: GradedItems, expected: Floats, theta: Floats) -> GradedItems:
    """One step of Fisher scoring for every item; halved for those that it would make worse."""
    step = _scoring_step(items, expected, theta)
    before = _likelihoods(items, expected, theta)
    share = np.ones(len(items))
    for _ in range(_HALVINGS):
        slopes = items.slopes + share * step[:, 0]
        cuts = _apart(items.cuts + share[:, None] * step[:, 1:])
        tried = GradedItems(slopes, cuts)
        worse = _likelihoods(tried, expected, theta) < before - 1e-9
        if not worse.any():
            return tried
        share = np.where(worse, share / 2, share)
    kept = worse[:, None]
    return GradedItems(np.where(worse, items.slopes, slopes), np.where(kept, items.cuts, cuts))


def _scoring_step(items: GradedItems, expected: Floats, theta: Floats) -> Floats:
    """Gradient over expected information of slope and cuts; shape (items, categories)."""
    probabilities = np.maximum(items.probabilities(theta), 1e-12).transpose(1, 2, 0)
    above = 1 / (1 + np.exp(-(items.slopes[:, None, None] * theta - items.cuts[:, :, None])))
    steep = above * (1 - above)
    count, cuts, nodes = steep.shape
    # Change of P(Y > k) with the slope and with each cut, then of P(Y = k).
    change = np.zeros((count, 1 + cuts, cuts + 2, nodes))
    change[:, 0, 1:-1] = theta * steep
    for cut in range(cuts):
        change[:, 1 + cut, 1 + cut] = -steep[:, cut]
    own = change[:, :, :-1] - change[:, :, 1:]
    gradient = np.einsum("ipkn,ikn->ip", own, expected / probabilities)
    weight = expected.sum(axis=1, keepdims=True) / probabilities
    information = np.einsum("ipkn,iqkn,ikn->ipq", own, own, weight, optimize=True)
    ridge = 1e-9 * np.trace(information, axis1=1, axis2=2)[:, None, None] * np.eye(1 + cuts)
    return np.asarray(np.linalg.solve(information + ridge, gradient[..., None])[..., 0])
