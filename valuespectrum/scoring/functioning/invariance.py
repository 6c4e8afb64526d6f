"""Whether a value is measured alike in several groups, and so what of it may be compared between them.

Three steps, each of which needs the one before (Meredith, Psychometrika 58 (1993) 525; Vandenberg and Lance 2000):
*configural*, its items go together in every group; *metric*, they tell equally much of it in all, so that correlations
and changes may be compared; *scalar*, they are equally easy in all, so that levels may be. Each either fails, holds, or
is not shown: a test that finds nothing shows that a step holds only where what it could have missed is small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from valuespectrum.scoring.comparing.differential import LARGE
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.functioning.cases import Cases
from valuespectrum.scoring.functioning.items import ItemFunction
from valuespectrum.scoring.reliability.classical import alpha
from vectorstore.foundation.json_types import Json

Status = Literal["holds", "fails", "not shown"]
_ORDER: tuple[Status, ...] = ("fails", "not shown", "holds")
LEVELS_REFUSED = "levels are not compared: scalar invariance fails"
"""How the refusal of an absolute comparison begins."""
_AT_THE_END = "; shifted as well, and what is shifted towards an end of the scale looks bent"
_ROUNDING = 1e-24
"""Variance below which nothing but arithmetic differs."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the three."""

    status: Status
    why: str

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        return {"status": self.status, "why": self.why}


@dataclass(frozen=True, slots=True)
class ValueInvariance:
    """What may be compared of one value."""

    value: str
    configural: Step
    metric: Step
    scalar: Step
    differences: tuple[Estimate, ...]
    """How much higher each further group is than the first on the scale of the items; without a number, and with the
    reason, where that may not be said."""
    told: str
    """In words."""

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        return {
            **{name: step.to_json() for name, step in self.steps.items()},
            "differences": [each.to_json() for each in self.differences],
            "told": self.told,
        }

    @property
    def steps(self) -> dict[str, Step]:
        """All three, in order."""
        return {"configural": self.configural, "metric": self.metric, "scalar": self.scalar}


def value_invariance(cases: Cases, items: Sequence[ItemFunction], value: str, level: float = 0.95) -> ValueInvariance:
    """Decide for one value.

    Args:
        cases: Answers of all groups.
        items: What groups do to each item (``items.item_functions``).
        value: Which.
        level: Of intervals.
    """
    own = [each for each in items if each.value == value]
    configural = _configural(cases, value, level)
    metric = _at_most(configural, _alike(own, "nonuniform", lambda each: each.bends))
    scalar = _at_most(metric, _alike(own, "uniform", lambda each: each.shifts))
    if scalar.status == "fails":
        refused = Estimate(None, why=f"{LEVELS_REFUSED} ({scalar.why})")
        differences: tuple[Estimate, ...] = (refused,) * (len(cases.groups) - 1)
    else:
        differences = tuple(_difference(cases, value, group, level) for group in range(1, len(cases.groups)))
    return ValueInvariance(value, configural, metric, scalar, differences, _told(configural, metric, scalar))


def _configural(cases: Cases, value: str, level: float) -> Step:
    """Whether the items of a value go together in every group."""
    places, found = cases.of_value(value), Step("holds", "its items go together in every group")
    for number, group in enumerate(cases.groups):
        scores = cases.scores[cases.group == number][:, places]
        against = [cases.items[places[at]] for at, high in enumerate(_rest_ends(scores, level)) if high < 0]
        if against:
            return Step("fails", f"in {group}, {_listed(against)} goes against the other items")
        together = alpha(scores, level)
        if together.low is None or together.low <= 0:
            why = together.why or f"alpha may be {together.low:.2f}"
            found = Step("not shown", f"in {group}, its items are not known to go together ({why})")
    return found


