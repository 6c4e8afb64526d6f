"""Packing prompts into rows: every prompt keeps its tokens, its order and its privacy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models.engines.prompt_tree import Packing, pack, shared_length

PICTURE = 9
WORDS = st.lists(st.integers(0, 3), min_size=1, max_size=6)
PROMPTS = st.lists(
    st.tuples(WORDS, st.booleans(), WORDS).map(
        lambda parts: (*parts[0], *([PICTURE] * 3 if parts[1] else []), *parts[2])
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(PROMPTS, st.integers(4, 60), st.floats(1, 1000))
def test_every_prompt_is_one_path_that_sees_itself_alone(
    prompts: list[tuple[int, ...]], longest: int, scale: float
) -> None:
    rows = pack(prompts, PICTURE, Packing(longest, scale))
    assert sorted(member for row in rows for member in row.members) == list(range(len(prompts)))
    for row in rows:
        assert len(row.tokens) <= max(longest, max(len(prompts[member]) for member in row.members))
        assert row.visible.diagonal().all()
        assert not np.triu(row.visible, 1).any()
        for member, path in zip(row.members, row.paths, strict=True):
            assert tuple(row.tokens[path]) == prompts[member]
            seen = row.visible[path]
            assert (seen[:, path] == np.tri(len(path), dtype=bool)).all()
            assert seen.sum() == len(path) * (len(path) + 1) // 2
            shown = [int(column) for column in path if row.tokens[column] == PICTURE]
            assert np.diff(shown).tolist() == [1] * (len(shown) - 1)


def test_a_common_beginning_stands_there_once() -> None:
    prompts = [(1, PICTURE, PICTURE, 2, persona, 3, question) for persona in (4, 5) for question in (6, 7, 8)]
    (row,) = pack(prompts, PICTURE, Packing(1000, 1e9))
    assert len(row.tokens) == 4 + 2 * (2 + 3)
    assert [len(row.tokens) for row in pack(prompts, PICTURE, Packing(1000, 0.01))] == [9, 9]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [((1, 2, 3), (1, 2, 4), 2), ((1, 9, 9, 2), (1, 9, 9, 3), 3), ((1, 9, 9), (1, 9, 3), 1), ((5,), (6,), 0)],
)
def test_pictures_are_shared_whole(one: tuple[int, ...], other: tuple[int, ...], expected: int) -> None:
    assert shared_length(one, other, PICTURE) == expected
