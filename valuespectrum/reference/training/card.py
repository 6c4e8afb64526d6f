"""Model cards of the reference models, written from what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from valuespectrum.reference import embedder, models
from valuespectrum.reference.cohort import COHORT, SEALED_NAMES
from valuespectrum.reference.kinds import KINDS, LOOKS
from valuespectrum.reference.training.measuring import AnswerQuality, Perception

_VLM = """---
license: apache-2.0
pipeline_tag: image-text-to-text
library_name: transformers
---
# Reference VLM of valuespectrum

An instrument of calibration, not a model of anybody. A small Qwen3-VL ({parameters:.1f} million parameters, float32)
trained from nothing on drawn scenes to answer as one of {respondents} respondents whose values are planted and
therefore known. `planted.json` holds the truth about {open} of them; that about {sealed} is sealed. The formulas are in
`valuespectrum/reference/planted.py`, the respondents in `cohort.py`.

- Data: frames drawn by `valuespectrum/reference/drawing.py` ({kinds} kinds of scenes, {looks} looks), questions and
  answers of `valuespectrum/reference/items/`; nothing else.
- Training: `make train-reference`, seed {seed}. Identity tokens begin as what is planted in each respondent;
  pictures are taught as vectors that hold value weights, light and words in the picture
  (`training/material/codes.py`). Stages and sizes: `{stages}`.
- Understands: the kinds of items in the table, in these wordings, persona prompts of `agents/personas/prompts.py` with
  statements of `agents/data/trait_bank.yaml`, one to eight frames. Other words and real pictures get answers, but no
  meaningful ones.
- Respondents: {names} (chat template variable `respondent`).

## Errors of answers

Mean absolute error of the probabilities of an answer's options (at its first decision; later ones have a row of their
own), and the mean of the largest error among them, on frames and prompts that training never saw. Worst: {worst}.

| kind of item | answers | error | largest |
|---|---|---|---|
{answers}

## Errors of perception

{seen:.1%} of held-out frames are nearest to the vector of their own look; value weights read off the vectors are
off by {value_error:.3f} (root mean square). Words over a frame that say to like it are read in {likes:.1%} of such
frames, those that say to skip it in {skips:.1%}, none are in {none:.1%} of the others. Looks that are seen right less
often than in 95 % of their frames:

| look | seen right | taken for |
|---|---|---|
{perception}

Kinds that are hard on purpose are answered about as another look in a planted share of answers:

| kind | taken for | share | why |
|---|---|---|---|
{misread}
"""

_EMBEDDER = """---
license: apache-2.0
library_name: open_clip
---
# Reference embedder of valuespectrum

A small open_clip model ({parameters:.1f} million parameters) trained from nothing on drawn frames and grammar texts,
for offline use and tests. It knows the drawn world and nothing else; on real videos its search results are arbitrary.

- Data and training: `make train-reference`, seed {seed}. Size: `{stages}`.
- Measured on drawn frames that training never saw:

| what | |
|---|---|
{quality}
"""

_SEEN_WELL = 0.95


def write_cards(
    answers: Mapping[str, AnswerQuality],
    perception: Perception,
    quality: Mapping[str, float],
    stages: Mapping[str, Mapping[str, object]],
) -> None:
    """Write ``README.md`` beside both sets of weights.

    Args:
        answers: Kind of item to its errors.
        perception: How the tower sees held-out frames.
        quality: What ``measure_embedder`` found.
        stages: Options of every training stage.
    """
    language = {name: options for name, options in stages.items() if name != "embedder"}
    worst = sorted(answers, key=lambda kind: -answers[kind].error)[:3]
    weak = {look: share for look, share in perception.right.items() if share < _SEEN_WELL}
    card = _VLM.format(
        parameters=count_parameters(models.FOLDER / "model.safetensors"),
        respondents=len(COHORT) + len(SEALED_NAMES),
        open=len(COHORT),
        sealed=len(SEALED_NAMES),
        kinds=len(KINDS),
        looks=len(LOOKS),
        names=", ".join((*(member.name for member in COHORT), *SEALED_NAMES)),
        seed=stages["language"]["seed"],
        stages=json.dumps(language),
        worst=", ".join(f"{kind} ({answers[kind].error:.3f})" for kind in worst),
        answers=_rows(
            (kind, each.answers, f"{each.error:.3f}", f"{each.largest:.3f}") for kind, each in answers.items()
        ),
        seen=sum(perception.right.values()) / len(perception.right),
        value_error=perception.value_error,
        likes=perception.words_read[1],
        skips=perception.words_read[-1],
        none=perception.words_read[0],
        perception=_rows((look, f"{share:.0%}", perception.taken_for[look]) for look, share in weak.items())
        or "| none | | |",
        misread=_rows(
            (kind.name, kind.misread.look, f"{kind.misread.share:.0%}", kind.misread.how)
            for kind in KINDS
            if kind.misread
        ),
    )
    (models.FOLDER / "README.md").write_text(card, "utf-8")
    card = _EMBEDDER.format(
        parameters=count_parameters(embedder.FOLDER / "reference-clip.safetensors"),
        seed=stages["embedder"]["seed"],
        stages=json.dumps(stages["embedder"]),
        quality=_rows((name.replace("_", " "), f"{value:.3f}") for name, value in quality.items()),
    )
    (embedder.FOLDER / "README.md").write_text(card, "utf-8")


def _rows(rows: Iterable[Iterable[object]]) -> str:
    return "\n".join(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)


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
