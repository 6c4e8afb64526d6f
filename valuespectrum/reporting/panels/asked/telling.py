"""The questions on which respondents part company most, with the answers that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.words import clean, in_role, percent, told_apart, with_interval
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.json_types import Json

_QUESTIONS, _ANSWERS = 8, 4
"""Questions that are shown, and answers to each."""


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One answer on the page."""

    who: str
    named: str
    """Values that it names."""
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question on the page."""

    question: str
    apart: float
    """Mean over pairs of respondents of how many values one named and the other did not."""
    answers: tuple[ShownAnswer, ...]
    opponents: str
    """What respondents of the search named, with their shares."""


@PANELS.register("telling")
class TellingPanel(Panel):
    """Most telling questions."""

    id = "telling"
    place = 58

    def applies(self, data: ReportData) -> bool:
        """Whether anybody was asked such questions."""
        return bool(telling_questions(data))

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Questions on which reasons differ most"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """The questions, and what each respondent scores beside those of the search."""
        rates = [(who, _rates(row["adaem"])) for who, row in _asked(data) if row["adaem"].get("win_rates")]
        return {
            "questions": telling_questions(data),
            "rates": [(who, list(map(with_interval, each))) for who, each in rates],
            "lacking": [one for _, each in rates for one in each],
            "labels": TEN.labels,
        }


def telling_questions(data: ReportData) -> list[ShownQuestion]:
    """The questions of all runs on which respondents, or a respondent and those of the search, differ most."""
    told: dict[str, list[tuple[str, Json]]] = {}
    for who, row in _asked(data):
        for each in row["adaem"].get("answers", ()):
            told.setdefault(f"{each['id']} {each['question']}", []).append((who, each))
    found = [_shown(rows) for rows in told.values()]
    return sorted(found, key=lambda each: -each.apart)[:_QUESTIONS]


def _asked(data: ReportData) -> list[tuple[str, Json]]:
    """Everybody who was asked such questions, each behind its name."""
    found = [
        (run, row)
        for run, each in data.named_runs
        for row in each.scores.get("respondents", ())
        if isinstance(row.get("adaem"), Mapping)
    ]
    names = told_apart([in_role(row) for _, row in found], [run for run, _ in found])
    return [(name, row) for name, (_, row) in zip(names, found, strict=True)]


def _rates(told: Json) -> list[Estimate]:
    """Win rates in the order of the values; scores that were written before these had intervals have the numbers."""
    ranges = told.get("win_rate_ranges") or {value: {"mean": rate} for value, rate in told["win_rates"].items()}
    return [Estimate.read(ranges.get(value)) for value in TEN.dimensions]


def _shown(rows: Sequence[tuple[str, Json]]) -> ShownQuestion:
    first = rows[0][1]
    named = [set(map(str, each["values"])) for _, each in rows]
    if len(rows) > 1:
        pairs = list(combinations(named, 2))
        apart = sum(len(one ^ other) for one, other in pairs) / len(pairs)
    else:
        shares = first["opponents"]
        apart = sum(abs((value in named[0]) - float(shares.get(value, 0.0))) for value in TEN.dimensions)
    kept = _different(rows, named)
    opponents = [f"{_label(name)} {percent(share, '')}" for name, share in first["opponents"].items()]
    return ShownQuestion(clean(str(first["question"])), apart, kept, ", ".join(opponents))


def _different(rows: Sequence[tuple[str, Json]], named: Sequence[set[str]]) -> tuple[ShownAnswer, ...]:
    """Answers, each the one that differs most from those before it."""
    left, kept = list(range(len(rows))), list[int]()
    while left and len(kept) < _ANSWERS:
        best = max(left, key=lambda place: min((len(named[place] ^ named[each]) for each in kept), default=0))
        kept.append(best)
        left.remove(best)
    return tuple(
        ShownAnswer(
            rows[place][0],
            ", ".join(map(_label, rows[place][1]["values"])) or "none of the ten",
            tuple(clean(str(point)) for point in rows[place][1]["points"]),
        )
        for place in kept
    )


def _label(name: str) -> str:
    return TEN.label(name) if name in TEN else clean(str(name))
