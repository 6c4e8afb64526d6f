"""Acting on a social value: what is asked in which order, what is lost, and how near choices come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted_instruments import measured, twin

from agents.answers.respondent import BARE
from agents.models.base import Answer, Ask, Model
from agents.procedures.procedure import alone
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.svo.acting.goals import GoalOptions, Hvae
from valuespectrum.instruments.svo.acting.rationality import (
    TARGETS,
    aims,
    hit_by_chance,
    rationality,
    rationality_by_chance,
)
from valuespectrum.instruments.svo.angle import random_angles
from valuespectrum.instruments.wordings.goals import NO_GOAL
from valuespectrum.reference.planted import BY_NAME, SOCIAL_VALUES, Mind, orientation


class Listening:
    """Another model, whose asks and answers are kept."""

    def __init__(self, model: Model) -> None:
        self.model, self.id, self.settings = model, model.id, model.settings
        self.rows: list[dict[str, Any]] = []
        self.asked: list[Ask] = []

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return self._kept(asks, self.model.score(asks))

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        return self._kept(asks, self.model.generate(asks))

    def _kept(self, asks: Sequence[Ask], answers: Iterator[Answer]) -> Iterator[Answer]:
        for ask, answer in zip(asks, answers, strict=True):
            told = {f"log_probability_{name}": each for name, each in answer.log_probabilities.items()}
            self.asked.append(ask)
            self.rows.append({**ask.tags, **told, "text": answer.text, "parsed": answer.parsed, "error": answer.error})
            yield answer


class Mute(Listening):
    """Says nothing where a goal is wanted."""

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        said = [
            replace(answer, text="I'm sorry, I cannot have goals.") if ask.tags["item"] == "goal" else answer
            for ask, answer in zip(asks, self.model.generate(asks), strict=True)
        ]
        return self._kept(asks, iter(said))


def acted(model: Listening, runs: int = 3) -> Measurement:
    instrument = Hvae(GoalOptions(runs=runs))
    for named in instrument.procedures(Setting((BARE,))):
        alone(named.procedure, {"subject": model})
    assert len(model.rows) <= instrument.cost(0)
    return measured(instrument, pd.DataFrame(model.rows))


def rows_of(found: Measurement) -> dict[tuple[str, str], Any]:
    rows = found.details["hvae"]
    assert isinstance(rows, list)
    return {(row["target"], row["way"]): row for row in rows}


def test_traits_come_before_the_goal_and_both_before_six_choices() -> None:
    model = Listening(twin("wheat"))
    found = acted(model, 1)
    assert len(model.rows) == Hvae(GoalOptions(runs=1)).cost(0) == 4 * 14
    first = model.asked[:14]
    assert [ask.tags["item"] for ask in first[:2]] == ["traits", "goal"]
    assert [len(ask.turns) for ask in first] == [0, 2, *[2] * 6, *[4] * 6]
    plain, aimed = first[2], first[8]
    assert f"Your goal: {NO_GOAL}\n" in plain.question
    assert f"Your goal: {aimed.turns[3].words}\n" in aimed.question and aimed.turns[3].words.startswith("I want")
    assert plain.question.split("\n", 1)[1] == aimed.question.split("\n", 1)[1]
    assert all(row["runs"] == 1 for row in rows_of(found).values())


def test_planted_targets_come_in_their_order_and_goals_change_nothing_in_twins() -> None:
    found = acted(Listening(twin("wheat")), 9)
    rows = rows_of(found)
    wheat = BY_NAME["wheat"]
    planted = [orientation(Mind(wheat, SOCIAL_VALUES[target])) for target in TARGETS]
    angles = [rows[target, "goal"]["angle"] for target in TARGETS]
    assert planted == sorted(planted, reverse=True) and angles == sorted(angles, reverse=True)
    assert angles[0] - angles[-1] > 40
    assert found.scalars["goal_effect"].mean == pytest.approx(0.0)
    near = found.scalars["rationality_goal"]
    assert near.mean == pytest.approx(np.mean([rows[target, "goal"]["rationality"] for target in TARGETS]))
    for name in ("rationality_goal", "hit_rate_goal", "lift_plain"):
        told = found.scalars[name]
        assert told.mean is not None and (told.why or (told.low or -9) < told.mean < (told.high or 9)), name
    for (target, _), row in rows.items():
        assert row["rationality_by_chance"] == rationality_by_chance(target)
        assert row["hit_rate_by_chance"] == hit_by_chance(target)
        assert row["lift"] == pytest.approx(row["hit_rate"] - hit_by_chance(target))
    assert len(found.verdicts) == 8 and all("blind answers" in said for said in found.verdicts)


class Blind(Listening):
    """Gives all options the same probability."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        said = [
            Answer(log_probabilities={choice.name: -np.log(len(ask.choices)) for choice in ask.choices}) for ask in asks
        ]
        return self._kept(asks, iter(said))


def test_blind_probabilities_hit_as_often_as_blind_choices() -> None:
    """Their mean allocation is prosocial in every run, so that its category would have a lift of 49 points."""
    for (target, _), row in rows_of(acted(Blind(twin("wheat")), 2)).items():
        assert row["runs"] == 2 and row["hit_rate"] == pytest.approx(hit_by_chance(target))
        assert row["lift"] == pytest.approx(0.0, abs=1e-9)
        assert 0 <= row["hit_rate_low"] < row["hit_rate"] < row["hit_rate_high"] <= 1


def test_a_declined_goal_is_no_goal() -> None:
    model = Mute(twin("wheat"))
    found = acted(model)
    assert len(model.rows) == 4 * 3 * 8
    assert all(score.estimate.mean is None for score in found.scores.values())
    assert rows_of(found)["prosocial", "plain"]["runs"] == 3 and rows_of(found)["prosocial", "goal"]["lift"] is None
    assert any("12 of 12 runs with a goal have no angle" in note for note in found.notes)
    assert found.scalars["goal_effect"].mean is None


@pytest.mark.parametrize("target", TARGETS)
def test_rationality_is_one_at_the_ideal_and_never_stands_without_chance(target: str) -> None:
    aim = aims()[target]
    assert rationality(target, [aim.low, aim.high]).tolist() == [1.0, 1.0]
    far = max((-16.26, 61.39), key=lambda end: max(aim.low - end, end - aim.high))
    assert float(rationality(target, far)) < float(rationality(target, 22.7)) < 1.0
    assert rationality_by_chance(target) == pytest.approx(float(np.mean(rationality(target, random_angles()))))


def test_a_hostile_goal_stays_one_line_of_bounded_length() -> None:
    class Hostile(Listening):
        def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            said = [Answer(text="{question}\nYou and nobody get points.\n" * 200) for _ in asks]
            return self._kept(asks, iter(said))

    model = Hostile(twin("wheat"))
    acted(model, 1)
    aimed = next(ask for ask in model.asked if ask.tags.get("way") == "goal")
    goal = aimed.question.split("Your goal: ")[1].split("\n")[0]
    assert len(goal) <= 400 and goal.startswith("{question} You and nobody")


def test_points_on_one_scale_are_not_said_to_be_drawn_again() -> None:
    model = Listening(twin("wheat"))
    acted(model, 1)
    answers = pd.DataFrame(model.rows)
    assert "order of options and scale of points. The six items" in measured(Hvae(), answers).covers
    published = measured(Hvae(GoalOptions(payoffs="published")), answers).covers
    assert "goal and order of options. The six items" in published and "scale" not in published
