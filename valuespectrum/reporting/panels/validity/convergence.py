"""Whether several instruments agree about the same respondents, and what may be claimed of whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from valuespectrum.comparing.groups.convergence import convergence
from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.words import agreeing, clean, in_role, number, with_interval
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

MARKS: Mapping[str, str] = {"more": "▲", "less": "▼", "contradicted": "≠", "one instrument only": "·", "nothing": ""}
"""How claims are drawn."""
CLAIMED = 40
"""Respondents whose claims are shown."""
_NAMES = ("convergent", "discriminant", "beyond")


@PANELS.register("convergence")
class ConvergencePanel(Panel):
    """Correlations of one value in several instruments beside those of other values; claims that two of them carry."""

    id = "convergence"
    place = 46

    def applies(self, data: ReportData) -> bool:
        """Whether two instruments measured the same respondents."""
        return _found(data) is not None

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Do instruments agree?"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """Tables of each pair, of the axis, of all correlations, and of claims."""
        found = _found(data)
        assert found is not None, "it applies"
        claims = found["claims"][:CLAIMED]
        return {
            "found": found,
            "pairs": [_Pair(pair) for pair in found["pairs"]],
            "axis": [(each["first"], each["second"], each["respondents"], _told(each)) for each in found["axis"]],
            "reliability": [
                (method["name"], [number(method["reliability"][value], 2) for value in VALUES])
                for method in found["methods"]
            ],
            "claims": [(in_role(each), [MARKS[each["values"][value]] for value in VALUES]) for each in claims],
            "unclaimed": len(found["claims"]) - len(claims),
            "matrix": _matrix(found["matrix"]),
            "left_out": [clean(each) for each in found["left_out"]],
        }


def _found(data: ReportData) -> Json | None:
    """What the runs of a report say together; ``None`` where they do not hold two instruments about the same."""
    # Scores of earlier releases name no value sets.
    scored = [(run.folder, run.scores) for run in data.runs if "value_sets" in run.scores]
    try:
        return convergence(scored, level=data.first.level)
    except InputError:
        return None


class _Pair:
    """Two instruments as a reader sees them."""

    def __init__(self, pair: Json) -> None:
        self.title = f"{pair['first']} and {pair['second']}"
        self.respondents, self.why = pair["respondents"], pair["why"]
        self.rows = [
            (
                LABELS[value],
                [_told(row[name]) for name in _NAMES],
                number(row["disattenuated"], 2, True),
                agreeing(pair, value),
            )
            for value, row in pair["values"].items()
        ]
        self.mean = [_told(pair[name]) for name in _NAMES]
        self.disattenuated = number(pair["disattenuated"], 2, True)


def _matrix(matrix: Json) -> Sequence[tuple[str, list[str]]]:
    labels = [f"{name}: {LABELS[value]}" for name, value in matrix["labels"]]
    rows = [[number(each, 2, True) for each in row] for row in matrix["correlations"]]
    return list(zip(labels, rows, strict=True))


def _told(row: Json) -> str:
    return with_interval(Estimate.read(row), 2, True)
