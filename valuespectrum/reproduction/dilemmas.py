"""Multi-step Moral Dilemmas (EMNLP 2025): its counts, and what follows from its published win rates.

Model answers were not published, so no number of a model can be made again. What can: whether a file of dilemmas holds
what it should, whether the printed counts add up, and whether the published win rates are the circles that they are
said to be. Two columns of the figure are out of the order of all others; read in order, the circles are gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from valuespectrum.instruments.dilemmas.published import HINT, DilemmaFile, read_dilemmas
from valuespectrum.reproduction.rows import ComparedNumber
from valuespectrum.scoring.staircases.win_rates import transitivity
from valuespectrum.theory.value_sets import MORAL_FOUNDATIONS_6
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

PUBLISHED = Path(__file__).parent / "published" / "dilemmas.json"
"""What was published, with its source."""
_MOST_FILES = 20
_NEAR = 0.1
"""A file that has so much less or more than a published one, as a share, is compared with it."""
_RECKONED = "not published as a number: reckoned from the same figure by other code"
_TOGETHER = {
    "printed": "columns 13 and 14 as the axis is printed: liberty and sanctity, then liberty and loyalty",
    "alphabetical": "columns 13 and 14 in the order of all others: liberty and loyalty, then liberty and sanctity",
}


def dilemmas(data: Path | None) -> list[ComparedNumber]:
    """Counts of the user's files, sums of the published table, circles and transitivity of the published win rates.

    Args:
        data: A file in the published layout, or a folder of such files.

    Raises:
        InputError: There is no such file, or one is wrong.
    """
    facts = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    files = [read_dilemmas(path) for path in _files(data)] if data is not None else []
    return [
        *(row for each in files for row in _file_rows(each, facts)),
        *_table_rows(facts["whole"]),
        *_circle_rows(facts),
    ]


def published_matrices(panel: str, reading: str) -> Mapping[str, np.ndarray]:
    """The published win rates of every model.

    Args:
        panel: ``overall``, ``step 1`` or ``step 5``.
        reading: How columns 13 and 14 are read: ``printed`` or ``alphabetical``.

    Returns:
        Model to shape (6, 6): share of choices between row and column that took the row, in the order of
        ``MORAL_FOUNDATIONS_6``.
    """
    facts = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    last = facts["last_columns"]
    columns = [name.split() for name in (*facts["columns"], *last[reading], *last["after"])]
    places = np.array([[MORAL_FOUNDATIONS_6.position(value) for value in pair] for pair in columns])
    found = {}
    for model, row in zip(facts["models"], facts["win_rates"][panel], strict=True):
        rates = np.full((len(MORAL_FOUNDATIONS_6),) * 2, np.nan)
        rates[places[:, 0], places[:, 1]] = row
        rates[places[:, 1], places[:, 0]] = 1.0 - np.array(row)
        found[model] = rates
    return found


def _files(data: Path) -> list[Path]:
    if data.is_file():
        return [data]
    # The folder data is where the published repository has them.
    found = sorted(data.glob("*.json")) or sorted((data / "data").glob("*.json"))
    if not found:
        raise InputError(f"{data} holds no .json file", HINT)
    if len(found) > _MOST_FILES:
        raise InputError(f"{data} holds more than {_MOST_FILES} .json files", "name one of them")
    return found


def _file_rows(file: DilemmaFile, facts: Json) -> Iterator[ComparedNumber]:
    name, values = file.path.name, file.found.labels.name
    count, courses = len(file.found.dilemmas), sum(file.labels.values())
    whole, sample = facts["whole"], facts["samples"].get(values, {"dilemmas": 0})
    near = [known for known in (sample["dilemmas"], whole["dilemmas"]) if abs(count - known) <= _NEAR * known]
    published = near[0] if near else None
    note = "" if near else "neither the published samples nor the whole set: counted, not compared"
    yield _reckoned(f"{name}: dilemmas", count, published, note)
    yield _reckoned(f"{name}: labelled courses", courses, None if published is None else 10 * published)
    yield _reckoned(f"{name}: steps with one value on both sides", file.same_values, 0 if near else None)
    if count == sample["dilemmas"]:
        yield ComparedNumber(f"{name}: different idx", file.different_idx, sample["distinct_idx"], 0.0)
    for value, number in file.labels.items():
        known = whole[values][value] if published == whole["dilemmas"] else None
        yield _reckoned(f"{name}: courses for {value}", number, known)


def _table_rows(whole: Json) -> Iterator[ComparedNumber]:
    printed = float(whole["courses"])
    for values, wrong in (("moral_foundations_6", ""), ("schwartz_10", "the printed column adds to 33,083")):
        total = float(sum(whole[values].values()))
        yield ComparedNumber(f"printed counts of {values}, added up", total, printed, 0.0, contradiction=wrong)


def _circle_rows(facts: Json) -> Iterator[ComparedNumber]:
    for reading, note in _TOGETHER.items():
        reckoned = facts["reckoned"][reading]
        found = {model: transitivity(rates) for model, rates in published_matrices("overall", reading).items()}
        counted = {
            "models with a circle of three": sum(bool(each.cycles) for each in found.values()),
            "chains": sum(each.chains for each in found.values()),
            "weak": sum(len(each.weak) for each in found.values()),
            "moderate": sum(len(each.moderate) for each in found.values()),
            "strong": sum(len(each.strong) for each in found.values()),
        }
        for name, number in counted.items():
            known = reckoned.get(name)
            label = f"chains that break {name} transitivity" if name in ("weak", "moderate", "strong") else name
            told = f"{note}; {_RECKONED}" if known is not None else note
            yield _reckoned(f"overall, {reading}: {label}", number, known, told)
    yield from _order_rows(facts)
    step = facts["reckoned"]["step 5"]
    care, sanctity, fairness = (MORAL_FOUNDATIONS_6.position(each) for each in ("care", "sanctity", "fairness"))
    for reading in _TOGETHER:
        going = sum(
            rates[care, sanctity] > 0.5 and rates[sanctity, fairness] > 0.5 and rates[fairness, care] > 0.5
            for rates in published_matrices("step 5", reading).values()
        )
        (name, known), *_ = step.items()
        told = f"{_RECKONED}; fairness against sanctity fits 17 choices there, far from excluding one half"
        yield ComparedNumber(f"step 5, {reading}: {name}", int(going), known, 0.0, note=told)


def _order_rows(facts: Json) -> Iterator[ComparedNumber]:
    """How many places of the published order of values the mean win rates give."""
    for reading, note in _TOGETHER.items():
        mean = np.mean(list(published_matrices("overall", reading).values()), axis=0)
        order = [MORAL_FOUNDATIONS_6.dimensions[place] for place in np.argsort(-np.nanmean(mean, axis=1))]
        same = sum(ours == theirs for ours, theirs in zip(order, facts["order"], strict=True))
        wanted = len(order) if reading == "alphabetical" else None
        told = f"{note}: {', '.join(order)}"
        yield _reckoned(f"places of the published order of values, {reading}", same, wanted, told)


def _reckoned(name: str, ours: float, known: float | None, note: str = "") -> ComparedNumber:
    """A whole number that has to agree, where there is another one."""
    return ComparedNumber(name, ours, known, None if known is None else 0.0, note=note)
