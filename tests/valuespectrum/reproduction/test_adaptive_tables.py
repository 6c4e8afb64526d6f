"""Published tables of AdAEM, reckoned again from themselves."""

from __future__ import annotations

import pytest

from valuespectrum.reproduction.targets import reproduce_target
from vectorstore.foundation.errors import InputError


def test_what_can_be_made_again_is_and_what_cannot_neither_passes_nor_fails() -> None:
    found = reproduce_target("adaptive")
    rows = {row["name"]: row for row in found["rows"]}
    assert found["passed"] and sum(row["pass"] is True for row in found["rows"]) == 18
    for name, ours in (
        ("priming, target: gain, percent", 29.0),
        ("moral foundations, AdAEM: between-model correlation", -0.095),
        ("moral foundations, ValueBench: between-model correlation", 0.623),
    ):
        assert rows[name]["pass"] is None and rows[name]["note"]
        assert rows[name]["ours"] == pytest.approx(ours, abs=0.05) != rows[name]["published"]
    assert rows["figure 9: between-model correlation"]["ours"] == pytest.approx(0.843, abs=5e-4)
    assert rows["figure 9: how far the mean of a value lies from 50"]["ours"] == pytest.approx(42.67, abs=5e-3)


def test_it_needs_no_data(tmp_path: object) -> None:
    with pytest.raises(InputError):
        reproduce_target("adaptive", tmp_path)  # type: ignore[arg-type]
