"""What slider answers allow to say, in words that claim no more than the interval covers."""

from __future__ import annotations

from valuespectrum.instruments.svo.angle import CATEGORIES, category, random_angles, random_shares
from valuespectrum.instruments.svo.arranging import Arranging
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.theory.value_sets import scalars

ORIENTATION = scalars(
    "social_value_orientation",
    "Social value orientation",
    {
        "angle": "Angle of what is taken, degrees",
        "weights_angle": "Angle of the weights behind it, degrees",
        "inequality_aversion": "Points that a point of difference costs",
    },
    "Murphy, Ackermann & Handgraaf 2011; the weights are our own",
)
"""Numbers of a slider measurement."""


def covered(arrangements: int, items: str, how: Arranging) -> str:
    """What intervals are over.

    Args:
        arrangements: How many.
        items: How many items were asked, in words.
        how: What differs between arrangements; what does not was not drawn again.

    Example:
        >>> covered(9, "six", Arranging(payoffs="published")).split(". ")[0]
        'Drawn again: arrangements (9), which are orders of options'
    """
    scaled = how.payoffs == "rescaled"
    varied = [("orders of options", how.shuffled), ("scales of points", scaled)]
    drawn, fixed = ([name for name, differs in varied if differs == there] for there in (True, False))
    told = f"Drawn again: arrangements ({arrangements}), which are {' and '.join(drawn)}. " if drawn else ""
    return (
        f"{told}The {items} items are the measure itself and were not drawn again, nor were its words and marks"
        f"{''.join(f', nor {name}' for name in fixed)}."
    )


def verdicts(angle: Estimate) -> tuple[str, ...]:
    """The category, or the categories, that an angle allows, beside what blind answers come to."""
    if angle.mean is None:
        return ()
    if angle.low is None or angle.high is None:
        where = f"The angle {angle.mean:.1f} is that of the {category(angle.mean)} category; it has no interval"
        return (f"{where}: {angle.why}", by_chance())
    reached = CATEGORIES[CATEGORIES.index(category(angle.high)) : CATEGORIES.index(category(angle.low)) + 1]
    if len(reached) == 1:
        said = f"The whole interval of the angle is {reached[0]}"
    else:
        said = f"The interval of the angle reaches from {reached[-1]} to {reached[0]}: the category is open"
    inside = angle.low <= random_angles().mean() <= angle.high
    return (said, by_chance() + ("; the interval holds that angle" if inside else ""))


def by_chance() -> str:
    """What blind answers come to, to stand beside every angle."""
    shares = random_shares()
    return (
        f"Blind answers have the angle {random_angles().mean():.1f} on average; {shares['prosocial']:.1%} of them are "
        f"prosocial and {shares['individualistic']:.1%} individualistic"
    )
