"""Properties of decode plans over streams of any shape."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.media.packet_plan import Packet, depending_on, has_open_groups, make_plan


@st.composite
def streams(draw: st.DrawFn) -> list[Packet]:
    """Groups of pictures with leading pictures, reordering, gaps and hidden frames."""
    packets: list[Packet] = []
    time = draw(st.integers(-20, 20))
    for _ in range(draw(st.integers(1, 5))):
        leading = draw(st.integers(0, 2)) if packets else 0
        length = draw(st.integers(1, 6))
        times = [time + offset for offset in range(leading + 1 + length)]
        time = times[-1] + draw(st.integers(1, 4))
        key, before, after = times[leading], times[:leading], times[leading + 1 :]
        order = [key, *before, *draw(st.permutations(after))]
        hidden = draw(st.booleans()) and not packets
        packets += [Packet(shown_at, shown_at == key, hidden) for shown_at in order]
    return packets


@given(streams(), st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_plans_are_complete_and_minimal(packets: list[Packet], count: int) -> None:
    shown = sorted(packet.shown_at for packet in packets if not packet.discard)
    end = max(shown, default=0) + 1
    plan = make_plan(packets, end, count)
    if not shown:
        assert not plan.targets and not plan.runs
        return
    times = [target.shown_at for target in plan.targets]
    assert times == sorted(set(times))
    assert 1 <= len(times) <= count
    for part in range(count):
        middle = shown[0] + (end - shown[0]) * (part + 0.5) / count
        assert max(time for time in shown if time <= middle) in times
    for target in plan.targets:
        assert packets[target.packet].shown_at == target.shown_at
        assert not packets[target.packet].discard
        # The decoder meets each target once, after the keyframe that it depends on.
        (run,) = (run for run in plan.runs if target.packet in run)
        before = [packets[place] for place in range(run.start, target.packet + 1)]
        keys = [packet.shown_at for packet in before if packet.keyframe]
        first_of_all = all(p.shown_at >= target.shown_at for p in packets if p.keyframe)
        assert any(key <= target.shown_at for key in keys) or (first_of_all and run.start == 0)
    for run, following in zip(plan.runs, plan.runs[1:], strict=False):
        assert run.stop <= following.start
    assert all(run.stop - 1 in {target.packet for target in plan.targets} for run in plan.runs)


def test_open_groups_are_seen() -> None:
    closed = [Packet(0, True, False), Packet(2, False, False), Packet(1, False, False), Packet(3, True, False)]
    assert not has_open_groups(closed)
    assert has_open_groups([*closed[:2], Packet(4, True, False), Packet(3, False, False)])


def test_damage_spreads_to_the_next_keyframe_and_to_what_reaches_back_over_it() -> None:
    shown = [0, 1, 2, 5, 3, 4, 6, 8, 7]
    keys = {0, 3, 7}
    packets = [Packet(time, place in keys, False) for place, time in enumerate(shown)]
    assert depending_on(packets, {1}) == {1, 2, 4, 5}
    assert depending_on(packets, {3}) == {3, 4, 5, 6, 8}
    assert depending_on(packets, set()) == set()
