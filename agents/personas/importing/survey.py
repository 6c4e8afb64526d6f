"""People who answered a value questionnaire: CSV of a survey that a user downloads, with a map of its columns.

Each person becomes a persona: the profile is that of its answers, the words are statements of our own that spell it
out. Nothing of the survey but numbers, and what the map asks for, goes into a persona.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from agents.personas.generating import statements_for
from agents.personas.importing.rows import Collected, Imported, ImportOptions, opened, tidy, unreadable
from agents.personas.persona import GIVEN, value_names
from vectorstore.foreign.documents import check_shape, read_yaml
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from _csv import Reader

_WHAT = "survey"
_HINT = "docs/personas.md shows what a column map holds"
_DELIMITERS = ",;\t|"
_LEAST_ANSWERED = 0.75
"""Share of the portraits that a person must have answered."""
_LONGEST_ID = 40
"""Characters of what a person is called that are told."""

_Name = Annotated[str, Field(min_length=1, max_length=200)]


class ColumnMap(BaseModel):
    """Which columns of a survey hold what."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, Annotated[list[_Name], Field(min_length=1, max_length=20)]]
    """Each of the ten values to the columns of its portraits."""
    lowest: Annotated[float, Field(allow_inf_nan=False)]
    """Lowest answer; what lies outside, or is no number, was not answered."""
    highest: Annotated[float, Field(allow_inf_nan=False)]
    highest_means: Literal["most", "least"]
    """Whether the highest answer means very much like me, or not at all."""
    id: _Name | None = None
    """Column of what a person is called; it is only used to name rows that cannot be read."""
    traits: Annotated[list[_Name], Field(max_length=10)] = []
    """Sentences with columns in braces, such as ``I am {agea} years old.``, which stand before the others."""

    @model_validator(mode="after")
    def _makes_sense(self) -> ColumnMap:
        if set(self.values) != set(value_names()):
            odd = sorted(set(self.values) ^ set(value_names()))
            raise ValueError(f"every one of the ten values needs its columns, see {odd[0]!r:.80}")
        if not self.highest > self.lowest:
            raise ValueError("highest must be above lowest")
        return self


@cache
def known_maps() -> Mapping[str, ColumnMap]:
    """Column maps that come with us."""
    text = (files("agents") / "data" / "column_maps.yaml").read_text("utf-8")
    return {name: ColumnMap.model_validate(row) for name, row in yaml.safe_load(text).items()}


def read_map(name: str) -> ColumnMap:
    """A column map: one of ours by name, or a file.

    Raises:
        InputError: It is neither, or breaks the format.
    """
    if name in known_maps():
        return known_maps()[name]
    if not Path(name).exists():
        raise InputError(f"there is no column map {name!r:.200}", f"name a file, or one of {', '.join(known_maps())}")
    return check_shape(ColumnMap, read_yaml(Path(name), "column map", _HINT), f"column map {name}", _HINT)


def import_survey(path: Path, options: ImportOptions, columns: ColumnMap) -> Imported:
    """Read people out of a survey.

    A person's answers become a profile as it is usual with Schwartz's portraits: the mean over the portraits of each
    value minus the person's mean over all. A whole scale apart counts as 2, so that targets lie in -1..1.

    Args:
        path: CSV with a row a person and a row of names, separated by comma, semicolon, tab or bar.
        options: How many, and how the file is read.
        columns: What stands where.

    Returns:
        Personas whose target is given, and the rows that cannot be used.

    Raises:
        InputError: The file cannot be read, lacks a column, or holds nobody.
    """
    collected = Collected(options, "person")
    with opened(path, options, _WHAT) as file:
        reader, places = _table(file, path, columns)
        for line, cells in _rows(reader, collected):
            if collected.full:
                collected.left += 1
                continue
            try:
                collected.add(line, _person(cells, places, columns, f"{path.name}/{line}", options), path.name)
            except InputError as error:
                collected.refuse(line, f"{_called(cells, places, columns)}{error.message}")
    return collected.done(path, "person")


