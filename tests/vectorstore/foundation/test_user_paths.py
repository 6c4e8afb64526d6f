"""Paths as anybody writes them: homes that nobody has, pipes and impossible characters end in one line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.models.local.weights import find_source
from agents.models.model_names import ModelId
from agents.models.spoken import is_spoken, read_spoken
from agents.models.steering.specs import SteeringSpec
from ingest.downloading.options import fetch_settings
from valuespectrum.steering.target import target_of
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

NOBODY = "~nobody-of-this-name/file"


def test_a_tilde_is_the_home_of_whoever_runs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_path("~/clips") == tmp_path / "clips"
    assert user_path(Path("a/b")) == Path("a/b")


@pytest.mark.parametrize("written", [NOBODY, "a\0b"])
@pytest.mark.parametrize(
    "read",
    [
        user_path,
        is_spoken,
        read_spoken,
        find_source,
        lambda written: SteeringSpec.parse(written).read(),
        lambda written: fetch_settings([f"cookies={written}"]),
    ],
)
def test_what_is_no_path_is_refused_in_one_line(read: Callable[[str], object], written: str) -> None:
    with pytest.raises(InputError) as refused:
        read(written)
    assert "\n" not in refused.value.message


@pytest.mark.timeout(20)
def test_files_that_a_run_names_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    model = ModelId.parse("reference:amber+security-towards~0a1b2c3d4e5f@01")
    for named in (tmp_path / "pipe", tmp_path, "/dev/zero", NOBODY, "a\0b", ""):
        told = target_of(model, None, f"bench --steer '{named}' --model 'reference?steer={named}'")
        assert (told.value, told.direction) == ("security", "towards"), named
