"""Answers of people to value questionnaires, scored by our own code: centring, reliability and structure.

The answers are the user's; only the scoring keys (``instruments.portraits.keys``) and the numbers to compare with come
with us. Questionnaires are read in the order of their items.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.portraits.keys import ScoringKey, scoring_key
from valuespectrum.reproduction.r_data import read_table
from valuespectrum.reproduction.rows import ComparedNumber, printed
from valuespectrum.scoring.reliability.classical import alpha, mrat, omega
from valuespectrum.scoring.structure.circle import (
    correlations,
    cosine_agreement,
    distance_agreement,
    distances,
    order_index,
)
from valuespectrum.scoring.structure.scaling import scale
from valuespectrum.scoring.structure.sinusoid import fit_wave
from valuespectrum.theory.value_sets import TEN
from vectorstore.foreign.documents import cell_separator, check_width, read_regular, repeated_column
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import percent

Floats = NDArray[np.float64]

FACTS = Path(__file__).parent / "published" / "human_values.json"
"""Scoring keys and numbers to compare with."""
_SAMPLES = ("gss-2012", "us-pvq40")
R_DATA = (".rda", ".rdata")
"""Ends of the names of data files of R."""
_MOST_FILES = 100
_LARGEST = 64 * 2**20
"""Bytes of a table of answers in CSV: some hundred thousand people."""
_MOST_OFF_SCALE = 1 / 3
"""Share of the numbers of a table that may be none of the scale: codes of what was not answered."""
_BEYOND = 0.01
"""Share of the numbers that are next to the scale from which on they are no codes of what was not answered, where the
other end of the scale is never said."""
_NUMBER_AT_END = re.compile(r"[0-9]{1,4}$")
_ANSWER = re.compile(r"-?[0-9]+(?:\.[0-9]+)*|NA(?:\.[0-9]+)?|Unnamed: [0-9]+")
"""What pandas calls a column above which an answer stands, or none: repeated names get a number."""
_TOLERANCE = 1e-3
"""Of correlations: whether a zero counts as an answer or as none moves them by less."""


@dataclass(frozen=True, slots=True)
class PeopleAnswers:
    """What people answered, and how it is read."""

    ratings: Floats
    """Shape (people, items), the higher the more like me; NaN for what was not answered."""
    key: ScoringKey
    strange: int = 0
    """Numbers that are none of the scale, and no answers."""

    def items(self, value: str) -> Floats:
        """Ratings of the items of one value."""
        return self.ratings[:, [number - 1 for number in self.key.numbers[value]]]

    def raw(self) -> Floats:
        """Mean rating of every value, shape (people, values)."""
        return np.stack([mrat(self.items(value)) for value in TEN.dimensions], axis=1)

    def centred(self) -> Floats:
        """The same minus everybody's mean over all items."""
        return np.asarray(self.raw() - mrat(self.ratings)[:, None])


def samples() -> Mapping[str, Callable[[Path | None], list[ComparedNumber]]]:
    """What can be made again, by name."""
    return {name: partial(sample_rows, name) for name in _SAMPLES}


def portraits(data: Path | None) -> list[ComparedNumber]:
    """Every sample of people of which the user has the answers.

    Args:
        data: A file of answers, told by its number of items; or a folder with files of several samples.

    Raises:
        InputError: There is no such file, or one is another questionnaire or reads backwards.
    """
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    items = {scoring_key(facts[name]["form"]).items: name for name in _SAMPLES}
    wanted = " or ".join(f"{count} ({name})" for count, name in items.items())
    if data is None:
        raise InputError("portraits needs the answers of people", "name a file of them, or a folder of such files")
    found: dict[str, Path] = {}
    readable, refused = _files(data)
    for path in readable:
        name = items.get(len(read_people(path)))
        if name is None and not data.is_dir():
            raise InputError(f"{path} has {len(read_people(path))} columns, not {wanted}", "one column an item")
        if name in found:
            raise InputError(f"{found[name]} and {path} are both answers to {name}", "leave one")
        if name is not None:
            found[name] = path
    if not found:
        because = f"; {refused[0]}" if refused else ""
        raise InputError(f"{data} holds no answers with {wanted} items{because}", "bring PVQ40.rda or gss12_values.rda")
    return [
        row.named(f"{name}: {row.name}") for name in _SAMPLES if name in found for row in sample_rows(name, found[name])
    ]


