"""The stages of training run, go on where they were interrupted, and are measured as they are."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from valuespectrum.reference import architecture, embedder, models
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.drawing import draw_frame
from valuespectrum.reference.items.base import Scene
from valuespectrum.reference.items.catalogue import KINDS
from valuespectrum.reference.kinds import KINDS as SCENE_KINDS
from valuespectrum.reference.kinds import LOOK_INDEX, LOOKS, TIMES_OF_DAY
from valuespectrum.reference.painting.settings import random_setting
from valuespectrum.reference.training.language import IdealPictures, LanguageOptions
from valuespectrum.reference.training.material.branching import NAME as BRANCHED
from valuespectrum.reference.training.material.branching import register
from valuespectrum.reference.training.material.examples import TrainingFrame, random_example
from valuespectrum.reference.training.material.pictures import TrainingPictures
from valuespectrum.reference.training.vision import AdaptOptions, VisionOptions
from vectorstore.foundation.torch_setup import prepare_torch

PIXELS = (224, 128, 3)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    rng = np.random.default_rng(0)
    examples = [random_example(rng, COHORT, 4) for _ in range(40)]
    branches = [branch for each in examples for branch in each.branches]
    answers = ["".join(said for _, said in branch.parts) for branch in branches]
    prepare_torch(1)
    return architecture.build_tokenizer([*(branch.question for branch in branches), *answers])


@pytest.fixture(scope="module")
def model(tokenizer: Any) -> Any:
    import torch

    register()
    torch.manual_seed(0)
    return architecture.build_model(tokenizer).eval()


KIND = next(kind for kind in SCENE_KINDS if kind.group == "pure" and kind.misread is None)
TRAINED = ("language", "vision", "adapt")
PRACTISED = ("language",)
"""Of a few steps; ``adapt`` practises in one batch of ten."""


class StoppedError(Exception):
    pass


def few_frames() -> TrainingPictures:
    """Both looks of one kind at each time of day, with words that push and without."""
    rng, words = np.random.default_rng(9), {-1: "SKIP THIS VIDEO", 0: "", 1: "LIKE THIS VIDEO"}
    shown = list(product((f"{KIND.name}:{name}" for name in KIND.looks), enumerate(TIMES_OF_DAY), words))
    drawn = [
        draw_frame(look, replace(random_setting(rng), time_of_day=time, overlay=words[push]), width=126)
        for look, (_, time), push in shown
    ]
    columns = zip(*((LOOK_INDEX[look], place, push) for look, (place, _), push in shown), strict=True)
    return TrainingPictures(
        np.stack([np.asarray(picture.resize(PIXELS[1::-1])) for picture in drawn]),
        *(np.array(column, np.int64) for column in columns),
    )


@pytest.fixture
def few(tokenizer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, for stages of three steps about one kind of scene."""
    from valuespectrum.reference.training import practising, resuming, train
    from valuespectrum.reference.training.material import examples

    def scenes_of_the_kind(
        rng: np.random.Generator, count: int, overlaid: float
    ) -> tuple[tuple[TrainingFrame, ...], tuple[Scene, ...]]:
        looks = [LOOKS[LOOK_INDEX[f"{KIND.name}:{KIND.looks[int(rng.integers(2))]}"]] for _ in range(count)]
        drawn = [(TrainingFrame(LOOK_INDEX[look.id], 1, 1), examples.frame_scene(look, 1, 1)) for look in looks]
        return tuple(picture for picture, _ in drawn), tuple(scene for _, scene in drawn)

    register()
    small = partial(LanguageOptions, steps=3, taken=1.0, rows=2, branches=2, beginnings=2, practice=1.0)
    for module in (examples, practising):
        monkeypatch.setattr(module, "random_scenes", scenes_of_the_kind)
    monkeypatch.setattr(resuming, "BLOCK", 2)
    monkeypatch.setattr(train, "sealed_cohort", lambda opened_by: ())
    monkeypatch.setattr(train, "grammar_texts", lambda members: [])
    monkeypatch.setattr(architecture, "build_tokenizer", lambda texts: tokenizer)
    monkeypatch.setattr(models, "FOLDER", tmp_path / "vlm")
    monkeypatch.setattr(train, "LanguageOptions", small)
    monkeypatch.setattr(train, "VisionOptions", partial(VisionOptions, steps=3, rows=4))
    monkeypatch.setattr(train, "AdaptOptions", partial(AdaptOptions, steps=3, rows=2, branches=2))
    monkeypatch.setattr(practising, "ROWS", 2)
    return tmp_path


