"""Ratings of runs, tables and people side by side, down to the verb."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valuespectrum.calibration.planted_ratings import PlantedRatings, planted_table
from valuespectrum.cli import main
from valuespectrum.comparing.rated import RatedSources, rated_table
from valuespectrum.comparing.respondents import Wanted
from valuespectrum.instruments.portraits.keys import scoring_key
from valuespectrum.scoring.ordinal.analysis import OrdinalOptions, analyse
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

DATA = Path(__file__).parents[4] / "shared" / "data" / "human"
"""Where somebody who has the data of others puts them, beside the repository; they are never part of it."""
SMALL = ["--option", "rounds=2", "--option", "wordings=1", "--option", "labels=digits"]


def written(path: Path, seed: int = 1) -> Path:
    """Ratings with planted effects as a file, one answer a line."""
    table = planted_table(PlantedRatings(respondents=2, values=3, items=2, repeats=20), seed)
    names = {key: [table.names[key][code] for code in table.codes[key]] for key in ("respondent", "value", "item")}
    cells = pd.DataFrame(names).join(pd.DataFrame(table.counts, columns=table.steps))
    rows = cells.melt(id_vars=list(names), var_name="rating", value_name="weight")
    rows["repeat"] = rows["rating"]
    rows[rows["weight"] > 0].to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("runs")
    found = []
    for twin in ("amber", "pearl"):
        run = folder / twin
        command = ["instrument", "run", "portraits", "--model", f"simulated:{twin}", "--run", str(run), *SMALL]
        assert main(command) == 0
        found.append(run)
    return found


def test_stored_runs_become_one_table(runs: list[Path]) -> None:
    table = rated_table(runs, RatedSources(ten=True))
    assert set(table.values) == set(VALUES) and len(table.respondents) == 2
    assert all("own p" in item for item in table.names["item"]) and len(table.names["item"]) == 36
    assert any("face count for none" in note for note in table.notes)
    assert any("rather too wide" in note for note in table.notes), "twins tell probabilities"
    assert len(table.names["version"]) == 4, "two wordings, one of them reversed, in two directions"
    steps = table.counts @ np.array(table.steps) / table.counts.sum(axis=1)
    own = table.codes["respondent"] == 0
    versions = [steps[own & (table.codes["version"] == version)].mean() for version in range(4)]
    assert np.ptp(versions) < 1.5, "turned scales and wordings are turned round"
    with pytest.raises(InputError, match="no run here holds the model"):
        rated_table(runs, RatedSources(Wanted(("nobody",))))


def test_the_verb_compares_tables_and_refuses_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "ratings.csv")
    assert main(["instrument", "ordinal", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["concluded"] and found["answers"] == 240 and len(found["differences"]) == 3
    assert main(["instrument", "ordinal", str(path)]) == 0
    told = capsys.readouterr().out
    assert "model 0 - model 1" in told and "predictive check" in told and "not published" in told
    for wrong, part in (
        ([str(path), str(path)], "two sources hold a respondent"),
        ([str(path), "--steps", "4"], "from 1 to 4"),
        ([str(tmp_path / "none.csv")], "does not exist"),
        ([str(tmp_path)], "no run"),
        ([], "nothing is named"),
    ):
        assert main(["instrument", "ordinal", *wrong, "--json"]) == 2
        error = json.loads(capsys.readouterr().out)["error"]
        assert part in error["message"] and error["hint"] and "\n" not in error["message"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["ratings.csv", "--items", "6"], "--items means nothing without --plan"),
        (["ratings.csv", "--plan", "0.8", "--bayes"], "--bayes means nothing beside --plan"),
        (["ratings.csv", "--plan", "0.8", "--all-pairs"], "--all-pairs means nothing beside --plan"),
        (["run", "--form", "pvq_21"], "--form means nothing without a table"),
        (["run", "--turned"], "--turned means nothing without a table"),
        (["--plan", "0.8", "--steps", "7"], "--steps means nothing without a table"),
        (["ratings.csv", "--form", "svs", "--steps", "7"], "--steps means nothing beside --form"),
        (["ratings.csv", "--power", "0.9"], "--power means nothing without --plan"),
        (["ratings.csv", "--draws", "200"], "--draws means nothing without --bayes"),
        (["ratings.csv", "--chains", "2"], "--chains means nothing without --bayes"),
        (["ratings.csv", "--model", "acorn"], "--model means nothing without a run"),
        (["ratings.csv", "--persona", "all"], "--persona means nothing without a run"),
        (["ratings.csv", "--readout", "samples"], "--readout means nothing without a run"),
        (["--plan", "0.8", "--thresholds", "own"], "--thresholds means nothing without a pilot"),
        (["--plan", "0.8", "--ten"], "--ten means nothing without a pilot"),
    ],
)
def test_what_would_be_passed_over_is_refused(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "ratings.csv")
    (tmp_path / "run").mkdir()
    assert main(["instrument", "ordinal", *words]) == 2
    assert told in capsys.readouterr().err


def test_the_verb_plans_with_and_without_a_pilot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "ratings.csv")
    assert main(["instrument", "ordinal", str(path), "--plan", "2", "--items", "6", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pilot"] and found["items"] == 6 and 0.1 < found["information"] < 1 / 3
    assert main(["instrument", "ordinal", "--plan", "0.8"]) == 0
    assert "20 repeats of every item tell it" in capsys.readouterr().out


def test_people_are_one_respondent_with_persons_in_it() -> None:
    if not DATA.exists():
        pytest.skip("the answers of people are not ours to pass on; nobody put them beside the repository")
    adults, survey = DATA / "smacof_PVQ40.rda", DATA / "polychoric_gss12_values.rda"
    with pytest.raises(InputError, match="reads backwards"):
        rated_table([adults, adults], RatedSources(key="pvq_40"))
    with pytest.raises(InputError, match="21 columns"):
        rated_table([survey], RatedSources(key="pvq_40", turned=True))
    with pytest.raises(InputError, match="one person a line"):
        rated_table([survey], RatedSources())


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_people_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "people.csv")
    with pytest.raises(InputError, match="not a regular file"):
        rated_table([tmp_path / "people.csv"], RatedSources(key="pvq_21"))


def test_people_rank_values_as_their_means_do(tmp_path: Path) -> None:
    """Effects of two groups of people against centred means of the same answers."""
    rng = np.random.default_rng(3)
    means = np.linspace(-0.9, 0.9, 10)
    key = scoring_key("pvq_21")
    order = ["power", *(value for value in VALUES if value not in ("power", "benevolence")), "benevolence"]
    of_item = {number: means[order.index(key.value_of(number))] for number in range(1, 22)}
    for name in ("one", "two"):
        own = rng.normal(size=(12, 1))
        ratings = np.clip(np.rint(3.7 + own * 0.4 + np.array(list(of_item.values())) + rng.normal(size=(12, 21))), 1, 6)
        np.savetxt(tmp_path / f"{name}.csv", ratings, delimiter=",", header=",".join("i" * 21), comments="")
    table = rated_table([tmp_path / "one.csv", tmp_path / "two.csv"], RatedSources(key="pvq_21"))
    assert len(table.names["person"]) == 24 and table.answers == 24 * 21
    found = analyse(table, OrdinalOptions())
    assert "other people like these 24" in found["covers"]
    ours = [row["estimate"] for value in order for row in found["effects"][10:] if row["value"] == value]
    theirs = [ratings[:, [number - 1 for number in key.numbers[value]]].mean() for value in order]
    assert np.corrcoef(ours, theirs)[0, 1] > 0.98


def test_a_scale_that_there_is_not_is_refused_in_a_line() -> None:
    for steps in (1, -6, 10**9):
        with pytest.raises(InputError, match="a scale has 2 to 99 steps"):
            RatedSources(steps=steps)


def test_no_place_is_refused_in_a_line() -> None:
    with pytest.raises(InputError, match="nothing is named to compare"):
        rated_table([], RatedSources())
