"""Numbers with what is known about their uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

CLIP = "clip"
"""The unit of whatever asks about pictures."""
HEADLINE = "centred_log_odds"
"""Scale of the headline in a row of scores of liking."""
LIKING_RANGE = (0.0, 100.0)
"""Scale of liking."""

_RANKS = ("rank", "rank_low", "rank_high")


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

    def within(self, least: float, most: float) -> Estimate:
        """The same with an interval that ends where there can be nothing further.

        Example:
            >>> Estimate(0.4, -0.2, 1.0).within(0.0, 1.0).low
            0.0
        """
        low, high = (None if end is None else min(max(end, least), most) for end in (self.low, self.high))
        return replace(self, low=low, high=high)

    @property
    def side(self) -> int:
        """On which side of 0 the interval lies: 1, -1, or 0 when it holds 0 or there is none."""
        return 0 if self.low is None or self.high is None else int(self.low > 0) - int(self.high < 0)


@dataclass(frozen=True, slots=True)
class Score:
    """One dimension of one respondent."""

    estimate: Estimate
    """On the instrument's own scale."""
    centred: Estimate
    """The same minus the mean over all dimensions that were measured; empty for numbers on different scales."""
    rank: tuple[int, int, int] | None
    """Rank, 1 for the highest, with the range that resampling allows; ``None`` for what is not ranked."""
    n_units: int
    """How many of what is drawn again stand behind the number."""
    n_answers: int
    status: str
    """``ok``, or what is missing."""
    scales: Mapping[str, Estimate] = field(default_factory=dict)
    """The same on further scales, by name, e.g. ``log_odds``."""
    df: float | None = None
    """Degrees of freedom behind the interval of the headline: centred log-odds, or the centred number."""
    p: float | None = None
    """Of the headline being 0."""
    p_adjusted: float | None = None
    """The same by Holm for how many dimensions there are, and at least that of the omnibus test."""
    n_clusters: int = 0
    """How many search words (or the like) its units came by; their number where nothing is known."""
    chances: tuple[float, ...] = ()
    """Probability of each rank from 1 on; empty for what has none."""

    def untold(self, status: str) -> Score:
        """The same without any number, on the same scales.

        Args:
            status: Why nothing is told.
        """
        none = Estimate(None)
        return Score(none, none, None, self.n_units, self.n_answers, status, dict.fromkeys(self.scales, none))

    def to_json(self, unit: str) -> dict[str, object]:
        """As ``scores.json`` keeps it.

        Args:
            unit: What is drawn again.
        """
        row: dict[str, object] = {**self.estimate.to_json(), **self.centred.to_json("centred")}
        for name, estimate in self.scales.items():
            row |= estimate.to_json(name)
        row |= dict(zip(_RANKS, self.rank or (None, None, None), strict=True))
        row |= {"df": self.df, "p": self.p, "p_adjusted": self.p_adjusted}
        return (
            row
            | counted(self.n_units, unit)
            | {
                "rank_chances": list(self.chances),
                "n_clusters": self.n_clusters,
                "n_answers": self.n_answers,
                "status": self.status,
            }
        )

    @classmethod
    def from_json(cls, row: Mapping[str, object]) -> Score:
        """Read what ``to_json`` wrote."""
        ends = [name.removesuffix("_low") for name in row if name.endswith("_low")]
        ranks = [row.get(name) for name in _RANKS]
        known = tuple(rank for rank in ranks if isinstance(rank, int))
        return cls(
            Estimate.read(row),
            Estimate.read(row, "centred"),
            (known[0], known[1], known[2]) if len(known) == len(_RANKS) else None,
            read_count(row, "n_units"),
            read_count(row, "n_answers"),
            str(row.get("status", "")),
            {name: Estimate.read(row, name) for name in ends if name not in ("centred", "rank")},
            _number(row.get("df")),
            _number(row.get("p")),
            _number(row.get("p_adjusted")),
            read_count(row, "n_clusters"),
            _chances(row.get("rank_chances")),
        )


def profile_scale(rows: Iterable[Mapping[str, object]]) -> str:
    """The scale on which the values of a profile are told: that of the headline where any is, else the centred one.

    A value that is not told on it is not known; the others stay on the scale of everybody else.

    Args:
        rows: Of the values, as ``Score.to_json`` writes them.
    """
    return HEADLINE if any(row.get(HEADLINE) is not None for row in rows) else "centred"


def counted(units: int, unit: str) -> dict[str, int]:
    """How many units there are, under the names that readers look for: clips are counted under two.

    Example:
        >>> counted(3, "clip"), counted(3, "dilemma")
        ({'n_clips': 3, 'n_units': 3}, {'n_units': 3})
    """
    return ({"n_clips": units} if unit == CLIP else {}) | {"n_units": units}


def read_count(row: Mapping[str, object], name: str) -> int:
    """A number of things out of a row; 0 where it is missing."""
    found = row.get(name)
    return found if isinstance(found, int) else 0


def _chances(found: object) -> tuple[float, ...]:
    return tuple(float(each) for each in found) if isinstance(found, list | tuple) else ()


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
