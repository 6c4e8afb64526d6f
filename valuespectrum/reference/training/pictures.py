"""Drawn frames for training and for held-out checks, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from valuespectrum.reference.architecture import MERGE, PATCH, PICTURE_HEIGHT, PICTURE_WIDTH
from valuespectrum.reference.drawing import draw_frame, random_setting
from valuespectrum.reference.kinds import KINDS, TIMES_OF_DAY
from vectorstore.processes.child_process import map_in_children

if TYPE_CHECKING:
    import torch

CLIP_SECONDS = 6.0
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class TrainingPictures:
    """Frames with their truth."""

    pixels: np.ndarray
    """(n, 224, 128, 3) uint8."""
    kinds: np.ndarray
    """(n,) index into ``KINDS``."""
    times: np.ndarray
    """(n,) index into ``TIMES_OF_DAY``."""


def draw_pictures(per_kind: int, seed: int, workers: int = 2) -> TrainingPictures:
    """Draw frames of every kind in random settings, degraded as a stored video frame is.

    Args:
        per_kind: Frames for each scene kind.
        seed: Equal seeds give equal frames.
        workers: Processes.
    """
    jobs = [(index, per_kind, seed) for index in range(len(KINDS))]
    parts = list(map_in_children(f"{__name__}:_draw_kind", jobs, workers))
    kinds = np.repeat(np.arange(len(KINDS)), per_kind)
    return TrainingPictures(
        np.concatenate([part[0] for part in parts]), kinds, np.concatenate([part[1] for part in parts])
    )


def _draw_kind(index: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([seed, index])
    pixels = np.empty((count, PICTURE_HEIGHT, PICTURE_WIDTH, 3), np.uint8)
    times = np.empty(count, np.int64)
    for place in range(count):
        setting = random_setting(rng, float(rng.uniform(0, CLIP_SECONDS)))
        picture = draw_frame(KINDS[index].name, setting, mirrored=bool(rng.random() < 0.5))
        times[place] = tuple(TIMES_OF_DAY).index(setting.time_of_day)
        pixels[place] = np.asarray(degrade(picture, int(rng.integers(45, 96))))
    return pixels, times


def degrade(picture: Image.Image, quality: int) -> Image.Image:
    """Compress a picture as a video frame would be, then bring it to the size the models see."""
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).resize((PICTURE_WIDTH, PICTURE_HEIGHT), Image.Resampling.BICUBIC)


def normalise(pixels: np.ndarray) -> torch.Tensor:
    """(n, 3, 224, 128) float tensor with the mean and deviation of the image processor."""
    import torch

    scaled = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    return (scaled - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(DEVIATION).view(1, 3, 1, 1)


def patches(pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Cut normalised pictures into the patch rows and grids that the vision tower takes.

    Args:
        pictures: (n, 3, 224, 128) float tensor.

    Returns:
        ``pixel_values`` of shape (n * 112, 1536) and ``grid_thw`` of shape (n, 3).
    """
    import torch

    count, channels, height, width = pictures.shape
    rows, columns = height // PATCH, width // PATCH
    cut = pictures.view(count, channels, rows // MERGE, MERGE, PATCH, columns // MERGE, MERGE, PATCH)
    cut = cut.permute(0, 2, 5, 3, 6, 1, 4, 7)
    doubled = cut.unsqueeze(6).expand(-1, -1, -1, -1, -1, -1, 2, -1, -1)
    grid = torch.tensor([[1, rows, columns]]).expand(count, 3)
    return doubled.reshape(count * rows * columns, -1), grid


def augment(pictures: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Small random changes of brightness, contrast and position."""
    import torch

    count = len(pictures)
    gain = 1 + 0.15 * torch.randn(count, 1, 1, 1, generator=generator)
    shift = 0.15 * torch.randn(count, 3, 1, 1, generator=generator)
    rows, columns = (int(step) for step in torch.randint(-6, 7, (2,), generator=generator))
    return torch.roll(pictures * gain + shift, (rows, columns), dims=(2, 3))
