"""What a report shows, as plain typed records: the one input of the page, whatever it was read from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from valuespectrum.reporting.elements.instruments import InstrumentGroup
from valuespectrum.runs.manifest import Manifest
from valuespectrum.scoring.estimate import Estimate as Estimate
from valuespectrum.scoring.facets.analysis import Difference
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

_WIDEST = 6.0
"""Log-odds that a plot has room for."""
CLEAR = 0.05
"""Probability below which differences count as more than noise."""
_WIDE = 10.0
"""Size of shifts from which on whole numbers tell them apart."""


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value of one profile."""

    value: str
    liking: Estimate
    """0 to 100; 50 is neither liking nor disliking."""
    centred: Estimate
    """Liking minus the mean over the values."""
    headline: Estimate = field(default_factory=lambda: Estimate(None))
    """Centred log-odds of liking; of instruments without log-odds the same as ``centred``."""
    p_adjusted: float | None = None
    """Of the headline being 0, by Holm for ten values."""
    planted: float | None = None
    """True liking, where it is known because it was planted."""
    planted_headline: float | None = None
    """The same on the scale of the headline."""
    rank: tuple[int, int, int] | None = None
    """Rank, 1 for the most liked, with the range that the interval allows."""
    clips: int = 0
    answers: int = 0

    @property
    def covered(self) -> bool | None:
        """Whether the planted value lies in the interval of the headline; ``None`` when either is unknown."""
        if self.planted_headline is None or self.headline.low is None or self.headline.high is None:
            return None
        return self.headline.low <= self.planted_headline <= self.headline.high

    @property
    def stands_out(self) -> int:
        """1 where it is liked more than values in general, -1 where less, 0 where that is not sure."""
        return self.headline.side if self.p_adjusted is not None and self.p_adjusted < CLEAR else 0


@dataclass(frozen=True, slots=True)
class Recovery:
    """How well planted values were recovered."""

    spearman: float | None
    max_abs_error: float
    interval_coverage: float | None
    """Share of planted values inside their interval; one without an interval counts as missed, and where none has one
    there is no share."""
    off_circle: float | None = None
    """Correlation of what no circle of values explains in the planted and in the measured profile."""


@dataclass(frozen=True, slots=True)
class PlantedValue:
    """What is planted of one refined value, in log-odds of liking."""

    label: str
    pictures: float
    """What shows it."""
    words: float
    """What is said of it, when asked openly."""
    off_circle: float
    """The part that no circle of values explains."""


@dataclass(frozen=True, slots=True)
class PlantedTruth:
    """Everything that is planted in one model."""

    values: tuple[PlantedValue, ...]
    """The nineteen in circular order."""
    off_circle: float | None
    """Share of the variance of the values in pictures that no circle explains; ``None`` where they do not differ."""
    traits: tuple[tuple[str, str], ...]
    """What moves answers beside values: name and size, in words; what the model does not have is left out."""


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """The profile of one model without a persona."""

    model: str
    rows: tuple[ValueRow, ...]
    """All ten values in circular order; none where no model was measured over them."""
    instrument: str = ""
    """What measured it, as ``scores.json`` has it."""
    published: bool = False
    """Whether it was measured by the published protocol, which is there to compare with."""
    in_log_odds: bool = False
    """Whether its headline is on centred log-odds."""
    read: str = ""
    """How its answers were read, in words; empty for the published protocol, and where scores do not say it."""
    level: float = 0.95
    """Coverage that its intervals aim at."""
    bias: Mapping[str, Estimate] = field(default_factory=dict)
    """``yes_lean_points``, ``order_gap_points``, ``polarity_gap``: percentage points."""
    rates: Mapping[str, Estimate] = field(default_factory=dict)
    """``refusal``, ``no_picture``, ``unparsed``, ``low_mass``, ``error``, ``mismatch``: shares of asks."""
    recovery: Recovery | None = None
    truth: PlantedTruth | None = None
    """``None`` where nobody knows it, or the pictures are none that it can be checked with."""
    differ: Difference = field(default_factory=Difference)
    """Whether values differ at all; without p where that was not tested."""
    covers: str = ""
    """What its intervals cover and what not."""
    guards: tuple[Finding, ...] = ()
    identified: tuple[str, str] = ("identified", "")
    """Whether the answers tell liking, the order of values only, or nothing; and why."""
    overall: Estimate = field(default_factory=lambda: Estimate(None))
    n_asks: int = 0
    n_clips: int = 0
    notes: tuple[str, ...] = ()
    run: str = ""
    """Name of the run that it is of, as the page calls it."""
    doubted: bool = False
    """Whether its numbers say nothing: it, or what found its pictures, knows drawn clips only and was given others."""
    further_runs: tuple[str, ...] = ()
    """Runs that measured the model by the same instrument, too: their profiles stand apart from this one."""

    @property
    def percent(self) -> str:
        """The level of its intervals in words."""
        return f"{100 * self.level:g} %"

    @property
    def span(self) -> float | None:
        """Largest centred log-odds that a plot of it needs room for; ``None`` where it is plotted from 0 to 100."""
        if not self.in_log_odds:
            return None
        ends = [
            abs(end)
            for row in self.rows
            for end in (row.headline.mean, row.headline.low, row.headline.high, row.planted_headline)
            if end is not None
        ]
        return min(math.ceil(2.0 * max(ends, default=1.0)) / 2.0, _WIDEST) or 1.0

    @property
    def flagged(self) -> list[Finding]:
        """Guards that failed."""
        return [finding for finding in self.guards if finding.flagged]

    def row(self, value: str) -> ValueRow:
        """The row of one value."""
        return self.rows[VALUES.index(value)]


