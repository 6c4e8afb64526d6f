"""Putting the questions of a run to its models: who may fall silent, and who may not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agents.answers.store import AnswerStore
from agents.models.base import Ask, Stimulus
from agents.models.yes_no import NO, YES
from valuespectrum.measuring.asking import Asking, AskingOptions, Silent
from vectorstore.foundation.errors import BlindModelError

PLAIN, STEERED = "reference:amber@01", "reference:amber+power-towards~0123456789ab@01"


@dataclass(frozen=True)
class OneQuestion:
    """All that is asked."""

    digest: str = "one question"

    def __iter__(self) -> Iterator[Ask]:
        yield Ask(Stimulus(), "Is it day?", (YES, NO))

    def picture_path(self, picture_sha: str) -> Path:
        raise AssertionError("there is no picture")


@dataclass
class Blind:
    """Answers nothing here: whoever puts the questions says that it sees no picture."""

    id: str

    def __post_init__(self) -> None:
        self.settings: dict[str, str] = {}


@pytest.mark.parametrize(
    ("blind", "silent", "goes_on"), [(STEERED, True, True), (STEERED, False, False), (PLAIN, True, False)]
)
def test_only_what_steering_may_have_broken_is_passed_over(
    blind: str, silent: bool, goes_on: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(work: object, model: Any, *further: object) -> None:
        asked.append(model.id)
        if model.id == blind:
            raise BlindModelError(f"{model.id} says that it sees no picture")

    monkeypatch.setattr("valuespectrum.measuring.asking.answer_plan", answer)
    models: list[Any] = [Blind(blind), Blind("reference:amber+power-away~0123456789ab@01")]
    asking = Asking(AskingOptions(tmp_path / "run", silent=silent), models, (), Silent())
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        if goes_on:
            asking.put(OneQuestion(), store)
        else:
            with pytest.raises(BlindModelError):
                asking.put(OneQuestion(), store)
    assert asked == [model.id for model in models][: 2 if goes_on else 1]
