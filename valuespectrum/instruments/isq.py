"""Inductive Scoring Questionnaire: four ratings and two yes/no terms make one interest score per clip.

The formula is ``isq_score``. Ratings are asked as single digits, because a two-digit 10 begins like a 1
for most tokenizers, and stretched from 0..9 to 0..10 (or 1..10); the yes/no terms are probabilities of yes. What the
publication leaves open are options (``IsqOptions``).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from agents.answers.schema import CHOICE_COLUMN, COUNT_COLUMN
from agents.models.base import NO_CHOICE, NO_PICTURE
from agents.models.yes_no import NO, YES
from valuespectrum.instruments.base import Item, Licence, Setting
from valuespectrum.instruments.battery import (
    DIGITS,
    ORDERS,
    RATINGS,
    Form,
    PictureBattery,
    WordingOptions,
)
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.instruments.registry import INSTRUMENTS, NEWER
from valuespectrum.instruments.wordings.questionnaire import ISQ_RATINGS, ISQ_YES_NO, RATING_SUFFIX
from valuespectrum.instruments.wordings.template import options as option_words
from valuespectrum.scoring.cells import ScoringOptions, class_shares, judge
from valuespectrum.scoring.choices.reading import read_options
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.ordinal.rated import RatedAnswers, rated_answers
from valuespectrum.scoring.profile import number
from valuespectrum.scoring.units import Units
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

_TERMS = {**ISQ_RATINGS, **ISQ_YES_NO}
_WORDS = Licence("Apache-2.0", "this project, after the terms of Li et al. (ACL 2025)")
_ASKS = len(ISQ_RATINGS) + len(ORDERS) * len(ISQ_YES_NO)


@dataclass(frozen=True, slots=True)
class IsqOptions:
    """What the paper leaves open about the Inductive Scoring Questionnaire."""

    signed_terms: bool = False
    """Whether preference alignment and action desire run from -1 to 1 (a published row needs a negative term,
    which 0 to 1 cannot give) or from 0 to 1 (as the published formula suggests, since it reaches 100)."""
    threshold: float = 60.0
    """Percent above which the persona counts as interested; the paper names 60 as an example."""

    lowest: int = 0
    """What the digit 0 is stretched to, 0 or 1: whether ratings run from 0 to 10 or from 1 to 10 is not said either."""

    def __post_init__(self) -> None:
        least, most = self.ends
        if not least <= self.threshold <= most:
            bounds = f"{least:.0f}..{most:.0f}"
            raise InputError(f"threshold must lie in {bounds}, got {self.threshold:g}", "60 is the example")
        if self.lowest not in (0, 1):
            raise InputError(f"the lowest rating is 0 or 1, not {self.lowest}")

    @property
    def ends(self) -> tuple[float, float]:
        """Between which a score lies, percent."""
        return (-100 / 3 if self.signed_terms else 0.0), 100.0

    def term(self, probability: float) -> float:
        """Turn a probability of yes into a term of the formula in the chosen range."""
        return 2 * probability - 1 if self.signed_terms else probability


@dataclass(frozen=True, slots=True)
class QuestionnaireOptions(WordingOptions):
    """Options of the instrument; those of the formula are what the paper leaves open (``IsqOptions``)."""

    signed_terms: bool = field(default=False, metadata=NEWER)
    """Whether the two yes/no terms run from -1 to 1."""
    threshold: float = field(default=60.0, metadata=NEWER)
    """Percent above which somebody counts as interested."""
    lowest: int = field(default=0, metadata=NEWER)
    """What the lowest rating is worth."""

    def __post_init__(self) -> None:
        # A class with slots is another one than its body knows.
        WordingOptions.__post_init__(self)
        IsqOptions(self.signed_terms, self.threshold, self.lowest)

    @property
    def formula(self) -> IsqOptions:
        """The ones of the formula."""
        return IsqOptions(self.signed_terms, self.threshold, self.lowest)


@INSTRUMENTS.register("isq")
class Questionnaire(PictureBattery):
    """How interested a respondent is in pictures, by six questions about each."""

    name: ClassVar[str] = "isq"
    title: ClassVar[str] = "Inductive Scoring Questionnaire"
    measures: ClassVar[str] = (
        "interest in pictures that stand for each value, in percent, by four ratings and two terms"
    )
    Options = QuestionnaireOptions
    items: ClassVar[Sequence[Item]] = tuple(Item(term, (text,), _WORDS) for term, text in _TERMS.items())

    def __init__(self, options: QuestionnaireOptions | None = None) -> None:
        self.options: QuestionnaireOptions = options or QuestionnaireOptions()

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        return _ASKS * pictures

    def questions(self, setting: Setting) -> PictureAsks:
        """Six terms about every picture, the yes/no terms in both orders."""
        return PictureAsks(setting, lambda role: questionnaire_forms(), self.options.prefill)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """Interest by value, over clips whose terms were all answered."""
        clips = questionnaire_scores(answers, options, self.options.formula).assign(theta=np.nan)
        heard = answers[answers["error"].fillna("") == ""]
        interested = number(float(clips["interested"].mean())) if len(clips) else None
        scores = UnitScores(clips, bounds=self.options.formula.ends, scales={"log_odds": "theta"})
        measured = profiled(self, answers, scores, units, options)
        return replace(
            measured,
            scalars={"interested_share": Estimate(interested)},
            details={
                **{f"{name}_rate": number(float(class_shares(heard, name).mean())) for name in NO_CHOICE},
                "interested_share": interested,
            },
        )

    def rated(self, answers: pd.DataFrame, options: ScoringOptions) -> RatedAnswers:
        """Digits of the four ratings by clip, every question a version of its own."""
        ratings = answers[answers["item"].isin(ISQ_RATINGS)]
        read = read_options(ratings, DIGITS, options)
        clip = ratings["value"] + " " + ratings["clip"]
        asked = ratings[["value"]].assign(item=clip, version=ratings["item"])
        return rated_answers(asked, read, np.zeros(len(ratings), dtype=bool))


def questionnaire_forms() -> list[Form]:
    """The six terms: ratings as single digits, yes/no terms in both orders."""
    ratings = [Form(term, term, 1, "", f"{text} {RATING_SUFFIX}", RATINGS) for term, text in ISQ_RATINGS.items()]
    return ratings + [
        Form(term, term, 1, order[0], text.format(options=option_words(order)), (YES, NO))
        for term, text in ISQ_YES_NO.items()
        for order in ORDERS
    ]


def isq_score(
    ratings: tuple[float, float, float, float],
    terms: tuple[float, float],
    options: IsqOptions = IsqOptions(),
) -> float:
    """Percent of the Inductive Scoring Questionnaire of Value-Spectrum (Li et al., ACL 2025).

    ``(v_a + c_s + e_e + v_e + 10 p_a + 10 a_d) / 60 * 100``.

    Args:
        ratings: Visual appeal, curiosity stimulation, emotional engagement and value expectation, 0 to 10. Those asked
            as digits 0 to 9 are to be multiplied by 10 / 9 first.
        terms: Preference alignment and action desire, 0 to 1, or -1 to 1 with signed terms.
        options: Range of the two terms.

    Returns:
        At most 100; at least 0, or -33.3 with signed terms.

    Raises:
        InputError: A rating or term lies outside its range.

    Example:
        >>> isq_score((7, 8, 6, 9), (0, 0))
        50.0
    """
    lowest = -1.0 if options.signed_terms else 0.0
    if not all(0 <= rating <= 10 for rating in ratings):
        raise InputError(f"ratings must lie in 0..10, got {ratings}", "rescale digit ratings first")
    if not all(lowest <= term <= 1 for term in terms):
        raise InputError(f"terms must lie in {lowest:g}..1, got {terms}", "signed_terms allows -1..1")
    return (sum(ratings) + 10 * sum(terms)) / 60 * 100


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
    ratings = _rating_terms(answers[answers["item"].isin(ISQ_RATINGS)], options, form)
    choices = _yes_no_terms(answers[answers["item"].isin(ISQ_YES_NO)], options)
    names = [*ISQ_RATINGS, *ISQ_YES_NO]
    terms = ratings.join(choices, how="inner").reindex(columns=names).dropna()
    score = [_interest(row, form) for row in terms.to_dict("records")]
    scored = terms.reset_index()[["value", "clip"]].assign(like=np.array(score, dtype=float))
    return scored.assign(
        interested=(scored["like"] > form.threshold).astype(float),
        answers=_ASKS,
    )


def _interest(terms: Mapping[Hashable, float], form: IsqOptions) -> float:
    appeal, curiosity, engagement, expectation = (terms[name] for name in ISQ_RATINGS)
    alignment, desire = (form.term(terms[name]) for name in ISQ_YES_NO)
    return isq_score((appeal, curiosity, engagement, expectation), (alignment, desire), form)


def _rating_terms(answers: pd.DataFrame, options: ScoringOptions, form: IsqOptions) -> pd.DataFrame:
    """Expected rating per value and clip, one column per term, up to 10; NaN where the answer does not count.

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
    return _spread(answers.assign(term=(form.lowest + rating * (10.0 - form.lowest) / 9.0).where(counts)))


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
