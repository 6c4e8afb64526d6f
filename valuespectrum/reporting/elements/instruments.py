"""What instruments measured, as records: profiles that one instrument took over the same dimensions on one scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from valuespectrum.scoring.estimate import Estimate

LOG_ODDS, CENTRED, APART, PUBLISHED = "log-odds", "centred", "apart", "published"
_SCALES: Mapping[str, str] = {
    LOG_ODDS: "centred log-odds, with points of 100 beside them",
    CENTRED: "the instrument's own scores, and the same minus their mean over the profile",
    APART: "each number on a scale of its own, so none is centred or set beside another",
    PUBLISHED: "percent by the published rule, to compare with and not to conclude from",
}
"""What the numbers of a profile are, in words."""


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One dimension of one profile."""

    dimension: str
    label: str
    score: Estimate
    """On the instrument's own scale."""
    centred: Estimate
    """What is centred, on the scale of the group; without a number where nothing is."""
    rank: tuple[int, int, int] | None = None
    units: int = 0
    """How many of what is drawn again stand behind it."""


@dataclass(frozen=True, slots=True)
class MeasuredProfile:
    """One respondent, as one run measured it."""

    run: str
    model: str
    role: str
    """Whom the model plays; empty for the model as itself."""
    rows: tuple[MeasuredRow, ...]
    scalars: Mapping[str, Estimate] = field(default_factory=dict)
    """Further numbers by name."""
    leans: Mapping[str, Estimate] = field(default_factory=dict)
    """What answers hang on beside what is measured, by name."""
    lost: Mapping[str, Estimate] = field(default_factory=dict)
    """Percent of the answers that do not count, by what became of them."""
    status: str = ""
    """What the answers do not tell, in words; empty where they tell numbers."""
    covers: str = ""
    verdicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def estimates(self) -> list[Estimate]:
        """All its numbers."""
        beside = (*self.scalars.values(), *self.leans.values(), *self.lost.values())
        return [*(each for row in self.rows for each in (row.centred, row.score)), *beside]


@dataclass(frozen=True, slots=True)
class InstrumentGroup:
    """Profiles on one scale."""

    instrument: str
    """Its name."""
    title: str
    measures: str
    """What it measures and how; empty where the instrument is not installed."""
    values: str
    """The set of dimensions, for people."""
    unit: str
    """What is drawn again for intervals."""
    readout: str
    """How answers were read; empty where there is one way only."""
    scale: str
    """``log-odds``, ``centred``, ``apart`` or ``published``."""
    level: float = 0.95
    profiles: tuple[MeasuredProfile, ...] = ()

    @property
    def scale_in_words(self) -> str:
        """What the numbers are."""
        return _SCALES[self.scale]

    @property
    def percent(self) -> str:
        """The level of its intervals in words."""
        return f"{100 * self.level:g} %"

    @property
    def drawn(self) -> bool:
        """Whether its profiles can be drawn round 0: scales of their own cannot, nor what a published rule gave."""
        return self.scale in (LOG_ODDS, CENTRED)

    @property
    def centred(self) -> list[Estimate]:
        """Everything that is drawn on its scale."""
        return [row.centred for profile in self.profiles for row in profile.rows]

    def to_json(self) -> dict[str, object]:
        """What is shown, without the numbers, which ``scores.json`` of each run has."""
        respondents = [{"run": one.run, "model": one.model, "role": one.role} for one in self.profiles]
        told = {"instrument": self.instrument, "value_set": self.values, "unit": self.unit, "readout": self.readout}
        return {**told, "scale": self.scale, "respondents": respondents}
