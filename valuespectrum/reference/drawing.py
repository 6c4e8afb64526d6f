"""Draws frames and clips of the reference world and writes the sample corpus.

Everything follows from a scene kind, its version and a seed, so the same call writes the same clips again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from agents.browsing.seeing.overlays import lay_words
from valuespectrum.reference.kinds import BY_NAME, KINDS, TIMES_OF_DAY, SceneKind, SceneVersion
from valuespectrum.reference.painting.canvas import Canvas, SceneSetting
from valuespectrum.reference.painting.layers import MOST_SPECTATORS, OBSTACLES, spectators
from valuespectrum.reference.painting.settings import (
    FRAMES_PER_SECOND,
    PLACES,
    Variation,
    random_setting,
    random_variation,
)
from valuespectrum.reference.scenes import load_painters
from valuespectrum.theory.value_sets import GROUPS, NINETEEN
from vectorstore.foundation.disk import durable_file, make_folder, write_durably
from vectorstore.foundation.errors import InputError, StorageError
from vectorstore.processes.child_process import map_in_children

WIDTH_PIXELS = 216
PLATFORM = "drawn"
"""What a corpus keeps as the platform of a drawn clip."""
LICENCE = "Apache-2.0"
HELD = 0.4
"""Share of a clip of an ordered kind during which its beginning is held, and again its end."""
VISIBLE = 0.4
"""Mean difference of two pictures, in levels of 0 to 255, from which on they are in different surroundings."""
Difference = Literal["value", "place", "light", "crowd"]
_SHARES: Mapping[str, float] = {"endorsed": 0.74, "outside": 0.06, "violated": 0.1}
"""Shares of a corpus: one of the ten values lived, a refined value outside the ten lived, any value denied; the rest
is neutral, mixed or ordered."""
_TITLES: tuple[str, ...] = ("{title}", "{title}!", "{title} ({tag})", "{title} {words}", "{title} #{hashtag}")


@dataclass(frozen=True, slots=True)
class Take:
    """Everything that decides the frames of one clip."""

    kind: str
    """Name of the scene kind."""
    version: str
    """Name of its version."""
    setting: SceneSetting
    """Looks, whatever the version; its moment is that of the first frame."""
    variation: Variation

    def setting_at(self, index: int) -> SceneSetting:
        """Looks of one frame; played backwards, a clip has the frames of the clip forwards in the opposite order."""
        last = self.variation.frames - 1
        place = last - index if self.version == "backward" else index
        moment = self.variation.start + place / FRAMES_PER_SECOND * self.variation.speed
        moved = as_look(self.setting, self.version, progress_at(place / last))
        return replace(moved, time=moment)

    def frames(self, width: int = WIDTH_PIXELS) -> Iterator[Image.Image]:
        """The frames in order."""
        for index in range(self.variation.frames):
            yield draw_frame(self.kind, self.setting_at(index), self.variation.mirrored, width)


@dataclass(frozen=True, slots=True)
class DrawnClip:
    """The truth about one drawn clip and the words that go with it."""

    name: str
    """File name; says nothing about the kind."""
    kind: str
    """Name of the scene kind."""
    version: str
    """Name of its version."""
    looks: tuple[str, ...]
    """What its frames show, ``KIND:LOOK``: one look, or of an ordered kind two in their order."""
    weights: dict[str, float]
    """Refined value to weight; empty for neutral kinds."""
    caption: str
    """What the clip shows, with the time of day."""
    title: str
    """Title as a poster would write it."""
    tags: tuple[str, ...]
    """The version's keywords."""
    seconds: float
    """Duration."""
    uploaded: str
    """Made-up upload date, ``YYYYMMDD``."""
    seed: int
    """Everything about the clip follows from kind, version, this number and the words over it."""
    spectators: int = 0
    """People who look on from the lower edge."""
    overlay: str = ""
    """Words over the picture."""


def progress_at(share: float) -> float:
    """How far the event of an ordered kind has come, 0 to 1, at a share of the clip forwards.

    Example:
        >>> [progress_at(share) for share in (0.0, 0.4, 0.5, 0.6, 1.0)]
        [0.0, 0.0, 0.5, 1.0, 1.0]
    """
    through = min(1.0, max(0.0, (share - HELD) / (1 - 2 * HELD)))
    return round(through * through * (3 - 2 * through), 6)


def as_look(setting: SceneSetting, look: str, progress: float = 0.0) -> SceneSetting:
    """A setting for a version or a look of a kind.

    Args:
        setting: Looks.
        look: Name of a version or look; ``"first"`` and ``"last"`` say themselves how far the event has come.
        progress: How far it has come otherwise.
    """
    stage = {"first": 0.0, "last": 1.0}.get(look, progress)
    return replace(setting, violated=look == "violated", progress=stage)


def take_of(kind: str, version: str, seed: int, overlay: str = "") -> Take:
    """What follows from a kind, a version and a seed.

    Raises:
        InputError: There is no such kind, or the kind has no such version.
    """
    _version(kind, version)
    rng = np.random.default_rng(seed)
    return Take(kind, version, replace(random_setting(rng), overlay=overlay), random_variation(rng))


