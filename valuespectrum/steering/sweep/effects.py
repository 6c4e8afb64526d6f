"""What steering did to a profile: the same sets before and after, on half of the units, value by value.

A change is of *centred* scores, steered minus plain, paired over units and wordings (``scoring.facets.comparison``): a
model that likes everything more has not changed its values. Its interval covers other units and wordings of the kind,
not other models, pairs or seeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.facets.comparison import compare
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.findings import found
from valuespectrum.scoring.facets.inference import centring, tested
from valuespectrum.scoring.facets.tables import SetTable, difference
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

NEIGHBOURS, OPPOSITES, REST = "neighbours", "opposites", "rest"
_NEAR = 1
FEWEST_UNITS = 3
"""Units of the target in a half, below which a change of it has no interval."""


@dataclass(frozen=True, slots=True)
class SteeringEffect:
    """The change of every value."""

    changes: Mapping[str, Estimate]
    """Value to the change of its centred score."""
    general: Estimate
    """How much more of everything, before centring."""
    p_differ: float | None
    """Of the two profiles being one."""
    p: Mapping[str, float | None] = field(default_factory=dict)
    """Of each change being nothing, of one comparison alone."""
    p_adjusted: Mapping[str, float | None] = field(default_factory=dict)
    """The same by Holm for all values of the comparison, and at least that of the profiles being one."""
    covers: str = ""
    """What intervals cover and what not, in words."""

    def around(self, value: str, order: tuple[str, ...]) -> dict[str, float | None]:
        """Mean change of neighbours on the circle, of opposites and of the rest; single values have the intervals.

        Args:
            value: The one that was steered.
            order: The values round the circle.
        """
        groups = placed_around(value, order)
        return {
            name: _mean(self.changes[each].mean for each in some if each in self.changes)
            for name, some in groups.items()
        }

    def to_json(self) -> Json:
        """Plain."""
        changes = {value: each.to_json() for value, each in self.changes.items()}
        return {"changes": changes, "general": self.general.mean, "p_differ": self.p_differ}


def placed_around(value: str, order: tuple[str, ...]) -> dict[str, list[str]]:
    """The other values by how far they lie from one on the circle.

    Example:
        >>> from valuespectrum.theory.values import VALUES
        >>> placed_around("power", VALUES)["neighbours"], placed_around("power", VALUES)["opposites"]
        (['achievement', 'security'], ['self_direction', 'benevolence', 'universalism'])
    """
    place, count = order.index(value), len(order)
    far = {each: min((at - place) % count, (place - at) % count) for at, each in enumerate(order) if at != place}
    half = count // 2
    return {
        NEIGHBOURS: [each for each, steps in far.items() if steps == _NEAR],
        OPPOSITES: [each for each, steps in far.items() if steps >= half - 1],
        REST: [each for each, steps in far.items() if _NEAR < steps < half - 1],
    }


def _mean(numbers: Iterable[float | None]) -> float | None:
    told = [each for each in numbers if each is not None]
    return float(np.mean(told)) if told else None


def effect_of(plain: SetTable, steered: SetTable, facets: Facets | None = None) -> SteeringEffect:
    """Compare a steered respondent with the same one as it is, over units, and over wordings where there are several.

    Args:
        plain: What it says as it is.
        steered: What it says when it is steered.
        facets: Level and least units of intervals; wordings are drawn only where there are several.

    Raises:
        InputError: They share no set.
    """
    told = compare(steered, plain, _over(plain, facets))
    return SteeringEffect(
        {value: each.difference.estimate for value, each in told.values.items()},
        told.analysis.general.estimate,
        told.p_differ,
        {value: each.difference.p for value, each in told.values.items()},
        {value: each.difference.p_adjusted for value, each in told.values.items()},
        told.analysis.covering.sentence,
    )


def change_of_groups(
    plain: SetTable, steered: SetTable, value: str, facets: Facets | None = None
) -> dict[str, Estimate]:
    """Mean change of the neighbours of a value on the circle, of its opposites and of the rest, with intervals.

    Args:
        plain: What a respondent says as it is.
        steered: What it says when it is steered.
        value: The one that was steered; one of a circle.
        facets: As of ``effect_of``.

    Returns:
        Group to the mean of the centred changes of its values, as ``SteeringEffect.around`` has it; a group of which a
        value has no interval has none either, with the reason.

    Raises:
        InputError: They share no set.
    """
    facets = _over(plain, facets)
    reckoned = reckon(difference(steered, plain), facets)
    weights, names = centring(reckoned.chosen), list(plain.values)
    places = {
        group: [names.index(each) for each in some if reckoned.chosen[names.index(each)]]
        for group, some in placed_around(value, plain.values).items()
    }
    told = {group: some for group, some in places.items() if some}
    if not told:
        return {}
    means = tested(
        reckoned.across.means, np.stack([weights[some].mean(axis=0) for some in told.values()]), reckoned.errors
    )
    return {
        group: found(
            means, at, facets.level, next((reckoned.why[each] for each in some if reckoned.why[each]), "")
        ).estimate
        for at, (group, some) in enumerate(told.items())
    }


def _over(plain: SetTable, facets: Facets | None) -> Facets:
    facets = facets or Facets()
    return replace(facets, wordings=facets.wordings and len(plain.wordings) > 1)


def halves(table: SetTable, value: str, seed: int = 0) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the units in two halves, each value's units dealt out evenly.

    Args:
        table: What the plain model said.
        value: The target, of which both halves need enough.
        seed: Another seed, other halves.

    Raises:
        InputError: There are too few units to halve.
    """
    first: set[str] = set()
    second: set[str] = set()
    for place, each in enumerate(table.values):
        names = sorted({table.clip_names[code] for code in table.clips[place] if code >= 0} - first - second)
        order = stream(seed, f"steering/halves/{each}").permutation(len(names))
        for turn, number in enumerate(order):
            (first if turn % 2 == 0 else second).add(names[int(number)])
    own = {table.clip_names[code] for code in table.clips[table.values.index(value)] if code >= 0}
    if min(len(own & first), len(own & second)) < FEWEST_UNITS:
        raise InputError(
            f"{len(own)} units of {value} are too few to choose by one half and to tell by the other, which take "
            f"{2 * FEWEST_UNITS}",
            "show more clips (--top-k), or take an instrument with more items",
        )
    return frozenset(first), frozenset(second)


def restricted(table: SetTable, names: frozenset[str]) -> SetTable:
    """The same with the units of some names alone."""
    kept = np.array([name in names for name in table.clip_names])
    inside = (table.clips >= 0) & kept[np.maximum(table.clips, 0)]
    return replace(
        table,
        clips=np.where(inside, table.clips, -1),
        clusters=np.where(inside, table.clusters, -1),
        log_odds=np.where(inside[..., None], table.log_odds, np.nan),
    )
