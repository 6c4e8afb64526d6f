"""Training of the reference embedder: a small open_clip model on drawn frames and grammar texts.

A keyword is true of several scene kinds, so the contrastive target of a row is spread evenly over all its
matches (UniCL, Yang et al. 2022) in place of the diagonal. The grammar is small enough to set every picture against
all keywords and one text of every scene kind, not only against the texts of its batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from valuespectrum.reference.embedder import ARCHITECTURE, build_tokenizer, wrap_tokenizer
from valuespectrum.reference.kinds import KINDS
from valuespectrum.reference.training.captions import Text, all_words, caption_text, keyword_texts, text_bank
from valuespectrum.reference.training.language import Log, schedule
from valuespectrum.reference.training.pictures import TrainingPictures, augment, normalise
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import torch
    from open_clip import CLIP

    from ingest.embedding.base import Embedder


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
        chosen = rng.integers(len(pictures.kinds), size=options.rows)
        kinds, times = pictures.kinds[chosen], pictures.times[chosen]
        texts = text_bank(rng)
        images = augment(normalise(pictures.pixels[chosen]), generator)
        with torch.autocast("cpu", torch.bfloat16):
            image, text, scale = model(images, tokenize([entry.words for entry in texts]))[:3]
        logits = scale.float() * image.float() @ text.float().T
        target = torch.from_numpy(matches(texts, kinds, times)).float()
        value = _spread_cross_entropy(logits, target) + _spread_cross_entropy(logits.T, target.T)
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


def matches(texts: Sequence[Text], kinds: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(frames, texts) bool: which texts are true of which frames.

    Example:
        >>> matches([caption_text(0, 2)], np.array([0, 0, 1]), np.array([2, 1, 2])).ravel().tolist()
        [True, False, False]
    """
    fits = np.array([[kind in text.kinds for text in texts] for kind in kinds])
    timely = np.array([[text.time is None or text.time == time for text in texts] for time in times])
    return np.asarray(fits & timely)


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
        ``recall_at_1`` (share of scene captions whose nearest frame is of the right kind), ``kind_accuracy`` (share
        of frames whose nearest caption is of the right kind) and
        ``precision_at_10`` (mean share of right-value frames among the ten nearest of each value keyword).
    """
    from PIL import Image

    frames = embedder.images([Image.fromarray(pixels) for pixels in pictures.pixels])
    captions = embedder.texts([caption_text(index).words for index in range(len(KINDS))])
    nearest = pictures.kinds[(captions @ frames.T).argmax(-1)]
    recall = float((nearest == np.arange(len(KINDS))).mean())
    accuracy = float(((frames @ captions.T).argmax(-1) == pictures.kinds).mean())
    precision = []
    for text in keyword_texts():
        values = {KINDS[index].value for index in text.kinds}
        value = next(iter(values))
        if len(values) != 1 or value is None:
            continue
        vector = embedder.texts([text.words])[0]
        top = np.argsort(-(frames @ vector))[:10]
        precision.append(np.mean([value in KINDS[kind].weights for kind in pictures.kinds[top]]))
    return {"recall_at_1": recall, "kind_accuracy": accuracy, "precision_at_10": float(np.mean(precision))}
