"""WantedAnswer scores, and how far others are from them."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr
from stub_writers import SYSTEM

from valuespectrum.steering.counterfactual.objective import ValueObjective, deviation, read_objective, spearman
from valuespectrum.steering.counterfactual.prompted import check_labels, read_ratings
from valuespectrum.steering.counterfactual.value_system import circle_system
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.errors import InputError

BLANKS = " " * 20_000


def test_errors_are_told_as_sum_and_as_mean() -> None:
    wanted = ValueObjective({"a": 5, "b": 1, "c": 3})
    apart = deviation({"a": 3.0, "b": 1.0, "c": 4.0, "other": 5.0}, wanted)
    assert (apart.total, apart.mean) == (3.0, 1.0)
    missing = deviation({"a": 3.0, "b": None}, wanted)
    assert (missing.total, missing.mean, missing.missing) == (None, None, ("b", "c"))


@pytest.mark.parametrize("seed", range(8))
def test_rank_correlation_is_that_of_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    names = [str(at) for at in range(7)]
    found, wanted = generator.integers(1, 6, (2, 7)).astype(float)
    ours = spearman(dict(zip(names, found, strict=True)), ValueObjective(dict(zip(names, wanted, strict=True))))
    assert ours == pytest.approx(spearmanr(found, wanted).statistic)


def test_a_rank_correlation_that_is_not_defined_is_unknown() -> None:
    wanted = ValueObjective({"a": 1, "b": 5})
    assert spearman({"a": 3.0, "b": 3.0}, wanted) is None
    assert spearman({"a": 3.0, "b": None}, wanted) is None
    assert spearman({"a": 1.0, "b": 2.0}, ValueObjective({"a": 3, "b": 3})) is None
    assert spearman({"a": 1.0}, ValueObjective({"a": 3})) is None


@pytest.mark.parametrize(
    "pairs", [["fame=3"], ["care"], ["care=much"], ["care=6"], ["care=0"], ["care=nan"], [], ["care=1", "care=2"]]
)
def test_odd_objectives_are_refused(pairs: list[str]) -> None:
    with pytest.raises(InputError):
        read_objective(pairs, SYSTEM.dimensions)


@pytest.mark.parametrize(
    "label",
    ["Power", "power", "Care: for others", "care|help", "Care\nfor others", "care  for others", "* help", "", "c" * 81],
)
def test_labels_by_which_no_rating_is_found_again_are_refused(label: str) -> None:
    check_labels(circle_system(TEN))
    check_labels(replace(SYSTEM, labels={**SYSTEM.labels, "care": "Caring (for others), 2nd kind"}))
    with pytest.raises(InputError, match="ratings of 'care' by its label"):
        check_labels(replace(SYSTEM, labels={**SYSTEM.labels, "care": label}))


def test_labels_that_change_places_are_refused() -> None:
    """By its name each would be read as the other one."""
    with pytest.raises(InputError, match="another value"):
        check_labels(replace(SYSTEM, labels={**SYSTEM.labels, "care": "Power", "power": "Care"}))


def test_ratings_are_read_strictly() -> None:
    scores, shown = read_ratings(
        "Here you go:\n**Care**: 4 | it helps\n- Power: 2\npower: 2 | a say\nRest: 7 | off the scale\nFame: 3", SYSTEM
    )
    assert scores == {"care": 4.0, "power": 2.0, "rest": None}
    assert shown == {"care": "it helps", "power": "a say"}
    contradicting, _ = read_ratings("Care: 4\nCare: 2\nPower: about 3\nRest: 1", SYSTEM)
    assert contradicting == {"care": None, "power": None, "rest": 1.0}
    assert set(read_ratings("", SYSTEM)[0].values()) == {None}
    scores, shown = read_ratings("Care: 4 helps others\n**Power: 2 seldom**\nRest: 3 sleeps | late", SYSTEM)
    assert scores == {"care": 4.0, "power": 2.0, "rest": 3.0}
    assert shown == {"care": "helps others", "power": "seldom", "rest": "late"}


@pytest.mark.parametrize(
    ("said", "score"),
    [
        ("4", 4.0),
        ("4/5 | words", 4.0),
        ("4 / 5", 4.0),
        ("4 - words", 4.0),
        ("4 (of 5)", 4.0),
        ("4-5", None),
        ("4 \u2013 5 | words", None),
        ("4 or 5", None),
        ("2 to 4", None),
        ("4/10", None),
        ("4/50", None),
    ],
)
def test_a_range_or_another_scale_is_no_rating(said: str, score: float | None) -> None:
    assert read_ratings(f"Care: {said}", SYSTEM)[0]["care"] == score


@pytest.mark.parametrize(
    "said",
    [
        *("3-4", "3 – 4", "3 to 4", "3 or 4", "3,5", "3%", "3/10", "3 out of 10", "3 and a half"),
        *("3 or so", "3 to four", "3 out of ten", "3 percent", "3 bis vier", "3rd", "3 Power: 2", "3 helps 2 people"),
        "3 people help",
    ],
)
def test_what_is_no_one_score_on_the_scale_is_none(said: str) -> None:
    assert read_ratings(f"Care: {said} | it helps", SYSTEM)[0]["care"] is None
    assert read_ratings(f"Care: {said}\nCare: 3", SYSTEM)[0]["care"] is None


@pytest.mark.parametrize(
    "said",
    [
        "3",
        "3.",
        "3/5",
        "3 out of 5",
        "3 (a little)",
        "3 - it helps",
        "3 – it helps",
        "3, it helps",
        '3 "it helps"',
        "3 “it helps”",
        "3 helps others",
        "3/5 It helps others",
    ],
)
def test_a_score_is_read_in_other_dress(said: str) -> None:
    for line in (f"Care: {said}", f"**Care:** {said} | it helps", f"1. Care: **{said}**"):
        assert read_ratings(line, SYSTEM)[0]["care"] == 3.0, line


@pytest.mark.parametrize(
    "text", [f"Care: 3{BLANKS}%", f"{BLANKS}Care", f"{'*' * 20_000}Care", f"Care:{BLANKS}*{BLANKS}"]
)
def test_lines_without_end_cost_little(text: str) -> None:
    start = time.process_time()
    assert read_ratings(text, SYSTEM)[0]["care"] is None
    assert time.process_time() - start < 1


def test_blanks_beside_a_score_change_nothing() -> None:
    assert read_ratings(f"{BLANKS}Care :{BLANKS}3{BLANKS}|{BLANKS}it helps", SYSTEM)[0]["care"] == 3.0
