"""Several models, or several profiles of one, side by side; and what a comparison of them found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from valuespectrum.reporting.elements.compared import CLIPS_SHOWN, read_pairs, read_places, read_slopes
from valuespectrum.reporting.elements.data import Estimate, ModelProfile, ReportData
from valuespectrum.reporting.elements.whiskers import digits_of, marks, span_of, whisker
from valuespectrum.reporting.elements.words import number, of_one_run, short_model
from valuespectrum.reporting.panels.base import PANELS, Panel

COMPARED = "Who differs from whom"
"""Heading of what a comparison found."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Profiles on one scale."""

    unit: str
    digits: int
    profiles: tuple[ModelProfile, ...]

    @property
    def span(self) -> float:
        """How far the scale reaches to either side of 0."""
        return span_of(self.estimates)

    @property
    def estimates(self) -> list[Estimate]:
        """Everything that is shown on it."""
        return [row.headline for profile in self.profiles for row in profile.rows]


def _groups(profiles: Sequence[ModelProfile]) -> list[SideBySide]:
    """Profiles by their scale: log-odds and points are never drawn on one, nor answers that were read in two ways.

    Under one and the same liking, counted draws and texts shrink otherwise than log-probabilities.
    """
    by_scale: dict[tuple[bool, str], list[ModelProfile]] = {}
    for each in sorted(profiles, key=lambda profile: not profile.in_log_odds):
        by_scale.setdefault((each.in_log_odds, each.read), []).append(each)
    several = len({read for _, read in by_scale if read}) > 1
    return [
        SideBySide(
            ("centred log-odds" if log_odds else "centred points of 100") + f", by {read}" * (several and bool(read)),
            2 if log_odds else 0,
            tuple(alike),
        )
        for (log_odds, read), alike in by_scale.items()
    ]


@PANELS.register("models")
class ModelsPanel(Panel):
    """Centred liking of all profiles on one scale, value by value."""

    id = "models"
    place = 20

    def applies(self, data: ReportData) -> bool:
        """Whether there is more than one profile, or a comparison."""
        return len(data.profiles) > 1 or data.comparison is not None

    def title(self, data: ReportData) -> str:
        """How many there are, and whether they saw the same."""
        models = len({profile.model for profile in data.profiles})
        counted = f"{models} models" if models == len(data.profiles) else f"{len(data.profiles)} profiles"
        return f"{counted} on the same pictures" if data.same_pictures else counted

    def contents(self, data: ReportData) -> Sequence[tuple[str, str]]:
        """Profiles side by side, and what a comparison found."""
        beside = [(self.id, self.title(data))] if len(data.profiles) > 1 else []
        return beside + ([("compared", COMPARED)] if data.comparison is not None else [])

    def context(self, data: ReportData) -> Mapping[str, object]:
        """The scale that all profiles share, and the comparison."""
        found = data.comparison
        pairs, slopes = (read_pairs(found), read_slopes(found)) if found is not None else ([], [])
        margin = found["margin"] if found is not None else 0.0
        return {
            "recovered": [
                f"{short_model(profile.model)} {number(profile.recovery.spearman, 2)}"
                for profile in data.profiles
                if profile.recovery
            ],
            "groups": _groups(data.profiles),
            "of_one_run": of_one_run(data.profiles),
            "whisker": whisker,
            "marks": marks,
            "compared": COMPARED,
            "comparison": found,
            "pairs": pairs,
            "margin": margin,
            "pair_span": span_of((each for pair in pairs for each in pair.estimates), 2 * margin),
            "places": read_places(found) if found is not None else ([], []),
            "slopes": slopes,
            "slope_span": (reach := span_of(row.difference for row in slopes)),
            "slope_digits": digits_of(reach),
            "clips_shown": CLIPS_SHOWN,
        }
