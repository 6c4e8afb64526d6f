"""Tables of sets: streamed, with holes, and what is said when something is missing."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from facet_tables import FOUR_VALUES, long_frame, set_table, waves

from bench.truth.respondents import Floats
from valuespectrum.scoring.facets.analysis import analyse, reckon
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.facets.ranking import rank
from valuespectrum.scoring.facets.tables import Layout, collect
from vectorstore.foundation.errors import InputError


def test_chunks_in_any_order_make_the_same_table() -> None:
    frame = long_frame(waves(10, 6, 3), np.arange(60).reshape(10, 6) // 2)
    layout = Layout(cluster="word")
    whole = collect([frame], layout)
    shuffled = frame.sample(frac=1.0, random_state=1)
    parts = collect((shuffled.iloc[start : start + 17] for start in range(0, len(shuffled), 17)), layout)
    assert json.dumps(analyse(whole).to_json()) == json.dumps(analyse(parts).to_json())
    assert whole.frame().equals(parts.frame())


def test_repeats_are_averaged_and_their_spread_is_kept() -> None:
    table = waves(4, 8, 3)
    frames = [long_frame(table + shift, value_set=FOUR_VALUES) for shift in (-0.3, 0.3)]
    repeated = collect(frames, Layout(FOUR_VALUES))
    assert repeated.log_odds == pytest.approx(set_table(table, value_set=FOUR_VALUES).log_odds, nan_ok=True)
    assert repeated.squares == pytest.approx(np.full(repeated.repeats.shape, 2 * 0.3**2))
    assert "other draws" in analyse(repeated).covering.sentence


def test_a_wording_that_pleases_more_does_not_move_values_that_miss_it() -> None:
    """Sets missing under the warm wording lower no value: the fit puts back what the wording adds."""
    table = np.zeros((10, 12, 3)) + 2.0 * np.arange(3) + 0.01 * waves(10, 12, 3)
    holes = table.copy()
    holes[0, :6, 2] = np.nan
    moved = analyse(set_table(holes)).values["self_direction"].centred.estimate.mean
    whole = analyse(set_table(table)).values["self_direction"].centred.estimate.mean
    assert moved is not None and whole is not None
    assert abs(moved - whole) < 0.01
    assert abs(float(np.nanmean(holes[0])) - float(np.nanmean(table[0]))) > 0.3


def _one_value(table: Floats) -> Floats:
    table[1:] = np.nan
    return table


def _one_clip(table: Floats) -> Floats:
    table[:, 1:] = np.nan
    return table


def _apart(table: Floats) -> Floats:
    table[2, :4, 0] = table[2, 4:, 1:] = np.nan
    return table


BROKEN: dict[str, tuple[Callable[[Floats], Floats], str]] = {
    "one wording": (lambda table: table[:, :, :1], "one wording was asked"),
    "one clip": (_one_clip, "too few clips"),
    "one value": (_one_value, "fewer than two values"),
    "constant": (lambda table: np.zeros_like(table), "every clip gave the same"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_known_is_said_and_no_number_looks_fine(name: str) -> None:
    damage, said = BROKEN[name]
    table = set_table(damage(waves(10, 8, 3)))
    analysis = analyse(table)
    row = analysis.values["self_direction"]
    assert said in row.status
    assert row.centred.estimate.low is None and row.centred.p is None and row.centred.p_adjusted is None
    assert analysis.differ.p is None and analysis.differ.why
    given = any(each.log_odds.estimate.low is not None for each in analysis.values.values())
    assert (analysis.covering.sentence == "No value has an interval.") is not given
    assert rank(reckon(table)) == {}
    assert "NaN" not in json.dumps(analysis.to_json())


def test_a_value_that_cannot_be_told_apart_from_its_wordings_has_no_interval_and_the_others_do() -> None:
    analysis = analyse(set_table(_apart(waves(10, 8, 3))))
    assert "no clip ties together" in analysis.values["hedonism"].status
    assert analysis.values["hedonism"].centred.estimate.low is None
    assert analysis.values["power"].centred.estimate.low is not None
    assert analysis.differ.values == 9


def test_a_value_found_by_one_search_word_has_no_interval_and_the_others_do() -> None:
    codes = np.arange(80).reshape(10, 8) // 2
    codes[4] = 99
    analysis = analyse(set_table(waves(10, 8, 3), codes))
    assert "all its clips come from one word" in analysis.values["power"].status
    assert analysis.values["power"].centred.estimate.mean is not None
    assert analysis.values["power"].centred.estimate.low is None
    assert analysis.values["security"].centred.p is not None


def test_a_value_whose_clips_gave_the_same_is_not_known_exactly() -> None:
    """What it is centred on is as unsure as others are: of two values it is half of the other's number."""
    table = waves(4, 8, 3)
    table[1], table[2:] = 0.3, np.nan
    found = reckon(set_table(table, value_set=FOUR_VALUES))
    assert found.why[0] == "" and "every clip gave the same" in found.why[1]
    clips, working = found.errors.parts.clips, found.errors.working.clips
    assert clips[1] == working[1] > 0.0 and clips[0] == found.within.over_clips.size[0]
    assert float(found.centred.se[0]) ** 2 > float(found.errors.parts.diagonal[0]) / 4


def test_clips_of_which_nothing_is_known_are_said_not_to_be_sources() -> None:
    """Each is a cluster of its own, which is not to know that others would be found."""
    frame = long_frame(waves(10, 6, 3), np.arange(60).reshape(10, 6) // 2)
    frame.loc[~frame["clip"].str.endswith(("-4", "-5")), "word"] = ""
    told = analyse(collect([frame], Layout(cluster="word"))).covering.sentence
    assert "found by other words (5 a value, 4 of them single clips whose word is not known)" in told


def test_one_wording_can_be_taken_for_all_there_is_when_that_is_said() -> None:
    analysis = analyse(set_table(waves(10, 8, 1)), Facets(wordings=False))
    assert analysis.values["power"].status == "ok"
    assert "in the same wording. It does not cover other wordings" in analysis.covering.sentence


def test_clips_that_serve_two_values_do_not_count_as_two() -> None:
    """The same clips under both names: their difference is sure, and an interval that knows it is narrow."""
    table = waves(10, 12, 3)
    frame = long_frame(table)
    shared = frame[frame["value"] == "power"].assign(value="security")
    mixed = frame[frame["value"] != "security"]
    linked = reckon(collect([mixed, shared]))
    apart = reckon(collect([mixed, shared.assign(clip="other " + shared["clip"])]))
    power, security = 4, 5
    assert linked.errors.shared[power, security] == pytest.approx(linked.errors.parts.clips[power], rel=1e-9)
    assert apart.errors.shared[power, security] == 0.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"theta": np.inf}, "infinite"),
        ({"value": "greed"}, "no dimension"),
        ({"theta": np.nan}, "no complete set"),
    ],
)
def test_bad_rows_are_refused(change: dict[str, float | str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        collect([long_frame(waves(10, 4, 2)).assign(**change)])


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InputError, match="wording"):
        collect([long_frame(waves(10, 4, 2)).drop(columns="wording")])
