"""Exactly the wanted frames, for every codec and oddity: numbers drawn into frames against arithmetic on their times.

What is expected is computed here from the times that were written and from the keyframe marks in the file, without any
code of ours.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from videos import VideoWriter, cut_without_decoding, read_number, read_scene_number, with_edits, write_numbered

from ingest.decoding.decode import DecodeOptions, decode
from ingest.decoding.sampling import cuts
from vectorstore.foundation.errors import MediaError

GROUPS = {"bf": "3", "g": "12", "sc_threshold": "0"}
H264 = VideoWriter(options=GROUPS)
OPEN = VideoWriter(options={"x264-params": "open-gop=1:keyint=12:bframes=3:scenecut=0"})
HEVC = VideoWriter(codec="libx265", options={"x265-params": "log-level=none:keyint=12:open-gop=0:scenecut=0"})
HEVC_OPEN = VideoWriter(codec="libx265", options={"x265-params": "log-level=none:keyint=12:scenecut=0"})
VP9 = VideoWriter(codec="libvpx-vp9", options={"g": "12", "cpu-used": "8", "deadline": "realtime"})
AV1 = VideoWriter(codec="libsvtav1", options={"g": "12", "preset": "8", "crf": "20"})
SLOWING = [*range(20), *range(20, 100, 4)]


@dataclass(frozen=True)
class Case:
    how: VideoWriter
    last: int = 1
    """Duration of the last frame: mp4 repeats that of the one before, webm has none and the usual one is taken."""
    refused: str = ""
    """Why decord is not asked."""
    cut: int = 0
    """Frames that an edit list hides."""


CASES = {
    "closed.mp4": Case(H264),
    "open.mp4": Case(OPEN, refused="open_gop"),
    "no_b_frames.mp4": Case(replace(H264, options={**GROUPS, "bf": "0"})),
    "pyramid.mkv": Case(VideoWriter(options={"x264-params": "keyint=20:bframes=7:b-pyramid=normal:scenecut=0"})),
    "refresh.mp4": Case(VideoWriter(options={"x264-params": "intra-refresh=1:keyint=20"}), refused="open_gop"),
    "slowing.mp4": Case(replace(H264, times=SLOWING), last=4),
    "slowing.webm": Case(replace(VP9, times=SLOWING)),
    "hidden_start.mp4": Case(H264, cut=7, refused="edit_list"),
    "hidden_start_open.mp4": Case(OPEN, cut=15, refused="edit_list"),
    "hidden_start_hevc.mp4": Case(HEVC, cut=7, refused="edit_list"),
    "hidden_half.mp4": Case(H264, cut=30, refused="edit_list"),
    "late.mp4": Case(replace(H264, times=range(50, 90))),
    "late.mkv": Case(replace(H264, times=range(50, 90))),
    "late.webm": Case(replace(VP9, times=range(50, 90))),
    "hevc.mp4": Case(HEVC),
    "hevc_open.mkv": Case(HEVC_OPEN, refused="open_gop"),
    "hevc_10.mp4": Case(replace(HEVC, pixels="yuv420p10le")),
    "hevc_12_422.mkv": Case(replace(HEVC, pixels="yuv422p12le")),
    "vp9.webm": Case(VP9),
    "vp9_444.webm": Case(replace(VP9, pixels="yuv444p")),
    "vp8.webm": Case(VideoWriter(codec="libvpx", options={"g": "12"})),
    "av1.mp4": Case(AV1, refused="unsupported_codec"),
    "av1_10.webm": Case(replace(AV1, pixels="yuv420p10le"), refused="unsupported_codec"),
    "ten_bits.mp4": Case(replace(H264, pixels="yuv420p10le")),
    "half_colour.mp4": Case(replace(H264, pixels="yuv422p")),
    "full_colour_10.mp4": Case(replace(H264, pixels="yuv444p10le")),
    "full_range.mp4": Case(replace(H264, pixels="yuvj420p")),
    "grey.mp4": Case(replace(H264, pixels="gray")),
    "grey_10.mp4": Case(replace(H264, pixels="gray10le")),
    "odd.webm": Case(replace(VP9, size=(161, 97))),
    "odd.mp4": Case(replace(H264, size=(163, 99), pixels="yuv444p")),
    "turned_90.mp4": Case(replace(H264, rotation=90)),
    "turned_180.mp4": Case(replace(H264, rotation=180)),
    "turned_270.mp4": Case(replace(HEVC, rotation=270)),
    "fragments.mp4": Case(replace(H264, container_options={"movflags": "frag_keyframe+empty_moov"})),
    "broadcast.ts": Case(H264, refused="unsupported_container"),
    "flash.flv": Case(H264),
    "photos.mkv": Case(VideoWriter(codec="mjpeg", pixels="yuvj420p")),
    "lossless.mkv": Case(VideoWriter(codec="ffv1", pixels="yuv422p10le")),
    "studio.mov": Case(VideoWriter(codec="prores_ks", pixels="yuv422p10le")),
    "old.avi": Case(VideoWriter(codec="mpeg4", options={"bf": "2", "g": "12"}), refused="unsupported_container"),
}


@pytest.fixture(scope="module", autouse=True)
def quiet_encoder() -> Iterator[None]:
    """SVT-AV1 prints a page for each file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SVT_LOG", "1")
        yield


