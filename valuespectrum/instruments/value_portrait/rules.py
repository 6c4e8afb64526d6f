"""The published rules as data and functions: tags, exclusions, the scale, and how an answer in words is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from valuespectrum.instruments.wordings.describing_oneself import LABELS
from valuespectrum.theory.value_sets import BIG_FIVE, FOUR, TEN, ValueSet

VERSIONS: tuple[str, ...] = ("v1", "v2", "v3")
"""Wordings of the question, as the repository calls them."""
REVERSED = "_reversed"
"""Ends the name of a version whose answers are listed from the least to the most; others begin with the most."""
FAMILIES: Mapping[str, ValueSet] = {"pvq": TEN, "higher_pvq": FOUR, "bfi": BIG_FIVE}
"""What the repository calls each set of dimensions, to the set."""
RATING: Mapping[str, int] = {label: place for place, label in enumerate(LABELS, start=1)}
"""Answer to number: 1 for not like me at all, 6 for very much like me; 4 is somewhat, 3 is a little."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides which response counts for which dimension, and how answers are read."""

    threshold: float
    """A response counts for a dimension when the correlation of its ratings with the raters' scores lies above."""
    exclusions: frozenset[tuple[str, str]]
    """(response, dimension) that are left out all the same; why was not published."""
    phrases: Mapping[str, str]
    """Every phrase that is heard as an answer, to the answer."""
    queries: tuple[int, ...]
    """Numbers of the published queries."""
    responses_per_query: int

    def tags(self, response: str, correlations: Mapping[str, float]) -> tuple[str, ...]:
        """Dimensions that a response counts for.

        Args:
            response: Its id, ``QUERY/OPTION``.
            correlations: Dimension to correlation, -1 to 1. Negative ones never count, however large.

        Example:
            >>> published_rules().tags("3902/4", {"achievement": 0.4, "power": 0.31, "hedonism": -0.5})
            ('power',)
        """
        found = (dimension for dimension, rho in correlations.items() if rho > self.threshold)
        return tuple(dimension for dimension in found if (response, dimension) not in self.exclusions)

    def rating(self, words: str) -> int | None:
        """The number that the published parser hears in an answer: an exact phrase, else the longest that is contained.

        It is generous, since "like me" is contained in "unlike me"; our own reading is strict
        (``agents.models.parsing``), and this one is for making published numbers again.

        Example:
            >>> published_rules().rating("Somewhat  like me."), published_rules().rating("I cannot say.")
            (4, None)
        """
        said = " ".join(words.lower().split())
        contained = [phrase for phrase in self.phrases if phrase in said]
        heard = said if said in self.phrases else max(contained, key=len, default="")
        return RATING[self.phrases[heard]] if heard else None


@cache
def published_rules() -> Rules:
    """The rules of the published repository."""
    facts = json.loads((files("valuespectrum.instruments.value_portrait") / "data" / "rules.json").read_text("utf-8"))
    return Rules(
        float(facts["threshold"]),
        frozenset((f"{each['query']}/{each['option']}", each["dimension"]) for each in facts["exclusions"]),
        {phrase: label for label, phrases in facts["phrases"].items() for phrase in phrases},
        tuple(facts["queries"]),
        int(facts["responses_per_query"]),
    )
