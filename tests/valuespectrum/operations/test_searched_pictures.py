"""What somebody looks for: pictures are read as those of clips are and nothing else is, and blanks are no words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import EpsImagePlugin, Image

from valuespectrum.operations.corpora.search import _read_picture, search
from vectorstore.foundation.errors import InputError


def test_transparent_parts_are_black_and_grey_is_grey(tmp_path: Path) -> None:
    cut_out = Image.new("RGBA", (2, 2), (250, 0, 0, 0))
    cut_out.putpixel((0, 0), (10, 20, 30, 255))
    cut_out.save(tmp_path / "cut_out.png")
    cut_out.save(tmp_path / "cut_out.webp", lossless=True, exact=True)
    for name in ("cut_out.png", "cut_out.webp"):
        read = _read_picture(tmp_path / name)
        assert (read.mode, read.getpixel((0, 0)), read.getpixel((1, 1))) == ("RGB", (10, 20, 30), (0, 0, 0)), name
    Image.new("I;16", (2, 2), 257 * 100).save(tmp_path / "grey.png")
    assert _read_picture(tmp_path / "grey.png").getpixel((1, 1)) == (100, 100, 100)
    Image.new("L", (2, 2), 100).save(tmp_path / "plain.png")
    assert _read_picture(tmp_path / "plain.png").getpixel((1, 1)) == (100, 100, 100)


def test_blanks_are_no_words(tmp_path: Path) -> None:
    for blanks in (" ", "\t\n", "\u3000"):
        with pytest.raises(InputError, match="only blanks"):
            search(tmp_path, blanks)


def test_nothing_is_run_as_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *_, **__: pytest.fail("PostScript was run"))
    photo = tmp_path / "photo.jpg"
    photo.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    with pytest.raises(InputError, match="no picture that can be read: cannot identify"):
        _read_picture(photo)
