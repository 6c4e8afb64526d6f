"""Where ``ingest`` and ``corpus refresh`` work can be chosen; a wrong choice is one line, and nothing is begun."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from cli_world import ColourEmbedder, write_clip
from PIL.Image import Image

import ingest.embedding.base
from valuespectrum.cli import main
from vectorstore.corpus import Corpus


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--engine", "dask"], "'dask' is not one of 'local', 'ray'"),
        (["--ray-address", "10.0.0.1:6379"], "add --engine ray"),
    ],
)
def test_a_wrong_engine_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    corpus = str(tmp_path / "corpus")
    for verb in (["ingest", str(tmp_path), "--corpus", corpus], ["corpus", "refresh", corpus]):
        assert main([*verb, *words]) == 2
        assert message in capsys.readouterr().err
    assert not (tmp_path / "corpus").exists()


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A corpus of one clip, beside whose file another one lies that is new."""
    monkeypatch.setattr(ingest.embedding.base, "load_embedder", load)
    (tmp_path / "clips").mkdir()
    write_clip(tmp_path / "clips" / "0.mp4", "power", 0)
    assert main(["ingest", str(tmp_path / "clips"), "--corpus", str(tmp_path / "corpus"), "--embedder", "colours"]) == 0
    write_clip(tmp_path / "clips" / "1.mp4", "security", 1)
    capsys.readouterr()
    return tmp_path / "corpus"


def load(spec: str, threads: int | None = None, dtype: str = "fp32") -> ColourEmbedder:
    return Halved() if dtype == "bf16" else ColourEmbedder()


class Halved(ColourEmbedder):
    id = "colours/bfloat16/1"

    def images(self, pictures: Sequence[Image]) -> np.ndarray:
        return np.roll(super().images(pictures), 1, axis=1)


def test_a_missing_ray_is_named_with_the_way_to_get_it(
    tmp_path: Path, corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda name: None)
        new = ["ingest", str(tmp_path), "--corpus", str(tmp_path / "new"), "--embedder", "colours"]
        for verb in (new, ["corpus", "refresh", str(corpus)]):
            assert main([*verb, "--engine", "ray"]) == 2
            complaint = capsys.readouterr().err.splitlines()[-1]
            assert complaint.startswith("error: ") and "pip install 'valuespectrum[ray]'" in complaint
    assert not (tmp_path / "new").exists()
    assert main(["corpus", "refresh", str(corpus), "--engine", "local", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["clips_added"] == 1


def test_a_refresh_works_with_the_engine_that_was_chosen(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.engines import ray as distributed
    from ingest.engines.local import LocalEngine

    asked: list[object] = []

    class Here(LocalEngine):
        def __init__(self, options: distributed.RayOptions) -> None:
            super().__init__(ColourEmbedder(), 1)
            asked.append((options.spec, options.dtype, options.address))

        def __enter__(self) -> Here:
            return self

        def __exit__(self, *_: object) -> None:
            asked.append("closed")

    monkeypatch.setattr(distributed, "RayEngine", Here)
    words = ["--engine", "ray", "--ray-address", "10.0.0.1:6379", "--json"]
    assert main(["corpus", "refresh", str(corpus), *words]) == 0
    assert json.loads(capsys.readouterr().out)["clips_added"] == 1
    assert asked == [("colours", "fp32", "10.0.0.1:6379"), "closed"]


def test_a_corpus_in_another_number_format_is_searched_and_refreshed_in_that_format(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--corpus", str(tmp_path / "halved"), "--embedder", "colours", "--dtype", "bf16"]
    assert main(["ingest", str(tmp_path / "clips" / "0.mp4"), *command]) == 0
    assert main(["ingest", str(tmp_path / "clips"), *command, "--max-items", "1"]) == 0
    assert main(["corpus", "refresh", str(tmp_path / "halved")]) == 0
    with Corpus.open(tmp_path / "halved") as opened:
        assert (len(opened.clips()), opened.embedder_ids()) == (2, [Halved.id])
    for words in (["party"], ["party", "--embedder", "colours"]):
        capsys.readouterr()
        assert main(["corpus", "search", str(tmp_path / "halved"), *words, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["hits"]


def test_more_clips_come_in_with_the_number_format_of_the_corpus(corpus: Path, tmp_path: Path) -> None:
    halved, clips = str(tmp_path / "halved"), tmp_path / "clips"
    first = ["ingest", str(clips / "0.mp4"), "--corpus", halved, "--embedder", "colours", "--dtype", "bf16"]
    assert main(first) == 0
    assert main(["ingest", str(clips), "--corpus", halved]) == 0
    with Corpus.open(halved) as opened:
        assert (len(opened.clips()), opened.embedder_ids()) == (2, [Halved.id])
