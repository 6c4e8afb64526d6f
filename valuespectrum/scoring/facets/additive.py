"""Rows plus columns in a table with holes: the least-squares fit that a complete table's means are a case of.

Sets that are missing would let the difference between wordings into the mean of a clip. So a clip's number is its row
effect in ``y = row + column``, fitted by least squares over what is there (Yates, Empire J. Exp. Agric. 1 (1933) 129;
the normal equations with rows eliminated are those of an incomplete block design: Scheffe 1959, chapter 5). In a
complete table it is the plain mean. All leading axes are tables of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Additive:
    """Effects of rows and columns, residuals, and what is needed to carry residuals through to the columns."""

    seen: Floats
    """1 where the table has a number, else 0; shape (..., rows, columns)."""
    rows: Floats
    """Row effects, shape (..., rows): the number that a row would have over all columns; NaN for an empty row."""
    columns: Floats
    """Column effects that sum to 0 over the columns with numbers, shape (..., columns); NaN for an empty column."""
    residuals: Floats
    """What is left, 0 where there is no number."""
    inverse: Floats
    """Pseudo-inverse of the normal equations of the columns, shape (..., columns, columns)."""
    connected: Bools
    """Whether rows tie all columns with numbers together, shape (...); else columns cannot be told from rows."""

    @property
    def row_seen(self) -> Bools:
        """Which rows have a number."""
        return np.asarray(self.seen.any(axis=-1))

    @property
    def column_seen(self) -> Bools:
        """Which columns have a number."""
        return np.asarray(self.seen.any(axis=-2))

    @property
    def freedom(self) -> Floats:
        """Degrees of freedom of the residuals: numbers - rows - columns + 1."""
        numbers = self.seen.sum(axis=(-2, -1))
        spent = self.row_seen.sum(axis=-1) + self.column_seen.sum(axis=-1)
        return np.asarray(np.maximum(numbers - spent + 1.0, 0.0))

    @property
    def column_influences(self) -> Floats:
        """How far each row's residuals pull each column effect, shape (..., rows, columns); they sum to 0."""
        return np.asarray(self.residuals @ self.inverse)


def fit_additive(table: Floats) -> Additive:
    """Fit rows and columns.

    Args:
        table: Shape (..., rows, columns); NaN where there is nothing.

    Example:
        >>> holes = np.array([[1.0, 2.0], [3.0, np.nan]])
        >>> fit_additive(holes).rows.tolist()
        [1.5, 3.5]
    """
    seen = (~np.isnan(table)).astype(np.float64)
    filled = np.where(seen > 0, table, 0.0)
    count = seen.sum(axis=-1, keepdims=True)
    share = np.divide(seen, count, out=np.zeros_like(seen), where=count > 0)
    deviation = seen * (filled - (share * filled).sum(axis=-1, keepdims=True))
    total = seen.sum(axis=-2)
    normal = total[..., :, None] * np.eye(table.shape[-1]) - np.swapaxes(seen, -1, -2) @ share
    inverse = np.linalg.pinv(normal, hermitian=True, rcond=1e-10)
    effects = (inverse @ deviation.sum(axis=-2)[..., None])[..., 0]
    rows = (share * (filled - effects[..., None, :])).sum(axis=-1)
    residuals = seen * (filled - rows[..., None] - effects[..., None, :])
    rank = np.linalg.matrix_rank(normal, hermitian=True, rtol=1e-10)
    return Additive(
        seen,
        np.where(count[..., 0] > 0, rows, np.nan),
        np.where(total > 0, effects, np.nan),
        residuals,
        inverse,
        np.asarray(rank == np.maximum((total > 0).sum(axis=-1) - 1, 0)),
    )
