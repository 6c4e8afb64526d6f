"""Kinds of gates come with packages; none takes the name of another, and what one gets wrong is said in one line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from forged_interventions import forged
from installed_packages import install

from agents.models.steering.edits import Add
from agents.models.steering.files import read_intervention, write_intervention
from agents.models.steering.gates import GATES, Gate, WordScorer, read_gate
from agents.models.steering.intervention import About, Intervention
from agents.models.steering.written import Arrays, Document
from vectorstore.foundation.errors import InputError

CODE = """
import numpy as np

class Length:
    kind = "length"

    def __init__(self, spared):
        self.spared = np.asarray(spared)

    def __call__(self, question):
        return len(question) - float(self.spared[0])

    def written(self):
        return {"unit": "letters"}, {"spared": self.spared}

def read(document, arrays):
    if document != {"unit": "letters"}:
        raise ValueError("letters are counted")
    return Length(arrays["spared"])

def other(document, arrays):
    return read({"unit": "letters"}, {"spared": [0]})

def none(document, arrays):
    return 7

class Mute:
    kind = "mute"
    said = None

    def __call__(self, question):
        return self.said

    def written(self):
        return {}, {"a": np.ones(2)}

def mute(document, arrays):
    return Mute()

def drunk(document, arrays):
    made = Mute()
    made.kind, made.said = "drunk", float("nan")
    return made
"""
POINTS = {name: f"gates_of_others:{name}" for name in ("other", "none", "mute", "drunk")} | {
    "length": "gates_of_others:read",
    "lost": "no_such_package:read",
}


@dataclass(frozen=True)
class Named:
    """Stands for a scorer when its file is written."""

    kind: str

    def __call__(self, question: str) -> float:
        return 0.0

    def written(self) -> tuple[Document, Arrays]:
        return {"unit": "letters"}, {"spared": np.full(1, 5, np.float32)}


@pytest.fixture(autouse=True)
def packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, tmp_path / "others", "gates_of_others", CODE, {GATES.group: POINTS})
    monkeypatch.delitem(sys.modules, "gates_of_others", raising=False)


def file(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / "gated.steer"
    about = About("test", "security", "hf:small@01")
    write_intervention(Intervention((Add(1, np.ones(4, np.float32)),), about, gate=Gate(Named(kind), 3.0)), path)
    return path


def test_a_kind_of_a_package_is_read_and_comes_back(tmp_path: Path) -> None:
    found = read_intervention(file(tmp_path, "length"))
    assert found.gate and found.gate.scorer.kind == "length"
    assert found.gate.opens("a long question") and not found.gate.opens("short")
    write_intervention(found, tmp_path / "again.steer")
    assert read_intervention(tmp_path / "again.steer").digest == found.digest
    with pytest.raises(InputError, match="letters are counted") as seen:
        read_intervention(forged(tmp_path / "again.steer", lambda told, _: told["gate"]["scorer"].clear()))
    assert "\n" not in seen.value.message


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("dreams", "unknown kind of gate 'dreams'"),
        ("lost", "kind of gate 'lost' .* cannot be loaded: No module named"),
        ("other", "reads gates of kind 'other' makes no scorer of that kind"),
        ("none", "reads gates of kind 'none' makes no scorer of that kind"),
    ],
)
def test_what_reads_no_gate_is_one_line(kind: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told) as seen:
        read_intervention(file(tmp_path, kind))
    assert "\n" not in seen.value.message and "gated.steer" in seen.value.message
    if kind == "dreams":
        assert seen.value.hint == f"known: {', '.join(GATES.names())}"
        assert {"words", "length"} <= set(GATES.names())


@pytest.mark.parametrize("kind", ["mute", "drunk"])
def test_what_is_no_score_opens_nothing(kind: str, tmp_path: Path) -> None:
    gate = read_intervention(file(tmp_path, kind)).gate
    assert gate
    with pytest.raises(InputError, match=f"a gate of kind '{kind}' (cannot score|gives nan)") as seen:
        gate.check()
    assert "\n" not in seen.value.message
    with pytest.raises(InputError, match="another kind than float32 or int64"):
        write_intervention(
            Intervention((Add(1, np.ones(4, np.float32)),), About("test", "a", "hf:small@01"), gate=gate),
            tmp_path / "never.steer",
        )


@pytest.mark.parametrize("kind", ["words", "nearness", "encoded_classifier"])
def test_no_package_takes_the_place_of_a_kind_of_ours(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = _words(tmp_path) if kind == "words" else None
    assert kind in GATES.names()
    install(monkeypatch, tmp_path / "thief", "a_thief", CODE, {GATES.group: {kind: "a_thief:read"}})
    monkeypatch.delitem(sys.modules, "a_thief", raising=False)
    with pytest.raises(InputError, match=f"kind of gate '{kind}' is offered twice, by .* and .*") as seen:
        GATES.load(kind)
    assert "a_thief:read" in seen.value.message
    if ours:
        with pytest.raises(InputError, match="offered twice"):
            read_intervention(ours)
    with pytest.raises(InputError, match="offered twice"):

        @GATES.register("words")
        def read(document: Mapping[str, object], arrays: Arrays) -> WordScorer:
            raise AssertionError


def _words(folder: Path) -> Path:
    path = folder / "words.steer"
    gate = Gate(WordScorer(("lock",), np.ones(1, np.float32)), 0.6)
    write_intervention(
        Intervention((Add(1, np.ones(4, np.float32)),), About("test", "a", "hf:small@01"), gate=gate), path
    )
    assert read_intervention(path).gate is not None
    return path


def test_a_gate_without_a_kind_is_none() -> None:
    with pytest.raises(ValueError, match="kind of gate is None"):
        read_gate({}, {})
