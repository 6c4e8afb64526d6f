"""From a table of answers to everything that a report shows; needs no model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from agents.models.base import NO_CHOICE
from valuespectrum.instruments.isq import questionnaire_scores
from valuespectrum.instruments.paper import paper_clips, paper_intervals, paper_scores, strict_rates
from valuespectrum.instruments.questions import ISQ_RATINGS, ISQ_YES_NO
from valuespectrum.scoring.alignment import align, summarise
from valuespectrum.scoring.bias import answer_rates, bias_terms, refusals_by_value, wording_stability
from valuespectrum.scoring.cells import ScoringOptions, class_shares, clip_scores, judge
from valuespectrum.scoring.profile import LIKING_RANGE, Json, Profile, describe, differences, number, profile
from valuespectrum.scoring.resampling import Resamples, estimate_row, resample
from valuespectrum.scoring.schema import REQUIRED, SCHEMA
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

NO_PERSONA = "none"
"""Tag of asks put to the bare model."""
QUESTIONNAIRE = "isq"
"""Strategy whose asks are questionnaire terms instead of the like battery."""


@dataclass(frozen=True, slots=True)
class _Respondent:
    """One respondent's description with the profile that comparisons need."""

    model: str
    persona: str
    strategy: str
    placebo: bool
    described: Json
    profile: Profile


def score_answers(
    answers: pd.DataFrame, options: ScoringOptions, targets: Mapping[str, Mapping[str, float]] | None = None
) -> Json:
    """Score every respondent of a run and compare personas with their targets.

    Args:
        answers: One row per ask with the columns ``REQUIRED`` and ``log_probability_<choice>`` where known.
        options: Scoring options.
        targets: Persona to target profile in -1..1.

    Returns:
        The first respondent without a persona at the top level (``profile``, ``bias``, ``refusal_rate``, ...), all
        respondents under ``respondents``, one row per persona and model under ``personas`` and their
        means under ``persona_summary``.

    Raises:
        InputError: The table is empty, lacks a column, or holds items of no instrument.
    """
    missing = [column for column in REQUIRED if column not in answers]
    if missing:
        raise InputError(f"the table of answers lacks columns: {', '.join(missing)}")
    if answers.empty:
        raise InputError("there are no answers to score", "run the benchmark first")
    pairs = answers[["value", "clip"]].drop_duplicates().itertuples(index=False, name=None)
    draws = resample(pairs, options.draws, stream(options.seed, "bootstrap"))
    respondents = list(_respondents(answers, draws, options))
    primary = next((one for one in respondents if one.persona == NO_PERSONA), respondents[0])
    personas = list(_persona_rows(respondents, targets or {}, options))
    return {
        "schema": SCHEMA,
        "scoring": asdict(options),
        **primary.described,
        "respondents": [one.described for one in respondents],
        "personas": personas,
        "persona_summary": summarise(personas, options.level),
    }


def _respondents(answers: pd.DataFrame, draws: Resamples, options: ScoringOptions) -> Iterator[_Respondent]:
    groups = answers.groupby(["model", "persona", "strategy", "placebo"], sort=False)
    for (model, persona, strategy, placebo), table in groups:
        described: Json = {
            "model": str(model),
            "persona": str(persona),
            "strategy": str(strategy),
            "placebo": bool(placebo),
            "n_asks": len(table),
        }
        measured, rows = _score(table, draws, options)
        yield _Respondent(str(model), str(persona), str(strategy), bool(placebo), described | rows, measured)


def _score(table: pd.DataFrame, draws: Resamples, options: ScoringOptions) -> tuple[Profile, Json]:
    """Score one respondent by the instrument that its items belong to."""
    items = set(table["item"])
    if "like" in items:
        return _score_like(table[table["item"] == "like"], draws, options)
    if "paper" in items:
        return _score_paper(table[table["item"] == "paper"], draws, options)
    terms = {*ISQ_RATINGS, *ISQ_YES_NO}
    if not items & terms:
        raise InputError(f"no instrument knows the items {', '.join(sorted(map(str, items)))}")
    return _score_questionnaire(table[table["item"].isin(terms)], draws, options)


