"""Draws frames and clips of the reference world and writes the sample corpus.

Everything follows from a scene kind and a seed, so the same call writes the same clips again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

from valuespectrum.reference.kinds import BY_NAME, KINDS, TIMES_OF_DAY, SceneKind
from valuespectrum.reference.painting.canvas import Canvas, Colour, SceneSetting
from valuespectrum.reference.scenes import load_painters
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.disk import durable_file, make_folder, write_durably
from vectorstore.foundation.errors import InputError, StorageError
from vectorstore.processes.child_process import map_in_children

FRAMES_PER_SECOND = 12
WIDTH_PIXELS = 216
SECONDS = (3, 4)
"""Shortest and longest clip."""
PLATFORM = "drawn"
"""What a corpus keeps as the platform of a drawn clip."""
LICENCE = "Apache-2.0"
PURE_SHARE = 0.8
"""Share of a corpus that pure kinds get; neutral and mixed kinds share the rest."""

_SKINS: tuple[Colour, ...] = (
    (253, 222, 196), (244, 200, 166), (228, 176, 134), (204, 146, 104), (164, 110, 74), (126, 80, 54), (94, 60, 44),
)  # fmt: skip
_HAIRS: tuple[Colour, ...] = (
    (36, 28, 30), (62, 40, 30), (104, 64, 38), (150, 90, 44), (222, 184, 104), (176, 70, 40), (150, 150, 156),
)  # fmt: skip
_CLOTHES: tuple[Colour, ...] = (
    (214, 62, 62), (232, 128, 44), (236, 190, 60), (72, 162, 88), (44, 158, 164), (58, 114, 202), (112, 80, 186),
    (204, 84, 150), (64, 88, 132), (150, 54, 84),
)  # fmt: skip
_TITLES: tuple[str, ...] = ("{title}", "{title}!", "{title} ({tag})", "{title} {words}", "{title} #{hashtag}")


@dataclass(frozen=True, slots=True)
class Variation:
    """What varies between clips besides the ``SceneSetting`` of their frames."""

    mirrored: bool
    """Left and right are swapped."""
    speed: float
    """0.75 to 1.3: scene seconds per clip second."""
    start: float
    """Scene time of the first frame, seconds."""
    frames: int
    """Number of frames at ``FRAMES_PER_SECOND``."""


@dataclass(frozen=True, slots=True)
class DrawnClip:
    """The truth about one drawn clip and the words that go with it."""

    name: str
    """File name; says nothing about the kind."""
    kind: str
    """Name of the scene kind."""
    weights: dict[str, float]
    """Value to weight, summing to one; empty for neutral kinds."""
    caption: str
    """What the clip shows, with the time of day."""
    title: str
    """Title as a poster would write it."""
    tags: tuple[str, ...]
    """The kind's keywords."""
    seconds: float
    """Duration."""
    uploaded: str
    """Made-up upload date, ``YYYYMMDD``."""
    seed: int
    """Everything about the clip follows from the kind and this number."""


def random_setting(rng: np.random.Generator, time: float = 0.0) -> SceneSetting:
    """A random setting; successive calls draw successive clips.

    Args:
        rng: Source of randomness.
        time: Moment within the clip, scene seconds.
    """
    accent, second = rng.choice(len(_CLOTHES), 2, replace=False)
    return SceneSetting(
        time=time,
        time_of_day=str(rng.choice(list(TIMES_OF_DAY))),
        place=int(rng.integers(4)),
        size=float(rng.uniform(0.9, 1.1)),
        clutter=float(rng.random()),
        accent=_jitter(_CLOTHES[accent], rng),
        second=_jitter(_CLOTHES[second], rng),
        skin=_shuffled(_SKINS, rng),
        hair=_shuffled(_HAIRS, rng),
        seed=int(rng.integers(2**31)),
    )


def random_variation(rng: np.random.Generator) -> Variation:
    """How a clip moves and which way round it is; 3 to 4 seconds long."""
    return Variation(
        mirrored=bool(rng.random() < 0.5),
        speed=float(rng.uniform(0.75, 1.3)),
        start=float(rng.uniform(0, 10)),
        frames=int(rng.integers(SECONDS[0] * FRAMES_PER_SECOND, SECONDS[1] * FRAMES_PER_SECOND + 1)),
    )


def _jitter(colour: Colour, rng: np.random.Generator) -> Colour:
    red, green, blue = np.clip(np.asarray(colour) + rng.integers(-14, 15, 3), 0, 255)
    return int(red), int(green), int(blue)


