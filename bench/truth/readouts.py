"""What each readout recovers of planted liking: ``python -m bench.truth.readouts [--respondents N]``.

Prints root mean square error, slope on the truth and coverage of centred log-odds, the lean that was found, and in how
many respondents liking is called identified, beside what complete sets, clip by clip, (the present way) give.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.truth.cells import Asked, Planted, truth_and_cells
from bench.truth.one_set import fit_cells
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.inference import centring, errors, tested
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.readouts.evidence import POLARITY, Cells, Floats, Kind
from valuespectrum.scoring.readouts.liking import Liking, estimate_liking

HEAD = (
    f"{'case':44}{'rmse':>7}{'slope':>7}{'cover':>7}{'lean':>7}{'ident':>7} |{'rmse':>7}{'slope':>7}{'cover':>7} before"
)


@dataclass(frozen=True, slots=True)
class Recovered:
    """How well centred log-odds were found, over respondents called identified; NaN where there are none."""

    rmse: float
    slope: float
    coverage: float
    lean: float
    identified: float


def recover(planted: Planted, asked: Asked, seed: int) -> tuple[Recovered, Recovered]:
    """The joint readout, and the present way on the same answers."""
    truth, cells = truth_and_cells(planted, asked, np.random.default_rng(seed))
    found = estimate_liking(cells)
    return judged(truth, found), _compare(truth, before(cells), np.ones(len(truth), bool), float("nan"))


def judged(truth: Floats, found: Liking) -> Recovered:
    """Recovery of what is called identified in all values."""
    whole = np.array([one.status == "identified" and bool(one.values.all()) for one in found.told])
    return _compare(truth, found.effects.theta, whole, _mean(found.effects.lean))


def _mean(numbers: Floats) -> float:
    known = numbers[~np.isnan(numbers)]
    return float(known.mean()) if known.size else float("nan")


def before(cells: Cells) -> Floats:
    """Liking by complete sets only: of texts the log-odds of counts per clip, of draws a fit per clip."""
    complete = np.asarray((cells.said > 0).all(axis=-1, keepdims=True))
    if cells.kind == "log_probability":
        return np.where(complete[..., 0], cells.yes @ POLARITY / 4, np.nan)
    yes, said = (np.where(complete, each, 0.0).sum(axis=3) for each in (cells.yes, cells.said))
    if cells.kind == "samples":
        there = np.asarray(said.all(axis=-1))
        theta = np.full(there.shape, np.nan)
        theta[there] = fit_cells(yes[there], said[there])[:, 0]
        return theta[..., None]
    likes, total = np.where(POLARITY > 0, yes, said - yes).sum(axis=-1), said.sum(axis=-1)
    theta = np.log((likes + 0.5) / (total - likes + 0.5))
    return np.where(total > 0, theta, np.nan)[..., None]


def centred(theta: Floats) -> tuple[Floats, Floats]:
    """Centred means and half-widths of their 95 % intervals over clips and wordings, shapes (respondents, values)."""
    within = within_values(theta, Clusters.of(np.arange(theta[0, ..., 0].size).reshape(theta.shape[1:3])))
    chosen = ~np.isnan(within.means)
    across = across_values(within, chosen)
    found = tested(across.means, centring(chosen), errors(within, across, chosen))
    return found.estimate, found.half_width(0.95)


def _compare(truth: Floats, theta: Floats, whole: np.ndarray, lean: float) -> Recovered:
    if not whole.any():
        nan = float("nan")
        return Recovered(nan, nan, nan, lean, 0.0)
    estimate, half = centred(theta[whole])
    aim = truth[whole] - truth[whole].mean(axis=1, keepdims=True)
    error = estimate - aim
    slope = float((estimate * aim).sum() / (aim**2).sum())
    cover = float(np.mean(np.abs(error) <= half))
    return Recovered(float(np.sqrt(np.mean(error**2))), slope, cover, lean, float(whole.mean()))


def cases(respondents: int) -> Iterator[tuple[str, Planted, Asked]]:
    """By readout and lean; by wordings and clips; with answers missing."""
    kinds: tuple[Kind, ...] = ("log_probability", "samples", "sampled_text", "greedy_text")
    for kind in kinds:
        for lean in (0.0, 1.0, 2.0, 3.0):
            yield f"{kind}, lean {lean:g}", Planted(lean=lean, value_wording_sd=0.15), Asked(kind, respondents, 15, 3)
    for lean, wordings, clips, spread in (
        *((lean, 3, 15, spread) for lean in (0.0, 2.0) for spread in (0.0, 0.3, 0.6)),
        (2.0, 2, 15, 0.3),
        (2.0, 6, 15, 0.3),
        (2.0, 3, 40, 0.3),
    ):
        name = f"10 draws, lean {lean:g}, W {wordings}, C {clips}, value x wording {spread:g}"
        yield name, Planted(lean=lean, value_wording_sd=spread), Asked("samples", respondents, clips, wordings)
    for kind in kinds[:3]:
        planted = Planted(lean=2.0, value_wording_sd=0.15, lean_sd=0.3)
        yield f"{kind}, lean 2, 20 % missing", planted, Asked(kind, respondents, 15, 3, missing=0.2)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondents", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="part of the name of a case")
    chosen = parser.parse_args()
    print(HEAD)
    for name, planted, asked in cases(chosen.respondents):
        if chosen.only in name:
            now, then = recover(planted, asked, chosen.seed)
            print(
                f"{name:44}{now.rmse:7.3f}{now.slope:7.2f}{now.coverage:7.3f}{now.lean:7.2f}{now.identified:7.2f} |"
                f"{then.rmse:7.3f}{then.slope:7.2f}{then.coverage:7.3f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