@dataclass(frozen=True, slots=True)
class PersonaResult:
    """What one persona did to one model, against no persona and against placebo texts."""

    model: str
    persona: str
    name: str
    strategy: str
    target: Mapping[str, float]
    """Value to -1..1."""
    verdict: str
    """``moved``, ``not distinguishable``, ``moved away`` or ``unknown``."""
    why: str
    """The verdict in words, or why there is none."""
    keep: Estimate = field(default_factory=lambda: Estimate(None))
    """How much of the bare profile is left: 1 all, 0 nothing."""
    pull: Estimate = field(default_factory=lambda: Estimate(None))
    """Log-odds that a step of the target is worth."""
    beyond: Estimate = field(default_factory=lambda: Estimate(None))
    """Pull beyond that of a placebo text."""
    aligned: float | None = None
    """Rank correlation of the measured profile with the target, -1 to 1."""
    bare: float | None = None
    """The same without a persona."""
    ceiling: float | None = None
    """Largest alignment within reach."""
    placebo_texts: int = 0
    shifts: Mapping[str, Estimate] = field(default_factory=dict)
    """Value to centred shift beyond placebo texts; what is not measured is left out."""
    clear: tuple[str, ...] = ()
    """Values whose shift stands out, by Holm."""
    in_log_odds: bool = True
    """Whether pulls and shifts are in log-odds; else on the scale of the instrument: points, steps, shares."""
    covers: str = ""
    """What intervals cover, in words."""
    prompt: str = ""
    """What the model was told."""
    judge: str = ""
    """Model that judged the target; empty where none did."""
    played: str = ""
    """``obeyed``, ``sanitised``, ``ignored``, ``undecided`` or ``unknown``; empty in scores of earlier releases."""
    played_why: str = ""
    run: str = ""
    """Name of the run, as the page calls it."""
    doubted: bool = False
    """As of a profile."""

    @property
    def digits(self) -> int:
        """Decimals of its shifts: two tell log-odds, steps and shares apart, none do for points of a hundred."""
        widest = max((abs(each.mean) for each in self.shifts.values() if each.mean is not None), default=0.0)
        return 2 if self.in_log_odds or widest < _WIDE else 0

    @property
    def over_ten(self) -> bool:
        """Whether its shifts are of the ten values, which its target is of: those of another set have other names."""
        return all(value in VALUES for value in self.shifts)


@dataclass(frozen=True, slots=True)
class SessionStep:
    """One item of a feed session."""

    step: int
    item: str
    title: str
    value: str
    """The value that the item stands for; empty when none."""
    action: str
    """``watch``, ``skip``, ``like``, ``not_interested`` or empty when the answer could not be read."""
    propensity: float | None = None
    answer: str = ""
    picture: bytes = b""
    """JPEG or PNG; empty for no picture."""


@dataclass(frozen=True, slots=True)
class ReportedSession:
    """One walk of one respondent through a feed."""

    model: str
    persona: str
    policy: str
    seed: int
    steps: tuple[SessionStep, ...]
    values_known: bool = True
    """Whether its manifest says which values its clips stand for; else the runs tell, as far as they do."""
    log: str = ""
    """What the page calls its log where it shows several."""


@dataclass(frozen=True, slots=True)
class ExampleAnswer:
    """One question about one picture with what came back."""

    question: str
    persona: str
    text: str
    parsed: str
    probabilities: Mapping[str, float]
    """Choice to probability over the whole vocabulary, 0 to 1."""
    liking: float | None = None
    """What this answer says about liking, 0 to 1, with the polarity of the question taken out."""


