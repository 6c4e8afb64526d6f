"""Loop and value prompt beside each other: errors as sum and as mean, rank correlations, intervals over questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agents.procedures.procedure import Procedure
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.steering.counterfactual.loop import LoopOptions, LoopTrace, counterfactual
from valuespectrum.steering.counterfactual.objective import ValueObjective, deviation, spearman
from valuespectrum.steering.counterfactual.value_system import ValueSystem
from valuespectrum.steering.counterfactual.voice import NO_PARTS, Attribution, ValueQuestion, Voice, WantedAnswer
from vectorstore.foundation.json_types import Json

FEWEST_QUESTIONS = 5
"""Below which no interval is told."""
_NUMBERS: Mapping[str, tuple[float, float]] = {
    "mae_sum": (0.0, np.inf),
    "mae_mean": (0.0, np.inf),
    "spearman": (-1.0, 1.0),
}
"""Numbers of an answer, and their range."""


@dataclass(frozen=True, slots=True, eq=False)
class BesidePrompt:
    """One answer steered by the loop, and the same question with a value prompt."""

    trace: LoopTrace
    prompted: str = ""
    """Answer to the value prompt; empty where none was given, or it was not asked for."""
    found: Attribution | None = None
    """Of that answer."""

    def to_json(self) -> Json:
        """The trace, and the value prompt beside it."""
        wanted = self.trace.objective
        beside: Json | None = None
        if self.found is not None:
            apart = deviation(self.found.scores, wanted)
            beside = {
                "response": self.prompted,
                "scores": dict(self.found.scores),
                "deviation": {"total": apart.total, "mean": apart.mean},
                "spearman": spearman(self.found.scores, wanted),
            }
        return {**self.trace.to_json(), "value_prompt": beside}


def beside_prompt(
    question: ValueQuestion, objective: ValueObjective, system: ValueSystem, voice: Voice, options: LoopOptions
) -> Procedure[BesidePrompt]:
    """The loop, and then the value prompt, looked at by the same attributor.

    The prompt is the loop without its parts, so that what is no answer to one, such as a refusal, is none to the other.
    """
    trace = yield from counterfactual(question, objective, system, voice, options)
    bare = WantedAnswer(question, "", Attribution({}), objective, system, NO_PARTS)
    words = yield from voice.predict(bare, {})
    found = (yield from voice.attribute(question, words, system)) if words else None
    return BesidePrompt(trace, words, found)


def without_prompt(
    question: ValueQuestion, objective: ValueObjective, system: ValueSystem, voice: Voice, options: LoopOptions
) -> Procedure[BesidePrompt]:
    """The loop alone."""
    return BesidePrompt((yield from counterfactual(question, objective, system, voice, options)))


def summary(found: Sequence[BesidePrompt], unit_of: Callable[[BesidePrompt], str], level: float = 0.95) -> Json:
    """What came of many answers.

    Args:
        found: Answers, several of which may belong to one unit.
        unit_of: What is drawn again for intervals: the question, or the respondent.
        level: Of intervals.

    Returns:
        ``answers``, ``outcomes`` (counts), ``before``, ``after``, ``value_prompt`` (each ``mae_sum, mae_mean,
        spearman`` with intervals and how many answers tell it), ``after_less_before`` and ``after_less_prompt``
        (differences of ``mae_sum`` within answers; below 0 where the loop is nearer), ``level``, ``units``.
    """
    sides = {
        "before": [_numbers(each, each.trace.before) for each in found],
        "after": [_numbers(each, each.trace.after) for each in found],
        "value_prompt": [_numbers(each, each.found) for each in found],
    }
    units = [unit_of(each) for each in found]
    told = {
        side: {
            name: _row(estimated(numbers[:, at], units, level, ends), numbers[:, at])
            for at, (name, ends) in enumerate(_NUMBERS.items())
        }
        for side, numbers in ((side, np.array(rows, dtype=np.float64)) for side, rows in sides.items())
    }
    errors = {side: np.array(rows, dtype=np.float64)[:, 0] for side, rows in sides.items()}
    differences = {
        f"after_less_{name}": errors["after"] - errors[side]
        for name, side in (("before", "before"), ("prompt", "value_prompt"))
    }
    return {
        "answers": len(found),
        "units": len(set(units)),
        "level": level,
        "outcomes": dict(Counter(each.trace.outcome for each in found)),
        **told,
        **{name: _row(estimated(each, units, level), each) for name, each in differences.items()},
    }


def _numbers(each: BesidePrompt, attributed: Attribution | None) -> tuple[float, float, float]:
    if attributed is None:
        return (np.nan, np.nan, np.nan)
    apart = deviation(attributed.scores, each.trace.objective)
    numbers = (apart.total, apart.mean, spearman(attributed.scores, each.trace.objective))
    total, mean, rank = (np.nan if number is None else number for number in numbers)
    return total, mean, rank


def _row(estimate: Estimate, numbers: np.ndarray) -> Json:
    return {**estimate.to_json(), "n_answers": int(np.isfinite(numbers).sum())}


def estimated(
    numbers: Iterable[float], units: Sequence[str], level: float, ends: tuple[float, float] = (-np.inf, np.inf)
) -> Estimate:
    """Mean over units of their means, with a t interval over units.

    Args:
        numbers: One for each answer; NaN where it tells none.
        units: Of each answer.
        level: Of the interval.
        ends: Of the scale, which no interval leaves.
    """
    from scipy.stats import t

    grouped: dict[str, list[float]] = {}
    for number, unit in zip(numbers, units, strict=True):
        if np.isfinite(number):
            grouped.setdefault(unit, []).append(float(number))
    means = np.array([np.mean(each) for each in grouped.values()])
    if not len(means):
        return Estimate(None, why="no answer tells it")
    mean = float(means.mean())
    if len(means) < FEWEST_QUESTIONS:
        return Estimate(mean, why=f"{len(means)} units are too few for an interval")
    if np.ptp(means) <= 1e-12:
        return Estimate(mean, why=f"all {len(means)} units tell the same number")
    se = float(means.std(ddof=1) / np.sqrt(len(means)))
    reach = float(t.ppf((1 + level) / 2, len(means) - 1)) * se
    return Estimate(mean, max(mean - reach, ends[0]), min(mean + reach, ends[1]), se=se)
