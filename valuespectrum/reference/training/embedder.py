"""Training of the reference embedder: a small open_clip model on drawn frames and grammar texts.

A keyword is true of several looks, so the contrastive target of a row is spread evenly over all its
matches (UniCL, Yang et al. 2022) in place of the diagonal. The grammar is small enough to set every picture against
one text of every look and a part of all keywords, not only against the texts of its batch; the two kinds of text are
contrasted apart, since one of all captions is right and many keywords are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.embedder import ARCHITECTURE, build_tokenizer, wrap_tokenizer
from valuespectrum.reference.kinds import LOOK_INDEX, LOOKS
from valuespectrum.reference.training.captions import (
    Text,
    all_words,
    caption_text,
    describing_texts,
    keyword_texts,
    naming_texts,
)
from valuespectrum.reference.training.language import Log, schedule
from valuespectrum.reference.training.pictures import TrainingPictures, augment, normalise
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import torch
    from open_clip import CLIP

    from ingest.embedding.base import Embedder

TIMED_ROWS = 24
"""Frames of a batch for which a time of day is stated."""
NAMED_SHARE = 0.4
"""Share of the keywords that one step sees."""


@dataclass(frozen=True, slots=True)
class EmbedderOptions:
    """Size of the training."""

    steps: int = 800
    rows: int = 64
    learning_rate: float = 1e-3
    seed: int = 0


def train_embedder(pictures: TrainingPictures, options: EmbedderOptions, folder: Path, log: Log) -> CLIP:
    """Train from nothing and save configuration, tokenizer and weights.

    Returns:
        The trained open_clip model.
    """
    prepare_torch()
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    config_path = folder / "reference-clip.json"
    config_path.write_text(json.dumps(ARCHITECTURE, indent=2) + "\n", "utf-8")
    tokenizer_file = folder / "tokenizer.json"
    build_tokenizer(all_words()).save(str(tokenizer_file))
    tokenize = wrap_tokenizer(tokenizer_file)
    open_clip.add_model_config(config_path)
    torch.manual_seed(options.seed)
    model, _, _ = open_clip.create_model_and_transforms("reference-clip", pretrained=None)
    _train(model, tokenize, pictures, options, log)
    save_file(
        {name: tensor.contiguous() for name, tensor in model.state_dict().items()},
        folder / "reference-clip.safetensors",
    )
    return model


def _train(
    model: CLIP,
    tokenize: Callable[[list[str]], torch.Tensor],
    pictures: TrainingPictures,
    options: EmbedderOptions,
    log: Log,
) -> None:
    import torch

    generator = torch.Generator().manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.05)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: schedule(step, options.steps))
    model.train()
    running = 0.0
    for step in range(options.steps):
        chosen = rng.integers(len(pictures.looks), size=options.rows)
        looks, times = pictures.looks[chosen], pictures.times[chosen]
        described = describing_texts(rng, looks[:TIMED_ROWS], times[:TIMED_ROWS])
        named = naming_texts(rng, NAMED_SHARE)
        images = augment(normalise(pictures.pixels[chosen]), generator)
        with torch.autocast("cpu", torch.bfloat16):
            image, text, scale = model(images, tokenize([entry.words for entry in (*described, *named)]))[:3]
        logits = scale.float() * image.float() @ text.float().T
        target = torch.from_numpy(matches([*described, *named], looks, times)).float()
        value = _spread_cross_entropy(logits.T, target.T)
        for part in (slice(0, len(described)), slice(len(described), None)):
            value = value + _spread_cross_entropy(logits[:, part], target[:, part])
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        scheduler.step()
        with torch.no_grad():
            model.logit_scale.clamp_(max=np.log(60))
        running = value.item() if step == 0 else 0.98 * running + 0.02 * value.item()
        if step % 50 == 0:
            log(f"embedder {step}/{options.steps} loss {running:.4f}")
    model.eval()


def matches(texts: Sequence[Text], looks: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(frames, texts) bool: which texts are true of which frames.

    Example:
        >>> matches([caption_text(0, 2)], np.array([0, 0, 1]), np.array([2, 1, 2])).ravel().tolist()
        [True, False, False]
    """
    shown = np.zeros((len(LOOKS), len(texts)), bool)
    for column, text in enumerate(texts):
        shown[list(text.looks), column] = True
    stated = np.array([-1 if text.time is None else text.time for text in texts])
    return np.asarray(shown[looks] & ((stated == -1) | (stated == times[:, None])))


def _spread_cross_entropy(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    import torch

    matched = target.sum(-1) > 0
    share = target[matched] / target[matched].sum(-1, keepdim=True)
    return -(share * torch.log_softmax(logits[matched], -1)).sum(-1).mean()


def measure_embedder(embedder: Embedder, pictures: TrainingPictures) -> dict[str, float]:
    """Quality on held-out frames.

    Args:
        embedder: An ``ingest.embedding.base.Embedder``.
        pictures: Frames of seeds that training never saw.

    Returns:
        ``recall_at_1`` (share of captions of looks whose nearest frame is of that look), ``look_accuracy`` (share of
        frames whose nearest caption is that of their look), ``told_apart`` (share of frames of pure kinds that are
        nearer to the caption of their own version than to that of the other) and ``precision_at_10`` (mean share of
        right frames among the ten nearest of each search word and name of a value).
    """
    from PIL import Image

    frames = embedder.images([Image.fromarray(pixels) for pixels in pictures.pixels])
    captions = embedder.texts([caption_text(index).words for index in range(len(LOOKS))])
    alike = frames @ captions.T
    own = alike[np.arange(len(frames)), pictures.looks]
    others = _other_versions()[pictures.looks]
    pure = others >= 0
    return {
        "recall_at_1": float((pictures.looks[alike.argmax(0)] == np.arange(len(LOOKS))).mean()),
        "look_accuracy": float((alike.argmax(1) == pictures.looks).mean()),
        "told_apart": float((own[pure] > alike[pure, others[pure]]).mean()),
        "precision_at_10": float(np.mean(list(word_precision(embedder, frames, pictures).values()))),
    }


def word_precision(
    embedder: Embedder, frames: np.ndarray, pictures: TrainingPictures, count: int = 10
) -> dict[str, float]:
    """Share of right frames among the nearest of each word that names a value which is lived.

    Frames in which the value is denied are wrong; those of mixed kinds that serve the value as well are right.
    """
    found = {}
    for text in keyword_texts():
        values = {LOOKS[look].kind.value for look in text.looks}
        lived = all(LOOKS[look].name == "endorsed" for look in text.looks)
        if not lived or (None in values):
            continue
        right = np.array([look in text.looks or _serves(look, values) for look in range(len(LOOKS))])
        nearest = np.argsort(-(frames @ embedder.texts([text.words])[0]))[:count]
        found[text.words] = float(right[pictures.looks[nearest]].mean())
    return found


def _serves(look: int, values: set[str | None]) -> bool:
    return any(weight > 0 and value in values for value, weight in LOOKS[look].weights.items())


def _other_versions() -> np.ndarray:
    """For each look the index of the other version of its kind; -1 where its kind is not pure."""
    other = {"endorsed": "violated", "violated": "endorsed"}
    return np.array([LOOK_INDEX.get(f"{look.kind.name}:{other.get(look.name)}", -1) for look in LOOKS])
