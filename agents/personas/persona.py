"""Personas: roles in words, with the ten-value profile that the words spell out.

A persona is shown to a model as a system prompt (:mod:`agents.personas.prompts`). Its *target* says which values it
holds, so that what it does to a profile can be set beside that; placebo texts (:mod:`agents.personas.placebo`) say
nothing about values in equally many words, and show what any words do. What a user may type to pick one, or one of its
wordings or shuffles, is in :mod:`agents.personas.choosing`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import yaml

from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.personas.file import PersonaEntry, TraitEntry

DIRECTIONS: Mapping[str, int] = {"positive": 1, "negative": -1}
"""Sides of the trait bank, and the direction of the statements on each."""
JUDGED_BY = "judged by "
"""Begins who says what a target is, before the id of a model."""
_UNSPACED = (
    (re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"), 2),
    (re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"), 4),
)
"""Letters of scripts that put no blanks between words (Chinese, Japanese; Thai, Lao, Burmese, Khmer), and how many of
them make about one word."""
UP_TO_A_POINT = "Up to a point: "
"""Begins a statement that holds half as strongly."""
PersonaKind = Literal["values", "demographic", "scrambled", "permuted"]
"""What a persona is for: to hold values; as a control, facts about a life that name none; as a placebo, the words of
another persona in another order, or its profile over other values."""
NOBODY, GIVEN, FROM_TRAITS = "nobody", "given", "traits"
"""Who says what a persona is meant to hold: nobody, whoever wrote it, or its own traits; else ``judged by MODEL``."""


@cache
def _bank() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    text = (files("agents") / "data" / "trait_bank.yaml").read_text("utf-8")
    loaded = yaml.safe_load(text)
    return {value: {side: tuple(loaded[value][side]) for side in DIRECTIONS} for value in loaded}


def load_trait_bank() -> dict[str, dict[str, list[str]]]:
    """First-person statements by value (circle order) and direction (``"positive"``, ``"negative"``)."""
    return {value: {side: list(texts) for side, texts in sides.items()} for value, sides in _bank().items()}


def value_names() -> tuple[str, ...]:
    """The ten values in circle order, as the trait bank lists them."""
    return tuple(_bank())


@dataclass(frozen=True, slots=True)
class Trait:
    """One statement of a persona about itself."""

    text: str
    value: str | None = None
    """The value that the statement speaks about; ``None`` when nobody said."""
    direction: int = 0
    """+1: the value matters to the person; -1: it does not; 0: not known."""
    strength: float = 1.0
    """How strongly, above 0 to 1; a statement that holds up to a point has 0.5."""


@dataclass(frozen=True, slots=True)
class Persona:
    """A role in words with its profile."""

    id: str
    name: str
    traits: tuple[Trait, ...]
    target: Mapping[str, float]
    """All ten values, -1 to 1: what the role is meant to hold; alignment is computed against it."""
    source: str
    """``"built-in"`` or the name of the user's file."""
    description: str = ""
    """For people; no model sees it."""
    kind: PersonaKind = "values"
    target_from: str = FROM_TRAITS
    """Who says what the target is: ``NOBODY``, ``GIVEN``, ``FROM_TRAITS``, or ``judged by MODEL``."""
    text: str = ""
    """A person in free words, in place of traits."""
    wording: int = 1
    """Which of its wordings these are, from 1; it is also put in other words that frame it (``prompts.FRAMINGS``)."""
    reworded: tuple[tuple[str, ...], ...] = ()
    """Further wordings that its file has: all traits, or the free text alone, in other words."""
    made_from: str = ""
    """Id of the persona that this one is another wording or a shuffle of; empty for one of its own."""
    interview: tuple[tuple[str, str], ...] = ()
    """Questions and answers of an interview that was held with it beforehand (``agents.playing.interview``)."""
    interviewed: str = ""
    """Id of the model that answered."""

    @property
    def judge(self) -> str:
        """Id of the model that judged the target; empty where none did."""
        return self.target_from.removeprefix(JUDGED_BY) if self.target_from.startswith(JUDGED_BY) else ""


@cache
def bank_statements() -> Mapping[str, Trait]:
    """Every statement of the trait bank, with what it speaks about."""
    return {
        text: Trait(text, value, DIRECTIONS[side])
        for value, sides in _bank().items()
        for side, texts in sides.items()
        for text in texts
    }


def graded(text: str, strength: float) -> str:
    """A statement that holds wholly, or up to a point.

    Example:
        >>> graded("I am very ambitious.", 0.5)
        'Up to a point: I am very ambitious.'
    """
    return text if strength >= 1 else f"{UP_TO_A_POINT}{text}"


def plainly(text: str) -> tuple[str, float]:
    """A statement without the words that grade it, and how strongly it holds."""
    return (text.removeprefix(UP_TO_A_POINT), 0.5) if text.startswith(UP_TO_A_POINT) else (text, 1.0)


