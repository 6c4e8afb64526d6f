"""What a file names is taken from this disk or refused in one line; what a user names may be fetched."""

from __future__ import annotations

import ast
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hub_watch import hub_that_nobody_reaches
from huggingface_hub import constants
from hypothesis import given
from hypothesis import strategies as st
from installed_packages import install
from language_models import write_language_model

from agents.models.steering.edits import Add
from agents.models.steering.files import read_intervention, write_intervention
from agents.models.steering.gates import Gate
from agents.models.steering.intervention import About, Intervention
from ingest.embedding.base import EMBEDDERS
from ingest.embedding.embedder_names import how_to_fetch
from ingest.engines.ray_worker import EmbeddingWorker
from valuespectrum.instruments.decisions.network.encoders import load_encoder
from valuespectrum.instruments.decisions.network.saved import own_network, save_network
from valuespectrum.instruments.decisions.shown import DecisionsShown, ShownDecisionsOptions
from valuespectrum.operations.shared.loading import chosen_encoder, corpus_embedder
from valuespectrum.steering.gating import encoded
from valuespectrum.steering.gating.encoded import NamedEncoder, NearnessScorer
from vectorstore.foundation.errors import EmbedderError

HERE, ELSEWHERE = "text:nobody/small", "text:nobody/nothing-of-the-kind"
SPECS = [
    ELSEWHERE,
    "hf:nobody/nothing-of-the-kind",
    "hf:nobody/nothing-of-the-kind@v1",
    "open_clip:ViT-B-32/laion2b_s34b_b79k",
]


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[object]]:
    """Hosts that somebody wants to reach; nobody does. The hub may be asked, and nothing was fetched before."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    hosts = hub_that_nobody_reaches(monkeypatch)
    forget()
    yield hosts
    forget()


def forget() -> None:
    """As a new process does."""
    load_encoder.cache_clear()
    encoded._vector.cache_clear()


def keep(name: str, cache: Path) -> Path:
    """Put a small model where one that was fetched would lie."""
    commit, repository = "0" * 40, cache / f"models--nobody--{name}"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(commit)
    return write_language_model(repository / "snapshots" / commit)


def file(folder: Path, encoder: NamedEncoder, width: int = 8) -> Path:
    path = folder / "gated.steer"
    gate = Gate(NearnessScorer(encoder, np.ones((1, width), np.float32)), 0.5)
    about = About("test", "security", "hf:small@01")
    write_intervention(Intervention((Add(1, np.ones(4, np.float32)),), about, gate=gate), path)
    return path


def check(path: Path) -> None:
    gate = read_intervention(path).gate
    assert gate
    gate.check()


@pytest.mark.parametrize("spec", SPECS)
def test_a_gate_of_a_stranger_has_nothing_fetched(spec: str, tmp_path: Path, asked: list[object]) -> None:
    path = file(tmp_path, NamedEncoder(spec, "any/weights-01"))
    with pytest.raises(EmbedderError, match="is not on this disk, and what a file names is never fetched") as refused:
        check(path)
    assert refused.value.message.startswith(f"the encoder {spec!r}, which the gate names,")
    assert "\n" not in refused.value.message and refused.value.hint == how_to_fetch(spec) != ""
    assert asked == []
    # The same name, typed by a user, is asked for: nothing but the file stood in the way.
    with pytest.raises(EmbedderError):
        NamedEncoder.load(spec)
    assert asked


def test_what_was_fetched_before_is_used(tmp_path: Path, asked: list[object]) -> None:
    kept = keep("small", tmp_path / "hub")
    same = load_encoder(f"text:{write_language_model(tmp_path / 'small')}")
    path = file(tmp_path, NamedEncoder(HERE, same.id))
    check(path)
    assert asked == []
    shutil.rmtree(kept)
    forget()
    with pytest.raises(EmbedderError, match="is not on this disk"):
        check(path)
    assert asked == []


def test_a_folder_and_what_a_user_named_are_used(tmp_path: Path, asked: list[object]) -> None:
    here = f"text:{write_language_model(tmp_path / 'small')}"
    made = NamedEncoder.load(here)
    assert made.by_user and made.vector("open the trunk").shape == (8,)
    path = file(tmp_path, made)
    forget()
    check(path)
    gate = read_intervention(path).gate
    assert gate and isinstance(gate.scorer, NearnessScorer) and not gate.scorer.encoder.by_user
    assert asked == []


@pytest.mark.parametrize("spec", SPECS)
def test_networks_of_a_stranger_have_nothing_fetched(spec: str, tmp_path: Path, asked: list[object]) -> None:
    own = own_network()
    save_network(tmp_path / "networks", replace(own, manifest=replace(own.manifest, written_as=spec)))
    instrument = DecisionsShown(ShownDecisionsOptions(str(tmp_path / "networks")))
    setting: Any = SimpleNamespace(pictures=object(), showing=object(), rows=(), respondents=())
    with pytest.raises(EmbedderError, match="which the manifest of the networks names, is not on this disk"):
        list(instrument.procedures(setting))
    assert asked == []


class Corpus:
    """Of somebody who says that it was made by an embedder."""

    folder = Path("clips")

    def __init__(self, spec: str) -> None:
        self._spec = spec

    def default_embedder(self) -> str:
        return "any"

    def embedders(self) -> list[Any]:
        return [SimpleNamespace(spec=self._spec, embedder_id="any")]


@pytest.mark.parametrize("spec", SPECS[1:])
def test_a_corpus_of_a_stranger_has_nothing_fetched(spec: str, asked: list[object]) -> None:
    corpus: Any = Corpus(spec)
    with pytest.raises(EmbedderError, match="which the corpus clips names, is not on this disk") as refused:
        corpus_embedder(corpus)
    assert "\n" not in refused.value.message and refused.value.hint
    with (
        pytest.raises(EmbedderError, match="is not on this disk"),
        chosen_encoder(spec, "fp32", "local", None, "the corpus clips"),
    ):
        raise AssertionError("an embedder was there")
    worker = EmbeddingWorker(
        "ingest.embedding.base:load_embedder", spec, "fp32", None, str(Path.cwd()), "the corpus clips"
    )
    with pytest.raises(EmbedderError, match="is not on this disk"):
        worker.describe()
    assert asked == []
    with pytest.raises(EmbedderError):
        corpus_embedder(corpus, spec)
    assert asked


OTHERS = """
import socket

