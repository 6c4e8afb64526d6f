"""Questions as they are put: words, options in an order, and what tells them apart in a table of answers."""

from __future__ import annotations

from dataclasses import dataclass

from agents.models.base import Choice

ORDERS: tuple[tuple[str, str], ...] = (("yes", "no"), ("no", "yes"))
"""Both orders in which yes and no can be listed."""
ANSWER_TOKENS, REPLY_TOKENS = 12, 32
"""Longest answer to a closed and to an open question."""


@dataclass(frozen=True, slots=True)
class Form:
    """One question as it is put."""

    item: str
    wording: str
    polarity: int
    """1 where yes means more of what is measured, -1 where it means less."""
    first: str
    """The option word that is listed first; empty where there is no order."""
    question: str
    choices: tuple[Choice, ...] = ()
    """Empty for an open question."""

    @property
    def tags(self) -> dict[str, str | int | float]:
        """Tags of its asks."""
        return {
            "item": self.item,
            "wording": self.wording,
            "polarity": self.polarity,
            "order": f"{self.first}-first" if self.first else "",
            "first": self.first,
        }
