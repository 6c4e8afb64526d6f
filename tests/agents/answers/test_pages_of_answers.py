"""Many stored objects are parsed at once; what is none of them never passes, whatever stands beside it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.answers.stored_json import (
    are_counts,
    are_log_probabilities,
    are_tags,
    read_all,
    read_counts,
    read_log_probabilities,
    read_tags,
)
from vectorstore.foundation.errors import SchemaError

SOUND = '{"a":1,"b":"x"}'
WHOLE = st.integers(-(2**63) + 1, 2**63 - 1)
CELLS = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers(-(2**63), 2**64 - 1)
    | st.just(-(10**400))
    | st.floats(-2, 2)
    | st.text(max_size=3)
)


@pytest.mark.parametrize(
    "texts",
    [
        ['{"a":1', '"b":2}'],
        ['{"a":1},{"b":2}', ""],
        ['{"a":1}],[{"b":2}', SOUND],
        ['{"a":"x', 'y"}'],
        ["1,[2", "3]"],
        ["", SOUND],
        [" ", SOUND],
        ["[]", SOUND],
        ['{"a":NaN}', SOUND],
        ['{"a":1e999}', SOUND],
        ["{}],\n[{}", SOUND],
    ],
)
def test_what_is_no_object_is_refused_whatever_stands_beside_it(texts: list[str]) -> None:
    for listed in (texts, texts[::-1], [SOUND, *texts, SOUND]):
        with pytest.raises(SchemaError, match="damaged"):
            read_all(listed, read_tags)


@given(st.lists(st.dictionaries(st.text(max_size=3), WHOLE | st.text(max_size=5), max_size=3), min_size=1))
def test_many_are_read_as_each_is_alone(objects: list[dict[str, int | str]]) -> None:
    texts = [json.dumps(each) for each in objects]
    assert read_all(texts, read_tags) == list(map(read_tags, texts))
    assert read_all([""] * len(texts), read_counts) == [{}] * len(texts)


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_columns_are_sound_where_each_of_their_cells_is(cells: list[object]) -> None:
    readers = (are_tags, read_tags), (are_log_probabilities, read_log_probabilities), (are_counts, read_counts)
    for sound, reader in readers:
        try:
            for cell in cells:
                reader(json.dumps({"a": cell}))
            expected = True
        except SchemaError:
            expected = False
        assert sound(cells) == expected


@pytest.mark.parametrize("text", ['{"a":9223372036854775808}', '{"a":-1' + "0" * 400 + "}"])
def test_numbers_that_no_table_holds_are_damage(text: str) -> None:
    for reader in (read_tags, read_log_probabilities, read_counts):
        with pytest.raises(SchemaError, match="damaged"):
            reader(text)
