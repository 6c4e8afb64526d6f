"""Whether pictures show what they stand for, and what a profile is when it is set right for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import CLEAR, Estimate, ReportData, ReportedRun
from valuespectrum.reporting.elements.words import number, short_model, with_interval
from valuespectrum.reporting.panels.base import PANELS, Panel
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

WAYS = (
    ("as found", "centred log-odds, wrong clips and nuisances left in"),
    ("wrong clips out", "a clip counts for what blind raters say it shows"),
    ("nuisances out", "brightness, motion, prettiness and so on held equal"),
    ("matched clips", "only clips that are alike in all of these"),
)
"""Columns of the table of profiles, and what each is."""


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """One value in all ways of scoring; ``None`` where a way says nothing."""

    value: str
    cells: tuple[tuple[Estimate, bool] | None, ...]
    """Each with whether it stands out after adjustment for ten values."""


@dataclass(frozen=True, slots=True)
class CorrectedProfile:
    """One model in all ways of scoring."""

    model: str
    rows: tuple[CorrectedRow, ...]
    whys: tuple[str, ...]
    """Why a way has no numbers."""
    slopes: tuple[tuple[str, Estimate], ...]
    """Logits for one standard deviation of each nuisance."""
    size: int
    """Clips a value in the matched sets; 0 for none."""


@PANELS.register("pictures")
class PicturesPanel(Panel):
    """Wrong clips, agreement of raters, balance, and profiles before and after."""

    id = "pictures"
    place = 52

    def applies(self, data: ReportData) -> bool:
        """Whether anybody rated the pictures."""
        return any("pictures" in run.scores for run in data.runs)

    def title(self, data: ReportData) -> str:
        """Its heading."""
        return "Do the pictures show what they stand for?"

    def context(self, data: ReportData) -> Mapping[str, object]:
        """What raters say of the first run that has ratings, and the profiles of its models."""
        run = next(run for run in data.runs if "pictures" in run.scores)
        told = run.scores["pictures"]
        balance = told["balance"]
        return {
            "told": told,
            "wrong": _wrong(told),
            "agreed": _agreed(told),
            "nuisances": list(next(iter(balance.values()), {})),
            "balance": balance,
            "matched_balance": _matched_balance(run),
            "corrected": _corrected(run),
            "ways": WAYS,
        }


def _wrong(told: Json) -> list[tuple[str, str, int, str]]:
    """Value, share of wrong clips in percent, clips, and what they show instead."""
    rows = []
    for value in VALUES:
        if value in told["wrong"] and told["wrong"][value]["n_clips"]:
            row = told["wrong"][value]
            other = [f"{name.replace('_', '-')} {count}" for name, count in row["shown"].items() if name != value]
            share = with_interval(Estimate.read(row, "wrong").moved(100), 0)
            rows.append((value, share, row["n_clips"], ", ".join(other[:3])))
    return rows


def _agreed(told: Json) -> list[tuple[str, str, str, int]]:
    named = {"value": "which value", "state": "endorsed, violated or absent", "strength": "how strongly"}
    return [
        (
            words,
            with_interval(Estimate.read(told["agreement"][name], "alpha"), 2),
            number(told["agreement"][name]["share"], 2),
            told["agreement"][name]["n_pictures"],
        )
        for name, words in named.items()
        if told["agreement"].get(name, {}).get("alpha") is not None
    ]


def _bare(run: ReportedRun) -> list[Json]:
    return [one for one in run.scores["respondents"] if one["persona"] == NO_PERSONA and one.get("corrected")]


def _matched_balance(run: ReportedRun) -> Json:
    """Value and nuisance to imbalance in matched sets, which are the same for all models but for what they left out."""
    found = (one["corrected"].get("matched") for one in _bare(run))
    first: Json = next((each for each in found if each and each["size"]), {"balance": {}})
    return {value: {name: pair[-1] for name, pair in row.items()} for value, row in first["balance"].items()}


def _corrected(run: ReportedRun) -> list[CorrectedProfile]:
    return [_profile(one["model"], one["corrected"]) for one in _bare(run)]


def _profile(model: str, corrected: Json) -> CorrectedProfile:
    relabelled, adjusted, matched = (corrected.get(name) or {} for name in ("relabelled", "adjusted", "matched"))
    before = (adjusted.get("before") or {}).get("values") or relabelled["before"]["values"]
    parts = [relabelled["after"], adjusted.get("after") or {}, matched.get("after") or {}]
    values = [before, *(part.get("values", {}) for part in parts)]
    apart = matched.get("worst") if matched.get("size") and not matched.get("balanced") else None
    whys = [f"{WAYS[at][0]}: {part['why']}" for at, part in enumerate(parts, start=1) if part.get("why")]
    if apart is not None:
        whys.append(
            f"{WAYS[3][0]}: still up to {number(apart, 1)} standard deviations apart, so read the adjusted column"
        )
    rows = tuple(
        CorrectedRow(value, tuple(_cell(each.get(value)) for each in values))
        for value in VALUES
        if any(value in each for each in values)
    )
    slopes = tuple((name, Estimate.read(row)) for name, row in (adjusted.get("slopes") or {}).items())
    return CorrectedProfile(short_model(model), rows, tuple(whys), slopes, matched.get("size", 0))


def _cell(row: Json | None) -> tuple[Estimate, bool] | None:
    if row is None:
        return None
    p = row.get("centred_p_adjusted")
    return Estimate.read(row, "centred"), p is not None and p < CLEAR
