"""The choice: among what was tried on one half, the setting that surely moves the value most and spoils no answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from valuespectrum.scoring.estimate import Estimate
from valuespectrum.steering.sweep.effects import SteeringEffect
from valuespectrum.theory.values import VALUES
from vectorstore.foreign.documents import read_json
from vectorstore.foreign.typed import made_from
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import one_line

FOUND = "steering.json"
"""File in the run folder of a sweep that holds what it found."""
LEVEL = 0.05
"""Of finding that a setting works where none does, whatever their number (Bonferroni)."""
COUNTS = ("tasks", "judged")
"""What a sweep looks at beside the values that is no share but a number of things, of which shares are told."""
MOST_LOST = 0.05
"""Share of answers that may get lost (refused, unreadable) beyond those of the plain model, counted on both halves."""
_EQUALLY_FLUENT = 0.05
"""Share by which perplexities may differ and count as equal: strengths are few, and the next one lies far away."""


@dataclass(frozen=True, eq=False)
class SweepTrial:
    """One setting: a way, blocks, a strength, and what it did to either half."""

    way: str
    """``least``, ``fixed``, ``means``, ``random`` or a prompt."""
    layers: tuple[int, ...]
    strength: float
    model: str
    """Id of the steered model."""
    chosen_by: SteeringEffect
    """On the half by which a setting is chosen."""
    told_by: SteeringEffect
    """On the other half."""
    lost: float
    """Share of answers refused or unreadable, more than of the plain model, on both halves."""

    def change(self, value: str, told: bool = True) -> Estimate:
        """Of the value, on the half that tells or on the half that chooses."""
        effect = self.told_by if told else self.chosen_by
        return effect.changes.get(value, Estimate(None))

    def to_json(self, value: str) -> Json:
        """Plain."""
        return {
            "way": self.way,
            "layers": list(self.layers),
            "strength": self.strength,
            "model": self.model,
            "lost": self.lost,
            "chosen_by": self.change(value, told=False).to_json(),
            "told_by": self.change(value).to_json(),
            "effect": self.told_by.to_json(),
        }


@dataclass(frozen=True, slots=True)
class SilentTrial:
    """A setting whose answers tell no change at all: it counts among those that were tried."""

    way: str
    layers: tuple[int, ...]
    strength: float
    model: str
    """Id of the steered model."""

    def to_json(self) -> Json:
        """Plain."""
        return {"way": self.way, "layers": list(self.layers), "strength": self.strength, "model": self.model}


@dataclass(frozen=True, slots=True)
class _WrittenChange:
    mean: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class _WrittenEffect:
    changes: Mapping[str, _WrittenChange]


@dataclass(frozen=True, slots=True)
class _WrittenTrial:
    way: str
    layers: tuple[int, ...]
    strength: float
    model: str
    lost: float
    told_by: _WrittenChange
    effect: _WrittenEffect


@dataclass(frozen=True, slots=True)
class _WrittenFindings:
    """What is looked at in a file of findings."""

    value: str
    model: str
    main: str
    trials: tuple[_WrittenTrial, ...]
    chosen: Mapping[str, str | None]
    verdicts: tuple[str, ...]
    covers: str
    beside: Mapping[str, Mapping[str, float | str | None]]


def read_findings(folder: Path) -> Json:
    """What a sweep found; the file may be anybody's.

    Args:
        folder: Of its run.

    Raises:
        InputError: It is none.
    """
    found = read_json(folder / FOUND, "findings of a sweep", "run steer sweep again")
    if not isinstance(found, dict):
        raise _no_findings(folder, "it is no JSON object")
    names = [each.name for each in fields(_WrittenFindings)]
    try:
        told = made_from(_WrittenFindings, {name: found[name] for name in names if name in found}, "it")
    except ValueError as error:
        raise _no_findings(folder, one_line(error)) from error
    if told.value not in VALUES:
        raise _no_findings(folder, f"there is no value {told.value!r:.60}")
    if not all(trial.strength > 0 for trial in told.trials):
        raise _no_findings(folder, "a strength is not above 0")
    return found


def _no_findings(folder: Path, why: str) -> InputError:
    return InputError(f"{folder / FOUND} holds no findings of a sweep: {why}", "run steer sweep again")


def best(
    trials: Sequence[SweepTrial], value: str, sign: int = 1, most_lost: float = MOST_LOST, tried: int = 0
) -> SweepTrial | None:
    """The setting whose change is largest among those that surely move the value the wanted way.

    Surely means at :data:`LEVEL` for all settings together: where nothing works, some of many would seem to.

    Args:
        trials: Of one way.
        value: The target.
        sign: 1 towards it, -1 away.
        most_lost: Answers that may get lost.
        tried: Settings that were tried, whatever became of them; as many as there are trials where it is left out.

    Returns:
        ``None`` where nothing works.
    """
    return _furthest(working(trials, value, sign, most_lost, tried), value, sign)


def working(
    trials: Sequence[SweepTrial], value: str, sign: int = 1, most_lost: float = MOST_LOST, tried: int = 0
) -> list[SweepTrial]:
    """The settings that surely move the value the wanted way; arguments as of ``best``."""
    level = LEVEL / max(1, tried, len(trials))
    return [
        trial
        for trial in trials
        if trial.change(value, told=False).side == sign
        and _surely(trial.chosen_by.p.get(value), level)
        and trial.lost <= most_lost
    ]


def _surely(p: float | None, level: float) -> bool:
    return p is not None and p <= level


def _furthest(trials: Sequence[SweepTrial], value: str, sign: int) -> SweepTrial | None:
    return max(trials, key=lambda trial: sign * (trial.change(value, told=False).mean or 0.0), default=None)


@dataclass(frozen=True, eq=False)
class FluencyMatch:
    """Two ways at their best among settings after which what is said is no more surprising than a limit."""

    most: float
    """Perplexity that neither exceeds: the smaller one of the two ways' own choices, and a little more."""
    main: SweepTrial | None
    """``None`` where no working setting of the main way stays below."""
    rival: SweepTrial | None