def matched_pair(kind: str, seed: int, differ: Difference) -> tuple[Take, Take]:
    """Two clips of one kind that differ in one thing only.

    Args:
        kind: Name of a scene kind.
        seed: Everything else follows from it.
        differ: ``"value"``: in the first version the value is lived, in the second it is denied, or the event runs
            backwards; ``"place"``: other surroundings; ``"light"``: day and night; ``"crowd"``: nobody or many look on.

    Raises:
        InputError: There is no such kind, or all its clips are of one version or in one place and were to differ there.
    """
    versions = tuple(version.name for version in _kind(kind).versions)
    first = take_of(kind, versions[0], seed)
    if differ == "value":
        if len(versions) < 2:
            raise InputError(f"all clips of {kind!r} show the same values", "choose a pure or an ordered scene kind")
        return first, replace(first, version=versions[1])
    if differ == "place":
        return first, _elsewhere(first)
    if differ == "light":
        settings = [replace(first.setting, time_of_day=time) for time in ("day", "night")]
    else:
        settings = [replace(first.setting, spectators=count) for count in (0, MOST_SPECTATORS)]
    return replace(first, setting=settings[0]), replace(first, setting=settings[1])


def _elsewhere(take: Take) -> Take:
    """The same in the surroundings that look most different; not every kind has several."""
    here = _thumbnail(take)
    settings = [replace(take.setting, place=place) for place in range(PLACES) if place != take.setting.place]
    others = [replace(take, setting=setting) for setting in settings]
    differences = [float(np.abs(_thumbnail(other) - here).mean()) for other in others]
    if max(differences) < VISIBLE:
        raise InputError(f"all clips of {take.kind!r} are in one place", "choose another scene kind")
    return others[int(np.argmax(differences))]


