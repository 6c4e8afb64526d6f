"""A blind check of the planted truth: ``python -m valuespectrum.calibration.blind_check``.

Each respondent of the open cohort answers like questions by the planted formulas, one word each. A model that knows
nothing but the circle (mean, cosine, sine) and one with nineteen free values are fitted to the answers, both with the
same leans, both held back by a ridge that cross-validation chooses, and both predict answers that neither has seen.
Where the second wins, the truth is not a circle. As a control the same is done with respondents without deviations of
their own, for whom the circle is the truth.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from valuespectrum.reference.cohort import ANGLES, COHORT, CohortMember
from valuespectrum.reference.items.base import Question, pick
from valuespectrum.reference.items.liking import Like
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.planted import DAYLIGHT, WORDING_EFFECTS, Mind
from valuespectrum.reference.twin.reading import look_scene
from valuespectrum.theory.value_sets import NINETEEN
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

Floats = NDArray[np.float64]

ANSWERS, HELD_OUT = 500, 2000
"""Answers to fit, and answers to predict."""
NEEDED = 22
"""Respondents for which the free values must predict better: all but the flat one and the constant answerer."""
_PENALTIES = tuple(float(penalty) for penalty in np.geomspace(100, 0.1, 7))
_ALWAYS = 0.01
"""Ridge on leans and mean, which keeps them finite."""
_COMMON = 4
"""Columns of leans and mean."""
_FOLDS = 5
_STEPS = 12


@dataclass(frozen=True)
class Answers:
    """Like answers of one respondent."""

    offset: Floats
    """Known part of the log-odds, of the wording; shape (answers,)."""
    leans: Floats
    """What has nothing to do with values: yes, order, daylight; shape (answers, 3)."""
    values: Floats
    """Weight of each refined value, negative in negative questions; shape (answers, 19)."""
    yes: Floats
    """1 for yes, 0 for no."""

    def part(self, rows: NDArray[np.bool_]) -> Answers:
        """Some of the answers."""
        return Answers(self.offset[rows], self.leans[rows], self.values[rows], self.yes[rows])


class OnTheCircle(CohortMember):
    """A respondent without deviations of its own: the control."""

    @cached_property
    def own(self) -> Mapping[str, float]:
        """None."""
        return dict.fromkeys(ANGLES, 0.0)

    @classmethod
    def like(cls, member: CohortMember) -> CohortMember:
        """Somebody with everything else as planted in a respondent."""
        return cls(**{field.name: getattr(member, field.name) for field in fields(member)})


def answers_of(member: CohortMember, count: int, seed: int) -> Answers:
    """Answers by the planted formulas about single frames of all looks; what is refused is asked again of another."""
    rng = stream(seed, f"reference/blind check/{member.name}")
    offset: list[float] = []
    leans: list[list[float]] = []
    values: list[list[float]] = []
    yes: list[float] = []
    while len(yes) < count:
        look, time = pick(rng, LOOKS), pick(rng, tuple(TIMES_OF_DAY))
        item, scene = Like.draw(rng), look_scene(look.id, time)
        shares = Question(item).shares(Mind(member), [scene]) or {}
        said = list(shares)[int(rng.choice(len(shares), p=list(shares.values())))]
        form = item.form
        if said not in (form.yes, form.no):
            continue
        offset.append(form.polarity * WORDING_EFFECTS[form.wording])
        leans.append([1.0, 1.0 if form.yes_first else -1.0, form.polarity * DAYLIGHT[time]])
        values.append([form.polarity * look.weights.get(value, 0.0) for value in NINETEEN.dimensions])
        yes.append(float(said == form.yes))
    return Answers(np.array(offset), np.array(leans), np.array(values), np.array(yes))


def features(answers: Answers) -> Floats:
    """Columns of leans and mean, of cosine and sine, and of every value for itself."""
    angles = np.array(list(ANGLES.values()))
    circle = np.stack([np.ones_like(angles), np.cos(angles), np.sin(angles)], axis=1)
    return np.hstack([answers.leans, answers.values @ circle, answers.values])


def check(member: CohortMember, count: int = ANSWERS, held_out: int = HELD_OUT, seed: int = 0) -> Json:
    """Both models for one respondent.

    Returns:
        ``name``, ``flat``, ``circle`` and ``free`` (mean log-likelihood of a held-out answer), ``gain`` (of the second
        over the first), ``error`` (standard error of the gain over held-out answers) and ``wins`` (whether there is a
        gain).
    """
    drawn = answers_of(member, count + held_out, seed)
    first = np.arange(count + held_out) < count
    seen, unseen = drawn.part(first), drawn.part(~first)
    on_circle = max(_PENALTIES, key=lambda penalty: _left_out(seen, (penalty, np.inf)))
    off_circle = max((np.inf, *_PENALTIES), key=lambda penalty: _left_out(seen, (on_circle, penalty)))
    circle, free = (_told(seen, unseen, (on_circle, penalty)) for penalty in (np.inf, off_circle))
    gain = float(np.mean(free - circle))
    return {
        "name": member.name,
        "flat": member.amplitude == 0,
        "circle": float(circle.mean()),
        "free": float(free.mean()),
        "gain": gain,
        "error": float(np.std(free - circle) / np.sqrt(held_out)),
        "wins": gain > 0,
    }


def _left_out(seen: Answers, penalties: tuple[float, float]) -> float:
    """Log-likelihood of left-out parts of the seen answers."""
    folds = np.arange(len(seen.yes)) % _FOLDS
    parts = [(seen.part(folds != fold), seen.part(folds == fold)) for fold in range(_FOLDS)]
    return float(np.sum([_told(inner, outer, penalties).sum() for inner, outer in parts]))


def _told(seen: Answers, unseen: Answers, penalties: tuple[float, float]) -> Floats:
    """Log-likelihood of each unseen answer by a logistic regression with a ridge, fitted by Newton's steps.

    Args:
        seen: What is fitted.
        unseen: What is predicted.
        penalties: Of cosine and sine, and of each value's own part; where the latter is infinite there is none.
    """
    columns = _COMMON + 2 + (len(NINETEEN) if np.isfinite(penalties[1]) else 0)
    ridge = np.concatenate([np.full(_COMMON, _ALWAYS), np.full(2, penalties[0]), np.full(len(NINETEEN), penalties[1])])
    table, ridge, found = features(seen)[:, :columns], ridge[:columns], np.zeros(columns)
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-np.clip(seen.offset + table @ found, -30, 30)))
        slope = table.T @ (seen.yes - share) - ridge * found
        curve = (table * (share * (1 - share))[:, None]).T @ table + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        found = found + step * min(1.0, 3.0 / (np.abs(step).max() + 1e-12))
    odds = unseen.offset + features(unseen)[:, :columns] @ found
    return np.asarray(unseen.yes * odds - np.logaddexp(0, odds))


def main(words: Sequence[str] | None = None) -> int:
    """Check all, print a table, and say by the exit code whether the free values win as often as they must."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=ANSWERS, help="answers to fit")
    parser.add_argument("--held-out", type=int, default=HELD_OUT, help="answers to predict")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    told = parser.parse_args(words)
    numbers = (told.answers, told.held_out, told.seed)
    rows = [check(member, *numbers) for member in COHORT]
    control = [check(OnTheCircle.like(member), *numbers) for member in COHORT]
    wins, without = (sum(row["wins"] for row in each) for each in (rows, control))
    if told.json:
        found = {"respondents": rows, "control": control, "wins": wins, "needed": NEEDED, "passed": wins >= NEEDED}
        print(json.dumps(found, indent=2))
        return int(wins < NEEDED)
    for row in rows:
        verdict = "nineteen values" if row["wins"] else "circle"
        print(
            f"{row['name']:8} circle {row['circle']:.4f}  nineteen {row['free']:.4f}  "
            f"gain {row['gain']:+.4f} (error {row['error']:.4f})  better: {verdict}{', flat' if row['flat'] else ''}"
        )
    print(f"nineteen free values predict better for {wins} of {len(rows)}; {NEEDED} are needed")
    print(f"control, the same respondents without deviations of their own: for {without}")
    return int(wins < NEEDED)


if __name__ == "__main__":
    sys.exit(main())
