"""The table of values out of stored runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from valuespectrum.operations.instrument import InstrumentSettings, run_instrument
from valuespectrum.runs.run import read_scores
from valuespectrum.steering.graph.run_table import table_of_runs
from valuespectrum.steering.graph.value_table import RowKey
from vectorstore.foundation.errors import InputError


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    few = {"wordings": "1"}
    found = []
    for instrument in ("portraits", "svo"):
        run = folder / instrument
        settings = InstrumentSettings(option=few if instrument == "portraits" else {})
        run_instrument(instrument, ["simulated:amber", "simulated:birch"], run, settings)
        found.append(run)
    return found


def test_every_respondent_is_a_row_with_its_scores_and_errors(runs: list[Path]) -> None:
    table = table_of_runs(runs[:1])
    rows = read_scores(runs[0])["respondents"]
    assert [key.model for key in table.keys] == [row["model"] for row in rows]
    assert table.keys[0] == RowKey(model=rows[0]["model"])
    profile = rows[1]["profile"]
    assert table.scores[1].tolist() == [profile[value]["mean"] for value in table.values]
    assert table.errors is not None and np.isfinite(table.errors).any()
    centred = table_of_runs(runs[:1], scale="centred")
    assert centred.scores[1].tolist() == [profile[value]["centred"] for value in table.values]


def test_of_several_instruments_one_is_chosen(runs: list[Path]) -> None:
    with pytest.raises(InputError, match="of 2 instruments: portraits, svo"):
        table_of_runs(runs)
    assert table_of_runs(runs, "portraits").values == table_of_runs(runs[:1]).values
