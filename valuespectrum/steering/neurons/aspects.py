"""Who holds a value and who rejects it, asked in the same situations: what value neurons are found by.

ValueLocate (Su et al., EMNLP 2025 Findings, arXiv 2505.17712) uses 640 descriptions, which is 80 for each of two
opposing aspects of four higher-order values if it follows its evident parent, NPTI (arXiv 2410.12327), and 15,000
situational prompts; neither is published. These are our own words for the ten values: 80 descriptions an aspect and 30
questions a value. A higher-order value has those of its members; hedonism counts as openness to change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from agents.models.base import Ask, Stimulus
from agents.personas.persona import load_trait_bank
from agents.personas.prompts import profile_prompt, simple_prompt
from valuespectrum.theory.values import HIGHER_ORDER, VALUES
from vectorstore.foreign.documents import check_shape, read_yaml
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

WORDS, TRAITS = "descriptions", "traits"
"""Our descriptions; or statements of the trait bank and stated profiles, which the reference models understand."""
_LEVELS = (1.0, 0.5, 0.0, -0.5, -1.0)
_TRAITS_SHOWN, _OTHERS_SHOWN = 2, 2
_WHAT = "list of descriptions"


@dataclass(frozen=True, slots=True)
class OpposedAsks:
    """The same question put to somebody who holds a value and to somebody who rejects it."""

    holds: Ask
    rejects: Ask


@dataclass(frozen=True, slots=True)
class Aspects:
    """Descriptions of two opposing aspects of a value, and questions."""

    value: str
    holds: tuple[str, ...]
    """Persona prompts."""
    rejects: tuple[str, ...]
    questions: tuple[str, ...]

    def __post_init__(self) -> None:
        if not (self.holds and self.rejects and self.questions):
            raise InputError(f"{self.value}: descriptions of both aspects and questions are needed")


def value_members(value: str) -> tuple[str, ...]:
    """The ten values that a value of the ten or the four stands for.

    Raises:
        InputError: There is no such value.

    Example:
        >>> value_members("self_enhancement"), value_members("power")
        (('achievement', 'power'), ('power',))
    """
    if value in VALUES:
        return (value,)
    if value not in HIGHER_ORDER:
        raise InputError(f"there is no value {value!r:.60}", f"one of {', '.join([*VALUES, *HIGHER_ORDER])}")
    return HIGHER_ORDER[value]


def described_aspects(value: str) -> Aspects:
    """Our descriptions and questions of a value of the ten or the four.

    Raises:
        InputError: There is no such value.
    """
    document = _document()
    told = [document["values"][member] for member in value_members(value)]
    holds, rejects = (
        tuple(opening.format(clause) for each in told for clause in each[side] for opening in document["openings"])
        for side in ("holds", "rejects")
    )
    questions = [f"{said} {end}" for each in told for said in each["situations"] for end in document["endings"]]
    return Aspects(value, holds, rejects, tuple(questions))


@cache
def _document() -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    text = (files("valuespectrum") / "steering" / "neurons" / "data" / "aspects.yaml").read_text("utf-8")
    return yaml.safe_load(text)  # type: ignore[no-any-return]


def trait_aspects(value: str, questions: Sequence[str], personas: int = 24, seed: int = 0) -> Aspects:
    """Personas of the trait bank and of stated profiles in which nothing but a value is opposed.

    Other values are drawn, and the same on both sides; so what tells the sides apart is the value.

    Args:
        value: One of the ten or the four.
        questions: What is asked.
        personas: How many a side.
        seed: Of what is drawn.

    Raises:
        InputError: There is no such value.
    """
    members = value_members(value)
    others = [each for each in VALUES if each not in members]
    bank, sides = load_trait_bank(), (("positive", 1.0), ("negative", -1.0))
    found: tuple[list[str], list[str]] = ([], [])
    for number in range(personas):
        rng = stream(seed, f"neurons/{value}", number)
        drawn = {other: _LEVELS[int(rng.integers(len(_LEVELS)))] for other in others}
        told = [others[int(place)] for place in rng.permutation(len(others))[:_OTHERS_SHOWN]]
        beside = [_one(bank[other], rng) for other in told]
        chosen = rng.random(8)
        for (side, level), prompts in zip(sides, found, strict=True):
            if number % 2:
                prompts.append(profile_prompt({**drawn, **dict.fromkeys(members, level)}))
                continue
            own = [text for member in members for text in bank[member][side]]
            places = [int(share * len(own)) for share in chosen[:_TRAITS_SHOWN]]
            prompts.append(simple_prompt([*dict.fromkeys(own[place] for place in places), *beside]))
    return Aspects(value, tuple(found[0]), tuple(found[1]), tuple(questions))


def _one(bank: Mapping[str, Sequence[str]], rng: object) -> str:
    import numpy as np

    assert isinstance(rng, np.random.Generator)
    texts = [text for side in ("positive", "negative") for text in bank[side]]
    return texts[int(rng.integers(len(texts)))]


@dataclass(frozen=True, slots=True)
class _Written:
    """A user's file."""

    holds: list[str]
    rejects: list[str]
    questions: list[str]


def read_aspects(path: Path, value: str) -> Aspects:
    """A user's own descriptions: YAML or JSON with ``holds``, ``rejects`` and ``questions``, each a list of texts.

    Raises:
        InputError: The file cannot be read, or is something else.
    """
    hint = "write holds, rejects and questions, each with a list of texts"
    found = check_shape(_Written, read_yaml(path, _WHAT, hint), f"{_WHAT} {path}", hint)
    return Aspects(value, tuple(found.holds), tuple(found.rejects), tuple(found.questions))


def opposed_asks(
    aspects: Aspects, count: int, seed: int = 0, stimuli: Sequence[Stimulus] = (), like: Ask | None = None
) -> list[OpposedAsks]:
    """Draw pairs: each a question, a description of either aspect, and a clip where there are some.

    Args:
        aspects: Descriptions and questions.
        count: How many pairs; every description and question comes once before any comes twice.
        seed: Of the order.
        stimuli: What is shown, the same on both sides; empty for nothing.
        like: An ask whose options and longest answer are taken over.

    Raises:
        InputError: No pair is wanted.
    """
    if count < 1:
        raise InputError(f"{count} pairs tell nothing", "ask for one at least")
    plain = like or Ask(Stimulus(), "")
    orders = {
        name: _order(seed, f"{aspects.value}/{name}", size, count)
        for name, size in (
            ("holds", len(aspects.holds)),
            ("rejects", len(aspects.rejects)),
            ("questions", len(aspects.questions)),
            ("stimuli", max(1, len(stimuli))),
        )
    }
    # Descriptions that belong together are drawn together, so that what is not opposed is the same on both sides.
    together = len(aspects.holds) == len(aspects.rejects)
    pairs = []
    for number in range(count):
        shown = stimuli[orders["stimuli"][number]] if stimuli else Stimulus()
        asked = replace(plain, stimulus=shown, question=aspects.questions[orders["questions"][number]])
        held = orders["holds"][number]
        rejected = held if together else orders["rejects"][number]
        pairs.append(
            OpposedAsks(replace(asked, system=aspects.holds[held]), replace(asked, system=aspects.rejects[rejected]))
        )
    return pairs


def _order(seed: int, name: str, size: int, count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        found += stream(seed, f"neurons/order/{name}", len(found)).permutation(size).tolist()
    return found[:count]
