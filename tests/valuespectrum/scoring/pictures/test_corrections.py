"""Wrong clips and nuisances: against formulas by hand, least squares, and planted truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facet_tables import FOUR_VALUES, set_table, waves

from bench.truth.pictures import Mixed, Prettier, prettier, prettier_matched, unmixed
from bench.truth.respondents import Law
from valuespectrum.scoring.facets.analysis import analyse
from valuespectrum.scoring.facets.tables import SetTable
from valuespectrum.scoring.pictures.attenuation import correct
from valuespectrum.scoring.pictures.balance import Nuisances, balance_table, imbalance, spread_within
from valuespectrum.scoring.pictures.covariates import SAME, adjust
from valuespectrum.scoring.pictures.latent import named_twice, witnessed
from valuespectrum.scoring.pictures.matching import match
from valuespectrum.scoring.pictures.relabelling import NONE, VIOLATED, Relabel, wrong_clips
from valuespectrum.scoring.pictures.reworked import Reworked

NAMES = FOUR_VALUES.dimensions


def centred(found: Reworked) -> dict[str, float]:
    return {value: row.estimate.mean for value, row in found.values.items() if row.estimate.mean is not None}


def test_the_share_of_wrong_clips_has_the_exact_interval() -> None:
    from scipy.stats import binomtest

    seen = [Relabel("a", str(at), "a" if at < 16 else "b") for at in range(20)]
    found = wrong_clips(seen, NAMES)["a"]
    low, high = binomtest(4, 20).proportion_ci(method="exact")
    assert [found.wrong.low, found.wrong.high] == pytest.approx([low, high])
    assert (found.clips, found.other, found.violated, found.nothing) == (20, 0.2, 0.0, 0.0)


def test_clips_of_one_search_word_count_together() -> None:
    alone = [Relabel("a", str(at), "b" if at < 5 else "a") for at in range(20)]
    together = [replace(each, cluster=str(at // 5)) for at, each in enumerate(alone)]
    one, other = (wrong_clips(each, NAMES)["a"].wrong for each in (alone, together))
    assert one.mean == other.mean and other.high is not None and one.high is not None and other.high > one.high


def test_violated_values_and_no_value_are_wrong_and_told_apart() -> None:
    seen = [Relabel("a", "1", "a", VIOLATED), Relabel("a", "2", NONE), Relabel("a", "3", "c"), Relabel("a", "4", "a")]
    found = wrong_clips(seen, NAMES)["a"]
    assert (found.wrong.mean, found.violated, found.nothing, found.other) == (0.75, 0.25, 0.25, 0.25)
    assert found.shown == {f"a {VIOLATED}": 1, NONE: 1, "c": 1, "a": 1}
    assert wrong_clips([], NAMES)["b"].wrong.mean is None


def mixed(
    theta: np.ndarray, wrong: int = 3, clips: int = 12
) -> tuple[SetTable, dict[tuple[str, str], dict[str, float]]]:
    """Clips without noise but for one wave, of which the first few show the next value."""
    shows = np.tile(np.arange(4)[:, None], (1, clips))
    shows[:, :wrong] = (shows[:, :wrong] + 1) % 4
    wave = 0.01 * np.sin(np.arange(4 * clips * 2)).reshape(4, clips, 2)
    told = {(NAMES[v], f"{v}-{c}"): {NAMES[shows[v, c]]: 1.0} for v in range(4) for c in range(clips)}
    return set_table(theta[shows][..., None] + wave, value_set=FOUR_VALUES), told


def test_mixtures_are_taken_apart() -> None:
    theta = np.array([1.0, -0.5, 0.2, -0.7])
    table, told = mixed(theta)
    found = correct(table, told)
    assert centred(found.after) == pytest.approx(dict(zip(NAMES, theta, strict=True)), abs=0.02)
    assert max(abs(centred(found.before)[name] - own) for name, own in zip(NAMES, theta, strict=True)) > 0.2
    assert found.confusion["a"] == {"a": 0.75, "b": 0.25} and found.left_out == ()


def test_without_wrong_clips_nothing_changes() -> None:
    table = set_table(waves(4, 10, 3), value_set=FOUR_VALUES)
    told = {(name, f"{v}-{c}"): {name: 1.0} for v, name in enumerate(NAMES) for c in range(10)}
    after, plain = correct(table, told).after, analyse(table)
    for name, row in after.values.items():
        assert row.estimate == pytest.approx(plain.values[name].centred.estimate)
        assert row.p_adjusted == pytest.approx(plain.values[name].centred.p_adjusted)


def test_clips_that_show_nothing_or_were_not_seen_are_left_out() -> None:
    table, told = mixed(np.array([1.0, -0.5, 0.2, -0.7]))
    told["a", "0-11"] = {NONE: 1.0}
    del told["b", "1-11"]
    found = correct(table, told)
    assert found.clips == {"a": 11, "b": 11, "c": 12, "d": 12}


def test_a_value_of_which_most_clips_show_something_else_is_not_corrected() -> None:
    table, told = mixed(np.array([1.0, -0.5, 0.2, -0.7]))
    for clip in range(8):
        told["d", f"3-{clip}"] = {"c": 1.0}
    found = correct(table, told)
    assert found.left_out == ("d",) and set(found.after.values) == {"a", "b", "c"}
    nothing = correct(table, {})
    assert nothing.after.why and not nothing.after.values and set(nothing.left_out) == set(NAMES)


def test_planted_mixtures_come_out_with_honest_intervals() -> None:
    before, after = unmixed(Mixed(Law(value=1.0, value_wording=0.15, clips=15), 0.25), 60, 5)
    assert before.slope < 0.78 and before.coverage < 0.92
    assert abs(after.slope - 1) < 0.03 and 0.925 <= after.coverage <= 0.985


def test_raters_who_err_are_not_taken_for_wrong_clips_where_there_are_two() -> None:
    case = Mixed(wrong=0.2, raters=2, rater_error=0.15)
    one, two = (unmixed(each, 12, 2)[1] for each in (replace(case, raters=1), case))
    assert one.slope > 1.1, "which is why one rater corrects nothing"
    half = unmixed(replace(case, law=replace(case.law, clips=30), both=0.5), 12, 3)[1]
    for found in (two, half):
        assert abs(found.slope - 1) < 0.08 and 0.92 <= found.coverage <= 0.99


def test_errors_of_raters_are_found() -> None:
    generator = np.random.default_rng(0)
    found_for = np.repeat(np.arange(6), 50)
    shows = np.where(generator.random(300) < 0.2, generator.integers(0, 6, 300), found_for)
    named = np.stack([np.where(generator.random(300) < e, (shows + 1) % 6, shows) for e in (0.05, 0.25)], axis=1)
    told = witnessed(found_for, named, 6)
    assert told.errors == pytest.approx([0.05, 0.25], abs=0.06)
    assert (told.shown.argmax(axis=1) == shows).mean() > 0.93
    assert np.isnan(witnessed(found_for, named[:, :1], 6).errors).all()
    some = named.copy()
    some[40:, 1] = -1
    assert named_twice(some).sum() == 40 and np.isnan(witnessed(found_for, some, 6).errors).all()
    assert np.isfinite(witnessed(found_for[:40], some[:40], 6).errors).all()
    some[19:, 1] = -1
    assert named_twice(some).all(), "too few to go by them alone"


def nuisances(values: int, clips: int) -> np.ndarray:
    generator = np.random.default_rng(4)
    x = generator.normal(size=(values, clips, 2))
    x[0, :, 0] += 1.0
    return x


def test_adjusted_means_are_those_of_least_squares() -> None:
    table = waves(4, 12, 2)
    x = nuisances(4, 12)
    rated = {f"{v}-{c}": x[v, c].tolist() for v in range(4) for c in range(12)}
    found = adjust(set_table(table, value_set=FOUR_VALUES), Nuisances(("bright", "pretty"), rated))
    scaled = x / spread_within(x, np.ones((4, 12), dtype=bool))
    design = np.concatenate([np.kron(np.eye(4), np.ones((12, 1))), scaled.reshape(48, 2)], axis=1)
    y = table.mean(axis=-1).ravel()
    solution = np.linalg.lstsq(design, y)[0]
    goal = solution[:4] - solution[:4].mean()
    assert centred(found.after) == pytest.approx(dict(zip(NAMES, goal, strict=True)))
    assert [found.slopes[name].mean for name in ("bright", "pretty")] == pytest.approx(solution[4:].tolist())
    # Robust errors of White (1980) with the usual correction, HC1.
    rest = y - design @ solution
    bread = np.linalg.inv(design.T @ design)
    robust = bread @ (design.T * rest**2) @ design @ bread * 48 / (48 - 6)
    assert [found.slopes[name].se for name in ("bright", "pretty")] == pytest.approx(
        np.sqrt(np.diag(robust)[4:]).tolist()
    )


def test_slopes_of_constant_answers_have_no_interval() -> None:
    x = nuisances(4, 12)
    rated = {f"{v}-{c}": x[v, c].tolist() for v in range(4) for c in range(12)}
    found = adjust(set_table(np.full((4, 12, 2), 0.1), value_set=FOUR_VALUES), Nuisances(("bright", "pretty"), rated))
    for slope in found.slopes.values():
        assert slope.mean == pytest.approx(0.0, abs=1e-9) and slope.low is slope.high is None and slope.why == SAME
    assert all(each.estimate.low is None for each in found.after.values.values())


def test_nuisances_that_nobody_has_or_that_do_not_vary_are_named() -> None:
    x = nuisances(4, 12)
    rated = {f"{v}-{c}": [x[v, c, 0], 5.0, np.nan] for v in range(4) for c in range(12)}
    rated["0-0"] = [np.nan, 5.0, np.nan]
    found = adjust(set_table(waves(4, 12, 2), value_set=FOUR_VALUES), Nuisances(("bright", "same", "none"), rated))
    assert set(found.unused) == {"same", "none"} and found.clips == 47 and list(found.slopes) == ["bright"]
    alone = {clip: each[:1] for clip, each in rated.items()}
    few = adjust(set_table(waves(4, 3, 2), value_set=FOUR_VALUES), Nuisances(("bright",), alone))
    assert not few.after.values and "too few" in few.after.why


def test_clips_of_values_with_too_few_do_not_count_for_slopes() -> None:
    """Twelve clips of two values leave nine beyond both and the nuisance; four of two others tell nothing of it."""
    table, x = waves(4, 12, 2), nuisances(4, 12)
    table[:2, 6:] = np.nan
    table[2:, 2:] = np.nan
    rated = Nuisances(("bright",), {f"{v}-{c}": [float(x[v, c, 0])] for v in range(4) for c in range(12)})
    found = adjust(set_table(table, value_set=FOUR_VALUES), rated)
    assert found.clips == 12 and not found.slopes and "12 rated clips are too few" in found.after.why
    table[0, 6] = 0.5
    assert list(adjust(set_table(table, value_set=FOUR_VALUES), rated).slopes) == ["bright"]


def test_a_nuisance_that_varies_among_clips_without_all_ratings_alone_is_named_and_left_out() -> None:
    """One clip shows a face, and its brightness is not known: among the others nothing is to be adjusted for."""
    x = nuisances(4, 12)
    rated = {f"{v}-{c}": [x[v, c, 0], 0.0] for v in range(4) for c in range(12)}
    rated["0-0"] = [np.nan, 1.0]
    table = set_table(waves(4, 12, 2), value_set=FOUR_VALUES)
    found = adjust(table, Nuisances(("bright", "faces"), rated))
    alone = adjust(table, Nuisances(("bright",), {clip: each[:1] for clip, each in rated.items()}))
    assert list(found.unused) == ["faces"] and list(found.slopes) == ["bright"] and found.clips == alone.clips == 47
    assert centred(found.after) == pytest.approx(centred(alone.after))
    x[..., 1] = 5.0
    matched = match(x, np.ones((4, 12), dtype=np.bool_), np.random.default_rng(0))
    assert matched.size and np.isnan(matched.before[:, 1]).all() and np.isfinite(matched.worst)


def test_a_prettier_value_is_hardly_ever_named_once_prettiness_is_adjusted_for() -> None:
    case = Prettier(replace(Prettier().law, clips=30), reliability=0.8)
    before, after = prettier(case, 80, 3)
    assert before.prettier > 0.4
    assert after.prettier <= 0.1 and after.other <= 0.1 and abs(after.bias) < 0.2


def test_a_value_that_stands_alone_is_not_said_to_be_balanced() -> None:
    generator = np.random.default_rng(7)
    x, there = generator.normal(size=(4, 12, 2)), np.zeros((4, 12), dtype=bool)
    there[1] = True
    assert np.isnan(imbalance(x, there, spread_within(x, there))).all()
    assert match(x, there, generator).size == 0
    rated = Nuisances(("bright",), {f"{clip}": [float(clip)] for clip in range(4)})
    alone = balance_table({"a": ["0", "1", "2", "3"], "b": []}, rated)
    assert alone == {"a": {"bright": None}, "b": {"bright": None}}
    there[2] = True
    assert np.isfinite(imbalance(x, there, spread_within(x, there))[1:3]).all() and match(x, there, generator).size


def test_matched_sets_are_balanced_and_do_not_name_it_either() -> None:
    generator = np.random.default_rng(6)
    x = generator.normal(size=(6, 30, 3))
    x[0, :, 0] += 1.0
    there = np.ones((6, 30), dtype=bool)
    there[5, 20:] = False
    found = match(x, there, generator)
    assert found.worst <= 0.25 < np.abs(found.before).max() and not found.keep[5, 20:].any()
    assert set(found.keep.sum(axis=1)) == {found.size} and found.size >= 6
    assert found.after == pytest.approx(imbalance(x, found.keep, spread_within(x, there)))
    assert prettier_matched(Prettier(replace(Prettier().law, clips=30), further=2), 12, 3).prettier <= 0.1
