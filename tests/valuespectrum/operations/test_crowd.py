"""Several agents at once: nobody's log is another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.models.base import ModelOptions
from valuespectrum.operations.browse import BrowseSettings
from valuespectrum.operations.crowd import Crowd, _sessions
from valuespectrum.reference.twin.loading import load
from vectorstore.foundation.errors import InputError


def test_models_whose_sessions_would_have_one_log_are_refused(tmp_path: Path) -> None:
    """Names of logs hold sixty characters of a model's: checkpoints in one deep folder differ behind them."""
    deep = f"hf:{'/checkpoints' * 5}"
    specs, amber = (f"{deep}/1000", f"{deep}/2000"), load("amber", ModelOptions())

    def planned(*named: str) -> list[Path]:
        places = (tmp_path / "corpus", tmp_path)
        models = dict.fromkeys(named, amber)
        return list(_sessions(Crowd(named, sessions=2), BrowseSettings(), models, {"none": None}, places))

    with pytest.raises(InputError, match="two sessions would be written to"):
        planned(*specs)
    assert len(planned(specs[0], specs[0])) == 2, "a model that is named twice walks once"
