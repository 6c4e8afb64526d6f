"""The benchmark on a corpus in memory and on simulated respondents, through the real planner and store."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_fakes import EMBEDDER_ID, AxesEmbedder, words, world
from PIL import Image
from scipy.special import expit

from agents.models.base import Answer, Ask
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from agents.personas.persona import load_personas
from ingest.media.picture_sizes import to_jpeg
from valuespectrum.instruments.battery import BatteryOptions
from valuespectrum.measuring.asking import BenchPlan, Silent
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.measuring.run_scores import score_run
from valuespectrum.operations.export import ExportSettings, export
from valuespectrum.operations.shared.choices import ExportForm
from valuespectrum.operations.shared.telling import Caution
from valuespectrum.reporting.elements.words import findings
from valuespectrum.reporting.load import ReportSources, load_report
from valuespectrum.runs.failures import told as told_of
from valuespectrum.runs.run import read_manifest, read_scores
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.steering.graph.run_table import table_of_runs
from valuespectrum.theory.values import VALUES
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.ledger.records import EmbedderRecord, Frame, Media, Recipe, Source

PLANTED = {value: 0.3 * (place - 4) for place, value in enumerate(VALUES)}
SCORING = ScoringOptions(draws=200)


@pytest.fixture
def keywords(tmp_path: Path) -> Path:
    path = tmp_path / "axes.yaml"
    listed = {value: [word.word for word in row] for value, row in words(3).words.items()}
    path.write_text(json.dumps({"keywords": listed}))
    return path


def _model(**leans: float) -> SimulatedModel:
    return SimulatedModel(SimulatedProfile(values=PLANTED, **leans))


def _options(tmp_path: Path, keywords: Path, **changes: object) -> BenchOptions:
    return BenchOptions(run=tmp_path / "run", keywords=keywords, scoring=SCORING, **changes)  # type: ignore[arg-type]


class Counting:
    """Answers like another model and remembers what it was asked; may stop like a killed process."""

    def __init__(self, model: SimulatedModel, stop_after: int | None = None) -> None:
        self._model = model
        self._stop_after = stop_after
        self.asked: list[Ask] = []

    @property
    def id(self) -> str:
        return self._model.id

    @property
    def settings(self) -> dict[str, str]:
        return dict(self._model.settings)

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask, answer in zip(asks, self._model.score(asks), strict=True):
            if len(self.asked) == self._stop_after:
                raise KeyboardInterrupt
            self.asked.append(ask)
            yield answer

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            self.asked.append(ask)
            yield Answer(text="Yes, I do." if str(ask.tags["clip"]).endswith(("0", "1")) else "No.")


class Told(Silent):
    def __init__(self) -> None:
        self.plans: list[BenchPlan] = []
        self.steps: list[tuple[int, int]] = []

    def planned(self, plan: BenchPlan) -> None:
        self.plans.append(plan)

    def asked(self, model: str, done: int, total: int) -> None:
        self.steps.append((done, total))


def test_planted_values_are_recovered_through_the_whole_path(tmp_path: Path, keywords: Path) -> None:
    model = _model(yes_lean=0.7, order_lean=-0.4, noise=0.2)
    scores = run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [model])
    for value in VALUES:
        assert scores["profile"][value]["mean"] == pytest.approx(100 * expit(PLANTED[value]), abs=4)
    assert scores["bias"]["yes_lean"]["mean"] == pytest.approx(0.7, abs=0.1)
    assert scores["bias"]["order_gap"]["mean"] == pytest.approx(-0.4, abs=0.1)
    assert scores["n_answered"] == scores["n_planned"] > 0
    assert read_scores(tmp_path / "run") == json.loads(json.dumps(scores))
    assert score_run(tmp_path / "run", SCORING) == scores


def test_a_killed_run_goes_on_and_never_asks_twice(tmp_path: Path, keywords: Path) -> None:
    options = _options(tmp_path, keywords)
    killed, second, third = Counting(_model(), stop_after=100), Counting(_model()), Counting(_model())
    with pytest.raises(KeyboardInterrupt):
        run_benchmark(options, world(), AxesEmbedder(), [killed])
    scores = run_benchmark(options, world(), AxesEmbedder(), [second])
    assert len(killed.asked) == 100
    assert len(killed.asked) + len(second.asked) == scores["n_planned"]
    assert run_benchmark(options, world(), AxesEmbedder(), [third]) == scores
    assert third.asked == []


def test_scores_of_a_stopped_run_say_what_was_not_asked(tmp_path: Path, keywords: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [Counting(_model(), stop_after=100)])
    scores = score_run(tmp_path / "run", SCORING)
    (line,) = told_of(scores)
    planned = scores["n_planned"]
    left = f"is not finished: {planned - 100:,} of {planned:,} planned asks"
    assert line.startswith(f"this run {left}")
    page = load_report(ReportSources((tmp_path / "run",)), "Stopped")
    assert any(sentence.startswith(f"The run run {left}") for sentence in findings(page))


def test_a_page_says_that_scores_are_older_than_the_answers(tmp_path: Path, keywords: Path) -> None:
    run, told = tmp_path / "run", "The run run holds 150 answers, but its scores are of 100: "
    for asked, score in ((100, True), (50, False)):
        with pytest.raises(KeyboardInterrupt):
            run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [Counting(_model(), asked)])
        if score:
            score_run(run, SCORING)
            assert not any(" but its scores " in each for each in findings(load_report(ReportSources((run,)), "New")))
    assert any(each.startswith(told) for each in findings(load_report(ReportSources((run,)), "Old")))
    score_run(run, SCORING)
    assert not any(" but its scores " in each for each in findings(load_report(ReportSources((run,)), "Again")))


def test_whoever_takes_scores_that_are_older_than_the_answers_is_told(tmp_path: Path, keywords: Path) -> None:
    run, told = tmp_path / "run", "holds 150 answers, but its scores are of 100"
    forms: dict[ExportForm, bool] = {"csv": False, "scores": True, "hf": True, "inspect": True}
    for asked in (100, 50):
        with pytest.raises(KeyboardInterrupt):
            run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [Counting(_model(), asked)])
        if asked == 100:
            score_run(run, SCORING)
    for form, warned in forms.items():
        settings = ExportSettings(out=tmp_path / f"old-{form}", pictures=False)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = export(form, run, settings)
        heard = [str(each.message) for each in caught if each.category is Caution]
        assert [told in caution for caution in heard] == [True] * warned
        assert found.document["cautions"] == heard
    assert told in (tmp_path / "old-hf" / "README.md").read_text(), "scores go on without who exported them"
    cautions: list[str] = []
    table_of_runs([run], warn=cautions.append)
    assert [told in caution for caution in cautions] == [True]
    score_run(run, SCORING)
    for form in forms:
        found = export(form, run, ExportSettings(out=tmp_path / f"new-{form}", pictures=False))
        assert found.document["cautions"] == []
    assert "but its scores" not in (tmp_path / "new-hf" / "README.md").read_text()


def test_the_plan_is_told_before_the_first_question(tmp_path: Path, keywords: Path) -> None:
    told, model = Told(), Counting(_model())
    personas = load_personas()[:2]
    run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [model], personas, told)
    (plan,) = told.plans
    assert (plan.respondents, plan.placebos) == (1 + 2 + 8, 8)
    assert plan.to_ask == {model.id: len(model.asked)}
    assert plan.stored == {model.id: 0}
    assert sum(plan.clips_per_value.values()) * 8 * plan.respondents == len(model.asked)
    assert told.steps[-1] == (len(model.asked), len(model.asked))


def test_other_settings_are_refused_in_the_same_run(tmp_path: Path, keywords: Path) -> None:
    run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [_model()])
    changed = _options(tmp_path, keywords, battery=BatteryOptions(wordings=3))
    with pytest.raises(InputError, match=r"battery\.wordings: 2 -> 3"):
        run_benchmark(changed, world(), AxesEmbedder(), [_model()])
    with pytest.raises(InputError, match=r"corpus\.hash"):
        run_benchmark(_options(tmp_path, keywords), world(clips=5), AxesEmbedder(), [_model()])
    with pytest.raises(InputError, match="models"):
        run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [_model(noise=1.0)])


def test_scoring_options_may_change_later(tmp_path: Path, keywords: Path) -> None:
    run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [_model(noise=0.3)])
    wide = score_run(tmp_path / "run", ScoringOptions(draws=200, level=0.99))["profile"]["power"]
    narrow = score_run(tmp_path / "run", ScoringOptions(draws=200, level=0.5))["profile"]["power"]
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]


def test_the_published_battery_takes_shared_clips_and_hears_yes_or_no(tmp_path: Path, keywords: Path) -> None:
    model = Counting(_model())
    options = _options(tmp_path, keywords, battery=BatteryOptions(name="paper"))
    scores = run_benchmark(options, world(clips=20), AxesEmbedder(), [model])
    assert read_manifest(tmp_path / "run").settings["retrieval"]["assignment"] == "overlapping"
    assert scores["paper"]["n"] == dict.fromkeys(VALUES, 15)
    for value in VALUES:
        clips = {ask.tags["clip"] for ask in model.asked if ask.tags["value"] == value}
        yes = sum(str(clip).endswith(("0", "1")) for clip in clips)
        assert scores["paper"]["scores"][value] == pytest.approx(100 * yes / 15)


def test_a_clip_of_two_values_is_asked_once_and_counted_twice(tmp_path: Path, keywords: Path) -> None:
    class Blind(Counting):
        """Reads no tags, as real models."""

        @property
        def settings(self) -> dict[str, str]:
            return {}

    model = Blind(_model())
    options = _options(tmp_path, keywords, battery=BatteryOptions(name="paper"))
    scores = run_benchmark(options, world(clips=1, frames=1), AxesEmbedder(), [model])
    assert len(model.asked) == 10
    assert sum(scores["paper"]["n"].values()) == 100


def test_personas_are_compared_with_their_targets(tmp_path: Path, keywords: Path) -> None:
    personas = load_personas()[:1]
    options = _options(tmp_path, keywords, strategies=("simple", "isq"), placebos=5)
    scores = run_benchmark(options, world(clips=4), AxesEmbedder(), [_model()], personas)
    assert [(row["persona"], row["strategy"]) for row in scores["personas"]] == [
        (persona.id, strategy) for strategy in ("simple", "isq") for persona in personas
    ]
    assert {row["values"] for row in scores["personas"]} == {10}
    assert {(row["verdict"], row["placebo_texts"]) for row in scores["personas"]} == {("not distinguishable", 5)}
    assert all(row["aligned"] == pytest.approx(row["bare"]) for row in scores["personas"])
    assert scores["profile"]["power"]["mean"] == pytest.approx(100 * expit(PLANTED["power"]), abs=1)


def test_a_model_that_always_fails_is_one_clear_error(tmp_path: Path, keywords: Path) -> None:
    class Broken(Counting):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            return iter([Answer(error="server said 500") for _ in asks])

    with pytest.raises(ModelError, match="server said 500"):
        run_benchmark(_options(tmp_path, keywords), world(clips=3), AxesEmbedder(), [Broken(_model())])


class Vague(Counting):
    """Says nothing that can be read, except under a persona."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask, answer in zip(asks, super().score(asks), strict=True):
            yield answer if ask.system else Answer(text="Hmm. Hard to say.", parsed="unparsed")


