"""A small clone in the layout of the Value Portrait repository, whose published numbers scipy made, not our code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from vectorstore.foundation.json_types import Json

TEN = (
    "Self_Direction", "Stimulation", "Hedonism", "Achievement", "Power",
    "Security", "Conformity", "Tradition", "Benevolence", "Universalism",
)  # fmt: skip
FOUR = ("Openness_to_Change", "Self_Enhancement", "Conservation", "Self_Transcendence")
FIVE = ("Openness", "Conscientiousness", "Extraversion", "Agreeableness", "Neuroticism")
FAMILIES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "pvq": (TEN, "correlations"),
    "higher_pvq": (FOUR, "higher_pvq_correlations"),
    "bfi": (FIVE, "bfi_correlations"),
}
LABELS = ("not like me at all", "not like me", "a little like me", "somewhat like me", "like me", "very much like me")
VERSIONS = tuple(name for version in ("v1", "v2", "v3") for name in (version, f"{version}_reversed"))
MODELS = ("alpha-1", "beta:free")
QUERIES, OPTIONS, GROUPS, RATERS = 4, 3, 2, 9
AVERAGED, SCORED = "lm_evaluation/average_outputs", "lm_evaluation/score_results/final_results_0.3_pos_centered"
TAGGED = "data/query-response-tagged/query-response-tagged.json"


def write(path: Path, document: object) -> None:
    """A JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def make_clone(root: Path) -> Path:
    """A clone of four queries with three responses each, two groups of nine raters, and two models."""
    rng = np.random.default_rng(7)
    profiles = _profiles(rng)
    tagged, survey, rows = _rated(rng, profiles)
    write(root / "data/prolific/value/main/value.json", profiles)
    write(root / "data/prolific/survey/main/survey.json", survey)
    write(root / TAGGED, tagged)
    write(root / "data/correlation_results/pvq_correlation_results.json", rows)
    for model in MODELS:
        _answered(root, model, tagged, rng)
    return root


def _profiles(rng: np.random.Generator) -> dict[str, dict[str, dict[str, float]]]:
    shift = {"Benevolence": 1.0, "Power": -1.0}
    return {
        f"P{number:03d}": {
            family: {name: float(rng.normal() + shift.get(name, 0.0)) for name in names}
            for family, (names, _) in FAMILIES.items()
        }
        for number in range(GROUPS * RATERS)
    }


def _rated(
    rng: np.random.Generator, profiles: dict[str, dict[str, dict[str, float]]]
) -> tuple[list[Json], list[dict[str, list[Json]]], list[Json]]:
    tagged: list[Json] = []
    survey: list[dict[str, list[Json]]] = [{} for _ in range(GROUPS)]
    rows: list[Json] = []
    for query in range(9001, 9001 + QUERIES):
        group = query % GROUPS
        raters = [f"P{number:03d}" for number in range(group * RATERS, (group + 1) * RATERS)]
        outputs: list[Json] = []
        rated: list[Json] = []
        for option in range(1, OPTIONS + 1):
            ratings = [int(rating) for rating in rng.integers(1, 7, len(raters))]
            output: Json = {"id": option, "content": f"Our answer {option} to question {query}."}
            for family, (names, key) in FAMILIES.items():
                found = {name: spearmanr([profiles[each][family][name] for each in raters], ratings) for name in names}
                output[key] = [[name, float(each.statistic)] for name, each in found.items()]
                rows += [
                    {
                        "portrait_id": str(query), "option_id": option, "pvq_dimension": name,
                        "spearman_corr": float(each.statistic), "spearman_p_value": float(each.pvalue),
                    }
                    for name, each in found.items() if family == "pvq"
                ]  # fmt: skip
            outputs.append(output)
            rated.append({"option_id": option, "data": [list(pair) for pair in zip(ratings, raters, strict=True)]})
        tagged.append(
            {"portrait_id": query, "content": {"title": None, "text": f"What about {query}?"}, "outputs": outputs}
        )
        survey[group][str(query)] = rated
    return tagged, survey, rows


def _answered(root: Path, model: str, tagged: list[Json], rng: np.random.Generator) -> None:
    averaged: list[Json] = []
    numbers: dict[tuple[int, int], tuple[float, Json]] = {}
    raw: dict[str, list[Json]] = {version: [] for version in VERSIONS}
    for query in tagged:
        for output in query["outputs"]:
            told = {version: int(rating) for version, rating in zip(VERSIONS, rng.integers(1, 7, 6), strict=True)}
            who = {"portrait_id": query["portrait_id"], "option_id": output["id"]}
            for version, rating in told.items():
                raw[version].append({**who, "raw_response": LABELS[rating - 1].upper(), "numeric_response": rating})
            mean = float(np.mean(list(told.values())))
            lists = {key: output[key] for _, key in FAMILIES.values()}
            averaged.append({**who, "version_responses": told, "numeric_response": mean, **lists})
            numbers[query["portrait_id"], output["id"]] = (mean, output)
    for version, listed in raw.items():
        write(root / f"lm_evaluation/outputs/final/maker/{model}_{version}_results.json", listed)
    write(root / AVERAGED / f"{model}_averaged_results.json", averaged)
    scores = {family: _scores(list(numbers.values()), key) for family, (_, key) in FAMILIES.items()}
    write(root / SCORED / f"{model}_averaged_results_0.3_pos_centered_scores.json", {"scores": scores})


def _scores(numbers: list[tuple[float, Json]], key: str) -> dict[str, dict[str, float]]:
    by_name: dict[str, list[float]] = {}
    for mean, output in numbers:
        for name, rho in output[key]:
            if rho > 0.3:
                by_name.setdefault(name, []).append(mean)
    base = np.mean([mean for mean, output in numbers if any(rho > 0.3 for _, rho in output[key])] or [0.0])
    return {
        name: {
            "centered_mean": float(np.mean(listed) - base), "original_mean": float(np.mean(listed)),
            "std_dev": float(np.std(listed)), "n": len(listed),
        }
        for name, listed in by_name.items()
    }  # fmt: skip
