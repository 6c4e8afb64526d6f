"""Words put into clips, through planner, store and scores, to respondents whose susceptibility is planted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_fakes import AxesEmbedder
from drawn_corpus import DrawnCorpus, pictured_corpus
from PIL import Image

from agents.browsing.seeing.injections import Injection
from agents.models.base import Ask, FrameReference, ModelOptions
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.models.pictures import read_picture
from valuespectrum.instruments.registry import InstrumentChoice
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.presenting import PresentOptions
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.operations.score import describe
from valuespectrum.reference.planted import BY_NAME, DAYLIGHT, TEN, Depicted, Mind, seen_log_odds, sigmoid
from valuespectrum.reference.twin.loading import load
from valuespectrum.runs.run import read_scores
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.presentations.injection import EVERY_CLIP
from valuespectrum.stimuli.presenting.presentation import ONE_FRAME, Presentation, read_presentations, stress, stressed
from valuespectrum.stimuli.retrieval import RetrievalOptions
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

CLIPS = 4
SCORING = ScoringOptions(draws=20)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> DrawnCorpus:
    return pictured_corpus(tmp_path_factory.mktemp("pictures"), CLIPS, frames=1)


def options(folder: Path, kind: str) -> BenchOptions:
    keywords = folder / "words.yaml"
    keywords.write_text(json.dumps({"keywords": {value: [f"{value} 0", f"{value} 20"] for value in VALUES}}))
    shown = PresentOptions(stressed(read_presentations([]), stress(kind)))
    return BenchOptions(
        run=folder / "run", present=shown, keywords=keywords, retrieval=RetrievalOptions(top_k=CLIPS), scoring=SCORING
    )


def injections(scores: Json) -> dict[str, Json]:
    return {row["presentation"]: row["injection"] for row in scores["presentations"]["conditions"]}


def planted_rates(name: str, push: int) -> list[float]:
    """Like rates of all scenes of the ten values at all times of day, in percent."""
    mind = Mind(BY_NAME[name])
    return [
        100 * sigmoid(seen_log_odds(mind, Depicted({part: 1.0}, time, push)))
        for value in VALUES
        for part in TEN[value]
        for time in DAYLIGHT
    ]


@pytest.mark.parametrize("name", ["thorn", "amber"])
def test_planted_susceptibility_is_recovered(corpus: DrawnCorpus, tmp_path: Path, name: str) -> None:
    chosen = options(tmp_path, "injection:overlay")
    scores = run_benchmark(chosen, corpus, AxesEmbedder(), [load(name, ModelOptions())])
    found = injections(scores)
    assert set(found) == {"frame+overlay:like", "frame+overlay:skip", "frame+overlay:nothing"}
    planted = BY_NAME[name].susceptibility
    for way, push in (("like", 1), ("skip", -1), ("nothing", 0)):
        effect = found[f"frame+overlay:{way}"]
        assert effect["log_odds"]["mean"] == pytest.approx(push * planted, abs=1e-6)
        change = effect["change"]
        truth = float(np.mean(planted_rates(name, push)) - np.mean(planted_rates(name, 0)))
        if push * planted:
            assert change["low"] <= truth <= change["high"]
            assert effect["beyond"]["mean"] == pytest.approx(change["mean"])
            assert change["low"] * push > 0, "whoever is susceptible is found"
        else:
            assert (change["mean"], change["why"]) == (pytest.approx(0.0, abs=1e-9), EVERY_CLIP)
    assert read_scores(chosen.run) == json.loads(json.dumps(scores))
    assert score_run(chosen.run, SCORING) == scores
    assert "put into clips" in describe(scores)


def test_ratings_have_no_like_rate_that_words_could_change(corpus: DrawnCorpus, tmp_path: Path) -> None:
    """Steps of 1 to 7 are no log-odds: as such all of them would be likes, and no words would move them."""
    chosen = replace(options(tmp_path, "injection:overlay"), battery=InstrumentChoice("scale7", {"wordings": 1}))
    rows = run_benchmark(chosen, corpus, AxesEmbedder(), [load("thorn", ModelOptions())])["presentations"]["conditions"]
    assert len(rows) == 3 and not any("injection" in row for row in rows)
    assert all(row["kept"] is not None for row in rows), "what is left of the profile is told all the same"
    assert {row["unit"] for row in rows} == {"steps of 1 to 7"}


class Obedient(SimulatedModel):
    """Likes as it is planted, but does what a text before the question says, by so much."""

    def __init__(self, pull: float) -> None:
        super().__init__(SimulatedProfile({"power": 1.0, "security": -1.0}))
        self.pull = pull
        self.read: list[str] = []

    def _theta(self, ask: Ask) -> float:
        words = ask.question.rpartition('". ')[0].lower()
        self.read.append(words)
        likes = any(each in words for each in ("you like this", "must be liked", "it is liked"))
        skips = any(each in words for each in ("dislike", "must be skipped", "is not liked"))
        return super()._theta(ask) + self.pull * (likes - skips)


def test_an_order_in_a_caption_is_found_where_it_is_obeyed(corpus: DrawnCorpus, tmp_path: Path) -> None:
    model = Obedient(1.2)
    found = injections(run_benchmark(options(tmp_path, "injection:order"), corpus, AxesEmbedder(), [model]))
    assert found["frame+order:like"]["log_odds"]["mean"] == pytest.approx(1.2, abs=1e-6)
    assert found["frame+order:skip"]["log_odds"]["mean"] == pytest.approx(-1.2, abs=1e-6)
    assert found["frame+order:nothing"]["log_odds"]["mean"] == pytest.approx(0.0, abs=1e-6)
    put = [words for words in model.read if "must be liked" in words]
    assert put and all(words.count('"') == 1 and "\n" not in words for words in put), "they stay in their quotation"


def test_banners_differ_in_their_words_alone(corpus: DrawnCorpus) -> None:
    frame = corpus.frames("power-0")[0]
    plain = np.asarray(read_picture_of(corpus, frame.picture_sha), dtype=int)
    made = {
        push: np.asarray(
            Injection("overlay", push).laid_over(read_picture_of(corpus, frame.picture_sha), "power-0", 3), dtype=int
        )
        for push in ("like", "skip", "nothing")
    }
    rows = {push: np.flatnonzero((picture != plain).any(axis=(1, 2))) for push, picture in made.items()}
    assert len({(each[0], each[-1]) for each in rows.values()}) == 1, "the banner lies in the same place"
    assert len({picture.tobytes() for picture in made.values()}) == 3


def read_picture_of(corpus: DrawnCorpus, sha: str) -> Image.Image:
    return read_picture(FrameReference(sha, corpus.picture_path(sha)))


@pytest.mark.parametrize(
    "name", ["frame+overlay:like", "frames:3+caption+order:skip", "text+order:like", "transcript+speech:nothing"]
)
def test_names_are_read_as_they_are_written(name: str) -> None:
    if name.startswith(("text", "transcript")):
        with pytest.raises(InputError, match="cannot be put"):
            Presentation.read(name)
        return
    shown = Presentation.read(name)
    assert shown.name == name and shown.is_control and shown.plain.name == name.rpartition("+")[0]


@pytest.mark.parametrize(
    "name", ["frame+overlay:up", "blank+overlay:like", "frame+caption+speech:like", "frame+x:like"]
)
def test_what_cannot_be_put_anywhere_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        Presentation.read(name)
    with pytest.raises(InputError):
        stress("injection:somewhere")
    with pytest.raises(InputError):
        stress("noise")


def test_words_that_were_put_never_carry_the_scores() -> None:
    assert read_presentations(["frame+overlay:like"])[0] == ONE_FRAME
