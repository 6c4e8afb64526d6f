"""How well a judge's own error is carried on, and how often good judges are named: ``python -m bench.truth.judges``.

Shares of texts are planted, judged with planted error rates that are estimated from texts whose label is known, and set
right. Told: how often intervals hold the planted share, with the error and without, and their mean width. Then the
judges of the open cohort, which err in ten of a hundred judgements, are put on trial with drawn answers.
"""

from __future__ import annotations

import argparse
from collections import Counter
from itertools import product

import numpy as np

from agents.judges.cases import Case
from agents.judges.panel import judged
from agents.judges.watching import closed_trial, flagged, remarks, tried
from agents.models.base import ModelOptions
from agents.procedures.procedure import alone
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.instruments.judging.plain import judge_form
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.scoring.judged.correction import JudgeError, corrected_share
from valuespectrum.theory.value_sets import TEN

UNITS, TEXTS = 60, 3
"""Questions, and texts of each."""
PERFECT = JudgeError(10**6, 10**6, 10**6, 10**6)


def coverage(share: float, error: float, known: int, trials: int) -> tuple[float, float, float]:
    """Intervals that hold the planted share: set right, and not; and the mean width of the former.

    Args:
        share: Of texts that carry the label; it varies from question to question.
        error: Of the judge, of both kinds.
        known: Texts of each kind whose label is known.
        trials: Studies.
    """
    rng = np.random.default_rng(int(1e6 * share + 1e3 * error + known))
    held, plain, widths = 0, 0, []
    for _ in range(trials):
        tested = JudgeError(int(rng.binomial(known, 1 - error)), known, int(rng.binomial(known, 1 - error)), known)
        carrying = rng.binomial(TEXTS, rng.beta(4 * share, 4 * (1 - share), UNITS))
        yes = (rng.binomial(carrying, 1 - error) + rng.binomial(TEXTS - carrying, error)).astype(float).tolist()
        for each in (tested, PERFECT):
            found = corrected_share(yes, [float(TEXTS)] * UNITS, each)
            if found.low is None or found.high is None:
                continue
            inside = found.low <= share <= found.high
            if each is tested:
                held += inside
                widths.append(found.high - found.low)
            else:
                plain += inside
    return held / trials, plain / trials, float(np.mean(widths))


def named_judges(seeds: int) -> Counter[str]:
    """How many good judges are named, by what for."""
    labels, found = labels_of(TEN), Counter[str]()
    trial = closed_trial(labels, 100)
    for member, seed in product(COHORT, range(seeds)):
        judge = TwinModel(member, ModelOptions(samples=1, seed=seed))
        panel = {"judge": judge_form(judge.id, TEN, "carries")}
        cases = [Case(text, text, label.name) for label in labels for text in label.examples]
        said = alone(judged(cases, panel), {"judge": judge})
        told = remarks(alone(tried(trial, panel), {"judge": judge}), said, {"judge": judge.id})
        found.update(remark.kind for remark in flagged(told))
        found["judges"] += 1
    return found


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    print("| share | error | known | held | held without the error | width |\n|---|---|---|---|---|---|")
    for share, error, known in product((0.1, 0.3, 0.5), (0.0, 0.1, 0.2), (50, 200)):
        held, plain, width = coverage(share, error, known, given.trials)
        print(f"| {share} | {error} | {known} | {held:.3f} | {plain:.3f} | {width:.3f} |")
    print(dict(named_judges(given.seeds)))


if __name__ == "__main__":
    _main()
