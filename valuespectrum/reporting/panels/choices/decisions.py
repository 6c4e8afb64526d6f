"""Decisions against stated values: what is said of six everyday values, and what is done in scenes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


@PANELS.register("decisions")
class DecisionsPanel(Panel):
    """A table for each respondent: stated wishes beside weights of decisions, and how far one follows the other."""

    id = "decisions"
    place = 47

    def applies(self, data: ReportData) -> bool:
        """Whether decisions were asked for."""
        return any(_decided(run.scores) for run in data.runs)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Decisions against stated values"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """Rows of every respondent of every run."""
        decided = [(name, one) for name, run in data.named_runs for one in _decided(run.scores)]
        names = respondents_named([one for _, one in decided], [name for name, _ in decided])
        shown = (each for run in data.runs for each in _shown(run.scores))
        return {"deciders": [{"name": name, **each} for name, each in zip(names, shown, strict=True)]}


def _decided(scores: Json) -> list[Json]:
    return [one for one in scores.get("respondents", []) if isinstance(one.get("decisions"), Mapping)]


def _scalars(one: Json) -> Mapping[str, Json]:
    """Further numbers of a respondent; scores that somebody else wrote may have none."""
    found: Mapping[str, Json] = one.get("scalars", {})
    return found


def _shown(scores: Json) -> Iterator[Mapping[str, object]]:
    every = _decided(scores)
    for place, one in enumerate(every):
        others = [other["decisions"]["orders"] for other in [*every[:place], *every[place + 1 :]]]
        yield {
            "values": list(_values(one)),
            "lines": list(_lines(one, others)),
            "notes": list(_notes(one)),
            "estimates": [Estimate.read(row) for row in (*one["profile"].values(), *_scalars(one).values())],
        }


def _values(one: Json) -> Iterator[tuple[str, str, str]]:
    """Value, how strong it is said to be, and what it weighs in decisions."""
    stated = one["decisions"]["stated"]
    for value in VALUE_PILOT_6.dimensions:
        weight = Estimate.read(one["profile"].get(value))
        yield VALUE_PILOT_6.label(value), number(stated.get(value), 2), with_interval(weight, 2, True)


def _lines(one: Json, others: Sequence[Mapping[str, Sequence[int]]]) -> Iterator[tuple[str, str, str]]:
    """What orders of acts are predicted by, OS-Sim and First-Acc in per cent."""
    for name, words in _LINES:
        found = (_per_cent(_scalars(one).get(f"{name}_{metric}")) for metric in ("os_sim", "first_acc"))
        overlap, first = (with_interval(each, 1, False) for each in found)
        yield words, overlap, first
    own = one["decisions"]["orders"]
    shared = [scene for scene in own if others and all(len(each.get(scene, ())) == len(own[scene]) for each in others)]
    if shared:
        told = [(borda_consensus([each[scene] for each in others]), own[scene]) for scene in shared]
        alike, same = fmean(average_overlap(*pair) for pair in told), fmean(same_first(*pair) for pair in told)
        about = f"Consensus of the {len(others)} other respondents, {len(told)} scenes"
        yield about, number(100 * alike, 1), number(100 * same, 1)


def _per_cent(row: Mapping[str, object] | None) -> Estimate:
    found = Estimate.read(row)
    return found if found.mean is None else found.moved(100.0)


def _notes(one: Json) -> Iterator[str]:
    agreement, steady = (Estimate.read(_scalars(one).get(name)) for name in ("stated_agreement", "steady_os_sim"))
    if agreement.mean is not None:
        yield f"Rank correlation of what is said with what is done, over six values: {number(agreement.mean, 2, True)}."
    if steady.mean is not None:
        yield f"Two orders of the same list end alike (OS-Sim) to {number(100 * steady.mean, 0)} per cent."
    follows = Estimate.read(_scalars(one).get("follows"))
    if follows.mean is not None:
        yield f"Wishes of somebody else are followed with a weight of {with_interval(follows, 2, True)}."
