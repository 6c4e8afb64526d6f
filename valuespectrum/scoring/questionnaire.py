"""Inductive Scoring Questionnaire: four ratings and two yes/no terms make one interest score per clip.

The formula is ``agents.personas.isq_score``. Ratings are asked as single digits, because a two-digit 10 begins like a 1
for most tokenizers, and stretched from 0..9 to 0..10; the yes/no terms are probabilities of yes.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.personas import IsqOptions, isq_score
from valuespectrum.choices import DIGITS
from valuespectrum.questions import ISQ_RATINGS, ISQ_YES_NO
from valuespectrum.scoring.cells import ScoringOptions, judge

if TYPE_CHECKING:
    import pandas as pd


def questionnaire_scores(
    answers: pd.DataFrame, options: ScoringOptions, questionnaire: IsqOptions | None = None
) -> pd.DataFrame:
    """Interest score of every clip whose six terms were all answered, the yes/no terms in both orders.

    Args:
        answers: Asks of one respondent whose ``item`` is a questionnaire term.
        options: Scoring options.
        questionnaire: Range of the yes/no terms and threshold of interest, which the paper leaves open.

    Returns:
        One row per value and clip: ``like`` (the score in percent), ``interested`` (0 or 1) and ``answers``.
    """
    form = questionnaire or IsqOptions()
    ratings = _rating_terms(answers[answers["item"].isin(ISQ_RATINGS)], options)
    choices = _yes_no_terms(answers[answers["item"].isin(ISQ_YES_NO)], options)
    names = [*ISQ_RATINGS, *ISQ_YES_NO]
    terms = ratings.join(choices, how="inner").reindex(columns=names).dropna()
    score = [_interest(row, form) for row in terms.to_dict("records")]
    scored = terms.reset_index()[["value", "clip"]].assign(like=np.array(score, dtype=float))
    return scored.assign(
        interested=(scored["like"] > form.threshold).astype(float),
        answers=len(ISQ_RATINGS) + 2 * len(ISQ_YES_NO),
    )


def _interest(terms: Mapping[Hashable, float], form: IsqOptions) -> float:
    return isq_score(
        visual_appeal=terms["visual_appeal"],
        curiosity_stimulation=terms["curiosity_stimulation"],
        emotional_engagement=terms["emotional_engagement"],
        value_expectation=terms["value_expectation"],
        preference_alignment=form.term(terms["preference_alignment"]),
        action_desire=form.term(terms["action_desire"]),
        options=form,
    )


def _rating_terms(answers: pd.DataFrame, options: ScoringOptions) -> pd.DataFrame:
    """Expected rating per value and clip, one column per term, 0 to 10; NaN where the answer does not count."""
    import pandas as pd

    columns = [f"log_probability_{digit}" for digit in DIGITS]
    table = answers.reindex(columns=[*answers.columns, *(name for name in columns if name not in answers)])
    probabilities = np.exp(table[columns].astype(float).to_numpy())
    mass = np.nansum(probabilities, axis=1)
    by_digits = np.nan_to_num(probabilities) @ np.arange(10.0)
    expected = np.divide(by_digits, mass, out=np.full(len(table), np.nan), where=mass >= options.minimum_mass).clip(
        0, 9
    )
    said = pd.to_numeric(table["parsed"].where(table["parsed"].isin(DIGITS)), errors="coerce")
    has_log_probabilities = bool(table[columns].notna().to_numpy().any())
    rating = pd.Series(expected, index=table.index) if has_log_probabilities else said
    counts = (table["error"].fillna("") == "") & (table["parsed"].fillna("") != "refusal")
    return _spread(table.assign(term=(rating * 10.0 / 9.0).where(counts)))


def _yes_no_terms(answers: pd.DataFrame, options: ScoringOptions) -> pd.DataFrame:
    """Probability of yes per value and clip, one column per term; NaN unless both orders count."""
    judged = judge(answers, options)
    judged["term"] = judged["yes"].where(judged["verdict"] == "value")
    return _spread(judged)


def _spread(answers: pd.DataFrame) -> pd.DataFrame:
    means = answers.groupby(["value", "clip", "item"])["term"].agg(lambda terms: terms.mean(skipna=False))
    return means.unstack("item")
