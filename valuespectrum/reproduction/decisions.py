"""ValuePilot's data, made again from a clone of its repository: counts, the metric with its trivial lines, a formula.

The paper printed the counts of scenes and actions alone. The other numbers stand in the repository's files and were
made from these; no paper prints them for its ten people, and each row says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from statistics import fmean

import numpy as np

from valuespectrum.instruments.decisions.choosing.blending import Blending, Floats
from valuespectrum.instruments.decisions.choosing.orders import (
    Order,
    average_overlap,
    chance_first,
    chance_overlap,
    consensus_of_others,
    same_first,
)
from valuespectrum.instruments.decisions.choosing.rules import outranking_flows_of_code
from valuespectrum.instruments.decisions.scenes.clone import MOST_VALUES, SPLITS, PilotClone, counted
from valuespectrum.reproduction.rows import ComparedNumber, printed
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

FACTS = Path(__file__).parent / "published" / "decisions.json"
"""What was published, and what its files come to, with the source."""
_OF_FILES = "made from the published files; no paper prints it for these people"
Orders = Sequence[Sequence[Order]]
"""By person and scene."""


def decisions(data: Path | None) -> list[ComparedNumber]:
    """Everything that can be made again.

    Args:
        data: A clone of the repository.

    Raises:
        InputError: It is no clone, or a file of it is not what it should be.
    """
    if data is None:
        raise InputError("decisions needs a clone of the published repository", "name its folder")
    clone = PilotClone(data)
    return [
        *_count_rows(clone),
        *_zero_rows(clone),
        *_line_rows(clone),
        *_ranking_rows(clone),
        *_defect_rows(clone),
        *_formula_rows(clone),
    ]


@cache
def _facts() -> Json:
    facts: Json = json.loads(FACTS.read_text(encoding="utf-8"))
    return facts


def _count_rows(clone: PilotClone) -> Iterator[ComparedNumber]:
    facts, found = _facts(), counted(clone)
    subsets = sum(len(clone.scene_files(values, SPLITS[0])) for values in range(1, MOST_VALUES + 1))
    yield ComparedNumber("subsets of the six values", float(subsets), facts["subsets"], 0.0)
    for place, what in enumerate(("scenes", "actions")):
        total = sum(counts[place] for counts in found.values())
        yield ComparedNumber(what, float(total), facts[what], 0.0, "", "printed in the paper")
        for values, known in facts["by_values"].items():
            ours = sum(found[int(values), split][place] for split in SPLITS)
            yield ComparedNumber(f"{what} about {values} values", float(ours), known[place], 0.0, "", _OF_FILES)
        for split, known in facts["by_split"].items():
            ours = sum(found[values, split][place] for values in range(1, MOST_VALUES + 1))
            yield ComparedNumber(f"{what} to {split}", float(ours), known[place], 0.0, "", _OF_FILES)


def _zero_rows(clone: PilotClone) -> Iterator[ComparedNumber]:
    """What predicting zero for everything comes to: the line that recognition of values has to be above."""
    every = [scene.ratings for values in range(1, MOST_VALUES + 1) for scene in clone.scenes(values, "test")]
    size = np.abs(np.concatenate(every))
    ours = [100 * float(np.mean(size > 0)), 100 * float(np.mean(size < 0.2)), 100 * float(np.mean(size < 0.05))]
    for (name, known), number in zip(_facts()["zeros"].items(), ours, strict=True):
        yield printed(name, number, known, note=_OF_FILES)
    yield printed("all zeros, mean absolute error, test", float(size.mean()), _facts()["zeros_error"], note=_OF_FILES)


def _line_rows(clone: PilotClone) -> Iterator[ComparedNumber]:
    told = [person.orders for person in clone.people]
    scenes = range(len(told[0]))
    by_scene = [consensus_of_others([person[scene] for person in told]) for scene in scenes]
    listed = [[tuple(range(len(order))) for order in person] for person in told]
    others = [[by_scene[scene][person] for scene in scenes] for person in range(len(told))]
    lengths = [len(order) for order in told[0]]
    found = {
        "chance": (100 * fmean(map(chance_overlap, lengths)), 100 * fmean(map(chance_first, lengths))),
        "order as printed": _agreement(listed, told)[::2],
        "consensus of the others": _agreement(others, told)[::2],
        "one other person": _between(told),
    }
    for name, (overlap, first) in _facts()["lines"].items():
        yield printed(f"{name}, OS-Sim", found[name][0], overlap, note=_OF_FILES)
        yield printed(f"{name}, First-Acc", found[name][1], first, note=_OF_FILES)


def _ranking_rows(clone: PilotClone) -> Iterator[ComparedNumber]:
    told = [person.orders for person in clone.people]
    for name, (file, overlap, spread, first) in _facts()["rankings"].items():
        if not clone.has(file):
            yield ComparedNumber(f"{name}, OS-Sim", None, note=f"{file} is not in this clone")
            continue
        ours = _agreement(clone.rankings(file)[: len(told)], told, file)
        yield printed(f"{name}, OS-Sim", ours[0], overlap, note=_OF_FILES)
        if spread is not None:
            yield printed(f"{name}, deviation of OS-Sim over people", ours[1], spread, note=_OF_FILES)
        yield printed(f"{name}, First-Acc", ours[2], first, note=_OF_FILES)


def _defect_rows(clone: PilotClone) -> Iterator[ComparedNumber]:
    """Why the repository's language models are no baseline for what personalisation adds."""
    told = [person.orders for person in clone.people]
    if clone.has("benchmarks/gemini.json"):
        given = [order for person in clone.rankings("benchmarks/gemini.json") for order in person]
        as_listed = sum(order == tuple(range(len(order))) for order in given)
        note = f"of {len(given)}: its file is the order in which actions were listed"
        yield ComparedNumber("gemini, answers in the order as printed", float(as_listed), 110.0, 0.0, "", note)
    if clone.has("benchmarks/gpt4.json"):
        people = clone.rankings("benchmarks/gpt4.json")
        yield ComparedNumber("gpt4, people in the file", float(len(people)), 12.0, 0.0, "", f"for {len(told)} people")
        yield ComparedNumber(
            "gpt4, different answers by person", float(len({*people})), 1.0, 0.0, "", "preferences change nothing"
        )
    if clone.has("benchmarks/llama.json"):
        broken = sum(
            sorted(order) != sorted(wanted)
            for person, orders in zip(clone.rankings("benchmarks/llama.json"), told, strict=False)
            for order, wanted in zip(person, orders, strict=False)
        )
        yield ComparedNumber("llama, answers that order other actions", float(broken), 10.0, 0.0, "", "of 110")


