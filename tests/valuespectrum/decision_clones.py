"""A small clone in the layout of ValuePilot's repository, with words and numbers of our own."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from valuespectrum.instruments.decisions.choosing.blending import Blending
from valuespectrum.instruments.decisions.choosing.orders import order_of
from valuespectrum.instruments.decisions.choosing.rules import action_scores
from valuespectrum.theory.value_sets import VALUE_PILOT_6

LENGTHS = (4, 5, 5, 6, 4, 4, 6, 6, 5, 4, 5)
PEOPLE = 3
ENCODERS = ("t5-base", "roberta-base")
NAMES = [VALUE_PILOT_6.label(value) for value in VALUE_PILOT_6.dimensions]


def write_json(path: Path, document: Any) -> None:  # Open: any JSON
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def make_clone(root: Path) -> Path:
    """Scenes about every subset of the values, answers of three people, rankings, and stored ratings with scores."""
    rng = np.random.default_rng(0)
    for count in range(1, 7):
        for place, subset in enumerate(combinations(range(6), count)):
            for split in ("train", "test"):
                file = f"{place}_{'_'.join(NAMES[each] for each in subset)}_{split}.json"
                folder = root / "filtered_dataset_gpt4" / f"value_{count}" / f"{split}_data"
                write_json(folder / file, [_scene(subset, rng)])
    people = []
    for _ in range(PEOPLE):
        orders = [(1 + rng.permutation(length)).tolist() for length in LENGTHS]
        people.append({"value_point": rng.uniform(0.1, 1, 6).round(1).tolist(), "choices": orders})
    study = root / "human_study"
    write_json(study / "result_en.json", people)
    listed = [list(map(str, range(1, length + 1))) for length in LENGTHS]
    write_json(study / "benchmarks" / "gemini.json", _rankings([listed] * PEOPLE))
    for encoder in ENCODERS:
        ranked = []
        for number, person in enumerate(people, start=1):
            stored = [_stored(question, np.array(person["value_point"]), rng) for question in range(1, 12)]
            text = "".join(block for block, _ in stored)
            # The first one was made again, and what stood there before was kept.
            older = "".join(_stored(question, np.full(6, 0.9), rng)[0] for question in range(1, 12))
            path = study / "ValuePilot" / encoder / f"test_questionnaire_{number}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text((older if number == 1 else "") + text, encoding="utf-8")
            ranked.append([order for _, order in stored])
        write_json(study / "ValuePilot" / f"results_from_{encoder}.json", _rankings(ranked))
    return root


def _scene(subset: tuple[int, ...], rng: np.random.Generator) -> dict[str, object]:
    ratings = np.zeros((2, 6))
    ratings[:, list(subset)] = rng.uniform(-1, 1, (2, len(subset))).round(1)
    actions = [{"description": f"Do thing {place}.", "values": row.tolist()} for place, row in enumerate(ratings)]
    return {"values": [NAMES[each] for each in subset], "scenario": "A is at home.", "actions": actions}


def _rankings(people: list[Any]) -> dict[str, object]:  # Open: any JSON
    return {
        "all_sorted_scenarios": [
            {"person_id": number, "sorted_scenarios": [{"ranked_actions": order} for order in orders]}
            for number, orders in enumerate(people, start=1)
        ]
    }


def _stored(question: int, preferences: np.ndarray, rng: np.random.Generator) -> tuple[str, list[str]]:
    """One block as the published code writes it, and the order in it."""
    count, code = LENGTHS[question - 1], Blending(form="code")
    scene, actions = rng.uniform(0.01, 0.9, 6), rng.uniform(0.01, 0.9, (count, 6))
    totals = code.blended(scene, actions, preferences)
    scores = action_scores(scene, actions, preferences, code)
    order, lines = order_of(scores), [f"#### question {question}:", "##### Scenario:", "A is at home.", ""]
    for place, action in enumerate(order, start=1):
        lines += [f"###### Action {place}: {action + 1}", "Do something.", ""]
        lines += [f"The Score of Action {place}: {scores[action]}", ""]
        lines += [
            "| Value | Personal Preferences | Scenario Rating | Action Rating | Total Rating |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {name} | {held:.3f} | {one:.3f} | {other:.3f} | {total:.3f} |"
            for name, held, one, other, total in zip(
                NAMES, preferences, scene, actions[action], totals[action], strict=True
            )
        ]
        lines += ["", ""]
    lines += ["###### Summary Table:", "| Action Index | Action | Score |", "|---|---|---|"]
    return "\n".join([*lines, ""]), [str(action + 1) for action in order]
