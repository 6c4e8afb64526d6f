"""Coefficients of one respondent hold on planted truth, and say why where there are none."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from facet_tables import FOUR_VALUES, set_table, waves
from scipy.special import expit

from bench.truth.respondents import Floats
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.analysis import Analysis, analyse
from valuespectrum.scoring.facets.covering import Facets
from valuespectrum.scoring.readouts.evidence import POLARITY, Cells
from valuespectrum.scoring.reliability.classical import omega
from valuespectrum.scoring.reliability.respondent import (
    ASKED_ONCE,
    NOTHING_DRAWN,
    generalizability,
    halved,
    reliability,
    repeated,
)
from valuespectrum.theory.value_sets import TEN, ValueSet

V, C, W = 10, 8, 3


def drawn(rng: np.random.Generator, value: Floats | float = 0.5) -> Floats:
    """Values (sd, or themselves), clips .6, wordings .3, value x wording .3, clip x wording .2."""
    own = value * rng.normal(size=V) if isinstance(value, float) else value
    table = own[:, None, None] + 0.6 * rng.normal(size=(V, C, 1)) + 0.3 * rng.normal(size=W)
    return np.asarray(table + 0.3 * rng.normal(size=(V, 1, W)) + 0.2 * rng.normal(size=(V, C, W)))


TRUE_G = 0.25 / (0.25 + 0.36 / C + 0.09 / W + 0.04 / (C * W))
TRUE_D = 0.25 / (0.25 / TRUE_G + 0.09 / W)


def analysed(table: Floats, facets: Facets | None = None) -> Analysis:
    return analyse(set_table(table), facets)


def test_g_and_d_are_those_of_the_planted_components_and_g_is_covered() -> None:
    rng = np.random.default_rng(1)
    found = [generalizability(analysed(drawn(rng))) for _ in range(80)]
    inside = [g.low <= TRUE_G <= g.high for g, _ in found if g.low is not None and g.high is not None]
    assert len(inside) == 80 and np.mean(inside) >= 0.88
    assert np.median([g.mean for g, _ in found if g.mean is not None]) == pytest.approx(TRUE_G, abs=0.05)
    assert np.median([d.mean for _, d in found if d.mean is not None]) == pytest.approx(TRUE_D, abs=0.07)


def test_a_second_measurement_correlates_as_g_says_and_without_values_g_is_near_nothing() -> None:
    rng = np.random.default_rng(2)
    pairs = []
    for _ in range(400):
        own = 0.5 * rng.normal(size=V)
        first, second = (drawn(rng, own).mean(axis=(1, 2)) for _ in range(2))
        pairs.append((first - first.mean(), second - second.mean()))
    one, two = np.array(pairs).transpose(1, 0, 2).reshape(2, -1)
    assert np.corrcoef(one, two)[0, 1] == pytest.approx(TRUE_G, abs=0.03)
    none = [generalizability(analysed(drawn(rng, 1e-9)))[0] for _ in range(30)]
    assert np.median([g.mean for g in none if g.mean is not None]) < 0.3
    assert sum(g.low == 0.0 for g in none) >= 26


def test_halves_come_near_g_over_what_they_halve() -> None:
    rng = np.random.default_rng(3)
    table = drawn(rng, 1.2 * np.sin(np.arange(V)))
    found = reliability(set_table(table), analysed(table), rng)
    assert 0.85 < (found["halves_clips"].mean or 0.0) <= 1.0 and 0.85 < (found["halves_wordings"].mean or 0.0) <= 1.0
    assert found["omega_power"].mean == pytest.approx(omega(set_table(table).log_odds[4]).value)
    assert set(found) > {"g", "d", "repeats", "alpha_power", "alpha_universalism"}
    assert (found["g"].mean or 0.0) == pytest.approx(0.853, abs=0.001), "which is over both at once"


def test_clips_of_one_search_word_stay_in_one_half() -> None:
    """Clips of a word are alike, so halves that part them agree although values do not differ."""
    rng = np.random.default_rng(4)
    words = np.arange(V)[:, None] * 2 + np.repeat([0, 1], 4)[None, :]
    apart: list[float] = []
    together: list[float] = []
    for _ in range(30):
        table = rng.normal(size=2 * V)[words][..., None] + 0.1 * rng.normal(size=(V, 8, 2))
        for codes, found in ((words, together), (None, apart)):
            named = set_table(table, codes)
            found.append(reliability(named, analyse(named), rng)["halves_clips"].mean or 0.0)
    assert np.mean(apart) > 0.4 > 0.15 > np.mean(together)


@pytest.mark.parametrize("words", [False, True], ids=["clips", "search words"])
def test_a_value_without_clips_takes_no_halves_from_the_others(words: bool) -> None:
    table = waves(10, 8, 3)
    fewer = table.copy()
    fewer[0] = np.nan
    codes = np.arange(V)[:, None] * 4 + np.repeat(np.arange(4), 2)[None, :] if words else None
    named = set_table(fewer, codes)
    found = reliability(named, analyse(named), np.random.default_rng(7))
    # The same values under the set of nine that were asked about.
    nine = ValueSet("nine", "Nine", TEN.dimensions[1:], TEN.labels[1:])
    alone = set_table(table[1:], None if codes is None else codes[1:], nine)
    expected = reliability(alone, analyse(alone), np.random.default_rng(7))
    for name in ("halves_clips", "halves_wordings"):
        assert found[name].mean is not None and found[name].why == ""
        assert found[name].mean == pytest.approx(expected[name].mean, abs=1e-6), name


def test_draws_are_dealt_into_halves_that_tell_how_well_they_repeat() -> None:
    rng = np.random.default_rng(5)
    chance = expit(POLARITY * rng.normal(0, 0.8, size=(1, V, 1, 1, 1)) + 0.3)
    said = np.full((1, V, C, 2, 4), 9.0)
    yes = rng.binomial(9, np.broadcast_to(chance, said.shape)).astype(float)
    cells = Cells("samples", yes, said, TEN.dimensions, (tuple("abcdefgh"),) * V, ("one", "two"))
    halves = halved(cells, rng)
    assert not isinstance(halves, str)
    one, two = halves
    assert (one.said == 4).all() and (two.said == 5).all() and (one.yes + two.yes == cells.yes).all()
    assert (one.yes <= one.said).all() and (two.yes <= two.said).all()
    assert one.yes.mean() / 4 == pytest.approx(cells.yes.mean() / 9, abs=0.02)
    liking = [np.asarray((each.share() * POLARITY).mean(axis=(0, 2, 3, 4))) for each in halves]
    table = drawn(rng)
    found = reliability(set_table(table), analysed(table), rng, liking)["repeats"]
    half = np.corrcoef(liking[0], liking[1])[0, 1]
    assert found.mean == pytest.approx(2 * half / (1 + half))
    assert found.low is not None and found.high is not None and found.low < (found.mean or 0.0) < found.high
    for kind, why in (("log_probability", NOTHING_DRAWN), ("greedy_text", ASKED_ONCE)):
        other = Cells(kind, cells.yes, cells.said)  # type: ignore[arg-type]
        assert halved(other, rng) == why
        assert reliability(set_table(table), analysed(table), rng, [why])["repeats"] == Estimate(None, why=why)
        assert repeated(other, rng) == (why,)
    first, second = repeated(cells, rng)
    assert not isinstance(first, str) and not isinstance(second, str)
    assert first.mean() == pytest.approx(0.0) and np.corrcoef(first, second)[0, 1] > 0.7


@pytest.mark.parametrize("spoilt", ["one clip", "one wording", "constant", "one value"])
def test_poor_data_give_reasons_and_no_numbers(spoilt: str) -> None:
    table = waves(4, 6, 3)
    if spoilt == "one clip":
        table = table[:, :1]
    elif spoilt == "one wording":
        table = table[..., :1]
    elif spoilt == "constant":
        table = np.ones_like(table)
    else:
        table[1:] = np.nan
    named = set_table(table, value_set=FOUR_VALUES)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = reliability(named, analyse(named), np.random.default_rng(6))
    assert found["g"].mean is None and found["g"].why and found["d"].mean is None and found["d"].why
    assert all(row.why for row in found.values() if row.mean is None)
    if spoilt == "one wording":
        fixed = generalizability(analyse(named, Facets(wordings=False)))[0]
        assert fixed.mean is not None and 0.0 <= fixed.mean <= 1.0
