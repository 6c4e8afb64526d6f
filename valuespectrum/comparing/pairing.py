"""How two respondents are put side by side: set by set where they saw the same clips, else as two samples of clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from valuespectrum.comparing.respondents import RunRespondent
from valuespectrum.measuring.stored_answers import conditions_of
from valuespectrum.runs.run import differences
from valuespectrum.scoring.answered.conclusions import TableStyle
from valuespectrum.scoring.comparing.differential import RATE, Differential, differential
from valuespectrum.scoring.comparing.samples import contrast_of_means
from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.facets.clusters import Integers
from valuespectrum.scoring.facets.comparison import Comparison, judged
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.ranking import Rank, rank
from valuespectrum.scoring.facets.tables import SetTable, contrast
from valuespectrum.scoring.reliability.classical import Coefficient, retest
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Design = Literal["paired", "samples"]

MINUS = (1.0, -1.0)
_CONDITIONS = ("battery", "items", "keywords", "retrieval", "stimuli", "seed")
"""Settings of a run, beside corpus, models and personas, that decide what is asked."""
_TOLD_IN_CLIPS = {"transcript": "transcripts", "described": "captioners"}
"""Words that stand in the place of a picture, or beside it, to the setting that says where they come from."""
_ROUNDING = 1e-9
_FAR = 2.0
"""Log-odds of general liking between two respondents from which on counted draws say less than they seem to."""
_SHOWN = 4
"""Differences between runs that are named."""

_SAMPLES_NOT_PAIRED = "clips are those of two samples, not the same ones: nothing can be said clip by clip"
_ONLY_LOG_PROBABILITIES = "single sets of drawn answers are too coarse to test single clips"


@dataclass(frozen=True, slots=True)
class Judging:
    """By what a comparison is judged."""

    facets: Facets
    """Over what it generalizes."""
    margin: float
    """Within which two count as equal, in the unit of what is compared."""


@dataclass(frozen=True, slots=True)
class Paired:
    """Two respondents with everything that is said about them."""

    first: RunRespondent
    second: RunRespondent
    design: Design
    differences: SetTable
    comparison: Comparison
    ranks: tuple[dict[str, Rank], dict[str, Rank]]
    """Of the values of either, over what is compared."""
    clips: Differential
    retest: Coefficient
    """Correlation of both centred profiles over values: of one model asked twice, or of two checkpoints, test and
    retest."""
    notes: tuple[str, ...]

    def to_json(self) -> Json:
        """As a comparison keeps it."""
        first, second = ({value: row.to_json() for value, row in each.items()} for each in self.ranks)
        return {
            "first": self.first.label,
            "second": self.second.label,
            "design": self.design,
            "n_clips": len(self.differences.clip_names),
            "n_wordings": len(self.differences.wordings),
            "notes": list(self.notes),
            **_about(self.comparison.to_json(), TableStyle(self.first.unit).words),
            "ranks": {"first": first, "second": second},
            "clips": self.clips.to_json(),
            "retest": asdict(self.retest),
        }


def _about(compared: Json, words: Callable[[str], str]) -> Json:
    """A comparison with what it says of clips as told of what was asked about, items of a questionnaire among them."""
    values = {value: row | {"why": words(row["why"])} for value, row in compared["values"].items()}
    told = {name: compared[name] | {"why": words(compared[name].get("why", ""))} for name in ("differ", "general")}
    return {**compared, **told, "values": values, "covers": words(compared["covers"])}


def design_of(several: Sequence[RunRespondent], facets: Facets) -> Design:
    """How some respondents are put together.

    One model on two states of a corpus answers the same about clips that stayed; what changed is which clips there
    are. Others are compared on the clips that all saw, if there are enough.
    """
    same = len({each.respondent.id for each in several}) == 1
    if same and len({each.corpus for each in several}) > 1:
        return "samples"
    tables = [each.table for each in several]
    enough = np.min([(table.clips >= 0).sum(axis=1) for table in tables], axis=0) >= facets.least_clips
    shared = _shared_clips(tables) >= facets.least_clips
    return "samples" if enough.any() and not shared.any() else "paired"


def put_together(design: Design, tables: Sequence[SetTable], weights: Sequence[float], facets: Facets) -> SetTable:
    """A weighted sum of tables under a design.

    Raises:
        InputError: They have nothing in common.
    """
    if design == "paired":
        return contrast(tables, weights)
    return contrast_of_means(tables, weights, facets.least_clips)


def pair(first: RunRespondent, second: RunRespondent, judging: Judging) -> Paired:
    """Compare two respondents.

    Raises:
        InputError: They have nothing in common.
    """
    facets, sides = judging.facets, (first.table, second.table)
    design = design_of((first, second), facets)
    try:
        table = put_together(design, sides, MINUS, facets)
    except InputError as error:
        raise InputError(f"{first.label} and {second.label}: {error.message}", error.hint) from error
    paired = design == "paired"
    # With a weight of 0, the other table only says which sets count.
    own = [contrast(both, (1.0, 0.0)) if paired else both[0] for both in (sides, sides[::-1])]
    reckoned = [reckon(each, facets) for each in own]
    ranks = [rank(each) for each in reckoned]
    comparison = judged(table, sides, facets, judging.margin)
    return Paired(
        first,
        second,
        design,
        table,
        comparison,
        (ranks[0], ranks[1]),
        _clip_by_clip(table, paired, facets.level),
        retest(reckoned[0].centred.estimate, reckoned[1].centred.estimate, facets.level),
        (*notes_on(first, second, design, table), *_squeezed(table, comparison)),
    )


def _shared_clips(tables: Sequence[SetTable]) -> Integers:
    """How many clips of each value all tables have, shape (values,)."""
    named = [
        [{table.clip_names[code] for code in row if code >= 0} for row in table.clips.tolist()] for table in tables
    ]
    return np.array([len(set.intersection(*rows)) for rows in zip(*named, strict=True)])


def _clip_by_clip(table: SetTable, paired: bool, level: float) -> Differential:
    if not paired:
        return Differential((), 0, RATE, why=_SAMPLES_NOT_PAIRED)
    if table.layout.readout != "log_probability":
        return Differential((), 0, RATE, why=_ONLY_LOG_PROBABILITIES)
    return differential(table, level=level)


def _squeezed(table: SetTable, comparison: Comparison) -> Iterator[str]:
    """What far apart general liking does to counted draws."""
    general = comparison.analysis.general.estimate.mean
    if table.layout.readout == "samples" and general is not None and abs(general) >= _FAR:
        yield (
            f"one likes everything {abs(general):.1f} log-odds more: counted draws are squeezed near their ends, so "
            "that equal values far from the middle may be found to differ more often than is stated"
        )


def notes_on(first: RunRespondent, second: RunRespondent, design: Design, table: SetTable) -> Iterator[str]:
    """What a comparison has to be read with, a sentence each, without the full stop.

    Args:
        first: One respondent.
        second: The other.
        design: How they are put together.
        table: Their differences.
    """
    for each in (first, second):
        if each.told.why:
            yield f"{each.label}: {each.told.why}"
    if design == "paired" and not np.nanmax(np.abs(table.log_odds)) > _ROUNDING:
        yield "they answered every set alike: one model twice, or a copy of a run"
    several = [set(each.table.clip_names) for each in (first, second)]
    used, seen = len(table.clip_names), len(several[0] | several[1])
    if first.corpus != second.corpus:
        if design == "samples":
            yield (
                f"the runs were shown different corpora ({len(several[0] & several[1])} of {seen} clips are in both): "
                "the difference is one of means, and may be one between the corpora"
            )
        else:
            yield (
                f"the runs were shown different corpora: compared on the {used} of {seen} clips that both saw, which "
                "may have been shown by other frames"
            )
    elif design == "samples":
        yield "they were shown different clips: the difference is one of means of two samples of clips"
    elif used < seen:
        yield f"compared on the {used} of {seen} clips that both answered about"
    wordings = [set(each.table.wordings) for each in (first, second)]
    alone = sorted(wordings[0] ^ wordings[1])
    if alone:
        yield f"wordings that only one of them was asked in are left out: {', '.join(alone)}"
    if first.run != second.run:
        yield from _put_otherwise(first, second)
        told = _made_otherwise(first, second)
        if told:
            more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
            yield f"the runs were made otherwise: {'; '.join(told[:_SHOWN])}{more}"


def _put_otherwise(first: RunRespondent, second: RunRespondent) -> Iterator[str]:
    """What two respondents of two runs were shown, and told to be, in other ways."""
    shown = [conditions_of(each.manifest.settings)[0] for each in (first, second)]
    if shown[0] != shown[1]:
        yield f"clips were shown to one as {shown[0]}, to the other as {shown[1]}"
    roles = [each.respondent.role for each in (first, second)]
    if roles[0].words == roles[1].words and roles[0].system != roles[1].system:
        yield f"{roles[0].words} was put into other words in one run than in the other"


def _made_otherwise(first: RunRespondent, second: RunRespondent) -> list[str]:
    """Settings in which two runs differ, and those of a model that both hold."""
    sides = [each.manifest.settings for each in (first, second)]
    shown = conditions_of(sides[0])[0]
    names = [*_CONDITIONS, *(name for word, name in _TOLD_IN_CLIPS.items() if word in shown)]
    found = [each for name in names for each in differences(sides[0].get(name), sides[1].get(name), (name,))]
    if first.who.model == second.who.model:
        conditions = [dict(each.respondent.conditions) for each in (first, second)]
        found += differences(conditions[0], conditions[1], ("model",))
    return [str(each) for each in found]
