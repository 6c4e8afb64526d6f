"""Respondents beside the cohort: stated in a file or in pairs, changed from one of the cohort, or drawn by thousands.

A respondent is stated by the names of ``CohortMember`` and ``Leans``, all in one list, and by values:

- ``base``: a name of the open cohort, from which everything else is taken; without one everything is nothing;
- a refined value: log-odds on top of the circle (elevation, amplitude, peak) and of what is drawn for the name;
- one of the ten: the same for all its refined ones.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from agents.models.local.simulated import LEANS as PROFILE_LEANS
from valuespectrum.reference.cohort import CohortMember, Leans
from valuespectrum.reference.planted import BY_NAME, TEN
from valuespectrum.theory.value_sets import NINETEEN
from valuespectrum.theory.values import VALUES
from vectorstore.foreign.documents import read_yaml
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

_BASE = "base"
_TEXTS = ("name", "profile_of")
_UNNAMED = "twin"
"""Whose own deviations a respondent without a base has, where its circle is not flat."""
_LEANS: Mapping[str, float] = {each.name: 0.0 for each in fields(Leans)}
_NUMBERS: Mapping[str, float] = {
    each.name: 0.0 if each.default is MISSING else float(each.default)
    for each in fields(CohortMember)
    if each.name not in (*_TEXTS, "leans")
}
"""Numbers of a member to what they are where nobody states them."""
_SHARES = ("obedience", "refusal_rate", "refuses", "faking", "caption_weight", "constant")
_OWN_NAMES = {*_LEANS, *_NUMBERS, *_TEXTS, *NINETEEN.dimensions, _BASE} - {*VALUES, *PROFILE_LEANS}
"""Names that no profile of the ten values uses: one of them tells that a respondent is stated."""
_LONGEST_NAME = 40


@dataclass(frozen=True)
class StatedMember(CohortMember):
    """A respondent that somebody states."""

    beside: Mapping[str, float] = field(default_factory=dict)
    """Refined value to log-odds beside the circle and the drawn deviations."""

    @cached_property
    def own(self) -> Mapping[str, float]:
        """Refined value to everything that is not from the stated circle."""
        drawn = super().own
        return {value: drawn[value] + self.beside.get(value, 0.0) for value in drawn}


def read_member(text: str) -> tuple[str, CohortMember] | None:
    """Read a respondent: a name of the cohort, pairs behind such a name or alone, or a YAML or JSON file.

    Args:
        text: For example ``"amber"``, ``"amber,yes=0"``, ``"humility=2,face=-1,order=0.5"``, ``"mine.yaml"``.

    Returns:
        What to call it, and the respondent; ``None`` where this is a profile over the ten values, or nothing known.

    Raises:
        InputError: It is malformed.

    Example:
        >>> named, member = read_member("amber,yes=0")
        >>> named, member.leans.yes, member.leans.order
        ('amber,yes=0', 0.0, 0.35)
        >>> read_member("security=2,power=-1") is None
        True
    """
    entries = _from_file(Path(text)) if _names_file(text) else _from_pairs(text)
    if not _OWN_NAMES & set(entries):
        return None
    member = member_of(entries)
    return _label(entries), member


def member_of(entries: Mapping[str, object]) -> CohortMember:
    """The respondent that is stated so.

    Raises:
        InputError: A name is unknown, or what it is given makes no sense.
    """
    stated = dict(entries)
    base = str(stated.pop(_BASE, ""))
    if base and base not in BY_NAME:
        raise InputError(f"there is no reference respondent {base!r:.80}", f"choose one of {', '.join(BY_NAME)}")
    given = {**(member_entries(BY_NAME[base]) if base else {}), **stated}
    texts = {name: str(given.pop(name)) for name in _TEXTS if name in given}
    numbers = {name: _number(name, value) for name, value in given.items()}
    leans = {name: numbers.pop(name) for name in _LEANS if name in numbers}
    whole = {value: numbers.pop(value) for value in VALUES if value in numbers}
    ten = {part: held for value, held in whole.items() for part in TEN[value]}
    beside = ten | {value: numbers.pop(value) for value in NINETEEN.dimensions if value in numbers}
    if unknown := sorted(set(numbers) - set(_NUMBERS)):
        known = ", ".join([_BASE, *_TEXTS, *_NUMBERS, *_LEANS])
        raise InputError(f"a respondent has no {unknown[0]!r:.80}", f"known: {known}, and the values")
    sanitises = bool(numbers.pop("sanitises", 0.0))
    elevation, amplitude, peak = (numbers.pop(name, 0.0) for name in ("elevation", "amplitude", "peak"))
    named = texts.get("name", _UNNAMED)
    member = StatedMember(named, elevation, amplitude, peak, Leans(**leans), beside=beside)
    return replace(member, sanitises=sanitises, profile_of=texts.get("profile_of", ""), **numbers)  # type: ignore[arg-type]


def member_entries(member: CohortMember) -> Json:
    """What a respondent is stated by: everything that is not as it is where nobody states it."""
    leans = {name: getattr(member.leans, name) for name in _LEANS}
    numbers = {name: getattr(member, name) for name in _NUMBERS}
    told: Json = {"name": member.name, **({"profile_of": member.profile_of} if member.profile_of else {})}
    told |= {name: float(value) for name, value in numbers.items() if value != _NUMBERS[name]}
    told |= {name: float(value) for name, value in leans.items() if value}
    return told | (dict(member.beside) if isinstance(member, StatedMember) else {})


def _label(entries: Mapping[str, object]) -> str:
    words = [str(entries[_BASE])] if _BASE in entries else []
    for name, value in sorted(entries.items()):
        if name != _BASE:
            words.append(f"{name}={value:g}" if isinstance(value, float | int) else f"{name}={value}"[:_LONGEST_NAME])
    kept = [word for place, word in enumerate(words) if len(",".join(words[: place + 1])) <= _LONGEST_NAME]
    return ",".join([*kept, *(["etc"] if len(kept) < len(words) else [])])


def _names_file(text: str) -> bool:
    # os.path answers no where a name is too long to be one.
    return text.lower().endswith((".yaml", ".yml", ".json")) or os.path.isfile(text)  # noqa: PTH113


def _from_pairs(text: str) -> dict[str, object]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    named: dict[str, object] = {_BASE: parts[0]} if parts and parts[0] in BY_NAME else {}
    pairs = [part.partition("=") for part in parts[len(named) :]]
    if not all(equals for _, equals, _ in pairs):
        return {}
    return named | {name.strip(): value.strip() for name, _, value in pairs}


def _from_file(path: Path) -> dict[str, object]:
    content = read_yaml(path, "profile", "write name: number, one a line")
    if not isinstance(content, dict):
        return {}
    leans = content.pop("leans", {})
    # YAML reads a bare yes as true.
    entries = (content | (leans if isinstance(leans, dict) else {})).items()
    return {"yes" if name is True else str(name): value for name, value in entries}


def _number(name: str, value: object) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError) as error:
        raise InputError(f"respondent, {name}: {value!r:.80} is not a number") from error
    if not math.isfinite(number):
        raise InputError(f"respondent, {name}: {value!r:.80} is not a number")
    if name in _SHARES and not 0 <= number <= 1:
        raise InputError(f"respondent, {name}: {number:g} does not lie between 0 and 1")
    return number


SPECIAL = 1 / 24
"""How often each of ``TRAITS`` and a flat profile are drawn: the open cohort has one of each."""
TRAITS: Mapping[str, tuple[float, float]] = {
    "faking": (0.3, 0.9),
    "gap": (45.0, 180.0),
    "pressure": (0.2, 0.7),
    "refuses": (0.1, 0.5),
    "inertia": (0.3, 1.2),
    "susceptibility": (0.6, 2.4),
    "inequality_aversion": (0.2, 0.8),
}
"""What few respondents have, and between which sizes it lies; the constant answerer's share lies in 0.3 to 0.95."""


