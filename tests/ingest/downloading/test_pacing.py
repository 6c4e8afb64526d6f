"""The pace at which a platform is asked, on a clock that is turned by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.downloading.pacing import Pacer, PlatformPace
from vectorstore.foundation.errors import FetchError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 10), st.floats(0, 0.999)), min_size=2, max_size=30))
def test_starts_are_never_nearer_than_half_the_pace(steps: list[tuple[str, float, float]]) -> None:
    clock = Clock()
    shares = iter([share for _, _, share in steps])
    pacer = Pacer(lambda: clock.now, clock.sleep, lambda: next(shares))
    starts: dict[str, list[float]] = {"a": [], "b": []}
    for platform, idle, _ in steps:
        clock.now += idle
        pacer.wait(platform, PlatformPace(seconds=2.0))
        starts[platform].append(clock.now)
    for times in starts.values():
        assert all(later - earlier > 1.0 - 1e-9 for earlier, later in pairwise(times))


def test_platforms_do_not_wait_for_each_other() -> None:
    clock = Clock()
    pacer = Pacer(lambda: clock.now, clock.sleep)
    for platform in ("tiktok", "youtube", "instagram"):
        pacer.wait(platform, PlatformPace(seconds=60))
    assert clock.now == 100.0


def test_blocks_in_a_row_end_it_and_an_answer_between_does_not() -> None:
    pacer, pace = Pacer(sleep=lambda seconds: None), PlatformPace(seconds=0, max_blocks=2)
    for blocked in (True, False, True):
        pacer.wait("tiktok", pace)
        pacer.tell("tiktok", blocked)
    pacer.wait("tiktok", pace)
    pacer.tell("tiktok", True)
    with pytest.raises(FetchError, match="2 times in a row") as caught:
        pacer.wait("tiktok", pace)
    assert caught.value.reason == "blocked"
    pacer.wait("youtube", pace)
