"""``steer list``, ``steer apply``, ``--steer``: a steered model is a respondent of its own, and misuse is one line."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from trial_instruments import FourQuestions

import valuespectrum as vs
from agents.models import registry
from agents.models.base import Ask, Model, Stimulus
from agents.models.capabilities import TorchModel
from agents.models.steering.edits import Add
from agents.models.steering.files import read_intervention, write_intervention
from agents.models.steering.gates import Gate, WordScorer
from agents.models.steering.intervention import About, Intervention
from agents.models.yes_no import NO, YES
from valuespectrum.cli import main
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.reference.truth import planted_member
from valuespectrum.steering.gating.encoded import NearnessScorer
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

Run = Callable[..., Json]


@pytest.fixture(scope="module")
def reference() -> TorchModel:
    model = vs.load_model("reference", vs.ModelOptions(device="cpu", engine="naive"))
    assert isinstance(model, TorchModel)
    return model


@pytest.fixture
def noise(reference: TorchModel, tmp_path: Path) -> Path:
    """An intervention that moves the reference model somewhere."""
    width = reference.torch_model.config.get_text_config().hidden_size
    vector = (stream(0, "noise").standard_normal(width) / 20).astype(np.float32)
    about = About("trial", "noise", reference.id, {"value": "security"}, {"pairs": 100}, 7, {}, {"accuracy": 0.9})
    path = tmp_path / "noise.steer"
    write_intervention(Intervention((Add(2, vector), Add(3, vector, phase="prefill")), about), path)
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str, code: int = 0) -> Json:
        capsys.readouterr()
        assert main([*words, "--json"]) == code
        document: Json = json.loads(capsys.readouterr().out)
        return document

    return call


def test_a_file_says_what_it_is(noise: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    (told,) = run("steer", "list", f"{noise}:strength=0.5")["interventions"]
    assert (told["method"], told["name"], told["target"], told["seed"]) == ("trial", "noise", {"value": "security"}, 7)
    assert told["strength"] == 0.5 and told["gate"] is None and len(told["digest"]) == 12
    assert [(edit["kind"], edit["block"], edit["phase"]) for edit in told["edits"]] == [
        ("add", 2, "both"),
        ("add", 3, "prefill"),
    ]
    assert main(["steer", "list", str(noise)]) == 0
    assert "none, always open" in capsys.readouterr().out
    assert vs.list_steering([str(noise)]).to_pandas()["block"].tolist() == [2, 3]
    assert isinstance(run("steer", "list")["methods"], list)


def test_a_file_does_not_speak_for_the_list(noise: Path) -> None:
    """What it says of its target, or with a line break, would stand where its model, its gate and its digest do."""
    made = read_intervention(noise)
    target = {"value": "security", "for": "another model", "digest": "0" * 12}
    about = replace(made.about, method="trial\n  gate      shut", target=target)
    write_intervention(replace(made, about=about), noise)
    lines = str(vs.list_steering([str(noise)])).splitlines()
    assert f"  for       {made.about.model}" in lines and f"  digest    {made.digest}" in lines
    assert [line for line in lines if line.startswith("  gate")] == ["  gate      none, always open"]


def test_several_become_one_that_steers_alike(noise: Path, run: Run, tmp_path: Path) -> None:
    both = tmp_path / "both.steer"
    found = run("steer", "apply", f"{noise}:strength=0.5", str(noise), "--model", "reference", "--out", str(both))
    assert found["spec"] == f"reference?steer={both}" and found["engine"] == "shared"
    assert found["model"] == vs.load_model(found["spec"]).id, "what is told is of the file that was written"
    one = read_intervention(noise)
    assert [edit.strength for edit in read_intervention(both).applied] == [0.5, 0.5, 1.0, 1.0]
    assert dict(read_intervention(both).about.data) == {
        "noise": one.with_strength(0.5).digest,
        "noise (2)": one.digest,
    }
    again = run("steer", "apply", str(both), "--model", "reference", "--out", str(both), code=2)
    assert "there already" in again["error"]["message"]
    gated = replace(one, gate=Gate(WordScorer(("safe",), np.ones(1, np.float32)), 0.6))
    write_intervention(gated, noise)
    refused = run("steer", "apply", str(noise), str(both), "--model", "reference", "--out", f"{both}2", code=2)
    assert "has a gate, which would shut out the others" in refused["error"]["message"]
    assert not Path(f"{both}2").exists()


def test_a_file_has_its_name_once_a_model_was_loaded_with_it(
    noise: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while weights are read, the same command was refused for the file that it had written itself."""
    out, tried = tmp_path / "both.steer", tmp_path / ".both.steer.trial"
    seen: list[tuple[bool, bool]] = []
    load = registry.load_model

    def looked(spec: str, options: vs.ModelOptions | None = None) -> Model:
        seen.append((out.exists(), tried.exists()))
        return load(spec, options)

    monkeypatch.setattr(registry, "load_model", looked)
    tried.write_bytes(noise.read_bytes())  # as a kill leaves it
    found = run("steer", "apply", f"{noise}:strength=2", str(noise), "--model", "reference", "--out", str(out))
    assert seen and set(seen) == {(False, True)} and not tried.exists()
    assert [edit.strength for edit in read_intervention(out).applied] == [2.0, 2.0, 1.0, 1.0]
    assert found["spec"] == f"reference?steer={out}" and str(tried) not in json.dumps(found)


