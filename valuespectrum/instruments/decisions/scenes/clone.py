"""The layout of the published repository: generated scenes, human answers, rankings of networks and language models.

Everything in it is read as anybody's: sizes and shapes are checked, and what does not fit is named with its file. Texts
are never kept beyond the scene that is looked at. Nothing of the repository has a licence, so it is the user's own
clone, and nothing of it is passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from valuespectrum.instruments.decisions.choosing.blending import Floats
from valuespectrum.instruments.decisions.choosing.orders import Order
from valuespectrum.theory.value_sets import VALUE_PILOT_6
from vectorstore.foreign.documents import LARGEST, check_shape, read_json, read_regular
from vectorstore.foundation.errors import InputError

SCENES, STUDY = "filtered_dataset_gpt4", "human_study"
SPLITS = ("train", "test")
MOST_VALUES = len(VALUE_PILOT_6)
QUESTIONS = 11
"""Formal scenes of the human study."""
_HINT = "name a whole clone of github.com/JackLuo0505/ValuePilot"
_TOLERATED = 1e-9


@dataclass(frozen=True, slots=True)
class PilotAction:
    """Something that can be done in a generated scene."""

    description: str
    values: list[float]


@dataclass(frozen=True, slots=True)
class PilotScene:
    """A generated scene."""

    values: list[str]
    scenario: str
    actions: list[PilotAction]

    @property
    def ratings(self) -> Floats:
        """Shape (actions, 6)."""
        return np.array([action.values for action in self.actions], dtype=np.float64).reshape(-1, MOST_VALUES)


@dataclass(frozen=True, slots=True)
class _Person:
    value_point: list[float]
    choices: list[list[int]]


@dataclass(frozen=True, slots=True)
class _Ranked:
    ranked_actions: list[int | str]


@dataclass(frozen=True, slots=True)
class _Ranking:
    sorted_scenarios: list[_Ranked]


@dataclass(frozen=True, slots=True)
class _Rankings:
    all_sorted_scenarios: list[_Ranking]


@dataclass(frozen=True, slots=True)
class StudiedPerson:
    """Somebody of the human study."""

    preferences: Floats
    """Shape (6,), 0 to 1."""
    orders: tuple[Order, ...]
    """For each scene its actions from 0."""


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """What a network was stored to have made of one scene for one person, actions in the order of their scores."""

    preferences: Floats
    """Shape (6,)."""
    totals: Floats
    """Shape (actions, 6): total ratings, with the three decimals that were stored."""
    scores: Floats
    """Shape (actions,)."""


@dataclass(frozen=True)
class PilotClone:
    """A clone on the user's disk."""

    root: Path

    def __post_init__(self) -> None:
        missing = [name for name in (SCENES, STUDY) if not (self.root / name).is_dir()]
        if missing:
            raise InputError(f"{self.root} has no folder {missing[0]}", _HINT)

    def scenes(self, values: int, split: str) -> Iterator[PilotScene]:
        """Scenes about a number of values.

        Args:
            values: 1 to 6.
            split: ``train`` or ``test``.

        Raises:
            InputError: There are none, or a file is not what it should be.
        """
        files = self.scene_files(values, split)
        if not files:
            raise InputError(f"{self.root / SCENES} has no scenes about {values} values for {split}", _HINT)
        for file in files:
            for scene in check_shape(list[PilotScene], read_json(file, "scenes", _HINT), str(file), _HINT):
                _check_scene(scene, file)
                yield scene

    def scene_files(self, values: int, split: str) -> list[Path]:
        """Files of scenes, one for each subset of the values."""
        return sorted((self.root / SCENES / f"value_{values}" / f"{split}_data").glob(f"*_{split}.json"))

    @cached_property
    def people(self) -> tuple[StudiedPerson, ...]:
        """Persons of the human study.

        Raises:
            InputError: The file is missing or not what it should be.
        """
        path = self.root / STUDY / "result_en.json"
        people = check_shape(list[_Person], read_json(path, "human answers", _HINT), str(path), _HINT)
        if len(people) < 2:
            raise InputError(f"{path} has fewer than two people", _HINT)
        lengths = [len(order) for order in people[0].choices]
        for number, each in enumerate(people, start=1):
            whole = len(each.value_point) == MOST_VALUES and [len(order) for order in each.choices] == lengths != []
            if not whole or any(not order or sorted(order) != [*range(1, len(order) + 1)] for order in each.choices):
                raise InputError(f"{path}: person {number} has no {MOST_VALUES} preferences or no whole orders", _HINT)
        return tuple(
            StudiedPerson(np.array(each.value_point), tuple(_from_one(order) for order in each.choices))
            for each in people
        )

    def rankings(self, name: str) -> list[tuple[Order, ...]]:
        """Stored rankings, for each person and scene; as they stand, also those that are no permutations.

        Args:
            name: File below the human study, such as ``benchmarks/gemini.json``.

        Raises:
            InputError: It is missing or not what it should be.
        """
        path = self.root / STUDY / name
        found = check_shape(_Rankings, read_json(path, "rankings", _HINT), str(path), _HINT)
        try:
            return [
                tuple(_from_one([int(place) for place in each.ranked_actions]) for each in person.sorted_scenarios)
                for person in found.all_sorted_scenarios
            ]
        except ValueError as error:
            raise InputError(f"{path}: a ranked action is no number", _HINT) from error

    def has(self, name: str) -> bool:
        """Whether the human study has a file of this name."""
        return (self.root / STUDY / name).is_file()

    def decisions(self, encoder: str, person: int) -> list[StoredDecision]:
        """What a network was stored to have made of the scenes for one person.

        Several of the files were appended to when they were made again, so that the last blocks are those that count.

        Args:
            encoder: Folder, such as ``t5-base``.
            person: From 1.

        Raises:
            InputError: The file is missing, or its last blocks are not the questions in their order.
        """
        path = self.root / STUDY / "ValuePilot" / encoder / f"test_questionnaire_{person}.md"
        blocks = re.split(r"^#### question ", _text(path), flags=re.MULTILINE)[1:][-QUESTIONS:]
        numbers = [block.partition(":")[0].strip() for block in blocks]
        if numbers != [str(number) for number in range(1, QUESTIONS + 1)]:
            raise InputError(f"{path} does not end with the questions 1 to {QUESTIONS}", _HINT)
        return [_stored(block, path) for block in blocks]


