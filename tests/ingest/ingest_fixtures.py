"""Real video files, written on the spot, with the number of each frame drawn into it."""

from __future__ import annotations

from pathlib import Path

import pytest
from videos import VideoWriter, write_numbered


@pytest.fixture(scope="session")
def video_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five small good clips of different containers and codecs."""
    folder = tmp_path_factory.mktemp("videos")
    write_numbered(folder / "a.mp4", VideoWriter(hue=10))
    write_numbered(folder / "b.webm", VideoWriter(codec="libvpx-vp9", hue=60))
    write_numbered(folder / "c.mkv", VideoWriter(hue=110))
    write_numbered(folder / "d.mp4", VideoWriter(frames=3, hue=160))
    write_numbered(folder / "below" / "e.mp4", VideoWriter(frames=60, hue=210))
    return folder
