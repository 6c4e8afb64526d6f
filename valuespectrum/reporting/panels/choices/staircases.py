"""Dilemmas in steps: a line for each value, who wins against whom, and whether the wins make an order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from valuespectrum.reporting.elements.data import Estimate, ReportData
from valuespectrum.reporting.elements.svg import element, picture
from valuespectrum.reporting.elements.words import number, percent, respondents_named, with_interval
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.runs.manifest import Manifest
from valuespectrum.scoring.staircases.between import RanksBetween, ranks_between
from valuespectrum.theory.value_sets import ValueSet
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

SHOWN_WHOLE = 24
"""Respondents whose lines and matrices are on the page."""
_WIDTH, _HEIGHT, _EDGE = 200.0, 110.0, 14.0
_STRONGEST = 45.0
"""Per cent of colour in a cell of somebody who always wins."""


@PANELS.register("staircases")
class StaircasesPanel(Panel):
    """Preferences by step and by pair."""

    id = "staircases"
    place = 27

    def applies(self, data: ReportData) -> bool:
        """Whether somebody walked up dilemmas."""
        return any(True for _ in _walked(data))

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Dilemmas, step by step"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """Everybody who walked, and how they stand among each other."""
        shown = list(_walked(data))
        names = respondents_named([each.told for each in shown], [each.run for each in shown])
        climbs = [_Climb(each, name) for each, name in zip(shown, names, strict=True)]
        return {
            "climbs": climbs[:SHOWN_WHOLE],
            "unshown": len(climbs) - len(climbs[:SHOWN_WHOLE]),
            "among": _among(climbs),
            "lacking": [each for climb in climbs[:SHOWN_WHOLE] for each in climb.estimates],
            "covered": list(dict.fromkeys(climb.covers for climb in climbs[:SHOWN_WHOLE])),
        }


@dataclass(frozen=True, slots=True)
class _Walked:
    """Somebody who walked up dilemmas."""

    run: str
    asked: str
    """What was asked: others were asked the same where this is the same."""
    told: Json
    values: ValueSet


def _walked(data: ReportData) -> Iterator[_Walked]:
    """Respondents with steps."""
    for name, run in data.named_runs:
        for one in run.scores.get("respondents", []):
            # Of who refuses everything, or says one thing to everything, there is nothing to show.
            if not one.get("staircases") or all(row["mean"] is None for row in one["profile"].values()):
                continue
            values = ValueSet.from_json(run.scores["value_sets"][one["value_set"]])
            if list(values.dimensions) == one["staircases"]["values"]:
                yield _Walked(name, _asked(run.manifest), one, values)


def _asked(manifest: Manifest) -> str:
    """Dilemmas and how they were put, wherever the file of them lay; those of our own hang on the seed."""
    battery = dict(manifest.settings.get("battery", {}))
    drawn = None if battery.pop("file", "") else manifest.settings.get("seed")
    return json.dumps([battery, manifest.settings.get("items"), drawn], sort_keys=True)


class _Climb:
    """One respondent as a reader sees it."""

    def __init__(self, walked: _Walked, name: str) -> None:
        one, values = walked.told, walked.values
        told = one["staircases"]
        self.name, self.values, self.covers = name, values, told.get("covers", "")
        self.steps = [
            [Estimate.read(step["preferences"][value]) for value in values.dimensions] for step in told["steps"]
        ]
        slopes = [Estimate.read(told["slopes"][value]) for value in values.dimensions]
        drift = Estimate.read(one.get("scalars", {}).get("price_drift"))
        self.estimates = [*slopes, drift, *(each for row in self.steps for each in row)]
        self.drift = with_interval(drift, 2, sign=True) if drift.mean is not None else ""
        self.charts = [
            (values.label(value), chart, with_interval(slope, 3, sign=True))
            for value, chart, slope in zip(values.dimensions, self._charts(), slopes, strict=True)
        ]
        self.count = len(self.steps)
        self.labels = [values.label(value).partition(" / ")[0] for value in values.dimensions]
        self.rows = [(label, list(cells)) for label, cells in zip(self.labels, _cells(told["win_rates"]), strict=True)]
        self.transitive = told["transitivity"]
        self.cycles = [
            " over ".join(self._plain(each) for each in [*cycle, cycle[0]]) for cycle in told["transitivity"]["cycles"]
        ]
        refused = [step["refusals"]["mean"] for step in told["steps"]]
        self.refused = ["–" if each is None else percent(each, "") for each in refused] if any(refused) else []
        self.moved, p = number(told["rank_shift"]["moved"], 1), told["rank_shift"]["p"]
        self.chance = "" if p is None else f"{p:.3f}"
        self.set = walked.asked, values.name, one["instrument"]

    def scores(self, step: int) -> list[float]:
        """Preference scores of a step; NaN where not known."""
        return [float("nan") if each.mean is None else each.mean for each in self.steps[step]]

    def _plain(self, value: object) -> str:
        return self.values.label(str(value)).lower() if value in self.values else "?"

    def _charts(self) -> Iterator[Markup]:
        for place, value in enumerate(self.values.dimensions):
            said = [
                f"step {number_ + 1} {with_interval(row[place], 2, True)}" for number_, row in enumerate(self.steps)
            ]
            title = f"{self.values.label(value)}, preference score: {'; '.join(said)}"
            yield steps_chart([row[place] for row in self.steps], _hue(value, place), title)


def steps_chart(steps: Sequence[Estimate], hue: str, title: str) -> Markup:
    """Preference scores of one value over the steps, from always lost (-0.5) to always won (0.5).

    Args:
        steps: One for each.
        hue: Class of its colour.
        title: Everything in words, for people who hear it.
    """
    span = (_WIDTH - 2 * _EDGE) / max(1, len(steps) - 1)
    at = [_EDGE + span * place for place in range(len(steps))]
    parts = [
        _line(f"M0 {_height(level):.1f}H{_WIDTH:g}", "grid-strong" if level == 0 else "grid")
        for level in (-0.5, 0, 0.5)
    ]
    for left, each in zip(at, steps, strict=True):
        if each.low is not None and each.high is not None:
            parts.append(_line(f"M{left:.1f} {_height(each.low):.1f}V{_height(each.high):.1f}", f"interval {hue}"))
    known = [(left, _height(each.mean)) for left, each in zip(at, steps, strict=True) if each.mean is not None]
    if known:
        path = "".join(
            f"{'L' if place and steps[place - 1].mean is not None else 'M'}{left:.1f} {_height(each.mean):.1f}"
            for place, (left, each) in enumerate(zip(at, steps, strict=True))
            if each.mean is not None
        )
        parts.append(_line(path, f"stairs {hue}"))
        parts += [element("circle", cx=left, cy=top, r=4.2, class_=f"stair {hue}") for left, top in known]
    return picture(parts, (0.0, 0.0, _WIDTH, _HEIGHT), title)


def _height(score: float) -> float:
    return _HEIGHT / 2 - (_HEIGHT - 10.0) * max(-0.5, min(0.5, score))


def _line(path: str, name: str) -> Markup:
    return element("path", d=path, class_=name, vector_effect="non-scaling-stroke")


def _hue(value: str, place: int) -> str:
    return f"v-{value if value in VALUES else VALUES[place % len(VALUES)]}"


def _cells(table: Json) -> Iterator[Iterator[tuple[str, str, str, str]]]:
    """Rows of cells: class, per cent of colour, share, dilemmas."""
    for rates, counts in zip(table["rates"], table["dilemmas"], strict=True):
        yield (_cell(rate, count) for rate, count in zip(rates, counts, strict=True))


def _cell(rate: float | None, count: int) -> tuple[str, str, str, str]:
    if rate is None:
        return "", "0", "", ""
    kept = max(0.0, min(1.0, rate))
    strength = _STRONGEST * abs(2 * kept - 1)
    return (
        "won" if kept > 0.5 else "lost",
        f"{strength:.0f}",
        f"{kept:.2f}".lstrip("0") if kept < 1 else "1.00",
        str(count),
    )


def _among(climbs: Sequence[_Climb]) -> list[Mapping[str, object]]:
    """Ranks among those who were asked the same over the same values."""
    found: list[Mapping[str, object]] = []
    for key in dict.fromkeys(climb.set for climb in climbs):
        alike = [climb for climb in climbs if climb.set == key]
        ranks = ranks_between(*(np.array([climb.scores(step) for climb in alike]) for step in (0, -1)))
        if ranks is not None:
            found.append(
                {"count": len(alike), "values": _by_value(alike, ranks), "respondents": _by_respondent(alike, ranks)}
            )
    return found


def _by_value(alike: Sequence[_Climb], ranks: RanksBetween) -> list[tuple[str, str]]:
    values = alike[0].values
    return [(label, number(each, 2, True)) for label, each in zip(values.labels, ranks.agreement, strict=True)]


def _by_respondent(alike: Sequence[_Climb], ranks: RanksBetween) -> list[tuple[str, str]]:
    moved = sorted(zip((climb.name for climb in alike), ranks.moved.tolist(), strict=True), key=lambda pair: -pair[1])
    return [(name, "–" if np.isnan(each) else number(each, 1)) for name, each in moved]