def words_in(text: str) -> int:
    """How many words a text has; about so many where its script puts no blanks between them.

    Example:
        >>> words_in("I am very ambitious."), words_in("\u6211\u975e\u5e38\u6709\u91ce\u5fc3")
        (4, 4)
    """
    return len(text.split()) + sum(len(letters.findall(text)) // a_word for letters, a_word in _UNSPACED)


def unspaced(text: str) -> bool:
    """Whether words of a text stand together without blanks, so that it is not known where one ends."""
    return any(letters.search(text) for letters, _ in _UNSPACED)


def load_personas(path: Path | str | None = None) -> tuple[Persona, ...]:
    """Read personas.

    A trait that is a statement of the trait bank brings its value and direction along; a trait of the user's
    own may name them, or stay untagged. Without a target the profile is what the tagged traits say.

    Args:
        path: A user's YAML file; ``None`` for the built-in personas.

    Returns:
        The personas in file order.

    Raises:
        InputError: The file or an entry cannot be used; the message names the entry.
    """
    from agents.personas.file import read_entries

    if path is not None:
        return tuple(_persona(entry, str(path), Path(path).name) for entry in read_entries(Path(path)))
    with as_file(files("agents") / "data" / "personas.yaml") as own:
        return tuple(_persona(entry, own.name, "built-in") for entry in read_entries(own))


def persona_of(row: Mapping[str, object], place: str, source: str) -> Persona:
    """A persona as a row of a file would have it.

    Args:
        row: Fields as in a persona file.
        place: Where it stands, for messages.
        source: Name of the file.

    Raises:
        InputError: It breaks the format.
    """
    from agents.personas.file import check_entry

    return _persona(check_entry(row, place), place, source)


def _persona(entry: PersonaEntry, place: str, source: str) -> Persona:
    label = f"{place}: persona {entry.id!r}"
    traits = tuple(_trait(row, label) for row in entry.traits)
    if bool(traits) and bool(entry.text):
        raise InputError(f"{label}: both traits and a text", "say who the persona is in one of these ways")
    if not (traits or entry.text or any((entry.target or {}).values())):
        raise InputError(f"{label}: neither traits nor a target", "say who the persona is")
    repeated = [trait.text for trait in traits if sum(other.text == trait.text for other in traits) > 1]
    if repeated:
        raise InputError(f"{label}: the trait {repeated[0]!r} stands twice", "remove one of them")
    reworded = tuple((row,) if isinstance(row, str) else tuple(row) for row in entry.wordings)
    if any(len(row) != (len(traits) or 1) for row in reworded):
        raise InputError(f"{label}: a wording has not as many lines as the persona", "reword all traits in order")
    target = _target(entry.target, label) if entry.target is not None else spelled_out(traits)
    said = entry.target_from or (GIVEN if entry.target is not None else FROM_TRAITS if any(target.values()) else NOBODY)
    return Persona(
        entry.id,
        entry.name,
        traits,
        target,
        source,
        entry.description,
        kind=entry.kind,
        target_from=said,
        text=entry.text,
        reworded=reworded,
        interview=tuple((each.question, each.answer) for each in entry.interview),
        interviewed=entry.interviewed,
    )


def _trait(row: str | TraitEntry, label: str) -> Trait:
    if isinstance(row, str):
        plain, strength = plainly(row)
        known = bank_statements().get(plain)
        return replace(known, text=row, strength=strength) if known else Trait(row)
    if (row.value is None) != (row.direction == 0):
        raise InputError(f"{label}: trait {row.text!r} needs both value and direction", "or neither of them")
    if row.value is not None and row.value not in value_names():
        raise InputError(f"{label}: unknown value {row.value!r}", f"known: {', '.join(value_names())}")
    return Trait(row.text, row.value, row.direction, row.strength)


def _target(stated: Mapping[str, float], label: str) -> dict[str, float]:
    unknown = sorted(set(stated) - set(value_names()))
    if unknown:
        raise InputError(f"{label}: unknown value {unknown[0]!r}", f"known: {', '.join(value_names())}")
    return {value: float(stated.get(value, 0.0)) for value in value_names()}


def spelled_out(traits: Sequence[Trait]) -> dict[str, float]:
    """The profile that tagged traits say: the side that most of them are on, as strongly as the strongest there.

    Args:
        traits: Untagged ones say nothing.

    Returns:
        All ten values, -1 to 1.

    Example:
        >>> spelled_out([Trait("I am very ambitious.", "achievement", 1, 0.5)])["achievement"]
        0.5
    """
    found = dict.fromkeys(value_names(), 0.0)
    for value in value_names():
        said = [trait for trait in traits if trait.value == value]
        side = int(np.sign(sum(trait.direction for trait in said)))
        found[value] = side * max((trait.strength for trait in said if trait.direction == side), default=0.0)
    return found
