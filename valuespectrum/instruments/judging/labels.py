"""What judges are told of each value: its name, a definition, and sentences that surely express it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TypedDict

import yaml

from agents.judges.cases import Label
from agents.personas.persona import load_trait_bank
from valuespectrum.theory.value_sets import MORAL_FOUNDATIONS_5, MORAL_FOUNDATIONS_6, TEN, ValueSet
from vectorstore.foundation.errors import InputError


class _LabelRow(TypedDict, total=False):
    definition: str
    examples: Sequence[str]


_IN = {MORAL_FOUNDATIONS_5.name: MORAL_FOUNDATIONS_6.name}
"""Sets whose rows stand under a larger one."""


def labels_of(values: ValueSet) -> tuple[Label, ...]:
    """The labels of a value set, in its order.

    Args:
        values: Schwartz's ten, five or six moral foundations, or the six of ValuePilot.

    Raises:
        InputError: Nobody wrote definitions for it.
    """
    rows = _rows().get(_IN.get(values.name, values.name))
    if rows is None:
        raise InputError(f"no judge is told what {values.title} are", f"one of {', '.join(_rows())}")
    said = load_trait_bank() if values.name == TEN.name else {}
    return tuple(
        Label(
            name,
            values.label(name).partition(" / ")[0],
            rows[name]["definition"],
            tuple(said[name]["positive"] if name in said else rows[name].get("examples", ())),
            (values.label(name), name.replace("_", " ")),
        )
        for name in values.dimensions
    )


@cache
def _rows() -> Mapping[str, Mapping[str, _LabelRow]]:
    text = (files("valuespectrum.instruments.judging") / "labels.yaml").read_text("utf-8")
    loaded: Mapping[str, Mapping[str, _LabelRow]] = yaml.safe_load(text)
    return loaded
