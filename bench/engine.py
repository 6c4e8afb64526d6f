"""What sharing saves when many people are asked many questions about one picture.

A model of the Qwen3-VL architecture with about 50 million random weights answers 11 personas x 10 questions about one
picture of 640 x 360, through each engine and in each layout, and through the pipeline of ``transformers``. Counted is
processor time, so that other work on the machine does not matter; the slow ways answer a share of the asks and are
scaled up. Beside lmms-eval both sides answer the same asks, all of them. Questionnaires without pictures are put to the
reference model itself.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from agents.models.base import Answer, Ask, Choice, FrameReference, ModelOptions, Stimulus
from agents.models.capabilities import TorchModel
from bench.common import Clock, Row, child
from vectorstore.foundation.json_types import Json

PERSONAS, QUESTIONS = 11, 10
COMMAND = "python -m bench.measure --only engine"
GOALS = {
    ("shared", "image-first"): 15.0,
    ("tree", "image-first"): 20.0,
    ("shared", "persona-first"): 6.0,
    ("tree", "persona-first"): None,
}
PEER_GOAL = 10.0
ITEMS = 57
QUESTIONNAIRE_GOAL = 8.0
QUESTIONNAIRES = "python -m bench.measure --only questionnaires"


_FLOOR_ASKS, _FLOOR_TURNS = 32, 5


@dataclass(frozen=True, slots=True)
class Side:
    """One way of asking."""

    seconds: float
    """Processor time of one ask."""
    answers: tuple[Answer, ...]


def measure_engines(slow: int) -> list[Row]:
    """Rows of ratios: processor time of the plain ways over that of the shared ones.

    Args:
        slow: Asks through the slow ways.
    """
    model, processor = random_model()
    with tempfile.TemporaryDirectory() as folder:
        asks = list(like_asks(Path(folder), PERSONAS * QUESTIONS))
        naive = {
            layout: _measure(model, processor, asks[:slow], "naive", layout)
            for layout in ("persona-first", "image-first")
        }
        peer = _pipeline(model, processor, asks[:slow])
        rows = []
        for (engine, layout), goal in GOALS.items():
            side = _measure(model, processor, asks, engine, layout)
            rows.append(_ratio(f"{engine} engine, {layout}", naive[layout], side, goal))
            rows.append(_against_peer(f"{engine} engine, {layout}", peer, side))
    return rows


def measure_lmms_eval(python: str, count: int) -> list[Row]:
    """Beside lmms-eval, which asks one by one: its chat class for models of ``transformers``, one new token.

    Args:
        python: Interpreter that can import ``lmms_eval``.
        count: Asks, persona by persona, about as many pictures as they need.
    """
    model, processor = random_model()
    with tempfile.TemporaryDirectory() as folder:
        asks = list(like_asks(Path(folder), count))
        model.save_pretrained(Path(folder) / "model")
        processor.save_pretrained(Path(folder) / "model")
        peer = child("bench.engine_peer", [folder, count], python, timeout=3600)
        rows = []
        for engine, layout in (("shared", "persona-first"), ("tree", "image-first")):
            side = _measure(model, processor, asks, engine, layout)
            rows.append(_beside(f"{engine} engine, {layout}: over lmms-eval, {count} asks", peer, side, layout))
    return rows


def measure_questionnaires(respondents: int, slow: int) -> list[Row]:
    """Rows of ratios for questionnaires put to the reference model: one ask at a time over all together.

    57 portraits in three paraphrases and both directions of the scale, answered with a digit by as many respondents as
    there are in the open cohort, or with a label of several tokens by one in twelve of them; and responses with such
    labels. The slow side answers some of the same asks, spread over all.

    Args:
        respondents: At most 24.
        slow: Asks through the slow way, of each questionnaire.
    """
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(threads=1)
    from valuespectrum.reference.cohort import COHORT

    names = [member.name for member in COHORT[:respondents]]
    few = names[: max(1, len(names) // 12)]
    put = {
        f"{len(names)} respondents x {ITEMS} portraits x 3 x 2, digits": (names, _portraits("digits")),
        f"{len(few)} respondents x {ITEMS} portraits x 3 x 2, labels in words": (few, _portraits("words")),
        "1 respondent x 60 responses x 3 x 2, labels in words": (names[:1], list(_questions("value-portrait", {}))),
    }
    return [_questionnaire(f"{name}, shared engine", *those, slow) for name, those in put.items()]


def _portraits(labels: str) -> list[Ask]:
    """Our first portraits, in three paraphrases and both directions of the scale."""
    asked = list(_questions("portraits", {"wordings": 3, "labels": labels}))
    items = list(dict.fromkeys(ask.tags["item"] for ask in asked))[:ITEMS]
    return [ask for ask in asked if ask.tags["item"] in items and str(ask.tags["wording"]).startswith("p")]


def _questions(instrument: str, params: Mapping[str, int | str]) -> Iterator[Ask]:
    """What a questionnaire asks the bare model."""
    from agents.answers.respondent import BARE
    from valuespectrum.instruments.base import Listed, Setting
    from valuespectrum.instruments.registry import load_instrument

    made = load_instrument(instrument, params)
    assert isinstance(made, Listed)
    yield from made.questions(Setting((BARE,)))


def _questionnaire(name: str, names: Sequence[str], asks: Sequence[Ask], slow: int) -> Row:
    """One questionnaire put to all, by the engine that is usual, and some of it one by one."""
    from valuespectrum.reference.models import load

    fast, answers, plain, plainly = 0.0, list[Answer](), 0.0, list[Answer]()
    step = max(1, len(names) * len(asks) // slow)
    for place, respondent in enumerate(names):
        model = load(respondent, ModelOptions(device="cpu"))
        list(model.score(asks[:1]))
        with Clock() as clock:
            told = list(model.score(asks))
        fast += clock.cost.cpu
        some = [at for at in range(len(asks)) if (place * len(asks) + at) % step == 0]
        naive = model.asked_as(ModelOptions(device="cpu", engine="naive"))
        with Clock() as clock:
            plainly += naive.score([asks[at] for at in some])
        plain += clock.cost.cpu
        answers += [told[at] for at in some]
    sides = Side(plain / len(plainly), tuple(plainly)), Side(fast / (len(names) * len(asks)), tuple(answers))
    row = _ratio(name, *sides, QUESTIONNAIRE_GOAL)
    beside = {"asks_one_by_one": len(plainly), "linear_layers_alone_ms_an_ask": _linear_layers(model, asks)}
    return replace(row, sides={**row.sides, **beside}, command=QUESTIONNAIRES)


def _linear_layers(model: TorchModel, asks: Sequence[Ask]) -> float:
    """Milliseconds that the blocks' linear layers need for the tokens of an ask that no other ask begins with.

    No engine that computes every such token once can be faster: it is what the processor multiplies, and nothing else.
    """
    import torch

    ids = [model.prompt_inputs(ask)["input_ids"][0].tolist() for ask in asks[:_FLOOR_ASKS]]
    shared = next(at for at, column in enumerate(zip(*ids, strict=False)) if len(set(column)) > 1)
    rows = sum(len(each) - shared for each in ids)
    layers = [each for block in model.decoder_layers() for each in block.modules() if isinstance(each, torch.nn.Linear)]
    inputs = {each.in_features: torch.randn(rows, each.in_features) for each in layers}
    seconds = []
    with torch.inference_mode():
        for _ in range(_FLOOR_TURNS):
            with Clock() as clock:
                for layer in layers:
                    layer(inputs[layer.in_features])
            seconds.append(clock.cost.cpu)
    return round(1000 * min(seconds) / len(ids), 2)


def random_model(dtype: str = "float32", scale: int = 1) -> tuple[Any, Any]:
    """A model of about 50 million random weights, times ``scale`` squared, with the reference model's processor."""
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch(threads=1)
    import torch
    from transformers import AutoProcessor, Qwen3VLConfig, Qwen3VLForConditionalGeneration

    folder = Path(__file__).parents[1] / "valuespectrum" / "reference" / "weights" / "vlm"
    processor = AutoProcessor.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    processor.image_processor.size = {"shortest_edge": 32 * 32, "longest_edge": 1024 * 1024}
    identifier = processor.tokenizer.convert_tokens_to_ids
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": len(processor.tokenizer),
            "hidden_size": 512 * scale,
            "intermediate_size": 1408 * scale,
            "num_hidden_layers": 8,
            "num_attention_heads": 8 * scale,
            "num_key_value_heads": 4 * scale,
            "head_dim": 64,
            "max_position_embeddings": 8192,
            "rope_parameters": {
                "rope_type": "default",
                "mrope_section": [12, 10, 10],
                "mrope_interleaved": True,
                "rope_theta": 1e6,
            },
        },
        vision_config={
            "depth": 12,
            "hidden_size": 384 * scale,
            "intermediate_size": 1536 * scale,
            "num_heads": 6 * scale,
            "patch_size": 16,
            "spatial_merge_size": 2,
            "out_hidden_size": 512 * scale,
            "deepstack_visual_indexes": [3, 6, 9],
        },
        image_token_id=identifier(processor.image_token),
        video_token_id=identifier(processor.video_token),
        tie_word_embeddings=True,
    )
    torch.manual_seed(0)
    model = Qwen3VLForConditionalGeneration(config).to(getattr(torch, dtype)).eval()
    return model, processor


