"""The share of a profile that a condition keeps, on planted truth: coverage, bias, and silence where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from facet_tables import set_table

from valuespectrum.scoring.facets.additive import Floats
from valuespectrum.scoring.facets.clusters import Clusters
from valuespectrum.scoring.facets.inference import errors
from valuespectrum.scoring.facets.moments import across_values, within_values
from valuespectrum.scoring.presentations.effect import picture_effect
from valuespectrum.scoring.presentations.share import NO_PROFILE, NO_SPREAD, Moments, kept_share

VALUES, CLIPS, WORDINGS = 10, 15, 2
RESPONDENTS = 400


def moments_of(*tables: Floats) -> list[Moments]:
    """Of many respondents at once: base, what is lost, the other condition, (respondents, values, clips, wordings)."""
    clusters = Clusters.of(np.arange(VALUES * CLIPS).reshape(VALUES, CLIPS))
    found = []
    for table in tables:
        within = within_values(table, clusters)
        chosen = ~np.isnan(within.means)
        across = across_values(within, chosen)
        found.append((across.means, errors(within, across, chosen).parts.diagonal))
    freedom = float(VALUES * (CLIPS - 1))
    return [
        Moments(
            found[0][0][at],
            found[1][0][at],
            (np.diag(found[0][1][at]), np.diag(found[1][1][at]), np.diag(found[2][1][at])),
            np.ones(VALUES, dtype=bool),
            freedom,
        )
        for at in range(RESPONDENTS)
    ]


def answers(kept: float, value_sd: float, seed: int) -> tuple[Floats, Floats]:
    """Two conditions of respondents whose profile is kept in part: clips are liked alike in both, in part."""
    rng = np.random.default_rng(seed)
    shape = (RESPONDENTS, VALUES, CLIPS, WORDINGS)

    def normal(sd: float, *axes: int) -> Floats:
        return rng.normal(0.0, sd, [size if axis in axes else 1 for axis, size in enumerate(shape)])

    value, clip = normal(value_sd, 0, 1), normal(0.5, 0, 1, 2)
    common = normal(0.3, 0, 1, 2) + normal(0.3, 0, 3) + normal(0.15, 0, 1, 3)
    base = value + clip + common + normal(0.3, 0, 1, 2, 3)
    other = 0.7 + kept * (value + clip) + common + normal(0.3, 0, 1, 2, 3)
    return base, other


@pytest.mark.parametrize("kept", [0.0, 0.4, 1.0])
def test_planted_shares_are_covered(kept: float) -> None:
    base, other = answers(kept, 1.0, seed=int(10 * kept))
    found = [kept_share(each) for each in moments_of(base, base - other, other)]
    inside = [each.low <= kept <= each.high for each in found if each.low is not None and each.high is not None]
    assert len(inside) >= 0.98 * RESPONDENTS, "a profile of one logit is seen"
    assert 0.925 <= np.mean(inside) <= 0.985
    assert np.mean([each.mean for each in found if each.mean is not None]) == pytest.approx(kept, abs=0.02)


def test_without_a_profile_there_is_no_share() -> None:
    base, other = answers(0.5, 0.0, seed=3)
    found = [kept_share(each) for each in moments_of(base, base - other, other)]
    silent = [each for each in found if each.mean is None]
    assert {each.why for each in silent} == {NO_PROFILE}
    # What is told in the rest has an interval so wide that it says nothing.
    assert len(silent) >= 0.9 * RESPONDENTS


def test_pictures_of_other_values_are_reckoned_with() -> None:
    """Answers that follow the picture alone keep nothing, though wrong pictures are right ones of other values."""
    rng = np.random.default_rng(5)
    base, _ = answers(1.0, 1.2, seed=6)
    lent = np.stack([rng.permutation(np.delete(np.arange(VALUES), value)) for value in range(VALUES)])[:, : CLIPS % 9]
    lent = np.concatenate([lent, np.stack([np.delete(np.arange(VALUES), value) for value in range(VALUES)])], axis=1)
    shares = np.stack([np.bincount(row, minlength=VALUES) / CLIPS for row in lent])
    clips = rng.integers(0, CLIPS, lent.shape)
    other = base[:, lent, clips]
    found = [kept_share(each, shares).mean for each in moments_of(base, base - other, other)]
    plain = [kept_share(each).mean for each in moments_of(base, base - other, other)]
    assert np.mean([each for each in found if each is not None]) == pytest.approx(0.0, abs=0.02)
    assert np.mean([each for each in plain if each is not None]) == pytest.approx(-1 / (VALUES - 1), abs=0.03)


def test_a_condition_in_which_nothing_varies_has_no_interval() -> None:
    base, _ = answers(1.0, 1.0, seed=7)
    same = np.zeros_like(base)
    found = kept_share(moments_of(base, base - same, same)[0])
    assert found.mean == pytest.approx(0.0, abs=1e-9)
    assert found.low is None and found.why == NO_SPREAD


def test_the_effect_is_paired_over_clips_and_wordings() -> None:
    base, other = (table[0] for table in answers(0.4, 1.0, seed=8))
    holes = other.copy()
    holes[0, :4] = np.nan
    effect = picture_effect(set_table(base), set_table(holes))
    assert effect.kept.mean is not None and effect.lost.mean == pytest.approx(1.0 - effect.kept.mean)
    assert effect.lost.low == pytest.approx(1.0 - (effect.kept.high or 0.0))
    shared = np.where(np.isnan(holes), np.nan, base)
    assert picture_effect(set_table(shared), set_table(holes)).kept == effect.kept
    direct = moments_of(*(np.repeat(table[None], RESPONDENTS, axis=0) for table in (base, base - other, other)))[0]
    whole = picture_effect(set_table(base), set_table(other)).kept
    assert whole.mean == pytest.approx(kept_share(direct).mean)