def _thumbnail(take: Take) -> np.ndarray:
    return np.asarray(next(take.frames(WIDTH_PIXELS // 6)), dtype=np.float64)


def draw_frame(look: str, setting: SceneSetting, mirrored: bool = False, width: int = WIDTH_PIXELS) -> Image.Image:
    """Draw one frame.

    Args:
        look: What it shows, ``KIND:LOOK``; with a kind's name alone, ``setting`` says which version and how far it is.
        setting: Looks and moment.
        mirrored: Swap left and right; words over the picture stay readable.
        width: Width in pixels; the height follows from 9:16.

    Returns:
        An RGB picture.

    Raises:
        InputError: There is no such kind or look.
    """
    name, _, which = look.partition(":")
    kind = _kind(name)
    if which:
        if which not in kind.looks:
            raise InputError(f"the scene kind {name!r} has no look {which!r}", f"known: {', '.join(kind.looks)}")
        setting = as_look(setting, which)
    canvas = Canvas(width)
    painter = load_painters()[name]
    if kind.misread is not None and not setting.violated:
        OBSTACLES[kind.misread.how](canvas, setting, lambda within: painter(within, setting))
    else:
        painter(canvas, setting)
    spectators(canvas, setting)
    picture = canvas.picture(mirrored)
    if setting.overlay:
        lay_words(picture, setting.overlay, setting.seed)
    return picture


def _kind(name: str) -> SceneKind:
    if name not in BY_NAME:
        raise InputError(f"there is no scene kind {name!r} in the reference world", f"known: {', '.join(BY_NAME)}")
    return BY_NAME[name]


def _version(kind: str, name: str) -> SceneVersion:
    versions = {version.name: version for version in _kind(kind).versions}
    if name not in versions:
        raise InputError(f"the scene kind {kind!r} has no version {name!r}", f"known: {', '.join(versions)}")
    return versions[name]


def describe_clip(name: str, kind: str, version: str, seed: int, overlay: str = "") -> DrawnClip:
    """The words and the truth of the clip that ``write_clip`` draws of the same.

    Raises:
        InputError: There is no such kind, or the kind has no such version.
    """
    return _described(name, take_of(kind, version, seed, overlay), seed)


def _described(name: str, take: Take, seed: int) -> DrawnClip:
    version = _version(take.kind, take.version)
    rng = np.random.default_rng([seed, 1])
    words = TIMES_OF_DAY[take.setting.time_of_day]
    tag = str(rng.choice(version.keywords))
    title = str(rng.choice(_TITLES)).format(title=version.title, tag=tag, words=words, hashtag=tag.replace(" ", ""))
    uploaded = np.datetime64("2025-01-01") + np.timedelta64(int(rng.integers(365)), "D")
    return DrawnClip(
        name=name,
        kind=take.kind,
        version=take.version,
        looks=looks_of(take.kind, take.version),
        weights=dict(version.weights),
        caption=caption_of(version, take.setting.time_of_day, take.setting.overlay),
        title=title,
        tags=version.keywords,
        seconds=take.variation.frames / FRAMES_PER_SECOND,
        uploaded=str(uploaded).replace("-", ""),
        seed=seed,
        spectators=take.setting.spectators,
        overlay=take.setting.overlay,
    )


def looks_of(kind: str, version: str) -> tuple[str, ...]:
    """Ids of the looks that a version shows, in the order of its frames.

    Example:
        >>> looks_of("gift_passed", "backward")
        ('gift_passed:last', 'gift_passed:first')
    """
    if BY_NAME[kind].group != "ordered":
        return (f"{kind}:{version}",)
    order = BY_NAME[kind].looks if version == "forward" else reversed(BY_NAME[kind].looks)
    return tuple(f"{kind}:{look}" for look in order)


def caption_of(version: SceneVersion, time_of_day: str, overlay: str = "") -> str:
    """The caption of a clip: what it shows, when, and the words over it."""
    return f"{version.caption} {TIMES_OF_DAY[time_of_day]}" + (f', with the words "{overlay}"' if overlay else "")


def clip_frames(kind: str, version: str, seed: int, width: int = WIDTH_PIXELS) -> Iterator[Image.Image]:
    """The frames of one clip in order.

    Raises:
        InputError: There is no such kind, or the kind has no such version.
    """
    yield from take_of(kind, version, seed).frames(width)


def write_clip(
    path: Path, kind: str, version: str, seed: int, width: int = WIDTH_PIXELS, overlay: str = ""
) -> DrawnClip:
    """Draw a clip and encode it as H.264 in MP4; the file appears only when it is complete.

    Args:
        path: Where the clip goes.
        kind: Name of a scene kind.
        version: Name of one of its versions.
        seed: Everything else follows from it.
        width: Width in pixels, a multiple of 18, so that width and height are whole and even.
        overlay: Words over the picture.

    Raises:
        InputError: There is no such kind or version, or ``width`` is no positive multiple of 18.
        StorageError: The file cannot be written.
    """
    take = take_of(kind, version, seed, overlay)
    write_take(path, take, width)
    return _described(path.name, take, seed)


def write_take(path: Path, take: Take, width: int = WIDTH_PIXELS) -> None:
    """Draw and encode a take, as ``write_clip`` does.

    Raises:
        InputError: ``width`` is no positive multiple of 18.
        StorageError: The file cannot be written.
    """
    import av

    if width <= 0 or width % 18:
        raise InputError(f"a clip {width} pixels wide cannot be encoded as 9:16", "choose a multiple of 18, e.g. 216")
    try:
        with durable_file(path) as file, av.open(file, "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=FRAMES_PER_SECOND)
            stream.width, stream.height, stream.pix_fmt = width, width // 9 * 16, "yuv420p"
            # With mbtree, x264 writes other bytes at every call, even for one thread.
            stream.options = {"crf": "25", "preset": "veryfast", "x264-params": "mbtree=0"}
            # More threads would cut the picture into slices, and the bytes would depend on the machine.
            stream.codec_context.thread_count = 1
            for picture in take.frames(width):
                container.mux(stream.encode(av.VideoFrame.from_image(picture)))
            container.mux(stream.encode())
    except OSError as error:
        raise _cannot_write(path, error) from error


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
    """Which clips a corpus has, in the order of their file names; pure computation.

    About three quarters live one of the ten values, equally many each; a few live humility or face, a tenth deny a
    value, and the rest are neutral, mixed and ordered.
    """
    chosen = _shared_out(clips)
    rng = np.random.default_rng([seed, clips])
    order, seeds = rng.permutation(clips), rng.integers(2**31, size=clips)
    return [
        describe_clip(f"clip_{number + 1:04d}.mp4", kind, version, int(seeds[number]))
        for number, (kind, version) in enumerate(chosen[place] for place in order)
    ]


def _shared_out(clips: int) -> list[tuple[str, str]]:
    """Kind and version of as many clips."""
    of_ten = {**GROUPS["schwartz_19", "schwartz_10"], "tradition": ("tradition",)}
    streams = {
        "endorsed": _turns([_turns([_versions(part, "endorsed") for part in parts]) for parts in of_ten.values()]),
        "outside": _turns([_versions(value, "endorsed") for value in ("humility", "face")]),
        "violated": _turns([_versions(value, "violated") for value in NINETEEN.dimensions]),
    }
    found = [each for name, stream in streams.items() for each in islice(stream, round(_SHARES[name] * clips))]
    plain = [cycle([(kind.name, "shown") for kind in KINDS if kind.group == group]) for group in ("neutral", "mixed")]
    ordered = [kind for kind in KINDS if kind.group == "ordered"]
    both = [
        (kind.name, kind.versions[(place + turn) % 2].name) for turn in (0, 1) for place, kind in enumerate(ordered)
    ]
    return [*found, *islice(_turns([*plain, cycle(both)]), max(0, clips - len(found)))][:clips]


def _versions(value: str, version: str) -> Iterator[tuple[str, str]]:
    return cycle([(kind.name, version) for kind in KINDS if kind.value == value])


def _turns(streams: Sequence[Iterator[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """One of each in turn, for ever."""
    for stream in cycle(streams):
        yield from islice(stream, 1)


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
    take = take_of(clip.kind, clip.version, clip.seed, clip.overlay)
    record = asdict(clip)
    del record["name"]
    return {**record, "setting": asdict(take.setting), "variation": asdict(take.variation)}


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
    write_clip(folder / clip.name, clip.kind, clip.version, clip.seed)
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
