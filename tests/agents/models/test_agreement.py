"""Comparing two ways of asking: equal ways agree, opposite ones do not, and layouts lie between."""

from __future__ import annotations

import math

import pytest
from asks import LIKE, NO, YES, loaded
from tiny_models import FolderMaker, PictureMaker

from agents.models.base import Answer, Ask, Stimulus
from valuespectrum.checks.agreement import agreement, compare
from vectorstore.foundation.errors import InputError


def answer(yes: float) -> Answer:
    return Answer({"yes": math.log(yes), "no": math.log(0.9 - yes)})


def test_numbers_of_a_case_done_by_hand() -> None:
    found = compare([answer(0.6), answer(0.3), Answer(error="x")], [answer(0.6), answer(0.6), answer(0.2)])
    assert found.asks == 2
    assert found.same_choice == 0.5
    assert found.mean_difference == pytest.approx(1 / 6)
    assert found.mean_distance == pytest.approx(1 / 6)
    assert found.largest_gap == pytest.approx(math.log(2))
    assert math.isnan(found.correlation)
    with pytest.raises(InputError, match="both times"):
        compare([Answer(error="x")], [answer(0.2)])


def test_engines_agree_and_layouts_are_two_questions(
    tiny_model_folder: FolderMaker, make_picture: PictureMaker
) -> None:
    folder = tiny_model_folder("qwen3_vl")
    asks = [
        Ask(Stimulus((make_picture(seed),)), LIKE, (YES, NO), system, max_tokens=1)
        for seed in range(4)
        for system in ("", "You care about order and tradition.")
    ]
    plain, fast, turned = (
        loaded(folder, engine, layout=layout)
        for engine, layout in (("naive", "persona-first"), ("auto", "persona-first"), ("auto", "image-first"))
    )
    same = agreement(plain, fast, asks)
    assert same.same_choice == 1
    assert same.largest_gap < 1e-4
    assert same.correlation > 0.9999
    other = agreement(plain, turned, asks)
    assert other.largest_gap > 1e-3
    assert plain.settings["layout"] == "persona-first"
    assert turned.settings["layout"] == "image-first"
