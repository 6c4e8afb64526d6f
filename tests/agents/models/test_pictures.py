"""Pictures that may be anybody's are read as one of a few kinds, whatever they are called."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PIL import Image

from agents.models.base import FrameReference
from agents.models.pictures import picture_size, read_picture, read_picture_bytes
from vectorstore.foreign.pictures import PICTURE_KINDS
from vectorstore.foundation.errors import MediaError

POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 8 8\n%%EndComments\nshowpage\n"
PIXELS = b"P6 2 2 255\n" + bytes(12)


def stored(path: Path) -> FrameReference:
    return FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path)


@pytest.mark.parametrize("content", [POSTSCRIPT, PIXELS])
def test_no_program_is_run_for_a_picture(tmp_path: Path, content: bytes) -> None:
    """Pillow goes by what a file begins with, and has Ghostscript run PostScript."""
    (tmp_path / "a.jpg").write_bytes(content)
    for read in (picture_size, read_picture, read_picture_bytes):
        with pytest.raises(MediaError, match="cannot be read"):
            read(stored(tmp_path / "a.jpg"))


@pytest.mark.parametrize("kind", PICTURE_KINDS)
def test_kinds_that_servers_take_are_read(tmp_path: Path, kind: str) -> None:
    Image.new("RGB", (8, 6), "red").save(tmp_path / "a.jpg", kind)
    frame = stored(tmp_path / "a.jpg")
    assert picture_size(frame) == read_picture(frame).size == (8, 6)
    assert read_picture_bytes(frame) == (tmp_path / "a.jpg").read_bytes()
