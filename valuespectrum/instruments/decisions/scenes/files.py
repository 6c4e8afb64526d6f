"""Scenes in a file, in the published layout: what a generator wrote, or a file of a clone of the user's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from valuespectrum.instruments.decisions.scenes.scene import VALUES, DecisionAct, DecisionScene
from vectorstore.foreign.documents import check_shape, read_json
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError

MOST_SCENES, _MOST_ACTS, MOST_LETTERS = 20_000, 26, 4000
_HINT = (
    'a JSON list of {"values": [names], "scenario": text, "actions": [{"description": text, "values": [6 numbers]}]}'
)


@dataclass(frozen=True, slots=True)
class _FileAct:
    description: str
    values: list[float]


@dataclass(frozen=True, slots=True)
class _FileScene:
    values: list[str]
    scenario: str
    actions: list[_FileAct]
    ratings: list[float] = field(default_factory=list)


def read_scenes(path: Path) -> list[DecisionScene]:
    """Scenes of a file.

    Raises:
        InputError: It cannot be read, a scene is about no known value, or what can be done has no six ratings from -1
            to 1.
    """
    found = check_shape(list[_FileScene], read_json(path, "scenes", _HINT), str(path), _HINT)
    if not 1 <= len(found) <= MOST_SCENES:
        raise InputError(f"{path} has {len(found):,} scenes; 1 to {MOST_SCENES:,} can be read", _HINT)
    return [_scene(each, f"{path}, scene {number}") for number, each in enumerate(found, start=1)]


def write_scenes(path: Path, scenes: Sequence[DecisionScene]) -> None:
    """Write scenes as ``read_scenes`` reads them.

    Raises:
        StorageError: The disk refuses.
    """
    document = [
        {
            "values": list(scene.values),
            "scenario": scene.text,
            "actions": [{"description": act.text, "values": list(act.ratings)} for act in scene.acts],
            "ratings": list(scene.ratings),
        }
        for scene in scenes
    ]
    with storage_errors(path):
        write_durably(path, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())


def _scene(found: _FileScene, where: str) -> DecisionScene:
    values = tuple(value.lower() for value in found.values)
    unknown = [value for value in values if value not in VALUES]
    if unknown or not values:
        raise InputError(f"{where} is about {(unknown or ['nothing'])[0]!r:.60}", f"values are {', '.join(VALUES)}")
    if not 2 <= len(found.actions) <= _MOST_ACTS:
        raise InputError(f"{where} has {len(found.actions)} actions; 2 to {_MOST_ACTS} can be ordered", _HINT)
    texts = [found.scenario, *(act.description for act in found.actions)]
    if any(not text.strip() or len(text) > MOST_LETTERS for text in texts):
        raise InputError(f"{where} has a text that is empty or longer than {MOST_LETTERS:,} letters", _HINT)
    acts = tuple(DecisionAct(" ".join(act.description.split()), _rated(act.values, where)) for act in found.actions)
    if len({act.text for act in acts}) < len(acts):
        raise InputError(f"{where} has an action twice", _HINT)
    ratings = _rated(found.ratings, where) if found.ratings else (0.0,) * len(VALUES)
    return DecisionScene(" ".join(found.scenario.split()), values, acts, ratings)


def _rated(numbers: Sequence[float], where: str) -> tuple[float, ...]:
    if len(numbers) != len(VALUES) or not np.isfinite(numbers).all() or np.abs(numbers).max() > 1:
        raise InputError(f"{where} has something without {len(VALUES)} ratings from -1 to 1", _HINT)
    return tuple(map(float, numbers))