def _files(data: Path) -> tuple[list[Path], list[str]]:
    """The files of answers that a path names; in a folder those that can be read as such, and why others cannot.

    Raises:
        InputError: It is a folder with more files than anybody has answers.
    """
    if not data.is_dir():
        return [data], []
    listed = sorted(path for path in data.iterdir() if path.suffix.lower() in (*R_DATA, ".csv"))
    if len(listed) > _MOST_FILES:
        raise InputError(f"{data} holds more than {_MOST_FILES} tables", "name one of them")
    readable, refused = [], []
    for path in listed:
        try:
            read_people(path)
        except InputError as error:  # a folder may hold other data, too
            refused.append(error.message)
            continue
        readable.append(path)
    return readable, refused


def sample_rows(name: str, data: Path | None) -> list[ComparedNumber]:
    """Numbers of one sample of people beside ours.

    Args:
        name: Of the sample.
        data: The user's file: ``.rda``, or CSV with one row a person and one column an item.

    Raises:
        InputError: It is no such file, is another questionnaire, or reads backwards.
    """
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    if data is None:
        raise InputError(f"{name} needs the answers of people", "name a file of them")
    answers = read_answers(data, facts[name])
    ours = dict(_numbers(answers))
    wanted = facts[name]["numbers"]
    rows = [_row(each, ours.get(each), wanted[each]) for each in wanted]
    return rows + [ComparedNumber(each, number) for each, number in ours.items() if each not in wanted]


def read_answers(path: Path, sample: Json) -> PeopleAnswers:
    """Answers of people out of a file.

    Raises:
        InputError: As :func:`sample_rows`.
    """
    key = scoring_key(sample["form"])
    table = read_people(path)
    if len(table) != key.items:
        raise InputError(f"{path} has {len(table)} columns, the questionnaire {key.items} items", "one column an item")
    ratings = np.stack([np.asarray(column, dtype=np.float64) for column in table.values()], axis=1)
    low, high = sample["scale"]
    on_scale = answers_on_scale(path, ratings, low, high)
    strange = int((~np.isnan(ratings) & ~on_scale).sum())
    if silent := [name for place, name in enumerate(table) if not on_scale[:, place].any()]:
        raise InputError(f"{path}: nobody answered the item {silent[0]!r:.40}", "leave nothing of the form out")
    ratings = np.where(on_scale, ratings, np.nan)
    backwards = sample.get("reversed", key.coded_descending)  # a file that does not say is coded as published ones are
    answers = PeopleAnswers(low + high - ratings if backwards else ratings, key, strange)
    middle = dict(zip(TEN.dimensions, np.nanmean(answers.centred(), axis=0), strict=True))
    if not middle["benevolence"] > 0 > middle["power"]:
        raise InputError(
            f"{path} reads backwards, or is another questionnaire: people value power above benevolence in it",
            f"{low} is {'very much' if backwards else 'not at all'} like me in the file that is meant",
        )
    return answers


def answers_on_scale(path: Path, answers: Floats, low: int, high: int) -> NDArray[np.bool_]:
    """Which numbers are answers on a scale; of the others a few may be, as codes of what was not answered.

    Args:
        path: Where they are from, for the message.
        answers: As they stand there, NaN for what is missing.
        low: Lowest step.
        high: Highest step.

    Raises:
        InputError: There is no answer, or the scale is another one.
    """
    on_scale = (answers >= low) & (answers <= high) & (answers == np.rint(answers))
    given, told = answers[~np.isnan(answers)], answers[on_scale]
    if not len(told):
        raise InputError(f"{path} holds no answer from {low} to {high}", "one row a person, one column an item")
    said = ""
    if (off := 1.0 - len(told) / len(given)) > _MOST_OFF_SCALE:
        said = f"{percent(off, '')} of its numbers are no whole numbers from {low} to {high}"
    for end, beyond in ((high, low - 1), (low, high + 1)):
        if (share := float((given == beyond).mean())) >= _BEYOND and end not in told:
            said = f"nobody says {end}, and {percent(share, '')} of all numbers are {beyond}"
    if said:
        raise InputError(f"{path} is on another scale: {said}", f"the questionnaire goes from {low} to {high}")
    return np.asarray(on_scale)


def read_people(path: Path) -> Mapping[str, Floats]:
    """Column to numbers of a file of people's answers.

    Raises:
        InputError: It is no table of numbers.
    """
    return read_table(path) if path.suffix.lower() in R_DATA else _comma_separated(path)


