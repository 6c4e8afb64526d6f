"""The optional decoder: the same frames as the others where it is installed, a clear line where it is not."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
from test_exact_frames import CASES, Case, check, clip, marked_keyframes, nearest, on_screen, quiet_encoder, spread
from videos import VideoWriter, write_numbered

from ingest.decoding.decode import DecodeOptions, decode, prepare_decoder, recipe
from ingest.decoding.torchcodec_backend import import_torchcodec
from vectorstore.foundation.errors import InputError, MediaError

__all__ = ["clip", "quiet_encoder"]

MAY_BE_REFUSED = ("hidden_", "broadcast", "refresh", "old")
"""Edit lists, MPEG-TS, gradual refresh, files without times: the right frames or none."""


@pytest.fixture(scope="module")
def torchcodec() -> None:
    try:
        import_torchcodec()
    except InputError as error:
        pytest.skip(error.message)


@pytest.mark.usefixtures("torchcodec")
@pytest.mark.parametrize("sampling", ["uniform", "keyframe", "first"])
def test_wanted_frames_come_out(clip: tuple[Path, Case], sampling: str) -> None:
    path, case = clip
    options = DecodeOptions(decoder="torchcodec", sampling=sampling, first_seconds=0.8)
    moments = spread(case, 0.8 if sampling == "first" else 1000, 8)
    keys = marked_keyframes(path, case)
    expected = nearest(keys, moments) if sampling == "keyframe" and keys else on_screen(case, moments)
    try:
        check(path, case, options, expected)
    except MediaError as error:
        assert error.reason in ("decode_error", "unsupported_container")
        assert path.name.startswith(MAY_BE_REFUSED)
    else:
        assert not path.name.startswith("old")


@pytest.mark.usefixtures("torchcodec")
@pytest.mark.parametrize("name", ["closed.mp4", "turned_90.mp4", "turned_180.mp4", "turned_270.mp4", "grey.mp4"])
def test_pictures_and_rotation_are_those_of_pyav(tmp_path: Path, name: str) -> None:
    path = write_numbered(tmp_path / name, CASES[name].how)
    ours, theirs = (decode(path, DecodeOptions(decoder=decoder)) for decoder in ("pyav", "torchcodec"))
    assert ours.rotation == theirs.rotation
    for one, other in zip(ours.frames, theirs.frames, strict=True):
        assert np.abs(np.asarray(one.picture, dtype=float) - np.asarray(other.picture, dtype=float)).mean() < 6


def test_a_missing_library_is_said_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_numbered(tmp_path / "clip.mp4", VideoWriter(frames=2))
    options = DecodeOptions(decoder="torchcodec")
    monkeypatch.setitem(sys.modules, "torchcodec.decoders", None)
    with pytest.raises(InputError, match="not installed") as error:
        decode(path, options)
    assert "valuespectrum[video]" in error.value.hint

    def broken(name: str) -> None:
        raise RuntimeError("Could not load libtorchcodec")

    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(InputError, match="does not load") as error:
        decode(path, options)
    assert "FFmpeg" in error.value.hint


def test_recipes_and_workers_ask_for_it_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchcodec.decoders", None)
    for ask in (recipe, prepare_decoder):
        try:
            ask(DecodeOptions(decoder="torchcodec"))
        except InputError as error:
            assert "not installed" in error.message
