"""Instruments that are none of ours: listed, run, killed, scored again, refused when they are gone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from trial_instruments import FourQuestions, Staircase

from agents.answers.store import AnswerStore
from agents.models.base import Answer, Ask
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.personas.persona import load_personas
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.registry import INSTRUMENTS, InstrumentChoice, load_instrument
from valuespectrum.measuring.instrument_run import InstrumentOptions, run_instrument
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.runs.run import read_scores
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.value_sets import FOUR, ValueSet
from vectorstore.foundation.errors import InputError

SCORING = ScoringOptions(draws=100)
MODEL = SimulatedModel(SimulatedProfile(values={"security": 1.0, "stimulation": -1.0, "power": 2.0}))


@pytest.fixture(autouse=True)
def trials(monkeypatch: pytest.MonkeyPatch) -> None:
    for instrument in (FourQuestions, Staircase):
        monkeypatch.setitem(INSTRUMENTS._registered, instrument.name, instrument)


def _options(folder: Path, name: str, **params: str) -> InstrumentOptions:
    return InstrumentOptions(folder, choice=InstrumentChoice(name, params), placebos=0, scoring=SCORING)


class Dying(SimulatedModel):
    """Dies after so many answers."""

    left = 3

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for answer in super().score(asks):
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            yield answer


@pytest.mark.parametrize("name", ["trial", "stairs"])
def test_a_run_goes_on_where_it_stopped_and_is_scored_without_a_model(tmp_path: Path, name: str) -> None:
    whole = run_instrument(_options(tmp_path / "whole", name), [MODEL], load_personas()[:1])
    dying = Dying(SimulatedProfile(values={"security": 1.0, "stimulation": -1.0, "power": 2.0}))
    with pytest.raises(KeyboardInterrupt):
        run_instrument(_options(tmp_path / "cut", name), [dying], load_personas()[:1])
    assert run_instrument(_options(tmp_path / "cut", name), [MODEL], load_personas()[:1]) == whole
    before = read_scores(tmp_path / "whole")
    assert (before["kind"], before["battery"]) == ("instrument", name)
    score_run(tmp_path / "whole", SCORING)
    assert read_scores(tmp_path / "whole") == before


def test_a_questionnaire_over_four_values_is_measured_like_any_other(tmp_path: Path) -> None:
    scores = run_instrument(_options(tmp_path / "run", "trial", per_value="4"), [MODEL], load_personas()[:1])
    assert {(one["value_set"], one["unit"]) for one in scores["respondents"]} == {("schwartz_4", "item")}
    measured = Measurement.from_json(scores["respondents"][0])
    assert list(measured.scores) == list(FOUR.dimensions)
    assert [score.n_units for score in measured.scores.values()] == [4] * 4
    means = {name: score.estimate.mean for name, score in measured.scores.items()}
    assert means["self_enhancement"] > means["conservation"] > means["openness_to_change"]  # type: ignore[operator]
    (persona,) = scores["personas"]
    assert persona["values"] == 4 and persona["aligned"] is not None, "a target over ten values is brought to the four"


def test_named_numbers_are_neither_centred_nor_ranked_and_bring_their_set(tmp_path: Path) -> None:
    run_instrument(_options(tmp_path / "run", "stairs"), [MODEL])
    scores = read_scores(tmp_path / "run")
    assert ValueSet.from_json(scores["value_sets"]["trial_angle"]) == Staircase.value_set
    row = scores["respondents"][0]["profile"]["angle"]
    assert row["mean"] == pytest.approx(2.5), "a model that likes power goes up at every step"
    assert (row["centred"], row["rank"], row["n_units"]) == (None, None, 6)
    assert row["low"] < row["mean"] < row["high"] and row["se"] > 0
    assert scores["respondents"][0]["differences"] is None


def test_answers_name_their_instrument(tmp_path: Path) -> None:
    run_instrument(_options(tmp_path / "run", "trial"), [MODEL])
    with AnswerStore(tmp_path / "run" / "answers.sqlite", read_only=True) as store:
        assert set(store.table()["instrument"]) == {"trial"}


def test_a_run_of_an_instrument_that_is_gone_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_instrument(_options(tmp_path / "run", "trial"), [MODEL])
    monkeypatch.delitem(INSTRUMENTS._registered, "trial")
    with pytest.raises(InputError, match="'trial'"):
        score_run(tmp_path / "run", SCORING)
    assert read_scores(tmp_path / "run")["respondents"], "what was scored can still be read"


def test_what_cannot_be_run_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    for options, complaint in (
        (_options(tmp_path / "run", "like"), "asks about pictures"),
        (_options(tmp_path / "run", "tarot"), "unknown instrument 'tarot'"),
        (_options(tmp_path / "run", "trial", per_value="many"), "option per_value"),
        (_options(tmp_path / "run", "trial", depth="2"), "no option 'depth'"),
    ):
        with pytest.raises(InputError, match=complaint):
            run_instrument(options, [MODEL])
    with pytest.raises(InputError, match="no model"):
        run_instrument(_options(tmp_path / "run", "trial"), [])
    judges = [SimulatedModel(SimulatedProfile(), seed) for seed in (0, 1)]
    with pytest.raises(InputError, match=r"asked in two ways \(seed\)"):
        run_instrument(replace(_options(tmp_path / "run", "trial"), judges=judges), [MODEL])
    assert list(tmp_path.iterdir()) == []


def test_another_option_is_another_run(tmp_path: Path) -> None:
    run_instrument(_options(tmp_path / "run", "trial"), [MODEL])
    with pytest.raises(InputError, match=r"battery\.per_value: 3 -> 5"):
        run_instrument(_options(tmp_path / "run", "trial", per_value="5"), [MODEL])
    settings = json.loads((tmp_path / "run" / "run.json").read_text())["settings"]
    assert settings["battery"] == {"name": "trial", "per_value": 3}


@pytest.mark.parametrize("name", ["like", "paper", "isq"])
def test_the_cost_of_ours_is_what_they_ask(name: str) -> None:
    from bench_fakes import AxesEmbedder, words, world

    from agents.answers.respondent import BARE
    from valuespectrum.instruments.base import Listed, Setting
    from valuespectrum.stimuli.retrieval import RetrievalOptions, retrieve

    rows = retrieve(world(clips=2), AxesEmbedder(), words(1), RetrievalOptions(top_k=1))
    instrument = load_instrument(name)
    assert isinstance(instrument, Listed)
    assert len(list(instrument.questions(Setting((BARE,), rows, world())))) == instrument.cost(len(rows))
    assert {ask.tags["item"] for ask in instrument.questions(Setting((BARE,), rows, world()))} == {
        item.id for item in instrument.items
    }
