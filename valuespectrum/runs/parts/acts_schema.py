"""What ``scores.json`` says of clips that were watched on or left in a feed, as far as a reader uses it."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from valuespectrum.runs.parts.schema import Count, Number, Part, Text


class ClipActs(Part):
    """What one respondent did with one clip over all sessions."""

    value: Text
    frame: Text
    shown: Count
    watched: Count
    liked: Number | None

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if not self.watched <= self.shown or not self.shown:
            raise ValueError("watched more often than shown, or never shown")
        if self.liked is not None and not 0 <= self.liked <= 1:
            raise ValueError("liked is no probability")
        return self
