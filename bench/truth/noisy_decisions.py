"""What noise in small probabilities does to weights behind decisions: ``python -m bench.truth.noisy_decisions``.

Strengths are planted, scenes are drawn anew for every respondent, and probabilities of acts go through a noise before
they are read. Weights are fitted twice: with all acts counting alike, and likely ones counting more. ``--sealed`` draws
scenes and respondents that nothing was tuned on. Strengths that are three times as large make acts unlikely.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from valuespectrum.calibration.deciding import OPEN, SEALED, strength_coverage
from valuespectrum.instruments.decisions.choosing.blending import Floats
from valuespectrum.instruments.decisions.options import DecisionsOptions
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.logit import Counting
from vectorstore.foundation.random_streams import stream

Noise = Callable[[Floats, np.random.Generator], Floats]
DRAWS = 400
"""Draws in which a share varies as much as a noisy probability does."""
LEAKED = 0.02
_MOST = 8.0
"""Largest standard deviation of a logarithm."""
COUNTINGS: tuple[Counting, ...] = ("alike", "likely")


def _varied(shares: Floats, rng: np.random.Generator) -> Floats:
    deviation = np.minimum(1 / np.sqrt(DRAWS * np.maximum(shares, 1e-12)), _MOST)
    logs = np.log(np.maximum(shares, 1e-300)) + deviation * rng.normal(size=shares.shape)
    raised = np.exp(logs - logs.max())
    return np.asarray(raised / raised.sum())


def _cut(shares: Floats, rng: np.random.Generator) -> Floats:
    """All but the two likeliest share what these leave over, as lists of the most probable tokens are read."""
    order, cut = np.argsort(-shares), shares.copy()
    cut[order[2:]] = shares[order[2:]].mean() if len(shares) > 2 else 0.0
    return cut


NOISES: Mapping[str, Noise] = {
    "none": lambda shares, rng: shares,
    f"logarithms vary as shares of {DRAWS} draws do": _varied,
    "rounded to .0001": lambda shares, rng: np.round(shares, 4),
    "two likeliest known": _cut,
    f"{LEAKED:.0%} leaked": lambda shares, rng: (1 - LEAKED) * shares + LEAKED * rng.dirichlet(np.ones(len(shares))),
}


def _drawn_with(noise: Noise, rng: np.random.Generator) -> Callable[[Floats], Floats]:
    return lambda shares: noise(shares, rng)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what is found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--respondents", type=int, default=50)
    parser.add_argument("--sealed", action="store_true", help="scenes and respondents that nothing was tuned on")
    parser.add_argument(
        "--times", type=float, nargs="+", default=[1.0, 3.0], help="planted strengths are so often drawn"
    )
    chosen = parser.parse_args(arguments)
    seed = SEALED if chosen.sealed else OPEN
    drawn = draw_respondents(chosen.respondents, seed)
    members = [member for member in drawn if not member.leans.constant and not member.refuses]
    print(f"{'sealed' if chosen.sealed else 'open'} draw, {len(members)} respondents")
    for times in chosen.times:
        for name, noise in NOISES.items():
            for counting in COUNTINGS:
                rng = stream(seed, f"decisions/noise/{name}")
                found = strength_coverage(
                    members, DecisionsOptions(), ScoringOptions(), times, counting,
                    _drawn_with(noise, rng),
                )  # fmt: skip
                print(
                    f"strengths x {times:g}, {name}, {counting}: inside {found.inside:.3f}, false alarms "
                    f"{found.alarms:.3f}, half-width {found.width:.2f}, error {found.error:.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
