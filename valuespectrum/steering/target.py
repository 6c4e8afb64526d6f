"""Which value a steered model was steered to: by what its sweep found, by its intervention file, else by its name."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from agents.models.model_names import ModelId, ModelSpec
from agents.models.spoken import is_spoken, read_spoken, spoken_together
from agents.models.steering.intervention import together
from agents.models.steering.specs import SteeringSpec
from valuespectrum.steering.sweep.choosing import FOUND, read_findings
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError, SchemaError
from vectorstore.foundation.json_types import Json

TOWARDS, AWAY = "towards", "away"
_MARKS: Mapping[str, str] = {"": "", TOWARDS: TOWARDS, AWAY: AWAY, "neurons": ""}
"""What ``steer`` puts behind the name of a value, and the direction that it tells; empty for none."""
_STEER = "--steer"


@dataclass(frozen=True, slots=True)
class SteeringTarget:
    """What a model was steered to."""

    value: str
    """One of the ten; empty where nothing tells it."""
    direction: str = ""
    """``towards``, ``away``, or empty where nothing tells it."""
    told_by: str = ""
    """What tells the value, or why nothing does, in words."""

    def to_json(self) -> Json:
        """Plain."""
        return {"value": self.value, "direction": self.direction, "told_by": self.told_by}


def findings_about(run: Path, model: ModelId) -> Json | None:
    """What a sweep found that tried a model: of the run itself, or of the sweep in whose folder the run lies.

    Args:
        run: Folder of a run.
        model: A steered one.

    Raises:
        InputError: There is such a file, and it holds no findings.
    """
    for folder in (run, run.absolute().parent):
        if (folder / FOUND).is_file():
            found = read_findings(folder)
            if any(trial["model"] == str(model) for trial in found["trials"]):
                return found
    return None


def target_of(model: ModelId, findings: Json | None, command: str = "") -> SteeringTarget:
    """What a model was steered to.

    Args:
        model: A steered one.
        findings: Of the sweep that tried it, where there was one.
        command: What was typed to ask it; intervention files that it names are read where they still are, and count
            where the digest in the id is theirs.

    Example:
        >>> target_of(ModelId.parse("reference:amber+self-direction-away~0a1b2c3d4e5f@01"), None)
        SteeringTarget(value='self_direction', direction='away', told_by='the name of its intervention')
    """
    if findings is not None:
        return SteeringTarget(findings["value"], AWAY if findings.get("away") else TOWARDS, "the sweep that made it")
    for target in _stated(model, command):
        value, direction = str(target.get("value", "")), str(target.get("direction", ""))
        if value in VALUES:
            told = direction if direction in (TOWARDS, AWAY) else ""
            return SteeringTarget(value, told, "its intervention file")
    names = model.interventions
    if len(names) != 1:
        return SteeringTarget("", told_by="several interventions at once have no single target")
    return _by_name(names[0])


def _by_name(name: str) -> SteeringTarget:
    for value in VALUES:
        written = value.replace("_", "-")
        for mark, direction in _MARKS.items():
            if name.replace("_", "-") == "-".join(filter(None, [written, mark])):
                return SteeringTarget(value, direction, "the name of its intervention")
    return SteeringTarget("", told_by="neither a sweep nor the name of its intervention tells a value")


def _stated(model: ModelId, command: str) -> Iterator[Mapping[str, object]]:
    """Targets of the intervention files in a command whose digest stands in the id of a model."""
    for file in _files(command):
        try:
            if is_spoken(file):
                spoken = read_spoken(file)
                digested, target = spoken_together([spoken]), dict[str, object](spoken.target)
            else:
                intervention = SteeringSpec.parse(file).read()
                digested, target = together([intervention]), dict[str, object](intervention.about.target)
        except (InputError, SchemaError):
            continue  # moved or made anew since: the name still tells what it can
        if digested == model.steering:
            yield target


def _files(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    found = [after for word, after in pairwise(words) if word == _STEER]
    found += [word.partition("=")[2] for word in words if word.startswith(f"{_STEER}=")]
    for word in words:
        found += ModelSpec.parse(word).apart_from_steering()[1]
    return list(dict.fromkeys(found))
