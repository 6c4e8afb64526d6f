"""What a model cannot be asked ends in one clear line and exit code 2, and loses nothing that was answered."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_cli_asking import bench, corpus, server  # noqa: F401

import agents.models.pictures
from agents.answers.store import AnswerStore
from valuespectrum.cli import main
from valuespectrum.reference.models import FOLDER

sys.path.append(str(Path(__file__).parents[2] / "agents"))
import fault_server
from fault_server import FaultServer

Bench = Callable[..., tuple[int, dict[str, Any], str]]
ROOT, HERE = Path(__file__).parents[3], Path(__file__).parents[1]
FULL = """
import resource, sys; sys.path[:0] = {paths!r}
import cli_world, ingest.embedding.base
ingest.embedding.base.load_embedder = lambda spec, threads=None: cli_world.ColourEmbedder()
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
from valuespectrum.cli import main
main()
"""


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A copy of a small real model, to be damaged."""
    return Path(shutil.copytree(FOLDER, tmp_path / "weights"))


def refusal(answer: tuple[int, dict[str, Any], str], kind: str) -> str:
    """The one line of a refusal, with its hint."""
    code, document, told = answer
    assert "Traceback" not in told
    assert code == 2, document
    error = document["error"]
    assert error["kind"] == kind, error
    assert error["message"] and "\n" not in error["message"] and len(error["message"]) < 400
    return f"{error['message']} ({error['hint']})"


def _text_model(folder: Path) -> None:
    config = {"model_type": "llama", "hidden_size": 8, "num_attention_heads": 2, "vocab_size": 8}
    (folder / "config.json").write_text(json.dumps(config))


def _picture_classifier(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "vit"}))


def _no_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def _half_the_weights(folder: Path) -> None:
    content = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_text_model, "not an image-text-to-text model (name a vision-language model)"),
        (_picture_classifier, "not an image-text-to-text model (name a vision-language model)"),
        (_no_template, "has no chat template (use an instruction-tuned model)"),
        (_half_the_weights, "are all files complete?"),
    ],
)
def test_a_model_of_another_kind(bench: Bench, weights: Path, damage: Callable[[Path], None], words: str) -> None:  # noqa: F811
    damage(weights)
    assert words in refusal(bench(f"hf:{weights}"), "model")


def test_a_persona_longer_than_the_context(bench: Bench, weights: Path, tmp_path: Path) -> None:  # noqa: F811
    trait = "I never get tired of telling everybody how much order in all things matters to me, and why. " * 5
    personas = tmp_path / "personas.yaml"
    entry = {"id": "talker", "name": "Talker", "traits": [f"{trait}{number}" for number in range(50)]}
    personas.write_text(yaml.safe_dump({"personas": [{**entry, "target": {"security": 1}}]}))
    answer = bench(f"hf:{weights}", "--personas", personas, "--placebos", "0")
    line = refusal(answer, "model")
    assert "every ask to hf:weights@" in line and "as talker failed: prompt of" in line
    assert "do not fit the model's context of 4096" in line and "all other answers are scored in" in line
    assert "as talker failed" in answer[2]
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    (row,) = scores["failures"]
    assert (row["persona"], row["failed"]) == ("talker", row["asks"])
    assert scores["n_answered"] == row["asks"]


def test_a_picture_larger_than_the_limit(
    bench: Bench,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    server: FaultServer,  # noqa: F811
) -> None:
    monkeypatch.setattr(agents.models.pictures, "MAXIMUM_PIXELS", 64 * 112 - 1)
    line = refusal(bench(f"openai:toy-1@{server.url}"), "model")
    assert "every ask to" in line and "64x112 pixels" in line and "7,167" in line


def test_a_server_that_takes_no_such_pictures(
    bench: Bench,  # noqa: F811
    server: FaultServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = "the picture is larger than the model's limit"
    monkeypatch.setitem(fault_server.FAULTS, "too large", lambda handler, body: handler.error(413, refused))
    with_pictures = lambda: "too large" if "image_url" in json.dumps(server.seen.bodies[-1]) else ""  # noqa: E731
    monkeypatch.setattr(server, "fault", with_pictures)
    line = refusal(bench(f"openai:toy-1@{server.url}"), "model")
    assert f"HTTP 413: {refused}" in line


def test_no_frames_to_show(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from vectorstore.corpus import Corpus

    Corpus.create(tmp_path / "corpus").close()
    command = ["bench", "--corpus", tmp_path / "corpus", "--model", "simulated:power=1", "--run", tmp_path / "run"]
    code = main([*map(str, command), "--json"])
    line = refusal((code, json.loads(capfd.readouterr().out), ""), "corpus")
    assert "holds no pictures" in line and "valuespectrum ingest" in line
    assert not (tmp_path / "run").exists()


def test_answers_of_another_schema(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    assert bench("simulated:power=1")[0] == 0
    store = sqlite3.connect(tmp_path / "run" / "answers.sqlite")
    store.execute("PRAGMA user_version = 99")
    store.close()
    assert "answer store of schema 99, this release reads 4" in refusal(bench("simulated:power=1"), "schema")


@pytest.mark.skipif(sys.platform == "win32", reason="limits are set the POSIX way")
def test_a_disk_that_fills_up_while_answers_come(corpus: Path, tmp_path: Path) -> None:  # noqa: F811
    words = ["bench", "--corpus", corpus, "--model", "simulated:power=1", "--run", tmp_path / "run", "--json"]

    def call(most: int) -> tuple[int, dict[str, Any], str]:
        code = FULL.format(paths=[str(HERE), str(ROOT)], most=most)
        done = subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True)
        return done.returncode, json.loads(done.stdout), done.stderr

    line = refusal(call(100_000), "storage")
    assert "answers.sqlite" in line
    with AnswerStore(tmp_path / "run" / "answers.sqlite", read_only=True) as store:
        stored = int(store.table()["answered"].sum())
    code, scores, _ = call(10**9)
    assert code == 0 and scores["n_answered"] == scores["n_planned"] >= stored


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("OPENAI_API_KEY", "VALUESPECTRUM_API_KEY_API_OPENAI_COM"):
        monkeypatch.delenv(name, raising=False)
    yield


@pytest.mark.parametrize(
    ("spec", "kind", "words"),
    [
        ("openai:gpt-4o-mini", "model", "There is no key for api.openai.com (set OPENAI_API_KEY"),
        ("openai:m@http://127.0.0.1:9/v1?attempts=1", "model", "is the server running"),
        ("openai:m@ftp://localhost/v1", "input", "is no base URL"),
        ("openai:m@http://example.org/v1", "input", "plain http"),
        ("openai:m@https://name:word@example.org/v1", "input", "must not hold a user name or password"),
    ],
)
def test_no_key_and_wrong_base_urls(bench: Bench, no_keys: None, spec: str, kind: str, words: str) -> None:  # noqa: F811
    assert words in refusal(bench(spec), kind)


def test_a_server_without_such_a_page_or_model(bench: Bench, server: FaultServer) -> None:  # noqa: F811
    elsewhere = server.url.removesuffix("/v1") + "/other"
    assert "HTTP 404" in refusal(bench(f"openai:toy-1@{elsewhere}"), "model")
    assert "does not exist" in refusal(bench(f"openai:toy-2@{server.url}"), "model")
