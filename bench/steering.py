"""What it costs to ask a steered model, beside the same model as it is.

The reference model answers 11 personas x 10 questions about one picture through the shared engine, as it is and with
edits on every one of its blocks; the sides take turns, each round with a picture of its own, and the median of the
rounds counts. A shift that looks ahead shares nothing; it is held against one ask at a time.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from agents.models.base import Ask, ModelOptions
from agents.models.local.transformers import TransformersModel
from agents.models.steering.edits import Add, ConditionalAdd, Edit, EditMlp
from agents.models.steering.intervention import About, Intervention
from agents.models.steering.positions import TEXT
from bench.common import Clock, Row
from bench.engine import PERSONAS, QUESTIONS, like_asks
from valuespectrum.reference.models import load
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

COMMAND = "python -m bench.measure --only steering"
GOAL = 1.1
SLOW = 12
"""Asks put one at a time."""


def measure_steering(rounds: int) -> list[Row]:
    """Rows of ratios: processor time of a steered ask over that of one of the model as it is.

    Args:
        rounds: How often the sides take turns.
    """
    plain = load("", ModelOptions(device="cpu", engine="shared"))
    sides = {"as it is": plain, **{name: plain.steered([made(plain, edits)]) for name, edits in _edits(plain).items()}}
    with tempfile.TemporaryDirectory() as folder:
        asks = list(like_asks(Path(folder), (rounds + 1) * PERSONAS * QUESTIONS))
        pictures = [asks[start : start + PERSONAS * QUESTIONS] for start in range(0, len(asks), PERSONAS * QUESTIONS)]
        taken: dict[str, list[float]] = {name: [] for name in sides}
        for number, shown in enumerate(pictures):
            for name, model in sides.items():
                seconds = _seconds(model, shown)
                if number:  # the first round warms up
                    taken[name].append(seconds)
        ahead = _ahead(plain, pictures[-1])
    return [*(_row(name, taken) for name in sides if name != "as it is"), ahead]


def made(model: TransformersModel, edits: Sequence[Edit]) -> Intervention:
    """An intervention of these edits."""
    return Intervention(tuple(edits), About("bench", "bench", model.id))


def _edits(model: TransformersModel) -> Mapping[str, tuple[Edit, ...]]:
    layers = range(len(model.decoder_layers()))
    vectors = {layer: _vector(model, f"block {layer}") for layer in layers}
    return {
        "a vector added in every block": tuple(Add(layer, vectors[layer]) for layer in layers),
        "a vector added at text in every block": tuple(Add(layer, vectors[layer], TEXT) for layer in layers),
        "a tenth of the neurons raised in every block": tuple(
            EditMlp(layer, np.arange(50), 1.0, np.full(50, 0.1, np.float32)) for layer in layers
        ),
    }


def _vector(model: TransformersModel, name: str) -> np.ndarray:
    width = model.torch_model.config.get_text_config().hidden_size
    return (0.01 * stream(0, name).standard_normal(width)).astype(np.float32)


def _seconds(model: TransformersModel, asks: Sequence[Ask]) -> float:
    """Processor time of one ask."""
    with Clock() as clock:
        assert not any(answer.error for answer in model.score(asks))
    return clock.cost.cpu / len(asks)


def _ahead(plain: TransformersModel, asks: Sequence[Ask]) -> Row:
    layers = range(1, len(plain.decoder_layers()))
    shifts = [ConditionalAdd(layer, _vector(plain, f"probe {layer}"), -1.0, 0.9) for layer in layers]
    by_engine = {
        engine: plain.asked_as(ModelOptions(device="cpu", engine=engine)).steered([made(plain, shifts)])
        for engine in ("tree", "naive")
    }
    tree, naive = _seconds(by_engine["tree"], asks), _seconds(by_engine["naive"], asks[:SLOW])
    sides: Json = {"naive_ms_an_ask": round(1000 * naive, 2), "ms_an_ask": round(1000 * tree, 2)}
    name = "steered by shifts that look ahead, all in one pass: over one ask at a time"
    return Row(name, round(naive / tree, 2), "times", "> 1", naive > tree, sides, COMMAND)


def _row(name: str, taken: Mapping[str, Sequence[float]]) -> Row:
    plain, steered = (statistics.median(taken[side]) for side in ("as it is", name))
    ratios = [one / other for one, other in zip(taken[name], taken["as it is"], strict=True)]
    value = round(statistics.median(ratios), 3)
    sides: Json = {
        "plain_ms_an_ask": round(1000 * plain, 3),
        "steered_ms_an_ask": round(1000 * steered, 3),
        "least_ratio": round(min(ratios), 3),
        "largest_ratio": round(max(ratios), 3),
        "rounds": len(ratios),
    }
    return Row(
        f"steered, {name}: over the model as it is", value, "times", f"<= {GOAL:g}", value <= GOAL, sides, COMMAND
    )
