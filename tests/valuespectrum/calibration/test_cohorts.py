"""Which cohort a figure is from, and that sealed respondents are compared with nothing before the seal is opened."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bench_fakes import AxesEmbedder, words, world

import valuespectrum as vs
from agents.models.base import Model, ModelOptions
from valuespectrum.calibration.calibrate import PlantedRespondent, calibrate
from valuespectrum.measuring.benchmark import BenchOptions
from valuespectrum.operations.calibrate import _chosen, _describe, _planted
from valuespectrum.reference.cohort import COHORT, SEALED_NAMES
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.foundation.errors import InputError, ModelError


def _standing_in(name: str) -> Any:  # Open: only what is read of a model
    return SimpleNamespace(id=f"reference:{name}@01", settings={})


def test_sealed_respondents_are_refused_by_name_until_the_seal_is_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of acorn, hazel are sealed") as refused:
        vs.calibrate(["reference:acorn", "reference:amber", "reference:hazel"], tmp_path / "run")
    assert "--open-sealed" in refused.value.hint and not list(tmp_path.iterdir())
    specs, opened = _chosen([], open_sealed=False)
    assert specs == [f"reference:{member.name}" for member in COHORT] and opened == ()
    specs, opened = _chosen([], open_sealed=True)
    assert len(specs) == 32 and tuple(member.name for member in opened) == SEALED_NAMES
    assert _chosen(["reference:acorn"], open_sealed=True)[0] == ["reference:acorn"]


def test_respondents_know_their_cohort_and_who_is_apart() -> None:
    twin = TwinModel(COHORT[0], ModelOptions(), "amber")
    names = ["amber", "maple", "night", "basil"]
    specs = [*names, "simulated:amber"]
    opened = _chosen([], open_sealed=True)[1]
    models: list[Model] = [*map(_standing_in, names), twin]
    found = dict(zip(specs, _planted(specs, models, opened), strict=True))
    assert [each.cohort for each in found.values()] == ["open", "open", "open", "sealed", "simulated"]
    assert "one answer to 90%" in found["maple"].apart and "refuses 35%" in found["night"].apart
    assert not found["basil"].apart and len(found["basil"].log_odds) == 25, "ten and nineteen, four in both"
    assert set(found["amber"].log_odds) == set(found["amber"].planted)
    with pytest.raises(InputError, match="nobody knows the values of acorn"):
        _planted(["acorn"], [_standing_in("acorn")], ())


def test_what_lies_off_the_circle_is_recovered_from_twins(tmp_path: Path) -> None:
    keywords = tmp_path / "axes.yaml"
    keywords.write_text(
        json.dumps({"keywords": {value: [word.word for word in row] for value, row in words(3).words.items()}})
    )
    options = BenchOptions(run=tmp_path / "run", keywords=keywords, scoring=ScoringOptions(draws=200))
    members = [member for member in COHORT if member.name in ("amber", "jade", "krill", "maple")]
    specs = [f"simulated:{member.name}" for member in members]
    twins: list[Model] = [TwinModel(member, ModelOptions(), member.name) for member in members]
    respondents: list[PlantedRespondent] = _planted(specs, twins, ())
    found = calibrate(options, world(), AxesEmbedder(), respondents)
    assert found["off_circle"]["r"] > 0.95 and found["off_circle"]["n"] == 20
    told = _describe(found)
    assert "simulated: figures over 3 that answer by their values" in told and "off the circle r = 1.00" in told
    assert "Apart: simulated:maple (gives one answer to 90%" in told
    assert "Flat, with no values to rank: simulated:jade" in told


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("openai:m@http://127.0.0.1:9/v1", "nobody knows the values of openai:m"),
        ("simulated:amberr", "not name=number"),
        ("reference:nobody", "no reference respondent"),
    ],
)
@pytest.mark.parametrize("instrument", ["like", "portraits"])
def test_who_has_no_planted_values_is_refused_before_clips_are_drawn(
    spec: str, complaint: str, instrument: str, tmp_path: Path
) -> None:
    with pytest.raises((InputError, ModelError), match=complaint):
        vs.calibrate(["simulated:amber", spec], tmp_path / "run", vs.CalibrateSettings(instrument=instrument))
    assert not list(tmp_path.iterdir())
