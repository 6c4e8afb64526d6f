from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.web.ranges import FilePart, part_of

WHOLE = None
BEYOND = FilePart(10, 9)


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-", FilePart(0, 9)),
        ("bytes=0-0", FilePart(0, 0)),
        ("bytes=3-5", FilePart(3, 5)),
        ("bytes=9-9", FilePart(9, 9)),
        ("bytes= 3-5 ", FilePart(3, 5)),
        ("bytes=3-99999999999999999", FilePart(3, 9)),
        ("bytes=-3", FilePart(7, 9)),
        ("bytes=-10", FilePart(0, 9)),
        ("bytes=-99999999999999999", FilePart(0, 9)),
        # Well-formed, and there is nothing: 416.
        ("bytes=10-", BEYOND),
        ("bytes=10-20", BEYOND),
        ("bytes=99999999999999999-", BEYOND),
        ("bytes=-0", BEYOND),
        # Not well-formed, or more than is given: unheeded.
        (None, WHOLE),
        ("", WHOLE),
        ("bytes", WHOLE),
        ("bytes=", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=5-3", WHOLE),
        ("bytes=20-5", WHOLE),
        ("bytes=0-1,4-5", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=0x1-3", WHOLE),
        ("bytes=--3", WHOLE),
        ("bytes=+1-3", WHOLE),
        ("bytes=1.0-3", WHOLE),
        ("bytes=١-٣", WHOLE),
        ("Bytes=0-3", WHOLE),
        ("items=0-3", WHOLE),
        ("bytes=0-3\nx", WHOLE),
        (f"bytes=0-{'9' * 4000}", WHOLE),
    ],
)
def test_parts(header: str | None, part: FilePart | None) -> None:
    assert part_of(header, 10) == part


@given(st.integers(1, 50), st.integers(0, 60), st.integers(0, 60))
def test_a_part_is_what_a_slice_is(size: int, first: int, last: int) -> None:
    content = bytes(range(size))
    part = part_of(f"bytes={first}-{last}", size)
    if last < first:
        assert part is None
    else:
        assert part is not None and content[part.first : part.last + 1] == content[first : last + 1]
        assert part.length == len(content[first : last + 1])
    tail = part_of(f"bytes=-{last}", size)
    assert tail is not None and content[tail.first : tail.last + 1] == (content[-last:] if last else b"")


@given(st.text(max_size=40), st.integers(0, 10**6))
def test_whatever_is_asked_for_no_part_lies_outside(header: str, size: int) -> None:
    for told in (header, f"bytes={header}"):
        part = part_of(told, size)
        assert part is None or (part.first >= 0 and part.last < size and part.length >= 0)
