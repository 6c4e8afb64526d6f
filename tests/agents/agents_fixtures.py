"""Pictures, tiny models and asks shared by the tests of this folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from more_models import MORE_BUILDERS
from PIL import Image
from tiny_models import BUILDERS, FolderMaker, PictureMaker

from agents.models.base import FrameReference


@pytest.fixture(scope="session")
def make_picture(tmp_path_factory: pytest.TempPathFactory) -> PictureMaker:
    """Writes a picture of coarse noise and gives the reference to it."""
    folder = tmp_path_factory.mktemp("pictures")

    def make(seed: int, width: int = 64, height: int = 112) -> FrameReference:
        path = folder / f"{seed}-{width}x{height}.png"
        coarse = np.random.default_rng(seed).integers(0, 255, (7, 4, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST).save(path)
        return FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path)

    return make


@pytest.fixture(scope="session")
def tiny_model_folder(tmp_path_factory: pytest.TempPathFactory) -> FolderMaker:
    """Folder of a tiny model of a family, built once a session."""
    root = tmp_path_factory.mktemp("tiny_models")

    def folder(family: str) -> Path:
        from vectorstore.foundation.torch_setup import prepare_torch

        path = root / family
        if not path.exists():
            prepare_torch(threads=1)
            import torch

            torch.manual_seed(0)  # parameters that builders do not draw themselves must not depend on other tests
            (BUILDERS | MORE_BUILDERS)[family](path)
        return path

    return folder
