"""Runs beside each other: pairs of respondents, their order on each value, and drift of one of them over runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import combinations, pairwise
from pathlib import Path

from valuespectrum.comparing.pairing import Design, Judging, Paired, design_of, pair, put_together
from valuespectrum.comparing.respondents import RunRespondent, Wanted, choose, everybody
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.run import check_alike, read_manifest
from valuespectrum.scoring.answered.conclusions import TableStyle
from valuespectrum.scoring.answered.sets import LOG_ODDS, PERCENT, SEVEN_STEPS
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.comparing.drift import slope
from valuespectrum.scoring.comparing.places import places
from valuespectrum.scoring.facets.comparison import MARGIN, together
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.tables import check_comparable
from valuespectrum.scoring.readouts.evidence import require_one_kind
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

MARGINS = {LOG_ODDS: MARGIN, SEVEN_STEPS: 0.5, PERCENT: 12.0}
"""Within which two count as equal where nothing else is wished: half a log-odds is 12 points of 100 in the middle."""
BEGUN = "begun"
"""In the place of numbers: runs stand where they were begun, in days."""
_SECONDS_A_DAY = 86_400.0
_TREND = (
    "The slope's interval takes the change to be a straight line; other runs (checkpoints between these, the same "
    "training again) it does not cover."
)


@dataclass(frozen=True, slots=True)
class ComparingOptions:
    """Who is compared with whom, and how."""

    wanted: Wanted = field(default_factory=Wanted)
    all_pairs: bool = False
    """Every one with every other, in place of the first with the others."""
    most_pairs: int = 45
    """Pairs above which nothing is compared."""
    margin: float | None = None
    """Within which two count as equal, in the unit of what is compared; ``None`` for that of ``MARGINS``."""
    drift: bool = False
    """One respondent through the runs, in their order."""
    at: str = ""
    """Where the runs of a drift stand: numbers with commas between them, one for each that is followed or
    for each run that was named, ``begun``, or empty for 0, 1, 2, ..."""
    scoring: ScoringOptions = field(default_factory=ScoringOptions)


def compare_runs(runs: Sequence[Path], options: ComparingOptions) -> Json:
    """Compare respondents of stored runs; needs neither corpus nor model.

    Args:
        runs: Run folders.
        options: Who with whom, and how.

    Returns:
        ``respondents`` (all that were compared), ``left_out`` (runs whose instrument makes no sets, and respondents
        whose answers tell no liking, with the reason),
        ``readout``, ``unit``, ``margin``, ``level``, ``value_set``, ``comparisons`` (pairs), ``places`` (with all
        pairs of three or more: who stands where on each value), ``places_left_out`` (values of which a pair has no
        difference) and ``drift``.

    Raises:
        InputError: Runs cannot be read or compared, too few or too many are chosen, nothing is shared, or no margin is
            known.
        ModelError: Every ask to a model failed.
    """
    _check(options)
    found = everybody(runs, options.scoring)
    if not found:
        raise InputError("no run here holds answers that make sets to compare", "name runs of `valuespectrum bench`")
    apart = _without_sets(runs, found)
    chosen, silent = _comparable(choose(found, options.wanted), apart)
    scoring, unit = options.scoring, chosen[0].told.unit
    facets = Facets(scoring.level, scoring.over_wordings, least_clips=scoring.minimum_clips)
    judging = Judging(facets, _margin(options.margin, unit))
    if options.drift:
        pairs, trend = _drifting(chosen, runs, judging, options)
        order: list[Json] = []
    else:
        pairs, trend = _pairs(chosen, judging, options), None
        order = _order(chosen, pairs, facets) if options.all_pairs and len(chosen) > 2 else []
    return {
        "respondents": [each.to_json() for each in chosen],
        "left_out": [*apart, *(each.to_json() for each in silent)],
        "readout": chosen[0].told.readout,
        "value_set": chosen[0].table.layout.value_set.to_json(),
        "unit": unit,
        "margin": judging.margin,
        "level": facets.level,
        "comparisons": [each.to_json() for each in pairs],
        "places": order,
        "places_left_out": _without_place(order, pairs),
        "drift": trend,
    }


def _check(options: ComparingOptions) -> None:
    """Refuse options that say nothing together.

    Raises:
        InputError: They do.
    """
    if options.margin is not None and not 0 < options.margin < math.inf:
        raise InputError("the margin must be a number above 0", "0.5 is 12 points of 100 in the middle of the scale")
    if options.at and not options.drift:
        raise InputError("--at says where the runs of a drift stand", "add --drift")
    if options.all_pairs and options.drift:
        raise InputError("a drift compares every run with the one before it, not all pairs", "leave one of them out")


def _margin(wished: float | None, unit: str) -> float:
    """Within which two count as equal.

    Raises:
        InputError: Nobody says, for a unit of somebody else's.
    """
    margin = wished or MARGINS.get(unit)
    if margin is None:
        raise InputError(f"nothing says how near counts as equal in {unit}", "say it with --margin")
    return margin


def _without_sets(runs: Sequence[Path], found: Sequence[RunRespondent]) -> list[Json]:
    """Runs of questionnaires and the like, of which nobody can be compared."""
    there = {each.run for each in found}
    rows = [(str(run), read_manifest(run).asked.instrument) for run in runs if run not in there]
    return [
        {"label": run, "run": run, "instrument": name, "why": f"the instrument {name} makes no sets to compare"}
        for run, name in rows
    ]


def _comparable(
    chosen: Sequence[RunRespondent], apart: Sequence[Json]
) -> tuple[list[RunRespondent], list[RunRespondent]]:
    """Those whose numbers are on one scale, and those that have none.

    Args:
        chosen: Who is to be compared.
        apart: Runs of which nobody can be.

    Raises:
        InputError: Fewer than two are left, or they were read or asked in different ways.
    """
    if chosen:
        require_one_kind(each.told.readout for each in chosen)
    told, silent = [each for each in chosen if each.told.table], [each for each in chosen if not each.told.table]
    if len(told) < 2:
        raise _too_few(told, silent, apart)
    check_alike(list({each.run: each.manifest for each in told}.values()))
    check_comparable([each.table for each in told])
    instruments = dict.fromkeys(each.instrument for each in told)
    if len(instruments) > 1:
        raise InputError(
            f"answers to different instruments are not compared: {' and '.join(instruments)}",
            "compare runs of one battery",
        )
    return told, silent


def _too_few(told: Sequence[RunRespondent], silent: Sequence[RunRespondent], apart: Sequence[Json]) -> InputError:
    lacking = [*((each.label, each.told.why) for each in silent), *((row["label"], row["why"]) for row in apart)]
    if lacking:
        why = "; ".join(f"{label}: {reason}" for label, reason in lacking)
        return InputError(f"fewer than two respondents have a liking to compare ({why})", "compare others")
    there = f"{told[0].label} only" if told else "nobody"
    return InputError(
        f"a comparison takes two respondents, and chosen is {there}",
        "name more runs, or choose with --model and --persona (--persona all)",
    )


def _pairs(chosen: Sequence[RunRespondent], judging: Judging, options: ComparingOptions) -> list[Paired]:
    """All pairs, or the first with the others, adjusted together.

    Raises:
        InputError: There are too many, or two of them have nothing in common.
    """
    couples = list(combinations(chosen, 2)) if options.all_pairs else [(chosen[0], each) for each in chosen[1:]]
    if len(couples) > options.most_pairs:
        raise InputError(
            f"{len(chosen)} respondents make {len(couples)} pairs, and at most {options.most_pairs} are compared",
            "choose with --model and --persona, or raise --most-pairs",
        )
    return _adjusted([pair(first, second, judging) for first, second in couples])


def _adjusted(pairs: Sequence[Paired]) -> list[Paired]:
    """With p-values for all values of all pairs."""
    comparisons = together([each.comparison for each in pairs])
    return [replace(each, comparison=comparison) for each, comparison in zip(pairs, comparisons, strict=True)]


def _order(chosen: Sequence[RunRespondent], pairs: Sequence[Paired], facets: Facets) -> list[Json]:
    """Where everyone stands on each value."""
    numbered = zip(combinations(range(len(chosen)), 2), pairs, strict=True)
    found = places({couple: each.comparison for couple, each in numbered}, facets.level)
    return [
        {"respondent": each.label, "values": {value: place.to_json() for value, place in mine.items()}}
        for each, mine in zip(chosen, found, strict=True)
    ]


def _without_place(order: Sequence[Json], pairs: Sequence[Paired]) -> list[str]:
    """Values that somebody has measured, but not all."""
    seen = {value for each in pairs for value in (*each.comparison.values, *each.comparison.left_out)}
    values = pairs[0].differences.values if order else ()
    return [value for value in values if value in seen and value not in order[0]["values"]]


def _drifting(
    chosen: Sequence[RunRespondent], runs: Sequence[Path], judging: Judging, options: ComparingOptions
) -> tuple[list[Paired], Json]:
    """Every step, later minus earlier, and the trend over all.

    Raises:
        InputError: It is not clear who is followed, or in which order.
    """
    crowded = next((run for run in runs if len(runs) > 1 and sum(each.run == run for each in chosen) > 1), None)
    if crowded is not None:
        several = ", ".join(each.label for each in chosen if each.run == crowded)
        raise InputError(
            f"drift follows one respondent, and {crowded} holds several: {several}", "choose with --model and --persona"
        )
    at = _places_in_time(chosen, runs, options.at)
    steps = _adjusted([pair(later, earlier, judging) for earlier, later in pairwise(chosen)])
    trend: Json = {"at": at, "unit": "day" if options.at == BEGUN else "unit" if options.at else "run", "slope": None}
    if len(chosen) > 2:
        facets = judging.facets
        design: Design = design_of(chosen, facets)
        tables = [each.table for each in chosen]
        found = slope(tables, at, facets, lambda several, weights: put_together(design, several, weights, facets))
        covers = TableStyle(chosen[0].unit).words(found.covering.sentence)
        trend["slope"] = found.to_json() | {"covers": f"{covers} {_TREND}", "design": design}
    return steps, trend


def _places_in_time(chosen: Sequence[RunRespondent], runs: Sequence[Path], at: str) -> list[float]:
    """Where each stands; one that is left out, since its answers tell nothing, leaves its place empty.

    Args:
        chosen: Those who are followed.
        runs: All that were named.
        at: As in the options; numbers for those who are followed, or for all runs.

    Raises:
        InputError: Numbers are none, not one each, or do not rise.
    """
    named = [runs.index(each.run) for each in chosen]
    # Models of one run, or in another order than their runs, stand as they were chosen.
    in_order = all(later > earlier for earlier, later in pairwise(named))
    if not at:
        return [float(place) for place in (named if in_order else range(len(chosen)))]
    found = _days([each.manifest for each in chosen]) if at == BEGUN else _numbers(at)
    rising = all(map(math.isfinite, found)) and all(later > earlier for earlier, later in pairwise(found))
    if rising and len(found) == len(chosen):
        return found
    if rising and len(found) == len(runs) and in_order:
        return [found[place] for place in named]
    told = ", ".join(f"{each:g}" for each in found)
    missing = [run.name for place, run in enumerate(runs) if place not in named]
    of_all = f", or {len(runs)} with one for {' and '.join(missing)}, which is left out" if missing and in_order else ""
    raise InputError(
        f"{len(chosen)} runs take {len(chosen)} places that rise{of_all}, and not {told}",
        "name the runs in their order, and --at with a number for each",
    )


def _numbers(at: str) -> list[float]:
    """Numbers with commas between them.

    Raises:
        InputError: They are none.
    """
    try:
        return [float(word) for word in at.split(",")]
    except ValueError:
        raise InputError(f"--at {at!r:.80}: not numbers with commas between them", "e.g. --at 0,1000,4000") from None


def _days(manifests: Sequence[Manifest]) -> list[float]:
    """When runs were begun, in days from the first.

    Raises:
        InputError: One does not say.
    """
    try:
        begun = [datetime.fromisoformat(str(each.provenance["begun"])) for each in manifests]
        return [(each - begun[0]).total_seconds() / _SECONDS_A_DAY for each in begun]
    except (KeyError, ValueError, TypeError):
        raise InputError("a run does not say when it was begun", "name numbers with --at") from None
