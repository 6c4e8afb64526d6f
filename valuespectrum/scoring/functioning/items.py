"""Items that work differently in groups of respondents who hold a value alike: ordinal logistic regression.

Three cumulative logits of the item's levels are nested (Zumbo 1999; Crane et al., Med. Care 44 (2006) S115): by what
cases are matched by, the mean of the items of its value, this one among them; with the group; with their product. The
group shifts an item everywhere alike (*uniform*: it is easier to say yes to), or the more, the more the value is held
(*non-uniform*: it tells more, or less, of the value). Both are tested by likelihood ratio, and all tests of all items
make one family of which a stated share of discoveries is expected to be false. Of every value the item that was found
most surely is then taken out of what the other items are matched by, and its value is tested again, until no further
one is found (purification).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from valuespectrum.scoring.comparing.differential import RATE, size_of
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.additive import Bools, Floats
from valuespectrum.scoring.facets.clusters import Integers
from valuespectrum.scoring.facets.inference import false_discoveries
from valuespectrum.scoring.functioning.cases import FEWEST_CASES, FEWEST_ITEMS, Cases, matching, ordered_levels
from valuespectrum.scoring.functioning.cumulative import CumulativeFit, fit_cumulative
from vectorstore.foundation.json_types import Json

ROUNDS = 12
"""Most items of one value that are taken out of what cases are matched by."""
R2_MODERATE, R2_LARGE = 0.035, 0.070
"""Gains of Nagelkerke's R-squared from which on an item is called moderate and large (Jodoin and Gierl, Appl. Meas.
Educ. 14 (2001) 329)."""
FEW = f"fewer than {FEWEST_CASES} respondents of a group answered it"
ALIKE = "all answered it alike"
LONELY = f"its value has fewer than {FEWEST_ITEMS} items: nothing tells which of them is strange"
UNSETTLED = "the likelihood has no top that could be found"
_ALIKE = 1e-6
"""Spread of what cases are matched by (1, where they differ) below which nothing but rounding differs."""
UNMATCHED = "respondents do not differ in the mean of the items of its value: there is nothing to match them by"


@dataclass(frozen=True, slots=True)
class RatioTest:
    """One likelihood ratio test."""

    statistic: float
    freedom: int
    p: float
    q: float = float("nan")
    """Rate of false discoveries at which it is just named."""

    @classmethod
    def of(cls, statistic: float, freedom: int) -> RatioTest:
        """With its p by the chi-squared law."""
        from scipy.special import chdtrc

        return cls(statistic, freedom, float(chdtrc(freedom, statistic)))

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        return {"statistic": self.statistic, "df": self.freedom, "p": self.p, "q": self.q}


@dataclass(frozen=True, slots=True)
class ItemFunction:
    """What groups do to one item."""

    item: str
    value: str
    why: str = ""
    """Why nothing was tested."""
    uniform: RatioTest | None = None
    """``None`` where nothing was tested, as in what follows."""
    nonuniform: RatioTest | None = None
    shifts: tuple[Estimate, ...] = ()
    """By how many log-odds of a higher level each further group is above the first, cases matched."""
    bends: tuple[Estimate, ...] = ()
    """By how much more log-odds a standard deviation of the value is worth in each further group."""
    r2: float = 0.0
    """Gain of Nagelkerke's R-squared by the group and its product, 0 to 1."""
    mcfadden: float = 0.0
    """The same of McFadden's."""
    flags: tuple[str, ...] = ()
    """``uniform``, ``nonuniform``: what was found."""

    @property
    def shift(self) -> float:
        """The largest shift, with its sign."""
        return max((each.mean or 0.0 for each in self.shifts), key=abs, default=0.0)

    @property
    def size(self) -> str:
        """``large``, ``moderate`` or ``small``, by the larger of log-odds and R-squared."""
        return _larger(_size_of_r2(self.r2), size_of(self.shift))

    def sized(self, kind: str) -> str:
        """The size of what was found of one kind, ``uniform`` or ``nonuniform``.

        By its own log-odds; and by R-squared, which is gained by both, where nothing else was found.
        """
        estimates = self.shifts if kind == "uniform" else self.bends
        own = size_of(max((each.mean or 0.0 for each in estimates), key=abs, default=0.0))
        return _larger(own, _size_of_r2(self.r2)) if self.flags == (kind,) else own

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        told: Json = {"item": self.item, "value": self.value, "why": self.why, "flags": list(self.flags)}
        if self.uniform is None or self.nonuniform is None:
            return told | dict.fromkeys(("uniform", "nonuniform", "shifts", "bends", "r2", "mcfadden", "size"))
        return told | {
            "uniform": self.uniform.to_json(),
            "nonuniform": self.nonuniform.to_json(),
            "shifts": [each.to_json() for each in self.shifts],
            "bends": [each.to_json() for each in self.bends],
            "r2": self.r2,
            "mcfadden": self.mcfadden,
            "size": self.size,
        }


