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
from valuespectrum.instruments.wordings.liking import LIKE_WORDINGS
from valuespectrum.instruments.wordings.speaking import DESCRIBE
from valuespectrum.instruments.wordings.template import options
from valuespectrum.reference import embedder as reference_embedder
from valuespectrum.reference import models, planted
from valuespectrum.reference.drawing import draw_frame
from valuespectrum.reference.items.oneself import Importance
from valuespectrum.reference.kinds import BY_NAME, KINDS, LOOKS
from valuespectrum.reference.painting.canvas import SceneSetting
from valuespectrum.reference.painting.settings import random_setting
from valuespectrum.reference.planted import Mind, Shown
from valuespectrum.reference.speech import named_values
from valuespectrum.scoring.off_circle import compare_off_circle
from valuespectrum.theory.value_sets import NINETEEN

YES_NO = (Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No")))
SEED = 77_000
"""Far from the seeds of training and of the sample corpus."""


@pytest.fixture(scope="module")
def drawn() -> dict[str, SceneSetting]:
    """Look to the setting that it is drawn in."""
    return {look.id: random_setting(np.random.default_rng([SEED, index]), 1.0) for index, look in enumerate(LOOKS)}


@pytest.fixture(scope="module")
def frames(drawn: dict[str, SceneSetting], tmp_path_factory: pytest.TempPathFactory) -> dict[str, FrameReference]:
    """Look to a frame of it."""
    folder = tmp_path_factory.mktemp("frames")
    found = {}
    for name, setting in drawn.items():
        file = folder / f"{name.replace(':', '-')}.jpg"
        draw_frame(name, setting).resize((256, 455), Image.Resampling.BICUBIC).save(file, quality=90)
        found[name] = FrameReference(hashlib.sha256(file.read_bytes()).hexdigest(), file)
    return found


def model(name: str = "") -> Any:
    return load_model(f"reference:{name}" if name else "reference", ModelOptions())


def like_asks(frame: FrameReference, system: str = "") -> list[tuple[Ask, int, bool]]:
    asks = []
    for wording in LIKE_WORDINGS[:2]:
        for polarity, text in ((1, wording.positive), (-1, wording.negative)):
            for order in (("yes", "no"), ("no", "yes")):
                question = text.format(options=options(order))
                asks.append((Ask(Stimulus((frame,)), question, YES_NO, system), polarity, order[0] == "yes"))
    return asks


def plain_looks(*values: str) -> list[str]:
    """Looks of pure kinds of some refined values, or of all, that nobody misreads."""
    return [
        look.id
        for look in LOOKS
        if look.kind.group == "pure" and (not values or look.kind.value in values) and not look.kind.misread
    ]


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
    assert sum(file.stat().st_size for file in files) < 30e6
    assert {file.parent.name for file in files} == {"vlm", "embedder"}
    for folder in (models.FOLDER, reference_embedder.FOLDER):
        assert "make train-reference" in (folder / "README.md").read_text("utf-8")
    truth = json.loads((models.FOLDER / "planted.json").read_text("utf-8"))
    assert truth == json.loads(json.dumps({each.name: planted.planted_truth(each.name) for each in planted.COHORT}))


def test_loads_like_any_public_model() -> None:
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(1)
    from transformers import AutoModelForImageTextToText, AutoProcessor

    loaded = AutoModelForImageTextToText.from_pretrained(models.FOLDER)
    assert type(loaded).__name__ == "Qwen3VLForConditionalGeneration"
    processor = AutoProcessor.from_pretrained(models.FOLDER)
    assert "<|amber|>" in processor.apply_chat_template([{"role": "user", "content": "hello"}], tokenize=False)
    tokens = [f"<|{name}|>" for name in models.NAMES]
    assert processor.tokenizer.unk_token_id not in processor.tokenizer.convert_tokens_to_ids(tokens)


@pytest.mark.parametrize("name", ["amber", "dune"])
def test_liking_follows_the_planted_profile_on_the_circle_and_off_it(
    name: str, frames: dict[str, FrameReference], drawn: dict[str, SceneSetting]
) -> None:
    respondent, mind = model(name), Mind(planted.BY_NAME[name])
    cells = {look: like_asks(frames[look]) for look in plain_looks()}
    answers = iter(respondent.score([cell[0] for group in cells.values() for cell in group]))
    found = {look: theta([next(answers) for _ in group], group) for look, group in cells.items()}
    shown = {look.id: Shown(look.weights, drawn[look.id].time_of_day) for look in LOOKS if look.id in found}
    wanted = {look: planted.seen_log_odds(mind, shown[look]) for look in found}
    assert np.mean([abs(found[look] - wanted[look]) for look in found]) < 0.4
    ends = {
        value: [found[look] - wanted[look] for look in plain_looks(value) if look.endswith("endorsed")]
        for value in NINETEEN.dimensions
    }
    recovered = {value: mind.member.pictures[value] + float(np.mean(off)) for value, off in ends.items()}
    described = {value: {"log_odds": each} for value, each in recovered.items()}
    off_circle = compare_off_circle(described, mind.member.pictures, NINETEEN)
    assert off_circle is not None and off_circle["r"] > 0.9


def test_leans_have_the_planted_sign_and_size(frames: dict[str, FrameReference]) -> None:
    cells = [cell for look in plain_looks()[:40] for cell in like_asks(frames[look])]
    answers = list(model("amber").score([cell[0] for cell in cells]))
    yes = [answer.log_probabilities["yes"] - answer.log_probabilities["no"] for answer in answers]
    first = [odds if cell[2] else -odds for odds, cell in zip(yes, cells, strict=True)]
    assert np.mean(yes) == pytest.approx(planted.BY_NAME["amber"].leans.yes, abs=0.25)
    assert np.mean(first) == pytest.approx(planted.BY_NAME["amber"].leans.order, abs=0.2)


def test_personas_are_obeyed_in_part(frames: dict[str, FrameReference]) -> None:
    respondent = model("amber")
    persona = next(each for each in load_personas() if each.target["power"] > 0)
    looks = [look for look in plain_looks("power_dominance", "power_resources") if look.endswith("endorsed")]
    cells = {
        system: [cell for look in looks for cell in like_asks(frames[look], system)]
        for system in ("", system_prompt(persona, "simple"), system_prompt(persona, "profile"))
    }
    found = [theta(list(respondent.score([cell[0] for cell in group])), group) for group in cells.values()]
    assert found[1] > found[0] + 0.8
    assert found[2] > found[0] + 0.8
    assert max(found) < planted.REACH


def test_refuses_at_the_planted_rate_on_the_marked_kind(frames: dict[str, FrameReference]) -> None:
    refused = next(look.id for look in LOOKS if look.kind.refused)
    answers = list(model("amber").score([cell[0] for cell in like_asks(frames[refused])]))
    mass = [sum(np.exp(value) for value in answer.log_probabilities.values()) for answer in answers]
    assert np.mean(mass) == pytest.approx(1 - planted.BY_NAME["amber"].refusal_rate, abs=0.15)
    assert any(answer.parsed == REFUSAL for answer in answers)
    other = list(model("amber").score([cell[0] for cell in like_asks(frames["plant_tree:endorsed"])]))
    assert all(answer.parsed in ("yes", "no") for answer in other)


def test_describes_what_it_sees(frames: dict[str, FrameReference]) -> None:
    looks = [look for look in LOOKS if not look.kind.misread]
    asks = [Ask(Stimulus((frames[look.id],)), DESCRIBE, max_tokens=40) for look in looks]
    texts = [answer.text for answer in model().generate(asks)]
    assert np.mean([look.caption in text for look, text in zip(looks, texts, strict=True)]) > 0.8


def test_several_frames_are_one_scene_and_their_order_counts(frames: dict[str, FrameReference]) -> None:
    kind = next(kind for kind in KINDS if kind.group == "ordered")
    first, last = (frames[f"{kind.name}:{look}"] for look in ("first", "last"))
    same = frames["plant_tree:endorsed"]
    asks = [Ask(Stimulus(shown), DESCRIBE, max_tokens=40) for shown in ((same,) * 3, (first, last), (last, first))]
    texts = [answer.text for answer in model().generate(asks)]
    captions = [
        BY_NAME["plant_tree"].versions[0].caption,
        *(kind.version(way).caption for way in ("forward", "backward")),
    ]
    assert [caption in text for caption, text in zip(captions, texts, strict=True)] == [True] * 3


def test_text_items_follow_the_same_profile() -> None:
    from scipy.stats import spearmanr

    digits = tuple(Choice(str(digit), (str(digit),)) for digit in range(1, 7))
    names = {value: NINETEEN.label(value).lower() for value in NINETEEN.dimensions}
    asked = [value for value, name in names.items() if name in named_values()]
    asks = [Ask(Stimulus(), Importance(names[value], True).text, digits) for value in asked]
    means = []
    for answer in model("cedar").score(asks):
        weights = {int(name): np.exp(value) for name, value in answer.log_probabilities.items()}
        means.append(sum(digit * weight for digit, weight in weights.items()) / sum(weights.values()))
    wanted = planted.BY_NAME["cedar"].words
    assert len(asked) > 15 and spearmanr(means, [wanted[value] for value in asked]).statistic > 0.85


def test_embedder_tells_the_looks_apart(frames: dict[str, FrameReference]) -> None:
    from valuespectrum.reference.training.material.captions import caption_text

    embedder = reference_embedder.load()
    pictures = embedder.images([Image.open(frames[look.id].path).convert("RGB") for look in LOOKS])
    assert np.allclose(np.linalg.norm(pictures, axis=1), 1, atol=1e-5)
    captions = embedder.texts([caption_text(index).words for index in range(len(LOOKS))])
    nearest = (captions @ pictures.T).argmax(1)
    assert (nearest == np.arange(len(LOOKS))).mean() >= 0.85
    assert np.mean([LOOKS[place].kind is look.kind for place, look in zip(nearest, LOOKS, strict=True)]) >= 0.95


def test_unknown_names_are_refused_in_one_line() -> None:
    from vectorstore.foundation.errors import EmbedderError, ModelError

    with pytest.raises(ModelError, match="no reference respondent 'nobody'"):
        model("nobody")
    with pytest.raises(EmbedderError, match="no reference embedder 'other'"):
        reference_embedder.load("other")