def _score_like(answers: pd.DataFrame, draws: Resamples, options: ScoringOptions) -> tuple[Profile, Json]:
    judged = judge(answers, options)
    clips = clip_scores(judged)
    rates = answer_rates(judged, options)
    liking, rows = _describe(answers, clips, draws, options)
    return liking, {
        "instrument": "vqa",
        "readout": str(judged["readout"].iloc[0]),
        **rows,
        "bias": bias_terms(clips, draws, options),
        **{f"{name}_rate": rate["mean"] for name, rate in rates.items()},
        "rates": rates,
        "refusal_by_value": refusals_by_value(judged),
        "wordings": wording_stability(judged),
    }


def _score_questionnaire(answers: pd.DataFrame, draws: Resamples, options: ScoringOptions) -> tuple[Profile, Json]:
    clips = questionnaire_scores(answers, options).assign(theta=np.nan)
    interest, rows = _describe(answers, clips, draws, options)
    heard = answers[answers["error"].fillna("") == ""]
    return interest, {
        "instrument": "isq",
        **rows,
        "bias": {},
        **{f"{name}_rate": number(float(class_shares(heard, name).mean())) for name in NO_CHOICE},
        "interested_share": number(float(clips["interested"].mean())) if len(clips) else None,
    }


def _score_paper(answers: pd.DataFrame, draws: Resamples, options: ScoringOptions) -> tuple[Profile, Json]:
    clips = paper_clips(answers).assign(theta=np.nan)
    liking, rows = _describe(answers, clips, draws, options)
    exact = paper_intervals(clips, options.level)
    for value, row in rows["profile"].items():
        row |= exact[value] if row["status"] == "ok" else {}
    rates = strict_rates(answers, options.level)
    return liking, {
        "instrument": "paper",
        **rows,
        "bias": {},
        **{f"{name}_rate": rate["mean"] for name, rate in rates.items()},
        "rates": rates,
        "paper": paper_scores(answers),
    }


def _describe(
    answers: pd.DataFrame, clips: pd.DataFrame, draws: Resamples, options: ScoringOptions
) -> tuple[Profile, Json]:
    """Profile with everything that all instruments report about it."""
    liking = profile(clips, "like", draws, options)
    described = describe(clips, liking, profile(clips, "theta", draws, options), options)
    asked = answers[["value", "clip"]].drop_duplicates()
    weak = [value for value, row in described.items() if row["status"] != "ok"]
    notes = []
    if weak:
        notes.append(
            f"fewer than {options.minimum_clips} scored clips for {', '.join(weak)}: no interval, no rank, "
            "and left out of the centring"
        )
    if not draws.stratified:
        notes.append(
            "some clips serve several values: values are not independent, and their differences are not tested"
        )
    return liking, {
        "profile": described,
        "overall": _overall(liking, options),
        "differences": differences(clips) if draws.stratified else None,
        "n_clips": int(clips["clip"].nunique()),
        "n_unscored": len(asked) - len(clips),
        "centred_over": int(liking.measured.sum()),
        "notes": notes,
    }


def _overall(liking: Profile, options: ScoringOptions) -> Json:
    """Mean over the measured values: the level that centring removes."""
    if not liking.measured.any():
        return {"mean": None, "low": None, "high": None, "why": ""}
    columns = liking.replicates[:, liking.measured].mean(axis=1)
    clips = int(liking.clips[liking.measured].sum())
    return estimate_row("", liking.mean[liking.measured].mean(), columns, options.level, clips, LIKING_RANGE)


def _persona_rows(
    respondents: list[_Respondent], targets: Mapping[str, Mapping[str, float]], options: ScoringOptions
) -> Iterator[Json]:
    found = {(one.model, one.persona, one.strategy, one.placebo): one.profile for one in respondents}
    for one in respondents:
        if one.persona not in targets or one.placebo:
            continue
        bare = QUESTIONNAIRE if one.strategy == QUESTIONNAIRE else NO_PERSONA
        placebo = found.get((one.model, one.persona, one.strategy, True))
        baseline = found.get((one.model, NO_PERSONA, bare, False))
        yield {
            "model": one.model,
            "persona": one.persona,
            "strategy": one.strategy,
            "target": dict(targets[one.persona]),
            **align(one.profile, targets[one.persona], options, placebo, baseline),
        }
