"""What earlier releases made, copied to where a test may change it; ``tests/fixtures`` says how it came about.

The reference weights of those releases are not kept: the reference models and the embedder of today are others, with
other ids. What they said is kept, and stands in for them here (``earlier_weights``), so that nothing is skipped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL.Image import Image

from agents.browsing.log import read_log
from agents.browsing.recorded import RecordedModel
from agents.models.base import Answer, Ask, Model, ModelOptions, Stimulus

RELEASE = Path(__file__).parent / "fixtures" / "release_0_1"


def recorded(name: str) -> Any:
    """A document that was written down when the fixtures were made."""
    return json.loads((RELEASE / "recorded" / f"{name}.json").read_text(encoding="utf-8"))


def copy(name: str, folder: Path) -> Path:
    """A copy of a part of the fixtures in a folder of a test, as private as its maker left it."""
    target = folder / name
    shutil.copytree(RELEASE / name, target)
    target.chmod(0o700)
    return target


@cache
def words() -> tuple[str, Mapping[str, NDArray[np.float32]]]:
    """Id of the embedder, and the vectors that it gave to words (``fixtures/make_words.py``)."""
    with np.load(RELEASE / "recorded" / "words.npz") as table:
        return str(table["embedder"]), dict(zip(table["words"].tolist(), table["vectors"], strict=True))


class EarlierEmbedder:
    """The reference embedder of the release, as far as it was asked for: it knows the words, and no picture."""

    def __init__(self) -> None:
        self.spec = "reference"
        self.id, self._vectors = words()
        self.dimension = len(next(iter(self._vectors.values())))

    def images(self, pictures: Sequence[Image]) -> NDArray[np.float32]:
        raise AssertionError("the vectors of all pictures are stored")

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vectors[text] for text in texts])


class EarlierModel:
    """A reference model of the release: its name and settings, and the answers that it gave in their order."""

    def __init__(self, model_id: str, settings: Mapping[str, str], answers: Iterable[Answer] = ()) -> None:
        self.id, self.settings, self._answers = model_id, settings, iter(answers)

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for _ in asks:
            yield next(self._answers)

    generate = score


def model_of_run(name: str) -> Model:
    """The model of a run; it is never asked, since all its answers are stored."""
    manifest = json.loads((RELEASE / "runs" / name / "run.json").read_text(encoding="utf-8"))
    ((model_id, settings),) = manifest["settings"]["models"].items()
    return EarlierModel(model_id, settings)


def model_of_log(log: Path) -> Model:
    """The model of a session, which answers what it answered then."""
    contents = read_log(log)
    model_id, settings = str(contents.manifest.model["id"]), cast(Mapping[str, str], contents.manifest.model["params"])
    asked = Ask(Stimulus(), "")
    answers = (RecordedModel(model_id, event).score([asked] * len(event.raw_answer)) for event in contents.events)
    return EarlierModel(model_id, settings, chain.from_iterable(answers))


def earlier_weights(patch: pytest.MonkeyPatch, model: Model | None = None) -> None:
    """Let ``reference`` mean what it meant in the release: the embedder, and a model where one is given."""

    def load_earlier(reference: str, options: ModelOptions) -> Model:
        assert model is not None and not reference
        return model

    patch.setattr("valuespectrum.reference.embedder.load", lambda _: EarlierEmbedder())
    if model is not None:
        patch.setattr("valuespectrum.reference.models.load", load_earlier)
