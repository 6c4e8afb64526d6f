"""What scores say of structure over respondents, and when they say nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
from bench_fakes import AxesEmbedder, words, world

from agents.personas.reserved import NO_PERSONA
from valuespectrum.measuring.structures import likeness_of_values, structures
from valuespectrum.scoring.structure.circle import angles
from valuespectrum.scoring.structure.over_respondents import NO_ITEMS, ROLES
from valuespectrum.stimuli.retrieval import RetrievalOptions, retrieve
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.json_types import Json


def scores(count: int, wave: float = 1.0, personas: bool = False, placebos: int = 0) -> Json:
    rng = np.random.default_rng(1)
    turn = angles(TEN)
    people = wave * rng.normal(size=(count, 2)) @ np.stack([np.cos(turn), np.sin(turn)]) + 0.4 * rng.normal(
        size=(count, 10)
    )
    people -= people.mean(axis=1, keepdims=True)
    respondents = [
        {
            "model": f"m{at}",
            "persona": "tycoon" if personas else NO_PERSONA,
            "placebo": at < placebos,
            "instrument": "vqa",
            "value_set": TEN.name,
            "profile": {
                value: {"centred": 20 * number, "centred_log_odds": number}
                for value, number in zip(TEN.dimensions, row.tolist(), strict=True)
            },
        }
        for at, row in enumerate(people)
    ]
    return {"value_sets": {TEN.name: TEN.to_json()}, "respondents": respondents}


def test_a_circle_over_respondents_is_found_with_chance_beside_it() -> None:
    (found,) = structures(scores(40), None, seed=0)
    assert (found["instrument"], found["respondents"], found["complete"], found["why"]) == ("vqa", 40, 40, "")
    for name in ("distance", "cosine", "order_index"):
        assert found[name]["value"] > 0.8 and found[name]["p"] < 0.01
    assert found["map"]["congruence"] > 0.95 and found["map"]["order"] == list(TEN.dimensions)
    assert found["semantic"]["partial"] is None and NO_ITEMS in found["semantic"]["told"]
    assert found["notes"] == [] and found["people"]["distance"] == 0.89
    json.dumps(found, allow_nan=False)
    (noise,) = structures(scores(40, wave=0.0), None, seed=0)
    assert abs(noise["distance"]["value"]) < 0.5 and noise["distance"]["p"] > 0.05
    assert structures(scores(40), None, seed=0) == [found], "drawn again the same"


def test_too_few_respondents_or_none_that_differ_give_no_number() -> None:
    (few,) = structures(scores(9), None, seed=0)
    assert few["why"] == "9 respondents with every value, 10 are needed"
    assert few["distance"] is few["map"] is few["semantic"] is None
    same = scores(12)
    for one in same["respondents"]:
        one["profile"]["power"] = {"centred": 1.0, "centred_log_odds": 0.1}
    assert structures(same, None, seed=0)[0]["why"] == "respondents do not differ in power"
    partial = scores(12)
    for one in partial["respondents"][:4]:
        one["profile"]["power"] = {"centred": None, "centred_log_odds": None}
    assert structures(partial, None, seed=0)[0]["complete"] == 8


def test_readouts_are_not_mixed() -> None:
    mixed = scores(40)
    for at, one in enumerate(mixed["respondents"]):
        one["readout"] = ("log_probability", "text")[at % 4 == 0]
    found = structures(mixed, None, seed=0)
    assert [(each["readout"], each["respondents"]) for each in found] == [("text", 10), ("log_probability", 30)]
    alone = {**mixed, "respondents": [one for one in mixed["respondents"] if one["readout"] == "text"]}
    assert structures(alone, None, seed=0) == found[:1]


def test_placebos_are_left_out_and_roles_are_named_for_what_they_are() -> None:
    (found,) = structures(scores(30, personas=True, placebos=10), None, seed=0)
    assert found["respondents"] == 20 and found["notes"] == [ROLES]


def test_what_is_given_to_others_has_no_structure_of_values() -> None:
    shown = scores(12)
    for one in shown["respondents"]:
        one["instrument"] = "svo-shown"
    assert structures(shown, None, seed=0) == [] != structures(scores(12), None, seed=0)


def test_wordings_of_a_persona_are_no_further_respondents() -> None:
    """Four personas in three wordings do not tell what twelve respondents would; their means are what each said."""
    worded = scores(12)
    for at, one in enumerate(worded["respondents"]):
        one |= {"model": "m", "persona": f"role-{at // 3}{('', '@2', '@3')[at % 3]}"}
    (found,) = structures(worded, None, seed=0)
    assert found["respondents"] == 4 and found["why"] == "4 respondents with every value, 10 are needed"
    once = scores(12)
    twice = {**once, "respondents": []}
    for one in once["respondents"]:
        one["persona"] = "role"
        for shift, mark in ((0.5, ""), (-0.5, "@2")):
            profile = {
                name: {"centred_log_odds": row["centred_log_odds"] + shift, "centred": None}
                for name, row in one["profile"].items()
            }
            twice["respondents"].append({**one, "persona": f"role{mark}", "profile": profile})
    alone, together = (structures(each, None, seed=0)[0] for each in (once, twice))
    assert together["respondents"] == alone["respondents"] == 12 and together["notes"] == alone["notes"]
    assert together["distance"]["value"] == pytest.approx(alone["distance"]["value"])


def by_name(table: np.ndarray | np.float64) -> dict[str, dict[str, float]]:
    rows = [dict(zip(TEN.dimensions, map(float, row), strict=True)) for row in np.atleast_2d(table)]
    return dict(zip(TEN.dimensions, rows, strict=True))


def test_a_circle_that_only_follows_the_items_is_no_more_than_they_are() -> None:
    people = scores(60)
    rows = np.array([[row["centred_log_odds"] for row in one["profile"].values()] for one in people["respondents"]])
    follows = structures(people, by_name(np.corrcoef(rows, rowvar=False)), seed=0)[0]["semantic"]
    assert follows["semantic"] == pytest.approx(follows["observed"]) and follows["partial"] is None
    assert "follow the items exactly" in follows["told"]
    noise = np.random.default_rng(3).normal(size=(10, 400))
    beyond = structures(people, by_name(np.corrcoef(noise)), seed=0)[0]["semantic"]
    assert beyond["p"] < 0.05 and "more than the words" in beyond["told"]


def test_pictures_are_held_against_each_other_as_the_embedder_sees_them() -> None:
    corpus, embedder = world(), AxesEmbedder()
    rows = retrieve(corpus, embedder, words(3), RetrievalOptions())
    found = likeness_of_values(corpus, embedder, rows)
    assert found is not None and set(found) == set(TEN.dimensions)
    for one in TEN.dimensions:
        assert found[one][one] == pytest.approx(1.0, abs=1e-3)
        assert all(found[one][other] == found[other][one] for other in TEN.dimensions)
    assert likeness_of_values(corpus, embedder, rows[:1]) is None
    assert likeness_of_values(corpus, embedder, []) is None
