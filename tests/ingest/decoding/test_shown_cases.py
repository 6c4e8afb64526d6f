"""Files of others that were once shown wrong, cut short or refused: the right value, where they are here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from looks import combs, read_bars, read_corners

from ingest.decoding.decode import Decoded, DecodeOptions, decode
from vectorstore.foundation.errors import MediaError

CASES = Path(__file__).parents[4] / "shared" / "cases" / "ingest"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the files are not here")


def shown(name: str, sampling: str = "uniform") -> Decoded:
    return decode(CASES / name, DecodeOptions(sampling=sampling))


@pytest.mark.parametrize("name", ["k_pq.mp4", "f_untagged_hd_709.mp4"])
def test_colours(name: str) -> None:
    right = read_bars(shown("pictures/a_709_tv.mp4").frames[0].picture)
    for frame in shown(f"pictures/{name}").frames:
        assert np.abs(read_bars(frame.picture) - right).max() <= 15


def test_corners() -> None:
    plain = ["red", "green", "blue", "white"]
    found = {name: read_corners(shown(f"pictures/{name}.mp4").frames[0].picture) for name in ("plain", "m_hflip")}
    assert found == {"plain": plain, "m_hflip": ["green", "red", "white", "blue"]}
    assert read_corners(shown("pictures/m_rot180.mp4").frames[0].picture) == plain[::-1]
    assert read_corners(shown("pictures/m_rot90.mp4").frames[0].picture) == ["blue", "red", "white", "green"]


def test_transparency_and_fields() -> None:
    for frame in shown("pictures/alpha.webm").frames:
        assert np.asarray(frame.picture)[:20].max() < 12
    assert all(combs(frame.picture) < 1.5 for frame in shown("pictures/inter2.mp4").frames)


@pytest.mark.parametrize("sampling", ["uniform", "keyframe", "scene"])
def test_lengths(sampling: str) -> None:
    slides = shown("times/slides4.mp4", sampling)
    assert slides.duration == pytest.approx(12, abs=0.1) and len(slides.frames) == 4
    assert shown("times/long_subtitle.mkv", sampling).duration == pytest.approx(3, abs=0.1)


def test_containers() -> None:
    for name in ("00001.MTS", "id3_first.ts"):
        assert len(shown(f"containers/{name}").frames) == 8
    for name, words in (("theora.ogv", "Theora.* not supported"), ("anim.gif", "GIF.* not supported")):
        with pytest.raises(MediaError, match=words) as refusal:
            shown(f"containers/{name}")
        assert refusal.value.reason == "unsupported_container"