def test_a_steered_model_is_a_respondent_of_its_own(
    noise: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(INSTRUMENTS._registered, FourQuestions.name, FourQuestions)
    folder = str(tmp_path / "run")
    words = ["instrument", "run", "trial", "--model", "reference", "--run", folder, "--device", "cpu"]
    assert len(run(*words[:5], "--model", f"reference?steer={noise}", *words[5:])["respondents"]) == 2
    scored = run("score", folder)
    plain, steered = sorted((each["model"] for each in scored["respondents"]), key=len)
    assert plain.startswith("reference:amber@") and steered.startswith("reference:amber+noise~")
    assert planted_member(plain, {}) and planted_member(steered, {}) is None, "what was planted is not what it has now"
    run("report", folder)
    assert "amber+noise~" in html.unescape((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("doctor", "--steer", "NOISE"), "--steer means nothing without --model"),
        (("bench", "--corpus", "C", "--model", "simulated:power=1", "--steer", "NOISE"), "kind 'simulated' cannot be"),
        (("bench", "--corpus", "C", "--model", "openai:m@http://a/v1", "--steer", "NOISE"), "kind 'openai' cannot be"),
        (("bench", "--corpus", "C", "--model", "reference", "--steer", "nowhere"), "cannot read the intervention"),
        (("bench", "--corpus", "C", "--model", "reference", "--steer", "NOISE:strength=much"), "is no strength"),
        (("steer", "apply", "NOISE", "--model", "inspect:a/b"), "kind 'inspect' cannot be"),
        (("steer", "list", "nowhere"), "cannot read the intervention"),
    ],
)
def test_what_cannot_be_is_one_line(words: tuple[str, ...], problem: str, noise: Path, run: Run) -> None:
    told = run(*(word.replace("NOISE", str(noise)) for word in words), code=2)["error"]
    assert problem in told["message"] and "\n" not in told["message"] + told["hint"]


def test_other_weights_are_refused(noise: Path, run: Run) -> None:
    made = read_intervention(noise)
    write_intervention(replace(made, about=replace(made.about, model="reference:amber@0000000000000000")), noise)
    told = run("steer", "apply", str(noise), "--model", "reference", code=2)["error"]
    assert "made for revision 0000000000000000 of reference:amber, this is" in told["message"]
    out = noise.with_name("out.steer")
    refused = run("steer", "apply", str(noise), "--model", "reference", "--out", str(out), code=2)["error"]
    assert refused["message"] == told["message"] and not out.exists()
    assert not list(out.parent.glob(".out.steer*")), "what was tried is gone"
    write_intervention(replace(made, edits=(Add(99, made.edits[0].vector),)), noise)  # type: ignore[attr-defined]
    assert (
        "there is no block 99: the model has 6"
        in run("steer", "apply", str(noise), "--model", "reference", code=2)["error"]["message"]
    )