def test_a_model_of_whose_words_nothing_can_be_scored_is_one_clear_error(tmp_path: Path, keywords: Path) -> None:
    told = "nothing that .* said could be scored: .* answers .*unparsed.*, the first: “Hmm. Hard to say.”"
    with pytest.raises(ModelError, match=told) as refused:
        run_benchmark(_options(tmp_path, keywords), world(clips=3), AxesEmbedder(), [Vague(_model())])
    assert "\n" not in refused.value.message
    with pytest.raises(ModelError, match=told):
        score_run(tmp_path / "run", SCORING)
    assert json.loads((tmp_path / "run" / "scores.json").read_text())["unscored"][0]["classes"]["unparsed"] > 0


def test_a_respondent_without_a_score_among_others_is_told(tmp_path: Path, keywords: Path) -> None:
    options = replace(_options(tmp_path, keywords), placebos=0)
    scores = run_benchmark(options, world(clips=3), AxesEmbedder(), [Vague(_model())], load_personas()[:1])
    (line,) = told_of(scores)
    assert line.startswith("nothing that simulated:") and "Hmm." in line


def test_a_run_without_model_or_answers_is_refused(tmp_path: Path, keywords: Path) -> None:
    with pytest.raises(InputError, match="model"):
        run_benchmark(_options(tmp_path, keywords), world(), AxesEmbedder(), [])
    with pytest.raises(InputError, match=r"answers\.sqlite"):
        score_run(tmp_path, SCORING)


