"""A real server: the reference model behind ``transformers serve`` answers as it does in this process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
from tiny_models import PictureMaker

from agents.models.base import Answer, Ask, Choice, Model, ModelOptions, Stimulus
from agents.models.local.transformers import TransformersModel
from agents.models.local.weights import load_weights
from agents.models.served.openai import load
from agents.models.served.reading import ServerAnswer
from vectorstore.foundation.errors import ModelError

FOLDER = Path(__file__).parents[4] / "valuespectrum" / "reference" / "weights" / "vlm"
SERVE = """
import io, sys
from vectorstore.foundation.torch_setup import prepare_torch
prepare_torch(threads=1)
import numpy, torch
from PIL import Image
from torchvision.io import image
try:
    image._assert_has_image_ops()
except RuntimeError:  # a torchvision for CUDA beside a torch for CPU: its picture reader cannot load, Pillow's can
    import torchvision
    def decode_image(content, mode=None, apply_exif_orientation=True):
        picture = Image.open(io.BytesIO(content.numpy().tobytes())).convert("RGB")
        return torch.from_numpy(numpy.array(picture)).permute(2, 0, 1)
    torchvision.io.decode_image = decode_image
sys.argv[0] = "transformers"
from transformers.cli.transformers import app
app()
"""
STARTS = 90.0
"""Seconds the server may take to come up."""

pytestmark = pytest.mark.skipif(
    not all(find_spec(name) for name in ("fastapi", "uvicorn", "accelerate", "openai")),
    reason="needs the extra serve-test",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Base URL of ``transformers serve`` with the reference model."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log"
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--dtype", "float32"]
    command = [sys.executable, "-c", SERVE, "serve", str(FOLDER), *options]
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[4]),
        "HF_HUB_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
    }
    with log.open("wb") as written:
        process = subprocess.Popen(command, env=environment, stdout=written, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + STARTS
        while not _up(port):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text(errors="replace")[-2000:]
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def asks(make_picture: PictureMaker) -> list[Ask]:
    """The like question in two orders about four pictures, with and without a persona, and descriptions."""
    choices = {word: Choice(word, (word, word.capitalize(), word.upper())) for word in ("yes", "no")}
    made = []
    for seed in range(4):
        stimulus = Stimulus((make_picture(seed, 144, 256),))
        for first, second in (("yes", "no"), ("no", "yes")):
            question = f"Do you like the content of this picture? Answer with one word, {first} or {second}."
            for persona in ("", "You value security above all."):
                made.append(Ask(stimulus, question, (choices[first], choices[second]), persona))
        made.append(Ask(stimulus, "Describe this picture in one sentence.", max_tokens=30))
    return made


def answers_of(model: Model, asks: list[Ask]) -> list[Answer]:
    """Scored asks first, then descriptions."""
    scored, free = [ask for ask in asks if ask.choices], [ask for ask in asks if not ask.choices]
    return [*model.score(scored), *model.generate(free)]


@pytest.mark.parametrize("respondent", ["", "cedar"])
def test_served_and_in_process_answers_are_the_same(server: str, asks: list[Ask], respondent: str) -> None:
    """Without a name the chat template takes the default respondent on both sides."""
    variable = f"&respondent={respondent}" if respondent else ""
    served = load(f"{FOLDER}@{server}?scoring=text&concurrency=2&attempts=1{variable}", ModelOptions())
    loaded = load_weights(str(FOLDER), ModelOptions())
    variables = {"respondent": respondent} if respondent else {}
    local = TransformersModel(loaded.model, loaded.processor, loaded.id, ModelOptions(engine="naive"), variables)
    here, there = answers_of(local, asks), answers_of(served, asks)
    assert [answer.error for answer in there] == [""] * len(asks)
    assert [answer.tokens for answer in there] == [answer.tokens for answer in here]
    assert [answer.parsed for answer in there] == [answer.parsed for answer in here]
    assert [answer.text for answer in there] == [answer.text for answer in here]
    assert {answer.parsed for answer in here} & {"yes", "no"} and len({answer.text for answer in here}) > 2


def test_without_log_probabilities_samples_are_drawn_one_by_one(server: str, asks: list[Ask]) -> None:
    model = load(f"{FOLDER}@{server}?samples=2&attempts=1", ModelOptions())
    (answer,) = model.score(asks[:1])
    assert isinstance(answer, ServerAnswer)
    assert model.settings["choices"].startswith("2 samples")
    assert sum(answer.counts.values()) == 2


def test_an_unknown_model_is_named(server: str) -> None:
    with pytest.raises(ModelError, match="Server is pinned to"):
        load(f"no-such-model@{server}", ModelOptions())
