"""``steer fit`` and ``steer pairs``: files for users, and one clear line for what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import valuespectrum as vs
from agents.models.steering.edits import Add
from agents.models.steering.files import read_intervention
from valuespectrum.operations.steering.fit import FitSettings, PairSettings, fit_steering, steering_pairs
from valuespectrum.steering.neurons.fitting import NeuronWish, _aspects
from valuespectrum.steering.pairs.grammar import own_pairs
from valuespectrum.steering.pairs.reading import read_pairs, write_pairs
from valuespectrum.steering.registry import STEERING, SteeringWish
from valuespectrum.steering.vectors.method import (
    ValueVectorMethod,
    VectorOptions,
    chosen_pairs,
    missing_pairs,
    wanted_probability,
)
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, InputError, ModelError, StorageError

NO_MODEL: Any = object()
"""In the place of a model that is never looked at."""


def test_an_intervention_is_fitted_to_the_reference_model_and_written(tmp_path: Path) -> None:
    out = tmp_path / "power.safetensors"
    options = {"pairs": "traits", "put": "persona", "layers": "1", "way": "fixed", "count": "24", "strength": "2"}
    settings = FitSettings(away=True, option=options, seed=3)
    told = fit_steering("reference", "power", out, settings).document
    assert told["target"] == {"value": "power", "direction": "away"}
    assert any("held-out ones are known from others" in note for note in told["notes"])
    made = read_intervention(out)
    (edit,) = made.edits
    assert isinstance(edit, Add) and (edit.layer, edit.strength) == (1, 2.0)
    assert made.about.name == "power-away" and made.about.seed == 3 and made.about.data["source"] == "traits"
    assert made.digest == told["digest"] and set(told["told"]["accuracy"]) == set("012345")
    with pytest.raises(InputError, match="is there already"):
        fit_steering("reference", "power", out, settings)
    second = tmp_path / "second.safetensors"
    with pytest.raises(InputError, match="is steered already, and its blocks are looked at without that"):
        fit_steering(f"reference?steer={out}", "power", second, settings)
    words = tmp_path / "words.json"
    vs.make_words(words, vs.WordsSettings(value="power"))
    with pytest.raises(InputError, match="is steered already"):
        fit_steering(f"reference?steer={words}", "power", second, settings)
    assert not second.exists(), "an id that is steered would stand over vectors of the plain blocks"


@pytest.mark.parametrize(
    "value, options, told",
    [
        ("order", {}, "there is no value 'order'"),
        ("power", {"loud": "1"}, "value vectors have no option 'loud'"),
        ("power", {"count": "many"}, "count='many' is no number"),
        ("power", {"pairs": "none.csv"}, "none.csv: pairs cannot be read"),
        ("power", {"put": "sung"}, "texts cannot be put 'sung'"),
        ("power", {"count": "10"}, "power: 10 pairs, and at least 20 are needed"),
        ("power", {"way": "loud"}, "no way 'loud'"),
        ("power", {"target": "1.5"}, r"a probability of 1\.5 cannot be reached"),
        ("power", {"strength": "inf"}, "a strength of inf"),
        ("power", {"solver": "magic"}, "no solver 'magic'"),
        ("power", {"target": "0.9", "way": "fixed"}, "target means nothing with way=fixed"),
        ("power", {"accuracy": "0.8", "layers": "1"}, "accuracy means nothing with layers=1"),
    ],
)
def test_what_cannot_be_fitted_gets_one_line(value: str, options: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        ValueVectorMethod().fit(NO_MODEL, SteeringWish(value, options=options))
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ()),
        ({"count": "25"}, ()),
        ({"count": "30"}, ()),
        ({"count": "31"}, ("31 pairs were wanted, and there are 30: all of them are taken",)),
    ],
)
def test_pairs_that_are_not_there_are_said_to_be_missing(
    given: dict[str, str], told: tuple[str, ...], tmp_path: Path
) -> None:
    """A file may have fewer than the usual hundred; a number that somebody names is another thing."""
    write_pairs(own_pairs("power").first(30), tmp_path / "mine.csv")
    options = {"pairs": str(tmp_path / "mine.csv"), **given}
    assert missing_pairs(options, chosen_pairs("power", VectorOptions.read(options), 0)) == told


@pytest.mark.parametrize(
    ("method", "value", "option", "told"),
    [
        ("vectors", "order", {}, "there is no value 'order'"),
        ("vectors", "power", {"pairs": "none.csv"}, "none.csv"),
        ("vectors", "My Value", {"pairs": "MINE", "target": "0.9"}, "cannot be called 'My Value-towards'"),
        ("neurons", "power", {}, "ValueLocate does not publish"),
        ("neurons", "order", {"threshold": "0.1", "gamma": "1"}, "there is no value 'order'"),
        ("neurons", "power", {"threshold": "0.1", "gamma": "1", "layers": "3-1"}, "blocks are '3-1'"),
    ],
)
def test_what_needs_no_model_is_looked_at_before_one_is_loaded(
    method: str, value: str, option: dict[str, str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("agents.models.registry.load_model", never)
    write_pairs(own_pairs("power").first(30), tmp_path / "mine.csv")
    named = {name: str(tmp_path / "mine.csv") if text == "MINE" else text for name, text in option.items()}
    with pytest.raises(InputError, match=told):
        fit_steering("reference", value, tmp_path / "made.steer", FitSettings(method, option=named))
    with pytest.raises(InputError, match="there is no value 'order'"):
        vs.find_neurons("reference", "order", vs.NeuronSettings(0.1, 1.0))


def test_an_intervention_that_is_not_there_is_told_before_a_model_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("agents.models.registry.load_model", never)
    with pytest.raises(InputError, match="cannot read the intervention"):
        vs.apply_steering("reference", ["nowhere.steer"])


def test_files_in_options_may_lie_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No shell makes a path of the ~ behind an equals sign."""
    monkeypatch.setenv("HOME", str(tmp_path))
    write_pairs(own_pairs("power").first(30), tmp_path / "mine.csv")
    assert len(chosen_pairs("power", VectorOptions(pairs="~/mine.csv"), 0).pairs) == 30
    (tmp_path / "mine.yaml").write_text("holds: [You lead.]\nrejects: [You obey.]\nquestions: [What now?]\n")
    wish = NeuronWish(0.1, 1.0, words="~/mine.yaml")
    assert _aspects("power", wish).holds == ("You lead.",)


