"""Answers that say little: the page states what is missing, and shows no number that looks fine."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from scoring_fixtures import Truth, answers

from valuespectrum.reporting.elements.data import ReportData
from valuespectrum.reporting.elements.words import headline
from valuespectrum.reporting.measured import read_profiles
from valuespectrum.reporting.page import render
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES

LOGS = ["log_probability_yes", "log_probability_no"]
UNTOLD = "cannot be told from its answers"
FEW = "Too little to say with confidence"
SPREAD = Truth(clip_spread=0.5, noise=0.1)


def refused() -> pd.DataFrame:
    return answers(SPREAD, clips=4).drop(columns=LOGS).assign(parsed="refusal")


def one_word() -> pd.DataFrame:
    return answers(SPREAD, clips=4).drop(columns=LOGS).assign(parsed="yes", count_yes=10, count_no=0)


def unreadable() -> pd.DataFrame:
    drawn = {"count_yes": 0, "count_no": 0, "count_unparsed": 5}
    return answers(SPREAD, clips=4).drop(columns=LOGS).assign(parsed="unparsed", **drawn)


def one_wording() -> pd.DataFrame:
    table = answers(SPREAD, clips=4)
    return table[table["wording"] == "like"]


def one_value() -> pd.DataFrame:
    table = answers(SPREAD, clips=4)
    return table[table["value"] == "power"]


def without_power() -> pd.DataFrame:
    table = answers(SPREAD, clips=4)
    return table[table["value"] != "power"]


def nothing_of_power() -> pd.DataFrame:
    table = answers(SPREAD, clips=4)
    table.loc[table["value"] == "power", LOGS] = float("nan")
    table.loc[table["value"] == "power", "parsed"] = "unparsed"
    return table


def likely_texts() -> pd.DataFrame:
    return answers(Truth(clip_spread=1.5, noise=0.5), clips=8).drop(columns=LOGS)


KINDS: dict[str, tuple[pd.DataFrame, str, str]] = {
    "all refused": (refused(), UNTOLD, "no number: no clips"),
    "one word": (one_word(), UNTOLD, "no number: not identifiable"),
    "unreadable": (unreadable(), UNTOLD, "no number: no clips"),
    "one clip": (answers(SPREAD, clips=1), FEW, "no interval: too few clips"),
    "one frame": (answers(SPREAD, clips=1).query("value == 'power'"), FEW, "no interval: too few clips"),
    "one wording": (one_wording(), FEW, "no interval: one wording was asked"),
    "one value": (one_value(), FEW, "no number: fewer than two values were measured"),
    "constant": (answers(Truth(), clips=4), FEW, "no interval: every clip gave the same"),
    "a value never asked about": (without_power(), "likes pictures", "no number: no clips"),
    "a value without answers": (nothing_of_power(), "likes pictures", "no number: no clips"),
    "likely texts": (likely_texts(), "only the order of values is told", "no number: order only"),
}


def page_of(table: pd.DataFrame) -> tuple[ReportData, str]:
    scores = score_answers(table, ScoringOptions(draws=20))
    settings = {"battery": {"name": "like"}, "models": {}, "personas": [], "roles": [], "seed": 0}
    data = ReportData("t", tuple(read_profiles(scores, Manifest(settings, {}))))
    return data, render(data)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_is_stated_and_every_number_without_interval_is_marked(kind: str) -> None:
    table, claim, reason = KINDS[kind]
    data, page = page_of(table)
    assert claim in headline(data), headline(data)
    assert reason in page and "nan" not in re.sub(r"data:\S+", "", page).lower().split()
    section = page[page.index('<section aria-labelledby="profile">') :].partition("</section>")[0]
    cells = re.findall(r'<td class="number" data-label="(?:Centred log-odds|Points)">(.*?)</td>', section)
    assert len(cells) >= len(VALUES)
    for cell in cells:
        signs = re.findall(r"<sup>(.+?)</sup>", cell)
        assert 'class="range"' in cell or signs, cell
        assert all(f"<sup>{sign}</sup> no " in section for sign in signs), cell


def test_a_profile_says_how_its_answers_were_read() -> None:
    assert page_of(one_wording())[0].first.read == "log-probabilities"
    assert page_of(likely_texts())[0].first.read == "single most likely texts"


def test_a_value_without_a_number_is_named_in_the_circle() -> None:
    _, page = page_of(without_power())
    assert "Power: no number (no clips)" in page and "No number: Power." in page