def _size_of_r2(gain: float) -> str:
    return "large" if gain >= R2_LARGE else "moderate" if gain >= R2_MODERATE else "small"


def _larger(*sizes: str) -> str:
    return max(sizes, key=("small", "moderate", "large").index)


def item_functions(cases: Cases, rate: float = RATE, level: float = 0.95) -> list[ItemFunction]:
    """Look at every item.

    Args:
        cases: Answers of all groups.
        rate: Share of wrong ones among what is found, at most, on average.
        level: Of intervals, not adjusted.

    Returns:
        One for each item, in their order.
    """
    levels = [_levels(cases, item) for item in range(len(cases.items))]
    strange: frozenset[int] = frozenset()
    found = [_tested(cases, levels, item, strange, level) for item in range(len(cases.items))]
    for _ in range(ROUNDS):
        flagged = _flags(found, rate)
        further = _strangest(found, set(flagged) - strange)
        if not further:
            break
        strange, touched = strange | further, {cases.values[item] for item in further}
        found = [
            _tested(cases, levels, item, strange, level) if cases.values[item] in touched else each
            for item, each in enumerate(found)
        ]
    flagged = _flags(found, rate)
    q = _rates(found)
    return [_named(each, row, flagged.get(item, ())) for item, (each, row) in enumerate(zip(found, q, strict=True))]


def _strangest(found: list[ItemFunction], flagged: set[int]) -> frozenset[int]:
    """Of every value the item that was found most surely: one that is strange makes those beside it look strange."""
    first: dict[str, int] = {}
    for item in sorted(flagged, key=lambda each: _least(found[each])):
        first.setdefault(found[item].value, item)
    return frozenset(first.values())


def _least(each: ItemFunction) -> float:
    """The smaller p of both tests."""
    return min((test.p for test in (each.uniform, each.nonuniform) if test), default=1.0)


def _levels(cases: Cases, item: int) -> Integers | None:
    """Levels of who answered an item; ``None`` where they are too few or all alike."""
    there = cases.answered(item)
    few = np.bincount(cases.group[there], minlength=len(cases.groups)).min() < FEWEST_CASES
    levels = None if few else ordered_levels(cases.scores[there, item])
    return None if levels is None or levels.max() == 0 else levels


def _tested(
    cases: Cases, levels: list[Integers | None], item: int, strange: frozenset[int], level: float
) -> ItemFunction:
    """Fit the three models of one item."""
    plain, own = ItemFunction(cases.items[item], cases.values[item]), cases.of_value(cases.values[item])
    there, ordered = cases.answered(item), levels[item]
    if len(own) < FEWEST_ITEMS:
        return replace(plain, why=LONELY)
    if ordered is None:
        few = np.bincount(cases.group[there], minlength=len(cases.groups)).min() < FEWEST_CASES
        return replace(plain, why=FEW if few else ALIKE)
    anchors = np.array([each for each in own if each not in strange or each == item])
    # With no other item left that is not strange itself, all of them are what there is to match by.
    by = matching(cases.scores[there], anchors if len(anchors) > 1 else own)
    if not np.isfinite(by).all() or float(by.std()) < _ALIKE:
        return replace(plain, why=UNMATCHED)
    return _compared(plain, ordered, by, _dummies(cases.group[there], len(cases.groups)), level)


