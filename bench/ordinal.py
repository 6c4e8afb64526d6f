"""What an ordinal model of ten thousand ratings costs, in full and by maximum likelihood.

Each side runs in a process of its own: ``python -m bench.ordinal bayes|likelihood``. Ratings are planted: ten
respondents, ten values, four items of each, 25 repeats.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec

from bench.common import Clock, Row, child, load, peak_memory
from valuespectrum.calibration.planted_ratings import PlantedRatings, planted_table
from valuespectrum.scoring.ordinal.analysis import OrdinalOptions, analyse
from vectorstore.foundation.json_types import Json

PLANTED = PlantedRatings(respondents=10, values=10, items=4, repeats=25)
_COMMAND = "python -m bench.measure --only ordinal"


def measure_ordinal() -> list[Row]:
    """Seconds of a fit with everything that is told of it; in full only where numpyro is installed."""
    likelihood = child("bench.ordinal", ["likelihood"])
    rows = [_row("ordinal fit of 10,000 ratings by likelihood", likelihood, "< 30", 30)]
    if find_spec("numpyro") is not None:
        rows.append(_row("Bayesian ordinal fit of 10,000 ratings", child("bench.ordinal", ["bayes"]), "< 120", 120))
    return rows


def _row(name: str, side: Json, goal: str, most: float) -> Row:
    seconds = round(side["seconds"], 1)
    return Row(name, seconds, "s", goal, bool(seconds < most and side["concluded"]), side, _COMMAND)


def fit(bayes: bool) -> Json:
    """Fit, and say what it took."""
    table = planted_table(PLANTED, 1)
    with Clock() as whole:
        found = analyse(table, OrdinalOptions(bayes=bayes))
    return {
        "seconds": whole.cost.wall,
        "cpu_s": round(whole.cost.cpu, 1),
        "peak_mb": round(peak_memory()),
        "answers": found["answers"],
        "concluded": found["concluded"],
        "why": found["why"],
        "sampling": found["sampling"],
        "load": load(),
    }


if __name__ == "__main__":
    print(json.dumps(fit(sys.argv[1] == "bayes")))
