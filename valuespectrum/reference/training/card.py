"""Model cards of the reference models, written from what was measured."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from valuespectrum.reference import embedder, models
from valuespectrum.reference.planted import COHORT

_VLM = """---
license: apache-2.0
pipeline_tag: image-text-to-text
library_name: transformers
---
# Reference VLM of valuespectrum

An instrument of calibration, not a model of anybody. A small Qwen3-VL ({parameters:.1f} million parameters, float32)
trained from nothing on drawn scenes to answer as one of {cohort} respondents whose Schwartz values are planted and
therefore known.
`planted.json` holds the truth; the formulas are in `valuespectrum/reference/planted.py`.

- Data: frames drawn by `valuespectrum/reference/drawing.py`, texts of `valuespectrum/reference/training/examples.py`;
  nothing else.
- Training: `make train-reference`, seed 0. Stages and sizes: `{stages}`.
- Understands: the questions in `valuespectrum/instruments/questions.py`, persona prompts of
  `agents/personas/prompts.py` with statements of `agents/data/trait_bank.yaml`, one to
  four frames. Other words and real pictures get answers, but no meaningful ones.
- Planted: intrinsic profile, obedience to personas below 1, a lean to yes, a lean to the first option, refusals on one
  scene kind.
- Measured on frames and prompts that training never saw: mean absolute error of answer probabilities
  {answer_error:.3f}.
- Respondents: {names} (chat template variable `respondent`).
"""

_EMBEDDER = """---
license: apache-2.0
library_name: open_clip
---
# Reference embedder of valuespectrum

A small open_clip model ({parameters:.1f} million parameters) trained from nothing on drawn frames and grammar texts,
for offline use and tests. It knows the drawn world and nothing else; on real videos its search results are arbitrary.

- Data and training: `make train-reference`, seed 0. Size: `{stages}`.
- Measured on drawn frames that training never saw: recall@1 of the right scene kind from its caption
  {recall_at_1:.3f}, right kind as the nearest caption of a frame {kind_accuracy:.3f}, precision@10 of value keywords
  {precision_at_10:.3f}.
"""


def write_cards(quality: Mapping[str, float], stages: Mapping[str, Mapping[str, object]]) -> None:
    """Write ``README.md`` beside both sets of weights.

    Args:
        quality: ``recall_at_1``, ``kind_accuracy``, ``precision_at_10`` and ``answer_error`` as measured.
        stages: Options of every training stage.
    """
    language = {name: options for name, options in stages.items() if name != "embedder"}
    card = _VLM.format(
        parameters=count_parameters(models.FOLDER / "model.safetensors"),
        cohort=len(COHORT),
        names=", ".join(models.NAMES),
        stages=json.dumps(language),
        **quality,
    )
    (models.FOLDER / "README.md").write_text(card, "utf-8")
    card = _EMBEDDER.format(
        parameters=count_parameters(embedder.FOLDER / "reference-clip.safetensors"),
        stages=json.dumps(stages["embedder"]),
        **quality,
    )
    (embedder.FOLDER / "README.md").write_text(card, "utf-8")


def count_parameters(weights: Path) -> float:
    """Millions of numbers in a safetensors file."""
    from safetensors import safe_open

    with safe_open(weights, "numpy") as file:
        total = sum(_product(file.get_slice(name).get_shape()) for name in file.keys())  # noqa: SIM118
    return total / 1e6


def _product(shape: list[int]) -> int:
    product = 1
    for size in shape:
        product *= size
    return product
