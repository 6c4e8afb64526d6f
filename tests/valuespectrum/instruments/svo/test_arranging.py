"""Items in other orders, on other scales, under other marks."""

from __future__ import annotations

from typing import Any, cast

import pytest

from agents.models.base import Ask, Stimulus
from agents.models.parsing.parse import parse_answer
from valuespectrum.instruments.svo.angle import angle_of
from valuespectrum.instruments.svo.arranging import Arranging, arranged
from valuespectrum.instruments.svo.payoffs import STEPS, allocations, payoffs
from valuespectrum.instruments.wordings.choosing import MARKS
from valuespectrum.reference.cohort import COHORT
from valuespectrum.reference.items.choosing import Slider
from valuespectrum.reference.twin.model import TwinModel
from vectorstore.foundation.errors import InputError


def test_in_nine_arrangements_each_option_stands_in_each_place_once() -> None:
    drawn = arranged(Arranging(arrangements=18), 3, "test")
    assert len({one.name for one in drawn}) == 18
    for block in (drawn[:9], drawn[9:]):
        assert len({(one.factor, one.added) for one in block}) == 9
        for item in range(15):
            for place in range(9):
                assert sorted(one.orders[item][place] for one in block) == list(range(9))
    assert drawn[0].orders != drawn[9].orders
    assert arranged(Arranging(), 3, "test") == arranged(Arranging(), 3, "test") != arranged(Arranging(), 4, "test")


@pytest.mark.parametrize("marks", list(MARKS))
def test_what_is_shown_is_the_item_on_another_scale(marks: Any) -> None:
    for one in arranged(Arranging(marks=marks), 1, "test"):
        read = Slider.read(one.question(4))
        assert read is not None and "".join(read.marks) == MARKS[marks]
        back = [tuple((each - one.added) / one.factor for each in pair) for pair in read.options]
        assert back == [allocations(4)[option] for option in one.orders[4]]
        assert min(each for pair in read.options for each in pair) >= 5


def test_the_angle_is_the_same_on_every_scale() -> None:
    means = payoffs()[:6, 2].mean(axis=0)
    for one in arranged(Arranging(), 1, "test"):
        centre = 50 * one.factor + one.added
        shown = one.factor * means + one.added
        assert float(angle_of((shown - centre) / one.factor + 50)) == pytest.approx(float(angle_of(means)))


@pytest.mark.parametrize("marks", list(MARKS))
def test_a_mark_in_words_is_the_option_that_bears_it(marks: Any) -> None:
    (one,) = arranged(Arranging(arrangements=1, marks=marks), 5, "test")
    for mark, option in zip(one.marks, one.orders[8], strict=True):
        for said in (mark, f"{mark}.", f"**{mark}**", f"Answer: {mark}"):
            assert parse_answer(said, one.choices(8)) == STEPS[option]
    for said in ("I don't know.", "you 85, other 50", f"{one.marks[0]} or {one.marks[1]}", "Sorry, I cannot say."):
        assert parse_answer(said, one.choices(8)) not in STEPS


def test_a_twin_chooses_the_same_allocation_under_every_mark() -> None:
    model, found = TwinModel(COHORT[0]), []
    for marks in MARKS:
        (one,) = arranged(Arranging(arrangements=1, marks=cast(Any, marks)), 5, "test")
        (answer,) = model.score([Ask(Stimulus(), one.question(0), one.choices(0))])
        found.append({name: round(each, 9) for name, each in answer.log_probabilities.items()})
    assert found[0] == found[1] == found[2] and set(found[0]) == set(STEPS)


def test_the_published_form_is_one_of_them() -> None:
    (one,) = arranged(Arranging(arrangements=1, marks="letters", payoffs="published", shuffled=False), 0, "test")
    assert "A: you 85, other 85\nB: you 85, other 76\n" in one.question(0)
    with pytest.raises(InputError, match=r"1\.\.90"):
        Arranging(arrangements=0)
