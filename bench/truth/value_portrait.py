"""Value Portrait on respondents with known values, with responses drawn anew again and again: coverage, false alarms.

As ``bench.truth.portraits``: strength and ease of every response are drawn again for every respondent, as in
``reference/items/responding.py``. ``python -m bench.truth.value_portrait [RESPONDENTS]``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from bench.truth.portraits import PortraitTruth, planted_respondents, planted_truth_of
from valuespectrum.instruments.value_portrait.instrument import ValuePortrait
from valuespectrum.instruments.value_portrait.items import OWN, read_responses
from valuespectrum.instruments.wordings.describing_oneself import LABELS
from valuespectrum.reference.cohort import CohortMember
from valuespectrum.reference.planted import Mind, rating_distribution
from valuespectrum.reference.portrayed import EASE, STRENGTHS, WORDING_EASE

if TYPE_CHECKING:
    import pandas as pd


def planted_responses(count: int, seed: int = 0, flat: bool = False) -> PortraitTruth:
    """Measure drawn respondents, each with responses of its own.

    Args:
        count: How many.
        seed: Root seed of respondents and responses.
        flat: Whether nobody has values, so that whatever is found is a false alarm.
    """
    return planted_truth_of(ValuePortrait(), _answers, planted_respondents(count, seed, flat), seed)


def _answers(asked: pd.DataFrame, member: CohortMember, generator: np.random.Generator) -> Mapping[str, np.ndarray]:
    """Log-probabilities of the six answers, with responses drawn for this respondent alone."""
    refined = {each.id: each.designed for each in read_responses(OWN)}
    responses, mind = {}, Mind(member)
    for item in asked["item"].unique():
        eases = {wording: float(generator.normal(0, WORDING_EASE)) for wording in asked["wording"].unique()}
        responses[item] = (float(generator.uniform(*STRENGTHS)), float(generator.normal(0, EASE)), eases)
    rows = []
    for item, wording, polarity in asked[["item", "wording", "polarity"]].itertuples(index=False):
        strength, ease, eases = responses[item]
        meant = strength * member.words[refined[item]] + ease + eases[wording]
        shares = rating_distribution(mind, meant, 1, len(LABELS), polarity > 0, agreement=True)
        rows.append(shares if polarity > 0 else shares[::-1])
    logs = np.log(np.maximum(np.array(rows), 1e-12))
    return {f"log_probability_{label}": logs[:, place] for place, label in enumerate(LABELS)}


if __name__ == "__main__":
    respondents = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(planted_responses(respondents))
    print("flat", planted_responses(respondents, flat=True))
