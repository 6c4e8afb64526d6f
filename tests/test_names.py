"""One name, one thing."""

from __future__ import annotations

from collections import defaultdict

from house import classes


def test_no_two_classes_have_one_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path, node in classes():
        places[node.name].append(path)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}
