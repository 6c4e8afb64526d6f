"""From the answers of one respondent to ratings of responses, with what they hold beside closeness taken out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from valuespectrum.instruments.value_portrait.rules import RATING, REVERSED
from valuespectrum.instruments.value_portrait.scores import Answers
from valuespectrum.instruments.wordings.describing_oneself import LABELS
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.choices.reading import OptionAnswers, read_options
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.tables import QUERY
from valuespectrum.scoring.ratings import ScaleLean, expected_steps, liking_steps
from valuespectrum.scoring.shares import share_row

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
MIDDLE = 3.5
STEPS = "steps of 1 to 6"


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close responses are to the respondent's thoughts."""

    rows: pd.DataFrame
    """``value, clip, wording, theta``: a rating from 1 to 6 by response (or clip) and wording, mean of both orders."""
    read: OptionAnswers
    lean: ScaleLean
    """Towards the answers that are listed last, in steps."""
    places: Floats
    """Shape (asks,): expected place of the answer in its list, from 1; NaN where an answer does not count."""


def closeness(plain: pd.DataFrame, unit: str, options: ScoringOptions) -> Closeness:
    """Ratings by unit and wording.

    Args:
        plain: Answers of one frame of mind.
        unit: The tag of what is rated, ``item`` or ``clip``.
        options: Readout and least mass.
    """
    read = read_options(plain, LABELS, options)
    rating = expected_steps(read.shares)
    place = np.where((plain["first"] == "least").to_numpy(), rating, len(LABELS) + 1 - rating)
    rated = plain[["value", "wording", "polarity"]].assign(clip=plain[unit], number=place)
    rows, lean = liking_steps(rated.astype({"polarity": int}), MIDDLE)
    return Closeness(rows, read, lean, np.asarray(place))


def said(plain: pd.DataFrame) -> Answers:
    """What was said in words, by response and version, as the published rules take it."""
    told: dict[str, dict[str, float]] = {str(item): {} for item in plain["item"].unique()}
    failed = plain["error"].fillna("") != ""
    heard = plain.loc[~failed, ["item", "wording", "first", "parsed"]].astype(str)
    for item, wording, first, parsed in heard.itertuples(index=False, name=None):
        if parsed in RATING:
            told[item][wording + (REVERSED if first == "least" else "")] = float(RATING[parsed])
    return told


def tags_of(plain: pd.DataFrame) -> Mapping[str, tuple[str, ...]]:
    """Response to the dimensions that it counts for, as they were written down when it was asked about."""
    listed = plain[["item", "tags"]].drop_duplicates("item")
    return {str(item): tuple(str(tags).split()) for item, tags in listed.itertuples(index=False, name=None)}


def queries_of(plain: pd.DataFrame) -> Mapping[str, str]:
    """Response to what it answers."""
    pairs = plain[["item", QUERY]].drop_duplicates("item").itertuples(index=False, name=None)
    return {str(item): str(query) for item, query in pairs}


def order_sensitivity(told: Answers, queries: Mapping[str, str], level: float) -> Estimate:
    """Share of responses whose answer changes with the order of the list: the mean of the shares of the wordings.

    As published, a wording in which fewer responses were answered in both orders counts as much as any other.

    Args:
        told: What was said.
        queries: Response to its query, which is drawn again for the interval.
        level: Coverage aimed at.
    """
    both = [
        (queries[response], version, float(first != answers[version + REVERSED]))
        for response, answers in told.items()
        for version, first in answers.items()
        if version + REVERSED in answers
    ]
    counts = Counter(version for _, version, _ in both)
    changed: dict[str, list[tuple[float, float]]] = {}
    for query, version, differs in both:
        weight = len(both) / (len(counts) * counts[version])
        changed.setdefault(query, []).append((weight * differs, weight))
    return _share(changed, level)


def prompt_sensitivity(told: Answers, queries: Mapping[str, str], level: float) -> Estimate:
    """Share of responses whose answers in the wordings, the most listed first, are not all the same.

    As published, a wording counts for a response where it was answered in both orders.

    Args:
        told: What was said.
        queries: Response to its query, which is drawn again for the interval.
        level: Coverage aimed at.
    """
    changed: dict[str, list[tuple[float, float]]] = {}
    for response, answers in told.items():
        numbers = [number for version, number in answers.items() if version + REVERSED in answers]
        if len(numbers) > 1:
            changed.setdefault(queries[response], []).append((float(len(set(numbers)) > 1), 1.0))
    return _share(changed, level)


def _share(changed: Mapping[str, list[tuple[float, float]]], level: float) -> Estimate:
    hits = np.array([sum(hit for hit, _ in listed) for listed in changed.values()])
    bases = np.array([sum(weight for _, weight in listed) for listed in changed.values()])
    return Estimate.read(share_row(hits, bases, level)) if len(bases) else Estimate(None)
