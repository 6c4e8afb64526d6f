"""The numbers that are published, on planted truth: answers of drawn respondents of the reference world."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.reference.twin.arrays import like_answers, like_cells
from valuespectrum.reference.twin.reading import look_scene
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES

CLIPS, RESPONDENTS = 8, 24
OPTIONS = ScoringOptions(draws=20)


def value_of(look: str) -> str:
    """The one of the ten values whose refined values a picture endorses alone; empty for none."""
    shown = [refined for refined, weight in look_scene(look).shown.weights.items() if weight > 0.9]
    return next((value for value in VALUES for refined in shown if refined.startswith(value)), "")


@pytest.fixture(scope="module")
def asked() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers to all questions about all scenes, and true liking of every value over all its scenes."""
    members = [one for one in draw_respondents(60, seed=3) if not one.leans.constant and not one.refuses][:RESPONDENTS]
    shown = [(value_of(look.id), look.id, time) for look in LOOKS for time in TIMES_OF_DAY if value_of(look.id)]
    told = like_answers(members, [look_scene(look, time) for _, look, time in shown], like_cells(3))
    table = pd.DataFrame(told.columns())
    share = table["yes"] / (table["yes"] + table["no"])
    table = table.assign(
        value=np.array([value for value, _, _ in shown])[table["scene"]],
        log_probability_yes=np.log(share),
        log_probability_no=np.log1p(-share),
    )
    liking = table.assign(theta=table["polarity"] * (table["log_probability_yes"] - table["log_probability_no"]))
    truth = liking.groupby(["respondent", "value"])["theta"].mean().unstack("value")[list(VALUES)]
    return table, truth.sub(truth.mean(axis=1), axis=0)


def drawn(table: pd.DataFrame, seed: int, by_value: bool = True) -> pd.DataFrame:
    """Answers about clips that are drawn anew for everybody: of what shows a value, or of everything."""
    generator = np.random.default_rng(seed)
    parts = []
    for respondent, rows in table.groupby("respondent"):
        by_scene = dict(iter(rows.groupby("scene")))
        for value in VALUES:
            scenes = rows.loc[(rows["value"] == value) | (not by_value), "scene"].unique()
            for number, scene in enumerate(generator.choice(scenes, CLIPS)):
                clip = f"{value}-{number}"
                parts.append(by_scene[scene].assign(value=value, clip=clip, model=str(respondent)))
    named = {"persona": "none", "strategy": "none", "item": "like", "frame": "f", "error": ""}
    return pd.concat(parts, ignore_index=True).assign(**named, placebo=0, parsed="yes", text="Yes.")


def test_intervals_of_centred_log_odds_cover_what_is_planted(asked: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, truth = asked
    scores = score_answers(drawn(table, 1), OPTIONS)
    inside, widths = [], []
    for one in scores["respondents"]:
        for value, row in one["profile"].items():
            low, high = row["centred_log_odds_low"], row["centred_log_odds_high"]
            goal = truth.loc[one["model"], value]
            inside.append(low <= goal <= high)
            widths.append(high - low)
    # Of 240 intervals that cover in .95, ten of one respondent being about one another, .88 comes up once in 10,000.
    assert 0.88 <= np.mean(inside) <= 1.0 and np.median(widths) < 2.0
    assert "other clips (8 a value), asked in other wordings of the kind of these 3" in scores["covers"]


def test_respondents_without_values_are_said_to_have_none(asked: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Whatever a picture shows may stand for any value."""
    listed = score_answers(drawn(asked[0], 4, by_value=False), OPTIONS)["respondents"]
    found = sum(one["differences"]["p"] < 0.05 for one in listed)
    named = sum(any(row["p_adjusted"] < 0.05 for row in one["profile"].values()) for one in listed)
    assert found <= 5 and named <= found, "of 24, 1.2 are expected"