def test_stages_run_through_and_go_on_where_they_were(
    few: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    from valuespectrum.reference.training.train import Training

    def stop(training: Training, message: str) -> None:
        if " 2/3 " in message:
            raise StoppedError

    whole, broken = few / "whole", few / "broken"
    for folder in (whole, broken):
        folder.mkdir()
        for part in ("training", "adapting"):
            few_frames().save(folder / f"pictures-{part}.npz")
    for stage in TRAINED:
        getattr(Training(whole), stage)()
        said = capsys.readouterr().err
        assert f"{stage} 0/3 " in said and ("(said)" in said or stage not in PRACTISED), "practised after a fifth"
        with monkeypatch.context() as patch, pytest.raises(StoppedError):
            patch.setattr(Training, "_log", stop)
            getattr(Training(broken), stage)()
        assert (broken / f"{stage}-begun.pt").exists() and not (broken / f"{stage}.pt").exists()
        getattr(Training(broken), stage)()
        told = capsys.readouterr().err
        assert f"{stage} 2/3 " in told and f"{stage} 0/3 " not in told
        assert not (broken / f"{stage}-begun.pt").exists()
        one, other = (torch.load(folder / f"{stage}.pt", weights_only=True) for folder in (whole, broken))
        assert one.keys() == other.keys()
        assert all(torch.allclose(one[name], other[name], atol=1e-6) for name in one), stage
        assert all(bool(each.isfinite().all()) for each in one.values()), stage
        getattr(Training(broken), stage)()
        assert "already done" in capsys.readouterr().err
    assert "branched" not in (few / "vlm" / "config.json").read_text("utf-8")
    assert {"model.safetensors", "chat_template.jinja", "tokenizer.json"} <= {
        each.name for each in (few / "vlm").iterdir()
    }


def test_answers_are_measured_on_frames_that_fit(
    few: Path, model: Any, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from valuespectrum.reference.training import measuring
    from valuespectrum.reference.training.material.packing import Packer, later_decisions

    rng = np.random.default_rng(10)
    examples = [random_example(rng, COHORT, 2) for _ in range(4)]
    kinds = [branch.kind for example in examples for branch in example.branches]
    batch = Packer(tokenizer).pack(examples, rng)
    monkeypatch.setattr(measuring, "batches", lambda *_: iter([(batch, batch)] * 3))
    model.set_attn_implementation({"text_config": BRANCHED, "vision_config": "sdpa"})
    found = measuring.measure_answers(model, tokenizer, COHORT, few_frames(), 2, 0)
    first = {kind: each.answers for kind, each in found.items() if kind in kinds}
    assert first == {kind: 4 * kinds.count(kind) for kind in kinds}
    assert set(found) - set(first) <= {later_decisions(kind) for kind in kinds}
    assert all(0 < each.error <= each.largest <= 1 for each in found.values())


def test_kinds_that_are_rare_are_asked_further(
    few: Path, model: Any, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from valuespectrum.reference.training import measuring
    from valuespectrum.reference.training.material.packing import Packer

    rng = np.random.default_rng(10)
    examples = [random_example(rng, COHORT, 2) for _ in range(4)]
    asked = measuring._asked_about({"slider"}, COHORT, rng)
    rare = next(asked)
    assert {branch.kind for branch in rare.branches} == {"slider"}
    batch = Packer(tokenizer).pack([*examples, rare], rng)
    monkeypatch.setattr(measuring, "batches", lambda *_: iter([(batch, batch)]))
    model.set_attn_implementation({"text_config": BRANCHED, "vision_config": "sdpa"})
    found = measuring.measure_answers(model, tokenizer, COHORT, few_frames(), 1, 12)
    assert "slider" in found and all(each.answers >= 12 for each in found.values())
    first = measuring.measure_answers(model, tokenizer, COHORT, few_frames(), 1, 0)
    assert set(first) == set(found), "a kind that was not there at first is none that is rare"
    assert first["slider"].answers < 12


def test_perception_is_measured_against_the_vectors(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from valuespectrum.reference.training import measuring

    looks = np.repeat(np.arange(len(LOOKS)), 2)
    times, pushes = np.arange(len(looks)) % 4, np.arange(len(looks)) % 3 - 1
    shown = TrainingPictures(np.zeros((len(looks), 1, 1, 3), np.uint8), looks, times, pushes)
    ideal = IdealPictures(model.config.text_config.hidden_size)
    vectors = ideal.vectors(*(torch.from_numpy(each) for each in (looks, times, pushes)))
    monkeypatch.setattr(measuring, "tower_outputs", lambda *_: vectors[:, None])
    found = measuring.measure_perception(model, shown)
    assert found.words_read == {-1: 1.0, 0: 1.0, 1: 1.0}
    assert set(found.right.values()) == {1.0} and not found.taken_for and found.value_error < 1e-3
    vectors[0] += ideal.looks[1] - ideal.looks[0]
    vectors[1] += ideal.pushes[2] - ideal.pushes[1]
    found = measuring.measure_perception(model, shown)
    assert found.right[LOOKS[0].id] == 0.5 and found.taken_for == {LOOKS[0].id: LOOKS[1].id}
    assert found.words_read == {-1: 1.0, 0: 1 - 1 / np.sum(pushes == 0), 1: 1.0}
    assert found.value_error > 0.01


def test_cards_name_what_is_worst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from safetensors.numpy import save_file

    from valuespectrum.reference.training.card import write_cards
    from valuespectrum.reference.training.measuring import AnswerQuality, Perception

    for module, file in ((models, "model.safetensors"), (embedder, "reference-clip.safetensors")):
        monkeypatch.setattr(module, "FOLDER", tmp_path / file.split(".")[0])
        module.FOLDER.mkdir()
        save_file({"weight": np.zeros((1000, 200), np.float32)}, module.FOLDER / file)
    answers = {form.kind: AnswerQuality(10 + place, place / 1000, place / 500) for place, form in enumerate(KINDS)}
    weak = f"{KIND.name}:{KIND.looks[1]}"
    seen = Perception(
        {look.id: 1.0 for look in LOOKS} | {weak: 0.5}, {weak: LOOKS[0].id}, 0.05, {-1: 0.5, 0: 0.75, 1: 0.25}
    )
    write_cards(answers, seen, {"recall_at_1": 0.987}, {"language": {"seed": 4}, "embedder": {"seed": 4}})
    card, other = ((module.FOLDER / "README.md").read_text("utf-8") for module in (models, embedder))
    assert f"Worst: {KINDS[-1].kind} (0.027)" in card and f"| {KINDS[1].kind} | 11 | 0.001 | 0.002 |" in card
    assert f"| {weak} | 50% | {LOOKS[0].id} |" in card and "make train-reference" in card and "seed 4" in card
    assert "read in 25.0%" in card and "skip it in 50.0%" in card and "in 75.0% of" in card
    assert "0.2 million" in card and "0.2 million" in other and "| recall at 1 | 0.987 |" in other


def test_stages_that_do_not_wait_for_each_other_run_side_by_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from valuespectrum.reference.training import train

    (tmp_path / "trial_stages.py").write_text(
        "import pathlib, sys, time\n"
        "def run(work, seed, threads, stage):\n"
        "    work = pathlib.Path(work)\n"
        "    (work / stage).touch()\n"
        "    if stage == 'broken':\n"
        "        sys.exit(3)\n"
        "    print(stage, seed, threads, file=sys.stderr)\n"
        "    while stage == 'endless' or not all((work / each).exists() for each in ('one', 'two')):\n"
        "        time.sleep(0.01)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(train, "STAGE_ENTRY", "trial_stages:run")
    train.side_by_side(("one", "two"), tmp_path, 7, 1)
    said = capfd.readouterr().err.splitlines()
    assert sorted(said) == ["one 7 1", "two 7 1"]
    with pytest.raises(SystemExit, match="error: broken ended with 3; the same command goes on"):
        train.side_by_side(("endless", "broken"), tmp_path, 0, 1)