def _shuffled(colours: Sequence[Colour], rng: np.random.Generator) -> tuple[Colour, ...]:
    return tuple(colours[index] for index in rng.permutation(len(colours)))


def draw_frame(kind: str, setting: SceneSetting, mirrored: bool = False, width: int = WIDTH_PIXELS) -> Image.Image:
    """Draw one frame.

    Args:
        kind: Name of a scene kind.
        setting: Looks and moment.
        mirrored: Swap left and right.
        width: Width in pixels; the height follows from 9:16.

    Returns:
        An RGB picture.

    Raises:
        InputError: There is no such kind.
    """
    canvas = Canvas(width)
    _painter(kind)(canvas, setting)
    return canvas.picture(mirrored)


def _painter(kind: str) -> Callable[[Canvas, SceneSetting], None]:
    painters = load_painters()
    if kind not in painters:
        raise InputError(f"there is no scene kind {kind!r} in the reference world", f"known: {', '.join(BY_NAME)}")
    return painters[kind]


def describe_clip(name: str, kind: str, seed: int) -> DrawnClip:
    """The words and the truth of the clip that ``write_clip`` draws for this kind and seed.

    Raises:
        InputError: There is no such kind.
    """
    scene = BY_NAME.get(kind)
    if scene is None:
        raise InputError(f"there is no scene kind {kind!r} in the reference world", f"known: {', '.join(BY_NAME)}")
    setting, variation, rng = _of_seed(seed)
    words = TIMES_OF_DAY[setting.time_of_day]
    tag = str(rng.choice(scene.keywords))
    title = str(rng.choice(_TITLES)).format(title=scene.title, tag=tag, words=words, hashtag=tag.replace(" ", ""))
    uploaded = np.datetime64("2025-01-01") + np.timedelta64(int(rng.integers(365)), "D")
    return DrawnClip(
        name=name,
        kind=kind,
        weights=dict(scene.weights),
        caption=f"{scene.caption} {words}",
        title=title,
        tags=scene.keywords,
        seconds=variation.frames / FRAMES_PER_SECOND,
        uploaded=str(uploaded).replace("-", ""),
        seed=seed,
    )


def _of_seed(seed: int) -> tuple[SceneSetting, Variation, np.random.Generator]:
    rng = np.random.default_rng(seed)
    return random_setting(rng), random_variation(rng), rng


def clip_frames(kind: str, seed: int, width: int = WIDTH_PIXELS) -> Iterator[Image.Image]:
    """The frames of one clip in order.

    Raises:
        InputError: There is no such kind.
    """
    setting, variation, _ = _of_seed(seed)
    for index in range(variation.frames):
        moment = variation.start + index / FRAMES_PER_SECOND * variation.speed
        yield draw_frame(kind, replace(setting, time=moment), variation.mirrored, width)


