"""Two respondents on the same clips: differences, equality, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from facet_tables import long_frame, set_table, waves

from valuespectrum.scoring.facets.analysis import reckon
from valuespectrum.scoring.facets.comparison import DIFFERS, EQUAL, SLIGHT, UNKNOWN, compare
from valuespectrum.scoring.facets.covering import Covering
from valuespectrum.scoring.facets.inference import holm
from valuespectrum.scoring.facets.ranking import rank
from valuespectrum.scoring.facets.tables import Layout, collect
from vectorstore.foundation.errors import InputError


def test_what_all_clips_share_falls_out_and_what_one_value_adds_stays() -> None:
    table = waves(10, 15, 3)
    other = table + 2.0 + 0.05 * waves(10, 15, 3)[:, ::-1, ::-1]
    other[3] += 1.0
    comparison = compare(set_table(other), set_table(table))
    achievement = comparison.values["achievement"]
    assert achievement.difference.estimate.mean == pytest.approx(0.9, abs=0.05)
    assert achievement.verdict == DIFFERS
    assert comparison.values["power"].verdict in (EQUAL, SLIGHT)
    assert comparison.values["power"].p_equal == pytest.approx(0.0, abs=1e-6)
    general = comparison.analysis.general.estimate.mean
    assert general == pytest.approx(2.1, abs=0.05)
    assert json.loads(json.dumps(comparison.to_json()))["margin"] == 0.5


def test_a_respondent_and_itself_have_no_verdict() -> None:
    """Differences of nothing at all have no spread: that is said."""
    comparison = compare(set_table(waves(10, 15, 3)), set_table(waves(10, 15, 3)))
    assert {row.verdict for row in comparison.values.values()} == {UNKNOWN}
    assert all("every clip gave the same" in row.why for row in comparison.values.values())
    assert comparison.to_json()["covers"] == "No value has an interval."


def test_only_shared_values_and_sets_count() -> None:
    first, second = waves(10, 15, 3), waves(10, 15, 3)[:, :, ::-1] * 0.9
    second[2] = np.nan
    second[5, :9] = np.nan
    comparison = compare(set_table(first), set_table(second))
    assert comparison.left_out == ("hedonism",)
    assert "hedonism" not in comparison.values
    assert comparison.analysis.values["security"].clips == 6


def test_different_readouts_and_different_clips_are_refused() -> None:
    frame = long_frame(waves(10, 5, 2))
    read = collect([frame], Layout(readout="log_probability"))
    with pytest.raises(InputError, match="are not compared"):
        compare(read, collect([frame], Layout(readout="text")))
    with pytest.raises(InputError, match="share no value"):
        compare(read, collect([frame.assign(clip="x" + frame["clip"])], Layout(readout="log_probability")))


def test_equal_scores_share_a_rank() -> None:
    table = waves(10, 12, 3)
    table[5] = table[4, ::-1]
    ranks = rank(reckon(set_table(table)))
    assert ranks["power"].rank == ranks["security"].rank
    assert ranks["power"].low <= ranks["power"].rank <= ranks["power"].high
    for each in ranks.values():
        assert sum(each.chances) == pytest.approx(1.0)


def test_holm_is_bonferroni_for_the_smallest_and_never_falls() -> None:
    p = np.array([0.001, 0.5, np.nan, 0.02, 0.01])
    adjusted = holm(p)
    assert adjusted[[0, 4, 3, 1]] == pytest.approx([0.004, 0.03, 0.04, 0.5])
    assert np.isnan(adjusted[2])


def test_the_words_beside_an_interval_name_what_it_does_not_cover() -> None:
    told = Covering(15, "search_word", 5, 3, True, False).sentence
    assert "found by other search words (5 a value)" in told
    assert "It does not cover clips from other sources, another language" in told
    assert "not told apart" in Covering(15, "", 15, 3, True, False).sentence