@dataclass(frozen=True, eq=False)
class SweepOutcome:
    """What a sweep found."""

    value: str
    away: bool
    trials: tuple[SweepTrial, ...]
    order: tuple[str, ...]
    """Values round the circle."""
    perplexity: Mapping[str, float] = field(default_factory=dict)
    """Model id to that of what it says, as the plain model finds it; of settings that work, where it was asked for."""
    silent: tuple[SilentTrial, ...] = ()
    """Settings without a trial."""

    @property
    def sign(self) -> int:
        """1 towards the value, -1 away."""
        return -1 if self.away else 1

    def tried(self, way: str) -> int:
        """How many settings of one way there were, with those that answered nothing."""
        return len(self.of(way)) + sum(each.way == way for each in self.silent)

    def of(self, way: str) -> list[SweepTrial]:
        """Trials of one way, the weakest first."""
        return sorted((each for each in self.trials if each.way == way), key=lambda each: (each.layers, each.strength))

    def chosen(self, way: str) -> SweepTrial | None:
        """The best of one way."""
        return best(self.of(way), self.value, self.sign, tried=self.tried(way))

    def working(self) -> list[SweepTrial]:
        """Settings of any way that surely move the value."""
        return [
            trial for way in self.ways for trial in working(self.of(way), self.value, self.sign, tried=self.tried(way))
        ]

    def at_equal_fluency(self, main: str, rival: str) -> FluencyMatch | None:
        """Both ways where neither is more surprising than the other's choice; ``None`` where that was not measured."""
        both = [self.chosen(way) for way in (main, rival)]
        told = [self.perplexity.get(trial.model) for trial in both if trial is not None]
        known = [each for each in told if each is not None]
        if len(known) < len(both):
            return None
        most = min(known) * (1 + _EQUALLY_FLUENT)
        fluent = [each for each in self.working() if self.perplexity.get(each.model, math.inf) <= most]
        at = {
            way: _furthest([each for each in fluent if each.way == way], self.value, self.sign) for way in (main, rival)
        }
        return FluencyMatch(most, at[main], at[rival])

    @property
    def ways(self) -> tuple[str, ...]:
        """Ways that were tried."""
        named = [*(each.way for each in self.trials), *(each.way for each in self.silent)]
        return tuple(dict.fromkeys(named))

    def verdicts(self, main: str) -> list[str]:
        """What can be said, in words; a rival's win is said plainly.

        Args:
            main: The way whose setting is recommended.
        """
        side = "away from" if self.away else "towards"
        chosen = self.chosen(main)
        if chosen is None:
            return [f"nothing works: no setting of {main} surely moves the model {side} {self.value} on the first half"]
        told = chosen.change(self.value)
        lines = [
            f"{main}, blocks {_named(chosen.layers)}, strength {chosen.strength:g}: {written(told)} {side} "
            f"{self.value} on the half that nothing was chosen by"
        ]
        if told.side != self.sign:
            lines.append(f"that half does not confirm it: {_unconfirmed(told)}")
        for way in self.ways:
            rival = self.chosen(way)
            if way == main:
                continue
            if rival is None:
                lines.append(f"{way}: no setting works")
                continue
            theirs = rival.change(self.value)
            lines.append(f"{way}: {written(theirs)}, {self._beside(told, theirs)} {main}{_doubt(told, theirs)}")
            lines += self._matched(main, way)
        return lines

    def silences(self) -> list[str]:
        """Which settings answered nothing that can be compared, a line for each way."""
        return [
            f"{way}, no answers that can be compared: "
            + "; ".join(
                f"blocks {_named(each.layers) or '-'}, strength {each.strength:g}"
                for each in self.silent
                if each.way == way
            )
            for way in dict.fromkeys(each.way for each in self.silent)
        ]

    def _beside(self, told: Estimate, theirs: Estimate) -> str:
        if told.mean is None or theirs.mean is None:
            return "which cannot be held against"
        ahead = self.sign * (theirs.mean - told.mean)
        return "moves it further than" if ahead > 0 else "moves it less than" if ahead < 0 else "moves it as far as"

    def _matched(self, main: str, rival: str) -> list[str]:
        match = self.at_equal_fluency(main, rival)
        if match is None:
            return []
        told = [
            "nothing works" if trial is None else f"{written(trial.change(self.value))} (strength {trial.strength:g})"
            for trial in (match.main, match.rival)
        ]
        return [f"at equal fluency (perplexity at most {match.most:.3g}): {main} {told[0]}, {rival} {told[1]}"]


def _named(layers: Sequence[int]) -> str:
    return ", ".join(map(str, layers))


def written(change: Estimate) -> str:
    """A change with its interval, for people.

    Example:
        >>> written(Estimate(1.0, 0.5, 1.5)), written(Estimate(None))
        ('+1.00 [+0.50, +1.50]', 'no number')
    """
    if change.mean is None:
        return "no number"
    if change.low is None or change.high is None:
        return f"{change.mean:+.2f} (no interval: {change.why})"
    return f"{change.mean:+.2f} [{change.low:+.2f}, {change.high:+.2f}]"


def _unconfirmed(change: Estimate) -> str:
    if change.low is None or change.high is None:
        return "it has no interval there"
    return "its interval lies on the other side of 0" if change.side else "its interval reaches 0"


def _doubt(one: Estimate, other: Estimate) -> str:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return " (one of them has no interval)"
    return "" if one.high < other.low or other.high < one.low else " (the intervals overlap)"