def test_a_corpus_without_pictures_is_not_left_aside(tmp_path: Path) -> None:
    Corpus.create(tmp_path / "corpus").close()
    settings = FitSettings(option={"put": "persona", "pairs": "traits"}, corpus=tmp_path / "corpus")
    with pytest.raises(CorpusError, match="holds no pictures"):
        fit_steering("reference", "power", tmp_path / "made.safetensors", settings)


def test_other_methods_and_models_are_refused_and_no_file_is_left(tmp_path: Path) -> None:
    out = tmp_path / "made.safetensors"
    with pytest.raises(InputError, match="unknown steering method 'magic'"):
        fit_steering("reference", "power", out, FitSettings("magic"))
    with pytest.raises(ModelError, match="its weights are not in this process"):
        fit_steering("simulated:amber", "power", out)
    assert not out.exists()
    out.write_text("notes")
    with pytest.raises(InputError, match="is there already and is not an intervention"):
        fit_steering("reference", "power", out, FitSettings(force=True))


def test_pairs_are_written_for_people_to_look_at(tmp_path: Path) -> None:
    out = tmp_path / "security.csv"
    told = steering_pairs("security", out, PairSettings(count=40)).document
    assert (told["pairs"], told["source"]) == (40, "grammar")
    assert len(read_pairs(out, "security").pairs) == 40
    with pytest.raises(InputError, match="is there already"):
        steering_pairs("security", out)
    with pytest.raises(InputError, match="--source means nothing beside --model"):
        steering_pairs("security", tmp_path / "a.csv", PairSettings("traits", "simulated:amber"))
    with pytest.raises(ModelError, match=r"simulated:amber wrote no pair that can be used \(\d+ "):
        steering_pairs("security", tmp_path / "a.csv", PairSettings(model="simulated:amber"))
    assert not (tmp_path / "a.csv").exists(), "a file without a pair is one that nothing reads"
    assert "500 were wanted" in str(steering_pairs("security", tmp_path / "b.csv", PairSettings(count=500)))


def test_the_method_is_found_by_name_and_reads_published_targets() -> None:
    assert STEERING.load("vectors").name == "vectors"
    assert wanted_probability("published", "security") == 0.975
    assert wanted_probability("0.8", "security") == 0.8
    for text, value in (("high", "security"), ("published", "face")):
        with pytest.raises(InputError):
            wanted_probability(text, value)
    assert VectorOptions.read({"strength": "0.5"}).strength == 0.5


WITH_TRAINING = vs.FeatureSettings(layer=3, train=vs.FeatureTraining())
WRITING: dict[str, Callable[[Path], object]] = {
    "pairs": lambda out: vs.steering_pairs("security", out, vs.PairSettings(model="reference")),
    "fit": lambda out: vs.fit_steering("reference", "security", out),
    "neurons": lambda out: vs.find_neurons("reference", "security", vs.NeuronSettings(0.1, 1.0, out=out)),
    "features": lambda out: vs.rank_value_features(
        "reference", "sae", vs.FeatureSettings(edit=vs.FeatureEdit(3, coefficient=1.0), out=out)
    ),
    "features --train": lambda out: vs.rank_value_features("reference", out, WITH_TRAINING),
    "sweep": lambda out: vs.sweep_steering("reference", "security", vs.SweepSettings(instrument="portraits", out=out)),
    "graph": lambda out: vs.mine_graph("no-run", vs.GraphSettings(out=out)),
    "counterfactual": lambda out: vs.steer_counterfactual(
        "reference", out, vs.CounterfactualSettings(("power=5",), theta=1.0)
    ),
    "persona judge": lambda out: vs.judge_personas("reference", out, vs.PersonaAskSettings(force=True)),
    "calibrate --figure": lambda out: vs.study_twins(vs.TwinStudySettings(figure=out)),
    "compare": lambda out: vs.compare("no-run", vs.CompareSettings(out=out)),
    "report": lambda out: vs.report("no-run", vs.ReportSettings(out=out)),
}


@pytest.mark.parametrize("verb", WRITING)
def test_a_place_that_cannot_be_written_is_told_before_anything_is_done(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded, or something was reckoned")

    monkeypatch.setattr("agents.models.registry.load_model", never)
    monkeypatch.setattr("valuespectrum.calibration.study.run_study", never)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StorageError, match="Not a directory") as refused:
        WRITING[verb](tmp_path / "notes.txt" / "made.steer")
    assert "\n" not in refused.value.message
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "call", [lambda: vs.mine_graph("no-run", vs.GraphSettings(out=Path())), lambda: vs.calibrate((), ".")]
)
def test_a_folder_without_a_name_is_told_in_one_line(
    call: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies beside a file or a run is called after it, and the folder where one stands has no name of its own."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"is a folder|has no name"):
        call()


def test_no_autoencoder_is_trained_into_a_file(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="is no folder"):
        vs.rank_value_features("reference", tmp_path / "notes.txt", WITH_TRAINING)
    assert (tmp_path / "notes.txt").read_text() == "mine"
