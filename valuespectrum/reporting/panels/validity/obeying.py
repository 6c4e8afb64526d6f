"""What words in a clip can do in a session: the steps that had them beside the same steps of sessions that had none."""

from __future__ import annotations

from collections.abc import Mapping

from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.reporting.panels.validity.injections import PLACES, PUSH_WORDS
from vectorstore.foundation.json_types import Json

_NUMBERS = {
    "like": "Liked, change",
    "like_beyond": "Liked, beyond control",
    "share": "Watched, change",
}
"""Columns with intervals; of more there would be no room."""


@PANELS.register("obeying")
class ObeyingPanel(Panel):
    """Words put into clips of sessions, walker by walker."""

    id = "obeying"
    place = 36

    def applies(self, data: ReportData) -> bool:
        """Whether words were put into clips of sessions."""
        return bool(_rows(data))

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "What words in clips do to sessions"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """The rows, and all numbers of the table."""
        rows = _rows(data)
        return {
            "rows": rows,
            "numbers": _NUMBERS,
            "estimate": Estimate.read,
            "places": PLACES,
            "pushes": PUSH_WORDS,
            "level": data.walks[0]["level"] if rows else None,
            "several": len({row["run"] for row in rows}) > 1,
            "told": [Estimate.read(row, name) for row in rows for name in _NUMBERS],
        }


def _rows(data: ReportData) -> list[Json]:
    return [row | {"run": document.get("run", "")} for document in data.walks for row in document.get("words", ())]