def connect():
    with socket.socket() as made:
        made.connect(("127.0.0.1", 9))

class Far:
    spec, id, dimension = "", "far/1", 3

    def texts(self, texts):
        connect()

    images = texts

def early(reference):
    connect()

def late(reference):
    return Far()
"""


@pytest.mark.parametrize("kind", ["early", "late"])
def test_an_embedder_of_another_package_connects_to_nothing(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = {EMBEDDERS.group: {kind: f"far_embedders:{kind}"}}
    install(monkeypatch, tmp_path / "far", "far_embedders", OTHERS, points)
    monkeypatch.delitem(sys.modules, "far_embedders", raising=False)
    with pytest.raises(EmbedderError, match=f"the encoder '{kind}:here', which the gate names, is not on this disk"):
        check(file(tmp_path, NamedEncoder(f"{kind}:here", "far/1, pieces of 8 words")))


@given(st.text(max_size=30), st.sampled_from(["hf", "text", "open_clip", "other"]))
def test_what_somebody_wrote_is_no_more_than_a_name_to_a_shell(written: str, scheme: str) -> None:
    hint = how_to_fetch(f"{scheme}:{written}")
    if not hint:
        return
    assert scheme != "other"
    assert hint.isprintable()
    told, line = hint.split(": ", 1)
    words = shlex.split(line, comments=True)
    assert told == "if you trust it"
    if scheme == "open_clip":
        assert words[:2] == ["python", "-c"] and len(words) == 3
        code = ast.parse(words[2])
        names = [node.value for node in ast.walk(code) if isinstance(node, ast.Constant)]
        assert len(code.body) == 3 and "/".join(str(name) for name in names[:2]) == written
    else:
        name, _, revision = written.partition("@")
        assert words == ["hf", "download", name, *(["--revision", revision] if revision else [])]
        assert not name.startswith("-") and not revision.startswith("-")


def test_lines_that_fetch_are_told() -> None:
    assert how_to_fetch("text:t5-base") == "if you trust it: hf download t5-base"
    assert "open_clip.create_model('ViT-B-32', 'openai')" in how_to_fetch("open_clip:ViT-B-32/openai")
    for strange in ("hf:a/b/c", "hf:-a/b", "hf:a/b@--force", "open_clip:A/b');x('", "hf:", "far:a/b", "hf:a/b@$(x)"):
        assert how_to_fetch(strange) == ""
