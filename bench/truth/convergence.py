"""What intervals of convergent correlations hold, on planted truth: ``python -m bench.truth.convergence``.

Respondents have ten values on a circle with as much again off it; two instruments measure them with errors of their
own. The population's correlations are known, so samples of respondents show how often intervals hold them, and how
often two instruments that share nothing are said to agree.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.convergence.matrix import Method, agreement
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Floats

VALUES = 10
OFF_CIRCLE = 0.42
"""Share of the variance of values that is not on the circle, as in our cohorts."""


@dataclass(frozen=True, slots=True)
class Planted:
    """Two instruments of the same respondents."""

    respondents: int = 24
    noise: float = 0.1
    """Variance of the error of each, beside values of variance one."""
    shared: bool = True
    """Whether they measure the same; else each measures values of its own."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found in many samples."""

    convergent: float
    """Share of samples whose interval held the mean convergent correlation."""
    beyond: float
    """And convergent minus discriminant."""
    value: float
    """And the convergent correlation of one value."""
    agree: float
    """Share of values that instruments were said to agree about."""
    found: float
    """Mean of convergent minus discriminant, as told."""
    true: float
    """The same in the population."""


def covariance(planted: Planted) -> Floats:
    """Of both instruments' centred scores, shape (2 values, 2 values)."""
    place = 2.0 * np.pi * np.arange(VALUES) / VALUES
    centre = np.eye(VALUES) - 1.0 / VALUES
    circle = (1.0 - OFF_CIRCLE) * np.cos(place[:, None] - place) + OFF_CIRCLE * np.eye(VALUES)
    own = centre @ (circle + planted.noise * np.eye(VALUES)) @ centre
    both = centre @ circle @ centre if planted.shared else np.zeros((VALUES, VALUES))
    return np.block([[own, both], [both.T, own]])


def true_correlations(planted: Planted) -> tuple[float, float]:
    """Mean convergent correlation of the population, and minus the mean size of the others."""
    table = covariance(planted)
    spread = np.sqrt(np.diag(table))
    crossed = (table / spread / spread[:, None])[:VALUES, VALUES:]
    same = float(np.diag(crossed).mean())
    return same, same - float(np.abs(crossed[~np.eye(VALUES, dtype=bool)]).mean())


def study(planted: Planted, samples: int, seed: int = 0) -> Outcome:
    """Draw samples of respondents, and count."""
    generator = np.random.default_rng(seed)
    left, sizes, _ = np.linalg.svd(covariance(planted))
    root = left * np.sqrt(sizes)
    same, gap = true_correlations(planted)
    held, agree, told = [], [], []
    for _ in range(samples):
        drawn = generator.standard_normal((planted.respondents, 2 * VALUES)) @ root.T
        sides = (drawn[:, :VALUES], drawn[:, VALUES:])
        one, other = (Method(str(at), side, np.full(side.shape, np.nan)) for at, side in enumerate(sides))
        found = agreement(one, other)
        held.append(
            (
                _holds(found.convergent, same),
                _holds(found.beyond, gap),
                _holds(found.values[0].convergent, same),
            )
        )
        agree.append(np.mean([each.agrees for each in found.values]))
        told.append(found.beyond.mean or 0.0)
    convergent, beyond, value = (float(each) for each in np.mean(held, axis=0))
    return Outcome(convergent, beyond, value, float(np.mean(agree)), float(np.mean(told)), gap)


def _holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low is not None and estimate.high is not None and estimate.low <= truth <= estimate.high


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=400)
    samples = parser.parse_args().samples
    for shared in (True, False):
        for respondents in (8, 24, 60):
            for noise in (0.1, 0.5):
                planted = Planted(respondents, noise, shared)
                print(planted, study(planted, samples), flush=True)


if __name__ == "__main__":
    main()
