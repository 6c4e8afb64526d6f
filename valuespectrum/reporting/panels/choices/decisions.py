"""Decisions against stated values: what is said of six everyday values, and what is done in scenes or about clips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from valuespectrum.instruments.decisions.choosing.orders import average_overlap, borda_consensus, same_first
from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.words import number, respondents_named, with_interval
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.theory.value_sets import VALUE_PILOT_6
from vectorstore.foundation.json_types import Json

_LINES: tuple[tuple[str, str], ...] = (
    ("stated", "The decision rule, from stated wishes"),
    ("printed", "The order of the list"),
    ("chance", "Chance"),
)
"""Beginning of names in the scores, and what it is."""
Ranked = Mapping[str, Sequence[Sequence[int]]]
"""Scene or clip to the whole orders of one respondent."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Of decisions: where scores have them."""

    part: str
    """Of a respondent."""
    numbers: str
    """Part of a respondent with agreement of orders."""
    about: str
    """What is decided about, in words."""


_KINDS = (_Kind("decisions", "scalars", "scenes"), _Kind("decisions_shown", "profile", "clips"))


@PANELS.register("decisions")
class DecisionsPanel(Panel):
    """A table for each respondent: stated wishes beside weights of decisions, and how far one follows the other."""

    id = "decisions"
    place = 47

    def applies(self, data: ReportData) -> bool:
        """Whether decisions were asked for."""
        return any(_decided(run.scores, kind) for run in data.runs for kind in _KINDS)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Decisions against stated values"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """Rows of every respondent of every run."""
        runs = [(name, run.scores, kind) for name, run in data.named_runs for kind in _KINDS]
        decided = [(name, one) for name, scores, kind in runs for one in _decided(scores, kind)]
        names = respondents_named([one for _, one in decided], [name for name, _ in decided])
        shown = (each for _, scores, kind in runs for each in _shown(scores, kind))
        return {"deciders": [{"name": name, **each} for name, each in zip(names, shown, strict=True)]}


def _decided(scores: Json, kind: _Kind) -> list[Json]:
    return [one for one in scores.get("respondents", []) if isinstance(one.get(kind.part), Mapping)]


def _numbers(one: Json, kind: _Kind) -> Mapping[str, Json]:
    """Agreement of orders; scores that somebody else wrote may have none."""
    found: Mapping[str, Json] = one.get(kind.numbers, {})
    return found


def _shown(scores: Json, kind: _Kind) -> Iterator[Mapping[str, object]]:
    every = _decided(scores, kind)
    ranked: list[Ranked] = [one[kind.part].get("ranked", {}) for one in every]
    for place, one in enumerate(every):
        others = [*ranked[:place], *ranked[place + 1 :]]
        numbers = _numbers(one, kind)
        weighed = kind.part == "decisions"
        rows = [*one["profile"].values(), *(numbers.values() if weighed else ())]
        yield {
            "about": kind.about,
            "values": list(_values(one)) if weighed else [],
            "lines": [*_lines(numbers), *_consensus(ranked[place], others, kind.about)],
            "notes": list(_notes(numbers)),
            "estimates": list(map(Estimate.read, rows)),
        }


def _values(one: Json) -> Iterator[tuple[str, str, str]]:
    """Value, how strong it is said to be, and what it weighs in decisions."""
    stated = one["decisions"]["stated"]
    for value in VALUE_PILOT_6.dimensions:
        weight = Estimate.read(one["profile"].get(value))
        yield VALUE_PILOT_6.label(value), number(stated.get(value), 2), with_interval(weight, 2, True)


def _lines(numbers: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """What orders are predicted by, OS-Sim and First-Acc in per cent."""
    for name, words in _LINES:
        found = (_per_cent(numbers.get(f"{name}_{metric}")) for metric in ("os_sim", "first_acc"))
        overlap, first = (with_interval(each, 1, False) for each in found)
        yield words, overlap, first


def _consensus(own: Ranked, others: Sequence[Ranked], about: str) -> Iterator[tuple[str, str, str]]:
    """How far each order of a respondent is that of the others, which knows nothing of its wishes.

    Each order by itself, as in the lines beside it: what all orders of somebody come to ends in ties where the list
    decides, and ties of different people are broken alike.
    """
    shared = [unit for unit in own if others and all(_alike(each.get(unit, ()), own[unit]) for each in others)]
    if not shared:
        return
    told = [(borda_consensus([order for each in others for order in each[unit]]), own[unit]) for unit in shared]
    alike = fmean(fmean(average_overlap(common, order) for order in orders) for common, orders in told)
    same = fmean(fmean(same_first(common, order) for order in orders) for common, orders in told)
    words = f"Consensus of the {len(others)} other respondents, {len(told)} {about}"
    yield words, number(100 * alike, 1), number(100 * same, 1)


def _alike(one: Sequence[Sequence[int]], other: Sequence[Sequence[int]]) -> bool:
    """Whether both order something, and equally many acts."""
    return bool(one) and bool(other) and len(one[0]) == len(other[0])


def _per_cent(row: Mapping[str, object] | None) -> Estimate:
    found = Estimate.read(row)
    return found if found.mean is None else found.moved(100.0)


def _notes(numbers: Mapping[str, Json]) -> Iterator[str]:
    agreement, steady = (Estimate.read(numbers.get(name)) for name in ("stated_agreement", "steady_os_sim"))
    if agreement.mean is not None:
        yield f"Rank correlation of what is said with what is done, over six values: {number(agreement.mean, 2, True)}."
    if steady.mean is not None:
        yield f"Two orders of the same list end alike (OS-Sim) to {number(100 * steady.mean, 0)} per cent."
    follows = Estimate.read(numbers.get("follows"))
    if follows.mean is not None:
        yield f"Wishes of somebody else are followed with a weight of {with_interval(follows, 2, True)}."
