"""A published number beside ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from vectorstore.foundation.json_types import Json

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ComparedNumber:
    """One number."""

    name: str
    ours: float | None
    """``None`` where the data do not give it."""
    published: float | None = None
    """``None`` where it was not published: such a row neither passes nor fails."""
    tolerance: float | None = None
    """Largest difference that counts as the same number."""
    contradiction: str = ""
    """Why the published number cannot be right; such a row is known to fail."""
    note: str = ""
    """What the number has to be read with."""

    @property
    def difference(self) -> float | None:
        """Ours minus published."""
        return None if self.ours is None or self.published is None else self.ours - self.published

    @property
    def passes(self) -> bool | None:
        """Whether both are the same number; ``None`` where nothing was published."""
        if self.published is None or self.tolerance is None:
            return None
        return self.difference is not None and abs(self.difference) <= self.tolerance + _ROUNDING

    def named(self, name: str) -> ComparedNumber:
        """The same under another name."""
        return replace(self, name=name)

    def to_json(self) -> Json:
        """As ``--json`` prints it."""
        return {
            "name": self.name,
            "published": self.published,
            "ours": self.ours,
            "difference": self.difference,
            "tolerance": self.tolerance,
            "pass": self.passes,
            "note": self.contradiction or self.note,
        }


def printed(name: str, ours: float | None, published: str, contradiction: str = "", note: str = "") -> ComparedNumber:
    """A number beside one that was printed: half of the last printed digit is the tolerance.

    Args:
        name: Of the row.
        ours: The number before rounding.
        published: As it was printed, so that its digits are known.
        contradiction: Why the published number cannot be right.
        note: What the number has to be read with.

    Example:
        >>> printed("deviation", 10.33, "10.3").passes, printed("deviation", 10.36, "10.3").passes
        (True, False)
    """
    number = Decimal(published)
    digits = number.as_tuple().exponent
    tolerance = 0.5 * 10.0 ** int(digits)
    return ComparedNumber(name, ours, float(number), tolerance, contradiction, note)


def reproduced(target: str, rows: Sequence[ComparedNumber]) -> Json:
    """The document of one target.

    It passes when every row that has a published number agrees with it, and every published number that is known to
    contradict its own source still does: one that suddenly agreed would show that ours has moved.

    Returns:
        ``target``, ``rows`` (``ComparedNumber.to_json``), ``passed``, and ``contradictions`` (names of the rows that
        are known to fail).
    """
    compared = [row for row in rows if row.passes is not None]
    return {
        "target": target,
        "rows": [row.to_json() for row in rows],
        "passed": bool(compared) and all(row.passes is not bool(row.contradiction) for row in compared),
        "contradictions": [row.name for row in rows if row.contradiction],
    }
