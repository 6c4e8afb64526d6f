"""Where ``ingest`` works can be chosen; a wrong choice is one line, and nothing is begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from valuespectrum.cli import main


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--engine", "dask"], "known are: local, ray"),
        (["--ray-address", "10.0.0.1:6379"], "add --engine ray"),
    ],
)
def test_a_wrong_engine_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["ingest", str(tmp_path), "--corpus", str(tmp_path / "corpus"), *words]) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "corpus").exists()


def test_a_missing_ray_is_named_with_the_way_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["ingest", str(tmp_path), "--corpus", str(tmp_path / "corpus"), "--engine", "ray"]) == 2
    assert "pip install 'valuespectrum[ray]'" in capsys.readouterr().err