def _from_one(order: Sequence[int]) -> Order:
    return tuple(place - 1 for place in order)


def _check_scene(scene: PilotScene, file: Path) -> None:
    unknown = [value for value in scene.values if value.lower() not in VALUE_PILOT_6]
    if unknown or not scene.values:
        raise InputError(f"{file} has a scene about {(unknown or ['nothing'])[0]!r:.60}", _HINT)
    for action in scene.actions:
        inside = all(abs(rating) <= 1 + _TOLERATED for rating in action.values)
        if len(action.values) != MOST_VALUES or not inside:
            raise InputError(f"{file} has an action without {MOST_VALUES} ratings from -1 to 1", _HINT)


def _text(path: Path) -> str:
    try:
        text = read_regular(path, LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}", _HINT) from error
    return text.replace("\r\n", "\n")  # git writes them where it is told to, as on Windows


_ACTION = re.compile(r"^###### Action \d+: \d+$", re.MULTILINE)
_SCORE = re.compile(r"^The Score of Action \d+: (-?\d+(?:\.\d+)?(?:e-\d{1,3})?)$", re.MULTILINE)
_ROW = re.compile(r"^\| (\w+) \| (-?\d\.\d+) \| -?\d\.\d+ \| -?\d\.\d+ \| (-?\d+\.\d+) \|$", re.MULTILINE)


def _stored(block: str, path: Path) -> StoredDecision:
    parts = _ACTION.split(block.partition("###### Summary Table:")[0])[1:]
    scores = [_SCORE.search(part) for part in parts]
    rows = [{name.lower(): (float(held), float(total)) for name, held, total in _ROW.findall(part)} for part in parts]
    if not parts or not all(scores) or any(set(row) != {*VALUE_PILOT_6.dimensions} for row in rows):
        raise InputError(
            f"{path}, question {block.partition(':')[0]:.8}: no score or no six ratings of an action", _HINT
        )
    table = np.array([[row[value] for value in VALUE_PILOT_6.dimensions] for row in rows])
    return StoredDecision(table[0, :, 0], table[:, :, 1], np.array([float(found[1]) for found in scores if found]))


def counted(clone: PilotClone) -> Mapping[tuple[int, str], tuple[int, int]]:
    """Scenes and actions by number of values and split."""
    found: dict[tuple[int, str], tuple[int, int]] = {}
    for values in range(1, MOST_VALUES + 1):
        for split in SPLITS:
            sizes = [len(scene.actions) for scene in clone.scenes(values, split)]
            found[values, split] = len(sizes), sum(sizes)
    return found