def _comma_separated(path: Path) -> Mapping[str, Floats]:
    import pandas as pd

    try:
        raw = read_regular(path, _LARGEST)
        first = raw.partition(b"\n")[0].decode("utf-8-sig")
        separator = cell_separator(first)
        # A row with more cells than there are names has as many names of its own.
        check_width(1 + max(line.count(separator.encode()) for line in raw.split(b"\n", 2)[:2]), str(path))
        table = pd.read_csv(BytesIO(raw), sep=separator, decimal="," if separator == ";" else ".")
        names = next(csv.reader([first], delimiter=separator), [])
        if any(names) and not names[0].strip():  # the names of rows, as R and pandas write them
            names, table = names[1:], table.iloc[:, 1:]
        columns = {str(name): table[name].to_numpy(dtype=np.float64) for name in table}
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no table of numbers: no text in UTF-8", "save it as CSV in UTF-8") from error
    except (ValueError, OSError, csv.Error) as error:
        raise InputError(f"{path} is no table of numbers", "one row a person, one column an item") from error
    # Of rows with a cell more than there are names pandas takes the first for the name of the row, as R writes them.
    if len(table) and not isinstance(table.index, pd.RangeIndex) and table.iloc[:, -1].isna().all():
        raise InputError(
            f"{path} has a separator at the end of its rows, where no name stands above", "end rows as the first one"
        )
    _check_names(path, list(columns))
    # Of repeated names pandas makes several; one name above everything names nothing.
    if len({*names}) > 1 and (twice := repeated_column(names)):
        raise InputError(f"{path} has the column {twice!r:.40} twice", "one column an item")
    return columns


def _check_names(path: Path, names: Sequence[str]) -> None:
    """Refuse a first row of answers, and columns that are numbered in another order than that of the items.

    Raises:
        InputError: There is such a row, or order.
    """
    numbers = [int(found[0]) for name in names if (found := _NUMBER_AT_END.search(name))]
    in_order = sorted(numbers)
    counted = len(numbers) == len(names) and in_order == [*range(in_order[0], in_order[0] + len(names))]
    if not counted and len(names) > 1 and all(_ANSWER.fullmatch(name) for name in names):
        raise InputError(f"{path} has answers in its first row, and no names", "name the items above the answers")
    if counted and numbers != in_order:
        at = next(place for place, pair in enumerate(zip(numbers, in_order, strict=True)) if pair[0] != pair[1])
        raise InputError(
            f"{path}: column {at + 1} is called {names[at]!r:.40}, so that items are not in their order",
            "put the columns in the order of the questionnaire",
        )


def _row(name: str, ours: float | None, published: str) -> ComparedNumber:
    row = printed(name, ours, published)
    if name.startswith("circle"):
        return ComparedNumber(name, ours, row.published, _TOLERANCE)
    return row


def _numbers(answers: PeopleAnswers) -> Iterator[tuple[str, float | None]]:
    yield "respondents", float(len(answers.ratings))
    if answers.strange:
        yield "numbers off the scale, which are left out", float(answers.strange)
    yield "MRAT", float(np.nanmean(mrat(answers.ratings)))
    centred = answers.centred()
    means = np.nanmean(centred, axis=0)
    yield from ((f"centred mean of {value}", float(each)) for value, each in zip(TEN.dimensions, means, strict=True))
    alphas = {value: alpha(answers.items(value)).value for value in TEN.dimensions}
    yield from ((f"alpha of {value}", each) for value, each in alphas.items())
    known = [each for each in alphas.values() if each is not None]
    yield "lowest alpha", min(known, default=None)
    yield "highest alpha", max(known, default=None)
    yield from ((f"omega of {value}", omega(answers.items(value)).value) for value in TEN.dimensions)
    yield from _structure(answers.raw(), centred)
    wave = fit_wave(means, TEN)
    if wave is not None:
        yield from (("wave, elevation", wave.elevation), ("wave, amplitude", wave.amplitude))
        yield from (("wave, peak", wave.peak), ("wave, R-squared", wave.r_squared))
        yield "wave, R-squared that one noise profile of twenty exceeds", wave.noise_95


def _structure(raw: Floats, centred: Floats) -> Iterator[tuple[str, float | None]]:
    theory = distances(TEN)
    found, _ = correlations(centred, TEN)
    unchanged, _ = correlations(raw, TEN)
    if found is None or unchanged is None:
        return
    yield "circle, rank correlation", distance_agreement(found, theory).value
    yield "circle, rank correlation with a shared wedge", distance_agreement(found, distances(TEN, True)).value
    yield "circle, rank correlation of raw scores", distance_agreement(unchanged, theory).value
    yield "circle, cosine", cosine_agreement(found, theory).value
    yield "circle, order index", order_index(found, theory).value
    for name, ordinal in (("metric", False), ("ordinal", True)):
        drawn = scale(found, TEN, ordinal)
        yield f"{name} map, congruence with the circle", drawn.congruence
        yield f"{name} map, stress", drawn.stress
        yield f"{name} map, places off the circular order", drawn.displacement
