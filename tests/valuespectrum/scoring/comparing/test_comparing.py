"""Other clips, time, single clips: held to planted truth and to what must be so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facet_tables import FOUR_VALUES, long_frame, set_table, waves

from bench.truth.comparing import SAME_TASTE, flags, other_clips, table_of, trend
from bench.truth.respondents import VALUES, Floats, Law, answer
from valuespectrum.scoring.comparing.differential import differential
from valuespectrum.scoring.comparing.drift import slope
from valuespectrum.scoring.comparing.samples import contrast_of_means
from valuespectrum.scoring.facets.analysis import analyse, reckon
from valuespectrum.scoring.facets.comparison import compare, judged, together
from valuespectrum.scoring.facets.tables import Layout, SetTable, collect, contrast
from vectorstore.foundation.errors import InputError

BOTH = (1.0, -1.0)


def named(table: Floats, clips: list[str]) -> SetTable:
    """A table whose clips, the same number of every value, have these names."""
    frame = long_frame(table)
    place = frame["clip"].str.split("-").str[1].astype(int)
    return collect([frame.assign(clip=frame["value"] + place.map(dict(enumerate(clips))))], Layout())


# ------------------------------------------------------------------------------------ samples of clips


def test_on_the_same_clips_means_differ_as_sets_do() -> None:
    first, second = set_table(waves(10, 12, 3)), set_table(0.8 * waves(10, 12, 3)[:, ::-1])
    paired, apart = (analyse(make((first, second), BOTH)) for make in (contrast, contrast_of_means))
    for value, row in paired.values.items():
        other = apart.values[value].centred
        assert other.estimate.mean == pytest.approx(row.centred.estimate.mean, abs=1e-12)
        assert other.estimate.se == pytest.approx(row.centred.estimate.se, rel=1e-9)


def test_other_clips_have_the_errors_of_both_samples() -> None:
    """Welch: the variance of a difference of two independent means is the sum of theirs."""
    generator = np.random.default_rng(0)
    one, two = generator.normal(size=(10, 8, 1)), generator.normal(size=(10, 8, 1))
    tables = named(one, [f"a{n}" for n in range(8)]), named(two, [f"b{n}" for n in range(8)])
    found = reckon(contrast_of_means(tables, BOTH)).within
    both = one.var(axis=1, ddof=1)[:, 0] / 8 + two.var(axis=1, ddof=1)[:, 0] / 8
    assert found.over_clips.size == pytest.approx(both)
    assert found.means == pytest.approx((one.mean(axis=1) - two.mean(axis=1))[:, 0])


def test_search_words_of_both_samples_are_drawn_again() -> None:
    """Four words with two clips each in either sample: the variances of clustered means, added."""
    generator = np.random.default_rng(1)
    words = np.repeat(np.arange(4), 2)
    samples = [generator.normal(size=(10, 8, 1)) + generator.normal(size=(10, 4, 1))[:, words] for _ in range(2)]
    tables = []
    for name, sample in zip("ab", samples, strict=True):
        frame = long_frame(sample)
        place = frame["clip"].str.split("-").str[1].astype(int)
        marked = frame.assign(clip=name + frame["clip"], word=[f"{name}{words[each]}" for each in place])
        tables.append(collect([marked], Layout(cluster="word")))
    found = reckon(contrast_of_means(tables, BOTH)).within
    sums = [(each - each.mean(axis=1, keepdims=True)).reshape(10, 4, 2).sum(axis=2) for each in samples]
    expected = sum((each**2).sum(axis=1) * (4 / 3) / 8**2 for each in sums)
    assert found.over_clips.size == pytest.approx(expected)
    assert found.sizes.clusters == pytest.approx(8)


def test_a_sample_of_one_search_word_tells_nothing_of_its_value() -> None:
    one, two = waves(10, 6, 2), waves(10, 6, 2)[:, ::-1].copy()
    tables = []
    for name, table in (("a", one), ("b", two)):
        frame = long_frame(table)
        alone = (frame["value"] == "power") & (name == "b")
        tables.append(
            collect(
                [frame.assign(clip=name + frame["clip"], word=np.where(alone, "w", frame["clip"]))],
                Layout(cluster="word"),
            )
        )
    assert judged(contrast_of_means(tables, BOTH), tables).left_out == ("power",)


def test_clips_that_stayed_move_nothing() -> None:
    """One model, a corpus that lost a clip and gained one: only these two pull."""
    whole = waves(10, 9, 2)
    before = named(whole[:, :8], [f"c{n}" for n in range(8)])
    after = named(whole[:, 1:], [f"c{n}" for n in range(1, 9)])
    found = reckon(contrast_of_means((after, before), BOTH)).within
    paired = named((whole[:, 8:] - whole[:, :1]) / 8, ["x"])
    assert found.means == pytest.approx(reckon(paired).within.means)
    apart = named(whole[:, :8] + 0.0, [f"d{n}" for n in range(8)])
    alone = reckon(contrast_of_means((after, apart), BOTH)).within
    assert (found.over_clips.size < alone.over_clips.size).all()


def test_intervals_of_other_clips_hold_the_truth() -> None:
    found = other_clips(Law(clips=10, wordings=3, value_wording=0.15), 40, seed=3)
    assert 0.92 <= found.coverage <= 0.985
    assert found.family <= 0.1


def test_values_with_hardly_a_clip_in_one_sample_are_left_out() -> None:
    one, two = waves(10, 6, 2), waves(10, 6, 2)[:, ::-1].copy()
    two[4, 2:] = np.nan
    tables = named(one, [f"a{n}" for n in range(6)]), named(two, [f"b{n}" for n in range(6)])
    comparison = judged(contrast_of_means(tables, BOTH), tables)
    assert comparison.left_out == ("power",)
    with pytest.raises(InputError, match="no value and wording"):
        other = long_frame(two)
        contrast_of_means((tables[0], collect([other.assign(wording="other")], Layout())), BOTH)


# ------------------------------------------------------------------------------------ several at once


def test_one_comparison_is_adjusted_as_ever_and_several_more() -> None:
    table = waves(10, 15, 3)
    others = [table + 0.05 * waves(10, 15, 3)[:, ::-1] + shift for shift in (0.0, 1.0)]
    others[0][2] += 0.05
    pairs = [compare(set_table(table), set_table(other)) for other in others]
    assert together(pairs[:1])[0].values == pairs[0].values
    for alone, both in zip(pairs, together(pairs), strict=True):
        for value, row in alone.values.items():
            more, less = both.values[value].difference.p_adjusted, row.difference.p_adjusted
            assert more is not None and less is not None and more >= less
            assert both.values[value].difference.estimate == row.difference.estimate


# ------------------------------------------------------------------------------------ time


def _checkpoints(slope: float, runs: int = 4, noise: float = 0.05) -> list[SetTable]:
    generator, start = np.random.default_rng(2), waves(10, 12, 3)
    tables = []
    for run in range(runs):
        now = start + noise * generator.standard_normal(start.shape) + 0.7 * run
        now[3] += slope * run
        tables.append(set_table(now))
    return tables


def test_a_value_that_rises_has_a_slope_and_the_rest_stays() -> None:
    found = slope(_checkpoints(0.4), [0, 10, 20, 30])
    achievement = found.values["achievement"].centred
    assert achievement.estimate.mean == pytest.approx(0.9 * 0.04, abs=0.004)
    assert achievement.p_adjusted is not None and achievement.p_adjusted < 0.01
    assert found.general.estimate.mean == pytest.approx(0.07 + 0.004, abs=0.004)


def test_the_slope_is_that_of_a_regression_of_means() -> None:
    tables, at = _checkpoints(0.3), [0.0, 1.0, 5.0, 6.0]
    means = np.array([reckon(table).across.means for table in tables])
    expected = np.polyfit(at, means - means.mean(axis=1, keepdims=True), 1)[0]
    for put_together in (contrast, contrast_of_means):
        found = slope(tables, at, put_together=put_together)
        assert [row.centred.estimate.mean for row in found.values.values()] == pytest.approx(expected)


def test_nothing_moves_where_nothing_moved_and_a_rise_is_named() -> None:
    assert trend(SAME_TASTE, 3, 25, seed=0) <= 0.12
    assert trend(SAME_TASTE, 3, 10, seed=0, rise=0.4) >= 0.8


def test_a_line_takes_three_runs_at_different_places() -> None:
    tables = _checkpoints(0.1, runs=3)
    for few, at in ((tables[:2], [0, 1]), (tables, [0, 1]), (tables, [1, 1, 1])):
        with pytest.raises(InputError, match="a trend takes three runs or more"):
            slope(few, at)


# ------------------------------------------------------------------------------------ single clips


@pytest.mark.parametrize(("wordings", "uneven"), [(2, 0.0), (6, 0.0), (3, 0.3), (6, 0.3)])
def test_hardly_a_clip_is_flagged_where_profiles_say_all(wordings: int, uneven: float) -> None:
    """With nothing to find, the rate of false discoveries is the chance of any; also where some clips are less sure."""
    law = replace(SAME_TASTE, wordings=wordings, value_wording=0.3, uneven=uneven)
    found = flags(law, 100, seed=1)
    assert found.any <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 100)
    assert found.spread < 0.08


@pytest.mark.parametrize(("off", "planted", "wordings"), [(1.2, 2, 3), (1.2, 5, 3), (0.6, 2, 6), (0.6, 5, 6)])
def test_planted_clips_are_found_and_few_others(off: float, planted: int, wordings: int) -> None:
    """Five of fifteen: the middle of their value is that of the others, or its other clips would look strange."""
    found = flags(replace(SAME_TASTE, wordings=wordings), 60, seed=2, off=off, planted=planted)
    assert found.found > 0.8
    assert found.wrong <= 0.06


def test_tastes_of_their_own_are_told_as_a_spread() -> None:
    assert flags(Law(clips=40, wordings=3, taste=0.6, together=2), 3, seed=1).spread > 0.5


def test_a_flagged_clip_says_by_how_much_and_how_large_that_is() -> None:
    one, two = answer(SAME_TASTE, 2, np.random.default_rng(5), np.zeros((2, VALUES))).table
    one[2, 4] += 1.5
    found = differential(contrast((table_of(one), table_of(two)), BOTH))
    clip = found.flagged[0]
    assert (clip.value, clip.size) == ("hedonism", "large")
    low, high = clip.residual.estimate.low, clip.residual.estimate.high
    assert low is not None and high is not None and low < 1.5 < high
    swapped = differential(contrast((table_of(two), table_of(one)), BOTH)).flagged[0]
    assert swapped.residual.estimate.mean == pytest.approx(-(clip.residual.estimate.mean or 0.0))


def test_what_cannot_be_told_is_said() -> None:
    one = differential(set_table(waves(10, 5, 1)))
    assert not one.flagged and "one wording" in one.why and one.spread is None
    two = differential(set_table(np.zeros((10, 5, 2)) + np.arange(5)[None, :, None]))
    assert not two.flagged and "all wordings told the clips apart in the same way" in two.why
    few = differential(set_table(waves(4, 2, 3), value_set=FOUR_VALUES))
    assert not few.tested and few.why == "too few clips"


def test_holes_and_missing_values_break_nothing() -> None:
    table = waves(10, 12, 3)
    table[2] = np.nan
    table[5, :4, 0] = np.nan
    table[6, 1:] = np.nan
    found = differential(set_table(table))
    assert found.tested == 12 * 8
    assert {clip.value for clip in found.flagged} <= set(set_table(table).values) - {"hedonism", "conformity"}
