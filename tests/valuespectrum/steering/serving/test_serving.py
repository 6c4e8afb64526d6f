"""What is exported for servers comes back as it works here."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.models.steering.edits import Add, Edit, EditMlp
from agents.models.steering.files import write_intervention
from agents.models.steering.gates import Gate, WordScorer
from agents.models.steering.intervention import About, Intervention
from agents.models.steering.positions import LAST
from valuespectrum.cli import main
from valuespectrum.steering.serving.control_vector import steering_spec
from vectorstore.foundation.random_streams import stream

ABOUT = About("test", "security", "hf:small@01")


def drawn(name: str) -> Any:
    return stream(5, name).standard_normal(7).astype(np.float32)


def written(folder: Path, edits: Sequence[Edit], **options: Any) -> Path:
    path = folder / "security.steer"
    write_intervention(Intervention(tuple(edits), ABOUT, **options), path)
    return path


def read_gguf(content: bytes) -> tuple[dict[str, object], dict[str, Any]]:
    """Read GGUF 3 as its specification has it; a reader that shares nothing with our writer."""
    place = 0

    def take(form: str) -> Any:
        nonlocal place
        found = struct.unpack_from(f"<{form}", content, place)
        place += struct.calcsize(f"<{form}")
        return found[0]

    def text() -> str:
        nonlocal place
        length = take("Q")
        place += length
        return content[place - length : place].decode()

    assert (content[:4], struct.unpack_from("<I", content, 4)[0]) == (b"GGUF", 3)
    place = 8
    tensors, facts = take("Q"), take("Q")
    read = {4: lambda: take("I"), 5: lambda: take("i"), 8: text}
    metadata = {text(): read[take("I")]() for _ in range(facts)}
    told = [(text(), [take("Q") for _ in range(take("I"))], take("I"), take("Q")) for _ in range(tensors)]
    start = place + -place % 32
    assert all(kind == 0 and offset % 32 == 0 for _, _, kind, offset in told)
    return metadata, {name: np.frombuffer(content, "<f4", shape[0], start + offset) for name, shape, _, offset in told}


def test_a_control_vector_holds_what_is_added_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edits = Add(2, drawn("a")), Add(5, drawn("b"), strength=2.0), Add(2, drawn("c"), strength=-1.0)
    file, out, asked = written(tmp_path, edits), tmp_path / "security.gguf", tmp_path / "security.json"
    words = [
        "steer",
        "export",
        f"{file}:strength=0.5",
        "--out",
        str(out),
        "--request",
        str(asked),
        "--at",
        "/srv/s.gguf",
    ]
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    metadata, found = read_gguf(out.read_bytes())
    assert metadata == {
        "general.architecture": "controlvector",
        "controlvector.model_hint": "small",
        "controlvector.layer_count": 2,
    }
    assert np.allclose(found["direction.2"], 0.5 * (drawn("a") - drawn("c")), atol=1e-7)
    assert np.allclose(found["direction.5"], drawn("b"), atol=1e-7)
    assert document["blocks"] == {
        name[10:]: pytest.approx(np.linalg.norm(part), abs=1e-5) for name, part in found.items()
    }
    told = json.loads(asked.read_text())
    assert (told["steer_vector_local_path"], told["scale"], told["target_layers"]) == ("/srv/s.gguf", 1.0, [2, 5])
    assert main([*words, "--json"]) == 2
    assert "there already" in json.loads(capsys.readouterr().out)["error"]["message"]


@pytest.mark.parametrize(
    ("edits", "options", "problem"),
    [
        ((Add(1, drawn("a"), LAST),), {}, "add (positions last, phase both, block 1) cannot be served"),
        ((Add(1, drawn("a"), phase="decode"),), {}, "phase decode"),
        ((EditMlp(0, np.array([1]), 2.0),), {}, "edit_mlp"),
        ((Add(1, drawn("a")),), {"gate": Gate(WordScorer(("a",), np.ones(1, np.float32)), 0.5)}, "has a gate"),
    ],
)
def test_what_servers_cannot_do_is_refused(
    edits: tuple[Edit, ...], options: Any, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = written(tmp_path, edits, **options), tmp_path / "out.gguf"
    assert main(["steer", "export", str(file), "--out", str(out), "--json"]) == 2
    assert problem in json.loads(capsys.readouterr().out)["error"]["message"] and not out.exists()


def test_a_request_for_servers_that_read_steering(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, asked = written(tmp_path, (Add(5, drawn("a")), Add(2, drawn("b")))), tmp_path / "security.json"
    words = ["steer", "export", str(file), "--out", str(tmp_path / "out.gguf")]
    assert main([*words, "--form", "spec", "--json"]) == 2
    assert "--form means nothing without --request" in json.loads(capsys.readouterr().out)["error"]["message"]
    assert main([*words, "--request", str(asked), "--at", "/srv/s.gguf", "--form", "spec"]) == 0
    assert f"?steering={asked}&steering_field=steering" in "".join(capsys.readouterr().out.split("\n"))
    (vector,) = json.loads(asked.read_text())["vectors"]
    assert (vector["source"], vector["layers"], vector["scale"]) == ("/srv/s.gguf", [2, 5], 1.0)
    assert vector["apply"] == {"prompt": "all", "generation": "all"}
    other = Intervention((Add(5, drawn("c")), Add(2, drawn("b"))), ABOUT)
    assert steering_spec(other, "/srv/s.gguf")["vectors"][0]["name"] != vector["name"], "answers would be taken for its"


@pytest.mark.parametrize("block", [0, 1])
def test_it_is_said_who_refuses_a_vector_of_the_first_block(
    block: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """llama.cpp gives up the file at ``direction.0``: nothing of it would steer."""
    file = written(tmp_path, (Add(block, drawn("a")), Add(2, drawn("b"))))
    assert main(["steer", "export", str(file), "--out", str(tmp_path / "out.gguf")]) == 0
    shown = capsys.readouterr()
    assert ("llama.cpp refuses the whole file" in shown.out + shown.err) == (block == 0)
    assert "counts from" not in shown.out + shown.err, "its block 1 is ours: nothing is to be shifted"


def test_the_request_does_not_take_the_place_of_the_vector(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = written(tmp_path, (Add(1, drawn("a")),)), tmp_path / "out"
    words = ["steer", "export", str(file), "--out", str(out), "--request", str(tmp_path / "." / "out"), "--json"]
    assert main(words) == 2
    assert "name two files" in json.loads(capsys.readouterr().out)["error"]["hint"] and not out.exists()


def test_an_export_that_was_killed_between_its_files_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out, asked = written(tmp_path, (Add(1, drawn("a")),)), tmp_path / "out.gguf", tmp_path / "out.json"
    whole = ["steer", "export", str(file), "--out", str(out), "--request", str(asked), "--json"]
    assert main(whole) == 0
    vector, request = out.read_bytes(), asked.read_bytes()
    asked.unlink()
    assert main(whole) == 0 and (out.read_bytes(), asked.read_bytes()) == (vector, request)
    asked.unlink()
    capsys.readouterr()
    for other in ([*whole[:2], f"{file}:strength=2", *whole[3:]], [*whole[:5], "--json"]):
        assert main(other) == 2
        assert "there already" in json.loads(capsys.readouterr().out)["error"]["message"]
    assert out.read_bytes() == vector and not asked.exists(), "a file with anything else in it stays"


def test_numbers_without_end_are_not_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A server would add them, and answer by nothing but that."""
    file, out = written(tmp_path, (Add(1, drawn("a")),)), tmp_path / "out.gguf"
    assert main(["steer", "export", f"{file}:strength=1e39", "--out", str(out), "--json"]) == 2
    assert "block 1: strength 1e+39" in json.loads(capsys.readouterr().out)["error"]["message"] and not out.exists()


def test_words_are_said_and_not_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words, out = tmp_path / "power.json", tmp_path / "out.gguf"
    assert main(["steer", "words", "--value", "power", "--out", str(words)]) == 0
    capsys.readouterr()
    assert main(["steer", "export", str(words), "--out", str(out), "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert "in words" in error["message"] and f"--steer {words}" in error["hint"] and not out.exists()
