"""Whoever gives one and the same answer to everything is named by every instrument, and gets no profile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal, cast

import pandas as pd
import pytest
from planted_instruments import answered, pictures, setting, twin

from agents.models.base import Answer, Ask
from agents.procedures.conductor import conduct
from agents.procedures.procedure import SUBJECT
from valuespectrum.instruments.base import Adaptive, Celled, MayRepeat, Published, Tabled
from valuespectrum.instruments.measurement import ONE_ANSWER
from valuespectrum.instruments.registry import INSTRUMENTS, load_instrument
from valuespectrum.measuring.set_tables import tables_of
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.guards.sameness import FEWEST, one_answer

OPTIONS = ScoringOptions(draws=50)
Kind = Literal["log-probabilities", "draws", "words"]
KINDS: tuple[Kind, ...] = ("log-probabilities", "draws", "words")
NAMES = [name for name in INSTRUMENTS.names() if not isinstance(INSTRUMENTS.load(name), MayRepeat)]


class SaysOneThing:
    """Names the option with one and the same mark, whatever is asked."""

    id = "mine:one-thing@1"
    settings: ClassVar[dict[str, str]] = {}

    def __init__(self, kind: Kind, place: int) -> None:
        self.kind, self.place = kind, place

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            if not ask.choices:
                yield Answer(text="Yes." if self.place else "No.")
                continue
            taken = sorted(ask.choices, key=lambda choice: choice.surfaces[0])[self.place]
            logs = {choice.name: -0.1 if choice is taken else -8.0 for choice in ask.choices}
            yield Answer(
                logs if self.kind == "log-probabilities" else {},
                taken.surfaces[0],
                taken.name,
                counts={taken.name: 10} if self.kind == "draws" else {},
            )

    generate = score


class Overheard:
    """Keeps what was asked and answered."""

    settings: ClassVar[dict[str, str]] = {}

    def __init__(self, model: Any) -> None:
        self.model, self.id, self.asks = model, model.id, list[Ask]()

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.asks += asks
        yield from self.model.score(asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        self.asks += asks
        yield from self.model.generate(asks)


def table_of(name: str, model: Any, clips: int = 3) -> pd.DataFrame:
    """Answers of the bare model to an instrument, as a run stores them."""
    return _answers(name, model, clips).assign(instrument=name, persona="none", strategy="none", placebo=False)


def _answers(name: str, model: Any, clips: int) -> pd.DataFrame:
    instrument = load_instrument(name)
    about = setting(pictures(clips) if instrument.pictures else [])
    if not isinstance(instrument, Adaptive):
        return answered(cast("Any", instrument).questions(about), model)
    heard = Overheard(model)
    for _ in conduct(instrument.procedures(about), {SUBJECT: heard}):
        pass
    return answered(heard.asks, model)


def scored(answers: pd.DataFrame) -> dict[str, Any]:
    scores = score_answers(answers, OPTIONS)
    json.dumps(scores, allow_nan=False)
    return scores


@pytest.mark.parametrize("name", NAMES)
def test_one_answer_to_everything_is_named_and_is_no_profile(name: str) -> None:
    # The last of a list that grows shorter, as acts are taken off it, is another one at every step.
    places = (0, 0, 0) if name == "decisions" else (0, -1, -1)
    for kind, place in zip(KINDS, places, strict=True):
        scores = scored(table_of(name, SaysOneThing(kind, place)))
        found = scores["guards"]["constant"]
        assert found["state"] == "flagged" and found["statement"] in scores["notes"], kind
        if isinstance(INSTRUMENTS.load(name), Published):
            continue
        if isinstance(INSTRUMENTS.load(name), Celled) and kind == "log-probabilities":
            assert "no preference" in scores["verdicts"][0] or "was not tested" in scores["verdicts"][0]
            continue
        numbers = {
            row[end] for row in scores["profile"].values() for end in ("mean", "low", "centred", "rank", "p_adjusted")
        }
        assert numbers == {None}, kind
        assert {row["mean"] for row in scores["scalars"].values()} <= {None}
        if scores.get("identification", {}).get("status") != "not identifiable":
            assert {row["status"] for row in scores["profile"].values()} == {ONE_ANSWER}
            assert scores["verdicts"] == [found["statement"]]
            assert {row["mean"] for row in scores["reliability"].values()} <= {None}
            assert not {"shape", "faking_effect"} & set(scores), "both tell of a profile"


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(INSTRUMENTS.load(name), Tabled)])
def test_what_is_no_profile_is_not_compared_as_one(name: str) -> None:
    """Beside somebody who has values, one number throughout would differ in all of them."""
    (constant,) = tables_of(table_of(name, SaysOneThing("words", -1)), OPTIONS, alike=False).values()
    assert constant.told.table is None and constant.told.status != "identified" and constant.told.why
    answers = table_of(name, twin("amber"), clips=2)
    (valued,) = tables_of(answers, OPTIONS, alike=False).values()
    plain = cast("Tabled", load_instrument(name)).sets(answers, OPTIONS)
    assert (valued.told.table is None, valued.told.why) == (plain.table is None, plain.why)


@pytest.mark.parametrize("name", NAMES)
def test_who_answers_by_values_is_not_said_to_give_one_answer(name: str) -> None:
    scores = scored(table_of(name, twin("amber"), clips=2))
    assert scores["guards"]["constant"]["state"] == "holds", scores["guards"]["constant"]


def test_a_lean_is_no_constant_where_log_probabilities_tell_values_apart() -> None:
    answers = table_of("scale7", twin("maple"), clips=6)
    found = one_answer(answers, OPTIONS, values_differ=True)
    assert found.state == "holds" and "tell values apart" in found.statement
    assert one_answer(answers, OPTIONS, values_differ=False).flagged
    in_words = ScoringOptions(readout="text")
    assert one_answer(answers, in_words, values_differ=True).flagged


def test_few_or_unreadable_answers_are_not_known_to_be_alike() -> None:
    answers = table_of("like", SaysOneThing("words", 0))
    assert one_answer(answers[: FEWEST - 1], OPTIONS, values_differ=False).state == "unknown"
    assert one_answer(answers.assign(parsed="refusal"), OPTIONS, values_differ=False).state == "unknown"
    assert one_answer(answers.assign(error="it broke"), OPTIONS, values_differ=False).state == "unknown"
