"""Everything published that can be made again, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from valuespectrum.reproduction.adaptive import adaptive
from valuespectrum.reproduction.causal_graph import causal_graph
from valuespectrum.reproduction.decisions import decisions
from valuespectrum.reproduction.dilemmas import dilemmas
from valuespectrum.reproduction.human_values import portraits, samples
from valuespectrum.reproduction.rows import ComparedNumber, reproduced
from valuespectrum.reproduction.social_value_orientation import social_value_orientation
from valuespectrum.reproduction.value_portrait import value_portrait
from valuespectrum.reproduction.value_spectrum import value_spectrum
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json


@dataclass(frozen=True, slots=True)
class PublishedTarget:
    """Something published."""

    rows: Callable[[Path | None], list[ComparedNumber]]
    """Its numbers beside ours, from the user's data where they are needed."""
    data: str = ""
    """The data that a user has to bring, in words; empty where the facts come with us."""


_CLONE = "a clone of github.com/holi-lab/ValuePortrait (docs/published-numbers.md)"
_GRAPH = "a clone of github.com/bigai-nlco/ValueCausalGraph, or a folder of its tables (docs/published-numbers.md)"
_DILEMMAS = "a file of Multi-step Moral Dilemmas, or a folder of such files (docs/published-numbers.md)"
_PILOT = "a clone of github.com/JackLuo0505/ValuePilot (docs/instruments/decisions.md)"
_PEOPLE = "a file of people's answers, .rda or CSV with a column an item (docs/published-numbers.md)"

TARGETS: Mapping[str, PublishedTarget] = {
    "value-spectrum": PublishedTarget(lambda data: value_spectrum()),
    "adaptive": PublishedTarget(lambda data: adaptive()),
    "svo": PublishedTarget(lambda data: social_value_orientation()),
    "value-portrait": PublishedTarget(value_portrait, _CLONE),
    "causal-graph": PublishedTarget(causal_graph, _GRAPH),
    "dilemmas": PublishedTarget(dilemmas, _DILEMMAS),
    "decisions": PublishedTarget(decisions, _PILOT),
    "portraits": PublishedTarget(portraits, f"{_PEOPLE}, or a folder of such files"),
    **{name: PublishedTarget(rows, _PEOPLE) for name, rows in samples().items()},
}
"""Name to target."""


def reproduce_target(name: str, data: Path | None = None) -> Json:
    """Compare published numbers with ours.

    Args:
        name: One of ``TARGETS``.
        data: What the target needs of the user.

    Returns:
        ``rows.reproduced``.

    Raises:
        InputError: There is no such target, its data are missing, or it needs none and some were given.
    """
    target = TARGETS.get(name)
    if target is None:
        raise InputError(f"nothing published is known as {name!r:.80}", f"one of {', '.join(TARGETS)}")
    if target.data and data is None:
        raise InputError(f"{name} needs data that are not ours to pass on", f"name {target.data}")
    if data is not None and not target.data:
        raise InputError(f"{name} needs no data, its facts come with us", f"leave out {data}")
    if data is not None and not data.exists():
        raise InputError(f"{data} does not exist", f"name {target.data}")
    return reproduced(name, target.rows(data))
