"""What was answered, spread over the cells of the design: respondent x value x clip x wording x cell.

A cell is one question in one polarity with one order of the options. Its evidence is a log-odds of the word yes, a
number of yes among drawn answers, or the word of one answer. The kinds are never mixed: a comparison is of one kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Kind = Literal["log_probability", "samples", "sampled_text", "greedy_text"]

CELLS: Floats = np.array([(polarity, 1.0, first) for polarity in (1.0, -1.0) for first in (1.0, -1.0)])
"""Polarity, constant and order of the four cells: what liking, lean and order effect are multiplied with."""
POLARITY: Floats = CELLS[:, 0]
"""+1 or -1 of the four cells: whether yes means liking."""
FIRST: Floats = CELLS[:, 2]
"""+1 where yes is listed first, else -1."""

IN_WORDS: Mapping[str, str] = {
    "log_probability": "log-probabilities",
    "samples": "counted draws",
    "sampled_text": "single drawn texts",
    "greedy_text": "single most likely texts",
}


@dataclass(frozen=True, slots=True)
class Cells:
    """Answers of some respondents to the same questions."""

    kind: Kind
    yes: Floats
    """Shape (respondents, values, clips, wordings, 4) in the order of ``CELLS``: of log-probabilities the mean
    log-odds of the word yes, else the number of yes; 0 where ``said`` is."""
    said: Floats
    """The same shape: how many answers said yes or no; 0 where none did, however many were asked."""
    values: tuple[str, ...] = ()
    clips: tuple[tuple[str, ...], ...] = ()
    """Clips of every value; a place without a clip has no answers."""
    wordings: tuple[str, ...] = ()

    def share(self) -> Floats:
        """Log-odds or share of yes per cell, NaN where nothing was said."""
        empty = np.full_like(self.yes, np.nan)
        if self.kind == "log_probability":
            return np.where(self.said > 0, self.yes, np.nan)
        return np.divide(self.yes, self.said, out=empty, where=self.said > 0)


def cells_of(judged: pd.DataFrame, values: Sequence[str], greedy: bool = True) -> Cells:
    """Spread the answers of one respondent; incomplete sets are kept.

    Args:
        judged: Rows as ``scoring.cells.judge`` returns them; those whose verdict is ``value`` count.
        values: Dimensions in order.
        greedy: Whether single texts are the most likely ones (temperature 0) and not drawn.

    Raises:
        InputError: The rows hold several readouts, or a value that is not named.
    """
    read = {str(name) for name in judged["readout"].unique()}
    if len(read) != 1:
        raise InputError(f"answers were read in several ways: {', '.join(sorted(read)) or 'none'}", "score them apart")
    counted = judged[judged["verdict"] == "value"]
    kind = _kind(read.pop(), greedy)
    wordings = tuple(sorted({str(name) for name in judged["wording"].unique()}))
    strange = sorted({str(name) for name in counted["value"].unique()} - set(values))
    if strange:
        raise InputError(f"unknown values: {', '.join(strange)}", "name them all")
    asked = judged.groupby("value")["clip"].unique()
    clips = tuple(tuple(sorted(map(str, asked[value]))) if value in asked else () for value in values)
    shape = (1, len(values), max(map(len, clips), default=0), len(wordings), len(CELLS))
    yes, said = np.zeros(shape), np.zeros(shape)
    places = _places(counted, values, clips, wordings)
    weight, hits = _evidence(counted, kind)
    np.add.at(said, places, weight)
    np.add.at(yes, places, hits)
    if kind == "log_probability":
        yes = np.divide(yes, said, out=np.zeros(shape), where=said > 0)
    return Cells(kind, yes, said, tuple(values), clips, wordings)


def require_one_kind(kinds: Iterable[str]) -> str:
    """The one readout of everything that is compared.

    Args:
        kinds: Of the like battery (``Kind``), or what other instruments call theirs.

    Raises:
        InputError: There are several: their numbers are not on one scale, and shrink differently under leans.
    """
    several = sorted(set(kinds))
    if len(several) != 1:
        names = " with ".join(IN_WORDS.get(kind, kind) for kind in several) or "nothing"
        raise InputError(f"cannot compare {names}", "name runs of one form, scored with the same --readout")
    return several[0]


def _kind(readout: str, greedy: bool) -> Kind:
    if readout == "log_probability":
        return "log_probability"
    if readout == "samples":
        return "samples"
    return "greedy_text" if greedy else "sampled_text"


def _places(
    counted: pd.DataFrame, values: Sequence[str], clips: Sequence[Sequence[str]], wordings: Sequence[str]
) -> tuple[NDArray[np.int64], ...]:
    row, clip = _codes(counted["value"], values), _codes(counted["clip"], listed := sorted({*chain(*clips)}))
    number_of = {name: at for at, name in enumerate(listed)}
    column_of = np.zeros((len(values), len(listed)), dtype=np.int64)
    for at, names in enumerate(clips):
        column_of[at, [number_of[name] for name in names]] = np.arange(len(names))
    cell = 2 * (counted["polarity"].astype(float) < 0).to_numpy(int) + (counted["first"] != "yes").to_numpy(int)
    return (
        np.zeros(len(counted), dtype=np.int64),
        row,
        column_of[row, clip],
        _codes(counted["wording"], wordings),
        cell.astype(np.int64),
    )


def _codes(column: pd.Series[str], names: Sequence[str]) -> NDArray[np.int64]:
    """Place of every entry among the names."""
    import pandas as pd

    codes, found = pd.factorize(column)
    place = {name: at for at, name in enumerate(names)}
    return np.array([place[str(name)] for name in found], dtype=np.int64)[codes] if len(found) else codes


def _evidence(counted: pd.DataFrame, kind: Kind) -> tuple[Floats, Floats]:
    """How much every row weighs, and its log-odds or number of yes."""
    if kind == "samples":
        return counted["said"].to_numpy(np.float64), counted["said_yes"].to_numpy(np.float64)
    column = "log_odds" if kind == "log_probability" else "yes"
    return np.ones(len(counted)), counted[column].to_numpy(np.float64)
