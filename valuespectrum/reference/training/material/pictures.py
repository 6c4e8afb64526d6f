"""Drawn frames for training and for held-out checks, as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from agents.browsing.seeing.overlays import OVERLAYS, overlay_push
from valuespectrum.reference.architecture import MERGE, PATCH, PICTURE_HEIGHT, PICTURE_WIDTH
from valuespectrum.reference.drawing import as_look, draw_frame
from valuespectrum.reference.kinds import LOOKS, TIMES_OF_DAY
from valuespectrum.reference.painting.canvas import SceneSetting
from valuespectrum.reference.painting.settings import random_setting
from vectorstore.processes.child_process import map_in_children

if TYPE_CHECKING:
    import torch

CLIP_SECONDS = 6.0
MOVED = 0.25
"""How far the event of an ordered kind may have come in a frame that counts as its beginning."""
WORDS_AGAIN = 30
"""Rounds of the times of day after which words come over pictures again: so they have a share of any number."""
FARTHEST = 6
"""Pixels by which a training picture is moved at most, in either direction."""
MEAN = (0.48145466, 0.4578275, 0.40821073)
DEVIATION = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True, slots=True)
class TrainingPictures:
    """Frames with their truth."""

    pixels: np.ndarray
    """(n, 224, 128, 3) uint8."""
    looks: np.ndarray
    """(n,) index into ``LOOKS``."""
    times: np.ndarray
    """(n,) index into ``TIMES_OF_DAY``."""
    overlays: np.ndarray
    """(n,) where words over the picture push: 1 to like, -1 to skip, 0 nowhere or no words."""

    def save(self, file: Path) -> None:
        """Keep them; the file appears only when it is complete."""
        part = file.with_suffix(".part")
        with part.open("wb") as stream:
            np.savez(stream, pixels=self.pixels, looks=self.looks, times=self.times, overlays=self.overlays)
        part.replace(file)

    @classmethod
    def load(cls, file: Path) -> TrainingPictures:
        """Read what ``save`` kept."""
        with np.load(file) as stored:
            return cls(*(stored[name] for name in ("pixels", "looks", "times", "overlays")))


def draw_pictures(
    per_look: int,
    seed: int,
    workers: int = 2,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> TrainingPictures:
    """Draw frames of every look in random settings, degraded as a stored video frame is.

    Args:
        per_look: Frames for each look.
        seed: Equal seeds give equal frames.
        workers: Processes.
        folder: Keeps the frames of each look, so that a second call draws only what is missing; needs as much room as
            the frames do. Delete it after a change of the drawings.
        progress: Called with (looks done, looks in all).
    """
    with TemporaryDirectory() as scratch:
        kept = (folder or Path(scratch)).absolute()
        kept.mkdir(parents=True, exist_ok=True)
        files = [kept / f"{seed}-{per_look}-{look.id.replace(':', '-')}.npz" for look in LOOKS]
        missing = [(index, per_look, seed, file) for index, file in enumerate(files) if not file.exists()]
        for done, _ in enumerate(map_in_children(f"{__name__}:_draw_look", missing, workers), 1):
            if progress is not None:
                progress(len(files) - len(missing) + done, len(files))
        return _joined(files, per_look)


def _joined(files: Sequence[Path], per_look: int) -> TrainingPictures:
    """All looks in one array that is filled part by part: two copies of it would be too much memory."""
    count = len(files) * per_look
    pixels = np.empty((count, PICTURE_HEIGHT, PICTURE_WIDTH, 3), np.uint8)
    looks, times, overlays = (np.empty(count, np.int64) for _ in range(3))
    for index, file in enumerate(files):
        rows = slice(index * per_look, (index + 1) * per_look)
        part = TrainingPictures.load(file)
        pixels[rows], looks[rows], times[rows], overlays[rows] = part.pixels, index, part.times, part.overlays
    return TrainingPictures(pixels, looks, times, overlays)


def _draw_look(index: int, count: int, seed: int, file: Path) -> None:
    look = LOOKS[index]
    # From the name and not from the index, so that further kinds leave the frames of the others as they are.
    rng = np.random.default_rng([seed, *look.id.encode()])
    pixels = np.empty((count, PICTURE_HEIGHT, PICTURE_WIDTH, 3), np.uint8)
    times, overlays = np.empty(count, np.int64), np.empty(count, np.int64)
    for place in range(count):
        setting = _training_setting(rng, look.name, place)
        picture = draw_frame(look.kind.name, setting, mirrored=bool(rng.random() < 0.5))
        times[place] = tuple(TIMES_OF_DAY).index(setting.time_of_day)
        overlays[place] = overlay_push(setting.overlay)
        pixels[place] = np.asarray(degrade(picture, int(rng.integers(45, 96))))
    TrainingPictures(pixels, np.full(count, index), times, overlays).save(file)


def _training_setting(rng: np.random.Generator, look: str, place: int) -> SceneSetting:
    """A random moment of a random clip of a look; what happens in an ordered kind may have begun a little.

    Times of day take turns, and the first frames of each 120 of a look have words over them, each of ``OVERLAYS``
    at each time, so that there is a frame for whatever is to be shown.
    """
    setting = as_look(random_setting(rng, float(rng.uniform(0, CLIP_SECONDS))), look)
    moved = float(rng.uniform(0, MOVED)) if rng.random() < 0.3 else 0.0
    rounds, hour = divmod(place, len(TIMES_OF_DAY))
    number = rounds % WORDS_AGAIN
    words = tuple(OVERLAYS)[number] if number < len(OVERLAYS) else ""
    time_of_day = tuple(TIMES_OF_DAY)[hour]
    return replace(setting, progress=abs(setting.progress - moved), overlay=words, time_of_day=time_of_day)


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
    """Small random changes of brightness, contrast and position, others for each picture."""
    import torch

    count = len(pictures)
    gain = 1 + 0.15 * torch.randn(count, 1, 1, 1, generator=generator)
    shift = 0.15 * torch.randn(count, 3, 1, 1, generator=generator)
    moves = torch.randint(-FARTHEST, FARTHEST + 1, (count, 2), generator=generator).tolist()
    changed = pictures * gain + shift
    return torch.stack([torch.roll(each, move, dims=(1, 2)) for each, move in zip(changed, moves, strict=True)])
