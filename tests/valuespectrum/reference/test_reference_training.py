"""The training tensors ask exactly what the public processor and model are asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from valuespectrum.instruments.questions import LIKE_WORDINGS, options

from agents.personas.persona import load_personas
from agents.personas.prompts import Strategy, system_prompt
from valuespectrum.reference import architecture, planted
from valuespectrum.reference.kinds import TIMES_OF_DAY
from valuespectrum.reference.training.examples import (
    EVERYTHING,
    THEMSELVES,
    Branch,
    TrainingExample,
    random_example,
    random_prefix,
)
from valuespectrum.theory.values import VALUES


@pytest.fixture(scope="module")
def parts() -> tuple[Any, Any]:
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(1)
    import torch

    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    examples = [random_example(rng, 4) for _ in range(60)]
    texts = [
        text for example in examples for text in (example.system, *(branch.question for branch in example.branches))
    ]
    tokenizer = architecture.build_tokenizer(texts)
    return architecture.build_model(tokenizer).eval(), tokenizer


@pytest.mark.parametrize("frames", [0, 1, 3])
@pytest.mark.parametrize("persona", [None, "simple", "profile"])
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_packed_branches_equal_separate_prompts(
    parts: tuple[Any, Any], frames: int, persona: Strategy | None, attention: str
) -> None:
    import torch

    from valuespectrum.reference.training.packing import Packer, predict
    from valuespectrum.reference.training.pictures import normalise, patches

    model, tokenizer = parts
    system = system_prompt(load_personas()[0], persona) if persona else ""
    wording = LIKE_WORDINGS[0]
    questions = [wording.positive.format(options=options(("yes", "no"))), wording.negative.format(options="no or yes")]
    branches = tuple(Branch(question, {"yes": 0.5, "no": 0.5}) for question in questions)
    example = TrainingExample(planted.COHORT[3], system, 0 if frames else None, 0, frames, branches)
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 255, (frames, 224, 128, 3), dtype=np.uint8)
    batch = Packer(tokenizer).pack([example], rng)
    processor = architecture.build_processor(tokenizer)
    model.set_attn_implementation(attention)
    with torch.no_grad():
        embeddings = None
        if frames:
            values, grid = patches(normalise(pixels))
            embeddings = model.model.visual(values, grid_thw=grid).pooler_output
        packed = predict(model, batch, embeddings)
        first = [
            int(place) for place in batch.target_prediction.unique() if (batch.target_prediction == place).sum() == 2
        ]
        for question, place in zip(questions, first, strict=True):
            content = [*({"type": "image"} for _ in range(frames)), {"type": "text", "text": question}]
            messages = [{"role": "system", "content": [{"type": "text", "text": system}]}] if system else []
            messages.append({"role": "user", "content": content})
            text = processor.apply_chat_template(messages, add_generation_prompt=True, respondent="dune")
            shown = {"images": [Image.fromarray(each) for each in pixels]} if frames else {}
            alone = model(**processor(text=[text], return_tensors="pt", **shown)).logits[0, -1].log_softmax(-1)
            assert torch.allclose(packed[place], alone, atol=2e-5)


def test_patches_equal_the_image_processor(parts: tuple[Any, Any]) -> None:
    from valuespectrum.reference.training.pictures import normalise, patches

    pixels = np.random.default_rng(0).integers(0, 255, (2, 224, 128, 3), dtype=np.uint8)
    ours, grid = patches(normalise(pixels))
    processor = architecture.build_processor(parts[1]).image_processor
    theirs = processor([Image.fromarray(each) for each in pixels], return_tensors="pt")
    assert np.allclose(ours.numpy(), theirs["pixel_values"].numpy(), atol=1e-5)
    assert (grid == theirs["image_grid_thw"]).all()


def test_the_fast_tower_equals_the_library(parts: tuple[Any, Any]) -> None:
    import torch

    from valuespectrum.reference.training.pictures import normalise, patches
    from valuespectrum.reference.training.tower import picture_tokens

    tower = parts[0].model.visual
    pixels = np.random.default_rng(2).integers(0, 255, (5, 224, 128, 3), dtype=np.uint8)
    values, grid = patches(normalise(pixels))
    with torch.no_grad():
        library = tower(values, grid_thw=grid).pooler_output
        assert torch.allclose(picture_tokens(tower, values, grid), library, atol=2e-6)
        assert torch.equal(tower(values, grid_thw=grid).pooler_output, library)


def test_answers_are_distributions_with_distinct_beginnings(parts: tuple[Any, Any]) -> None:
    _, tokenizer = parts
    rng = np.random.default_rng(3)
    for mixture in (EVERYTHING, THEMSELVES):
        for _ in range(200):
            for branch in random_example(rng, 5, mixture).branches:
                assert sum(branch.answers.values()) == pytest.approx(1)
                begins = [tokenizer.encode(text)[0] for text in branch.answers]
                if set(branch.answers) <= {"yes", "no", "A", "B"}:
                    assert len(set(begins)) == len(begins)


def test_log_odds_of_branches_are_their_weights_times_the_profile_and_the_taste_for_daylight() -> None:
    rng = np.random.default_rng(4)
    tasted = 0
    for _ in range(100):
        example = random_example(rng, 6)
        profile = dict(zip(VALUES, example.profile(), strict=True))
        own = 1.0 if example.target is None else 1 - example.respondent.obedience
        light = planted.DAYLIGHT[tuple(TIMES_OF_DAY)[example.time_of_day]]
        for branch in example.branches:
            if branch.weights is None:
                continue
            liking = sum(weight * profile[value] for value, weight in branch.weights.items())
            # Named values and portraits have no time of day.
            about_scene = example.kind is not None and not branch.question.startswith("How important is")
            tasted += about_scene
            taste = own * example.respondent.daylight_taste * light if about_scene else 0.0
            assert branch.log_odds == pytest.approx(liking + taste), branch.question
    assert tasted > 100


def test_prefixes_have_roles_and_no_questions() -> None:
    example = random_prefix(np.random.default_rng(5))
    assert example.system and example.target and not example.branches


def test_log_odds_follow_the_stated_rules() -> None:
    respondent = planted.BY_NAME["amber"]
    target = dict.fromkeys(VALUES, 0.0) | {"power": 1.0}
    own = planted.scene_log_odds(respondent, {"power": 1.0})
    played = planted.scene_log_odds(respondent, {"power": 1.0}, target)
    assert own == pytest.approx(respondent.theta("power"))
    assert played == pytest.approx((1 - respondent.obedience) * own + respondent.obedience * planted.REACH)
    assert planted.scene_log_odds(respondent, {}, target) == 0


@pytest.mark.parametrize("respondent", planted.COHORT, ids=lambda each: each.name)
def test_biases_cancel_over_the_four_cells(respondent: planted.CohortMember) -> None:
    theta = respondent.theta("tradition")
    cells = []
    for polarity in (1, -1):
        for yes_first in (True, False):
            yes = planted.yes_probability(respondent, theta, polarity, yes_first)
            cells.append(polarity * np.log(yes / (1 - yes)))
    assert np.mean(cells) == pytest.approx(theta)


def test_the_taste_for_daylight_averages_out_and_makes_clips_differ() -> None:
    assert set(planted.DAYLIGHT) == set(TIMES_OF_DAY)
    assert sum(planted.DAYLIGHT.values()) == pytest.approx(0)
    respondent = planted.BY_NAME["amber"]
    odds = [planted.scene_log_odds(respondent, {"power": 1.0}, None, time) for time in TIMES_OF_DAY]
    assert np.mean(odds) == pytest.approx(respondent.theta("power"))
    assert np.ptp(odds) == pytest.approx(2 * respondent.daylight_taste)
    truth = planted.planted_truth("amber")["profile"]
    assert truth["power"] == pytest.approx(np.mean([100 / (1 + np.exp(-each)) for each in odds]))


def test_profiles_of_the_cohort_differ() -> None:
    profiles = [[planted.planted_truth(each.name)["log_odds"][value] for value in VALUES] for each in planted.COHORT]
    assert len({tuple(np.argsort(profile)) for profile in profiles}) >= 8
    assert all(0 < each.obedience < 1 for each in planted.COHORT)
