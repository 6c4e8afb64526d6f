"""Every guard through ``score_answers``: it speaks when its condition is broken, and none does when nothing is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scoring_fixtures import Truth, answers

from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES

OPTIONS = ScoringOptions(draws=20)
LOGS = ["log_probability_yes", "log_probability_no"]
SOUND = Truth(clip_spread=0.8, noise=0.1)


def asked(truth: Truth = SOUND) -> pd.DataFrame:
    """Ten clips a value, each by a word of its own."""
    table = answers(truth, clips=10)
    return table.assign(keyword=table["clip"])


def log_odds(table: pd.DataFrame, numbers: pd.Series[float]) -> pd.DataFrame:
    """The same answers with other log-odds of yes."""
    yes = 1.0 / (1.0 + np.exp(-numbers))
    return table.assign(log_probability_yes=np.log(yes), log_probability_no=np.log1p(-yes))


def deaf() -> pd.DataFrame:
    """Negative questions are answered as if they were positive."""
    table = asked()
    heard = table["log_probability_yes"] - table["log_probability_no"]
    return log_odds(table, heard.where(table["polarity"] > 0, -heard))


def of_two_minds() -> pd.DataFrame:
    """One wording turns the order of the values round."""
    table = asked()
    turned = table["value"].map({value: 3.0 * (-1) ** place for place, value in enumerate(VALUES)})
    heard = table["log_probability_yes"] - table["log_probability_no"]
    return log_odds(table, heard + (table["wording"] == "watch") * table["polarity"] * turned)


def refusing() -> pd.DataFrame:
    """Three in ten clips of one value are refused."""
    table = asked()
    refused = (table["value"] == "power") & table["clip"].str[-1].isin(list("012"))
    table.loc[refused, "parsed"] = "refusal"
    table.loc[refused, LOGS] = -9.0
    return table


def lopsided() -> pd.DataFrame:
    """Negative questions about seven clips in ten were not answered."""
    table = asked()
    return table[(table["polarity"] > 0) | table["clip"].str[-1].isin(list("012"))]


def one_word() -> pd.DataFrame:
    return asked().drop(columns=LOGS).assign(parsed="yes")


BROKEN: Mapping[str, Callable[[], pd.DataFrame]] = {
    "negation": deaf,
    "refusals": refusing,
    "mass": lambda: asked(Truth(clip_spread=0.8, noise=0.1, mass=0.5)),
    "wordings": of_two_minds,
    "words": lambda: asked().assign(keyword="throne"),
    "ties": lambda: asked(Truth(liking=dict.fromkeys(VALUES, 0.5))),
    "orthogonality": lopsided,
    "constant": one_word,
    "strong_leans": lambda: asked(Truth(clip_spread=0.8, noise=0.1, lean=20.0)),
}


def guards(table: pd.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = score_answers(table, OPTIONS)["guards"]
    return found


def test_nothing_is_flagged_where_nothing_is_broken() -> None:
    for truth in (SOUND, Truth(clip_spread=0.8, noise=0.1, lean=3.0, order=0.5)):
        assert [name for name, found in guards(asked(truth)).items() if found["state"] == "flagged"] == []


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_flagged_and_noted(name: str) -> None:
    scores = score_answers(BROKEN[name](), OPTIONS)
    found = scores["guards"][name]
    assert found["state"] == "flagged" and found["number"] is not None
    assert found["statement"] in scores["notes"]


def test_every_guard_of_one_respondent_has_its_case() -> None:
    text = asked().drop(columns=LOGS)
    assert {*guards(asked()), *guards(text)} == set(BROKEN)
