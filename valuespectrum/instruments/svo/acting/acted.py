"""From choices under a target value to value rationality, hit rate and lift, beside what blind answers come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.instruments.base import Instrument
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.svo.acting.rationality import TARGETS, hit_by_chance, rationality, rationality_by_chance
from valuespectrum.instruments.svo.angle import angle_of, drawn_shares, reach
from valuespectrum.instruments.svo.payoffs import OPTIONS, PRIMARY, STEPS, Floats
from valuespectrum.instruments.svo.shares import ITEM_IDS, slider_rows, taken
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import read_options, verdict_rates
from valuespectrum.scoring.estimate import Estimate, Score
from valuespectrum.scoring.jackknife import jackknifed
from valuespectrum.scoring.shares import share_row
from valuespectrum.theory.value_sets import scalars
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

RUN, WAY = "run", "way"
"""Tags: one time from the traits of a target to six choices; with a goal said before (``goal``) or not (``plain``)."""
WAYS = ("goal", "plain")
_ALIKE = "the same in every run, so nothing is known of the spread over others"
RATIONALITY = scalars(
    "value_rationality",
    "Value rationality with a goal",
    {target: f"{target.capitalize()}, 0 to 1" for target in TARGETS},
    "formula of ours; order of questions after HVAE (arXiv 2305.17147)",
)
"""Targets, each with how near choices came to it."""


def measured_acting(
    instrument: Instrument, answers: pd.DataFrame, options: ScoringOptions, rescaled: bool
) -> Measurement:
    """What one respondent did with each target value.

    Args:
        instrument: Whose answers these are.
        answers: One row per ask; those for traits and goals are only counted.
        options: Scoring options; ``minimum_clips`` is the fewest runs that have an interval.
        rescaled: Whether runs show points on scales of their own.
    """
    chosen = slider_rows(answers)
    read = read_options(chosen, STEPS, options)
    angles = _run_angles(chosen, read.shares)
    rows = [_row(target, way, _of(angles, target, way), options) for target in TARGETS for way in WAYS]
    by_goal = {row["target"]: row for row in rows if row["way"] == "goal"}
    units = int(answers[RUN].nunique())
    own = "traits, goal, order of options and scale of points" if rescaled else "traits, goal and order of options"
    return Measurement(
        instrument=instrument.name,
        value_set=RATIONALITY,
        unit=RUN,
        scores={target: _score(by_goal[target]) for target in TARGETS},
        scalars=_scalars(angles, options),
        rates={name: Estimate.read(row) for name, row in verdict_rates(read, chosen[RUN], options.level).items()},
        covers=(
            f"Drawn again: runs ({units}), each with its own {own}. The six items, the marks of their options, and the "
            "words in which targets are told, were not drawn again."
        ),
        verdicts=tuple(_in_words(row) for row in rows),
        notes=_notes(answers, angles, instrument),
        n_units=units,
        n_unscored=units - int(angles[RUN].nunique()),
        details={"hvae": rows},
    )


def _run_angles(chosen: pd.DataFrame, shares: Floats) -> pd.DataFrame:
    """One row for each target, way and run whose six items were all answered: ``value, way, run, angle, hit``.

    A hit is the chance that choices drawn by their shares are of the target's category, which for a word is 0 or 1: the
    category of the mean allocation would be prosocial for blind answers, whose drawn choices are so every other time.
    """
    import pandas as pd

    names = ["value", WAY, RUN]
    told = chosen[[*names, "item"]].reset_index(drop=True)
    table = told.join(pd.DataFrame(taken(chosen, shares), columns=["own", "other"])).dropna(subset=["own"])
    runs = table.groupby(names, sort=False).agg(
        own=("own", "mean"), other=("other", "mean"), answers=("item", "nunique")
    )
    whole = runs[runs["answers"] == len(PRIMARY)].reset_index()
    laid = np.zeros((len(whole), len(PRIMARY), OPTIONS))
    at = {key: place for place, key in enumerate(whole[names].itertuples(index=False, name=None))}
    keys = table[[*names, "item"]].itertuples(index=False, name=None)
    for row, (*key, item) in zip(table.index.to_numpy(int), keys, strict=True):
        if (place := at.get(tuple(key))) is not None:
            laid[place, ITEM_IDS.index(str(item))] = shares[row]
    hits = [drawn_shares(each)[str(target)] for each, target in zip(laid, whole["value"], strict=True)]
    return whole.assign(angle=angle_of(whole[["own", "other"]].to_numpy(float)), hit=np.array(hits, dtype=float))


def _of(angles: pd.DataFrame, target: str, way: str) -> pd.DataFrame:
    return angles[(angles["value"] == target) & (angles[WAY] == way)]


def _row(target: str, way: str, runs: pd.DataFrame, options: ScoringOptions) -> Json:
    """Everything about one target in one way; chance stands beside each number."""
    angles, hits = [float(each) for each in runs["angle"]], runs["hit"].to_numpy(float)
    hit = share_row(hits, np.ones(len(hits)), options.level)
    near = _between(_mean([float(rationality(target, angle)) for angle in angles], options), 0.0, 1.0)
    return {
        "target": target,
        "way": way,
        "runs": len(angles),
        **_between(_mean(angles, options), *reach()).to_json("angle"),
        **near.to_json("rationality"),
        "rationality_by_chance": rationality_by_chance(target),
        "hit_rate": hit["mean"],
        "hit_rate_low": hit["low"],
        "hit_rate_high": hit["high"],
        "hit_rate_by_chance": hit_by_chance(target),
        "lift": None if hit["mean"] is None else hit["mean"] - hit_by_chance(target),
    }


def _mean(numbers: Sequence[float], options: ScoringOptions) -> Estimate:
    return jackknifed(_average, numbers, options.level, options.minimum_clips, ("run", "runs"), _ALIKE)


def _between(found: Estimate, least: float, most: float) -> Estimate:
    """The same with an interval that ends where numbers end."""
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(found.low, least), high=min(found.high, most))


def _average(numbers: Sequence[float]) -> float:
    return float(np.mean(numbers)) if len(numbers) else float("nan")


def _score(row: Json) -> Score:
    estimate = Estimate.read(row, "rationality")
    status = "ok" if estimate.mean is not None else "no run was answered whole"
    return Score(estimate, Estimate(None), None, row["runs"], row["runs"] * len(PRIMARY), status)


def _scalars(angles: pd.DataFrame, options: ScoringOptions) -> dict[str, Estimate]:
    """Means over the four targets, each way, with chance beside them, and what goals change."""
    pairs = [(str(value), float(angle)) for value, angle in zip(angles["value"], angles["angle"], strict=True)]
    hits = [float(hit) for hit in angles["hit"]]
    told = angles.assign(
        rationality=[float(rationality(target, angle)) for target, angle in pairs],
        hit_rate=hits,
        lift=[hit - hit_by_chance(target) for hit, (target, _) in zip(hits, pairs, strict=True)],
    )
    found: dict[str, Estimate] = {}
    for way in WAYS:
        for name, least in (("rationality", 0.0), ("hit_rate", 0.0), ("lift", -1.0)):
            found[f"{name}_{way}"] = _between(_over_targets(told[told[WAY] == way], name, options), least, 1.0)
    found["rationality_by_chance"] = Estimate(_average([rationality_by_chance(target) for target in TARGETS]))
    found["hit_rate_by_chance"] = Estimate(_average([hit_by_chance(target) for target in TARGETS]))
    found["goal_effect"] = _goal_effect(angles, options)
    return found


def _over_targets(told: pd.DataFrame, name: str, options: ScoringOptions) -> Estimate:
    """Mean over the four targets of their means, with an interval over runs, each of which has all targets in it."""

    def mean(runs: Sequence[str]) -> float:
        by_target = told[told[RUN].isin(runs)].groupby("value")[name].mean()
        return float(by_target.mean()) if len(by_target) == len(TARGETS) else float("nan")

    runs = list(dict.fromkeys(map(str, told[RUN])))
    found = jackknifed(mean, runs, options.level, options.minimum_clips, ("run", "runs"), _ALIKE)
    return found if found.mean is not None else Estimate(None, why="a target is missing")


def _goal_effect(angles: pd.DataFrame, options: ScoringOptions) -> Estimate:
    """How much rationality goals add, over targets and runs that were answered whole both ways."""
    told = zip(angles["value"], angles["angle"], strict=True)
    near = angles.assign(near=[float(rationality(str(value), angle)) for value, angle in told])
    both = near.pivot_table(index=["value", RUN], columns=WAY, values="near").reindex(columns=list(WAYS)).dropna()
    gain = (both["goal"] - both["plain"]).groupby(level=RUN).mean()
    return _mean([float(each) for each in gain], options)


def _notes(answers: pd.DataFrame, angles: pd.DataFrame, instrument: Instrument) -> tuple[str, ...]:
    asked = len(answers[["value", RUN]].drop_duplicates())
    lost = {way: asked - int((angles[WAY] == way).sum()) for way in WAYS}
    return tuple(
        f"{count} of {asked} runs {words} have no angle: traits, a goal or a choice is missing"
        for count, words in ((lost["goal"], "with a goal"), (lost["plain"], "without a goal"))
        if count
    )


def _in_words(row: Json) -> str:
    way = "with a goal" if row["way"] == "goal" else "without a goal"
    if row["hit_rate"] is None:
        return f"{row['target']}, {way}: no run was answered whole"
    near, blind, chance = (row[name] for name in ("rationality", "rationality_by_chance", "hit_rate_by_chance"))
    return (
        f"{row['target']}, {way}: rationality {near:.2f} (blind answers {blind:.2f}), hit rate {row['hit_rate']:.0%} "
        f"(blind answers {chance:.2%}), lift {100 * row['lift']:+.2f} points, over {row['runs']} runs"
    )
