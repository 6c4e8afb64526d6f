"""A sweep that goes on steers by the vectors that it has: fitted again they may be others by their last bits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.models.base import FrameReference
from agents.models.steering.intervention import steered_id
from valuespectrum.operations.steering import sweep as operation
from valuespectrum.operations.steering.sweep import SweepSettings, sweep_steering
from valuespectrum.steering.pairs.grammar import own_pairs
from valuespectrum.steering.vectors.fitting import ValueVectors, VectorFitOptions
from valuespectrum.steering.vectors.kept import KEPT, keep_vectors, kept_vectors
from valuespectrum.steering.vectors.placing import PairContext, Placing
from valuespectrum.steering.vectors.probes import ProbeOptions, ValueProbe
from valuespectrum.steering.vectors.ways import WAYS, SteeringPlan, intervention_of
from vectorstore.foundation.errors import ModelError
from vectorstore.foundation.random_streams import stream

MODEL = "reference:kept@1"
PAIRS = own_pairs("power").first(100)
OPTIONS = VectorFitOptions()


def fitted(seed: int = 0) -> ValueVectors:
    """Vectors of two blocks, as if they had been fitted."""
    drawn = stream(seed, "kept vectors").standard_normal((4, 5)).astype(np.float32)
    probes = tuple(
        ValueProbe(layer, drawn[layer], 0.1 / 3 + layer, 29 / 30, 60, float(drawn[layer].max()), (layer, 7))
        for layer in (0, 1)
    )
    means, norms = {0: drawn[2], 1: drawn[3]}, {0: 1 / 3, 1: 2 / 3}
    return ValueVectors("power", MODEL, 2, probes, means, norms, PAIRS, Placing("raw"))


def test_what_was_kept_steers_to_the_last_bit(tmp_path: Path) -> None:
    made = fitted()
    assert kept_vectors(tmp_path, MODEL, PAIRS, OPTIONS) is None
    keep_vectors(made, tmp_path, OPTIONS)
    found = kept_vectors(tmp_path, MODEL, PAIRS, OPTIONS)
    assert found is not None and (found.blocks, found.norms) == (made.blocks, made.norms)
    for one, other in zip(found.probes, made.probes, strict=True):
        assert (one.weights == other.weights).all() and (found.means[one.layer] == made.means[one.layer]).all()
        for name in ("layer", "bias", "accuracy", "n_held_out", "gap", "mistaken"):
            assert getattr(one, name) == getattr(other, name)
    for way in WAYS:
        plan = SteeringPlan((0, 1), way, 2.0)
        ids = {steered_id(MODEL, [intervention_of(each, plan)]) for each in (made, found)}
        assert len(ids) == 1 and intervention_of(made, plan).about == intervention_of(found, plan).about


def test_what_was_fitted_from_something_else_is_not_taken(tmp_path: Path) -> None:
    keep_vectors(fitted(), tmp_path, OPTIONS)
    seen = Placing("said", (PairContext("Well?", (FrameReference("a" * 64, tmp_path / "a.png"),)),))
    other = Placing("said", (PairContext("Well?", (FrameReference("b" * 64, tmp_path / "b.png"),)),))
    others = [
        replace(OPTIONS, probes=ProbeOptions(seed=1)),
        replace(OPTIONS, probes=ProbeOptions(solver="saga")),
        replace(OPTIONS, examples=50),
        replace(OPTIONS, placing=seen),
    ]
    assert [kept_vectors(tmp_path, MODEL, PAIRS, each) for each in others] == [None] * 4
    assert kept_vectors(tmp_path, "reference:kept@2", PAIRS, OPTIONS) is None
    assert kept_vectors(tmp_path, MODEL, own_pairs("power").first(99), OPTIONS) is None
    assert kept_vectors(tmp_path, MODEL, own_pairs("security").first(100), OPTIONS) is None
    keep_vectors(fitted(), tmp_path, replace(OPTIONS, placing=seen))
    assert kept_vectors(tmp_path, MODEL, PAIRS, replace(OPTIONS, placing=seen)) is not None
    assert kept_vectors(tmp_path, MODEL, PAIRS, replace(OPTIONS, placing=other)) is None, "other pictures"


def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    keep_vectors(fitted(), tmp_path, OPTIONS)
    path = tmp_path / KEPT
    whole = path.read_bytes()
    renamed = (whole.replace(b"n_held_out", b"n_hold_out"), whole.replace(b"1.means", b"2.means"))
    for content in (b"", b"torn", whole[:-4], whole[:-4] + np.float32("nan").tobytes(), *renamed):
        path.write_bytes(content)
        assert kept_vectors(tmp_path, MODEL, PAIRS, OPTIONS) is None
    path.write_bytes(whole)
    assert kept_vectors(tmp_path, MODEL, PAIRS, OPTIONS) is not None


def test_a_sweep_that_goes_on_fits_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Reached:
        id = MODEL

        def decoder_layers(self) -> list[int]:
            return [0, 1]

    seen: list[ValueVectors] = []
    turns: list[int] = []

    def fit(*given: object) -> ValueVectors:
        turns.append(len(turns))
        return fitted(len(turns))

    def killed(loaded: Any, vectors: ValueVectors, plans: Any, settings: Any) -> None:
        seen.append(vectors)
        raise ModelError("killed")

    monkeypatch.setattr(operation, "torch_model", lambda spec, loading: Reached())
    monkeypatch.setattr(operation, "_fitted", fit)
    monkeypatch.setattr(operation, "_tried", killed)
    settings = SweepSettings(instrument="portraits", run=tmp_path / "run")
    for _ in range(2):
        with pytest.raises(ModelError, match="killed"):
            sweep_steering("reference:kept", "power", settings)
    assert turns == [0], "fitted once, and a second time they would be others"
    assert (seen[0].probe(0).weights == seen[1].probe(0).weights).all()
    with pytest.raises(ModelError, match="killed"):
        sweep_steering("reference:kept", "power", replace(settings, seed=1))
    assert turns == [0, 1], "another seed holds out other pairs"