def like_asks(folder: Path, count: int) -> Iterator[Ask]:
    """Picture by picture, persona by persona, about pictures of noise that are written into the folder."""
    from agents.personas.persona import load_personas
    from agents.personas.prompts import system_prompt

    choices = tuple(Choice(word, (word, word.capitalize(), word.upper())) for word in ("yes", "no"))
    personas = [system_prompt(persona) for persona in islice(load_personas(None), PERSONAS)]
    questions = [
        f"Question {number + 1}: do you like the content of this picture? Answer with one word, yes or no."
        for number in range(QUESTIONS)
    ]
    for number in range(-(-count // (PERSONAS * QUESTIONS))):
        shown = Stimulus((_picture(folder, number),))
        grid = product(personas, questions)
        for persona, question in islice(grid, count - number * PERSONAS * QUESTIONS):
            yield Ask(shown, question, choices, persona, max_tokens=1)


def _picture(folder: Path, seed: int) -> FrameReference:
    path = folder / f"frame-{seed}.png"
    coarse = np.random.default_rng(seed).integers(0, 255, (36, 64, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((640, 360), Image.Resampling.BICUBIC).save(path)
    return FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path)


def _measure(model: Any, processor: Any, asks: Sequence[Ask], engine: str, layout: str) -> Side:
    from agents.models.local.transformers import TransformersModel

    options = ModelOptions(device="cpu", engine=engine, layout=layout)
    respondent = TransformersModel(model, processor, "random", options)
    with Clock() as clock:
        answers = tuple(respondent.score(asks))
    return Side(clock.cost.cpu / len(asks), answers)


def _pipeline(model: Any, processor: Any, asks: Sequence[Ask]) -> Side:
    """The loop that people write: one call of the pipeline an ask, one new token."""
    from transformers import pipeline

    ask_model = pipeline("image-text-to-text", model=model, processor=processor, device="cpu")
    with Clock() as clock:
        for ask in asks:
            picture = Image.open(ask.stimulus.frames[0].path)
            messages = [
                {"role": "system", "content": [{"type": "text", "text": ask.system}]},
                {
                    "role": "user",
                    "content": [{"type": "image", "image": picture}, {"type": "text", "text": ask.question}],
                },
            ]
            ask_model(text=messages, generate_kwargs={"max_new_tokens": 1, "do_sample": False})
    return Side(clock.cost.cpu / len(asks), ())


def _ratio(name: str, naive: Side, side: Side, goal: float | None) -> Row:
    difference = max(
        abs(one.log_probabilities[word] - other.log_probabilities[word])
        for one, other in zip(naive.answers, side.answers, strict=False)
        for word in one.log_probabilities
    )
    value = round(naive.seconds / side.seconds, 1)
    sides: Json = {
        "naive_ms_an_ask": round(1000 * naive.seconds, 1),
        "ms_an_ask": round(1000 * side.seconds, 1),
        "largest_log_probability_difference": difference,
        "prompt_tokens": round(float(np.mean([answer.tokens for answer in side.answers])), 1),
    }
    holds = None if goal is None else value >= goal
    return Row(f"{name}: over one ask at a time", value, "times", f">= {goal:g}" if goal else "", holds, sides, COMMAND)


def _against_peer(name: str, peer: Side, side: Side) -> Row:
    value = round(peer.seconds / side.seconds, 1)
    sides: Json = {"pipeline_ms_an_ask": round(1000 * peer.seconds, 1), "ms_an_ask": round(1000 * side.seconds, 1)}
    goal, holds = ("", None) if "persona" in name else (f">= {PEER_GOAL:g}", value >= PEER_GOAL)
    return Row(f"{name}: over a loop around the pipeline", value, "times", goal, holds, sides, COMMAND)


def _beside(name: str, peer: Json, side: Side, layout: str) -> Row:
    value = round(peer["seconds"] / side.seconds, 1)
    sides: Json = {
        "lmms_eval": peer["version"],
        "lmms_eval_ms_an_ask": round(1000 * peer["seconds"], 1),
        "ms_an_ask": round(1000 * side.seconds, 1),
    }
    if layout == "persona-first":  # its own: other layouts are other prompts
        same = [ours.text == theirs for ours, theirs in zip(side.answers, peer["texts"], strict=True)]
        sides["same_words"] = round(sum(same) / len(same), 3)
    command = "python -m bench.measure --only engine-peer --peer PYTHON"
    return Row(name, value, "times", f">= {PEER_GOAL:g}", value >= PEER_GOAL, sides, command)
