"""A study of twins over synthetic corpora recovers what was planted, as often as it claims, and draws it."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

import valuespectrum as vs
from bench.truth.recovery import STANDARD, Asked, recovery
from valuespectrum.calibration.corpora import Battery, World, draw_answers, draw_corpus, read, truth
from valuespectrum.calibration.figure import draw
from valuespectrum.calibration.recovered import recovered_as_published
from valuespectrum.calibration.study import BATTERIES, StudyOptions, clustered, run_study
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.planted import BY_NAME, TEN
from valuespectrum.reference.respondents import draw_respondents
from valuespectrum.scoring.readouts.evidence import FIRST, POLARITY
from valuespectrum.stimuli.keywords import load_keywords
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

SMALL = StudyOptions(corpora=6, respondents=6, batteries=(BATTERIES[0], BATTERIES[2]))
STILL = World(clip=0.0, word=0.0, wording=0.0, value_wording=0.0, clip_wording=0.0, ask=0.0)
TINY = Battery("tiny", words=4, clips=3, wordings=2)


@cache
def study() -> Json:
    return run_study(SMALL)


def row(battery: str, readout: str) -> Json:
    return next(each for each in study()["rows"] if (each["battery"], each["readout"]) == (battery, readout))


def test_intervals_cover_what_was_planted_and_alarms_are_rare() -> None:
    for readout in ("log_probability", "samples", "sampled_text"):
        found = row("standard", readout)
        assert 0.91 <= found["coverage"] <= 0.99 and found["coverage_se"] < 0.03
        assert found["omnibus"] <= 0.13 and found["family"] <= found["omnibus"]
        assert found["told"] >= 0.95 and found["slope"] == pytest.approx(1.0, abs=0.1)
        assert found["spearman"] > 0.85 and found["off_circle"] > 0.87
    json.dumps(study(), allow_nan=False)


def test_single_most_likely_texts_tell_an_order_and_no_number() -> None:
    found = row("standard", "greedy_text")
    assert found["told"] == 0.0 and found["rmse"] is None and found["coverage"] is None
    assert found["spearman"] > 0.7


def test_the_published_rule_errs_more_and_its_intervals_miss() -> None:
    for readout in ("log_probability", "samples", "sampled_text"):
        assert row("standard", readout)["rmse_points"] < 0.55 * row("paper", readout)["rmse_points"]
    assert row("paper", "sampled_text")["coverage"] < 0.8
    assert row("paper", "log_probability")["coverage"] is None, "nothing was published"


def test_twins_answer_a_still_world_by_their_values_and_leans_alone() -> None:
    rng = np.random.default_rng(1)
    members = [replace(BY_NAME[name], daylight_taste=0.0) for name in ("amber", "wheat")]
    corpus = draw_corpus(STILL, TINY, rng)
    answers = draw_answers(STILL, corpus, members, rng)
    cells = read(answers, TINY, "log_probability", rng)
    assert cells.yes.shape == (2, 10, 12, 2, 4) and corpus.clusters.shape == (10, 12)
    shown = [next(iter(scene.shown.weights)) for scene in corpus.scenes]
    for who, member in enumerate(members):
        held = np.array([member.pictures[refined] for refined in shown]).reshape(10, 12)
        liking = (cells.yes[who] * POLARITY).mean(axis=-1)
        assert np.ptp(liking - held[..., None], axis=(0, 1)) == pytest.approx([0.0, 0.0], abs=1e-6)
        assert cells.yes[who].mean(axis=-1) == pytest.approx(member.leans.yes, abs=1e-6)
        assert (cells.yes[who] * FIRST).mean(axis=-1) == pytest.approx(member.leans.order, abs=1e-6)
    for place, value in enumerate(VALUES):
        assert {*shown[12 * place : 12 * place + 12]} <= {*TEN[value]}


def test_strays_show_other_values_and_each_search_word_one_refined_value() -> None:
    rng = np.random.default_rng(2)
    battery = Battery("stray", words=20, clips=5, wordings=1, strays=0.3)
    shown = np.array([next(iter(scene.shown.weights)) for scene in draw_corpus(STILL, battery, rng).scenes])
    own = np.array([each in TEN[value] for value in VALUES for each in shown[100 * VALUES.index(value) :][:100]])
    assert 1 - own.mean() == pytest.approx(0.3, abs=0.05)
    straight = draw_corpus(STILL, replace(battery, strays=0.0), rng).scenes
    words = np.array([next(iter(scene.shown.weights)) for scene in straight]).reshape(-1, 5)
    assert (words == words[:, :1]).all()


def test_refusals_are_silence_and_planted_effects_have_their_size() -> None:
    rng = np.random.default_rng(3)
    night = replace(COHORT[0], refuses=0.4)
    corpus = draw_corpus(STILL, TINY, rng)
    answers = draw_answers(STILL, corpus, [night], rng)
    for kind, most in (("samples", 10.0), ("sampled_text", 1.0), ("log_probability", 1.0)):
        cells = read(answers, TINY, kind, rng)  # type: ignore[arg-type]
        assert cells.said.mean() / most == pytest.approx(0.6, abs=0.06)
        assert (cells.yes[cells.said == 0] == 0).all()
    flat = [replace(COHORT[0], amplitude=0.0, daylight_taste=0.0)] * 40
    world = replace(STILL, value_wording=0.5)
    liking = (read(draw_answers(world, corpus, flat, rng), TINY, "log_probability", rng).yes * POLARITY).mean(axis=-1)
    apart = liking.mean(axis=2)
    apart = apart - apart.mean(axis=1, keepdims=True)
    assert np.sqrt((apart**2).sum() / (40 * 2 * 9)) == pytest.approx(0.5, rel=0.1)
    assert truth(flat).std() == pytest.approx(0.0, abs=1e-12)


def test_published_intervals_are_those_of_clopper_and_pearson() -> None:
    from scipy.stats import binomtest

    rng = np.random.default_rng(4)
    battery = replace(TINY, wordings=1, cells=(0,))
    members = draw_respondents(3)
    cells = read(draw_answers(World(), draw_corpus(World(), battery, rng), members, rng), battery, "sampled_text", rng)
    found = recovered_as_published(cells, truth(members), 0.95)
    for who in range(3):
        for value in range(10):
            said, yes = (int(each[who, value].sum()) for each in (cells.said, cells.yes))
            if said:
                ends = binomtest(yes, said).proportion_ci(0.95, "exact")
                assert found.inside[who, value] == (ends.low <= expit(truth(members)[who, value]) <= ends.high)
                assert found.points[who, value] == pytest.approx(100 * yes / said)


def test_batteries_are_those_of_the_levels_with_all_search_words() -> None:
    by_name = {each.name: each for each in BATTERIES}
    assert {each.words for each in BATTERIES} == {len(words) for words in load_keywords().words.values()} == {10}
    assert [by_name[name].wordings for name in ("quick", "standard", "full")] == [2, 4, 6]
    assert (by_name["paper"].asks, by_name["standard"].asks) == (500, 4800)


def test_what_search_words_find_of_a_value_can_be_taken_out_of_the_error() -> None:
    mixed = draw_corpus(replace(STILL, one_part=False), TINY, np.random.default_rng(5))
    members = [replace(member, daylight_taste=0.0) for member in draw_respondents(3)]
    cells = read(
        draw_answers(STILL, mixed, members, np.random.default_rng(6)), TINY, "log_probability", np.random.default_rng(7)
    )
    liking = (cells.yes * POLARITY).mean(axis=(2, 3, 4))
    assert liking - liking.mean(axis=1, keepdims=True) == pytest.approx(
        truth(members) - truth(members).mean(axis=1, keepdims=True), abs=1e-6
    )
    asked = Asked(STANDARD, STILL, corpora=2, respondents=4, taste=False)
    assert recovery(asked).error > 0.1, "each search word finds one of the refined values"
    assert recovery(replace(asked, world=replace(STILL, one_part=False))).error == pytest.approx(0.0, abs=1e-6)


def test_clips_asked_in_some_wordings_in_turn_tell_as_much_with_fewer_asks() -> None:
    whole = Asked(replace(TINY, wordings=6), corpora=3, respondents=8)
    some = replace(whole, of_wordings=2)
    assert 3 * some.asks == whole.asks
    assert recovery(some).error < 1.1 * recovery(whole).error and recovery(some).coverage > 0.9


def test_errors_know_what_belongs_together() -> None:
    numbers = np.repeat([0.0, 1.0, 1.0, 0.0], 50)
    assert clustered(numbers, np.arange(200))[1] == pytest.approx(numbers.std(ddof=1) / np.sqrt(200))
    assert clustered(numbers, np.repeat(np.arange(4), 50))[1] == pytest.approx(np.std([0, 1, 1, 0], ddof=1) / 2)
    assert clustered(np.array([np.nan, 1.0]), np.array([0, 0])) == (1.0, None)
    assert clustered(np.array([np.nan]), np.array([0])) == (None, None)


def test_where_nobody_answers_by_values_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of few respondents that are drawn all may give one answer to much of what they are asked."""

    def constant(count: int, seed: int = 0) -> list[CohortMember]:
        return [replace(each, leans=replace(each.leans, constant=0.9)) for each in draw_respondents(count, seed)]

    monkeypatch.setattr("valuespectrum.calibration.study.draw_respondents", constant)
    found = vs.study_twins(vs.TwinStudySettings(corpora=1, respondents=1))
    json.dumps(found.document, allow_nan=False)
    for each in found.rows():
        assert [each[name] for name in ("told", "slope", "rmse", "coverage", "omnibus")] == [None] * 5
    assert "nan" not in str(found)


def test_the_figure_is_a_drawing_with_a_dot_for_each_number(tmp_path: Path) -> None:
    drawn = draw(study())
    root = ET.fromstring(drawn)
    dots = [each for each in root.iter() if each.tag.endswith("circle")]
    names = ("coverage", "rmse_points", "omnibus")
    assert len(dots) == sum(each[name] is not None for each in study()["rows"] for name in names)
    assert "Infinity" not in drawn and "nan" not in drawn
    path = tmp_path / "figure.svg"
    settings = vs.TwinStudySettings(corpora=1, respondents=2, figure=path)
    found = vs.study_twins(settings)
    assert path.read_text().startswith("<svg ") and found.document["figure"] == str(path)
    assert "1 corpora drawn afresh" in str(found) and len(found.rows()) == 16
    vs.study_twins(settings)
    path.write_text("mine")
    with pytest.raises(InputError, match="figure"):
        vs.study_twins(settings)
    with pytest.raises(InputError, match="no corpus or no respondent"):
        vs.study_twins(vs.TwinStudySettings(corpora=0))
