"""Training of the reference embedder: a small open_clip model on drawn frames and grammar texts.

First the picture part learns to point at the vectors of its look, of its time of day and of the value that is lived;
then the text part learns to point at the pictures that a text is true of, which are embedded once. That is much cheaper
than training both at once, and texts in place of fixed vectors would teach the picture part nothing else.

A keyword is true of several looks, so the contrastive target of a row is spread evenly over all its matches (UniCL,
Yang et al. 2022) in place of the diagonal. The grammar is small enough to set every picture against one text of every
look and a part of all keywords, not only against the texts of its batch; the two kinds of text are contrasted apart,
since one of all captions is right and many keywords are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from valuespectrum.reference.embedder import ARCHITECTURE, build_tokenizer, wrap_tokenizer
from valuespectrum.reference.kinds import LOOK_INDEX, LOOKS, TIMES_OF_DAY
from valuespectrum.reference.training.language import schedule
from valuespectrum.reference.training.material.captions import (
    Text,
    all_words,
    caption_text,
    describing_texts,
    keyword_texts,
    naming_texts,
)
from valuespectrum.reference.training.material.pictures import TrainingPictures, augment, normalise
from valuespectrum.reference.training.optimising import mixed_precision
from valuespectrum.reference.training.watching import Log
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.torch_setup import prepare_torch

if TYPE_CHECKING:
    import torch
    from open_clip import CLIP

    from ingest.embedding.base import Embedder

TIMED_ROWS = 24
"""Frames of a batch for which a time of day is stated."""
NAMED_SHARE = 0.4
"""Share of the keywords that one step sees."""
TIME_WEIGHT = 0.3
"""Weight of the time of day beside the look."""
VALUE_WEIGHT = 0.3
"""Weight of the value that is lived: looks of one value have to lie together, or no single vector is near to all of
the many looks that the name of a value is true of."""
SHARPEST = 60.0
"""Largest factor between a cosine and its log-odds."""


@dataclass(frozen=True, slots=True)
class EmbedderOptions:
    """Size of the training: first of the pictures, then of the texts."""

    picture_steps: int = 1200
    picture_rows: int = 64
    picture_rate: float = 3e-3
    text_steps: int = 700
    text_rows: int = 384
    text_rate: float = 1e-3
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
    open_clip.add_model_config(config_path)
    torch.manual_seed(options.seed)
    model, _, _ = open_clip.create_model_and_transforms("reference-clip", pretrained=None)
    _train_picture_part(model, pictures, options, log)
    _train_text_part(model, wrap_tokenizer(tokenizer_file), pictures, options, log)
    save_file(
        {name: tensor.contiguous() for name, tensor in model.state_dict().items()},
        folder / "reference-clip.safetensors",
    )
    return model


def _train_picture_part(model: CLIP, pictures: TrainingPictures, options: EmbedderOptions, log: Log) -> None:
    """Vectors of looks, times and lived values are learnt with it and thrown away."""
    import torch

    generator = torch.Generator().manual_seed(options.seed)
    dimensions = cast(int, ARCHITECTURE["embed_dim"])
    truths = (
        (pictures.looks, len(LOOKS), 1.0),
        (pictures.times, len(TIMES_OF_DAY), TIME_WEIGHT),
        (_lived_values()[pictures.looks], len(TEN.dimensions) + 1, VALUE_WEIGHT),
    )
    named = [torch.nn.Parameter(torch.randn(classes, dimensions)) for _, classes, _ in truths]
    learnt = [*model.visual.parameters(), *named, model.logit_scale]
    visual = model.visual.to(memory_format=torch.channels_last).train()
    descent = _Descent(learnt, options.picture_rate, options.picture_steps, "embedder, pictures", log)
    rows = _epochs(len(pictures.looks), options.picture_rows, options.seed)
    for step, chosen in zip(range(options.picture_steps), rows, strict=False):
        shown = _reduced(augment(normalise(pictures.pixels[chosen]), generator))
        with mixed_precision():
            vectors = visual(shown)
        vectors = _unit(vectors.float()) * model.logit_scale.exp()
        loss = torch.zeros(())
        for own, (truth, _, weight) in zip(named, truths, strict=True):
            right = torch.from_numpy(truth[chosen])
            loss = loss + weight * torch.nn.functional.cross_entropy(vectors @ _unit(own).T, right)
        descent.step(loss, step)
        _limit_scale(model)
    visual.eval()


def _train_text_part(
    model: CLIP,
    tokenize: Callable[[list[str]], torch.Tensor],
    pictures: TrainingPictures,
    options: EmbedderOptions,
    log: Log,
) -> None:
    import torch

    frames = _embedded(model, pictures.pixels)
    rng = np.random.default_rng(options.seed)
    model.visual.requires_grad_(False)
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    descent = _Descent(learnt, options.text_rate, options.text_steps, "embedder, texts", log)
    model.train()
    rows = _epochs(len(pictures.looks), options.text_rows, options.seed)
    for step, chosen in zip(range(options.text_steps), rows, strict=False):
        looks, times = pictures.looks[chosen], pictures.times[chosen]
        described = describing_texts(rng, looks[:TIMED_ROWS], times[:TIMED_ROWS])
        texts = [*described, *naming_texts(rng, NAMED_SHARE)]
        with mixed_precision():
            vectors = model.encode_text(tokenize([text.words for text in texts]))
        logits = model.logit_scale.exp() * frames[chosen] @ _unit(vectors.float()).T
        target = torch.from_numpy(matches(texts, looks, times)).float()
        loss = _spread_cross_entropy(logits.T, target.T)
        for part in (slice(0, len(described)), slice(len(described), None)):
            loss = loss + _spread_cross_entropy(logits[:, part], target[:, part])
        descent.step(loss, step)
        _limit_scale(model)
    model.requires_grad_(True).eval()


class _Descent:
    """AdamW with a schedule, and a line about the loss now and then."""

    def __init__(self, learnt: list[torch.nn.Parameter], rate: float, steps: int, name: str, log: Log) -> None:
        import torch

        self._learnt, self._steps, self._name, self._log = learnt, steps, name, log
        self._optimiser = torch.optim.AdamW(learnt, lr=rate, betas=(0.9, 0.98), weight_decay=0.05)
        self._scheduler = torch.optim.lr_scheduler.LambdaLR(self._optimiser, lambda step: schedule(step, steps))
        self._running = 0.0

    def step(self, loss: torch.Tensor, step: int) -> None:
        """Go one step down."""
        import torch

        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._learnt, 1.0)
        self._optimiser.step()
        self._scheduler.step()
        self._running = loss.item() if step == 0 else 0.98 * self._running + 0.02 * loss.item()
        if step % 50 == 0:
            self._log(f"{self._name} {step}/{self._steps} loss {self._running:.4f}")


def _epochs(count: int, rows: int, seed: int) -> Iterator[np.ndarray]:
    """Batches without end; every frame comes once before one comes again."""
    rng = np.random.default_rng([seed, count])
    while True:
        order = rng.permutation(count)
        yield from (order[start : start + rows] for start in range(0, max(1, count - rows + 1), rows))


def _reduced(pictures: torch.Tensor) -> torch.Tensor:
    """Pictures at the size of the embedder, laid out as convolutions like them."""
    import torch

    vision = cast(Mapping[str, list[int]], ARCHITECTURE["vision_cfg"])
    small = torch.nn.functional.interpolate(pictures, size=vision["image_size"], mode="area")
    return small.contiguous(memory_format=torch.channels_last)


def _embedded(model: CLIP, pixels: np.ndarray, batch: int = 256) -> torch.Tensor:
    """(n, dimensions) unit vectors of pictures."""
    import torch

    with torch.inference_mode():
        parts = [model.visual(_reduced(normalise(pixels[at : at + batch]))) for at in range(0, len(pixels), batch)]
    return _unit(torch.cat(parts)).clone()


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.nn.functional.normalize(vectors, dim=-1)


def _limit_scale(model: CLIP) -> None:
    import torch

    with torch.no_grad():
        model.logit_scale.clamp_(max=float(np.log(SHARPEST)))


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


def _lived_values() -> np.ndarray:
    """For each look the number of the one of the ten values whose name is true of it; a further number for none."""
    texts = {text.words: text.looks for text in keyword_texts()}
    lived = np.full(len(LOOKS), len(TEN.dimensions))
    for number, value in enumerate(TEN.dimensions):
        lived[list(texts[TEN.label(value).lower()])] = number
    return lived


def _other_versions() -> np.ndarray:
    """For each look the index of the other version of its kind; -1 where its kind is not pure."""
    other = {"endorsed": "violated", "violated": "endorsed"}
    return np.array([LOOK_INDEX.get(f"{look.kind.name}:{other.get(look.name)}", -1) for look in LOOKS])
