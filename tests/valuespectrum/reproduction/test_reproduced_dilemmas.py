"""Published facts of Multi-step Moral Dilemmas, made again from the figure and from files of dilemmas."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dilemma_files import entry, written

from valuespectrum.reproduction.dilemmas import dilemmas, published_matrices
from valuespectrum.reproduction.targets import reproduce_target
from valuespectrum.theory.value_sets import MORAL_FOUNDATIONS_6
from vectorstore.foundation.errors import InputError

DATA = Path(__file__).parents[4] / "shared" / "data" / "mmds"


def test_circles_hang_on_two_labels_of_an_axis(tmp_path: Path) -> None:
    document = reproduce_target("dilemmas", written(tmp_path, entry()))
    rows = {row["name"]: row for row in document["rows"]}
    assert rows["overall, printed: models with a circle of three"]["ours"] == 8
    assert rows["overall, alphabetical: models with a circle of three"]["ours"] == 0
    names = [f"overall, alphabetical: chains that break {name} transitivity" for name in ("weak", "moderate", "strong")]
    broken = [rows[name]["ours"] for name in names]
    assert (rows["overall, alphabetical: chains"]["ours"], *broken) == (190, 4, 17, 75)
    assert rows["printed counts of schwartz_10, added up"]["ours"] == 33_083
    assert document["passed"] and document["contradictions"] == ["printed counts of schwartz_10, added up"]


def test_readings_differ_in_two_pairs_of_values_only() -> None:
    liberty, loyalty, sanctity = (MORAL_FOUNDATIONS_6.position(each) for each in ("liberty", "loyalty", "sanctity"))
    for panel in ("overall", "step 1", "step 5"):
        one, other = (published_matrices(panel, reading)["GPT-4o"] for reading in ("printed", "alphabetical"))
        apart = {tuple(place) for place in np.argwhere(~np.isclose(one, other, equal_nan=True)).tolist()}
        assert apart == {(liberty, loyalty), (loyalty, liberty), (liberty, sanctity), (sanctity, liberty)}
        assert one[liberty, sanctity] == other[liberty, loyalty] and np.isnan(np.diag(one)).all()


def test_a_file_that_is_neither_the_samples_nor_the_whole_is_counted_and_not_compared(tmp_path: Path) -> None:
    rows = {row.name: row for row in dilemmas(written(tmp_path, entry(1), entry(2)))}
    assert rows["dilemmas.json: dilemmas"].ours == 2
    clone = tmp_path / "clone"
    (clone / "data").mkdir(parents=True)
    (tmp_path / "dilemmas.json").rename(clone / "data" / "MMDs_mft.json")
    assert {row.name: row for row in dilemmas(clone)}["MMDs_mft.json: dilemmas"].ours == 2
    empty = tmp_path / "nothing"
    empty.mkdir()
    with pytest.raises(InputError, match="holds no"):
        dilemmas(empty)


@pytest.mark.skipif(not DATA.exists(), reason="the published samples are not there")
def test_the_published_samples_hold_what_they_should() -> None:
    document = reproduce_target("dilemmas", DATA)
    rows = {row["name"]: row for row in document["rows"]}
    assert document["passed"]
    assert rows["MMDs_MFT.json: labelled courses"]["ours"] == 250 and rows["MMDs_MFT.json: different idx"]["pass"]