def _rest_ends(scores: Floats, level: float) -> list[float]:
    """Upper end of the correlation of each item with the mean of the others (Fisher's z); 1 where there is none."""
    from scipy.special import ndtri

    if scores.shape[1] < 2:
        return [1.0] * scores.shape[1]
    ends = []
    for item in range(scores.shape[1]):
        with np.errstate(invalid="ignore"):
            rest = np.delete(scores, item, axis=1).mean(axis=1)
        there = ~np.isnan(rest) & ~np.isnan(scores[:, item])
        mine, others = scores[there, item], rest[there]
        if there.sum() < 4 or mine.std() < 1e-9 or others.std() < 1e-9:
            ends.append(1.0)
            continue
        r = float(np.clip(np.corrcoef(mine, others)[0, 1], -0.999999, 0.999999))
        # Of as many items one will go against the others by chance, if each is looked at alone.
        tail = (1.0 - level) / (2.0 * scores.shape[1])
        ends.append(float(np.tanh(np.arctanh(r) + ndtri(1.0 - tail) / np.sqrt(there.sum() - 3))))
    return ends


def _alike(items: Sequence[ItemFunction], kind: str, of: Callable[[ItemFunction], Sequence[Estimate]]) -> Step:
    """Whether nothing of a kind was found but what is small, and nothing large can have been missed."""
    found = [each for each in items if kind in each.flags and each.sized(kind) != "small"]
    if found:
        named = _listed([f"{each.item} ({each.sized(kind)})" for each in found])
        moved = kind == "nonuniform" and all("uniform" in each.flags for each in found)
        return Step("fails", f"{len(found)} of {len(items)} items: {named}" + (_AT_THE_END if moved else ""))
    untested = [each for each in items if each.why]
    if untested:
        return Step("not shown", f"{untested[0].item}: {untested[0].why}")
    reach = max(max(abs(end) for end in (each.low, each.high) if end is not None) for one in items for each in of(one))
    if reach >= LARGE:
        return Step("not shown", f"nothing was found, but {reach:.2f} log-odds could have been missed")
    return Step("holds", f"no item can be {LARGE:g} log-odds off")


def _at_most(before: Step, step: Step) -> Step:
    """A step cannot hold where the one before does not."""
    return before if _ORDER.index(before.status) < _ORDER.index(step.status) else step


def _difference(cases: Cases, value: str, group: int, level: float) -> Estimate:
    """Difference of the mean of a value's items to the first group, over respondents."""
    from scipy.special import stdtrit

    with np.errstate(invalid="ignore"):
        mean = cases.scores[:, cases.of_value(value)].mean(axis=1)
    sides = [(cases.group == each) & ~np.isnan(mean) for each in (0, group)]
    first, other = (dict(zip(cases.respondent[side].tolist(), mean[side].tolist(), strict=True)) for side in sides)
    both = sorted(set(first) & set(other))
    if len(both) == len(first) == len(other) and len(both) > 1:
        gaps = np.array([other[each] - first[each] for each in both])
        off, variance, freedom = float(gaps.mean()), float(gaps.var(ddof=1)) / len(gaps), float(len(gaps) - 1)
    elif min(len(first), len(other)) > 1:
        parts = [np.array(list(each.values())) for each in (first, other)]
        each = [float(part.var(ddof=1)) / len(part) for part in parts]
        off, variance = float(parts[1].mean() - parts[0].mean()), sum(each)
        below = sum(one**2 / (len(part) - 1) for one, part in zip(each, parts, strict=True))
        freedom = variance**2 / below if below > 0 else 0.0
    else:
        return Estimate(None, why="too few respondents answered all its items")
    if variance <= _ROUNDING:
        return Estimate(off, why="respondents do not differ: nothing shows how sure it is")
    half = float(stdtrit(freedom, (1.0 + level) / 2.0)) * variance**0.5
    return Estimate(off, off - half, off + half, se=variance**0.5)


def _told(configural: Step, metric: Step, scalar: Step) -> str:
    if configural.status == "fails":
        return f"not the same value in all groups: nothing of it may be compared ({configural.why})"
    if metric.status == "fails":
        return (
            f"{LEVELS_REFUSED}, and correlations and changes are not on one scale either ({metric.why}); compare ranks "
            "within groups"
        )
    if scalar.status == "fails":
        return f"{LEVELS_REFUSED} ({scalar.why}); compare profiles within groups, or leave these items out"
    if scalar.status == "holds":
        return f"levels may be compared ({scalar.why})"
    return f"levels may be compared with caution: scalar invariance is not shown ({scalar.why})"


def _listed(names: Sequence[str], most: int = 4) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