def draw_respondents(count: int, seed: int = 0) -> list[CohortMember]:
    """Draw respondents like those of the open cohort.

    Normal (mean, standard deviation): elevation (0.1, 0.2), leans towards yes (0.2, 0.5), the first option (0.25,
    0.25), high numbers (0.05, 0.23) and agreeing (0.15, 0.27), daylight (0.1, 0.4), value orientation (20, 16) within
    -16 to 61 degrees; amplitude normal (1.2, 0.15), at least 0.5. Uniform: peak, obedience (0.5 to 0.9), caption weight
    (0.1 to 0.6). Each of ``TRAITS``, sanitising, constant answers and a flat profile come with probability
    ``SPECIAL``. Own deviations are drawn from the name, as everybody's are.

    Args:
        count: How many; the first ones are the same whatever the count.
        seed: Another seed, others.

    Example:
        >>> draw_respondents(3)[:2] == draw_respondents(2)
        True
    """
    return [_drawn(seed, number) for number in range(count)]


def _drawn(seed: int, number: int) -> CohortMember:
    rng = stream(seed, "reference/respondents", number)
    yes, order, scale, acquiescence, daylight, elevation, amplitude, angle = rng.normal(
        (0.2, 0.25, 0.05, 0.15, 0.1, 0.1, 1.2, 20.0), (0.5, 0.25, 0.23, 0.27, 0.4, 0.2, 0.15, 16.0)
    )
    peak, obedience, caption_weight = rng.uniform((0, 0.5, 0.1), (360, 0.9, 0.6))
    special = dict(_special(rng))
    flat, constant, sanitises = (special.pop(name, 0.0) for name in ("flat", "constant", "sanitises"))
    member = CohortMember(
        f"drawn-{seed}-{number}",
        float(elevation),
        0.0 if flat else float(max(0.5, amplitude)),
        float(peak),
        Leans(float(yes), float(order), float(scale), float(acquiescence), constant),
        float(obedience),
        sanitises=bool(sanitises),
        daylight_taste=float(daylight),
        caption_weight=float(caption_weight),
        svo_angle=float(np.clip(angle, -16, 61)),
    )
    return replace(member, **special)  # type: ignore[arg-type]


def _special(rng: np.random.Generator) -> Iterator[tuple[str, float]]:
    ranges = {**TRAITS, "constant": (0.3, 0.95), "flat": (1.0, 1.0), "sanitises": (1.0, 1.0)}
    for name, (least, most) in ranges.items():
        chance, size = rng.random(), float(rng.uniform(least, most))
        if chance < SPECIAL:
            yield name, size
