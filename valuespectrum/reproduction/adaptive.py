"""The published tables of AdAEM (arXiv 2505.13531), reckoned again from themselves by our own code.

The questions and the code were not released where they are said to be, so that no score can be made again from
answers. What can is what the tables say of themselves; where two of them do not fit each other, the row says so and
neither passes nor fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from valuespectrum.reproduction.rows import ComparedNumber, printed
from valuespectrum.scoring.telling.reports import between_models, shifted, within_models
from vectorstore.foundation.json_types import Json

FACTS = Path(__file__).parent / "published" / "adaptive.json"
"""Tables as printed."""
_SPREADS = {"MFQ": ("0.096", "0.625"), "ValueBench": ("0.133", "0.561"), "AdAEM": ("0.212", "-0.169")}
_SPREAD_TOLERANCE = 1e-3
"""The tables are rounded to three digits; their mean deviation moves by less."""
_GAINS = {"rationality": "8.7", "controversy": "52.8", "elicitation": "52.4"}
_LARGEST = {"o3-mini": ("self_direction", "stimulation")}
_FAMILY = ("Llama-3.1-8B", "Llama-3.3-70B", "Llama-3.1-405B")


def adaptive() -> list[ComparedNumber]:
    """Every number that the tables bear out or contradict: those that come out, and those that cannot."""
    facts = json.loads(FACTS.read_text(encoding="utf-8"))
    return [*_priming(facts), *_moral(facts), *_people(facts), *_models(facts)]


def _priming(facts: Json) -> Iterator[ComparedNumber]:
    base, primed, same, opposite = np.array(list(facts["table_10"]["rows"].values())).T
    found = shifted(base, primed)
    yield printed("priming, target: t", found.t, "-3.90")
    yield printed("priming, target: p", found.p, "0.004")
    yield printed("priming, target: Cohen's d", found.effect, "1.23")
    yield printed("priming, target: mean before", found.before, "76.46")
    yield printed("priming, target: mean after", found.after, "98.62")
    gain = 100 * (found.after / found.before - 1)
    mean_gain = float(100 * (primed / base - 1).mean())
    note = f"the ratio of means is {gain:.1f} %, the mean of ratios {mean_gain:.1f} %: neither is the 31 % of the text"
    yield ComparedNumber("priming, target: gain, percent", gain, 31.0, note=note)
    few = "the published test is over more pairs than the ten means of the table, which cannot give it again"
    for name, column, t in (("same group", same, -2.367), ("opposite", opposite, 10.15)):
        yield ComparedNumber(f"priming, {name}: t", shifted(base, column).t, t, note=few)
    yield printed("priming of GPT-5: mean gain, percent", float(np.mean(facts["table_12"])), "396.6")


def _moral(facts: Json) -> Iterator[ComparedNumber]:
    note = "no correlation that was tried (Pearson, Spearman, Fisher's z, the whole matrix) gives the printed number"
    for bench, (spread, correlation) in _SPREADS.items():
        scores = np.array(list(facts["table_15"][bench].values()))
        name = f"moral foundations, {bench}"
        yield ComparedNumber(
            f"{name}: within-model SD",
            within_models(scores),
            float(spread),
            _SPREAD_TOLERANCE,
            note="of the population",
        )
        yield ComparedNumber(
            f"{name}: between-model correlation", between_models(scores), float(correlation), note=note
        )


def _people(facts: Json) -> Iterator[ComparedNumber]:
    for name, published in _GAINS.items():
        before, after = facts["table_9"][name]
        yield printed(f"rating by people, {name}: gain, percent", 100 * (after / before - 1), published)


def _models(facts: Json) -> Iterator[ComparedNumber]:
    values, models = facts["figure_9"]["values"], facts["figure_9"]["models"]
    scores = np.array(list(models.values()))
    column = {value: dict(zip(models, scores[:, place], strict=True)) for place, value in enumerate(values)}
    three = sorted(models, key=lambda name: -column["universalism"][name])[:3]
    yield _claim(
        "three models highest on Universalism are Qwen-Max, o3-mini, Claude-3.5",
        sorted(three) == ["Claude-3.5", "Qwen-Max", "o3-mini"],
    )
    for value in ("tradition", "universalism"):
        sizes = [column[value][name] for name in _FAMILY]
        yield _claim(f"Llama rises with its size on {value.capitalize()}", sizes == sorted(sizes))
    for name, claimed in _LARGEST.items():
        for value in claimed:
            yield _claim(f"{name} is highest on {value}", column[value][name] == max(column[value].values()))
    priming = facts["table_10"]["rows"]
    apart = max(float(abs(priming[value][0] - column[value]["o3-mini"])) for value in values)
    yield ComparedNumber("o3-mini, figure 9 beside table 10: largest difference", apart, 0.0, 1e-9)
    note = (
        "the printed win rate is antisymmetric: over models compared with each other every value has the mean 50, so "
    )
    note += "the opponents of the figure were others than its sixteen models"
    furthest = float(np.abs(scores.mean(axis=0) - 50).max())
    yield ComparedNumber("figure 9: how far the mean of a value lies from 50", furthest, note=note)
    yield ComparedNumber(
        "figure 9: between-model correlation", between_models(scores), note="means of values decide it"
    )
    yield ComparedNumber(
        "figure 9: between-model correlation without means of values",
        between_models(scores, centred=True),
        note="close to -1/15, which is what no relation comes to once the means are off",
    )
    yield ComparedNumber("figure 9: within-model SD", within_models(scores))


def _claim(name: str, holds: bool) -> ComparedNumber:
    """A statement of the text: 1 where the table bears it out."""
    return ComparedNumber(name, float(holds), 1.0, 0.0, note="1: it holds in the table")
