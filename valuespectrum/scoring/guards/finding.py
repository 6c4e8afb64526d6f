"""What a guard found: whether a condition of reading the scores holds, and what that means in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

State = Literal["holds", "flagged", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one guard."""

    name: str
    state: State
    """``unknown`` where the answers do not say whether the condition holds."""
    number: float | None
    """The statistic; ``None`` where it does not exist."""
    threshold: float
    """Where ``flagged`` begins."""
    statement: str
    """In words, for the page."""

    @property
    def flagged(self) -> bool:
        """Whether the scores must not be read without the statement."""
        return self.state == "flagged"

    @classmethod
    def from_json(cls, name: str, row: Mapping[str, object]) -> Finding:
        """Read what ``to_json`` wrote; a state that nobody knows is ``unknown``."""
        number, threshold, state = (row.get(key) for key in ("number", "threshold", "state"))
        return cls(
            name,
            "holds" if state == "holds" else "flagged" if state == "flagged" else "unknown",
            float(number) if isinstance(number, int | float) else None,
            float(threshold) if isinstance(threshold, int | float) else 0.0,
            str(row.get("statement", "")),
        )

    def to_json(self) -> dict[str, object]:
        """As ``scores.json`` keeps it."""
        return {
            "state": self.state,
            "number": self.number,
            "threshold": self.threshold,
            "statement": self.statement,
        }


def told(name: str, flagged: bool, number: float, threshold: float, statements: tuple[str, str]) -> Finding:
    """A finding whose number exists.

    Args:
        name: Of the guard.
        flagged: Whether the condition fails.
        number: The statistic.
        threshold: Where flagged begins.
        statements: What is said when the condition holds, and when it fails.
    """
    return Finding(name, "flagged" if flagged else "holds", float(number), float(threshold), statements[int(flagged)])