def _table(file: io.TextIOWrapper, path: Path, columns: ColumnMap) -> tuple[Reader, dict[str, int]]:
    """The rows below the names, and the place of every column that is needed."""
    header = file.readline(2**20)
    try:
        read = [(next(csv.reader([header], delimiter=mark), []), mark) for mark in _DELIMITERS]
    except csv.Error as error:
        raise InputError(f"{path}, line 1, is no CSV: {error}", "its first row must be the names of columns") from error
    best = max(read, key=lambda found: len(found[0]))
    names = [name.strip().casefold() for name in best[0]]
    needed = [name for listed in columns.values.values() for name in listed]
    needed += [columns.id] if columns.id else []
    needed += [name for sentence in columns.traits for name in _braced(sentence)]
    missing = [name for name in needed if name.casefold() not in names]
    if missing:
        raise InputError(f"{path} has no column {missing[0]!r:.80}", f"adapt the column map; {_HINT}")
    doubled = [name for name in needed if names.count(name.casefold()) > 1]
    if doubled:
        raise InputError(f"{path} has the column {doubled[0]!r:.80} twice", "rename one of them")
    rows = csv.reader(file, delimiter=best[1], strict=True)
    return rows, {name: names.index(name.casefold()) for name in needed} | {"": len(names)}


def _braced(sentence: str) -> list[str]:
    return [part.split("}")[0] for part in sentence.split("{")[1:]]


def _rows(reader: Reader, collected: Collected) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line on which each ends; one that is no CSV is noted."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            collected.refuse(_line(reader), f"is no CSV: {error}")
            continue
        if cells:
            yield _line(reader), cells


def _line(reader: Reader) -> int:
    # The row of names was read before.
    return reader.line_num + 1


def _person(
    cells: Sequence[str], places: Mapping[str, int], columns: ColumnMap, drawn_by: str, options: ImportOptions
) -> dict[str, object]:
    """One person as a row of a persona file.

    Raises:
        InputError: Too little was answered, or everything alike.
    """
    if problem := next(filter(None, (unreadable(cell, options.encoding) for cell in cells)), ""):
        raise InputError(problem)
    if len(cells) != places[""]:
        raise InputError(f"has {len(cells)} cells, and there are {places['']} columns")
    named = {name: cells[place] for name, place in places.items() if name}
    target = _profile(named, columns)
    about = [{"text": tidy(_filled(sentence, named))} for sentence in columns.traits]
    said = statements_for(target, drawn_by)
    if not said:
        raise InputError("no value counts for a quarter or more")
    return {
        "traits": [*about, *(trait.text for trait in said)],
        "target": {value: round(number, 4) for value, number in target.items()},
        "target_from": GIVEN,
    }


def _called(cells: Sequence[str], places: Mapping[str, int], columns: ColumnMap) -> str:
    """What a person is called, before what is wrong with its row; empty where that is not known."""
    if not columns.id or len(cells) != places[""]:
        return ""
    name = tidy(cells[places[columns.id]])[:_LONGEST_ID]
    return f"{columns.id} {name}: " if name else ""


def _filled(sentence: str, named: Mapping[str, str]) -> str:
    for name in _braced(sentence):
        if not named[name].strip():
            raise InputError(f"nothing stands under {name!r:.80}")
        sentence = sentence.replace(f"{{{name}}}", named[name].strip())
    return sentence


def _profile(named: Mapping[str, str], columns: ColumnMap) -> dict[str, float]:
    answers = {value: [_answer(named[name], columns) for name in listed] for value, listed in columns.values.items()}
    every = np.array([answer for listed in answers.values() for answer in listed])
    share = float(np.mean(~np.isnan(every)))
    if share < _LEAST_ANSWERED:
        raise InputError(f"only {share:.0%} of the portraits were answered")
    silent = next((value for value, listed in answers.items() if np.isnan(listed).all()), "")
    if silent:
        raise InputError(f"no portrait of {silent} was answered")
    if np.nanmax(every) == np.nanmin(every):
        raise InputError("all portraits have the same answer")
    middle, scale = float(np.nanmean(every)), 2 / (columns.highest - columns.lowest)
    means = {value: float(np.nanmean(answers[value])) for value in value_names()}
    return {value: float(np.clip((mean - middle) * scale, -1, 1)) for value, mean in means.items()}


def _answer(cell: str, columns: ColumnMap) -> float:
    """How much a portrait is like the person, the higher the more; NaN for no answer."""
    try:
        number = float(cell)
    except ValueError:
        return np.nan
    if not columns.lowest <= number <= columns.highest:
        return np.nan
    return number if columns.highest_means == "most" else columns.lowest + columns.highest - number