@pytest.fixture(scope="module", params=CASES)
def clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Case]:
    name: str = request.param
    case = CASES[name]
    path = write_numbered(tmp_path_factory.mktemp("clips") / name, case.how)
    if case.cut:
        path = cut_without_decoding(path, path.with_stem(f"{path.stem}_cut"), case.cut)
    return path, case


def shown(case: Case) -> dict[int, int]:
    """Time in frames to number, of the frames that are shown."""
    times = case.how.times if case.how.times is not None else range(case.how.frames)
    return {time - case.cut: number for number, time in enumerate(times) if time >= case.cut}


def marked_keyframes(path: Path, case: Case) -> list[int]:
    """Times in frames, read from the packets."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size and not packet.is_discard]
        assert stream.time_base is not None
        earliest = min(packet.pts or 0 for packet in packets)
        keys = [packet.pts or 0 for packet in packets if packet.is_keyframe]
        return [round((key - earliest) * stream.time_base * case.how.rate) + min(shown(case)) for key in keys]


def spread(case: Case, seconds: float, count: int) -> list[float]:
    times = list(shown(case))
    end = min(times[-1] + case.last, times[0] + round(seconds * case.how.rate))
    return [times[0] + (end - times[0]) * (part + 0.5) / count for part in range(count)]


def on_screen(case: Case, moments: list[float]) -> list[int]:
    times = list(shown(case))
    return list(dict.fromkeys(times[bisect.bisect_right(times, moment) - 1] for moment in moments))


def nearest(keys: list[int], moments: list[float]) -> list[int]:
    return sorted({min(keys, key=lambda key: (abs(key - moment), key)) for moment in moments})


def check(path: Path, case: Case, options: DecodeOptions, expected: list[int]) -> None:
    """Args: expected: times in frames."""
    decoded = decode(path, options)
    turns = -case.how.rotation // 90 % 4
    pictures = [Image.fromarray(np.rot90(np.asarray(frame.picture), turns)) for frame in decoded.frames]
    assert [read_number(picture) for picture in pictures] == [shown(case)[time] for time in expected]
    times = [(time - min(shown(case))) / case.how.rate for time in expected]
    # Matroska and FLV round to milliseconds.
    assert [frame.time for frame in decoded.frames] == pytest.approx(times, abs=0.0011)
    width, height = case.how.size
    assert (decoded.width, decoded.height) == ((height, width) if turns % 2 else (width, height))


@pytest.mark.parametrize("sampling", ["uniform", "keyframe", "first"])
def test_wanted_frames_come_out(clip: tuple[Path, Case], sampling: str) -> None:
    path, case = clip
    counted = path.suffix == ".avi"
    for count in (5, 8):
        options = DecodeOptions(decoder="pyav", sampling=sampling, first_seconds=0.8, frames=count)
        moments = spread(case, 0.8 if sampling == "first" else 1000, count)
        keys = marked_keyframes(path, case)
        by_key = sampling == "keyframe" and keys and not counted
        check(path, case, options, nearest(keys, moments) if by_key else on_screen(case, moments))


@pytest.mark.parametrize("sampling", ["uniform", "keyframe", "first"])
def test_decord_agrees_or_is_refused(clip: tuple[Path, Case], sampling: str) -> None:
    path, case = clip
    options = DecodeOptions(decoder="decord", sampling=sampling, first_seconds=0.8)
    if case.refused:
        with pytest.raises(MediaError) as refusal:
            decode(path, options)
        assert refusal.value.reason == case.refused
        return
    moments = spread(case, 0.8 if sampling == "first" else 1000, 8)
    keys = marked_keyframes(path, case)
    check(path, case, options, nearest(keys, moments) if sampling == "keyframe" else on_screen(case, moments))


FIRSTS = (0, 20, 50, 55, 90)
"""Scenes of 20, 30, 5, 35 and 30 frames: the third is too short to be one."""


@pytest.mark.parametrize("codec", ["h264", "avc_one_group", "vp9", "av1", "counted"])
def test_one_frame_from_the_middle_of_each_scene(tmp_path: Path, codec: str) -> None:
    form = VideoWriter(frames=120, size=(192, 160), scenes=FIRSTS)
    how, name = {
        "h264": (replace(form, options=GROUPS), "clip.mp4"),
        "avc_one_group": (replace(form, options={"x264-params": "keyint=infinite:scenecut=0:bframes=3"}), "clip.mkv"),
        "vp9": (replace(form, codec="libvpx-vp9", options=VP9.options), "clip.webm"),
        "av1": (replace(form, codec="libsvtav1", options=AV1.options), "clip.mp4"),
        "counted": (replace(form, codec="mpeg4"), "clip.avi"),
    }[codec]
    path = write_numbered(tmp_path / name, how)

    def numbers(frames: int) -> list[int]:
        decoded = decode(path, DecodeOptions(sampling="scene", frames=frames))
        return [read_scene_number(frame.picture) for frame in decoded.frames]

    # Leaving out frames to which none refers moves a cut by up to three frames, the middle by half of that.
    for found, expected in ((numbers(8), [10, 37, 72, 105]), (numbers(2), [37, 72])):
        assert len(found) == len(expected)
        assert np.abs(np.array(found) - np.array(expected)).max() <= 3


def test_clips_without_cuts_are_one_scene(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clip.mp4", replace(H264, frames=60, size=(192, 160), scenes=(0,)))
    decoded = decode(path, DecodeOptions(sampling="scene"))
    assert [read_scene_number(frame.picture) for frame in decoded.frames] == [30]


def test_movement_and_flashes_are_no_cuts() -> None:
    random = np.random.default_rng(0)
    still = np.tile(random.integers(0, 255, (1, 18, 32), dtype=np.uint8), (30, 1, 1, 1))
    other = np.tile(random.integers(0, 255, (1, 18, 32), dtype=np.uint8), (30, 1, 1, 1))
    flash = still.copy()
    flash[12] = 255
    moving = np.stack([np.roll(still[0], shift, axis=2) for shift in range(30)])
    fast = [number / 25 for number in range(90)]
    assert cuts(still[:1], fast[:1]) == cuts(still[:0], []) == []
    assert all(cuts(small, fast[:30]) == [] for small in (still, flash, moving))
    assert cuts(np.concatenate([still, other, still]), fast) == [30, 60]
    # What would be a flash in a film are three slides in a show.
    assert cuts(flash[10:15], [0.0, 3.0, 6.0, 9.0, 12.0]) == [2, 3]


@pytest.mark.parametrize("codec", ["closed", "open", "hevc"])
@pytest.mark.parametrize("parts", [[(0, 12), (24, 16)], [(3, 10), (30, 10)], [(20, 10), (5, 10)], [(5, 10), (5, 10)]])
def test_edit_lists_of_several_parts(tmp_path: Path, codec: str, parts: list[tuple[int, int]]) -> None:
    how = {"closed": H264, "open": OPEN, "hevc": HEVC}[codec]
    path = with_edits(write_numbered(tmp_path / "whole.mp4", how), tmp_path / "edited.mp4", parts)
    with av.open(str(path)) as container:
        plainly = {round(frame.time * 25): read_number(frame.to_image()) for frame in container.decode(video=0)}
    try:
        found = {round(frame.time * 25): read_number(frame.picture) for frame in decode(path, DecodeOptions()).frames}
    except MediaError as error:
        # Parts that overlap in time are refused.
        assert codec == "hevc" and parts[0] == (20, 10) and error.reason == "decode_error"
        return
    assert {time: plainly[time] for time in found} == found
    # After a jump into an open group some pictures refer to others that are not there.
    assert len(found) == 8 or (codec == "open" and len(found) >= 4)
