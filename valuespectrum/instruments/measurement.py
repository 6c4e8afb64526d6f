"""What an instrument found out about one respondent: typed, and readable without the instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from valuespectrum.scoring.estimate import Estimate, Score, counted, read_count
from valuespectrum.scoring.facets.analysis import analyse
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.scoring.instructions.faking import FakingEffect
from valuespectrum.theory.value_sets import VALUE_SETS, ValueSet
from vectorstore.foundation.errors import InputError

_WRITTEN: Mapping[str, str] = {"like": "vqa"}
ONE_ANSWER = "one answer to everything"
"""Status of every score of a respondent who says the same whatever is asked."""
POSTERIOR = "posterior"
"""Name among the reliabilities of an instrument whose scores are posterior means; no other has it."""
_OF_PROFILE = ("shape", "faking_effect")
"""Details that tell of the profile alone."""
_LARGEST_P = 0.05
_READ = {written: name for name, written in _WRITTEN.items()}


def written_name(instrument: str) -> str:
    """What an instrument is called in JSON: its name, but for one that scripts knew before there were instruments.

    Example:
        >>> written_name("like"), written_name("portraits")
        ('vqa', 'portraits')
    """
    return _WRITTEN.get(instrument, instrument)


def read_name(written: str) -> str:
    """The instrument that ``written_name`` wrote.

    Example:
        >>> read_name("vqa"), read_name("portraits")
        ('like', 'portraits')
    """
    return _READ.get(written, written)


@dataclass(frozen=True, slots=True)
class Measurement:
    """Everything that one instrument says about one respondent."""

    instrument: str
    value_set: ValueSet
    unit: str
    """What is drawn again for the intervals: ``clip``, ``item``, ``dilemma``, ``session``."""
    scores: Mapping[str, Score]
    """Every dimension of the value set, in its order."""
    overall: Estimate = field(default_factory=lambda: Estimate(None))
    """Mean over the measured dimensions: the level that centring removes."""
    scalars: Mapping[str, Estimate] = field(default_factory=dict)
    """Further numbers by name, such as a consistency."""
    bias: Mapping[str, Estimate] = field(default_factory=dict)
    """What the answers depend on beside what is measured."""
    rates: Mapping[str, Estimate] = field(default_factory=dict)
    """Shares of answers by what became of them: refused, unreadable, failed."""
    reliability: Mapping[str, Estimate] = field(default_factory=dict)
    """How far the instrument agrees with itself, by what was varied."""
    differences: Mapping[str, float | int | str | None] | None = None
    """Test whether dimensions differ at all: ``statistic, df_above, df_below, p, values, why``; ``None`` where numbers
    are on different scales."""
    covers: str = ""
    """What its intervals cover and what not, to stand beside them."""
    guards: tuple[Finding, ...] = ()
    """Conditions of reading the scores, and whether they hold; a flagged one is named wherever the scores are."""
    verdicts: tuple[str, ...] = ()
    """What the numbers allow to say, in words."""
    notes: tuple[str, ...] = ()
    """What the numbers have to be read with."""
    n_units: int = 0
    n_unscored: int = 0
    """Units that were asked about and have no score."""
    centred_over: int = 0
    """How many dimensions the centring is over."""
    details: Mapping[str, object] = field(default_factory=dict)
    """Plain JSON that belongs to this instrument alone."""
    table: SetTable | None = field(default=None, repr=False, compare=False)
    """What the scores were concluded from, set by set, on the further scale where there is one; it is not written."""
    ends: tuple[float, float] | None = field(default=None, repr=False, compare=False)
    """Smallest and largest number of its own scale; ``None`` where that has no ends or nobody says; it is not written.
    """

    def with_faking(self, effect: FakingEffect | None) -> Measurement:
        """The same with how far the respondent fakes, where that is known: a scalar, and its details."""
        if effect is None:
            return self
        scalars, details = {**self.scalars, "faking": effect.size}, {**self.details, "faking_effect": effect.to_json()}
        return replace(self, scalars=scalars, details=details)

    @property
    def tells_values_apart(self) -> bool:
        """Whether values differ beyond noise, within the wordings asked where other wordings were not tested."""
        p = (self.differences or {}).get("p")
        if p is None and self.table is not None:
            p = analyse(self.table, Facets(wordings=False)).differ.p
        return isinstance(p, float) and p < _LARGEST_P

    def claiming_no_more(self) -> Measurement:
        """The same; of what intervals cover nothing is said where no number has one, and no rank a range."""
        scored = ((each.estimate, each.centred, *each.scales.values()) for each in self.scores.values())
        numbers = chain([self.overall], self.scalars.values(), *scored)
        given = any(each.low is not None for each in numbers) or any(each.rank for each in self.scores.values())
        return self if given else replace(self, covers="")

    def found_alike(self, finding: Finding, stands: bool = False) -> Measurement:
        """The same with whether one answer is given to everything; then nothing is told of values.

        Args:
            finding: Of ``scoring.guards.sameness.one_answer``; a guard of that name that the instrument has of its own
                stays where this one finds nothing.
            stands: Whether numbers stand beside it; they do where values are told apart, too.
        """
        own = next((each for each in self.guards if each.name == finding.name), None)
        if not finding.flagged:
            return self if own is not None else replace(self, guards=(*self.guards, finding))
        guards = (finding, *(each for each in self.guards if each is not own))
        notes = (*(note for note in self.notes if own is None or note != own.statement), finding.statement)
        if stands or self.tells_values_apart:
            return replace(self, guards=guards, notes=notes)
        return replace(
            self,
            guards=guards,
            notes=notes,
            scores={value: score.untold(ONE_ANSWER) for value, score in self.scores.items()},
            overall=Estimate(None),
            scalars=dict.fromkeys(self.scalars, Estimate(None, why=ONE_ANSWER)),
            reliability=dict.fromkeys(self.reliability, Estimate(None, why=ONE_ANSWER)),
            details={name: part for name, part in self.details.items() if name not in _OF_PROFILE},
            differences=None,
            verdicts=(finding.statement,),
            table=None,
        )

    def naming_flagged(self) -> Measurement:
        """The same; what flagged guards say stands among the notes, unless notes or verdicts say it already."""
        said = {text.rstrip(".") for text in (*self.notes, *self.verdicts)}
        told = dict.fromkeys(each.statement.rstrip(".") for each in self.guards if each.flagged)
        return replace(self, notes=(*self.notes, *(each for each in told if each not in said)))

    def to_json(self) -> dict[str, object]:
        """As ``scores.json`` keeps it; the value set by name.

        Raises:
            InputError: A detail has the name of a field.
        """
        shared: dict[str, object] = {
            "instrument": written_name(self.instrument),
            "value_set": self.value_set.name,
            "unit": self.unit,
            "profile": {dimension: score.to_json(self.unit) for dimension, score in self.scores.items()},
            "overall": self.overall.to_json(),
            "scalars": _rows(self.scalars),
            "bias": _rows(self.bias),
            "rates": _rows(self.rates),
            "reliability": _rows(self.reliability),
            "differences": None if self.differences is None else dict(self.differences),
            "covers": self.covers,
            "guards": {finding.name: finding.to_json() for finding in self.guards},
            "verdicts": list(self.verdicts),
            "notes": list(self.notes),
            **counted(self.n_units, self.unit),
            "n_unscored": self.n_unscored,
            "centred_over": self.centred_over,
        }
        taken = sorted(set(shared) & set(self.details))
        if taken:
            raise InputError(f"the instrument {self.instrument!r} has a detail named {taken[0]!r}", "name it otherwise")
        return shared | dict(self.details)

    @classmethod
    def from_json(cls, row: Mapping[str, object], value_sets: Mapping[str, ValueSet] = VALUE_SETS) -> Measurement:
        """Read what ``to_json`` wrote.

        Args:
            row: A respondent of ``scores.json``; what names the respondent becomes a detail.
            value_sets: Sets by name.

        Raises:
            InputError: The value set is not known.
        """
        name = str(row.get("value_set", ""))
        if name not in value_sets:
            raise InputError(f"there is no value set {name!r:.80}", f"known: {', '.join(value_sets)}")
        differences = row.get("differences")
        return cls(
            instrument=read_name(str(row.get("instrument", ""))),
            value_set=value_sets[name],
            unit=str(row.get("unit", "")),
            scores={dimension: Score.from_json(score) for dimension, score in _mappings(row, "profile").items()},
            overall=Estimate.read(_mapping(row.get("overall"))),
            scalars=_estimates(row, "scalars"),
            bias=_estimates(row, "bias"),
            rates=_estimates(row, "rates"),
            reliability=_estimates(row, "reliability"),
            differences=_tested(differences) if isinstance(differences, Mapping) else None,
            covers=str(row.get("covers", "")),
            guards=tuple(Finding.from_json(name, found) for name, found in _mappings(row, "guards").items()),
            verdicts=_lines(row, "verdicts"),
            notes=_lines(row, "notes"),
            n_units=read_count(row, "n_units"),
            n_unscored=read_count(row, "n_unscored"),
            centred_over=read_count(row, "centred_over"),
            details={name: part for name, part in row.items() if name not in _SHARED},
        )


def _rows(estimates: Mapping[str, Estimate]) -> dict[str, object]:
    return {name: estimate.to_json() for name, estimate in estimates.items()}


def _estimates(row: Mapping[str, object], name: str) -> dict[str, Estimate]:
    return {each: Estimate.read(one) for each, one in _mappings(row, name).items()}


def _mappings(row: Mapping[str, object], name: str) -> dict[str, Mapping[str, object]]:
    return {str(each): _mapping(one) for each, one in _mapping(row.get(name)).items()}


def _mapping(found: object) -> Mapping[str, object]:
    return found if isinstance(found, Mapping) else {}


def _tested(row: Mapping[str, object]) -> dict[str, float | int | str | None]:
    return {name: each if isinstance(each, int | float | str) else None for name, each in row.items()}


def _lines(row: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = row.get(name)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()


_SHARED = frozenset({*Measurement("", next(iter(VALUE_SETS.values())), "clip", {}).to_json()})
"""Keys that are fields; any other is a detail."""
