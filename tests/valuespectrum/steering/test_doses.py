"""Dose and response: what is told of a dose is what every respondent does at it, and the figure shows all of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from bench.truth import neurons
from bench.truth.doses import DOSES, RANDOM, TARGET, TASKS, VALID, drawn, responses
from bench.truth.steering import SIDES
from valuespectrum.theory.values import VALUES


class Bending:
    """A study of respondents that move by their own share of a dose, and lose answers by it."""

    def __init__(self, shares: dict[str, float]) -> None:
        self.shares = shares

    def change(self, who: str, half: int, edits: Any) -> tuple[dict[str, np.ndarray], Any]:
        assert half == 1, "the half that nothing was chosen by"
        value, dose, luck = edits
        moved = np.full(len(VALUES), -0.1)
        moved[VALUES.index(value)] = 0.0 if luck is not None else self.shares[who] * dose
        return dict.fromkeys(SIDES, moved), SimpleNamespace(valid=1 - dose / 100, knowledge=0.5)


def test_a_dose_is_told_over_respondents_and_drawn() -> None:
    study: Any = Bending({"acorn": 0.1, "basil": 0.2, "clove": 0.3})
    edits: Any = lambda value, dose, luck: (value, dose, luck)  # noqa: E731
    rows = list(responses(study, list(study.shares), DOSES["vectors"], edits))
    assert [row.dose for row in rows] == list(DOSES["vectors"])
    mean, low, high = rows[2].changes["text", TARGET]
    half = 4.302653 * 0.4 / np.sqrt(3)
    assert (mean, low, high) == pytest.approx((0.8, 0.8 - half, 0.8 + half), abs=1e-5)
    assert rows[2].changes["frames", RANDOM] == pytest.approx((0, 0, 0), abs=1e-12)
    assert rows[2].changes["frames", "opposites"] == pytest.approx((-0.1,) * 3)
    assert rows[2].shares == pytest.approx({VALID: 0.96, TASKS: 0.5})
    figure = ElementTree.fromstring(drawn({"vectors": rows, "neurons": rows[:4]}))
    words = [each.text for each in figure.iter() if each.tag.endswith("text")]
    assert {"vectors, text", "neurons, frames", "vectors, answers", TARGET, TASKS, "16"} <= set(words)
    lines = [each for each in figure.iter() if each.tag.endswith("polyline")]
    assert len(lines) == 2 * (2 * 5 + 2)


def test_neurons_under_which_no_answer_is_an_option_are_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no usual setting to fall back on: it would be told as one that leaves answers."""
    firing: Any = None
    study: Any = SimpleNamespace()

    def change(who: str, half: int, chosen: neurons.ChosenNeurons) -> tuple[dict[str, np.ndarray], Any]:
        assert half == 0, "the half that is chosen by"
        moved = dict.fromkeys(SIDES, np.full(len(VALUES), chosen.gamma))
        return moved, SimpleNamespace(valid=1.0 if chosen.gamma < study.breaks else 0.5)

    study.change = change
    monkeypatch.setattr(neurons, "edits_by", lambda firing, chosen: chosen)
    study.breaks = 8.0
    best, most = neurons.choose_neurons(study, firing, "power")
    assert (best.gamma, most) == (4.0, 4.0)
    study.breaks = 0.0
    with pytest.raises(ValueError, match="power: whatever is edited"):
        neurons.choose_neurons(study, firing, "power")
