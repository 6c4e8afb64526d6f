"""Scoring keys of published questionnaires (facts) and of our own form: numbers of items to values, and the scale."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from valuespectrum.instruments.wordings.describing_oneself import LABELS
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN, ValueSet
from vectorstore.foundation.errors import InputError

DATA = Path(__file__).parent / "data"
"""Keys and our own portraits."""
UNSCORED = ""
"""The value of an item that counts for a respondent's mean rating alone."""


@dataclass(frozen=True, slots=True)
class AnswerScale:
    """The numbers of a form and what they are called, from the least to the most."""

    lowest: int
    highest: int
    labels: Mapping[int, str]
    """Numbers that have words; all of a portrait, some of a value survey."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Every number, ascending."""
        return tuple(range(self.lowest, self.highest + 1))

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest rating that there is."""
        return float(self.lowest), float(self.highest)

    @property
    def middle(self) -> float:
        """Where it is turned round."""
        return (self.lowest + self.highest) / 2

    @property
    def words(self) -> tuple[str, ...]:
        """Labels of all numbers; empty where some have none."""
        return tuple(self.labels[number] for number in self.numbers) if len(self.labels) == len(self.numbers) else ()


def _moderately(label: str) -> str:
    return label.replace("somewhat", "moderately")


SCALES: Mapping[str, AnswerScale] = {
    "portrait": AnswerScale(1, 6, dict(enumerate(LABELS, start=1))),
    "portrait_rr": AnswerScale(1, 6, dict(enumerate(map(_moderately, LABELS), start=1))),
    "survey": AnswerScale(
        -1,
        7,
        {
            -1: "opposed to my values",
            0: "not important",
            3: "important",
            6: "very important",
            7: "of supreme importance",
        },
    ),
}
"""Scales by name."""


@dataclass(frozen=True, slots=True)
class ScoringKey:
    """Which items of a form count for which value."""

    name: str
    title: str
    source: str
    items: int
    """How many the form has; some may count for no value, and count for the mean rating all the same."""
    scale: AnswerScale
    coded_descending: bool
    """Whether published data are coded from 1, very much like me: as the European Social Survey codes them. Such
    numbers are turned round before anything is scored."""
    finest: ValueSet
    """The set that the key is written in."""
    numbers: Mapping[str, tuple[int, ...]]
    """Value of the finest set to its items, numbered from 1."""

    def over(self, value_set: ValueSet) -> Mapping[str, tuple[int, ...]]:
        """The official key over a set: its own, or a coarser one.

        Args:
            value_set: The nineteen, the ten or the four.

        Raises:
            InputError: The form does not tell the values of the set apart.

        Example:
            >>> len(scoring_key("pvq_rr").over(TEN)["tradition"])
            6
        """
        if value_set == self.finest:
            return self.numbers
        members = GROUPS.get((self.finest.name, value_set.name))
        if members is None:
            raise InputError(
                f"{self.title} does not tell the values of {value_set.title} apart", f"score {self.finest.title}"
            )
        return {
            value: tuple(number for part in parts for number in self.numbers[part]) for value, parts in members.items()
        }

    def value_of(self, number: int) -> str:
        """Value of an item in the finest set, ``UNSCORED`` for one that counts for none."""
        return next((value for value, numbers in self.numbers.items() if number in numbers), UNSCORED)


@cache
def scoring_keys() -> Mapping[str, ScoringKey]:
    """Keys of the published questionnaires, by name."""
    return {name: _key(name, row) for name, row in json.loads((DATA / "keys.json").read_text("utf-8")).items()}


def scoring_key(name: str) -> ScoringKey:
    """The key of a published questionnaire.

    Args:
        name: ``pvq_21``, ``pvq_40``, ``pvq_rr`` or ``svs``.

    Raises:
        InputError: There is no such key.

    Example:
        >>> scoring_key("pvq_21").numbers["universalism"]
        (3, 8, 19)
    """
    found = scoring_keys().get(name)
    if found is None:
        raise InputError(f"there is no scoring key {name!r:.80}", f"one of {', '.join(scoring_keys())}")
    return found


def _key(name: str, row: Mapping[str, object]) -> ScoringKey:
    finest = NINETEEN if "nineteen" in row else TEN
    numbers = row["nineteen" if finest is NINETEEN else "ten"]
    assert isinstance(numbers, dict), "our own file"
    return ScoringKey(
        name,
        str(row["title"]),
        str(row["source"]),
        int(str(row["items"])),
        SCALES[str(row["scale"])],
        bool(row["coded_descending"]),
        finest,
        {value: tuple(numbers[value]) for value in finest.dimensions},
    )
