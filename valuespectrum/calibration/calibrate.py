"""How well an instrument recovers values that are known because they were planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from agents.models.base import Model
from ingest.embedding.base import Embedder
from valuespectrum.calibration.numbers import by_cohort, compare_numbers
from valuespectrum.instruments.base import ChosenInWords, Instrument, Recoverable, SaidInSteps, Scaled
from valuespectrum.instruments.registry import load_instrument
from valuespectrum.measuring.asking import BenchProgress
from valuespectrum.measuring.benchmark import BenchCorpus, BenchOptions, drawn_pictures, run_benchmark
from valuespectrum.measuring.instrument_run import InstrumentOptions, run_instrument
from valuespectrum.reference.truth import caution
from valuespectrum.scoring.guards.known import mean_over
from valuespectrum.scoring.off_circle import SCALE, compare_off_circle, pool_off_circle, to_log_odds
from valuespectrum.scoring.profile import means_of
from valuespectrum.scoring.ranks import levelled
from valuespectrum.scoring.recovery import compare_to_planted
from valuespectrum.theory.value_sets import NINETEEN, VALUE_SETS, ValueSet
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

_NOTHING_TOLD = "no score could be told"
"""Why somebody stands apart of whom the measurement gives no number."""


@dataclass(frozen=True, slots=True)
class PlantedRespondent:
    """A model whose values are known."""

    name: str
    model: Model
    planted: Mapping[str, float]
    """Value to true liking, 0 to 100; the ten, and refined ones where they are known."""
    traits: Mapping[str, float] = field(default_factory=dict)
    """Further planted numbers by name that are no liking, such as ``svo_angle``."""
    log_odds: Mapping[str, float] = field(default_factory=dict)
    """Value to true log-odds of liking; follows from ``planted`` where it is not given."""
    cohort: str = ""
    """Which cohort it is of: ``"open"``, ``"sealed"``, ``"simulated"``; empty for none."""
    apart: str = ""
    """Why its figures are not averaged with those of others, such as that it answers yes whatever is asked."""
    said: Mapping[str, float] = field(default_factory=dict)
    """Refined value to where the rating of a statement of it should lie, 0 to 100 of the length of the scale: what is
    planted in words, for instruments in which respondents describe themselves (``base.SaidInSteps``)."""
    words: Mapping[str, float] = field(default_factory=dict)
    """Refined value to its planted utility in words, in log-odds, for instruments in which courses are chosen that are
    told (``base.ChosenInWords``)."""
    twin: Model | None = None
    """Answers the same questions by the planted formulas, without a network; ``None`` for who has none."""


def calibrate(
    options: BenchOptions,
    corpus: BenchCorpus,
    embedder: Embedder,
    respondents: Sequence[PlantedRespondent],
    progress: BenchProgress | None = None,
) -> Json:
    """Measure respondents with known values and compare.

    Args:
        options: The benchmark, with an instrument that says what it should find of planted values.
        corpus: Where pictures come from.
        embedder: Embeds the keywords.
        respondents: Models with their planted values.
        progress: Told how it goes.

    Returns:
        For an instrument of numbers on different scales ``instrument, unit, respondents`` (``compare_numbers``),
        ``cohorts`` (``by_cohort``), ``apart`` and ``expected_coverage``; for any other
        ``instrument, scale, respondents, spearman_median, coverage, centred_rmse`` as ``calibrate --json`` prints them.
        Each respondent has ``name, planted, recovered, low, high, spearman, coverage`` and more of
        ``compare_to_planted``,
        and names what was missed: ``outside`` (planted value outside its interval) and ``unmeasured``; ``flat`` says
        that it has no values to rank, and ``off_circle`` is of ``compare_off_circle``. Figures over several are over
        those that answer by their values: ``figures_over`` says how many, ``apart`` who is left out and why,
        ``misses`` lists what was missed of them. ``coverage`` is the share over all respondents and values (``None``
        where nothing has an interval),
        ``expected_coverage`` what the intervals claim, ``off_circle`` of ``pool_off_circle``. ``cohort`` names the
        cohorts that all figures are from, and ``cohorts`` has the figures of each. ``training_error`` is of
        :func:`training_error`, over respondents that have a twin.

    Raises:
        InputError: Names repeat, a planted profile lacks a value, the instrument cannot be set beside it, or clips are
            not drawn by us while something is there that knows no others.
    """
    _check(respondents)
    instrument = recoverable(options.instrument)
    asked = {respondent.model.id: respondent.model for respondent in respondents}
    twins = {respondent.twin.id: respondent.twin for respondent in respondents if respondent.twin is not None}
    models = list((twins | asked).values())
    refuse_other_clips(corpus, embedder.id, [model.id for model in models])
    scores = run_benchmark(options, corpus, embedder, models, progress=progress)
    found = _compared(scores, instrument, respondents, options.scoring.level)
    return found | {"clips_per_value": scores["clips_per_value"]}


def calibrate_instrument(
    options: InstrumentOptions, respondents: Sequence[PlantedRespondent], progress: BenchProgress | None = None
) -> Json:
    """The same with an instrument that shows no pictures.

    Args:
        options: The run, with an instrument that says what it should find of planted values.
        respondents: Models with their planted values.
        progress: Told how it goes.

    Raises:
        InputError: Names repeat, a planted profile lacks a value, or the instrument cannot be set beside it.
    """
    _check(respondents)
    instrument = recoverable(load_instrument(options.choice.name, options.choice.params))
    scores = run_instrument(options, [respondent.model for respondent in respondents], progress=progress)
    return _compared(scores, instrument, respondents, options.scoring.level)


def _compared(scores: Json, instrument: Recoverable, respondents: Sequence[PlantedRespondent], level: float) -> Json:
    measured = {row["model"]: row for row in scores["respondents"]}
    if not scores["value_sets"][scores["value_set"]]["one_scale"]:
        return _scalars(scores, instrument, respondents, level)
    untold = {each.name: each.apart or _NOTHING_TOLD for each in respondents if not _is_told(measured[each.model.id])}
    told = [each for each in respondents if each.name not in untold] or respondents
    rows = [_row(each, instrument, measured[each.model.id]) for each in told]
    aside = untold | {row["name"]: row["apart"] for row in rows if row["apart"]}
    cohorts = list(dict.fromkeys(each.cohort for each in respondents if each.cohort))
    kept = [row for row in rows if not row["apart"]]
    return {
        "instrument": scores["instrument"],
        "unit": scores["unit"],
        "scale": _scale(instrument),
        "respondents": rows,
        **_figures(kept),
        "expected_coverage": level,
        "misses": [f"{row['name']}: {value}" for row in kept for value in [*row["outside"], *row["unmeasured"]]],
        "apart": [{"name": each.name, "why": aside[each.name]} for each in respondents if each.name in aside],
        "cohort": " and ".join(cohorts),
        "cohorts": {name: _figures([row for row in kept if row["cohort"] == name]) for name in cohorts},
        "training_error": training_error([each for each in respondents if not each.apart], measured),
    }


def _is_told(measured: Json) -> bool:
    """Whether there is a number of anything: who answers one thing to everything, say, has none."""
    return any(row["mean"] is not None for row in measured["profile"].values())


def _scalars(scores: Json, instrument: Recoverable, respondents: Sequence[PlantedRespondent], level: float) -> Json:
    """Numbers on different scales: each is compared by itself, over respondents."""
    measured = {row["model"]: row["profile"] for row in scores["respondents"]}
    rows = []
    for each in respondents:
        known = {"name": each.name, "cohort": each.cohort, "apart": each.apart}
        expected = instrument.expected({**each.planted, **each.traits})
        rows.append(known | compare_numbers(measured[each.model.id], expected))
    return {
        "instrument": scores["instrument"],
        "unit": scores["unit"],
        "respondents": rows,
        "expected_coverage": level,
        "apart": [{"name": row["name"], "why": row["apart"]} for row in rows if row["apart"]],
        "cohorts": by_cohort([row for row in rows if not row["apart"]]),
    }


def training_error(respondents: Sequence[PlantedRespondent], measured: Mapping[str, Json]) -> Json | None:
    """How far networks lie from their twins, who were asked the same about the same clips.

    What a network missed of its planted values in training is no error of the measurement, and no interval over clips
    covers it. Clips, wordings and leans are the same on both sides, so they fall out of the difference.

    Args:
        respondents: Those without a twin are left out, and those of whom either side tells no log-odds.
        measured: Model id to its measurement, as ``scores.json`` keeps it.

    Returns:
        ``respondents``, ``sd`` (standard deviation of the difference of log-odds, centred over the values that both
        sides tell), ``slope`` (of a network's centred log-odds on its twin's), and ``twin_coverage`` (share of planted
        values inside the twins' intervals, which have no such error; ``None`` where they have none);
        ``None`` where nobody is left.
    """
    sides = [
        (_ten(each.planted), measured[each.model.id]["profile"], measured[each.twin.id]["profile"])
        for each in respondents
        if each.twin is not None
    ]
    sides = [each for each in sides if all(map(_has_log_odds, each[1:]))]
    if not sides:
        return None
    networks = np.array([_log_odds(network) for _, network, _ in sides])
    twins = np.array([_log_odds(twin) for _, _, twin in sides])
    both = np.isfinite(networks - twins)
    # A value that one side does not tell would else move the middle of the other.
    networks, twins = (np.where(both, each, np.nan) for each in (networks, twins))
    networks, twins = (each - mean_over(each, 1)[:, None] for each in (networks, twins))
    # One number of every respondent goes into centring.
    freedom = int(both.sum() - both.any(axis=1).sum())
    inside = [compare_to_planted(twin, planted)["interval_coverage"] for planted, _, twin in sides]
    spread = float(np.nansum(twins**2))
    return {
        "respondents": len(sides),
        "sd": float(np.sqrt(np.nansum((networks - twins) ** 2) / freedom)) if freedom > 0 else None,
        "slope": float(np.nansum(networks * twins)) / spread if spread > 0 else None,
        "twin_coverage": _covered(inside),
    }


def _has_log_odds(profile: Mapping[str, Json]) -> bool:
    return any(profile.get(value, {}).get(SCALE) is not None for value in VALUES)


def _log_odds(profile: Mapping[str, Json]) -> list[float]:
    told = (profile[value].get(SCALE) for value in VALUES)
    return [np.nan if number is None else float(number) for number in told]


def _ten(planted: Mapping[str, float]) -> dict[str, float]:
    return {value: planted[value] for value in VALUES}


def _figures(rows: Sequence[Json]) -> Json:
    """Figures over respondents; ``None`` where there are none."""
    known = [row["spearman"] for row in rows if row["spearman"] is not None]
    errors = [row["centred_rmse"] for row in rows if row["centred_rmse"] is not None]
    return {
        "figures_over": len(rows),
        "spearman_median": median(known) if known else None,
        "coverage": _covered([row["coverage"] for row in rows]),
        "centred_rmse": (sum(error**2 for error in errors) / len(errors)) ** 0.5 if errors else None,
        "off_circle": pool_off_circle([row["off_circle"] for row in rows if row["off_circle"] and not row["flat"]]),
    }


def _covered(shares: Sequence[float | None]) -> float | None:
    """Mean share; who has no interval covers nothing, and where nobody has one nothing was claimed."""
    if all(share is None for share in shares):
        return None
    return sum(share or 0.0 for share in shares) / len(shares)


def refuse_other_clips(corpus: BenchCorpus, embedder_id: str, models: Sequence[str]) -> None:
    """Refuse to calibrate on clips of others what knows drawn clips only.

    Args:
        corpus: Where pictures come from.
        embedder_id: Id of the embedder that finds them.
        models: Ids or specs of the models to ask.

    Raises:
        InputError: There are such clips.
    """
    if warning := caution(embedder_id, models, drawn_pictures(corpus, embedder_id, models)):
        raise InputError(warning, "calibrate on drawn clips: leave --corpus out")


def recoverable(instrument: Instrument) -> Recoverable:
    """An instrument that can be set beside planted values.

    Raises:
        InputError: It cannot.
    """
    if not isinstance(instrument, Recoverable):
        raise InputError(
            f"the instrument {instrument.name!r} does not say what it should find of planted values",
            "calibrate another one, such as like",
        )
    if isinstance(instrument, SaidInSteps):
        # Whether it can be set beside anybody is known before anything is asked.
        instrument.expected_centred(dict.fromkeys(NINETEEN.dimensions, 50.0))
    return instrument


def _row(respondent: PlantedRespondent, instrument: Recoverable, measured: Json) -> Json:
    profile: Mapping[str, Json] = measured["profile"]
    if isinstance(instrument, SaidInSteps):
        # The level of ratings is no value: what is set beside the planted truth is centred.
        profile, wanted = _centred_rows(profile), instrument.expected_centred(_said(respondent))
    elif isinstance(instrument, ChosenInWords):
        wanted = instrument.expected({**_worded(respondent), **respondent.traits})
    else:
        wanted = instrument.expected({**respondent.planted, **respondent.traits})
    expected = {dimension: wanted[dimension] for dimension in profile}
    found = compare_to_planted(profile, expected)
    flat = bool(np.ptp(levelled(np.array(list(expected.values()), dtype=np.float64))) == 0)
    return {
        "name": respondent.name,
        "cohort": respondent.cohort,
        "apart": respondent.apart,
        "flat": flat,
        "planted": expected,
        "recovered": means_of(profile),
        "low": means_of(profile, "low"),
        "high": means_of(profile, "high"),
        "coverage": found.pop("interval_coverage"),
        **found,
        "off_circle": None
        if isinstance(instrument, SaidInSteps | ChosenInWords)
        else _off_circle(respondent, profile, VALUE_SETS.get(measured["value_set"])),
    }


def _centred_rows(profile: Mapping[str, Json]) -> dict[str, Json]:
    """Rows of scores whose number is the centred one."""
    ends = {"mean": "centred", "low": "centred_low", "high": "centred_high"}
    return {value: {name: row.get(end) for name, end in ends.items()} for value, row in profile.items()}


def _scale(instrument: Recoverable) -> str:
    """What errors are in."""
    if isinstance(instrument, ChosenInWords):
        return instrument.chosen_in_words
    if isinstance(instrument, Scaled):
        return instrument.scale
    return "centred steps" if isinstance(instrument, SaidInSteps) else "points"


def _worded(respondent: PlantedRespondent) -> Mapping[str, float]:
    return _stated(respondent, respondent.words)


def _said(respondent: PlantedRespondent) -> Mapping[str, float]:
    return _stated(respondent, respondent.said)


def _stated(respondent: PlantedRespondent, planted: Mapping[str, float]) -> Mapping[str, float]:
    """What is planted in words.

    Raises:
        InputError: Nothing is.
    """
    if not planted:
        raise InputError(
            f"nobody knows what {respondent.name} should say of itself: its profile states pictures alone",
            "calibrate with reference respondents or their twins (simulated:amber)",
        )
    return planted


def _off_circle(respondent: PlantedRespondent, profile: Mapping[str, Json], value_set: ValueSet | None) -> Json | None:
    if value_set is None or not all(value in respondent.planted for value in value_set.dimensions):
        return None
    stated, liking = respondent.log_odds, respondent.planted
    truth = {value: stated.get(value, to_log_odds(liking[value])) for value in value_set.dimensions}
    return compare_off_circle(profile, truth, value_set)


def _check(respondents: Sequence[PlantedRespondent]) -> None:
    if not respondents:
        raise InputError("no respondent with planted values was named")
    for identities in ([each.name for each in respondents], [each.model.id for each in respondents]):
        repeated = sorted({each for each in identities if identities.count(each) > 1})
        if repeated:
            raise InputError(f"two respondents are {repeated[0]}", "name each respondent once")
    for each in respondents:
        missing = [value for value in VALUES if value not in each.planted]
        if missing:
            raise InputError(f"the planted profile of {each.name} lacks {', '.join(missing)}")
