"""What is set of the memory allocator, and that the environment comes first."""

from __future__ import annotations

import pytest

from vectorstore.foundation import allocator

SETTINGS = {
    "MALLOC_TRIM_THRESHOLD_": -1,
    "MALLOC_TOP_PAD_": -2,
    "MALLOC_MMAP_THRESHOLD_": -3,
    "MALLOC_ARENA_MAX": -8,
}
"""Names that mallopt(3) has, and the numbers of malloc.h."""


@pytest.mark.parametrize("given", [None, *SETTINGS])
def test_what_the_environment_sets_stays(given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def mallopt(setting: int, value: int) -> int:
        assert value > 0
        made.append(setting)
        return 1

    monkeypatch.setattr(allocator, "_mallopt", lambda: mallopt)
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    if given is not None:
        monkeypatch.setenv(given, "1000000")
    allocator.keep_freed_memory()
    assert made == [number for name, number in SETTINGS.items() if name != given]
