"""How long a clip lasts and which of its frames are taken when pictures stay on, sound goes on, or clocks jump."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from looks import Slides, write_slides
from videos import VideoWriter, read_number, write_numbered

from ingest.decoding.decode import DecodeOptions, decode
from ingest.media.media_guard import Limits
from ingest.media.packet_plan import Packet, make_plan, staying
from ingest.media.timeline import Clock, Declared, Jump, RawPacket, make_timeline
from vectorstore.foundation.errors import MediaError

NOTHING = Declared(begin=0, duration=0, video_duration=0, frames=0, whole=False, only_seen_and_heard=True)
THOUSANDTHS = Fraction(1, 1000)


def raw(*times: int, last: int = 40) -> list[RawPacket]:
    stops = [*times[1:], times[-1] + last]
    return [RawPacket(time, time == times[0], False, stop - time) for time, stop in zip(times, stops, strict=True)]


def times(path: Path, sampling: str = "uniform") -> list[float]:
    return [round(frame.time, 2) for frame in decode(path, DecodeOptions(sampling=sampling)).frames]


@pytest.mark.parametrize("name", ["slides.mp4", "slides.mkv", "slides.mov", "slides.flv"])
@pytest.mark.parametrize("sampling", ["uniform", "keyframe", "scene"])
def test_every_slide_is_seen_and_the_last_stays_on_as_long_as_the_sound(
    tmp_path: Path, name: str, sampling: str
) -> None:
    path = write_slides(tmp_path / name, Slides(sound=12))
    assert decode(path, DecodeOptions()).duration == pytest.approx(12, abs=0.3)
    assert times(path, sampling) == [0, 3, 6, 9]


@pytest.mark.parametrize("name", ["one.mp4", "one.mkv", "one.flv"])
def test_one_picture_lasts_as_long_as_its_sound(tmp_path: Path, name: str) -> None:
    decoded = decode(write_slides(tmp_path / name, Slides(times=(0,), sound=15)), DecodeOptions())
    assert decoded.duration == pytest.approx(15, abs=0.3)
    assert len(decoded.frames) == 1


@pytest.mark.parametrize("name", ["one.mp4", "one.mkv"])
def test_one_picture_without_sound_lasts_as_long_as_the_file_says(tmp_path: Path, name: str) -> None:
    decoded = decode(write_slides(tmp_path / name, Slides(times=(0,), last=15)), DecodeOptions())
    assert decoded.duration == pytest.approx(15, abs=0.1)


def test_slides_of_one_brightness_are_scenes(tmp_path: Path) -> None:
    path = write_slides(
        tmp_path / "clip.mkv", Slides(times=(0, 2, 4), last=2, colours=((180, 0, 0), (0, 92, 0), (0, 60, 180)))
    )
    assert times(path, "scene") == [0, 2, 4]


def test_slides_of_which_none_refers_to_another_are_all_watched(tmp_path: Path) -> None:
    how = VideoWriter(times=[25 * second for second in range(9)], options={"bf": "3", "b_strategy": "0"}, size=(96, 64))
    path = write_numbered(tmp_path / "clip.mp4", how)
    found = decode(path, DecodeOptions(sampling="scene", frames=9)).frames
    assert [read_number(frame.picture) for frame in found] == list(range(9))


def test_a_film_whose_sound_goes_on_keeps_its_frames() -> None:
    line = make_timeline(raw(*range(0, 2000, 40)), THOUSANDTHS, None, 60.0, NOTHING, 60.0)
    assert (line.start, line.end, line.stop) == (0, 2000, 60_000)
    # A tail of sound as every clip has one changes nothing.
    assert make_timeline(raw(*range(0, 2000, 40)), THOUSANDTHS, None, 2.05, NOTHING, 2.05).end == 2000


def test_a_slide_show_is_spread_over_its_last_slide_too() -> None:
    assert make_timeline(raw(0, 3000, 6000, 9000), THOUSANDTHS, None, 12.0, NOTHING, 12.0).end == 12_000
    assert make_timeline(raw(0, 3000, 6000, 9000), THOUSANDTHS, None, 99.0, NOTHING, 99.0).end == 12_000
    counted = make_timeline(raw(0), THOUSANDTHS, Fraction(25), 15.0, NOTHING, 15.0)
    assert (counted.end, counted.stop) == (1, 375)


def test_what_the_header_says_counts_only_for_whole_files_of_pictures_and_sound() -> None:
    whole = Declared(begin=0, duration=15, video_duration=0, frames=0, whole=True, only_seen_and_heard=True)
    with_text = Declared(begin=0, duration=15, video_duration=0, frames=0, whole=True, only_seen_and_heard=False)
    half = Declared(begin=0, duration=15, video_duration=0, frames=0, whole=False, only_seen_and_heard=True)
    found = [make_timeline(raw(0), THOUSANDTHS, None, 0, declared, 0.04) for declared in (whole, with_text, half)]
    assert [line.stop for line in found] == [15_000, 40, 40]
    assert [line.truncated for line in found] == [False, False, True]


def test_counted_frames_begin_at_nothing_whatever_the_clock_says() -> None:
    late = replace(NOTHING, begin=36_000.0, duration=8.0)
    film = raw(*range(0, 5000, 40))
    line = make_timeline(film, THOUSANDTHS, Fraction(25), 36_005.25, late, 36_005.25)
    assert (line.start, line.end, line.stop) == (0, 125, 131)
    assert make_timeline(film, THOUSANDTHS, Fraction(25), 0.0, replace(late, whole=True), 36_005.0).stop == 200


@pytest.mark.parametrize("duration", [1002.0, 2.0])
def test_what_matroska_says_of_a_clock_that_begins_late(duration: float) -> None:
    """Some write into it when all is over, some how long it lasts."""
    late = replace(NOTHING, begin=1000.0, duration=duration, may_be_end=True)
    film = raw(*range(1_000_000, 1_002_000, 40))
    for whole in (True, False):
        line = make_timeline(film, THOUSANDTHS, None, 0.0, replace(late, whole=whole), 1002.0)
        assert (line.stop - line.start, line.truncated) == (2000, False)
    slide = make_timeline(raw(1_000_000), THOUSANDTHS, None, 0.0, replace(late, whole=True), 1000.04)
    assert slide.stop - slide.start == 2000
    half = make_timeline(film[:25], THOUSANDTHS, None, 0.0, replace(late, duration=1002.0), 1001.0)
    assert half.truncated


@pytest.mark.parametrize("name", ["late.mkv", "late.webm"])
def test_a_clip_whose_clock_begins_late_is_no_longer_for_it(tmp_path: Path, name: str) -> None:
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    times = range(1000 * 25, 1000 * 25 + 40)
    decoded = decode(write_numbered(tmp_path / name, VideoWriter(codec=codec, times=times)), DecodeOptions())
    assert decoded.duration == pytest.approx(1.6, abs=0.05) and len(decoded.frames) == 8


def test_a_last_picture_that_has_no_duration_is_a_frame_too() -> None:
    film = [RawPacket(time, time == 0, False, 0) for time in (0, 200, 100, 300)]
    line = make_timeline(film, THOUSANDTHS, None, 0.0, NOTHING, 0.3)
    assert [target.shown_at for target in make_plan(line.packets, line.end, 8).targets] == [0, 100, 200, 300]
    assert (line.start, line.end) == (0, 301)


def test_frames_that_stay() -> None:
    packets = [Packet(time, True, False) for time in (0, 40, 500, 540)]
    assert [target.shown_at for target in staying(packets, 1000, 200)] == [40, 540]
    assert staying([Packet(0, True, True)], 1000, 200) == ()


def with_text(path: Path, seconds: float) -> Path:
    """The same clip with a line of text that stays until ``seconds``."""
    target, text = path.with_name(f"text_{path.name}"), path.with_suffix(".srt")
    text.write_text(f"1\n00:00:00,000 --> {int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:00,000\ngood night\n")
    with av.open(str(path)) as pictures, av.open(str(text)) as lines, av.open(str(target), "w") as writer:
        readers = [(pictures, pictures.streams.video[0]), (lines, lines.streams.subtitles[0])]
        copies = [writer.add_stream_from_template(stream) for _, stream in readers]
        for (reader, stream), copy in zip(readers, copies, strict=True):
            for packet in reader.demux(stream):
                if packet.size:
                    packet.stream = copy
                    writer.mux(packet)
    return target


def test_a_text_that_stays_does_not_make_a_clip_longer(tmp_path: Path) -> None:
    path = with_text(write_numbered(tmp_path / "clip.mkv", VideoWriter()), 1800)
    decoded = decode(path, DecodeOptions())
    assert decoded.duration == pytest.approx(1.6, abs=0.05)
    assert [read_number(frame.picture) for frame in decoded.frames] == [2, 7, 12, 17, 22, 27, 32, 37]


def test_clocks() -> None:
    steady, slow, back, ahead, mixed = (Clock("video") for _ in range(5))
    assert all(steady.step(number / 25, number / 25, 0.04) is None for number in range(100))
    assert slow.step(0, 0, 30) is None and slow.step(30, 30, 30) is None
    assert back.step(5, 5, 0.04) is None and back.step(4.5, 4.5, 0.04) is None
    assert back.step(0, 0, 0.04) == Jump("video", 4.5, -4.5)
    assert ahead.step(0, None, 0.04) is None
    assert ahead.step(100.04, None, 0.04) == Jump("video", 0.04, 100.0)
    # A picture may be stored long before those that are shown before it.
    assert [mixed.step(shown, decoded, 3) for shown, decoded in ((0, -6), (9, -3), (3, 0), (6, 3))] == [None] * 4


@pytest.mark.parametrize(("first", "way"), [(0, "back"), (3600 * 25, "forward"), (60 * 25, "forward")])
def test_a_jump_of_the_clock_is_named(tmp_path: Path, first: int, way: str) -> None:
    one = write_numbered(tmp_path / "one.ts", VideoWriter(times=range(100, 200), options={"bf": "0"}))
    two = write_numbered(tmp_path / "two.ts", VideoWriter(times=range(first, first + 40), options={"bf": "0"}))
    path = tmp_path / "joined.ts"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    with pytest.raises(MediaError, match=f"its clock jumps {way} by") as refusal:
        decode(path, DecodeOptions())
    assert refusal.value.reason == "clock_jump"


@pytest.mark.parametrize("name", ["jump.mkv", "jump.flv", "jump.webm"])
def test_a_jump_beyond_the_longest_clip_is_named_too(tmp_path: Path, name: str) -> None:
    codec = "libvpx-vp9" if name.endswith("webm") else "libx264"
    times = [*range(30), *range(25 * 3600, 25 * 3600 + 30)]
    path = write_numbered(tmp_path / name, VideoWriter(codec=codec, times=times))
    with pytest.raises(MediaError, match="its clock jumps forward by 35") as refusal:
        decode(path, DecodeOptions())
    assert refusal.value.reason == "clock_jump"


def test_a_pause_in_the_sound_is_no_jump(tmp_path: Path) -> None:
    path = write_slides(tmp_path / "pause.ts", Slides(times=[second / 2 for second in range(80)], sound=40, silence=10))
    assert decode(path, DecodeOptions()).duration == pytest.approx(40, abs=0.3)


def test_half_a_show_of_slides_is_still_half(tmp_path: Path) -> None:
    for name in ("slides.mkv", "slides.mp4"):
        path = write_slides(tmp_path / name, Slides(sound=60))
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(MediaError) as refusal:
            decode(path, DecodeOptions())
        assert refusal.value.reason == "truncated"


def test_slow_pictures_and_long_clips_are_no_jumps(tmp_path: Path) -> None:
    path = write_slides(tmp_path / "slow.mkv", Slides(times=(0, 20, 40), last=20))
    assert times(path) == [0, 20, 40]
    with pytest.raises(MediaError) as refusal:
        decode(write_slides(tmp_path / "long.mp4", Slides(times=(0, 700))), DecodeOptions(limits=Limits()))
    assert refusal.value.reason == "too_long"
    assert np.allclose(decode(path, DecodeOptions()).duration, 60, atol=0.1)