def write_clip(path: Path, kind: str, seed: int, width: int = WIDTH_PIXELS) -> DrawnClip:
    """Draw a clip and encode it as H.264 in MP4; the file appears only when it is complete.

    Args:
        path: Where the clip goes.
        kind: Name of a scene kind.
        seed: Everything else follows from it.
        width: Width in pixels, a multiple of 18, so that width and height are whole and even.

    Raises:
        InputError: There is no such kind, or ``width`` is no positive multiple of 18.
        StorageError: The file cannot be written.
    """
    import av

    if width <= 0 or width % 18:
        raise InputError(f"a clip {width} pixels wide cannot be encoded as 9:16", "choose a multiple of 18, e.g. 216")
    clip = describe_clip(path.name, kind, seed)
    try:
        with durable_file(path) as file, av.open(file, "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
            stream.width, stream.height, stream.pix_fmt = width, width // 9 * 16, "yuv420p"
            # With mbtree, x264 writes other bytes at every call, even for one thread.
            stream.options = {"crf": "25", "preset": "veryfast", "x264-params": "mbtree=0"}
            # More threads would cut the picture into slices, and the bytes would depend on the machine.
            stream.codec_context.thread_count = 1
            for picture in clip_frames(kind, seed, width):
                container.mux(stream.encode(av.VideoFrame.from_image(picture)))
            container.mux(stream.encode())
    except OSError as error:
        raise _cannot_write(path, error) from error
    return clip


def draw_corpus(
    folder: Path, clips: int = 220, seed: int = 0, progress: Callable[[int, int], None] | None = None, workers: int = 2
) -> list[DrawnClip]:
    """Write a folder of drawn clips with sidecars and ``truth.json``; a second call draws only what is missing.

    Clips are spread evenly over the values and kinds. Each ``clip_0001.mp4`` has a sidecar
    ``clip_0001.info.json`` in the form that yt-dlp writes; ``truth.json`` says what every clip shows.

    Args:
        folder: Where everything goes; created when missing.
        clips: How many clips.
        seed: The same seed gives the same clips.
        progress: Called with (clips done, clips in all).
        workers: Processes that draw; 1 draws in this process.

    Raises:
        InputError: ``clips`` or ``workers`` is below 1, or the folder holds another drawn corpus.
        StorageError: The folder cannot be written.
    """
    if clips < 1 or workers < 1:
        raise InputError(f"cannot draw {clips} clips with {workers} workers", "both numbers start at 1")
    plan = plan_corpus(clips, seed)
    _claim(folder, plan, seed)
    missing = [clip for clip in plan if not (_sidecar(folder, clip).exists() and (folder / clip.name).exists())]
    done = clips - len(missing)
    if progress is not None:
        progress(done, clips)
    for _ in _draw_all(folder, missing, workers):
        done += 1
        if progress is not None:
            progress(done, clips)
    return plan


def plan_corpus(clips: int, seed: int) -> list[DrawnClip]:
    """Which clips a corpus has, in the order of their file names; pure computation."""
    values = [[kind.name for kind in KINDS if kind.value == value] for value in VALUES]
    pure = [name for row in zip(*values, strict=True) for name in row]
    rest = _alternating([kind for kind in KINDS if kind.value is None])
    pure_count = round(PURE_SHARE * clips)
    names = [*islice(cycle(pure), pure_count), *islice(cycle(rest), clips - pure_count)]
    rng = np.random.default_rng([seed, clips])
    order, seeds = rng.permutation(clips), rng.integers(2**31, size=clips)
    return [
        describe_clip(f"clip_{number + 1:04d}.mp4", names[order[number]], int(seeds[number])) for number in range(clips)
    ]


def _alternating(kinds: Sequence[SceneKind]) -> list[str]:
    neutral = [kind.name for kind in kinds if not kind.weights]
    mixed = [kind.name for kind in kinds if kind.weights]
    return [name for pair in zip(neutral, mixed, strict=True) for name in pair]


def _claim(folder: Path, plan: Sequence[DrawnClip], seed: int) -> None:
    """Write ``truth.json``, or make sure that the one in the folder belongs to the same plan."""
    truth = {"seed": seed, "clips": {clip.name: _truth(clip) for clip in plan}}
    text = json.dumps(truth, indent=1)
    path = folder / "truth.json"
    try:
        make_folder(folder)
        if path.exists():
            if path.read_text(encoding="utf-8") != text:
                raise InputError(f"{folder} holds another drawn corpus", "choose an empty folder, or the same numbers")
            return
        write_durably(path, text.encode())
    except OSError as error:
        raise _cannot_write(path, error) from error


def _truth(clip: DrawnClip) -> dict[str, object]:
    setting, variation, _ = _of_seed(clip.seed)
    record = asdict(clip)
    del record["name"]
    return {**record, "setting": asdict(setting), "variation": asdict(variation)}


def _draw_all(folder: Path, missing: Sequence[DrawnClip], workers: int) -> Iterator[None]:
    if workers == 1 or len(missing) < 2:
        for clip in missing:
            _draw_one(folder, clip)
            yield
        return
    jobs = [(folder.absolute(), clip) for clip in missing]
    yield from map_in_children(f"{__name__}:_draw_one", jobs, workers)


def _draw_one(folder: Path, clip: DrawnClip) -> None:
    """Clip first, sidecar last: a clip without sidecar is unfinished."""
    write_clip(folder / clip.name, clip.kind, clip.seed)
    path = _sidecar(folder, clip)
    sidecar = {
        "id": Path(clip.name).stem,
        "title": clip.title,
        "description": clip.caption,
        "tags": list(clip.tags),
        "duration": round(clip.seconds, 3),
        "width": WIDTH_PIXELS,
        "height": WIDTH_PIXELS // 9 * 16,
        "fps": FRAMES_PER_SECOND,
        "ext": "mp4",
        "extractor": PLATFORM,
        "extractor_key": PLATFORM.title(),
        "license": LICENCE,
        "upload_date": clip.uploaded,
    }
    try:
        write_durably(path, json.dumps(sidecar, indent=1).encode())
    except OSError as error:
        raise _cannot_write(path, error) from error


def _sidecar(folder: Path, clip: DrawnClip) -> Path:
    return folder / f"{Path(clip.name).stem}.info.json"


def _cannot_write(path: Path, error: OSError) -> StorageError:
    return StorageError(f"cannot write {path}: {error.strerror or error}", "check free space and permissions")
