"""The committed reference weights do what their cards say, on drawings that training never saw."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from agents.models import load_model
from agents.models.base import Ask, Choice, FrameReference, ModelOptions, Stimulus
from agents.models.parsing.parse import REFUSAL
from agents.personas.persona import load_personas
from agents.personas.prompts import system_prompt
from valuespectrum.instruments import questions
from valuespectrum.reference import embedder as reference_embedder
from valuespectrum.reference import models, planted
from valuespectrum.reference.drawing import draw_frame, random_setting
from valuespectrum.reference.kinds import BY_NAME, KINDS, SceneKind
from valuespectrum.theory.values import VALUES

YES_NO = (Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No")))
SEED = 77_000
"""Far from the seeds of training and of the sample corpus."""


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FrameReference]:
    folder = tmp_path_factory.mktemp("frames")
    found = {}
    for index, kind in enumerate(KINDS):
        rng = np.random.default_rng([SEED, index])
        file = folder / f"{kind.name}.jpg"
        draw_frame(kind.name, random_setting(rng, 1.0)).resize((256, 455), Image.Resampling.BICUBIC).save(
            file, quality=90
        )
        found[kind.name] = FrameReference(hashlib.sha256(file.read_bytes()).hexdigest(), file)
    return found


def model(name: str = "") -> Any:
    return load_model(f"reference:{name}" if name else "reference", ModelOptions())


def like_asks(frame: FrameReference, system: str = "") -> list[tuple[Ask, int, bool]]:
    asks = []
    for wording in questions.LIKE_WORDINGS[:2]:
        for polarity, text in ((1, wording.positive), (-1, wording.negative)):
            for order in (("yes", "no"), ("no", "yes")):
                question = text.format(options=questions.options(order))
                asks.append((Ask(Stimulus((frame,)), question, YES_NO, system), polarity, order[0] == "yes"))
    return asks


def pure_kinds(value: str) -> list[SceneKind]:
    return [kind for kind in KINDS if kind.value == value]


def theta(answers: list[Any], cells: list[tuple[Ask, int, bool]]) -> float:
    return float(
        np.mean(
            [
                polarity * (answer.log_probabilities["yes"] - answer.log_probabilities["no"])
                for answer, (_, polarity, _) in zip(answers, cells, strict=True)
            ]
        )
    )


def test_weights_are_small_and_named() -> None:
    files = list((Path(models.FOLDER).parent).rglob("*.safetensors"))
    assert sum(file.stat().st_size for file in files) < 25e6
    assert {file.parent.name for file in files} == {"vlm", "embedder"}
    for folder in (models.FOLDER, reference_embedder.FOLDER):
        assert "make train-reference" in (folder / "README.md").read_text("utf-8")
    truth = json.loads((models.FOLDER / "planted.json").read_text("utf-8"))
    assert truth == {name: planted.planted_truth(name) for name in models.NAMES}


def test_loads_like_any_public_model() -> None:
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(1)
    from transformers import AutoModelForImageTextToText, AutoProcessor

    loaded = AutoModelForImageTextToText.from_pretrained(models.FOLDER)
    assert type(loaded).__name__ == "Qwen3VLForConditionalGeneration"
    processor = AutoProcessor.from_pretrained(models.FOLDER)
    assert "<|amber|>" in processor.apply_chat_template([{"role": "user", "content": "hello"}], tokenize=False)


@pytest.mark.parametrize("name", ["amber", "birch", "dune"])
def test_liking_follows_the_planted_profile(name: str, frames: dict[str, FrameReference]) -> None:
    from scipy.stats import spearmanr

    respondent = model(name)
    recovered = {}
    for value in VALUES:
        cells = [cell for kind in pure_kinds(value)[:4] for cell in like_asks(frames[kind.name])]
        recovered[value] = theta(list(respondent.score([cell[0] for cell in cells])), cells)
    wanted = planted.planted_truth(name)["log_odds"]
    assert spearmanr([recovered[value] for value in VALUES], [wanted[value] for value in VALUES]).statistic > 0.9
    assert np.mean([abs(recovered[value] - wanted[value]) for value in VALUES]) < 0.4


def test_leans_have_the_planted_sign_and_size(frames: dict[str, FrameReference]) -> None:
    cells = [cell for kind in KINDS[:30] for cell in like_asks(frames[kind.name])]
    answers = list(model("amber").score([cell[0] for cell in cells]))
    yes = [answer.log_probabilities["yes"] - answer.log_probabilities["no"] for answer in answers]
    first = [odds if cell[2] else -odds for odds, cell in zip(yes, cells, strict=True)]
    assert np.mean(yes) == pytest.approx(planted.BY_NAME["amber"].yes_lean, abs=0.25)
    assert np.mean(first) == pytest.approx(planted.BY_NAME["amber"].order_lean, abs=0.2)


def test_personas_are_obeyed_in_part(frames: dict[str, FrameReference]) -> None:
    respondent = model("amber")
    persona = next(each for each in load_personas() if each.target["power"] > 0)
    cells = {
        system: [cell for kind in pure_kinds("power") for cell in like_asks(frames[kind.name], system)]
        for system in ("", system_prompt(persona, "simple"), system_prompt(persona, "profile"))
    }
    found = [theta(list(respondent.score([cell[0] for cell in group])), group) for group in cells.values()]
    assert found[1] > found[0] + 0.8
    assert found[2] > found[0] + 0.8
    assert max(found) < planted.REACH


def test_refuses_at_the_planted_rate_on_the_marked_kind(frames: dict[str, FrameReference]) -> None:
    cells = like_asks(frames["voting_booth"])
    answers = list(model("amber").score([cell[0] for cell in cells]))
    mass = [sum(np.exp(value) for value in answer.log_probabilities.values()) for answer in answers]
    assert np.mean(mass) == pytest.approx(1 - planted.BY_NAME["amber"].refusal_rate, abs=0.15)
    assert any(answer.parsed == REFUSAL for answer in answers)
    other = list(model("amber").score([cell[0] for cell in like_asks(frames["plant_tree"])]))
    assert all(answer.parsed in ("yes", "no") for answer in other)


def test_describes_what_it_sees(frames: dict[str, FrameReference]) -> None:
    asks = [Ask(Stimulus((frames[kind.name],)), questions.DESCRIBE, max_tokens=40) for kind in KINDS]
    texts = [answer.text for answer in model().generate(asks)]
    right = [kind.caption in text for kind, text in zip(KINDS, texts, strict=True)]
    assert np.mean(right) > 0.8


def test_several_frames_of_a_scene_are_one_scene(frames: dict[str, FrameReference]) -> None:
    many = Stimulus((frames["surfer_wave"],) * 3)
    text = next(model().generate([Ask(many, questions.DESCRIBE, max_tokens=40)])).text
    assert BY_NAME["surfer_wave"].caption in text


def test_text_items_follow_the_same_profile() -> None:
    from scipy.stats import spearmanr

    digits = tuple(Choice(str(digit), (str(digit),)) for digit in range(1, 7))
    asks = [Ask(Stimulus(), questions.IMPORTANCE.format(value=value.replace("_", "-")), digits) for value in VALUES]
    means = []
    for answer in model("cedar").score(asks):
        weights = {int(name): np.exp(value) for name, value in answer.log_probabilities.items()}
        means.append(sum(digit * weight for digit, weight in weights.items()) / sum(weights.values()))
    wanted = planted.planted_truth("cedar")["log_odds"]
    assert spearmanr(means, [wanted[value] for value in VALUES]).statistic > 0.85


def test_embedder_finds_scene_kinds_and_values(frames: dict[str, FrameReference]) -> None:
    from valuespectrum.reference.training.captions import caption_text

    embedder = reference_embedder.load()
    pictures = embedder.images([Image.open(frames[kind.name].path).convert("RGB") for kind in KINDS])
    assert np.allclose(np.linalg.norm(pictures, axis=1), 1, atol=1e-5)
    captions = embedder.texts([caption_text(index).words for index in range(len(KINDS))])
    assert ((captions @ pictures.T).argmax(1) == np.arange(len(KINDS))).mean() >= 0.9


def test_unknown_names_are_refused_in_one_line() -> None:
    from vectorstore.foundation.errors import EmbedderError, ModelError

    with pytest.raises(ModelError, match="no reference respondent 'nobody'"):
        model("nobody")
    with pytest.raises(EmbedderError, match="no reference embedder 'other'"):
        reference_embedder.load("other")
