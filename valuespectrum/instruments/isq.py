"""Inductive Scoring Questionnaire: four ratings and two yes/no terms make one interest score per clip.

The formula is ``isq_score``. Ratings are asked as single digits, because a two-digit 10 begins like a 1
for most tokenizers, and stretched from 0..9 to 0..10; the yes/no terms are probabilities of yes.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN
from agents.models.base import NO_PICTURE
from agents.personas.persona import IsqOptions, isq_score
from valuespectrum.instruments.choices import DIGITS
from valuespectrum.instruments.questions import ISQ_RATINGS, ISQ_YES_NO
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
    """Expected rating per value and clip, one column per term, 0 to 10; NaN where the answer does not count.

    Expectations are over the probabilities of the digits, where all are known, or over the digits that were drawn;
    for answers in words alone the rating is the digit said. No digit counts that was neither said nor told.
    """
    said = answers["parsed"].fillna("")
    rating = _expected(answers, CHOICE_COLUMN, options)
    if rating.isna().all():
        rating = _expected(answers, COUNT_COLUMN, options)
    if not _told(answers):
        rating = said.where(said.isin(DIGITS)).astype(float)
    counts = (answers["error"].fillna("") == "") & (said != NO_PICTURE)
    return _spread(answers.assign(term=(rating * 10.0 / 9.0).where(counts)))


def _told(answers: pd.DataFrame) -> bool:
    """Whether there is more than words: log-probabilities or draws."""
    names = [name for name in answers if str(name).startswith((CHOICE_COLUMN, COUNT_COLUMN))]
    return bool(answers[names].notna().to_numpy().any())


def _expected(answers: pd.DataFrame, prefix: str, options: ScoringOptions) -> pd.Series[float]:
    """Mean digit, 0 to 9; NaN where the digits are unknown, or are too small a part of the answer."""
    import pandas as pd

    columns = [f"{prefix}{digit}" for digit in DIGITS]
    table = answers.reindex(columns=columns).astype(float)
    if prefix == CHOICE_COLUMN:
        weights = np.exp(table.to_numpy())
        whole = np.ones(len(table))
    else:
        weights = np.nan_to_num(table.to_numpy())
        whole = answers[[name for name in answers if str(name).startswith(prefix)]].sum(axis=1).to_numpy(dtype=float)
    mass = weights.sum(axis=1)
    counts = (mass > 0) & (mass >= options.minimum_mass * whole)
    rating = np.divide(weights @ np.arange(10.0), mass, out=np.full(len(table), np.nan), where=counts)
    return pd.Series(rating.clip(0, 9), index=answers.index)


def _yes_no_terms(answers: pd.DataFrame, options: ScoringOptions) -> pd.DataFrame:
    """Probability of yes per value and clip, one column per term; NaN unless both orders count."""
    judged = judge(answers, options)
    judged["term"] = judged["yes"].where(judged["verdict"] == "value")
    return _spread(judged)


def _spread(answers: pd.DataFrame) -> pd.DataFrame:
    means = answers.groupby(["value", "clip", "item"])["term"].agg(lambda terms: terms.mean(skipna=False))
    return means.unstack("item")