def examples(path: Path) -> Path:
    """Texts that name a lock, and texts that do not."""
    lines = [f"{number} is the number of the {thing}.,{label}" for thing, label in _THINGS for number in range(12)]
    path.write_text("\n".join(["text,label", *lines]), encoding="utf-8")
    return path


_THINGS = (("lock", "for"), ("soup", "against"))


def test_a_gate_is_made_of_examples_and_leaves_the_rest_to_the_model(
    noise: Path, reference: TorchModel, run: Run, tmp_path: Path
) -> None:
    gated, texts = tmp_path / "gated.steer", examples(tmp_path / "examples.csv")
    apply = ("steer", "apply", str(noise), "--model", "reference", "--device", "cpu")
    found = run(*apply, "--out", str(gated), "--gate", f"classifier:{texts}")
    assert found["model"] == reference.steered([read_intervention(gated)]).id  # type: ignore[attr-defined]
    assert found["gate"]["gate_accuracy"] == 1.0 and found["gate"]["kind"] == "words" and found["engine"]
    (told,) = run("steer", "list", str(gated))["interventions"]
    assert told["gate"] == "words" and told["measured"]["gate_held_out"] == 8 and told["measured"]["accuracy"] == 0.9
    asks = [Ask(Stimulus(), f"Do you like the {thing}?", (YES, NO), max_tokens=1) for thing, _ in _THINGS]
    steered = reference.steered([read_intervention(gated)])  # type: ignore[attr-defined]
    (opened, shut), (plain, bare) = list(steered.score(asks)), list(reference.score(asks))  # type: ignore[attr-defined]
    assert shut == bare and opened.log_probabilities != plain.log_probabilities  # to the last bit
    for words, problem in (
        (("--gate", f"classifier:{texts}"), "a gate is written into a file"),
        (("--gate-option", "above=1"), "--gate-option means nothing without --gate"),
        (("--out", "NEW", "--gate", "classifier"), "no examples"),
        (("--out", "NEW", "--gate", "classifier:nowhere.csv"), "examples cannot be read"),
        (("--out", "NEW", "--gate", "embedding:grammar"), "needs an encoder"),
    ):
        refused = run(*apply, *(word.replace("NEW", f"{gated}2") for word in words), code=2)["error"]
        assert problem in refused["message"] and "\n" not in refused["message"]
    again = (*apply[:2], str(gated), *apply[3:], "--out", f"{gated}2", "--gate", f"classifier:{texts}")
    assert "has a gate already" in run(*again, code=2)["error"]["message"] and not Path(f"{gated}2").exists()


def test_a_gate_of_an_encoder_is_for_that_encoder_alone(noise: Path, run: Run, tmp_path: Path) -> None:
    gated, texts = tmp_path / "gated.steer", examples(tmp_path / "examples.csv")
    apply = ("steer", "apply", str(noise), "--model", "reference", "--out", str(gated), "--gate", f"embedding:{texts}")
    found = run(*apply, "--gate-option", "encoder=reference")
    assert found["gate"]["kind"] == "nearness" and found["gate"]["gate_stays_shut"] > 0.7
    made = read_intervention(gated)
    assert made.gate and isinstance(made.gate.scorer, NearnessScorer)
    other = replace(made.gate.scorer, encoder=replace(made.gate.scorer.encoder, id="open_clip/other/weights-0"))
    write_intervention(replace(made, gate=replace(made.gate, scorer=other)), gated)
    refused = run("steer", "apply", str(gated), "--model", "reference", code=2)["error"]
    assert "made with the encoder open_clip/other/weights-0, and reference is open_clip/reference" in refused["message"]
