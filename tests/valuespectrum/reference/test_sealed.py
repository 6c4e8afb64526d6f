"""The sealed cohort is sealed, is what was committed to, and is opened by few."""

from __future__ import annotations

import ast
import re
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from house import modules

from agents.models.base import ModelOptions
from valuespectrum.reference import models, sealed
from valuespectrum.reference.cohort import ANGLES, COHORT, SEALED_NAMES
from valuespectrum.reference.planted import planted_truth, sigmoid, truth_of
from valuespectrum.reference.sealed import COMMITMENT, FOLDER, SEALED, sealed_cohort
from valuespectrum.reference.training import seal
from valuespectrum.reference.truth import planted_profile
from vectorstore.foundation.errors import InputError, ModelError

ALLOWED = (
    "valuespectrum/reference/sealed.py",
    "valuespectrum/reference/training/",
    "valuespectrum/operations/calibrate",
)


def test_nobody_but_training_and_calibrate_opens_the_seal() -> None:
    for path, tree in modules().items():
        mentioned = {
            name
            for node in ast.walk(tree)
            for name in (getattr(node, "id", None), getattr(node, "attr", None), getattr(node, "name", None))
        }
        assert "sealed_cohort" not in mentioned or path.startswith(ALLOWED), path
        assert "unsealed" not in mentioned or path.startswith(ALLOWED[:1]), path


def test_the_cohort_is_the_one_that_was_committed_to() -> None:
    members = sealed_cohort("training")
    assert tuple(member.name for member in members) == SEALED_NAMES
    assert not set(SEALED_NAMES) & {member.name for member in COHORT}
    assert sum(member.faking > 0 for member in members) == 1
    assert sum(member.gap != 0 for member in members) == 1
    assert sum(member.pressure > 0 for member in members) == 1
    angles = np.array(list(ANGLES.values()))
    for member in members:
        own = np.array(list(member.own.values()))
        assert abs(own.mean()) + abs(own @ np.cos(angles)) + abs(own @ np.sin(angles)) < 1e-9
        assert own.var() / np.array(list(member.pictures.values())).var() > 1 / 3
        assert 0.5 < member.obedience < 0.9 and 0.3 <= abs(member.daylight_taste) <= 0.6
        # The own deviations are not those that the name alone would give.
        assert member.profile_of not in ("", member.name)


def test_nothing_of_it_is_in_the_clear() -> None:
    data = (FOLDER / SEALED).read_bytes()
    numbers = {str(member.peak) for member in sealed_cohort("training")}
    assert not any(text.encode() in data for text in (*SEALED_NAMES, "amplitude", *numbers))
    with pytest.raises(InputError, match="'report'"):
        sealed_cohort("report")


def test_another_cohort_under_the_seal_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match="cannot be read"):
        sealed_cohort("training")
    committed = seal.seal(tmp_path)
    assert re.fullmatch(r"[0-9a-f]{64}\n", (tmp_path / COMMITMENT).read_text()) and len(sealed_cohort("training")) == 8
    plain = sealed.unsealed((tmp_path / SEALED).read_bytes())
    assert sha256(plain).hexdigest() == committed
    with pytest.raises(InputError, match="sealed once"):
        seal.seal(tmp_path)
    (tmp_path / SEALED).write_bytes(sealed.sealed(plain.replace(b"acorn", b"wheat")))
    with pytest.raises(ModelError, match="is not the cohort"):
        sealed_cohort("training")


def test_sealed_respondents_are_named_and_loaded_but_nobody_tells_their_values() -> None:
    assert models.NAMES[len(COHORT) :] == SEALED_NAMES
    assert models.check_name("acorn") == "acorn"
    with pytest.raises(InputError, match="of acorn are sealed"):
        planted_truth("acorn")
    assert planted_profile("reference:acorn@01", {}) is None
    opened = sealed_cohort("training")
    liked = {value: 100 * sigmoid(held) for value, held in truth_of(opened[0])["log_odds"].items()}
    assert planted_profile("reference:acorn@01", {}, opened) == pytest.approx(liked)
    with pytest.raises(ModelError, match="no reference respondent 'oak'"):
        models.load("oak", ModelOptions())
