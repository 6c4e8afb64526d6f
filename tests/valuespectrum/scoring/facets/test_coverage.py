"""Planted truth: intervals hold it, tests find nothing where nothing is, and something where something is.

A few cells with fixed seeds; all of them: ``python -m bench.truth.coverage``.
"""

from __future__ import annotations

import numpy as np
import pytest

from bench.truth.coverage import one_respondent, outcome, pair, ranks_held, scored
from bench.truth.respondents import VALUES, Law, answer
from valuespectrum.scoring.facets import inference
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.facets.overlap import Overlap

HARD = [
    Law(clips=15, wordings=2, value_wording=0.0),
    Law(clips=40, wordings=2, value_wording=0.6),
    Law(clips=15, wordings=6, value_wording=0.3),
    Law(clips=15, wordings=3, value_wording=0.15, word=0.5, per_word=5),
    Law(clips=15, wordings=3, value_wording=0.3, word=0.5, per_word=0),
    Law(clips=40, wordings=2, value_wording=0.15, word=0.5, per_word=2),
]


@pytest.mark.parametrize("law", HARD, ids=str)
def test_intervals_cover_and_nothing_is_found_where_nothing_is(law: Law) -> None:
    found = one_respondent(law, 250, seed=11)
    assert 0.92 <= found.coverage <= 0.98
    assert found.omnibus <= 0.07 + 0.03
    assert found.gated <= 0.05


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_intervals_cover_when_sets_are_missing_under_one_wording_of_half_the_values(share: float) -> None:
    law = Law(wordings=3, value_wording=0.3)
    generator = np.random.default_rng(4)
    drawn = answer(law, 200, generator, np.zeros((200, VALUES)))
    drawn.table[:, :5, :, 0][generator.random((200, 5, law.clips)) < share] = np.nan
    found = outcome(drawn.table, drawn.truth, law)
    assert 0.92 <= found.coverage <= 0.98
    assert found.gated <= 0.05


def test_sources_that_serve_all_values_are_covered() -> None:
    """Five publishers of three clips a value: how pretty one is falls out in centring, what it makes of a value not."""
    generator, sources = np.random.default_rng(6), np.tile(np.arange(15) // 3, (VALUES, 1))
    table = answer(Law(value_wording=0.15), 250, generator, np.zeros((250, VALUES))).table
    pretty, own = generator.normal(0, 0.3, (250, 1, 5)), generator.normal(0, 0.6, (250, VALUES, 5))
    table = table + (pretty + own)[:, np.arange(VALUES)[:, None], sources][..., None]
    clips = np.arange(sources.size).reshape(sources.shape)
    for codes, least, most in ((sources, 0.92, 0.98), (clips, 0.0, 0.92)):
        within = within_values(table, Clusters.of(codes), Overlap.of(clips, codes))
        across = across_values(within, chosen := ~np.isnan(within.means))
        centred = inference.tested(across.means, inference.centring(chosen), inference.errors(within, across, chosen))
        assert least <= (np.abs(centred.estimate) <= centred.half_width(0.95)).mean() <= most


def test_ten_drawn_answers_with_a_lean_are_covered_as_well() -> None:
    law = Law(wordings=2, value_wording=0.3, draws=10, lean=1.0)
    found = one_respondent(law, 200, seed=3)
    assert 0.92 <= found.coverage <= 0.98
    assert found.omnibus <= 0.07 + 0.04 and found.gated <= 0.05
    assert found.told > 0.99


def test_clips_as_all_there_is_would_not_cover_wordings() -> None:
    """What the former intervals did: the test can fail."""
    law = Law(clips=40, wordings=2, value_wording=0.6)
    drawn = answer(law, 100, np.random.default_rng(1), np.zeros((100, VALUES)))
    _, found, centred = scored(drawn.table, law)
    naive = 1.96 * np.sqrt(found.parts.clips)
    assert (np.abs(centred.estimate) <= naive).mean() < 0.6
    assert (np.abs(centred.estimate) <= centred.half_width(0.95)).mean() > 0.92


def test_values_that_differ_are_found() -> None:
    truth = np.zeros((100, VALUES))
    truth[:, 0] = 1.0
    law = Law(wordings=3, value_wording=0.15)
    centred = scored(answer(law, 100, np.random.default_rng(2), truth).table, law)[2]
    assert (centred.p[:, 0] < 0.05 / VALUES).mean() > 0.8


@pytest.mark.parametrize(("draws", "gap"), [(0, 0.0), (0, 3.0), (10, 0.0)])
def test_two_respondents_of_equal_values_are_equal_whatever_they_like_in_general(draws: int, gap: float) -> None:
    law = Law(wordings=3, value_wording=0.15, draws=draws, together=2)
    found = pair(law, 150, seed=5, gap=gap)
    assert found.error <= 0.07
    assert found.family <= 0.05


def test_half_a_logit_between_two_respondents_is_found_with_fifteen_clips() -> None:
    assert pair(Law(together=2), 300, seed=6, shift=0.5).power >= 0.75


def test_equality_is_claimed_within_the_margin_and_not_at_its_edge() -> None:
    law = Law(clips=40, wordings=6, together=2)
    assert pair(law, 100, seed=7, margin=0.5).equal > 0.9
    assert pair(law, 200, seed=8, margin=1e-3).equal <= 0.05


@pytest.mark.parametrize("sd", [1e-9, 0.5])
def test_true_ranks_lie_in_their_intervals(sd: float) -> None:
    held, width = ranks_held(Law(value=sd, value_wording=0.15), 100, seed=9)
    assert held >= 0.95
    assert width < 10 or sd < 0.1
