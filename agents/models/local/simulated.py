"""Simulated respondents: ``simulated:PROFILE``, a stated statistical rule instead of a network.

PROFILE is a YAML or JSON file, or ``name=number`` pairs such as ``security=2,power=-1,yes_lean=0.5``. Every name is a
value with its weight in log-odds, except those of :data:`LEANS`. The attraction of a stimulus is

    theta = sum over values of profile[value] * tag ``weight_<value>``, plus noise * a standard normal number

and the rules for options are

- yes and no: log-odds of yes = polarity * theta + yes_lean + order_lean * (1 if yes is named first else -1);
- digits: a bell around ``lowest + (highest - lowest) * logistic(polarity * theta)``, a sixth of the range wide;
- actions: utilities like: theta - 1, watch: theta / 2, skip: -theta / 2, dislike: -theta, not_interested: -theta - 1,
  any other option: 0; order_lean is added to the option named first; choice by softmax.

The tags ``polarity`` (1 or -1; 1 when absent) and ``first`` (name of the option named first; the first of the ask's
choices when absent) are optional. A share ``refusal_rate`` of
asks is refused. Noise and refusals follow from the ask, its earlier turns and the seed alone, so that equal asks get
equal answers, and so do repeats of one ask: nothing is drawn.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

from agents.models.ask_key import TAGS_READ, ask_content, canonical_json
from agents.models.base import Answer, Ask, ModelOptions
from agents.models.model_names import ModelId
from agents.models.parsing.parse import parse_answer
from vectorstore.foreign.documents import read_yaml
from vectorstore.foundation.errors import InputError, ModelError

LEANS: Mapping[str, str] = {
    "yes_lean": "added to the log-odds of yes, whatever yes means",
    "order_lean": "added to the log-odds of the option named first",
    "refusal_rate": "share of asks that are refused, 0 to 1",
    "noise": "standard deviation of theta from ask to ask, in log-odds",
}
"""Names that are not values, and what each does."""

_CHOICE_MASS, _REFUSAL_MASS = 0.98, 0.02
"""Total probability of the options in an answer and in a refusal; the rest is on other words."""
_ACTIONS: Mapping[str, tuple[float, float]] = {
    "like": (1.0, -1.0),
    "watch": (0.5, 0.0),
    "skip": (-0.5, 0.0),
    "dislike": (-1.0, 0.0),
    "not_interested": (-1.0, -1.0),
}
"""Slope and intercept of the utility of each action over theta."""
_LONGEST_NAME = 32
"""Characters of a profile in the name of its model; the digest behind it tells what was cut off."""
_REFUSAL = "I'm sorry, I cannot answer that."
_PAIR = re.compile(r"([A-Za-z_][\w]*)=([-+.\deE]+)")


@dataclass(frozen=True, slots=True)
class SimulatedProfile:
    """What a simulated respondent is like."""

    values: Mapping[str, float] = field(default_factory=dict)
    """Value to weight in log-odds."""
    yes_lean: float = 0.0
    order_lean: float = 0.0
    refusal_rate: float = 0.0
    noise: float = 0.0

    @property
    def stated(self) -> dict[str, float]:
        """All numbers by name, leans included."""
        return {**self.values, **{name: getattr(self, name) for name in LEANS}}

    @property
    def name(self) -> str:
        """The profile in short, as tables and reports show it: what weighs most first.

        Example:
            >>> SimulatedProfile({"power": -1.0, "security": 2.0}).name, SimulatedProfile().name
            ('security=2,power=-1', 'flat')
        """
        weights = sorted(
            ((name, number) for name, number in self.stated.items() if number),
            key=lambda pair: (-abs(pair[1]), pair[0]),
        )
        words = [f"{re.sub(r'[^A-Za-z0-9_-]+', '_', name)[:_LONGEST_NAME]}={number:g}" for name, number in weights]
        kept = [word for place, word in enumerate(words) if len(",".join(words[: place + 1])) <= _LONGEST_NAME]
        return ",".join([*kept, *(["etc"] if len(kept) < len(words) else [])]) or "flat"


def load(reference: str, options: ModelOptions) -> SimulatedModel:
    """A simulated respondent from a profile file or from ``name=number`` pairs.

    Raises:
        InputError: If the profile cannot be read or holds something else than numbers.
    """
    return SimulatedModel(read_profile(reference), options.seed)


def read_profile(reference: str) -> SimulatedProfile:
    """Read a profile from a file or from ``name=number`` pairs; empty gives a respondent without leanings.

    Raises:
        InputError: If it is malformed.

    Example:
        >>> read_profile("security=2, yes_lean=-0.5").stated["security"]
        2.0
    """
    numbers = _read_file(Path(reference)) if _names_file(reference) else _read_pairs(reference)
    leans = {name: numbers.pop(name) for name in LEANS if name in numbers}
    if not 0.0 <= leans.get("refusal_rate", 0.0) <= 1.0 or leans.get("noise", 0.0) < 0.0:
        raise InputError(f"Profile {reference!r}: refusal_rate lies between 0 and 1, noise is at least 0")
    return SimulatedProfile(values=dict(sorted(numbers.items())), **leans)


def _names_file(reference: str) -> bool:
    # os.path answers no where a name is too long to be one.
    return reference.lower().endswith((".yaml", ".yml", ".json")) or os.path.isfile(reference)  # noqa: PTH113


def _read_pairs(text: str) -> dict[str, float]:
    numbers: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        matched = _PAIR.fullmatch(part)
        if not matched:
            raise InputError(f"Profile entry {part!r} is not name=number", "e.g. simulated:security=2,power=-1")
        if matched[1] in numbers:
            raise InputError(f"Profile entry {matched[1]!r:.80} is there twice", "leave one of them out")
        numbers[matched[1]] = _number(matched[1], matched[2])
    return numbers


def _read_file(path: Path) -> dict[str, float]:
    content = read_yaml(path, "profile", "write name: number, one a line")
    if not isinstance(content, dict):
        raise InputError(f"{path}: a profile maps names to numbers", "e.g. security: 2")
    return {str(name): _number(str(name), value) for name, value in content.items()}


def _number(name: str, value: Any) -> float:  # Open: out of somebody's file
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"Profile entry {name!r}: {value!r:.80} is not a number") from error
    if isinstance(value, bool) or not math.isfinite(number):
        raise InputError(f"Profile entry {name!r}: {value!r} is not a number")
    return number


_parsed = lru_cache(maxsize=1024)(parse_answer)
"""It says the same few words over and over."""


class SimulatedModel:
    """Answers by a stated rule; see the module's text.

    Args:
        profile: Weights and leans.
        seed: Changes noise and refusals.
    """

    def __init__(self, profile: SimulatedProfile, seed: int = 0) -> None:
        self._profile = profile
        self._seed = seed
        stated = canonical_json(profile.stated)
        self._id = str(ModelId("simulated", profile.name, hashlib.sha256(stated.encode()).hexdigest()[:12]))
        self._settings = {"profile": stated, "seed": str(seed), "rule": "1", TAGS_READ: "weight_* polarity first"}

    @property
    def id(self) -> str:
        """``simulated:`` with the profile in short, then a digest of it: ``simulated:security=2@0a1b2c3d4e5f``."""
        return self._id

    @property
    def settings(self) -> Mapping[str, str]:
        """The profile in full, the seed, and which tags are read."""
        return self._settings

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order, with log-probabilities and text."""
        return (self._answer(ask) for ask in asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answer in order with text only."""
        for ask in asks:
            full = self._answer(ask)
            yield Answer(text=full.text, parsed=full.parsed, tokens=full.tokens)

    def _answer(self, ask: Ask) -> Answer:
        uniform, normal = self._chance(ask)
        refused = uniform < self._profile.refusal_rate
        words = [ask.system, *(turn.words for turn in ask.turns), ask.stimulus.caption, ask.question, ask.prefill]
        tokens = len(" ".join(words).split())
        if not ask.choices:
            return Answer(text=_REFUSAL if refused else "A simulated description.", tokens=tokens)
        shares = self._shares(ask, self._theta(ask) + self._profile.noise * normal)
        mass = math.log(_REFUSAL_MASS if refused else _CHOICE_MASS)
        best = max(shares, key=lambda name: shares[name])
        said = next((choice.surfaces or (choice.name,))[0] for choice in ask.choices if choice.name == best)
        text = _REFUSAL if refused else said
        return Answer(
            log_probabilities={name: share + mass for name, share in shares.items()},
            text=text,
            parsed=_parsed(text, ask.choices),
            tokens=tokens,
        )

    def _chance(self, ask: Ask) -> tuple[float, float]:
        """A uniform and a standard normal number that belong to this ask and seed."""
        content = canonical_json(
            [self._seed, ask_content(replace(ask, draw=0) if ask.draw else ask), self._weights(ask)]
        )
        digest = hashlib.sha256(content.encode()).digest()
        first, second = (int.from_bytes(digest[at : at + 6], "big") for at in (0, 6))
        return (first + 0.5) / 2**48, NormalDist().inv_cdf((second + 0.5) / 2**48)

    @staticmethod
    def _weights(ask: Ask) -> dict[str, float]:
        weights = ((name, value) for name, value in ask.tags.items() if name.startswith("weight_"))
        return {name.removeprefix("weight_"): float(value) for name, value in weights}

    def _theta(self, ask: Ask) -> float:
        return sum(self._profile.values.get(value, 0.0) * weight for value, weight in self._weights(ask).items())

    def _shares(self, ask: Ask, theta: float) -> dict[str, float]:
        """Log of the share of each option among the options."""
        names = [choice.name for choice in ask.choices]
        polarity = float(ask.tags.get("polarity", 1))
        lean = dict.fromkeys(names, 0.0)
        if (first := str(ask.tags.get("first", names[0]))) in lean:
            lean[first] = self._profile.order_lean
        if set(names) == {"yes", "no"}:
            toward_yes = polarity * theta + self._profile.yes_lean + lean["yes"] - lean["no"]
            return _log_softmax({name: toward_yes if name == "yes" else 0.0 for name in names})
        if all(name.isdecimal() for name in names):
            return _log_softmax(_bell([int(name) for name in names], names, polarity * theta))
        return _log_softmax({name: _utility(name, theta) + lean[name] for name in names})


def _bell(numbers: Sequence[int], names: Sequence[str], attraction: float) -> dict[str, float]:
    lowest, highest = min(numbers), max(numbers)
    if lowest == highest:
        raise ModelError("A rating needs at least two different numbers")
    centre = lowest + (highest - lowest) * _logistic(attraction)
    width = (highest - lowest) / 6
    return {name: -0.5 * ((number - centre) / width) ** 2 for name, number in zip(names, numbers, strict=True)}


def _utility(action: str, theta: float) -> float:
    slope, intercept = _ACTIONS.get(action.replace("-", "_").replace(" ", "_"), (0.0, 0.0))
    return slope * theta + intercept


def _logistic(number: float) -> float:
    return 1.0 / (1.0 + math.exp(-number)) if number >= 0 else math.exp(number) / (1.0 + math.exp(number))


def _log_softmax(scores: Mapping[str, float]) -> dict[str, float]:
    highest = max(scores.values())
    total = math.log(sum(math.exp(score - highest) for score in scores.values())) + highest
    return {name: score - total for name, score in scores.items()}
