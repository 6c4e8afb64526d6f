"""Instruments that ask for steps of a scale say them ask by ask, turned so that they rise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from valuespectrum.instruments.base import Rated
from valuespectrum.instruments.registry import load_instrument
from valuespectrum.scoring.cells import ScoringOptions


def answers(*rows: dict[str, object]) -> pd.DataFrame:
    known = {"value": "power", "clip": "c1", "wording": "1", "polarity": 1, "item": "scale7", "error": "", "parsed": ""}
    return pd.DataFrame([known | row for row in rows])


def test_seven_steps_are_turned_round_where_the_scale_falls() -> None:
    instrument = load_instrument("scale7")
    assert isinstance(instrument, Rated)
    heard = answers({"parsed": "6"}, {"parsed": "2", "polarity": -1}, {"parsed": "refusal"}, {"error": "timeout"})
    told = instrument.rated(heard, ScoringOptions())
    assert told.unheard == 2 and told.kind == "greedy_text"
    assert (told.weights.argmax(axis=1) + 1).tolist() == [6, 6] and told.weights.shape == (2, 7)
    assert told.asked["item"].tolist() == ["power c1"] * 2
    assert told.asked["version"].tolist() == ["1 ascending", "1 descending"]


def test_ratings_of_the_questionnaire_are_told_by_probabilities_and_the_other_terms_are_not() -> None:
    instrument = load_instrument("isq")
    assert isinstance(instrument, Rated)
    digits = {f"log_probability_{digit}": float(np.log(0.1)) for digit in range(10)}
    told = instrument.rated(
        answers({"item": "visual_appeal", "parsed": "3", **digits}, {"item": "action_desire", "parsed": "yes"}),
        ScoringOptions(),
    )
    assert told.kind == "log_probability" and np.allclose(told.weights, 0.1)
    assert told.asked["version"].tolist() == ["visual_appeal"]
