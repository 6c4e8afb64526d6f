"""Which frames come out: the number drawn into each frame is read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from PIL import Image
from videos import VideoWriter, cut_without_decoding, read_number, write_numbered

from ingest.decoding.decode import DecodeOptions, decode, recipe
from ingest.media.media_index import open_container
from vectorstore.foundation.errors import InputError, MediaError

ALWAYS_THERE = ("auto", "pyav", "decord")

EVENLY = [2, 7, 12, 17, 22, 27, 32, 37]
"""The middles of eight equal parts of forty frames."""

BOTH = {
    "groups.mp4": VideoWriter(options={"bf": "3", "g": "12"}),
    "one_group.mkv": VideoWriter(),
    "vp9.webm": VideoWriter(codec="libvpx-vp9", options={"g": "10"}),
    "odd_size.webm": VideoWriter(codec="libvpx-vp9", size=(161, 97)),
    "ten_bits.mkv": VideoWriter(
        codec="libx265", pixels="yuv420p10le", options={"x265-params": "log-level=none:open-gop=0"}
    ),
    "full_colour.mp4": VideoWriter(pixels="yuv444p"),
    "flash.flv": VideoWriter(options={"bf": "3", "g": "12"}),
    "late_start.mkv": VideoWriter(times=range(50, 90)),
    "fragments.mp4": VideoWriter(options={"g": "10"}, container_options={"movflags": "frag_keyframe+empty_moov"}),
}

PYAV_ONLY = {
    "open_groups.mp4": (VideoWriter(options={"x264-params": "open-gop=1:keyint=12:bframes=3"}), "open_gop"),
    "hevc.mp4": (VideoWriter(codec="libx265", options={"x265-params": "log-level=none:keyint=12"}), "open_gop"),
    "refresh.mp4": (VideoWriter(options={"x264-params": "intra-refresh=1:keyint=20"}), "open_gop"),
    "av1.mp4": (VideoWriter(codec="libsvtav1"), "unsupported_codec"),
    "h264.avi": (VideoWriter(options={"bf": "3", "g": "12"}), "unsupported_container"),
    "mpeg4.avi": (VideoWriter(codec="mpeg4", options={"bf": "2"}), "unsupported_container"),
    "broadcast.ts": (VideoWriter(options={"bf": "3", "g": "12"}), "unsupported_container"),
}


def numbers(path: Path, decoder: str = "auto") -> list[int]:
    return [read_number(frame.picture) for frame in decode(path, DecodeOptions(decoder=decoder)).frames]


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("decoder", ALWAYS_THERE)
def test_both_decoders_return_the_frames_in_the_middle_of_equal_parts(tmp_path: Path, name: str, decoder: str) -> None:
    assert numbers(write_numbered(tmp_path / name, BOTH[name]), decoder) == EVENLY


@pytest.mark.parametrize("name", PYAV_ONLY)
def test_pyav_is_right_where_decord_is_refused_by_name(tmp_path: Path, name: str) -> None:
    how, reason = PYAV_ONLY[name]
    path = write_numbered(tmp_path / name, how)
    assert numbers(path) == EVENLY
    with pytest.raises(MediaError, match=f"{name}.*decord") as refusal:
        decode(path, DecodeOptions(decoder="decord"))
    assert refusal.value.reason == reason


def test_edit_list_hides_frames_that_are_stored(tmp_path: Path) -> None:
    whole = write_numbered(tmp_path / "whole.mp4", VideoWriter(options={"bf": "3", "g": "12"}))
    cut = cut_without_decoding(whole, tmp_path / "cut.mp4", first=7)
    # 33 frames are left, 7 to 39; the middles of their eight parts.
    assert numbers(cut) == [7 + int(33 * (part + 0.5) / 8) for part in range(8)]
    with pytest.raises(MediaError, match="edit lists") as refusal:
        decode(cut, DecodeOptions(decoder="decord"))
    assert refusal.value.reason == "edit_list"


@pytest.mark.parametrize("decoder", ALWAYS_THERE)
def test_variable_frame_rate_is_sampled_by_time_not_by_count(tmp_path: Path, decoder: str) -> None:
    # Twenty frames of one unit each, then twenty of four units: a hundred units in all.
    times = [*range(20), *range(20, 100, 4)]
    path = write_numbered(tmp_path / "vfr.mp4", VideoWriter(times=times))
    middles = [100 * (part + 0.5) / 8 for part in range(8)]
    assert numbers(path, decoder) == [sum(time <= middle for time in times) - 1 for middle in middles]
    seconds = [frame.time for frame in decode(path, DecodeOptions(decoder=decoder)).frames]
    assert seconds == pytest.approx([times[number] / 25 for number in numbers(path, decoder)])


@pytest.mark.parametrize(("degrees", "turns_back"), [(90, 3), (180, 2), (270, 1)])
@pytest.mark.parametrize("decoder", ["pyav", "decord"])
def test_rotation_is_applied(tmp_path: Path, degrees: int, turns_back: int, decoder: str) -> None:
    path = write_numbered(tmp_path / "turned.mp4", VideoWriter(rotation=degrees))
    decoded = decode(path, DecodeOptions(decoder=decoder))
    assert (decoded.width, decoded.height) == ((96, 160) if degrees % 180 else (160, 96))
    upright = [Image.fromarray(np.rot90(np.asarray(frame.picture), turns_back)) for frame in decoded.frames]
    assert [read_number(picture) for picture in upright] == EVENLY


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("decoder", ALWAYS_THERE)
def test_short_clips_give_each_frame_once(tmp_path: Path, count: int, decoder: str) -> None:
    path = write_numbered(tmp_path / "short.mp4", VideoWriter(frames=count))
    assert numbers(path, decoder) == list(range(count))


@pytest.mark.parametrize("decoder", ["pyav", "decord"])
def test_pictures_are_scaled_to_the_short_side_and_never_enlarged(tmp_path: Path, decoder: str) -> None:
    path = write_numbered(tmp_path / "large.mp4", VideoWriter(size=(640, 320)))
    large = decode(path, DecodeOptions(decoder=decoder, short_side=100))
    assert {frame.picture.size for frame in large.frames} == {(200, 100)}
    assert {frame.picture.mode for frame in large.frames} == {"RGB"}
    assert (large.width, large.height) == (640, 320)
    assert large.duration == pytest.approx(1.6)
    small = decode(path, DecodeOptions(decoder=decoder, short_side=1000))
    assert {frame.picture.size for frame in small.frames} == {(640, 320)}


def test_decoding_twice_gives_the_same_pixels(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clip.mp4", BOTH["groups.mp4"])
    first, second = (decode(path, DecodeOptions()) for _ in range(2))
    assert [frame.picture.tobytes() for frame in first.frames] == [frame.picture.tobytes() for frame in second.frames]


@pytest.mark.parametrize("name", [*BOTH, *PYAV_ONLY])
def test_files_too_large_to_be_kept_in_memory_give_the_same_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = write_numbered(tmp_path / name, BOTH[name] if name in BOTH else PYAV_ONLY[name][0])
    kept = decode(path, DecodeOptions())
    opened: list[str] = []

    def open_again(file: BinaryIO, demuxer: str) -> Any:
        opened.append(demuxer)
        return open_container(file, demuxer)

    monkeypatch.setattr("ingest.decoding.pyav_backend.open_container", open_again)
    monkeypatch.setattr("ingest.media.media_index._MOST_KEPT", 0)
    read_again = decode(path, DecodeOptions())
    assert opened
    assert [(frame.time, frame.picture.tobytes()) for frame in read_again.frames] == [
        (frame.time, frame.picture.tobytes()) for frame in kept.frames
    ]


def test_recipe_names_what_decides_the_pictures() -> None:
    recipes = [recipe(DecodeOptions(decoder="decord")), recipe(DecodeOptions(frames=4)), recipe(DecodeOptions())]
    assert len({made.recipe_id for made in recipes}) == 3
    assert recipe(DecodeOptions(decoder="pyav")) == recipe(DecodeOptions(decoder="auto"))


def test_options_that_make_no_sense_are_the_users_mistake(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "clip.mp4", VideoWriter(frames=2))
    with pytest.raises(InputError, match="unknown decoder 'gpu'"):
        decode(path, DecodeOptions(decoder="gpu"))
    for options in (DecodeOptions(frames=0), DecodeOptions(short_side=0)):
        with pytest.raises(InputError, match="at least 1"):
            recipe(options)
