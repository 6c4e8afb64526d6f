"""Which values change together: against a slow count, with and without errors, and with an interval that is honest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from planted_graphs import table_of

from valuespectrum.steering.graph.side_effects import (
    ValueChanges,
    change_frequencies,
    intervention_changes,
    persona_changes,
    side_effects,
)
from valuespectrum.steering.graph.value_graph import GraphEffects
from valuespectrum.steering.graph.value_table import RowKey, ValueTable
from vectorstore.foundation.errors import InputError

VALUES = ("a", "b", "c", "d")
EFFECTS = GraphEffects(
    {"a": frozenset("bc"), "b": frozenset(), "c": frozenset("d"), "d": frozenset("abc")},
    {"a": frozenset("d"), "b": frozenset("acd"), "c": frozenset("ab"), "d": frozenset()},
)


def _changes(rows: int, seed: int, personas: int = 1) -> ValueChanges:
    changed = np.random.default_rng(seed).random((rows, 4)) < 0.4
    return ValueChanges(VALUES, changed, tuple(f"p{row % personas}" for row in range(rows)), "", "")


def _slow(changes: ValueChanges, sets: dict[str, frozenset[str]]) -> float:
    means = []
    for at, value in enumerate(VALUES):
        rows = [row for row in changes.changed if row[at]]
        shares = [np.mean([row[VALUES.index(other)] for row in rows]) for other in sets[value]]
        if rows and shares:
            means.append(np.mean(shares))
    return float(np.mean(means))


@pytest.mark.parametrize("seed", range(5))
def test_frequencies_are_those_of_counting(seed: int) -> None:
    changes = _changes(30, seed)
    found = side_effects(changes, EFFECTS)
    assert found.expected.mean == pytest.approx(_slow(changes, dict(EFFECTS.expected)))
    assert found.unexpected.mean == pytest.approx(_slow(changes, dict(EFFECTS.unexpected)))
    assert found.by_value["b"][0] is None and found.by_value["d"][1] is None
    table = change_frequencies(changes)
    assert table[0, 1] == pytest.approx(changes.changed[changes.changed[:, 0], 1].mean())


def test_what_never_changed_tells_nothing() -> None:
    changes = replace(_changes(30, 0), changed=np.zeros((30, 4), dtype=bool))
    found = side_effects(changes, EFFECTS)
    assert found.expected.mean is None and "no value changed" in found.expected.why
    assert np.isnan(change_frequencies(changes)).all()


def test_few_rows_have_no_interval_and_personas_are_drawn_whole() -> None:
    assert side_effects(_changes(9, 0), EFFECTS).expected.low is None
    assert side_effects(_changes(40, 0), EFFECTS).unit == "row"
    changes = _changes(40, 0, personas=20)
    found = side_effects(changes, EFFECTS)
    assert found.unit == "persona" and found.expected.low is not None
    # The same rows twice over are no more personas.
    doubled = replace(changes, changed=np.tile(changes.changed, (2, 1)), personas=changes.personas + changes.personas)
    assert side_effects(doubled, EFFECTS).expected.se == pytest.approx(found.expected.se)


def test_rows_that_share_few_personas_have_no_interval() -> None:
    """Forty rows of four personas are four draws, which tell no width; one persona in twenty models is twenty."""
    few = side_effects(_changes(40, 0, personas=4), EFFECTS)
    assert (few.unit, few.apart.low, few.apart.why) == ("persona", None, "fewer than 10 personas")
    one = _changes(40, 0)
    assert few.expected.mean == side_effects(one, EFFECTS).expected.mean
    models = side_effects(replace(one, models=tuple(f"m{row % 20}" for row in range(40))), EFFECTS)
    assert models.unit == "model" and models.apart.low is not None
    same = side_effects(replace(one, models=("m",) * 40), EFFECTS)
    assert same.unit == "row" and same.apart == side_effects(one, EFFECTS).apart


def _table(scores: list[list[float]], keys: list[RowKey], error: float | None = None) -> ValueTable:
    table = np.array(scores)
    return ValueTable(("a", "b"), tuple(keys), table, None if error is None else np.full(table.shape, error))


def test_interventions_are_held_against_the_same_without() -> None:
    keys = [RowKey("x"), RowKey("x", "f"), RowKey("y"), RowKey("y", "f"), RowKey("z", "f")]
    table = _table([[0, 0], [0, 1], [5, 5], [5, 6], [9, 9]], keys)
    assert intervention_changes(table).changed.tolist() == [[False, True], [False, True]]
    assert intervention_changes(table, "x").changed.tolist() == [[False, True]]
    with pytest.raises(InputError, match="beside the same one without for 'z'"):
        intervention_changes(table, "z")


def test_a_difference_within_its_error_is_no_change() -> None:
    keys = [RowKey("x"), RowKey("y"), RowKey("z")]
    scores = [[0.0, 0.0], [0.2, 5.0], [0.0, 0.0]]
    against = persona_changes(_table(scores, keys, 0.5), RowKey("x"))
    assert against.changed.tolist() == [[False, False], [False, True], [False, False]]
    assert persona_changes(_table(scores, keys), RowKey("x")).changed[1].tolist() == [True, True]
    unknown = _table(scores, keys, float("nan"))
    assert not persona_changes(unknown, RowKey("x")).changed.any()


def test_rows_without_a_persona_count_only_against_such_a_row() -> None:
    table = table_of({"a": np.arange(3.0), "b": np.arange(3.0)})
    table = replace(table, keys=(RowKey(), RowKey("x"), RowKey("y")))
    assert len(persona_changes(table, RowKey("x")).changed) == 2
    assert len(persona_changes(table, RowKey()).changed) == 3
    with pytest.raises(InputError, match="no row of q"):
        persona_changes(table, RowKey("q"))


def test_what_another_model_says_is_no_change_of_a_persona() -> None:
    """The second model is far off in both values, whatever its persona: that is the model."""
    keys = [RowKey(model="m"), RowKey("x", model="m"), RowKey("x", model="n"), RowKey("y", model="n")]
    table = _table([[0, 0], [0, 1], [9, 9], [9, 9]], keys)
    told = persona_changes(table, keys[0])
    assert told.personas == ("", "x") and told.changed.tolist() == [[False, False], [False, True]]
    clips = [replace(key, model="", clip=key.model) for key in keys]
    assert persona_changes(replace(table, keys=tuple(clips)), clips[0]).changed.tolist() == told.changed.tolist()
    with pytest.raises(InputError, match="no other row stands beside model m, persona none"):
        persona_changes(table.rows([0, 2, 3]), keys[0])
