"""The published Value-Spectrum protocol and its score, as they were published, to compare with.

Li et al. (ACL 2025): score = 100 * yes / n per value. The authors' public parser takes every reply that contains
"yes" as a yes and everything else, refusals included, as a no. The "std" of a model is the sample standard
deviation (n - 1) over its ten value scores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean, stdev
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from agents.models.base import NO_CHOICE, REFUSAL
from agents.models.parsing.parse import contains_yes, parse_answer
from agents.models.yes_no import NO, YES
from valuespectrum.instruments.base import Item, Licence, Setting
from valuespectrum.instruments.battery import Form, PictureBattery
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.instruments.wordings.questionnaire import PAPER_QUESTION
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.shares import share_row
from valuespectrum.scoring.units import Units
from valuespectrum.stimuli.retrieval import Assignment
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

_FORM = Form("paper", "paper", 1, "yes", PAPER_QUESTION)


@INSTRUMENTS.register("paper")
class PaperBattery(PictureBattery):
    """Which kinds of pictures a respondent says yes to, by one question in one form."""

    name: ClassVar[str] = "paper"
    title: ClassVar[str] = "Published Value-Spectrum protocol"
    measures: ClassVar[str] = (
        "share of pictures of each value that are liked, as published: whatever holds no yes is a no"
    )
    pictures: ClassVar[Assignment | None] = "overlapping"
    examples: ClassVar[tuple[Mapping[str, str | int], ...]] = ({"polarity": 1, "first": "yes"},)
    published: ClassVar[str] = "published protocol"
    items: ClassVar[Sequence[Item]] = (Item("paper", (PAPER_QUESTION,), Licence("quoted", "Li et al., ACL 2025")),)

    def cost(self, pictures: int) -> int:
        """Asks to one respondent."""
        return pictures

    def questions(self, setting: Setting) -> PictureAsks:
        """The published question about every picture."""
        return PictureAsks(setting, lambda role: (_FORM,), self.options.prefill)

    def measure(self, answers: pd.DataFrame, units: Units, options: ScoringOptions) -> Measurement:
        """The published score, with exact intervals that were not published."""
        clips = paper_clips(answers).assign(theta=np.nan)
        exact = paper_intervals(clips, options.level)
        rates = strict_rates(answers, options.level)
        measured = profiled(self, answers, UnitScores(clips, scales={"log_odds": "theta"}), units, options)
        return replace(
            measured,
            scores={
                value: replace(score, estimate=Estimate.read(exact[value])) if score.status == "ok" else score
                for value, score in measured.scores.items()
            },
            rates={name: Estimate.read(row) for name, row in rates.items()},
            details={
                **{f"{name}_rate": rate["mean"] for name, rate in rates.items()},
                "paper": paper_scores(answers),
            },
        )


def paper_scores(answers: pd.DataFrame) -> Json:
    """Score the answers of one respondent to the published question.

    Args:
        answers: Asks with columns ``value, text, error``; failed asks are left out and counted.

    Returns:
        ``scores`` (value to 0..100, ``None`` without answers), ``n`` (answers per value), ``mean``, ``std``
        (``None`` below two values), ``neither`` (share of replies that hold neither yes nor no, all counted as
        no by the published rule) and ``errors``.
    """
    failed = answers["error"].fillna("") != ""
    heard = answers[~failed]
    replies = heard["text"].fillna("").str.lower()
    yes = replies.map(contains_yes)
    liked = heard["value"][yes].value_counts()
    counts = heard["value"].value_counts()
    scores = {
        value: 100 * int(liked.get(value, 0)) / int(counts[value]) if value in counts else None for value in VALUES
    }
    return {
        "scores": scores,
        "n": {value: int(counts.get(value, 0)) for value in VALUES},
        **spread(scores),
        "neither": float((~yes & ~replies.str.contains(r"\bno\b")).mean()) if len(heard) else None,
        "errors": int(failed.sum()),
    }


def paper_clips(answers: pd.DataFrame) -> pd.DataFrame:
    """The published score per value and clip, for intervals that were not published.

    Returns:
        One row per value and clip: ``like`` (100 for a yes, else 0) and ``answers``.
    """
    heard = answers[answers["error"].fillna("") == ""]
    yes = heard.assign(like=heard["text"].fillna("").map(contains_yes).astype(float) * 100.0)
    return yes.groupby(["value", "clip"], as_index=False).agg(like=("like", "mean"), answers=("like", "size"))


def paper_intervals(clips: pd.DataFrame, level: float) -> dict[str, Json]:
    """The published score per value with its exact interval, clips as units.

    Args:
        clips: As ``paper_clips`` returns them.
        level: Coverage aimed at.

    Returns:
        Value to ``mean, low, high`` from 0 to 100; values without answers are left out.
    """
    rows = {}
    for value, table in clips.groupby("value"):
        yes = (table["like"] * table["answers"] / 100.0).round()
        share = share_row(yes.to_numpy(float), table["answers"].to_numpy(float), level)
        rows[str(value)] = {end: 100.0 * share[end] for end in ("mean", "low", "high")} | {"why": ""}
    return rows


def strict_rates(answers: pd.DataFrame, level: float) -> dict[str, Json]:
    """What the strict parser makes of the replies that the published rule hears as yes or no.

    Returns:
        ``refusal``, ``no_picture`` and ``unparsed``: share of the answers that came back, as ``share_row`` gives it.
    """
    heard = answers[answers["error"].fillna("") == ""]
    classes = heard["text"].fillna("").map(lambda reply: parse_answer(reply, (YES, NO)))
    classes = classes.mask(heard["parsed"] == REFUSAL, REFUSAL)  # a server that declines need not say a word
    rates = {}
    for name in NO_CHOICE:
        counts = (classes == name).groupby(heard["clip"]).agg(["sum", "size"])
        rates[name] = share_row(counts["sum"].to_numpy(float), counts["size"].to_numpy(float), level)
    return rates


def spread(scores: Mapping[str, float | None]) -> Json:
    """Mean and sample standard deviation over the values of one model."""
    known = [score for score in scores.values() if score is not None]
    return {"mean": fmean(known) if known else None, "std": stdev(known) if len(known) > 1 else None}
