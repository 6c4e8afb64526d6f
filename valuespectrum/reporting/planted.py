"""Everything that is planted in a model of ours, in words for a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.truth import planted_member
from valuespectrum.reporting.elements.data import PlantedTruth, PlantedValue
from valuespectrum.reporting.elements.words import number
from valuespectrum.theory.value_sets import MORAL_FOUNDATIONS_6, NINETEEN, VALUE_PILOT_6

if TYPE_CHECKING:
    from valuespectrum.reference.cohort import CohortMember

_LOG_ODDS = "{:+.2f}"
_SHARE = "{:.0%}"
_FLAT = 1e-9
"""Variance of log-odds that comes from rounding."""
_LEANS: Mapping[str, tuple[str, str]] = {
    "yes": ("leans towards yes", _LOG_ODDS),
    "order": ("leans towards the option named first", _LOG_ODDS),
    "scale": ("leans towards high numbers of a scale", _LOG_ODDS),
    "acquiescence": ("leans towards agreeing", _LOG_ODDS),
    "constant": ("gives one answer whatever is asked", _SHARE),
}
_TRAITS: Mapping[str, tuple[str, str]] = {
    "daylight_taste": ("likes daylight", _LOG_ODDS),
    "obedience": ("obeys personas", _SHARE),
    "caption_weight": ("goes by a caption beside the picture", _SHARE),
    "refusal_rate": ("refuses on delicate scenes", _SHARE),
    "refuses": ("refuses anything", _SHARE),
    "faking": ("says what others like when asked openly", _SHARE),
    "gap": ("turns the circle when values come in words", "{:.0f}°"),
    "inertia": ("repeats its last answer", _LOG_ODDS),
    "pressure": ("gives way with each step of a price", _LOG_ODDS),
    "susceptibility": ("obeys words in pictures", _LOG_ODDS),
    "svo_angle": ("social value orientation", "{:.0f}°"),
    "inequality_aversion": ("points that a point of inequality costs", "{:.2f}"),
}
"""Field of a member to its name and how its size is written; numbers with a sign are log-odds."""


def read_truth(model_id: str, settings: Mapping[str, str]) -> PlantedTruth | None:
    """What is planted in a model.

    Args:
        model_id: Id of a model.
        settings: The model's settings, as a run keeps them.

    Returns:
        ``None`` for a model that is no respondent of the reference world, or is sealed.
    """
    member = planted_member(model_id, settings)
    if member is None:
        return None
    values = tuple(
        PlantedValue(NINETEEN.label(value), member.pictures[value], member.words[value], member.own[value])
        for value in NINETEEN.dimensions
    )
    whole = float(np.var([each.pictures for each in values]))
    share = float(np.var([each.off_circle for each in values])) / whole if whole > _FLAT else None
    return PlantedTruth(values, share, tuple(_traits(member)))


def _traits(member: CohortMember) -> Iterator[tuple[str, str]]:
    for owner, told in ((member.leans, _LEANS), (member, _TRAITS)):
        for name, (label, written) in told.items():
            if size := getattr(owner, name):
                yield label, written.format(size).replace("-", "−")
    if member.sanitises:
        yield "obeys personas only towards the desirable", "yes"
    for title, held, among in (
        ("moral foundations", member.foundations, MORAL_FOUNDATIONS_6),
        ("everyday values", member.everyday, VALUE_PILOT_6),
    ):
        yield title, ", ".join(f"{among.label(each).lower()} {number(size, 1, True)}" for each, size in held.items())
