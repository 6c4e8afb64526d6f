"""Reads tables of ratings that users bring: one answer a line, or one person a line.

One answer a line (CSV with a heading; commas, semicolons or tabs between cells): ``respondent, value, item`` and
``rating`` (a whole number from 1), or ``p_1, p_2, ...`` with the probability of every step. Further columns where
there are such: ``version`` (the way of asking), ``person`` (where several people are one respondent), ``repeat`` (the
number of a repeated answer), ``weight`` (how many answers a line stands for).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vectorstore.foreign.documents import cell_separator, check_width, read_regular
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

NEEDED = ("respondent", "value", "item")
FURTHER = ("version", "person", "repeat")
WEIGHT = "weight"
MOST_BYTES, MOST_ROWS = 256 * 2**20, 2_000_000
_STEP = re.compile(r"p_([1-9][0-9]?)")
_FORM = "columns: respondent, value, item, rating, and if need be version, person, repeat, weight"
_SUM = 0.02
"""Within which the probabilities of an answer have to add up to one."""
_MOST_TIMES = 1e6
"""Answers that a line may stand for."""
_MISSING = ("", "na", "nan", "none", "null")


@dataclass(frozen=True, slots=True)
class ReadRatings:
    """Answers out of a file or run."""

    rows: pd.DataFrame
    """``respondent, value, item, version, person``, a row per answer or ask that counts."""
    weights: Floats
    """Shape (rows, steps), the lowest step first."""
    unheard: Mapping[str, int]
    """Respondent to asks without a rating."""


def read_ratings(path: Path, steps: int, turned: bool = False) -> ReadRatings:
    """Read a file with one answer a line.

    Args:
        path: CSV.
        steps: Of the scale, 2 to 99.
        turned: Whether 1 is the step that is most like the respondent.

    Raises:
        InputError: It is no such file: the message names the line and what is wrong there.
    """
    table = _as_text(path)
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise InputError(f"{path} has no column {missing[0]!r}", _FORM)
    for name in NEEDED:
        _refuse_rows(path, table.index, (table[name] == "").to_numpy(), f"has no {name}")
    weights, heard = _weights(path, table, steps)
    if WEIGHT in table:
        times = _numbers(path, table[WEIGHT], WEIGHT)
        wrong = ~(times > 0) | (times > _MOST_TIMES)
        _refuse_rows(path, table.index, wrong, "has a weight that is no number of answers", table[WEIGHT])
        weights = weights * times[:, None]
    _require_single(path, table[heard])
    rows = table.reindex(columns=[*NEEDED, "version", "person"], fill_value="")
    unheard = Counter(str(name) for name in rows["respondent"][~heard])
    return ReadRatings(
        rows[heard].reset_index(drop=True), weights[heard][:, ::-1] if turned else weights[heard], dict(unheard)
    )


def _as_text(path: Path) -> pd.DataFrame:
    """Every cell as text without spaces around it; the index is the line that a row stands in.

    Raises:
        InputError: The file is missing, too large, or no table.
    """
    import pandas as pd

    try:
        whole = read_regular(path, MOST_BYTES)
        raw = whole.lstrip(b"\r\n")
        before = whole[: len(whole) - len(raw)].count(b"\n")
        first = raw.partition(b"\n")[0].decode()
        separator = cell_separator(first)
        check_width(first.count(separator) + 1, str(path))
        table = pd.read_csv(
            BytesIO(raw),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            header=None,
            skip_blank_lines=False,
            nrows=MOST_ROWS + 2,
            encoding="utf-8-sig",
        )
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no table that can be read: no text in UTF-8", "save it as UTF-8") from error
    except (ValueError, OSError, pd.errors.ParserError) as error:
        told = " ".join(str(error).split())[:120]
        raise InputError(f"{path} is no table that can be read: {told}", _FORM) from error
    if len(table) > MOST_ROWS:
        raise InputError(f"{path} has more than {MOST_ROWS:,} lines", "leave some respondents out")
    names = [str(name).strip().lower() for name in table.iloc[0]] if len(table) else []
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(f"{path} has the column {twice[0]!r:.80} twice", _FORM)
    table.index = pd.RangeIndex(before + 1, before + 1 + len(table))
    table = table.iloc[1:]
    if table.empty:
        raise InputError(f"{path} holds no answer", _FORM)
    table.columns = pd.Index(names)
    stripped: pd.DataFrame = table.apply(lambda column: column.fillna("").str.strip())
    stripped = stripped[(stripped != "").any(axis=1)]
    for name in names if separator == ";" else ():
        # Where semicolons stand between cells, a comma stands before decimals.
        if name in ("rating", WEIGHT) or _STEP.fullmatch(name):
            stripped[name] = stripped[name].str.replace(",", ".", regex=False)
    return stripped


def _weights(path: Path, table: pd.DataFrame, steps: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Answers by step, and which rows have any.

    Raises:
        InputError: A rating or probability cannot be.
    """
    chances = {int(found[1]): name for name in table.columns if (found := _STEP.fullmatch(str(name)))}
    if "rating" in table and chances:
        raise InputError(f"{path} has ratings and probabilities of steps", "leave one of them out")
    if "rating" in table:
        return _rated(path, table["rating"], steps)
    if not chances:
        raise InputError(f"{path} has no column 'rating'", f"{_FORM}; or p_1 to p_{steps} in place of rating")
    if sorted(chances) != list(range(1, steps + 1)):
        raise InputError(
            f"{path} has the probabilities of steps {', '.join(map(str, sorted(chances)))}, the scale {steps} steps",
            f"give p_1 to p_{steps}, or say --steps",
        )
    columns = [_numbers(path, table[chances[step]], f"p_{step}") for step in range(1, steps + 1)]
    shares = np.stack(columns, axis=1)
    known = ~np.isnan(shares)
    heard = np.asarray(known.all(axis=1))
    _refuse_rows(path, table.index, known.any(axis=1) & ~heard, "has probabilities of some steps, and not of others")
    _refuse_rows(path, table.index, heard & (np.nan_to_num(shares) < 0).any(axis=1), "has a probability below 0")
    total = np.nan_to_num(shares).sum(axis=1)
    _refuse_rows(path, table.index, heard & (np.abs(total - 1.0) > _SUM), "has probabilities that do not add up to 1")
    return np.nan_to_num(shares) / np.where(heard, total, 1.0)[:, None], heard