def test_a_corpus_on_disk_is_asked_about_its_stored_pictures(tmp_path: Path, keywords: Path) -> None:
    model = Counting(_model())
    _store_world(tmp_path / "corpus")
    with Corpus.open(tmp_path / "corpus") as corpus:
        scores = run_benchmark(_options(tmp_path, keywords), corpus, AxesEmbedder(), [model])
    assert scores["profile"]["tradition"]["mean"] == pytest.approx(100 * expit(PLANTED["tradition"]), abs=1e-6)
    for ask in model.asked:
        (shown,) = ask.stimulus.frames
        assert hashlib.sha256(shown.path.read_bytes()).hexdigest() == shown.picture_sha


def _store_world(folder: Path) -> None:
    recipe = Recipe("recipe", "{}")
    with Corpus.create(folder) as corpus:
        corpus.add_embedder(EmbedderRecord(EMBEDDER_ID, "axes", AxesEmbedder.dimension))
        for place, value in enumerate(VALUES):
            for number in range(3):
                picture = Image.new("RGB", (9, 16), (20 * place, 50 * number, 90))
                clip_id = hashlib.sha256(f"{value}-{number}".encode()).hexdigest()
                (sha,) = corpus.store_pictures([to_jpeg(picture)])
                shown = Frame(f"{clip_id[:8]}-0", clip_id, 0, 0.0, sha, 9, 16, clip_id[:16], None)
                media = Media(clip_id, 1, "mp4", "h264", 9, 16, 0, 3.0, False, 0, 1)
                corpus.add_clip(Source(f"/{value}-{number}.mp4", "1"), media, recipe, [shown])
                vector = np.zeros((1, AxesEmbedder.dimension), dtype=np.float32)
                vector[0, place] = 1.0
                corpus.add_embeddings(EMBEDDER_ID, [sha], vector)
