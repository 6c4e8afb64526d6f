"""What our own portraits stand for in the reference world: items of a questionnaire differ, as those of real ones do.

A portrait of the value ``v`` is agreed with by ``strength_i theta_v + ease_i + ease_iw``: how strongly it stands for
its value, how easily anybody says yes to it, and what its wording does. Turned round, the first two change their sign.
All are drawn once from named streams: strengths uniform in ``STRENGTHS``, ease normal with ``EASE`` and
``WORDING_EASE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from valuespectrum.instruments.portraits.forms import own_form
from vectorstore.foundation.random_streams import stream

STRENGTHS = (0.7, 1.3)
EASE = 0.3
WORDING_EASE = 0.15


@dataclass(frozen=True, slots=True)
class Portrayed:
    """What agreeing to a portrait means."""

    weights: Mapping[str, float]
    """Refined value to weight; negative where it is turned round."""
    ease: float
    """Log-odds of agreeing beside what the values say."""


@cache
def portrayed() -> Mapping[str, Portrayed]:
    """Every wording of every portrait of our own form, to what agreeing to it means.

    Example:
        >>> said = portrayed()["I test a claim in my own mind before I accept it."]
        >>> list(said.weights)
        ['self_direction_thought']
    """
    found = {}
    for item in own_form().items:
        drawn = stream(0, f"reference/portraits/{item.value}", item.number)
        strength, ease = float(drawn.uniform(*STRENGTHS)), float(drawn.normal(0, EASE))
        for sign, said in ((1.0, item.paraphrases), (-1.0, item.reversed)):
            for text in said:
                found[text] = Portrayed(
                    {item.value: sign * strength}, sign * ease + float(drawn.normal(0, WORDING_EASE))
                )
    return found