def _dummies(group: Integers, groups: int) -> Floats:
    """A column for each further group, centred."""
    columns = (group[:, None] == np.arange(1, groups)).astype(np.float64)
    return np.asarray(columns - columns.mean(axis=0))


def _compared(plain: ItemFunction, levels: Integers, by: Floats, groups: Floats, level: float) -> ItemFunction:
    further = groups.shape[1]
    nothing = fit_cumulative(levels, np.empty((len(levels), 0)))
    matched = fit_cumulative(levels, by[:, None])
    shifted = fit_cumulative(levels, np.column_stack([by, groups]))
    bent = fit_cumulative(levels, np.column_stack([by, groups, groups * by[:, None]]))
    cases = len(levels)
    if not all(each.converged for each in (matched, shifted, bent)):
        return replace(plain, why=UNSETTLED)
    return replace(
        plain,
        uniform=_ratio(matched, shifted, further),
        nonuniform=_ratio(shifted, bent, further),
        shifts=_estimates(shifted, further, level),
        bends=_estimates(bent, further, level),
        r2=_nagelkerke(nothing, bent, cases) - _nagelkerke(nothing, matched, cases),
        mcfadden=(bent.log_likelihood - matched.log_likelihood) / -nothing.log_likelihood,
    )


def _ratio(narrow: CumulativeFit, wide: CumulativeFit, freedom: int) -> RatioTest:
    return RatioTest.of(max(2.0 * (wide.log_likelihood - narrow.log_likelihood), 0.0), freedom)


def _estimates(fitted: CumulativeFit, count: int, level: float) -> tuple[Estimate, ...]:
    """The last slopes with Wald intervals."""
    reach = NormalDist().inv_cdf((1.0 + level) / 2.0)
    pairs = zip(fitted.slopes[-count:].tolist(), fitted.errors[-count:].tolist(), strict=True)
    return tuple(Estimate(mean, mean - reach * se, mean + reach * se, se=se) for mean, se in pairs)


def _nagelkerke(nothing: CumulativeFit, fitted: CumulativeFit, cases: int) -> float:
    """Nagelkerke's R-squared (Biometrika 78 (1991) 691)."""
    most = 1.0 - np.exp(2.0 * nothing.log_likelihood / cases)
    return float((1.0 - np.exp(2.0 * (nothing.log_likelihood - fitted.log_likelihood) / cases)) / most)


def _rates(found: list[ItemFunction]) -> Floats:
    """Rates of false discoveries over all tests of all items, shape (items, 2); NaN where nothing was tested."""
    p = [[test.p if test else np.nan for test in (each.uniform, each.nonuniform)] for each in found]
    return false_discoveries(np.array(p, dtype=np.float64).reshape(-1, 2))


def _flags(found: list[ItemFunction], rate: float) -> dict[int, tuple[str, ...]]:
    """Items with what was found of them."""
    named: Bools = np.asarray(_rates(found) < rate)
    kinds = ("uniform", "nonuniform")
    return {
        item: tuple(kind for kind, there in zip(kinds, row, strict=True) if there)
        for item, row in enumerate(named.tolist())
        if any(row)
    }


def _named(each: ItemFunction, q: Floats, flags: tuple[str, ...]) -> ItemFunction:
    if each.uniform is None or each.nonuniform is None:
        return each
    uniform, nonuniform = (
        replace(test, q=float(rate)) for test, rate in zip((each.uniform, each.nonuniform), q, strict=True)
    )
    return replace(each, uniform=uniform, nonuniform=nonuniform, flags=flags)
