"""What is planted in answers comes back as components, whatever the readout, and draws are told apart from clips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facet_tables import long_frame, waves

from bench.truth.cells import Asked, Planted, truth_and_cells
from valuespectrum.scoring.answered.sets import AnsweredSets, FoundBy
from valuespectrum.scoring.facets.tables import SEARCH_WORD, Layout, collect
from valuespectrum.scoring.readouts.evidence import Cells
from valuespectrum.scoring.readouts.liking import estimate_liking
from valuespectrum.scoring.reliability.components import name_of
from valuespectrum.scoring.reliability.pilots import (
    ToldRows,
    search_words,
    shares,
    study_across,
    study_roles,
    told_by_cells,
    told_by_table,
)
from vectorstore.foundation.errors import InputError

PLANTED = Planted(clip_sd=0.6, value_wording_sd=0.3, clip_wording_sd=0.2, noise_sd=0.4, wording_sd=0.3, value_sd=1.0)


def sets_of(cells: Cells, words: int = 0) -> AnsweredSets:
    pairs = [(value, clip) for value, clips in zip(cells.values, cells.clips, strict=True) for clip in clips]
    names = {pair: f"{pair[0]} {place % words}" for place, pair in enumerate(pairs)} if words else {}
    found = FoundBy(SEARCH_WORD, names) if words else FoundBy()
    return AnsweredSets(cells, estimate_liking(cells), None, found)


def told(seed: int, kind: str = "log_probability", words: int = 0, **asked: int) -> ToldRows:
    design = Asked(kind=kind, respondents=1, clips=10, wordings=3, **asked)  # type: ignore[arg-type]
    found = told_by_cells(sets_of(truth_and_cells(PLANTED, design, np.random.default_rng(seed))[1], words))
    assert found is not None
    return found


def test_orders_clips_and_wordings_of_probabilities_have_the_planted_variances() -> None:
    found = study_roles([told(seed) for seed in range(24)])
    names = {name_of(effect): each for effect, each in found.components.variances.items()}
    assert found.roles == 24 and found.components.sizes == {"value": 10, "clip": 10, "wording": 3, "order": 2}
    expected = {"value": 1.0, "wording": 0.09, "value x clip": 0.36, "value x wording": 0.09}
    for name, variance in expected.items():
        assert names[name] == pytest.approx(variance, rel=0.3), name
    assert names["value x clip x wording"] == pytest.approx(0.04, rel=0.2)
    # Two polarities of an order share its noise.
    assert names["value x clip x order x wording"] == pytest.approx(0.16 / 2, rel=0.1)
    assert abs(names["value x order"]) < 0.01, "balanced polarities cancel it"


def test_what_draws_add_is_taken_out_of_what_clips_and_wordings_share() -> None:
    few, many = (study_roles([told(seed, "samples", draws=draws) for seed in range(10)]) for draws in (10, 40))
    for found, draws in ((few, 10), (many, 40)):
        names = {name_of(effect): each for effect, each in found.components.variances.items()}
        # What is left is clip x wording, and the noise of asks over four cells.
        assert names["value x clip x wording"] == pytest.approx(0.04 + 0.16 / 4, abs=0.045)
        assert found.components.sizes["draw"] == draws
    one, other = (each.components.variance("value", "clip", "wording", "draw") for each in (few, many))
    assert one == pytest.approx(other, rel=0.35) and one > 1.0, "of one draw to each cell"


def test_roles_are_a_facet_where_they_are_asked_for() -> None:
    rng = np.random.default_rng(2)
    base = told(1)
    shift = {(value, role): rng.normal(0, 0.8) for value in base.rows["value"].unique() for role in range(6)}
    roles = []
    for role in range(6):
        moved = [shift[value, role] for value in base.rows["value"]]
        roles.append(replace(base, rows=base.rows.assign(score=base.rows["score"] + moved)))
    names = [f"role-{role}" for role in range(6)]
    across = study_across(roles, names).components
    planted = np.array(list(shift.values())).reshape(10, 6)
    rest = planted - planted.mean(axis=0) - planted.mean(axis=1, keepdims=True) + planted.mean()
    assert across.variance("value", "persona") == pytest.approx((rest**2).sum() / 45, rel=1e-6)
    assert study_roles(roles).components.sizes == study_roles([base]).components.sizes
    with pytest.raises(InputError, match="one persona cannot show"):
        study_across(roles[:1], names[:1])
    # Wordings of a persona are no further personas: what each was moved by is that of the mean of its two.
    paired = study_across(roles, [name for name in names[:3] for _ in range(2)]).components
    halves = planted.reshape(10, 3, 2).mean(axis=2)
    rest = halves - halves.mean(axis=0) - halves.mean(axis=1, keepdims=True) + halves.mean()
    assert paired.sizes["persona"] == 3
    assert paired.variance("value", "persona") == pytest.approx((rest**2).sum() / 18, rel=1e-6)


def test_search_words_are_a_facet_where_they_found_several_clips() -> None:
    found = study_roles([told(3, words=4)])
    assert found.components.sizes["search word"] == 4 and search_words([told(3, words=4)]) == 4
    assert search_words([told(3)]) is None
    assert "search word" not in study_roles([told(3)]).components.sizes
    each_its_own = study_roles([told(3, words=100)])
    assert "search word" not in each_its_own.components.sizes, "a word with one clip is no more than the clip"
    weights = shares(found.components, {"search word": 4, "clip": 2, "wording": 3, "order": 2})
    assert sum(weights.values()) == pytest.approx(1.0) and frozenset({"wording"}) not in weights


def test_tables_of_other_instruments_are_studied_without_orders() -> None:
    frame = long_frame(waves(10, 6, 3), np.arange(60).reshape(10, 6) // 2)
    found = study_roles([told_by_table(collect([frame], Layout(cluster="word")))])
    assert set(found.components.sizes) == {"value", "search word", "clip", "wording"}
    plain = study_roles([told_by_table(collect([frame.drop(columns="word")], Layout()))])
    assert set(plain.components.sizes) == {"value", "clip", "wording"}


def test_a_pilot_that_cannot_tell_is_refused() -> None:
    design = Asked(respondents=1, clips=10, wordings=1)
    one = told_by_cells(sets_of(truth_and_cells(PLANTED, design, np.random.default_rng(4))[1]))
    assert one is not None
    with pytest.raises(InputError, match="one wording cannot show how wordings differ"):
        study_roles([one])
    with pytest.raises(InputError, match="tells no liking"):
        study_roles([])
    silent = Cells(
        "samples", np.zeros((1, 2, 3, 1, 4)), np.zeros((1, 2, 3, 1, 4)), ("a", "b"), (("x",) * 3,) * 2, ("w",)
    )
    assert told_by_cells(sets_of(silent)) is None
