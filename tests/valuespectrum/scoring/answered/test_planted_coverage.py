"""Planted truth through everything that stored answers go through, from asks to the numbers of ``scores.json``.

The law is that of ``bench.truth.respondents``, which draws clips, search words and wordings. Many more respondents,
from the cells of answers on: ``python -m bench.truth.coverage``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bench.truth.respondents import Floats, Law, meant
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY
from valuespectrum.theory.values import VALUES

RESPONDENTS = 40
OPTIONS = ScoringOptions(draws=20)
LAWS = {
    "log-probabilities, search words": Law(wordings=2, value_wording=0.3, word=0.5, per_word=0, lean=2.0),
    "ten draws under a lean": Law(wordings=2, value_wording=0.15, lean=2.0, draws=10),
}


def asks(law: Law, log_odds: Floats, generator: np.random.Generator) -> pd.DataFrame:
    """Answers as a run stores them."""
    one, value, clip, wording, cell = (each.ravel() for each in np.indices(log_odds.shape))
    yes = 1.0 / (1.0 + np.exp(-log_odds.ravel()))
    names = np.array(VALUES)[value]
    clips = np.char.add(np.char.add(names, "-"), clip.astype(str))
    table = pd.DataFrame(
        {
            "model": np.char.add("m", one.astype(str)),
            "value": names,
            "clip": clips,
            "frame": clips,
            "wording": np.char.add("w", wording.astype(str)),
            "polarity": POLARITY[cell].astype(int),
            "first": np.where(FIRST[cell] > 0, "yes", "no"),
            "keyword": np.char.add("word ", law.clusters()[value, clip].astype(str)),
            "parsed": np.where(yes > 0.5, "yes", "no"),
        }
    ).assign(persona="none", strategy="none", placebo=0, item="like", text="Yes.", error="")
    if law.draws:
        said = generator.binomial(law.draws, yes)
        return table.assign(count_yes=said, count_no=law.draws - said)
    return table.assign(log_probability_yes=np.log(yes), log_probability_no=np.log1p(-yes))


def scored(law: Law, seed: int, truth: Floats | None = None) -> tuple[Floats, list[dict[str, Any]]]:
    """Planted values, centred, and the respondents of ``scores.json``."""
    generator = np.random.default_rng(seed)
    truth, log_odds = meant(law, RESPONDENTS, generator, truth)
    scores = score_answers(asks(law, log_odds, generator), OPTIONS)
    return truth - truth.mean(axis=1, keepdims=True), scores["respondents"]


@pytest.mark.parametrize("name", LAWS)
def test_published_intervals_cover_what_is_planted(name: str) -> None:
    truth, respondents = scored(LAWS[name], seed=1)
    ends = np.array(
        [
            [[row["centred_log_odds_low"], row["centred_log_odds_high"]] for row in one["profile"].values()]
            for one in respondents
        ],
        dtype=np.float64,
    )
    assert not np.isnan(ends).any()
    inside = (ends[..., 0] <= truth) & (truth <= ends[..., 1])
    # Of 400 intervals that cover in .95: three standard errors.
    assert 0.915 <= inside.mean() <= 0.985


def test_published_tests_find_nothing_where_nothing_is() -> None:
    law = LAWS["log-probabilities, search words"]
    _, respondents = scored(law, 2, np.zeros((RESPONDENTS, len(VALUES))))
    differ = np.mean([one["differences"]["p"] < 0.05 for one in respondents])
    named = np.mean([any(row["p_adjusted"] < 0.05 for row in one["profile"].values()) for one in respondents])
    assert differ <= 0.15 and named <= differ, "of 40, 2 are expected and 6 come up once in 70"