@dataclass(frozen=True, slots=True)
class Example:
    """One picture with questions and answers."""

    picture: bytes
    title: str
    caption: str
    value: str
    answers: tuple[ExampleAnswer, ...]


@dataclass(frozen=True, slots=True)
class WatchedClip:
    """One clip of a feed that was an instrument, and what was done with it."""

    title: str
    caption: str
    value: str
    picture: bytes
    """JPEG or PNG; empty for no picture."""
    shown: int
    watched: int
    """How often it was gone on with."""
    liked: float | None = None
    """Mean probability of liking it, 0 to 1, skipped ones counting 0."""


@dataclass(frozen=True, slots=True)
class WatchedFeed:
    """What one model did with the clips of its feed."""

    model: str
    run: str
    watched: tuple[WatchedClip, ...]
    """Gone on with in half of their showings or more, those first that were so most often."""
    left: tuple[WatchedClip, ...]
    """The others, those first that were left most often."""
    clips: int
    """How many there were."""
    why: str = ""
    """Why the scores of the same answers tell nothing or less, where they do."""


@dataclass(frozen=True, slots=True)
class ReportedRun:
    """A run that a report is made of, whole: for panels that show what no other panel needs."""

    folder: Path
    manifest: Manifest
    scores: Json
    """As ``scores.json`` holds them, checked."""
    stored: int | None = None
    """How many good answers it holds now; ``None`` where that is not known."""


def runs_called(folders: Sequence[Path]) -> list[str]:
    """What the page calls runs: their folders, with as many of those around them as tell apart what is called alike.

    Example:
        >>> runs_called([Path("runs/one/like"), Path("runs/two/like"), Path("runs/pairs")])
        ['one/like', 'two/like', 'pairs']
    """
    # As they were named: where somebody works is nothing of the page's.
    parts = [folder.parts for folder in folders]
    return [_shortest_name(own, parts) for own in parts]


def _shortest_name(own: tuple[str, ...], parts: Sequence[tuple[str, ...]]) -> str:
    lengths = range(1, len(own) + 1)
    alone = (length for length in lengths if sum(each[-length:] == own[-length:] for each in parts) == 1)
    return Path(*own[-next(alone, len(own)) :]).as_posix()


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that ``report.html`` shows."""

    title: str
    profiles: tuple[ModelProfile, ...]
    """Models over the ten values, by one instrument and beside it the published protocol; none where no run has any."""
    groups: tuple[InstrumentGroup, ...] = ()
    """Every profile of every run, instrument by instrument."""
    personas: tuple[PersonaResult, ...] = ()
    playing: tuple[tuple[str, str], ...] = ()
    """Name of a run, and how a model plays over all its personas, in a sentence."""
    sessions: tuple[ReportedSession, ...] = ()
    examples: tuple[Example, ...] = ()
    feeds: tuple[WatchedFeed, ...] = ()
    """What models without a persona did in feeds that are an instrument."""
    provenance: Sequence[tuple[str, str]] = ()
    """Label and text, in the order shown."""
    command: str = ""
    synthetic: tuple[str, ...] = ()
    """Models that are drawn, trained or simulated by us: instruments of calibration."""
    cautions: tuple[str, ...] = ()
    """Why numbers mean nothing, if so."""
    runs: tuple[ReportedRun, ...] = ()
    """Where all this is from, the most important first."""
    walks: tuple[Json, ...] = ()
    """Sessions in numbers (``sessions.document.sessions_document``): of runs, with the name of each under ``run``, then
    of the logs that were named."""
    comparison: Json | None = None
    """What comparing respondents of these runs found (``comparing.compare.compare_runs``), where it was asked for."""
    before_after: Json | None = None
    """What steering did to respondents of these runs (``comparing.before_after``), where it was asked for."""
    same_pictures: bool = True
    """Whether all models were shown the same pictures in the same words, so that they may be compared."""

    @property
    def named_runs(self) -> list[tuple[str, ReportedRun]]:
        """Its runs, each behind what the page calls it."""
        return list(zip(runs_called([run.folder for run in self.runs]), self.runs, strict=True))

    @property
    def first(self) -> ModelProfile:
        """The profile that the page begins with; without rows where no model was measured over the ten values."""
        if self.profiles:
            return self.profiles[0]
        group = self.groups[0]
        return ModelProfile(group.profiles[0].model, (), group.instrument, level=group.level)

    @property
    def models(self) -> list[str]:
        """Everybody who was measured, those first with whom the page begins."""
        measured = (profile.model for group in self.groups for profile in group.profiles)
        return list(dict.fromkeys([*(profile.model for profile in self.profiles), *measured]))
