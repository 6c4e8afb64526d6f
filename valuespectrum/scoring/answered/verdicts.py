"""What the numbers of one respondent allow to say about pictures, in sentences; never about acts."""

from __future__ import annotations

from valuespectrum.scoring.answered.conclusions import Concluded
from valuespectrum.scoring.facets.analysis import Difference
from valuespectrum.theory.value_sets import ValueSet


def tested_in_words(differ: Difference) -> str:
    """An omnibus test as ``F = 12.3 (8.4 and 31 degrees of freedom) over 10 values, p = 0.0003``."""
    assert differ.p is not None and differ.ratio is not None
    chance = "p < 0.0001" if differ.p < 0.0001 else f"p = {differ.p:.2g}"
    freedom = " and ".join(f"{each:.3g}" for each in (differ.above, differ.below) if each is not None)
    return f"F = {differ.ratio:.1f} ({freedom} degrees of freedom) over {differ.values} values, {chance}"


def standing_out(found: Concluded, level: float) -> tuple[list[str], list[str]]:
    """Values that are liked more, and less, than the others: by p-values that are adjusted for how many there are.

    Returns:
        The most liked first, then the least liked first.
    """
    sure = {
        value: row.centred.estimate.mean or 0.0
        for value, row in found.analysis.values.items()
        if row.centred.p_adjusted is not None and row.centred.p_adjusted < 1.0 - level
    }
    above = sorted((value for value, mean in sure.items() if mean > 0), key=lambda value: -sure[value])
    return above, sorted((value for value, mean in sure.items() if mean < 0), key=lambda value: sure[value])


def verdicts(found: Concluded, value_set: ValueSet, level: float) -> tuple[str, ...]:
    """Whether some values are liked more than others, and which."""
    differ = found.analysis.differ
    if differ.p is None:
        return (f"whether pictures of some values are liked more than of others was not tested: {differ.why}",)
    tested = tested_in_words(differ)
    above, below = (listing([value_set.label(value).lower() for value in side]) for side in standing_out(found, level))
    if differ.p >= 1.0 - level:
        return (f"no preference for pictures of some values stands out from noise ({tested})",)
    if not (above or below):
        return (f"pictures of some values are liked more than of others, but not surely of which ({tested})",)
    parts = [f"of {names} {how}" for names, how in ((above, "more"), (below, "less")) if names]
    return (f"likes pictures {' and '.join(parts)} than of values in general ({tested}; adjusted by Holm)",)


def listing(names: list[str]) -> str:
    """Words as a list in a sentence; empty for none.

    Example:
        >>> listing(["power", "tradition"])
        'power and tradition'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
