"""Designs of choices as they are asked: whatever the corpus, values, pairs of values and places are balanced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any, cast

import numpy as np
import pytest
from planted_instruments import pictures, setting

from agents.models.base import Ask
from valuespectrum.instruments.further.designs import SET, matched_pairs
from valuespectrum.instruments.registry import load_instrument
from valuespectrum.stimuli.presenting.together import numbered
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError


def _asks(name: str, count: int, clips: int, rounds: int, seed: int) -> list[Ask]:
    instrument = load_instrument(name, {"wordings": 1, "rounds": rounds})
    return list(cast("Any", instrument).questions(setting(pictures(clips, VALUES[:count]), seed)))


def _shown(asks: Sequence[Ask], tag: str, places: int) -> list[tuple[str, ...]]:
    return [tuple(str(ask.tags[numbered(tag, place)]) for place in range(places)) for ask in asks]


def _even(counts: Counter[Any], names: Sequence[Any], by: int = 0) -> bool:
    listed = [counts[name] for name in names]
    return min(listed) > 0 and max(listed) - min(listed) <= by


@pytest.mark.parametrize(
    ("count", "clips", "rounds", "seed"), [(4, 1, 1, 0), (7, 3, 2, 1), (9, 5, 3, 2), (10, 4, 2, 3)]
)
@pytest.mark.parametrize(("name", "places"), [("best-worst", SET), ("pairs", 2)])
def test_values_pairs_of_values_and_places_are_balanced(
    name: str, places: int, count: int, clips: int, rounds: int, seed: int
) -> None:
    asks = _asks(name, count, clips, rounds, seed)
    values, shown = VALUES[:count], _shown(asks, "value", places)
    assert all(len(set(each)) == places for each in shown), "no value meets itself"
    stood = Counter((place, value) for each in shown for place, value in enumerate(each))
    assert _even(stood, [(place, value) for place in range(places) for value in values])
    met = Counter(frozenset(pair) for each in shown for pair in combinations(each, 2))
    assert _even(met, [frozenset(pair) for pair in combinations(values, 2)])
    assert _even(Counter(ask.tags["item"] for ask in asks), ["best", "worst"] if name == "best-worst" else ["pairs"])
    used = Counter(clip for each in _shown(asks, "clip", places) for clip in each)
    for value in values:
        own = [f"{value}-{number}" for number in range(clips)]
        # A clip more in one set is asked about in every turn of it: in all its places, and for each question.
        turns = 2 * SET if name == "best-worst" else 2
        assert _even(used, own, turns * (1 if name == "best-worst" else rounds)), value


def test_fewer_than_four_values_make_no_sets_of_four() -> None:
    with pytest.raises(InputError, match="too few values with pictures"):
        _asks("best-worst", 3, 4, 1, 0)


@pytest.mark.parametrize("seed", range(4))
def test_matching_makes_pairs_alike_and_leaves_balance_as_it_is(seed: int) -> None:
    """Brightness that differs between values, as night clips of one do, is matched as far as it overlaps."""
    generator = np.random.default_rng(seed)
    bright = {f"{value}{n}": generator.normal(place / 5, 1.0) for place, value in enumerate(VALUES) for n in range(8)}
    groups = {value: [f"{value}{n}" for n in range(8)] for value in VALUES}

    def distance(one: str, other: str) -> float:
        return abs(bright[one] - bright[other])

    found = {
        kind: matched_pairs(groups, 2, np.random.default_rng(seed), rule)
        for kind, rule in (("matched", distance), ("blind", lambda one, other: 0.0))
    }
    off = {kind: np.mean([distance(*pair) for pair in pairs]) for kind, pairs in found.items()}
    assert off["matched"] < 0.5 * off["blind"]
    for pairs in found.values():
        met = Counter(frozenset(name.rstrip("0123456789") for name in pair) for pair in pairs)
        assert set(met.values()) == {2} and len(met) == 45
        assert len({frozenset(pair) for pair in pairs}) == len(pairs), "no two meet twice"
    uses = {kind: Counter(Counter(name for pair in pairs for name in pair).values()) for kind, pairs in found.items()}
    assert max(uses["matched"]) - min(uses["matched"]) <= 3
