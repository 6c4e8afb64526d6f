"""A number with what is known about its uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval; ``None`` where it is not known."""

    mean: float | None
    low: float | None = None
    high: float | None = None
    why: str = ""
    """Why a known number has no interval."""
    se: float | None = None
    """Standard error over what was drawn again; ``None`` where there is no interval, or nobody reckoned it."""
    n: int | None = None
    """How many answers a share is taken of; ``None`` for other numbers."""

    @classmethod
    def read(cls, row: Mapping[str, object] | None, name: str = "") -> Estimate:
        """Take a number out of a row of scores.

        Args:
            row: The row; ``None`` for none.
            name: ``name``, ``name_low``, ``name_high``, ``name_why`` and ``name_se`` are taken; of the mean when empty.
        """
        row = row or {}
        prefix = f"{name}_" if name else ""
        keys = (name or "mean", f"{prefix}low", f"{prefix}high", f"{prefix}se")
        mean, low, high, se = (_number(row.get(key)) for key in keys)
        count = row.get("n") if not name else None
        return cls(mean, low, high, str(row.get(f"{prefix}why", "")), se, count if isinstance(count, int) else None)

    def to_json(self, name: str = "") -> dict[str, float | int | str | None]:
        """The row that ``read`` reads."""
        prefix = f"{name}_" if name else ""
        row: dict[str, float | int | str | None] = {
            name or "mean": self.mean,
            f"{prefix}low": self.low,
            f"{prefix}high": self.high,
            f"{prefix}why": self.why,
        }
        if self.se is not None:
            row[f"{prefix}se"] = self.se
        if self.n is not None and not name:
            row["n"] = self.n
        return row

    def moved(self, factor: float, offset: float = 0.0) -> Estimate:
        """The same on another scale: ``offset + factor * number``."""
        mean, low, high = (None if end is None else offset + factor * end for end in (self.mean, self.low, self.high))
        if factor < 0:
            low, high = high, low
        return Estimate(mean, low, high, self.why, None if self.se is None else abs(factor) * self.se, self.n)

    @property
    def side(self) -> int:
        """On which side of 0 the interval lies: 1, -1, or 0 when it holds 0 or there is none."""
        return 0 if self.low is None or self.high is None else int(self.low > 0) - int(self.high < 0)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
