"""What is said about personas of the reference cohort, whose obedience is planted, from answers to verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scoring_fixtures import Truth, answers

from valuespectrum.reference.planted import BY_NAME, Mind, profile, ten_values
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

OPTIONS = ScoringOptions(draws=20)
AIMS = np.array([1.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
PERSONAS, TEXTS, CLIPS = 12, 8, 3
TEXT_SD = 0.5


class Played:
    """A respondent of the cohort with another obedience, in roles whose words each shift every value by chance."""

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._generator = np.random.default_rng([seed, 17])
        self.tables = [self._answers("none", None, 0.0, 0)]
        self.targets: dict[str, Mapping[str, float]] = {}

    def texts(self, obedience: float) -> Played:
        """Placebo texts that are obeyed: each has an aim of its own."""
        self.tables += [self._answers(f"placebo-{n}", self._aim(), obedience, 1) for n in range(1, TEXTS + 1)]
        return self

    def personas(self, obedience: float) -> Played:
        """Personas."""
        for number in range(PERSONAS):
            self.targets[f"p{number}"] = self._aim()
            self.tables.append(self._answers(f"p{number}", self.targets[f"p{number}"], obedience, 0))
        return self

    def scores(self) -> Json:
        """Of all answers."""
        return score_answers(pd.concat(self.tables), OPTIONS, self.targets)

    def _aim(self) -> dict[str, float]:
        return dict(zip(VALUES, self._generator.permutation(AIMS).tolist(), strict=True))

    def _answers(self, role: str, aim: Mapping[str, float] | None, obedience: float, placebo: int) -> pd.DataFrame:
        member = replace(BY_NAME[self._name], obedience=obedience, sanitises=False)
        held = ten_values(profile(Mind(member, aim), "pictures"))
        shift = 0.0 if aim is None else TEXT_SD
        liking = {value: theta + self._generator.normal(0, shift) for value, theta in held.items()}
        truth = Truth(liking, lean=member.leans.yes, order=member.leans.order, clip_spread=0.3, noise=0.1)
        strategy = "simple" if aim is not None else "none"
        return answers(truth, CLIPS, persona=role, strategy=strategy, placebo=placebo, model=self._name)


def test_personas_that_are_ignored_while_placebo_texts_are_obeyed_are_not_said_to_move() -> None:
    rows = [
        row
        for seed, name in enumerate(("amber", "birch"))
        for row in Played(name, seed).texts(0.6).personas(0.0).scores()["personas"]
    ]
    assert len(rows) == 2 * PERSONAS and {row["placebo_texts"] for row in rows} == {TEXTS}
    false = sum(row["verdict"] in ("moved", "moved away") for row in rows)
    assert false <= 0.07 * len(rows) and not any(row["verdict"] == "unknown" for row in rows)


def test_two_degrees_of_obedience_are_told_apart() -> None:
    low, high = Played("amber", 5).texts(0.0).personas(0.75), Played("birch", 5).texts(0.0).personas(0.9)
    assert low.targets == high.targets
    scores = score_answers(pd.concat([*low.tables, *high.tables]), OPTIONS, high.targets)
    found = {row["model"]: row for row in scores["persona_summary"]}
    assert found["birch"]["d_prime"]["amber"] >= 0.7
    assert found["amber"]["d_prime"]["birch"] == pytest.approx(-found["birch"]["d_prime"]["amber"])
    assert all(row["moved"] >= PERSONAS / 2 and not row["moved_away"] for row in found.values())
