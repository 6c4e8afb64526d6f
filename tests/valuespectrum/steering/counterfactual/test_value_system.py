"""Relations and covariances: given, measured, of a circle."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stub_writers import SYSTEM

from valuespectrum.steering.counterfactual.value_system import (
    circle_system,
    measured_system,
    read_system,
    with_graph,
)
from valuespectrum.steering.graph.mining import mine
from valuespectrum.steering.graph.value_table import RowKey, ValueTable
from valuespectrum.theory.value_sets import NINETEEN, TEN
from vectorstore.foundation.errors import InputError


def test_a_system_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "system.json"
    path.write_text(json.dumps(SYSTEM.to_json()))
    again = read_system(path)
    assert again.to_json() == SYSTEM.to_json()
    assert again.related("care") == {"power": -1, "rest": 1} and again.related("rest") == {"care": 1}
    assert again.importance("care") == pytest.approx(2 / (4 / 3))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"covariance": [[1, 2], [2, 1]]}, "square table"),
        ({"covariance": [[1, 0, 0], [0, 1], [0, 0, 1]]}, "different lengths"),
        ({"covariance": [[1, 2, 0], [2, 1, 0], [0, 0, 1]]}, "no negative eigenvalue"),
        ({"covariance": [[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]}, "symmetric"),
        ({"relations": [["care", "fame", 1]]}, "'fame'"),
        ({"relations": [["care", "care", 1]]}, "'care'"),
        ({"relations": [["care", "power", 1], ["power", "care", -1]]}, "one sign|consistent and opposing"),
        ({"relations": [["care", "power", 1], ["care", "power", -1]]}, "more than one sign"),
        ({"relations": [["care", "power", 1], ["power", "care", 0]]}, "more than one sign"),
        ({"relations": [["care", "power", 2]]}, "value system"),
        ({"dimensions": {}}, "names every value once"),
    ],
)
def test_what_fits_not_is_refused(tmp_path: Path, change: dict[str, object], problem: str) -> None:
    path = tmp_path / "system.json"
    path.write_text(json.dumps(SYSTEM.to_json() | change))
    with pytest.raises(InputError, match=problem):
        read_system(path)


def test_the_circle_has_neighbours_and_opposites() -> None:
    system = circle_system(TEN)
    near, against = {"achievement", "security"}, {"benevolence", "universalism", "self_direction"}
    assert system.related("power") == dict.fromkeys(near, 1) | dict.fromkeys(against, -1)
    assert np.linalg.eigvalsh(system.covariance).min() > -1e-9
    with pytest.raises(InputError, match="no judge is told"):
        circle_system(NINETEEN)


def test_measured_profiles_give_relations_and_covariances() -> None:
    generator = np.random.default_rng(0)
    care, rest = generator.standard_normal((2, 300))
    power = generator.standard_normal(300) - care
    scores = np.stack([care, power, rest], axis=1)
    table = ValueTable(("care", "power", "rest"), tuple(RowKey(str(at)) for at in range(300)), scores)
    found = measured_system(SYSTEM, table, mine(table))
    assert found.related("care") == {"power": -1} and found.related("rest") == {}
    assert np.allclose(found.covariance, np.cov(scores.T))
    assert with_graph(SYSTEM, mine(table)).covariance is SYSTEM.covariance
    with pytest.raises(InputError, match="too few"):
        measured_system(SYSTEM, table.rows(range(5)), mine(table))
    with pytest.raises(InputError, match="other values"):
        with_graph(circle_system(TEN), mine(replace(table, values=("x", "y", "z"))))


def test_a_value_that_does_not_vary_weighs_as_all_where_none_does() -> None:
    flat = replace(SYSTEM, covariance=np.zeros((3, 3)))
    assert flat.importance("care") == 1.0