def _formula_rows(clone: PilotClone) -> Iterator[ComparedNumber]:
    """Scores out of stored total ratings by the published product, which has three decimals to go by."""
    facts, blending = _facts(), Blending(form="code")
    for encoder, same in facts["product_formula"].items():
        if not clone.has(f"ValuePilot/{encoder}/test_questionnaire_1.md"):
            yield ComparedNumber(f"{encoder}, product formula", None, note="its ratings are not in this clone")
            continue
        apart = max(
            float(np.abs(_flows(each.totals, each.preferences, blending) - each.scores).max())
            for person in range(1, len(clone.people) + 1)
            for each in clone.decisions(encoder, person)
        )
        name = f"{encoder}, largest difference of scores from the product formula"
        if same:
            note = f"the last {len(clone.people[0].orders)} blocks of each file"
            yield ComparedNumber(name, apart, 0.0, facts["product_tolerance"], "", note)
        else:
            yield ComparedNumber(name, apart, note="its files stem from another formula, which was not published")


def _flows(totals: Floats, preferences: Floats, blending: Blending) -> Floats:
    return outranking_flows_of_code(totals, blending.weights(preferences))


def _agreement(given: Orders, told: Orders, file: str = "") -> tuple[float, float, float]:
    """OS-Sim in per cent, its deviation over people, and First-Acc."""
    _check_whole(given, told, f"{file}: " if file else "")
    overlap = [
        float(np.mean([average_overlap(one, other) for one, other in zip(*pair, strict=True)]))
        for pair in zip(given, told, strict=True)
    ]
    first = [same_first(one, other) for pair in zip(given, told, strict=True) for one, other in zip(*pair, strict=True)]
    return 100 * float(np.mean(overlap)), 100 * float(np.std(overlap, ddof=1)), 100 * float(np.mean(first))


def _check_whole(given: Orders, told: Orders, where: str) -> None:
    if len(given) != len(told):
        raise InputError(f"{where}{len(given)} people were ranked for, and {len(told)} answered", "name a whole clone")
    for person, (ranked, answered) in enumerate(zip(given, told, strict=True), start=1):
        if len(ranked) != len(answered):
            raise InputError(
                f"{where}{len(ranked)} scenes were ranked for person {person}, and {len(answered)} answered",
                "name a whole clone",
            )


def _between(told: Orders) -> tuple[float, float]:
    pairs = [(one, other) for place, one in enumerate(told) for other in [*told[:place], *told[place + 1 :]]]
    scenes = [both for pair in pairs for both in zip(*pair, strict=True)]
    overlap = [average_overlap(one, other) for one, other in scenes]
    return 100 * float(np.mean(overlap)), 100 * float(np.mean([same_first(one, other) for one, other in scenes]))
