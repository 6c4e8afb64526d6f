"""What a recogniser hears lies where it is heard in the clip."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from videos import number_picture

from ingest.decoding.decode import DecodeOptions, decode
from ingest.decoding.sound import RATE, _ClipSound


def write(path: Path, pictures_from: float, sound_from: float, damaged: int = -1) -> None:
    """A second of pictures, ten a second, and a second of a tone, on one clock, with one packet of it damaged."""
    with av.open(str(path), "w", format="matroska") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 160, 96, "yuv420p"
        sound = container.add_stream("aac", rate=RATE)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(number_picture(number, (160, 96), 50), format="rgb24")
            frame.pts, frame.time_base = number + round(10 * pictures_from), Fraction(1, 10)
            container.mux(video.encode(frame))
        tone = np.round(14_000 * np.sin(np.arange(RATE) / 6)).astype(np.int16)
        heard = av.AudioFrame.from_ndarray(tone[None], format="s16", layout="mono")
        heard.sample_rate = RATE
        heard.pts, heard.time_base = round(RATE * sound_from), Fraction(1, RATE)
        for place, part in enumerate([*sound.encode(heard), *sound.encode(None)]):
            container.mux(_noise(part) if place == damaged else part)
        container.mux(video.encode(None))


def _noise(packet: av.Packet[av.stream.Stream]) -> av.Packet[av.stream.Stream]:
    noise = av.Packet(b"\xff" * 64)
    noise.stream, noise.time_base, noise.duration = packet.stream, packet.time_base, packet.duration
    noise.pts, noise.dts = packet.pts, packet.dts
    return noise


@pytest.mark.parametrize(
    ("pictures_from", "sound_from", "silent", "lasts"),
    [(0.0, 0.0, 0.0, 1.0), (0.0, 0.6, 0.6, 1.6), (0.6, 0.0, 0.0, 0.4), (0.5, 1.0, 0.5, 1.5)],
)
def test_sound_begins_with_the_first_picture(
    tmp_path: Path, pictures_from: float, sound_from: float, silent: float, lasts: float
) -> None:
    path = tmp_path / "clip.mkv"
    write(path, pictures_from, sound_from)
    numbers = np.frombuffer(decode(path, DecodeOptions(frames=2, sound=True)).sound, dtype="<i2")
    loud = np.flatnonzero(np.abs(numbers.astype(int)) > 2_000)
    assert loud[0] / RATE == pytest.approx(silent, abs=0.15)
    assert len(numbers) / RATE == pytest.approx(lasts, abs=0.2)


def test_a_damaged_packet_of_sound_costs_what_is_in_it(tmp_path: Path) -> None:
    write(tmp_path / "clip.mkv", 0.0, 0.0, damaged=4)
    numbers = np.frombuffer(decode(tmp_path / "clip.mkv", DecodeOptions(frames=2, sound=True)).sound, dtype="<i2")
    assert len(numbers) / RATE == pytest.approx(1.0, abs=0.2)
    assert np.abs(numbers[round(0.7 * RATE) : round(0.9 * RATE)].astype(int)).max() > 2_000


def test_sound_that_changes_its_form_is_heard_to_its_end() -> None:
    """As where a recording goes from a film to advertisements."""
    half = np.full(RATE // 2, 0.5)
    heard = _ClipSound(0.0, 10 * RATE)
    for place, (form, layout, rate) in enumerate([("s16", "mono", RATE), ("fltp", "stereo", 2 * RATE)] * 2):
        samples = np.repeat(half, rate // RATE)
        written = np.stack([samples] * (1 if layout == "mono" else 2))
        numbers = (written * 32_768).astype(np.int16) if form == "s16" else written.astype(np.float32)
        frame = av.AudioFrame.from_ndarray(numbers, format=form, layout=layout)
        frame.sample_rate = rate
        frame.pts, frame.time_base = place * rate // 2, Fraction(1, rate)
        heard.take(frame)
    kept = np.frombuffer(heard.numbers(), dtype="<i2").astype(int)
    assert len(kept) / RATE == pytest.approx(2.0, abs=0.02)
    assert np.median(kept) == pytest.approx(16_384, abs=400)