def _rated(path: Path, column: pd.Series[str], steps: int) -> tuple[Floats, NDArray[np.bool_]]:
    ratings = _numbers(path, column, "rating")
    heard = np.asarray(~np.isnan(ratings))
    safe = np.where(heard, ratings, 1.0)
    wrong = (safe < 1) | (safe > steps) | (safe != np.rint(safe))
    _refuse_rows(
        path,
        column.index,
        wrong,
        f"has a rating that is no whole number from 1 to {steps}",
        column,
        f"say --steps, if {steps} is wrong",
    )
    return np.eye(steps)[safe.astype(np.int64) - 1], heard


def _numbers(path: Path, column: pd.Series[str], name: str) -> Floats:
    """A column as numbers, NaN for what is missing.

    Raises:
        InputError: Something else stands there.
    """
    import pandas as pd

    missing = column.str.lower().isin(_MISSING).to_numpy()
    numbers = np.asarray(pd.to_numeric(column.where(~missing, "nan"), errors="coerce"), dtype=np.float64)
    _refuse_rows(path, column.index, ~missing & ~np.isfinite(numbers), f"has a {name} that is no number", column)
    return np.where(missing, np.nan, numbers)


def _require_single(path: Path, table: pd.DataFrame) -> None:
    """Refuse a cell that stands there twice without saying that it was asked twice.

    Raises:
        InputError: There is one.
    """
    keys = [name for name in (*NEEDED, *FURTHER) if name in table]
    twice = table[table.duplicated(keys, keep=False)]
    if len(twice):
        cell = twice.iloc[0]
        lines = twice.index[(twice[keys] == cell[keys]).all(axis=1)]
        named = ", ".join(str(cell[name]) for name in keys if cell[name])
        raise InputError(
            f"{path}, lines {lines[0]} and {lines[1]}: the same cell twice ({named:.120})",
            "number repeated answers in a column `repeat` and people in a column `person`, or drop one",
        )


def _refuse_rows(
    path: Path,
    lines: pd.Index[int],
    wrong: NDArray[np.bool_],
    told: str,
    column: pd.Series[str] | None = None,
    hint: str = _FORM,
) -> None:
    """Refuse the first row that is wrong.

    Raises:
        InputError: There is one.
    """
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        shown = f" ({str(column.iloc[at])!r:.40})" if column is not None else ""
        raise InputError(f"{path}, line {lines[at]} {told}{shown}", hint)
